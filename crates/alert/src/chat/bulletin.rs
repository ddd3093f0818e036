//! What a chat room is told, before it is written as its kind of room writes it: plain lines.

use std::collections::BTreeSet;

use model::{EventKind, Locale, Severity};

use crate::clean::one_line;
use crate::compose::Released;
use crate::event::{Event, EventData, ItemTold, MentionTold, SignalTold};
use crate::render::words;

const HEADING_CHARS_MAX: usize = 150;
/// How much of a name the heading has room for.
const HEADING_NAME_MAX: usize = 30;
const TITLE_CHARS_MAX: usize = 150;
const DETAIL_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 300;
const URL_BYTES_MAX: usize = 1_000;

/// Events for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    pub(super) heading: String,
    /// The newest first; one at least.
    pub(super) lines: Vec<Line>,
    pub(super) locale: Locale,
    pub(super) is_grave: bool,
}

/// One event. All texts are plain, on one line, and bounded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) mood: Mood,
    pub(super) title: String,
    /// Always `http` or `https`.
    pub(super) url: Option<String>,
    /// Where, when and how.
    pub(super) detail: String,
    pub(super) text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mood {
    Bad,
    Plain,
    Good,
}

impl Mood {
    /// Red, grey, green, as 24 bits.
    pub(super) fn color(self) -> u32 {
        match self {
            Self::Bad => 0x00d1_3438,
            Self::Plain => 0x0076_7676,
            Self::Good => 0x0010_7c10,
        }
    }

    pub(super) fn mark(self) -> &'static str {
        match self {
            Self::Bad => "🔴",
            Self::Plain => "⚪",
            Self::Good => "🟢",
        }
    }
}

impl Bulletin {
    /// `events` in the order in which they happened; `None` without any.
    pub fn new(events: &[Event], locale: Locale) -> Option<Self> {
        if events.is_empty() {
            return None;
        }
        let is_grave = |event: &Event| {
            matches!(event.kind, EventKind::SignalOpened | EventKind::SignalGrew)
                || event.kind == EventKind::SourceTroubled
        };
        // The newest first, and before them what is unusual: where not all fits, that must not be left out.
        let mut newest: Vec<&Event> = events.iter().rev().collect();
        newest.sort_by_key(|event| !matches!(event.data, EventData::Signal(_)));
        Some(Self {
            heading: heading(events, locale),
            lines: newest.into_iter().map(|event| line(event, locale)).collect(),
            locale,
            is_grave: events.iter().any(is_grave),
        })
    }

    /// Tells what had waited, and why it did; the newest of it are `events`.
    pub fn released(events: &[Event], released: &Released, locale: Locale) -> Option<Self> {
        let since = released.since.format("%Y-%m-%d %H:%M UTC").to_string();
        let heading = words::of(locale).released(released, &since, HEADING_NAME_MAX);
        Some(Self { heading: one_line(&heading, HEADING_CHARS_MAX), ..Self::new(events, locale)? })
    }

    /// Says what it is about, for people who look at the outbox.
    pub fn about(&self) -> String {
        self.heading.clone()
    }

    /// Says that so many more are not shown.
    pub(super) fn more(&self, left_out: usize) -> String {
        match self.locale {
            Locale::English => format!("… and {left_out} more"),
            Locale::French => format!("… et {left_out} de plus"),
        }
    }
}

/// Tells an event on one line, what can be done without last.
pub(crate) fn on_one_line(event: &Event) -> String {
    let Line { title, detail, text, url, .. } = line(event, Locale::English);
    let parts = [title, detail, url.unwrap_or_default(), text];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

fn heading(events: &[Event], locale: Locale) -> String {
    let mentions = events.iter().filter_map(|event| match &event.data {
        EventData::Mention(told) => Some(told),
        EventData::Story(_)
        | EventData::Source(_)
        | EventData::Digest(_)
        | EventData::Signal(_) => None,
    });
    let queries: BTreeSet<&str> = mentions
        .clone()
        .flat_map(|told| told.queries.iter().map(|query| query.name.as_str()))
        .collect();
    let queries = queries.into_iter().collect::<Vec<_>>().join(", ");
    let count = mentions.count();
    let others = events.len() - count;
    let words = match (locale, count, others) {
        (Locale::English, 0, 1) => "Vigie: 1 event".to_owned(),
        (Locale::English, 0, others) => format!("Vigie: {others} events"),
        (Locale::French, 0, 1) => "Vigie\u{a0}: 1 événement".to_owned(),
        (Locale::French, 0, others) => format!("Vigie\u{a0}: {others} événements"),
        (Locale::English, 1, _) => format!("1 new mention of {queries}"),
        (Locale::English, count, _) => format!("{count} new mentions of {queries}"),
        (Locale::French, 1, _) => format!("1 nouvelle mention de {queries}"),
        (Locale::French, count, _) => format!("{count} nouvelles mentions de {queries}"),
    };
    one_line(&words, HEADING_CHARS_MAX)
}

fn line(event: &Event, locale: Locale) -> Line {
    let line = match &event.data {
        EventData::Mention(told) => mention(told, locale),
        EventData::Story(told) => {
            let (items, sources) = (told.story.items, told.story.sources);
            let detail = match locale {
                Locale::English => format!("{items} copies in {sources} sources"),
                Locale::French => format!("{items} copies dans {sources} sources"),
            };
            item_line(&told.first, detail, Mood::Plain)
        }
        EventData::Source(told) => {
            let (mood, what) = match (event.kind, locale) {
                (EventKind::SourceRecovered, Locale::English) => (Mood::Good, "well again"),
                (EventKind::SourceRecovered, Locale::French) => (Mood::Good, "de nouveau lisible"),
                (_, Locale::English) => (Mood::Bad, "in trouble"),
                (_, Locale::French) => (Mood::Bad, "en difficulté"),
            };
            Line {
                mood,
                title: format!("{}: {what}", told.source.name),
                url: None,
                detail: told.trouble.code.clone(),
                text: told.trouble.reason.clone(),
            }
        }
        EventData::Digest(told) => Line {
            mood: if told.given_up == 0 { Mood::Plain } else { Mood::Bad },
            title: match locale {
                Locale::English => format!("Digest {} sent", told.subscription),
                Locale::French => format!("Récapitulatif {} envoyé", told.subscription),
            },
            url: None,
            detail: format!("{} + {}", told.recipients, told.given_up),
            text: String::new(),
        },
        EventData::Signal(told) => signal(event.kind, told, locale),
    };
    Line {
        title: one_line(&line.title, TITLE_CHARS_MAX),
        url: line.url.filter(|url| can_be_linked(url)),
        detail: one_line(&line.detail, DETAIL_CHARS_MAX),
        text: one_line(&line.text, TEXT_CHARS_MAX),
        ..line
    }
}

fn mention(told: &MentionTold, locale: Locale) -> Line {
    let tone = told.queries.iter().filter_map(|query| query.tone.as_ref()).map(|tone| tone.tone);
    let (mut mood, mut word) = (Mood::Plain, None);
    for tone in tone {
        (mood, word) = match (tone, locale) {
            ("negative", Locale::English) => (Mood::Bad, Some("negative")),
            ("negative", Locale::French) => (Mood::Bad, Some("négatif")),
            ("positive", Locale::English) => (Mood::Good, Some("positive")),
            ("positive", Locale::French) => (Mood::Good, Some("positif")),
            _ => (mood, word),
        };
        if mood == Mood::Bad {
            break;
        }
    }
    let item = &told.mention;
    let date = item.published.unwrap_or(item.first_seen).min(item.first_seen);
    let stars = item.rating.map(|rating| format!("★ {}/{}", rating.value, rating.best));
    let copies = (told.story.items > 1).then(|| format!("{} copies", told.story.items));
    let parts = [
        Some(item.source.name.clone()),
        item.author.clone(),
        Some(date.format("%Y-%m-%d %H:%M UTC").to_string()),
        stars,
        word.map(str::to_owned),
        copies,
    ];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    item_line(item, detail, mood)
}

fn item_line(item: &ItemTold, detail: String, mood: Mood) -> Line {
    let title = [&item.title, item.url.as_ref().unwrap_or(&item.source.name)];
    let title = title.into_iter().find(|title| !title.is_empty()).cloned().unwrap_or_default();
    // A text without a title has its beginning for one.
    let is_same = item.excerpt == item.title;
    let text = if is_same { String::new() } else { item.excerpt.clone() };
    Line { mood, title, url: item.url.clone(), detail, text }
}

fn signal(kind: EventKind, told: &SignalTold, locale: Locale) -> Line {
    let mood = if kind == EventKind::SignalEnded { Mood::Good } else { Mood::Bad };
    let mut why = told.why.iter();
    let title = why.next().cloned().unwrap_or_else(|| told.query.clone());
    let is_crisis = told.severity == Severity::Crisis;
    let title = match (kind, is_crisis, locale) {
        (EventKind::SignalEnded, false, Locale::English) => format!("Over – {title}"),
        (EventKind::SignalEnded, false, Locale::French) => format!("Terminé – {title}"),
        (EventKind::SignalEnded, true, Locale::English) => format!("Crisis over – {title}"),
        (EventKind::SignalEnded, true, Locale::French) => format!("Crise terminée – {title}"),
        (_, true, Locale::English) => format!("CRISIS – {title}"),
        (_, true, Locale::French) => format!("CRISE – {title}"),
        (_, false, _) => title,
    };
    let newest = told.newest.first();
    Line {
        mood,
        title,
        url: newest.and_then(|story| story.url.clone()),
        detail: told.query.clone(),
        text: why.cloned().collect::<Vec<_>>().join(" "),
    }
}

fn can_be_linked(url: &str) -> bool {
    url.len() <= URL_BYTES_MAX && (url.starts_with("http://") || url.starts_with("https://"))
}
