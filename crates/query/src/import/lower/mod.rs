//! From the tree of another service's query to the tree of ours. What has no counterpart falls out,
//! and once it is known what is left of the clauses around it, it is said what that does.

mod leaf;
mod loss;

use std::ops::Range;

use self::loss::{Effect, Lost, Sign};
use super::field::Field;
use super::lexer::Order;
use super::out::{Out, Sort};
use super::tree::{Kind, Nearby, Part, Read};
use super::{Dialect, NotCarried, Note, Translated};

/// Vigie's limits, told here so that a query that is too large is not first heard of when it is
/// saved.
const QUERY_CHARS_MAX: usize = 20_000;
const CLAUSES_MAX: usize = 1_000;
const GLOBS_MAX: usize = 50;
const REGEXES_MAX: usize = 10;
const DISTANCE_MAX: u32 = 100;
const WITHIN_WORDS_MAX: usize = 8;
const NEAR_DEPTH_MAX: usize = 8;
const COUNT_MAX: u32 = 1_000;

pub(super) fn translated(
    dialect: Dialect,
    text: &str,
    read: Read<'_>,
    filters: Vec<Out>,
) -> Translated {
    let losses = read.slips.into_iter().map(|slip| {
        // What means nothing changes nothing by being left out.
        Lost { span: slip.span, reason: slip.message, effect: Some(Effect::None) }
    });
    let mut lowering = Lowering {
        dialect,
        text,
        losses: losses.collect(),
        notes: read.notes,
        comments: Vec::new(),
        comments_read: Vec::new(),
    };
    let out = lowering.part(&read.part, Scope::None, Sign::Wanted);
    lowering.comments_read.extend(read.comments.iter().map(|&comment| comment.to_owned()));
    lowering.settle(0, Effect::NothingLeft);
    let out = out.and_then(|out| {
        let mut parts = vec![out];
        parts.extend(filters);
        Out::all(parts)
    });
    let mut query = String::new();
    if let Some(out) = out {
        query = out.to_string();
        lowering.check(&query, &out);
        for comment in lowering.comments_without_clause(&out) {
            query.push_str(" <<<");
            query.push_str(comment);
            query.push_str(">>>");
        }
    }
    let mut not_carried: Vec<NotCarried> =
        lowering.losses.into_iter().map(|lost| lost.told(text)).collect();
    not_carried.sort_by_key(|lost| (lost.span.start, lost.span.end));
    let mut notes = lowering.notes;
    notes.sort_by_key(|note| (note.span.start, note.span.end));
    Translated { query, not_carried, notes }
}

/// What the words are the value of.
#[derive(Debug, Clone, Copy)]
enum Scope {
    None,
    /// The value of a field, which decides what becomes of it.
    Field(Field),
}

struct Lowering<'a> {
    dialect: Dialect,
    text: &'a str,
    losses: Vec<Lost>,
    notes: Vec<Note>,
    /// Comments that wait for a clause to stand before.
    comments: Vec<String>,
    comments_read: Vec<String>,
}

impl Lowering<'_> {
    /// Returns the part in our language, or `None` where nothing of it is left; the losses are then
    /// settled by whoever knows what is left beside it.
    fn part(&mut self, part: &Part<'_>, scope: Scope, sign: Sign) -> Option<Out> {
        self.pass_comments(part);
        let span = &part.span;
        match &part.kind {
            Kind::All(parts) => self.all(parts, span, scope, sign),
            Kind::Any(parts) => self.any(parts, scope, sign),
            Kind::Not(part) => self.part(part, scope, sign.flipped()).map(Out::negated),
            Kind::Near { first, rest } => self.near(first, rest, span, scope, sign),
            Kind::AtLeast { count, part } => self.at_least(*count, part, span, scope, sign),
            Kind::Together { part, distance } => self.together(part, *distance, span, scope, sign),
            Kind::Field { name, value } => self.field(name, value, span, scope, sign),
            Kind::Unreadable(reason) => self.lose(span, reason.clone()),
            Kind::Nothing => self.lose(span, "there is nothing to look for".to_owned()),
            Kind::Word(_)
            | Kind::Phrase { .. }
            | Kind::Exact(_)
            | Kind::Verbatim(_)
            | Kind::Range(_) => {
                let mut out = match scope {
                    Scope::None => self.words(part, sign),
                    Scope::Field(field) => self.value(field, part, sign),
                }?;
                out.commented(std::mem::take(&mut self.comments));
                Some(out)
            }
        }
    }

    fn pass_comments(&mut self, part: &Part<'_>) {
        for &comment in &part.comments {
            self.comments.push(comment.to_owned());
            self.comments_read.push(comment.to_owned());
        }
    }

    /// Returns the comments whose clause was lost, or that have none after them.
    fn comments_without_clause(&self, out: &Out) -> Vec<&str> {
        let mut leaves = Vec::new();
        out.leaves(&mut leaves);
        let mut carried = leaves.into_iter().flat_map(|leaf| &leaf.comments).peekable();
        // Both are in the order of the text.
        self.comments_read
            .iter()
            .filter(|&comment| carried.next_if_eq(&comment).is_none())
            .map(String::as_str)
            .collect()
    }

    fn all(
        &mut self,
        parts: &[Part<'_>],
        span: &Range<usize>,
        scope: Scope,
        sign: Sign,
    ) -> Option<Out> {
        let before = self.losses.len();
        let mut lowered = Vec::new();
        for part in parts {
            if let Some(reason) = self.passed_over(part) {
                let span = part.span.clone();
                let effect = Some(Effect::None);
                self.losses.push(Lost { span, reason: reason.to_owned(), effect });
            } else {
                lowered.push(self.part(part, scope, sign));
            }
        }
        if lowered.is_empty() {
            // Nothing was wanted but what every text has.
            self.losses[before..].iter_mut().for_each(|lost| lost.effect = None);
        }
        let has_lost = lowered.iter().any(Option::is_none);
        let kept: Vec<Out> = lowered.into_iter().flatten().collect();
        if has_lost && !kept.is_empty() {
            match sign {
                Sign::Wanted => self.settle(before, Effect::More),
                Sign::Excluded => return self.lose_exclusion(span),
            }
        }
        Out::all(self.alternatives(kept, span))
    }

    fn any(&mut self, parts: &[Part<'_>], scope: Scope, sign: Sign) -> Option<Out> {
        let before = self.losses.len();
        let kept: Vec<Out> = parts.iter().filter_map(|part| self.part(part, scope, sign)).collect();
        if !kept.is_empty() {
            self.settle(before, if sign == Sign::Wanted { Effect::Less } else { Effect::More });
        }
        Out::any(kept)
    }

    /// Joins by OR what the dialect means so although it stands side by side.
    fn alternatives(&mut self, parts: Vec<Out>, span: &Range<usize>) -> Vec<Out> {
        let mut joined = Vec::new();
        let mut parts = parts;
        for &field in self.dialect.alternatives() {
            let (same, others): (Vec<Out>, Vec<Out>) =
                parts.into_iter().partition(|part| part.about() == Some(field));
            parts = others;
            if same.len() > 1 {
                let message = format!(
                    "several {field}: side by side are alternatives at {}",
                    self.dialect.title()
                );
                self.notes.push(Note { span: span.clone(), message });
            }
            joined.extend(Out::any(same));
        }
        parts.extend(joined);
        parts
    }

    fn near(
        &mut self,
        first: &Part<'_>,
        rest: &[Nearby<'_>],
        span: &Range<usize>,
        scope: Scope,
        sign: Sign,
    ) -> Option<Out> {
        if let Scope::Field(field) = scope
            && !is_of_words(field)
        {
            return self.lose(span, "NEAR means nothing in the value of a filter".to_owned());
        }
        let before = self.losses.len();
        let parts = std::iter::once(first).chain(rest.iter().map(|nearby| &nearby.part));
        let lowered: Vec<Option<Out>> = parts.map(|part| self.part(part, scope, sign)).collect();
        let kept = lowered.iter().flatten().count();
        if kept == 0 {
            return None;
        }
        let has_lost = kept < lowered.len();
        if has_lost {
            match sign {
                Sign::Wanted => self.settle(before, Effect::More),
                Sign::Excluded => return self.lose_exclusion(span),
            }
        }
        let distances: Option<Vec<(u32, Order)>> = rest
            .iter()
            .map(|nearby| Some((nearby.distance.filter(|n| *n <= DISTANCE_MAX)?, nearby.order)))
            .collect();
        let outs: Vec<Out> = lowered.into_iter().flatten().collect();
        if outs.len() == 1 {
            return Out::all(outs);
        }
        let (field, outs) = lifted(outs);
        let reason = if has_lost {
            "NEAR lacks one of the parts that it joins, and is read as AND"
        } else if rest.iter().any(|nearby| nearby.distance.is_none()) {
            "NEAR without a number is read as AND"
        } else if !outs.iter().all(Out::has_place) {
            "NEAR joins only words, phrases and alternatives of them, and is read as AND here"
        } else if let Some(distances) = distances {
            let mut outs = outs.into_iter();
            let first = Box::new(outs.next()?);
            let rest = distances.into_iter().zip(outs).map(|((n, order), out)| (n, order, out));
            let near = Out::Near { first, rest: rest.collect() };
            if near.near_depth() <= NEAR_DEPTH_MAX {
                return Some(scoped(field, near));
            }
            let reason = "no more than 8 NEAR can stand within each other; it is read as AND";
            return self.wider(span, reason.to_owned(), scoped(field, near.without_near()), sign);
        } else {
            "more than 100 words between two others cannot be asked for; it is read as AND"
        };
        let all = Out::all(outs).map(|all| scoped(field, all))?;
        self.wider(span, reason.to_owned(), all, sign)
    }

    fn at_least(
        &mut self,
        count: u32,
        part: &Part<'_>,
        span: &Range<usize>,
        scope: Scope,
        sign: Sign,
    ) -> Option<Out> {
        let out = self.part(part, scope, sign)?;
        let (field, mut outs) = lifted(vec![out]);
        let out = outs.pop()?;
        if !out.has_place() {
            let reason = "how often something occurs is counted only for words and phrases";
            return self.wider(span, reason.to_owned(), scoped(field, out), sign);
        }
        let out = scoped(
            field,
            match count {
                0 | 1 => out,
                count => Out::AtLeast { count: count.min(COUNT_MAX), part: Box::new(out) },
            },
        );
        if count > COUNT_MAX {
            let reason = format!("no more than {COUNT_MAX} occurrences are counted");
            return self.wider(span, reason, out, sign);
        }
        Some(out)
    }

    /// Writes `((a OR b) AND (c OR d))~5`.
    fn together(
        &mut self,
        part: &Part<'_>,
        distance: u32,
        span: &Range<usize>,
        scope: Scope,
        sign: Sign,
    ) -> Option<Out> {
        let Kind::All(parts) = &part.kind else {
            let out = self.part(part, scope, sign)?;
            let message = format!("~{distance} stands after one clause, and is left out");
            self.notes.push(Note { span: span.clone(), message });
            return Some(out);
        };
        let words: Vec<&str> = parts.iter().map_while(single_word).collect();
        if words.len() == parts.len() && parts.len() > 2 {
            // Unlike a chain of NEAR, a phrase with a distance counts all words between together.
            let text = words.join(" ");
            let kind = Kind::Phrase { text: &text, distance: Some(distance) };
            let phrase = Part { kind, span: span.clone(), comments: part.comments.clone() };
            return self.part(&phrase, scope, sign);
        }
        if parts.len() > 2 {
            let message = "each part may stand as far from those before it";
            self.notes.push(Note { span: span.clone(), message: message.to_owned() });
        }
        self.pass_comments(part);
        let (first, others) = parts.split_first()?;
        let rest: Vec<Nearby<'_>> = others
            .iter()
            .map(|part| Nearby { distance: Some(distance), order: Order::Any, part: part.clone() })
            .collect();
        self.near(first, &rest, span, scope, sign)
    }

    fn field(
        &mut self,
        name: &str,
        value: &Part<'_>,
        span: &Range<usize>,
        scope: Scope,
        sign: Sign,
    ) -> Option<Out> {
        if matches!(scope, Scope::Field(_)) {
            return self.lose(span, format!("{name}: stands in the brackets of another field"));
        }
        let Some(field) = self.dialect.field(name) else {
            return self.lose(span, format!("{name}: is not a field that the import knows"));
        };
        // What is said of a single value is said of the field as well.
        let value = if value.kind.is_leaf() {
            &Part { span: span.clone(), ..value.clone() }
        } else {
            value
        };
        let words = |lowering: &mut Self, name| {
            let out = lowering.part(value, Scope::Field(field), sign)?;
            Some(scoped(Some(name), out))
        };
        match field {
            Field::Words(name) | Field::WordsOfRest(name) => words(self, name),
            Field::WordsWider { name, why } => {
                let out = words(self, name)?;
                self.wider(span, why.to_owned(), out, sign)
            }
            Field::None(why) | Field::NoneOfRest(why) => self.lose(span, why.to_owned()),
            Field::Value(_) | Field::Numbers { .. } | Field::Verbatim => {
                self.part(value, Scope::Field(field), sign)
            }
        }
    }

    /// Returns why a word that is joined to others by AND asks for nothing.
    fn passed_over(&self, part: &Part<'_>) -> Option<&'static str> {
        let Kind::Word(word) = part.kind else { return None };
        let is_google = self.dialect == Dialect::GoogleAlerts;
        if is_google && word == "and" {
            Some("Google passes over the word")
        } else if is_google && word.chars().all(|c| c == '*') {
            Some("a * alone stands for any word, which every text has")
        } else if word.chars().all(|c| "&-–—,.;…·•".contains(c))
            || (is_google && word.chars().all(|c| c.is_ascii_punctuation()))
        {
            Some("it only separates words")
        } else {
            None
        }
    }

    /// Tells what Vigie will refuse.
    fn check(&mut self, query: &str, out: &Out) {
        let whole = 0..self.text.len();
        let chars = query.chars().count();
        let mut refused = |message: String| {
            self.notes.push(Note { span: whole.clone(), message });
        };
        if chars > QUERY_CHARS_MAX {
            refused(format!(
                "it has {chars} characters, and Vigie reads {QUERY_CHARS_MAX}: split it"
            ));
        }
        let mut leaves = Vec::new();
        out.leaves(&mut leaves);
        let patterns = leaves.iter().filter(|leaf| leaf.sort == Sort::Pattern).count();
        let words =
            leaves.iter().filter(|leaf| matches!(leaf.sort, Sort::Words | Sort::MarkedWords));
        let wild =
            words.flat_map(|leaf| leaf.text.split(' ')).filter(|word| word.contains(['*', '?']));
        for (count, most, what) in [
            (leaves.len(), CLAUSES_MAX, "clauses"),
            (wild.count(), GLOBS_MAX, "words with wildcards"),
            (patterns, REGEXES_MAX, "regular expressions"),
        ] {
            if count > most {
                refused(format!("it has {count} {what}, and Vigie reads {most}: split it"));
            }
        }
        if out.holds_on_nothing() {
            refused(
                "it only excludes, which Vigie refuses: add a word that must be there".to_owned(),
            );
        }
    }
}

fn is_of_words(field: Field) -> bool {
    match field {
        Field::Words(_) | Field::WordsWider { .. } | Field::WordsOfRest(_) => true,
        Field::Value(_)
        | Field::Numbers { .. }
        | Field::Verbatim
        | Field::None(_)
        | Field::NoneOfRest(_) => false,
    }
}

/// Puts a field around a part.
fn scoped(field: Option<&'static str>, part: Out) -> Out {
    match field {
        Some(field) => Out::Scoped { field, part: Box::new(part) },
        None => part,
    }
}

/// Takes a field off all parts where they share one: it must stand outside of NEAR.
fn lifted(outs: Vec<Out>) -> (Option<&'static str>, Vec<Out>) {
    let Some(&Out::Scoped { field, .. }) = outs.first() else { return (None, outs) };
    let shared =
        outs.iter().all(|out| matches!(out, Out::Scoped { field: other, .. } if *other == field));
    if !shared {
        return (None, outs);
    }
    let inner =
        outs.into_iter().map(|out| if let Out::Scoped { part, .. } = out { *part } else { out });
    (Some(field), inner.collect())
}

/// Returns the word of a part that is nothing but one.
fn single_word<'a>(part: &Part<'a>) -> Option<&'a str> {
    let (Kind::Word(word) | Kind::Phrase { text: word, distance: None }) = part.kind else {
        return None;
    };
    let is_one = part.comments.is_empty() && !word.trim().contains(char::is_whitespace);
    is_one.then_some(word)
}
