//! Names in dates: months and days in the languages of feeds and of boards, time zones.

/// The beginnings of the names of months, in lower case: English, French, German, Spanish,
/// Italian, Portuguese, Dutch, Danish, Norwegian, Swedish, Polish, Czech, Hungarian, Greek, Russian.
const MONTHS: [&[&str]; 12] = [
    &["jan", "janv", "ene", "gen", "jän", "sty", "led", "ιαν", "янв", "januar"],
    &["feb", "fév", "fev", "lut", "úno", "φεβ", "фев"],
    &["mar", "mär", "mrz", "maa", "mrt", "bře", "már", "μάρ", "μαρ", "μάώ", "мар"],
    &["apr", "avr", "abr", "kwi", "dub", "ápr", "απρ", "апр"],
    &["may", "mai", "maj", "mei", "mag", "kvě", "máj", "μάι", "μαϊ", "μαι", "мая", "май"],
    &["jun", "juin", "giu", "cze", "červen", "čvn", "jún", "ιούν", "ιουν", "июн"],
    &["jul", "juil", "lug", "lip", "červenec", "čvc", "júl", "ιούλ", "ιουλ", "июл"],
    &["aug", "aoû", "aou", "ago", "sie", "srp", "αύγ", "αυγ", "авг"],
    &["sep", "set", "wrz", "zář", "szept", "σεπ", "сен"],
    &["oct", "okt", "out", "ott", "paź", "říj", "οκτ", "окт"],
    &["nov", "lis", "listopad", "νοέ", "νοε", "ноя"],
    &["dec", "déc", "dez", "dic", "des", "gru", "pro", "δεκ", "дек"],
];

/// Returns the number of the month that `word`, in lower case, names or begins to name.
pub(super) fn month(word: &str) -> Option<u32> {
    let beginnings =
        (1..).zip(MONTHS).flat_map(|(month, names)| names.iter().map(move |name| (month, *name)));
    // The longest beginning wins: `červenec` is not `červen`.
    let (_, month) = beginnings
        .filter(|(_, name)| word.starts_with(name))
        .map(|(month, name)| (name.len(), month))
        .max()?;
    Some(month)
}

/// The names of months in full, in the order of `Lang::ALL`. A feed's date has little beside the date, so
/// there a beginning will do; what stands around a board's date may begin like a month by chance.
pub(super) const MONTH_NAMES: [[&str; 12]; 7] = [
    [
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
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ],
    [
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    ],
    [
        "enero",
        "febrero",
        "marzo",
        "abril",
        "mayo",
        "junio",
        "julio",
        "agosto",
        "septiembre",
        "octubre",
        "noviembre",
        "diciembre",
    ],
    [
        "gennaio",
        "febbraio",
        "marzo",
        "aprile",
        "maggio",
        "giugno",
        "luglio",
        "agosto",
        "settembre",
        "ottobre",
        "novembre",
        "dicembre",
    ],
    [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ],
    [
        "januari",
        "februari",
        "maart",
        "april",
        "mei",
        "juni",
        "juli",
        "augustus",
        "september",
        "oktober",
        "november",
        "december",
    ],
];

/// The names of the days from Monday, in the order of `Lang::ALL`.
pub(super) const DAY_NAMES: [[&str; 7]; 7] = [
    ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"],
    ["montag", "dienstag", "mittwoch", "donnerstag", "freitag", "samstag", "sonntag"],
    ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
    ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
    ["segunda", "terça", "quarta", "quinta", "sexta", "sábado", "domingo"],
    ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
];

/// Distances from UTC in minutes. Where a name has several meanings, the one of RFC 822 or else of
/// the most people who publish counts: `IST` is India's, `BST` Britain's, `CST` America's.
const ZONES: &[(&str, i32)] = &[
    ("utc", 0),
    ("gmt", 0),
    ("ut", 0),
    ("z", 0),
    ("wet", 0),
    ("west", 60),
    ("bst", 60),
    ("ist", 330),
    ("cet", 60),
    ("cest", 120),
    ("mez", 60),
    ("mesz", 120),
    ("hnec", 60),
    ("haec", 120),
    ("met", 60),
    ("mest", 120),
    ("eet", 120),
    ("eest", 180),
    ("msk", 180),
    ("msd", 240),
    ("trt", 180),
    ("sast", 120),
    ("cat", 120),
    ("eat", 180),
    ("wat", 60),
    ("gst", 240),
    ("pkt", 300),
    ("npt", 345),
    ("bdt", 360),
    ("ict", 420),
    ("wib", 420),
    ("hkt", 480),
    ("sgt", 480),
    ("awst", 480),
    ("pht", 480),
    ("jst", 540),
    ("kst", 540),
    ("acst", 570),
    ("acdt", 630),
    ("aest", 600),
    ("aedt", 660),
    ("nzst", 720),
    ("nzdt", 780),
    ("est", -300),
    ("edt", -240),
    ("et", -300),
    ("cst", -360),
    ("cdt", -300),
    ("ct", -360),
    ("mst", -420),
    ("mdt", -360),
    ("mt", -420),
    ("pst", -480),
    ("pdt", -420),
    ("pt", -480),
    ("ast", -240),
    ("adt", -180),
    ("nst", -210),
    ("ndt", -150),
    ("akst", -540),
    ("akdt", -480),
    ("hst", -600),
    ("hne", -300),
    ("hae", -240),
    ("hnp", -480),
    ("hap", -420),
    ("brt", -180),
    ("brst", -120),
    ("art", -180),
    ("clt", -240),
    ("clst", -180),
    ("cot", -300),
    ("pet", -300),
    ("uyt", -180),
    ("vet", -240),
];

/// Returns the distance from UTC, in minutes, of a zone named in lower case.
pub(super) fn zone_minutes(name: &str) -> Option<i32> {
    if let Some((_, minutes)) = ZONES.iter().find(|(known, _)| *known == name) {
        return Some(*minutes);
    }
    // Military zones. RFC 822 had their signs the wrong way round; RFC 2822, section 4.3, asks to
    // take all but Z as unknown, which here is UTC.
    (name.len() == 1 && name != "j" && name.bytes().all(|b| b.is_ascii_lowercase())).then_some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_known_by_its_longest_beginning() {
        let check = |word, expect| assert_eq!(month(word), expect, "{word}");
        check("juin", Some(6));
        check("juillet", Some(7));
        check("červen", Some(6));
        check("červenec", Some(7));
        check("mai", Some(5));
        check("maart", Some(3));
        check("décembre", Some(12));
        check("mon", None);
    }
}
