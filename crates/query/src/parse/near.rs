//! The operators that look at places: NEAR and ATLEAST.

use std::ops::Range;

use super::expression;
use super::field::Field;
use super::lexer::Lexeme;
use super::limit;
use super::parser::{OPERATOR, Parser};
use super::part::Part;
use crate::{Expression, NodeKind, Order, QueryProblem, Scope};

impl<'a> Parser<'a> {
    /// Reads `ATLEAST/3` and what must occur so often.
    pub(super) fn at_least(&mut self, field: Option<Field>) -> Part {
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
    pub(super) fn near(&mut self, field: Option<Field>) -> Part {
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
}
