//! What can go wrong, by what the caller can do about it.

use std::any::Any;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use query::Word;
use tantivy::TantivyError;
use tantivy::directory::error::{LockError, OpenDirectoryError, OpenReadError, OpenWriteError};

#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// Nothing to search yet.
    #[error("there is no index in {}", .0.display())]
    Missing(PathBuf),
    /// Another process writes this index, or another [`crate::Index`] in this one.
    #[error("the index in {} is being written by another process", .0.display())]
    Busy(PathBuf),
    /// The disk refuses: full, not permitted, gone. The index is as it was.
    #[error("the index in {} cannot be read or written: {source}", .dir.display())]
    Storage { dir: PathBuf, source: io::Error },
    /// What is in the index cannot be relied on. Opening it anew for writing checks it and, if need
    /// be, moves it aside.
    #[error("the index in {} is broken: {reason}", .dir.display())]
    Broken { dir: PathBuf, reason: String },
    /// The query has a pattern, and the archive was not told where the texts are.
    #[error("a pattern is looked for in the texts, which the index does not keep")]
    NoTexts,
    /// The query has a word with too many meanings among others whose places matter.
    #[error("{word} stands for too many words to be looked for beside others")]
    TooBroad { word: String },
}

impl IndexError {
    /// Returns what a person can do.
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Missing(_) => Some("run `vigie run` or `vigie reindex`, which make one"),
            Self::Busy(_) => Some("stop the other process first, or search beside it"),
            Self::Storage { .. } => None,
            Self::Broken { .. } => Some("run `vigie reindex`: the ledger has everything"),
            Self::NoTexts => Some("search where the ledger is, or leave the pattern out"),
            Self::TooBroad { .. } => Some("write more of its first letters, or let it stand alone"),
        }
    }

    pub(crate) fn storage(dir: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Storage { dir: dir.to_owned(), source }
    }

    pub(crate) fn broken(dir: &Path, reason: impl Into<String>) -> Self {
        Self::Broken { dir: dir.to_owned(), reason: reason.into() }
    }

    pub(crate) fn from_tantivy(dir: &Path, error: &TantivyError) -> Self {
        if let TantivyError::LockFailure(LockError::LockBusy, _) = error {
            return Self::Busy(dir.to_owned());
        }
        let io = io_error(error);
        let inner = io.and_then(|io| io.get_ref());
        if let Some(TooBroad { word }) = inner.and_then(|inner| inner.downcast_ref()) {
            return Self::TooBroad { word: word.clone() };
        }
        match io {
            Some(io) if !tells_of_damage(io.kind()) => Self::Storage {
                dir: dir.to_owned(),
                source: io::Error::new(io.kind(), error.to_string()),
            },
            _ => Self::broken(dir, error.to_string()),
        }
    }
}

/// A word with too many meanings. It passes through tantivy as an I/O error, the only one of its errors
/// that can carry another.
#[derive(Debug, thiserror::Error)]
#[error("{word} stands for too many words")]
pub(crate) struct TooBroad {
    word: String,
}

impl TooBroad {
    pub(crate) fn error(word: &Word) -> io::Error {
        let word = match word {
            Word::Plain(text) | Word::Sign { text, .. } => text.clone(),
            Word::Exact { surface, .. } => format!("{{{surface}}}"),
            Word::Glob(glob) => glob.to_string(),
            Word::Forms(forms) => format!("~{}", forms.folded()),
        };
        io::Error::other(Self { word })
    }
}

/// Runs what may panic on damaged files: tantivy decodes without checking every byte.
pub(crate) fn guarded<T>(
    dir: &Path,
    work: impl FnOnce() -> tantivy::Result<T>,
) -> Result<T, IndexError> {
    match catch_unwind(AssertUnwindSafe(work)) {
        Ok(done) => done.map_err(|error| IndexError::from_tantivy(dir, &error)),
        Err(panic) => Err(IndexError::broken(dir, format!("tantivy panicked: {}", said(&*panic)))),
    }
}

fn said(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no message")
}

fn io_error(error: &TantivyError) -> Option<&io::Error> {
    // Only four of tantivy's many variants carry one.
    if let TantivyError::IoError(io)
    | TantivyError::OpenReadError(OpenReadError::IoError { io_error: io, .. })
    | TantivyError::OpenWriteError(OpenWriteError::IoError { io_error: io, .. })
    | TantivyError::OpenDirectoryError(OpenDirectoryError::IoError { io_error: io, .. }) = error
    {
        Some(io)
    } else {
        None
    }
}

/// Tells damaged contents from a disk that refuses.
fn tells_of_damage(kind: io::ErrorKind) -> bool {
    matches!(
        kind,
        io::ErrorKind::NotFound | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_not_taken_for_damage() {
        let seen = |kind: io::ErrorKind| {
            let error = TantivyError::from(io::Error::from(kind));
            IndexError::from_tantivy(Path::new("i"), &error)
        };
        assert!(matches!(seen(io::ErrorKind::StorageFull), IndexError::Storage { .. }));
        assert!(matches!(seen(io::ErrorKind::PermissionDenied), IndexError::Storage { .. }));
        assert!(matches!(seen(io::ErrorKind::UnexpectedEof), IndexError::Broken { .. }));
    }

    #[test]
    fn a_panic_becomes_an_error_that_says_what_it_said() {
        let error = guarded::<()>(Path::new("i"), || panic!("bad block {}", 7)).unwrap_err();
        assert_eq!(error.to_string(), "the index in i is broken: tantivy panicked: bad block 7");
    }
}
