//! What the letters alone say: most scripts are one language's.

/// Languages of one script, each with how likely a text in it is theirs.
type Likelihoods = &'static [(&'static str, f64)];

/// What a text is written in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Script {
    /// A script that tells the language.
    Of(Likelihoods),
    /// Latin, Cyrillic, Arabic or Devanagari: these languages write it.
    Shared(&'static [&'static str]),
}

const LATIN: &[&str] = &[
    "af", "az", "bs", "ca", "cs", "cy", "da", "de", "en", "es", "et", "eu", "fi", "fr", "ga", "hr",
    "hu", "id", "is", "it", "lt", "lv", "ms", "nb", "nl", "pl", "pt", "ro", "sk", "sl", "so", "sq",
    "sv", "sw", "tl", "tr", "vi",
];
const CYRILLIC: &[&str] = &["be", "bg", "kk", "mk", "mn", "ru", "sr", "uk"];
const ARABIC: &[&str] = &["ar", "fa", "ur"];
const DEVANAGARI: &[&str] = &["hi", "mr"];

/// Scripts by their letters. A letter weighs as many Latin ones as its sound takes.
const SCRIPTS: [(std::ops::RangeInclusive<char>, u32, Group); 29] = [
    ('\u{41}'..='\u{24F}', 1, Group::Shared(LATIN)),
    ('\u{1E00}'..='\u{1EFF}', 1, Group::Shared(LATIN)),
    ('\u{400}'..='\u{52F}', 1, Group::Shared(CYRILLIC)),
    ('\u{600}'..='\u{6FF}', 1, Group::Shared(ARABIC)),
    ('\u{750}'..='\u{77F}', 1, Group::Shared(ARABIC)),
    ('\u{FB50}'..='\u{FDFF}', 1, Group::Shared(ARABIC)),
    ('\u{900}'..='\u{97F}', 1, Group::Shared(DEVANAGARI)),
    ('\u{370}'..='\u{3FF}', 1, Group::Own(&[("el", 1.0)])),
    ('\u{530}'..='\u{58F}', 1, Group::Own(&[("hy", 1.0)])),
    ('\u{590}'..='\u{5FF}', 1, Group::Own(&[("he", 0.98), ("yi", 0.02)])),
    ('\u{980}'..='\u{9FF}', 1, Group::Own(&[("bn", 0.97), ("as", 0.03)])),
    ('\u{A00}'..='\u{A7F}', 1, Group::Own(&[("pa", 1.0)])),
    ('\u{A80}'..='\u{AFF}', 1, Group::Own(&[("gu", 1.0)])),
    ('\u{B00}'..='\u{B7F}', 1, Group::Own(&[("or", 1.0)])),
    ('\u{B80}'..='\u{BFF}', 1, Group::Own(&[("ta", 1.0)])),
    ('\u{C00}'..='\u{C7F}', 1, Group::Own(&[("te", 1.0)])),
    ('\u{C80}'..='\u{CFF}', 1, Group::Own(&[("kn", 1.0)])),
    ('\u{D00}'..='\u{D7F}', 1, Group::Own(&[("ml", 1.0)])),
    ('\u{D80}'..='\u{DFF}', 1, Group::Own(&[("si", 1.0)])),
    ('\u{E00}'..='\u{E7F}', 1, Group::Own(&[("th", 1.0)])),
    ('\u{E80}'..='\u{EFF}', 1, Group::Own(&[("lo", 1.0)])),
    ('\u{1000}'..='\u{109F}', 1, Group::Own(&[("my", 1.0)])),
    ('\u{10A0}'..='\u{10FF}', 1, Group::Own(&[("ka", 1.0)])),
    ('\u{1200}'..='\u{137F}', 2, Group::Own(&[("am", 0.95), ("ti", 0.05)])),
    ('\u{1780}'..='\u{17FF}', 1, Group::Own(&[("km", 1.0)])),
    ('\u{AC00}'..='\u{D7AF}', 3, Group::Own(&[("ko", 1.0)])),
    ('\u{3040}'..='\u{30FF}', 2, Group::Kana),
    ('\u{3400}'..='\u{4DBF}', 3, Group::Han),
    ('\u{4E00}'..='\u{9FFF}', 3, Group::Han),
];

#[derive(Debug, Clone, Copy, PartialEq)]
enum Group {
    Shared(&'static [&'static str]),
    Own(Likelihoods),
    Kana,
    Han,
}

const JAPANESE: Likelihoods = &[("ja", 1.0)];

/// Ideographs alone are Chinese, but for a headline or a name now and then.
const IDEOGRAPHS: Likelihoods = &[("zh", 0.9), ("ja", 0.1)];

/// One sign in so many is kana in Japanese at least; in Chinese none is, but in a brand's name.
const KANA_SHARE_MIN: u32 = 10;

/// Tells the script that most letters belong to; `None` where there is no letter.
pub(super) fn of(text: &str) -> Option<Script> {
    let mut weights = [0_u32; SCRIPTS.len()];
    for c in text.chars().filter(|c| c.is_alphabetic()) {
        let at = SCRIPTS.iter().position(|(letters, ..)| letters.contains(&c));
        if let Some(at) = at {
            weights[at] += SCRIPTS[at].1;
        }
    }
    let total = |group: Group| -> u32 {
        let of_group = SCRIPTS.iter().zip(weights).filter(|((.., other), _)| *other == group);
        of_group.map(|(_, weight)| weight).sum()
    };
    let (han, kana) = (total(Group::Han), total(Group::Kana));
    let east = (han + kana, if kana * KANA_SHARE_MIN >= han { JAPANESE } else { IDEOGRAPHS });
    let mut best = (east.0, Script::Of(east.1));
    for (.., group) in SCRIPTS {
        let script = match group {
            Group::Shared(languages) => Script::Shared(languages),
            Group::Own(likelihoods) => Script::Of(likelihoods),
            Group::Kana | Group::Han => continue,
        };
        let weight = total(group);
        if weight > best.0 {
            best = (weight, script);
        }
    }
    (best.0 > 0).then_some(best.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_of_one_language_tells_it() {
        let check = |text, expect: &str| {
            let Some(Script::Of(likelihoods)) = of(text) else { panic!("{text}") };
            assert_eq!(likelihoods[0].0, expect, "{text}");
        };
        check("Καλημέρα", "el");
        check("お茶はおいしいです", "ja");
        check("新製品発表について", "ja");
        check("新产品发布会", "zh");
        check("iPhone 신제품 발표", "ko");
        check("Ozalée の新しいお茶", "ja");
        check("שלום לכולם", "he");
        check("สวัสดีครับ", "th");
        check("გამარჯობა", "ka");
    }

    #[test]
    fn a_script_of_many_languages_tells_none() {
        for text in ["Bonjour", "Привет", "مرحبا", "नमस्ते", "Le mot 茶 est chinois"]
        {
            assert!(matches!(of(text), Some(Script::Shared(_))), "{text}");
        }
        assert_eq!(of("12 – 34"), None);
    }
}
