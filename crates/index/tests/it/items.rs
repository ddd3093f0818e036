//! Items and searches that the tests share.

use std::collections::BTreeSet;
use std::path::Path;

use index::{Archive, Index, Opened, SearchOptions, Sort};
use model::{Details, Item, ItemId, Kind, Lang, Seq, StoredItem, Timestamp};

pub(crate) const LEDGER: &str = "ledger-1";

pub(crate) fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn item(title: &str, text: &str) -> Item {
    Item {
        source: "gazette".into(),
        kind: Kind::News,
        guid: None,
        url: None,
        title: title.to_owned(),
        text: text.to_owned(),
        author: None,
        lang: Lang::from_tag("fr"),
        published: None,
        updated: None,
        details: Details::default(),
    }
}

pub(crate) fn stored(id: u64, item: Item) -> StoredItem {
    let first_seen = time("2026-03-01T12:00:00Z");
    StoredItem { id: ItemId(id), seq: Seq(id), version: 1, first_seen, removed: None, item }
}

/// Returns the items of these ids; each has a word of its own, `mot7` for the item 7.
pub(crate) fn numbered(ids: impl IntoIterator<Item = u64>) -> Vec<StoredItem> {
    let item = |id| item("Ozalée", &format!("Le thé pétillant, mot{id}"));
    ids.into_iter().map(|id| stored(id, item(id))).collect()
}

pub(crate) fn open(dir: &Path) -> Index {
    let Opened { index, set_aside } = Index::open(dir, LEDGER).unwrap();
    assert_eq!(set_aside, None);
    index
}

pub(crate) fn options() -> SearchOptions {
    SearchOptions {
        since: None,
        until: None,
        source: None,
        lang: None,
        limit: usize::MAX,
        sort: Sort::Date,
    }
}

pub(crate) fn found(archive: &Archive, query: &str) -> BTreeSet<u64> {
    let found = archive.search(&query::parse(query).unwrap(), &options()).unwrap();
    assert_eq!(found.total, found.hits.len());
    found.hits.iter().map(|hit| hit.id.0).collect()
}
