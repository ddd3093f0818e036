//! Mails as archives show them: what is quoted, and where the signature begins.

use std::collections::HashSet;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

/// What a mail says, with what it quotes apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mail {
    pub(super) text: String,
    pub(super) quote: String,
}

/// Reads a mail's lines: those that begin with `>` are quoted, with the line before them that says
/// who wrote them, and what follows a line of `--` is a signature.
pub(super) fn read(lines: &str) -> Mail {
    let mut mail = Mail::default();
    let mut own: Vec<&str> = Vec::new();
    for line in lines.lines() {
        let line = line.trim();
        if line == "--" || line.starts_with("_______________________________________________") {
            break;
        }
        if !line.starts_with('>') {
            own.push(line);
            continue;
        }
        while own.last().is_some_and(|last| last.is_empty()) {
            own.pop();
        }
        for attribution in take_attribution(&mut own) {
            push(&mut mail.quote, attribution);
        }
        push(&mut mail.quote, line.trim_start_matches(['>', ' ']));
    }
    for line in own {
        push(&mut mail.text, line);
    }
    mail
}

/// Takes the lines that say whose words follow: `On …, … wrote:`, on one line or two.
fn take_attribution<'a>(own: &mut Vec<&'a str>) -> Vec<&'a str> {
    const VERBS: [&str; 8] =
        ["wrote", "writes", "a écrit", "écrit", "schrieb", "escribió", "ha scritto", "schreef"];
    let is_end = own.last().is_some_and(|last| {
        let said = last.strip_suffix(':').map(str::trim_end);
        said.is_some_and(|said| VERBS.iter().any(|verb| said.ends_with(verb)))
    });
    if !is_end {
        return Vec::new();
    }
    let begins = |line: &str| {
        ["On ", "Le ", "Am ", "El ", "Il ", "Op "].iter().any(|on| line.starts_with(on))
    };
    let last = own.len() - 1;
    let start = if begins(own[last]) {
        last
    } else {
        own[..last]
            .iter()
            .rposition(|line| begins(line))
            .filter(|at| last - at <= 2)
            .unwrap_or(last)
    };
    own.split_off(start)
}

fn push(text: &mut String, line: &str) {
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    if !text.is_empty() && !line.is_empty() {
        text.push('\n');
    }
    text.push_str(&line);
}

/// Returns the words of an element with its line ends as they are written, and those of its blocks.
/// Where a quote stands that is marked up, a line with only `>` stands for it.
pub(super) fn lines(
    element: ElementRef<'_>,
    out: &HashSet<NodeId>,
    quotes: &HashSet<NodeId>,
) -> String {
    const BLOCKS: [&str; 9] = ["br", "p", "div", "pre", "blockquote", "li", "ul", "ol", "table"];
    let mut lines = String::new();
    let mut skipped = None;
    for edge in element.traverse() {
        let (Edge::Open(node) | Edge::Close(node)) = edge;
        let is_end = matches!(edge, Edge::Close(_));
        if skipped.is_some() {
            if is_end && skipped == Some(node.id()) {
                skipped = None;
            }
            continue;
        }
        if let Some(text) = node.value().as_text().filter(|_| !is_end) {
            lines.push_str(text);
        }
        let Some(tag) = node.value().as_element() else { continue };
        let is_within = !is_end && node.id() != element.id();
        if is_within && quotes.contains(&node.id()) {
            lines.push_str("\n>\n");
            skipped = Some(node.id());
        } else if is_within
            && (out.contains(&node.id()) || matches!(tag.name(), "script" | "style"))
        {
            skipped = Some(node.id());
        } else if BLOCKS.contains(&tag.name()) {
            lines.push('\n');
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_and_signatures_are_no_words_of_a_mail_s_author() {
        let check = |lines: &str, text: &str, quote: &str| {
            let expect = Mail { text: text.to_owned(), quote: quote.to_owned() };
            assert_eq!(read(lines), expect, "{lines}");
        };
        check("Bonjour\n\nvous\n-- \nJean", "Bonjour\nvous", "");
        check("On Monday, Ann wrote:\n> a\n>> b\nNo.", "No.", "On Monday, Ann wrote:\na\nb");
        check("Le 3 mai, Ann\na écrit :\n\n> a\n\nNon.", "Non.", "Le 3 mai, Ann\na écrit :\na");
        check("He wrote:\nno quote", "He wrote:\nno quote", "");
        check("", "", "");
    }
}
