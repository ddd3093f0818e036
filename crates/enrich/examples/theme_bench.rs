//! What themes, complaints and requests are found in data that others labelled (`VIGIE_DATA`):
//! `cargo run --release -p enrich --example theme_bench`. Complaints are judged by who was found
//! negative; themes by a topic that is mixed into a background.

use std::path::{Path, PathBuf};
use std::time::Instant;

use enrich::theme::{Ask, asks};
use model::Lang;
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
