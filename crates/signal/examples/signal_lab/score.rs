//! False alarms, detection and the Numenta score, as `score.py` reckons them.

use crate::simulate::Sample;

#[derive(Clone)]
pub(crate) struct Run<'a> {
    pub(crate) sample: &'a Sample,
    pub(crate) return_days: Vec<f64>,
    pub(crate) alerts: Vec<Option<f64>>,
    excluded: Vec<bool>,
    /// Buckets in a day.
    day: usize,
}

impl<'a> Run<'a> {
    pub(crate) fn new(sample: &'a Sample, return_days: Vec<f64>, alerts: Vec<Option<f64>>) -> Self {
        let day = 1440 / usize::from(sample.bucket_minutes);
        let n = sample.counts.len();
        let mut excluded = vec![false; n];
        excluded[..sample.eval_from].iter_mut().for_each(|x| *x = true);
        for &(a, b) in &sample.exclude {
            excluded[a..=b].iter_mut().for_each(|x| *x = true);
        }
        for event in &sample.events {
            let to = (event.to + day).min(n);
            excluded[event.from..to].iter_mut().for_each(|x| *x = true);
        }
        Self { sample, return_days, alerts, excluded, day }
    }

    fn months(&self) -> f64 {
        self.excluded.iter().filter(|x| !**x).count() as f64 / (30.0 * self.day as f64)
    }

    fn alerts_above(&self, threshold: f64) -> Vec<usize> {
        let mut out = Vec::new();
        let rest = self.day;
        for t in self.sample.eval_from..self.return_days.len() {
            if self.return_days[t] >= threshold && out.last().is_none_or(|last| t - last >= rest) {
                out.push(t);
            }
        }
        out
    }
}

/// Returns the false alarms in 30 days of all series, and the share of series that have over three times the nominal.
pub(crate) fn far(runs: &[Run], threshold: f64) -> (f64, f64) {
    let (mut total, mut months, mut noisy) = (0.0, 0.0, 0.0);
    for run in runs {
        let count =
            run.alerts_above(threshold).iter().filter(|t| !run.excluded[**t]).count() as f64;
        total += count;
        months += run.months();
        noisy += f64::from(count > 3.0 * run.months() * 30.0 / threshold);
    }
    (total / months, noisy / runs.len() as f64)
}

pub(crate) fn detection(runs: &[Run], threshold: f64) -> [f64; 4] {
    let (mut found, mut total) = ([0.0; 4], 0.0);
    for run in runs {
        let alerts = run.alerts_above(threshold);
        for event in &run.sample.events {
            total += 1.0;
            let limit = (event.from + 2 * run.day).min(event.to + (run.day / 4).max(1));
            if let Some(t) = alerts.iter().find(|t| (event.from..limit).contains(*t)) {
                for (k, hours) in [3, 12, 24, 48].into_iter().enumerate() {
                    found[k] += f64::from(t - event.from < (hours * run.day).div_ceil(24));
                }
            }
        }
    }
    found.map(|x: f64| x / total)
}

pub(crate) fn matched(runs: &[Run], target: f64) -> f64 {
    let mut best = f64::INFINITY;
    for step in 0_u16..400 {
        let threshold = 10f64.powf(5.0 - f64::from(step) * 0.015);
        if far(runs, threshold).0 > target {
            break;
        }
        best = threshold;
    }
    best
}

fn sigmoid(x: f64) -> f64 {
    if x > 3.0 { -1.0 } else { 2.0 / (1.0 + (5.0 * x).exp()) - 1.0 }
}

/// The Numenta score of the alerts as they are, for the costs of a missed window and of a false alarm.
pub(crate) fn fixed(runs: &[Run], costs: (f64, f64)) -> f64 {
    steps(runs, costs).last().map_or(0.0, |step| step.0)
}

/// The same with the threshold that suits the alerts best, and how many windows are hit and alarms false at it.
pub(crate) fn numenta(runs: &[Run], costs: (f64, f64)) -> (f64, usize, usize) {
    steps(runs, costs).into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).unwrap_or_default()
}

/// The score, the windows hit and the false alarms as the threshold falls from one alert to the next.
fn steps(runs: &[Run], (miss, noise): (f64, f64)) -> Vec<(f64, usize, usize)> {
    let top = sigmoid(-1.0);
    let mut rows: Vec<(f64, Option<usize>, f64)> = Vec::new();
    let mut windows = 0;
    for run in runs {
        let bounds = &run.sample.exclude;
        for (t, level) in run.alerts.iter().enumerate() {
            let (Some(level), true) = (level, t >= run.sample.eval_from) else { continue };
            if let Some(k) = bounds.iter().position(|&(a, b)| (a..=b).contains(&t)) {
                let (a, b) = bounds[k];
                let place = -((b - t + 1) as f64) / (b - a + 1) as f64;
                rows.push((*level, Some(windows + k), sigmoid(place) / top));
            } else {
                let last = bounds.iter().rev().find(|&&(_, b)| b < t);
                let place = last.map_or(1e9, |&(a, b)| (t - b) as f64 / (b - a) as f64);
                rows.push((*level, None, noise * sigmoid(place)));
            }
        }
        windows += bounds.len();
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut best = vec![f64::NEG_INFINITY; windows];
    let null = -miss * windows as f64;
    let (mut score, mut hit, mut false_alarms) = (null, 0, 0);
    let mut steps = vec![(0.0, 0, 0)];
    for (_, window, value) in rows {
        if let Some(window) = window {
            score += best[window].max(-miss).max(value) - best[window].max(-miss);
            hit += usize::from(best[window] == f64::NEG_INFINITY);
            best[window] = best[window].max(value);
        } else {
            score += value;
            false_alarms += 1;
        }
        steps.push((100.0 * (score - null) / (windows as f64 - null), hit, false_alarms));
    }
    steps
}
