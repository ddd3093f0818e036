//! `vigie recipients`: who gets mails and who does not, and what the owner can do about it.

use std::io::{self, Write as _};
use std::path::Path;

use alert::Mailbox;
use chrono::Local;
use model::{Problem, Timestamp};
use store::{Consent, Ledger, Recipient};

use super::status::table;
use super::{closed_pipe_is_fine, open_ledger, printable};
use crate::addressee::{Addressees, Admission};
use crate::cli::{Failure, configuration};
use crate::config::{Config, Subscribed};
use crate::names;

#[derive(Debug, clap::Args)]
pub(crate) struct Recipients {
    #[command(subcommand)]
    deed: Option<Deed>,
}

#[derive(Debug, clap::Subcommand)]
enum Deed {
    /// Ask somebody whether they want its mails; even who has unsubscribed
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
    let config = configuration(file)?;
    let mut ledger = open_ledger(&config.data, now)?;
    let Some(deed) = &asked.deed else {
        let text = listed(&ledger, &config, now)?;
        return closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()));
    };
    match deed {
        Deed::Ask(whom) => ask(whom, &mut ledger, &config, now),
        Deed::Allow(whom) => allow(whom, &mut ledger, &config, now),
        Deed::Revoke(whom) => {
            ledger.void_links(whom.find(&ledger, &config)?.number)?;
            println!("the links that {} had from {} are void", whom.address, whom.subscription);
            Ok(())
        }
    }
}

fn ask(whom: &Whom, ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<(), Failure> {
    let recipient = whom.find(ledger, config)?;
    if !config.mail.opt_in {
        let hint = "add public_url to [web], and leave opt_in in [mail] as it is";
        let problem = Problem::new("mail", "nobody can say yes without a page to do so");
        return Err(Failure::Refused(problem.hint(hint)));
    }
    whom.must_be_named(config)?;
    let Whom { subscription, address } = whom;
    match recipient.consent {
        Consent::Confirmed => {
            let message = format!("gets the mails of {subscription}: {}", state(&recipient, now));
            let hint = "there is nothing to ask; asked anew they would get none until they answer";
            return Err(Failure::Refused(Problem::new(address, message).hint(hint)));
        }
        Consent::Asked if recipient.asked == 0 => {
            println!("{address} is to be asked by {subscription} already");
            return Ok(());
        }
        Consent::Asked => {
            let state = state(&recipient, now);
            println!(
                "{address} ({state}) is asked again by {subscription}, as soon as `vigie run` looks"
            );
        }
        Consent::Entered | Consent::Allowed | Consent::Unsubscribed | Consent::Refused { .. } => {
            println!("{address} is asked by {subscription}, as soon as `vigie run` looks");
        }
    }
    Ok(ledger.ask_anew(recipient.number, now)?)
}

fn allow(whom: &Whom, ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<(), Failure> {
    let recipient = whom.find(ledger, config)?;
    let Whom { subscription, address } = whom;
    if recipient.has_left {
        let message = format!("has unsubscribed from {subscription}, and can't be told unasked");
        let hint = format!("they can be asked: vigie recipients ask {subscription} {address}");
        return Err(Failure::Refused(Problem::new(address, message).hint(hint)));
    }
    whom.must_be_named(config)?;
    if matches!(recipient.consent, Consent::Confirmed | Consent::Allowed) {
        let state = state(&recipient, now);
        println!("{address} gets the mails of {subscription} already: {state}");
        return Ok(());
    }
    ledger.allow(recipient.number, now)?;
    println!("{address} is told by {subscription} from now on, on your word: nobody was asked");
    if let Consent::Refused { reason } = &recipient.consent {
        println!(
            "  the mail server had refused it ({}); if it does so again, nothing more is sent",
            printable(reason)
        );
    }
    Ok(())
}

impl Whom {
    /// Finds whom the ledger knows; says what is wrong with the names else.
    fn find(&self, ledger: &Ledger, config: &Config) -> Result<Recipient, Failure> {
        let known = ledger.all_recipients()?;
        let is_of = |one: &&Recipient| one.subscription.as_str() == self.subscription;
        let is_this = |one: &&Recipient| one.address.eq_ignore_ascii_case(&self.address);
        if let Some(found) = known.iter().filter(is_of).find(is_this) {
            return Ok(found.clone());
        }
        let Some(named) = self.named(config) else {
            let message = format!("there is no subscription \"{}\"", self.subscription);
            let ids = config.subscriptions.iter().map(|one| one.subscription.id.as_str());
            let ids: Vec<&str> = ids.collect();
            let hint = names::hint(&self.subscription, "subscriptions", &ids, "there are none yet");
            return Err(refused(&self.subscription, message, hint));
        };
        if named {
            let message = format!("was written nothing by {} yet", self.subscription);
            let hint = "`vigie run` asks by itself who is to be asked, and tells the others with the first digest";
            return Err(refused(&self.address, message, hint));
        }
        let message = format!("is no recipient of {}", self.subscription);
        let of: Vec<&str> = known.iter().filter(is_of).map(|one| one.address.as_str()).collect();
        let of = if of.is_empty() { "nobody yet".to_owned() } else { of.join(", ") };
        let hint = format!("known there: {of}; to add somebody, write them into its `to`");
        Err(refused(&self.address, message, hint))
    }

    /// Whether the configuration names the address; `None` where it has no such subscription.
    fn named(&self, config: &Config) -> Option<bool> {
        let mut all = config.subscriptions.iter().map(|one| &one.subscription);
        let subscription = all.find(|one| one.id.as_str() == self.subscription)?;
        let is_this = |to: &String| {
            let mailbox = to.parse::<Mailbox>();
            mailbox.is_ok_and(|to| to.address().eq_ignore_ascii_case(&self.address))
        };
        Some(subscription.to.iter().any(is_this))
    }

    /// Whom the configuration names no more gets nothing, whatever they say.
    fn must_be_named(&self, config: &Config) -> Result<(), Failure> {
        if self.named(config) == Some(true) {
            return Ok(());
        }
        let message = format!("is not in `to` of {} any more", self.subscription);
        Err(refused(&self.address, message, "write them into it again first"))
    }
}

fn refused(place: &str, message: String, hint: impl Into<String>) -> Failure {
    Failure::Refused(Problem::new(place, message).hint(hint))
}

/// Shows whom subscriptions name, in their order, and then who was named once.
fn listed(ledger: &Ledger, config: &Config, now: Timestamp) -> Result<String, Failure> {
    let mut former = ledger.all_recipients()?;
    let mut rows = Vec::new();
    for Subscribed { subscription, .. } in &config.subscriptions {
        for one in Addressees::known(ledger, config, subscription, now)?.all {
            let state = match &one.recipient {
                Some(recipient) => {
                    former.retain(|other| other.number != recipient.number);
                    state(recipient, now)
                }
                None if one.admission == Admission::Ask => {
                    "to be asked before the first mail".to_owned()
                }
                None => "told from the first mail on".to_owned(),
            };
            rows.push(vec![subscription.id.to_string(), one.mailbox.address().to_owned(), state]);
        }
    }
    rows.extend(former.iter().map(|one| {
        let state = format!("named no more; was: {}", state(one, now));
        vec![one.subscription.to_string(), one.address.clone(), state]
    }));
    if rows.is_empty() {
        return Ok("nobody is told by mail; [subscriptions.NAME] says who is\n".to_owned());
    }
    Ok(table(&["subscription", "recipient", "state"], rows.into_iter()))
}

/// Whether somebody of the ledger gets the mails.
pub(super) fn is_told(recipient: &Recipient, now: Timestamp) -> bool {
    matches!(recipient.consent, Consent::Entered | Consent::Confirmed | Consent::Allowed)
        && !recipient.is_paused(now)
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
        (Consent::Entered | Consent::Confirmed | Consent::Allowed, Some(until)) => {
            format!("paused until {}", local(until))
        }
        (Consent::Entered, None) => format!("told, entered {since}"),
        (Consent::Confirmed, None) => format!("told, confirmed {since}"),
        (Consent::Allowed, None) => format!("told, allowed {since}"),
    }
}
