//! In which order a site writes the numbers of its dates, from what a page shows.

use chrono::{Datelike, Days, NaiveDate, NaiveDateTime};

use super::grammar::{Day, Numbers, Said};
use super::habits::{DateHabits, DateOrder, Lang};
use super::year;

/// Dates that must differ before their being in order says anything.
const DISTINCT_MIN: usize = 3;

/// Decides the order for all dates of a page, and remembers it in `habits` where the page shows it: by a
/// number that can be no month or by a day's name, by dates that else were yet to come, by dates that are
/// in the order of time one way only. What the language suggests is not remembered.
pub(super) fn decide(
    page: &[Option<Said>],
    now: NaiveDateTime,
    habits: &mut DateHabits,
) -> DateOrder {
    let dates: Vec<(&Said, Numbers)> =
        page.iter()
            .flatten()
            .filter_map(|said| {
                if let Day::Numbers(numbers) = said.day { Some((said, numbers)) } else { None }
            })
            .collect();
    let shown = undeniable(&dates, now.date(), habits.lang)
        .or_else(|| not_yet_to_come(&dates, now.date()))
        .or(habits.order)
        .or_else(|| in_order_of_time(&dates, now.date()));
    if shown.is_some() {
        habits.order = shown;
    }
    shown.unwrap_or_else(|| usual(&dates, *habits))
}

/// Reads a date in numbers in an order; where no calendar has it, in the one that is left. `now` is for a
/// date without a year, which is the last one that was.
pub(super) fn date(numbers: Numbers, order: DateOrder, now: NaiveDate) -> Option<NaiveDate> {
    let other = match order {
        DateOrder::Mdy => DateOrder::Dmy,
        DateOrder::Dmy | DateOrder::Ymd => DateOrder::Mdy,
    };
    strictly(numbers, order, now).or_else(|| {
        let dmy = strictly(numbers, DateOrder::Dmy, now).filter(|_| order == DateOrder::Ymd);
        dmy.or_else(|| strictly(numbers, other, now))
    })
}

fn strictly(numbers: Numbers, order: DateOrder, now: NaiveDate) -> Option<NaiveDate> {
    let Numbers { first, second, third, has_long_year, .. } = numbers;
    let short = |number: u32| year(&format!("{number:02}"));
    let Some(third) = third else {
        let (day, month) = match order {
            DateOrder::Dmy => (first, second),
            DateOrder::Mdy | DateOrder::Ymd => (second, first),
        };
        return last_past(month, day, now);
    };
    let year = if has_long_year { i32::try_from(third).ok() } else { short(third) };
    match order {
        DateOrder::Dmy => NaiveDate::from_ymd_opt(year?, second, first),
        DateOrder::Mdy => NaiveDate::from_ymd_opt(year?, first, second),
        DateOrder::Ymd if has_long_year => None,
        DateOrder::Ymd => NaiveDate::from_ymd_opt(short(first)?, second, third),
    }
}

/// Returns the last day that was a day of a month, or tomorrow: a site's clock may be ahead of ours.
pub(super) fn last_past(month: u32, day: u32, now: NaiveDate) -> Option<NaiveDate> {
    let latest = now.checked_add_days(Days::new(1))?;
    // A 29 February is at most eight years ago.
    (0..=8)
        .filter_map(|ago| NaiveDate::from_ymd_opt(latest.year() - ago, month, day))
        .find(|date| *date <= latest)
}

const ORDERS: [DateOrder; 3] = [DateOrder::Dmy, DateOrder::Mdy, DateOrder::Ymd];

/// Takes the order that numbers above 12, above 31 and names of days leave, as most dates have it.
fn undeniable(dates: &[(&Said, Numbers)], now: NaiveDate, lang: Option<Lang>) -> Option<DateOrder> {
    let mut votes = [0_usize; ORDERS.len()];
    for (said, numbers) in dates {
        let weekday = said.weekday.filter(|day| !day.is_short).and_then(|day| day.in_lang(lang));
        // Without its year, a date falls on every day of the week.
        let weekday = weekday.filter(|_| numbers.third.is_some());
        let possible = ORDERS.map(|order| {
            // A year of two digits rather comes last.
            let asked = order != DateOrder::Ymd || numbers.first > 31;
            let date = strictly(*numbers, order, now);
            asked && date.is_some_and(|date| weekday.is_none_or(|day| date.weekday() == day))
        });
        if possible.iter().filter(|possible| **possible).count() == 1 {
            for (votes, possible) in votes.iter_mut().zip(possible) {
                *votes += usize::from(possible);
            }
        }
    }
    let most = *votes.iter().max()?;
    let mut best = ORDERS.into_iter().zip(votes).filter(|(_, votes)| *votes == most && most > 0);
    let (order, _) = best.next()?;
    best.next().is_none().then_some(order)
}

/// Takes the order in which nothing is yet to come, if in the other something is.
fn not_yet_to_come(dates: &[(&Said, Numbers)], now: NaiveDate) -> Option<DateOrder> {
    let latest = now.checked_add_days(Days::new(1))?;
    let is_past = |order: DateOrder| {
        dates
            .iter()
            .filter_map(|(_, numbers)| strictly(*numbers, order, now))
            .all(|date| date <= latest)
    };
    match (is_past(DateOrder::Dmy), is_past(DateOrder::Mdy)) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

/// Takes the order in which the dates are sorted, as posts mostly are, if in the other they are not.
fn in_order_of_time(dates: &[(&Said, Numbers)], now: NaiveDate) -> Option<DateOrder> {
    let sorted = |order: DateOrder| {
        let read: Option<Vec<NaiveDate>> =
            dates.iter().map(|(_, numbers)| strictly(*numbers, order, now)).collect();
        let mut read = read?;
        let is_sorted = read.is_sorted() || read.iter().rev().is_sorted();
        read.dedup();
        Some(is_sorted && read.len() >= DISTINCT_MIN)
    };
    match (sorted(DateOrder::Dmy)?, sorted(DateOrder::Mdy)?) {
        (true, false) => Some(DateOrder::Dmy),
        (false, true) => Some(DateOrder::Mdy),
        _ => None,
    }
}

/// Months come first in American English, which is also known by its clock of twelve hours; never
/// between full stops.
fn usual(dates: &[(&Said, Numbers)], habits: DateHabits) -> DateOrder {
    let is_halved = dates.iter().any(|(said, _)| said.clock.is_some_and(|clock| clock.is_halved));
    let has_stops = dates.iter().any(|(_, numbers)| numbers.separator == '.');
    let is_english = habits.lang == Some(Lang::En);
    let may_be_english = habits.lang.is_none() && is_halved;
    let has_slashes = dates.iter().any(|(_, numbers)| numbers.separator == '/');
    let is_american = is_halved || has_slashes || habits.zone.is_american();
    if !has_stops && (is_english && is_american || may_be_english) {
        DateOrder::Mdy
    } else {
        DateOrder::Dmy
    }
}
