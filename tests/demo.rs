//! The demonstration, from its first day to its last: what its ledger and its mails say afterwards.

use chrono::{DateTime, TimeDelta};
use model::{SignalKind, Timestamp};
use serde_json::Value;

use crate::process::Place;

fn rows(lines: &str) -> Vec<Value> {
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn at(value: &Value) -> Timestamp {
    value.as_str().unwrap().parse::<DateTime<_>>().unwrap()
}

#[test]
fn the_crisis_of_the_demo_is_raised_hours_before_its_peak_and_its_festival_is_not() {
    let place = Place::empty();
    let farewell = place.print(&["demo"]);
    assert!(farewell.contains(" signals --config vigie-demo/vigie.toml\n"), "{farewell}");
    std::fs::copy(place.path("vigie-demo/vigie.toml"), place.path("vigie.toml")).unwrap();
    let data = ["--data", "vigie-demo/data", "--json", "--since", "20d"];
    let asked = |command: &[&str]| rows(&place.print(&[command, &data].concat()));

    let mentions = asked(&["mentions", "--query", "Recall", "--copies", "--limit", "1000"]);
    let times: Vec<Timestamp> = mentions.iter().map(|mention| at(&mention["date"])).collect();
    let busy = |until: &Timestamp| {
        let since = *until - TimeDelta::hours(12);
        times.iter().filter(|time| (since..=*until).contains(*time)).count()
    };
    let peak = times.iter().max_by_key(|time| (busy(time), std::cmp::Reverse(**time))).unwrap();

    let signals = asked(&["signals"]);
    let kinds = [SignalKind::Rise.as_str(), SignalKind::Slow.as_str()];
    let of_crisis = signals.iter().filter(|signal| {
        signal["query"] == "Recall" && kinds.contains(&signal["kind"].as_str().unwrap())
    });
    let first = of_crisis.map(|signal| at(&signal["opened"])).min().expect("the crisis is raised");
    assert!(first <= *peak - TimeDelta::hours(4), "raised {first}, at its peak {peak}");
    // As much was said of another at a festival, at the same hours.
    assert!(signals.iter().all(|signal| signal["query"] != "Bruinelle"), "{signals:?}");
    // That is the doing of its announcement: without it, it is a rise as any other.
    let settings = std::fs::read_to_string(place.path("vigie-demo/vigie.toml")).unwrap();
    let (before, announced) = settings.split_once("[signals.events.").unwrap();
    let (_, sources) = announced.split_once("\n\n").unwrap();
    std::fs::write(place.path("vigie-demo/silent.toml"), format!("{before}{sources}")).unwrap();
    let raised = |settings: &str| {
        let replay = ["signals", "replay", "--query", "Bruinelle", "--since", "20d", "--json"];
        let turns = rows(&place.print(&[&replay[..], &["--config", settings]].concat()));
        turns.iter().filter(|turn| turn["turn"] == "opened").count()
    };
    assert_eq!([raised("vigie-demo/vigie.toml"), raised("vigie-demo/silent.toml")], [0, 1]);

    let told = place.print(&["signals", "--data", "vigie-demo/data", "--since", "20d"]);
    assert!(told.contains("  Recall: ") && told.contains("What stands out: "), "{told}");
    let told =
        place.print(&["signals", "--data", "vigie-demo/data", "--since", "20d", "--lang", "fr"]);
    assert!(told.contains("d’habitude"), "{told}");

    let mails: Vec<String> = std::fs::read_dir(place.path("vigie-demo/mails"))
        .unwrap()
        .map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap())
        .filter(|mail| mail.contains("\nTo: \"Crisis cell\""))
        .collect();
    let digests = mails.iter().filter(|mail| mail.contains("\nSubject: Vigie")).count();
    assert!(digests > 5 && digests < mails.len(), "{digests} of {}", mails.len());
    let tested = place.print(&[
        "query",
        "test",
        "Recall",
        "--days",
        "20",
        "--json",
        "--data",
        "vigie-demo/data",
    ]);
    assert_eq!(rows(&tested)[0]["mails"][0]["sent"], digests);
}
