//! Redirects to other hosts: these are asked whether they want to be read, named with what they answered,
//! and left alone where they rest.

use std::sync::Arc;
use std::time::Duration;

use crawl::{
    Answer, Cookies, FetchError, Fetched, Fetcher, Passed, Refusal, RobotsPolicy, Turns, Way,
};
use model::{Host, Rest, Validators};
use url::Url;

use crate::fetch::{fetcher, limits, now};
use crate::server::{Server, answer};

const FEED: &str = "<rss><channel><title>Ozalée</title></channel></rss>";

/// The host that is set out for: all that it has is elsewhere.
async fn start(target: &Server) -> Server {
    let target = target.base.clone();
    Server::start(move |path| match path {
        "/robots.txt" => answer("404 Not Found", &[], ""),
        path => {
            let location = format!("Location: {}", target.join(path).unwrap());
            answer("302 Found", &[&location], "")
        }
    })
    .await
}

async fn target(status: &'static str, headers: &'static [&'static str]) -> Server {
    Server::start(move |path| match path {
        "/robots.txt" => answer("200 OK", &[], "User-agent: *\nDisallow: /private"),
        _ => answer(status, headers, FEED),
    })
    .await
}

async fn led(fetcher: &Fetcher, url: &Url) -> (Result<Fetched, FetchError>, Way) {
    let (mut cookies, mut way) = (Cookies::default(), Way::default());
    let known = Validators::default();
    let brought = fetcher.fetch_in_round(url, &known, &mut cookies, &mut way, now()).await;
    (brought, way)
}

/// What one host was asked and answered.
fn only(server: &Server, answer: Answer) -> Vec<Passed> {
    vec![Passed { host: Host::name_of(&server.base), answer }]
}

#[tokio::test]
async fn the_host_that_a_redirect_leads_to_is_asked_for_its_robots_txt() {
    let target = target("200 OK", &[]).await;
    let (start, fetcher) = (start(&target).await, fetcher(limits(), RobotsPolicy::Obey));
    let (brought, way) = led(&fetcher, &start.url("/feed")).await;
    assert!(matches!(brought, Ok(Fetched::Page(page)) if page.url == target.url("/feed")));
    assert_eq!(way.passed(), only(&target, Answer::Given { is_prompt: true }));
    let (refused, way) = led(&fetcher, &start.url("/private/feed")).await;
    let by = Refusal::Robots { host: "127.0.0.1".into() };
    assert_eq!(refused, Err(FetchError::Refused { by }));
    assert_eq!(way.passed(), only(&target, Answer::Given { is_prompt: true }));
    assert_eq!(target.requests("/private/feed"), [] as [String; 0]);
    assert_eq!(target.requests("/robots.txt").len(), 1);
    let (_, way) = led(&fetcher, &target.url("/feed")).await;
    assert_eq!(way.passed(), [], "nobody was passed");
}

#[tokio::test]
async fn what_the_last_host_answers_is_said_of_it_and_not_of_the_first() {
    let busy = target("429 Too Many Requests", &["Retry-After: 60"]).await;
    let fetcher = fetcher(limits(), RobotsPolicy::Obey);
    let (failed, way) = led(&fetcher, &start(&busy).await.url("/feed")).await;
    let reason = "127.0.0.1 answers 429 Too Many Requests".to_owned();
    let pause = Some(Duration::from_mins(1));
    assert_eq!(failed, Err(FetchError::Later { pause, reason: reason.clone() }));
    assert_eq!(way.passed(), only(&busy, Answer::Later { pause, reason }));

    let broken = target("500 Internal Server Error", &[]).await;
    let (failed, way) = led(&fetcher, &start(&broken).await.url("/feed")).await;
    let reason = "127.0.0.1 answers 500 Internal Server Error".to_owned();
    assert_eq!(failed, Err(FetchError::Unreachable { reason: reason.clone() }));
    assert_eq!(way.passed(), only(&broken, Answer::Missing { reason }));
}

#[tokio::test]
async fn a_host_that_rests_is_not_asked_however_one_is_led_there() {
    let (first, last) = (target("200 OK", &[]).await, target("200 OK", &[]).await);
    let turns = Arc::<Turns>::default();
    let until = now() + Duration::from_mins(10);
    let rest = Rest { until, reason: "it answers 429".into() };
    turns.note(&Host::name_of(&last.base), now(), Some(&rest), now());
    let fetcher = fetcher(limits(), RobotsPolicy::Obey).with_turns(turns);
    let (brought, _) = led(&fetcher, &start(&first).await.url("/feed")).await;
    assert!(brought.is_ok());
    let (refused, way) = led(&fetcher, &start(&last).await.url("/feed")).await;
    let host = Host::name_of(&last.base);
    let told = format!(
        "{host}, where it leads, is left alone: it answers 429; to be asked again in 600 s"
    );
    let refused = refused.unwrap_err();
    assert_eq!(refused.to_string(), told);
    assert_eq!(refused.answer(true), Answer::Given { is_prompt: true });
    assert_eq!(way.passed(), []);
    assert_eq!((last.requests("/feed").len(), last.requests("/robots.txt").len()), (0, 0));
}
