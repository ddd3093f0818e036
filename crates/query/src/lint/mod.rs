//! Remarks on a query, for the person who writes it.

mod code;

pub use code::{LintCode, Severity};
