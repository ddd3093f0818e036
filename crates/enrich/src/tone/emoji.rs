//! What signs say: emoji and emoticons by their valence, and those that put praise in doubt.

/// What a sign says of what stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// No sign, or one that says nothing.
    None,
    Glad,
    Sad,
    Angry,
    /// Laughter: with praise it is joy, with blame mockery.
    Laugh,
    /// 🙄 and its kin: praise beside them is none.
    Irony,
    /// A thing that is no face.
    Thing,
}

const GLAD: &str = "😀😃😄😁😊☺😍🥰😘😗😙😚🤗🤩😎😇🥳😋😌🙂😉🙌👏👍👌💪❤♥💕💖💗💙💚💛💜🧡🖤💓💞💘😻😺🎉🎊✨🌟⭐🏆🥇🔥💯✅🤞🙏🌈☀🌞💐🌹🌸🍾🥂🎁😛😜🤪✌🤟🤘🫶";
const SAD: &str = "😢😭😞😔😟😕🙁☹😣😖😫😩🥺😥😓😪😿💔😰😨😧😦😱🤕🤒😷👎😬😐😑🤦🤷😳🥀⚠❌🚫😶😵";
const ANGRY: &str = "😠😡🤬😤👿😾💩🤮🤢🖕☠💀👊🗑🤡";
const LAUGH: &str = "😂🤣😆😅😹";
const IRONY: &str = "🙄😒😏🙃🤨🥱🤔😴🧐";

/// Returns what a character says, or `None` for one that is no sign.
pub(super) fn sign(c: char) -> Option<Sign> {
    if c < '\u{2190}' {
        return None;
    }
    let any_emoji = matches!(c, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}' | '\u{2B50}');
    if !any_emoji {
        return None;
    }
    // The colours of a skin belong to the hand before them.
    if matches!(c, '\u{1F3FB}'..='\u{1F3FF}') {
        return Some(Sign::None);
    }
    let lists = [
        (GLAD, Sign::Glad),
        (SAD, Sign::Sad),
        (ANGRY, Sign::Angry),
        (LAUGH, Sign::Laugh),
        (IRONY, Sign::Irony),
    ];
    lists
        .iter()
        .find(|(list, _)| list.contains(c))
        .map_or(Some(Sign::Thing), |(_, sign)| Some(*sign))
}

/// Reads an emoticon at the beginning of what is given: what it says and its length in bytes.
pub(super) fn emoticon(text: &[u8]) -> Option<(Sign, usize)> {
    let list: &[(&[u8], Sign)] = match *text.first()? {
        b'<' => &[(b"<3", Sign::Glad), (b"</3", Sign::Sad)],
        b'^' => &[(b"^^", Sign::Glad), (b"^_^", Sign::Glad)],
        b'-' => &[(b"-_-", Sign::Irony)],
        b'/' => &[(b"/s ", Sign::Irony), (b"/s\n", Sign::Irony)],
        b'T' => &[(b"T_T", Sign::Sad), (b"T.T", Sign::Sad)],
        b'>' => &[(b">:(", Sign::Angry), (b">_<", Sign::Angry)],
        b':' | b';' | b'=' | b'8' => return face(text),
        b'x' | b'X' => {
            let laughs = text.get(1).is_some_and(|b| matches!(b, b'D' | b'd'))
                && text
                    .get(2)
                    .is_none_or(|b| !b.is_ascii_alphanumeric() || *b == b'D' || *b == b'd');
            return laughs.then_some((Sign::Laugh, 2));
        }
        _ => return None,
    };
    if text == b"/s" {
        return Some((Sign::Irony, 2));
    }
    list.iter()
        .find(|(emoticon, _)| text.starts_with(emoticon))
        .map(|(emoticon, sign)| (*sign, emoticon.len()))
}

/// Eyes, perhaps a tear or a nose, a mouth.
fn face(text: &[u8]) -> Option<(Sign, usize)> {
    let nose = usize::from(matches!(text.get(1), Some(b'-' | b'\'' | b'o')));
    let mouth = text.get(1 + nose)?;
    let letter = mouth.is_ascii_alphabetic();
    // `:D` ends where it ends: `8D` and `:Description` are no faces.
    if letter && (text[0] == b'8' || text.get(2 + nose).is_some_and(u8::is_ascii_alphanumeric)) {
        return None;
    }
    let sign = match mouth {
        b')' | b']' | b'D' | b'*' | b'p' | b'P' | b'd' if text[0] != b'8' || nose == 1 => {
            Sign::Glad
        }
        b'(' | b'[' | b'c' | b'C' if text[0] != b'8' => Sign::Sad,
        b'/' | b'\\' if text[0] != b'8' && text.get(2 + nose) != Some(&b'/') => Sign::Sad,
        b'|' if text[0] != b'8' => Sign::Irony,
        b'@' if text[0] == b':' && text.get(2 + nose).is_none_or(u8::is_ascii_whitespace) => {
            Sign::Angry
        }
        b'3' if text[0] == b':'
            && nose == 0
            && text.get(2).is_none_or(|b| !b.is_ascii_alphanumeric()) =>
        {
            Sign::Glad
        }
        _ => return None,
    };
    let mut len = 2 + nose;
    while text.get(len) == Some(mouth) && !letter {
        len += 1;
    }
    Some((sign, len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faces_are_told_from_punctuation() {
        let check = |text: &str, expect: Option<(Sign, usize)>| {
            assert_eq!(emoticon(text.as_bytes()), expect, "{text}");
        };
        check(":)", Some((Sign::Glad, 2)));
        check(":-))) ok", Some((Sign::Glad, 5)));
        check(";D", Some((Sign::Glad, 2)));
        check(":'(", Some((Sign::Sad, 3)));
        check(":/", Some((Sign::Sad, 2)));
        check("://acme.example", None);
        check(": (a", None);
        check(":Dune", None);
        check("8)", None);
        check("<3", Some((Sign::Glad, 2)));
        check("xD", Some((Sign::Laugh, 2)));
        check("xdebug", None);
        check("/s", Some((Sign::Irony, 2)));
        check("/same", None);
    }

    #[test]
    fn emoji_have_a_side() {
        assert_eq!(sign('😍'), Some(Sign::Glad));
        assert_eq!(sign('😡'), Some(Sign::Angry));
        assert_eq!(sign('🙄'), Some(Sign::Irony));
        assert_eq!(sign('🚗'), Some(Sign::Thing));
        assert_eq!(sign('é'), None);
        assert_eq!(sign('漢'), None);
    }
}
