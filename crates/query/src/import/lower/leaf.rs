//! Words, phrases and values of fields: the leaves of the tree.

use std::ops::Range;

use super::super::field::{Field, Value};
use super::super::lexer::Order;
use super::super::out::{Out, Sort};
use super::super::term::{self, Case, Edges, Form, Loss, Reading};
use super::super::tree::{Kind, Part};
use super::super::{Dialect, Note};
use super::loss::{Effect, Sign};
use super::{DISTANCE_MAX, Lowering, WITHIN_WORDS_MAX};

/// How many words may stand where Google has a `*` in a phrase, which may be any number.
const GAP_WORDS_MAX: u32 = 5;

impl Lowering<'_> {
    /// Writes one value of a field.
    pub(super) fn value(&mut self, field: Field, part: &Part<'_>, sign: Sign) -> Option<Out> {
        let span = &part.span;
        match field {
            Field::Words(_) | Field::WordsWider { .. } | Field::WordsOfRest(_) => {
                self.words(part, sign)
            }
            Field::Verbatim => {
                let (Kind::Word(text) | Kind::Phrase { text, .. }) = part.kind else {
                    return self
                        .lose(span, "only words can be looked for to the letter".to_owned());
                };
                self.verbatim(text, span, Edges::Words, Case::AsWritten)
            }
            Field::Numbers { name, max } => match numbers(part, max) {
                Ok(range) => Some(Out::filter(name, format!("{name}:{range}"))),
                Err(reason) => self.lose(span, reason.to_owned()),
            },
            Field::Value(read) => {
                let (Kind::Word(text) | Kind::Phrase { text, .. } | Kind::Exact(text)) = part.kind
                else {
                    return self.lose(span, "it is not a value that the field can have".to_owned());
                };
                match read(text) {
                    Ok(Value::Same(out)) => Some(out),
                    Ok(Value::Noted(out, message)) => {
                        self.notes.push(Note { span: span.clone(), message });
                        Some(out)
                    }
                    Ok(Value::Wider(out, reason)) => self.wider(span, reason, out, sign),
                    Err(reason) => self.lose(span, reason),
                }
            }
            Field::None(why) | Field::NoneOfRest(why) => self.lose(span, why.to_owned()),
        }
    }

    /// Writes one word or phrase to look for.
    pub(super) fn words(&mut self, part: &Part<'_>, sign: Sign) -> Option<Out> {
        let span = &part.span;
        match &part.kind {
            Kind::Word(word) => self.word(word, span, sign),
            Kind::Phrase { text, distance } => self.phrase(text, *distance, span, sign),
            Kind::Exact(word) => {
                let Some(exact) = term::exact(word) else { return self.lose_empty(span) };
                let out = Out::leaf(exact.text, Sort::MarkedWords);
                if exact.is_whole {
                    return Some(out);
                }
                let reason = "pictures between braces are not looked for".to_owned();
                self.wider(span, reason, out, sign)
            }
            Kind::Verbatim(text) => self.verbatim(text, span, Edges::Anywhere, Case::Folded),
            Kind::Range(_)
            | Kind::All(_)
            | Kind::Any(_)
            | Kind::Not(_)
            | Kind::Near { .. }
            | Kind::AtLeast { .. }
            | Kind::Together { .. }
            | Kind::Field { .. }
            | Kind::Unreadable(_)
            | Kind::Nothing => self.lose(span, "it is not a word".to_owned()),
        }
    }

    fn word(&mut self, word: &str, span: &Range<usize>, sign: Sign) -> Option<Out> {
        let bare = word.trim_start_matches('+');
        let stripped = if bare.starts_with(char::is_alphanumeric) { bare } else { word };
        if stripped.len() < word.len() && self.dialect == Dialect::Talkwalker {
            let out = self.term(stripped, Form::Word, span, sign)?;
            let reason = "+ looks for the word to the letter, and it is looked for in any spelling";
            return self.wider(span, reason.to_owned(), out, sign);
        }
        if self.dialect != Dialect::GoogleAlerts {
            return self.term(stripped, Form::Word, span, sign);
        }
        let is_number = |part: &str| part.trim_start_matches('$').parse::<u64>().is_ok();
        if word.split_once("..").is_some_and(|(from, to)| is_number(from) && is_number(to)) {
            return self.lose(span, "a range of numbers in a text cannot be looked for".to_owned());
        }
        if let Some(bare) = stripped.strip_prefix('~') {
            self.narrower(span, "words of the same meaning are not looked for".to_owned(), sign);
            return self.term(bare, Form::Word, span, sign);
        }
        self.term(stripped, Form::Word, span, sign)
    }

    fn phrase(
        &mut self,
        text: &str,
        distance: Option<u32>,
        span: &Range<usize>,
        sign: Sign,
    ) -> Option<Out> {
        let is_gap = |word: &str| word.chars().all(|c| c == '*');
        if self.dialect.has_gaps() && text.split_whitespace().any(is_gap) {
            return self.phrase_with_gaps(text, span, sign);
        }
        let out = self.term(text, Form::Phrase, span, sign)?;
        let (Some(distance), Out::Leaf(leaf)) = (distance, &out) else { return Some(out) };
        let words = leaf.text.trim_matches('"');
        if !words.contains(' ') {
            let message = format!("~{distance} stands after one word, and is left out");
            self.notes.push(Note { span: span.clone(), message });
            return Some(out);
        }
        let is_long = crate::analysis::tokens(words).nth(WITHIN_WORDS_MAX).is_some();
        if distance > DISTANCE_MAX || is_long {
            let reason = if is_long {
                "no more than 8 words can stand within a distance; it is read as AND"
            } else {
                "more than 100 words between others cannot be asked for; it is read as AND"
            };
            let words = words.split(' ').filter_map(|word| {
                let term = term::term(word, Form::Word, self.reading())?;
                Some(Out::words(term.clause()))
            });
            let all = Out::all(words.collect())?;
            return self.wider(span, reason.to_owned(), all, sign);
        }
        Some(Out::leaf(format!("{}~{distance}", leaf.text), Sort::MarkedWords))
    }

    /// Writes `"driving * pasadena"`, where `*` stands for one or more whole words.
    fn phrase_with_gaps(&mut self, text: &str, span: &Range<usize>, sign: Sign) -> Option<Out> {
        let before = self.losses.len();
        let mut outs = Vec::new();
        let mut distances = Vec::new();
        let mut words: Vec<&str> = Vec::new();
        let mut gaps = 0_u32;
        for word in text.split_whitespace().chain(["*"]) {
            if word.chars().any(|c| c != '*') {
                words.push(word);
                continue;
            }
            if !words.is_empty() {
                match (self.term(&words.join(" "), Form::Phrase, span, sign), sign) {
                    (Some(out), _) => {
                        if !outs.is_empty() {
                            distances.push(gaps.saturating_mul(GAP_WORDS_MAX).min(DISTANCE_MAX));
                        }
                        outs.push(out);
                        gaps = 0;
                    }
                    (None, Sign::Wanted) => {}
                    (None, Sign::Excluded) => return self.lose_exclusion(span),
                }
                words.clear();
            }
            gaps += 1;
        }
        if !outs.is_empty() {
            self.settle(before, Effect::More);
        }
        if distances.is_empty() {
            return Out::all(outs).or_else(|| self.lose_empty(span));
        }
        let message = format!(
            "a * in a phrase is any number of words at Google; here up to {GAP_WORDS_MAX} or none"
        );
        self.notes.push(Note { span: span.clone(), message });
        let mut outs = outs.into_iter();
        let first = Box::new(outs.next()?);
        let rest = distances.into_iter().zip(outs).map(|(n, out)| (n, Order::AsWritten, out));
        Some(Out::Near { first, rest: rest.collect() })
    }

    fn reading(&self) -> Reading {
        Reading {
            wildcards: self.dialect.wildcards(),
            signs: self.dialect.signs(),
            exact: self.dialect.has_exact_words(),
        }
    }

    fn term(&mut self, written: &str, form: Form, span: &Range<usize>, sign: Sign) -> Option<Out> {
        let Some(term) = term::term(written, form, self.reading()) else {
            return self.lose_empty(span);
        };
        let mut out = Some(Out::words(term.clause()));
        if !term.quoted && term.text.starts_with(['#', '$']) {
            out = Some(Out::leaf(term.clause(), Sort::MarkedWords));
        }
        for loss in &term.losses {
            match loss {
                Loss::Wildcard(word) => {
                    let bare = word.trim_matches(['*', '?']);
                    let hint = if word.starts_with('*') && bare.chars().all(char::is_alphanumeric) {
                        format!(" (/\\w*{bare}/i would find what begins otherwise)")
                    } else {
                        String::new()
                    };
                    let reason = format!(
                        "a wildcard needs two letters and cannot come first{hint}; \
                         only {} is looked for",
                        term.clause()
                    );
                    self.narrower(span, reason, sign);
                }
                Loss::Stars => {
                    let reason = format!(
                        "no more than 4 * can stand in a word; {} stands for it",
                        term.clause()
                    );
                    out = self.wider(span, reason, out?, sign);
                }
                Loss::Sign(word) => {
                    let reason = format!(
                        "a sign and a wildcard do not go together; {} stands for {word}",
                        term.clause()
                    );
                    out = self.wider(span, reason, out?, sign);
                }
                Loss::Signs(word) => {
                    let hint = term::pattern(word, Edges::Words, Case::Folded).unwrap_or_default();
                    let reason = format!(
                        "the signs of {word} are not looked for ({hint} would), only {}",
                        term.clause()
                    );
                    out = self.wider(span, reason, out?, sign);
                }
            }
        }
        out
    }

    fn verbatim(
        &mut self,
        text: &str,
        span: &Range<usize>,
        edges: Edges,
        case: Case,
    ) -> Option<Out> {
        let Some(pattern) = term::pattern(text, edges, case) else { return self.lose_empty(span) };
        let message = match case {
            Case::AsWritten => "looked for as a regular expression, which costs more than words",
            Case::Folded => {
                "looked for as a regular expression in capitals and small letters, which costs \
                 more than words"
            }
        };
        self.notes.push(Note { span: span.clone(), message: message.to_owned() });
        Some(Out::leaf(pattern, Sort::Pattern))
    }
}

/// Reads `3`, `[3 TO 5]` and `[500 TO *]`.
fn numbers(part: &Part<'_>, max: u32) -> Result<String, &'static str> {
    let number = |text: &str| match text.trim() {
        "*" => Ok(None),
        text => text.parse::<u32>().map(Some).map_err(|_| "it is not a whole number"),
    };
    let (from, to) = match part.kind {
        Kind::Word(text) | Kind::Phrase { text, .. } => (number(text)?, number(text)?),
        Kind::Range(text) => {
            let (from, to) = text.split_once(" TO ").ok_or("a range is written [1 TO 3]")?;
            (number(from)?, number(to)?)
        }
        Kind::All(_)
        | Kind::Any(_)
        | Kind::Not(_)
        | Kind::Near { .. }
        | Kind::AtLeast { .. }
        | Kind::Together { .. }
        | Kind::Field { .. }
        | Kind::Exact(_)
        | Kind::Verbatim(_)
        | Kind::Unreadable(_)
        | Kind::Nothing => return Err("it is not a number"),
    };
    if from.is_none() && to.is_none() {
        return Err("it has neither a beginning nor an end");
    }
    if from.into_iter().chain(to).any(|n| n > max) {
        return Err("a number is larger than the field can have");
    }
    if from.zip(to).is_some_and(|(from, to)| from > to) {
        return Err("it begins after its end");
    }
    let written = |n: Option<u32>| n.map_or_else(|| "*".to_owned(), |n| n.to_string());
    Ok(format!("[{} TO {}]", written(from), written(to)))
}
