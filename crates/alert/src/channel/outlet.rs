//! How events leave: by HTTP to a program or a chat room, into a program's standard input, into a file, or to a
//! logger.

use std::time::Duration;

use model::Timestamp;

use super::{Command, Lines, Logger, Post};

/// Where dispatches of one endpoint go.
#[derive(Debug)]
pub enum Outlet {
    Post(Post),
    Command(Command),
    Lines(Lines),
    Log(Logger),
}

/// What is handed over.
#[derive(Debug, Clone, Copy)]
pub struct Parcel<'a> {
    /// The same at each try: what a receiver tells a repeat by.
    pub id: &'a str,
    pub payload: &'a str,
}

/// Why a parcel was not taken. The reason is what a person reads; it holds no part of an address that may be
/// a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OutletError {
    /// The endpoint takes nothing now. Leave it alone, for as long as it asks if it does.
    #[error("{reason}")]
    Away { reason: String, pause: Option<Duration> },
    /// It did not take this parcel; it may take another.
    #[error("{reason}")]
    Refused { reason: String },
    /// It wants nothing more, ever.
    #[error("{reason}")]
    Gone { reason: String },
}

impl OutletError {
    pub(super) fn away(reason: impl Into<String>) -> Self {
        Self::Away { reason: reason.into(), pause: None }
    }
}

impl Outlet {
    /// Hands a parcel over. When this returns `Ok` it is in other hands, or safely on disk.
    ///
    /// Dropping the future may leave a parcel that was taken but not acknowledged: sent again, it has the
    /// same id.
    pub async fn send(&self, parcel: Parcel<'_>, now: Timestamp) -> Result<(), OutletError> {
        match self {
            Self::Post(post) => post.send(parcel, now).await,
            Self::Command(command) => command.run(parcel).await,
            Self::Lines(lines) => lines.append(parcel).await,
            Self::Log(logger) => logger.send(parcel).await,
        }
    }
}
