//! The archived feeds, and what a sequence of visits sees of them.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use crawl::{PageContext, Presets};
use model::{Kind, Source, SourceId, Timestamp};

/// A feed as it was archived.
pub(crate) struct Feed {
    pub(crate) name: String,
    pub(crate) snapshots: Vec<Snapshot>,
    /// When each item was shown: from the first snapshot to the last, each time.
    shown: HashMap<u32, Vec<(Timestamp, Timestamp)>>,
}

pub(crate) struct Snapshot {
    taken: Timestamp,
    /// When the feed says that it was built.
    pub(crate) changed: Option<Timestamp>,
    /// Items, and the dates that they bear.
    pub(crate) items: Vec<(u32, Option<Timestamp>)>,
}

/// A feed, and the time within which it is visited.
#[derive(Clone, Copy)]
pub(crate) struct Span<'a> {
    pub(crate) feed: &'a Feed,
    pub(crate) from: Timestamp,
    pub(crate) to: Timestamp,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Outcome {
    pub(crate) requests: f64,
    pub(crate) delay_min: f64,
    pub(crate) seen: f64,
    pub(crate) missed: f64,
}

impl Outcome {
    pub(crate) fn mean(&self) -> f64 {
        self.delay_min / self.seen.max(1.0)
    }
}

impl Span<'_> {
    pub(crate) fn minutes(&self) -> f64 {
        minutes(self.to - self.from)
    }

    /// Returns when new items appeared, in order.
    pub(crate) fn appearances(&self) -> Vec<Timestamp> {
        let firsts = self.feed.shown.values().map(|shown| shown[0].0);
        let mut firsts: Vec<_> =
            firsts.filter(|first| *first > self.from && *first <= self.to).collect();
        firsts.sort_unstable();
        firsts
    }

    /// Returns how many of them no visits at a fixed interval are sure to see: shown for less, in all.
    pub(crate) fn brief(&self, interval_min: f64) -> usize {
        let is_brief = |shown: &&Vec<(Timestamp, Timestamp)>| {
            let ends = |until: Timestamp| {
                let next = self.feed.snapshots.partition_point(|snapshot| snapshot.taken <= until);
                self.feed.snapshots.get(next).map(|snapshot| snapshot.taken)
            };
            let times = shown.iter().map(|(first, last)| Some(minutes(ends(*last)? - *first)));
            let longest = times.map(|time| time.unwrap_or(f64::INFINITY)).fold(0.0, f64::max);
            shown[0].0 > self.from && shown[0].0 <= self.to && longest < interval_min
        };
        self.feed.shown.values().filter(is_brief).count()
    }
}

/// Visits a feed from a first visit, which is not counted, for as long as it lasts.
pub(crate) fn visits(
    span: &Span<'_>,
    mut next: impl FnMut(&Snapshot, &[(u32, Option<Timestamp>)], Timestamp) -> Timestamp,
) -> Outcome {
    let feed = span.feed;
    let mut outcome = Outcome::default();
    // When each item was first seen.
    let mut seen: HashMap<u32, Timestamp> = HashMap::new();
    let mut now = span.from;
    let mut last = now;
    while now <= span.to {
        let taken = feed.snapshots.partition_point(|snapshot| snapshot.taken <= now);
        let snapshot = &feed.snapshots[taken - 1];
        let is_new = |item: &&(u32, Option<Timestamp>)| !seen.contains_key(&item.0);
        let new: Vec<_> = snapshot.items.iter().filter(is_new).copied().collect();
        seen.extend(new.iter().map(|(item, _)| (*item, now)));
        outcome.requests += f64::from(u8::from(now > span.from));
        last = now;
        now = next(snapshot, &new, now);
    }
    for (item, shown) in &feed.shown {
        let first = shown[0].0;
        if first <= span.from || first > last {
            continue;
        }
        match seen.get(item) {
            Some(at) => {
                let stretch = shown.partition_point(|(begin, _)| begin <= at) - 1;
                outcome.delay_min += minutes(*at - shown[stretch].0);
                outcome.seen += 1.0;
                outcome.missed += f64::from(u8::from(stretch > 0));
            }
            None => outcome.missed += 1.0,
        }
    }
    outcome
}

pub(crate) fn sum(outcomes: &[Outcome]) -> Outcome {
    outcomes.iter().fold(Outcome::default(), |sum, one| Outcome {
        requests: sum.requests + one.requests,
        delay_min: sum.delay_min + one.delay_min,
        seen: sum.seen + one.seen,
        missed: sum.missed + one.missed,
    })
}

pub(crate) fn minutes(time: TimeDelta) -> f64 {
    time.num_seconds() as f64 / 60.0
}

impl Feed {
    pub(crate) fn begin(&self) -> Timestamp {
        self.snapshots[0].taken
    }

    pub(crate) fn end(&self) -> Timestamp {
        self.snapshots[self.snapshots.len() - 1].taken
    }
}

pub(crate) fn load(archive: &Path) -> Result<Vec<Feed>, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let unpacked =
        Command::new("tar").arg("xJf").arg(archive).arg("-C").arg(folder.path()).status()?;
    if !unpacked.success() {
        return Err(format!("tar could not unpack {}", archive.display()).into());
    }
    let mut files: BTreeMap<String, Vec<(i64, std::path::PathBuf)>> = BTreeMap::new();
    for feed in folder.path().read_dir()? {
        let feed = feed?;
        for file in feed.path().read_dir()? {
            let path = file?.path();
            let taken =
                path.file_stem().and_then(|stem| stem.to_str()).ok_or("no name")?.parse()?;
            let name = feed.file_name().to_string_lossy().into_owned();
            files.entry(name).or_default().push((taken, path));
        }
    }
    files.into_iter().map(|(name, files)| feed(name, files)).collect()
}

fn feed(name: String, mut files: Vec<(i64, std::path::PathBuf)>) -> Result<Feed, Box<dyn Error>> {
    files.sort();
    let presets = Presets::embedded();
    let source = Source {
        id: SourceId::new(&name),
        url: "https://archive.example/feed".parse()?,
        name: name.clone(),
        kind: Kind::News,
        lang: None,
        preset: Some(crawl::FEED.to_owned()),
        full_text: false,
        zone: None,
        since: None,
        every: None,
    };
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut shown: HashMap<u32, Vec<(Timestamp, Timestamp)>> = HashMap::new();
    let mut snapshots: Vec<Snapshot> = Vec::new();
    for (seconds, path) in files {
        let taken = Timestamp::from_timestamp(seconds, 0).ok_or("no time")?;
        let context = PageContext {
            url: &source.url,
            content_type: None,
            fetched_at: taken,
            source: &source,
            presets: &presets,
            link: None,
            dates: crawl::dates::DateHabits::default(),
        };
        let before = snapshots.last().map(|snapshot| snapshot.taken);
        let mut items = Vec::new();
        let reading = crawl::read(&std::fs::read(path)?, &context);
        for item in reading.items {
            let Some(guid) = item.guid else { continue };
            let number = u32::try_from(numbers.len())?;
            let number = *numbers.entry(guid).or_insert(number);
            let stretches = shown.entry(number).or_default();
            match stretches.last_mut() {
                Some((_, until)) if Some(*until) == before || *until == taken => *until = taken,
                Some(_) | None => stretches.push((taken, taken)),
            }
            items.push((number, item.published));
        }
        let changed = reading.feed.and_then(|feed| feed.changed);
        snapshots.push(Snapshot { taken, changed, items });
    }
    Ok(Feed { name, snapshots, shown })
}
