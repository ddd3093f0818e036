//! What is learnt of sources, and their troubles.

use model::Ailment;
use store::{Conclusion, Learnt, News, Outcome, Standing};

use crate::world::{World, article, found, noon, reading, visit};

fn trouble(reason: &str, minutes: i64) -> Standing {
    let since = noon(minutes);
    Standing::Trouble { ailment: Ailment::Frozen, reason: reason.to_owned(), since }
}

fn conclude(world: &mut World, minutes: i64, standing: &Standing, learnt: Option<&Learnt>) {
    let now = noon(minutes);
    let due = world.claim(now);
    let outcome = Outcome::Unchanged { validators: due.validators.clone(), budget: 0 };
    let visit = visit(&world.ledger, &due, outcome, now);
    let conclusion = |_: &News| Conclusion {
        next_check: now,
        learnt: learnt.cloned(),
        standing: standing.clone(),
        stays: false,
    };
    world.ledger.record_concluded(&visit, conclusion, now).unwrap();
}

#[test]
fn a_trouble_keeps_its_beginning_until_it_has_passed() {
    let mut world = World::new(&[]);
    assert_eq!(world.ledger.troubles().unwrap(), []);
    conclude(&mut world, 10, &trouble("silent", 1), None);
    conclude(&mut world, 11, &trouble("still silent", 5), None);
    conclude(&mut world, 12, &Standing::Doubtful, None);
    let troubles = world.ledger.troubles().unwrap();
    assert_eq!(troubles.len(), 1);
    assert_eq!((troubles[0].since, troubles[0].reason.as_str()), (noon(1), "still silent"));
    let status = world.ledger.status(noon(12)).unwrap().sources.remove(0);
    assert_eq!(status.trouble.unwrap().ailment, Ailment::Frozen);
    assert_eq!(world.claim(noon(13)).trouble, Some(Ailment::Frozen));
    world.crash();
    world.ledger.take_over(noon(13), crate::world::LEASE).unwrap();
    conclude(&mut world, 14, &Standing::Well, None);
    assert_eq!(world.ledger.troubles().unwrap(), []);
    assert_eq!(world.claim(noon(15)).trouble, None);
}

#[test]
fn what_was_learnt_comes_back_with_the_next_claim() {
    let mut world = World::new(&[]);
    assert_eq!(world.ledger.weights().unwrap(), [None]);
    let learnt = Learnt { rhythm: Some(vec![1, 2, 3]), weight: Some(0.5), usual: "{}".into() };
    conclude(&mut world, 0, &Standing::Well, Some(&learnt));
    conclude(&mut world, 1, &Standing::Well, None);
    assert_eq!(world.claim(noon(2)).learnt, learnt);
    assert_eq!(world.ledger.weights().unwrap(), [Some(0.5)]);
}

#[test]
fn what_follows_is_concluded_from_what_was_new() {
    let mut world = World::new(&[]);
    world.read_articles(&["a"], &[], noon(0));
    let due = world.claim(noon(5));
    let items = ["a", "b"].map(|name| found(article(name), &[])).to_vec();
    let visit = visit(&world.ledger, &due, reading(items), noon(5));
    let conclude = |news: &News| {
        assert_eq!((news.recorded.new, news.appeared.len()), (1, 1));
        assert_eq!(Some(news.appeared[0]), article("b").published);
        Conclusion::come_again(noon(77))
    };
    world.ledger.record_concluded(&visit, conclude, noon(5)).unwrap();
    assert_eq!(world.ledger.next_source_due().unwrap(), Some(noon(77)));
}
