//! What a preset's selectors say: where on a page a value stands.

use regex::{Regex, RegexBuilder};
use scraper::Selector;
use scraper::error::SelectorErrorKind;

use super::check::{Entry, Field, Section};

/// Selectors that one key may list.
pub(super) const FINDS_MAX: usize = 32;
/// The longest selector or regular expression, in bytes.
const PATTERN_BYTES_MAX: usize = 500;
/// What a compiled regular expression may take, in bytes.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// A selector that was understood.
#[derive(Debug, Clone)]
pub(super) struct Css {
    pub(super) selector: Selector,
    /// The classes and identifiers without which nothing on a page can match, as `.class` and `#id`.
    pub(super) needs: Vec<String>,
    /// Whether to test one element may take looking at many others.
    pub(super) is_wide: bool,
}

/// Where a value stands within a record or on a page.
#[derive(Debug, Clone)]
pub(super) struct Find {
    /// `None` is the record itself.
    pub(super) css: Option<Css>,
    pub(super) value: Value,
    /// What is taken of the value: the first group, or all that matches.
    pub(super) part: Option<Regex>,
}

/// What counts of an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Value {
    Words,
    /// The words between its elements.
    OwnWords,
    Attribute(String),
    /// How many elements there are.
    Count,
}

/// Why a pattern is none, and where in it, in bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BadPattern {
    pub(super) byte: usize,
    pub(super) message: String,
    pub(super) hint: &'static str,
}

impl Css {
    fn parse(text: &str) -> Result<Self, BadPattern> {
        let selector = Selector::parse(text).map_err(|error| bad_selector(text, &error))?;
        let is_wide =
            ["~", ":has(", ":nth", "-of-type", ":only"].iter().any(|wide| text.contains(wide));
        Ok(Self { selector, needs: needs(text), is_wide })
    }
}

impl Find {
    /// Reads `selector`, `selector@attribute` or `@attribute`.
    fn parse(text: &str) -> Result<Self, BadPattern> {
        let name = text.rsplit_once('@').filter(|(_, name)| {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'))
        });
        let (css, value) = match name {
            Some((css, name)) => (css, Value::Attribute(name.to_ascii_lowercase())),
            None => (text, Value::Words),
        };
        let css = match css.trim() {
            "" if value == Value::Words => {
                let hint = "write a CSS selector such as \"div.post\", or \"@id\"";
                return Err(BadPattern { byte: 0, message: "is empty".to_owned(), hint });
            }
            "" => None,
            css => Some(Css::parse(css)?),
        };
        Ok(Self { css, value, part: None })
    }
}

/// Reads the selectors under `key`.
pub(super) fn finds(section: &Section<'_, '_>, key: &'static str) -> Vec<Find> {
    let entries = section.entries(key, FINDS_MAX);
    entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Text(text) => parsed(section, &text, Find::parse),
            Entry::Table(table) => find_of_table(table),
        })
        .collect()
}

/// Reads the selectors under `key` that name elements, not values.
pub(super) fn selectors(section: &Section<'_, '_>, key: &'static str) -> Vec<Css> {
    let texts = section.texts(key, FINDS_MAX);
    texts.iter().filter_map(|text| parsed(section, text, |text| Css::parse(text.trim()))).collect()
}

/// Reads the regular expressions under `key`.
pub(super) fn regexes(section: &Section<'_, '_>, key: &'static str) -> Vec<Regex> {
    let texts = section.texts(key, FINDS_MAX);
    texts.iter().filter_map(|text| parsed(section, text, regex)).collect()
}

fn find_of_table(table: Section<'_, '_>) -> Option<Find> {
    let hint = "write { select = \"p.author\", find = \"» (.+)\" }";
    let select = table.required_text("select", hint);
    let part = table.text("find").and_then(|text| parsed(&table, &text, regex));
    let own = table.truth("own").unwrap_or_default();
    let count = table.truth("count").unwrap_or_default();
    let mut find = select.and_then(|text| parsed(&table, &text, Find::parse));
    if let Some(find) = &mut find {
        if (own || count) && find.value != Value::Words || own && count {
            let hint = "keep one of: @attribute, own, count";
            table.problem("says twice what counts of the element", hint);
        } else if own {
            find.value = Value::OwnWords;
        } else if count {
            find.value = Value::Count;
        }
        find.part = part;
    }
    table.finish();
    find
}

/// Reports a text that cannot be read, with where in it.
pub(super) fn parsed<T>(
    section: &Section<'_, '_>,
    text: &Field<String>,
    parse: impl Fn(&str) -> Result<T, BadPattern>,
) -> Option<T> {
    let pattern = &text.value;
    if pattern.len() > PATTERN_BYTES_MAX {
        let message = format!("is longer than {PATTERN_BYTES_MAX} bytes");
        section.problem_with(text, message, "write several shorter ones, which are tried in order");
        return None;
    }
    match parse(pattern) {
        Ok(found) => Some(found),
        Err(BadPattern { byte, message, hint }) => {
            let before = pattern.get(..byte).unwrap_or(pattern);
            let column = before.chars().count() + 1;
            let message = format!("\"{pattern}\", at character {column}: {message}");
            section.problem_with(text, message, hint);
            None
        }
    }
}

fn regex(pattern: &str) -> Result<Regex, BadPattern> {
    let bad = |byte, message| BadPattern {
        byte,
        message,
        hint: "the syntax is that of https://docs.rs/regex; put it between 'single quotes'",
    };
    if let Err(error) = regex_syntax::Parser::new().parse(pattern) {
        return Err(match error {
            regex_syntax::Error::Parse(error) => {
                bad(error.span().start.offset, error.kind().to_string())
            }
            regex_syntax::Error::Translate(error) => {
                bad(error.span().start.offset, error.kind().to_string())
            }
            _ => bad(0, "is no regular expression".to_owned()),
        });
    }
    let built = RegexBuilder::new(pattern).size_limit(REGEX_BYTES_MAX).build();
    built.map_err(|_| bad(0, format!("takes more than {REGEX_BYTES_MAX} bytes")))
}

/// Says where a selector stops being one: scraper does not tell.
fn bad_selector(text: &str, error: &SelectorErrorKind) -> BadPattern {
    let ends = text.char_indices().map(|(byte, _)| byte).filter(|byte| *byte > 0);
    let byte = ends.rev().find(|end| Selector::parse(&text[..*end]).is_ok()).unwrap_or(0);
    let message = match error {
        SelectorErrorKind::EndOfLine => "no CSS selector: it ends too soon",
        SelectorErrorKind::UnexpectedToken => "no CSS selector: this is not expected here",
        _ => "no CSS selector",
    };
    let message = message.to_owned();
    let hint = "of the pseudo-classes, :not() :is() :where() :has() :scope :root :empty and those \
                that count children are known; ::text is not";
    BadPattern { byte, message, hint }
}

/// Lists the classes and identifiers that a selector cannot do without.
fn needs(text: &str) -> Vec<String> {
    let mut needs = Vec::new();
    let mut depth = 0usize;
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            // Either of two is enough, or a name is written so that it takes a parser to read it.
            ',' if depth == 0 => return Vec::new(),
            '\\' | '"' | '\'' if depth == 0 => return Vec::new(),
            '.' | '#' if depth == 0 => {
                let mut end = text.len();
                while let Some((at, c)) = chars.peek() {
                    if !(c.is_alphanumeric() || matches!(c, '-' | '_' | '\\')) {
                        end = *at;
                        break;
                    }
                    chars.next();
                }
                if text[start..end].contains('\\') {
                    return Vec::new();
                }
                needs.push(text[start..end].to_owned());
            }
            _ => {}
        }
    }
    needs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_says_what_it_cannot_do_without() {
        let check = |text: &str, expect: &[&str]| assert_eq!(needs(text), expect, "{text}");
        check("div.post h3 a", &[".post"]);
        check("#p12.post-body > .a_b", &["#p12", ".post-body", ".a_b"]);
        check("div[id^='p.x'] .c:not(.d)", &[".c"]);
        check(".a, .b", &[]);
        check("td.a:has(> .b, .c)", &[".a"]);
        check(".md\\:flex", &[]);
        check("h1", &[]);
    }

    #[test]
    fn a_bad_pattern_is_told_with_its_place() {
        let place = |text: &str| Find::parse(text).err().map(|bad| bad.byte);
        assert_eq!(place("div.post a@href"), None);
        assert_eq!(place("@id"), None);
        assert_eq!(place("div.post["), Some(8));
        assert_eq!(place("div >> a"), Some(4));
        assert_eq!(place("a::text"), Some(1));
        assert_eq!(place("  "), Some(0));
        assert_eq!(regex("a(b").err().map(|bad| bad.byte), Some(1));
        assert_eq!(regex("(a{1000}){1000}").err().map(|bad| bad.byte), Some(0));
    }
}
