//! What is said of a signal, in sentences that a press officer understands.

use chrono::Timelike;
use chrono_tz::Tz;
use model::{Locale, QueryName, SignalKind, SignalTurn, Timestamp};

use super::{Cause, Evidence, Standing};
use crate::clean::one_line;

const NAME_CHARS_MAX: usize = 80;
/// From so many authors on, many speak of it.
const MANY: u64 = 5;
/// How many terms, hosts and the like are named.
const NAMED_MAX: usize = 5;

/// Says what a signal is about: first what is unusual, then who says it, what, and how. Each sentence is
/// plain, on one line and of bounded length.
pub fn sentences(evidence: &Evidence, turn: SignalTurn, locale: Locale, zone: Tz) -> Vec<String> {
    let teller = Teller { evidence, locale, zone };
    let mut told = vec![teller.headline()];
    told.push(teller.rarity(turn));
    told.extend(teller.cause());
    told.extend(teller.matter());
    told.extend(teller.tone());
    if turn != SignalTurn::Ended {
        told.extend(teller.growth());
    }
    told.extend(teller.known());
    told
}

struct Teller<'a> {
    evidence: &'a Evidence,
    locale: Locale,
    zone: Tz,
}

impl Teller<'_> {
    fn pick<'s>(&self, english: &'s str, french: &'s str) -> &'s str {
        match self.locale {
            Locale::English => english,
            Locale::French => french,
        }
    }

    fn number(&self, number: f64) -> String {
        let text = if number >= 9.95 { format!("{number:.0}") } else { format!("{number:.1}") };
        let text = text.strip_suffix(".0").map_or(text.clone(), str::to_owned);
        match self.locale {
            Locale::English => text,
            Locale::French => text.replace('.', ","),
        }
    }

    /// "Ozalée: 23 mentions in 3 hours, usually 4 (at most 9)."
    fn headline(&self) -> String {
        let window = &self.evidence.window;
        let query = one_line(self.evidence.query.as_str(), NAME_CHARS_MAX);
        let span = self.span((self.evidence.until - window.since).num_minutes());
        let (observed, expected) = (self.number(window.observed), self.number(window.expected));
        let of = self.number(window.of.unwrap_or(0.0));
        let high = self.number(window.high.floor().max(1.0));
        let low = self.number(window.low.floor());
        let theme = self.evidence.theme.as_ref().map_or("…", QueryName::as_str);
        let theme = one_line(theme, NAME_CHARS_MAX);
        let (one, many) = (self.pick("mention", "mention"), self.pick("mentions", "mentions"));
        let noun = if window.observed < 1.5 { one } else { many };
        match (self.evidence.kind, self.locale) {
            (SignalKind::Rise | SignalKind::Slow, Locale::English) => {
                format!(
                    "{query}: {observed} {noun} in {span}, usually {expected} (at most {high})."
                )
            }
            (SignalKind::Rise | SignalKind::Slow, Locale::French) => format!(
                "{query}\u{a0}: {observed} {noun} en {span}, d’habitude {expected} (au plus {high})."
            ),
            (SignalKind::Silence, Locale::English) => {
                format!(
                    "{query}: only {observed} {noun} in {span}, usually {expected} (at least {low})."
                )
            }
            (SignalKind::Silence, Locale::French) => format!(
                "{query}\u{a0}: seulement {observed} {noun} en {span}, d’habitude {expected} (au moins \
                 {low})."
            ),
            (SignalKind::Negative, Locale::English) => format!(
                "{query}: {observed} of {of} mentions in {span} are negative, usually {expected} of as \
                 many."
            ),
            (SignalKind::Negative, Locale::French) => format!(
                "{query}\u{a0}: {observed} mentions sur {of} en {span} sont négatives, d’habitude \
                 {expected} sur autant."
            ),
            (SignalKind::Theme, Locale::English) => format!(
                "{query}: {observed} of {of} mentions in {span} are about {theme}, usually {expected} of as \
                 many."
            ),
            (SignalKind::Theme, Locale::French) => format!(
                "{query}\u{a0}: {observed} mentions sur {of} en {span} touchent à {theme}, d’habitude \
                 {expected} sur autant."
            ),
            (SignalKind::Rating, Locale::English) => format!(
                "{query}: {of} ratings in {span} give {} of 5 on average, usually {}.",
                self.stars(window.observed),
                self.stars(window.expected)
            ),
            (SignalKind::Rating, Locale::French) => format!(
                "{query}\u{a0}: {of} notes en {span} donnent {} sur 5 en moyenne, d’habitude {}.",
                self.stars(window.observed),
                self.stars(window.expected)
            ),
        }
    }

    /// The average on a scale from 1 to 5, given how much of all scales is withheld.
    fn stars(&self, withheld: f64) -> String {
        let of = self.evidence.window.of.unwrap_or(0.0).max(1.0);
        self.number((5.0 - 4.0 * withheld / of).clamp(1.0, 5.0))
    }

    /// "It has grown since; it began about 6 March at 14:00, and comes by chance once in 120 days."
    fn rarity(&self, turn: SignalTurn) -> String {
        let days = self.evidence.once_in_days;
        let rarely = match self.locale {
            Locale::English if days >= 3650.0 => "less than once in ten years".to_owned(),
            Locale::English if days >= 730.0 => format!("once in {:.0} years", days / 365.0),
            Locale::English => format!("once in {days:.0} days"),
            Locale::French if days >= 3650.0 => "moins d’une fois en dix ans".to_owned(),
            Locale::French if days >= 730.0 => format!("une fois en {:.0} ans", days / 365.0),
            Locale::French => format!("une fois en {days:.0} jours"),
        };
        let since = self.time(self.evidence.onset);
        let told = match (turn, self.locale) {
            (SignalTurn::Grew, Locale::English) => {
                format!(
                    "It has grown much since it was told: it began about {since}, and would come by chance {rarely}."
                )
            }
            (SignalTurn::Grew, Locale::French) => format!(
                "Le phénomène a beaucoup grandi depuis le dernier avis\u{a0}: commencé vers {since}, il \
                 arriverait par hasard {rarely}."
            ),
            (SignalTurn::Ended, Locale::English) => format!("It is over; it began about {since}."),
            (SignalTurn::Ended, Locale::French) => {
                format!("C’est terminé\u{a0}; cela avait commencé vers {since}.")
            }
            (_, Locale::English) => {
                format!("It began about {since}, and would come by chance {rarely}.")
            }
            (_, Locale::French) => {
                format!("Cela a commencé vers {since} et arriverait par hasard {rarely}.")
            }
        };
        if self.evidence.is_learning {
            let learning = self.pick(
                "There is little past to compare with yet.",
                "Il y a encore peu de passé pour comparer.",
            );
            return format!("{told} {learning}");
        }
        told
    }

    fn cause(&self) -> Option<String> {
        let spread = &self.evidence.spread;
        let (authors, sources, mentions) = (spread.authors, spread.sources, spread.mentions);
        let told = |text: &str| one_line(text, NAME_CHARS_MAX);
        let loudest = spread.loudest.as_ref().map(|(name, count)| (told(name), *count));
        let copied = spread.copied.as_ref().map(|(title, count)| (told(title), *count));
        Some(match (self.evidence.cause?, self.locale) {
            (Cause::Organic, _) if authors < 2 => return None,
            (Cause::Organic, Locale::English) => {
                let who = if authors < MANY { "Several" } else { "Many" };
                format!("{who} speak of it: {authors} authors in {sources} sources.")
            }
            (Cause::Organic, Locale::French) => {
                let who =
                    if authors < MANY { "Plusieurs en parlent" } else { "Beaucoup en parlent" };
                format!("{who}\u{a0}: {authors} auteurs dans {sources} sources.")
            }
            (Cause::OneAuthor, Locale::English) => {
                format!("Most of it is written by one author, in {sources} sources.")
            }
            (Cause::OneAuthor, Locale::French) => {
                format!("L’essentiel vient d’un seul auteur, dans {sources} sources.")
            }
            (Cause::OneSource, Locale::English) => {
                let (name, count) = loudest?;
                format!("Most of it comes from one source: {name} ({count} of {mentions}).")
            }
            (Cause::OneSource, Locale::French) => {
                let (name, count) = loudest?;
                format!(
                    "L’essentiel vient d’une seule source\u{a0}: {name} ({count} sur {mentions})."
                )
            }
            (Cause::OneStory, Locale::English) => {
                let (title, count) = copied?;
                format!("One text is repeated: “{title}” ({count} of {mentions}).")
            }
            (Cause::OneStory, Locale::French) => {
                let (title, count) = copied?;
                format!(
                    "Un même texte est repris\u{a0}: «\u{a0}{title}\u{a0}» ({count} sur {mentions})."
                )
            }
        })
    }

    /// "They speak of: explosion, recall; mostly at forum.example, blog.example."
    fn matter(&self) -> Option<String> {
        let terms = named(&self.evidence.terms);
        let hosts = named(&self.evidence.hosts);
        match (terms.is_empty(), hosts.is_empty(), self.locale) {
            (true, true, _) => None,
            (true, false, Locale::English) => Some(format!("More than usual at: {hosts}.")),
            (true, false, Locale::French) => {
                Some(format!("Plus que d’habitude sur\u{a0}: {hosts}."))
            }
            (false, true, Locale::English) => Some(format!("What stands out: {terms}.")),
            (false, true, Locale::French) => Some(format!("Ce qui ressort\u{a0}: {terms}.")),
            (false, false, Locale::English) => {
                Some(format!("What stands out: {terms}; more than usual at {hosts}."))
            }
            (false, false, Locale::French) => Some(format!(
                "Ce qui ressort\u{a0}: {terms}\u{a0}; plus que d’habitude sur {hosts}."
            )),
        }
    }

    fn tone(&self) -> Option<String> {
        let tone = self.evidence.tone.filter(|tone| tone.of > 0)?;
        let percent = |part: u64, of: u64| (100 * part + of / 2).checked_div(of);
        let now = percent(tone.negative, tone.of)?;
        let before = percent(tone.negative_before, tone.of_before);
        Some(match (before, self.locale) {
            (Some(before), Locale::English) => {
                format!("{now}% are negative, {before}% in the 28 days before.")
            }
            (None, Locale::English) => format!("{now}% are negative."),
            (Some(before), Locale::French) => {
                format!("{now}\u{a0}% sont négatives, {before}\u{a0}% dans les 28 jours d’avant.")
            }
            (None, Locale::French) => format!("{now}\u{a0}% sont négatives."),
        })
    }

    fn growth(&self) -> Option<String> {
        let growth = self.evidence.growth?;
        let times = self.number(growth);
        match self.locale {
            Locale::English if growth >= 1.5 => Some(format!(
                "It is growing: {times} times as much in the second half as in the first."
            )),
            Locale::French if growth >= 1.5 => Some(format!(
                "Cela s’accélère\u{a0}: {times} fois plus dans la seconde moitié que dans la première."
            )),
            Locale::English if growth <= 0.67 => Some("It is already waning.".to_owned()),
            Locale::French if growth <= 0.67 => Some("Cela retombe déjà.".to_owned()),
            Locale::English | Locale::French => None,
        }
    }

    fn known(&self) -> Option<String> {
        let known: Vec<String> =
            self.evidence.known.iter().map(|name| one_line(name, NAME_CHARS_MAX)).collect();
        if known.is_empty() {
            return None;
        }
        let known = known.join(", ");
        Some(match self.locale {
            Locale::English => format!("Known for these days: {known}."),
            Locale::French => format!("Connu pour ces jours-là\u{a0}: {known}."),
        })
    }

    fn span(&self, minutes: i64) -> String {
        match (minutes, self.locale) {
            (..=119, _) => format!("{minutes} minutes"),
            (..=2879, Locale::English) => format!("{} hours", minutes / 60),
            (..=2879, Locale::French) => format!("{} heures", minutes / 60),
            (_, Locale::English) => format!("{} days", minutes / 1440),
            (_, Locale::French) => format!("{} jours", minutes / 1440),
        }
    }

    fn time(&self, moment: Timestamp) -> String {
        time(moment, self.locale, self.zone)
    }
}

/// "6 March, 14:00".
pub(super) fn time(moment: Timestamp, locale: Locale, zone: Tz) -> String {
    let local = moment.with_timezone(&zone);
    let (hour, minute) = (local.hour(), local.minute());
    let day = crate::render::day_month(local.date_naive(), locale);
    match locale {
        Locale::English => format!("{day}, {hour:02}:{minute:02}"),
        Locale::French => format!("le {day} à {hour}\u{a0}h\u{a0}{minute:02}"),
    }
}

fn named(standing: &[Standing]) -> String {
    let names: Vec<String> =
        standing.iter().take(NAMED_MAX).map(|term| one_line(&term.text, NAME_CHARS_MAX)).collect();
    names.join(", ")
}
