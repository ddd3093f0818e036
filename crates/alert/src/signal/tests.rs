use chrono_tz::Europe::Paris;
use model::{ItemId, Locale, Severity, SignalId, SignalKind, SignalTurn, Timestamp};

use super::*;
use crate::{LinkKey, Links, Mailbox, Sender, Templates};

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
            whole: 9.0,
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

fn news(occasion: Occasion) -> SignalNews {
    SignalNews {
        signal: SignalId(5),
        evidence: rise(),
        severity: Severity::Warning,
        occasion,
        opened: at("2026-03-06T15:00:00Z"),
        acknowledged: None,
        was_crisis: None,
        holds_mentions: false,
    }
}

fn letter(news: &[SignalNews]) -> crate::Letter {
    let base = "https://vigie.example/".parse().unwrap();
    let links = Links { base: &base, key: &LinkKey::new([7; 32]), recipient: 3, epoch: 0 };
    written(news, Some(&links))
}

fn written(news: &[SignalNews], links: Option<&Links<'_>>) -> crate::Letter {
    let sender = Sender {
        locale: model::Locale::English,
        from: "Vigie <vigie@ozalee.example>".parse().unwrap(),
        owner: None,
        templates: Templates::default(),
    };
    let told = SignalLetter {
        news,
        at: at("2026-03-06T16:10:00Z"),
        subscription: &"press".into(),
        locale: Locale::French,
        zone: Paris,
    };
    let to: Mailbox = "anne@ozalee.example".parse().unwrap();
    signal_letter(&told, &sender, &to, links)
}

#[test]
fn what_follows_a_signal_stands_in_its_thread() {
    let (opened, grew) = (letter(&[news(Occasion::Opened)]), letter(&[news(Occasion::Grew)]));
    assert_eq!(opened, letter(&[news(Occasion::Opened)]));
    assert_ne!(opened.message_id, grew.message_id);
    assert_eq!(grew.follows, [opened.message_id]);
    assert!(opened.follows.is_empty());
    assert!(grew.subject.starts_with("En hausse – Ozalée"), "{}", grew.subject);
}

#[test]
fn what_waits_for_a_crisis_and_how_it_is_acknowledged_is_said() {
    let crisis = |occasion| SignalNews {
        severity: Severity::Crisis,
        holds_mentions: true,
        ..news(occasion)
    };
    let waits = "Ce qui est trouvé entre-temps attend\u{a0}: vous le recevrez en un seul message";
    let linked = letter(&[crisis(Occasion::Opened)]);
    let unlinked = written(&[crisis(Occasion::Opened)], None);
    for letter in [&linked, &unlinked] {
        let text = letter.text.replace('\n', " ");
        assert!(text.contains(waits) && letter.html.contains(waits), "{text}");
    }
    let command = "Pour en prendre acte\u{a0}: vigie signals ack ";
    assert!(unlinked.text.contains(command) && unlinked.html.contains(command));
    assert!(!linked.text.contains(command) && linked.text.contains("[en prendre acte] "));
    let told = |news: SignalNews| written(&[news], None).text;
    let by = Some((at("2026-03-06T16:00:00Z"), "Maud".to_owned()));
    assert!(!told(SignalNews { acknowledged: by, ..crisis(Occasion::Opened) }).contains(command));
    assert!(!told(crisis(Occasion::Over)).contains(command));
    assert!(!told(news(Occasion::Opened)).contains("attend"));
}

#[test]
fn how_grave_it_is_stands_in_the_subject() {
    let check = |severity, occasion, expect: &str| {
        let news = SignalNews { severity, ..news(occasion) };
        let letter = letter(&[news]);
        assert!(letter.subject.starts_with(expect), "{}", letter.subject);
        let is_crisis = severity == Severity::Crisis;
        // Of a warning the subject alone says what it is.
        let badge = expect.split(" – ").next().unwrap();
        assert_eq!(letter.html.contains(&format!("#b42318'>{badge}<")), is_crisis, "{badge}");
        assert_eq!(letter.text.contains(&format!("== {badge} ==\n")), is_crisis, "{badge}");
    };
    let (warning, crisis) = (Severity::Warning, Severity::Crisis);
    check(warning, Occasion::Opened, "Signal – Ozalée");
    check(crisis, Occasion::Opened, "Crise – Ozalée");
    check(crisis, Occasion::Risen, "Désormais une crise – Ozalée");
    check(crisis, Occasion::Grew, "Crise en hausse – Ozalée");
    check(warning, Occasion::Lasts, "Toujours en cours – Ozalée");
    check(warning, Occasion::Over, "Terminé – Ozalée");
}

#[test]
fn what_was_a_crisis_while_letters_were_held_says_from_when_to_when() {
    let span = ["2026-03-06T21:30:00Z", "2026-03-07T02:00:00Z"].map(at);
    let severity = Severity::Crisis;
    let over = SignalNews { severity, was_crisis: Some(span), ..news(Occasion::Over) };
    let said = |locale| {
        let said = over.sentences(locale, chrono_tz::Europe::Paris).join("\n");
        said.replace('\u{a0}', " ")
    };
    let english = said(Locale::English);
    let expect = "It was a crisis from 6 March, 22:30 to 7 March, 03:00, and is over.\n";
    assert!(english.contains(expect), "{english}");
    let french = said(Locale::French);
    let expect = "C’était une crise, du 6 mars à 22 h 30 au 7 mars à 3 h 00 ; elle est terminée.";
    assert!(french.contains(expect), "{french}");
}

#[test]
fn what_comes_at_the_same_time_is_one_letter_in_the_threads_of_all() {
    let of = |query: &str, occasion| {
        let mut news = news(occasion);
        news.evidence.query = query.into();
        news
    };
    let three = [
        of("Ozalée", Occasion::Opened),
        of("Bruinelle", Occasion::Opened),
        of("Rappel", Occasion::Grew),
    ];
    let letter_of_three = letter(&three);
    assert!(letter_of_three.subject.ends_with("(et 2 autres)"), "{}", letter_of_three.subject);
    assert_eq!(letter_of_three.images.len(), 3);
    for query in ["Ozalée", "Bruinelle", "Rappel"] {
        assert!(letter_of_three.text.contains(&format!("{query}\u{a0}: 23 mentions")));
        assert!(letter_of_three.html.contains(&format!("{query}\u{a0}: 23 mentions")));
    }
    for image in &letter_of_three.images {
        assert!(letter_of_three.html.contains(&image.uri()));
    }
    // What grows later finds the thread of the letter that told it first.
    let later = letter(&[of("Bruinelle", Occasion::Grew)]);
    assert!(letter_of_three.follows.contains(&later.follows[0]));

    let many: Vec<SignalNews> =
        (0..200).map(|nth| of(&format!("query {nth}"), Occasion::Opened)).collect();
    let letter_of_many = letter(&many);
    assert!(letter_of_many.html.len() < crate::HTML_BYTES_MAX, "{}", letter_of_many.html.len());
    assert!(letter_of_many.text.contains("query 199"));
}

#[test]
fn a_reader_can_acknowledge_and_mute_while_there_is_something_to_see_to() {
    let open = letter(&[news(Occasion::Opened)]);
    assert!(open.text.contains("[en prendre acte] https://vigie.example/l/"), "{}", open.text);
    assert!(open.html.contains("taire pendant 24 h"));
    let seen = SignalNews {
        acknowledged: Some((at("2026-03-06T16:05:00Z"), "zoé".to_owned())),
        ..news(Occasion::Opened)
    };
    let seen = letter(&[seen]);
    assert!(!seen.text.contains("[en prendre acte]"));
    let said = seen.text.replace('\u{a0}', " ");
    assert!(said.contains("zoé en a pris acte, le 6 mars à 17 h 05."), "{said}");
    assert!(!letter(&[news(Occasion::Over)]).text.contains("[en prendre acte]"));
    assert!(!written(&[news(Occasion::Opened)], None).text.contains("[taire"));
}

#[test]
fn what_strangers_wrote_stays_text() {
    let letter = written(&[news(Occasion::Opened)], None);
    assert!(letter.html.contains("&lt;b&gt;éclate&lt;/b&gt; Bcc: x@y.example"), "{}", letter.html);
    let too_long = |line: &&str| line.chars().count() > 78 && !line.contains("https://");
    assert_eq!(letter.text.lines().find(too_long), None, "{}", letter.text);
    assert!(!letter.html.contains('\u{202e}') && !letter.text.contains('\u{202e}'));
    assert!(letter.text.contains("Le forum · et 2 copies\nhttps://forum.example/7\n"));
    assert!(letter.html.contains(&letter.images[0].uri()));
    // How to stop it stands in both parts.
    let ask = "écrivez à";
    assert!(letter.html.contains(ask) && letter.text.contains(ask), "{}", letter.text);
}
