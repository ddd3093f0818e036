//! Where an author is shown: the address to which a site leads whoever asks who wrote something. It tells
//! two people of one name apart, and knows one who has changed it. What leads to no person is none: the
//! site's own first page, a place on the same page, an address of mail.

use model::Details;
use scraper::ElementRef;
use url::Url;

use super::dom::{self, Dom};
use crate::canonical::canonical_url;
use crate::extract::element::unescaped_again;

/// How many elements a name may stand within, inside the link that it is part of.
const AROUND_MAX: usize = 4;
/// Elements that are looked at within the one that holds the name.
const WITHIN_MAX: usize = 20;

/// Returns the canonical address of a profile.
pub(crate) fn profile(href: &str, base: &Url) -> Option<Url> {
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') {
        return None;
    }
    let url = canonical_url(&unescaped_again(href), Some(base))?;
    let is_first_page = url.path() == "/" && url.query().is_none();
    let is_own = url.host() == base.host();
    let is_short = url.as_str().len() <= Details::AUTHOR_URL_BYTES_MAX;
    (is_short && !(is_own && is_first_page)).then_some(url)
}

/// Returns where the name of an author leads that an element shows: the element is a link, is within one,
/// or has one in it that is the whole name.
pub(crate) fn of_name(element: ElementRef, name: &str, dom: &Dom) -> Option<Url> {
    let of = |link: ElementRef| profile(link.attr("href")?, &dom.base);
    if element.value().name() == "a" {
        return of(element);
    }
    // Cards are links as a whole, and lead to what they show.
    let is_name =
        |link: &ElementRef| link.value().name() == "a" && is_same(&dom::text(*link), name);
    let around = element.ancestors().filter_map(ElementRef::wrap).take(AROUND_MAX);
    let within = element.descendent_elements().skip(1).take(WITHIN_MAX);
    around.chain(within).filter(is_name).find_map(of)
}

/// Whether two names are written alike, but for spaces.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}

#[cfg(test)]
mod tests {
    use scraper::Selector;

    use super::*;

    #[test]
    fn a_profile_is_an_address_of_the_web_and_no_first_page() {
        let base = Url::parse("https://forum.example/t/12").unwrap();
        let check = |href: &str, expect: Option<&str>| {
            assert_eq!(profile(href, &base).as_ref().map(Url::as_str), expect, "{href}");
        };
        check("/u/anne", Some("https://forum.example/u/anne"));
        check(" ?author=12&amp;x=1 ", Some("https://forum.example/t/12?author=12&x=1"));
        check("https://anne.example/", Some("https://anne.example/"));
        check("/u/anne?utm_source=x#posts", Some("https://forum.example/u/anne"));
        check("https://forum.example", None);
        check("/#/users/anne", None);
        check("#anne", None);
        check("mailto:anne@forum.example", None);
        check("javascript:alert(1)", None);
        check("ftp://forum.example/anne", None);
        check("", None);
        check(&format!("/u/{}", "a".repeat(Details::AUTHOR_URL_BYTES_MAX)), None);
    }

    #[test]
    fn a_name_leads_where_its_link_leads() {
        let check = |html: &str, expect: Option<&str>| {
            let url = Url::parse("https://forum.example/t/12").unwrap();
            let dom = Dom::parse(html, &url).unwrap();
            let name = Selector::parse(".name").unwrap();
            let element = dom.html.select(&name).next().unwrap();
            let found = of_name(element, "Anne B.", &dom);
            assert_eq!(found.as_ref().map(Url::path), expect, "{html}");
        };
        check("<a class=name href=/u/1>Anne B.</a>", Some("/u/1"));
        check("<a href=/u/1><b><i class=name>Anne B.</i></b></a>", Some("/u/1"));
        check(
            "<p class=name>by <a href=/t/12>#3</a> <a href=/u/1><b>Anne</b>\n B.</a></p>",
            Some("/u/1"),
        );
        check("<p class=name>Anne B. <a href=/t/12>said</a></p>", None);
        check("<a href=/t/12><b class=name>Anne B.</b>: good tea</a>", None);
        check("<a class=name href='mailto:a@b.example'>Anne B.</a>", None);
        check("<p class=name>Anne B.</p><a href=/u/1>Anne B.</a>", None);
    }
}
