//! The HTML part: one column of tables with inline styles, since mail programs know little else;
//! a style sheet only for dark mode and narrow screens; no script, nothing fetched, and nothing that is
//! said by an image alone.

mod entry;
mod frame;

use model::Locale;

use super::{Frame, notes, query_names, untold, words};
use crate::compose::{Marked, Section};

/// A page in pieces: its entries, and everything around them.
pub(super) struct Pieces<'a> {
    frame: &'a Frame<'a>,
    entries: Vec<Vec<String>>,
}

/// Some counts in the frame get shorter or change to the plural as entries are shown.
const FRAME_SLACK_BYTES: usize = 1_000;

impl<'a> Pieces<'a> {
    pub(super) fn new(frame: &'a Frame<'a>) -> Self {
        let entries = |section: &Section| {
            section.entries.iter().map(|entry| entry::html(entry, frame)).collect()
        };
        Self { frame, entries: frame.digest.sections.iter().map(entries).collect() }
    }

    pub(super) fn sizes(&self) -> Vec<Vec<usize>> {
        self.entries.iter().map(|entries| entries.iter().map(String::len).collect()).collect()
    }

    /// Returns how many bytes a page has at most beside its entries.
    pub(super) fn frame_bytes_max(&self) -> usize {
        self.page(&vec![0; self.entries.len()]).len() + FRAME_SLACK_BYTES
    }

    /// Returns the page with the first `shown` entries of each section.
    pub(super) fn page(&self, shown: &[usize]) -> String {
        let Frame { digest, .. } = self.frame;
        let about = notes::html(digest) + &super::asides::html(digest);
        let mut rows = vec![self.header(), about, frame::overview(self.frame)];
        for ((section, entries), shown) in digest.sections.iter().zip(&self.entries).zip(shown) {
            rows.push(self.section(section, &entries[..*shown]));
        }
        rows.extend([
            frame::see_more(self.frame),
            frame::troubles(self.frame),
            self.frame.closing().html(),
        ]);
        page(digest.locale, &super::subject(digest), &self.preview(), &rows.concat())
    }

    /// What mail programs show beside the subject: the first headlines.
    fn preview(&self) -> String {
        let sections = &self.frame.digest.sections;
        let entries = sections.iter().flat_map(|section| &section.entries);
        let titles: Vec<&str> = entries.take(3).map(|entry| entry.title.text.as_str()).collect();
        notes::nothing_new(self.frame.digest).map_or_else(|| titles.join(" · "), str::to_owned)
    }

    fn header(&self) -> String {
        let digest = self.frame.digest;
        let words = words::of(digest.locale);
        let nothing = notes::nothing_new(digest).map(str::to_owned);
        let found = nothing.unwrap_or_else(|| words.count(&words.results, digest.total()));
        format!(
            "<tr><td class='pad' style='padding:28px 32px 4px'>\n{BRAND}\
             <h1 style='margin:0 0 6px;font-size:26px;line-height:1.2;font-weight:700'>{}</h1>\n\
             <p class='soft' style='margin:0;font-size:15px;color:#52606d'>{}<br>{}</p>\n\
             </td></tr>\n",
            escaped(&query_names(digest)),
            escaped(&words::edition(digest)),
            escaped(&found),
        )
    }

    fn section(&self, section: &Section, entries: &[String]) -> String {
        let digest = self.frame.digest;
        let mut html = vec![format!(
            "<tr><td class='pad' style='padding:20px 32px 0'>\n\
             <h2 class='brand line' style='margin:0;padding:0 0 8px;border-bottom:2px solid \
             #0b6e7f;font-size:13px;letter-spacing:1px;color:#0b6e7f'>{} <span class='soft' \
             style='font-weight:400;letter-spacing:0;color:#52606d'>({})</span></h2>\n",
            escaped(&words::of(digest.locale).section(section.kind).to_uppercase()),
            section.total,
        )];
        html.extend(entries.iter().cloned());
        let untold = untold(section, entries.len());
        if untold > 0 {
            html.push(format!(
                "<p class='soft' style='margin:14px 0 0;font-size:14px;color:#52606d'>{}</p>\n",
                escaped(&words::untold(untold, digest)),
            ));
        }
        html.push("</td></tr>\n".to_owned());
        html.concat()
    }
}

/// A whole page: rows of one column, and what mail programs show beside the subject. Outlook on Windows
/// knows no `max-width`: it gets a table of 600 pixels of its own.
pub(crate) fn page(locale: Locale, title: &str, preview: &str, rows: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang='{lang}'>\n<head>\n<meta charset='utf-8'>\n\
         <meta name='viewport' content='width=device-width,initial-scale=1'>\n\
         <meta name='color-scheme' content='light dark'>\n\
         <meta name='supported-color-schemes' content='light dark'>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body class='bg' style='margin:0;padding:0;background:#eef1f4'>\n\
         <div style='display:none;max-height:0;overflow:hidden;mso-hide:all'>{preview}</div>\n\
         <table role='presentation' class='bg' width='100%' cellpadding='0' \
         cellspacing='0' border='0' bgcolor='#eef1f4' style='background:#eef1f4'><tr>\
         <td align='center' class='pad0' style='padding:24px 12px'>\n\
         <!--[if mso]><table role='presentation' width='600' cellpadding='0' cellspacing='0' \
         border='0'><tr><td><![endif]-->\n\
         <table role='presentation' class='card' width='100%' cellpadding='0' \
         cellspacing='0' border='0' bgcolor='#ffffff' style='width:100%;max-width:600px;\
         background:#ffffff;border-radius:8px;font-family:{FONT};color:#1f2933;text-align:left;\
         word-break:break-word;overflow-wrap:anywhere'>\n{rows}</table>\n\
         <!--[if mso]></td></tr></table><![endif]-->\n</td></tr></table>\n</body>\n</html>\n",
        lang = words::of(locale).lang,
        title = escaped(title),
        preview = escaped(preview),
    )
}

pub(super) const BRAND: &str = "<p class='brand' style='margin:0 0 14px;font-size:13px;\
    font-weight:700;letter-spacing:3px;color:#0b6e7f'>VIGIE</p>\n";
const FONT: &str = "-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";

/// Dark mode, and less margin on a telephone. What a mail program ignores here costs nothing.
const STYLE: &str = "\
@media (max-width:480px){.pad0{padding:0!important}.pad{padding-left:18px!important;\
padding-right:18px!important}.card{border-radius:0!important}}
@media (prefers-color-scheme:dark){.bg{background:#11161b!important}\
.card{background:#1b222a!important;color:#e6eaee!important}.soft{color:#a3afba!important}\
.brand{color:#5cc6d6!important}.line{border-color:#5cc6d6!important}\
.rule{border-color:#323c46!important}.link{color:#8bbcff!important}\
.code{background:#11161b!important;color:#e6eaee!important}\
.warn{background:#3a2f14!important;color:#f4e6c4!important}\
.neg{color:#ff9d8a!important}.pos{color:#7fd49b!important}\
.doubt{color:#e0b95a!important}.button{background:#1a8fa3!important}}
";

/// Joins parts of which one written from right to left must not reorder the others.
pub(super) fn isolated(parts: &[String]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|part| format!("<bdi>{}</bdi>", escaped(part))).collect();
    parts.join(" · ")
}

pub(super) fn marked(text: &Marked) -> String {
    let mut html = Vec::new();
    let mut done = 0;
    for mark in &text.marks {
        let (Some(before), Some(word)) =
            (text.text.get(done..mark.start), text.text.get(mark.clone()))
        else {
            continue;
        };
        html.push(format!("{}<b>{}</b>", escaped(before), escaped(word)));
        done = mark.end;
    }
    html.push(escaped(text.text.get(done..).unwrap_or_default()));
    html.concat()
}

/// Escapes for element content and for attribute values in quotes of either kind.
pub(crate) fn escaped(text: &str) -> String {
    let mut html = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            c => html.push(c),
        }
    }
    html
}
