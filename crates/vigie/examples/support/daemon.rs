//! `vigie run` beside a benchmark: how it is started, watched and ended.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::Failure;

/// The program that was built beside the example, with the configuration of a folder.
pub(crate) fn vigie(folder: &Path) -> Result<Command, Failure> {
    let program: PathBuf = std::env::current_exe()?.with_file_name("../vigie");
    let mut command = Command::new(program);
    command.arg("--config").arg(folder.join("vigie.toml")).env("RUST_LOG", "error");
    Ok(command)
}

/// A daemon, which dies with its owner.
pub(crate) struct Daemon(Child);

impl Daemon {
    pub(crate) fn start(folder: &Path) -> Result<Self, Failure> {
        Ok(Self(vigie(folder)?.arg("run").stdin(Stdio::null()).spawn()?))
    }

    /// Waits until something holds, for half a minute at most.
    pub(crate) fn wait_for(
        &mut self,
        mut holds: impl FnMut() -> Result<bool, Failure>,
    ) -> Result<(), Failure> {
        for _ in 0..600 {
            if holds()? {
                return Ok(());
            }
            self.pass(Duration::from_millis(50))?;
        }
        Err("waited in vain".into())
    }

    /// Lets it run for a while, which it must outlive.
    pub(crate) fn pass(&mut self, time: Duration) -> Result<(), Failure> {
        std::thread::sleep(time);
        match self.0.try_wait()? {
            Some(_) => Err("the daemon has ended".into()),
            None => Ok(()),
        }
    }

    /// The largest resident memory that it ever had, in megabytes.
    pub(crate) fn resident_max(&self) -> Result<u64, Failure> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = line.and_then(|line| line.split_whitespace().next()).ok_or("no VmHWM")?;
        Ok(kib.parse::<u64>()? / 1024)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}
