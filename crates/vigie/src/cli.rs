//! The command line as typed. Exit codes: 0 done, 1 failed while running, 2 usage or configuration.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use index::IndexError;
use model::Problem;
use tracing_subscriber::EnvFilter;

use crate::command::query::{self, QueryCommand};
use crate::command::{
    accuracy, add, correct, deliveries, enrich, extract, feeds, init, mentions, mute, next, opml,
    people, recipients, reindex, reprocess, routes, search, signals, status, templates, themes,
};
use crate::config::{Care, Config, DEFAULT_FILE, Secrets};
use crate::{clock, daemon, demo, rehearsal};

/// Watches what the web says about a brand, and tells the people who must know.
#[derive(Parser)]
#[command(name = "vigie", version)]
struct Cli {
    /// The configuration file
    #[arg(long, global = true, value_name = "FILE", default_value = DEFAULT_FILE)]
    config: PathBuf,
    /// How the log is written
    #[arg(long, global = true, value_name = "FORM", default_value = "human")]
    log: LogForm,
    #[command(subcommand)]
    command: Command,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum LogForm {
    Human,
    Json,
}

#[derive(Subcommand)]
enum Command {
    /// Show the whole way from feeds to mails in a minute, on a small web of its own
    Demo(demo::Demo),
    /// Write a first configuration that watches a brand
    Init(init::Init),
    /// Say everything that is wrong with the configuration, and what is probably not meant
    Check,
    /// Watch: crawl, match, index and send, until stopped
    Run,
    /// Show sources with their health, queries with their volume, and the outbox
    Status(status::Status),
    /// Try again to send the mails that were given up
    Retry,
    /// Show who gets mails, and ask or enter anew who does not
    Recipients(recipients::Recipients),
    /// Show what is on its way to people and programs; try again, tell again
    #[command(subcommand)]
    Deliveries(deliveries::Deliveries),
    /// Give out what was found as feeds for feed readers, and take them back
    Feeds(feeds::Feeds),
    /// Search everything that was read
    Search(search::Search),
    /// Show what a query has found, story by story, with its tone
    Mentions(mentions::Mentions),
    /// Show what is or was unusual in what queries find, and why
    Signals(signals::Signals),
    /// Show who hears of what, how grave, by which channel, and what holds it now
    Routes(routes::Routes),
    /// Hold for a time what a query finds, or what somebody is told
    Mute(mute::MuteArgs),
    /// End a mute before its time
    Unmute(mute::Unmute),
    /// Show what else people speak of, complain of and ask for
    Themes(themes::Themes),
    /// Show who speaks of it: who writes, is heard, helps
    People(people::People),
    /// Set right what was read of an item: relevance, tone, story
    Correct(correct::Correct),
    /// Show how often people set right what was read
    Accuracy(accuracy::Asked),
    /// Ask about queries: what they mean, what they find and would find
    #[command(subcommand)]
    Query(QueryCommand),
    /// Show what would be read at an address or in a file, without keeping it
    Extract(extract::Extract),
    /// Find what a site offers to read, and add it as a source
    Add(add::Add),
    /// Remove a source that was added from the command line; its items stay
    Remove(add::Remove),
    /// Add the feeds of an OPML file
    Import(opml::Import),
    /// Write the sources as OPML
    Export,
    /// Read the past again, by this version's readers: first shows what would change
    Reprocess(reprocess::Reprocess),
    /// Read language, tone and story of texts of your own, as JSON lines
    Enrich(enrich::Enrich),
    /// Write the templates of mails, to begin your own from
    #[command(subcommand)]
    Templates(templates::Templates),
    /// Build the search index anew from the ledger
    Reindex,
    /// Run the pipeline by a clock that comes on standard input, for tests and measurements
    #[command(hide = true)]
    Rehearse(rehearsal::Rehearse),
}

/// Why a command ended without doing its work.
pub(crate) enum Failure {
    /// The user must change what they typed or configured.
    Usage(Vec<Problem>),
    /// What was asked for is not there, or may not be had.
    Refused(Problem),
    /// Something went wrong on the way.
    Running(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::Running(error.into())
    }
}

pub(crate) fn main() -> ExitCode {
    let cli = Cli::parse();
    start_log(&cli);
    match run(&cli.command, &cli.config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Usage(problems)) => {
            for problem in problems {
                eprintln!("{problem}");
            }
            ExitCode::from(2)
        }
        Err(Failure::Refused(problem)) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
        Err(Failure::Running(error)) => {
            eprintln!("error: {error:#}");
            if let Some(hint) = error.downcast_ref().and_then(IndexError::hint) {
                eprintln!("  hint: {hint}");
            }
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command, file: &Path) -> Result<(), Failure> {
    match command {
        Command::Demo(demo) => Ok(demo::run(demo)?),
        Command::Init(init) => init::init(init, file, clock::now()),
        Command::Check => check(file),
        Command::Run => daemon::run(file),
        Command::Status(status) => status::status(status, file, clock::now()),
        Command::Retry => status::retry(file, clock::now()),
        Command::Recipients(asked) => recipients::run(asked, file, clock::now()),
        Command::Deliveries(asked) => deliveries::run(asked, file, clock::now()),
        Command::Feeds(asked) => feeds::run(asked, file, clock::now()),
        Command::Search(search) => search::search(search, file, clock::now()),
        Command::Mentions(asked) => mentions::mentions(asked, file, clock::now()),
        Command::Signals(asked) => signals::signals(asked, file, clock::now()),
        Command::Routes(asked) => routes::routes(asked, file, clock::now()),
        Command::Mute(asked) => mute::mute(asked, file, clock::now()),
        Command::Unmute(asked) => mute::unmute(asked, file, clock::now()),
        Command::Themes(asked) => themes::run(asked, file, clock::now()),
        Command::People(asked) => people::run(asked, file, clock::now()),
        Command::Reprocess(asked) => reprocess::reprocess(asked, file, clock::now()),
        Command::Enrich(asked) => enrich::enrich(asked, clock::now()),
        Command::Correct(word) => correct::correct(word, file, clock::now()),
        Command::Accuracy(asked) => accuracy::accuracy(asked, file, clock::now()),
        Command::Query(command) => query::run(command, file, clock::now()),
        Command::Extract(extract) => extract::extract(extract, file, clock::now()),
        Command::Add(add) => add::add(add, file, clock::now()),
        Command::Remove(remove) => add::remove(remove, file, clock::now()),
        Command::Import(import) => opml::import(import, file, clock::now()),
        Command::Export => opml::export(file, clock::now()),
        Command::Templates(asked) => templates::run(asked),
        Command::Reindex => reindex::reindex(file, clock::now()),
        Command::Rehearse(rehearse) => rehearsal::run(rehearse, file),
    }
}

/// Reads the configuration or returns everything that is wrong with it.
pub(crate) fn configuration(file: &Path) -> Result<Config, Failure> {
    Config::read(file, Secrets::Leave, Care::Usual).map_err(Failure::Usage)
}

/// Reads the configuration with its secrets, for who sends mails.
pub(crate) fn configuration_with_secrets(file: &Path) -> Result<Config, Failure> {
    with_secrets(file, Care::Usual)
}

fn with_secrets(file: &Path, care: Care) -> Result<Config, Failure> {
    let variable = |name: &str| std::env::var(name).ok();
    Config::read(file, Secrets::Read(&variable), care).map_err(Failure::Usage)
}

fn check(file: &Path) -> Result<(), Failure> {
    let config = with_secrets(file, Care::Close)?;
    for warning in &config.warnings {
        println!("warning: {warning}");
    }
    if let Some(dkim) = &config.mail.dkim {
        let (name, text) = dkim.record();
        println!("mails are signed; the DNS must have this record:\n  {name} TXT {text}");
    }
    println!(
        "{} is valid (sources: {}, queries: {}, subscriptions: {}, recipients: {}, endpoints: {})",
        file.display(),
        config.sources.len(),
        config.queries.len(),
        config.subscriptions.len(),
        config.subscriptions.iter().map(|one| one.subscription.to.len()).sum::<usize>(),
        config.endpoints.len(),
    );
    print!("{}", next::planned(&config, clock::now()));
    Ok(())
}

/// The daemon tells what it does; the other commands only what goes wrong. `RUST_LOG` overrides.
fn start_log(cli: &Cli) {
    let default = if matches!(cli.command, Command::Run) { "info" } else { "error" };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(default));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match cli.log {
        LogForm::Human => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogForm::Json => log.json().init(),
    }
}
