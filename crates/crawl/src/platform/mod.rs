//! Platforms: places that search for us, or that are read by names that the owner gives. What each can be
//! asked, with which credentials and how often is data, the `[platform]` table of a preset
//! (`config/presets/README.md` explains every key). Whether a platform answers as its preset says is known
//! only once it was asked.

mod access;
mod body;
mod load;
mod quota;
mod template;
#[cfg(test)]
mod tests;

use std::time::Duration;

use reqwest::header::HeaderMap;
use url::Url;

pub use self::access::{Access, Login};
pub(crate) use self::access::{Asked, Asking, Token};
pub(crate) use self::load::platform;
pub use self::quota::Quota;
pub(crate) use self::quota::Said;
pub use self::template::Values;

use self::body::Body;
use self::template::Template;
use crate::search::Language;

/// What a platform can be asked.
#[derive(Debug, Clone)]
pub struct Platform {
    /// Where it is; of none there are many, and the owner says which.
    pub host: Option<Url>,
    pub searches: Vec<Way>,
    /// How it is read by names: of channels, accounts, pages.
    pub names: Vec<Way>,
    /// What such a name is, for people.
    pub named: String,
    /// Names to search in where the owner gives none.
    pub names_usual: Vec<String>,
    pub account: Option<Account>,
    pub quota: Quota,
    /// Whether what its lists lead to is read as well: what was said in answer to what was found.
    follow: bool,
    /// What is sent with every request.
    headers: HeaderMap,
    /// What is asked with POST, where it is.
    body: Option<Body>,
}

/// One way to ask.
#[derive(Debug, Clone)]
pub struct Way {
    at: Vec<Template>,
    /// What a search there can say; `None` where it searches for nothing.
    pub language: Option<Language>,
    /// Whether it answers only to an account.
    pub needs_account: bool,
}

/// How an account is shown to a platform.
#[derive(Debug, Clone)]
pub struct Account {
    /// Hosts that see it, besides the one that the owner names. No other ever does.
    hosts: Vec<String>,
    shown: Shown,
    /// The parameter that says whose token it is.
    user: Option<String>,
    exchange: Option<Exchange>,
    /// What the owner has to get, in one sentence.
    pub what: String,
}

#[derive(Debug, Clone)]
enum Shown {
    /// `Authorization: Bearer …`
    Bearer,
    Header(reqwest::header::HeaderName),
    Parameter(String),
}

/// Where a token that is good for some time is got for one that the owner has.
#[derive(Debug, Clone)]
struct Exchange {
    at: Url,
    /// What is sent, as a form: `{user}` and `{token}` are the owner's.
    form: Vec<(String, String)>,
    /// Whether user and token are shown as a user and a password (RFC 6749, section 2.3.1).
    basic: bool,
}

/// How long a platform is left alone that says that it was asked too often, and not for how long.
const PAUSE_USUAL: Duration = Duration::from_hours(1);

impl Platform {
    /// Whether any of these ways is open without an account.
    pub fn is_open(ways: &[Way]) -> bool {
        ways.iter().any(|way| !way.needs_account)
    }
}

impl Way {
    /// Returns the addresses at which it is asked for these values; none where one that it cannot do
    /// without is missing.
    pub fn addresses(&self, host: Option<&Url>, values: &Values<'_>) -> Vec<Url> {
        self.at.iter().filter_map(|template| template.filled(host, values)).collect()
    }

    /// Whether it asks for names.
    pub fn asks_for_names(&self) -> bool {
        self.at.iter().any(|template| template.has("name"))
    }
}
