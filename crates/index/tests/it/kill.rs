//! A writer that is killed between any two instructions loses nothing that it had committed.

use std::env;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use index::Archive;
use model::Seq;

use crate::items::{found, numbered, open};

const DIR: &str = "VIGIE_TEST_KILL_DIR";
const ROUNDS: u64 = 8;

/// The child: writes until it is killed. Run by itself it has nothing to do.
#[test]
fn child_that_writes_until_it_is_killed() {
    let Some(dir) = env::var_os(DIR).map(PathBuf::from) else { return };
    let mut index = open(&dir);
    for seq in index.checkpoint().0 + 1.. {
        // Every third commit also replaces the item before.
        index.apply(&numbered(seq - u64::from(seq % 3 == 2)..=seq), Seq(seq)).unwrap();
        println!("\ncommitted {seq}");
    }
}

#[test]
fn a_killed_writer_loses_nothing_and_repeats_nothing() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("index");
    let mut last = 0;
    for round in 1..=ROUNDS {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "kill::child_that_writes_until_it_is_killed", "--nocapture"])
            .env(DIR, &dir)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let commits = BufReader::new(child.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| line.strip_prefix("committed ")?.parse().ok());
        let said: u64 = commits.take(usize::try_from(round).unwrap()).last().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();

        let index = open(&dir);
        let Seq(reached) = index.checkpoint();
        assert!(said > last && reached >= said, "round {round}: {last} {said} {reached}");
        let archive = Archive::open(&dir).unwrap();
        assert_eq!(found(&archive, "thé"), (1..=reached).collect());
        last = reached;
    }
    eprintln!("{ROUNDS} kills, {last} commits, none lost");
}
