//! Series of which all is known: simulated hours, real backgrounds thinned with bursts added, weeks.

use std::error::Error;

use crate::random::Random;
use crate::real::Real;

pub(crate) struct Event {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

pub(crate) struct Sample {
    pub(crate) bucket_minutes: u16,
    pub(crate) start: chrono::NaiveDateTime,
    pub(crate) counts: Vec<Option<f64>>,
    pub(crate) eval_from: usize,
    pub(crate) events: Vec<Event>,
    pub(crate) exclude: Vec<(usize, usize)>,
}

/// The simulation of `signals.md` 3.1: 14 weeks of hours, three ramps after four weeks.
pub(crate) fn hourly(seed: u64, with_events: bool) -> Result<Sample, Box<dyn Error>> {
    let mut r = Random::new(seed);
    let (weeks, warm) = (14usize, 28usize);
    let n = weeks * 7 * 24;
    let days = weeks * 7;
    let base = r.uniform(0.1f64.ln(), 30f64.ln()).exp();
    let (a1, a2) = (r.uniform(0.3, 1.2), r.uniform(0.0, 0.5));
    let (p1, p2) = (r.uniform(0.0, 24.0), r.uniform(0.0, 12.0));
    let mut weekday: [f64; 7] = std::array::from_fn(|_| 0.1 * r.normal());
    let weekend = r.uniform(-1.0, 0.1);
    weekday[5] += weekend;
    weekday[6] += weekend * r.uniform(0.7, 1.2);
    let step = r.uniform(0.0, 0.04);
    let drift = r.uniform(-(2f64.ln()), 2f64.ln());
    let mut walk = 0.0;
    let trend: Vec<f64> = (0..days)
        .map(|day| {
            walk += step * r.normal();
            walk + drift * (day * 24) as f64 / n as f64
        })
        .collect();
    let mut mean: Vec<f64> = (0..n)
        .map(|t| {
            let hour = (t % 24) as f64;
            let day = (t as f64 / 24.0 - 0.5).clamp(0.0, (days - 1) as f64);
            let (low, share) = (day as usize, day.fract());
            let high = (low + 1).min(days - 1);
            (a1 * (std::f64::consts::TAU * (hour - p1) / 24.0).cos()
                + a2 * (std::f64::consts::TAU * (hour - p2) / 12.0).cos()
                + weekday[t / 24 % 7]
                + trend[low] * (1.0 - share)
                + trend[high] * share)
                .exp()
        })
        .collect();
    let total: f64 = mean.iter().sum::<f64>() / n as f64;
    for m in &mut mean {
        *m *= base / total;
    }
    for _ in 0..=r.below(2) {
        let (day, factor) = (r.below(days), r.uniform(0.4, 0.8));
        mean[day * 24..day * 24 + 24].iter_mut().for_each(|m| *m *= factor);
    }
    let (sigma, keep) = (r.uniform(0.0, 0.3), r.uniform(0.5, 0.95));
    let phi = r.uniform(0.02f64.ln(), 0.5f64.ln()).exp();
    let mut ar = 0.0;
    let mut counts: Vec<f64> = mean
        .iter()
        .map(|m| {
            ar = keep * ar + (1.0 - keep * keep).sqrt() * r.normal();
            r.negative_binomial(m * (sigma * ar - sigma * sigma / 2.0).exp(), phi)
        })
        .collect();
    let mut events: Vec<Event> = Vec::new();
    for _ in 0..200 {
        if events.len() == 3 {
            break;
        }
        let from = warm * 24 + 24 + r.below((days - 4 - warm - 1) * 24);
        let excess = [0.5, 1.0, 2.0, 3.0][r.below(4)];
        let length = [2, 6, 12, 24, 48][r.below(5)];
        if events.iter().any(|event| event.from.abs_diff(from) < 240) {
            continue;
        }
        if with_events {
            for t in from..from + length {
                let share = (t - from) as f64 / length as f64;
                let g = r.gamma(1.0 / phi) * phi;
                counts[t] += r.poisson(mean[t] * excess * (1.0 + share) * g);
            }
        }
        events.push(Event { from, to: from + length });
    }
    let mut missing: Vec<bool> = (0..n).map(|_| r.unit() < 0.01).collect();
    if r.unit() < 0.5 {
        let from = r.below(n - 48);
        let length = 6 + r.below(43);
        missing[from..from + length].iter_mut().for_each(|m| *m = true);
    }
    for event in &events {
        missing[event.from..event.to].iter_mut().for_each(|m| *m = false);
    }
    if !with_events {
        events.clear();
    }
    events.sort_by_key(|event| event.from);
    let start = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no such day")?;
    Ok(Sample {
        bucket_minutes: 60,
        start: start.and_time(chrono::NaiveTime::MIN),
        counts: counts.into_iter().zip(missing).map(|(c, m)| (!m).then_some(c)).collect(),
        eval_from: warm * 24,
        events,
        exclude: Vec::new(),
    })
}

/// A real background thinned to `rate` an hour, with three bursts of 48 hours.
pub(crate) fn semireal(seed: u64, file: &Real, rate: f64) -> Sample {
    let mut r = Random::new(seed);
    let n = file.counts.len();
    let mean: f64 = file.counts.iter().sum::<f64>() / n as f64 * 12.0;
    let p = (rate / mean).min(1.0);
    let mut counts: Vec<f64> = file.counts.iter().map(|c| r.thin(*c, p)).collect();
    let base = mean * p / 12.0;
    let mut events: Vec<Event> = Vec::new();
    let length = 576;
    for _ in 0..2000 {
        if events.len() == 3 {
            break;
        }
        let from = 2880 + r.below(n - 2880 - length - 1);
        let clear = file.windows.iter().all(|&(a, b)| from + length + 36 < a || from > b + 36);
        if !clear || events.iter().any(|e| e.from.abs_diff(from) < 7 * 288) {
            continue;
        }
        let peak = [1.0, 2.0, 4.0, 8.0][r.below(4)];
        // The hour of the peak, and how sharply the curve rises to it.
        let top = r.uniform(1f64.ln(), 30f64.ln()).exp();
        let shape = r.uniform(0.5, 2.0);
        let mut curve: Vec<f64> = (0_u8..48)
            .map(|h| {
                let x = (f64::from(h) + 0.5) / top;
                (x * (1.0 - x).exp()).powf(shape) * (0.35 * r.normal()).exp()
            })
            .collect();
        let high = curve.iter().copied().fold(0.0, f64::max);
        for c in &mut curve {
            *c /= high;
        }
        for t in 0..length {
            counts[from + t] += r.poisson(base * peak * curve[t / 12]);
        }
        events.push(Event { from, to: from + length });
    }
    events.sort_by_key(|event| event.from);
    Sample {
        bucket_minutes: 5,
        start: file.start,
        counts: counts.into_iter().map(Some).collect(),
        eval_from: 2880,
        events,
        exclude: file.windows.clone(),
    }
}

/// A real series thinned, and mixed with another that is thinned and moved by half its length.
pub(crate) fn thinned(seed: u64, file: &Real, p: f64, other: Option<(&Real, f64)>) -> Sample {
    let mut r = Random::new(seed);
    let mut counts: Vec<f64> = file.counts.iter().map(|c| r.thin(*c, p)).collect();
    if let Some((other, p)) = other {
        let n = other.counts.len();
        for (t, count) in counts.iter_mut().enumerate() {
            *count += r.thin(other.counts[(t + 7 * 288 * 4) % n], p);
        }
    }
    Sample {
        bucket_minutes: 5,
        start: file.start,
        counts: counts.into_iter().map(Some).collect(),
        eval_from: 750,
        events: Vec::new(),
        exclude: file.windows.clone(),
    }
}
