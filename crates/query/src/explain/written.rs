//! Clauses as they could have been typed, for those of a named part: their own text is not in the
//! query.

use std::fmt::Write as _;

use model::Timestamp;

use crate::{
    Expression, Filter, Interval, Node, NodeKind, Order, Quantity, Scope, TextField, Word,
};

/// Returns a clause that has no clauses within, or the negation of one.
pub(super) fn clause(node: &Node) -> Option<String> {
    match &node.kind {
        NodeKind::Occurs { scope, what, at_least } => {
            let times = if *at_least > 1 { format!("ATLEAST/{at_least} ") } else { String::new() };
            Some(format!("{times}{}{}", field(*scope), expression(what)))
        }
        NodeKind::Regex { scope, pattern } => Some(format!("{}{pattern}", field(*scope))),
        NodeKind::Filter(filter) => Some(filter_as_typed(filter)),
        NodeKind::Interval(interval) => {
            Some(format!("{}:{}", quantity_name(interval.quantity), bounds(interval)))
        }
        NodeKind::Not(part) => clause(part).map(|part| format!("-{part}")),
        NodeKind::All(_) | NodeKind::Any(_) | NodeKind::Context { .. } => None,
    }
}

fn field(scope: Scope) -> &'static str {
    match scope {
        Scope::TitleOrText => "",
        Scope::Title => "title:",
        Scope::Text => "text:",
        Scope::Author => "author:",
        Scope::Quote => "quote:",
        Scope::Url => "url:",
        Scope::Links => "links:",
    }
}

pub(super) fn field_name(field: TextField) -> &'static str {
    match field {
        TextField::Title => "title",
        TextField::Text => "text",
        TextField::Author => "author",
        TextField::Quote => "quote",
        TextField::Url => "url",
        TextField::Links => "links",
    }
}

pub(super) fn expression(expression: &Expression) -> String {
    match expression {
        Expression::Phrase(words) => phrase(words),
        Expression::Within { words, distance } => format!("{}~{distance}", phrase(words)),
        Expression::Near { left, right, distance, order } => {
            let then = if *order == Order::LeftFirst { "f" } else { "" };
            format!(
                "({} NEAR/{distance}{then} {})",
                self::expression(left),
                self::expression(right)
            )
        }
        Expression::Any(parts) => {
            let parts: Vec<String> = parts.iter().map(self::expression).collect();
            format!("({})", parts.join(" OR "))
        }
    }
}

fn phrase(words: &[Word]) -> String {
    let are_forms = words.iter().all(|word| matches!(word, Word::Forms(_)));
    let mut text = String::from(if are_forms { "~" } else { "" });
    if let [word] = words {
        push(word, &mut text);
        return text;
    }
    text.push('"');
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            text.push(' ');
        }
        push(word, &mut text);
    }
    text.push('"');
    text
}

/// Returns a word by itself.
pub(super) fn word(word: &Word) -> String {
    phrase(std::slice::from_ref(word))
}

fn push(word: &Word, text: &mut String) {
    match word {
        Word::Plain(folded) => text.push_str(folded),
        Word::Exact { surface, .. } => {
            text.push('{');
            text.push_str(surface);
            text.push('}');
        }
        Word::Sign { text: sign, .. } => text.push_str(sign),
        Word::Glob(glob) => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{glob}");
        }
        Word::Forms(forms) => text.push_str(forms.folded()),
    }
}

fn filter_as_typed(filter: &Filter) -> String {
    let (name, term) = (filter.name(), filter.term());
    let is_word = !term.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '{' | '}'));
    if is_word { format!("{name}:{term}") } else { format!("{name}:\"{term}\"") }
}

pub(super) fn quantity_name(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Stars | Quantity::RatingOutOf { .. } => "rating",
        Quantity::Date => "date",
        Quantity::Minute => "minute",
        Quantity::Likes => "likes",
        Quantity::Shares => "shares",
        Quantity::Comments => "comments",
        Quantity::Views => "views",
        Quantity::Followers => "followers",
    }
}

/// Returns the bounds of an interval, with the scale that they are on.
pub(super) fn bounds(interval: &Interval) -> String {
    let bound =
        |bound: Option<i64>| bound.map_or_else(|| "*".to_owned(), |n| amount(interval.quantity, n));
    let scale = match interval.quantity {
        Quantity::RatingOutOf { best_milli } => format!("/{}", milli(best_milli)),
        Quantity::Stars
        | Quantity::Date
        | Quantity::Minute
        | Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => String::new(),
    };
    format!("[{} TO {}]{scale}", bound(interval.min), bound(interval.max))
}

/// Returns a number as it is typed in a query.
pub(super) fn amount(quantity: Quantity, number: i64) -> String {
    match quantity {
        Quantity::Stars | Quantity::RatingOutOf { .. } => milli(number),
        Quantity::Date => match Timestamp::from_timestamp(number, 0) {
            Some(at) => at.format("%Y-%m-%dT%H:%M:%SZ").to_string(),
            None => number.to_string(),
        },
        Quantity::Minute => format!("{:02}:{:02}", number / 60, number % 60),
        Quantity::Likes
        | Quantity::Shares
        | Quantity::Comments
        | Quantity::Views
        | Quantity::Followers => number.to_string(),
    }
}

/// Returns a number of thousandths with as few decimals as it needs.
pub(super) fn milli(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, thousandths) = (number.unsigned_abs() / 1000, number.unsigned_abs() % 1000);
    let text = format!("{sign}{whole}.{thousandths:03}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clause_is_written_so_that_it_can_be_typed_again() {
        let check = |query: &str, expect: &str| {
            let parsed = crate::parse(query).unwrap();
            let written = clause(parsed.root()).unwrap();
            assert_eq!(written, expect, "{query}");
            let again = crate::parse(&written).unwrap();
            assert_eq!(clause(again.root()).as_deref(), Some(expect), "{query}");
        };
        check("Thé", "the");
        check("title:\"Thé  {BT} ozal*\"", "title:\"the {BT} ozal*\"");
        check("~manger", "~manger");
        check("~\"Le thé\"~3", "~\"le the\"~3");
        check("in:quote @ozalee_fr", "quote:@ozalee_fr");
        check("ATLEAST/3 (a OR \"b cd?\")", "ATLEAST/3 (a OR \"b cd?\")");
        check("a ONEAR/2 (b OR c) NEAR d", "((a NEAR/2f (b OR c)) NEAR/10 d)");
        check("text:/a\\/b/i", "text:/a\\/b/i");
        check("source:\"Mon Flux\"", "source:\"mon flux\"");
        check("site:https://www.a.example/b/", "site:a.example/b");
        check("rating:2,5", "rating:[2.5 TO 2.5]");
        check("rating:[* TO 7]/10", "rating:[* TO 7]/10");
        check("date:2026-01-31", "date:[2026-01-31T00:00:00Z TO 2026-01-31T23:59:59Z]");
        check("minute:[5 TO 18:30]", "minute:[00:05 TO 18:30]");
        check("likes:[10 TO *]", "likes:[10 TO *]");
    }

    #[test]
    fn thousandths_are_written_without_idle_zeros() {
        let check = |number, expect| assert_eq!(milli(number), expect);
        check(0, "0");
        check(10_000, "10");
        check(3500, "3.5");
        check(-50, "-0.05");
        check(2333, "2.333");
    }
}
