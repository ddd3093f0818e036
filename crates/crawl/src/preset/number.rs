//! Numbers as pages write them.

/// Digits that are read of a number; more are a mistake.
const DIGITS_MAX: usize = 15;

/// Reads the first number of a text in thousandths: `4,5 sur 5` is 4500. Finer digits are dropped.
/// Where a page counts in words, as in the class of `star-rating Four`, the word is the number.
pub(crate) fn milli(text: &str) -> Option<i64> {
    let Some(start) = text.find(|c: char| c.is_ascii_digit()) else {
        return word(text).map(|number| number * 1000);
    };
    let is_negative = text[..start].ends_with(['-', '−']);
    let number = &text[start..];
    let whole_end = number.find(|c: char| !c.is_ascii_digit()).unwrap_or(number.len());
    let (whole, rest) = number.split_at(whole_end);
    let fraction = rest.strip_prefix(['.', ',']).unwrap_or("");
    let fraction_end = fraction.find(|c: char| !c.is_ascii_digit()).unwrap_or(fraction.len());
    let fraction = &fraction[..fraction_end.min(3)];
    if whole.len() > DIGITS_MAX {
        return None;
    }
    let scale = [0, 100, 10, 1][fraction.len()];
    let milli = whole.parse::<i64>().ok()? * 1000 + fraction.parse::<i64>().unwrap_or(0) * scale;
    Some(if is_negative { -milli } else { milli })
}

fn word(text: &str) -> Option<i64> {
    const WORDS: [&str; 6] = ["zero", "one", "two", "three", "four", "five"];
    text.split(|c: char| !c.is_ascii_alphabetic()).find_map(|word| {
        (0i64..).zip(WORDS).find(|(_, known)| known.eq_ignore_ascii_case(word)).map(|(n, _)| n)
    })
}

/// Reads the first whole number of a text, with its thousands apart or not, and shortened or not:
/// `1 234`, `1,234`, `#12`, `1.2k`.
pub(crate) fn count(text: &str) -> Option<u64> {
    let start = text.find(|c: char| c.is_ascii_digit())?;
    let text = &text[start..];
    let mut digits = String::new();
    let mut rest = text;
    loop {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        digits.push_str(&rest[..end]);
        rest = &rest[end..];
        let parted =
            rest.strip_prefix(['.', ',', ' ', '\'', '’', '\u{a0}', '\u{202f}', '\u{2009}']);
        let group = parted.filter(|parted| {
            let digits = parted.bytes().take_while(u8::is_ascii_digit).count();
            digits == 3
        });
        match group {
            Some(group) => rest = group,
            None => break,
        }
    }
    if digits.len() > DIGITS_MAX {
        return None;
    }
    let whole: u64 = digits.parse().ok()?;
    let (tenths, unit) = match rest.strip_prefix(['.', ',']) {
        Some(after) => match after.chars().next().and_then(|c| c.to_digit(10)) {
            Some(tenth) => (u64::from(tenth), after.get(1..).unwrap_or("")),
            None => (0, rest),
        },
        None => (0, rest),
    };
    let mut unit = unit.trim_start().chars();
    let scale = match (unit.next(), unit.next()) {
        (Some('k' | 'K'), next) if !next.is_some_and(char::is_alphabetic) => 1000,
        (Some('M'), next) if !next.is_some_and(char::is_alphabetic) => 1_000_000,
        _ => return Some(whole),
    };
    Some(whole * scale + tenths * (scale / 10))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rating_is_read_however_it_is_written() {
        let check = |text: &str, expect| assert_eq!(milli(text), expect, "{text}");
        check("4", Some(4000));
        check("4,5 sur 5 étoiles", Some(4500));
        check("Rated 3.0 out of 5", Some(3000));
        check("star-rating Four", Some(4000));
        check("8/10", Some(8000));
        check("-2", Some(-2000));
        check("3.14159", Some(3141));
        check("none", None);
        check("", None);
        check(&"9".repeat(40), None);
    }

    #[test]
    fn a_count_is_read_with_its_thousands() {
        let check = |text: &str, expect| assert_eq!(count(text), expect, "{text}");
        check("46", Some(46));
        check("#12", Some(12));
        check("Replies: 1,234", Some(1234));
        check("1 234 567 vues", Some(1_234_567));
        check("12.345", Some(12_345));
        check("1.2k", Some(1200));
        check("3K views", Some(3000));
        check("2M", Some(2_000_000));
        check("5 messages", Some(5));
        check("4 kilos", Some(4));
        check("1,5", Some(1));
        check("-", None);
        check(&"9".repeat(40), None);
    }
}
