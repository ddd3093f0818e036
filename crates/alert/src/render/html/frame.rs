//! What stands around the entries.

use super::super::{Frame, TROUBLES_MAX, commands, trends, words};
use super::escaped;
use crate::chart::Chart;

/// How much there is, as words and as a chart, and what many speak of.
pub(super) fn overview(frame: &Frame<'_>) -> String {
    let words = words::of(frame.digest.locale);
    let mut html = Vec::new();
    if let Some((name, volume)) = words::volume(frame.digest) {
        html.push(line(&name, words.colon, &volume));
        if let Some(chart) = frame.chart {
            html.push(format!(
                "<img src='{}' width='{}' height='{}' alt='{}' style='display:block;border:0;\
                 width:100%;max-width:536px;height:auto;margin:0 0 10px'>\n",
                escaped(&chart.uri()),
                // The column's width, which Outlook on Windows takes from here.
                536,
                536 * Chart::HEIGHT / Chart::WIDTH,
                escaped(&volume),
            ));
        }
    }
    let trends = trends(frame.digest);
    if !trends.is_empty() {
        html.push(line(words.trending, words.colon, &trends.join(", ")));
    }
    if html.is_empty() {
        return String::new();
    }
    format!("<tr><td class='pad' style='padding:16px 32px 0'>\n{}</td></tr>\n", html.concat())
}

fn line(name: &str, colon: &str, text: &str) -> String {
    format!(
        "<p style='margin:0 0 8px;font-size:14px;line-height:1.45'><b>{}</b>{colon}<bdi>{}</bdi></p>\n",
        escaped(name),
        escaped(text),
    )
}

pub(super) fn see_more(frame: &Frame<'_>) -> String {
    let words = words::of(frame.digest.locale);
    let inner = match frame.more() {
        Some(url) => format!(
            "<p style='margin:0;font-size:14px;font-weight:700'><a class='link' href='{}' \
             style='color:#0b57a4'>{}</a></p>\n",
            escaped(url.as_str()),
            escaped(words.see_more),
        ),
        None => commands_html(frame, words.see_more),
    };
    if inner.is_empty() {
        return inner;
    }
    format!("<tr><td class='pad' style='padding:28px 32px 0'>\n{inner}</td></tr>\n")
}

fn commands_html(frame: &Frame<'_>, heading: &str) -> String {
    let commands = commands(frame.digest);
    if commands.is_empty() {
        return String::new();
    }
    let mut html = vec![format!(
        "<p style='margin:0 0 6px;font-size:14px;font-weight:700'>{}</p>\n",
        escaped(heading),
    )];
    for command in commands {
        html.push(format!(
            "<p class='code' style='margin:0 0 6px;padding:8px 10px;background:#f3f5f7;\
             border-radius:4px;font:13px/1.4 ui-monospace,Consolas,monospace'>{}</p>\n",
            escaped(&command),
        ));
    }
    html.concat()
}

pub(super) fn troubles(frame: &Frame<'_>) -> String {
    let digest = frame.digest;
    if digest.troubles.is_empty() {
        return String::new();
    }
    let words = words::of(digest.locale);
    let mut html = vec![format!(
        "<tr><td class='pad' style='padding:20px 32px 0'>\n\
         <table role='presentation' width='100%' cellpadding='0' cellspacing='0' \
         border='0'><tr><td class='warn' bgcolor='#fff6e0' style='padding:12px 16px;\
         background:#fff6e0;border-left:4px solid #d98a00;font-size:14px;line-height:1.45'>\n\
         <p style='margin:0 0 4px;font-weight:700'>{}</p>\n",
        escaped(&words.count(&words.troubles, digest.troubles.len())),
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
        let more = words.count(&words.and_more, untold);
        html.push(format!("<p style='margin:4px 0 0'>… {}</p>\n", escaped(&more)));
    }
    html.push("</td></tr></table>\n</td></tr>\n".to_owned());
    html.concat()
}
