//! When mails leave, as `vigie run` sends them and `vigie status` and `vigie check` tell of them.

use std::time::Instant;

use crate::process::{Place, now};
use crate::settings::{FOLDER, server, watching};
use crate::site::Publication;
use crate::smtp::Sink;

const SENT: &[&str] = &["\"message\":\"sent\""];

#[test]
fn what_comes_within_the_wait_of_the_first_is_one_mail() {
    let courrier = Publication::default();
    let site = courrier.site();
    let sink = Sink::start(&[]);
    let settings = watching(&[("courrier", &site)], &server(sink.port))
        .replace("group_wait = \"0 s\"", "group_wait = \"6 s\"");
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited"]);
    let began = Instant::now();
    for name in ["1", "2"] {
        courrier.publish(name, &format!("Ozalée ouvre une boutique, {name}"), "Du thé.");
        daemon.wait_until("it to be found", || {
            place.ledger().head().unwrap().0 >= name.parse::<u64>().unwrap()
        });
    }
    assert_eq!(sink.log().len(), 0, "the first waits for company");
    let waits = place.ledger().subscriptions().unwrap()[0].waits_until;
    assert!(waits.is_some_and(|until| until > now()), "{waits:?}");
    daemon.wait_for_line(SENT);
    assert!(began.elapsed().as_secs() >= 6);
    assert!(daemon.stop().success());
    let mails = sink.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("boutique, 1") && mails[0].text.contains("boutique, 2"));
}

#[test]
fn status_and_check_tell_when_each_subscription_is_next_told_and_what_it_waits_for() {
    let courrier = Publication::default();
    let site = courrier.site();
    let today = now().date_naive();
    let [yesterday, tomorrow] = [-1, 1].map(|days| today + chrono::TimeDelta::days(days));
    let more = format!(
        "[subscriptions.abroad]\nqueries = [\"ozalee\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"as-it-happens\"\ngroup_wait = \"0 s\"\naway = \"{yesterday}..{tomorrow}\"\n\
         [subscriptions.month]\nqueries = [\"ozalee\"]\nto = [\"a@ozalee.example\"]\n\
         cadence = \"monthly\"\nday = 31\nat = \"08:15\"\nquiet_hours = \"08:00-08:30\"\n\
         zone = \"Asia/Kolkata\"\n[mail]\n"
    );
    let settings = watching(&[("courrier", &site)], FOLDER).replace("[mail]\n", &more);
    let place = Place::new(&settings);
    let back = (tomorrow + chrono::TimeDelta::days(1)).format("%Y-%m-%d 00:00");
    let row = |told: &str, name: &str| -> String {
        let row = told.lines().find(|line| line.starts_with(name));
        let row = row.unwrap_or_else(|| panic!("no {name}: {told}"));
        row.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let checked = place.print(&["check"]);
    assert_eq!(row(&checked, "abroad"), format!("abroad 1 {back} UTC away"));
    assert_eq!(row(&checked, "press"), "press 1 as it happens UTC");
    let month = row(&checked, "month");
    assert!(month.contains(" 08:30 Asia/Kolkata quiet hours or days"), "{month}");

    let daemon = place.start();
    courrier.publish("1", "Ozalée ouvre une boutique", "Du thé.");
    daemon.wait_for_line(SENT);
    let status = || place.print(&["status"]);
    daemon.wait_until("the stay to hold it", || row(&status(), "abroad").contains("since"));
    let told = status();
    let abroad = row(&told, "abroad");
    assert!(abroad.starts_with(&format!("abroad 1 {back} UTC since ")), "{abroad}");
    assert!(abroad.ends_with(": away"), "{abroad}");
    assert_eq!(row(&told, "month"), month);
    // A directory that is the configuration's is shown as it says.
    assert_eq!(row(&place.print(&["status", "--data", "data"]), "abroad"), abroad);
    // Without the configuration, what the ledger knows, in the zone that is named.
    let alone = ["status", "--data", "data", "--config", "none.toml"];
    let by_ledger = row(&place.print(&alone), "abroad");
    assert!(by_ledger.ends_with(": away"), "{by_ledger}");
    let zone = iana_time_zone::get_timezone().unwrap();
    assert!(by_ledger.contains(&format!(" {zone} since ")), "{by_ledger}");
    assert!(daemon.stop().success());
}
