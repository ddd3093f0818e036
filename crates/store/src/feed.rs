//! Feeds for feed readers: who may read which, when they were read last, and what a hub was told of them.
//! What stands in one is [`found`]'s.

mod found;

use model::{FeedForm, QueryName, Seq, SubscriptionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::ledger::head;
use crate::{Ledger, LedgerError, sql};

pub use found::{FoundCopy, FoundStories, FoundStory};

/// An address at which what queries find can be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Feed {
    /// Never another's.
    pub number: u64,
    pub of: FeedOf,
    /// Whom it was made for; empty for nobody named.
    pub reader: String,
    pub created_at: Timestamp,
    pub revoked_at: Option<Timestamp>,
    pub fetched_at: Option<Timestamp>,
    /// The program that fetched it last.
    pub agent: Option<String>,
    /// In which forms it was ever fetched.
    pub forms: Vec<FeedForm>,
    /// How it stands with the hub; `None` where none is told of it.
    pub pushing: Option<Pushing>,
}

/// What a feed follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedOf {
    Query(QueryName),
    /// All of its queries.
    Subscription(SubscriptionId),
}

/// How a feed stands with the hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushing {
    /// What only the feed's address has.
    pub token: String,
    /// The hub knows of all that was found up to here.
    pub pushed: Seq,
    /// It is not told before.
    pub not_before: Timestamp,
    /// How often in a row it could not be told, and what it said to the last.
    pub failures: u32,
    pub reason: Option<String>,
}

/// A feed to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewFeed<'a> {
    pub of: FeedOf,
    /// The hash of its token.
    pub secret: [u8; 32],
    pub reader: &'a str,
    /// The token itself, where a hub is to be told of it.
    pub token: Option<&'a str>,
}

macro_rules! feed {
    () => {
        "SELECT number, query, subscription, reader, created_at, revoked_at, fetched_at, agent, forms,
                token, pushed, push_at, push_failures, push_reason FROM feed "
    };
}

impl Ledger {
    /// Makes a feed, and returns its number.
    pub fn add_feed(&mut self, new: &NewFeed<'_>, now: Timestamp) -> Result<u64, LedgerError> {
        let (query, subscription) = match &new.of {
            FeedOf::Query(name) => (Some(name.as_str()), None),
            FeedOf::Subscription(id) => (None, Some(id.as_str())),
        };
        self.write(|tx| {
            tx.prepare_cached(
                "INSERT INTO feed (secret, query, subscription, reader, created_at, token, pushed)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute((
                new.secret,
                query,
                subscription,
                new.reader,
                now.timestamp_millis(),
                new.token,
                head(tx)?.0.cast_signed(),
            ))?;
            Ok(tx.last_insert_rowid().cast_unsigned())
        })
    }

    /// Returns all feeds there ever were, by number.
    pub fn feeds(&self) -> Result<Vec<Feed>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(feed!(), "ORDER BY number"))?.query_map((), feed)?.collect()
        })
    }

    /// Returns the feed whose token has this hash, revoked or not.
    pub fn feed(&self, secret: &[u8; 32]) -> Result<Option<Feed>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(feed!(), "WHERE secret = ?1"))?
                .query_row([secret], feed)
                .optional()
        })
    }

    /// Lets nobody read a feed any more. Returns it as it was; `None` where there is none of this number.
    pub fn revoke_feed(
        &mut self,
        number: u64,
        now: Timestamp,
    ) -> Result<Option<Feed>, LedgerError> {
        self.write(|tx| {
            let was = by_number(tx, number)?;
            tx.prepare_cached(
                "UPDATE feed SET revoked_at = ?2, token = NULL
                 WHERE number = ?1 AND revoked_at IS NULL",
            )?
            .execute((number.cast_signed(), now.timestamp_millis()))?;
            Ok(was)
        })
    }

    /// Notes that a program has fetched a feed.
    pub fn note_feed_fetched(
        &mut self,
        number: u64,
        form: FeedForm,
        agent: Option<&str>,
        now: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE feed SET fetched_at = ?2, agent = ?3, forms = forms | ?4 WHERE number = ?1",
            )?
            .execute((
                number.cast_signed(),
                now.timestamp_millis(),
                agent,
                bit(form),
            ))?;
            Ok(())
        })
    }

    /// Returns the feeds of which a hub may be told now, as far as anybody ever fetched them.
    pub fn feeds_to_push(&self, now: Timestamp) -> Result<Vec<Feed>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                feed!(),
                "WHERE revoked_at IS NULL AND token IS NOT NULL AND forms > 0 AND push_at <= ?1
                 ORDER BY push_at, number"
            ))?
            .query_map([now.timestamp_millis()], feed)?
            .collect()
        })
    }

    /// Notes that the hub knows of all that was found for a feed up to a position, and when it may be told
    /// of more.
    pub fn note_pushed(
        &mut self,
        number: u64,
        upto: Seq,
        not_before: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE feed SET pushed = max(pushed, ?2), push_at = ?3, push_failures = 0,
                        push_reason = NULL
                 WHERE number = ?1",
            )?
            .execute((
                number.cast_signed(),
                upto.0.cast_signed(),
                not_before.timestamp_millis(),
            ))?;
            Ok(())
        })
    }

    /// Notes that the hub could not be told, why, and when to try again.
    pub fn note_not_pushed(
        &mut self,
        number: u64,
        reason: &str,
        not_before: Timestamp,
    ) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached(
                "UPDATE feed SET push_at = ?3, push_failures = push_failures + 1, push_reason = ?2
                 WHERE number = ?1",
            )?
            .execute((number.cast_signed(), reason, not_before.timestamp_millis()))?;
            Ok(())
        })
    }
}

fn by_number(tx: &Connection, number: u64) -> rusqlite::Result<Option<Feed>> {
    tx.prepare_cached(concat!(feed!(), "WHERE number = ?1"))?
        .query_row([number.cast_signed()], feed)
        .optional()
}

/// The bit that stands for a form; it never changes.
fn bit(form: FeedForm) -> i64 {
    match form {
        FeedForm::Atom => 1,
        FeedForm::Rss => 2,
        FeedForm::Json => 4,
    }
}

fn feed(row: &Row<'_>) -> rusqlite::Result<Feed> {
    let query: Option<String> = row.get(1)?;
    let of = match query {
        Some(name) => FeedOf::Query(QueryName::new(name)),
        None => FeedOf::Subscription(SubscriptionId::new(row.get::<_, String>(2)?)),
    };
    let forms: i64 = row.get(8)?;
    let token: Option<String> = row.get(9)?;
    let pushing = token.map(|token| {
        Ok::<_, rusqlite::Error>(Pushing {
            token,
            pushed: Seq(sql::unsigned(row, 10)?),
            not_before: sql::time(row, 11)?,
            failures: row.get(12)?,
            reason: row.get(13)?,
        })
    });
    Ok(Feed {
        number: sql::unsigned(row, 0)?,
        of,
        reader: row.get(3)?,
        created_at: sql::time(row, 4)?,
        revoked_at: sql::optional_time(row, 5)?,
        fetched_at: sql::optional_time(row, 6)?,
        agent: row.get(7)?,
        forms: FeedForm::ALL.into_iter().filter(|form| forms & bit(*form) != 0).collect(),
        pushing: pushing.transpose()?,
    })
}
