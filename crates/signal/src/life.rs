//! The life of a signal: it opens, grows, is acknowledged, ends. A pure state machine over assessments, one for each
//! channel of a series (rise, silence); the ledger keeps its state.

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
