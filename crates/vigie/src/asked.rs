//! Questions about queries and their answers, as the command line and the API give them alike.

use model::{Details, Item, ItemId, Kind, Lang, QueryName, SourceId, Timestamp};
use query::{Explanation, Lint, Parts, Query, QueryProblem};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::Config;

/// A query that was asked for by its name, or typed.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) query: Query,
    pub(crate) name: Option<QueryName>,
}

impl Asked {
    /// Takes the name of a saved query for that query, and anything else for a query.
    pub(crate) fn read(text: &str, config: Option<&Config>) -> Result<Self, Vec<QueryProblem>> {
        let name = QueryName::new(text);
        if let Some(query) = config.and_then(|config| config.queries.get(&name)) {
            return Ok(Self { query: query.clone(), name: Some(name) });
        }
        let query = match config {
            Some(config) => query::parse_with(text, &config.parts)?,
            None => query::parse_with(text, &Parts::default())?,
        };
        Ok(Self { query, name: None })
    }
}

/// What there is to say about one query.
#[derive(Serialize)]
pub(crate) struct Linted {
    /// `null` for a query that was typed.
    pub(crate) name: Option<String>,
    pub(crate) query: String,
    pub(crate) lints: Vec<Lint>,
}

impl Linted {
    pub(crate) fn new(name: Option<&QueryName>, text: &str, parts: &Parts) -> Self {
        Self {
            name: name.map(ToString::to_string),
            query: text.to_owned(),
            lints: query::lint(text, parts),
        }
    }

    /// Looks at the saved query of a name, or else at what was typed.
    pub(crate) fn of(text: &str, config: Option<&Config>) -> Self {
        let Some(config) = config else { return Self::new(None, text, &Parts::default()) };
        let name = QueryName::new(text);
        match config.queries.get(&name) {
            Some(query) => Self::new(Some(&name), query.text(), &config.parts),
            None => Self::new(None, text, &config.parts),
        }
    }
}

/// An item to look at, with its number if the ledger has it.
pub(crate) struct Subject {
    pub(crate) id: Option<ItemId>,
    pub(crate) item: Item,
}

/// Why a query finds an item, or why not.
#[derive(Serialize)]
pub(crate) struct Explained<'a> {
    query: &'a str,
    /// `null` for a query that was typed.
    name: Option<&'a str>,
    item: About<'a>,
    explanation: Explanation,
    /// The clauses that keep the item from being found, as they were typed.
    culprits: Vec<String>,
}

#[derive(Serialize)]
struct About<'a> {
    id: Option<u64>,
    title: &'a str,
    url: Option<&'a str>,
}

impl<'a> Explained<'a> {
    pub(crate) fn new(asked: &'a Asked, subject: &'a Subject) -> Self {
        let Subject { id, item } = subject;
        let explanation = asked.query.explain(item);
        Self {
            query: asked.query.text(),
            name: asked.name.as_ref().map(QueryName::as_str),
            item: About {
                id: id.map(|id| id.0),
                title: &item.title,
                url: item.address().map(Url::as_str),
            },
            culprits: explanation.culprits().iter().map(|part| part.text.clone()).collect(),
            explanation,
        }
    }
}

/// What `vigie extract --json` writes of an item, and a whole item too.
#[derive(Deserialize)]
pub(crate) struct Written {
    #[serde(default)]
    source: Option<SourceId>,
    #[serde(default)]
    kind: Option<Kind>,
    #[serde(default)]
    url: Option<Url>,
    title: String,
    text: String,
    #[serde(default)]
    author: Option<String>,
    #[serde(default)]
    lang: Option<Lang>,
    #[serde(default)]
    published: Option<Timestamp>,
    #[serde(default)]
    updated: Option<Timestamp>,
    #[serde(default)]
    details: Details,
}

impl From<Written> for Subject {
    fn from(written: Written) -> Self {
        let item = Item {
            source: written.source.unwrap_or_else(|| SourceId::new("undeclared")),
            kind: written.kind.unwrap_or(Kind::Web),
            guid: None,
            url: written.url,
            title: written.title,
            text: written.text,
            author: written.author,
            lang: written.lang,
            published: written.published,
            updated: written.updated,
            details: written.details,
        };
        Self { id: None, item }
    }
}
