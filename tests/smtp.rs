//! A real SMTP server (aiosmtpd), and mails read back by Python's own parser.

use std::collections::HashMap;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::Value;

use crate::process::tests_folder;

/// A server that keeps what it accepts.
pub(crate) struct Sink {
    child: Child,
    folder: tempfile::TempDir,
    pub(crate) port: u16,
}

impl Sink {
    pub(crate) fn start(options: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (child, port) = serve(folder.path(), options);
        Self { child, folder, port }
    }

    /// Goes away: nobody listens at its port.
    pub(crate) fn go_away(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Comes back to its port, with what it has kept.
    pub(crate) fn come_back(&mut self) {
        (self.child, _) = serve(self.folder.path(), &["--port", &self.port.to_string()]);
    }

    /// Decides on the replies to the next messages; see `smtp/sink.py`.
    pub(crate) fn plan(&self, replies: &Value) {
        let new = self.folder.path().join("plan.json.test");
        std::fs::write(&new, replies.to_string()).unwrap();
        std::fs::rename(new, self.folder.path().join("plan.json")).unwrap();
    }

    /// Returns what the server said to each message, in order.
    pub(crate) fn log(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.path().join("log.jsonl")).unwrap_or_default();
        log.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// The file of the nth mail that it accepted.
    pub(crate) fn file(&self, nth: usize) -> PathBuf {
        self.folder.path().join(format!("{nth:04}.eml"))
    }

    /// Returns what it said beyond so many bytes of its log, and counts these.
    pub(crate) fn log_after(&self, bytes: &mut usize) -> Vec<Value> {
        crate::process::lines_after(&self.folder.path().join("log.jsonl"), bytes)
    }

    /// Where the mails are that it has accepted.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Returns the mails it accepted, in order.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        read_mails(self.folder.path())
    }
}

/// Starts a server, and returns the port that it listens at.
fn serve(folder: &Path, options: &[&str]) -> (Child, u16) {
    let mut child = Command::new(python())
        .arg(tests_folder().join("smtp/sink.py"))
        .arg(folder)
        .args(options)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, line.trim().parse().expect("the SMTP server prints its port"))
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A mail as a mail program understands it.
#[derive(Debug, Deserialize)]
pub(crate) struct Mail {
    /// Names in lower case.
    pub(crate) headers: HashMap<String, String>,
    #[serde(rename = "type")]
    pub(crate) content_type: String,
    pub(crate) text: String,
    pub(crate) html: String,
    /// The bytes of each.
    pub(crate) images: Vec<Vec<u8>>,
    /// What its parser stumbled over, and what breaks the rules of RFCs.
    pub(crate) defects: Vec<String>,
}

/// Reads all `.eml` files of a folder.
pub(crate) fn read_mails(folder: &Path) -> Vec<Mail> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    if files.is_empty() {
        return Vec::new();
    }
    let output = Command::new(python())
        .arg(tests_folder().join("smtp/parse.py"))
        .args(files)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The Python that has aiosmtpd.
pub(crate) fn python() -> String {
    std::env::var("VIGIE_TEST_PYTHON")
        .expect("VIGIE_TEST_PYTHON names a Python with aiosmtpd; tests/run.sh makes one")
}
