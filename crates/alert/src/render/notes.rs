//! What a mail says of itself: that there is nothing new, what was held for it and why, and that it is the
//! last of the day.

use model::HeldFor;

use super::words;
use crate::compose::{Digest, HeldBack, LastOfDay};

/// Says that there is nothing new, as far as that is known.
pub(super) fn nothing_new(digest: &Digest) -> Option<&'static str> {
    let words = &words::of(digest.locale).notes;
    digest.sections.is_empty().then_some(if digest.troubles.is_empty() {
        words.nothing_new
    } else {
        words.nothing_new_as_far
    })
}

/// What was held, and that it is the day's last.
pub(super) fn lines(digest: &Digest) -> impl Iterator<Item = String> {
    let held = digest.notes.held.as_ref().filter(|held| held.count > 0);
    let held = held.map(|held| self::held(held, digest));
    let last = digest.notes.last_of_day.map(|last| self::last_of_day(last, digest));
    held.into_iter().chain(last)
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
    let since = words::date_time(held.since, digest);
    format!("{}{}{}.", said.replace("{since}", &since), words.colon, why.join(", "))
}

/// "This is the last of today’s 40 mails; the next comes on 23 November, 08:00".
fn last_of_day(last: LastOfDay, digest: &Digest) -> String {
    let words = words::of(digest.locale);
    let said = words.count(&words.notes.last_of_day, number(last.mails));
    said.replace("{next}", &words::date_time(last.next, digest))
}

fn number(mails: u32) -> usize {
    usize::try_from(mails).unwrap_or(usize::MAX)
}
