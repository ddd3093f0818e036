//! What a reader sees and what a mail server hears: whole mails as snapshots, and letters sent to
//! a scripted server.

#![expect(clippy::unwrap_used, reason = "what a test's helper cannot do fails the test")]

mod browser;
mod everything;
mod hostile;
mod mail;
mod notes;
mod press;
mod send;
mod server;
