use std::time::Duration;

use model::{Lang, Secret, Timestamp};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::*;
use crate::Presets;

fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

fn url(text: &str) -> Url {
    text.parse().unwrap()
}

fn platform(name: &str) -> Platform {
    Presets::embedded().get(name).unwrap().platform.clone().unwrap()
}

fn access(name: &str, user: Option<&str>, instance: Option<&str>) -> Access {
    let user = user.map(str::to_owned);
    let login = Login { name: "mine".to_owned(), user, token: Secret::new("s3cret") };
    Access::new(&platform(name), Some(login), instance.map(url))
}

/// What is sent where, as text.
fn sent(access: &Access, at: &str) -> String {
    let token = access.token(now()).unwrap_or_else(|| Secret::new("got"));
    let asked = access.asked(&url(at), Some(&token), now());
    let header = |name: &str| {
        asked.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let headers = header("authorization") + &header("x-goog-api-key");
    format!("{} {headers}", asked.url).trim_end().to_owned()
}

#[test]
fn an_account_is_shown_at_its_platforms_hosts_alone() {
    let x = access("x", None, None);
    let check = |access: &Access, at: &str, expect: &str| assert_eq!(sent(access, at), expect);
    check(&x, "https://api.x.com/2/a", "https://api.x.com/2/a Bearer s3cret");
    check(&x, "http://api.x.com/2/a", "http://api.x.com/2/a");
    check(&x, "https://api.x.com.evil.example/2/a", "https://api.x.com.evil.example/2/a");
    check(&x, "https://evil.example/?x=api.x.com", "https://evil.example/?x=api.x.com");

    let proxied = access("x", None, Some("http://127.0.0.1:8080/x"));
    check(&proxied, "http://127.0.0.1:8080/x/2/a", "http://127.0.0.1:8080/x/2/a Bearer s3cret");
    check(&proxied, "http://127.0.0.1:8081/2/a", "http://127.0.0.1:8081/2/a");
    check(&proxied, "https://api.x.com/2/a", "https://api.x.com/2/a");

    let feeds = access("reddit-feeds", Some("zoe"), None);
    let shown = "https://www.reddit.com/search.rss?q=a&feed=s3cret&user=zoe";
    check(&feeds, "https://www.reddit.com/search.rss?q=a", shown);
    assert_eq!(feeds.bare(&url(shown)), url("https://www.reddit.com/search.rss?q=a"));
    assert_eq!(feeds.hidden("no feed s3cret for zoe"), "no feed *** for zoe");

    let videos = access("youtube", None, None);
    check(&videos, "https://www.googleapis.com/a", "https://www.googleapis.com/a s3cret");
    check(&videos, "https://www.youtube.com/a", "https://www.youtube.com/a");
    assert!(!format!("{videos:?}").contains("s3cret"));
}

#[test]
fn a_token_is_got_for_the_owners_and_kept_as_long_as_it_is_good() {
    let reddit = access("reddit", Some("id"), None);
    assert!(reddit.token(now()).is_none());
    let asking = reddit.asking().unwrap();
    assert_eq!(asking.url.as_str(), "https://www.reddit.com/api/v1/access_token");
    assert_eq!(asking.body, "grant_type=client_credentials");
    assert_eq!(asking.basic.unwrap().0, "id");
    reddit.keep(Some(Token { secret: Secret::new("got"), until: now() + Duration::from_secs(9) }));
    assert_eq!(reddit.token(now()).unwrap().reveal(), "got");
    assert!(reddit.token(now() + Duration::from_secs(10)).is_none());
    assert_eq!(reddit.hidden("got s3cret"), "*** ***");

    let posts = access("bluesky", Some("zoe.example"), None);
    let asking = posts.asking().unwrap();
    assert_eq!(asking.body, r#"{"identifier":"zoe.example","password":"s3cret"}"#);
    assert_eq!((asking.content_type, asking.token), ("application/json", "accessJwt"));
    let research = access("tiktok", Some("key"), Some("http://127.0.0.1:1/"));
    let asking = research.asking().unwrap();
    assert_eq!(asking.url.as_str(), "http://127.0.0.1:1/v2/oauth/token/");
    assert_eq!(asking.body, "client_key=key&client_secret=s3cret&grant_type=client_credentials");
}

#[test]
fn a_platform_is_left_alone_for_as_long_as_it_says() {
    let check = |name: &str, headers: &[(&str, &str)], body: &str, expect: Option<u64>| {
        let header = |(name, value): &(&str, &str)| {
            (HeaderName::try_from(*name).unwrap(), HeaderValue::from_str(value).unwrap())
        };
        let headers: HeaderMap = headers.iter().map(header).collect();
        let said = platform(name).quota.said(&headers, body.as_bytes(), now());
        assert_eq!(said.pause.map(|pause| pause.as_secs()), expect, "{name} {headers:?} {body}");
    };
    check("stackexchange", &[], r#"{"items": [], "quota_remaining": 9, "backoff": 10}"#, Some(10));
    check("stackexchange", &[], r#"{"items": [], "quota_remaining": 9}"#, None);
    check("stackexchange", &[], r#"{"items": [], "quota_remaining": 0}"#, Some(6 * 3600));
    let throttled =
        r#"{"error_id": 502, "error_name": "throttle_violation", "error_message": "x"}"#;
    check("stackexchange", &[], throttled, Some(6 * 3600));
    let left = |left, reset| [("x-ratelimit-remaining", left), ("x-ratelimit-reset", reset)];
    check("reddit", &left("0.0", "17"), "{}", Some(17));
    check("reddit", &left("96.0", "17"), "{}", None);
    check("mastodon", &left("0", "2026-03-01T12:05:00.000Z"), "[]", Some(300));
    check("mastodon", &left("0", "2025-03-01T12:05:00Z"), "[]", Some(0));
    let x = [("x-rate-limit-remaining", "0"), ("x-rate-limit-reset", "1772367000")];
    check("x", &x, "", Some(600));
    check("x", &[("x-rate-limit-remaining", "0")], "", Some(6 * 3600));
    let spent =
        r#"{"error": {"code": 403, "message": "Quota", "errors": [{"reason": "quotaExceeded"}]}}"#;
    check("youtube", &[], spent, Some(6 * 3600));
    check("facebook", &[], r#"{"error": {"code": 32, "message": "Page"}}"#, Some(3600));
    check("facebook", &[], r#"{"error": {"code": 100, "message": "Page"}}"#, None);
    check("x", &[("x-rate-limit-remaining", "none"), ("x-rate-limit-reset", "soon")], "{", None);
    check("stackexchange", &[], r#"{"backoff": 1e300}"#, None);
    check("stackexchange", &[], r#"{"backoff": 1e12}"#, Some(7 * 24 * 3600));
}

#[test]
fn an_account_that_no_longer_counts_is_told_apart() {
    let said = |name: &str, body: &str| {
        platform(name).quota.said(&HeaderMap::new(), body.as_bytes(), now())
    };
    let expired = said("facebook", r#"{"error": {"code": 190, "message": "has\n expired"}}"#);
    assert_eq!((expired.is_expired, expired.words.as_deref()), (true, Some("has expired")));
    let invalid = r#"{"error": {"code": "access_token_invalid", "message": "no"}}"#;
    assert!(said("tiktok", invalid).is_expired);
    assert_eq!(said("x", "<html>").words, None);
}

#[test]
fn a_body_is_made_of_the_parameters_of_its_address() {
    let research = access("tiktok", Some("key"), None);
    let at =
        url("https://open.tiktokapis.com/v2/x/?fields=id,username&keyword=th%C3%A9+%22&cursor=100");
    let asked = research.asked(&at, None, now());
    assert_eq!(asked.url.as_str(), "https://open.tiktokapis.com/v2/x/?fields=id%2Cusername");
    let body: serde_json::Value = serde_json::from_str(&asked.body.unwrap().text).unwrap();
    assert_eq!(body["query"]["and"][0]["field_values"], serde_json::json!(["thé \""]));
    assert_eq!(body["cursor"], 100);
    assert_eq!((&body["start_date"], &body["end_date"]), (&"20260131".into(), &"20260301".into()));
    let first = research.asked(&url("https://open.tiktokapis.com/v2/x/?keyword=a"), None, now());
    let first = first.body.unwrap();
    assert!(!first.text.contains("cursor") && first.media_type == "application/json");
}

#[test]
fn a_body_may_be_a_field_of_a_form_with_json_within_json() {
    let store = access("googleplay", None, None);
    let asked = |parameters: &str| {
        let at = url(&format!("https://play.google.com/_/x?rpcids=UsvDTd&{parameters}"));
        let asked = store.asked(&at, None, now());
        assert_eq!(asked.url.as_str(), "https://play.google.com/_/x?rpcids=UsvDTd");
        let sent = asked.body.unwrap();
        assert_eq!(sent.media_type, "application/x-www-form-urlencoded");
        let form: Vec<_> = url::form_urlencoded::parse(sent.text.as_bytes()).collect();
        let [(name, value)] = form.as_slice() else { panic!("{form:?}") };
        assert_eq!(name, "f.req");
        value.clone().into_owned()
    };
    assert_eq!(
        asked("app=example.ozalee"),
        r#"[[["UsvDTd","[null,null,[2,2,[100,null,null],null,[]],[\"example.ozalee\",7]]",null,"generic"]]]"#
    );
    assert_eq!(
        asked("app=example.ozalee&token=ab%22c"),
        r#"[[["UsvDTd","[null,null,[2,2,[100,null,\"ab\\\"c\"],null,[]],[\"example.ozalee\",7]]",null,"generic"]]]"#
    );
}

#[test]
fn an_address_has_what_is_asked_for_in_its_places() {
    let lang = Lang::from_tag("fr");
    let values =
        Values { query: Some("thé & \"or\""), name: None, lang: lang.as_ref(), country: None };
    let news = platform("googlenews");
    let at = |host: Option<&str>, values: &Values<'_>| {
        let host = host.map(url);
        news.searches[0]
            .addresses(host.as_ref(), values)
            .iter()
            .map(Url::to_string)
            .collect::<Vec<_>>()
    };
    // What needs the country as well is left out.
    let query = "/rss/search?q=th%C3%A9+%26+%22or%22&hl=fr";
    assert_eq!(at(None, &values), [format!("https://news.google.com{query}")]);
    assert_eq!(
        at(Some("http://127.0.0.1:1/n/"), &values),
        [format!("http://127.0.0.1:1/n{query}")]
    );
    assert!(at(None, &Values::default()).is_empty());

    let tags = platform("mastodon");
    let host = url("https://social.example");
    let values = Values { query: Some("thé/?"), ..Values::default() };
    assert_eq!(
        tags.searches[0].addresses(Some(&host), &values)[0].as_str(),
        "https://social.example/api/v1/timelines/tag/th%C3%A9/%3F?limit=40"
    );
    assert!(tags.searches[0].addresses(None, &values).is_empty());
    let page = platform("facebook");
    let values = Values { name: Some("ozalee"), ..Values::default() };
    let address = page.names[0].addresses(None, &values)[0].to_string();
    assert!(address.contains("attachments{unshimmed_url}"), "{address}");
}

#[test]
fn every_platform_can_be_asked_and_says_what_it_needs() {
    let presets = Presets::embedded();
    let names: Vec<&str> = presets.platforms().map(|preset| preset.name.as_str()).collect();
    assert!(names.len() >= 18, "{names:?}");
    let table = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/platforms.md"),
    )
    .unwrap();
    for preset in presets.platforms() {
        let platform = preset.platform.as_ref().unwrap();
        let ways = platform.searches.iter().chain(&platform.names);
        assert!(ways.clone().all(|way| !way.at.is_empty()), "{}", preset.name);
        assert!(
            table.contains(&format!("| `{}` |", preset.name)),
            "{} is not in the table",
            preset.name
        );
        if platform.account.is_some() {
            assert!(table.contains(&format!("\n## `{}`\n", preset.name)), "{}", preset.name);
        }
    }
}

#[test]
fn every_mistake_of_a_platform_is_told_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let text = r#"
name = "a"
title = "A"
kind = "web"
[recognise]
[platform]
host = "a.example"
headers = ["no header"]
post = "1"
[[platform.search]]
at = ["/s?q={words}", "/s", "s?q={query}"]
length = 5
account = true
[[platform.names]]
[platform.quota]
requests = 5
left = "a["
"#;
    std::fs::write(folder.path().join("a.toml"), text).unwrap();
    let (_, problems) = Presets::with_folder(folder.path());
    let told: Vec<String> = problems.iter().map(|problem| problem.message.clone()).collect();
    for expect in [
        "is no host",
        "is no header",
        "is neither an object nor a list",
        "{words} is nothing that is asked for",
        "has no place for the query",
        "is no address: begin it with https:// or, from the host's root, /",
        "5 is not a whole number allowed here",
        "`what` is missing",
        "`at` is missing",
        "needs both `requests` and `per`",
        "needs an account that it does not describe",
    ] {
        assert!(told.iter().any(|told| told == expect), "{expect}\n{told:#?}");
    }
}
