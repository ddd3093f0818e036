//! Alternatives, each of terms that are all needed: what is left of a query where a platform has no
//! brackets.

use std::collections::BTreeSet;

use super::wanted::{Term, Wanted};
use super::{Language, SEARCHES_MAX, Untranslatable};

/// Alternatives that the parts of an AND may be multiplied to. What would make more of them is left out:
/// one wide search costs a platform less than many narrow ones.
const PRODUCT_MAX: usize = 8;
/// Alternatives that are looked at: a hundred of them may still be one search, where a platform has OR.
const ALTERNATIVES_MAX: usize = 512;

/// Terms that are all needed.
pub(super) type Needed = BTreeSet<Term>;

pub(super) fn spread(wanted: &Wanted, language: &Language) -> Result<Vec<Needed>, Untranslatable> {
    let mut alternatives = of(wanted, language).ok_or(Untranslatable::NoWord)?;
    alternatives.truncate(ALTERNATIVES_MAX + 1);
    if alternatives.len() > ALTERNATIVES_MAX {
        return Err(Untranslatable::TooMany);
    }
    Ok(widest(alternatives, language))
}

/// Returns the alternatives, or `None` where anything will do.
fn of(wanted: &Wanted, language: &Language) -> Option<Vec<Needed>> {
    match wanted {
        Wanted::Anything => None,
        Wanted::Term(term) => Some(vec![Needed::from([term.clone()])]),
        Wanted::Any(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(|part| of(part, language)).collect();
            Some(parts?.into_iter().flatten().take(ALTERNATIVES_MAX + 1).collect())
        }
        Wanted::All(parts) => {
            let mut parts: Vec<_> = parts.iter().filter_map(|part| of(part, language)).collect();
            // What has the fewest alternatives is the surest to be kept; of those the longest words.
            parts.sort_by_key(|part| (part.len(), std::cmp::Reverse(shortest(part))));
            let mut parts = parts.into_iter();
            let first = parts.next()?;
            if !language.and || language.is_of_tags() {
                return Some(first);
            }
            Some(parts.fold(first, |found, part| {
                if found.len() * part.len() > PRODUCT_MAX.max(found.len()) {
                    return found;
                }
                let with = |one: &Needed, other: &Needed| one.union(other).cloned().collect();
                found
                    .iter()
                    .flat_map(|one| part.iter().map(move |other| with(one, other)))
                    .collect()
            }))
        }
    }
}

fn shortest(alternatives: &[Needed]) -> usize {
    let letters = |needed: &Needed| needed.iter().map(|term| term.written.len()).sum();
    alternatives.iter().map(letters).min().unwrap_or(0)
}

/// Leaves out what another alternative finds as well.
fn widest(alternatives: Vec<Needed>, language: &Language) -> Vec<Needed> {
    let mut kept: Vec<Needed> = Vec::new();
    for needed in alternatives {
        if !kept.iter().any(|wider| covers(wider, &needed, language)) {
            kept.retain(|narrower| !covers(&needed, narrower, language));
            kept.push(needed);
        }
    }
    debug_assert!(kept.len() <= ALTERNATIVES_MAX.max(SEARCHES_MAX));
    kept
}

/// Tells whether all that has what `other` needs has what `wider` needs.
fn covers(wider: &Needed, other: &Needed, language: &Language) -> bool {
    wider.iter().all(|term| {
        other.iter().any(|longer| {
            let is_same = if language.accents || language.is_of_tags() {
                term.written.to_lowercase() == longer.written.to_lowercase()
            } else {
                term.words == longer.words
            };
            let may_be_part = !language.accents && !language.is_of_tags();
            is_same
                || may_be_part
                    && longer.words.windows(term.words.len()).any(|run| run == term.words)
        })
    })
}
