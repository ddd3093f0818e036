//! The letter that tells signals: of each what is unusual in a sentence, a chart, what is behind it, and the
//! newest stories. What comes at about the same time is one letter.

use chrono_tz::Tz;
use minijinja::Value;
use minijinja::value::Serde;
use model::{Locale, SubscriptionId, Timestamp};

use super::{Evidence, Occasion, SignalNews, Told};
use crate::chart::{Bucket, Chart, Expected};
use crate::clean::one_line;
use crate::letter::{Image, Letter, Mailbox, list_id, signal_message_id, signals_message_id};
use crate::link::{Action, Links};
use crate::render::context::{self, Common, SignalPage, Story, Way};
use crate::render::words;
use crate::render::{Closing, Sender, hollow, picture, shown_images};

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
    let (signals, charts): (Vec<context::Signal>, Vec<Image>) =
        whole.map(|(nth, news)| section(told, (nth, news), &message_id, links)).unzip();
    let others: Vec<String> =
        news.iter().skip(WHOLE_MAX).map(|news| headline(news, locale, zone)).collect();
    let subject = subject(told);
    let mut queries: Vec<&str> = news.iter().map(|news| news.evidence.query.as_str()).collect();
    queries.sort_unstable();
    queries.dedup();
    let queries = one_line(&queries.join(", "), NAME_CHARS_MAX);
    let closing = Closing { subscription, queries, sender, to, links, locale, zone };
    let preview = signals.first().map_or("", |signal| signal.headline.as_str());
    let page = Value::from(Serde(SignalPage {
        common: &Common::new(locale, &subject, preview),
        signals,
        others,
        closing: closing.context(),
    }));
    let written = sender.templates.write_both("signal", &page, &closing.must_hold());
    Letter {
        list_id: list_id(subscription, &sender.from),
        date: at,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.clone(),
        images: shown_images(charts, &written.html),
        text: written.text,
        html: written.html,
        subject,
        follows,
        links: links.map(|links| links.of_list(None)).unwrap_or_default(),
        message_id,
    }
}

/// Writes one signal, and draws it.
fn section(
    told: &SignalLetter<'_>,
    (nth, news): (usize, &SignalNews),
    message_id: &str,
    links: Option<&Links<'_>>,
) -> (context::Signal, Image) {
    let (evidence, locale) = (&news.evidence, told.locale);
    let is_alone = told.news.len() == 1;
    let stories_max = if is_alone { STORIES_MAX } else { STORIES_AMONG_OTHERS };
    let name = if nth == 0 { "volume".to_owned() } else { format!("volume{}", nth + 1) };
    let chart = Image::new(&name, message_id, Chart::new(buckets(evidence)).png());
    let mut sentences = news.sentences(locale, told.zone);
    // Who has no page to say it on says it where the program runs.
    if links.is_none() && news.can_be_acknowledged() {
        sentences.push(words::of(locale).acknowledge(news.signal.0));
    }
    let story = |story: &Told| Story {
        title: title(story),
        url: link(story).map(str::to_owned),
        byline: byline(story, locale),
    };
    let section = context::Signal {
        badge: news.occasion.title(news.severity, locale),
        severity: news.severity.as_str(),
        kind: evidence.kind.as_str(),
        headline: sentences.remove(0),
        sentences,
        chart: picture(&chart, Some(caption(evidence, locale))),
        stories: evidence.newest.iter().take(stories_max).map(story).collect(),
        deeds: links.map(|links| deeds(news, links, locale)).unwrap_or_default(),
    };
    (section, chart)
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
    format!("{} – {headline}", news.occasion.title(news.severity, locale))
}

fn deeds(news: &SignalNews, links: &Links<'_>, locale: Locale) -> Vec<Way> {
    let acknowledge = match locale {
        Locale::English => "acknowledge",
        Locale::French => "en prendre acte",
    };
    let mute = match locale {
        Locale::English => "mute for 24 h",
        Locale::French => "taire pendant 24 h",
    };
    let way = |text: &str, action| Way { text: text.to_owned(), url: links.url(action).into() };
    let acknowledge = || way(acknowledge, Action::Acknowledge(news.signal));
    let acknowledge = news.can_be_acknowledged().then(acknowledge);
    acknowledge.into_iter().chain([way(mute, Action::Mute(news.signal))]).collect()
}

fn buckets(evidence: &Evidence) -> Vec<Bucket> {
    let bucket = |hour: &super::Hour| Bucket {
        count: hour.count,
        // Of an earlier version it has none.
        whole: hour.whole.max(hour.count),
        expected: hour.usual.map(|[low, usual, high]| Expected { low, usual, high }),
    };
    evidence.chart.iter().map(bucket).collect()
}

/// What the chart shows.
fn caption(evidence: &Evidence, locale: Locale) -> String {
    let days = evidence.chart.len().div_ceil(24);
    let shown = match (days, locale) {
        (..=1, Locale::English) => "The last day, hour by hour; grey: what is usual.".to_owned(),
        (_, Locale::English) => format!("The last {days} days, hour by hour; grey: what is usual."),
        (..=1, Locale::French) => {
            "Le dernier jour, heure par heure\u{a0}; en gris, l’habituel.".to_owned()
        }
        (_, Locale::French) => {
            format!("Les {days} derniers jours, heure par heure\u{a0}; en gris, l’habituel.")
        }
    };
    match hollow(&buckets(evidence), locale) {
        Some(hollow) => format!("{shown} {hollow}"),
        None => shown,
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
