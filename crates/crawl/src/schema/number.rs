//! Numbers as people and templates write them: ratings and counts.

use crate::extract::details::milli;

/// The longest text that is read for a number, in bytes.
const NUMBER_BYTES_MAX: usize = 100;

/// A number of stars or points, with the end of its scale where the text says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Score {
    pub(super) value_milli: i64,
    pub(super) best_milli: Option<i64>,
}

/// What stands between a number and the end of its scale.
const OF: [&str; 8] = ["/", "out of", "of", "sur", "von", "van de", "de", "su"];

/// Reads `4,5`, `4.5/5`, `4 sur 5`, `87 %`.
pub(super) fn score(text: &str) -> Option<Score> {
    let text = text.trim();
    if text.len() > NUMBER_BYTES_MAX {
        return None;
    }
    let (number, rest) = leading_number(text)?;
    let value_milli = milli(number)?;
    let rest = rest.trim_start();
    if rest.starts_with('%') {
        return Some(Score { value_milli, best_milli: Some(100_000) });
    }
    let lower = rest.to_lowercase();
    let end = OF.iter().find_map(|of| {
        let after = lower.strip_prefix(of)?;
        leading_number(after.trim_start())
    });
    Some(Score { value_milli, best_milli: end.and_then(|(number, _)| milli(number)) })
}

fn leading_number(text: &str) -> Option<(&str, &str)> {
    let is_part = |(at, c): (usize, char)| {
        c.is_ascii_digit() || at == 0 && c == '-' || at > 0 && matches!(c, '.' | ',')
    };
    let end = text.char_indices().find(|part| !is_part(*part)).map_or(text.len(), |(at, _)| at);
    let (number, rest) = text.split_at(end);
    let number = number.trim_end_matches(['.', ',']);
    number.ends_with(|c: char| c.is_ascii_digit()).then_some((number, rest))
}

/// Reads how many: `20417`, `20,417`, `1 234 avis`, `1.2K`. Returns `None` for less than none.
pub(super) fn count(text: &str) -> Option<u64> {
    let text = text.trim().trim_start_matches('(');
    if text.len() > NUMBER_BYTES_MAX || !text.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut groups = vec![String::new()];
    let mut between = ' ';
    let mut unit = None;
    for c in text.chars() {
        if c.is_ascii_digit() {
            groups.last_mut()?.push(c);
        } else if matches!(c, '.' | ',' | '\'' | '’') || c.is_whitespace() {
            if groups.last()?.is_empty() {
                break;
            }
            between = c;
            groups.push(String::new());
        } else {
            unit = Some(c.to_ascii_lowercase());
            break;
        }
    }
    if groups.last()?.is_empty() {
        groups.pop();
    }
    let thousands = match unit {
        Some('k') => 1000,
        Some('m') if !between.is_whitespace() => 1_000_000,
        _ => 1,
    };
    let [first, rest @ ..] = groups.as_slice() else { return None };
    if rest.iter().all(|group| group.len() == 3) {
        return groups.concat().parse::<u64>().ok()?.checked_mul(thousands);
    }
    let [part] = rest else { return None };
    let is_decimal =
        matches!(between, '.' | ',') && (thousands > 1 || part.trim_matches('0').is_empty());
    let whole = first.parse::<u64>().ok()?.checked_mul(thousands)?;
    let tenths = part.get(..1)?.parse::<u64>().ok()? * thousands / 10;
    is_decimal.then_some(whole + if thousands > 1 { tenths } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_may_say_its_scale() {
        let check = |text: &str, value_milli, best_milli| {
            assert_eq!(score(text), Some(Score { value_milli, best_milli }), "{text}");
        };
        check("4", 4000, None);
        check(" 4,5 ", 4500, None);
        check("4.5/5", 4500, Some(5000));
        check("4 sur 5 étoiles", 4000, Some(5000));
        check("3.5 out of 5 stars", 3500, Some(5000));
        check("87 %", 87_000, Some(100_000));
        check("4.0 (12 avis)", 4000, None);
        check("-1", -1000, None);
        for text in ["", "five", "Pichet d'Or", "★★★", "/5"] {
            assert_eq!(score(text), None, "{text}");
        }
    }

    #[test]
    fn a_count_is_read_with_its_separators() {
        let check = |text: &str, expect| assert_eq!(count(text), expect, "{text}");
        check("20417", Some(20_417));
        check("20,417", Some(20_417));
        check("20 417 avis", Some(20_417));
        check("1.234.567", Some(1_234_567));
        check("(24)", Some(24));
        check("1.2K", Some(1200));
        check("3k", Some(3000));
        check("24.0", Some(24));
        check("4.5", None);
        check("-3", None);
        check("many", None);
        check("", None);
        check("99999999999999999999999", None);
    }
}
