//! What a page is that has nothing to read: gone, behind a login, guarded against programs, empty.

use scraper::{ElementRef, Selector};

use super::dom::{self, Dom};

/// Why a page has nothing to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unread {
    /// It says that what is asked for is not there, whatever its status says.
    NotFound,
    /// It wants somebody to log in.
    Login,
    /// It wants a proof that a person reads it.
    BotCheck,
    /// It has no words, or those of a program that makes them in a browser.
    Empty,
    /// It has words, and none that surely are a post, a review or an article.
    Unknown,
}

impl Unread {
    /// Returns a sentence for its owner.
    pub fn reason(self) -> &'static str {
        match self {
            Self::NotFound => "the site says that there is no such page",
            Self::Login => "the site shows this page only to those who log in",
            Self::BotCheck => "the site asks for a proof that a person is reading",
            Self::Empty => "the page is empty, or made by a script in the browser",
            Self::Unknown => {
                "nothing on this page could be told for a post, a review or an article"
            }
        }
    }

    /// Returns what the owner can do.
    pub fn hint(self) -> &'static str {
        match self {
            Self::NotFound => "check the address in a browser",
            Self::Login => "give the address of a public page, or of the site's feed",
            Self::BotCheck => "the site may offer a feed or an API instead",
            Self::Empty => "`vigie add` may find a feed or an API of the same site",
            Self::Unknown => "describe the site in a preset of your own: config/presets/README.md",
        }
    }
}

/// A page with more words than this is not only a message.
const MESSAGE_CHARS_MAX: usize = 1500;
/// So many words are more than a form that wants a password: many sites have one on every page.
const LOGIN_CHARS_MAX: usize = 500;
/// Fewer characters than this are nothing to read.
const EMPTY_CHARS_MAX: usize = 20;

/// What guards write on their pages or name in their markup, in lower case.
const GUARDS: &[&str] = &[
    "cf-challenge",
    "cf_chl_opt",
    "challenge-platform",
    "cf-browser-verification",
    "captcha-delivery.com",
    "px-captcha",
    "_incapsula_resource",
    "distil_r_captcha",
    "awswafcookiedomainlist",
    "gokuprops",
    "geo.captcha",
    "ddos-guard",
    "sgcaptcha",
    "validatecaptcha",
    "anubis_challenge",
    "g-recaptcha",
    "h-captcha",
    "cf-turnstile",
];
const GUARD_WORDS: &[&str] = &[
    "just a moment",
    "un instant",
    "checking your browser",
    "attention required",
    "pardon our interruption",
    "verify you are human",
    "vérifiez que vous êtes humain",
    "are you a robot",
    "êtes-vous un robot",
    "je ne suis pas un robot",
    "i'm not a robot",
    "unusual traffic",
    "trafic inhabituel",
    "security check",
    "contrôle de sécurité",
    "enable javascript and cookies",
    "making sure you're not a bot",
    "robot check",
    "one more step",
    "enter the characters you see below",
    "saisissez les caractères",
];
/// What they write as well, and others too who only refuse.
const REFUSALS: &[&str] = &["access denied", "accès refusé", "request unsuccessful"];

/// What sites say of what they do not have, in lower case.
const MISSING: &[&str] = &[
    "404",
    "page not found",
    "not found",
    "page introuvable",
    "non trouvée",
    "non trouvé",
    "nothing here",
    "introuvable",
    "could not be found",
    "couldn't be found",
    "couldn’t be found",
    "cannot be found",
    "can't be found",
    "can’t be found",
    "does not exist",
    "doesn't exist",
    "doesn’t exist",
    "do not exist",
    "no longer exists",
    "no longer available",
    "n'existe pas",
    "n’existe pas",
    "n'existe plus",
    "n’existe plus",
    "n'existent pas",
    "n’existent pas",
    "n'est plus disponible",
    "n’est plus disponible",
    "a été supprimé",
    "ont été supprimé",
    "has been deleted",
    "has been removed",
    "have been deleted",
    "was deleted",
    "invalid thread specified",
    "no thread specified",
    "invalid topic",
    "no topic specified",
    "sujet demandé",
    "topic you requested",
    "bad request. the link you followed",
    "mauvaise requête. le lien",
    "lien suivi est incorrect",
    "missing or invalid",
    "missing, or invalid",
    "nothing found",
    "nicht gefunden",
    "existiert nicht",
    "no se encuentra",
    "no se ha encontrado",
    "no existe",
    "non esiste",
    "non trovata",
    "non trovato",
    "não encontrada",
    "não existe",
    "niet gevonden",
    "bestaat niet",
    "no such list",
    "no such thread",
    "private or doesn't exist",
    "privée ou n'existe pas",
];

/// What is said where only members may read, in lower case.
const MEMBERS: &[&str] = &[
    "you must be logged in",
    "you must log in",
    "you need to log in",
    "you need to be logged in",
    "please log in",
    "please sign in",
    "you are not logged in",
    "login required",
    "log in to continue",
    "sign in to continue",
    "you must be registered",
    "not authorised to read",
    "not authorized to read",
    "you do not have permission",
    "you don't have permission",
    "vous devez être connecté",
    "vous devez vous connecter",
    "veuillez vous connecter",
    "connectez-vous pour",
    "vous n'êtes pas connecté",
    "vous n’êtes pas connecté",
    "vous n'êtes pas autorisé",
    "vous n’êtes pas autorisé",
    "vous n'avez pas la permission",
    "vous n’avez pas la permission",
    "identifiez-vous",
    "sie müssen sich anmelden",
    "bitte melden sie sich an",
    "debe identificarse",
    "debes iniciar sesión",
    "devi effettuare l'accesso",
    "precisa de fazer login",
    "je moet ingelogd zijn",
];

/// What is said by pages that a script makes, in lower case.
const SCRIPTED: &[&str] = &[
    "enable javascript to run this app",
    "javascript is required",
    "requires javascript",
    "please enable javascript",
    "veuillez activer javascript",
    "activer javascript",
    "javascript est requis",
    "javascript is disabled",
];

/// Tells why a page has nothing to read, for one on which no reader found anything.
pub(crate) fn of(dom: &Dom, markup: &str) -> Unread {
    let words = dom::text(dom.root());
    let length = words.chars().count();
    let words = words.to_lowercase();
    let headline = headlines(dom).to_lowercase();
    let says = |known: &[&str]| known.iter().any(|known| words.contains(known));
    let is_short = length <= MESSAGE_CHARS_MAX;
    let lower = markup.to_ascii_lowercase();
    let is_guarded = GUARDS.iter().any(|guard| lower.contains(guard));
    let is_guard = GUARD_WORDS
        .iter()
        .chain(REFUSALS)
        .any(|known| headline.contains(known) || is_short && words.contains(known));
    if is_short && (is_guard || is_guarded && length < MESSAGE_CHARS_MAX / 3) {
        return Unread::BotCheck;
    }
    if is_missing(&headline) || is_short && says(MISSING) && !has_password(dom) {
        return Unread::NotFound;
    }
    if (is_short && says(MEMBERS)) || has_password(dom) && length <= LOGIN_CHARS_MAX {
        return if says(MISSING) && !says(MEMBERS) { Unread::NotFound } else { Unread::Login };
    }
    if length < EMPTY_CHARS_MAX || is_short && SCRIPTED.iter().any(|said| lower.contains(said)) {
        return Unread::Empty;
    }
    Unread::Unknown
}

/// Tells whether an answer that brings no page is that of a guard who wants a proof of a person.
pub(crate) fn asks_for_a_person(markup: &str) -> bool {
    let lower = markup.to_lowercase();
    GUARDS.iter().chain(GUARD_WORDS).any(|known| lower.contains(known))
}

/// Tells whether a page says in its title or first headline that it is not there: one that answers with
/// the status of success all the same, among the menus of its site.
pub(crate) fn is_missing(headline: &str) -> bool {
    MISSING.iter().any(|known| headline.contains(known))
}

/// Returns the page's title and first headlines.
pub(crate) fn headlines(dom: &Dom) -> String {
    let mut found = String::new();
    if let Ok(selector) = Selector::parse("title, h1, h2, .error-title, .message-title") {
        for element in dom.html.select(&selector).take(4) {
            found.push_str(&inner(element));
            found.push('\n');
        }
    }
    found
}

fn inner(element: ElementRef<'_>) -> String {
    element.text().take(50).collect()
}

fn has_password(dom: &Dom) -> bool {
    Selector::parse("input[type=password]")
        .is_ok_and(|selector| dom.html.select(&selector).next().is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(page: &str, expect: Unread) {
        let dom = Dom::parse(page, &"https://forum.example/t/1".parse().unwrap()).unwrap();
        assert_eq!(of(&dom, page), expect, "{page}");
    }

    #[test]
    fn a_page_with_nothing_to_read_says_why() {
        let menus = "Accueil Membres Recherche Aide ".repeat(100);
        check("<title>404 Not Found</title><h1>Not Found</h1>", Unread::NotFound);
        check("<p>Le sujet demandé n’existe pas.</p>", Unread::NotFound);
        check(&format!("<h1>Page introuvable</h1><p>{menus}</p>"), Unread::NotFound);
        check(
            "<p>Bad request. The link you followed is incorrect or outdated.</p>",
            Unread::NotFound,
        );
        check("<h1>Connexion</h1><form><input name=u><input type=password></form>", Unread::Login);
        check("<p>Vous devez être connecté pour lire ce forum.</p>", Unread::Login);
        check("<title>Just a moment...</title><p>Checking your browser</p>", Unread::BotCheck);
        check(
            "<title>shop.example</title><script src='https://geo.captcha-delivery.com/x'></script>",
            Unread::BotCheck,
        );
        check("<div id=root></div><script>app()</script>", Unread::Empty);
        check("<noscript>You need to enable JavaScript to run this app.</noscript>", Unread::Empty);
        check(&format!("<title>Le carnet du thé</title><p>{menus}</p>"), Unread::Unknown);
    }

    #[test]
    fn each_condition_has_words_and_a_hint() {
        let all =
            [Unread::NotFound, Unread::Login, Unread::BotCheck, Unread::Empty, Unread::Unknown];
        for one in all {
            assert!(one.reason().len() > 20 && one.hint().len() > 20, "{one:?}");
        }
    }
}
