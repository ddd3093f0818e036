//! Damaged, foreign and outdated indexes are moved aside and said aloud.

use std::fs;
use std::path::{Path, PathBuf};

use index::{Archive, Index, IndexError, Opened};
use model::Seq;

use crate::items::{LEDGER, found, numbered, open};

/// Makes an index of 40 items in three segments, one with a deleted document.
fn filled() -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("index");
    let mut index = open(&dir);
    index.apply(&numbered(1..=20), Seq(20)).unwrap();
    index.apply(&numbered(20..=30), Seq(30)).unwrap();
    index.apply(&numbered(31..=40), Seq(40)).unwrap();
    drop(index);
    (root, dir)
}

/// Leaves the mark that a killed writer leaves.
fn as_if_killed(dir: &Path) {
    fs::write(dir.with_file_name("index.lock"), "open\n").unwrap();
}

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    files
}

fn edit(path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let mut bytes = fs::read(path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

/// Opens the index, which must be moved aside for this reason, and fills it anew.
fn check_set_aside(dir: &Path, reason: &str) {
    let Opened { mut index, set_aside } = Index::open(dir, LEDGER).unwrap();
    let set_aside = set_aside.unwrap_or_else(|| panic!("not moved aside: {reason}"));
    assert!(set_aside.reason.contains(reason), "{reason:?} is not in {:?}", set_aside.reason);
    assert!(set_aside.to.is_dir());
    assert_eq!(index.checkpoint(), Seq(0));
    index.apply(&numbered(1..=40), Seq(40)).unwrap();
    let archive = Archive::open(dir).unwrap();
    assert_eq!(found(&archive, "thé"), (1..=40).collect());
    assert_eq!(found(&archive, "mot7 OR mot31"), [7, 31].into());
}

#[test]
fn flipped_bytes_show_after_an_unclean_stop() {
    for extension in ["term", "idx", "pos", "fast", "fieldnorm", "store", "del"] {
        let (_root, dir) = filled();
        let file = files(&dir, extension).pop().unwrap_or_else(|| panic!("no .{extension} file"));
        edit(&file, |bytes| bytes[0] ^= 0xFF);
        as_if_killed(&dir);
        check_set_aside(
            &dir,
            &format!("1 files are damaged: {}", file.file_name().unwrap().display()),
        );
    }
}

#[test]
fn a_file_cut_short_shows_even_after_a_clean_stop() {
    let (_root, dir) = filled();
    edit(&files(&dir, "term")[0], |bytes| bytes.truncate(bytes.len() / 2));
    check_set_aside(&dir, "");
}

#[test]
fn a_missing_file_shows_even_after_a_clean_stop() {
    let (_root, dir) = filled();
    fs::remove_file(&files(&dir, "pos")[0]).unwrap();
    check_set_aside(&dir, ".pos is missing");

    let (_root, dir) = filled();
    fs::remove_file(dir.join("meta.json")).unwrap();
    check_set_aside(&dir, "meta.json is missing");
}

#[test]
fn an_unreadable_meta_file_shows() {
    let (_root, dir) = filled();
    edit(&dir.join("meta.json"), |bytes| bytes.truncate(20));
    check_set_aside(&dir, "meta.json");
}

#[test]
fn a_commit_without_a_position_is_not_gone_on_from() {
    let (_root, dir) = filled();
    let path = dir.join("meta.json");
    let mut meta: serde_json::Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    assert!(meta.as_object_mut().unwrap().remove("payload").is_some());
    fs::write(&path, meta.to_string()).unwrap();
    check_set_aside(&dir, "it does not say how far it has followed the ledger");
}

#[test]
fn an_index_of_another_ledger_is_moved_aside() {
    let (_root, dir) = filled();
    let opened = Index::open(&dir, "ledger-2").unwrap();
    let reason = opened.set_aside.unwrap().reason;
    assert_eq!(reason, "it follows the ledger ledger-1, not ledger-2");
    assert_eq!(opened.index.checkpoint(), Seq(0));
}

#[test]
fn a_sound_index_outlives_an_unclean_stop() {
    let (_root, dir) = filled();
    as_if_killed(&dir);
    assert_eq!(open(&dir).checkpoint(), Seq(40));
}

#[test]
fn the_two_newest_of_those_moved_aside_are_kept() {
    let (root, dir) = filled();
    for _ in 0..4 {
        fs::remove_file(dir.join("meta.json")).unwrap();
        assert!(Index::open(&dir, LEDGER).unwrap().set_aside.is_some());
    }
    let mut names: Vec<String> = fs::read_dir(root.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["index", "index.corrupt-3", "index.corrupt-4", "index.lock"]);
}

#[test]
fn an_archive_follows_an_index_that_took_the_place_of_another() {
    let (_root, dir) = filled();
    let archive = Archive::open(&dir).unwrap();
    assert_eq!(found(&archive, "mot40"), [40].into());
    fs::remove_file(dir.join("meta.json")).unwrap();
    let mut index = Index::open(&dir, LEDGER).unwrap().index;
    index.apply(&numbered(1..=1), Seq(1)).unwrap();
    assert!(found(&archive, "mot40").is_empty());
    assert_eq!(found(&archive, "mot1"), [1].into());
}

#[test]
fn a_writer_that_failed_stays_failed_until_it_is_opened_anew() {
    let (_root, dir) = filled();
    let mut index = open(&dir);
    for file in files(&dir, "idx").into_iter().chain(files(&dir, "term")) {
        fs::remove_file(file).unwrap();
    }
    // What it replaces must be looked up in files that are gone.
    let first = index.apply(&numbered(1..=2), Seq(41)).unwrap_err();
    assert!(matches!(first, IndexError::Broken { .. }), "{first:?}");
    let second = index.apply(&[], Seq(41)).unwrap_err();
    assert!(second.to_string().contains("an earlier commit failed"), "{second}");
    assert_eq!(index.checkpoint(), Seq(40));
    drop(index);
    check_set_aside(&dir, "");
}
