//! Matcher and explanation say the same of any query and any item, and the matcher's work is bounded.
//!
//! The first line is the title, the second the query, the rest the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use model::{Details, Item, Kind, Lang};
use query::{Matcher, Scratch};

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(3, '\n');
    let [title, query, text] = [(); 3].map(|()| lines.next().unwrap_or_default());
    let Ok(query) = query::parse(query) else { return };
    let item = Item {
        source: "fuzz".into(),
        kind: Kind::Web,
        guid: None,
        url: "https://www.fuzz.example/a/b".parse().ok(),
        title: title.to_owned(),
        text: text.to_owned(),
        author: Some(title.to_owned()),
        lang: Lang::from_tag(title),
        published: None,
        updated: None,
        details: Details { quote: text.to_owned(), ..Details::default() },
    };
    let mut matcher = Matcher::new();
    matcher.insert("q".into(), &query);
    let mut scratch = Scratch::new();
    let found = matcher.find(&item, &mut scratch).count();
    assert_eq!(found == 1, query.matches(&item));
    assert_eq!(found == 1, query.explain(&item).holds);
    matcher.remove(&"q".into());
    assert_eq!(matcher.find(&item, &mut scratch).count(), 0);
});
