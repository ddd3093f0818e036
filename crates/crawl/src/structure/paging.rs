//! The pages among which this one is: the next and the last of the same thread, list or product, never
//! the next thread.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use super::outline::Outline;
use crate::page::dom::Dom;

/// Links looked at.
const LINKS_MAX: usize = 20_000;
const TEXT_CHARS_MAX: usize = 30;
/// The highest number that a page can have.
const PAGE_MAX: u32 = 1_000_000;

#[derive(Default)]
pub(super) struct Paging {
    pub(super) next: Option<Url>,
    pub(super) last: Option<Url>,
}

/// Words on the link to the next page.
const NEXT: [&str; 21] = [
    "next",
    "next page",
    "suivant",
    "suivante",
    "page suivante",
    "suivants",
    "weiter",
    "nächste",
    "nächste seite",
    "siguiente",
    "próxima",
    "successiva",
    "successivo",
    "avanti",
    "seguinte",
    "volgende",
    "older",
    "older comments",
    "commentaires plus anciens",
    "messages plus anciens",
    "more reviews",
];
const LAST: [&str; 10] = [
    "last",
    "last page",
    "dernière",
    "dernier",
    "dernière page",
    "letzte",
    "última",
    "ultima",
    "laatste",
    "fin",
];
/// Words of links that lead elsewhere.
const ELSEWHERE: [&str; 15] = [
    "topic",
    "thread",
    "sujet",
    "discussion",
    "article",
    "post",
    "billet",
    "tema",
    "thema",
    "oldest",
    "newest",
    "unread",
    "question",
    "product",
    "produit",
];

pub(super) fn read(dom: &Dom, outline: &Outline) -> Paging {
    let mut paging = Paging::default();
    let mut here = dom.base.clone();
    here.set_fragment(None);
    if let Some(link) = of_head(dom) {
        paging.next = Some(link).filter(|url| is_continuation(&here, url));
    }
    let mut numbers: BTreeMap<u32, Url> = BTreeMap::new();
    let mut says_next: Option<Url> = None;
    let mut says_last: Option<Url> = None;
    let links = (0..outline.elements.len()).filter(|&at| outline.elements[at].link == Some(at));
    for at in links.take(LINKS_MAX) {
        let Some(mut url) = outline.attr(at, "href").and_then(|href| dom.join(href)) else {
            continue;
        };
        url.set_fragment(None);
        let text = outline.words(at, TEXT_CHARS_MAX).to_lowercase();
        if text.chars().count() > TEXT_CHARS_MAX || !is_continuation(&here, &url) {
            continue;
        }
        let number = text
            .trim_start_matches("page ")
            .parse::<u32>()
            .ok()
            .filter(|page| (1..=PAGE_MAX).contains(page));
        if let Some(number) = number {
            if is_among_pages(outline, at) {
                numbers.entry(number).or_insert(url);
            }
            continue;
        }
        let label =
            ["aria-label", "title"].map(|name| outline.attr(at, name).unwrap_or("").to_lowercase());
        let says = |words: &[&str]| {
            let plain = |text: &str| text.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
            words.contains(&plain(&text).as_str())
                || label.iter().any(|label| words.contains(&plain(label).as_str()))
        };
        let parent = outline.elements[at].parent;
        let names = format!("{} {}", outline.elements[at].names, outline.elements[parent].names);
        let is_named = |word: &str| names.split([' ', '-', '_']).any(|name| name == word);
        let is_elsewhere = [text.as_str(), &label[0], &label[1]].iter().any(|said| {
            said.split(|c: char| !c.is_alphanumeric()).any(|word| ELSEWHERE.contains(&word))
        });
        let rel = outline.attr(at, "rel").unwrap_or("").to_lowercase();
        if url == here || is_elsewhere && !says(&NEXT) {
            continue;
        }
        let is_mark = matches!(text.trim(), "»" | "›" | ">" | "→" | ">>" | "&gt;");
        if rel.split_whitespace().any(|rel| rel == "next")
            || says(&NEXT)
            || is_mark && is_among_pages(outline, at)
            || is_named("next") && !is_named("prev")
        {
            says_next.get_or_insert(url);
        } else if says(&LAST) || is_named("last") && text.len() < 3 {
            says_last = Some(url);
        }
    }
    let current = current(&here, &numbers);
    let highest = numbers.iter().next_back().map(|(number, url)| (*number, url.clone()));
    if paging.next.is_none() {
        let follows = numbers
            .get(&(current + 1))
            .filter(|url| numbers.len() > 1 || current == 1 && **url != here);
        paging.next = says_next.or_else(|| follows.cloned());
    }
    paging.last =
        says_last.or_else(|| highest.filter(|(number, _)| *number > current).map(|(_, url)| url));
    if paging.last.is_none() {
        paging.last.clone_from(&paging.next);
    }
    paging.next = paging.next.filter(|url| *url != here);
    paging
}

/// Returns the next page as `<link rel=next>` says it.
fn of_head(dom: &Dom) -> Option<Url> {
    let values = dom.html.tree.values().filter_map(scraper::Node::as_element);
    let mut links = values.filter(|tag| tag.name() == "link");
    let next = links.find(|tag| {
        tag.attr("rel")
            .is_some_and(|rel| rel.split_whitespace().any(|rel| rel.eq_ignore_ascii_case("next")))
    })?;
    let mut url = dom.join(next.attr("href")?)?;
    url.set_fragment(None);
    Some(url)
}

/// Which page this is: the number in its address, else the one that no link leads to.
fn current(here: &Url, numbers: &BTreeMap<u32, Url>) -> u32 {
    if let Some((number, _)) = numbers.iter().find(|(_, url)| *url == here) {
        return *number;
    }
    let highest = numbers.keys().next_back().copied().unwrap_or(0);
    if stem(here) == here.as_str() || numbers.is_empty() {
        // The address has no number: the first of them, if nothing leads to it.
        return 1;
    }
    (1..=highest.min(10_000) + 1).find(|number| !numbers.contains_key(number)).unwrap_or(1)
}

/// Whether a link stands among those of a row of pages.
fn is_among_pages(outline: &Outline, at: usize) -> bool {
    outline.ancestors(at).skip(1).take(4).any(|near| {
        let names = &outline.elements[near].names;
        if [
            "pagin",
            "pager",
            "pagenav",
            "page-numbers",
            "pages",
            "pagelink",
            "pagelist",
            "nav-links",
            "page_nav",
        ]
        .iter()
        .any(|word| names.contains(word))
        {
            return true;
        }
        // A row of numbers by itself.
        let pieces = outline.elements[near].pieces.clone();
        let numbers = outline.pieces[pieces.clone()]
            .iter()
            .take(40)
            .filter(|piece| {
                piece.text.trim().trim_matches(['[', ']', '(', ')']).parse::<u32>().is_ok()
            })
            .count();
        pieces.len() <= 40 && numbers >= 2
    })
}

/// Whether an address is another page of the same thing.
pub(super) fn is_continuation(here: &Url, url: &Url) -> bool {
    url.host_str() == here.host_str() && stem(url) == stem(here)
}

/// Returns an address without what tells its pages apart, and without sessions.
fn stem(url: &Url) -> String {
    static QUERY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:page|p|pg|paged|start|offset|st|from|cp|comments?[-_]?page|cpage|skip|seite|pagina|pageno|pagenumber|page_number|reviews?[-_]?page|o|page_no|pagenum|curpage|currentpage|first|sid|s|phpsessid|lang|ref|ie|viewpoints|qa_start)$").ok()
    });
    static PATH: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)[/-](?:page|comment-page|comments?-page|pagina|seite|pg|p)[-/_]?\d+/?|-or\d+-|/\d{1,4}/?$|[-_](?:p|page)?\d{1,3}(\.html?)$|(\d+)\.\d+(/?)$").ok()
    });
    let mut path = url.path().to_owned();
    if let Some(regex) = PATH.as_ref() {
        // Shops write the first page without a number.
        path = regex.replace(&path, "$2$1").into_owned().replace("-Reviews-", "-Reviews");
    }
    // Some boards part their parameters by semicolons.
    let pairs = url.query().unwrap_or("").split(['&', ';']).filter(|pair| !pair.is_empty());
    let mut query: Vec<String> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .filter(|(key, _)| !QUERY.as_ref().is_some_and(|regex| regex.is_match(key)))
        .map(|(key, value)| {
            // SMF counts within the topic's own parameter: `topic=9.15`.
            let of_topic = value.split_once('.').filter(|(id, _)| key == "topic" && !id.is_empty());
            let value = of_topic.map_or(value, |(id, _)| id);
            // vBulletin writes the page after the thread in a query without a value.
            let key = key.rsplit_once("/page").map_or(key, |(key, _)| key);
            format!("{key}={value}")
        })
        .collect();
    query.sort_unstable();
    format!("{}?{}", path.trim_end_matches('/'), query.join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_one_thing_are_told_from_other_things() {
        let check = |here: &str, other: &str, expect: bool| {
            let base = Url::parse("https://forum.example/").unwrap();
            let [here, other] = [here, other].map(|path| base.join(path).unwrap());
            assert_eq!(is_continuation(&here, &other), expect, "{here} {other}");
        };
        check("/viewtopic.php?t=9", "/viewtopic.php?t=9&start=10", true);
        check("/viewtopic.php?t=9&sid=ab", "/viewtopic.php?t=9&start=10", true);
        check("/viewtopic.php?t=9", "/viewtopic.php?t=10", false);
        check("/threads/tea.12/", "/threads/tea.12/page-2", true);
        check("/threads/tea.12/", "/threads/milk.13/", false);
        check("/index.php?topic=9.0", "/index.php?topic=9.15", true);
        check("/index.php?topic=9.0", "/index.php?topic=10.0", false);
        check("/index.php?topic=9.0", "/index.php?topic=9.0;prev_next=next", false);
        check("/showthread.php?9-tea", "/showthread.php?9-tea/page2", true);
        check("/topic/9-tea/", "/topic/9-tea/page/2/", true);
        check("/reviews/ozalee", "/reviews/ozalee?page=2", true);
        check("/2025/01/tea/", "/2025/01/tea/comment-page-2/#comments", true);
        check("/2025/01/tea/", "/2025/01/milk/", false);
    }
}
