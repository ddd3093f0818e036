//! What themes, complaints and requests are found in data that others labelled (`VIGIE_DATA`):
//! `cargo run --release -p enrich --example theme_bench`. Complaints are judged by who was found
//! negative; themes by a topic that is mixed into a background.

mod terms;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use enrich::theme::{Ask, Background, Document, Theme, asks, themes};
use model::{ItemId, Lang, Timestamp};
use serde_json::Value;

fn main() {
    let data = std::env::var_os("VIGIE_DATA").map_or("../shared/data".into(), PathBuf::from);
    for (file, lang, label) in [
        ("streams/airline_tweets.jsonl", "en", "sentiment"),
        ("tone/tweets_en_xlmt.jsonl", "en", "label"),
        ("tone/tweets_fr_xlmt.jsonl", "fr", "label"),
        ("tone/reviews_fr_allocine_short_6k.jsonl", "fr", "label"),
        ("tone/reviews_fr_amazon_books.jsonl", "fr", "label"),
    ] {
        judge_complaints(&data, file, lang, label);
    }
    judge_themes(&data);
    time_one_word();
}

/// Asks what a text costs that is one word a million times, beside one of as many bytes as are read of it.
fn time_one_word() {
    for count in [2_000, 1_000_000] {
        let texts = vec!["mot ".repeat(count); 50];
        let start = Instant::now();
        let found = find(&texts, &texts).len();
        let seconds = start.elapsed().as_secs_f64();
        print(&format!("\none word {count} times, 2 x 50 texts: {found} themes in {seconds:.3} s"));
    }
}

/// A topic as the data names it, and the words of which one must be in a theme for it to be true.
type Topic = (&'static str, &'static [&'static str]);

const NEWS: [Topic; 20] = [
    ("coffee", &["coffee"]),
    ("sugar", &["sugar"]),
    ("gold", &["gold"]),
    ("nat-gas", &["gas"]),
    ("wheat", &["wheat"]),
    ("corn", &["corn"]),
    ("soybean", &["soy"]),
    ("cocoa", &["cocoa"]),
    ("copper", &["copper"]),
    ("cotton", &["cotton"]),
    ("rubber", &["rubber"]),
    ("rice", &["rice"]),
    ("iron-steel", &["steel", "iron"]),
    ("alum", &["alumin", "bauxite", "alcan", "alcoa"]),
    ("livestock", &["cattle", "hog", "livestock", "beef", "pork"]),
    ("ship", &["ship", "port", "vessel", "seamen", "cargo", "tanker", "gulf", "strike"]),
    ("jobs", &["unemploy", "job", "workforce", "employment"]),
    ("crude", &["oil", "crude", "opec", "barrel", "bpd"]),
    ("cpi", &["inflation", "consumer price", "price index"]),
    ("gnp", &["gnp", "gross national", "gdp", "growth"]),
];

const COMPLAINTS: [Topic; 5] = [
    ("Lost Luggage", &["bag", "luggage", "suitcase"]),
    ("Cancelled Flight", &["cancel"]),
    ("Late Flight", &["delay", "late", "hour", "hrs", "waiting", "sitting", "plane"]),
    ("Flight Attendant Complaints", &["attendant", "crew", "rude", "staff", "agent"]),
    ("Flight Booking Problems", &["book", "reserv", "website", "site", "ticket", "online"]),
];

/// Mixes n texts of a topic into 200 others and asks what stands out against 2,000 earlier others.
fn judge_themes(data: &Path) {
    let rows = |name: &str, text: &str, topic: &str| -> Vec<(String, String)> {
        let rows = text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let row = |row: Value| {
            let words = |key: &str| row[key].as_str().unwrap_or_default().to_owned();
            let topics = match row[topic].as_array() {
                Some(topics) => {
                    topics.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" ")
                }
                None => words(topic),
            };
            (format!(" {topics} "), format!("{}\n{}", words("title"), words("text")))
        };
        let rows: Vec<_> = rows.map(row).collect();
        print(&format!("\nthemes in {name}: {} texts", rows.len()));
        rows
    };
    let file = data.join("streams/reuters21578.jsonl.xz");
    match Command::new("xz").arg("-dc").arg(&file).output() {
        Ok(output) if output.status.success() => {
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let rows = rows("reuters21578", &text, "topics");
            judge_topics(&rows, &NEWS);
            terms::judge(&rows, &NEWS);
        }
        _ => print(&format!("not run: {} cannot be read", file.display())),
    }
    match std::fs::read_to_string(data.join("streams/airline_tweets.jsonl")) {
        Ok(text) => {
            let rows = rows("airline_tweets", &text, "reason");
            judge_topics(&rows, &COMPLAINTS);
            terms::judge(&rows, &COMPLAINTS);
        }
        Err(_) => print("not run: streams/airline_tweets.jsonl is not here"),
    }
}

fn judge_topics(rows: &[(String, String)], topics: &[Topic]) {
    for count in [1_000, 2_000, 4_000, 8_000] {
        let texts: Vec<String> =
            rows.iter().take(2 * count).map(|(_, text)| text.clone()).collect();
        let (before, now) = texts.split_at(texts.len() / 2);
        let start = Instant::now();
        let found = find(now, before).len();
        let seconds = start.elapsed().as_secs_f64();
        print(&format!("  {} items against as many: {found} themes in {seconds:.2} s", now.len()));
    }
    for on_topic in [6, 12, 25, 50] {
        let (mut first, mut any, mut true_ones, mut told, mut runs) =
            (0_u32, 0_u32, 0_u32, 0_u32, 0_u32);
        let mut shown = Vec::new();
        let start = Instant::now();
        for (topic, words) in topics {
            let name = format!(" {topic} ");
            let (on, off): (Vec<_>, Vec<_>) =
                rows.iter().partition(|(topics, _)| topics.contains(&name));
            // Spread over the whole time, so that no day's news are the topic's.
            let spread = |rows: &[&(String, String)], count: usize, from: usize| -> Vec<String> {
                let step = (rows.len() / count.max(1)).max(1);
                rows.iter()
                    .skip(from % step)
                    .step_by(step)
                    .take(count)
                    .map(|(_, text)| text.clone())
                    .collect()
            };
            let mut now = spread(&on, on_topic, 0);
            if now.len() < on_topic {
                continue;
            }
            now.extend(spread(&off, 200, 3));
            let found = find(&now, &spread(&off, 2000, 1));
            let is_true = |theme: &Theme| {
                theme.phrases.iter().take(3).any(|phrase| {
                    let text = phrase.text.to_lowercase();
                    words.iter().any(|word| text.contains(word))
                })
            };
            runs += 1;
            first += u32::from(found.first().is_some_and(is_true));
            any += u32::from(found.iter().any(is_true));
            true_ones += found.iter().map(|theme| u32::from(is_true(theme))).sum::<u32>();
            told += u32::try_from(found.len()).unwrap_or(0);
            let names = found.iter().map(|theme| theme.phrases[0].text.as_str());
            shown.push(format!("    {topic}: {}", names.collect::<Vec<_>>().join(" | ")));
        }
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        print(&format!(
            "  {on_topic} on topic among 200: first theme true {:.2}, one of five true {:.2}, themes told {told} \
             of which true {:.2} ({runs} topics, {:.2} s each)",
            share(first, runs),
            share(any, runs),
            share(true_ones, told),
            start.elapsed().as_secs_f64() / f64::from(runs.max(1)),
        ));
        if on_topic == 12 {
            print(&shown.join("\n"));
        }
    }
}

fn find(now: &[String], before: &[String]) -> Vec<Theme> {
    let lang = Lang::from_tag("en");
    let document = |(id, text): (u64, &'_ String)| (ItemId(id), text.clone());
    let numbered = |texts: &[String]| (1..).zip(texts).map(document).collect::<Vec<_>>();
    let (now, before) = (numbered(now), numbered(before));
    let background = Background::of(&documents(&before, lang.as_ref()));
    themes(&documents(&now, lang.as_ref()), &background, &[], 5)
}

/// Makes each text a story of its own by an author of its own.
fn documents<'a>(texts: &'a [(ItemId, String)], lang: Option<&'a Lang>) -> Vec<Document<'a>> {
    let document = |(id, text): &'a (ItemId, String)| Document {
        id: *id,
        story: *id,
        source: "stream",
        author: None,
        time: Timestamp::UNIX_EPOCH,
        lang,
        title: "",
        text,
    };
    texts.iter().map(document).collect()
}

fn judge_complaints(data: &Path, file: &str, lang: &str, label: &str) {
    let Ok(text) = std::fs::read_to_string(data.join(file)) else {
        return print(&format!("not run: {file} is not here (VIGIE_DATA)"));
    };
    let lang = Lang::from_tag(lang);
    let rows: Vec<Value> =
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let start = Instant::now();
    // Texts, complaints, requests, praise of each label: negative, neutral, positive.
    let mut counts = [[0_u32; 4]; 3];
    for row in &rows {
        let word = row[label].as_str();
        let number = row[label].as_f64().unwrap_or(0.0);
        let class = if word == Some("negative") || number < 0.0 {
            0
        } else if word == Some("positive") || number > 0.0 {
            2
        } else {
            1
        };
        let found = asks(row["text"].as_str().unwrap_or_default(), lang.as_ref());
        let has = |ask| u32::from(found.iter().any(|one| one.ask == ask));
        counts[class][0] += 1;
        counts[class][1] += has(Ask::Complaint);
        counts[class][2] += has(Ask::Request);
        counts[class][3] += has(Ask::Praise);
    }
    let pace =
        f64::from(u32::try_from(rows.len()).unwrap_or(u32::MAX)) / start.elapsed().as_secs_f64();
    let column = |at: usize| counts.map(|count| count[at]);
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    let (texts, complaints, praise) = (column(0), column(1), column(3));
    print(&format!(
        "{file}: texts {texts:?} (negative, neutral, positive), complaints {complaints:?}, requests {:?}, \
         praise {praise:?}\n  of complaints negative {:.3}, not positive {:.3}; of negatives found {:.3}; \
         of praise positive {:.3}; of positives found {:.3}; {pace:.0} texts a second",
        column(2),
        share(complaints[0], complaints.iter().sum()),
        share(complaints[0] + complaints[1], complaints.iter().sum()),
        share(complaints[0], texts[0]),
        share(praise[2], praise.iter().sum()),
        share(praise[2], texts[2]),
    ));
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}
