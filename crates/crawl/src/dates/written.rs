//! Dates as people write them on boards, blogs and review pages, in seven languages, relative to when the
//! page was fetched. All dates of a page are read together, since one tells how the others are meant.

use chrono::{Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Weekday};
use model::Timestamp;

use super::grammar::{self, Clock, Day, Said, Span};
use super::habits::{DateHabits, DateOrder, Lang};
use super::order::{self, last_past};
use super::tokens::Line;
use super::zone::Zone;
use super::{Time, YEARS, instant};

/// The longest line in which a date is looked for, in bytes.
const LINE_BYTES_MAX: usize = 512;
/// How far a site's clock may be ahead of ours.
const AHEAD_MAX: TimeDelta = TimeDelta::minutes(10);

/// A date as far as it was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrittenDate {
    pub at: Timestamp,
    /// How far off `at` may be: a minute for `14:32`, an hour for `3 hours ago`, a day for a day.
    pub within: TimeDelta,
}

impl WrittenDate {
    /// Returns the moment as machines write it: a day without a time is its midnight in UTC, so that it
    /// is the same day wherever it is read.
    pub fn as_machines_write(self, zone: Zone) -> Timestamp {
        let local = zone.local(self.at);
        let is_day = self.within >= TimeDelta::days(1) && local.time() == NaiveTime::MIN;
        if is_day { local.and_utc() } else { self.at }
    }
}

/// Reads the dates of one page, in the order of the page. What one shows of the order of numbers and of
/// the language holds for all of them, and is kept in `habits` for the site's next page.
pub fn read_all(
    texts: &[&str],
    fetched_at: Timestamp,
    habits: &mut DateHabits,
) -> Vec<Option<WrittenDate>> {
    let page: Vec<Option<Said>> = texts.iter().map(|text| read(text)).collect();
    if let Some(lang) = language(&page) {
        habits.lang = Some(lang);
    }
    let now = habits.zone.local(fetched_at);
    let order = order::decide(&page, now, habits);
    let site = Site { fetched_at, now, zone: habits.zone, lang: habits.lang, order };
    page.iter().map(|said| site.date(said.as_ref()?)).collect()
}

/// Returns the first time of day in a text.
pub(super) fn clock_shown(text: &str) -> Option<NaiveTime> {
    let end = text.floor_char_boundary(LINE_BYTES_MAX);
    let clock = grammar::find_clock(&Line::read(&text[..end]))?;
    NaiveTime::from_hms_opt(clock.hour, clock.minute?, clock.second.unwrap_or(0))
}

fn read(text: &str) -> Option<Said> {
    let text = text.trim();
    if text.is_empty() || text.len() > LINE_BYTES_MAX {
        return None;
    }
    grammar::find(&Line::read(text))
}

/// Returns the language that knows the most words of the dates, if there is one.
fn language(page: &[Option<Said>]) -> Option<Lang> {
    let votes = |lang: Lang| page.iter().flatten().map(|said| said.votes[lang as usize]).sum();
    let votes: [u32; Lang::ALL.len()] = Lang::ALL.map(votes);
    let most = *votes.iter().max()?;
    let mut best = Lang::ALL.into_iter().zip(votes).filter(|(_, votes)| *votes == most && most > 0);
    let (lang, _) = best.next()?;
    best.next().is_none().then_some(lang)
}

/// What the dates of a page are read with.
struct Site {
    fetched_at: Timestamp,
    /// When it was fetched, as the site's clocks have it.
    now: NaiveDateTime,
    zone: Zone,
    lang: Option<Lang>,
    order: DateOrder,
}

impl Site {
    fn date(&self, said: &Said) -> Option<WrittenDate> {
        let today = self.now.date();
        let clock = said.clock.as_ref();
        let date = match said.day {
            Day::Now => {
                return Some(WrittenDate { at: self.fetched_at, within: TimeDelta::minutes(1) });
            }
            Day::Ago(span) if clock.is_none() => return self.distant(span),
            Day::Ago(span) => self.zone.local(self.distant(span)?.at).date(),
            Day::Ahead(days) => today.checked_add_days(Days::new(u64::from(days)))?,
            Day::Back(days) => today.checked_sub_days(Days::new(u64::from(days)))?,
            Day::Named { year: Some(year), month, day } => {
                NaiveDate::from_ymd_opt(year, month, day)?
            }
            Day::Named { year: None, month, day } => last_past(month, day, today)?,
            Day::Month { year, month } => NaiveDate::from_ymd_opt(year, month, 1)?,
            Day::Numbers(numbers) => order::date(numbers, self.order, today)?,
            Day::Unsaid => match said.weekday {
                Some(weekdays) => last_weekday(weekdays.in_lang(self.lang)?, today)?,
                None => return self.at_clock(clock?),
            },
        };
        let within = match (clock, &said.day) {
            (Some(clock), _) => clock.within(),
            (None, Day::Month { .. }) => TimeDelta::days(31),
            (None, _) => TimeDelta::days(1),
        };
        let midnight = Clock::default();
        Some(WrittenDate { at: self.at(date, clock.unwrap_or(&midnight))?, within })
    }

    fn at(&self, date: NaiveDate, clock: &Clock) -> Option<Timestamp> {
        let time = Time {
            hour: clock.hour,
            minute: clock.minute.unwrap_or(0),
            second: clock.second.unwrap_or(0),
            millis: clock.millis,
            offset_minutes: clock.offset.unwrap_or(0),
        };
        let at = instant(date, time)?;
        if clock.offset.is_some() { Some(at) } else { self.zone.instant(at.naive_utc()) }
    }

    /// Reads a time without a day: the last one that was.
    fn at_clock(&self, clock: &Clock) -> Option<WrittenDate> {
        let today = self.now.date();
        let latest = self.fetched_at.checked_add_signed(AHEAD_MAX)?;
        let at = self
            .at(today, clock)
            .filter(|at| *at <= latest)
            .or_else(|| self.at(today.pred_opt()?, clock))?;
        Some(WrittenDate { at, within: clock.within() })
    }

    fn distant(&self, span: Span) -> Option<WrittenDate> {
        let (months, seconds) = (Months::new(span.months), TimeDelta::try_seconds(span.seconds)?);
        let at = if span.is_ahead {
            self.fetched_at.checked_add_months(months)?.checked_add_signed(seconds)?
        } else {
            self.fetched_at.checked_sub_months(months)?.checked_sub_signed(seconds)?
        };
        let years = 1..=*YEARS.end();
        let (months, seconds) = span.finest?.length();
        let unit = TimeDelta::seconds(seconds) + TimeDelta::days(i64::from(months) * 31);
        let within = unit * i32::try_from(span.uncertain).ok()?;
        years.contains(&at.year()).then_some(WrittenDate { at, within })
    }
}

/// Returns the last day of a name before today: what was today is called today.
fn last_weekday(weekday: Weekday, today: NaiveDate) -> Option<NaiveDate> {
    (1..=7)
        .filter_map(|ago| today.checked_sub_days(Days::new(ago)))
        .find(|date| date.weekday() == weekday)
}

impl Clock {
    fn within(&self) -> TimeDelta {
        match (self.minute, self.second) {
            (_, Some(_)) => TimeDelta::seconds(1),
            (Some(_), None) => TimeDelta::minutes(1),
            (None, None) => TimeDelta::hours(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A Thursday, at 22:00 in Paris.
    const NOW: &str = "2025-03-06T21:00:00Z";

    fn paris() -> DateHabits {
        DateHabits { zone: "Europe/Paris".parse().unwrap(), ..DateHabits::default() }
    }

    /// Returns dates as the site's clocks have them.
    fn page(texts: &[&str], habits: &mut DateHabits) -> Vec<String> {
        let dates = read_all(texts, NOW.parse().unwrap(), habits);
        let local = |date: WrittenDate| habits.zone.local(date.at).format("%F %R").to_string();
        dates.into_iter().map(|date| date.map_or(String::new(), local)).collect()
    }

    fn check(text: &str, expect: &str) {
        assert_eq!(page(&[text], &mut paris()), [expect], "{text}");
    }

    #[test]
    fn a_day_without_a_time_is_the_same_day_everywhere() {
        let check = |text: &str, expect: &str| {
            let mut habits = paris();
            let date = read_all(&[text], NOW.parse().unwrap(), &mut habits)[0].unwrap();
            let expect: Timestamp = expect.parse().unwrap();
            assert_eq!(date.as_machines_write(habits.zone), expect, "{text}");
        };
        check("8 janvier 2025", "2025-01-08T00:00:00Z");
        check("8 janvier 2025 à 0h00", "2025-01-07T23:00:00Z");
        check("hier", "2025-03-05T00:00:00Z");
        check("il y a 3 jours", "2025-03-03T21:00:00Z");
    }

    #[test]
    fn days_are_relative_to_the_day_of_the_site() {
        check("Aujourd’hui, 05:54", "2025-03-06 05:54");
        check("Aujourd'hui à 5h54", "2025-03-06 05:54");
        check("Hier, 23:12", "2025-03-05 23:12");
        check("hier à 14:32", "2025-03-05 14:32");
        check("hier après-midi à 15h", "2025-03-05 15:00");
        check("aujourd'hui à midi", "2025-03-06 12:00");
        check("Hier soir à 22 h", "2025-03-05 22:00");
        check("ce matin à 9h", "2025-03-06 09:00");
        check("avant-hier", "2025-03-04 00:00");
        check("Today at 5:54 AM", "2025-03-06 05:54");
        check("Yesterday, 02:36 PM", "2025-03-05 14:36");
        check("Yesterday 14:36:12", "2025-03-05 14:36");
        check("the day before yesterday at noon", "2025-03-04 12:00");
        check("Heute, 14:32 Uhr", "2025-03-06 14:32");
        check("vorgestern um 14 Uhr", "2025-03-04 14:00");
        check("anteayer a las 9 de la mañana", "2025-03-04 09:00");
        check("Ayer a las 3:15 de la tarde", "2025-03-05 15:15");
        check("l'altro ieri alle 14", "2025-03-04 14:00");
        check("ieri l’altro", "2025-03-04 00:00");
        check("Ontem às 14h32", "2025-03-05 14:32");
        check("eergisteren om 9.15 uur", "2025-03-04 09:15");
        check("gisteren om 3 uur 's middags", "2025-03-05 15:00");
        check("14:32", "2025-03-06 14:32");
        check("22:45", "2025-03-05 22:45");
    }

    #[test]
    fn days_of_the_week_are_the_last_that_were() {
        check("mardi à 10:15", "2025-03-04 10:15");
        check("last Tuesday at 10:15", "2025-03-04 10:15");
        check("Thursday at 10:15", "2025-02-27 10:15");
        check("mardi dernier", "2025-03-04 00:00");
        check("Posté(e) samedi à 05:54", "2025-03-01 05:54");
        check("Mo, 14:32", "2025-03-03 14:32");
        check("letzten Freitag um 9 Uhr", "2025-02-28 09:00");
        check("martedì scorso alle 9:15", "2025-03-04 09:15");
        check("terça-feira às 9h15", "2025-03-04 09:15");
        check("afgelopen woensdag om 10:15", "2025-03-05 10:15");
        check("miércoles pasado a las 10:15", "2025-03-05 10:15");
        // Sunday in Italian and Spanish, Thursday in German and Dutch: unknown without more.
        check("do 14:32", "");
        let mut german = DateHabits { lang: Some(Lang::De), ..paris() };
        assert_eq!(page(&["Do 14:32"], &mut german), ["2025-02-27 14:32"]);
    }

    #[test]
    fn distances_are_taken_from_when_the_page_was_fetched() {
        check("il y a 3 heures", "2025-03-06 19:00");
        check("il y a une demi-heure", "2025-03-06 21:30");
        check("Il y a environ 2 h 30", "2025-03-06 19:30");
        check("il y a quelques secondes", "2025-03-06 21:59");
        check("à l’instant", "2025-03-06 22:00");
        check("il y a un an", "2024-03-06 22:00");
        check("Modifié il y a 3 semaines", "2025-02-13 22:00");
        check("5 min", "2025-03-06 21:55");
        check("3j", "2025-03-03 22:00");
        check("· 2 sem.", "2025-02-20 22:00");
        check("30+ days ago", "2025-02-04 22:00");
        check("an hour ago", "2025-03-06 21:00");
        check("half an hour ago", "2025-03-06 21:30");
        check("about 2 hours ago", "2025-03-06 20:00");
        check("3 hr. ago", "2025-03-06 19:00");
        check("1 year, 2 months ago", "2024-01-06 22:00");
        check("2 days ago at 14:32", "2025-03-04 14:32");
        check("2.5 hours ago", "2025-03-06 19:30");
        check("il y a une quinzaine de jours", "2025-02-19 22:00");
        check("fifteen days ago", "2025-02-19 22:00");
        check("in 2 days", "2025-03-08 22:00");
        check("demain à 20 h", "2025-03-07 20:00");
        check("tomorrow", "2025-03-07 00:00");
        check("just now", "2025-03-06 22:00");
        check("a couple of hours ago", "2025-03-06 20:00");
        check("a month ago by Zoe", "2025-02-06 22:00");
        check("last week", "2025-02-27 22:00");
        check("la semaine dernière", "2025-02-27 22:00");
        check("vor 3 Std.", "2025-03-06 19:00");
        check("vor einer halben Stunde", "2025-03-06 21:30");
        check("vor einem Monat", "2025-02-06 22:00");
        check("vor 3 J.", "2022-03-06 22:00");
        check("hace 2 días", "2025-03-04 22:00");
        check("hace unos 20 minutos", "2025-03-06 21:40");
        check("2 giorni fa", "2025-03-04 22:00");
        check("mezz'ora fa", "2025-03-06 21:30");
        check("há 2 semanas", "2025-02-20 22:00");
        check("2 dias atrás", "2025-03-04 22:00");
        check("een uur geleden", "2025-03-06 21:00");
        check("2 jaar geleden", "2023-03-06 22:00");
    }

    #[test]
    fn days_and_months_in_words_are_read_in_any_order() {
        check("lun. 3 févr. 2025, 14:32", "2025-02-03 14:32");
        check("mar. 4 mars 2025", "2025-03-04 00:00");
        check("mar. 4 mars", "2025-03-04 00:00");
        check("Feb 3rd, 2025, 2:32 pm", "2025-02-03 14:32");
        check("Posté le 1er février 2025 à 14 h 05 min", "2025-02-01 14:05");
        check("par Marc75, le 12 août 2024 à 9h05", "2024-08-12 09:05");
        check("#12 par Marc » 12 août 2024", "2024-08-12 00:00");
        check("« le: 09 Janvier 2025 à 14:32:10 »", "2025-01-09 14:32");
        check("Reviewed in France on 3 March 2025", "2025-03-03 00:00");
        check("Rezension aus Deutschland vom 3. März 2025", "2025-03-03 00:00");
        check("Revisado en España el 3 de marzo de 2025", "2025-03-03 00:00");
        check("Recensito in Italia il 3 marzo 2025", "2025-03-03 00:00");
        check("Avaliado no Brasil em 3 de março de 2025", "2025-03-03 00:00");
        check("Beoordeeld in Nederland op 3 maart 2025", "2025-03-03 00:00");
        check("2:36 PM · Jan 9, 2025", "2025-01-09 14:36");
        check("Jan. 10, 2025, 1 a.m.", "2025-01-10 01:00");
        check("Jan. 10, 2025, midnight", "2025-01-10 00:00");
        check("answered Jan 9 '24 at 14:36", "2024-01-09 14:36");
        check("09-Jan-25 14:36", "2025-01-09 14:36");
        check("2025 Jan 9", "2025-01-09 00:00");
        check("3. Mai 2024 um 9.15 Uhr", "2024-05-03 09:15");
        check("3 mei 2024 om 14:32 uur", "2024-05-03 14:32");
        check("12 de out. de 2024, 2:32 da tarde", "2024-10-12 14:32");
        check("1º de maio de 2024", "2024-05-01 00:00");
        check("FÉVRIER 2025", "2025-02-01 00:00");
        check("Jan '24", "2024-01-01 00:00");
        check("3 March 2025 10:00 GMT+3", "2025-03-03 08:00");
        check("3 March 2025 10:00 (UTC)", "2025-03-03 11:00");
    }

    #[test]
    fn a_date_without_a_year_is_the_last_that_was() {
        check("3 févr., 14:32", "2025-02-03 14:32");
        check("12 août", "2024-08-12 00:00");
        check("Posted January 9", "2025-01-09 00:00");
        check("Dec 24 at 14:36", "2024-12-24 14:36");
        check("29 February", "2024-02-29 00:00");
        check("le 3/1 à 14:32", "2025-01-03 14:32");
        check("on 3/1 at 2:32 PM", "2025-03-01 14:32");
        // The day's name may be wrong.
        check("vendredi 3 mars", "2025-03-03 00:00");
    }

    #[test]
    fn dates_in_numbers_are_read() {
        check("2025-01-09 14:32:10", "2025-01-09 14:32");
        check("2025-01-09T14:32:10Z", "2025-01-09 15:32");
        check("2025-01-09T14:32:10.5-05:00", "2025-01-09 20:32");
        check("2025/01/09", "2025-01-09 00:00");
        check("01-09-2024, 02:36 PM", "2024-01-09 14:36");
        check("Posté le 09-01-2024 à 14:36:12", "2024-01-09 14:36");
        check("Avis du 03/02/2025, suite à une expérience du 20/01/2025", "2025-02-03 00:00");
        check("Date d'achat : 03/02/2025. Avis du 10/02/2025", "2025-02-10 00:00");
        check("03.02.2025 14.32", "2025-02-03 14:32");
        check("Di 04.02.25, 14:32", "2025-02-04 14:32");
        check("12.02. 14:32", "2025-02-12 14:32");
        check("12.02. um 14h", "2025-02-12 14:00");
        check("3.2.2025 um 14:32 Uhr", "2025-02-03 14:32");
    }

    #[test]
    fn the_date_of_writing_comes_before_those_of_edits_and_visits() {
        check("Modifié le 4 mars 2025, posté le 3 mars 2025", "2025-03-03 00:00");
        check("3 mars 2025 à 10:00 (modifié le 4 mars 2025 à 12:00)", "2025-03-03 10:00");
        check("Last edited by Zoe; 3 March 2025 at 10:00 AM.", "2025-03-03 10:00");
        check("5 min read · Mar 3, 2025", "2025-03-03 00:00");
        check("Joined Jan 2020 · Posted 3 hours ago", "2025-03-06 19:00");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in [
            "",
            "never",
            "4/5",
            "4.5",
            "10/10 par Zoe",
            "v1.2.3.4",
            "192.168.1.12",
            "30 février 2025",
            "Marc",
            "jeu de société",
            "may 3 times",
            "April 12 posts",
            "30 jours pour essayer",
            "utilisé 3 mois",
            "25:61",
            "13/13/2025",
            "12 €",
            "2025",
            "12345678901234567890",
            "9999 years ago",
            "99999999999 days ago",
            "4294967295 decades ago",
            "page 3 / 12",
        ] {
            check(text, "");
        }
        check(&format!("3 mars 2025{}", " ".repeat(600)), "2025-03-03 00:00");
        check(&format!("3 mars 2025{}", "x".repeat(600)), "");
    }

    fn order(texts: &[&str], expect: &[&str]) {
        let mut habits = DateHabits::default();
        assert_eq!(page(texts, &mut habits), expect, "{texts:?}");
    }

    #[test]
    fn the_order_of_numbers_is_that_of_the_page() {
        // A number above 12.
        order(&["03/02/2024", "25/02/2024"], &["2024-02-03 00:00", "2024-02-25 00:00"]);
        order(&["03/02/2024", "02/25/2024"], &["2024-03-02 00:00", "2024-02-25 00:00"]);
        order(&["99/12/31", "00/01/02"], &["1999-12-31 00:00", "2000-01-02 00:00"]);
        // A day's name: 2 March 2024 was a Saturday.
        order(&["Sat 03/02/2024", "04/05/2024"], &["2024-03-02 00:00", "2024-04-05 00:00"]);
        // In the other order one were yet to come.
        order(&["05/03/2025", "02/03/2025"], &["2025-03-05 00:00", "2025-03-02 00:00"]);
        order(&["03/05/2025", "03/02/2025"], &["2025-03-05 00:00", "2025-03-02 00:00"]);
        // The order of the thread.
        order(
            &["11/01/2024", "01/02/2024", "12/02/2024"],
            &["2024-01-11 00:00", "2024-02-01 00:00", "2024-02-12 00:00"],
        );
        order(
            &["01/11/2024", "02/01/2024", "02/12/2024"],
            &["2024-01-11 00:00", "2024-02-01 00:00", "2024-02-12 00:00"],
        );
        // The language, and the clock of twelve hours.
        order(&["03/02/2024, hier"], &["2024-02-03 00:00"]);
        order(&["03/02/2024 at 2:32 PM"], &["2024-03-02 14:32"]);
        order(&["03.02.2024 2:32 PM"], &["2024-02-03 14:32"]);
    }

    #[test]
    fn what_a_page_shows_holds_for_the_next_page_of_the_site() {
        let mut habits = DateHabits::default();
        page(&["02/25/2024 by Zoe", "yesterday"], &mut habits);
        assert_eq!(habits.order, Some(DateOrder::Mdy));
        assert_eq!(habits.lang, Some(Lang::En));
        assert_eq!(page(&["02/03/2024"], &mut habits), ["2024-02-03 00:00"]);
        // What the language suggests is not evidence.
        let mut habits = DateHabits::default();
        page(&["02/03/2024 at 2:32 PM"], &mut habits);
        assert_eq!(habits.order, None);
    }

    #[test]
    fn a_date_tells_how_far_it_may_be_off() {
        let check = |text: &str, expect| {
            let read = read_all(&[text], NOW.parse().unwrap(), &mut paris())[0].unwrap();
            assert_eq!(read.within, expect, "{text}");
        };
        check("3 mars 2025 10:00:12", TimeDelta::seconds(1));
        check("3 mars 2025 10:00", TimeDelta::minutes(1));
        check("3 mars 2025 à 14 h", TimeDelta::hours(1));
        check("3 mars 2025", TimeDelta::days(1));
        check("mars 2025", TimeDelta::days(31));
        check("il y a 3 heures", TimeDelta::hours(1));
        check("il y a 2 ans", TimeDelta::days(372));
        check("il y a 1 jour et 2 heures", TimeDelta::hours(1));
        check("a few minutes ago", TimeDelta::minutes(3));
    }
}
