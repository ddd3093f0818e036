//! What a sentence wants of the one it speaks about: it complains, asks for something, asks how, praises.
//!
//! Rules are data: the table of `cues.rs`, tried on folded words. Sure rather than complete: a sentence
//! without a cue says nothing, and a question mark alone is a question, no complaint.

use std::ops::Range;
use std::sync::LazyLock;

use model::Lang;
use query::analysis;
use serde::{Deserialize, Serialize};

use super::cues::{CUES, NEGATIONS, SETTLED};

/// How much of a text is read, in bytes, and how many sentences of it at most.
const TEXT_BYTES_MAX: usize = 8 * 1024;
const SENTENCES_MAX: usize = 100;
/// A sentence is read so far, in words.
const SENTENCE_WORDS_MAX: usize = 80;
/// How many words before a cue can deny it, and after it settle it.
const NEGATION_WORDS: usize = 3;
const SETTLED_WORDS: usize = 3;

/// What a sentence wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ask {
    /// Something is broken, late, wrong or bad.
    Complaint,
    /// Something is wanted that is not there.
    Request,
    /// How, where or whether something goes.
    Question,
    Praise,
}

/// One sentence with what it wants, and why we think so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    pub ask: Ask,
    pub sentence: String,
    /// The words that say so, as they are written in the sentence.
    pub cue: String,
}

/// How a cue can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Guard {
    None,
    /// By a denial before it: "not great".
    Denied,
    /// By a denial before it or its end after it: "no problem", "problem solved".
    Settled,
}

struct Cue {
    ask: Ask,
    lang: &'static str,
    guard: Guard,
    parts: Vec<Part>,
}

/// One part of a cue: see [`CUES`].
enum Part {
    /// One of these words; with `true` anything that begins so.
    Word(Vec<(&'static str, bool)>),
    /// At most so many words of any kind.
    Gap(usize),
    Start,
    End,
}

static TABLE: LazyLock<Vec<Cue>> = LazyLock::new(|| {
    let of_line = |(ask, guard, lang, lines): &(Ask, Guard, &'static str, &'static str)| {
        let (ask, guard, lang) = (*ask, *guard, *lang);
        let lines: &'static str = lines;
        let cues = lines.split([';', '\n']).map(str::trim).filter(|line| !line.is_empty());
        cues.map(move |line| Cue {
            ask,
            lang,
            guard,
            parts: line.split_whitespace().map(part).collect(),
        })
    };
    CUES.iter().flat_map(of_line).collect()
});

fn part(written: &'static str) -> Part {
    match written {
        "^" => Part::Start,
        "$" => Part::End,
        ".." => Part::Gap(3),
        "." => Part::Gap(1),
        words => Part::Word(
            words
                .split('|')
                .map(|word| word.strip_suffix('*').map_or((word, false), |stem| (stem, true)))
                .collect(),
        ),
    }
}

/// Returns what the sentences of a text want, each sentence at most once, in order. A text in a language
/// without rules (other than French and English) says nothing; one whose language is unknown is tried
/// with both.
pub fn asks(text: &str, lang: Option<&Lang>) -> Vec<Asking> {
    let end = text.floor_char_boundary(TEXT_BYTES_MAX);
    let sentences = sentences(&text[..end]).take(SENTENCES_MAX);
    sentences.filter_map(|sentence| asking(sentence, lang)).collect()
}

/// Returns the first finding by weight: a complaint in the form of a question is a complaint.
fn asking(sentence: &str, lang: Option<&Lang>) -> Option<Asking> {
    let words: Vec<analysis::Token> = analysis::words(sentence).take(SENTENCE_WORDS_MAX).collect();
    let is_of_lang = |of: &str| lang.is_none_or(|lang| lang.as_str() == of);
    let found = TABLE
        .iter()
        .filter(|cue| is_of_lang(cue.lang))
        .filter_map(|cue| Some((cue.ask, cue.find(&words)?)))
        .min_by_key(|(ask, range)| (*ask, range.start));
    let says = |ask, cue: &str| {
        let (sentence, cue) = (sentence.to_owned(), cue.to_owned());
        Some(Asking { ask, sentence, cue })
    };
    if let Some((ask, range)) = found {
        let bytes = words[range.start].start..words[range.end - 1].end;
        return says(ask, &sentence[bytes]);
    }
    let is_question = sentence.trim_end().ends_with(['?', '？']) && words.len() > 1;
    if is_question && (is_of_lang("fr") || is_of_lang("en")) {
        says(Ask::Question, "?")
    } else {
        None
    }
}

impl Cue {
    /// Returns the words where it holds.
    fn find(&self, words: &[analysis::Token]) -> Option<Range<usize>> {
        (0..words.len()).find_map(|start| {
            let end = matched(&self.parts, words, start)?;
            (end > start && !self.is_undone(words, start, end)).then_some(start..end)
        })
    }

    fn is_undone(&self, words: &[analysis::Token], start: usize, end: usize) -> bool {
        let before = &words[start.saturating_sub(NEGATION_WORDS)..start];
        let after = &words[end..words.len().min(end + SETTLED_WORDS)];
        let any = |words: &[analysis::Token], list: &[&str]| {
            words.iter().any(|word| list.contains(&word.text.as_str()))
        };
        match self.guard {
            Guard::None => false,
            Guard::Denied => any(before, NEGATIONS),
            Guard::Settled => any(before, NEGATIONS) || any(after, SETTLED),
        }
    }
}

/// Returns where the parts end that begin at a word.
fn matched(parts: &[Part], words: &[analysis::Token], at: usize) -> Option<usize> {
    let Some((part, rest)) = parts.split_first() else { return Some(at) };
    match part {
        Part::Start => (at == 0).then(|| matched(rest, words, at))?,
        Part::End => (at == words.len()).then(|| matched(rest, words, at))?,
        Part::Gap(most) => (0..=*most).find_map(|skipped| matched(rest, words, at + skipped)),
        Part::Word(any) => {
            let word = words.get(at)?.text.as_str();
            let is_one = any
                .iter()
                .any(|(one, begins)| if *begins { word.starts_with(one) } else { word == *one });
            is_one.then(|| matched(rest, words, at + 1))?
        }
    }
}

/// Cuts a text after marks that end sentences, where a space follows, and at line ends.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let mut chars = rest.char_indices().peekable();
            let mut end = rest.len();
            while let Some((at, c)) = chars.next() {
                let ends = matches!(c, '.' | '!' | '?' | '…' | '。' | '！' | '？');
                let next = chars.peek().map(|(_, next)| *next);
                let stands_alone = next.is_none_or(char::is_whitespace);
                // French sets a space before `!` and `?`, which belong to what is before them.
                if c == '\n' || (ends && (stands_alone || !c.is_ascii())) {
                    end = at + c.len_utf8();
                    break;
                }
            }
            let (sentence, after) = rest.split_at(end);
            rest = after;
            let sentence = sentence.trim();
            if !sentence.is_empty() {
                return Some(sentence);
            }
        }
        None
    })
}
