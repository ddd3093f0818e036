//! `vigie run`: four loops and a web server that meet only in the ledger. Each has a thread of its own, since the
//! ledger, the index and extraction are plain synchronous code; a slow mail server never delays the
//! crawler. A loop that ends before it was told to ends the process.

mod log;
mod thread;
mod web;

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use index::Index;
use model::Timestamp;
use store::{Declaration, Ledger};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::{Notify, mpsc, watch};
use tokio_util::sync::CancellationToken;
use tracing::{error, info, warn};

use self::log::{log_answer, log_delivery, log_visit};
pub(crate) use self::thread::runtime;
use self::thread::{once_there_is_room, spawn, while_there_is_room};
use crate::cli::{Failure, configuration_with_secrets};
use crate::clock;
use crate::config::Config;
use crate::crawler::Crawler;
use crate::enrichment::Enricher;
use crate::flights::Landed;
use crate::lock::DataLock;
use crate::notify::Notifier;
use crate::pipeline;
use crate::signals::Assessor;

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
    /// The crawler has ended: nothing more will be stored.
    crawled: CancellationToken,
    stored: Arc<Notify>,
    matched: Arc<Notify>,
    /// Something was found, or read of what was found, that endpoints may be told.
    news: Arc<Notify>,
    /// A hub has pushed something.
    pushed: Arc<Notify>,
}

impl Watch {
    /// Returns the configuration if it is another than the one that was looked at last.
    fn changed(&mut self) -> Option<Arc<Config>> {
        let has_changed = self.settings.has_changed().unwrap_or(false);
        has_changed.then(|| self.settings.borrow_and_update().clone())
    }

    /// Wakes all that look at what was stored.
    fn ring(&self) {
        self.stored.notify_one();
        self.matched.notify_one();
        self.news.notify_one();
    }
}

pub(crate) fn run(file: &Path) -> Result<(), Failure> {
    let config = configuration_with_secrets(file)?;
    let _lock = DataLock::take(&config.data)?;
    Ok(watch(file, config)?)
}

fn watch(file: &Path, config: Config) -> Result<()> {
    // Before anything is begun: a port that another has is said at once.
    let listener = config.web.as_ref().map(web::listen_at).transpose()?;
    let mut ledger = once_there_is_room(|| begin(&config))?;
    info!(data = %config.data.display(), sources = config.sources.len(), "watching");

    let (settings, receiver) = watch::channel(Arc::new(config));
    let shared = Watch {
        settings: receiver,
        stop: CancellationToken::new(),
        crawled: CancellationToken::new(),
        stored: Arc::default(),
        matched: Arc::default(),
        news: Arc::default(),
        pushed: Arc::default(),
    };
    let (ended, loops_ended) = mpsc::channel(5);
    spawn("crawler", &shared, &ended, async |shared| {
        // However it ends.
        let _crawled = shared.crawled.clone().drop_guard();
        while_there_is_room("crawler", &shared, crawler).await
    })?;
    spawn("analyst", &shared, &ended, async |shared| {
        while_there_is_room("analyst", &shared, analyst).await
    })?;
    spawn("courier", &shared, &ended, async |shared| {
        while_there_is_room("courier", &shared, courier).await
    })?;
    spawn("notifier", &shared, &ended, async |shared| {
        while_there_is_room("notifier", &shared, notifier).await
    })?;
    if let Some(listener) = listener {
        spawn("web server", &shared, &ended, |shared| web::serve(shared, listener))?;
    }
    drop(ended);

    let runtime = runtime()?;
    runtime.block_on(supervise(file, &mut ledger, &settings, &shared, loops_ended))
}

/// Opens the ledger, as the only daemon, and tells it what is configured.
fn begin(config: &Config) -> Result<Ledger> {
    let mut ledger = Ledger::open(&config.data, clock::now())?;
    // The lock says that no other daemon lives: what is still leased was left by one that was killed.
    ledger.take_over(clock::now(), config.crawl.bounds.max)?;
    declare(&mut ledger, config, clock::now())?;
    let callbacks = config.web.as_ref().and_then(|door| door.public_url.as_ref());
    ledger.listen_to_hubs(callbacks, clock::now())?;
    Ok(ledger)
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
            _ = hang_up.recv() => reload(file, ledger, settings, shared),
            ended = loops_ended.recv() => break ended,
        }
    };
    info!(deadline_s = STOP_DEADLINE.as_secs(), "stopping");
    shared.stop.cancel();
    let finish = async {
        let mut failure = early.map(|(name, result)| match result {
            Ok(()) => anyhow!("the {name} ended early"),
            Err(error) => error.context(format!("the {name} failed")),
        });
        if let Some(failure) = &failure {
            error!("{failure:#}");
        }
        while let Some((name, result)) = loops_ended.recv().await {
            if let Err(error) = result {
                failure = failure.or(Some(error.context(format!("the {name} failed"))));
            }
        }
        failure.map_or(Ok(()), Err)
    };
    tokio::select! {
        finished = finish => finished,
        () = tokio::time::sleep(STOP_DEADLINE) => {
            bail!("did not stop within {} s", STOP_DEADLINE.as_secs())
        }
        // Asked a second time: what is in hand is left, and done again at the next start.
        _ = interrupt.recv() => bail!("stopped at once"),
    }
}

/// Takes over a changed configuration if it is valid, and keeps the present one otherwise.
fn reload(file: &Path, ledger: &mut Ledger, settings: &watch::Sender<Arc<Config>>, shared: &Watch) {
    match configuration_with_secrets(file) {
        Ok(config) if config.data != settings.borrow().data => {
            error!(
                "the data directory can't change while running; the configuration is kept as it was"
            );
        }
        Ok(config) if config.web != settings.borrow().web => {
            error!("[web] can't change while running; the configuration is kept as it was");
        }
        Ok(config) => {
            if let Err(error) = declare(ledger, &config, clock::now()) {
                error!("the configuration is kept as it was: {error:#}");
                return;
            }
            info!(sources = config.sources.len(), "read the configuration again");
            settings.send_replace(Arc::new(config));
            shared.ring();
        }
        Err(Failure::Refused(problem)) => error!("the configuration is kept as it was: {problem}"),
        Err(Failure::Running(error)) => error!("the configuration is kept as it was: {error:#}"),
        Err(Failure::Usage(problems)) => {
            for problem in &problems {
                error!("{problem}");
            }
            error!(problems = problems.len(), "the configuration is kept as it was");
        }
    }
}

/// Tells the ledger what the configuration declares: queries with their parts written out, so that an
/// edited part makes new editions of those that use it.
pub(crate) fn declare(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    let queries: Vec<_> = config
        .queries
        .iter()
        .map(|(name, query)| (name.clone(), query.expanded().to_owned()))
        .collect();
    let subscriptions: Vec<_> =
        config.subscriptions.iter().map(|s| s.subscription.id.clone()).collect();
    let declaration =
        Declaration { sources: &config.sources, queries: &queries, subscriptions: &subscriptions };
    for source in ledger.declare(&declaration, now)? {
        info!(
            source = %source,
            "its address is another one: it is read as a new source, which counts for signals once it was \
             read for a week; its items stay"
        );
    }
    let endpoints: Vec<_> =
        config.endpoints.iter().map(|it| (it.id.clone(), it.target())).collect();
    for (endpoint, count) in ledger.declare_endpoints(&endpoints, now)? {
        warn!(
            endpoint = %endpoint,
            count,
            "gave up what waited for an endpoint that is no longer configured; if it has another name \
             now, `vigie deliveries replay` tells that one"
        );
    }
    Ok(())
}

async fn crawler(mut shared: Watch) -> Result<()> {
    let config = shared.settings.borrow_and_update().clone();
    let ledger = Ledger::open(&config.data, clock::now())?;
    let mut crawler = Crawler::new(ledger, config.crawl.clone())?;
    while !shared.stop.is_cancelled() {
        if let Some(config) = shared.changed() {
            crawler.configure(config.crawl.clone())?;
        }
        let now = clock::now();
        unless_busy(crawler.start_due(now))?;
        while let Some(report) = unless_busy(crawler.take_pushed(clock::now()))?.flatten() {
            log_visit(&report);
            shared.ring();
        }
        let pause = pause_until(unless_busy(crawler.next_source_due())?.flatten(), now);
        tokio::select! {
            Some(landed) = crawler.next_landed() => {
                let Landed::Arrived(arrived) = landed else { continue };
                // A visit that could not be recorded is made again when its lease has run out.
                if let Some(report) = unless_busy(crawler.record(arrived, clock::now()))? {
                    log_visit(&report);
                }
                shared.ring();
            }
            () = shared.pushed.notified() => {}
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    let mut time_is_up = pin!(time_is_up(&shared.stop));
    loop {
        tokio::select! {
            landed = crawler.next_landed() => match landed {
                Some(Landed::Arrived(arrived)) => {
                    log_visit(&crawler.record(arrived, clock::now())?);
                }
                Some(Landed::Late) => {}
                None => return Ok(()),
            },
            // What has not answered by then is fetched again at the next start.
            () = &mut time_is_up => return Ok(()),
        }
    }
}

async fn analyst(mut shared: Watch) -> Result<()> {
    let mut config = shared.settings.borrow_and_update().clone();
    let data = config.data.clone();
    let mut ledger = Ledger::open(&data, clock::now())?;
    let mut index = open_index(&data, &ledger)?;
    let mut enricher = Enricher::new(&ledger, clock::now())?;
    let mut assessor = Assessor::new(&mut ledger, clock::now())?;
    while !shared.stop.is_cancelled() {
        config = shared.changed().unwrap_or(config);
        let indexed = unless_busy(pipeline::index_new(&ledger, &mut index))?.unwrap_or(0);
        let has_read = unless_busy(pipeline::enrich_new(&mut ledger, &mut enricher, clock::now()))?;
        let searched = unless_busy(pipeline::search_history(&mut ledger, clock::now()))?;
        let found = pipeline::find_signals(&mut ledger, &mut assessor, &config, clock::now());
        let looked = unless_busy(found)?.unwrap_or_default();
        // Digests wait until what they tell was read.
        if searched == Some(true) || has_read == Some(true) || looked.turned {
            shared.matched.notify_one();
            // A turn of a signal is news for endpoints too, whether or not a letter tells it.
            shared.news.notify_one();
        }
        if indexed > 0 || searched == Some(true) || has_read == Some(true) || looked.more {
            continue;
        }
        tokio::select! {
            () = shared.stored.notified() => tokio::time::sleep(COMMIT_PAUSE).await,
            () = tokio::time::sleep(LOOK_AGAIN) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    // What the crawler had in hand is searchable too; the rest of a long way back to the ledger waits
    // for the next start.
    shared.crawled.cancelled().await;
    pipeline::index_new(&ledger, &mut index)?;
    Ok(())
}

async fn courier(mut shared: Watch) -> Result<()> {
    let mut config = shared.settings.borrow_and_update().clone();
    let mut ledger = Ledger::open(&config.data, clock::now())?;
    let mut mailer = config.mail.mailer()?;
    while !shared.stop.is_cancelled() {
        if let Some(changed) = shared.changed() {
            config = changed;
            mailer = config.mail.mailer()?;
        }
        let now = clock::now();
        unless_busy(pipeline::compose_due(&mut ledger, &config, now))?;
        // A mail under way when the time is up goes out again at the next start, with the same
        // Message-ID.
        let may_be_more = tokio::select! {
            delivered = pipeline::deliver_due(&mut ledger, &config, &mut mailer, clock::now(), log_delivery) => {
                unless_busy(delivered)?.unwrap_or(false)
            }
            () = time_is_up(&shared.stop) => break,
        };
        if may_be_more {
            continue;
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

/// Tells endpoints what happens.
async fn notifier(mut shared: Watch) -> Result<()> {
    let mut config = shared.settings.borrow_and_update().clone();
    let ledger = Ledger::open(&config.data, clock::now())?;
    let mut notifier = Notifier::new(ledger, &config)?;
    let (mut is_news, mut looked) = (true, clock::now());
    while !shared.stop.is_cancelled() {
        if shared.settings.has_changed().unwrap_or(false) {
            let new = shared.settings.borrow().clone();
            // Where the ledger is busy, it is looked at again.
            if unless_busy(notifier.configure(&new, clock::now()))?.is_some() {
                config = shared.settings.borrow_and_update().clone();
                is_news = true;
            }
        }
        // What is due may leave many times a second; what happens is looked for when it has.
        if is_news || (clock::now() - looked).to_std().is_ok_and(|age| age >= LOOK_AGAIN) {
            looked = clock::now();
            is_news = unless_busy(notifier.tell_due(&config, looked))?.unwrap_or(true);
        }
        unless_busy(notifier.start_due(clock::now()))?;
        let pause = if is_news {
            Duration::ZERO
        } else {
            pause_until(unless_busy(notifier.next_due())?.flatten(), clock::now())
        };
        tokio::select! {
            () = notifier.wait_for_answers() => {
                unless_busy(notifier.settle(clock::now(), log_answer))?;
            }
            () = shared.news.notified() => is_news = true,
            () = tokio::time::sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }
    let mut time_is_up = pin!(time_is_up(&shared.stop));
    while !notifier.is_idle() {
        tokio::select! {
            () = notifier.wait_for_answers() => {
                unless_busy(notifier.settle(clock::now(), log_answer))?;
            }
            // What has not answered by then is sent again at the next start, with the same id.
            () = &mut time_is_up => break,
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

/// A step that met a busy ledger is tried again; any other failure ends the loop.
fn unless_busy<T>(step: Result<T>) -> Result<Option<T>> {
    match step {
        Err(error) if pipeline::is_busy(&error) => {
            warn!("the ledger is busy; trying again");
            Ok(None)
        }
        step => step.map(Some),
    }
}

fn pause_until(due: Option<Timestamp>, now: Timestamp) -> Duration {
    let Some(due) = due else { return LOOK_AGAIN };
    let overdue = (now - due).to_std().unwrap_or_default();
    // What has long been overdue waits for something else: look again in a while, and do not spin.
    if overdue > LOOK_AGAIN {
        return LOOK_AGAIN;
    }
    (due - now).to_std().unwrap_or_default().clamp(Duration::from_millis(50), LOOK_AGAIN)
}

fn listen(kind: SignalKind) -> Result<Signal> {
    signal(kind).context("failed to listen for signals")
}
