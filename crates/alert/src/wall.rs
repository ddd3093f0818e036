//! What the clocks on the walls of a time zone show, and when they show it, through their changes.

use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use model::Timestamp;

/// The clocks of one zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Wall(pub(crate) Tz);

impl Wall {
    /// Returns what is shown at a moment, in whole seconds.
    pub(crate) fn shown(self, moment: Timestamp) -> NaiveDateTime {
        let whole = moment.naive_utc().with_nanosecond(0).unwrap_or(moment.naive_utc());
        whole + self.offset(moment)
    }

    /// Returns the moment at which a wall time is meant: its first showing, or the first moment after
    /// the gap that skips it.
    pub(crate) fn moment_of(self, wall: NaiveDateTime) -> Timestamp {
        if let Some(moment) = self.0.from_local_datetime(&wall).earliest() {
            return moment.to_utc();
        }
        // No offset exceeds 14 hours, and no gap a day (Samoa skipped 30 December 2011).
        let reach = TimeDelta::hours(16);
        let as_utc = wall.and_utc();
        first_moment(as_utc - reach, as_utc + reach, |t| self.shown(t) > wall)
    }

    /// Returns the first moment in `(from, to]` whose offset is not the one at `from`.
    pub(crate) fn first_change(self, from: Timestamp, to: Timestamp) -> Option<Timestamp> {
        let offset = self.offset(from);
        let mut known = from;
        while known < to {
            // No zone changes its clocks twice within a day.
            let probe = (known + TimeDelta::days(1)).min(to);
            if self.offset(probe) != offset {
                return Some(first_moment(known, probe, |t| self.offset(t) != offset));
            }
            known = probe;
        }
        None
    }

    pub(crate) fn offset(self, moment: Timestamp) -> TimeDelta {
        let offset = self.0.offset_from_utc_datetime(&moment.naive_utc()).fix();
        TimeDelta::seconds(i64::from(offset.local_minus_utc()))
    }
}

/// Returns the first whole second in `(before, after]` at which `holds`, given that it does not
/// hold at `before`, does at `after`, and changes once.
fn first_moment(
    before: Timestamp,
    after: Timestamp,
    holds: impl Fn(Timestamp) -> bool,
) -> Timestamp {
    let (mut before, mut after) = (before, after);
    while (after - before).num_seconds() > 1 {
        let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
        if holds(middle) {
            after = middle;
        } else {
            before = middle;
        }
    }
    after
}
