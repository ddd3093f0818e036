//! What a mail says besides what was found: that there is nothing new, what was held for it and why, that it is
//! the last of the day, and who sees to a signal.

use model::HeldFor;

use super::words::{self, date_time, filled};
use crate::clean::one_line;
use crate::compose::{Acknowledged, Digest, HeldBack, LastOfDay};

const NAME_CHARS_MAX: usize = 80;
/// How many queries that waited, and how many signals, are named.
const NAMED_MAX: usize = 10;

/// Says that there is nothing new, as far as that is known.
pub(super) fn nothing_new(digest: &Digest) -> Option<&'static str> {
    let words = &words::of(digest.locale).notes;
    digest.sections.is_empty().then_some(if digest.troubles.is_empty() {
        words.nothing_new
    } else {
        words.nothing_new_as_far
    })
}

/// Says all the others.
pub(super) fn lines(digest: &Digest) -> Vec<String> {
    let (words, notes) = (words::of(digest.locale), &digest.notes);
    let held = notes.held.as_ref().filter(|held| held.count > 0);
    let released = notes.released.iter().take(NAMED_MAX).map(|one| {
        let since = date_time(one.since, digest);
        format!("{}.", words.released(one, &since, NAME_CHARS_MAX))
    });
    let acknowledged = notes.acknowledged.iter().take(NAMED_MAX);
    held.map(|held| self::held(held, digest))
        .into_iter()
        .chain(notes.last_of_day.map(|last| last_of_day(last, digest)))
        .chain(released)
        .chain(acknowledged.map(|one| self::acknowledged(one, digest)))
        .collect()
}

/// "37 of these were held since 22 November, 22:10: quiet hours".
fn held(held: &HeldBack, digest: &Digest) -> String {
    let words = words::of(digest.locale);
    let notes = &words.notes;
    let why: Vec<String> = held
        .why
        .iter()
        .map(|why| match why {
            HeldFor::Quiet => notes.quiet.to_owned(),
            HeldFor::Away => notes.away.to_owned(),
            HeldFor::Day { mails } => words.count(&notes.day_spent, number(*mails)),
            HeldFor::Hour { mails } => words.count(&notes.hour_full, number(*mails)),
        })
        .collect();
    let said = words.count(&notes.held, held.count);
    let since = date_time(held.since, digest);
    format!("{}{}{}.", said.replace("{since}", &since), words.colon, why.join(", "))
}

/// "This is the last of today’s 40 mails; the next comes on 23 November, 08:00".
fn last_of_day(last: LastOfDay, digest: &Digest) -> String {
    let words = words::of(digest.locale);
    let said = words.count(&words.notes.last_of_day, number(last.mails));
    said.replace("{next}", &date_time(last.next, digest))
}

fn acknowledged(one: &Acknowledged, digest: &Digest) -> String {
    let query = one_line(&one.query, NAME_CHARS_MAX);
    let person = one_line(&one.person, NAME_CHARS_MAX);
    let at = date_time(one.at, digest);
    let named = [("{query}", query.as_str()), ("{person}", &person), ("{at}", &at)];
    filled(words::of(digest.locale).notes.acknowledged, &named)
}

fn number(mails: u32) -> usize {
    usize::try_from(mails).unwrap_or(usize::MAX)
}
