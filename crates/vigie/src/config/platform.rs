//! Sources that are platforms: each becomes one source for each search that the saved queries ask for, or
//! for each name that the owner gives. They follow the queries at each start and reload.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crawl::platform::{Values, Way};
use crawl::search::searches;
use crawl::{Access, Platform};
use model::{Country, Kind, Lang, QueryName, Source, SourceId};
use query::Query;
use url::Url;

use super::account::{self, Account};
use super::{Crawl, Queries};
use crate::names::unknown_query;
use settings::{Field, Section};

/// Queries or names that one source may list.
const LIST_MAX: usize = 1000;

/// What one platform is asked as a source of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) source: SourceId,
    /// What is searched for, or the name that is read.
    pub(crate) words: String,
    /// The queries that it is asked for; none for a name.
    pub(crate) queries: Vec<QueryName>,
}

/// What a platform's source becomes.
#[derive(Default)]
pub(super) struct Expanded {
    pub(super) sources: Vec<Source>,
    pub(super) asked: Vec<Asked>,
    pub(super) access: BTreeMap<SourceId, Arc<Access>>,
}

/// What all of them have from the declaration.
pub(super) struct Common {
    pub(super) id: String,
    pub(super) name: Option<String>,
    pub(super) kind: Option<Kind>,
    pub(super) lang: Option<Lang>,
    pub(super) every: Option<Duration>,
    pub(super) since: Option<Duration>,
}

/// Returns `None` only where a problem has been reported.
pub(super) fn expand(
    common: &Common,
    section: &Section<'_, '_>,
    crawl: &Crawl,
    accounts: &[Account],
    queries: &Queries,
) -> Option<Expanded> {
    let of = section.text("platform")?;
    for key in ["url", "search", "preset"].into_iter().filter(|key| section.has(key)) {
        let message = format!("says where and how to read it, which `{key}` says too");
        section.problem_with(&of, message, format!("remove `{key}` or `platform`"));
    }
    let chosen = section.texts("queries", LIST_MAX);
    let names = section.texts("names", LIST_MAX);
    let country = section.text("country").and_then(|text| country(section, &text));
    let instance = section.text("instance").and_then(|text| instance(section, &text));
    let account = section.text("account");
    let platform = account::platform(section, &of, crawl)?;
    let preset = crawl.presets.get(&of.value)?;
    if platform.host.is_none() && instance.is_none() && !section.has("instance") {
        let message = format!("there are many of {}", preset.title);
        section.problem_with(&of, message, "say which: instance = \"https://social.example.org\"");
        return None;
    }
    let account = choose_account(section, &of, account.as_ref(), accounts)?;
    let wanted = Wanted { platform, place: section, of: &of, has_account: account.is_some() };

    let names_read: Vec<&str> = names.iter().map(|name| name.value.as_str()).collect();
    let mut asks = Asks::new(common, country.as_deref(), instance.as_ref());
    let searches_names = platform.searches.iter().any(Way::asks_for_names);
    if !names.is_empty() && !searches_names || platform.searches.is_empty() {
        for way in wanted.usable(&platform.names)? {
            asks.names(way, &names_read);
        }
        if names.is_empty() {
            let message = format!("{} is read by name", preset.title);
            let hint = format!("write names = [\"…\"]: {}", platform.named);
            section.problem_with(&of, message, hint);
            return None;
        }
    }
    let is_searched = names.is_empty() || searches_names || !chosen.is_empty();
    if is_searched && !platform.searches.is_empty() {
        let usual: Vec<&str> = platform.names_usual.iter().map(String::as_str).collect();
        let within = if names_read.is_empty() { &usual } else { &names_read };
        for way in wanted.usable(&platform.searches)? {
            if way.asks_for_names() && within.is_empty() {
                let message = format!("{} is searched by name", preset.title);
                section.problem_with(&of, message, "write names = [\"…\"]");
                return None;
            }
            wanted.search(way, within, &chosen, queries, &mut asks);
        }
    }
    if asks.found.is_empty() && queries.compiled.len() == queries.names.len() {
        let (message, hint) = if queries.names.is_empty() {
            ("there is no query to search for", "[queries] has them")
        } else {
            ("none of the queries can be searched for", "see the warnings")
        };
        let queries = ["queries".to_owned()];
        section.problem_unless_misspelt(&queries, &of, message, hint);
    }
    let login = account.and_then(Account::login);
    let access = Arc::new(Access::new(platform, login, instance.clone()));
    let name = common.name.as_ref().unwrap_or(&preset.title);
    let mut expanded = Expanded::default();
    for Ask { id, url, words, queries } in asks.found {
        let source = SourceId::new(id);
        expanded.access.insert(source.clone(), Arc::clone(&access));
        expanded.asked.push(Asked { source: source.clone(), words, queries });
        expanded.sources.push(Source {
            id: source,
            url,
            name: name.clone(),
            kind: common.kind.unwrap_or(preset.kind),
            lang: common.lang.clone(),
            preset: Some(preset.name.clone()),
            full_text: false,
            zone: None,
            every: common.every,
            since: common.since,
        });
    }
    Some(expanded)
}

/// What is wanted of a platform.
struct Wanted<'a, 'd, 't> {
    platform: &'a Platform,
    place: &'a Section<'d, 't>,
    of: &'a Field<String>,
    has_account: bool,
}

impl<'a> Wanted<'a, '_, '_> {
    /// Returns the ways that are open; `None` where an account is missing for all of them, which is
    /// reported.
    fn usable(&self, ways: &'a [Way]) -> Option<impl Iterator<Item = &'a Way>> {
        if !self.has_account && !Platform::is_open(ways) {
            let what = self.platform.account.as_ref().map(|account| account.what.as_str());
            let hint = format!(
                "get {}, and write [accounts.{name}] with platform = \"{name}\" and token_file or \
                 token_env; docs/platforms.md says how",
                what.unwrap_or("a token"),
                name = self.of.value,
            );
            let message = format!("{} answers only to an account", self.of.value);
            self.place.problem_with(self.of, message, hint);
            return None;
        }
        let has_account = self.has_account;
        Some(ways.iter().filter(move |way| has_account || !way.needs_account))
    }

    /// Asks for what the queries search for.
    fn search(
        &self,
        way: &Way,
        names: &[&str],
        chosen: &[Field<String>],
        queries: &Queries,
        asks: &mut Asks<'_>,
    ) {
        let Some(language) = &way.language else { return };
        let names = if way.asks_for_names() { names } else { &[] };
        let mut ask = |name: &QueryName, query: &Query, field: &Field<String>| match searches(
            query, language,
        ) {
            Ok(found) => found.iter().for_each(|words| asks.search(way, names, name, words)),
            Err(error) => {
                let message = format!("the query \"{name}\" {error}");
                if chosen.is_empty() {
                    self.place.warn(field, message, error.hint());
                } else {
                    self.place.problem_with(field, message, error.hint());
                }
            }
        };
        if chosen.is_empty() {
            for (name, query) in &queries.compiled {
                ask(name, query, self.of);
            }
        }
        for field in chosen {
            let name = QueryName::new(field.value.as_str());
            match queries.compiled.get(&name) {
                Some(query) => ask(&name, query, field),
                // One that does not parse is told where it stands.
                None if queries.names.contains(&field.value) => {}
                None => unknown_query(self.place, field, &queries.names),
            }
        }
    }
}

/// One thing to ask.
struct Ask {
    id: String,
    url: Url,
    words: String,
    queries: Vec<QueryName>,
}

/// All that is asked of one platform, each address once.
struct Asks<'a> {
    id: &'a str,
    lang: Option<&'a Lang>,
    country: Option<&'a str>,
    instance: Option<&'a Url>,
    found: Vec<Ask>,
}

impl<'a> Asks<'a> {
    fn new(common: &'a Common, country: Option<&'a str>, instance: Option<&'a Url>) -> Self {
        Self { id: &common.id, lang: common.lang.as_ref(), country, instance, found: Vec::new() }
    }

    fn names(&mut self, way: &Way, names: &[&str]) {
        for name in names {
            let values = self.values(None, Some(name));
            for url in way.addresses(self.instance, &values) {
                self.add(url, name, name, None);
            }
        }
    }

    fn search(&mut self, way: &Way, names: &[&str], query: &QueryName, words: &str) {
        let within: Vec<Option<&str>> = match names {
            [] => vec![None],
            names => names.iter().copied().map(Some).collect(),
        };
        for name in within {
            let values = self.values(Some(words), name);
            for url in way.addresses(self.instance, &values) {
                self.add(url, words, query.as_str(), Some(query));
            }
        }
    }

    fn values<'v>(&self, query: Option<&'v str>, name: Option<&'v str>) -> Values<'v>
    where
        'a: 'v,
    {
        Values { query, name, lang: self.lang, country: self.country }
    }

    fn add(&mut self, url: Url, words: &str, called: &str, query: Option<&QueryName>) {
        if let Some(known) = self.found.iter_mut().find(|known| known.url == url) {
            known.queries.extend(query.filter(|query| !known.queries.contains(query)).cloned());
            return;
        }
        let id = self.free_id(called);
        let queries = query.cloned().into_iter().collect();
        self.found.push(Ask { id, url, words: words.to_owned(), queries });
    }

    /// Returns an id that no other search has: `hn.ozalee`, `hn.ozalee-2`.
    fn free_id(&self, called: &str) -> String {
        let words: Vec<String> = query::analysis::words(called).map(|word| word.text).collect();
        let called = if words.is_empty() { "1".to_owned() } else { words.join("-") };
        let base = format!("{}.{called}", self.id);
        let is_free = |id: &String| self.found.iter().all(|known| known.id != *id);
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base)
    }
}

/// Returns the account to ask with, if any. The outer `None` means that a problem has been reported.
#[expect(clippy::option_option, reason = "no account is one of the valid settings")]
fn choose_account<'c>(
    section: &Section<'_, '_>,
    of: &Field<String>,
    chosen: Option<&Field<String>>,
    accounts: &'c [Account],
) -> Option<Option<&'c Account>> {
    let fits: Vec<&Account> =
        accounts.iter().filter(|account| account.platform == of.value).collect();
    let names = || fits.iter().map(|account| account.name.as_str()).collect::<Vec<_>>().join(", ");
    match (chosen, fits.as_slice()) {
        (Some(chosen), fits) => {
            let found = fits.iter().find(|account| account.name == chosen.value);
            if found.is_none() {
                let message = format!("there is no account \"{}\" of {}", chosen.value, of.value);
                let hint = format!("write [accounts.{}], or one of: {}", chosen.value, names());
                section.problem_with(chosen, message, hint);
                return None;
            }
            Some(found.copied())
        }
        (None, []) => Some(None),
        (None, [only]) => Some(Some(only)),
        (None, _) => {
            let hint = format!("add account = \"…\", one of: {}", names());
            section.problem_with(of, "has several accounts", hint);
            None
        }
    }
}

fn country(section: &Section<'_, '_>, text: &Field<String>) -> Option<String> {
    let country = Country::from_code(&text.value);
    if country.is_none() {
        let message = format!("\"{}\" is not a country's code", text.value);
        section.problem_with(text, message, "write two letters: FR, GB, US…");
    }
    country.map(|country| country.as_str().to_uppercase())
}

fn instance(section: &Section<'_, '_>, text: &Field<String>) -> Option<Url> {
    let url = Url::parse(&text.value).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if url.is_none() {
        let message = format!("\"{}\" is no address of a host", text.value);
        section.problem_with(text, message, "write it as in \"https://lemmy.example.org\"");
    }
    url
}
