//! What a query means, as a tree.

use std::ops::Range;

use serde::Serialize;

use crate::filter::Interval;
use crate::{Filter, Pattern, Word};

/// One part of a query.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Where it stands in the query's text, in bytes.
    pub span: Range<usize>,
    pub kind: NodeKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// The words occur in one of the scope's fields, at least so many times in all of them together:
    /// occurrences that begin at the same place of the same field count once.
    Occurs {
        scope: Scope,
        what: Expression,
        at_least: usize,
    },
    /// The pattern is found in one of the scope's fields, as written.
    Regex {
        scope: Scope,
        pattern: Pattern,
    },
    Filter(Filter),
    Interval(Interval),
    /// More parts of `wanted` hold than of `unwanted`; or as many, where nothing is wanted.
    Context {
        wanted: Vec<Node>,
        unwanted: Vec<Node>,
    },
}

/// Words in their places: what it finds in one field is a set of stretches of words.
#[derive(Debug, Clone, PartialEq)]
pub enum Expression {
    /// The words next to each other, in this order. One word alone is a phrase of one.
    Phrase(Vec<Word>),
    /// The words in any order, each in a place of its own, with at most so many others between the
    /// first and the last.
    Within {
        words: Vec<Word>,
        distance: usize,
    },
    /// One stretch and then the other, apart, with at most so many words between them. What is found
    /// reaches from the start of the first to the end of the last.
    Near {
        left: Box<Expression>,
        right: Box<Expression>,
        distance: usize,
        order: Order,
    },
    Any(Vec<Expression>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Order {
    Either,
    LeftFirst,
}

/// The fields in which words are looked for, each by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    TitleOrText,
    Title,
    Text,
    Author,
    /// What a post quotes of others.
    Quote,
    /// The item's own address.
    Url,
    /// The addresses that the text links to.
    Links,
}

impl Scope {
    /// Returns the fields in which words of this scope are looked for.
    pub fn fields(self) -> &'static [TextField] {
        match self {
            Self::TitleOrText => &[TextField::Title, TextField::Text],
            Self::Title => &[TextField::Title],
            Self::Text => &[TextField::Text],
            Self::Author => &[TextField::Author],
            Self::Quote => &[TextField::Quote],
            Self::Url => &[TextField::Url],
            Self::Links => &[TextField::Links],
        }
    }
}

/// A field of words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TextField {
    Title,
    Text,
    Author,
    Quote,
    Url,
    Links,
}

impl TextField {
    pub const ALL: [Self; 6] =
        [Self::Title, Self::Text, Self::Author, Self::Quote, Self::Url, Self::Links];

    /// Returns the text that an item has in this field.
    pub fn of(self, item: &model::Item) -> std::borrow::Cow<'_, str> {
        match self {
            Self::Title => item.title.as_str().into(),
            Self::Text => item.text.as_str().into(),
            Self::Author => item.author.as_deref().unwrap_or_default().into(),
            Self::Quote => item.details.quote.as_str().into(),
            Self::Url => item.url.as_ref().map(url::Url::as_str).unwrap_or_default().into(),
            Self::Links => {
                let links: Vec<&str> = item.details.links.iter().map(url::Url::as_str).collect();
                links.join("\u{1D}").into()
            }
        }
    }
}

impl Node {
    /// Calls `visit` with the parts that speak for an item: those under an even number of NOTs.
    pub(crate) fn each_wanted<'a>(&'a self, visit: &mut impl FnMut(&'a Node)) {
        self.walk(Polarity::Wanted, visit);
    }

    fn walk<'a>(&'a self, polarity: Polarity, visit: &mut impl FnMut(&'a Node)) {
        match &self.kind {
            NodeKind::All(parts) | NodeKind::Any(parts) => {
                for part in parts {
                    part.walk(polarity, visit);
                }
            }
            NodeKind::Not(part) => part.walk(polarity.flipped(), visit),
            NodeKind::Context { wanted, unwanted } => {
                for part in wanted {
                    part.walk(polarity, visit);
                }
                for part in unwanted {
                    part.walk(polarity.flipped(), visit);
                }
            }
            NodeKind::Occurs { .. }
            | NodeKind::Regex { .. }
            | NodeKind::Filter(_)
            | NodeKind::Interval(_) => match polarity {
                Polarity::Wanted => visit(self),
                Polarity::Unwanted => {}
            },
        }
    }
}

impl Node {
    /// Tells whether it means the same as another, wherever the two stand.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let are_same = |nodes: &[Self], others: &[Self]| {
            nodes.len() == others.len()
                && nodes.iter().zip(others).all(|(node, other)| node.is_same(other))
        };
        match (&self.kind, &other.kind) {
            (NodeKind::All(parts), NodeKind::All(others))
            | (NodeKind::Any(parts), NodeKind::Any(others)) => are_same(parts, others),
            (NodeKind::Not(part), NodeKind::Not(other)) => part.is_same(other),
            (
                NodeKind::Context { wanted, unwanted },
                NodeKind::Context { wanted: others, unwanted: more },
            ) => are_same(wanted, others) && are_same(unwanted, more),
            (kind, other) => kind == other,
        }
    }
}

impl Expression {
    /// Calls `visit` with every word.
    pub fn each_word<'a>(&'a self, visit: &mut impl FnMut(&'a Word)) {
        match self {
            Self::Phrase(words) | Self::Within { words, .. } => words.iter().for_each(visit),
            Self::Near { left, right, .. } => {
                left.each_word(visit);
                right.each_word(visit);
            }
            Self::Any(parts) => parts.iter().for_each(|part| part.each_word(visit)),
        }
    }
}

#[derive(Clone, Copy)]
enum Polarity {
    Wanted,
    Unwanted,
}

impl Polarity {
    fn flipped(self) -> Self {
        match self {
            Self::Wanted => Self::Unwanted,
            Self::Unwanted => Self::Wanted,
        }
    }
}
