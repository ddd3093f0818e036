//! What a search returns, and how it follows the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use index::{Archive, Index, IndexError, SearchOptions, Sort};
use model::{Lang, Seq};

use crate::items::{LEDGER, found, item, numbered, open, options, stored, time};

#[test]
fn a_search_sees_the_newest_commit() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = open(dir.path());
    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(archive.checkpoint().unwrap(), Seq(0));
    assert!(found(&archive, "thé").is_empty());

    index.apply(&numbered(1..=3), Seq(3)).unwrap();
    assert_eq!(found(&archive, "thé"), [1, 2, 3].into());
    assert_eq!(archive.checkpoint().unwrap(), Seq(3));
    assert_eq!(index.checkpoint(), Seq(3));
}

#[test]
fn a_new_version_takes_the_place_of_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = open(dir.path());
    index.apply(&numbered(1..=3), Seq(3)).unwrap();
    let rewritten = stored(2, item("Café", "Plus une feuille"));
    let rewritten_again = stored(2, item("Café", "Moulu"));
    index.apply(&[rewritten, rewritten_again], Seq(5)).unwrap();

    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(found(&archive, "thé"), [1, 3].into());
    assert_eq!(found(&archive, "café"), [2].into());
    assert!(found(&archive, "feuille").is_empty());
}

#[test]
fn a_part_that_only_excludes_finds_the_rest() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).apply(&numbered(1..=4), Seq(4)).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    let check = |query, expect: &[u64]| {
        assert_eq!(found(&archive, query), expect.iter().copied().collect(), "{query}");
    };
    check("thé (mot1 OR -mot2)", &[1, 3, 4]);
    check("thé (mot1 OR (-mot2 -mot3))", &[1, 4]);
    check("thé -\"pétillant mot2\"", &[1, 3, 4]);
    check("NOT (-mot1 -mot2)", &[1, 2]);
}

#[test]
fn applying_the_same_items_again_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = open(dir.path());
    index.apply(&numbered(1..=3), Seq(3)).unwrap();
    index.apply(&numbered(2..=4), Seq(4)).unwrap();
    assert_eq!(found(&Archive::open(dir.path()).unwrap(), "thé"), [1, 2, 3, 4].into());
}

#[test]
fn the_index_goes_on_where_it_stopped() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = open(dir.path());
    index.apply(&numbered(1..=2), Seq(2)).unwrap();
    // Nothing new in a part of the log moves the position all the same.
    index.apply(&[], Seq(9)).unwrap();
    drop(index);
    assert_eq!(open(dir.path()).checkpoint(), Seq(9));
}

#[test]
fn starting_over_empties_the_index() {
    let dir = tempfile::tempdir().unwrap();
    let mut index = open(dir.path());
    index.apply(&numbered(1..=2), Seq(2)).unwrap();
    index.start_over().unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!((index.checkpoint(), archive.checkpoint().unwrap()), (Seq(0), Seq(0)));
    assert!(found(&archive, "thé").is_empty());
    index.apply(&numbered(1..=1), Seq(1)).unwrap();
    assert_eq!(found(&archive, "thé"), [1].into());
}

#[test]
fn there_is_one_writer() {
    let dir = tempfile::tempdir().unwrap();
    let first = open(dir.path());
    let second = Index::open(dir.path(), LEDGER).err();
    assert!(matches!(second, Some(IndexError::Busy(_))), "{second:?}");
    drop(first);
    open(dir.path());
}

#[test]
fn a_missing_index_is_said_with_what_makes_one() {
    let error = Archive::open("/nonexistent/index".as_ref()).err().unwrap();
    assert_eq!(error.to_string(), "there is no index in /nonexistent/index");
    assert_eq!(error.hint(), Some("run `vigie run` or `vigie reindex`, which make one"));
}

/// Three items on three days, one of them English and of another source.
fn archive(dir: &std::path::Path) -> Archive {
    let mut items = numbered(1..=3);
    for (stored, day) in items.iter_mut().zip(["2026-02-03", "2026-02-01", "2026-02-02"]) {
        stored.item.published = Some(time(&format!("{day}T10:00:00.5Z")));
    }
    items[1].item.lang = Lang::from_tag("en");
    items[1].item.source = "Blog".into();
    items[2].item.title.push_str(" : thé, thé et thé");
    open(dir).apply(&items, Seq(3)).unwrap();
    Archive::open(dir).unwrap()
}

fn check(options: &SearchOptions, total: usize, ids: &[u64]) {
    let dir = tempfile::tempdir().unwrap();
    let found = archive(dir.path()).search(&query::parse("thé").unwrap(), options).unwrap();
    let hits: Vec<u64> = found.hits.iter().map(|hit| hit.id.0).collect();
    assert_eq!((found.total, hits.as_slice()), (total, ids), "{options:?}");
}

#[test]
fn hits_come_newest_first_or_best_first() {
    check(&options(), 3, &[1, 3, 2]);
    check(&SearchOptions { sort: Sort::Score, limit: 1, ..options() }, 3, &[3]);
}

#[test]
fn all_hits_are_counted_beyond_the_limit() {
    check(&SearchOptions { limit: 2, ..options() }, 3, &[1, 3]);
    check(&SearchOptions { limit: 0, ..options() }, 3, &[]);
}

#[test]
fn a_search_is_narrowed_by_time_source_and_language() {
    let at = |text| Some(time(text));
    check(&SearchOptions { since: at("2026-02-02T10:00:00.9Z"), ..options() }, 2, &[1, 3]);
    check(&SearchOptions { until: at("2026-02-02T10:00:00Z"), ..options() }, 1, &[2]);
    check(&SearchOptions { source: Some("blog".into()), ..options() }, 1, &[2]);
    check(&SearchOptions { lang: Lang::from_tag("fr"), ..options() }, 2, &[1, 3]);
}

#[test]
fn a_date_far_in_the_past_is_kept_at_the_end() {
    let dir = tempfile::tempdir().unwrap();
    let mut items = numbered(1..=2);
    items[0].item.published = Some(time("0001-01-01T00:00:00Z"));
    open(dir.path()).apply(&items, Seq(2)).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    let hits = archive.search(&query::parse("thé").unwrap(), &options()).unwrap().hits;
    assert_eq!(hits.iter().map(|hit| hit.id.0).collect::<Vec<_>>(), [2, 1]);
}

/// Items of a few words each, numbered from 1.
fn written(dir: &std::path::Path, texts: &[&str]) -> Archive {
    let items: Vec<_> = (1..).zip(texts).map(|(id, text)| stored(id, item("", text))).collect();
    open(dir).apply(&items, Seq(1)).unwrap();
    Archive::open(dir).unwrap()
}

#[test]
fn a_word_is_found_as_it_is_written() {
    let dir = tempfile::tempdir().unwrap();
    let texts =
        ["BT", "bt", "Bt bt", "THÉ", "the", "th\u{E9}", "か\u{3099}", "が", "か", "豈", "\u{F900}"];
    let archive = written(dir.path(), &texts);
    let check = |query, expect: &[u64]| {
        assert_eq!(found(&archive, query), expect.iter().copied().collect(), "{query}");
    };
    check("{BT}", &[1]);
    check("{bt}", &[2, 3]);
    check("{the}", &[5]);
    check("{thé}", &[6]);
    check("\"{Bt} {bt}\"", &[3]);
    check("\"{bt} {bt}\"", &[]);
    check("{が}", &[7, 8]);
    check("{か}", &[9]);
    // One of the two only folds to the other, and is the same in Unicode's canonical form.
    check("{豈}", &[10, 11]);
}

#[test]
fn forms_follow_the_language_of_each_item() {
    let dir = tempfile::tempdir().unwrap();
    let langs = [Some("en"), Some("fr"), Some("ja"), None];
    let items: Vec<_> = (1..)
        .zip(langs)
        .map(|(id, lang)| {
            let mut item = item("", "Recalled again");
            item.lang = lang.and_then(Lang::from_tag);
            stored(id, item)
        })
        .collect();
    open(dir.path()).apply(&items, Seq(1)).unwrap();
    let archive = Archive::open(dir.path()).unwrap();
    assert_eq!(found(&archive, "~recall"), [1, 4].into());
    assert_eq!(found(&archive, "~recalled"), [1, 2, 3, 4].into());
    assert_eq!(found(&archive, "stem:fr recall"), [].into());
    assert_eq!(found(&archive, "~recall NEAR/1 again"), [1, 4].into());
}

#[test]
fn a_pattern_needs_the_texts() {
    let dir = tempfile::tempdir().unwrap();
    let archive = written(dir.path(), &["thé vert", "thé Vert", "café vert"]);
    let query = query::parse("thé /. V/").unwrap();
    let error = archive.search(&query, &options()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a pattern is looked for in the texts, which the index does not keep"
    );
    assert_eq!(error.hint(), Some("search where the ledger is, or leave the pattern out"));

    let archive = archive.with_texts(|id| (id.0 != 1).then(|| item("", "thé Vert")));
    assert_eq!(found(&archive, "thé /. V/"), [2].into());
    // What is gone from the ledger is not found.
    assert_eq!(found(&archive, "vert -/. V/"), [1].into());
}

#[test]
fn a_pattern_looks_only_into_what_the_other_parts_let_through() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).apply(&numbered(1..=300), Seq(1)).unwrap();
    let read = Arc::new(AtomicU64::new(0));
    let counter = Arc::clone(&read);
    let archive = Archive::open(dir.path()).unwrap().with_texts(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Some(item("Ozalée", "Le thé pétillant"))
    });
    let check = |query: &str, options: &SearchOptions, reads: u64| {
        read.store(0, Ordering::Relaxed);
        archive.search(&query::parse(query).unwrap(), options).unwrap();
        assert_eq!(read.load(Ordering::Relaxed), reads, "{query}");
    };
    check("thé /OZ/i", &options(), 300);
    check("mot7 /OZ/i", &options(), 1);
    check("(mot7 OR mot8) /OZ/i -/x/", &options(), 2);
    check("(mot7 OR /OZ/i) (mot8 OR mot9)", &options(), 2);
    check("(mot7 OR (mot8 /OZ/i)) thé", &options(), 1);
    check("(mot7 OR /OZ/i) thé -mot8", &options(), 298);
    check("mot7 -(mot8 OR /x/)", &options(), 1);
    check("mot7 -(mot7 OR /x/)", &options(), 0);
    check("mot7 context:(/OZ/ OR thé) anticontext:absent", &options(), 1);
    let narrow = SearchOptions { source: Some("other".into()), ..options() };
    check("thé /OZ/i", &narrow, 0);
}

#[test]
fn a_word_of_too_many_meanings_cannot_stand_beside_others() {
    let dir = tempfile::tempdir().unwrap();
    let text: Vec<String> = (0..5_000).map(|number| format!("mot{number}")).collect();
    let archive = written(dir.path(), &[&text.join(" ")]);
    assert_eq!(found(&archive, "mot*"), [1].into());
    let query = query::parse("mot* NEAR/3 mot7").unwrap();
    let error = archive.search(&query, &options()).unwrap_err();
    assert!(matches!(&error, IndexError::TooBroad { word } if word == "mot*"), "{error:?}");
    assert_eq!(error.to_string(), "mot* stands for too many words to be looked for beside others");
    assert_eq!(error.hint(), Some("write more of its first letters, or let it stand alone"));
    assert_eq!(found(&archive, "mot12* NEAR/3 mot1199"), [1].into());
}

#[test]
fn what_an_item_carries_does_not_change_its_place() {
    let dir = tempfile::tempdir().unwrap();
    let archive = archive(dir.path());
    let scores = |query| {
        let options = SearchOptions { sort: Sort::Score, ..options() };
        let found = archive.search(&query::parse(query).unwrap(), &options).unwrap();
        found.hits.iter().map(|hit| (hit.id.0, hit.score)).collect::<Vec<_>>()
    };
    assert_eq!(scores("thé"), scores("thé kind:news date:[2026-01-01 TO *]"));
    // Words in their places are scored as a phrase of them would be.
    assert_eq!(scores("\"thé pétillant\""), scores("\"thé pétillant\"~0"));
}
