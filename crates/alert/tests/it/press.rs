//! A day in the press of Ozalée, a maker of sparkling tea that does not exist.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use alert::{
    Digest, Letter, LinkKey, Links, Mailbox, Mention, News, Period, Sender, Templates, compose,
    render,
};
use chrono_tz::Tz;
use model::{
    Cadence, Details, Item, ItemId, Kind, Locale, QueryName, Selection, Seq, StoredItem,
    SubjectLine, Subscription, Timestamp, Trouble,
};
use query::Query;
use url::Url;

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn sender() -> Sender {
    Sender {
        locale: Locale::English,
        from: "Vigie <vigie@ozalee.example>".parse().unwrap(),
        owner: Some("communication@ozalee.example".parse().unwrap()),
        templates: Templates::default(),
    }
}

/// The links of Anne's letters.
pub(crate) fn links() -> Links<'static> {
    static BASE: LazyLock<Url> = LazyLock::new(|| "https://vigie.ozalee.example/".parse().unwrap());
    static KEY: LazyLock<LinkKey> = LazyLock::new(|| LinkKey::new([7; LinkKey::BYTES]));
    Links { base: &BASE, key: &KEY, recipient: 3, epoch: 0 }
}

pub(crate) fn anne() -> Mailbox {
    "Anne Martin <anne@ozalee.example>".parse().unwrap()
}

pub(crate) fn queries() -> BTreeMap<QueryName, Query> {
    [("Ozalée", "Ozalée OR #ozalee"), ("Concurrents", "Brumelle OR \"thé pétillant\"")]
        .map(|(name, text)| (QueryName::new(name), query::parse(text).unwrap()))
        .into()
}

pub(crate) fn subscription(locale: Locale, cadence: Cadence, queries: &[&str]) -> Subscription {
    Subscription {
        id: "press-office".into(),
        queries: queries.iter().map(|name| QueryName::new(*name)).collect(),
        to: vec!["anne@ozalee.example".to_owned()],
        cadence,
        zone: Tz::Europe__Paris,
        locale,
        volume: Selection::All,
        subject: SubjectLine::Constant,
    }
}

/// An item as a person notes one: what is left empty is absent.
pub(crate) struct Note<'a> {
    pub(crate) kind: Kind,
    pub(crate) url: &'a str,
    pub(crate) title: &'a str,
    pub(crate) author: &'a str,
    pub(crate) date: &'a str,
    pub(crate) text: &'a str,
}

impl Note<'_> {
    pub(crate) fn stored(&self, id: u64) -> StoredItem {
        StoredItem {
            id: ItemId(id),
            seq: Seq(id),
            version: 1,
            first_seen: at(self.date) + chrono::TimeDelta::minutes(4),
            removed: None,
            item: Item {
                source: "source".into(),
                kind: self.kind,
                guid: None,
                url: self.url.parse().ok(),
                title: self.title.to_owned(),
                text: self.text.to_owned(),
                author: (!self.author.is_empty()).then(|| self.author.to_owned()),
                lang: None,
                published: Some(at(self.date)),
                updated: None,
                details: Details::default(),
            },
        }
    }
}

/// What a test says of a mention: the note, the source's name and the queries that found it.
pub(crate) type Told<'a> = (Note<'a>, &'a str, &'a [&'a str]);

pub(crate) fn digest(
    subscription: &Subscription,
    told: &[Told<'_>],
    troubles: &[Trouble],
    period: (&str, &str),
) -> Option<Digest> {
    let items: Vec<StoredItem> = (1..).zip(told).map(|(id, (note, ..))| note.stored(id)).collect();
    let mentions: Vec<Mention<'_>> = items
        .iter()
        .zip(told)
        .map(|(item, (_, source, queries))| Mention {
            item,
            source,
            queries: queries.iter().map(|name| QueryName::new(*name)).collect(),
            story: item.id,
            tone: None,
            doubt: None,
            assigned: None,
        })
        .collect();
    let period = Period { since: at(period.0), until: at(period.1) };
    let older = BTreeMap::new();
    let news = News { mentions: &mentions, older: &older, troubles, trends: &[], volume: None };
    compose(subscription, &news, &queries(), period)
}

pub(crate) fn letter(digest: &Digest) -> Letter {
    render(digest, &sender(), &anne(), None)
}

pub(crate) fn french() -> Letter {
    let subscription = subscription(
        Locale::French,
        Cadence::Daily { at: chrono::NaiveTime::MIN },
        &["Ozalée", "Concurrents"],
    );
    let troubles = [
        Trouble {
            source: "forum".into(),
            name: "Forum des Buveurs de Thé".to_owned(),
            ailment: model::Ailment::Unreachable,
            since: at("2025-11-06T07:12:00Z"),
            reason: "503 Service Unavailable, 14 fois de suite".to_owned(),
        },
        Trouble {
            source: "gazette".into(),
            name: "La Gazette de l’Estuaire".to_owned(),
            ailment: model::Ailment::Unreadable,
            since: at("2025-11-07T22:40:00Z"),
            reason: "la page n’est pas un flux".to_owned(),
        },
    ];
    let told: &[Told<'_>] = &[
        (
            Note {
                kind: Kind::News,
                url: "https://www.gazette-estuaire.example/economie/ozalee-ouvre-son-usine",
                title: "Ozalée ouvre son usine à Saint-Nazaire : 80 emplois annoncés",
                author: "Camille Le Goff",
                date: "2025-11-08T05:30:00Z",
                text: "Le fabricant de thé pétillant Ozalée a inauguré vendredi sa première usine, \
                       sur l’ancien site d’une conserverie. L’entreprise familiale, fondée en 2014, \
                       promet 80 emplois d’ici à la fin de 2026 et « une eau puisée à moins de dix \
                       kilomètres ». La région apporte 1,2 million d’euros.",
            },
            "La Gazette de l’Estuaire",
            &["Ozalée", "Concurrents"],
        ),
        (
            Note {
                kind: Kind::Web,
                url: "https://www.gazette-estuaire.example/economie/ozalee-ouvre-son-usine",
                title: "Ozalée ouvre son usine à Saint-Nazaire - La Gazette",
                author: "",
                date: "2025-11-08T05:58:00Z",
                text: "",
            },
            "Recherche : Ozalée",
            &["Ozalée"],
        ),
        (
            Note {
                kind: Kind::News,
                url: "https://lequotidien.example/conso/brumelle-baisse-ses-prix",
                title: "Thé pétillant : Brumelle baisse ses prix avant les fêtes",
                author: "Rédaction",
                date: "2025-11-07T16:05:00Z",
                text: "La marque nantaise Brumelle annonce une baisse de 15 % sur toute sa gamme de \
                       thé pétillant. De quoi inquiéter Ozalée, son voisin et concurrent.",
            },
            "Le Quotidien de l’Ouest",
            &["Concurrents", "Ozalée"],
        ),
        (
            Note {
                kind: Kind::Blog,
                url: "https://carnetsdethe.example/2025/11/comparatif",
                title: "Cinq thés pétillants goûtés à l’aveugle",
                author: "Mirabelle",
                date: "2025-11-07T19:20:00Z",
                text: "J’ai réuni six amis et cinq bouteilles sans étiquette. Verdict : le jasmin \
                       d’Ozalée l’emporte d’une bulle, mais le prix pique. Brumelle finit troisième.",
            },
            "Carnets de thé",
            &["Ozalée", "Concurrents"],
        ),
        (
            Note {
                kind: Kind::Review,
                url: "https://avis.example/ozalee/44871",
                title: "Bouteille éclatée à la livraison",
                author: "Jean-Marc D.",
                date: "2025-11-08T06:41:00Z",
                text: "Deuxième fois que ma commande Ozalée arrive en morceaux. Le service client \
                       répond vite, mais à ce prix on attend un vrai emballage. 2/5",
            },
            "Avis Véritables",
            &["Ozalée"],
        ),
    ];
    let period = ("2025-11-07T07:00:00Z", "2025-11-08T07:00:00Z");
    letter(&digest(&subscription, told, &troubles, period).unwrap())
}

pub(crate) fn english() -> Letter {
    let subscription = subscription(Locale::English, Cadence::AsItHappens, &["Ozalée"]);
    let told: &[Told<'_>] = &[
        (
            Note {
                kind: Kind::News,
                url: "https://thedrinksdesk.example/2025/ozalee-series-a",
                title: "French sparkling-tea maker Ozalée raises €6m to cross the Channel",
                author: "Priya Nair",
                date: "2025-11-08T09:14:00Z",
                text: "Ozalée, the family firm behind the jasmine tea that took Paris by surprise, \
                       has raised €6m. \"We want British pubs to pour it\", says its founder.",
            },
            "The Drinks Desk",
            &["Ozalée"],
        ),
        (
            Note {
                kind: Kind::Forum,
                url: "https://teatalk.example/t/ozalee-in-the-uk/812",
                title: "Ozalée in the UK?",
                author: "steeped_in_it",
                date: "2024-12-30T21:02:00Z",
                text: "Has anyone seen Ozalee on a shelf here? Tried it in Nantes & can't stop \
                       thinking about it.",
            },
            "Tea Talk",
            &["Ozalée"],
        ),
    ];
    let digest =
        digest(&subscription, told, &[], ("2025-11-08T09:00:00Z", "2025-11-08T09:20:00Z")).unwrap();
    render(&digest, &Sender { owner: None, ..sender() }, &anne(), Some(&links()))
}
