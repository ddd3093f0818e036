//! What can be set, and the values that the benchmarks were run with. One set serves every series of mentions, whatever its
//! volume and bucket; weekly counts have another, since their tails are light.

/// How unusual a window's sum Y is, against its expectation M and the dispersion V beyond it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Statistic {
    /// ln(1 + (Y − M) / √(M + V + spread · M²)): for the heavy tails that the counts of social media have.
    LogExcess,
    /// −log10 P(count ≥ Y) of the negative binomial with mean M and variance M + V: for light tails.
    Tail,
}

/// The detector's settings. "Days" are the days of the cycle: a cycle is a day, or for weekly counts a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Buckets in a cycle: 288 of five minutes, 24 of an hour, 1 of a day; 52 of a week in a year.
    pub buckets_per_cycle: f64,
    /// Length of a cycle in days of the calendar.
    pub cycle_days: f64,
    /// Lengths of the windows in buckets, ascending; at most eight.
    pub windows: Vec<usize>,
    pub statistic: Statistic,
    /// The longest half-life of the level, in cycles: how fast a new level becomes normal.
    pub level_cycles: f64,
    /// Half-life of the factors of hours and weekdays, in cycles.
    pub season_cycles: f64,
    /// How many cycles without any rhythm are assumed before the first.
    pub season_prior_cycles: f64,
    /// How many counts without any rhythm are assumed beside them.
    pub season_prior_counts: f64,
    /// Whether weekdays have factors of their own.
    pub weekdays: bool,
    /// What one bucket teaches is cut at this many deviations (and one mention) above the expected.
    pub clip: f64,
    /// Half-life of the dispersion, in cycles, and its value before anything is known.
    pub dispersion_cycles: f64,
    pub dispersion_prior: f64,
    /// Windows of at least this many buckets take no bucket for more than `clip` deviations: they look for what lasts.
    pub lasting_from: usize,
    /// The share of the expectation, squared, that the level itself may be off.
    pub spread: f64,
    pub calibration: Calibration,
    pub patience: Patience,
    /// The detector says "learning" until it has seen so many cycles.
    pub learning_cycles: f64,
    pub youth: Youth,
}

/// How far a rhythm that is not yet known may be from the one that is assumed. What a window says is doubted by as much; what
/// it teaches is not.
#[derive(Debug, Clone, PartialEq)]
pub struct Youth {
    /// After so many cycles nothing is doubted any more.
    pub cycles: f64,
    /// The variance of hours' factors, for a window much shorter than a cycle: over a whole one they even out.
    pub hours: f64,
    /// The variance of weekdays' factors.
    pub weekdays: f64,
}

impl Youth {
    /// The share of the expectation, squared, by which a window of so many cycles may be off.
    pub(crate) fn doubt(&self, seen_cycles: f64, window_cycles: f64) -> f64 {
        let unknown = (1.0 - seen_cycles / self.cycles).max(0.0);
        unknown * (self.hours * (1.0 - window_cycles).max(0.0) + self.weekdays)
    }
}

/// The channels that can wait, of what grows slowly and of what falls quiet.
#[derive(Debug, Clone, PartialEq)]
pub struct Patience {
    /// They look once in so many buckets.
    pub every: u32,
    pub slow: Look,
    pub silence: Look,
}

/// What a patient channel looks at.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Lengths of its windows, in times of `Patience::every`, ascending.
    pub windows: Vec<usize>,
    /// As `Config::spread`.
    pub spread: f64,
    /// A window of which less is expected says nothing.
    pub expected_min: f64,
    pub youth: Youth,
    /// Its calibration; blocks are as long as those of `Config::calibration`.
    pub calibration: Calibration,
}

/// How the rarity of a statistic is learnt: from the highest value of each block of buckets.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// Length of a block in cycles.
    pub block_cycles: f64,
    /// Half-life, in blocks.
    pub half_life: f32,
    /// What is assumed before the first block: mean and deviation of the highest value, and their weight in blocks.
    pub mean: f32,
    pub deviation: f32,
    pub weight: f32,
    /// The mean excess over the threshold that is assumed, and its weight in exceedances.
    pub excess: f32,
    pub excess_weight: f32,
    /// Lowering of all levels, then what a level gains for each power of ten above `bend_at` days, which is where tails
    /// of simulated series prove lighter than exponential.
    pub shift: f64,
    pub bend: f64,
    pub bend_at: f64,
}

impl Config {
    /// Settings for mentions in buckets of `minutes`, from 1 to 1440.
    pub fn mentions(minutes: u16) -> Self {
        let buckets_per_day = 1440.0 / f64::from(minutes.clamp(1, 1440));
        // Threefold steps cover a day of minutes; of hours there are few, so that steps are smaller.
        let step = if buckets_per_day > 48.0 { 3 } else { 2 };
        let lengths = std::iter::successors(Some(1), |length| Some(length * step));
        let windows: Vec<usize> = lengths
            .take(WINDOWS_MAX)
            .take_while(|length| *length == 1 || *length as f64 <= 0.4 * buckets_per_day)
            .collect();
        let calibration = Calibration {
            block_cycles: 0.75,
            half_life: 120.0,
            mean: 1.2,
            deviation: 0.25,
            weight: 8.0,
            excess: 0.15,
            excess_weight: 16.0,
            shift: 0.04,
            bend: 0.25,
            bend_at: 28.0,
        };
        // A window that is alone has no others that are mostly at level 0 to be averaged with.
        let alone = Calibration { shift: 0.17, bend: 0.1, ..calibration.clone() };
        let rise = match windows[..] {
            [_] => Calibration { shift: 0.2, bend: 0.0, ..alone.clone() },
            _ => calibration.clone(),
        };
        let youth = Youth { cycles: 2.0, hours: 0.6, weekdays: 0.0 };
        let every = (buckets_per_day / 24.0).max(1.0);
        let day = (buckets_per_day / every).max(4.0) as usize;
        Self {
            buckets_per_cycle: buckets_per_day,
            cycle_days: 1.0,
            windows,
            statistic: Statistic::LogExcess,
            level_cycles: 7.0,
            season_cycles: 28.0,
            season_prior_cycles: 6.0,
            season_prior_counts: 5.0,
            weekdays: true,
            clip: 3.0,
            dispersion_cycles: 14.0,
            dispersion_prior: 0.15,
            lasting_from: 9,
            spread: 0.01,
            calibration: rise,
            patience: Patience {
                every: every as u32,
                slow: Look {
                    windows: vec![day / 2],
                    spread: 0.01,
                    expected_min: 0.0,
                    youth: youth.clone(),
                    calibration: alone,
                },
                silence: Look {
                    windows: vec![day / 4, day / 2, day, 2 * day],
                    spread: 0.005,
                    expected_min: 10.0,
                    youth: Youth { cycles: 14.0, hours: 0.6, weekdays: 0.1 },
                    calibration: Calibration {
                        deviation: 0.4,
                        excess: 0.75,
                        bend: 0.0,
                        ..calibration
                    },
                },
            },
            learning_cycles: 2.0,
            youth,
        }
    }

    /// How many cycles so many buckets are.
    pub(crate) fn cycles(&self, buckets: usize) -> f64 {
        buckets as f64 / self.buckets_per_cycle
    }

    /// Settings for weekly counts with a yearly rhythm (cases, complaints): light tails, one or two weeks at once.
    pub fn weekly() -> Self {
        Self {
            buckets_per_cycle: 52.0,
            cycle_days: 364.0,
            windows: vec![1, 2],
            statistic: Statistic::Tail,
            level_cycles: 1.0,
            season_cycles: 8.0,
            season_prior_cycles: 1.0,
            weekdays: false,
            dispersion_cycles: 5.0,
            lasting_from: usize::MAX,
            spread: 0.0,
            calibration: Calibration {
                block_cycles: 1.0 / 52.0,
                half_life: 200.0,
                mean: 0.45,
                deviation: 0.4,
                weight: 20.0,
                excess: 0.43,
                excess_weight: 20.0,
                shift: 0.0,
                bend: 0.0,
                bend_at: 28.0,
            },
            learning_cycles: 0.5,
            youth: Youth { cycles: 1.0, hours: 0.0, weekdays: 0.0 },
            ..Self::mentions(1440)
        }
    }
}

/// How many windows a detector has at most.
pub(crate) const WINDOWS_MAX: usize = 8;
