//! `vigie enrich`: reads texts as JSON lines and writes what is read of each, for people's own data and
//! for measuring. It keeps nothing, and needs neither a configuration nor a ledger.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::PathBuf;

use anyhow::Context;
use enrich::language::{Detected, Languages, Usual};
use enrich::story::{Fingerprint, Placed, Stories};
use enrich::tone::{Said, Tones};
use model::{ItemId, Lang, Rating, Timestamp};
use query::Query;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cli::Failure;
use crate::command::closed_pipe_is_fine;
use crate::enrichment::{STORY_WINDOW, places, words};

/// The longest line, in bytes.
const LINE_BYTES_MAX: usize = 8 << 20;
/// How many brands and sources are remembered.
const NAMES_MAX: usize = 100_000;

#[derive(Debug, clap::Args)]
pub(crate) struct Enrich {
    /// JSON lines with `id` and `text`, and where known `title`, `lang`, `source`, `brand`, `stars` (from 0
    /// to 1) and `date` (RFC 3339) [default: standard input]
    file: Option<PathBuf>,
    /// Toward what the tone is read where a line names no brand: a name, or a query
    #[arg(long, value_name = "QUERY")]
    brand: Option<String>,
}

#[derive(Deserialize)]
struct Line {
    id: Value,
    text: String,
    #[serde(default)]
    title: String,
    lang: Option<String>,
    source: Option<String>,
    brand: Option<String>,
    stars: Option<f32>,
    date: Option<Timestamp>,
}

#[derive(Serialize)]
struct Enriched<'a> {
    id: &'a Value,
    language: &'a str,
    language_confidence: f32,
    tone: &'a str,
    score: f32,
    confidence: f32,
    /// The words that decided.
    evidence: &'a [String],
    /// The id of the first text that tells the same.
    story: &'a Value,
}

/// What is remembered from line to line.
struct Reader<'a> {
    languages: Languages,
    tones: &'a Tones,
    stories: Stories,
    ids: Vec<Value>,
    usual: HashMap<String, Usual>,
    brands: HashMap<String, Option<Query>>,
    brand: Option<&'a str>,
    now: Timestamp,
}

pub(crate) fn enrich(enrich: &Enrich, now: Timestamp) -> Result<(), Failure> {
    let input: Box<dyn BufRead> = match &enrich.file {
        Some(file) => {
            let opened = File::open(file);
            Box::new(BufReader::new(
                opened.with_context(|| format!("failed to read {}", file.display()))?,
            ))
        }
        None => Box::new(io::stdin().lock()),
    };
    let mut reader = Reader {
        languages: Languages::default(),
        tones: Tones::built_in(),
        stories: Stories::new(STORY_WINDOW),
        ids: Vec::new(),
        usual: HashMap::new(),
        brands: HashMap::new(),
        brand: enrich.brand.as_deref(),
        now,
    };
    let mut out = io::BufWriter::new(io::stdout().lock());
    let broken = reader.read_all(input, &mut out)?;
    closed_pipe_is_fine(out.flush())?;
    if broken > 0 {
        let what = if broken == 1 { "line" } else { "lines" };
        return Err(anyhow::anyhow!("{broken} {what} could not be read, all others were").into());
    }
    Ok(())
}

impl Reader<'_> {
    /// Returns how many lines could not be read.
    fn read_all(&mut self, mut input: impl BufRead, out: &mut impl Write) -> anyhow::Result<u64> {
        let mut broken = 0;
        for number in 1_u64.. {
            let mut line = Vec::new();
            let limit = u64::try_from(LINE_BYTES_MAX)?;
            input.by_ref().take(limit + 1).read_until(b'\n', &mut line)?;
            if line.is_empty() {
                break;
            }
            if line.len() > LINE_BYTES_MAX && line.last() != Some(&b'\n') {
                skip_line(&mut input)?;
                eprintln!("line {number}: is longer than {LINE_BYTES_MAX} bytes");
                broken += 1;
                continue;
            }
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            match serde_json::from_slice::<Line>(&line) {
                Ok(line) => match self.read(&line, out) {
                    Err(error) if error.kind() == io::ErrorKind::BrokenPipe => break,
                    written => written?,
                },
                Err(error) => {
                    eprintln!("line {number}: {error}");
                    eprintln!("  hint: write an object as in {{\"id\": 1, \"text\": \"…\"}}");
                    broken += 1;
                }
            }
        }
        Ok(broken)
    }

    fn read(&mut self, line: &Line, out: &mut impl Write) -> io::Result<()> {
        let declared = line.lang.as_deref().and_then(Lang::from_tag);
        let detected = self.language(line, declared.as_ref());
        let lang = detected.lang.as_ref();
        let brand = line.brand.as_deref().or(self.brand);
        let about = brand.map_or_else(Vec::new, |brand| {
            let query = query_of(&mut self.brands, brand);
            query.map_or_else(Vec::new, |query| places(query, &line.text))
        });
        let said = Said {
            lang,
            title: &line.title,
            text: &line.text,
            about: &about,
            rating: line.stars.and_then(rating),
        };
        let reading = self.tones.read(&said).kept(&said);
        let story = self.story(line);
        let enriched = Enriched {
            id: &line.id,
            language: lang.map_or("und", Lang::as_str),
            language_confidence: detected.confidence,
            tone: reading.tone.map_or("unsure", model::Tone::as_str),
            score: reading.score,
            confidence: reading.confidence,
            evidence: &reading.words,
            story: &self.ids[story],
        };
        serde_json::to_writer(&mut *out, &enriched)?;
        writeln!(out)
    }
}

impl Reader<'_> {
    fn language(&mut self, line: &Line, declared: Option<&Lang>) -> Detected {
        let source = line.source.clone().unwrap_or_default();
        if self.usual.len() >= NAMES_MAX {
            self.usual.clear();
        }
        let usual = self.usual.entry(source).or_default();
        let detected = self.languages.read(&words(&line.title, &line.text), declared, usual);
        // Lines without a source have nothing in common.
        if line.source.is_some() {
            usual.note(&detected);
        }
        detected
    }

    /// Returns the place of the first text that tells the same.
    fn story(&mut self, line: &Line) -> usize {
        let place = self.ids.len();
        self.ids.push(line.id.clone());
        let fingerprint = Fingerprint::of(&line.title, &line.text);
        let at = line.date.unwrap_or(self.now);
        match self.stories.place(ItemId(place as u64), at, &fingerprint) {
            Placed::Alone => place,
            Placed::Copy { of, .. } => usize::try_from(of.0).unwrap_or(place),
        }
    }
}

/// Reads stars: 0 is the worst that can be said, 1 the best.
fn rating(stars: f32) -> Option<Rating> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "NaN is 0, and what is out of range refused"
    )]
    Rating::new((stars * 1000.0).round() as i64, 0, 1000)
}

/// Returns the query that finds a brand: what is no query is a name.
fn query_of<'a>(known: &'a mut HashMap<String, Option<Query>>, brand: &str) -> Option<&'a Query> {
    if known.len() >= NAMES_MAX {
        known.clear();
    }
    let read = || {
        let name = format!("\"{}\"", brand.replace('"', " "));
        query::parse(brand).or_else(|_| query::parse(&name)).ok()
    };
    known.entry(brand.to_owned()).or_insert_with(read).as_ref()
}

fn skip_line(input: &mut impl BufRead) -> io::Result<()> {
    loop {
        let buffer = input.fill_buf()?;
        if buffer.is_empty() {
            return Ok(());
        }
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let len = end.map_or(buffer.len(), |end| end + 1);
        input.consume(len);
        if end.is_some() {
            return Ok(());
        }
    }
}
