use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::*;

fn allowed(robots: &[u8], agent: &str, url: &str) -> bool {
    let rules = Rules::parse(robots, agent);
    // Google's own cases hold URLs that are none; its matcher takes those for the root.
    Url::parse(url).map_or_else(|_| rules.allows_path("/"), |url| rules.allows(&url))
}

#[test]
fn the_longest_rule_decides_and_allow_wins_a_tie() {
    let check = |rules: &str, path: &str, expect| {
        let robots = format!("User-agent: *\n{rules}");
        let url = format!("https://ozalee.example{path}");
        assert_eq!(allowed(robots.as_bytes(), "Vigie", &url), expect, "{rules} {path}");
    };
    check("Disallow:", "/feed", true);
    check("Disallow: /", "/feed", false);
    check("Disallow: /\nAllow: /feed", "/feed.xml", true);
    check("Allow: /a\nDisallow: /a", "/a", true);
    check("Disallow: */search", "/search?q=oz", false);
    check("Disallow: /*.xml$", "/rss.xml", false);
    check("Disallow: /*.xml$", "/rss.xml?all", true);
    check("Disallow: /*a*b*c$", "/xaxbxcxc", false);
    check("Disallow: /a$b", "/a$bc", false);
    check("Disallow: /\nAllow: /index.html", "/", true);
    check("Disallow: /thé", "/th%c3%a9", false);
    check("Disallow: /{oz}", "/{oz}", false);
    check("dissalow /secret # typed in a hurry", "/secret", false);
    check("Disallow: /a b c", "/a", true);
}

#[test]
fn the_group_addressed_to_us_replaces_the_one_for_everyone() {
    let check = |robots: &str, expect| {
        let url = "https://ozalee.example/feed";
        assert_eq!(allowed(robots.as_bytes(), "Vigie", url), expect, "{robots}");
    };
    check("User-agent: *\nDisallow: /\n\nUser-agent: vigie\nDisallow: /x", true);
    check("User-agent: Vigie/1.0 (spider)\nDisallow: /", false);
    check("User-agent: Vigie-Images\nDisallow: /", true);
    check("User-agent: Other\nUser-agent: *\nCrawl-delay: 1\nDisallow: /", false);
    check("User-agent: *\nUser-agent: Other\nDisallow: /", false);
    check("User-agent: Other\nDisallow: /\nUser-agent: Vigie\nAllow: /", true);
    check("User-agent: Vigie\nDisallow: /a\nUser-agent: x\nUser-agent: Vigie\nDisallow: /f", false);
    check("Disallow: /", true);
    check("\u{feff}User-agent: *\nDisallow: /", false);
    check("User-agent: *\rDisallow: /\r", false);
}

#[test]
fn a_crawl_delay_is_read_for_us_and_capped() {
    let check = |robots: &str, expect: Option<u64>| {
        let delay = Rules::parse(robots.as_bytes(), "Vigie").crawl_delay();
        assert_eq!(delay, expect.map(Duration::from_millis), "{robots}");
    };
    check("User-agent: *\nCrawl-delay: 2.5", Some(2500));
    check("User-agent: Vigie\nCrawl-delay: 3\nUser-agent: *\nCrawl-delay: 9", Some(3000));
    check("User-agent: Vigie\nDisallow: /x\nUser-agent: *\nCrawl-delay: 9", None);
    check("User-agent: *\nCrawl-delay: 86400", Some(600_000));
    check("User-agent: *\nCrawl-delay: -1", None);
    check("User-agent: *\nCrawl-delay: NaN", None);
    check("User-agent: *\nCrawl-delay: soon", None);
}

#[test]
fn hostile_patterns_cost_little_and_break_nothing() {
    let path = format!("https://ozalee.example/{}", "a".repeat(4000));
    let stars = format!("User-agent: *\nDisallow: /{}b$", "*a".repeat(8000));
    assert!(allowed(stars.as_bytes(), "Vigie", &path));
    let long = format!("User-agent: *\nDisallow: /{}\nDisallow: /a", "é".repeat(40_000));
    assert!(!allowed(long.as_bytes(), "Vigie", &path));
    assert!(allowed(&[0xff, 0x00, b':', b'\n', b'#', b':', b' ', 0xc3], "Vigie", &path));
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_without_a_panic(bytes: Vec<u8>, path in "/[a-z*$%é]{0,20}") {
        Rules::parse(&bytes, "Vigie").allows_path(&path);
        let rule = [b"User-agent: *\nDisallow: ".as_slice(), &bytes].concat();
        Rules::parse(&rule, "Vigie").allows_path(&path);
    }

    #[test]
    fn a_rule_forbids_the_path_it_spells(path in "/[a-zé/.?=-]{0,20}") {
        let robots = format!("User-agent: *\nDisallow: {path}");
        proptest::prop_assert!(!Rules::parse(robots.as_bytes(), "Vigie").allows_path(&path));
    }
}

/// Google's 145 cases, and real files with the answers of Google's matcher.
#[test]
fn we_agree_with_googles_matcher() {
    let data = std::env::var_os("VIGIE_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data"),
        PathBuf::from,
    );
    let folder = data.join("robots");
    let lines = |name| -> Option<Vec<Value>> {
        let text = fs::read_to_string(folder.join(name)).ok()?;
        Some(text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
    };
    let (Some(cases), Some(files)) = (lines("google_test_cases.jsonl"), lines("oracle_dev.jsonl"))
    else {
        println!("not run, {} is absent: robots.txt against Google's matcher", folder.display());
        return;
    };
    let field = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
    let mut cases_agreed = 0;
    for case in &cases {
        let (agent, url) = (field(case, "agent"), field(case, "url"));
        // Each character of these files stands for one byte.
        let robots: Vec<u8> =
            field(case, "robots").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
        let ours = allowed(&robots, &agent, &url);
        cases_agreed += usize::from(case["allowed"] == ours);
        if case["allowed"] != ours {
            println!("ours {ours}: {case}");
        }
    }
    let (mut answers, mut agreed, mut wrongly_allowed) = (0, 0, 0);
    for file in &files {
        let robots = fs::read(folder.join("txt").join(field(file, "file"))).unwrap();
        let mut parsed = HashMap::new();
        for case in file["cases"].as_array().unwrap() {
            let (agent, url) = (case[0].as_str().unwrap(), case[1].as_str().unwrap());
            let rules = parsed.entry(agent).or_insert_with(|| Rules::parse(&robots, agent));
            let ours = rules.allows(&Url::parse(url).unwrap());
            answers += 1;
            agreed += i32::from(case[2] == ours);
            wrongly_allowed += i32::from(case[2] == false && ours);
            if case[2] != ours {
                println!("ours {ours}: {} {agent} {url}", file["file"]);
            }
        }
    }
    println!(
        "robots.txt: {cases_agreed} of Google's {} cases; {agreed} of {answers} answers on {} real \
         files, {wrongly_allowed} wrongly allowed",
        cases.len(),
        files.len()
    );
    assert_eq!(cases_agreed, cases.len());
    // What is left are addresses that no client would send as the case writes them.
    assert!(agreed * 1000 >= answers * 999, "{agreed} of {answers}");
}
