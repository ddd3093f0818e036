//! Signals against the limits of a day and an hour, and against quiet time.

use super::*;

#[test]
fn signals_wait_where_a_day_has_had_its_mails_and_a_crisis_does_not() {
    let mut world = World::new(&FLASH.replace("group_interval = \"0 s\"", "mails_a_day = 1"));
    world.find(&["brand"], 1);
    world.pass(10);
    assert_eq!(world.sent("flash").len(), 1);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.sent("flash").len(), 0);
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    world.pass_until(9);
    assert_eq!(world.subjects("flash"), ["Signal"]);
}

#[test]
fn a_crisis_does_not_wait_for_the_quiet_time_that_comes_after_what_holds_others() {
    let spent = "mails_a_day = 1\nquiet_days = [\"tuesday\"]";
    let mut world = World::new(&FLASH.replace("group_interval = \"0 s\"", spent));
    world.find(&["brand"], 1);
    world.pass(10);
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(30);
    assert_eq!(world.subjects("flash").len(), 1, "the day's mail");
    world.turn("other", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.subjects("flash"), ["Crisis"], "Monday is not quiet");
}

#[test]
fn a_crisis_passes_however_many_warnings_wait_before_it() {
    let quiet = "quiet_hours = \"13:00-12:30\"\ncrisis_passes = true\n";
    let mut world = World::new(&format!("{PRESS}{quiet}"));
    world.pass_until(13);
    for _ in 0..=SIGNALS_MAX {
        world.turn("other", SignalTurn::Opened, Severity::Warning);
        world.turn("other", SignalTurn::Ended, Severity::Warning);
        world.pass(1);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(5);
    assert_eq!(world.subjects("press"), ["Crisis"; 2]);
}

#[test]
fn what_waits_for_a_mute_hides_no_warning_of_another_query() {
    let mut world = World::new(PRESS);
    world.mute(Some("other"), None, 60 * 24);
    for _ in 0..=SIGNALS_MAX {
        world.turn("other", SignalTurn::Opened, Severity::Crisis);
        world.turn("other", SignalTurn::Ended, Severity::Crisis);
        world.pass(1);
    }
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(5);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
}

#[test]
fn warnings_keep_to_the_hour_and_the_day_whatever_the_cadence_and_crises_and_digests_leave() {
    let daily = PRESS.replace("weekly", "daily").replace(", \"paul@ozalee.example\"", "");
    let warnings = |world: &mut World| {
        for query in ["brand", "other", "third"] {
            world.turn(query, SignalTurn::Opened, Severity::Warning);
            world.pass(7);
        }
    };
    // Letters of signals count for the hour.
    let head = HEAD.replace("an_hour = 1000", "an_hour = 2");
    let mut world = World::configured(&format!("{head}{daily}"));
    warnings(&mut world);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
    world.turn("brand", SignalTurn::Grew, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("press"), ["Now a crisis"]);
    world.pass(60);
    assert_eq!(world.subjects("press"), ["Signal"]);

    let head = HEAD.replace("a_day = 10000", "a_day = 2");
    let mut world = World::configured(&format!("{head}{daily}"));
    warnings(&mut world);
    world.find(&["brand"], 1);
    world.pass_until(0);
    assert_eq!(world.subjects("press"), ["Signal"; 2]);
    world.pass_until(9);
    let sent = world.sent("press");
    assert_eq!(told(&sent), [0], "the digest leaves: {sent:?}");
    let third: Vec<&Sent> =
        sent.iter().filter(|sent| sent.subject.starts_with("Signal – third")).collect();
    assert_eq!(third.len(), 1, "{sent:?}");
    assert_eq!(third[0].at.to_rfc3339(), "2026-03-03T08:00:00+00:00");
}

const NIGHTS: &str = r#"
[subscriptions.night]
queries = "brand"
to = "night@ozalee.example"
cadence = "as-it-happens"
quiet_hours = "22:00-07:00"
[subscriptions.guard]
queries = "brand"
to = "guard@ozalee.example"
cadence = "as-it-happens"
quiet_hours = "22:00-07:00"
crisis_passes = true
"#;

#[test]
fn what_failed_before_quiet_time_is_tried_again_after_it_but_a_crisis_that_passes() {
    let mut world = World::new(NIGHTS);
    world.courier = Some(world.config.mail.mailer().unwrap());
    // Nothing can be written into a folder that is a file.
    let folder = world.dir.path().join("mails");
    std::fs::write(&folder, "").unwrap();
    world.pass_until(21);
    world.pass(50);
    world.find(&["brand"], 1);
    world.pass(2);
    world.turn("brand", SignalTurn::Opened, Severity::Crisis);
    world.pass(30);
    assert_eq!(world.sent("courier").len(), 0);
    std::fs::remove_file(&folder).unwrap();
    let night = |sent: &[Sent]| -> Vec<(String, bool)> {
        let row = |sent: &Sent| (sent.to.clone(), sent.subject.starts_with("Crisis"));
        sent.iter().map(row).collect()
    };
    world.pass_until(6);
    let sent = world.sent("courier");
    assert_eq!(night(&sent), [("guard@ozalee.example".to_owned(), true)], "{sent:?}");
    // The death of the program changes nothing.
    world.die();
    world.ledger.take_over(world.now, TimeDelta::hours(1).to_std().unwrap()).unwrap();
    world.pass(59);
    assert_eq!(world.sent("courier").len(), 0);
    world.pass(1);
    let mut told = night(&world.sent("courier"));
    told.sort();
    let expect = [("guard", false), ("night", false), ("night", true)];
    assert_eq!(told, expect.map(|(to, crisis)| (format!("{to}@ozalee.example"), crisis)));
    assert_eq!(world.now.to_rfc3339(), "2026-03-03T07:00:00+00:00");
}

#[test]
fn a_question_and_a_word_to_the_owner_leave_in_quiet_time() {
    let world = World::new(NIGHTS);
    let night: Timestamp = "2026-03-02T23:00:00Z".parse().unwrap();
    let check = |subscription: &str, severity: Option<Severity>, waits: bool| {
        let delivery = store::Delivery {
            id: model::DeliveryId(1),
            subscription: subscription.into(),
            recipient: "anne@ozalee.example".to_owned(),
            channel: model::Channel::Mail,
            message_id: "<1@x>".to_owned(),
            payload: String::new(),
            severity,
            attempt: 2,
        };
        let until = hold::written(&world.config, &delivery, night);
        assert_eq!(until.is_some(), waits, "{subscription} {severity:?}");
        assert_eq!(hold::written(&world.config, &delivery, world.now), None, "by day");
    };
    check("night", Some(Severity::Info), true);
    check("night", Some(Severity::Crisis), true);
    check("night", None, false);
    check("guard", Some(Severity::Warning), true);
    check("guard", Some(Severity::Crisis), false);
    check("no longer subscribed", Some(Severity::Info), false);
}

#[test]
fn a_subscription_s_limit_counts_each_reader_s_digests_and_letters_of_signals() {
    let few = "[\"brand\", \"other\", \"third\"]";
    let few = FLASH.replace("[\"brand\", \"other\"]", few);
    let mut world = World::new(&few.replace("group_interval = \"0 s\"", "mails_a_day = 2"));
    world.turn("brand", SignalTurn::Opened, Severity::Warning);
    world.pass(10);
    world.turn("brand", SignalTurn::Grew, Severity::Warning);
    world.pass(10);
    assert_eq!(world.subjects("flash"), ["Signal", "Growing"]);
    world.find(&["brand"], 37);
    world.turn("other", SignalTurn::Opened, Severity::Warning);
    world.pass(60);
    assert_eq!(world.sent("flash").len(), 0, "two letters were enough");
    world.turn("third", SignalTurn::Opened, Severity::Crisis);
    world.pass(10);
    assert_eq!(world.subjects("flash"), ["Crisis"]);
    world.pass_until(9);
    let sent = world.sent("flash");
    let digest = sent.iter().find(|sent| !sent.tells.is_empty()).unwrap();
    assert_eq!(digest.at.to_rfc3339(), "2026-03-03T08:00:00+00:00");
    let held = "37 of these were held since 2 March, 12:22: the day’s 2 mails were spent.";
    assert!(digest.text.contains(held), "{}", digest.text);
}
