//! What a page says of itself as a whole: its metas, its links to other pages, its main article.

use ego_tree::NodeId;
use scraper::ElementRef;
use url::Url;

use super::page;
use super::thing;
use super::words::{Reader, dated, without_by};
use crate::extract::details::add_tag;
use crate::extract::draft::Dated;
use crate::extract::person;
use crate::extract::text::from_unsaid;
use crate::page::dom::{self, Dom};
use crate::page::profile;

/// The longest value of a meta that is kept, in bytes.
const META_BYTES_MAX: usize = 10_000;
/// Dates in words that a page may have before none of them is taken for its own.
const DATES_MAX: usize = 2;

/// What a page says of itself as a whole.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// The address that the page calls its own; not the site's first page, which some put everywhere.
    pub(crate) canonical: Option<Url>,
    /// Without the name of the site after it.
    pub(crate) title: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) author: Option<String>,
    pub(crate) author_url: Option<Url>,
    pub(crate) published: Dated,
    pub(crate) updated: Dated,
    pub(crate) site_name: Option<String>,
    pub(crate) lang: Option<String>,
    /// The page that continues this one; not the next article of a blog.
    pub(crate) next: Option<Url>,
    pub(crate) prev: Option<Url>,
    pub(crate) last: Option<Url>,
    pub(crate) image: Option<Url>,
    pub(crate) generator: Option<String>,
    pub(crate) tags: Vec<String>,
    /// It says that it is an article.
    pub(crate) is_article: bool,
    /// It describes itself for those who share it, not only for the browser's window.
    pub(crate) is_described: bool,
}

/// Returns what a page says of itself as a whole, in its metas and in structured data.
pub(crate) fn head(dom: &Dom) -> Head {
    let mut head = Head::of_metas(dom);
    let mut mains = Vec::new();
    for things in thing::of_every_syntax(dom) {
        let found = page::read(&Reader::new(dom, &things), &head);
        mains.extend(found.entries.into_iter().find(|entry| entry.is_main));
    }
    // The first has the word, so it is the last to speak.
    for main in mains.into_iter().rev() {
        head.is_article = true;
        head.title = main.headline.or(head.title);
        if main.draft.author.is_some() {
            // What leads to the author in a byline leads to the same author.
            let byline = head.author_url.take().filter(|_| head.author == main.draft.author);
            head.author_url = main.draft.details.author_url.or(byline);
            head.author = main.draft.author;
        }
        head.lang = head.lang.or(main.draft.lang);
        if !matches!(main.draft.published, Dated::Unsaid) {
            head.published = main.draft.published;
        }
        if !matches!(main.draft.updated, Dated::Unsaid) {
            head.updated = main.draft.updated;
        }
        main.draft.details.tags.iter().for_each(|tag| add_tag(&mut head.tags, tag));
    }
    head
}

/// What metas say, by how well each says it: the first that is there counts.
#[derive(Default)]
struct Metas {
    title: [Option<String>; 4],
    description: [Option<String>; 3],
    author: [Option<String>; 4],
    published: [Option<String>; 4],
    updated: Option<String>,
    image: [Option<String>; 2],
    lang: [Option<String>; 3],
    /// Where the page says that it is.
    url: [Option<String>; 2],
    rel: [Option<String>; 3],
    times: Vec<NodeId>,
    bylines: Vec<NodeId>,
}

impl Head {
    /// Reads the metas and the links alone.
    pub(super) fn of_metas(dom: &Dom) -> Self {
        let mut head = Self::default();
        let mut metas = Metas::default();
        for element in dom.root().descendent_elements() {
            match element.value().name() {
                "html" => {
                    set(&mut metas.lang[0], element.attr("lang").or(element.attr("xml:lang")));
                }
                "title" if metas.title[2].is_none() && is_in_head(element) => {
                    metas.title[2] = Some(dom::text(element))
                        .filter(|title| !title.is_empty())
                        .or_else(|| Some(element.text().collect::<String>()));
                }
                "meta" => head.meta(element, &mut metas),
                "link" | "a" => link(element, &mut metas),
                "time"
                    if metas.times.len() <= DATES_MAX
                        && element.attr("datetime").is_some()
                        && !is_beside(element) =>
                {
                    metas.times.push(element.id());
                }
                _ => {}
            }
        }
        head.settle(dom, &metas);
        head
    }

    fn meta(&mut self, element: ElementRef, metas: &mut Metas) {
        let names = ["property", "name", "itemprop", "http-equiv"];
        let Some(name) = names.into_iter().find_map(|name| element.attr(name)) else { return };
        let Some(content) =
            element.attr("content").filter(|content| content.len() <= META_BYTES_MAX)
        else {
            return;
        };
        let said = Some(content);
        let name = name.trim().to_ascii_lowercase();
        self.is_described |= name.starts_with("og:") && !content.trim().is_empty();
        match name.as_str() {
            "og:title" => set(&mut metas.title[0], said),
            "twitter:title" => set(&mut metas.title[1], said),
            "dc.title" | "dcterms.title" | "title" => set(&mut metas.title[3], said),
            "og:description" => set(&mut metas.description[0], said),
            "description" => set(&mut metas.description[1], said),
            "twitter:description" | "dc.description" => set(&mut metas.description[2], said),
            "author" | "parsely-author" | "sailthru.author" => set(&mut metas.author[0], said),
            "article:author" | "article:author_name" | "og:article:author" => {
                set(&mut metas.author[1], said);
            }
            "dc.creator" | "dcterms.creator" | "citation_author" => set(&mut metas.author[2], said),
            "article:published_time" | "og:article:published_time" | "article:published" => {
                self.is_article = true;
                set(&mut metas.published[0], said);
            }
            "datepublished"
            | "parsely-pub-date"
            | "publishdate"
            | "publish-date"
            | "pubdate"
            | "sailthru.date"
            | "citation_publication_date" => set(&mut metas.published[1], said),
            "dc.date.issued" | "dcterms.created" | "dc.date" | "dcterms.issued" => {
                set(&mut metas.published[2], said);
            }
            "date" | "og:published_time" => set(&mut metas.published[3], said),
            "article:modified_time" | "og:updated_time" | "datemodified" | "article:modified" => {
                set(&mut metas.updated, said);
            }
            "og:image" | "og:image:url" | "og:image:secure_url" => set(&mut metas.image[0], said),
            "twitter:image" | "twitter:image:src" => set(&mut metas.image[1], said),
            "og:locale" => set(&mut metas.lang[2], said),
            "content-language" | "language" | "dc.language" => set(&mut metas.lang[1], said),
            "og:url" => set(&mut metas.url[1], said),
            "og:site_name" => set(&mut self.site_name, said),
            "generator" => set(&mut self.generator, said),
            "og:type" => {
                let kind = content.trim().to_ascii_lowercase();
                self.is_article |= kind == "article" || kind == "news" || kind == "blog";
            }
            "article:tag" | "article:section" => add_tag(&mut self.tags, content),
            "keywords" | "news_keywords" => {
                content.split(',').for_each(|tag| add_tag(&mut self.tags, tag));
            }
            _ => {}
        }
    }

    fn settle(&mut self, dom: &Dom, metas: &Metas) {
        let first = |said: &[Option<String>]| said.iter().flatten().next().cloned();
        self.title = first(&metas.title).and_then(|title| line(&title));
        if let (Some(title), Some(site)) = (&mut self.title, &self.site_name) {
            without_site(title, site);
        }
        self.description = first(&metas.description).and_then(|text| line(&text));
        self.site_name = self.site_name.take().and_then(|name| line(&name));
        let authors = metas.author.iter().flatten().filter_map(|author| line(author));
        self.author = authors
            .filter_map(|author| person::name(without_by(&author)))
            .find(|name| is_name(name));
        if self.author.is_none()
            && let [byline] = metas.bylines.as_slice()
        {
            let element = dom.html.tree.get(*byline).and_then(ElementRef::wrap);
            self.author = element.and_then(|element| line(&dom::text(element)));
        }
        self.author_url = self.author.as_deref().and_then(|author| metas.profile(author, dom));
        self.lang = first(&metas.lang).map(|lang| lang.replace('_', "-"));
        self.published = metas
            .published
            .iter()
            .flatten()
            .map(|text| dated(text))
            .find(|dated| matches!(dated, Dated::At(_)))
            .unwrap_or_default();
        if matches!(self.published, Dated::Unsaid)
            && let [time] = metas.times.as_slice()
        {
            let element = dom.html.tree.get(*time).and_then(ElementRef::wrap);
            self.published =
                element.and_then(|element| element.attr("datetime")).map(dated).unwrap_or_default();
        }
        self.updated = metas.updated.as_deref().map(dated).unwrap_or_default();
        let url = |said: &Option<String>| dom.join(said.as_deref()?);
        self.image = metas.image.iter().find_map(url);
        let is_first_page = |url: &Url| url.path() == "/" && url.query().is_none();
        let is_own = |url: &Url| is_first_page(&dom.base) || !is_first_page(url);
        self.canonical = metas.url.iter().filter_map(url).find(is_own);
        let here = self.address(dom);
        let continued = |said: &Option<String>| {
            url(said).filter(|next| here.as_ref().is_none_or(|here| continues(here, next)))
        };
        let [next, prev, last] = &metas.rel;
        [self.next, self.prev, self.last] = [next, prev, last].map(continued);
    }

    /// Returns the page's address, as far as it is known.
    pub(super) fn address(&self, dom: &Dom) -> Option<Url> {
        self.canonical.clone().or_else(|| Some(dom.base.clone()))
    }
}

impl Metas {
    /// Returns where the author is shown: where the name leads in a byline, or what the page says of it:
    /// `article:author` is an address by <https://ogp.me/#type_article>, where many write that of the paper.
    fn profile(&self, author: &str, dom: &Dom) -> Option<Url> {
        let shown = self.bylines.iter().find_map(|byline| {
            let element = dom.html.tree.get(*byline).and_then(ElementRef::wrap)?;
            let name = dom::text(element);
            let is_theirs =
                profile::is_same(&name, author) || profile::is_same(without_by(&name), author);
            is_theirs.then(|| profile::profile(element.attr("href")?, &dom.base))?
        });
        let told = self.author[1].as_deref().filter(|told| told.contains("://"));
        let is_own = |url: &Url| url.host() == dom.base.host();
        shown.or_else(|| profile::profile(told?, &dom.base).filter(is_own))
    }
}

fn set(own: &mut Option<String>, said: Option<&str>) {
    let said = said.map(str::trim).filter(|said| !said.is_empty());
    if own.is_none() {
        *own = said.map(str::to_owned);
    }
}

fn line(text: &str) -> Option<String> {
    let line = from_unsaid(text).replace('\n', " ");
    (!line.is_empty()).then_some(line)
}

fn is_in_head(element: ElementRef) -> bool {
    !element.ancestors().filter_map(ElementRef::wrap).any(|around| around.value().name() == "svg")
}

/// Whether an element stands beside what the page is about.
fn is_beside(element: ElementRef) -> bool {
    element.ancestors().filter_map(ElementRef::wrap).any(|around| {
        let class = around.attr("class").unwrap_or_default();
        // The dates of items are read with them.
        let is_item = around.attr("itemscope").or(around.attr("typeof")).is_some();
        matches!(around.value().name(), "nav" | "aside" | "footer") && !class.contains("entry")
            || is_item
            || class.contains("comment")
            || class.contains("review")
    })
}

fn is_name(author: &str) -> bool {
    !author.contains("://") && author.chars().any(char::is_alphabetic)
}

fn link(element: ElementRef, metas: &mut Metas) {
    let Some(rel) = element.attr("rel") else { return };
    let href = element.attr("href");
    let is_link = element.value().name() == "link";
    for rel in rel.split_ascii_whitespace() {
        match rel.to_ascii_lowercase().as_str() {
            "canonical" if is_link => set(&mut metas.url[0], href),
            "next" => set(&mut metas.rel[0], href),
            "prev" | "previous" => set(&mut metas.rel[1], href),
            "last" => set(&mut metas.rel[2], href),
            "author" if !is_link && metas.bylines.len() < 2 => metas.bylines.push(element.id()),
            _ => {}
        }
    }
}

/// Takes the name of the site from the end of a title.
fn without_site(title: &mut String, site: &str) {
    for between in [" | ", " - ", " – ", " — ", " · ", " : ", " • "] {
        if let Some((start, end)) = title.rsplit_once(between)
            && end.trim().eq_ignore_ascii_case(site.trim())
            && !start.trim().is_empty()
        {
            title.truncate(start.trim_end().len());
            return;
        }
    }
}

/// Whether an address looks like another page of the same text, not like the next article: it speaks
/// of the same things.
fn continues(here: &Url, next: &Url) -> bool {
    let same_site = here.host_str() == next.host_str() && here.port() == next.port();
    let named = |url: &Url, name: &str| {
        url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
    };
    // In WordPress without addresses to speak of, `p` is the number of an article.
    let is_other_article = here.path() == next.path()
        && here.query_pairs().count() == 1
        && next.query_pairs().count() == 1
        && named(here, "p").is_some()
        && named(next, "p").is_some();
    same_site && !is_other_article && words(here) == words(next)
}

/// Words of addresses that only say which page.
const PAGING: [&str; 12] = [
    "page", "pages", "seite", "pagina", "start", "offset", "paged", "comment", "comments", "cpage",
    "limit", "lang",
];

fn words(url: &Url) -> Vec<String> {
    let path = url.path().to_lowercase();
    let words = path.split(|c: char| !c.is_alphabetic() && c != '%');
    let words = words.filter(|word| word.len() >= 4 && !PAGING.contains(word));
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_of_the_same_text() {
        let check = |here: &str, next: &str, expect| {
            let site = Url::parse("https://forum.example/").unwrap();
            let [here, next] = [here, next].map(|path| site.join(path).unwrap());
            assert_eq!(continues(&here, &next), expect, "{here} {next}");
        };
        check("/viewtopic.php?t=9", "/viewtopic.php?t=9&start=10", true);
        check("/threads/the-glace.12/", "/threads/the-glace.12/page-2", true);
        check("/t12-the-glace", "/t12p15-the-glace", true);
        check("/the-glace/", "/the-glace/page/2/", true);
        check("/the-glace/", "/the-glace/comment-page-2/", true);
        check("/topic/57/avis-sur-ozalee", "/topic/57/avis-sur-ozalee?lang=fr&page=2", true);
        check("/2025/01/the-glace/", "/2025/01/chez-ozalee/", false);
        check("/?p=11", "/?p=12", false);
        check("/the-glace/", "https://elsewhere.example/the-glace/page/2/", false);
    }

    #[test]
    fn the_name_of_the_site_is_no_part_of_a_title() {
        let check = |title: &str, expect: &str| {
            let mut own = title.to_owned();
            without_site(&mut own, "La Gazette");
            assert_eq!(own, expect);
        };
        check("Le thé glacé | La Gazette", "Le thé glacé");
        check("Le thé glacé - la gazette", "Le thé glacé");
        check("Le thé - glacé", "Le thé - glacé");
        check("La Gazette", "La Gazette");
    }
}
