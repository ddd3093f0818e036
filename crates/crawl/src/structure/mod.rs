//! Finds the posts, reviews and comments of a page that nobody has described, by what repeats in it.
//!
//! Elements that are called alike or stand alike are groups ([`candidates`]); the groups that have dates
//! and prose are laid out as records, whose fields are the columns that repeat ([`group`], [`fields`]).
//! A page without records may list others ([`listing`]). What is not surely a record is refused: menus,
//! teasers of articles, members, products. No script is run and nothing is learnt from page to page.

mod candidates;
mod dates;
mod fields;
mod group;
pub(crate) mod json;
mod listing;
mod outline;
mod paging;
mod rating;
mod words;

use std::ops::Range;

use model::{Item, Kind};

use self::group::Group;
use self::listing::Listing;
use self::outline::Outline;
use crate::extract::draft::{Dated, DraftEntry};
use crate::page::PageDraft;
use crate::page::dom::Dom;
use crate::{PageContext, Reading, charset};

/// Below this, in thousandths, a group is refused.
const CONFIDENCE_MIN: i32 = 640;
/// The same for a record that is alone on its page, and so repeats nothing.
const CONFIDENCE_ALONE_MIN: i32 = 700;
/// Confidences that are nearer than this to one another are the same.
const CONFIDENCE_STEP: i32 = 20;
/// Groups of one page: posts, their comments, and what else there may be.
const GROUPS_MAX: usize = 4;
/// Texts shorter than this on the average are none, unless each says who and when and where.
const TEXT_CHARS_MIN: usize = 12;
const TITLE_CHARS_MAX: usize = 300;

/// Records that were accepted.
struct Accepted {
    records: Vec<Range<usize>>,
    entries: Vec<DraftEntry>,
    confidence: i32,
    is_review: bool,
    /// The dates that are theirs.
    marks: Vec<usize>,
    /// Where their texts are, if those stand apart from their dates.
    texts: Vec<Range<usize>>,
}

/// Reads a page by its structure alone; `None` if nothing on it is surely a record.
///
/// The confidence is, in thousandths: 280 × the share of records with a date + 250 × with an author (or
/// rating) + 270 × with a text + 100 × with an address or id of its own + 20 a record up to five; less where
/// texts are few, short or the same.
pub(crate) fn read(dom: &Dom) -> Option<PageDraft> {
    let outline = Outline::new(dom);
    let title = title(dom, &outline);
    let mut accepted: Vec<Accepted> = Vec::new();
    let mut teasers: Vec<Range<usize>> = Vec::new();
    let mut found: Vec<Accepted> = Vec::new();
    for candidate in candidates::find(&outline) {
        match judge(dom, &outline, candidate.records.clone(), &[], title.as_deref()) {
            Judged::Accepted(group) => found.push(*group),
            Judged::Teasers => teasers.extend(candidate.records),
            Judged::Refused => {}
        }
    }
    // The surest first; of equals the one that finds more.
    found.sort_by_key(|group| {
        (-group.confidence / CONFIDENCE_STEP, usize::MAX - group.records.len())
    });
    for group in found {
        // What is left of a teaser without its title is one all the same.
        if !group.records.iter().any(|record| touches(&teasers, record)) {
            place(dom, &outline, &mut accepted, group, title.as_deref());
        }
    }
    let known: Vec<Range<usize>> =
        accepted.iter().flat_map(|group| group.records.clone()).collect();
    for candidate in candidates::singles(&outline, &known) {
        if !candidate.records.iter().any(|record| touches(&teasers, record))
            && let Judged::Accepted(group) =
                judge(dom, &outline, candidate.records, &known, title.as_deref())
        {
            place(dom, &outline, &mut accepted, *group, title.as_deref());
        }
    }
    let paging = paging::read(dom, &outline);
    let listing = listing::read(dom, &outline);
    if accepted
        .iter()
        .max_by_key(|group| group.records.len())
        .is_none_or(|lead| are_in_rows(&lead.records, &listing))
    {
        if listing.topics.is_empty() {
            return None;
        }
        return Some(PageDraft {
            title,
            lang: lang(&outline),
            topics: listing.topics,
            next: paging.next,
            last: paging.last,
            confidence: listing.confidence,
            ..PageDraft::default()
        });
    }
    let lead = accepted.iter().max_by_key(|group| group.records.len())?;
    let is_review = lead.is_review;
    let confidence = u16::try_from(lead.confidence.clamp(0, 1000)).unwrap_or(0);
    Some(PageDraft {
        title,
        kind: is_review.then_some(Kind::Review),
        lang: lang(&outline),
        entries: in_order(accepted),
        topics: Vec::new(),
        next: paging.next,
        last: paging.last,
        average: None,
        confidence,
    })
}

/// What a group turned out to be.
enum Judged {
    Accepted(Box<Accepted>),
    /// The beginnings of articles that stand elsewhere.
    Teasers,
    Refused,
}

/// Reads a group closely and says whether it is records.
fn judge(
    dom: &Dom,
    outline: &Outline,
    records: Vec<Range<usize>>,
    taken: &[Range<usize>],
    title: Option<&str>,
) -> Judged {
    let group = Group::new(outline, records, taken);
    let all = group.records.len();
    let dated = group.dates.iter().flatten().count();
    let authored = group.authors.iter().flatten().count();
    if dated * 2 < all {
        return Judged::Refused;
    }
    let entries = group.entries(dom, title);
    let texted = entries.iter().filter(|entry| entry.text.is_some()).count();
    let rated = entries.iter().filter(|entry| entry.details.rating.is_some()).count();
    let linked = entries.iter().filter(|entry| entry.link.is_some()).count();
    let chars: usize = entries
        .iter()
        .filter_map(|entry| entry.text.as_ref())
        .map(|text| text.chars().count())
        .sum();
    if texted * 2 < all
        || authored * 10 < all * 4 && rated * 2 < all
        || chars < texted * TEXT_CHARS_MIN
    {
        return Judged::Refused;
    }
    if rated * 2 < all && all > 1 && group.are_teasers(dom) {
        return Judged::Teasers;
    }
    let texts: std::collections::HashSet<&str> =
        entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
    let known = i32::try_from(all.min(5)).unwrap_or(5);
    let mut confidence = 280 * thousandths(dated, all) / 1000
        + 250 * thousandths(authored.max(rated.min(all)), all) / 1000
        + 270 * thousandths(texted, all) / 1000
        + 100 * thousandths(linked, all) / 1000
        + 20 * known;
    let quoted: usize = entries.iter().map(|entry| entry.details.quote.chars().count()).sum();
    if quoted > chars * 4 {
        return Judged::Refused;
    }
    if texts.len() * 2 < texted {
        confidence -= 250;
    }
    if chars < texted * 20 {
        confidence -= 60;
    }
    if authored * 10 < all * 4 {
        confidence -= 100;
    }
    let least = if all == 1 { CONFIDENCE_ALONE_MIN } else { CONFIDENCE_MIN };
    if confidence < least {
        return Judged::Refused;
    }
    let marks = group.dates.iter().flatten().copied().collect();
    let texts = group.texts();
    Judged::Accepted(Box::new(Accepted {
        records: group.records,
        entries,
        confidence,
        is_review: rated * 2 >= all,
        marks,
        texts,
    }))
}

/// Adds a group to those accepted, if it is not what is known already; reads anew what it stands within.
fn place(
    dom: &Dom,
    outline: &Outline,
    accepted: &mut Vec<Accepted>,
    mut found: Accepted,
    title: Option<&str>,
) {
    if accepted.len() >= GROUPS_MAX
        || accepted.iter().any(|known| crosses(&known.records, &found.records))
    {
        return;
    }
    let is_known = |found: &Accepted| {
        accepted.iter().any(|known| {
            found.marks.iter().any(|mark| {
                let element = outline.marks[*mark].element;
                known.marks.contains(mark) || known.texts.iter().any(|text| text.contains(&element))
            })
        })
    };
    let holds = |outer: &[Range<usize>], inner: &[Range<usize>]| {
        outer.iter().any(|outer| touches_within(inner, outer))
    };
    let within: Vec<Range<usize>> =
        accepted.iter().flat_map(|known| known.records.clone()).collect();
    if holds(&found.records, &within) {
        match judge(dom, outline, found.records.clone(), &within, title) {
            Judged::Accepted(again) => found = *again,
            Judged::Teasers | Judged::Refused => return,
        }
    }
    if is_known(&found) {
        return;
    }
    for known in accepted.iter_mut() {
        if holds(&known.records, &found.records) {
            // A review's answer by the owner is told with the review.
            if known.is_review {
                return;
            }
            let inner = &found.records;
            if let Judged::Accepted(again) =
                judge(dom, outline, known.records.clone(), inner, title)
            {
                *known = *again;
            }
        }
    }
    accepted.push(found);
}

/// Whether any of the records stands within an outer one.
fn touches_within(inner: &[Range<usize>], outer: &Range<usize>) -> bool {
    inner.iter().any(|own| outer.start <= own.start && own.end <= outer.end)
}

/// Whether each record is the last word that one row of a list of threads shows.
fn are_in_rows(records: &[Range<usize>], listing: &Listing) -> bool {
    let within = records.iter().filter(|record| {
        listing.rows.iter().any(|(row, title)| {
            row.start < record.start && record.end <= row.end && !record.contains(title)
        })
    });
    records.len() > 1 && within.count() * 10 >= records.len() * 8
}

/// Whether a record stands within others or holds them.
fn touches(known: &[Range<usize>], record: &Range<usize>) -> bool {
    known.iter().any(|own| own.start < record.end && record.start < own.end)
}

/// Whether records of one group are those of another, or cut through them.
fn crosses(known: &[Range<usize>], others: &[Range<usize>]) -> bool {
    others.iter().any(|other| {
        let from = known.partition_point(|own| own.end <= other.start && own.start < other.start);
        known[from.saturating_sub(1)..].iter().take(50).any(|own| {
            own == other
                || own.start < other.start && other.start < own.end && own.end < other.end
                || other.start < own.start && own.start < other.end && other.end < own.end
        })
    })
}

/// Puts the records of all groups in the order of the page, and says which answer which.
fn in_order(accepted: Vec<Accepted>) -> Vec<DraftEntry> {
    let mut all: Vec<(Range<usize>, DraftEntry)> = accepted
        .into_iter()
        .flat_map(|group| group.records.into_iter().zip(group.entries))
        .filter(|(_, entry)| {
            entry.text.is_some()
                || entry.details.rating.is_some()
                || !entry.details.quote.is_empty()
        })
        .collect();
    all.sort_by_key(|(range, _)| (range.start, usize::MAX - range.end));
    let mut open: Vec<usize> = Vec::new();
    for at in 0..all.len() {
        while open.last().is_some_and(|&outer| all[outer].0.end <= all[at].0.start) {
            open.pop();
        }
        if let Some(&outer) = open.last() {
            let entry = &all[outer].1;
            let name = entry.guid.clone().or_else(|| entry.link.as_ref().map(ToString::to_string));
            let answer = &mut all[at].1.details;
            answer.answers = name;
            answer.reply = Some(true);
        }
        open.push(at);
    }
    all.into_iter().map(|(_, entry)| entry).collect()
}

/// What the page is about: the heading that its window's title contains, else that title's own part.
fn title(dom: &Dom, outline: &Outline) -> Option<String> {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let selector = |css: &str| scraper::Selector::parse(css).ok();
    let window = dom
        .html
        .select(&selector("head title")?)
        .next()
        .map(|title| plain(&title.text().collect::<String>()));
    let window = window.unwrap_or_default();
    let lower = window.to_lowercase();
    let headings = (0..outline.elements.len()).filter(|&at| {
        matches!(outline.tag(at), "h1" | "h2" | "h3")
            || outline.elements[at].names.split_whitespace().any(|name| {
                matches!(name, "headline" | "topictitle" | "threadtitle" | "topic-title")
            })
    });
    let mut best: Option<(bool, usize, String)> = None;
    for at in headings.take(200) {
        let text = words::subject(&plain(&outline.words(at, TITLE_CHARS_MAX))).0.to_owned();
        if text.is_empty() || text.chars().count() > TITLE_CHARS_MAX {
            continue;
        }
        let starts = lower.starts_with(&text.to_lowercase());
        let is_told = starts || lower.contains(&text.to_lowercase()) && text.chars().count() > 3;
        if is_told {
            let rank = (starts, text.chars().count());
            // The site's own name is often a heading too: the title begins with the page's.
            if best.as_ref().is_none_or(|(known, chars, _)| {
                rank.1 > *chars || rank.0 && !*known && rank.1 >= *chars
            }) {
                best = Some((starts, rank.1, text));
            }
        }
    }
    best.map(|(_, _, text)| text)
        .or_else(|| {
            let first = (0..outline.elements.len()).find(|&at| outline.tag(at) == "h1")?;
            Some(outline.words(first, TITLE_CHARS_MAX)).filter(|_| window.is_empty())
        })
        .or_else(|| {
            let plain = [" | ", " • ", " :: ", " — ", " – "]
                .iter()
                .fold(window.clone(), |all, mark| all.replace(mark, " - "));
            let parts = plain.split(" - ").map(str::to_owned).collect::<Vec<_>>();
            parts
                .iter()
                .map(|part| part.trim())
                .max_by_key(|part| part.chars().count())
                .map(str::to_owned)
        })
        .filter(|title| !title.is_empty())
}

fn lang(outline: &Outline) -> Option<String> {
    let lang = outline.attr(0, "lang").or_else(|| outline.attr(0, "xml:lang"))?;
    Some(lang.trim().to_owned()).filter(|lang| !lang.is_empty())
}

/// How many thousandths of the whole a part is.
fn thousandths(part: usize, whole: usize) -> i32 {
    if whole == 0 {
        return 0;
    }
    i32::try_from(part.saturating_mul(1000) / whole).unwrap_or(1000).min(1000)
}

/// Shows what is read of a body by its structure alone, with only what is there.
#[doc(hidden)]
pub fn structure_shown(body: &[u8], page: &PageContext) -> String {
    use std::fmt::Write;
    let text = charset::decode(body, page.content_type).text;
    let Ok(dom) = Dom::parse(&text, page.url) else {
        return "refused: too large or too deep\n".to_owned();
    };
    let Some(draft) = read(&dom) else { return "nothing\n".to_owned() };
    let mut out = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            let _ = writeln!(out, "{name}: {}", value.replace('\n', "\n    | "));
        }
    };
    line("title", draft.title);
    line("kind", draft.kind.map(|kind| format!("{kind:?}")));
    line("lang", draft.lang);
    line("confidence", Some(draft.confidence.to_string()));
    line("next", draft.next.map(|url| url.to_string()));
    line("last", draft.last.map(|url| url.to_string()));
    for topic in draft.topics {
        line("\ntopic", Some(topic.title));
        line("  url", Some(topic.url.to_string()));
        line("  replies", topic.replies.map(|count| count.to_string()));
        line("  active", topic.active.map(|at| at.to_rfc3339()).or(topic.active_written));
    }
    let date = |dated| match dated {
        Dated::At(at) => Some(at.to_rfc3339()),
        Dated::Written(text) => Some(format!("{text:?}")),
        Dated::Unsaid => None,
        Dated::Unreadable(text) => Some(format!("unreadable {text:?}")),
    };
    for entry in draft.entries {
        line("\nentry", Some(entry.title.unwrap_or_else(|| "(no title)".to_owned())));
        line("  guid", entry.guid);
        line("  link", entry.link.map(|url| url.to_string()));
        line("  author", entry.author);
        line("  shown at", entry.details.author_url.as_ref().map(ToString::to_string));
        line("  published", date(entry.published));
        line("  updated", date(entry.updated));
        line("  text", entry.text);
        let details = entry.details;
        line("  quote", Some(details.quote));
        line("  number", details.number.map(|number| number.to_string()));
        line("  answers", details.answers);
        line(
            "  rating",
            details.rating.map(|rating| {
                format!(
                    "{} between {} and {}",
                    rating.value_milli(),
                    rating.worst_milli(),
                    rating.best_milli()
                )
            }),
        );
        line("  verified", details.verified.map(|verified| verified.to_string()));
        line("  owner reply", Some(details.owner_reply));
        line("  likes", details.engagement.likes.map(|count| count.to_string()));
        details.links.iter().for_each(|link| line("  leads to", Some(link.to_string())));
        line("  image", details.image.then(|| "yes".to_owned()));
    }
    out
}

/// Reads a body by its structure alone, for the tests of this reader.
#[doc(hidden)]
pub fn read_by_structure(body: &[u8], page: &PageContext) -> Reading {
    let text = charset::decode(body, page.content_type).text;
    let draft = Dom::parse(&text, page.url).ok().and_then(|dom| read(&dom)).unwrap_or_default();
    let date = |dated| match dated {
        Dated::At(at) => Some(at),
        Dated::Written(text) => crate::dates::parse(&text),
        Dated::Unsaid | Dated::Unreadable(_) => None,
    };
    let items = draft.entries.into_iter().map(|entry| Item {
        source: page.source.id.clone(),
        kind: draft.kind.unwrap_or(page.source.kind),
        guid: entry.guid,
        url: entry.link,
        title: entry.title.unwrap_or_default(),
        text: entry.text.unwrap_or_default(),
        author: entry.author,
        lang: None,
        published: date(entry.published),
        updated: date(entry.updated),
        details: entry.details,
    });
    Reading { items: items.collect(), ..Reading::default() }
}
