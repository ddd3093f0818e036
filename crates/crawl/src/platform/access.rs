//! How the addresses of one source are asked: with whose credentials, and what they must never reach.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use model::{Secret, Timestamp};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue};
use url::Url;

use super::body::Sent;
use super::{Account, Exchange, Platform, Quota, Shown};

/// What the owner has for a platform.
#[derive(Debug, Clone)]
pub struct Login {
    /// What the configuration calls it.
    pub name: String,
    pub user: Option<String>,
    pub token: Secret,
}

/// How the addresses of one source are asked.
pub struct Access {
    platform: Platform,
    login: Option<Login>,
    /// Where the owner says that the platform is.
    instance: Option<Url>,
    /// The token that was got for the owner's. Never locked across a wait.
    held: Mutex<Option<Token>>,
}

/// A token that is good for some time.
#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) secret: Secret,
    pub(crate) until: Timestamp,
}

/// A request as it is sent.
pub(crate) struct Asked {
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    /// With it the request is a POST.
    pub(crate) body: Option<Sent>,
}

/// How a token is asked for.
pub(crate) struct Asking<'a> {
    pub(crate) url: Url,
    /// A user and a password.
    pub(crate) basic: Option<(String, Secret)>,
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    /// What the token is called in the answer.
    pub(crate) token: &'a str,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").field("login", &self.login).finish_non_exhaustive()
    }
}

impl Access {
    /// `instance` is where the owner says that the platform is; it sees the account too.
    pub fn new(platform: &Platform, login: Option<Login>, instance: Option<Url>) -> Self {
        Self { platform: platform.clone(), login, instance, held: Mutex::default() }
    }

    pub(crate) fn quota(&self) -> &Quota {
        &self.platform.quota
    }

    /// Whether what its lists lead to is read as well.
    pub fn follows(&self) -> bool {
        self.platform.follow
    }

    /// Returns how many further pages are read in one round at most.
    pub fn pages(&self) -> Option<u32> {
        self.platform.pages
    }

    /// Returns how many requests in such a time the platform allows to all, where it is that is asked.
    pub fn allowance_at(&self, url: &Url) -> Option<(u32, Duration)> {
        let host = self.instance.as_ref().or(self.platform.host.as_ref());
        let is_there = host.is_none_or(|host| host.host_str() == url.host_str());
        self.platform.quota.allowance.filter(|_| is_there)
    }

    /// Returns what the configuration calls the account.
    pub(crate) fn account(&self) -> Option<&str> {
        self.login.as_ref().map(|login| login.name.as_str())
    }

    /// Tells whether the account is shown at an address: at the platform's own hosts, encrypted, and where
    /// the owner says that the platform is.
    pub(crate) fn is_shown_at(&self, url: &Url) -> bool {
        let (Some(account), Some(_)) = (&self.platform.account, &self.login) else { return false };
        let is_instance =
            self.instance.as_ref().is_some_and(|known| known.origin() == url.origin());
        let is_own = url.scheme() == "https"
            && url.host_str().is_some_and(|host| account.hosts.iter().any(|known| known == host));
        is_instance || is_own && self.instance.is_none()
    }

    /// Returns the token to show, `None` where one has to be got first.
    pub(crate) fn token(&self, now: Timestamp) -> Option<Secret> {
        let login = self.login.as_ref()?;
        if self.exchange().is_none() {
            return Some(login.token.clone());
        }
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.as_ref().filter(|held| now < held.until).map(|held| held.secret.clone())
    }

    /// Keeps a token that was got, or forgets the one that was kept.
    pub(crate) fn keep(&self, token: Option<Token>) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = token;
    }

    /// Returns how a token is got, where one is.
    pub(crate) fn asking(&self) -> Option<Asking<'_>> {
        let (exchange, login) = (self.exchange()?, self.login.as_ref()?);
        let user = login.user.as_deref().unwrap_or_default();
        let own = |value: &str| match value {
            "{user}" => user.to_owned(),
            "{token}" => login.token.reveal().to_owned(),
            value => value.to_owned(),
        };
        let pairs = exchange.form.iter().map(|(name, value)| (name.clone(), own(value)));
        let (content_type, body) = if exchange.json {
            let object: serde_json::Map<_, _> =
                pairs.map(|(name, value)| (name, value.into())).collect();
            ("application/json", serde_json::Value::Object(object).to_string())
        } else {
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            ("application/x-www-form-urlencoded", form.extend_pairs(pairs).finish())
        };
        let basic = exchange.basic.then(|| (user.to_owned(), login.token.clone()));
        let url = match &self.instance {
            Some(instance) => instance.join(&exchange.at[url::Position::BeforePath..]).ok()?,
            None => exchange.at.clone(),
        };
        Some(Asking { url, basic, content_type, body, token: &exchange.token })
    }

    /// Writes the request for an address.
    pub(crate) fn asked(&self, url: &Url, token: Option<&Secret>, now: Timestamp) -> Asked {
        let (mut url, body) = match &self.platform.body {
            Some(body) => {
                let (url, body) = body.of(url, now);
                (url, Some(body))
            }
            None => (url.clone(), None),
        };
        let mut headers = self.platform.headers.clone();
        let account = self.platform.account.as_ref().filter(|_| self.is_shown_at(&url));
        if let (Some(account), Some(token)) = (account, token) {
            match &account.shown {
                Shown::Bearer => {
                    let said = format!("Bearer {}", token.reveal());
                    headers.extend(secret_header(AUTHORIZATION, &said));
                }
                Shown::Header(name) => headers.extend(secret_header(name.clone(), token.reveal())),
                Shown::Parameter(name) => {
                    url.query_pairs_mut().append_pair(name, token.reveal());
                }
            }
            let user = self.login.as_ref().and_then(|login| login.user.as_deref());
            if let (Some(name), Some(user)) = (&account.user, user) {
                url.query_pairs_mut().append_pair(name, user);
            }
        }
        Asked { url, headers, body }
    }

    /// Takes off an address what shows the account: a site may repeat it where it redirects to.
    pub(crate) fn bare(&self, url: &Url) -> Url {
        let Some(account) = &self.platform.account else { return url.clone() };
        let shown = match &account.shown {
            Shown::Parameter(name) => Some(name),
            Shown::Bearer | Shown::Header(_) => None,
        };
        let is_own = |name: &str| {
            [shown, account.user.as_ref()].into_iter().flatten().any(|known| known == name)
        };
        if !url.query_pairs().any(|(name, _)| is_own(&name)) {
            return url.clone();
        }
        let kept: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        let mut bare = url.clone();
        bare.set_query(None);
        for (name, value) in kept.iter().filter(|(name, _)| !is_own(name)) {
            bare.query_pairs_mut().append_pair(name, value);
        }
        bare
    }

    /// Takes the account's secrets out of words that people will read.
    pub(crate) fn hidden(&self, words: &str) -> String {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let held = held.as_ref().map(|held| held.secret.clone());
        let own = self.login.as_ref().map(|login| login.token.clone());
        let secrets =
            [held, own].into_iter().flatten().filter(|secret| !secret.reveal().is_empty());
        secrets.fold(words.to_owned(), |words, secret| words.replace(secret.reveal(), "***"))
    }

    fn exchange(&self) -> Option<&Exchange> {
        self.platform.account.as_ref()?.exchange.as_ref()
    }
}

impl Platform {
    /// Whether an account of it needs a user as well.
    pub fn account_needs_user(&self) -> bool {
        self.account.as_ref().is_some_and(Account::needs_user)
    }
}

impl Account {
    fn needs_user(&self) -> bool {
        let of_exchange = |exchange: &Exchange| {
            exchange.basic || exchange.form.iter().any(|(_, value)| value == "{user}")
        };
        self.user.is_some() || self.exchange.as_ref().is_some_and(of_exchange)
    }
}

/// A header that no log shows; none where a token cannot stand in one.
fn secret_header(name: HeaderName, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(true);
    Some((name, value))
}
