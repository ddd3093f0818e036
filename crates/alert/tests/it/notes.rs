//! What a mail says besides what was found.

use std::collections::BTreeMap;

use alert::{Acknowledged, Digest, HeldBack, LastOfDay, Letter, Notes, Released, compose_empty};
use model::{Cadence, HeldFor, Locale, Trouble};

use crate::press::{self, at};

const NOW: &str = "2025-11-08T07:00:00Z";

fn empty(locale: Locale, troubles: &[Trouble]) -> Digest {
    let monthly = Cadence::Monthly { day: 8, at: chrono::NaiveTime::MIN };
    let subscription = press::subscription(locale, monthly, &["Ozalée"]);
    compose_empty(&subscription, troubles, &BTreeMap::new(), at(NOW))
}

/// Asserts that text and HTML say it, however they break their lines.
#[track_caller]
fn says(letter: &Letter, expect: &str) {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat(&letter.text).contains(&flat(expect)), "{}", letter.text);
    assert!(flat(&letter.html).contains(&flat(expect)), "{}", letter.html);
}

#[test]
fn nothing_new_is_said_with_how_the_sources_are() {
    let english = press::letter(&empty(Locale::English, &[]));
    says(&english, "Nothing new. All sources are well.");
    assert!(english.text.contains("Monthly update"), "{}", english.text);
    assert!(!english.html.contains("0 new"), "{}", english.html);
    says(
        &press::letter(&empty(Locale::French, &[])),
        "Rien de nouveau. Toutes les sources vont bien.",
    );
    let trouble = Trouble {
        source: "forum".into(),
        name: "Forum <b>".to_owned(),
        ailment: model::Ailment::Unreachable,
        since: at(NOW),
        reason: "503".to_owned(),
    };
    let troubled = press::letter(&empty(Locale::French, &[trouble]));
    says(&troubled, "Rien de nouveau, pour autant que les sources aient pu être lues.");
    assert!(troubled.text.contains("Forum <b>") && troubled.html.contains("Forum &lt;b&gt;"));
}

#[test]
fn what_was_held_and_the_last_of_the_day_are_said_in_both_languages() {
    let why = vec![
        HeldFor::Quiet,
        HeldFor::Away,
        HeldFor::Day { mails: 40 },
        HeldFor::Hour { mails: 30 },
    ];
    let letter = |locale, count, mails| {
        let mut digest = empty(locale, &[]);
        let since = at("2025-11-07T21:10:00Z");
        digest.notes = Notes {
            held: Some(HeldBack { count, since, why: why.clone() }),
            last_of_day: Some(LastOfDay { mails, next: at("2025-11-09T07:00:00Z") }),
            ..Notes::default()
        };
        press::letter(&digest)
    };
    let english = letter(Locale::English, 37, 40);
    says(
        &english,
        "37 of these were held since 7 November, 22:10: quiet hours, days away, the day’s 40 mails \
         were spent, 30 mails had been sent within the hour.",
    );
    says(
        &english,
        "This is the last of the day’s 40 mails; the next comes on 9 November, 08:00 at",
    );
    let french = letter(Locale::French, 1, 1);
    says(
        &french,
        "1 de ces résultats attendait depuis le 7 novembre à 22 h 10 : heures de silence,",
    );
    says(
        &french,
        "C’est le seul message du jour au fil de l’eau ; le prochain viendra au plus tôt le",
    );
    let none = letter(Locale::English, 0, 40);
    assert!(!none.text.contains("held"), "{}", none.text);
}

#[test]
fn what_waited_and_who_sees_to_a_signal_are_said_in_both_languages() {
    let letter = |locale, muted_by: Option<&str>| {
        let mut digest = empty(locale, &[]);
        let since = at("2025-11-07T14:05:00Z");
        let query = "recall <b>".to_owned();
        let muted_by = muted_by.map(str::to_owned);
        digest.notes = Notes {
            released: vec![Released { query: query.clone(), mentions: 64, since, muted_by }],
            acknowledged: vec![Acknowledged {
                query, at: since, person: "Zoé\r\nX: y".to_owned()
            }],
            ..Notes::default()
        };
        press::letter(&digest)
    };
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let english = letter(Locale::English, None);
    let said = flat(&english.text);
    let held = "64 mentions of “recall <b>” were held since 7 November,";
    assert!(said.contains(held) && said.contains(": you had been told of the crisis."), "{said}");
    assert!(said.contains("Zoé X: y has acknowledged the signal of “recall <b>”"), "{said}");
    assert!(english.html.contains("of “recall &lt;b&gt;” were held"), "{}", english.html);
    let muted = letter(Locale::English, Some("Maud"));
    assert!(flat(&muted.text).contains(": Maud had muted it."), "{}", muted.text);
    let french = flat(&letter(Locale::French, None).text);
    assert!(french.contains("64 mentions de « recall <b> » ont été retenues depuis"), "{french}");
    assert!(french.contains("vous étiez averti de la crise."), "{french}");
}
