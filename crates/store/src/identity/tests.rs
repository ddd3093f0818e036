//! Each case is a story of fetches from one source, and the items that come out of it.

use model::{Details, Kind};

use super::*;

/// The key table of one source, in memory.
#[derive(Default)]
struct Memory {
    evidence: Evidence,
    keys: HashMap<Key, ItemId>,
    items: u64,
}

impl Memory {
    /// Returns for each entry the number of its item, counted from 1.
    fn fetch(&mut self, entries: &[Item]) -> Vec<u64> {
        let fetch: Vec<Sighting> = entries.iter().map(|item| self.sight(item)).collect();
        self.evidence = learn(&self.evidence, &fetch);
        let mut numbers: Vec<u64> = Vec::new();
        for (sighting, identity) in fetch.iter().zip(identify(&self.evidence, &fetch)) {
            let number = match identity {
                Identity::Known(id) => id.0,
                Identity::SameAs(earlier) => numbers[earlier],
                Identity::New => {
                    self.items += 1;
                    self.items
                }
            };
            numbers.push(number);
            let Trusted { guid, address } = self.evidence.trusted(&sighting.keys);
            for key in [guid, address, Some(sighting.keys.content)].into_iter().flatten() {
                self.keys.entry(key).or_insert(ItemId(number));
            }
        }
        numbers
    }

    fn sight(&self, item: &Item) -> Sighting {
        let keys = Keys::of(item);
        let known = |key: Option<Key>| key.and_then(|key| self.keys.get(&key).copied());
        Sighting {
            by_guid: known(keys.guid),
            by_address: known(keys.address),
            by_content: known(Some(keys.content)),
            guid_reused: false,
            is_own: true,
            keys,
        }
    }
}

/// Reads one entry a line: `guid | address | title | text`, `-` for none.
fn entries(lines: &str) -> Vec<Item> {
    lines.lines().filter(|line| !line.trim().is_empty()).map(entry).collect()
}

fn entry(line: &str) -> Item {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let given = |n: usize| fields.get(n).copied().filter(|field| *field != "-");
    Item {
        source: "gazette".into(),
        kind: Kind::News,
        guid: given(0).map(str::to_owned),
        url: given(1).map(|url| url.parse().unwrap()),
        title: given(2).unwrap_or_default().to_owned(),
        text: given(3).unwrap_or_default().to_owned(),
        author: None,
        lang: None,
        published: None,
        updated: None,
        details: Details::default(),
    }
}

/// Checks a story: each fetch with the numbers of its items.
#[track_caller]
fn check(story: &[(&str, &[u64])]) {
    let mut memory = Memory::default();
    for (number, (fetch, expect)) in story.iter().enumerate() {
        assert_eq!(memory.fetch(&entries(fetch)), *expect, "fetch {}", number + 1);
    }
}

#[test]
fn a_guid_names_an_item_through_edits_and_moves() {
    let first = "a | https://g.example/1 | One\n b | https://g.example/2 | Two";
    check(&[
        (first, &[1, 2]),
        ("b | https://g.example/2 | Two, edited\n a | https://g.example/moved | One", &[2, 1]),
        // What was learnt of the new address holds for an entry without a guid.
        ("- | https://g.example/moved | One, edited too", &[1]),
    ]);
}

#[test]
fn without_a_guid_the_address_names_an_item() {
    check(&[
        ("- | https://g.example/1 | One\n - | https://g.example/2 | Two", &[1, 2]),
        ("- | https://g.example/2 | Two, edited\n - | https://g.example/3 | Three", &[2, 3]),
    ]);
}

#[test]
fn without_either_the_content_names_an_item() {
    check(&[
        ("- | - | One | Text.\n - | - | Two | Text.", &[1, 2]),
        ("- | - | ONE |  Text.\n - | - | One | Other text.\n - | - | One | Text.", &[1, 3, 1]),
    ]);
}

#[test]
fn https_www_and_a_final_slash_change_neither_address_nor_guid() {
    check(&[
        ("- | http://www.g.example/1 | One", &[1]),
        ("- | https://g.example/1/ | One, edited", &[1]),
    ]);
    check(&[
        ("http://g.example/?p=1 | - | One", &[1]),
        ("https://www.g.example/?p=1 | - | One, edited", &[1]),
        ("https://g.example/?p=2 | - | Two", &[2]),
    ]);
    check(&[
        ("http://g.example/1 | http://g.example/1 | One", &[1]),
        ("https://g.example/1 | https://g.example/1 | One, edited", &[1]),
    ]);
}

#[test]
fn a_guid_that_is_an_address_keeps_its_fragment() {
    check(&[("https://g.example/t#1 | - | One\n https://g.example/t#2 | - | Two", &[1, 2])]);
}

#[test]
fn the_same_headline_under_another_guid_and_address_is_another_item() {
    check(&[
        ("a | https://g.example/1 | Morning news", &[1]),
        ("b | https://g.example/2 | Morning news", &[2]),
        (
            "b | https://g.example/2 | Morning news\n c | https://g.example/3 | Morning news",
            &[2, 3],
        ),
    ]);
}

#[test]
fn a_new_address_makes_an_item_even_where_guids_are_made_up() {
    check(&[
        ("a | https://g.example/1 | Morning news", &[1]),
        (
            "b | https://g.example/1 | Morning news\n c | https://g.example/2 | Morning news",
            &[1, 2],
        ),
    ]);
}

#[test]
fn a_headline_in_the_guid_does_not_make_an_edited_headline_another_item() {
    check(&[
        ("one-1 | https://g.example/1 | One\n two-1 | https://g.example/2 | Two", &[1, 2]),
        (
            "one-edited | https://g.example/1 | One, edited\n two-1 | https://g.example/2 | Two",
            &[1, 2],
        ),
    ]);
}

#[test]
fn guids_made_up_at_every_fetch_give_no_second_copy() {
    let mut memory = Memory::default();
    for fetch in 0..20 {
        let page = entries(&format!(
            "{fetch}-a | https://g.example/1 | One\n {fetch}-b | https://g.example/2 | Two"
        ));
        assert_eq!(memory.fetch(&page), [1, 2], "fetch {fetch}");
    }
    assert!(memory.keys.len() < 20, "such guids are not remembered for ever");
}

#[test]
fn guids_made_up_at_every_fetch_and_no_address_leave_the_content() {
    for address in ["-", "https://g.example/"] {
        let mut memory = Memory::default();
        for fetch in 0..20 {
            let page =
                entries(&format!("{fetch}-a | {address} | One\n {fetch}-b | {address} | Two"));
            assert_eq!(memory.fetch(&page), [1, 2], "fetch {fetch} with {address}");
        }
        assert!(memory.keys.len() < 20, "such guids are not remembered for ever");
    }
}

#[test]
fn addresses_made_up_at_every_fetch_are_not_remembered_for_ever() {
    let mut memory = Memory::default();
    for fetch in 0..20 {
        let page = entries(&format!(
            "a | https://g.example/1?s={fetch} | One\n b | https://g.example/2?s={fetch} | Two"
        ));
        assert_eq!(memory.fetch(&page), [1, 2], "fetch {fetch}");
    }
    assert!(memory.keys.len() < 20);
}

#[test]
fn one_link_for_every_entry_is_no_identity() {
    for link in ["https://g.example/", "https://g.example/news"] {
        check(&[
            (&format!("a | {link} | One\n b | {link} | Two"), &[1, 2]),
            (&format!("c | {link} | Three\n b | {link} | Two, edited"), &[3, 2]),
        ]);
        check(&[
            (&format!("- | {link} | One\n - | {link} | Two"), &[1, 2]),
            (&format!("- | {link} | Three\n - | {link} | One"), &[3, 1]),
        ]);
    }
}

#[test]
fn one_guid_for_every_entry_is_no_identity() {
    check(&[
        ("g | https://g.example/1 | One\n g | https://g.example/2 | Two", &[1, 2]),
        ("g | https://g.example/3 | Three\n g | https://g.example/1 | One, edited", &[3, 1]),
    ]);
}

#[test]
fn one_guid_and_one_link_for_every_entry_leave_the_content() {
    let link = "https://g.example/news";
    check(&[
        (&format!("g | {link} | One\n g | {link} | Two"), &[1, 2]),
        (&format!("g | {link} | Three\n g | {link} | One"), &[3, 1]),
    ]);
}

#[test]
fn what_was_learnt_outlives_the_fetch_that_showed_it() {
    check(&[
        ("a | https://g.example/news | One\n b | https://g.example/news | Two", &[1, 2]),
        ("c | https://g.example/news | Three", &[3]),
    ]);
}

#[test]
fn an_entry_listed_twice_is_one_item() {
    check(&[("a | https://g.example/1 | One\n a | https://g.example/1 | One", &[1, 1])]);
    // Two revisions of one entry, as Atom allows.
    check(&[
        ("a | https://g.example/1 | One | Old.\n a | https://g.example/1 | One | New.", &[1, 1]),
        ("a | https://g.example/moved | One | New.", &[1]),
    ]);
}

#[test]
fn reviews_with_guids_of_their_own_are_apart_even_word_for_word() {
    let product = "https://shop.example/tea";
    check(&[
        (&format!("r1 | {product} | Great | Yes!\n r2 | {product} | Bad | No."), &[1, 2]),
        (&format!("r3 | {product} | Great | Yes!\n r1 | {product} | Great | Yes!"), &[3, 1]),
    ]);
}

#[test]
fn a_feed_that_begins_to_give_guids_keeps_its_items() {
    check(&[
        ("- | https://g.example/1 | One", &[1]),
        ("a | https://g.example/1 | One\n b | https://g.example/2 | Two", &[1, 2]),
        ("a | https://g.example/moved | One, edited", &[1]),
    ]);
}

#[test]
fn one_change_of_all_guids_does_not_end_the_trust_in_them() {
    check(&[
        ("a1 | https://g.example/1 | One", &[1]),
        ("a2 | https://g.example/1 | One", &[1]),
        ("a2 | https://g.example/1 | One", &[1]),
        ("a2 | https://g.example/moved | One, edited", &[1]),
    ]);
}

#[test]
fn evidence_is_kept_as_json_that_a_later_version_can_add_to() {
    let mut memory = Memory::default();
    memory.fetch(&entries("g | https://g.example/1 | One\n g | https://g.example/2 | Two"));
    let json = serde_json::to_string(&memory.evidence).unwrap();
    assert_eq!(
        json,
        r#"{"guid":{"shared":true,"renewed":0},"address":{"shared":false,"renewed":0}}"#
    );
    assert_eq!(serde_json::from_str::<Evidence>(&json).unwrap(), memory.evidence);
    assert_eq!(serde_json::from_str::<Evidence>("{}").unwrap(), Evidence::default());
}
