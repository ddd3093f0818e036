use model::{EventKind, Locale, SignalTurn, Timestamp};

use super::escape::length;
use super::*;
use crate::compose::Released;
use crate::event::Event;
use crate::event::tests::{mention, signal, trouble};

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
    Bulletin::new(events, Locale::English).unwrap()
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
            let note = message(&ChatKind::Apprise, &events);
            assert!((1..=32_768).contains(&note["body"].as_str().unwrap().len()));
        }
    }
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
            ChatKind::Ntfy { .. } | ChatKind::Apprise => {}
        }
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

#[test]
fn a_room_is_spoken_to_in_its_language() {
    let one = [mention("a", "Ozalée", "x", None)];
    let heading = |events: &[Event], locale| Bulletin::new(events, locale).unwrap().heading;
    assert_eq!(heading(&one, Locale::French), "1 nouvelle mention de ozalee");
    assert_eq!(
        heading(&[one.clone(), one.clone()].concat(), Locale::English),
        "2 new mentions of ozalee"
    );
    let troubled = [trouble(EventKind::SourceTroubled, "Le Courrier")];
    assert_eq!(heading(&troubled, Locale::French), "Vigie\u{a0}: 1 événement");
    assert_eq!(Bulletin::new(&[], Locale::French), None);
}

#[test]
fn what_waited_says_why_however_long_the_names_are() {
    let released = Released {
        query: "q".repeat(99),
        mentions: 12_345,
        since: Timestamp::UNIX_EPOCH,
        muted_by: Some("p".repeat(99)),
    };
    for (locale, why) in [(Locale::English, "had muted it"), (Locale::French, "l’avait tu")] {
        let heading = Bulletin::released(&usual(), &released, locale).unwrap().heading;
        assert!(heading.ends_with(why), "{heading}");
    }
}
