//! What holds of themes, people and relevance whatever strangers write: nothing panics, every limit holds,
//! the same items give the same answer, in whatever order they come, and what stands beyond the limit of
//! what is read changes nothing, so that one word a million times costs what it costs eight thousand times.

use std::collections::HashSet;

use enrich::people::{
    By, NAMES_OF_PROFILE_MAX, Post, authors, is_anonymous, people, ranked, reach,
};
use enrich::relevance::{DOUBTFUL_MIN, Judgement, Mark, Mention, NOT_RELEVANT_MIN, Relevance};
use enrich::theme::{
    Background, Counts, Document, G2_MIN, STORIES_MIN, TERM_G2_MIN, TERM_STORIES_MIN, asks, g2,
    over_represented, standing_out, themes,
};
use model::{ItemId, Kind, Lang, SourceId, Timestamp};
use proptest::prelude::*;
use proptest::sample::select;

/// What strangers write: words that recur, and whatever else they can type or send.
fn fragment() -> impl Strategy<Value = String> {
    let words = select(vec![
        "thé",
        "Ozalée",
        "ozalee",
        "rappel",
        "bouteilles",
        "éclatent",
        "service client",
        "burst",
        "recall",
        "refund",
        "why can't I",
        "il manque",
        "ne marche pas",
        "merci",
        "🍋",
        "漢字の名前",
        "東京",
        "สวัสดี",
        "l'été",
        "e\u{301}te\u{301}",
        "#rappel",
        "@ozalee",
        "https://x.example/a?b=c",
        "www.x.example",
        "ﬁn",
        "İstanbul",
        "ß",
        "ΑΣ",
        "\u{202e}evil\u{202c}",
        "\u{200b}\u{feff}",
        "a\u{0}b",
        "1 000",
        "12,5",
        "O'Neil-Smith",
        "\u{a0}",
        "…",
        ". ",
        "! ",
        "\r\n",
        "\n",
    ]);
    let long = (select(vec!["a", "é", "漢", "mot ", "#"]), 1..1_000_usize);
    prop_oneof![
        30 => words.prop_map(str::to_owned),
        10 => Just(" ".to_owned()),
        4 => any::<String>(),
        1 => long.prop_map(|(what, count)| what.repeat(count)),
    ]
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(fragment(), 0..12).prop_map(|parts| parts.join(" "))
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_timestamp(1_800_000_000 + second, 0).unwrap()
}

/// An item, as it can be shuffled.
#[derive(Debug, Clone)]
struct Row {
    id: u64,
    story: u64,
    source: &'static str,
    author: Option<String>,
    lang: Option<Lang>,
    title: String,
    text: String,
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    let author = prop::option::of(prop_oneof![
        select(vec!["Anne", "ANNE", "Marc", "Guest 12"]).prop_map(str::to_owned),
        any::<String>()
    ]);
    let lang = select(vec!["fr", "en", "de", "und", ""]).prop_map(Lang::from_tag);
    let row = (0..8_u64, select(vec!["forum", "press"]), author, lang, text(), text());
    prop::collection::vec(row, 0..most).prop_map(|rows| {
        let row = |(id, (story, source, author, lang, title, text))| Row {
            id,
            story,
            source,
            author,
            lang,
            title,
            text,
        };
        (1..).zip(rows).map(row).collect()
    })
}

fn documents(rows: &[Row]) -> Vec<Document<'_>> {
    let document = |row| {
        let Row { id, story, source, author, lang, title, text }: &Row = row;
        Document {
            id: ItemId(*id),
            // Some tell a story with others, most their own.
            story: ItemId(if *story < 3 { 1_000 + story } else { *id }),
            source,
            author: author.as_deref(),
            time: at(i64::try_from(*id).unwrap()),
            lang: lang.as_ref(),
            title,
            text,
        }
    };
    rows.iter().map(document).collect()
}

fn backwards<T: Clone>(all: &[T]) -> Vec<T> {
    all.iter().rev().cloned().collect()
}

fn own() -> Vec<String> {
    vec!["Ozalée".to_owned()]
}

fn stories(documents: &[Document<'_>]) -> u32 {
    let stories: HashSet<ItemId> = documents.iter().map(|one| one.story).collect();
    u32::try_from(stories.len()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn themes_hold_their_limits_and_no_order_changes_them(now in rows(40), before in rows(40)) {
        let (now, before) = (documents(&now), documents(&before));
        let background = Background::of(&before);
        prop_assert_eq!(&background, &Background::of(&backwards(&before)));
        prop_assert_eq!(background.stories(), stories(&before));
        let found = themes(&now, &background, &own(), 5);
        prop_assert_eq!(&found, &themes(&backwards(&now), &background, &own(), 5));
        prop_assert!(found.len() <= 5);
        for theme in &found {
            prop_assert!((1..=6).contains(&theme.phrases.len()), "{:?}", theme);
            prop_assert!(theme.phrases.iter().all(|one| !one.text.is_empty() && one.stories >= STORIES_MIN));
            prop_assert!(theme.stories >= STORIES_MIN && theme.items >= theme.stories);
            prop_assert!(theme.stories <= stories(&now) && theme.sources <= 2);
            prop_assert!(background.stories() == 0 || theme.g2 >= G2_MIN, "{:?}", theme);
            prop_assert!((0.0..=1.0).contains(&theme.share_now) && (0.0..=1.0).contains(&theme.share_before));
            let shown = theme.examples.iter().map(|id| now.iter().find(|one| one.id == *id).unwrap().story);
            let shown: Vec<ItemId> = shown.collect();
            prop_assert!((1..=5).contains(&shown.len()));
            prop_assert_eq!(shown.iter().collect::<HashSet<_>>().len(), shown.len(), "one of each story");
        }
    }

    #[test]
    fn terms_hold_their_limits_and_no_order_changes_them(now in rows(30), before in rows(40)) {
        let (now, before) = (documents(&now), documents(&before));
        let background = Background::of(&before);
        let found = standing_out(&now, &background, &own(), 5);
        prop_assert_eq!(&found, &standing_out(&backwards(&now), &background, &own(), 5));
        prop_assert!(found.len() <= 5);
        let (all, all_before) = (stories(&now), background.stories());
        for term in &found {
            prop_assert!(!term.text.is_empty());
            prop_assert!((TERM_STORIES_MIN..=all).contains(&term.foreground), "{:?}", term);
            prop_assert!(term.background <= all_before);
            if all_before == 0 {
                prop_assert!(term.g2.abs() < f64::EPSILON);
            } else {
                prop_assert!(term.g2 >= TERM_G2_MIN);
                let more = f64::from(term.foreground) * f64::from(all_before);
                prop_assert!(more > f64::from(term.background) * f64::from(all), "{:?}", term);
            }
        }
    }

    #[test]
    fn a_copy_changes_neither_what_was_before_nor_what_is_counted(before in rows(30), host in any::<String>()) {
        let once = documents(&before);
        let mut twice = once.clone();
        twice.extend(once.iter().map(|one| Document { id: ItemId(one.id.0 + 10_000), ..*one }));
        prop_assert_eq!(Background::of(&once), Background::of(&twice));
        let values = |all: &[Document<'_>]| {
            Counts::of(all.iter().map(|one| (one.story, Some(host.as_str()).filter(|_| one.id.0.is_multiple_of(2)))))
        };
        prop_assert_eq!(values(&once), values(&twice));
    }

    #[test]
    fn values_are_ordered_by_how_much_they_stand_out(
        now in prop::collection::vec((0..20_u64, prop::option::of("[a-d]")), 0..60),
        before in prop::collection::vec((0..60_u64, prop::option::of("[a-d]")), 0..200),
    ) {
        let counts = |rows: &[(u64, Option<String>)]| {
            Counts::of(rows.iter().map(|(story, value)| (ItemId(*story), value.as_deref())))
        };
        let [all, all_before] = [counts(&now), counts(&before)];
        prop_assert_eq!(&all, &counts(&backwards(&now)));
        let found = over_represented(&all, &all_before, 3);
        prop_assert!(found.len() <= 3);
        prop_assert!(found.windows(2).all(|pair| pair[0].g2 >= pair[1].g2));
        let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
        for term in found {
            prop_assert!(term.foreground >= TERM_STORIES_MIN && term.foreground <= all.stories());
            let before = share(term.background, all_before.stories());
            prop_assert!(share(term.foreground, all.stories()) > before, "{:?}", term);
        }
    }

    #[test]
    fn g2_turns_its_sign_with_its_sides_and_grows_with_its_counts(
        (all_now, now) in (1..1_000_000_u32).prop_flat_map(|all| (Just(all), 0..=all)),
        (all_before, before) in (1..1_000_000_u32).prop_flat_map(|all| (Just(all), 0..=all)),
    ) {
        let there = g2(now, all_now, before, all_before);
        let back = g2(before, all_before, now, all_now);
        prop_assert!(there.is_finite());
        let near = |one: f64, other: f64| (one - other).abs() <= 1e-6 * (1.0 + one.abs());
        prop_assert!(near(there.abs(), back.abs()), "{} {}", there, back);
        prop_assert!(there <= 0.0 || back <= 0.0 || there < 1e-6);
        prop_assert!(near(g2(2 * now, 2 * all_now, 2 * before, 2 * all_before), 2.0 * there));
    }

    #[test]
    fn what_a_sentence_wants_stands_in_the_text(text in text(), tag in select(vec!["fr", "en", "de", ""])) {
        let lang = Lang::from_tag(tag);
        let found = asks(&text, lang.as_ref());
        prop_assert_eq!(&found, &asks(&text, lang.as_ref()));
        for asking in found {
            prop_assert!(!asking.sentence.is_empty() && text.contains(&asking.sentence), "{:?}", asking);
            prop_assert!(asking.sentence.contains(&asking.cue), "{:?}", asking);
        }
    }

    #[test]
    fn what_stands_beyond_the_limit_changes_nothing(word in "[a-zé漢]{3,12}", rest in text()) {
        const READ: usize = 8 * 1024;
        let again = format!("{}{rest}", format!("{word} ").repeat(READ));
        let once = &again[..again.floor_char_boundary(READ)];
        let rows = |text: &str| -> Vec<Row> {
            let row = |id| Row {
                id, story: 9, source: "forum", author: Some(format!("person {id}")), lang: None,
                title: String::new(), text: text.to_owned(),
            };
            (1..5).map(row).collect()
        };
        let [short, long] = [rows(once), rows(&again)];
        let [short, long] = [documents(&short), documents(&long)];
        prop_assert_eq!(Background::of(&short), Background::of(&long));
        let none = Background::default();
        prop_assert_eq!(themes(&short, &none, &[], 5), themes(&long, &none, &[], 5));
        prop_assert_eq!(standing_out(&short, &none, &[], 5), standing_out(&long, &none, &[], 5));
        prop_assert_eq!(asks(once, None), asks(&again, None));
    }
}

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

fn mention(row: &Row) -> Mention<'_> {
    Mention {
        title: &row.title,
        text: &row.text,
        lang: row.lang.as_ref(),
        host: Some(row.source).filter(|_| row.id.is_multiple_of(2)),
        author: row.author.as_deref(),
        source: row.source,
        kind: Kind::Web,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_doubt_explains_itself_within_limits_and_no_order_changes_it(
        (rows, marked) in rows(24).prop_flat_map(|rows| {
            let count = rows.len();
            (Just(rows), prop::collection::vec(prop::option::of(any::<bool>()), count))
        }),
    ) {
        let background: Vec<Mention<'_>> = rows.iter().map(mention).collect();
        let mark = |is_meant: bool| if is_meant { Mark::Relevant } else { Mark::NotRelevant };
        let marks: Vec<(Mention<'_>, Mark)> = background.iter().zip(&marked)
            .filter_map(|(one, marked)| Some((*one, mark((*marked)?)))).collect();
        let learnt = Relevance::learn(&own(), &background, &marks);
        let other = Relevance::learn(&own(), &backwards(&background), &backwards(&marks));
        let against = marks.iter().filter(|(_, mark)| *mark == Mark::NotRelevant).count();
        for one in &background {
            let judgement = learnt.judge(one);
            prop_assert_eq!(&judgement, &other.judge(one));
            prop_assert_eq!(&judgement, &learnt.judge(one));
            let Judgement::Doubtful { probability, because } = judgement else { continue };
            prop_assert!(against >= usize::try_from(NOT_RELEVANT_MIN).unwrap(), "doubted after {} marks", against);
            prop_assert!((DOUBTFUL_MIN..=1.0).contains(&probability));
            prop_assert!((1..=5).contains(&because.len()), "{:?}", because);
            prop_assert!(because.iter().all(|reason| reason.weight.abs() <= 2.5), "{:?}", because);
            let falls = |pair: &[enrich::relevance::Reason]| pair[0].weight.abs() >= pair[1].weight.abs();
            prop_assert!(because.windows(2).all(falls), "{:?}", because);
            prop_assert!(because.iter().any(|reason| reason.weight > 0.0), "a doubt has a reason for it");
        }
    }

    #[test]
    fn relevance_reads_no_further_than_its_limit(word in "[a-zé漢]{3,12}", rest in text()) {
        const READ: usize = 4 * 1024;
        let again = format!("{}{rest}", format!("{word} ").repeat(READ));
        let once = &again[..again.floor_char_boundary(READ)];
        let row = |text: &str| Row {
            id: 1, story: 9, source: "forum", author: None, lang: None, title: String::new(), text: text.to_owned(),
        };
        let [short, long] = [row(once), row(&again)];
        let learnt = |row: &Row| {
            let one = mention(row);
            let marks = [(one, Mark::NotRelevant), (one, Mark::NotRelevant), (one, Mark::NotRelevant)];
            Relevance::learn(&[], &[], &marks)
        };
        let judged = [learnt(&short).judge(&mention(&short)), learnt(&long).judge(&mention(&long))];
        prop_assert_eq!(&judged[0], &judged[1]);
        prop_assert_eq!(learnt(&short).judge(&mention(&long)), learnt(&short).judge(&mention(&short)));
    }
}
