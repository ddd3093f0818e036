//! That remarks are of use: fixes help, errors keep their hints, and nothing is said without need.

mod clean;
mod truth;
mod warnings;

use proptest::prelude::*;

use super::{LINTS_MAX, Lint, LintCode, Severity, all_warnings, lint, remarks};
use crate::Parts;

fn parts() -> Parts {
    let mut parts = Parts::default();
    parts.insert("competitors", "beta OR gamma").unwrap();
    parts.insert("rivaux", "in:title delta").unwrap();
    parts
}

fn fixed(lint: &Lint, text: &str) -> Option<String> {
    let (range, with) = lint.fix.as_ref()?.replacement.as_ref()?;
    Some([&text[..range.start], with, &text[range.end..]].concat())
}

#[test]
fn an_error_keeps_its_code_and_its_hint() {
    let check = |text: &str, code: LintCode, message: &str, hint: &str, expect: Option<&str>| {
        let lints = lint(text, &parts());
        let [lint] = lints.as_slice() else { panic!("{text}: {lints:?}") };
        assert_eq!((lint.code, lint.severity), (code, Severity::Error), "{text}");
        assert_eq!(lint.message, message, "{text}");
        assert_eq!(lint.fix.as_ref().unwrap().message, hint, "{text}");
        assert_eq!(fixed(lint, text).as_deref(), expect, "{text}");
    };
    let excludes = "this only excludes, so that it would find almost everything";
    let add = "add a word or a filter that must be there";
    check("-acme", LintCode::PurelyNegative, excludes, add, None);
    let message = "unknown field titel:";
    check("titel:a", LintCode::UnknownField, message, "did you mean title:?", None);
    let message = "\"|\" has no word in it";
    let hint = "write OR, in capitals";
    check("a | b", LintCode::NothingToSearch, message, hint, Some("a OR b"));
    let (message, hint) = ("\"&&\" has no word in it", "write AND, in capitals");
    check("a && b", LintCode::NothingToSearch, message, hint, Some("a AND b"));
    // Where it would not help it is not offered.
    let (message, hint) = ("\"|\" has no word in it", "write OR, in capitals");
    check("| b", LintCode::NothingToSearch, message, hint, None);
}

#[test]
fn what_stands_in_a_named_part_is_not_told_where_its_name_stands() {
    let mut parts = Parts::default();
    parts.insert("odd", "beta and gamma OR ab* OR beta OR le OR rating:8").unwrap();
    assert_eq!(lint("acme @odd", &parts), []);
    assert_eq!(lint("acme -@odd", &parts), []);
}

#[test]
fn a_remark_is_shown_with_carets_and_serialises() {
    let text = "acme or shop";
    let lint = lint(text, &Parts::default()).remove(0);
    assert_eq!(lint.render(text), "acme or shop\n     ^^");
    assert_eq!(
        lint.to_string(),
        "“or” is a word to look for here, not an operator [lowercase-operator]\n  \
         hint: write OR, or put the words between quotation marks"
    );
    let expect = serde_json::json!({
        "code": "lowercase-operator",
        "severity": "warning",
        "span": { "start": 5, "end": 7 },
        "message": "“or” is a word to look for here, not an operator",
        "fix": {
            "message": "write OR, or put the words between quotation marks",
            "replacement": [{ "start": 5, "end": 7 }, "OR"],
        },
    });
    assert_eq!(serde_json::to_value(&lint).unwrap(), expect);
}

#[test]
fn only_so_much_is_said_of_one_query() {
    let text = "acme ".repeat(1000);
    assert_eq!(lint(&text, &parts()).len(), LINTS_MAX);
}

/// Looks at a text, whatever it is: every remark stands in it, and every fix helps.
fn look(text: &str) {
    let parts = parts();
    let lints = lint(text, &parts);
    let is_read = crate::parse_with(text, &parts).is_ok();
    for lint in &lints {
        assert_eq!(lint.severity, lint.code.severity());
        assert_eq!(lint.severity == Severity::Warning, is_read, "{text}");
        assert!(text.get(lint.span.clone()).is_some(), "{text}");
        assert_eq!(lint.render(text).lines().count(), 2, "{text}");
        assert!(lint.fix.as_ref().is_some_and(|fix| !fix.message.is_empty()), "{text}");
        if let Some(fixed) = fixed(lint, text) {
            let same =
                |lints: &[Lint]| lints.iter().filter(|other| other.code == lint.code).count();
            let after = remarks(&fixed, &parts, all_warnings);
            // Of what is beyond the most that is said nothing is known.
            let is_all = lints.len() < LINTS_MAX;
            assert!(!is_all || same(&after) < same(&lints), "{text} => {fixed}");
            assert!(!is_read || crate::parse_with(&fixed, &parts).is_ok(), "{text} => {fixed}");
        }
    }
    assert!(is_read || !lints.is_empty(), "{text}");
}

/// Words and operators of which much can be said.
const ODD: &str = "(acme |shop |acmes |Acme |le |the |thé |and |or |not |near |et |ou |AND |OR |NOT |-|\\(|\\) ?\
    |\"acme shop\" |\"acme \\* shop\" |\"acme OR shop\" |'acme |shop' |\\[acme |shop\\] |acm\\* |ab\\* |acme\\? |acme\\|shop \
    |!acme |–acme |acme~2 |C\\+\\+ |HP |hp |\\{HP\\} |#acme |@acme |@competitor |@competitors |@acme\\.com |аcme \
    |lang:fr |lang:en |site:acme\\.com |site:blog\\.acme\\.com |rating:8 |rating:\\[\\* TO 3\\] |rating:\\[4 TO 5\\] |likes:\\[\\* TO 3\\] \
    |title:acme |title:|in:title |context:\\(|~acme |NEAR/30 |NEAR |ATLEAST/2 |/acme/ |/\\(i\\?\\)acm/ |/acme\\.com/ |/\\.\\*acme/i |/\\[0-9\\]/ )";

proptest! {
    #[test]
    fn any_text_is_looked_at(text in crate::parse::tests::size::pieces(30)) {
        look(&text);
    }

    #[test]
    fn an_odd_query_gets_fixes_that_help(
        text in proptest::string::string_regex(&format!("{ODD}{{1,8}}")).unwrap(),
    ) {
        look(&text);
    }
}

#[test]
fn a_hostile_text_is_looked_at() {
    for piece in [
        "le ",
        "acme ",
        "acme OR ",
        "acme shop OR ",
        "(acme OR ",
        "(le (",
        "-le ",
        "'a ",
        "[a ",
        "a] ",
        "a? ",
        "\"a * ",
        "\"a OR b\" ",
        "a|b ",
        "!a ",
        "–a ",
        "@competitor ",
        "@competitors ",
        "аb ",
        "C++ ",
        "ab* NEAR/30 ",
        "/.*a/ ",
        "rating:8 ",
        "rating:[* TO 3] ",
        "lang:fr -lang:fr ",
        "site:a.b.c ",
        "and ",
        "and or ",
        "title:a:b ",
        "~1 ",
        "^",
    ] {
        look(&piece.repeat(400 / piece.chars().count()));
        look(&(piece.repeat(400 / piece.chars().count()) + "acme"));
    }
}
