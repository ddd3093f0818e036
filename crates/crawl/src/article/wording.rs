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

/// How lines start that are the site's.
const ASIDE_STARTS: &str = "\
    story continues below | article continues below | continue reading | lire la suite | read more | \
    read also | read next | also read | more: | related: | see also | see more: | lire aussi | à \
    lire aussi | a lire aussi | lire également | à lire : | à lire également | à voir aussi | \
    voir aussi | sur le même sujet | pour aller plus loin : | leia também | lea también | lee \
    también | leggi anche | lesen sie auch | mehr zum thema | lees ook | читайте также | read: | \
    watch: | watch more | recommended for you | you may also like | you might also like | vous \
    aimerez aussi | related articles | related stories | related posts | more from | more on \
    this | articles liés | follow us on | follow him on | follow her on | suivez-nous | share \
    this | partager cet article | partagez cet article | sign up for | sign up to | subscribe to \
    | subscribe now | abonnez-vous | inscrivez-vous | recevez notre | click here to | cliquez \
    ici pour | tap here to | download the app | get our free | join our newsletter | join the \
    conversation | leave a comment | laisser un commentaire | view comments | show comments | \
    have a tip";
/// Lines that are the site's.
const ASIDES: &str = "\
    advertisement | publicité | annonce | werbung | anzeige | publicidad | pubblicità | image \
    source | getty images | advert | commenti | comentários | share | partager | tweet | email | print | imprimer | \
    comments | commentaires | ad | pub | facebook | twitter | linkedin | whatsapp | copy link | \
    copier le lien | loading... | loading | close | fermer | video | tags";
/// What says that the rest is for subscribers.
const PAYWALL: &str = "\
    réservé aux abonnés | réservée aux abonnés | réservé à nos abonnés | de cet article à lire | \
    pour lire la suite | pour continuer votre lecture | déjà abonné | abonnez-vous pour | \
    subscribe to continue | subscribe to read | subscribers only | subscriber-only | already a \
    subscriber | to continue reading | to read the full | register to continue | sign in to read \
    | create a free account to | exclusivo para suscriptores | nur für abonnenten";
/// How lines start that lead elsewhere.
const POINTERS: &str = "\
    related | more | also | read | see | watch | lire | voir | relire | mehr | leer";
/// What is asked of readers of a newsletter.
const INVITATIONS: &str = "\
    subscribe | sign up | inbox | delivered | abonnez | inscri | recevez | registr";
/// How lines start that are credits.
const END_STARTS: &str = "\
    © | copyright | all rights reserved | tous droits réservés | tags: | tags : | tagged | filed \
    under | posted in | classé dans | mots-clés | topics: | source: | source : | sources: | \
    photo: | photo : | photos: | crédit photo | image: | image credit | featured image | via | \
    reporting by | additional reporting by | editing by | (reporting by | avec afp | updated at \
    | last updated";
/// What says where an author is to be followed.
const FOLLOW: &str = "\
    follow him on | follow her on | follow them on | follow me on | follow us on | suivez-le sur \
    | suivez-la sur | suivez-nous sur";
/// How lines start that say who wrote something when.
const HEAD_STARTS: &str = "\
    by | by: | par | von | por | published | publié | publiée | posted | updated | mis à jour | mise à \
    jour | last updated | modified | actualizado | publicado | veröffentlicht | written by | \
    rédigé par | author: | auteur";
/// What says how long it takes to read something.
const READING_TIME: &str = "\
    min read | minute read | minutes read | min de lecture | minutes de lecture | tempo de \
    leitura | temps de lecture";
/// What titles of missing pages start or end with.
const MISSING: &str = "\
    404 | page not found | page introuvable | page non trouvée | seite nicht gefunden | página \
    no encontrada | pagina non trovata";

/// Whether a line is the site's and not the author's: an invitation to share, to subscribe, to read
/// something else.
pub(super) fn is_aside(run: &Run) -> bool {
    let Some(line) = short(&run.text, CHARS_MAX) else { return false };
    says(ASIDE_STARTS).any(|start| starts_with(&line, start))
        || says(ASIDES).any(|own| own == line.trim_end_matches([':', ' ', '.']))
        || line.ends_with("click to tweet")
        || line.starts_with("image ") && line.contains(" of ") && line.len() < 20
        || run.linked > 0 && points_elsewhere(&line)
        || invites(&line)
        || is_paywall(&line)
}

/// Whether a line says that the rest is for subscribers.
pub(super) fn is_paywall(line: &str) -> bool {
    let Some(line) = short(line, CHARS_MAX) else { return false };
    says(PAYWALL).any(|saying| line.contains(saying))
}

/// Whether a line with a link says before a colon that it leads elsewhere: `Related coverage: …`.
fn points_elsewhere(line: &str) -> bool {
    let start = line.split_once(':').map(|(start, _)| start).unwrap_or_default();
    let mut words = start.split_whitespace();
    words.next().is_some_and(|word| says(POINTERS).any(|own| own == word)) && words.count() <= 3
}

/// Whether a line asks to subscribe to a newsletter.
fn invites(line: &str) -> bool {
    line.contains("newsletter") && says(INVITATIONS).any(|to| line.contains(to))
}

/// Whether a line ends an article without being part of it: credits, tags, who its author is.
pub(super) fn ends(run: &Run) -> bool {
    let Some(line) = short(&run.text, ENDING_CHARS_MAX) else { return false };
    let is_short = line.len() <= CHARS_MAX;
    is_short && says(END_STARTS).any(|start| starts_with(&line, start))
        || says(FOLLOW).any(|within| line.contains(within))
        || is_aside(run)
}

/// Whether a line before an article's first paragraph tells who wrote it when, or how long it is.
pub(super) fn is_head(text: &str) -> bool {
    let Some(line) = short(text, HEAD_CHARS_MAX) else { return false };
    let words = line.split_whitespace().count();
    says(HEAD_STARTS).any(|start| starts_with(&line, start)) && words <= 14
        || says(READING_TIME).any(|within| line.contains(within))
        || words <= 8 && has_year(&line) && !line.ends_with(['.', '!', '?'])
}

/// Whether a line is short and has a year or a time of day in it.
pub(super) fn is_dated(text: &str) -> bool {
    let is_digit = |at: usize| text.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    let mut marks = text.match_indices([':', '\'', 'h']);
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
    let title = title.to_lowercase();
    says(MISSING).any(|saying| title.starts_with(saying) || title.ends_with(saying))
}

/// Whether a text ends where the page stops giving it away.
pub(super) fn is_cut_off(text: &str) -> bool {
    let end = text.trim_end();
    ["[…]", "[...]", "(…)", "…", "..."].iter().any(|mark| end.ends_with(mark))
}

/// Whether a line starts with a saying, and not with a longer word.
fn starts_with(line: &str, start: &str) -> bool {
    let rest = line.strip_prefix(start);
    rest.is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) || start.ends_with(':'))
}

/// Returns the sayings of a table.
fn says(table: &'static str) -> impl Iterator<Item = &'static str> {
    table.split('|').map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str, linked: usize) -> Run {
        Run { text: text.to_owned(), chars: text.chars().count(), linked, ..Run::default() }
    }

    #[test]
    fn what_sites_say_is_told_from_what_authors_write() {
        let check =
            |text, linked, expect| assert_eq!(is_aside(&run(text, linked)), expect, "{text}");
        check("Publicité", 0, true);
        check("Publicité mensongère : Ozalée condamnée", 0, false);
        check("À LIRE AUSSI : La limonade qui fâche", 20, true);
        check("→ Lire aussi La limonade qui fâche", 20, true);
        check("Related coverage: The lemonade war", 17, true);
        check("Related coverage: The lemonade war", 0, false);
        check("Share", 0, true);
        check("Share prices fell on Monday.", 0, false);
        check("Get it first: sign up for our newsletter", 0, true);
        check("The newsletter was read by nobody.", 0, false);
        check("Il vous reste 87 % de cet article à lire.", 0, true);
        check("Image 2 of 9", 0, true);
    }

    #[test]
    fn lines_at_either_end_are_known() {
        let check = |text, expect| assert_eq!(is_head(text), expect, "{text}");
        check("Par Zoé Lannic", true);
        check("Parmi les salariés, personne ne rit.", false);
        check("Publié le 3 mars 2025 à 14h32", true);
        check("4 min read", true);
        check("March 3, 2025", true);
        check("The factory has stood empty since 1998.", false);
        let check = |text, expect| assert_eq!(ends(&run(text, 0)), expect, "{text}");
        check("© 2025 La Gazette", true);
        check("June is our kettle editor. Follow her on the network of your choice.", true);
        check("(Reporting by June Okafor; editing by Li Wei)", true);
        check("Sources close to the company deny it.", false);
    }
}
