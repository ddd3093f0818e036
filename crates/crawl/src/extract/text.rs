//! Markup to plain text: what a person would read, paragraphs separated by line feeds.

use std::borrow::Cow;

use encoding_rs::WINDOWS_1252;

use super::markup::{Token, Tokens, attributes, unescape};

/// Elements whose content nobody reads.
const UNSEEN: [&str; 12] = [
    "script", "style", "head", "template", "noscript", "iframe", "object", "svg", "select",
    "textarea", "noembed", "noframes",
];

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 40] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "summary",
    "table",
    "tr",
    "ul",
    "caption",
];

/// Elements of HTML that leave no trace in a line.
const INLINE: [&str; 49] = [
    "a", "abbr", "acronym", "applet", "audio", "b", "bdi", "bdo", "big", "blink", "button", "cite",
    "code", "col", "data", "datalist", "del", "dfn", "em", "embed", "font", "i", "img", "input",
    "ins", "kbd", "label", "link", "map", "mark", "meta", "q", "rp", "rt", "ruby", "s", "samp",
    "small", "source", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "video",
];

/// Elements that stand beside one another in a row.
const CELLS: [&str; 4] = ["td", "th", "option", "wbr"];

/// Elements with neither content nor end tag.
const VOID: [&str; 9] = ["br", "hr", "img", "input", "link", "meta", "source", "wbr", "embed"];

/// The most addresses that are taken out of one text.
const HREFS_MAX: usize = 1000;

/// Longest name in the tables above.
const NAME_BYTES_MAX: usize = 10;

fn is_one_of(table: &[&str], name: &str) -> bool {
    name.len() <= NAME_BYTES_MAX && table.iter().any(|known| known.eq_ignore_ascii_case(name))
}

fn is_html(name: &str) -> bool {
    [&UNSEEN[..], &BLOCKS, &INLINE, &CELLS].iter().any(|table| is_one_of(table, name))
}

/// Whether text that is said to be plain is HTML all the same: it closes an element of HTML, or
/// has one that needs no closing, or a reference that only HTML knows.
pub(crate) fn looks_like_html(text: &str) -> bool {
    if !text.contains(['<', '&']) {
        return false;
    }
    Tokens::new(text).any(|token| match token {
        Token::Close { name } => is_html(name),
        Token::Open { name, empty, .. } => {
            is_one_of(&VOID, name) || name.eq_ignore_ascii_case("p") || empty && is_html(name)
        }
        Token::Text(text) => matches!(unescape(text, |_| None), Cow::Owned(found) if found != text),
        Token::CData(_) | Token::Doctype(_) | Token::Aside => false,
    })
}

/// A text as a person finds it.
#[derive(Debug, Default)]
pub(crate) struct Rich {
    /// The words.
    pub(crate) text: String,
    /// Where its links lead, as written.
    pub(crate) hrefs: Vec<String>,
    /// Whether it shows a picture.
    pub(crate) image: bool,
}

impl Rich {
    pub(crate) fn from_html(html: &str) -> Self {
        let (rich, marked_up) = read(html);
        // Escaped twice: what was read is itself markup. Where there were real tags, the escaped
        // ones are what the author shows.
        if !marked_up && looks_like_html(&rich.text) { read(&rich.text).0 } else { rich }
    }

    /// Reads text that may be plain or HTML, as in RSS, which never says which.
    pub(crate) fn from_unsaid(text: &str) -> Self {
        if looks_like_html(text) {
            Self::from_html(text)
        } else {
            Self { text: from_plain(text), ..Self::default() }
        }
    }
}

/// Reads HTML or XHTML as plain text.
pub(crate) fn from_html(html: &str) -> String {
    Rich::from_html(html).text
}

/// Reads plain text: its lines, without the white space around and within them.
pub(crate) fn from_plain(text: &str) -> String {
    let mut lines = Lines::default();
    for line in text.lines() {
        lines.text(line);
        lines.end_line();
    }
    lines.out
}

/// Reads text that may be plain or HTML as plain text.
pub(crate) fn from_unsaid(text: &str) -> String {
    Rich::from_unsaid(text).text
}

/// Returns what is in `html` and whether it has tags.
fn read(html: &str) -> (Rich, bool) {
    let mut lines = Lines::default();
    let mut marked_up = false;
    let mut never_closed = [false; UNSEEN.len()];
    let mut set_in_lines = 0_usize;
    let mut tokens = Tokens::new(html);
    while let Some(token) = tokens.next() {
        match token {
            Token::Open { name, attributes, empty } => {
                let name = local(name);
                marked_up = true;
                lines.open(name, attributes);
                set_in_lines += usize::from(name.eq_ignore_ascii_case("pre"));
                let unseen = UNSEEN.iter().position(|known| known.eq_ignore_ascii_case(name));
                if let Some(unseen) = unseen.filter(|unseen| !empty && !never_closed[*unseen]) {
                    // An element that is never closed must not swallow the rest, nor be searched again.
                    let start = tokens.at();
                    if !tokens.any(|token| closes(token, name)) {
                        never_closed[unseen] = true;
                        tokens.seek(start);
                    }
                }
            }
            Token::Close { name } => {
                marked_up = true;
                lines.element(local(name));
                if local(name).eq_ignore_ascii_case("pre") {
                    set_in_lines = set_in_lines.saturating_sub(1);
                }
            }
            Token::Text(text) if set_in_lines > 0 => {
                for (at, line) in unescape(text, |_| None).split('\n').enumerate() {
                    if at > 0 {
                        lines.end_line();
                    }
                    lines.text(line);
                }
            }
            Token::Text(text) => lines.text(&unescape(text, |_| None)),
            Token::CData(text) => lines.cdata(text),
            Token::Doctype(_) | Token::Aside => {}
        }
    }
    (Rich { text: lines.out, hrefs: lines.hrefs, image: lines.image }, marked_up)
}

fn closes(token: Token, name: &str) -> bool {
    matches!(token, Token::Close { name: closed } if local(closed).eq_ignore_ascii_case(name))
}

/// Returns a name without its prefix: `xhtml:p` is a paragraph too.
fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

/// Lines as they are built: white space collapsed, no empty line.
#[derive(Default)]
struct Lines {
    out: String,
    /// White space or the end of a line was met since the last character.
    gap: Option<char>,
    hrefs: Vec<String>,
    image: bool,
}

impl Lines {
    fn text(&mut self, text: &str) {
        for c in text.chars().map(printed) {
            // Most of what is read is a letter in the middle of a line.
            if self.gap.is_none() && c.is_ascii_graphic() {
                self.out.push(c);
                continue;
            }
            if c.is_whitespace() {
                self.gap.get_or_insert(' ');
            } else if !is_invisible(c) {
                if let Some(gap) = self.gap.take().filter(|_| !self.out.is_empty()) {
                    self.out.push(gap);
                }
                self.out.push(c);
            }
        }
    }

    /// Adds a section of characters, which in escaped HTML is often HTML escaped once more.
    fn cdata(&mut self, text: &str) {
        if !looks_like_html(text) {
            return self.text(text);
        }
        for token in Tokens::new(text) {
            match token {
                Token::Open { name, attributes, .. } => self.open(local(name), attributes),
                Token::Close { name } => self.element(local(name)),
                Token::Text(text) => self.text(&unescape(text, |_| None)),
                Token::CData(text) => self.text(text),
                Token::Doctype(_) | Token::Aside => {}
            }
        }
    }

    fn end_line(&mut self) {
        self.gap = Some('\n');
    }

    fn open(&mut self, name: &str, attributes: &str) {
        self.element(name);
        if name.eq_ignore_ascii_case("a") && self.hrefs.len() < HREFS_MAX {
            self.hrefs.extend(href(attributes));
        } else if name.eq_ignore_ascii_case("img") {
            self.image = self.image || is_picture(attributes);
            if let Some(emoji) = emoji(attributes) {
                self.text(&emoji);
            }
        }
    }

    /// Leaves the gap that an element's start or end makes.
    fn element(&mut self, name: &str) {
        if is_one_of(&BLOCKS, name) {
            self.end_line();
        } else if is_one_of(&CELLS, name) {
            self.gap.get_or_insert(' ');
        }
    }
}

fn href(tag: &str) -> Option<String> {
    let href = attributes(tag).find(|(name, _)| name.eq_ignore_ascii_case("href"));
    href.map(|(_, address)| address.into_owned())
}

/// Returns what an `img` of these attributes stands for, if it is a letter of the text: boards draw them.
fn emoji(tag: &str) -> Option<String> {
    const BYTES_MAX: usize = 40;
    let alt = attributes(tag).find(|(name, _)| name.eq_ignore_ascii_case("alt"))?.1.into_owned();
    let is_drawn = |c: char| !c.is_ascii() && !c.is_alphanumeric();
    (alt.len() <= BYTES_MAX && alt.chars().all(is_drawn)).then_some(alt)
}

/// Whether an `img` of these attributes is a picture, not a dot that counts readers nor a smiley.
fn is_picture(tag: &str) -> bool {
    let is_dot = |side: &str| matches!(side.trim().trim_end_matches("px"), "0" | "1");
    let is_smiley = |classes: &str| classes.contains("smiley") || classes.contains("emoji");
    let mut shown = false;
    for (name, value) in attributes(tag) {
        if is_one_of(&["src", "data-src", "srcset"], name) {
            shown |= !value.trim().is_empty();
        } else if is_one_of(&["width", "height"], name) && is_dot(&value)
            || name.eq_ignore_ascii_case("class") && is_smiley(&value)
        {
            return false;
        }
    }
    shown
}

/// Undoes the commonest wrong encoding: the control characters 128 to 159, which nobody means, are
/// the punctuation that windows-1252 has there.
fn printed(c: char) -> char {
    if !('\u{80}'..='\u{9f}').contains(&c) {
        return c;
    }
    match u8::try_from(u32::from(c)) {
        Ok(byte @ 128..=159) => {
            let bytes = [byte];
            WINDOWS_1252.decode_without_bom_handling(&bytes).0.chars().next().unwrap_or(c)
        }
        Ok(_) | Err(_) => c,
    }
}

/// Characters that print nothing and would only part words: controls, soft hyphens, zero-width
/// spaces, byte order marks.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{ad}' | '\u{200b}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_is_read_as_a_person_reads_it() {
        let check = |html: &str, expect: &str| assert_eq!(from_html(html), expect, "{html}");
        check("<p>Un  th\u{e9}\n p&eacute;tillant</p><p>frais</p>", "Un thé pétillant\nfrais");
        check("a<br>b<br/>c", "a\nb\nc");
        check("<ul><li>un<li>deux</ul>fin", "un\ndeux\nfin");
        check("<b>O</b>zalée, <i>en</i>fin", "Ozalée, enfin");
        check("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc");
        check("a<script>if (b<c) {}</script>d<style>p{}</style>", "ad");
        check("a<script>never closed <b>b</b>", "anever closed b");
        check("I <3 tea, 1 < 2", "I <3 tea, 1 < 2");
        check("<![CDATA[<p>a</p><p>b &amp; c</p>]]>", "a\nb & c");
        check("<p><![CDATA[1 < 2]]></p>", "1 < 2");
        check("<xhtml:p>a</xhtml:p><xhtml:p>b</xhtml:p>", "a\nb");
        check(
            "<pre>&gt; un\n&gt; deux\n\ntrois</pre>quatre\ncinq",
            "> un\n> deux\ntrois\nquatre cinq",
        );
        check("joignable <img alt='😡' class='emoji' src='a.svg'> !", "joignable 😡 !");
        check("a <img alt='Un thé' src='a.jpg'> b", "a b");
        check("li\u{ad}mo\u{200b}nade", "limonade");
        check("", "");
    }

    #[test]
    fn links_are_taken_where_people_see_them() {
        let check = |html: &str, expect: &[&str]| {
            assert_eq!(Rich::from_html(html).hrefs, expect, "{html}");
        };
        check("<a href='/a?b=1&amp;c=2'>a</a> <A class=x HREF=b>b</A>", &["/a?b=1&c=2", "b"]);
        check("&lt;a href=&quot;/a&quot;&gt;a&lt;/a&gt;", &["/a"]);
        check("<xhtml:a href='/a'>a</xhtml:a><![CDATA[<a href='/b'>b</a>]]>", &["/a", "/b"]);
        check("<a name='x'>a</a><abbr href='/a'>b</abbr><p>c</p>", &[]);
        check("<script><a href='/a'>a</a></script>b<br>", &[]);
        check("1 < 2", &[]);
        assert_eq!(Rich::from_html(&"<a href='/a'>".repeat(5000)).hrefs.len(), HREFS_MAX);
    }

    #[test]
    fn a_picture_is_more_than_a_dot_or_a_smiley() {
        let check = |html: &str, expect| assert_eq!(Rich::from_html(html).image, expect, "{html}");
        check("<p>a <img src='a.jpg'></p>", true);
        check("<img width=640 height='1080' data-src='a.jpg'/>", true);
        check("<img src='count.gif' width='1' height='1'>", false);
        check("<img height=1px src='count.gif'>", false);
        check("<img src='wink.png' class='wp-smiley'>", false);
        check("<img src='count.gif' width=1><img src='a.jpg'>", true);
        check("<img src=''><img alt='no picture'>", false);
        check("<p>words</p>", false);
    }

    #[test]
    fn markup_escaped_twice_is_markup() {
        let check = |html: &str, expect: &str| assert_eq!(from_html(html), expect, "{html}");
        check("&lt;p&gt;Th&amp;eacute;&lt;/p&gt;&lt;p&gt;frais&lt;/p&gt;", "Thé\nfrais");
        check("<p>Écrire &lt;b&gt;gras&lt;/b&gt;</p>", "Écrire <b>gras</b>");
    }

    #[test]
    fn text_of_unsaid_type_is_html_only_when_it_looks_so() {
        let check = |text: &str, expect: &str| assert_eq!(from_unsaid(text), expect, "{text}");
        check("Vec<T> and <3", "Vec<T> and <3");
        check("<b>Ozalée</b> & Cie", "Ozalée & Cie");
        check("Ozalée &amp; Cie", "Ozalée & Cie");
        check("une\n\n  deux  fois", "une\ndeux fois");
        check("a<br>b", "a\nb");
    }
}
