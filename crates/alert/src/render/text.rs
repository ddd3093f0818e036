//! The plain text part, written to be read: in the manner of Google Alerts, wrapped, with each
//! address on its own line.

use super::{
    Sender, TROUBLES_MAX, byline, commands, links, provenance, query_names, untold, words,
};
use crate::clean::one_line;
use crate::compose::{Digest, Entry, Section};
use crate::letter::Mailbox;

const COLUMNS: usize = 78;
const RULE: &str = "- - - - - - - - - - - - - - - - - - - -";

/// Writes the letter with the first `shown` entries of each section.
pub(super) fn letter(digest: &Digest, sender: &Sender, to: &Mailbox, shown: &[usize]) -> String {
    let mut page = Page::default();
    page.wrapped(&query_names(digest));
    page.wrapped(&words::edition(digest));
    for (section, shown) in digest.sections.iter().zip(shown) {
        page.blank();
        page.wrapped(&heading(section, digest));
        for found in &section.entries[..*shown] {
            page.blank();
            entry(&mut page, found, digest);
        }
        let untold = untold(section, *shown);
        if untold > 0 {
            page.blank();
            page.wrapped(&words::did_not_fit(untold, digest.locale));
        }
    }
    page.blank();
    page.line(RULE);
    see_more(&mut page, digest, sender);
    troubles(&mut page, digest);
    colophon(&mut page, digest, sender, to);
    page.0
}

fn heading(section: &Section, digest: &Digest) -> String {
    format!(
        "=== {} - {} {} [{}] ===",
        words::section(section.kind, digest.locale),
        words::results(section.total, digest.locale),
        words::of(digest.locale).results_for,
        one_line(&query_names(digest), 40),
    )
}

fn entry(page: &mut Page, entry: &Entry, digest: &Digest) {
    page.wrapped(&entry.title.text);
    page.wrapped(&byline(entry, digest).join(" - "));
    if !entry.snippet.text.is_empty() {
        page.wrapped(&entry.snippet.text);
    }
    page.wrapped(&provenance(entry, digest.locale).join(" - "));
    if let Some(url) = &entry.url {
        page.line(url.as_str());
    }
}

fn see_more(page: &mut Page, digest: &Digest, sender: &Sender) {
    let words = words::of(digest.locale);
    let links = sender.base_url.as_ref().map(|base| links(digest, base)).unwrap_or_default();
    let commands = commands(digest);
    if links.is_empty() && commands.is_empty() {
        return;
    }
    page.blank();
    page.wrapped(&format!("{}{}", words.see_more, words.colon.trim_end()));
    for (_, url) in links {
        page.line(url.as_str());
    }
    for command in commands {
        page.line(&command);
    }
}

fn troubles(page: &mut Page, digest: &Digest) {
    if digest.troubles.is_empty() {
        return;
    }
    let words = words::of(digest.locale);
    page.blank();
    page.wrapped(&format!(
        "{}{}",
        words::sources_in_trouble(digest.troubles.len(), digest.locale),
        words.colon.trim_end()
    ));
    for trouble in digest.troubles.iter().take(TROUBLES_MAX) {
        page.wrapped(&format!(
            "- {}{}{} ({} {})",
            trouble.name,
            words.colon,
            trouble.reason,
            words.since,
            words::date_time(trouble.since, digest),
        ));
    }
    if let Some(untold @ 1..) = digest.troubles.len().checked_sub(TROUBLES_MAX) {
        page.wrapped(&format!("- {}", words::and_more(untold, digest.locale)));
    }
}

fn colophon(page: &mut Page, digest: &Digest, sender: &Sender, to: &Mailbox) {
    page.blank();
    page.wrapped(&words::why(digest, &query_names(digest), to.address()));
    page.wrapped(&format!("{} {}", words::to_stop(digest.locale), sender.ask().address()));
    page.wrapped(&words::zone(digest.zone, digest.locale));
}

/// A text of lines that ends in a line feed.
#[derive(Default)]
struct Page(String);

impl Page {
    fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Breaks at spaces, so that lines have at most [`COLUMNS`] characters; a longer word stays whole.
    fn wrapped(&mut self, text: &str) {
        let mut columns = 0;
        // Only plain spaces: a no-break space is there to hold its neighbours together.
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let width = word.chars().count();
            if columns > 0 && columns + 1 + width > COLUMNS {
                self.0.push('\n');
                columns = 0;
            } else if columns > 0 {
                self.0.push(' ');
                columns += 1;
            }
            self.0.push_str(word);
            columns += width;
        }
        self.0.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_break_at_plain_spaces_before_column_79() {
        let check = |text: &str, expect: &str| {
            let mut page = Page::default();
            page.wrapped(text);
            assert_eq!(page.0, expect);
        };
        let (a, b) = ("a".repeat(40), "b".repeat(37));
        check("one two", "one two\n");
        check(&format!("{a} {b}"), &format!("{a} {b}\n"));
        check(&format!("{a} {b}c"), &format!("{a}\n{b}c\n"));
        check(&format!("{a} {b}\u{a0}: c"), &format!("{a}\n{b}\u{a0}: c\n"));
        check(&"x".repeat(200), &format!("{}\n", "x".repeat(200)));
        check("", "\n");
    }
}
