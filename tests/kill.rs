//! The daemon is killed again and again while sources publish and mails leave. Afterwards nothing is
//! lost and nothing is there twice.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use index::{Archive, SearchOptions, Sort};
use model::{ItemId, Seq};
use serde_json::{Value, json};
use store::Ledger;

use crate::process::{Place, now};
use crate::random::Random;
use crate::site::{Site, rss};
use crate::smtp::Sink;

const KILLS: usize = 60;
const SITES: usize = 5;
const ITEMS_PER_SITE: usize = 80;
/// How often a site publishes, so that it does so through all of the test.
const PUBLISHED_EVERY: Duration = Duration::from_millis(500);
const RECIPIENTS: [&str; 2] = ["press@ozalee.example", "agency@ozalee.example"];

#[test]
fn killing_the_daemon_at_any_moment_loses_nothing_and_doubles_nothing() {
    let start = Instant::now();
    let sites: Vec<Site> = (0..SITES).map(|site| publishing(site, start)).collect();
    let sink = Sink::start(&[]);
    sink.plan(&plan());
    let place = Place::new(&configuration(&sites, sink.port));

    let mut random = Random(0x5eed);
    for _ in 0..KILLS {
        let daemon = place.start();
        daemon.leave_for(Duration::from_millis(30 + random.below(1_000)));
        daemon.kill();
    }
    // The server's plan refuses a few mails, and one that was tried often waits for hours.
    let daemon = loop {
        place.make_mails_due();
        let daemon = place.start();
        let mut rest = Rest::Busy;
        daemon.wait_until("everything to be read, indexed and sent", || {
            rest = standing(&place);
            rest != Rest::Busy
        });
        if rest == Rest::Settled {
            break daemon;
        }
        daemon.kill();
    };
    assert!(daemon.stop().success());

    let ledger = Ledger::open(&place.path("data"), now()).unwrap();
    assert_eq!(ledger.check().unwrap(), [], "the ledger is sound");
    let items = ledger.items_after(Seq(0), usize::MAX >> 1).unwrap();
    let titles: BTreeSet<&str> = items.iter().map(|stored| stored.item.title.as_str()).collect();
    let expected: BTreeSet<String> =
        (0..SITES).flat_map(|site| (0..ITEMS_PER_SITE).map(move |n| title(site, n))).collect();
    assert_eq!(items.len(), expected.len(), "each item is there once");
    assert!(expected.iter().all(|title| titles.contains(title.as_str())), "every item is there");

    let mentions: BTreeSet<&String> =
        expected.iter().filter(|title| title.contains("Ozalée")).collect();
    let hits: u64 = ledger.status(now()).unwrap().queries.iter().map(|query| query.hits).sum();
    assert_eq!(hits, mentions.len() as u64, "each hit is there once");

    let ids: BTreeSet<ItemId> = items.iter().map(|stored| stored.id).collect();
    assert_eq!(indexed(&place), ids, "the index equals the ledger");

    let mails = sink.mails();
    let mut told: BTreeMap<(&str, &String), BTreeSet<&str>> = BTreeMap::new();
    for mail in &mails {
        assert_eq!(mail.defects, [""; 0]);
        let to = RECIPIENTS.iter().find(|to| mail.headers["to"].contains(**to)).unwrap();
        for &title in mentions.iter().filter(|title| mail.text.contains(title.as_str())) {
            told.entry((to, title)).or_default().insert(&mail.headers["message-id"]);
        }
    }
    assert_eq!(told.len(), mentions.len() * RECIPIENTS.len(), "everyone was told of every mention");
    for ((to, title), ids) in &told {
        assert_eq!(ids.len(), 1, "{to} was told of {title} by two messages");
    }
    let messages: BTreeSet<_> = mails.iter().map(|mail| &mail.headers["message-id"]).collect();
    println!(
        "{KILLS} kills, {} items, {hits} hits, {} messages, {} accepted ({} repeats), {} refused",
        items.len(),
        messages.len(),
        mails.len(),
        mails.len() - messages.len(),
        sink.log().iter().filter(|reply| reply["reply"] != 250).count(),
    );
}

/// A site that publishes one item after the other; each third is about the brand.
fn publishing(site: usize, start: Instant) -> Site {
    let tick = PUBLISHED_EVERY.as_millis();
    let start = Arc::new(start);
    Site::of_feed(move || {
        let published = (start.elapsed().as_millis() / tick) as usize;
        let items: Vec<_> = (0..published.min(ITEMS_PER_SITE))
            .map(|n| (format!("{site}-{n}"), title(site, n), "Une édition du jour.".to_owned()))
            .collect();
        rss("Site", &items)
    })
}

fn title(site: usize, n: usize) -> String {
    let about = if n.is_multiple_of(3) { "Ozalée" } else { "Bruinelle" };
    format!("{about} article {n:03} du site {site}")
}

/// Every tenth message is refused for now, every tenth accepted without the client learning of it.
fn plan() -> Value {
    let replies = (0..60).map(|n| match n % 10 {
        3 => json!(451),
        7 => json!("drop"),
        _ => json!("accept"),
    });
    replies.collect()
}

fn configuration(sites: &[Site], port: u16) -> String {
    let mut text = format!(
        "data = \"data\"\n\
         [crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nhost_pause = \"0 s\"\n\
         allow_addresses = [\"127.0.0.1\"]\n\
         [queries]\nozalee = 'Ozalée'\n\
         [subscriptions.all]\nqueries = [\"ozalee\"]\nto = {RECIPIENTS:?}\n\
         cadence = \"as-it-happens\"\ngroup_wait = \"0 s\"\ngroup_interval = \"0 s\"\n\
         [mail]\nan_hour = 1000\na_day = 100000\nfrom = \"vigie@ozalee.example\"\n\
         smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"none\" }}\n"
    );
    for (n, site) in sites.iter().enumerate() {
        let url = site.url("/feed");
        writeln!(text, "[sources.s{n}]\nurl = {url:?}\nevery = \"1 s\"").unwrap();
    }
    text
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    Busy,
    /// All is done but mails that wait for another try.
    Waits,
    Settled,
}

fn standing(place: &Place) -> Rest {
    let Ok(ledger) = Ledger::open(&place.path("data"), now()) else { return Rest::Busy };
    let status = ledger.status(now()).unwrap();
    let told = ledger.subscriptions().unwrap()[0].told;
    let told = ledger.first_found(&["ozalee".into()], told).unwrap().is_none();
    let indexed = Archive::open(&place.path("data/index"))
        .and_then(|archive| archive.checkpoint())
        .is_ok_and(|checkpoint| checkpoint == status.head);
    let items = ledger.items_after(Seq(0), usize::MAX >> 1).unwrap().len();
    if items < SITES * ITEMS_PER_SITE || !told || !indexed || status.outbox.leased > 0 {
        return Rest::Busy;
    }
    // Who was refused for the first time waits a minute, as long as the patience of `wait_until`.
    let soon = now() + Duration::from_secs(10);
    let waiting = status.retries.iter().filter(|retry| retry.at > soon).count() as u64;
    match status.outbox.due {
        0 => Rest::Settled,
        due if due == waiting => Rest::Waits,
        _ => Rest::Busy,
    }
}

fn indexed(place: &Place) -> BTreeSet<ItemId> {
    let archive = Archive::open(&place.path("data/index")).unwrap();
    let options = SearchOptions {
        since: None,
        until: None,
        source: None,
        lang: None,
        limit: 10_000,
        sort: Sort::Date,
    };
    let found = archive.search(&query::parse("édition").unwrap(), &options).unwrap();
    assert_eq!(found.total, found.hits.len());
    found.hits.iter().map(|hit| hit.id).collect()
}
