//! The HTTP side of the daemon: readiness, metrics and the API, within limits of time, size and number.
//! It holds nothing and knows no ledger: what it tells, it asks of the functions of a [`Backend`].

mod answer;
mod api;
mod correction;
mod door;
mod feed;
mod link;
mod metrics;
mod page;
mod server;
mod websub;

pub use answer::Refused;
pub use api::{Ask, Backend, ExplainQuestion, Health, LintQuestion, Liveness};
pub use correction::{AccuracyQuestion, CorrectQuestion};
pub use door::{Door, ShortToken, TOKEN_BYTES_MIN, Token};
pub use feed::{Coding, FeedAnswer, FeedAsked, Feeds, Marks, Unless};
pub use link::{Deed, LinkPages};
pub use metrics::{Family, Sample, Unit};
pub use page::{Block, Button, Page};
pub use server::serve;
pub use websub::{Delivered, Delivery, Notified, Push};
