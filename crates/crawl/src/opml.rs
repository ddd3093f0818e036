//! Lists of feeds as other readers export and import them (OPML 1 and 2).
//!
//! Read with quick-xml and not with the `opml` crate, since that refuses whole lists for what real
//! exports do: no version, `xmlurl` in lower case, a bare `&`, an empty body, Latin-1. It also
//! recurses, so a deep enough list ends the process.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8};
use model::Problem;
use quick_xml::Reader;
use quick_xml::escape;
use quick_xml::events::{BytesStart, Event};
use url::Url;

use crate::discover::feed_url;

/// Feeds taken from one list.
const FEEDS_MAX: usize = 20_000;

/// Folders kept of a deeper nesting.
const DEPTH_MAX: usize = 16;

/// A name is cut here; it only has to be recognised.
const NAME_CHARS_MAX: usize = 200;

/// One feed of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpmlFeed {
    pub url: Url,
    pub title: Option<String>,
    /// The web page that the feed belongs to.
    pub home: Option<Url>,
    /// The names of the folders around it joined by `/`, else its first category.
    pub folder: Option<String>,
}

/// Reads a list of feeds. What cannot be read is a problem and the rest is kept.
pub fn read(bytes: &[u8]) -> (Vec<OpmlFeed>, Vec<Problem>) {
    let text = decode(bytes);
    let mut reader = Reader::from_str(&text);
    let config = reader.config_mut();
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    config.allow_dangling_amp = true;
    let mut list = List::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(tag)) if is_outline(tag.name().as_ref()) => list.open(&tag),
            Ok(Event::Empty(tag)) if is_outline(tag.name().as_ref()) => {
                list.open(&tag);
                list.around.pop();
            }
            Ok(Event::End(tag)) if is_outline(tag.name().as_ref()) => {
                list.around.pop();
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let read = usize::try_from(reader.error_position()).unwrap_or(usize::MAX);
                let line = text.bytes().take(read).filter(|byte| *byte == b'\n').count() + 1;
                let message = format!("{error}; the list is read up to here");
                list.problems.push(Problem::new(format!("line {line}"), message));
                break;
            }
        }
    }
    if list.outlines == 0 {
        let problem =
            Problem::new("the list", "holds no outline, so it is no OPML or an empty one");
        list.problems.push(problem.hint("export the feeds as OPML from the other reader"));
    }
    (list.feeds, list.problems)
}

/// Writes a list of feeds as OPML 2.0, one outline around the feeds of each folder.
pub fn write(title: &str, feeds: &[OpmlFeed]) -> String {
    let mut folders: Vec<Option<&str>> = vec![None];
    for feed in feeds {
        if !folders.contains(&feed.folder.as_deref()) {
            folders.push(feed.folder.as_deref());
        }
    }
    let mut lines = vec![
        r#"<?xml version="1.0" encoding="UTF-8"?>"#.to_owned(),
        r#"<opml version="2.0">"#.to_owned(),
        format!("  <head><title>{}</title></head>", escaped(title)),
        "  <body>".to_owned(),
    ];
    for folder in folders {
        let inside = feeds.iter().filter(|feed| feed.folder.as_deref() == folder);
        if let Some(folder) = folder {
            lines.push(format!(r#"    <outline text="{}">"#, escaped(folder)));
        }
        lines.extend(inside.map(outline));
        if folder.is_some() {
            lines.push("    </outline>".to_owned());
        }
    }
    lines.extend(["  </body>", "</opml>", ""].map(str::to_owned));
    lines.join("\n")
}

#[derive(Default)]
struct List {
    feeds: Vec<OpmlFeed>,
    problems: Vec<Problem>,
    /// The name of each open outline: a folder's, or nothing for a feed's.
    around: Vec<Option<String>>,
    outlines: usize,
}

impl List {
    fn open(&mut self, tag: &BytesStart<'_>) {
        self.outlines += 1;
        let outline = Outline::read(tag);
        let name = outline.title.clone().or_else(|| outline.text.clone());
        let Some(address) = &outline.address else {
            if outline.claims_a_feed {
                let message = "has no xmlUrl, so there is nothing to read";
                self.problems.push(Problem::new(self.place(name.as_ref()), message));
            }
            self.around.push(name);
            return;
        };
        match feed_url(address, None) {
            Some(url) if self.feeds.len() < FEEDS_MAX => {
                let folder = self.folder().or_else(|| outline.first_category());
                let home = outline.home.and_then(|home| Url::parse(&home).ok());
                self.feeds.push(OpmlFeed { url, title: name, home, folder });
            }
            Some(_) if self.feeds.len() == FEEDS_MAX && self.problems.len() < FEEDS_MAX => {
                let message = format!("is one of more than {FEEDS_MAX} feeds and is left out");
                self.problems.push(Problem::new(self.place(name.as_ref()), message));
            }
            Some(_) => {}
            None => {
                let message = format!(
                    "has no address of a web feed: \"{}\"",
                    one_line(address).unwrap_or_default()
                );
                self.problems.push(Problem::new(self.place(name.as_ref()), message));
            }
        }
        self.around.push(None);
    }

    fn folder(&self) -> Option<String> {
        let names: Vec<_> = self.around.iter().flatten().take(DEPTH_MAX).cloned().collect();
        (!names.is_empty()).then(|| names.join("/"))
    }

    fn place(&self, name: Option<&String>) -> String {
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        format!("outline {}{name}", self.outlines)
    }
}

/// The attributes that matter of one outline, whatever the case of their names.
#[derive(Default)]
struct Outline {
    address: Option<String>,
    home: Option<String>,
    title: Option<String>,
    text: Option<String>,
    category: Option<String>,
    claims_a_feed: bool,
}

impl Outline {
    fn read(tag: &BytesStart<'_>) -> Self {
        let mut outline = Self::default();
        let mut link = None;
        for attribute in tag.attributes().with_checks(false).flatten() {
            let value = unescape(&attribute.value);
            match attribute.key.as_ref().to_ascii_lowercase().as_str() {
                "xmlurl" => outline.address = Some(value).filter(|url| !url.trim().is_empty()),
                "htmlurl" => outline.home = Some(value),
                "url" => link = Some(value),
                "title" => outline.title = one_line(&value),
                "text" => outline.text = one_line(&value),
                "category" => outline.category = Some(value),
                "type" => {
                    let kind = value.trim().to_ascii_lowercase();
                    outline.claims_a_feed = matches!(kind.as_str(), "rss" | "atom" | "feed");
                }
                _ => {}
            }
        }
        // Some readers write `url` where `xmlUrl` is meant; of a link it is a page's address.
        if outline.claims_a_feed {
            outline.address = outline.address.or(link);
        }
        outline
    }

    fn first_category(&self) -> Option<String> {
        one_line(self.category.as_ref()?.split(',').next()?.trim().trim_matches('/'))
    }
}

fn is_outline(name: &str) -> bool {
    name.eq_ignore_ascii_case("outline")
}

/// Decodes by byte order mark, else by the XML declaration, else as UTF-8.
fn decode(bytes: &[u8]) -> Cow<'_, str> {
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).to_ascii_lowercase();
    let label =
        head.split_once("encoding=").map(|(_, label)| label.trim_start_matches(['"', '\'']));
    let label = label.and_then(|label| label.split(['"', '\'', '?']).next());
    // A declaration that was readable as ASCII cannot be true when it says UTF-16.
    let declared = label.and_then(|label| Encoding::for_label(label.as_bytes()));
    let encoding = declared.map_or(UTF_8, Encoding::output_encoding);
    encoding.decode(bytes).0
}

/// Decodes entities, leaving alone the bare `&` that many exports put into addresses.
fn unescape(raw: &str) -> String {
    const ENTITY_BYTES_MAX: usize = 10;
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        rest = &rest[start..];
        let end = rest.bytes().take(ENTITY_BYTES_MAX).position(|byte| byte == b';');
        let entity = end.map_or("&", |end| &rest[..=end]);
        match escape::unescape(entity) {
            Ok(character) if end.is_some() => {
                text.push_str(&character);
                rest = &rest[entity.len()..];
            }
            _ => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text + rest
}

fn one_line(text: &str) -> Option<String> {
    let words: Vec<_> = text.split_whitespace().collect();
    let line: String = words.join(" ").chars().take(NAME_CHARS_MAX).collect();
    (!line.is_empty()).then_some(line)
}

fn outline(feed: &OpmlFeed) -> String {
    let indent = if feed.folder.is_some() { "      " } else { "    " };
    // `text` is what the specification asks for, `title` what many readers show.
    let name = escaped(feed.title.as_deref().unwrap_or(feed.url.as_str()));
    let home = feed.home.as_ref();
    let home = home.map(|home| format!(r#" htmlUrl="{}""#, escaped(home.as_str())));
    let (url, home) = (escaped(feed.url.as_str()), home.unwrap_or_default());
    format!(r#"{indent}<outline type="rss" text="{name}" title="{name}" xmlUrl="{url}"{home}/>"#)
}

/// Escapes a value, without the control characters that XML 1.0 cannot hold.
fn escaped(value: &str) -> String {
    let value: String = value
        .chars()
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}') && (*c >= ' ' || c.is_ascii_whitespace()))
        .collect();
    escape::escape(value.split_whitespace().collect::<Vec<_>>().join(" ")).into_owned()
}

#[cfg(test)]
mod tests;
