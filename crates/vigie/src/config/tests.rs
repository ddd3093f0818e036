use chrono::TimeDelta;
use model::EventKind;

use super::*;

const EXAMPLE: &str = include_str!("../../../../config/vigie.toml");

fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let variable = |name: &str| match name {
        "VIGIE_SMTP" => Some("s3cret".to_owned()),
        "VIGIE_CRM" => Some(
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\nwhsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD\n"
                .to_owned(),
        ),
        "VIGIE_SLACK" => Some("https://hooks.slack.example/services/T0/B0/s3cret".to_owned()),
        "VIGIE_SHORT" => Some("whsec_c2hvcnQ=".to_owned()),
        "VIGIE_WEB" => Some("0123456789abcdef0123\n".to_owned()),
        _ => None,
    };
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
    assert_eq!((config.sources.len(), config.queries.len(), config.subscriptions.len()), (2, 3, 3));
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
fn quiet_that_contradicts_itself_is_told_with_its_line() {
    let quiet = |keys: &str| {
        wrong(&with(
            "to = [\"press@ozalee.example\"]",
            &format!("to = \"press@ozalee.example\"\n{keys}"),
        ))
    };
    insta::assert_snapshot!(
        [
            quiet("quiet_hours = \"22h-7h\""),
            quiet("quiet_hours = [\"07:00-07:00\", \"12:00-13:00\"]"),
            quiet("quiet_hours = [\"08:00-20:00\", \"20:00-08:00\"]"),
            quiet("quiet_days = [\"saturday\", \"dimanche\"]"),
            quiet(
                "quiet_days = [\"monday\", \"tuesday\", \"wednesday\", \"thursday\", \"friday\",\n\
                 \"saturday\", \"sunday\"]"
            ),
            quiet("away = \"2026-08-15..2026-08-01\""),
            quiet("away = [\"August\", \"2026-08-01..2062-08-15\"]"),
        ]
        .join("\n")
    );
}

#[test]
fn broken_syntax_is_told_with_its_line() {
    insta::assert_snapshot!(wrong("data = \n[crawl\ncontact = 'x'\n"));
}

#[test]
fn broken_syntax_is_told_once_with_what_to_write() {
    let check = |text: &str, expect: &str| assert_eq!(wrong(text), expect, "{text}");
    check(
        "[crawl]\ncontact: \"x\"\n",
        "vigie.toml:2: at character 10: key with no value, expected `=`\n  hint: write name = value",
    );
    check(
        "[crawl]\ncontact = x@y.example\nparallel = True\n",
        "vigie.toml:2: at character 11: string values must be quoted, expected literal string\n  \
         hint: put the value between quotation marks, as in name = \"value\"\n\
         vigie.toml:3: at character 12: invalid boolean, expected `true`\n  \
         hint: write true or false",
    );
    // All that follows seems to belong to the list.
    check(
        "[subscriptions.a]\nto = [\"a\", \"b\"\nqueries = [\"x\"]\n[queries]\nx = \"x\"\n",
        "vigie.toml:3: at character 1: missing comma between array elements, expected `,`\n  \
         hint: a list is written [\"one\", \"two\"]: is a ] or a comma missing?",
    );
    for text in ["[a]\n[a]\n", "[a\n", "a = \"\\d\"", "a = \"b", "a 1", "a = 8:00", "a = {b = 1"] {
        assert!(wrong(text).contains("\n  hint: "), "{text}");
        assert!(!wrong(text).contains("toml.io"), "{}", wrong(text));
    }
}

#[test]
fn a_file_that_is_not_utf_8_is_told_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vigie.toml");
    let check = |bytes: &[u8], expect: &str| {
        std::fs::write(&file, bytes).unwrap();
        let problems = Config::read(&file, Secrets::Leave, Care::Usual).unwrap_err();
        let told = problems[0].to_string();
        assert!(told.starts_with(&format!("{}:{expect}\n", file.display())), "{told}");
        assert!(told.contains("hint: save the file as UTF-8"), "{told}");
    };
    let latin = b"[queries]\n# \xc3\xa9t\xc3\xa9\noza = \"Ozal\xe9e\"\n";
    check(latin, "3: at character 12: byte E9 is not UTF-8; in Latin-1 it is \"é\"");
    check(b"\xff\xfe[\0q\0]\0", "1: is UTF-16, not UTF-8");
}

#[test]
fn a_slip_in_a_key_is_told_alone() {
    let check = |part: &str, replacement: &str, expect: &str| {
        assert_eq!(wrong(&with(part, replacement)), expect);
    };
    let keys = |keys: &str| format!("to = [\"press@ozalee.example\"]\n{keys}");
    let to = "to = [\"press@ozalee.example\"]";
    check(
        to,
        &keys("cadance = \"weekly\"\non = \"monday\""),
        "vigie.toml:14: subscriptions.press.cadance: unknown key\n  hint: did you mean `cadence`?",
    );
    check(
        to,
        &keys("Cadence = \"as-it-happens\"\nmails_a_day = 3\ngroup_wait = \"1 min\""),
        "vigie.toml:14: subscriptions.press.Cadence: unknown key\n  hint: did you mean `cadence`?",
    );
    check(
        "[queries]",
        "[querys]",
        "vigie.toml:5: querys: unknown key\n  hint: did you mean `queries`?",
    );
    check("[mail]", "[mial]", "vigie.toml:15: mial: unknown key\n  hint: did you mean `mail`?");
    check(
        "url = \"https://courrier.example/rss.xml\"",
        "platfrom = \"googlenews\"\ncountry = \"FR\"",
        "vigie.toml:9: sources.courrier.platfrom: unknown key\n  hint: did you mean `platform`?",
    );
    check(
        "directory =",
        "dirctory =",
        "vigie.toml:17: mail.dirctory: unknown key\n  hint: did you mean `directory`?",
    );
    // What is wrong besides is told.
    let told = wrong(&with(to, &keys("cadance = \"weekly\"\nat = \"8h\"")));
    assert!(told.contains("\"8h\" is not a time of day"), "{told}");
    let told =
        wrong(&with(to, &keys("cadance = \"weekly\"\ncadence = \"daily\"\non = \"monday\"")));
    assert!(told.contains("only a weekly mail has a day of the week"), "{told}");
}

#[test]
fn where_there_is_nothing_to_name_it_is_said_how_to_make_some() {
    let told = wrong(&with("ozalee = \"Ozalée\"", ""));
    let expect = "there is no query \"ozalee\"\n  hint: there are none yet; [queries] has them, as in \
                  brand = \"Your brand\"";
    assert!(told.contains(expect), "{told}");
    let told = wrong(&with("queries = [\"ozalee\"]", "queries = [\"Ozale\"]"));
    assert!(told.contains("hint: did you mean \"ozalee\"?"), "{told}");
}

#[test]
fn limits_of_spans_are_told_in_whole_units() {
    let repeat = |span: &str| {
        let key = format!("to = \"press@ozalee.example\"\nrepeat_interval = \"{span}\"");
        wrong(&with("to = [\"press@ozalee.example\"]", &key))
    };
    for (span, side) in [("5 min", "shorter"), ("90 days", "longer")] {
        let expect = format!(
            "vigie.toml:14: subscriptions.press.repeat_interval: \"{span}\" is {side} than allowed\n  \
             hint: from 10 min to 31 days"
        );
        assert_eq!(repeat(span), expect);
    }
    assert!(repeat("never").contains("is not a duration"), "{}", repeat("never"));
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
fn nobody_but_this_machine_may_ask_without_a_token() {
    let check = |web: &str, expect: &str| {
        let problems = wrong(&format!("{WORKING}\n[web]\n{web}"));
        assert!(problems.contains(expect), "{problems}");
    };
    check("listen = \"localhost\"", "\"localhost\" is not an address with a port");
    check("listen = \"0.0.0.0:80\"", "web.listen: other machines could ask here without a token");
    check("listen = \"[::]:80\"", "other machines could ask here");
    check("public_url = \"https://v.example\"", "web.public_url: everyone could ask here");
    check("public_url = \"v.example\"", "is not a URL");
    check("public_url = \"ftp://v.example\"", "is no address of the web");
    check("public_url = \"https://v.example/?a\"", "has more than a host and a path");
    check("token_env = \"UNSET\"", "UNSET is not set");
    check("token_env = \"VIGIE_SMTP\"", "the token is shorter than 16 characters");
    check("token_file = \"none\"", "failed to read /nowhere/none");
    check("token_file = \"a\"\ntoken_env = \"b\"", "stands beside `token_env`");
    check("port = 80", "unknown key");

    let door = |web: &str| parse(&format!("{WORKING}\n{web}")).unwrap().web;
    assert_eq!(door(""), None);
    let listen = |web: &str| door(web).unwrap().listen.to_string();
    assert_eq!(listen("[web]"), "127.0.0.1:8765");
    assert_eq!(listen("[web]\nlisten = \"[::1]:80\""), "[::1]:80");
    let open = "[web]\nlisten = \"0.0.0.0:80\"\ntoken_env = \"VIGIE_WEB\"";
    assert_eq!(listen(open), "0.0.0.0:80");
    let proxied = "[web]\npublic_url = \"https://v.example/brand\"\ntoken_env = \"VIGIE_WEB\"";
    assert_eq!(door(proxied).unwrap().public_url.unwrap().as_str(), "https://v.example/brand/");
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

const SOURCE: &str = "[sources.courrier]\nurl = \"https://courrier.example/rss.xml\"";

/// Returns the sources of a configuration in which these take the place of the only one.
fn sources_of(sources: &str) -> Vec<String> {
    let config = parse(&with(SOURCE, sources)).unwrap_or_else(|problems| panic!("{problems:?}"));
    config.sources.iter().map(|source| format!("{} {}", source.id, source.url)).collect()
}

#[test]
fn a_platform_is_asked_for_each_query_as_it_can_be_asked() {
    let queries = "[queries]\nozalee = 'Ozalée -yacht'\nrivals = 'Bruinelle OR \"Maison Verveine\"'\n\
                   tea = 'Ozalée kind:news'\n\n";
    let check = |source: &str, expect: &[&str]| {
        let text = with(SOURCE, source).replace(QUERIES, queries);
        let config = parse(&text).unwrap_or_else(|problems| panic!("{problems:?}"));
        let found = config.sources.iter();
        let found: Vec<String> =
            found.map(|source| format!("{} {}", source.id, source.url)).collect();
        assert_eq!(found, expect, "{source}");
    };
    check(
        "[sources.hn]\nplatform = \"hackernews\"",
        &[
            "hn.ozalee https://hn.algolia.com/api/v1/search_by_date?query=Ozal%C3%A9e&tags=(story,comment)&hitsPerPage=100&typoTolerance=false&advancedSyntax=true",
            "hn.rivals https://hn.algolia.com/api/v1/search_by_date?query=Bruinelle&tags=(story,comment)&hitsPerPage=100&typoTolerance=false&advancedSyntax=true",
            "hn.rivals-2 https://hn.algolia.com/api/v1/search_by_date?query=%22Maison+Verveine%22&tags=(story,comment)&hitsPerPage=100&typoTolerance=false&advancedSyntax=true",
        ],
    );
    check(
        "[sources.news]\nplatform = \"googlenews\"\nqueries = [\"rivals\"]\nlang = \"fr\"\ncountry = \"FR\"",
        &[
            "news.rivals https://news.google.com/rss/search?q=Bruinelle+OR+%22Maison+Verveine%22&hl=fr&gl=FR&ceid=FR:fr",
        ],
    );
    check(
        "[sources.lemmy]\nplatform = \"lemmy\"\nqueries = [\"tea\"]\ninstance = \"https://lemmy.example/x/\"",
        &[
            "lemmy.tea https://lemmy.example/x/api/v3/search?q=Ozal%C3%A9e&type_=Posts&sort=New&limit=50",
            "lemmy.tea-2 https://lemmy.example/x/api/v3/search?q=Ozal%C3%A9e&type_=Comments&sort=New&limit=50",
            "lemmy.tea-3 https://lemmy.example/x/api/v3/search?q=ozalee&type_=Posts&sort=New&limit=50",
            "lemmy.tea-4 https://lemmy.example/x/api/v3/search?q=ozalee&type_=Comments&sort=New&limit=50",
        ],
    );
    check(
        "[sources.so]\nplatform = \"stackexchange\"\nqueries = [\"tea\"]\nnames = [\"cooking\", \"travel\"]",
        &[
            "so.tea https://api.stackexchange.com/2.3/search/advanced?order=desc&sort=creation&q=Ozal%C3%A9e&site=cooking&filter=withbody&pagesize=100",
            "so.tea-2 https://api.stackexchange.com/2.3/search/advanced?order=desc&sort=creation&q=Ozal%C3%A9e&site=travel&filter=withbody&pagesize=100",
        ],
    );
    check(
        "[sources.channels]\nplatform = \"youtube\"\nnames = [\"UC12\"]",
        &["channels.uc12 https://www.youtube.com/feeds/videos.xml?channel_id=UC12"],
    );
}

#[test]
fn what_a_platform_lacks_is_told_with_what_to_do() {
    let check = |sources: &str, expect: &str| {
        let told = wrong(&with(SOURCE, sources));
        assert!(told.contains(expect), "{sources}\n{told}");
    };
    check("[sources.a]\nplatform = \"myspace\"", "there is no platform \"myspace\"");
    check("[sources.a]\nplatform = \"lemmy\"", "say which: instance = ");
    check("[sources.a]\nplatform = \"reddit\"", "answers only to an account");
    check("[sources.a]\nplatform = \"reddit\"", "docs/platforms.md");
    check("[sources.a]\nplatform = \"telegram\"", "Telegram is read by name");
    check("[sources.a]\nplatform = \"hackernews\"\nurl = \"https://a.example\"", "remove `url`");
    check("[sources.a]\nplatform = \"hackernews\"\nqueries = [\"b\"]", "there is no query \"b\"");
    check(
        "[sources.a]\nplatform = \"hackernews\"\ninstance = \"a.example\"",
        "is no address of a host",
    );
    check("[sources.a]\nplatform = \"googlenews\"\ncountry = \"ZZ\"", "is not a country's code");
    check("[sources.\"a.b\"]\nurl = \"https://a.example/\"", "a dot can't stand in a source's id");
    check("[accounts.r]\nplatform = \"reddit\"\ntoken_env = \"VIGIE_SMTP\"", "`user` is missing");
    check("[accounts.r]\nplatform = \"reddit\"\nuser = \"x\"", "add token_file or token_env");
    check(
        "[accounts.r]\nplatform = \"hackernews\"\ntoken_env = \"VIGIE_SMTP\"",
        "wants no account",
    );
    check("[accounts.r]\nplatform = \"youtube\"\ntoken_env = \"NOT_SET\"", "NOT_SET is not set");
    let two = "[accounts.a]\nplatform = \"youtube\"\ntoken_env = \"VIGIE_SMTP\"\n[accounts.b]\n\
               platform = \"youtube\"\ntoken_env = \"VIGIE_SMTP\"\n[sources.c]\nplatform = \"youtube\"";
    check(two, "has several accounts");
}

#[test]
fn an_account_opens_its_platform_and_shows_its_token_to_nobody() {
    let sources = "[accounts.data]\nplatform = \"youtube\"\ntoken_env = \"VIGIE_SMTP\"\n\n\
                   [sources.videos]\nplatform = \"youtube\"";
    assert_eq!(
        sources_of(sources),
        [
            "videos.ozalee https://www.googleapis.com/youtube/v3/search?part=snippet&type=video&order=date&maxResults=50&q=Ozal%C3%A9e"
        ]
    );
    let config = parse(&with(SOURCE, sources)).unwrap();
    assert!(!format!("{config:?}").contains("s3cret"));
}

#[test]
fn a_query_that_cannot_be_searched_for_is_warned_of_and_costs_the_others_nothing() {
    let queries = "[queries]\nozalee = \"Ozalée\"\nsold = \"~vendre lang:fr\"";
    let text = with(SOURCE, "[sources.hn]\nplatform = \"hackernews\"").replace(QUERIES, queries);
    let config = parse(&text).unwrap();
    assert_eq!(config.sources.len(), 1);
    let told: Vec<String> = config.warnings.iter().map(Problem::to_string).collect();
    let about = told.iter().find(|told| told.contains("sources.hn.platform")).unwrap();
    assert!(about.contains("the query \"sold\" asks for no word"), "{about}");
    let named = text.replace("\"hackernews\"", "\"hackernews\"\nqueries = [\"sold\"]");
    assert!(wrong(&named).contains("sources.hn.queries: the query \"sold\" asks for no word"));
}

#[test]
fn endpoints_of_all_kinds_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("ticket.sh");
    std::fs::write(&program, "#!/bin/sh").unwrap();
    let config = parse(&format!(
        "{WORKING}\n\
         [webhooks.crm]\nurl = 'https://crm.example/in'\nsecret_env = 'VIGIE_CRM'\n\
         queries = ['ozalee']\ntones = ['negative', 'unsure']\nallow_addresses = ['10.1.0.0/16']\n\
         [chats.newsroom]\nkind = 'slack'\nurl_env = 'VIGIE_SLACK'\ngroup_wait = '5 min'\n\
         [chats.phone]\nkind = 'ntfy'\nurl = 'https://ntfy.example/base/ozalee'\ntoken_env = 'VIGIE_SMTP'\n\
         lang = 'fr'\nzone = 'Europe/Paris'\n\
         [commands.ticket]\nrun = [{:?}, '--x']\nevents = ['signal.opened']\n\
         [files.archive]\npath = 'events.jsonl'\nsize_mib_max = 3\n",
        program.display().to_string()
    ))
    .unwrap();
    let kinds: Vec<_> =
        config.endpoints.iter().map(|it| (it.id.as_str(), it.kind(), it.kinds.len())).collect();
    let expect = [
        ("crm", "webhook", 8),
        ("newsroom", "chat", 4),
        ("phone", "chat", 4),
        ("ticket", "command", 1),
        ("archive", "file", 8),
    ];
    assert_eq!(kinds, expect);
    let crm = &config.endpoints[0];
    assert_eq!(crm.queries, Some(vec!["ozalee".into()]));
    assert_eq!(crm.tones, Some(vec![Some(model::Tone::Negative), None]));
    let Way::Post(target) = &crm.way else { panic!("{crm:?}") };
    assert_eq!((target.keys.len(), target.allowed.len()), (2, 1));
    let zone = |at: usize| match config.endpoints[at].form {
        Form::Messages { zone, .. } => zone,
        Form::Events | Form::Log { .. } => panic!("no chat room"),
    };
    assert_eq!((zone(1), zone(2)), (chrono_tz::Tz::UTC, chrono_tz::Tz::Europe__Paris));
    let Way::Post(phone) = &config.endpoints[2].way else { panic!() };
    assert_eq!(phone.url.as_ref().unwrap().reveal(), "https://ntfy.example/base/");
    assert_eq!(phone.bearer.as_ref().unwrap().reveal(), "s3cret");
    let shown = format!("{:?}", config.endpoints);
    assert!(!shown.contains("s3cret") && !shown.contains("whsec"), "{shown}");
    assert!(!crm.target().contains("crm.example"), "{}", crm.target());
    assert_eq!(config.warnings, []);
}

#[test]
fn what_is_wrong_with_an_endpoint_is_told_with_its_line_and_a_hint() {
    let problems = wrong(&format!(
        "{WORKING}\n\
         [webhooks.a]\nurl = 'ftp://crm.example/in'\nsecret_env = 'VIGIE_SHORT'\nqueries = ['ozalé']\n\
         events = ['mention.deleted']\ntones = ['angry']\n\
         [webhooks.b]\n\
         [webhooks.c]\nurl = 'https://x.example'\nurl_env = 'VIGIE_SLACK'\nsecret_env = 'VIGIE_NONE'\n\
         [chats.a]\nkind = 'irc'\nurl = 'https://x.example'\n\
         [chats.d]\nkind = 'ntfy'\nurl = 'https://ntfy.example/'\ngroup_wait = '2 d'\n\
         [commands.e]\nrun = 'rm -rf /'\n\
         [commands.f]\nrun = ['/nowhere/program']\ntimeout = '1 h'\n\
         [commands.g]\nrun = ['program']\n\
         [files.h]\nsize_mib_max = 0\npaht = 'x'\n"
    ));
    insta::assert_snapshot!(problems);
}

#[test]
fn what_is_wrong_with_a_logger_is_told_with_its_line_and_a_hint() {
    let problems = wrong(&format!(
        "{WORKING}\n[syslogs.a]\nto = 'logs.example'\nfacility = 'mail'\nallow_addresses = ['x']\n\
         [syslogs.b]\n[syslogs.c]\nto = 'tcp://logs.example/x'\nkind = 'x'\n"
    ));
    for part in [
        "syslogs.a.to: \"logs.example\" is no address of a logger\n  hint: write \"/dev/log\"",
        "syslogs.a.facility: \"mail\" is not one of the words known here\n  hint: write one of: user",
        "syslogs.a.allow_addresses: ",
        "syslogs.b: `to` is missing\n  hint: write \"/dev/log\"",
        "syslogs.c.to: \"tcp://logs.example/x\" has more than a host and a port",
        "syslogs.c.kind: ",
    ] {
        assert_eq!(problems.matches(part).count(), 1, "{part}: {problems}");
    }
    let warned = |to: &str| {
        let text = format!("{WORKING}\n[syslogs.a]\nto = '{to}'\n");
        parse(&text).unwrap().warnings.len()
    };
    let clear = ["udp://logs.example", "tcp://10.1.2.3"].map(warned);
    let here = ["/dev/log", "udp://localhost", "tcp://127.0.0.1:601", "tcp://[::1]"].map(warned);
    assert_eq!((clear, here), ([1; 2], [0; 4]));
}

#[test]
fn settings_that_would_tell_nothing_or_twice_are_mistakes() {
    let problems = wrong(&format!(
        "{WORKING}\n[signals]\nkinds = []\n[signals.queries.ozalee]\ntheme = 'ozalee'\n\
         [webhooks.a]\nurl = 'https://x.example/in'\nsecret_env = 'VIGIE_CRM'\nevents = []\n\
         [files.b]\npath = 'x.jsonl'\n[files.c]\npath = './x.jsonl'\n[files.d]\npath = 'y.jsonl'\n"
    ));
    for part in [
        "`kinds` names no kind",
        "`theme` is the query itself",
        "`events` names none",
        "\"b\" writes into the same file",
    ] {
        assert_eq!(problems.matches(part).count(), 1, "{part}: {problems}");
    }
}

#[test]
fn an_endpoint_that_could_never_be_told_anything_is_a_mistake() {
    let endpoint = |table: &str, keys: &str| {
        let url = "url = 'https://x.example/in'";
        match table {
            "webhooks" => {
                format!("{WORKING}\n[webhooks.a]\n{url}\nsecret_env = 'VIGIE_CRM'\n{keys}\n")
            }
            table => format!("{WORKING}\n[{table}.a]\nkind = 'slack'\n{url}\n{keys}\n"),
        }
    };
    let check = |table: &str, keys: &str, expect: &str| {
        let told = wrong(&endpoint(table, keys));
        assert!(told.contains(&format!("{table}.a: is never told anything: {expect}\n")), "{told}");
    };
    let by_severity = "`severities` leaves it out";
    check("webhooks", "events = ['mention.created']\nseverities = ['crisis']", by_severity);
    check(
        "webhooks",
        "events = ['signal.opened', 'signal.grew']\nseverities = 'info'",
        by_severity,
    );
    check("chats", "events = 'digest.sent'\nseverities = ['warning', 'crisis']", by_severity);
    check("chats", "queries = []", "`queries` names none");
    let none = wrong(&endpoint("webhooks", "tones = []"));
    assert!(none.contains("webhooks.a: `tones` names none"), "{none}");
    // A wrong word is told, and not what would follow from it.
    assert!(!wrong(&endpoint("chats", "severities = ['grave']")).contains("never"));

    let config = parse(&endpoint("webhooks", "queries = []")).unwrap();
    let of_no_query =
        [EventKind::SourceTroubled, EventKind::SourceRecovered, EventKind::DigestSent];
    assert_eq!(config.endpoints[0].kinds, of_no_query);
    let keys = "events = ['mention.created', 'signal.opened']\nseverities = ['crisis']";
    let config = parse(&endpoint("chats", keys)).unwrap();
    let warnings: Vec<String> = config.warnings.iter().map(Problem::to_string).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let expect = "chats.a.events: mention.created is never told: `severities` leaves it out";
    assert!(warnings[0].contains(expect), "{warnings:?}");
    // Nobody named what the usual events of a room leave out.
    let config = parse(&endpoint("chats", "severities = ['crisis']")).unwrap();
    assert_eq!(config.warnings, []);
}

#[test]
fn an_event_that_travels_in_the_clear_is_warned_of() {
    let warned = |url: &str| {
        let text = format!("{WORKING}\n[webhooks.a]\nurl = '{url}'\nsecret_env = 'VIGIE_CRM'\n");
        parse(&text).unwrap().warnings.len()
    };
    assert_eq!(warned("http://crm.example/in"), 1);
    assert_eq!(warned("http://127.0.0.1:9000/in"), 0);
    assert_eq!(warned("http://localhost/in"), 0);
    assert_eq!(warned("https://crm.example/in"), 0);
}

#[test]
fn signals_are_watched_as_usual_unless_a_query_has_words_of_its_own() {
    let text = format!(
        "{WORKING}\n[signals]\nalarms_a_month = 0.5\nbucket = \"1 h\"\ncountry = \"fr\"\n\
         crisis_days = 2000\n[signals.queries.ozalee]\ncrisis_sources = 5\nkinds = \"silence\"\nquiet = [\"2026-08-01..2026-08-15\", \
         \"2026-12-25\"]\n[signals.events.Fair]\ndays = \"2026-06-12..2026-06-14\"\nlift = 2.5\n"
    );
    let config = parse(&text).unwrap();
    let (usual, own) = (config.signals.of(&"other".into()), config.signals.of(&"ozalee".into()));
    assert!((usual.alarms_a_month - 0.5).abs() < 1e-9 && usual.kinds.len() == 5);
    assert_eq!((usual.crisis.days, usual.crisis.mentions, own.crisis.sources), (2000, 20, 5));
    assert_eq!(usual.bucket, Duration::from_hours(1));
    assert_eq!((own.bucket, own.kinds.len(), own.quiet.len()), (usual.bucket, 1, 2));
    assert_eq!(config.signals.country.map(signal::Country::code), Some("FR"));
    assert!((config.signals.known[0].lift - 2.5).abs() < 1e-9);
    // Without any word the zone is that of who is told first, and subscribers hear of signals.
    let config = parse(WORKING).unwrap();
    assert_eq!(config.signals.zone, config.subscriptions[0].subscription.zone);
    assert_eq!(config.subscriptions[0].severities.len(), 3);
}

#[test]
fn mistakes_in_signals_are_told_with_place_and_hint() {
    let text = format!(
        "{WORKING}\n[signals]\nalarms_a_month = 0\nbucket = \"7 min\"\ncountry = \"XX\"\n\
         kinds = [\"rise\", \"panic\"]\nquiet = \"August\"\nmentions_min = 0\n\
         [signals.queries.ozalea]\nsources_min = 2\n[signals.events.Fair]\nlift = 1000\n"
    );
    insta::assert_snapshot!(wrong(&text));
}

#[test]
fn who_hears_of_what_is_said_by_severity() {
    let with = |key: &str| {
        let text =
            WORKING.replace("[subscriptions.press]", &format!("[subscriptions.press]\n{key}"));
        assert_ne!(text, WORKING);
        text
    };
    let read = |key: &str| -> Vec<&'static str> {
        let config = parse(&with(key)).unwrap();
        config.subscriptions[0].severities.iter().map(|one| one.as_str()).collect()
    };
    assert_eq!(read("severities = [\"crisis\", \"info\"]"), ["info", "crisis"]);
    assert_eq!(read("severities = \"warning\""), ["warning"]);
    assert_eq!(read(""), ["info", "warning", "crisis"]);
    insta::assert_snapshot!(wrong(&with("signals = false\nseverities = [\"grave\"]")));
    // Letters of signals are grouped and counted, whatever the cadence.
    let grouped = "mails_a_day = 3\ngroup_wait = \"2 min\"\ncadence = \"weekly\"";
    let weekly = parse(&with(grouped)).unwrap().subscriptions.remove(0);
    assert_eq!((weekly.mails_a_day, weekly.group.wait), (Some(3), TimeDelta::minutes(2)));
    let without = wrong(&with(&format!("{grouped}\nseverities = \"info\"")));
    let lines: Vec<&str> = without.lines().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(lines, ["vigie.toml:12", "  hint", "vigie.toml:13", "  hint"], "{without}");
}

#[test]
fn a_name_is_one_line_of_what_shows_wherever_it_stands() {
    for (part, name) in [
        ("ozalee = \"Ozal", "\"oza\\nlee\" = \"Ozal"),
        ("[subscriptions.press]", "[subscriptions.\"exté\\r\\nrieur <x>\"]"),
        ("[sources.courrier]", "[sources.\"cour\\u202Erier\"]"),
        ("url = ", "name = \"a\\u001Bb\"\nurl = "),
        ("[mail]", "[chats.\"a\\u2028b\"]\nkind = \"slack\"\nurl_env = \"VIGIE_SLACK\"\n[mail]"),
        ("[mail]", "[files.\"a\\u200Bb\"]\npath = \"x\"\n[mail]"),
        ("[mail]", "[parts]\n\"p\\u2066\" = \"thé\"\n[mail]"),
    ] {
        let problems = wrong(&with(part, name));
        assert!(problems.contains("a name can't have the character U+"), "{name}: {problems}");
        assert!(problems.contains("vigie.toml:") && problems.contains("on one line"), "{problems}");
    }
    for name in ["Équipe R&D", "تجربة", "می\u{200c}خواهم", "👩\u{200d}🔬", "a\u{a0}: b"]
    {
        parse(&with("[subscriptions.press]", &format!("[subscriptions.\"{name}\"]"))).unwrap();
    }
    assert_eq!(
        wrong(&with("[sources.courrier]", "[sources.\"cour\\u202Erier\"]")),
        "vigie.toml:8: sources.\"cour\\u{202e}rier\": a name can't have the character U+202E\n  \
         hint: write it on one line, without control characters and invisible ones"
    );
}
