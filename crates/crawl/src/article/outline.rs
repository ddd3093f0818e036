//! A page as a list: its elements in the order they are written, each knowing where it ends, and the
//! runs of words between them. All that is asked of a page is then a sum over a range of that list.

use ego_tree::iter::Edge;
use ego_tree::{NodeId, NodeRef};
use scraper::{ElementRef, Node};

use super::noise;
use crate::page::dom::Dom;

/// Elements that are looked at; what comes after them is not.
const PARTS_MAX: usize = 200_000;
/// Nodes of an element whose words are asked for.
const NODES_OF_LINE_MAX: usize = 300;
/// Characters of a run that are kept to be looked at; all of them are counted.
const RUN_CHARS_KEPT: usize = 4000;

/// An element.
pub(super) struct Part<'a> {
    pub(super) element: ElementRef<'a>,
    /// The place of the element around it; its own for the first.
    pub(super) parent: usize,
    /// The place after the last element within it.
    pub(super) end: usize,
    /// The runs within it.
    pub(super) runs: std::ops::Range<usize>,
    pub(super) noise: noise::Guess,
}

/// Words that stand together: a paragraph, a line, a cell.
#[derive(Debug, Default)]
pub(super) struct Run {
    /// The block around it.
    pub(super) part: usize,
    pub(super) text: String,
    /// Characters, without the white space at its ends.
    pub(super) chars: usize,
    /// Those of them that are links.
    pub(super) linked: usize,
    /// Where it is written.
    pub(super) nodes: Vec<NodeId>,
}

/// A page as lists of elements and of runs, both in the order of the page.
pub(super) struct Outline<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) runs: Vec<Run>,
}

impl<'a> Outline<'a> {
    pub(super) fn new(dom: &'a Dom) -> Self {
        let mut outline = Self { parts: Vec::new(), runs: Vec::new() };
        let mut open: Vec<(NodeId, usize)> = Vec::new();
        let mut links = 0_usize;
        let mut run = Run::default();
        let mut unseen: Option<NodeId> = None;
        for edge in dom.root().traverse() {
            match edge {
                Edge::Open(node) if unseen.is_none() => match node.value() {
                    Node::Element(tag) => {
                        if is_unseen(tag.name()) || outline.parts.len() >= PARTS_MAX {
                            unseen = Some(node.id());
                            continue;
                        }
                        let Some(element) = ElementRef::wrap(node) else { continue };
                        let parent = open.last().map_or(0, |(_, part)| *part);
                        let place = outline.parts.len();
                        if is_block(tag.name()) || tag.name() == "br" {
                            outline.end_run(&mut run);
                        }
                        outline.parts.push(Part {
                            element,
                            parent,
                            end: place + 1,
                            runs: outline.runs.len()..outline.runs.len(),
                            noise: noise::Guess::of(tag),
                        });
                        links += usize::from(tag.name() == "a");
                        open.push((node.id(), place));
                    }
                    Node::Text(text) => {
                        if let Some(block) = outline.block(&open) {
                            run.part = block;
                            run.push(text, links > 0);
                            run.nodes.push(node.id());
                        }
                    }
                    Node::Document
                    | Node::Fragment
                    | Node::Doctype(_)
                    | Node::Comment(_)
                    | Node::ProcessingInstruction(_) => {}
                },
                Edge::Open(_) => {}
                Edge::Close(node) if unseen == Some(node.id()) => unseen = None,
                Edge::Close(node) => outline.close(node, &mut open, &mut links, &mut run),
            }
        }
        outline.end_run(&mut run);
        outline
    }

    fn close(
        &mut self,
        node: NodeRef<'a, Node>,
        open: &mut Vec<(NodeId, usize)>,
        links: &mut usize,
        run: &mut Run,
    ) {
        let Some((_, place)) = open.pop_if(|(id, _)| *id == node.id()) else { return };
        let name = self.parts[place].element.value().name();
        if is_block(name) {
            self.end_run(run);
        } else if name == "a" {
            *links -= 1;
        }
        self.parts[place].end = self.parts.len();
        self.parts[place].runs.end = self.runs.len();
    }

    fn block(&self, open: &[(NodeId, usize)]) -> Option<usize> {
        let parts = open.iter().rev().map(|(_, place)| *place);
        parts.into_iter().find(|place| is_block(self.parts[*place].element.value().name()))
    }

    fn end_run(&mut self, run: &mut Run) {
        let mut run = std::mem::take(run);
        let kept = run.text.trim_end().len();
        run.chars -= run.text.len() - kept;
        run.text.truncate(kept);
        run.linked = run.linked.min(run.chars);
        if run.chars > 0 {
            self.runs.push(run);
        }
    }

    pub(super) fn name(&self, part: usize) -> &'a str {
        self.parts[part].element.value().name()
    }

    /// Whether the second is within the first, or is it.
    pub(super) fn holds(&self, outer: usize, inner: usize) -> bool {
        (outer..self.parts[outer].end).contains(&inner)
    }

    /// Returns the part and those around it, from within.
    pub(super) fn upward(&self, part: usize) -> impl Iterator<Item = usize> + '_ {
        let around = move |part: &usize| {
            let parent = self.parts[*part].parent;
            (parent != *part).then_some(parent)
        };
        std::iter::successors(Some(part), around)
    }

    /// Returns the parts right within one.
    pub(super) fn children(&self, part: usize) -> impl Iterator<Item = usize> + '_ {
        let end = self.parts[part].end;
        let within = move |place: usize| (place < end).then_some(place);
        std::iter::successors(within(part + 1), move |place| within(self.parts[*place].end))
    }
}

impl Run {
    /// Adds characters, white space collapsed.
    fn push(&mut self, text: &str, is_link: bool) {
        for c in text.chars() {
            if c.is_whitespace() {
                if self.chars == 0 || self.text.ends_with(' ') {
                    continue;
                }
                self.add(' ', is_link);
            } else if !c.is_control() && !matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}') {
                self.add(c, is_link);
            }
        }
    }

    fn add(&mut self, c: char, is_link: bool) {
        self.chars += 1;
        self.linked += usize::from(is_link);
        if self.chars <= RUN_CHARS_KEPT {
            self.text.push(c);
        }
    }

    /// Returns the share of it that are links, in percent.
    pub(super) fn linked_percent(&self) -> usize {
        self.linked * 100 / self.chars.max(1)
    }
}

/// Returns the words of an element on one line, unless it has none or more than that.
pub(super) fn line_of(element: ElementRef, chars_max: usize) -> Option<String> {
    let mut text = String::new();
    for node in element.descendants().take(NODES_OF_LINE_MAX) {
        let in_sight = || {
            let around = node.parent().and_then(ElementRef::wrap);
            around.is_none_or(|around| !is_unseen(around.value().name()))
        };
        match node.value() {
            Node::Text(words) if in_sight() => {
                text.push_str(words);
                if text.len() > chars_max * 8 {
                    return None;
                }
            }
            Node::Element(tag) if is_block(tag.name()) || tag.name() == "br" => text.push(' '),
            Node::Element(_)
            | Node::Text(_)
            | Node::Document
            | Node::Fragment
            | Node::Doctype(_)
            | Node::Comment(_)
            | Node::ProcessingInstruction(_) => {}
        }
    }
    line(&text, chars_max)
}

/// Returns a text on one line, unless it is empty or longer than that.
pub(super) fn line(text: &str, chars_max: usize) -> Option<String> {
    let text: Vec<&str> = text.split_whitespace().collect();
    let text = text.join(" ");
    (!text.is_empty() && text.chars().nth(chars_max).is_none()).then_some(text)
}

fn is_unseen(name: &str) -> bool {
    matches!(
        name,
        "head"
            | "script"
            | "style"
            | "template"
            | "noscript"
            | "iframe"
            | "object"
            | "svg"
            | "select"
            | "textarea"
            | "noembed"
            | "noframes"
            | "math"
            | "canvas"
    )
}

pub(super) fn is_block(name: &str) -> bool {
    matches!(
        name,
        "address"
            | "article"
            | "aside"
            | "blockquote"
            | "body"
            | "caption"
            | "center"
            | "dd"
            | "details"
            | "dialog"
            | "div"
            | "dl"
            | "dt"
            | "fieldset"
            | "figcaption"
            | "figure"
            | "footer"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "header"
            | "html"
            | "legend"
            | "li"
            | "main"
            | "nav"
            | "ol"
            | "p"
            | "pre"
            | "section"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "th"
            | "thead"
            | "tr"
            | "ul"
            | "amp-sidebar"
    )
}
