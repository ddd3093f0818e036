//! Opens connections that stay open: server-sent events, and web sockets (RFC 6455). What is no page that
//! is fetched obeys the same manners as one.

use model::Timestamp;
use reqwest::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
    SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use reqwest::{Response, StatusCode, Upgraded};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::client::generate_key;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use url::Url;

use super::error::{FetchError, host};
use super::{Fetcher, failure, headers};
use crate::platform::Access;
use crate::stream::EVENT_BYTES_MAX;

const EVENTS: &str = "text/event-stream";
const LAST_EVENT: HeaderName = HeaderName::from_static("last-event-id");

impl Fetcher {
    /// Opens a stream of server-sent events, after the one that was heard last.
    pub(crate) async fn open_events(
        &self,
        url: &Url,
        last_event: Option<&str>,
        access: Option<&Access>,
        now: Timestamp,
    ) -> Result<Response, FetchError> {
        // As when a platform is asked: an account's rules take the place of robots.txt.
        let access = access.filter(|access| access.is_shown_at(url));
        let (mut shown, mut asked_at) = (HeaderMap::new(), url.clone());
        if let Some(access) = access {
            let token = self.token(access, now).await?;
            let asked = access.asked(url, token.as_ref(), now);
            (shown, asked_at) = (asked.headers, asked.url);
        } else {
            self.admit(url, now).await?;
        }
        // Events are read as they come.
        shown.insert(ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(id) = last_event.and_then(|id| HeaderValue::from_str(id).ok()) {
            shown.insert(LAST_EVENT, id);
        }
        let answer = self.wire.get(&asked_at, EVENTS, shown).await?;
        if !answer.status().is_success() {
            return Err(refused(&answer, url, now));
        }
        let kind = headers::text(answer.headers(), &CONTENT_TYPE).unwrap_or_default();
        if !kind.trim_start().to_ascii_lowercase().starts_with(EVENTS) {
            let reason = format!("{} answers with \"{kind}\", and not with events", host(url));
            return Err(FetchError::unreachable(reason));
        }
        Ok(answer)
    }

    /// Opens a WebSocket.
    pub(crate) async fn open_socket(
        &self,
        url: &Url,
        now: Timestamp,
    ) -> Result<WebSocketStream<Upgraded>, FetchError> {
        let mut page = url.clone();
        let scheme = if url.scheme() == "wss" { "https" } else { "http" };
        if page.set_scheme(scheme).is_err() {
            return Err(FetchError::unreachable(format!("{} is no WebSocket", url.scheme())));
        }
        self.admit(&page, now).await?;
        let key = generate_key();
        let request = self
            .wire
            .upgrade(&page)?
            .header(CONNECTION, "Upgrade")
            .header(UPGRADE, "websocket")
            .header(SEC_WEBSOCKET_VERSION, "13")
            .header(SEC_WEBSOCKET_KEY, &key);
        let answer = self.wire.send(request, &page).await?;
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Err(refused(&answer, &page, now));
        }
        let accepted = headers::text(answer.headers(), &SEC_WEBSOCKET_ACCEPT);
        if accepted != Some(derive_accept_key(key.as_bytes())) {
            let reason = format!("{} does not speak the WebSocket protocol", host(url));
            return Err(FetchError::unreachable(reason));
        }
        let socket = answer.upgrade().await.map_err(|error| {
            FetchError::unreachable(format!("no WebSocket to {}: {error}", host(url)))
        })?;
        let config = WebSocketConfig::default()
            .max_message_size(Some(EVENT_BYTES_MAX))
            .max_frame_size(Some(EVENT_BYTES_MAX));
        Ok(WebSocketStream::from_raw_socket(socket, Role::Client, Some(config)).await)
    }
}

fn refused(answer: &Response, url: &Url, now: Timestamp) -> FetchError {
    failure(answer.status(), url, headers::retry_after(answer.headers(), now), false)
}
