//! `vigie rehearse`: the pipeline's own steps in one thread, by a clock that comes on standard input, and killed as
//! the kernel kills where it is told to. Tests simulate seasons with it, and measure what a step costs.
//!
//! Each line is a command, answered by one line: `at TIME` takes all steps at that time, `assess TIME` looks for
//! signals alone, `compose TIME` writes mails alone, `mute UNTIL QUERY [SUBSCRIPTION]` mutes and `unmute` ends all mutes, `leave SUBSCRIPTION ADDRESS` and `pause SUBSCRIPTION ADDRESS [UNTIL]` do what the links of a mail do,
//! `reload` takes over the changed configuration. `die before|after KIND` kills the process at the next commit of a
//! kind of transaction; the answer to `at` names the kinds that were seen.

use std::collections::BTreeSet;
use std::io::{BufRead, Write, stdin, stdout};
use std::path::Path;
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use index::Index;
use model::{SubscriptionId, Timestamp};
use serde_json::json;
use store::{Commit, Ledger, Muted};

use crate::cli::{Failure, configuration_with_secrets};
use crate::config::Config;
use crate::crawler::Crawler;
use crate::daemon::{declare, open_index, runtime};
use crate::enrichment::Enricher;
use crate::lock::DataLock;
use crate::notify::Notifier;
use crate::pipeline;
use crate::signals::Assessor;

/// How long, in real time, answers of endpoints are waited for in one step. Who hangs longer answers in a later one.
const ANSWERS_WAIT: Duration = Duration::from_millis(100);

#[derive(Debug, clap::Args)]
pub(crate) struct Rehearse {
    /// What the clock shows at the start
    #[arg(long, value_name = "TIME")]
    at: Timestamp,
    /// Where to die, if that is on the way to the first command: `before KIND` or `after KIND`
    #[arg(long, value_name = "WHERE")]
    die: Option<String>,
}

/// All that a daemon has in hand.
struct Stage {
    config: Config,
    ledger: Ledger,
    index: Index,
    crawler: Crawler,
    enricher: Enricher,
    assessor: Assessor,
    mailer: alert::Mailer,
    notifier: Notifier,
    now: Timestamp,
}

pub(crate) fn run(rehearse: &Rehearse, file: &Path) -> Result<(), Failure> {
    store::witness_commits(witness);
    *locked(&DEATH) = rehearse.die.as_deref().and_then(death);
    let config = configuration_with_secrets(file)?;
    let _lock = DataLock::take(&config.data)?;
    let mut stage = Stage::open(config, rehearse.at)?;
    let runtime = runtime()?;
    for line in stdin().lock().lines() {
        let line = line.context("failed to read a command")?;
        let answer = match line.trim() {
            "reload" => {
                stage.configure(configuration_with_secrets(file)?)?;
                json!({})
            }
            line => runtime.block_on(stage.take(line))?,
        };
        let mut out = stdout().lock();
        writeln!(out, "{answer}").and_then(|()| out.flush()).context("nobody listens")?;
    }
    Ok(())
}

impl Stage {
    /// As a daemon starts.
    fn open(config: Config, now: Timestamp) -> Result<Self> {
        let mut ledger = Ledger::open(&config.data, now)?;
        ledger.take_over(now, config.crawl.bounds.max)?;
        declare(&mut ledger, &config, now)?;
        let open = || Ledger::open(&config.data, now);
        Ok(Self {
            index: open_index(&config.data, &ledger)?,
            crawler: Crawler::new(open()?, config.crawl.clone())?,
            enricher: Enricher::new(&ledger, now)?,
            assessor: Assessor::new(&mut ledger, now)?,
            mailer: config.mail.mailer()?,
            notifier: Notifier::new(open()?, &config)?,
            config,
            ledger,
            now,
        })
    }

    fn configure(&mut self, config: Config) -> Result<()> {
        declare(&mut self.ledger, &config, self.now)?;
        self.crawler.configure(config.crawl.clone())?;
        self.mailer = config.mail.mailer()?;
        self.notifier.configure(&config, self.now)?;
        self.config = config;
        Ok(())
    }

    async fn take(&mut self, line: &str) -> Result<serde_json::Value> {
        let words: Vec<&str> = line.split(' ').collect();
        match words[..] {
            ["at", time] => {
                self.now = time.parse()?;
                self.step().await?;
                Ok(json!({ "kinds": take_kinds() }))
            }
            ["assess", time] => {
                self.now = time.parse()?;
                let (ledger, config, now) = (&mut self.ledger, &self.config, self.now);
                while pipeline::find_signals(ledger, &mut self.assessor, config, now)?.more {}
                Ok(json!({}))
            }
            ["compose", time] => {
                self.now = time.parse()?;
                pipeline::compose_due(&mut self.ledger, &self.config, self.now)?;
                Ok(json!({}))
            }
            ["leave", subscription, address] => {
                let number = self.recipient(subscription, address)?;
                self.ledger.unsubscribe(number, self.now)?;
                Ok(json!({}))
            }
            ["pause", subscription, address, ref until @ ..] => {
                let number = self.recipient(subscription, address)?;
                let until = until.first().map(|until| until.parse()).transpose()?;
                self.ledger.pause(number, until)?;
                Ok(json!({}))
            }
            ["mute", until, query, ref who @ ..] => {
                let subscription = who.first().map(|id| SubscriptionId::new(*id));
                let what = Muted { query: Some(query.into()), subscription, endpoint: None };
                self.ledger.mute(&what, until.parse()?, ("rehearsal", ""), self.now)?;
                Ok(json!({}))
            }
            ["unmute"] => {
                for mute in self.ledger.mutes(self.now)? {
                    self.ledger.unmute(mute.number, self.now)?;
                }
                Ok(json!({}))
            }
            ["die", moment, kind] => {
                *locked(&DEATH) = death(&format!("{moment} {kind}"));
                Ok(json!({}))
            }
            _ => bail!("no such command: {line}"),
        }
    }

    fn recipient(&self, subscription: &str, address: &str) -> Result<u64> {
        let mut all = self.ledger.all_recipients()?.into_iter();
        let found = all.find(|one| {
            one.subscription.as_str() == subscription && one.address.eq_ignore_ascii_case(address)
        });
        Ok(found.ok_or_else(|| anyhow!("{address} was never told of {subscription}"))?.number)
    }

    /// Takes every step until nothing is left to do at this time.
    async fn step(&mut self) -> Result<()> {
        let now = self.now;
        pipeline::crawl_due(&mut self.crawler, now, |_| {}).await?;
        while pipeline::index_new(&self.ledger, &mut self.index)? > 0 {}
        while pipeline::search_history(&mut self.ledger, now)? {}
        while pipeline::enrich_new(&mut self.ledger, &mut self.enricher, now)? {}
        let (ledger, config) = (&mut self.ledger, &self.config);
        while pipeline::find_signals(ledger, &mut self.assessor, config, now)?.more {}
        pipeline::compose_due(ledger, config, now)?;
        while ledger.next_delivery_due()?.is_some_and(|due| due <= now) {
            pipeline::deliver_due(ledger, config, &mut self.mailer, now, |_| {}).await?;
        }
        while self.notifier.tell_due(&self.config, now)? {}
        self.notifier.start_due(now)?;
        while !self.notifier.is_idle() {
            let answers = self.notifier.wait_for_answers();
            if tokio::time::timeout(ANSWERS_WAIT, answers).await.is_err() {
                break;
            }
            self.notifier.settle(now, |_, _| {})?;
            self.notifier.start_due(now)?;
        }
        Ok(())
    }
}

/// The kinds of transactions since the last answer.
static KINDS: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());
/// Where the process is to die: before or after the commit, and of which kind.
static DEATH: Mutex<Option<(bool, String)>> = Mutex::new(None);

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn take_kinds() -> BTreeSet<String> {
    std::mem::take(&mut *locked(&KINDS))
}

fn death(place: &str) -> Option<(bool, String)> {
    let (moment, kind) = place.split_once(' ')?;
    Some((moment == "before", kind.to_owned()))
}

fn witness(commit: Commit) {
    let (is_before, kind) = match commit {
        Commit::Before(kind) => (true, kind),
        Commit::After(kind) => (false, kind),
    };
    let file = Path::new(kind.file()).file_name().unwrap_or_default().to_string_lossy();
    let kind = format!("{file}:{}", kind.line());
    let is_here = |death: &(bool, String)| death.0 == is_before && death.1 == kind;
    if locked(&DEATH).as_ref().is_some_and(is_here) {
        die();
    }
    locked(&KINDS).insert(kind);
}

/// Ends this process as the kernel does: no chance to tidy up.
fn die() -> ! {
    let id = std::process::id().to_string();
    Command::new("kill").args(["-s", "KILL", &id]).status().ok();
    loop {
        std::thread::park();
    }
}
