//! The names that may stand before a colon, and the values that may follow.

use chrono::{NaiveDate, NaiveTime, TimeDelta, Timelike};
use model::{Country, Kind, Lang, Timestamp, Tone};

use crate::filter::{BadSite, Interval, Quantity};
use crate::{Filter, Has, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text(Scope),
    Filter(FilterField),
    Interval(QuantityField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FilterField {
    Site,
    Lang,
    Country,
    Source,
    Kind,
    Tag,
    Thread,
    Tone,
    Has,
    Reply,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum QuantityField {
    Rating,
    Date,
    Minute,
    Likes,
    Shares,
    Comments,
    Views,
    Followers,
}

const FIELDS: [(&str, Field); 24] = [
    ("title", Field::Text(Scope::Title)),
    ("text", Field::Text(Scope::Text)),
    ("author", Field::Text(Scope::Author)),
    ("quote", Field::Text(Scope::Quote)),
    ("url", Field::Text(Scope::Url)),
    ("links", Field::Text(Scope::Links)),
    ("site", Field::Filter(FilterField::Site)),
    ("lang", Field::Filter(FilterField::Lang)),
    ("country", Field::Filter(FilterField::Country)),
    ("source", Field::Filter(FilterField::Source)),
    ("kind", Field::Filter(FilterField::Kind)),
    ("tag", Field::Filter(FilterField::Tag)),
    ("thread", Field::Filter(FilterField::Thread)),
    ("tone", Field::Filter(FilterField::Tone)),
    ("has", Field::Filter(FilterField::Has)),
    ("reply", Field::Filter(FilterField::Reply)),
    ("rating", Field::Interval(QuantityField::Rating)),
    ("date", Field::Interval(QuantityField::Date)),
    ("minute", Field::Interval(QuantityField::Minute)),
    ("likes", Field::Interval(QuantityField::Likes)),
    ("shares", Field::Interval(QuantityField::Shares)),
    ("comments", Field::Interval(QuantityField::Comments)),
    ("views", Field::Interval(QuantityField::Views)),
    ("followers", Field::Interval(QuantityField::Followers)),
];

/// What looks like a field and says how the parts beside it are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Directive {
    In,
    Stem,
    Context,
    AntiContext,
}

const DIRECTIVES: [(&str, Directive); 5] = [
    ("in", Directive::In),
    ("stem", Directive::Stem),
    ("context", Directive::Context),
    ("anticontext", Directive::AntiContext),
    ("anti-context", Directive::AntiContext),
];

impl Directive {
    pub(super) fn named(name: &str) -> Option<Self> {
        let found = DIRECTIVES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, directive)| *directive)
    }
}

impl Field {
    /// Finds the field of this name, in any case; or says what may have been meant.
    pub(super) fn named(name: &str) -> Result<Self, String> {
        let name = name.to_lowercase();
        if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
            return Ok(*field);
        }
        let fields = FIELDS.iter().map(|(known, _)| *known);
        let known: Vec<&str> = fields.chain(DIRECTIVES.iter().map(|(known, _)| *known)).collect();
        Err(match closest(&name, &known) {
            Some(known) => format!("did you mean {known}:?"),
            None => format!(
                "the fields are {}; to find the words, put them between quotation marks",
                known.iter().map(|known| format!("{known}:")).collect::<Vec<_>>().join(" ")
            ),
        })
    }
}

impl FilterField {
    /// Reads the value of a filter; or says in a message and a hint what is wrong with it.
    pub(super) fn read(self, value: &str) -> Result<Filter, (String, String)> {
        let value = value.trim();
        let lower = value.to_lowercase();
        match self {
            Self::Site => Filter::site(value).map_err(|bad| bad_site(value, bad)),
            Self::Lang => Lang::from_tag(value).map(Filter::Lang).ok_or_else(|| {
                let hint = "use the code of two or three letters, such as lang:fr";
                (format!("{value:?} is not a language"), hint.to_owned())
            }),
            Self::Country => Country::from_code(value).map(Filter::Country).ok_or_else(|| {
                let hint = "use the code of two letters, such as country:fr";
                (format!("{value:?} is not a country"), hint.to_owned())
            }),
            Self::Source if value.is_empty() => {
                Err(("source: names no source".to_owned(), "write source:its-id".to_owned()))
            }
            Self::Source => Ok(Filter::source(value)),
            Self::Thread if value.is_empty() => {
                Err(("thread: names no thread".to_owned(), "write thread:its-id".to_owned()))
            }
            Self::Thread => Ok(Filter::Thread(value.to_owned())),
            Self::Tag => match Filter::tag(value) {
                Filter::Tag(tag) if tag.is_empty() => {
                    Err(("tag: names no tag".to_owned(), "write tag:recall".to_owned()))
                }
                tag => Ok(tag),
            },
            Self::Kind => lower.parse().map(Filter::Kind).map_err(|_| {
                not_one_of("kind", "a kind of source", &lower, &Kind::ALL.map(Kind::as_str))
            }),
            Self::Tone => lower
                .parse()
                .map(Filter::Tone)
                .map_err(|_| not_one_of("tone", "a tone", &lower, &Tone::ALL.map(Tone::as_str))),
            Self::Has => {
                Has::ALL.into_iter().find(|has| has.as_str() == lower).map(Filter::Has).ok_or_else(
                    || {
                        let known = Has::ALL.map(Has::as_str);
                        not_one_of("has", "something to have", &lower, &known)
                    },
                )
            }
            Self::Reply => lower
                .parse()
                .map(Filter::Reply)
                .map_err(|_| not_one_of("reply", "an answer", &lower, &["true", "false"])),
        }
    }
}

fn not_one_of(field: &str, what: &str, value: &str, known: &[&str]) -> (String, String) {
    let hint = match closest(value, known) {
        Some(known) => format!("did you mean {field}:{known}?"),
        None => format!("known are {}", known.join(", ")),
    };
    (format!("{value:?} is not {what}"), hint)
}

impl QuantityField {
    /// Reads one value, which stands for the interval that it fills.
    pub(super) fn read(self, value: &str) -> Result<Interval, (String, String)> {
        let (value, scale) = match (self, value.split_once('/')) {
            (Self::Rating, Some((value, scale))) => (value, Some(scale)),
            _ => (value, None),
        };
        let (min, max) = self.bounds(value)?;
        Ok(Interval { quantity: self.quantity(scale)?, min: Some(min), max: Some(max) })
    }

    /// Reads what stands between the brackets of `[from TO to]`, and what follows them.
    pub(super) fn read_interval(
        self,
        inside: &str,
        after: &str,
    ) -> Result<Interval, (String, String)> {
        let usage = || "write [from TO to], with * for an open end".to_owned();
        let Some((from, to)) = inside.split_once(" TO ") else {
            return Err((format!("[{inside}] is not a range"), usage()));
        };
        let scale = match (self, after.strip_prefix('/')) {
            (_, _) if after.is_empty() => None,
            (Self::Rating, Some(scale)) => Some(scale),
            _ => return Err((format!("{after:?} cannot follow a range"), usage())),
        };
        let bound = |written: &str| match written.trim() {
            "*" => Ok(None),
            written => self.bounds(written).map(Some),
        };
        let (from, to) = (bound(from)?, bound(to)?);
        let (min, max) = (from.map(|(min, _)| min), to.map(|(_, max)| max));
        if min.is_none() && max.is_none() {
            return Err(("the range is open at both ends".to_owned(), usage()));
        }
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let hint = "write the smaller end first";
            return Err((format!("[{inside}] is empty"), hint.to_owned()));
        }
        Ok(Interval { quantity: self.quantity(scale)?, min, max })
    }

    fn quantity(self, scale: Option<&str>) -> Result<Quantity, (String, String)> {
        Ok(match (self, scale) {
            (Self::Rating, Some(scale)) => {
                let best_milli = milli(scale).filter(|best| *best > 0).ok_or_else(|| {
                    let hint = "write rating:[6 TO 8]/10 for sites that rate out of 10";
                    (format!("{scale:?} is not the end of a scale"), hint.to_owned())
                })?;
                Quantity::RatingOutOf { best_milli }
            }
            (Self::Rating, None) => Quantity::Stars,
            (Self::Date, _) => Quantity::Date,
            (Self::Minute, _) => Quantity::Minute,
            (Self::Likes, _) => Quantity::Likes,
            (Self::Shares, _) => Quantity::Shares,
            (Self::Comments, _) => Quantity::Comments,
            (Self::Views, _) => Quantity::Views,
            (Self::Followers, _) => Quantity::Followers,
        })
    }

    /// Returns the first and the last number that a written value stands for: a day has many seconds.
    fn bounds(self, value: &str) -> Result<(i64, i64), (String, String)> {
        let value = value.trim();
        let read = match self {
            Self::Rating => milli(value).map(|milli| (milli, milli)),
            Self::Date => instant(value),
            Self::Minute => minute(value).map(|minute| (minute, minute)),
            Self::Likes | Self::Shares | Self::Comments | Self::Views | Self::Followers => {
                value.parse().ok().filter(|count| *count >= 0).map(|count| (count, count))
            }
        };
        read.ok_or_else(|| {
            let (what, hint) = match self {
                Self::Rating => ("a rating", "write a number: rating:[1 TO 2.5]"),
                Self::Date => {
                    ("a date", "write date:[2026-01-31 TO 2026-02-28], or 2026-01-31T18:00Z")
                }
                Self::Minute => ("a minute of the day", "write minute:[18:30 TO 19:00], in UTC"),
                Self::Likes | Self::Shares | Self::Comments | Self::Views | Self::Followers => {
                    ("a count", "write a whole number")
                }
            };
            (format!("{value:?} is not {what}"), hint.to_owned())
        })
    }
}

/// Reads a number of at most three decimals as thousandths.
fn milli(written: &str) -> Option<i64> {
    const WHOLE_MAX: i64 = 1_000_000;
    let (whole, decimals) = written.split_once(['.', ',']).unwrap_or((written, ""));
    let is_number = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !is_number(whole) || !is_number(decimals) || decimals.len() > 3 {
        return None;
    }
    let whole: i64 = whole.parse().ok().filter(|whole| *whole <= WHOLE_MAX)?;
    let decimals: i64 = format!("{decimals:0<3}").parse().ok()?;
    Some(whole * 1000 + decimals)
}

/// Reads a day as its first and last second in UTC, a minute likewise, and an instant as itself.
fn instant(written: &str) -> Option<(i64, i64)> {
    if let Ok(day) = written.parse::<NaiveDate>() {
        let start = day.and_time(NaiveTime::MIN).and_utc().timestamp();
        return Some((start, start + TimeDelta::days(1).num_seconds() - 1));
    }
    if let Ok(at) = written.parse::<Timestamp>() {
        return Some((at.timestamp(), at.timestamp()));
    }
    let minute = chrono::NaiveDateTime::parse_from_str(written, "%Y-%m-%dT%H:%MZ").ok()?;
    let start = minute.and_utc().timestamp();
    Some((start, start + 59))
}

/// Reads `18:30` or the number of minutes since midnight.
fn minute(written: &str) -> Option<i64> {
    if let Ok(time) = NaiveTime::parse_from_str(written, "%H:%M") {
        return Some(i64::from(time.num_seconds_from_midnight() / 60));
    }
    written.parse().ok().filter(|minute| (0..24 * 60).contains(minute))
}

fn bad_site(value: &str, bad: BadSite) -> (String, String) {
    let (message, hint) = match bad {
        BadSite::NotAnAddress => {
            ("is not a site", "write site:example.com or site:example.com/blog")
        }
        BadSite::HasQuery => ("is one page, not a site", "leave out what follows ? or #"),
        BadSite::TooDeep => ("is too long for a site", "shorten the path"),
    };
    (format!("{value:?} {message}"), hint.to_owned())
}

/// Returns the known word that a slip of one or two letters may have turned into this one.
fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let slips_max = if word.chars().count() <= 3 { 1 } else { 2 };
    let nearness = |known: &str| {
        // People seldom get the first letter wrong.
        (edit_distance(word, known), word.chars().next() != known.chars().next())
    };
    known
        .iter()
        .map(|&known| (nearness(known), known))
        .filter(|((slips, _), _)| *slips <= slips_max)
        .min()
        .map(|(_, known)| known)
}

/// Returns the Levenshtein distance in characters.
fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &to) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_inserted_lost_and_changed_letters() {
        let check = |a, b, expect| assert_eq!(edit_distance(a, b), expect, "{a} {b}");
        check("title", "title", 0);
        check("titel", "title", 2);
        check("titre", "title", 1);
        check("", "kind", 4);
        check("kinds", "kind", 1);
    }

    #[test]
    fn a_short_word_is_not_taken_for_another() {
        assert_eq!(closest("lng", &["lang"]), Some("lang"));
        assert_eq!(closest("log", &["lang"]), None);
        assert_eq!(closest("auteur", &["author"]), Some("author"));
        assert_eq!(closest("titel", &["site", "title"]), Some("title"));
        assert_eq!(closest("langage", &["lang"]), None);
    }
}
