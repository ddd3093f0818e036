use super::*;

const EXAMPLE: &str = include_str!("../../../../config/vigie.toml");

fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let variable = |name: &str| (name == "VIGIE_SMTP").then(|| "s3cret".to_owned());
    Config::parse(text, "vigie.toml", Path::new("/nowhere"), Secrets::Read(&variable))
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
    assert_eq!((config.sources.len(), config.queries.len(), config.subscriptions.len()), (2, 2, 2));
    assert_eq!(
        config.sources[1].url.as_str(),
        "https://news.example/rss/search?q=%22Ozal%C3%A9e%22&hl=fr"
    );
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
    Config::parse(&text, "vigie.toml", Path::new("/nowhere"), Secrets::Leave).unwrap();
}

#[test]
fn paths_are_meant_from_the_folder_of_the_file() {
    assert_eq!(parse(WORKING).unwrap().data, Path::new("/nowhere/../data"));
    let config = parse(&format!("data = \"/var/lib/vigie\"\n{WORKING}")).unwrap();
    assert_eq!(config.data, Path::new("/var/lib/vigie"));
}
