//! What to say to whom and when (`schedule`, `compose`), how it looks (`render`) and how it leaves
//! (`channel`). Everything but the channel is pure: the same arguments give the same letter, byte
//! for byte. Nothing here knows the ledger; a [`Letter`] is what its outbox holds.

mod channel;
pub mod chart;
mod clean;
mod compose;
mod expression;
mod letter;
mod link;
mod render;
mod retry;
mod schedule;

pub use channel::{
    BadServer, Credentials, Directory, Mailer, Secret, Security, SendError, Smtp, SmtpServer,
};
pub use compose::{
    Copies, Digest, Entry, Followed, Marked, Mention, News, Period, Section, Span, Thread, Trend,
    Volume, compose,
};
pub use expression::BadCron;
pub use letter::{BadAddress, Image, Letter, ListLinks, Mailbox};
pub use link::{Action, LinkKey, Links, Unverified};
pub use render::{HTML_BYTES_MAX, Pages, Sender, confirmation, page_words, render};
pub use retry::after_failure;
pub use schedule::Schedule;
