//! The two channels that can wait: what grows slowly, and what falls quiet.
//!
//! They look once an hour at windows of hours to days. No bucket counts for more than a few deviations above its
//! expectation, so that one loud minute moves neither: this is what makes EARS C1 (Hutwagner et al. 2003) late but
//! patient, kept here with the series' own rhythm and its own calibration.

use crate::config::{Config, Look, Patience, Youth};
use crate::scan::{Heard, Scan};
use crate::snapshot::{Reader, Writer};
use crate::statistic::{deficit, doubted, excess};
use crate::window::{Cell, Sum};

/// A window that ends with a bucket, or for the patient channels with their last look.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Span {
    /// Its length in buckets.
    pub window: usize,
    /// What came in it. For the patient channels no bucket counts for more than a few deviations above its expectation.
    pub count: f64,
    pub expected: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Patient {
    slow: Channel,
    silence: Channel,
    /// What the present cell holds so far, and of how many buckets.
    cell: Cell,
    buckets: u32,
}

/// One of the channels, and what it heard when it last looked.
#[derive(Debug, Clone, PartialEq)]
struct Channel {
    scan: Scan,
    level: f32,
    place: u32,
}

impl Patient {
    pub(crate) fn new(config: &Patience) -> Self {
        Self {
            slow: Channel::new(&config.slow),
            silence: Channel::new(&config.silence),
            cell: [0.0; 3],
            buckets: 0,
        }
    }

    /// Adds a bucket; where it is the last of a cell, looks at the windows that end with it.
    ///
    /// `lift` is how many times the usual was expected. An event of which less was said than was thought is no silence:
    /// that is what falls short of the usual.
    pub(crate) fn add(
        &mut self,
        config: &Config,
        seen_cycles: f64,
        lift: f64,
        [count, expected, dispersion]: Cell,
    ) {
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
        let usual = 1.0 / lift.max(1.0) as f32;
        let without_lift = [cell[0], cell[1] * usual, cell[2] * usual * usual];
        let Patience { slow, silence, every } = &config.patience;
        let doubt = |youth: &Youth, window: usize| {
            youth.doubt(seen_cycles, config.cycles(window * *every as usize))
        };
        self.slow
            .add(slow, cell, doubt, |spread, sum| excess(config.statistic, spread, sum.count, sum));
        self.silence.add(silence, without_lift, doubt, deficit);
    }

    /// What the channels of slow growth and of silence heard.
    pub(crate) fn heard(&self, config: &Patience) -> [(f64, Span); 2] {
        [
            self.slow.heard(&config.slow, config.every),
            self.silence.heard(&config.silence, config.every),
        ]
    }

    /// Ends a block of buckets.
    pub(crate) fn end_block(&mut self, config: &Patience, enough: bool) {
        self.slow.scan.end_block(&config.slow.calibration, enough);
        self.silence.scan.end_block(&config.silence.calibration, enough);
    }

    pub(crate) fn write(&self, out: &mut Writer) {
        for channel in [&self.slow, &self.silence] {
            channel.scan.write(out);
            out.f32s(&[channel.level]);
            out.u32(channel.place);
        }
        out.f32s(&self.cell);
        out.u32(self.buckets);
    }

    pub(crate) fn read(&mut self, config: &Patience, from: &mut Reader) {
        for (channel, look) in
            [(&mut self.slow, &config.slow), (&mut self.silence, &config.silence)]
        {
            channel.scan.read(&look.calibration, from);
            from.f32s(std::slice::from_mut(&mut channel.level));
            channel.place = from.u32();
        }
        from.f32s(&mut self.cell);
        self.buckets = from.u32() % config.every;
    }
}

impl Channel {
    fn new(look: &Look) -> Self {
        Self { scan: Scan::new(&look.windows, &look.calibration), level: 0.0, place: 0 }
    }

    fn add(
        &mut self,
        look: &Look,
        cell: Cell,
        doubt: impl Fn(&Youth, usize) -> f64,
        statistic: impl Fn(f64, &Sum) -> f64,
    ) {
        self.scan.push(&look.windows, f64::INFINITY, cell);
        // Of an hour without an observation nothing is known.
        let heard = if cell[1] > 0.0 {
            self.scan.hear(|place, sum| {
                let doubt = doubt(&look.youth, look.windows[place]);
                (sum.expected >= look.expected_min)
                    .then(|| doubted(doubt, look.spread, |spread| statistic(spread, sum)))
            })
        } else {
            Heard::default()
        };
        (self.level, self.place) = (heard.level as f32, heard.place as u32);
    }

    fn heard(&self, look: &Look, every: u32) -> (f64, Span) {
        let place = self.place as usize;
        let length = look.windows.get(place).copied().unwrap_or(1);
        let sum = self.scan.sum(place);
        let span =
            Span { window: length * every as usize, count: sum.count, expected: sum.expected };
        (self.level.into(), span)
    }
}
