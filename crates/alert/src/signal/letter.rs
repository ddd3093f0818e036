//! The letter that tells a signal: what is unusual in a sentence, a chart, what is behind it, and the newest
//! stories.

use std::fmt::Write as _;

use chrono_tz::Tz;
use model::{Locale, SignalTurn, SubscriptionId};

use super::{Evidence, Told, sentences};
use crate::chart::{Bucket, Chart, Expected};
use crate::clean::one_line;
use crate::letter::{Image, Letter, Mailbox, list_id, signal_message_id};
use crate::link::Links;
use crate::render::{Closing, Page, Sender, escaped, page};

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
    Letter {
        list_id: list_id(subscription, &sender.from),
        date: at,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.clone(),
        text: text(evidence, &sentences, &closing),
        html: html(evidence, &subject, &sentences, &chart, &closing),
        subject,
        images: vec![chart],
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

fn text(evidence: &Evidence, sentences: &[String], closing: &Closing<'_>) -> String {
    let mut text = sentences.join("\n");
    text.push_str("\n\n");
    for story in evidence.newest.iter().take(STORIES_MAX) {
        // Writing to a string can't fail.
        let _ = writeln!(text, "* {}", title(story));
        let _ = writeln!(text, "  {}", byline(story, closing.locale));
        if let Some(url) = link(story) {
            let _ = writeln!(text, "  {url}");
        }
    }
    let mut page = Page(text);
    closing.text(&mut page);
    page.0
}

fn html(
    evidence: &Evidence,
    subject: &str,
    sentences: &[String],
    chart: &Image,
    closing: &Closing<'_>,
) -> String {
    let mut rows = format!(
        "<tr><td class='pad' style='padding:28px 32px 4px'>\n\
         <p class='brand' style='margin:0 0 14px;font-size:13px;font-weight:700;\
         letter-spacing:3px;color:#0b6e7f'>VIGIE</p>\n\
         <h1 style='margin:0 0 12px;font-size:22px;line-height:1.3;font-weight:700'>{}</h1>\n\
         <img src='{}' width='{}' height='{}' alt='{}' style='width:100%;height:auto;border:0'>\n",
        escaped(&sentences[0]),
        escaped(&chart.uri()),
        Chart::WIDTH,
        Chart::HEIGHT,
        escaped(&sentences[0]),
    );
    let _ = writeln!(
        rows,
        "<p class='soft' style='margin:2px 0 12px;font-size:12px;color:#52606d'>{}</p>",
        escaped(caption(evidence, closing.locale).as_str()),
    );
    for sentence in &sentences[1..] {
        let _ = writeln!(
            rows,
            "<p style='margin:8px 0 0;font-size:15px;line-height:1.45'>{}</p>",
            escaped(sentence),
        );
    }
    rows.push_str("</td></tr>\n<tr><td class='pad' style='padding:12px 32px 0'>\n");
    for story in evidence.newest.iter().take(STORIES_MAX) {
        let title = escaped(&title(story));
        let title = match link(story) {
            Some(url) => format!(
                "<a class='link' href='{}' style='color:#0b57a4;text-decoration:none'>{title}</a>",
                escaped(url),
            ),
            None => title,
        };
        let _ = writeln!(
            rows,
            "<div class='rule' style='padding:12px 0;border-bottom:1px solid #e4e7eb'>\n\
             <h3 dir='auto' style='margin:0;font-size:16px;line-height:1.35;font-weight:400'>{title}\
             </h3>\n<p class='soft' style='margin:3px 0 0;font-size:13px;color:#52606d'><bdi>{}</bdi>\
             </p>\n</div>",
            escaped(&byline(story, closing.locale)),
        );
    }
    rows.push_str("</td></tr>\n");
    rows.push_str(&closing.html());
    page(closing.locale, subject, &sentences[0], &rows)
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
