//! `vigie reindex`: builds the search index anew from the ledger.

use std::path::Path;

use anyhow::Context;
use model::Timestamp;
use store::Ledger;

use crate::cli::{Failure, configuration};
use crate::daemon::open_index;
use crate::lock::DataLock;
use crate::pipeline;

pub(crate) fn reindex(file: &Path, now: Timestamp) -> Result<(), Failure> {
    let data = configuration(file)?.data;
    let _lock = DataLock::take(&data)?;
    let ledger = Ledger::open(&data, now)?;
    let indexed = rebuild(&data, &ledger)?;
    println!("{indexed} items indexed");
    Ok(())
}

/// Builds the index of a data directory anew. Returns how many items it holds.
pub(super) fn rebuild(data: &Path, ledger: &Ledger) -> anyhow::Result<usize> {
    let folder = data.join("index");
    if folder.exists() {
        std::fs::remove_dir_all(&folder)
            .with_context(|| format!("failed to remove {}", folder.display()))?;
    }
    let mut index = open_index(data, ledger)?;
    let mut indexed = 0;
    loop {
        match pipeline::index_new(ledger, &mut index)? {
            0 => break,
            more => indexed += more,
        }
    }
    Ok(indexed)
}
