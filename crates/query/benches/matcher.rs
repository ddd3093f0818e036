//! What an item costs, by the number of saved queries, on texts and queries made up here.
//!
//! `cargo bench -p query`. The texts have the word frequencies of natural ones (Zipf's law); most
//! queries are about names, which few texts have. Compare the figures of one run with each other:
//! `match_bench` measures on real files, against other engines.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use model::{Details, Item, Kind, Lang, QueryName};
use query::{Matcher, Query, Scratch};

const ITEMS: usize = 500;
const WORDS_IN_AN_ITEM: usize = 80;
const VOCABULARY: u64 = 50_000;

/// A linear congruential generator (Knuth's MMIX constants): the same numbers in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    /// The nth most frequent word is chosen about 1/n as often as the first.
    fn word(&mut self) -> String {
        let octaves = u64::from(64 - VOCABULARY.leading_zeros());
        let octave = self.below(octaves);
        word((1 << octave) + self.below(1 << octave))
    }
}

/// Writes a number as a word that can be spoken.
fn word(mut number: u64) -> String {
    let mut word = String::new();
    loop {
        word.push(char::from(b"bcdfglmnprst"[(number % 12) as usize]));
        number /= 12;
        word.push(char::from(b"aeiou"[(number % 5) as usize]));
        number /= 5;
        if number == 0 {
            return word;
        }
    }
}

fn items(numbers: &mut Numbers) -> Vec<Item> {
    let item = |_| {
        let words: Vec<String> = (0..WORDS_IN_AN_ITEM).map(|_| numbers.word()).collect();
        Item {
            source: "gazette".into(),
            kind: Kind::News,
            guid: None,
            url: Some("https://www.gazette.example/one".parse().expect("it is an address")),
            title: words[..8].join(" "),
            text: words[8..].join(" "),
            author: None,
            lang: Lang::from_tag("fr"),
            published: None,
            updated: None,
            details: Details::default(),
        }
    };
    (0..ITEMS).map(item).collect()
}

fn queries(numbers: &mut Numbers, count: usize) -> Vec<(QueryName, Query)> {
    let rare = |numbers: &mut Numbers| word(1_000 + numbers.below(VOCABULARY * 4));
    (0..count)
        .map(|nth| {
            let (name, other, topic) = (rare(numbers), rare(numbers), numbers.word());
            let text = match nth % 10 {
                0 | 1 => format!("\"{name} {topic}\""),
                2 | 3 => format!("{name} ({topic} OR {other})"),
                4 => format!("{name} OR \"{other} {topic}\""),
                5 => format!("{name} NEAR/5 ({topic} OR {other})"),
                6 => format!("{name} {topic} -{other}"),
                7 => format!("{name} lang:fr"),
                8 => format!("{}* {topic}", &name[..name.len().min(5)]),
                _ => name,
            };
            let query = query::parse(&text).expect("it is a query");
            (QueryName::from(nth.to_string().as_str()), query)
        })
        .collect()
}

fn matching(criterion: &mut Criterion) {
    let mut numbers = Numbers(1);
    let items = items(&mut numbers);
    let mut group = criterion.benchmark_group("match");
    group.throughput(Throughput::Elements(ITEMS as u64));
    group.bench_function("analysis alone", |bench| {
        bench.iter(|| items.iter().map(query::analysis::measure).sum::<usize>());
    });
    for count in [0, 1_000, 10_000, 100_000] {
        let mut matcher = Matcher::new();
        for item in &items {
            matcher.learn(item);
        }
        let queries = queries(&mut numbers, count);
        matcher.insert_all(queries.iter().map(|(name, query)| (name.clone(), query)));
        let mut scratch = Scratch::new();
        group.bench_with_input(BenchmarkId::new("queries", count), &count, |bench, _| {
            bench.iter(|| {
                for item in &items {
                    black_box(matcher.find(item, &mut scratch).count());
                }
            });
        });
    }
    group.finish();
}

fn changing(criterion: &mut Criterion) {
    let mut numbers = Numbers(2);
    let queries = queries(&mut numbers, 100_000);
    let mut matcher = Matcher::new();
    matcher.insert_all(queries.iter().map(|(name, query)| (name.clone(), query)));
    let mut nth = 0;
    criterion.bench_function("replace one of 100,000 queries", |bench| {
        bench.iter(|| {
            let (name, query) = &queries[nth % queries.len()];
            matcher.insert(name.clone(), query);
            nth += 7;
        });
    });
}

fn parsing(criterion: &mut Criterion) {
    let text = "(\"acme shop\" OR {ACME} OR acm*) NEAR/5 (promo* OR ~solde OR rappel) -title:emploi \
                lang:fr rating:[1 TO 3] context:(magasin OR marque) anticontext:dynamite";
    criterion.bench_function("parse", |bench| bench.iter(|| query::parse(black_box(text))));
}

criterion_group!(benches, matching, changing, parsing);
criterion_main!(benches);
