//! Connections, within limits: how many there are, how long a head or a whole request may take, how long
//! a connection lives. When it is told to stop, what is under way is finished.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::answer::Trouble;
use crate::api::{Backend, router};
use crate::door::Door;

/// How many connections are held at a time. More wait to be accepted.
const CONNECTIONS_MAX: usize = 128;
/// How long a request's head may take, and a connection may lie idle.
const HEAD_DEADLINE: Duration = Duration::from_secs(10);
/// How long a request may take, its body included.
const REQUEST_DEADLINE: Duration = Duration::from_secs(30);
/// How long a connection lives, however much is asked over it.
const CONNECTION_LIFE: Duration = Duration::from_mins(5);
/// How long what is under way may still take once a connection is to end.
const END_DEADLINE: Duration = Duration::from_secs(5);
/// The longest head, in bytes, and how many headers it may have.
const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
/// How long to wait where no connection can be accepted: there may be too many open files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(500);

/// Answers until it is told to stop.
pub async fn serve(
    listener: std::net::TcpListener,
    door: Door,
    backend: Backend,
    stop: &CancellationToken,
) -> io::Result<()> {
    listener.set_nonblocking(true)?;
    let listener = TcpListener::from_std(listener)?;
    let router = router(backend).layer(from_fn_with_state(Arc::new(door), enter));
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < CONNECTIONS_MAX => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, router.clone(), stop.clone()));
                }
                Err(error) => {
                    warn!("no connection could be accepted: {error}");
                    sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next() => {}
            () = stop.cancelled() => break,
        }
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
    Ok(())
}

/// Answers on one connection until its end.
async fn converse(stream: TcpStream, router: Router, stop: CancellationToken) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_DEADLINE)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = sleep(CONNECTION_LIFE) => None,
        () = stop.cancelled() => None,
    };
    let ended = if ended.is_some() {
        ended
    } else {
        connection.as_mut().graceful_shutdown();
        timeout(END_DEADLINE, connection).await.ok()
    };
    // A client that goes away half-way, or drips its request, is no failure of ours.
    if let Some(Err(error)) = ended {
        debug!("a connection ended early: {error}");
    }
}

/// Lets a request in or refuses it, and holds it to its time.
async fn enter(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let mut response = match door.refusal(&request) {
        Some(refusal) => refusal,
        None => timeout(REQUEST_DEADLINE, next.run(request)).await.unwrap_or_else(|_late| {
            Trouble::new(StatusCode::REQUEST_TIMEOUT, "the request took too long").into_response()
        }),
    };
    let headers = response.headers_mut();
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}
