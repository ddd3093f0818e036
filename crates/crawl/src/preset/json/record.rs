//! One record of a document: a post, a review, a comment.

use std::collections::HashSet;

use ego_tree::NodeId;
use model::{Details, Rating};
use scraper::Selector;
use serde_json::{Number, Value};
use url::Url;

use super::super::mail;
use super::field::Field;
use super::path::{Place, word};
use super::{Page, PostShape};
use crate::dates;
use crate::extract::details::{add_link, add_tag, milli};
use crate::extract::draft::{Dated, DraftEntry};
use crate::extract::markup::unescape;
use crate::extract::text::{Rich, from_plain, from_unsaid, looks_like_html};
use crate::page::dom::{self, Dom, Said};
use crate::page::profile::profile;

/// Values read of one list of tags or links.
const LIST_MAX: usize = 1000;
/// Reads a record. `parent` is the guid of the record within which it stands.
pub(super) fn read(
    shape: &PostShape,
    place: Place,
    page: &Page,
    parent: Option<&str>,
) -> Option<DraftEntry> {
    if shape.skip.iter().any(|skip| skip.is_said(place)) {
        return None;
    }
    let word = |field: &Option<Field>| field.as_ref()?.word(place);
    let phrase = |field: &Option<Field>| one_line(&word(field)?);
    let text = |field: &Option<Field>| {
        let text = field.as_ref()?.text(place).map(|text| from_unsaid(&text))?;
        (!text.is_empty()).then_some(text)
    };
    let address = |field: &Option<Field>| page.join(&field.as_ref()?.address(place)?);
    let count = |field: &Option<Field>| whole(&word(field)?);
    let said = shape.text.as_ref().and_then(|field| field.text(place));
    let mut said = said.map(|text| spoken(&text, shape, page.url)).unwrap_or_default();
    if let Some(quoted) = text(&shape.quoted) {
        add_paragraph(&mut said.quote, &quoted);
    }

    let guid = word(&shape.id);
    let link = address(&shape.link);
    let number = count(&shape.number).and_then(|number| u32::try_from(number).ok());
    let answers = shape.answers.as_ref().and_then(|answers| {
        let answers = answers.address(place).filter(|answers| !is_zero(answers))?;
        // Written like an address of this site: then it is one.
        let url = answers.starts_with('/').then(|| page.join(&answers)).flatten();
        Some(url.map_or(answers, String::from))
    });
    let answers = answers.or_else(|| parent.map(str::to_owned));
    let thread_title = phrase(&shape.thread_title).map(|title| without_marks(&title).to_owned());
    let thread_title = thread_title.or_else(|| page.title.clone());
    let mut details = Details {
        thread: word(&shape.thread),
        thread_url: address(&shape.thread_url),
        number,
        reply: match number {
            _ if shape.reply.as_ref().is_some_and(|reply| reply.says_yes(place)) => Some(true),
            Some(1) => Some(false),
            Some(_) => Some(true),
            None if answers.is_some() => Some(true),
            None => (shape.answers.is_some() || shape.children.is_some()).then_some(false),
        },
        answers,
        rating: rating(shape, place),
        product: phrase(&shape.product),
        verified: shape
            .verified
            .as_ref()
            .filter(|verified| verified.exists(place))
            .map(|verified| verified.is_said(place)),
        owner_reply: text(&shape.owner_reply).unwrap_or_default(),
        quote: said.quote,
        image: said.rich.image || shape.image.as_ref().is_some_and(|image| image.is_said(place)),
        ..Details::default()
    };
    let profile_said = shape.profile.as_ref().and_then(|field| field.address(place));
    // An address that begins with a slash starts from the site's root, as the others do.
    details.author_url = profile_said.and_then(|said| {
        let url = page.join(&said)?;
        profile(url.as_str(), page.url)
    });
    details.engagement.likes = count(&shape.likes);
    details.engagement.shares = count(&shape.shares);
    details.engagement.comments = count(&shape.comments);
    details.engagement.views = count(&shape.views);
    details.engagement.followers = count(&shape.followers);
    let list = |field: &Option<Field>| {
        let values = field.as_ref().map(|field| field.all(place)).unwrap_or_default();
        values.into_iter().filter_map(super::path::word).take(LIST_MAX).collect::<Vec<_>>()
    };
    for tag in list(&shape.tags) {
        add_tag(&mut details.tags, &tag);
    }
    let hrefs = said.rich.hrefs.into_iter().chain(list(&shape.links));
    let base = link.as_ref().unwrap_or(page.url);
    for href in hrefs {
        add_link(&mut details.links, &href, base);
    }

    let title = phrase(&shape.subject).filter(|subject| {
        number.is_none_or(|number| number == 1) && !details.reply.unwrap_or(false)
            || !is_of_thread(subject, thread_title.as_deref())
    });
    details.thread_title =
        thread_title.filter(|_| shape.thread_title.is_some()).unwrap_or_default();
    Some(DraftEntry {
        guid,
        link,
        title,
        text: Some(said.rich.text).filter(|text| !text.is_empty()),
        author: word(&shape.author).and_then(|name| person(&name)),
        lang: word(&shape.lang),
        published: dated(shape.date.as_ref(), place),
        updated: dated(shape.updated.as_ref(), place),
        details,
    })
}

/// Returns a name as people read it. What looks like an element there is somebody's idea of a name.
fn person(text: &str) -> Option<String> {
    let name = from_plain(&unescape(text, |_| None)).replace('\n', " ");
    (!name.is_empty()).then_some(name)
}

/// Returns a text on one line, without markup.
pub(super) fn one_line(text: &str) -> Option<String> {
    let text = from_unsaid(text).replace('\n', " ");
    (!text.is_empty()).then_some(text)
}

/// Reads a whole number, of which some sites write a fraction of zero.
pub(super) fn whole(text: &str) -> Option<u64> {
    let digits = text.strip_suffix(".0").unwrap_or(text);
    digits.parse().ok()
}

fn is_zero(text: &str) -> bool {
    matches!(text, "0" | "-1" | "false")
}

/// Whether a subject says only that it answers to its conversation.
fn is_of_thread(subject: &str, thread_title: Option<&str>) -> bool {
    let own = without_marks(subject);
    let is_reply = own.len() < subject.trim().len();
    is_reply && thread_title.is_none()
        || thread_title.is_some_and(|title| title.trim().eq_ignore_ascii_case(own))
}

/// Returns a subject without the marks of answers before it.
fn without_marks(subject: &str) -> &str {
    const MARKS: [&str; 8] = ["re", "ré", "rép", "aw", "sv", "antw", "rif", "res"];
    let mut own = subject.trim();
    while let Some((mark, rest)) = own.split_once(':')
        && MARKS.contains(&mark.trim().to_lowercase().as_str())
    {
        own = rest.trim();
    }
    own
}

fn rating(shape: &PostShape, place: Place) -> Option<Rating> {
    let value = shape.rating.as_ref()?.word(place).and_then(|word| milli(&word))?;
    Rating::new(value, shape.worst_milli, shape.best_milli)
}

/// Reads when something was: seconds or milliseconds since 1970, or a date. One of ISO 8601 without a
/// zone is UTC, as in `date_gmt`.
pub(super) fn dated(field: Option<&Field>, place: Place) -> Dated {
    let Some(field) = field else { return Dated::Unsaid };
    let first = field.all(place).into_iter().find(|value| word(value).is_some());
    let text = match first {
        Some(Value::Number(number)) => return since_1970(number),
        Some(value) => word(value),
        None => field.word(place),
    };
    let Some(text) = text.filter(|text| !is_zero(text)) else { return Dated::Unsaid };
    // MySQL's way to say never.
    if text.starts_with("0000-00-00") {
        return Dated::Unsaid;
    }
    let is_iso = |text: &str| {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        digits == text.len() || digits == 4 && text[4..].starts_with('-')
    };
    let at = if is_iso(&text) {
        dates::parse(&text)
    } else {
        chrono::DateTime::parse_from_rfc2822(&text).ok().map(|at| at.to_utc())
    };
    match at {
        Some(at) => Dated::At(at),
        None if is_iso(&text) => Dated::Unreadable(text),
        None => Dated::Written(text),
    }
}

fn since_1970(number: &Number) -> Dated {
    if number.as_f64() == Some(0.0) {
        return Dated::Unsaid;
    }
    let text = number.to_string();
    dates::parse(&text).map_or(Dated::Unreadable(text), Dated::At)
}

/// Reads what a record says, with the words of others apart.
fn spoken(text: &str, shape: &PostShape, url: &Url) -> Said {
    let mut said = match marked_up(text, shape, url) {
        Some(said) => said,
        None => Said { rich: Rich::from_unsaid(text), quote: String::new() },
    };
    if shape.mail {
        let mail = mail::read(&said.rich.text);
        said.rich.text = mail.text;
        add_paragraph(&mut said.quote, &mail.quote);
    }
    said
}

fn marked_up(text: &str, shape: &PostShape, url: &Url) -> Option<Said> {
    if shape.quotes.is_empty() && shape.drop.is_empty() || !looks_like_html(text) {
        return None;
    }
    // Escaped once more, as in the `*_html` of Reddit.
    let unescaped =
        (!text.contains('<') && text.contains("&lt;")).then(|| unescape(text, |_| None));
    let dom = Dom::parse(unescaped.as_deref().unwrap_or(text), url).ok()?;
    let chosen = |selectors: &[Selector]| -> HashSet<NodeId> {
        let elements = selectors.iter().flat_map(|selector| dom.html.select(selector));
        elements.map(|element| element.id()).collect()
    };
    Some(dom::said(dom.root(), &chosen(&shape.drop), &chosen(&shape.quotes)))
}

fn add_paragraph(text: &mut String, paragraph: &str) {
    if !text.is_empty() && !paragraph.is_empty() {
        text.push('\n');
    }
    text.push_str(paragraph);
}
