//! What a page calls its article.

use super::head::{Metas, TITLE_CHARS_MAX, letters};
use super::ld::Described;
use super::outline::{Outline, line, line_of};
use crate::extract::text::from_html;
use crate::page::dom::Dom;

/// What the page calls the article, and where it shows that.
pub(super) struct Title {
    pub(super) text: Option<String>,
    pub(super) part: Option<usize>,
}

impl Title {
    pub(super) fn find(
        outline: &Outline,
        metas: &Metas,
        dom: &Dom,
        described: Option<&Described>,
    ) -> Self {
        let site = metas.site(dom, described);
        let headline = described.and_then(|described| described.headline.as_deref()).map(from_html);
        let social = metas.get(&["og:title", "twitter:title", "dc.title", "parsely-title"]);
        let said: Vec<String> = [headline.as_deref(), social, metas.title.as_deref()]
            .into_iter()
            .flatten()
            .map(|title| without_site(title, &site))
            .collect();
        let forms: Vec<String> = said.iter().map(|title| letters(title)).collect();
        let full = metas.title.as_deref().map(letters).unwrap_or_default();
        let headings = (0..outline.parts.len())
            .filter(|part| matches!(outline.name(*part), "h1" | "h2" | "h3"))
            .take(500)
            .filter_map(|part| {
                let text = line_of(outline.parts[part].element, TITLE_CHARS_MAX)?;
                let text = text.trim_end_matches(['¶', '#', ' ']).to_owned();
                let form = letters(&text);
                let rank = outline.name(part) == "h1";
                let score = if form.chars().count() < 4 || site.contains(&form) {
                    0
                } else if forms.contains(&form) {
                    6
                } else if form.len() > 15 && full.starts_with(&form) {
                    5
                } else if forms.iter().any(|said| alike(said, &form))
                    || form.len() > 20 && full.contains(&form)
                {
                    4
                } else {
                    i32::from(rank)
                };
                let score = score + i32::from(rank && score > 0);
                (score > 0).then_some((score, part, text))
            });
        // The first of the best.
        let best = headings.fold(None, |best: Option<(i32, usize, String)>, next| match best {
            Some(best) if best.0 >= next.0 => Some(best),
            _ => Some(next),
        });
        let (text, part) = match best {
            Some((score, part, text)) if score > 2 || said.is_empty() => (Some(text), Some(part)),
            Some((_, part, _)) => (said.into_iter().next(), Some(part)),
            None => (said.into_iter().next(), None),
        };
        Self { text: text.filter(|text| !text.is_empty()), part }
    }
}

/// Whether two titles in letters are one, with a few words more or fewer.
fn alike(one: &str, other: &str) -> bool {
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    short.len() * 10 >= long.len() * 6 && (long.starts_with(short) || long.ends_with(short))
}

/// Takes the site's name from either end of a title.
fn without_site(title: &str, site: &[String]) -> String {
    const SEPARATORS: [&str; 12] =
        [" -- ", " | ", " - ", " – ", " — ", " « ", " » ", " :: ", " • ", " · ", " : ", " / "];
    let mut title = line(title, TITLE_CHARS_MAX).unwrap_or_default();
    for _ in 0..3 {
        let last = SEPARATORS
            .iter()
            .filter_map(|between| title.rfind(between).map(|at| (at, *between)))
            .max();
        let Some((at, between)) = last else { break };
        let end = &title[at + between.len()..];
        let is_bar = matches!(between, " | " | " « " | " :: " | " • ");
        let is_name = site.iter().any(|name| *name == letters(end));
        if is_name || is_bar && at > 15 && end.split_whitespace().count() <= 5 {
            title.truncate(at);
        } else {
            break;
        }
    }
    let first =
        SEPARATORS.iter().filter_map(|between| title.find(between).map(|at| (at, *between))).min();
    if let Some((at, between)) = first
        && site.iter().any(|name| *name == letters(&title[..at]))
    {
        title = title[at + between.len()..].to_owned();
    }
    title.trim().to_owned()
}
