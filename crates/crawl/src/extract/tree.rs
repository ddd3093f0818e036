//! The nesting of a document that may be ill-formed: which element stands in which, and what is in it.
//!
//! Elements borrow from the text. Mis-nested, unclosed and undeclared things are forgiven in the
//! way that keeps the most of a feed: an end tag closes the nearest element of its name or
//! nothing, a new item ends the one that was left open, a prefix nobody declared has its usual
//! meaning. It does not know what the elements of a feed say ([`super::entry`]).

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::HashMap;

use url::Url;

use super::markup::{Token, Tokens, attributes, unescape};
use super::ns::Ns;

/// Elements nested deeper than this are part of a text, never of a feed's structure.
const RECORDED_DEPTH_MAX: usize = 16;
/// Open elements that are remembered; deeper ones are only counted.
const DEPTH_MAX: usize = 256;
const ELEMENTS_MAX: usize = 500_000;
/// Prefixes in scope at once.
const PREFIXES_MAX: usize = 64;
const ENTITIES_MAX: usize = 256;
const ENTITY_BYTES_MAX: usize = 4096;
/// What all references to declared entities may expand to. A declared entity never contains
/// another one's expansion, so that this is the only bomb left to defuse.
const EXPANSION_BYTES_MAX: usize = 1 << 20;

struct Element<'a> {
    ns: Ns,
    name: &'a str,
    attributes: &'a str,
    /// Where its content begins and ends.
    start: usize,
    end: usize,
    parent: Option<u32>,
    first_child: Option<u32>,
    next: Option<u32>,
    last_child: Option<u32>,
    scope: u32,
    closed: bool,
}

/// What an element and all in it share.
#[derive(Clone, Default)]
struct Scope {
    /// Where nothing in the document says so, addresses start from the tree's own base.
    base: Option<Url>,
    lang: Option<String>,
}

/// A document's elements in the order of their start tags.
pub(crate) struct Tree<'a> {
    text: &'a str,
    base: Url,
    elements: Vec<Element<'a>>,
    scopes: Vec<Scope>,
    entities: HashMap<&'a str, String>,
    expansion_left: Cell<usize>,
    /// Reading stopped before the end, at the most elements that are read.
    pub(crate) cut: bool,
}

/// One element of a [`Tree`].
#[derive(Clone, Copy)]
pub(crate) struct Node<'t, 'a> {
    tree: &'t Tree<'a>,
    at: u32,
}

struct Open<'a> {
    raw_name: &'a str,
    element: Option<u32>,
    /// How many prefixes were in scope outside of it.
    prefixes: usize,
}

struct Builder<'a> {
    tree: Tree<'a>,
    open: Vec<Open<'a>>,
    /// Elements that are open below the deepest one remembered.
    overflow: usize,
    /// Prefixes in scope, the innermost last; `None` for a vocabulary that says nothing of items.
    prefixes: Vec<(&'a str, Option<Ns>)>,
}

impl<'a> Tree<'a> {
    pub(crate) fn read(text: &'a str, base: &Url) -> Self {
        let tree = Tree {
            text,
            elements: Vec::new(),
            base: base.clone(),
            scopes: vec![Scope::default()],
            entities: HashMap::new(),
            expansion_left: Cell::new(EXPANSION_BYTES_MAX),
            cut: false,
        };
        let mut builder = Builder { tree, open: Vec::new(), overflow: 0, prefixes: Vec::new() };
        let mut tokens = Tokens::new(text);
        loop {
            let before = tokens.at();
            match tokens.next() {
                Some(Token::Open { name, attributes, empty }) => {
                    builder.open(name, attributes, empty, before, tokens.at());
                }
                Some(Token::Close { name }) => builder.close(name, before),
                Some(Token::Doctype(subset)) => builder.declare_entities(subset),
                Some(Token::Text(_) | Token::CData(_) | Token::Aside) => {}
                None => break,
            }
            if builder.tree.elements.len() >= ELEMENTS_MAX {
                builder.tree.cut = true;
                break;
            }
        }
        builder.tree
    }

    /// Lets the addresses for which the document gives no base start from another one.
    pub(crate) fn rebase(&mut self, base: Url) {
        self.base = base;
    }

    /// Returns every element, in the order of their start tags.
    pub(crate) fn nodes<'t>(&'t self) -> impl Iterator<Item = Node<'t, 'a>> {
        (0..).zip(&self.elements).map(|(at, _)| Node { tree: self, at })
    }

    fn resolve(&self, name: &str) -> Option<String> {
        let value = self.entities.get(name)?;
        let left = self.expansion_left.get().checked_sub(value.len())?;
        self.expansion_left.set(left);
        Some(value.clone())
    }
}

impl<'a> Builder<'a> {
    fn open(
        &mut self,
        raw_name: &'a str,
        raw_attributes: &'a str,
        empty: bool,
        before: usize,
        after: usize,
    ) {
        if is_entry_name(raw_name)
            && self.open.iter().any(|o| o.raw_name.eq_ignore_ascii_case(raw_name))
        {
            self.close(raw_name, before);
        }
        if self.open.last().is_some_and(|open| is_ended_by(open.raw_name, raw_name)) {
            self.close_from(self.open.len() - 1, before);
        }
        if self.open.len() >= DEPTH_MAX {
            self.overflow += usize::from(!empty);
            return;
        }
        let prefixes = self.prefixes.len();
        let parent = self.open.last().map(|open| open.element);
        let scope = parent.flatten().map_or(0, |parent| self.tree.elements[parent as usize].scope);
        let scope = self.enter_scope(raw_attributes, scope);
        // A feed pasted into a page is a feed, not XHTML.
        if is_root_name(raw_name) && self.vocabulary("") == Ns::Xhtml {
            self.prefixes.push(("", Some(Ns::Feed)));
        }
        // An element whose parent was not recorded is too deep, and so is all in it.
        let recorded = self.open.len() < RECORDED_DEPTH_MAX && parent != Some(None);
        let element =
            recorded.then(|| self.record(raw_name, raw_attributes, parent.flatten(), scope, after));
        if empty {
            self.prefixes.truncate(prefixes);
        } else {
            self.open.push(Open { raw_name, element, prefixes });
        }
        if let Some(element) = element.filter(|_| empty) {
            self.tree.elements[element as usize].closed = true;
        }
    }

    fn record(
        &mut self,
        raw_name: &'a str,
        attributes: &'a str,
        parent: Option<u32>,
        scope: u32,
        start: usize,
    ) -> u32 {
        let (prefix, name) = raw_name.split_once(':').unwrap_or(("", raw_name));
        let ns = self.vocabulary(prefix);
        let at = u32::try_from(self.tree.elements.len()).unwrap_or(u32::MAX);
        self.tree.elements.push(Element {
            ns,
            name,
            attributes,
            start,
            end: start,
            parent,
            first_child: None,
            next: None,
            last_child: None,
            scope,
            closed: false,
        });
        if let Some(parent) = parent {
            let last = self.tree.elements[parent as usize].last_child.replace(at);
            match last {
                Some(last) => self.tree.elements[last as usize].next = Some(at),
                None => self.tree.elements[parent as usize].first_child = Some(at),
            }
        }
        at
    }

    fn vocabulary(&self, prefix: &str) -> Ns {
        match self.prefixes.iter().rev().find(|(declared, _)| *declared == prefix) {
            Some((_, Some(ns))) => *ns,
            None if !prefix.is_empty() => Ns::from_prefix(&prefix.to_ascii_lowercase()),
            // No prefix: a default vocabulary that is unknown is a feed's own all the same.
            Some((_, None)) if prefix.is_empty() => Ns::Feed,
            None => Ns::Feed,
            Some((_, None)) => Ns::Other,
        }
    }

    /// Reads what an element declares for all in it, and returns its scope.
    fn enter_scope(&mut self, raw_attributes: &'a str, outer: u32) -> u32 {
        if !raw_attributes.contains("xml") {
            return outer;
        }
        let mut scope: Option<Scope> = None;
        let outer_scope = |tree: &Tree| tree.scopes[outer as usize].clone();
        for (name, value) in attributes(raw_attributes) {
            if let Some(prefix) = name.strip_prefix("xmlns") {
                if self.prefixes.len() < PREFIXES_MAX {
                    self.prefixes.push((prefix.trim_start_matches(':'), Ns::from_uri(&value)));
                }
            } else if name.eq_ignore_ascii_case("xml:base") {
                let scope = scope.get_or_insert_with(|| outer_scope(&self.tree));
                let outer = scope.base.as_ref().unwrap_or(&self.tree.base);
                let base = outer.join(value.trim()).ok();
                // A base that is no address is as good as none.
                scope.base = base.or(scope.base.take());
            } else if name.eq_ignore_ascii_case("xml:lang") {
                let scope = scope.get_or_insert_with(|| outer_scope(&self.tree));
                scope.lang = Some(value.trim().to_owned());
            }
        }
        let Some(scope) = scope else { return outer };
        self.tree.scopes.push(scope);
        u32::try_from(self.tree.scopes.len() - 1).unwrap_or(outer)
    }

    fn close(&mut self, raw_name: &str, before: usize) {
        if self.overflow > 0 {
            self.overflow -= 1;
            return;
        }
        let named = self.open.iter().rposition(|o| o.raw_name.eq_ignore_ascii_case(raw_name));
        // `<itunes:summary>…</itunes:subtitle>`: the end of something else of its vocabulary.
        let prefix = raw_name.split_once(':').map(|(prefix, _)| prefix);
        let innermost = self.open.last().and_then(|open| open.raw_name.split_once(':'));
        let misnamed = prefix.is_some() && innermost.map(|(prefix, _)| prefix) == prefix;
        if let Some(depth) = named.or_else(|| misnamed.then(|| self.open.len() - 1)) {
            self.close_from(depth, before);
        }
    }

    fn close_from(&mut self, depth: usize, before: usize) {
        for open in self.open.drain(depth..) {
            self.prefixes.truncate(open.prefixes);
            if let Some(element) = open.element {
                let element = &mut self.tree.elements[element as usize];
                element.end = before;
                element.closed = true;
            }
        }
    }

    /// Reads `<!ENTITY name "value">` from a document type's internal subset.
    fn declare_entities(&mut self, subset: &'a str) {
        for declaration in subset.split("<!ENTITY").skip(1).take(ENTITIES_MAX) {
            let mut words = declaration.trim_start().splitn(2, char::is_whitespace);
            let (Some(name), Some(rest)) = (words.next(), words.next()) else { continue };
            let rest = rest.trim_start();
            let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
                continue;
            };
            let value = rest[1..].split(quote).next().unwrap_or("");
            if value.len() <= ENTITY_BYTES_MAX {
                self.tree.entities.insert(name, unescape(value, |_| None).into_owned());
            }
        }
    }
}

/// Whether an element of one short text was left open when the next one of its entry began.
fn is_ended_by(open: &str, next: &str) -> bool {
    let is_one_of = |names: &[&str], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let leaves =
        ["title", "link", "guid", "pubDate", "description", "comments", "dc:date", "dc:creator"];
    is_one_of(&["guid", "pubDate", "link", "description", "comments", "enclosure"], next)
        && (is_one_of(&leaves, open) || open.starts_with("itunes:"))
}

fn is_root_name(raw_name: &str) -> bool {
    ["rss", "feed", "channel"].iter().any(|root| raw_name.eq_ignore_ascii_case(root))
}

fn is_entry_name(raw_name: &str) -> bool {
    raw_name.eq_ignore_ascii_case("item") || raw_name.eq_ignore_ascii_case("entry")
}

impl<'t, 'a> Node<'t, 'a> {
    fn element(self) -> &'t Element<'a> {
        &self.tree.elements[self.at as usize]
    }

    fn scope(self) -> &'t Scope {
        &self.tree.scopes[self.element().scope as usize]
    }

    pub(crate) fn ns(self) -> Ns {
        self.element().ns
    }

    pub(crate) fn name(self) -> &'a str {
        self.element().name
    }

    pub(crate) fn is(self, ns: Ns, name: &str) -> bool {
        self.ns() == ns && self.name().eq_ignore_ascii_case(name)
    }

    /// Whether the document has its end, so that nothing of it can be missing.
    pub(crate) fn is_closed(self) -> bool {
        self.element().closed
    }

    pub(crate) fn parent(self) -> Option<Self> {
        Some(Node { tree: self.tree, at: self.element().parent? })
    }

    pub(crate) fn ancestors(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |node| node.parent())
    }

    pub(crate) fn children(self) -> impl Iterator<Item = Self> {
        let tree = self.tree;
        let first = self.element().first_child.map(|at| Node { tree, at });
        std::iter::successors(first, move |node| Some(Node { tree, at: node.element().next? }))
    }

    pub(crate) fn child(self, ns: Ns, name: &str) -> Option<Self> {
        self.children().find(|child| child.is(ns, name))
    }

    /// Returns the value of an attribute by its local name.
    pub(crate) fn attribute(self, name: &str) -> Option<String> {
        attributes(self.element().attributes)
            .find(|(found, _)| {
                found.rsplit(':').next().is_some_and(|found| found.eq_ignore_ascii_case(name))
            })
            .map(|(_, value)| value.into_owned())
    }

    /// The address that relative ones in it start from.
    pub(crate) fn base(self) -> &'t Url {
        self.scope().base.as_ref().unwrap_or(&self.tree.base)
    }

    /// Its language tag, which may be empty: that says "none" (XML, section 2.12).
    pub(crate) fn lang(self) -> Option<&'t str> {
        self.scope().lang.as_deref()
    }

    /// Its content as written.
    pub(crate) fn inner(self) -> &'a str {
        let element = self.element();
        let end = if element.closed { element.end } else { self.tree.text.len() };
        self.tree.text.get(element.start..end).unwrap_or("")
    }

    /// Whether markup stands in it unescaped.
    pub(crate) fn has_markup(self) -> bool {
        self.element().first_child.is_some()
    }

    /// Its text, references resolved once and tags left out.
    pub(crate) fn text(self) -> Cow<'a, str> {
        let mut text = Cow::Borrowed("");
        for token in Tokens::new(self.inner()) {
            let part = match token {
                Token::Text(part) => unescape(part, |name| self.tree.resolve(name)),
                Token::CData(part) => Cow::Borrowed(part),
                Token::Open { .. } | Token::Close { .. } | Token::Doctype(_) | Token::Aside => {
                    continue;
                }
            };
            if text.is_empty() { text = part } else { text.to_mut().push_str(&part) }
        }
        text
    }
}
