//! `vigie query test`: what a query would have found lately, and what that would have meant for those
//! who are told. The archive counts; the ledger says what was found where and when.

mod mails;
mod report;
mod terms;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::io;
use std::path::{Path, PathBuf};

use chrono::{Local, NaiveDate, TimeDelta};
use index::{Archive, SearchOptions, Sort};
use model::{Item, ItemId, Seq, Timestamp};
use query::Query;
use store::{Finding, Ledger, Provenance};

use self::mails::Mention;
use self::report::{Compared, Counted, Day, Report, Sample};
use super::{asked, data_directory, known};
use crate::cli::Failure;
use crate::command::{closed_pipe_is_fine, open_archive, open_ledger, when};
use crate::crawler::finding_of;
use crate::names;
use crate::pipeline::source_names;

/// How many items are shown.
const SAMPLE: usize = 5;
/// How many sources and sites are named.
const TOP: usize = 10;
/// What is compared with reaches back so many positions of the log, if not further.
const OTHERS_REACH: u64 = 10_000;
/// How many texts are read on either side to tell which words come with the query. More change little.
const TEXTS_MAX: usize = 2_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Test {
    /// A query, or the name of a saved one
    #[arg(value_name = "QUERY-or-NAME", allow_hyphen_values = true)]
    query: String,
    /// How many days to look back, today included
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=366))]
    days: u16,
    /// Compare with this saved query: what it would gain and lose if it were edited so
    #[arg(long, value_name = "NAME")]
    against: Option<String>,
    /// The data directory [default: the configuration's]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Write one JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn test(test: &Test, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = known(file)?;
    let asked = asked(&test.query, config.as_ref())?;
    let other = match &test.against {
        Some(name) => Some(names::query("--against", name, config.as_ref())?),
        None => None,
    };
    let data = data_directory(test.data.as_deref(), config.as_ref(), file)?;
    let ledger = open_ledger(&data, now)?;
    let archive = open_archive(&data, now)?;
    let days = days(test.days, now);

    let found = Found::by(&asked.query, &archive, &days)?;
    let names = source_names(&ledger)?;
    let provenance = ledger.provenance(&found.ids)?;
    let mentions: Vec<Mention<'_>> = provenance.iter().filter_map(mention).collect();
    let against = match &other {
        Some((name, query)) => {
            let other = Found::by(query, &archive, &days)?;
            Some(Compared {
                name: name.as_str(),
                gained: sample(&found.without(&other), &asked.query, &ledger)?,
                lost: sample(&other.without(&found), query, &ledger)?,
            })
        }
        None => None,
    };
    let report = Report {
        asked: &asked,
        names: &names,
        newest: sample(&found.ids, &asked.query, &ledger)?,
        past: provenance.len() - mentions.len(),
        sources: top(provenance.iter().map(|it| it.source_name.clone())),
        sites: top(provenance.iter().filter_map(site)),
        terms: telling_terms(&asked.query, &found.ids, &provenance, &ledger)?,
        mails: mails::mails(&mentions, now),
        days: found.days,
        against,
    };
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if test.json {
        report.write_json(&mut out)
    } else {
        report.write_human(&mut out)
    })
}

/// Returns the days to look at, by this machine's clock, each with its first moment.
fn days(count: u16, now: Timestamp) -> Vec<(NaiveDate, Timestamp)> {
    let today = now.with_timezone(&Local).date_naive();
    (0..i64::from(count))
        .rev()
        .filter_map(|ago| {
            let date = today.checked_sub_signed(TimeDelta::days(ago))?;
            Some((date, when::start_of_day(date)?))
        })
        .collect()
}

/// What a query finds.
struct Found {
    days: Vec<Day>,
    /// Newest first.
    ids: Vec<ItemId>,
}

impl Found {
    fn by(
        query: &Query,
        archive: &Archive,
        days: &[(NaiveDate, Timestamp)],
    ) -> Result<Self, Failure> {
        let mut found = Self { days: Vec::new(), ids: Vec::new() };
        let mut until = None;
        for &(date, since) in days.iter().rev() {
            let options = SearchOptions {
                since: Some(since),
                until,
                source: None,
                lang: None,
                limit: usize::MAX,
                sort: Sort::Date,
            };
            let of_day = archive.search(query, &options)?;
            found.days.push(Day { date, items: of_day.total });
            found.ids.extend(of_day.hits.iter().map(|hit| hit.id));
            until = Some(since);
        }
        found.days.reverse();
        Ok(found)
    }

    /// Returns what the other one does not find.
    fn without(&self, other: &Self) -> Vec<ItemId> {
        let others: HashSet<ItemId> = other.ids.iter().copied().collect();
        self.ids.iter().copied().filter(|id| !others.contains(id)).collect()
    }
}

/// Returns when the item would have been told, unless it belongs to the past of its source.
fn mention(of: &Provenance) -> Option<Mention<'_>> {
    let found_at = of.first_seen;
    match finding_of(of.first_read, of.published) {
        Finding::History => None,
        Finding::Live => Some(Mention { found_at, id: of.id, url: of.url.as_ref() }),
    }
}

fn site(of: &Provenance) -> Option<String> {
    let host = of.url.as_ref()?.host_str()?;
    Some(host.strip_prefix("www.").unwrap_or(host).to_owned())
}

/// Counts what occurs most often.
fn top(names: impl Iterator<Item = String>) -> Vec<Counted> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut counts: Vec<Counted> =
        counts.into_iter().map(|(name, items)| Counted { name, items }).collect();
    // The sort is stable: equals stay in the order of their names.
    counts.sort_by_key(|counted| std::cmp::Reverse(counted.items));
    counts.truncate(TOP);
    counts
}

fn sample<'q>(ids: &[ItemId], query: &'q Query, ledger: &Ledger) -> Result<Sample<'q>, Failure> {
    let items = ledger.items(&ids[..ids.len().min(SAMPLE)])?;
    Ok(Sample { total: ids.len(), items, query })
}

/// Finds the words that come with the query and seldom without.
fn telling_terms(
    query: &Query,
    ids: &[ItemId],
    provenance: &[Provenance],
    ledger: &Ledger,
) -> Result<terms::Telling, Failure> {
    let Some(first) = provenance.iter().map(|it| it.seq).min() else {
        return Ok(terms::Telling::default());
    };
    let texts: Vec<Item> = ledger
        .items(&ids[..ids.len().min(TEXTS_MAX)])?
        .into_iter()
        .map(|stored| stored.item)
        .collect();
    let found: HashSet<ItemId> = ids.iter().copied().collect();
    let others = others(ledger, first, |id| !found.contains(&id))?;
    Ok(terms::telling(query, &texts, &others))
}

/// Returns items from all over the log, as far as they are wanted: since a position at least.
fn others(
    ledger: &Ledger,
    first: Seq,
    is_wanted: impl Fn(ItemId) -> bool,
) -> Result<Vec<Item>, Failure> {
    let head = ledger.head()?.0;
    let first = first.0.min(head.saturating_sub(OTHERS_REACH) + 1);
    let texts_max = u64::try_from(TEXTS_MAX).unwrap_or(u64::MAX);
    let step = ((head + 1).saturating_sub(first) / texts_max).max(1);
    let mut others = HashMap::new();
    let mut after = first.saturating_sub(1);
    while after < head {
        for stored in ledger.items_after(Seq(after), 1)? {
            if is_wanted(stored.id) {
                others.insert(stored.id, stored.item);
            }
            // The newest version may stand much later.
            after = after.max(stored.seq.0.saturating_sub(step));
        }
        after += step;
    }
    Ok(others.into_values().collect())
}
