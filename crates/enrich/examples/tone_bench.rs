//! How well and how fast tones are read: a line for each labelled set of a folder, and texts a second.
//!
//! ```text
//! cargo run --release -p enrich --example tone_bench -- ../shared/data/tone
//! ```
//!
//! Sets that the weights were trained on are marked: what is read of those says nothing about others
//! (`train_tone` says it by texts that were not learnt from).

#![expect(clippy::print_stdout, reason = "a tool for its developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/it/tone/score.rs"]
#[expect(dead_code, reason = "only the training names where texts come from")]
mod score;

use std::error::Error;
use std::hint::black_box;
use std::path::PathBuf;

use enrich::tone::{Said, Tones, Weights};
use model::Lang;
use rustix::time::{ClockId, clock_gettime};
use score::{Judged, Labelled};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("which folder of labelled sets?")?;
    let mut paths: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "jsonl"))
        .collect();
    paths.sort();
    let tones = Tones::built_in();
    for weights in tones.weights() {
        for (key, value) in weights.notes() {
            println!("{} {key} {value}", weights.lang());
        }
    }
    for path in paths {
        let name =
            path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let lang = if name.contains("_fr_") || name.contains("fr.") { "fr" } else { "en" };
        let set = score::read(&path)?;
        let judged = judge(tones, &set, lang);
        let taught =
            tones.weights().flat_map(Weights::notes).any(|(_, note)| note.starts_with(&name));
        println!("{}{}", if taught { "trained on: " } else { "" }, score::line(&name, &judged));
        println!("    {}", speed(tones, &set, lang));
    }
    Ok(())
}

fn judge(tones: &Tones, set: &[Labelled], lang: &str) -> Vec<Judged> {
    let lang = Lang::from_tag(lang);
    set.iter()
        .map(|labelled| {
            let said = Said { lang: lang.as_ref(), text: &labelled.text, ..Said::default() };
            let reading = tones.read(&said);
            Judged {
                expected: labelled.tone,
                tone: reading.tone,
                score: reading.score,
                confidence: reading.confidence,
            }
        })
        .collect()
}

/// Reads the set again and again for a second of this thread at least.
fn speed(tones: &Tones, set: &[Labelled], lang: &str) -> String {
    let lang = Lang::from_tag(lang);
    let begin = seconds_used();
    let (mut texts, mut bytes) = (0, 0);
    while seconds_used() - begin < 1.0 {
        for labelled in set {
            let said = Said { lang: lang.as_ref(), text: &labelled.text, ..Said::default() };
            black_box(tones.read(&said));
            texts += 1;
            bytes += labelled.text.len();
        }
    }
    let seconds = seconds_used() - begin;
    format!(
        "{:.0} texts a second and core, {:.1} MB/s",
        f64::from(texts) / seconds,
        bytes as f64 / seconds / 1e6
    )
}

/// What this thread has had of its core, in seconds.
fn seconds_used() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}
