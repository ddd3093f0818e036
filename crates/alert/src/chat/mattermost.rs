//! Mattermost: Markdown, by an incoming webhook.
//! <https://developers.mattermost.com/integrate/webhooks/incoming/>

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Line};
use super::escape::{Bounded, inert, markdown_url, mattermost};

/// The longest post.
const TEXT_MAX: usize = 16_383;
/// One line in its mark-up, at most.
const LINE_MAX: usize = 3_000;
/// What is kept for the line that says how many are left out.
const MORE_MAX: usize = 60;

pub(super) fn message(bulletin: &Bulletin) -> Value {
    let mut text = Bounded::new(TEXT_MAX - MORE_MAX);
    text.raw("**");
    text.escaped(&inert(&bulletin.heading), mattermost);
    text.raw("**");
    let shown = bulletin.lines.iter().take_while(|line| text.raw(&told(line))).count();
    let mut text = text.into_text();
    if shown < bulletin.lines.len() {
        text.push_str("\n\n");
        text.push_str(&bulletin.more(bulletin.lines.len() - shown));
    }
    json!({"text": text})
}

fn told(line: &Line) -> String {
    let mut text = Bounded::new(LINE_MAX);
    text.raw("\n\n");
    text.raw(line.mood.mark());
    text.raw(" ");
    if let Some(url) = &line.url {
        text.raw("[");
        text.escaped(&inert(&line.title), mattermost);
        text.raw("](");
        text.escaped(url, markdown_url);
        text.raw(")");
    } else {
        text.escaped(&inert(&line.title), mattermost);
    }
    for further in [&line.detail, &line.text] {
        if !further.is_empty() {
            // Two spaces end a line.
            text.raw("  \n");
            text.escaped(&inert(further), mattermost);
        }
    }
    text.into_text()
}
