//! One query assessed: its buckets from where its states are kept, what they say of its signals, and what is to be
//! told of that.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use chrono::TimeDelta;
use model::{QueryName, Severity, SignalKind, SignalTurn, SourceId, Timestamp};
use query::Query;
use signal::{Course, Step};
use store::{
    Assessed as Row, Gap, Ledger, NewAssessment, NewSignalEvent, Seen, States as KeptStates,
};

use super::Known;
use super::evidence::Scene;
use super::life::Lives;
use super::series::{Bucket, SEEN_MIN, Sight, Stretch, buckets};
use super::walk::{Assessed, Change, Method, Recent, States};
use crate::config::Config;
use crate::pipeline::source_names;

/// How much past a series is made of.
const PAST_MAX: TimeDelta = TimeDelta::days(180);
/// States are kept as they were so long ago, and moved on when they are older than that.
const SETTLED_AFTER: TimeDelta = TimeDelta::days(2);
const MOVED_AFTER: TimeDelta = TimeDelta::days(3);
/// A query is first told of what began so long ago.
const FIRST_TOLD: TimeDelta = TimeDelta::days(1);
/// What is known of sources' shares is counted anew so often.
const SHARES_KEPT: TimeDelta = TimeDelta::hours(6);
const SHARES_OF: TimeDelta = TimeDelta::days(28);
/// A bucket is assessed once so much of the sources was seen through, or some time after its end.
const SEEN_ENOUGH: f64 = 0.9;
const PATIENCE_MAX: TimeDelta = TimeDelta::minutes(30);
/// So long a bucket waits of which next to nothing was seen.
const SLOW_SOURCES_WAIT: TimeDelta = TimeDelta::hours(12);

/// What one pass has in hand for all queries.
pub(super) struct Pass<'a> {
    pub(super) ledger: &'a Ledger,
    pub(super) config: &'a Config,
    seen: Vec<Seen>,
    gaps: Vec<Gap>,
    pub(super) names: HashMap<SourceId, String>,
    now: Timestamp,
}

/// What a pass over one query's buckets found.
struct Found<'m> {
    method: &'m Method<'m>,
    sight: &'m Sight,
    query: &'m Query,
    /// Nobody is to be told today.
    is_quiet: bool,
    /// Up to where an earlier text of the query was assessed, and has told what there was to tell.
    told_upto: Option<Timestamp>,
    events: Vec<NewSignalEvent>,
    lasting: Vec<(SignalKind, Timestamp, f64)>,
}

impl<'a> Pass<'a> {
    pub(super) fn new(ledger: &'a Ledger, config: &'a Config, now: Timestamp) -> Result<Self> {
        Ok(Self {
            ledger,
            config,
            seen: ledger.seen()?,
            gaps: ledger.gaps(now - PAST_MAX)?,
            names: source_names(ledger)?,
            now,
        })
    }

    /// Assesses one query; `None` where no bucket can be assessed yet.
    pub(super) fn assess(&self, row: &Row, known: &mut Known) -> Result<Option<NewAssessment>> {
        let Some(query) = self.config.queries.get(&row.query) else { return Ok(None) };
        let watched = self.config.signals.of(&row.query);
        let method = Method::new(&row.query, watched, &self.config.signals);
        let sight = self.sight(&row.query, known)?;
        let name = method.name(&sight.missed);
        let log_end = self.ledger.head()?;
        let upto = row.last.as_ref().map(|last| last.upto);

        let kept = self.states(row, known, &method, &name)?;
        let goes_on = kept.is_some();
        let Some((since, mut states)) = kept.or_else(|| self.beginning(&method)) else {
            return Ok(None);
        };
        let buckets = self.buckets(&method, &sight, since)?;
        let Some(until) = buckets.last().map(|last| method.end(last.start)) else {
            return Ok(None);
        };
        if upto.is_some_and(|upto| until <= upto) {
            return Ok(None);
        }

        let last = row.last.as_ref();
        let begins_anew = last.is_some_and(|last| !method.has_buckets_of(&last.settings));
        let is_old = until - since > MOVED_AFTER;
        let settled = if is_old { method.floor(until - SETTLED_AFTER) } else { since };
        let told_after = upto.unwrap_or(until - FIRST_TOLD);
        let lives = last.filter(|_| !begins_anew).map(|last| Lives::from_json(&last.lives));
        let mut lives = lives.unwrap_or_default();
        let is_quiet = self.is_quiet(&method);
        let (events, lasting) = (Vec::new(), Vec::new());
        let told_upto = row.former;
        let mut found =
            Found { method: &method, sight: &sight, query, is_quiet, told_upto, events, lasting };
        let mut recent = Recent::default();
        let mut kept = None;
        let mut heard = if goes_on { MOVED_AFTER } else { TimeDelta::zero() };
        for bucket in buckets {
            if is_old && bucket.start == settled {
                let series = method.snapshot(&states);
                kept = Some(KeptStates { settled, series });
                known.states = Some((name.clone(), settled, states.clone()));
            }
            let assessed = method.assess(&mut states, bucket);
            if bucket.seen > 0.0 {
                heard += method.length();
            }
            recent.push(assessed.clone());
            if method.end(bucket.start) <= told_after {
                continue;
            }
            let weigh = |kind, window| {
                Ok(self.scene(&method, &recent, &sight, &assessed, kind, window)?.weight())
            };
            for change in method.live(&mut lives, &assessed, heard, weigh)? {
                let was_told = lives.is_told_with(&change.life, change.kind);
                self.note(&mut found, &recent, &assessed, change, was_told)?;
            }
        }
        for kind in lives.kinds() {
            if let (false, Some(course)) = (watched.kinds.contains(&kind), lives.of(kind).course())
            {
                let severity = lives.severity(kind);
                lives.set(kind, signal::Life::Quiet);
                found.end(kind, &course, severity);
            }
        }
        Ok(Some(NewAssessment {
            query: row.query.clone(),
            edition: row.edition,
            settings: name,
            after: upto,
            upto: until,
            head: log_end,
            lives: lives.to_json(),
            begins_anew,
            states: kept,
            events: found.events,
            lasting: found.lasting,
        }))
    }

    /// Returns what was seen of a query's sources.
    pub(super) fn sight(&self, query: &QueryName, known: &mut Known) -> Result<Sight> {
        let is_fresh = |at: &Timestamp| self.now - *at < SHARES_KEPT && *at <= self.now;
        if !known.shares.as_ref().is_some_and(|(at, _)| is_fresh(at)) {
            let shares = self.ledger.findings_by_source(query, self.now - SHARES_OF)?;
            known.shares = Some((self.now, shares));
        }
        let shares = known.shares.as_ref().map(|(_, shares)| shares);
        let none = BTreeMap::new();
        Ok(Sight::new(&self.seen, &self.gaps, shares.unwrap_or(&none), self.now))
    }

    /// Returns the states to go on from, and as of when they are; `None` where there are none of use.
    pub(super) fn states(
        &self,
        row: &Row,
        known: &mut Known,
        method: &Method<'_>,
        name: &str,
    ) -> Result<Option<(Timestamp, States)>> {
        let last = row.last.as_ref().filter(|last| last.settings == name);
        let Some(settled) = last.and_then(|last| last.settled) else { return Ok(None) };
        if let Some((of, at, states)) = &known.states
            && *of == name
            && *at == settled
        {
            return Ok(Some((settled, states.clone())));
        }
        let Some(states) = method.restore(&self.ledger.series(&row.query)?) else {
            return Ok(None);
        };
        known.states = Some((name.to_owned(), settled, states.clone()));
        Ok(Some((settled, states)))
    }

    /// Returns empty states, and when the first of the sources was seen; `None` where none was.
    pub(super) fn beginning(&self, method: &Method<'_>) -> Option<(Timestamp, States)> {
        let first = self.seen.iter().map(|seen| seen.since).min()?;
        let since = method.floor(first.max(self.now - PAST_MAX));
        Some((since, method.start()))
    }

    /// Returns the buckets since then that can be assessed.
    pub(super) fn buckets(
        &self,
        method: &Method<'_>,
        sight: &Sight,
        since: Timestamp,
    ) -> Result<Vec<Bucket>> {
        let bucket = method.watched.bucket;
        let stretch = Stretch { since, until: method.floor(self.now).max(since), bucket };
        let (counts, undated) = self.ledger.counts(
            method.query,
            method.watched.theme.as_ref(),
            (stretch.since, stretch.until),
            bucket,
            &sight.except,
        )?;
        let mut buckets = buckets(&stretch, &counts, &undated, sight);
        let patience = method.length().min(PATIENCE_MAX);
        let is_ready = |bucket: &Bucket| {
            let age = self.now - method.end(bucket.start);
            // What next to nothing was seen of would tell nothing: slow sources are waited for.
            let is_told = age >= patience && bucket.seen >= SEEN_MIN;
            bucket.seen >= SEEN_ENOUGH || is_told || age >= SLOW_SOURCES_WAIT
        };
        while buckets.last().is_some_and(|last| !is_ready(last)) {
            buckets.pop();
        }
        Ok(buckets)
    }

    /// Looks at the window of so many buckets that ends with the one that was assessed.
    pub(super) fn scene<'s>(
        &'s self,
        method: &'s Method<'s>,
        recent: &'s Recent,
        sight: &'s Sight,
        assessed: &Assessed,
        kind: SignalKind,
        window: usize,
    ) -> Result<Scene<'s>> {
        let until = method.end(assessed.bucket.start);
        let window = i32::try_from(window).unwrap_or(i32::MAX);
        let since = until - method.length() * window;
        Scene::new(self.ledger, method, recent, kind, (since, until), &sight.except)
    }

    /// Notes what changed in the life of a signal, which others may have told of already.
    fn note(
        &self,
        found: &mut Found<'_>,
        recent: &Recent,
        assessed: &Assessed,
        change: Change,
        was_told: bool,
    ) -> Result<()> {
        let method = found.method;
        let kind = change.kind;
        let Some(course) = change.life.course() else { return Ok(()) };
        let turn = match change.step {
            Step::Nothing => return Ok(()),
            Step::Lasts => {
                let last = method.end(method.bucket_start(course.last));
                found.lasting.retain(|(lasting, ..)| *lasting != kind);
                found.lasting.push((kind, last, course.peak_days.min(1e6)));
                return Ok(());
            }
            Step::Ended(course) => {
                found.end(kind, &course, change.severity);
                return Ok(());
            }
            Step::Opened => SignalTurn::Opened,
            Step::Worsened => SignalTurn::Grew,
        };
        let onset = method.bucket_start(course.onset);
        let scene = self.scene(method, recent, found.sight, assessed, kind, change.window)?;
        let evidence = scene.evidence(found.query, &self.names, (onset, course.peak_days))?;
        let opened = method.end(method.bucket_start(course.opened));
        let at = method.end(assessed.bucket.start);
        let is_fresh = found.told_upto.is_none_or(|upto| upto < at);
        let is_news = is_fresh && !was_told && !found.is_quiet;
        found.events.push(NewSignalEvent {
            kind,
            turn,
            onset: evidence.onset,
            opened,
            last: evidence.until,
            peak_days: course.peak_days.min(1e6),
            is_news,
            severity: change.severity,
            evidence: Some(serde_json::to_string(&evidence)?),
        });
        Ok(())
    }

    /// Whether today is one of the query's quiet days.
    fn is_quiet(&self, method: &Method<'_>) -> bool {
        let today = self.now.with_timezone(&self.config.signals.zone).date_naive();
        method.watched.quiet.iter().any(|(first, last)| (*first..=*last).contains(&today))
    }
}

impl Found<'_> {
    /// Ends a signal. One that was over when it was found is told to nobody.
    fn end(&mut self, kind: SignalKind, course: &Course, severity: Severity) {
        let method = self.method;
        let opened = method.end(method.bucket_start(course.opened));
        let mut is_news = !self.is_quiet;
        for event in &mut self.events {
            if event.kind == kind && event.opened == opened && event.turn == SignalTurn::Opened {
                is_news = false;
            }
        }
        if !is_news {
            let same = |event: &&mut NewSignalEvent| event.kind == kind && event.opened == opened;
            for event in self.events.iter_mut().filter(same) {
                event.is_news = false;
            }
        }
        self.lasting.retain(|(lasting, ..)| *lasting != kind);
        self.events.push(NewSignalEvent {
            kind,
            turn: SignalTurn::Ended,
            onset: method.bucket_start(course.onset),
            opened,
            last: method.end(method.bucket_start(course.last)),
            peak_days: course.peak_days.min(1e6),
            is_news,
            evidence: None,
            severity,
        });
    }
}
