//! What the sites answer: on time, well-formed, and honest about what did not change.

use std::collections::BTreeSet;

use axum::http::HeaderValue;
use chrono::TimeDelta;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;

fn opens() -> Timestamp {
    "2026-03-02T00:00:00Z".parse().unwrap()
}

fn day(day: i64, hour: i64, minute: i64) -> Timestamp {
    opens() + TimeDelta::days(day) + TimeDelta::hours(hour) + TimeDelta::minutes(minute)
}

fn site(id: &str) -> Site {
    script::sites().unwrap().into_iter().find(|site| site.id == id).unwrap()
}

fn get(
    site: &Site,
    now: Timestamp,
    asked: &[(header::HeaderName, &HeaderValue)],
) -> Response<String> {
    let asked = asked.iter().map(|(name, value)| (name.clone(), (*value).clone())).collect();
    answer(site, opens(), now, &Method::GET, &site.path, &asked)
}

fn read(site: &Site, now: Timestamp) -> feed_rs::model::Feed {
    feed_rs::parser::parse(get(site, now, &[]).body().as_bytes()).unwrap()
}

fn titles(site: &Site, now: Timestamp) -> Vec<String> {
    read(site, now).entries.into_iter().map(|entry| entry.title.unwrap().content).collect()
}

#[test]
fn every_feed_is_well_formed_on_every_day_but_the_one_meant_to_break() {
    for site in script::sites().unwrap() {
        if matches!(site.quirk, Some(Quirk::Missing)) {
            continue;
        }
        for d in 0..i64::from(Web::days()) {
            let now = day(d, 23, 59);
            let shown = site.front(opens(), now).items.len();
            let body = get(&site, now, &[]).into_body();
            let read = feed_rs::parser::parse(body.as_bytes());
            if site.id == "epicier" && d >= 3 {
                let survivors = read.map_or(0, |feed| feed.entries.len());
                assert!(survivors < shown, "day {d}: nothing is broken");
            } else {
                assert_eq!(read.unwrap().entries.len(), shown, "{} on day {d}", site.id);
            }
        }
    }
}

#[test]
fn every_item_can_be_seen_by_a_reader_who_comes_every_six_hours() {
    let check = |id: &str, expect: usize| {
        let site = site(id);
        let mut seen = BTreeSet::new();
        for hour in (0..=14 * 24).step_by(6) {
            let front = site.front(opens(), day(0, hour, 0));
            seen.extend(front.items.into_iter().map(|item| item.title));
        }
        // An edited title counts for two.
        assert_eq!(seen.len(), expect, "{id}");
    };
    check("courrier", 35);
    check("ledger", 25);
    check("leaf", 15);
    check("tables", 37);
    check("epicier", 14);
    check("estuaire", 11);
    check("bulles", 0);
}

#[test]
fn a_moment_out_of_the_script_is_refused() {
    let check = |text: &str, expect: bool| {
        assert_eq!(script::Moment::try_from(text.to_owned()).is_ok(), expect, "{text}");
    };
    check("13 23:59", true);
    check("-3 00:00", true);
    check("14 00:00", false);
    check("1 24:00", false);
    check("1 07:60", false);
    check("1 7h30", false);
    check("", false);
}

#[test]
fn an_item_appears_on_its_minute() {
    let courrier = site("courrier");
    let launch = "Thé pétillant : Ozalée lance son Brut depuis Port-Salin";
    assert_eq!(
        titles(&courrier, day(1, 7, 39))[0],
        "Le phare rouvre à la visite après deux ans de chantier"
    );
    assert_eq!(titles(&courrier, day(1, 7, 40))[0], launch);
}

#[test]
fn an_edited_item_changes_in_place() {
    let leaf = site("leaf");
    let entry = |now| {
        let entry = read(&leaf, now)
            .entries
            .into_iter()
            .find(|entry| entry.id.ends_with("tasting-ozalee-brut"));
        let entry = entry.unwrap();
        (entry.title.unwrap().content, entry.published.unwrap(), entry.updated.unwrap())
    };
    assert_eq!(
        entry(day(3, 10, 59)),
        ("Tasting note: Ozalée Brut".into(), day(2, 9, 20), day(2, 9, 20))
    );
    assert_eq!(
        entry(day(3, 11, 0)),
        ("Tasting note: Ozalée Brut (second bottle)".into(), day(2, 9, 20), day(3, 11, 0))
    );
}

#[test]
fn guids_and_addresses_drift_as_scripted() {
    let check = |id: &str, slug: &str, change: Timestamp, expect: [(&str, &str); 2]| {
        for (now, expect) in [(change - TimeDelta::minutes(1), expect[0]), (change, expect[1])] {
            let site = site(id);
            let front = site.front(opens(), now);
            let item = front.items.iter().find(|item| item.link.contains(slug)).unwrap();
            assert_eq!((item.guid.as_str(), item.link.as_str()), expect, "{id} at {now}");
        }
    };
    let http = "http://courrier-littoral.example/ozalee-lance-brut";
    let https = "https://courrier-littoral.example/ozalee-lance-brut";
    check("courrier", "ozalee-lance", day(5, 0, 0), [(http, http), (https, https)]);

    let import = "https://bayledger.example/tidewater-ozalee";
    let guids = [("ledger-1-tidewater-ozalee", import), ("ledger-2-tidewater-ozalee", import)];
    check("ledger", "tidewater-ozalee", day(8, 0, 0), guids);

    let guid = "tag:leaf,2020:tasting-ozalee-brut";
    let clean = "https://leafandbubble.example/tasting-ozalee-brut";
    let tracked =
        "https://leafandbubble.example/tasting-ozalee-brut?utm_source=feed&utm_medium=atom";
    check("leaf", "tasting", day(6, 0, 0), [(guid, clean), (guid, tracked)]);
}

#[test]
fn what_did_not_change_is_not_sent_again() {
    let tables = site("tables");
    let now = day(2, 13, 0);
    let first = get(&tables, now, &[]);
    let etag = &first.headers()[header::ETAG];
    let modified = &first.headers()[header::LAST_MODIFIED];
    assert_eq!(modified, "Wed, 04 Mar 2026 12:30:00 GMT");

    let check = |now, asked: &[(header::HeaderName, &HeaderValue)], expect| {
        let answer = get(&tables, now, asked);
        assert_eq!(answer.status(), expect, "{asked:?} at {now}");
        assert_eq!(answer.body().is_empty(), expect == StatusCode::NOT_MODIFIED);
    };
    let later = now + TimeDelta::hours(2);
    let new_item = day(2, 22, 5);
    let other = HeaderValue::from_static("\"other\"");
    check(later, &[(header::IF_NONE_MATCH, etag)], StatusCode::NOT_MODIFIED);
    check(new_item, &[(header::IF_NONE_MATCH, etag)], StatusCode::OK);
    check(later, &[(header::IF_MODIFIED_SINCE, modified)], StatusCode::NOT_MODIFIED);
    check(new_item, &[(header::IF_MODIFIED_SINCE, modified)], StatusCode::OK);
    check(
        later,
        &[(header::IF_NONE_MATCH, &other), (header::IF_MODIFIED_SINCE, modified)],
        StatusCode::OK,
    );
}

#[test]
fn other_paths_are_answered_as_a_site_would() {
    let check = |id: &str, method: Method, path: &str, expect| {
        let status = answer(&site(id), opens(), opens(), &method, path, &HeaderMap::new()).status();
        assert_eq!(status, expect, "{method} {path} of {id}");
    };
    check("leaf", Method::GET, "/robots.txt", StatusCode::OK);
    check("leaf", Method::HEAD, "/atom.xml", StatusCode::OK);
    check("leaf", Method::GET, "/rss.xml", StatusCode::NOT_FOUND);
    check("leaf", Method::POST, "/atom.xml", StatusCode::METHOD_NOT_ALLOWED);
    check("bulles", Method::GET, "/robots.txt", StatusCode::OK);
    check("bulles", Method::GET, "/rss", StatusCode::NOT_FOUND);
}

#[test]
fn a_slow_site_is_slow_a_bounded_number_of_times() {
    let pauses = |id: &str| {
        let host = Host::new(site(id), opens(), Arc::default());
        std::iter::from_fn(|| host.take_pause()).take(100).collect::<Vec<_>>()
    };
    assert_eq!(pauses("estuaire"), [Duration::from_millis(1500); 8]);
    assert!(pauses("courrier").is_empty());
}

async fn get_over_the_wire(url: &Url) -> String {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, url.port().unwrap())).await.unwrap();
    let request = format!("GET {} HTTP/1.1\r\nHost: demo\r\nConnection: close\r\n\r\n", url.path());
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).await.unwrap();
    response
}

#[tokio::test]
async fn every_site_has_a_port_of_its_own_and_follows_the_given_time() {
    let web = Web::start(opens()).await.unwrap();
    let sources = web.sources().to_vec();
    let ports: BTreeSet<_> = sources.iter().map(|source| source.url.port()).collect();
    assert_eq!(ports.len(), 7);

    let leaf = sources.iter().find(|source| source.id.as_str() == "leaf").unwrap();
    assert!(!get_over_the_wire(&leaf.url).await.contains("Tasting note"));
    web.set_time(day(2, 10, 0));
    let answer = get_over_the_wire(&leaf.url).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("Tasting note: Ozalée Brut"), "{answer}");
}

#[tokio::test]
async fn dropping_the_web_closes_its_ports() {
    let web = Web::start(opens()).await.unwrap();
    let url = web.sources()[0].url.clone();
    get_over_the_wire(&url).await;
    drop(web);
    // The servers hear of it when they next run.
    tokio::task::yield_now().await;
    let again = TcpStream::connect((Ipv4Addr::LOCALHOST, url.port().unwrap())).await;
    assert_eq!(again.unwrap_err().kind(), io::ErrorKind::ConnectionRefused);
}
