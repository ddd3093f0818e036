//! How far the index has followed which ledger: the payload of every commit, so that documents and
//! position cannot drift apart.

use model::Seq;
use serde::{Deserialize, Serialize};

/// The version of everything that shapes a document: schema, text analysis, filters. Raise it with
/// any change there, and old indexes are built anew.
const VERSION: u32 = 2;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    version: u32,
    ledger: String,
    pub(crate) seq: Seq,
}

impl Checkpoint {
    pub(crate) fn new(ledger: &str, seq: Seq) -> Self {
        Self { version: VERSION, ledger: ledger.to_owned(), seq }
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("numbers and a string always make JSON")
    }

    /// Reads a commit's payload; or says why an index with it is of no use to this ledger.
    pub(crate) fn read(payload: &str, ledger: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(payload)
            .map_err(|error| format!("its position in the ledger is unreadable: {error}"))?;
        if read.version != VERSION {
            return Err(format!("it has version {} of the format, not {VERSION}", read.version));
        }
        if read.ledger != ledger {
            return Err(format!("it follows the ledger {}, not {ledger}", read.ledger));
        }
        Ok(read)
    }

    /// Reads the position alone.
    pub(crate) fn seq(payload: Option<&str>) -> Seq {
        let read = payload.and_then(|payload| serde_json::from_str::<Self>(payload).ok());
        read.map_or(Seq(0), |read| read.seq)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checkpoint_is_read_back_by_its_own_ledger_only() {
        let json = Checkpoint::new("l1", Seq(7)).to_json();
        assert_eq!(Checkpoint::read(&json, "l1").map(|read| read.seq), Ok(Seq(7)));
        assert_eq!(
            Checkpoint::read(&json, "l2"),
            Err("it follows the ledger l1, not l2".to_owned())
        );
        let other = json.replace("\"version\":2", "\"version\":0");
        assert_eq!(
            Checkpoint::read(&other, "l1"),
            Err("it has version 0 of the format, not 2".to_owned())
        );
        assert_eq!(Checkpoint::seq(Some(&json)), Seq(7));
        assert_eq!(Checkpoint::seq(Some("{")), Seq(0));
    }
}
