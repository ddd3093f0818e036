//! Mails with everything in them: a day that has it all, and one that is all poison.

use std::collections::BTreeMap;

use alert::chart::{Bucket, Expected};
use alert::{
    Cause, Digest, Evidence, Hour, Letter, Mention, News, Occasion, Period, SignalLetter,
    SignalNews, Span, Spread, Standing, Told, ToneShift, Trend, Volume, Window, compose,
    confirmation, endpoint_notice, render, signal_letter,
};
use chrono::TimeDelta;
use model::{
    Cadence, EndpointHealth, EndpointId, ItemId, Kind, Locale, Selection, Severity, SignalId,
    SignalKind, StoredItem, SubjectLine, Subscription, Tone, Trouble,
};

use crate::press::{self, Note, anne, at, links, queries, sender, subscription};

/// A recall that four papers print, a bad review, a post deep in a thread, a job offer that is not meant.
fn items() -> Vec<StoredItem> {
    let note = |kind, url, title, author, date, text| Note { kind, url, title, author, date, text };
    let recall = "Ozalée rappelle un lot de bouteilles qui éclatent";
    let notes = [
        note(
            Kind::News,
            "https://www.agence-ouest.example/rappel-ozalee",
            recall,
            "Agence Ouest",
            "2025-11-08T05:10:00Z",
            "Le fabricant de thé pétillant Ozalée rappelle 4 000 bouteilles du lot OZ-114, dont le \
             verre peut éclater. Deux personnes ont été légèrement coupées, dit la marque, qui \
             rembourse.",
        ),
        note(
            Kind::News,
            "https://www.gazette-estuaire.example/rappel",
            recall,
            "",
            "2025-11-08T05:40:00Z",
            "Ozalée rappelle 4 000 bouteilles.",
        ),
        note(
            Kind::News,
            "https://lequotidien.example/rappel",
            recall,
            "",
            "2025-11-08T05:50:00Z",
            "Ozalée rappelle 4 000 bouteilles.",
        ),
        note(
            Kind::Web,
            "https://conso-alerte.example/oz-114",
            recall,
            "",
            "2025-11-08T06:00:00Z",
            "Ozalée rappelle 4 000 bouteilles.",
        ),
        note(
            Kind::Forum,
            "https://teatalk.example/t/812#14",
            "",
            "mirabelle_44",
            "2025-11-08T06:20:00Z",
            "La mienne a éclaté dans le frigo. J’aimais bien Ozalée, mais là c’est fini.",
        ),
        note(
            Kind::Review,
            "https://avis.example/ozalee/44871",
            "Bouteille éclatée à la livraison",
            "Jean-Marc D.",
            "2025-11-08T06:41:00Z",
            "Deuxième fois que ma commande Ozalée arrive en morceaux.",
        ),
        note(
            Kind::Social,
            "https://social.example/@nina/1",
            "",
            "Nina",
            "2025-11-08T06:30:00Z",
            "Le jasmin d’Ozalée reste le meilleur thé pétillant, rappel ou pas.",
        ),
        note(
            Kind::Web,
            "https://emplois.example/ozalee-stage",
            "Stage commercial chez Ozalée",
            "",
            "2025-11-07T15:00:00Z",
            "Rejoignez l’équipe d’Ozalée pour un stage de six mois.",
        ),
    ];
    let mut items: Vec<StoredItem> = (1..).zip(&notes).map(|(id, note)| note.stored(id)).collect();
    "Thé pétillant : vos avis".clone_into(&mut items[4].item.details.thread_title);
    items[4].item.details.number = Some(14);
    items[5].item.details.rating = model::Rating::new(1_000, 1_000, 5_000);
    items
}

fn mentions(items: &[StoredItem]) -> Vec<Mention<'_>> {
    let sources = [
        "Agence Ouest",
        "La Gazette de l’Estuaire",
        "Le Quotidien de l’Ouest",
        "Conso Alerte",
        "Tea Talk",
        "Avis Véritables",
        "Réseau",
        "Emplois",
    ];
    let mut mentions: Vec<Mention<'_>> = items
        .iter()
        .zip(sources)
        .map(|(item, source)| Mention {
            item,
            source,
            queries: vec!["Ozalée".into()],
            story: item.id,
            tone: None,
            doubt: None,
            assigned: None,
        })
        .collect();
    for copy in &mut mentions[..4] {
        (copy.story, copy.tone) = (ItemId(1), Some(Tone::Negative));
    }
    (mentions[4].tone, mentions[5].tone) = (Some(Tone::Negative), Some(Tone::Negative));
    (mentions[6].tone, mentions[7].tone) = (Some(Tone::Positive), Some(Tone::Neutral));
    mentions[5].assigned = Some("Anne Martin");
    mentions[7].doubt = Some(vec!["stage".to_owned(), "emplois.example".to_owned()]);
    mentions
}

/// All of that, with what many speak of, and more than usual.
pub(crate) fn crisis(locale: Locale, selection: Selection) -> Letter {
    let usual = Some(Expected { low: 4.0, usual: 7.0, high: 13.0 });
    let counts = (0..27).map(|day| f64::from((day * 7 + 3) % 11 + 2));
    let buckets = counts.chain([42.0]).map(|count| Bucket { count, whole: count, expected: usual });
    let digest = digest(locale, selection, buckets.collect());
    render(&digest, &sender(), &anne(), Some(&links()))
}

/// The same after days on which not all sources could be read, and before these one when none was.
pub(crate) fn away(locale: Locale) -> Letter {
    render(&partly_seen(locale), &sender(), &anne(), Some(&links()))
}

pub(crate) fn partly_seen(locale: Locale) -> Digest {
    let usual = Some(Expected { low: 20.0, usual: 30.0, high: 40.0 });
    let bucket = |day: i32| {
        let count = f64::from((day * 7 + 3) % 11 + 25);
        match day {
            0..3 => Bucket { count: 3.0, whole: 3.0, expected: None },
            14 => Bucket { count: 0.0, whole: 0.0, expected: None },
            20..22 | 27.. => Bucket { count: count / 2.0, whole: count, expected: usual },
            _ => Bucket { count, whole: count, expected: usual },
        }
    };
    digest(locale, Selection::All, (0..28).map(bucket).collect())
}

fn digest(locale: Locale, selection: Selection, buckets: Vec<Bucket>) -> Digest {
    let items = items();
    let mentions = mentions(&items);
    let volume = Volume { buckets, span: Span::Day };
    let trend = |words: &str, stories, is_new| Trend { words: words.to_owned(), stories, is_new };
    let trends = [trend("lot OZ-114, bouteilles", 12, true), trend("prix d’hiver", 4, false)];
    let troubles = [Trouble {
        source: "forum".into(),
        name: "Forum des Buveurs de Thé".to_owned(),
        ailment: model::Ailment::Unreachable,
        since: at("2025-11-06T07:12:00Z"),
        reason: "503 Service Unavailable, 14 fois de suite".to_owned(),
    }];
    let subscription = Subscription {
        volume: selection,
        subject: SubjectLine::Count,
        ..subscription(locale, Cadence::Daily { at: chrono::NaiveTime::MIN }, &["Ozalée"])
    };
    let older = BTreeMap::from([(Kind::Social, 31)]);
    let news = News {
        mentions: &mentions,
        older: &older,
        troubles: &troubles,
        trends: &trends,
        volume: Some(&volume),
    };
    let period = Period { since: at("2025-11-07T07:00:00Z"), until: at("2025-11-08T07:00:00Z") };
    compose(&subscription, &news, &queries(), period).unwrap()
}

/// A mail in which everything that strangers can write is as bad as `evil`.
pub(crate) fn poisoned(evil: &str) -> Letter {
    let note =
        |url, date| Note { kind: Kind::Forum, url, title: evil, author: evil, date, text: evil };
    let mut items = [
        note("https://a.example/1", "2025-11-08T05:10:00Z").stored(1),
        note("", "2025-11-08T05:40:00Z").stored(2),
        note("https://b.example/1", "2025-11-08T05:50:00Z").stored(3),
    ];
    for item in &mut items {
        evil.clone_into(&mut item.item.details.thread_title);
        item.item.details.reply = Some(true);
    }
    "Ozalée".clone_into(&mut items[2].item.title);
    let mentions = items.each_ref().map(|item| Mention {
        item,
        source: evil,
        queries: vec![evil.into()],
        story: ItemId(item.id.0.min(2)),
        tone: Some(Tone::Negative),
        doubt: Some(vec![evil.to_owned(); 4]),
        assigned: Some(evil),
    });
    let trends = [Trend { words: evil.to_owned(), stories: 3, is_new: true }];
    let troubles = [Trouble {
        source: "s".into(),
        name: evil.to_owned(),
        ailment: model::Ailment::Missing,
        since: at("2025-11-06T07:12:00Z"),
        reason: evil.to_owned(),
    }];
    let mut subscription = subscription(Locale::English, Cadence::Hourly, &[]);
    subscription.queries = vec![evil.into()];
    subscription.id = evil.into();
    let older = BTreeMap::new();
    let news = News {
        mentions: &mentions,
        older: &older,
        troubles: &troubles,
        trends: &trends,
        volume: None,
    };
    let period = Period { since: at("2025-11-08T05:00:00Z"), until: at("2025-11-08T06:00:00Z") };
    let digest = compose(&subscription, &news, &BTreeMap::new(), period).unwrap();
    render(&digest, &sender(), &anne(), Some(&links()))
}

/// What strangers write, by what is bad about it. Of "endless" there is more.
pub(crate) const EVILS: &[(&str, &str)] = &[
    ("script", "<script>window.acted=1</script><img src=x onerror='window.acted=1'>"),
    (
        "quotes",
        "' onmouseover='window.acted=1' x=\" onclick=\"window.acted=1\" `${window.acted=1}`",
    ),
    ("headers", "x\r\nBcc: all@evil.example\r\n\r\n<script>window.acted=1</script>\n.\r\nQUIT\r\n"),
    ("bidi", "\u{202e}gnp.exe\u{2066}\u{2068} \u{200f}שלום\u{202c} \u{2029}\u{2028}\u{feff}"),
    ("controls", "a\u{0}b\u{1b}[31mc\u{7f}\u{85}\u{9d}d\u{8}"),
    ("templates", "{{ 7 * 7 }}{% include \"digest.txt\" %}{# x #}{subscription} {} %s ${x}"),
    ("words", "=?utf-8?b?QmNjOiBhbGxAZXZpbC5leGFtcGxl?= =?utf-8?q?x=0D=0ABcc:_all@evil.example?="),
    (
        "comments",
        "--></style></title></td></tr></table><!-- <![CDATA[ <!--[if mso]> ]]> <style>*{display:none}",
    ),
    (
        "marks",
        "Z\u{351}\u{36b}\u{343}\u{35c}a\u{310}\u{36f} 👩\u{200d}👩\u{200d}👧\u{200d}👦 \u{1f3f4}\u{e0067}\u{e007f} ﷽﷽﷽",
    ),
    (
        "piles",
        "Oz\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{200d}\u{301}\u{fe0f}\u{301}\u{200b}\u{301}\u{3164}\u{301}a\u{e0061}",
    ),
    ("endless", "W"),
];

/// Every kind of mail, with everything in it that strangers or owners can write as bad as `evil`.
pub(crate) fn all_poisoned(evil: &str) -> Vec<(&'static str, Letter)> {
    vec![
        ("digest", poisoned(evil)),
        ("signal", poisoned_signal(evil)),
        ("confirmation", asked(Locale::English, evil, evil)),
        ("notice", notice_of(evil, evil)),
    ]
}

pub(crate) fn asked(locale: Locale, subscription: &str, query: &str) -> Letter {
    let mut asked = press::subscription(locale, Cadence::Hourly, &[query]);
    asked.id = subscription.into();
    confirmation(&asked, &sender(), &anne(), &links(), at("2025-11-08T07:00:00Z"))
}

pub(crate) fn notice(reason: &str) -> Letter {
    notice_of("crm", reason)
}

fn notice_of(endpoint: &str, reason: &str) -> Letter {
    let now = at("2025-11-08T07:00:00Z");
    let reason = reason.to_owned();
    let health = EndpointHealth::Failing { since: now, failures: 5, until: now, reason };
    endpoint_notice(&EndpointId::new(endpoint), &health, &sender(), now).unwrap()
}

/// A recall on a Saturday afternoon: five days of hours, the last of them far above the usual.
pub(crate) fn signal(locale: Locale) -> Letter {
    signal_of(&evidence("Ozalée", "Bouteille éclatée"), 1, "press-office", locale)
}

/// Several at once.
pub(crate) fn signals(locale: Locale) -> Letter {
    signal_of(&evidence("Ozalée", "Bouteille éclatée"), 10, "press-office", locale)
}

fn poisoned_signal(evil: &str) -> Letter {
    let standing = |_| Standing { text: evil.to_owned(), now: 9, before: 1, g2: 20.0 };
    let mut evidence = evidence(evil, evil);
    evidence.kind = SignalKind::Theme;
    evidence.theme = Some(evil.into());
    evidence.cause = Some(Cause::OneStory);
    evidence.spread.loudest = Some((evil.to_owned(), 9));
    evidence.spread.copied = Some((evil.to_owned(), 9));
    evidence.terms = (0..8).map(standing).collect();
    evidence.hosts = (0..5).map(standing).collect();
    evidence.authors = (0..5).map(standing).collect();
    evidence.known = vec![evil.to_owned(); 5];
    for told in &mut evidence.newest {
        evil.clone_into(&mut told.source);
    }
    signal_of(&evidence, 2, evil, Locale::English)
}

fn signal_of(evidence: &Evidence, count: u64, subscription: &str, locale: Locale) -> Letter {
    let one = |nth| SignalNews {
        signal: SignalId(nth),
        evidence: evidence.clone(),
        severity: Severity::Crisis,
        occasion: Occasion::Opened,
        opened: evidence.until,
        acknowledged: None,
        was_crisis: None,
        holds_mentions: true,
    };
    let told = SignalLetter {
        news: &(0..count).map(one).collect::<Vec<_>>(),
        at: evidence.until,
        subscription: &subscription.into(),
        locale,
        zone: chrono_tz::Europe::Paris,
    };
    signal_letter(&told, &sender(), &anne(), Some(&links()))
}

fn evidence(query: &str, title: &str) -> Evidence {
    let until = at("2025-11-08T16:00:00Z");
    let hour = |nth: i32| Hour {
        start: until - TimeDelta::hours(i64::from(120 - nth)),
        count: if nth > 116 { f64::from((nth - 115) * 9) } else { f64::from(nth * 7 % 5) },
        whole: 0.0,
        usual: Some([0.0, f64::from(2 + nth % 24 / 8), f64::from(6 + nth % 24 / 4)]),
    };
    let told = |nth: u64| Told {
        item: ItemId(nth),
        title: format!("{title} {nth}"),
        url: format!("https://forum.example/{nth}").parse().ok(),
        source: "Tea Talk".to_owned(),
        date: until - TimeDelta::minutes(7),
        copies: nth % 3,
    };
    Evidence {
        query: query.into(),
        kind: SignalKind::Rise,
        theme: None,
        onset: until - TimeDelta::hours(3),
        until,
        window: Window {
            since: until - TimeDelta::hours(3),
            observed: 81.0,
            of: Some(90.0),
            expected: 9.0,
            low: 2.0,
            high: 20.0,
        },
        once_in_days: 900.0,
        is_learning: false,
        cause: Some(Cause::Organic),
        spread: Spread { mentions: 81, stories: 60, authors: 44, sources: 9, ..Spread::default() },
        measures: Vec::new(),
        tone: Some(ToneShift { negative: 61, of: 80, negative_before: 12, of_before: 100 }),
        growth: Some(2.5),
        terms: vec![Standing { text: "lot OZ-114".to_owned(), now: 9, before: 1, g2: 20.0 }],
        hosts: Vec::new(),
        authors: Vec::new(),
        languages: Vec::new(),
        newest: (1..=8).map(told).collect(),
        known: vec!["Foire de Nantes".to_owned()],
        chart: (0..120).map(hour).collect(),
    }
}
