//! Microsoft Teams: an adaptive card, for a workflow that posts "when a Teams webhook request is received".
//! <https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using>

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Line};
use super::escape::{Bounded, card as escape, markdown_url};

/// The largest message, in bytes.
const BYTES_MAX: usize = 28 << 10;
/// More would be read by nobody.
const LINES_MAX: usize = 20;
const BLOCK_MAX: usize = 2_000;

pub(super) fn message(bulletin: &Bulletin) -> Value {
    let mut shown = bulletin.lines.len().min(LINES_MAX);
    loop {
        let card = card(bulletin, shown);
        if shown == 0 || card.to_string().len() <= BYTES_MAX {
            return card;
        }
        shown -= 1;
    }
}

fn card(bulletin: &Bulletin, shown: usize) -> Value {
    let mut body =
        vec![block(&escaped(&bulletin.heading), &json!({"weight": "Bolder", "size": "Medium"}))];
    body.extend(bulletin.lines[..shown].iter().map(container));
    if shown < bulletin.lines.len() {
        body.push(block(&bulletin.more(bulletin.lines.len() - shown), &json!({"isSubtle": true})));
    }
    let content = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": body,
        "msteams": {"width": "full"},
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": content,
    });
    json!({"type": "message", "attachments": [attachment]})
}

fn container(line: &Line) -> Value {
    let mut title = Bounded::new(BLOCK_MAX);
    title.raw(line.mood.mark());
    title.raw(" ");
    if let Some(url) = &line.url {
        title.raw("[");
        title.escaped(&line.title, escape);
        title.raw("](");
        title.escaped(url, markdown_url);
        title.raw(")");
    } else {
        title.escaped(&line.title, escape);
    }
    let mut items = vec![block(&title.into_text(), &json!({"weight": "Bolder"}))];
    if !line.detail.is_empty() {
        items.push(block(&escaped(&line.detail), &json!({"isSubtle": true, "spacing": "None"})));
    }
    if !line.text.is_empty() {
        items.push(block(&escaped(&line.text), &json!({"spacing": "None"})));
    }
    json!({"type": "Container", "separator": true, "items": items})
}

fn escaped(text: &str) -> String {
    let mut escaped = Bounded::new(BLOCK_MAX);
    escaped.escaped(text, escape);
    escaped.into_text()
}

fn block(text: &str, looks: &Value) -> Value {
    let mut block = looks.clone();
    block["type"] = "TextBlock".into();
    block["text"] = text.into();
    block["wrap"] = true.into();
    block
}
