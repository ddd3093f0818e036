//! What a preset's selectors say: where on a page a value stands.

use regex::{Regex, RegexBuilder};
use scraper::Selector;
use scraper::error::SelectorErrorKind;

use settings::{Entry, Field, Section};

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
    /// The names, classes and identifiers without which nothing on a page can match.
    pub(super) needs: Vec<String>,
    /// The one of them that every element has that it names.
    pub(super) key: Option<String>,
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
        let (needs, key) = needs(text);
        Ok(Self { selector, needs, key, is_wide })
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
            "" | ":scope" => None,
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
    let own = table.truth("own").is_some_and(|own| own.value);
    let count = table.truth("count").is_some_and(|count| count.value);
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
    let message = if matches!(error, SelectorErrorKind::EndOfLine) {
        "no CSS selector: it ends too soon"
    } else if matches!(error, SelectorErrorKind::UnexpectedToken) {
        "no CSS selector: this is not expected here"
    } else {
        "no CSS selector"
    };
    let message = message.to_owned();
    let hint = "of the pseudo-classes, :not() :is() :where() :has() :scope :root :empty and those \
                that count children are known; ::text is not";
    BadPattern { byte, message, hint }
}

/// Lists the names, classes and identifiers that a selector cannot do without, as `a`, `.class` and
/// `#id`, with the one by which the elements are best looked up that it names.
fn needs(text: &str) -> (Vec<String>, Option<String>) {
    let mut needs: Vec<String> = Vec::new();
    let mut key: Option<String> = None;
    let mut depth = 0usize;
    let mut begins = true;
    let mut chars = text.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let is_name = begins && c.is_ascii_alphabetic();
        begins = false;
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth > 0 => {}
            // Either of two is enough, or a name is written so that it takes a parser to read it.
            ',' | '\\' | '"' | '\'' => return (Vec::new(), None),
            ' ' | '>' | '+' | '~' => {
                key = None;
                begins = true;
            }
            '.' | '#' | 'a'..='z' | 'A'..='Z' if is_name || matches!(c, '.' | '#') => {
                let mut end = text.len();
                while let Some((at, c)) = chars.peek() {
                    if !(c.is_alphanumeric() || matches!(c, '-' | '_' | '\\')) {
                        end = *at;
                        break;
                    }
                    chars.next();
                }
                let need = &text[start..end];
                if need.contains('\\') {
                    return (Vec::new(), None);
                }
                let need = if is_name { need.to_ascii_lowercase() } else { need.to_owned() };
                // A class is rarer than an element's name.
                if key.as_ref().is_none_or(|key| !key.starts_with(['.', '#'])) {
                    key = Some(need.clone());
                }
                needs.push(need);
            }
            ':' => {
                while chars.peek().is_some_and(|(_, c)| c.is_alphanumeric() || *c == '-') {
                    chars.next();
                }
            }
            _ => {}
        }
    }
    (needs, key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_says_what_it_cannot_do_without_and_what_it_names() {
        let check = |text: &str, needs: &[&str], key: Option<&str>| {
            let css = Css::parse(text).unwrap();
            assert_eq!(
                (css.needs, css.key.as_deref()),
                (needs.iter().map(|&need| need.to_owned()).collect(), key),
                "{text}"
            );
        };
        check("div.post h3 a", &["div", ".post", "h3", "a"], Some("a"));
        check("#p12.post-body > .a_b", &["#p12", ".post-body", ".a_b"], Some(".a_b"));
        check("div[id^='p.x'] .c:not(.d > e)", &["div", ".c"], Some(".c"));
        check("div.post.name[title='a b']", &["div", ".post", ".name"], Some(".post"));
        check("td.a:has(> .b, .c)", &["td", ".a"], Some(".a"));
        check(".name a:not(.name)", &[".name", "a"], Some("a"));
        check("li:first-child", &["li"], Some("li"));
        check(".a + b:nth-child(2)", &[".a", "b"], Some("b"));
        check(".a > [b]", &[".a"], None);
        check(".a > *", &[".a"], None);
        check(":scope > B", &["b"], Some("b"));
        check(".a, .b", &[], None);
        check(".md\\:flex", &[], None);
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
