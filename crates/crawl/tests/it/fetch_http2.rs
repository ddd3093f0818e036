//! HTTP/2 over TLS: spoken where the server offers it, over one connection, and only with a server that
//! somebody whom we trust vouches for.

use std::convert::Infallible;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use crawl::{Authorities, FetchError, Fetched, Fetcher, RobotsPolicy};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::{TokioExecutor, TokioIo};
use model::Validators;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::bytes::Bytes;
use url::Url;

use crate::fetch::{limits, loopback, now};

const FEED: &str = "<rss><channel><title>Ozalée</title></channel></rss>";

/// A server of both versions, its certificate signed by an authority of its own.
struct SecureServer {
    base: Url,
    authority: Vec<u8>,
    connections: Arc<AtomicUsize>,
    /// The paths that were asked for, with the version.
    asked: Arc<Mutex<Vec<(String, Version)>>>,
}

impl SecureServer {
    async fn start(protocols: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        make_certificates(folder.path());
        let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
        let certificate = CertificateDer::from_pem_slice(&read("cert.pem")).unwrap();
        let key = PrivateKeyDer::from_pem_slice(&read("key.pem")).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("https://{}/", listener.local_addr().unwrap()).parse().unwrap();
        let (connections, asked) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let server =
            Self { base, authority: read("ca.pem"), connections, asked: Arc::clone(&asked) };
        let (acceptor, counted) =
            (TlsAcceptor::from(Arc::new(config)), Arc::clone(&server.connections));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&counted), asked.clone()));
            }
        });
        server
    }

    async fn fetch(&self, fetcher: &Fetcher, path: &str) -> Result<Vec<u8>, FetchError> {
        let url = self.base.join(path).unwrap();
        match fetcher.fetch(&url, &Validators::default(), now()).await? {
            Fetched::Page(page) => Ok(page.body),
            Fetched::Unchanged { .. } => panic!("{path} was never fetched"),
        }
    }
}

fn fetcher(authorities: Authorities) -> Fetcher {
    let agent = "Vigie/0.1 (+mailto:press@ozalee.example)";
    Fetcher::new(&limits(), agent, RobotsPolicy::Obey, loopback(), authorities).unwrap()
}

async fn serve(
    stream: TcpStream,
    acceptor: TlsAcceptor,
    connections: Arc<AtomicUsize>,
    asked: Arc<Mutex<Vec<(String, Version)>>>,
) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    connections.fetch_add(1, Ordering::Relaxed);
    let is_second = stream.get_ref().1.alpn_protocol() == Some(b"h2");
    let answer = service_fn(move |request: Request<Incoming>| {
        let path = request.uri().path().to_owned();
        let status = if path == "/robots.txt" { 404 } else { 200 };
        asked.lock().unwrap().push((path, request.version()));
        let answer = Response::builder().status(status).body(Full::new(Bytes::from(FEED)));
        async move { Ok::<_, Infallible>(answer.unwrap()) }
    });
    let stream = TokioIo::new(stream);
    // A client that leaves is no failure of the server.
    if is_second {
        let server = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
        server.serve_connection(stream, answer).await.ok();
    } else {
        hyper::server::conn::http1::Builder::new().serve_connection(stream, answer).await.ok();
    }
}

/// Makes an authority, and a certificate for this machine that it signs.
fn make_certificates(folder: &Path) {
    let openssl = |arguments: &str| {
        let made = Command::new("openssl")
            .args(arguments.split(' '))
            .current_dir(folder)
            .stderr(Stdio::null())
            .status()
            .expect("openssl runs; tests/run.sh installs it");
        assert!(made.success(), "openssl {arguments}");
    };
    let new = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2";
    openssl(&format!("{new} -subj /CN=Authority -keyout ca.key -out ca.pem"));
    openssl(&format!(
        "{new} -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 \
         -addext basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key \
         -keyout key.pem -out cert.pem"
    ));
}

#[tokio::test]
async fn http2_is_spoken_and_one_connection_serves_every_page() {
    let server = SecureServer::start(&["h2", "http/1.1"]).await;
    let fetcher = fetcher(Authorities::from_pem(&server.authority).unwrap());
    for path in ["a", "b"] {
        assert_eq!(server.fetch(&fetcher, path).await.unwrap(), FEED.as_bytes());
    }
    let both = tokio::join!(server.fetch(&fetcher, "c"), server.fetch(&fetcher, "d"));
    assert_eq!((both.0.unwrap(), both.1.unwrap()), (FEED.into(), FEED.into()));
    assert_eq!(server.connections.load(Ordering::Relaxed), 1);
    let mut asked = server.asked.lock().unwrap().clone();
    asked.sort_by(|a, b| a.0.cmp(&b.0));
    let paths: Vec<_> = asked.iter().map(|(path, _)| path.as_str()).collect();
    assert_eq!(paths, ["/a", "/b", "/c", "/d", "/robots.txt"]);
    assert!(asked.iter().all(|(_, version)| *version == Version::HTTP_2), "{asked:?}");
}

#[tokio::test]
async fn a_server_that_does_not_offer_http2_is_spoken_to_as_before() {
    let server = SecureServer::start(&["http/1.1"]).await;
    let fetcher = fetcher(Authorities::from_pem(&server.authority).unwrap());
    assert_eq!(server.fetch(&fetcher, "a").await.unwrap(), FEED.as_bytes());
    let asked = server.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|(_, version)| *version == Version::HTTP_11), "{asked:?}");
}

#[tokio::test]
async fn an_authority_counts_only_where_it_was_added() {
    let (server, other) = (SecureServer::start(&["h2"]).await, SecureServer::start(&["h2"]).await);
    let reason = "robots.txt of 127.0.0.1 could not be read: certificate not valid for 127.0.0.1: \
                  its issuer is not trusted here";
    let untrusted = FetchError::Down { reason: reason.into() };
    let plain = fetcher(Authorities::default());
    assert_eq!(server.fetch(&plain, "a").await.unwrap_err(), untrusted);
    let added = fetcher(Authorities::from_pem(&other.authority).unwrap());
    // The other authority has the same name and another key.
    let reason = "robots.txt of 127.0.0.1 could not be read: certificate not valid for 127.0.0.1: \
                  BadSignature";
    let forged = FetchError::Down { reason: reason.into() };
    assert_eq!(server.fetch(&added, "a").await.unwrap_err(), forged);
    assert_eq!(other.fetch(&added, "a").await.unwrap(), FEED.as_bytes());
    assert!(server.asked.lock().unwrap().is_empty());
}
