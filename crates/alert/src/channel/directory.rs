//! Letters as `.eml` files, which mail programs open: for a first try, for tests, and for who
//! sends mail by other means.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{SendError, mime};
use crate::Letter;

/// Writes each letter to its own file, named from its `Message-ID`.
#[derive(Debug, Clone)]
pub struct Directory {
    path: PathBuf,
}

impl Directory {
    /// The directory is made when the first letter is written.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    pub(super) async fn write(&self, letter: &Letter) -> Result<(), SendError> {
        let bytes = mime::message(letter)?.formatted();
        let path = self.path.join(file_name(&letter.message_id));
        let written = path.clone();
        let result = tokio::task::spawn_blocking(move || replace(&path, &bytes)).await;
        let problem = match result {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(join) => join.to_string(),
        };
        Err(SendError::Temporary {
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

fn file_name(message_id: &str) -> String {
    let safe =
        |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '@') { c } else { '_' };
    let name: String = message_id.trim_matches(['<', '>']).chars().take(200).map(safe).collect();
    format!("{name}.eml")
}
