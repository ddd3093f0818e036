//! How often the language of short texts is told, and how fast, on `language/short_texts.jsonl` of the
//! data (`VIGIE_DATA`): `cargo run --release -p enrich --example language_bench [-- errors]`. With the folder
//! of lingua's crates (see `language_table.rs`) as an argument, also on their test texts in other languages.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use enrich::language::{Languages, Usual};
use model::Lang;

const KINDS: [&str; 3] = ["sentences", "word-pairs", "single-words"];

struct Row {
    lang: String,
    kind: String,
    text: String,
}

#[derive(Default, Clone, Copy)]
struct Score {
    texts: u32,
    right: u32,
    none: u32,
}

fn main() {
    let default = PathBuf::from("../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let file = data.join("language/short_texts.jsonl");
    let Ok(text) = std::fs::read_to_string(&file) else {
        return print(&format!("not run: {} is not here (VIGIE_DATA)", file.display()));
    };
    let rows: Vec<Row> = text.lines().filter_map(row).collect();
    let errors = std::env::args().any(|argument| argument == "errors");
    print(&format!("{} texts; {} kB of memory before", rows.len(), resident_kilobytes()));
    let languages = Languages::default();
    let code = |lang: Option<Lang>| lang.map_or_else(String::new, |lang| lang.to_string());
    run("ours, source unknown", &rows, errors, |row| {
        code(languages.read(&row.text, None, &Usual::default()).lang)
    });
    run("ours, source usually in this language (50 texts)", &rows, false, |row| {
        let usual = Usual::of(Lang::from_tag(&row.lang).map(|lang| (lang, 50)));
        code(languages.read(&row.text, None, &usual).lang)
    });
    run("ours, source usually in French, text declared en", &rows, false, |row| {
        let usual = Usual::of(Lang::from_tag("fr").map(|lang| (lang, 50)));
        code(languages.read(&row.text, Lang::from_tag("en").as_ref(), &usual).lang)
    });
    tweets(&data, &languages);
    for folder in std::env::args().skip(1).filter(|argument| argument != "errors") {
        others(Path::new(&folder), &languages);
    }
    print(&format!("{} kB of memory after", resident_kilobytes()));
}

fn run(name: &str, rows: &[Row], errors: bool, mut read: impl FnMut(&Row) -> String) {
    print(&format!("\n{name}"));
    let mut scores: BTreeMap<(&str, &str), Score> = BTreeMap::new();
    let mut paces = Vec::new();
    for kind in KINDS {
        let start = Instant::now();
        let of_kind = rows.iter().filter(|row| row.kind == kind);
        let mut texts = 0_u32;
        for row in of_kind {
            let found = read(row);
            texts += 1;
            let score = scores.entry((&row.lang, kind)).or_default();
            score.texts += 1;
            score.right += u32::from(found == row.lang);
            score.none += u32::from(found.is_empty());
            if errors && found != row.lang && matches!(row.lang.as_str(), "fr" | "en") {
                print(&format!("  {} as {found:3} {}", row.lang, row.text));
            }
        }
        paces.push(format!("{kind} {:.0}", f64::from(texts) / start.elapsed().as_secs_f64()));
    }
    for lang in ["fr", "en", "de", "es", "it", "pt", "nl", "ro", "ca"] {
        let shares = KINDS.map(|kind| {
            let score = scores.get(&(lang, kind)).copied().unwrap_or_default();
            let share = |part: u32| f64::from(part) / f64::from(score.texts.max(1));
            format!("{kind} {:.3} (none {:.3})", share(score.right), share(score.none))
        });
        print(&format!("  {lang}  {}", shares.join("  ")));
    }
    print(&format!("  texts a second: {}", paces.join(", ")));
}

/// What people write in earnest: the first thousand complaints to airlines, all but a few in English.
fn tweets(data: &Path, languages: &Languages) {
    let Ok(text) = std::fs::read_to_string(data.join("streams/airline_tweets.jsonl")) else {
        return print("not run: streams/airline_tweets.jsonl is not here");
    };
    let value = |line: &str| -> Option<serde_json::Value> { serde_json::from_str(line).ok() };
    let texts: Vec<String> = text
        .lines()
        .take(1000)
        .filter_map(|line| Some(value(line)?.get("text")?.as_str()?.to_owned()))
        .collect();
    let start = Instant::now();
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for text in &texts {
        let lang = languages.read(text, None, &Usual::default()).lang;
        *found.entry(lang.map_or("und".to_owned(), |lang| lang.to_string())).or_default() += 1;
    }
    let pace =
        f64::from(u32::try_from(texts.len()).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64();
    print(&format!("\ntweets to airlines: {found:?}, {pace:.0} a second"));
}

/// Lingua's test texts of languages that the data does not have, every fifth.
fn others(folder: &Path, languages: &Languages) {
    const OTHERS: &str = "afrikaans:af albanian:sq arabic:ar azerbaijani:az basque:eu belarusian:be bokmal:nb \
        bosnian:bs bulgarian:bg croatian:hr czech:cs danish:da estonian:et finnish:fi greek:el hebrew:he hindi:hi \
        hungarian:hu icelandic:is indonesian:id irish:ga japanese:ja kazakh:kk korean:ko latvian:lv lithuanian:lt \
        macedonian:mk malay:ms marathi:mr mongolian:mn persian:fa polish:pl russian:ru serbian:sr slovak:sk \
        slovene:sl somali:so swahili:sw swedish:sv tagalog:tl thai:th turkish:tr ukrainian:uk urdu:ur \
        vietnamese:vi welsh:cy chinese:zh";
    print("\nother languages, source unknown: sentences, word-pairs, single-words");
    for (name, code) in OTHERS.split_whitespace().filter_map(|pair| pair.split_once(':')) {
        let tests = folder.join(format!("lingua-{name}-language-model-1.3.0/testdata"));
        let shares = KINDS.map(|kind| {
            let text =
                std::fs::read_to_string(tests.join(format!("{kind}.txt"))).unwrap_or_default();
            let (mut right, mut all) = (0_u32, 0_u32);
            for line in text.lines().step_by(5) {
                let found = languages.read(line, None, &Usual::default()).lang;
                right += u32::from(found.is_some_and(|lang| lang.as_str() == code));
                all += 1;
            }
            format!("{:.2}", f64::from(right) / f64::from(all.max(1)))
        });
        print(&format!("  {code}  {}", shares.join("  ")));
    }
}

fn row(line: &str) -> Option<Row> {
    let value: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| Some(value.get(key)?.as_str()?.to_owned());
    Some(Row { lang: text("lang")?, kind: text("kind")?, text: text("text")? })
}

fn resident_kilobytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}
