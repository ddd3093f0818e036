//! Base64 (RFC 4648), which Atom allows for the text of an entry.

/// Decodes text in Base64; `None` for what is not, or what is no UTF-8 once decoded.
pub(crate) fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let mut bits = 0_u32;
    let mut count = 0;
    for byte in text.bytes().filter(|b| !b.is_ascii_whitespace() && *b != b'=') {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(((bits >> count) & 0xff) as u8);
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_decoded_or_left_alone() {
        let check = |text: &str, expect: Option<&str>| assert_eq!(decode(text).as_deref(), expect);
        check("T3phbMOpZQ==", Some("Ozalée"));
        check("T3ph\nbMOpZQ", Some("Ozalée"));
        check("Not base64!", None);
        check("/////w==", None);
    }
}
