use super::*;

const EXAMPLE: &str = include_str!("../../../../config/vigie.toml");

fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let variable = |name: &str| (name == "VIGIE_SMTP").then(|| "s3cret".to_owned());
    Config::parse(text, "vigie.toml", Path::new("/nowhere"), Secrets::Read(&variable), Care::Close)
}

/// Returns what is wrong with a text, as a person reads it.
fn wrong(text: &str) -> String {
    let problems = parse(text).expect_err("the configuration is wrong");
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    problems.join("\n")
}

const WORKING: &str = r#"
[crawl]
contact = "webmaster@ozalee.example"

[queries]
ozalee = "Ozalée"

[sources.courrier]
url = "https://courrier.example/rss.xml"

[subscriptions.press]
queries = ["ozalee"]
to = ["press@ozalee.example"]

[mail]
from = "vigie@ozalee.example"
directory = "mails"
"#;

/// Replaces a part of the working configuration, which must be there.
fn with(part: &str, replacement: &str) -> String {
    assert!(WORKING.contains(part), "{part}");
    WORKING.replace(part, replacement)
}

#[test]
fn the_annotated_example_is_valid() {
    let text =
        EXAMPLE.replace("password_file = \"smtp-password\"", "password_env = \"VIGIE_SMTP\"");
    let config = parse(&text).unwrap();
    assert_eq!((config.sources.len(), config.queries.len(), config.subscriptions.len()), (2, 3, 2));
    assert_eq!(
        config.sources[1].url.as_str(),
        "https://news.example/rss/search?q=%22Ozal%C3%A9e%22&hl=fr"
    );
    assert_eq!(config.warnings, []);
}

#[test]
fn all_mistakes_are_told_at_once_with_place_and_hint() {
    insta::assert_snapshot!(wrong(include_str!(
        "../../../../fixtures/config/everything-wrong.toml"
    )));
}

#[test]
fn broken_syntax_is_told_with_its_line() {
    insta::assert_snapshot!(wrong("data = \n[crawl\ncontact = 'x'\n"));
}

#[test]
fn a_wrong_query_says_where_in_it() {
    let problems = wrong(&with("\"Ozalée\"", "'Ozalée AND (rappel'"));
    assert!(problems.contains("vigie.toml:6: queries.ozalee: at character 12"), "{problems}");
}

const QUERIES: &str = "[queries]\nozalee = \"Ozalée\"";

/// Returns what a configuration with these parts and queries is warned of.
fn warned(queries: &str) -> Vec<String> {
    let config = parse(&with(QUERIES, queries)).unwrap();
    config.warnings.iter().map(Problem::to_string).collect()
}

#[test]
fn a_part_is_read_in_the_place_of_its_name() {
    let parts = "[parts]\nrivals = 'bruinelle OR @others'\nothers = '\"thé noir\"'\n\
                 [queries]\nozalee = 'Ozalée -@rivals'";
    let config = parse(&with(QUERIES, parts)).unwrap();
    let query = &config.queries[&"ozalee".into()];
    assert_eq!(query.text(), "Ozalée -@rivals");
    assert_eq!(query.expanded(), "Ozalée -(bruinelle OR (\"thé noir\"))");
    assert_eq!(config.warnings, []);
    assert_eq!(config.parts.names().collect::<Vec<_>>(), ["others", "rivals"]);
}

#[test]
fn a_problem_in_a_part_is_told_where_it_stands_and_only_there() {
    let parts = "[parts]\nrivals = 'bruinelle OR ('\nnone = ''\n\
                 [queries]\nozalee = 'Ozalée -@rivals'\nother = '@rivals @none'";
    let problems = parse(&with(QUERIES, parts)).unwrap_err();
    let problems: Vec<String> = problems.iter().map(Problem::to_string).collect();
    let expect = [
        "vigie.toml:6: parts.rivals: at character 14: ( is never closed\n  \
         hint: add a ) where the group ends",
        "vigie.toml:7: parts.none: at character 1: the part is empty\n  \
         hint: write the words that its name stands for",
    ];
    assert_eq!(problems, expect);
}

#[test]
fn the_place_of_a_problem_in_a_long_query_is_its_line() {
    let check = |query: &str, expect: &str| {
        let problems = wrong(&with("ozalee = \"Ozalée\"", query));
        assert!(problems.starts_with(expect), "{problems}");
    };
    check(
        "ozalee = \'\'\'\nOzalée\nAND (rappel\n\'\'\'",
        "vigie.toml:8: queries.ozalee: at character 5: (",
    );
    check(
        "ozalee = \'\'\'Ozalée\nAND (rappel\'\'\'",
        "vigie.toml:7: queries.ozalee: at character 5: (",
    );
    check("ozalee = \"\"\"\r\nOzalée (\"\"\"", "vigie.toml:7: queries.ozalee: at character 8: (");
    check(
        "ozalee = \'\'\'\n\n\'\'\'",
        "vigie.toml:7: queries.ozalee: at character 1: the query is empty",
    );
}

#[test]
fn parts_that_nobody_uses_and_names_with_a_slip_are_warned_of() {
    let parts =
        "[parts]\nrivals = 'bruinelle OR @bruinele'\nmine = '@inner'\ninner = 'x'\n\"a b\" = 'x'";
    let expect = [
        "vigie.toml:7: parts.mine: no query uses this part; one would write @mine",
        "vigie.toml:8: parts.inner: no query uses this part; one would write @inner",
        "vigie.toml:9: parts.\"a b\": no query can refer to this name\n  \
         hint: use letters, digits, - and _ only",
    ];
    assert_eq!(warned(&format!("{parts}\n[queries]\nozalee = 'Ozalée -@rivals'")), expect);

    let used = "[queries]\nozalee = 'Ozalée -@rivals @mine'";
    let check = |query: &str, expect: &[&str]| {
        let warned = warned(&format!("{parts}\n{used}\nother = '{query}'"));
        let told: Vec<&str> =
            warned.iter().filter_map(|it| it.split_once("other: ")).map(|(_, told)| told).collect();
        assert_eq!(told, expect, "{query}");
    };
    let expect = "at character 8: @Rivals is a handle; the part is called @rivals [unknown-part]\n  \
                  hint: write @rivals";
    check("Ozalée @Rivals", &[expect]);
    check("Ozalée \"@Rivals\" @rivals @ozalee_fr", &[]);
}

#[test]
fn what_is_probably_not_meant_is_warned_of_where_it_stands() {
    let queries = "[parts]\nmixed = 'b OR c AND d'\nshort = '-of OR a'\n\
                   [queries]\nozalee = \'\'\'\nOzalée @mixed\nAND @short or prix\n\'\'\'";
    let expect = [
        "vigie.toml:6: parts.mixed: at character 1: OR is read after AND: “c AND d” is one alternative \
         [mixed-and-or]\n  hint: put brackets around what belongs together",
        "vigie.toml:11: queries.ozalee: at character 12: “or” is a word to look for here, not an operator \
         [lowercase-operator]\n  hint: write OR, or put the words between quotation marks",
    ];
    assert_eq!(warned(queries), expect);
    let text = with(QUERIES, queries);
    let config = Config::parse(&text, "vigie.toml", Path::new("/"), Secrets::Leave, Care::Usual);
    assert_eq!(config.unwrap().warnings, [], "who only runs does not look so closely");
}

#[test]
fn what_stands_in_the_way_of_a_mail_is_told() {
    let check = |mail: &str, expect: &str| {
        let problems = wrong(&with("directory = \"mails\"", mail));
        assert!(problems.contains(expect), "{problems}");
    };
    check("", "says neither `directory` nor [mail.smtp]");
    check("directory = \"mails\"\nsmtp = { host = \"localhost\" }", "stands beside [mail.smtp]");
    check("smtp = { host = \"localhost\", user = \"v\" }", "a user without a password");
    check(
        "smtp = { host = \"localhost\", password_env = \"VIGIE_SMTP\" }",
        "a password without a user",
    );
    check(
        "smtp = { host = \"h.example\", user = \"v\", password_env = \"UNSET\" }",
        "UNSET is not set",
    );
    check(
        "smtp = { host = \"h.example\", user = \"v\", password_file = \"none\" }",
        "/nowhere/none",
    );
    check("smtp = { host = \"h.example\", security = \"none\" }", "would travel in the clear");
}

#[test]
fn a_secret_is_never_shown() {
    let smtp = "smtp = { host = \"h.example\", user = \"v\", password_env = \"VIGIE_SMTP\" }";
    let config = parse(&with("directory = \"mails\"", smtp)).unwrap();
    let shown = format!("{config:?}");
    assert!(shown.contains("h.example"), "{shown}");
    assert!(!shown.contains("s3cret"), "{shown}");
}

#[test]
fn who_only_looks_needs_no_secret() {
    let smtp = "smtp = { host = \"h.example\", user = \"v\", password_env = \"UNSET\" }";
    let text = with("directory = \"mails\"", smtp);
    Config::parse(&text, "vigie.toml", Path::new("/nowhere"), Secrets::Leave, Care::Usual).unwrap();
}

#[test]
fn paths_are_meant_from_the_folder_of_the_file() {
    assert_eq!(parse(WORKING).unwrap().data, Path::new("/nowhere/../data"));
    let config = parse(&format!("data = \"/var/lib/vigie\"\n{WORKING}")).unwrap();
    assert_eq!(config.data, Path::new("/var/lib/vigie"));
}

#[test]
fn networks_that_may_be_read_are_told_one_by_one() {
    let allow =
        |list: &str| parse(&with("[crawl]\n", &format!("[crawl]\nallow_addresses = {list}\n")));
    let config = allow("[\"10.1.2.3\", \"fd00::/8\"]").unwrap();
    let expect = ["10.1.2.3/32", "fd00::/8"].map(|network| network.parse().unwrap()).to_vec();
    assert_eq!(config.crawl.guard, Guard::allowing(expect));
    assert_eq!(parse(WORKING).unwrap().crawl.guard, Guard::default());
    for wrong in ["intranet", "10.0.0.0/33", "10.0.0.0/8/8", ""] {
        let problems = allow(&format!("[{wrong:?}]")).expect_err(wrong);
        let told = problems[0].to_string();
        assert!(
            told.contains(&format!("crawl.allow_addresses: \"{wrong}\" is not a network")),
            "{told}"
        );
    }
}
