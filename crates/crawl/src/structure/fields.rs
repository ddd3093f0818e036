//! What each record of a group says: its text, address, number, rating, likes.

mod address;
mod told;

use std::sync::LazyLock;

use model::{Details, Rating};
use regex::Regex;
use url::Url;

use super::group::Group;
use super::{rating, words};
use crate::extract::draft::{Dated, DraftEntry};
use crate::page::dom::Dom;
use crate::page::profile::of_name;

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
