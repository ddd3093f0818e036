//! What chat rooms are told besides: how large a story is, what became of a digest's mails, how a source is doing.

use super::{Count, Words, counted};

pub(crate) struct Rooms {
    pub(super) new_mentions: Count,
    pub(super) texts: Count,
    pub(super) in_sources: Count,
    pub(crate) in_trouble: &'static str,
    pub(crate) well_again: &'static str,
    /// "{since}" is put in.
    pub(super) was_in_trouble: &'static str,
    /// "{}" is the subscription.
    pub(super) digest_sent: &'static str,
    pub(super) mails_sent: Count,
    pub(super) given_up: Count,
    /// "{}" is the signal's number.
    pub(super) acknowledge: &'static str,
}

impl Words {
    /// How somebody who has no page for it sees to a signal.
    pub(crate) fn acknowledge(&self, signal: u64) -> String {
        self.rooms.acknowledge.replace("{}", &signal.to_string())
    }

    /// "11 texts in 6 sources": how large a story is.
    pub(crate) fn told_by(&self, items: u64, sources: u64) -> String {
        let Rooms { texts, in_sources, .. } = &self.rooms;
        format!(
            "{} {}",
            self.count(texts, counted(items)),
            self.count(in_sources, counted(sources))
        )
    }

    /// "and 3 copies": of a story of so many texts, those besides the one that is shown.
    pub(crate) fn copies_of(&self, items: u64) -> Option<String> {
        (items > 1).then(|| self.count(&self.copies, counted(items - 1)))
    }

    pub(crate) fn new_mentions(&self, count: usize) -> String {
        self.count(&self.rooms.new_mentions, count)
    }

    pub(crate) fn was_in_trouble(&self, since: &str) -> String {
        self.rooms.was_in_trouble.replace("{since}", since)
    }

    pub(crate) fn digest_sent(&self, subscription: &str) -> String {
        self.rooms.digest_sent.replace("{}", subscription)
    }

    /// "2 mails sent, 1 given up".
    pub(crate) fn mails_of(&self, sent: u64, given_up: u64) -> String {
        let mut said = self.count(&self.rooms.mails_sent, counted(sent));
        if given_up > 0 {
            said = format!("{said}, {}", self.count(&self.rooms.given_up, counted(given_up)));
        }
        said
    }
}
