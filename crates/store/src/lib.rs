//! The ledger: everything that must survive a crash, as verbs, on SQLite.
