//! What a visit teaches of its source: when it publishes, whether its readers can rely on it, and when to
//! come again.

use std::time::Duration;

use anyhow::Result;
use crawl::{Appeared, Bounds, Judgement, Known, PRICE, Reading, Rhythm, Saw, Shown, Usual};
use model::{Ailment, Timestamp, Validators};
use store::{Conclusion, DueSource, Learnt, Ledger, News, Standing};

use crate::config::Crawl;
use crate::crawler::{Body, Read};

/// How long a price holds: sources change their rhythm within days.
const PRICE_FOR: Duration = Duration::from_hours(1);

/// What a visit is worth: what the budget leaves, if there is one.
#[derive(Default)]
pub(crate) struct Price(Option<(Timestamp, f64)>);

impl Price {
    pub(crate) fn now(&mut self, ledger: &Ledger, crawl: &Crawl, now: Timestamp) -> Result<f64> {
        let Some(checks_a_day) = crawl.checks_a_day else { return Ok(PRICE) };
        match self.0 {
            Some((at, price)) if at <= now && now < at + PRICE_FOR => Ok(price),
            _ => {
                let unknown = Rhythm::begin(&[], now).weight();
                let weights = ledger.weights()?.into_iter();
                let weights: Vec<f64> = weights.map(|weight| weight.unwrap_or(unknown)).collect();
                let price = crawl::price_for(checks_a_day, &weights, crawl.bounds);
                self.0 = Some((now, price));
                Ok(price)
            }
        }
    }
}

/// A visit that is about to be recorded.
pub(crate) struct Learning<'a> {
    pub(crate) due: &'a DueSource,
    pub(crate) read: &'a Read,
    pub(crate) bounds: Bounds,
    pub(crate) price: f64,
    /// Whether a hub pushes what is new.
    pub(crate) is_pushed: bool,
    /// When to come again, where the source itself decides.
    pub(crate) again: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

impl Learning<'_> {
    /// Says what follows from the visit, given what of it was new.
    pub(crate) fn conclude(&self, news: &News) -> Conclusion {
        let (due, now) = (self.due, self.now);
        let rhythm = self.rhythm(news);
        let mut usual = Usual::from_json(&due.learnt.usual);
        // What is pushed is no news to a visit: that it finds none says nothing.
        let judged_by = rhythm.as_ref().filter(|_| !self.is_pushed);
        let known = Known { rhythm: judged_by, first_read: due.first_read, trouble: due.trouble };
        let standing = match self.saw(news) {
            Some(saw) => standing(usual.judge(&known, &saw, now)),
            None => Standing::Doubtful,
        };
        let ailment = match &standing {
            Standing::Trouble { ailment, .. } => Some(*ailment),
            Standing::Well | Standing::Doubtful => None,
        };
        // A place that lacks what the source had may be a mistake, or a login.
        let is_strange = match &self.read.body {
            Body::Read { place, .. } if due.page.is_none() => usual.strange_place(place).is_some(),
            Body::Read { .. } | Body::Said { .. } | Body::Unchanged(_) | Body::None { .. } => false,
        };
        let next_check = self.again.unwrap_or_else(|| self.next_check(rhythm.as_ref()));
        let learnt = Learnt {
            weight: rhythm.as_ref().map(Rhythm::weight),
            rhythm: rhythm.as_ref().map(Rhythm::to_bytes),
            usual: usual.to_json(),
        };
        Conclusion {
            next_check,
            learnt: (learnt != due.learnt).then_some(learnt),
            standing,
            stays: is_strange || ailment == Some(Ailment::MovedAway),
        }
    }

    /// What is known of the source's rhythm, with this visit.
    fn rhythm(&self, news: &News) -> Option<Rhythm> {
        let known = self.due.learnt.rhythm.as_deref().and_then(Rhythm::from_bytes);
        let is_own_page = self.due.page.is_none();
        let (shown, changed) = match &self.read.body {
            Body::None { .. } | Body::Said { .. } => return known,
            Body::Unchanged(_) => (None, None),
            Body::Read { reading, validators, .. } => {
                (is_own_page.then_some(reading.items.len()), changed(reading, validators))
            }
        };
        match known {
            Some(mut rhythm) => {
                let appeared = Appeared { dates: &news.appeared, shown, is_own_page, changed };
                rhythm.learn(&appeared, self.now);
                Some(rhythm)
            }
            None if is_own_page => {
                let mut published = self.due.published.clone();
                published.extend(&news.appeared);
                published.sort_unstable();
                published.dedup();
                Some(Rhythm::begin(&published, self.now))
            }
            None => None,
        }
    }

    /// What is to be judged; nothing, if all that failed is a page that the source leads to.
    fn saw<'a>(&'a self, news: &News) -> Option<Saw<'a>> {
        let is_own_page = self.due.page.is_none();
        let new = news.recorded.new;
        match &self.read.body {
            Body::Read { reading, place, .. } if is_own_page => {
                let is_web_page = reading.page.is_some();
                let shown = Shown { items: &reading.items, place, is_web_page };
                Some(Saw::Page { shown, new })
            }
            Body::Read { .. } => Some(Saw::Further { new }),
            Body::Said { .. } | Body::Unchanged(_) => Some(Saw::Unchanged),
            Body::None { reason, ailment, .. } => is_own_page.then(|| Saw::Failure {
                ailment: *ailment,
                reason,
                failures: self.due.failures + 1,
                since: self.due.failing_since.unwrap_or(self.now),
            }),
        }
    }

    fn next_check(&self, rhythm: Option<&Rhythm>) -> Timestamp {
        let mut failures = 0;
        let mut fresh_for = self.read.fresh_for;
        match &self.read.body {
            // What fails is one of its pages, not the source.
            Body::None { .. } if self.due.page.is_some() => {}
            Body::None { .. } => failures = self.due.failures + 1,
            Body::Said { .. } | Body::Unchanged(_) => {}
            Body::Read { reading, .. } => {
                fresh_for = fresh_for.max(reading.feed.as_ref().and_then(|feed| feed.ttl));
            }
        }
        let failing_since = self.due.failing_since.unwrap_or(self.now);
        let next_check = crawl::next_check(
            &crawl::Visited {
                source: &self.due.source.id,
                every: self.due.source.every,
                rhythm,
                price: self.price,
                failures,
                failing_for: (self.now - failing_since).to_std().unwrap_or_default(),
                fresh_for,
                retry_after: self.read.retry_after,
                bounds: self.bounds,
            },
            self.now,
        );
        // While a hub pushes what is new, visits only see to it that it does.
        let is_rare = self.is_pushed && failures == 0 && self.due.source.every.is_none();
        if is_rare { next_check.max(self.now + self.bounds.max) } else { next_check }
    }
}

/// Returns when a page was made, as it says, or else its server.
fn changed(reading: &Reading, validators: &Validators) -> Option<Timestamp> {
    let said = reading.feed.as_ref().and_then(|feed| feed.changed);
    said.or_else(|| crawl::dates::parse(validators.last_modified.as_deref()?))
}

fn standing(judgement: Judgement) -> Standing {
    match judgement {
        Judgement::Well => Standing::Well,
        Judgement::Doubtful => Standing::Doubtful,
        Judgement::Trouble { ailment, reason, since } => {
            Standing::Trouble { ailment, reason, since }
        }
    }
}
