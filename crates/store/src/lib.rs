//! The ledger: everything that must survive a crash, as verbs, on SQLite.
//!
//! Every method of [`Ledger`] is one transaction, named by a verb: after a crash it has happened or
//! it has not. Several ledgers (threads, processes) may be open on one file. The ledger fetches,
//! matches and sends nothing, and reads no clock. Its times have a resolution of one millisecond.

mod assessment;
mod assignment;
mod check;
mod claim;
mod commit;
mod correction;
mod counts;
mod declare;
mod digest;
mod dispatch;
mod endpoint;
mod error;
mod event;
mod feed;
mod figures;
mod fresh;
mod heard;
mod history;
mod hit;
mod hold;
mod host;
mod identity;
mod item;
mod ledger;
mod mention;
mod migration;
mod mute;
mod outbox;
mod push;
mod quota;
mod reading;
mod recipient;
mod record;
mod reread;
mod sending;
mod signal;
mod sql;
mod status;
mod story;
mod tone;
mod untold;
mod volume;
mod walk;
mod watch;
mod withheld;

pub use assessment::{Assessed, LastAssessment, NewAssessment, NewSignalEvent, States};
pub use assignment::Assignment;
pub use claim::{DueSource, Room};
pub use commit::{Commit, witness_commits};
pub use correction::{Accuracy, CorrectError, Correction, Mark, NewCorrection, Relevance, Word};
pub use counts::{Counts, Gap, Seen, Undated};
pub use declare::{AddError, Declaration, SavedQueries};
pub use digest::{Due, DueSubscription, Enqueued, Hit, NewDigest, NewHits, SubscriptionState};
pub use dispatch::{Dispatch, DispatchStatus, Settled, Upshot};
pub use endpoint::EndpointState;
pub use error::{LedgerError, OpenError};
pub use feed::{Feed, FeedOf, FoundCopy, FoundStories, FoundStory, NewFeed, Pushing};
pub use figures::Figures;
pub use fresh::{Followed, Fresh, FreshEvent, FreshHit, NewDispatch, NewDispatches};
pub use heard::{Acknowledgement, Heard, NewSignalLetter, ToldSignal};
pub use history::{HistoryProgress, HistoryRun};
pub use hit::Finding;
pub use host::RestingHost;
pub use item::Provenance;
pub use ledger::{FILE_NAME, Ledger};
pub use mention::Mention;
pub use mute::{Mute, Muted};
pub use outbox::{Delivery, DeliveryStatus, MailWritten, NewDelivery};
pub use push::{HubAsk, HubOffer, HubState, HubStatus, HubTalk, Kept, PushRead, Pushed};
pub use recipient::{Consent, Recipient};
pub use record::{Found, News, Outcome, RecordError, Recorded, Visit};
pub use reread::{ReadHit, ReadItem, Reread};
pub use signal::{Raised, SignalEvent, SignalsAsked, Turned};
pub use status::{
    LastOutcome, OutboxCounts, QueryStatus, SourceStatus, SourceTrouble, Status, Undelivered,
};
pub use story::{Story, Told};
pub use tone::{HitTone, UnreadHit};
pub use untold::{Listener, SignalsWanted, Untold, UntoldSignals};
pub use walk::{AverageSeen, DuePage, Held, Listed, Past, PastEnd, Sight};
pub use watch::{Conclusion, Learnt, Standing};
pub use withheld::{Standpoint, Waiting, Why, Withheld, WithheldHit};
