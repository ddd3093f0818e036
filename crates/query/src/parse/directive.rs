//! What looks like a field and says how the parts beside it are meant: `in:`, `stem:`, `context:`.

use std::ops::Range;

use super::expression::Wording;
use super::field::{Directive, Field};
use super::lexer::Lexeme;
use super::parser::Parser;
use super::part::Part;
use crate::stem::Languages;
use crate::{Node, NodeKind, QueryProblem, Scope};

/// What a directive came to.
pub(super) enum Read {
    In(Scope, Range<usize>),
    Nothing,
    Part(Part),
}

impl<'a> Parser<'a> {
    /// Reads a directive, which says how the parts beside it are meant.
    pub(super) fn directive(&mut self, field: Option<Field>) -> Option<Read> {
        let Some((Lexeme::Field(name), span)) = self.peek() else { return None };
        let directive = Directive::named(name)?;
        if field.is_some() {
            return None;
        }
        self.at += 1;
        Some(match directive {
            Directive::In => self.read_in(span),
            Directive::Stem => {
                // Its languages were read before all else.
                self.skip_value(&span);
                Read::Nothing
            }
            Directive::Context => {
                self.read_context(span, |nodes, span| Part::context(nodes, Vec::new(), span))
            }
            Directive::AntiContext => {
                self.read_context(span, |nodes, span| Part::context(Vec::new(), nodes, span))
            }
        })
    }

    fn read_in(&mut self, name: Range<usize>) -> Read {
        match self.peek() {
            Some((Lexeme::Word(word), span)) if span.start == name.end => {
                self.at += 1;
                let span = name.start..span.end;
                match Field::named(word) {
                    Ok(Field::Text(scope)) => Read::In(scope, span),
                    _ => {
                        let message = format!("in:{word} is no field of words");
                        let hint = "write in:title, in:text, in:quote or in:author";
                        self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                        Read::Part(Part::stand_in(span))
                    }
                }
            }
            _ => {
                self.complain(
                    QueryProblem::new(name.clone(), "in: has nothing after it")
                        .hint("write in:title, in:text, in:quote or in:author"),
                );
                Read::Part(Part::stand_in(name))
            }
        }
    }

    fn read_context(
        &mut self,
        name: Range<usize>,
        part: fn(Vec<Node>, Range<usize>) -> Part,
    ) -> Read {
        let value_follows = matches!(
            self.peek(),
            Some((Lexeme::Open | Lexeme::Word(_) | Lexeme::Phrase(_) | Lexeme::Exact(_), next))
                if next.start == name.end
        );
        if !value_follows {
            self.complain(
                QueryProblem::new(name.clone(), "context: has nothing after it").hint(
                    "write context:(fruit OR cider) with the words that go with what you mean",
                ),
            );
            return Read::Part(Part::stand_in(name));
        }
        let value = self.plain(None);
        let span = name.start..value.span().end;
        if let Some(holds) = value.holds_on_nothing {
            let message = "this only excludes, which tells nothing about the context";
            let hint = "use anticontext: for the words that go with something else";
            self.complain(QueryProblem::new(holds, message).hint(hint));
        }
        Read::Part(match value.node.kind {
            NodeKind::Any(nodes) => part(nodes, span),
            kind => part(vec![Node { span: value.node.span, kind }], span),
        })
    }

    /// Makes one of all that is said about the context, which must stand beside the whole query.
    pub(super) fn gather_context(&mut self, root: &mut Node) {
        let beside = match &mut root.kind {
            NodeKind::All(parts) => std::mem::take(parts),
            _ => Vec::new(),
        };
        let (mut wanted, mut unwanted, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        let mut span: Option<Range<usize>> = None;
        for part in beside {
            match part.kind {
                NodeKind::Context { wanted: more, unwanted: less } => {
                    add_distinct(&mut wanted, more);
                    add_distinct(&mut unwanted, less);
                    span = span.map(|span| span.start..part.span.end).or(Some(part.span));
                }
                kind => parts.push(Node { kind, ..part }),
            }
        }
        for misplaced in parts.iter().chain(std::iter::once(&*root)).filter_map(Node::context) {
            let message = "the context must stand beside the whole query";
            let hint = "move it out of the group, after the last bracket";
            self.problems.push(QueryProblem::new(misplaced, message).hint(hint));
        }
        if let NodeKind::All(beside) = &mut root.kind {
            if parts.is_empty() && span.is_some() {
                let problem = QueryProblem::new(root.span.clone(), "there is only a context");
                self.problems.push(problem.hint("write what to look for beside it"));
            }
            if let Some(span) = span {
                parts.push(Node { span, kind: NodeKind::Context { wanted, unwanted } });
            }
            *beside = parts;
        }
    }

    /// Reads the `stem:` of the query, wherever it stands, since it says how all words are meant.
    pub(super) fn read_stems(&mut self) -> Wording {
        let mut languages = Languages::NONE;
        let mut problems = Vec::new();
        for (at, (lexeme, span)) in self.lexemes.iter().enumerate() {
            let Lexeme::Field(name) = lexeme else { continue };
            if Directive::named(name) != Some(Directive::Stem) {
                continue;
            }
            let values = self.value_lexemes(at, span);
            let mut found = false;
            for (value, span) in &self.lexemes[values] {
                let Lexeme::Word(code) = value else { continue };
                found = true;
                match crate::stem::Language::from_code(&code.to_lowercase()) {
                    Some(language) => languages = languages.with(language),
                    None => {
                        let message = format!("{code:?} is not a language whose forms are known");
                        let hint = "they are fr, en, de, es, it, pt and nl";
                        problems.push(QueryProblem::new(span.clone(), message).hint(hint));
                    }
                }
            }
            if !found {
                let hint = "write stem:fr or stem:(fr OR en)";
                let message = "stem: has no language after it";
                problems.push(QueryProblem::new(span.clone(), message).hint(hint));
            }
        }
        self.problems.extend(problems);
        if languages == Languages::NONE {
            Wording { languages: Languages::ALL, all_forms: false }
        } else {
            Wording { languages, all_forms: true }
        }
    }

    /// Returns which lexemes are the value of the field at this place: one, or a group without groups.
    fn value_lexemes(&self, field: usize, name: &Range<usize>) -> Range<usize> {
        let from = field + 1;
        match self.lexemes.get(from) {
            Some((Lexeme::Open, span)) if span.start == name.end => {
                let close = self.lexemes[from..].iter().position(|(l, _)| *l == Lexeme::Close);
                from..close.map_or(self.lexemes.len(), |close| from + close + 1)
            }
            Some((Lexeme::Word(_), span)) if span.start == name.end => from..from + 1,
            _ => from..from,
        }
    }

    pub(super) fn skip_value(&mut self, name: &Range<usize>) {
        self.at = self.value_lexemes(self.at - 1, name).end;
    }
}

impl Node {
    /// Looks for the words that have no field of their own in this one.
    pub(super) fn move_into(&mut self, wanted: Scope) {
        match &mut self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                parts.iter_mut().for_each(|part| part.move_into(wanted));
            }
            NodeKind::Not(part) => part.move_into(wanted),
            NodeKind::Occurs { scope, .. } | NodeKind::Regex { scope, .. } => {
                if *scope == Scope::TitleOrText {
                    *scope = wanted;
                }
            }
            NodeKind::Context { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => {}
        }
    }

    /// Returns the place of a context within.
    fn context(&self) -> Option<Range<usize>> {
        match &self.kind {
            NodeKind::Context { .. } => Some(self.span.clone()),
            NodeKind::All(parts) | NodeKind::Any(parts) => parts.iter().find_map(Self::context),
            NodeKind::Not(part) => part.context(),
            NodeKind::Occurs { .. }
            | NodeKind::Regex { .. }
            | NodeKind::Filter(_)
            | NodeKind::Interval(_) => None,
        }
    }
}

/// A word that is named twice must not weigh twice.
fn add_distinct(nodes: &mut Vec<Node>, more: Vec<Node>) {
    for node in more {
        if !nodes.iter().any(|known| known.kind == node.kind) {
            nodes.push(node);
        }
    }
}
