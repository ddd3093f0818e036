//! What is behind a signal: who says it, where, in which words, how it speaks, and what else is known of
//! these days.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use alert::chart::Expected;
use alert::{Cause, Counted, Evidence, Hour, Spread, Standing, Told, ToneShift, Window};
use anyhow::Result;
use chrono::{NaiveDate, TimeDelta};
use enrich::theme::{Background, Counts, Document, Term, over_represented, standing_out};
use model::{ItemId, SignalKind, SourceId, Timestamp, Tone};
use query::Query;
use signal::{Burst, Guards, Knowledge, Observation, Rise};
use store::{Ledger, Mention};

use super::series::Measure;
use super::tally::Tally;
use super::walk::{Method, Recent, Weight, parts};
use crate::enrichment::{document, own_words};

/// What is compared with: so much before.
const BEFORE: TimeDelta = TimeDelta::days(28);
/// So much before a signal is left out of what it is compared with.
const APART: TimeDelta = TimeDelta::days(1);
/// How many mentions of the window, and of what was before, are looked at, the newest.
const MENTIONS_MAX: usize = 2_000;
const BEFORE_MAX: usize = 5_000;
const TERMS_MAX: usize = 8;
const OTHERS_MAX: usize = 5;
const STORIES_MAX: usize = 10;
const TICK: TimeDelta = TimeDelta::milliseconds(1);
/// Less than this many mentions do not grow or wane.
const GROWTH_MIN: usize = 6;

/// The mentions of a window, and what is told of them.
pub(super) struct Scene<'a> {
    ledger: &'a Ledger,
    method: &'a Method<'a>,
    recent: &'a Recent,
    kind: SignalKind,
    since: Timestamp,
    until: Timestamp,
    mentions: Vec<Mention>,
    except: &'a [u64],
}

impl<'a> Scene<'a> {
    /// Looks at the window of `buckets` that ends at `until`.
    pub(super) fn new(
        ledger: &'a Ledger,
        method: &'a Method<'a>,
        recent: &'a Recent,
        kind: SignalKind,
        (since, until): (Timestamp, Timestamp),
        except: &'a [u64],
    ) -> Result<Self> {
        let mentions =
            ledger.counted_mentions(method.query, (since, until), except, MENTIONS_MAX)?;
        Ok(Self { ledger, method, recent, kind, since, until, mentions, except })
    }

    pub(super) fn weight(&self) -> Weight {
        if self.is_slight() {
            Weight::Slight
        } else if self.is_grave() {
            Weight::Grave
        } else {
            Weight::Plain
        }
    }

    /// Whether it is enough for a crisis.
    fn is_grave(&self) -> bool {
        let crisis = self.method.watched.crisis;
        let mentions = match self.kind {
            SignalKind::Silence => return false,
            SignalKind::Rise | SignalKind::Slow => self.sums(Measure::Items).0,
            SignalKind::Negative | SignalKind::Theme => self.window().observed,
            SignalKind::Rating => self.window().of.unwrap_or(0.0),
        };
        mentions >= f64::from(crisis.mentions) && self.spread().sources >= u64::from(crisis.sources)
    }

    /// Whether it is too little to be told.
    fn is_slight(&self) -> bool {
        let watched = self.method.watched;
        let least = f64::from(watched.mentions_min);
        let window = self.window();
        match self.kind {
            // A text that many repeat is one thing said: digests tell it as such.
            SignalKind::Rise | SignalKind::Slow => {
                matches!(self.rise(), Rise::Slight | Rise::OneStory)
            }
            SignalKind::Silence => window.expected < least,
            SignalKind::Negative | SignalKind::Theme => window.observed < least,
            SignalKind::Rating => window.of.unwrap_or(0.0) < least,
        }
    }

    fn rise(&self) -> Rise {
        let watched = self.method.watched;
        let guards = Guards {
            mentions_min: f64::from(watched.mentions_min),
            sources_min: f64::from(watched.sources_min),
            ..Guards::default()
        };
        let spread = self.spread();
        #[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
        let number = |count: u64| count as f64;
        let authors = self.sums(Measure::Authors);
        let busiest = top(self.mentions.iter().filter_map(author)).map_or(0, |(_, count)| count);
        Burst {
            // Of very many only the newest are looked at, and all are counted.
            mentions: self.sums(Measure::Items).0,
            mentions_expected: self.window().expected,
            authors: authors.0,
            authors_expected: authors.1,
            sources: number(spread.sources),
            stories: number(spread.stories),
            top_source: spread.loudest.as_ref().map_or(0.0, |(_, count)| number(*count)),
            top_author: number(busiest),
            top_story: spread.copied.as_ref().map_or(0.0, |(_, count)| number(*count)),
        }
        .kind(&guards)
    }

    /// The number of a measure in the window, its expectation, variance, and what it is part of.
    fn sums(&self, measure: Measure) -> (f64, f64, f64, f64) {
        let mut sums = (0.0, 0.0, 0.0, 0.0);
        for assessed in self.recent.since(self.since) {
            let Some(assessment) = assessed.of.get(&measure) else { continue };
            if assessed.bucket.observation(measure) == Observation::Missing {
                continue;
            }
            let (count, of) = parts(assessed, measure);
            let deviation = (assessment.range[1] - assessment.expected) / 2.0;
            sums.0 += count;
            sums.1 += assessment.expected;
            sums.2 += deviation * deviation;
            sums.3 += of;
        }
        sums
    }

    fn counted(&self, measure: Measure) -> Counted {
        let (observed, expected, ..) = self.sums(measure);
        Counted { measure: measure.as_str().to_owned(), observed, expected }
    }

    fn window(&self) -> Window {
        let measure = Measure::of(self.kind);
        let (observed, expected, variance, of) = self.sums(measure);
        let deviation = variance.sqrt();
        Window {
            since: self.since,
            observed,
            of: (measure != Measure::Items).then_some(of),
            expected,
            low: (expected - 2.0 * deviation).max(0.0),
            high: expected + 2.0 * deviation,
        }
    }

    fn spread(&self) -> Spread {
        let mentions = &self.mentions;
        let distinct = |values: BTreeSet<&str>| length(values.len());
        let stories: BTreeSet<ItemId> = mentions.iter().map(|mention| mention.story).collect();
        let mut by_source: BTreeMap<&str, f64> = BTreeMap::new();
        for mention in mentions {
            *by_source.entry(mention.item.item.source.as_str()).or_default() += 1.0;
        }
        let whole: f64 = by_source.values().sum();
        let entropy: f64 =
            by_source.values().map(|count| -(count / whole) * (count / whole).ln()).sum();
        let copied =
            top(mentions.iter().map(|mention| mention.story)).filter(|(_, count)| *count > 1);
        let title = |story: ItemId| {
            let first = mentions.iter().rev().find(|mention| mention.story == story);
            first.map(|mention| mention.item.item.heading().into_owned()).unwrap_or_default()
        };
        Spread {
            mentions: length(mentions.len()),
            stories: length(stories.len()),
            authors: distinct(mentions.iter().filter_map(author).collect()),
            sources: length(by_source.len()),
            effective_sources: if whole > 0.0 { entropy.exp() } else { 0.0 },
            loudest: top(mentions.iter().map(place)).map(|(name, count)| (name.to_owned(), count)),
            copied: copied.map(|(story, count)| (title(story), count)),
        }
    }

    /// Gathers all that speaks for the signal.
    pub(super) fn evidence(
        &self,
        query: &Query,
        names: &HashMap<SourceId, String>,
        (onset, days): (Timestamp, f64),
    ) -> Result<Evidence> {
        let method = self.method;
        let counted =
            |stretch| self.ledger.counted_mentions(method.query, stretch, self.except, BEFORE_MAX);
        // What led up to it is no more usual than it is.
        let before = counted((self.since - BEFORE, self.since.min(onset) - APART))?;
        let lead = counted((onset.min(self.since), self.since))?;
        let cause = match self.kind {
            SignalKind::Rise | SignalKind::Slow => cause(self.rise()),
            SignalKind::Silence | SignalKind::Negative | SignalKind::Rating | SignalKind::Theme => {
                None
            }
        };
        let own = own_words(query, self.mentions.iter().map(|mention| &mention.item.item));
        let background = Background::of(&documents(&before));
        let terms = standing_out(&documents(&self.mentions), &background, &own, TERMS_MAX);
        let more_of = |value: fn(&Mention) -> Option<&str>| {
            let count = |mentions: &[Mention]| {
                Counts::of(mentions.iter().map(|mention| (mention.story, value(mention))))
            };
            standing(over_represented(&count(&self.mentions), &count(&before), OTHERS_MAX))
        };
        let theme = (self.kind == SignalKind::Theme).then(|| method.watched.theme.clone());
        Ok(Evidence {
            query: method.query.clone(),
            kind: self.kind,
            theme: theme.flatten(),
            onset: self.began(onset, &lead),
            until: self.until,
            window: self.window(),
            once_in_days: days.min(1e6),
            is_learning: self.is_learning(),
            cause,
            spread: self.spread(),
            measures: self.recent.measures().map(|measure| self.counted(measure)).collect(),
            tone: tone_shift(&self.mentions, &before),
            growth: self.growth(),
            terms: standing(terms),
            hosts: more_of(|mention| mention.item.item.host()),
            authors: more_of(author),
            languages: more_of(|mention| Some(mention.item.item.lang.as_ref()?.as_str())),
            newest: self.newest(names),
            known: self.known(),
            chart: self.chart(),
        })
    }

    /// When it began, given the bucket that it is estimated to have begun in: not before anything was said.
    fn began(&self, onset: Timestamp, lead: &[Mention]) -> Timestamp {
        if self.kind == SignalKind::Silence {
            return onset;
        }
        let dates = self.mentions.iter().chain(lead).map(|mention| mention.item.date());
        dates.filter(|date| *date >= onset).min().unwrap_or(onset)
    }

    fn is_learning(&self) -> bool {
        let last = self.recent.since(self.since).last();
        let assessment = last.and_then(|last| last.of.get(&Measure::of(self.kind)));
        assessment.is_none_or(|assessment| assessment.knowledge == Knowledge::Learning)
    }

    fn growth(&self) -> Option<f64> {
        let middle = self.since + (self.until - self.since) / 2;
        let late = self.mentions.iter().filter(|mention| mention.item.date() >= middle).count();
        let early = self.mentions.len() - late;
        #[expect(clippy::cast_precision_loss, reason = "at most a few thousand")]
        let growth = late as f64 / early.max(1) as f64;
        let range = GROWTH_MIN..MENTIONS_MAX;
        range.contains(&self.mentions.len()).then_some(growth)
    }

    /// The stories of the window, the one with the newest item first.
    fn newest(&self, names: &HashMap<SourceId, String>) -> Vec<Told> {
        let mut stories: Vec<ItemId> = Vec::new();
        for mention in &self.mentions {
            if !stories.contains(&mention.story) {
                stories.push(mention.story);
            }
            if stories.len() == STORIES_MAX {
                break;
            }
        }
        let told = |story: ItemId| {
            let mut of = self.mentions.iter().rev().filter(|mention| mention.story == story);
            let first = of.next()?;
            let item = &first.item.item;
            let source = names.get(&item.source).map_or(item.source.as_str(), String::as_str);
            Some(Told {
                item: first.item.id,
                title: item.heading().into_owned(),
                url: item.address().cloned(),
                source: source.to_owned(),
                date: first.item.date(),
                copies: length(of.count()),
            })
        };
        stories.into_iter().filter_map(told).collect()
    }

    /// The events and public holidays of the window's days.
    fn known(&self) -> Vec<String> {
        let day = |time: Timestamp| time.with_timezone(&self.method.signals.zone).date_naive();
        let (first, last): (NaiveDate, NaiveDate) = (day(self.since), day(self.until));
        let of_these = |event: &&crate::config::KnownEvent| {
            let is_ours = event.queries.is_empty() || event.queries.contains(self.method.query);
            is_ours && event.days.0 <= last && first <= event.days.1
        };
        let events = self.method.signals.known.iter().filter(of_these);
        let holiday = |day: NaiveDate| self.method.signals.country?.holiday(day);
        let holidays = first.iter_days().take_while(|day| *day <= last).filter_map(holiday);
        events.map(|event| event.name.clone()).chain(holidays.map(str::to_owned)).collect()
    }

    /// Hour by hour back from the end of the window. An hour of which the first buckets are no longer kept is left out.
    fn chart(&self) -> Vec<Hour> {
        let measure = Measure::of(self.kind);
        let mut hours: BTreeMap<i64, Tally> = BTreeMap::new();
        let mut first = None;
        for assessed in self.recent.since(Timestamp::MIN_UTC) {
            let start = assessed.bucket.start;
            first = first.or(Some(start));
            hours
                .entry((self.until - start - TICK).num_hours())
                .or_default()
                .add(assessed, measure);
        }
        let hour = |(back, tally): (i64, Tally)| {
            let bucket = tally.bucket();
            let usual = bucket.expected.map(|Expected { low, usual, high }| [low, usual, high]);
            let start = self.until - TimeDelta::hours(back + 1);
            Hour { start, count: bucket.count, whole: bucket.whole, usual }
        };
        let hours = hours.into_iter().rev().map(hour);
        hours.filter(|hour| first.is_none_or(|first| hour.start >= first)).collect()
    }
}

fn cause(rise: Rise) -> Option<Cause> {
    match rise {
        Rise::Slight => None,
        Rise::Organic => Some(Cause::Organic),
        Rise::OneAuthor => Some(Cause::OneAuthor),
        Rise::OneSource => Some(Cause::OneSource),
        Rise::OneStory => Some(Cause::OneStory),
    }
}

fn documents(mentions: &[Mention]) -> Vec<Document<'_>> {
    mentions.iter().map(document).collect()
}

fn standing(terms: Vec<Term>) -> Vec<Standing> {
    let standing = |term: Term| Standing {
        text: term.text,
        now: term.foreground,
        before: term.background,
        g2: term.g2,
    };
    terms.into_iter().map(standing).collect()
}

fn tone_shift(now: &[Mention], before: &[Mention]) -> Option<ToneShift> {
    let known = |mentions: &[Mention]| {
        let tones = mentions.iter().filter_map(Mention::tone);
        let negative = tones.clone().filter(|tone| *tone == Tone::Negative).count();
        (length(negative), length(tones.count()))
    };
    let ((negative, of), (negative_before, of_before)) = (known(now), known(before));
    (of > 0).then_some(ToneShift { negative, of, negative_before, of_before })
}

fn author(mention: &Mention) -> Option<&str> {
    mention.item.item.author.as_deref()
}

/// Where it stands, as people call it.
fn place(mention: &Mention) -> &str {
    let item = &mention.item.item;
    item.host().unwrap_or(item.source.as_str())
}

/// The value that comes most often, the smallest of equals.
fn top<T: Ord + Copy>(values: impl Iterator<Item = T>) -> Option<(T, u64)> {
    let mut counts: BTreeMap<T, u64> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts.into_iter().max_by_key(|(value, count)| (*count, std::cmp::Reverse(*value)))
}

fn length(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}
