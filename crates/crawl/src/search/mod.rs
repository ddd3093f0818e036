//! What a saved query becomes where a platform searches for us. Pure: a query and what the platform's
//! search can say in, texts to search for out.
//!
//! A search is never narrower than its query: what the query would find there, one of the searches finds,
//! as far as the platform reads words as we do. So whatever a platform cannot say is left out (NOT, NEAR,
//! filters, patterns, forms), and what is left is made simpler or split. Everything that is found is
//! matched again by the query itself.

mod spread;
#[cfg(test)]
mod tests;
mod wanted;
mod write;

use query::Query;

use self::wanted::Wanted;

/// Searches that one query may become.
pub const SEARCHES_MAX: usize = 32;

/// What the search of a platform can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Language {
    /// What stands between alternatives; without it each is a search of its own.
    pub or: Option<String>,
    /// Whether brackets hold alternatives together.
    pub groups: bool,
    /// Whether several words can be asked for at once, wherever they stand.
    pub and: bool,
    pub phrase: Option<Phrase>,
    /// Whether it takes `é` and `e` for two letters.
    pub accents: bool,
    /// Characters of one search.
    pub length: usize,
}

/// How words that stand side by side are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phrase {
    /// Between quotation marks.
    Quoted,
    /// As they are: it finds them in their order, whatever stands between.
    Loose,
    /// As one word: it finds tags and nothing else.
    Joined,
}

impl Language {
    fn is_of_tags(&self) -> bool {
        self.phrase == Some(Phrase::Joined)
    }
}

/// Why a query cannot be searched for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Untranslatable {
    /// It has no word without which nothing is found.
    #[error("asks for no word that can be searched for")]
    NoWord,
    #[error("takes more than {SEARCHES_MAX} searches")]
    TooMany,
}

impl Untranslatable {
    pub fn hint(self) -> &'static str {
        match self {
            Self::NoWord => {
                "what it finds by forms (~word), shapes (wor*), patterns, signs and filters alone cannot \
                 be searched for: add a word that it needs, or name the queries to search for in \
                 `queries`"
            }
            Self::TooMany => "split it into several queries, or name fewer in `queries`",
        }
    }
}

/// Translates a query into searches, each once, in an order that stays the same.
pub fn searches(query: &Query, language: &Language) -> Result<Vec<String>, Untranslatable> {
    let expanded;
    // The places in the tree of a query with parts are those of its text with the parts in it.
    let query = match query::parse_expanded(query.expanded()) {
        Ok(read) => {
            expanded = read;
            &expanded
        }
        Err(_) => query,
    };
    let wanted = Wanted::of(query);
    if let Some(whole) = write::whole(&wanted, language) {
        return Ok(vec![whole]);
    }
    let spread = spread::spread(&wanted, language)?;
    let searches = write::several(&spread, language);
    if searches.len() > SEARCHES_MAX {
        return Err(Untranslatable::TooMany);
    }
    Ok(searches)
}
