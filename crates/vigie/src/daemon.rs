//! `vigie run`: three loops that meet only in the ledger. Each has a thread of its own, since the
//! ledger, the index and extraction are plain synchronous code; a slow mail server never delays the
//! crawler. A loop that ends before it was told to ends the process.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use index::Index;
use model::{DeliveryState, Timestamp};
use store::{Declaration, Ledger};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use crate::cli::{Failure, configuration};
use crate::clock;
use crate::config::Config;
use crate::crawler::{Crawler, VisitReport};
use crate::lock::DataLock;
use crate::pipeline;

/// How long a loop waits at most before it looks at the ledger again, since another process, such as
/// `vigie add`, may have written there.
const LOOK_AGAIN: Duration = Duration::from_secs(2);
/// The shortest pause between two commits of the index; a commit costs about 40 ms of one core.
const COMMIT_PAUSE: Duration = Duration::from_millis(500);
/// How long the loops may take to finish what they have in hand.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// What the loops share: when to stop, what to do, and bells that wake the next loop on the line.
#[derive(Clone)]
struct Watch {
    settings: watch::Receiver<Arc<Config>>,
    stop: CancellationToken,
    stored: Arc<Notify>,
    matched: Arc<Notify>,
}

pub(crate) fn run(file: &Path) -> Result<(), Failure> {
    let config = configuration(file)?;
    let _lock = DataLock::take(&config.data)?;
    Ok(watch(file, config)?)
}

fn watch(file: &Path, config: Config) -> Result<()> {
    let mut ledger = Ledger::open(&config.data, clock::now())?;
    // The lock says that no other daemon lives: what is still leased was left by one that was killed.
    ledger.release_leases(clock::now())?;
    declare(&mut ledger, &config, clock::now())?;
    info!(data = %config.data.display(), sources = config.sources.len(), "watching");

    let (settings, receiver) = watch::channel(Arc::new(config));
    let shared = Watch {
        settings: receiver,
        stop: CancellationToken::new(),
        stored: Arc::default(),
        matched: Arc::default(),
    };
    let (ended, loops_ended) = mpsc::channel(3);
    spawn("crawler", &shared, &ended, crawler)?;
    spawn("analyst", &shared, &ended, analyst)?;
    spawn("courier", &shared, &ended, courier)?;
    drop(ended);

    let runtime = runtime()?;
    runtime.block_on(supervise(file, &mut ledger, &settings, &shared, loops_ended))
}

/// Waits for signals and for loops that end.
async fn supervise(
    file: &Path,
    ledger: &mut Ledger,
    settings: &watch::Sender<Arc<Config>>,
    shared: &Watch,
    mut loops_ended: mpsc::Receiver<(&'static str, Result<()>)>,
) -> Result<()> {
    let mut terminate = listen(SignalKind::terminate())?;
    let mut interrupt = listen(SignalKind::interrupt())?;
    let mut hang_up = listen(SignalKind::hangup())?;
    let early = loop {
        tokio::select! {
            _ = terminate.recv() => break None,
            _ = interrupt.recv() => break None,
            _ = hang_up.recv() => reload(file, ledger, settings, shared)?,
            ended = loops_ended.recv() => break ended,
        }
    };
    info!("stopping");
    shared.stop.cancel();
    let finish = async {
        let mut failure = early.map(|(name, result)| match result {
            Ok(()) => anyhow!("the {name} ended early"),
            Err(error) => error.context(format!("the {name} failed")),
        });
        while let Some((name, result)) = loops_ended.recv().await {
            if let Err(error) = result {
                failure = failure.or(Some(error.context(format!("the {name} failed"))));
            }
        }
        failure.map_or(Ok(()), Err)
    };
    tokio::time::timeout(STOP_DEADLINE, finish)
        .await
        .map_err(|_| anyhow!("did not stop within {} s", STOP_DEADLINE.as_secs()))?
}

/// Takes over a changed configuration if it is valid, and keeps the present one otherwise.
fn reload(
    file: &Path,
    ledger: &mut Ledger,
    settings: &watch::Sender<Arc<Config>>,
    shared: &Watch,
) -> Result<()> {
    match Config::read(file) {
        Ok(config) if config.data != settings.borrow().data => {
            error!(
                "the data directory can't change while running; the configuration is kept as it was"
            );
        }
        Ok(config) => {
            declare(ledger, &config, clock::now())?;
            info!(sources = config.sources.len(), "read the configuration again");
            settings.send_replace(Arc::new(config));
            shared.stored.notify_one();
            shared.matched.notify_one();
        }
        Err(problems) => {
            for problem in &problems {
                error!("{problem}");
            }
            error!(problems = problems.len(), "the configuration is kept as it was");
        }
    }
    Ok(())
}

/// Tells the ledger what the configuration declares.
pub(crate) fn declare(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    let queries: Vec<_> = config
        .queries
        .iter()
        .map(|(name, query)| (name.clone(), query.text().to_owned()))
        .collect();
    let subscriptions: Vec<_> =
        config.subscriptions.iter().map(|s| s.subscription.id.clone()).collect();
    let declaration =
        Declaration { sources: &config.sources, queries: &queries, subscriptions: &subscriptions };
    Ok(ledger.declare(&declaration, now)?)
}

async fn crawler(mut shared: Watch) -> Result<()> {
    let config = shared.settings.borrow_and_update().clone();
    let ledger = Ledger::open(&config.data, clock::now())?;
    let mut crawler = Crawler::new(ledger, config.crawl.clone())?;
    while !shared.stop.is_cancelled() {
        if shared.settings.has_changed().unwrap_or(false) {
            let config = shared.settings.borrow_and_update().clone();
            crawler.configure(config.crawl.clone())?;
        }
        let now = clock::now();
        crawler.start_due(now)?;
        let pause = pause_until(crawler.next_source_due()?, now);
        tokio::select! {
            Some(arrived) = crawler.next_arrived() => {
                log_visit(&crawler.record(arrived, clock::now())?);
                shared.stored.notify_one();
                shared.matched.notify_one();
            }
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    loop {
        tokio::select! {
            arrived = crawler.next_arrived() => match arrived {
                Some(arrived) => log_visit(&crawler.record(arrived, clock::now())?),
                None => return Ok(()),
            },
            // What has not answered by then is fetched again at the next start.
            () = time_is_up(&shared.stop) => return Ok(()),
        }
    }
}

async fn analyst(shared: Watch) -> Result<()> {
    let data = shared.settings.borrow().data.clone();
    let mut ledger = Ledger::open(&data, clock::now())?;
    let mut index = open_index(&data, &ledger)?;
    while !shared.stop.is_cancelled() {
        pipeline::index_new(&mut ledger, &mut index)?;
        let more = pipeline::search_history(&mut ledger, clock::now())?;
        if more {
            shared.matched.notify_one();
            continue;
        }
        tokio::select! {
            () = shared.stored.notified() => tokio::time::sleep(COMMIT_PAUSE).await,
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    pipeline::index_new(&mut ledger, &mut index)?;
    Ok(())
}

async fn courier(mut shared: Watch) -> Result<()> {
    let mut config = shared.settings.borrow_and_update().clone();
    let mut ledger = Ledger::open(&config.data, clock::now())?;
    let mut mailer = config.mail.mailer()?;
    while !shared.stop.is_cancelled() {
        if shared.settings.has_changed().unwrap_or(false) {
            config = shared.settings.borrow_and_update().clone();
            mailer = config.mail.mailer()?;
        }
        let now = clock::now();
        pipeline::compose_due(&mut ledger, &config, now)?;
        // A mail under way when the time is up goes out again at the next start, with the same
        // Message-ID.
        tokio::select! {
            delivered = pipeline::deliver_due(&mut ledger, &mut mailer, now, log_delivery) => delivered?,
            () = time_is_up(&shared.stop) => break,
        }
        let next = [ledger.next_digest_due()?, ledger.next_delivery_due()?];
        let pause = pause_until(next.into_iter().flatten().min(), clock::now());
        tokio::select! {
            () = shared.matched.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    Ok(())
}

/// Opens the index for writing; one that is damaged is moved aside and built anew.
pub(crate) fn open_index(data: &Path, ledger: &Ledger) -> Result<Index> {
    let opened = Index::open(&data.join("index"), ledger.uuid())?;
    if let Some(aside) = opened.set_aside {
        warn!(reason = aside.reason, moved_to = %aside.to.display(), "the index is built anew");
    }
    let mut index = opened.index;
    if index.checkpoint() > ledger.head()? {
        warn!("the ledger is older than the index, which is built anew");
        index.start_over()?;
    }
    Ok(index)
}

/// Ends some time after the loops were told to stop: what is in hand by then is left.
async fn time_is_up(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(STOP_DEADLINE / 2).await;
}

fn pause_until(due: Option<Timestamp>, now: Timestamp) -> Duration {
    let wait = due.and_then(|due| (due - now).to_std().ok());
    // A due time that has passed belongs to what is leased: look again soon, but do not spin.
    wait.unwrap_or(LOOK_AGAIN).clamp(Duration::from_millis(50), LOOK_AGAIN)
}

/// Runs a loop on a thread of its own, and reports how it ended even if it panicked.
fn spawn<F>(
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

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind).context("failed to listen for signals")
}

fn log_visit(visited: &VisitReport) {
    let source = &visited.source;
    for problem in &visited.problems {
        warn!(source.id = %source, "{problem}");
    }
    match &visited.result {
        Ok(recorded) => info!(
            source.id = %source,
            new = recorded.new,
            changed = recorded.changed,
            hits = recorded.hits,
            next_check = %visited.next_check,
            "visited"
        ),
        Err(reason) => {
            warn!(source.id = %source, reason, next_check = %visited.next_check, "failed to visit");
        }
    }
}

fn log_delivery(delivered: &pipeline::Delivered) {
    let id = delivered.id;
    match &delivered.state {
        DeliveryState::Sent { .. } => info!(delivery.id = %id, "sent"),
        DeliveryState::Due { at, attempt } => {
            warn!(delivery.id = %id, attempt, next_try = %at, reason = delivered.failure, "failed to send");
        }
        DeliveryState::Leased { until, .. } => warn!(delivery.id = %id, %until, "still under way"),
        DeliveryState::Dead { reason, .. } => error!(delivery.id = %id, reason, "gave up sending"),
    }
}
