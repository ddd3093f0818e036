//! `vigie demo`: two weeks in the life of a fictional brand, on a small web of its own, through the
//! very same pipeline as the daemon's, with a stepped clock. It needs no network and no mail server.

mod web;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{IsTerminal, Write as _, stderr, stdout};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{NaiveTime, TimeDelta};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{DeliveryState, Timestamp};
use store::Ledger;

use self::web::Web;
use crate::clock;
use crate::config::{Care, Config, Secrets};
use crate::crawler::{Crawler, VisitReport};
use crate::daemon::{declare, open_index};
use crate::enrichment::Enricher;
use crate::pipeline;
use crate::signals::Assessor;

/// The first line of the demo's configuration: a folder that has it may be emptied for the next run.
const MARK: &str = "# Written by `vigie demo`, and overwritten by the next one.";
/// The clock never jumps further, so that an edit between two posts is seen too.
const STEP_MAX: TimeDelta = TimeDelta::minutes(30);
const STEP_MIN: TimeDelta = TimeDelta::minutes(5);
/// A mail leaves when it is due; one that can't is tried again as soon as this.
const MAIL_STEP_MIN: TimeDelta = TimeDelta::seconds(30);

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// The folder for the demo's configuration, ledger, index and mails
    #[arg(long, value_name = "DIR", default_value = "vigie-demo")]
    data: PathBuf,
}

/// What happened on one simulated day, or on all of them.
#[derive(Default)]
struct Tally {
    visits: usize,
    new: usize,
    changed: usize,
    hits: usize,
    mails: usize,
}

/// What is told while the days pass.
struct Story {
    bar: ProgressBar,
    day: Tally,
    total: Tally,
    notes: Vec<String>,
    /// Problems that were told: they come back at each visit.
    told: BTreeSet<String>,
}

pub(crate) fn run(demo: &Demo) -> Result<()> {
    prepare(&demo.data)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(play(&demo.data, clock::now()))
}

/// Empties the folder of an earlier demo; touches no other.
fn prepare(folder: &Path) -> Result<()> {
    let file = folder.join("vigie.toml");
    let ours = std::fs::read_to_string(&file).is_ok_and(|text| text.starts_with(MARK));
    if ours {
        std::fs::remove_dir_all(folder)
            .with_context(|| format!("failed to empty {}", folder.display()))?;
    } else if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty, and no demo's; name another folder with --data", folder.display());
    }
    std::fs::create_dir_all(folder)
        .with_context(|| format!("failed to create {}", folder.display()))
}

async fn play(folder: &Path, today: Timestamp) -> Result<()> {
    let midnight = today.date_naive().and_time(NaiveTime::MIN).and_utc();
    let closes = midnight;
    let opens = closes - TimeDelta::days(Web::days().into());
    let web = Web::start(opens).await.context("failed to open the demo's web")?;
    let file = folder.join("vigie.toml");
    std::fs::write(&file, configuration(&web, opens))?;
    let config = Config::read(&file, Secrets::Leave, Care::Usual)
        .map_err(|problems| anyhow::anyhow!("the demo's configuration: {}", problems[0]))?;

    let mut ledger = Ledger::open(&config.data, opens)?;
    declare(&mut ledger, &config, opens)?;
    let mut index = open_index(&config.data, &ledger)?;
    let mut crawler = Crawler::new(Ledger::open(&config.data, opens)?, config.crawl.clone())?;
    let mut enricher = Enricher::new(&ledger, opens)?;
    let mut assessor = Assessor::new(&mut ledger, opens)?;
    let mut mailer = config.mail.mailer()?;

    let mut story = Story::new();
    story.say(&format!(
        "A small web on 127.0.0.1: {} sites, {} saved queries, {} subscriptions, {} days from {}.",
        config.sources.len(),
        config.queries.len(),
        config.subscriptions.len(),
        Web::days(),
        opens.format("%-d %B %Y"),
    ));
    let mut now = opens;
    while now < closes {
        web.set_time(now);
        pipeline::crawl_due(&mut crawler, now, |visited| story.note_visit(visited)).await?;
        while pipeline::index_new(&ledger, &mut index)? > 0 {}
        while pipeline::search_history(&mut ledger, now)? {}
        while pipeline::enrich_new(&mut ledger, &mut enricher, now)? {}
        while pipeline::find_signals(&mut ledger, &mut assessor, &config, now)?.more {}
        pipeline::compose_due(&mut ledger, &config, now)?;
        let note = |delivered: &pipeline::Delivered| story.note_mail(delivered);
        pipeline::deliver_due(&mut ledger, &config, &mut mailer, now, note).await?;

        let visit = crawler.next_source_due()?.map(|due| due.max(now + STEP_MIN));
        let mail = [ledger.next_digest_due()?, ledger.next_delivery_due()?];
        let mail = mail.into_iter().flatten().min().map(|due| due.max(now + MAIL_STEP_MIN));
        let next = visit.into_iter().chain(mail).min().unwrap_or(closes);
        let later = next.min(now + STEP_MAX);
        if later.date_naive() != now.date_naive() {
            story.end_day(now);
        }
        now = later;
    }
    story.bar.finish_and_clear();
    story.say(&farewell(folder, &story.total, &ledger, closes)?);
    Ok(())
}

impl Tally {
    fn add(&mut self, day: &Self) {
        self.visits += day.visits;
        self.new += day.new;
        self.changed += day.changed;
        self.hits += day.hits;
        self.mails += day.mails;
    }
}

impl Story {
    fn new() -> Self {
        let (day, total) = (Tally::default(), Tally::default());
        Self { bar: progress_bar(), day, total, notes: Vec::new(), told: BTreeSet::new() }
    }

    fn note_visit(&mut self, visited: &VisitReport) {
        self.day.visits += 1;
        match &visited.result {
            Ok(recorded) => {
                self.day.new += recorded.new;
                self.day.changed += recorded.changed;
                self.day.hits += recorded.hits;
            }
            Err(reason) => self.note_problem(format!("  ! {}: {reason}", visited.source)),
        }
        for problem in &visited.problems {
            let message = &problem.message;
            self.note_problem(format!("  ! {}, {}: {message}", visited.source, problem.place));
        }
    }

    fn note_problem(&mut self, note: String) {
        if self.told.insert(note.clone()) {
            self.notes.push(note);
        }
    }

    fn note_mail(&mut self, delivered: &pipeline::Delivered) {
        if matches!(delivered.state, DeliveryState::Sent { .. }) {
            self.day.mails += 1;
            self.notes.push(format!("  > {} to {}", delivered.subject, delivered.recipient));
        }
    }

    /// Tells a day that is over.
    fn end_day(&mut self, now: Timestamp) {
        let day = std::mem::take(&mut self.day);
        self.say(&format!(
            "{}  {:3} visits  {:3} new items  {:2} edited  {:3} hits  {:2} mails",
            now.format("%a %d %b"),
            day.visits,
            day.new,
            day.changed,
            day.hits,
            day.mails,
        ));
        for note in std::mem::take(&mut self.notes) {
            self.say(&note);
        }
        self.total.add(&day);
        self.bar.inc(1);
    }

    /// Prints a line above the bar.
    fn say(&self, line: &str) {
        // Who has seen enough may close the pipe; the demo is made all the same.
        self.bar.suspend(|| writeln!(stdout(), "{line}").ok());
    }
}

/// A bar on a terminal, nothing elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(Web::days().into());
    if !stderr().is_terminal() {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    if let Ok(style) = ProgressStyle::with_template("  day {pos} of {len} {bar:30} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn farewell(folder: &Path, total: &Tally, ledger: &Ledger, closes: Timestamp) -> Result<String> {
    let status = ledger.status(closes)?;
    let mut text = String::new();
    writeln!(
        text,
        "\nIn two weeks: {} visits, {} items of which {} were edited, {} hits, {} mails.",
        total.visits, total.new, total.changed, total.hits, total.mails
    )?;
    for query in &status.queries {
        writeln!(text, "  {:12} {:4} mentions", query.name.as_str(), query.hits)?;
    }
    // Started by cargo, `vigie` is probably not on the path.
    let vigie = match std::env::var_os("CARGO") {
        Some(_) => "cargo run --release --",
        None => "vigie",
    };
    let folder = folder.display();
    writeln!(text, "\nThe mails are in {folder}/mails: open one in your mail program.")?;
    writeln!(text, "Now try:")?;
    writeln!(text, "  {vigie} search --data {folder}/data 'Ozalée AND (rappel OR recall)'")?;
    writeln!(text, "  {vigie} search --data {folder}/data 'title:ozalee -lang:fr' --json")?;
    writeln!(text, "  {vigie} mentions --query Recall --since 20d --config {folder}/vigie.toml")?;
    writeln!(text, "  {vigie} query test Recall --config {folder}/vigie.toml")?;
    writeln!(text, "  {vigie} signals --config {folder}/vigie.toml")?;
    writeln!(text, "  {vigie} status --config {folder}/vigie.toml")?;
    write!(text, "  {vigie} init \"Your brand\"")?;
    Ok(text)
}

/// The configuration a person would write for this web.
fn configuration(web: &Web, opens: Timestamp) -> String {
    let mut text = format!("{MARK}\n\n{}", include_str!("queries.toml"));
    let [first, last] = Web::FESTIVAL.map(|day| (opens + TimeDelta::days(day)).date_naive());
    // Writing to a string can't fail.
    let _ = write!(
        text,
        "\n# Bruinelle pours the tea at a festival: six times as much as usual will be said of it.\n\
         [signals.events.\"Voix du large\"]\nqueries = [\"Bruinelle\"]\ndays = \"{first}..{last}\"\n\
         lift = 6\n",
    );
    for source in web.sources() {
        let lang = source.lang.as_ref().map_or("", |lang| lang.as_str());
        // Writing to a string can't fail.
        let _ = write!(
            text,
            "\n[sources.{}]\nname = {:?}\nurl = {:?}\nkind = {:?}\nlang = {lang:?}\n",
            source.id,
            source.name,
            source.url.as_str(),
            source.kind.as_str(),
        );
    }
    text
}
