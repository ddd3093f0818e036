//! What a text is made of, for telling copies: runs of three words, and terms by their kind. Words are
//! those of queries; a name is a word that is capitalised where no sentence begins.

use query::analysis::words;

/// Of longer texts the beginning tells whose copies they are, and the sets of a fingerprint hold no more.
const WORDS_MAX: usize = 360;
/// Words of titles that are whole texts.
const TITLE_WORDS_MAX: usize = 60;
/// What has so few words in so many bytes is no text.
const TEXT_BYTES_MAX: usize = 64 * 1024;
/// How many words a shingle has.
const SHINGLE_WORDS: usize = 3;
const RUN_WORDS: usize = 6;
/// Shorter words are left out of the terms: most of them are articles and prepositions.
const TERM_CHARS_MIN: usize = 4;
/// Words of so many letters tell what a text is about, on the average.
const CONTENT_CHARS_MIN: usize = 6;
/// A name or a number tells as much as so many words.
const CONTENT_OF_NAME: f32 = 1.5;
/// Scripts without spaces are cut by the character, of which two make a word.
const CONTENT_OF_CHARACTER: f32 = 0.5;
/// Where more of the long words are capitalised, capitals tell no names.
const CAPITALISED_PERCENT_MAX: usize = 60;
/// After so short a word a full stop ends an abbreviation ("M. Dupont") and no sentence.
const ABBREVIATION_BYTES_MAX: usize = 2;

/// Days and months: dates, although no digit is in them.
const DATE_WORDS: [&str; 38] = [
    "aout",
    "april",
    "august",
    "avril",
    "december",
    "decembre",
    "dimanche",
    "february",
    "fevrier",
    "friday",
    "january",
    "janvier",
    "jeudi",
    "juillet",
    "juin",
    "july",
    "june",
    "lundi",
    "mai",
    "march",
    "mardi",
    "mars",
    "mercredi",
    "monday",
    "november",
    "novembre",
    "october",
    "octobre",
    "samedi",
    "saturday",
    "september",
    "septembre",
    "sunday",
    "thursday",
    "tuesday",
    "vendredi",
    "wednesday",
    "weekend",
];

/// What was read of one item. Hashes are of 32 bits; lists may have a hash several times.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// Shingles with a name or a number in them, and without.
    pub(super) salient: Vec<u32>,
    pub(super) plain: Vec<u32>,
    /// Longer runs of words.
    pub(super) runs: Vec<u32>,
    /// The text's own shingles, in order.
    pub(super) lead: Vec<u32>,
    pub(super) words: Vec<u32>,
    pub(super) names: Vec<u32>,
    /// Numbers and dates.
    pub(super) numbers: Vec<u32>,
    /// How many words long title and text are.
    pub(super) len: usize,
    /// How much there is to tell it by, in words.
    pub(super) content: f32,
    /// Of the title's words in order, 0 for none.
    pub(super) title: u32,
    /// How many terms the title has.
    pub(super) title_terms: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Short,
    Word,
    /// It may be a name, or stand where a sentence begins.
    Capitalised,
    Name,
    Number,
}

struct Term {
    hash: u64,
    class: Class,
    content: f32,
    /// Whether a title of several of its kind tells one text from others.
    is_long: bool,
}

pub(super) fn read(title: &str, text: &str) -> Reading {
    let title = terms(title, TITLE_WORDS_MAX);
    let text = terms(text, WORDS_MAX - title.len());
    let mut reading = Reading {
        len: title.len() + text.len(),
        title_terms: title.iter().filter(|term| term.is_long).count(),
        ..Reading::default()
    };
    if !title.is_empty() {
        reading.title = upper(title.iter().fold(1, |hash, term| mixed(hash ^ term.hash)));
    }
    let all = || title.iter().chain(&text);
    let names = all().filter(|term| term.class == Class::Name).map(|term| term.hash);
    let names = Names::new(names.collect());
    reading.add_shingles(&title, &names);
    let text_at = reading.salient.len() + reading.plain.len();
    reading.add_shingles(&text, &names);
    reading.lead.drain(..text_at);
    reading.add_terms(all(), &names);
    reading
}

/// Hashes of names, in order.
struct Names(Vec<u64>);

impl Names {
    fn new(mut hashes: Vec<u64>) -> Self {
        hashes.sort_unstable();
        Self(hashes)
    }

    fn has(&self, hash: u64) -> bool {
        self.0.binary_search(&hash).is_ok()
    }
}

impl Reading {
    fn add_shingles(&mut self, terms: &[Term], names: &Names) {
        for shingle in terms.windows(SHINGLE_WORDS) {
            let hash = upper(joined(0, shingle));
            let tells = |term: &Term| term.class == Class::Number || names.has(term.hash);
            let list = if shingle.iter().any(tells) { &mut self.salient } else { &mut self.plain };
            list.push(hash);
            self.lead.push(hash);
        }
        self.runs.extend(terms.windows(RUN_WORDS).map(|run| upper(joined(1, run))));
    }

    /// Adds each term once, by its kind: what is a name in one place is one everywhere.
    fn add_terms<'a>(&mut self, terms: impl Iterator<Item = &'a Term>, names: &Names) {
        let mut terms: Vec<&Term> = terms.collect();
        terms.sort_by_key(|term| term.hash);
        terms.dedup_by_key(|term| term.hash);
        for term in terms {
            let is_name = names.has(term.hash);
            self.content += if is_name { CONTENT_OF_NAME } else { term.content };
            let list = match term.class {
                Class::Number => &mut self.numbers,
                Class::Short if !is_name => continue,
                Class::Short | Class::Word | Class::Capitalised | Class::Name if is_name => {
                    &mut self.names
                }
                Class::Short | Class::Word | Class::Capitalised | Class::Name => &mut self.words,
            };
            list.push(upper(term.hash));
        }
    }
}

/// Returns the words of a text with what kind of term each is.
fn terms(text: &str, words_max: usize) -> Vec<Term> {
    let text = &text[..text.floor_char_boundary(TEXT_BYTES_MAX)];
    let mut terms: Vec<Term> = Vec::new();
    let mut end = 0;
    let mut begins = true;
    let mut last_len = usize::MAX;
    let (mut long, mut capitalised) = (0_usize, 0_usize);
    for word in words(text).take(words_max) {
        begins |= ends_sentence(&text[end..word.start], last_len);
        let is_capitalised = text[word.start..].starts_with(char::is_uppercase);
        let chars = word.text.chars().count();
        let class = class_of(&word.text, chars, is_capitalised, begins);
        let is_long = chars >= TERM_CHARS_MIN || class == Class::Number;
        if chars >= TERM_CHARS_MIN {
            long += 1;
            capitalised += usize::from(is_capitalised);
        }
        let content = content_of(&word.text, chars, class);
        terms.push(Term { hash: hashed(word.text.as_bytes()), class, content, is_long });
        (begins, end, last_len) = (false, word.end, word.text.len());
    }
    if capitalised * 100 > long * CAPITALISED_PERCENT_MAX {
        let names = terms.iter_mut().filter(|term| term.class == Class::Name);
        names.for_each(|term| term.class = Class::Capitalised);
    }
    terms
}

/// Tells whether a sentence ends between two words.
fn ends_sentence(gap: &str, last_len: usize) -> bool {
    gap.contains(['!', '?', ':', '…', '\n', '•', '|', '—', '"', '«', '“'])
        || (gap.contains('.') && last_len > ABBREVIATION_BYTES_MAX)
}

fn class_of(word: &str, chars: usize, is_capitalised: bool, begins: bool) -> Class {
    let is_number = word.bytes().any(|byte| byte.is_ascii_digit());
    if is_number || DATE_WORDS.binary_search(&word).is_ok() {
        Class::Number
    } else if is_capitalised && chars > 1 {
        if begins { Class::Capitalised } else { Class::Name }
    } else if chars >= TERM_CHARS_MIN {
        Class::Word
    } else {
        Class::Short
    }
}

fn content_of(word: &str, chars: usize, class: Class) -> f32 {
    if class == Class::Number {
        if word.bytes().any(|byte| byte.is_ascii_digit()) { CONTENT_OF_NAME } else { 0.0 }
    } else if chars >= CONTENT_CHARS_MIN {
        1.0
    } else if chars == 1 && word.len() > 2 {
        CONTENT_OF_CHARACTER
    } else {
        0.0
    }
}

/// Hashes words in their order.
fn joined(seed: u64, terms: &[Term]) -> u64 {
    terms.iter().fold(seed, |hash, term| mixed(hash.rotate_left(23) ^ term.hash))
}

fn hashed(word: &[u8]) -> u64 {
    word.chunks(8).fold(word.len() as u64, |hash, chunk| {
        let mut bytes = [0; 8];
        bytes[..chunk.len()].copy_from_slice(chunk);
        mixed(hash ^ u64::from_le_bytes(bytes))
    })
}

/// Spreads every bit over all of them (`SplitMix64`'s last step, by Steele, Lea and Flood).
fn mixed(value: u64) -> u64 {
    let value = value.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let value = (value ^ (value >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    value ^ (value >> 31)
}

fn upper(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, names: &[&str], numbers: &[&str]) {
        let reading = read("", text);
        let hashes = |words: &[&str]| {
            let mut hashes: Vec<u32> =
                words.iter().map(|word| upper(hashed(word.as_bytes()))).collect();
            hashes.sort_unstable();
            hashes
        };
        assert_eq!(reading.names, hashes(names), "{text}");
        assert_eq!(reading.numbers, hashes(numbers), "{text}");
    }

    #[test]
    fn names_are_capitalised_within_sentences_and_dates_are_numbers() {
        check("Le maire, M. Delcourt, parle mardi à Lyon.", &["delcourt", "lyon"], &["mardi"]);
        check("Ozalée recule. Hier Ozalée montait.", &["ozalee"], &[]);
        check("BIG NEWS ABOUT THE BANK OF FRANCE", &[], &[]);
        check("The storm left 90,000 homes dark in Devon.", &["devon"], &["90", "000"]);
        check("Pas de nom. Ici non plus ! Nulle part", &[], &[]);
    }

    #[test]
    fn the_days_and_months_are_in_the_order_that_is_searched() {
        assert!(DATE_WORDS.is_sorted());
    }

    #[test]
    fn how_a_text_is_set_does_not_matter() {
        let plain = read("Un titre", "L'été à Besançon : « il pleut » partout, dit-on ici ou là.");
        let other = read("UN TITRE", "L’ete a BESANCON: \"il pleut\" partout,\ndit on ici ou la");
        let all = |reading: Reading| {
            let mut hashes = [reading.salient, reading.plain].concat();
            hashes.sort_unstable();
            (hashes, reading.title)
        };
        assert_eq!(all(plain), all(other));
    }
}
