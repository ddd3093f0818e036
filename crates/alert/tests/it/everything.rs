//! Mails with everything in them: a day that has it all, and one that is all poison.

use std::collections::BTreeMap;

use alert::chart::{Bucket, Expected};
use alert::{Letter, Mention, News, Period, Span, Trend, Volume, compose, render};
use model::{
    Cadence, ItemId, Kind, Locale, Selection, StoredItem, SubjectLine, Subscription, Tone, Trouble,
};

use crate::press::{Note, anne, at, links, queries, sender, subscription};

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
        })
        .collect();
    for copy in &mut mentions[..4] {
        (copy.story, copy.tone) = (ItemId(1), Some(Tone::Negative));
    }
    (mentions[4].tone, mentions[5].tone) = (Some(Tone::Negative), Some(Tone::Negative));
    (mentions[6].tone, mentions[7].tone) = (Some(Tone::Positive), Some(Tone::Neutral));
    mentions[7].doubt = Some(vec!["stage".to_owned(), "emplois.example".to_owned()]);
    mentions
}

/// All of that, with what many speak of, and more than usual.
pub(crate) fn crisis(selection: Selection) -> Letter {
    let items = items();
    let mentions = mentions(&items);
    let usual = Some(Expected { low: 4.0, usual: 7.0, high: 13.0 });
    let counts = (0..27).map(|day| f64::from((day * 7 + 3) % 11 + 2));
    let buckets = counts.chain([42.0]).map(|count| Bucket { count, expected: usual });
    let volume = Volume { buckets: buckets.collect(), span: Span::Day };
    let trend = |words: &str, stories, is_new| Trend { words: words.to_owned(), stories, is_new };
    let trends = [trend("lot OZ-114, bouteilles", 12, true), trend("prix d’hiver", 4, false)];
    let troubles = [Trouble {
        source: "forum".into(),
        name: "Forum des Buveurs de Thé".to_owned(),
        since: at("2025-11-06T07:12:00Z"),
        reason: "503 Service Unavailable, 14 fois de suite".to_owned(),
    }];
    let subscription = Subscription {
        volume: selection,
        subject: SubjectLine::Count,
        ..subscription(Locale::French, Cadence::Daily { at: chrono::NaiveTime::MIN }, &["Ozalée"])
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
    let digest = compose(&subscription, &news, &queries(), period).unwrap();
    render(&digest, &sender(), &anne(), Some(&links()))
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
    });
    let trends = [Trend { words: evil.to_owned(), stories: 3, is_new: true }];
    let troubles = [Trouble {
        source: "s".into(),
        name: evil.to_owned(),
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
