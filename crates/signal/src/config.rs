//! What can be set.

/// Which statistic a window has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// ln(1 + (Y − M) / √(M + V)): heavy tails, as the counts of social media have.
    LogExcess,
    /// −log10 P(count ≥ Y) of the negative binomial: light tails, as weekly counts have.
    Tail,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub buckets_per_day: f64,
    pub windows: Vec<usize>,
    pub statistic: Statistic,
    pub level_days: f64,
    pub season_days: f64,
    pub season_prior_days: f64,
    pub season_prior_counts: f64,
    pub clip: f64,
    pub dispersion_days: f64,
    pub dispersion_prior: f64,
    pub weekdays: bool,
    pub block_days: f64,
    pub cal_blocks: f64,
    pub cal_weight: f64,
    pub cal_mean: f64,
    pub cal_deviation: f64,
    pub cal_excess: f64,
    pub cal_excess_weight: f64,
    pub cal_quantile: f64,
    pub cal_clip: f64,
    pub refractory_days: f64,
    pub escalation: f64,
    pub nominal_days: f64,
}

impl Config {
    pub fn mentions(buckets_per_day: f64) -> Self {
        let mut windows = vec![1];
        let mut next = 3;
        while next as f64 <= 1.25 * buckets_per_day {
            windows.push(next);
            next *= 3;
        }
        Self {
            buckets_per_day,
            windows,
            statistic: Statistic::LogExcess,
            level_days: 7.0,
            season_days: 28.0,
            season_prior_days: 6.0,
            season_prior_counts: 5.0,
            clip: 3.0,
            dispersion_days: 14.0,
            dispersion_prior: 0.15,
            weekdays: true,
            block_days: 0.5,
            cal_blocks: 120.0,
            cal_weight: 8.0,
            cal_mean: 1.2,
            cal_deviation: 0.25,
            cal_excess: 0.15,
            cal_excess_weight: 16.0,
            cal_quantile: 0.5,
            cal_clip: 3.0,
            refractory_days: 1.0,
            escalation: 1.5,
            nominal_days: 30.0,
        }
    }

    pub fn weekly() -> Self {
        Self {
            windows: vec![1, 2],
            statistic: Statistic::Tail,
            level_days: 1.0,
            season_days: 8.0,
            season_prior_days: 1.0,
            dispersion_days: 5.0,
            weekdays: false,
            block_days: 1.0 / 52.0,
            cal_blocks: 200.0,
            cal_weight: 20.0,
            cal_mean: 0.45,
            cal_deviation: 0.4,
            cal_excess: 0.43,
            cal_excess_weight: 20.0,
            ..Self::mentions(52.0)
        }
    }
}
