//! A tolerant scanner for XML and HTML: splits any text into tags, text and CDATA, borrowing from it.
//!
//! It never fails and never reads a byte more than twice, whatever is wrong with the markup: a `<`
//! that begins no tag is text, an attribute whose quote is never closed ends with its tag. It
//! knows nothing of nesting ([`super::tree`]) or of what elements mean ([`super::text`]).

use std::borrow::Cow;

use quick_xml::escape::resolve_html5_entity;

/// Attributes read of one tag; the rest is passed over.
const ATTRIBUTES_MAX: usize = 64;
/// The longest reference that is looked up, without `&` and `;`: the longest name of HTML.
const REFERENCE_BYTES_MAX: usize = 32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Token<'a> {
    /// `<name attributes>`; `empty` for `<name/>`.
    Open {
        name: &'a str,
        attributes: &'a str,
        empty: bool,
    },
    Close {
        name: &'a str,
    },
    /// Text as written, with its references.
    Text(&'a str),
    CData(&'a str),
    /// What stands between `<!DOCTYPE` and its `>`.
    Doctype(&'a str),
    /// A comment or processing instruction.
    Aside,
}

/// The tokens of a text, with the place where each one ends.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
    /// Where the last of each of [`ENDINGS`] begins, once it was looked for: past it a search would
    /// only read on to the end in vain, once for every opening.
    last: [Option<usize>; ENDINGS.len()],
}

const ENDINGS: [&str; 6] = ["\"", "'", "-->", "]]>", "?>", ">"];

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0, last: [None; ENDINGS.len()] }
    }

    /// Returns the place of the next byte to read.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Goes back or forth to `at`, which must be the start of a token.
    pub(crate) fn seek(&mut self, at: usize) {
        self.at = at;
    }

    /// Returns where `ENDINGS[ending]` next begins, from `from` on.
    fn ending(&mut self, ending: usize, from: usize) -> Option<usize> {
        let text = self.text;
        let last =
            self.last[ending].get_or_insert_with(|| text.rfind(ENDINGS[ending]).unwrap_or(0));
        (from <= *last).then(|| text[from..].find(ENDINGS[ending]))?.map(|n| from + n)
    }

    /// Passes over a section that begins here with `opening` and ends with `ENDINGS[ending]`, or with the text.
    fn section(&mut self, opening: &str, ending: usize) -> &'a str {
        let start = self.at + opening.len();
        let end = self.ending(ending, start);
        self.at = end.map_or(self.text.len(), |end| end + ENDINGS[ending].len());
        &self.text[start..end.unwrap_or(self.text.len())]
    }

    fn doctype(&mut self) -> Token<'a> {
        let start = self.at + 2;
        let bytes = self.text.as_bytes();
        let (mut at, mut subset) = (start, false);
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'[' => subset = true,
                b']' => subset = false,
                b'"' | b'\'' => {
                    let ending = usize::from(*byte == b'\'');
                    at = self.ending(ending, at + 1).unwrap_or(at);
                }
                b'>' if !subset => break,
                _ => {}
            }
            at += 1;
        }
        let end = at.min(self.text.len());
        self.at = (end + 1).min(self.text.len());
        Token::Doctype(&self.text[start..end])
    }

    fn tag(&mut self) -> Option<Token<'a>> {
        let bytes = self.text.as_bytes();
        let closing = bytes.get(self.at + 1) == Some(&b'/');
        let name_start = self.at + 1 + usize::from(closing);
        let first = bytes.get(name_start)?;
        if !(first.is_ascii_alphabetic() || *first == b'_' || *first >= 0x80) {
            return None;
        }
        let is_end =
            |b: &u8| b.is_ascii_whitespace() || matches!(b, b'>' | b'/' | b'<' | b'=' | b'"');
        let name_end =
            bytes[name_start..].iter().position(is_end).map_or(bytes.len(), |n| name_start + n);
        let name = &self.text[name_start..name_end];
        let mut at = name_end;
        while let Some(byte) = bytes.get(at) {
            match byte {
                b'>' => break,
                // The tag was never closed, and another begins.
                b'<' => {
                    self.at = at;
                    return Some(tag(name, &self.text[name_end..at], closing));
                }
                b'"' | b'\'' if follows_equals(&bytes[name_end..at]) => {
                    let ending = usize::from(*byte == b'\'');
                    at = self.ending(ending, at + 1).unwrap_or(at);
                }
                _ => {}
            }
            at += 1;
        }
        let end = at.min(bytes.len());
        self.at = (end + 1).min(bytes.len());
        Some(tag(name, &self.text[name_end..end], closing))
    }
}

/// Whether what comes next is an attribute's value.
fn follows_equals(before: &[u8]) -> bool {
    before.iter().rev().find(|b| !b.is_ascii_whitespace()) == Some(&b'=')
}

fn tag<'a>(name: &'a str, rest: &'a str, closing: bool) -> Token<'a> {
    if closing {
        return Token::Close { name };
    }
    match rest.trim_end().strip_suffix('/') {
        Some(attributes) => Token::Open { name, attributes, empty: true },
        None => Token::Open { name, attributes: rest, empty: false },
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        let rest = self.text.get(self.at..).filter(|rest| !rest.is_empty())?;
        if rest.starts_with('<') {
            if rest.starts_with("<!--") {
                // A comment that is never closed ends where a tag would, not with the document.
                let closed = self.ending(2, self.at + 4).is_some();
                self.section("<!--", if closed { 2 } else { 5 });
                return Some(Token::Aside);
            }
            if rest.starts_with("<![CDATA[") {
                return Some(Token::CData(self.section("<![CDATA[", 3)));
            }
            if rest.starts_with("<?") {
                self.section("<?", 4);
                return Some(Token::Aside);
            }
            if rest.starts_with("<!") && rest[2..].starts_with(|c: char| c.is_ascii_alphabetic()) {
                return Some(self.doctype());
            }
            if let Some(tag) = self.tag() {
                return Some(tag);
            }
        }
        let length = rest.bytes().skip(1).position(|b| b == b'<').map_or(rest.len(), |n| n + 1);
        self.at += length;
        Some(Token::Text(&rest[..length]))
    }
}

/// Splits what stands in a tag after its name into names and values, references resolved.
pub(crate) fn attributes(text: &str) -> impl Iterator<Item = (&str, Cow<'_, str>)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || "/=\"'".contains(c));
        if rest.is_empty() {
            return None;
        }
        let name_end = rest.find(|c: char| c.is_whitespace() || c == '=').unwrap_or(rest.len());
        let (name, after) = rest.split_at(name_end);
        let Some(value) = after.trim_start().strip_prefix('=').map(str::trim_start) else {
            rest = after;
            return Some((name, Cow::Borrowed("")));
        };
        let (value, after) = match value.as_bytes().first() {
            Some(quote @ (b'"' | b'\'')) => {
                value[1..].split_once(char::from(*quote)).unwrap_or((&value[1..], ""))
            }
            _ => value.split_at(value.find(char::is_whitespace).unwrap_or(value.len())),
        };
        rest = after;
        Some((name, unescape(value, |_| None)))
    })
    .take(ATTRIBUTES_MAX)
}

/// Resolves character and entity references once. What is no reference (a stray `&`) stays as it
/// is; `own` knows the entities that a document declares.
pub(crate) fn unescape(text: &str, mut own: impl FnMut(&str) -> Option<String>) -> Cow<'_, str> {
    let Some(first) = text.find('&') else { return Cow::Borrowed(text) };
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(after) = rest.strip_prefix('&') {
        let name_end = after
            .bytes()
            .take(REFERENCE_BYTES_MAX)
            .position(|b| !(b.is_ascii_alphanumeric() || matches!(b, b'#' | b'_' | b'-' | b'.')))
            .unwrap_or(after.len().min(REFERENCE_BYTES_MAX));
        let name = after.get(..name_end).unwrap_or("");
        let closed = after.as_bytes().get(name_end) == Some(&b';');
        let resolved = match name.strip_prefix('#') {
            Some(number) => character(number).map(String::from),
            // Without its semicolon `&copy` may as well be a parameter of an address.
            None if closed => own(name).or_else(|| resolve_html5_entity(name).map(str::to_owned)),
            None => None,
        };
        rest = if let Some(resolved) = resolved {
            out.push_str(&resolved);
            &after[name_end + usize::from(closed)..]
        } else {
            out.push('&');
            after
        };
        let next = rest.find('&').unwrap_or(rest.len());
        out.push_str(&rest[..next]);
        rest = &rest[next..];
    }
    Cow::Owned(out)
}

/// Reads the number of a character reference. The control characters from 128 to 159 pass, for
/// [`super::text`] to read as HTML does.
fn character(number: &str) -> Option<char> {
    let code = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    let code = code.ok()?;
    char::from_u32(code)
        .filter(|c| (128..160).contains(&code) || !c.is_control() || c.is_whitespace())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_falls_apart_into_tokens() {
        let check = |text: &str, expect: &[&str]| {
            let tokens: Vec<String> = Tokens::new(text)
                .map(|token| match token {
                    Token::Open { name, attributes, empty } => {
                        format!("+{name}{attributes}{}", if empty { "/" } else { "" })
                    }
                    Token::Close { name } => format!("-{name}"),
                    Token::Text(text) | Token::CData(text) => text.to_owned(),
                    Token::Doctype(text) => format!("!{text}"),
                    Token::Aside => "?".to_owned(),
                })
                .collect();
            assert_eq!(tokens, expect, "{text}");
        };
        check("<a b='>'>x</a>", &["+a b='>'", "x", "-a"]);
        check("<a/>1 < 2<3", &["+a/", "1 ", "< 2", "<3"]);
        check("<a <b>x", &["+a ", "+b", "x"]);
        check("<a href=\"x>y</a>", &["+a href=\"x", "y", "-a"]);
        check("<![CDATA[<b>]]>&amp;<!-- <i> -->", &["<b>", "&amp;", "?"]);
        check("<![CDATA[cut", &["cut"]);
        check(
            "<?xml?><!DOCTYPE a [<!ENTITY b '>'>]><a>",
            &["?", "!DOCTYPE a [<!ENTITY b '>'>]", "+a"],
        );
        check("it's <b it's>x", &["it's ", "+b it's", "x"]);
        check("a<!-- never closed>b", &["a", "?", "b"]);
        check("<", &["<"]);
    }

    #[test]
    fn attributes_are_read_quoted_or_bare() {
        let check = |text: &str, expect: &[(&str, &str)]| {
            let found: Vec<(String, String)> = attributes(text)
                .map(|(name, value)| (name.to_owned(), value.into_owned()))
                .collect();
            let found: Vec<(&str, &str)> =
                found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            assert_eq!(found, expect, "{text}");
        };
        check(r#" a="1" b = '2' c=3 d"#, &[("a", "1"), ("b", "2"), ("c", "3"), ("d", "")]);
        check(r#" href="?a=1&amp;b=2&c=3""#, &[("href", "?a=1&b=2&c=3")]);
        check(r#" href = " http://ozalee.example/ ""#, &[("href", " http://ozalee.example/ ")]);
        check(r#" a="1"b='2'"#, &[("a", "1"), ("b", "2")]);
    }

    #[test]
    fn references_are_resolved_once() {
        let check = |text: &str, expect: &str| assert_eq!(unescape(text, |_| None), expect);
        check("th&eacute; &amp;amp; caf&#233;&#xE9;", "thé &amp; caféé");
        check("don&#146;t", "don\u{92}t");
        check("AT&T, a & b, &nosuch; &copy=1", "AT&T, a & b, &nosuch; &copy=1");
        check("&#0;&#xD800;&", "&#0;&#xD800;&");
        assert_eq!(
            unescape("&oz;!", |name| (name == "oz").then(|| "Ozalée".to_owned())),
            "Ozalée!"
        );
    }
}
