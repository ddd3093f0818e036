//! Builds the tree by recursive descent: any (OR) of all (AND) of negated or plain parts.
//!
//! A function returns `None` where nothing stands, so that its caller can say what is missing.
//! A part with a problem is replaced by a stand-in: the tree is thrown away in the end, but the
//! rest of the text is still read for further problems.

use std::ops::Range;

use super::expression::{self, Wording};
use super::field::{Directive, Field};
use super::lexer::{self, Lexeme, Spanned};
use super::limit::{self, Spent};
use super::part::Part;
use crate::pattern::Case;
use crate::stem::Languages;
use crate::{Expression, Node, NodeKind, Order, Parts, Pattern, QueryProblem, Scope};

/// The hint for an operator that lacks a side.
const OPERATOR: &str =
    "write a word on both sides, or put it between quotes to find the word itself";

pub(super) struct Parser<'a> {
    text: &'a str,
    lexemes: Vec<Spanned<'a>>,
    at: usize,
    problems: Vec<QueryProblem>,
    spent: Spent,
    /// The rest of the text was not read, so that nothing more can be said about it.
    gave_up: bool,
    parts: &'a Parts,
    /// The named parts that this text stands in, from the outermost on.
    within: Vec<String>,
    wording: Wording,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str, parts: &'a Parts) -> Self {
        let (lexemes, problems) = lexer::lexemes(text);
        let mut parser = Self {
            text,
            lexemes,
            at: 0,
            problems,
            spent: Spent::default(),
            gave_up: false,
            parts,
            within: Vec::new(),
            wording: Wording { languages: Languages::ALL, all_forms: false },
        };
        parser.wording = parser.read_stems();
        parser
    }

    pub(super) fn root(mut self) -> Result<Node, Vec<QueryProblem>> {
        let mut root = self.whole();
        match &root {
            // Only directives, of which none asks for anything.
            None => self.complain(
                QueryProblem::new(0..self.text.len(), "the query is empty")
                    .hint("write the words to look for"),
            ),
            Some(part) => {
                if let Some(span) = part.holds_on_nothing.clone() {
                    let message = "this only excludes, so that it would find almost everything";
                    let hint = "add a word or a filter that must be there";
                    self.complain(QueryProblem::new(span, message).hint(hint));
                }
            }
        }
        if let Some(part) = &mut root {
            self.gather_context(&mut part.node);
        }
        self.problems.sort_by_key(|problem| problem.span.start);
        match root {
            Some(part) if self.problems.is_empty() => Ok(part.node),
            _ => Err(self.problems),
        }
    }

    /// Reads to the end, and says of brackets that close nothing.
    fn whole(&mut self) -> Option<Part> {
        let mut root = self.any(None);
        while let Some(span) = self.take(Lexeme::Close) {
            self.complain(
                QueryProblem::new(span.clone(), ") closes nothing")
                    .hint("remove it, or open the group with a ("),
            );
            self.any(None);
            root = Some(Part::stand_in(span));
        }
        root
    }

    fn any(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::from_iter(self.all(field));
        while let Some(span) = self.take(Lexeme::Or) {
            if parts.is_empty() {
                self.complain(
                    QueryProblem::new(span.clone(), "OR has nothing before it").hint(OPERATOR),
                );
                parts.push(Part::stand_in(span.clone()));
            }
            let next = self.all(field);
            if next.is_none() {
                self.complain(
                    QueryProblem::new(span.clone(), "OR has nothing after it").hint(OPERATOR),
                );
            }
            parts.push(next.unwrap_or_else(|| Part::stand_in(span)));
        }
        Part::any(parts)
    }

    fn all(&mut self, field: Option<Field>) -> Option<Part> {
        let mut parts = Vec::new();
        let mut scope: Option<(Scope, Range<usize>)> = None;
        loop {
            if let Some(span) = self.take(Lexeme::And) {
                if parts.is_empty() && scope.is_none() {
                    self.complain(
                        QueryProblem::new(span.clone(), "AND has nothing before it").hint(OPERATOR),
                    );
                    parts.push(Part::stand_in(span.clone()));
                }
                if !self.part_follows() {
                    self.complain(
                        QueryProblem::new(span, "AND has nothing after it").hint(OPERATOR),
                    );
                }
            } else if let Some(directive) = self.directive(field) {
                match directive {
                    Read::In(wanted, span) if scope.is_none() => scope = Some((wanted, span)),
                    Read::In(_, span) => self.complain(
                        QueryProblem::new(span, "the group has two in:")
                            .hint("join two groups by OR, each with its own"),
                    ),
                    Read::Nothing => {}
                    Read::Part(part) => parts.push(part),
                }
            } else if self.part_follows() {
                parts.push(self.negatable(field));
            } else {
                break;
            }
        }
        if let Some((scope, span)) = scope {
            if parts.is_empty() {
                self.complain(
                    QueryProblem::new(span.clone(), "in: has no words beside it")
                        .hint("write the words that must stand there: in:quote ozalee"),
                );
                return Some(Part::stand_in(span));
            }
            for part in &mut parts {
                part.node.move_into(scope);
            }
        }
        Part::all(parts)
    }

    /// Reads a directive, which says how the parts beside it are meant.
    fn directive(&mut self, field: Option<Field>) -> Option<Read> {
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
    fn gather_context(&mut self, root: &mut Node) {
        let beside = match &mut root.kind {
            NodeKind::All(parts) => std::mem::take(parts),
            _ => Vec::new(),
        };
        let (mut wanted, mut unwanted, mut parts) = (Vec::new(), Vec::new(), Vec::new());
        let mut span: Option<Range<usize>> = None;
        for part in beside {
            match part.kind {
                NodeKind::Context { wanted: more, unwanted: less } => {
                    wanted.extend(more);
                    unwanted.extend(less);
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

    fn negatable(&mut self, field: Option<Field>) -> Part {
        let (sign, name) = match self.peek() {
            Some((Lexeme::Not, span)) => (span, "NOT"),
            Some((Lexeme::Minus, span)) => (span, "-"),
            Some((Lexeme::AtLeast(_), _)) => return self.at_least(field),
            _ => return self.near(field),
        };
        self.at += 1;
        if !self.part_follows() {
            let message = format!("{name} has nothing after it");
            let hint = "write what to leave out after it, or put it between quotes to find it";
            self.complain(QueryProblem::new(sign.clone(), message).hint(hint));
            return Part::stand_in(sign);
        }
        match self.deeper(&sign, |parser| parser.negatable(field)) {
            Some(part) => part.negated(&sign),
            None => Part::stand_in(sign),
        }
    }

    /// Reads `ATLEAST/3` and what must occur so often.
    fn at_least(&mut self, field: Option<Field>) -> Part {
        let Some((Lexeme::AtLeast(written), span)) = self.peek() else {
            return self.near(field);
        };
        self.at += 1;
        let times = written.trim_start_matches("ATLEAST").trim_start_matches('/').parse().ok();
        let times = times.filter(|times| (1..=limit::TIMES_MAX).contains(times));
        if times.is_none() {
            let message = format!("{written} does not say how often");
            let hint = format!("write ATLEAST/3 with a number from 1 to {}", limit::TIMES_MAX);
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        if !self.operand_follows() {
            let message = format!("{written} has nothing after it");
            let hint = "write the word or the group that must occur so often after it";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            return Part::stand_in(span);
        }
        let part = self.near(field);
        let whole = span.start..part.span().end;
        match (self.expression(part, written), times) {
            (Some((scope, what)), Some(at_least)) => {
                Part::clause(NodeKind::Occurs { scope, what, at_least }, whole)
            }
            _ => Part::stand_in(whole),
        }
    }

    /// Reads parts joined by NEAR, from left to right.
    fn near(&mut self, field: Option<Field>) -> Part {
        let mut left = self.plain(field);
        let mut joins = 0;
        while let Some((Lexeme::Near(written), span)) = self.peek() {
            self.at += 1;
            joins += 1;
            if joins == limit::NEAR_JOINS_MAX + 1 {
                let message = format!("more than {} NEAR in a row", limit::NEAR_JOINS_MAX);
                let hint = "write \"a b c\"~9 for words in any order";
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            }
            let nearness = self.nearness(written, &span);
            if !self.operand_follows() {
                let message = format!("{written} has nothing after it");
                self.complain(QueryProblem::new(span.clone(), message).hint(OPERATOR));
                return Part::stand_in(span);
            }
            let right = self.plain(field);
            let whole = left.span().start..right.span().end;
            let left_side = self.expression(left, written);
            let right_side = self.expression(right, written);
            let (Some((scope, from)), Some((other, to)), Some((distance, order))) =
                (left_side, right_side, nearness)
            else {
                left = Part::stand_in(whole);
                continue;
            };
            if scope != other {
                let message = format!("the two sides of {written} stand in different fields");
                let hint = format!("put the field outside: title:(a {written} b)");
                self.complain(QueryProblem::new(whole.clone(), message).hint(hint));
            }
            let what =
                Expression::Near { left: Box::new(from), right: Box::new(to), distance, order };
            if expression::near_depth(&what) > limit::NEAR_DEPTH_MAX {
                let message = format!("NEAR within NEAR more than {} deep", limit::NEAR_DEPTH_MAX);
                let hint = "write \"a b c\"~9 for words in any order";
                self.complain(QueryProblem::new(whole.clone(), message).hint(hint));
            }
            left = Part::clause(NodeKind::Occurs { scope, what, at_least: 1 }, whole);
        }
        left
    }

    /// Reads the distance of `NEAR/5f`.
    fn nearness(&mut self, written: &str, span: &Range<usize>) -> Option<(usize, Order)> {
        let (name, order) = match written.strip_prefix('O') {
            Some(name) => (name, Order::LeftFirst),
            None => (written, Order::Either),
        };
        let number = name.trim_start_matches("NEAR").trim_start_matches('/');
        let (number, order) = match number.strip_suffix(['f', 'F']) {
            Some(number) => (number, Order::LeftFirst),
            None => (number, order),
        };
        let distance = match number {
            "" if !written.ends_with('/') => Some(limit::NEAR_USUAL),
            number => number.parse().ok().filter(|distance| *distance <= limit::DISTANCE_MAX),
        };
        if distance.is_none() {
            let message = format!("{written} does not say how near");
            let hint = format!("write NEAR/5 with a number from 0 to {}", limit::DISTANCE_MAX);
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        distance.map(|distance| (distance, order))
    }

    /// Returns the words of a part and where to look for them; says what of it is more than words.
    fn expression(&mut self, part: Part, operator: &str) -> Option<(Scope, Expression)> {
        if part.is_stand_in {
            return None;
        }
        match expression::of(part.node) {
            Ok(expression) => Some(expression),
            Err((span, what)) => {
                let message = format!("{what} cannot be an operand of {operator}");
                let hint = "join words, phrases and groups of them by OR only";
                self.complain(QueryProblem::new(span, message).hint(hint));
                None
            }
        }
    }

    fn plain(&mut self, field: Option<Field>) -> Part {
        let end = self.text.len();
        let Some((lexeme, span)) = self.peek() else { return Part::stand_in(end..end) };
        self.at += 1;
        match lexeme {
            Lexeme::Open => self.group(field, span),
            Lexeme::Field(name) => self.field(field, name, span),
            Lexeme::Word(word) => match self.named_part(word) {
                Some((name, text)) if field.is_none() => self.insert(name, text, span),
                _ => self.clause(field, Written::Word(word), span),
            },
            Lexeme::Phrase(phrase) => self.phrase(field, Written::Phrase(phrase), span),
            Lexeme::Exact(word) => self.clause(field, Written::Exact(word), span),
            Lexeme::Forms => self.forms(field, span),
            Lexeme::Regex(source, flags) => self.regex(field, source, flags, span),
            Lexeme::Interval(inside, after) => self.interval(field, inside, after, span),
            Lexeme::Distance(_) => {
                let message = "a distance must follow a phrase";
                let hint = "write \"two words\"~5, or join groups by NEAR/5";
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
            Lexeme::Near(word) | Lexeme::AtLeast(word) => {
                let message = format!("{word} has nothing before it");
                self.complain(QueryProblem::new(span.clone(), message).hint(OPERATOR));
                Part::stand_in(span)
            }
            // Callers ask `part_follows` first and take the signs themselves.
            Lexeme::Close | Lexeme::And | Lexeme::Or | Lexeme::Not | Lexeme::Minus => {
                Part::stand_in(span)
            }
        }
    }

    fn group(&mut self, field: Option<Field>, open: Range<usize>) -> Part {
        let Some(inside) = self.deeper(&open, |parser| parser.any(field)) else {
            return Part::stand_in(open);
        };
        let Some(close) = self.take(Lexeme::Close) else {
            self.complain(
                QueryProblem::new(open.clone(), "( is never closed")
                    .hint("add a ) where the group ends"),
            );
            return Part::stand_in(open);
        };
        let span = open.start..close.end;
        if let Some((Lexeme::Distance(_), distance)) = self.peek() {
            self.at += 1;
            let message = "a distance must follow a phrase";
            let hint = "join the groups by NEAR: (a OR b) NEAR/5 (c OR d)";
            self.complain(QueryProblem::new(distance, message).hint(hint));
        }
        if let Some(part) = inside {
            return part.spanning(span);
        }
        self.complain(
            QueryProblem::new(span.clone(), "the group is empty")
                .hint("write words in it, or remove it"),
        );
        Part::stand_in(span)
    }

    fn field(&mut self, outer: Option<Field>, name: &str, span: Range<usize>) -> Part {
        if Directive::named(name).is_some() {
            let message = format!("{name}: cannot stand here");
            let hint = "write it beside the other parts, without NOT and outside of other fields";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            self.skip_value(&span);
            return Part::stand_in(span);
        }
        let field = Field::named(name);
        if let Err(hint) = &field {
            let message = format!("unknown field {name}:");
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        if outer.is_some() {
            let message = format!("{name}: stands inside the group of another field");
            self.complain(QueryProblem::new(span.clone(), message).hint("close that group first"));
        }
        let message = || format!("{name}: has nothing after it");
        match self.peek() {
            Some((Lexeme::Minus, next)) if next.start == span.end => {
                let hint = format!("to exclude, write -{name}:…");
                self.complain(QueryProblem::new(span.clone(), message()).hint(hint));
                Part::stand_in(span)
            }
            Some((lexeme, next)) if next.start == span.end && lexeme.is_value() => {
                let part = match field {
                    Ok(field) => self.plain(Some(field)),
                    // Its value is read as words are, so that nothing more is said of it.
                    Err(_) => {
                        self.plain(None);
                        Part::stand_in(span.clone())
                    }
                };
                let end = part.span().end.max(span.end);
                part.spanning(span.start..end)
            }
            _ => {
                let hint = format!("write {name}:… without a space");
                self.complain(QueryProblem::new(span.clone(), message()).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    fn phrase(&mut self, field: Option<Field>, written: Written<'_>, span: Range<usize>) -> Part {
        let Some((Lexeme::Distance(digits), distance)) = self.peek() else {
            return self.clause(field, written, span);
        };
        self.at += 1;
        let whole = span.start..distance.end;
        let Some(number) = digits.parse().ok().filter(|number| *number <= limit::DISTANCE_MAX)
        else {
            let message = "the distance is not a number of words";
            let hint =
                format!("write \"two words\"~5, with a number from 0 to {}", limit::DISTANCE_MAX);
            self.complain(QueryProblem::new(distance, message).hint(hint));
            return Part::stand_in(whole);
        };
        let part = self.clause(field, written, span);
        if part.is_stand_in {
            return part;
        }
        match part.node.kind {
            NodeKind::Occurs { scope, what: Expression::Phrase(words), at_least }
                if words.len() <= limit::WITHIN_WORDS_MAX =>
            {
                let what = match words.len() {
                    1 => Expression::Phrase(words),
                    _ => Expression::Within { words, distance: number },
                };
                Part::clause(NodeKind::Occurs { scope, what, at_least }, whole)
            }
            NodeKind::Occurs { .. } => {
                let message =
                    format!("more than {} words within a distance", limit::WITHIN_WORDS_MAX);
                self.complain(QueryProblem::new(whole.clone(), message).hint("join fewer words"));
                Part::stand_in(whole)
            }
            _ => {
                let message = "a distance must follow a phrase of words";
                let hint = "remove the ~ and what follows it";
                self.complain(QueryProblem::new(distance, message).hint(hint));
                Part::stand_in(whole)
            }
        }
    }

    /// Reads what follows a `~`.
    fn forms(&mut self, field: Option<Field>, sign: Range<usize>) -> Part {
        match self.peek() {
            Some((Lexeme::Word(word), span)) if span.start == sign.end => {
                self.at += 1;
                self.clause(field, Written::Forms(word), sign.start..span.end)
            }
            Some((Lexeme::Phrase(phrase), span)) if span.start == sign.end => {
                self.at += 1;
                self.phrase(field, Written::Forms(phrase), sign.start..span.end)
            }
            _ => {
                let message = "~ must stand before a word or a phrase";
                let hint = "write ~word for all forms of the word";
                self.complain(QueryProblem::new(sign.clone(), message).hint(hint));
                Part::stand_in(sign)
            }
        }
    }

    fn regex(
        &mut self,
        field: Option<Field>,
        source: &str,
        flags: &str,
        span: Range<usize>,
    ) -> Part {
        self.count(&span);
        self.spent.regexes += 1;
        if self.spent.regexes == limit::REGEXES_MAX + 1 {
            let message = format!("more than {} patterns", limit::REGEXES_MAX);
            let hint = "join them by | into one, or split the query";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
        let scope = match field {
            None => Ok(Scope::TitleOrText),
            Some(Field::Text(scope)) => Ok(scope),
            Some(Field::Filter(_) | Field::Interval(_)) => {
                Err(("this field takes no pattern".to_owned(), "write its value".to_owned()))
            }
        };
        let case = match flags {
            "" => Ok(Case::Sensitive),
            "i" => Ok(Case::Insensitive),
            other => {
                let message = format!("unknown letters {other:?} after the pattern");
                Err((message, "only i is known: /pattern/i ignores case".to_owned()))
            }
        };
        let pattern = case.and_then(|case| {
            Pattern::new(source, case).map_err(|reason| {
                let hint = if source.contains("(i?)") {
                    "to ignore case, write /pattern/i"
                } else {
                    "the syntax is that of RE2; to find the text itself, put it in quotes"
                };
                (format!("the pattern cannot be used: {reason}"), hint.to_owned())
            })
        });
        match (scope, pattern) {
            (Ok(scope), Ok(pattern)) => Part::clause(NodeKind::Regex { scope, pattern }, span),
            (Err((message, hint)), _) | (_, Err((message, hint))) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    fn interval(
        &mut self,
        field: Option<Field>,
        inside: &str,
        after: &str,
        span: Range<usize>,
    ) -> Part {
        self.count(&span);
        let read = match field {
            Some(Field::Interval(quantity)) => quantity.read_interval(inside, after),
            _ => Err((
                "this field takes no range".to_owned(),
                "ranges are for rating: date: minute: likes: shares: comments: views: followers:"
                    .to_owned(),
            )),
        };
        match read {
            Ok(interval) => Part::clause(NodeKind::Interval(interval), span),
            Err((message, hint)) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    /// Reads one term, phrase or filter.
    fn clause(&mut self, field: Option<Field>, written: Written<'_>, span: Range<usize>) -> Part {
        self.count(&span);
        let words = |scope| {
            let what = match written {
                Written::Word(text) => expression::word(text, self.wording, scope),
                Written::Phrase(text) => expression::phrase(text, self.wording, scope),
                Written::Exact(text) => expression::exact(text),
                Written::Forms(text) => {
                    let wording = Wording { all_forms: true, ..self.wording };
                    expression::phrase(text, wording, scope)
                }
            };
            what.map(|words| {
                let what = Expression::Phrase(words);
                NodeKind::Occurs { scope, what, at_least: 1 }
            })
        };
        let kind = match field {
            None => words(Scope::TitleOrText),
            Some(Field::Text(scope)) => words(scope),
            Some(Field::Filter(filter)) => {
                written.value().and_then(|value| filter.read(value)).map(NodeKind::Filter)
            }
            Some(Field::Interval(quantity)) => {
                written.value().and_then(|value| quantity.read(value)).map(NodeKind::Interval)
            }
        };
        match kind {
            Ok(kind) => {
                self.count_globs(&kind, &span);
                Part::clause(kind, span)
            }
            Err((message, hint)) => {
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    fn count(&mut self, span: &Range<usize>) {
        self.spent.clauses += 1;
        if self.spent.clauses == limit::CLAUSES_MAX + 1 {
            let message = format!("more than {} words, phrases and filters", limit::CLAUSES_MAX);
            let hint = "split it into several queries";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
    }

    fn count_globs(&mut self, kind: &NodeKind, span: &Range<usize>) {
        let before = self.spent.globs;
        self.spent.globs += expression::globs(kind);
        if before <= limit::GLOBS_MAX && self.spent.globs > limit::GLOBS_MAX {
            let message = format!("more than {} words with * or ?", limit::GLOBS_MAX);
            let hint = "write the words themselves, or split it into several queries";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
        }
    }

    /// Finds the named part that `@name` stands for.
    fn named_part(&self, word: &str) -> Option<(&'a str, &'a str)> {
        let name = word.strip_prefix('@')?;
        self.parts.get_key_value(name)
    }

    /// Reads a named part in the place of its name.
    fn insert(&mut self, name: &str, text: &'a str, span: Range<usize>) -> Part {
        self.count(&span);
        // Parts that name each other many times over must not keep the reader busy for ever.
        if self.spent.clauses > limit::CLAUSES_MAX {
            return Part::stand_in(span);
        }
        if self.within.iter().any(|outer| outer == name) {
            let message = format!("@{name} contains itself");
            let hint = "remove one of the two";
            self.complain(QueryProblem::new(span.clone(), message).hint(hint));
            return Part::stand_in(span);
        }
        if self.within.len() == limit::PARTS_DEPTH_MAX {
            let message = format!("parts within parts more than {} deep", limit::PARTS_DEPTH_MAX);
            self.complain(QueryProblem::new(span.clone(), message).hint("write it out"));
            return Part::stand_in(span);
        }
        let mut inner = Parser::new(text, self.parts);
        inner.wording = self.wording;
        inner.spent = self.spent;
        inner.within = self.within.clone();
        inner.within.push(name.to_owned());
        let read = inner.whole();
        self.spent = inner.spent;
        for problem in inner.problems {
            let message = format!("in @{name}: {}", problem.message);
            self.complain(QueryProblem { span: span.clone(), message, hint: problem.hint });
        }
        match read {
            Some(mut part) => {
                part.node.take_span(&span);
                part.holds_on_nothing = part.holds_on_nothing.map(|_| span.clone());
                part
            }
            None => {
                let message = format!("@{name} is empty");
                let hint = "write its words in the configuration";
                self.complain(QueryProblem::new(span.clone(), message).hint(hint));
                Part::stand_in(span)
            }
        }
    }

    /// Reads the `stem:` of the query, wherever it stands, since it says how all words are meant.
    fn read_stems(&mut self) -> Wording {
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

    fn skip_value(&mut self, name: &Range<usize>) {
        self.at = self.value_lexemes(self.at - 1, name).end;
    }

    /// Goes one level down, or gives up where that is too deep.
    fn deeper<T>(&mut self, span: &Range<usize>, read: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.spent.depth == limit::DEPTH_MAX {
            let message = format!("nested more than {} deep", limit::DEPTH_MAX);
            self.complain(
                QueryProblem::new(span.clone(), message).hint("split it into several queries"),
            );
            self.gave_up = true;
            self.at = self.lexemes.len();
            return None;
        }
        self.spent.depth += 1;
        let read = read(self);
        self.spent.depth -= 1;
        Some(read)
    }

    fn complain(&mut self, problem: QueryProblem) {
        if !self.gave_up {
            self.problems.push(problem);
        }
    }

    fn peek(&self) -> Option<Spanned<'a>> {
        self.lexemes.get(self.at).cloned()
    }

    fn take(&mut self, wanted: Lexeme<'_>) -> Option<Range<usize>> {
        let (lexeme, span) = self.peek()?;
        (lexeme == wanted).then(|| {
            self.at += 1;
            span
        })
    }

    /// Tells whether a part begins here, rather than an operator between parts or an end.
    fn part_follows(&self) -> bool {
        !matches!(self.peek(), None | Some((Lexeme::Close | Lexeme::And | Lexeme::Or, _)))
    }

    /// Tells whether an operand of NEAR begins here.
    fn operand_follows(&self) -> bool {
        self.part_follows() && !matches!(self.peek(), Some((Lexeme::Near(_), _)))
    }
}

/// What a directive came to.
enum Read {
    In(Scope, Range<usize>),
    Nothing,
    Part(Part),
}

/// A value as it was written.
#[derive(Clone, Copy)]
enum Written<'a> {
    Word(&'a str),
    Phrase(&'a str),
    Exact(&'a str),
    Forms(&'a str),
}

impl<'a> Written<'a> {
    /// Returns the value of a field that takes no words.
    fn value(self) -> Result<&'a str, (String, String)> {
        match self {
            Self::Word(value) | Self::Phrase(value) => Ok(value),
            Self::Exact(_) | Self::Forms(_) => Err((
                "this field takes neither {…} nor ~".to_owned(),
                "write its value alone, or between quotation marks".to_owned(),
            )),
        }
    }
}

impl Lexeme<'_> {
    /// Tells whether it can be the value of a field.
    fn is_value(self) -> bool {
        match self {
            Self::Open
            | Self::Word(_)
            | Self::Phrase(_)
            | Self::Exact(_)
            | Self::Regex(..)
            | Self::Interval(..)
            | Self::Forms => true,
            Self::Close
            | Self::And
            | Self::Or
            | Self::Not
            | Self::Minus
            | Self::Near(_)
            | Self::AtLeast(_)
            | Self::Field(_)
            | Self::Distance(_) => false,
        }
    }
}

impl Node {
    /// Looks for the words that have no field of their own in this one.
    fn move_into(&mut self, wanted: Scope) {
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

    /// Says of the whole part that it stands at one place.
    fn take_span(&mut self, span: &Range<usize>) {
        self.span = span.clone();
        match &mut self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                parts.iter_mut().for_each(|part| part.take_span(span));
            }
            NodeKind::Not(part) => part.take_span(span),
            NodeKind::Context { wanted, unwanted } => {
                wanted.iter_mut().chain(unwanted).for_each(|part| part.take_span(span));
            }
            NodeKind::Occurs { .. }
            | NodeKind::Regex { .. }
            | NodeKind::Filter(_)
            | NodeKind::Interval(_) => {}
        }
    }
}
