//! Finds the main text of a page that is one article.
//!
//! The page is laid out as a list of elements and of the runs of words between them ([`outline`]);
//! what elements are called tells what is surely no text ([`noise`]); where most paragraphs stand
//! together is the article ([`body`]), and the page's head says the rest of it ([`head`], [`ld`]).
//! Nothing here knows a site.

mod body;
mod head;
mod known;
mod ld;
mod noise;
mod outline;
mod wording;

use std::collections::HashSet;

use model::{Details, Kind, Timestamp};
use url::Url;

use self::body::Body;
use self::head::Title;
use self::known::Known;
use self::outline::Outline;
use crate::extract::draft::{Dated, DraftEntry};
use crate::{charset, dates};
use crate::page::PageDraft;
use crate::page::dom::{self, Dom};

/// The fewest characters of sentences that make an article, and one that the page itself calls so.
const PROSE_MIN: usize = 250;
const PROSE_OF_NAMED_MIN: usize = 60;
/// The fewest of a page that asks for a password or for words.
const PROSE_OF_FORM_MIN: usize = 600;
/// Characters of sentences under a heading, as few as an article usually has.
const PROSE_OF_SECTION: usize = 400;
/// How much of an article may be links, in percent.
const LINKED_PERCENT_MAX: usize = 45;

/// An article as its own page tells it.
#[derive(Debug)]
pub struct Article {
    pub title: Option<String>,
    /// Plain, paragraphs separated by line feeds.
    pub text: String,
    pub author: Option<String>,
    /// Its canonical address, where the page says one.
    pub url: Option<Url>,
    /// Its language, as written on the page.
    pub lang: Option<String>,
    pub published: Option<Timestamp>,
    pub updated: Option<Timestamp>,
    pub details: Details,
    /// How sure it is that this is the page's article, in thousandths.
    pub confidence: u16,
    /// Whether what is there is only the beginning: the page keeps the rest for subscribers.
    pub is_teaser: bool,
}

/// A page that is one article.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) draft: PageDraft,
    /// Whether what is there is only the beginning: the page keeps the rest for subscribers.
    pub(crate) is_teaser: bool,
}

/// What a page tells machines that it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Article,
    List,
    Nothing,
}

/// Reads a page as one article; `None` if it is none.
pub(crate) fn read(dom: &Dom) -> Option<PageDraft> {
    find(dom).map(|found| found.draft)
}

/// Reads a page as one article and says whether it is all of it; `None` if it is none.
pub(crate) fn find(dom: &Dom) -> Option<Found> {
    let outline = Outline::new(dom);
    if outline.runs.is_empty() {
        return None;
    }
    let metas = head::Metas::read(dom);
    let descriptions = ld::read(dom);
    let described = descriptions.article.as_ref();
    let title = Title::find(&outline, &metas, dom, described);
    let known = Known::new(described.and_then(|described| described.body.as_deref()).unwrap_or_default());
    let body = body::find(&outline, &title, &known, dom.base.host_str().unwrap_or_default())?;
    let is_og_article = || metas.get(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let says = if described.is_some() || is_og_article() {
        Says::Article
    } else if descriptions.is_list {
        Says::List
    } else {
        Says::Nothing
    };
    if !is_article(&outline, dom, &body, &title, says) {
        return None;
    }
    let mut out: HashSet<_> = body.out.iter().map(|part| outline.parts[*part].element.id()).collect();
    out.extend(body.out_runs.iter().flat_map(|run| &outline.runs[*run].nodes));
    let said = dom::said(outline.parts[body.part].element, &out, &HashSet::new());
    if said.rich.text.is_empty() {
        return None;
    }
    let (published, updated) = head::dates(&outline, &metas, dom, described, title.part);
    let link = metas.url(dom, described);
    let lang = metas.lang(described);
    let details = Details {
        links: links(dom, &said.rich.hrefs, link.as_ref()),
        image: said.rich.image
            || described.is_some_and(|described| described.image)
            || metas.get(&["og:image", "twitter:image"]).is_some_and(|image| !image.contains("logo")),
        tags: metas.tags(described),
        ..Details::default()
    };
    let confidence = confidence(&body, says, title.part.is_some());
    let is_teaser = described.is_some_and(|described| described.is_closed)
        || wording::is_cut_off(&said.rich.text);
    let entry = DraftEntry {
        guid: None,
        link,
        title: title.text.clone(),
        text: Some(said.rich.text),
        author: head::author(&outline, &metas, dom, described, title.part),
        lang: lang.clone(),
        published,
        updated,
        details,
    };
    let draft = PageDraft {
        title: title.text,
        kind: Some(Kind::News),
        lang,
        entries: vec![entry],
        confidence,
        ..PageDraft::default()
    };
    Some(Found { draft, is_teaser })
}

/// Whether the page is one article, not a list of them, a form, or a conversation.
fn is_article(outline: &Outline, dom: &Dom, body: &Body, title: &Title, says: Says) -> bool {
    if says == Says::Article {
        return body.prose >= PROSE_OF_NAMED_MIN;
    }
    let fewest = if body.is_named { PROSE_OF_NAMED_MIN } else { PROSE_MIN };
    let is_home = dom.base.path() == "/" && dom.base.query().is_none();
    let is_form = || body.prose < PROSE_OF_FORM_MIN && asks(outline, body);
    body.prose >= fewest
        && says != Says::List
        && !is_home
        && !title.text.as_deref().is_some_and(wording::is_of_missing_page)
        && !is_form()
        && !is_listing(outline, body, title)
}

/// Whether the page asks for a password, or the text for words.
fn asks(outline: &Outline, body: &Body) -> bool {
    let is_in_menu = |part: usize| {
        outline.upward(part).any(|up| {
            let tag = outline.parts[up].element.value();
            let names = tag.attr("class").unwrap_or_default();
            matches!(tag.name(), "nav" | "header" | "footer" | "aside")
                || ["nav", "menu", "dropdown", "modal", "header"].iter().any(|name| names.contains(name))
        })
    };
    let is_in_text = |part: usize| {
        outline.holds(body.part, part) && !outline.upward(part).any(|up| body.out.contains(&up))
    };
    (0..outline.parts.len()).filter(|part| outline.name(*part) == "input").any(|part| {
        let kind = outline.parts[part].element.attr("type").unwrap_or("text").to_ascii_lowercase();
        match kind.as_str() {
            "password" => !is_in_menu(part),
            "text" | "email" => is_in_text(part),
            _ => false,
        }
    })
}

/// Whether what was found is a list of things: each with a heading that leads elsewhere, a date or an
/// article of its own; or one of many articles of which none is the page's; or mostly links.
fn is_listing(outline: &Outline, body: &Body, title: &Title) -> bool {
    let left_out = |part: usize| outline.upward(part).any(|up| body.out.contains(&up));
    let runs = |part: usize| &outline.runs[outline.parts[part].runs.clone()];
    let (mut headings, mut times, mut articles) = (0, 0, 0);
    for part in body.part + 1..outline.parts[body.part].end {
        let is_link = || !runs(part).is_empty() && runs(part).iter().all(|run| run.linked_percent() > 80);
        match outline.name(part) {
            "h1" | "h2" | "h3" | "h4" => headings += usize::from(is_link() && !left_out(part)),
            "time" => times += 1,
            "article" => articles += usize::from(!runs(part).is_empty() && !left_out(part)),
            _ => {}
        }
    }
    let around = outline.upward(body.part).find(|part| outline.name(*part) == "article");
    let is_one_of_many = around.is_some_and(|around| {
        !title.part.is_some_and(|title| outline.holds(around, title))
            && outline.children(outline.parts[around].parent).filter(|part| outline.name(*part) == "article").count() >= 3
    });
    let kept = outline.runs[outline.parts[body.part].runs.clone()].iter().filter(|run| !left_out(run.part));
    let (chars, linked) = kept.fold((0, 0), |(chars, linked), run| (chars + run.chars, linked + run.linked));
    let paragraphs = body.prose / PROSE_OF_SECTION + 1;
    headings >= 3 && headings * 2 >= paragraphs
        || times >= 4 && times * 2 >= paragraphs
        || articles >= 3
        || is_one_of_many
        || linked * 100 > chars * LINKED_PERCENT_MAX
}

/// Says how sure it is that the page is the article that was found, in thousandths.
fn confidence(body: &Body, says: Says, has_heading: bool) -> u16 {
    let share = body.prose * 100 / body.prose_of_page.max(1);
    let points = [
        (says == Says::Article, 200),
        (body.is_named, 100),
        (has_heading, 100),
        (body.prose >= 1000, 100),
        (share >= 60, 100),
        (share >= 30, 100),
    ];
    300 + points.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum::<u16>()
}

fn links(dom: &Dom, hrefs: &[String], own: Option<&Url>) -> Vec<Url> {
    let mut seen = HashSet::new();
    hrefs
        .iter()
        .filter(|href| !href.starts_with('#'))
        .filter_map(|href| dom.join(href))
        .filter(|url| Some(url) != own && seen.insert(url.clone()))
        .take(Details::LINKS_MAX)
        .collect()
}

/// Reads a page as one article; `None` if it is none. This is for whoever follows the link of a teaser:
/// no preset and no other reader is asked.
pub fn read_article(body: &[u8], content_type: Option<&str>, url: &Url) -> Option<Article> {
    let dom = Dom::parse(&charset::decode(body, content_type).text, url).ok()?;
    let Found { draft, is_teaser } = find(&dom)?;
    let PageDraft { entries, confidence, .. } = draft;
    let entry = entries.into_iter().next()?;
    let at = |dated| match dated {
        Dated::At(at) => Some(at),
        Dated::Written(text) => dates::parse(&text),
        Dated::Unsaid | Dated::Unreadable(_) => None,
    };
    Some(Article {
        title: entry.title,
        text: entry.text.unwrap_or_default(),
        author: entry.author,
        url: entry.link,
        lang: entry.lang,
        published: at(entry.published),
        updated: at(entry.updated),
        details: entry.details,
        confidence,
        is_teaser,
    })
}
