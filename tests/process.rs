//! The program under test as a child process, in a folder of its own.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use chrono::DateTime;
use model::Timestamp;
use serde_json::Value;
use store::{Delivery, Ledger};

/// How long anything may take before the test fails.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A folder with a configuration.
pub(crate) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new(configuration: &str) -> Self {
        let place = Self::empty();
        place.configure(configuration);
        place
    }

    /// A folder without a configuration.
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The same in memory, where there is such a place: what is killed there is as dead, and waits for no disk.
    pub(crate) fn in_memory() -> Self {
        let memory = Path::new("/dev/shm");
        if !memory.is_dir() {
            return Self::empty();
        }
        Self { folder: tempfile::tempdir_in(memory).unwrap() }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn configure(&self, configuration: &str) {
        std::fs::write(self.path("vigie.toml"), configuration).unwrap();
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must end well, and returns what it printed.
    pub(crate) fn print(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {}\n{errors}", output.status);
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must fail with this exit code, and returns what it said about it.
    pub(crate) fn refuse(&self, code: i32, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}\n{errors}");
        errors
    }

    /// Runs `vigie search --json` and returns what it found.
    pub(crate) fn search(&self, arguments: &[&str]) -> Vec<Value> {
        let found = self.print(&[&["search", "--json"], arguments].concat());
        found.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    pub(crate) fn ledger(&self) -> Ledger {
        Ledger::open(&self.path("data"), now()).unwrap()
    }

    /// Ends the pauses before further tries of mails that failed, and returns these. The daemon must
    /// not be running.
    pub(crate) fn make_mails_due(&self) -> Vec<Delivery> {
        let mut ledger = self.ledger();
        let later = now() + Duration::from_hours(48);
        let deliveries = ledger.claim_deliveries(later, 10_000, Duration::ZERO, |_| None).unwrap();
        ledger.take_over(now(), Duration::from_hours(24)).unwrap();
        deliveries
    }

    /// Starts the daemon.
    pub(crate) fn start(&self) -> Daemon {
        self.start_with(&[])
    }

    /// Starts the daemon with more variables in its environment.
    pub(crate) fn start_with(&self, variables: &[(&str, &Path)]) -> Daemon {
        let mut command = self.command();
        let mut child = command
            .envs(variables.iter().copied())
            .args(["run", "--log", "json"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, log) = mpsc::channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Daemon { child, log }
    }

    /// Returns a command that is still to be told what to do.
    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_vigie"));
        command.arg("--config").arg(self.path("vigie.toml"));
        command.current_dir(self.folder.path()).env("TZ", "UTC").env("LANG", "C.UTF-8");
        command.env_remove("RUST_LOG");
        command
    }
}

/// A running daemon and its log.
pub(crate) struct Daemon {
    child: Child,
    log: Receiver<String>,
}

impl Daemon {
    /// Waits for a line of the log that has all of these words.
    pub(crate) fn wait_for_line(&self, words: &[&str]) -> String {
        let deadline = Instant::now() + PATIENCE;
        let mut seen = Vec::new();
        loop {
            match self.log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) if words.iter().all(|word| line.contains(word)) => return line,
                Ok(line) => seen.push(line),
                Err(error) => panic!("no line with {words:?} ({error}):\n{}", seen.join("\n")),
            }
        }
    }

    /// Waits until something holds, looking again after each line of the log.
    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let deadline = Instant::now() + PATIENCE;
        while !holds() {
            assert!(Instant::now() < deadline, "waited in vain for {what}");
            match self.log.recv_timeout(Duration::from_millis(100)) {
                Ok(_) | Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => panic!("it ended, waiting for {what}"),
            }
        }
    }

    /// Lets it run for a while. Fails if it ends by itself.
    pub(crate) fn leave_for(&self, time: Duration) {
        let deadline = Instant::now() + time;
        loop {
            match self.log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(line) => assert!(!line.contains("\"ERROR\""), "{line}"),
                Err(RecvTimeoutError::Timeout) => return,
                Err(RecvTimeoutError::Disconnected) => panic!("the daemon ended by itself"),
            }
        }
    }

    /// Returns what is still to be read of the log, once the daemon has ended.
    pub(crate) fn rest_of_log(self) -> String {
        let mut lines = Vec::new();
        while let Ok(line) = self.log.recv_timeout(PATIENCE) {
            lines.push(line);
        }
        lines.join("\n")
    }

    /// Kills it as the kernel does: no chance to tidy up.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends a signal by name.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status().unwrap();
        assert!(status.success(), "{name}");
    }

    /// Asks it to stop and waits for its end.
    pub(crate) fn stop(self) -> ExitStatus {
        self.signal("TERM");
        self.wait_for_end()
    }

    /// Waits for its end.
    pub(crate) fn wait_for_end(mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.log.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => panic!("it does not end"),
                Err(RecvTimeoutError::Disconnected) => return self.child.wait().unwrap(),
            }
        }
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // A test that fails leaves no daemon behind; one that stopped it has nothing to kill.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Returns the whole lines of a log beyond so many bytes, and counts these.
pub(crate) fn lines_after(log: &Path, bytes: &mut usize) -> Vec<Value> {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let new = &text[*bytes..];
    let new = &new[..new.rfind('\n').map_or(0, |end| end + 1)];
    *bytes += new.len();
    new.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The folder of the tests, with the Python programs.
pub(crate) fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}

#[expect(clippy::disallowed_methods, reason = "the program under test runs by the real clock")]
pub(crate) fn now() -> Timestamp {
    DateTime::from(std::time::SystemTime::now())
}
