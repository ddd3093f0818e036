//! Sources that speak by themselves: their connections stay open from visit to visit, and a visit takes
//! what was said since the last. Of that only what a query finds is kept: some stream all of a network.

use model::{SourceId, Timestamp, Validators};
use store::DueSource;
use url::Url;

use crawl::stream::{self, Batch, Platform, Stream};
use crawl::{Access, FetchError, Fetcher, Page};

use super::reading::{self, Body, Read, Readers, read_page};

/// What was said, or why nothing was, and the connection while it stands.
pub(crate) struct Heard {
    pub(crate) result: Result<Batch, FetchError>,
    pub(crate) stream: Option<Stream>,
}

/// Returns which platform's stream a source is, if it is one. What it says is read by that platform's
/// preset, unless the owner named another.
pub(super) fn prepare(due: &mut DueSource) -> Option<Platform> {
    let platform = Platform::of(&due.source.url)?;
    due.source.preset.get_or_insert_with(|| platform.preset().to_owned());
    Some(platform)
}

/// Takes what a source says, over the connection that is open or over a new one.
pub(super) async fn listen(
    fetcher: &Fetcher,
    url: &Url,
    cursor: Option<&str>,
    open: Option<Stream>,
    access: Option<&Access>,
    now: Timestamp,
) -> Heard {
    let mut stream = match open {
        Some(stream) => stream,
        None => match Stream::open(fetcher, url, cursor, access, now).await {
            Ok(stream) => stream,
            Err(error) => return Heard { result: Err(error), stream: None },
        },
    };
    let result = stream.visit().await;
    let stands = result.as_ref().is_ok_and(|batch| !batch.ended);
    Heard { result, stream: stands.then_some(stream) }
}

/// Reads what was said.
pub(super) fn read(
    due: &DueSource,
    result: Result<Batch, FetchError>,
    readers: Readers<'_>,
    now: Timestamp,
) -> Read {
    let batch = match result {
        Ok(batch) => batch,
        Err(error) => return reading::read(due, Err(error), readers, now),
    };
    // Where to go on takes the place of what a page is known by.
    let etag = batch.cursor.clone().or_else(|| due.validators.etag.clone());
    let validators = Validators { etag, ..Validators::default() };
    let reading = batch.body().and_then(|body| {
        let page = Page {
            url: page_of(&due.source.url),
            moved_to: None,
            status: 200,
            content_type: Some("application/json".to_owned()),
            link: None,
            cookies: Vec::new(),
            body,
            validators: Validators::default(),
            fresh_for: None,
        };
        match read_page(due, page, readers, now) {
            Body::Read { reading, .. } => Some(reading),
            Body::Said { .. } | Body::Unchanged(_) | Body::None { .. } => None,
        }
    });
    let body = Body::Said { reading, removed: batch.removed, validators };
    Read { body, fresh_for: None, retry_after: None }
}

/// Returns when to listen again: at once while the connection stands.
pub(super) fn next_check(
    due: &DueSource,
    read: &Read,
    stream: Option<&Stream>,
    now: Timestamp,
) -> Timestamp {
    let source: &SourceId = &due.source.id;
    match (&read.body, stream) {
        (Body::None { .. }, _) => {
            let pause = stream::pause(due.failures + 1, source);
            now + pause.max(read.retry_after.unwrap_or_default())
        }
        (Body::Said { .. } | Body::Read { .. } | Body::Unchanged(_), Some(_)) => now,
        (Body::Said { .. } | Body::Read { .. } | Body::Unchanged(_), None) => {
            now + stream::pause(0, source)
        }
    }
}

/// Relative addresses start from a page.
fn page_of(url: &Url) -> Url {
    let mut page = url.clone();
    let scheme = if matches!(url.scheme(), "wss" | "https") { "https" } else { "http" };
    // It can be set: both are schemes of the web.
    let _ = page.set_scheme(scheme);
    page
}
