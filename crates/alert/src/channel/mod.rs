//! How a letter leaves: by SMTP, or into a directory; and how events do, to their outlets. The only part of
//! this crate that does I/O.

mod command;
mod directory;
mod dkim;
mod lines;
mod mime;
mod outlet;
mod refusal;
mod smtp;
mod syslog;
mod webhook;

pub use command::Command;
pub use directory::Directory;
pub use dkim::{BadDkim, Dkim};
pub use lines::Lines;
pub use model::Secret;
pub use outlet::{Outlet, OutletError, Parcel};
pub use smtp::{BadServer, Credentials, Security, Smtp, SmtpServer};
pub use syslog::{LogPlace, Logger};
pub use webhook::{BadKey, BadWire, Judge, Post, SigningKey, Wire};

use crate::Letter;

/// Where letters go.
#[derive(Debug)]
pub enum Mailer {
    Smtp(Smtp),
    Directory(Directory),
}

/// Why a letter did not leave. The reason is what a person reads in the ledger.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// No letter can leave now: the server is away, busy, or its settings are wrong. Leave it alone
    /// for a while.
    #[error("{reason}")]
    Unreachable { reason: String },
    /// This letter is worth another try.
    #[error("{reason}")]
    Temporary { reason: String },
    /// The server will not take this letter, now or later.
    #[error("{reason}")]
    Permanent { reason: String },
    /// The server says that there is no such recipient: no letter will ever reach them.
    #[error("{reason}")]
    NoRecipient { reason: String },
}

impl Mailer {
    /// Sends one letter. When this returns `Ok` the letter is in other hands, or safely on disk.
    ///
    /// Dropping the future (a deadline, a shutdown) may leave a letter that was taken but not
    /// acknowledged: sent again, it has the same `Message-ID`.
    pub async fn send(&mut self, letter: &Letter) -> Result<(), SendError> {
        match self {
            Self::Smtp(smtp) => smtp.send(letter).await,
            Self::Directory(directory) => directory.write(letter).await,
        }
    }

    /// Ends a batch: takes leave of the server instead of holding its connection until the next.
    pub async fn close(&mut self) {
        match self {
            Self::Smtp(smtp) => smtp.close().await,
            Self::Directory(_) => {}
        }
    }
}
