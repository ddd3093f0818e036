//! What is known of how a site writes its dates: its zone, the order of its numbers, its language.

use serde::{Deserialize, Serialize};

use super::zone::Zone;

/// How a site writes its dates: told by a preset, or learnt from its pages and kept for the next one.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DateHabits {
    /// Where its clocks stand.
    pub zone: Zone,
    /// `None` until a page has shown it.
    pub order: Option<DateOrder>,
    pub lang: Option<Lang>,
}

/// The order of the numbers in dates such as `03/02/25`. A year of four digits that comes first needs none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    Dmy,
    Mdy,
    Ymd,
}

/// The languages in which dates are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    Fr,
    En,
    De,
    Es,
    It,
    Pt,
    Nl,
}

impl Lang {
    pub const ALL: [Self; 7] =
        [Self::Fr, Self::En, Self::De, Self::Es, Self::It, Self::Pt, Self::Nl];

    /// Reads a language tag: `fr`, `pt-BR`, `en_GB`.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let code = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        let codes = ["fr", "en", "de", "es", "it", "pt", "nl"];
        codes.iter().position(|known| *known == code).map(|at| Self::ALL[at])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_known_by_its_tag() {
        let check = |tag, expect| assert_eq!(Lang::from_tag(tag), expect, "{tag}");
        check("fr", Some(Lang::Fr));
        check("pt-BR", Some(Lang::Pt));
        check(" EN_gb", Some(Lang::En));
        check("frr", None);
        check("", None);
    }

    #[test]
    fn habits_that_say_little_are_read() {
        let check = |json, expect| {
            assert_eq!(serde_json::from_str::<DateHabits>(json).unwrap(), expect, "{json}");
        };
        check("{}", DateHabits::default());
        let habits = DateHabits {
            order: Some(DateOrder::Dmy),
            lang: Some(Lang::Nl),
            ..DateHabits::default()
        };
        check(r#"{"order": "dmy", "lang": "nl"}"#, habits);
    }
}
