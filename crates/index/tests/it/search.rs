//! What a search returns, and how it follows the writer.

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
