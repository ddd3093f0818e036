//! How letters are folded, and what the apostrophe does. French and English words differ from their folded
//! forms in few letters, so no table of Unicode is asked.

/// Appends the folded form of a letter: lower case, without accents, œ and æ written out.
pub(super) fn fold(c: char, folded: &mut Vec<u8>) {
    if c.is_ascii() {
        return folded.push(c.to_ascii_lowercase() as u8);
    }
    let plain: &[u8] = match c {
        'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'À' | 'Á' | 'Â' | 'Ã' | 'Ä' | 'Å' => b"a",
        'ç' | 'Ç' => b"c",
        'è' | 'é' | 'ê' | 'ë' | 'È' | 'É' | 'Ê' | 'Ë' => b"e",
        'ì' | 'í' | 'î' | 'ï' | 'Ì' | 'Í' | 'Î' | 'Ï' => b"i",
        'ñ' | 'Ñ' => b"n",
        'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ö' | 'ø' | 'Ø' => b"o",
        'ù' | 'ú' | 'û' | 'ü' | 'Ù' | 'Ú' | 'Û' | 'Ü' => b"u",
        'ÿ' | 'ý' | 'Ÿ' | 'Ý' => b"y",
        'œ' | 'Œ' => b"oe",
        'æ' | 'Æ' => b"ae",
        'ß' => b"ss",
        c if is_accent(c) => b"",
        c => {
            let lower = c.to_lowercase().next().unwrap_or(c);
            folded.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes());
            return;
        }
    };
    folded.extend_from_slice(plain);
}

/// A combining accent, as decomposed texts have them.
pub(super) fn is_accent(c: char) -> bool {
    ('\u{300}'..='\u{36F}').contains(&c)
}

pub(super) fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '’' | 'ʼ' | '`')
}

/// The French words that lose their vowel: what follows is a word of its own.
pub(super) fn is_elision(form: &[u8]) -> bool {
    matches!(
        form,
        b"l" | b"d"
            | b"j"
            | b"n"
            | b"s"
            | b"c"
            | b"m"
            | b"t"
            | b"qu"
            | b"jusqu"
            | b"lorsqu"
            | b"puisqu"
    )
}
