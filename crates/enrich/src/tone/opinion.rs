//! What each word of a text says, once the words around it have turned, strengthened or weakened it;
//! and the clauses in which it is said.

use super::lexicon::{Entry, LEXICONS_MAX, PHRASE_WORDS_MAX, Table};
use super::role::Role;
use super::token::{Kind, Token, Tokens};

/// How many words after a negation are turned by it.
const NEGATION_WORDS: usize = 4;
/// How far `pas` may stand from its `ne`.
const HALVES_WORDS: usize = 5;
/// How many words after `très` are strengthened by it.
const INTENSITY_WORDS: usize = 2;

/// `pas bon` is bad, `pas mauvais` hardly good.
const PRAISE_TURNED: f32 = -0.7;
const BLAME_TURNED: f32 = -0.45;
const STRONGER: f32 = 1.35;
const WEAKER: f32 = 0.6;
/// Of what is drawn out or shouted.
const LOUDER: f32 = 1.2;
/// Of what stands before and after `mais` in one sentence.
const BEFORE_CONTRAST: f32 = 0.6;
const AFTER_CONTRAST: f32 = 1.25;

/// What one token says.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Saying {
    /// In each lexicon, from -2 to 2.
    pub(super) valences: [f32; LEXICONS_MAX],
    pub(super) role: Role,
    pub(super) negated: bool,
    /// The first and the last token that belong to what is said, such as `pas` before `bon`.
    pub(super) first: usize,
    pub(super) last: usize,
    pub(super) clause: usize,
}

impl Saying {
    pub(super) fn says_something(&self) -> bool {
        self.valences.iter().any(|valence| *valence != 0.0)
    }
}

/// A stretch of a sentence between commas, conjunctions and ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Clause {
    pub(super) sentence: u16,
    pub(super) opened_by: Role,
    /// Its tokens.
    pub(super) first: usize,
    pub(super) end: usize,
}

#[derive(Debug, Default)]
pub(super) struct Opinions {
    /// One for each token.
    pub(super) sayings: Vec<Saying>,
    pub(super) clauses: Vec<Clause>,
}

impl Opinions {
    pub(super) fn new(tokens: &Tokens, table: &Table) -> Self {
        let mut opinions = Self { sayings: looked_up(tokens, table), clauses: Vec::new() };
        opinions.part(&tokens.list);
        opinions.turn(tokens);
        opinions.weigh_contrasts();
        opinions
    }

    /// Cuts the text into clauses: where the tokens are cut, and before conjunctions.
    fn part(&mut self, tokens: &[Token]) {
        let mut cut = None;
        for (at, token) in tokens.iter().enumerate() {
            let role = self.sayings[at].role;
            let place = (token.sentence, token.clause);
            if cut != Some(place) || role.opens_clause() {
                // A conjunction after a comma opens the clause that the comma has begun.
                self.clauses.push(Clause {
                    sentence: token.sentence,
                    opened_by: role,
                    first: at,
                    end: at,
                });
                cut = Some(place);
            }
            if let Some(clause) = self.clauses.last_mut() {
                clause.end = at + 1;
            }
            self.sayings[at].clause = self.clauses.len() - 1;
        }
    }

    fn turn(&mut self, tokens: &Tokens) {
        let mut negation: Option<(usize, usize)> = None;
        let mut intensity = (0, 1.0);
        for at in 0..self.sayings.len() {
            let token = &tokens.list[at];
            let apart =
                matches!(token.kind, Kind::Pause | Kind::Stop | Kind::Exclamation | Kind::Question)
                    || at > 0 && tokens.list[at - 1].sentence != token.sentence;
            if apart {
                negation = None;
            }
            match self.sayings[at].role {
                Role::Contrast | Role::Concession => negation = None,
                Role::HalfNegation => {
                    if let Some(other) = self.other_half(tokens, at) {
                        negation = Some((at, other + NEGATION_WORDS));
                    }
                }
                Role::Negation if !is_limit(tokens, at + 1) => {
                    let from = negation.map_or(at, |(from, _)| from);
                    if negation.is_none() && at > 0 && follows_verb(tokens, at) {
                        self.negate(at - 1, at - 1, at);
                    }
                    negation = Some((from, at + NEGATION_WORDS));
                }
                Role::Stronger => intensity = (at + INTENSITY_WORDS, STRONGER),
                Role::Weaker => intensity = (self.sayings[at].last + INTENSITY_WORDS, WEAKER),
                Role::None | Role::OtherHalf | Role::Negation | Role::Joint | Role::Than => {}
            }
            if !self.sayings[at].says_something() {
                continue;
            }
            let mut factor = if intensity.0 >= at { intensity.1 } else { 1.0 };
            if token.shouted || token.elongated {
                factor *= LOUDER;
            }
            self.sayings[at].valences.iter_mut().for_each(|valence| *valence *= factor);
            if let Some((from, until)) = negation
                && at <= until
            {
                self.negate(at, from, at);
            }
        }
    }

    /// Turns what is said at a token; the words from `first` to `last` belong to it.
    fn negate(&mut self, at: usize, first: usize, last: usize) {
        let saying = &mut self.sayings[at];
        if saying.negated
            || matches!(saying.role, Role::Negation | Role::HalfNegation | Role::OtherHalf)
        {
            return;
        }
        saying.negated = true;
        saying.first = saying.first.min(first);
        saying.last = saying.last.max(last);
        for valence in &mut saying.valences {
            *valence *= if *valence > 0.0 { PRAISE_TURNED } else { BLAME_TURNED };
        }
    }

    /// Finds the `pas` of a `ne`.
    fn other_half(&self, tokens: &Tokens, ne: usize) -> Option<usize> {
        let until = (ne + 1 + HALVES_WORDS).min(self.sayings.len());
        let other = (ne + 1..until).find(|at| {
            matches!(self.sayings[*at].role, Role::Negation | Role::OtherHalf)
                && tokens.list[*at].sentence == tokens.list[ne].sentence
        })?;
        (!is_limit(tokens, other + 1)).then_some(other)
    }

    fn weigh_contrasts(&mut self) {
        for at in 0..self.clauses.len() {
            let clause = self.clauses[at];
            let (before, after) = match clause.opened_by {
                Role::Contrast => (BEFORE_CONTRAST, AFTER_CONTRAST),
                Role::Concession => (1.0, BEFORE_CONTRAST),
                Role::None
                | Role::Negation
                | Role::HalfNegation
                | Role::OtherHalf
                | Role::Stronger
                | Role::Weaker
                | Role::Joint
                | Role::Than => continue,
            };
            // Only the clause just before: a hundred `mais` weaken nothing a hundred times.
            if at > 0 && self.clauses[at - 1].sentence == clause.sentence {
                self.scale(self.clauses[at - 1], before);
            }
            self.scale(clause, after);
        }
    }

    fn scale(&mut self, clause: Clause, factor: f32) {
        for saying in &mut self.sayings[clause.first..clause.end] {
            saying.valences.iter_mut().for_each(|valence| *valence *= factor);
        }
    }
}

/// Returns what the lexicons know of each token; the words of a phrase say nothing by themselves.
fn looked_up(tokens: &Tokens, table: &Table) -> Vec<Saying> {
    let mut sayings: Vec<Saying> = Vec::with_capacity(tokens.list.len());
    let mut covered_until = 0;
    for (at, token) in tokens.list.iter().enumerate() {
        let mut saying = Saying { first: at, last: at, ..Saying::default() };
        if at >= covered_until && matches!(token.kind, Kind::Word | Kind::Number) {
            let (entry, last) = entry_at(tokens, table, at);
            saying.last = last;
            saying.role = entry.role;
            covered_until = last + 1;
            if !matches!(entry.role, Role::Negation | Role::HalfNegation | Role::OtherHalf) {
                for lexicon in 0..LEXICONS_MAX {
                    saying.valences[lexicon] = entry.valence(lexicon);
                }
            }
        }
        sayings.push(saying);
    }
    sayings
}

/// Returns what is known of the longest phrase or the word that begins at a token, and its last token.
fn entry_at(tokens: &Tokens, table: &Table, at: usize) -> (Entry, usize) {
    let token = &tokens.list[at];
    let form = tokens.form(token);
    let mut found = table.word(form);
    if found.is_none_or(|entry| !entry.says_something()) && token.elongated {
        let mut single = form.to_vec();
        single.dedup();
        found = table.word(&single).or(found);
    }
    let Some(entry) = found else { return (Entry::default(), at) };
    let mut best = (entry, at);
    if !entry.begins {
        return best;
    }
    let mut phrase = super::hash::Hasher::default();
    phrase.word(form);
    for (next, token) in tokens.list.iter().enumerate().skip(at + 1).take(PHRASE_WORDS_MAX - 1) {
        if !matches!(token.kind, Kind::Word | Kind::Number) {
            break;
        }
        phrase.word(tokens.form(token));
        if let Some(entry) = table.get(phrase.finish())
            && (entry.says_something() || entry.role != Role::None)
        {
            best = (*entry, next);
        }
    }
    best
}

/// `pas seulement`, `not only` turn nothing.
fn is_limit(tokens: &Tokens, at: usize) -> bool {
    let form = tokens.list.get(at).map_or(&b""[..], |token| tokens.form(token));
    matches!(form, b"seulement" | b"que" | b"qu" | b"only" | b"just" | b"uniquement")
}

/// In spoken French the verb stands before a lone `pas`: `j'aime pas`.
fn follows_verb(tokens: &Tokens, at: usize) -> bool {
    matches!(tokens.form(&tokens.list[at]), b"pas" | b"pa" | b"jamais" | b"rien")
}
