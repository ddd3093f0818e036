//! Words that stand in most texts of a language. Only such as are hardly ever missing: a word
//! that is merely frequent may well be a name.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::analysis;

/// The code of a language, its name and its words.
const COMMON: [(&str, &str, &str); 7] = [
    ("fr", "French", "a à au dans de des du en est et la le les pour que qui sur un une"),
    ("en", "English", "a and for in is it of on that the this to with"),
    ("de", "German", "auf das dem den der des die ein eine für im in ist mit und von zu"),
    ("es", "Spanish", "a con de del el en la las los para por que se un una y"),
    ("it", "Italian", "a che con da del della di e è il in la le non per un una"),
    ("pt", "Portuguese", "a com da de do e em na não no o os para por que um uma"),
    ("nl", "Dutch", "dat de een en het in is met op te van voor"),
];

/// For each word, folded, the codes and names of its languages.
static LANGUAGES: LazyLock<HashMap<String, Vec<(&str, &str)>>> = LazyLock::new(|| {
    let mut languages: HashMap<String, Vec<(&str, &str)>> = HashMap::new();
    for (code, name, words) in COMMON {
        for word in words.split(' ') {
            let known = languages.entry(analysis::folded(word)).or_default();
            if !known.contains(&(code, name)) {
                known.push((code, name));
            }
        }
    }
    languages
});

/// Returns the names of the languages in most of whose texts a folded word stands, among the languages
/// of these codes, or among all where there are none.
pub(super) fn languages(folded: &str, codes: &[&str]) -> Vec<&'static str> {
    let known = LANGUAGES.get(folded).map(Vec::as_slice).unwrap_or_default();
    let among = |code: &str| codes.is_empty() || codes.contains(&code);
    known.iter().filter(|(code, _)| among(code)).map(|(_, name)| *name).collect()
}

/// Tells whether a word stands in most texts of some language even with its accents: `à`, but not
/// `thé`, which is found in English texts only because accents do not count.
pub(super) fn is_common_as_written(word: &str) -> bool {
    let lower = word.to_lowercase();
    COMMON.iter().any(|(_, _, words)| words.split(' ').any(|word| word == lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_common_in_its_languages() {
        assert_eq!(languages("de", &[]), ["French", "Spanish", "Portuguese", "Dutch"]);
        assert_eq!(languages("fur", &[]), ["German"]);
        assert_eq!(languages("die", &["en"]), [""; 0]);
        assert_eq!(languages("ozalee", &[]), [""; 0]);
        assert!(is_common_as_written("À") && !is_common_as_written("thé"));
    }
}
