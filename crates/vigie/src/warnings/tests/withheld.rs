//! What queries find while they are muted, or in a crisis that its reader knows of.

use super::*;

#[test]
fn a_crisis_holds_the_mentions_of_its_query_alone_until_somebody_acknowledges_it() {
    let mut world = World::new(FLASH);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    let began = world.now;
    for _ in 0..32 {
        world.find(&["brand"], 2);
        world.pass(1);
    }
    world.die();
    world.find(&["other"], 1);
    world.find(&["brand", "other"], 1);
    world.pass(5);
    let sent = world.sent("flash");
    assert_eq!(told(&sent), [64, 65], "what the other query finds goes on: {sent:?}");
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.pass(3);
    let sent = world.sent("flash");
    assert_eq!(sent.len(), 1, "one digest");
    assert_eq!(
        told(&sent),
        (0..64).collect::<Vec<_>>(),
        "what was told with the other is not again"
    );
    let since = (began + TimeDelta::minutes(1)).format("%H:%M");
    let line = format!(
        "64 mentions of “brand” were held since 2 March, {since}: you had been told of the crisis."
    );
    assert!(sent[0].text.contains(&line), "{line}\n{:.300}", sent[0].text);
    assert!(sent[0].text.contains("zoe has acknowledged the signal of “brand”"));
    // From now on all is as usual.
    world.find(&["brand"], 1);
    world.pass(5);
    assert_eq!(told(&world.sent("flash")), [66]);
}

#[test]
fn a_crisis_that_ends_releases_what_waited_and_a_warning_holds_nothing() {
    let mut world = World::new(FLASH);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(2);
    world.sent("flash");
    world.find(&["brand"], 3);
    world.find(&["other"], 2);
    world.pass(10);
    assert_eq!(told(&world.sent("flash")), [3, 4]);
    world.turn("brand", SignalTurn::Ended, Severity::Crisis);
    world.pass(3);
    let sent = world.sent("flash");
    assert_eq!((sent.len(), told(&sent)), (1, vec![0, 1, 2]));
}

#[test]
fn what_a_muted_query_finds_and_its_signals_come_when_the_mute_is_over() {
    let mut world = World::new(FLASH);
    let number = world.mute(Some("brand"), None, 180);
    world.find(&["brand"], 5);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.find(&["other"], 1);
    world.pass(170);
    let sent = world.sent("flash");
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent.iter().any(|sent| sent.subject.starts_with("Signal – other")));
    assert_eq!(told(&sent), [5]);
    assert!(world.ledger.unmute(number, world.now).unwrap());
    world.ledger.acknowledge_signal(SignalId(1), "zoe", world.now).unwrap();
    world.pass(10);
    let sent = world.sent("flash");
    assert!(sent[0].subject.starts_with("Crisis – brand"), "{sent:?}");
    assert!(sent[0].text.contains("Acknowledged by zoe, 2 March, 14:"), "{}", sent[0].text);
    assert_eq!(told(&sent), [0, 1, 2, 3, 4]);
    let line = "5 mentions of “brand” were held since 2 March, 12:02: zoe had muted it.";
    assert!(sent[1].text.contains(line), "{}", sent[1].text);

    // A subscription waits as a whole.
    world.mute(None, Some("flash"), 60);
    world.find(&["brand"], 1);
    world.find(&["other"], 1);
    world.pass(59);
    assert_eq!(world.sent("flash").len(), 0);
    world.pass(3);
    assert_eq!(told(&world.sent("flash")), [6, 7]);
}

#[test]
fn whatever_waits_and_whoever_dies_each_mention_is_told_once_to_each_subscription() {
    let subscriptions = format!(
        "{FLASH}[subscriptions.hourly]\nqueries = [\"brand\", \"other\", \"third\"]\n\
         to = \"paul@ozalee.example\"\ncadence = \"hourly\"\n\
         [subscriptions.press]\nqueries = [\"other\", \"third\"]\nto = \"press@ozalee.example\"\n\
         cadence = \"as-it-happens\"\n"
    );
    let queries = ["brand", "other", "third"];
    let (mut held, mut deaths) = (0, 0);
    for seed in 0..5 {
        let mut world = World::new(&subscriptions);
        world.random = Random(1000 + seed);
        let mut wanted: BTreeMap<&str, Vec<u64>> = BTreeMap::new();
        let mut open = [false; 3];
        for _ in 0..60 {
            let first = usize::try_from(world.random.below(3)).unwrap();
            match world.random.below(8) {
                0..=3 => {
                    let second = usize::try_from(world.random.below(3)).unwrap();
                    let hits = [queries[first], queries[second]];
                    let by = if first == second { &hits[..1] } else { &hits[..] };
                    let number = world.found;
                    world.find(by, 1);
                    for (id, own) in [
                        ("flash", &queries[..2]),
                        ("hourly", &queries[..]),
                        ("press", &queries[1..]),
                    ] {
                        if by.iter().any(|query| own.contains(query)) {
                            wanted.entry(id).or_default().push(number);
                        }
                    }
                }
                4 => {
                    let minutes = 1 + i64::try_from(world.random.below(90)).unwrap();
                    let whom = [None, Some("flash"), Some("hourly")];
                    let whom = whom[usize::try_from(world.random.below(3)).unwrap()];
                    world.mute(Some(queries[first]), whom, minutes);
                    held += 1;
                }
                5 => {
                    let turn = if open[first] { SignalTurn::Ended } else { SignalTurn::Opened };
                    open[first] = !open[first];
                    // A signal is named by its query, kind and time.
                    world.pass(1);
                    world.turn(queries[first], turn, Severity::Crisis);
                    held += 1;
                }
                6 => {
                    world.die();
                    deaths += 1;
                }
                _ => {}
            }
            let minutes = i64::try_from(world.random.below(15)).unwrap();
            world.pass(minutes);
        }
        for (nth, query) in queries.iter().enumerate() {
            if open[nth] {
                world.turn(query, SignalTurn::Ended, Severity::Crisis);
            }
        }
        world.pass(240);
        for (id, wanted) in wanted {
            assert_eq!(told(&world.sent(id)), wanted, "{id} with seed {seed}");
        }
    }
    assert!(held > 50 && deaths > 10, "{held} {deaths}");
}
