//! Keeping the items of one reading: each is told from the known ones, then added, revised or left.

use model::{Details, Item, ItemId, Lang, Seq, Timestamp};
use rusqlite::{Connection, OptionalExtension};

use crate::hit::{self, Finding, NewHit};
use crate::identity::{self, Evidence, Identity, Key, Keys, Sighting};
use crate::record::{Found, Recorded};
use crate::sql;

/// How many versions of an item keep their text. Older ones keep their place in the log, so that
/// a page that changes at every visit costs little.
const TEXTS_MAX: u32 = 10;

/// One reading of one source.
pub(crate) struct Reading<'a> {
    pub(crate) tx: &'a Connection,
    /// The source's number.
    pub(crate) source: i64,
    /// What its id says that it is one of.
    pub(crate) family: Option<&'a str>,
    pub(crate) evidence: &'a Evidence,
    pub(crate) now: Timestamp,
}

/// An item as the ledger has it, to compare with.
struct Former {
    seq: Seq,
    version: u32,
    date: Timestamp,
    published: Option<Timestamp>,
    updated: Option<Timestamp>,
    content: [u8; 16],
    address: Option<Key>,
    url: Option<String>,
    title: Option<String>,
}

/// Where a new version stands, for the hits on it.
struct Place {
    item: ItemId,
    seq: Seq,
    /// Where the former version stood; `None` for a new item.
    former: Option<Seq>,
    /// The hour of volume that the item belongs to.
    hour: i64,
}

/// What became of the items of a reading.
#[derive(Default)]
pub(crate) struct Read {
    pub(crate) recorded: Recorded,
    /// Each item's id, in the order of the reading.
    pub(crate) ids: Vec<ItemId>,
    /// When the new ones were published, as they say.
    pub(crate) appeared: Vec<Timestamp>,
    /// How many of them this source had never had: a walk ends where it meets what it knows itself, and
    /// not what others of its family have found.
    pub(crate) unmet: usize,
}

impl Reading<'_> {
    pub(crate) fn record(&self, found: &[Found]) -> rusqlite::Result<Read> {
        let sightings: Vec<Sighting> =
            found.iter().map(|found| self.sight(&found.item)).collect::<Result<_, _>>()?;
        let unmet = sightings.iter().filter(|sighting| !sighting.is_own).count();
        let evidence = identity::learn(self.evidence, &sightings);
        if evidence != *self.evidence {
            self.remember(&evidence)?;
        }
        let identities = identity::identify(&evidence, &sightings);

        let mut recorded = Recorded::default();
        let mut ids: Vec<ItemId> = Vec::with_capacity(found.len());
        let mut appeared = Vec::new();
        for ((found, sighting), identity) in found.iter().zip(&sightings).zip(identities) {
            let known = match identity {
                Identity::Known(id) => Some(id),
                Identity::SameAs(earlier) => Some(ids[earlier]),
                Identity::New => None,
            };
            let (id, place) = if let Some(id) = known {
                (id, self.revise(id, &found.item, sighting, &evidence)?)
            } else {
                let place = self.add(&found.item, &sighting.keys)?;
                appeared.push(found.item.published.or(found.item.updated).unwrap_or(self.now));
                (place.item, Some(place))
            };
            ids.push(id);
            self.learn_keys(id, sighting, &evidence)?;
            if let Some(place) = place {
                recorded.new += usize::from(place.former.is_none());
                recorded.changed += usize::from(place.former.is_some());
                recorded.hits += self.add_hits(found, &place)?;
            }
        }
        let unmet = unmet.max(recorded.new);
        Ok(Read { recorded, ids, appeared, unmet })
    }

    fn sight(&self, item: &Item) -> rusqlite::Result<Sighting> {
        let keys = Keys::of(item);
        let mut is_own = false;
        let mut known = |key: Option<Key>| -> rusqlite::Result<Option<ItemId>> {
            let Some(key) = key else { return Ok(None) };
            let own = self.known(key)?;
            is_own |= own.is_some();
            Ok(own.or(self.known_in_family(key)?))
        };
        let by_guid = known(keys.guid)?;
        let by_address = known(keys.address)?;
        let by_content = known(Some(keys.content))?;
        let guid_reused = match by_guid {
            Some(id) => self.former(id)?.is_some_and(|former| former.is_another(item, &keys)),
            None => false,
        };
        Ok(Sighting { keys, by_guid, by_address, by_content, guid_reused, is_own })
    }

    fn known(&self, key: Key) -> rusqlite::Result<Option<ItemId>> {
        self.tx
            .prepare_cached(
                "SELECT item FROM item_key WHERE source = ?1 AND kind = ?2 AND hash = ?3",
            )?
            .query_row((self.source, key.kind as i64, key.hash), |row| {
                sql::unsigned(row, 0).map(ItemId)
            })
            .optional()
    }

    /// Returns the item that another source of the family has under a key.
    fn known_in_family(&self, key: Key) -> rusqlite::Result<Option<ItemId>> {
        let Some(family) = self.family else { return Ok(None) };
        self.tx
            .prepare_cached(
                // `/` is what follows the dot: all ids that begin with the family and a dot.
                "SELECT k.item FROM source s
                 JOIN item_key k ON k.source = s.number AND k.kind = ?2 AND k.hash = ?3
                 WHERE s.id > ?1 || '.' AND s.id < ?1 || '/'
                 ORDER BY k.item LIMIT 1",
            )?
            .query_row((family, key.kind as i64, key.hash), |row| sql::unsigned(row, 0).map(ItemId))
            .optional()
    }

    fn former(&self, id: ItemId) -> rusqlite::Result<Option<Former>> {
        self.tx
            .prepare_cached(
                "SELECT i.seq, i.version, i.date, i.published, i.updated, v.content, v.url, v.title
                 FROM item i JOIN item_version v ON v.seq = i.seq WHERE i.id = ?1",
            )?
            .query_row([id.0.cast_signed()], |row| {
                let url = sql::optional_url(row, 6)?;
                Ok(Former {
                    seq: Seq(sql::unsigned(row, 0)?),
                    version: row.get(1)?,
                    date: sql::time(row, 2)?,
                    published: sql::optional_time(row, 3)?,
                    updated: sql::optional_time(row, 4)?,
                    content: row.get(5)?,
                    address: url.as_ref().and_then(identity::address_key),
                    url: url.map(String::from),
                    title: row.get(7)?,
                })
            })
            .optional()
    }

    fn add(&self, item: &Item, keys: &Keys) -> rusqlite::Result<Place> {
        let seq = self.next_position()?;
        // What says only when it was updated was published then at the latest.
        let published = item.published.or(item.updated);
        let date = published.map_or(self.now, |published| published.min(self.now));
        self.tx
            .prepare_cached(
                "INSERT INTO item
                     (source, seq, version, kind, guid, first_seen, published, updated, date,
                      details, absent_at)
                 VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7, ?8, ?9,
                         CASE WHEN ?6 IS NULL THEN
                             (SELECT last_good FROM source WHERE number = ?1) END)",
            )?
            .execute((
                self.source,
                seq.0.cast_signed(),
                item.kind.as_str(),
                &item.guid,
                self.now.timestamp_millis(),
                published.map(|time| time.timestamp_millis()),
                item.updated.map(|time| time.timestamp_millis()),
                date.timestamp_millis(),
                sql::details_json(&item.details)?,
            ))?;
        let id = ItemId(self.tx.last_insert_rowid().cast_unsigned());
        let url = item.url.as_ref().map(url::Url::as_str);
        self.write_version(id, seq, 1, item, url, keys)?;
        Ok(Place { item: id, seq, former: None, hour: sql::hour(date) })
    }

    /// Adds a version if the text is another one, or the address is: those who follow the log must
    /// learn of both. Dates and details alone make none: each visit finds another count of readers,
    /// and one more like is nothing to be told of. They are kept as of the last visit: a
    /// history run goes by them, while live hits and the index, which follows the log, go by those
    /// that came with the text.
    fn revise(
        &self,
        id: ItemId,
        item: &Item,
        sighting: &Sighting,
        evidence: &Evidence,
    ) -> rusqlite::Result<Option<Place>> {
        let Some(former) = self.former(id)? else {
            // Purged: its keys say that it was here, and that is all that is wanted of it.
            return Ok(None);
        };
        let updated = former.updated.max(item.updated);
        if updated != former.updated {
            self.note_update(id, updated)?;
        }
        let address = evidence.trusted(&sighting.keys).address;
        let moved = address.is_some() && address != former.address && sighting.by_address.is_none();
        let same_text = former.content == sighting.keys.content.hash;
        let news = moved || !same_text && self.is_news(id, &sighting.keys)?;
        // A text that comes back brings the details of its own time, older than those we have.
        if news || same_text {
            self.note_details(id, &item.details)?;
        }
        if !news {
            return Ok(None);
        }
        let seq = self.next_position()?;
        let version = former.version + 1;
        let url = item.url.as_ref().map(url::Url::as_str).or(former.url.as_deref());
        self.tx
            .prepare_cached("UPDATE item SET seq = ?2, version = ?3 WHERE id = ?1")?
            .execute((id.0.cast_signed(), seq.0.cast_signed(), version))?;
        self.write_version(id, seq, version, item, url, &sighting.keys)?;
        let hour = sql::hour(former.date);
        Ok(Some(Place { item: id, seq, former: Some(former.seq), hour }))
    }

    /// Returns whether a text is one that the item never had. A text that comes back is no news:
    /// two servers of one site that are not in step would make a version at each visit, and
    /// whatever the text holds was matched and told when it was first there.
    fn is_news(&self, id: ItemId, keys: &Keys) -> rusqlite::Result<bool> {
        let had = self
            .tx
            .prepare_cached("SELECT 1 FROM item_version WHERE item = ?1 AND content = ?2")?
            .exists((id.0.cast_signed(), keys.content.hash))?;
        Ok(!had)
    }

    fn write_version(
        &self,
        id: ItemId,
        seq: Seq,
        version: u32,
        item: &Item,
        url: Option<&str>,
        keys: &Keys,
    ) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached(
                "INSERT INTO item_version
                     (seq, item, version, seen_at, content, url, title, text, author, lang)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
            )?
            .execute((
                seq.0.cast_signed(),
                id.0.cast_signed(),
                version,
                self.now.timestamp_millis(),
                keys.content.hash,
                url,
                &item.title,
                &item.text,
                &item.author,
                item.lang.as_ref().map(Lang::as_str),
            ))?;
        if let Some(old @ 1..) = version.checked_sub(TEXTS_MAX) {
            self.tx
                .prepare_cached(
                    "UPDATE item_version SET title = NULL, text = NULL
                     WHERE item = ?1 AND version = ?2",
                )?
                .execute((id.0.cast_signed(), old))?;
        }
        Ok(())
    }

    fn learn_keys(
        &self,
        id: ItemId,
        sighting: &Sighting,
        evidence: &Evidence,
    ) -> rusqlite::Result<()> {
        let trusted = evidence.trusted(&sighting.keys);
        let unknown = [
            trusted.guid.filter(|_| sighting.by_guid.is_none() || !sighting.is_own),
            trusted.address.filter(|_| sighting.by_address.is_none() || !sighting.is_own),
            Some(sighting.keys.content)
                .filter(|_| sighting.by_content.is_none() || !sighting.is_own),
        ];
        for key in unknown.into_iter().flatten() {
            // A key stays with the item that had it first.
            self.tx
                .prepare_cached(
                    "INSERT INTO item_key (source, kind, hash, item) VALUES (?1, ?2, ?3, ?4)
                     ON CONFLICT DO NOTHING",
                )?
                .execute((self.source, key.kind as i64, key.hash, id.0.cast_signed()))?;
        }
        Ok(())
    }

    fn add_hits(&self, found: &Found, place: &Place) -> rusqlite::Result<usize> {
        let mut added = 0;
        for name in &found.hits {
            let Some(query) = hit::active_query(self.tx, name)? else { continue };
            // The item was here before the query, whose history run will not meet it at its former
            // position any more: it is still the query's past.
            let past = place
                .former
                .zip(query.history)
                .is_some_and(|(former, (after, until))| after < former && former <= until);
            let finding = if past { Finding::History } else { found.finding };
            let hit = NewHit { item: place.item, seq: place.seq, hour: place.hour, finding };
            added += usize::from(hit::add(self.tx, query, &hit, self.now)?);
        }
        Ok(added)
    }

    /// Gives out the next position of the log.
    fn next_position(&self) -> rusqlite::Result<Seq> {
        self.tx
            .prepare_cached("UPDATE log_head SET head = head + 1 RETURNING head")?
            .query_row((), |row| sql::unsigned(row, 0))
            .map(Seq)
    }

    fn note_update(&self, id: ItemId, updated: Option<Timestamp>) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE item SET updated = ?2 WHERE id = ?1")?
            .execute((id.0.cast_signed(), updated.map(|time| time.timestamp_millis())))?;
        Ok(())
    }

    fn note_details(&self, id: ItemId, details: &Details) -> rusqlite::Result<()> {
        self.tx
            .prepare_cached("UPDATE item SET details = ?2 WHERE id = ?1 AND details IS NOT ?2")?
            .execute((id.0.cast_signed(), sql::details_json(details)?))?;
        Ok(())
    }

    fn remember(&self, evidence: &Evidence) -> rusqlite::Result<()> {
        let evidence = serde_json::to_string(evidence)
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        self.tx
            .prepare_cached("UPDATE source SET evidence = ?2 WHERE number = ?1")?
            .execute((self.source, evidence))?;
        Ok(())
    }
}

impl Former {
    /// Returns whether an item with the same guid is plainly another one: nothing else of what
    /// an item keeps for life is the same.
    fn is_another(&self, item: &Item, keys: &Keys) -> bool {
        let another_address = keys.address.is_some() && keys.address != self.address;
        let another_date = item.published.is_some_and(|published| {
            self.published
                .is_some_and(|former| former.timestamp_millis() != published.timestamp_millis())
        });
        let another_title = !self.title.as_deref().is_some_and(|title| keys.same_title(title));
        another_address && self.address.is_some() && another_date && another_title
    }
}
