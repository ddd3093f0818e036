//! A preset as it is written becomes the rich form, or all its mistakes at once.

use chrono_tz::Tz;
use model::{Kind, Problem};
use regex::Regex;

use super::Preset;
use super::find::{Css, FINDS_MAX, Find, finds, regexes, selectors};
use super::json;
use crate::dates::DateOrder;
use settings::{Document, Section};

/// The longest preset, in bytes.
pub(super) const PRESET_BYTES_MAX: usize = 256 << 10;
/// Layouts of one kind that a preset may describe.
const LAYOUTS_MAX: usize = 16;
/// Parameters that a preset may strip.
const STRIP_MAX: usize = 64;

/// What tells a kind of site.
#[derive(Debug, Clone, Default)]
pub(super) struct Recognise {
    pub(super) generator: Vec<String>,
    /// What the names of its cookies begin with.
    pub(super) cookie: Vec<String>,
    pub(super) selector: Vec<Css>,
    pub(super) url: Vec<Regex>,
}

/// A page of posts.
#[derive(Debug, Clone)]
#[expect(clippy::struct_field_names, reason = "the keys of the format")]
pub(super) struct Thread {
    pub(super) when: Vec<Css>,
    pub(super) title: Vec<Find>,
    pub(super) thread_url: Vec<Find>,
    pub(super) about: Vec<Find>,
    pub(super) posts: Record,
    /// A post apart from the others: a question, an article.
    pub(super) opening: Option<Record>,
    pub(super) next: Vec<Find>,
    pub(super) last: Vec<Find>,
    /// The page before this one. A thread's page without one begins with its first post.
    pub(super) previous: Vec<Find>,
    /// The newest post stands last, and what follows is older.
    pub(super) newest_last: bool,
    pub(super) average: Vec<Find>,
    pub(super) count: Vec<Find>,
}

/// One post, review or comment.
#[derive(Debug, Clone)]
pub(super) struct Record {
    pub(super) post: Vec<Css>,
    /// What stands just before a post and belongs to it.
    pub(super) header: Vec<Css>,
    pub(super) skip: Vec<Css>,
    pub(super) id: Vec<Find>,
    pub(super) author: Vec<Find>,
    /// Where the author is shown, if not where the name leads.
    pub(super) profile: Vec<Find>,
    pub(super) date: Vec<Find>,
    pub(super) updated: Vec<Find>,
    pub(super) text: Vec<Css>,
    pub(super) quote: Vec<Css>,
    pub(super) drop: Vec<Css>,
    pub(super) link: Vec<Find>,
    pub(super) number: Vec<Find>,
    pub(super) answers: Vec<Find>,
    pub(super) subject: Vec<Find>,
    pub(super) rating: Vec<Find>,
    pub(super) product: Vec<Find>,
    pub(super) verified: Vec<Find>,
    pub(super) owner_reply: Vec<Css>,
    pub(super) likes: Vec<Find>,
    pub(super) views: Vec<Find>,
    pub(super) tags: Vec<Find>,
    pub(super) best_milli: i64,
    pub(super) worst_milli: i64,
    /// Lines of the text from which on it is a signature.
    pub(super) signature: Vec<Regex>,
    /// The text is a mail's: lines that begin with `>` are quoted, and `-- ` begins a signature.
    pub(super) mail: bool,
}

/// A page of threads, boards or products.
#[derive(Debug, Clone)]
pub(super) struct Listing {
    pub(super) when: Vec<Css>,
    pub(super) row: Vec<Css>,
    pub(super) skip: Vec<Css>,
    pub(super) link: Vec<Find>,
    pub(super) title: Vec<Find>,
    pub(super) replies: Vec<Find>,
    pub(super) active: Vec<Find>,
    pub(super) next: Vec<Find>,
    pub(super) last: Vec<Find>,
}

/// Reads a preset's text. `stem` is its file's name without the ending.
pub(super) fn preset(file: &str, stem: &str, text: &str) -> Result<Preset, Vec<Problem>> {
    if text.len() > PRESET_BYTES_MAX {
        let message = format!("is longer than {PRESET_BYTES_MAX} bytes");
        return Err(vec![Problem::new(file, message)]);
    }
    let document = Document::new(file, text);
    let table = document.parse();
    let preset = table.as_ref().and_then(|table| root(Section::root(&document, table), stem));
    let (problems, _) = document.into_problems();
    match preset {
        Some(preset) if problems.is_empty() => Ok(preset),
        _ => Err(problems),
    }
}

fn root(section: Section<'_, '_>, stem: &str) -> Option<Preset> {
    let name = section.required_text("name", "write the file's name without .toml");
    if let Some(name) = name.as_ref().filter(|name| name.value != stem) {
        let message = format!("\"{}\" is not the name of its file", name.value);
        section.problem_with(name, message, format!("write \"{stem}\", or rename the file"));
    }
    let title = section.required_text("title", "write what people call this kind of site");
    let words: Vec<(&str, Kind)> = Kind::ALL.map(|kind| (kind.as_str(), kind)).to_vec();
    let kind = section.one_of("kind", &words);
    if !section.has("kind") {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        let hint = format!("write one of: {}", known.join(", "));
        section.absent(&["kind"], "`kind` is missing", hint);
    }
    let zone = section.text("zone").and_then(|text| zone(&section, &text.value));
    let order = [("dmy", DateOrder::Dmy), ("mdy", DateOrder::Mdy), ("ymd", DateOrder::Ymd)];
    let order = section.one_of("order", &order).map(|order| order.value);
    let strip = section.texts("strip", STRIP_MAX).into_iter().map(|text| text.value).collect();
    let pages = section.texts("pages", STRIP_MAX).into_iter().map(|text| text.value).collect();
    let recognise = section.section("recognise").map(recognise).unwrap_or_default();
    let threads: Vec<_> = section.sections("thread", LAYOUTS_MAX).into_iter().map(thread).collect();
    let listings = section.sections("listing", LAYOUTS_MAX).into_iter().map(listing).collect();
    let json: Vec<_> =
        section.sections("json", LAYOUTS_MAX).into_iter().map(json::Shape::read).collect();
    let api = section.section("api").map(json::Api::read);
    let platform = section.section("platform").and_then(crate::platform::platform);
    if !["thread", "listing", "json", "platform"].iter().any(|key| section.has(key)) {
        let hint = "write [thread], [listing], [[json]] or [platform]";
        section.absent(&["thread", "listing", "json", "platform"], "reads nothing", hint);
    }
    if !section.has("recognise") {
        let hint = "write [recognise]; it may be empty";
        section.absent(&["recognise"], "`recognise` is missing", hint);
    }
    section.finish();
    Some(Preset {
        name: name?.value,
        title: title?.value,
        kind: kind?.value,
        zone,
        order,
        strip,
        pages,
        recognise,
        threads,
        listings,
        json: json.into_iter().flatten().collect(),
        api,
        platform,
    })
}

fn zone(section: &Section<'_, '_>, name: &str) -> Option<Tz> {
    let zone = name.parse().ok();
    if zone.is_none() {
        let field = section.text("zone")?;
        let message = format!("\"{name}\" is no time zone");
        section.problem_with(&field, message, "write it as in \"Europe/Paris\"");
    }
    zone
}

fn recognise(section: Section<'_, '_>) -> Recognise {
    let generator = section.texts("generator", FINDS_MAX).into_iter();
    let recognise = Recognise {
        generator: generator.map(|text| text.value.to_lowercase()).collect(),
        cookie: section.texts("cookie", FINDS_MAX).into_iter().map(|text| text.value).collect(),
        selector: selectors(&section, "selector"),
        url: regexes(&section, "url"),
    };
    section.finish();
    recognise
}

fn thread(section: Section<'_, '_>) -> Thread {
    let thread = Thread {
        when: selectors(&section, "when"),
        title: finds(&section, "title"),
        thread_url: finds(&section, "thread_url"),
        about: finds(&section, "about"),
        posts: record(&section),
        opening: section.section("opening").map(|section| {
            let record = record(&section);
            section.finish();
            record
        }),
        next: finds(&section, "next"),
        last: finds(&section, "last"),
        previous: finds(&section, "previous"),
        newest_last: section.truth("newest_last").is_some_and(|truth| truth.value),
        average: finds(&section, "average"),
        count: finds(&section, "count"),
    };
    section.finish();
    thread
}

/// Reads the worst and the best rating, in thousandths: those of schema.org, and of most shops, where
/// nothing is said.
pub(super) fn scale(section: &Section<'_, '_>) -> (i64, i64) {
    const WORST_MILLI: i64 = 1000;
    const BEST_MILLI: i64 = 5000;
    let (worst, best) = (section.thousandths("worst"), section.thousandths("best"));
    let worst_milli = worst.as_ref().map_or(WORST_MILLI, |worst| worst.value);
    let best_milli = best.as_ref().map_or(BEST_MILLI, |best| best.value);
    if let (Some(field), true) = (best.or(worst), worst_milli >= best_milli) {
        section.problem_with(&field, "the best rating is not above the worst", "swap them");
    }
    (worst_milli, best_milli)
}

fn record(section: &Section<'_, '_>) -> Record {
    for key in ["post", "text"] {
        if !section.has(key) {
            let hint = "write a CSS selector or several";
            section.absent(&[key], format!("`{key}` is missing"), hint);
        }
    }
    let (worst_milli, best_milli) = scale(section);
    Record {
        post: selectors(section, "post"),
        header: selectors(section, "header"),
        skip: selectors(section, "skip"),
        id: finds(section, "id"),
        author: finds(section, "author"),
        profile: finds(section, "profile"),
        date: finds(section, "date"),
        updated: finds(section, "updated"),
        text: selectors(section, "text"),
        quote: selectors(section, "quote"),
        drop: selectors(section, "drop"),
        link: finds(section, "link"),
        number: finds(section, "number"),
        answers: finds(section, "answers"),
        subject: finds(section, "subject"),
        rating: finds(section, "rating"),
        product: finds(section, "product"),
        verified: finds(section, "verified"),
        owner_reply: selectors(section, "owner_reply"),
        likes: finds(section, "likes"),
        views: finds(section, "views"),
        tags: finds(section, "tags"),
        best_milli,
        worst_milli,
        signature: regexes(section, "signature"),
        mail: section.truth("mail").is_some_and(|mail| mail.value),
    }
}

fn listing(section: Section<'_, '_>) -> Listing {
    for key in ["row", "link"] {
        if !section.has(key) {
            let hint = "write a CSS selector or several";
            section.absent(&[key], format!("`{key}` is missing"), hint);
        }
    }
    let listing = Listing {
        when: selectors(&section, "when"),
        row: selectors(&section, "row"),
        skip: selectors(&section, "skip"),
        link: finds(&section, "link"),
        title: finds(&section, "title"),
        replies: finds(&section, "replies"),
        active: finds(&section, "active"),
        next: finds(&section, "next"),
        last: finds(&section, "last"),
    };
    section.finish();
    listing
}
