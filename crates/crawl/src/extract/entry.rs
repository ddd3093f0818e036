//! The tolerant reader: a feed of any XML format, by the names of its elements.
//!
//! RSS, Atom and CDF are read by one table, since feeds mix them: `atom:link` in RSS, `dc:date` in
//! Atom, `content:encoded` anywhere. Where several elements say the same thing the first one of
//! the best rank counts.

use std::cmp::Reverse;

use model::Details;
use url::Url;

use super::ENTRIES_MAX;
use super::details::{Offered, add_link};
use super::draft::{Dated, Draft, DraftEntry};
use super::element::{SELF, link, older, person, plain, rich, web_address, word};
use super::ns::Ns;
use super::person::{self, Person};
use super::text::Rich;
use super::tree::{Node, Tree};
use crate::dates;

/// A feed with what was wrong in it, as far as it is the reader's to see.
pub(crate) struct Found {
    pub(crate) draft: Draft,
    /// The document ends inside the entry after the last one that was read.
    pub(crate) truncated: bool,
    pub(crate) cut: bool,
}

/// Reads a feed; `None` where nothing in the text looks like one.
pub(crate) fn read(text: &str, base: &Url) -> Option<Found> {
    let mut tree = Tree::read(text, base);
    let root = tree.nodes().find(|node| is_root(*node))?;
    let atom = root.is(Ns::Feed, "feed") || root.is(Ns::Feed, "entry");
    let complete = root.is_closed();
    let mut draft = read_head(root);
    if !atom {
        // Only Atom lends a feed's author to its entries (RFC 4287, section 4.2.1).
        draft.author = None;
        // RSS has no rule for relative addresses; who writes them means the site's, which is not
        // always where the feed is.
        if let Some(home) = draft.home.as_deref().and_then(|home| Url::parse(home).ok()) {
            tree.rebase(home);
        }
    }
    let entries = tree.nodes().filter(|node| is_entry(*node) && !node.ancestors().any(is_entry));
    let mut entries: Vec<Node> = entries.take(ENTRIES_MAX + 1).collect();
    // What the end of the document cut off may lack the very words that matter.
    let truncated = !complete && entries.last().is_some_and(|entry| !entry.is_closed());
    if truncated {
        entries.pop();
    }
    draft.entries = entries.into_iter().map(|entry| read_entry(entry, atom)).collect();
    Some(Found { draft, truncated, cut: tree.cut })
}

fn is_root(node: Node) -> bool {
    ["rss", "feed", "channel", "entry"].iter().any(|name| node.is(Ns::Feed, name))
        || node.name().eq_ignore_ascii_case("RDF")
}

fn is_entry(node: Node) -> bool {
    node.is(Ns::Feed, "item") || node.is(Ns::Feed, "entry")
}

/// The best reading so far of one thing, and its rank: 0 is the best.
struct Best<T>(Option<(u8, T)>);

impl<T> Best<T> {
    fn offer(&mut self, rank: u8, value: Option<T>) {
        if let Some(value) = value
            && self.0.as_ref().is_none_or(|(best, _)| rank < *best)
        {
            self.0 = Some((rank, value));
        }
    }

    fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

fn read_head(root: Node) -> Draft {
    let head = root.child(Ns::Feed, "channel").unwrap_or(root);
    let mut draft = Draft { lang: head.lang().map(str::to_owned), ..Draft::default() };
    let mut title = Best(None);
    let mut description = Best(None);
    let mut home = Best(None);
    let mut further = Best(None);
    let mut author = Vec::new();
    let mut period = None;
    let mut frequency = None;
    home.offer(2, head.attribute("href"));
    for child in head.children() {
        let name = child.name().to_ascii_lowercase();
        match (child.ns(), name.as_str()) {
            (Ns::Feed, "title") => title.offer(0, plain(child)),
            (Ns::Dc | Ns::Itunes | Ns::Media, "title") => title.offer(1, plain(child)),
            (Ns::Feed, "description" | "subtitle" | "tagline" | "abstract") => {
                description.offer(0, plain(child));
            }
            (Ns::Itunes, "summary" | "description") => description.offer(1, plain(child)),
            (Ns::Feed, "info") | (Ns::Dc | Ns::Media, "description") => {
                description.offer(2, plain(child));
            }
            (Ns::Itunes, "subtitle") => description.offer(3, plain(child)),
            (Ns::Feed, "link") => {
                if let Some((rank, link)) = link(child).filter(|(rank, _)| *rank < SELF) {
                    home.offer(rank, Some(link.into()));
                }
                if let Some((rank, older)) = older(child) {
                    further.offer(rank, Some(older));
                }
            }
            (Ns::Feed | Ns::Dc, "language") => draft.lang = word(child).or(draft.lang),
            (Ns::Feed, "generator") => draft.generator = plain(child),
            (Ns::Feed, "ttl") => draft.ttl_minutes = word(child).and_then(|ttl| ttl.parse().ok()),
            (Ns::Feed, "lastbuilddate" | "updated" | "modified") => {
                draft.changed = word(child).and_then(|date| dates::parse(&date)).or(draft.changed);
            }
            (Ns::Syndication, "updateperiod") => period = word(child),
            (Ns::Syndication, "updatefrequency") => frequency = word(child),
            (Ns::Feed, "author") => author.extend(person(child)),
            _ => {}
        }
    }
    draft.title = title.take();
    draft.description = description.take();
    draft.home = home.take();
    draft.older = further.take();
    (draft.author, draft.author_url) = person::joined(author);
    draft.ttl_minutes =
        draft.ttl_minutes.or_else(|| update_minutes(period.as_deref()?, frequency.as_deref()));
    draft
}

/// Reads the pause that the syndication module asks for: a period, and how often in it.
fn update_minutes(period: &str, frequency: Option<&str>) -> Option<u64> {
    let minutes = match period.to_ascii_lowercase().as_str() {
        "hourly" => 60,
        "daily" => 24 * 60,
        "weekly" => 7 * 24 * 60,
        "monthly" => 30 * 24 * 60,
        "yearly" => 365 * 24 * 60,
        _ => return None,
    };
    let frequency: u64 = frequency.and_then(|f| f.parse().ok()).unwrap_or(1);
    Some(minutes / frequency.max(1))
}

/// What an entry's elements offer, before the best of each is taken.
struct Offers<'t> {
    guid: Best<String>,
    link: Best<Url>,
    title: Best<String>,
    texts: Vec<Passage<'t>>,
    authors: Vec<(u8, Person)>,
    lang: Best<String>,
    published: Vec<(u8, String)>,
    updated: Vec<(u8, String)>,
    details: Offered,
    image: bool,
}

fn read_entry(entry: Node, atom: bool) -> DraftEntry {
    let mut offers = Offers {
        guid: Best(None),
        link: Best(None),
        title: Best(None),
        texts: Vec::new(),
        authors: Vec::new(),
        lang: Best(None),
        published: Vec::new(),
        updated: Vec::new(),
        details: Offered::default(),
        image: false,
    };
    let about = entry.attribute("about").filter(|about| !about.trim().is_empty());
    offers.link.offer(6, about.as_deref().and_then(|about| web_address(about, None)));
    offers
        .link
        .offer(6, entry.attribute("href").and_then(|href| web_address(&href, Some(entry.base()))));
    offers.guid.offer(1, about);
    offers.updated.extend(entry.attribute("lastmod").map(|date| (3, date)));
    for child in entry.children() {
        read_child(child, &mut offers);
        if child.is(Ns::Media, "group") || child.is(Ns::Media, "content") {
            child.children().for_each(|child| read_child(child, &mut offers));
        }
    }
    if let Some(source) = entry.child(Ns::Feed, "source").filter(|_| atom) {
        let authors = source.children().filter(|child| child.is(Ns::Feed, "author"));
        offers.authors.extend(authors.filter_map(person).map(|author| (9, author)));
    }
    offers.lang.offer(3, entry.lang().map(str::to_owned));
    offers.finish()
}

fn read_child<'t>(child: Node<'t, '_>, offers: &mut Offers<'t>) {
    let name = child.name().to_ascii_lowercase();
    offers.details.read(child, &name);
    match (child.ns(), name.as_str()) {
        (Ns::Feed, "title") => {
            offers.title.offer(0, plain(child));
            offers.lang.offer(2, child.lang().map(str::to_owned));
        }
        (Ns::Dc, "title") => offers.title.offer(1, plain(child)),
        (Ns::Itunes | Ns::Media, "title") => offers.title.offer(2, plain(child)),

        (Ns::Content, "encoded")
        | (Ns::Feed, "content" | "encoded" | "fullitem" | "body")
        | (Ns::Xhtml, "body" | "div") => offers.text(0, child),
        (Ns::Feed, "description" | "summary" | "abstract" | "tagline") => offers.text(1, child),
        (Ns::Itunes | Ns::Media | Ns::Dc | Ns::DcTerms, "summary" | "description" | "abstract") => {
            offers.text(2, child);
        }
        (Ns::Itunes | Ns::Feed, "subtitle") => offers.text(3, child),

        (Ns::Feed, "guid" | "id") => {
            offers.guid.offer(0, word(child));
            // A guid is an address unless it says that it is not; an id of Atom may be one.
            let permanent = !child
                .attribute("ispermalink")
                .is_some_and(|p| p.trim().eq_ignore_ascii_case("false"));
            let rank = if name == "guid" { 4 } else { 7 };
            offers.link.offer(
                rank,
                word(child).filter(|_| permanent).and_then(|id| web_address(&id, None)),
            );
        }
        (Ns::Dc, "identifier") => offers.guid.offer(2, word(child)),
        (Ns::FeedBurner, "origlink") => {
            offers
                .link
                .offer(0, word(child).and_then(|link| web_address(&link, Some(child.base()))));
        }
        (Ns::Feed, "link") => {
            if let Some((rank, link)) = link(child) {
                offers.link.offer(rank, Some(link));
            }
        }
        (Ns::Feed, "enclosure") => {
            offers.link.offer(
                9,
                child.attribute("url").and_then(|link| web_address(&link, Some(child.base()))),
            );
        }

        (Ns::Feed, "author") => {
            offers.authors.extend(person(child).map(|author| (0, author)));
        }
        (Ns::Dc, "creator" | "author") => {
            offers.authors.extend(person(child).map(|author| (1, author)));
        }
        (Ns::Itunes, "author") => {
            offers.authors.extend(person(child).map(|author| (2, author)));
        }
        // RSS 0.9x without an element for it.
        (Ns::Feed, "creator") => {
            offers.authors.extend(person(child).map(|author| (3, author)));
        }

        (Ns::Feed | Ns::Dc, "language") => offers.lang.offer(0, word(child)),

        (Ns::Feed, "pubdate" | "published" | "issued") => offers.published(0, child),
        (Ns::DcTerms, "issued") | (Ns::Dc | Ns::Feed, "date") => offers.published(1, child),
        (Ns::DcTerms, "created" | "date" | "available") | (Ns::Feed, "created") => {
            offers.published(2, child);
        }
        (Ns::Feed, "updated" | "modified") => offers.updated(0, child),
        (Ns::DcTerms, "modified") => offers.updated(1, child),
        (Ns::Feed, "lastbuilddate" | "lastmod") => offers.updated(2, child),
        _ => {}
    }
}

impl<'t> Offers<'t> {
    fn text(&mut self, rank: u8, node: Node<'t, '_>) {
        let Some(rich) = rich(node) else { return };
        self.image |= rich.image;
        if !rich.text.is_empty() {
            let lang = node.lang().map(str::to_owned);
            self.texts.push(Passage { rank, rich, lang, base: node.base() });
        }
    }

    fn published(&mut self, rank: u8, node: Node) {
        self.published.extend(word(node).map(|date| (rank, date)));
    }

    fn updated(&mut self, rank: u8, node: Node) {
        self.updated.extend(word(node).map(|date| (rank, date)));
    }

    fn finish(mut self) -> DraftEntry {
        let rank = |(rank, author): &(u8, Person)| (author.name.contains('@'), *rank);
        let best_author = self.authors.iter().map(rank).min();
        let authors = self
            .authors
            .into_iter()
            .filter(|(rank, _)| best_author.is_some_and(|(_, best)| best == *rank));
        let text = richest(self.texts);
        let (author, author_url) = person::joined(authors.map(|(_, author)| author));
        let mut details = Details { author_url, ..self.details.finish() };
        details.image |= self.image;
        if let Some(Passage { rich, base, .. }) = &text {
            rich.hrefs.iter().for_each(|href| add_link(&mut details.links, href, base));
        }
        self.lang.offer(1, text.as_ref().and_then(|text| text.lang.clone()));
        DraftEntry {
            guid: self.guid.take(),
            link: self.link.take(),
            title: self.title.take(),
            text: text.map(|text| text.rich.text),
            author,
            lang: self.lang.take(),
            published: dated(self.published),
            updated: dated(self.updated),
            details,
        }
    }
}

/// What an entry says, in one of the places where it may say it.
struct Passage<'t> {
    /// 0 for the whole, 1 for a summary, 2 and 3 for what other vocabularies have.
    rank: u8,
    rich: Rich,
    lang: Option<String>,
    /// The address that its relative links start from.
    base: &'t Url,
}

/// Returns the whole text, unless that is a mere stub beside the summary; the longest of its kind.
fn richest(mut texts: Vec<Passage<'_>>) -> Option<Passage<'_>> {
    texts.sort_by_key(|text| (text.rank, Reverse(text.rich.text.len())));
    let mut kinds = texts.into_iter();
    let first = kinds.next()?;
    let summary = kinds.find(|text| text.rank == 1).filter(|_| first.rank == 0);
    let is_stub = |summary: &Passage| {
        let said = &summary.rich.text;
        // WordPress begins the summary of an answer with a link whose markup it spells out.
        said.len() > 2 * first.rich.text.len() && !said.contains("</a>")
    };
    Some(summary.filter(is_stub).unwrap_or(first))
}

/// Reads the best-ranked date that can be read.
fn dated(mut offers: Vec<(u8, String)>) -> Dated {
    offers.sort_by_key(|(rank, _)| *rank);
    match offers.iter().find_map(|(_, text)| dates::parse(text)) {
        Some(date) => Dated::At(date),
        None => {
            offers.into_iter().next().map_or(Dated::Unsaid, |(_, text)| Dated::Unreadable(text))
        }
    }
}
