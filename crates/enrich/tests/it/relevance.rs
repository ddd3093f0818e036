//! A name that means several things, and what marks teach of it, on items written for this
//! (`homonyms.txt`: query, relevant or not, language, host, text).

use enrich::relevance::{Feature, Judgement, Mark, Mention, Relevance};
use model::{Kind, Lang};

struct Row {
    query: &'static str,
    mark: Mark,
    lang: Lang,
    host: &'static str,
    text: &'static str,
}

fn rows(query: &str) -> Vec<Row> {
    let row = |line: &'static str| {
        let mut parts = line.splitn(5, ' ');
        let mut next = || parts.next().expect("five parts");
        let query = next();
        let mark = if next() == "+" { Mark::Relevant } else { Mark::NotRelevant };
        Row {
            query,
            mark,
            lang: Lang::from_tag(next()).expect("a tag"),
            host: next(),
            text: next(),
        }
    };
    include_str!("homonyms.txt").lines().map(row).filter(|row| row.query == query).collect()
}

fn mention(row: &Row) -> Mention<'_> {
    Mention {
        title: "",
        text: row.text,
        lang: Some(&row.lang),
        host: Some(row.host),
        author: None,
        source: row.host,
        kind: Kind::Web,
    }
}

fn learnt(query: &str, rows: &[Row], marked: &[usize]) -> Relevance {
    let background: Vec<_> = rows.iter().map(mention).collect();
    let marks: Vec<_> = marked.iter().map(|at| (mention(&rows[*at]), rows[*at].mark)).collect();
    Relevance::learn(&[query.to_owned()], &background, &marks)
}

fn is_doubtful(judgement: &Judgement) -> bool {
    matches!(judgement, Judgement::Doubtful { .. })
}

#[test]
fn without_two_marks_against_everything_is_kept() {
    let rows = rows("orange");
    let against: Vec<usize> =
        (0..rows.len()).filter(|at| rows[*at].mark == Mark::NotRelevant).collect();
    let relevant: Vec<usize> =
        (0..rows.len()).filter(|at| rows[*at].mark == Mark::Relevant).collect();
    for marked in [&[][..], &against[..1], &relevant[..]] {
        let relevance = learnt("orange", &rows, marked);
        assert!(
            rows.iter().all(|row| relevance.judge(&mention(row)) == Judgement::Keep),
            "{marked:?}"
        );
    }
    assert_eq!(Relevance::default().judge(&mention(&rows[0])), Judgement::Keep);
}

#[test]
fn twenty_marks_tell_most_of_what_is_meant_otherwise_and_hardly_doubt_the_rest() {
    for query in ["orange", "carrefour"] {
        let rows = rows(query);
        let marked: Vec<usize> = (0..rows.len()).step_by(2).take(20).collect();
        let relevance = learnt(query, &rows, &marked);
        let (mut right, mut wrong, mut against) = (0, 0, 0);
        for row in (0..rows.len()).filter(|at| !marked.contains(at)).map(|at| &rows[at]) {
            let doubtful = is_doubtful(&relevance.judge(&mention(row)));
            against += u32::from(row.mark == Mark::NotRelevant);
            right += u32::from(doubtful && row.mark == Mark::NotRelevant);
            wrong += u32::from(doubtful && row.mark == Mark::Relevant);
        }
        println!("{query}: {right} of {against} found, {wrong} doubted wrongly");
        assert!(wrong <= 1, "{query}: {wrong}");
        assert!(right * 2 >= against, "{query}: {right} of {against}");
    }
}

#[test]
fn a_doubt_names_its_reasons_strongest_first() {
    let rows = rows("orange");
    let marked: Vec<usize> = (0..rows.len()).step_by(2).collect();
    let relevance = learnt("orange", &rows, &marked);
    let recipe = Mention {
        text: "Tarte à l'orange : la recette de la confiture maison.",
        host: Some("cuisine.example"),
        ..mention(&rows[0])
    };
    let Judgement::Doubtful { probability, because } = relevance.judge(&recipe) else {
        panic!("kept");
    };
    assert!((0.8..1.0).contains(&probability), "{probability}");
    let weights: Vec<f64> = because.iter().map(|reason| reason.weight.abs()).collect();
    assert!(weights.is_sorted_by(|a, b| a >= b) && because.len() <= 5, "{because:?}");
    let written: Vec<&str> = because.iter().map(|reason| reason.written.as_str()).collect();
    assert!(written.contains(&"host:cuisine.example"), "{written:?}");
}

#[test]
fn an_author_or_a_host_that_was_marked_twice_is_known() {
    let rows = rows("orange");
    let of = |text, author, host| Mention {
        text,
        author: Some(author),
        host: Some(host),
        ..mention(&rows[0])
    };
    let background: Vec<_> = rows.iter().map(mention).collect();
    let marks: Vec<_> = ["Belle orange", "Quelle orange", "Mon orange"]
        .iter()
        .map(|text| (of(text, "Fruitier", "verger.example"), Mark::NotRelevant))
        .chain(rows.iter().take(5).map(|row| (mention(row), Mark::Relevant)))
        .collect();
    let relevance = Relevance::learn(&["orange".to_owned()], &background, &marks);
    let judgement = relevance.judge(&of("Rien à voir", "Fruitier", "verger.example"));
    let Judgement::Doubtful { because, .. } = judgement else { panic!("{judgement:?}") };
    let named: Vec<&Feature> = because.iter().map(|reason| &reason.feature).collect();
    assert!(named.contains(&&Feature::Author("fruitier".to_owned())), "{named:?}");
    // Nobody's name is no reason.
    let judgement = relevance.judge(&of("Rien à voir", "Anonyme", "telecom.example"));
    assert_eq!(judgement, Judgement::Keep);
}

#[test]
fn taking_a_mark_back_takes_the_doubt_back() {
    let rows = rows("carrefour");
    let marked: Vec<usize> = (0..rows.len()).step_by(2).collect();
    let doubted: Vec<&Row> = {
        let relevance = learnt("carrefour", &rows, &marked);
        rows.iter().filter(|row| is_doubtful(&relevance.judge(&mention(row)))).collect()
    };
    assert!(!doubted.is_empty());
    let background: Vec<_> = rows.iter().map(mention).collect();
    let all_relevant: Vec<_> =
        marked.iter().map(|at| (mention(&rows[*at]), Mark::Relevant)).collect();
    let relevance = Relevance::learn(&["carrefour".to_owned()], &background, &all_relevant);
    assert!(doubted.iter().all(|row| relevance.judge(&mention(row)) == Judgement::Keep));
}

#[test]
fn what_stands_in_every_hit_is_no_reason() {
    let rows = rows("orange");
    let text: Vec<String> = rows.iter().map(|row| format!("Abonnez-vous. {}", row.text)).collect();
    let with: Vec<Mention<'_>> =
        rows.iter().zip(&text).map(|(row, text)| Mention { text, ..mention(row) }).collect();
    let marks: Vec<_> = rows
        .iter()
        .zip(&with)
        .filter(|(row, _)| row.mark == Mark::NotRelevant)
        .take(8)
        .map(|(row, mention)| (*mention, row.mark))
        .collect();
    let relevance = Relevance::learn(&["orange".to_owned()], &with, &marks);
    let plain = Mention { text: "Abonnez-vous.", host: None, source: "new", ..mention(&rows[0]) };
    assert_eq!(relevance.judge(&plain), Judgement::Keep);
}

#[test]
fn hostile_mentions_are_bounded() {
    let rows = rows("orange");
    let marked: Vec<usize> = (0..rows.len()).collect();
    let relevance = learnt("orange", &rows, &marked);
    for text in ["orange ".repeat(1_000_000), "é".repeat(10_000_000), "a b c d ".repeat(1_000_000)]
    {
        let judgement = relevance.judge(&Mention { text: &text, host: None, ..mention(&rows[0]) });
        let _ = is_doubtful(&judgement);
        assert!(format!("{judgement:?}").len() < 4_000);
    }
}
