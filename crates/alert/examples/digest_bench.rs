//! What the dearest digests cost: composed and rendered, with time, bytes and the peak of memory.
//!
//! `cargo run --release -p alert --example digest_bench` prints one line for each number of mentions.
//! Times depend on the machine; how they grow with the mentions is the point.

#![expect(
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "figures for people"
)]

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use alert::chart::{Bucket, Expected};
use alert::{
    LinkKey, Links, Mailbox, Mention, News, Period, Sender, Span, Templates, Trend, Volume,
    compose, render,
};
use model::{
    Cadence, Details, Item, ItemId, Kind, Locale, QueryName, Selection, Seq, StoredItem,
    SubjectLine, Subscription, Timestamp, Tone,
};

/// How long an article is, in words.
const WORDS: usize = 400;
const RUNS: usize = 5;

fn main() {
    println!("mentions  selection  compose ms  render ms  html kB  text kB  shown  peak MB");
    for mentions in [10, 100, 1_000, 10_000] {
        for selection in [Selection::All, Selection::Best] {
            println!("{}", line(mentions, selection));
        }
    }
}

fn line(mentions: usize, selection: Selection) -> String {
    let items: Vec<StoredItem> = (0..mentions as u64).map(item).collect();
    let told: Vec<Mention<'_>> = items.iter().map(mention).collect();
    let query = query::parse("Ozalée OR \"thé pétillant\" NEAR/5 rappel").expect("a query");
    let queries = BTreeMap::from([(QueryName::new("Ozalée"), query)]);
    let (older, trends, volume) = (BTreeMap::from([(Kind::News, 500)]), trends(), volume());
    let news = News {
        mentions: &told,
        older: &older,
        troubles: &[],
        trends: &trends,
        volume: Some(&volume),
    };
    let period = Period { since: at(0), until: at(86_400) };
    let subscription = subscription(selection);
    let sender = Sender {
        locale: model::Locale::English,
        from: mailbox("vigie@ozalee.example"),
        owner: None,
        templates: Templates::default(),
    };
    let to = mailbox("anne@ozalee.example");
    let base = "https://vigie.ozalee.example/".parse().expect("an address");
    let key = LinkKey::new([7; LinkKey::BYTES]);
    let links = Links { base: &base, key: &key, recipient: 812, epoch: 0 };

    let compose = || compose(&subscription, &news, &queries, period).expect("a digest");
    let digest = compose();
    let render = || render(&digest, &sender, &to, Some(&links));
    let letter = render();
    format!(
        "{mentions:8}  {:>9}  {:10.1}  {:9.1}  {:7.1}  {:7.1}  {:5}  {:7}",
        format!("{selection:?}"),
        best(|| drop(compose())).as_secs_f64() * 1e3,
        best(|| drop(render())).as_secs_f64() * 1e3,
        letter.html.len() as f64 / 1e3,
        letter.text.len() as f64 / 1e3,
        letter.html.matches("<h3").count(),
        peak_mb(),
    )
}

/// The shortest of a few runs: others had the processor for part of the longer ones.
fn best(run: impl Fn()) -> Duration {
    let time = |_| {
        let start = Instant::now();
        run();
        start.elapsed()
    };
    (0..RUNS).map(time).min().unwrap_or_default()
}

/// What the process held at most until now, articles included.
fn peak_mb() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kb.map_or_else(|| "?".to_owned(), |kb| (kb / 1024).to_string())
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + chrono::TimeDelta::seconds(1_760_000_000 + seconds)
}

fn mailbox(text: &str) -> Mailbox {
    text.parse().expect("an address")
}

/// Four of five are copies of one of the others, on another host.
fn item(id: u64) -> StoredItem {
    let kind = Kind::ALL[(id % 7) as usize];
    let words = ["La", "marque", "Ozalée", "ouvre", "<un>", "magasin", "&", "vend", "du", "thé"];
    let text: Vec<&str> =
        (0..WORDS).map(|nth| words[(nth * 7 + id as usize) % words.len()]).collect();
    StoredItem {
        id: ItemId(id + 1),
        seq: Seq(id + 1),
        version: 1,
        first_seen: at((id % 86_400).cast_signed()),
        removed: None,
        item: Item {
            source: "source".into(),
            kind,
            guid: None,
            url: format!("https://host{}.example/{id}", id % 211).parse().ok(),
            title: format!("Ozalée & <Cie>, nouvelle numéro {}", id / 5),
            text: text.join(" "),
            author: Some("Camille".to_owned()),
            lang: None,
            published: Some(at((id % 86_400).cast_signed())),
            updated: None,
            details: Details::default(),
        },
    }
}

fn mention(item: &StoredItem) -> Mention<'_> {
    let id = item.id.0;
    Mention {
        item,
        source: "La Gazette",
        queries: vec![QueryName::new("Ozalée")],
        story: ItemId(id - (id - 1) % 5),
        tone: Tone::ALL.get((id % 4) as usize).copied(),
        doubt: id.is_multiple_of(50).then(|| vec!["stage".to_owned()]),
        assigned: None,
    }
}

fn subscription(volume: Selection) -> Subscription {
    Subscription {
        id: "presse".into(),
        queries: vec![QueryName::new("Ozalée")],
        to: vec!["anne@ozalee.example".to_owned()],
        cadence: Cadence::Hourly,
        zone: chrono_tz::Europe::Paris,
        locale: Locale::French,
        volume,
        subject: SubjectLine::Constant,
    }
}

fn trends() -> Vec<Trend> {
    let trend = |n| Trend { words: format!("rappel {n}"), stories: n, is_new: n > 2 };
    (1..6).map(trend).collect()
}

fn volume() -> Volume {
    let expected = Some(Expected { low: 4.0, usual: 9.0, high: 15.0 });
    let bucket = |n| Bucket { count: f64::from(n % 17), whole: f64::from(n % 17), expected };
    Volume { buckets: (0..28).map(bucket).collect(), span: Span::Day }
}
