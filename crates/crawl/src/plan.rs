//! The best pause before the next visit: visits cost, and so does each hour that an item waits to be seen.
//!
//! With λ items an hour, pauses of h hours make each item wait h/2 hours on average: a visit that costs as much as
//! p hours of one item's waiting pays every √(2p/λ) hours (Sia, Cho & Cho, "Efficient monitoring algorithm for
//! fast news alerts", 2007). Where λ depends on the hour, the cheapest sequence of visits is found by dynamic
//! programming over the next few pauses, and its first visit is made. One price for all sources also divides
//! their visits among them in the best way. How old the page is says more of the next hour (`edition.rs`).

#![expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "numbers of steps are small, and hours far from where casts lose"
)]

use std::time::Duration;

use chrono::TimeDelta;
use model::Timestamp;

use crate::edition::Tide;
use crate::rhythm::{Rhythm, WEEK_HOURS, hours_between, hours_of};
use crate::schedule::Bounds;

/// Into how many steps the longest pause of a plan is cut.
const STEPS: usize = 72;
/// How many such pauses a plan is long: the first one hardly depends on how the plan ends.
const PAUSES: usize = 4;
const NODES: usize = STEPS * PAUSES;
/// The longest pause of a plan, in usual ones: in an hour with a sixteenth of the usual rate the best is 4.
const REACH: f64 = 4.0;

/// What is to be expected by each step of the time ahead.
struct Ahead {
    step_h: f64,
    /// Items that will have appeared.
    items: [f64; NODES + 1],
    /// The sum of the hours at which they will have.
    hours: [f64; NODES + 1],
}

/// Returns the best pause, if a visit costs as much as one item that waits for `price` hours.
pub(crate) fn best_pause(rhythm: &Rhythm, price: f64, bounds: Bounds, now: Timestamp) -> Duration {
    let rates = rhythm.rates();
    let mean = rates.iter().sum::<f64>() / WEEK_HOURS as f64;
    let usual = (2.0 * price / mean).sqrt();
    let min_h = hours(bounds.min);
    let reach = (REACH * usual).clamp(min_h, hours(bounds.max).max(min_h)).max(1e-3);
    let ahead = Ahead::new(&rates, &rhythm.tide(now), reach / STEPS as f64, now);
    let steps_min = ((min_h / ahead.step_h).ceil() as usize).clamp(1, STEPS);
    let pause_h = ahead.first_pause(price, steps_min) as f64 * ahead.step_h;
    // What is new must not push out of the list what was never seen.
    let room = rhythm.room().map_or(f64::INFINITY, |room| ahead.time_of(room));
    let overrun = rhythm.overrun_after().unwrap_or(f64::INFINITY);
    let pause = Duration::from_secs_f64(pause_h.min(room).min(overrun) * 3600.0);
    pause.min(bounds.max).max(bounds.min)
}

/// Returns the price at which sources of these weights ([`Rhythm::weight`]) are together visited so many times
/// a day, as far as the bounds let it.
pub fn price_for(checks_a_day: f64, weights: &[f64], bounds: Bounds) -> f64 {
    let (most, least) = (24.0 / hours(bounds.min), 24.0 / hours(bounds.max));
    let spent = |price: f64| -> f64 {
        let visits = |weight: &f64| (24.0 * weight / (2.0 * price).sqrt()).clamp(least, most);
        weights.iter().map(visits).sum()
    };
    let (mut low, mut high) = (PRICE_MIN.ln(), PRICE_MAX.ln());
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if spent(middle.exp()) > checks_a_day { low = middle } else { high = middle }
    }
    high.exp()
}

/// Far beyond what any bounds of pauses let matter.
const PRICE_MIN: f64 = 1e-9;
const PRICE_MAX: f64 = 1e9;

impl Ahead {
    fn new(rates: &[f64; WEEK_HOURS], tide: &Tide, step_h: f64, now: Timestamp) -> Self {
        let mut ahead = Self { step_h, items: [0.0; NODES + 1], hours: [0.0; NODES + 1] };
        let at = |node: usize| {
            now + TimeDelta::milliseconds((node as f64 * step_h * 3_600_000.0) as i64)
        };
        for node in 0..NODES {
            let (mut items, mut hours) = (0.0, 0.0);
            for (hour, from, to) in hours_of(at(node), at(node + 1)) {
                let (from, to) = (hours_between(now, from), hours_between(now, to));
                let some = rates[hour] * tide.hours(from, to);
                items += some;
                hours += some * f64::midpoint(from, to);
            }
            ahead.items[node + 1] = ahead.items[node] + items;
            ahead.hours[node + 1] = ahead.hours[node] + hours;
        }
        ahead
    }

    /// Returns after how many steps the cheapest sequence of visits begins.
    fn first_pause(&self, price: f64, steps_min: usize) -> usize {
        let mut costs = [0.0_f64; NODES + 1];
        let mut first = steps_min;
        for from in (0..NODES).rev() {
            let mut least = f64::INFINITY;
            for to in from + steps_min..=from + STEPS {
                let end = to.min(NODES);
                // The last visit may lie beyond the plan: it pays for its part of the way.
                let share = (end - from) as f64 / (to - from) as f64;
                let cost = self.waiting(from, end) + price * share + costs[end];
                if cost < least {
                    least = cost;
                    if from == 0 {
                        first = to;
                    }
                }
            }
            costs[from] = least;
        }
        first
    }

    /// Returns how long, in all, the items of a time wait for its end.
    fn waiting(&self, from: usize, to: usize) -> f64 {
        let items = self.items[to] - self.items[from];
        to as f64 * self.step_h * items - (self.hours[to] - self.hours[from])
    }

    /// Returns after how many hours so many items will have come; the end of the plan if fewer will.
    fn time_of(&self, items: f64) -> f64 {
        self.items.partition_point(|sum| *sum < items) as f64 * self.step_h
    }
}

fn hours(duration: Duration) -> f64 {
    duration.as_secs_f64() / 3600.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_spent_and_the_bounds_come_first() {
        let bounds = Bounds::default();
        let visits = |price: f64, weights: &[f64]| -> f64 {
            let each = |weight: &f64| (24.0 * weight / (2.0 * price).sqrt()).clamp(4.0, 96.0);
            weights.iter().map(each).sum()
        };
        let check = |checks: f64, weights: &[f64], expect: f64| {
            let spent = visits(price_for(checks, weights, bounds), weights);
            assert!((spent - expect).abs() < 0.01, "{spent} of {checks} for {weights:?}");
        };
        check(100.0, &[1.0, 1.0], 100.0);
        check(100.0, &[2.0, 1.0, 0.5], 100.0);
        // 4 to the sleeper, whatever it is worth; the rest to the other.
        check(50.0, &[1.0, 0.001], 50.0);
        check(1.0, &[1.0, 1.0], 8.0);
        check(1e9, &[1.0, 1.0], 192.0);
    }

    #[test]
    fn the_visit_comes_when_the_items_have_come() {
        // One item each day between 9 and 10, for eight weeks.
        let now: Timestamp = "2026-03-02T09:30:00Z".parse().unwrap();
        let dates: Vec<_> = (1..56).map(|day| now - TimeDelta::days(day)).collect();
        let rhythm = Rhythm::begin(&dates, now);
        let bounds = Bounds { min: Duration::from_mins(5), max: Duration::from_hours(12) };
        let pause = |time: &str| best_pause(&rhythm, 0.125, bounds, time.parse().unwrap());
        let (busy, noon) = (pause("2026-03-03T09:00:00Z"), pause("2026-03-02T12:00:00Z"));
        assert!(busy * 3 < noon, "{busy:?} while items come, {noon:?} afterwards");
    }
}
