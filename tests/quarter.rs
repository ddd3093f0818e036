//! A season of many subscribers in many zones by a stepped clock: clocks change, mail servers and endpoints fail, people
//! leave, pause and come, and the program is killed before and after every kind of transaction. What came is judged by
//! `quarter/judge.py`, which knows what was promised and nothing of the program.
//!
//! Eight days are run; `VIGIE_QUARTER=92 cargo test -p vigie --test scenarios quarter -- --nocapture` runs thirteen weeks.

mod script;
mod stage;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::process::Command;

use chrono::TimeDelta;
use model::Timestamp;
use serde_json::{Value, json};

use crate::hooks::Receiver;
use crate::process::{Place, tests_folder};
use crate::smtp::{Sink, python};

use self::script::{Script, Subscriber, Web};
use self::stage::Stage;

/// Digests are promised to the quarter of an hour.
const STEP: TimeDelta = TimeDelta::minutes(15);

/// As long as clocks go forward in the north and back in the south.
const DAYS: i64 = 8;

/// What happens to those around the program.
enum Turn {
    /// What the mail server says to all mails, or to the next ones.
    Mail(Value),
    MailGoes,
    MailComes,
    Hooks(Value),
    /// Another subscriber than before is known from now on.
    Come,
    Leave(usize),
    Pause(usize, TimeDelta),
    /// What a query finds waits, of one subscriber or of all, and is let go before its time where that is said.
    Mute(&'static str, Option<usize>, TimeDelta),
    Unmute,
}

/// All that is around the program.
struct Around<'a> {
    script: Script,
    web: Web,
    sink: Sink,
    receiver: Receiver,
    place: &'a Place,
    /// When the mail server took no mails.
    /// From when to when, and whether nothing could reach the server.
    outages: Vec<(Timestamp, Timestamp, bool)>,
    /// Since when an endpoint is gone.
    gone: Option<Timestamp>,
    /// As the judge knows them.
    mutes: Vec<Value>,
}

#[test]
fn each_mention_is_in_one_digest_of_each_subscription_on_time_whatever_is_killed() {
    let days = std::env::var("VIGIE_QUARTER").map_or(DAYS, |days| days.parse().unwrap());
    let from: Timestamp = "2026-03-28T18:00:00Z".parse().unwrap();
    let from = from - TimeDelta::days(((days - DAYS) / 2).min(27));
    let kills = usize::try_from(days / 10).unwrap().max(1);
    let script = Script::new(from, days);
    let Some(receiver) = Receiver::start() else { return };
    let (web, sink, place) = (Web::start(&script), Sink::start(&[]), &Place::in_memory());
    let (outages, mutes) = (Vec::new(), Vec::new());
    let mut around = Around { script, web, sink, receiver, place, outages, gone: None, mutes };
    around.configure();
    std::fs::write(place.path("secrets"), crate::hooks::SECRETS.join("\n")).unwrap();

    let mut turns = turns(from, days);
    let mut stage = Stage::open(place, from, kills);
    let (mut accepted, mut events) = (Vec::new(), Vec::new());
    let (mut mails_read, mut events_read) = (0, 0);
    let mut now = from;
    while now < around.script.until {
        around.web.set_time(now);
        while turns.last().is_some_and(|(at, _)| *at <= now) {
            let (_, turn) = turns.pop().unwrap();
            around.take(turn, &mut stage, now);
        }
        stage.step(now);
        for line in around.sink.log_after(&mut mails_read) {
            if line["reply"] == 250 {
                accepted.push(json!([accepted.len() + 1, now.timestamp()]));
            }
        }
        for line in around.receiver.log_after(&mut events_read) {
            events.push(event(&line, now));
        }
        now += STEP;
    }

    let mut season = around.told(from);
    season["accepted"] = accepted.into();
    season["events"] = events.into();
    let verdict = around.judge(&season);
    println!("{}", report(&around.script, days, &stage, &verdict));
    assert!(verdict["problems"].as_array().unwrap().is_empty(), "printed above");
    assert_eq!(stage.missed_kinds(), [""; 0], "kinds of transactions that were never killed");
    assert!(verdict["counts"]["mentions told at the promised time"].as_u64() > Some(1_000));
}

impl Around<'_> {
    fn configure(&self) {
        let smtp = self.sink.port;
        self.place.configure(&self.script.configuration(&self.web, smtp, &self.receiver));
    }

    fn take(&mut self, turn: Turn, stage: &mut Stage, now: Timestamp) {
        let until = self.script.until;
        match turn {
            Turn::Mail(reply) => {
                match (&reply, self.outages.last_mut()) {
                    (Value::Number(_), _) => self.outages.push((now, until, false)),
                    (Value::Array(next), _) if !next.is_empty() => {
                        self.outages.push((now, now + TimeDelta::hours(1), false));
                    }
                    (_, Some((_, last, _))) if *last == until => *last = now,
                    _ => {}
                }
                self.sink.plan(&reply);
            }
            Turn::MailGoes => {
                self.outages.push((now, until, true));
                self.sink.go_away();
            }
            Turn::MailComes => {
                self.outages.last_mut().unwrap().1 = now;
                self.sink.come_back();
            }
            Turn::Hooks(plan) => {
                if plan["/gone"] == 410 && self.gone.is_none() {
                    self.gone = Some(now);
                }
                self.receiver.plan(&plan);
            }
            Turn::Come => {
                self.script.come(now);
                self.configure();
                stage.turn("reload", now);
            }
            Turn::Leave(nth) => {
                let Subscriber { id, to, left, .. } = &mut self.script.subscribers[nth];
                stage.turn(&format!("leave {id} {to}"), now);
                *left = Some(now);
            }
            Turn::Pause(nth, time) => {
                let Subscriber { id, to, paused, .. } = &mut self.script.subscribers[nth];
                stage.turn(&format!("pause {id} {to} {}", script::stamp(now + time)), now);
                paused.push((now, now + time));
            }
            Turn::Mute(query, who, time) => {
                let until = now + time;
                let who = who.map(|nth| self.script.subscribers[nth].id.as_str());
                let of = who.unwrap_or_default();
                stage.turn(format!("mute {} {query} {of}", script::stamp(until)).trim(), now);
                let (since, until) = (now.timestamp(), until.timestamp());
                self.mutes
                    .push(json!({ "query": query, "who": who, "since": since, "until": until }));
            }
            Turn::Unmute => {
                stage.turn("unmute", now);
                for mute in &mut self.mutes {
                    let until = mute["until"].as_i64().unwrap().min(now.timestamp());
                    mute["until"] = until.into();
                }
            }
        }
    }

    /// What was promised, as the judge reads it.
    fn told(&self, from: Timestamp) -> Value {
        let Self { script, outages, .. } = self;
        let endpoint = |path: &str| {
            let gone = self.gone.filter(|_| path == "gone").map(|at| at.timestamp());
            json!({ "path": format!("/{path}"), "steady": path == "steady", "gone": gone })
        };
        json!({
            "from": from.timestamp(),
            "until": (script.until - STEP).timestamp(),
            "step_s": STEP.num_seconds(),
            "subscribers": script.subscribers.iter().map(Subscriber::told).collect::<Vec<_>>(),
            "mentions": script.mentions_told(&self.web),
            "outages": outages.iter().map(|(a, b, away)| (a.timestamp(), b.timestamp(), away)).collect::<Vec<_>>(),
            "endpoints": script::ENDPOINTS.map(endpoint),
            "mutes": self.mutes,
        })
    }

    fn judge(&self, season: &Value) -> Value {
        let file = self.place.path("season.json");
        std::fs::write(&file, season.to_string()).unwrap();
        let output = Command::new(python())
            .arg(tests_folder().join("quarter/judge.py"))
            .args([file.as_path(), self.sink.folder()])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

/// What goes wrong, the last first.
fn turns(from: Timestamp, days: i64) -> Vec<(Timestamp, Turn)> {
    let at = |day: i64, hour: i64| from + TimeDelta::days(day) + TimeDelta::hours(hour);
    let mut turns = Vec::new();
    for first in (0..=days - 8).step_by(13) {
        let at = |day: i64, hour: i64| at(first + day, hour);
        turns.extend([
            (at(0, 12), Turn::Mail(json!(["drop", "drop", "drop", "accept", 421, "drop"]))),
            (at(2, 10), Turn::Mail(json!(451))),
            (at(2, 13), Turn::Mail(json!([]))),
            (at(3, 19), Turn::MailGoes),
            (at(4, 0), Turn::MailComes),
            (at(5, 6), Turn::Mail(json!(421))),
            (at(6, 8), Turn::Mail(json!([]))),
            (at(1, 2), Turn::Mute("ozalee", None, TimeDelta::hours(19))),
            (at(1, 7), Turn::Mute("bruinelle", Some(10), TimeDelta::hours(30))),
            (at(4, 14), Turn::Mute("marenka", Some(1), TimeDelta::days(30))),
            (at(6, 11), Turn::Mute("ozalee", Some(30), TimeDelta::days(2))),
            (at(2, 9), Turn::Unmute),
            (at(7, 0), Turn::Unmute),
        ]);
        let gone = if first == 0 { json!("accept") } else { json!(410) };
        let hooks = |wobbly: Value, hanging: &str, gone: &Value| {
            Turn::Hooks(json!({ "/wobbly": wobbly, "/hanging": hanging, "/gone": gone }))
        };
        turns.extend([
            (at(1, 9), hooks(json!(503), "accept", &gone)),
            (at(1, 12), hooks(json!("accept"), "accept", &gone)),
            (at(3, 8), hooks(json!([429, { "Retry-After": "1800" }]), "hang", &gone)),
            (at(3, 9), hooks(json!("accept"), "accept", &gone)),
            (at(4, 6), hooks(json!("drop"), "accept", &json!(410))),
            (at(5, 9), hooks(json!("accept"), "accept", &json!(410))),
        ]);
    }
    turns.extend([
        (at(1, 6), Turn::Pause(7, TimeDelta::hours(24))),
        (at(3, 3), Turn::Pause(21, TimeDelta::hours(14))),
        (at(4, 1), Turn::Come),
        (at(4, 7), Turn::Leave(0)),
        (at(5, 15), Turn::Leave(11)),
        (at(7, 1), Turn::Leave(2)),
    ]);
    turns.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    turns
}

fn event(line: &Value, now: Timestamp) -> Value {
    let body = &line["body"];
    let text = body["data"].to_string();
    let token = text.match_indices('m').find_map(|(place, _)| {
        let token = text.get(place..place + 6)?;
        token[1..].bytes().all(|byte| byte.is_ascii_digit()).then(|| token.to_owned())
    });
    json!({
        "path": line["path"],
        "how": line["how"],
        "id": line["id"],
        "type": body["type"],
        "token": token,
        "at": now.timestamp(),
    })
}

/// What is said of it all, for people.
fn report(script: &Script, days: i64, stage: &Stage, verdict: &Value) -> String {
    let subscribers = &script.subscribers;
    let zones: BTreeSet<&str> = subscribers.iter().map(|one| one.zone).collect();
    let mut text = format!(
        "{days} days, {} subscribers in {} zones, {} mentions; killed {} times at {} kinds of transactions\n",
        subscribers.len(),
        zones.len(),
        script.mentions.len(),
        stage.kills(),
        stage.kinds(),
    );
    let counts: BTreeMap<String, u64> = serde_json::from_value(verdict["counts"].clone()).unwrap();
    for (what, count) in counts {
        writeln!(text, "{count:8} {what}").unwrap();
    }
    let problems = verdict["problems"].as_array().unwrap();
    writeln!(text, "{:8} problems", problems.len()).unwrap();
    for problem in problems.iter().take(40) {
        writeln!(text, "  {problem}").unwrap();
    }
    text
}
