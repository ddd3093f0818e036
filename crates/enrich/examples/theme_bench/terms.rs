//! Terms that explain a small set: n texts of a topic among n others, against a background in which nobody
//! spoke of it. A term is true that stands out of the topic's other texts too, which nobody has shown it.

use std::time::{Duration, Instant};

use enrich::theme::{Background, g2, standing_out, themes};
use model::{ItemId, Lang};

use super::{Topic, documents, print};

/// Draws per topic and size.
const DRAWS: u64 = 20;
/// Terms told of a set.
const TOLD: usize = 5;
/// A true term stands so much more often in the topic's other texts,
const RATIO_MIN: f64 = 3.0;
/// and the chi-squared distribution of one degree exceeds its G² once in a thousand.
const G2_MIN: f64 = 10.83;
/// What is left of a topic to judge by, at least.
const JUDGES_MIN: usize = 20;

#[derive(Default)]
struct Score {
    sets: u32,
    told: u32,
    true_ones: u32,
    first: u32,
    seconds: f64,
}

pub(crate) fn judge(rows: &[(String, String)], topics: &[Topic]) {
    let rows: Vec<(&str, String)> =
        rows.iter().map(|(topics, text)| (topics.as_str(), text.to_lowercase())).collect();
    for before in [30, 100, 2000] {
        for (on_topic, others) in [(6, 0), (3, 3), (6, 6), (12, 12), (25, 25)] {
            let (mut terms, mut named) = (Score::default(), Score::default());
            for (place, (topic, _)) in topics.iter().enumerate() {
                let name = format!(" {topic} ");
                let texts = |is_on: bool| -> Vec<&str> {
                    let rows = rows.iter().filter(|(topics, _)| topics.contains(&name) == is_on);
                    rows.map(|(_, text)| text.as_str()).collect()
                };
                let (on, off) = (texts(true), texts(false));
                if on.len() < on_topic + JUDGES_MIN || off.len() < before + others + 500 {
                    continue;
                }
                for draw in 0..DRAWS {
                    let mut chance = Chance(draw * 1_000 + place as u64);
                    let (on, off) = (chance.shuffled(&on), chance.shuffled(&off));
                    let (drawn, judges) = on.split_at(on_topic);
                    let (background, off) = off.split_at(before);
                    let (noise, others) = off.split_at(others);
                    let now: Vec<&str> = drawn.iter().chain(noise).copied().collect();
                    let is_true = |term: &str| is_true(term, judges, others);
                    score(&now, background, &mut terms, &mut named, is_true);
                }
            }
            line(
                &format!("{on_topic:>2} on topic, {others:>2} others, {before:>4} before"),
                &terms,
            );
            line("      the same by `themes`", &named);
        }
    }
}

fn score(
    now: &[&str],
    before: &[&str],
    terms: &mut Score,
    named: &mut Score,
    is_true: impl Fn(&str) -> bool,
) {
    let lang = Lang::from_tag("en");
    let numbered = |texts: &[&str]| -> Vec<(ItemId, String)> {
        (1..).zip(texts).map(|(id, text)| (ItemId(id), (*text).to_owned())).collect()
    };
    let (now, before) = (numbered(now), numbered(before));
    let (now, before) = (documents(&now, lang.as_ref()), documents(&before, lang.as_ref()));
    let background = Background::of(&before);
    let start = Instant::now();
    let found = standing_out(&now, &background, &[], TOLD);
    let took = start.elapsed();
    let judged: Vec<bool> = found.iter().map(|term| is_true(&term.text)).collect();
    terms.add(&judged, took);
    let start = Instant::now();
    let found = themes(&now, &background, &[], TOLD);
    let took = start.elapsed();
    let judged: Vec<bool> = found.iter().map(|theme| is_true(&theme.phrases[0].text)).collect();
    named.add(&judged, took);
}

impl Score {
    fn add(&mut self, told: &[bool], took: Duration) {
        self.seconds += took.as_secs_f64();
        self.sets += 1;
        self.told += u32::try_from(told.len()).unwrap_or(0);
        self.first += u32::from(told.first() == Some(&true));
        self.true_ones += told.iter().map(|is_true| u32::from(*is_true)).sum::<u32>();
    }
}

fn line(what: &str, score: &Score) {
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    print(&format!(
        "  {what}: P@1 {:.2}, P@5 {:.2} (of those told {:.2}; {:.1} a set; {} sets, {:.1} ms each)",
        share(score.first, score.sets),
        share(score.true_ones, 5 * score.sets),
        share(score.true_ones, score.told),
        share(score.told, score.sets),
        score.sets,
        1000.0 * score.seconds / f64::from(score.sets.max(1)),
    ));
}

/// Tells whether a term stands out of the texts of a topic that it was not found in.
fn is_true(term: &str, topic: &[&str], others: &[&str]) -> bool {
    let count = |texts: &[&str]| texts.iter().filter(|text| text.contains(term)).count();
    let number = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let (seen, before) = (number(count(topic)), number(count(others)));
    let (all, all_before) = (number(topic.len()), number(others.len()));
    let more =
        f64::from(seen) * f64::from(all_before) >= RATIO_MIN * f64::from(before) * f64::from(all);
    more && g2(seen, all, before, all_before) >= G2_MIN
}

/// Numbers by chance, the same at each run: `SplitMix64`.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn shuffled<'a>(&mut self, texts: &[&'a str]) -> Vec<&'a str> {
        let mut keyed: Vec<(u64, &str)> = texts.iter().map(|text| (self.next(), *text)).collect();
        keyed.sort_unstable();
        keyed.into_iter().map(|(_, text)| text).collect()
    }
}
