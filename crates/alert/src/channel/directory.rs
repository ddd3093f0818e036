//! Letters as `.eml` files, which mail programs open: for a first try, for tests, and for who
//! sends mail by other means.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Dkim, SendError, mime};
use crate::Letter;

/// Writes each letter to its own file.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
    signer: Option<Arc<Dkim>>,
}

impl Directory {
    /// The directory is made when the first letter is written.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), signer: None }
    }

    /// Has letters signed.
    #[must_use]
    pub fn signed_by(self, signer: Option<Arc<Dkim>>) -> Self {
        Self { signer, ..self }
    }

    pub(super) async fn write(&self, letter: &Letter) -> Result<(), SendError> {
        let bytes = mime::outgoing(letter, self.signer.as_deref())?.bytes;
        let path = self.path.join(file_name(letter));
        let written = path.clone();
        let result = tokio::task::spawn_blocking(move || replace(&path, &bytes)).await;
        let problem = match result {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(join) => join.to_string(),
        };
        Err(SendError::Unreachable {
            reason: format!("cannot write {}: {problem}", written.display()),
        })
    }
}

/// A file is there whole or not at all, also after a power cut; a repeat replaces it.
fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let directory = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    // The rename is durable once the directory is.
    File::open(directory)?.sync_all()
}

/// Names a file so that a list of them is in order, and a person finds the one they look for. The
/// beginning of the `Message-ID` tells letters of one moment apart.
fn file_name(letter: &Letter) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let date = letter.date.format("%Y-%m-%dT%H%M%S");
    let subscription: String = letter.subscription.as_str().chars().take(60).map(safe).collect();
    let id: String = letter.message_id.trim_matches(['<', '>']).chars().take(8).map(safe).collect();
    format!("{date}-{subscription}-{id}.eml")
}
