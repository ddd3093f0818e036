//! One daemon per data directory. The kernel frees the lock however the process ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use anyhow::{Context, Result, bail};

/// Held for the life of the process that may write the index and send the mails.
pub(crate) struct DataLock {
    _file: File,
}

impl DataLock {
    pub(crate) fn take(data: &Path) -> Result<Self> {
        std::fs::create_dir_all(data)
            .with_context(|| format!("failed to create {}", data.display()))?;
        let path = data.join("vigie.lock");
        let file =
            File::create(&path).with_context(|| format!("failed to open {}", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => {
                bail!("another vigie works on {}; stop it first", data.display())
            }
            Err(TryLockError::Error(error)) => {
                Err(error).with_context(|| format!("failed to lock {}", path.display()))
            }
        }
    }
}
