//! The names that may stand before a colon, and the values that may follow.

use chrono::{NaiveDate, NaiveTime, TimeDelta, Timelike};
use model::{Country, Kind, Lang, Timestamp, Tone};

use super::{Reason, number, shown};
use crate::filter::{BadSite, Interval, Quantity};
use crate::{Filter, Has, LintCode, Scope};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Text(Scope),
    Filter(FilterField),
    Interval(QuantityField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FilterField {
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
pub(crate) enum QuantityField {
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
pub(crate) enum Directive {
    In,
    Stem,
    Context,
    AntiContext,
}

/// What other tools and other languages call our fields, to name ours to those who come from there.
const OTHER_NAMES: [(&str, &str); 32] = [
    ("intitle", "title"),
    ("allintitle", "title"),
    ("headline", "title"),
    ("subject", "title"),
    ("titre", "title"),
    ("intext", "text"),
    ("body", "text"),
    ("content", "text"),
    ("texte", "text"),
    ("by", "author"),
    ("from", "author"),
    ("auteur", "author"),
    ("inurl", "url"),
    ("link", "links"),
    ("domain", "site"),
    ("host", "site"),
    ("topleveldomain", "site"),
    ("language", "lang"),
    ("langue", "lang"),
    ("location", "country"),
    ("pays", "country"),
    ("type", "kind"),
    ("sentiment", "tone"),
    ("since", "date"),
    ("before", "date"),
    ("after", "date"),
    ("stars", "rating"),
    ("minuteofday", "minute"),
    ("retweets", "shares"),
    ("authorfollowers", "followers"),
    ("hashtag", "tag"),
    ("filter", "has"),
];

const DIRECTIVES: [(&str, Directive); 5] = [
    ("in", Directive::In),
    ("stem", Directive::Stem),
    ("context", Directive::Context),
    ("anticontext", Directive::AntiContext),
    ("anti-context", Directive::AntiContext),
];

impl Directive {
    pub(crate) fn named(name: &str) -> Option<Self> {
        let found = DIRECTIVES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, directive)| *directive)
    }
}

impl Field {
    /// Finds the field of this name, in any case; or says what may have been meant.
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        let name = name.to_lowercase();
        if let Some((_, field)) = FIELDS.iter().find(|(known, _)| *known == name) {
            return Ok(*field);
        }
        let fields = FIELDS.iter().map(|(known, _)| *known);
        let known: Vec<&str> = fields.chain(DIRECTIVES.iter().map(|(known, _)| *known)).collect();
        let other = OTHER_NAMES.iter().find(|(other, _)| *other == name).map(|(_, known)| *known);
        Err(match other.or_else(|| closest(&name, &known)) {
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
    pub(super) fn read(self, value: &str) -> Result<Filter, Reason> {
        let value = value.trim();
        let lower = value.to_lowercase();
        match self {
            Self::Site => site(value),
            Self::Lang => Lang::from_tag(value).map(Filter::Lang).ok_or_else(|| {
                is_not(value, "a language", "use the code of two or three letters, such as lang:fr")
            }),
            Self::Country => Country::from_code(value).map(Filter::Country).ok_or_else(|| {
                is_not(value, "a country", "use the code of two letters, such as country:fr")
            }),
            Self::Source if value.is_empty() => {
                Err(bad("source: names no source", "write source:its-id"))
            }
            Self::Source => Ok(Filter::source(value)),
            Self::Thread if value.is_empty() => {
                Err(bad("thread: names no thread", "write thread:its-id"))
            }
            Self::Thread => Ok(Filter::Thread(value.to_owned())),
            Self::Tag if value.trim_start_matches('#').is_empty() => {
                Err(bad("tag: names no tag", "write tag:recall"))
            }
            Self::Tag => Ok(Filter::tag(value)),
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
                .map_err(|_| not_one_of("reply", "true or false", &lower, &["true", "false"])),
        }
    }
}

fn bad(message: impl Into<String>, hint: impl Into<String>) -> Reason {
    Reason::new(LintCode::BadValue, message, hint)
}

fn is_not(value: &str, what: &str, hint: &str) -> Reason {
    bad(format!("{:?} is not {what}", shown(value)), hint)
}

fn not_one_of(field: &str, what: &str, value: &str, known: &[&str]) -> Reason {
    let hint = match closest(value, known) {
        Some(known) => format!("did you mean {field}:{known}?"),
        None => format!("known are {}", known.join(", ")),
    };
    is_not(value, what, &hint)
}

impl QuantityField {
    /// Reads one value, which stands for the interval that it fills.
    pub(super) fn read(self, value: &str) -> Result<Interval, Reason> {
        let (value, scale) = match (self, value.split_once('/')) {
            (Self::Rating, Some((value, scale))) => (value, Some(scale)),
            _ => (value, None),
        };
        let (min, max) = self.bounds(value)?;
        Ok(Interval { quantity: self.quantity(scale)?, min: Some(min), max: Some(max) })
    }

    /// Reads what stands between the brackets of `[from TO to]`, and what follows them.
    pub(super) fn read_interval(self, inside: &str, after: &str) -> Result<Interval, Reason> {
        let usage = "write [from TO to], with * for an open end";
        let Some((from, to)) = inside.split_once(" TO ") else {
            return Err(bad(format!("[{}] is not a range", shown(inside)), usage));
        };
        let scale = match (self, after.strip_prefix('/')) {
            (_, _) if after.is_empty() => None,
            (Self::Rating, Some(scale)) => Some(scale),
            _ => return Err(bad(format!("{:?} cannot follow a range", shown(after)), usage)),
        };
        let bound = |written: &str| match written.trim() {
            "*" => Ok(None),
            written => self.bounds(written).map(Some),
        };
        let (from, to) = (bound(from)?, bound(to)?);
        let (min, max) = (from.map(|(min, _)| min), to.map(|(_, max)| max));
        if min.is_none() && max.is_none() {
            return Err(bad("the range is open at both ends", "write a number for one of them"));
        }
        if min.zip(max).is_some_and(|(min, max)| min > max) {
            let hint = if self == Self::Minute {
                "a range ends with its day: join one until 23:59 and one from 00:00 by OR"
            } else {
                "write the smaller end first"
            };
            return Err(bad(format!("[{}] is empty", shown(inside)), hint));
        }
        Ok(Interval { quantity: self.quantity(scale)?, min, max })
    }

    fn quantity(self, scale: Option<&str>) -> Result<Quantity, Reason> {
        Ok(match (self, scale) {
            (Self::Rating, Some(scale)) => {
                let best_milli = milli(scale).filter(|best| *best > 0).ok_or_else(|| {
                    let hint = "write rating:[6 TO 8]/10 for sites that rate out of 10";
                    is_not(scale, "the end of a scale", hint)
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
    fn bounds(self, value: &str) -> Result<(i64, i64), Reason> {
        let value = value.trim();
        let read = match self {
            Self::Rating => milli(value).map(|milli| (milli, milli)),
            Self::Date => instant(value),
            Self::Minute => minute(value).map(|minute| (minute, minute)),
            Self::Likes | Self::Shares | Self::Comments | Self::Views | Self::Followers => {
                number(value).map(|count| (count, count))
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
            is_not(value, what, hint)
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
    number(written).filter(|minute| (0..24 * 60).contains(minute))
}

fn site(value: &str) -> Result<Filter, Reason> {
    // A domain above all sites is often written with its dot.
    let written = value.strip_prefix('.').unwrap_or(value);
    let read = Filter::site(written).and_then(|site| {
        // What the URL parser lets stand in a host stands in none that exists.
        let is_host = |host: &str| host.chars().all(is_of_host);
        let is_site = matches!(&site, Filter::Site { host, .. } if is_host(host));
        if is_site { Ok(site) } else { Err(BadSite::NotAnAddress) }
    });
    read.map_err(|bad| {
        let (what, hint) = match bad {
            BadSite::NotAnAddress => {
                ("is not a site", "write site:example.com or site:example.com/blog")
            }
            BadSite::HasQuery => ("is one page, not a site", "leave out what follows ? or #"),
            BadSite::TooDeep => ("is too long for a site", "shorten the path"),
        };
        self::bad(format!("{:?} {what}", shown(value)), hint)
    })
}

fn is_of_host(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '[' | ']')
}

/// Returns the known word that a slip of one or two letters may have turned into this one.
fn closest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let slips_max = if word.chars().count() <= 4 { 1 } else { 2 };
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
pub(crate) fn edit_distance(a: &str, b: &str) -> usize {
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
        assert_eq!(closest("note", &["date"]), None);
        assert_eq!(closest("auteur", &["author"]), Some("author"));
        assert_eq!(closest("titel", &["site", "title"]), Some("title"));
        assert_eq!(closest("langage", &["lang"]), None);
    }
}
