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

use model::{Details, Kind};

use self::body::Body;
use self::known::Known;
use self::outline::Outline;
use crate::extract::draft::DraftEntry;
use crate::page::PageDraft;
use crate::page::dom::{self, Dom};

/// The fewest characters of sentences that make an article, and one that the page itself calls so.
const PROSE_MIN: usize = 250;
const PROSE_OF_NAMED_MIN: usize = 60;
/// The fewest beside a form that asks for a password.
const PROSE_BESIDE_LOGIN_MIN: usize = 600;

/// A page that is one article.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) draft: PageDraft,
    /// Whether what is there is only the beginning: the page keeps the rest for subscribers.
    pub(crate) is_teaser: bool,
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
    let title = head::Title::find(&outline, &metas, dom, described);
    let known = Known::new(described.and_then(|described| described.body.as_deref()).unwrap_or_default());
    let body = body::find(&outline, &title, &known, dom.base.host_str().unwrap_or_default()); if std::env::var_os("DBG").is_some() && body.is_none() {eprintln!("NO BODY {:?} {}", title.text, outline.parts.len()); for p in &outline.parts[..60] { eprintln!("{:?} {:?} {:?}", p.element.value(), p.noise, p.runs)}} let body=body?;
    if std::env::var_os("DBG").is_some() {
        eprintln!("TITLE {:?} {:?} TOP {} {:?}", title.text, title.part, body.part, outline.parts[body.part].element.value());
        for run in &outline.runs {
            if run.chars < 60 && !outline.holds(body.part, run.part) { continue }
            let why: Vec<String> = outline.upward(run.part).take(8).map(|p| format!("{}{}.{}:{:?}{}{}", p, outline.name(p), outline.parts[p].element.value().attr("class").unwrap_or("").chars().take(30).collect::<String>(), outline.parts[p].noise, if body.out.contains(&p) {"!"} else {""}, if p==body.part {"TOP"} else {""})).collect();
            eprintln!("{} {}% {} | {}", run.chars, run.linked_percent(), run.text.chars().take(60).collect::<String>(), why.join(" < "));
        }
    }
    let says_article = described.is_some()
        || metas.get(&["og:type"]).is_some_and(|kind| kind.eq_ignore_ascii_case("article"));
    if !is_article(&outline, dom, &body, says_article, descriptions.is_list) {
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
    let confidence = confidence(&body, says_article, title.part.is_some());
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
fn is_article(outline: &Outline, dom: &Dom, body: &Body, says_article: bool, says_list: bool) -> bool {
    let fewest = if says_article || body.is_named { PROSE_OF_NAMED_MIN } else { PROSE_MIN };
    if body.prose < fewest {
        return false;
    }
    if !says_article && (says_list || dom.base.path() == "/" && dom.base.query().is_none()) {
        return false;
    }
    if body.prose < PROSE_BESIDE_LOGIN_MIN && !says_article && asks_password(outline) {
        return false;
    }
    says_article || !is_listing(outline, body)
}

/// Whether the page asks for a password elsewhere than in a menu.
fn asks_password(outline: &Outline) -> bool {
    let is_shown = |part: usize| {
        outline.upward(part).all(|up| {
            outline.name(up) == "form"
                || matches!(outline.parts[up].noise, noise::Guess::Unsaid | noise::Guess::Body)
        })
    };
    (0..outline.parts.len()).any(|part| {
        let tag = outline.parts[part].element.value();
        tag.name() == "input"
            && tag.attr("type").is_some_and(|kind| kind.eq_ignore_ascii_case("password"))
            && is_shown(part)
    })
}

/// Whether what was found is a list of things each with a heading that leads elsewhere, or each with
/// a date of its own.
fn is_listing(outline: &Outline, body: &Body) -> bool {
    let inner = body.part..outline.parts[body.part].end;
    let left_out = |part: usize| outline.upward(part).any(|up| body.out.contains(&up));
    let mut headings = 0;
    let mut times = 0;
    for part in inner {
        match outline.name(part) {
            "h1" | "h2" | "h3" | "h4" if !left_out(part) => {
                let runs = &outline.runs[outline.parts[part].runs.clone()];
                headings += usize::from(!runs.is_empty() && runs.iter().all(|run| run.linked_percent() > 80));
            }
            "time" => times += 1,
            _ => {}
        }
    }
    let paragraphs = body.prose / 400 + 1;
    headings >= 3 && headings * 2 >= paragraphs || times >= 4 && times * 2 >= paragraphs
}

/// Says how sure it is that the page is the article that was found, in thousandths.
fn confidence(body: &Body, says_article: bool, has_heading: bool) -> u16 {
    let share = body.prose * 100 / body.prose_of_page.max(1);
    let points = [
        (says_article, 200),
        (body.is_named, 100),
        (has_heading, 100),
        (body.prose >= 1000, 100),
        (share >= 60, 100),
        (share >= 30, 100),
    ];
    300 + points.iter().filter(|(holds, _)| *holds).map(|(_, points)| points).sum::<u16>()
}

fn links(dom: &Dom, hrefs: &[String], own: Option<&url::Url>) -> Vec<url::Url> {
    let mut seen = HashSet::new();
    hrefs
        .iter()
        .filter(|href| !href.starts_with('#'))
        .filter_map(|href| dom.join(href))
        .filter(|url| Some(url) != own && seen.insert(url.clone()))
        .take(Details::LINKS_MAX)
        .collect()
}

/// Returns the words of a page's article, for those who measure how well it is found.
#[doc(hidden)]
pub fn article_text(html: &str, url: &url::Url) -> Option<String> {
    let dom = Dom::parse(html, url).map_err(|e| eprintln!("REFUSED {url} {e}")).ok()?;
    read(&dom)?.entries.into_iter().next()?.text
}
