//! Addresses with places for what is asked for.

use model::Lang;
use url::{Url, form_urlencoded};

/// What an address may have a place for.
pub(super) const PLACES: [&str; 4] = ["query", "name", "lang", "country"];

/// An address, whole or from the root of a host. A parameter without a value is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template(String);

/// What is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Values<'v> {
    pub query: Option<&'v str>,
    pub name: Option<&'v str>,
    pub lang: Option<&'v Lang>,
    /// In capitals.
    pub country: Option<&'v str>,
}

impl Values<'_> {
    fn get(&self, place: &str) -> Option<String> {
        match place {
            "query" => self.query.map(str::to_owned),
            "name" => self.name.map(str::to_owned),
            // `fr-FR` is said `fr`: the country has a place of its own.
            "lang" => self.lang.map(|lang| lang.as_str().to_owned()),
            "country" => self.country.map(str::to_owned),
            _ => None,
        }
    }
}

impl Template {
    /// Reads an address; what is none is refused in words.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        for place in places(text) {
            if !PLACES.contains(&place) {
                return Err(format!("{{{place}}} is nothing that is asked for"));
            }
        }
        let template = Self(text.to_owned());
        let lang = Lang::from_tag("fr");
        let (query, name, country) = (Some("x"), Some("x"), Some("FR"));
        let all = Values { query, name, lang: lang.as_ref(), country };
        let host = Url::parse("https://host.example").ok();
        let is_address = text.starts_with('/') || text.starts_with("https://");
        if !is_address || template.filled(host.as_ref(), &all).is_none() {
            return Err("is no address: begin it with https:// or, from the host's root, /".into());
        }
        Ok(template)
    }

    pub(super) fn has(&self, place: &str) -> bool {
        places(&self.0).any(|known| known == place)
    }

    /// Returns the address, at the host that is given, if any, else at its own.
    pub(super) fn filled(&self, host: Option<&Url>, values: &Values<'_>) -> Option<Url> {
        let (path, query) = self.0.split_once('?').unwrap_or((&self.0, ""));
        let mut text = fill(path, &|place| values.get(place).map(|value| of_path(&value)))?;
        let encoded = |place: &str| -> Option<String> {
            let value = values.get(place)?;
            Some(form_urlencoded::byte_serialize(value.as_bytes()).collect())
        };
        let parameters = query.split('&').filter(|part| !part.is_empty());
        let parameters: Vec<String> = parameters.filter_map(|part| fill(part, &encoded)).collect();
        if self.has("query") && values.query.is_none() || self.has("name") && values.name.is_none()
        {
            return None;
        }
        if !parameters.is_empty() {
            text = format!("{text}?{}", parameters.join("&"));
        }
        let own = if text.starts_with('/') { None } else { Some(Url::parse(&text).ok()?) };
        let rest = match &own {
            Some(own) => &own[url::Position::BeforePath..],
            None => &text,
        };
        match host {
            // A host may have all of it below a path of its own.
            Some(host) => {
                let below = host.path().trim_end_matches('/');
                host.join(&format!("{below}{rest}")).ok()
            }
            None => own,
        }
    }
}

/// Puts values into their places; `None` where one is missing.
fn fill(text: &str, value: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    pieces(text).into_iter().try_fold(String::new(), |filled, piece| {
        Some(match piece {
            Piece::Text(text) => filled + text,
            Piece::Place(place) => filled + &value(place)?,
        })
    })
}

fn places(text: &str) -> impl Iterator<Item = &str> {
    pieces(text).into_iter().filter_map(|piece| match piece {
        Piece::Place(place) => Some(place),
        Piece::Text(_) => None,
    })
}

enum Piece<'t> {
    Text(&'t str),
    Place(&'t str),
}

/// Cuts an address where its places are. A brace that is written twice is one.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        pieces.push(Piece::Text(before));
        if after.starts_with("{{") || after.starts_with("}}") {
            pieces.push(Piece::Text(&after[..1]));
            rest = &after[2..];
        } else {
            let (place, end) = after[1..].split_once('}').unwrap_or((&after[1..], ""));
            pieces.push(Piece::Place(place));
            rest = end;
        }
    }
    pieces.push(Piece::Text(rest));
    pieces
}

/// Writes a value as a part of a path: its slashes part it, nothing else does.
fn of_path(value: &str) -> String {
    let written: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    written.replace('+', "%20").replace("%2F", "/")
}
