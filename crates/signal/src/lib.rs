//! Weak signals in the volume of mentions: what is expected, what is unusual, how long it lasts and what kind it is.
//!
//! One pass over the buckets of each (query, measure), in constant time and space: [`Detector::assess`] says how rare a
//! bucket is as the days between false alarms, [`Life`] makes signals of that, [`Burst::kind`] tells an organic rise from
//! one source's or one story's. It is arithmetic only: no I/O, no clock, and it does not know where counts come from.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts and lengths are far below the limits of the types, and sums fade"
)]

mod baseline;
pub mod bench;
mod burst;
mod calendar;
mod calibration;
mod channel;
mod config;
mod detector;
mod holidays;
mod life;
mod patience;
mod scan;
mod slot;
mod snapshot;
mod statistic;
mod tail;
mod window;

pub use burst::{Burst, Guards, Rise};
pub use calendar::Country;
pub use channel::Channel;
pub use config::{Calibration, Config, Look, Patience, Statistic, Youth};
pub use detector::{Assessment, Detector, Knowledge, Observation, Series};
pub use life::{Course, Life, Rules, Step};
pub use patience::Span;
pub use slot::Slot;
pub use snapshot::SnapshotError;
