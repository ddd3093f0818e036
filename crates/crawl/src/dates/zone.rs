//! Where the clocks of a site stand, and how a page tells.

use std::fmt;
use std::str::FromStr;
use std::sync::LazyLock;

use chrono::{FixedOffset, NaiveDateTime, TimeDelta, TimeZone, Timelike};
use chrono_tz::Tz;
use model::Timestamp;
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::names::zone_minutes;
use super::written;

/// Where the clocks of a site stand: a place of the zone database, or a distance from UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Zone {
    Named(Tz),
    Fixed(FixedOffset),
}

impl Default for Zone {
    fn default() -> Self {
        Self::Named(Tz::UTC)
    }
}

impl Zone {
    fn fixed(minutes: i32) -> Option<Self> {
        (minutes.abs() <= 15 * 60).then(|| FixedOffset::east_opt(minutes * 60).map(Self::Fixed))?
    }

    /// Returns what the site's clocks show at an instant.
    pub(super) fn local(self, at: Timestamp) -> NaiveDateTime {
        match self {
            Self::Named(zone) => at.with_timezone(&zone).naive_local(),
            Self::Fixed(zone) => at.with_timezone(&zone).naive_local(),
        }
    }

    /// Returns when the site's clocks show a time: the first, where they show it twice, and an hour
    /// later where they skip it.
    pub(super) fn instant(self, local: NaiveDateTime) -> Option<Timestamp> {
        let at = |local: NaiveDateTime| match self {
            Self::Named(zone) => zone.from_local_datetime(&local).earliest().map(|at| at.to_utc()),
            Self::Fixed(zone) => zone.from_local_datetime(&local).earliest().map(|at| at.to_utc()),
        };
        at(local).or_else(|| at(local.checked_add_signed(TimeDelta::hours(1))?))
    }

    /// Whether it is in America, where months come first in English.
    pub(super) fn is_american(self) -> bool {
        matches!(self, Self::Named(zone) if zone.name().starts_with("America/") || zone.name().starts_with("US/"))
    }
}

impl FromStr for Zone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(zone) = text.parse::<Tz>() {
            return Ok(Self::Named(zone));
        }
        let offset = text.strip_prefix("UTC").unwrap_or(text);
        let minutes = OFFSET.captures(offset).filter(|found| found[0].len() == offset.len());
        minutes
            .and_then(|found| minutes_of(&found))
            .and_then(Self::fixed)
            .ok_or_else(|| format!("{text:?} is no time zone, such as Europe/Paris or +01:00"))
    }
}

impl TryFrom<String> for Zone {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Zone> for String {
    fn from(zone: Zone) -> Self {
        zone.to_string()
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Named(zone) => f.write_str(zone.name()),
            Self::Fixed(zone) => write!(f, "{zone}"),
        }
    }
}

/// Bytes after the words that announce a zone, or the time that it is, in which it is looked for.
const SAID_BYTES_MAX: usize = 200;
/// Places of a page that are looked at.
const SAID_MAX: usize = 32;

static CUE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)all times (?:are|shown)|(?-u:\b)times are|(?-u:\b)time ?zone|heures? (?:sont|au format)|fuseau horaire|(?-u:\b)zeiten (?:sind|in)|zeitzone|zona horaria|(?-u:\b)hor(?:as|arios) (?:son|est[aá]n)|fuso orario|(?-u:\b)orari sono|fuso hor[aá]rio|(?-u:\b)hor[aá]rios (?:s[aã]o|est[aã]o)|tijdzone|(?-u:\b)tijden zijn",
    )
});
static NOW: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)(?-u:\b)(?:current time|the time now is|it is currently|heure actuelle|date et heure actuelles?|nous sommes (?:actuellement )?le|il est actuellement|aktuelle zeit|es ist jetzt|aktuelles datum|(?:fecha y )?hora actual|fecha actual|ora (?:attuale|corrente)|data attuale|(?:data e )?hora atual|huidige tijd|het is nu)",
    )
});
static PLACE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)[A-Z][A-Za-z]+(?:/[A-Z][A-Za-z_-]+){1,2}"));
static OFFSET: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"([+−-])\s?(\d{1,2})(?::?(\d{2})|[.,](\d{1,2}))?"));
static UNIVERSAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?-u:\b)(?:UTC|GMT)(?-u:\b)(?:\s|&nbsp;|[(\[])*([+−-])(?:\s|&nbsp;)*(\d{1,2})(?::?(\d{2})|[.,](\d{1,2}))?",
    )
});
static SUMMER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\[\s*(?:DST|Heure d.été)"));

#[expect(clippy::expect_used, reason = "the patterns are constants, and compiled by a test")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a constant pattern")
}

/// Reads a distance from UTC in minutes: `+01:00`, `-5`, `+0530`, `+5.5`.
fn minutes_of(found: &regex::Captures<'_>) -> Option<i32> {
    let hours: i32 = found.get(2)?.as_str().parse().ok()?;
    let minutes: i32 = match (found.get(3), found.get(4)) {
        (Some(minutes), _) => minutes.as_str().parse().ok()?,
        (None, Some(part)) => match part.as_str() {
            "5" | "50" => 30,
            "25" => 15,
            "75" => 45,
            _ => 0,
        },
        (None, None) => 0,
    };
    let minutes = (minutes < 60).then_some(hours * 60 + minutes)?;
    Some(if &found[1] == "+" { minutes } else { -minutes })
}

/// Reads the zone that a page says its times are in, `All times are UTC+01:00`, or else shows by the time
/// that it says it is, `Current time: 11-21-2026, 09:02 PM`. What is said last counts: that is the foot of
/// the page, and not a post about zones. Takes text or markup: phpBB names the place, and so
/// its summer time, only in a `title`.
pub fn zone_said(page: &str, fetched_at: Timestamp) -> Option<Zone> {
    let said = last_of(&CUE, page, zone_in);
    said.or_else(|| last_of(&NOW, page, |text| zone_shown(text, fetched_at)))
}

/// Reads what follows the last place where a pattern matches and something can be read.
fn last_of(cue: &Regex, page: &str, read: impl Fn(&str) -> Option<Zone>) -> Option<Zone> {
    let ends: Vec<usize> = cue.find_iter(page).map(|found| found.end()).collect();
    ends.into_iter().rev().take(SAID_MAX).find_map(|end| read(after(page, end)))
}

fn after(page: &str, start: usize) -> &str {
    let end = page.floor_char_boundary(start.saturating_add(SAID_BYTES_MAX));
    &page[start..end]
}

fn zone_in(text: &str) -> Option<Zone> {
    // A choice of zones says nothing of the page's own.
    if text.contains("<option") {
        return None;
    }
    let place = PLACE.find_iter(text).find_map(|place| place.as_str().parse::<Tz>().ok());
    if let Some(place) = place {
        return Some(Zone::Named(place));
    }
    // The next sentence is about something else.
    let text = text.split(['\n', '\r']).find(|line| !line.trim().is_empty())?;
    let text = text.split_once(". ").map_or(text, |(first, _)| first);
    if let Some(found) = UNIVERSAL.captures(text) {
        let summer = if SUMMER.is_match(text) { 60 } else { 0 };
        return Zone::fixed(minutes_of(&found)? + summer);
    }
    let words = text.split(|c: char| !c.is_alphabetic()).take(12);
    let name = words.into_iter().find_map(|word| {
        let is_name = (3..=4).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_uppercase());
        is_name.then(|| zone_minutes(&word.to_ascii_lowercase())).flatten()
    })?;
    Zone::fixed(name)
}

/// Compares the time that a page shows with the time that it was.
fn zone_shown(text: &str, fetched_at: Timestamp) -> Option<Zone> {
    /// The part of an hour by which zones differ, and how far a page's clock may go wrong.
    const STEP_MINUTES: i32 = 15;
    const WRONG_MINUTES_MAX: i32 = 5;
    /// The zone that is furthest behind.
    const BEHIND_MINUTES_MAX: i32 = 11 * 60;
    let mut markup = false;
    let plain = text.chars().map(|c| {
        markup = c == '<' || markup && c != '>';
        if markup || c == '>' { ' ' } else { c }
    });
    let shown = written::clock_shown(&plain.collect::<String>())?;
    let now = fetched_at.time();
    let day = 24 * 60;
    let ahead = minute_of_day(shown) - minute_of_day(now) + BEHIND_MINUTES_MAX;
    let ahead =
        (ahead + WRONG_MINUTES_MAX).rem_euclid(day) - WRONG_MINUTES_MAX - BEHIND_MINUTES_MAX;
    let wrong = (ahead + STEP_MINUTES / 2).rem_euclid(STEP_MINUTES) - STEP_MINUTES / 2;
    if wrong.abs() > WRONG_MINUTES_MAX {
        return None;
    }
    Zone::fixed(ahead - wrong)
}

fn minute_of_day(time: chrono::NaiveTime) -> i32 {
    let minutes = time.hour() * 60 + time.minute();
    i32::try_from(minutes).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dates::DateHabits;

    fn said(page: &str, expect: &str) {
        let fetched_at = "2025-01-09T20:02:40Z".parse().unwrap();
        let zone = zone_said(page, fetched_at).map_or(String::new(), |zone| zone.to_string());
        assert_eq!(zone, expect, "{page}");
    }

    #[test]
    fn pages_say_their_zone() {
        said("All times are UTC+01:00", "+01:00");
        said("All times are <span title=\"Europe/Madrid\">UTC+01:00</span>", "Europe/Madrid");
        said("Toutes les heures sont au format UTC+01:00", "+01:00");
        said("Heures au format UTC + 1 heure [Heure d’été]", "+02:00");
        said("Heures au format UTC + 1 heure [ Heure d’été ]", "+02:00");
        said("Fuseau horaire sur <span title='Europe/Paris'>UTC+01:00</span>", "Europe/Paris");
        said("All times are GMT -5. The time now is 02:36 PM.", "-05:00");
        said("All times are GMT. The time now is 02:36 PM.", "+00:00");
        said("All times are GMT +5.5. The time now is 02:36 PM.", "+05:30");
        said("Times are UTC - 5 hours [ DST ]", "-04:00");
        said("All times are UTC", "+00:00");
        said("Alle Zeiten sind UTC+02:00", "+02:00");
        said("Todos los horarios son UTC-03:00", "-03:00");
        said("Tutti gli orari sono UTC+01:00", "+01:00");
        said("Todos os horários são GMT -3.", "-03:00");
        said("Alle tijden zijn GMT +1. Het is nu 21:02", "+01:00");
        said("All times are CET", "+01:00");
        said("<p>My time zone is UTC+9</p> <p>All times are UTC+01:00</p>", "+01:00");
        said("The time is right. UTC+1 is a zone", "");
        said("<label>Time zone<select><option>Africa/Abidjan</option>", "");
    }

    #[test]
    fn the_time_that_a_page_shows_tells_its_zone() {
        said("<strong>Current time:</strong> 01-09-2025, 09:02 PM", "+01:00");
        said("Current time: 01-09-2025, 03:02 PM", "-05:00");
        said("Heure actuelle : 21 h 05", "+01:00");
        said("Es ist jetzt 20:02 Uhr", "+00:00");
        said("Current time: 01-10-2025, 01:32 AM", "+05:30");
        said("Current time: 01-09-2025, 09:09 PM", "");
        said("Current time: soon", "");
    }

    #[test]
    fn a_zone_is_kept_as_text() {
        for text in ["Europe/Paris", "+01:00", "-03:30", "UTC"] {
            let habits: DateHabits =
                serde_json::from_str(&format!("{{\"zone\":\"{text}\"}}")).unwrap();
            assert_eq!(habits.zone.to_string(), text);
            let kept = serde_json::to_string(&habits).unwrap();
            assert_eq!(serde_json::from_str::<DateHabits>(&kept).unwrap(), habits);
        }
        assert!(serde_json::from_str::<DateHabits>("{\"zone\":\"Paris\"}").is_err());
        assert_eq!("UTC+2".parse::<Zone>().unwrap().to_string(), "+02:00");
    }

    proptest::proptest! {
        #[test]
        fn no_page_breaks_the_search_for_its_zone(
            text in "(all times are|current time|fuseau horaire|UTC|[+-]|[0-9:]{1,5}|é|<|\\PC){0,40}",
        ) {
            zone_said(&text, Timestamp::default());
        }
    }
}
