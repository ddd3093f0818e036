//! Scenarios: the program as people run it, over loopback HTTP and a real SMTP server; and rules about
//! the shape of the project.

#![expect(clippy::unwrap_used, reason = "helpers of tests, where a panic is the message")]

mod boards;
mod cadence;
mod commands;
mod crawl;
mod demo;
mod discover;
mod dkim;
mod enrich;
mod feeds;
mod hooks;
mod hostile;
mod hosts;
mod hub;
mod kill;
mod letters;
mod living;
mod mail;
mod platforms;
mod process;
mod push;
mod quarter;
mod queries;
mod random;
mod reload;
mod search;
mod settings;
mod site;
mod smtp;
mod stock;
mod streams;
mod templates;
mod tidy;
mod trouble;
mod web;
