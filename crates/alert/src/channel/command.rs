//! Events into a program's standard input: no shell, an empty environment, a deadline.

use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::{Child, Command as Process};

use super::{OutletError, Parcel};
use crate::clean::one_line;

/// Where the programs are that a script runs.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";
/// How much of a program's complaint is read.
const COMPLAINT_BYTES_MAX: u64 = 4096;
const REASON_CHARS_MAX: usize = 200;

/// A program that is run once for each event.
#[derive(Debug, Clone)]
pub struct Command {
    pub program: PathBuf,
    pub arguments: Vec<String>,
    pub deadline: Duration,
}

impl Command {
    /// Runs the program with the payload, and a line feed, on its standard input. It has taken the payload if
    /// it ends with 0 before the deadline; else it is killed.
    pub(super) async fn run(&self, parcel: Parcel<'_>) -> Result<(), OutletError> {
        let mut child = Process::new(&self.program)
            .args(&self.arguments)
            .env_clear()
            .env("PATH", PATH)
            .env("VIGIE_EVENT_ID", parcel.id)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| OutletError::away(self.told(&format!("does not start: {error}"))))?;
        let done = tokio::time::timeout(self.deadline, finish(&mut child, parcel.payload)).await;
        let (status, complaint) = match done {
            Ok(Ok(done)) => done,
            Ok(Err(error)) => return Err(OutletError::away(self.told(&error.to_string()))),
            Err(_) => {
                let after = format!("was killed after {} s", self.deadline.as_secs_f32());
                return Err(OutletError::away(self.told(&after)));
            }
        };
        if status.success() {
            return Ok(());
        }
        let colon = if complaint.is_empty() { "" } else { ": " };
        let reason = self.told(&format!("ended with {status}{colon}{complaint}"));
        Err(OutletError::Refused { reason })
    }

    fn told(&self, what: &str) -> String {
        let name = self.program.file_name().unwrap_or_default().to_string_lossy();
        one_line(&format!("{name} {what}"), REASON_CHARS_MAX)
    }
}

async fn finish(
    child: &mut Child,
    payload: &str,
) -> std::io::Result<(std::process::ExitStatus, String)> {
    let (stdin, stderr) = (child.stdin.take(), child.stderr.take());
    let write = async {
        if let Some(mut stdin) = stdin {
            // A program that does not read all of it may be content all the same: its status tells.
            let _ = stdin.write_all(payload.as_bytes()).await;
            let _ = stdin.write_all(b"\n").await;
        }
    };
    let read = async {
        let mut complaint = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = (&mut stderr).take(COMPLAINT_BYTES_MAX).read_to_end(&mut complaint).await;
            // The rest is read and dropped, or the program would wait for us.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        complaint
    };
    let ((), complaint, status) = tokio::join!(write, read, child.wait());
    Ok((status?, one_line(&String::from_utf8_lossy(&complaint), REASON_CHARS_MAX)))
}
