//! The letter that asks somebody who is entered for a subscription whether they want its mails. It has
//! nothing of what was found: until they say yes, they get nothing else.

use minijinja::Value;
use minijinja::value::Serde;
use model::{Subscription, Timestamp};

use super::context::{Common, ConfirmationPage};
use super::words::{self, filled};
use super::{NAMES_MAX, SUBJECT_CHARS_MAX, Sender, listed};
use crate::clean::one_line;
use crate::letter::{Letter, ListLinks, Mailbox, confirmation_id, list_id};
use crate::link::{Action, Links};

const NAME_CHARS_MAX: usize = 80;

/// Asks a recipient whether they want the mails of a subscription.
pub fn confirmation(
    subscription: &Subscription,
    sender: &Sender,
    to: &Mailbox,
    links: &Links<'_>,
    now: Timestamp,
) -> Letter {
    let words = words::of(subscription.locale);
    let asked = &words.confirmation;
    let names: Vec<String> =
        subscription.queries.iter().map(|name| one_line(name.as_str(), NAME_CHARS_MAX)).collect();
    let queries = listed(&names, NAMES_MAX, subscription.locale);
    let id = one_line(subscription.id.as_str(), NAME_CHARS_MAX);
    let fill =
        [("{owner}", sender.ask().address()), ("{subscription}", &*id), ("{queries}", &*queries)];
    let asks = filled(asked.asks, &fill);
    let subject = filled(asked.subject, &[("{}", &*one_line(&queries, 40))]);
    let subject = one_line(&subject, SUBJECT_CHARS_MAX);
    let url = String::from(links.url(Action::Confirm));
    let common = Common::new(subscription.locale, &subject, &asks);
    let page = Value::from(Serde(ConfirmationPage { common: &common, asks: &asks, url: &url }));
    let written = sender.templates.write_both("confirmation", &page, &[url]);
    Letter {
        message_id: confirmation_id(&subscription.id, now, to, &sender.from),
        list_id: list_id(&subscription.id, &sender.from),
        date: now,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.id.clone(),
        text: written.text,
        html: written.html,
        subject,
        images: Vec::new(),
        follows: Vec::new(),
        // There is nothing yet to leave.
        links: ListLinks::default(),
    }
}
