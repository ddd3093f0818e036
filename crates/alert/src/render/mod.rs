//! How a digest looks, as HTML and as plain text. Pure: the same digest, sender and recipient give
//! the same letter.

mod html;
mod text;
mod words;

use model::Locale;
use url::Url;

pub(crate) use self::html::{escaped, page};
pub(crate) use self::words::day_month;
use crate::clean::one_line;
use crate::compose::{Digest, Entry, Section};
use crate::letter::{Letter, ListLinks, Mailbox, list_id, message_id};

/// Gmail clips a mail at 102 KB and hides what follows, the footer first.
pub const HTML_BYTES_MAX: usize = 100_000;

const SUBJECT_CHARS_MAX: usize = 78;
const QUERY_NAMES_MAX: usize = 10;
const NAMES_MAX: usize = 5;
const TROUBLES_MAX: usize = 10;

/// Who sends the letters: what the owner's configuration says for all of them.
#[derive(Debug, Clone)]
pub struct Sender {
    pub from: Mailbox,
    /// Whom subscribers write to. Without one they answer to `from`.
    pub owner: Option<Mailbox>,
    /// Where Vigie's pages are, if it has any.
    pub base_url: Option<Url>,
}

impl Sender {
    /// Whom a subscriber asks for changes.
    fn ask(&self) -> &Mailbox {
        self.owner.as_ref().unwrap_or(&self.from)
    }
}

/// Writes a digest to one recipient.
///
/// Entries that do not fit into [`HTML_BYTES_MAX`] are counted, with the command that shows them.
pub fn render(digest: &Digest, sender: &Sender, to: &Mailbox) -> Letter {
    let pieces = html::Pieces::new(digest, sender, to);
    let shown = choose(&pieces.sizes(), HTML_BYTES_MAX.saturating_sub(pieces.frame_bytes_max()));
    Letter {
        message_id: message_id(&digest.subscription, digest.period, to, &sender.from),
        list_id: list_id(&digest.subscription, &sender.from),
        date: digest.period.until,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: digest.subscription.clone(),
        subject: subject(digest),
        text: text::letter(digest, sender, to, &shown),
        html: pieces.page(&shown),
        images: Vec::new(),
        follows: Vec::new(),
        links: ListLinks::default(),
    }
}

/// Always the same for a subscription, so that mail programs make one thread of its letters.
fn subject(digest: &Digest) -> String {
    let names: Vec<&str> = digest.queries.iter().map(|query| query.name.as_str()).collect();
    one_line(&format!("Vigie – {}", names.join(", ")), SUBJECT_CHARS_MAX)
}

/// Returns how many entries of each section to show, given the bytes of each: in turns, so that
/// a day of much news does not push the one review out.
fn choose(sizes: &[Vec<usize>], bytes_max: usize) -> Vec<usize> {
    let mut shown = vec![0; sizes.len()];
    let mut left = bytes_max;
    let turns = sizes.iter().map(Vec::len).max().unwrap_or(0);
    for turn in 0..turns {
        for (section, sizes) in sizes.iter().enumerate() {
            // A section that lost its turn stays closed: what is shown is its newest, unbroken.
            let Some(size) = sizes.get(turn).filter(|_| shown[section] == turn) else { continue };
            if *size <= left {
                left -= size;
                shown[section] += 1;
            }
        }
    }
    shown
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
        told
    } else {
        format!("{told} {}", words::and_more(untold.len(), locale))
    }
}

/// The second line of an entry: source, author and date.
fn byline(entry: &Entry, digest: &Digest) -> Vec<String> {
    let mut parts = vec![entry.source.clone()];
    // Many small sites name themselves as the author.
    parts.extend(entry.author.clone().filter(|author| *author != entry.source));
    parts.push(words::date_time(entry.date, digest));
    parts.extend(entry.rating.map(|rating| words::stars(rating, digest.locale)));
    parts.extend(entry.removed.map(|removed| {
        format!("{} {}", words::of(digest.locale).removed_since, words::date_time(removed, digest))
    }));
    parts
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

/// The page that shows the same, for each query.
fn links(digest: &Digest, base_url: &Url) -> Vec<(String, Url)> {
    let since = digest.period.since.with_timezone(&digest.zone).date_naive().to_string();
    let asked = digest.queries.iter().filter(|query| !query.text.is_empty());
    asked
        .take(NAMES_MAX)
        .filter_map(|query| {
            let mut url = base_url.clone();
            url.path_segments_mut().ok()?.pop_if_empty().push("search");
            url.query_pairs_mut().append_pair("q", &query.text).append_pair("since", &since);
            Some((query.name.clone(), url))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_take_turns_until_the_room_is_used_up() {
        let check = |sizes: &[&[usize]], room, expect: &[usize]| {
            let sizes: Vec<Vec<usize>> = sizes.iter().map(|sizes| sizes.to_vec()).collect();
            assert_eq!(choose(&sizes, room), expect, "{sizes:?} in {room}");
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
