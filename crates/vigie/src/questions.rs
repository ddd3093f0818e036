//! Whether somebody who is not of the owner's house wants the mails is asked as soon as the configuration names them:
//! a crisis may be the first thing that there is to tell.

use alert::Links;
use anyhow::Result;
use model::Timestamp;
use store::{Ledger, NewDelivery};

use crate::addressee::{self, Addressee, Addressees, Admission};
use crate::config::{Config, Subscribed};

/// Writes to those who are to be asked. Nobody can be, without a page to answer on.
pub(crate) fn ask_due(ledger: &mut Ledger, config: &Config, now: Timestamp) -> Result<()> {
    if config.web.as_ref().and_then(|door| door.public_url.as_ref()).is_none() {
        return Ok(());
    }
    for subscribed in &config.subscriptions {
        let subscription = &subscribed.subscription;
        let known = Addressees::known(ledger, config, subscription, now)?;
        if known.all.iter().all(|one| one.admission != Admission::Ask) {
            continue;
        }
        let addressees = Addressees::of(ledger, config, subscription, now)?;
        let mut questions = Vec::new();
        for to in addressees.all.iter().filter(|one| one.admission == Admission::Ask) {
            if let (Some(recipient), Some(links)) = (&to.recipient, addressees.links(to)) {
                questions.push((recipient.number, question(config, subscribed, to, &links, now)?));
            }
        }
        ledger.ask(&subscription.id, &questions, now)?;
    }
    Ok(())
}

fn question(
    config: &Config,
    subscribed: &Subscribed,
    to: &Addressee,
    links: &Links<'_>,
    now: Timestamp,
) -> Result<NewDelivery> {
    let (subscription, sender) = (&subscribed.subscription, &config.mail.sender);
    let letter = alert::confirmation(subscription, sender, &to.mailbox, links, now);
    addressee::delivery(&letter, None)
}
