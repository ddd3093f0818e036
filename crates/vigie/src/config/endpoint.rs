//! Endpoints: who is told of events besides the readers of mails. What the tables of all kinds have in
//! common stands here.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use alert::{ChatKind, Command, Facility, Lines, LogPlace, SigningKey, event_id};
use chrono_tz::Tz;
use ipnet::IpNet;
use model::{EndpointId, EventKind, Locale, QueryName, Secret, Severity, Tone};
use settings::{Field, Section};
use url::Url;

use super::secret::{Had, Place};
use super::severity::severities;
use super::{Config, Secrets, chat, network, syslog, webhook};
use crate::names::unknown_query;

/// Queries, events and other lists of one endpoint.
const LIST_MAX: usize = 10_000;
const NETWORKS_MAX: usize = 100;

/// One endpoint: what it is told, in which form, and how that gets there.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    pub(crate) id: EndpointId,
    pub(crate) kinds: Vec<EventKind>,
    /// `None` for all that there are.
    pub(crate) queries: Option<Vec<QueryName>>,
    /// Mentions of which tones; `None` for all, read or not. The inner `None` is unsure.
    pub(crate) tones: Option<Vec<Option<Tone>>>,
    /// How grave events must be: all but signals are info.
    pub(crate) severities: BTreeSet<Severity>,
    pub(crate) form: Form,
    pub(crate) way: Way,
}

/// What is made of events.
#[derive(Debug, Clone)]
pub(crate) enum Form {
    /// Each is sent by itself.
    Events,
    /// What happens within `wait` of one another is one message.
    Messages { kind: ChatKind, locale: Locale, zone: Tz, wait: Duration },
    /// Each is a line for a logger, from the machine of this name.
    Log { facility: Facility, host: String },
}

/// How it gets there.
#[derive(Debug, Clone)]
pub(crate) enum Way {
    Post(Target),
    Command(Command),
    Lines(Lines),
    Log(LogTarget),
}

/// A logger.
#[derive(Debug, Clone)]
pub(crate) struct LogTarget {
    pub(crate) place: LogPlace,
    /// [`Target::allowed`].
    pub(crate) allowed: Vec<IpNet>,
}

/// An address that takes JSON. Without it nobody has asked for secrets.
#[derive(Debug, Clone)]
pub(crate) struct Target {
    pub(crate) url: Option<Secret>,
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) bearer: Option<Secret>,
    /// Networks that it may be in, besides those of the crawler.
    pub(crate) allowed: Vec<IpNet>,
}

impl Endpoint {
    /// Returns what tells whether it leads elsewhere than before, and not where.
    pub(crate) fn target(&self) -> String {
        let place = match &self.way {
            Way::Post(target) => {
                target.url.as_ref().map_or_else(String::new, |url| url.reveal().to_owned())
            }
            Way::Command(command) => {
                format!("{} {:?}", command.program.display(), command.arguments)
            }
            Way::Lines(lines) => lines.path.display().to_string(),
            Way::Log(target) => target.place.to_string(),
        };
        event_id("", &self.id, "target", &place)
    }

    /// Returns the queries that it follows.
    pub(crate) fn queries<'a>(&'a self, config: &Config) -> Cow<'a, [QueryName]> {
        match &self.queries {
            Some(queries) => Cow::Borrowed(queries),
            None => Cow::Owned(config.queries.keys().cloned().collect()),
        }
    }

    /// Says how it is told, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match (&self.form, &self.way) {
            (Form::Messages { .. }, _) => "chat",
            (Form::Log { .. }, _) | (_, Way::Log(_)) => "syslog",
            (Form::Events, Way::Post(_)) => "webhook",
            (Form::Events, Way::Command(_)) => "command",
            (Form::Events, Way::Lines(_)) => "file",
        }
    }
}

pub(super) fn endpoints(
    root: &Section<'_, '_>,
    known: &BTreeSet<String>,
    folder: &Path,
    data: &Path,
    secrets: Secrets<'_>,
) -> Vec<Endpoint> {
    let around = Around { known, folder, data, secrets };
    let tables = [
        (root.named_sections("webhooks"), webhook::webhook as Read),
        (root.named_sections("chats"), chat::chat),
        (root.named_sections("commands"), webhook::command),
        (root.named_sections("files"), webhook::file),
        (root.named_sections("syslogs"), syslog::syslog),
    ];
    let mut endpoints: Vec<Endpoint> = Vec::new();
    for (sections, read) in tables {
        for (name, section) in sections {
            let id = EndpointId::new(name.value.as_str());
            if endpoints.iter().any(|endpoint| endpoint.id == id) {
                let message = format!("\"{id}\" is the name of another endpoint, too");
                section.problem_with(&name, message, "give each a name of its own");
            }
            let endpoint = read(id, &section, &around);
            if let Some(other) = endpoint.as_ref().and_then(|it| of_same_file(it, &endpoints)) {
                let message = format!("\"{}\" writes into the same file", other.id);
                section.problem_with(&name, message, "give each a file of its own");
            }
            endpoints.extend(endpoint);
            section.finish();
        }
    }
    endpoints
}

/// Returns which endpoint writes into the file that another writes into: they would move it away from each other.
fn of_same_file<'a>(endpoint: &Endpoint, others: &'a [Endpoint]) -> Option<&'a Endpoint> {
    let file = |endpoint: &Endpoint| match &endpoint.way {
        Way::Lines(lines) => std::path::absolute(&lines.path).ok(),
        Way::Post(_) | Way::Command(_) | Way::Log(_) => None,
    };
    let of = file(endpoint)?;
    others.iter().find(|other| file(other).as_ref() == Some(&of))
}

/// What an endpoint's table is read with.
pub(super) struct Around<'a> {
    pub(super) known: &'a BTreeSet<String>,
    pub(super) folder: &'a Path,
    /// The data directory.
    pub(super) data: &'a Path,
    pub(super) secrets: Secrets<'a>,
}

type Read = fn(EndpointId, &Section<'_, '_>, &Around<'_>) -> Option<Endpoint>;

/// What all kinds have in common.
pub(super) struct Common {
    kinds: Vec<EventKind>,
    queries: Option<Vec<QueryName>>,
    tones: Option<Vec<Option<Tone>>>,
    severities: BTreeSet<Severity>,
}

impl Common {
    /// `usual` are the events that are told if none are named.
    pub(super) fn read(
        section: &Section<'_, '_>,
        known: &BTreeSet<String>,
        usual: &[EventKind],
    ) -> Self {
        let queries = section.texts("queries", LIST_MAX);
        for query in queries.iter().filter(|query| !known.contains(query.value.as_str())) {
            unknown_query(section, query, known);
        }
        let queries = queries.into_iter().map(|query| QueryName::new(query.value)).collect();
        let queries = section.has("queries").then_some(queries);
        let (named, tones, severities) =
            (kinds(section, usual), tones(section), severities(section));
        let silenced = |kind| silenced(kind, &severities, queries.as_deref());
        let (told, untold): (Vec<_>, Vec<_>) =
            named.into_iter().partition(|(kind, _)| silenced(*kind).is_none());
        // Where no severity is known, that was told.
        match untold.first() {
            Some((kind, _)) if told.is_empty() && !severities.is_empty() => {
                let by = silenced(*kind).unwrap_or_default();
                section.problem(format!("is never told anything: {by}"), SEVERITIES_HINT);
            }
            _ => {
                for (kind, named) in &untold {
                    let by = silenced(*kind).unwrap_or_default();
                    if let Some(named) = named {
                        let message = format!("{kind} is never told: {by}");
                        section.warn(named, message, SEVERITIES_HINT);
                    }
                }
            }
        }
        let kinds = told.into_iter().map(|(kind, _)| kind).collect();
        Self { kinds, queries, tones, severities }
    }

    pub(super) fn endpoint(self, id: EndpointId, form: Form, way: Way) -> Endpoint {
        let Self { kinds, queries, tones, severities } = self;
        Endpoint { id, kinds, queries, tones, severities, form, way }
    }
}

const SEVERITIES_HINT: &str = "signals are \"warning\" or \"crisis\", all other events are \"info\"; those of \
                               sources and digests are of no query";

/// Says why events of a kind are never told, where they are not.
fn silenced(
    kind: EventKind,
    severities: &BTreeSet<Severity>,
    queries: Option<&[QueryName]>,
) -> Option<&'static str> {
    if !may_be(kind).iter().any(|one| severities.contains(one)) {
        return Some("`severities` leaves it out");
    }
    let is_of_no_query = matches!(
        kind,
        EventKind::SourceTroubled | EventKind::SourceRecovered | EventKind::DigestSent
    );
    (queries.is_some_and(<[_]>::is_empty) && !is_of_no_query).then_some("`queries` names none")
}

/// How grave an event of a kind can be.
fn may_be(kind: EventKind) -> &'static [Severity] {
    match kind {
        EventKind::SignalOpened | EventKind::SignalGrew | EventKind::SignalEnded => {
            &[Severity::Warning, Severity::Crisis]
        }
        EventKind::MentionCreated
        | EventKind::StoryGrew
        | EventKind::SourceTroubled
        | EventKind::SourceRecovered
        | EventKind::DigestSent => &[Severity::Info],
    }
}

/// Returns the events that are told, with where each is named.
fn kinds(
    section: &Section<'_, '_>,
    usual: &[EventKind],
) -> Vec<(EventKind, Option<Field<String>>)> {
    let mut kinds = Vec::new();
    let named = section.texts("events", LIST_MAX);
    if section.has("events") && named.is_empty() {
        section.problem("`events` names none: it would be told nothing", "name some, or remove it");
    }
    for field in named {
        if let Ok(kind) = field.value.parse() {
            kinds.push((kind, Some(field)));
        } else {
            let known = EventKind::ALL.map(EventKind::as_str).join(", ");
            let message = format!("\"{}\" is no kind of event", field.value);
            section.problem_with(&field, message, format!("write some of: {known}"));
        }
    }
    if section.has("events") { kinds } else { usual.iter().map(|kind| (*kind, None)).collect() }
}

fn tones(section: &Section<'_, '_>) -> Option<Vec<Option<Tone>>> {
    let mut tones = Vec::new();
    let named = section.texts("tones", LIST_MAX);
    if section.has("tones") && named.is_empty() {
        let hint = "write some of: negative, neutral, positive, unsure; or remove it";
        section.problem("`tones` names none: it would be told of no mention", hint);
    }
    for field in named {
        let tone = Some(field.value.as_str()).filter(|word| *word != "unsure").map(str::parse);
        if let Ok(tone) = tone.transpose() {
            tones.push(tone);
        } else {
            let message = format!("\"{}\" is no tone", field.value);
            let hint = "write some of: negative, neutral, positive, unsure";
            section.problem_with(&field, message, hint);
        }
    }
    section.has("tones").then_some(tones)
}

/// Reads `url`, or where it is kept as a secret. The outer `None` means that a problem has been reported.
#[expect(clippy::option_option, reason = "a secret that nobody asked for is no mistake")]
pub(super) fn address(
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Option<Field<Url>>> {
    let written = section.text("url");
    let place = Place {
        file: section.text("url_file"),
        env: section.text("url_env"),
        what: "address",
        keys: ["url_file", "url_env"],
    };
    let stated = place.file.clone().or_else(|| place.env.clone());
    match (written, stated) {
        (Some(written), None) => {
            let text = written.value.clone();
            Some(Some(parsed(section, &written, &text)?))
        }
        (Some(written), Some(_)) => {
            let message = "stands beside `url_file` or `url_env`";
            section.problem_with(&written, message, "remove one of the two");
            None
        }
        (None, Some(stated)) => match place.read(section, around.folder, around.secrets) {
            Had::Read(secret) => Some(Some(parsed(section, &stated, secret.reveal().trim())?)),
            Had::Left => Some(None),
            Had::Wrong => None,
        },
        (None, None) => {
            let hint =
                "write url = \"https://…\", or url_file or url_env where the address is a secret";
            section.absent(&["url", "url_file", "url_env"], "`url` is missing", hint);
            None
        }
    }
}

/// The text may be a secret, and is not told.
fn parsed(section: &Section<'_, '_>, at: &Field<String>, text: &str) -> Option<Field<Url>> {
    let hint = "write it as in https://crm.example/hooks/vigie";
    match Url::parse(text) {
        Ok(url) if !matches!(url.scheme(), "http" | "https") => {
            section.problem_with(at, "is no address of the web", hint);
            None
        }
        Ok(url) => Some(at.with(url)),
        Err(error) => {
            section.problem_with(at, format!("is no URL: {error}"), hint);
            None
        }
    }
}

/// Reads a token to show, if there is one. The outer `None` means that a problem has been reported.
#[expect(clippy::option_option, reason = "no token is one of the valid settings")]
pub(super) fn bearer(section: &Section<'_, '_>, around: &Around<'_>) -> Option<Option<Secret>> {
    let place = Place::token(section);
    match place.read(section, around.folder, around.secrets) {
        Had::Read(token) => Some(Some(token)),
        Had::Left => Some(None),
        Had::Wrong => None,
    }
}

pub(super) fn allowed(section: &Section<'_, '_>) -> Vec<IpNet> {
    let networks = section.texts("allow_addresses", NETWORKS_MAX);
    networks.iter().filter_map(|field| network(section, field)).collect()
}
