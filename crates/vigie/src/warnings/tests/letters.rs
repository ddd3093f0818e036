//! Which letter tells a signal, to whom, and how often.

use super::*;

#[test]
fn rises_of_three_queries_at_once_are_one_mail_to_each() {
    let mut world = World::new(PRESS);
    for query in ["brand", "other", "third"] {
        world.turn(query, SignalTurn::Opened, Severity::Warning);
    }
    world.pass(60);
    let sent = world.sent("press");
    let to: Vec<&str> = sent.iter().map(|sent| sent.to.as_str()).collect();
    assert_eq!(to, ["anne@ozalee.example", "paul@ozalee.example"]);
    for sent in &sent {
        assert!(sent.subject.ends_with("(and 2 more)"), "{}", sent.subject);
        let told = ["brand: 23", "other: 23", "third: 23"];
        assert!(told.iter().all(|told| sent.text.contains(told)), "{}", sent.text);
    }
}

#[test]
fn whom_two_subscriptions_name_is_told_of_each_signal_once() {
    let board = "[subscriptions.board]\nqueries = \"brand\"\nto = \"Anne <ANNE@ozalee.example>\"\n";
    let mut world = World::new(&format!("{PRESS}{board}"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(60);
    let (board, press) = (world.sent("board"), world.sent("press"));
    let to_anne = |sent: &&Sent| sent.to.to_lowercase().contains("anne");
    let anne: Vec<&Sent> = board.iter().chain(&press).filter(to_anne).collect();
    let told = |query: &str| anne.iter().filter(|sent| sent.text.contains(query)).count();
    assert_eq!((told("brand: 23"), told("other: 23"), anne.len()), (1, 1, 2), "{anne:?}");
    let paul = press.iter().find(|sent| sent.to.contains("paul")).unwrap();
    assert!(paul.text.contains("brand: 23") && paul.text.contains("other: 23"));
}

#[test]
fn what_waits_through_the_night_is_one_letter_for_each_signal_as_it_stands_in_the_morning() {
    let quiet = "quiet_hours = \"22:00-07:00\"\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(22);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(120);
    world.die();
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.turn("other", SignalTurn::Ended, Severity::Warning);
    world.turn("third", SignalTurn::Opened, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.sent("press").len(), 0, "all of it waits, the crisis too");
    world.pass_until(8);
    let sent = world.sent("press");
    assert_eq!(sent.len(), 2, "one mail to each of two: {sent:?}");
    assert_eq!(sent[0].at.to_rfc3339(), "2026-03-03T07:00:00+00:00");
    assert!(sent[0].subject.starts_with("Crisis – third"), "the gravest first: {sent:?}");
    let text = &sent[0].text;
    assert!(text.contains("== Signal == brand: 23 mentions in 3 hours"), "as it has grown: {text}");
    assert!(text.contains("== Over == other: 23"), "{text}");
    assert!(text.contains("Your mails were held until it was over."), "{text}");
    world.pass(600);
    assert_eq!(world.sent("press").len(), 0);
}

#[test]
fn a_crisis_passes_the_night_where_the_subscriber_says_so_and_the_warning_waits() {
    let quiet = "quiet_hours = \"22:00-07:00\"\ncrisis_passes = true\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Crisis", "Crisis"]);
    // What rises to a crisis in the night passes as well, as the first that is heard of it.
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Crisis", "Crisis"]);
    world.pass_until(8);
    assert_eq!(world.subjects("press"), [""; 0]);
}

#[test]
fn a_warning_that_becomes_a_crisis_is_told_again_and_who_wants_crises_alone_hears_first_then() {
    let crises = "[subscriptions.board]\nqueries = \"brand\"\nto = \"board@ozalee.example\"\n\
                  severities = \"crisis\"\n";
    let mut world = World::new(&format!("{PRESS}{crises}"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("press"), ["Signal", "Signal", "Now a crisis", "Now a crisis"]);
    assert_eq!(world.subjects("board"), ["Crisis"]);
    world.find(&["brand"], 3);
    world.pass(60 * 24 * 8);
    assert_eq!(world.sent("board").len(), 0, "no digests");
    assert_eq!(world.sent("press").len(), 2, "the weekly one, to each");
}

#[test]
fn what_lasts_is_repeated_until_somebody_acknowledges_it_and_then_told_only_as_a_crisis() {
    let mut world = World::new(&format!("{PRESS}repeat_interval = \"1 h\"\n"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(190);
    let lasts = ["Signal", "It lasts", "It lasts", "It lasts"];
    assert_eq!(world.subjects("press"), lasts.map(|one| [one; 2]).concat());
    let acknowledged = world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    assert_eq!(acknowledged, store::Turned::Acknowledged);
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.pass(300);
    assert_eq!(world.subjects("press"), [""; 0]);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("press"), ["Now a crisis"; 2]);
    // The others read in their next digest who saw to it, while it is acknowledged.
    world.ledger.acknowledge_signal(SignalId(1), "anne", world.now).unwrap();
    world.find(&["brand"], 1);
    world.pass(60 * 24 * 7);
    let sent = world.sent("press").remove(0);
    let said = "anne has acknowledged the signal of “brand”, 2 March, 20:";
    assert!(sent.text.contains(said), "{}", sent.text);
}

const TWICE: &str = r#"
[subscriptions.day]
queries = "brand"
to = "anne@ozalee.example"
[subscriptions.morning]
queries = ["brand", "third"]
to = ["Anne <anne@ozalee.example>", "paul@ozalee.example"]
quiet_hours = "22:00-07:00"
"#;

#[test]
fn who_knows_of_a_signal_by_one_subscription_hears_of_its_end_by_no_other() {
    let mut world = World::new(TWICE);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.subjects("day"), ["Signal"]);
    world.turn("brand", SignalTurn::Ended, Severity::Warning);
    world.pass_until(8);
    let sent = world.sent("morning");
    let told: Vec<(&str, bool)> =
        sent.iter().map(|sent| (sent.to.as_str(), sent.subject.starts_with("Over"))).collect();
    assert_eq!(told, [("paul@ozalee.example", true)], "{sent:?}");
}

#[test]
fn that_somebody_has_seen_to_a_signal_repeats_its_opening_to_nobody() {
    let mut world = World::new(TWICE);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.turn("third", SignalTurn::Opened, Severity::Warning);
    world.pass_until(8);
    let sent = world.sent("morning");
    let of = |name: &str| sent.iter().find(|sent| sent.to.contains(name)).unwrap();
    assert!(of("paul").text.contains("brand: 23") && of("paul").text.contains("third: 23"));
    let anne = of("anne");
    assert!(anne.text.contains("third: 23") && !anne.text.contains("brand: 23"), "{anne:?}");
}

#[test]
fn two_crises_are_one_letter_though_something_has_waited_for_long() {
    let group = "group_wait = \"3 min\"\ngroup_interval = \"1 h\"\n";
    let press = PRESS.replace("weekly", "as-it-happens");
    for is_muted in [true, false] {
        let mut world = World::new(&format!("{press}{group}"));
        if is_muted {
            world.mute(Some("other"), None, 600);
        } else {
            // The next warning waits for the pause between two letters.
            world.turn("other", SignalTurn::Opened, Severity::Warning);
            world.pass(5);
            assert_eq!(world.sent("press").len(), 2);
            world.turn("other", SignalTurn::Ended, Severity::Warning);
        }
        world.turn("other", SignalTurn::Opened, Severity::Warning);
        world.pass(10);
        world.turn("brand", SignalTurn::Opened, Severity::Crisis);
        world.pass(1);
        world.turn("third", SignalTurn::Opened, Severity::Crisis);
        world.pass(10);
        let sent = world.sent("press");
        let subjects: Vec<&str> = sent.iter().map(|sent| sent.subject.as_str()).collect();
        assert_eq!(subjects.len(), 2, "one to each of two: {subjects:?}");
        assert!(subjects[0].ends_with("(and 1 more)"), "{subjects:?}");
    }
}

#[test]
fn what_was_a_crisis_while_its_telling_was_held_is_told_once_when_that_is_over() {
    let quiet = "quiet_hours = \"22:00-07:00\"\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(21);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    assert_eq!(world.sent("press").len(), 2);
    world.pass_until(23);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.turn("other", SignalTurn::Grew, Severity::Warning);
    world.pass(90);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.turn("other", SignalTurn::Ended, Severity::Warning);
    world.die();
    world.pass_until(8);
    let sent = world.sent("press");
    assert_eq!(sent.len(), 2, "one to each of two: {sent:?}");
    for sent in &sent {
        assert_eq!(sent.at.to_rfc3339(), "2026-03-03T07:00:00+00:00");
        assert!(sent.subject.starts_with("Crisis, over – brand"), "{}", sent.subject);
        let said = "It was a crisis from 2 March, 23:00 to 3 March, 00:30, and is over.";
        assert!(sent.text.contains(said), "{}", sent.text);
        assert!(!sent.text.contains("other: 23"), "a warning that they knew of: {}", sent.text);
    }
    world.pass(600);
    assert_eq!(world.sent("press").len(), 0);

    // A mute holds it as well; who was told of the crisis by another subscription is not told that it is over.
    let mut world = World::new(TWICE);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.sent("day");
    world.sent("morning");
    world.mute(Some("brand"), Some("morning"), 60);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("day"), ["Now a crisis"]);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(60);
    let sent = world.sent("morning");
    let told: Vec<(&str, bool)> =
        sent.iter().map(|it| (it.to.as_str(), it.subject.starts_with("Crisis, over"))).collect();
    assert_eq!(told, [("paul@ozalee.example", true)], "{sent:?}");
}
