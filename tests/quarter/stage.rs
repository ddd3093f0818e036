//! The program, which takes its steps by our clock, and is killed at each kind of transaction again and again.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use model::Timestamp;
use serde_json::Value;

use super::script::stamp;
use crate::process::Place;

/// For so many steps one death is waited for before another is chosen.
const PATIENCE: u32 = 12;
const SIGKILL: i32 = 9;

pub(super) struct Stage<'a> {
    place: &'a Place,
    running: Running,
    /// Of each kind of transaction, how often it was killed before and after its commit, and how often that was tried.
    kinds: BTreeMap<String, [(usize, u32); 2]>,
    kills_each: usize,
    /// The death that is chosen, and for how many steps it is still waited for.
    chosen: Option<(String, usize, u32)>,
    /// The kinds that were first seen after a command that comes seldom, by its first word.
    rare: BTreeMap<String, Vec<String>>,
    /// The first word of the last such command, until the next step.
    turn: Option<String>,
}

struct Running {
    child: Child,
    told: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl<'a> Stage<'a> {
    pub(super) fn open(place: &'a Place, now: Timestamp, kills_each: usize) -> Self {
        let running = start(place, now, None);
        let (kinds, rare) = (BTreeMap::new(), BTreeMap::new());
        Self { place, running, kinds, kills_each, chosen: None, rare, turn: None }
    }

    /// Takes all steps at a time, whatever kills it on the way.
    pub(super) fn step(&mut self, now: Timestamp) {
        match &mut self.chosen {
            Some((.., steps)) if *steps > 0 => *steps -= 1,
            _ => {
                if let Some((kind, moment)) = self.choose() {
                    let word = ["before", "after"][moment];
                    self.order(&format!("die {word} {kind}"), now);
                }
            }
        }
        let answer = self.order(&format!("at {}", stamp(now)), now);
        let turn = self.turn.take();
        for kind in answer["kinds"].as_array().unwrap() {
            let kind = kind.as_str().unwrap();
            if let Some(turn) = turn.as_ref().filter(|_| !self.kinds.contains_key(kind)) {
                self.rare.entry(turn.clone()).or_default().push(kind.to_owned());
            }
            self.kinds.entry(kind.to_owned()).or_default();
        }
    }

    /// Gives a command that comes seldom, and kills then what it alone does, or else what was waited for in vain.
    pub(super) fn turn(&mut self, command: &str, now: Timestamp) {
        let word = command.split(' ').next().unwrap().to_owned();
        let missed = self.missed_kinds();
        let own = self.rare.get(&word).into_iter().flatten().find(|kind| missed.contains(kind));
        let tries = |kind: &&String| self.kinds[*kind].iter().map(|(_, tries)| tries).sum::<u32>();
        if let Some(kind) = own.or_else(|| missed.iter().max_by_key(tries)).cloned() {
            self.order(&format!("die before {kind}"), now);
            self.kinds.get_mut(&kind).unwrap()[0].1 += 1;
            self.chosen = Some((kind, 0, PATIENCE));
        }
        self.order(command, now);
        self.turn = Some(word);
    }

    /// Gives a command until it is answered.
    pub(super) fn order(&mut self, command: &str, now: Timestamp) -> Value {
        loop {
            if let Some(answer) = self.running.tell(command) {
                return answer;
            }
            let status = self.running.child.wait().unwrap();
            assert_eq!(status.signal(), Some(SIGKILL), "{command} at {now}: {status}");
            let (kind, moment, _) = self.chosen.take().expect("it dies where it is told to");
            self.kinds.get_mut(&kind).unwrap()[moment].0 += 1;
            let next = self.choose();
            self.running = start(self.place, now, next);
        }
    }

    /// Chooses the death that came least often.
    fn choose(&mut self) -> Option<(String, usize)> {
        let moments = self.kinds.iter().flat_map(|(kind, moments)| {
            moments.iter().enumerate().map(move |(moment, count)| (count, kind.clone(), moment))
        });
        let ((kills, _), kind, moment) = moments.min_by_key(|((kills, tries), ..)| {
            // Rare kinds must not keep the others from their turn.
            (*kills, *tries)
        })?;
        if *kills >= self.kills_each {
            self.chosen = None;
            return None;
        }
        self.kinds.get_mut(&kind).unwrap()[moment].1 += 1;
        self.chosen = Some((kind.clone(), moment, PATIENCE));
        Some((kind, moment))
    }

    pub(super) fn kills(&self) -> usize {
        self.kinds.values().flatten().map(|(kills, _)| kills).sum()
    }

    pub(super) fn kinds(&self) -> usize {
        self.kinds.len()
    }

    pub(super) fn missed_kinds(&self) -> Vec<String> {
        let missed = |moments: &[(usize, u32); 2]| moments.iter().all(|(kills, _)| *kills == 0);
        self.kinds
            .iter()
            .filter(|(_, moments)| missed(moments))
            .map(|(kind, _)| kind.clone())
            .collect()
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.running.child.kill().ok();
        self.running.child.wait().ok();
    }
}

impl Running {
    /// `None` where it has died.
    fn tell(&mut self, command: &str) -> Option<Value> {
        writeln!(self.told, "{command}").ok()?;
        let mut line = String::new();
        match self.answers.read_line(&mut line) {
            Ok(0) | Err(_) => None,
            Ok(_) => Some(serde_json::from_str(&line).unwrap()),
        }
    }
}

fn start(place: &Place, now: Timestamp, death: Option<(String, usize)>) -> Running {
    let mut command = place.command();
    command.args(["rehearse", "--at", &stamp(now)]);
    if let Some((kind, moment)) = death {
        command.args(["--die", &format!("{} {kind}", ["before", "after"][moment])]);
    }
    command.env("RUST_LOG", "error");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let told = child.stdin.take().unwrap();
    let answers = BufReader::new(child.stdout.take().unwrap());
    Running { child, told, answers }
}
