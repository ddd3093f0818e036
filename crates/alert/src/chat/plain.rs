//! Plain text: ntfy (<https://docs.ntfy.sh/publish/#publish-as-json>), and Apprise's API
//! (<https://github.com/caronc/apprise-api>). Nothing in it means anything but itself, but for what apps take for the
//! address of a page.

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Gravity, Line};
use super::escape::inert;

/// The longest message of ntfy, in bytes; a longer one becomes an attachment. All that is posted may be twice that,
/// so that a message is counted as it stands in JSON.
const NTFY_BYTES_MAX: usize = 4_096;
/// The longest text that Apprise hands on to programs.
const APPRISE_BYTES_MAX: usize = 32_768;
/// What is kept for the line that says how many are left out.
const MORE_BYTES: usize = 60;

pub(super) fn ntfy(bulletin: &Bulletin, topic: &str) -> Value {
    // Of 1 to 5, of which 3 is usual; the tag is a sign before the title.
    let (priority, tags): (u8, &[&str]) = match bulletin.gravity {
        Gravity::Crisis => (5, &["rotating_light"]),
        Gravity::Unusual | Gravity::Troubled => (4, &["warning"]),
        Gravity::Over | Gravity::News => (3, &[]),
    };
    let mut message = json!({
        "topic": topic,
        "title": inert(&bulletin.heading),
        "message": text(bulletin, NTFY_BYTES_MAX),
        "priority": priority,
        "tags": tags,
    });
    if let Some(url) = bulletin.lines.first().and_then(|line| line.url.as_ref()) {
        message["click"] = url.as_str().into();
    }
    message
}

pub(super) fn apprise(bulletin: &Bulletin) -> Value {
    json!({
        "title": inert(&bulletin.heading),
        "body": text(bulletin, APPRISE_BYTES_MAX),
        "type": match bulletin.gravity {
            Gravity::Crisis => "failure",
            Gravity::Unusual | Gravity::Troubled => "warning",
            Gravity::Over | Gravity::News => "info",
        },
        "format": "text",
    })
}

fn text(bulletin: &Bulletin, bytes_max: usize) -> String {
    let (mut text, mut bytes) = (String::new(), MORE_BYTES);
    let mut shown = 0;
    for line in &bulletin.lines {
        let told = told(line, &bulletin.heading);
        bytes += json!(told).to_string().len();
        if bytes > bytes_max {
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

fn told(line: &Line, heading: &str) -> String {
    let url = line.url.as_deref().unwrap_or_default();
    // What the title has said already is not said again.
    let is_said = heading.ends_with(line.title.trim_end_matches('.'));
    let title = if is_said { "" } else { line.title.as_str() };
    let strangers = [title, &line.detail, &line.text].map(inert);
    let parts = strangers.iter().map(String::as_str).chain([url]);
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("{} {}\n\n", line.mood.mark(), parts.join("\n"))
}
