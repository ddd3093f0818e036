//! Discord: embeds, by a webhook.
//! <https://docs.discord.com/developers/resources/message#embed-object>

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Line};
use super::escape::{Bounded, length, markdown};

const CONTENT_MAX: usize = 2_000;
const EMBEDS_MAX: usize = 10;
const TITLE_MAX: usize = 256;
const DESCRIPTION_MAX: usize = 4_096;
/// Of all embeds of a message together.
const ALL_MAX: usize = 6_000;

pub(super) fn message(bulletin: &Bulletin) -> Value {
    let mut embeds = Vec::new();
    let mut left = ALL_MAX;
    for line in bulletin.lines.iter().take(EMBEDS_MAX) {
        let (embed, size) = embed(line);
        let Some(rest) = left.checked_sub(size) else { break };
        left = rest;
        embeds.push(embed);
    }
    let mut content = Bounded::new(CONTENT_MAX);
    content.raw("**");
    content.escaped(&bulletin.heading, markdown);
    content.raw("**");
    if embeds.len() < bulletin.lines.len() {
        content.raw("\n");
        content.raw(&bulletin.more(bulletin.lines.len() - embeds.len()));
    }
    // Nobody is called by what strangers write.
    let nobody = json!({"parse": []});
    json!({"content": content.into_text(), "embeds": embeds, "allowed_mentions": nobody})
}

/// Returns an embed, and what it counts.
fn embed(line: &Line) -> (Value, usize) {
    let (mut title, mut text) = (Bounded::new(TITLE_MAX), Bounded::new(DESCRIPTION_MAX));
    title.escaped(&line.title, markdown);
    text.escaped(&line.text, markdown);
    let (title, text) = (title.into_text(), text.into_text());
    // A footer is no Markdown.
    let size = length(&title) + length(&text) + length(&line.detail);
    let embed = json!({
        "title": title,
        "url": line.url,
        "description": text,
        "color": line.mood.color(),
        "footer": {"text": line.detail},
    });
    (embed, size)
}
