//! Learns the weights of a language from labelled texts and writes them to a file.
//!
//! ```text
//! cargo run --release -p enrich --example train_tone -- --lang fr --date 2026-11-22 --out FILE \
//!     [--licence TEXT] [--lexicon FILE]… SET.jsonl…
//! ```
//!
//! A set has a JSON object a line: `text`, and `label` (-1, 0, 1) or `stars` (0.5 to 5), perhaps `source`, which
//! the file will name. Without `--lexicon` those of the project for that language are taken. The same
//! arguments and files make the same bytes. It prints how texts are read that were not learnt from.

#![expect(clippy::print_stdout, reason = "a tool for its developers")]
#![expect(clippy::cast_precision_loss, reason = "figures for people")]

#[path = "../tests/it/tone/score.rs"]
mod score;

use std::collections::BTreeSet;
use std::error::Error;
use std::path::{Path, PathBuf};

use enrich::tone::training::{self, Example, Options, Training};
use enrich::tone::{LEXICONS_MAX, Lexicon};
use model::Tone;
use score::{Judged, Labelled};

/// What the command line says.
#[derive(Default)]
struct Arguments {
    lang: String,
    date: String,
    out: PathBuf,
    licence: String,
    lexicons: Vec<PathBuf>,
    sets: Vec<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = arguments()?;
    let mut lexicon = Lexicon::default();
    for (number, path) in arguments.lexicons.iter().enumerate() {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("{}: {error}", path.display()))?;
        lexicon.add(number, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let sets: Vec<Vec<Labelled>> =
        arguments.sets.iter().map(|path| score::read(path)).collect::<Result<_, _>>()?;
    let examples: Vec<Example> = sets
        .iter()
        .enumerate()
        .flat_map(|(set, texts)| {
            texts.iter().map(move |labelled| Example {
                text: labelled.text.clone(),
                tone: labelled.tone,
                set,
            })
        })
        .collect();
    let notes = notes(&arguments, &sets);
    let training = training::train(&arguments.lang, &examples, lexicon, notes, &Options::default());
    report(&arguments, &sets, &training);
    let bytes = training.weights.to_bytes();
    std::fs::write(&arguments.out, &bytes)?;
    println!("{}: {} bytes", arguments.out.display(), bytes.len());
    Ok(())
}

/// What the file says of itself.
fn notes(arguments: &Arguments, sets: &[Vec<Labelled>]) -> Vec<(String, String)> {
    let note = |key: &str, value: String| (key.to_owned(), value);
    let mut notes = vec![note("date", arguments.date.clone())];
    for (path, texts) in arguments.sets.iter().zip(sets) {
        let sources: BTreeSet<&str> =
            texts.iter().map(|labelled| labelled.source.as_str()).collect();
        let sources: Vec<&str> = sources.into_iter().collect();
        notes.push(note(
            "trained-on",
            format!("{}, {} texts: {}", name(path), texts.len(), sources.join("; ")),
        ));
    }
    notes.extend(arguments.lexicons.iter().map(|path| note("lexicon", name(path))));
    notes.push(note("licence", arguments.licence.clone()));
    notes
}

/// Prints, set by set, how the texts are read by weights that had not seen them.
fn report(arguments: &Arguments, sets: &[Vec<Labelled>], training: &Training) {
    let mut unseen = training.unseen.iter();
    println!("texts that were not learnt from, {} parts:", Options::default().folds);
    for (path, texts) in arguments.sets.iter().zip(sets) {
        let judged: Vec<Judged> = texts
            .iter()
            .zip(&mut unseen)
            .map(|(labelled, probabilities)| judged(labelled, *probabilities))
            .collect();
        println!("{}", score::line(&name(path), &judged));
    }
}

fn judged(labelled: &Labelled, [negative, neutral, positive]: [f32; 3]) -> Judged {
    let (tone, confidence) =
        [(Tone::Negative, negative), (Tone::Neutral, neutral), (Tone::Positive, positive)]
            .into_iter()
            .fold((Tone::Neutral, 0.0), |best, next| if next.1 > best.1 { next } else { best });
    Judged { expected: labelled.tone, tone: Some(tone), score: positive - negative, confidence }
}

fn arguments() -> Result<Arguments, String> {
    let mut arguments = Arguments { licence: "unstated".to_owned(), ..Arguments::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or(format!("{word} needs a value"));
        match word.as_str() {
            "--lang" => arguments.lang = value()?,
            "--date" => arguments.date = value()?,
            "--out" => arguments.out = PathBuf::from(value()?),
            "--licence" => arguments.licence = value()?,
            "--lexicon" => arguments.lexicons.push(PathBuf::from(value()?)),
            option if option.starts_with("--") => return Err(format!("unknown option {option}")),
            set => arguments.sets.push(PathBuf::from(set)),
        }
    }
    if arguments.lang.is_empty()
        || arguments.date.is_empty()
        || arguments.out.as_os_str().is_empty()
    {
        return Err("--lang, --date and --out are needed".to_owned());
    }
    if arguments.sets.is_empty() {
        return Err("no set to learn from".to_owned());
    }
    if arguments.lexicons.is_empty() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("weights/lexicon");
        let ours = ["", "_vader", "_pattern"]
            .map(|kind| folder.join(format!("{}{kind}.txt", arguments.lang)));
        arguments.lexicons = ours.into_iter().filter(|path| path.is_file()).collect();
    }
    if arguments.lexicons.len() > LEXICONS_MAX {
        return Err(format!("{LEXICONS_MAX} lexicons at most"));
    }
    Ok(arguments)
}

fn name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
