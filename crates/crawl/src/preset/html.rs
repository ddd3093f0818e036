//! Reads a page with the selectors of a preset.

mod address;

use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use model::{Details, Kind, Rating};
use regex::Regex;
use scraper::ElementRef;
use url::Url;

use self::address::without;
use super::find::Find;
use super::load::{Listing, Record, Thread};
use super::recognise::{self, BY_NAME, Candidate};
use super::site::{Found, Scope, Site};
use super::{Preset, Presets, mail, number};
use crate::dates;
use crate::extract::draft::{Dated, DraftEntry};
use crate::page::dom::{self, Dom};
use crate::page::profile;
use crate::page::{Average, PageDraft, Topic};

/// Posts, or rows of a list, that are read of one page.
const RECORDS_MAX: usize = 2000;
/// Presets that are tried on one page.
const CANDIDATES_MAX: usize = 6;
/// Tags that are read of one post.
const TAGS_MAX: usize = 50;
/// Places of an author's name that are looked at for where it leads.
const NAMES_MAX: usize = 3;
/// The longest identifier that a site gives a post, in bytes.
const ID_BYTES_MAX: usize = 500;

/// See [`Presets::read`].
pub(super) fn read<'p>(
    presets: &'p Presets,
    dom: &Dom,
    url: &Url,
    name: Option<&str>,
) -> Option<(&'p Preset, PageDraft)> {
    let site = Site::new(dom)?;
    let candidates = match name {
        Some(name) => vec![Candidate { preset: presets.get(name)?, certainty: BY_NAME }],
        None => recognise::candidates(presets.list(), &site, url),
    };
    let mut recognised = None;
    for candidate in candidates.into_iter().take(CANDIDATES_MAX) {
        let preset = candidate.preset;
        let reader = Reader { site: &site, dom, url, preset };
        if let Some(mut draft) = reader.page() {
            draft.confidence = confidence(candidate.certainty, &draft);
            return Some((preset, draft));
        }
        if candidate.is_sure() && recognised.is_none() {
            recognised = Some((preset, reader.empty()));
        }
    }
    recognised
}

/// Reads a part of a page of a known kind of site.
pub(super) fn read_part(preset: &Preset, dom: &Dom, url: &Url) -> Option<PageDraft> {
    let site = Site::new(dom)?;
    Reader { site: &site, dom, url, preset }.page()
}

/// Lowers the certainty by what the posts lack.
fn confidence(certainty: u16, draft: &PageDraft) -> u16 {
    let wanted = draft.entries.len() * 3;
    let found: usize = draft
        .entries
        .iter()
        .map(|entry| {
            let says = entry.text.is_some() || entry.details.rating.is_some();
            let is_dated = !matches!(entry.published, Dated::Unsaid);
            usize::from(says) + usize::from(is_dated) + usize::from(entry.author.is_some())
        })
        .sum();
    let certainty = usize::from(certainty);
    let confidence = match wanted {
        0 => certainty,
        wanted => certainty * (wanted + found) / (2 * wanted),
    };
    u16::try_from(confidence).unwrap_or(u16::MAX)
}

/// One page read with one preset.
struct Reader<'a, 'p> {
    site: &'a Site<'a>,
    dom: &'a Dom,
    url: &'a Url,
    preset: &'p Preset,
}

/// A post that was read, with the subject that stands over it.
struct Post {
    entry: DraftEntry,
    subject: Option<String>,
}

impl<'a> Reader<'a, '_> {
    fn page(&self) -> Option<PageDraft> {
        let threads = self.preset.threads.iter();
        threads
            .filter(|thread| self.is_shown(&thread.when))
            .find_map(|thread| self.thread(thread))
            .or_else(|| {
                let listings = self.preset.listings.iter();
                listings
                    .filter(|listing| self.is_shown(&listing.when))
                    .find_map(|listing| self.listing(listing))
            })
    }

    fn empty(&self) -> PageDraft {
        let lang = self.dom.root().attr("lang").map(str::to_owned);
        PageDraft { kind: Some(self.preset.kind), lang, ..PageDraft::default() }
    }

    fn is_shown(&self, when: &[super::find::Css]) -> bool {
        when.is_empty() || self.site.has(&self.site.page, when)
    }

    fn thread(&self, thread: &Thread) -> Option<PageDraft> {
        let page = &self.site.page;
        let title = self.words(page, &thread.title);
        let about = self.words(page, &thread.about);
        let thread_url = self.address(page, &thread.thread_url).map(|mut url| {
            url.set_fragment(None);
            without(url, &self.preset.pages)
        });
        let is_first_page =
            !thread.previous.is_empty() && self.address(page, &thread.previous).is_none();
        let opening = thread.opening.as_ref().and_then(|record| self.opening(thread, record));
        let mut names = HashMap::new();
        let mut entries = Vec::new();
        if let Some((id, Post { mut entry, subject })) = opening {
            entry.title = subject.or_else(|| title.clone());
            entry.link = entry.link.or_else(|| thread_url.clone());
            entry.details.number.get_or_insert(1);
            entry.details.reply = Some(false);
            names.insert(id, name(&entry));
            entries.push(entry);
        }
        entries.extend(self.posts(thread, title.as_deref(), is_first_page, names));
        if entries.is_empty() {
            return None;
        }
        for entry in &mut entries {
            let details = &mut entry.details;
            details.thread_url = details.thread_url.take().or_else(|| thread_url.clone());
            details.product = details.product.take().or_else(|| about.clone());
        }
        let (next, last) = self.other_pages(&thread.next, &thread.last);
        let average = self.average(thread, about);
        if thread.newest_last {
            entries.reverse();
        }
        Some(PageDraft { title, entries, next, last, average, ..self.empty() })
    }

    /// Reads the post that stands apart from the others.
    fn opening(&self, thread: &Thread, record: &Record) -> Option<(NodeId, Post)> {
        let (site, page) = (self.site, &self.site.page);
        let found = site.first_of(page, &record.post);
        let element = *found.first()?;
        let posts = site.first_of(page, &thread.posts.post);
        let apart = ids(posts.iter().filter(|post| **post != element));
        let scope = Scope::new(element, &apart).with_header(site, &record.header);
        Some((element.id(), self.post(record, &scope, &apart)?))
    }

    /// Reads the posts of a page. They are numbered where the page is known to be its thread's first.
    fn posts(
        &self,
        thread: &Thread,
        title: Option<&str>,
        is_first_page: bool,
        mut names: HashMap<NodeId, Option<String>>,
    ) -> Vec<DraftEntry> {
        let has_opening = !names.is_empty();
        let elements = self.site.first_of(&self.site.page, &thread.posts.post);
        let apart = ids(&elements);
        let mut entries = Vec::new();
        for (index, element) in elements.iter().take(RECORDS_MAX).enumerate() {
            if names.contains_key(&element.id()) {
                continue;
            }
            let scope = Scope::new(*element, &apart).with_header(self.site, &thread.posts.header);
            if self.site.has(&scope, &thread.posts.skip) {
                continue;
            }
            let Some(Post { mut entry, subject }) = self.post(&thread.posts, &scope, &apart) else {
                continue;
            };
            // What was read since the limit was met lacks parts.
            if self.site.is_spent() {
                break;
            }
            let details = &mut entry.details;
            if is_first_page && !has_opening && details.number.is_none() {
                details.number = u32::try_from(index + 1).ok();
            }
            let within = element.ancestors().find_map(|node| names.get(&node.id()));
            if details.answers.is_none() {
                details.answers = within.cloned().flatten();
            }
            // Reviews stand side by side: none of them answers another.
            let is_review = details.rating.is_some() || self.preset.kind == Kind::Review;
            if is_review {
                details.number = None;
            }
            let is_first = details.number == Some(1);
            let is_reply = within.is_some() || details.answers.is_some() || has_opening;
            details.reply = if is_reply { Some(true) } else { details.number.map(|_| !is_first) };
            entry.title = match subject {
                Some(subject) if is_review || is_own_subject(&subject, title) => Some(subject),
                _ if is_first => title.map(str::to_owned),
                _ => None,
            };
            names.insert(element.id(), name(&entry));
            entries.push(entry);
        }
        entries
    }

    /// Reads one post. One that says nothing is none.
    fn post(&self, record: &Record, scope: &Scope<'a>, apart: &HashSet<NodeId>) -> Option<Post> {
        let site = self.site;
        let words = |finds: &[Find]| self.words(scope, finds);
        let count =
            |finds: &[Find]| site.value(scope, finds).and_then(|found| number::count(&found.text));
        let mut details = Details::default();
        let replies = site.first_of(scope, &record.owner_reply);
        if let Some(reply) = replies.first() {
            details.owner_reply = dom::text(*reply);
        }
        let text = self.said(record, scope, apart, &mut details);
        details.rating = site.value(scope, &record.rating).and_then(|found| rating(record, &found));
        if text.is_empty() && details.quote.is_empty() && details.rating.is_none() && !details.image
        {
            return None;
        }
        details.number = count(&record.number).and_then(|number| u32::try_from(number).ok());
        details.answers = self.answered(scope, &record.answers);
        details.product = words(&record.product);
        details.verified = site.value(scope, &record.verified).map(|found| is_true(&found.text));
        details.engagement.likes = count(&record.likes);
        details.engagement.views = count(&record.views);
        let tags = site.every(scope, &record.tags, TAGS_MAX);
        details.tags = tags.into_iter().map(|found| found.text).collect();
        let guid = words(&record.id).filter(|id| id.len() <= ID_BYTES_MAX);
        let link = self.address(scope, &record.link);
        details.links.retain(|found| Some(found) != link.as_ref());
        let author = words(&record.author);
        details.author_url = author.as_deref().and_then(|name| self.profile(record, scope, name));
        let entry = DraftEntry {
            guid,
            link,
            title: None,
            text: (!text.is_empty()).then_some(text),
            author,
            lang: None,
            published: dated(site.value(scope, &record.date)),
            updated: dated(site.value(scope, &record.updated)),
            details,
        };
        Some(Post { entry, subject: words(&record.subject) })
    }

    /// Returns where an author is shown: what the preset says of it, else where the name leads.
    fn profile(&self, record: &Record, scope: &Scope<'a>, name: &str) -> Option<Url> {
        if !record.profile.is_empty() {
            let href = self.words(scope, &record.profile)?;
            return profile::profile(&href, &self.dom.base).map(|url| self.strip(url));
        }
        let shown = self.site.saying(scope, &record.author, name).take(NAMES_MAX);
        let leads = |element| profile::of_name(element, name, self.dom);
        let found = shown.filter_map(leads).find(|found| *found != self.strip(self.url.clone()));
        found.map(|url| self.strip(url))
    }

    /// Returns what a post says, and puts what it quotes, links to and shows with its details.
    fn said(
        &self,
        record: &Record,
        scope: &Scope<'a>,
        apart: &HashSet<NodeId>,
        details: &mut Details,
    ) -> String {
        let site = self.site;
        for element in record.text.iter().filter_map(|css| {
            site.all(scope, css).next().or_else(|| site.is(scope.root, css).then_some(scope.root))
        }) {
            let within = Scope::new(element, apart);
            let mut out = site.nodes(&within, &record.drop);
            out.extend(site.nodes(&within, &record.owner_reply));
            let posts = element.descendants().map(|node| node.id()).skip(1);
            out.extend(posts.filter(|id| apart.contains(id)));
            let quotes = site.nodes(&within, &record.quote);
            let said = dom::said(element, &out, &quotes);
            let (text, quote) = if record.mail {
                let lines = mail::lines(element, &out, &quotes);
                let mail = mail::read(&lines);
                let parts = [mail.quote, said.quote];
                (
                    mail.text,
                    parts
                        .iter()
                        .filter(|part| !part.is_empty())
                        .cloned()
                        .collect::<Vec<_>>()
                        .join("\n"),
                )
            } else {
                (said.rich.text, said.quote)
            };
            let text = without_signature(text, &record.signature);
            if text.is_empty() && quote.is_empty() && !said.rich.image {
                continue;
            }
            details.quote = quote;
            details.image = said.rich.image;
            details.links = self.links(&said.rich.hrefs);
            return text;
        }
        String::new()
    }

    fn listing(&self, listing: &Listing) -> Option<PageDraft> {
        let (site, page) = (self.site, &self.site.page);
        let rows = site.first_of(page, &listing.row);
        let apart = ids(&rows);
        let mut seen = HashSet::new();
        let mut topics = Vec::new();
        for row in rows.iter().take(RECORDS_MAX) {
            let scope = Scope::new(*row, &apart);
            if site.has(&scope, &listing.skip) {
                continue;
            }
            let Some(url) = self.address(&scope, &listing.link) else { continue };
            if site.is_spent() {
                break;
            }
            if !seen.insert(url.clone()) {
                continue;
            }
            let replies = site.value(&scope, &listing.replies);
            let (active, active_written) = match dated(site.value(&scope, &listing.active)) {
                Dated::At(at) => (Some(at), None),
                Dated::Written(text) | Dated::Unreadable(text) => (None, Some(text)),
                Dated::Unsaid => (None, None),
            };
            topics.push(Topic {
                url,
                title: self.words(&scope, &listing.title).unwrap_or_default(),
                replies: replies.and_then(|found| number::count(&found.text)),
                active,
                active_written,
            });
        }
        if topics.is_empty() {
            return None;
        }
        let (next, last) = self.other_pages(&listing.next, &listing.last);
        Some(PageDraft { topics, next, last, ..self.empty() })
    }

    fn average(&self, thread: &Thread, product: Option<String>) -> Option<Average> {
        let page = &self.site.page;
        let rating = rating(&thread.posts, &self.site.value(page, &thread.average)?)?;
        let count = self.site.value(page, &thread.count);
        Some(Average { product, rating, count: count.and_then(|found| number::count(&found.text)) })
    }

    fn words(&self, scope: &Scope<'a>, finds: &[Find]) -> Option<String> {
        Some(self.site.value(scope, finds)?.text)
    }
}

fn ids<'e, 'a: 'e>(elements: impl IntoIterator<Item = &'e ElementRef<'a>>) -> HashSet<NodeId> {
    elements.into_iter().map(|element| element.id()).collect()
}

/// What others call a post when they answer it.
fn name(entry: &DraftEntry) -> Option<String> {
    entry.guid.clone().or_else(|| entry.link.as_ref().map(ToString::to_string))
}

/// A machine's date says its zone, or counts seconds; all others are read together later.
fn dated(found: Option<Found>) -> Dated {
    let Some(Found { text, is_machine_s }) = found else { return Dated::Unsaid };
    let at = if is_machine_s && has_zone(&text) { dates::parse(&text) } else { None };
    at.map_or(Dated::Written(text), Dated::At)
}

fn has_zone(date: &str) -> bool {
    if date.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let Some(time) = date.find(':') else { return false };
    let rest = &date[time..];
    rest.ends_with(['Z', 'z'])
        || rest.ends_with("UTC")
        || rest.ends_with("GMT")
        || rest.rfind(['+', '-']).is_some_and(|sign| {
            let zone = &rest[sign + 1..];
            (2..=5).contains(&zone.len()) && zone.bytes().all(|b| b.is_ascii_digit() || b == b':')
        })
}

fn rating(record: &Record, found: &Found) -> Option<Rating> {
    Rating::new(number::milli(&found.text)?, record.worst_milli, record.best_milli)
}

/// Cuts a text at the first line that begins a signature.
fn without_signature(text: String, signature: &[Regex]) -> String {
    if signature.is_empty() {
        return text;
    }
    let lines =
        text.lines().take_while(|line| !signature.iter().any(|begins| begins.is_match(line)));
    lines.collect::<Vec<_>>().join("\n")
}

fn is_true(text: &str) -> bool {
    !["false", "no", "0", "none"].iter().any(|no| text.eq_ignore_ascii_case(no))
}

/// Whether a post's subject is more than its thread's, which boards repeat with `Re:` before it.
fn is_own_subject(subject: &str, thread: Option<&str>) -> bool {
    let (is_answer, subject) = without_answers(subject);
    if subject.is_empty() {
        return false;
    }
    let Some(thread) = thread else { return !is_answer };
    let plain = |text: &str| text.trim_end_matches(['…', '.']).to_lowercase();
    let (subject, thread) = (plain(subject), plain(without_answers(thread).1));
    // Boards cut long subjects, once they have put `Re:` before them.
    let is_cut = subject.chars().count() > 20 && thread.starts_with(&subject);
    subject != thread && !is_cut
}

/// Returns whether a subject begins with `Re:`, in any language, and what follows.
fn without_answers(subject: &str) -> (bool, &str) {
    const ANSWERS: [&str; 8] = ["re", "ré", "rép", "aw", "sv", "r", "antw", "reply"];
    let mut rest = subject.trim();
    let mut is_answer = false;
    while let Some((before, after)) = rest.split_once(':') {
        let before = before.trim().to_lowercase();
        if !ANSWERS.contains(&before.as_str()) {
            break;
        }
        is_answer = true;
        rest = after.trim();
    }
    (is_answer, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_machine_s_only_with_its_zone() {
        let check = |date: &str, expect| assert_eq!(has_zone(date), expect, "{date}");
        check("2025-01-08T21:29:00+00:00", true);
        check("2025-01-08T21:29:00Z", true);
        check("2025-01-08T21:29:00-0500", true);
        check("1736371740", true);
        check("2025-01-08T21:29:00", false);
        check("2025-01-08 21:29", false);
        check("2025-01-08", false);
        check("Jan 8, 2025 at 9:29 PM", false);
    }

    #[test]
    fn a_subject_that_repeats_its_thread_s_is_none_of_its_own() {
        let check = |subject: &str, expect| {
            assert_eq!(is_own_subject(subject, Some("Panne chez Ozalée")), expect, "{subject}");
        };
        check("Panne chez Ozalée", false);
        check("Re: Panne chez Ozalée", false);
        check("Re : Re: panne chez Ozalée", false);
        check("Re: Résolu", true);
        check("Résolu", true);
        check("", false);
        check("Re:", false);
        assert!(!is_own_subject("Re: anything", None));
    }
}
