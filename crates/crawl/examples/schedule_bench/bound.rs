//! What could be reached: by who knows how many items come in each hour of the week, or when each one comes.
//! Both know the future, and neither is a rule that anybody could follow.

use std::time::Duration;

use chrono::TimeDelta;
use model::Timestamp;

use crate::archive::{Outcome, Span, sum, visits};

const CELL_MIN: i64 = 5;
const CELL_H: f64 = CELL_MIN as f64 / 60.0;
/// The longest pause, as `Bounds` has it by default: six hours.
const CELLS_MAX: usize = 72;
const WEEK_H: usize = 168;

/// What is known of a feed.
#[derive(Clone, Copy)]
pub(crate) enum Knows {
    /// How many items came in each hour of the week.
    Hours,
    /// When each item came.
    Items,
}

/// Returns the least delay with so many requests, or just fewer.
pub(crate) fn bound(spans: &[Span<'_>], knows: Knows, requests: f64) -> Outcome {
    let plans: Vec<_> = spans.iter().map(|span| Future::new(span, knows)).collect();
    let at = |price: f64| {
        let plan = |(span, future): (&Span<'_>, &Future)| replay(span, &future.cheapest(price));
        sum(&spans.iter().zip(&plans).map(plan).collect::<Vec<_>>())
    };
    let (mut low, mut high) = (1e-5_f64, 1e3_f64);
    for _ in 0..13 {
        let middle = (low * high).sqrt();
        if at(middle).requests > requests {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(high)
}

fn replay(span: &Span<'_>, times: &[Timestamp]) -> Outcome {
    let mut times = times.iter();
    visits(span, |_, _, _| times.next().copied().unwrap_or(span.to + TimeDelta::seconds(1)))
}

/// Times at which a visit may be made, and how many items come up to each.
struct Future {
    times: Vec<Timestamp>,
    items: Vec<f64>,
    reach: usize,
}

impl Future {
    fn new(span: &Span<'_>, knows: Knows) -> Self {
        let appearances = span.appearances();
        match knows {
            Knows::Items => {
                let mut future = Self { times: vec![span.from], items: vec![0.0], reach: 400 };
                for at in appearances {
                    let last = future.items.last_mut().filter(|_| future.times.last() == Some(&at));
                    if let Some(items) = last {
                        *items += 1.0;
                    } else {
                        future.times.push(at);
                        future.items.push(1.0);
                    }
                }
                future
            }
            Knows::Hours => {
                let cell = TimeDelta::minutes(CELL_MIN);
                let cells =
                    i32::try_from((span.to - span.from).num_minutes() / CELL_MIN).unwrap_or(0);
                let times: Vec<_> = (0..=cells).map(|n| span.from + cell * n).collect();
                let mut hours = [(0.0, 0.0); WEEK_H];
                for at in &appearances {
                    hours[hour(*at)].0 += 1.0;
                }
                for at in &times {
                    hours[hour(*at)].1 += CELL_H;
                }
                let items = times.iter().map(|at| hours[hour(*at)]);
                let items = items.map(|(items, known)| CELL_H * items / known).collect();
                Self { times, items, reach: CELLS_MAX }
            }
        }
    }

    /// Returns the visits of least cost, if one costs as much as an item that waits for so many hours.
    fn cheapest(&self, price: f64) -> Vec<Timestamp> {
        let last = self.times.len() - 1;
        let mut costs = vec![f64::INFINITY; last + 1];
        let mut next = vec![last; last + 1];
        costs[last] = 0.0;
        for from in (0..last).rev() {
            let (mut items, mut waiting) = (0.0, 0.0);
            for to in from + 1..=last.min(from + self.reach) {
                waiting += items * hours(self.times[to] - self.times[to - 1]);
                items += self.items[to];
                let cost = waiting + price + costs[to];
                if cost < costs[from] {
                    (costs[from], next[from]) = (cost, to);
                }
                if waiting > costs[from] {
                    break;
                }
            }
        }
        let mut visits = Vec::new();
        let mut at = 0;
        while at < last {
            at = next[at];
            visits.push(self.times[at]);
        }
        visits
    }
}

fn hour(at: Timestamp) -> usize {
    usize::try_from(at.timestamp() / 3600 + 3 * 24).unwrap_or(0) % WEEK_H
}

fn hours(time: TimeDelta) -> f64 {
    time.to_std().unwrap_or(Duration::ZERO).as_secs_f64() / 3600.0
}
