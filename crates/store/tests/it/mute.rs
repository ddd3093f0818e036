//! Mutes: in force until their time, or until somebody lifts them.

use store::Muted;

use crate::world::{World, noon};

#[test]
fn a_mute_is_in_force_until_its_time_or_until_it_is_lifted() {
    let mut world = World::new(&["brand"]);
    let query = Muted { query: Some("brand".into()), ..Muted::default() };
    let press =
        Muted { query: Some("brand".into()), subscription: Some("press".into()), endpoint: None };
    let room = Muted { endpoint: Some("room".into()), ..Muted::default() };
    let one = world.ledger.mute(&query, noon(60), ("zoe", "the fair"), noon(0)).unwrap();
    let two = world.ledger.mute(&press, noon(90), ("anne", ""), noon(1)).unwrap();
    world.ledger.mute(&room, noon(30), ("anne", ""), noon(2)).unwrap();
    world.crash();
    let numbers = |world: &World, minute| -> Vec<u64> {
        world.ledger.mutes(noon(minute)).unwrap().iter().map(|mute| mute.number).collect()
    };
    assert_eq!(numbers(&world, 3), [1, 2, 3]);
    assert_eq!(numbers(&world, 30), [1, 2], "its time is over");
    let first = world.ledger.mutes(noon(3)).unwrap().remove(0);
    assert_eq!((first.what, first.until), (query, noon(60)));
    assert_eq!((first.person.as_str(), first.why.as_str()), ("zoe", "the fair"));
    assert!(world.ledger.unmute(one, noon(40)).unwrap());
    assert!(!world.ledger.unmute(one, noon(41)).unwrap());
    assert!(!world.ledger.unmute(two, noon(90)).unwrap(), "it was over");
    assert_eq!(numbers(&world, 41), [2]);
}
