//! Dates as people write them: other people's collections, where they are at hand (`VIGIE_DATA`), and a
//! small writer of ours in each of the seven languages.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Days, Months, NaiveDateTime, TimeDelta, Timelike};
use crawl::dates::{DateHabits, WrittenDate, read_all};
use model::Timestamp;
use proptest::prelude::*;
use serde::Deserialize;

use crate::corpus;

/// Reads one date, at a site of which nothing is known.
fn read(text: &str, fetched_at: Timestamp) -> Option<WrittenDate> {
    read_all(&[text], fetched_at, &mut DateHabits::default())[0]
}

/// Prints what was not read right, and fails below a share.
fn tell(name: &str, results: &[(String, bool)], target_milli: usize) {
    for (text, _) in results.iter().filter(|(_, is_right)| !is_right) {
        println!("  not read right: {text}");
    }
    let right = results.iter().filter(|(_, is_right)| *is_right).count();
    println!("dates of {name}: {right} of {} read right", results.len());
    assert!(right * 1000 >= results.len() * target_milli, "{name}: below {target_milli} ‰");
}

#[derive(Deserialize)]
struct Shown {
    software: String,
    text: String,
    expect: Timestamp,
    page_fetched_at: Option<Timestamp>,
}

#[test]
fn dates_that_boards_show_are_read_as_their_machines_have_them() {
    let name = "dates_forum_pages.jsonl";
    let Some(folder) = corpus::folder_of("dates that boards show", "dates") else { return };
    let mut pages: BTreeMap<String, Vec<Shown>> = BTreeMap::new();
    for shown in corpus::lines::<Shown>(&folder.join(name)) {
        pages.entry(shown.software.clone()).or_default().push(shown);
    }
    let mut results = Vec::new();
    for shown in pages.into_values() {
        let latest = shown.iter().map(|shown| shown.expect).max().unwrap();
        let fetched_at = shown.iter().find_map(|shown| shown.page_fetched_at).unwrap_or(latest);
        let mut habits = DateHabits { zone: "Europe/Paris".parse().unwrap(), ..Default::default() };
        let texts: Vec<&str> = shown.iter().map(|shown| shown.text.as_str()).collect();
        let read = read_all(&texts, fetched_at, &mut habits);
        for (shown, date) in shown.iter().zip(read) {
            let is_right = date.is_some_and(|date| {
                let off = (shown.expect - date.at).abs();
                off <= date.within.max(TimeDelta::minutes(1)) && date.within <= TimeDelta::days(1)
            });
            results.push((format!("{} {:?}: {date:?}", shown.software, shown.text), is_right));
        }
    }
    tell(name, &results, 980);
}

#[derive(Deserialize)]
struct Case {
    text: String,
    expect: Option<NaiveDateTime>,
    ago: Option<BTreeMap<String, u32>>,
    in_future: Option<BTreeMap<String, u32>>,
}

fn moved(from: Timestamp, by: &BTreeMap<String, u32>, sign: i32) -> Timestamp {
    let of = |unit: &str| by.get(unit).copied().unwrap_or(0);
    let months = Months::new(of("years") * 12 + of("months"));
    let seconds = i64::from(of("weeks")) * 7 * 86_400
        + i64::from(of("days")) * 86_400
        + i64::from(of("hours")) * 3600
        + i64::from(of("minutes")) * 60
        + i64::from(of("seconds"));
    if sign < 0 {
        from - months - TimeDelta::seconds(seconds)
    } else {
        from + months + TimeDelta::seconds(seconds)
    }
}

#[test]
fn dates_of_the_suite_of_dateparser_are_read() {
    let name = "dates_dateparser.jsonl";
    let Some(folder) = corpus::folder_of("dates of dateparser's suite", "dates") else { return };
    let mut results = Vec::new();
    for case in corpus::lines::<Case>(&folder.join(name)) {
        // The two files of the suite each have their own now.
        let relative = |by: &BTreeMap<String, u32>, sign| {
            let now = "2014-09-01T10:30:00Z".parse().unwrap();
            (now, moved(now, by, sign), by.keys().all(|unit| unit == "days"))
        };
        let (now, expect, has_only_days) = match (&case.expect, &case.ago, &case.in_future) {
            (Some(expect), ..) => {
                ("2012-11-13T00:00:00Z".parse().unwrap(), expect.and_utc(), false)
            }
            (None, Some(by), _) => relative(by, -1),
            (None, None, Some(by)) => relative(by, 1),
            (None, None, None) => continue,
        };
        let date = read(&case.text, now);
        let is_right = date.is_some_and(|date| {
            date.at == expect || has_only_days && date.at.date_naive() == expect.date_naive()
        });
        results.push((format!("{:?}: {date:?}, not {expect}", case.text), is_right));
    }
    tell(name, &results, 950);
}

/// How a language writes dates: months, days, and forms in which `{}` stand for parts.
struct Writer {
    months: [&'static str; 12],
    days: [&'static str; 7],
    full: &'static str,
    short: &'static str,
    yesterday: &'static str,
    hours_ago: &'static str,
}

const WRITERS: [Writer; 7] = [
    Writer {
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
        days: ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
        full: "{day} {d} {month} {y} à {H} h {M}",
        short: "par Zoé75, le {d} {mon}. {y} {H}:{M}",
        yesterday: "hier à {H}h{M}",
        hours_ago: "il y a {n} heures",
    },
    Writer {
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
        days: ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
        full: "{day}, {month} {d}, {y} at {h}:{M} {ap}",
        short: "Posted by Zoe75 » {dy} {mon} {d}, {y} {h}:{M} {ap}",
        yesterday: "Yesterday, {h}:{M} {ap}",
        hours_ago: "{n} hours ago",
    },
    Writer {
        months: [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        days: ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"],
        full: "{day}, {d}. {month} {y} um {H}:{M} Uhr",
        short: "von Zoe75 am {d}. {mon} {y}, {H}:{M}",
        yesterday: "gestern um {H}.{M} Uhr",
        hours_ago: "vor {n} Stunden",
    },
    Writer {
        months: [
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
        days: ["lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"],
        full: "{day}, {d} de {month} de {y} a las {H}:{M}",
        short: "por Zoe75, {d} {mon} {y}, {h}:{M} {a.p.}",
        yesterday: "ayer a las {H}:{M}",
        hours_ago: "hace {n} horas",
    },
    Writer {
        months: [
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
        days: ["lunedì", "martedì", "mercoledì", "giovedì", "venerdì", "sabato", "domenica"],
        full: "{day} {d} {month} {y} alle {H}:{M}",
        short: "da Zoe75, il {d} {mon} {y} alle ore {H}.{M}",
        yesterday: "ieri alle {H}:{M}",
        hours_ago: "{n} ore fa",
    },
    Writer {
        months: [
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
        days: [
            "segunda-feira",
            "terça-feira",
            "quarta-feira",
            "quinta-feira",
            "sexta-feira",
            "sábado",
            "domingo",
        ],
        full: "{day}, {d} de {month} de {y} às {H}h{M}",
        short: "por Zoe75, {d} de {mon}. de {y}, {H}:{M}",
        yesterday: "ontem às {H}:{M}",
        hours_ago: "há {n} horas",
    },
    Writer {
        months: [
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
        days: ["maandag", "dinsdag", "woensdag", "donderdag", "vrijdag", "zaterdag", "zondag"],
        full: "{day} {d} {month} {y} om {H}:{M} uur",
        short: "door Zoe75, {d} {mon} {y} {H}:{M}",
        yesterday: "gisteren om {H}:{M}",
        hours_ago: "{n} uur geleden",
    },
];

impl Writer {
    fn write(&self, form: &str, at: Timestamp, n: u32) -> String {
        let month = self.months[at.month0() as usize];
        let day = self.days[at.weekday().num_days_from_monday() as usize];
        let beginning = |word: &str, length: usize| word.chars().take(length).collect::<String>();
        let (is_late, hour) = at.hour12();
        form.replace("{day}", day)
            .replace("{dy}", &beginning(day, 3))
            .replace("{month}", month)
            // June and July are told apart by the fourth letter.
            .replace("{mon}", &beginning(month, if month.starts_with("jui") { 4 } else { 3 }))
            .replace("{d}", &at.day().to_string())
            .replace("{y}", &at.year().to_string())
            .replace("{H}", &at.hour().to_string())
            .replace("{h}", &hour.to_string())
            .replace("{M}", &format!("{:02}", at.minute()))
            .replace("{ap}", if is_late { "PM" } else { "am" })
            .replace("{a.p.}", if is_late { "p. m." } else { "a. m." })
            .replace("{n}", &n.to_string())
    }
}

proptest! {
    #[test]
    fn a_date_written_in_any_language_comes_back(
        lang in 0..WRITERS.len(),
        minutes in 0..60 * 24 * 365 * 60_i64,
        n in 2..48_u32,
    ) {
        let writer = &WRITERS[lang];
        let at = DateTime::from_timestamp(minutes * 60, 0).unwrap();
        let later = at + Days::new(400);
        for form in [writer.full, writer.short] {
            let text = writer.write(form, at, n);
            prop_assert_eq!(read(&text, later).map(|date| date.at), Some(at), "{}", text);
        }
        let text = writer.write(writer.yesterday, at, n);
        let tomorrow = at.date_naive().and_hms_opt(9, 0, 0).unwrap().and_utc() + Days::new(1);
        prop_assert_eq!(read(&text, tomorrow).map(|date| date.at), Some(at), "{}", text);
        let text = writer.write(writer.hours_ago, at, n);
        let ago = WrittenDate { at: at - TimeDelta::hours(n.into()), within: TimeDelta::hours(1) };
        prop_assert_eq!(read(&text, at), Some(ago), "{}", text);
    }

    #[test]
    fn no_text_breaks_the_reader_of_written_dates(
        text in "\\PC{0,80}|([0-9]{1,5}|[ .:/,'()+-]|il y a|vor|hier|mar|feb|pm|h|lun|last|ago|half|avant|\\PC){0,40}",
        seconds in any::<i64>(),
    ) {
        let fetched_at = DateTime::from_timestamp(seconds % 10_000_000_000, 0).unwrap();
        read(&text, fetched_at);
    }
}
