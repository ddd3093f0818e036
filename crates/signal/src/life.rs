//! The life of a signal: it opens, grows, is acknowledged, ends. A pure state machine over assessments, one for each
//! channel of a series (rise, silence); the ledger keeps its state.

use crate::channel::Channel;

/// When a signal opens, is told again, and ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Rules {
    /// The user's setting: one false alarm in so many days.
    pub days: f64,
    /// A signal lasts while it would be a false alarm of one in so many days: less than opens it.
    pub days_to_last: f64,
    /// It ends after so many buckets without, missing ones not counted.
    pub quiet_buckets: u32,
    /// It is told again where the days between false alarms grow by this factor over what was last told.
    pub worse: f64,
}

impl Rules {
    /// The rules of one channel, where the user allows one false alarm of all channels together in `days`.
    pub fn of(channel: Channel, days: f64, minutes: u16) -> Self {
        Self::among(&Channel::ALL, channel, days, minutes)
    }

    /// The same where the user listens to `channels` only. A channel that is not among them never opens a signal.
    pub fn among(channels: &[Channel], channel: Channel, days: f64, minutes: u16) -> Self {
        Self::one_in(days / channel.share_among(channels), minutes)
    }

    /// One false alarm in `days` for buckets of `minutes`; hysteresis of a fifth of that and six hours, worse at 30 times.
    pub fn one_in(days: f64, minutes: u16) -> Self {
        let quiet_buckets = (360 / u32::from(minutes.clamp(1, 1440))).max(1);
        Self { days, days_to_last: (days / 5.0).max(1.0), quiet_buckets, worse: 31.6 }
    }
}

/// Where a signal is in its life. Buckets are counted by the caller, from any beginning.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Life {
    #[default]
    Quiet,
    Open(Course),
    /// A person has seen it: only what is worse is told.
    Acknowledged(Course),
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// The bucket in which it is estimated to have begun: the first of the window that gave it away.
    pub onset: u64,
    pub opened: u64,
    /// The last bucket that was unusual.
    pub last: u64,
    pub peak_days: f64,
    pub told_days: f64,
    /// Observed buckets since the last unusual one.
    pub quiet: u32,
}

/// What a bucket changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Step {
    Nothing,
    /// To be told. In a replay it is recorded and not told.
    Opened,
    /// It goes on as it was.
    Lasts,
    /// To be told again.
    Worsened,
    Ended(Course),
}

impl Life {
    /// Goes on by one bucket. `days` are the nominal days of its assessment, `None` where it is missing or while the
    /// series is learnt; `window` is the length of the leading window in buckets.
    #[must_use]
    pub fn step(
        self,
        rules: &Rules,
        bucket: u64,
        days: Option<f64>,
        window: usize,
    ) -> (Self, Step) {
        let Some(days) = days else {
            return (self, self.course().map_or(Step::Nothing, |_| Step::Lasts));
        };
        let Some(mut course) = self.course() else {
            return Self::begin(rules, bucket, days, window);
        };
        if days < rules.days_to_last {
            course.quiet += 1;
            if course.quiet >= rules.quiet_buckets {
                return (Self::Quiet, Step::Ended(course));
            }
            return (self.with(course), Step::Lasts);
        }
        course.quiet = 0;
        course.last = bucket;
        course.peak_days = course.peak_days.max(days);
        if days >= course.told_days * rules.worse {
            course.told_days = days;
            return (Self::Open(course), Step::Worsened);
        }
        (self.with(course), Step::Lasts)
    }

    /// A person has seen the signal.
    #[must_use]
    pub fn acknowledge(self) -> Self {
        self.course().map_or(Self::Quiet, Self::Acknowledged)
    }

    pub fn course(self) -> Option<Course> {
        match self {
            Self::Quiet => None,
            Self::Open(course) | Self::Acknowledged(course) => Some(course),
        }
    }

    fn begin(rules: &Rules, bucket: u64, days: f64, window: usize) -> (Self, Step) {
        if days < rules.days {
            return (Self::Quiet, Step::Nothing);
        }
        let onset = bucket.saturating_sub(window.saturating_sub(1) as u64);
        let course = Course {
            onset,
            opened: bucket,
            last: bucket,
            peak_days: days,
            told_days: days,
            quiet: 0,
        };
        (Self::Open(course), Step::Opened)
    }

    fn with(self, course: Course) -> Self {
        match self {
            Self::Quiet => Self::Quiet,
            Self::Open(_) => Self::Open(course),
            Self::Acknowledged(_) => Self::Acknowledged(course),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        Rules { days: 30.0, days_to_last: 6.0, quiet_buckets: 3, worse: 30.0 }
    }

    /// Lives through the nominal days of one bucket after another: what each changed, as a letter.
    fn told(days: &[Option<f64>]) -> String {
        let mut life = Life::Quiet;
        let step = |(bucket, days): (usize, &Option<f64>)| {
            let (next, step) = life.step(&rules(), bucket as u64, *days, 3);
            life = next;
            match step {
                Step::Nothing => '.',
                Step::Opened => 'O',
                Step::Lasts => '-',
                Step::Worsened => 'W',
                Step::Ended(_) => 'E',
            }
        };
        days.iter().enumerate().map(step).collect()
    }

    #[track_caller]
    fn check(days: &[f64], expect: &str) {
        assert_eq!(told(&days.iter().map(|days| Some(*days)).collect::<Vec<_>>()), expect);
    }

    #[test]
    fn what_is_usual_opens_nothing() {
        check(&[1.0, 29.0, 10.0], "...");
    }

    #[test]
    fn a_signal_opens_once_and_ends_when_it_was_quiet_for_long() {
        check(&[1.0, 30.0, 40.0, 7.0, 5.0, 5.0, 5.0, 5.0], ".O----E.");
    }

    #[test]
    fn what_flares_up_before_the_end_is_the_same_signal() {
        check(&[30.0, 1.0, 1.0, 50.0, 1.0, 1.0, 1.0], "O-----E");
    }

    #[test]
    fn only_what_is_much_worse_is_told_again() {
        check(&[30.0, 800.0, 900.0, 2000.0, 26_000.0, 28_000.0], "O-W--W");
    }

    #[test]
    fn missing_buckets_neither_end_nor_open() {
        assert_eq!(
            told(&[None, Some(30.0), Some(1.0), None, None, None, Some(1.0), Some(1.0)]),
            ".O-----E"
        );
    }

    #[test]
    fn the_onset_is_the_first_bucket_of_the_window() {
        let (life, _) = Life::Quiet.step(&rules(), 10, Some(31.0), 9);
        assert_eq!(life.course().map(|course| (course.onset, course.opened)), Some((2, 10)));
        let (life, _) = Life::Quiet.step(&rules(), 1, Some(31.0), 9);
        assert_eq!(life.course().map(|course| course.onset), Some(0));
    }

    #[test]
    fn an_acknowledged_signal_speaks_again_only_when_it_worsens() {
        let (life, _) = Life::Quiet.step(&rules(), 1, Some(31.0), 1);
        let seen = life.acknowledge();
        let (still, step) = seen.step(&rules(), 2, Some(500.0), 1);
        assert!(matches!((still, step), (Life::Acknowledged(_), Step::Lasts)));
        let (worse, step) = still.step(&rules(), 3, Some(1000.0), 1);
        assert!(matches!((worse, step), (Life::Open(_), Step::Worsened)));
        assert_eq!(Life::Quiet.acknowledge(), Life::Quiet);
    }

    #[test]
    fn the_usual_rules_end_a_signal_after_six_hours() {
        assert_eq!(Rules::one_in(30.0, 5).quiet_buckets, 72);
        assert_eq!(Rules::one_in(30.0, 60).quiet_buckets, 6);
        assert_eq!(Rules::one_in(30.0, 1440).quiet_buckets, 1);
    }
}
