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
            // What it managed to say; its status tells how it went.
            let _ = (&mut stderr).take(COMPLAINT_BYTES_MAX).read_to_end(&mut complaint).await;
            // The rest is read and dropped, or the program would wait for us.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        complaint
    };
    let ((), complaint, status) = tokio::join!(write, read, child.wait());
    Ok((status?, one_line(&String::from_utf8_lossy(&complaint), REASON_CHARS_MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shell(script: &str, deadline_ms: u64) -> Command {
        Command {
            program: "/bin/sh".into(),
            arguments: vec!["-c".into(), script.into()],
            deadline: Duration::from_millis(deadline_ms),
        }
    }

    async fn run(script: &str, deadline_ms: u64, payload: &str) -> Result<(), OutletError> {
        let parcel = Parcel { id: "msg_1", payload };
        shell(script, deadline_ms).run(parcel).await
    }

    #[tokio::test]
    async fn a_program_has_taken_what_it_ends_well_with() {
        let script = "read line; test \"$line\" = '{\"a\":1}' && test $VIGIE_EVENT_ID = msg_1 && test -z \"$HOME\"";
        assert_eq!(run(script, 10_000, "{\"a\":1}").await, Ok(()));
        // One that does not read all of it is no fault.
        assert_eq!(run("exit 0", 10_000, &"x".repeat(1 << 20)).await, Ok(()));
    }

    #[tokio::test]
    async fn what_a_program_complains_of_is_told_in_short() {
        let refused = run("echo 'no\r\nroom' >&2; exit 3", 10_000, "{}").await;
        let reason = "sh ended with exit status: 3: no room".to_owned();
        assert_eq!(refused, Err(OutletError::Refused { reason }));
        let long = run("yes no | head -c 1000000 >&2; exit 1", 10_000, "{}").await;
        let Err(OutletError::Refused { reason }) = long else { panic!("{long:?}") };
        assert!(reason.len() < 300, "{reason}");
    }

    #[tokio::test]
    async fn a_program_that_hangs_is_killed_and_one_that_is_not_there_is_told() {
        let hung = run("exec sleep 60", 100, "{}").await;
        let reason = "sh was killed after 0.1 s".to_owned();
        assert_eq!(hung, Err(OutletError::Away { reason, pause: None }));
        let missing = Command { program: "/nowhere/at-all".into(), ..shell("", 100) };
        let missing = missing.run(Parcel { id: "msg_1", payload: "{}" }).await.unwrap_err();
        assert!(missing.to_string().starts_with("at-all does not start"), "{missing}");
    }
}
