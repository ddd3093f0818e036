//! A query that could be read, with what remarks need to know of how it was written.

use std::ops::Range;

use crate::parse::field::{Directive, Field};
use crate::parse::lexer::{Lexeme, lexemes};
use crate::{Filter, Node, NodeKind, Parts, Scope};

pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    pub(super) parts: &'a Parts,
    pub(super) root: &'a Node,
    pub(super) marks: Vec<Mark<'a>>,
}

/// One thing that is written, and how it is read there.
#[derive(Debug, Clone)]
pub(super) struct Mark<'a> {
    pub(super) lexeme: Lexeme<'a>,
    pub(super) span: Range<usize>,
    pub(super) place: Place,
}

/// As what a word would be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// As words, in a field that was written before them or in none.
    Words(Option<Scope>),
    /// As the value of a filter, a range or a directive.
    Value,
}

/// What joins the parts of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    And,
    Or,
}

impl<'a> Draft<'a> {
    pub(super) fn new(text: &'a str, parts: &'a Parts, root: &'a Node) -> Self {
        Self { text, parts, root, marks: marks(text) }
    }

    pub(super) fn written(&self, span: &Range<usize>) -> &'a str {
        &self.text[span.clone()]
    }

    /// Returns what a message repeats of a part.
    pub(super) fn shown(&self, span: &Range<usize>) -> String {
        crate::parse::shown(self.written(span))
    }

    /// Tells whether a part of the tree was written elsewhere, under a name.
    pub(super) fn is_named(&self, node: &Node) -> bool {
        self.written(&node.span).strip_prefix('@').is_some_and(|name| self.parts.contains(name))
    }

    /// Returns what stands within a part of the text.
    pub(super) fn marks_in(&self, span: &Range<usize>) -> &[Mark<'a>] {
        let from = self.marks.partition_point(|mark| mark.span.start < span.start);
        let to = self.marks.partition_point(|mark| mark.span.start < span.end);
        &self.marks[from..to]
    }

    /// Returns the languages that the query asks its items to have; none where it does not say.
    pub(super) fn langs(&self) -> Vec<&str> {
        fn collect<'n>(node: &'n Node, langs: &mut Vec<&'n str>) {
            match &node.kind {
                NodeKind::All(parts) | NodeKind::Any(parts) => {
                    for part in parts {
                        collect(part, langs);
                    }
                }
                NodeKind::Filter(Filter::Lang(lang)) => langs.push(lang.as_str()),
                NodeKind::Filter(_)
                | NodeKind::Not(_)
                | NodeKind::Occurs { .. }
                | NodeKind::Regex { .. }
                | NodeKind::Interval(_)
                | NodeKind::Context { .. } => {}
            }
        }
        let mut langs = Vec::new();
        collect(self.root, &mut langs);
        langs
    }

    /// Returns what must go for a part of a group to be gone, if the rest is then read as before.
    pub(super) fn without(&self, part: &Node, joint: Joint) -> Option<(Range<usize>, String)> {
        let wanted = match joint {
            Joint::And => Lexeme::And,
            Joint::Or => Lexeme::Or,
        };
        let from = self.marks.partition_point(|mark| mark.span.start < part.span.start);
        let to = self.marks.partition_point(|mark| mark.span.start < part.span.end);
        let before = from.checked_sub(1).map(|at| &self.marks[at]);
        let after = self.marks.get(to);
        let is = |mark: Option<&Mark<'_>>| mark.is_some_and(|mark| mark.lexeme == wanted);
        let is_end = |mark: Option<&Mark<'_>>| {
            mark.is_none_or(|mark| matches!(mark.lexeme, Lexeme::Open | Lexeme::Close | Lexeme::Or))
        };
        let range = match (before, after) {
            (Some(mark), _) if is(before) && (joint == Joint::And || is_end(after)) => {
                mark.span.start..part.span.end
            }
            (_, Some(mark)) if is(after) && is_end(before) => part.span.start..mark.span.end,
            _ if joint == Joint::And => part.span.clone(),
            _ => return None,
        };
        Some(self.closed_up(range))
    }

    /// Leaves one space where a part is taken out between two others, and none at an end.
    fn closed_up(&self, range: Range<usize>) -> (Range<usize>, String) {
        let before = self.text[..range.start].trim_end();
        let after = self.text[range.end..].trim_start();
        let between = if before.is_empty()
            || after.is_empty()
            || before.ends_with('(')
            || after.starts_with(')')
        {
            ""
        } else {
            " "
        };
        (before.len()..self.text.len() - after.len(), between.to_owned())
    }
}

fn marks(text: &str) -> Vec<Mark<'_>> {
    let mut marks: Vec<Mark<'_>> = Vec::new();
    let mut groups = vec![Place::Words(None)];
    // What a field says of what stands right after it.
    let mut next: Option<Place> = None;
    for (lexeme, span) in lexemes(text).0 {
        let around = groups.last().copied().unwrap_or(Place::Words(None));
        let place = next.take().unwrap_or(around);
        match lexeme {
            Lexeme::Open => groups.push(place),
            Lexeme::Close => {
                groups.pop();
            }
            Lexeme::Forms => next = Some(place),
            Lexeme::Field(name) => {
                next = Some(match (Directive::named(name), Field::named(name)) {
                    (Some(Directive::Context | Directive::AntiContext), _) => Place::Words(None),
                    (None, Ok(Field::Text(scope))) => Place::Words(Some(scope)),
                    _ => Place::Value,
                });
            }
            Lexeme::And
            | Lexeme::Or
            | Lexeme::Not
            | Lexeme::Minus
            | Lexeme::Near(_)
            | Lexeme::AtLeast(_)
            | Lexeme::Phrase(_)
            | Lexeme::Exact(_)
            | Lexeme::Regex(..)
            | Lexeme::Interval(..)
            | Lexeme::Distance(_)
            | Lexeme::Word(_)
            | Lexeme::Unread => {}
        }
        marks.push(Mark { lexeme, span, place });
    }
    marks
}

impl Mark<'_> {
    /// Tells whether a part ends here, so that an operator could follow.
    pub(super) fn ends_part(&self) -> bool {
        matches!(
            self.lexeme,
            Lexeme::Word(_)
                | Lexeme::Phrase(_)
                | Lexeme::Exact(_)
                | Lexeme::Close
                | Lexeme::Regex(..)
                | Lexeme::Interval(..)
                | Lexeme::Distance(_)
        )
    }

    /// Tells whether a part begins here, so that an operator could stand before it.
    pub(super) fn begins_part(&self) -> bool {
        matches!(
            self.lexeme,
            Lexeme::Word(_)
                | Lexeme::Phrase(_)
                | Lexeme::Exact(_)
                | Lexeme::Open
                | Lexeme::Field(_)
                | Lexeme::Forms
                | Lexeme::Regex(..)
                | Lexeme::Minus
                | Lexeme::Not
                | Lexeme::AtLeast(_)
        )
    }
}
