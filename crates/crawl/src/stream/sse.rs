//! Server-sent events (HTML Living Standard, section 9.2), from bytes as they come. The crates that read
//! them keep an event of any length in memory; this ends one that is too long.

use super::EVENT_BYTES_MAX;

/// One event with a name.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct ServerEvent {
    pub(super) name: String,
    pub(super) data: String,
    pub(super) id: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Parser {
    buffer: Vec<u8>,
    /// How much of the buffer has been looked through for the end of a line.
    seen: usize,
    event: ServerEvent,
    /// The last id, which holds for the events after it too.
    id: Option<String>,
}

/// An event is longer than is read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Parser {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// Returns the next event that is whole; `None` where more must come first.
    pub(super) fn next(&mut self) -> Result<Option<ServerEvent>, TooLong> {
        while let Some(line) = self.line() {
            if line.is_empty() {
                let event = std::mem::take(&mut self.event);
                if !event.data.is_empty() {
                    return Ok(Some(ServerEvent { id: self.id.clone(), ..event }));
                }
                continue;
            }
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                "event" => value.clone_into(&mut self.event.name),
                "data" => {
                    if !self.event.data.is_empty() {
                        self.event.data.push('\n');
                    }
                    self.event.data.push_str(value);
                }
                "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
                // A comment has no name: a sign of life.
                _ => {}
            }
            if self.event.data.len() > EVENT_BYTES_MAX {
                return Err(TooLong);
            }
        }
        if self.buffer.len() > EVENT_BYTES_MAX { Err(TooLong) } else { Ok(None) }
    }

    /// Takes the next whole line. Lines end in LF, CR LF or CR.
    fn line(&mut self) -> Option<String> {
        let rest = &self.buffer[self.seen..];
        let Some(end) = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.seen = self.buffer.len();
            return None;
        };
        let end = self.seen + end;
        // Whether a CR is all of the ending, the byte after it tells.
        if self.buffer[end] == b'\r' && end + 1 == self.buffer.len() {
            self.seen = end;
            return None;
        }
        let next = end + 1 + usize::from(self.buffer[end..].starts_with(b"\r\n"));
        let line = String::from_utf8_lossy(&self.buffer[..end]).into_owned();
        self.buffer.drain(..next);
        self.seen = 0;
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(parts: &[&str]) -> Vec<(String, String, Option<String>)> {
        let mut parser = Parser::default();
        let mut events = Vec::new();
        for part in parts {
            parser.push(part.as_bytes());
            while let Some(event) = parser.next().unwrap() {
                events.push((event.name, event.data, event.id));
            }
        }
        events
    }

    #[test]
    fn events_are_read_wherever_their_bytes_are_cut() {
        let text = "\u{feff}:ok\n\nevent: update\ndata: {\"a\":\ndata:\"é\"}\nid: 7\n\n:thump\n\
                    event:delete\r\ndata: 42\r\n\r\ndata\n\nevent: x\n\nevent: y\rdata: z\r\r:\n";
        let event = |name: &str, data: &str, id: &str| {
            (name.to_owned(), data.to_owned(), Some(id.to_owned()))
        };
        let expect = vec![
            event("update", "{\"a\":\n\"é\"}", "7"),
            event("delete", "42", "7"),
            event("y", "z", "7"),
        ];
        assert_eq!(events(&[text]), expect);
        let mut parser = Parser::default();
        let mut read = Vec::new();
        for byte in text.as_bytes() {
            parser.push(&[*byte]);
            while let Some(event) = parser.next().unwrap() {
                read.push((event.name, event.data, event.id));
            }
        }
        assert_eq!(read, expect);
    }

    #[test]
    fn an_event_without_end_is_not_kept() {
        let mut parser = Parser::default();
        let piece = "x".repeat(EVENT_BYTES_MAX / 4);
        parser.push(b"data: ");
        for _ in 0..3 {
            parser.push(piece.as_bytes());
            assert_eq!(parser.next(), Ok(None));
        }
        parser.push(piece.as_bytes());
        assert_eq!(parser.next(), Err(TooLong));
        let mut parser = Parser::default();
        for _ in 0..3 {
            parser.push(format!("data: {piece}\n").as_bytes());
            assert_eq!(parser.next(), Ok(None));
        }
        parser.push(format!("data: {piece}\n").as_bytes());
        assert_eq!(parser.next(), Err(TooLong), "of many lines");
    }
}
