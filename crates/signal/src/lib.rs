//! Weak signals in the volume of mentions.
mod baseline;
mod calibration;
mod config;
mod detector;
mod slot;
mod tail;
mod window;

pub use config::{Config, Statistic};
pub use detector::{Assessment, Detector, Series};
pub use slot::Slot;
