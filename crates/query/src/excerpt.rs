//! What to show of a text: where the queries' words stand, and the part with the most of them.

use std::collections::HashMap;
use std::ops::Range;

use serde::Serialize;

use crate::tokens::Tokens;
use crate::{Expression, NodeKind, Pattern, Query, Scope, Word};

/// More matches of one pattern are not marked: looking for all of them can take time of the square of
/// the text's length.
const PATTERN_MARKS_MAX: usize = 100;

/// Once a text has as many marks, no further clauses are looked for: there is enough to show, and the
/// clauses of a hostile query could take seconds.
const MARKS_MAX: usize = 10_000;

/// The telling part of a text, on one line.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Snippet {
    pub text: String,
    /// Where the queries' words stand in `text`, in bytes: in order, apart from one another.
    pub marks: Vec<Range<usize>>,
    /// Whether something was left out before the text, or after it.
    pub cut_before: bool,
    pub cut_after: bool,
}

/// Returns the part of a text where the words of the queries stand closest, at most `chars_max`
/// characters, cut between words; the beginning where none of them stands. Line feeds and runs of
/// spaces become one space. Words that are excluded, or asked for in another field, do not count.
pub fn snippet(queries: &[&Query], text: &str, chars_max: usize) -> Snippet {
    let text = one_line(text);
    let wanted = Wanted::of(queries, [Scope::TitleOrText, Scope::Text]);
    let marks = wanted.marks(&text);
    let window = window(&text, &marks, chars_max);
    let shown = merged(&marks)
        .into_iter()
        .map(|mark| mark.start.max(window.start)..mark.end.min(window.end))
        .filter(|mark| mark.start < mark.end)
        .map(|mark| mark.start - window.start..mark.end - window.start)
        .collect();
    Snippet {
        text: text[window.clone()].to_owned(),
        marks: shown,
        cut_before: window.start > 0,
        cut_after: window.end < text.len(),
    }
}

/// Returns where the words of the queries stand in a title, in bytes: in order, apart from one
/// another. A phrase is one mark, and only where all of it stands; of words that are near each other
/// every one is a mark.
pub fn marks(queries: &[&Query], text: &str) -> Vec<Range<usize>> {
    let wanted = Wanted::of(queries, [Scope::TitleOrText, Scope::Title]);
    merged(&wanted.marks(text))
}

/// The same in a text below its title.
pub fn marks_in_text(queries: &[&Query], text: &str) -> Vec<Range<usize>> {
    let wanted = Wanted::of(queries, [Scope::TitleOrText, Scope::Text]);
    merged(&wanted.marks(text))
}

/// What is to be marked.
struct Wanted<'q> {
    clauses: Vec<Clause<'q>>,
}

enum Clause<'q> {
    Words(&'q Expression),
    Pattern(&'q Pattern),
}

/// One place where a word, a phrase or a pattern stands.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Mark {
    start: usize,
    end: usize,
    /// Stands for the word, phrase or pattern: two marks of one phrase have the same.
    asked: usize,
}

impl<'q> Wanted<'q> {
    /// Takes what is looked for in one of these scopes.
    fn of(queries: &[&'q Query], scopes: [Scope; 2]) -> Self {
        let mut clauses = Vec::new();
        for query in queries {
            query.root.each_wanted(&mut |node| match &node.kind {
                NodeKind::Occurs { scope, what, .. } if scopes.contains(scope) => {
                    clauses.push(Clause::Words(what));
                }
                NodeKind::Regex { scope, pattern } if scopes.contains(scope) => {
                    clauses.push(Clause::Pattern(pattern));
                }
                NodeKind::Occurs { .. }
                | NodeKind::Regex { .. }
                | NodeKind::All(_)
                | NodeKind::Any(_)
                | NodeKind::Not(_)
                | NodeKind::Filter(_)
                | NodeKind::Interval(_)
                | NodeKind::Context { .. } => {}
            });
        }
        Self { clauses }
    }

    /// Returns the marks in order, each once.
    fn marks(&self, text: &str) -> Vec<Mark> {
        if self.clauses.is_empty() {
            return Vec::new();
        }
        let tokens = Tokens::new(text.into(), None);
        let mut marks = Vec::new();
        let mut phrases: HashMap<&[Word], usize> = HashMap::new();
        for (at, clause) in self.clauses.iter().enumerate() {
            if marks.len() >= MARKS_MAX {
                break;
            }
            match clause {
                Clause::Words(what) => {
                    tokens.marks(what, &tokens.find(what), &mut |found| {
                        if marks.len() >= MARKS_MAX {
                            return;
                        }
                        let next = self.clauses.len() + phrases.len();
                        let asked = *phrases.entry(found.words).or_insert(next);
                        marks.push(Mark { start: found.bytes.start, end: found.bytes.end, asked });
                    });
                }
                Clause::Pattern(pattern) => {
                    let found = pattern.find_iter(text).take(PATTERN_MARKS_MAX);
                    let found = found.filter(|range| !range.is_empty());
                    marks.extend(found.map(|Range { start, end }| Mark { start, end, asked: at }));
                }
            }
        }
        marks.sort_unstable();
        marks.dedup();
        marks
    }
}

/// Joins marks that overlap. They come in the order of their starts.
fn merged(marks: &[Mark]) -> Vec<Range<usize>> {
    let mut merged: Vec<Range<usize>> = Vec::new();
    for &Mark { start, end, .. } in marks {
        match merged.last_mut() {
            Some(last) if start < last.end => last.end = last.end.max(end),
            _ => merged.push(start..end),
        }
    }
    merged
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    line
}

/// Chooses the part of the text to show, in bytes.
fn window(text: &str, marks: &[Mark], chars_max: usize) -> Range<usize> {
    if text.chars().count() <= chars_max {
        return 0..text.len();
    }
    let cluster = densest(text, marks, chars_max).unwrap_or(0..0);
    let spare = chars_max.saturating_sub(text[cluster.clone()].chars().count());
    // A little of what comes before helps to read, most of the room belongs to what follows. At
    // either end of the text the other side gets the room.
    let after_in_all = text[cluster.end..].chars().count();
    let before = (spare / 3).max(spare.saturating_sub(after_in_all));
    let usual = next_word(text, back(text, cluster.start, before)).min(cluster.start);
    let earliest = back(text, cluster.start, before.max(spare * 2 / 3));
    let start = sentence_start(text, earliest, usual, cluster.start);
    let end = forth(text, start, chars_max);
    start..last_word_end(text, start, end).max(cluster.end.min(end))
}

/// Prefers to begin where a sentence does, before the usual place or else after it: half a sentence
/// can say the contrary of the whole.
fn sentence_start(text: &str, earliest: usize, usual: usize, latest: usize) -> usize {
    let after_stop = text[earliest..latest]
        .match_indices(' ')
        .map(|(space, _)| earliest + space)
        .filter(|&space| text[..space].ends_with(['.', '!', '?', '…']))
        .map(|space| space + 1);
    let mut starts = (earliest == 0).then_some(0).into_iter().chain(after_stop).peekable();
    let mut start = None;
    while let Some(next) = starts.next_if(|start| *start <= usual) {
        start = Some(next);
    }
    start.or_else(|| starts.next()).unwrap_or(usual)
}

/// Finds the run of marks that fits and has the most different words, then the most words.
fn densest(text: &str, marks: &[Mark], chars_max: usize) -> Option<Range<usize>> {
    let starts = char_offsets(text, marks.iter().map(|mark| mark.start));
    let mut best: Option<((usize, usize), Range<usize>)> = None;
    let mut inside: HashMap<usize, usize> = HashMap::new();
    let mut last = 0;
    for first in 0..marks.len() {
        while last < marks.len() {
            let mark = &marks[last];
            let chars = starts[last] - starts[first] + text[mark.start..mark.end].chars().count();
            if chars > chars_max && last > first {
                break;
            }
            *inside.entry(mark.asked).or_default() += 1;
            last += 1;
        }
        let score = (inside.len(), last - first);
        if best.as_ref().is_none_or(|(other, _)| score > *other) {
            let end = marks[first..last].iter().map(|mark| mark.end).max()?;
            best = Some((score, marks[first].start..end));
        }
        if let Some(count) = inside.get_mut(&marks[first].asked) {
            *count -= 1;
            if *count == 0 {
                inside.remove(&marks[first].asked);
            }
        }
    }
    best.map(|(_, cluster)| cluster.start..cluster.end.min(forth(text, cluster.start, chars_max)))
}

/// Turns ascending byte offsets into character offsets, in one pass.
fn char_offsets(text: &str, bytes: impl Iterator<Item = usize>) -> Vec<usize> {
    let (mut at, mut chars) = (0, 0);
    bytes
        .map(|byte| {
            chars += text[at..byte].chars().count();
            at = byte;
            chars
        })
        .collect()
}

/// Returns the place so many characters before `from`.
fn back(text: &str, from: usize, chars: usize) -> usize {
    match chars {
        0 => from,
        _ => text[..from].char_indices().rev().nth(chars - 1).map_or(0, |(at, _)| at),
    }
}

/// Returns the place so many characters after `from`.
fn forth(text: &str, from: usize, chars: usize) -> usize {
    text[from..].char_indices().nth(chars).map_or(text.len(), |(at, _)| from + at)
}

/// Returns `from` where a word begins there, else the place after the next space.
fn next_word(text: &str, from: usize) -> usize {
    if from == 0 || text[..from].ends_with(' ') {
        return from;
    }
    text[from..].find(' ').map_or(text.len(), |space| from + space + 1)
}

/// Returns where the last word ends that ends by `to`; `to` itself where one long word fills all.
fn last_word_end(text: &str, from: usize, to: usize) -> usize {
    if to == text.len() || text[to..].starts_with(' ') {
        return to;
    }
    text[from..to].rfind(' ').map_or(to, |space| from + space)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns the text with its marks between brackets, and `…` where it is cut.
    fn shown(snippet: &Snippet) -> String {
        let mut text = snippet.text.clone();
        for mark in snippet.marks.iter().rev() {
            text.insert(mark.end, ']');
            text.insert(mark.start, '[');
        }
        let cut = |is_cut| if is_cut { "…" } else { "" };
        format!("{}{text}{}", cut(snippet.cut_before), cut(snippet.cut_after))
    }

    #[test]
    fn a_snippet_begins_with_a_sentence_where_one_is_near() {
        let text = "Rien à voir ici. L'étiquette n'indiquait pas de garder la bouteille au frais, \
                    dit-elle. Puis tout le reste.";
        let expect = "…L'étiquette n'indiquait pas de garder la [bouteille] au frais, dit-elle.…";
        check("bouteille", text, 72, expect);
    }

    fn check(query: &str, text: &str, chars_max: usize, expect: &str) {
        let query = crate::parse(query).unwrap();
        assert_eq!(shown(&snippet(&[&query], text, chars_max)), expect);
    }

    #[test]
    fn a_short_text_is_shown_whole_on_one_line() {
        check(
            "thé",
            "Un  Thé

glacé. ",
            50,
            "Un [Thé] glacé.",
        );
    }

    #[test]
    fn only_whole_phrases_are_marked() {
        let text = "Le thé noir, le thé vert et le vert.";
        check("\"thé vert\"", text, 50, "Le thé noir, le [thé vert] et le vert.");
        check("l'ozalée", "Ozalée : l’Ozalée", 50, "Ozalée : [l’Ozalée]");
    }

    #[test]
    fn excluded_words_and_those_of_other_fields_are_not_marked() {
        let text = "thé vert et thé noir, de Zoé";
        check("thé -vert", text, 50, "[thé] vert et [thé] noir, de Zoé");
        check("thé NOT (vert OR NOT noir)", text, 50, "[thé] vert et [thé] [noir], de Zoé");
        check("thé author:zoé title:vert", text, 50, "[thé] vert et [thé] noir, de Zoé");
        let query = crate::parse("thé author:zoé title:vert").unwrap();
        assert_eq!(marks(&[&query], text), [0..4, 5..9, 13..17]);
    }

    #[test]
    fn words_that_are_near_are_marked_without_what_stands_between() {
        let text = "Un rappel de lots du thé, et le rappel d'un autre jour";
        check(
            "rappel NEAR/3f thé",
            text,
            60,
            "Un [rappel] de lots du [thé], et le rappel d'un autre jour",
        );
        check(
            "\"thé rappel\"~2",
            text,
            60,
            "Un rappel de lots du [thé], et le [rappel] d'un autre jour",
        );
        check(
            "(\"lots du\" OR jour) NEAR/9 (thé OR autre)",
            text,
            60,
            "Un rappel de [lots du] [thé], et le rappel d'un [autre] [jour]",
        );
        check(
            "thé NEAR/0 du NEAR/9f jour",
            text,
            60,
            "Un rappel de lots [du] [thé], et le rappel d'un autre [jour]",
        );
        check(
            "rappel NEAR/1 (lots NEAR/1 thé)",
            text,
            60,
            "Un [rappel] de [lots] du [thé], et le rappel d'un autre jour",
        );
        check(
            "rappel NEAR/2 thé",
            text,
            60,
            "Un rappel de lots du [thé], et le [rappel] d'un autre jour",
        );
        check("rappel NEAR/1 thé", text, 60, text);
    }

    #[test]
    fn everything_that_stands_for_words_is_marked() {
        let text = "Les Thés #Vrac 🍵🍵 de BT, bt et @ozalee_fr : 東京タワー";
        check("ATLEAST/9 th*", text, 60, &text.replace("Thés", "[Thés]"));
        check("~thé", text, 60, &text.replace("Thés", "[Thés]"));
        check("#vrac", text, 60, &text.replace("#Vrac", "[#Vrac]"));
        check("vrac", text, 60, &text.replace("Vrac", "[Vrac]"));
        check("🍵", text, 60, &text.replace("🍵🍵", "[🍵][🍵]"));
        check("\"vrac 🍵 de\"", text, 60, &text.replace("Vrac 🍵🍵 de", "[Vrac 🍵🍵 de]"));
        check("{BT}", text, 60, &text.replace("BT", "[BT]"));
        check("@ozalee_fr", text, 60, &text.replace("@ozalee_fr", "[@ozalee_fr]"));
        check("京タ", text, 60, &text.replace("京タ", "[京タ]"));
        check(
            "/[bB]t|Thés?/",
            text,
            60,
            "Les [Thés] #Vrac 🍵🍵 de BT, [bt] et @ozalee_fr : 東京タワー",
        );
        check(
            "les context:(de OR x) anticontext:et",
            text,
            60,
            "[Les] Thés #Vrac 🍵🍵 [de] BT, bt et @ozalee_fr : 東京タワー",
        );
    }

    #[test]
    fn the_words_of_a_title_and_those_of_a_text_are_marked_where_they_are_asked_for() {
        let query = crate::parse("thé title:vert text:noir quote:un url:noir").unwrap();
        let text = "un thé vert, un noir";
        assert_eq!(shown(&snippet(&[&query], text, 50)), "un [thé] vert, un [noir]");
        assert_eq!(marks(&[&query], text), [3..7, 8..12]);
    }

    #[test]
    fn a_word_of_two_queries_weighs_no_more() {
        let queries =
            ["thé", "\"thé\" lait", "thé OR vert"].map(|text| crate::parse(text).unwrap());
        let shown = |text| shown(&snippet(&queries.each_ref(), text, 30));
        let text = "Un thé, un thé. Puis un long silence de bien des mots. Vert, vert et vert.";
        assert_eq!(shown(text), "…[Vert], [vert] et [vert].");
        let text = "thé thé thé. Puis un long silence de bien des mots, et le vert du thé, enfin.";
        assert_eq!(shown(text), "…et le [vert] du [thé], enfin.");
    }

    #[test]
    fn what_shows_nothing_is_not_marked() {
        let query = crate::parse(r"/\b/").unwrap();
        assert!(marks(&[&query], "un thé").is_empty());
    }

    #[test]
    fn a_text_full_of_marks_is_searched_no_further() {
        let text = "un ".repeat(MARKS_MAX + 9) + "thé";
        let count = |query: &str| marks(&[&crate::parse(query).unwrap()], &text).len();
        assert_eq!(count("un thé"), MARKS_MAX);
        assert_eq!(count("thé un"), MARKS_MAX);
        assert_eq!(count("thé"), 1);
        assert_eq!(count("/u/"), PATTERN_MARKS_MAX);
    }

    #[test]
    fn overlapping_marks_become_one() {
        check("\"thé vert\" OR \"vert glacé\"", "un thé vert glacé", 50, "un [thé vert glacé]");
    }

    #[test]
    fn the_part_with_most_different_words_is_shown_between_whole_words() {
        let text = "Ozalée ouvre. Ozalée ferme. Ozalée dort. Puis un long silence avant que la \
                    marque Ozalée lance son thé pétillant dans toutes les gares du pays.";
        check("ozalée thé", text, 41, "…marque [Ozalée] lance son [thé] pétillant…");
    }

    #[test]
    fn at_the_end_of_a_text_the_room_goes_to_what_comes_before() {
        check("fin", "un deux trois quatre cinq six fin", 20, "…quatre cinq six [fin]");
    }

    #[test]
    fn without_a_word_found_the_beginning_is_shown() {
        check("lang:fr", "un deux trois quatre", 10, "un deux…");
        check("lang:fr", "anticonstitutionnellement", 4, "anti…");
    }

    proptest! {
        #[test]
        fn a_snippet_is_short_and_its_marks_are_the_words(
            words in prop::collection::vec("(thé|vert|Ozalée|l’eau|aaaaaaaaaaaaaaaa|é)[ .\n]{1,2}", 0..40),
            chars_max in 1_usize..80,
        ) {
            let text = words.concat();
            let query = crate::parse("thé OR \"ozalée vert\" OR \"l'eau\" OR \"vert vert\"").unwrap();
            let snippet = snippet(&[&query], &text, chars_max);
            prop_assert!(snippet.text.chars().count() <= chars_max);
            prop_assert!(one_line(&text).contains(&snippet.text));
            let mut end = 0;
            for mark in &snippet.marks {
                prop_assert!(mark.start >= end && mark.start < mark.end);
                prop_assert!(snippet.text.get(mark.clone()).is_some());
                end = mark.end;
            }
            if chars_max >= 12 {
                let found = !marks(&[&query], &one_line(&text)).is_empty();
                prop_assert_eq!(!snippet.marks.is_empty(), found);
            }
        }
    }
}
