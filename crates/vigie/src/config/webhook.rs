//! The `[webhooks.*]`, `[commands.*]` and `[files.*]` tables: programs that are told of each event.

use std::path::{Path, PathBuf};
use std::time::Duration;

use alert::{Command, Lines, SigningKey};
use model::{EndpointId, EventKind, Secret};
use settings::Section;
use url::Host;

use super::endpoint::{Around, Common, Endpoint, Form, Target, Way, address, allowed};
use super::secret::{Had, Place};

const ARGUMENTS_MAX: usize = 100;
const KEYS_MAX: usize = 10;
const COMMAND_DEADLINE: Duration = Duration::from_secs(20);
const FILE_MIB_MAX: u64 = 100;
const FILES_KEPT: u32 = 5;

pub(super) fn webhook(
    id: EndpointId,
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Endpoint> {
    let common = Common::read(section, around.known, &EventKind::ALL);
    let url = address(section, around);
    let keys = keys(section, around);
    let allowed = allowed(section);
    if let Some(Some(url)) = &url
        && url.value.scheme() == "http"
        && !is_here(url.value.host().as_ref())
    {
        section.warn(url, "travels in the clear", "use https, or a server on this machine");
    }
    let url = url?.map(|url| Secret::new(url.value.as_str()));
    let way = Way::Post(Target { url, keys: keys?, bearer: None, allowed });
    Some(common.endpoint(id, Form::Events, way))
}

fn is_here(host: Option<&Host<&str>>) -> bool {
    match host {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => *name == "localhost",
        None => false,
    }
}

/// Reads the keys that sign. `None` means that a problem has been reported.
fn keys(section: &Section<'_, '_>, around: &Around<'_>) -> Option<Vec<SigningKey>> {
    let hint = "`echo whsec_$(openssl rand -base64 32)` makes a good one; of several, one a line, all sign";
    let place = Place {
        file: section.text("secret_file"),
        env: section.text("secret_env"),
        what: "secret",
        keys: ["secret_file", "secret_env"],
    };
    let Some(stated) = place.file.clone().or_else(|| place.env.clone()) else {
        let hint = format!("add secret_file or secret_env; {hint}");
        section.absent(&place.keys, "has no secret to sign with", hint);
        return None;
    };
    let text = match place.read(section, around.folder, around.secrets) {
        Had::Read(text) => text,
        Had::Left => return Some(Vec::new()),
        Had::Wrong => return None,
    };
    let mut keys = Vec::new();
    for (word, number) in text.reveal().split_whitespace().zip(1..) {
        match SigningKey::read(word) {
            Ok(key) => keys.push(key),
            Err(bad) => {
                section.problem_with(&stated, format!("its secret {number} {bad}"), hint);
                return None;
            }
        }
    }
    if keys.is_empty() || keys.len() > KEYS_MAX {
        let message = format!("has {} secrets, and not 1 to {KEYS_MAX}", keys.len());
        section.problem_with(&stated, message, hint);
        return None;
    }
    Some(keys)
}

pub(super) fn command(
    id: EndpointId,
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Endpoint> {
    let common = Common::read(section, around.known, &EventKind::ALL);
    let hint = "write run = [\"/usr/local/bin/program\", \"argument\"]; no shell reads it";
    let mut run = section.texts("run", ARGUMENTS_MAX).into_iter();
    let allowed = Duration::from_secs(1)..=Duration::from_mins(2);
    let deadline = section.duration("timeout", allowed).map(|field| field.value);
    let Some(program) = run.next() else {
        section.absent(&["run"], "`run` is missing or empty", hint);
        return None;
    };
    if !program.value.contains('/') {
        section.problem_with(&program, format!("\"{}\" is no path", program.value), hint);
        return None;
    }
    let path = around.folder.join(&program.value);
    if !path.is_file() {
        let message = format!("there is no file {}", path.display());
        section.problem_with(&program, message, "a relative path is meant from this file's folder");
        return None;
    }
    let way = Way::Command(Command {
        // What is run may not be looked up in the folder that Vigie happens to be started in.
        program: std::path::absolute(path).ok()?,
        arguments: run.map(|argument| argument.value).collect(),
        deadline: deadline.unwrap_or(COMMAND_DEADLINE),
    });
    Some(common.endpoint(id, Form::Events, way))
}

pub(super) fn file(
    id: EndpointId,
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Endpoint> {
    let common = Common::read(section, around.known, &EventKind::ALL);
    let path =
        section.required_text("path", "the file that lines are added to, as in \"events.jsonl\"");
    let mib = section.integer("size_mib_max", 1..=1_000_000).map_or(FILE_MIB_MAX, |mib| mib.value);
    let keep = section.integer("keep", 0..=1_000).and_then(|keep| u32::try_from(keep.value).ok());
    let path = path?;
    let file = around.folder.join(&path.value);
    let absolute =
        |path: &Path| -> PathBuf { std::path::absolute(path).unwrap_or_else(|_| path.to_owned()) };
    if absolute(&file).starts_with(absolute(around.data)) {
        let hint = "name a file elsewhere: old ones are moved aside as it grows";
        section.problem_with(&path, "lies in the data directory, beside the ledger", hint);
    } else if file.is_dir() {
        section.problem_with(&path, "is a folder", "name a file, as in \"events.jsonl\"");
    }
    let way =
        Way::Lines(Lines { path: file, bytes_max: mib << 20, keep: keep.unwrap_or(FILES_KEPT) });
    Some(common.endpoint(id, Form::Events, way))
}
