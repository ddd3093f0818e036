//! Plain text: ntfy (<https://docs.ntfy.sh/publish/#publish-as-json>), and Apprise's API
//! (<https://github.com/caronc/apprise-api>). Nothing in it means anything but itself.

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Line};

/// The longest message of ntfy, in bytes; a longer one becomes an attachment.
const NTFY_BYTES_MAX: usize = 4_096;
/// The longest text that Apprise hands on to programs.
const APPRISE_BYTES_MAX: usize = 32_768;
/// What is kept for the line that says how many are left out.
const MORE_BYTES: usize = 60;

pub(super) fn ntfy(bulletin: &Bulletin, topic: &str) -> Value {
    let mut message = json!({
        "topic": topic,
        "title": bulletin.heading,
        "message": text(bulletin, NTFY_BYTES_MAX),
        // Of 1 to 5, of which 3 is usual.
        "priority": if bulletin.is_grave { 4 } else { 3 },
    });
    if let Some(url) = bulletin.lines.first().and_then(|line| line.url.as_ref()) {
        message["click"] = url.as_str().into();
    }
    message
}

pub(super) fn apprise(bulletin: &Bulletin) -> Value {
    json!({
        "title": bulletin.heading,
        "body": text(bulletin, APPRISE_BYTES_MAX),
        "type": if bulletin.is_grave { "warning" } else { "info" },
        "format": "text",
    })
}

fn text(bulletin: &Bulletin, bytes_max: usize) -> String {
    let mut text = String::new();
    let mut shown = 0;
    for line in &bulletin.lines {
        let told = told(line);
        if text.len() + told.len() > bytes_max - MORE_BYTES {
            break;
        }
        text.push_str(&told);
        shown += 1;
    }
    if shown < bulletin.lines.len() {
        text.push_str(&bulletin.more(bulletin.lines.len() - shown));
    }
    text.trim_end().to_owned()
}

fn told(line: &Line) -> String {
    let url = line.url.as_deref().unwrap_or_default();
    let parts = [line.title.as_str(), &line.detail, &line.text, url];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    format!("{} {}\n\n", line.mood.mark(), parts.join("\n"))
}
