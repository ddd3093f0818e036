//! The pages that a source leads to: which there are, which to read next, and what is no longer on them.
//!
//! A source is read in rounds. A round begins with its own page; pages that it lists, and those that
//! continue what was read, follow one at a time until the round's budget is spent. What is left waits
//! for the next round, behind what is new then.

mod past;
mod step;

use model::{Average, Rating, SourceId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};
use url::Url;

pub(crate) use self::past::past;
pub use self::past::{Past, PastEnd};
pub(crate) use self::step::Step;
use crate::{HubOffer, Ledger, LedgerError, declare, sql};

/// A page to read in the place of the source's own.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "facts that do not exclude one another")]
pub struct DuePage {
    pub url: Url,
    /// Where it begins: the address of the conversation.
    pub begins: Url,
    /// Whether this is where it begins.
    pub is_first: bool,
    /// Whether it was ever read to its end: what is new on it is news then, not its past.
    pub was_read: bool,
    /// What the first record where it begins is known by. Some sites repeat it on every page.
    pub opening: Option<String>,
    /// Whether it has what is older than the source's own page shows.
    pub is_older: bool,
    /// Whether it leads back into the past of the source.
    pub leads_back: bool,
}

/// What a visit saw besides items.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sight {
    /// Pages that this one lists, as it lists them.
    pub topics: Vec<Listed>,
    /// The page that continues this one.
    pub next: Option<Url>,
    /// Whether the newest stands first, so that what is new is found there and what follows is older.
    pub newest_first: bool,
    /// Whether this is a feed: what is older than it shows is worth a look only where all of it was new.
    pub is_feed: bool,
    /// The date in the middle of those that it shows: what is pinned to a page, or kept on it, is far from
    /// the rest.
    pub around: Option<Timestamp>,
    /// What the first and the last record are known by, each on its line: no two pages have both alike.
    pub ends: Option<String>,
    pub held: Held,
    /// What posts are known by that their author took back, as far as the source says so.
    pub removed: Vec<String>,
    /// Who says that it pushes the source's own page.
    pub offer: Option<HubOffer>,
    pub average: Option<Average>,
    /// What was learnt of how the source writes; `None` to leave it.
    pub habits: Option<String>,
    /// How many pages may follow in this round, where it begins with this visit.
    pub budget: u32,
}

/// A page as another lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    pub url: Url,
    pub title: String,
    /// Changes when something was said there; empty where the list does not tell.
    pub mark: String,
    pub active: Option<Timestamp>,
}

/// Which of the items that were once found on a page must have been on it this time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Held {
    /// Nobody can tell: a feed drops what is old.
    #[default]
    Unsaid,
    /// All.
    All,
    /// Those published between the first and the last.
    Between(Timestamp, Timestamp),
}

/// One change of what a site reckons of all reviews.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AverageSeen {
    pub seen_at: Timestamp,
    pub average: Average,
}

impl Ledger {
    /// Returns how the averages of a source's reviews went, oldest first.
    pub fn averages(&self, source: &SourceId) -> Result<Vec<AverageSeen>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(
                "SELECT a.seen_at, a.product, a.value_milli, a.worst_milli, a.best_milli, a.ratings
                 FROM average a JOIN source s ON s.number = a.source
                 WHERE s.id = ?1 ORDER BY a.seen_at, a.product",
            )?
            .query_map([source.as_str()], average_seen)?
            .collect()
        })
    }
}

/// Returns the newest average of a source.
pub(crate) fn newest_average(tx: &Connection, source: &str) -> rusqlite::Result<Option<Average>> {
    let newest = tx
        .prepare_cached(
            "SELECT a.seen_at, a.product, a.value_milli, a.worst_milli, a.best_milli, a.ratings
             FROM average a JOIN source s ON s.number = a.source
             WHERE s.id = ?1 ORDER BY a.seen_at DESC LIMIT 1",
        )?
        .query_row([source], average_seen)
        .optional()?;
    Ok(newest.map(|seen| seen.average))
}

fn average_seen(row: &Row<'_>) -> rusqlite::Result<AverageSeen> {
    let product: String = row.get(1)?;
    let rating = Rating::new(row.get(2)?, row.get(3)?, row.get(4)?);
    let count: Option<i64> = row.get(5)?;
    Ok(AverageSeen {
        seen_at: sql::time(row, 0)?,
        average: Average {
            product: (!product.is_empty()).then_some(product),
            rating: rating.ok_or(rusqlite::Error::IntegralValueOutOfRange(2, 0))?,
            count: count.map(i64::cast_unsigned),
        },
    })
}

/// Chooses what a source is to be visited at next: a page that is due in the round under way, else its
/// own. Its host is the one to wait for. Returns whether the round goes on.
pub(crate) fn choose(tx: &Connection, source: i64, now: Timestamp) -> rusqlite::Result<bool> {
    let chosen = tx
        .prepare_cached(
            "SELECT p.number, coalesce(p.resume, p.url) FROM page p
             JOIN source s ON s.number = p.source
             WHERE p.source = ?1 AND s.budget > 0 AND p.due IS NOT NULL AND p.retry_at <= ?2
             ORDER BY p.due DESC, p.number LIMIT 1",
        )?
        .query_row((source, now.timestamp_millis()), |row| {
            Ok((row.get::<_, i64>(0)?, sql::url(row, 1)?))
        })
        .optional()?;
    let (page, url) = if let Some((page, url)) = chosen {
        (Some(page), url)
    } else {
        let own = tx
            .prepare_cached("SELECT url FROM source WHERE number = ?1")?
            .query_row([source], |row| sql::url(row, 0))?;
        (None, own)
    };
    tx.prepare_cached("UPDATE source SET walking = ?2, host = ?3 WHERE number = ?1")?.execute((
        source,
        page,
        declare::host(&url),
    ))?;
    Ok(page.is_some())
}

/// Returns the page that was chosen in the place of the source's own.
pub(crate) fn chosen(tx: &Connection, source: i64) -> rusqlite::Result<Option<DuePage>> {
    tx.prepare_cached(
        "SELECT p.url, p.resume, p.read_at, p.ends, p.history, p.role = 'older' FROM page p
         JOIN source s ON s.walking = p.number WHERE s.number = ?1",
    )?
    .query_row([source], |row| {
        let begins = sql::url(row, 0)?;
        let resume = sql::optional_url(row, 1)?;
        let is_first = resume.is_none();
        let url = resume.unwrap_or_else(|| begins.clone());
        let was_read = row.get::<_, Option<i64>>(2)?.is_some();
        let ends: Option<String> = row.get(3)?;
        let opening = ends.and_then(|ends| ends.lines().next().map(str::to_owned));
        let (leads_back, is_older) = (row.get(4)?, row.get(5)?);
        Ok(DuePage { url, begins, is_first, was_read, opening, is_older, leads_back })
    })
    .optional()
}

/// Returns the page that the source is being read at, if not its own.
pub(crate) fn walking(tx: &Connection, source: i64) -> rusqlite::Result<Option<i64>> {
    tx.prepare_cached("SELECT walking FROM source WHERE number = ?1")?
        .query_row([source], |row| row.get(0))
}
