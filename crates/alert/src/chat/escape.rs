//! Texts of strangers, made to show as they are and do nothing, in the mark-up of each kind of room.

/// How a room counts what its limits are about. UTF-16 is never less than what counts code points say.
pub(super) fn length(text: &str) -> usize {
    text.encode_utf16().count()
}

/// A text that grows up to a limit, in UTF-16 units.
pub(super) struct Bounded {
    text: String,
    left: usize,
}

impl Bounded {
    pub(super) fn new(max: usize) -> Self {
        Self { text: String::new(), left: max }
    }

    /// Adds mark-up as it is; all of it or, where it does not fit, nothing. Returns whether it did.
    pub(super) fn raw(&mut self, text: &str) -> bool {
        let length = length(text);
        if length > self.left {
            return false;
        }
        self.left -= length;
        self.text.push_str(text);
        true
    }

    /// Adds a stranger's text, escaped; as much as fits.
    pub(super) fn escaped(&mut self, text: &str, escape: fn(char, &mut String)) {
        let mut escaped = String::new();
        for c in text.chars() {
            escaped.clear();
            escape(c, &mut escaped);
            if !self.raw(&escaped) {
                return;
            }
        }
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// Keeps what looks like an address from being made a link, and what looks like a name from being called, by a character
/// without width behind `www` and `@` and before the `//` of an address: Mattermost, and the apps of ntfy and of those
/// that Apprise writes to, look for them in plain text.
pub(super) fn inert(text: &str) -> String {
    let mut inert = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let before = &text.as_bytes()[..at];
        let www = || before.len() >= 3 && before[at - 3..].eq_ignore_ascii_case(b"www");
        if (c == '.' && www()) || (c == '/' && before.ends_with(b":")) {
            inert.push('\u{200b}');
        }
        inert.push(c);
        if c == '@' {
            inert.push('\u{200b}');
        }
    }
    inert
}

/// Slack reads `<…>` and entities; nothing else is read where `verbatim` is set, but marks of emphasis, which
/// a character without width keeps from touching a word.
/// <https://docs.slack.dev/messaging/formatting-message-text/>
pub(super) fn slack(c: char, to: &mut String) {
    match c {
        '&' => to.push_str("&amp;"),
        '<' => to.push_str("&lt;"),
        '>' => to.push_str("&gt;"),
        '*' | '_' | '~' | '`' => to.extend(['\u{200b}', c, '\u{200b}']),
        c => to.push(c),
    }
}

/// An address within `<…|…>`.
pub(super) fn slack_url(c: char, to: &mut String) {
    match c {
        '<' => to.push_str("%3C"),
        '>' => to.push_str("%3E"),
        '|' => to.push_str("%7C"),
        '&' => to.push_str("&amp;"),
        c => to.push(c),
    }
}

/// Markdown as adaptive cards read it, which is little of it.
pub(super) fn card(c: char, to: &mut String) {
    if matches!(c, '\\' | '`' | '*' | '_' | '~' | '<' | '>' | '[' | ']' | '(' | ')') {
        to.push('\\');
    }
    to.push(c);
}

/// Markdown, as Discord reads it: a backslash before what means something.
pub(super) fn markdown(c: char, to: &mut String) {
    if matches!(
        c,
        '\\' | '`'
            | '*'
            | '_'
            | '~'
            | '|'
            | '<'
            | '>'
            | '['
            | ']'
            | '('
            | ')'
            | '#'
            | '!'
            | '@'
            | ':'
    ) {
        to.push('\\');
    }
    to.push(c);
}

/// Markdown as Mattermost reads it, of a text that is [`inert`]; it also looks, for Slack's sake, for `<!…>` before it reads
/// any backslash: a character without width keeps it from finding that.
pub(super) fn mattermost(c: char, to: &mut String) {
    match c {
        '@' => to.push(c),
        '<' | ':' => to.extend([c, '\u{200b}']),
        c => markdown(c, to),
    }
}

/// An address within `[…](…)`.
pub(super) fn markdown_url(c: char, to: &mut String) {
    match c {
        '(' => to.push_str("%28"),
        ')' => to.push_str("%29"),
        '<' => to.push_str("%3C"),
        '>' => to.push_str("%3E"),
        '\\' => to.push_str("%5C"),
        c if c.is_whitespace() => to.push_str("%20"),
        c => to.push(c),
    }
}
