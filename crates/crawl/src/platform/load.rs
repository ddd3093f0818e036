//! The `[platform]` table of a preset becomes the rich form, or all its mistakes at once.

use std::time::Duration;

use reqwest::header::{HeaderName, HeaderValue};
use settings::{Field as Setting, Section};
use url::{Url, form_urlencoded};

use super::body::Body;
use super::template::Template;
use super::{Account, Exchange, Platform, Quota, Shown, Way};
use crate::preset::json::{self, Field};
use crate::search::{Language, Phrase};

/// Entries that one key may list.
const LIST_MAX: usize = 16;
/// Characters of a search where the platform does not say how many.
const LENGTH_USUAL: usize = 256;
/// The shortest limit on a search that leaves room for a word.
const LENGTH_MIN: u64 = 20;
const LENGTH_MAX: u64 = 8192;
/// Further pages of one round.
const PAGES_MAX: u64 = 10_000;
/// Requests that an allowance can count, and its longest time.
const REQUESTS_MAX: u64 = 1_000_000;
const ALLOWANCE_MAX: Duration = Duration::from_hours(24 * 31);

/// Reads the table; what is wrong with it is reported there.
pub(crate) fn platform(section: Section<'_, '_>) -> Option<Platform> {
    let host = section.text("host").and_then(|text| origin(&section, &text));
    let searches: Vec<_> = section
        .sections("search", LIST_MAX)
        .into_iter()
        .map(|way| search(way, host.as_ref()))
        .collect();
    let (mut names, mut what) = (Vec::new(), String::new());
    for way in section.sections("names", LIST_MAX) {
        if let Some(said) = way.required_text("what", "say in a few words what such a name is") {
            what = said.value;
        }
        names.push(Way { language: None, ..self::way(&way, host.as_ref(), "name") });
        way.finish();
    }
    let names_usual = section.texts("usual", LIST_MAX).into_iter().map(|text| text.value).collect();
    let account = section.section("account").map(|table| account(table, host.as_ref()));
    let quota = section.section("quota").map(quota).unwrap_or_default();
    let follow = section.truth("follow").is_some_and(|truth| truth.value);
    let pages = section.integer("pages", 0..=PAGES_MAX);
    let pages = pages.and_then(|pages| u32::try_from(pages.value).ok());
    let headers = section.texts("headers", LIST_MAX);
    let headers = headers.iter().filter_map(|text| header(&section, text)).collect();
    let form = section.text("form").map(|text| text.value);
    let body = section.text("post").and_then(|text| match Body::parse(&text.value, form) {
        Ok(body) => Some(body),
        Err(message) => {
            let hint = "write '''{ \"query\": \"{q}\" }''' with the parameters of the address";
            section.problem_with(&text, message, hint);
            None
        }
    });
    if searches.is_empty() && names.is_empty() {
        section.problem("asks for nothing", "write [[platform.search]] or [[platform.names]]");
    }
    let wants_account = searches.iter().chain(&names).any(|way| way.needs_account);
    if wants_account && account.is_none() {
        section.problem("needs an account that it does not describe", "write [platform.account]");
    }
    section.finish();
    Some(Platform {
        host,
        searches,
        names,
        named: what,
        names_usual,
        account: match account {
            Some(account) => Some(account?),
            None => None,
        },
        quota,
        follow,
        pages,
        headers,
        body,
    })
}

fn header(section: &Section<'_, '_>, text: &Setting<String>) -> Option<(HeaderName, HeaderValue)> {
    let read = text.value.split_once(':').and_then(|(name, value)| {
        let name = HeaderName::try_from(name.trim()).ok()?;
        Some((name, HeaderValue::from_str(value.trim()).ok()?))
    });
    if read.is_none() {
        section.problem_with(text, "is no header", "write it as in \"Api-Version: 2\"");
    }
    read
}

fn origin(section: &Section<'_, '_>, text: &Setting<String>) -> Option<Url> {
    let url =
        Url::parse(&text.value).ok().filter(|url| url.scheme() == "https" && url.path() == "/");
    if url.is_none() {
        section.problem_with(text, "is no host", "write it as in \"https://api.example.org\"");
    }
    url
}

fn search(section: Section<'_, '_>, host: Option<&Url>) -> Way {
    let phrases = [
        ("quoted", Some(Phrase::Quoted)),
        ("loose", Some(Phrase::Loose)),
        ("joined", Some(Phrase::Joined)),
        ("none", None),
    ];
    let phrase = section.one_of("phrase", &phrases);
    let length = section.integer("length", LENGTH_MIN..=LENGTH_MAX);
    let length = length.and_then(|length| usize::try_from(length.value).ok());
    let language = Language {
        or: section.text("or").map(|or| or.value),
        groups: section.truth("brackets").is_some_and(|truth| truth.value),
        and: section.truth("and").is_none_or(|truth| truth.value),
        phrase: phrase.map_or(Some(Phrase::Quoted), |phrase| phrase.value),
        accents: section.truth("accents").is_some_and(|truth| truth.value),
        length: length.unwrap_or(LENGTH_USUAL),
    };
    let way = Way { language: Some(language), ..way(&section, host, "query") };
    section.finish();
    way
}

/// Reads what every way says.
fn way(section: &Section<'_, '_>, host: Option<&Url>, place: &str) -> Way {
    let texts = section.texts("at", LIST_MAX);
    let mut at = Vec::new();
    for text in &texts {
        let hint = format!("write it as in \"/search?q={{{place}}}\"");
        match Template::parse(&text.value) {
            Ok(template) if !template.has(place) => {
                section.problem_with(text, format!("has no place for the {place}"), hint);
            }
            Ok(template) => at.extend(whole(&text.value, host).or(Some(template))),
            Err(message) => section.problem_with(text, message, hint),
        }
    }
    if texts.is_empty() {
        let hint = "write the address with its places in braces";
        section.absent(&["at"], "`at` is missing", hint);
    }
    let needs_account = section.truth("account").is_some_and(|truth| truth.value);
    Way { at, language: None, needs_account }
}

/// Returns an address from the root as one that is whole, where the host is known.
fn whole(text: &str, host: Option<&Url>) -> Option<Template> {
    let host = host.filter(|_| text.starts_with('/'))?;
    Template::parse(&format!("{}{text}", host.as_str().trim_end_matches('/'))).ok()
}

fn account(section: Section<'_, '_>, host: Option<&Url>) -> Option<Account> {
    let mut hosts: Vec<String> =
        section.texts("hosts", LIST_MAX).into_iter().map(|text| text.value).collect();
    if hosts.is_empty() {
        hosts.extend(host.and_then(Url::host_str).map(str::to_owned));
    }
    let header = section.text("header").and_then(|text| {
        let name = HeaderName::try_from(text.value.as_str()).ok();
        if name.is_none() {
            section.problem_with(&text, "is no header's name", "write it as in \"X-Api-Key\"");
        }
        name
    });
    let parameter = section.text("parameter").map(|text| text.value);
    let shown = match (header, parameter) {
        (Some(name), _) => Shown::Header(name),
        (None, Some(name)) => Shown::Parameter(name),
        (None, None) => Shown::Bearer,
    };
    let user = section.text("user").map(|text| text.value);
    let exchange = section.section("exchange").map(exchange);
    let what = section.required_text("what", "say in one sentence what the owner has to get");
    section.finish();
    Some(Account {
        hosts,
        shown,
        user,
        exchange: match exchange {
            Some(exchange) => Some(exchange?),
            None => None,
        },
        what: what?.value,
    })
}

fn exchange(section: Section<'_, '_>) -> Option<Exchange> {
    let at = section.required_text("at", "write the address at which a token is got");
    let at = at.and_then(|text| {
        let url = Url::parse(&text.value).ok().filter(|url| url.scheme() == "https");
        if url.is_none() {
            section.problem_with(&text, "is no address", "begin it with https://");
        }
        url
    });
    let form = section.text("form").map(|text| text.value).unwrap_or_default();
    let form = form_urlencoded::parse(form.as_bytes()).into_owned().collect();
    let basic = section.truth("basic").is_some_and(|truth| truth.value);
    let json = section.truth("json").is_some_and(|truth| truth.value);
    // RFC 6749, section 5.1.
    let token = section.text("token").map_or_else(|| "access_token".to_owned(), |it| it.value);
    section.finish();
    Some(Exchange { at: at?, form, json, token, basic })
}

fn quota(section: Section<'_, '_>) -> Quota {
    let texts = |key| -> Vec<String> {
        section.texts(key, LIST_MAX).into_iter().map(|text| text.value.to_lowercase()).collect()
    };
    let field = |key| section.text(key).and_then(|text| json::field(&section, &text));
    let fields = |key| -> Vec<Field> {
        section.texts(key, LIST_MAX).iter().filter_map(|text| json::field(&section, text)).collect()
    };
    let requests = section.integer("requests", 1..=REQUESTS_MAX);
    let per = section.duration("per", Duration::from_secs(1)..=ALLOWANCE_MAX);
    let allowance = match (&requests, &per) {
        (Some(requests), Some(per)) => {
            Some((u32::try_from(requests.value).unwrap_or(u32::MAX), per.value))
        }
        (None, None) => None,
        _ => {
            section
                .problem("needs both `requests` and `per`", "as in requests = 60, per = \"1 min\"");
            None
        }
    };
    let quota = Quota {
        backoff: field("backoff"),
        left: field("left"),
        left_headers: texts("left_header"),
        reset_headers: texts("reset_header"),
        spent: fields("spent"),
        expired: fields("expired"),
        words: field("words"),
        allowance,
        pause: section.duration("pause", Duration::from_secs(1)..=ALLOWANCE_MAX).map(|it| it.value),
    };
    section.finish();
    quota
}
