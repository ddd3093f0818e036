//! `vigie demo`: two weeks in the life of a fictional brand, on a small web of its own, through the
//! very same pipeline as the daemon's, with a stepped clock. It needs no network and no mail server.

mod web;

use std::fmt::Write as _;
use std::io::{IsTerminal, stderr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use chrono::{NaiveTime, TimeDelta};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::{DeliveryState, Timestamp};
use store::Ledger;

use self::web::Web;
use crate::clock;
use crate::config::Config;
use crate::crawler::{Crawler, VisitReport};
use crate::daemon::{declare, open_index};
use crate::pipeline;

/// The first line of the demo's configuration: a folder that has it may be emptied for the next run.
const MARK: &str = "# Written by `vigie demo`, and overwritten by the next one.";
/// The clock never jumps further, so that an edit between two posts is seen too.
const STEP_MAX: TimeDelta = TimeDelta::minutes(30);
const STEP_MIN: TimeDelta = TimeDelta::minutes(5);

#[derive(Debug, clap::Args)]
pub(crate) struct Demo {
    /// The folder for the demo's configuration, ledger, index and mails
    #[arg(long, value_name = "DIR", default_value = "vigie-demo")]
    data: PathBuf,
}

/// What happened on one simulated day.
#[derive(Default)]
struct Day {
    visits: usize,
    new: usize,
    changed: usize,
    hits: usize,
    mails: usize,
    notes: Vec<String>,
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
    std::fs::write(&file, configuration(&web))?;
    let config = Config::read(&file)
        .map_err(|problems| anyhow::anyhow!("the demo's configuration: {}", problems[0]))?;

    let mut ledger = Ledger::open(&config.data, opens)?;
    declare(&mut ledger, &config, opens)?;
    let mut index = open_index(&config.data, &ledger)?;
    let mut crawler = Crawler::new(Ledger::open(&config.data, opens)?, config.crawl.clone())?;
    let mut mailer = config.mail.mailer()?;

    let bar = progress_bar();
    say(
        &bar,
        &format!(
            "A small web on 127.0.0.1: {} sites, {} saved queries, {} subscriptions, {} days from {}.",
            config.sources.len(),
            config.queries.len(),
            config.subscriptions.len(),
            Web::days(),
            opens.format("%-d %B %Y"),
        ),
    );
    let mut total = Day::default();
    let mut day = Day::default();
    let mut now = opens;
    while now < closes {
        web.set_time(now);
        pipeline::crawl_due(&mut crawler, now, |visited| day.note_visit(visited)).await?;
        pipeline::index_new(&mut ledger, &mut index)?;
        while pipeline::search_history(&mut ledger, now)? {}
        pipeline::compose_due(&mut ledger, &config, now)?;
        let note = |delivered: &pipeline::Delivered| day.note_mail(delivered);
        pipeline::deliver_due(&mut ledger, &mut mailer, now, note).await?;

        let next =
            [crawler.next_source_due()?, ledger.next_digest_due()?, ledger.next_delivery_due()?];
        let next = next.into_iter().flatten().min().unwrap_or(closes);
        let later = next.clamp(now + STEP_MIN, now + STEP_MAX);
        if later.date_naive() != now.date_naive() {
            day.tell(&bar, now);
            bar.inc(1);
            total.add(&day);
            day = Day::default();
        }
        now = later;
    }
    bar.finish_and_clear();
    drop(index);
    say(&bar, &farewell(folder, &total, &ledger, closes)?);
    Ok(())
}

impl Day {
    fn note_visit(&mut self, visited: &VisitReport) {
        self.visits += 1;
        match &visited.result {
            Ok(recorded) => {
                self.new += recorded.new;
                self.changed += recorded.changed;
                self.hits += recorded.hits;
            }
            Err(reason) => self.note_once(format!("  ! {}: {reason}", visited.source)),
        }
        for problem in &visited.problems {
            let message = &problem.message;
            self.note_once(format!("  ! {}, {}: {message}", visited.source, problem.place));
        }
    }

    fn note_mail(&mut self, delivered: &pipeline::Delivered) {
        if matches!(delivered.state, DeliveryState::Sent { .. }) {
            self.mails += 1;
            self.notes.push(format!("  > {} to {}", delivered.subject, delivered.recipient));
        }
    }

    /// Notes a problem that may come back at each visit of the day.
    fn note_once(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn tell(&self, bar: &ProgressBar, now: Timestamp) {
        say(
            bar,
            &format!(
                "{}  {:3} visits  {:3} new items  {:2} edited  {:3} hits  {:2} mails",
                now.format("%a %d %b"),
                self.visits,
                self.new,
                self.changed,
                self.hits,
                self.mails,
            ),
        );
        for note in &self.notes {
            say(bar, note);
        }
    }

    fn add(&mut self, day: &Self) {
        self.visits += day.visits;
        self.new += day.new;
        self.changed += day.changed;
        self.hits += day.hits;
        self.mails += day.mails;
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

/// Prints a line above the bar.
fn say(bar: &ProgressBar, line: &str) {
    bar.suspend(|| println!("{line}"));
}

fn farewell(folder: &Path, total: &Day, ledger: &Ledger, closes: Timestamp) -> Result<String> {
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
    writeln!(text, "  {vigie} status --config {folder}/vigie.toml")?;
    write!(text, "  {vigie} init \"Your brand\"")?;
    Ok(text)
}

/// The configuration a person would write for this web.
fn configuration(web: &Web) -> String {
    let mut text = format!("{MARK}\n\n{}", include_str!("queries.toml"));
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
