//! Where on a page dates stand, in the words of people and of machines. What they mean is told by
//! [`crate::dates`], from all dates of a page together.

use std::sync::LazyLock;

use regex::Regex;

use super::outline::Outline;
use crate::extract::draft::Dated;

/// A longer line is a text, which may speak of dates, but is not dated by them.
const LINE_CHARS_MAX: usize = 240;
/// The start of a line in which its date is looked for, in bytes.
const SEARCHED_BYTES_MAX: usize = 200;
/// Characters beside a date that may still be its line: names and labels.
const BESIDE_CHARS_MAX: usize = 90;
const ATTRIBUTE_BYTES_MAX: usize = 120;

/// What a date is of, as its label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum About {
    /// The text, as far as is said.
    Text,
    /// A later change of the text.
    Edit,
    /// Something else: when its author joined, when a product was bought.
    Other,
}

/// Where a date was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Machine,
    Title,
    Words,
}

/// A date on the page.
#[derive(Debug)]
pub(super) struct Mark {
    pub(super) element: usize,
    /// The line that shows it.
    pub(super) line: Option<usize>,
    /// As machines or people wrote it.
    pub(super) text: String,
    pub(super) place: Place,
    pub(super) about: About,
    pub(super) has_time: bool,
    /// Whether it stands within words that are more than its label.
    pub(super) is_in_prose: bool,
}

impl Mark {
    pub(super) fn dated(&self) -> Dated {
        match self.place {
            Place::Machine => match crate::dates::parse(&self.text) {
                Some(at) => Dated::At(at),
                None => Dated::Written(self.text.clone()),
            },
            Place::Title | Place::Words => Dated::Written(self.text.clone()),
        }
    }
}

const MONTHS: &str = r"jan(?:v(?:ier|\.)?|uary|uar|uari|eiro|\.)?|ene(?:ro|\.)?|gen(?:naio|n\.|\.)?|feb(?:ruary|ruar|ruari|rero|braio|br\.|\.)?|f[ée]v(?:r(?:ier|\.)?|ereiro|\.)?|mar(?:ch|s|zo|[çc]o|\.)?|m[äa]rz|mrt\.?|maart|a[pv]r(?:il|ile|\.)?|abr(?:il|\.)?|ma[iyo]o?|mag(?:gio|\.)?|mei|ju(?:in|ne|ni)|giu(?:gno|\.)?|jun(?:ho|io|e|i|\.)?|jui(?:l(?:let|\.)?|\.)|jul(?:y|i|io|ho|\.)?|lug(?:lio|\.)?|ao[uû]t|aug(?:ust|ustus|\.)?|ago(?:sto|\.)?|sept?(?:ember|embre|iembre|\.)?|set(?:t(?:embre|\.)?|embro|iembre|\.)?|o[ck]t(?:ober|obre|ubre|\.)?|ott(?:obre|\.)?|out(?:ubro|\.)?|nov(?:ember|embre|iembre|embro|\.)?|d[ée]c(?:ember|embre|\.)?|dez(?:ember|embro|\.)?|dic(?:iembre|embre|\.)?";
const TIME: &str = r"(?:\d{1,2}\s?[:h.]\s?\d{2}(?:\s?min|:\d{2})?(?:\s?[ap]\.?\s?m\b\.?)?|\d{1,2}\s?(?:[ap]\.?m\b\.?|uhr|h\b))";
const BETWEEN: &str =
    r"(?:\s*(?:,|@|-|–|—|\||·|•|à|at|um|alle(?: ore)?|a las|às|om|ore|kl\.?|h)?\s*){1,2}";
const RELATIVE: &str = r"avant-hier|aujourd['’]hui|hier|yesterday|today|gestern|vorgestern|heute|ayer|hoy|ieri|oggi|ontem|hoje|gisteren|vandaag";
const WEEKDAYS: &str = r"lun(?:di)?|mar(?:di)?|mer(?:credi)?|jeu(?:di)?|ven(?:dredi)?|sam(?:edi)?|dim(?:anche)?|mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?|montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag|lunes|martes|mi[ée]rcoles|jueves|viernes|s[áa]bado|domingo";
const UNITS: &str = r"s(?:ec(?:onde?s?|\.)?)?|min(?:ute?[sn]?|uti|utos?|\.)?|h(?:ours?|rs?|eures?|oras?)?|d(?:ays?)?|j(?:ours?)?|jours?|days?|hours?|heures?|w(?:eeks?|ks?)?|weeks?|semaines?|sem\.?|mois|months?|mo|ans?|ann[ée]es?|years?|yrs?|y|stunden?|tag(?:en?)?|wochen?|monat(?:en?)?|jahr(?:en?)?|d[íi]as?|horas?|meses|mes|a[ñn]os?|anos?|ore|ora|giorn[oi]|settiman[ae]|mes[ei]|ann[oi]|uur|dag(?:en)?|we[ek]+(?:en)?|maand(?:en)?|jaar";

static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let zone = r"(?:\s?(?:utc|gmt|cest|cet|[ecmp][sd]t|z)\b(?:[+-]\d{1,2}(?::?\d{2})?)?|\s?[+-]\d{2}:?\d{2})?";
    let day = format!(
        r"\d{{4}}-\d{{1,2}}-\d{{1,2}}(?:t\d{{2}}:\d{{2}}(?::\d{{2}}(?:\.\d+)?)?)?|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:\d{{4}}|\d{{2}})|\d{{4}}[/.]\d{{1,2}}[/.]\d{{1,2}}|(?:(?:{WEEKDAYS})\.?,?\s)?\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?[\s-](?:de\s|of\s)?(?:{MONTHS})\.?,?(?:[\s-](?:de\s|del\s)?(?:\d{{4}}|['’]\d{{2}}|\d{{2}}\b))?|(?:(?:{WEEKDAYS})\.?,?\s)?(?:{MONTHS})\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s(?:\d{{4}}|['’]\d{{2}}))?|(?:{RELATIVE})|(?:{MONTHS})\s\d{{4}}|(?:{WEEKDAYS})"
    );
    let ago = format!(
        r"(?:\d+|an?|one|une?)\s?(?:{UNITS})\s(?:ago|geleden|fa|atr[áa]s)\b|il y a (?:\d+|une?|quelques) ?(?:{UNITS})|(?:vor|hace|h[áa]) (?:\d+|eine[rmn]?|una?|uma?) (?:{UNITS})|just now|à l['’]instant"
    );
    Regex::new(&format!(
        r"(?i)(?:^|[^\p{{L}}\d])({ago}|(?:{day})(?:{BETWEEN}{TIME})?{zone}|{TIME}\s(?:on|le)\s(?:{day}))(?:$|[^\p{{L}}\d])"
    ))
    .ok()
});

static TIME_OF_DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?i)\d{1,2}\s?[:h]\s?\d{2}|\d{1,2}\.\d{2}\s?uhr|\d\s?[ap]\.?m\b|\b(?:min|minutes?|hours?|heures?|stunden?|secondes?)\b|[^.\d]\d{1,2}\.\d{2}$",
    )
    .ok()
});

/// Labels that say a date to be of something other than the text.
const OTHER: [&str; 40] = [
    "join",
    "regist",
    "inscri",
    "membre depuis",
    "member since",
    "member from",
    "since",
    "depuis",
    "anmeld",
    "beigetreten",
    "mitglied seit",
    "dabei seit",
    "angemeldet",
    "registrad",
    "desde",
    "iscritt",
    "iscrizione",
    "lid sinds",
    "lid geworden",
    "last active",
    "last activity",
    "last seen",
    "last visit",
    "dernière visite",
    "vu pour la dernière",
    "dernière activité",
    "date of experience",
    "date of visit",
    "date of stay",
    "date de l'expérience",
    "date de l’expérience",
    "expérience vécue",
    "date de visite",
    "date du séjour",
    "bought on",
    "achat du",
    "suite à une",
    "birthday",
    "anniversaire",
    "expérience du",
];

const EDIT: [&str; 22] = [
    "edited",
    "last edit",
    "modified",
    "modifi",
    "édité",
    "edité",
    "dernière édition",
    "dernière modif",
    "mis à jour",
    "mise à jour",
    "updated",
    "bearbeitet",
    "geändert",
    "editado",
    "modificat",
    "bewerkt",
    "aktualisiert",
    "actualizado",
    "aggiornat",
    "gewijzigd",
    "dernier changement",
    "changed",
];

/// What every date without a digit has.
const UNNUMBERED: [&str; 22] = [
    "hier",
    "aujourd",
    "yesterday",
    "today",
    "gestern",
    "heute",
    "ayer",
    "hoy",
    "ieri",
    "oggi",
    "ontem",
    "hoje",
    "gisteren",
    "vandaag",
    " ago",
    "il y a",
    "just now",
    "instant",
    "vor ",
    "hace ",
    "há ",
    "geleden",
];

/// Returns the date within a text, and whether it has a time of day.
pub(super) fn find(text: &str) -> Option<(std::ops::Range<usize>, bool)> {
    if !text.bytes().any(|b| b.is_ascii_digit()) {
        // Only words that are relative to now: looked for before the costly search.
        let lower = text.to_lowercase();
        if text.len() > 80 || !UNNUMBERED.iter().any(|word| lower.contains(word)) {
            return None;
        }
    }
    let regex = DATE.as_ref()?;
    let mut best: Option<(std::ops::Range<usize>, bool)> = None;
    for found in regex.captures_iter(text).filter_map(|found| found.get(1)).take(4) {
        let has_time = TIME_OF_DAY.as_ref().is_some_and(|time| time.is_match(found.as_str()));
        // A day of the week alone is no date, and a month alone no day.
        let is_weak =
            !found.as_str().bytes().any(|b| b.is_ascii_digit()) && !is_relative(found.as_str());
        if is_weak {
            continue;
        }
        if best.as_ref().is_none_or(|(_, had_time)| has_time && !had_time) {
            best = Some((found.range(), has_time));
        }
    }
    best
}

fn is_relative(text: &str) -> bool {
    let text = text.to_lowercase();
    RELATIVE.split('|').any(|word| text.starts_with(&word.replace("['’]", "'")))
        || text.starts_with("aujourd")
        || text.contains("ago")
        || text.contains("il y a")
        || text.contains("just now")
        || text.contains("instant")
        || ["vor ", "hace ", "ha ", "há "].iter().any(|word| text.starts_with(word))
}

/// Says what a date is of by the words before or after it and the names of its element.
fn about(words: &str, names: &str) -> About {
    let words = words.to_lowercase();
    let has = |labels: &[&str]| labels.iter().any(|label| words.contains(label));
    let is_named = |parts: &[&str]| parts.iter().any(|part| names.contains(part));
    if has(&EDIT) || is_named(&["edit", "modified", "updated"]) && !is_named(&["editor"]) {
        About::Edit
    } else if has(&OTHER)
        || is_named(&["join", "regdate", "registered", "inscription", "birth", "last-active"])
    {
        About::Other
    } else {
        About::Text
    }
}

/// Finds all dates of the page.
pub(super) fn mark(outline: &mut Outline) {
    let mut marks = Vec::new();
    for line in 0..outline.lines.len() {
        marks.extend(of_line(outline, line));
    }
    for element in 0..outline.elements.len() {
        of_attributes(outline, element, &mut marks);
    }
    marks.sort_by_key(|mark| mark.element);
    outline.marks = marks;
}

fn of_line(outline: &Outline, number: usize) -> Option<Mark> {
    let line = &outline.lines[number];
    if line.chars > LINE_CHARS_MAX || line.chars < 4 {
        return None;
    }
    let mut end = line.text.len().min(SEARCHED_BYTES_MAX);
    while !line.text.is_char_boundary(end) {
        end -= 1;
    }
    let (range, has_time) = find(&line.text[..end])?;
    let text = line.text[range.clone()].trim().replace(" ,", ",");
    let before = &line.text[..range.start];
    // The line before, if it is the label of this one.
    let label = number.checked_sub(1).map(|n| &outline.lines[n]).filter(|label| {
        before.trim().is_empty() && label.chars < 40 && {
            let [label, own] = [label, line].map(|line| outline.pieces[line.pieces.start].element);
            matches!(outline.tag(label), "dt" | "th")
                || outline.elements[label].parent == outline.elements[own].parent
                || outline.lines[number - 1].text.ends_with(':')
        }
    });
    let label = label.map_or("", |label| label.text.as_str());
    let element = element_at(outline, number, range.start);
    let names = &outline.elements[element].names;
    let near: String =
        before.chars().rev().take(45).collect::<Vec<_>>().into_iter().rev().collect();
    let labelled = about(&format!("{label} {near}"), names);
    let beside = line.chars.saturating_sub(text.chars().count());
    Some(Mark {
        element,
        line: Some(number),
        text,
        place: Place::Words,
        about: labelled,
        has_time,
        is_in_prose: beside > BESIDE_CHARS_MAX,
    })
}

/// Returns the element in which the byte of a line stands.
fn element_at(outline: &Outline, number: usize, byte: usize) -> usize {
    let line = &outline.lines[number];
    let mut at = 0;
    for piece in &outline.pieces[line.pieces.clone()] {
        at += piece.text.split_whitespace().map(|word| word.len() + 1).sum::<usize>();
        if byte < at {
            return piece.element;
        }
    }
    outline.pieces[line.pieces.start].element
}

fn of_attributes(outline: &Outline, element: usize, marks: &mut Vec<Mark>) {
    let tag = outline.elements[element].node.value();
    let names = &outline.elements[element].names;
    let line =
        outline.elements[element].pieces.clone().next().map(|piece| outline.pieces[piece].line);
    for (name, value) in tag.attrs() {
        let value = value.trim();
        if value.len() < 8
            || value.len() > ATTRIBUTE_BYTES_MAX
            || !value.bytes().any(|b| b.is_ascii_digit())
        {
            continue;
        }
        let is_dated = match name {
            "datetime" => true,
            "content" => ["date", "time"].iter().any(|word| names.contains(word)),
            "title" | "aria-label" => !matches!(tag.name(), "img" | "body" | "html" | "iframe"),
            name => {
                name.strip_prefix("data-").is_some_and(|name| {
                    ["time", "date", "stamp", "epoch", "created"]
                        .iter()
                        .any(|word| name.contains(word))
                        && !["update", "edit"].iter().any(|word| name.contains(word))
                }) || matches!(name, "ts" | "created" | "created-timestamp")
            }
        };
        if !is_dated {
            continue;
        }
        let (text, place, has_time) = if is_exact(value) {
            (value.to_owned(), Place::Machine, true)
        } else if matches!(name, "title" | "aria-label" | "datetime" | "content") {
            let Some((range, has_time)) = find(value) else { continue };
            (value[range].trim().to_owned(), Place::Title, has_time)
        } else {
            continue;
        };
        let before = line.map_or(String::new(), |line| {
            let text = &outline.lines[line].text;
            // Where the date itself is what is shown, its words are no label.
            find(text).map_or_else(|| text.clone(), |(range, _)| text[..range.start].to_owned())
        });
        let near: String =
            before.chars().rev().take(45).collect::<Vec<_>>().into_iter().rev().collect();
        let parents = outline.ancestors(element).take(2);
        let called: Vec<&str> = parents.map(|at| outline.elements[at].names.as_str()).collect();
        marks.push(Mark {
            element,
            line,
            text,
            place,
            about: about(&format!("{near} {value}"), &called.join(" ")),
            has_time,
            is_in_prose: false,
        });
    }
}

/// Whether a date says its instant so that nothing is left to guess.
fn is_exact(value: &str) -> bool {
    let digits = value.bytes().all(|b| b.is_ascii_digit());
    if digits {
        return matches!(value.len(), 10 | 13) && value.starts_with('1');
    }
    let bytes = value.as_bytes();
    let is_iso = bytes.len() >= 16
        && bytes[4] == b'-'
        && bytes[7] == b'-'
        && matches!(bytes[10], b'T' | b' ');
    let tail = &bytes[bytes.len().min(16)..];
    is_iso
        && (tail.contains(&b'Z') || tail.contains(&b'+') || tail.contains(&b'-'))
        && crate::dates::parse(value).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_among_other_words() {
        let check = |text: &str, expect: &str| {
            assert_eq!(
                find(text).map(|(range, _)| text[range].trim().to_owned()).as_deref(),
                Some(expect),
                "{text}"
            );
        };
        check("Posted: Wed Jan 08, 2025 10:29 pm", "Wed Jan 08, 2025 10:29 pm");
        check("Commenté par O'Neil le 12 janvier 2025 23:50 | Permalien", "12 janvier 2025 23:50");
        check("01-09-2025, 02:36 PM", "01-09-2025, 02:36 PM");
        check("« Reply #1 on: January 08, 2025, 10:29:00 PM »", "January 08, 2025, 10:29:00 PM");
        check("tom, hier à 14:32", "hier à 14:32");
        check("Aujourd’hui, 05:54", "Aujourd’hui, 05:54");
        check("il y a 3 heures", "il y a 3 heures");
        check("tom · 3 hours ago", "3 hours ago");
        check("lun. 3 févr. 2025", "lun. 3 févr. 2025");
        check("Feb 3rd, 2025, 2:32 pm", "Feb 3rd, 2025, 2:32 pm");
        check("8 janvier 2025 à 22 h 39 min", "8 janvier 2025 à 22 h 39 min");
        check("2025-01-08 22:29:00", "2025-01-08 22:29:00");
        check("8. Januar 2025 um 14:32 Uhr", "8. Januar 2025 um 14:32");
        check("tom, le lun. 3 févr. 2025 à 9h05", "lun. 3 févr. 2025 à 9h05");
        check("vor 3 Tagen", "vor 3 Tagen");
    }

    #[test]
    fn words_without_a_date_have_none() {
        for text in [
            "Mars est une planète",
            "monday",
            "12 messages",
            "3.5 / 5",
            "version 1.2.3.4",
            "may be",
            "réponses : 24",
        ] {
            assert_eq!(find(text), None, "{text}");
        }
    }
}
