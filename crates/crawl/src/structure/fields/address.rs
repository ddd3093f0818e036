//! Where each record stands, and what its site calls it.

use std::collections::{HashMap, HashSet};

use url::Url;

use crate::page::dom::Dom;
use crate::structure::group::{Column, Group};
use crate::structure::{thousandths, words};

use super::number;

/// Links looked at to find a record's own.
const LINKS_MAX: usize = 200;
/// Longer ids are no names of records.
const ID_BYTES_MAX: usize = 100;

impl Group<'_, '_> {
    /// Finds the address of each record.
    pub(super) fn addresses(&self, dom: &Dom) -> Vec<Option<Url>> {
        struct Found {
            links: Vec<(usize, usize, Url)>,
            records: HashSet<usize>,
            urls: HashSet<String>,
            points: i32,
        }
        let mut columns: HashMap<Column, Found> = HashMap::new();
        for record in 0..self.records.len() {
            let ids = self.names_within(record);
            let is_apart = self.dates[record]
                .is_none_or(|mark| !self.is_in_body(record, self.outline.marks[mark].element));
            let links =
                self.elements(record).filter(|&at| self.outline.elements[at].link == Some(at));
            for at in links.take(LINKS_MAX) {
                if self.quoted[at] || is_apart && self.is_in_body(record, at) {
                    continue;
                }
                let Some(href) = self.outline.attr(at, "href") else { continue };
                let Some(url) = dom.join(href).filter(|url| url.host_str() == dom.base.host_str())
                else {
                    continue;
                };
                let Some(points) = self.link_points(record, at, href, &url, &ids) else { continue };
                let found = columns.entry(self.column(at)).or_insert_with(|| Found {
                    links: Vec::new(),
                    records: HashSet::new(),
                    urls: HashSet::new(),
                    points: 0,
                });
                found.points += points;
                found.records.insert(record);
                found.urls.insert(url.to_string());
                found.links.push((record, at, url));
            }
        }
        let mut ranked: Vec<(i32, usize, Found)> = columns
            .into_values()
            .filter_map(|found| {
                let links = found.links.len();
                let count = i32::try_from(links).unwrap_or(i32::MAX).max(1);
                let is_distinct = found.urls.len() * 10 >= found.records.len() * 9;
                let rank =
                    found.points / count + 2 * thousandths(found.records.len(), self.records.len());
                (is_distinct && rank >= 3500).then(|| (rank, found.links[0].1, found))
            })
            .collect();
        ranked.sort_by_key(|(rank, first, _)| (-rank, *first));
        let mut addresses = vec![None; self.records.len()];
        let mut used: HashSet<String> = HashSet::new();
        for (_, _, found) in ranked {
            for (record, _, url) in found.links {
                if addresses[record].is_none() && used.insert(url.to_string()) {
                    addresses[record] = Some(url);
                }
            }
        }
        addresses
    }

    /// Says how much a link looks like the record's own; `None` for what it surely is not.
    fn link_points(
        &self,
        record: usize,
        at: usize,
        href: &str,
        url: &Url,
        ids: &HashSet<&str>,
    ) -> Option<i32> {
        if words::is_profile(href) && !href.contains('#') {
            return None;
        }
        let names = &self.outline.elements[at].names;
        let fragment = url.fragment().unwrap_or("");
        let text = self.outline.words(at, 80);
        let title = self.outline.attr(at, "title").unwrap_or("").to_lowercase();
        let mut points = 0;
        if !fragment.is_empty() && ids.contains(fragment) {
            points += 4000;
        } else if !fragment.is_empty() && !fragment.bytes().any(|b| b.is_ascii_digit()) {
            return None;
        }
        let numbers: HashSet<&str> = ids.iter().filter_map(|id| last_number(id)).collect();
        let has_number =
            |text: &str| last_number(text).is_some_and(|number| numbers.contains(number));
        if has_number(fragment) || has_number(url.as_str()) || self.has_id_of(record, href) {
            points += 2500;
        }
        if words::is_action(href) {
            points -= 5000;
        }
        let range = at..self.outline.elements[at].end;
        let mark = self.dates[record].map(|mark| &self.outline.marks[mark]);
        if mark.is_some_and(|mark| range.contains(&mark.element)) {
            points += 3000;
        } else if mark.is_some_and(|mark| {
            mark.line.is_some_and(|line| {
                self.outline.lines[line].pieces.contains(&self.outline.elements[at].pieces.start)
                    && !self.outline.elements[at].pieces.is_empty()
            })
        }) {
            points += 800;
        }
        if is_number(&text) {
            points += 2500;
        }
        let says = [
            "permalink",
            "permalien",
            "permanent",
            "lien direct",
            "direct link",
            "link to this",
            "lien vers",
        ];
        let lower = text.to_lowercase();
        if says
            .iter()
            .any(|word| title.contains(word) || lower.contains(word) || names.contains(word))
            || names.split_whitespace().any(|name| name == "bookmark")
        {
            points += 3000;
        }
        if ["postcount", "timestamp", "postlink", "postnum", "post-date", "postdate", "date"]
            .iter()
            .any(|word| names.contains(word))
        {
            points += 1500;
        }
        let is_heading = self.outline.ancestors(at).take(3).any(|at| {
            matches!(self.outline.tag(at), "h1" | "h2" | "h3" | "h4" | "h5")
                || self.outline.elements[at].names.contains("title")
                || self.outline.elements[at].names.contains("subject")
        });
        if is_heading {
            points += if last_number(url.path()).is_some() { 1600 } else { 1000 };
        }
        Some(points)
    }

    /// Whether an address contains what the record is called.
    fn has_id_of(&self, record: usize, href: &str) -> bool {
        let root = self.records[record].start;
        let tag = self.outline.elements[root].node.value();
        tag.attrs().take(30).any(|(name, value)| {
            let is_id = name == "id"
                || name.starts_with("data-") && (name.ends_with("id") || name.contains("content"));
            if !is_id || value.len() > ID_BYTES_MAX {
                return false;
            }
            let digits: String = value
                .chars()
                .skip_while(|c| !c.is_ascii_digit())
                .take_while(char::is_ascii_digit)
                .collect();
            let is_whole = value.len() >= 8 && href.contains(value);
            is_whole || digits.len() >= 2 && has_number(href, &digits)
        })
    }

    /// The ids and names of anchors within a record.
    fn names_within(&self, record: usize) -> HashSet<&str> {
        self.elements(record)
            .flat_map(|at| {
                let name =
                    if self.outline.tag(at) == "a" { self.outline.attr(at, "name") } else { None };
                [self.outline.attr(at, "id"), name, self.outline.attr(at, "data-content")]
            })
            .flatten()
            .collect()
    }

    /// The id within a record that its address is made of.
    pub(super) fn id_in(&self, record: usize, url: &Url) -> Option<String> {
        let names = self.names_within(record);
        let found =
            names.into_iter().filter(|id| is_id(id) && id.len() > 3 && url.as_str().contains(*id));
        found.max_by_key(|id| (id.len(), *id)).map(str::to_owned)
    }

    /// The id by which a record can be jumped to.
    pub(super) fn fragment(&self, record: usize) -> Option<&str> {
        let own = self.outline.attr(self.records[record].start, "id").filter(|id| is_id(id));
        own.or_else(|| {
            self.elements(record).take(40).find_map(|at| {
                let name =
                    if self.outline.tag(at) == "a" { self.outline.attr(at, "name") } else { None };
                let id = self.outline.attr(at, "id").or(name)?;
                let is_anchor = matches!(self.outline.tag(at), "a" | "span")
                    || self.outline.elements[at].pieces.is_empty();
                (is_anchor && is_id(id)).then_some(id)
            })
        })
        .or_else(|| {
            let at = self.elements(record).find(|&at| {
                self.outline.attr(at, "id").is_some_and(|id| {
                    is_id(id) && id.ends_with(|c: char| c.is_ascii_digit()) && words::is_record(id)
                })
            })?;
            self.outline.attr(at, "id")
        })
    }

    /// What the site calls each record.
    pub(super) fn ids(&self) -> Vec<Option<String>> {
        let ids: Vec<Option<&str>> = (0..self.records.len())
            .map(|record| {
                let root = self.records[record].start;
                let attr = |name| self.outline.attr(root, name).filter(|id| is_id(id));
                attr("id")
                    .or_else(|| {
                        [
                            "data-post-id",
                            "data-postid",
                            "data-pid",
                            "data-comment-id",
                            "data-commentid",
                            "data-review-id",
                            "data-reviewid",
                            "data-id",
                            "data-content",
                            "data-msgid",
                        ]
                        .iter()
                        .find_map(|name| self.outline.attr(root, name).filter(|id| !id.is_empty()))
                    })
                    .or_else(|| self.fragment(record))
            })
            .collect();
        let distinct: HashSet<&str> = ids.iter().flatten().copied().collect();
        let is_distinct = distinct.len() == ids.iter().flatten().count();
        ids.into_iter().map(|id| id.filter(|_| is_distinct).map(str::to_owned)).collect()
    }
}

/// Whether a name of an element can be an id of one record: it has a number, or is no word.
fn is_id(id: &str) -> bool {
    id.len() <= ID_BYTES_MAX
        && !id.contains(char::is_whitespace)
        && id.bytes().any(|b| b.is_ascii_digit())
}

/// Whether a text has these digits as a number of their own.
fn has_number(text: &str, digits: &str) -> bool {
    text.match_indices(digits).any(|(at, _)| {
        let before = text[..at].bytes().next_back();
        let after = text[at + digits.len()..].bytes().next();
        !before.is_some_and(|b| b.is_ascii_digit()) && !after.is_some_and(|b| b.is_ascii_digit())
    })
}

/// The last number of two digits or more in a text.
fn last_number(text: &str) -> Option<&str> {
    text.rsplit(|c: char| !c.is_ascii_digit()).find(|digits| digits.len() >= 2)
}

fn is_number(text: &str) -> bool {
    number(text).is_some()
        || !text.is_empty() && text.len() < 7 && text.bytes().all(|b| b.is_ascii_digit())
}
