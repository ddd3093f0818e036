//! What a reader sees and what a mail server hears: whole mails as snapshots, and letters sent to
//! a scripted server.

mod mail;
mod press;
mod send;
mod server;
