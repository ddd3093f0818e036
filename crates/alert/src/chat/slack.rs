//! Slack: blocks, by an incoming webhook.
//! <https://docs.slack.dev/reference/block-kit/blocks/>

use serde_json::{Value, json};

use super::bulletin::{Bulletin, Line};
use super::escape::{Bounded, slack, slack_url};

const SECTION_MAX: usize = 3_000;
/// What is shown where blocks are not, as in a notification.
const TEXT_MAX: usize = 4_000;
/// More would be read by nobody; Slack shows 50 blocks.
const LINES_MAX: usize = 15;

pub(super) fn message(bulletin: &Bulletin) -> Value {
    let mut heading = Bounded::new(TEXT_MAX);
    heading.escaped(&bulletin.heading, slack);
    let heading = heading.into_text();
    let mut blocks = vec![section(&format!("*{heading}*"))];
    let shown = bulletin.lines.len().min(LINES_MAX);
    blocks.extend(bulletin.lines[..shown].iter().map(|line| section(&told(line))));
    if shown < bulletin.lines.len() {
        blocks.push(section(&bulletin.more(bulletin.lines.len() - shown)));
    }
    json!({
        "text": heading,
        "blocks": blocks,
        // No name and no address is looked for in texts.
        "parse": "none",
        "link_names": false,
        "unfurl_links": false,
        "unfurl_media": false,
    })
}

fn section(text: &str) -> Value {
    json!({"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": true}})
}

fn told(line: &Line) -> String {
    let mut text = Bounded::new(SECTION_MAX);
    text.raw(line.mood.mark());
    text.raw(" ");
    if let Some(url) = &line.url {
        text.raw("<");
        text.escaped(url, slack_url);
        text.raw("|");
        text.escaped(&line.title, slack);
        text.raw(">");
    } else {
        text.escaped(&line.title, slack);
    }
    for further in [&line.detail, &line.text] {
        if !further.is_empty() {
            text.raw("\n");
            text.escaped(further, slack);
        }
    }
    text.into_text()
}
