//! How much each clause of a text says of what a query looks for: the one where it stands all, its
//! neighbours less, and those of another subject hardly anything.

use std::ops::Range;

use super::opinion::{Clause, Opinions};
use super::role::Role;
use super::token::{Kind, Token};

/// The clause goes on about the same, or is about another thing of a name.
const SAME_SUBJECT: f32 = 1.0;
const OTHER_SUBJECT: f32 = 0.3;
/// What `mais` sets against the match is about something else.
const SET_AGAINST: f32 = 0.1;
/// Sentences beside, by their distance.
const SENTENCES_BESIDE: [f32; 4] = [0.6, 0.45, 0.3, 0.15];
const TITLE: f32 = 0.35;
/// A sentence that says nothing of its match leaves the word to those beside.
const BESIDE_SILENCE: f32 = 1.8;
/// `A vaut mieux que B` praises A and blames B.
const COMPARED_WITH: f32 = -0.8;

/// Whose words count how much.
#[derive(Debug)]
pub(super) struct Aim {
    /// For each token: what its words count, from 0 to 1.
    pub(super) weights: Vec<f32>,
    /// For each token: what its valence is multiplied by, besides.
    pub(super) sides: Vec<f32>,
}

/// Where the matches stand.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct About<'a> {
    /// In the text, in bytes, by their beginnings.
    pub(super) ranges: &'a [Range<usize>],
    /// How many tokens at the beginning are the title's: no match is there.
    pub(super) title_tokens: usize,
}

/// Weighs the tokens by where the match stands. No match: everything counts.
pub(super) fn aim(tokens: &[Token], opinions: &Opinions, about: About<'_>) -> Aim {
    let mut aim = Aim { weights: vec![1.0; tokens.len()], sides: vec![1.0; tokens.len()] };
    let matched = matched(tokens, about);
    if !matched.contains(&true) {
        return aim;
    }
    let view = View { tokens, opinions, matched: &matched, title_tokens: about.title_tokens };
    let targets: Vec<usize> = (0..opinions.clauses.len())
        .filter(|clause| view.has_match(opinions.clauses[*clause]))
        .collect();
    let silent = targets.iter().all(|target| !view.sentence_says_something(*target));
    let mut near = 0;
    for (at, clause) in opinions.clauses.iter().enumerate() {
        // The targets stand in order, so the nearest one moves on with the clause.
        while near + 1 < targets.len()
            && targets[near + 1].abs_diff(at) <= targets[near].abs_diff(at)
        {
            near += 1;
        }
        let weight = view.weight(at, targets[near], silent);
        aim.weights[clause.first..clause.end].fill(weight);
    }
    view.compare(&mut aim);
    aim
}

/// Tells for each token whether it is part of a match.
fn matched(tokens: &[Token], about: About<'_>) -> Vec<bool> {
    let mut next = 0;
    let mut until = 0;
    let mut is_matched = |token: &Token| {
        while about.ranges.get(next).is_some_and(|range| range.start < token.end as usize) {
            until = until.max(about.ranges[next].end);
            next += 1;
        }
        (token.start as usize) < until
    };
    let of_text = |(at, token)| at >= about.title_tokens && is_matched(token);
    tokens.iter().enumerate().map(of_text).collect()
}

struct View<'a> {
    tokens: &'a [Token],
    opinions: &'a Opinions,
    matched: &'a [bool],
    title_tokens: usize,
}

impl View<'_> {
    fn has_match(&self, clause: Clause) -> bool {
        self.matched[clause.first..clause.end].contains(&true)
    }

    fn weight(&self, at: usize, target: usize, silent: bool) -> f32 {
        let clauses = &self.opinions.clauses;
        if at == target || self.has_match(clauses[at]) {
            return 1.0;
        }
        if clauses[at].first < self.title_tokens {
            return if silent { TITLE * BESIDE_SILENCE } else { TITLE };
        }
        let names_another = self.names_another(clauses[at]);
        let distance = clauses[at].sentence.abs_diff(clauses[target].sentence);
        if distance > 0 {
            let beside = SENTENCES_BESIDE[usize::from(distance).min(SENTENCES_BESIDE.len()) - 1];
            let beside = if silent { (beside * BESIDE_SILENCE).min(1.0) } else { beside };
            return if names_another { beside / 2.0 } else { beside };
        }
        let between = at.min(target) + 1..=at.max(target);
        // Sentences may be endless lists: what is far away is set against nothing.
        let contrast = between.take(16).any(|clause| clauses[clause].opened_by == Role::Contrast);
        let own_subject =
            names_another || at < target && contrast && self.is_subject(clauses[target]);
        match (own_subject, contrast) {
            (true, true) => SET_AGAINST,
            (true, false) => OTHER_SUBJECT,
            (false, _) => SAME_SUBJECT,
        }
    }

    /// Tells whether the match opens what its clause says, rather than closing it.
    fn is_subject(&self, clause: Clause) -> bool {
        for at in clause.first..clause.end {
            if self.matched[at] {
                return true;
            }
            if self.opinions.sayings[at].says_something() {
                return false;
            }
        }
        false
    }

    /// Tells whether a clause has a name that is no match: a capital within a sentence, a mention.
    fn names_another(&self, clause: Clause) -> bool {
        (clause.first..clause.end).any(|at| {
            let token = &self.tokens[at];
            if self.matched[at] || self.opinions.sayings[at].says_something() {
                return false;
            }
            // A capital at the beginning is that of the sentence, and shouting is no name.
            let begins = at == 0 || self.tokens[at - 1].sentence != token.sentence;
            let capital = token.capital && !token.shouted && !begins && token.end - token.start > 2;
            token.kind == Kind::Mention || token.kind == Kind::Word && capital
        })
    }

    fn sentence_says_something(&self, clause: usize) -> bool {
        let clauses = &self.opinions.clauses;
        let sentence = clauses[clause].sentence;
        let says = |clause: &Clause| {
            self.opinions.sayings[clause.first..clause.end]
                .iter()
                .any(super::opinion::Saying::says_something)
        };
        clauses[clause..].iter().take_while(|next| next.sentence == sentence).any(says)
            || clauses[..clause].iter().rev().take_while(|next| next.sentence == sentence).any(says)
    }

    /// What is compared with stands in the clause of `mieux que` or `contrairement à`.
    fn clause_end(&self, token: usize) -> usize {
        self.opinions.clauses[self.opinions.sayings[token].clause].end
    }

    /// Turns what is said before `mieux que` for what stands only after it.
    fn compare(&self, aim: &mut Aim) {
        let mut from = 0;
        while from < self.tokens.len() {
            let sentence = self.tokens[from].sentence;
            let len =
                self.tokens[from..].iter().take_while(|token| token.sentence == sentence).count();
            let end = from + len;
            let than = (from..end).find(|at| self.opinions.sayings[*at].role == Role::Than);
            if let Some(than) = than
                && self.matched[than..self.clause_end(than)].contains(&true)
                && !self.matched[from..than].contains(&true)
            {
                // Also what follows a match that comes first: `contrairement à B, A est bon`.
                aim.sides[from..end].fill(COMPARED_WITH);
                for at in from..end {
                    aim.weights[at] = aim.weights[at].max(0.5);
                }
            }
            from = end;
        }
    }
}
