//! What people set right over HTTP, and what is told of it. What a word means, the program behind decides;
//! here it is only read.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use model::Problem;
use serde::Deserialize;
use url::form_urlencoded;

use crate::answer::{Trouble, json};
use crate::api::{Asked, Backend, question};

/// The longest query of an address, in bytes.
const PARAMETERS_BYTES_MAX: usize = 4 << 10;

/// A correction: of one item, by one person, one word.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CorrectQuestion {
    /// The item's number.
    pub item: u64,
    /// Who says so.
    pub by: String,
    /// The saved query that found it; needed for a word on relevance or tone.
    pub query: Option<String>,
    /// `relevant` or `irrelevant`.
    pub relevance: Option<String>,
    /// `negative`, `neutral`, `positive` or `unsure`.
    pub tone: Option<String>,
    /// The number of an item that tells the same story.
    pub same_as: Option<u64>,
    /// `true`: it tells a story of its own.
    pub own_story: Option<bool>,
}

/// Of what the accuracy is asked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AccuracyQuestion {
    /// A saved query; all where none is named.
    pub query: Option<String>,
    /// Of findings on items that date from then on, as people type it: `30d`.
    pub since: Option<String>,
}

pub(crate) async fn correct(State(asked): State<Asked>, request: Request) -> Response {
    let hint = "write {\"item\": 4711, \"by\": \"who says so\"} and one of: \"relevance\" or \"tone\" with \
                \"query\", \"same_as\", \"own_story\"";
    match question::<CorrectQuestion>(request, hint).await {
        Ok(question) => {
            let ask = move |backend: &Backend| (backend.correct)(question);
            asked.answer(asked.questions(), ask, |made| json(StatusCode::CREATED, &made)).await
        }
        Err(trouble) => trouble.into_response(),
    }
}

/// Tells what was set right, the newest first.
pub(crate) async fn corrections(State(asked): State<Asked>) -> Response {
    let ask = |backend: &Backend| (backend.corrections)(());
    asked.answer(asked.questions(), ask, |list| json(StatusCode::OK, &list)).await
}

pub(crate) async fn accuracy(State(asked): State<Asked>, request: Request) -> Response {
    match accuracy_question(request.uri().query().unwrap_or_default()) {
        Ok(question) => {
            let ask = move |backend: &Backend| (backend.accuracy)(question);
            asked.answer(asked.questions(), ask, |report| json(StatusCode::OK, &report)).await
        }
        Err(trouble) => trouble.into_response(),
    }
}

fn accuracy_question(parameters: &str) -> Result<AccuracyQuestion, Trouble> {
    let refuse = |place: String, message: &str| {
        let problem = Problem::new(place, message).hint("write ?query=NAME&since=30d, or neither");
        Trouble::new(StatusCode::BAD_REQUEST, message).with(vec![problem])
    };
    if parameters.len() > PARAMETERS_BYTES_MAX {
        let message = format!("longer than {PARAMETERS_BYTES_MAX} bytes");
        return Err(refuse("address".to_owned(), &message));
    }
    let mut question = AccuracyQuestion::default();
    for (name, value) in form_urlencoded::parse(parameters.as_bytes()) {
        let own = match &*name {
            "query" => &mut question.query,
            "since" => &mut question.since,
            unknown => return Err(refuse(unknown.to_owned(), "unknown parameter")),
        };
        if own.replace(value.into_owned()).is_some() {
            return Err(refuse(name.into_owned(), "is said twice"));
        }
    }
    Ok(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_of_the_accuracy_is_read_from_the_address() {
        let check = |parameters: &str, query: Option<&str>, since: Option<&str>| {
            let found = accuracy_question(parameters).unwrap();
            assert_eq!((found.query.as_deref(), found.since.as_deref()), (query, since));
        };
        check("", None, None);
        check("query=th%C3%A9+vert&since=7d", Some("thé vert"), Some("7d"));
        for refused in ["querry=a", "since=1d&since=2d", &"a".repeat(PARAMETERS_BYTES_MAX + 1)] {
            assert!(accuracy_question(refused).is_err(), "{refused:.20}");
        }
    }
}
