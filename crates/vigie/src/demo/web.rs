//! The small web that `vigie demo` reads: seven sites about a fictional sparkling tea, each served
//! on a loopback port of its own, showing what their scripts say for the simulated time. It knows
//! nothing of crawling, and takes the time that it is given.

mod feed;
mod script;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, Response, StatusCode, header};
use chrono::{DateTime, SubsecRound};
use model::{Lang, Source, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

use script::{Quirk, Site};

const ROBOTS: &str = "User-agent: *\nDisallow: /redaction/\n";

/// The running sites. They finish the answers in hand and end when this is dropped.
pub(crate) struct Web {
    sources: Vec<Source>,
    now_s: Arc<AtomicI64>,
    _servers: JoinSet<io::Result<()>>,
    _stop: DropGuard,
}

impl Web {
    /// The first and the last day on which a festival is spoken of.
    pub(crate) const FESTIVAL: [i64; 2] = [6, 9];

    /// Opens every site, each on a free port of 127.0.0.1. The scripts count their days from
    /// `opens`, which is also the time until [`Web::set_time`] says otherwise.
    pub(crate) async fn start(opens: Timestamp) -> io::Result<Self> {
        let now_s = Arc::new(AtomicI64::new(opens.timestamp()));
        let stop = CancellationToken::new();
        let mut servers = JoinSet::new();
        let mut sources = Vec::new();
        for site in script::sites().map_err(io::Error::other)? {
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let address = format!("http://{}{}", listener.local_addr()?, site.path);
            sources.push(Source {
                id: site.id.as_str().into(),
                url: Url::parse(&address).map_err(io::Error::other)?,
                name: site.name.clone(),
                kind: site.kind,
                lang: Lang::from_tag(&site.lang),
                preset: None,
                full_text: false,
                zone: None,
                every: None,
                since: None,
            });
            let host = Arc::new(Host::new(site, opens, Arc::clone(&now_s)));
            let router = Router::new().fallback(serve).with_state(host);
            let stopped = stop.clone().cancelled_owned();
            servers.spawn(async move {
                axum::serve(listener, router).with_graceful_shutdown(stopped).await
            });
        }
        Ok(Self { sources, now_s, _servers: servers, _stop: stop.drop_guard() })
    }

    /// Sets the time that the sites believe in, to the second.
    pub(crate) fn set_time(&self, now: Timestamp) {
        self.now_s.store(now.timestamp(), Ordering::Relaxed);
    }

    /// Returns where each site's feed is, in a fixed order.
    pub(crate) fn sources(&self) -> &[Source] {
        &self.sources
    }

    /// Returns for how many days from the opening something happens.
    pub(crate) fn days() -> u32 {
        script::DAYS
    }
}

/// One site behind its port.
struct Host {
    site: Site,
    opens: Timestamp,
    now_s: Arc<AtomicI64>,
    /// How many more answers of a slow site are slow: the demonstration has a minute in all.
    pauses_left: AtomicU32,
}

impl Host {
    fn new(site: Site, opens: Timestamp, now_s: Arc<AtomicI64>) -> Self {
        let pauses =
            if let Some(Quirk::Slow { times_max, .. }) = site.quirk { times_max } else { 0 };
        let opens = opens.trunc_subsecs(0);
        Self { site, opens, now_s, pauses_left: AtomicU32::new(pauses) }
    }

    fn now(&self) -> Timestamp {
        DateTime::from_timestamp(self.now_s.load(Ordering::Relaxed), 0).unwrap_or(self.opens)
    }

    /// Takes one of the slow answers that are left.
    fn take_pause(&self) -> Option<Duration> {
        let Some(Quirk::Slow { pause_ms, .. }) = self.site.quirk else { return None };
        let one_less = |left: u32| left.checked_sub(1);
        self.pauses_left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less).ok()?;
        Some(Duration::from_millis(pause_ms))
    }
}

async fn serve(State(host): State<Arc<Host>>, request: Request) -> Response<Body> {
    // The time of asking counts: a slow answer must not tell what happened while it was on its way.
    let now = host.now();
    let path = request.uri().path();
    if path == host.site.path
        && let Some(pause) = host.take_pause()
    {
        tokio::time::sleep(pause).await;
    }
    answer(&host.site, host.opens, now, request.method(), path, request.headers()).map(Body::from)
}

fn answer(
    site: &Site,
    opens: Timestamp,
    now: Timestamp,
    method: &Method,
    path: &str,
    asked: &HeaderMap,
) -> Response<String> {
    if method != Method::GET && method != Method::HEAD {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
    }
    if path == "/robots.txt" {
        return plain(StatusCode::OK, ROBOTS);
    }
    if path != site.path || matches!(site.quirk, Some(Quirk::Missing)) {
        return plain(StatusCode::NOT_FOUND, "no such page\n");
    }
    let front = site.front(opens, now);
    let changed = front.changed;
    let body = feed::render(site, &front);
    let etag = etag(&body);
    let mut response = if is_known(asked, &etag, changed) {
        plain(StatusCode::NOT_MODIFIED, "")
    } else {
        Response::new(body)
    };
    let headers = response.headers_mut();
    let mut put = |name, value: &str| {
        if let Ok(value) = value.parse() {
            headers.insert(name, value);
        }
    };
    put(header::CONTENT_TYPE, site.dialect.content_type());
    put(header::ETAG, &etag);
    put(header::LAST_MODIFIED, &http_date(changed));
    response
}

fn plain(status: StatusCode, text: &str) -> Response<String> {
    let mut response = Response::new(text.to_owned());
    *response.status_mut() = status;
    response
}

/// Whether the asker already has this version (RFC 9110, section 13.2.2: dates count only where
/// no tag was sent).
fn is_known(asked: &HeaderMap, etag: &str, changed: Timestamp) -> bool {
    if let Some(tags) = asked.get(header::IF_NONE_MATCH) {
        return tags.to_str().is_ok_and(|tags| tags.split(',').any(|tag| tag.trim() == etag));
    }
    asked
        .get(header::IF_MODIFIED_SINCE)
        .and_then(|since| since.to_str().ok())
        .and_then(|since| DateTime::parse_from_rfc2822(since).ok())
        .is_some_and(|since| changed <= since)
}

fn etag(body: &str) -> String {
    let mut hasher = DefaultHasher::new();
    body.hash(&mut hasher);
    format!("\"{:016x}\"", hasher.finish())
}

fn http_date(at: Timestamp) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests;
