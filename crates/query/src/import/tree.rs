//! Reads the lexemes of another service's query as a tree. A slip of the writer, such as a bracket
//! that closes nothing, is noted and read as it was probably meant.

use std::ops::Range;

use super::field::Field;
use super::lexer::{Lexeme, Order, Spanned};
use super::{Dialect, Note};

/// A clause or a group of clauses, and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part<'a> {
    pub(super) kind: Kind<'a>,
    pub(super) span: Range<usize>,
    /// The comments that stand before it.
    pub(super) comments: Vec<&'a str>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind<'a> {
    All(Vec<Part<'a>>),
    Any(Vec<Part<'a>>),
    Not(Box<Part<'a>>),
    Near {
        first: Box<Part<'a>>,
        rest: Vec<Nearby<'a>>,
    },
    AtLeast {
        count: u32,
        part: Box<Part<'a>>,
    },
    /// `(…)~5`: what it holds stands near each other.
    Together {
        part: Box<Part<'a>>,
        distance: u32,
    },
    Field {
        name: &'a str,
        value: Box<Part<'a>>,
    },
    Word(&'a str),
    Phrase {
        text: &'a str,
        distance: Option<u32>,
    },
    Exact(&'a str),
    Verbatim(&'a str),
    Range(&'a str),
    /// Nothing that could be read, for this reason.
    Unreadable(String),
    /// Nothing but comments.
    Nothing,
}

/// An operand of NEAR but the first, and how it stands to those before it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Nearby<'a> {
    pub(super) distance: Option<u32>,
    pub(super) order: Order,
    pub(super) part: Part<'a>,
}

pub(super) struct Read<'a> {
    pub(super) part: Part<'a>,
    /// Comments with nothing after them.
    pub(super) comments: Vec<&'a str>,
    /// Operators and brackets that were left out since they mean nothing where they stand.
    pub(super) slips: Vec<Note>,
    pub(super) notes: Vec<Note>,
}

pub(super) fn read<'a>(dialect: Dialect, text: &'a str, lexemes: Vec<Spanned<'a>>) -> Read<'a> {
    let mut reader = Reader {
        dialect,
        text,
        lexemes,
        at: 0,
        depth: 0,
        groups: 0,
        comments: Vec::new(),
        slips: Vec::new(),
        notes: Vec::new(),
    };
    let mut parts = Vec::from_iter(reader.any());
    while let Some((_, span)) = reader.peek() {
        // Whatever else there is, `any` reads or passes over.
        reader.slip(span, ") closes nothing");
        reader.at += 1;
        parts.extend(reader.any());
    }
    let nothing = || Part { kind: Kind::Nothing, span: 0..text.len(), comments: Vec::new() };
    let part = joined(Kind::All, parts).unwrap_or_else(nothing);
    let Reader { comments, slips, notes, .. } = reader;
    Read { part, comments, slips, notes }
}

impl Kind<'_> {
    pub(super) fn is_leaf(&self) -> bool {
        match self {
            Self::Word(_)
            | Self::Phrase { .. }
            | Self::Exact(_)
            | Self::Verbatim(_)
            | Self::Range(_) => true,
            Self::All(_)
            | Self::Any(_)
            | Self::Not(_)
            | Self::Near { .. }
            | Self::AtLeast { .. }
            | Self::Together { .. }
            | Self::Field { .. }
            | Self::Unreadable(_)
            | Self::Nothing => false,
        }
    }
}

impl Part<'_> {
    fn is_unbracketed_all(&self) -> bool {
        let Kind::All(parts) = &self.kind else { return false };
        parts.first().is_some_and(|part| part.span.start == self.span.start)
    }
}

/// Joins several parts, or returns the only one.
fn joined<'a>(kind: fn(Vec<Part<'a>>) -> Kind<'a>, mut parts: Vec<Part<'a>>) -> Option<Part<'a>> {
    let last = parts.pop()?;
    let Some(first) = parts.first() else { return Some(last) };
    let span = first.span.start..last.span.end;
    parts.push(last);
    Some(Part { kind: kind(parts), span, comments: Vec::new() })
}

/// Vigie reads 50 levels; what is made of a level may need one more.
const DEPTH_MAX: usize = 40;

struct Reader<'a> {
    dialect: Dialect,
    text: &'a str,
    lexemes: Vec<Spanned<'a>>,
    at: usize,
    depth: usize,
    /// How many brackets are open.
    groups: usize,
    /// Comments that were passed and belong to the next clause.
    comments: Vec<&'a str>,
    slips: Vec<Note>,
    notes: Vec<Note>,
}

impl<'a> Reader<'a> {
    /// Reads `a OR b`, the loosest binding everywhere but at Google.
    fn any(&mut self) -> Option<Part<'a>> {
        if self.dialect.binds_or_first() {
            return self.all(Self::alternatives);
        }
        let mut parts = Vec::from_iter(self.all(Self::negatable));
        while let Some(or) = self.take(Lexeme::Or) {
            let next = self.all(Self::negatable);
            self.check_sides(&or, "OR", !parts.is_empty(), next.is_some());
            parts.extend(next);
        }
        if parts.len() > 1
            && self.dialect.leaves_mixing_open()
            && let Some(mixed) = parts.iter().find(|part| part.is_unbracketed_all())
        {
            let message = "AND and OR are mixed without brackets; read as if AND bound first";
            self.notes.push(Note { span: mixed.span.clone(), message: message.to_owned() });
        }
        joined(Kind::Any, parts)
    }

    /// Reads clauses that are joined by AND or by standing side by side.
    fn all(&mut self, part: fn(&mut Self) -> Option<Part<'a>>) -> Option<Part<'a>> {
        let mut parts = Vec::new();
        loop {
            if let Some(and) = self.take(Lexeme::And) {
                // Talkwalker's `AND NOT` and the `AND -` of others are nothing special here.
                let follows = self.part_follows();
                self.check_sides(&and, "AND", !parts.is_empty(), follows);
            } else if self.part_follows() {
                parts.extend(part(self));
            } else if let Some(stray) = self.stray() {
                self.slip(stray, "it has nothing before it");
            } else {
                return joined(Kind::All, parts);
            }
        }
    }

    /// Takes an operator that belongs after a clause and stands after none.
    fn stray(&mut self) -> Option<Range<usize>> {
        let (lexeme, span) = self.peek()?;
        let stray = matches!(lexeme, Lexeme::Near { .. } | Lexeme::Distance(_) | Lexeme::Boost)
            || (lexeme == Lexeme::Or && self.dialect.binds_or_first());
        stray.then(|| {
            self.at += 1;
            span
        })
    }

    /// Reads `a OR b` where OR binds before AND.
    fn alternatives(&mut self) -> Option<Part<'a>> {
        let mut parts = Vec::from_iter(self.negatable());
        while let Some(or) = self.take(Lexeme::Or) {
            let next = if self.part_follows() { self.negatable() } else { None };
            self.check_sides(&or, "OR", !parts.is_empty(), next.is_some());
            parts.extend(next);
        }
        joined(Kind::Any, parts)
    }

    fn negatable(&mut self) -> Option<Part<'a>> {
        let mut negations = Vec::new();
        while let Some(span) = self.take(Lexeme::Not) {
            if !self.dialect.documents_not() && self.text[span.clone()].starts_with('N') {
                let message = format!(
                    "{} looks for the word NOT; read as an exclusion",
                    self.dialect.title()
                );
                self.notes.push(Note { span: span.clone(), message });
            }
            negations.push(span);
        }
        let (Some(first), Some(last)) = (negations.first().cloned(), negations.last().cloned())
        else {
            return self.near();
        };
        let Some(part) = self.part_follows().then(|| self.near()).flatten() else {
            self.slip(last, "it has nothing after it");
            return None;
        };
        if negations.len() % 2 == 0 {
            return Some(part);
        }
        let span = first.start..part.span.end;
        Some(Part { kind: Kind::Not(Box::new(part)), span, comments: Vec::new() })
    }

    fn near(&mut self) -> Option<Part<'a>> {
        let mut first = self.primary();
        let mut rest = Vec::new();
        while let Some((Lexeme::Near { distance, order }, span)) = self.peek() {
            self.at += 1;
            let part = if self.part_follows() { self.primary() } else { None };
            self.check_sides(&span, &self.text[span.clone()], first.is_some(), part.is_some());
            match (&first, part) {
                (None, part) => first = part,
                (Some(_), Some(part)) => rest.push(Nearby { distance, order, part }),
                (Some(_), None) => {}
            }
        }
        let first = first?;
        let Some(last) = rest.last() else { return Some(first) };
        let span = first.span.start..last.part.span.end;
        let kind = Kind::Near { first: Box::new(first), rest };
        Some(Part { kind, span, comments: Vec::new() })
    }

    fn primary(&mut self) -> Option<Part<'a>> {
        let (lexeme, span) = self.peek()?;
        let comments = std::mem::take(&mut self.comments);
        let mut part = match lexeme {
            Lexeme::Open => self.deeper(&span, Self::group),
            Lexeme::Field(name) => self.deeper(&span, |reader| reader.field(name)),
            Lexeme::AtLeast(count) => self.deeper(&span, |reader| reader.at_least(count)),
            Lexeme::Word(word) => Some(self.leaf(Kind::Word(word), span)),
            Lexeme::Phrase(text) => Some(self.leaf(Kind::Phrase { text, distance: None }, span)),
            Lexeme::Exact(word) => Some(self.leaf(Kind::Exact(word), span)),
            Lexeme::Verbatim(text) => Some(self.leaf(Kind::Verbatim(text), span)),
            Lexeme::Range(range) => Some(self.leaf(Kind::Range(range), span)),
            Lexeme::Distance(_)
            | Lexeme::Boost
            | Lexeme::Close
            | Lexeme::And
            | Lexeme::Or
            | Lexeme::Not
            | Lexeme::Near { .. }
            | Lexeme::Comment(_) => None,
        };
        while let Some((suffix @ (Lexeme::Distance(_) | Lexeme::Boost), span)) = self.peek() {
            self.at += 1;
            if let Some(before) = part {
                part = Some(self.suffixed(before, suffix, span));
            } else {
                self.slip(span, "it has nothing before it");
            }
        }
        let Some(mut part) = part else {
            self.comments = comments;
            return None;
        };
        part.comments.splice(0..0, comments);
        Some(part)
    }

    fn leaf(&mut self, kind: Kind<'a>, span: Range<usize>) -> Part<'a> {
        self.at += 1;
        Part { kind, span, comments: Vec::new() }
    }

    fn suffixed(&mut self, part: Part<'a>, suffix: Lexeme<'a>, span: Range<usize>) -> Part<'a> {
        let whole = part.span.start..span.end;
        let kind = match (suffix, part.kind) {
            (Lexeme::Distance(distance), Kind::Phrase { text, distance: None }) => {
                Kind::Phrase { text, distance: Some(distance) }
            }
            (Lexeme::Distance(distance), kind) => {
                let part = Part { kind, span: part.span, comments: Vec::new() };
                Kind::Together { part: Box::new(part), distance }
            }
            (_, kind) => {
                let message = "it only ranks what is found, which Vigie does not need";
                self.slip(span, message);
                kind
            }
        };
        Part { kind, span: whole, comments: part.comments }
    }

    fn group(&mut self) -> Option<Part<'a>> {
        let (_, open) = self.peek()?;
        self.at += 1;
        self.groups += 1;
        let inside = self.any();
        self.groups -= 1;
        let close = self.take(Lexeme::Close);
        if close.is_none() {
            let message = "( is never closed; read up to the end";
            self.notes.push(Note { span: open.clone(), message: message.to_owned() });
        }
        let end = close.map_or(self.text.len(), |close| close.end);
        let Some(inside) = inside else {
            self.slip(open.start..end, "the brackets are empty");
            return None;
        };
        Some(Part { span: open.start..end, ..inside })
    }

    fn field(&mut self, name: &'a str) -> Option<Part<'a>> {
        let (_, span) = self.peek()?;
        self.at += 1;
        let value = match self.dialect.field(name) {
            Some(Field::WordsOfRest(_) | Field::NoneOfRest(_)) if !self.phrase_is_next(&span) => {
                self.rest_of_text()
            }
            _ => self.part_follows().then(|| self.primary()).flatten(),
        };
        let Some(value) = value else {
            self.slip(span, "it has nothing after it");
            return None;
        };
        let span = span.start..value.span.end;
        let kind = Kind::Field { name, value: Box::new(value) };
        Some(Part { kind, span, comments: Vec::new() })
    }

    fn phrase_is_next(&mut self, field: &Range<usize>) -> bool {
        self.peek().is_some_and(|(lexeme, span)| {
            matches!(lexeme, Lexeme::Phrase(_)) && span.start == field.end
        })
    }

    /// Reads what is left of the text, or of the group that it stands in, as one value.
    fn rest_of_text(&mut self) -> Option<Part<'a>> {
        let mut parts = Vec::from_iter(self.any());
        while self.groups == 0 && self.peek().is_some() {
            self.at += 1;
            parts.extend(self.any());
        }
        joined(Kind::All, parts)
    }

    fn at_least(&mut self, count: u32) -> Option<Part<'a>> {
        let (_, span) = self.peek()?;
        self.at += 1;
        let Some(part) = self.part_follows().then(|| self.near()).flatten() else {
            self.slip(span, "it has nothing after it");
            return None;
        };
        let span = span.start..part.span.end;
        let kind = Kind::AtLeast { count, part: Box::new(part) };
        Some(Part { kind, span, comments: Vec::new() })
    }

    /// Goes one level down; what is too deep is passed over as one unreadable part.
    fn deeper(
        &mut self,
        span: &Range<usize>,
        read: impl FnOnce(&mut Self) -> Option<Part<'a>>,
    ) -> Option<Part<'a>> {
        if self.depth < DEPTH_MAX {
            self.depth += 1;
            let part = read(self);
            self.depth -= 1;
            return part;
        }
        let mut open = 0_usize;
        let mut end = span.end;
        while let Some((lexeme, span)) = self.peek() {
            if lexeme == Lexeme::Open {
                open += 1;
            } else if lexeme == Lexeme::Close {
                if open == 0 {
                    break;
                }
                open -= 1;
            }
            end = span.end;
            self.at += 1;
        }
        let reason = format!("it is nested more than {DEPTH_MAX} deep");
        let kind = Kind::Unreadable(reason);
        Some(Part { kind, span: span.start..end, comments: Vec::new() })
    }

    fn check_sides(&mut self, span: &Range<usize>, name: &str, before: bool, after: bool) {
        if !before {
            self.slip(span.clone(), &format!("{name} has nothing before it"));
        } else if !after {
            self.slip(span.clone(), &format!("{name} has nothing after it"));
        }
    }

    fn slip(&mut self, span: Range<usize>, message: &str) {
        self.slips.push(Note { span, message: message.to_owned() });
    }

    /// Returns the next lexeme after comments, which are kept for the next clause.
    fn peek(&mut self) -> Option<Spanned<'a>> {
        loop {
            let (lexeme, span) = self.lexemes.get(self.at)?;
            let Lexeme::Comment(comment) = lexeme else { return Some((*lexeme, span.clone())) };
            self.comments.push(comment);
            self.at += 1;
        }
    }

    fn take(&mut self, wanted: Lexeme<'_>) -> Option<Range<usize>> {
        let (lexeme, span) = self.peek()?;
        (lexeme == wanted).then(|| {
            self.at += 1;
            span
        })
    }

    fn part_follows(&mut self) -> bool {
        self.peek().is_some_and(|(lexeme, _)| lexeme.begins_part())
    }
}
