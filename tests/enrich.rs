//! What a daemon reads of items: language, story, tone; and how people set it right.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use model::{Seq, StoredItem};
use serde_json::Value;
use store::{Reread, Told};

use crate::process::{Daemon, Place, now};
use crate::settings::{FOLDER, watching};
use crate::site::{Page, Site};

/// A dispatch as an agency sends it, and as two papers print it.
const DISPATCH: &str = "PARIS - Le fabricant de boissons Ozalée rappelle 40 000 bouteilles de son \
    thé pétillant au citron vert, vendues depuis le 12 février dans les magasins Ferrine et \
    Bruinelle. Des éclats de verre ont été trouvés dans un lot sorti de l'usine de Châteaubriant. \
    Aucun blessé n'est signalé à ce jour, a précisé la direction, qui invite les clients à \
    rapporter leurs bouteilles en magasin, où elles seront remboursées sans ticket de caisse.";

fn feed(title: &str, declared: &str, items: &[(&str, &str, &str)]) -> String {
    let items: Vec<String> = items
        .iter()
        .map(|(id, title, text)| {
            format!(
                "<item><guid>{id}</guid><link>https://{id}.example/</link><title>{title}</title>\
                 <description>{text}</description></item>"
            )
        })
        .collect();
    let items = items.concat();
    format!(
        "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>{title}</title>\
         <link>https://{title}.example/</link><description>d</description>\
         <language>{declared}</language>{items}</channel></rss>"
    )
}

/// Two papers that print one dispatch, the second under an English template and later words of its own.
struct Press {
    agency: Site,
    paper: Site,
    is_late: Arc<AtomicBool>,
}

impl Press {
    fn start() -> Self {
        let is_late = Arc::new(AtomicBool::new(false));
        let served = Arc::clone(&is_late);
        let agency = Site::start(|request| match request.path.as_str() {
            "/feed" => Page::feed(feed(
                "agence",
                "fr",
                &[
                    ("a1", "Ozalée rappelle 40 000 bouteilles", DISPATCH),
                    (
                        "a2",
                        "Ozalée, c'est nul",
                        "Une boisson infecte et hors de prix, je déteste Ozalée. À fuir !",
                    ),
                    (
                        "a3",
                        "Why I love Ozalée",
                        "A wonderful drink: I really love Ozalée, it is excellent, and the staff are great.",
                    ),
                ],
            )),
            _ => Page::missing(),
        });
        let paper = Site::start(move |request| match request.path.as_str() {
            "/feed" => {
                let printed = format!("{DISPATCH} Lire aussi : nos conseils pour l'été.");
                let mut items =
                    vec![("p1", "Du verre dans le thé : rappel massif", printed.as_str())];
                let late = format!("Notre rédaction avec l'agence. {DISPATCH}");
                if served.load(Ordering::Relaxed) {
                    items.push(("p2", "Rappel de bouteilles chez Ozalée", late.as_str()));
                }
                Page::feed(feed("journal", "en-us", &items))
            }
            _ => Page::missing(),
        });
        Self { agency, paper, is_late }
    }

    fn place(&self) -> Place {
        let watched = [("agence", &self.agency), ("journal", &self.paper)];
        let settings = watching(&watched, FOLDER).replace(
            "[queries]\nozalee = 'Ozalée'",
            "[queries]\nozalee = 'Ozalée'\nfrench = 'Ozalée lang:fr'",
        );
        Place::new(&settings)
    }
}

fn mentions(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let shown = place.print(&[&["mentions", "--json", "--query"], arguments].concat());
    shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn wait_for(daemon: &Daemon, place: &Place, items: usize) {
    daemon.wait_until("all items to be read", || {
        // Until the daemon has begun there is nothing to ask.
        if !place.run(&["mentions", "--query", "ozalee"]).status.success() {
            return false;
        }
        let all = mentions(place, &["ozalee", "--copies"]);
        all.len() == items && all.iter().all(|it| !it["tone_read"].is_null())
    });
}

fn titled<'v>(found: &'v [Value], title: &str) -> &'v Value {
    found.iter().find(|it| it["title"].as_str().unwrap().contains(title)).unwrap()
}

#[test]
fn copies_are_one_story_and_each_text_has_its_language_and_tone() {
    let press = Press::start();
    let place = press.place();
    let daemon = place.start();
    wait_for(&daemon, &place, 4);
    assert!(daemon.stop().success());

    let stories = mentions(&place, &["ozalee"]);
    assert_eq!(stories.len(), 3, "{stories:#?}");
    let told = stories.iter().find(|it| !it["copies"].as_array().unwrap().is_empty()).unwrap();
    assert_eq!(told["copies"].as_array().unwrap().len(), 1);
    assert_eq!(titled(&stories, "nul")["tone"], "negative");
    assert_eq!(titled(&stories, "love")["tone"], "positive");
    assert!(!titled(&stories, "nul")["tone_read"]["words"].as_array().unwrap().is_empty());

    // What a template declares is not what the text is in.
    let all = mentions(&place, &["ozalee", "--copies"]);
    assert_eq!(titled(&all, "verre")["lang"], "fr");
    assert_eq!(titled(&all, "love")["lang"], "en");
    assert_eq!(mentions(&place, &["french", "--copies"]).len(), 3);
    assert_eq!(mentions(&place, &["ozalee", "--tone", "negative"]).len(), 1);

    // After a start the window is what it was.
    press.is_late.store(true, Ordering::Relaxed);
    let daemon = place.start();
    wait_for(&daemon, &place, 5);
    let stories = mentions(&place, &["ozalee"]);
    assert_eq!(stories.len(), 3);
    let told = stories.iter().find(|it| !it["copies"].as_array().unwrap().is_empty()).unwrap();
    assert_eq!(told["copies"].as_array().unwrap().len(), 2);
    let shown = place.print(&["mentions", "--query", "ozalee"]);
    assert!(shown.contains("and 2 copies: ") && shown.contains("5 items, 3 stories"), "{shown}");
    assert!(daemon.stop().success());
}

#[test]
fn what_people_set_right_is_used_at_once_and_kept() {
    let press = Press::start();
    let place = press.place();
    let daemon = place.start();
    wait_for(&daemon, &place, 4);
    let all = mentions(&place, &["ozalee", "--copies"]);
    let id = |title: &str| titled(&all, title)["id"].to_string();
    let correct =
        |arguments: &[&str]| place.print(&[&["correct", "--by", "Zoé"], arguments].concat());

    let said = correct(&[&id("nul"), "--query", "ozalee", "--tone", "neutral"]);
    assert!(said.contains("tone neutral (was negative), says Zoé"), "{said}");
    let negative = mentions(&place, &["ozalee", "--tone", "negative"]);
    assert_eq!(negative.len(), 0, "{negative:#?}");
    correct(&[&id("love"), "--query", "ozalee", "--irrelevant"]);
    assert_eq!(mentions(&place, &["ozalee"]).len(), 2);
    let shown = place.print(&["mentions", "--query", "ozalee"]);
    assert!(shown.contains("1 not shown, since people said that they are not meant"), "{shown}");

    // A story that a person parted stays parted, for what comes later too.
    correct(&[&id("verre"), "--own-story"]);
    press.is_late.store(true, Ordering::Relaxed);
    wait_for(&daemon, &place, 4);
    let stories = mentions(&place, &["ozalee"]);
    let copies = |it: &Value| it["copies"].as_array().unwrap().len();
    assert_eq!(stories.iter().map(copies).sum::<usize>(), 1, "{stories:#?}");
    assert!(daemon.stop().success());

    let report = place.print(&["accuracy", "--query", "ozalee", "--json"]);
    let report: Value = serde_json::from_str(&report).unwrap();
    assert_eq!((&report["found"], &report["irrelevant"]), (&5.into(), &1.into()));
    assert_eq!((&report["tones_judged"], &report["tones_right"]), (&1.into(), &0.into()));
    let kept = place.print(&["correct", "--list"]);
    assert_eq!(kept.lines().count(), 3, "{kept}");
    let refused = place.refuse(1, &["correct", "99", "--query", "ozalee", "--relevant"]);
    assert!(
        refused.contains("ozalee has not found item 99") || refused.contains("no item 99"),
        "{refused}"
    );
    let refused = place.refuse(2, &["mentions", "--query", "ozale"]);
    assert!(refused.contains("did you mean \"ozalee\"?"), "{refused}");
}

#[test]
fn marks_make_what_is_like_them_doubtful_and_hide_nothing() {
    let items: Vec<(String, String, String)> = (0..6)
        .map(|n| {
            let id = format!("g{n}");
            let title = format!("Recette numéro {n} du dimanche");
            let text = format!("Dans la cuisine de grand-mère Ozalée, une recette de tarte, cuisson {n} minutes au four.");
            (id, title, text)
        })
        .chain((0..3).map(|n| {
            let text = format!("La société Ozalée publie ses comptes du trimestre {n}, la bourse salue la direction.");
            (format!("b{n}"), format!("Comptes {n}"), text)
        }))
        .collect();
    let site = Site::start(move |request| match request.path.as_str() {
        "/feed" => {
            let items: Vec<(&str, &str, &str)> =
                items.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect();
            Page::feed(feed("cuisine", "fr", &items))
        }
        _ => Page::missing(),
    });
    let place = Place::new(&watching(&[("cuisine", &site)], FOLDER));
    let daemon = place.start();
    wait_for(&daemon, &place, 9);
    assert!(daemon.stop().success());
    let all = mentions(&place, &["ozalee", "--copies"]);
    assert!(all.iter().all(|it| it["doubt"].is_null()));
    let mark = |title: &str, said: &str| {
        let id = titled(&all, title)["id"].to_string();
        place.print(&["correct", &id, "--query", "ozalee", said]);
    };
    for n in 0..4 {
        mark(&format!("Recette numéro {n} "), "--irrelevant");
    }
    for n in 0..2 {
        mark(&format!("Comptes {n}"), "--relevant");
    }
    let left = mentions(&place, &["ozalee", "--copies"]);
    assert_eq!(left.len(), 5, "what is doubtful is still there");
    let doubtful: Vec<&Value> = left.iter().filter(|it| !it["doubt"].is_null()).collect();
    assert_eq!(doubtful.len(), 2, "{left:#?}");
    assert!(doubtful.iter().all(|it| it["title"].as_str().unwrap().contains("Recette")));
    assert_eq!(&left[3..], doubtful.into_iter().cloned().collect::<Vec<_>>(), "they come last");
    let shown = place.print(&["mentions", "--query", "ozalee"]);
    assert!(shown.contains("perhaps not meant"), "{shown}");
}

#[test]
fn themes_and_people_are_told_of_a_query() {
    let complaints = [
        "Bonjour, j'attends un remboursement d'Ozalée depuis trois semaines, c'est un vrai problème. Comment faire ?",
        "Ma caisse de bouteilles est arrivée cassée et le remboursement promis par Ozalée ne vient pas. Qui dois-je appeler ?",
        "Impossible de joindre quelqu'un chez Ozalée au sujet de mon remboursement. Où faut-il écrire ?",
        "Le site d'Ozalée plante quand je demande le remboursement de la consigne. Quelqu'un sait pourquoi ?",
        "Toujours aucun remboursement d'Ozalée alors que le magasin a repris le lot en février. Est-ce normal ?",
        "Je suis déçue : Ozalée refuse le remboursement sans ticket de caisse. Avez-vous eu le même souci ?",
    ];
    let items: Vec<(String, String, String)> = complaints
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("c{n}"), format!("Message {n}"), (*text).to_owned()))
        .collect();
    let site = Site::start(move |request| match request.path.as_str() {
        "/feed" => {
            let entries: Vec<String> = items
                .iter()
                .map(|(id, title, text)| {
                    format!(
                        "<item><guid>{id}</guid><link>https://{id}.example/</link>\
                         <title>{title}</title><description>{text}</description>\
                         <author>{id}@forum.example (Client {id})</author></item>"
                    )
                })
                .collect();
            Page::feed(
                feed("forum", "fr", &[]).replace("</channel>", &(entries.concat() + "</channel>")),
            )
        }
        _ => Page::missing(),
    });
    let place = Place::new(&watching(&[("forum", &site)], FOLDER));
    let daemon = place.start();
    wait_for(&daemon, &place, 6);
    assert!(daemon.stop().success());
    let themes = place.print(&["themes", "--query", "ozalee", "--json"]);
    let themes: Value = serde_json::from_str(&themes).unwrap();
    assert_eq!(themes["items"], 6);
    let phrases = themes["themes"].to_string();
    assert!(phrases.contains("remboursement") && !phrases.contains("zalée"), "{themes:#}");
    assert!(themes["asks"]["complaint"].as_array().unwrap().len() >= 3, "{themes:#}");
    let shown = place.print(&["themes", "--query", "ozalee"]);
    assert!(shown.contains("nothing before to compare with"), "{shown}");
    assert!(shown.contains("Complaints (") && shown.contains("Questions ("), "{shown}");

    let people = place.print(&["people", "--query", "ozalee", "--by", "active", "--json"]);
    assert_eq!(people.lines().count(), 6, "{people}");
    let first: Value = serde_json::from_str(people.lines().next().unwrap()).unwrap();
    assert_eq!((&first["posts"], &first["source"]), (&1.into(), &"forum".into()));
    assert!(place.print(&["people", "--query", "ozalee"]).contains("6 of 6 people"));
}

#[test]
fn the_past_is_read_again_when_that_is_said() {
    let press = Press::start();
    let place = press.place();
    let daemon = place.start();
    wait_for(&daemon, &place, 4);
    let refused = place.refuse(1, &["reprocess", "--since", "7d", "--yes"]);
    assert!(refused.contains("another vigie") || refused.contains("running"), "{refused}");
    assert!(daemon.stop().success());

    let same = place.print(&["reprocess", "--since", "7d"]);
    assert!(
        same.contains("languages: none changes") && same.contains("stories: none changes"),
        "{same}"
    );
    assert!(same.contains("Nothing was written"), "{same}");

    // As a version that could not read would have left it.
    let mut ledger = place.ledger();
    let items = ledger.items_after(Seq(0), 9).unwrap();
    let unread = |stored: &StoredItem| Reread {
        seq: stored.seq,
        lang: None,
        tone: None,
        told: Told {
            item: stored.id,
            story: stored.id,
            at: stored.first_seen,
            fingerprint: Vec::new(),
        },
    };
    let items: Vec<Reread> = items.iter().map(unread).collect();
    ledger.record_again(&items, &[], now()).unwrap();
    ledger.search_again(&["french".into()]).unwrap();
    let run = ledger.history_due().unwrap().unwrap();
    ledger.record_history(&run, run.until, &[], now()).unwrap();
    drop(ledger);
    assert!(mentions(&place, &["french", "--copies"]).is_empty());
    let diff = place.print(&["reprocess", "--since", "7d"]);
    assert!(diff.contains("und → fr 3") && diff.contains("alone → a copy 1"), "{diff}");
    assert!(mentions(&place, &["ozalee", "--copies"]).iter().all(|it| it["lang"].is_null()));
    let done = place.print(&["reprocess", "--since", "7d", "--yes"]);
    assert!(done.contains("4 items indexed; french to look through the past again"), "{done}");
    assert_eq!(mentions(&place, &["ozalee"]).len(), 3);
    assert_eq!(place.search(&["Ozalée lang:fr"]).len(), 3);
    let daemon = place.start();
    daemon.wait_until("the query to look again", || {
        mentions(&place, &["french", "--copies"]).len() == 3
    });
    assert!(daemon.stop().success());
}

#[test]
fn texts_of_ones_own_are_read_line_by_line() {
    let place = Place::empty();
    let lines = [
        format!("{{\"id\": \"a\", \"text\": {DISPATCH:?}}}"),
        "no JSON".to_owned(),
        format!("{{\"id\": 7, \"text\": {:?}, \"title\": \"Autre titre\"}}", format!("{DISPATCH} Lire aussi.")),
        "{\"id\": 8, \"text\": \"Ferrine is great, but Ozalée is terrible and I hate it.\", \"brand\": \"Ozalée\"}".to_owned(),
        "{\"id\": 9, \"text\": \"12 34\", \"stars\": 0}".to_owned(),
    ];
    std::fs::write(place.path("texts.jsonl"), lines.join("\n")).unwrap();
    let output =
        place.run(&["enrich", place.path("texts.jsonl").to_str().unwrap(), "--brand", "Ferrine"]);
    assert_eq!(output.status.code(), Some(1), "one line is broken");
    let errors = String::from_utf8(output.stderr).unwrap();
    assert!(errors.contains("line 2: ") && errors.contains("1 line could not be read"), "{errors}");
    let rows: Vec<Value> = String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(rows.len(), 4);
    assert_eq!((&rows[0]["language"], &rows[0]["story"]), (&"fr".into(), &"a".into()));
    assert_eq!((&rows[1]["id"], &rows[1]["story"]), (&7.into(), &"a".into()));
    assert_eq!((&rows[2]["language"], &rows[2]["tone"]), (&"en".into(), &"negative".into()));
    assert_eq!((&rows[3]["language"], &rows[3]["tone"]), (&"und".into(), &"negative".into()));
    let missing = place.refuse(1, &["enrich", "nothing.jsonl"]);
    assert!(missing.contains("failed to read nothing.jsonl"), "{missing}");
}

#[test]
fn two_people_of_one_name_are_two_and_one_of_two_names_is_one() {
    let site = Site::start(|request| match request.path.as_str() {
        "/feed" => {
            let entry = |n: u8, name: &str, who: u8| {
                format!(
                    "<entry><id>{n}</id><link href='https://tea.example/t/{n}'/><title>Post {n}</title>\
                     <updated>{}</updated><author><name>{name}</name><uri>/u/{who}</uri></author>\
                     <content>Ozalée, dit le message numéro {n}.</content></entry>",
                    (now() - TimeDelta::minutes(i64::from(10 - n))).to_rfc3339()
                )
            };
            let entries = [
                entry(1, "Anne", 1),
                entry(2, "Anne", 2),
                entry(3, "Anne Le Bihan", 1),
                entry(4, "Anne Le Bihan", 1),
            ];
            Page::feed(format!(
                "<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='fr'><title>Tea</title>{}</feed>",
                entries.concat()
            ))
        }
        _ => Page::missing(),
    });
    let place = Place::new(&watching(&[("forum", &site)], FOLDER));
    let daemon = place.start();
    wait_for(&daemon, &place, 4);
    assert!(daemon.stop().success());
    let people = place.print(&["people", "--query", "ozalee", "--by", "active", "--json"]);
    let people: Vec<Value> =
        people.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let told: Vec<_> = people
        .iter()
        .map(|one| {
            let profile = one["profile"].as_str().unwrap();
            (
                one["name"].as_str().unwrap(),
                one["posts"].as_u64().unwrap(),
                &profile[profile.len() - 4..],
            )
        })
        .collect();
    assert_eq!(told, [("Anne Le Bihan", 3, "/u/1"), ("Anne", 1, "/u/2")]);
    let shown = place.print(&["people", "--query", "ozalee"]);
    assert!(shown.contains("2 of 2 people") && shown.contains("/u/2\n"), "{shown}");
}
