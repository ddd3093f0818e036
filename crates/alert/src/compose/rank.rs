//! What matters most of what was found, for subscribers who want the best only.

use std::collections::{BTreeMap, HashSet};

use model::{Engagement, QueryName, Tone};
use query::Query;

use super::gather::Telling;
use super::{Mention, Period};

/// Up to so many places and acts of readers count: beyond, a story is big, and that is that.
const REACH_MAX: f64 = 6.0;
/// A review of so many stars or fewer speaks against what it reviews, in thousandths.
const BAD_STARS_MILLI: i64 = 2_000;

/// Returns what one story is worth a reader's time, as the sum of
///
/// * its reach: `log2` of the places that tell it (one place: 0, two: 1, eight: 3), and half of `log10`
///   of 1 + what readers did with it (likes, shares, comments, and a hundredth of its views); 6 at most;
/// * its newness: from 0 at the period's begin to 1 at its end, by the date of its first item;
/// * its tone: 1.5 if it speaks against what is looked for, or gives two of five stars or fewer; 0.5 if
///   for it;
/// * 1 if its title has the words that are looked for;
/// * less 4 where it is perhaps not meant.
///
/// The weights are a judgement, not a fit: a bad word in one place comes before a kind one in two, and a
/// doubt costs more than an ordinary story has.
pub(super) fn worth(
    telling: &Telling<'_>,
    queries: &BTreeMap<QueryName, Query>,
    period: Period,
) -> f64 {
    let lead = telling.lead;
    let reach = (places(telling).log2() + acts(telling).log10() / 2.0).min(REACH_MAX);
    let tone = match tone(telling) {
        Some(Tone::Negative) => 1.5,
        Some(Tone::Positive) => 0.5,
        Some(Tone::Neutral) | None if is_bad_review(lead) => 1.5,
        Some(Tone::Neutral) | None => 0.0,
    };
    let named = if names_it(lead, queries) { 1.0 } else { 0.0 };
    let doubt = if is_doubtful(telling) { 4.0 } else { 0.0 };
    reach + newness(lead, period) + tone + named - doubt
}

/// How a story speaks: against what is looked for if one of its mentions does, else for it, else neither.
pub(super) fn tone(telling: &Telling<'_>) -> Option<Tone> {
    let is_told = |tone| telling.all.iter().any(|mention| mention.tone == Some(tone));
    [Tone::Negative, Tone::Positive, Tone::Neutral].into_iter().find(|tone| is_told(*tone))
}

/// A story is doubtful only where everyone who found it doubts.
pub(super) fn is_doubtful(telling: &Telling<'_>) -> bool {
    telling.all.iter().all(|mention| mention.doubt.is_some())
}

#[expect(clippy::cast_precision_loss, reason = "a weight, not an account")]
fn places(telling: &Telling<'_>) -> f64 {
    let place = |mention: &&Mention<'_>| {
        let item = &mention.item.item;
        item.host().map_or_else(|| item.source.as_str().to_owned(), str::to_owned)
    };
    telling.all.iter().map(place).collect::<HashSet<_>>().len() as f64
}

#[expect(clippy::cast_precision_loss, reason = "a weight, not an account")]
fn acts(telling: &Telling<'_>) -> f64 {
    let acts = telling.all.iter().map(|mention| {
        let Engagement { likes, shares, comments, views, .. } =
            mention.item.item.details.engagement;
        let [likes, shares, comments, views] =
            [likes, shares, comments, views].map(|count| count.unwrap_or(0) as f64);
        likes + shares + comments + views / 100.0
    });
    1.0 + acts.fold(0.0, f64::max)
}

#[expect(clippy::cast_precision_loss, reason = "a weight, not an account")]
fn newness(mention: &Mention<'_>, period: Period) -> f64 {
    let length = (period.until - period.since).num_seconds().max(1) as f64;
    let age = (period.until - mention.item.date()).num_seconds() as f64;
    (1.0 - age / length).clamp(0.0, 1.0)
}

fn is_bad_review(mention: &Mention<'_>) -> bool {
    let rating = mention.item.item.details.rating;
    rating.is_some_and(|rating| rating.stars_milli() <= BAD_STARS_MILLI)
}

fn names_it(mention: &Mention<'_>, queries: &BTreeMap<QueryName, Query>) -> bool {
    let asked: Vec<&Query> = mention.queries.iter().filter_map(|name| queries.get(name)).collect();
    let title = super::entry::title(&mention.item.item);
    !query::marks(&asked, &title).is_empty()
}
