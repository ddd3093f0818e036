//! One bucket after another: expected, unusual, alerted.

use crate::baseline::Baseline;
use crate::calibration::Calibrator;
use crate::config::{Config, Statistic};
use crate::slot::Slot;
use crate::tail;
use crate::window::{Sum, Windows};

pub struct Detector {
    config: Config,
    block: u32,
    threshold: f64,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Series {
    baseline: Baseline,
    windows: Windows,
    calibrators: Vec<Calibrator>,
    since_alert: u32,
    alert_level: f64,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assessment {
    pub level: f64,
    pub nominal_days: f64,
    pub expected: f64,
    pub alert: bool,
}

impl Detector {
    pub fn new(config: Config) -> Self {
        let block = (config.block_days * config.buckets_per_day).round().max(1.0) as u32;
        let threshold = (config.nominal_days / Self::block_length_days(&config)).log10();
        Self { config, block, threshold }
    }

    fn block_length_days(config: &Config) -> f64 {
        if config.buckets_per_day == 52.0 { 7.0 } else { config.block_days }
    }

    pub fn start(&self) -> Series {
        Series {
            baseline: Baseline::new(&self.config),
            windows: Windows::new(&self.config.windows),
            calibrators: vec![Calibrator::new(&self.config); self.config.windows.len()],
            since_alert: u32::MAX / 2,
            alert_level: 0.0,
        }
    }

    pub fn assess(&self, series: &mut Series, slot: &Slot, count: Option<f64>) -> Assessment {
        let config = &self.config;
        let expected = series.baseline.expected(slot, count);
        let phi = series.baseline.dispersion();
        let cell = count.map_or([0.0; 3], |count| {
            [count as f32, expected as f32, (phi * expected * expected) as f32]
        });
        series.windows.push(&config.windows, cell);
        let mut total = 0.0;
        for (sum, calibrator) in series.windows.sums().iter().zip(&mut series.calibrators) {
            if count.is_some() {
                let x = self.statistic(sum);
                total += 10f64.powf(calibrator.level(x));
                calibrator.observe(x);
            }
            calibrator.end_bucket(config, self.block);
        }
        let level =
            if count.is_some() { (total / config.windows.len() as f64).log10() } else { 0.0 };
        if let Some(count) = count {
            series.baseline.learn(config, slot, count, expected);
        }
        let alert = self.alert(series, level);
        Assessment {
            level,
            nominal_days: Self::block_length_days(config) * 10f64.powf(level),
            expected,
            alert,
        }
    }

    fn alert(&self, series: &mut Series, level: f64) -> bool {
        series.since_alert = series.since_alert.saturating_add(1);
        let refractory = self.config.refractory_days * self.config.buckets_per_day;
        let rested = f64::from(series.since_alert) >= refractory;
        let alert = level >= self.threshold
            && (rested || level >= series.alert_level + self.config.escalation);
        if alert {
            series.alert_level = if rested { level } else { series.alert_level.max(level) };
            series.since_alert = 0;
        }
        alert
    }

    fn statistic(&self, sum: &Sum) -> f64 {
        match self.config.statistic {
            Statistic::LogExcess if sum.count > sum.expected => ((sum.count - sum.expected)
                / (sum.expected + sum.dispersion.max(1e-9)).sqrt())
            .ln_1p(),
            Statistic::LogExcess => 0.0,
            Statistic::Tail if sum.expected > 0.0 => tail::upper_tail(
                sum.count.round(),
                sum.expected,
                sum.expected * sum.expected / sum.dispersion.max(1e-9),
            ),
            Statistic::Tail => 0.0,
        }
    }
}
