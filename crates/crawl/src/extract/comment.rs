//! Comments in the feeds of `WordPress`: their titles name the article and the writer, and their texts
//! begin with whom they answer. Neither is what the writer said, so neither is the comment's own.

use url::Url;

use super::draft::DraftEntry;

/// What stands before the article's title, in the words of `WordPress`'s own translations.
const BEFORE_TITLE: [&str; 14] = [
    "Comment on",
    "Comments on",
    "Commentaire sur",
    "Commentaires sur",
    "Kommentar zu",
    "Kommentare zu",
    "Comentario en",
    "Comentarios en",
    "Commento su",
    "Commenti su",
    "Comentário sobre",
    "Comentários sobre",
    "Comentário em",
    "Reactie op",
];
/// What stands between the article's title and the writer.
const BEFORE_AUTHOR: [&str; 6] = ["by", "par", "von", "por", "di", "door"];
/// What stands before the name of whom it answers.
const BEFORE_ANSWERED: [&str; 8] = [
    "In reply to",
    "En réponse à",
    "Als Antwort auf",
    "Antwort auf",
    "En respuesta a",
    "In risposta a",
    "Em resposta a",
    "Als antwoord op",
];
/// A longer line is something that somebody said.
const ANSWERED_CHARS_MAX: usize = 120;

/// Takes from a comment what is not its own, and says what it belongs to.
pub(super) fn tell(entry: &mut DraftEntry) {
    let Some(article) = entry.link.as_ref().and_then(article) else { return };
    let author = entry.author.as_deref().unwrap_or_default();
    let Some(title) = entry.title.as_deref().and_then(|title| article_title(title, author)) else {
        return;
    };
    let details = &mut entry.details;
    details.thread_title = title.to_owned();
    details.thread.get_or_insert_with(|| article.to_string());
    details.thread_url.get_or_insert(article);
    details.reply = Some(true);
    entry.title = None;
    if let Some(text) = entry.text.as_deref().and_then(without_answered) {
        entry.text = Some(text.to_owned());
    }
}

/// Returns the address of the article that a comment's address leads into.
fn article(link: &Url) -> Option<Url> {
    let number = link.fragment()?.strip_prefix("comment-")?;
    if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut article = link.clone();
    article.set_fragment(None);
    let path = article.path().trim_end_matches('/');
    if let Some((path, _)) = path.rsplit_once("/comment-page-") {
        let path = format!("{path}/");
        article.set_path(&path);
    }
    Some(article)
}

/// Returns the title of the article from that of its comment: empty where only the writer is named,
/// `None` where the title is the comment's own.
fn article_title<'t>(title: &'t str, author: &str) -> Option<&'t str> {
    let title = title.trim();
    let rest = title.strip_suffix(author).unwrap_or(title).trim_end();
    let ends_with =
        |text: &'t str| BEFORE_AUTHOR.iter().find_map(|word| cut_word(text.strip_suffix(word)?));
    if let Some(word) = rest.strip_suffix(':')
        && BEFORE_AUTHOR.iter().any(|known| known.eq_ignore_ascii_case(word.trim_end()))
    {
        return Some("");
    }
    let rest = ends_with(rest)?;
    let before = BEFORE_TITLE.iter().find_map(|words| rest.strip_prefix(words))?;
    Some(before.trim_start_matches([':', ' ', '\u{a0}']))
}

/// Returns what stands before a whole word.
fn cut_word(before: &str) -> Option<&str> {
    before.ends_with(char::is_whitespace).then(|| before.trim_end())
}

/// Returns the text without the line that names whom it answers.
fn without_answered(text: &str) -> Option<&str> {
    let (line, rest) = text.trim_start().split_once('\n').unwrap_or((text.trim_start(), ""));
    let is_short = line.chars().nth(ANSWERED_CHARS_MAX).is_none();
    let names_somebody = BEFORE_ANSWERED.iter().any(|words| line.starts_with(words));
    (is_short && names_somebody && line.trim_end().ends_with('.')).then(|| rest.trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_title_of_a_comment_is_that_of_its_article() {
        let check = |title: &str, author: &str, expect: Option<&str>| {
            assert_eq!(article_title(title, author), expect, "{title}");
        };
        check("Comment on A recall by Anne", "Anne", Some("A recall"));
        check(
            "Commentaires sur Un rappel\u{a0}! par Anne Martin",
            "Anne Martin",
            Some("Un rappel\u{a0}!"),
        );
        check("Commentaires sur : Un rappel par Anne", "Anne", Some("Un rappel"));
        check("Kommentar zu Ein Rückruf von anne", "anne", Some("Ein Rückruf"));
        check("Par : Anne", "Anne", Some(""));
        check("By: Anne", "Anne", Some(""));
        check("Par\u{a0}: Anne", "Anne", Some(""));
        check("Reply To: A recall", "Anne", None);
        check("Standby Anne", "Anne", None);
        check("My own words by Anne", "Anne", None);
        check("", "", None);
    }

    #[test]
    fn what_belongs_to_the_article_is_said_so() {
        let check = |link: &str, text: &str, expect: Option<(&str, &str)>| {
            let mut entry = DraftEntry {
                link: Some(link.parse().unwrap()),
                title: Some("Comment on Ozalée by Anne".to_owned()),
                author: Some("Anne".to_owned()),
                text: Some(text.to_owned()),
                ..DraftEntry::default()
            };
            tell(&mut entry);
            let told = entry.details.thread_url.as_ref().map(Url::as_str);
            assert_eq!(told, expect.map(|(article, _)| article), "{link}");
            let expect = expect.map_or(text, |(_, text)| text);
            assert_eq!(entry.text.as_deref(), Some(expect));
            assert_eq!(entry.title.is_none(), told.is_some());
        };
        let article = "https://blog.example/ozalee/";
        check("https://blog.example/ozalee/#comment-7", "Bien.", Some((article, "Bien.")));
        check(
            "https://blog.example/ozalee/comment-page-2/#comment-7",
            "In reply to Marc.\n\nOui.\nVraiment.",
            Some((article, "Oui.\nVraiment.")),
        );
        check(
            "https://blog.example/ozalee/#comment-7",
            "In reply to that, no",
            Some((article, "In reply to that, no")),
        );
        check("https://blog.example/ozalee/", "In reply to Marc.", None);
        check("https://blog.example/ozalee/#comment-", "Bien.", None);
        check("https://blog.example/ozalee/#comments", "Bien.", None);
    }
}
