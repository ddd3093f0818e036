//! Where hubs reach us (WebSub): one callback for each subscription, by a name that nobody can guess. What
//! is pushed has been written down before it is answered; it is read later.

use axum::extract::{Path, Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::answer::{Refused, Trouble};
use crate::api::{Ask, Asked, Backend, header_text, whole};

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature");
/// How long a hub may wait before it comes again with what cannot be kept now, in seconds.
const PAUSE_S: u16 = 60;

/// What hears hubs.
pub struct Push {
    /// The largest body that is taken.
    pub bytes_max: usize,
    /// Hears what a hub says before it pushes, and returns the challenge if the answer is yes.
    pub notice: Ask<Notified, Option<String>>,
    pub delivery: Ask<Delivery, Delivered>,
    /// Told that a callback's body was too large to take.
    pub too_large: Ask<String, ()>,
}

/// What a hub asks or tells at a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notified {
    pub token: String,
    pub parameters: Vec<(String, String)>,
}

/// What a hub pushes to a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    pub token: String,
    pub signature: Option<String>,
    pub content_type: Option<String>,
    pub link: Option<String>,
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivered {
    /// Written down; or ignored for its signature, which the hub is not told.
    Taken,
    /// There is no such callback.
    Unknown,
    /// Nothing is wanted there any more.
    Gone,
    /// Too much waits to be read: it may come again.
    Full,
}

pub(crate) async fn notice(
    State(asked): State<Asked>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    if asked.push().is_none() {
        return nothing();
    }
    let query = request.uri().query().unwrap_or_default();
    let parameters = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let notified = Notified { token, parameters };
    let ask = move |backend: &Backend| match &backend.push {
        Some(push) => (push.notice)(notified),
        None => Ok(None),
    };
    let render = |challenge: Option<String>| match challenge {
        Some(challenge) => {
            ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response()
        }
        None => nothing(),
    };
    asked.answer(&asked.pushes, ask, render).await
}

pub(crate) async fn delivery(
    State(asked): State<Asked>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    let Some(bytes_max) = asked.push().map(|push| push.bytes_max) else { return nothing() };
    let headers = request.headers();
    let text = |name| header_text(headers, name).map(str::to_owned);
    let (signature, content_type, link) =
        (text(&SIGNATURE), text(&header::CONTENT_TYPE), text(&header::LINK));
    let body = match whole(request, bytes_max).await {
        Ok(body) => body.to_vec(),
        Err(trouble) => {
            let response = trouble.into_response();
            if response.status() == StatusCode::PAYLOAD_TOO_LARGE {
                let ask = move |backend: &Backend| match &backend.push {
                    Some(push) => (push.too_large)(token),
                    None => Ok(()),
                };
                return asked.answer(&asked.pushes, ask, |()| response).await;
            }
            return response;
        }
    };
    let delivery = Delivery { token, signature, content_type, link, body };
    let ask = move |backend: &Backend| match &backend.push {
        Some(push) => (push.delivery)(delivery),
        None => Err(Refused::Failed),
    };
    let render = |delivered| match delivered {
        Delivered::Taken => StatusCode::ACCEPTED.into_response(),
        Delivered::Unknown => nothing(),
        Delivered::Gone => {
            Trouble::new(StatusCode::GONE, "nothing is wanted here any more").into_response()
        }
        Delivered::Full => {
            let trouble = "too much waits to be read; come again";
            let pause = [(header::RETRY_AFTER, PAUSE_S.to_string())];
            (pause, Trouble::new(StatusCode::SERVICE_UNAVAILABLE, trouble)).into_response()
        }
    };
    asked.answer(&asked.pushes, ask, render).await
}

fn nothing() -> Response {
    Trouble::new(StatusCode::NOT_FOUND, "there is nothing here").into_response()
}
