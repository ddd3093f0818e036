//! Events as messages for chat rooms, each kind within its published limits and with its own escaping. Pure:
//! how a message leaves is `channel`'s business.

mod bulletin;
mod discord;
mod escape;
mod mattermost;
mod plain;
mod slack;
mod teams;
#[cfg(test)]
mod tests;

use serde_json::Value;

pub use bulletin::Bulletin;
pub(crate) use bulletin::on_one_line;

/// A kind of chat room, by what takes messages there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChatKind {
    Slack,
    Mattermost,
    Discord,
    /// A workflow of Microsoft Teams that takes adaptive cards.
    Teams,
    Ntfy {
        topic: String,
    },
    /// A server of Apprise's API, and what speaks like one.
    Apprise,
}

impl ChatKind {
    /// Returns the message, as it is posted. What does not fit is counted in it, not left out in silence.
    pub fn message(&self, bulletin: &Bulletin) -> Value {
        match self {
            Self::Slack => slack::message(bulletin),
            Self::Mattermost => mattermost::message(bulletin),
            Self::Discord => discord::message(bulletin),
            Self::Teams => teams::message(bulletin),
            Self::Ntfy { topic } => plain::ntfy(bulletin, topic),
            Self::Apprise => plain::apprise(bulletin),
        }
    }
}
