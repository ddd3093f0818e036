//! One text, read once: which word stands where, and which bytes of the text that is. It serves
//! queries that are asked one at a time; the matcher, which asks all of them at once, reads texts in
//! its own way.

use std::borrow::Cow;
use std::ops::Range;

use model::Lang;

use crate::analysis::{self, Scanner, TokenKind};
use crate::stretch::{self, Stretch};
use crate::{Expression, Order, Seen, Word};

/// The words and signs of one text.
#[derive(Debug)]
pub(crate) struct Tokens<'a> {
    text: Cow<'a, str>,
    lang: Option<&'a Lang>,
    /// The folded tokens, one after the other.
    folded: String,
    in_order: Vec<Token>,
    /// The tokens' numbers by their folded text and then by their position, so that the words that
    /// begin alike stand together.
    by_text: Vec<usize>,
}

#[derive(Debug, Clone)]
struct Token {
    folded: Range<usize>,
    bytes: Range<usize>,
    stretch: Stretch,
    kind: TokenKind,
}

/// Words that stand together, as one of the places where an expression is found has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark<'q> {
    /// What the query asks for there.
    pub(crate) words: &'q [Word],
    pub(crate) stretch: Stretch,
    pub(crate) bytes: Range<usize>,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: Cow<'a, str>, lang: Option<&'a Lang>) -> Self {
        let mut folded = String::with_capacity(text.len());
        let mut tokens = Vec::with_capacity(text.len() / 5);
        let mut scanner = Scanner::new(&text);
        while let Some(scanned) = scanner.advance() {
            let from = folded.len();
            folded.push_str(&scanner.folded);
            tokens.push(Token {
                folded: from..folded.len(),
                bytes: scanned.range,
                stretch: Stretch {
                    start: position(scanned.position),
                    end: position(scanned.position + scanned.width),
                },
                kind: scanned.kind,
            });
        }
        let mut by_text: Vec<usize> = (0..tokens.len()).collect();
        by_text.sort_unstable_by_key(|&at| (&folded[tokens[at].folded.clone()], at));
        Self { text, lang, folded, in_order: tokens, by_text }
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Finds an expression. What is found is sorted, each stretch once.
    pub(crate) fn find(&self, expression: &Expression) -> Vec<Stretch> {
        stretch::find(expression, &mut |word, places| self.places(word, places))
    }

    /// Appends where a word stands, in ascending order, each place once.
    pub(crate) fn places(&self, word: &Word, places: &mut Vec<Stretch>) {
        let from = places.len();
        let (candidates, are_words) = match word {
            Word::Plain(folded) | Word::Exact { folded, .. } | Word::Sign { text: folded, .. } => {
                (self.written_as(folded), false)
            }
            Word::Glob(glob) => (self.beginning_with(glob.prefix()), true),
            Word::Forms(forms) => (self.beginning_with(forms.prefix()), true),
        };
        for &at in candidates {
            let token = &self.in_order[at];
            // Two pictures in a row stand at one place, since they take no position.
            let is_known = places[from..].last() == Some(&token.stretch);
            if !is_known && self.stands_for(word, token) {
                places.push(token.stretch);
            }
        }
        if are_words {
            places[from..].sort_unstable();
        }
    }

    pub(crate) fn has(&self, word: &Word) -> bool {
        let mut places = Vec::new();
        self.places(word, &mut places);
        !places.is_empty()
    }

    /// Returns how the words of this folded form are written in the text, each writing once.
    pub(crate) fn writings(&self, folded: &str) -> Vec<&str> {
        let mut writings = Vec::new();
        for &at in self.written_as(folded) {
            let written = &self.text[self.in_order[at].bytes.clone()];
            if !writings.contains(&written) {
                writings.push(written);
            }
        }
        writings
    }

    /// Hands out the words that make up what `find` has found of the expression: each phrase as a
    /// whole, and of words that are only near each other every one by itself.
    pub(crate) fn marks<'q>(
        &self,
        expression: &'q Expression,
        found: &[Stretch],
        visit: &mut impl FnMut(Mark<'q>),
    ) {
        match expression {
            Expression::Phrase(words) => {
                for &stretch in found {
                    self.phrase_marks(words, stretch, visit);
                }
            }
            Expression::Within { words, .. } => {
                for word in words {
                    let mut places = Vec::new();
                    self.places(word, &mut places);
                    places.retain(|place| lies_within(*place, found));
                    for place in places {
                        self.phrase_marks(std::slice::from_ref(word), place, visit);
                    }
                }
            }
            Expression::Near { left, right, distance, order } => {
                let (lefts, rights) = (self.find(left), self.find(right));
                let (mut on_left, mut on_right) = (Vec::new(), Vec::new());
                for &whole in found {
                    let sides = (&lefts[..], &rights[..]);
                    ends_of(whole, sides, *distance, &mut on_left, &mut on_right);
                    if *order == Order::Either {
                        let sides = (&rights[..], &lefts[..]);
                        ends_of(whole, sides, *distance, &mut on_right, &mut on_left);
                    }
                }
                for (side, mut found) in [(left, on_left), (right, on_right)] {
                    found.sort_unstable();
                    found.dedup();
                    self.marks(side, &found, visit);
                }
            }
            Expression::Any(parts) => {
                for part in parts {
                    let mut of_part = self.find(part);
                    of_part.retain(|stretch| found.binary_search(stretch).is_ok());
                    self.marks(part, &of_part, visit);
                }
            }
        }
    }

    fn phrase_marks<'q>(
        &self,
        words: &'q [Word],
        stretch: Stretch,
        visit: &mut impl FnMut(Mark<'q>),
    ) {
        match words {
            [] => {}
            [word] => {
                for token in self.at(word, stretch.start) {
                    visit(Mark { words, stretch, bytes: token.bytes.clone() });
                }
            }
            [first, .., last] => {
                // Where a picture stands several times at one place the nearest belongs to the phrase.
                let last_start = stretch.end - position(last.width());
                let first = self.at(first, stretch.start).last();
                let last = self.at(last, last_start).next();
                if let Some((first, last)) = first.zip(last) {
                    let start = first.bytes.start.min(last.bytes.start);
                    let end = first.bytes.end.max(last.bytes.end);
                    visit(Mark { words, stretch, bytes: start..end });
                }
            }
        }
    }

    /// Returns the tokens at a position that the word stands for.
    fn at(&self, word: &Word, start: u32) -> impl Iterator<Item = &Token> {
        let from = self.in_order.partition_point(|token| token.stretch.start < start);
        self.in_order[from..]
            .iter()
            .take_while(move |token| token.stretch.start == start)
            .filter(move |token| self.stands_for(word, token))
    }

    fn stands_for(&self, word: &Word, token: &Token) -> bool {
        let folded = &self.folded[token.folded.clone()];
        match (word, token.kind) {
            (Word::Sign { text, .. }, TokenKind::Sign) => text == folded,
            (Word::Sign { .. }, TokenKind::Word) | (_, TokenKind::Sign) => false,
            (word, TokenKind::Word) => {
                let surface = analysis::surface(&self.text[token.bytes.clone()]);
                word.accepts(Seen { folded, surface: &surface, lang: self.lang })
            }
        }
    }

    /// Returns the tokens with this folded text, by their position.
    fn written_as(&self, folded: &str) -> &[usize] {
        let from = self.by_text.partition_point(|at| self.folded(*at) < folded);
        let rest = &self.by_text[from..];
        &rest[..rest.partition_point(|at| self.folded(*at) == folded)]
    }

    /// Returns the tokens that begin with these letters, by their text and then by their position.
    fn beginning_with(&self, letters: &str) -> &[usize] {
        let from = self.by_text.partition_point(|at| self.folded(*at) < letters);
        let rest = &self.by_text[from..];
        &rest[..rest.partition_point(|at| self.folded(*at).starts_with(letters))]
    }

    fn folded(&self, at: usize) -> &str {
        &self.folded[self.in_order[at].folded.clone()]
    }
}

/// Tells whether a place lies within one of the stretches, of which none contains another.
fn lies_within(place: Stretch, stretches: &[Stretch]) -> bool {
    let after = stretches.partition_point(|stretch| stretch.start <= place.start);
    after.checked_sub(1).is_some_and(|last| place.end <= stretches[last].end)
}

/// Appends the first and the second that are the ends of a stretch which NEAR has found.
fn ends_of(
    whole: Stretch,
    (firsts, seconds): (&[Stretch], &[Stretch]),
    distance: usize,
    on_first: &mut Vec<Stretch>,
    on_second: &mut Vec<Stretch>,
) {
    let from = firsts.partition_point(|first| first.start < whole.start);
    for first in firsts[from..].iter().take_while(|first| first.start == whole.start) {
        let from = seconds.partition_point(|second| second.start < first.end);
        let near = seconds[from..]
            .iter()
            .take_while(|second| (second.start - first.end) as usize <= distance)
            .filter(|second| second.end == whole.end);
        for second in near {
            on_first.push(*first);
            on_second.push(*second);
        }
    }
}

/// No text has as many words as that.
fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use proptest::prelude::*;

    use super::*;
    use crate::{Glob, NodeKind};

    /// Returns the words that an expression is found by, each place in brackets.
    fn check(query: &str, text: &str, expect: &[&str]) {
        let parsed = crate::parse(query).unwrap();
        let NodeKind::Occurs { what, .. } = &parsed.root().kind else { panic!("{query}") };
        let tokens = Tokens::new(text.into(), None);
        let mut marks = Vec::new();
        tokens.marks(what, &tokens.find(what), &mut |mark| marks.push(mark.bytes));
        marks.sort_unstable_by_key(|bytes| (bytes.start, bytes.end));
        let mut marked = Vec::new();
        for bytes in marks {
            marked.push(format!(
                "{}[{}]{}",
                &text[..bytes.start],
                &text[bytes.clone()],
                &text[bytes.end..]
            ));
        }
        assert_eq!(marked, expect, "{query}");
    }

    #[test]
    fn only_the_words_by_which_something_is_found_are_marked() {
        check("a NEAR/5 b", "a b b", &["[a] b b", "a [b] b"]);
        check("(\"a b\" OR a) NEAR/0 c", "a b c", &["[a b] c", "a b [c]"]);
        check(
            "(a OR x) NEAR/0 b",
            "a b x a x a",
            &["[a] b x a x a", "a [b] x a x a", "a b [x] a x a"],
        );
        check("\"a b\"~0", "a b x a", &["[a] b x a", "a [b] x a"]);
        check("~\"a b\"", "a b a", &["[a b] a"]);
    }

    #[test]
    fn pictures_that_stand_at_one_place_are_marked_by_what_is_next_to_them() {
        check("🍵", "a 🍵 🎉 🍵 b", &["a [🍵] 🎉 🍵 b", "a 🍵 🎉 [🍵] b"]);
        check("\"a 🍵\"", "a 🍵 🎉 🍵 b", &["[a 🍵] 🎉 🍵 b"]);
        check("\"🍵 b\"", "a 🍵 🎉 🍵 b", &["a 🍵 🎉 [🍵 b]"]);
        check("🍵🎉", "a 🍵 🎉 🍵 b", &["a 🍵 [🎉 🍵] b"]);
        check("🍵🍵", "a 🍵 🎉 🍵 b", &["a [🍵 🎉 🍵] b"]);
        check("\"#a b\"", "x #a b", &["x [#a b]"]);
        check("\"a b\"", "x #a b", &["x #[a b]"]);
    }

    #[test]
    fn each_writing_of_a_word_is_told_once() {
        let tokens = Tokens::new("Thé the THÉ Thé thés".into(), None);
        assert_eq!(tokens.writings("the"), ["Thé", "the", "THÉ"]);
    }

    fn word() -> impl Strategy<Value = Word> {
        prop_oneof![
            Just(Word::Plain("a".to_owned())),
            Just(Word::Plain("b".to_owned())),
            Just(Word::Glob(Glob::new("b*"))),
            Just(Word::Sign { text: "#a".to_owned(), width: 1 }),
            Just(Word::Sign { text: "🍵".to_owned(), width: 0 }),
        ]
    }

    fn expression() -> impl Strategy<Value = Expression> {
        let words = || prop::collection::vec(word(), 1..3);
        let leaf = prop_oneof![
            words().prop_map(Expression::Phrase),
            (words(), 0_usize..3)
                .prop_map(|(words, distance)| Expression::Within { words, distance }),
        ];
        leaf.prop_recursive(3, 8, 2, |inner| {
            let order = prop_oneof![Just(Order::Either), Just(Order::LeftFirst)];
            let near = (inner.clone(), inner.clone(), 0_usize..4, order);
            prop_oneof![
                near.prop_map(|(left, right, distance, order)| Expression::Near {
                    left: Box::new(left),
                    right: Box::new(right),
                    distance,
                    order
                }),
                prop::collection::vec(inner, 1..3).prop_map(Expression::Any),
            ]
        })
    }

    /// What was asked for, and where it stands.
    type Marks = BTreeSet<(String, Stretch)>;

    /// Tries every choice of places, and keeps for each stretch all that it can be made of.
    fn all_choices(expression: &Expression, tokens: &Tokens<'_>) -> BTreeMap<Stretch, Marks> {
        let places = |word: &Word| -> BTreeSet<Stretch> {
            let stands = |token: &&Token| tokens.stands_for(word, token);
            tokens.in_order.iter().filter(stands).map(|token| token.stretch).collect()
        };
        let mut found: BTreeMap<Stretch, Marks> = BTreeMap::new();
        match expression {
            Expression::Phrase(words) => {
                let mut ends: BTreeSet<Stretch> = places(&words[0]);
                for word in &words[1..] {
                    let nexts = places(word);
                    let pairs =
                        ends.iter().flat_map(|end| nexts.iter().map(move |next| (end, next)));
                    ends = pairs
                        .filter(|(end, next)| end.end == next.start)
                        .map(|(end, next)| Stretch { start: end.start, end: next.end })
                        .collect();
                }
                for stretch in ends {
                    found.insert(stretch, [(format!("{words:?}"), stretch)].into());
                }
            }
            Expression::Within { words, .. } => {
                for stretch in tokens.find(expression) {
                    let within = words.iter().flat_map(|word| {
                        let within =
                            places(word).into_iter().filter(|place| stretch.contains(*place));
                        within.map(|place| (format!("{:?}", [word]), place)).collect::<Vec<_>>()
                    });
                    found.insert(stretch, within.collect());
                }
            }
            Expression::Near { left, right, distance, order } => {
                let (lefts, rights) = (all_choices(left, tokens), all_choices(right, tokens));
                let mut join = |firsts: &BTreeMap<Stretch, Marks>,
                                seconds: &BTreeMap<Stretch, Marks>| {
                    for (first, marks) in firsts {
                        for (second, others) in seconds {
                            let between = i64::from(second.start) - i64::from(first.end);
                            if (0..=i64::try_from(*distance).unwrap()).contains(&between) {
                                let stretch = Stretch { start: first.start, end: second.end };
                                found.entry(stretch).or_default().extend(marks | others);
                            }
                        }
                    }
                };
                join(&lefts, &rights);
                if *order == Order::Either {
                    join(&rights, &lefts);
                }
                let all: Vec<Stretch> = found.keys().copied().collect();
                found.retain(|stretch, _| {
                    !all.iter().any(|other| other != stretch && stretch.contains(*other))
                });
            }
            Expression::Any(parts) => {
                for part in parts {
                    for (stretch, marks) in all_choices(part, tokens) {
                        found.entry(stretch).or_default().extend(marks);
                    }
                }
            }
        }
        found
    }

    proptest! {
        #[test]
        fn what_is_found_and_marked_is_what_every_choice_of_places_gives(
            expression in expression(),
            text in "((a|b|ba|bb|x|#a|🍵) ?){0,12}",
        ) {
            let tokens = Tokens::new(text.as_str().into(), None);
            let expect = all_choices(&expression, &tokens);
            let found = tokens.find(&expression);
            prop_assert_eq!(&found, &expect.keys().copied().collect::<Vec<_>>());
            let mut marks = Marks::new();
            tokens.marks(&expression, &found, &mut |mark| {
                marks.insert((format!("{:?}", mark.words), mark.stretch));
            });
            prop_assert_eq!(marks, expect.into_values().flatten().collect::<Marks>());
        }
    }
}
