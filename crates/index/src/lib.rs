//! The full-text projection of the ledger, on tantivy.
