//! Answers: JSON, and what is wrong as a problem document (RFC 9457) with each mistake's place and hint.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use model::Problem;
use serde::Serialize;

/// Why a question was not answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// The question can't be understood: change it.
    Invalid(Vec<Problem>),
    /// There is nothing of that name or number.
    Missing(Problem),
    /// Another has the ledger: ask again in a moment.
    Busy,
    /// Something is broken here. What, stands in the log.
    Failed,
}

/// What is wrong with a request, in the words of RFC 9457. Without a type of its own the title is the
/// status's.
#[derive(Debug, Serialize)]
pub(crate) struct Trouble {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'static str,
    status: u16,
    detail: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Problem>,
}

impl Trouble {
    pub(crate) fn new(status: StatusCode, detail: impl Into<String>) -> Self {
        Self {
            kind: "about:blank",
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            errors: Vec::new(),
        }
    }

    pub(crate) fn with(mut self, errors: Vec<Problem>) -> Self {
        self.errors = errors;
        self
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = json(status, &self);
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Invalid(problems) => {
                let detail = problems.first().map_or_else(String::new, |it| it.message.clone());
                Trouble::new(StatusCode::UNPROCESSABLE_ENTITY, detail)
                    .with(problems)
                    .into_response()
            }
            Self::Missing(problem) => Trouble::new(StatusCode::NOT_FOUND, problem.message.clone())
                .with(vec![problem])
                .into_response(),
            Self::Busy => {
                let busy = "the ledger is in use; ask again in a moment";
                let mut response =
                    Trouble::new(StatusCode::SERVICE_UNAVAILABLE, busy).into_response();
                response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
                response
            }
            Self::Failed => {
                let failed = "something failed here; the log says what";
                Trouble::new(StatusCode::INTERNAL_SERVER_ERROR, failed).into_response()
            }
        }
    }
}

pub(crate) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    match serde_json::to_vec(value) {
        Ok(body) => {
            let kind = [(header::CONTENT_TYPE, "application/json")];
            (status, kind, body).into_response()
        }
        Err(error) => {
            tracing::error!("an answer could not be written: {error}");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}
