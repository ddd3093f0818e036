//! Who is written to: those whom the configuration names, as far as they want it. Somebody who is not of
//! the owner's house is asked first, and told nothing until they say yes.

use alert::{Letter, LinkKey, Links, Mailbox, Sender};
use anyhow::Result;
use model::{Channel, Severity, Subscription, Timestamp};
use store::{Consent, Ledger, NewDelivery, Recipient};
use url::Url;

use crate::config::Config;

/// What becomes of a letter to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admission {
    Tell,
    /// They are asked instead whether they want it.
    Ask,
    /// They have left, pause, or have not answered.
    Leave,
}

/// Somebody whom a subscription names.
pub(crate) struct Addressee {
    pub(crate) mailbox: Mailbox,
    /// As the ledger knows them; `None` before their first digest.
    pub(crate) recipient: Option<Recipient>,
    pub(crate) admission: Admission,
}

/// Everybody whom a subscription names.
pub(crate) struct Addressees {
    pub(crate) all: Vec<Addressee>,
    /// Where links lead and what they are signed with, where there are pages.
    pages: Option<(Url, LinkKey)>,
}

/// Hosts where everybody has an address: a neighbour there is not of the same house.
const FREE_HOSTS: [&str; 28] = [
    "aol.com",
    "bbox.fr",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.ch",
    "gmx.com",
    "gmx.de",
    "gmx.fr",
    "gmx.net",
    "googlemail.com",
    "hotmail.com",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "live.com",
    "live.fr",
    "mail.ru",
    "me.com",
    "orange.fr",
    "outlook.com",
    "outlook.fr",
    "proton.me",
    "protonmail.com",
    "sfr.fr",
    "wanadoo.fr",
    "web.de",
    "yahoo.com",
];

impl Addressees {
    /// Enters those whom the ledger does not know yet.
    pub(crate) fn of(
        ledger: &mut Ledger,
        config: &Config,
        subscription: &Subscription,
        now: Timestamp,
    ) -> Result<Self> {
        let mailboxes = mailboxes(subscription)?;
        let addresses: Vec<&str> = mailboxes.iter().map(Mailbox::address).collect();
        ledger.recipients(&subscription.id, &addresses, now)?;
        let pages = pages(ledger, config)?;
        Ok(Self { pages, ..Self::known(ledger, config, subscription, now)? })
    }

    /// Writes nothing: who is not known yet has no links.
    pub(crate) fn known(
        ledger: &Ledger,
        config: &Config,
        subscription: &Subscription,
        now: Timestamp,
    ) -> Result<Self> {
        let mailboxes = mailboxes(subscription)?;
        let addresses: Vec<&str> = mailboxes.iter().map(Mailbox::address).collect();
        let mut known = ledger.known_recipients(&subscription.id, &addresses)?;
        let mail = &config.mail;
        let all = mailboxes
            .into_iter()
            .map(|mailbox| {
                let is_this = |one: &Recipient| one.address.eq_ignore_ascii_case(mailbox.address());
                let place = known.iter().position(is_this);
                let recipient = place.map(|place| known.swap_remove(place));
                let must_ask = mail.opt_in && !is_of_the_house(&mailbox, &mail.sender);
                let admission = match &recipient {
                    Some(recipient) => admission(recipient, must_ask, now),
                    None if must_ask => Admission::Ask,
                    None => Admission::Tell,
                };
                Addressee { mailbox, recipient, admission }
            })
            .collect();
        let key = ledger.known_link_key()?.map(LinkKey::new);
        Ok(Self { all, pages: base(config).zip(key) })
    }

    /// Returns what an addressee's letters lead to; `None` where there are no pages.
    pub(crate) fn links<'a>(&'a self, addressee: &Addressee) -> Option<Links<'a>> {
        let (base, key) = self.pages.as_ref()?;
        let Recipient { number, epoch, .. } = *addressee.recipient.as_ref()?;
        Some(Links { base, key, recipient: number, epoch })
    }

    /// Those who are told what was found.
    pub(crate) fn told(&self) -> impl Iterator<Item = &Addressee> {
        self.all.iter().filter(|one| one.admission == Admission::Tell)
    }
}

/// Returns a letter as the outbox takes it, with how grave the gravest is that it tells; `None` for a question to
/// its recipient or a word to the owner.
pub(crate) fn delivery(letter: &Letter, severity: Option<Severity>) -> Result<NewDelivery> {
    Ok(NewDelivery {
        recipient: letter.to.to_string(),
        channel: Channel::Mail,
        message_id: letter.message_id.clone(),
        payload: serde_json::to_string(letter)?,
        severity,
    })
}

/// Returns where links lead and what they are signed with.
pub(crate) fn pages(ledger: &mut Ledger, config: &Config) -> Result<Option<(Url, LinkKey)>> {
    let Some(base) = base(config) else { return Ok(None) };
    let mut fresh = [0; LinkKey::BYTES];
    getrandom::fill(&mut fresh)?;
    Ok(Some((base, LinkKey::new(ledger.link_key(fresh)?))))
}

fn base(config: &Config) -> Option<Url> {
    config.web.as_ref().and_then(|door| door.public_url.clone())
}

fn mailboxes(subscription: &Subscription) -> Result<Vec<Mailbox>> {
    Ok(subscription.to.iter().map(|to| to.parse()).collect::<Result<_, _>>()?)
}

fn admission(recipient: &Recipient, must_ask: bool, now: Timestamp) -> Admission {
    match recipient.consent {
        // Asked on the owner's word, and not yet by letter.
        Consent::Asked if recipient.asked == 0 => Admission::Ask,
        Consent::Asked | Consent::Unsubscribed | Consent::Refused { .. } => Admission::Leave,
        Consent::Confirmed | Consent::Allowed | Consent::Entered if recipient.is_paused(now) => {
            Admission::Leave
        }
        Consent::Entered if must_ask => Admission::Ask,
        Consent::Confirmed | Consent::Allowed | Consent::Entered => Admission::Tell,
    }
}

/// Whether an address is the owner's or the sender's, or of their domain.
fn is_of_the_house(mailbox: &Mailbox, sender: &Sender) -> bool {
    [&sender.from, sender.ask()].into_iter().any(|ours| {
        let is_same = |one: &str, other: &str| one.eq_ignore_ascii_case(other);
        is_same(mailbox.address(), ours.address())
            || is_same(mailbox.domain(), ours.domain())
                && !FREE_HOSTS.iter().any(|host| is_same(host, ours.domain()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn who_is_asked_told_or_left() {
        let now = at("2026-03-01T12:00:00Z");
        let check = |consent: Consent, asked, paused: Option<&str>, must_ask, expect| {
            let recipient = Recipient {
                number: 1,
                subscription: "press".into(),
                address: "anne@agency.example".to_owned(),
                consent,
                since: now,
                asked,
                paused_until: paused.map(at),
                epoch: 0,
                has_left: false,
            };
            assert_eq!(admission(&recipient, must_ask, now), expect, "{recipient:?}");
        };
        let refused = Consent::Refused { reason: String::new() };
        let (later, earlier) = (Some("2026-03-01T12:00:01Z"), Some("2026-03-01T12:00:00Z"));
        check(Consent::Entered, 0, None, true, Admission::Ask);
        check(Consent::Entered, 0, None, false, Admission::Tell);
        check(Consent::Asked, 1, None, true, Admission::Leave);
        check(Consent::Asked, 1, None, false, Admission::Leave);
        check(Consent::Asked, 0, None, false, Admission::Ask);
        check(Consent::Confirmed, 1, None, true, Admission::Tell);
        check(Consent::Allowed, 0, None, true, Admission::Tell);
        check(Consent::Confirmed, 1, later, true, Admission::Leave);
        check(Consent::Confirmed, 1, earlier, true, Admission::Tell);
        check(Consent::Entered, 0, later, true, Admission::Leave);
        check(Consent::Unsubscribed, 1, None, false, Admission::Leave);
        check(refused, 1, None, false, Admission::Leave);
    }

    #[test]
    fn the_house_is_the_owner_s_domain_but_no_free_host() {
        let check = |owner: &str, to: &str, expect: bool| {
            let sender = Sender {
                locale: model::Locale::English,
                from: "Vigie <vigie@mail.ozalee.example>".parse().unwrap(),
                owner: Some(owner.parse().unwrap()),
                templates: alert::Templates::default(),
            };
            assert_eq!(is_of_the_house(&to.parse().unwrap(), &sender), expect, "{owner} {to}");
        };
        check("anne@ozalee.example", "paul@Ozalee.example", true);
        check("anne@ozalee.example", "paul@mail.ozalee.example", true);
        check("anne@ozalee.example", "paul@agency.example", false);
        check("anne@ozalee.example", "paul@notozalee.example", false);
        check("anne@gmail.com", "Anne@gmail.com", true);
        check("anne@gmail.com", "paul@gmail.com", false);
    }
}
