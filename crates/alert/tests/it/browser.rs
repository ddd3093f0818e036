//! Every mail in a browser: headless Chromium, wide and narrow, light and dark. Where there is none the test
//! says so, and with `VIGIE_CHROMIUM=required` fails. `VIGIE_MAILS=FOLDER` keeps pictures to look at.

use std::path::{Path, PathBuf};
use std::process::Command;

use alert::Letter;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Locale, Selection};
use serde::Deserialize;

use crate::everything;

/// What a mail looks like in the browser; see `measure.html`.
#[derive(Debug, Deserialize)]
struct Measured {
    wide: u32,
    high: u32,
    overflow: i32,
    beyond: Vec<String>,
    pale: Vec<String>,
    least: f64,
    texts: u32,
    scripts: u32,
    acted: bool,
    broken: u32,
    images: u32,
    asked: Vec<String>,
    dark: bool,
}

const WIDTHS: [u32; 2] = [1_200, 360];

fn chromium() -> Option<&'static str> {
    let works = |name: &&str| Command::new(name).arg("--version").output().is_ok();
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(works);
    let is_required = std::env::var("VIGIE_CHROMIUM").is_ok_and(|word| word == "required");
    assert!(found.is_some() || !is_required, "there is no chromium");
    found
}

/// The HTML with its images in it: a browser knows no `cid:` addresses.
fn standalone(letter: &Letter) -> String {
    letter.images.iter().fold(letter.html.clone(), |html, image| {
        let data = format!("data:image/png;base64,{}", STANDARD.encode(&image.png));
        html.replace(&image.uri(), &data)
    })
}

/// Shows mails, each at a width, and measures them.
fn shown(
    browser: &str,
    mails: &[(String, u32)],
    dark: bool,
    picture: Option<&Path>,
) -> Vec<Measured> {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    // Of "</script>" in a mail, the page's own script must not see the end.
    let json =
        serde_json::to_string(mails).unwrap().replace("</", "<\\/").replace("<!--", "<\\u0021--");
    std::fs::write(&page, include_str!("measure.html").replace("/*MAILS*/[]", &json)).unwrap();
    let run = |what: &str| {
        let mut command = Command::new(browser);
        command
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars"])
            .args(["--virtual-time-budget=20000", "--window-size=1200,4000"])
            // No name leads anywhere.
            .args(["--host-resolver-rules=MAP * ~NOTFOUND", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
            .arg(format!("--blink-settings=preferredColorScheme={}", i32::from(!dark)))
            .arg(what)
            .arg(format!("file://{}", page.display()));
        command.output().unwrap()
    };
    if let Some(picture) = picture {
        run(&format!("--screenshot={}", picture.display()));
    }
    let output = run("--dump-dom");
    let dom = String::from_utf8_lossy(&output.stdout);
    let told = dom.split_once("measured:").and_then(|(_, rest)| rest.split('<').next());
    let told = told.unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&output.stderr)));
    serde_json::from_slice(&STANDARD.decode(told.trim()).unwrap()).unwrap()
}

fn mails() -> Vec<(String, Letter)> {
    let mut mails = vec![("notice".to_owned(), everything::notice("410 Gone"))];
    for (lang, locale) in [("en", Locale::English), ("fr", Locale::French)] {
        mails.extend([
            (format!("{lang}-all"), everything::crisis(locale, Selection::All)),
            (format!("{lang}-best"), everything::crisis(locale, Selection::Best)),
            (format!("{lang}-away"), everything::away(locale)),
            (format!("{lang}-signal"), everything::signal(locale)),
            (format!("{lang}-signals"), everything::signals(locale)),
            (format!("{lang}-confirmation"), everything::asked(locale, "press-office", "Ozalée")),
        ]);
    }
    // What is bad for headers alone looks like words.
    let seen = ["script", "quotes", "bidi", "comments", "marks", "endless"];
    for (name, evil) in everything::EVILS.iter().filter(|(name, _)| seen.contains(name)) {
        let evil = if *name == "endless" { "W".repeat(100_000) } else { (*evil).to_owned() };
        mails.extend(
            everything::all_poisoned(&evil)
                .into_iter()
                .map(|(kind, it)| (format!("{name}-{kind}"), it)),
        );
    }
    mails
}

#[test]
fn every_mail_looks_well_wide_and_narrow_light_and_dark() {
    let Some(browser) = chromium() else {
        println!("NOT RUN: no chromium here, so no mail was looked at in a browser");
        return;
    };
    let keep = std::env::var_os("VIGIE_MAILS").map(PathBuf::from);
    let mails = mails();
    let mut count = 0;
    for dark in [false, true] {
        let frames: Vec<(String, u32)> = mails
            .iter()
            .flat_map(|(_, letter)| WIDTHS.map(|wide| (standalone(letter), wide)))
            .collect();
        let measured = shown(browser, &frames, dark, None);
        assert_eq!(measured.len(), frames.len());
        let names =
            mails.iter().flat_map(|(name, _)| WIDTHS.map(|wide| format!("{name} at {wide}")));
        for (name, it) in names.zip(&measured) {
            let what = format!("{name}, dark {dark}: {it:?}");
            assert!(it.dark == dark && WIDTHS.contains(&it.wide), "{what}");
            assert!(it.texts >= 4 && it.high > 150, "it shows something: {what}");
            assert!(it.overflow <= 0 && it.beyond.is_empty(), "nothing is cut off: {what}");
            assert!(it.pale.is_empty() && it.least >= 4.5, "all can be read: {what}");
            assert!(it.asked.is_empty() && it.broken == 0, "nothing is fetched: {what}");
            assert!(!it.acted && it.scripts == 0, "nothing acts: {what}");
            count += 1;
        }
        let charts = |name: &str| {
            let at = mails.iter().position(|(known, _)| known == name).unwrap();
            measured[2 * at].images
        };
        assert_eq!((charts("en-all"), charts("fr-signal"), charts("notice")), (1, 1, 0));
        if let Some(folder) = &keep {
            for ((name, _), frames) in mails.iter().zip(frames.chunks(2)).take(11) {
                for frame in frames {
                    let shade = if dark { "dark" } else { "light" };
                    let file = folder.join(format!("{name}-{}-{shade}.png", frame.1));
                    shown(browser, std::slice::from_ref(frame), dark, Some(&file));
                }
            }
        }
    }
    println!("{count} views of {} mails in a browser", mails.len());
}
