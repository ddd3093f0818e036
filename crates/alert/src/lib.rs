//! What to say to whom and when (`schedule`, `compose`), how it looks (`render`) and how it leaves
//! (`channel`). Everything but the channel is pure: the same arguments give the same letter, byte
//! for byte. Nothing here knows the ledger; a [`Letter`] is what its outbox holds.

mod channel;
pub mod chart;
mod chat;
mod circuit;
mod clean;
mod compose;
mod event;
mod expression;
mod group;
mod letter;
mod link;
mod log;
mod notice;
mod quiet;
mod render;
mod retry;
mod schedule;
mod signal;
mod template;
mod wall;

pub use channel::{
    BadDkim, BadKey, BadServer, BadWire, Command, Credentials, Directory, Dkim, Judge, Lines,
    LogPlace, Logger, Mailer, Outlet, OutletError, Parcel, Post, Secret, Security, SendError,
    SigningKey, Smtp, SmtpServer, Wire,
};
pub use chat::{Bulletin, ChatKind};
pub use circuit::{BROKEN_AFTER, after_refusal, health_after, is_notable};
pub use compose::{
    Acknowledged, Copies, Digest, Entry, Followed, HeldBack, LastOfDay, Marked, Mention, News,
    Notes, Period, Released, Section, Span, Thread, Trend, Volume, compose, compose_empty,
    story_entry,
};
pub use event::{
    DigestTold, EVENT_VERSION, Event, Fact, Finder, FoundItem, ItemTold, MentionTold, SignalTold,
    SourceTold, StoryGrown, StoryTold, event_id, severity_told,
};
pub use expression::BadCron;
pub use group::{Day, Group};
pub use letter::{BadAddress, Image, Letter, ListLinks, Mailbox};
pub use link::{Action, LinkKey, Links, Unverified};
pub use log::{Facility, LOG_BYTES_MAX, log_message};
pub use notice::{Fate, Undelivered, endpoint_notice, undelivered_notice};
pub use quiet::{BadQuiet, Quiet, QuietHours};
pub use render::{
    Feed, FeedEntry, HTML_BYTES_MAX, Pages, Sender, confirmation, page_words, render,
};
pub use retry::after_failure;
pub use schedule::Schedule;
pub use signal::{
    Cause, Counted, Evidence, Hour, Occasion, SignalLetter, SignalNews, Spread, Standing, Told,
    ToneShift, Window, sentences, signal_letter,
};
pub use template::{BUILT_IN, TEMPLATE_BYTES_MAX, TemplateProblem, Templates};
