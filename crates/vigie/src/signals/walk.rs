//! One query's buckets through the detector, one after another, and what of them is unusual.

use std::collections::{BTreeMap, VecDeque};

use chrono::TimeDelta;
use model::{QueryName, Severity, SignalKind, Timestamp};
use signal::{
    Assessment, Channel, Config, Country, Detector, Knowledge, Life, Observation, Rules, Series,
    Slot, Step,
};

use super::life::Lives;
use super::series::{Bucket, Measure, SEEN_MIN};
use crate::config::{Signals, Watched};

/// A month, in days.
const MONTH: f64 = 30.4375;
/// What mentions have of the false alarms where shares are watched too; the shares have the rest in equal
/// parts.
const MENTIONS_SHARE: f64 = 0.75;
/// Nothing is unusual until so much was seen.
const HEARD_MIN: TimeDelta = TimeDelta::hours(12);
/// While the series is learnt, only what is so many times as rare is unusual.
const CAUTION: f64 = 4.0;
/// How far back assessed buckets are kept, for evidence.
const KEPT: TimeDelta = TimeDelta::days(3);

/// How a query is assessed.
pub(super) struct Method<'a> {
    pub(super) query: &'a QueryName,
    pub(super) watched: &'a Watched,
    pub(super) signals: &'a Signals,
    detector: Detector,
    measures: Vec<Measure>,
    rules: BTreeMap<SignalKind, Rules>,
}

/// The state of a query's series after some bucket.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct States {
    pub(super) series: BTreeMap<Measure, Series>,
}

/// A bucket with what was made of it.
#[derive(Debug, Clone)]
pub(super) struct Assessed {
    pub(super) bucket: Bucket,
    pub(super) of: BTreeMap<Measure, Assessment>,
}

/// What changed in the life of a signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Change {
    pub(super) kind: SignalKind,
    pub(super) step: Step,
    pub(super) life: Life,
    /// The length of the window that is the most unusual, in buckets.
    pub(super) window: usize,
    pub(super) severity: Severity,
}

/// How much a window has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Weight {
    /// Too little to be told.
    Slight,
    Plain,
    /// Enough for a crisis.
    Grave,
}

impl<'a> Method<'a> {
    pub(super) fn new(query: &'a QueryName, watched: &'a Watched, signals: &'a Signals) -> Self {
        let minutes = u16::try_from(watched.bucket.as_secs() / 60).unwrap_or(1440);
        let mut measures = Measure::COUNTS.to_vec();
        measures.extend(watched.kinds.iter().map(|kind| Measure::of(*kind)));
        measures.sort_unstable();
        measures.dedup();
        let rules = watched.kinds.iter().map(|kind| (*kind, rules(*kind, watched, minutes)));
        Self {
            query,
            watched,
            signals,
            detector: Detector::new(Config::mentions(minutes)),
            measures,
            rules: rules.collect(),
        }
    }

    /// Names what states depend on: with another name they are of no use.
    pub(super) fn name(&self, missed: &[u64]) -> String {
        let lifts: Vec<String> = self
            .signals
            .known
            .iter()
            .filter(|event| event.queries.is_empty() || event.queries.contains(self.query))
            .map(|event| format!("{}..{} {}", event.days.0, event.days.1, event.lift))
            .collect();
        let theme = self.watched.theme.as_ref().map_or("", QueryName::as_str);
        let seconds = self.watched.bucket.as_secs();
        let measures: Vec<&str> = self.measures.iter().map(|measure| measure.as_str()).collect();
        let country = self.signals.country.map_or("", Country::code);
        format!(
            "{seconds} {} {country} {measures:?} {theme:?} {lifts:?} {missed:?}",
            self.signals.zone
        )
    }

    /// Whether what was assessed by a name had buckets of the same length.
    pub(super) fn has_buckets_of(&self, name: &str) -> bool {
        let seconds = name.split(' ').next();
        seconds.is_some_and(|seconds| seconds == self.watched.bucket.as_secs().to_string())
    }

    pub(super) fn start(&self) -> States {
        let series = self.measures.iter().map(|measure| (*measure, self.detector.start()));
        States { series: series.collect() }
    }

    pub(super) fn snapshot(&self, states: &States) -> Vec<(String, Vec<u8>)> {
        let snapshot = |(measure, series): (&Measure, &Series)| {
            (measure.as_str().to_owned(), self.detector.snapshot(series))
        };
        states.series.iter().map(snapshot).collect()
    }

    /// Reads snapshots; `None` where one is missing or of another version.
    pub(super) fn restore(&self, snapshots: &[(String, Vec<u8>)]) -> Option<States> {
        let series = self.measures.iter().map(|measure| {
            let (_, bytes) = snapshots.iter().find(|(name, _)| name == measure.as_str())?;
            Some((*measure, self.detector.restore(bytes).ok()?))
        });
        Some(States { series: series.collect::<Option<_>>()? })
    }

    pub(super) fn assess(&self, states: &mut States, bucket: Bucket) -> Assessed {
        let slot = self.slot(bucket.start);
        let lifted = slot.lifted(self.lift(bucket.start));
        let mut of = BTreeMap::new();
        for (measure, series) in &mut states.series {
            let observation = bucket.observation(*measure);
            // What is known beforehand changes how much is said, not in which parts.
            let slot = if Measure::COUNTS.contains(measure) { &lifted } else { &slot };
            of.insert(*measure, self.detector.assess(series, slot, observation));
        }
        Assessed { bucket, of }
    }

    /// The place of a bucket in the hours and days of those who write.
    fn slot(&self, start: Timestamp) -> Slot {
        let local = start.with_timezone(&self.signals.zone).naive_local();
        Slot::at_in(local, self.length(), self.signals.country)
    }

    /// How many times as much as usual is expected, by what is known beforehand.
    fn lift(&self, start: Timestamp) -> f64 {
        let middle = start + self.length() / 2;
        let day = middle.with_timezone(&self.signals.zone).date_naive();
        self.signals
            .known
            .iter()
            .filter(|event| event.queries.is_empty() || event.queries.contains(self.query))
            .filter(|event| event.days.0 <= day && day <= event.days.1)
            .map(|event| event.lift)
            .product()
    }

    /// Returns the number of a bucket, from 1970.
    pub(super) fn number(&self, start: Timestamp) -> u64 {
        let seconds = i64::try_from(self.watched.bucket.as_secs()).unwrap_or(i64::MAX).max(1);
        u64::try_from(start.timestamp() / seconds).unwrap_or(0)
    }

    pub(super) fn bucket_start(&self, number: u64) -> Timestamp {
        let seconds = number.saturating_mul(self.watched.bucket.as_secs());
        let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
        chrono::DateTime::from_timestamp(seconds, 0).unwrap_or(Timestamp::MAX_UTC)
    }

    pub(super) fn length(&self) -> TimeDelta {
        TimeDelta::from_std(self.watched.bucket).unwrap_or(TimeDelta::hours(1))
    }

    /// Returns when a bucket ends.
    pub(super) fn end(&self, start: Timestamp) -> Timestamp {
        start + self.length()
    }

    /// Returns the last beginning of a bucket until then.
    pub(super) fn floor(&self, time: Timestamp) -> Timestamp {
        self.bucket_start(self.number(time))
    }

    /// Steps each kind of signal through a bucket. What a window has is weighed before a signal opens, grows
    /// or becomes a crisis, which is a worsening too.
    pub(super) fn live(
        &self,
        lives: &mut Lives,
        assessed: &Assessed,
        heard: TimeDelta,
        mut weigh: impl FnMut(SignalKind, usize) -> anyhow::Result<Weight>,
    ) -> anyhow::Result<Vec<Change>> {
        let number = self.number(assessed.bucket.start);
        let mut changes = Vec::new();
        for (kind, rules) in &self.rules {
            let (days, window) = rarity(*kind, assessed, heard);
            let life = lives.of(*kind);
            let is_spent = self.is_spent(*kind, &life, assessed);
            let days = days.or(is_spent.then_some(0.0));
            let (mut next, mut step) = life.step(rules, number, days, window);
            let is_rare = days.is_some_and(|days| days >= f64::from(self.watched.crisis.days));
            let may_rise = is_rare && lives.severity(*kind) < Severity::Crisis;
            let is_told = matches!(step, Step::Opened | Step::Worsened);
            let weight = if is_told || may_rise { weigh(*kind, window)? } else { Weight::Plain };
            if is_told && weight == Weight::Slight {
                let days = days.map(|days| days.min(rules.days * 0.99));
                (next, step) = life.step(rules, number, days, window);
            }
            if may_rise && weight == Weight::Grave {
                if let (Step::Lasts, Life::Open(course), Some(days)) = (step, &mut next, days) {
                    (step, course.told_days) = (Step::Worsened, course.told_days.max(days));
                }
                lives.become_crisis(*kind);
            }
            let severity = lives.severity(*kind);
            lives.set(*kind, next);
            let life = if next.course().is_some() { next } else { life };
            if step != Step::Nothing {
                changes.push(Change { kind: *kind, step, life, window, severity });
            }
        }
        Ok(changes)
    }
}

impl Method<'_> {
    /// Whether a day has passed since what is told as a share of mentions was last unusual, and nobody speaks: where
    /// sources are read, that is quiet, too, though it says nothing of the share.
    fn is_spent(&self, kind: SignalKind, life: &Life, assessed: &Assessed) -> bool {
        let day = 86_400 / self.watched.bucket.as_secs().max(1);
        let number = self.number(assessed.bucket.start);
        channel(kind).is_none()
            && assessed.bucket.seen >= SEEN_MIN
            && life.course().is_some_and(|course| course.last + day <= number)
    }
}

/// Returns once in how many days a bucket is as unusual, `None` where nothing is known, and the length
/// of the window that says so.
fn rarity(kind: SignalKind, assessed: &Assessed, heard: TimeDelta) -> (Option<f64>, usize) {
    let measure = Measure::of(kind);
    let Some(assessment) = assessed.of.get(&measure) else { return (None, 1) };
    let window = match kind {
        SignalKind::Slow => assessment.slow.window,
        SignalKind::Silence => assessment.silence.window,
        SignalKind::Rise | SignalKind::Negative | SignalKind::Rating | SignalKind::Theme => {
            assessment.window
        }
    };
    let is_missing = assessed.bucket.observation(measure) == Observation::Missing;
    if is_missing || heard < HEARD_MIN {
        return (None, window.max(1));
    }
    let days = match channel(kind) {
        Some(channel) => assessment.days(channel),
        None => assessment.nominal_days,
    };
    let days = match assessment.knowledge {
        Knowledge::Known => days,
        Knowledge::Learning => days / CAUTION,
    };
    (Some(days), window.max(1))
}

/// The channel of the detector that a kind of signal is heard in; shares have but one.
fn channel(kind: SignalKind) -> Option<Channel> {
    match kind {
        SignalKind::Rise => Some(Channel::Rise),
        SignalKind::Slow => Some(Channel::Slow),
        SignalKind::Silence => Some(Channel::Silence),
        SignalKind::Negative | SignalKind::Rating | SignalKind::Theme => None,
    }
}

/// When a kind of signal opens, so that all that are watched keep to the one setting together. What is not
/// watched leaves its part to the others.
fn rules(kind: SignalKind, watched: &Watched, minutes: u16) -> Rules {
    let channels: Vec<Channel> = watched.kinds.iter().filter_map(|kind| channel(*kind)).collect();
    #[expect(clippy::cast_precision_loss, reason = "three at most")]
    let shares = (watched.kinds.len() - channels.len()) as f64;
    let of_mentions = match (channels.is_empty(), shares > 0.0) {
        (true, _) => 0.0,
        (false, false) => 1.0,
        (false, true) => MENTIONS_SHARE,
    };
    let share = match channel(kind) {
        Some(channel) => of_mentions * channel.share_among(&channels),
        None => (1.0 - of_mentions) / shares,
    };
    let days = MONTH / watched.alarms_a_month / share;
    Rules::one_in(days, minutes)
}

/// The newest buckets that were assessed, for evidence.
#[derive(Debug, Default)]
pub(super) struct Recent(VecDeque<Assessed>);

impl Recent {
    pub(super) fn push(&mut self, assessed: Assessed) {
        let since = assessed.bucket.start - KEPT;
        while self.0.front().is_some_and(|first| first.bucket.start < since) {
            self.0.pop_front();
        }
        self.0.push_back(assessed);
    }

    /// The measures that were assessed.
    pub(super) fn measures(&self) -> impl Iterator<Item = Measure> {
        self.0.back().into_iter().flat_map(|last| last.of.keys().copied())
    }

    pub(super) fn since(&self, since: Timestamp) -> impl Iterator<Item = &Assessed> {
        self.0.iter().filter(move |assessed| assessed.bucket.start >= since)
    }
}

/// What was counted in a bucket, and of how many.
pub(super) fn parts(assessed: &Assessed, measure: Measure) -> (f64, f64) {
    let counts = &assessed.bucket.counts;
    #[expect(clippy::cast_precision_loss, reason = "counts of a few hours")]
    let number = |count: u64| count as f64;
    match measure {
        Measure::Items => (assessed.bucket.items, 0.0),
        Measure::Stories => (number(counts.stories), 0.0),
        Measure::Authors => (number(counts.authors), 0.0),
        Measure::Sources => (number(counts.sources), 0.0),
        Measure::Negative => (number(counts.negative), number(counts.toned)),
        Measure::Rating => (counts.withheld, number(counts.rated)),
        Measure::Theme => (number(counts.themed), number(counts.items)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_kinds_together_keep_to_the_one_setting() {
        // What grows slowly is heard as a rise too, at times: that one counts once.
        let check = |watched: Watched, most: f64| {
            let rate: f64 =
                watched.kinds.iter().map(|kind| 1.0 / rules(*kind, &watched, 15).days).sum();
            let rate = rate * MONTH / watched.alarms_a_month;
            assert!((1.0 - 1e-9..=most).contains(&rate), "{rate} of {watched:?}");
        };
        let exactly = 1.0 + 1e-9;
        check(Watched::default(), 1.2);
        check(Watched { kinds: SignalKind::ALL.into(), ..Watched::default() }, 1.2);
        let only = |kinds: &[SignalKind]| Watched {
            kinds: kinds.iter().copied().collect(),
            alarms_a_month: 3.0,
            ..Watched::default()
        };
        check(only(&[SignalKind::Rise]), exactly);
        check(only(&[SignalKind::Rating]), exactly);
        check(only(&[SignalKind::Rise, SignalKind::Silence, SignalKind::Negative]), exactly);
    }
}
