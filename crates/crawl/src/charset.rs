//! Bytes to text: which encoding a body is in, whatever the headers and declarations say.
//!
//! The declarations are tried in the order of the standards (byte order mark, HTTP, the document
//! itself), but one that the bytes contradict is passed over: RFC 3023 would read half the
//! world's UTF-8 as ASCII. What nobody declares is guessed.

use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

/// How far into a document its own declaration is looked for.
const DECLARATION_BYTES_MAX: usize = 2048;
/// How much of a body is looked at to guess.
const GUESS_BYTES_MAX: usize = 256 * 1024;

/// A body as text.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The encoding's name, as in the WHATWG's Encoding standard.
    pub encoding: &'static str,
    /// The encoding that was declared and that the bytes contradict.
    pub contradicted: Option<String>,
    /// Bytes that are no text in the encoding became U+FFFD.
    pub damaged: bool,
}

/// Decodes a body by its byte order mark, the `Content-Type` header, its own declaration, or a guess.
pub fn decode<'a>(body: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    if let Some(text) = decode_utf32(body) {
        return Decoded {
            text: text.into(),
            encoding: "UTF-32",
            contradicted: None,
            damaged: false,
        };
    }
    let marked = Encoding::for_bom(body);
    if let Some((encoding, mark_bytes)) = marked {
        let (text, damaged) = encoding.decode_without_bom_handling(&body[mark_bytes..]);
        if !damaged || encoding != UTF_8 {
            return Decoded { text, encoding: encoding.name(), contradicted: None, damaged };
        }
    }
    if let Some(encoding) = wide_without_mark(body) {
        let (text, damaged) = encoding.decode_without_bom_handling(body);
        return Decoded { text, encoding: encoding.name(), contradicted: None, damaged };
    }
    decode_bytewise(body, content_type)
}

/// Decodes what is not in units of two or four bytes.
fn decode_bytewise<'a>(body: &'a [u8], content_type: Option<&str>) -> Decoded<'a> {
    let labels = [content_type.and_then(header_charset), declared_charset(body)];
    let labels = || labels.iter().flatten();
    let is_utf8 = !body.is_ascii() && std::str::from_utf8(body).is_ok();
    let mut contradicted = None;
    for label in labels() {
        let declared = for_label(label).filter(|encoding| {
            // UTF-16 in words of one byte: the declaration was kept when the body was transcoded.
            *encoding != UTF_16LE && *encoding != UTF_16BE
                // Text in several bytes a character is UTF-8 by chance only when it is very short.
                && !(is_utf8 && encoding.is_single_byte())
        });
        let Some(encoding) = declared else {
            contradicted.get_or_insert_with(|| label.clone());
            continue;
        };
        let (text, damaged) = encoding.decode_without_bom_handling(body);
        if !damaged {
            let contradicted = contradicted.filter(|_| !body.is_ascii());
            return Decoded { text, encoding: encoding.name(), contradicted, damaged };
        }
        contradicted.get_or_insert_with(|| label.clone());
    }
    let encoding = guess(body, labels().find_map(|label| for_label(label)));
    let (text, damaged) = encoding.decode_without_bom_handling(body);
    let contradicted = contradicted.filter(|_| !body.is_ascii());
    Decoded { text, encoding: encoding.name(), contradicted, damaged }
}

/// Guesses the encoding of bytes whose declaration, if there is one, does not fit them.
fn guess(body: &[u8], declared: Option<&'static Encoding>) -> &'static Encoding {
    if std::str::from_utf8(body).is_ok() {
        return UTF_8;
    }
    // A few broken characters in what is otherwise UTF-8 are cut or spliced texts, and no reason
    // to read the whole in another encoding.
    let (text, _) = UTF_8.decode_without_bom_handling(body);
    let broken = text.matches('\u{fffd}').count();
    let sound = text.chars().filter(|c| !c.is_ascii() && *c != '\u{fffd}').count();
    if sound > broken {
        return UTF_8;
    }
    if let Some(declared) = declared.filter(|d| *d != UTF_8 && *d != UTF_16LE && *d != UTF_16BE) {
        return declared;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(&body[..body.len().min(GUESS_BYTES_MAX)], true);
    detector.guess(None, Utf8Detection::Deny)
}

/// Returns the encoding that a label means, the misspelt ones included.
fn for_label(label: &str) -> Option<&'static Encoding> {
    let label = label.trim().to_ascii_lowercase();
    if let Some(encoding) = Encoding::for_label(label.as_bytes()) {
        return Some(encoding);
    }
    let squeezed: String = label.chars().filter(char::is_ascii_alphanumeric).collect();
    let squeezed = squeezed.strip_prefix('x').unwrap_or(&squeezed);
    let known = match squeezed {
        "utf8" | "unicode11utf8" | "utf8mb4" | "uft8" => "utf-8",
        "utf16" | "ucs2" | "unicode" => "utf-16le",
        "latin1" | "iso88591" | "usascii" | "ascii" | "ansi" | "iso8859" | "8859" | "latin" => {
            "iso-8859-1"
        }
        "latin2" => "iso-8859-2",
        "latin9" | "iso885915" => "iso-8859-15",
        "koi8" => "koi8-r",
        "mac" | "macroman" => "macintosh",
        "cp932" | "ms932" | "sjis" => "shift_jis",
        "cp936" | "ms936" | "hz" | "hzgb2312" => "gbk",
        "cp949" | "ms949" => "euc-kr",
        "cp950" | "ms950" => "big5",
        _ => {
            let page = squeezed.strip_prefix("windows").or_else(|| squeezed.strip_prefix("win"));
            let page = page.or_else(|| squeezed.strip_prefix("cp"));
            let spelt = match (page, squeezed.strip_prefix("iso8859")) {
                (Some(page), _) => format!("windows-{page}"),
                (None, Some(part)) => format!("iso-8859-{part}"),
                (None, None) => return None,
            };
            return Encoding::for_label(spelt.as_bytes());
        }
    };
    Encoding::for_label(known.as_bytes())
}

/// Reads `charset` from a media type, tolerating the quotes, spaces and colons that servers put there.
fn header_charset(content_type: &str) -> Option<String> {
    let at = content_type.to_ascii_lowercase().find("charset")?;
    charset_value(&content_type[at + "charset".len()..])
}

fn charset_value(text: &str) -> Option<String> {
    let value = text.trim_start().strip_prefix(['=', ':'])?;
    let value = value.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\''));
    let end = value
        .find(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | ';' | ',' | '>' | '?' | '/'));
    let value = &value[..end.unwrap_or(value.len())];
    (!value.is_empty() && value.len() <= 40).then(|| value.to_owned())
}

/// Reads the encoding that a document gives itself: `<?xml … encoding="…"?>` or `<meta charset="…">`.
fn declared_charset(body: &[u8]) -> Option<String> {
    let start = &body[..body.len().min(DECLARATION_BYTES_MAX)];
    let start = WINDOWS_1252.decode_without_bom_handling(start).0.to_ascii_lowercase();
    let xml = start.find("<?xml").map(|at| &start[at..]);
    let xml = xml.and_then(|xml| {
        let declaration = &xml[..xml.find("?>")?];
        charset_value(&declaration[declaration.find("encoding")? + "encoding".len()..])
    });
    xml.or_else(|| {
        let mut metas =
            start.split("<meta").skip(1).map(|meta| meta.split('>').next().unwrap_or(meta));
        metas.find_map(|meta| charset_value(&meta[meta.find("charset")? + "charset".len()..]))
    })
}

/// Recognises UTF-16 without a mark by its first two characters, which in markup are ASCII.
fn wide_without_mark(body: &[u8]) -> Option<&'static Encoding> {
    match body {
        [0, b'<' | b'{' | b' ' | b'\n', 0, 1..=127, ..] => Some(UTF_16BE),
        [b'<' | b'{' | b' ' | b'\n', 0, 1..=127, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// Decodes UTF-32, which browsers no longer know, by its mark or its first character.
fn decode_utf32(body: &[u8]) -> Option<String> {
    let (units, big_endian) = match body {
        [0, 0, 0xfe, 0xff, rest @ ..] => (rest, true),
        [0xff, 0xfe, 0, 0, rest @ ..] => (rest, false),
        [0, 0, 0, b'<', ..] => (body, true),
        [b'<', 0, 0, 0, ..] => (body, false),
        _ => return None,
    };
    let (units, _) = units.as_chunks::<4>();
    let read = |unit| if big_endian { u32::from_be_bytes(unit) } else { u32::from_le_bytes(unit) };
    Some(units.iter().map(|unit| char::from_u32(read(*unit)).unwrap_or('\u{fffd}')).collect())
}

/// Undoes UTF-8 that was read as windows-1252 and encoded again (`Ã©` for `é`); `None` where the
/// text is not that.
pub(crate) fn undo_double_encoding(text: &str) -> Option<String> {
    // Every sequence of several bytes starts, so misread, with one of these.
    if !text.contains(|c| ('Â'..='ô').contains(&c)) {
        return None;
    }
    let mut bytes = Vec::with_capacity(text.len());
    for c in text.chars() {
        if let Ok(byte) = u8::try_from(u32::from(c)) {
            bytes.push(byte);
            continue;
        }
        let mut buffer = [0; 4];
        let (byte, _, unknown) = WINDOWS_1252.encode(c.encode_utf8(&mut buffer));
        if unknown {
            return None;
        }
        bytes.extend_from_slice(&byte);
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(body: &[u8], content_type: Option<&str>, encoding: &str, text: &str) {
        let decoded = decode(body, content_type);
        assert_eq!((decoded.encoding, &*decoded.text), (encoding, text), "{content_type:?}");
    }

    #[test]
    fn the_bytes_have_the_last_word() {
        check("thé".as_bytes(), None, "UTF-8", "thé");
        check("thé".as_bytes(), Some("text/xml; charset=iso-8859-1"), "UTF-8", "thé");
        check(b"th\xe9", Some("text/xml; charset=utf-8"), "windows-1252", "thé");
        check(b"th\xe9", Some("text/xml; charset='ISO-8859-1'"), "windows-1252", "thé");
        check(
            b"<?xml encoding='cp-1251'?>\xf7\xe0\xe9",
            None,
            "windows-1251",
            "<?xml encoding='cp-1251'?>чай",
        );
        check(b"\xde\xc1\xca", Some("text/xml;charset = koi8-r"), "KOI8-R", "чай");
        check(b"<meta charset=gb2312>\xb2\xe8", None, "GBK", "<meta charset=gb2312>茶");
        check(b"\xff\xfet\0h\0", Some("text/xml; charset=utf-8"), "UTF-16LE", "th");
        check(b"\0<\0a", None, "UTF-16BE", "<a");
        check(b"<\0\0\0a\0\0\0", None, "UTF-32", "<a");
        check(b"\xef\xbb\xbf<a", None, "UTF-8", "<a");
        check(b"<?xml encoding='utf-16'?>", None, "UTF-8", "<?xml encoding='utf-16'?>");
    }

    #[test]
    fn a_declaration_that_does_not_fit_is_told() {
        let decoded = decode(b"th\xe9 glac\xe9", Some("text/xml; charset=utf-8"));
        assert_eq!(decoded.contradicted.as_deref(), Some("utf-8"));
        assert_eq!(decode(b"the", Some("text/xml; charset=klingon")).contradicted, None);
    }

    #[test]
    fn one_broken_character_does_not_turn_utf8_into_something_else() {
        let mut body = "thé, café, citronné, frappé".as_bytes().to_vec();
        body.push(0xe9);
        check(&body, None, "UTF-8", "thé, café, citronné, frappé\u{fffd}");
    }

    #[test]
    fn double_encoding_is_undone_only_where_it_was_done() {
        let check = |text: &str, expect: Option<&str>| {
            assert_eq!(undo_double_encoding(text).as_deref(), expect, "{text}");
        };
        check("thÃ© glacÃ©", Some("thé glacé"));
        check("donâ€™t", Some("don’t"));
        check("thé glacé", None);
        check("the", None);
        check("SÃO PAULO", None);
    }
}
