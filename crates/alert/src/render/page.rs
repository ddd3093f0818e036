//! A digest laid out: as many entries as fit, and everything around them. Entries are measured one at a time, in
//! the order in which they would be shown, until the mail is full.

use minijinja::value::Serde;
use minijinja::{Value, context};
use model::{Locale, Tone};
use url::Url;

use super::context::{self, Common, DigestPage, Picture, Runs, Way};
use super::{Closing, Mailbox, Sender};
use super::{
    HTML_BYTES_MAX, TROUBLES_MAX, byline, choose, commands, copies, doubt, more, notes, provenance,
    query_names, subject, tone, trends, untold, words,
};
use crate::chart::{Bucket, Chart};
use crate::clean::one_line;
use crate::compose::{Digest, Entry, Section};
use crate::letter::Image;
use crate::link::{Action, Links};
use crate::template::{Fault, Set, Written};

/// What all parts of one letter are written from.
pub(super) struct Frame<'a> {
    pub(super) digest: &'a Digest,
    pub(super) sender: &'a Sender,
    pub(super) to: &'a Mailbox,
    pub(super) links: Option<&'a Links<'a>>,
    pub(super) chart: Option<&'a Image>,
}

/// The width of a mail's column in CSS pixels, which Outlook on Windows takes from the image.
const COLUMN: usize = 536;
/// Some counts around the entries get shorter or change to the plural as entries are shown.
const SLACK_BYTES: usize = 1_000;
/// A template that measures its entries badly is given less and less room.
const LESS_ROOM_BYTES: usize = 2_000;

/// The entries that were looked at so far, with the bytes that each takes.
struct Measured<'a> {
    frame: &'a Frame<'a>,
    set: &'a Set,
    common: &'a Common,
    entries: Vec<Vec<(Value, usize)>>,
}

impl Frame<'_> {
    /// Writes both parts with these templates: with the entries that fit into [`HTML_BYTES_MAX`].
    pub(super) fn written(&self, set: &Set) -> Result<Written, Fault> {
        let common = Common::new(self.digest.locale, &subject(self.digest), &self.preview());
        let counts: Vec<usize> =
            self.digest.sections.iter().map(|section| section.entries.len()).collect();
        let mut measured = Measured {
            frame: self,
            set,
            common: &common,
            entries: counts.iter().map(|_| Vec::new()).collect(),
        };
        let bare = set.written("digest.html", &measured.page(&vec![0; counts.len()]))?;
        let mut room = HTML_BYTES_MAX.saturating_sub(bare.len() + SLACK_BYTES);
        loop {
            let shown = choose(&counts, room, |section, nth| measured.size(section, nth))?;
            let page = measured.page(&shown);
            let html = set.written("digest.html", &page)?;
            let over = html.len().saturating_sub(HTML_BYTES_MAX);
            if over == 0 {
                let text = set.written("digest.txt", &page)?;
                return Written { html, text }.holding("digest", &self.closing().must_hold());
            }
            if room == 0 {
                return Err(Fault::too_large("digest.html", html.len()));
            }
            room = room.saturating_sub(over + LESS_ROOM_BYTES);
        }
    }

    /// What mail programs show beside the subject: the first headlines.
    fn preview(&self) -> String {
        let entries = self.digest.sections.iter().flat_map(|section| &section.entries);
        let titles: Vec<&str> = entries.take(3).map(|entry| entry.title.text.as_str()).collect();
        notes::nothing_new(self.digest).map_or_else(|| titles.join(" · "), str::to_owned)
    }

    /// Where what did not fit can be seen.
    fn more(&self) -> Option<Url> {
        self.links.map(|links| links.url(more(self.digest)))
    }

    /// What a reader can do with an entry, and where.
    fn deeds(&self, entry: &Entry) -> Vec<Way> {
        let Some(links) = self.links else { return Vec::new() };
        let words = words::of(self.digest.locale);
        let way = |text: &str, action| Way { text: text.to_owned(), url: links.url(action).into() };
        vec![
            way(words.not_relevant, Action::Irrelevant(entry.item)),
            way(words.assign, Action::Assign(entry.item)),
            way(words.open, Action::Open(entry.item)),
        ]
    }

    fn closing(&self) -> Closing<'_> {
        let digest = self.digest;
        Closing {
            subscription: &digest.subscription,
            queries: query_names(digest),
            sender: self.sender,
            to: self.to,
            links: self.links,
            locale: digest.locale,
            zone: digest.zone,
        }
    }

    fn entry(&self, entry: &Entry) -> context::Entry {
        let digest = self.digest;
        context::Entry {
            id: entry.item.0,
            title: Runs::of(&entry.title),
            snippet: Runs::of(&entry.snippet),
            url: entry.url.as_ref().map(Url::to_string),
            source: entry.source.clone(),
            author: entry.author.clone(),
            date: entry.date.to_rfc3339(),
            stars: entry.rating.map(|rating| words::of(digest.locale).stars(rating)),
            byline: byline(entry, digest),
            tone: tone(entry, digest.locale).map(|(tone, text)| context::Tone {
                name: match tone {
                    Tone::Negative => "negative",
                    Tone::Neutral => "neutral",
                    Tone::Positive => "positive",
                },
                text,
            }),
            copies: copies(entry, digest.locale),
            copies_url: self.links.map(|links| links.url(Action::Open(entry.item)).into()),
            doubt: doubt(entry, digest.locale),
            found_by: entry.found_by.clone(),
            provenance: provenance(entry, digest.locale),
            assigned: entry
                .assigned
                .as_ref()
                .map(|who| words::of(digest.locale).assigned_to.replace("{}", who)),
            deeds: self.deeds(entry),
        }
    }

    fn volume(&self) -> Option<context::Volume> {
        let (name, text) = words::volume(self.digest)?;
        let volume = self.digest.volume.as_ref();
        let caption = volume.and_then(|volume| hollow(&volume.buckets, self.digest.locale));
        let chart = self.chart.map(|image| picture(image, caption));
        Some(context::Volume { name, text, chart })
    }

    fn troubles(&self) -> Option<context::Troubles> {
        let Digest { troubles, locale, .. } = self.digest;
        let words = words::of(*locale);
        let told = troubles.iter().take(TROUBLES_MAX).map(|trouble| context::Trouble {
            name: trouble.name.clone(),
            text: {
                let since = words::date_time(trouble.since, self.digest);
                words.trouble(trouble.ailment, &since, &trouble.reason)
            },
            reason: trouble.reason.clone(),
            since: words::date_time(trouble.since, self.digest),
        });
        let untold = troubles.len().checked_sub(TROUBLES_MAX).filter(|untold| *untold > 0);
        (!troubles.is_empty()).then(|| context::Troubles {
            text: words.count(&words.troubles, troubles.len()),
            told: told.collect(),
            untold: untold.map(|untold| words.count(&words.and_more, untold)),
        })
    }
}

impl Measured<'_> {
    /// Returns how many bytes an entry takes. Entries of a section are asked for in their order.
    fn size(&mut self, section: usize, nth: usize) -> Result<usize, Fault> {
        let frame = self.frame;
        let measured = &mut self.entries[section];
        while measured.len() <= nth {
            let entry = &frame.digest.sections[section].entries[measured.len()];
            let entry = Value::from(Serde(frame.entry(entry)));
            let page = Value::from(Serde(self.common));
            let page = context! { entry => entry.clone(), ..page };
            let bytes = self.set.written("entry.html", &page)?.len();
            measured.push((entry, bytes));
        }
        Ok(measured[nth].1)
    }

    /// What the page is written from that shows the first `shown` entries of each section.
    fn page(&self, shown: &[usize]) -> Value {
        let frame = self.frame;
        let digest = frame.digest;
        let words = words::of(digest.locale);
        let sections = digest.sections.iter().zip(&self.entries).zip(shown);
        let names = query_names(digest);
        let more = frame.more().map(String::from);
        let nothing_new = notes::nothing_new(digest);
        Value::from(Serde(DigestPage {
            common: self.common,
            short_names: one_line(&names, 40),
            names: &names,
            edition: words::edition(digest),
            results: nothing_new
                .map_or_else(|| words.count(&words.results, digest.total()), str::to_owned),
            nothing_new,
            notes: notes::lines(digest),
            total: digest.total(),
            since: digest.period.since.to_rfc3339(),
            until: digest.period.until.to_rfc3339(),
            volume: frame.volume(),
            trends: trends(digest),
            sections: sections
                .map(|((section, entries), shown)| {
                    let entries = entries.iter().take(*shown).map(|(entry, _)| entry.clone());
                    self.section(section, entries.collect())
                })
                .collect(),
            commands: if more.is_some() { Vec::new() } else { commands(digest) },
            more,
            troubles: frame.troubles(),
            closing: frame.closing().context(),
        }))
    }

    fn section(&self, section: &Section, entries: Vec<Value>) -> context::Section {
        let digest = self.frame.digest;
        let words = words::of(digest.locale);
        let untold = untold(section, entries.len());
        context::Section {
            kind: section.kind.as_str(),
            name: words.section(section.kind),
            total: section.total,
            results: words.count(&words.results, section.total),
            entries,
            untold: (untold > 0).then(|| words::untold(untold, digest)),
        }
    }
}

/// What hollow bars are, where there are any.
pub(crate) fn hollow(buckets: &[Bucket], locale: Locale) -> Option<String> {
    let some = buckets.iter().any(Bucket::is_hollow);
    some.then(|| words::of(locale).hollow.to_owned())
}

/// A chart as large as the column.
pub(crate) fn picture(image: &Image, caption: Option<String>) -> Picture {
    Picture {
        uri: image.uri(),
        width: COLUMN,
        height: COLUMN * Chart::HEIGHT / Chart::WIDTH,
        caption,
    }
}
