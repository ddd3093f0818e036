//! What chat rooms and programs hear of signals, and of what waited for them.

use super::*;

#[test]
fn a_chat_room_hears_of_the_crisis_and_then_of_what_waited_while_a_program_takes_all() {
    let endpoints = r#"
[chats.room]
kind = "slack"
url = "https://hooks.example/room"
group_wait = "0 s"
[commands.all]
run = "/bin/true"
events = ["mention.created", "signal.opened"]
[chats.grave]
kind = "slack"
url = "https://hooks.example/grave"
group_wait = "0 s"
severities = ["crisis"]
"#;
    let mut world = World::new(&format!("{PRESS}{endpoints}"));
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
    let grave = world.messages("grave");
    assert_eq!(grave.len(), 1);
    assert!(grave[0].contains("Crisis – brand") && !grave[0].contains("other"), "{}", grave[0]);
    for _ in 0..20 {
        world.find(&["brand"], 1);
        world.pass(1);
    }
    world.find(&["brand", "third"], 1);
    world.pass(2);
    world.die();
    let room = world.messages("room");
    assert_eq!(room.len(), 1, "the other query's: {room:?}");
    assert_eq!(world.messages("all").len(), 23);
    assert_eq!(world.messages("grave").len(), 0);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<&String> = room.iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 1, "{room:?}");
    assert!(
        held[0].contains("20 mentions of “brand” were held since 2\u{a0}March, 12:0"),
        "{}",
        held[0]
    );
    let grave = world.messages("grave");
    assert_eq!((grave.len(), grave[0].contains(" held since ")), (1, false), "{grave:?}");
    world.find(&["brand"], 1);
    world.pass(3);
    assert_eq!(world.messages("room").len(), 1);

    // What was passed by while nothing else was told is not lost.
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    let first = world.found;
    world.find(&["brand"], 2);
    world.pass(1);
    world.messages("room");
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room").join("\n");
    for number in [first, first + 1] {
        assert_eq!(told_in(std::slice::from_ref(&room), number), 1, "{room}");
    }
}

const ROOM: &str = r#"
[chats.room]
kind = "slack"
url = "https://hooks.example/room"
group_wait = "0 s"
"#;

/// How often messages to a room or a program have a mention's address; its title may stand in a heading too.
fn told_in(messages: &[String], number: u64) -> usize {
    let addresses = ["|", "\""].map(|end| format!("https://courrier.example/{number}{end}"));
    let told = |text: &String| addresses.iter().map(|one| text.matches(one).count()).sum::<usize>();
    messages.iter().map(told).sum()
}

#[test]
fn a_chat_room_that_was_not_told_of_a_crisis_is_told_what_is_found() {
    let with = |queries: &str| format!("{PRESS}{ROOM}{queries}");
    let mut world = World::new(PRESS);
    let found_and_told = |world: &mut World| {
        let number = world.found;
        world.find(&["brand"], 1);
        world.pass(2);
        told_in(&world.messages("room"), number)
    };
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    // It is new, it follows the query only now, it returns.
    world.configure(&with("queries = [\"other\"]"));
    assert_eq!(found_and_told(&mut world), 0);
    world.configure(&with(""));
    assert_eq!(found_and_told(&mut world), 1);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
    assert_eq!(found_and_told(&mut world), 0, "it was told that the crisis grew");
    world.configure(PRESS);
    world.configure(&with(""));
    assert_eq!(found_and_told(&mut world), 1);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(2);
    world.messages("room");

    // The crisis opens while the query is muted.
    world.mute(Some("brand"), None, 60);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    let number = world.found;
    assert_eq!(found_and_told(&mut world), 0);
    world.pass(60);
    let room = world.messages("room");
    assert_eq!((room.len(), told_in(&room, number)), (2, 1), "{room:?}");
    assert!(room[1].contains("Crisis – brand"), "it lasts: {room:?}");
    assert_eq!(found_and_told(&mut world), 0, "it knows of the crisis");
    world.die();
    assert_eq!(found_and_told(&mut world), 0);
}

#[test]
fn a_chat_room_is_told_of_a_crisis_of_a_muted_query_once_when_the_mute_is_over() {
    let grave = "severities = [\"crisis\"]\n";
    let mut world = World::new(&format!("{PRESS}{ROOM}{grave}"));
    for query in ["brand", "other", "third"] {
        world.mute(Some(query), None, 60);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.turn("third", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.die();
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Crisis);
    world.pass(45);
    assert_eq!(world.messages("room"), [""; 0]);
    world.die();
    world.pass(10);
    let room = world.messages("room");
    assert_eq!(room.len(), 1, "{room:?}");
    assert!(room[0].contains("Crisis – brand") && room[0].contains("Crisis, over – other"));
    assert!(!room[0].contains("third"), "a warning is left out: {room:?}");
    world.pass(60);
    world.die();
    world.pass(60);
    assert_eq!(world.messages("room"), [""; 0], "once");

    // One whose next turn comes after the mute is told by that alone.
    let number = world.mute(Some("other"), None, 60);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(5);
    world.ledger.unmute(number, world.now).unwrap();
    world.turn("other", SignalTurn::Grew, Severity::Crisis);
    world.pass(5);
    let room = world.messages("room");
    assert_eq!(
        (room.len(), room.join("").matches("🔴 Crisis, growing – other").count()),
        (1, 1),
        "{room:?}"
    );
}

/// A chat room that knows of a crisis of two queries, and what they find.
fn held(queries: &[&str], room: &str) -> World {
    let mut world = World::new(&format!("{PRESS}{ROOM}{room}"));
    for query in queries {
        world.turn(query, SignalTurn::Opened, Severity::Crisis);
    }
    world.pass(2);
    world.messages("room");
    world
}

#[test]
fn a_chat_room_that_wants_no_mentions_is_not_told_that_they_were_held() {
    let mut world = World::new(&format!("{PRESS}{ROOM}events = [\"signal.opened\"]"));
    world.mute(Some("brand"), None, 10);
    world.find(&["brand"], 3);
    world.pass(15);
    assert_eq!(world.messages("room"), Vec::<String>::new());
    // It wants none any more.
    world.configure(&format!("{PRESS}{ROOM}"));
    world.mute(Some("brand"), None, 10);
    world.find(&["brand"], 3);
    world.pass(5);
    world.configure(&format!("{PRESS}{ROOM}events = [\"signal.opened\"]"));
    world.pass(10);
    assert_eq!(world.messages("room"), Vec::<String>::new());
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap(), []);
}

#[test]
fn what_waited_of_a_query_that_was_edited_is_told_once_its_history_is_read() {
    let mut world = held(&["brand"], "");
    world.find(&["brand"], 3);
    world.pass(2);
    let head = HEAD.replace("brand = \"ozalee\"", "brand = \"ozalee OR bruinelle\"");
    assert_ne!(head, HEAD);
    world.config = read(&format!("{head}{PRESS}{ROOM}"), world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    assert!(room.iter().all(|text| !text.contains(" held since ")), "{room:?}");
    while pipeline::search_history(&mut world.ledger, world.now).unwrap() {}
    world.pass(2);
    let room = world.messages("room");
    assert_eq!(
        (room.len(), [0, 1, 2].map(|number| told_in(&room, number))),
        (1, [1; 3]),
        "{room:?}"
    );
}

#[test]
fn a_chat_room_that_becomes_a_program_is_told_each_mention_that_waited() {
    let mut world = held(&["brand", "other"], "");
    world.find(&["brand"], 250);
    world.find(&["brand", "other"], 2);
    world.find(&["other"], 1);
    world.pass(2);
    world.configure(&format!("{PRESS}[commands.room]\nrun = \"/bin/true\""));
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap().len(), 2);
    world.pass(2);
    let told = world.messages("room");
    let events: Vec<serde_json::Value> =
        told.iter().map(|event| serde_json::from_str(event).unwrap()).collect();
    assert!(events.iter().all(|event| event["type"] == "mention.created"), "{told:?}");
    assert_eq!((0..world.found).map(|number| told_in(&told, number)).max(), Some(1));
    assert_eq!(told.len(), 253);
    let finders = |number: usize| events[number]["data"]["queries"].as_array().unwrap().len();
    assert_eq!([0, 249, 250, 251, 252].map(finders), [1, 1, 2, 2, 1]);
    assert_eq!(world.ledger.withheld_from(&"room".into()).unwrap(), []);
    world.find(&["brand"], 1);
    world.pass(2);
    assert_eq!(world.messages("room").len(), 1);
}

#[test]
fn what_two_queries_found_that_are_released_together_is_told_once() {
    let mut world = held(&["brand", "other"], "");
    world.find(&["brand", "other"], 2);
    world.find(&["other"], 1);
    world.pass(2);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<String> = room.into_iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 2, "{held:?}");
    assert_eq!([0, 1, 2].map(|number| told_in(&held, number)), [1; 3], "{held:?}");
    assert!(held[0].contains("2 mentions of “brand” were held"), "{}", held[0]);
    assert!(held[1].contains("1 mention of “other” was held"), "{}", held[1]);
}

#[test]
fn a_chat_room_that_wants_some_tones_hears_how_many_of_these_waited() {
    let mut world = held(&["brand"], "tones = [\"negative\"]");
    world.find(&["brand"], 230);
    world.pass(2);
    let items = world.ledger.items_after(model::Seq(0), 999).unwrap();
    for item in items.iter().step_by(50) {
        let correction = NewCorrection {
            person: "zoe",
            item: item.id,
            query: Some(&"brand".into()),
            word: Word::Tone(Some(Tone::Negative)),
        };
        world.ledger.correct(&correction, world.now).unwrap();
    }
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let room = world.messages("room");
    let held: Vec<String> = room.into_iter().filter(|text| text.contains(" held since ")).collect();
    assert_eq!(held.len(), 1, "{held:?}");
    assert!(held[0].contains("5 mentions of “brand” were held"), "{}", held[0]);
    assert_eq!([0, 50, 100, 150, 200].map(|number| told_in(&held, number)), [1; 5], "{held:?}");
}
