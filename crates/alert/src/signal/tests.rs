use chrono_tz::Europe::Paris;
use model::{ItemId, Locale, SignalKind, SignalTurn, Timestamp};

use super::*;
use crate::{Mailbox, Sender, Templates};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn standing(text: &str) -> Standing {
    Standing { text: text.to_owned(), now: 9, before: 1, g2: 20.0 }
}

/// Twenty-three mentions in three hours of a spring afternoon.
pub(crate) fn rise() -> Evidence {
    Evidence {
        query: "Ozalée".into(),
        kind: SignalKind::Rise,
        theme: None,
        onset: at("2026-03-06T13:00:00Z"),
        until: at("2026-03-06T16:00:00Z"),
        window: Window {
            since: at("2026-03-06T13:00:00Z"),
            observed: 23.0,
            of: None,
            expected: 4.2,
            low: 0.8,
            high: 9.4,
        },
        once_in_days: 120.4,
        is_learning: false,
        cause: Some(Cause::Organic),
        spread: Spread { mentions: 23, stories: 20, authors: 15, sources: 8, ..Spread::default() },
        measures: Vec::new(),
        tone: Some(ToneShift { negative: 14, of: 20, negative_before: 12, of_before: 100 }),
        growth: Some(2.5),
        terms: ["explosion", "rappel"].map(standing).into(),
        hosts: vec![standing("forum.example")],
        authors: Vec::new(),
        languages: Vec::new(),
        newest: vec![Told {
            item: ItemId(7),
            title: "Une bouteille <b>éclate</b>\r\nBcc: x@y.example \u{202e}".to_owned(),
            url: Some("https://forum.example/7".parse().unwrap()),
            source: "Le forum".to_owned(),
            date: at("2026-03-06T15:58:00Z"),
            copies: 2,
        }],
        known: vec!["Foire de Lyon".to_owned()],
        chart: vec![Hour {
            start: at("2026-03-06T15:00:00Z"),
            count: 9.0,
            usual: Some([0.0, 1.0, 4.0]),
        }],
    }
}

#[track_caller]
fn check(evidence: &Evidence, turn: SignalTurn, locale: Locale, expect: &[&str]) {
    let told = sentences(evidence, turn, locale, Paris);
    let told: Vec<String> = told.iter().map(|line| line.replace('\u{a0}', " ")).collect();
    assert_eq!(told, expect);
}

#[test]
fn a_rise_is_told_in_english_and_in_french() {
    check(
        &rise(),
        SignalTurn::Opened,
        Locale::English,
        &[
            "Ozalée: 23 mentions in 3 hours, usually 4.2 (at most 9).",
            "It began about 6 March, 14:00, and would come by chance once in 120 days.",
            "Many speak of it: 15 authors in 8 sources.",
            "What stands out: explosion, rappel; more than usual at forum.example.",
            "70% are negative, 12% in the 28 days before.",
            "It is growing: 2.5 times as much in the second half as in the first.",
            "Known for these days: Foire de Lyon.",
        ],
    );
    check(
        &rise(),
        SignalTurn::Grew,
        Locale::French,
        &[
            "Ozalée : 23 mentions en 3 heures, d’habitude 4,2 (au plus 9).",
            "Le phénomène a beaucoup grandi depuis le dernier avis : commencé vers le 6 mars à 14 h 00, \
             il arriverait par hasard une fois en 120 jours.",
            "Beaucoup en parlent : 15 auteurs dans 8 sources.",
            "Ce qui ressort : explosion, rappel ; plus que d’habitude sur forum.example.",
            "70 % sont négatives, 12 % dans les 28 jours d’avant.",
            "Cela s’accélère : 2,5 fois plus dans la seconde moitié que dans la première.",
            "Connu pour ces jours-là : Foire de Lyon.",
        ],
    );
}

fn bare(kind: SignalKind, observed: f64, of: Option<f64>, expected: f64) -> Evidence {
    let rise = rise();
    Evidence {
        kind,
        window: Window { observed, of, expected, ..rise.window },
        cause: None,
        tone: None,
        growth: None,
        terms: Vec::new(),
        hosts: Vec::new(),
        known: Vec::new(),
        once_in_days: 5000.0,
        is_learning: true,
        theme: Some("Recall".into()),
        ..rise
    }
}

#[test]
fn each_kind_of_signal_says_what_it_counts() {
    let began = "It began about 6 March, 14:00, and would come by chance less than once in ten years. \
                 There is little past to compare with yet.";
    let check = |evidence, headline: &str| {
        check(&evidence, SignalTurn::Opened, Locale::English, &[headline, began]);
    };
    check(
        bare(SignalKind::Silence, 1.0, None, 12.0),
        "Ozalée: only 1 mention in 3 hours, usually 12 (at least 0).",
    );
    check(
        bare(SignalKind::Negative, 12.0, Some(20.0), 3.0),
        "Ozalée: 12 of 20 mentions in 3 hours are negative, usually 3 of as many.",
    );
    check(
        bare(SignalKind::Theme, 9.0, Some(20.0), 1.0),
        "Ozalée: 9 of 20 mentions in 3 hours are about Recall, usually 1 of as many.",
    );
    check(
        bare(SignalKind::Rating, 6.0, Some(8.0), 2.0),
        "Ozalée: 8 ratings in 3 hours give 2 of 5 on average, usually 4.",
    );
}

fn letter(turn: SignalTurn) -> crate::Letter {
    let sender = Sender {
        from: "Vigie <vigie@ozalee.example>".parse().unwrap(),
        owner: None,
        templates: Templates::default(),
    };
    let told = SignalLetter {
        evidence: &rise(),
        turn,
        opened: at("2026-03-06T15:00:00Z"),
        at: at("2026-03-06T16:10:00Z"),
        subscription: &"press".into(),
        locale: Locale::French,
        zone: Paris,
    };
    let to: Mailbox = "anne@ozalee.example".parse().unwrap();
    signal_letter(&told, &sender, &to, None)
}

#[test]
fn what_follows_a_signal_stands_in_its_thread() {
    let (opened, grew) = (letter(SignalTurn::Opened), letter(SignalTurn::Grew));
    assert_eq!(opened, letter(SignalTurn::Opened));
    assert_ne!(opened.message_id, grew.message_id);
    assert_eq!(grew.follows, [opened.message_id]);
    assert!(opened.follows.is_empty());
    assert!(grew.subject.starts_with("En hausse – Ozalée"), "{}", grew.subject);
}

#[test]
fn what_strangers_wrote_stays_text() {
    let letter = letter(SignalTurn::Opened);
    assert!(letter.html.contains("&lt;b&gt;éclate&lt;/b&gt; Bcc: x@y.example"), "{}", letter.html);
    assert!(!letter.html.contains('\u{202e}') && !letter.text.contains('\u{202e}'));
    assert!(letter.text.contains("Le forum · et 2 copies\n  https://forum.example/7\n"));
    assert!(letter.html.contains(&letter.images[0].uri()));
    // How to stop it stands in both parts.
    let ask = "écrivez à";
    assert!(letter.html.contains(ask) && letter.text.contains(ask), "{}", letter.text);
}
