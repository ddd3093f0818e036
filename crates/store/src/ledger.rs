//! Opening the ledger, and the two kinds of transaction that every verb is made of.

use std::panic::Location;
use std::path::Path;
use std::time::Duration;

use model::{Seq, Timestamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use crate::commit::{self, Commit};
use crate::error::{LedgerError, OpenError};
use crate::migration::{self, Migrated};
use crate::sql;

/// The ledger's file in the data directory.
pub const FILE_NAME: &str = "ledger.sqlite";

/// 3.7.0 to 3.51.2 can corrupt a WAL that two connections use: <https://sqlite.org/wal.html#walresetbug>.
const SQLITE_VERSION_MIN: i32 = 3_051_003;

/// Longer than any of our write transactions takes on a slow disk.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// In KiB, for each connection. Keys are hashes, so that every page of their table is as likely as
/// the next: SQLite's own 2 MiB would be read anew all the time.
const CACHE_KIB: i32 = 16 << 10;

/// What the WAL file is cut back to after a checkpoint; a long reader lets it grow beyond.
const JOURNAL_SIZE_LIMIT: u32 = 64 << 20;

/// One connection to the ledger. Open one for each thread.
#[derive(Debug)]
pub struct Ledger {
    connection: Connection,
    uuid: String,
}

impl Ledger {
    /// Opens the ledger of a data directory, creating both where they are missing and migrating an
    /// older format. On Unix only the owner may read the file: it holds what people subscribe to.
    pub fn open(dir: &Path, now: Timestamp) -> Result<Self, OpenError> {
        if rusqlite::version_number() < SQLITE_VERSION_MIN {
            return Err(OpenError::OldSqlite { found: rusqlite::version() });
        }
        std::fs::create_dir_all(dir)
            .map_err(|source| OpenError::Directory { path: dir.to_owned(), source })?;
        let path = dir.join(FILE_NAME);
        let failed = |source| open_error(&path, source);

        let mut connection = Connection::open(&path).map_err(failed)?;
        connection.busy_timeout(BUSY_TIMEOUT).map_err(failed)?;
        // Before anything that changes the file: it may be someone else's.
        match migration::migrate(&mut connection, now).map_err(failed)? {
            Migrated::Current => {}
            Migrated::Newer { found, known } => {
                return Err(OpenError::Newer { path, found, known });
            }
            Migrated::Foreign { reason } => return Err(OpenError::Foreign { path, reason }),
        }
        patiently(|| configure(&connection)).map_err(failed)?;
        restrict(&path).map_err(|source| OpenError::Directory { path: path.clone(), source })?;
        let uuid = connection
            .query_row("SELECT uuid FROM ledger", (), |row| row.get(0))
            .map_err(failed)?;
        Ok(Self { connection, uuid })
    }

    /// Returns the name that this ledger was given when it was created.
    pub fn uuid(&self) -> &str {
        &self.uuid
    }

    /// Returns the last position of the log, 0 when nothing was ever recorded.
    pub fn head(&self) -> Result<Seq, LedgerError> {
        self.read(|tx| head(tx))
    }

    /// Returns a number that is another once any other connection has changed the ledger. It costs next to
    /// nothing, and says nothing of what changed.
    pub fn version_of_others(&self) -> Result<i64, LedgerError> {
        let mut select = self.connection.prepare_cached("PRAGMA data_version")?;
        Ok(select.query_row((), |row| row.get(0))?)
    }

    /// Moves the write-ahead log into the ledger's file and empties it, unless a reader is in the
    /// way. SQLite does this by itself as the log grows, but never shrinks it while someone reads.
    pub fn checkpoint(&mut self) -> Result<(), LedgerError> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |_| Ok(()))?;
        Ok(())
    }

    /// Runs one transaction that writes.
    #[track_caller]
    pub(crate) fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        self.write_or_refuse(|tx| Ok(work(tx)?))
    }

    /// Runs one transaction that writes, unless the work refuses. It takes the write lock at once:
    /// a lock taken half-way would fail as busy, without waiting, where another connection wrote in
    /// between.
    #[track_caller]
    pub(crate) fn write_or_refuse<T, E: From<rusqlite::Error>>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let kind = Location::caller();
        let tx = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let done = work(&tx)?;
        commit::tell(Commit::Before(kind));
        tx.commit()?;
        commit::tell(Commit::After(kind));
        Ok(done)
    }

    /// Runs one transaction that only reads, all of it from the same state.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, LedgerError> {
        let tx = self.connection.unchecked_transaction()?;
        Ok(work(&tx)?)
    }
}

pub(crate) fn head(tx: &Connection) -> rusqlite::Result<Seq> {
    tx.prepare_cached("SELECT head FROM log_head")?
        .query_row((), |row| sql::unsigned(row, 0))
        .map(Seq)
}

/// Tries again for half a second what is refused at once, as the change to WAL is where others open the same new file.
fn patiently<T>(step: impl Fn() -> rusqlite::Result<T>) -> rusqlite::Result<T> {
    for _ in 0..50 {
        match step() {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                std::thread::park_timeout(Duration::from_millis(10));
            }
            done => return done,
        }
    }
    step()
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_prepared_statement_cache_capacity(128);
    // Else what has a `LIMIT ?` is prepared anew each time that it is run, which takes longer than running it.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.query_row("PRAGMA journal_mode = WAL", (), |_| Ok(()))?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update_and_check(None, "journal_size_limit", JOURNAL_SIZE_LIMIT, |_| Ok(()))
}

/// Changes the mode by path. Opening and closing the file ourselves would drop the POSIX locks that
/// SQLite holds on it in this process: <https://sqlite.org/howtocorrupt.html#posix_advisory_locks>.
#[cfg(unix)]
fn restrict(path: &Path) -> std::io::Result<()> {
    use std::fs::{Permissions, set_permissions};
    use std::os::unix::fs::PermissionsExt;
    set_permissions(path, Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn restrict(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn open_error(path: &Path, error: rusqlite::Error) -> OpenError {
    let path = path.to_owned();
    if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
        return OpenError::Foreign { path, reason: "it is not an SQLite database".to_owned() };
    }
    OpenError::Ledger { path, source: error.into() }
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    use super::*;

    fn ledger(dir: &tempfile::TempDir) -> Ledger {
        Ledger::open(dir.path(), "2026-03-01T12:00:00Z".parse().unwrap()).unwrap()
    }

    #[test]
    fn what_has_a_limit_is_prepared_once() {
        let dir = tempfile::tempdir().unwrap();
        let ledger = ledger(&dir);
        let mut select =
            ledger.connection.prepare("SELECT seq FROM hit WHERE seq < ?1 LIMIT ?2").unwrap();
        for limit in 1..9 {
            assert!(!select.exists((i64::MAX, limit)).unwrap());
        }
        assert_eq!(select.get_status(StatementStatus::RePrepare), 0);
    }

    #[test]
    fn what_others_change_is_seen_and_what_we_change_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let (mut ours, mut other) = (ledger(&dir), ledger(&dir));
        let touch = |ledger: &mut Ledger| {
            ledger.write(|tx| tx.execute("UPDATE log_head SET head = head + 1", ())).unwrap();
        };
        let before = ours.version_of_others().unwrap();
        touch(&mut ours);
        assert_eq!(ours.version_of_others().unwrap(), before);
        touch(&mut other);
        assert_ne!(ours.version_of_others().unwrap(), before);
    }
}
