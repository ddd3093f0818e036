//! Mails to try templates with: of a brand, a press and a forum that do not exist.

use chrono::{DateTime, TimeDelta};
use chrono_tz::Tz;
use model::{
    Cadence, EndpointHealth, HeldFor, ItemId, Kind, Locale, Rating, Selection, Severity, SignalId,
    SignalKind, SubjectLine, Subscription, Timestamp, Tone, Trouble,
};
use url::Url;

use super::Templates;
use crate::chart::{Bucket, Expected};
use crate::{
    Acknowledged, Copies, Digest, Entry, Evidence, Fate, Followed, HeldBack, Hour, LastOfDay,
    LinkKey, Links, Mailbox, Marked, Notes, Occasion, Period, Released, Section, Sender,
    SignalLetter, SignalNews, Span, Spread, Thread, Told, Trend, Undelivered, Volume, Window,
    confirmation, endpoint_notice, render, signal_letter, undelivered_notice,
};

/// Writes every mail in every language, with all that it can hold and with nothing that it can lack.
pub(super) fn write_all(templates: &Templates) {
    let address = |text: &str| text.parse::<Mailbox>();
    let (Ok(from), Ok(to)) = (address("vigie@brand.example"), address("anne@brand.example")) else {
        return;
    };
    let Ok(base) = "https://vigie.example/".parse::<Url>() else { return };
    let key = LinkKey::new([7; LinkKey::BYTES]);
    let links = Links { base: &base, key: &key, recipient: 1, epoch: 0 };
    let sender = Sender {
        owner: Some(from.clone()),
        from,
        locale: Locale::French,
        templates: templates.clone(),
    };
    for locale in [Locale::English, Locale::French] {
        for (links, fill) in [(Some(&links), Fill::All), (None, Fill::All), (None, Fill::Least)] {
            let digest = digest(locale, fill);
            render(&Digest { sections: Vec::new(), ..digest.clone() }, &sender, &to, links);
            render(&digest, &sender, &to, links);
            let news = news(fill);
            for news in [&news[..1], &news] {
                let told = SignalLetter {
                    news,
                    at: now(),
                    subscription: &"press".into(),
                    locale,
                    zone: Tz::Europe__Paris,
                };
                signal_letter(&told, &sender, &to, links);
            }
        }
        confirmation(&subscription(locale), &sender, &to, &links, now());
    }
    let off = EndpointHealth::Off { at: now(), reason: "410 Gone".to_owned() };
    endpoint_notice(&"crm".into(), &off, &sender, now());
    let lost = Undelivered {
        recipient: &to,
        subject: "Ozalée",
        subscription: &"press".into(),
        reason: "550 5.1.1",
        fate: Fate::Refused,
    };
    undelivered_notice(&lost, &sender, now());
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    All,
    Least,
}

fn now() -> Timestamp {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn subscription(locale: Locale) -> Subscription {
    Subscription {
        id: "press".into(),
        queries: vec!["Ozalée".into()],
        to: vec!["anne@brand.example".to_owned()],
        cadence: Cadence::Hourly,
        zone: Tz::Europe__Paris,
        locale,
        volume: Selection::All,
        subject: SubjectLine::Constant,
    }
}

fn digest(locale: Locale, fill: Fill) -> Digest {
    let is_full = fill == Fill::All;
    let trouble = |_| Trouble {
        source: "forum".into(),
        name: "The forum".to_owned(),
        ailment: model::Ailment::Unreachable,
        since: now(),
        reason: "503 Service Unavailable".to_owned(),
    };
    let trend = Trend { words: "recall, bottle".to_owned(), stories: 12, is_new: true };
    let bucket = Bucket {
        count: 9.0,
        whole: 18.0,
        expected: Some(Expected { low: 1.0, usual: 3.0, high: 5.0 }),
    };
    let entries = if is_full { vec![entry(Fill::All), entry(Fill::Least)] } else { Vec::new() };
    let whole = Section { kind: Kind::News, entries, total: 40 };
    let least = Section { kind: Kind::Web, entries: vec![entry(Fill::Least)], total: 1 };
    let Subscription { id, cadence, zone, volume, subject, .. } = subscription(locale);
    let volume_shown = is_full.then(|| Volume { buckets: vec![bucket; 28], span: Span::Day });
    Digest {
        subscription: id,
        queries: vec![Followed { name: "Ozalée".to_owned(), text: "ozalée".to_owned() }],
        cadence,
        zone,
        locale,
        selection: volume,
        subject,
        period: Period { since: now() - TimeDelta::days(1), until: now() },
        sections: if is_full { vec![whole, least] } else { vec![least] },
        troubles: (0..if is_full { 12 } else { 0 }).map(trouble).collect(),
        trends: if is_full { vec![trend] } else { Vec::new() },
        notes: if is_full { notes() } else { Notes::default() },
        chart: volume_shown.as_ref().and_then(Volume::drawn),
        volume: volume_shown,
    }
}

fn notes() -> Notes {
    let query = "Ozalée".to_owned();
    Notes {
        held: Some(HeldBack { count: 37, since: now(), why: vec![HeldFor::Quiet] }),
        last_of_day: Some(LastOfDay { mails: 40, next: now() }),
        released: vec![Released {
            query: query.clone(),
            mentions: 64,
            since: now(),
            muted_by: None,
        }],
        acknowledged: vec![Acknowledged { query, at: now(), person: "Anne".to_owned() }],
    }
}

fn entry(fill: Fill) -> Entry {
    let is_full = fill == Fill::All;
    let text = |text: &str| is_full.then(|| text.to_owned());
    let many = |text: &str| if is_full { vec![text.to_owned()] } else { Vec::new() };
    let title = "Ozalée opens a factory";
    let marks: Vec<_> = is_full.then_some(0..7).into_iter().collect();
    Entry {
        item: ItemId(7),
        url: if is_full { "https://press.example/7".parse().ok() } else { None },
        title: Marked { text: title.to_owned(), marks: marks.clone() },
        snippet: if is_full {
            Marked { text: "Ozalée makes tea".to_owned(), marks }
        } else {
            Marked::default()
        },
        source: "The press".to_owned(),
        also_seen_in: many("Another"),
        copies: Copies { count: usize::from(is_full), hosts: many("copy.example") },
        author: text("Camille"),
        date: now(),
        rating: if is_full { Rating::new(1_000, 1_000, 5_000) } else { None },
        tone: is_full.then_some(Tone::Negative),
        thread: is_full.then(|| Thread { title: text("Teas"), number: Some(14), is_reply: true }),
        doubt: is_full.then(|| vec!["internship".to_owned()]),
        removed: is_full.then(now),
        found_by: vec!["Ozalée".to_owned()],
        assigned: text("Anne"),
    }
}

/// More than are told whole.
fn news(fill: Fill) -> Vec<SignalNews> {
    let is_full = fill == Fill::All;
    let one = |nth| SignalNews {
        signal: SignalId(nth),
        evidence: evidence(fill),
        severity: if is_full { Severity::Crisis } else { Severity::Warning },
        occasion: if is_full { Occasion::Opened } else { Occasion::Over },
        opened: now(),
        acknowledged: None,
        was_crisis: (!is_full).then(|| [now(); 2]),
        holds_mentions: true,
    };
    (0..if is_full { 10 } else { 2 }).map(one).collect()
}

fn evidence(fill: Fill) -> Evidence {
    let since = now() - TimeDelta::hours(3);
    let told = |url: Option<Url>| Told {
        item: ItemId(7),
        title: "A bottle bursts".to_owned(),
        url,
        source: "The forum".to_owned(),
        date: now(),
        copies: 2,
    };
    let newest = vec![told("https://forum.example/7".parse().ok()), told(None)];
    let window = Window { since, observed: 23.0, of: None, expected: 4.2, low: 0.8, high: 9.4 };
    Evidence {
        query: "Ozalée".into(),
        kind: SignalKind::Rise,
        theme: None,
        onset: since,
        until: now(),
        window,
        once_in_days: 120.0,
        is_learning: false,
        cause: None,
        spread: Spread::default(),
        measures: Vec::new(),
        tone: None,
        growth: (fill == Fill::All).then_some(2.5),
        terms: Vec::new(),
        hosts: Vec::new(),
        authors: Vec::new(),
        languages: Vec::new(),
        newest: if fill == Fill::All { newest } else { Vec::new() },
        known: Vec::new(),
        chart: vec![Hour { start: since, count: 9.0, whole: 18.0, usual: Some([0.0, 1.0, 4.0]) }],
    }
}
