//! Links of mails. Looking never acts: programs that look through mails for their owners follow every link.
//! Only a POST does, from the button of the page or from a mail program's own (RFC 8058).

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use crate::answer::{Refused, Trouble};
use crate::api::{Ask, Asked, Backend, header_text, whole};
use crate::page::Page;

/// The longest form, in bytes.
const FORM_BYTES_MAX: usize = 8 << 10;
const FIELDS_MAX: usize = 16;

/// What answers who follows a link.
pub struct LinkPages {
    /// Shows what a link, by the last part of its address, would do.
    pub show: Ask<String, Page>,
    /// Does it.
    pub act: Ask<Deed, Page>,
}

/// A form that was sent to a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deed {
    pub token: String,
    pub form: Vec<(String, String)>,
}

impl Deed {
    pub fn field(&self, name: &str) -> Option<&str> {
        self.form.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

pub(crate) async fn show(State(asked): State<Asked>, Path(token): Path<String>) -> Response {
    if !asked.has_links() {
        return missing();
    }
    let ask = move |backend: &Backend| match &backend.links {
        Some(links) => told((links.show)(token)),
        None => Ok(None),
    };
    asked.answer(&asked.links, ask, rendered).await
}

pub(crate) async fn act(
    State(asked): State<Asked>,
    Path(token): Path<String>,
    request: Request,
) -> Response {
    if !asked.has_links() {
        return missing();
    }
    let headers = request.headers().clone();
    let form = match whole(request, FORM_BYTES_MAX).await {
        Ok(body) => form(&headers, &body),
        Err(trouble) => return trouble.into_response(),
    };
    let Some(form) = form else {
        let message = "a link is answered with a form";
        return Trouble::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message).into_response();
    };
    let deed = Deed { token, form };
    let ask = move |backend: &Backend| match &backend.links {
        Some(links) => told((links.act)(deed)),
        None => Ok(None),
    };
    asked.answer(&asked.links, ask, rendered).await
}

/// A link that is none is a page too: people see it.
fn told(answer: Result<Page, Refused>) -> Result<Option<Page>, Refused> {
    match answer {
        Ok(page) => Ok(Some(page)),
        Err(Refused::Missing(_)) => Ok(None),
        Err(refused) => Err(refused),
    }
}

fn rendered(page: Option<Page>) -> Response {
    page.map_or_else(missing, |page| html(StatusCode::OK, &page))
}

fn missing() -> Response {
    html(StatusCode::NOT_FOUND, &Page::not_found())
}

fn html(status: StatusCode, page: &Page) -> Response {
    let mut response = (status, page.html()).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        // Nothing is loaded, nothing runs, and no other page shows ours as its own.
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
             frame-ancestors 'none'; base-uri 'none'",
        ),
        // Who is linked to must not learn the address, which is all that one needs.
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex"));
    response
}

/// Reads a form in either of the two ways in which it may be sent; `None` for what is none.
fn form(headers: &HeaderMap, body: &[u8]) -> Option<Vec<(String, String)>> {
    let kind = header_text(headers, &header::CONTENT_TYPE)?;
    let (essence, parameters) = kind.split_once(';').unwrap_or((kind, ""));
    let essence = essence.trim().to_ascii_lowercase();
    match essence.as_str() {
        "application/x-www-form-urlencoded" => {
            Some(form_urlencoded::parse(body).into_owned().take(FIELDS_MAX).collect())
        }
        "multipart/form-data" => {
            let boundary = parameters
                .split(';')
                .filter_map(|parameter| parameter.trim().split_once('='))
                .find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
            multipart(&String::from_utf8_lossy(body), boundary.1.trim_matches('"'))
        }
        _ => None,
    }
}

/// Reads the plain fields of `multipart/form-data` (RFC 7578).
fn multipart(body: &str, boundary: &str) -> Option<Vec<(String, String)>> {
    if boundary.is_empty() {
        return None;
    }
    let delimiter = format!("--{boundary}");
    let field = |part: &str| {
        let (head, value) = part.split_once("\r\n\r\n")?;
        let (_, name) = head.split_once("name=\"")?;
        let (name, _) = name.split_once('"')?;
        Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
    };
    Some(body.split(&delimiter).skip(1).filter_map(field).take(FIELDS_MAX).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_read_in_both_ways_and_nothing_else_is_one() {
        let check = |kind: &str, body: &str, expect: Option<&[(&str, &str)]>| {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, kind.parse().unwrap());
            let read = form(&headers, body.as_bytes());
            let read: Option<Vec<(&str, &str)>> = read
                .as_ref()
                .map(|form| form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect());
            assert_eq!(read.as_deref(), expect, "{kind} {body:?}");
        };
        let one_click = Some(&[("List-Unsubscribe", "One-Click")][..]);
        let encoded = "application/x-www-form-urlencoded";
        check(encoded, "List-Unsubscribe=One-Click", one_click);
        check(
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
            "do=a%20b",
            Some(&[("do", "a b")]),
        );
        check(encoded, "", Some(&[]));
        let body = "--xYz\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                    One-Click\r\n--xYz--\r\n";
        check("multipart/form-data; boundary=xYz", body, one_click);
        check("multipart/form-data; boundary=\"xYz\"", body, one_click);
        check("multipart/form-data; boundary=other", body, Some(&[]));
        check("multipart/form-data", body, None);
        check("multipart/form-data; boundary=", body, None);
        check("text/plain", "List-Unsubscribe=One-Click", None);
    }
}
