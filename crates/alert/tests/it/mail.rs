//! Mails as people get them.

use alert::chart::Chart;
use alert::{Digest, HTML_BYTES_MAX, Image, Letter, ListLinks, confirmation, render};
use model::{Cadence, Kind, Locale, Selection, Trouble};

use crate::everything;
use crate::press::{self, Note, Told, at};

#[test]
fn a_french_daily_digest() {
    let letter = press::french();
    assert_eq!(letter.subject, "Vigie – Ozalée, Concurrents");
    assert_eq!(letter.list_id, "press-office.vigie.ozalee.example");
    keep(&letter, "fr");
    insta::assert_snapshot!("french.html", letter.html);
    insta::assert_snapshot!("french.txt", letter.text);
}

#[test]
fn an_english_as_it_happens_digest() {
    let letter = press::english();
    assert_eq!(letter.subject, "Vigie – Ozalée");
    keep(&letter, "en");
    insta::assert_snapshot!("english.html", letter.html);
    insta::assert_snapshot!("english.txt", letter.text);
}

#[test]
fn a_day_with_everything() {
    let letter = everything::crisis(Locale::French, Selection::All);
    let subject = "Vigie – Ozalée\u{a0}: 36 nouveaux résultats";
    assert_eq!(letter.subject, subject);
    assert!(letter.follows.is_empty(), "with another subject it is no thread");
    assert_eq!(letter.images.len(), 1);
    assert!(letter.html.contains(&format!("src='{}'", letter.images[0].uri())));
    keep(&letter, "crisis");
    insta::assert_snapshot!("crisis.html", letter.html);
    insta::assert_snapshot!("crisis.txt", letter.text);
}

#[test]
fn what_not_all_sources_told_is_no_fall() {
    for (locale, count, hollow) in [
        (Locale::English, "15 in the last 24 hours, usually 20 to 40", "Hollow: estimated, as"),
        (
            Locale::French,
            "15 en 24\u{a0}heures, d’habitude de 20 à 40",
            "En creux\u{a0}: estimation,",
        ),
    ] {
        let letter = everything::away(locale);
        assert!(letter.html.contains(hollow), "{}", letter.html);
        let said = letter.text.replace('\n', " ");
        assert!(said.contains(count), "{said}");
        assert!(
            said.contains("not all sources could be read")
                || said.contains("(il manque des sources)"),
            "{said}"
        );
        assert!(!said.contains("less than") && !said.contains("moins que"), "{said}");
        let whole = everything::crisis(locale, Selection::All);
        assert!(!whole.html.contains(hollow));
    }
}

#[test]
fn a_chart_says_what_it_counts_which_is_more_than_the_results() {
    for (locale, one, several) in [
        (
            Locale::English,
            "Mentions and copies over 28 days: 15 in",
            "Mentions and copies over 28 days, counted for each query: 15 in",
        ),
        (
            Locale::French,
            "Mentions et copies sur 28 jours : 15 en",
            "Mentions et copies sur 28 jours, comptées pour chaque requête : 15 en",
        ),
    ] {
        let mut digest = everything::partly_seen(locale);
        let said = |digest: &Digest| {
            let letter = render(digest, &press::sender(), &"a@b.example".parse().unwrap(), None);
            letter.text.replace(['\n', '\u{a0}'], " ")
        };
        assert!(said(&digest).contains(one), "{}", said(&digest));
        digest.queries.push(digest.queries[0].clone());
        assert!(said(&digest).contains(several), "{}", said(&digest));
    }
}

#[test]
fn a_chart_is_drawn_once_for_all_who_are_told() {
    let drawn = b"drawn before".to_vec();
    let digest = Digest { chart: Some(drawn.clone()), ..everything::partly_seen(Locale::English) };
    for to in ["anne@ozalee.example", "zoe@ozalee.example"] {
        let letter = render(&digest, &press::sender(), &to.parse().unwrap(), None);
        assert_eq!(letter.images[0].png, drawn);
    }
}

#[test]
fn the_best_of_a_day_come_with_how_many_others_there_are() {
    let text = everything::crisis(Locale::French, Selection::Best).text;
    assert!(text.contains("31 autres\u{a0}; ce message ne donne que les meilleurs"), "{text}");
}

#[test]
fn letters_of_one_subject_follow_the_same_and_each_has_its_name() {
    let (one, other) = (press::french(), press::english());
    assert_eq!(one.follows, other.follows, "to Anne, of one subscription");
    assert_ne!(one.message_id, other.message_id);
    assert!(!one.follows.contains(&one.message_id));
}

#[test]
fn who_is_asked_is_told_nothing_of_what_was_found() {
    let daily = Cadence::Daily { at: chrono::NaiveTime::MIN };
    let subscription = press::subscription(Locale::French, daily, &["Ozalée", "Concurrents"]);
    let (sender, to, links) = (press::sender(), press::anne(), press::links());
    let asked = |time: &str| confirmation(&subscription, &sender, &to, &links, at(time));
    let letter = asked("2025-11-08T07:00:00Z");
    assert_ne!(letter.message_id, asked("2025-11-08T08:00:00Z").message_id);
    assert_eq!(letter.links, ListLinks::default());
    keep(&letter, "confirm");
    insta::assert_snapshot!("confirm.html", letter.html);
    insta::assert_snapshot!("confirm.txt", letter.text);
}

/// Leaves a mail where `VIGIE_MAILS` says, to be looked at in a browser.
fn keep(letter: &Letter, name: &str) {
    if let Some(directory) = std::env::var_os("VIGIE_MAILS") {
        let path = std::path::PathBuf::from(directory).join(format!("mail-{name}.html"));
        // A browser knows no `cid:` addresses.
        let mut html = letter.html.clone();
        for image in &letter.images {
            let file = format!("mail-{name}.png");
            std::fs::write(path.with_file_name(&file), &image.png).unwrap();
            html = html.replace(&image.uri(), &file);
        }
        std::fs::write(path, html).unwrap();
    }
}

#[test]
fn what_strangers_write_stays_text() {
    let name = "<script>alert(1)</script>\r\nBcc: everyone@corp.example";
    let mut subscription = press::subscription(Locale::English, Cadence::Hourly, &[]);
    subscription.queries = vec![name.into()];
    let told: &[Told<'_>] = &[
        (
            Note {
                kind: Kind::News,
                url: "https://evil.example/it'onclick='alert(1)?q=\"onmouseover=\"alert(1)&x='><img src=x>",
                title: "</title></h3><img src=x onerror=alert(1)>\r\n.\r\nQUIT\r\n\u{202e}gnp.exe",
                author: "<b>\u{0}root\u{7}</b>",
                date: "2025-11-08T09:14:00Z",
                text: "--></style><style>body{display:none}</style> <a href=javascript:alert(1)>x</a>",
            },
            "<i>Source</i> & \"fils\"",
            &[name],
        ),
        (
            Note {
                kind: Kind::Web,
                url: "javascript:alert(document.cookie)",
                title: "An address that is a script",
                author: "",
                date: "2025-11-08T09:00:00Z",
                text: "",
            },
            "Source",
            &[name],
        ),
    ];
    let troubles = [Trouble {
        source: "s".into(),
        name: "<u>s</u>".to_owned(),
        ailment: model::Ailment::Frozen,
        since: at("2025-11-08T01:00:00Z"),
        reason: "<script>\u{202e}\r\nx".to_owned(),
    }];
    let period = ("2025-11-08T09:00:00Z", "2025-11-08T10:00:00Z");
    let letter = press::letter(&press::digest(&subscription, told, &troubles, period).unwrap());

    assert_eq!(letter.subject, "Vigie – <script>alert(1)</script> Bcc: everyone@corp.example");
    assert!(!letter.html.contains("<script") && !letter.html.contains("<img"));
    assert!(!letter.html.contains("href='javascript:") && !letter.html.contains("\"onmouse"));
    assert!(letter.html.contains("/it&#39;onclick=&#39;alert(1)?q="));
    assert!(letter.html.contains("&amp;x=%27%3E%3Cimg%20src=x%3E'"));
    for part in [&letter.html, &letter.text] {
        assert!(!part.chars().any(|c| c.is_control() && c != '\n'));
        assert!(!part.contains('\u{202e}'));
    }
    insta::assert_snapshot!("hostile.html", letter.html);
    insta::assert_snapshot!("hostile.txt", letter.text);
}

#[test]
fn nothing_that_strangers_write_acts_wherever_it_stands() {
    let evil = "{subscription} {} <script>alert(1)</script>' onmouseover='x \" onclick=\"y\r\nBcc: all@evil.example\r\n\
                \r\n\u{202e}gnp.exe\u{2066} \u{0}\u{7}--></style><img src=x>";
    let letter = everything::poisoned(evil);
    for part in [&letter.html, &letter.text, &letter.subject, &letter.list_id] {
        assert!(!part.chars().any(|c| c.is_control() && c != '\n'), "{part}");
        assert!(!part.contains(['\u{202e}', '\u{2066}']), "{part}");
    }
    for acts in ["<script", "<img", "' onmouse", "\" onclick", "--></style>"] {
        assert!(!letter.html.contains(acts), "{acts}: {}", letter.html);
    }
    assert!(!letter.subject.contains('\n') && letter.subject.chars().count() <= 79);
    // What a query or subscription is called is not looked through for what to put in.
    assert!(letter.text.contains("{subscription}"), "{}", letter.text);
}

#[test]
fn ten_megabytes_of_everything_are_cut() {
    let letter = everything::poisoned(&"Ozalée ".repeat(1_500_000));
    assert!(letter.html.len() < 20_000, "{} bytes", letter.html.len());
    assert!(letter.text.len() < 8_000, "{} bytes", letter.text.len());
}

#[test]
fn a_headline_of_ten_megabytes_is_cut() {
    let huge = "Ozalée ".repeat(1_500_000);
    let note = Note {
        kind: Kind::News,
        url: "https://a.example/1",
        title: &huge,
        author: &huge,
        date: "2025-11-08T09:14:00Z",
        text: &huge,
    };
    let subscription = press::subscription(Locale::English, Cadence::Hourly, &["Ozalée"]);
    let period = ("2025-11-08T09:00:00Z", "2025-11-08T10:00:00Z");
    let digest = press::digest(&subscription, &[(note, &huge, &["Ozalée"])], &[], period).unwrap();
    let letter = press::letter(&digest);
    assert!(letter.html.len() < 12_000, "{} bytes", letter.html.len());
    assert!(letter.text.len() < 3_000, "{} bytes", letter.text.len());
    assert!(letter.html.contains("…</h3>") || letter.html.contains("…</a></h3>"));
}

#[test]
fn two_thousand_entries_stay_below_the_limit_and_the_rest_is_counted() {
    let titles: Vec<(String, String)> = (0..2_000)
        .map(|n| (format!("Ozalée & <Cie>, nouvelle numéro {n}"), format!("https://a.example/{n}")))
        .collect();
    let text = "Avant l’été, « Ozalée » & Brumelle se disputent <les terrasses>. ".repeat(8);
    let told: Vec<Told<'_>> = titles
        .iter()
        .enumerate()
        .map(|(n, (title, url))| {
            let kind = if n % 10 == 0 { Kind::Review } else { Kind::News };
            let date = "2025-11-08T06:00:00Z";
            let found: &[&str] = &["Ozalée", "Concurrents"];
            (Note { kind, url, title, author: "Camille", date, text: &text }, "La Gazette", found)
        })
        .collect();
    for locale in [Locale::French, Locale::English] {
        let subscription = press::subscription(locale, Cadence::Hourly, &["Ozalée", "Concurrents"]);
        let period = ("2025-11-08T06:00:00Z", "2025-11-08T07:00:00Z");
        let digest = press::digest(&subscription, &told, &[], period).unwrap();
        assert_eq!(digest.total(), 2_000);
        let letter = press::letter(&digest);

        let bytes = letter.html.len();
        assert!(bytes < HTML_BYTES_MAX && bytes > HTML_BYTES_MAX - 4_000, "{bytes} bytes");
        let shown = letter.html.matches("<h3").count();
        assert_eq!(letter.text.matches("https://a.example/").count(), shown);
        // Both sections have their share.
        let reviews = letter.html.split("<h2").nth(2).unwrap().matches("<h3").count();
        assert!(reviews.abs_diff(shown - reviews) <= 1, "{reviews} of {shown}");
        let untold = match locale {
            Locale::French => format!("{} autres résultats ne figurent pas", 200 - reviews),
            Locale::English => format!("{} more did not fit", 200 - reviews),
        };
        assert!(letter.html.contains(&untold) && letter.text.contains(&untold), "{untold}");
        assert!(letter.text.contains("vigie search 'Ozalée OR #ozalee' --since 2025-11-08"));
    }
}

#[test]
fn long_lists_are_told_in_part_and_counted() {
    let names: Vec<String> = (1..=14).map(|n| format!("Marque {n}")).collect();
    let name_refs: Vec<&str> = names.iter().map(String::as_str).collect();
    let subscription = press::subscription(Locale::French, Cadence::Hourly, &name_refs);
    let told: Vec<Told<'_>> = names
        .iter()
        .map(|source| {
            let note = Note {
                kind: Kind::News,
                url: "https://a.example/1",
                title: "Ozalée",
                author: "",
                date: "2025-11-08T06:00:00Z",
                text: "",
            };
            (note, source.as_str(), name_refs.as_slice())
        })
        .collect();
    let troubles: Vec<Trouble> = names
        .iter()
        .map(|name| Trouble {
            source: name.as_str().into(),
            name: format!("Source {name}"),
            ailment: model::Ailment::Missing,
            since: at("2025-11-08T01:00:00Z"),
            reason: "404".to_owned(),
        })
        .collect();
    let period = ("2025-11-08T06:00:00Z", "2025-11-08T07:00:00Z");
    let letter = press::letter(&press::digest(&subscription, &told, &troubles, period).unwrap());

    let text = letter.text.replace('\n', " ");
    let first = |count| names[..count].join(", ");
    assert!(text.contains(&format!("qui suit {} et 4 autres, vous", first(10))), "{text}");
    assert!(text.contains(&format!("Trouvé par {} et 9 autres - Vu aussi dans", first(5))));
    assert!(text.contains("Source Marque 10") && !text.contains("Source Marque 11"));
    assert!(text.contains("- et 4 autres ") && letter.html.contains("… et 4 autres<"));
    assert_eq!(letter.subject, format!("Vigie – {},…", first(7)));
}

#[test]
fn the_same_digest_gives_the_same_letter_and_survives_the_outbox() {
    let letter = press::french();
    assert_eq!(letter, press::french());
    let payload = serde_json::to_string(&letter).unwrap();
    assert_eq!(serde_json::from_str::<Letter>(&payload).unwrap(), letter);
}

#[test]
fn a_letter_that_an_earlier_version_left_in_the_outbox_is_read() {
    let letter = press::english();
    let mut payload = serde_json::to_value(&letter).unwrap();
    let object = payload.as_object_mut().unwrap();
    for new in ["images", "follows", "links"] {
        object.remove(new);
    }
    let read: Letter = serde_json::from_value(payload).unwrap();
    let old =
        Letter { images: Vec::new(), follows: Vec::new(), links: ListLinks::default(), ..letter };
    assert_eq!(read, old);
}

#[test]
fn images_go_through_the_outbox() {
    let image = Image::new("volume", "<1f@ozalee.example>", Chart::default().png());
    let letter = Letter { images: vec![image], ..press::english() };
    let payload = serde_json::to_string(&letter).unwrap();
    assert_eq!(serde_json::from_str::<Letter>(&payload).unwrap(), letter);
}

#[test]
fn text_lines_have_at_most_78_columns_but_for_addresses_and_commands() {
    for letter in [press::french(), press::english()] {
        for line in
            letter.text.lines().filter(|l| !l.starts_with("http") && !l.starts_with("vigie"))
        {
            assert!(line.chars().count() <= 78, "{line}");
        }
    }
}

#[test]
fn a_digest_names_its_day_or_its_first_and_last() {
    let check = |cadence: &Cadence, locale, since, expect: &str| {
        let subscription = press::subscription(locale, cadence.clone(), &["Ozalée"]);
        let note = Note {
            kind: Kind::News,
            url: "https://a.example/1",
            title: "Ozalée",
            author: "",
            date: "2025-11-03T09:14:00Z",
            text: "",
        };
        // Midnight in Paris.
        let period = (since, "2025-11-07T23:00:00Z");
        let digest =
            press::digest(&subscription, &[(note, "A", &["Ozalée"])], &[], period).unwrap();
        let text = press::letter(&digest).text.replace('\u{a0}', " ");
        assert_eq!(text.lines().nth(1), Some(expect));
    };
    let midnight = chrono::NaiveTime::MIN;
    let weekly = Cadence::Weekly { on: chrono::Weekday::Sat, at: midnight };
    let daily = Cadence::Daily { at: midnight };
    let (english, french) = (Locale::English, Locale::French);
    check(&weekly, english, "2025-10-31T23:00:00Z", "Weekly update ⋅ 1 to 8 November 2025");
    check(
        &weekly,
        french,
        "2025-10-31T23:00:00Z",
        "Mise à jour hebdomadaire ⋅ du 1er au 8 novembre 2025",
    );
    check(
        &weekly,
        english,
        "2025-10-25T22:00:00Z",
        "Weekly update ⋅ 26 October to 8 November 2025",
    );
    check(
        &Cadence::Cron("0 0 1 1 *".to_owned()),
        french,
        "2024-12-31T23:00:00Z",
        "Mise à jour programmée ⋅ du 1er janvier au 8 novembre 2025",
    );
    check(
        &Cadence::Cron("0 0 1 1 *".to_owned()),
        english,
        "2024-12-30T23:00:00Z",
        "Scheduled update ⋅ 31 December 2024 to 8 November 2025",
    );
    check(&daily, english, "2025-11-06T23:00:00Z", "Daily update ⋅ 8 November 2025");
    // After four days without power.
    check(
        &daily,
        french,
        "2025-11-03T23:00:00Z",
        "Mise à jour quotidienne ⋅ du 4 au 8 novembre 2025",
    );
    check(
        &Cadence::AsItHappens,
        english,
        "2025-09-01T00:00:00Z",
        "As-it-happens update ⋅ 8 November 2025",
    );
    check(
        &Cadence::Hourly,
        french,
        "2025-09-01T00:00:00Z",
        "Mise à jour horaire ⋅ 8 novembre 2025",
    );
}
