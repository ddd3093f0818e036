//! The letter that tells signals: of each what is unusual in a sentence, a chart, what is behind it, and the
//! newest stories. What comes at about the same time is one letter.

mod html;

use std::fmt::Write as _;

use chrono_tz::Tz;
use model::{Locale, SubscriptionId, Timestamp};
use url::Url;

use super::{Evidence, Occasion, SignalNews, Told};
use crate::chart::{Bucket, Chart, Expected};
use crate::clean::one_line;
use crate::letter::{Image, Letter, Mailbox, list_id, signal_message_id, signals_message_id};
use crate::link::{Action, Links};
use crate::render::{Closing, Page, Sender};

const SUBJECT_CHARS_MAX: usize = 100;
const TITLE_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 80;
/// How many stories are shown of a signal that is told alone, and of one among others.
const STORIES_MAX: usize = 10;
const STORIES_AMONG_OTHERS: usize = 3;
/// How many signals are told with all that is known of them; of others the headline is.
const WHOLE_MAX: usize = 8;
/// An address that is longer is not linked.
const URL_BYTES_MAX: usize = 2_000;

/// What a letter of signals is made of.
#[derive(Debug, Clone, Copy)]
pub struct SignalLetter<'a> {
    /// One at least, in the order in which they are told.
    pub news: &'a [SignalNews],
    /// When it is written.
    pub at: Timestamp,
    pub subscription: &'a SubscriptionId,
    pub locale: Locale,
    pub zone: Tz,
}

/// One signal, as it is written.
struct Section<'a> {
    news: &'a SignalNews,
    /// The headline first.
    sentences: Vec<String>,
    chart: Image,
    stories: Vec<&'a Told>,
    /// What a reader can do about it, and where.
    deeds: Vec<(&'static str, Url)>,
}

/// Writes what happened to signals to one recipient. The same turn of the same signal gives the same
/// letter; later ones follow the first in a mail program's thread.
pub fn signal_letter(
    told: &SignalLetter<'_>,
    sender: &Sender,
    to: &Mailbox,
    links: Option<&Links<'_>>,
) -> Letter {
    let SignalLetter { news, at, subscription, locale, zone } = *told;
    let (message_id, follows) = names(told, sender, to);
    let whole = news.iter().take(WHOLE_MAX).enumerate();
    let sections: Vec<Section<'_>> =
        whole.map(|(nth, news)| Section::new(told, (nth, news), &message_id, links)).collect();
    let others: Vec<String> =
        news.iter().skip(WHOLE_MAX).map(|news| headline(news, locale, zone)).collect();
    let subject = subject(told);
    let mut queries: Vec<&str> = news.iter().map(|news| news.evidence.query.as_str()).collect();
    queries.sort_unstable();
    queries.dedup();
    let queries = one_line(&queries.join(", "), NAME_CHARS_MAX);
    let closing = Closing { subscription, queries, sender, to, links, locale, zone };
    Letter {
        list_id: list_id(subscription, &sender.from),
        date: at,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.clone(),
        text: text(&sections, &others, &closing),
        html: html::letter(&sections, &others, &subject, &closing),
        subject,
        images: sections.into_iter().map(|section| section.chart).collect(),
        follows,
        links: links.map(|links| links.of_list(None)).unwrap_or_default(),
        message_id,
    }
}

impl<'a> Section<'a> {
    fn new(
        told: &SignalLetter<'_>,
        (nth, news): (usize, &'a SignalNews),
        message_id: &str,
        links: Option<&Links<'_>>,
    ) -> Self {
        let evidence = &news.evidence;
        let is_alone = told.news.len() == 1;
        let stories_max = if is_alone { STORIES_MAX } else { STORIES_AMONG_OTHERS };
        let name = if nth == 0 { "volume".to_owned() } else { format!("volume{}", nth + 1) };
        Self {
            news,
            sentences: news.sentences(told.locale, told.zone),
            chart: Image::new(&name, message_id, chart(evidence).png()),
            stories: evidence.newest.iter().take(stories_max).collect(),
            deeds: links.map(|links| deeds(news, links, told.locale)).unwrap_or_default(),
        }
    }
}

/// Names the letter, and those that it follows.
fn names(told: &SignalLetter<'_>, sender: &Sender, to: &Mailbox) -> (String, Vec<String>) {
    let name = |news: &SignalNews, later| {
        signal_message_id(&news.evidence, news.opened, later, to, &sender.from)
    };
    let own = |news: &SignalNews| match news.occasion {
        Occasion::Opened => name(news, None),
        Occasion::Grew | Occasion::Risen => name(news, Some(news.evidence.until)),
        Occasion::Lasts | Occasion::Over => name(news, Some(told.at)),
    };
    let firsts: Vec<String> = told.news.iter().map(|news| name(news, None)).collect();
    let own: Vec<String> = told.news.iter().map(own).collect();
    let message_id = match own.as_slice() {
        [only] => only.clone(),
        several => signals_message_id(several, &sender.from),
    };
    // Where several were told together, their first letters are names by which mail programs put them together.
    let follows = firsts.into_iter().take(WHOLE_MAX).filter(|first| *first != message_id);
    let follows = follows.collect();
    (message_id, follows)
}

fn subject(told: &SignalLetter<'_>) -> String {
    let Some((first, others)) = told.news.split_first() else { return String::new() };
    let more = match (others.len(), told.locale) {
        (0, _) => String::new(),
        (count, Locale::English) => format!(" (and {count} more)"),
        (1, Locale::French) => " (et un autre)".to_owned(),
        (count, Locale::French) => format!(" (et {count} autres)"),
    };
    let headline = headline(first, told.locale, told.zone);
    let room = SUBJECT_CHARS_MAX.saturating_sub(more.chars().count());
    format!("{}{more}", one_line(headline.trim_end_matches('.'), room))
}

/// "Growing – Ozalée: 23 mentions in 3 hours, usually 4."
fn headline(news: &SignalNews, locale: Locale, zone: Tz) -> String {
    let headline = news.sentences(locale, zone).swap_remove(0);
    format!("{} – {headline}", news.title(locale))
}

fn deeds(news: &SignalNews, links: &Links<'_>, locale: Locale) -> Vec<(&'static str, Url)> {
    let acknowledge = match (news.occasion, &news.acknowledged, locale) {
        (Occasion::Over, ..) | (_, Some(_), _) => None,
        (.., Locale::English) => Some("acknowledge"),
        (.., Locale::French) => Some("en prendre acte"),
    };
    let mute = match locale {
        Locale::English => "mute for 24 h",
        Locale::French => "taire pendant 24 h",
    };
    let acknowledge = acknowledge.map(|word| (word, links.url(Action::Acknowledge(news.signal))));
    acknowledge.into_iter().chain([(mute, links.url(Action::Mute(news.signal)))]).collect()
}

fn chart(evidence: &Evidence) -> Chart {
    let bucket = |hour: &super::Hour| Bucket {
        count: hour.count,
        expected: hour.usual.map(|[low, usual, high]| Expected { low, usual, high }),
    };
    Chart::new(evidence.chart.iter().map(bucket).collect())
}

fn text(sections: &[Section<'_>], others: &[String], closing: &Closing<'_>) -> String {
    let mut text = String::new();
    for (nth, section) in sections.iter().enumerate() {
        // Writing to a string can't fail.
        if nth > 0 {
            text.push_str("\n\n");
        }
        if sections.len() > 1 {
            let _ = writeln!(text, "== {} ==", section.news.title(closing.locale));
        }
        let _ = writeln!(text, "{}\n", section.sentences.join("\n"));
        for story in &section.stories {
            let _ = writeln!(text, "* {}", title(story));
            let _ = writeln!(text, "  {}", byline(story, closing.locale));
            if let Some(url) = link(story) {
                let _ = writeln!(text, "  {url}");
            }
        }
        for (deed, url) in &section.deeds {
            let _ = writeln!(text, "  [{deed}] {url}");
        }
    }
    for other in others {
        let _ = writeln!(text, "\n{other}");
    }
    let mut page = Page(text);
    closing.text(&mut page);
    page.0
}

/// What the chart shows.
fn caption(evidence: &Evidence, locale: Locale) -> String {
    let days = evidence.chart.len().div_ceil(24);
    match (days, locale) {
        (..=1, Locale::English) => "The last day, hour by hour; grey: what is usual.".to_owned(),
        (_, Locale::English) => format!("The last {days} days, hour by hour; grey: what is usual."),
        (..=1, Locale::French) => {
            "Le dernier jour, heure par heure\u{a0}; en gris, l’habituel.".to_owned()
        }
        (_, Locale::French) => {
            format!("Les {days} derniers jours, heure par heure\u{a0}; en gris, l’habituel.")
        }
    }
}

fn title(story: &Told) -> String {
    let title = one_line(&story.title, TITLE_CHARS_MAX);
    if title.is_empty() { "…".to_owned() } else { title }
}

fn byline(story: &Told, locale: Locale) -> String {
    let source = one_line(&story.source, NAME_CHARS_MAX);
    match (story.copies, locale) {
        (0, _) => source,
        (1, Locale::English) => format!("{source} · and 1 copy"),
        (copies, Locale::English) => format!("{source} · and {copies} copies"),
        (1, Locale::French) => format!("{source} · et 1 copie"),
        (copies, Locale::French) => format!("{source} · et {copies} copies"),
    }
}

fn link(story: &Told) -> Option<&str> {
    let url = story.url.as_ref()?;
    let is_web = matches!(url.scheme(), "http" | "https");
    (is_web && url.as_str().len() <= URL_BYTES_MAX).then(|| url.as_str())
}
