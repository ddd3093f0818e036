//! The only reader of the clock. Everything below takes `now` as an argument.

use chrono::{SubsecRound, Utc};
use model::Timestamp;

/// Returns the current time, in whole milliseconds as the ledger keeps it.
#[expect(clippy::disallowed_methods, reason = "the one home of the clock")]
pub(crate) fn now() -> Timestamp {
    Utc::now().trunc_subsecs(3)
}
