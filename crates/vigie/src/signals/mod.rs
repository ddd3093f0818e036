//! Signals: what is unusual in what queries find. Each query is assessed bucket by bucket as its sources
//! have been read; what opens, grows and ends is written with its evidence. Who is told follows that log.
//!
//! States of series are kept as they were two days ago. What was found since is counted anew each time, so
//! that what arrives late, or is read of hosts that were away, is in its place; what changes before that
//! time makes the states anew. Only buckets that end after the last assessment can tell anything.

mod course;
mod evidence;
mod life;
mod series;
#[cfg(test)]
mod tests;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};

use alert::Evidence;
use anyhow::Result;
use chrono::TimeDelta;
use model::{QueryName, Severity, SignalKind, SignalTurn, SourceId, Timestamp};
use query::Query;
use signal::{Course, Step};
use store::{
    Assessed as Row, Gap, Ledger, NewAssessment, NewSignalEvent, Seen, States as KeptStates,
};
use tracing::info;

pub(crate) use self::course::Tally;
use self::evidence::Scene;
use self::life::Lives;
use self::series::{Bucket, Measure, SEEN_MIN, Sight, Stretch, buckets};
use self::walk::{Assessed, Change, Method, Recent, States};
use crate::config::{Config, Watched};
use crate::pipeline::source_names;

/// How many queries are assessed at a time.
const QUERIES_MAX: usize = 100;
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
/// What a chart expects is learnt from so much before it: more than that changes next to nothing.
const LEARNT_BEFORE: TimeDelta = TimeDelta::days(28);
/// A bucket is assessed once so much of the sources was seen through, or some time after its end.
const SEEN_ENOUGH: f64 = 0.9;
const PATIENCE_MAX: TimeDelta = TimeDelta::minutes(30);
/// So long a bucket waits of which next to nothing was seen.
const SLOW_SOURCES_WAIT: TimeDelta = TimeDelta::hours(12);
/// So long stories and tones are waited for.
const BEHIND_MAX: TimeDelta = TimeDelta::minutes(10);
/// Queries are looked at so often at least, since there may be new ones.
const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// If nothing was read for so long, the program did not run.
const ABSENCE_MIN: TimeDelta = TimeDelta::hours(1);

/// Assesses queries, and remembers of each what spares it reading the ledger.
pub(crate) struct Assessor {
    known: HashMap<QueryName, Known>,
    /// Nothing can be due before.
    next_look: Option<Timestamp>,
    /// Since when stories and tones are waited for.
    behind_since: Option<Timestamp>,
}

#[derive(Default)]
struct Known {
    /// No bucket of it can be assessed before.
    not_before: Option<Timestamp>,
    states: Option<(String, Timestamp, States)>,
    shares: Option<(Timestamp, BTreeMap<u64, u64>)>,
}

/// What came of looking at some queries.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Looked {
    /// Whether others may be due.
    pub(crate) more: bool,
    /// Whether a signal opened, grew or ended.
    pub(crate) turned: bool,
}

/// What one pass has in hand for all queries.
struct Pass<'a> {
    ledger: &'a Ledger,
    config: &'a Config,
    seen: Vec<Seen>,
    gaps: Vec<Gap>,
    names: HashMap<SourceId, String>,
    now: Timestamp,
}

impl Assessor {
    /// Begins where the ledger is, before any source is read: what they said while the program did not run
    /// may be lost.
    pub(crate) fn new(ledger: &mut Ledger, now: Timestamp) -> Result<Self> {
        let last = ledger.last_good_reading()?;
        if let Some(last) = last.filter(|last| now - *last > ABSENCE_MIN) {
            ledger.note_absence(last, now)?;
        }
        Ok(Self { known: HashMap::new(), next_look: None, behind_since: None })
    }

    /// Assesses some of the queries that have a bucket to assess.
    pub(crate) fn assess_due(
        &mut self,
        ledger: &mut Ledger,
        config: &Config,
        now: Timestamp,
    ) -> Result<Looked> {
        if self.next_look.is_some_and(|next| now < next && next - now <= LOOK_AGAIN) {
            return Ok(Looked::default());
        }
        if self.is_behind(ledger, now)? {
            return Ok(Looked::default());
        }
        // First, so that a query of another text finds its signals ended.
        ledger.end_orphans(now)?;
        let rows = ledger.assessed()?;
        let names: HashSet<&QueryName> = rows.iter().map(|row| &row.query).collect();
        self.known.retain(|query, _| names.contains(query));
        let is_waited_for = |row: &Row| {
            let known = self.known.get(&row.query).and_then(|known| known.not_before);
            known.is_some_and(|time| now < time && time - now <= LOOK_AGAIN)
        };
        let due: Vec<&Row> = rows
            .iter()
            .filter(|row| is_due(row, config, now) && !is_waited_for(row))
            .take(QUERIES_MAX)
            .collect();
        if due.is_empty() {
            self.next_look = Some(now + LOOK_AGAIN);
            return Ok(Looked::default());
        }
        let mut assessed: Vec<NewAssessment> = Vec::new();
        {
            let pass = Pass::new(ledger, config, now)?;
            for row in &due {
                let known = self.known.entry(row.query.clone()).or_default();
                let assessment = pass.assess(row, known)?;
                known.not_before = assessment.is_none().then_some(now + LOOK_AGAIN);
                assessed.extend(assessment);
            }
        }
        for assessment in &assessed {
            if !ledger.record_assessment(assessment, now)? {
                self.known.remove(&assessment.query);
            }
            for event in &assessment.events {
                info!(query = %assessment.query, kind = %event.kind, turn = event.turn.as_str(), "signal");
            }
        }
        let more = due.len() == QUERIES_MAX;
        self.next_look = (!more).then_some(now + LOOK_AGAIN);
        let turned = assessed.iter().any(|one| !one.events.is_empty());
        Ok(Looked { more, turned })
    }

    /// Whether stories or tones of what was found are still to be read, for which it waits some time.
    fn is_behind(&mut self, ledger: &Ledger, now: Timestamp) -> Result<bool> {
        let is_behind =
            ledger.stories_upto()? < ledger.head()? || !ledger.unread_hits(1)?.is_empty();
        if !is_behind {
            self.behind_since = None;
            return Ok(false);
        }
        let since = *self.behind_since.get_or_insert(now);
        Ok((TimeDelta::zero()..BEHIND_MAX).contains(&(now - since)))
    }
}

fn is_due(row: &Row, config: &Config, now: Timestamp) -> bool {
    let bucket = config.signals.of(&row.query).bucket;
    let bucket = TimeDelta::from_std(bucket).unwrap_or(TimeDelta::hours(1));
    let last = row.last.as_ref().map(|last| last.upto);
    !row.in_history && last.is_none_or(|last| last + bucket <= now)
}

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

/// Returns what each of the last so many stretches of time had of some queries together, the oldest first. The last
/// ends with the bucket that `now` lies in. An item that several queries found counts for each.
///
/// All that was found is counted, but of sources that are no longer read. What comes of one that is too new to have a
/// past, or came late, is not what was expected.
pub(crate) fn course(
    ledger: &Ledger,
    config: &Config,
    queries: &[QueryName],
    (count, length): (usize, TimeDelta),
    now: Timestamp,
) -> Result<Vec<Tally>> {
    let pass = Pass::new(ledger, config, now)?;
    let rows = ledger.assessed()?;
    let mut tallies = vec![Tally::default(); count];
    let finest = length.min(TimeDelta::hours(1)).to_std()?;
    let watched = |query| {
        let watched = config.signals.of(query);
        Watched { bucket: watched.bucket.min(finest), ..watched.clone() }
    };
    let longest = queries.iter().map(|query| watched(query).bucket).max().unwrap_or(finest);
    let end = ceiling(now, TimeDelta::from_std(longest)?);
    let since = end - length * i32::try_from(count)?;
    for query in queries.iter().filter(|query| config.queries.contains_key(*query)) {
        let watched = watched(query);
        let method = Method::new(query, &watched, &config.signals);
        let row = rows.iter().find(|row| row.query == *query);
        for (start, tally) in pass.tallies(&method, row, (since, end))? {
            let back = (end - start - TimeDelta::milliseconds(1)).num_milliseconds()
                / length.num_milliseconds();
            let nth = usize::try_from(back).ok().and_then(|back| count.checked_sub(back + 1));
            if let Some(sum) = nth.and_then(|nth| tallies.get_mut(nth)) {
                sum.join(&tally);
            }
        }
    }
    Ok(tallies)
}

/// Returns the first multiple of a length since 1970 that is no earlier.
fn ceiling(time: Timestamp, length: TimeDelta) -> Timestamp {
    let millis = length.num_milliseconds().max(1);
    let rest = time.timestamp_millis().rem_euclid(millis);
    if rest == 0 { time } else { time + TimeDelta::milliseconds(millis - rest) }
}

/// What a pass over one query's buckets found.
struct Found<'m> {
    method: &'m Method<'m>,
    sight: &'m Sight,
    query: &'m Query,
    /// Nobody is to be told today.
    is_quiet: bool,
    events: Vec<NewSignalEvent>,
    lasting: Vec<(SignalKind, Timestamp, f64)>,
}

impl<'a> Pass<'a> {
    fn new(ledger: &'a Ledger, config: &'a Config, now: Timestamp) -> Result<Self> {
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
    fn assess(&self, row: &Row, known: &mut Known) -> Result<Option<NewAssessment>> {
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
        let mut found = Found { method: &method, sight: &sight, query, is_quiet, events, lasting };
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
    fn sight(&self, query: &QueryName, known: &mut Known) -> Result<Sight> {
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
    fn states(
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
    fn beginning(&self, method: &Method<'_>) -> Option<(Timestamp, States)> {
        let first = self.seen.iter().map(|seen| seen.since).min()?;
        let since = method.floor(first.max(self.now - PAST_MAX));
        Some((since, method.start()))
    }

    /// Returns the buckets since then that can be assessed.
    fn buckets(&self, method: &Method<'_>, sight: &Sight, since: Timestamp) -> Result<Vec<Bucket>> {
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

    /// Returns what the items of each bucket of a stretch were, against what was expected.
    fn tallies(
        &self,
        method: &Method<'_>,
        row: Option<&Row>,
        (since, until): (Timestamp, Timestamp),
    ) -> Result<Vec<(Timestamp, Tally)>> {
        let sight = self.sight(method.query, &mut Known::default())?;
        let mut known = Known::default();
        let name = method.name(&sight.missed);
        let kept = row.map(|row| self.states(row, &mut known, method, &name)).transpose()?;
        let kept = kept.flatten().filter(|(settled, _)| *settled <= since);
        let beginning = kept.or_else(|| self.beginning(method));
        let (from, mut states) = beginning.unwrap_or_else(|| (until, method.start()));
        let from = from.max(method.floor(since - LEARNT_BEFORE));
        states.series.retain(|measure, _| *measure == Measure::Items);
        // What is older than the first look counts, though nothing was expected yet.
        let stretch = Stretch { since: from.min(since), until, bucket: method.watched.bucket };
        let times = (stretch.since, stretch.until);
        let (counts, undated) =
            self.ledger.counts(method.query, None, times, stretch.bucket, &sight.except)?;
        // What was found and is not counted, by when it was found.
        let mut besides = self.ledger.volume(method.query, times, stretch.bucket)?;
        let undated_at = undated.iter().map(|item| (method.floor(item.until), 1));
        for (start, counted) in
            counts.iter().map(|counts| (counts.start, counts.items)).chain(undated_at)
        {
            let found = besides.entry(start).or_default();
            *found = found.saturating_sub(counted);
        }
        let mut tallies = Vec::new();
        for bucket in buckets(&stretch, &counts, &undated, &sight) {
            let assessed = method.assess(&mut states, bucket);
            let mut tally = Tally::default();
            tally.add(&assessed, Measure::Items);
            #[expect(clippy::cast_precision_loss, reason = "counts of a few hours")]
            let besides = besides.get(&bucket.start).copied().unwrap_or_default() as f64;
            tallies.push((bucket.start, tally.with(besides)));
        }
        tallies.retain(|(start, _)| *start >= since);
        Ok(tallies)
    }

    /// Looks at the window of so many buckets that ends with the one that was assessed.
    fn scene<'s>(
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
        let is_news = !was_told && !found.is_quiet;
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
