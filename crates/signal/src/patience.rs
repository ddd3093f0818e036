//! The two channels that can wait: what grows slowly, and what falls quiet.
//!
//! They look once an hour at windows of hours to days. No bucket counts for more than a few deviations above its
//! expectation, so that one loud minute moves neither: this is what makes EARS C1 (Hutwagner et al. 2003) late but
//! patient, kept here with the series' own rhythm and its own calibration.

use crate::calibration::Calibrator;
use crate::config::{Config, Patience};
use crate::snapshot::{Reader, Writer};
use crate::statistic::{deficit, excess, joined};
use crate::window::{Cell, Sum, Windows};

/// A window that ends with a bucket, or for the patient channels with their last look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Span {
    /// Its length in buckets.
    pub window: usize,
    pub count: f64,
    pub expected: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patient {
    windows: Windows,
    slow: Box<[Calibrator]>,
    silence: Box<[Calibrator]>,
    /// What the present cell holds so far, and of how many buckets.
    cell: Cell,
    buckets: u32,
    pub(crate) heard: [Heard; 2],
}

/// What a channel heard when it last looked: −log10 of a probability, and the place of its most unusual window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Heard {
    pub(crate) level: f32,
    window: u32,
}

impl Patient {
    pub(crate) fn new(config: &Patience) -> Self {
        let start = |prior| vec![Calibrator::new(prior); config.windows.len()].into();
        Self {
            windows: Windows::new(&config.windows),
            slow: start(&config.slow),
            silence: start(&config.silence),
            cell: [0.0; 3],
            buckets: 0,
            heard: [Heard::default(); 2],
        }
    }

    /// Adds a bucket; where it is the last of a cell, looks at the windows that end with it.
    pub(crate) fn add(&mut self, config: &Config, [count, expected, dispersion]: Cell) {
        let most = expected + config.clip as f32 * (expected + dispersion).sqrt() + 1.0;
        for (sum, more) in self.cell.iter_mut().zip([count.min(most), expected, dispersion]) {
            *sum += more;
        }
        self.buckets += 1;
        if self.buckets < config.patience.every {
            return;
        }
        self.buckets = 0;
        let cell = std::mem::take(&mut self.cell);
        self.windows.push(&config.patience.windows, f64::INFINITY, cell);
        // Of an hour without an observation nothing is known.
        self.heard = if cell[1] > 0.0 { self.look(config) } else { [Heard::default(); 2] };
    }

    fn look(&mut self, config: &Config) -> [Heard; 2] {
        let sums = self.windows.sums();
        [
            hear(sums, &mut self.slow, |_, sum| excess(config, sum.count, sum)),
            hear(sums, &mut self.silence, |_, sum| deficit(config, sum)),
        ]
    }

    pub(crate) fn spans(&self, config: &Patience) -> [Span; 2] {
        self.heard.map(|heard| {
            let place = heard.window as usize;
            let length = config.windows.get(place).copied().unwrap_or(1);
            let sum = self.windows.sums().get(place).copied().unwrap_or_default();
            Span {
                window: length * config.every as usize,
                count: sum.count,
                expected: sum.expected,
            }
        })
    }

    /// Ends a block of buckets.
    pub(crate) fn end_block(&mut self, config: &Patience, enough: bool) {
        for (calibrators, prior) in
            [(&mut self.slow, &config.slow), (&mut self.silence, &config.silence)]
        {
            for calibrator in calibrators {
                calibrator.end_block(prior, enough);
            }
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        self.windows.write(out);
        self.slow.iter().chain(&self.silence).for_each(|calibrator| calibrator.write(out));
        out.f32s(&self.cell);
        out.u32(self.buckets);
        for heard in self.heard {
            out.f32s(&[heard.level]);
            out.u32(heard.window);
        }
    }

    pub(crate) fn read(&mut self, config: &Patience, from: &mut Reader) {
        self.windows.read(from);
        self.slow.iter_mut().for_each(|calibrator| calibrator.read(&config.slow, from));
        self.silence.iter_mut().for_each(|calibrator| calibrator.read(&config.silence, from));
        from.f32s(&mut self.cell);
        self.buckets = from.u32() % config.every;
        for heard in &mut self.heard {
            from.f32s(std::slice::from_mut(&mut heard.level));
            heard.window = from.u32();
        }
    }
}

fn hear(
    sums: &[Sum],
    calibrators: &mut [Calibrator],
    statistic: impl Fn(usize, &Sum) -> f64,
) -> Heard {
    let (level, window) = joined(sums, calibrators, statistic);
    Heard { level: level as f32, window: window as u32 }
}
