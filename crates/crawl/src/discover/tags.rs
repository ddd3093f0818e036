//! The tags of a page that link somewhere, in the order in which they stand there.
//!
//! Only the tokenizer runs: building the tree takes time that grows with the square of the nesting
//! (100,000 open `<div>`, half a megabyte: 76 s), and links need no tree.

use std::cell::{Cell, RefCell};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{
    self, CharacterTokens, TagKind, TagToken, Token, TokenSink, TokenSinkResult, Tokenizer,
};

/// Tags kept of one page.
const TAGS_MAX: usize = 10_000;

/// Text kept of one link.
const TEXT_BYTES_MAX: usize = 1000;

/// A `<base>`, `<link>`, `<title>` or `<a>`, or the `<body>` that ends the head.
#[derive(Debug)]
pub(super) struct Tag {
    pub(super) name: &'static str,
    attributes: Vec<(String, String)>,
    /// What stands between `<a>` and the next `<a>` or `</a>`, or in `<title>`.
    pub(super) text: String,
}

impl Tag {
    pub(super) fn attr(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }
}

pub(super) fn tags(html: &str) -> Vec<Tag> {
    let input = BufferQueue::default();
    input.push_back(StrTendril::from_slice(html));
    let tokenizer = Tokenizer::new(Links::default(), tokenizer::TokenizerOpts::default());
    // Returns early only for scripts that a browser would run; `Links` never stops for one.
    let _ = tokenizer.feed(&input);
    tokenizer.end();
    tokenizer.sink.tags.into_inner()
}

#[derive(Default)]
struct Links {
    tags: RefCell<Vec<Tag>>,
    /// Whether the text of the last of `tags` goes on.
    in_text: Cell<bool>,
}

impl TokenSink for Links {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        if let TagToken(tag) = token {
            if tag.kind == TagKind::StartTag {
                return self.open(&tag);
            }
            if matches!(&*tag.name, "a" | "title") {
                self.in_text.set(false);
            }
        } else if let CharacterTokens(text) = token
            && self.in_text.get()
            && let Some(tag) = self.tags.borrow_mut().last_mut()
            && tag.text.len() < TEXT_BYTES_MAX
        {
            tag.text.push_str(&text);
        }
        TokenSinkResult::Continue
    }
}

impl Links {
    fn open(&self, tag: &tokenizer::Tag) -> TokenSinkResult<()> {
        let name = match &*tag.name {
            "a" => "a",
            "link" => "link",
            "base" => "base",
            "body" => "body",
            // What these hold is no markup.
            "script" => return TokenSinkResult::RawData(RawKind::ScriptData),
            "title" => "title",
            "textarea" => return TokenSinkResult::RawData(RawKind::Rcdata),
            "style" | "iframe" | "noembed" | "noframes" | "xmp" => {
                return TokenSinkResult::RawData(RawKind::Rawtext);
            }
            _ => return TokenSinkResult::Continue,
        };
        let mut tags = self.tags.borrow_mut();
        if tags.len() < TAGS_MAX {
            let attributes = tag.attrs.iter();
            let attributes =
                attributes.map(|attr| (attr.name.local.to_string(), attr.value.to_string()));
            tags.push(Tag { name, attributes: attributes.collect(), text: String::new() });
            self.in_text.set(matches!(name, "a" | "title"));
        }
        match name {
            "title" => TokenSinkResult::RawData(RawKind::Rcdata),
            _ => TokenSinkResult::Continue,
        }
    }
}
