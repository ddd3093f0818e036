//! What a text must have for a query to find it, as far as words tell.

use query::analysis::{self, Token};
use query::{Expression, Node, NodeKind, Query, Scope, Word};

/// Signs that may stand between the words of a phrase that is searched for as it is written.
const WITHIN: &[char] = &[' ', '.', '\'', '’', '-', '_', '&'];
/// Characters between two such words.
const WITHIN_MAX: usize = 3;

/// A condition that holds wherever the query does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Nothing that can be searched for.
    Anything,
    Term(Term),
    All(Vec<Wanted>),
    Any(Vec<Wanted>),
}

/// Words side by side.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Term {
    /// As they are compared.
    pub(super) words: Vec<String>,
    /// As the query's owner writes them.
    pub(super) written: String,
}

impl Wanted {
    pub(super) fn of(query: &Query) -> Self {
        let tokens = analysis::words(query.text()).collect();
        Writing { text: query.text(), tokens }.node(query.root(), Holds::Yes)
    }

    fn all(parts: impl Iterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = parts.filter(|part| *part != Self::Anything).collect();
        match parts.len() {
            0 => Self::Anything,
            1 => parts.remove(0),
            _ => Self::All(parts),
        }
    }

    fn any(parts: impl Iterator<Item = Self>) -> Self {
        let mut parts: Vec<Self> = parts.collect();
        match parts.len() {
            // What offers nothing finds nothing; whoever needs to know that will not search for it.
            0 => Self::Anything,
            1 => parts.remove(0),
            _ if parts.contains(&Self::Anything) => Self::Anything,
            _ => Self::Any(parts),
        }
    }
}

/// Whether a part of a query must hold or must not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    Yes,
    No,
}

/// A query's text, to write its words as its owner does.
struct Writing<'q> {
    text: &'q str,
    tokens: Vec<Token>,
}

impl Writing<'_> {
    fn node(&self, node: &Node, holds: Holds) -> Wanted {
        let each = |parts: &[Node]| -> Vec<Wanted> {
            parts.iter().map(|part| self.node(part, holds)).collect()
        };
        match (&node.kind, holds) {
            (NodeKind::All(parts), Holds::Yes) | (NodeKind::Any(parts), Holds::No) => {
                Wanted::all(each(parts).into_iter())
            }
            (NodeKind::Any(parts), Holds::Yes) | (NodeKind::All(parts), Holds::No) => {
                Wanted::any(each(parts).into_iter())
            }
            (NodeKind::Not(part), Holds::Yes) => self.node(part, Holds::No),
            (NodeKind::Not(part), Holds::No) => self.node(part, Holds::Yes),
            // At least one of what is wanted holds.
            (NodeKind::Context { wanted, .. }, Holds::Yes) => Wanted::any(each(wanted).into_iter()),
            (NodeKind::Occurs { scope, what, .. }, Holds::Yes) => match scope {
                Scope::TitleOrText | Scope::Title | Scope::Text => self.expression(node, what),
                // No platform says that it searches there.
                Scope::Author | Scope::Quote | Scope::Url | Scope::Links => Wanted::Anything,
            },
            (NodeKind::Regex { .. } | NodeKind::Filter(_) | NodeKind::Interval(_), _)
            | (NodeKind::Occurs { .. } | NodeKind::Context { .. }, Holds::No) => Wanted::Anything,
        }
    }

    fn expression(&self, node: &Node, expression: &Expression) -> Wanted {
        match expression {
            Expression::Phrase(words) => self.phrase(node, words),
            Expression::Within { words, .. } => {
                Wanted::all(words.chunks(1).map(|word| self.phrase(node, word)))
            }
            Expression::Near { left, right, .. } => {
                Wanted::all([left, right].into_iter().map(|part| self.expression(node, part)))
            }
            Expression::Any(parts) => {
                Wanted::any(parts.iter().map(|part| self.expression(node, part)))
            }
        }
    }

    /// Takes a phrase apart where it has what no platform can look for.
    fn phrase(&self, node: &Node, words: &[Word]) -> Wanted {
        let mut terms = vec![Vec::new()];
        for word in words {
            let said = match word {
                Word::Plain(folded) | Word::Exact { folded, .. } => vec![folded.clone()],
                // Its words stand where it stands; an emoji has none.
                Word::Sign { text, .. } => analysis::words(text).map(|word| word.text).collect(),
                Word::Glob(_) | Word::Forms(_) => {
                    terms.push(Vec::new());
                    continue;
                }
            };
            if let Some(term) = terms.last_mut() {
                term.extend(said);
            }
        }
        let terms = terms.into_iter().filter(|words| !words.is_empty());
        Wanted::all(terms.map(|words| {
            let written = self.written(node, &words);
            Wanted::Term(Term { words, written })
        }))
    }

    /// Returns words as they stand in the query, with the accents and the signs between them.
    fn written(&self, node: &Node, words: &[String]) -> String {
        let within = |token: &Token| node.span.start <= token.start && token.end <= node.span.end;
        let found = self.tokens.windows(words.len()).find(|tokens| {
            tokens.iter().zip(words).all(|(token, word)| token.text == *word && within(token))
                && tokens.windows(2).all(|pair| self.are_written_so(&pair[0], &pair[1]))
        });
        let ends = found.and_then(|tokens| tokens.first().zip(tokens.last()));
        let Some((first, last)) = ends else { return words.join(" ") };
        let written = &self.text[first.start..last.end];
        written.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn are_written_so(&self, token: &Token, next: &Token) -> bool {
        let between = self.text.get(token.end..next.start).unwrap_or("?");
        between.chars().count() <= WITHIN_MAX
            && between.chars().all(|c| WITHIN.contains(&c) || c.is_whitespace())
    }
}
