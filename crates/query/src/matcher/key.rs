//! The keys by which words, prefixes and filters are known in the vocabulary.

use model::Item;
use url::Url;

use crate::filter::{self, Filter};
use crate::hash::{Role, hash, in_role};
use crate::{Glob, Scope, TextField};

/// The fields whose words share their keys: title and text. The others have keys of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    Main,
    Field(TextField),
}

impl Space {
    pub(super) fn of_scope(scope: Scope) -> Self {
        match scope {
            Scope::TitleOrText | Scope::Title | Scope::Text => Self::Main,
            Scope::Author => Self::Field(TextField::Author),
            Scope::Quote => Self::Field(TextField::Quote),
            Scope::Url => Self::Field(TextField::Url),
            Scope::Links => Self::Field(TextField::Links),
        }
    }

    pub(super) fn of_field(field: TextField) -> Self {
        match field {
            TextField::Title | TextField::Text => Self::Main,
            TextField::Author | TextField::Quote | TextField::Url | TextField::Links => {
                Self::Field(field)
            }
        }
    }

    /// Returns the key of what has this one in title and text.
    pub(super) fn key(self, key: u64) -> u64 {
        match self {
            Self::Main => key,
            Self::Field(field) => key ^ (field as u64 + 1).wrapping_mul(0xE703_7ED1_A0B4_28DB),
        }
    }
}

pub(super) fn of_word(folded: &str) -> u64 {
    in_role(hash(folded.as_bytes()), Role::Word)
}

pub(super) fn of_surface(surface: &str) -> u64 {
    in_role(hash(surface.as_bytes()), Role::Surface)
}

pub(super) fn of_prefix(prefix: &str) -> u64 {
    in_role(hash(prefix.as_bytes()), Role::Prefix)
}

pub(super) fn of_glob(glob: &Glob) -> u64 {
    // No folded word has a star or a question mark.
    in_role(hash(glob.to_string().as_bytes()), Role::Surface)
}

pub(super) fn of_filter(filter: &Filter) -> u64 {
    named(filter.name(), filter.term().as_bytes())
}

fn named(name: &str, value: &[u8]) -> u64 {
    in_role(hash(name.as_bytes()).rotate_left(1) ^ hash(value), Role::Filter)
}

/// Which of the sites that an address lies on are of interest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sites {
    None,
    Hosts,
    WithPaths,
}

/// Calls `meets` with the keys of the sites that the item lies on.
pub(super) fn of_sites(item: &Item, sites: Sites, meets: &mut impl FnMut(u64)) {
    match (sites, &item.url) {
        (Sites::None, _) | (_, None) => {}
        (Sites::Hosts, Some(url)) => hosts(url, meets),
        (Sites::WithPaths, Some(url)) => {
            for site in filter::sites(url) {
                meets(of_filter(&site));
            }
        }
    }
}

/// Calls `meets` with the key of every other filter that the item satisfies.
pub(super) fn of_filters(item: &Item, meets: &mut impl FnMut(u64)) {
    filter::besides_sites(item, |filter| meets(of_filter(&filter)));
}

fn hosts(url: &Url, meets: &mut impl FnMut(u64)) {
    filter::hosts(url, |host| meets(named("site", host.as_bytes())));
}
