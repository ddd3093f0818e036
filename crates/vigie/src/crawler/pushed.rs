//! What hubs have pushed is read here, beside the visits.

use anyhow::Result;
use crawl::Page;
use model::{Timestamp, Validators};
use store::{LedgerError, PushRead, RecordError};

use super::reading::{Body, read_page};
use super::{Crawler, VisitReport};

impl Crawler {
    /// Reads the body that a hub pushed and that waits for longest, as if its source had been visited.
    /// What is no feed is forgotten, and the source visited: so a page that is pushed tells that there is
    /// something to see. Returns `None` where nothing waits.
    pub(crate) fn take_pushed(&mut self, now: Timestamp) -> Result<Option<VisitReport>> {
        let Some(pushed) = self.ledger.next_push()? else { return Ok(None) };
        let due = pushed.due;
        let page = Page {
            url: pushed.topic,
            moved_to: None,
            status: 200,
            content_type: pushed.content_type,
            link: pushed.link,
            cookies: Vec::new(),
            body: pushed.body,
            validators: Validators::default(),
            fresh_for: None,
        };
        let mut is_page = false;
        let mut reading = match read_page(&due, page, self.readers(), now) {
            Body::Read { reading, .. } if reading.feed.is_some() => Some(reading),
            Body::Read { .. } => {
                is_page = true;
                None
            }
            Body::Said { .. } | Body::Unchanged(_) | Body::None { .. } => None,
        };
        let recorded = loop {
            let push = PushRead {
                number: pushed.number,
                queries_version: self.watchlist.version(),
                items: reading.as_ref().map(|reading| self.found(&due, reading, now)),
                visit: due.source.full_text,
            };
            match self.ledger.record_push(&push, now) {
                Err(RecordError::QueriesChanged) => {
                    self.watchlist.follow(&self.ledger)?;
                }
                // What the ledger can't hold must not be read again and again, nor end the crawler.
                Err(RecordError::Ledger(LedgerError::Failed(_))) if reading.is_some() => {
                    reading = None;
                }
                recorded => break recorded?,
            }
        };
        if recorded.new + recorded.changed > 0 {
            self.watchlist.learn(&self.ledger)?;
        }
        let result = if reading.is_some() || is_page {
            Ok(recorded)
        } else {
            Err("what a hub pushed could not be read".to_owned())
        };
        let problems = reading.map_or_else(Vec::new, |reading| reading.problems);
        let source = due.source.id;
        let turn = None;
        Ok(Some(VisitReport { source, result, problems, next_check: now, is_live: true, turn }))
    }
}
