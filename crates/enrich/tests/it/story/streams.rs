//! Real streams, where they are at hand (`VIGIE_DATA`): the BBC's feeds as they were saved over months, and
//! a news agency's wire.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "data that cannot be read is a failed test; what is not run is said"
)]

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Cursor};
use std::path::{Path, PathBuf};
use std::process::Command;

use chrono::{DateTime, TimeDelta};
use enrich::story::{Fingerprint, Stories};
use model::{ItemId, Timestamp};

use super::pairs::Text;
use super::score::{Score, print};

/// An item of the BBC's: its versions, each with the time of the feed that had it first.
pub(crate) struct Versions {
    pub(crate) versions: Vec<(Timestamp, Text)>,
}

/// Returns the file of a stream, or `None`, saying so, where it is absent.
pub(crate) fn file(name: &str, what: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let file = data.join("streams").join(name);
    if file.is_file() {
        return Some(file);
    }
    println!("not run: {what}: {} is not here (VIGIE_DATA)", file.display());
    None
}

/// Reads the items of the snapshots, but of one feed, the oldest first.
pub(crate) fn bbc(file: &Path, without: &str) -> Vec<Versions> {
    let mut seen: HashMap<String, HashMap<Text, Timestamp>> = HashMap::new();
    let mut built = DateTime::UNIX_EPOCH;
    let mut item: Option<String> = None;
    for line in lines(&["tar", &format!("--exclude={without}"), "-xJOf"], file) {
        if let Some(date) = element(&line, "lastBuildDate") {
            built = DateTime::parse_from_rfc2822(&date).unwrap().to_utc();
        }
        if line.contains("<item>") {
            item = Some(String::new());
        }
        let Some(lines) = &mut item else { continue };
        lines.push_str(&line);
        if line.contains("</item>") {
            let part = |name| element(lines, name).unwrap_or_default();
            let text = Text { title: part("title"), text: part("description") };
            let at = seen.entry(part("guid")).or_default().entry(text).or_insert(built);
            *at = built.min(*at);
            item = None;
        }
    }
    let in_order = |versions: HashMap<Text, Timestamp>| {
        let mut versions: Vec<_> = versions.into_iter().map(|(text, at)| (at, text)).collect();
        versions.sort_by(|a, b| (a.0, &a.1.title, &a.1.text).cmp(&(b.0, &b.1.title, &b.1.text)));
        Versions { versions }
    };
    let mut items: Vec<Versions> = seen.into_values().map(in_order).collect();
    items.sort_by(|a, b| {
        let key = |item: &Versions| (item.versions[0].0, item.versions[0].1.title.clone());
        key(a).cmp(&key(b))
    });
    items
}

/// Reads the agency's texts in their order.
#[allow(dead_code, reason = "only for the benchmark")]
pub(crate) fn reuters(file: &Path) -> Vec<Text> {
    let field = |line: &str, name: &str| {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        value[name].as_str().unwrap_or_default().to_owned()
    };
    let text = |line: String| Text { title: field(&line, "title"), text: field(&line, "text") };
    lines(&["xzcat"], file).map(text).collect()
}

/// Places the first version of each item in the order of time, and then of each that was edited the
/// second, as if it were another item. Hands out those that were not joined.
pub(crate) fn of_edits(
    items: &[Versions],
    mut missed: impl FnMut(&Text, &Text, &Stories),
) -> Score {
    let mut stories = Stories::new(TimeDelta::days(400));
    let prints: Vec<Fingerprint> = items.iter().map(|item| print(&item.versions[0].1)).collect();
    for ((id, item), print) in (1..).zip(items).zip(&prints) {
        stories.place(ItemId(id), item.versions[0].0, print);
    }
    let mut score = Score::default();
    for (id, item) in (1..).zip(items) {
        let [(_, old), (at, new), ..] = &item.versions[..] else { continue };
        let is_half = old.title == new.title || old.text == new.text;
        let kind = if is_half { "title or text edited" } else { "title and text edited" };
        let copy = ItemId(u64::MAX);
        stories.place(copy, *at, &print(new));
        let is_joined = stories.story_of(copy) == stories.story_of(ItemId(id));
        score.add(kind, true, is_joined);
        if !is_joined {
            missed(old, new, &stories);
        }
        stories.forget(copy);
    }
    score
}

/// Hands out the lines that a command writes.
fn lines(command: &[&str], file: &Path) -> impl Iterator<Item = String> {
    let output = Command::new(command[0]).args(&command[1..]).arg(file).output().unwrap();
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    BufReader::new(Cursor::new(output.stdout)).lines().map(|line| line.unwrap())
}

/// Returns the text of an element without attributes that mind, out of its CDATA section.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}"))?;
    let (_, rest) = rest.split_once('>')?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let inner = inner.trim().strip_prefix("<![CDATA[").unwrap_or(inner);
    Some(inner.strip_suffix("]]>").unwrap_or(inner).trim().to_owned())
}
