//! The lock file beside the index: one writer at a time, and whether the last one stopped cleanly.
//!
//! The lock is the operating system's and goes with the process. The file's content is what
//! outlives it: empty after a clean stop, `open` otherwise. It stands beside the directory since the
//! directory may be moved aside while the lock is held.

use std::ffi::OsString;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::IndexError;

/// How the last writer stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LastStop {
    Clean,
    /// Killed, or after an error: files may be damaged.
    Unclean,
}

/// The right to write, given back when it is dropped.
#[derive(Debug)]
pub(crate) struct Guard {
    file: File,
    stop: LastStop,
}

impl Guard {
    /// Takes the lock and marks the index as open.
    pub(crate) fn acquire(dir: &Path) -> Result<(Self, LastStop), IndexError> {
        let storage = || IndexError::storage(dir);
        let mut options = OpenOptions::new();
        options.create(true).read(true).append(true);
        let mut file = options.open(beside(dir, ".lock")).map_err(storage())?;
        file.try_lock().map_err(|error| match error {
            TryLockError::WouldBlock => IndexError::Busy(dir.to_owned()),
            TryLockError::Error(error) => storage()(error),
        })?;
        let is_empty = file.metadata().map_err(storage())?.len() == 0;
        let last_stop = if is_empty {
            file.write_all(b"open\n").and_then(|()| file.sync_all()).map_err(storage())?;
            LastStop::Clean
        } else {
            LastStop::Unclean
        };
        Ok((Self { file, stop: LastStop::Unclean }, last_stop))
    }

    /// Says how the stop will be if nothing more happens.
    pub(crate) fn will_stop(&mut self, stop: LastStop) {
        self.stop = stop;
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        match self.stop {
            LastStop::Clean if !std::thread::panicking() => {
                // A mark that stays costs the next start a check, nothing else.
                let _ = self.file.set_len(0);
            }
            LastStop::Clean | LastStop::Unclean => {}
        }
    }
}

/// Returns the path of something named after the directory that stands next to it.
pub(crate) fn beside(dir: &Path, suffix: &str) -> PathBuf {
    let mut name = dir.file_name().map_or_else(|| OsString::from("index"), OsString::from);
    name.push(suffix);
    dir.with_file_name(name)
}
