//! One signal as a letter tells it: on which occasion, how grave it is, and what people have done about it.

use chrono_tz::Tz;
use model::{Locale, Severity, SignalId, SignalTurn, Timestamp};

use super::words::time;
use super::{Evidence, sentences};
use crate::clean::one_line;

const PERSON_CHARS_MAX: usize = 80;

/// A signal to tell.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalNews {
    pub signal: SignalId,
    /// As of its last turn.
    pub evidence: Evidence,
    pub severity: Severity,
    pub occasion: Occasion,
    /// With query and kind it names the signal: the end of the bucket that gave it away.
    pub opened: Timestamp,
    pub acknowledged: Option<(Timestamp, String)>,
    /// From when to when it was a crisis, where it was one and is over.
    pub was_crisis: Option<[Timestamp; 2]>,
    /// Whether its reader's mentions wait for its end, or for somebody who sees to it.
    pub holds_mentions: bool,
}

/// Why a signal is told now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Occasion {
    /// Its reader has not heard of it.
    Opened,
    Grew,
    /// It was told as a warning, and is a crisis now.
    Risen,
    /// It was told some time ago, and lasts.
    Lasts,
    /// It opened or grew, and ended, while letters were held.
    Over,
}

impl Occasion {
    /// The turn in whose words it is told.
    pub(super) fn turn(self) -> SignalTurn {
        match self {
            Self::Opened | Self::Lasts => SignalTurn::Opened,
            Self::Grew | Self::Risen => SignalTurn::Grew,
            Self::Over => SignalTurn::Ended,
        }
    }

    /// What stands before the headline: "Crisis", "Growing", "Over".
    pub(crate) fn title(self, severity: Severity, locale: Locale) -> &'static str {
        use Occasion::{Grew, Lasts, Opened, Over, Risen};
        let is_crisis = severity == Severity::Crisis;
        match (self, is_crisis, locale) {
            (Opened, false, _) => "Signal",
            (Opened, true, Locale::English) => "Crisis",
            (Opened, true, Locale::French) => "Crise",
            (Grew, false, Locale::English) => "Growing",
            (Grew, false, Locale::French) => "En hausse",
            (Grew, true, Locale::English) => "Crisis, growing",
            (Grew, true, Locale::French) => "Crise en hausse",
            (Risen, _, Locale::English) => "Now a crisis",
            (Risen, _, Locale::French) => "Désormais une crise",
            (Lasts, false, Locale::English) => "It lasts",
            (Lasts, false, Locale::French) => "Toujours en cours",
            (Lasts, true, Locale::English) => "Crisis, it lasts",
            (Lasts, true, Locale::French) => "Crise toujours en cours",
            (Over, false, Locale::English) => "Over",
            (Over, false, Locale::French) => "Terminé",
            (Over, true, Locale::English) => "Crisis, over",
            (Over, true, Locale::French) => "Crise terminée",
        }
    }
}

impl SignalNews {
    /// Whether it still wants somebody who sees to it.
    pub(super) fn can_be_acknowledged(&self) -> bool {
        self.occasion != Occasion::Over && self.acknowledged.is_none()
    }

    /// All that is said of it, the headline first. Each sentence is on one line.
    pub(super) fn sentences(&self, locale: Locale, zone: Tz) -> Vec<String> {
        let mut said = sentences(&self.evidence, self.occasion.turn(), locale, zone);
        let more = match (self.occasion, locale) {
            (Occasion::Lasts, Locale::English) => {
                Some("You were told of it before: it lasts, and nobody has acknowledged it.")
            }
            (Occasion::Lasts, Locale::French) => {
                Some("Vous en étiez averti\u{a0}: cela dure, et personne n’en a pris acte.")
            }
            (Occasion::Over, Locale::English) => Some("Your mails were held until it was over."),
            (Occasion::Over, Locale::French) => {
                Some("Vos courriers étaient retenus jusqu’à ce que ce fût terminé.")
            }
            (Occasion::Opened | Occasion::Grew | Occasion::Risen, _) => None,
        };
        said.extend(self.was_crisis.map(|span| {
            let [from, to] = span.map(|at| time(at, locale, zone));
            match locale {
                Locale::English => format!("It was a crisis from {from} to {to}, and is over."),
                Locale::French => {
                    let [from, to] = [&from, &to].map(|at| at.trim_start_matches("le "));
                    format!("C’était une crise, du {from} au {to}\u{a0}; elle est terminée.")
                }
            }
        }));
        said.extend(more.map(str::to_owned));
        said.extend(self.acknowledged.as_ref().map(|(at, person)| {
            let (person, at) = (one_line(person, PERSON_CHARS_MAX), time(*at, locale, zone));
            match locale {
                Locale::English => format!("Acknowledged by {person}, {at}."),
                Locale::French => format!("{person} en a pris acte, {at}."),
            }
        }));
        said.extend(self.holds_mentions.then(|| {
            let sentence = match locale {
                Locale::English => {
                    "What is found meanwhile waits: you get it in one mail, once this is over or somebody has \
                     acknowledged it."
                }
                Locale::French => {
                    "Ce qui est trouvé entre-temps attend\u{a0}: vous le recevrez en un seul message, dès que ce sera \
                     terminé ou que quelqu’un en aura pris acte."
                }
            };
            sentence.to_owned()
        }));
        said
    }
}
