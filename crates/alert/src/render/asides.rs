//! What a digest says besides what was found: which queries waited and why, and who sees to a signal.

use model::Locale;

use super::words::date_time;
use crate::clean::one_line;
use crate::compose::{Acknowledged, Digest, Released};

const NAME_CHARS_MAX: usize = 80;
/// How many of each are said.
const LINES_MAX: usize = 10;

pub(super) fn lines(digest: &Digest) -> Vec<String> {
    let released = digest.asides.released.iter().take(LINES_MAX);
    let acknowledged = digest.asides.acknowledged.iter().take(LINES_MAX);
    released
        .map(|one| released_line(one, digest))
        .chain(acknowledged.map(|one| acknowledged_line(one, digest)))
        .collect()
}

/// "64 mentions of “recall” were held since 6 March, 14:05: you had been told of the crisis."
fn released_line(one: &Released, digest: &Digest) -> String {
    let query = one_line(&one.query, NAME_CHARS_MAX);
    let since = date_time(one.since, digest);
    let person = one.muted_by.as_ref().map(|person| one_line(person, NAME_CHARS_MAX));
    match (digest.locale, one.mentions) {
        (Locale::English, mentions) => {
            let held = if mentions == 1 {
                format!("1 mention of “{query}” was held")
            } else {
                format!("{mentions} mentions of “{query}” were held")
            };
            match person {
                None => format!("{held} since {since}: you had been told of the crisis."),
                Some(person) => format!("{held} since {since}: {person} had muted it."),
            }
        }
        (Locale::French, mentions) => {
            let held = if mentions < 2 {
                format!("{mentions} mention de «\u{a0}{query}\u{a0}» a été retenue")
            } else {
                format!("{mentions} mentions de «\u{a0}{query}\u{a0}» ont été retenues")
            };
            match person {
                None => format!("{held} depuis {since}\u{a0}: vous étiez averti de la crise."),
                Some(person) => format!("{held} depuis {since}\u{a0}: {person} l’avait tu."),
            }
        }
    }
}

fn acknowledged_line(one: &Acknowledged, digest: &Digest) -> String {
    let query = one_line(&one.query, NAME_CHARS_MAX);
    let person = one_line(&one.person, NAME_CHARS_MAX);
    let at = date_time(one.at, digest);
    match digest.locale {
        Locale::English => format!("{person} has acknowledged the signal of “{query}”, {at}."),
        Locale::French => {
            format!("{person} a pris acte du signal de «\u{a0}{query}\u{a0}», {at}.")
        }
    }
}
