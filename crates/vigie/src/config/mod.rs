//! The configuration: the owner's intent, read from a TOML file and never written by the program.
//! [`Config::read`] gives either the rich form, in which every query, cron expression and address is
//! already checked, or every problem at once.

mod account;
mod cadence;
mod chat;
mod days;
mod endpoint;
mod mail;
mod platform;
mod queries;
mod quiet;
mod secret;
mod severity;
mod signals;
mod source;
mod subscription;
mod syslog;
#[cfg(test)]
mod tests;
mod web;
mod webhook;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use crawl::{Access, Authorities, Bounds, FetchLimits, Guard, Presets, RobotsPolicy};
use ipnet::IpNet;
use model::{Locale, Problem, QueryName, Source, SourceId};
use query::{Parts, Query};

pub(crate) use self::cadence::MORNING;
pub(crate) use self::endpoint::{Endpoint, Form, Way};
pub(crate) use self::mail::Mail;
pub(crate) use self::platform::Asked;
pub(crate) use self::signals::{KnownEvent, Signals, Watched};
pub(crate) use self::source::HISTORY_MAX;
pub(crate) use self::subscription::Subscribed;

use self::platform::Expanded;
use self::queries::Queries;
use settings::{Document, Field, Section};
use url::Url;

/// The languages that people are written to in.
const LOCALES: [(&str, Locale); 2] = [("en", Locale::English), ("fr", Locale::French)];

/// The configuration file read where none is named.
pub(crate) const DEFAULT_FILE: &str = "config/vigie.toml";

/// Networks that may be allowed besides the public internet.
const NETWORKS_MAX: usize = 100;

#[derive(Debug, Clone)]
pub(crate) struct Config {
    /// Where the ledger and the index live.
    pub(crate) data: PathBuf,
    pub(crate) crawl: Crawl,
    pub(crate) mail: Mail,
    /// Where the daemon answers; `None` for nowhere.
    pub(crate) web: Option<::web::Door>,
    /// The hub (WebSub) that is told of what is new in feeds.
    pub(crate) hub: Option<Url>,
    pub(crate) sources: Vec<Source>,
    /// What platforms are asked: which search is which source, and for which queries.
    pub(crate) asked: Vec<Asked>,
    pub(crate) parts: Parts,
    pub(crate) queries: BTreeMap<QueryName, Query>,
    pub(crate) subscriptions: Vec<Subscribed>,
    pub(crate) signals: Signals,
    /// Who is told of events.
    pub(crate) endpoints: Vec<Endpoint>,
    /// What can be used, but is probably not meant.
    pub(crate) warnings: Vec<Problem>,
}

/// Whether to read the secrets that the configuration refers to. Who only looks need not be able to.
#[derive(Clone, Copy)]
pub(crate) enum Secrets<'a> {
    Leave,
    /// From files, and from environment variables by this function.
    Read(&'a dyn Fn(&str) -> Option<String>),
}

/// How closely to look at what is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Care {
    Usual,
    /// Also say of queries what is probably not meant, which takes longer than to read them.
    Close,
}

/// How sources are visited.
#[derive(Debug, Clone)]
pub(crate) struct Crawl {
    pub(crate) user_agent: String,
    pub(crate) limits: FetchLimits,
    pub(crate) robots: RobotsPolicy,
    /// Where requests may go.
    pub(crate) guard: Guard,
    /// Whom to believe that a site is who it says, besides the system's authorities.
    pub(crate) authorities: Authorities,
    /// The shortest and the longest pause between two checks of one source.
    pub(crate) bounds: Bounds,
    /// How many checks a day all sources share that have no fixed pause; none where each is checked as
    /// often as it is worth.
    pub(crate) checks_a_day: Option<f64>,
    /// The pause between two requests to one host.
    pub(crate) host_pause: Duration,
    /// How many sources are fetched at a time, each from a host of its own.
    pub(crate) parallel: usize,
    /// How many pages of a host are asked for on one day.
    pub(crate) pages_a_day: u32,
    /// How many pages of a source are read in one round, besides its own.
    pub(crate) pages: u32,
    /// How kinds of sites are read.
    pub(crate) presets: Arc<Presets>,
    /// How the sources that are platforms are asked.
    pub(crate) access: BTreeMap<SourceId, Arc<Access>>,
}

impl Config {
    /// Reads the file.
    pub(crate) fn read(
        file: &Path,
        secrets: Secrets<'_>,
        care: Care,
    ) -> Result<Self, Vec<Problem>> {
        let place = file.display().to_string();
        let bytes = std::fs::read(file).map_err(|error| {
            let hint = "`vigie init \"Your brand\"` writes a first configuration; \
                        `--config FILE` reads another";
            vec![Problem::new(&place, format!("failed to read: {error}")).hint(hint)]
        })?;
        let text = settings::decoded(&place, bytes).map_err(|problem| vec![problem])?;
        let folder = file.parent().unwrap_or(Path::new("."));
        Self::parse(&text, &place, folder, secrets, care)
    }

    /// Reads a configuration text. Relative paths in it are meant from `folder`.
    pub(crate) fn parse(
        text: &str,
        place: &str,
        folder: &Path,
        secrets: Secrets<'_>,
        care: Care,
    ) -> Result<Self, Vec<Problem>> {
        let document = Document::new(place, text);
        let Some(table) = document.parse() else { return Err(document.into_problems().0) };
        let root = Section::root(&document, &table);
        let config = Self::from_section(&root, folder, secrets, care);
        root.finish();
        let (problems, warnings) = document.into_problems();
        match config {
            Some(config) if problems.is_empty() => Ok(Self { warnings, ..config }),
            _ => Err(problems),
        }
    }

    /// Returns `None` only where a problem has been reported.
    fn from_section(
        root: &Section<'_, '_>,
        folder: &Path,
        secrets: Secrets<'_>,
        care: Care,
    ) -> Option<Self> {
        let data = root.text("data").map_or_else(|| "../data".to_owned(), |field| field.value);
        let data = folder.join(data);
        let mut crawl = Crawl::from_section(root, folder);
        let queries = queries::queries(root, care);
        let accounts = account::accounts(root, &crawl, folder, secrets);
        let Expanded { sources, asked, access } =
            source::sources(root, &crawl, &accounts, &queries);
        crawl.access = access;
        let Queries { parts, compiled, names } = queries;
        let (web, hub) = web::web(root, folder, secrets);
        let has_pages = web.as_ref().is_some_and(|door| door.public_url.is_some());
        let mail = Mail::from_section(root, folder, secrets, has_pages);
        let subscriptions = subscription::subscriptions(root, &names);
        // Who is told lives where most of those who write do, as long as nobody says otherwise.
        let zone = subscriptions.first().map_or(Tz::UTC, |first| first.subscription.zone);
        let signals = Signals::from_section(root, &names, zone);
        let endpoints = endpoint::endpoints(root, &names, folder, &data, secrets);
        Some(Self {
            data,
            crawl,
            mail: mail?,
            web,
            hub,
            sources,
            asked,
            parts,
            queries: compiled,
            subscriptions,
            signals,
            endpoints,
            warnings: Vec::new(),
        })
    }
}

impl Default for Crawl {
    fn default() -> Self {
        Self {
            user_agent: user_agent("no contact given"),
            limits: FetchLimits::default(),
            robots: RobotsPolicy::Obey,
            guard: Guard::default(),
            authorities: Authorities::default(),
            bounds: Bounds::default(),
            checks_a_day: None,
            host_pause: Duration::from_secs(2),
            parallel: 16,
            pages_a_day: 10_000,
            pages: 50,
            presets: Arc::new(Presets::embedded()),
            access: BTreeMap::new(),
        }
    }
}

impl Crawl {
    /// Returns the usual manners, under the name of who can be written to.
    pub(crate) fn of(contact: &str) -> Self {
        let plain: String = contact.chars().filter(|c| (' '..='~').contains(c)).collect();
        Self { user_agent: user_agent(plain.trim()), ..Self::default() }
    }

    /// Returns how a source is asked, where it is a platform.
    pub(crate) fn access_of(&self, source: &Source) -> Option<Arc<Access>> {
        if let Some(access) = self.access.get(&source.id) {
            return Some(Arc::clone(access));
        }
        // What was given by its address keeps to the platform's rules too.
        let platform = self.presets.get(source.preset.as_deref()?)?.platform.as_ref()?;
        Some(Arc::new(Access::new(platform, None, None)))
    }

    fn from_section(root: &Section<'_, '_>, folder: &Path) -> Self {
        let mut crawl = Self::default();
        let Some(section) = root.section("crawl") else {
            root.absent(
                &["crawl"],
                "[crawl] is missing",
                "write [crawl] with contact = \"mail address or page\" so that webmasters can \
                 reach you",
            );
            return crawl;
        };
        let hint = "a mail address or the URL of a page, so that webmasters can reach you";
        if let Some(contact) = section.required_text("contact", hint) {
            let plain = contact.value.bytes().all(|b| (b' '..=b'~').contains(&b));
            if !plain || contact.value.trim().is_empty() {
                let message = format!("\"{}\" can't stand in a user agent", contact.value);
                section.problem_with(&contact, message, hint);
            }
            crawl.user_agent = user_agent(contact.value.trim());
        }
        let seconds = |low, high| Duration::from_secs(low)..=Duration::from_secs(high);
        let day = Duration::from_hours(24);
        let pause = |key, allowed, default| {
            section.duration(key, allowed).map_or(default, |field| field.value)
        };
        let min = pause("every_min", Duration::from_secs(1)..=day, crawl.bounds.min);
        let max = pause("every_max", min..=day * 30, crawl.bounds.max.max(min));
        crawl.bounds = Bounds { min, max };
        crawl.host_pause = pause("host_pause", Duration::ZERO..=day, crawl.host_pause);
        crawl.limits.connect = pause("connect_timeout", seconds(1, 300), crawl.limits.connect);
        crawl.limits.first_byte = pause("answer_timeout", seconds(1, 300), crawl.limits.first_byte);
        crawl.limits.whole = pause("timeout", seconds(1, 3600), crawl.limits.whole);
        if let Some(parallel) = section.integer("parallel", 1..=1024) {
            crawl.parallel = usize::try_from(parallel.value).unwrap_or(usize::MAX);
        }
        if let Some(presets) = section.text("presets") {
            let (known, problems) = Presets::with_folder(&folder.join(presets.value));
            crawl.presets = Arc::new(known);
            section.tell(problems);
        }
        if let Some(checks) = section.integer("checks_a_day", 1..=100_000_000) {
            crawl.checks_a_day = Some(f64::from(u32::try_from(checks.value).unwrap_or(u32::MAX)));
        }
        if let Some(pages) = section.integer("pages", 0..=10_000) {
            crawl.pages = u32::try_from(pages.value).unwrap_or(u32::MAX);
        }
        if let Some(pages) = section.integer("pages_a_day", 1..=1_000_000) {
            crawl.pages_a_day = u32::try_from(pages.value).unwrap_or(u32::MAX);
        }
        if let Some(mib) = section.integer("body_mib_max", 1..=1024) {
            crawl.limits.body_bytes = usize::try_from(mib.value << 20).unwrap_or(usize::MAX);
        }
        if let Some(redirects) = section.integer("redirects_max", 0..=50) {
            crawl.limits.redirects = usize::try_from(redirects.value).unwrap_or(usize::MAX);
        }
        let policies = [("obey", RobotsPolicy::Obey), ("ignore", RobotsPolicy::Ignore)];
        if let Some(robots) = section.one_of("robots", &policies) {
            crawl.robots = robots.value;
        }
        let networks = section.texts("allow_addresses", NETWORKS_MAX);
        let networks = networks.iter().filter_map(|field| network(&section, field)).collect();
        crawl.guard = Guard::allowing(networks);
        if let Some(file) = section.text("ca_file") {
            match authorities(&folder.join(&file.value)) {
                Ok(authorities) => crawl.authorities = authorities,
                Err(message) => {
                    let hint = "a file with the certificates of your own authorities, in PEM; \
                                those of the system count anyway";
                    section.problem_with(&file, format!("{}: {message}", file.value), hint);
                }
            }
        }
        section.finish();
        crawl
    }
}

/// Reads the certificates of authorities.
fn authorities(file: &Path) -> Result<Authorities, String> {
    let pem = std::fs::read(file).map_err(|error| format!("failed to read: {error}"))?;
    Authorities::from_pem(&pem).map_err(|error| error.to_string())
}

/// Reads a network, or a single address.
fn network(section: &Section<'_, '_>, field: &Field<String>) -> Option<IpNet> {
    let text = &field.value;
    let network = text.parse().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from));
    if network.is_none() {
        let hint = "write an address or a network, as in \"10.1.2.3\" or \"10.0.0.0/8\"";
        section.problem_with(field, format!("\"{text}\" is not a network"), hint);
    }
    network
}

/// Names the program and whom to write to, as RFC 9110, section 10.1.5, asks of robots.
fn user_agent(contact: &str) -> String {
    format!("Vigie/{} (+{contact})", env!("CARGO_PKG_VERSION"))
}
