//! `vigie recipients`: who gets mails and who does not, and what the owner can do about it.

use std::io::{self, Write as _};
use std::path::Path;

use chrono::Local;
use model::{Problem, Timestamp};
use store::{Consent, Ledger, Recipient};

use super::status::table;
use super::{closed_pipe_is_fine, data_directory, open_ledger, printable};
use crate::cli::{Failure, configuration};

#[derive(Debug, clap::Args)]
pub(crate) struct Recipients {
    #[command(subcommand)]
    deed: Option<Deed>,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// Ask somebody, with the next digest, whether they want its mails; even who has unsubscribed
    Ask(Whom),
    /// Tell somebody again whom the mail server refused, or who did not answer
    Allow(Whom),
    /// Make all links void that somebody's mails had
    Revoke(Whom),
}

#[derive(Debug, clap::Args)]
struct Whom {
    subscription: String,
    address: String,
}

pub(crate) fn run(asked: &Recipients, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut ledger = open_ledger(&data_directory(None, file)?, now)?;
    let Some(deed) = &asked.deed else {
        let text = listed(&ledger.all_recipients()?, now);
        return closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()));
    };
    match deed {
        Deed::Ask(whom) => {
            let recipient = whom.find(&ledger)?;
            if !configuration(file)?.mail.opt_in {
                let hint = "add public_url to [web], and leave opt_in in [mail] as it is";
                let problem = Problem::new("mail", "nobody can say yes without a page to do so");
                return Err(Failure::Refused(problem.hint(hint)));
            }
            ledger.ask_anew(recipient.number, now)?;
            println!("{} is asked with the next digest of {}", whom.address, whom.subscription);
        }
        Deed::Allow(whom) => {
            let recipient = whom.find(&ledger)?;
            if recipient.has_left {
                let hint = "they can be asked: vigie recipients ask …";
                let problem = Problem::new(&whom.address, "has unsubscribed");
                return Err(Failure::Refused(problem.hint(hint)));
            }
            ledger.confirm(recipient.number, now)?;
            println!("{} gets the mails of {}", whom.address, whom.subscription);
        }
        Deed::Revoke(whom) => {
            ledger.void_links(whom.find(&ledger)?.number)?;
            println!("the links that {} had from {} are void", whom.address, whom.subscription);
        }
    }
    Ok(())
}

impl Whom {
    fn find(&self, ledger: &Ledger) -> Result<Recipient, Failure> {
        let is_this = |one: &Recipient| {
            one.subscription.as_str() == self.subscription
                && one.address.eq_ignore_ascii_case(&self.address)
        };
        ledger.all_recipients()?.into_iter().find(is_this).ok_or_else(|| {
            let message = format!("is no recipient of {} yet", self.subscription);
            let hint =
                "`vigie recipients` lists them; somebody is known from their first digest on";
            Failure::Refused(Problem::new(&self.address, message).hint(hint))
        })
    }
}

fn listed(recipients: &[Recipient], now: Timestamp) -> String {
    if recipients.is_empty() {
        return "nobody was told by mail yet\n".to_owned();
    }
    let row =
        |one: &Recipient| vec![one.subscription.to_string(), one.address.clone(), state(one, now)];
    table(&["subscription", "address", "state"], recipients.iter().map(row))
}

/// Says how somebody stands, with since when.
pub(super) fn state(recipient: &Recipient, now: Timestamp) -> String {
    let local = |at: Timestamp| at.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string();
    let since = local(recipient.since);
    match (&recipient.consent, recipient.paused_until.filter(|until| *until > now)) {
        (Consent::Unsubscribed, _) => format!("unsubscribed {since}"),
        (Consent::Refused { reason }, _) => {
            format!("REFUSED by the mail server {since}: {}", printable(reason))
        }
        (Consent::Asked, _) if recipient.asked == 0 => "to be asked".to_owned(),
        (Consent::Asked, _) => format!("asked {since}, no answer yet"),
        (Consent::Entered | Consent::Confirmed, Some(until)) => {
            format!("paused until {}", local(until))
        }
        (Consent::Entered, None) => format!("told, entered {since}"),
        (Consent::Confirmed, None) => format!("told, confirmed {since}"),
    }
}
