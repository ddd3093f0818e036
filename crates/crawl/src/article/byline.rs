//! Who wrote the article, as its page says.

use scraper::ElementRef;
use url::Url;

use super::head::{Metas, has_word, letters};
use super::ld::Described;
use super::noise::Guess;
use super::outline::{Outline, line, line_of};
use crate::extract::text::from_html;
use crate::page::dom::Dom;
use crate::page::profile;

/// A longer text is no name.
const NAME_CHARS_MAX: usize = 100;
/// Elements before a title that may tell of its article, and all that may.
const PARTS_BEFORE_TITLE: usize = 60;
const PARTS_TOLD_MAX: usize = 3000;

const AUTHOR: [&str; 9] = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "og:article:author",
    "article:author_name",
    "byl",
];

/// Names who wrote the article; where it is one, with where they are shown.
pub(super) fn author(
    outline: &Outline,
    metas: &Metas,
    dom: &Dom,
    described: Option<&Described>,
    near: Option<usize>,
    lines: &[String],
) -> (Option<String>, Option<Url>) {
    let site = metas.site(dom, described);
    let clean = |name: &str| name_of(name).filter(|name| !site.contains(&letters(name)));
    let mut names: Vec<String> = Vec::new();
    for name in described.map(|described| described.authors.as_slice()).unwrap_or_default() {
        if let Some(name) = clean(name).filter(|name| !names.contains(name)) {
            names.push(name);
        }
    }
    let shown = shown_author(outline, near)
        .and_then(|(line, element)| clean(&line).map(|name| (name, element)));
    // The name that is told leads where the same name leads that is shown.
    let leads = |name: &str| {
        let (_, element) = shown.as_ref().filter(|(shown, _)| profile::is_same(shown, name))?;
        profile::of_name(*element, name, dom)
    };
    if !names.is_empty() {
        let told = described.and_then(|described| described.author_url.as_deref());
        let told = told.and_then(|told| profile::profile(told, &dom.base));
        let only = (names.len() == 1).then(|| told.or_else(|| leads(&names[0]))).flatten();
        return (Some(names.join(", ")), only);
    }
    let name = AUTHOR
        .iter()
        .find_map(|name| metas.get(&[name]).and_then(clean))
        .or_else(|| shown.as_ref().map(|(name, _)| name.clone()))
        .or_else(|| {
            let line = lines.iter().find(|line| starts_with_by(line))?;
            clean(line.split([',', '|', '·', '•']).next()?)
        });
    let url = name.as_deref().and_then(leads);
    (name, url)
}

/// Whether a line says that somebody wrote something.
fn starts_with_by(line: &str) -> bool {
    let line = line.to_lowercase();
    ["by ", "par ", "von ", "por ", "door "].iter().any(|by| line.starts_with(by))
}

/// Finds the author's name as the page shows it.
fn shown_author<'a>(
    outline: &Outline<'a>,
    near: Option<usize>,
) -> Option<(String, ElementRef<'a>)> {
    let mut best: Option<(usize, String, ElementRef)> = None;
    for (_, element) in told(outline, near) {
        let rank = rank_as_author(element);
        if rank > best.as_ref().map_or(0, |best| best.0)
            && let Some(name) = line_of(element, 200).filter(|name| name_of(name).is_some())
        {
            best = Some((rank, name, element));
        }
    }
    best.map(|(_, name, element)| (name, element))
}

/// Says how surely an element holds the author's name; 0 for most.
fn rank_as_author(element: ElementRef) -> usize {
    let tag = element.value();
    if has_word(tag.attr("rel"), "author") || has_word(tag.attr("itemprop"), "author") {
        return 3;
    }
    let classes = tag.attr("class").unwrap_or_default().to_ascii_lowercase();
    if ["author-name", "authorname", "author__name", "author_name"]
        .iter()
        .any(|name| classes.contains(name))
    {
        return 2;
    }
    let mut words = classes.split(['-', '_', ' ']);
    usize::from(classes.contains("byline") || words.any(|word| matches!(word, "author" | "auteur")))
}

/// Reads a name out of a line such as `By Zoé Lannic | 3 March 2025`.
fn name_of(text: &str) -> Option<String> {
    const BEFORE: [&str; 27] = [
        "by ",
        "analysis by ",
        "story by ",
        "texte : ",
        "text: ",
        "текст: ",
        "by: ",
        "by:",
        "par ",
        "par : ",
        "par: ",
        "von ",
        "por ",
        "di ",
        "door ",
        "de ",
        "posted by ",
        "written by ",
        "published by ",
        "author: ",
        "author : ",
        "auteur : ",
        "auteur: ",
        "écrit par ",
        "publié par ",
        "rédigé par ",
        "propos recueillis par ",
    ];
    let text = line(&from_html(text), 300)?;
    let mut name = text.as_str();
    for _ in 0..2 {
        let lower = name.to_lowercase();
        let before = BEFORE
            .iter()
            .filter(|before| lower.starts_with(**before))
            .max_by_key(|before| before.len());
        // Lower case may be longer than what it is of.
        if let Some(before) = before {
            name = name.get(before.len()..).unwrap_or(name).trim();
        }
    }
    for between in
        [" | ", " • ", " · ", " – ", " — ", " - ", " / ", " (", " @", " le ", " on ", "\t"]
    {
        if let Some((first, _)) = name.split_once(between) {
            name = first;
        }
    }
    let name = name.trim().trim_end_matches([',', '.', ':', ';']);
    let cut = [
        ", journalist",
        ", associated press",
        ", reuters",
        ", updated",
        ", published",
        ", publié",
        ", special to",
    ];
    let lower = name.to_lowercase();
    let name = cut.iter().find_map(|cut| name.get(..lower.find(cut)?)).unwrap_or(name).trim();
    let is_name = name.chars().any(char::is_alphabetic)
        && !name.contains("://")
        && !name.contains('@')
        && name.chars().filter(char::is_ascii_digit).count() <= 2
        && name.chars().count() <= NAME_CHARS_MAX
        && name.split_whitespace().count() <= 12
        && !matches!(
            lower.as_str(),
            "admin"
                | "author"
                | "auteur"
                | "anonymous"
                | "staff"
                | "editor"
                | "unknown"
                | "null"
                | "undefined"
        );
    is_name.then(|| name.to_owned())
}

/// Returns the parts where the page tells of the article whose title is there: the article around the
/// title, or else what is near it. What belongs to something else is not among them.
pub(super) fn told<'o, 'a>(
    outline: &'o Outline<'a>,
    near: Option<usize>,
) -> impl Iterator<Item = (usize, ElementRef<'a>)> + 'o {
    let article =
        near.and_then(|near| outline.upward(near).find(|part| outline.name(*part) == "article"));
    let range = match (article, near) {
        (Some(article), _) => article..outline.parts[article].end,
        (None, Some(near)) => near.saturating_sub(PARTS_BEFORE_TITLE)..outline.parts.len(),
        (None, None) => 0..outline.parts.len(),
    };
    let is_elsewhere = move |place: usize| {
        outline.upward(place).take_while(|up| Some(*up) != article).any(|up| {
            let is_own_footer = article.is_some() && outline.name(up) == "footer";
            let is_name = matches!(outline.name(up), "html" | "body" | "time" | "address");
            outline.parts[up].noise == Guess::Other && !is_own_footer && !is_name
        })
    };
    range
        .take(PARTS_TOLD_MAX)
        .filter(move |place| !is_elsewhere(*place))
        .map(|place| (place, outline.parts[place].element))
}
