//! What looks like a field and says how the parts beside it are meant: `in:`, `stem:`, `context:`.

use std::ops::Range;

use super::expression::Wording;
use super::field::{Directive, Field};
use super::lexer::Lexeme;
use super::parser::Parser;
use super::part::Part;
use super::shown;
use crate::stem::{Language, Languages};
use crate::{LintCode, Node, NodeKind, Scope};

/// What a directive came to.
pub(super) enum Read {
    In(Scope, Range<usize>),
    Nothing,
    Part(Part),
}

impl Parser<'_> {
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
                // Its languages were read before all else between these brackets.
                self.skip_value(&span);
                Read::Nothing
            }
            Directive::Context => {
                self.read_context(name, span, |nodes, span| Part::context(nodes, Vec::new(), span))
            }
            Directive::AntiContext => {
                self.read_context(name, span, |nodes, span| Part::context(Vec::new(), nodes, span))
            }
        })
    }

    fn read_in(&mut self, name: Range<usize>) -> Read {
        const HINT: &str = "write in:title, in:text, in:quote or in:author";
        let (message, span) = match self.peek() {
            Some((Lexeme::Word(word), span)) if span.start == name.end => {
                self.at += 1;
                let span = name.start..span.end;
                if let Ok(Field::Text(scope)) = Field::named(word) {
                    return Read::In(scope, span);
                }
                (format!("in:{} is no field of words", shown(word)), span)
            }
            _ => ("in: has no field after it".to_owned(), name),
        };
        self.complain(LintCode::Syntax, span.clone(), message, HINT);
        Read::Part(Part::stand_in(span))
    }

    fn read_context(
        &mut self,
        name: &str,
        span: Range<usize>,
        part: fn(Vec<Node>, Range<usize>) -> Part,
    ) -> Read {
        let value_follows =
            self.peek().is_some_and(|(lexeme, next)| next.start == span.end && lexeme.is_value());
        if !value_follows {
            let message = format!("{name}: has nothing after it");
            let hint = format!("write {name}:(one OR other), without a space");
            self.complain(LintCode::BadContext, span.clone(), message, hint);
            return Read::Part(Part::stand_in(span));
        }
        let value = self.plain(None);
        let span = span.start..value.span().end;
        if value.is_stand_in {
            return Read::Part(Part::stand_in(span));
        }
        if let Some(holds) = value.holds_on_nothing {
            let message = "this only excludes, which tells nothing about the context";
            let hint = "use anticontext: for the words that go with something else";
            self.complain(LintCode::BadContext, holds, message, hint);
        }
        let nodes = match value.node {
            Node { kind: NodeKind::Any(nodes), .. } => nodes,
            node => vec![node],
        };
        Read::Part(part(nodes, span))
    }

    /// Makes one of all that is said about the context, which must stand beside the whole query.
    pub(super) fn gather_context(&mut self, root: &mut Node) {
        let NodeKind::All(parts) = &mut root.kind else {
            return self.refuse_contexts(std::slice::from_ref(root));
        };
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        let mut span: Option<Range<usize>> = None;
        for part in std::mem::take(parts) {
            let NodeKind::Context { wanted: more, unwanted: less } = part.kind else {
                parts.push(part);
                continue;
            };
            add_new(&mut wanted, more);
            add_new(&mut unwanted, less);
            span = span.map(|span| span.start..part.span.end).or(Some(part.span));
        }
        for nodes in [&*parts, &wanted, &unwanted] {
            self.refuse_contexts(nodes);
        }
        if let Some(span) = span {
            parts.push(Node { span, kind: NodeKind::Context { wanted, unwanted } });
        }
    }

    fn refuse_contexts(&mut self, nodes: &[Node]) {
        for misplaced in nodes.iter().filter_map(Node::context) {
            let message = "the context must stand beside the whole query";
            let hint = "put the other parts in brackets before it: (… OR …) context:(… OR …)";
            self.complain(LintCode::BadContext, misplaced, message, hint);
        }
    }

    /// Reads the `stem:` that stand between these brackets, and not between others within, since they
    /// say how all words there are meant, also those before them and those within.
    pub(super) fn read_stems(&mut self) -> Wording {
        let mut languages = Languages::NONE;
        let mut at = self.at;
        let mut depth = 0_usize;
        while let Some((lexeme, name)) = self.lexemes.get(at).cloned() {
            at += 1;
            match lexeme {
                Lexeme::Open => depth += 1,
                Lexeme::Close if depth == 0 => break,
                Lexeme::Close => depth -= 1,
                Lexeme::Field(_)
                | Lexeme::And
                | Lexeme::Or
                | Lexeme::Not
                | Lexeme::Minus
                | Lexeme::Near(_)
                | Lexeme::AtLeast(_)
                | Lexeme::Phrase(_)
                | Lexeme::Exact(_)
                | Lexeme::Regex(..)
                | Lexeme::Interval(..)
                | Lexeme::Forms
                | Lexeme::Distance(_)
                | Lexeme::Word(_)
                | Lexeme::Unread => {}
            }
            let Lexeme::Field(field) = lexeme else { continue };
            if depth > 0 || Directive::named(field) != Some(Directive::Stem) {
                continue;
            }
            let values = self.value_lexemes(at, &name);
            at = values.end;
            let mut found = false;
            for (value, span) in self.lexemes.get(values).unwrap_or_default().to_owned() {
                if matches!(value, Lexeme::Open | Lexeme::Close | Lexeme::Or | Lexeme::And) {
                    continue;
                }
                found = true;
                let code =
                    if let Lexeme::Phrase(code) = value { code } else { &self.text[span.clone()] };
                if let Some(language) = Language::from_code(&code.trim().to_lowercase()) {
                    languages = languages.with(language);
                } else {
                    let message =
                        format!("{:?} is not a language whose forms are known", shown(code));
                    let hint = "they are fr, en, de, es, it, pt and nl";
                    self.complain(LintCode::BadValue, span, message, hint);
                }
            }
            // A group that nothing closes is told of when it is read.
            let is_group = self.lexemes.get(at).is_some_and(|(lexeme, _)| *lexeme == Lexeme::Open);
            if !found && !is_group {
                let hint = "write stem:fr or stem:(fr OR en)";
                self.complain(LintCode::Syntax, name, "stem: has no language after it", hint);
            }
        }
        if languages == Languages::NONE {
            self.wording
        } else {
            Wording { languages, all_forms: true }
        }
    }

    /// Returns which lexemes from `from` on are the value of the field before them: one, or a group.
    /// A group that nothing closes is no value.
    fn value_lexemes(&self, from: usize, name: &Range<usize>) -> Range<usize> {
        match self.lexemes.get(from) {
            Some((Lexeme::Open, span)) if span.start == name.end => {
                let mut open = 0_usize;
                let close = self.lexemes[from..].iter().position(|(lexeme, _)| {
                    open += usize::from(*lexeme == Lexeme::Open);
                    open -= usize::from(*lexeme == Lexeme::Close);
                    open == 0
                });
                from..close.map_or(from, |close| from + close + 1)
            }
            Some((Lexeme::Word(_) | Lexeme::Phrase(_), span)) if span.start == name.end => {
                from..from + 1
            }
            _ => from..from,
        }
    }

    pub(super) fn skip_value(&mut self, name: &Range<usize>) {
        self.at = self.value_lexemes(self.at, name).end;
    }
}

/// Adds parts of a context, each of which counts once however often it is written.
fn add_new(nodes: &mut Vec<Node>, more: Vec<Node>) {
    for node in more {
        if !nodes.iter().any(|known| known.is_same(&node)) {
            nodes.push(node);
        }
    }
}

impl Node {
    /// Looks for the words that have no field of their own in this one; says whether there are any.
    pub(super) fn move_into(&mut self, wanted: Scope) -> bool {
        match &mut self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                parts.iter_mut().fold(false, |moved, part| part.move_into(wanted) | moved)
            }
            NodeKind::Not(part) => part.move_into(wanted),
            NodeKind::Occurs { scope, .. } | NodeKind::Regex { scope, .. } => {
                let moves = *scope == Scope::TitleOrText;
                if moves {
                    *scope = wanted;
                }
                moves
            }
            NodeKind::Context { .. } | NodeKind::Filter(_) | NodeKind::Interval(_) => false,
        }
    }

    pub(super) fn is_only_context(&self) -> bool {
        let is_context = |node: &Self| matches!(node.kind, NodeKind::Context { .. });
        if let NodeKind::All(parts) = &self.kind {
            parts.iter().all(is_context)
        } else {
            is_context(self)
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
