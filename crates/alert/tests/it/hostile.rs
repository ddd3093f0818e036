//! What strangers write, through every mail and every header, read back by Python's `email`.

use std::path::Path;
use std::process::Command;

use alert::{Directory, HTML_BYTES_MAX, Letter, Mailer};
use serde_json::Value;

use crate::everything::{EVILS, all_poisoned};

/// What a mail may have in its head, and nothing else.
const HEADERS: [&str; 19] = [
    "message-id",
    "date",
    "from",
    "to",
    "subject",
    "auto-submitted",
    "x-auto-response-suppress",
    "reply-to",
    "in-reply-to",
    "references",
    "list-id",
    "list-unsubscribe",
    "list-unsubscribe-post",
    "list-help",
    "list-archive",
    "list-owner",
    "list-post",
    "mime-version",
    "content-type",
];

/// Writes a mail as it travels, and reads it as a mail program does.
async fn travelled(letter: &Letter) -> (usize, Value) {
    let folder = tempfile::tempdir().unwrap();
    Mailer::Directory(Directory::new(folder.path())).send(letter).await.unwrap();
    let file = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    let parse = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp/parse.py");
    let python = std::env::var("VIGIE_TEST_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).arg(parse).arg(&file).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let bytes = usize::try_from(file.metadata().unwrap().len()).unwrap();
    (bytes, serde_json::from_slice(&output.stdout).unwrap())
}

async fn check(name: &str, evil: &str) {
    for (kind, letter) in all_poisoned(evil) {
        let what = format!("{name} in a {kind}");
        let (bytes, mail) = travelled(&letter).await;
        assert_eq!(mail["defects"], serde_json::json!([]), "{what}");
        for (header, value) in mail["headers"].as_object().unwrap() {
            assert!(HEADERS.contains(&header.as_str()), "{what}: {header}: {value}");
            let value = value.as_str().unwrap();
            assert!(!value.chars().any(acts), "{what}: {header}: {value:?}");
            assert!(value.len() < 1_000, "{what}: {header} has {} bytes", value.len());
        }
        let to = mail["headers"]["to"].as_str().unwrap();
        assert!(
            to.ends_with("<anne@ozalee.example>") || to == "communication@ozalee.example",
            "{to}"
        );
        for part in ["html", "text"] {
            // The lines of a part in base 64 end as those of the mail do.
            let text = mail[part].as_str().unwrap().replace("\r\n", "\n");
            let acting: Vec<char> = text.chars().filter(|c| acts(*c) && *c != '\n').collect();
            assert!(acting.is_empty(), "{acting:?}: {what}: {part}: {text:?}");
            assert!(!text.contains(&"\u{301}".repeat(7)), "piled up: {what}: {part}: {text:?}");
        }
        let html = mail["html"].as_str().unwrap();
        // The whole page is ours but for what is escaped: as many marks as in a mail of harmless words.
        for mark in ["<script", "<style", "<title", "</title", "<img", "<!--", "]]", "<iframe"] {
            let harmless =
                &all_poisoned("Ozalée").into_iter().find(|(it, _)| *it == kind).unwrap().1;
            let (has, had) = (html.matches(mark).count(), harmless.html.matches(mark).count());
            assert!(
                has <= had || (mark == "]]" && name == "comments"),
                "{what}: {mark} {has} times"
            );
        }
        assert!(
            !html.contains(">49<") && !mail["text"].as_str().unwrap().contains(" 49 "),
            "{what}"
        );
        assert!(html.len() <= HTML_BYTES_MAX, "{what}: {} bytes", html.len());
        // Several signals have a chart each.
        assert!(bytes < 100_000, "{what}: {bytes} bytes");
    }
}

fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{2028}' | '\u{2029}')
        || matches!(c, '\u{200b}' | '\u{200f}' | '\u{3164}' | '\u{e0061}')
}

#[tokio::test]
async fn nothing_acts_in_any_mail_or_header() {
    for (name, evil) in EVILS {
        check(name, evil).await;
    }
}

#[tokio::test]
async fn ten_megabytes_of_anything_are_cut_in_any_mail_or_header() {
    check("a long word", &"W".repeat(10_000_000)).await;
    check("many lines", &"Ozalée\r\n".repeat(1_200_000)).await;
    check("markup", &"<b>&\"'".repeat(150_000)).await;
    check("marks", &format!("Z{}", "\u{351}".repeat(400_000))).await;
}
