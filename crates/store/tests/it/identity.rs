//! Feeds that do what feeds do, at random, through the whole ledger: never a second copy, never a
//! gap in the log.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use model::{Item, Seq};
use proptest::prelude::*;

use crate::world::{World, article, found, noon};

#[derive(Debug, Clone, Copy)]
enum Guid {
    Stable,
    Absent,
    MadeUp,
    Headline,
    SameForAll,
    /// The address, as http or https.
    Address,
}

#[derive(Debug, Clone, Copy)]
enum Link {
    Stable,
    Http,
    Www,
    Slash,
    Absent,
    HomePage,
    SameForAll,
}

/// One entry that a fetch shows: which article, and how often it was edited.
type Entry = (usize, usize);

fn served(fetch: usize, (number, edits): Entry, guid: Guid, link: Link) -> Item {
    let name = format!("article-{number}");
    let mut item = article(&name);
    item.title = format!("{}{}", item.title, " (edited)".repeat(edits));
    item.published = Some(noon(-60) + TimeDelta::minutes(i64::try_from(number).unwrap()));
    item.guid = match guid {
        Guid::Stable => item.guid,
        Guid::Absent => None,
        Guid::MadeUp => Some(format!("{fetch}/{number}")),
        Guid::Headline => Some(format!("{number}:{}", item.title)),
        Guid::SameForAll => Some("entry".to_owned()),
        Guid::Address if fetch.is_multiple_of(2) => Some(format!("http://gazette.example/{name}")),
        Guid::Address => Some(format!("https://www.gazette.example/{name}/")),
    };
    let url = match link {
        Link::Stable => format!("https://gazette.example/{name}"),
        Link::Http => format!("http://gazette.example/{name}"),
        Link::Www => format!("https://www.gazette.example/{name}"),
        Link::Slash => format!("https://gazette.example/{name}/"),
        Link::HomePage => "https://gazette.example/".to_owned(),
        Link::SameForAll => "https://gazette.example/news".to_owned(),
        Link::Absent => String::new(),
    };
    item.url = url.parse().ok();
    item
}

/// Serves fetches and checks that each article is one item, and each edit at most one version.
fn check(fetches: &[(Vec<Entry>, Guid, Link)]) -> Result<(), TestCaseError> {
    let mut world = World::new(&["brand"]);
    let mut shown = BTreeSet::new();
    let mut versions = 0;
    for (number, (entries, guid, link)) in fetches.iter().enumerate() {
        shown.extend(entries.iter().map(|(article, _)| *article));
        let items = entries
            .iter()
            .map(|entry| found(served(number, *entry, *guid, *link), &["brand"]))
            .collect();
        let recorded = world.read(items, noon(5 * i64::try_from(number).unwrap()));
        versions += recorded.new + recorded.changed;
        let items = world.ledger.items_after(Seq(0), 1000).unwrap();
        let copies: Vec<&str> = items.iter().map(|item| item.item.title.as_str()).collect();
        prop_assert_eq!(copies.len(), shown.len(), "fetch {}: {:?}", number, copies);
        prop_assert_eq!(usize::try_from(world.ledger.head().unwrap().0).unwrap(), versions);
    }
    prop_assert_eq!(world.ledger.check().unwrap(), []);
    let hits = world.hits_since(&["brand".into()], Seq(0), 1_000).hits;
    prop_assert_eq!(hits.len(), shown.len());
    Ok(())
}

/// Some of eight articles, each once, with up to so many edits.
fn entries(edits_max: usize) -> impl Strategy<Value = Vec<Entry>> {
    proptest::sample::subsequence((0..8).collect::<Vec<usize>>(), 1..6).prop_flat_map(
        move |articles| {
            let edits = proptest::collection::vec(0..=edits_max, articles.len());
            edits.prop_map(move |edits| articles.iter().copied().zip(edits).collect())
        },
    )
}

fn any_guid() -> impl Strategy<Value = Guid> {
    proptest::sample::select(vec![
        Guid::Stable,
        Guid::Absent,
        Guid::MadeUp,
        Guid::Headline,
        Guid::SameForAll,
        Guid::Address,
    ])
}

fn own_link() -> impl Strategy<Value = Link> {
    proptest::sample::select(vec![Link::Stable, Link::Http, Link::Www, Link::Slash])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn with_links_of_their_own_guids_may_do_anything(
        fetches in proptest::collection::vec((entries(2), any_guid(), own_link()), 1..8),
    ) {
        check(&fetches)?;
    }

    #[test]
    fn with_stable_guids_links_may_be_useless(
        pages in proptest::collection::vec(entries(2), 1..8),
        link in proptest::sample::select(vec![Link::Absent, Link::HomePage, Link::Stable]),
    ) {
        let fetches: Vec<_> = pages.into_iter().map(|page| (page, Guid::Stable, link)).collect();
        check(&fetches)?;
    }

    #[test]
    fn with_neither_an_unchanged_text_is_enough(
        pages in proptest::collection::vec(entries(0), 1..8),
        guid in proptest::sample::select(vec![Guid::Absent, Guid::MadeUp]),
        link in proptest::sample::select(vec![Link::Absent, Link::HomePage]),
    ) {
        let fetches: Vec<_> = pages.into_iter().map(|page| (page, guid, link)).collect();
        check(&fetches)?;
    }

    #[test]
    fn one_guid_or_link_for_all_is_seen_through_once_two_entries_show_it(
        pages in proptest::collection::vec(entries(0), 1..8),
        guid in proptest::sample::select(vec![Guid::Absent, Guid::MadeUp, Guid::SameForAll]),
        link in proptest::sample::select(vec![Link::SameForAll, Link::Absent]),
    ) {
        let both = vec![(0, 0), (1, 0)];
        let fetches: Vec<_> =
            std::iter::once(both).chain(pages).map(|page| (page, guid, link)).collect();
        check(&fetches)?;
    }
}
