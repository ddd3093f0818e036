//! The operators that look at places: NEAR and ATLEAST.

use std::ops::Range;

use super::expression;
use super::field::Field;
use super::lexer::Lexeme;
use super::limit;
use super::parser::{OPERATOR, Parser};
use super::part::Part;
use super::{number, shown};
use crate::{Expression, LintCode, NodeKind, Order, Scope};

/// The hint for too many NEAR.
const IN_ANY_ORDER: &str = "write \"a b c\"~9 for words in any order";

impl Parser<'_> {
    /// Reads `ATLEAST/3` and what must occur so often.
    pub(super) fn at_least(&mut self, field: Option<Field>) -> Part {
        let Some((Lexeme::AtLeast(written), span)) = self.peek() else {
            return self.near(field);
        };
        self.at += 1;
        let times = number(written.trim_start_matches("ATLEAST").trim_start_matches('/'));
        let times = times.filter(|times| (1..=limit::TIMES_MAX).contains(times));
        if times.is_none() {
            let message = format!("{} does not say how often", shown(written));
            let hint = format!("write ATLEAST/3 with a number from 1 to {}", limit::TIMES_MAX);
            self.complain(LintCode::BadOperand, span.clone(), message, hint);
        }
        if !self.operand_follows() {
            let message = format!("{} has nothing after it", shown(written));
            let hint = "write the word or the group that must occur so often after it";
            self.complain(LintCode::Syntax, span.clone(), message, hint);
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
    pub(super) fn near(&mut self, field: Option<Field>) -> Part {
        let mut left = self.operand(field);
        let mut joins = 0;
        while let Some((Lexeme::Near(written), span)) = self.peek() {
            self.at += 1;
            let nearness = self.nearness(written, &span);
            if !self.operand_follows() {
                let message = format!("{} has nothing after it", shown(written));
                self.complain(LintCode::Syntax, span.clone(), message, OPERATOR);
                left = Part::stand_in(left.span().start..span.end);
                continue;
            }
            let right = self.operand(field);
            let whole = left.span().start..right.span().end;
            joins += 1;
            if joins == limit::NEAR_JOINS_MAX + 1 {
                let message = format!("more than {} NEAR in a row", limit::NEAR_JOINS_MAX);
                self.complain(LintCode::TooLarge, span.clone(), message, IN_ANY_ORDER);
            }
            left = if joins > limit::NEAR_JOINS_MAX {
                Part::stand_in(whole)
            } else {
                self.joined((left, right), nearness, written, whole)
            };
        }
        left
    }

    fn joined(
        &mut self,
        (left, right): (Part, Part),
        nearness: Option<(usize, Order)>,
        written: &str,
        whole: Range<usize>,
    ) -> Part {
        let left = self.expression(left, written);
        let right = self.expression(right, written);
        let (Some((scope, left)), Some((other, right)), Some((distance, order))) =
            (left, right, nearness)
        else {
            return Part::stand_in(whole);
        };
        if scope != other {
            let written = shown(written);
            let message = format!("the two sides of {written} stand in different fields");
            let hint = format!("put the field outside: title:(a {written} b)");
            self.complain(LintCode::BadOperand, whole.clone(), message, hint);
            return Part::stand_in(whole);
        }
        let what =
            Expression::Near { left: Box::new(left), right: Box::new(right), distance, order };
        if expression::near_depth(&what) > limit::NEAR_DEPTH_MAX {
            let message = format!("NEAR within NEAR more than {} deep", limit::NEAR_DEPTH_MAX);
            self.complain(LintCode::TooLarge, whole.clone(), message, IN_ANY_ORDER);
            return Part::stand_in(whole);
        }
        Part::clause(NodeKind::Occurs { scope, what, at_least: 1 }, whole)
    }

    /// Reads what an operator takes. A sign is read too, so that it can be refused by its name.
    fn operand(&mut self, field: Option<Field>) -> Part {
        match self.peek() {
            Some((Lexeme::Not | Lexeme::Minus | Lexeme::AtLeast(_), span)) => {
                let read = self.deeper(&span, |parser| parser.negatable(field));
                read.unwrap_or_else(|| Part::stand_in(span))
            }
            _ => self.plain(field),
        }
    }

    /// Reads the distance of `NEAR/5f`.
    fn nearness(&mut self, written: &str, span: &Range<usize>) -> Option<(usize, Order)> {
        let (name, order) = match written.strip_prefix('O') {
            Some(name) => (name, Order::LeftFirst),
            None => (written, Order::Either),
        };
        let distance = name.trim_start_matches("NEAR").trim_start_matches('/');
        let (distance, order) = match distance.strip_suffix(['f', 'F']) {
            Some(distance) => (distance, Order::LeftFirst),
            None => (distance, order),
        };
        let distance = match distance {
            "" if !written.ends_with('/') => Some(limit::NEAR_USUAL),
            digits => number(digits).filter(|distance| *distance <= limit::DISTANCE_MAX),
        };
        if distance.is_none() {
            let message = format!("{} does not say how near", shown(written));
            let hint = format!("write NEAR/5 with a number from 0 to {}", limit::DISTANCE_MAX);
            self.complain(LintCode::BadOperand, span.clone(), message, hint);
        }
        distance.map(|distance| (distance, order))
    }

    /// Returns the words of a part and where to look for them; says what of it is more than words.
    fn expression(&mut self, part: Part, operator: &str) -> Option<(Scope, Expression)> {
        if part.is_stand_in {
            return None;
        }
        let span = part.span();
        match expression::of(part.node) {
            Ok((scope, what)) => {
                let mut words = 0;
                what.each_word(&mut |_| words += 1);
                if words > limit::OPERAND_WORDS_MAX {
                    let message = format!(
                        "more than {} words in what {} takes",
                        limit::OPERAND_WORDS_MAX,
                        shown(operator)
                    );
                    self.complain(
                        LintCode::TooLarge,
                        span,
                        message,
                        "split it into several queries",
                    );
                    return None;
                }
                Some((scope, what))
            }
            Err((span, what)) => {
                let message = format!("{what} cannot be an operand of {}", shown(operator));
                let hint = "join words, phrases and groups of them by OR only";
                self.complain(LintCode::BadOperand, span, message, hint);
                None
            }
        }
    }
}
