//! What can go wrong, by what the caller does next.

use std::path::PathBuf;

use rusqlite::{ErrorCode, ffi};

/// Why the ledger could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// A newer program wrote it: start that one.
    #[error(
        "{}: the ledger has format {found}, this program knows formats up to {known}\n  \
         hint: start the newer vigie that wrote it, or restore a backup made before the upgrade",
        path.display()
    )]
    Newer { path: PathBuf, found: i64, known: i64 },
    /// Another program's file, or none of SQLite's: choose another directory.
    #[error(
        "{}: not a ledger of vigie: {reason}\n  \
         hint: choose another data directory, or move the file away",
        path.display()
    )]
    Foreign { path: PathBuf, reason: String },
    /// The directory cannot be used: mend it.
    #[error("{}: cannot be used as the data directory", path.display())]
    Directory { path: PathBuf, source: std::io::Error },
    /// The program was linked with a SQLite that can damage a ledger: build it anew.
    #[error(
        "SQLite {found} is older than 3.51.3 and can damage a ledger that two connections use\n  \
         hint: build vigie with the SQLite it bundles"
    )]
    OldSqlite { found: &'static str },
    #[error("{}: the ledger could not be opened", path.display())]
    Ledger { path: PathBuf, source: LedgerError },
}

/// Why a verb was not carried out. Nothing of it was written.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError {
    /// Another connection held the ledger for too long: try again later.
    #[error("the ledger is in use by another connection")]
    Busy(#[source] rusqlite::Error),
    /// There is no room on the disk: try again once there is.
    #[error(
        "there is no room left on the disk for the ledger\n  hint: make room; what was read meanwhile is read again"
    )]
    Full(#[source] rusqlite::Error),
    /// The file is damaged: stop, and restore a backup.
    #[error("the ledger is damaged\n  hint: stop every vigie that uses it, and restore a backup")]
    Damaged(#[source] rusqlite::Error),
    /// The disk is failing, or the ledger was given what it cannot hold: stop and say so.
    #[error("the ledger failed")]
    Failed(#[source] rusqlite::Error),
}

impl From<rusqlite::Error> for LedgerError {
    fn from(error: rusqlite::Error) -> Self {
        // The file that connections share could not grow.
        let shared = |error: &ffi::Error| error.extended_code == ffi::SQLITE_IOERR_SHMSIZE;
        match error.sqlite_error_code() {
            _ if error.sqlite_error().is_some_and(shared) => Self::Full(error),
            Some(ErrorCode::DiskFull) => Self::Full(error),
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy(error),
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error),
            _ => Self::Failed(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use rusqlite::Connection;

    use super::*;

    #[test]
    fn a_full_disk_is_told_from_a_failing_one() {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (x BLOB); PRAGMA max_page_count = 2;").unwrap();
        let full = connection.execute("INSERT INTO t VALUES (zeroblob(100000))", ()).unwrap_err();
        assert!(matches!(LedgerError::from(full), LedgerError::Full(_)));
        let failed =
            |code| LedgerError::from(rusqlite::Error::SqliteFailure(ffi::Error::new(code), None));
        assert!(matches!(failed(ffi::SQLITE_IOERR_SHMSIZE), LedgerError::Full(_)));
        assert!(matches!(failed(ffi::SQLITE_IOERR_FSYNC), LedgerError::Failed(_)));
    }
}
