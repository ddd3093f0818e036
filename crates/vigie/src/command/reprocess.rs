//! `vigie reprocess`: reads what the ledger keeps again, by the readers of this version. It shows what
//! would change first, and writes only when it is told to.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::{self, Write};
use std::path::Path;

use enrich::language::{Languages, Usual};
use enrich::story::{Fingerprint, Placed, Stories};
use model::{ItemId, Lang, QueryName, SourceId, Timestamp, Tone, ToneReading};
use query::Query;
use store::{HitTone, Ledger, ReadItem, Reread, Told};

use super::reindex::rebuild;
use super::{closed_pipe_is_fine, open_ledger, printable, when};
use crate::cli::{Failure, configuration};
use crate::enrichment::{STORY_WINDOW, tone_toward, words};
use crate::lock::DataLock;

const BATCH: usize = 500;
/// How many changes of each kind are shown one by one.
const SHOWN: usize = 10;

#[derive(Debug, clap::Args)]
pub(crate) struct Reprocess {
    /// Items that date from then on: 2026-03-01, 2026-03-01T14:30, 36h, 7d
    #[arg(long, value_name = "TIME")]
    since: String,
    /// Write what has changed. The daemon must not be running
    #[arg(long)]
    yes: bool,
}

/// What reads again, and what has come of it so far.
struct Reader<'a> {
    languages: Languages,
    usual: HashMap<SourceId, Usual>,
    stories: Stories,
    /// Items whose stories are as people said.
    said: HashSet<ItemId>,
    queries: HashMap<QueryName, Option<Query>>,
    since: Timestamp,
    ledger: &'a Ledger,
    changes: Changes,
}

#[derive(Default)]
struct Changes {
    items: u64,
    hits: u64,
    languages: Kind,
    item_tones: Kind,
    tones: Kind,
    stories: Kind,
}

/// The changes of one kind: how often which, and the first of them in words.
#[derive(Default)]
struct Kind {
    counts: BTreeMap<String, u64>,
    shown: Vec<String>,
}

/// What is to be written of one batch.
#[derive(Default)]
struct Batch {
    items: Vec<Reread>,
    tones: Vec<HitTone>,
}

pub(crate) fn reprocess(asked: &Reprocess, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let since = when::told("--since", &asked.since, now, when::Edge::Start)
        .map_err(|problem| Failure::Usage(vec![problem]))?;
    let data = configuration(file)?.data;
    let _lock = if asked.yes { Some(DataLock::take(&data)?) } else { None };
    let mut ledger = open_ledger(&data, now)?;
    let known = Ledger::open(&data, now)?;
    let mut reader = Reader::new(&known, since)?;
    reader.learn()?;
    let mut after = ItemId(0);
    loop {
        let items = known.items_from(since - STORY_WINDOW, after, BATCH)?;
        let Some(last) = items.last() else { break };
        after = last.item.id;
        let batch = reader.read(&items)?;
        if asked.yes {
            ledger.record_again(&batch.items, &batch.tones, now - STORY_WINDOW)?;
        }
    }
    let changes = reader.changes;
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(changes.write(&mut out))?;
    if !asked.yes {
        return closed_pipe_is_fine(writeln!(out, "Nothing was written; --yes does it."));
    }
    if changes.touch_queries() {
        let again = queries_that_ask(&ledger)?;
        ledger.search_again(&again)?;
        let indexed = rebuild(&data, &ledger)?;
        let names: Vec<&str> = again.iter().map(QueryName::as_str).collect();
        let names = if names.is_empty() { "no query".to_owned() } else { names.join(", ") };
        let line = format!("{indexed} items indexed; {names} to look through the past again");
        return closed_pipe_is_fine(writeln!(out, "{line}"));
    }
    Ok(())
}

/// Returns the queries that ask for what may have changed.
fn queries_that_ask(ledger: &Ledger) -> Result<Vec<QueryName>, Failure> {
    let asks = |text: &str| {
        let text = text.to_lowercase();
        text.contains("lang:") || text.contains("tone:")
    };
    let queries = ledger.queries()?.queries;
    Ok(queries.into_iter().filter(|(_, text)| asks(text)).map(|(name, _)| name).collect())
}

impl<'a> Reader<'a> {
    fn new(ledger: &'a Ledger, since: Timestamp) -> Result<Self, Failure> {
        Ok(Self {
            languages: Languages::default(),
            usual: HashMap::new(),
            stories: Stories::new(STORY_WINDOW),
            said: ledger.stories_said()?,
            queries: HashMap::new(),
            since,
            ledger,
            changes: Changes::default(),
        })
    }

    /// Learns what each source usually writes, before anything is decided by it.
    fn learn(&mut self) -> Result<(), Failure> {
        let mut after = ItemId(0);
        loop {
            let items = self.ledger.items_from(self.since, after, BATCH)?;
            let Some(last) = items.last() else { return Ok(()) };
            after = last.item.id;
            for ReadItem { item, .. } in &items {
                let usual = self.usual.entry(item.item.source.clone()).or_default();
                let words = words(&item.item.title, &item.item.text);
                usual.note(&self.languages.read(&words, item.item.lang.as_ref(), usual));
            }
        }
    }

    fn read(&mut self, items: &[ReadItem]) -> Result<Batch, Failure> {
        let mut batch = Batch::default();
        for known in items {
            let told = self.compare(known);
            if known.item.date() < self.since {
                continue;
            }
            self.changes.items += 1;
            let mut item = known.item.clone();
            item.item.lang = self.language(known);
            let tone = tone_toward(&item.item, None).tone;
            self.note(known, item.item.lang.as_ref(), tone, &told);
            item.item.details.tone = tone;
            for hit in self.ledger.hits_on(item.id)? {
                let read = || query::parse_expanded(&hit.text).ok();
                let query = self.queries.entry(hit.query.clone()).or_insert_with(read);
                let reading = tone_toward(&item.item, query.as_ref());
                self.changes.note_tone(known, &hit.query, hit.tone.as_ref(), &reading);
                batch.tones.push(HitTone {
                    query: hit.query,
                    item: item.id,
                    seq: item.seq,
                    reading,
                });
            }
            batch.items.push(Reread { seq: item.seq, lang: item.item.lang, tone, told });
        }
        Ok(batch)
    }

    /// What was read before weighs as much as what a source declares: only what is plain changes it.
    fn language(&self, known: &ReadItem) -> Option<Lang> {
        let item = &known.item.item;
        let usual = self.usual.get(&item.source).cloned().unwrap_or_default();
        let words = words(&item.title, &item.text);
        let detected = self.languages.read(&words, item.lang.as_ref(), &usual);
        detected.lang.or_else(|| item.lang.clone())
    }

    fn compare(&mut self, known: &ReadItem) -> Told {
        let (id, at) = (known.item.id, known.item.first_seen);
        let fingerprint = Fingerprint::of(&known.item.item.title, &known.item.item.text);
        let story = match known.story.filter(|_| self.said.contains(&id)) {
            Some(story) => {
                self.stories.restore(id, at, story, &fingerprint);
                story
            }
            None => match self.stories.place(id, at, &fingerprint) {
                Placed::Alone => id,
                Placed::Copy { of, .. } => of,
            },
        };
        Told { item: id, story, at, fingerprint: fingerprint.to_bytes() }
    }

    fn note(&mut self, known: &ReadItem, lang: Option<&Lang>, tone: Option<Tone>, told: &Told) {
        let item = &known.item.item;
        let word = |lang: Option<&Lang>| lang.map_or("und", Lang::as_str).to_owned();
        self.changes.languages.note(known, &word(item.lang.as_ref()), &word(lang));
        self.changes.item_tones.note(known, tone_word(item.details.tone), tone_word(tone));
        let before = known.story.unwrap_or(known.item.id);
        let story =
            |story: ItemId| if story == known.item.id { "alone" } else { "a copy" }.to_owned();
        if before != told.story {
            let (was, is) = (story(before), story(told.story));
            let is = if was == is { "a copy of another".to_owned() } else { is };
            self.changes.stories.note(known, &was, &is);
        }
    }
}

fn tone_word(tone: Option<Tone>) -> &'static str {
    tone.map_or("unsure", Tone::as_str)
}

impl Kind {
    fn note(&mut self, known: &ReadItem, was: &str, is: &str) {
        if was == is {
            return;
        }
        let change = format!("{was} → {is}");
        if self.shown.len() < SHOWN {
            let heading = printable(&known.item.item.heading());
            self.shown.push(format!("item {}, {heading}: {change}", known.item.id));
        }
        *self.counts.entry(change).or_default() += 1;
    }

    fn write(&self, out: &mut impl Write, of: &str) -> io::Result<()> {
        let all: u64 = self.counts.values().sum();
        if all == 0 {
            return writeln!(out, "{of}: none changes");
        }
        let counts: Vec<String> =
            self.counts.iter().map(|(change, times)| format!("{change} {times}")).collect();
        writeln!(out, "{of}: {all} change ({})", counts.join(", "))?;
        self.shown.iter().try_for_each(|line| writeln!(out, "  {line}"))
    }
}

impl Changes {
    fn note_tone(
        &mut self,
        known: &ReadItem,
        query: &QueryName,
        was: Option<&ToneReading>,
        is: &ToneReading,
    ) {
        self.hits += 1;
        let was = was.map_or("unread", |was| tone_word(was.tone));
        let is = tone_word(is.tone);
        if was != is {
            self.tones.note(known, &format!("{query} {was}"), is);
        }
    }

    /// Whether what queries can ask for has changed.
    fn touch_queries(&self) -> bool {
        !self.languages.counts.is_empty() || !self.item_tones.counts.is_empty()
    }

    fn write(&self, out: &mut impl Write) -> io::Result<()> {
        writeln!(out, "{} items, {} findings", self.items, self.hits)?;
        self.languages.write(out, "languages")?;
        self.item_tones.write(out, "tones of whole items")?;
        self.tones.write(out, "tones of findings")?;
        self.stories.write(out, "stories")
    }
}
