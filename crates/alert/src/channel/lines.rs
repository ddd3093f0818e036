//! Events as lines of JSON at the end of a file, which makes room by beginning another.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use super::{OutletError, Parcel};

/// A file of JSON lines.
#[derive(Debug, Clone)]
pub struct Lines {
    pub path: PathBuf,
    /// A file that would be larger is set aside first, as `NAME.1`, and so on.
    pub bytes_max: u64,
    /// How many are kept that were set aside; older ones are removed.
    pub keep: u32,
}

impl Lines {
    /// Appends the payload as one line. A line stands there whole and on disk when this returns; after a
    /// crash it may stand there twice, with the same id.
    pub(super) async fn append(&self, parcel: Parcel<'_>) -> Result<(), OutletError> {
        let (lines, line) = (self.clone(), format!("{}\n", parcel.payload));
        let written = tokio::task::spawn_blocking(move || lines.write(&line)).await;
        let problem = match written {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error.to_string(),
            Err(join) => join.to_string(),
        };
        Err(OutletError::away(format!("cannot write {}: {problem}", self.path.display())))
    }

    fn write(&self, line: &str) -> io::Result<()> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let size = fs::metadata(&self.path).map_or(0, |file| file.len());
        if size > 0 && size + line.len() as u64 > self.bytes_max {
            self.set_aside()?;
        }
        let mut file = OpenOptions::new().create(true).append(true).open(&self.path)?;
        // The end of a line that a crash or a full disk has cut off is no line of ours.
        let cut = self.is_cut()?;
        let line = if cut { format!("\n{line}") } else { line.to_owned() };
        let before = file.metadata()?.len();
        if let Err(error) = file.write_all(line.as_bytes()) {
            // As far as it goes: what is half written would stand before the next line.
            let _ = file.set_len(before);
            return Err(error);
        }
        file.sync_data()
    }

    /// Whether the file does not end with a line.
    fn is_cut(&self) -> io::Result<bool> {
        use std::io::{Read as _, Seek as _, SeekFrom};
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() == 0 {
            return Ok(false);
        }
        let mut last = [0];
        file.seek(SeekFrom::End(-1))?;
        file.read_exact(&mut last)?;
        Ok(last != *b"\n")
    }

    fn set_aside(&self) -> io::Result<()> {
        let gone_is_fine = |result: io::Result<()>| match result {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
        if self.keep == 0 {
            return gone_is_fine(fs::remove_file(&self.path));
        }
        for nth in (1..self.keep).rev() {
            gone_is_fine(fs::rename(self.numbered(nth), self.numbered(nth + 1)))?;
        }
        gone_is_fine(fs::rename(&self.path, self.numbered(1)))?;
        let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The renames are durable once the directory is.
        File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
    }

    fn numbered(&self, nth: u32) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{nth}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(path: &Path) -> String {
        fs::read_to_string(path).unwrap_or_default()
    }

    #[test]
    fn a_file_that_is_full_is_set_aside_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/events.jsonl");
        let lines = Lines { path: path.clone(), bytes_max: 8, keep: 2 };
        for n in 0..7 {
            lines.write(&format!("[{n}]\n")).unwrap();
        }
        assert_eq!(read(&path), "[6]\n");
        assert_eq!(read(&lines.numbered(1)), "[4]\n[5]\n");
        assert_eq!(read(&lines.numbered(2)), "[2]\n[3]\n");
        assert!(!lines.numbered(3).exists());
        lines.write("[\"longer than a file may be\"]\n").unwrap();
        assert_eq!(read(&path), "[\"longer than a file may be\"]\n");
        let none = Lines { keep: 0, ..lines };
        none.write("[]\n").unwrap();
        assert_eq!((read(&path).as_str(), read(&none.numbered(1)).as_str()), ("[]\n", "[6]\n"));
    }

    #[test]
    fn a_line_that_was_cut_off_spoils_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("events.jsonl");
        fs::write(&path, "{\"half\": ").unwrap();
        let lines = Lines { path: path.clone(), bytes_max: 1000, keep: 1 };
        lines.write("{}\n").unwrap();
        assert_eq!(read(&path), "{\"half\": \n{}\n");
    }
}
