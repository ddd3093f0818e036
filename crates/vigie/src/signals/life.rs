//! Where the signals of one query are in their lives, as the ledger keeps it.

use std::collections::{BTreeMap, BTreeSet};

use model::{Severity, SignalKind};
use serde::{Deserialize, Serialize};
use signal::{Course, Life};

/// What is so many times as rare is told though something of the kind was told.
const MUCH_RARER: f64 = 31.6;

/// Beyond this many days nothing is rarer than anything else.
const RAREST: f64 = 10_000.0;

/// The lives of a query's signals, those that are quiet left out. Buckets are numbered from 1970.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Lives {
    courses: BTreeMap<SignalKind, Course>,
    /// Those that have become crises. They stay so until they end.
    crises: BTreeSet<SignalKind>,
}

/// A course as JSON.
#[derive(Serialize, Deserialize)]
struct Kept {
    kind: SignalKind,
    onset: u64,
    opened: u64,
    last: u64,
    peak_days: f64,
    told_days: f64,
    quiet: u32,
    #[serde(default)]
    is_crisis: bool,
}

impl Lives {
    pub(crate) fn of(&self, kind: SignalKind) -> Life {
        self.courses.get(&kind).map_or(Life::Quiet, |course| Life::Open(*course))
    }

    pub(crate) fn set(&mut self, kind: SignalKind, life: Life) {
        if let Some(course) = life.course() {
            self.courses.insert(kind, course);
        } else {
            self.courses.remove(&kind);
            self.crises.remove(&kind);
        }
    }

    pub(crate) fn severity(&self, kind: SignalKind) -> Severity {
        if self.crises.contains(&kind) { Severity::Crisis } else { Severity::Warning }
    }

    pub(crate) fn become_crisis(&mut self, kind: SignalKind) {
        self.crises.insert(kind);
    }

    pub(crate) fn kinds(&self) -> Vec<SignalKind> {
        self.courses.keys().copied().collect()
    }

    /// Whether another signal tells the same already: a rise and what grows slowly are of one matter, and
    /// only what is much rarer, or a crisis where the other is none, is worth a second letter.
    pub(crate) fn is_told_with(&self, life: &Life, kind: SignalKind) -> bool {
        let other = match kind {
            SignalKind::Rise => SignalKind::Slow,
            SignalKind::Slow => SignalKind::Rise,
            SignalKind::Silence | SignalKind::Negative | SignalKind::Rating | SignalKind::Theme => {
                return false;
            }
        };
        if self.severity(kind) > self.severity(other) {
            return false;
        }
        let is_less = self.severity(kind) < self.severity(other);
        let (own, other) = (life.course(), self.courses.get(&other));
        // Beside a crisis the warning says nothing new.
        if is_less && other.is_some() {
            return true;
        }
        // Of two that open at once the rise tells.
        let both = own.zip(other).is_some_and(|(own, other)| own.opened == other.opened);
        if both && kind == SignalKind::Rise {
            return false;
        }
        let told = other.map(|course| course.told_days);
        let days = own.map_or(0.0, |course| course.peak_days);
        told.is_some_and(|told| days.min(RAREST) < told.min(RAREST) * MUCH_RARER)
    }

    /// Reads what `to_json` wrote. What another version wrote is none: its signals begin anew.
    pub(crate) fn from_json(json: &str) -> Self {
        let kept: Vec<Kept> = serde_json::from_str(json).unwrap_or_default();
        let crises = kept.iter().filter(|kept| kept.is_crisis).map(|kept| kept.kind).collect();
        let course = |kept: Kept| {
            let Kept { kind, onset, opened, last, peak_days, told_days, quiet, .. } = kept;
            (kind, Course { onset, opened, last, peak_days, told_days, quiet })
        };
        Self { courses: kept.into_iter().map(course).collect(), crises }
    }

    pub(crate) fn to_json(&self) -> String {
        let kept = |(kind, course): (&SignalKind, &Course)| {
            let Course { onset, opened, last, peak_days, told_days, quiet } = *course;
            // A rarity without end is no number in JSON.
            let finite = |days: f64| days.min(1e12);
            Kept {
                kind: *kind,
                onset,
                opened,
                last,
                peak_days: finite(peak_days),
                told_days: finite(told_days),
                quiet,
                is_crisis: self.crises.contains(kind),
            }
        };
        let kept: Vec<Kept> = self.courses.iter().map(kept).collect();
        serde_json::to_string(&kept).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_one_matter_only_what_is_much_rarer_is_told_twice() {
        let opened = |opened, days| {
            let course =
                Course { onset: 3, opened, last: 8, peak_days: days, told_days: days, quiet: 0 };
            Life::Open(course)
        };
        let life = |days| opened(6, days);
        let mut lives = Lives::default();
        assert!(!lives.is_told_with(&life(100.0), SignalKind::Rise));
        lives.set(SignalKind::Slow, opened(5, 100.0));
        assert!(lives.is_told_with(&life(100.0), SignalKind::Rise));
        assert!(!lives.is_told_with(&life(4000.0), SignalKind::Rise));
        assert!(!lives.is_told_with(&life(100.0), SignalKind::Negative));
        // Of two at once one is told, and only one.
        lives.set(SignalKind::Rise, opened(5, 100.0));
        assert!(!lives.is_told_with(&opened(5, 100.0), SignalKind::Rise));
        assert!(lives.is_told_with(&opened(5, 100.0), SignalKind::Slow));
        // A crisis is more than the warning that was told.
        lives.become_crisis(SignalKind::Rise);
        assert!(!lives.is_told_with(&life(100.0), SignalKind::Rise));
        lives.become_crisis(SignalKind::Slow);
        assert!(lives.is_told_with(&life(100.0), SignalKind::Rise));
        // Beside a crisis a warning is not told, however rare.
        let mut lives = Lives::default();
        lives.set(SignalKind::Slow, opened(5, 100.0));
        assert!(!lives.is_told_with(&life(9000.0), SignalKind::Rise));
        lives.become_crisis(SignalKind::Slow);
        assert!(lives.is_told_with(&life(9000.0), SignalKind::Rise));
    }

    #[test]
    fn lives_come_back_from_the_ledger_as_they_went() {
        let course =
            Course { onset: 3, opened: 5, last: 8, peak_days: 41.5, told_days: 33.0, quiet: 2 };
        let mut lives = Lives::default();
        lives.set(SignalKind::Slow, Life::Open(course));
        lives.set(SignalKind::Rise, Life::Quiet);
        lives.become_crisis(SignalKind::Slow);
        assert_eq!(Lives::from_json(&lives.to_json()), lives);
        assert_eq!(lives.severity(SignalKind::Slow), Severity::Crisis);
        assert_eq!(lives.kinds(), [SignalKind::Slow]);
        lives.set(SignalKind::Slow, Life::Quiet);
        assert_eq!(lives.to_json(), "[]");
        assert_eq!(Lives::from_json("{\"of\":\"another version\"}"), Lives::default());
    }
}
