//! Whether the readers of a source can rely on it. Pure: what is known of the source and what a visit saw in,
//! a judgement out.
//!
//! A server may answer 200 for a year with a feed that has died. So what counts is what is shown, beside what
//! was always shown: new items as often as before, as many, with a text, at the same place. One odd visit
//! is doubtful; trouble is what lasts. What has passed once is not in trouble any more.

use std::time::Duration;

use chrono::TimeDelta;
use model::{Ailment, Item, Timestamp};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::fetch::FetchError;
use crate::page::Unread;
use crate::rhythm::Rhythm;

/// How often a silence may be taken for a death where it is chance.
const SILENCE_CHANCE_MAX: f64 = 1e-4;
/// No source is frozen sooner.
const SILENCE_MIN: TimeDelta = TimeDelta::days(3);

/// From so many failed visits, or so long a time of them, a source is in trouble.
const FAILURES: u32 = 3;
const FAILING: Duration = Duration::from_hours(6);
/// Large sites say for hours that a page is missing, and then recover: one that was well for
/// `WELL_FOR` must be missing for so many visits and so long.
const WELL_FOR: TimeDelta = TimeDelta::days(7);
const MISSES: u32 = 5;
const MISSING: Duration = Duration::from_hours(12);

/// An odd look that lasts from one visit to another for so long is trouble.
const ODD_VISITS: u32 = 2;
const ODD_FOR: TimeDelta = TimeDelta::hours(1);
/// After how many visits it is known what is usual.
const USUAL_VISITS: u32 = 3;
const FEWEST_VISITS: u32 = 10;
/// Of how many items a look can be told to be odd; and a share of the fewest ever that is.
const ITEMS_MIN: u32 = 3;
const FEWEST_MIN: u32 = 8;
const FEWER_SHARE: u32 = 4;

/// What a source has always shown, as far as it was well.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usual {
    visits: u32,
    /// How many items it showed the last time, and at the least.
    items: u32,
    fewest: u32,
    /// At some visit it showed items without any text, or without any date.
    lacks_text: bool,
    lacks_dates: bool,
    /// Where its address leads, without what changes from visit to visit.
    place: Option<String>,
    /// How many odd visits there were since it was last well, and when the first was.
    odd: u32,
    odd_since: Option<Timestamp>,
    /// What was odd at the last visit.
    oddity: Option<(Ailment, String)>,
}

/// What a visit saw of a source.
#[derive(Debug, Clone, Copy)]
pub enum Saw<'a> {
    /// Its own page.
    Page { shown: Shown<'a>, new: usize },
    /// Its own page has not changed.
    Unchanged,
    /// A page that it leads to.
    Further { new: usize },
    /// Nothing that could be read: why, how many visits in a row, and since when.
    Failure { ailment: Ailment, reason: &'a str, failures: u32, since: Timestamp },
}

/// What a page shows.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    pub items: &'a [Item],
    /// Where it was found after all redirects.
    pub place: &'a Url,
    /// Whether it is a web page, which is read by its layout, and no feed.
    pub is_web_page: bool,
}

/// What a visit says of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    Well,
    /// It may be chance: what was said of it before still holds.
    Doubtful,
    Trouble {
        ailment: Ailment,
        reason: String,
        since: Timestamp,
    },
}

/// What is known of a source when it is judged.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// With what this visit brought.
    pub rhythm: Option<&'a Rhythm>,
    pub first_read: Option<Timestamp>,
    /// What ailed it before.
    pub trouble: Option<Ailment>,
}

impl Usual {
    /// Reads what was kept; what can't be read is learnt anew.
    pub fn from_json(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_default()
    }

    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Says where a page leads that is not where it has always led.
    pub fn strange_place(&self, place: &Url) -> Option<String> {
        let place = place_of(place);
        self.place.as_ref().is_some_and(|usual| *usual != place).then_some(place)
    }

    /// Judges a visit, and learns from it if it was a good one.
    pub fn judge(&mut self, known: &Known<'_>, saw: &Saw<'_>, now: Timestamp) -> Judgement {
        match *saw {
            Saw::Failure { ailment, reason, failures, since } => {
                failing(known, ailment, reason, failures, since, now)
            }
            Saw::Further { new } => self.still(known, new, now),
            Saw::Unchanged => match self.oddity.clone() {
                Some((ailment, reason)) => self.note_oddity(ailment, reason, now),
                None => self.still(known, 0, now),
            },
            Saw::Page { shown, new } => {
                if let Some((ailment, reason)) = self.oddity_of(&shown, new) {
                    self.note_oddity(ailment, reason, now)
                } else {
                    self.learn(&shown);
                    self.still(known, new, now)
                }
            }
        }
    }

    fn note_oddity(&mut self, ailment: Ailment, reason: String, now: Timestamp) -> Judgement {
        self.odd = self.odd.saturating_add(1);
        self.oddity = Some((ailment, reason.clone()));
        let since = *self.odd_since.get_or_insert(now);
        if self.odd >= ODD_VISITS && now - since >= ODD_FOR {
            Judgement::Trouble { ailment, reason, since }
        } else {
            Judgement::Doubtful
        }
    }

    /// Judges a source that answers as ever.
    fn still(&self, known: &Known<'_>, new: usize, now: Timestamp) -> Judgement {
        if self.odd > 0 {
            return Judgement::Doubtful;
        }
        if new > 0 {
            return Judgement::Well;
        }
        if let Some((since, chance)) = known.rhythm.and_then(|rhythm| rhythm.silence(now))
            && chance < SILENCE_CHANCE_MAX
            && now - since >= SILENCE_MIN
        {
            let days = (now - since).num_days();
            let reason = format!("it answers, but has had nothing new for {days} days");
            return Judgement::Trouble { ailment: Ailment::Frozen, reason, since };
        }
        match known.trouble {
            // Only something new ends a silence.
            Some(Ailment::Frozen) => Judgement::Doubtful,
            Some(_) | None => Judgement::Well,
        }
    }

    /// Says what is odd about a page, beside what the source has always shown.
    fn oddity_of(&self, shown: &Shown<'_>, new: usize) -> Option<(Ailment, String)> {
        if self.visits < USUAL_VISITS {
            return None;
        }
        let items = count(shown.items);
        // What was new there once is known since.
        let has_moved = matches!(self.oddity, Some((Ailment::MovedAway, _)));
        let all_new = new > 0 && new == shown.items.len() || items == 0 || has_moved;
        if let Some(place) = self.strange_place(shown.place)
            && all_new
            && self.items > 0
        {
            let reason = format!("it leads to {place} now, where nothing is of what it had");
            return Some((Ailment::MovedAway, reason));
        }
        if items == 0 && self.fewest > 0 && self.items >= ITEMS_MIN {
            let reason = format!("it answers with nothing; it had {} items before", self.items);
            return Some((Ailment::Emptied, reason));
        }
        let is_enough = items >= ITEMS_MIN;
        if is_enough && !self.lacks_text && has_no_text(shown.items) {
            return Some(unlike("its items have no text any more"));
        }
        if is_enough && !self.lacks_dates && shown.is_web_page && has_no_dates(shown.items) {
            return Some(unlike("its items have no date any more"));
        }
        let is_known = self.visits >= FEWEST_VISITS && self.fewest >= FEWEST_MIN;
        if shown.is_web_page && is_known && items * FEWER_SHARE < self.fewest {
            let reason = format!(
                "only {items} items of it can be read, never fewer than {} before",
                self.fewest
            );
            return Some(unlike(&reason));
        }
        None
    }

    fn learn(&mut self, shown: &Shown<'_>) {
        let items = count(shown.items);
        self.fewest = if self.visits == 0 { items } else { self.fewest.min(items) };
        self.items = items;
        self.visits = self.visits.saturating_add(1);
        self.lacks_text |= items > 0 && has_no_text(shown.items);
        self.lacks_dates |= items > 0 && has_no_dates(shown.items);
        self.place = Some(place_of(shown.place));
        (self.odd, self.odd_since, self.oddity) = (0, None, None);
    }
}

/// Judges a source whose visits fail.
fn failing(
    known: &Known<'_>,
    ailment: Ailment,
    reason: &str,
    failures: u32,
    since: Timestamp,
    now: Timestamp,
) -> Judgement {
    let lasts = (now - since).to_std().unwrap_or_default();
    let was_well_for_long =
        known.trouble.is_none() && known.first_read.is_some_and(|read| since - read >= WELL_FOR);
    let is_trouble = if ailment == Ailment::Missing && was_well_for_long {
        failures >= MISSES && lasts >= MISSING
    } else {
        failures >= FAILURES || lasts >= FAILING
    };
    if is_trouble {
        Judgement::Trouble { ailment, reason: reason.to_owned(), since }
    } else {
        Judgement::Doubtful
    }
}

impl From<&FetchError> for Ailment {
    fn from(error: &FetchError) -> Self {
        match error {
            FetchError::Later { .. }
            | FetchError::Resting { .. }
            | FetchError::Down { .. }
            | FetchError::Unreachable { .. } => Self::Unreachable,
            FetchError::Refused { .. } => Self::Refused,
            FetchError::Gone { .. } | FetchError::Missing { .. } => Self::Missing,
            FetchError::TooLarge { .. } => Self::Unreadable,
        }
    }
}

impl From<Unread> for Ailment {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::NotFound => Self::Missing,
            Unread::Login | Unread::BotCheck => Self::Refused,
            Unread::Empty => Self::Emptied,
            Unread::Unknown => Self::Unreadable,
        }
    }
}

fn unlike(reason: &str) -> (Ailment, String) {
    (Ailment::Unreadable, format!("{reason}: its layout may have changed"))
}

/// The host and the path: a query often differs from visit to visit, and may hold a secret.
fn place_of(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    format!("{host}{}", url.path().trim_end_matches('/'))
}

fn has_no_text(items: &[Item]) -> bool {
    items.iter().all(|item| item.text.trim().is_empty())
}

fn has_no_dates(items: &[Item]) -> bool {
    items.iter().all(|item| item.published.or(item.updated).is_none())
}

fn count(items: &[Item]) -> u32 {
    u32::try_from(items.len()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use model::{Details, Kind};

    use super::*;
    use crate::rhythm::Appeared;

    fn day(days: i64) -> Timestamp {
        "2026-03-01T12:00:00Z".parse::<Timestamp>().unwrap() + TimeDelta::days(days)
    }

    fn hour(hours: i64) -> Timestamp {
        day(0) + TimeDelta::hours(hours)
    }

    fn items(count: usize, text: &str) -> Vec<Item> {
        let item = |n: usize| Item {
            source: "board".into(),
            kind: Kind::Forum,
            guid: Some(n.to_string()),
            url: None,
            title: format!("Ozalée {n}"),
            text: text.to_owned(),
            author: None,
            lang: None,
            published: Some(day(0)),
            updated: None,
            details: Details::default(),
        };
        (0..count).map(item).collect()
    }

    /// A source, from visit to visit.
    struct Watched {
        usual: Usual,
        rhythm: Rhythm,
        trouble: Option<Ailment>,
        place: Url,
    }

    impl Watched {
        /// One that published each six hours for a month, and was visited a dozen times.
        fn new() -> Self {
            let dates: Vec<_> = (0..120).map(|n| hour(-6 * n)).collect();
            let mut watched = Self {
                usual: Usual::default(),
                rhythm: Rhythm::begin(&dates, hour(0)),
                trouble: None,
                place: "https://www.board.example/posts?page=1".parse().unwrap(),
            };
            for n in -12..0 {
                assert_eq!(watched.sees(&items(20, "Du thé."), 1, hour(n)), None);
            }
            watched
        }

        fn sees(&mut self, items: &[Item], new: usize, now: Timestamp) -> Option<Ailment> {
            let dates = vec![now - TimeDelta::minutes(1); new];
            let appeared = Appeared {
                dates: &dates,
                shown: Some(items.len()),
                is_own_page: true,
                changed: None,
            };
            self.rhythm.learn(&appeared, now);
            let place = self.place.clone();
            let shown = Shown { items, place: &place, is_web_page: true };
            self.judged(&Saw::Page { shown, new }, now)
        }

        fn fails(
            &mut self,
            ailment: Ailment,
            failures: u32,
            since: i64,
            now: Timestamp,
        ) -> Option<Ailment> {
            let since = hour(since);
            self.judged(&Saw::Failure { ailment, reason: "no", failures, since }, now)
        }

        /// What is said of it after a visit, kept as the ledger does.
        fn judged(&mut self, saw: &Saw<'_>, now: Timestamp) -> Option<Ailment> {
            let known = Known {
                rhythm: Some(&self.rhythm),
                first_read: Some(day(-30)),
                trouble: self.trouble,
            };
            match self.usual.judge(&known, saw, now) {
                Judgement::Well => self.trouble = None,
                Judgement::Doubtful => {}
                Judgement::Trouble { ailment, .. } => self.trouble = Some(ailment),
            }
            self.usual = Usual::from_json(&self.usual.to_json());
            self.trouble
        }
    }

    #[test]
    fn a_silence_that_chance_does_not_explain_is_a_death_until_something_comes() {
        let mut source = Watched::new();
        let page = items(20, "Du thé.");
        let mut told = None;
        for n in 1..400 {
            let now = hour(n);
            let trouble = source.sees(&page, 0, now);
            told = told.or(trouble.map(|_| now));
            assert_eq!(trouble.is_some(), told.is_some(), "told once, for as long as it lasts");
        }
        let after = told.unwrap() - hour(-6);
        assert!((TimeDelta::days(3)..TimeDelta::days(5)).contains(&after), "{after}");
        assert_eq!(source.trouble, Some(Ailment::Frozen));
        assert_eq!(source.judged(&Saw::Unchanged, hour(401)), Some(Ailment::Frozen));
        assert_eq!(source.judged(&Saw::Further { new: 1 }, hour(402)), None);
    }

    #[test]
    fn what_has_no_rhythm_or_was_as_silent_before_never_freezes() {
        let page = items(5, "Du thé.");
        let quiet = |dates: &[i64], until: i64| {
            let dates: Vec<_> = dates.iter().map(|days| day(*days)).collect();
            let mut source = Watched { rhythm: Rhythm::begin(&dates, day(0)), ..Watched::new() };
            (1..until).find(|days| source.sees(&page, 0, day(*days)).is_some())
        };
        assert_eq!(quiet(&[], 700), None);
        assert_eq!(quiet(&[-1], 700), None);
        assert_eq!(quiet(&[-50, -30, -2], 60), None);
        // Daily, but for a holiday of 20 days: not within twice as long.
        let mut dates: Vec<i64> = (-10..=0).chain(-40..-30).collect();
        assert!(quiet(&dates, 200).unwrap() >= 40, "{:?}", quiet(&dates, 200));
        dates.extend(-30..-10);
        assert!(quiet(&dates, 200).unwrap() <= 21, "{:?}", quiet(&dates, 200));
    }

    #[test]
    fn what_is_odd_once_is_doubtful_and_what_lasts_is_trouble() {
        let good = items(20, "Du thé.");
        let check = |odd: &[Item], place: &str, new, expect| {
            let mut source = Watched::new();
            let usual = source.place.clone();
            source.place = place.parse().unwrap();
            assert_eq!(source.sees(odd, new, hour(1)), None, "once");
            assert_eq!(source.sees(odd, 0, hour(1)), None, "at once again");
            assert_eq!(source.judged(&Saw::Unchanged, hour(3)), expect);
            source.place = usual;
            assert_eq!(source.sees(&good, 0, hour(4)), None, "it is well again");
            source.usual
        };
        let here = "https://board.example/posts?page=2";
        check(&[], here, 0, Some(Ailment::Emptied));
        check(&items(20, " "), here, 20, Some(Ailment::Unreadable));
        check(&items(2, "Du thé."), here, 0, Some(Ailment::Unreadable));
        let undated: Vec<_> =
            good.iter().cloned().map(|item| Item { published: None, ..item }).collect();
        check(&undated, here, 0, Some(Ailment::Unreadable));
        check(&items(9, "Menu"), "https://parked.example/", 9, Some(Ailment::MovedAway));
        check(&[], "https://board.example/login", 0, Some(Ailment::MovedAway));
        // Another address of the same items is as good.
        check(&good, "https://board.example/news", 0, None);
        check(&items(10, "Du thé."), here, 1, None);
    }

    #[test]
    fn a_source_that_is_often_empty_is_well_when_it_is() {
        let mut source = Watched { usual: Usual::default(), ..Watched::new() };
        for n in 0..20 {
            let count = if n % 4 == 0 { 0 } else { 5 };
            assert_eq!(source.sees(&items(count, ""), 0, hour(n)), None);
        }
        assert_eq!(source.sees(&[], 0, hour(30)), None);
    }

    #[test]
    fn failures_are_trouble_when_they_last_and_passing_misses_are_not() {
        let mut source = Watched::new();
        assert_eq!(source.fails(Ailment::Unreachable, 1, 0, hour(0)), None);
        assert_eq!(source.fails(Ailment::Unreachable, 3, 0, hour(1)), Some(Ailment::Unreachable));
        assert_eq!(source.sees(&items(20, "Du thé."), 0, hour(2)), None);
        assert_eq!(source.fails(Ailment::Refused, 2, 3, hour(9)), Some(Ailment::Refused));
        source.trouble = None;
        assert_eq!(source.fails(Ailment::Missing, 9, 3, hour(9)), None, "404 for six hours");
        assert_eq!(source.fails(Ailment::Missing, 4, 3, hour(30)), None, "four times");
        assert_eq!(source.fails(Ailment::Missing, 5, 3, hour(15)), Some(Ailment::Missing));
        assert_eq!(source.judged(&Saw::Unchanged, hour(16)), None);
    }
}
