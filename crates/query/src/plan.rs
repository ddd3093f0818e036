//! Queries made ready to run: words as hashes, and for each query the few keys of which an item
//! must have at least one.

use crate::{Filter, Node, Subject, TextField};

/// A tree that can be run against a [`Subject`].
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plan {
    All(Vec<Plan>),
    Any(Vec<Plan>),
    Not(Box<Plan>),
    Words(Words),
    Filter { key: u64, cost: u64 },
}

/// One term or phrase.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Words {
    pub(crate) field: Field,
    pub(crate) tokens: Box<[u64]>,
    /// The place of the longest token: likely the rarest, so a phrase is looked for around it.
    pub(crate) pivot: usize,
    cost: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    TitleOrText,
    Title,
    Author,
}

/// Keys of which an item must have at least one for the query to hold.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Anchors {
    pub(crate) keys: Vec<u64>,
    /// A guess at how often an item has one of them; only comparisons mean something.
    cost: u64,
}

impl Plan {
    pub(crate) fn of(node: &Node) -> Self {
        let all_of = |parts: &[Node]| parts.iter().map(Self::of).collect();
        match node {
            Node::All(parts) => Self::All(all_of(parts)),
            Node::Any(parts) => Self::Any(all_of(parts)),
            Node::Not(part) => Self::Not(Box::new(Self::of(part))),
            Node::Words { field, tokens } => Self::Words(Words::of(*field, tokens)),
            Node::Filter(filter) => Self::Filter { key: hash_filter(filter), cost: cost(filter) },
        }
    }

    pub(crate) fn matches(&self, subject: &Subject) -> bool {
        match self {
            Self::All(parts) => parts.iter().all(|part| part.matches(subject)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(subject)),
            Self::Not(part) => !part.matches(subject),
            Self::Words(words) => subject.contains(words),
            Self::Filter { key, .. } => subject.satisfies(*key),
        }
    }

    /// Returns the cheapest anchors, or `None` where the plan can hold without any of its words.
    /// The parser lets no such query through.
    pub(crate) fn anchors(&self) -> Option<Anchors> {
        match self {
            Self::All(parts) => cheapest(parts.iter().filter_map(Self::anchors)),
            Self::Any(parts) => joined(parts.iter().map(Self::anchors)),
            Self::Not(part) => part.anchors_of_negation(),
            Self::Words(words) => {
                Some(Anchors { keys: vec![words.tokens[words.pivot]], cost: words.cost })
            }
            Self::Filter { key, cost } => Some(Anchors { keys: vec![*key], cost: *cost }),
        }
    }

    fn anchors_of_negation(&self) -> Option<Anchors> {
        match self {
            Self::All(parts) => joined(parts.iter().map(Self::anchors_of_negation)),
            Self::Any(parts) => cheapest(parts.iter().filter_map(Self::anchors_of_negation)),
            Self::Not(part) => part.anchors(),
            Self::Words(_) | Self::Filter { .. } => None,
        }
    }
}

fn cheapest(anchors: impl Iterator<Item = Anchors>) -> Option<Anchors> {
    anchors.min_by_key(|anchors| anchors.cost)
}

fn joined(anchors: impl Iterator<Item = Option<Anchors>>) -> Option<Anchors> {
    let none = Anchors { keys: Vec::new(), cost: 0 };
    let mut joined = anchors.into_iter().try_fold(none, |mut joined, anchors| {
        let anchors = anchors?;
        joined.keys.extend(anchors.keys);
        joined.cost += anchors.cost;
        Some(joined)
    })?;
    joined.keys.sort_unstable();
    joined.keys.dedup();
    Some(joined)
}

impl Words {
    pub(crate) fn of(field: Option<TextField>, tokens: &[String]) -> Self {
        let (pivot, len) = tokens
            .iter()
            .map(|token| token.chars().count())
            .enumerate()
            .max_by_key(|&(_, len)| len)
            .unwrap_or_default();
        // Each letter more makes a word about half as frequent, up to a point.
        let cost = 1 << 20_usize.saturating_sub(len).max(8);
        let field = match field {
            None => Field::TitleOrText,
            Some(TextField::Title) => Field::Title,
            Some(TextField::Author) => Field::Author,
        };
        Self { field, tokens: tokens.iter().map(|token| hash(token)).collect(), pivot, cost }
    }
}

/// Guesses how often an item satisfies the filter, on the scale of words: more often than it has
/// any but the shortest.
fn cost(filter: &Filter) -> u64 {
    match filter {
        Filter::Lang(_) | Filter::Kind(_) => 1 << 22,
        Filter::Source(_) | Filter::Site { .. } => 1 << 19,
    }
}

pub(crate) fn hash_filter(filter: &Filter) -> u64 {
    // No token contains a colon, so that no word is taken for a filter.
    hash(&format!("{}:{}", filter.name(), filter.term()))
}

/// Hashes a token, eight bytes at a time, by multiplying to 128 bits and folding (as wyhash does).
/// It is not meant to withstand people who look for collisions: all they gain is a false hit.
pub(crate) fn hash(token: &str) -> u64 {
    const SEED: u64 = 0x9E37_79B9_7F4A_7C15;
    const FACTOR: u64 = 0xD6E8_FEB8_6659_FD93;
    let mix = |value: u64| {
        let wide = u128::from(value) * u128::from(FACTOR);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves are folded together")]
        let folded = (wide >> 64) as u64 ^ wide as u64;
        folded
    };
    let seeded = SEED ^ token.len() as u64;
    mix(token.as_bytes().chunks(8).fold(seeded, |hash, chunk| {
        let mut word = [0; 8];
        word[..chunk.len()].copy_from_slice(chunk);
        mix(hash ^ u64::from_le_bytes(word)).wrapping_add(SEED)
    }))
}
