//! The tree of a web page, and what its elements say.

use std::collections::HashSet;

use ego_tree::NodeId;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    BufferQueue, Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts,
};
use scraper::{ElementRef, Html, Node};
use url::Url;

use crate::extract::text::Rich;

/// The longest page that is read, in bytes.
const PAGE_BYTES_MAX: usize = 8 << 20;
/// Elements within elements. To make the tree takes time by the product of depth and size.
const DEPTH_MAX: usize = 400;

/// A page as a tree, with the address that answered.
pub(crate) struct Dom {
    pub(crate) html: Html,
    /// Where relative addresses start: the page's own, or that of its `<base>`.
    pub(crate) base: Url,
}

/// Why a page is not read: no tree is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TooMuch {
    #[error("the page is longer than {PAGE_BYTES_MAX} bytes")]
    Long,
    #[error("the page nests more than {DEPTH_MAX} elements")]
    Deep,
}

/// What an element says, with what its author quotes apart.
#[derive(Debug, Default)]
pub(crate) struct Said {
    pub(crate) rich: Rich,
    pub(crate) quote: String,
}

impl Dom {
    /// Reads a page that can be read in bounded time.
    pub(crate) fn parse(text: &str, url: &Url) -> Result<Self, TooMuch> {
        if text.len() > PAGE_BYTES_MAX {
            return Err(TooMuch::Long);
        }
        if depth(text) > DEPTH_MAX {
            return Err(TooMuch::Deep);
        }
        let html = Html::parse_document(text);
        let base = html
            .tree
            .values()
            .filter_map(Node::as_element)
            .find(|element| element.name() == "base" && element.attr("href").is_some())
            .and_then(|element| url.join(element.attr("href")?).ok());
        Ok(Self { html, base: base.unwrap_or_else(|| url.clone()) })
    }

    pub(crate) fn root(&self) -> ElementRef<'_> {
        self.html.root_element()
    }

    /// Reads an address as written on the page; none but `http` and `https` counts.
    pub(crate) fn join(&self, href: &str) -> Option<Url> {
        let url = self.base.join(href.trim()).ok()?;
        matches!(url.scheme(), "http" | "https").then_some(url)
    }
}

/// Returns the words of an element as a person reads them, paragraphs separated by line feeds.
pub(crate) fn text(element: ElementRef<'_>) -> String {
    said(element, &HashSet::new(), &HashSet::new()).rich.text
}

/// Returns what an element says, without the elements in `out`, and with those in `quotes` apart.
pub(crate) fn said(
    element: ElementRef<'_>,
    out: &HashSet<NodeId>,
    quotes: &HashSet<NodeId>,
) -> Said {
    let mut own = markup(element, |id| out.contains(&id) || quotes.contains(&id));
    if element.value().name() == "pre" {
        own = format!("<pre>{own}</pre>");
    }
    let own = Rich::from_html(&own);
    let mut quote = String::new();
    for part in element.descendants().filter(|node| quotes.contains(&node.id())) {
        let is_within = part.ancestors().any(|node| quotes.contains(&node.id()));
        if let (Some(part), false) = (ElementRef::wrap(part), is_within) {
            let markup = markup(part, |id| out.contains(&id));
            // Who is quoted stands before the words, on a line of his own.
            let text = Rich::from_html(&markup.replace("</cite>", "</cite><br>")).text;
            if !quote.is_empty() && !text.is_empty() {
                quote.push('\n');
            }
            quote.push_str(&text);
        }
    }
    Said { rich: own, quote }
}

/// Writes the markup of an element's content, without the elements that `leave_out` names.
pub(crate) fn markup(element: ElementRef<'_>, leave_out: impl Fn(NodeId) -> bool) -> String {
    use ego_tree::iter::Edge;
    let mut markup = String::new();
    let mut skipped: Option<NodeId> = None;
    for edge in element.traverse() {
        match edge {
            Edge::Open(node) => {
                if skipped.is_some() || node.id() == element.id() {
                    continue;
                }
                if leave_out(node.id()) {
                    skipped = Some(node.id());
                    // What stood before and after it must not run together.
                    markup.push_str("<br>");
                } else if let Node::Text(text) = node.value() {
                    escape(text, &mut markup);
                } else if let Some(sign) = node.value().as_element().and_then(drawn_sign) {
                    escape(sign, &mut markup);
                } else if let Node::Element(tag) = node.value() {
                    markup.push('<');
                    markup.push_str(tag.name());
                    for (name, value) in tag.attrs() {
                        markup.push(' ');
                        markup.push_str(name);
                        markup.push_str("=\"");
                        escape(value, &mut markup);
                        markup.push('"');
                    }
                    markup.push('>');
                }
            }
            Edge::Close(node) => {
                if skipped == Some(node.id()) {
                    skipped = None;
                } else if skipped.is_none()
                    && node.id() != element.id()
                    && let Node::Element(tag) = node.value()
                {
                    markup.push_str("</");
                    markup.push_str(tag.name());
                    markup.push('>');
                }
            }
        }
    }
    markup
}

/// Returns what the author typed where a site draws it, a smiley or an emoji. Of one that has only a
/// name, nothing.
fn drawn_sign(tag: &scraper::node::Element) -> Option<&str> {
    const SIGN_BYTES_MAX: usize = 40;
    if tag.name() != "img" {
        return None;
    }
    let alt = tag.attr("alt").unwrap_or_default();
    let classes = tag.attr("class").unwrap_or_default().to_ascii_lowercase();
    let source = tag.attr("src").unwrap_or_default();
    let is_sign = ["emoji", "smil"].iter().any(|known| classes.contains(known))
        || ["/smilies/", "/smileys/", "/emoji/"].iter().any(|known| source.contains(known));
    let is_name =
        alt.chars().all(|c| c.is_alphanumeric() || c == ' ') || alt.len() > SIGN_BYTES_MAX;
    is_sign.then_some(if is_name { "" } else { alt })
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

/// Returns how deep the page's elements nest at most, as its tags have it.
fn depth(text: &str) -> usize {
    #[derive(Default)]
    struct Depth(std::cell::Cell<(usize, usize)>);
    impl TokenSink for Depth {
        type Handle = ();
        fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
            if let Token::TagToken(Tag { kind, name, self_closing, .. }) = token {
                let (now, most) = self.0.get();
                let is_void = self_closing
                    || matches!(
                        &*name,
                        "br" | "hr" | "img" | "input" | "link" | "meta" | "source" | "wbr" | "embed"
                        | "area" | "base" | "col" | "track" | "param"
                        // These end by themselves before another of their kind.
                        | "p" | "li" | "option" | "dt" | "dd" | "tr" | "td" | "th"
                    );
                let now = match kind {
                    _ if is_void => now,
                    TagKind::StartTag => now + 1,
                    TagKind::EndTag => now.saturating_sub(1),
                };
                self.0.set((now, most.max(now)));
                // What stands in these are no tags.
                if kind == TagKind::StartTag && !self_closing {
                    return match &*name {
                        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
                        "style" | "xmp" | "iframe" | "noembed" | "noframes" => {
                            TokenSinkResult::RawData(RawKind::Rawtext)
                        }
                        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
                        _ => TokenSinkResult::Continue,
                    };
                }
            }
            TokenSinkResult::Continue
        }
    }
    let input = BufferQueue::default();
    input.push_back(text.into());
    let tokenizer = Tokenizer::new(Depth::default(), TokenizerOpts::default());
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.0.get().1
}
