use std::time::Duration;

use chrono::TimeDelta;
use crawl::{FetchError, FetchLimits, Fetched, Fetcher, Refusal, RobotsPolicy};
use model::{Timestamp, Validators};

use crate::fetch::{fetcher, limits, now};
use crate::server::{Server, Step, answer, head_of};

async fn visit(
    fetcher: &Fetcher,
    server: &Server,
    path: &str,
    at: Timestamp,
) -> Result<(), FetchError> {
    let brought = fetcher.fetch(&server.url(path), &Validators::default(), at).await?;
    assert!(matches!(brought, Fetched::Page(_)), "{brought:?}");
    Ok(())
}

fn obeying() -> Fetcher {
    fetcher(limits(), RobotsPolicy::Obey)
}

fn forbidden() -> FetchError {
    FetchError::Refused { by: Refusal::Robots { host: "127.0.0.1".into() } }
}

async fn serving(status: &'static str, robots: &'static str) -> Server {
    Server::start(move |path| match path {
        "/robots.txt" => answer(status, &[], robots),
        _ => answer("200 OK", &[], "<rss/>"),
    })
    .await
}

#[tokio::test]
async fn what_robots_txt_forbids_is_not_read() {
    let server = serving("200 OK", "User-agent: vigie\nDisallow: /private\nCrawl-delay: 7").await;
    let fetcher = obeying();
    assert_eq!(fetcher.crawl_delay(&server.base, now()), None);
    assert_eq!(visit(&fetcher, &server, "/private/feed", now()).await, Err(forbidden()));
    assert_eq!(visit(&fetcher, &server, "/feed", now()).await, Ok(()));
    assert_eq!(fetcher.crawl_delay(&server.base, now()), Some(Duration::from_secs(7)));
    assert_eq!(server.requests("/private/feed").len(), 0);

    let careless = crate::fetch::fetcher(limits(), RobotsPolicy::Ignore);
    assert_eq!(visit(&careless, &server, "/private/feed", now()).await, Ok(()));
    assert_eq!(server.requests("/robots.txt").len(), 1);
}

#[tokio::test]
async fn robots_txt_is_asked_once_a_day() {
    let server = serving("200 OK", "").await;
    let fetcher = obeying();
    for (hours, asked) in [(0, 1), (1, 1), (23, 1), (24, 2), (25, 2)] {
        visit(&fetcher, &server, "/feed", now() + TimeDelta::hours(hours)).await.unwrap();
        assert_eq!(server.requests("/robots.txt").len(), asked, "after {hours} h");
    }
}

#[tokio::test]
async fn a_missing_robots_txt_allows_and_a_broken_one_closes_the_host_for_a_while() {
    for status in ["404 Not Found", "403 Forbidden", "410 Gone"] {
        let server = serving(status, "User-agent: *\nDisallow: /").await;
        assert_eq!(visit(&obeying(), &server, "/feed", now()).await, Ok(()), "{status}");
    }
    let broken = [("500 Internal Server Error", false), ("429 Too Many Requests", true)];
    for (status, is_plea) in broken {
        let server = serving(status, "").await;
        let fetcher = obeying();
        let reason =
            format!("robots.txt of 127.0.0.1 could not be read: 127.0.0.1 answers {status}");
        for (minutes, asked) in [(0, 1), (14, 1), (15, 2)] {
            let later = now() + TimeDelta::minutes(minutes);
            let error = visit(&fetcher, &server, "/feed", later).await.unwrap_err();
            let reason = reason.clone();
            let down = FetchError::Down { reason: reason.clone() };
            let later = FetchError::Later { pause: None, reason };
            assert_eq!(error, if is_plea { later } else { down });
            assert_eq!(server.requests("/robots.txt").len(), asked, "after {minutes} min");
        }
        assert_eq!(server.requests("/feed").len(), 0);
    }
}

#[tokio::test]
async fn a_robots_txt_that_drips_closes_the_host() {
    let server = Server::start(|path| match path {
        "/robots.txt" => vec![Step::Send(head_of("200 OK", &[])), Step::Hold],
        _ => answer("200 OK", &[], "<rss/>"),
    })
    .await;
    let said = visit(&obeying(), &server, "/feed", now()).await.unwrap_err().to_string();
    let expect = "robots.txt of 127.0.0.1 could not be read: no more from 127.0.0.1 within 0.3 s";
    assert_eq!(said, expect);
}

#[tokio::test]
async fn robots_txt_is_looked_for_through_redirects() {
    let server = Server::start(|path| match path {
        "/robots.txt" => answer("301 Moved Permanently", &["Location: /1"], ""),
        "/5" => answer("200 OK", &[], "User-agent: *\nDisallow: /"),
        "/feed" => answer("200 OK", &[], "<rss/>"),
        step => {
            let next = step[1..].parse::<u8>().unwrap() + 1;
            answer("302 Found", &[&format!("Location: /{next}")], "")
        }
    })
    .await;
    assert_eq!(visit(&obeying(), &server, "/feed", now()).await, Err(forbidden()));
}

#[tokio::test]
async fn a_robots_txt_behind_a_circle_of_redirects_counts_as_none() {
    let server = Server::start(|path| match path {
        "/robots.txt" => answer("302 Found", &["Location: /robots.txt"], ""),
        _ => answer("200 OK", &[], "<rss/>"),
    })
    .await;
    assert_eq!(visit(&obeying(), &server, "/feed", now()).await, Ok(()));
}

#[tokio::test]
async fn an_endless_robots_txt_is_read_up_to_the_limit() {
    let server = Server::start(|path| match path {
        "/robots.txt" => {
            let rule = b"User-agent: *\nDisallow: /private\n".to_vec();
            let comment = b"# and on it goes\n".to_vec();
            vec![Step::Send(head_of("200 OK", &[])), Step::Send(rule), Step::SendForever(comment)]
        }
        _ => answer("200 OK", &[], "<rss/>"),
    })
    .await;
    let fetcher = obeying();
    assert_eq!(visit(&fetcher, &server, "/private", now()).await, Err(forbidden()));
    assert_eq!(visit(&fetcher, &server, "/feed", now()).await, Ok(()));
}

#[tokio::test]
async fn every_host_on_the_way_is_asked() {
    let target = serving("200 OK", "User-agent: *\nDisallow: /feed").await;
    let to = format!("Location: {}", target.url("/feed"));
    let server = Server::start(move |path| match path {
        "/robots.txt" => answer("404 Not Found", &[], ""),
        _ => answer("302 Found", &[&to], ""),
    })
    .await;
    assert_eq!(visit(&obeying(), &server, "/feed", now()).await, Err(forbidden()));
    assert_eq!(target.requests("/feed").len(), 0);
}

#[tokio::test]
async fn only_so_many_hosts_are_remembered_and_the_oldest_is_forgotten_first() {
    let mut hosts = Vec::new();
    for _ in 0..3 {
        hosts.push(serving("200 OK", "").await);
    }
    let fetcher = fetcher(FetchLimits { robots_hosts: 2, ..limits() }, RobotsPolicy::Obey);
    for (hour, host) in [0, 1, 2, 1, 2, 0].into_iter().enumerate() {
        let at = now() + TimeDelta::hours(hour.try_into().unwrap());
        visit(&fetcher, &hosts[host], "/feed", at).await.unwrap();
    }
    let asked: Vec<_> = hosts.iter().map(|host| host.requests("/robots.txt").len()).collect();
    assert_eq!(asked, [2, 1, 1]);
}
