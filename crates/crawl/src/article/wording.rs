//! What sites say around their articles, in the languages that we read.

/// Characters of a line that can be such a saying.
const CHARS_MAX: usize = 160;

/// Whether a line is the site's and not the author's: an invitation to share, to subscribe, to read
/// something else.
pub(super) fn is_aside(line: &str) -> bool {
    const STARTS: [&str; 78] = [
        "advertisement", "publicité", "annonce", "werbung", "anzeige", "publicidad", "pubblicità",
        "story continues below", "article continues below", "continue reading", "lire la suite",
        "read more", "read also", "read next", "also read", "more:", "related:", "see also", "see more:",
        "lire aussi", "à lire aussi", "a lire aussi", "lire également", "à lire :", "à lire également",
        "à voir aussi", "voir aussi", "sur le même sujet", "pour aller plus loin :", "leia também",
        "lea también", "lee también", "leggi anche", "lesen sie auch", "mehr zum thema", "lees ook",
        "читайте также", "read:", "watch:", "watch more", "recommended for you", "you may also like",
        "you might also like", "vous aimerez aussi", "related articles", "related stories",
        "related posts", "more from", "more on this", "articles liés", "follow us on", "follow him on",
        "follow her on", "suivez-nous", "share this", "partager cet article", "partagez cet article",
        "sign up for", "sign up to", "subscribe to", "subscribe now", "abonnez-vous", "inscrivez-vous",
        "recevez notre", "click here to", "cliquez ici pour", "tap here to", "download the app",
        "get our free", "join our newsletter", "join the conversation", "leave a comment",
        "laisser un commentaire", "view comments", "show comments", "image source", "getty images",
        "have a tip",
    ];
    const WHOLE: [&str; 22] = [
        "share", "partager", "tweet", "email", "print", "imprimer", "comments", "commentaires",
        "ad", "pub", "facebook", "twitter", "linkedin", "whatsapp", "copy link", "copier le lien",
        "loading...", "loading", "close", "fermer", "video", "tags",
    ];
    let Some(line) = short(line) else { return false };
    STARTS.iter().any(|start| line.starts_with(start)) || WHOLE.contains(&line.as_str())
}

/// Whether a line that is one link leads to another article.
pub(super) fn is_pointer(line: &str) -> bool {
    line.chars().count() > 20 && line.chars().count() < 200
}

/// Whether a line ends an article without being part of it.
pub(super) fn ends(line: &str) -> bool {
    const STARTS: [&str; 22] = [
        "©", "copyright", "all rights reserved", "tous droits réservés", "tags:", "tags :", "tagged",
        "filed under", "posted in", "classé dans", "mots-clés", "topics:", "source:", "source :", "sources:",
        "photo:", "photo :", "photos:", "crédit photo", "image:", "image credit", "featured image",
    ];
    let Some(line) = short(line) else { return false };
    STARTS.iter().any(|start| line.starts_with(start)) || is_aside(&line)
}

/// Returns a line in lower case, unless it is too long to be a saying.
fn short(line: &str) -> Option<String> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©').trim_end();
    (line.chars().nth(CHARS_MAX).is_none()).then(|| line.to_lowercase())
}

/// Whether a text ends where the page stops giving it away.
pub(super) fn is_cut_off(text: &str) -> bool {
    let end = text.trim_end();
    ["[…]", "[...]", "(…)", "…", "..."].iter().any(|mark| end.ends_with(mark))
}
