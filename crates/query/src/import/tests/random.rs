//! Properties of the import, on random queries and files.

use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const PIECES: &[&str] = &[
    "tea",
    "Ozalée",
    "茶",
    "😀",
    "#tag",
    "@name",
    "$CASH",
    "AND",
    "OR",
    "NOT",
    "and",
    "or",
    "-",
    "+",
    "~",
    "~5",
    "^9",
    "(",
    ")",
    "\"",
    "“",
    "”",
    "«",
    "»",
    "`",
    "{",
    "}",
    "[",
    "]",
    "[3 TO 5]",
    "<<<",
    ">>>",
    "*",
    "?",
    "te*a",
    "*tea",
    "t*",
    "NEAR",
    "NEAR/5",
    "NEAR/5f",
    "ONEAR/3",
    "NEAR/101",
    "AROUND(3)",
    "AROUND(",
    "atleast3",
    "ATLEAST/2",
    "title:",
    "ingress:",
    "site:",
    "site:a.com",
    "country:gbr",
    "region:usa.fl",
    "rating:",
    "raw:",
    "author:a.b",
    "guid:1",
    "allintitle:",
    "$accept:",
    "x:y",
    "https://a.b/c?d",
    "|",
    "\\",
    "/",
    ":",
    ";",
    ",",
    " ",
    " ",
    " ",
    "\n",
    "\t",
    "\u{301}",
    "\u{200D}",
    "\u{FE0F}",
    "\0",
    "C++",
    "100%",
    "10..20",
];

fn query() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(select(PIECES), 0..40).prop_map(|pieces| pieces.concat());
    prop_oneof![4 => pieces, 1 => ".{0,60}"]
}

fn dialect() -> impl Strategy<Value = Dialect> {
    select(Dialect::ALL.as_slice())
}

#[test]
fn a_mark_belongs_to_what_it_stands_on() {
    for dialect in Dialect::ALL {
        let query = translate(dialect, "茶\u{301}*te*a").query;
        assert_eq!(crate::parse(&query).err(), None, "{query}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn no_query_makes_the_import_panic_and_every_place_lies_in_it(
        dialect in dialect(),
        original in query(),
    ) {
        let translated = translate(dialect, &original);
        for lost in &translated.not_carried {
            prop_assert!(original.get(lost.span.clone()).is_some(), "{:?}", lost);
        }
        for note in &translated.notes {
            prop_assert!(original.get(note.span.clone()).is_some(), "{:?}", note);
        }
    }

    #[test]
    fn what_has_words_is_carried_or_listed(dialect in dialect(), original in query()) {
        let translated = translate(dialect, &original);
        let has_words = original.chars().any(|c| c.is_ascii_alphanumeric());
        if has_words && translated.query.is_empty() {
            prop_assert!(!translated.not_carried.is_empty());
        }
    }

    #[test]
    fn a_query_with_losses_finds_more_or_less_as_it_says(clause in clause()) {
        let translated = translate(Dialect::Brandwatch, &clause.to_string());
        let says = |effect| translated.not_carried.iter().any(|lost| lost.why.contains(effect));
        if translated.query.is_empty() {
            prop_assert!(says("nothing of the query is left"));
            return Ok(());
        }
        for held in 0..1 << ATOMS.len() {
            let found = Reader { rest: &translated.query, held }.any();
            let wanted = clause.holds(held);
            prop_assert!(found || !wanted || says(" less "), "{} => {}", clause, translated.query);
            prop_assert!(wanted || !found || says(" more "), "{} => {}", clause, translated.query);
        }
    }

    #[test]
    fn the_language_reads_whatever_the_import_writes(dialect in dialect(), original in query()) {
        let Translated { query, notes, .. } = translate(dialect, &original);
        let refused = |note: &Note| note.message.contains("which Vigie refuses");
        if !query.is_empty() && !notes.iter().any(refused) {
            let problems = crate::parse(&query).err().unwrap_or_default();
            prop_assert!(problems.is_empty(), "{}: {:?}", query, problems);
        }
    }

    #[test]
    fn brackets_and_marks_of_the_result_are_closed(dialect in dialect(), original in query()) {
        let query = translate(dialect, &original).query;
        let (bare, open) = without_quoted(&query);
        prop_assert!(!open, "{}", query);
        let mut depth = 0_i32;
        for c in bare.chars() {
            depth += i32::from(c == '(') - i32::from(c == ')');
            prop_assert!(depth >= 0, "{}", query);
        }
        prop_assert_eq!(depth, 0, "{}", query);
    }

    #[test]
    fn no_file_makes_the_import_panic_and_no_two_names_are_alike(
        dialect in dialect(),
        lines in prop::collection::vec(query(), 0..8),
        separator in select(&["\n", ";", ",", "\r\n", "\"", "{\"query\":"][..]),
    ) {
        let import = read(dialect, &lines.join(separator));
        let mut names: Vec<&str> = import.queries.iter().map(|query| query.name.as_str()).collect();
        let count = names.len();
        names.sort_unstable();
        names.dedup();
        prop_assert_eq!(names.len(), count);
        for query in &import.queries {
            for lost in &query.not_carried {
                prop_assert!(query.original.get(lost.span.clone()).is_some(), "{:?}", lost);
            }
        }
    }
}

/// Three words, and two clauses that are never carried over.
const ATOMS: [&str; 5] = ["tea", "milk", "cake", "guid:1", "continent:asia"];

/// A query whose meaning is known: which of its atoms hold is a number of five bits.
#[derive(Debug, Clone)]
enum Clause {
    Atom(usize),
    Not(Box<Clause>),
    All(Vec<Clause>),
    Any(Vec<Clause>),
}

impl Clause {
    fn holds(&self, held: u32) -> bool {
        match self {
            Self::Atom(atom) => held >> atom & 1 == 1,
            Self::Not(clause) => !clause.holds(held),
            Self::All(clauses) => clauses.iter().all(|clause| clause.holds(held)),
            Self::Any(clauses) => clauses.iter().any(|clause| clause.holds(held)),
        }
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let join = |clauses: &[Self], between: &str| {
            clauses.iter().map(Self::to_string).collect::<Vec<_>>().join(between)
        };
        match self {
            Self::Atom(atom) => f.write_str(ATOMS[*atom]),
            Self::Not(clause) => write!(f, "NOT {clause}"),
            Self::All(clauses) => write!(f, "({})", join(clauses, " AND ")),
            Self::Any(clauses) => write!(f, "({})", join(clauses, " OR ")),
        }
    }
}

fn clause() -> impl Strategy<Value = Clause> {
    let atom = (0..ATOMS.len()).prop_map(Clause::Atom);
    atom.prop_recursive(4, 24, 3, |inner| {
        let several = prop::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            inner.prop_map(|clause| Clause::Not(Box::new(clause))),
            several.clone().prop_map(Clause::All),
            several.prop_map(Clause::Any),
        ]
    })
}

/// Reads what the import writes of such clauses, and nothing else.
struct Reader<'a> {
    rest: &'a str,
    held: u32,
}

impl Reader<'_> {
    fn any(&mut self) -> bool {
        let mut holds = self.all();
        while self.take("OR") {
            holds |= self.all();
        }
        holds
    }

    fn all(&mut self) -> bool {
        let mut holds = self.part();
        while self.take("AND") {
            holds &= self.part();
        }
        holds
    }

    fn part(&mut self) -> bool {
        if self.take("NOT") {
            return !self.part();
        }
        if self.take("(") {
            let holds = self.any();
            assert!(self.take(")"), "{}", self.rest);
            return holds;
        }
        let atom = ATOMS.iter().position(|atom| self.take(atom));
        self.held >> atom.unwrap_or_else(|| panic!("no atom: {}", self.rest)) & 1 == 1
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.trim_start().strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }
}

/// Takes out phrases, regular expressions, exact words and comments; tells whether one is open.
fn without_quoted(query: &str) -> (String, bool) {
    let mut bare = String::new();
    let mut rest = query;
    while let Some(c) = rest.chars().next() {
        let close = match c {
            '"' => "\"",
            '{' => "}",
            '<' if rest.starts_with("<<<") => ">>>",
            '/' if bare.is_empty() || bare.ends_with([' ', '(']) => "/",
            _ => {
                bare.push(c);
                rest = &rest[c.len_utf8()..];
                continue;
            }
        };
        let inside = &rest[if close == ">>>" { 3 } else { 1 }..];
        let mut escaped = false;
        let end = inside.char_indices().find(|&(at, c)| {
            let ends = !escaped && inside[at..].starts_with(close);
            escaped = close == "/" && c == '\\' && !escaped;
            ends
        });
        let Some((end, _)) = end else { return (bare, true) };
        rest = &inside[end + close.len()..];
    }
    (bare, false)
}
