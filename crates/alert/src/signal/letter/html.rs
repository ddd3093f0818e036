//! How the letter of signals looks as HTML.

use std::fmt::Write as _;

use model::{Locale, Severity};

use super::{Section, byline, caption, link, title};
use crate::chart::Chart;
use crate::render::{Closing, escaped, page};

pub(super) fn letter(
    sections: &[Section<'_>],
    others: &[String],
    subject: &str,
    closing: &Closing<'_>,
) -> String {
    let is_alone = sections.len() == 1;
    let mut rows = "<tr><td class='pad' style='padding:28px 32px 0'>\n\
                    <p class='brand' style='margin:0;font-size:13px;font-weight:700;\
                    letter-spacing:3px;color:#0b6e7f'>VIGIE</p>\n</td></tr>\n"
        .to_owned();
    for section in sections {
        rows.push_str(&facts(section, is_alone, closing.locale));
        rows.push_str(&stories(section, closing.locale));
    }
    for other in others {
        let _ = writeln!(
            rows,
            "<tr><td class='pad' style='padding:12px 32px 0;font-size:15px'>{}</td></tr>",
            escaped(other),
        );
    }
    rows.push_str(&closing.html());
    let preview = sections.first().map_or("", |section| section.sentences[0].as_str());
    page(closing.locale, subject, preview, &rows)
}

fn facts(section: &Section<'_>, is_alone: bool, locale: Locale) -> String {
    let Section { news, sentences, chart, .. } = section;
    let (heading, size) = if is_alone { ("h1", 22) } else { ("h2", 19) };
    let mut row = "<tr><td class='pad' style='padding:14px 32px 4px'>\n".to_owned();
    if !is_alone || news.severity == Severity::Crisis {
        let _ = writeln!(
            row,
            "<p class='bad' style='margin:0 0 6px;font-size:13px;font-weight:700;color:#b42318'>{}</p>",
            escaped(news.title(locale)),
        );
    }
    let _ = writeln!(
        row,
        "<{heading} style='margin:0 0 12px;font-size:{size}px;line-height:1.3;font-weight:700'>{}\
         </{heading}>\n\
         <img src='{}' width='{}' height='{}' alt='{}' style='width:100%;height:auto;border:0'>",
        escaped(&sentences[0]),
        escaped(&chart.uri()),
        Chart::WIDTH,
        Chart::HEIGHT,
        escaped(&sentences[0]),
    );
    let _ = writeln!(
        row,
        "<p class='soft' style='margin:2px 0 12px;font-size:12px;color:#52606d'>{}</p>",
        escaped(caption(&news.evidence, locale).as_str()),
    );
    for sentence in &sentences[1..] {
        let _ = writeln!(
            row,
            "<p style='margin:8px 0 0;font-size:15px;line-height:1.45'>{}</p>",
            escaped(sentence),
        );
    }
    row.push_str("</td></tr>\n");
    row
}

fn stories(section: &Section<'_>, locale: Locale) -> String {
    let mut row = "<tr><td class='pad' style='padding:12px 32px 0'>\n".to_owned();
    for story in &section.stories {
        let title = escaped(&title(story));
        let title = match link(story) {
            Some(url) => format!(
                "<a class='link' href='{}' style='color:#0b57a4;text-decoration:none'>{title}</a>",
                escaped(url),
            ),
            None => title,
        };
        let _ = writeln!(
            row,
            "<div class='rule' style='padding:12px 0;border-bottom:1px solid #e4e7eb'>\n\
             <h3 dir='auto' style='margin:0;font-size:16px;line-height:1.35;font-weight:400'>{title}\
             </h3>\n<p class='soft' style='margin:3px 0 0;font-size:13px;color:#52606d'><bdi>{}</bdi>\
             </p>\n</div>",
            escaped(&byline(story, locale)),
        );
    }
    if !section.deeds.is_empty() {
        let deeds: Vec<String> = section
            .deeds
            .iter()
            .map(|(deed, url)| {
                format!(
                    "<a class='link' href='{}' style='color:#0b57a4'>{}</a>",
                    escaped(url.as_str()),
                    escaped(deed),
                )
            })
            .collect();
        let _ = writeln!(
            row,
            "<p style='margin:10px 0 0;font-size:13px'>{}</p>",
            deeds.join(" &nbsp;·&nbsp; "),
        );
    }
    row.push_str("</td></tr>\n");
    row
}
