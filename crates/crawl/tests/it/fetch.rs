use std::time::Duration;

use crawl::{
    Authorities, Cookies, FetchError, FetchLimits, Fetched, Fetcher, Guard, Page, Refusal,
    RobotsPolicy, Way,
};
use model::{Timestamp, Validators};

use crate::server::{Server, Step, answer, head_of};

const FEED: &str = "<rss><channel><title>Ozalée, thé pétillant</title></channel></rss>";
const FEED_DIGEST: &str = "1e5dd515";

pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

/// Limits that a test can wait for.
pub(crate) fn limits() -> FetchLimits {
    FetchLimits {
        first_byte: Duration::from_millis(300),
        stall: Duration::from_millis(300),
        whole: Duration::from_secs(2),
        body_bytes: 64 * 1024,
        redirects: 3,
        ..FetchLimits::default()
    }
}

pub(crate) fn fetcher(limits: FetchLimits, robots: RobotsPolicy) -> Fetcher {
    let agent = "Vigie/0.1 (+mailto:press@ozalee.example)";
    Fetcher::new(&limits, agent, robots, loopback(), Authorities::default()).unwrap()
}

/// The servers of tests are on this machine, at one address.
pub(crate) fn loopback() -> Guard {
    Guard::allowing(vec!["127.0.0.1/32".parse().unwrap()])
}

async fn visit(server: &Server, path: &str, known: &Validators) -> Result<Fetched, FetchError> {
    fetcher(limits(), RobotsPolicy::Ignore).fetch(&server.url(path), known, now()).await
}

async fn fails(server: &Server, path: &str) -> FetchError {
    visit(server, path, &Validators::default()).await.unwrap_err()
}

async fn page(server: &Server, path: &str) -> Page {
    match visit(server, path, &Validators::default()).await.unwrap() {
        Fetched::Page(page) => page,
        unchanged @ Fetched::Unchanged { .. } => panic!("{unchanged:?}"),
    }
}

#[tokio::test]
async fn a_page_comes_with_all_that_the_next_visit_needs() {
    let server = Server::start(|_| {
        let headers = [
            "Content-Type: text/XML; charset=iso-8859-1",
            "ETag: W/\"1\"",
            "Last-Modified: Sun, 01 Mar 2026 11:00:00 GMT",
            "Cache-Control: max-age=900",
        ];
        answer("200 OK", &headers, FEED)
    })
    .await;
    let page = page(&server, "/feed?x=1").await;
    assert_eq!(page.url, server.url("/feed?x=1"));
    assert_eq!(page.moved_to, None);
    assert_eq!(page.status, 200);
    assert_eq!(page.content_type.as_deref(), Some("text/XML; charset=iso-8859-1"));
    assert_eq!(page.body, FEED.as_bytes());
    assert_eq!(page.fresh_for, Some(Duration::from_mins(15)));
    assert_eq!(page.validators.etag.as_deref(), Some("W/\"1\""));
    let date = page.validators.last_modified.as_deref();
    assert_eq!(date, Some("Sun, 01 Mar 2026 11:00:00 GMT"));
    let digest = page.validators.body_digest.unwrap();
    assert_eq!((digest.len(), &digest[..8]), (32, FEED_DIGEST));

    let asked = server.requests("/feed?x=1").remove(0);
    assert!(asked.contains("user-agent: vigie/0.1 (+mailto:press@ozalee.example)\r\n"), "{asked}");
    assert!(asked.contains("accept: application/rss+xml, "), "{asked}");
    for encoding in ["gzip", "br", "zstd", "deflate"] {
        assert!(asked.contains(encoding), "{asked}");
    }
    assert!(!asked.contains("\r\nif-"), "{asked}");
}

#[tokio::test]
async fn an_unchanged_page_is_recognised_by_the_server_or_by_its_body() {
    let server = Server::start(|path| match path {
        "/304" => answer("304 Not Modified", &["ETag: \"new\"", "Cache-Control: max-age=60"], ""),
        _ => answer("200 OK", &["ETag: \"new\""], FEED),
    })
    .await;
    let Fetched::Page(first) = visit(&server, "/", &Validators::default()).await.unwrap() else {
        panic!("the first visit must bring the page");
    };
    let known = Validators { etag: None, last_modified: Some("Thé".into()), ..first.validators };
    let renewed = Validators { etag: Some("\"new\"".into()), ..known.clone() };

    let told = visit(&server, "/304", &known).await.unwrap();
    let fresh_for = Some(Duration::from_mins(1));
    assert_eq!(told, Fetched::Unchanged { validators: renewed.clone(), fresh_for });
    assert!(server.requests("/304")[0].contains("if-modified-since: thé\r\n"));

    let same = visit(&server, "/", &known).await.unwrap();
    let validators = Validators { last_modified: None, ..renewed };
    assert_eq!(same, Fetched::Unchanged { validators, fresh_for: None });
}

#[tokio::test]
async fn a_304_that_was_not_asked_for_is_no_answer() {
    let server = Server::start(|_| answer("304 Not Modified", &[], "")).await;
    let reason = "127.0.0.1 answers 304 Not Modified".into();
    assert_eq!(fails(&server, "/").await, FetchError::Unreachable { reason });
}

#[tokio::test]
async fn compressed_bodies_are_unfolded() {
    let server = Server::start(|path| match path {
        "/gzip" => answer("200 OK", &["Content-Encoding: gzip"], include_bytes!("encoded/feed.gz")),
        "/br" => answer("200 OK", &["Content-Encoding: br"], include_bytes!("encoded/feed.br")),
        "/zstd" => {
            answer("200 OK", &["Content-Encoding: zstd"], include_bytes!("encoded/feed.zst"))
        }
        _ => {
            answer("200 OK", &["Content-Encoding: deflate"], include_bytes!("encoded/feed.deflate"))
        }
    })
    .await;
    for path in ["/gzip", "/br", "/zstd", "/deflate"] {
        assert_eq!(page(&server, path).await.body, FEED.as_bytes(), "{path}");
    }
}

#[tokio::test]
async fn a_damaged_compressed_body_is_no_page() {
    let server = Server::start(|_| answer("200 OK", &["Content-Encoding: gzip"], "no gzip")).await;
    let said = fails(&server, "/").await.to_string();
    assert!(said.starts_with("the body from 127.0.0.1 came damaged or not whole: "), "{said}");
}

/// Each bomb says that more is to come and then waits: only a reader that stops early gets away.
#[tokio::test]
async fn a_bomb_is_left_as_soon_as_it_is_over_the_limit() {
    let server = Server::start(|path| {
        let (encoding, bomb): (_, &[u8]) = match path {
            "/gzip" => ("Content-Encoding: gzip", include_bytes!("encoded/bomb.gz")),
            "/br" => ("Content-Encoding: br", include_bytes!("encoded/bomb.br")),
            "/zstd" => ("Content-Encoding: zstd", include_bytes!("encoded/bomb.zst")),
            _ => ("X-Plain: yes", &[b'x'; 1024]),
        };
        let bomb = bomb.repeat(if path == "/plain" { 65 } else { 1 });
        let head = head_of("200 OK", &[encoding, "Content-Length: 90000000"]);
        vec![Step::Send(head), Step::Send(bomb), Step::Hold]
    })
    .await;
    for path in ["/gzip", "/br", "/zstd", "/plain"] {
        let error = fails(&server, path).await;
        assert_eq!(error, FetchError::TooLarge { limit_bytes: 64 * 1024 }, "{path}");
        assert_eq!(error.to_string(), "body over 65536 bytes");
    }
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_a_page() {
    let server = Server::start(|_| answer("200 OK", &[], vec![b'x'; 64 * 1024])).await;
    assert_eq!(page(&server, "/").await.body.len(), 64 * 1024);
}

#[tokio::test]
async fn a_server_that_keeps_us_waiting_is_left() {
    let server = Server::start(|path| match path {
        "/silent" => vec![Step::Hold],
        "/stalls" => {
            let head = head_of("200 OK", &["Content-Length: 9"]);
            vec![Step::Send(head), Step::Send(b"<rss>".to_vec()), Step::Hold]
        }
        _ => vec![Step::Send(b"HTTP/1.1 200 OK\r\nContent-Type".to_vec()), Step::Hold],
    })
    .await;
    let check = async |path, expect| assert_eq!(fails(&server, path).await.to_string(), expect);
    check("/silent", "no answer from 127.0.0.1 within 0.3 s").await;
    check("/stalls", "no more from 127.0.0.1 within 0.3 s").await;
    check("/half-a-header", "no answer from 127.0.0.1 within 0.3 s").await;
}

#[tokio::test]
async fn a_body_that_drips_for_ever_ends_with_the_whole_time() {
    let server = Server::start(|_| {
        // Comments of compressed streams: bytes arrive, but the body does not grow.
        let empty_frames = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(64);
        let head = head_of("200 OK", &["Content-Encoding: zstd"]);
        vec![Step::Send(head), Step::SendForever(empty_frames)]
    })
    .await;
    let limits = FetchLimits {
        whole: Duration::from_millis(500),
        stall: Duration::from_secs(9),
        body_bytes: 1 << 40,
        ..limits()
    };
    let fetcher = fetcher(limits, RobotsPolicy::Ignore);
    let error = fetcher.fetch(&server.base, &Validators::default(), now()).await.unwrap_err();
    assert_eq!(error.to_string(), "no complete answer from 127.0.0.1 within 0.5 s");
}

#[tokio::test]
async fn a_connection_that_breaks_gives_no_half_page() {
    let server = Server::start(|path| match path {
        "/length" => vec![
            Step::Send(head_of("200 OK", &["Content-Length: 100"])),
            Step::Send(b"<rss>".to_vec()),
        ],
        "/chunks" => {
            let head = head_of("200 OK", &["Transfer-Encoding: chunked"]);
            vec![Step::Send(head), Step::Send(b"5\r\n<rss>\r\n".to_vec())]
        }
        "/gzip" => {
            let half = &include_bytes!("encoded/feed.gz")[..40];
            answer("200 OK", &["Content-Encoding: gzip"], half)
        }
        _ => vec![],
    })
    .await;
    for path in ["/length", "/chunks", "/gzip"] {
        let said = fails(&server, path).await.to_string();
        let expect = "the body from 127.0.0.1 came damaged or not whole: ";
        assert!(said.starts_with(expect), "{path}: {said}");
    }
    let said = fails(&server, "/silent").await.to_string();
    assert!(said.starts_with("the connection to 127.0.0.1 was cut: "), "{said}");
}

#[tokio::test]
async fn a_length_too_short_cuts_the_page_there() {
    let server = Server::start(|_| {
        vec![
            Step::Send(head_of("200 OK", &["Content-Length: 5"])),
            Step::Send(b"<rss></rss>".to_vec()),
        ]
    })
    .await;
    assert_eq!(page(&server, "/").await.body, b"<rss>");
}

#[tokio::test]
async fn a_flood_of_headers_is_left() {
    let server = Server::start(|path| match path {
        "/many" => {
            let header = b"X-Flood: 1\r\n".repeat(400);
            vec![Step::Send(b"HTTP/1.1 200 OK\r\n".to_vec()), Step::SendForever(header)]
        }
        _ => vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nX-Long: ".to_vec()),
            Step::SendForever(vec![b'x'; 4096]),
        ],
    })
    .await;
    for path in ["/many", "/long"] {
        let said = fails(&server, path).await.to_string();
        assert_eq!(said, "127.0.0.1 sends more headers than are read", "{path}");
    }
}

#[tokio::test]
async fn odd_headers_do_not_cost_the_page() {
    let server =
        Server::start(|_| answer("200 OK", &["X-Bad Name: 1", "X-Folded: a\r\n b"], FEED)).await;
    assert_eq!(page(&server, "/").await.body, FEED.as_bytes());
}

#[tokio::test]
async fn redirects_are_followed_and_permanent_ones_remembered() {
    let server = Server::start(|path| match path {
        "/301" => answer("301 Moved Permanently", &["Location: /308"], "moved"),
        "/308" => answer("308 Permanent Redirect", &["Location: feed#top"], ""),
        "/302" => answer("302 Found", &["Location: /feed"], ""),
        "/mixed" => answer("301 Moved Permanently", &["Location: /302"], ""),
        "/late" => answer("307 Temporary Redirect", &["Location: /301"], ""),
        _ => answer("200 OK", &[], FEED),
    })
    .await;
    let check = async |path, moved: bool| {
        let page = page(&server, path).await;
        assert_eq!(page.url, server.url("/feed"), "{path}");
        assert_eq!(page.moved_to, moved.then(|| server.url("/feed")), "{path}");
    };
    check("/301", true).await;
    check("/302", false).await;
    check("/mixed", false).await;
    check("/late", false).await;
    check("/feed", false).await;
}

#[tokio::test]
async fn redirects_that_lead_nowhere_are_named() {
    let server = Server::start(|path| {
        let to = match path {
            "/a" => "Location: /b",
            "/b" => "Location: /a#again",
            "/ftp" => "Location: ftp://ozalee.example/feed",
            "/bad" => "Location: http://[",
            "/none" => "X-Location: /",
            deeper => return answer("302 Found", &[&format!("Location: {deeper}x")], ""),
        };
        answer("302 Found", &[to], "")
    })
    .await;
    let check = async |path, expect| assert_eq!(fails(&server, path).await.to_string(), expect);
    check("/a", "127.0.0.1 redirects in a circle").await;
    check("/x", "more than 3 redirects").await;
    assert_eq!((server.requests("/xxxx").len(), server.requests("/xxxxx").len()), (1, 0));
    check("/none", "127.0.0.1 redirects to nowhere (302 Found)").await;
    check("/bad", "127.0.0.1 redirects to nowhere (302 Found)").await;
    check("/ftp", "only http and https are read, not ftp").await;
}

#[tokio::test]
async fn a_status_says_what_to_do_next() {
    let server = Server::start(|path| {
        let (status, header) = match path {
            "/429" => ("429 Too Many Requests", "Retry-After: 120"),
            "/429-silent" => ("429 Too Many Requests", "X: y"),
            "/503" => ("503 Service Unavailable", "Retry-After: Sun, 01 Mar 2026 12:10:00 GMT"),
            "/503-silent" => ("503 Service Unavailable", "X: y"),
            "/403" => ("403 Forbidden", "X: y"),
            "/410" => ("410 Gone", "X: y"),
            _ => ("404 Not Found", "Retry-After: 120"),
        };
        answer(status, &[header], "<html>sorry</html>")
    })
    .await;
    let host = || "127.0.0.1".to_owned();
    let later = |seconds: Option<u64>, reason: &str| FetchError::Later {
        pause: seconds.map(Duration::from_secs),
        reason: reason.into(),
    };
    let down = |reason: &str| FetchError::Down { reason: reason.into() };
    let check = async |path, expect: FetchError| assert_eq!(fails(&server, path).await, expect);
    check("/429", later(Some(120), "127.0.0.1 answers 429 Too Many Requests")).await;
    check("/429-silent", later(None, "127.0.0.1 answers 429 Too Many Requests")).await;
    check("/503", later(Some(600), "127.0.0.1 answers 503 Service Unavailable")).await;
    check("/503-silent", down("127.0.0.1 answers 503 Service Unavailable")).await;
    check("/404", FetchError::Missing { host: host() }).await;
    check("/410", FetchError::Gone { host: host() }).await;
    let status = 403.try_into().unwrap();
    check("/403", FetchError::Refused { by: Refusal::Server { host: host(), status } }).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let url = format!("http://user:secret@{closed}/").parse().unwrap();
    let fetcher = fetcher(limits(), RobotsPolicy::Ignore);
    let error = fetcher.fetch(&url, &Validators::default(), now()).await.unwrap_err();
    assert_eq!(error.to_string(), "127.0.0.1 accepts no connection");
}

#[tokio::test]
async fn a_server_without_tls_is_named() {
    let server = Server::start(|_| answer("200 OK", &[], FEED)).await;
    let mut url = server.base.clone();
    url.set_scheme("https").unwrap();
    let fetcher = fetcher(limits(), RobotsPolicy::Ignore);
    let said = fetcher.fetch(&url, &Validators::default(), now()).await.unwrap_err().to_string();
    assert!(said.starts_with("no connection to 127.0.0.1: ") || said.contains("within"), "{said}");
}

#[test]
fn a_user_agent_without_a_name_is_refused() {
    for agent in ["", "0.1 Vigie", "Vigie\n", "(Vigie)"] {
        let refused =
            Fetcher::new(&limits(), agent, RobotsPolicy::Obey, loopback(), Authorities::default());
        let refused = refused.map(drop).unwrap_err();
        assert!(refused.to_string().contains("user agent"), "{agent:?}: {refused}");
    }
}

#[tokio::test]
async fn no_hop_leads_inside() {
    let server = Server::start(|path| {
        let to = match path {
            "/numbers" => "http://0x7f.2:1/",
            "/metadata" => "http://169.254.169.254/latest/meta-data/",
            "/v6" => "http://[::1]:1/",
            "/mapped" => "http://[::ffff:127.0.0.3]:1/",
            "/robots.txt" => return answer("404 Not Found", &[], ""),
            _ => "/metadata",
        };
        answer("302 Found", &[&format!("Location: {to}")], "")
    })
    .await;
    let check = async |robots, path: &str, expect: &str| {
        let fetcher =
            Fetcher::new(&limits(), "Vigie/0.1", robots, loopback(), Authorities::default())
                .unwrap();
        let known = Validators::default();
        let said = fetcher.fetch(&server.url(path), &known, now()).await.unwrap_err();
        assert!(matches!(&said, FetchError::Refused { by: Refusal::Address(_) }), "{said:?}");
        assert!(said.to_string().starts_with(expect), "{path}: {said}");
    };
    for robots in [RobotsPolicy::Ignore, RobotsPolicy::Obey] {
        check(robots, "/numbers", "127.0.0.2 is at 127.0.0.2, this machine's own address; ").await;
        check(robots, "/metadata", "169.254.169.254 is at 169.254.169.254, a link-local").await;
        check(robots, "/two-hops", "169.254.169.254 is at 169.254.169.254, a link-local").await;
        check(robots, "/v6", "::1 is at ::1, this machine's own address; ").await;
        check(robots, "/mapped", "::ffff:127.0.0.3 is at ").await;
    }
    // A name: both of its addresses are this machine's, and none is allowed here.
    let strict = Fetcher::new(
        &limits(),
        "Vigie/0.1",
        RobotsPolicy::Obey,
        Guard::default(),
        Authorities::default(),
    )
    .unwrap();
    let named = "http://localhost:1/".parse().unwrap();
    let said = strict.fetch(&named, &Validators::default(), now()).await.unwrap_err().to_string();
    assert!(said.starts_with("localhost is at ") && said.contains("own address"), "{said}");
}

/// A compressed body that never unfolds into anything is left at the same limit.
#[tokio::test]
async fn what_comes_over_the_wire_is_counted_too() {
    let server = Server::start(|_| {
        let empty_frames = [0x50, 0x2a, 0x4d, 0x18, 0, 0, 0, 0].repeat(64);
        let head = head_of("200 OK", &["Content-Encoding: zstd"]);
        vec![Step::Send(head), Step::SendForever(empty_frames)]
    })
    .await;
    let error = fails(&server, "/").await;
    assert_eq!(error, FetchError::TooLarge { limit_bytes: 64 * 1024 });
}

#[tokio::test]
async fn nothing_is_nothing_however_it_is_said_to_be_compressed() {
    let server = Server::start(|_| answer("200 OK", &["Content-Encoding: gzip"], "")).await;
    assert_eq!(page(&server, "/").await.body, b"");
}

#[tokio::test]
async fn a_wall_is_told_as_such() {
    let challenge = "<title>Just a moment...</title><script>window._cf_chl_opt={}</script>";
    let server = Server::start(move |path| match path {
        "/header" => answer("403 Forbidden", &["cf-mitigated: challenge"], ""),
        "/page" => answer("403 Forbidden", &[], challenge),
        "/unavailable" => answer("503 Service Unavailable", &[], challenge),
        "/accepted" => answer("202 Accepted", &["x-amzn-waf-action: challenge"], ""),
        "/busy" => answer("429 Too Many Requests", &["Retry-After: 60"], challenge),
        "/endless" => {
            let head = head_of("403 Forbidden", &["Content-Length: 90000000"]);
            vec![Step::Send(head), Step::SendForever(b"<p>go away</p>".to_vec())]
        }
        _ => answer("403 Forbidden", &[], "<h1>Forbidden</h1>"),
    })
    .await;
    let by = async |path: &str| {
        let error = fails(&server, path).await;
        let FetchError::Refused { by } = error else { panic!("{error:?}") };
        by
    };
    for path in ["/header", "/page", "/unavailable", "/accepted"] {
        let said = by(path).await;
        assert!(matches!(said, Refusal::Wall { .. }), "{path}: {said:?}");
    }
    assert_eq!(
        by("/page").await.to_string(),
        "127.0.0.1 asks for a proof that a person is reading (403 Forbidden); it may offer a feed or \
         an API instead"
    );
    for path in ["/plain", "/endless"] {
        assert!(matches!(by(path).await, Refusal::Server { .. }), "{path}");
    }
    let pause = Some(Duration::from_mins(1));
    assert!(
        matches!(fails(&server, "/busy").await, FetchError::Later { pause: p, .. } if p == pause)
    );
}

#[tokio::test]
async fn only_the_host_itself_is_told_to_be_down() {
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let server = Server::start(move |path| match path {
        "/elsewhere" => answer("302 Found", &[&format!("Location: http://{closed}/")], ""),
        _ => answer("502 Bad Gateway", &[], ""),
    })
    .await;
    let reason = "127.0.0.1 answers 502 Bad Gateway".into();
    assert_eq!(fails(&server, "/").await, FetchError::Down { reason });
    let reason = "127.0.0.1 accepts no connection".into();
    assert_eq!(fails(&server, "/elsewhere").await, FetchError::Unreachable { reason });
}

#[tokio::test]
async fn a_round_gives_back_the_cookies_that_its_pages_set() {
    let server = Server::start(|path| match path {
        "/board" => answer("200 OK", &["Set-Cookie: sid=a1; Path=/; HttpOnly"], FEED),
        "/checks" => answer("302 Found", &["Set-Cookie: ok=1", "Location: /checks"], ""),
        _ => answer("200 OK", &[], FEED),
    })
    .await;
    let fetcher = fetcher(limits(), RobotsPolicy::Ignore);
    let none = Validators::default();
    let mut round = Cookies::default();
    for path in ["/board", "/thread"] {
        let mut way = Way::default();
        fetcher
            .fetch_in_round(&server.url(path), &none, &mut round, &mut way, now())
            .await
            .unwrap();
    }
    fetcher.fetch(&server.url("/thread"), &none, now()).await.unwrap();
    let asked = server.requests("/thread");
    assert!(asked[0].contains("\r\ncookie: sid=a1\r\n"), "{}", asked[0]);
    assert!(!asked[1].contains("cookie"), "{}", asked[1]);
    // A page that leads to itself with what it has just set is tried once more, and not for ever.
    assert_eq!(fails(&server, "/checks").await.to_string(), "127.0.0.1 redirects in a circle");
    assert_eq!(server.requests("/checks").len(), 2);
}
