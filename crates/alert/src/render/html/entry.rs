//! One entry, as a table of its own: Outlook on Windows pads nothing but cells.

use model::Tone;

use super::super::{Frame, byline, copies, doubt, provenance, tone};
use super::{escaped, isolated, marked};
use crate::compose::Entry;

pub(super) fn html(entry: &Entry, frame: &Frame<'_>) -> String {
    let locale = frame.digest.locale;
    let mut html = vec![format!(
        "<table role='presentation' width='100%' cellpadding='0' cellspacing='0' border='0'><tr>\
         <td class='rule' style='padding:14px 0;border-bottom:1px solid #e4e7eb'>\n\
         <h3 dir='auto' style='margin:0;font-size:18px;line-height:1.35;font-weight:400'>\
         {}</h3>\n<p class='soft' style='margin:3px 0 0;font-size:13px;color:#52606d'>\
         {}{}</p>\n",
        title(entry),
        isolated(&byline(entry, frame.digest)),
        tone(entry, locale).map_or_else(String::new, |(tone, said)| tone_mark(tone, &said)),
    )];
    if !entry.snippet.text.is_empty() {
        html.push(format!(
            "<p dir='auto' style='margin:6px 0 0;font-size:15px;line-height:1.45'>{}</p>\n",
            marked(&entry.snippet),
        ));
    }
    if let Some(copies) = copies(entry, locale) {
        html.push(format!(
            "<p class='soft' style='margin:6px 0 0;font-size:13px;color:#52606d'>{}</p>\n",
            escaped(&copies),
        ));
    }
    if let Some(doubt) = doubt(entry, locale) {
        html.push(format!(
            "<p class='doubt' style='margin:6px 0 0;font-size:13px;color:#8a5a00'>? <bdi>{}</bdi>\
             </p>\n",
            escaped(&doubt),
        ));
    }
    html.push(format!(
        "<p class='soft' style='margin:6px 0 0;font-size:12px;color:#52606d'>{}{}</p>\n\
         </td></tr></table>\n",
        isolated(&provenance(entry, locale)),
        deeds(entry, frame),
    ));
    html.concat()
}

fn title(entry: &Entry) -> String {
    let title = marked(&entry.title);
    match &entry.url {
        Some(url) => format!(
            "<a class='link' href='{}' style='color:#0b57a4;text-decoration:none'>{title}</a>",
            escaped(url.as_str()),
        ),
        None => title,
    }
}

fn tone_mark(tone: Tone, said: &str) -> String {
    let (class, colour) = match tone {
        Tone::Negative => ("neg", "#b3261e"),
        Tone::Neutral => ("soft", "#52606d"),
        Tone::Positive => ("pos", "#1b6e3a"),
    };
    format!(
        " · <span class='{class}' style='color:{colour};font-weight:700'>{}</span>",
        escaped(said)
    )
}

fn deeds(entry: &Entry, frame: &Frame<'_>) -> String {
    let link = |(deed, url): (&str, url::Url)| {
        format!(
            " · <a class='link' href='{}' style='color:#0b57a4'>{}</a>",
            escaped(url.as_str()),
            escaped(deed),
        )
    };
    frame.deeds(entry).into_iter().map(link).collect()
}
