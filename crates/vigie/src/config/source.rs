//! The `[sources.*]` tables.

use std::sync::Arc;
use std::time::Duration;

use chrono_tz::Tz;
use crawl::{Access, stream};
use model::{Kind, Lang, Source, SourceId};
use url::Url;
use url::form_urlencoded;

use super::account::Account;
use super::platform::{self, Common, Expanded};
use super::{Crawl, Queries};
use settings::{Field, Section};

const DAY: Duration = Duration::from_hours(24);
/// How far into the past of a source one can go.
pub(crate) const HISTORY_MAX: Duration = Duration::from_hours(24 * 3653);
/// The place in a search feed's address where the words to search for go.
const PLACEHOLDER: &str = "{query}";

pub(super) fn sources(
    root: &Section<'_, '_>,
    crawl: &Crawl,
    accounts: &[Account],
    queries: &Queries,
) -> Expanded {
    let mut all = Expanded::default();
    for (id, section) in root.named_sections("sources") {
        if id.value.contains('.') {
            let hint = "write a - in its place; the searches of a platform are named with dots";
            root.problem_with(&id, "a dot can't stand in a source's id", hint);
        }
        let Expanded { sources, asked, access } =
            source(id.value, &section, crawl, accounts, queries).unwrap_or_default();
        all.asked.extend(asked);
        all.access.extend(access);
        for source in sources {
            match all.sources.iter().find(|known| known.url == source.url) {
                Some(known) => {
                    let message = format!("has the same address as sources.{}", known.id);
                    section
                        .problem(message, "remove one of the two: each item would be told twice");
                }
                None => all.sources.push(source),
            }
        }
        section.finish();
    }
    all
}

fn source(
    id: String,
    section: &Section<'_, '_>,
    crawl: &Crawl,
    accounts: &[Account],
    queries: &Queries,
) -> Option<Expanded> {
    let words: Vec<(&str, Kind)> =
        Kind::ALL.into_iter().map(|kind| (kind.as_str(), kind)).collect();
    let kind = section.one_of("kind", &words).map(|field| field.value);
    let name = section.text("name");
    if let Some(name) = &name {
        section.check_name(name);
    }
    let name = name.map(|field| field.value);
    let lang = section.text("lang").and_then(|field| language(section, &field));
    let longest = Duration::from_hours(24 * 30);
    let every = section.duration("every", crawl.bounds.min..=longest).map(|field| field.value);
    let since = section.duration("since", DAY..=HISTORY_MAX).map(|field| field.value);
    if section.has("platform") {
        let common = Common { id, name, kind, lang, every, since };
        return platform::expand(&common, section, crawl, accounts, queries);
    }
    let preset = section.text("preset").and_then(|field| preset(section, &field, crawl));
    let full_text = section.truth("full_text").is_some_and(|field| field.value);
    let zone = section.parsed::<Tz>("zone", "a time zone", "write one such as Europe/Paris");
    let zone = zone.map(|field| field.value);
    let search = section.text("search");
    if !section.has("url") {
        // Where `platform` has a slip, its other keys have none.
        for key in ["account", "country", "instance", "names", "queries"] {
            section.has(key);
        }
        section.absent(&["url", "platform"], "`url` is missing", "the address of the feed or page");
        return None;
    }
    let url = section.text("url")?;
    let url = address(section, &url, search.as_ref())?;
    let name = name.unwrap_or_else(|| id.clone());
    let (id, kind) = (SourceId::new(id), kind.unwrap_or(Kind::News));
    let access = stream_access(&url, section, crawl, accounts);
    let access = access.map(|access| (id.clone(), Arc::new(access))).into_iter().collect();
    let source = Source { id, url, name, kind, lang, preset, full_text, zone, every, since };
    Some(Expanded { sources: vec![source], access, ..Expanded::default() })
}

/// Returns what is shown to a server that streams, where the owner names an account.
fn stream_access(
    url: &Url,
    section: &Section<'_, '_>,
    crawl: &Crawl,
    accounts: &[Account],
) -> Option<Access> {
    let of = stream::Platform::of(url).filter(|of| *of == stream::Platform::Mastodon)?.preset();
    let chosen = section.text("account")?;
    let found = accounts.iter().find(|known| known.name == chosen.value && known.platform == of);
    let Some(account) = found else {
        let message = format!("there is no account \"{}\" of {of}", chosen.value);
        let hint = format!("write [accounts.{}] with platform = \"{of}\"", chosen.value);
        section.problem_with(&chosen, message, hint);
        return None;
    };
    let platform = crawl.presets.get(of)?.platform.as_ref()?;
    Some(Access::new(platform, account.login(), Some(url.clone())))
}

fn preset(section: &Section<'_, '_>, field: &Field<String>, crawl: &Crawl) -> Option<String> {
    match crawl.presets.knows(&field.value) {
        Ok(()) => Some(field.value.clone()),
        Err(hint) => {
            let message = format!("there is no preset \"{}\"", field.value);
            section.problem_with(field, message, hint);
            None
        }
    }
}

fn language(section: &Section<'_, '_>, field: &Field<String>) -> Option<Lang> {
    let lang = Lang::from_tag(&field.value);
    if lang.is_none() {
        let message = format!("\"{}\" is not a language tag", field.value);
        section.problem_with(field, message, "write fr, en, pt-BR…");
    }
    lang
}

/// Reads the address of a feed, with the words to search for in the place of `{query}`.
fn address(
    section: &Section<'_, '_>,
    url: &Field<String>,
    search: Option<&Field<String>>,
) -> Option<Url> {
    let text = match (url.value.contains(PLACEHOLDER), search) {
        (true, Some(search)) => {
            let words: String = form_urlencoded::byte_serialize(search.value.as_bytes()).collect();
            url.value.replace(PLACEHOLDER, &words)
        }
        (false, None) => url.value.clone(),
        (true, None) => {
            section.problem_with(
                url,
                "has {query} in it, but nothing to search for",
                "add search = \"the words\"",
            );
            url.value.clone()
        }
        (false, Some(search)) => {
            section.problem_with(
                search,
                "the address has no place for these words",
                "write {query} in the url where they belong",
            );
            url.value.clone()
        }
    };
    match Url::parse(&text) {
        Ok(with_login) if !with_login.username().is_empty() || with_login.password().is_some() => {
            let hint = "what stands in an address is shown in status and exports; use a feed address \
                        with a token of its own if the site has one";
            section.problem_with(url, "has a user or password in it", hint);
            None
        }
        Ok(url) if matches!(url.scheme(), "http" | "https" | "ws" | "wss") && url.has_host() => {
            Some(url)
        }
        Ok(other) => {
            let message = format!("{}: addresses can't be read", other.scheme());
            section.problem_with(url, message, "use http: or https:");
            None
        }
        Err(error) => {
            let message = format!("\"{text}\" is not a URL: {error}");
            section.problem_with(url, message, "write it whole, as in https://example.org/feed");
            None
        }
    }
}
