//! Facts about the import of others' queries.

mod cases;
mod files;
mod losses;
mod random;

use super::*;

/// Checks what an original of the table became, and nothing else about it.
#[test]
fn every_query_of_the_table_is_written_in_our_language() {
    for (dialect, original, expect) in cases::all() {
        assert_eq!(translate(dialect, original).query, expect, "{dialect}: {original}");
    }
}

/// A case that loses something belongs to the facts about losses, where it is said what.
#[test]
fn nothing_is_lost_of_the_queries_that_are_carried_whole() {
    for (dialect, original, _) in cases::whole() {
        assert_eq!(translate(dialect, original).not_carried, [], "{dialect}: {original}");
    }
}

#[test]
fn the_language_reads_every_query_that_the_import_writes() {
    for (dialect, original, expect) in cases::all() {
        let refused = |note: &Note| note.message.contains("which Vigie refuses");
        // What only excludes is refused, and the import says so.
        if expect.is_empty() || translate(dialect, original).notes.iter().any(refused) {
            continue;
        }
        let problems = crate::parse(expect).err().unwrap_or_default();
        let problems: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems, [] as [&str; 0], "{dialect}: {original} => {expect}");
    }
}

#[test]
fn a_dialect_is_known_by_its_word() {
    for dialect in Dialect::ALL {
        assert_eq!(dialect.as_str().parse(), Ok(dialect));
        assert!(!dialect.differs().is_empty());
    }
    assert_eq!("Brandwatch".parse::<Dialect>(), Err(UnknownDialect));
}

#[test]
fn a_field_has_one_meaning_in_a_dialect() {
    for dialect in Dialect::ALL {
        let mut names: Vec<String> =
            dialect.fields().iter().map(|(name, _)| name.to_lowercase()).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count, "{dialect}");
    }
}

#[test]
fn a_query_beyond_all_measure_is_not_read() {
    let translated = translate(Dialect::Syften, &"tea ".repeat(50_001));
    assert_eq!(translated.query, "");
    let [lost] = &translated.not_carried[..] else { panic!("{translated:?}") };
    assert_eq!(lost.span, 0..200_004);
    assert_eq!(lost.what.chars().count(), 81);
    assert_eq!(lost.why, "it has 200004 bytes; 200000 are read");
}
