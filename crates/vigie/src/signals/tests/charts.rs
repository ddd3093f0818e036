//! What charts of digests and of signals show, whatever happens to the sources.

use super::*;

/// How far apart the highest and the lowest expectation of a chart are.
fn unevenness(usual: impl Iterator<Item = f64> + Clone) -> f64 {
    let low = usual.clone().fold(f64::MAX, f64::min);
    usual.fold(0.0, f64::max) / low
}

/// What a chart of two weeks has.
fn fortnight(world: &World) -> Vec<alert::chart::Bucket> {
    let days = (14, TimeDelta::days(1));
    let course = course(&world.ledger, &world.config, &["brand".into()], days, world.now).unwrap();
    course.iter().map(Tally::bucket).collect()
}

#[test]
fn charts_count_each_item_once_and_compare_what_has_a_past() {
    let mut world = World::after(8, CONFIGURATION);
    let undated = |world: &mut World| {
        let items = world.usual().into_iter();
        items.map(|item| Item { published: None, ..item }).collect()
    };
    for source in ["courrier", "forum", "blog"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(30, undated);
    let missed = world.come_back();
    assert!(missed.len() > 20, "{}", missed.len());
    world.live(1, |_| missed.clone());
    world.live(24, World::usual);
    let of_all = (monday(), world.now);
    let found = world.ledger.volume(&"brand".into(), of_all, HOUR.to_std().unwrap()).unwrap();
    let found: u64 = found.values().sum();
    let drawn: f64 = fortnight(&world).iter().map(|day| day.count).sum();
    assert_eq!(drawn.round().to_string(), found.to_string());

    let with_wire = format!("{CONFIGURATION}\n[sources.wire]\nurl = \"https://wire.example/feed\"");
    world.config = read(&with_wire, world.dir.path());
    declare(&mut world.ledger, &world.config, world.now).unwrap();
    world.live(36, |world| {
        let mut items = world.usual();
        items.extend((0..world.count(6.0)).map(|_| world.said("wire", "")).collect::<Vec<_>>());
        items
    });
    let last = *fortnight(&world).last().unwrap();
    let usual = last.expected.unwrap();
    assert!(last.count > 1.5 * usual.high && !last.is_above() && !last.is_hollow(), "{last:?}");
}

#[test]
fn days_on_which_sources_were_away_look_like_no_fall() {
    let mut world = World::after(15, CONFIGURATION);
    for source in ["courrier", "forum"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(24, World::usual);
    let days = fortnight(&world);
    let (last, before) = days.split_last().unwrap();
    assert!(last.is_hollow() && !last.is_below(), "{last:?}");
    assert!(!before.iter().any(alert::chart::Bucket::is_hollow), "{before:?}");
    let found = world.ledger.volume(&"brand".into(), (monday(), world.now), HOUR.to_std().unwrap());
    let of_last = |(start, _): &(&Timestamp, &u64)| **start >= world.now - TimeDelta::days(1);
    let found: u64 = found.unwrap().iter().filter(of_last).map(|(_, count)| count).sum();
    assert_eq!(last.count.to_string(), found.to_string(), "what was found is told as it is");
    // The first two days were learnt from.
    let usual = days.iter().skip(2).map(|day| day.expected.unwrap().usual);
    assert!(unevenness(usual) < 1.4, "{days:?}");

    // What they said meanwhile is found, though the detector does not count it.
    let missed = world.come_back();
    world.live(1, |_| missed.clone());
    world.live(23, World::usual);
    let days = fortnight(&world);
    assert!(days[12].count > last.count && !days[12].is_below(), "{:?}", days[12]);

    for source in ["courrier", "forum", "blog", "gazette"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(24, World::usual);
    let last = *fortnight(&world).last().unwrap();
    assert_eq!((last.count, last.expected), (0.0, None), "nobody looked");
}

#[test]
fn the_chart_of_a_signal_has_whole_hours_and_a_level_usual_where_sources_were_away() {
    let quarters = CONFIGURATION.replace("bucket = \"1 h\"", "bucket = \"15 min\"");
    let mut world = World::new(&quarters);
    world.now += TimeDelta::minutes(20);
    world.visit(Vec::new());
    let flat = |world: &mut World| -> Vec<Item> {
        (0..world.count(2.0)).map(|_| world.anywhere("")).collect()
    };
    world.live(24 * 12, flat);
    for source in ["courrier", "forum"] {
        world.away.push((source.to_owned(), Vec::new()));
    }
    world.live(20, flat);
    let missed = world.come_back();
    world.live(1, |_| missed.clone());
    world.live(20, flat);
    world.live(8, |world| {
        let mut items = flat(world);
        items.extend((0..9).map(|_| world.anywhere("une bouteille a explosé, rappel du lot")));
        items
    });
    let raised = world.ledger.signals(&store::SignalsAsked::default()).unwrap();
    let evidence: Evidence = serde_json::from_str(&raised[0].evidence).unwrap();
    let chart = &evidence.chart;
    assert_eq!(chart.last().unwrap().start + HOUR, evidence.until, "{chart:?}");
    assert!(chart.windows(2).all(|two| two[0].start + HOUR == two[1].start));
    assert!(chart.iter().any(|hour| hour.whole > hour.count), "{chart:?}");
    // The last eight hours teach it more.
    let usual = chart[..chart.len() - 8].iter().map(|hour| hour.usual.unwrap()[1]);
    assert!(unevenness(usual) < 1.6, "{chart:?}");
}
