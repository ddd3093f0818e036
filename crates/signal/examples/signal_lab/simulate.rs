//! Series of which all is known: simulated hours, real backgrounds thinned with bursts added, weeks.

use std::error::Error;

use signal::Country;

use crate::random::Random;
use crate::real::Real;

pub(crate) struct Event {
    pub(crate) from: usize,
    pub(crate) to: usize,
}

pub(crate) struct Sample {
    /// The file it was made of, if any.
    pub(crate) name: String,
    pub(crate) bucket_minutes: u16,
    pub(crate) start: chrono::NaiveDateTime,
    pub(crate) counts: Vec<Option<f64>>,
    /// The true mean of each bucket without events, where it is known.
    pub(crate) mean: Vec<f64>,
    pub(crate) eval_from: usize,
    pub(crate) events: Vec<Event>,
    pub(crate) exclude: Vec<(usize, usize)>,
}

/// What a simulated series is made of: how long its buckets are, what happens in it, and how busy it is.
#[derive(Clone, Copy)]
pub(crate) struct Kind {
    pub(crate) minutes: u16,
    pub(crate) events: Events,
    /// Mentions an hour, from and to.
    pub(crate) rates: (f64, f64),
    /// One or two days of less, at random.
    pub(crate) holidays: bool,
    /// The country whose public holidays are like Sundays, within a seventh.
    pub(crate) country: Option<Country>,
}

#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Events {
    None,
    Ramps,
    /// Two days in which a tenth of the usual comes.
    Silences,
}

/// The simulation of `signals.md` 3.1: 14 weeks (longer for buckets over an hour), three events after four weeks.
pub(crate) fn fresh(seed: u64, kind: Kind) -> Result<Sample, Box<dyn Error>> {
    let mut r = Random::new(seed);
    // A Monday.
    let start = chrono::NaiveDate::from_ymd_opt(2024, 1, 1).ok_or("no such day")?;
    // Buckets over an hour are sums of hours.
    let coarse = usize::from(kind.minutes / 60).max(1);
    let per_hour = usize::from(60 / kind.minutes.min(60));
    let weeks = match coarse {
        1 if kind.country.is_some() => 52,
        1 => 14,
        2..=12 => 28,
        _ => 60,
    };
    let warm = if coarse > 12 { 56 } else { 28 };
    let days = weeks * 7;
    let day = 24 * per_hour;
    let mut mean = means(&mut r, days, per_hour, kind);
    if kind.holidays {
        for _ in 0..=r.below(2) {
            let (from, factor) = (r.below(days) * day, r.uniform(0.4, 0.8));
            mean[from..from + day].iter_mut().for_each(|m| *m *= factor);
        }
    }
    if let Some(country) = kind.country {
        for date in 7..days {
            let sunday = date - (date + 1) % 7;
            let kept = start + chrono::Days::new(date as u64);
            if sunday != date && country.holiday(kept).is_some() {
                let factor = (0.15 * r.normal()).exp();
                for t in 0..day {
                    mean[date * day + t] = mean[sunday * day + t] * factor;
                }
            }
        }
    }
    let n = mean.len();
    let (sigma, keep) = (r.uniform(0.0, 0.3), r.uniform(0.5f64, 0.95).powf(1.0 / per_hour as f64));
    let phi = r.uniform(0.02f64.ln(), 0.5f64.ln()).exp();
    let events = if kind.events == Events::None {
        Vec::new()
    } else {
        onsets(&mut r, kind, n, warm * day, per_hour)
    };
    let mut ar = 0.0;
    let mut counts: Vec<f64> = Vec::with_capacity(n);
    for (t, m) in mean.iter().enumerate() {
        ar = keep * ar + (1.0 - keep * keep).sqrt() * r.normal();
        let quiet = kind.events == Events::Silences
            && events.iter().any(|(event, _)| (event.from..event.to).contains(&t));
        let m = if quiet { 0.1 * m } else { *m };
        counts.push(r.negative_binomial(m * (sigma * ar - sigma * sigma / 2.0).exp(), phi));
    }
    if kind.events == Events::Ramps {
        for (event, excess) in &events {
            for t in event.from..event.to {
                let share = (t - event.from) as f64 / (event.to - event.from) as f64;
                let g = r.gamma(1.0 / phi) * phi;
                counts[t] += r.poisson(mean[t] * excess * (1.0 + share) * g);
            }
        }
    }
    let mut events: Vec<Event> = events.into_iter().map(|(event, _)| event).collect();
    events.sort_by_key(|event| event.from);
    let sums = |v: &[f64]| v.chunks_exact(coarse).map(|c| c.iter().sum()).collect::<Vec<f64>>();
    let (counts, mean) = (sums(&counts), sums(&mean));
    for event in &mut events {
        (event.from, event.to) = (event.from / coarse, event.to.div_ceil(coarse));
    }
    let missing = missing(&mut r, counts.len(), day / coarse, &events);
    Ok(Sample {
        name: String::new(),
        bucket_minutes: kind.minutes,
        start: start.and_time(chrono::NaiveTime::MIN),
        mean,
        counts: counts.into_iter().zip(missing).map(|(c, m)| (!m).then_some(c)).collect(),
        eval_from: warm * day / coarse,
        events,
        exclude: Vec::new(),
    })
}

/// The mean of each bucket: rhythm of day and week, a random walk and a drift from day to day.
fn means(r: &mut Random, days: usize, per_hour: usize, kind: Kind) -> Vec<f64> {
    let n = days * 24 * per_hour;
    let (low, high) = kind.rates;
    let base = r.uniform(low.ln(), high.ln()).exp() / per_hour as f64;
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
            walk + drift * day as f64 / days as f64
        })
        .collect();
    let log_mean = |t: usize| {
        let hours = t as f64 / per_hour as f64;
        let day = (hours / 24.0 - 0.5).clamp(0.0, (days - 1) as f64);
        let (low, share) = (day as usize, day.fract());
        let high = (low + 1).min(days - 1);
        a1 * (std::f64::consts::TAU * (hours - p1) / 24.0).cos()
            + a2 * (std::f64::consts::TAU * (hours - p2) / 12.0).cos()
            + weekday[t / (24 * per_hour) % 7]
            + trend[low] * (1.0 - share)
            + trend[high] * share
    };
    let mut mean: Vec<f64> = (0..n).map(|t| log_mean(t).exp()).collect();
    let scale = base * n as f64 / mean.iter().sum::<f64>();
    for m in &mut mean {
        *m *= scale;
    }
    mean
}

/// Up to three events ten days apart, with the excess over the mean at their beginning.
fn onsets(r: &mut Random, kind: Kind, n: usize, warm: usize, per_hour: usize) -> Vec<(Event, f64)> {
    let mut events: Vec<(Event, f64)> = Vec::new();
    for _ in 0..200 {
        if events.len() == 3 {
            break;
        }
        let first = warm + 24 * per_hour;
        let from = first + r.below(n - 96 * per_hour - first);
        let excess = [0.5, 1.0, 2.0, 3.0][r.below(4)];
        let ramp = [2, 6, 12, 24, 48][r.below(5)];
        let hours = if kind.events == Events::Silences { 48 } else { ramp };
        if events.iter().all(|(event, _)| event.from.abs_diff(from) >= 240 * per_hour) {
            events.push((Event { from, to: from + hours * per_hour }, excess));
        }
    }
    events
}

/// One bucket in a hundred, and in every second series an outage of six hours to two days; never within an event.
fn missing(r: &mut Random, n: usize, day: usize, events: &[Event]) -> Vec<bool> {
    let mut missing: Vec<bool> = (0..n).map(|_| r.unit() < 0.01).collect();
    if r.unit() < 0.5 {
        let length = (day as f64 * r.uniform(0.25, 2.0)).ceil() as usize;
        let from = r.below(n - length);
        missing[from..from + length].iter_mut().for_each(|m| *m = true);
    }
    for event in events {
        missing[event.from..event.to].iter_mut().for_each(|m| *m = false);
    }
    missing
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
        let mut curve = curve(&mut r);
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
        name: file.name.clone(),
        bucket_minutes: 5,
        start: file.start,
        mean: Vec::new(),
        counts: counts.into_iter().map(Some).collect(),
        eval_from: 2880,
        events,
        exclude: file.windows.clone(),
    }
}

/// How what is written of a crisis goes over its first 48 hours: in a third each a flash that dies away, a fire that goes on
/// with the rhythm of days, and one that grows until the second day.
fn curve(r: &mut Random) -> Vec<f64> {
    let (kind, awake) = (r.below(3), r.uniform(0.0, 24.0));
    let (top, fading) = (r.uniform(0.5, 4.0), r.uniform(1.5, 6.0));
    let (rest, depth) = (r.uniform(0.03, 0.2), r.uniform(0.2, 1.0));
    let (first, full, rough) = (r.uniform(0.05, 0.5), r.uniform(12.0, 44.0), r.uniform(0.1, 0.5));
    let height = |h: u8, noise: f64| {
        let t = f64::from(h) + 0.5;
        let day = (depth * (std::f64::consts::TAU * (t - awake) / 24.0).cos()).exp();
        let trunk = match kind {
            0 if t < top => t / top,
            0 => (-(t - top) / fading).exp() + rest * day,
            1 => day,
            _ => (first + (1.0 - first) * (t / full).min(1.0)) * day,
        };
        trunk * (rough * noise).exp()
    };
    (0_u8..48).map(|h| height(h, r.normal())).collect()
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
        name: file.name.clone(),
        bucket_minutes: 5,
        start: file.start,
        mean: Vec::new(),
        counts: counts.into_iter().map(Some).collect(),
        eval_from: 750,
        events: Vec::new(),
        exclude: file.windows.clone(),
    }
}
