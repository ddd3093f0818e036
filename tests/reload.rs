//! The daemon's life: a changed configuration, a stop in the middle of work, a loop that can't go on.

use std::process::Command;
use std::sync::{Mutex, mpsc};

use crate::process::{Daemon, Place};
use crate::settings::{FOLDER, source, watching};
use crate::site::{Publication, Site, rss};

/// A site with one item, and the configuration that watches it.
fn watched_site() -> (Publication, Site, String) {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre à Lyon", "");
    let site = courrier.site();
    let settings = watching(&[("courrier", &site)], FOLDER);
    (courrier, site, settings)
}

#[test]
fn a_valid_change_takes_effect_without_a_restart() {
    let (_courrier, site, settings) = watched_site();
    let gazette = Publication::default();
    gazette.publish("a", "Bruinelle répond", "");
    let gazette = gazette.site();
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"courrier\"", "\"new\":1"]);

    let settings = settings.replace("[queries]", "[queries]\nrival = 'Bruinelle'");
    place.configure(&(settings + &source("gazette", &gazette.url("/feed"))));
    daemon.signal("HUP");
    daemon.wait_for_line(&["read the configuration again", "\"sources\":2"]);
    daemon.wait_for_line(&["visited", "\"gazette\"", "\"new\":1", "\"hits\":1"]);

    // What is no longer configured is no longer visited.
    let (_, _, settings) = watched_site();
    place.configure(&settings.replace("[sources.courrier]", "[sources.other]"));
    daemon.signal("HUP");
    daemon.wait_for_line(&["visited", "\"other\""]);
    let asked = site.times_asked("/feed");
    daemon.wait_for_line(&["visited", "\"other\""]);
    daemon.wait_for_line(&["visited", "\"other\""]);
    assert_eq!(site.times_asked("/feed"), asked);
    assert!(daemon.stop().success());
    let status = place.print(&["status"]);
    assert!(!status.contains("courrier") && !status.contains("gazette"), "{status}");
}

#[test]
fn an_invalid_change_is_told_in_full_and_the_former_configuration_stays() {
    let (courrier, _site, settings) = watched_site();
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1"]);

    place.configure(
        &settings
            .replace("'Ozalée'", "'Ozalée AND ('")
            .replace("every = \"1 s\"", "every = \"often\"")
            .replace("[mail]", "[mail]\nform = 1"),
    );
    daemon.signal("HUP");
    let mut told = Vec::new();
    loop {
        let line = daemon.wait_for_line(&["\"ERROR\""]);
        if line.contains("the configuration is kept as it was") {
            assert!(line.contains(&format!("\"problems\":{}", told.len())), "{line} {told:?}");
            break;
        }
        told.push(line);
    }
    for mistake in ["queries.ozalee", "sources.courrier.every", "mail.form"] {
        assert!(told.iter().any(|line| line.contains(mistake)), "{mistake}: {told:?}");
    }
    still_watching(&courrier, daemon);
}

#[test]
fn another_data_directory_is_refused_while_running() {
    let (courrier, _site, settings) = watched_site();
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1"]);
    place.configure(&settings.replace("data = \"data\"", "data = \"elsewhere\""));
    daemon.signal("HUP");
    daemon.wait_for_line(&["\"ERROR\"", "the data directory can't change while running"]);
    still_watching(&courrier, daemon);
    assert!(!place.path("elsewhere").exists());
}

fn still_watching(courrier: &Publication, daemon: Daemon) {
    courrier.publish("2", "Ozalée ouvre à Lille", "");
    daemon.wait_for_line(&["visited", "\"courrier\"", "\"new\":1", "\"hits\":1"]);
    assert!(daemon.stop().success());
}

#[test]
fn a_stop_waits_for_the_page_that_is_under_way_and_keeps_its_item() {
    let (answer, answers) = mpsc::channel::<()>();
    let answers = Mutex::new(answers);
    let slow = Site::of_feed(move || {
        // Until the test drops the other end.
        answers.lock().unwrap().recv().ok();
        rss("Lente", &[("1".into(), "Ozalée, enfin".into(), String::new())])
    });
    let place = Place::new(&watching(&[("lente", &slow)], FOLDER));
    let daemon = place.start();
    daemon.wait_until("the site to be asked", || slow.times_asked("/feed") == 1);
    daemon.signal("TERM");
    daemon.wait_for_line(&["\"message\":\"stopping"]);
    drop(answer);
    assert!(daemon.wait_for_end().success());
    assert_eq!(slow.times_asked("/feed"), 1);
    let items = place.ledger().items_after(model::Seq(0), 10).unwrap();
    assert_eq!(items.len(), 1);
    assert_eq!(items[0].item.title, "Ozalée, enfin");
    assert_eq!(place.search(&["Ozalée"]).len(), 1, "it was indexed too");
}

#[test]
fn a_loop_that_can_not_go_on_ends_the_process_with_its_name_and_reason() {
    let (courrier, _site, settings) = watched_site();
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":1"]);
    // A backup that was put back without its outbox, say.
    let program = "import sqlite3, sys\n\
                   ledger = sqlite3.connect(sys.argv[1], timeout=10)\n\
                   ledger.execute('DROP TABLE delivery')\n\
                   ledger.commit()";
    let status = Command::new("python3")
        .args(["-c", program])
        .arg(place.path("data/ledger.sqlite"))
        .status()
        .unwrap();
    assert!(status.success());
    courrier.publish("2", "Ozalée ouvre à Lille", "");
    daemon.wait_for_line(&["error: the courier failed", "no such table"]);
    assert_eq!(daemon.wait_for_end().code(), Some(1));
}
