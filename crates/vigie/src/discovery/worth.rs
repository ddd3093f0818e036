//! What a source is worth: how much it brings, how new, and how much is known of each item. Reckoned
//! from what it shows once.

use chrono::TimeDelta;
use crawl::Reading;
use model::Timestamp;

/// A text as long as this is the article, in characters.
const WHOLE_CHARS_MIN: usize = 800;
/// Of a list's dates, one in so many may be far older than the rest: what is pinned.
const PINNED_ONE_IN: usize = 10;
const WEEK: TimeDelta = TimeDelta::weeks(1);

/// What a source shows, and what is to be expected of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Worth {
    pub(crate) items: usize,
    /// Conversations or pages that it lists.
    pub(crate) topics: usize,
    pub(crate) dated: usize,
    pub(crate) authored: usize,
    pub(crate) text: Text,
    /// Items, or conversations with something new, in a thousand weeks.
    pub(crate) per_week_milli: Option<u64>,
    pub(crate) newest: Option<Timestamp>,
}

/// How much of their texts most items have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Text {
    #[default]
    None,
    Beginning,
    Whole,
}

impl Worth {
    pub(crate) fn of(reading: &Reading, now: Timestamp) -> Self {
        let items = &reading.items;
        let topics = reading.page.as_ref().map_or(&[][..], |page| &page.topics);
        let mut dates: Vec<Timestamp> =
            items.iter().filter_map(|item| item.published.or(item.updated)).collect();
        let with_date = dates.len();
        if items.is_empty() {
            dates = topics.iter().filter_map(|topic| topic.active).collect();
        }
        dates.retain(|date| *date <= now);
        dates.sort_unstable_by(|a, b| b.cmp(a));
        let mut lengths: Vec<usize> = items.iter().map(|item| item.text.chars().count()).collect();
        lengths.sort_unstable();
        let usual = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
        Self {
            items: items.len(),
            topics: topics.len(),
            dated: with_date,
            authored: items.iter().filter(|item| item.author.is_some()).count(),
            text: match usual {
                WHOLE_CHARS_MIN.. => Text::Whole,
                1.. => Text::Beginning,
                0 => Text::None,
            },
            newest: dates.first().copied(),
            per_week_milli: per_week_milli(&dates, now),
        }
    }

    /// Reckons how good a source is beside others: what is known of each item, how many there are to
    /// be, how new the newest is.
    pub(super) fn points(&self) -> u32 {
        let share = |count: usize, points: usize| {
            u32::try_from(count * points / self.items.max(1)).unwrap_or(0)
        };
        let text = match self.text {
            Text::None => 0,
            Text::Beginning => 8,
            Text::Whole => 16,
        };
        // Ten times as many items are worth ten points.
        let many = self.per_week_milli.map_or(0, |milli| (milli / 100).max(1).ilog2() * 3);
        share(self.dated, 15) + share(self.authored, 10) + text + many.min(36)
    }

    /// Whether most items have only the beginnings of their texts.
    pub(crate) fn is_of_beginnings(&self) -> bool {
        self.items > 0 && self.text < Text::Whole
    }

    /// Says what is to be expected, for people: `about 12 a week`.
    pub(crate) fn expected(&self) -> String {
        let Some(milli) = self.per_week_milli else { return "unknown".to_owned() };
        let rounded = |milli: u64| (milli + 500) / 1000;
        let (day, month, year) = (milli / 7, milli * 30 / 7, milli * 365 / 7);
        if rounded(day) >= 20 {
            format!("about {} a day", rounded(day))
        } else if rounded(milli) >= 1 {
            format!("about {} a week", rounded(milli))
        } else if rounded(month) >= 1 {
            format!("about {} a month", rounded(month))
        } else if rounded(year) >= 1 {
            format!("about {} a year", rounded(year))
        } else {
            "less than 1 a year".to_owned()
        }
    }

    /// Says how old the newest is: `3 h ago`.
    pub(crate) fn newest_told(&self, now: Timestamp) -> String {
        let Some(newest) = self.newest else { return "no dates".to_owned() };
        let age = now - newest;
        if age < TimeDelta::minutes(90) {
            format!("{} min ago", age.num_minutes().max(0))
        } else if age < TimeDelta::hours(36) {
            format!("{} h ago", age.num_hours())
        } else if age < TimeDelta::days(90) {
            format!("{} days ago", age.num_days())
        } else {
            format!("{}", newest.format("%Y-%m-%d"))
        }
    }

    /// Says what is known of most items: `date, author, whole text`.
    pub(crate) fn has(&self) -> String {
        if self.items == 0 {
            return format!("leads to {} pages", self.topics);
        }
        let most = |count: usize| count * 2 > self.items;
        let mut has = Vec::new();
        if most(self.dated) {
            has.push("date");
        }
        if most(self.authored) {
            has.push("author");
        }
        has.push(match self.text {
            Text::None => "title only",
            Text::Beginning => "short text",
            Text::Whole => "whole text",
        });
        has.join(", ")
    }
}

/// Reckons how many come in a thousand weeks from the dates of those that there are, newest first.
fn per_week_milli(dates: &[Timestamp], now: Timestamp) -> Option<u64> {
    let kept = &dates[..dates.len() - dates.len() / PINNED_ONE_IN];
    let span = (now - *kept.last()?).max(TimeDelta::hours(1));
    let count = u64::try_from(kept.len()).ok()?;
    let (week, span) =
        (u64::try_from(WEEK.num_seconds()).ok()?, u64::try_from(span.num_seconds()).ok()?);
    Some(count * week * 1000 / span.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-03-08T12:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now() - TimeDelta::hours(hours)
    }

    #[test]
    fn what_is_to_be_expected_is_reckoned_from_the_dates() {
        let check = |hours: &[i64], expect: &str| {
            let dates: Vec<_> = hours.iter().map(|hours| ago(*hours)).collect();
            let worth = Worth { per_week_milli: per_week_milli(&dates, now()), ..Worth::default() };
            assert_eq!(worth.expected(), expect, "{hours:?}");
        };
        check(&[], "unknown");
        check(&[1, 24, 50, 168], "about 4 a week");
        check(&[0; 40], "about 864 a day");
        // A pinned article of ten years ago is left aside.
        check(&[1, 20, 40, 60, 80, 100, 120, 140, 160, 168, 90_000], "about 10 a week");
        // Nothing has come for long.
        check(&[20_000, 20_010, 20_020], "about 1 a year");
        check(&[90_000], "less than 1 a year");
    }

    #[test]
    fn the_age_of_the_newest_is_told_in_the_largest_unit() {
        let check = |newest, expect: &str| {
            assert_eq!(Worth { newest, ..Worth::default() }.newest_told(now()), expect);
        };
        check(None, "no dates");
        check(Some(ago(0)), "0 min ago");
        check(Some(ago(3)), "3 h ago");
        check(Some(ago(72)), "3 days ago");
        check(Some(ago(24 * 200)), "2025-08-20");
    }

    #[test]
    fn what_brings_more_and_says_more_is_worth_more() {
        let full = Worth {
            items: 20,
            dated: 20,
            authored: 20,
            text: Text::Whole,
            per_week_milli: Some(35_000),
            ..Worth::default()
        };
        let check = |worse: Worth| assert!(full.points() > worse.points(), "{worse:?}");
        check(Worth { dated: 0, ..full });
        check(Worth { authored: 5, ..full });
        check(Worth { text: Text::Beginning, ..full });
        check(Worth { per_week_milli: Some(1000), ..full });
        check(Worth { per_week_milli: None, ..full });
        check(Worth::default());
        assert_eq!(full.has(), "date, author, whole text");
    }
}
