//! Handles that are taken for named parts, and the other way round.

use super::draft::{Draft, Place};
use super::{Fix, Lint, LintCode};
use crate::parse::field::edit_distance;
use crate::parse::lexer::Lexeme;

pub(super) fn find(draft: &Draft<'_>, lints: &mut Vec<Lint>) {
    for mark in &draft.marks {
        let (Lexeme::Word(word), Place::Words(field)) = (mark.lexeme, mark.place) else { continue };
        let Some(name) = word.strip_prefix('@') else { continue };
        let warning =
            |code, message: String, fix| Lint::warning(code, mark.span.clone(), message, fix);
        if draft.parts.contains(name) {
            if field.is_some() {
                let message = format!("@{name} is the handle here, not the part of that name");
                let fix =
                    Fix::advice(format!("write in:title beside @{name} to look for it in a field"));
                lints.push(warning(LintCode::HandleNotPart, message, fix));
            }
            continue;
        }
        if let Some(part) = meant(draft, name) {
            let message = format!("@{name} is a handle; the part is called @{part}");
            let fix = Fix::write(mark.span.clone(), format!("@{part}"));
            lints.push(warning(LintCode::UnknownPart, message, fix));
        } else if is_domain(name) {
            let message =
                format!("@{name} is a handle, which is no part of an address like x@{name}");
            let fix = Fix::write(mark.span.clone(), name)
                .because(format!("write {name} to find such addresses too"));
            lints.push(warning(LintCode::AddressHandle, message, fix));
        }
    }
}

/// Returns the part whose name was probably meant: one letter off, or in another case.
fn meant<'a>(draft: &Draft<'a>, name: &str) -> Option<&'a str> {
    let name = name.trim_end_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
    let slips_max = usize::from(name.chars().count() > 3);
    let slips = |part: &str| edit_distance(&name, &part.to_lowercase());
    draft.parts.names().filter(|part| slips(part) <= slips_max).min_by_key(|part| slips(part))
}

fn is_domain(name: &str) -> bool {
    let is_label =
        |label: &str| !label.is_empty() && label.chars().all(|c| c.is_alphanumeric() || c == '-');
    // Names of this network are domains.
    !name.ends_with(".bsky.social")
        && name.contains('.')
        && name.split('.').all(is_label)
        && name
            .rsplit('.')
            .next()
            .is_some_and(|top| top.len() > 1 && top.chars().all(char::is_alphabetic))
}
