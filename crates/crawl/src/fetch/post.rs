//! Sends a form to an address that a page named for it: a hub. What is no page has no robots.txt to obey;
//! all else is as when pages are fetched.

use model::Timestamp;
use reqwest::header::CONTENT_TYPE;
use reqwest::{Response, StatusCode};
use url::Url;

use super::error::{FetchError, host};
use super::wire::{Body, within};
use super::{Fetcher, failure, headers};

const FORM: &str = "application/x-www-form-urlencoded";

/// How often a form is handed on.
const REDIRECTS_MAX: usize = 3;
/// How much of an answer is read to learn why the form was not taken.
const REASON_BYTES_MAX: usize = 4096;
const REASON_CHARS_MAX: usize = 200;

impl Fetcher {
    /// Sends a form, and again where it is handed on (307 and 308). An answer that is no success is an
    /// error, with what it says.
    pub async fn post_form(&self, url: &Url, form: &str, now: Timestamp) -> Result<(), FetchError> {
        let sent = self.send_on(url, form, now);
        within(self.limits.whole, url, "no complete answer from", sent).await?
    }

    async fn send_on(&self, start: &Url, form: &str, now: Timestamp) -> Result<(), FetchError> {
        let mut url = start.clone();
        for _ in 0..=REDIRECTS_MAX {
            let request = self.wire.post(&url).header(CONTENT_TYPE, FORM).body(form.to_owned());
            let answer = self.wire.send(request, &url).await?;
            match answer.status() {
                status if status.is_success() => return Ok(()),
                StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT => {
                    let Some(hop) = super::hop(&answer, &url)? else { break };
                    url = hop.to;
                }
                _ => return Err(self.refused(answer, &url, now).await),
            }
        }
        Err(FetchError::unreachable(format!("more than {REDIRECTS_MAX} redirects")))
    }

    /// Says why a form was not taken.
    async fn refused(&self, mut answer: Response, url: &Url, now: Timestamp) -> FetchError {
        let (status, retry_after) = (answer.status(), headers::retry_after(answer.headers(), now));
        let error = failure(status, url, retry_after, false);
        let is_of_the_page =
            matches!(error, FetchError::Unreachable { .. } | FetchError::Missing { .. });
        if !is_of_the_page && !matches!(error, FetchError::Down { .. }) {
            return error;
        }
        let said = match self.wire.body(&mut answer, REASON_BYTES_MAX).await {
            Ok(Body::Whole(body) | Body::Cut(body)) => said(&body),
            Err(_) => String::new(),
        };
        let colon = if said.is_empty() { "" } else { ": " };
        FetchError::unreachable(format!("{} answers {status}{colon}{said}", host(url)))
    }
}

/// Returns the beginning of an answer on one line, where it is plain text.
fn said(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    if text.trim_start().starts_with('<') {
        return String::new();
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).take(REASON_CHARS_MAX).collect()
}
