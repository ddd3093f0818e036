//! Fields: what a preset says of where a value is found. Paths, templates and words, the first of
//! which that gives anything is taken: `name || username`, `/t/{slug}/{id}`, `'Lemmy'`.

use serde_json::Value;

use super::path::{Path, Place, is_said, word};

/// The longest word that is put into an address or kept as a name, in bytes: what is in the
/// document once can be asked for by every record.
const WORD_BYTES_MAX: usize = 4096;

/// What is wrong with a field, and the byte where.
pub(crate) type Bad = (usize, String);

/// Where a value is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Field {
    alternatives: Vec<Alternative>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Alternative {
    Path(Path),
    /// A word of the preset's own, in quotes.
    Word(String),
    Template(Vec<Piece>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot { path: Path, changes: Vec<Change>, need: Need },
}

/// Whether a template without this value says nothing, or is written without it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    Required,
    Optional,
}

/// What is done to a value before it is put into a template.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Change {
    /// `last`: what follows the last slash.
    Last,
    /// `after X`: what follows the first X; nothing where there is none.
    After(String),
    /// `before X`: what stands before the first X, all of it where there is none.
    Before(String),
    /// `plus 1`, `minus 1`
    Plus(i64),
}

impl Field {
    /// Reads a field; what is none is refused with the byte where it stops being one.
    pub(crate) fn parse(text: &str) -> Result<Self, Bad> {
        let alternatives = split(text).into_iter().map(|(start, part)| {
            let start = start + part.len() - part.trim_start().len();
            let part = part.trim();
            let quoted = part.strip_prefix('\'').and_then(|part| part.strip_suffix('\''));
            let read = match quoted {
                _ if part.is_empty() => Err((0, "a path is missing".to_owned())),
                Some(word) => Ok(Alternative::Word(word.to_owned())),
                None if part.contains('{') => template(part).map(Alternative::Template),
                None => Path::parse(part).map(Alternative::Path),
            };
            read.map_err(|(byte, message)| (start + byte, message))
        });
        Ok(Self { alternatives: alternatives.collect::<Result<_, Bad>>()? })
    }

    /// Returns all values of the first alternative that has any. Templates are no values.
    pub(super) fn all<'v>(&self, place: Place<'v, '_>) -> Vec<&'v Value> {
        for alternative in &self.alternatives {
            if let Alternative::Path(path) = alternative {
                let found = path.all(place);
                if !found.is_empty() {
                    return found;
                }
            }
        }
        Vec::new()
    }

    /// Whether `null` stands where it leads.
    pub(super) fn is_null(&self, place: Place) -> bool {
        self.alternatives.iter().any(|alternative| match alternative {
            Alternative::Path(path) => path.is_null(place),
            Alternative::Word(_) | Alternative::Template(_) => false,
        })
    }

    /// Whether it leads to anything, be it empty.
    pub(super) fn exists(&self, place: Place) -> bool {
        !self.all(place).is_empty()
    }

    /// Whether it leads to anything that says yes.
    pub(crate) fn is_said(&self, place: Place) -> bool {
        self.all(place).into_iter().any(is_said)
    }

    /// Whether the first word that it gives says yes.
    pub(super) fn says_yes(&self, place: Place) -> bool {
        self.word(place).is_some_and(|word| !matches!(word.as_str(), "0" | "false"))
    }

    /// Returns the first word that it gives, as it stands in the document, of any length.
    pub(super) fn text(&self, place: Place) -> Option<String> {
        self.alternatives.iter().find_map(|alternative| match alternative {
            Alternative::Path(path) => path.all(place).into_iter().find_map(word),
            Alternative::Word(word) => Some(word.clone()),
            Alternative::Template(pieces) => filled(pieces, place, str::to_owned),
        })
    }

    /// Returns the first word that it gives, as [`Field::text`] does; one that is too long for a word
    /// is none.
    pub(crate) fn word(&self, place: Place) -> Option<String> {
        self.text(place).filter(|word| word.len() <= WORD_BYTES_MAX)
    }

    /// Returns the first address that it gives, as written. What a template puts into one cannot
    /// begin a query or a fragment there.
    pub(super) fn address(&self, place: Place) -> Option<String> {
        self.alternatives
            .iter()
            .find_map(|alternative| match alternative {
                Alternative::Path(path) => path.all(place).into_iter().find_map(word),
                Alternative::Word(word) => Some(word.clone()),
                Alternative::Template(pieces) => filled(pieces, place, encoded),
            })
            .filter(|address| address.len() <= WORD_BYTES_MAX)
    }
}

/// Splits at `||` outside quotes; each part with the byte where it begins.
fn split(text: &str) -> Vec<(usize, &str)> {
    let mut parts = Vec::new();
    let (mut start, mut quote) = (0, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, '|') if at >= start && text[at..].starts_with("||") => {
                parts.push((start, &text[start..at]));
                start = at + 2;
            }
            _ => {}
        }
    }
    parts.push((start, text.get(start..).unwrap_or_default()));
    parts
}

fn template(text: &str) -> Result<Vec<Piece>, Bad> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let place = text.len() - after.len();
        let (slot, after) = after
            .split_once('}')
            .ok_or_else(|| (place - 1, "this `{` is never closed by `}`".to_owned()))?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        let (slot, need) = match slot.strip_suffix('?') {
            Some(slot) => (slot, Need::Optional),
            None => (slot, Need::Required),
        };
        let mut parts = slot.split('|');
        let path = Path::parse(parts.next().unwrap_or_default());
        let path = path.map_err(|(byte, message)| (place + byte, message))?;
        let changes = parts.map(change).collect::<Result<_, _>>();
        let changes = changes.map_err(|message| (place, message))?;
        pieces.push(Piece::Slot { path, changes, need });
        rest = after;
    }
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn change(text: &str) -> Result<Change, String> {
    let text = text.trim_start();
    let (name, argument) = text.split_once(' ').unwrap_or((text, ""));
    let number = || argument.parse().map_err(|_| format!("`{name}` needs a whole number"));
    match (name, argument) {
        ("last", "") => Ok(Change::Last),
        ("after" | "before", "") => Err(format!("`{name}` needs the text that it looks for")),
        ("after", text) => Ok(Change::After(text.to_owned())),
        ("before", text) => Ok(Change::Before(text.to_owned())),
        ("plus", _) => Ok(Change::Plus(number()?)),
        ("minus", _) => Ok(Change::Plus(-number()?)),
        _ => Err(format!("`{text}` is not one of: last, after X, before X, plus N, minus N")),
    }
}

fn filled(pieces: &[Piece], place: Place, write: impl Fn(&str) -> String) -> Option<String> {
    let mut out = String::new();
    for piece in pieces {
        match piece {
            Piece::Text(text) => out.push_str(text),
            Piece::Slot { path, changes, need } => {
                let found = path.all(place).into_iter().find_map(word);
                let changed = found
                    .filter(|word| word.len() <= WORD_BYTES_MAX)
                    .and_then(|word| changes.iter().try_fold(word, change_of));
                match (changed, need) {
                    (Some(word), _) => out.push_str(&write(&word)),
                    (None, Need::Optional) => {}
                    (None, Need::Required) => return None,
                }
            }
        }
    }
    Some(out)
}

fn change_of(word: String, change: &Change) -> Option<String> {
    let changed = match change {
        Change::Last => word.trim_end_matches('/').rsplit('/').next()?.to_owned(),
        Change::After(text) => word.split_once(text)?.1.to_owned(),
        Change::Before(text) => match word.split_once(text) {
            Some((before, _)) => before.to_owned(),
            None => word,
        },
        Change::Plus(number) => word.parse::<i64>().ok()?.checked_add(*number)?.to_string(),
    };
    (!changed.is_empty()).then_some(changed)
}

/// Writes what would end the part of an address in which it stands as its bytes in hexadecimal.
fn encoded(word: &str) -> String {
    use std::fmt::Write;
    let mut out = String::with_capacity(word.len());
    for c in word.chars() {
        if matches!(c, '?' | '#' | '&' | '+' | '\\') || c.is_whitespace() {
            let mut bytes = [0; 4];
            for byte in c.encode_utf8(&mut bytes).bytes() {
                let _ = write!(out, "%{byte:02X}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::path::steps;
    use super::*;

    fn check(field: &str, expect: Option<&str>) {
        let root = json!({
            "id": 12, "slug": "thé glacé", "name": " ", "nick": "zoe", "uri": "at://did/app/3k",
            "list": "https://lists.example/api/list/tea@lists.example/?format=json", "q": "a&b#c",
        });
        let steps = steps();
        let place = Place::root(&root, &steps);
        assert_eq!(Field::parse(field).unwrap().address(place).as_deref(), expect, "{field}");
    }

    #[test]
    fn the_first_that_gives_anything_is_taken() {
        check("name || nick", Some("zoe"));
        check("nobody || 'Anonymous'", Some("Anonymous"));
        check("nobody || 'a || b'", Some("a || b"));
        check("nobody", None);
        check("/t/{nobody}/{id} || /t/{id}", Some("/t/12"));
    }

    #[test]
    fn a_template_is_filled_with_what_the_record_has() {
        check("/t/{slug}/{id}", Some("/t/thé%20glacé/12"));
        check("/x{nobody?}/{id}", Some("/x/12"));
        check("/search?q={q}", Some("/search?q=a%26b%23c"));
        check("/post/{uri|last}", Some("/post/3k"));
        check("/list/{list|after /list/|before /}/", Some("/list/tea@lists.example/"));
        check("{list|after /nowhere/}", None);
        check("{id|plus 1}", Some("13"));
        check("{id|minus 1}", Some("11"));
        check("{nick|plus 1}", None);
    }

    #[test]
    fn what_is_no_field_is_refused_with_the_reason() {
        let check = |field: &str, expect: &str| {
            let (_, message) = Field::parse(field).unwrap_err();
            assert!(message.contains(expect), "{field}: {message}");
        };
        check("", "a path is missing");
        check("a || ", "a path is missing");
        check("/t/{id", "never closed");
        check("/t/{}", "name of a value is missing");
        check("/t/{id|first}", "is not one of: last");
        check("/t/{id|plus one}", "needs a whole number");
        check("/t/{id|after}", "needs the text");
        assert_eq!(Field::parse("a || b[ || c").unwrap_err().0, 7);
        assert_eq!(Field::parse("a || /t/{b..c}").unwrap_err().0, 11);
    }
}
