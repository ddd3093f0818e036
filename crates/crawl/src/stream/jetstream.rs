//! Bluesky's Jetstream: <https://github.com/bluesky-social/jetstream>. All of the network's posts as JSON,
//! with the time in microseconds as the cursor.

use futures_util::StreamExt;
use model::Timestamp;
use reqwest::Upgraded;
use serde::Deserialize;
use serde_json::{Value, json};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use url::Url;

use super::{Event, Said};
use crate::{FetchError, Fetcher};

/// The documentation advises to go back a few seconds: what comes twice is known.
const REWOUND_US: u64 = 5_000_000;
const POSTS: &str = "app.bsky.feed.post";

#[derive(Debug)]
pub(super) struct Connection {
    socket: WebSocketStream<Upgraded>,
}

impl Connection {
    pub(super) async fn open(
        fetcher: &Fetcher,
        url: &Url,
        cursor: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, FetchError> {
        Ok(Self { socket: fetcher.open_socket(&resumed(url, cursor), now).await? })
    }

    /// Waits for the next event; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, FetchError> {
        let Some(message) = self.socket.next().await else { return Ok(None) };
        let message = message.map_err(|error| FetchError::Unreachable {
            reason: format!("the stream was cut: {error}"),
        })?;
        Ok(Some(match message {
            Message::Text(text) => read(text.as_str()),
            Message::Close(_) => return Ok(None),
            Message::Binary(_) | Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => {
                Event { said: Said::Other, cursor: None, bytes: 0 }
            }
        }))
    }
}

/// Returns the address that goes on some seconds before the cursor. Only posts are asked for, unless the
/// owner asked for something.
fn resumed(url: &Url, cursor: Option<&str>) -> Url {
    let mut url = url.clone();
    let asked: Vec<(String, String)> =
        url.query_pairs().into_owned().filter(|(name, _)| name != "cursor").collect();
    let mut query = url.query_pairs_mut();
    query.clear().extend_pairs(&asked);
    if !asked.iter().any(|(name, _)| name == "wantedCollections") {
        query.append_pair("wantedCollections", POSTS);
    }
    if let Some(cursor) = cursor.and_then(|cursor| cursor.parse::<u64>().ok()) {
        query.append_pair("cursor", &cursor.saturating_sub(REWOUND_US).to_string());
    }
    drop(query);
    url
}

#[derive(Deserialize)]
struct Line {
    did: String,
    time_us: u64,
    commit: Option<Commit>,
}

#[derive(Deserialize)]
struct Commit {
    operation: String,
    collection: String,
    rkey: String,
    #[serde(default)]
    record: Value,
}

fn read(text: &str) -> Event {
    let bytes = text.len();
    let Ok(Line { did, time_us, commit }) = serde_json::from_str(text) else {
        return Event { said: Said::Other, cursor: None, bytes };
    };
    let cursor = Some(time_us.to_string());
    let Some(commit) = commit.filter(|commit| commit.collection == POSTS) else {
        return Event { said: Said::Other, cursor, bytes };
    };
    let uri = format!("at://{did}/{}/{}", commit.collection, commit.rkey);
    let said = match commit.operation.as_str() {
        // As app.bsky.feed.getPosts has it; a profile is found by its DID as well as by its handle.
        "create" | "update" if commit.record.is_object() => Said::Post(json!({
            "uri": uri,
            "author": { "did": did, "handle": did },
            "record": commit.record,
        })),
        "delete" => Said::Removed(uri),
        _ => Said::Other,
    };
    Event { said, cursor, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_break_is_gone_back_over_by_some_seconds() {
        let check = |url: &str, cursor: Option<&str>, expect: &str| {
            assert_eq!(resumed(&url.parse().unwrap(), cursor).as_str(), expect, "{url} {cursor:?}");
        };
        let base = "wss://j.example/subscribe?wantedCollections=app.bsky.feed.post";
        check("wss://j.example/subscribe", None, base);
        check(
            "wss://j.example/subscribe",
            Some("1725911162329308"),
            &format!("{base}&cursor=1725911157329308"),
        );
        check(&format!("{base}&cursor=1"), Some("6000000"), &format!("{base}&cursor=1000000"));
        check(
            "wss://j.example/subscribe?wantedCollections=app.bsky.%2A",
            Some("x"),
            "wss://j.example/subscribe?wantedCollections=app.bsky.*",
        );
    }

    #[test]
    fn commits_of_posts_are_told_apart_from_the_rest() {
        let check = |commit: &str, expect: Said| {
            let text =
                format!(r#"{{"did":"did:plc:a","time_us":7,"kind":"commit","commit":{commit}}}"#);
            let event = read(&text);
            assert_eq!((event.said, event.cursor), (expect, Some("7".to_owned())), "{commit}");
        };
        check(
            r#"{"operation":"create","collection":"app.bsky.feed.post","rkey":"k","record":{"text":"é"}}"#,
            Said::Post(json!({
                "uri": "at://did:plc:a/app.bsky.feed.post/k",
                "author": { "did": "did:plc:a", "handle": "did:plc:a" },
                "record": { "text": "é" },
            })),
        );
        check(
            r#"{"operation":"delete","collection":"app.bsky.feed.post","rkey":"k"}"#,
            Said::Removed("at://did:plc:a/app.bsky.feed.post/k".into()),
        );
        check(
            r#"{"operation":"create","collection":"app.bsky.feed.like","rkey":"k"}"#,
            Said::Other,
        );
        check(
            r#"{"operation":"create","collection":"app.bsky.feed.post","rkey":"k"}"#,
            Said::Other,
        );
        check("null", Said::Other);
        assert_eq!(read("{").cursor, None);
    }
}
