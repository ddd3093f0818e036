//! Which item is this? Learned for each source from what it serves, because feeds regenerate guids,
//! give every entry the same link, or move to https. Pure: what the ledger knows is an argument.
//!
//! An item is known by its guid, else by its address, else by its content. A guid or address stops
//! counting for a source once two different items of one fetch shared it, or once it was new in
//! several fetches in a row for items that were not.

use std::collections::HashMap;

use model::{Item, ItemId};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

/// After this many fetches in a row whose guids (or addresses) were mostly new for known items,
/// they are taken to be made up afresh each time and are no longer remembered.
const RENEWALS_MAX: u32 = 3;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum KeyKind {
    Guid = 1,
    Address = 2,
    Content = 3,
}

/// One thing that an item is known by. Half of a SHA-256 is plenty against chance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) kind: KeyKind,
    pub(crate) hash: [u8; 16],
}

/// What one item could be known by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) guid: Option<Key>,
    pub(crate) address: Option<Key>,
    pub(crate) content: Key,
    title: [u8; 16],
}

/// An item of one fetch, with the items that the ledger knows under its keys.
#[derive(Debug, Clone)]
pub(crate) struct Sighting {
    pub(crate) keys: Keys,
    pub(crate) by_guid: Option<ItemId>,
    pub(crate) by_address: Option<ItemId>,
    pub(crate) by_content: Option<ItemId>,
    /// The guid was last seen on an item of another address, title and date.
    pub(crate) guid_reused: bool,
    /// Whether the source itself knows it, and not only another of its family.
    pub(crate) is_own: bool,
}

/// What a source's fetches have shown about its guids and addresses.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Evidence {
    guid: Witness,
    address: Witness,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Witness {
    /// Two different items were seen with the same one.
    shared: bool,
    /// How many fetches in a row gave known items new ones.
    renewed: u32,
}

/// What an item of a fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identity {
    Known(ItemId),
    /// The same as an earlier item of the same fetch, which is new.
    SameAs(usize),
    New,
}

/// Learns from one fetch, before its items are told apart.
pub(crate) fn learn(before: &Evidence, fetch: &[Sighting]) -> Evidence {
    let mut evidence = before.clone();
    evidence.guid.shared |=
        fetch.iter().any(|sighting| sighting.guid_reused) || some_share(fetch, |keys| keys.guid);
    evidence.address.shared |= some_share(fetch, |keys| keys.address);

    let guids = guid_tally(&evidence, fetch);
    let addresses = address_tally(&evidence, fetch);
    evidence.guid.renewed = guids.renewals(before.guid.renewed);
    evidence.address.renewed = addresses.renewals(before.address.renewed);
    evidence
}

/// Tells for each item of a fetch which one it is, by what was learned up to this fetch.
pub(crate) fn identify(evidence: &Evidence, fetch: &[Sighting]) -> Vec<Identity> {
    let guids_renewed = guid_tally(evidence, fetch).mostly_renewed();
    let mut met: HashMap<Key, Identity> = HashMap::new();
    let mut identities = Vec::with_capacity(fetch.len());
    for (position, sighting) in fetch.iter().enumerate() {
        let keys = evidence.trusted(&sighting.keys);
        let content = keys.is_empty().then_some(sighting.keys.content);
        let lookup = |key: Option<Key>, known: Option<ItemId>| {
            let key = key?;
            met.get(&key).copied().or(known.map(Identity::Known))
        };
        let identity = lookup(keys.guid, sighting.by_guid)
            .or_else(|| lookup(keys.address, sighting.by_address))
            .or_else(|| lookup(content, sighting.by_content))
            // Without an address, an item whose guid was renewed can only be told by its content.
            // Only by former content: two entries of one fetch with their own guids are two.
            .or_else(|| {
                let told = guids_renewed && keys.address.is_none();
                sighting.by_content.filter(|_| told).map(Identity::Known)
            })
            .unwrap_or(Identity::New);

        let here = match identity {
            Identity::New => Identity::SameAs(position),
            Identity::Known(_) | Identity::SameAs(_) => identity,
        };
        for key in [keys.guid, keys.address, content].into_iter().flatten() {
            met.entry(key).or_insert(here);
        }
        identities.push(identity);
    }
    identities
}

/// The guid and address of an item, each only if its source's may be believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trusted {
    pub(crate) guid: Option<Key>,
    pub(crate) address: Option<Key>,
}

impl Trusted {
    fn is_empty(self) -> bool {
        self.guid.is_none() && self.address.is_none()
    }
}

impl Evidence {
    pub(crate) fn trusted(&self, keys: &Keys) -> Trusted {
        Trusted {
            guid: keys.guid.filter(|_| self.guid.is_trusted()),
            address: keys.address.filter(|_| self.address.is_trusted()),
        }
    }
}

impl Witness {
    fn is_trusted(&self) -> bool {
        !self.shared && self.renewed < RENEWALS_MAX
    }
}

/// How many items of a fetch were known by their guid (or address), and how many had a new one.
struct Tally {
    known: usize,
    renewed: usize,
}

impl Tally {
    fn mostly_renewed(&self) -> bool {
        self.renewed > self.known
    }

    fn renewals(&self, before: u32) -> u32 {
        match self {
            Self { known: 0, renewed: 0 } => before,
            tally if tally.mostly_renewed() => before.saturating_add(1),
            Self { .. } => 0,
        }
    }
}

fn guid_tally(evidence: &Evidence, fetch: &[Sighting]) -> Tally {
    let known = |s: &&Sighting| s.keys.guid.is_some() && s.by_guid.is_some();
    let renewed = |s: &&Sighting| {
        let address = s.keys.address.filter(|_| !evidence.address.shared);
        let known = if address.is_some() { s.by_address } else { s.by_content };
        s.keys.guid.is_some() && s.by_guid.is_none() && known.is_some()
    };
    Tally {
        known: fetch.iter().filter(known).count(),
        renewed: fetch.iter().filter(renewed).count(),
    }
}

fn address_tally(evidence: &Evidence, fetch: &[Sighting]) -> Tally {
    let known = |s: &&Sighting| s.keys.address.is_some() && s.by_address.is_some();
    let renewed = |s: &&Sighting| {
        let guid = s.by_guid.filter(|_| !evidence.guid.shared);
        s.keys.address.is_some() && s.by_address.is_none() && guid.is_some()
    };
    Tally {
        known: fetch.iter().filter(known).count(),
        renewed: fetch.iter().filter(renewed).count(),
    }
}

/// Returns whether two different items of one fetch have the same key.
fn some_share(fetch: &[Sighting], key: impl Fn(&Keys) -> Option<Key>) -> bool {
    let mut first: HashMap<Key, &Keys> = HashMap::new();
    fetch.iter().any(|sighting| {
        let keys = &sighting.keys;
        key(keys).is_some_and(|key| are_different(first.entry(key).or_insert(keys), keys))
    })
}

/// Returns whether two entries of one fetch are different items, though they share a key.
fn are_different(a: &Keys, b: &Keys) -> bool {
    if a.content == b.content {
        return false;
    }
    match (a.guid, b.guid) {
        // One item at two of its revisions, as Atom allows (RFC 4287, section 4.1.1), keeps its
        // address and headline.
        (Some(one), Some(other)) if one == other => {
            a.title != b.title || a.address.is_none() || a.address != b.address
        }
        (Some(_), Some(_)) | (None, _) | (_, None) => true,
    }
}

impl Keys {
    pub(crate) fn of(item: &Item) -> Self {
        let guid = item.guid.as_deref().map(str::trim).filter(|guid| !guid.is_empty());
        Self {
            guid: guid.map(|guid| Key { kind: KeyKind::Guid, hash: guid_hash(guid) }),
            address: item.url.as_ref().and_then(address_key),
            content: content_key(&item.title, &item.text),
            title: hash(&fold(&item.title)),
        }
    }

    /// Returns whether two items carry the same headline.
    pub(crate) fn same_title(&self, title: &str) -> bool {
        self.title == hash(&fold(title))
    }
}

/// Returns what an address is known by. A home page is where many items are told of; it is none of
/// them.
pub(crate) fn address_key(url: &Url) -> Option<Key> {
    (url.path() != "/" || url.query().is_some())
        .then(|| Key { kind: KeyKind::Address, hash: hash(&address(url)) })
}

/// Case and white space do not count: a headline set in capitals is not another text.
fn content_key(title: &str, text: &str) -> Key {
    // Folded text has no line feed, so that nothing can pass from the title into the text.
    Key { kind: KeyKind::Content, hash: hash(&format!("{}\n{}", fold(title), fold(text))) }
}

fn guid_hash(guid: &str) -> [u8; 16] {
    match Url::parse(guid) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => hash(&address(&url)),
        Ok(_) | Err(_) => hash(guid),
    }
}

/// Writes an address without what changes while the page stays: scheme, `www.`, a final slash.
fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let fragment = url.fragment().map(|fragment| format!("#{fragment}")).unwrap_or_default();
    format!("{host}{port}{path}{query}{fragment}")
}

fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.extend(word.chars().flat_map(char::to_lowercase));
    }
    folded
}

fn hash(text: &str) -> [u8; 16] {
    let digest: [u8; 32] = Sha256::digest(text).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    half
}

#[cfg(test)]
mod tests;
