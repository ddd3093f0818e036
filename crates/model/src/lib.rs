//! The words Vigie speaks: plain data that two crates need. It does no I/O, reads no clock and
//! decides nothing that only one crate cares about.

mod delivery;
mod details;
mod endpoint;
mod feed;
mod host;
mod id;
mod item;
mod problem;
mod secret;
mod severity;
mod signal;
mod source;
mod subscription;
mod text;
mod tone;

pub use delivery::{Channel, DeliveryState};
pub use details::{Average, Country, Details, Engagement, Rating};
pub use endpoint::{Cursor, EndpointHealth, EventKind, UnknownEvent};
pub use feed::FeedForm;
pub use host::{Host, Rest};
pub use id::{
    DeliveryId, DispatchId, EndpointId, ItemId, QueryName, Seq, SignalId, SourceId, SubscriptionId,
};
pub use item::{Item, Lang, StoredItem};
pub use problem::Problem;
pub use secret::Secret;
pub use severity::{Severity, UnknownSeverity};
pub use signal::{SignalKind, SignalTurn, UnknownSignalKind};
pub use source::{Ailment, Health, Kind, Source, Trouble, Validators};
pub use subscription::{Cadence, Held, HeldFor, Locale, Selection, SubjectLine, Subscription};
pub use text::acts;
pub use tone::{Tone, ToneReading, UnknownTone};

/// An instant in UTC. The current one is always an argument named `now`.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
