//! What can be asked, by address. The functions behind are synchronous and may take their time: they run
//! beside the server, few at a time, so that a hard question holds up no probe.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use model::{Problem, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::sync::Semaphore;

use crate::answer::{Refused, Trouble, json};
use crate::correction::{self, AccuracyQuestion, CorrectQuestion};
use crate::feed::{self, Feeds};
use crate::link::{self, LinkPages};
use crate::metrics::{self, Family};
use crate::websub::{self, Push};

/// How a question about a query is written.
const QUERY_HINT: &str = "write {\"query\": \"…\"}, and \"item\": a number or an object to explain";
/// The longest question, in bytes: a long query and a long item.
const QUESTION_BYTES_MAX: usize = 2 << 20;
/// How many questions are answered at a time. Others wait.
const QUESTIONS_MAX: usize = 2;
/// The same of what hubs say: each is written to the ledger before it is answered, one after the other.
const PUSHES_MAX: usize = 1;
/// The same of links in mails, which many may follow at once.
const LINKS_MAX: usize = 1;
/// The same of feeds, which many programs may fetch.
const FEEDS_MAX: usize = 1;
/// The same of probes, which no question is to hold up.
const PROBES_MAX: usize = 1;

/// Answers one kind of question.
pub type Ask<Q, A> = Box<dyn Fn(Q) -> Result<A, Refused> + Send + Sync>;

/// What the server asks of the program that it is part of.
pub struct Backend {
    pub health: Ask<(), Health>,
    pub metrics: Ask<(), Vec<Family>>,
    /// Says what is wrong with a query, and what is probably not meant.
    pub lint: Ask<LintQuestion, Value>,
    /// Says why a query finds an item, or why not: one of the ledger by its number, or one that is given.
    pub explain: Ask<ExplainQuestion, Value>,
    /// Sets something right. See [`CorrectQuestion`].
    pub correct: Ask<CorrectQuestion, Value>,
    /// Tells what was set right.
    pub corrections: Ask<(), Value>,
    /// Tells how often that was needed.
    pub accuracy: Ask<AccuracyQuestion, Value>,
    /// Hears hubs, where they can reach us.
    pub push: Option<Push>,
    /// Answers who follows a link of a mail, where they can reach us.
    pub links: Option<LinkPages>,
    /// Gives out feeds of what was found.
    pub feeds: Option<Feeds>,
}

/// Whether the daemon does what it is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    pub status: Liveness,
    /// When a source was last read without a fault.
    pub last_good_check: Option<Timestamp>,
    pub last_good_check_age_s: Option<u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Liveness {
    Ok,
    /// No source has been read yet.
    Starting,
    /// No source could be read for much longer than the longest pause.
    Stale,
}

#[derive(Clone)]
pub(crate) struct Asked {
    backend: Arc<Backend>,
    questions: Arc<Semaphore>,
    probes: Arc<Semaphore>,
    pub(crate) pushes: Arc<Semaphore>,
    pub(crate) links: Arc<Semaphore>,
    pub(crate) feeds: Arc<Semaphore>,
}

pub(crate) fn router(backend: Backend) -> Router {
    let asked = Asked {
        backend: Arc::new(backend),
        questions: Arc::new(Semaphore::new(QUESTIONS_MAX)),
        probes: Arc::new(Semaphore::new(PROBES_MAX)),
        pushes: Arc::new(Semaphore::new(PUSHES_MAX)),
        links: Arc::new(Semaphore::new(LINKS_MAX)),
        feeds: Arc::new(Semaphore::new(FEEDS_MAX)),
    };
    Router::new()
        .route("/healthz", get(health))
        .route("/metrics", get(figures))
        .route("/api/v1/query/lint", post(lint))
        .route("/api/v1/query/explain", post(explain))
        .route("/api/v1/corrections", get(correction::corrections).post(correction::correct))
        .route("/api/v1/accuracy", get(correction::accuracy))
        .route("/f/{name}", get(feed::feed))
        .route("/l/{token}", get(link::show).post(link::act))
        .route("/websub/{token}", get(websub::notice).post(websub::delivery))
        .fallback(|| async { Trouble::new(StatusCode::NOT_FOUND, "there is nothing here") })
        .method_not_allowed_fallback(|| async {
            Trouble::new(StatusCode::METHOD_NOT_ALLOWED, "this address is asked in another way")
        })
        .with_state(asked)
}

impl Asked {
    pub(crate) fn questions(&self) -> &Arc<Semaphore> {
        &self.questions
    }

    pub(crate) fn push(&self) -> Option<&Push> {
        self.backend.push.as_ref()
    }

    pub(crate) fn has_links(&self) -> bool {
        self.backend.links.is_some()
    }

    /// Runs a function of the backend beside the server.
    pub(crate) async fn answer<T: Send + 'static>(
        &self,
        slots: &Arc<Semaphore>,
        ask: impl FnOnce(&Backend) -> Result<T, Refused> + Send + 'static,
        render: impl FnOnce(T) -> Response,
    ) -> Response {
        let Ok(slot) = Arc::clone(slots).acquire_owned().await else {
            return Refused::Busy.into_response();
        };
        let backend = Arc::clone(&self.backend);
        let asked = tokio::task::spawn_blocking(move || {
            let answer = ask(&backend);
            // A client that has gone frees the slot only when the work is done.
            drop(slot);
            answer
        });
        match asked.await {
            Ok(Ok(answer)) => render(answer),
            Ok(Err(refused)) => refused.into_response(),
            Err(error) => {
                tracing::error!("a question could not be answered: {error}");
                Refused::Failed.into_response()
            }
        }
    }
}

async fn health(State(asked): State<Asked>) -> Response {
    let render = |health: Health| {
        let status = match health.status {
            Liveness::Ok | Liveness::Starting => StatusCode::OK,
            Liveness::Stale => StatusCode::SERVICE_UNAVAILABLE,
        };
        json(status, &health)
    };
    asked.answer(&asked.probes, |backend| (backend.health)(()), render).await
}

async fn figures(State(asked): State<Asked>) -> Response {
    asked
        .answer(
            &asked.probes,
            |backend| (backend.metrics)(()),
            |families| metrics::render(&families),
        )
        .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LintQuestion {
    pub query: String,
}

async fn lint(State(asked): State<Asked>, request: Request) -> Response {
    match question::<LintQuestion>(request, QUERY_HINT).await {
        Ok(question) => {
            let ask = move |backend: &Backend| (backend.lint)(question);
            asked.answer(&asked.questions, ask, |value| json(StatusCode::OK, &value)).await
        }
        Err(trouble) => trouble.into_response(),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExplainQuestion {
    pub query: String,
    /// A number, or an object.
    pub item: Value,
}

async fn explain(State(asked): State<Asked>, request: Request) -> Response {
    match question::<ExplainQuestion>(request, QUERY_HINT).await {
        Ok(question) => {
            let ask = move |backend: &Backend| (backend.explain)(question);
            asked.answer(&asked.questions, ask, |value| json(StatusCode::OK, &value)).await
        }
        Err(trouble) => trouble.into_response(),
    }
}

/// Reads a question in JSON; the hint says how one is written.
pub(crate) async fn question<T: DeserializeOwned>(
    request: Request,
    hint: &str,
) -> Result<T, Trouble> {
    let kind = header_text(request.headers(), &header::CONTENT_TYPE).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("application/json") {
        let message = "questions are JSON; send the header `Content-Type: application/json`";
        return Err(Trouble::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let body = whole(request, QUESTION_BYTES_MAX).await?;
    serde_json::from_slice(&body).map_err(|error| {
        let place = format!("body, line {}, column {}", error.line(), error.column());
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let problem = Problem::new(place, message).hint(hint);
        Trouble::new(StatusCode::BAD_REQUEST, message).with(vec![problem])
    })
}

/// Returns a header's value where it is text.
pub(crate) fn header_text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Reads a body up to a limit. One that says that it is longer is not waited for.
pub(crate) async fn whole(request: Request, bytes_max: usize) -> Result<Bytes, Trouble> {
    let too_long = || {
        let message = format!("longer than {bytes_max} bytes");
        Trouble::new(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let announced = header_text(request.headers(), &header::CONTENT_LENGTH);
    let announced: Option<usize> = announced.and_then(|length| length.parse().ok());
    if announced.is_some_and(|length| length > bytes_max) {
        return Err(too_long());
    }
    match Limited::new(request.into_body(), bytes_max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(too_long()),
        Err(_) => Err(Trouble::new(StatusCode::BAD_REQUEST, "the request did not come whole")),
    }
}
