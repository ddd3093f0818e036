//! Sources that can't be relied on: told with a code, a reason and since when, and taken back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::process::Place;
use crate::settings::{FOLDER, watching};
use crate::site::{Page, Site, rss};

/// What `vigie status --json` says of the only source.
fn status(place: &Place) -> serde_json::Value {
    serde_json::from_str(&place.print(&["status", "--json"])).unwrap()
}

#[test]
fn a_trouble_is_told_with_its_code_and_so_is_its_end() {
    let is_there = Arc::new(AtomicBool::new(false));
    let shown = Arc::clone(&is_there);
    let site = Site::start(move |request| match request.path.as_str() {
        "/feed" if shown.load(Ordering::Relaxed) => {
            let item = ("1".into(), "Ozalée ouvre à Lyon".into(), "Du thé pétillant.".into());
            Page::feed(rss("Le Courrier", &[item]))
        }
        _ => Page::missing(),
    });
    let place = Place::new(&watching(&[("courrier", &site)], FOLDER));
    let daemon = place.start();
    let line = daemon.wait_for_line(&["source in trouble", "\"courrier\"", "\"missing\""]);
    assert!(line.contains("answers 404 Not Found"), "{line}");
    let told = status(&place);
    assert_eq!(told["source"], "courrier");
    assert_eq!(told["trouble"]["code"], "missing");
    assert!(told["trouble"]["since"].is_string(), "{told}");
    is_there.store(true, Ordering::Relaxed);
    daemon.wait_for_line(&["source well again", "\"missing\""]);
    assert!(daemon.stop().success());
    let told = status(&place);
    assert_eq!((&told["health"], &told["trouble"]), (&"well".into(), &serde_json::Value::Null));
}
