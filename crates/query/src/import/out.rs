//! A query in Vigie's language as a tree, and its text. Brackets stand wherever a reader could
//! wonder, not only where the grammar needs them.

use std::fmt;

use super::lexer::Order;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Out {
    Leaf(Leaf),
    /// A field of words and what it must hold.
    Scoped {
        field: &'static str,
        part: Box<Out>,
    },
    Not(Box<Out>),
    All(Vec<Out>),
    Any(Vec<Out>),
    Near {
        first: Box<Out>,
        rest: Vec<(u32, Order, Out)>,
    },
    AtLeast {
        count: u32,
        part: Box<Out>,
    },
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Leaf {
    pub(super) text: String,
    pub(super) sort: Sort,
    /// Comments to stand before it.
    pub(super) comments: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// A word or a phrase: it has a place in the text.
    Words,
    /// The same, but not something that may stand right after `title:`.
    MarkedWords,
    Pattern,
    /// The filter of this name.
    Filter(&'static str),
}

impl Out {
    pub(super) fn words(text: String) -> Self {
        Self::leaf(text, Sort::Words)
    }

    pub(super) fn filter(name: &'static str, text: String) -> Self {
        Self::leaf(text, Sort::Filter(name))
    }

    pub(super) fn leaf(text: String, sort: Sort) -> Self {
        Self::Leaf(Leaf { text, sort, comments: Vec::new() })
    }

    pub(super) fn negated(self) -> Self {
        if let Self::Not(part) = self { *part } else { Self::Not(Box::new(self)) }
    }

    /// Joins parts that must all hold; returns `None` for no part.
    pub(super) fn all(parts: Vec<Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for part in parts {
            if let Self::All(inner) = part {
                flat.extend(inner);
            } else {
                flat.push(part);
            }
        }
        if flat.len() > 1 { Some(Self::All(flat)) } else { flat.pop() }
    }

    /// Joins parts of which one must hold; returns `None` for no part.
    pub(super) fn any(parts: Vec<Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for part in parts {
            if let Self::Any(inner) = part {
                flat.extend(inner);
            } else {
                flat.push(part);
            }
        }
        if flat.len() > 1 { Some(Self::Any(flat)) } else { flat.pop() }
    }

    /// Tells whether it stands somewhere in a text, so that something can be near it.
    pub(super) fn has_place(&self) -> bool {
        match self {
            Self::Leaf(leaf) => matches!(leaf.sort, Sort::Words | Sort::MarkedWords),
            Self::Any(parts) => parts.iter().all(Self::has_place),
            Self::Near { .. } => true,
            Self::Scoped { .. } | Self::Not(_) | Self::All(_) | Self::AtLeast { .. } => false,
        }
    }

    /// Tells whether it holds for an item that has none of the words and filters.
    pub(super) fn holds_on_nothing(&self) -> bool {
        match self {
            Self::Leaf(_) | Self::Near { .. } | Self::AtLeast { .. } => false,
            Self::Scoped { part, .. } => part.holds_on_nothing(),
            Self::Not(part) => !part.holds_on_nothing(),
            Self::All(parts) => parts.iter().all(Self::holds_on_nothing),
            Self::Any(parts) => parts.iter().any(Self::holds_on_nothing),
        }
    }

    /// Returns the field or filter that the whole of it is about.
    pub(super) fn about(&self) -> Option<&'static str> {
        match self {
            Self::Leaf(Leaf { sort: Sort::Filter(name), .. }) => Some(name),
            Self::Scoped { field, .. } => Some(field),
            Self::Leaf(_)
            | Self::Not(_)
            | Self::All(_)
            | Self::Any(_)
            | Self::Near { .. }
            | Self::AtLeast { .. } => None,
        }
    }

    /// Puts comments before its first leaf.
    pub(super) fn commented(&mut self, mut comments: Vec<String>) {
        match self {
            Self::Leaf(leaf) => {
                comments.append(&mut leaf.comments);
                leaf.comments = comments;
            }
            Self::Scoped { part, .. } | Self::Not(part) | Self::AtLeast { part, .. } => {
                part.commented(comments);
            }
            Self::Near { first, .. } => first.commented(comments),
            Self::All(parts) | Self::Any(parts) => {
                if let Some(first) = parts.first_mut() {
                    first.commented(comments);
                }
            }
        }
    }

    /// Collects words, phrases and filters in the order in which they stand.
    pub(super) fn leaves<'a>(&'a self, leaves: &mut Vec<&'a Leaf>) {
        match self {
            Self::Leaf(leaf) => leaves.push(leaf),
            Self::Scoped { part, .. } | Self::Not(part) | Self::AtLeast { part, .. } => {
                part.leaves(leaves);
            }
            Self::Near { first, rest } => {
                first.leaves(leaves);
                for (_, _, part) in rest {
                    part.leaves(leaves);
                }
            }
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.leaves(leaves);
                }
            }
        }
    }

    /// Counts how many NEAR stand within each other; in a row each stands within the next.
    pub(super) fn near_depth(&self) -> usize {
        match self {
            Self::Near { first, rest } => {
                let deeper = |depth: usize, part: &Self| 1 + depth.max(part.near_depth());
                rest.iter().fold(first.near_depth(), |depth, (_, _, part)| deeper(depth, part))
            }
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(Self::near_depth).max().unwrap_or(0)
            }
            Self::Scoped { part, .. } | Self::Not(part) | Self::AtLeast { part, .. } => {
                part.near_depth()
            }
            Self::Leaf(_) => 0,
        }
    }

    /// Joins by AND what NEAR joins at the top.
    pub(super) fn without_near(self) -> Self {
        let Self::Near { first, rest } = self else { return self };
        let parts = std::iter::once(*first).chain(rest.into_iter().map(|(_, _, part)| part));
        Self::All(parts.collect())
    }

    /// Writes it so that it can stand beside any operator.
    fn write_tight(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if matches!(self, Self::Leaf(_) | Self::Scoped { .. }) {
            write!(f, "{self}")
        } else {
            write!(f, "({self})")
        }
    }

    /// Tells whether it can stand right after `title:`.
    fn is_plain_value(&self) -> bool {
        matches!(self, Self::Leaf(leaf) if leaf.sort == Sort::Words && leaf.comments.is_empty())
    }
}

impl fmt::Display for Out {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Leaf(leaf) => {
                for comment in &leaf.comments {
                    write!(f, "<<<{comment}>>> ")?;
                }
                f.write_str(&leaf.text)
            }
            Self::Scoped { field, part } if part.is_plain_value() => write!(f, "{field}:{part}"),
            Self::Scoped { field, part } => write!(f, "{field}:({part})"),
            Self::Not(part) => {
                f.write_str("NOT ")?;
                part.write_tight(f)
            }
            Self::All(parts) => join(f, parts, " AND "),
            Self::Any(parts) => join(f, parts, " OR "),
            Self::Near { first, rest } => {
                first.write_tight(f)?;
                for (distance, order, part) in rest {
                    let ordered = match order {
                        Order::Any => "",
                        Order::AsWritten => "f",
                    };
                    write!(f, " NEAR/{distance}{ordered} ")?;
                    part.write_tight(f)?;
                }
                Ok(())
            }
            Self::AtLeast { count, part } => {
                write!(f, "ATLEAST/{count} ")?;
                part.write_tight(f)
            }
        }
    }
}

fn join(f: &mut fmt::Formatter<'_>, parts: &[Out], between: &str) -> fmt::Result {
    for (i, part) in parts.iter().enumerate() {
        if i > 0 {
            f.write_str(between)?;
        }
        if matches!(part, Out::Not(_) | Out::AtLeast { .. }) {
            write!(f, "{part}")?;
        } else {
            part.write_tight(f)?;
        }
    }
    Ok(())
}
