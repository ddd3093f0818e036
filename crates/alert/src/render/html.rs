//! The HTML part: one column of tables with inline styles, since mail programs know little else;
//! a style sheet only for dark mode; no images, no script, nothing fetched.

use super::{
    Sender, TROUBLES_MAX, byline, commands, links, provenance, query_names, untold, words,
};
use crate::compose::{Digest, Entry, Marked, Section};
use crate::letter::Mailbox;
use model::Locale;

/// A page in pieces: its entries, and everything around them.
pub(super) struct Pieces<'a> {
    digest: &'a Digest,
    sender: &'a Sender,
    to: &'a Mailbox,
    entries: Vec<Vec<String>>,
}

const FONT: &str = "-apple-system,Segoe UI,Roboto,Helvetica,Arial,sans-serif";
/// Some counts in the frame get shorter or change to the plural as entries are shown.
const FRAME_SLACK_BYTES: usize = 1_000;

impl<'a> Pieces<'a> {
    pub(super) fn new(digest: &'a Digest, sender: &'a Sender, to: &'a Mailbox) -> Self {
        let entries = |section: &Section| {
            section.entries.iter().map(|entry| entry_html(entry, digest)).collect()
        };
        Self { digest, sender, to, entries: digest.sections.iter().map(entries).collect() }
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
        let mut rows = vec![self.header()];
        for ((section, entries), shown) in self.digest.sections.iter().zip(&self.entries).zip(shown)
        {
            rows.push(self.section(section, &entries[..*shown]));
        }
        rows.extend([self.see_more(), self.troubles(), self.colophon()]);
        let subject = super::subject(self.digest);
        page(self.digest.locale, &subject, &self.preview(), &rows.concat())
    }

    /// What mail programs show beside the subject: the first headlines.
    fn preview(&self) -> String {
        let titles: Vec<&str> = self
            .digest
            .sections
            .iter()
            .flat_map(|section| &section.entries)
            .take(3)
            .map(|entry| entry.title.text.as_str())
            .collect();
        titles.join(" · ")
    }

    fn header(&self) -> String {
        let digest = self.digest;
        format!(
            "<tr><td class='pad' style='padding:28px 32px 4px'>\n\
             <p class='brand' style='margin:0 0 14px;font-size:13px;font-weight:700;\
             letter-spacing:3px;color:#0b6e7f'>VIGIE</p>\n\
             <h1 style='margin:0 0 6px;font-size:26px;line-height:1.2;font-weight:700'>{}</h1>\n\
             <p class='soft' style='margin:0;font-size:15px;color:#52606d'>{}<br>{}</p>\n\
             </td></tr>\n",
            escaped(&query_names(digest)),
            escaped(&words::edition(digest)),
            escaped(&words::results(digest.total(), digest.locale)),
        )
    }

    fn section(&self, section: &Section, entries: &[String]) -> String {
        let locale = self.digest.locale;
        let mut html = vec![format!(
            "<tr><td class='pad' style='padding:20px 32px 0'>\n\
             <h2 class='brand line' style='margin:0;padding:0 0 8px;border-bottom:2px solid \
             #0b6e7f;font-size:13px;letter-spacing:1px;color:#0b6e7f'>{} <span class='soft' \
             style='font-weight:400;letter-spacing:0;color:#52606d'>({})</span></h2>\n",
            escaped(&words::section(section.kind, locale).to_uppercase()),
            section.total,
        )];
        html.extend(entries.iter().cloned());
        let untold = untold(section, entries.len());
        if untold > 0 {
            html.push(format!(
                "<p class='soft' style='margin:14px 0 0;font-size:14px;color:#52606d'>{}</p>\n",
                escaped(&words::did_not_fit(untold, locale)),
            ));
        }
        html.push("</td></tr>\n".to_owned());
        html.concat()
    }

    fn see_more(&self) -> String {
        let base_url = self.sender.base_url.as_ref();
        let links = base_url.map(|base_url| links(self.digest, base_url)).unwrap_or_default();
        let commands = commands(self.digest);
        if links.is_empty() && commands.is_empty() {
            return String::new();
        }
        let mut html = vec![format!(
            "<tr><td class='pad' style='padding:28px 32px 0'>\n\
             <p style='margin:0 0 6px;font-size:14px;font-weight:700'>{}</p>\n",
            escaped(words::of(self.digest.locale).see_more),
        )];
        for (name, url) in links {
            html.push(format!(
                "<p style='margin:0 0 6px;font-size:14px'><a class='link' href='{}' \
                 style='color:#0b57a4'>{}</a></p>\n",
                escaped(url.as_str()),
                escaped(&name),
            ));
        }
        for command in commands {
            html.push(format!(
                "<p class='code' style='margin:0 0 6px;padding:8px 10px;background:#f3f5f7;\
                 border-radius:4px;font:13px/1.4 ui-monospace,Consolas,monospace'>{}</p>\n",
                escaped(&command),
            ));
        }
        html.push("</td></tr>\n".to_owned());
        html.concat()
    }

    fn troubles(&self) -> String {
        let digest = self.digest;
        if digest.troubles.is_empty() {
            return String::new();
        }
        let words = words::of(digest.locale);
        let mut html = vec![format!(
            "<tr><td class='pad' style='padding:20px 32px 0'>\n\
             <table role='presentation' width='100%' cellpadding='0' cellspacing='0' \
             border='0'><tr><td class='warn' style='padding:12px 16px;background:#fff6e0;\
             border-left:4px solid #d98a00;font-size:14px;line-height:1.45'>\n\
             <p style='margin:0 0 4px;font-weight:700'>{}</p>\n",
            escaped(&words::sources_in_trouble(digest.troubles.len(), digest.locale)),
        )];
        for trouble in digest.troubles.iter().take(TROUBLES_MAX) {
            html.push(format!(
                "<p style='margin:4px 0 0'><b>{}</b>{}{} <span class='soft' \
                 style='color:#52606d'>({} {})</span></p>\n",
                escaped(&trouble.name),
                words.colon,
                escaped(&trouble.reason),
                words.since,
                escaped(&words::date_time(trouble.since, digest)),
            ));
        }
        if let Some(untold @ 1..) = digest.troubles.len().checked_sub(TROUBLES_MAX) {
            let more = words::and_more(untold, digest.locale);
            html.push(format!("<p style='margin:4px 0 0'>… {}</p>\n", escaped(&more)));
        }
        html.push("</td></tr></table>\n</td></tr>\n".to_owned());
        html.concat()
    }

    fn colophon(&self) -> String {
        let digest = self.digest;
        let ask = self.sender.ask().address();
        let why = words::why(digest, &query_names(digest), self.to.address());
        format!(
            "<tr><td class='pad soft' style='padding:24px 32px 28px;font-size:12px;\
             line-height:1.5;color:#52606d'>\n<p style='margin:0'>{}</p>\n\
             <p style='margin:6px 0 0'>{} <a class='link' href='mailto:{}' \
             style='color:#0b57a4'>{}</a>.</p>\n<p style='margin:6px 0 0'>{}</p>\n</td></tr>\n",
            escaped(&why),
            escaped(words::to_stop(digest.locale)),
            escaped(ask),
            escaped(ask),
            escaped(&words::zone(digest.zone, digest.locale)),
        )
    }
}

/// A whole page: rows of one column, and what mail programs show beside the subject.
pub(crate) fn page(locale: Locale, title: &str, preview: &str, rows: &str) -> String {
    format!(
        "<!DOCTYPE html>\n<html lang='{lang}'>\n<head>\n<meta charset='utf-8'>\n\
         <meta name='viewport' content='width=device-width,initial-scale=1'>\n\
         <meta name='color-scheme' content='light dark'>\n\
         <meta name='supported-color-schemes' content='light dark'>\n\
         <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n\
         <body class='bg' style='margin:0;padding:0;background:#eef1f4'>\n\
         <div style='display:none;max-height:0;overflow:hidden'>{preview}</div>\n\
         <table role='presentation' class='bg' width='100%' cellpadding='0' \
         cellspacing='0' border='0' style='background:#eef1f4'><tr>\
         <td align='center' class='pad0' style='padding:24px 12px'>\n\
         <table role='presentation' class='card' width='600' cellpadding='0' \
         cellspacing='0' border='0' style='width:100%;max-width:600px;background:#ffffff;\
         border-radius:8px;font-family:{FONT};color:#1f2933;word-break:break-word;\
         overflow-wrap:anywhere'>\n{rows}</table>\n</td></tr></table>\n</body>\n</html>\n",
        lang = words::of(locale).lang,
        title = escaped(title),
        preview = escaped(preview),
    )
}

/// Dark mode, and less margin on a telephone. What a mail program ignores here costs nothing.
const STYLE: &str = "\
@media (max-width:480px){.pad0{padding:0!important}.pad{padding-left:18px!important;\
padding-right:18px!important}.card{border-radius:0!important}}
@media (prefers-color-scheme:dark){.bg{background:#11161b!important}\
.card{background:#1b222a!important;color:#e6eaee!important}.soft{color:#a3afba!important}\
.brand{color:#5cc6d6!important}.line{border-color:#5cc6d6!important}\
.rule{border-color:#323c46!important}.link{color:#8bbcff!important}\
.code{background:#11161b!important;color:#e6eaee!important}\
.warn{background:#3a2f14!important;color:#f4e6c4!important}}
";

fn entry_html(entry: &Entry, digest: &Digest) -> String {
    let title = marked(&entry.title);
    let title = match &entry.url {
        Some(url) => format!(
            "<a class='link' href='{}' style='color:#0b57a4;text-decoration:none'>{title}</a>",
            escaped(url.as_str()),
        ),
        None => title,
    };
    let mut html = vec![format!(
        "<div class='rule' style='padding:14px 0;border-bottom:1px solid #e4e7eb'>\n\
         <h3 dir='auto' style='margin:0;font-size:18px;line-height:1.35;font-weight:400'>\
         {title}</h3>\n<p class='soft' style='margin:3px 0 0;font-size:13px;color:#52606d'>\
         {}</p>\n",
        isolated(&byline(entry, digest)),
    )];
    if !entry.snippet.text.is_empty() {
        html.push(format!(
            "<p dir='auto' style='margin:6px 0 0;font-size:15px;line-height:1.45'>{}</p>\n",
            marked(&entry.snippet),
        ));
    }
    html.push(format!(
        "<p class='soft' style='margin:6px 0 0;font-size:12px;color:#52606d'>{}</p>\n</div>\n",
        isolated(&provenance(entry, digest.locale)),
    ));
    html.concat()
}

/// Joins parts of which one written from right to left must not reorder the others.
fn isolated(parts: &[String]) -> String {
    let parts: Vec<String> =
        parts.iter().map(|part| format!("<bdi>{}</bdi>", escaped(part))).collect();
    parts.join(" · ")
}

fn marked(text: &Marked) -> String {
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
