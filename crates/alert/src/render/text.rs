//! The plain text part, written to be read: in the manner of Google Alerts, wrapped, with each
//! address on its own line.

use super::{
    Frame, TROUBLES_MAX, asides, byline, commands, copies, doubt, provenance, query_names, tone,
    trends, untold, words,
};
use crate::clean::one_line;
use crate::compose::{Entry, Section};

const COLUMNS: usize = 78;
const RULE: &str = "- - - - - - - - - - - - - - - - - - - -";

/// Writes the letter with the first `shown` entries of each section.
pub(super) fn letter(frame: &Frame<'_>, shown: &[usize]) -> String {
    let digest = frame.digest;
    let mut page = Page::default();
    page.wrapped(&query_names(digest));
    page.wrapped(&words::edition(digest));
    super::notes::text(&mut page, digest);
    asides::text(&mut page, digest);
    overview(&mut page, frame);
    for (section, shown) in digest.sections.iter().zip(shown) {
        page.blank();
        page.wrapped(&heading(section, frame));
        for found in &section.entries[..*shown] {
            page.blank();
            entry(&mut page, found, frame);
        }
        let untold = untold(section, *shown);
        if untold > 0 {
            page.blank();
            page.wrapped(&words::untold(untold, digest));
        }
    }
    page.blank();
    page.line(RULE);
    see_more(&mut page, frame);
    troubles(&mut page, frame);
    frame.closing().text(&mut page);
    page.0
}

/// How much there is, and what many speak of.
fn overview(page: &mut Page, frame: &Frame<'_>) {
    let words = words::of(frame.digest.locale);
    let trends = trends(frame.digest);
    let volume = words::volume(frame.digest);
    if volume.is_some() || !trends.is_empty() {
        page.blank();
    }
    if let Some((name, volume)) = volume {
        page.wrapped(&format!("{name}{}{volume}", words.colon));
    }
    if !trends.is_empty() {
        page.wrapped(&format!("{}{}{}", words.trending, words.colon, trends.join(", ")));
    }
}

fn heading(section: &Section, frame: &Frame<'_>) -> String {
    let words = words::of(frame.digest.locale);
    format!(
        "=== {} - {} {} [{}] ===",
        words.section(section.kind),
        words.count(&words.results, section.total),
        words.results_for,
        one_line(&query_names(frame.digest), 40),
    )
}

fn entry(page: &mut Page, entry: &Entry, frame: &Frame<'_>) {
    let digest = frame.digest;
    page.wrapped(&entry.title.text);
    let tone = tone(entry, digest.locale).map(|(_, said)| said);
    let parts: Vec<String> = byline(entry, digest).into_iter().chain(tone).collect();
    page.wrapped(&parts.join(" - "));
    if !entry.snippet.text.is_empty() {
        page.wrapped(&entry.snippet.text);
    }
    for line in copies(entry, digest.locale).into_iter().chain(doubt(entry, digest.locale)) {
        page.wrapped(&line);
    }
    page.wrapped(&provenance(entry, digest.locale).join(" - "));
    if let Some(url) = &entry.url {
        page.line(url.as_str());
    }
    let colon = words::of(digest.locale).colon;
    for (deed, url) in frame.deeds(entry) {
        page.line(&format!("{deed}{colon}{url}"));
    }
}

fn see_more(page: &mut Page, frame: &Frame<'_>) {
    let words = words::of(frame.digest.locale);
    let lines = match frame.more() {
        Some(url) => vec![url.to_string()],
        None => commands(frame.digest),
    };
    if lines.is_empty() {
        return;
    }
    page.blank();
    page.wrapped(&format!("{}{}", words.see_more, words.colon.trim_end()));
    for line in lines {
        page.line(&line);
    }
}

fn troubles(page: &mut Page, frame: &Frame<'_>) {
    let digest = frame.digest;
    if digest.troubles.is_empty() {
        return;
    }
    let words = words::of(digest.locale);
    page.blank();
    page.wrapped(&format!(
        "{}{}",
        words.count(&words.troubles, digest.troubles.len()),
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
        page.wrapped(&format!("- {}", words.count(&words.and_more, untold)));
    }
}

/// A text of lines that ends in a line feed.
#[derive(Default)]
pub(crate) struct Page(pub(crate) String);

impl Page {
    pub(super) fn line(&mut self, line: &str) {
        self.0.push_str(line);
        self.0.push('\n');
    }

    pub(super) fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Breaks at spaces, so that lines have at most [`COLUMNS`] characters; a longer word stays whole.
    pub(super) fn wrapped(&mut self, text: &str) {
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
