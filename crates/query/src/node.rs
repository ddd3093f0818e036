//! What a query means, as a tree.

use crate::Filter;

/// One part of a query.
#[derive(Debug, Clone, PartialEq)]
pub enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    Not(Box<Node>),
    /// One token is a term; several are a phrase: next to each other, in this order, in one field.
    Words {
        /// `None` means the title or the text.
        field: Option<TextField>,
        tokens: Vec<String>,
    },
    Filter(Filter),
}

/// A field whose words can be asked for alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    Title,
    Author,
}

impl Node {
    /// Calls `visit` with the words that speak for an item: those under an even number of NOTs.
    pub(crate) fn each_wanted<'a>(
        &'a self,
        visit: &mut impl FnMut(Option<TextField>, &'a [String]),
    ) {
        self.walk(Polarity::Wanted, visit);
    }

    fn walk<'a>(
        &'a self,
        polarity: Polarity,
        visit: &mut impl FnMut(Option<TextField>, &'a [String]),
    ) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                for part in parts {
                    part.walk(polarity, visit);
                }
            }
            Self::Not(part) => part.walk(polarity.flipped(), visit),
            Self::Words { field, tokens } => match polarity {
                Polarity::Wanted => visit(*field, tokens),
                Polarity::Unwanted => {}
            },
            Self::Filter(_) => {}
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
