//! What each record of a group says: its text, address, number, rating, likes.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ego_tree::NodeId;
use model::{Details, Rating};
use regex::Regex;
use url::Url;

use super::group::{Column, Group};
use super::{rating, thousandths, words};
use crate::extract::draft::{Dated, DraftEntry};
use crate::page::dom::{self, Dom};
use crate::page::profile::of_name;

/// Lines after the mark of a signature that are one: a longer rest is a text that has such a line.
const SIGNATURE_LINES_MAX: usize = 8;
/// Links looked at to find a record's own.
const LINKS_MAX: usize = 200;
/// Digits that name a record: fewer are a count.
const ID_BYTES_MAX: usize = 100;

/// The text of a record.
#[derive(Default)]
struct Told {
    text: String,
    quote: String,
    owner_reply: String,
    hrefs: Vec<String>,
    image: bool,
}

impl Group<'_, '_> {
    /// Reads all records.
    pub(super) fn entries(&self, dom: &Dom, thread_title: Option<&str>) -> Vec<DraftEntry> {
        let addresses = self.addresses(dom);
        let ids = self.ids();
        let numbers = self.numbers();
        let ratings = self.ratings();
        let run_on = self.said_with_dates();
        let mut entries: Vec<DraftEntry> = Vec::with_capacity(self.records.len());
        for record in 0..self.records.len() {
            let told = self.told(record, run_on[record]);
            let address = &addresses[record];
            let guid = address
                .as_ref()
                .and_then(Url::fragment)
                .filter(|fragment| fragment.bytes().any(|b| b.is_ascii_digit()))
                .map(str::to_owned)
                .or_else(|| self.id_in(record, address.as_ref()?))
                .or_else(|| ids[record].clone());
            let link = address.clone().or_else(|| {
                let mut url = dom.base.clone();
                url.set_fragment(Some(self.fragment(record)?));
                Some(url)
            });
            let rating = ratings[record];
            let title = self.title(record, rating.is_some(), numbers[record], thread_title);
            let mut links: Vec<Url> = Vec::new();
            for link in told.hrefs.iter().filter_map(|href| dom.join(href)) {
                if links.len() < Details::LINKS_MAX && !links.contains(&link) {
                    links.push(link);
                }
            }
            let mut details = Details {
                links,
                image: told.image,
                rating,
                number: numbers[record],
                verified: self.verified(record),
                owner_reply: told.owner_reply,
                quote: told.quote,
                ..Details::default()
            };
            details.engagement.likes = self.likes(record);
            details.author_url = self.authors[record]
                .as_ref()
                .and_then(|(at, name)| of_name(self.outline.elements[*at].node, name, dom));
            entries.push(DraftEntry {
                guid,
                link,
                title,
                text: Some(told.text).filter(|text| !text.is_empty()),
                author: self.authors[record].as_ref().map(|(_, name)| name.clone()),
                lang: None,
                published: self.dated(self.dates[record]),
                updated: self.dated(self.edits[record]),
                details,
            });
        }
        entries
    }

    fn dated(&self, mark: Option<usize>) -> Dated {
        mark.map_or(Dated::Unsaid, |mark| self.outline.marks[mark].dated())
    }

    /// Returns the text of a record; the line `run_on` says something beside its date.
    fn told(&self, record: usize, run_on: Option<usize>) -> Told {
        let outline = self.outline;
        let owner_reply = self.owner_reply(record);
        let mut out: HashSet<NodeId> = HashSet::new();
        let mut quotes: HashSet<NodeId> = HashSet::new();
        if let Some(reply) = owner_reply {
            out.insert(outline.elements[reply].node.id());
        }
        let is_apart = self.dates[record].is_some_and(|mark| {
            let mark = &outline.marks[mark];
            !self.is_in_body(record, mark.element)
        });
        for &body in &self.bodies[record] {
            let end = outline.elements[body].end;
            for at in body..end {
                let element = &outline.elements[at];
                if self.owner(at) != Some(record) {
                    if self.owner(element.parent) == Some(record) {
                        out.insert(element.node.id());
                    }
                } else if at != body
                    && !is_most_of(outline.elements[body].pieces.len(), element.pieces.len())
                    && (words::is_signature(&element.names) || words::is_edit_note(&element.names))
                    || matches!(outline.tag(at), "button")
                {
                    out.insert(element.node.id());
                } else if at != body && self.quoted[at] && !self.quoted[element.parent] {
                    quotes.insert(element.node.id());
                }
            }
        }
        out.extend(self.outline.hidden.iter().copied());
        for &line in &self.lines[record] {
            let shown = &outline.lines[line];
            if !self.is_in_body(record, self.first_element(line)) {
                continue;
            }
            if run_on != Some(line) && self.is_left_out(record, line, is_apart) {
                for piece in &outline.pieces[shown.pieces.clone()] {
                    out.insert(piece.node);
                    let is_within = |at: &usize| {
                        let pieces = &outline.elements[*at].pieces;
                        shown.pieces.start <= pieces.start && pieces.end <= shown.pieces.end
                    };
                    let gone = outline.ancestors(piece.element).take_while(is_within);
                    out.extend(gone.map(|at| outline.elements[at].node.id()));
                }
            } else if !is_apart {
                // Author, date and text run on in one line.
                let name = self.authors[record]
                    .as_ref()
                    .map(|(element, _)| outline.elements[*element].pieces.clone());
                let date = self.dates[record].map(|mark| &outline.marks[mark]);
                for at in shown.pieces.clone() {
                    let piece = &outline.pieces[at];
                    let is_date = date.is_some_and(|mark| {
                        piece.element == mark.element && piece.text.len() < mark.text.len() + 30
                    });
                    if is_date
                        || name.as_ref().is_some_and(|name| name.contains(&at) && name.len() < 4)
                    {
                        out.insert(piece.node);
                    }
                }
            }
        }
        let mut told = Told::default();
        for &body in &self.bodies[record] {
            let said = dom::said(outline.elements[body].node, &out, &quotes);
            push(&mut told.text, &said.rich.text);
            push(&mut told.quote, &said.quote);
            told.hrefs.extend(said.rich.hrefs);
            told.image |= said.rich.image;
        }
        if let Some(reply) = owner_reply {
            told.owner_reply = self.owner_words(reply);
        }
        as_mail(&mut told);
        told
    }

    /// Whether a line within the element that holds the text is no part of it.
    fn is_left_out(&self, record: usize, line: usize, is_apart: bool) -> bool {
        let shown = &self.outline.lines[line];
        let element = self.first_element(line);
        let is_linked = shown.linked == shown.chars;
        if is_apart {
            // An answer may be one word, and many answers the same.
            let is_aside = self
                .outline
                .ancestors(element)
                .take_while(|&at| self.is_in_body(record, at) && !self.bodies[record].contains(&at))
                .any(|at| words::is_aside(self.outline.tag(at), &self.outline.elements[at].names));
            return (is_linked || is_aside)
                && (self.is_common(line) || words::is_control(&shown.text))
                || self.is_edit_line(line)
                || self.is_quote_label(line)
                || self.is_label(line);
        }
        self.is_beside(record, line)
            || self.is_label(line)
            || self.is_quote_label(line)
            || rating::of_words(&shown.text).is_some() && shown.chars < 30
            || is_linked
                && shown.chars < 30
                && self.authors[record]
                    .as_ref()
                    .is_some_and(|(_, name)| shown.text.contains(name.as_str()))
    }

    /// Whether a line is the heading of a quotation.
    fn is_quote_label(&self, line: usize) -> bool {
        let text = self.outline.lines[line].text.to_lowercase();
        ["quote", "citation", "zitat", "cita", "citazione", "citaat"]
            .contains(&text.trim_end_matches([':', ' ', '\u{a0}']))
    }

    /// Whether a line only says when the text was changed.
    fn is_edit_line(&self, line: usize) -> bool {
        self.outline.marks_of(line).any(|mark| {
            mark.about == super::dates::About::Edit
                && self.outline.lines[line].chars < mark.text.chars().count() + 70
        })
    }

    /// Whether a line tells of the review what is no text: when it was lived, what was bought.
    fn is_label(&self, line: usize) -> bool {
        self.outline
            .marks_of(line)
            .any(|mark| mark.about == super::dates::About::Other && !mark.is_in_prose)
    }

    /// Finds within a review the answer of the owner of what is reviewed.
    fn owner_reply(&self, record: usize) -> Option<usize> {
        let line = *self.lines[record]
            .iter()
            .skip(1)
            .find(|&&line| words::is_owner_speaking(&self.outline.lines[line].text))?;
        let element = self.first_element(line);
        let within =
            self.outline.ancestors(element).take_while(|&at| at != self.records[record].start);
        // The smallest that says more than its heading.
        let mut block = within.filter(|&at| {
            let pieces = &self.outline.elements[at].pieces;
            pieces.end > self.outline.lines[line].pieces.end
                && self.outline.pieces[pieces.end - 1].line > line
        });
        let mut best = block.next()?;
        // The date beside the heading is not yet the answer.
        let is_told = |at: usize| {
            let pieces = &self.outline.elements[at].pieces;
            self.outline.pieces[pieces.clone()]
                .iter()
                .filter(|piece| {
                    piece.line != line && !self.outline.marks_of(piece.line).any(|_| true)
                })
                .any(|piece| self.outline.lines[piece.line].chars > 8)
        };
        while !is_told(best) {
            best = block.next()?;
        }
        let is_whole = self.outline.elements[best]
            .pieces
            .contains(&self.outline.lines[*self.lines[record].first()?].pieces.start);
        (!is_whole).then_some(best)
    }

    fn owner_words(&self, reply: usize) -> String {
        let outline = self.outline;
        let mut out: HashSet<NodeId> = HashSet::new();
        for piece in &outline.pieces[outline.elements[reply].pieces.clone()] {
            let line = &outline.lines[piece.line];
            let is_dated = outline
                .marks_of(piece.line)
                .any(|mark| line.chars < mark.text.chars().count() + 40);
            if words::is_owner_speaking(&line.text) && line.chars < 80
                || is_dated
                || words::is_control(&line.text)
            {
                out.insert(piece.node);
            }
        }
        dom::said(outline.elements[reply].node, &out, &HashSet::new()).rich.text
    }

    fn title(
        &self,
        record: usize,
        is_review: bool,
        number: Option<u32>,
        thread_title: Option<&str>,
    ) -> Option<String> {
        let element = self.titles[record]?;
        let title = self.outline.words(element, 250);
        let title = title.trim();
        if title.is_empty() || words::is_control(title) {
            return None;
        }
        if is_review {
            return Some(rating::without(title).to_owned()).filter(|title| !title.is_empty());
        }
        let (subject, is_answer) = words::subject(title);
        let is_thread = thread_title.is_some_and(|thread| same(thread, subject));
        let is_shared = self
            .titles
            .iter()
            .flatten()
            .filter(|&&other| words::subject(&self.outline.words(other, 250)).0 == subject)
            .count()
            > 1;
        let is_first = number.map_or(record == 0, |number| number == 1);
        (if is_answer {
            false
        } else if is_thread || is_shared {
            is_first
        } else {
            true
        })
        .then(|| title.to_owned())
    }

    /// Finds the address of each record.
    fn addresses(&self, dom: &Dom) -> Vec<Option<Url>> {
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
    fn id_in(&self, record: usize, url: &Url) -> Option<String> {
        let names = self.names_within(record);
        let found =
            names.into_iter().filter(|id| is_id(id) && id.len() > 3 && url.as_str().contains(*id));
        found.max_by_key(|id| (id.len(), *id)).map(str::to_owned)
    }

    /// The id by which a record can be jumped to.
    fn fragment(&self, record: usize) -> Option<&str> {
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
    fn ids(&self) -> Vec<Option<String>> {
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

    /// The places of the records as the page counts them: given only where they rise one by one.
    fn numbers(&self) -> Vec<Option<u32>> {
        let numbers: Vec<Option<u32>> = (0..self.records.len())
            .map(|record| {
                let lines =
                    self.lines[record].iter().filter(|&&line| self.outline.lines[line].chars < 60);
                let marked = lines.flat_map(|&line| {
                    self.outline.pieces[self.outline.lines[line].pieces.clone()].iter()
                });
                marked
                    .filter(|piece| !self.quoted[piece.element])
                    .find_map(|piece| number(piece.text.trim()))
            })
            .collect();
        let found: Vec<u32> = numbers.iter().flatten().copied().collect();
        let rises = found.windows(2).all(|pair| pair[0] < pair[1]);
        let falls = found.len() > 1 && found.windows(2).all(|pair| pair[0] > pair[1]);
        if found.len() * 10 >= self.records.len() * 7 && (rises || falls) {
            numbers
        } else {
            vec![None; self.records.len()]
        }
    }

    /// The ratings, where enough of the records have one for it to be no chance.
    fn ratings(&self) -> Vec<Option<Rating>> {
        let ratings: Vec<Option<Rating>> = (0..self.records.len())
            .map(|record| {
                let elements: Vec<usize> =
                    self.elements(record).filter(|&at| !self.quoted[at]).collect();
                rating::read(self.outline, &elements)
            })
            .collect();
        let found = ratings.iter().flatten().count();
        if found * 2 >= self.records.len() { ratings } else { vec![None; ratings.len()] }
    }

    fn verified(&self, record: usize) -> Option<bool> {
        static VERIFIED: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)verified (?:purchase|buyer|review|order|customer)|(?:achat|avis|client|acheteur) (?:vérifié|certifié)|^verified$|verifizierter kauf|compra verificada|acquisto verificato|geverifieerde").ok()
        });
        let verified = VERIFIED.as_ref()?;
        self.lines[record]
            .iter()
            .map(|&line| &self.outline.lines[line])
            .any(|line| {
                line.chars < 60
                    && verified.is_match(&line.text)
                    && !["non ", "not ", "un"]
                        .iter()
                        .any(|no| line.text.to_lowercase().starts_with(no))
            })
            .then_some(true)
    }

    fn likes(&self, record: usize) -> Option<u64> {
        static COUNT: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r"(?i)^\+?(\d{1,7})(?:\s+(?:points?|likes?|j['’]aime|votes?|upvotes?|thanks|people found this helpful|person found this helpful|personnes? (?:ont|a) trouvé .*|utiles?|helpful.*|gefällt mir))?$").ok()
        });
        let count = COUNT.as_ref()?;
        let is_named = |at: usize| {
            let names = &self.outline.elements[at].names;
            [
                "like",
                "upvote",
                "vote-count",
                "votecount",
                "votes",
                "helpful",
                "score",
                "kudos",
                "thank",
                "useful",
                "utile",
            ]
            .iter()
            .any(|word| names.contains(word))
        };
        for &line in &self.lines[record] {
            let shown = &self.outline.lines[line];
            if shown.chars > 60
                || self.is_in_body(record, self.first_element(line)) && shown.chars < 3
            {
                continue;
            }
            let element = self.first_element(line);
            if self.quoted[element] {
                continue;
            }
            for piece in &self.outline.pieces[shown.pieces.clone()] {
                let text = piece.text.trim();
                let Some(found) = count.captures(text) else { continue };
                let says = text.len() > found[1].len() + 1;
                if says || self.outline.ancestors(piece.element).take(2).any(is_named) {
                    return found[1].parse().ok();
                }
            }
        }
        None
    }

    /// Whether the titles of the records lead to other pages that hold the whole of them.
    pub(super) fn are_teasers(&self, dom: &Dom) -> bool {
        let all = self.records.len();
        let path = dom.base.path().trim_end_matches('/');
        let (mut leading, mut more) = (0, 0);
        for record in 0..all {
            let links = self.elements(record).filter(|&at| {
                self.outline.elements[at].link == Some(at)
                    && self.outline.ancestors(at).take(3).chain(self.outline.children(at)).any(
                        |near| {
                            self.owner(near) == Some(record)
                                && words::is_title(
                                    self.outline.tag(near),
                                    &self.outline.elements[near].names,
                                )
                        },
                    )
            });
            let author = self.authors[record].as_ref().map(|(element, _)| *element);
            let leads = links
                .filter(|&at| {
                    author
                        .is_none_or(|author| !(at..self.outline.elements[at].end).contains(&author))
                })
                .any(|at| {
                    let url = self.outline.attr(at, "href").and_then(|href| dom.join(href));
                    url.is_some_and(|url| {
                        let own = url.path().trim_end_matches('/');
                        url.fragment().is_none()
                            && own != path
                            && (path.is_empty() || !own.starts_with(path))
                            && !words::is_profile(url.as_str())
                    })
                });
            leading += usize::from(leads);
            more += usize::from(self.lines[record].iter().any(|&line| {
                let line = &self.outline.lines[line];
                line.linked > 0
                    && (words::is_read_more(&line.text)
                        || self.outline.pieces[line.pieces.clone()]
                            .last()
                            .is_some_and(|piece| words::is_read_more(piece.text.trim())))
            }));
        }
        leading * 10 >= all * 6 || more * 10 >= all * 5
    }
}

fn is_most_of(all: usize, part: usize) -> bool {
    part * 10 > all * 8
}

fn push(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push('\n');
    }
    text.push_str(more);
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

/// Reads `#12`.
fn number(text: &str) -> Option<u32> {
    let digits = text
        .strip_prefix('#')
        .or_else(|| text.strip_prefix("n°"))
        .or_else(|| text.strip_prefix("№"))?
        .trim();
    (digits.len() <= 7).then(|| digits.replace([',', '.'], "").parse().ok()).flatten()
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    plain(one) == plain(other)
}

/// Takes out of a mail what it quotes with `>` and what signs it.
fn as_mail(told: &mut Told) {
    let is_quoting = told.text.lines().any(|line| line.starts_with('>'));
    let lines: Vec<&str> = told.text.lines().collect();
    let mut own: Vec<&str> = Vec::new();
    let mut quote: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if line.trim() == "--" && lines.len() - at <= SIGNATURE_LINES_MAX + 1 {
            break;
        }
        let next = lines.get(at + 1).is_some_and(|next| next.starts_with('>'));
        let lower = line.to_lowercase();
        let introduces = line.trim_end().ends_with(':')
            && ["wrote", "écrit", "schrieb", "escribió", "scritto", "schreef", "escreveu"]
                .iter()
                .any(|word| lower.contains(word));
        if line.starts_with('>') {
            quote.push(line.trim_start_matches(['>', ' ']));
        } else if !(introduces && (next || !told.quote.is_empty() && !is_quoting)) {
            own.push(line);
        }
    }
    if own.len() == lines.len() {
        return;
    }
    let quote = quote.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let text = own.join("\n");
    push(&mut told.quote, &quote);
    told.text = text;
}
