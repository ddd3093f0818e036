//! `[[json]]` tables become shapes, or all their mistakes at once.

use scraper::Selector;

use settings::Section;

use super::super::find::{BadPattern, FINDS_MAX, parsed, selectors};
use super::super::load::scale;
use super::field::Field;
use super::next::Next;
use super::{Embedded, PostShape, Records, RowShape, Shape};

/// The largest page's number or size that a preset can mean.
const NUMBER_MAX: u64 = 1_000_000;

const HINT: &str = "write it as in \"author.name || username\" or \"/t/{slug}/{id}\"; a path from the \
                    root starts with `$.`";

#[derive(Debug, Clone, Copy)]
enum PageKind {
    Thread,
    Listing,
    Html,
}

impl Shape {
    /// Reads a `[[json]]` table; what is wrong with it is reported there.
    pub(in crate::preset) fn read(section: Section<'_, '_>) -> Option<Self> {
        let when = fields(&section, "when");
        let embedded = section.texts("embedded", FINDS_MAX);
        let embedded = embedded.iter().filter_map(|text| parsed(&section, text, embedded_at));
        let embedded = embedded.collect();
        let within = field(&section, "within");
        let root = section.texts("root", FINDS_MAX).into_iter().map(|text| text.value).collect();
        let words = [
            ("thread", PageKind::Thread),
            ("listing", PageKind::Listing),
            ("html", PageKind::Html),
        ];
        let kind = section.one_of("kind_of_page", &words).map(|kind| kind.value);
        let next = section.section("next").map(next).unwrap_or_default();
        for key in ["when", "kind_of_page"].into_iter().filter(|key| !section.has(key)) {
            let hint = match key {
                "when" => "write a path that a body of this shape has",
                _ => "write \"thread\" for posts, or \"listing\" for a list of pages",
            };
            section.absent(&[key], format!("`{key}` is missing"), hint);
        }
        let (of, page_title) = match kind {
            Some(PageKind::Thread) => (posts(&section), field(&section, "title")),
            Some(PageKind::Listing) => (rows(&section), None),
            Some(PageKind::Html) => (required(&section, "html").map(Records::Html), None),
            // What the other keys mean depends on it.
            None => return None,
        };
        section.finish();
        Some(Self { when, embedded, within, root, page_title, of: of?, next })
    }
}

fn posts(section: &Section<'_, '_>) -> Option<Records> {
    let records = required(section, "records");
    let (worst_milli, best_milli) = scale(section);
    let css = |key| selectors(section, key).into_iter().map(|css| css.selector).collect();
    let field = |key| field(section, key);
    let posts = PostShape {
        records: records?,
        children: field("children"),
        skip: fields(section, "skip"),
        id: field("id"),
        author: field("author"),
        profile: field("profile"),
        date: field("date"),
        updated: field("updated"),
        text: required(section, "text"),
        quoted: field("quoted"),
        quotes: css("quote"),
        drop: css("drop"),
        mail: section.truth("mail").is_some_and(|mail| mail.value),
        link: field("link"),
        number: field("number"),
        answers: field("answers"),
        reply: field("reply"),
        subject: field("subject"),
        thread: field("thread"),
        thread_title: field("thread_title"),
        thread_url: field("thread_url"),
        rating: field("rating"),
        best_milli,
        worst_milli,
        product: field("product"),
        verified: field("verified"),
        owner_reply: field("owner_reply"),
        likes: field("likes"),
        shares: field("shares"),
        comments: field("comments"),
        views: field("views"),
        followers: field("followers"),
        tags: field("tags"),
        links: field("links"),
        image: field("image"),
        lang: field("lang"),
        average: field("average"),
        count: field("count"),
    };
    Some(Records::Posts(Box::new(posts)))
}

fn rows(section: &Section<'_, '_>) -> Option<Records> {
    let (records, link) = (required(section, "records"), required(section, "link"));
    let rows = RowShape {
        skip: fields(section, "skip"),
        title: field(section, "title"),
        replies: field(section, "replies"),
        active: field(section, "active"),
        records: records?,
        link: link?,
    };
    Some(Records::Rows(rows))
}

fn next(section: Section<'_, '_>) -> Next {
    let text = |key| section.text(key).map(|text| text.value);
    let next = Next {
        cursor: field(&section, "cursor"),
        parameter: text("parameter"),
        page: text("page"),
        first: number(&section, "first").unwrap_or(1),
        pages: field(&section, "pages"),
        ids: field(&section, "ids"),
        offset: text("offset"),
        total: field(&section, "total"),
        more: field(&section, "more"),
        size: number(&section, "size"),
        limit: text("limit"),
        link_header: section.truth("link_header").is_some_and(|link| link.value),
    };
    let is_said =
        next.link_header || next.cursor.is_some() || next.page.is_some() || next.offset.is_some();
    if !is_said && !["cursor", "page", "offset"].iter().any(|key| section.has(key)) {
        let hint = "write one of: cursor, page, offset, link_header";
        section.problem("does not say how the next page is found", hint);
    }
    if next.parameter.is_some() && !section.has("cursor") {
        section.problem("`parameter` is of no use without `cursor`", "add `cursor`");
    }
    section.finish();
    next
}

fn number(section: &Section<'_, '_>, key: &'static str) -> Option<u64> {
    section.integer(key, 0..=NUMBER_MAX).map(|field| field.value)
}

fn required(section: &Section<'_, '_>, key: &'static str) -> Option<Field> {
    let text = section.required_text(key, HINT)?;
    read_field(section, &text)
}

fn field(section: &Section<'_, '_>, key: &'static str) -> Option<Field> {
    read_field(section, &section.text(key)?)
}

fn fields(section: &Section<'_, '_>, key: &'static str) -> Vec<Field> {
    let texts = section.texts(key, FINDS_MAX);
    texts.iter().filter_map(|text| read_field(section, text)).collect()
}

/// Reads a field; what is wrong with it is reported there.
pub(crate) fn read_field(
    section: &Section<'_, '_>,
    text: &settings::Field<String>,
) -> Option<Field> {
    parsed(section, text, |text| {
        Field::parse(text).map_err(|(byte, message)| BadPattern { byte, message, hint: HINT })
    })
}

/// Reads `selector` or `selector@attribute`.
fn embedded_at(text: &str) -> Result<Embedded, BadPattern> {
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let attribute = text.rsplit_once('@').filter(|(_, name)| is_name(name));
    let (css, attribute) = match attribute {
        Some((css, name)) => (css, Some(name.to_ascii_lowercase())),
        None => (text, None),
    };
    let selector = Selector::parse(css.trim()).map_err(|error| BadPattern {
        byte: 0,
        message: format!("no CSS selector: {error}"),
        hint: "write it as in \"script#__NEXT_DATA__\" or \"#data@data-preloaded\"",
    })?;
    Ok(Embedded { selector, attribute })
}
