//! What the links of signals' letters do: acknowledge one, and mute its query for a day. Both are for all who
//! follow the subscription, and say who it was.

use chrono::TimeDelta;
use store::{Muted, Raised, Turned};
use tracing::info;
use web::{Block, Page, Refused};

use super::{Followed, button, none};
use crate::command::printable;
use crate::served::refused;
use model::SignalId;

/// How long a link mutes.
const MUTED_FOR: TimeDelta = TimeDelta::hours(24);
/// A mute that ends so little before another would is the same.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(10);

impl Followed<'_> {
    pub(super) fn ask_acknowledge(&self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let mut blocks = vec![self.matter(&signal)];
        if signal.ended.is_some() || signal.acknowledged.is_some() {
            blocks.push(Block::Text(words.acknowledged_before.to_owned()));
        } else {
            blocks.push(Block::Text(words.acknowledge_ask.to_owned()));
            blocks.push(button(words.acknowledge_button, ("do", "acknowledge")));
        }
        Ok(self.page(words.acknowledge_title, blocks))
    }

    pub(super) fn acknowledge(self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let person = self.recipient.address.clone();
        let turned = self.ledger.acknowledge_signal(id, &person, self.now).map_err(refused)?;
        let said = match turned {
            Turned::Acknowledged => {
                info!(signal = %id, recipient = self.recipient.number, "acknowledged");
                words.acknowledged
            }
            Turned::Nothing => words.acknowledged_before,
            Turned::Unknown => return Err(none()),
        };
        let blocks = vec![self.matter(&signal), Block::Text(said.to_owned())];
        Ok(self.page(words.acknowledge_title, blocks))
    }

    pub(super) fn ask_mute(&self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let ask = words.mute_ask.replace("{}", &printable(signal.query.as_str()));
        let blocks =
            vec![self.matter(&signal), Block::Text(ask), button(words.mute_button, ("do", "mute"))];
        Ok(self.page(words.mute_title, blocks))
    }

    pub(super) fn mute(self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let what = Muted {
            query: Some(signal.query.clone()),
            subscription: Some(self.recipient.subscription.clone()),
            endpoint: None,
        };
        let mut until = self.now + MUTED_FOR;
        let mutes = self.ledger.mutes(self.now).map_err(refused)?;
        let same = mutes.iter().find(|mute| mute.what == what && mute.until >= until - SAME_WITHIN);
        if let Some(same) = same {
            until = same.until;
        } else {
            let person = self.recipient.address.clone();
            let number =
                self.ledger.mute(&what, until, (&person, ""), self.now).map_err(refused)?;
            info!(mute = number, recipient = self.recipient.number, query = %signal.query, "muted");
        }
        let said = words.muted.replace("{}", &self.local(until, "%Y-%m-%d %H:%M"));
        let blocks = vec![self.matter(&signal), Block::Text(said)];
        Ok(self.page(words.mute_title, blocks))
    }

    /// Returns a signal of a query that the subscription follows.
    fn signal(&self, id: SignalId) -> Result<Raised, Refused> {
        let signal = self.ledger.signal(id).map_err(refused)?.ok_or_else(none)?;
        let follows = self.subscription().is_some_and(|one| one.queries.contains(&signal.query));
        if follows { Ok(signal) } else { Err(none()) }
    }

    /// Says which signal it is about.
    fn matter(&self, signal: &Raised) -> Block {
        let zone = self.subscription().map_or(chrono_tz::UTC, |subscription| subscription.zone);
        let evidence = serde_json::from_str(&signal.evidence).ok();
        let turn = if signal.ended.is_some() {
            model::SignalTurn::Ended
        } else {
            model::SignalTurn::Opened
        };
        let said = evidence.map_or_else(
            || signal.query.as_str().to_owned(),
            |evidence| alert::sentences(&evidence, turn, self.locale(), zone)[..2].join("\n"),
        );
        Block::Text(said.lines().map(printable).collect::<Vec<_>>().join("\n"))
    }
}
