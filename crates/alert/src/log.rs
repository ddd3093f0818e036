//! Events as messages of syslog (RFC 5424): a line for people, and what programs sort by as structured data. Pure: how
//! a message leaves is `channel`'s business.

use std::fmt::Write as _;

use model::{EventKind, Severity};

use crate::chat;
use crate::clean::one_line;
use crate::event::{Event, Fact};

/// What each receiver should take (RFC 5424, section 6.1), and what one datagram holds (RFC 5426, section 3.2).
pub const LOG_BYTES_MAX: usize = 2_048;
/// RFC 5424, section 6.
const HOST_BYTES_MAX: usize = 255;
/// The number that stands in documents (RFC 5612): Vigie has none of its own.
const STRUCTURE: &str = "vigie@32473";
const QUERIES_MAX: usize = 5;
const QUERY_CHARS_MAX: usize = 40;
/// Room for the word that says how much was cut.
const CUT_BYTES: usize = 40;

/// Whose messages a logger takes them for (RFC 5424, section 6.2.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Facility(u8);

impl Facility {
    pub const DAEMON: Self = Self(3);
    /// By the words that are used in a configuration.
    pub const ALL: [(&str, Self); 10] = [
        ("user", Self(1)),
        ("daemon", Self::DAEMON),
        ("local0", Self(16)),
        ("local1", Self(17)),
        ("local2", Self(18)),
        ("local3", Self(19)),
        ("local4", Self(20)),
        ("local5", Self(21)),
        ("local6", Self(22)),
        ("local7", Self(23)),
    ];
}

/// Writes an event for a logger: one line of at most [`LOG_BYTES_MAX`] bytes. `host` is this machine's name.
pub fn log_message(event: &Event, facility: Facility, host: &str) -> String {
    let (severity, queries) = about(event);
    let mut message = format!(
        "<{}>1 {} {} vigie - {kind} [{STRUCTURE} kind=\"{kind}\" severity=\"{severity}\" id=\"{}\"",
        u32::from(facility.0) * 8 + code(event.kind, severity),
        event.timestamp.format("%Y-%m-%dT%H:%M:%S%.3fZ"),
        host_name(host),
        value(&event.id),
        kind = event.kind,
    );
    for query in queries.iter().take(QUERIES_MAX) {
        // Writing to a string can't fail.
        let _ = write!(message, " query=\"{}\"", value(&one_line(query, QUERY_CHARS_MAX)));
    }
    if queries.len() > QUERIES_MAX {
        let _ = write!(message, " more_queries=\"{}\"", queries.len() - QUERIES_MAX);
    }
    if let Fact::Digest(told) = &event.data {
        let subscription = value(&one_line(&told.subscription, QUERY_CHARS_MAX));
        let (sent, given_up) = (told.recipients, told.given_up);
        let _ = write!(
            message,
            " subscription=\"{subscription}\" mails_sent=\"{sent}\" mails_given_up=\"{given_up}\""
        );
    }
    if let Fact::Source(told) = &event.data {
        // Writing to a string can't fail.
        let _ = write!(message, " trouble=\"{}\"", value(&one_line(&told.trouble.code, 40)));
    }
    // The mark says that the text is UTF-8.
    message.push_str("] \u{feff}");
    let text = format!("{}: {}", event.kind, chat::on_one_line(event));
    push_cut(&mut message, &text);
    message
}

/// Returns how grave an event is, and of which queries.
fn about(event: &Event) -> (Severity, Vec<&str>) {
    match &event.data {
        Fact::Signal(told) => (told.severity, vec![&told.query]),
        Fact::Mention(told) => {
            (Severity::Info, told.queries.iter().map(|query| query.name.as_str()).collect())
        }
        Fact::Story(_) | Fact::Source(_) | Fact::Digest(_) => (Severity::Info, Vec::new()),
    }
}

/// Critical, warning or informational; that something is over is a notice, however grave it was.
fn code(kind: EventKind, severity: Severity) -> u32 {
    match severity {
        Severity::Crisis | Severity::Warning if kind == EventKind::SignalEnded => 5,
        Severity::Crisis => 2,
        Severity::Warning => 4,
        Severity::Info => 6,
    }
}

/// Printable ASCII alone; `-` for none.
fn host_name(host: &str) -> String {
    let name: String = host.chars().filter(char::is_ascii_graphic).take(HOST_BYTES_MAX).collect();
    if name.is_empty() { "-".to_owned() } else { name }
}

/// RFC 5424, section 6.3.3.
fn value(text: &str) -> String {
    let mut value = String::new();
    for c in text.chars() {
        if matches!(c, '"' | '\\' | ']') {
            value.push('\\');
        }
        value.push(c);
    }
    value
}

/// Appends a text as far as there is room, and says how much was left out.
fn push_cut(message: &mut String, text: &str) {
    let room = LOG_BYTES_MAX.saturating_sub(message.len());
    if text.len() <= room {
        message.push_str(text);
        return;
    }
    let end = text.floor_char_boundary(room.saturating_sub(CUT_BYTES));
    // Writing to a string can't fail.
    let _ = write!(message, "{} … ({} more bytes)", &text[..end], text.len() - end);
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::event::{DigestTold, SourceNamed, SourceTold, TroubleTold};

    fn at() -> Timestamp {
        "2026-03-06T15:00:00.250Z".parse().unwrap()
    }

    fn source(name: &str, reason: &str) -> Event {
        let source = SourceNamed { id: "courrier".to_owned(), name: name.to_owned() };
        let trouble =
            TroubleTold { code: "frozen".to_owned(), reason: reason.to_owned(), since: at() };
        let data = Fact::Source(SourceTold { source, trouble });
        Event::new("msg_01".to_owned(), EventKind::SourceTroubled, at(), data)
    }

    /// Reads a message strictly: its priority, the words of its header, its structured data and its text.
    fn read(message: &str) -> (u32, Vec<&str>, Vec<(String, String)>, &str) {
        let (priority, rest) = message.strip_prefix('<').unwrap().split_once('>').unwrap();
        let mut words = rest.splitn(7, ' ');
        let header: Vec<&str> = words.by_ref().take(6).collect();
        let rest = words.next().unwrap().strip_prefix("[vigie@32473").unwrap();
        let (mut pairs, mut rest) = (Vec::new(), rest);
        while let Some(pair) = rest.strip_prefix(' ') {
            let (name, quoted) = pair.split_once("=\"").unwrap();
            let (mut value, mut chars) = (String::new(), quoted.char_indices());
            let end = loop {
                match chars.next().unwrap() {
                    (_, '\\') => value.push(chars.next().unwrap().1),
                    (_, ']') => panic!("not escaped: {message}"),
                    (end, '"') => break end,
                    (_, c) => value.push(c),
                }
            };
            pairs.push((name.to_owned(), value));
            rest = &quoted[end + 1..];
        }
        (priority.parse().unwrap(), header, pairs, rest.strip_prefix("] \u{feff}").unwrap())
    }

    #[test]
    fn an_event_is_a_header_what_programs_sort_by_and_a_line_for_people() {
        let message =
            log_message(&source("Le Courrier", "no news for 9 days"), Facility::DAEMON, "w 1");
        assert_eq!(
            message,
            "<30>1 2026-03-06T15:00:00.250Z w1 vigie - source.troubled [vigie@32473 \
             kind=\"source.troubled\" severity=\"info\" id=\"msg_01\" trouble=\"frozen\"] \
             \u{feff}source.troubled: Le Courrier: in trouble · has gone silent, since \
             6\u{a0}March, 15:00 UTC (no news for 9 days)"
        );
        let local = log_message(&source("x", "y"), Facility::ALL[9].1, "");
        assert!(local.starts_with("<190>1 2026-03-06T15:00:00.250Z - vigie "), "{local}");
    }

    #[test]
    fn the_mails_of_a_digest_are_counted_in_words_and_for_programs() {
        let digest = DigestTold {
            digest: 7,
            subscription: "press".to_owned(),
            period_end: at(),
            recipients: 2,
            given_up: 1,
        };
        let event = Event::new("m".into(), EventKind::DigestSent, at(), Fact::Digest(digest));
        let message = log_message(&event, Facility::DAEMON, "w1");
        let (_, _, pairs, text) = read(&message);
        assert_eq!(text, "digest.sent: Digest “press” sent · 2 mails sent, 1 given up");
        let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(pairs[3..], ["subscription=press", "mails_sent=2", "mails_given_up=1"]);
    }

    #[test]
    fn how_grave_it_is_is_the_priority() {
        use Severity::{Crisis, Info, Warning};
        assert_eq!(code(EventKind::MentionCreated, Info), 6);
        assert_eq!(code(EventKind::SignalOpened, Warning), 4);
        assert_eq!(code(EventKind::SignalGrew, Crisis), 2);
        assert_eq!(
            (code(EventKind::SignalEnded, Crisis), code(EventKind::SignalEnded, Warning)),
            (5, 5)
        );
    }

    #[test]
    fn what_has_no_room_is_cut_and_counted() {
        let mut message = "x".repeat(LOG_BYTES_MAX - 100);
        push_cut(&mut message, &"é".repeat(50));
        assert!(message.ends_with("éé") && message.len() == LOG_BYTES_MAX);
        let mut message = "x".repeat(LOG_BYTES_MAX - 100);
        push_cut(&mut message, &"é".repeat(51));
        assert!(message.ends_with("é … (42 more bytes)"), "{message}");
        assert!(message.len() <= LOG_BYTES_MAX);
        // Titles are cut before; that so many queries found it is counted.
        let digest = DigestTold {
            digest: 1,
            subscription: "é\"]\\\n".repeat(900),
            period_end: at(),
            recipients: 1,
            given_up: 0,
        };
        let event = Event::new("m".into(), EventKind::DigestSent, at(), Fact::Digest(digest));
        let message = log_message(&event, Facility::DAEMON, "w1");
        assert!(read(&message).3.contains('…') && message.len() <= LOG_BYTES_MAX);
    }

    proptest! {
        #[test]
        fn whatever_strangers_write_it_is_one_line_that_is_read_again(
            name in "\\PC*|(.|\\n|\\r|\u{1b}|\u{85}|\u{2028}){0,900}",
            reason in "(.|\\n|\\r|\\x00|\"|]|\\\\){0,900}",
            host in "(.|\\n){0,400}",
        ) {
            let message = log_message(&source(&name, &reason), Facility::DAEMON, &host);
            prop_assert!(message.len() <= LOG_BYTES_MAX, "{}", message.len());
            prop_assert!(!message.chars().any(char::is_control), "{message:?}");
            let (priority, header, pairs, text) = read(&message);
            prop_assert_eq!(priority, 30);
            prop_assert_eq!((header.len(), header[0], header[5]), (6, "1", "source.troubled"));
            prop_assert_eq!(pairs.len(), 4);
            prop_assert!(text.starts_with("source.troubled: "));
            let mut escaped = format!("x[{STRUCTURE} a=\"{}\"] ", value(&one_line(&name, 40)));
            escaped.push('\u{feff}');
            let framed = format!("<1>1 - - - - - {}", &escaped[1..]);
            prop_assert_eq!(&read(&framed).2[0].1, &one_line(&name, 40));
        }
    }
}
