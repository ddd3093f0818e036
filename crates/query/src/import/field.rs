//! What the fields of the dialects become, and the readers of values that several of them share.

use model::{Kind, Lang};

use super::grammar::Wildcards;
use super::out::Out;
use super::place;
use super::term::{self, Form, Reading};
use crate::Filter;
use crate::filter::BadSite;

/// What a field of a dialect is in Vigie's language.
#[derive(Debug, Clone, Copy)]
pub(super) enum Field {
    /// A field of words.
    Words(&'static str),
    /// A field of words that holds more than the dialect's does, for this reason.
    WordsWider { name: &'static str, why: &'static str },
    /// The same with everything that stands after it.
    WordsOfRest(&'static str),
    /// A filter, from a value.
    Value(fn(&str) -> Result<Value, String>),
    /// A range of whole numbers up to the largest.
    Numbers { name: &'static str, max: u32 },
    /// Words as they are written, with capitals and signs.
    Verbatim,
    /// Nothing, for this reason.
    None(&'static str),
    /// Nothing, for this reason, with everything that stands after it.
    NoneOfRest(&'static str),
}

/// What the value of a field becomes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Same(Out),
    /// It finds the same but for what is said.
    Noted(Out, String),
    /// It finds more, for this reason.
    Wider(Out, String),
}

/// Writes a filter; quotation marks are set where the value needs them.
pub(super) fn filter(name: &'static str, value: &str) -> Out {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | '%');
    let value: String = value.chars().filter(|c| !c.is_control() && *c != '"').collect();
    let text = if !value.is_empty() && value.chars().all(plain) {
        format!("{name}:{value}")
    } else {
        format!("{name}:\"{value}\"")
    };
    Out::filter(name, text)
}

/// Reads `example.com`, `www.example.com/path/` or a whole address.
pub(super) fn site(written: &str) -> Result<Value, String> {
    let address = address(written)?;
    if !address.split('/').next().is_some_and(|host| host.contains('.')) {
        return Err("it is not the name of a site".to_owned());
    }
    Ok(Value::Same(filter("site", &address)))
}

/// Reads a site, or an end of host names such as `.gov`.
pub(super) fn site_or_suffix(written: &str) -> Result<Value, String> {
    Ok(Value::Same(filter("site", &address(written)?)))
}

fn address(written: &str) -> Result<String, String> {
    let address = written.trim();
    let address = address.split_once("://").map_or(address, |(_, address)| address);
    let address = ["*.", ".", "www."]
        .into_iter()
        .fold(address, |address, start| address.strip_prefix(start).unwrap_or(address));
    let address = address.strip_suffix("/*").unwrap_or(address).trim_end_matches('/');
    if address.contains('*') {
        return Err("an address with a * in it cannot be asked for".to_owned());
    }
    let is_one_word = address.starts_with(char::is_alphanumeric)
        && !address.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\\' | '@'));
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match Filter::site(address) {
        Ok(Filter::Site { host, .. }) if is_one_word && host.chars().all(is_of_host) => {
            Ok(address.to_owned())
        }
        Err(BadSite::HasQuery) => Err("it is one page, not a site".to_owned()),
        Err(BadSite::TooDeep) => Err("it is too long for a site".to_owned()),
        Ok(_) | Err(BadSite::NotAnAddress) => Err("it is not the name of a site".to_owned()),
    }
}

pub(super) fn lang(written: &str) -> Result<Value, String> {
    let code = Lang::from_tag(written);
    let code = code.ok_or("it is not a language code of two or three letters")?;
    let out = filter("lang", code.as_str());
    if written.trim().contains(['-', '_']) {
        let why = format!("only the language is carried over, as lang:{code}");
        return Ok(Value::Wider(out, why));
    }
    Ok(Value::Same(out))
}

pub(super) fn country(written: &str) -> Result<Value, String> {
    let code = place::country(written.trim());
    code.map(|code| Value::Same(filter("country", code)))
        .ok_or_else(|| "it is not a country that Vigie knows".to_owned())
}

/// Reads a place within a country, such as `usa.fl`: its country is the nearest that there is.
pub(super) fn place_in_country(written: &str) -> Result<Value, String> {
    let country = written.split('.').next().and_then(|code| place::country(code.trim()));
    let country = country.ok_or("Vigie knows no places within countries")?;
    let why = format!("Vigie knows no places within countries; country:{country} stands for it");
    Ok(Value::Wider(filter("country", country), why))
}

pub(super) fn tag(written: &str) -> Result<Value, String> {
    let tag = written.trim().trim_start_matches('#');
    if tag.chars().any(char::is_alphanumeric) && !tag.contains('*') {
        Ok(Value::Same(filter("tag", tag)))
    } else {
        Err("it names no tag".to_owned())
    }
}

pub(super) fn kind(kind: Kind) -> Out {
    filter("kind", kind.as_str())
}

pub(super) fn tone(written: &str) -> Result<Value, String> {
    match written.trim().to_lowercase().as_str() {
        tone @ ("negative" | "neutral" | "positive") => Ok(Value::Same(filter("tone", tone))),
        _ => Err("the tones are negative, neutral and positive".to_owned()),
    }
}

/// Writes the words of an author's name.
pub(super) fn author(written: &str) -> Result<Out, String> {
    let reading = Reading { wildcards: Wildcards::StarAndQuestion, signs: "", exact: false };
    let term = term::term(written.trim().trim_start_matches('@'), Form::Word, reading);
    let term = term.filter(|term| term.losses.is_empty()).ok_or("it is not a name")?;
    Ok(Out::Scoped { field: "author", part: Box::new(Out::words(term.clause())) })
}

/// Reads a handle, with or without its sign.
pub(super) fn handle(written: &str) -> Result<Value, String> {
    let name = written.trim().trim_start_matches('@');
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if is_name {
        // Between quotation marks it is the handle even where a part of this name is configured.
        Ok(Value::Same(Out::words(format!("\"@{name}\""))))
    } else {
        Err("it is not a name".to_owned())
    }
}

pub(super) fn subreddit(written: &str) -> Result<Value, String> {
    let name = written.trim().trim_start_matches('/');
    let name = name.strip_prefix("r/").unwrap_or(name).trim_end_matches('/');
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if is_name {
        Ok(Value::Same(filter("site", &format!("reddit.com/r/{name}"))))
    } else {
        Err("it is not the name of a subreddit".to_owned())
    }
}
