//! The words of a letter, in English and in French, and how each language writes dates and
//! numbers. French puts a no-break space before double signs and inside quotation marks.

use chrono::{Datelike, NaiveDate, Timelike};
use model::{Cadence, Kind, Locale, Rating, Timestamp};

use crate::clean::one_line;
use crate::compose::Digest;

/// The words that depend on nothing but the language.
pub(super) struct Words {
    pub(super) lang: &'static str,
    pub(super) found_by: &'static str,
    pub(super) also_seen_in: &'static str,
    pub(super) see_more: &'static str,
    pub(super) results_for: &'static str,
    pub(super) since: &'static str,
    pub(super) removed_since: &'static str,
    pub(super) colon: &'static str,
    months: [&'static str; 12],
}

const ENGLISH: Words = Words {
    lang: "en",
    found_by: "Found by",
    also_seen_in: "Also seen in",
    see_more: "See more in the archive",
    results_for: "for",
    since: "since",
    removed_since: "removed since",
    colon: ": ",
    months: [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
};

const FRENCH: Words = Words {
    lang: "fr",
    found_by: "Trouvé par",
    also_seen_in: "Vu aussi dans",
    see_more: "Voir plus dans les archives",
    results_for: "pour",
    since: "depuis le",
    removed_since: "retiré depuis le",
    colon: "\u{a0}: ",
    months: [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ],
};

pub(super) fn of(locale: Locale) -> &'static Words {
    match locale {
        Locale::English => &ENGLISH,
        Locale::French => &FRENCH,
    }
}

pub(super) fn section(kind: Kind, locale: Locale) -> &'static str {
    let (english, french) = match kind {
        Kind::News => ("News", "Actualités"),
        Kind::Blog => ("Blogs", "Blogs"),
        Kind::Forum => ("Discussions", "Discussions"),
        Kind::Review => ("Reviews", "Avis"),
        Kind::Social => ("Social", "Réseaux sociaux"),
        Kind::Video => ("Video", "Vidéos"),
        Kind::Web => ("Web", "Web"),
    };
    match locale {
        Locale::English => english,
        Locale::French => french,
    }
}

/// "Daily update ⋅ 8 November 2025", as Google Alerts writes it.
pub(super) fn edition(digest: &Digest) -> String {
    let (english, french) = match digest.cadence {
        Cadence::AsItHappens => ("As-it-happens update", "Mise à jour au fil de l’eau"),
        Cadence::Hourly => ("Hourly update", "Mise à jour horaire"),
        Cadence::Daily { .. } => ("Daily update", "Mise à jour quotidienne"),
        Cadence::Weekly { .. } => ("Weekly update", "Mise à jour hebdomadaire"),
        Cadence::Cron(_) => ("Scheduled update", "Mise à jour programmée"),
    };
    let name = match digest.locale {
        Locale::English => english,
        Locale::French => french,
    };
    format!("{name} ⋅ {}", days(digest))
}

/// The day of the letter; for a longer period, its first and last day.
fn days(digest: &Digest) -> String {
    let day = |moment: Timestamp| moment.with_timezone(&digest.zone).date_naive();
    let (first, last) = (day(digest.period.since), day(digest.period.until));
    let full = |day: NaiveDate| format!("{}\u{a0}{}", day_month(day, digest.locale), day.year());
    // A news flash is of its day, however long nothing came before it.
    let flash = matches!(digest.cadence, Cadence::AsItHappens | Cadence::Hourly);
    if flash || (last - first).num_days() <= 1 {
        return full(last);
    }
    let from = match (first.year() == last.year(), first.month() == last.month()) {
        (false, _) => full(first),
        (true, false) => day_month(first, digest.locale),
        (true, true) => day_number(first, digest.locale),
    };
    match digest.locale {
        Locale::English => format!("{from} to {}", full(last)),
        Locale::French => format!("du {from} au {}", full(last)),
    }
}

/// The date and time of an entry, in the subscriber's zone; the year where it is not this one.
pub(super) fn stars(rating: Rating, locale: Locale) -> String {
    let rating = rating.to_string();
    match locale {
        Locale::English => format!("★\u{a0}{rating}"),
        Locale::French => format!("★\u{a0}{}", rating.replace('.', ",")),
    }
}

pub(super) fn date_time(moment: Timestamp, digest: &Digest) -> String {
    let local = moment.with_timezone(&digest.zone);
    let this_year = digest.period.until.with_timezone(&digest.zone).year();
    let mut day = day_month(local.date_naive(), digest.locale);
    if local.year() != this_year {
        day = format!("{day}\u{a0}{}", local.year());
    }
    match digest.locale {
        Locale::English => format!("{day}, {:02}:{:02}", local.hour(), local.minute()),
        Locale::French => format!("{day} à {}\u{a0}h\u{a0}{:02}", local.hour(), local.minute()),
    }
}

pub(crate) fn day_month(day: NaiveDate, locale: Locale) -> String {
    format!("{}\u{a0}{}", day_number(day, locale), of(locale).months[day.month0() as usize])
}

fn day_number(day: NaiveDate, locale: Locale) -> String {
    match (locale, day.day()) {
        (Locale::French, 1) => "1er".to_owned(),
        (Locale::English | Locale::French, number) => number.to_string(),
    }
}

/// "3 new results".
pub(super) fn results(count: usize, locale: Locale) -> String {
    let number = number(count, locale);
    match (locale, count) {
        (Locale::English, 1) => format!("{number} new result"),
        (Locale::English, _) => format!("{number} new results"),
        (Locale::French, 0 | 1) => format!("{number} nouveau résultat"),
        (Locale::French, _) => format!("{number} nouveaux résultats"),
    }
}

/// "12 more that did not fit into this mail".
pub(super) fn did_not_fit(count: usize, locale: Locale) -> String {
    let number = number(count, locale);
    match (locale, count) {
        (Locale::English, _) => format!("{number} more did not fit into this mail"),
        (Locale::French, 0 | 1) => format!("{number} autre résultat ne figure pas dans ce message"),
        (Locale::French, _) => format!("{number} autres résultats ne figurent pas dans ce message"),
    }
}

pub(super) fn and_more(count: usize, locale: Locale) -> String {
    let number = number(count, locale);
    match (locale, count) {
        (Locale::English, _) => format!("and {number} more"),
        (Locale::French, 0 | 1) => format!("et {number} autre"),
        (Locale::French, _) => format!("et {number} autres"),
    }
}

pub(super) fn sources_in_trouble(count: usize, locale: Locale) -> String {
    let number = number(count, locale);
    match (locale, count) {
        (Locale::English, 1) => {
            "1 source is in trouble; this mail may lack what it says".to_owned()
        }
        (Locale::English, _) => {
            format!("{number} sources are in trouble; this mail may lack what they say")
        }
        (Locale::French, 0 | 1) => {
            format!("{number} source a un problème\u{a0}; il peut manquer des résultats")
        }
        (Locale::French, _) => {
            format!("{number} sources ont un problème\u{a0}; il peut manquer des résultats")
        }
    }
}

/// Why the reader, `to`, gets this letter.
pub(super) fn why(digest: &Digest, queries: &str, to: &str) -> String {
    let subscription = one_line(digest.subscription.as_str(), 80);
    match digest.locale {
        Locale::English => format!(
            "You receive this mail because the subscription “{subscription}”, which follows \
             {queries}, is addressed to you ({to})."
        ),
        Locale::French => format!(
            "Vous recevez ce message parce que l’abonnement «\u{a0}{subscription}\u{a0}», qui suit \
             {queries}, vous est adressé ({to})."
        ),
    }
}

/// How to stop the letters, before the address to write to.
pub(super) fn to_stop(locale: Locale) -> &'static str {
    match locale {
        Locale::English => "To change or stop it, write to",
        Locale::French => "Pour le modifier ou l’arrêter, écrivez à",
    }
}

pub(super) fn zone(zone: chrono_tz::Tz, locale: Locale) -> String {
    let name = zone.name().replace('_', " ");
    match locale {
        Locale::English => format!("Times are those of {name}."),
        Locale::French => format!("Les heures sont celles du fuseau {name}."),
    }
}

fn number(count: usize, locale: Locale) -> String {
    let separator = match locale {
        Locale::English => ',',
        Locale::French => '\u{202f}',
    };
    let digits = count.to_string();
    let mut number = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            number.push(separator);
        }
        number.push(digit);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let check = |count, english: &str, french: &str| {
            assert_eq!(number(count, Locale::English), english);
            assert_eq!(number(count, Locale::French), french);
        };
        check(0, "0", "0");
        check(999, "999", "999");
        check(1_920, "1,920", "1\u{202f}920");
        check(1_234_567, "1,234,567", "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(results(1, Locale::English), "1 new result");
        assert_eq!(results(2, Locale::English), "2 new results");
        assert_eq!(results(1, Locale::French), "1 nouveau résultat");
        assert_eq!(results(2, Locale::French), "2 nouveaux résultats");
    }

    #[test]
    fn the_first_of_a_month_is_an_ordinal_in_french() {
        let day = |text: &str, locale| day_month(text.parse().unwrap(), locale);
        assert_eq!(day("2025-11-01", Locale::French), "1er\u{a0}novembre");
        assert_eq!(day("2025-08-02", Locale::French), "2\u{a0}août");
        assert_eq!(day("2025-11-01", Locale::English), "1\u{a0}November");
    }
}
