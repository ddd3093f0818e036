//! What is known of feeds since they were asked for last, and what they were written as, so that a fetch costs nothing
//! while nothing has changed. All of it can be forgotten.

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::sync::{Arc, Weak};

use axum::body::Bytes;
use chrono::{SubsecRound, TimeDelta};
use flate2::Compression;
use flate2::write::GzEncoder;
use model::{FeedForm, Seq, Timestamp};
use tracing::error;
use web::{Coding, FeedAnswer, FeedAsked, Marks, Refused};

use crate::config::Config;

/// Of how many feeds it is remembered when they changed last.
const KNOWN_MAX: usize = 10_000;
/// What they are written as is kept as far as it is no longer than this, all together.
pub(super) const BODIES_BYTES_MAX: usize = 16 << 20;

/// Which feed, and what of it in which form: its number, form, number of entries and where it begins.
pub(super) type Wished = (u64, FeedForm, Option<usize>, Option<Seq>);

#[derive(Default)]
pub(super) struct Memory {
    pub(super) known: HashMap<Wished, Known>,
    /// How much of what bodies may take is taken.
    pub(super) bytes: usize,
}

impl Memory {
    /// Answers without looking, where nothing can have changed since.
    pub(super) fn unchanged_answer(
        &mut self,
        wished: Wished,
        as_of: &AsOf,
        asked: &FeedAsked,
        now: Timestamp,
    ) -> Option<FeedAnswer> {
        let known = self.known.get(&wished)?;
        known.as_of.as_ref().filter(|known| known.is_same(as_of))?;
        self.answer(wished, asked, now)
    }

    /// Answers with what is at hand of the state that a feed is in.
    pub(super) fn answer(
        &mut self,
        wished: Wished,
        asked: &FeedAsked,
        now: Timestamp,
    ) -> Option<FeedAnswer> {
        let known = self.known.get(&wished)?;
        let marks = known.marks(now);
        if asked.unless.holds(&marks.etag, marks.modified) {
            return Some(FeedAnswer::Same(marks));
        }
        let coding = asked.coding;
        if let Some(body) = known.body(coding) {
            return Some(FeedAnswer::Written { marks, coding, body });
        }
        let plain = known.plain.clone()?;
        self.keep(wished, plain, coding).ok()?;
        let body = self.known.get(&wished)?.body(coding)?;
        Some(FeedAnswer::Written { marks, coding, body })
    }

    /// Notes in which state a feed is. Two states never have the same second: who has the one must not be told
    /// that it is the other.
    pub(super) fn know(
        &mut self,
        wished: Wished,
        (etag, links): (String, Vec<(&'static str, String)>),
        as_of: Option<AsOf>,
        now: Timestamp,
    ) {
        let second = now.trunc_subsecs(0);
        let since = match self.known.get_mut(&wished) {
            Some(known) if known.etag == etag => {
                known.as_of = as_of;
                return;
            }
            Some(known) => second.max(known.since + TimeDelta::seconds(1)),
            None => second,
        };
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
            self.bytes = 0;
        }
        let known = Known { etag, since, links, as_of, plain: None, packed: None };
        if let Some(former) = self.known.insert(wished, known) {
            self.bytes -= former.bytes();
        }
    }

    /// Keeps what a feed is written as, packed too where that is asked for. Where there is no more room, what others
    /// are written as is left.
    pub(super) fn keep(
        &mut self,
        wished: Wished,
        plain: Bytes,
        coding: Coding,
    ) -> Result<(), Refused> {
        let packed = match coding {
            Coding::Identity => None,
            Coding::Gzip => Some(packed(&plain).map_err(|error| {
                error!("a feed could not be packed: {error}");
                Refused::Failed
            })?),
        };
        if self.bytes > BODIES_BYTES_MAX {
            for known in self.known.values_mut() {
                (known.plain, known.packed) = (None, None);
            }
            self.bytes = 0;
        }
        if let Some(known) = self.known.get_mut(&wished) {
            self.bytes -= known.bytes();
            known.plain = Some(plain);
            known.packed = packed.or(known.packed.take());
            self.bytes += known.bytes();
        }
        Ok(())
    }
}

/// What is known of a feed since it was asked for last.
pub(super) struct Known {
    etag: String,
    /// Since when it is in this state.
    since: Timestamp,
    links: Vec<(&'static str, String)>,
    /// As of when that is so; `None` where something is still being read, so that time alone may change it.
    as_of: Option<AsOf>,
    plain: Option<Bytes>,
    packed: Option<Bytes>,
}

/// All that a feed depends on, but for what is still being read.
pub(super) struct AsOf {
    version: i64,
    config: Weak<Config>,
}

impl AsOf {
    pub(super) fn new(version: i64, config: &Arc<Config>) -> Self {
        Self { version, config: Arc::downgrade(config) }
    }

    fn is_same(&self, other: &Self) -> bool {
        self.version == other.version && Weak::ptr_eq(&self.config, &other.config)
    }
}

impl Known {
    pub(super) fn bytes(&self) -> usize {
        [&self.plain, &self.packed].into_iter().flatten().map(Bytes::len).sum()
    }

    fn marks(&self, now: Timestamp) -> Marks {
        let modified = Some(self.since).filter(|since| *since <= now);
        Marks { etag: self.etag.clone(), modified, links: self.links.clone() }
    }

    fn body(&self, coding: Coding) -> Option<Bytes> {
        match coding {
            Coding::Identity => self.plain.clone(),
            Coding::Gzip => self.packed.clone(),
        }
    }
}

fn packed(plain: &[u8]) -> io::Result<Bytes> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(plain)?;
    Ok(gzip.finish()?.into())
}
