//! Who speaks, on a made-up forum.

use enrich::people::{
    By, NAMES_OF_PROFILE_MAX, Person, Post, Who, authors, is_anonymous, people, ranked, reach,
};
use model::{SourceId, Timestamp};

fn at(minute: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + minute * 60, 0).expect("a time")
}

fn post<'a>(source: &'a SourceId, guid: &'a str, author: &'a str, minute: i64) -> Post<'a> {
    Post {
        source,
        guid: Some(guid),
        author: Some(author),
        profile: None,
        thread: None,
        answers: None,
        is_question: false,
        time: at(minute),
        views: None,
        copies: 0,
        source_volume: 0,
    }
}

fn named<'a>(people: &'a [Person], name: &str) -> &'a Person {
    let mut found = people.iter().filter(|person| person.name == name);
    let person = found.next().expect(name);
    assert_eq!(found.next(), None, "{name} twice");
    person
}

#[test]
fn a_name_is_one_person_within_a_source_and_another_in_the_next() {
    let (forum, shop) = (SourceId::from("forum"), SourceId::from("shop"));
    let posts = [
        post(&forum, "1", "Zoé B.", 1),
        post(&forum, "2", "  ZOE   b ", 2),
        post(&forum, "3", "Zoé C.", 3),
        post(&shop, "1", "Zoé B.", 4),
    ];
    let people = people(&posts);
    let counts: Vec<_> = people
        .iter()
        .map(|person| (person.key.source.as_str(), person.name.as_str(), person.posts))
        .collect();
    assert_eq!(counts, [("forum", "ZOE   b", 2), ("forum", "Zoé C.", 1), ("shop", "Zoé B.", 1)]);
    assert_eq!((people[0].first, people[0].last), (at(1), at(2)));
}

#[test]
fn a_profile_tells_two_people_of_one_name_apart_and_joins_two_names_of_one() {
    let forum = SourceId::from("forum");
    let with = |profile| Some(profile);
    let posts = [
        Post { profile: with("https://forum.example/u/1"), ..post(&forum, "1", "Marie", 1) },
        Post { profile: with("https://forum.example/u/2"), ..post(&forum, "2", "Marie", 2) },
        Post { profile: with("https://forum.example/u/1"), ..post(&forum, "3", "Marie L.", 3) },
        // Which Marie it is cannot be told.
        post(&forum, "4", "Marie", 4),
        // There is one Paul only, so that this is him.
        Post { profile: with("https://forum.example/u/9"), ..post(&forum, "5", "Paul", 5) },
        post(&forum, "6", "paul", 6),
    ];
    let people = people(&posts);
    let counts: Vec<_> = people.iter().map(|person| (&person.key.who, person.posts)).collect();
    let profile = |address: &str| Who::Profile(address.to_owned());
    assert_eq!(
        counts,
        [
            (&profile("https://forum.example/u/1"), 2),
            (&profile("https://forum.example/u/2"), 1),
            (&profile("https://forum.example/u/9"), 2),
            (&Who::Name("marie".to_owned()), 1),
        ]
    );
}

#[test]
fn those_without_a_name_are_nobody() {
    let check = |author: &str, expect| assert_eq!(is_anonymous(author), expect, "{author:?}");
    for nobody in [
        "",
        "  ",
        "-",
        "[deleted]",
        "[removed]",
        "A Google user",
        "Un utilisateur Google",
        "Anonyme",
        "ANONYMOUS",
        "Invité",
        "Guest",
        "Guest 1234",
        "guest_88",
        "utilisateur supprimé",
        "Compte désactivé",
        "user12345",
        "Client d'Amazon",
        "N/A",
        "null",
    ] {
        check(nobody, true);
    }
    for somebody in [
        "Zoé",
        "Guestlin",
        "Anon Ymous",
        "Invité du soir",
        "42",
        "山田",
        "🐙",
        "user friendly",
        "Marc G.",
    ] {
        check(somebody, false);
    }
    let forum = SourceId::from("forum");
    let posts = [
        Post { profile: Some("https://forum.example/u/0"), ..post(&forum, "1", "Anonyme", 1) },
        Post { author: None, ..post(&forum, "2", "", 2) },
        post(&forum, "3", "[deleted]", 3),
    ];
    assert_eq!(people(&posts), []);
}

#[test]
fn answers_help_those_who_asked_and_are_heard_by_them() {
    let forum = SourceId::from("forum");
    let in_thread =
        |guid, author, minute| Post { thread: Some("t"), ..post(&forum, guid, author, minute) };
    let posts = [
        Post { is_question: true, ..in_thread("1", "Asker", 1) },
        Post { answers: Some("1"), ..in_thread("2", "Helper", 2) },
        // Twice the same question counts once; one's own question never.
        Post { answers: Some("1"), ..in_thread("3", "Helper", 3) },
        Post { answers: Some("1"), ..in_thread("4", "Asker", 4) },
        // An answer to what is no question is a reply all the same.
        Post { answers: Some("2"), ..in_thread("5", "Talker", 5) },
        // Without a name it is heard, but nobody's.
        Post { answers: Some("1"), ..in_thread("6", "Anonyme", 6) },
        // What it answers is not here.
        Post { answers: Some("77"), ..in_thread("7", "Talker", 7) },
        // A board that does not say: the post after a question answers it.
        in_thread("8", "Third", 8),
    ];
    let people = people(&posts);
    let of = |name| {
        let person = named(&people, name);
        (person.posts, person.threads, person.replies_received, person.answers_given)
    };
    assert_eq!(of("Asker"), (2, 1, 4, 0));
    assert_eq!(of("Helper"), (2, 1, 1, 1));
    assert_eq!(of("Talker"), (2, 1, 0, 0));
    assert_eq!(of("Third"), (1, 1, 0, 1));
    let helpful: Vec<_> = ranked(&people, By::Help, 10).iter().map(|person| &person.name).collect();
    assert_eq!(helpful, ["Helper", "Third"]);
}

#[test]
fn guids_of_two_sources_are_not_mixed_up() {
    let (forum, shop) = (SourceId::from("forum"), SourceId::from("shop"));
    let posts = [
        Post { is_question: true, ..post(&forum, "1", "Asker", 1) },
        Post { answers: Some("1"), ..post(&shop, "2", "Other", 2) },
    ];
    let people = people(&posts);
    assert_eq!(named(&people, "Other").answers_given, 0);
    assert_eq!(named(&people, "Asker").replies_received, 0);
}

#[test]
fn reach_grows_by_doublings_and_has_an_end() {
    let forum = SourceId::from("forum");
    let plain = post(&forum, "1", "A", 1);
    let check =
        |post: Post<'_>, expect: f64| assert!((reach(&post) - expect).abs() < 1e-9, "{post:?}");
    check(plain, 0.0);
    check(Post { views: Some(1023), ..plain }, 10.0);
    check(Post { copies: 3, ..plain }, 2.0);
    check(Post { source_volume: 255, ..plain }, 4.0);
    check(Post { views: Some(7), copies: 1, source_volume: 15, ..plain }, 3.0 + 1.0 + 2.0);
    check(Post { views: Some(u64::MAX), copies: u32::MAX, ..plain }, 12.0);
    let quiet = |guid, minute| Post { views: Some(1), ..post(&forum, guid, "Quiet", minute) };
    let posts = [
        quiet("1", 1),
        quiet("2", 2),
        quiet("3", 3),
        Post { views: Some(1023), ..post(&forum, "4", "Heard", 4) },
    ];
    let people = people(&posts);
    assert!((named(&people, "Quiet").reach - 2.0).abs() < 1e-9);
    assert!((named(&people, "Heard").reach - 10.0).abs() < 1e-9);
    assert_eq!(ranked(&people, By::Reach, 1)[0].name, "Heard");
    assert_eq!(ranked(&people, By::Activity, 1)[0].name, "Quiet");
}

#[test]
fn equals_are_in_the_order_of_their_coming_whatever_the_order_of_the_posts() {
    let forum = SourceId::from("forum");
    let names = ["delta", "alpha", "charlie", "bravo"];
    let mut posts: Vec<Post<'_>> =
        names.iter().zip(1..).map(|(name, minute)| post(&forum, name, name, minute)).collect();
    let order = |posts: &[Post<'_>]| -> Vec<String> {
        let people = people(posts);
        ranked(&people, By::Activity, 10).iter().map(|person| person.name.clone()).collect()
    };
    assert_eq!(order(&posts), names);
    posts.reverse();
    assert_eq!(order(&posts), names);
}

#[test]
fn an_address_beside_every_name_is_nobodys_profile() {
    let forum = SourceId::from("forum");
    let names: Vec<String> = (0..=NAMES_OF_PROFILE_MAX).map(|n| format!("Marie {n}")).collect();
    let all = Some("https://forum.example/members/");
    let posts: Vec<Post<'_>> =
        names.iter().map(|name| Post { profile: all, ..post(&forum, name, name, 1) }).collect();
    assert_eq!(people(&posts).len(), names.len());
    // One person may change the name a few times.
    assert_eq!(people(&posts[1..]).len(), 1);
}

#[test]
fn each_post_tells_whose_it_is() {
    let forum = SourceId::from("forum");
    let posts = [
        Post { profile: Some("https://forum.example/u/1"), ..post(&forum, "1", "Marie", 3) },
        post(&forum, "2", "Guest", 2),
        post(&forum, "3", "Marie", 1),
    ];
    let [first, guest, last] = authors(&posts).try_into().expect("three");
    assert_eq!((&first, guest), (&last, None));
    assert_eq!(people(&posts)[0].key, first.expect("a person"));
}
