//! Names that are nobody's: what sites write where an author has none, or is gone.

use query::analysis;

/// Folded, whole.
const WHOLE: &str = "\
    a google user; google user; utilisateur google; un utilisateur google; anonymous; anonymous user; anonymous coward; anon; \
    anonyme; utilisateur anonyme; anonymous poster; guest; guest user; invite; invitee; visiteur; visitor; unknown; unknown \
    author; inconnu; inconnue; deleted; deleted user; deleted account; removed; suspended user; banned; utilisateur supprime; \
    compte supprime; membre supprime; profil supprime; utilisateur desactive; compte desactive; ancien membre; ancien \
    utilisateur; former user; former member; user; utilisateur; member; membre; client; customer; consommateur; client verifie; \
    un client; a customer; verified buyer; amazon customer; client d amazon; client amazon; facebook user; utilisateur facebook; \
    utilisateur de facebook; kunde; anonym; gast; geloschter benutzer; ein google nutzer; usuario anonimo; anonimo; invitado; \
    utente anonimo; ospite; nobody; no name; noname; na; n a; none; null; undefined; author; auteur; redaction; la redaction; \
    admin; administrator; administrateur; webmaster; root; ghost; missing user";

/// Begins with one of these and ends with a number: `Guest 1234`, `user12345`.
const NUMBERED: [&str; 8] =
    ["guest", "user", "invite", "utilisateur", "anonymous", "anonyme", "visiteur", "gast"];

/// Tells whether what stands in an author's place names nobody.
pub fn is_anonymous(author: &str) -> bool {
    let words: Vec<String> = analysis::words(author).map(|word| word.text).collect();
    let name = words.join(" ");
    if name.is_empty() {
        // A picture can be a name; brackets and dashes cannot.
        return !author.chars().any(|c| !c.is_ascii() && !c.is_whitespace());
    }
    let is_numbered = NUMBERED.iter().any(|begin| {
        name.strip_prefix(begin).is_some_and(|rest| {
            let rest = rest.trim_start();
            !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
        })
    });
    is_numbered || WHOLE.split(';').any(|nobody| nobody.trim() == name)
}
