//! Of relevance.

use enrich::relevance::{DOUBTFUL_MIN, Judgement, Mark, Mention, NOT_RELEVANT_MIN, Relevance};
use model::Kind;
use proptest::prelude::*;

use super::{Row, backwards, own, rows, text};

fn mention(row: &Row) -> Mention<'_> {
    Mention {
        title: &row.title,
        text: &row.text,
        lang: row.lang.as_ref(),
        host: Some(row.source).filter(|_| row.id.is_multiple_of(2)),
        author: row.author.as_deref(),
        source: row.source,
        kind: Kind::Web,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_doubt_explains_itself_within_limits_and_no_order_changes_it(
        (rows, marked) in rows(24).prop_flat_map(|rows| {
            let count = rows.len();
            (Just(rows), prop::collection::vec(prop::option::of(any::<bool>()), count))
        }),
    ) {
        let background: Vec<Mention<'_>> = rows.iter().map(mention).collect();
        let mark = |is_meant: bool| if is_meant { Mark::Relevant } else { Mark::NotRelevant };
        let marks: Vec<(Mention<'_>, Mark)> = background.iter().zip(&marked)
            .filter_map(|(one, marked)| Some((*one, mark((*marked)?)))).collect();
        let learnt = Relevance::learn(&own(), &background, &marks);
        let other = Relevance::learn(&own(), &backwards(&background), &backwards(&marks));
        let against = marks.iter().filter(|(_, mark)| *mark == Mark::NotRelevant).count();
        for one in &background {
            let judgement = learnt.judge(one);
            prop_assert_eq!(&judgement, &other.judge(one));
            prop_assert_eq!(&judgement, &learnt.judge(one));
            let Judgement::Doubtful { probability, because } = judgement else { continue };
            prop_assert!(against >= usize::try_from(NOT_RELEVANT_MIN).unwrap(), "doubted after {} marks", against);
            prop_assert!((DOUBTFUL_MIN..=1.0).contains(&probability));
            prop_assert!((1..=5).contains(&because.len()), "{:?}", because);
            prop_assert!(because.iter().all(|reason| reason.weight.abs() <= 2.5), "{:?}", because);
            let falls = |pair: &[enrich::relevance::Reason]| pair[0].weight.abs() >= pair[1].weight.abs();
            prop_assert!(because.windows(2).all(falls), "{:?}", because);
            prop_assert!(because.iter().any(|reason| reason.weight > 0.0), "a doubt has a reason for it");
        }
    }

    #[test]
    fn relevance_reads_no_further_than_its_limit(word in "[a-zé漢]{3,12}", rest in text()) {
        const READ: usize = 4 * 1024;
        let again = format!("{}{rest}", format!("{word} ").repeat(READ));
        let once = &again[..again.floor_char_boundary(READ)];
        let row = |text: &str| Row {
            id: 1, story: 9, source: "forum", author: None, lang: None, title: String::new(), text: text.to_owned(),
        };
        let [short, long] = [row(once), row(&again)];
        let learnt = |row: &Row| {
            let one = mention(row);
            let marks = [(one, Mark::NotRelevant), (one, Mark::NotRelevant), (one, Mark::NotRelevant)];
            Relevance::learn(&[], &[], &marks)
        };
        let judged = [learnt(&short).judge(&mention(&short)), learnt(&long).judge(&mention(&long))];
        prop_assert_eq!(&judged[0], &judged[1]);
        prop_assert_eq!(learnt(&short).judge(&mention(&long)), learnt(&short).judge(&mention(&short)));
    }
}
