//! A letter as the bytes that travel (RFC 5322, MIME).

use std::fmt::Write as _;
use std::time::SystemTime;

use lettre::address::Envelope;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Message, MultiPart, SinglePart};

use super::{Dkim, SendError};
use crate::clean::one_line;
use crate::{Image, Letter, ListLinks};

/// How much of a subscription's name an address to unsubscribe has: a line of a header has at most 998 bytes
/// (RFC 5322, section 2.1.1), and a letter takes up to twelve.
const NAME_CHARS_MAX: usize = 60;

/// A letter on its way.
pub(super) struct Outgoing {
    pub(super) envelope: Envelope,
    pub(super) bytes: Vec<u8>,
}

/// Writes the letter, and signs it where somebody does. The same letter gives the same bytes.
pub(super) fn outgoing(letter: &Letter, signer: Option<&Dkim>) -> Result<Outgoing, SendError> {
    let message = message(letter)?;
    let mut bytes = message.formatted();
    if let Some(signer) = signer {
        bytes = signer.signed(&bytes, letter.date)?;
    }
    Ok(Outgoing { envelope: message.envelope().clone(), bytes })
}

/// Builds the message.
fn message(letter: &Letter) -> Result<Message, SendError> {
    // lettre would draw a random boundary. The identifier's hexadecimal part cannot occur in a
    // body by accident.
    let boundary: String =
        letter.message_id.chars().filter(char::is_ascii_alphanumeric).take(56).collect();
    let parts = MultiPart::alternative()
        .boundary(format!("=_{boundary}"))
        .singlepart(SinglePart::plain(letter.text.clone()));
    let html = SinglePart::html(letter.html.clone());
    let parts = match letter.images.as_slice() {
        [] => parts.singlepart(html),
        images => parts.multipart(with_images(html, images, &boundary)?),
    };

    let mut builder = Message::builder()
        .message_id(Some(letter.message_id.clone()))
        .date(SystemTime::from(letter.date))
        .from(letter.from.as_lettre().clone())
        .to(letter.to.as_lettre().clone())
        .subject(letter.subject.clone())
        // RFC 3834: nothing that answers by itself should answer this. There is no `Precedence`, which
        // is no standard and which some servers take for a sign of spam.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"));
    if let Some(owner) = &letter.owner {
        builder = builder.reply_to(owner.as_lettre().clone());
    }
    if let Some(last) = letter.follows.last() {
        builder = builder.in_reply_to(last.clone()).references(letter.follows.join(" "));
    }
    for (name, value) in list_headers(letter) {
        builder = builder.raw_header(header(name, value));
    }
    builder.multipart(parts).map_err(|error| unwritable(&error))
}

/// What mail programs make buttons of (RFC 2369, RFC 2919, RFC 8058).
fn list_headers(letter: &Letter) -> Vec<(&'static str, String)> {
    let mut headers = vec![("List-ID", format!("<{}>", letter.list_id))];
    let owner = letter.owner.as_ref().map(|owner| percent_encoded(owner.address()));
    let ListLinks { unsubscribe, help, archive } = &letter.links;
    let by_mail = owner.as_ref().map(|owner| {
        let name = one_line(letter.subscription.as_str(), NAME_CHARS_MAX);
        let subject = percent_encoded(&format!("unsubscribe {name}"));
        format!("<mailto:{owner}?subject={subject}>")
    });
    let ways: Vec<String> =
        unsubscribe.iter().map(|url| format!("<{url}>")).chain(by_mail).collect();
    if !ways.is_empty() {
        headers.push(("List-Unsubscribe", ways.join(", ")));
    }
    // RFC 8058, section 3.1: only where the address is one of HTTPS.
    if unsubscribe.as_ref().is_some_and(|url| url.scheme() == "https") {
        headers.push(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click".to_owned()));
    }
    headers.extend(help.as_ref().map(|url| ("List-Help", format!("<{url}>"))));
    headers.extend(archive.as_ref().map(|url| ("List-Archive", format!("<{url}>"))));
    headers.extend(owner.map(|owner| ("List-Owner", format!("<mailto:{owner}>"))));
    headers.push(("List-Post", "NO".to_owned()));
    headers
}

/// The HTML and the images that it shows (RFC 2387, which wants the type of the first part said).
fn with_images(html: SinglePart, images: &[Image], boundary: &str) -> Result<MultiPart, SendError> {
    let parsed = |text: &str| ContentType::parse(text).map_err(|error| unwritable(&error));
    let kind = format!("multipart/related; type=\"text/html\"; boundary=\"=_rel{boundary}\"");
    let mut related = MultiPart::builder().header(parsed(&kind)?).singlepart(html);
    for image in images {
        let part = Attachment::new_inline(image.cid.clone());
        related = related.singlepart(part.body(image.png.clone(), parsed("image/png")?));
    }
    Ok(related)
}

fn unwritable(error: &dyn std::error::Error) -> SendError {
    SendError::Permanent { reason: format!("the letter cannot be written as a mail: {error}") }
}

fn header(name: &'static str, value: impl Into<String>) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.into())
}

/// Encodes what must not stand in a `mailto` address (RFC 6068, section 2).
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'@') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
