//! The threads of the loops, and what becomes of a loop that finds no room on the disk.

use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use store::LedgerError;
use tokio::sync::mpsc;
use tracing::error;

use super::Watch;

/// How long a loop waits for room.
const ROOM_PAUSE: Duration = Duration::from_secs(10);

/// Runs a loop on a thread of its own, and reports how it ended even if it panicked.
pub(super) fn spawn<F>(
    name: &'static str,
    shared: &Watch,
    ended: &mpsc::Sender<(&'static str, Result<()>)>,
    body: impl FnOnce(Watch) -> F + Send + 'static,
) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    let (shared, ended) = (shared.clone(), ended.clone());
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let run = || runtime()?.block_on(body(shared));
            let result = catch_unwind(AssertUnwindSafe(run))
                .unwrap_or_else(|_| Err(anyhow!("the thread panicked")));
            // The receiver is gone only when the process is already ending.
            let _ = ended.blocking_send((name, result));
        })
        .with_context(|| format!("failed to start the {name}"))?;
    Ok(())
}

pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("failed to start the async runtime")
}

/// Runs a loop, and begins it anew, from what the ledger holds, where it ended since the disk was full: room may come
/// back, and a lookout that has left does not see it.
pub(super) async fn while_there_is_room<F>(
    name: &'static str,
    shared: &Watch,
    body: impl Fn(Watch) -> F,
) -> Result<()>
where
    F: Future<Output = Result<()>>,
{
    while !shared.stop.is_cancelled() {
        match body(shared.clone()).await {
            Err(failure) if has_no_room(&failure) => {
                error!(pause_s = ROOM_PAUSE.as_secs(), "the {name} waits for room: {failure:#}");
            }
            ended => return ended,
        }
        tokio::select! {
            () = tokio::time::sleep(ROOM_PAUSE) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// Begins once the disk has room.
pub(super) fn once_there_is_room<T>(begin: impl Fn() -> Result<T>) -> Result<T> {
    loop {
        match begin() {
            Err(failure) if has_no_room(&failure) => {
                error!(pause_s = ROOM_PAUSE.as_secs(), "the start waits for room: {failure:#}");
            }
            done => return done,
        }
        runtime()?.block_on(tokio::time::sleep(ROOM_PAUSE));
    }
}

/// Whether the disk, or the part of it that we may use, is full.
fn has_no_room(failure: &anyhow::Error) -> bool {
    failure.chain().any(|cause| {
        matches!(cause.downcast_ref(), Some(LedgerError::Full(_)))
            || cause.downcast_ref::<std::io::Error>().is_some_and(|error| {
                matches!(error.kind(), ErrorKind::StorageFull | ErrorKind::QuotaExceeded)
            })
    })
}
