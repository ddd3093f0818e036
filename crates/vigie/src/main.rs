//! Vigie, the lookout: watches what the web says about a brand and tells the people who must know.

#![expect(clippy::print_stdout, reason = "commands talk to people on standard output")]

mod addressee;
mod asked;
mod assigned;
mod cli;
mod clock;
mod command;
mod config;
mod corrected;
mod crawler;
mod daemon;
mod demo;
mod digest;
mod discovery;
mod enrichment;
mod feeds;
mod flights;
mod hold;
mod learning;
mod links;
mod lock;
mod mutes;
mod names;
mod notify;
mod pipeline;
mod questions;
mod rehearsal;
mod relevance;
mod served;
mod sight;
mod signals;
#[cfg(test)]
mod stage;
mod volume;
mod warnings;
mod watchlist;
mod websub;
mod withheld;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
