//! A letter as the bytes that travel (RFC 5322, MIME).

use std::fmt::Write as _;
use std::time::SystemTime;

use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Message, MultiPart, SinglePart};

use super::SendError;
use crate::Letter;

/// Builds the message. The same letter gives the same bytes.
pub(super) fn message(letter: &Letter) -> Result<Message, SendError> {
    // lettre would draw a random boundary. The identifier's hexadecimal part cannot occur in a
    // body by accident.
    let boundary: String =
        letter.message_id.chars().filter(char::is_ascii_alphanumeric).take(60).collect();
    let parts = MultiPart::alternative()
        .boundary(format!("=_{boundary}"))
        .singlepart(SinglePart::plain(letter.text.clone()))
        .singlepart(SinglePart::html(letter.html.clone()));

    let mut builder = Message::builder()
        .message_id(Some(letter.message_id.clone()))
        .date(SystemTime::from(letter.date))
        .from(letter.from.as_lettre().clone())
        .to(letter.to.as_lettre().clone())
        .subject(letter.subject.clone())
        .raw_header(header("List-ID", format!("<{}>", letter.list_id)))
        // RFC 3834: nothing that answers by itself should answer this.
        .raw_header(header("Auto-Submitted", "auto-generated"))
        .raw_header(header("X-Auto-Response-Suppress", "All"))
        .raw_header(header("Precedence", "bulk"));
    if let Some(owner) = &letter.owner {
        let subject = percent_encoded(&format!("unsubscribe {}", letter.subscription));
        let mailto = format!("<mailto:{}?subject={subject}>", percent_encoded(owner.address()));
        builder = builder
            .reply_to(owner.as_lettre().clone())
            .raw_header(header("List-Unsubscribe", mailto));
    }
    builder.multipart(parts).map_err(|error| SendError::Permanent {
        reason: format!("the letter cannot be written as a mail: {error}"),
    })
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
