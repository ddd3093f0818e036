//! What the present settings would have told of the past.

use alert::Evidence;
use anyhow::Result;
use chrono::TimeDelta;
use model::{QueryName, Severity, SignalKind, SignalTurn, Timestamp};
use signal::Step;
use store::Ledger;

use super::Known;
use super::life::Lives;
use super::pass::Pass;
use super::walk::{Method, Recent};
use crate::config::Config;

/// What would have been told of a query.
#[derive(Debug, Clone, serde::Serialize)]
pub(crate) struct Replayed {
    /// The end of the bucket that gave it away.
    pub(crate) at: Timestamp,
    pub(crate) kind: SignalKind,
    pub(crate) turn: SignalTurn,
    pub(crate) severity: Severity,
    pub(crate) evidence: Evidence,
}

/// Assesses the past of a query by the present settings, as far as its sources were seen, and tells what
/// would have opened or grown since then. Nothing is written.
pub(crate) fn replay(
    ledger: &Ledger,
    config: &Config,
    query: &QueryName,
    since: Timestamp,
    now: Timestamp,
) -> Result<Vec<Replayed>> {
    let Some(parsed) = config.queries.get(query) else { return Ok(Vec::new()) };
    let pass = Pass::new(ledger, config, now)?;
    let method = Method::new(query, config.signals.of(query), &config.signals);
    let sight = pass.sight(query, &mut Known::default())?;
    let Some((beginning, mut states)) = pass.beginning(&method) else { return Ok(Vec::new()) };
    let (mut lives, mut recent) = (Lives::default(), Recent::default());
    let mut heard = TimeDelta::zero();
    let mut told = Vec::new();
    for bucket in pass.buckets(&method, &sight, beginning)? {
        let assessed = method.assess(&mut states, bucket);
        heard += if bucket.seen > 0.0 { method.length() } else { TimeDelta::zero() };
        recent.push(assessed.clone());
        let weigh = |kind, window| {
            Ok(pass.scene(&method, &recent, &sight, &assessed, kind, window)?.weight())
        };
        for change in method.live(&mut lives, &assessed, heard, weigh)? {
            let turn = match change.step {
                Step::Opened => SignalTurn::Opened,
                Step::Worsened => SignalTurn::Grew,
                Step::Nothing | Step::Lasts | Step::Ended(_) => continue,
            };
            let at = method.end(bucket.start);
            let Some(course) = change.life.course().filter(|_| at > since) else { continue };
            let scene =
                pass.scene(&method, &recent, &sight, &assessed, change.kind, change.window)?;
            let began = (method.bucket_start(course.onset), course.peak_days);
            let evidence = scene.evidence(parsed, &pass.names, began)?;
            let (kind, severity) = (change.kind, change.severity);
            told.push(Replayed { at, kind, turn, severity, evidence });
        }
    }
    Ok(told)
}
