//! Hosts that redirects lead to are remembered like those that are visited, and feeds are read back into
//! their past.

use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

const BUSY: u8 = 50;

/// A crawler on a ledger that outlives it.
struct Lasting {
    dir: tempfile::TempDir,
}

impl Lasting {
    fn new(sources: &[Source]) -> Self {
        let lasting = Self { dir: tempfile::tempdir().unwrap() };
        let declaration = Declaration { sources, queries: &[], subscriptions: &[] };
        lasting.ledger().declare(&declaration, start()).unwrap();
        lasting
    }

    fn ledger(&self) -> Ledger {
        Ledger::open(self.dir.path(), start()).unwrap()
    }

    fn crawler(&self) -> Crawler {
        let crawl = Crawl {
            guard: Guard::allowing(vec![hosts::NETWORK.parse().unwrap()]),
            host_pause: Duration::ZERO,
            ..Crawl::default()
        };
        Crawler::new(self.ledger(), crawl).unwrap()
    }
}

/// Visits what is due at this time, one after another, to the end of each round.
async fn visit(crawler: &mut Crawler, now: Timestamp) -> Vec<(String, Result<usize, String>)> {
    let mut visited = Vec::new();
    crawler.start_due(now).unwrap();
    while let Some(landed) = crawler.next_landed().await {
        let Landed::Arrived(arrived) = landed else { continue };
        let report = crawler.record(arrived, now).unwrap();
        visited.push((report.source.to_string(), report.result.map(|recorded| recorded.new)));
        crawler.start_due(now).unwrap();
    }
    visited
}

fn later(minutes: i64) -> Timestamp {
    start() + TimeDelta::minutes(minutes)
}

#[tokio::test]
async fn a_host_that_asked_for_patience_is_left_alone_by_those_who_are_led_there() {
    let is_well = std::sync::Arc::new(AtomicBool::new(false));
    let well = std::sync::Arc::clone(&is_well);
    let hosts = Hosts::start(move |asked, stream| match (asked.host, asked.path.as_str()) {
        (_, "/robots.txt") => hosts::missing(stream),
        (BUSY, _) if well.load(Ordering::Relaxed) => hosts::feed(stream, "Le Courrier"),
        (BUSY, _) => hosts::send(stream, "429 Too Many Requests", "Retry-After: 36000\r\n", ""),
        (_, _) => {
            let port = stream.local_addr()?.port();
            let to = format!("Location: http://{}:{port}/feed\r\n", hosts::address(BUSY));
            hosts::send(stream, "302 Found", &to, "")
        }
    });
    let sources = [source(&hosts, 1), source(&hosts, 2), source(&hosts, BUSY)];
    let lasting = Lasting::new(&sources[..1]);
    let mut crawler = lasting.crawler();
    let visits = visit(&mut crawler, start()).await;
    assert!(visits[0].1.as_ref().unwrap_err().contains("answers 429"), "{visits:?}");
    assert_eq!(hosts.times_asked(BUSY), 1);

    let declaration = Declaration { sources: &sources, queries: &[], subscriptions: &[] };
    lasting.ledger().declare(&declaration, later(1)).unwrap();
    let visits = visit(&mut crawler, later(1)).await;
    let told: Vec<_> = visits.iter().map(|(source, _)| source.as_str()).collect();
    assert_eq!(told, ["s2"], "the busy host's own source waits, and so does who was there");
    let reason = visits[0].1.as_ref().unwrap_err();
    assert!(reason.contains("where it leads, is left alone") && reason.contains("429"), "{reason}");

    // Nor after a restart that allows only short pauses.
    lasting.ledger().take_over(later(2), Duration::from_mins(1)).unwrap();
    let mut crawler = lasting.crawler();
    let visits = visit(&mut crawler, later(4)).await;
    assert!(visits.iter().all(|(source, result)| source != "s50" && result.is_err()), "{visits:?}");
    assert_eq!((visits.len(), hosts.times_asked(BUSY)), (2, 1));

    is_well.store(true, Ordering::Relaxed);
    let visits = visit(&mut crawler, later(601)).await;
    assert_eq!((visits.len(), hosts.times_asked(BUSY)), (3, 4), "{visits:?}");
    assert!(visits.iter().all(|(_, result)| result.is_ok()), "{visits:?}");
}

/// A page of a feed with ten items of ten days, and a link to the one before.
fn paged(page: i64, link: &str) -> String {
    let items = (0..10).map(|n| {
        let (number, date) = (page * 10 + n, start() - TimeDelta::days(page * 10 + n));
        format!(
            "<item><guid>{number}</guid><title>Ozalée {number}</title><pubDate>{}</pubDate></item>",
            date.to_rfc2822()
        )
    });
    let items: String = items.collect();
    format!(
        "<rss xmlns:atom='http://www.w3.org/2005/Atom'><channel><title>Courrier</title>\
         <atom:link rel='{link}' href='/feed?paged={}'/>{items}</channel></rss>",
        page + 1
    )
}

async fn read_back(link: &'static str, since_days: Option<i64>) -> (usize, Vec<usize>) {
    let hosts = Hosts::start(move |asked, stream| {
        let page =
            asked.path.strip_prefix("/feed?paged=").map_or(Some(0), |page| page.parse().ok());
        match page {
            Some(page @ 0..20) if asked.path.starts_with("/feed") => {
                hosts::send(stream, "200 OK", "", paged(page, link))
            }
            Some(_) | None => hosts::missing(stream),
        }
    });
    let since = since_days.map(|days| TimeDelta::days(days).to_std().unwrap());
    let lasting = Lasting::new(&[Source { since, ..source(&hosts, 1) }]);
    let mut crawler = lasting.crawler();
    for round in 0..3 {
        visit(&mut crawler, later(round * 60)).await;
    }
    let items = lasting.ledger().items_after(model::Seq(0), 10_000).unwrap();
    let asked = |page: i64| match page {
        0 => hosts.heads(1, "/feed").len(),
        page => hosts.heads(1, &format!("/feed?paged={page}")).len(),
    };
    (items.len(), (0..8).map(asked).collect())
}

#[tokio::test]
async fn a_paged_feed_is_read_back_to_the_date_that_its_owner_named() {
    for link in ["next", "prev-archive"] {
        let (items, asked) = read_back(link, Some(45)).await;
        assert_eq!((items, asked), (60, vec![3, 1, 1, 1, 1, 1, 0, 0]), "{link}");
    }
}

#[tokio::test]
async fn no_other_feed_is_read_back() {
    assert_eq!(read_back("next", None).await, (10, vec![3, 0, 0, 0, 0, 0, 0, 0]));
    assert_eq!(read_back("previous", Some(45)).await, (10, vec![3, 0, 0, 0, 0, 0, 0, 0]));
}

#[tokio::test]
async fn a_way_back_ends_where_the_feed_does() {
    let (items, asked) = read_back("next", Some(1000)).await;
    assert_eq!((items, &asked[..]), (200, &[3, 1, 1, 1, 1, 1, 1, 1][..]));
}
