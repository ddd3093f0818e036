//! One bucket after another: what was expected, how unusual what came is, upwards and downwards.
//!
//! Several windows end at each bucket (`scan.rs`, `patience.rs`). Each has a statistic, which is calibrated on the series'
//! own past (`calibration.rs`). What comes out is a time: so rarely would this happen if nothing had begun.

use crate::baseline::{Baseline, Fading, Observed};
use crate::channel::Channel;
use crate::config::{Calibration, Config, Patience};
use crate::patience::{Patient, Span};
use crate::scan::Scan;
use crate::slot::Slot;
use crate::snapshot::{Reader, SnapshotError, Writer};
use crate::statistic::{doubted, excess};

/// No count is taken for more.
const COUNT_MAX: f64 = 1e9;
/// The format of snapshots; a new one for each change of the state.
const FORMAT: u32 = 2;

/// What is known of a bucket that has ended. A bucket in which a source failed, and one in which what had piled up
/// came at once, is `Missing`; once its counts are known by their own dates, the series is replayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observation {
    Missing,
    Count(f64),
    /// Part of a number: negative ones of `of` mentions, stars lost in `of` reviews.
    Part {
        count: f64,
        of: f64,
    },
}

/// Assesses series by one configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Detector {
    config: Config,
    fading: Fading,
    block: u32,
    block_days: f64,
}

/// What the detector keeps of one series.
#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    baseline: Baseline,
    rise: Scan,
    patient: Patient,
    /// Of the present block: its buckets so far, and how many of them were observed.
    buckets: u32,
    observed: u32,
}

/// Whether the past is long enough to judge by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Knowledge {
    Learning,
    Known,
}

/// How a bucket, and the windows that end with it, compare with what was expected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assessment {
    /// −log10 of the probability that a block of buckets shows anything as unusual.
    pub level: f64,
    /// How many days pass between false alarms if one alerts at this level.
    pub nominal_days: f64,
    /// The same of the channels of silence and of slow growth, as they were at the last full hour.
    pub silence_days: f64,
    pub slow_days: f64,
    /// The bucket's expected count, and where about 95 of 100 counts lie.
    pub expected: f64,
    pub range: [f64; 2],
    /// The most unusual window: its length in buckets, its count and expectation.
    pub window: usize,
    pub window_count: f64,
    pub window_expected: f64,
    pub knowledge: Knowledge,
    /// The most unusual window of the slow channel, and the one of silence.
    pub slow: Span,
    pub silence: Span,
}

impl Assessment {
    /// How many days pass between false alarms of one channel, if one alerts at what it says now.
    pub fn days(&self, channel: Channel) -> f64 {
        match channel {
            Channel::Rise => self.nominal_days,
            Channel::Slow => self.slow_days,
            Channel::Silence => self.silence_days,
        }
    }

    /// The rarest setting, in days between false alarms of all channels together, at which the bucket raises something.
    pub fn overall_days(&self) -> f64 {
        self.days_among(&Channel::ALL)
    }

    /// The same where only some channels are listened to.
    pub fn days_among(&self, channels: &[Channel]) -> f64 {
        let shared = |channel: &Channel| self.days(*channel) * channel.share_among(channels);
        channels.iter().map(shared).fold(0.0, f64::max)
    }

    /// How many times the expected came in the most unusual window; small numbers are drawn towards 1.
    pub fn ratio(&self) -> f64 {
        (self.window_count + 5.0) / (self.window_expected + 5.0)
    }
}

impl Detector {
    pub fn new(config: Config) -> Self {
        let length = config.calibration.block_cycles;
        let block = (length * config.buckets_per_cycle).round().max(1.0);
        let block_days =
            (length * config.cycle_days).max(block / config.buckets_per_cycle * config.cycle_days);
        Self { fading: Fading::new(&config), config, block: block as u32, block_days }
    }

    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The probability that a block of buckets shows anything that is as rare as once in so many days.
    pub fn probability(&self, days: f64) -> f64 {
        (self.block_days / days.max(self.block_days)).min(1.0)
    }

    /// A series of which nothing is known.
    pub fn start(&self) -> Series {
        Series {
            baseline: Baseline::new(&self.config),
            rise: Scan::new(&self.config.windows, &self.config.calibration),
            patient: Patient::new(&self.config.patience),
            buckets: 0,
            observed: 0,
        }
    }

    /// Assesses the next bucket of the series by what was known before it, then learns from it.
    pub fn assess(&self, series: &mut Series, slot: &Slot, observation: Observation) -> Assessment {
        let config = &self.config;
        let observed = observation.observed(slot);
        let exposure = observed.map_or(slot.lift, |observed| observed.exposure);
        let expected =
            series.baseline.expected(slot, exposure, observed.map(|observed| observed.count));
        let dispersion = series.baseline.dispersion() * expected * expected;
        let cell = observed.map_or([0.0; 3], |observed| {
            [observed.count as f32, expected as f32, dispersion as f32]
        });
        series.rise.push(&config.windows, config.clip, cell);
        let seen = f64::from(series.baseline.seen) / config.buckets_per_cycle;
        series.patient.add(config, seen, slot.lift, cell);
        let mut assessment = self.unremarkable(series, expected, dispersion);
        if let Some(observed) = observed {
            self.measure(series, &mut assessment);
            series.observed += 1;
            series.baseline.learn(config, &self.fading, slot, observed, expected);
        }
        self.end_bucket(series);
        assessment
    }

    fn unremarkable(&self, series: &Series, expected: f64, dispersion: f64) -> Assessment {
        let learning = self.config.learning_cycles * self.config.buckets_per_cycle;
        let deviation = (expected + dispersion).sqrt();
        Assessment {
            level: 0.0,
            nominal_days: 0.0,
            silence_days: 0.0,
            slow_days: 0.0,
            expected,
            range: [(expected - 2.0 * deviation).max(0.0), expected + 2.0 * deviation],
            window: 1,
            window_count: 0.0,
            window_expected: 0.0,
            knowledge: if f64::from(series.baseline.seen) < learning {
                Knowledge::Learning
            } else {
                Knowledge::Known
            },
            slow: Span::default(),
            silence: Span::default(),
        }
    }

    fn measure(&self, series: &mut Series, assessment: &mut Assessment) {
        let config = &self.config;
        let seen = f64::from(series.baseline.seen) / config.buckets_per_cycle;
        let heard = series.rise.hear(|place, sum| {
            let length = config.windows[place];
            let count = if length >= config.lasting_from { sum.lasting } else { sum.count };
            let doubt = config.youth.doubt(seen, config.cycles(length));
            Some(doubted(doubt, config.spread, |spread| {
                excess(config.statistic, spread, count, sum)
            }))
        });
        let sum = series.rise.sum(heard.place);
        assessment.level = self.bend(&config.calibration, heard.level);
        assessment.nominal_days = self.days(assessment.level);
        assessment.window = config.windows[heard.place];
        assessment.window_count = sum.count;
        assessment.window_expected = sum.expected;
        let Patience { slow, silence, .. } = &config.patience;
        let [(slow_level, slow_span), (silence_level, silence_span)] =
            series.patient.heard(&config.patience);
        assessment.slow_days = self.days(self.bend(&slow.calibration, slow_level));
        assessment.silence_days = self.days(self.bend(&silence.calibration, silence_level));
        (assessment.slow, assessment.silence) = (slow_span, silence_span);
    }

    /// Puts right what simulated series show of the extrapolation (`Calibration::shift`, `bend`).
    fn bend(&self, calibration: &Calibration, level: f64) -> f64 {
        let beyond = level - (calibration.bend_at / self.block_days).log10();
        (level - calibration.shift + calibration.bend * beyond.max(0.0)).max(0.0)
    }

    fn days(&self, level: f64) -> f64 {
        self.block_days * (level * std::f64::consts::LOG2_10).exp2()
    }

    fn end_bucket(&self, series: &mut Series) {
        series.buckets += 1;
        if series.buckets < self.block {
            return;
        }
        // Of less than half a block the highest value tells nothing.
        let enough = 2 * series.observed >= self.block;
        series.rise.end_block(&self.config.calibration, enough);
        series.patient.end_block(&self.config.patience, enough);
        series.buckets = 0;
        series.observed = 0;
    }

    /// Returns the state of a series as bytes, from which `restore` makes the same state.
    pub fn snapshot(&self, series: &Series) -> Vec<u8> {
        let mut out = Writer::default();
        out.u32(FORMAT);
        series.baseline.write(&mut out);
        series.rise.write(&mut out);
        series.patient.write(&mut out);
        out.u32(series.buckets);
        out.u32(series.observed);
        out.bytes
    }

    pub fn restore(&self, bytes: &[u8]) -> Result<Series, SnapshotError> {
        let mut series = self.start();
        let expected = self.snapshot(&series).len();
        if bytes.len() != expected {
            return Err(SnapshotError::Length { found: bytes.len(), expected });
        }
        let mut from = Reader::new(bytes);
        let format = from.u32();
        if format != FORMAT {
            return Err(SnapshotError::Format { found: format, expected: FORMAT });
        }
        series.baseline.read(&mut from);
        series.rise.read(&self.config.calibration, &mut from);
        series.patient.read(&self.config.patience, &mut from);
        series.buckets = from.u32() % self.block;
        series.observed = from.u32().min(series.buckets);
        if from.finite { Ok(series) } else { Err(SnapshotError::NoNumber) }
    }
}

impl Observation {
    fn observed(self, slot: &Slot) -> Option<Observed> {
        let (count, of) = match self {
            Self::Missing => return None,
            Self::Count(count) => (count, 1.0),
            Self::Part { count, of } => (count, of),
        };
        let sound = count.is_finite() && count >= 0.0 && of.is_finite() && of > 0.0;
        sound.then(|| Observed {
            count: count.min(COUNT_MAX),
            exposure: of.min(COUNT_MAX) * slot.lift,
        })
    }
}
