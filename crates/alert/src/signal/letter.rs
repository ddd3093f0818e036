//! The letter that tells a signal: what is unusual in a sentence, a chart, what is behind it, and the newest
//! stories.

use chrono_tz::Tz;
use minijinja::Value;
use minijinja::value::Serde;
use model::{Locale, SignalTurn, SubscriptionId};

use super::{Evidence, Told, sentences};
use crate::chart::{Bucket, Chart, Expected};
use crate::clean::one_line;
use crate::letter::{Image, Letter, Mailbox, list_id, signal_message_id};
use crate::link::Links;
use crate::render::context::{Common, SignalPage, Story};
use crate::render::{Closing, Sender, picture, shown_images};

const SUBJECT_CHARS_MAX: usize = 100;
const TITLE_CHARS_MAX: usize = 200;
const NAME_CHARS_MAX: usize = 80;
/// How many stories are shown.
const STORIES_MAX: usize = 10;
/// An address that is longer is not linked.
const URL_BYTES_MAX: usize = 2_000;

/// What a signal's letter is made of.
#[derive(Debug, Clone, Copy)]
pub struct SignalLetter<'a> {
    pub evidence: &'a Evidence,
    pub turn: SignalTurn,
    /// What names the signal, and tells its letters apart: the end of the bucket that gave it away.
    pub opened: model::Timestamp,
    /// When it is written.
    pub at: model::Timestamp,
    pub subscription: &'a SubscriptionId,
    pub locale: Locale,
    pub zone: Tz,
}

/// Writes what happened to a signal to one recipient. The same turn of the same signal gives the same
/// letter; later ones follow the first in a mail program's thread.
pub fn signal_letter(
    told: &SignalLetter<'_>,
    sender: &Sender,
    to: &Mailbox,
    links: Option<&Links<'_>>,
) -> Letter {
    let SignalLetter { evidence, turn, opened, at, subscription, locale, zone } = *told;
    let sentences = sentences(evidence, turn, locale, zone);
    let first = signal_message_id(evidence, opened, None, to, &sender.from);
    let message_id = match turn {
        SignalTurn::Opened => first.clone(),
        SignalTurn::Grew | SignalTurn::Acknowledged | SignalTurn::Ended => {
            signal_message_id(evidence, opened, Some(evidence.until), to, &sender.from)
        }
    };
    let chart = Image::new("volume", &message_id, chart(evidence).png());
    let subject = subject(&sentences[0], turn, locale);
    let queries = one_line(evidence.query.as_str(), NAME_CHARS_MAX);
    let closing = Closing { subscription, queries, sender, to, links, locale, zone };
    let common = Common::new(locale, &subject, &sentences[0]);
    let page = SignalPage {
        common: &common,
        turn: turn.as_str(),
        kind: evidence.kind.as_str(),
        headline: &sentences[0],
        sentences: &sentences[1..],
        chart: picture(&chart, Some(caption(evidence, locale))),
        stories: stories(evidence, locale),
        closing: closing.context(),
    };
    let page = Value::from(Serde(page));
    let written = sender.templates.write_both("signal", &page, &closing.must_hold());
    Letter {
        list_id: list_id(subscription, &sender.from),
        date: at,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.clone(),
        images: shown_images(Some(chart), &written.html),
        text: written.text,
        html: written.html,
        subject,
        follows: if message_id == first { Vec::new() } else { vec![first] },
        links: links.map(|links| links.of_list(None)).unwrap_or_default(),
        message_id,
    }
}

fn subject(headline: &str, turn: SignalTurn, locale: Locale) -> String {
    let before = match (turn, locale) {
        (SignalTurn::Grew, Locale::English) => "Growing – ",
        (SignalTurn::Grew, Locale::French) => "En hausse – ",
        (SignalTurn::Ended, Locale::English) => "Over – ",
        (SignalTurn::Ended, Locale::French) => "Terminé – ",
        (SignalTurn::Opened | SignalTurn::Acknowledged, _) => "Signal – ",
    };
    one_line(&format!("{before}{}", headline.trim_end_matches('.')), SUBJECT_CHARS_MAX)
}

fn chart(evidence: &Evidence) -> Chart {
    let bucket = |hour: &super::Hour| Bucket {
        count: hour.count,
        expected: hour.usual.map(|[low, usual, high]| Expected { low, usual, high }),
    };
    Chart::new(evidence.chart.iter().map(bucket).collect())
}

fn stories(evidence: &Evidence, locale: Locale) -> Vec<Story> {
    let newest = evidence.newest.iter().take(STORIES_MAX);
    newest
        .map(|story| Story {
            title: title(story),
            url: link(story).map(str::to_owned),
            byline: byline(story, locale),
        })
        .collect()
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
