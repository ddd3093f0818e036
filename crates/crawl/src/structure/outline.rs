//! A page laid out for counting: its elements in the order of the document, each with the end of what is
//! within it, the lines that a person reads, and the dates on it.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::{ElementRef, Node};

use super::dates::{self, Mark};
use super::words::Parts;
use crate::page::dom::Dom;

/// Elements that are looked at; the rest of a longer page is left out.
const ELEMENTS_MAX: usize = 120_000;
/// The longest text of names kept of an element, in bytes.
const NAMES_BYTES_MAX: usize = 400;
/// Bytes of a line that are kept to be compared.
const LINE_BYTES_MAX: usize = 400;

/// Elements whose content nobody reads.
const UNSEEN: [&str; 16] = [
    "script", "style", "head", "template", "noscript", "iframe", "object", "svg", "select",
    "textarea", "noembed", "noframes", "datalist", "math", "audio", "video",
];

/// Elements that stand within a line.
const INLINE: [&str; 36] = [
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em",
    "font", "i", "img", "input", "ins", "kbd", "label", "mark", "meta", "link", "q", "s", "samp",
    "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var",
];

/// An element, known by its place in the order of the document.
pub(super) struct Element<'a> {
    pub(super) node: ElementRef<'a>,
    /// Its own place for the root.
    pub(super) parent: usize,
    /// The place after the last element within it.
    pub(super) end: usize,
    /// The pieces of text within it.
    pub(super) pieces: Range<usize>,
    /// What its author calls it: classes, id, `itemprop` and such, in lower case.
    pub(super) names: String,
    /// The parts that its names say it plays.
    pub(super) parts: Parts,
    /// What it shares with elements that play the same part: tag, first class, names of its data.
    pub(super) key: u64,
    /// Whether it or one that it is within is a link.
    pub(super) link: Option<usize>,
}

/// A piece of text that stands directly in one element.
pub(super) struct Piece<'a> {
    pub(super) node: NodeId,
    pub(super) element: usize,
    pub(super) line: usize,
    pub(super) text: &'a str,
}

/// What stands between two breaks.
pub(super) struct Line {
    pub(super) pieces: Range<usize>,
    /// Its words, white space collapsed; the start of a long one.
    pub(super) text: String,
    pub(super) chars: usize,
    /// How many of the characters are links.
    pub(super) linked: usize,
}

pub(super) struct Outline<'a> {
    pub(super) elements: Vec<Element<'a>>,
    pub(super) pieces: Vec<Piece<'a>>,
    pub(super) lines: Vec<Line>,
    pub(super) marks: Vec<Mark>,
    /// Elements that the page hides.
    pub(super) hidden: Vec<NodeId>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(dom: &'a Dom) -> Self {
        let mut outline = Self {
            elements: Vec::new(),
            pieces: Vec::new(),
            lines: Vec::new(),
            marks: Vec::new(),
            hidden: Vec::new(),
        };
        outline.lay_out(dom);
        outline.read_lines();
        dates::mark(&mut outline);
        outline
    }

    fn lay_out(&mut self, dom: &'a Dom) {
        let mut open: Vec<usize> = Vec::new();
        let mut skipped: Option<NodeId> = None;
        let mut line = 0;
        for edge in dom.root().traverse() {
            match edge {
                Edge::Open(node) if skipped.is_none() => match node.value() {
                    Node::Element(tag) => {
                        let is_hidden = is_hidden(tag);
                        if is_hidden {
                            self.hidden.push(node.id());
                        }
                        if is_hidden
                            || UNSEEN.contains(&tag.name())
                            || self.elements.len() >= ELEMENTS_MAX
                        {
                            skipped = Some(node.id());
                            continue;
                        }
                        let Some(element) = ElementRef::wrap(node) else { continue };
                        line += usize::from(!is_inline(tag.name()));
                        let at = self.elements.len();
                        let parent = open.last().copied().unwrap_or(at);
                        let anchor = if tag.name() == "a" && tag.attr("href").is_some() {
                            Some(at)
                        } else {
                            self.elements.get(parent).and_then(|parent: &Element| parent.link)
                        };
                        let names = names(tag);
                        self.elements.push(Element {
                            node: element,
                            parent,
                            end: at + 1,
                            pieces: self.pieces.len()..self.pieces.len(),
                            parts: Parts::of(tag.name(), &names, tag.attr("href")),
                            names,
                            key: key(tag),
                            link: anchor,
                        });
                        open.push(at);
                    }
                    Node::Text(text) => {
                        if let Some(&element) = open.last()
                            && !text.trim().is_empty()
                        {
                            self.pieces.push(Piece { node: node.id(), element, line, text });
                        }
                    }
                    Node::Document
                    | Node::Fragment
                    | Node::Doctype(_)
                    | Node::Comment(_)
                    | Node::ProcessingInstruction(_) => {}
                },
                Edge::Close(node) => {
                    if skipped == Some(node.id()) {
                        skipped = None;
                    } else if skipped.is_none()
                        && let Node::Element(tag) = node.value()
                        && let Some(at) = open.pop()
                    {
                        let end = self.elements.len();
                        let pieces = self.pieces.len();
                        self.elements[at].end = end;
                        self.elements[at].pieces.end = pieces;
                        line += usize::from(!is_inline(tag.name()));
                    }
                }
                Edge::Open(_) => {}
            }
        }
    }

    fn read_lines(&mut self) {
        let mut start = 0;
        while start < self.pieces.len() {
            let line = self.pieces[start].line;
            let mut end = start;
            let (mut chars, mut linked) = (0, 0);
            let mut text = String::new();
            while end < self.pieces.len() && self.pieces[end].line == line {
                let piece = &self.pieces[end];
                for word in piece.text.split_whitespace() {
                    let count = word.chars().count();
                    chars += count;
                    if self.elements[piece.element].link.is_some() {
                        linked += count;
                    }
                    if text.len() < LINE_BYTES_MAX {
                        if !text.is_empty() {
                            text.push(' ');
                        }
                        text.push_str(word);
                    }
                }
                end += 1;
            }
            let number = self.lines.len();
            for piece in &mut self.pieces[start..end] {
                piece.line = number;
            }
            self.lines.push(Line { pieces: start..end, text, chars, linked });
            start = end;
        }
    }

    /// Returns the words within an element, at most about `chars_max` of them.
    pub(super) fn words(&self, element: usize, chars_max: usize) -> String {
        let mut words = String::new();
        for piece in &self.pieces[self.elements[element].pieces.clone()] {
            for word in piece.text.split_whitespace() {
                if words.len() > chars_max * 4 {
                    return words;
                }
                if !words.is_empty() {
                    words.push(' ');
                }
                words.push_str(word);
            }
        }
        words
    }

    pub(super) fn tag(&self, element: usize) -> &'a str {
        self.elements[element].node.value().name()
    }

    pub(super) fn attr(&self, element: usize, name: &str) -> Option<&'a str> {
        self.elements[element].node.value().attr(name)
    }

    /// Returns the elements that this one is within, the nearest first, itself before them.
    pub(super) fn ancestors(&self, element: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(element), |&at| {
            let parent = self.elements[at].parent;
            (parent != at).then_some(parent)
        })
    }

    pub(super) fn children(&self, element: usize) -> Children<'_, 'a> {
        Children { outline: self, at: element + 1, end: self.elements[element].end }
    }
}

/// The elements directly within one.
pub(super) struct Children<'o, 'a> {
    outline: &'o Outline<'a>,
    at: usize,
    end: usize,
}

impl Iterator for Children<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let at = self.at;
        if at >= self.end {
            return None;
        }
        self.at = self.outline.elements[at].end;
        Some(at)
    }
}

pub(super) fn is_inline(tag: &str) -> bool {
    INLINE.contains(&tag) || tag.contains('-')
}

fn is_hidden(tag: &scraper::node::Element) -> bool {
    let style = tag.attr("style").unwrap_or("");
    let style: String = style.chars().take(200).filter(|c| !c.is_whitespace()).collect();
    style.to_ascii_lowercase().contains("display:none") || tag.attr("hidden").is_some()
}

/// Whether the value of an attribute names the part that an element plays.
fn is_part(name: &str) -> bool {
    matches!(
        name,
        "class"
            | "id"
            | "itemprop"
            | "rel"
            | "component"
            | "data-hook"
            | "data-testid"
            | "data-role"
            | "data-test"
            | "role"
    )
}

fn names(tag: &scraper::node::Element) -> String {
    let mut names = String::new();
    for (name, value) in tag.attrs() {
        let part = if is_part(name) {
            value
        } else if name.starts_with("data-") {
            name
        } else {
            continue;
        };
        if names.len() + part.len() < NAMES_BYTES_MAX {
            names.push(' ');
            names.push_str(&part.to_lowercase());
        }
    }
    names
}

fn key(tag: &scraper::node::Element) -> u64 {
    let mut hasher = DefaultHasher::new();
    tag.name().hash(&mut hasher);
    // In the order written: what an element is comes before how it is.
    let mut classes = tag.attr("class").unwrap_or("").split_whitespace().map(plain_class);
    if let Some(class) = classes.find(|class| !class.is_empty()) {
        class.hash(&mut hasher);
    }
    let mut data: Vec<String> = tag
        .attrs()
        .filter(|(name, _)| name.starts_with("data-") || *name == "itemprop")
        .take(12)
        .map(
            |(name, value)| if name == "itemprop" { plain_class(value) } else { plain_class(name) },
        )
        .collect();
    data.sort_unstable();
    data.hash(&mut hasher);
    hasher.finish()
}

/// Returns a class or id without what changes from one record to the next: digits, and the words for
/// every other row.
pub(super) fn plain_class(class: &str) -> String {
    let plain: String = class
        .chars()
        .take(60)
        .filter(|c| !c.is_ascii_digit())
        .flat_map(char::to_lowercase)
        .collect();
    let every_other =
        ["odd", "even", "alt", "rowodd", "roweven", "first", "last", "old", "new", "unread"];
    if every_other.contains(&plain.trim_matches(['-', '_'])) { String::new() } else { plain }
}

impl Outline<'_> {
    /// The dates that a line shows.
    pub(super) fn marks_of(&self, line: usize) -> impl Iterator<Item = &Mark> + '_ {
        let pieces = &self.lines[line].pieces;
        let elements = self.pieces[pieces.clone()].iter().map(|piece| piece.element);
        let (from, to) =
            elements.fold((usize::MAX, 0), |(from, to), at| (from.min(at), to.max(at)));
        let start = self.marks.partition_point(|mark| mark.element < from);
        self.marks[start..]
            .iter()
            .take_while(move |mark| mark.element <= to)
            .filter(move |mark| mark.line == Some(line))
    }
}
