//! One bucket after another: what was expected, how unusual what came is, upwards and downwards.
//!
//! Several windows end at each bucket. Each has a statistic, each statistic is calibrated on the series' own past
//! (`calibration.rs`), and the windows' probabilities are joined by their harmonic mean (Wilson 2019), which holds however
//! they depend on each other. What comes out is a time: so rarely would this happen if nothing had begun.

use crate::baseline::{Baseline, Fading, Observed};
use crate::calibration::Calibrator;
use crate::config::{Config, Statistic};
use crate::slot::Slot;
use crate::snapshot::{Reader, SnapshotError, Writer};
use crate::tail;
use crate::window::{Sum, Windows};

/// No count is taken for more.
const COUNT_MAX: f64 = 1e9;
/// How many of the longest windows look for silence.
const SILENCE_WINDOWS: usize = 2;
/// The format of snapshots; a new one for each change of the state.
const FORMAT: u32 = 1;

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
    windows: Windows,
    calibrators: Box<[Calibrator]>,
    silences: [Calibrator; SILENCE_WINDOWS],
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
    /// The same two for less than expected.
    pub silence_days: f64,
    /// The bucket's expected count, and where about 95 of 100 counts lie.
    pub expected: f64,
    pub range: [f64; 2],
    /// The most unusual window: its length in buckets, its count and expectation.
    pub window: usize,
    pub window_count: f64,
    pub window_expected: f64,
    pub knowledge: Knowledge,
}

impl Assessment {
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

    /// A series of which nothing is known.
    pub fn start(&self) -> Series {
        let calibrator = Calibrator::new(&self.config.calibration);
        Series {
            baseline: Baseline::new(&self.config),
            windows: Windows::new(&self.config),
            calibrators: vec![calibrator.clone(); self.config.windows.len()].into(),
            silences: std::array::from_fn(|_| calibrator.clone()),
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
        series.windows.push(config, cell);
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
        }
    }

    fn measure(&self, series: &mut Series, assessment: &mut Assessment) {
        let lengths = &self.config.windows;
        let (mut total, mut leading) = (0.0, -1.0);
        for ((sum, calibrator), length) in
            series.windows.sums().iter().zip(&mut series.calibrators).zip(lengths)
        {
            let count = if *length >= self.config.lasting_from { sum.lasting } else { sum.count };
            let x = self.excess(count, sum) as f32;
            let level = calibrator.level(x);
            calibrator.observe(x);
            total += power_of_ten(level);
            if level > leading {
                leading = level;
                assessment.window = *length;
                assessment.window_count = sum.count;
                assessment.window_expected = sum.expected;
            }
        }
        assessment.level = self.bend((total / lengths.len() as f64).log10());
        assessment.nominal_days = self.days(assessment.level);
        let mut silence = 0.0;
        for (sum, calibrator) in series.windows.sums().iter().rev().zip(&mut series.silences) {
            let x = self.deficit(sum) as f32;
            silence += power_of_ten(calibrator.level(x));
            calibrator.observe(x);
        }
        let joined = silence / SILENCE_WINDOWS.min(lengths.len()) as f64;
        assessment.silence_days = self.days(self.bend(joined.log10()));
    }

    /// Puts right what simulated series show of the extrapolation (`Calibration::shift`, `bend`).
    fn bend(&self, level: f64) -> f64 {
        let calibration = &self.config.calibration;
        let beyond = level - (calibration.bend_at / self.block_days).log10();
        (level - calibration.shift + calibration.bend * beyond.max(0.0)).max(0.0)
    }

    fn days(&self, level: f64) -> f64 {
        self.block_days * (level * std::f64::consts::LOG2_10).exp2()
    }

    fn excess(&self, count: f64, sum: &Sum) -> f64 {
        match self.config.statistic {
            Statistic::LogExcess if count > sum.expected => {
                ((count - sum.expected) / self.deviation(sum)).ln_1p()
            }
            Statistic::Tail if sum.expected > 0.0 => {
                let size = sum.expected * sum.expected / sum.dispersion.max(1e-9);
                tail::upper_tail(count.round(), sum.expected, size)
            }
            Statistic::LogExcess | Statistic::Tail => 0.0,
        }
    }

    fn deficit(&self, sum: &Sum) -> f64 {
        let below = sum.expected - sum.count;
        if below > 0.0 { (below / self.deviation(sum)).ln_1p() } else { 0.0 }
    }

    fn deviation(&self, sum: &Sum) -> f64 {
        let spread = self.config.spread * sum.expected * sum.expected;
        (sum.expected + sum.dispersion.max(1e-9) + spread).max(1e-9).sqrt()
    }

    fn end_bucket(&self, series: &mut Series) {
        series.buckets += 1;
        if series.buckets < self.block {
            return;
        }
        // Of less than half a block the highest value tells nothing.
        let enough = 2 * series.observed >= self.block;
        for calibrator in series.calibrators.iter_mut().chain(&mut series.silences) {
            if enough {
                calibrator.learn(&self.config.calibration);
            } else {
                calibrator.forget();
            }
        }
        series.buckets = 0;
        series.observed = 0;
    }

    /// Returns the state of a series as bytes, from which `restore` makes the same state.
    pub fn snapshot(&self, series: &Series) -> Vec<u8> {
        let mut out = Writer::default();
        out.u32(FORMAT);
        series.baseline.write(&mut out);
        series.windows.write(&mut out);
        series
            .calibrators
            .iter()
            .chain(&series.silences)
            .for_each(|calibrator| calibrator.write(&mut out));
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
        series.windows.read(&mut from);
        for calibrator in series.calibrators.iter_mut().chain(&mut series.silences) {
            *calibrator = Calibrator::read(&mut from);
        }
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

/// Most windows are at level 0, where no power needs to be reckoned.
fn power_of_ten(level: f32) -> f64 {
    if level > 0.0 { (f64::from(level) * std::f64::consts::LOG2_10).exp2() } else { 1.0 }
}
