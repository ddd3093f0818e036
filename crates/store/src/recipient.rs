//! Recipients: who gets the mails of a subscription, and whether they want them.
//!
//! An address is one recipient for each subscription; it is known in lower case.

use model::{DeliveryId, SubscriptionId, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::outbox::{self, NewDelivery, Of};
use crate::{Ledger, LedgerError, sql};

/// Why somebody counts as confirmed who did not say so.
const ALLOWED: &str = "allowed";

/// Who gets the mails of one subscription.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recipient {
    /// Never another's.
    pub number: u64,
    pub subscription: SubscriptionId,
    pub address: String,
    pub consent: Consent,
    /// Since when that is so.
    pub since: Timestamp,
    /// How often they were asked whether they want the mails.
    pub asked: u64,
    pub paused_until: Option<Timestamp>,
    /// Links of another epoch are void.
    pub epoch: u64,
    /// Whether they have unsubscribed and not said yes since, whatever they were asked.
    pub has_left: bool,
}

/// Whether somebody wants the mails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// The owner has entered them; nobody asked.
    Entered,
    /// They were asked, or are to be, and have not answered.
    Asked,
    Confirmed,
    /// The owner vouches for them; nobody was asked.
    Allowed,
    /// They get nothing until they confirm anew.
    Unsubscribed,
    /// The mail server says that there is no such recipient.
    Refused {
        reason: String,
    },
}

impl Recipient {
    pub fn is_paused(&self, now: Timestamp) -> bool {
        self.paused_until.is_some_and(|until| now < until)
    }
}

macro_rules! recipient {
    () => {
        "number, subscription, address, consent, since, asked, reason, paused_until, epoch, has_left"
    };
}

impl Ledger {
    /// Returns the recipients of a subscription that have these addresses, in their order. Those that the
    /// ledger does not know are entered.
    pub fn recipients(
        &mut self,
        subscription: &SubscriptionId,
        addresses: &[&str],
        now: Timestamp,
    ) -> Result<Vec<Recipient>, LedgerError> {
        let known = self.known_recipients(subscription, addresses)?;
        if known.len() == addresses.len() {
            return Ok(known);
        }
        self.write(|tx| {
            for address in addresses {
                tx.prepare_cached(
                    "INSERT OR IGNORE INTO recipient (subscription, address, consent, since)
                     VALUES (?1, ?2, 'entered', ?3)",
                )?
                .execute((
                    subscription.as_str(),
                    address.to_ascii_lowercase(),
                    now.timestamp_millis(),
                ))?;
            }
            by_address(tx, subscription, addresses)
        })
    }

    /// Returns the same, without those that the ledger does not know.
    pub fn known_recipients(
        &self,
        subscription: &SubscriptionId,
        addresses: &[&str],
    ) -> Result<Vec<Recipient>, LedgerError> {
        self.read(|tx| by_address(tx, subscription, addresses))
    }

    /// Returns every recipient that was ever entered, by subscription and address.
    pub fn all_recipients(&self) -> Result<Vec<Recipient>, LedgerError> {
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                recipient!(),
                " FROM recipient ORDER BY subscription, address"
            ))?
            .query_map((), recipient)?
            .collect()
        })
    }

    pub fn recipient(&self, number: u64) -> Result<Option<Recipient>, LedgerError> {
        let Ok(number) = i64::try_from(number) else { return Ok(None) };
        self.read(|tx| {
            tx.prepare_cached(concat!(
                "SELECT ",
                recipient!(),
                " FROM recipient WHERE number = ?1"
            ))?
            .query_row([number], recipient)
            .optional()
        })
    }

    /// Records that a recipient wants the mails, whatever was before.
    pub fn confirm(&mut self, number: u64, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| set_consent(tx, number, "confirmed", now))
    }

    /// Records that the owner vouches for a recipient, who is told from now on.
    pub fn allow(&mut self, number: u64, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            set_consent(tx, number, "confirmed", now)?;
            tx.prepare_cached("UPDATE recipient SET reason = ?2 WHERE number = ?1")?
                .execute((number.cast_signed(), ALLOWED))?;
            Ok(())
        })
    }

    /// Records that a recipient wants no more mails of the subscription, and gives up those that wait.
    pub fn unsubscribe(&mut self, number: u64, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            set_consent(tx, number, "unsubscribed", now)?;
            give_up(tx, "r.number = ?1", number.cast_signed(), "unsubscribed", now)
        })
    }

    /// Writes to those who were not asked yet whether they want the mails: to whom the question goes, by number, and
    /// the question. Returns how many are asked.
    pub fn ask(
        &mut self,
        subscription: &SubscriptionId,
        questions: &[(u64, NewDelivery)],
        now: Timestamp,
    ) -> Result<usize, LedgerError> {
        self.write(|tx| {
            let mut asked = 0;
            for (number, question) in questions {
                asked += tx
                    .prepare_cached(
                        "UPDATE recipient SET consent = 'asked', asked = asked + 1, since = ?2
                         WHERE number = ?1
                           AND (consent = 'entered' OR consent = 'asked' AND asked = 0)
                         RETURNING 1",
                    )?
                    .query_row((number.cast_signed(), now.timestamp_millis()), |_| Ok(()))
                    .optional()?
                    .map_or(Ok(0), |()| {
                        outbox::put(tx, Of::Question, subscription, question, now).map(usize::from)
                    })?;
            }
            Ok(asked)
        })
    }

    /// Has a recipient asked whether they want the mails; whatever was before.
    pub fn ask_anew(&mut self, number: u64, now: Timestamp) -> Result<(), LedgerError> {
        self.write(|tx| {
            set_consent(tx, number, "asked", now)?;
            tx.prepare_cached("UPDATE recipient SET asked = 0 WHERE number = ?1")?
                .execute([number.cast_signed()])?;
            Ok(())
        })
    }

    /// Holds a recipient's mails back until a time; `None` for no longer. What they would have told is
    /// told to nobody later.
    pub fn pause(&mut self, number: u64, until: Option<Timestamp>) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE recipient SET paused_until = ?2 WHERE number = ?1")?
                .execute((number.cast_signed(), until.map(|until| until.timestamp_millis())))?;
            Ok(())
        })
    }

    /// Makes all links void that a recipient was ever given.
    pub fn void_links(&mut self, number: u64) -> Result<(), LedgerError> {
        self.write(|tx| {
            tx.prepare_cached("UPDATE recipient SET epoch = epoch + 1 WHERE number = ?1")?
                .execute([number.cast_signed()])?;
            Ok(())
        })
    }

    /// Returns what links are signed with. `fresh`, which nobody can guess, is kept where there is none.
    pub fn link_key(&mut self, fresh: [u8; 32]) -> Result<[u8; 32], LedgerError> {
        if let Some(key) = self.known_link_key()? {
            return Ok(key);
        }
        self.write(|tx| {
            tx.prepare_cached("INSERT OR IGNORE INTO link_key (only, key) VALUES (1, ?1)")?
                .execute([fresh])?;
            Ok(link_key(tx)?.unwrap_or(fresh))
        })
    }

    /// Returns what links are signed with; `None` before one was given out.
    pub fn known_link_key(&self) -> Result<Option<[u8; 32]>, LedgerError> {
        self.read(|tx| link_key(tx))
    }
}

/// Records that the mail server knows no such address, for all its subscriptions, and gives up the mails that wait.
/// Returns how many recipients that were.
pub(crate) fn refuse(
    tx: &Connection,
    address: &str,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<usize> {
    let address = address.to_ascii_lowercase();
    let refused = tx
        .prepare_cached(
            "UPDATE recipient SET consent = 'refused', since = ?2, reason = ?3
             WHERE address = ?1 AND consent NOT IN ('unsubscribed', 'refused')",
        )?
        .execute((&address, now.timestamp_millis(), reason))?;
    give_up(tx, "r.address = ?1", &address, reason, now)?;
    Ok(refused)
}

/// Whether somebody has left, or is no address, by now.
pub(crate) fn has_left(
    tx: &Connection,
    subscription: &SubscriptionId,
    recipient: &str,
) -> rusqlite::Result<bool> {
    tx.prepare_cached(
        "SELECT 1 FROM recipient WHERE subscription = ?1 AND address = ?2
           AND consent IN ('unsubscribed', 'refused')",
    )?
    .exists((subscription.as_str(), address(recipient)))
}

/// The same of whom a delivery is for.
pub(crate) fn has_left_delivery(tx: &Connection, id: DeliveryId) -> rusqlite::Result<bool> {
    let whom = tx
        .prepare_cached("SELECT subscription, recipient FROM delivery WHERE id = ?1")?
        .query_row([id.0.cast_signed()], |row| {
            Ok((SubscriptionId::new(row.get::<_, String>(0)?), row.get::<_, String>(1)?))
        })
        .optional()?;
    whom.map_or(Ok(false), |(subscription, recipient)| has_left(tx, &subscription, &recipient))
}

/// Returns the address of `Name <address>`, as recipients are known by it.
pub(crate) fn address(recipient: &str) -> String {
    let bare = recipient.strip_suffix('>').and_then(|rest| rest.rsplit_once('<'));
    bare.map_or(recipient, |(_, address)| address).to_ascii_lowercase()
}

fn by_address(
    tx: &Connection,
    subscription: &SubscriptionId,
    addresses: &[&str],
) -> rusqlite::Result<Vec<Recipient>> {
    let mut select = tx.prepare_cached(concat!(
        "SELECT ",
        recipient!(),
        " FROM recipient WHERE subscription = ?1 AND address = ?2"
    ))?;
    let mut known = Vec::new();
    for address in addresses {
        let found = select
            .query_row((subscription.as_str(), address.to_ascii_lowercase()), recipient)
            .optional()?;
        known.extend(found);
    }
    Ok(known)
}

fn set_consent(
    tx: &Connection,
    number: u64,
    consent: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    tx.prepare_cached(
        "UPDATE recipient SET consent = ?2, since = ?3, reason = NULL, paused_until = NULL,
                has_left = CASE ?2 WHEN 'unsubscribed' THEN 1 WHEN 'confirmed' THEN 0 ELSE has_left END
         WHERE number = ?1 AND (consent <> ?2 OR reason IS NOT NULL)",
    )?
    .execute((number.cast_signed(), consent, now.timestamp_millis()))?;
    Ok(())
}

/// Gives up the mails that wait for recipients. One that is leaving right now may still arrive.
fn give_up(
    tx: &Connection,
    whom: &str,
    key: impl rusqlite::ToSql,
    reason: &str,
    now: Timestamp,
) -> rusqlite::Result<()> {
    let sql = format!(
        "UPDATE delivery SET state = 'dead', at = ?2, reason = ?3
         WHERE state IN ('due', 'leased') AND channel = 'mail' AND EXISTS (
             SELECT 1 FROM recipient r
             WHERE {whom} AND r.subscription = delivery.subscription
               AND (lower(delivery.recipient) = r.address
                    OR substr(lower(delivery.recipient), -(length(r.address) + 2))
                       = '<' || r.address || '>'))"
    );
    tx.prepare_cached(&sql)?.execute((key, now.timestamp_millis(), reason))?;
    Ok(())
}

fn link_key(tx: &Connection) -> rusqlite::Result<Option<[u8; 32]>> {
    tx.prepare_cached("SELECT key FROM link_key")?.query_row((), |row| row.get(0)).optional()
}

fn recipient(row: &Row<'_>) -> rusqlite::Result<Recipient> {
    let reason: Option<String> = row.get(6)?;
    let consent = sql::parsed(row, 3, |word| {
        Some(match word {
            "entered" => Consent::Entered,
            "asked" => Consent::Asked,
            "confirmed" if reason.as_deref() == Some(ALLOWED) => Consent::Allowed,
            "confirmed" => Consent::Confirmed,
            "unsubscribed" => Consent::Unsubscribed,
            "refused" => Consent::Refused { reason: reason.unwrap_or_default() },
            _ => return None,
        })
    })?;
    Ok(Recipient {
        number: sql::unsigned(row, 0)?,
        subscription: SubscriptionId::new(row.get::<_, String>(1)?),
        address: row.get(2)?,
        consent,
        since: sql::time(row, 4)?,
        asked: sql::unsigned(row, 5)?,
        paused_until: sql::optional_time(row, 7)?,
        epoch: sql::unsigned(row, 8)?,
        has_left: row.get(9)?,
    })
}
