use std::path::Path;

use model::{Details, Item, Kind, Rating, Seq};
use serde_json::json;

use super::*;

pub(crate) fn noon() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn stored(title: &str, text: &str, url: Option<&str>) -> StoredItem {
    StoredItem {
        id: ItemId(7),
        seq: Seq(9),
        version: 1,
        first_seen: noon(),
        removed: None,
        item: Item {
            source: "courrier".into(),
            kind: Kind::News,
            guid: None,
            url: url.map(|url| url.parse().unwrap()),
            title: title.to_owned(),
            text: text.to_owned(),
            author: Some("Léa\u{202e}".to_owned()),
            lang: Some(model::Lang::from_tag("fr").unwrap()),
            published: Some(noon()),
            updated: None,
            details: Details { rating: Rating::new(3500, 1000, 5000), ..Details::default() },
        },
    }
}

/// A mention by the query `ozalee`, of a negative tone.
pub(crate) fn mention(id: &str, title: &str, text: &str, url: Option<&str>) -> Event {
    let stored = stored(title, text, url);
    let (name, query) = (QueryName::from("ozalee"), query::parse("Ozalée OR rappel").unwrap());
    let reading = ToneReading {
        tone: Some(Tone::Negative),
        score: -0.75,
        confidence: 0.5,
        words: vec!["fuite".to_owned()],
    };
    let finder = Finder {
        name: &name,
        query: Some(&query),
        tone: Some(Tone::Negative),
        reading: Some(&reading),
    };
    let found = FoundItem {
        item: &stored,
        source: "Le Courrier",
        found_by: vec![finder],
        story: ItemId(3),
        story_items: 4,
    };
    let data = Fact::Mention(Box::new(MentionTold::new(&found)));
    Event::new(id.to_owned(), EventKind::MentionCreated, noon(), data)
}

pub(crate) fn trouble(kind: EventKind, name: &str) -> Event {
    let data = json!({
        "source": {"id": "courrier", "name": name},
        "trouble": {"code": "missing", "reason": "answers 404", "since": noon()},
    });
    let data = Fact::Source(SourceTold::read(&data).unwrap());
    Event::new("msg_2".into(), kind, noon(), data)
}

pub(crate) fn story() -> Event {
    let story = StoryGrown { id: 3, items: 11, sources: 6, reached: 10 };
    let first = ItemTold::new(&stored("Ozalée rappelle", "Du thé.", None), "Le Courrier", &[]);
    let data = Fact::Story(Box::new(StoryTold { story, first }));
    Event::new("msg_3".into(), EventKind::StoryGrew, noon(), data)
}

pub(crate) fn digest() -> Event {
    let data = json!({
        "digest": 1, "subscription": "press", "period_end": noon(), "recipients": 2, "given_up": 0,
    });
    let data = Fact::Digest(DigestTold::read(&data).unwrap());
    Event::new("msg_4".into(), EventKind::DigestSent, noon(), data)
}

/// A signal as the ledger notes it.
pub(crate) fn signal(kind: EventKind, turn: SignalTurn) -> Event {
    signal_of(5, Severity::Warning, (kind, turn), Locale::English)
}

pub(crate) fn signal_of(
    number: u64,
    severity: Severity,
    (kind, turn): (EventKind, SignalTurn),
    locale: Locale,
) -> Event {
    let evidence = crate::signal::tests::rise();
    let data = json!({"signal": number, "severity": severity.as_str(), "evidence": evidence});
    let data = Fact::Signal(Box::new(SignalTold::read(&data, turn, locale, Tz::UTC).unwrap()));
    Event::new("msg_5".into(), kind, noon(), data)
}

fn schema(kind: EventKind) -> jsonschema::Validator {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/webhooks");
    let path = folder.join(format!("{kind}.schema.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap()
}

fn check(event: &Event) {
    let payload: Value = serde_json::from_str(&event.payload().unwrap()).unwrap();
    let problems: Vec<String> =
        schema(event.kind).iter_errors(&payload).map(|error| error.to_string()).collect();
    assert_eq!(problems, [""; 0], "{payload:#}");
}

#[test]
fn every_payload_is_as_its_schema_says() {
    check(&mention("msg_1", "Ozalée : rappel", "Une fuite.", Some("https://courrier.example/1")));
    check(&mention("msg_1", "", "", None));
    check(&story());
    check(&trouble(EventKind::SourceTroubled, "Le Courrier"));
    check(&trouble(EventKind::SourceRecovered, "Le Courrier"));
    check(&digest());
    check(&signal(EventKind::SignalOpened, SignalTurn::Opened));
    check(&signal(EventKind::SignalGrew, SignalTurn::Grew));
    check(&signal(EventKind::SignalEnded, SignalTurn::Ended));
}

#[test]
fn a_schema_refuses_what_lacks_a_part_or_is_another_type() {
    let event = mention("msg_1", "Ozalée", "Une fuite.", None);
    let sound: Value = serde_json::from_str(&event.payload().unwrap()).unwrap();
    let schema = schema(EventKind::MentionCreated);
    assert!(schema.is_valid(&sound));
    for pointer in ["/id", "/version", "/data/queries", "/data/mention/title", "/data/story/items"]
    {
        let mut broken = sound.clone();
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        broken.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        assert!(!schema.is_valid(&broken), "{pointer}");
    }
    let mut other = sound.clone();
    other["type"] = "story.grew".into();
    assert!(!schema.is_valid(&other));
    // Who reads version 1 must not stumble over what it will have later.
    let mut later = sound;
    later["data"]["mention"]["likes"] = 5.into();
    assert!(schema.is_valid(&later));
}

#[test]
fn a_mention_says_which_query_found_it_by_which_words() {
    let text = "Hier matin, rappel de bouteilles : une fuite.";
    let event = mention("msg_1", "Ozalée : RAPPEL", text, Some("https://courrier.example/1"));
    let payload: Value = serde_json::from_str(&event.payload().unwrap()).unwrap();
    assert_eq!(payload["type"], "mention.created");
    assert_eq!(payload["data"]["queries"][0]["words"], json!(["Ozalée", "RAPPEL"]));
    let tone = json!({"tone": "negative", "score": -0.75, "confidence": 0.5, "words": ["fuite"]});
    assert_eq!(payload["data"]["queries"][0]["tone"], tone);
    assert_eq!(payload["data"]["mention"]["rating"]["value"], 3.5);
    assert_eq!(payload["data"]["mention"]["author"], "Léa");
    assert_eq!(payload["data"]["mention"]["excerpt"], text);
    assert_eq!(event.about(), "mention.created Ozalée : RAPPEL");
}

#[test]
fn a_person_s_word_on_the_tone_stands_above_ours() {
    let reading = ToneReading {
        tone: Some(Tone::Negative),
        score: -0.75,
        confidence: 0.5,
        words: vec!["fuite".to_owned()],
    };
    let said = tone(Some(Tone::Positive), &reading);
    assert_eq!((said.tone, said.confidence, said.words.len()), (Some(Tone::Positive), 1.0, 0));
    assert_eq!(serde_json::to_value(tone(None, &reading)).unwrap()["tone"], "unsure");
}

#[test]
fn an_id_is_the_same_for_the_same_fact_and_endpoint_alone() {
    let id = |ledger: &str, endpoint: &str, key: &str| {
        event_id(ledger, &endpoint.into(), "mention.created", key)
    };
    let one = id("u", "crm", "7:9");
    assert_eq!(one, id("u", "crm", "7:9"));
    assert!(one.starts_with("msg_") && one.len() == 36, "{one}");
    for other in [id("v", "crm", "7:9"), id("u", "crm2", "7:9"), id("u", "crm", "7:10")] {
        assert_ne!(one, other);
    }
}

#[test]
fn a_headline_of_ten_megabytes_is_cut_and_what_acts_is_gone() {
    let long = format!("\u{202e}\r\n{}", "Ozalée ".repeat(1_500_000));
    let event = mention("msg_1", &long, &long, None);
    let payload = event.payload().unwrap();
    assert!(payload.len() < 4_000, "{}", payload.len());
    assert!(!payload.contains('\u{202e}') && !payload.contains("\\r"));
}

#[test]
fn a_signal_is_told_with_its_numbers_and_in_sentences() {
    let event = signal(EventKind::SignalOpened, SignalTurn::Opened);
    let payload: Value = serde_json::from_str(&event.payload().unwrap()).unwrap();
    let told = &payload["data"];
    let first = told["why"][0].as_str().unwrap();
    assert!(first.starts_with("Ozalée: 23 mentions in 3 hours, usually 4.2"), "{first}");
    assert_eq!((&told["window"]["observed"], &told["signal"]), (&json!(23.0), &json!(5)));
    assert_eq!(told["newest"][0]["title"], "Une bouteille <b>éclate</b> Bcc: x@y.example");
    let broken = json!({"signal": 5, "evidence": 1});
    assert_eq!(SignalTold::read(&broken, SignalTurn::Opened, Locale::English, Tz::UTC), None);
}
