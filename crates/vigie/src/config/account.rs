//! The `[accounts.*]` tables: what the owner has for platforms that want to know who asks.

use std::path::Path;

use crawl::{Login, Platform};
use model::Secret;

use super::secret::{Had, Place};
use super::{Crawl, Secrets};
use settings::{Field, Section};

/// One account, and the platform that it is for.
#[derive(Debug, Clone)]
pub(super) struct Account {
    pub(super) name: String,
    pub(super) platform: String,
    user: Option<String>,
    /// `None` where nobody asked for secrets.
    token: Option<Secret>,
}

impl Account {
    pub(super) fn login(&self) -> Option<Login> {
        let (name, user) = (self.name.clone(), self.user.clone());
        Some(Login { name, user, token: self.token.clone()? })
    }
}

pub(super) fn accounts(
    root: &Section<'_, '_>,
    crawl: &Crawl,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Vec<Account> {
    let mut accounts = Vec::new();
    for (name, section) in root.named_sections("accounts") {
        accounts.extend(account(name, &section, crawl, folder, secrets));
        section.finish();
    }
    accounts
}

fn account(
    name: Field<String>,
    section: &Section<'_, '_>,
    crawl: &Crawl,
    folder: &Path,
    secrets: Secrets<'_>,
) -> Option<Account> {
    let of = section.required_text("platform", "the platform that it is for");
    let user = section.text("user");
    let place = Place::token(section);
    if !place.is_said() {
        let hint = "add token_file or token_env; a token never stands in this file";
        section.absent(&place.keys, "has no token", hint);
    }
    let token = match place.read(section, folder, secrets) {
        Had::Read(token) if token.reveal().trim().is_empty() => {
            section.problem("the token is empty", "write the token and nothing else there");
            None
        }
        Had::Read(token) => Some(token),
        Had::Left | Had::Wrong => None,
    };
    let of = of?;
    let known = platform(section, &of, crawl)?;
    if known.account.is_none() {
        let message = format!("{} wants no account", of.value);
        section.problem_with(&of, message, "remove it");
    } else if known.account_needs_user() && user.is_none() {
        let what = known.account.as_ref().map(|account| account.what.as_str()).unwrap_or_default();
        let hint = format!("{what}; see docs/platforms.md");
        section.absent(&["user"], "`user` is missing", hint);
    }
    let user = user.map(|user| user.value);
    Some(Account { name: name.value, platform: of.value, user, token })
}

/// Returns the platform of this name; that there is none is reported.
pub(super) fn platform<'c>(
    section: &Section<'_, '_>,
    name: &Field<String>,
    crawl: &'c Crawl,
) -> Option<&'c Platform> {
    let found = crawl.presets.get(&name.value).and_then(|preset| preset.platform.as_ref());
    if found.is_none() {
        let known: Vec<&str> =
            crawl.presets.platforms().map(|preset| preset.name.as_str()).collect();
        let message = format!("there is no platform \"{}\"", name.value);
        section.problem_with(name, message, format!("write one of: {}", known.join(", ")));
    }
    found
}
