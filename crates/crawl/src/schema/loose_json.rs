//! JSON as pages write it: with comments, commas too many, line feeds and quotes in texts.

use serde_json::{Map, Value};

/// Values within values; what is deeper ends its document.
const DEPTH_MAX: usize = 100;
/// Documents that follow one another in one script.
const DOCUMENTS_MAX: usize = 1000;

/// Reads the documents of a script, as far as they can be understood.
pub(super) fn read(text: &str) -> Vec<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return vec![value];
    }
    // Some systems escape the script as if it were text.
    let unescaped = (!text.contains('"') && text.contains("&quot;"))
        .then(|| text.replace("&quot;", "\"").replace("&#39;", "'").replace("&amp;", "&"));
    let mut reader = Reader { text: unescaped.as_deref().unwrap_or(text), at: 0 };
    let mut values = Vec::new();
    while values.len() < DOCUMENTS_MAX && reader.at < reader.text.len() {
        match reader.value(0) {
            Some(value @ (Value::Object(_) | Value::Array(_))) => values.push(value),
            Some(_) => {}
            None => reader.step(),
        }
    }
    values
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// What stands around and between values, with where it ends.
const ASIDE: [(&str, &str); 6] =
    [("//", "\n"), ("/*", "*/"), ("<!--", ""), ("-->", ""), ("<![CDATA[", ""), ("]]>", "")];

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self) {
        self.at += self.peek().map_or(1, char::len_utf8);
    }

    fn skip(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| {
                c.is_whitespace() || c.is_control() || matches!(c, ';' | '\u{feff}')
            });
            self.at += rest.len() - trimmed.len();
            let Some((open, close)) = ASIDE.iter().find(|(open, _)| trimmed.starts_with(open))
            else {
                return;
            };
            let inside = &trimmed[open.len()..];
            let length = inside.find(close).map_or(inside.len(), |end| end + close.len());
            self.at += open.len() + length;
        }
    }

    /// Reads a value; `None` where none begins.
    fn value(&mut self, depth: usize) -> Option<Value> {
        self.skip();
        match self.peek()? {
            '{' | '[' if depth >= DEPTH_MAX => {
                self.at = self.text.len();
                None
            }
            '{' => Some(self.object(depth)),
            '[' => Some(self.array(depth)),
            quote @ ('"' | '\'') => Some(Value::String(self.string(quote, false))),
            '}' | ']' | ',' | ':' => None,
            _ => Some(self.word()),
        }
    }

    fn object(&mut self, depth: usize) -> Value {
        self.step();
        let mut object = Map::new();
        loop {
            self.skip();
            let key = match self.peek() {
                Some('}') => {
                    self.step();
                    break;
                }
                // Its end is missing: it belongs to the array around it.
                None | Some(']') => break,
                Some(',' | ':' | '{' | '[') => {
                    self.step();
                    continue;
                }
                Some(quote @ ('"' | '\'')) => self.string(quote, true),
                Some(_) => {
                    let word = self.word();
                    word.as_str().map_or_else(|| word.to_string(), str::to_owned)
                }
            };
            self.skip();
            if self.peek() == Some(':') {
                self.step();
                if let Some(value) = self.value(depth + 1) {
                    object.insert(key, value);
                }
            }
        }
        Value::Object(object)
    }

    fn array(&mut self, depth: usize) -> Value {
        self.step();
        let mut array = Vec::new();
        loop {
            self.skip();
            match self.peek() {
                Some(']') => {
                    self.step();
                    break;
                }
                None | Some('}') => break,
                Some(',' | ':') => self.step(),
                Some(_) => array.extend(self.value(depth + 1)),
            }
        }
        Value::Array(array)
    }

    /// Reads what stands without quotes: a number, `true`, or what is no JSON at all.
    fn word(&mut self) -> Value {
        let rest = self.rest();
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | ':' | '{' | '}' | '[' | ']');
        let word = &rest[..rest.find(is_end).unwrap_or(rest.len())];
        self.at += word.len();
        match serde_json::from_str(word) {
            Ok(value) => value,
            Err(_) if word == "undefined" => Value::Null,
            Err(_) => Value::String(word.to_owned()),
        }
    }

    fn string(&mut self, quote: char, is_key: bool) -> String {
        self.step();
        let mut string = String::new();
        while let Some(c) = self.peek() {
            self.step();
            if c == '\\' {
                let escaped = self.escaped();
                string.extend(escaped);
            } else if c == quote && self.ends_string(is_key) {
                break;
            } else {
                string.push(c);
            }
        }
        string
    }

    fn escaped(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.step();
        match c {
            'n' => Some('\n'),
            't' => Some('\t'),
            'r' => Some('\r'),
            'b' | 'f' => Some(' '),
            'u' => {
                let high = self.hex()?;
                if (0xd800..0xdc00).contains(&high) && self.rest().starts_with("\\u") {
                    self.at += 2;
                    let low = self.hex()?;
                    let pair = 0x1_0000 + ((high - 0xd800) << 10) + low.checked_sub(0xdc00)?;
                    return char::from_u32(pair);
                }
                char::from_u32(high)
            }
            c => Some(c),
        }
    }

    fn hex(&mut self) -> Option<u32> {
        let digits = self.rest().get(..4)?;
        let number = u32::from_str_radix(digits, 16).ok()?;
        self.at += 4;
        Some(number)
    }

    /// Whether the quote that was just read ends its string: what follows would be JSON. The others
    /// are quotes that nobody escaped.
    fn ends_string(&self, is_key: bool) -> bool {
        let rest = self.rest().trim_start();
        match rest.chars().next() {
            None | Some('}' | ']') => true,
            Some(':') => is_key,
            Some('/') => rest.starts_with("//") || rest.starts_with("/*"),
            Some(',') => {
                let next = rest[1..].trim_start();
                let words = ["true", "false", "null", "//", "/*"];
                next.is_empty()
                    || next.starts_with(['"', '\'', '{', '[', '}', ']', '-'])
                    || next.starts_with(|c: char| c.is_ascii_digit())
                    || words.iter().any(|word| next.starts_with(word))
            }
            // The comma is missing: a key follows.
            Some('"') => {
                let key: String = rest[1..].chars().take(60).collect();
                key.split_once('"').is_some_and(|(_, after)| after.trim_start().starts_with(':'))
            }
            Some(_) => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_breaks_the_rules_of_json_is_read_all_the_same() {
        let check = |text: &str, expect: &[Value]| assert_eq!(read(text), expect, "{text}");
        check(r#"{"a": 1}"#, &[json!({"a": 1})]);
        check(r#"<!-- {"a": 1} -->"#, &[json!({"a": 1})]);
        check("//<![CDATA[\n{\"a\": 1}\n//]]>", &[json!({"a": 1})]);
        check("/*<![CDATA[*/ {\"a\": 1} /*]]>*/;", &[json!({"a": 1})]);
        check(r#"{"a": [1, 2, ], "b": "c", }"#, &[json!({"a": [1, 2], "b": "c"})]);
        check("{\"a\": \"b\", // no\n \"c\": 2 /* nor */}", &[json!({"a": "b", "c": 2})]);
        check("{\"a\": \"one\ntwo\u{1}\"}", &[json!({"a": "one\ntwo\u{1}"})]);
        check(
            r#"{"a": "so "good", they say", "b": 1}"#,
            &[json!({"a": "so \"good\", they say", "b": 1})],
        );
        check(r#"{"a": "b" "c": "d"}"#, &[json!({"a": "b", "c": "d"})]);
        check(r#"{"a": 1}{"b": 2}"#, &[json!({"a": 1}), json!({"b": 2})]);
        check(r#"{"a": 1},{"b": 2}"#, &[json!({"a": 1}), json!({"b": 2})]);
        check(r#"{a: 'b', "c": undefined}"#, &[json!({"a": "b", "c": null})]);
        check(r#"{"a": ["b", {"c": "cut of"#, &[json!({"a": ["b", {"c": "cut of"}]})]);
        check(r#"[{"a": 1, {"b": 2}]"#, &[json!([{"a": 1, "b": 2}])]);
        check("{&quot;a&quot;: &quot;b &amp; c&quot;}", &[json!({"a": "b & c"})]);
        check(r#"{"a": "\u00e9\ud83d\ude00\'",}"#, &[json!({"a": "é😀'"})]);
        check("var x = 1;", &[]);
        check("", &[]);
        check("}]:,", &[]);
    }

    #[test]
    fn no_text_takes_long() {
        for text in ["[", "{\"a\":", "\"", "{'", "<!--", "\" ,", "{\"a\" : \" \" "] {
            read(&text.repeat(20_000));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_text_breaks_the_reader(text in r#"[\[\]{}:,"'a0\\u\-<!/*\n é]{0,60}"#) {
            read(&text);
        }
    }
}
