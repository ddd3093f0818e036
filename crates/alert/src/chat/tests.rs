use chrono_tz::Tz;
use model::{EventKind, Locale, Severity, SignalTurn, Timestamp};

use super::escape::length;
use super::*;
use crate::compose::Released;
use crate::event::tests::{digest, mention, signal, signal_of, story, trouble};
use crate::event::{Event, Fact, SourceTold};

const KINDS: [fn() -> ChatKind; 6] = [
    || ChatKind::Slack,
    || ChatKind::Mattermost,
    || ChatKind::Discord,
    || ChatKind::Teams,
    || ChatKind::Ntfy { topic: "ozalee".into() },
    || ChatKind::Apprise,
];

const HOSTILE: &str = "@everyone <!channel> <@U123> <!here|x> @all [clic](https://evil.example) *b* _i_ \
                       `c` ||s|| ![i](x) \u{202e}evil\u{2066} :tada: \\ &lt;!channel&gt; <https://evil.example|ok>";

fn bulletin(events: &[Event]) -> Bulletin {
    Bulletin::new(events, Locale::English, Tz::UTC).unwrap()
}

fn message(kind: &ChatKind, events: &[Event]) -> Value {
    kind.message(&bulletin(events))
}

fn usual() -> Vec<Event> {
    vec![
        trouble(EventKind::SourceTroubled, "Le Courrier"),
        signal(EventKind::SignalOpened, SignalTurn::Opened),
        mention(
            "a",
            "Ozalée ouvre à Lyon",
            "Du thé pétillant.",
            Some("https://c.example/1?a=1&b=2"),
        ),
    ]
}

/// Events whose texts are as long as can be, and grow most where they are escaped.
fn huge(filler: &str, events: usize) -> Vec<Event> {
    let long = format!("Ozalée {}", filler.repeat(5_000));
    let url = format!("https://courrier.example/{}", "(".repeat(900));
    (0..events).map(|_| mention("a", &long, &long, Some(&url))).collect()
}

/// Every text of a message.
fn texts(value: &Value, into: &mut Vec<String>) {
    match value {
        Value::String(text) => into.push(text.clone()),
        Value::Array(values) => values.iter().for_each(|value| texts(value, into)),
        Value::Object(fields) => fields.values().for_each(|value| texts(value, into)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[test]
fn each_kind_of_room_has_its_own_form() {
    for kind in KINDS {
        let kind = kind();
        let name = format!("{kind:?}").split([' ', '{']).next().unwrap().to_lowercase();
        let told = serde_json::to_string_pretty(&message(&kind, &usual())).unwrap();
        insta::assert_snapshot!(name, told);
    }
}

#[test]
fn a_message_to_slack_keeps_the_documented_limits() {
    for filler in ["a", "&", "<", "*", "🔥"] {
        for events in [1, 15, 16, 200] {
            let told = message(&ChatKind::Slack, &huge(filler, events));
            let blocks = told["blocks"].as_array().unwrap();
            assert!(blocks.len() <= 50, "{}", blocks.len());
            for block in blocks {
                let text = block["text"]["text"].as_str().unwrap();
                assert!((1..=3_000).contains(&length(text)), "{filler} {}", length(text));
                assert_eq!(block["text"]["verbatim"], true);
            }
            let text = told["text"].as_str().unwrap();
            assert!((1..=4_000).contains(&length(text)));
        }
    }
}

#[test]
fn a_message_to_discord_keeps_the_documented_limits() {
    for filler in ["a", "*", "🔥"] {
        for events in [1, 10, 11, 200] {
            let told = message(&ChatKind::Discord, &huge(filler, events));
            let content = told["content"].as_str().unwrap();
            assert!((1..=2_000).contains(&length(content)));
            let embeds = told["embeds"].as_array().unwrap();
            assert!((1..=10).contains(&embeds.len()));
            let mut all = 0;
            for embed in embeds {
                let size = |text: &Value, max: usize| {
                    let length = length(text.as_str().unwrap());
                    assert!(length <= max, "{text}");
                    length
                };
                all += size(&embed["title"], 256) + size(&embed["description"], 4_096);
                all += size(&embed["footer"]["text"], 2_048);
                assert!(embed["url"].as_str().unwrap().len() <= 2_048);
            }
            assert!(all <= 6_000, "{all}");
            assert_eq!(told["allowed_mentions"], serde_json::json!({"parse": []}));
            let is_cut = embeds.len() < events;
            assert_eq!(content.contains("more"), is_cut, "what is left out is counted: {content}");
        }
    }
}

#[test]
fn a_message_to_mattermost_teams_ntfy_or_apprise_keeps_the_documented_limits() {
    for filler in ["a", "*", "@", "\"", "🔥"] {
        for events in [1, 20, 200] {
            let events = huge(filler, events);
            let post = message(&ChatKind::Mattermost, &events);
            assert!(length(post["text"].as_str().unwrap()) <= 16_383);
            let card = message(&ChatKind::Teams, &events).to_string();
            assert!(card.len() <= 28 * 1024, "{}", card.len());
            assert!(card.contains("Ozal"), "one line at least");
            let note = message(&ChatKind::Ntfy { topic: "t".into() }, &events);
            assert!((1..=4_096).contains(&note["message"].as_str().unwrap().len()));
            assert!(note["title"].as_str().unwrap().len() <= 1_024);
            assert!(note.to_string().len() <= 2 * 4_096, "{}", note.to_string().len());
            let note = message(&ChatKind::Apprise, &events);
            assert!((1..=32_768).contains(&note["body"].as_str().unwrap().len()));
        }
    }
}

#[test]
fn all_that_ntfy_is_sent_is_at_most_twice_a_message() {
    // In JSON each of these is two bytes.
    let (name, reason) = ("\"".repeat(120), "\\".repeat(300));
    let data = serde_json::json!({
        "source": {"id": "courrier", "name": name},
        "trouble": {"code": "missing", "reason": reason, "since": Timestamp::UNIX_EPOCH},
    });
    let event =
        Event { data: Fact::Source(SourceTold::read(&data).unwrap()), ..trouble_of("Le Courrier") };
    let note = message(&ChatKind::Ntfy { topic: "t".repeat(64) }, &vec![event; 200]);
    assert!(note.to_string().len() <= 2 * 4_096, "{}", note.to_string().len());
    assert!(note["message"].as_str().unwrap().ends_with("more"), "{note}");
}

#[test]
fn what_strangers_write_calls_nobody_and_links_nowhere() {
    let events = [mention("a", HOSTILE, HOSTILE, Some("https://c.example/1"))];
    for kind in KINDS {
        let kind = kind();
        let told = message(&kind, &events);
        let mut all = Vec::new();
        texts(&told, &mut all);
        for text in &all {
            assert!(!text.contains(['\u{202e}', '\u{2066}']), "{kind:?} {text}");
        }
        let all = all.join("\n");
        match kind {
            ChatKind::Slack => {
                // All that is between < and > is our own link.
                let links: Vec<_> = all.match_indices('<').map(|(at, _)| &all[at..]).collect();
                assert_eq!(links.len(), 1, "{all}");
                assert!(links[0].starts_with("<https://c.example/1|"), "{all}");
                assert!(all.contains("&lt;!channel&gt;") && all.contains("&amp;lt;!channel"));
            }
            ChatKind::Mattermost => {
                for call in ["@all", "@everyone", "<!", "@channel"] {
                    assert!(!all.contains(call), "{call} in {all}");
                }
                assert!(!all.contains("](https://evil.example"), "{all}");
            }
            ChatKind::Discord | ChatKind::Teams => {
                assert!(!all.contains("](https://evil"), "{all}");
                assert!(all.contains("\\[clic\\]\\(https"), "{all}");
                assert!(all.contains("\\<https"), "{all}");
            }
            ChatKind::Ntfy { .. } | ChatKind::Apprise => {
                assert!(!all.contains("://evil"), "{all}");
                assert!(all.contains("https://c.example/1"), "our own is one: {all}");
            }
        }
    }
}

#[test]
fn an_address_in_a_stranger_s_words_is_no_link_where_rooms_look_for_them() {
    let evil = "www.evil.example WWW.evil.example awww.evil.example https://evil.example ftp://evil.example";
    let events = [mention("a", evil, &format!("Ozalée {evil}"), Some("https://www.c.example/1"))];
    for kind in [ChatKind::Mattermost, ChatKind::Ntfy { topic: "t".into() }, ChatKind::Apprise] {
        let mut all = Vec::new();
        texts(&message(&kind, &events), &mut all);
        let all = all.join("\n");
        for link in ["www.evil", "WWW.evil", "://evil"] {
            assert!(!all.contains(link), "{kind:?} {link}: {all}");
        }
        assert!(all.contains("evil.example"), "{kind:?} it is still read: {all}");
        assert!(all.contains("https://www.c.example/1"), "{kind:?} our own is one: {all}");
    }
}

#[test]
fn an_address_that_is_none_of_the_web_is_not_linked() {
    let events = [mention("a", "Ozalée", "x", Some("javascript:alert(1)"))];
    for kind in KINDS {
        let kind = kind();
        assert!(!message(&kind, &events).to_string().contains("javascript:"), "{kind:?}");
    }
}

const OPENED: (EventKind, SignalTurn) = (EventKind::SignalOpened, SignalTurn::Opened);
const GREW: (EventKind, SignalTurn) = (EventKind::SignalGrew, SignalTurn::Grew);
const ENDED: (EventKind, SignalTurn) = (EventKind::SignalEnded, SignalTurn::Ended);

/// The heading of some events, with plain spaces.
fn heading(events: &[Event], locale: Locale) -> String {
    Bulletin::new(events, locale, Tz::UTC).unwrap().heading.replace('\u{a0}', " ")
}

#[test]
fn a_heading_says_the_gravest_and_how_many_others_there_are() {
    let one = || mention("a", "Ozalée", "x", None);
    let crisis = |number, turn| signal_of(number, Severity::Crisis, turn, Locale::English);
    let warning = |number, turn| signal_of(number, Severity::Warning, turn, Locale::English);
    let check = |events: &[Event], expect: &str| {
        assert_eq!(heading(events, Locale::English), expect);
    };
    let rise = "Ozalée: 23 mentions in 3 hours, usually 4.2 (at most 9)";
    check(&[crisis(1, OPENED)], &format!("Crisis – {rise}"));
    check(&[warning(1, OPENED)], &format!("Signal – {rise}"));
    check(&[crisis(1, OPENED), crisis(1, GREW)], &format!("Crisis, growing – {rise} (and 1 more)"));
    check(
        &[crisis(1, OPENED), one(), warning(2, OPENED), one(), trouble_of("x")],
        &format!("Crisis – {rise} (and 4 more)"),
    );
    check(&[one(), warning(1, ENDED)], &format!("Over – {rise} (and 1 more)"));
    // What is over is grave no more, though its beginning is told with it.
    check(
        &[crisis(1, OPENED), crisis(1, ENDED), warning(2, OPENED)],
        &format!("Signal – {rise} (and 2 more)"),
    );
    check(&[crisis(1, OPENED), crisis(1, ENDED)], &format!("Crisis, over – {rise} (and 1 more)"));
    check(&[one(), trouble_of("Le Courrier"), one()], "Le Courrier: in trouble (and 2 more)");
    check(&[trouble(EventKind::SourceRecovered, "Le Courrier")], "Le Courrier: well again");
    check(&[mention("a", "Ozalée ouvre à Lyon", "x", None)], "ozalee: Ozalée ouvre à Lyon");
    check(&[one(), one(), one()], "ozalee: 3 new mentions");
    check(&[one(), digest(), one()], "ozalee: 2 new mentions (and 1 more)");
    check(&[story()], "11 texts in 6 sources: Ozalée rappelle");
    check(&[digest()], "Digest “press” sent");
}

fn trouble_of(source: &str) -> Event {
    trouble(EventKind::SourceTroubled, source)
}

#[test]
fn a_room_is_spoken_to_in_its_language() {
    let one = || mention("a", "Ozalée", "x", None);
    let crisis = |turn| signal_of(1, Severity::Crisis, turn, Locale::French);
    let check = |events: &[Event], expect: &str| {
        assert_eq!(heading(events, Locale::French), expect);
    };
    let rise = "Ozalée : 23 mentions en 3 heures, d’habitude 4,2 (au plus 9)";
    check(&[one(), crisis(OPENED)], &format!("Crise – {rise} (et 1 autre)"));
    check(
        &[crisis(OPENED), crisis(ENDED), one()],
        &format!("Crise terminée – {rise} (et 2 autres)"),
    );
    check(&[one()], "ozalee : Ozalée");
    check(&[one(), one()], "ozalee : 2 nouvelles mentions");
    check(&[trouble_of("Le Courrier")], "Le Courrier : en difficulté");
    assert_eq!(Bulletin::new(&[], Locale::French, Tz::UTC), None);
}

/// The lines that one event becomes, with plain spaces.
fn lines(event: Event, locale: Locale, zone: Tz) -> [String; 3] {
    let line = Bulletin::new(&[event], locale, zone).unwrap().lines.remove(0);
    [line.title, line.detail, line.text].map(|text| text.replace('\u{a0}', " "))
}

#[test]
fn times_are_those_of_the_room_as_mails_write_them() {
    let check = |locale, zone, expect: &str| {
        let [_, detail, _] = lines(mention("a", "Ozalée", "x", None), locale, zone);
        assert!(detail.contains(expect), "{detail}");
    };
    check(Locale::English, Tz::UTC, "· 1 March, 12:00 UTC ·");
    check(Locale::English, Tz::Europe__Paris, "· 1 March, 13:00 ·");
    check(Locale::French, Tz::Europe__Paris, "· 1er mars à 13 h 00 ·");
    check(Locale::French, Tz::Pacific__Auckland, "· 2 mars à 1 h 00 ·");
    let released = Released {
        query: "recall".to_owned(),
        mentions: 4,
        since: "2025-12-31T23:30:00Z".parse().unwrap(),
        muted_by: None,
    };
    let told = Bulletin::released(&usual(), &released, Locale::French, Tz::Europe__Paris).unwrap();
    let heading = told.heading.replace('\u{a0}', " ");
    assert!(heading.contains("depuis le 1er janvier à 0 h 30"), "{heading}");
    let told = Bulletin::released(&usual(), &released, Locale::English, Tz::UTC).unwrap();
    let heading = told.heading.replace('\u{a0}', " ");
    assert!(heading.contains("since 31 December 2025, 23:30 UTC"), "{heading}");
}

#[test]
fn what_happened_is_told_in_plain_words_of_the_room_s_language() {
    let french = |event| lines(event, Locale::French, Tz::Europe__Paris);
    let english = |event| lines(event, Locale::English, Tz::UTC);
    assert_eq!(
        french(trouble_of("Bulles magazine")),
        [
            "Bulles magazine : en difficulté",
            "n’existe plus à cette adresse, depuis le 1er mars à 13 h 00 (answers 404)",
            ""
        ]
    );
    assert_eq!(
        english(trouble_of("Bubbles")),
        [
            "Bubbles: in trouble",
            "is not there any more, since 1 March, 12:00 UTC (answers 404)",
            ""
        ]
    );
    let well = || trouble(EventKind::SourceRecovered, "Bulles");
    let was = "était en difficulté depuis le 1er mars à 13 h 00";
    assert_eq!(french(well()), ["Bulles : de nouveau lisible", was, ""]);
    let mails = |recipients, given_up| {
        let mut event = digest();
        let Fact::Digest(told) = &mut event.data else { unreachable!() };
        (told.recipients, told.given_up) = (recipients, given_up);
        event
    };
    assert_eq!(french(mails(2, 0)), ["Récapitulatif « press » envoyé", "2 messages envoyés", ""]);
    assert_eq!(french(mails(1, 3))[1], "1 message envoyé, 3 abandonnés");
    assert_eq!(english(mails(1, 0))[1], "1 mail sent");
    assert_eq!(english(mails(2, 1))[1], "2 mails sent, 1 given up");
}

#[test]
fn copies_are_those_besides_the_one_that_is_told() {
    let of = |items| {
        let mut event = mention("a", "Ozalée", "x", None);
        let Fact::Mention(told) = &mut event.data else { unreachable!() };
        told.story.items = items;
        event
    };
    let detail = |items, locale| {
        let [_, detail, _] = lines(of(items), locale, Tz::UTC);
        detail.rsplit(" · ").next().unwrap().to_owned()
    };
    assert_eq!(detail(1, Locale::English), "negative");
    assert_eq!(detail(2, Locale::English), "and 1 copy");
    assert_eq!(detail(4, Locale::English), "and 3 copies");
    assert_eq!(detail(4, Locale::French), "et 3 copies");
    let mut one = story();
    let Fact::Story(told) = &mut one.data else { unreachable!() };
    told.story.sources = 1;
    assert_eq!(lines(one.clone(), Locale::English, Tz::UTC)[1], "11 texts in 1 source");
    assert_eq!(lines(one, Locale::French, Tz::UTC)[1], "11 textes dans 1 source");
    assert_eq!(lines(story(), Locale::French, Tz::UTC)[1], "11 textes dans 6 sources");
}

#[test]
fn a_heading_is_one_short_line_whatever_strangers_write() {
    let long = format!("{HOSTILE}\r\nBcc: x@y\u{7}\u{0} {}", "🔥".repeat(5_000));
    let hostile = || mention("a", &long, &long, None);
    for events in [vec![hostile()], vec![trouble_of(&long)], vec![hostile(), trouble_of(&long)]] {
        let heading = heading(&events, Locale::English);
        let acts = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2066}');
        assert!(!heading.contains(acts), "{heading:?}");
        assert!(heading.chars().count() <= 151 && heading.len() <= 1_024, "{heading}");
        assert_eq!(heading.ends_with("(and 1 more)"), events.len() == 2, "{heading}");
        for kind in KINDS {
            let mut all = Vec::new();
            texts(&message(&kind(), &events), &mut all);
            let acts = |c| acts(c) && c != '\n';
            assert!(all.iter().all(|text| !text.contains(acts)), "{:?} {all:?}", kind());
        }
    }
}

#[test]
fn how_grave_it_is_is_what_a_telephone_rings_by() {
    let of = |severity, turn| signal_of(1, severity, turn, Locale::English);
    let check = |event: Event, priority: u8, tags: &[&str], kind: &str| {
        let events = [mention("a", "Ozalée", "x", None), event];
        let note = message(&ChatKind::Ntfy { topic: "t".into() }, &events);
        assert_eq!((&note["priority"], &note["tags"]), (&priority.into(), &tags.into()));
        assert_eq!(message(&ChatKind::Apprise, &events)["type"], kind);
    };
    check(of(Severity::Crisis, OPENED), 5, &["rotating_light"], "failure");
    check(of(Severity::Crisis, GREW), 5, &["rotating_light"], "failure");
    check(of(Severity::Crisis, ENDED), 3, &[], "info");
    check(of(Severity::Warning, OPENED), 4, &["warning"], "warning");
    check(trouble_of("Le Courrier"), 4, &["warning"], "warning");
    check(trouble(EventKind::SourceRecovered, "Le Courrier"), 3, &[], "info");
    check(digest(), 3, &[], "info");
}

#[test]
fn names_in_strangers_words_call_nobody_in_plain_texts() {
    let events = [mention("a", "@everyone look", "@here <@1> thé@ozalee.example", None)];
    for kind in [ChatKind::Ntfy { topic: "t".into() }, ChatKind::Apprise] {
        let mut all = Vec::new();
        texts(&message(&kind, &events), &mut all);
        let all = all.join("\n");
        assert!(all.contains("@\u{200b}everyone look"), "{all}");
        assert!(!all.contains("@e") && !all.contains("@h") && !all.contains("@1"), "{all}");
    }
}

#[test]
fn a_note_does_not_say_again_what_its_title_says() {
    let note = |events: &[Event]| {
        let note = message(&ChatKind::Ntfy { topic: "t".into() }, events);
        note["message"].as_str().unwrap().to_owned()
    };
    let crisis = || signal_of(1, Severity::Crisis, OPENED, Locale::English);
    assert!(
        note(&[crisis()])
            .starts_with("🔴 Ozalée · To acknowledge it: vigie signals ack 1\nIt began about"),
        "{}",
        note(&[crisis()])
    );
    let both = note(&[crisis(), trouble_of("x")]);
    assert!(both.starts_with("🔴 Crisis – Ozalée: 23"), "the title says more: {both}");
    let one = note(&[mention("a", "Ozalée ouvre à Lyon", "Du thé.", None)]);
    assert!(one.starts_with("🔴 Le Courrier · Léa"), "{one}");
}

#[test]
fn what_waited_says_why_however_long_the_names_are() {
    let released = Released {
        query: "q".repeat(99),
        mentions: 12_345,
        since: "1999-09-28T13:30:00Z".parse().unwrap(),
        muted_by: Some("p".repeat(99)),
    };
    for (locale, why) in [(Locale::English, "had muted it"), (Locale::French, "l’avait tu")] {
        let heading = Bulletin::released(&usual(), &released, locale, Tz::UTC).unwrap().heading;
        assert!(heading.ends_with(why), "{heading}");
    }
}
