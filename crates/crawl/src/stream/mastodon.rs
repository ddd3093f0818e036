//! Mastodon's streaming interface: <https://docs.joinmastodon.org/methods/streaming/>. It says nothing
//! again after a break; a source that reads the same tag or timeline by visits fills the gap.

use model::Timestamp;
use reqwest::Response;
use serde_json::Value;
use url::Url;

use super::sse::{Parser, ServerEvent};
use super::{Event, Said};
use crate::{Access, FetchError, Fetcher};

#[derive(Debug)]
pub(super) struct Connection {
    answer: Response,
    parser: Parser,
    /// Bytes that came since the last event that was handed on.
    bytes: usize,
}

impl Connection {
    pub(super) async fn open(
        fetcher: &Fetcher,
        url: &Url,
        last_event: Option<&str>,
        access: Option<&Access>,
        now: Timestamp,
    ) -> Result<Self, FetchError> {
        let answer = fetcher.open_events(url, last_event, access, now).await?;
        Ok(Self { answer, parser: Parser::default(), bytes: 0 })
    }

    /// Waits for the next event; `None` at the end. What has come stays in the parser if the wait is left
    /// off.
    pub(super) async fn next(&mut self) -> Result<Option<Event>, FetchError> {
        loop {
            let whole = self
                .parser
                .next()
                .map_err(|_| FetchError::TooLarge { limit_bytes: super::EVENT_BYTES_MAX })?;
            if let Some(event) = whole {
                return Ok(Some(read(event, std::mem::take(&mut self.bytes))));
            }
            let chunk = self.answer.chunk().await.map_err(|error| FetchError::Unreachable {
                reason: format!("the stream was cut: {error}"),
            })?;
            let Some(chunk) = chunk else { return Ok(None) };
            self.bytes += chunk.len();
            self.parser.push(&chunk);
            // A sign of life between events is an event for those who wait.
            if chunk.starts_with(b":") && chunk.len() < 64 {
                return Ok(Some(Event { said: Said::Other, cursor: None, bytes: 0 }));
            }
        }
    }
}

fn read(event: ServerEvent, bytes: usize) -> Event {
    let ServerEvent { name, data, id } = event;
    let said = match name.as_str() {
        "update" | "status.update" => match serde_json::from_str::<Value>(&data) {
            Ok(post) if post.is_object() => Said::Post(post),
            Ok(_) | Err(_) => Said::Other,
        },
        "delete" => Said::Removed(data.trim().to_owned()),
        _ => Said::Other,
    };
    Event { said, cursor: id, bytes }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn posts_edits_and_deletions_are_told_apart_from_the_rest() {
        let check = |name: &str, data: &str, expect: Said| {
            let event = ServerEvent { name: name.into(), data: data.into(), id: None };
            assert_eq!(read(event, 0).said, expect, "{name} {data}");
        };
        let post = serde_json::json!({ "id": "1" });
        check("update", "{\"id\": \"1\"}", Said::Post(post.clone()));
        check("status.update", "{\"id\": \"1\"}", Said::Post(post));
        check("delete", "1\n", Said::Removed("1".into()));
        check("update", "{\"id\": ", Said::Other);
        check("update", "[]", Said::Other);
        check("notification", "{}", Said::Other);
        check("filters_changed", "undefined", Said::Other);
    }
}
