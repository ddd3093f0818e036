//! `vigie query`, and what configurations say of queries.

use crate::process::Place;
use crate::settings::{FOLDER, watching};
use crate::site::Publication;

#[test]
fn an_edited_part_gives_the_queries_that_use_it_another_past() {
    let gazette = Publication::default();
    gazette.publish("1", "Bruinelle répond", "");
    gazette.publish("2", "Verveine se tait", "");
    let site = gazette.site();
    let configuration = |rivals: &str| {
        let queries =
            format!("[parts]\nrivals = '{rivals}'\n[queries]\nrival = 'title:x OR @rivals'");
        watching(&[("gazette", &site)], FOLDER).replace("[queries]", &queries)
    };
    let place = Place::new(&configuration("Bruinelle"));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":2", "\"hits\":1"]);
    assert_eq!(place.ledger().queries().unwrap().queries[1].1, "title:x OR (Bruinelle)");

    place.configure(&configuration("Bruinelle OR Verveine"));
    daemon.signal("HUP");
    let hits = || place.ledger().status(crate::process::now()).unwrap().queries[1].hits;
    daemon.wait_until("the archive to be searched", || hits() == 2);
    assert!(daemon.stop().success());
    let found = place.search(&["@rivals"]);
    assert_eq!(found.len(), 2, "a search knows the parts too: {found:?}");
}

#[test]
fn check_warns_of_parts_that_are_probably_not_meant() {
    let parts = "[parts]\nrivals = 'Bruinelle'\n[queries]\nrival = '@rival'";
    let place = Place::new(&watching(&[], FOLDER).replace("[queries]", parts));
    let told = place.print(&["check"]);
    let file = place.path("vigie.toml");
    let file = file.display();
    let expect = format!(
        "warning: {file}:7: parts.rivals: no query uses this part; one would write @rivals\n\
         warning: {file}:9: queries.rival: @rival is no part, so that it finds the handle\n  \
         hint: did you mean @rivals?\n\
         {file} is valid (sources: 0, queries: 2, subscriptions: 1)\n"
    );
    assert_eq!(told, expect);
}
