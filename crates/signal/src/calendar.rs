//! Public holidays, reckoned: fixed days, days around Easter, the nth weekday of a month.
//!
//! Those that a whole country has by its law are here; for Switzerland, whose cantons decide, those that most of them
//! have, and for the United Kingdom those of England and Wales. What is decreed once (a coronation) is not, except where
//! noted: who knows of such a day, or of a launch, gives the buckets a lift (`Slot::lifted`).

use chrono::{Datelike, NaiveDate, TimeDelta, Weekday};

use Moved::{Nearest, Never, NextMonday, NotSunday, SundayToMonday, TwoDays};
use Rule::{Easter, Fixed, Last, MondayOrFridayTheFirst, Nth, OnOrBefore};

use crate::holidays::holidays;

/// A country whose public holidays are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Country {
    Austria,
    Belgium,
    Canada,
    France,
    Germany,
    Ireland,
    Italy,
    Luxembourg,
    Netherlands,
    Portugal,
    Spain,
    Switzerland,
    UnitedKingdom,
    UnitedStates,
}

impl Country {
    pub const ALL: [Self; 14] = [
        Self::Austria,
        Self::Belgium,
        Self::Canada,
        Self::France,
        Self::Germany,
        Self::Ireland,
        Self::Italy,
        Self::Luxembourg,
        Self::Netherlands,
        Self::Portugal,
        Self::Spain,
        Self::Switzerland,
        Self::UnitedKingdom,
        Self::UnitedStates,
    ];

    /// Its code of two letters (ISO 3166-1).
    pub fn code(self) -> &'static str {
        match self {
            Self::Austria => "AT",
            Self::Belgium => "BE",
            Self::Canada => "CA",
            Self::France => "FR",
            Self::Germany => "DE",
            Self::Ireland => "IE",
            Self::Italy => "IT",
            Self::Luxembourg => "LU",
            Self::Netherlands => "NL",
            Self::Portugal => "PT",
            Self::Spain => "ES",
            Self::Switzerland => "CH",
            Self::UnitedKingdom => "GB",
            Self::UnitedStates => "US",
        }
    }

    /// The country of a code, in capitals or not.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|country| country.code().eq_ignore_ascii_case(code))
    }

    /// The name of the public holiday that `day` is.
    pub fn holiday(self, day: NaiveDate) -> Option<&'static str> {
        let is = |holiday: &&Holiday| {
            // A day that is moved may stand at the end of the year before.
            [day.year(), day.year() + 1].into_iter().any(|year| holiday.falls_on(year, day))
        };
        holidays(self).iter().find(is).map(|holiday| holiday.name)
    }
}

/// On which day of a year.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Rule {
    Fixed(u32, u32),
    /// Days after Easter Sunday.
    Easter(i64),
    /// The month, the weekday, and which of them from 1.
    Nth(u32, Weekday, u8),
    Last(u32, Weekday),
    /// The first Monday of a month, or its first day where that is a Friday.
    MondayOrFridayTheFirst(u32),
    /// The last such weekday on or before a day.
    OnOrBefore(u32, u32, Weekday),
}

/// What happens when it falls on a weekend. The day itself remains one, unless it is never kept then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moved {
    Never,
    /// From Saturday to Friday, from Sunday to Monday.
    Nearest,
    /// From either to Monday.
    NextMonday,
    SundayToMonday,
    /// From either by two days: Christmas and the day after, of which one is taken by the other's Monday.
    TwoDays,
    /// From Sunday to Saturday, and not kept on Sunday.
    NotSunday,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Holiday {
    name: &'static str,
    rule: Rule,
    moved: Moved,
    /// The first year in which it was kept.
    since: i32,
}

pub(crate) const fn on(name: &'static str, rule: Rule) -> Holiday {
    Holiday { name, rule, moved: Never, since: i32::MIN }
}

impl Holiday {
    pub(crate) const fn moved(self, moved: Moved) -> Self {
        Self { moved, ..self }
    }

    pub(crate) const fn since(self, since: i32) -> Self {
        Self { since, ..self }
    }

    fn falls_on(&self, year: i32, day: NaiveDate) -> bool {
        if year < self.since {
            return false;
        }
        let Some(own) = self.rule.day(year) else { return false };
        let days = match (self.moved, own.weekday()) {
            (Nearest, Weekday::Sat) | (NotSunday, Weekday::Sun) => -1,
            (Nearest | NextMonday | SundayToMonday, Weekday::Sun) => 1,
            (NextMonday, Weekday::Sat) | (TwoDays, Weekday::Sat | Weekday::Sun) => 2,
            _ => 0,
        };
        let kept = own + TimeDelta::days(days);
        day == kept || day == own && self.moved != NotSunday
    }
}

impl Rule {
    fn day(self, year: i32) -> Option<NaiveDate> {
        match self {
            Fixed(month, day) => NaiveDate::from_ymd_opt(year, month, day),
            Easter(days) => easter(year)?.checked_add_signed(TimeDelta::days(days)),
            Nth(month, weekday, nth) => {
                NaiveDate::from_weekday_of_month_opt(year, month, weekday, nth)
            }
            MondayOrFridayTheFirst(month) => NaiveDate::from_ymd_opt(year, month, 1)
                .filter(|first| first.weekday() == Weekday::Fri)
                .or_else(|| Nth(month, Weekday::Mon, 1).day(year)),
            Last(month, weekday) => on_or_before(last_of(year, month)?, weekday),
            OnOrBefore(month, day, weekday) => {
                on_or_before(NaiveDate::from_ymd_opt(year, month, day)?, weekday)
            }
        }
    }
}

fn last_of(year: i32, month: u32) -> Option<NaiveDate> {
    (28..=31).rev().find_map(|day| NaiveDate::from_ymd_opt(year, month, day))
}

fn on_or_before(day: NaiveDate, weekday: Weekday) -> Option<NaiveDate> {
    day.checked_sub_signed(TimeDelta::days(day.weekday().days_since(weekday).into()))
}

/// Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher).
fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, rest) = (year.div_euclid(100), year.rem_euclid(100));
    let moon = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - century / 4 - moon + 15).rem_euclid(30);
    let sunday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let late = (golden + 11 * epact + 22 * sunday) / 451;
    let day = epact + sunday - 7 * late + 114;
    NaiveDate::from_ymd_opt(year, (day / 31) as u32, (day % 31 + 1) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[track_caller]
    fn check(country: Country, text: &str, expect: Option<&str>) {
        assert_eq!(country.holiday(day(text)), expect, "{country:?} {text}");
    }

    #[test]
    fn easter_falls_between_the_22nd_of_march_and_the_25th_of_april() {
        for text in [
            "1818-03-22",
            "1943-04-25",
            "1961-04-02",
            "2000-04-23",
            "2008-03-23",
            "2011-04-24",
            "2024-03-31",
            "2025-04-20",
            "2026-04-05",
            "2027-03-28",
            "2038-04-25",
            "2049-04-18",
            "2285-03-22",
        ] {
            assert_eq!(easter(day(text).year()), Some(day(text)));
        }
        for year in 1583..4000 {
            let easter = easter(year).unwrap();
            assert_eq!(easter.weekday(), Weekday::Sun, "{year}");
            let (first, last) = (day("2001-03-22").ordinal(), day("2001-04-25").ordinal());
            let leap = u32::from(easter.leap_year());
            assert!((first..=last).contains(&(easter.ordinal() - leap)), "{easter}");
        }
    }

    #[test]
    fn days_around_easter_move_with_it() {
        check(Country::France, "2026-04-06", Some("Easter Monday"));
        check(Country::France, "2026-05-14", Some("Ascension"));
        check(Country::France, "2026-05-25", Some("Whit Monday"));
        check(Country::Austria, "2026-06-04", Some("Corpus Christi"));
        check(Country::France, "2026-04-03", None);
        check(Country::Germany, "2026-04-03", Some("Good Friday"));
    }

    #[test]
    fn national_days_are_their_countries_own() {
        for (country, text) in [
            (Country::France, "2026-07-14"),
            (Country::Belgium, "2026-07-21"),
            (Country::Luxembourg, "2026-06-23"),
            (Country::Switzerland, "2026-08-01"),
            (Country::Spain, "2026-10-12"),
            (Country::Austria, "2027-10-26"),
        ] {
            check(country, text, Some("National Day"));
            let others = Country::ALL.iter().filter(|other| other.holiday(day(text)).is_some());
            // The Spanish day is a Monday in 2026, Columbus Day and Thanksgiving in North America.
            assert_eq!(others.count(), if text == "2026-10-12" { 3 } else { 1 }, "{text}");
        }
    }

    #[test]
    fn weekdays_of_a_month_are_counted_from_its_ends() {
        check(Country::UnitedStates, "2026-11-26", Some("Thanksgiving"));
        check(Country::UnitedStates, "2026-05-25", Some("Memorial Day"));
        check(Country::UnitedKingdom, "2026-08-31", Some("Summer Bank Holiday"));
        check(Country::Ireland, "2026-10-26", Some("October Holiday"));
        check(Country::Ireland, "2026-02-02", Some("Saint Brigid's Day"));
        check(Country::Ireland, "2030-02-01", Some("Saint Brigid's Day"));
        check(Country::Ireland, "2030-02-04", None);
        check(Country::Canada, "2026-05-18", Some("Victoria Day"));
        check(Country::Canada, "2027-05-24", Some("Victoria Day"));
    }

    #[test]
    fn what_falls_on_a_weekend_is_kept_beside_it_where_the_law_says_so() {
        check(Country::UnitedStates, "2026-07-03", Some("Independence Day"));
        check(Country::UnitedStates, "2021-12-31", Some("New Year's Day"));
        check(Country::UnitedKingdom, "2021-12-27", Some("Christmas"));
        check(Country::UnitedKingdom, "2021-12-28", Some("Boxing Day"));
        check(Country::UnitedKingdom, "2022-12-26", Some("Boxing Day"));
        check(Country::UnitedKingdom, "2022-12-27", Some("Christmas"));
        check(Country::UnitedKingdom, "2022-01-03", Some("New Year's Day"));
        check(Country::Canada, "2029-07-02", Some("Canada Day"));
        check(Country::Netherlands, "2025-04-26", Some("King's Day"));
        check(Country::Netherlands, "2025-04-27", None);
        check(Country::France, "2027-11-01", Some("All Saints"));
        check(Country::France, "2026-11-02", None);
    }

    #[test]
    fn a_day_is_kept_from_its_first_year_on() {
        check(Country::Italy, "2025-10-04", None);
        check(Country::Italy, "2026-10-04", Some("Saint Francis"));
        check(Country::UnitedStates, "2020-06-19", None);
        check(Country::Luxembourg, "2019-05-09", Some("Europe Day"));
    }

    #[test]
    fn a_year_has_about_as_many_as_its_law_lists() {
        for (country, expect) in [
            (Country::France, 11),
            (Country::Belgium, 10),
            (Country::Luxembourg, 11),
            (Country::Germany, 9),
            (Country::Austria, 13),
            (Country::Portugal, 13),
            (Country::Spain, 10),
            (Country::Ireland, 10),
        ] {
            let days = day("2023-01-01").iter_days().take(365);
            assert_eq!(
                days.filter(|day| country.holiday(*day).is_some()).count(),
                expect,
                "{country:?}"
            );
        }
    }

    #[test]
    fn codes_name_countries() {
        for country in Country::ALL {
            assert_eq!(Country::from_code(country.code()), Some(country));
        }
        assert_eq!(Country::from_code("fr"), Some(Country::France));
        assert_eq!(Country::from_code("XX"), None);
    }
}
