//! How a digest looks, as HTML and as plain text. Pure: the same digest, sender and recipient give
//! the same letter.

mod closing;
mod confirm;
pub(crate) mod context;
mod feed;
mod notes;
mod page;
pub(crate) mod words;
mod wrap;

use model::{Locale, SubjectLine, Tone};

pub(crate) use self::closing::Closing;
use self::page::Frame;
pub(crate) use self::page::{hollow, picture};
pub(crate) use self::words::day_month;
pub(crate) use self::wrap::{escaped, wrapped};
use crate::clean::one_line;
use crate::compose::{Digest, Entry, Section};
use crate::letter::{Image, Letter, Mailbox, list_id, message_id, thread_id};
use crate::link::{Action, Links};
use crate::template::Templates;
pub use confirm::confirmation;
pub use feed::{Feed, FeedEntry};
pub use words::Pages;

/// Gmail clips a mail at 102 KB and hides what follows, the footer first.
pub const HTML_BYTES_MAX: usize = 100_000;

const SUBJECT_CHARS_MAX: usize = 78;
const QUERY_NAMES_MAX: usize = 10;
const NAMES_MAX: usize = 5;
const TROUBLES_MAX: usize = 10;
/// How many hosts of copies are told by name.
const HOSTS_MAX: usize = 8;

/// Who sends the letters: what the owner's configuration says for all of them.
#[derive(Debug, Clone)]
pub struct Sender {
    pub from: Mailbox,
    /// Whom subscribers write to. Without one they answer to `from`.
    pub owner: Option<Mailbox>,
    /// What the owner reads.
    pub locale: Locale,
    /// What the letters are laid out with.
    pub templates: Templates,
}

impl Sender {
    /// Whom a subscriber asks for changes.
    pub fn ask(&self) -> &Mailbox {
        self.owner.as_ref().unwrap_or(&self.from)
    }
}

/// Returns the words of the pages that links lead to.
pub fn page_words(locale: Locale) -> &'static Pages {
    &words::of(locale).pages
}

/// Writes a digest to one recipient. Without `links` nothing in it can be clicked but what was found.
///
/// Entries that do not fit into [`HTML_BYTES_MAX`] are counted, with where to see them.
pub fn render(digest: &Digest, sender: &Sender, to: &Mailbox, links: Option<&Links<'_>>) -> Letter {
    let message_id = message_id(&digest.subscription, digest.period, to, &sender.from);
    let chart = digest.chart.clone().map(|png| Image::new("volume", &message_id, png));
    let frame = Frame { digest, sender, to, links, chart: chart.as_ref() };
    let written = sender.templates.write(|set| frame.written(set));
    let follows = match digest.subject {
        SubjectLine::Constant => vec![thread_id(&digest.subscription, to, &sender.from)],
        SubjectLine::Count => Vec::new(),
    };
    Letter {
        list_id: list_id(&digest.subscription, &sender.from),
        date: digest.period.until,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: digest.subscription.clone(),
        subject: subject(digest),
        images: shown_images(chart, &written.html),
        text: written.text,
        html: written.html,
        follows,
        links: links.map(|links| links.of_list(Some(more(digest)))).unwrap_or_default(),
        message_id,
    }
}

/// A template may leave the chart out. What is not shown is not sent.
pub(crate) fn shown_images(charts: impl IntoIterator<Item = Image>, html: &str) -> Vec<Image> {
    charts.into_iter().filter(|image| html.contains(&image.uri())).collect()
}

fn more(digest: &Digest) -> Action {
    Action::More { since: digest.period.since, until: digest.period.until }
}

/// Always the same for a subscription, so that mail programs make one thread of its letters; or with
/// how much was found.
fn subject(digest: &Digest) -> String {
    let names: Vec<&str> = digest.queries.iter().map(|query| query.name.as_str()).collect();
    let constant = format!("Vigie – {}", names.join(", "));
    match digest.subject {
        SubjectLine::Constant => one_line(&constant, SUBJECT_CHARS_MAX),
        SubjectLine::Count => {
            let words = words::of(digest.locale);
            let count = words.count(&words.results, digest.total());
            let room = SUBJECT_CHARS_MAX.saturating_sub(count.chars().count() + 2);
            format!("{}{}{count}", one_line(&constant, room), words.colon)
        }
    }
}

/// Returns how many entries of each section to show, given how many there are and what each takes: in
/// turns, so that a day of much news does not push the one review out. What is not going to be shown is
/// hardly measured.
fn choose<E>(
    counts: &[usize],
    bytes_max: usize,
    mut size: impl FnMut(usize, usize) -> Result<usize, E>,
) -> Result<Vec<usize>, E> {
    let mut shown = vec![0; counts.len()];
    let mut left = bytes_max;
    for turn in 0..counts.iter().copied().max().unwrap_or(0) {
        for (section, count) in counts.iter().enumerate() {
            // A section that lost its turn stays closed: what is shown is its newest, unbroken.
            if turn >= *count || shown[section] < turn {
                continue;
            }
            let size = size(section, turn)?;
            if size <= left {
                left -= size;
                shown[section] += 1;
            }
        }
    }
    Ok(shown)
}

/// The queries that the subscription follows.
fn query_names(digest: &Digest) -> String {
    let names: Vec<String> = digest.queries.iter().map(|query| query.name.clone()).collect();
    listed(&names, QUERY_NAMES_MAX, digest.locale)
}

/// Names, of which the first few are told and the others counted.
fn listed(names: &[String], max: usize, locale: Locale) -> String {
    let (told, untold) = names.split_at(names.len().min(max));
    let told = told.join(", ");
    if untold.is_empty() {
        return told;
    }
    let words = words::of(locale);
    format!("{told} {}", words.count(&words.and_more, untold.len()))
}

/// The second line of an entry: source, author, date, stars and its place in a conversation.
fn byline(entry: &Entry, digest: &Digest) -> Vec<String> {
    let words = words::of(digest.locale);
    let mut parts = vec![entry.source.clone()];
    // Many small sites name themselves as the author.
    parts.extend(entry.author.clone().filter(|author| *author != entry.source));
    parts.push(words::date_time(entry.date, digest));
    parts.extend(entry.thread.as_ref().and_then(|thread| words.thread(thread)));
    parts.extend(entry.rating.map(|rating| words.stars(rating)));
    parts.extend(
        entry.removed.map(|removed| {
            format!("{} {}", words.removed_since, words::date_time(removed, digest))
        }),
    );
    parts
}

/// How an entry speaks, with a sign for who does not see colours.
fn tone(entry: &Entry, locale: Locale) -> Option<(Tone, String)> {
    let tone = entry.tone?;
    let sign = match tone {
        Tone::Negative => "▼",
        Tone::Neutral => "●",
        Tone::Positive => "▲",
    };
    Some((tone, format!("{sign}\u{a0}{}", words::of(locale).tone(tone))))
}

/// "and 12 copies: a.example, b.example and 3 more".
fn copies(entry: &Entry, locale: Locale) -> Option<String> {
    let words = words::of(locale);
    (entry.copies.count > 0).then(|| {
        let count = words.count(&words.copies, entry.copies.count);
        format!("{count}{}{}", words.colon, listed(&entry.copies.hosts, HOSTS_MAX, locale))
    })
}

/// "Perhaps not meant: stage, audition".
fn doubt(entry: &Entry, locale: Locale) -> Option<String> {
    let words = words::of(locale);
    entry.doubt.as_ref().map(|reasons| match reasons.as_slice() {
        [] => words.perhaps_not_meant.to_owned(),
        reasons => format!("{}{}{}", words.perhaps_not_meant, words.colon, reasons.join(", ")),
    })
}

/// The last line of an entry: what found it, and where else it stands.
fn provenance(entry: &Entry, locale: Locale) -> Vec<String> {
    let words = words::of(locale);
    let mut parts =
        vec![format!("{} {}", words.found_by, listed(&entry.found_by, NAMES_MAX, locale))];
    if !entry.also_seen_in.is_empty() {
        parts.push(format!(
            "{} {}",
            words.also_seen_in,
            listed(&entry.also_seen_in, NAMES_MAX, locale)
        ));
    }
    parts
}

/// "prix d’hiver (12 stories, new)", one for each trend.
fn trends(digest: &Digest) -> Vec<String> {
    let words = words::of(digest.locale);
    let said = |trend: &crate::compose::Trend| {
        let stories = usize::try_from(trend.stories).unwrap_or(usize::MAX);
        let stories = words.count(&words.stories, stories);
        let new = if trend.is_new { format!(", {}", words.new) } else { String::new() };
        format!("{} ({stories}{new})", trend.words)
    };
    digest.trends.iter().map(said).collect()
}

fn untold(section: &Section, shown: usize) -> usize {
    section.total - shown
}

/// The commands that show what a digest tells and what did not fit.
fn commands(digest: &Digest) -> Vec<String> {
    let since = digest.period.since.with_timezone(&digest.zone).date_naive();
    let asked = digest.queries.iter().filter(|query| !query.text.is_empty());
    asked
        .take(NAMES_MAX)
        .map(|query| format!("vigie search {} --since {since}", shell_quoted(&query.text)))
        .collect()
}

fn shell_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_take_turns_until_the_room_is_used_up() {
        let check = |sizes: &[&[usize]], room, expect: &[usize]| {
            let counts: Vec<usize> = sizes.iter().map(|sizes| sizes.len()).collect();
            let size = |section: usize, nth: usize| Ok::<_, ()>(sizes[section][nth]);
            assert_eq!(choose(&counts, room, size), Ok(expect.to_vec()), "{sizes:?} in {room}");
        };
        check(&[&[10, 10, 10], &[10]], 100, &[3, 1]);
        check(&[&[10, 10, 10], &[10]], 30, &[2, 1]);
        check(&[&[10, 10, 10], &[10]], 20, &[1, 1]);
        check(&[&[10, 90, 10], &[10, 10]], 50, &[1, 2]);
        check(&[&[10], &[10]], 0, &[0, 0]);
        check(&[], 50, &[]);
    }

    #[test]
    fn a_query_is_quoted_for_the_shell() {
        assert_eq!(shell_quoted("\"l'Oréal\" -emploi"), r#"'"l'\''Oréal" -emploi'"#);
    }
}
