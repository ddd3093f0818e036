//! Whether the index on disk can be gone on with; and where it goes if not.

use std::path::{Path, PathBuf};
use std::{fs, io};

use tantivy::index::SegmentComponent;
use tantivy::{IndexMeta, ReloadPolicy};

use crate::IndexError;
use crate::checkpoint::Checkpoint;
use crate::error::guarded;
use crate::guard::{LastStop, beside};
use crate::schema::{self, Fields};

/// Old indexes that are kept for whoever wants to find out what happened.
const SET_ASIDE_MAX: usize = 2;

pub(crate) enum Verdict {
    Sound(tantivy::Index, Checkpoint),
    Empty,
    Unsound { reason: String },
}

/// Looks at the index in `dir`. All of it is read only where the last writer did not stop cleanly:
/// checksums take about a second a gigabyte.
pub(crate) fn check(dir: &Path, ledger: &str, last_stop: LastStop) -> Result<Verdict, IndexError> {
    let mut files = fs::read_dir(dir).map_err(IndexError::storage(dir))?;
    if files.next().is_none() {
        return Ok(Verdict::Empty);
    }
    match guarded(dir, || examine(dir, ledger, last_stop)) {
        Err(IndexError::Broken { reason, .. }) => Ok(Verdict::Unsound { reason }),
        other => other,
    }
}

fn examine(dir: &Path, ledger: &str, last_stop: LastStop) -> tantivy::Result<Verdict> {
    let unsound = |reason: &str| Ok(Verdict::Unsound { reason: reason.to_owned() });
    if !fs::exists(dir.join("meta.json"))? {
        return unsound("meta.json is missing");
    }
    let index = tantivy::Index::open_in_dir(dir)?;
    schema::register_tokenizer(&index);
    if index.schema() != Fields::new().schema {
        return unsound("it has other fields");
    }
    let meta = index.load_metas()?;
    let checkpoint = match &meta.payload {
        Some(payload) => Checkpoint::read(payload, ledger),
        // A stop between making the index and its first commit.
        None if meta.segments.is_empty() => Ok(Checkpoint::new(ledger, model::Seq(0))),
        None => Err("it does not say how far it has followed the ledger".to_owned()),
    };
    let checkpoint = match checkpoint {
        Ok(checkpoint) => checkpoint,
        Err(reason) => return unsound(&reason),
    };
    if last_stop == LastStop::Unclean {
        let mut damaged: Vec<PathBuf> = index.validate_checksum()?.into_iter().collect();
        damaged.sort();
        if let Some(first) = damaged.first() {
            return unsound(&format!("{} files are damaged: {}…", damaged.len(), first.display()));
        }
    }
    if let Some(missing) = missing_file(dir, &meta)? {
        return unsound(&format!("{} is missing", missing.display()));
    }
    // Opens every segment, so that a file that is cut short shows.
    index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
    Ok(Verdict::Sound(index, checkpoint))
}

/// Returns the first of the segments' files that is not there: tantivy takes some of them for empty.
fn missing_file(dir: &Path, meta: &IndexMeta) -> io::Result<Option<PathBuf>> {
    for segment in &meta.segments {
        let deletes = segment.has_deletes().then_some(SegmentComponent::Delete);
        let always = [
            SegmentComponent::Terms,
            SegmentComponent::Postings,
            SegmentComponent::Positions,
            SegmentComponent::FastFields,
            SegmentComponent::FieldNorms,
            SegmentComponent::Store,
        ];
        for component in always.into_iter().chain(deletes) {
            let file = segment.relative_path(component);
            if !fs::exists(dir.join(&file))? {
                return Ok(Some(file));
            }
        }
    }
    Ok(None)
}

/// Moves the index next to where it was, as `index.corrupt-N`, makes an empty directory in its
/// place, and removes the oldest of those moved.
pub(crate) fn set_aside(dir: &Path) -> io::Result<PathBuf> {
    let parent = dir.parent().filter(|parent| !parent.as_os_str().is_empty());
    let aside = |number: u32| beside(dir, &format!(".corrupt-{number}"));
    let mut numbers = Vec::new();
    for entry in fs::read_dir(parent.unwrap_or(Path::new(".")))? {
        let name = entry?.file_name();
        let number = name.to_str().and_then(|name| name.rsplit_once('-')?.1.parse().ok());
        numbers.extend(number.filter(|&number| aside(number).file_name() == Some(&name)));
    }
    numbers.sort_unstable();
    let to = aside(numbers.last().map_or(1, |last| last + 1));
    fs::rename(dir, &to)?;
    fs::create_dir(dir)?;
    for old in &numbers[..(numbers.len() + 1).saturating_sub(SET_ASIDE_MAX)] {
        // One that cannot be removed takes space, but must not stop a rebuild.
        let _ = fs::remove_dir_all(aside(*old));
    }
    Ok(to)
}
