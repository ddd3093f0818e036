//! What a chat room is told, before it is written as its kind of room writes it: plain lines.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use chrono_tz::Tz;
use model::{Ailment, EventKind, Locale, Severity, Timestamp, Tone};

use crate::clean::one_line;
use crate::compose::Released;
use crate::event::{
    DigestTold, Event, Fact, ItemTold, MentionTold, SignalTold, SourceTold, StoryTold,
};
use crate::render::words::{self, Words};
use crate::signal::Occasion;

/// A heading is what a locked telephone shows: of each kind of room the shortest that is published holds it, 1,024
/// bytes of ntfy.
const HEADING_CHARS_MAX: usize = 150;
/// How much of a name the heading has room for, and of the names of all queries.
const HEADING_NAME_MAX: usize = 25;
const HEADING_NAMES_MAX: usize = 60;
const TITLE_CHARS_MAX: usize = 150;
const DETAIL_CHARS_MAX: usize = 200;
const TEXT_CHARS_MAX: usize = 300;
const URL_BYTES_MAX: usize = 1_000;

/// Events for one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bulletin {
    /// The gravest of it, and how many others there are.
    pub(super) heading: String,
    /// The gravest first, and of what is as grave the newest; one at least.
    pub(super) lines: Vec<Line>,
    pub(super) locale: Locale,
    pub(super) gravity: Gravity,
}

/// How grave an event is, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Gravity {
    News,
    /// A signal that has ended, whatever else is told of it.
    Over,
    Troubled,
    Unusual,
    Crisis,
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

/// How a room is spoken to, and when.
#[derive(Clone, Copy)]
struct Manner {
    locale: Locale,
    zone: Tz,
    now: Timestamp,
}

impl Manner {
    fn words(self) -> &'static Words {
        words::of(self.locale)
    }

    /// "6 March, 14:00", as mails write it; where nobody has named a zone, with the one that it is.
    fn time(self, moment: Timestamp) -> String {
        let time = self.words().moment(moment, self.zone, self.now);
        if self.zone == Tz::UTC { format!("{time} UTC") } else { time }
    }
}

impl Bulletin {
    /// `events` in the order in which they happened; `None` without any. Times are told in the `zone`.
    pub fn new(events: &[Event], locale: Locale, zone: Tz) -> Option<Self> {
        let now = events.iter().map(|event| event.timestamp).max()?;
        let manner = Manner { locale, zone, now };
        let ended = |event: &Event| match &event.data {
            Fact::Signal(told) => (event.kind == EventKind::SignalEnded).then_some(told.signal),
            Fact::Mention(_) | Fact::Story(_) | Fact::Source(_) | Fact::Digest(_) => None,
        };
        let ended: BTreeSet<u64> = events.iter().filter_map(ended).collect();
        let gravity = |event: &Event| gravity(event, &ended);
        // Where not all fits, what is grave must not be left out.
        let mut gravest: Vec<&Event> = events.iter().rev().collect();
        gravest.sort_by_key(|event| Reverse(gravity(event)));
        let lines: Vec<Line> = gravest.iter().map(|event| line(event, manner)).collect();
        let (first, title) = (*gravest.first()?, &lines.first()?.title);
        let gravity = gravity(first);
        Some(Self {
            heading: heading(first, title, gravity, events, manner),
            lines,
            locale,
            gravity,
        })
    }

    /// Tells what had waited, and why it did; the newest of it are `events`.
    pub fn released(
        events: &[Event],
        released: &Released,
        locale: Locale,
        zone: Tz,
    ) -> Option<Self> {
        let now = events.iter().map(|event| event.timestamp).max()?;
        let since = Manner { locale, zone, now }.time(released.since);
        let heading = words::of(locale).released(released, &since, HEADING_NAME_MAX);
        let heading = one_line(&heading, HEADING_CHARS_MAX);
        Some(Self { heading, ..Self::new(events, locale, zone)? })
    }

    /// Says what it is about, for people who look at the outbox.
    pub fn about(&self) -> String {
        self.heading.clone()
    }

    /// Says that so many more are not shown.
    pub(super) fn more(&self, left_out: usize) -> String {
        format!("… {}", words::of(self.locale).more(left_out))
    }
}

/// Tells an event on one line, what can be done without last.
pub(crate) fn on_one_line(event: &Event) -> String {
    let manner = Manner { locale: Locale::English, zone: Tz::UTC, now: event.timestamp };
    let Line { title, detail, text, url, .. } = line(event, manner);
    let parts = [title, detail, url.unwrap_or_default(), text];
    let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

/// `ended` are the signals whose end is told too: what they were before is grave no more.
fn gravity(event: &Event, ended: &BTreeSet<u64>) -> Gravity {
    match &event.data {
        Fact::Signal(told) if ended.contains(&told.signal) => Gravity::Over,
        Fact::Signal(told) if told.severity == Severity::Crisis => Gravity::Crisis,
        Fact::Signal(_) => Gravity::Unusual,
        Fact::Source(_) if event.kind == EventKind::SourceTroubled => Gravity::Troubled,
        Fact::Source(_) | Fact::Mention(_) | Fact::Story(_) | Fact::Digest(_) => Gravity::News,
    }
}

/// "Crisis – recall: 64 mentions in 2 hours, usually 3 (and 4 more)": the `first`, which is the gravest and whose
/// line has the `title`; or, where there is nothing but news, the mentions.
fn heading(
    first: &Event,
    title: &str,
    gravity: Gravity,
    events: &[Event],
    manner: Manner,
) -> String {
    let words = manner.words();
    let mentions = events.iter().filter_map(|event| match &event.data {
        Fact::Mention(told) if gravity == Gravity::News => Some(told.as_ref()),
        Fact::Mention(_) | Fact::Story(_) | Fact::Source(_) | Fact::Digest(_) | Fact::Signal(_) => {
            None
        }
    });
    let mentions: Vec<&MentionTold> = mentions.collect();
    let queries = mentions.iter().flat_map(|told| &told.queries).map(|query| query.name.as_str());
    let queries = queries.collect::<BTreeSet<&str>>().into_iter().collect::<Vec<_>>().join(", ");
    let queries = format!("{}{}", one_line(&queries, HEADING_NAMES_MAX), words.colon);
    let said = match (mentions.as_slice(), &first.data) {
        ([], Fact::Story(told)) => format!("{}{}{title}", size(told, manner), words.colon),
        ([], _) => title.trim_end_matches('.').to_owned(),
        ([only], _) => format!("{queries}{}", mention(only, manner).title),
        (several, _) => format!("{queries}{}", words.new_mentions(several.len())),
    };
    let more = match events.len() - mentions.len().max(1) {
        0 => String::new(),
        others => format!(" ({})", words.more(others)),
    };
    let room = HEADING_CHARS_MAX.saturating_sub(more.chars().count());
    format!("{}{more}", one_line(&said, room))
}

fn line(event: &Event, manner: Manner) -> Line {
    let line = match &event.data {
        Fact::Mention(told) => mention(told, manner),
        Fact::Story(told) => item_line(&told.first, size(told, manner), Mood::Plain),
        Fact::Source(told) => source(event.kind, told, manner),
        Fact::Digest(told) => digest(told, manner),
        Fact::Signal(told) => signal(event.kind, told, manner),
    };
    Line {
        title: one_line(&line.title, TITLE_CHARS_MAX),
        url: line.url.filter(|url| can_be_linked(url)),
        detail: one_line(&line.detail, DETAIL_CHARS_MAX),
        text: one_line(&line.text, TEXT_CHARS_MAX),
        ..line
    }
}

fn source(kind: EventKind, told: &SourceTold, manner: Manner) -> Line {
    let (words, trouble) = (manner.words(), &told.trouble);
    let since = manner.time(trouble.since);
    let (mood, what, detail) = if kind == EventKind::SourceRecovered {
        (Mood::Good, words.rooms.well_again, words.was_in_trouble(&since))
    } else {
        // A later version may know of further ailments.
        let detail = match trouble.code.parse::<Ailment>() {
            Ok(ailment) => words.trouble(ailment, &since, &trouble.reason),
            Err(_) => trouble.reason.clone(),
        };
        (Mood::Bad, words.rooms.in_trouble, detail)
    };
    let title = format!("{}{}{what}", told.source.name, words.colon);
    Line { mood, title, url: None, detail, text: String::new() }
}

fn digest(told: &DigestTold, manner: Manner) -> Line {
    let words = manner.words();
    Line {
        mood: if told.given_up == 0 { Mood::Plain } else { Mood::Bad },
        title: words.digest_sent(&told.subscription),
        url: None,
        detail: words.mails_of(told.recipients, told.given_up),
        text: String::new(),
    }
}

fn mention(told: &MentionTold, manner: Manner) -> Line {
    let tone = told.queries.iter().filter_map(|query| query.tone.as_ref()).map(|tone| tone.tone);
    let (mut mood, mut word) = (Mood::Plain, None);
    for tone in tone {
        (mood, word) = match (tone, manner.locale) {
            (Some(Tone::Negative), Locale::English) => (Mood::Bad, Some("negative")),
            (Some(Tone::Negative), Locale::French) => (Mood::Bad, Some("négatif")),
            (Some(Tone::Positive), Locale::English) => (Mood::Good, Some("positive")),
            (Some(Tone::Positive), Locale::French) => (Mood::Good, Some("positif")),
            (Some(Tone::Neutral) | None, _) => (mood, word),
        };
        if mood == Mood::Bad {
            break;
        }
    }
    let item = &told.mention;
    let date = item.published.unwrap_or(item.first_seen).min(item.first_seen);
    let stars = item.rating.map(|rating| format!("★ {}/{}", rating.value, rating.best));
    let parts = [
        Some(item.source.name.clone()),
        item.author.clone(),
        Some(manner.time(date)),
        stars,
        word.map(str::to_owned),
        manner.words().copies_of(told.story.items),
    ];
    let detail = parts.into_iter().flatten().collect::<Vec<_>>().join(" · ");
    item_line(item, detail, mood)
}

/// "11 texts in 6 sources".
fn size(told: &StoryTold, manner: Manner) -> String {
    manner.words().told_by(told.story.items, told.story.sources)
}

fn item_line(item: &ItemTold, detail: String, mood: Mood) -> Line {
    let title = [&item.title, item.url.as_ref().unwrap_or(&item.source.name)];
    let title = title.into_iter().find(|title| !title.is_empty()).cloned().unwrap_or_default();
    // A text without a title has its beginning for one.
    let is_same = item.excerpt == item.title;
    let text = if is_same { String::new() } else { item.excerpt.clone() };
    Line { mood, title, url: item.url.clone(), detail, text }
}

fn signal(kind: EventKind, told: &SignalTold, manner: Manner) -> Line {
    let mood = if kind == EventKind::SignalEnded { Mood::Good } else { Mood::Bad };
    let mut why = told.why.iter();
    let title = why.next().cloned().unwrap_or_else(|| told.query.clone());
    let occasion = if kind == EventKind::SignalEnded {
        Occasion::Over
    } else if kind == EventKind::SignalGrew {
        Occasion::Grew
    } else {
        Occasion::Opened
    };
    let title = format!("{} – {title}", occasion.title(told.severity, manner.locale));
    let newest = told.newest.first();
    let way = (occasion != Occasion::Over).then(|| manner.words().acknowledge(told.signal));
    let detail = [Some(told.query.clone()), way].into_iter().flatten().collect::<Vec<_>>();
    Line {
        mood,
        title,
        url: newest.and_then(|story| story.url.clone()),
        detail: detail.join(" · "),
        text: why.cloned().collect::<Vec<_>>().join(" "),
    }
}

fn can_be_linked(url: &str) -> bool {
    url.len() <= URL_BYTES_MAX && (url.starts_with("http://") || url.starts_with("https://"))
}
