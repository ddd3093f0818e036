//! What the web server is told: the functions that it asks, over a connection to the ledger of its own.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use model::{ItemId, Problem, Timestamp};
use query::QueryProblem;
use serde::Serialize;
use serde_json::Value;
use store::{Figures, Ledger, LedgerError};
use tokio::sync::watch;
use tracing::error;
use web::{
    Backend, ExplainQuestion, Family, Feeds, Health, LinkPages, Liveness, Push, Refused, Unit,
};

use crate::asked::{Asked, Explained, Linted, Subject, Written};
use crate::clock;
use crate::config::Config;
use crate::corrected;

/// A daemon that could read nothing for so many of the longest pauses is not well.
const STALE_PAUSES: u32 = 2;

/// The ledger, for one question at a time.
pub(crate) type Shared = Arc<Mutex<Ledger>>;
type Settings = watch::Receiver<Arc<Config>>;

pub(crate) fn backend(
    ledger: Ledger,
    settings: Settings,
    push: Option<Push>,
    links: Option<LinkPages>,
    feeds: Option<Feeds>,
) -> Backend {
    let ledger: Shared = Arc::new(Mutex::new(ledger));
    let (watched, known) = (Arc::clone(&ledger), settings.clone());
    let (counted, linted) = (Arc::clone(&ledger), settings.clone());
    let [corrected, audited, judged] = [(); 3].map(|()| Arc::clone(&ledger));
    Backend {
        health: Box::new(move |()| health(&watched, &known.borrow().clone(), clock::now())),
        metrics: Box::new(move |()| {
            let now = clock::now();
            Ok(families(&ask(&counted, |ledger| ledger.figures(now))?, now))
        }),
        lint: Box::new(move |question| {
            let config = linted.borrow().clone();
            written(&Linted::of(&question.query, Some(&config)))
        }),
        explain: Box::new(move |question| {
            let config = settings.borrow().clone();
            explain(&ledger, &config, question)
        }),
        correct: Box::new(move |question| corrected::correct(&corrected, &question, clock::now())),
        corrections: Box::new(move |()| corrected::corrections(&audited)),
        accuracy: Box::new(move |question| corrected::accuracy(&judged, &question, clock::now())),
        push,
        links,
        feeds,
    }
}

fn health(ledger: &Shared, config: &Config, now: Timestamp) -> Result<Health, Refused> {
    let last_good_check = ask(ledger, Ledger::last_good_check)?;
    let age = last_good_check.map(|last| (now - last).to_std().unwrap_or_default());
    let status = match age {
        // So many pauses of whichever source has the longest: an owner may have set a day.
        Some(age) if age > longest_pause(config) * STALE_PAUSES => Liveness::Stale,
        Some(_) => Liveness::Ok,
        None => Liveness::Starting,
    };
    Ok(Health { status, last_good_check, last_good_check_age_s: age.map(|age| age.as_secs()) })
}

fn longest_pause(config: &Config) -> std::time::Duration {
    let fixed = config.sources.iter().filter_map(|source| source.every).min();
    config.crawl.bounds.max.max(fixed.unwrap_or_default())
}

fn families(figures: &Figures, now: Timestamp) -> Vec<Family> {
    use Unit::{Counter, Gauge};
    // Counts are exact far beyond what a ledger holds.
    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    let count = |count: u64| count as f64;
    let age = |since: Option<Timestamp>| {
        since.map(|since| (now - since).to_std().unwrap_or_default().as_secs_f64())
    };
    let Figures { outbox, .. } = figures;
    let mut families = vec![
        Family::by(
            "health",
            "vigie_sources",
            "Sources by how they do.",
            Gauge,
            [
                ("well", count(figures.sources_well)),
                ("failing", count(figures.sources_failing)),
                ("unvisited", count(figures.sources_unvisited)),
            ],
        ),
        Family::plain(
            "vigie_sources_due",
            "Sources that wait for their check.",
            Gauge,
            count(figures.sources_due),
        ),
        Family::plain(
            "vigie_sources_due_age_seconds",
            "How long the source that waits for longest has waited.",
            Gauge,
            age(figures.oldest_due).or(Some(0.0)),
        ),
        Family::plain(
            "vigie_last_good_check_age_seconds",
            "Time since a source was read without a fault.",
            Gauge,
            age(figures.last_good_check),
        ),
        Family::plain(
            "vigie_sources_pushed",
            "Sources whose news a hub pushes.",
            Gauge,
            count(figures.sources_pushed),
        ),
        Family::plain(
            "vigie_pushes_waiting",
            "What hubs pushed and is still to be read.",
            Gauge,
            count(figures.pushes_waiting),
        ),
        Family::plain("vigie_items_total", "Items ever read.", Counter, count(figures.items)),
        Family::plain(
            "vigie_log_positions_total",
            "Items and their new versions.",
            Counter,
            count(figures.head.0),
        ),
        Family::plain("vigie_queries", "Saved queries.", Gauge, count(figures.queries)),
        Family::plain(
            "vigie_queries_in_history",
            "Saved queries that still look through the past.",
            Gauge,
            count(figures.queries_in_history),
        ),
        Family::plain(
            "vigie_hits",
            "Items that the saved queries found.",
            Gauge,
            count(figures.hits),
        ),
        Family::by(
            "state",
            "vigie_outbox",
            "Deliveries by state.",
            Gauge,
            [
                ("due", count(outbox.due)),
                ("leased", count(outbox.leased)),
                ("sent", count(outbox.sent)),
                ("dead", count(outbox.dead)),
            ],
        ),
        Family::plain(
            "vigie_outbox_due_age_seconds",
            "How long the delivery that waits for longest has waited.",
            Gauge,
            age(figures.oldest_delivery).or(Some(0.0)),
        ),
    ];
    families.extend(endpoint_families(figures, now));
    families
}

/// Tells how endpoints take events.
fn endpoint_families(figures: &Figures, now: Timestamp) -> [Family; 4] {
    use Unit::{Counter, Gauge};
    #[expect(clippy::cast_precision_loss, reason = "Prometheus knows no other numbers")]
    let count = |count: u64| count as f64;
    let age = |since: Option<Timestamp>| {
        since.map(|since| (now - since).to_std().unwrap_or_default().as_secs_f64())
    };
    [
        Family::by(
            "state",
            "vigie_dispatches",
            "Events on their way to endpoints by state.",
            Gauge,
            [
                ("due", count(figures.dispatches.due)),
                ("leased", count(figures.dispatches.leased)),
                ("dead", count(figures.dispatches.dead)),
            ],
        ),
        Family::plain(
            "vigie_dispatches_sent_total",
            "Events that endpoints have taken.",
            Counter,
            count(figures.dispatches.sent),
        ),
        Family::plain(
            "vigie_dispatches_due_age_seconds",
            "How long the event that waits for longest has waited.",
            Gauge,
            age(figures.oldest_dispatch).or(Some(0.0)),
        ),
        Family::by(
            "health",
            "vigie_endpoints",
            "Endpoints by how they take events.",
            Gauge,
            [
                ("well", count(figures.endpoints_well)),
                ("failing", count(figures.endpoints_failing)),
                ("off", count(figures.endpoints_off)),
            ],
        ),
    ]
}

fn explain(
    ledger: &Shared,
    config: &Config,
    ExplainQuestion { query, item }: ExplainQuestion,
) -> Result<Value, Refused> {
    let asked = Asked::read(&query, Some(config)).map_err(|problems| {
        Refused::Invalid(problems.into_iter().map(|problem| placed(problem, &query)).collect())
    })?;
    let subject = match item.as_u64() {
        Some(number) => numbered(ledger, ItemId(number))?,
        None if item.is_object() => {
            let written: Written = serde_json::from_value(item).map_err(|error| {
                let hint = "write at least {\"title\": \"…\", \"text\": \"…\"}";
                Refused::Invalid(vec![Problem::new("item", error.to_string()).hint(hint)])
            })?;
            written.into()
        }
        None => {
            let hint = "write an item's number, or an object with title and text";
            let problem = Problem::new("item", "is neither a number nor an object").hint(hint);
            return Err(Refused::Invalid(vec![problem]));
        }
    };
    written(&Explained::new(&asked, &subject))
}

fn numbered(ledger: &Shared, id: ItemId) -> Result<Subject, Refused> {
    let mut items = ask(ledger, |ledger| ledger.items(&[id]))?;
    let Some(stored) = items.pop() else {
        let problem = Problem::new("item", "the ledger has no item of this number");
        let hint = "`vigie search --json` shows the numbers of items";
        return Err(Refused::Missing(problem.hint(hint)));
    };
    Ok(Subject { id: Some(stored.id), item: stored.item })
}

/// Says where in a query something is wrong.
fn placed(problem: QueryProblem, text: &str) -> Problem {
    let before = text.get(..problem.span.start).unwrap_or(text);
    let place = format!("query, at character {}", before.chars().count() + 1);
    Problem { place, message: problem.message, hint: problem.hint }
}

pub(crate) fn written(answer: &impl Serialize) -> Result<Value, Refused> {
    serde_json::to_value(answer).map_err(|error| {
        error!("an answer could not be written: {error}");
        Refused::Failed
    })
}

/// Asks the ledger. What is wrong with it is told in the log, not to strangers.
pub(crate) fn ask<T>(
    ledger: &Shared,
    question: impl FnOnce(&Ledger) -> Result<T, LedgerError>,
) -> Result<T, Refused> {
    let ledger = ledger.lock().unwrap_or_else(PoisonError::into_inner);
    question(&ledger).map_err(refused)
}

pub(crate) fn refused(error: LedgerError) -> Refused {
    match error {
        LedgerError::Busy(_) | LedgerError::Full(_) => Refused::Busy,
        error @ (LedgerError::Damaged(_) | LedgerError::Failed(_)) => {
            error!("the web server could not ask the ledger: {:#}", anyhow::Error::from(error));
            Refused::Failed
        }
    }
}
