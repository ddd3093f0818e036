//! Each kind of signal is told, and what was announced is not.

use super::*;

#[test]
fn a_brand_that_falls_quiet_is_told() {
    let mut world = World::after(10, CONFIGURATION);
    let began = world.now;
    world.live(36, |_| Vec::new());
    let told = world.turns();
    let first = told.first().map(|told| (told.0, told.1));
    assert_eq!(first, Some((SignalKind::Silence, SignalTurn::Opened)), "{told:?}");
    assert!(told[0].2 <= began + TimeDelta::hours(36));
    let letter = world.letters().remove(0).payload;
    assert!(letter.contains("brand: only "), "{letter:.900}");
}

#[test]
fn reviews_that_turn_bad_and_mentions_that_turn_negative_are_told() {
    let only = format!("{CONFIGURATION}kinds = [\"rating\", \"negative\"]\n");
    let mut world = World::new(&only);
    world.visit(Vec::new());
    let reviews = |world: &mut World, stars: i64, about: &str| -> Vec<Item> {
        let mut items = world.usual();
        for item in &mut items {
            item.text = about.to_owned();
            item.lang = model::Lang::from_tag("fr");
            item.details.rating = model::Rating::new(stars * 1000, 1000, 5000);
        }
        items
    };
    let good = "Ozalee est excellent, délicieux, je recommande, merci, parfait.";
    world.live(24 * 10, |world| {
        let stars = if world.random.unit() < 0.8 { 5 } else { 4 };
        reviews(world, stars, good)
    });
    assert_eq!(world.turns(), []);
    let bad = "Ozalee est horrible, immonde, nul, une honte, à fuir, très déçu.";
    world.live(24, |world| reviews(world, 1, bad));
    let opened: Vec<SignalKind> = world.turns().iter().map(|told| told.0).collect();
    assert!(opened.contains(&SignalKind::Rating), "{opened:?}");
    assert!(opened.contains(&SignalKind::Negative), "{opened:?}");

    // Shares of what nobody says are not known, and not unusual for ever.
    let open = |world: &World| {
        let asked = store::SignalsAsked { only_open: true, ..Default::default() };
        world.ledger.signals(&asked).unwrap().len()
    };
    world.live(20, |_| Vec::new());
    assert!(open(&world) > 0);
    world.live(14, |_| Vec::new());
    assert_eq!(open(&world), 0, "{:?}", world.turns());
}

#[test]
fn a_theme_whose_share_grows_is_told() {
    let with_theme =
        format!("{CONFIGURATION}[signals.queries.brand]\nkinds = \"theme\"\ntheme = \"recall\"\n")
            .replace("[queries]\n", "[queries]\nrecall = \"ozalee rappel\"\n");
    let mut world = World::after(10, &with_theme);
    let began = world.now;
    world.theme = true;
    world.live(24, World::usual);
    let told = world.turns();
    let first = told.first().map(|told| (told.0, told.1));
    assert_eq!(first, Some((SignalKind::Theme, SignalTurn::Opened)), "{told:?}");
    assert!(told[0].2 <= began + TimeDelta::hours(24));
    assert!(world.letters().remove(0).payload.contains(" are about recall, usually "));
}

#[test]
fn a_festival_that_was_announced_is_usual_and_a_crisis_on_top_of_it_is_not() {
    // Days of festival after two usual weeks; then a crisis as the festival goes on.
    let festival = |configuration: &str| {
        let mut world = World::after(14, configuration);
        world.live(24 * 4, |world| (0..3).flat_map(|_| world.usual()).collect());
        let before = world.turns();
        let began = world.now + TimeDelta::hours(9);
        world.live(24, |world| {
            let mut items: Vec<Item> = (0..3).flat_map(|_| world.usual()).collect();
            if began < world.now && world.now <= began + TimeDelta::hours(8) {
                items.extend((0..14).map(|_| world.anywhere("une bouteille a explosé, rappel")));
            }
            items
        });
        let of_crisis = world.turns().split_off(before.len());
        (before, of_crisis, began)
    };
    let (raised, ..) = festival(CONFIGURATION);
    let opened = |told: &[(SignalKind, SignalTurn, Timestamp)]| {
        told.iter().filter(|told| told.1 == SignalTurn::Opened).map(|told| told.0).next()
    };
    assert!(matches!(opened(&raised), Some(SignalKind::Rise | SignalKind::Slow)), "{raised:?}");

    let announced = format!(
        "{CONFIGURATION}zone = \"UTC\"\n\
         [signals.events.\"Voix du large\"]\ndays = \"2026-03-16..2026-03-20\"\nlift = 3\n"
    );
    let (raised, of_crisis, began) = festival(&announced);
    assert_eq!(raised, [], "a festival that was announced");
    assert_eq!(opened(&of_crisis), Some(SignalKind::Rise), "{of_crisis:?}");
    let late = of_crisis[0].2 - began;
    assert!((TimeDelta::zero()..=TimeDelta::hours(5)).contains(&late), "{late} {of_crisis:?}");
}
