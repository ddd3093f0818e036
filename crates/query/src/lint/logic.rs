//! What follows from what: whether one part holds whenever another does, or never together with it.
//!
//! Both questions are answered only where the answer is sure; a `false` says nothing.

use std::cell::Cell;

use crate::{Expression, Filter, Interval, Node, NodeKind, Order, Scope, Word, analysis};

/// Answers until it has compared so many parts: large groups within large groups could take for ever.
pub(super) struct Logic {
    steps_left: Cell<usize>,
}

const STEPS_MAX: usize = 1_000_000;

impl Logic {
    pub(super) fn new() -> Self {
        Self { steps_left: Cell::new(STEPS_MAX) }
    }

    fn is_tired(&self) -> bool {
        let left = self.steps_left.get();
        self.steps_left.set(left.saturating_sub(1));
        left == 0
    }

    /// Tells whether every item that has the first has the second.
    pub(super) fn implies(&self, first: &Node, second: &Node) -> bool {
        if self.is_tired() {
            return false;
        }
        if let NodeKind::Any(parts) = &first.kind {
            return parts.iter().all(|part| self.implies(part, second));
        }
        if let NodeKind::All(parts) = &second.kind {
            return parts.iter().all(|part| self.implies(first, part));
        }
        if let NodeKind::Any(parts) = &second.kind
            && parts.iter().any(|part| self.implies(first, part))
        {
            return true;
        }
        if let NodeKind::All(parts) = &first.kind {
            return parts.iter().any(|part| self.implies(part, second));
        }
        match (&first.kind, &second.kind) {
            (NodeKind::Not(first), NodeKind::Not(second)) => self.implies(second, first),
            (_, NodeKind::Not(second)) => self.excludes(first, second),
            (
                NodeKind::Occurs { scope, what, at_least },
                NodeKind::Occurs { scope: wider, what: other, at_least: times },
            ) => {
                let is_within = scope == wider
                    || (*wider == Scope::TitleOrText
                        && matches!(scope, Scope::Title | Scope::Text));
                let is_enough = if *times == 1 {
                    self.has_place(what, other)
                } else {
                    what == other && at_least >= times
                };
                is_within && is_enough
            }
            (NodeKind::Filter(first), NodeKind::Filter(second)) => is_part_of(first, second),
            (NodeKind::Interval(first), NodeKind::Interval(second)) => {
                let min = second.min.is_none_or(|min| first.min.is_some_and(|first| first >= min));
                let max = second.max.is_none_or(|max| first.max.is_some_and(|first| first <= max));
                first.quantity == second.quantity && min && max
            }
            (first, second) => first == second,
        }
    }

    /// Tells whether no item has both.
    pub(super) fn excludes(&self, first: &Node, second: &Node) -> bool {
        if self.is_tired() {
            return false;
        }
        match (&first.kind, &second.kind) {
            (NodeKind::Any(parts), _) => parts.iter().all(|part| self.excludes(part, second)),
            (_, NodeKind::Any(parts)) => parts.iter().all(|part| self.excludes(first, part)),
            (NodeKind::All(parts), _) => parts.iter().any(|part| self.excludes(part, second)),
            (_, NodeKind::All(parts)) => parts.iter().any(|part| self.excludes(first, part)),
            (NodeKind::Not(_), NodeKind::Not(_)) => false,
            (NodeKind::Not(denied), _) => self.implies(second, denied),
            (_, NodeKind::Not(denied)) => self.implies(first, denied),
            (NodeKind::Filter(first), NodeKind::Filter(second)) => are_apart(first, second),
            (NodeKind::Interval(first), NodeKind::Interval(second)) => {
                let ends_before = |first: &Interval, second: &Interval| {
                    first.max.zip(second.min).is_some_and(|(max, min)| max < min)
                };
                first.quantity == second.quantity
                    && (ends_before(first, second) || ends_before(second, first))
            }
            _ => false,
        }
    }

    /// Tells whether the second has a place in every field in which the first has one.
    fn has_place(&self, first: &Expression, second: &Expression) -> bool {
        if self.is_tired() {
            return false;
        }
        if first == second {
            return true;
        }
        if let Expression::Any(parts) = first {
            return parts.iter().all(|part| self.has_place(part, second));
        }
        if let Expression::Any(parts) = second {
            return parts.iter().any(|part| self.has_place(first, part));
        }
        match (first, second) {
            (Expression::Phrase(words), Expression::Phrase(fewer)) => has_run(words, fewer),
            (Expression::Within { words, .. }, Expression::Phrase(one)) if one.len() == 1 => {
                words.iter().any(|word| stands_for(word, &one[0]))
            }
            // Words next to each other are within any distance, if each has a place of its own.
            (Expression::Phrase(words), Expression::Within { words: fewer, .. }) => {
                fewer.iter().all(|word| word.width() == 1) && has_run(words, fewer)
            }
            (
                Expression::Within { words, distance },
                Expression::Within { words: same, distance: farther },
            ) => words == same && distance <= farther,
            (
                Expression::Near { left, right, distance, order },
                Expression::Near { left: same, right: too, distance: farther, order: wider },
            ) if left == same && right == too => {
                distance <= farther && (order == wider || *wider == Order::Either)
            }
            (Expression::Near { left, right, .. }, _) => {
                self.has_place(left, second) || self.has_place(right, second)
            }
            _ => false,
        }
    }
}

/// Tells whether some words of a phrase, one after the other, stand for those of another.
fn has_run(words: &[Word], fewer: &[Word]) -> bool {
    let stand_for = |run: &[Word]| run.iter().zip(fewer).all(|(word, of)| stands_for(word, of));
    words.windows(fewer.len()).any(stand_for)
}

/// Tells whether the second is found, in as many places, wherever the first is.
fn stands_for(word: &Word, other: &Word) -> bool {
    if word == other {
        return true;
    }
    match (word, other) {
        (Word::Plain(folded) | Word::Exact { folded, .. }, other) => is_of(folded, other),
        (Word::Forms(forms), Word::Glob(glob)) => {
            glob.is_prefix() && forms.prefix().starts_with(glob.prefix())
        }
        (Word::Glob(glob), Word::Glob(shorter)) => {
            shorter.is_prefix() && glob.prefix().starts_with(shorter.prefix())
        }
        // What follows the sign is a word of the text too.
        (Word::Sign { text, width: 1 }, other) => {
            let mut words = analysis::words(text);
            words.next().is_some_and(|word| is_of(&word.text, other))
        }
        _ => false,
    }
}

/// Tells whether a folded word is one of those that a word of a query stands for, in any language.
fn is_of(folded: &str, word: &Word) -> bool {
    match word {
        Word::Plain(other) => other == folded,
        Word::Glob(glob) => glob.accepts(folded),
        Word::Forms(forms) => forms.folded() == folded,
        Word::Exact { .. } | Word::Sign { .. } => false,
    }
}

/// Tells whether every item that satisfies the first filter satisfies the second.
fn is_part_of(first: &Filter, second: &Filter) -> bool {
    match (first, second) {
        (Filter::Site { host, path }, Filter::Site { host: wider, path: shorter }) => {
            is_host_in(host, wider)
                && shorter.as_ref().is_none_or(|shorter| {
                    path.as_ref().is_some_and(|path| is_path_in(path, shorter))
                })
        }
        (first, second) => first == second,
    }
}

/// Tells whether no item satisfies both filters: it has one language, one address, one source…
fn are_apart(first: &Filter, second: &Filter) -> bool {
    match (first, second) {
        (Filter::Site { host, path }, Filter::Site { host: other, path: others }) => {
            let hosts_apart = !is_host_in(host, other) && !is_host_in(other, host);
            let paths_apart = path
                .as_ref()
                .zip(others.as_ref())
                .is_some_and(|(path, other)| !is_path_in(path, other) && !is_path_in(other, path));
            hosts_apart || paths_apart
        }
        (Filter::Lang(_), Filter::Lang(_))
        | (Filter::Country(_), Filter::Country(_))
        | (Filter::Source(_), Filter::Source(_))
        | (Filter::Kind(_), Filter::Kind(_))
        | (Filter::Thread(_), Filter::Thread(_))
        | (Filter::Tone(_), Filter::Tone(_))
        | (Filter::Reply(_), Filter::Reply(_)) => first != second,
        _ => false,
    }
}

fn is_host_in(host: &str, wider: &str) -> bool {
    host.strip_suffix(wider).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

fn is_path_in(path: &str, shorter: &str) -> bool {
    path.strip_prefix(shorter).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Node, Node) {
        // The second stands apart, so that each is read as it would be alone.
        let parse = |text: &str| crate::parse(&format!("x ({text})")).unwrap().root().clone();
        let (first, second) = text.split_once(" => ").unwrap();
        let inner = |node: Node| {
            let NodeKind::All(mut parts) = node.kind else { panic!() };
            parts.pop().unwrap()
        };
        (inner(parse(first)), inner(parse(second)))
    }

    fn check(text: &str, implies: bool) {
        let (first, second) = parts(text);
        assert_eq!(Logic::new().implies(&first, &second), implies, "{text}");
    }

    #[test]
    fn what_is_narrower_implies_what_is_wider() {
        check("\"acme shop\" => acme", true);
        check("acme => \"acme shop\"", false);
        check("\"the acme shop\" => \"acme shop\"", true);
        check("\"acme the shop\" => \"acme shop\"", false);
        check("title:acme => acme", true);
        check("acme => title:acme", false);
        check("quote:acme => acme", false);
        check("title:acme => text:acme", false);
        check("{Acme} => acme", true);
        check("acme => {Acme}", false);
        check("acme => ~acme", true);
        check("~acme => acme", false);
        check("~acme => acm*", true);
        check("~acme => acme*", false);
        check("acmes => acme*", true);
        check("acmes* => acme*", true);
        check("ac?es* => ac*", true);
        check("acme* => acmes*", false);
        check("#acme => acme", true);
        check("@acme => acme", true);
        check("#acme => @acme", false);
        check("#acme_shop => acme", false);
        check("acme => #acme", false);
        check("\"le #acme\" => \"le acme\"", true);
    }

    #[test]
    fn nearness_implies_its_words_and_a_wider_nearness() {
        check("acme NEAR/3 shop => acme", true);
        check("acme NEAR/3 shop => shop", true);
        check("acme NEAR/3 shop => acme NEAR/5 shop", true);
        check("acme NEAR/5 shop => acme NEAR/3 shop", false);
        check("acme NEAR/3f shop => acme NEAR/3 shop", true);
        check("acme NEAR/3 shop => acme NEAR/3f shop", false);
        check("\"acme shop\"~2 => shop", true);
        check("\"acme shop\"~2 => \"acme shop\"", false);
        check("\"acme shop\" => \"acme shop\"~2", true);
        check("\"acme shop\"~2 => \"acme shop\"~3", true);
        check("(acme OR acmes) NEAR/3 shop => acm*", true);
        check("ATLEAST/3 acme => acme", true);
        check("ATLEAST/3 acme => ATLEAST/2 acme", true);
        check("acme => ATLEAST/2 acme", false);
        check("ATLEAST/3 \"acme shop\" => ATLEAST/2 acme", false);
    }

    #[test]
    fn groups_follow_from_their_parts() {
        check("a b => a", true);
        check("a => a OR b", true);
        check("a OR b => a", false);
        check("a OR b => b OR c OR a", true);
        check("a b c => c a", true);
        check("(a OR b) c => (b OR d OR a) c", true);
        check("-a => -\"a b\"", true);
        check("-\"a b\" => -a", false);
        check("x lang:fr => -lang:en", true);
        check("site:blog.acme.com => site:acme.com", true);
        check("site:notacme.com => site:acme.com", false);
        check("site:acme.com/blog/x => site:acme.com/blog", true);
        check("site:acme.com/blogs => site:acme.com/blog", false);
        check("rating:[1 TO 2] => rating:[* TO 3]", true);
        check("rating:[1 TO 2]/10 => rating:[* TO 3]", false);
        check("likes:[5 TO *] => likes:[1 TO *]", true);
        check("/a/ => /a/", true);
        check("/a/ => /a/i", false);
    }

    #[test]
    fn what_is_never_true_together_is_known() {
        let check = |text: &str, excludes: bool| {
            let (first, second) = parts(text);
            assert_eq!(Logic::new().excludes(&first, &second), excludes, "{text}");
            assert_eq!(Logic::new().excludes(&second, &first), excludes, "{text}");
        };
        check("acme => -acme", true);
        check("\"acme shop\" => -acme", true);
        check("acme => -\"acme shop\"", false);
        check("lang:fr => lang:en", true);
        check("lang:fr => lang:fr", false);
        check("lang:fr => -lang:fr", true);
        check("lang:fr => lang:(en OR de)", true);
        check("lang:fr => lang:(en OR fr)", false);
        check("tag:a => tag:b", false);
        check("has:link => has:image", false);
        check("site:a.example => site:b.example", true);
        check("site:a.example => site:example", false);
        check("site:example/a => site:a.example/b", true);
        check("site:example/a => site:a.example", false);
        check("rating:[1 TO 2] => rating:[4 TO 5]", true);
        check("rating:[1 TO 2] => rating:[2 TO 5]", false);
        check("rating:[1 TO 2] => rating:[4 TO 5]/10", false);
        check("a => b", false);
        check("-a => -b", false);
        check("a (b -c) => c", true);
    }

    #[test]
    fn large_groups_within_large_groups_are_given_up() {
        let group = |deep: usize| {
            let mut text = "a".to_owned();
            for at in 0..deep {
                text = if at % 2 == 0 {
                    format!("({text} OR b{at})")
                } else {
                    format!("({text} c{at})")
                };
            }
            text
        };
        let query = crate::parse(&format!("x {} {}", group(44), group(45))).unwrap();
        let NodeKind::All(parts) = &query.root().kind else { panic!() };
        let logic = Logic::new();
        logic.implies(&parts[1], &parts[2]);
        logic.excludes(&parts[1], &parts[2]);
        assert!(logic.steps_left.get() <= STEPS_MAX);
    }
}
