//! Of people.

use std::collections::HashSet;

use enrich::people::{
    By, NAMES_OF_PROFILE_MAX, Post, authors, is_anonymous, people, ranked, reach,
};
use model::{SourceId, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

use super::{at, backwards};

/// A post, as it can be shuffled.
#[derive(Debug, Clone)]
struct Said {
    guid: Option<String>,
    author: Option<String>,
    profile: Option<&'static str>,
    thread: Option<&'static str>,
    answers: Option<String>,
    is_question: bool,
    views: Option<u64>,
    copies: u32,
    volume: u32,
}

fn posts() -> impl Strategy<Value = Vec<Said>> {
    let name = prop_oneof![
        4 => select(vec!["Zoé B.", "ZOE B", "Marc", "Guest", "anonyme", "👑", "", "  "]).prop_map(str::to_owned),
        1 => any::<String>(),
        1 => (0..5_000_usize).prop_map(|count| "é".repeat(count)),
    ];
    let guid = || prop::option::of(select(vec!["1", "2", "3", "4", ""]).prop_map(str::to_owned));
    let profile =
        prop::option::of(select(vec!["https://f.example/u/1", "https://f.example/u/2", " "]));
    let thread = prop::option::of(select(vec!["a", "b"]));
    let post = (
        guid(),
        prop::option::of(name),
        profile,
        thread,
        guid(),
        any::<bool>(),
        prop::option::of(any::<u64>()),
        any::<u32>(),
        any::<u32>(),
    );
    let said = |(guid, author, profile, thread, answers, is_question, views, copies, volume)| {
        Said { guid, author, profile, thread, answers, is_question, views, copies, volume }
    };
    prop::collection::vec(post.prop_map(said), 0..40)
}

fn as_posts<'a>(said: &'a [Said], sources: &'a [SourceId; 2]) -> Vec<Post<'a>> {
    let post = |(second, said): (i64, &'a Said)| Post {
        source: &sources[usize::from(said.is_question ^ (said.copies.is_multiple_of(3)))],
        guid: said.guid.as_deref(),
        author: said.author.as_deref(),
        profile: said.profile,
        thread: said.thread,
        answers: said.answers.as_deref(),
        is_question: said.is_question,
        time: at(second),
        views: said.views,
        copies: said.copies,
        source_volume: said.volume,
    };
    (0..).zip(said).map(post).collect()
}

proptest! {
    #[test]
    fn people_hold_their_limits_and_no_order_changes_them(said in posts()) {
        let sources = [SourceId::from("forum"), SourceId::from("shop")];
        let posts = as_posts(&said, &sources);
        let found = people(&posts);
        prop_assert_eq!(&found, &people(&backwards(&posts)));
        prop_assert!(found.windows(2).all(|pair| pair[0].key < pair[1].key), "each once, in order");
        let keys = authors(&posts);
        let known: HashSet<_> = keys.iter().flatten().collect();
        prop_assert_eq!(known, found.iter().map(|person| &person.key).collect());
        let count = |count: usize| u32::try_from(count).unwrap();
        let written: u32 = found.iter().map(|person| person.posts).sum();
        prop_assert_eq!(written, count(keys.iter().flatten().count()));
        let all = count(posts.len());
        for person in &found {
            prop_assert!(person.name.len() <= 120 && !is_anonymous(&person.name), "{:?}", person);
            prop_assert!(person.first <= person.last && person.threads <= person.posts);
            prop_assert!(person.replies_received <= all && person.answers_given <= person.posts);
            // No more than all of the posts at their most.
            let most = (1.0 + f64::from(person.posts) * (12.0_f64.exp2() - 1.0)).log2();
            prop_assert!((0.0..=most + 1e-9).contains(&person.reach), "{:?}", person);
        }
        for by in [By::Activity, By::Reach, By::Help] {
            let shown = ranked(&found, by, 3);
            prop_assert!(shown.len() <= 3);
            prop_assert!(by != By::Help || shown.iter().all(|person| person.answers_given > 0));
        }
    }

    #[test]
    fn nobody_is_joined_over_sources_and_no_profile_joins_a_crowd(names in prop::collection::vec("[a-z]{4,9}", 0..30)) {
        let sources = [SourceId::from("forum"), SourceId::from("shop")];
        let post = |(second, name): (i64, &'_ String)| (at(second), name.clone());
        let told: Vec<(Timestamp, String)> = (0..).zip(&names).map(post).collect();
        let posts: Vec<Post<'_>> = told.iter().enumerate().map(|(n, (time, name))| Post {
            source: &sources[n % 2], guid: None, author: Some(name), profile: Some("https://f.example/members"),
            thread: None, answers: None, is_question: false, time: *time, views: None, copies: 0,
            source_volume: 0,
        }).collect();
        for source in &sources {
            let own: HashSet<&str> = posts.iter().filter(|post| post.source == source)
                .filter_map(|post| post.author).filter(|name| !is_anonymous(name)).collect();
            let people = people(&posts).into_iter().filter(|person| person.key.source == *source).count();
            let expect = if own.len() > NAMES_OF_PROFILE_MAX { own.len() } else { own.len().min(1) };
            prop_assert_eq!(people, expect);
        }
    }

    #[test]
    fn reach_is_bounded_and_grows_with_every_count(said in posts(), more in 1..1_000_u32) {
        let sources = [SourceId::from("forum"), SourceId::from("shop")];
        for post in as_posts(&said, &sources) {
            let own = reach(&post);
            prop_assert!((0.0..=12.0).contains(&own));
            let views = Some(post.views.unwrap_or(0).saturating_add(u64::from(more)));
            let copies = post.copies.saturating_add(more);
            let source_volume = post.source_volume.saturating_add(more);
            let grown = [
                Post { views, ..post },
                Post { copies, ..post },
                Post { source_volume, ..post },
            ];
            for post in grown {
                prop_assert!(reach(&post) >= own);
            }
        }
    }
}
