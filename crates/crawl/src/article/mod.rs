//! Finds the main text of a page that is one article.
//!
//! The page is laid out as a list of elements and of the runs of words between them ([`outline`]);
//! what elements are called tells what is surely no text ([`noise`]); where most paragraphs stand
//! together is the article ([`body`]), and the page's head says the rest of it ([`head`], [`ld`]).
//! Nothing here knows a site.
//!
//! On the 99 pages of the article-extraction benchmark that we have, this finds the text with an F1 of
//! 0.989, where the crates trafilatura 0.6, rs-trafilatura 0.2 and `dom_smoothie` 0.19 have 0.958, 0.957
//! and 0.944. Each of them would read the page once more with a parser of its own.

mod body;
mod byline;
mod dated;
mod head;
mod known;
mod ld;
mod noise;
mod outline;
mod title;
mod wording;

use std::collections::{HashMap, HashSet};

use model::{Details, Timestamp};
use scraper::ElementRef;
use url::Url;

use self::body::Body;
use self::known::Known;
use self::outline::{Outline, Run, is_block};
use self::title::Title;
use crate::extract::draft::{Dated, DraftEntry};
use crate::extract::text::{Rich, from_unsaid};
use crate::page::PageDraft;
use crate::page::dom::{self, Dom};
use crate::{charset, dates};

/// The fewest characters of sentences that make an article, and one that the page itself calls so.
const PROSE_MIN: usize = 250;
const PROSE_OF_NAMED_MIN: usize = 60;
/// The fewest of a page that asks for a password or for words.
const PROSE_OF_FORM_MIN: usize = 600;
/// Characters of sentences under a heading, as few as an article usually has.
const PROSE_OF_SECTION: usize = 400;
/// Articles that the page of one may describe to machines.
const DESCRIBED_MAX: usize = 3;
/// Fields of a page's forms that are looked at.
const INPUTS_MAX: usize = 100;
/// A longer text is no mere beginning, in bytes.
const TEASER_BYTES_MAX: usize = 2500;
/// How sure it is of a text that the page tells machines and does not show, in thousandths.
const CONFIDENCE_OF_TOLD: u16 = 800;
/// Parts with a date each, as few as make a list.
const RECORDS_MIN: usize = 4;
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

/// Reads a page as one article and says whether it is all of it; `None` if it is none.
pub(crate) fn find(dom: &Dom) -> Option<Found> {
    let outline = Outline::new(dom);
    let metas = head::Metas::read(dom);
    let descriptions = ld::read(dom);
    // A list describes many articles, and is none of them.
    let is_it = |described: &&ld::Described| {
        let is_title = || described.headline.as_deref().is_some_and(|title| metas.is_title(title));
        descriptions.count <= DESCRIBED_MAX || is_title()
    };
    let described = descriptions.article.as_ref().filter(is_it);
    let title = Title::find(&outline, &metas, dom, described);
    let is_og_article =
        || metas.get(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    let says = if described.is_some() {
        Says::Article
    } else if descriptions.is_list || descriptions.count > DESCRIBED_MAX {
        Says::List
    } else if is_og_article() {
        Says::Article
    } else {
        Says::Nothing
    };
    let told = described
        .and_then(|described| described.body.as_deref())
        .map(from_unsaid)
        .unwrap_or_default();
    let known = Known::new(&told).of(&outline.runs);
    let host = dom.base.host_str().unwrap_or_default();
    let page = body::Page { outline: &outline, title: &title, known: &known, host };
    let body = body::find(&page).filter(|body| is_article(&outline, dom, body, &title, says));
    let told_chars = told.chars().count();
    let (rich, confidence) = match &body {
        // A page may show less of its article than it tells machines.
        Some(body) if told_chars < PROSE_MIN || told_chars < body.prose * 2 => {
            (words(dom, &outline, body), confidence(body, says, title.part.is_some()))
        }
        _ if told_chars >= PROSE_MIN => {
            (Rich { text: told, ..Rich::default() }, CONFIDENCE_OF_TOLD)
        }
        _ => return None,
    };
    if rich.text.is_empty() {
        return None;
    }
    let is_closed = described.is_some_and(|described| described.is_closed)
        || outline.runs.iter().any(|run| wording::is_paywall(&run.text));
    let is_teaser =
        rich.text.len() < TEASER_BYTES_MAX && (is_closed || wording::is_cut_off(&rich.text));
    let lines = body.as_ref().map_or(&[][..], |body| &body.head);
    let (published, updated) = dated::dates(&outline, &metas, dom, described, title.part, lines);
    let link = metas.url(dom, described);
    let lang = metas.lang(described);
    let pictured =
        metas.get(&["og:image", "twitter:image"]).is_some_and(|image| !image.contains("logo"));
    let (author, author_url) = byline::author(&outline, &metas, dom, described, title.part, lines);
    let details = Details {
        author_url,
        links: links(dom, &rich.hrefs, link.as_ref()),
        image: rich.image || pictured || described.is_some_and(|described| described.image),
        tags: metas.tags(described),
        ..Details::default()
    };
    let entry = DraftEntry {
        guid: None,
        link,
        title: title.text.clone(),
        text: Some(rich.text),
        author,
        lang: lang.clone(),
        published,
        updated,
        details,
    };
    let draft = PageDraft {
        title: title.text,
        kind: described.and_then(|described| described.kind),
        lang,
        entries: vec![entry],
        confidence,
        ..PageDraft::default()
    };
    Some(Found { draft, is_teaser })
}

/// Returns the words of an article that was found on a page.
fn words(dom: &Dom, outline: &Outline, body: &Body) -> Rich {
    let mut out: HashSet<_> =
        body.out.iter().map(|part| outline.parts[*part].element.id()).collect();
    for node in body.out_runs.iter().flat_map(|run| &outline.runs[*run].nodes) {
        out.insert(*node);
        let around = dom.html.tree.get(*node).into_iter().flat_map(|node| node.ancestors());
        let inline =
            around.map_while(ElementRef::wrap).take_while(|up| !is_block(up.value().name()));
        out.extend(inline.filter(|up| up.value().name() == "a").map(|link| link.id()));
    }
    let mut rich = dom::said(outline.parts[body.part].element, &out, &HashSet::new()).rich;
    // A figure's words are not the article's, its picture is.
    rich.image |= (body.part..outline.parts[body.part].end).any(|part| {
        outline.name(part) == "img" && outline.upward(part).any(|up| outline.name(up) == "figure")
    });
    rich
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
                || ["nav", "menu", "dropdown", "modal", "header"]
                    .iter()
                    .any(|name| names.contains(name))
        })
    };
    let kept = kept_runs(outline, body);
    let holds_text = |form: usize| {
        let within = kept.iter().filter(|run| outline.holds(form, run.part)).count();
        within * 2 >= kept.len()
    };
    let is_in_text = |part: usize| {
        let form = outline.upward(part).find(|up| outline.name(*up) == "form");
        form.is_some_and(&holds_text)
    };
    (0..outline.parts.len()).filter(|part| outline.name(*part) == "input").take(INPUTS_MAX).any(
        |part| {
            let kind =
                outline.parts[part].element.attr("type").unwrap_or("text").to_ascii_lowercase();
            match kind.as_str() {
                "password" => !is_in_menu(part),
                "text" | "email" => is_in_text(part),
                _ => false,
            }
        },
    )
}

/// Whether what was found is a list of things: each with a heading that leads elsewhere, a date or an
/// article of its own; or one of many articles of which none is the page's; or mostly links.
fn is_listing(outline: &Outline, body: &Body, title: &Title) -> bool {
    let left_out = |part: usize| outline.upward(part).any(|up| body.out.contains(&up));
    let runs = |part: usize| &outline.runs[outline.parts[part].runs.clone()];
    let (mut headings, mut times, mut articles) = (0, 0, 0);
    for part in body.part + 1..outline.parts[body.part].end {
        let is_link =
            || !runs(part).is_empty() && runs(part).iter().all(|run| run.linked_percent() > 80);
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
            && outline
                .children(outline.parts[around].parent)
                .filter(|part| outline.name(*part) == "article")
                .count()
                >= 3
    });
    let kept = kept_runs(outline, body);
    let (chars, linked) =
        kept.iter().fold((0, 0), |(chars, linked), run| (chars + run.chars, linked + run.linked));
    let paragraphs = body.prose / PROSE_OF_SECTION + 1;
    headings >= 3 && headings * 2 >= paragraphs
        || times >= 4 && times * 2 >= paragraphs
        || articles >= 3
        || is_one_of_many
        || linked * 100 > chars * LINKED_PERCENT_MAX
        || has_records(outline, body)
}

/// Whether the text is made of parts that are called the same and each have a date: what several
/// people wrote.
fn has_records(outline: &Outline, body: &Body) -> bool {
    let mut records: HashMap<(usize, &str, &str), (usize, usize)> = HashMap::new();
    for part in &outline.parts[body.part + 1..outline.parts[body.part].end] {
        let tag = part.element.value();
        let Some(class) = tag.attr("class") else { continue };
        let runs = &outline.runs[part.runs.clone()];
        if !matches!(tag.name(), "div" | "section" | "article" | "li" | "tr" | "dl")
            || runs.len() < 2
        {
            continue;
        }
        let is_dated = runs
            .iter()
            .take(10)
            .chain(runs.iter().rev().take(5))
            .any(|run| wording::is_dated(&run.text));
        let (dated, all) = records.entry((part.parent, tag.name(), class)).or_default();
        *dated += usize::from(is_dated);
        *all += 1;
    }
    records.values().any(|(dated, all)| *dated >= RECORDS_MIN && dated * 4 >= all * 3)
}

fn kept_runs<'o>(outline: &'o Outline, body: &Body) -> Vec<&'o Run> {
    let left_out = |part: usize| outline.upward(part).any(|up| body.out.contains(&up));
    outline.runs[outline.parts[body.part].runs.clone()]
        .iter()
        .filter(|run| !left_out(run.part))
        .collect()
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
