//! Groups of elements that may be the records of a page: elements that are called alike, stand alike in
//! the tree, or begin alike runs of siblings.

use std::collections::hash_map::DefaultHasher;
use std::collections::{HashMap, HashSet};
use std::hash::{Hash, Hasher};
use std::ops::Range;

use super::dates::{About, Mark};
use super::outline::{Outline, is_inline, plain_class};
use super::thousandths;
use super::words::{self, Parts};

/// Groups that are looked at closely.
const CANDIDATES_MAX: usize = 16;
/// Records of one group: what is more often on a page is no record.
pub(super) const RECORDS_MAX: usize = 3000;
/// Classes of one element that can make it a member of a group.
const CLASSES_MAX: usize = 8;
/// Dates in a record, beyond which it is rather a list of records.
const DATES_MAX: usize = 6;

/// Elements that may each be the only record.
const SINGLES_MAX: usize = 6;
/// The same for a record that is alone.
const SINGLE_DATES_MAX: usize = 2;

/// Records that may be: each a range of elements, siblings with all that is within them.
pub(super) struct Candidate {
    pub(super) records: Vec<Range<usize>>,
    rank: i32,
}

/// How much of something there is before each element.
struct Sums(Vec<usize>);

impl Sums {
    fn of(&self, range: &Range<usize>) -> usize {
        self.0[range.end] - self.0[range.start]
    }
}

struct Counts {
    dates: Sums,
    prose: Sums,
    authors: Sums,
}

pub(super) fn find(outline: &Outline) -> Vec<Candidate> {
    let counts = count(outline);
    let mut found: Vec<Candidate> = Vec::new();
    let mut seen: HashSet<u64> = HashSet::new();
    let groups = alike(outline).into_values().chain(runs(outline, &counts.dates));
    for records in groups {
        if records.len() < 2 || records.len() > RECORDS_MAX || !seen.insert(hash(&records)) {
            continue;
        }
        let quotes = records.iter().filter(|record| is_quote(outline, record.start)).count();
        let is_aside = outline
            .ancestors(records[0].start)
            .skip(1)
            .any(|at| words::is_sidebar(outline.tag(at), &outline.elements[at].names));
        if is_aside || quotes * 2 > records.len() {
            continue;
        }
        if let Some(rank) = rank(outline, &counts, &records) {
            found.push(Candidate { records, rank });
        }
    }
    // Of equals the first on the page: the order must not hang on a hash map's.
    found.sort_by_key(|one| {
        let first = one.records.first().map_or(0, |first| first.start);
        (-one.rank, first, usize::MAX - one.records.len())
    });
    found.truncate(CANDIDATES_MAX);
    found
}

/// Elements that by their names alone may be the only record of a page.
pub(super) fn singles(outline: &Outline, known: &[Range<usize>]) -> Vec<Candidate> {
    let counts = count(outline);
    // Of records within records the outer ones alone: what is in them is not counted twice.
    let mut outer: Vec<Range<usize>> = known.to_vec();
    outer.sort_by_key(|range| (range.start, usize::MAX - range.end));
    let mut end = 0;
    outer.retain(|range| {
        let is_outer = range.start >= end;
        end = end.max(range.end);
        is_outer
    });
    let own = |sums: &Sums, range: &Range<usize>| {
        let from = outer.partition_point(|known| known.start < range.start);
        let within = outer[from..].iter().take_while(|known| known.end <= range.end);
        sums.of(range).saturating_sub(within.map(|known| sums.of(known)).sum())
    };
    let mut found: Vec<Range<usize>> = Vec::new();
    for (at, element) in outline.elements.iter().enumerate() {
        let range = at..element.end;
        if is_possible(outline.tag(at))
            && words::is_record(&element.names)
            && !is_quote(outline, at)
            && !outer.iter().any(|known| known.start <= at && range.end <= known.end)
            && (1..=SINGLE_DATES_MAX).contains(&own(&counts.dates, &range))
            && own(&counts.authors, &range) > 0
            && own(&counts.prose, &range) >= 20
        {
            found.push(range);
        }
    }
    // The smallest that has all, then as much around it as says no more: there its name is.
    found.sort_by_key(|range| (range.len(), range.start));
    found.truncate(SINGLES_MAX);
    let widest = |range: Range<usize>| {
        let prose = counts.prose.of(&range);
        let outer =
            outline.ancestors(range.start).skip(1).take(8).map(|at| at..outline.elements[at].end);
        let outer = outer.take_while(|outer| {
            counts.prose.of(outer) * 100 <= prose * 115
                && counts.dates.of(outer) <= SINGLE_DATES_MAX
        });
        outer
            .filter(|outer| {
                let at = outer.start;
                is_possible(outline.tag(at))
                    && words::is_record(&outline.elements[at].names)
                    && outline
                        .attr(at, "id")
                        .is_some_and(|id| id.bytes().any(|b| b.is_ascii_digit()))
            })
            .last()
            .unwrap_or(range)
    };
    found.into_iter().map(|range| Candidate { records: vec![widest(range)], rank: 0 }).collect()
}

fn count(outline: &Outline) -> Counts {
    let size = outline.elements.len();
    let (mut dates, mut prose, mut authors) = (vec![0; size], vec![0; size], vec![0; size]);
    let mut lines: HashSet<usize> = HashSet::new();
    for mark in &outline.marks {
        if is_of_text(mark) && mark.line.is_none_or(|line| lines.insert(line)) {
            dates[mark.element] = 1;
        }
    }
    for piece in &outline.pieces {
        let line = &outline.lines[piece.line];
        if outline.elements[piece.element].link.is_none()
            && line.linked * 2 < line.chars
            && line.chars > 14
        {
            prose[piece.element] += piece.text.trim().len();
        }
    }
    for (at, element) in outline.elements.iter().enumerate() {
        authors[at] = usize::from(element.parts.has(Parts::AUTHOR));
    }
    let sums = |counts: Vec<usize>| {
        let mut sum = 0;
        let mut sums = vec![0];
        sums.extend(counts.into_iter().map(|count| {
            sum += count;
            sum
        }));
        Sums(sums)
    };
    Counts { dates: sums(dates), prose: sums(prose), authors: sums(authors) }
}

fn is_quote(outline: &Outline, at: usize) -> bool {
    outline.elements[at].parts.has(Parts::QUOTE)
}

fn is_of_text(mark: &Mark) -> bool {
    mark.about == About::Text && !mark.is_in_prose
}

fn is_possible(tag: &str) -> bool {
    let is_text = matches!(
        tag,
        "html"
            | "body"
            | "p"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "button"
            | "hr"
            | "br"
            | "nav"
            | "header"
            | "footer"
            | "pre"
            | "figcaption"
            | "thead"
            | "tfoot"
            | "caption"
            | "option"
            | "label"
    );
    !is_text && (!is_inline(tag) || tag.contains('-'))
}

/// Groups elements by each of the things that they are called by.
fn alike(outline: &Outline) -> HashMap<u64, Vec<Range<usize>>> {
    let mut groups: HashMap<u64, Vec<Range<usize>>> = HashMap::new();
    let mut paths: Vec<u64> = Vec::with_capacity(outline.elements.len());
    for (at, element) in outline.elements.iter().enumerate() {
        let tag = outline.tag(at);
        let mut hasher = DefaultHasher::new();
        paths.get(element.parent).copied().unwrap_or(0).hash(&mut hasher);
        tag.hash(&mut hasher);
        let path = hasher.finish();
        paths.push(path);
        if !is_possible(tag) {
            continue;
        }
        let mut add = |kind: u8, what: &str, number: u64| {
            let mut hasher = DefaultHasher::new();
            (kind, tag, what, number).hash(&mut hasher);
            groups.entry(hasher.finish()).or_default().push(at..element.end);
        };
        add(0, "", path);
        add(1, "", element.parent as u64);
        add(2, "", element.key);
        for (name, value) in element.node.value().attrs() {
            match name {
                "class" => {
                    for class in value.split_whitespace().take(CLASSES_MAX) {
                        add(3, &plain_class(class), 0);
                    }
                }
                "id" if value.bytes().any(|b| b.is_ascii_digit()) => add(4, &plain_class(value), 0),
                "itemtype" | "itemprop" | "component" | "data-hook" | "data-testid" | "role" => {
                    add(5, &format!("{name} {value}"), 0);
                }
                name if name.starts_with("data-") => add(6, &plain_class(name), 0),
                _ => {}
            }
        }
    }
    groups
}

/// Finds siblings that in turn begin a record: the rows of old boards, terms with their definitions.
fn runs(outline: &Outline, dates: &Sums) -> Vec<Vec<Range<usize>>> {
    let mut found = Vec::new();
    for (at, element) in outline.elements.iter().enumerate() {
        if dates.of(&(at..element.end)) < 2 {
            continue;
        }
        let children: Vec<usize> = outline
            .children(at)
            .filter(|&child| !matches!(outline.tag(child), "br" | "script"))
            .collect();
        if children.len() < 4 {
            continue;
        }
        let shapes: Vec<u64> = children.iter().map(|&child| shape(outline, child)).collect();
        let mut counts: HashMap<u64, usize> = HashMap::new();
        for &shape in &shapes {
            *counts.entry(shape).or_default() += 1;
        }
        let bears = |shape: u64| {
            let with = shapes.iter().zip(&children).filter(|(own, child)| {
                **own == shape && dates.of(&(**child..outline.elements[**child].end)) > 0
            });
            with.count()
        };
        let most_dated = counts.keys().map(|&shape| bears(shape)).max().unwrap_or(0);
        if most_dated < 2 {
            continue;
        }
        // The first shape that comes as often as the dates do; and the one that bears the dates.
        let first = shapes.iter().find(|shape| {
            counts[*shape] * 10 >= most_dated * 8 && counts[*shape] <= most_dated * 2
        });
        let bearing = shapes.iter().find(|&&shape| bears(shape) == most_dated);
        let heads: HashSet<u64> = first.into_iter().chain(bearing).copied().collect();
        for head in heads {
            let mut starts: Vec<usize> =
                (0..children.len()).filter(|&n| shapes[n] == head).collect();
            let usual = starts.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
            // What stands above the first record may look like the start of one.
            while starts.len() > 2 && starts[1] - starts[0] > usual {
                starts.remove(0);
            }
            let records = cut(outline, at, &children, &starts);
            if records
                .iter()
                .zip(&starts)
                .any(|(record, &start)| record.end > outline.elements[children[start]].end)
            {
                found.push(records);
            }
        }
    }
    found
}

/// Cuts siblings into runs that begin at the starts. The last is no longer than the one before.
fn cut(
    outline: &Outline,
    parent: usize,
    children: &[usize],
    starts: &[usize],
) -> Vec<Range<usize>> {
    let usual = starts.windows(2).map(|pair| pair[1] - pair[0]).min().unwrap_or(1);
    let ends = starts.iter().skip(1).map(|&next| children[next]);
    let last = starts.last().and_then(|&last| children.get(last + usual).copied());
    let ends = ends.chain([last.unwrap_or(outline.elements[parent].end)]);
    starts.iter().zip(ends).map(|(&start, end)| children[start]..end).collect()
}

/// What an element looks like from its names and what is directly within it.
fn shape(outline: &Outline, at: usize) -> u64 {
    let mut hasher = DefaultHasher::new();
    let class = outline.attr(at, "class").and_then(|class| class.split_whitespace().next());
    (outline.tag(at), class.map(plain_class)).hash(&mut hasher);
    if class.is_none() {
        for child in outline.children(at).take(6) {
            (outline.tag(child), outline.attr(child, "colspan")).hash(&mut hasher);
            for within in outline.children(child).take(3) {
                outline.tag(within).hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

fn hash(records: &[Range<usize>]) -> u64 {
    let mut hasher = DefaultHasher::new();
    records.hash(&mut hasher);
    hasher.finish()
}

/// Says how much a group looks like records, from counts alone; `None` if it does not.
fn rank(outline: &Outline, counts: &Counts, records: &[Range<usize>]) -> Option<i32> {
    let all = records.len();
    let (mut dated, mut texted, mut authored, mut crowded, mut single, mut prose) =
        (0, 0, 0, 0, 0, 0);
    for (own, record) in own_counts(counts, records).iter().zip(records) {
        dated += usize::from(own.dates > 0);
        crowded += usize::from(own.dates > DATES_MAX);
        single += usize::from(own.dates == 1);
        texted += usize::from(own.prose > 2);
        authored += usize::from(own.authors > 0);
        prose += own.prose;
        if record.is_empty() {
            return None;
        }
    }
    if dated * 10 < all * 5 || prose < all * 6 || crowded * 10 > all * 3 {
        return None;
    }
    let page = counts.prose.0.last().copied().unwrap_or(0);
    let named = records
        .iter()
        .take(20)
        .filter(|record| words::is_record(&outline.elements[record.start].names));
    let rank = 2 * thousandths(dated, all) + thousandths(texted, all) + thousandths(authored, all)
        - 2 * thousandths(crowded, all)
        + thousandths(prose, page)
        + thousandths(named.count(), all.min(20)) / 2
        + 3 * thousandths(single, all) / 2
        + 30 * i32::try_from(all.min(10)).unwrap_or(10)
        + i32::try_from(all.min(500)).unwrap_or(500);
    Some(rank)
}

#[derive(Clone, Copy)]
struct Own {
    dates: usize,
    prose: usize,
    authors: usize,
}

/// Counts what is in each record and in none of those within it.
fn own_counts(counts: &Counts, records: &[Range<usize>]) -> Vec<Own> {
    let mut own: Vec<Own> = records
        .iter()
        .map(|record| Own {
            dates: counts.dates.of(record),
            prose: counts.prose.of(record),
            authors: counts.authors.of(record),
        })
        .collect();
    let mut open: Vec<usize> = Vec::new();
    for at in 0..records.len() {
        while open.last().is_some_and(|&outer| records[outer].end <= records[at].start) {
            open.pop();
        }
        if let Some(&outer) = open.last() {
            own[outer].dates = own[outer].dates.saturating_sub(counts.dates.of(&records[at]));
            own[outer].prose = own[outer].prose.saturating_sub(counts.prose.of(&records[at]));
            own[outer].authors = own[outer].authors.saturating_sub(counts.authors.of(&records[at]));
        }
        open.push(at);
    }
    own
}
