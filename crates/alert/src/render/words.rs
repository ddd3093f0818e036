//! The words of mails and of the pages that they lead to: one catalogue, a constant for each language.
//! To add a language, write another constant: the compiler names what is missing.

mod english;
mod french;
mod rooms;

use chrono::{Datelike, NaiveDate, NaiveTime};
use chrono_tz::Tz;
use model::{Ailment, Cadence, Kind, Locale, Rating, Selection, Timestamp, Tone};

use self::rooms::Rooms;
use crate::chart::Bucket;
use crate::clean::one_line;
use crate::compose::{Digest, Released, Span, Thread};

/// What is estimated to be so many times what was seen was seen in part.
const PARTLY: f64 = 1.2;

/// All that depends on the language. In phrases, `{}` or `{name}` is where something is put in.
pub(crate) struct Words {
    pub(crate) lang: &'static str,
    /// Between a name and what is said of it.
    pub(crate) colon: &'static str,
    pub(super) thousands: char,
    pub(super) decimal: char,
    /// Whether so many take the singular.
    pub(super) is_one: fn(usize) -> bool,
    pub(super) months: [&'static str; 12],
    pub(super) day: fn(u32) -> String,
    /// "{day}" and "{time}" are put in.
    pub(super) date_time: &'static str,
    pub(super) time: fn(NaiveTime) -> String,
    /// "{from}" and "{to}" are days.
    pub(super) days: &'static str,
    /// In the order of [`Kind::ALL`].
    pub(super) sections: [&'static str; 7],
    pub(super) editions: Editions,
    pub(super) results: Count,
    pub(super) untold: Count,
    pub(super) not_best: Count,
    pub(super) and_more: Count,
    pub(super) copies: Count,
    pub(super) troubles: Count,
    /// What is said of a source in trouble, in the order of [`Ailment::ALL`].
    pub(super) ailments: [&'static str; 7],
    pub(super) stories: Count,
    pub(super) found_by: &'static str,
    pub(super) also_seen_in: &'static str,
    pub(super) see_more: &'static str,
    pub(super) results_for: &'static str,
    pub(super) since: &'static str,
    pub(super) removed_since: &'static str,
    /// In the order of [`Tone::ALL`].
    pub(super) tones: [&'static str; 3],
    pub(super) perhaps_not_meant: &'static str,
    pub(super) post: &'static str,
    pub(super) reply: &'static str,
    /// "{title}" is a conversation's.
    pub(super) within: &'static str,
    /// "{}" is how many buckets there are.
    pub(super) volume_days: &'static str,
    pub(super) volume_hours: &'static str,
    /// An item counts for each query that found it.
    pub(super) for_each_query: &'static str,
    /// "{count}" now, usually from "{low}" to "{high}".
    pub(super) volume_day: &'static str,
    pub(super) usually: &'static str,
    pub(super) more_than_usual: &'static str,
    pub(super) less_than_usual: &'static str,
    pub(super) partly_seen: &'static str,
    /// What hollow bars are.
    pub(super) hollow: &'static str,
    pub(super) trending: &'static str,
    pub(super) new: &'static str,
    pub(super) not_relevant: &'static str,
    pub(super) open: &'static str,
    pub(super) assign: &'static str,
    /// "{}" is who has it.
    pub(super) assigned_to: &'static str,
    pub(super) edit: &'static str,
    pub(super) pause: &'static str,
    pub(super) unsubscribe: &'static str,
    /// "{subscription}", "{queries}" and "{to}" are put in.
    pub(super) why: &'static str,
    pub(super) to_stop: &'static str,
    pub(super) zone: &'static str,
    pub(super) notes: Notes,
    pub(crate) rooms: Rooms,
    pub(super) confirmation: Confirmation,
    pub(crate) pages: Pages,
}

/// A phrase about so many, which are put in for `{}`.
pub(super) struct Count {
    pub(super) one: &'static str,
    pub(super) many: &'static str,
}

/// What an edition is called, by its cadence.
pub(super) struct Editions {
    pub(super) as_it_happens: &'static str,
    pub(super) hourly: &'static str,
    pub(super) daily: &'static str,
    pub(super) weekly: &'static str,
    pub(super) monthly: &'static str,
    pub(super) scheduled: &'static str,
}

/// What is said besides what was found.
pub(super) struct Notes {
    pub(super) nothing_new: &'static str,
    /// The same while sources are in trouble.
    pub(super) nothing_new_as_far: &'static str,
    /// "{since}" is put in.
    pub(super) held: Count,
    pub(super) quiet: &'static str,
    pub(super) away: &'static str,
    pub(super) day_spent: Count,
    pub(super) hour_full: Count,
    /// "{next}" is when the next mail comes.
    pub(super) last_of_day: Count,
    /// Mentions of "{query}".
    pub(super) released: Count,
    /// Why they waited.
    pub(super) crisis_known: &'static str,
    /// "{person}" is who did it.
    pub(super) muted: &'static str,
    /// "{person}" sees to the signal of "{query}" since "{at}".
    pub(super) acknowledged: &'static str,
}

/// The letter that asks whether its reader wants the others.
pub(super) struct Confirmation {
    pub(super) subject: &'static str,
    pub(super) greeting: &'static str,
    /// "{owner}", "{subscription}" and "{queries}" are put in.
    pub(super) asks: &'static str,
    pub(super) button: &'static str,
    pub(super) otherwise: &'static str,
}

/// How often mails come.
#[derive(Debug)]
pub struct Cadences {
    pub as_it_happens: &'static str,
    pub hourly: &'static str,
    pub daily: &'static str,
    pub weekly: &'static str,
    pub monthly: &'static str,
    pub cron: &'static str,
}

impl Pages {
    /// Says how often mails come.
    pub fn often(&self, cadence: &Cadence) -> String {
        let Cadences { as_it_happens, hourly, daily, weekly, monthly, cron } = &self.cadences;
        let clock = |at: &NaiveTime| at.format("%H:%M").to_string();
        match cadence {
            Cadence::AsItHappens => (*as_it_happens).to_owned(),
            Cadence::Hourly => (*hourly).to_owned(),
            Cadence::Daily { at } => daily.replace("{at}", &clock(at)),
            Cadence::Weekly { on, at } => {
                let day = self.weekdays[on.num_days_from_monday() as usize];
                filled(weekly, &[("{day}", day), ("{at}", &clock(at))])
            }
            Cadence::Monthly { day, at } => {
                filled(monthly, &[("{day}", &day.to_string()), ("{at}", &clock(at))])
            }
            Cadence::Cron(expression) => cron.replace("{cron}", expression),
        }
    }
}

/// What stands on the pages that links lead to. `{}` is what the page is about.
#[derive(Debug)]
pub struct Pages {
    pub unsubscribe_title: &'static str,
    pub unsubscribe_ask: &'static str,
    pub unsubscribe_button: &'static str,
    pub unsubscribed: &'static str,
    pub confirm_title: &'static str,
    pub confirm_ask: &'static str,
    pub confirm_button: &'static str,
    pub confirmed: &'static str,
    pub manage_title: &'static str,
    pub manage_follows: &'static str,
    pub manage_to: &'static str,
    pub manage_edit: &'static str,
    /// How often it comes, by its cadence; `{at}`, `{day}` and `{cron}` are put in.
    pub cadences: Cadences,
    /// From Monday.
    pub weekdays: [&'static str; 7],
    /// `{often}` and `{zone}` are put in.
    pub manage_often: &'static str,
    pub manage_quiet: &'static str,
    /// Before days away.
    pub away: &'static str,
    pub manage_tells: &'static str,
    /// In the order of `Severity::ALL`.
    pub severities: [&'static str; 3],
    pub manage_mute: &'static str,
    /// `{query}`, `{until}` and `{person}` are put in.
    pub manage_muted: &'static str,
    pub pause_until: &'static str,
    pub paused_until: &'static str,
    pub pause_week: &'static str,
    /// What becomes of what is found meanwhile.
    pub pause_means: &'static str,
    pub pause_month: &'static str,
    pub resume: &'static str,
    pub resumed: &'static str,
    pub acknowledge_title: &'static str,
    pub acknowledge_ask: &'static str,
    pub acknowledge_button: &'static str,
    pub acknowledged: &'static str,
    /// `{}` is who sees to it.
    pub acknowledged_by: &'static str,
    pub acknowledge_over: &'static str,
    pub mute_title: &'static str,
    pub mute_ask: &'static str,
    pub mute_button: &'static str,
    pub muted: &'static str,
    pub irrelevant_title: &'static str,
    pub irrelevant_ask: &'static str,
    pub irrelevant_button: &'static str,
    pub irrelevant_done: &'static str,
    pub assign_title: &'static str,
    pub assign_ask: &'static str,
    pub assign_button: &'static str,
    pub assign_done: &'static str,
    /// `{}` is who has it.
    pub assigned_to: &'static str,
    pub unassign_ask: &'static str,
    pub unassign_button: &'static str,
    pub unassign_done: &'static str,
    pub open_gone: &'static str,
    pub open_original: &'static str,
    /// Before the other texts of its story.
    pub open_story: &'static str,
    pub more_title: &'static str,
    pub more_none: &'static str,
    pub more_cut: &'static str,
}

pub(crate) fn of(locale: Locale) -> &'static Words {
    match locale {
        Locale::English => &english::WORDS,
        Locale::French => &french::WORDS,
    }
}

pub(crate) fn day_month(day: NaiveDate, locale: Locale) -> String {
    of(locale).day_month(day)
}

impl Words {
    /// "and 4 more".
    pub(crate) fn more(&self, count: usize) -> String {
        self.count(&self.and_more, count)
    }

    /// Says how many, grouped as the language does.
    pub(super) fn count(&self, phrase: &Count, count: usize) -> String {
        let form = if (self.is_one)(count) { phrase.one } else { phrase.many };
        form.replace("{}", &self.number(count))
    }

    pub(super) fn number(&self, count: usize) -> String {
        let digits = count.to_string();
        let mut number = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place).is_multiple_of(3) {
                number.push(self.thousands);
            }
            number.push(digit);
        }
        number
    }

    pub(super) fn section(&self, kind: Kind) -> &'static str {
        let place = Kind::ALL.iter().position(|known| *known == kind).unwrap_or_default();
        self.sections[place]
    }

    pub(super) fn tone(&self, tone: Tone) -> &'static str {
        let place = Tone::ALL.iter().position(|known| *known == tone).unwrap_or_default();
        self.tones[place]
    }

    fn ailment(&self, ailment: Ailment) -> &'static str {
        let place = Ailment::ALL.iter().position(|known| *known == ailment).unwrap_or_default();
        self.ailments[place]
    }

    /// "can’t be reached, since 6 March, 14:00 (it answers 503)": what ails a source, and what was seen of it.
    pub(crate) fn trouble(&self, ailment: Ailment, since: &str, reason: &str) -> String {
        let said = format!("{}, {} {since}", self.ailment(ailment), self.since);
        if reason.is_empty() { said } else { format!("{said} ({reason})") }
    }

    /// The date and time in a zone; the year where `now` is of another.
    pub(crate) fn moment(&self, moment: Timestamp, zone: Tz, now: Timestamp) -> String {
        let (local, now) = (moment.with_timezone(&zone), now.with_timezone(&zone));
        let mut day = self.day_month(local.date_naive());
        if local.year() != now.year() {
            day = format!("{day}\u{a0}{}", local.year());
        }
        self.date_time.replace("{day}", &day).replace("{time}", &(self.time)(local.time()))
    }

    fn day_month(&self, day: NaiveDate) -> String {
        format!("{}\u{a0}{}", (self.day)(day.day()), self.months[day.month0() as usize])
    }

    pub(super) fn stars(&self, rating: Rating) -> String {
        format!("★\u{a0}{}", rating.to_string().replace('.', &self.decimal.to_string()))
    }

    /// "64 mentions of “recall” were held since 6 March, 14:05: you had been told of the crisis".
    pub(crate) fn released(&self, one: &Released, since: &str, name_chars: usize) -> String {
        let Notes { released, crisis_known, muted, .. } = &self.notes;
        let mentions = counted(one.mentions);
        let query = one_line(&one.query, name_chars);
        let said = self.count(released, mentions);
        let said = filled(&said, &[("{query}", &query), ("{since}", since)]);
        let why = one.muted_by.as_ref().map_or_else(
            || (*crisis_known).to_owned(),
            |person| filled(muted, &[("{person}", &one_line(person, name_chars))]),
        );
        format!("{said}{}{why}", self.colon)
    }

    /// "Post 14 in “Teas”".
    pub(super) fn thread(&self, thread: &Thread) -> Option<String> {
        let place = match (thread.number, thread.is_reply) {
            (Some(number), _) => {
                let number = self.number(usize::try_from(number).unwrap_or(usize::MAX));
                Some(self.post.replace("{}", &number))
            }
            (None, true) => Some(self.reply.to_owned()),
            (None, false) => None,
        };
        let within = thread.title.as_ref().map(|title| self.within.replace("{title}", title));
        let parts: Vec<String> = place.into_iter().chain(within).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    }
}

/// "Daily update ⋅ 8 November 2025", as Google Alerts writes it.
pub(super) fn edition(digest: &Digest) -> String {
    let editions = &of(digest.locale).editions;
    let name = match digest.cadence {
        Cadence::AsItHappens => editions.as_it_happens,
        Cadence::Hourly => editions.hourly,
        Cadence::Daily { .. } => editions.daily,
        Cadence::Weekly { .. } => editions.weekly,
        Cadence::Monthly { .. } => editions.monthly,
        Cadence::Cron(_) => editions.scheduled,
    };
    format!("{name} ⋅ {}", days(digest))
}

/// The day of the letter; for a longer period, its first and last day.
fn days(digest: &Digest) -> String {
    let words = of(digest.locale);
    let day = |moment: Timestamp| moment.with_timezone(&digest.zone).date_naive();
    let (first, last) = (day(digest.period.since), day(digest.period.until));
    let full = |day: NaiveDate| format!("{}\u{a0}{}", words.day_month(day), day.year());
    // A news flash is of its day, however long nothing came before it.
    let flash = matches!(digest.cadence, Cadence::AsItHappens | Cadence::Hourly);
    if flash || (last - first).num_days() <= 1 {
        return full(last);
    }
    let from = match (first.year() == last.year(), first.month() == last.month()) {
        (false, _) => full(first),
        (true, false) => words.day_month(first),
        (true, true) => (words.day)(first.day()),
    };
    words.days.replace("{from}", &from).replace("{to}", &full(last))
}

/// The date and time of an entry, in the subscriber's zone; the year where it is not this one.
pub(super) fn date_time(moment: Timestamp, digest: &Digest) -> String {
    of(digest.locale).moment(moment, digest.zone, digest.period.until)
}

/// ("Mentions and copies over 28 days", "34 in the last 24 hours, usually 8 to 14 – more than usual"); `None` where
/// there is nothing to say. It says what is counted: the digest beside it counts stories, and those that are new.
pub(super) fn volume(digest: &Digest) -> Option<(String, String)> {
    let words = of(digest.locale);
    let volume = digest.volume.as_ref()?;
    // A day in either case: what is told as it happens was often written an hour ago.
    let (name, day) = match volume.span {
        Span::Day => (words.volume_days, 1),
        Span::Hour => (words.volume_hours, 24),
    };
    let day = &volume.buckets[volume.buckets.len().saturating_sub(day)..];
    let last = Bucket::together(day)?;
    let mut name = name.replace("{}", &words.number(volume.buckets.len()));
    if digest.queries.len() > 1 {
        name += words.for_each_query;
    }
    let mut said = words.volume_day.replace("{count}", &words.number(whole(last.count)));
    if let Some(expected) = last.expected {
        let (low, high) = (words.number(whole(expected.low)), words.number(whole(expected.high)));
        said += &words.usually.replace("{low}", &low).replace("{high}", &high);
        if last.is_above() {
            said += words.more_than_usual;
        } else if last.is_below() {
            said += words.less_than_usual;
        }
    }
    // Some source is always about to be read: that alone is worth no word.
    if last.whole - last.count >= 1.0 && last.whole > PARTLY * last.count {
        said += words.partly_seen;
    }
    Some((name, said))
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count is shown")]
fn whole(count: f64) -> usize {
    count.max(0.0).round() as usize
}

fn counted(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

/// What is said of entries that a letter lacks.
pub(super) fn untold(count: usize, digest: &Digest) -> String {
    let words = of(digest.locale);
    let phrase = match digest.selection {
        Selection::All => &words.untold,
        Selection::Best => &words.not_best,
    };
    words.count(phrase, count)
}

/// Puts in what is named. What is put in is not looked through again.
pub(super) fn filled(phrase: &str, named: &[(&str, &str)]) -> String {
    let mut text = String::new();
    let mut rest = phrase;
    while let Some(start) = rest.find('{') {
        let end = rest[start..].find('}').map_or(rest.len(), |end| start + end + 1);
        text.push_str(&rest[..start]);
        let name = &rest[start..end];
        text.push_str(named.iter().find(|(known, _)| *known == name).map_or(name, |(_, it)| it));
        rest = &rest[end..];
    }
    text + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        let check = |count, english: &str, french: &str| {
            assert_eq!(of(Locale::English).number(count), english);
            assert_eq!(of(Locale::French).number(count), french);
        };
        check(0, "0", "0");
        check(999, "999", "999");
        check(1_920, "1,920", "1\u{202f}920");
        check(1_234_567, "1,234,567", "1\u{202f}234\u{202f}567");
    }

    #[test]
    fn one_is_not_many() {
        let results = |count, locale| of(locale).count(&of(locale).results, count);
        assert_eq!(results(1, Locale::English), "1 new result");
        assert_eq!(results(0, Locale::English), "0 new results");
        assert_eq!(results(2, Locale::English), "2 new results");
        assert_eq!(results(0, Locale::French), "0 nouveau résultat");
        assert_eq!(results(1, Locale::French), "1 nouveau résultat");
        assert_eq!(results(2, Locale::French), "2 nouveaux résultats");
    }

    #[test]
    fn one_mention_that_was_held_is_not_many() {
        let check = |mentions, muted_by: Option<&str>, english: &str, french: &str| {
            let since = Timestamp::UNIX_EPOCH;
            let muted_by = muted_by.map(str::to_owned);
            let released = Released { query: "{since}".to_owned(), mentions, since, muted_by };
            for (locale, expect) in [(Locale::English, english), (Locale::French, french)] {
                assert_eq!(of(locale).released(&released, "x", 30), expect);
            }
        };
        check(
            1,
            Some("{query}"),
            "1 mention of “{since}” was held since x: {query} had muted it",
            "1 mention de «\u{a0}{since}\u{a0}» a été retenue depuis le x\u{a0}: {query} l’avait tu",
        );
        check(
            1_200,
            None,
            "1,200 mentions of “{since}” were held since x: you had been told of the crisis",
            "1\u{202f}200 mentions de «\u{a0}{since}\u{a0}» ont été retenues depuis le x\u{a0}: vous \
             étiez averti de la crise",
        );
    }

    #[test]
    fn the_first_of_a_month_is_an_ordinal_in_french() {
        let day = |text: &str, locale| of(locale).day_month(text.parse().unwrap());
        assert_eq!(day("2025-11-01", Locale::French), "1er\u{a0}novembre");
        assert_eq!(day("2025-08-02", Locale::French), "2\u{a0}août");
        assert_eq!(day("2025-11-01", Locale::English), "1\u{a0}November");
    }

    #[test]
    fn a_post_says_where_it_stands() {
        let check = |title: Option<&str>, number, is_reply, english: &str, french: &str| {
            let thread = Thread { title: title.map(str::to_owned), number, is_reply };
            for (locale, expect) in [(Locale::English, english), (Locale::French, french)] {
                assert_eq!(of(locale).thread(&thread).unwrap_or_default(), expect);
            }
        };
        check(None, Some(14), true, "Post 14", "Message n°\u{a0}14");
        check(Some("Tea"), None, true, "Reply in “Tea”", "Réponse dans «\u{a0}Tea\u{a0}»");
        check(None, None, false, "", "");
    }

    #[test]
    fn what_is_put_in_is_not_looked_through_again() {
        let named = [("{a}", "{b}"), ("{b}", "no")];
        assert_eq!(filled("x {a} {c} y{", &named), "x {b} {c} y{");
    }
}
