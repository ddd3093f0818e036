//! What sites say around their articles, in the languages that we read.

use super::outline::Run;

/// Characters of a line that can be such a saying.
const CHARS_MAX: usize = 160;
/// Characters of a line about the author.
const ENDING_CHARS_MAX: usize = 350;
/// Bytes of a line that says when something was written.
const DATED_BYTES_MAX: usize = 80;
/// Characters of a line between title and text.
const HEAD_CHARS_MAX: usize = 120;

/// Whether a line is the site's and not the author's: an invitation to share, to subscribe, to read
/// something else.
pub(super) fn is_aside(run: &Run) -> bool {
    const STARTS: [&str; 78] = [
        "advertisement",
        "publicité",
        "annonce",
        "werbung",
        "anzeige",
        "publicidad",
        "pubblicità",
        "story continues below",
        "article continues below",
        "continue reading",
        "lire la suite",
        "read more",
        "read also",
        "read next",
        "also read",
        "more:",
        "related:",
        "see also",
        "see more:",
        "lire aussi",
        "à lire aussi",
        "a lire aussi",
        "lire également",
        "à lire :",
        "à lire également",
        "à voir aussi",
        "voir aussi",
        "sur le même sujet",
        "pour aller plus loin :",
        "leia também",
        "lea también",
        "lee también",
        "leggi anche",
        "lesen sie auch",
        "mehr zum thema",
        "lees ook",
        "читайте также",
        "read:",
        "watch:",
        "watch more",
        "recommended for you",
        "you may also like",
        "you might also like",
        "vous aimerez aussi",
        "related articles",
        "related stories",
        "related posts",
        "more from",
        "more on this",
        "articles liés",
        "follow us on",
        "follow him on",
        "follow her on",
        "suivez-nous",
        "share this",
        "partager cet article",
        "partagez cet article",
        "sign up for",
        "sign up to",
        "subscribe to",
        "subscribe now",
        "abonnez-vous",
        "inscrivez-vous",
        "recevez notre",
        "click here to",
        "cliquez ici pour",
        "tap here to",
        "download the app",
        "get our free",
        "join our newsletter",
        "join the conversation",
        "leave a comment",
        "laisser un commentaire",
        "view comments",
        "show comments",
        "image source",
        "getty images",
        "have a tip",
    ];
    const WHOLE: [&str; 25] = [
        "advert",
        "commenti",
        "comentários",
        "share",
        "partager",
        "tweet",
        "email",
        "print",
        "imprimer",
        "comments",
        "commentaires",
        "ad",
        "pub",
        "facebook",
        "twitter",
        "linkedin",
        "whatsapp",
        "copy link",
        "copier le lien",
        "loading...",
        "loading",
        "close",
        "fermer",
        "video",
        "tags",
    ];
    let Some(line) = short(&run.text, CHARS_MAX) else { return false };
    STARTS.iter().any(|start| line.starts_with(start))
        || WHOLE.contains(&line.trim_end_matches([':', ' ', '.']))
        || line.ends_with("click to tweet")
        || line.starts_with("image ") && line.contains(" of ") && line.len() < 20
        || run.linked > 0 && points_elsewhere(&line)
        || invites(&line)
        || is_paywall(&line)
}

/// Whether a line says that the rest is for subscribers.
pub(super) fn is_paywall(line: &str) -> bool {
    const SAYINGS: [&str; 20] = [
        "réservé aux abonnés",
        "réservée aux abonnés",
        "réservé à nos abonnés",
        "de cet article à lire",
        "pour lire la suite",
        "pour continuer votre lecture",
        "déjà abonné",
        "abonnez-vous pour",
        "subscribe to continue",
        "subscribe to read",
        "subscribers only",
        "subscriber-only",
        "already a subscriber",
        "to continue reading",
        "to read the full",
        "register to continue",
        "sign in to read",
        "create a free account to",
        "exclusivo para suscriptores",
        "nur für abonnenten",
    ];
    let Some(line) = short(line, CHARS_MAX) else { return false };
    SAYINGS.iter().any(|saying| line.contains(saying))
}

/// Whether a line with a link says before a colon that it leads elsewhere: `Related coverage: …`.
fn points_elsewhere(line: &str) -> bool {
    const FIRST: [&str; 11] = [
        "related", "more", "also", "read", "see", "watch", "lire", "voir", "relire", "mehr", "leer",
    ];
    let start = line.split_once(':').map(|(start, _)| start).unwrap_or_default();
    let mut words = start.split_whitespace();
    words.next().is_some_and(|word| FIRST.contains(&word)) && words.count() <= 3
}

/// Whether a line asks to subscribe to a newsletter.
fn invites(line: &str) -> bool {
    const TO: [&str; 8] =
        ["subscribe", "sign up", "inbox", "delivered", "abonnez", "inscri", "recevez", "registr"];
    line.contains("newsletter") && TO.iter().any(|to| line.contains(to))
}

/// Whether a line that is one link leads to another article.
pub(super) fn is_pointer(line: &str) -> bool {
    line.chars().count() > 20 && line.chars().count() < 200
}

/// Whether a line ends an article without being part of it: credits, tags, who its author is.
pub(super) fn ends(run: &Run) -> bool {
    const STARTS: [&str; 30] = [
        "©",
        "copyright",
        "all rights reserved",
        "tous droits réservés",
        "tags:",
        "tags :",
        "tagged",
        "filed under",
        "posted in",
        "classé dans",
        "mots-clés",
        "topics:",
        "source:",
        "source :",
        "sources:",
        "photo:",
        "photo :",
        "photos:",
        "crédit photo",
        "image:",
        "image credit",
        "featured image",
        "via ",
        "reporting by",
        "additional reporting by",
        "editing by",
        "(reporting by",
        "avec afp",
        "updated at",
        "last updated",
    ];
    const WITHIN: [&str; 8] = [
        "follow him on",
        "follow her on",
        "follow them on",
        "follow me on",
        "follow us on",
        "suivez-le sur",
        "suivez-la sur",
        "suivez-nous sur",
    ];
    let Some(line) = short(&run.text, ENDING_CHARS_MAX) else { return false };
    let is_short = line.len() <= CHARS_MAX;
    is_short && STARTS.iter().any(|start| line.starts_with(start))
        || WITHIN.iter().any(|within| line.contains(within))
        || is_aside(run)
}

/// Whether a line before an article's first paragraph tells who wrote it when, or how long it is.
pub(super) fn is_head(text: &str) -> bool {
    const STARTS: [&str; 20] = [
        "by ",
        "by: ",
        "par ",
        "von ",
        "por ",
        "published",
        "publié",
        "posted",
        "updated",
        "mis à jour",
        "mise à jour",
        "last updated",
        "modified",
        "actualizado",
        "publicado",
        "veröffentlicht",
        "written by",
        "rédigé par",
        "author:",
        "auteur",
    ];
    const WITHIN: [&str; 7] = [
        "min read",
        "minute read",
        "minutes read",
        "min de lecture",
        "minutes de lecture",
        "tempo de leitura",
        "temps de lecture",
    ];
    let Some(line) = short(text, HEAD_CHARS_MAX) else { return false };
    let words = line.split_whitespace().count();
    STARTS.iter().any(|start| line.starts_with(start)) && words <= 14
        || WITHIN.iter().any(|within| line.contains(within))
        || words <= 8 && has_year(&line) && !line.ends_with(['.', '!', '?'])
}

/// Whether a line is short and has a year or a time of day in it.
pub(super) fn is_dated(text: &str) -> bool {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut marks = text.match_indices([':', '\'', 'h']).map(|(at, mark)| (at, mark));
    text.len() <= DATED_BYTES_MAX
        && (has_year(text)
            || marks.any(|(at, mark)| {
                (mark == "'" || at > 0 && is_digit(at - 1)) && is_digit(at + 1) && is_digit(at + 2)
            }))
}

/// Whether a line has a year in it.
pub(super) fn has_year(line: &str) -> bool {
    line.split(|c: char| !c.is_ascii_digit())
        .any(|number| number.len() == 4 && (number.starts_with("19") || number.starts_with("20")))
}

/// Returns a line in lower case, unless it is too long to be a saying.
fn short(line: &str, chars_max: usize) -> Option<String> {
    let line = line.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '©').trim_end();
    (line.chars().nth(chars_max).is_none()).then(|| line.to_lowercase())
}

/// Whether a title is that of a page that is not there.
pub(super) fn is_of_missing_page(title: &str) -> bool {
    const SAYINGS: [&str; 7] = [
        "404",
        "page not found",
        "page introuvable",
        "page non trouvée",
        "seite nicht gefunden",
        "página no encontrada",
        "pagina non trovata",
    ];
    let title = title.to_lowercase();
    SAYINGS.iter().any(|saying| title.starts_with(saying) || title.ends_with(saying))
}

/// Whether a text ends where the page stops giving it away.
pub(super) fn is_cut_off(text: &str) -> bool {
    let end = text.trim_end();
    ["[…]", "[...]", "(…)", "…", "..."].iter().any(|mark| end.ends_with(mark))
}
