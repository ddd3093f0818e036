//! Windows of several lengths over one series of cells, each calibrated by itself, heard as one.

use crate::calibration::Calibrator;
use crate::config::Calibration;
use crate::snapshot::{Reader, Writer};
use crate::window::{Cell, Sum, Windows};

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scan {
    windows: Windows,
    calibrators: Box<[Calibrator]>,
}

/// −log10 of the probability that a block shows anything as unusual, and the place of the most unusual window.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Heard {
    pub(crate) level: f64,
    pub(crate) place: usize,
}

impl Scan {
    pub(crate) fn new(lengths: &[usize], prior: &Calibration) -> Self {
        Self {
            windows: Windows::new(lengths),
            calibrators: vec![Calibrator::new(prior); lengths.len()].into(),
        }
    }

    pub(crate) fn push(&mut self, lengths: &[usize], clip: f64, cell: Cell) {
        self.windows.push(lengths, clip, cell);
    }

    pub(crate) fn sum(&self, place: usize) -> Sum {
        self.windows.sums().get(place).copied().unwrap_or_default()
    }

    /// Joins what the windows say by the harmonic mean of their probabilities (Wilson 2019), which holds however they
    /// depend on each other. The statistic of a window is what it teaches its calibrator, and what it says; without one it
    /// does neither.
    pub(crate) fn hear(&mut self, statistic: impl Fn(usize, &Sum) -> Option<[f64; 2]>) -> Heard {
        let (mut total, mut highest, mut heard) = (0.0, -1.0, Heard::default());
        let sums = self.windows.sums();
        for (place, (sum, calibrator)) in sums.iter().zip(&mut self.calibrators).enumerate() {
            let Some([teaches, says]) = statistic(place, sum) else {
                total += 1.0;
                continue;
            };
            let level = calibrator.level(says as f32);
            calibrator.observe(teaches as f32);
            total += power_of_ten(level);
            if level > highest {
                (highest, heard.place) = (level, place);
            }
        }
        heard.level = (total / sums.len().max(1) as f64).log10();
        heard
    }

    /// Ends a block of buckets, of which enough were observed or not.
    pub(crate) fn end_block(&mut self, prior: &Calibration, enough: bool) {
        for calibrator in &mut self.calibrators {
            calibrator.end_block(prior, enough);
        }
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        self.windows.write(out);
        self.calibrators.iter().for_each(|calibrator| calibrator.write(out));
    }

    pub(crate) fn read(&mut self, prior: &Calibration, from: &mut Reader) {
        self.windows.read(from);
        self.calibrators.iter_mut().for_each(|calibrator| calibrator.read(prior, from));
    }
}

/// Most windows are at level 0, where no power needs to be reckoned.
fn power_of_ten(level: f32) -> f64 {
    if level > 0.0 { (f64::from(level) * std::f64::consts::LOG2_10).exp2() } else { 1.0 }
}
