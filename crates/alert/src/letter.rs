//! A letter: one mail to one recipient, complete, as the outbox keeps it.

use std::fmt::{self, Write as _};
use std::str::FromStr;

use model::{SubscriptionId, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use url::Url;

use crate::clean::one_line;
use crate::{Evidence, Period};

/// One mail to one recipient. It holds all that is sent, so that a delivery repeated after a
/// restart is the same message, `message_id` and all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Letter {
    /// `<…@domain>`, the same for every try of this delivery.
    pub message_id: String,
    /// `subscription.vigie.domain`, without angle brackets (RFC 2919).
    pub list_id: String,
    pub date: Timestamp,
    pub from: Mailbox,
    pub to: Mailbox,
    /// Whom to ask for changes; answers and unsubscriptions go there.
    pub owner: Option<Mailbox>,
    pub subscription: SubscriptionId,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// What the HTML shows inline. Mails must stand without them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<Image>,
    /// The `Message-ID`s of the letters that this one follows, the first of them first, so that mail
    /// programs show them together (RFC 5322, `References`; the last one stands in `In-Reply-To`).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub follows: Vec<String>,
    #[serde(default, skip_serializing_if = "ListLinks::is_empty")]
    pub links: ListLinks,
}

/// A PNG that stands in the HTML of a letter, by its `cid:` address (RFC 2392).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Unique for ever, like a `Message-ID`; without angle brackets.
    pub cid: String,
    #[serde(with = "in_base64")]
    pub png: Vec<u8>,
}

/// Where a letter's headers lead (RFC 2369, RFC 8058); what is absent has no header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ListLinks {
    /// Asked by POST it unsubscribes at once.
    pub unsubscribe: Option<Url>,
    /// Where the subscription is seen and paused.
    pub help: Option<Url>,
    /// Where what was found can be read.
    pub archive: Option<Url>,
}

/// A mail address with, perhaps, a name: `Vigie <vigie@ozalee.example>`. Always one that can be sent to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Mailbox(lettre::message::Mailbox);

/// The text is no mail address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a mail address")]
pub struct BadAddress {
    pub text: String,
    pub hint: String,
}

const NAME_CHARS_MAX: usize = 80;

impl Image {
    /// Names an image within its letter. `name` is a word of ASCII letters and digits, once in a letter.
    pub fn new(name: &str, message_id: &str, png: Vec<u8>) -> Self {
        Self { cid: format!("{name}.{}", message_id.trim_matches(['<', '>'])), png }
    }

    /// What the HTML says where the image stands: `cid:…`.
    pub fn uri(&self) -> String {
        format!("cid:{}", self.cid)
    }
}

impl ListLinks {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Mailbox {
    /// Returns `local@domain`, without the name.
    pub fn address(&self) -> &str {
        self.0.email.as_ref()
    }

    /// Returns the name, where it has one.
    pub fn name(&self) -> Option<&str> {
        self.0.name.as_deref()
    }

    pub fn domain(&self) -> &str {
        self.0.email.domain()
    }

    pub(crate) fn as_lettre(&self) -> &lettre::message::Mailbox {
        &self.0
    }
}

impl FromStr for Mailbox {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let bad = |hint: &str| BadAddress { text: one_line(text, 100), hint: hint.to_owned() };
        if text.chars().any(char::is_control) {
            return Err(bad("write it on one line, without control characters"));
        }
        let parsed: lettre::message::Mailbox = text
            .trim()
            .parse()
            .map_err(|_| bad("write it as name@domain.example or Name <name@domain.example>"))?;
        // An international domain travels in its ASCII form, which every mail server takes.
        let domain = parsed.email.domain();
        let ascii = url::Host::parse(domain).map_or_else(|_| domain.to_owned(), |h| h.to_string());
        let email = lettre::Address::new(parsed.email.user(), ascii)
            .map_err(|_| bad("its domain is not one that mail can be sent to"))?;
        let name = parsed.name.map(|name| one_line(&name, NAME_CHARS_MAX));
        Ok(Self(lettre::message::Mailbox::new(name.filter(|name| !name.is_empty()), email)))
    }
}

impl TryFrom<String> for Mailbox {
    type Error = BadAddress;

    fn try_from(text: String) -> Result<Self, BadAddress> {
        text.parse()
    }
}

impl From<Mailbox> for String {
    fn from(mailbox: Mailbox) -> Self {
        mailbox.to_string()
    }
}

impl fmt::Display for Mailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names the delivery of one subscription's period to one recipient (RFC 5322, section 3.6.4).
pub(crate) fn message_id(
    subscription: &SubscriptionId,
    period: Period,
    to: &Mailbox,
    from: &Mailbox,
) -> String {
    let until = period.until.timestamp_micros().to_string();
    named_by(&[subscription.as_str(), &until, to.address()], from)
}

/// Names what all letters of a subscription to one recipient follow: no letter of its own, but a name by
/// which mail programs put them together.
pub(crate) fn thread_id(subscription: &SubscriptionId, to: &Mailbox, from: &Mailbox) -> String {
    named_by(&[subscription.as_str(), "thread", to.address()], from)
}

/// Names the letter that asks a recipient at a time whether they want a subscription's.
pub(crate) fn confirmation_id(
    subscription: &SubscriptionId,
    at: Timestamp,
    to: &Mailbox,
    from: &Mailbox,
) -> String {
    let at = at.timestamp_micros().to_string();
    named_by(&[subscription.as_str(), "confirm", &at, to.address()], from)
}

/// Names what happened to a signal, as told to one recipient: its opening, or what came at a later time.
pub(crate) fn signal_message_id(
    evidence: &Evidence,
    opened: Timestamp,
    later: Option<Timestamp>,
    to: &Mailbox,
    from: &Mailbox,
) -> String {
    let time = |at: Timestamp| at.timestamp_micros().to_string();
    let (opened, later) = (time(opened), later.map(time).unwrap_or_default());
    let (query, kind) = (evidence.query.as_str(), evidence.kind.as_str());
    named_by(&["signal", query, kind, &opened, &later, to.address()], from)
}

/// Names a letter that tells several signals, by what each would be named by alone.
pub(crate) fn signals_message_id(ids: &[String], from: &Mailbox) -> String {
    let ids = ids.iter().map(String::as_str);
    named_by(&std::iter::once("signals").chain(ids).collect::<Vec<_>>(), from)
}

fn named_by(parts: &[&str], from: &Mailbox) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        // A separator that no part holds: ("ab", "c") and ("a", "bc") are different deliveries.
        hasher.update([0]);
    }
    // Sixteen bytes tell deliveries apart, and the header stays on one line.
    let hex = hasher.finalize().iter().take(16).fold(String::new(), |mut hex, byte| {
        // Writing to a string cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    format!("<{hex}@{}>", from.domain().trim_matches(['[', ']']))
}

/// Names the stream of a subscription's letters, for filters in mail programs (RFC 2919).
pub(crate) fn list_id(subscription: &SubscriptionId, from: &Mailbox) -> String {
    let label: String = subscription
        .as_str()
        .chars()
        .take(60)
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    format!("{label}.vigie.{}", from.domain().trim_matches(['[', ']']))
}

/// The outbox is JSON, in which bytes would take four times their room.
mod in_base64 {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        let text = String::deserialize(from)?;
        STANDARD.decode(text).map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_or_refused_with_a_hint() {
        let check = |text: &str, expect: &str| {
            assert_eq!(text.parse::<Mailbox>().unwrap().to_string(), expect);
        };
        check("presse@ozalee.example", "presse@ozalee.example");
        check(" Vigie <vigie@ozalee.example> ", "Vigie <vigie@ozalee.example>");
        check("root@localhost", "root@localhost");
        check("presse@ozalée.example", "presse@xn--ozale-esa.example");

        for text in ["", "presse", "presse@", "@ozalee.example", "a@b@c", "a@x\r\nBcc: b@y"] {
            let bad = text.parse::<Mailbox>().unwrap_err();
            assert!(!bad.hint.is_empty(), "{text:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_mailbox_comes_back_from_the_outbox_as_it_went(
            text in r#"("?[ a-zA-Z.,é«()'"\\<:@]{0,12}"? ?<)?[a-zA-Z.é'"]{1,5}@[a-z.é]{1,8}>?"#,
        ) {
            let Ok(mailbox) = text.parse::<Mailbox>() else { return Ok(()) };
            let json = serde_json::to_string(&mailbox).unwrap();
            proptest::prop_assert_eq!(serde_json::from_str::<Mailbox>(&json).unwrap(), mailbox);
        }
    }

    #[test]
    fn a_message_id_depends_on_subscription_period_and_recipient_alone() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        let from: Mailbox = "Vigie <vigie@ozalee.example>".parse().unwrap();
        let id = |subscription: &str, since, until, to: &str| {
            let period = Period { since: at(since), until: at(until) };
            message_id(&subscription.into(), period, &to.parse().unwrap(), &from)
        };
        let (d1, d2, d3) = ("2025-11-06T07:00:00Z", "2025-11-07T07:00:00Z", "2025-11-08T07:00:00Z");
        let one = id("presse", d1, d2, "anne@ozalee.example");
        assert_eq!(one, "<fb33b116e3a7275d295aa4f8c17f2a89@ozalee.example>");
        assert_eq!(one, id("presse", d1, d2, "Anne <anne@ozalee.example>"));
        assert_ne!(one, id("presse", d2, d3, "anne@ozalee.example"));
        assert_ne!(one, id("direction", d1, d2, "anne@ozalee.example"));
        assert_ne!(one, id("presse", d1, d2, "paul@ozalee.example"));
    }

    #[test]
    fn a_list_id_is_made_of_letters_digits_and_hyphens() {
        let from: Mailbox = "vigie@ozalee.example".parse().unwrap();
        assert_eq!(list_id(&"press-office".into(), &from), "press-office.vigie.ozalee.example");
        assert_eq!(list_id(&"Équipe <R&D>".into(), &from), "-quipe--r-d-.vigie.ozalee.example");
    }
}
