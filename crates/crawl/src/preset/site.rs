//! What a preset's selectors meet: the elements of a page, and how much may be looked at.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};

use ego_tree::NodeId;
use ego_tree::iter::Edge;
use scraper::ElementRef;

use super::find::{Css, Find, Value};
use crate::page::dom::Dom;

/// Elements of a page that presets read.
const ELEMENTS_MAX: usize = 100_000;
/// Classes of one element that count.
const CLASSES_MAX: usize = 100;
/// Tests of one element by one selector that the reading of one page may take.
const STEPS_MAX: usize = 2_000_000;
/// Steps that a test takes which looks at other elements too.
const WIDE_STEPS: usize = 8;
/// Elements that the tests by one such selector may look at over the whole page.
const WIDE_LOOKS_MAX: usize = 20_000_000;
/// Nodes of one element that are looked at for a short value.
const LOOKS_MAX: usize = 2000;
/// The longest value that is not a text, in bytes.
const VALUE_BYTES_MAX: usize = 4096;

/// A page as presets see it.
pub(super) struct Site<'a> {
    /// Everything on it.
    pub(super) page: Scope<'a>,
    /// Its elements by their names, their classes and their identifiers.
    names: HashMap<&'a str, Vec<ElementRef<'a>>>,
    classes: HashMap<&'a str, Vec<ElementRef<'a>>>,
    ids: HashMap<&'a str, Vec<ElementRef<'a>>>,
    allows_wide: bool,
    steps: Cell<usize>,
}

/// An element with the elements in it that are its own, and not those of a record within it.
pub(super) struct Scope<'a> {
    pub(super) root: ElementRef<'a>,
    pub(super) own: Vec<ElementRef<'a>>,
}

impl<'a> Site<'a> {
    /// Returns `None` for a page that is too large for selectors.
    pub(super) fn new(dom: &'a Dom) -> Option<Self> {
        let mut own = Vec::new();
        let mut names = HashMap::<_, Vec<_>>::new();
        let (mut classes, mut ids) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        let mut children = vec![0usize];
        let mut looks = 0usize;
        for edge in dom.root().traverse() {
            match edge {
                Edge::Open(node) => {
                    let Some(element) = ElementRef::wrap(node) else { continue };
                    names.entry(element.value().name()).or_default().push(element);
                    for class in element.value().classes().take(CLASSES_MAX) {
                        classes.entry(class).or_default().push(element);
                    }
                    if let Some(id) = element.value().id() {
                        ids.entry(id).or_default().push(element);
                    }
                    own.push(element);
                    if own.len() > ELEMENTS_MAX {
                        return None;
                    }
                    if let Some(siblings) = children.last_mut() {
                        *siblings += 1;
                        looks = looks.saturating_add(*siblings + children.len());
                    }
                    children.push(0);
                }
                Edge::Close(node) => {
                    if node.value().is_element() {
                        children.pop();
                    }
                }
            }
        }
        Some(Self {
            page: Scope { root: dom.root(), own },
            names,
            classes,
            ids,
            allows_wide: looks <= WIDE_LOOKS_MAX,
            steps: Cell::new(STEPS_MAX),
        })
    }

    /// Whether so much was looked at that no more is.
    pub(super) fn is_spent(&self) -> bool {
        self.steps.get() == 0
    }

    fn may_match(&self, css: &Css) -> bool {
        (self.allows_wide || !css.is_wide)
            && css.needs.iter().all(|need| !self.named(need).is_empty())
    }

    /// Returns the elements of this name, `.class` or `#id`.
    fn named(&self, key: &str) -> &[ElementRef<'a>] {
        let named = match (key.strip_prefix('.'), key.strip_prefix('#')) {
            (Some(class), _) => self.classes.get(class),
            (_, Some(id)) => self.ids.get(id),
            (None, None) => self.names.get(key),
        };
        named.map_or(&[], Vec::as_slice)
    }

    /// Returns the elements of a scope that a selector can name.
    fn looked_up<'s>(&'s self, scope: &'s Scope<'a>, css: &Css) -> &'s [ElementRef<'a>] {
        match &css.key {
            _ if !self.may_match(css) => &[],
            Some(key) if scope.root == self.page.root => self.named(key),
            Some(_) | None => &scope.own,
        }
    }

    /// Returns the elements of a scope that a selector names, in the order of the page.
    pub(super) fn all<'s>(
        &'s self,
        scope: &'s Scope<'a>,
        css: &'s Css,
    ) -> impl Iterator<Item = ElementRef<'a>> + 's {
        let own = self.looked_up(scope, css);
        let cost = if css.is_wide { WIDE_STEPS } else { 1 };
        own.iter().copied().filter(move |element| {
            let left = self.steps.get().saturating_sub(cost);
            self.steps.set(left);
            left > 0 && css.selector.matches_with_scope(element, Some(scope.root))
        })
    }

    /// Returns the elements that the first of the selectors names that names any.
    pub(super) fn first_of(&self, scope: &Scope<'a>, list: &[Css]) -> Vec<ElementRef<'a>> {
        let found = list.iter().map(|css| self.all(scope, css).collect::<Vec<_>>());
        let mut found = found.filter(|found| !found.is_empty());
        found.next().unwrap_or_default()
    }

    /// Returns the nodes in an element that any of the selectors names.
    pub(super) fn nodes(&self, scope: &Scope<'a>, list: &[Css]) -> HashSet<NodeId> {
        list.iter().flat_map(|css| self.all(scope, css).map(|element| element.id())).collect()
    }

    /// Whether one of the selectors names anything, or the element itself.
    pub(super) fn has(&self, scope: &Scope<'a>, list: &[Css]) -> bool {
        list.iter().any(|css| self.is(scope.root, css) || self.all(scope, css).next().is_some())
    }

    pub(super) fn is(&self, element: ElementRef<'a>, css: &Css) -> bool {
        self.may_match(css) && css.selector.matches_with_scope(&element, Some(element))
    }

    /// Returns the first value that one of the finds gives.
    pub(super) fn value(&self, scope: &Scope<'a>, list: &[Find]) -> Option<Found> {
        list.iter().find_map(|find| self.values(scope, find).next())
    }

    /// Returns the elements that say a value which one of the finds gives.
    pub(super) fn saying<'s>(
        &'s self,
        scope: &'s Scope<'a>,
        list: &'s [Find],
        value: &'s str,
    ) -> impl Iterator<Item = ElementRef<'a>> + 's {
        let finds = list.iter().filter_map(|find| Some((find, find.css.as_ref()?)));
        let elements =
            finds.flat_map(|(find, css)| self.all(scope, css).map(move |element| (find, element)));
        elements.filter_map(move |(find, element)| {
            self.found(element, find).filter(|found| found.text == value).map(|_| element)
        })
    }

    /// Returns every value of the first of the finds that gives any.
    pub(super) fn every(&self, scope: &Scope<'a>, list: &[Find], max: usize) -> Vec<Found> {
        let found = list.iter().map(|find| self.values(scope, find).take(max).collect::<Vec<_>>());
        let mut found = found.filter(|found| !found.is_empty());
        found.next().unwrap_or_default()
    }

    fn values<'s>(
        &'s self,
        scope: &'s Scope<'a>,
        find: &'s Find,
    ) -> Box<dyn Iterator<Item = Found> + 's> {
        let Some(css) = &find.css else {
            return Box::new(self.found(scope.root, find).into_iter());
        };
        if find.value == Value::Count {
            let count = self.all(scope, css).count();
            let text = (count > 0).then(|| count.to_string());
            return Box::new(text.map(|text| Found { text, is_machine_s: false }).into_iter());
        }
        Box::new(self.all(scope, css).filter_map(|element| self.found(element, find)))
    }

    fn found(&self, element: ElementRef<'a>, find: &Find) -> Option<Found> {
        let (text, is_machine_s) = match &find.value {
            Value::Attribute(name) => (element.attr(name)?.trim().to_owned(), true),
            Value::Words | Value::Count => (self.words(element), false),
            Value::OwnWords => {
                let words = element.children().filter_map(|node| node.value().as_text());
                let words: Vec<&str> = words.flat_map(|text| text.split_whitespace()).collect();
                (words.join(" "), false)
            }
        };
        let text = match &find.part {
            None => text,
            Some(part) => {
                let groups = part.captures(&text)?;
                let taken = groups.iter().skip(1).flatten().next().or_else(|| groups.get(0))?;
                taken.as_str().trim().to_owned()
            }
        };
        (!text.is_empty() && text.len() <= VALUE_BYTES_MAX).then_some(Found { text, is_machine_s })
    }

    /// Returns the words of an element on one line; of a long one only the first.
    fn words(&self, element: ElementRef<'a>) -> String {
        const PARTED: [&str; 12] =
            ["br", "p", "div", "li", "dd", "dt", "td", "th", "tr", "h1", "h2", "h3"];
        const INVISIBLE: [char; 4] = ['\u{200b}', '\u{200e}', '\u{200f}', '\u{feff}'];
        const UNSEEN: [&str; 5] = ["script", "style", "noscript", "template", "select"];
        let mut words = String::new();
        let mut unseen: Option<NodeId> = None;
        let mut is_parted = false;
        for (looked, edge) in element.traverse().enumerate() {
            if looked > LOOKS_MAX || words.len() > VALUE_BYTES_MAX {
                break;
            }
            self.steps.set(self.steps.get().saturating_sub(1));
            let (Edge::Open(node) | Edge::Close(node)) = edge;
            let is_end = matches!(edge, Edge::Close(_));
            if unseen.is_some() {
                if is_end && unseen == Some(node.id()) {
                    unseen = None;
                }
                continue;
            }
            if let Some(tag) = node.value().as_element() {
                is_parted |= PARTED.contains(&tag.name());
                let is_within = !is_end && node.id() != element.id();
                unseen = (is_within && UNSEEN.contains(&tag.name())).then(|| node.id());
            }
            let text = node.value().as_text().filter(|_| !is_end);
            for c in text.iter().flat_map(|text| text.chars()).filter(|c| !INVISIBLE.contains(c)) {
                if c.is_whitespace() {
                    is_parted = true;
                    continue;
                }
                if std::mem::take(&mut is_parted) && !words.is_empty() {
                    words.push(' ');
                }
                words.push(c);
                if words.len() > VALUE_BYTES_MAX {
                    break;
                }
            }
        }
        words
    }
}

/// A value of the page.
pub(super) struct Found {
    pub(super) text: String,
    /// Whether it stands in an attribute, where machines write.
    pub(super) is_machine_s: bool,
}

impl<'a> Scope<'a> {
    /// Returns an element with what is in it, without what is in the elements of `apart`.
    pub(super) fn new(root: ElementRef<'a>, apart: &HashSet<NodeId>) -> Self {
        let mut own = Vec::new();
        let mut skipped: Option<NodeId> = None;
        for edge in root.traverse() {
            match edge {
                Edge::Open(node) if skipped.is_none() && node.id() != root.id() => {
                    if apart.contains(&node.id()) {
                        skipped = Some(node.id());
                    } else {
                        own.extend(ElementRef::wrap(node));
                    }
                }
                Edge::Close(node) if skipped == Some(node.id()) => skipped = None,
                Edge::Open(_) | Edge::Close(_) => {}
            }
        }
        Self { root, own }
    }

    /// Adds what stands just before the element, if one of the selectors names it.
    pub(super) fn with_header(mut self, site: &Site<'a>, list: &[Css]) -> Self {
        let before = self.root.prev_siblings().find_map(ElementRef::wrap);
        if let Some(header) = before.filter(|before| list.iter().any(|css| site.is(*before, css))) {
            let elements = header.descendants().filter_map(ElementRef::wrap);
            self.own.splice(0..0, elements);
        }
        self
    }
}
