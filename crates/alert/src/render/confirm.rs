//! The letter that asks somebody who is entered for a subscription whether they want its mails. It has
//! nothing of what was found: until they say yes, they get nothing else.

use model::{Locale, Subscription, Timestamp};
use url::Url;

use super::html::{BRAND, escaped, page};
use super::text::Page;
use super::words::{self, filled};
use super::{NAMES_MAX, SUBJECT_CHARS_MAX, Sender, listed};
use crate::clean::one_line;
use crate::letter::{Letter, ListLinks, Mailbox, confirmation_id, list_id};
use crate::link::{Action, Links};

const NAME_CHARS_MAX: usize = 80;

/// Asks a recipient, for the `nth` time, whether they want the mails of a subscription.
pub fn confirmation(
    subscription: &Subscription,
    sender: &Sender,
    to: &Mailbox,
    links: &Links<'_>,
    nth: u64,
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
    let url = links.url(Action::Confirm);
    Letter {
        message_id: confirmation_id(&subscription.id, nth, to, &sender.from),
        list_id: list_id(&subscription.id, &sender.from),
        date: now,
        from: sender.from.clone(),
        to: to.clone(),
        owner: sender.owner.clone(),
        subscription: subscription.id.clone(),
        text: text(words, &asks, &url),
        html: html(subscription.locale, &subject, &asks, &url),
        subject: one_line(&subject, SUBJECT_CHARS_MAX),
        images: Vec::new(),
        follows: Vec::new(),
        // There is nothing yet to leave.
        links: ListLinks::default(),
    }
}

fn text(words: &words::Words, asks: &str, url: &Url) -> String {
    let mut page = Page::default();
    let asked = &words.confirmation;
    page.wrapped(asked.greeting);
    page.blank();
    page.wrapped(asks);
    page.blank();
    page.wrapped(&format!("{}{}", asked.button, words.colon.trim_end()));
    page.line(url.as_str());
    page.blank();
    page.wrapped(asked.otherwise);
    page.0
}

fn html(locale: Locale, subject: &str, asks: &str, url: &Url) -> String {
    let asked = &words::of(locale).confirmation;
    let rows = format!(
        "<tr><td class='pad' style='padding:28px 32px;font-size:15px;line-height:1.5'>\n{BRAND}\
         <p style='margin:0 0 12px'>{}</p>\n<p style='margin:0 0 20px'><bdi>{}</bdi></p>\n\
         <table role='presentation' cellpadding='0' cellspacing='0' border='0'><tr>\
         <td class='button' bgcolor='#0b6e7f' style='background:#0b6e7f;border-radius:6px;\
         padding:12px 20px'><a href='{}' style='color:#ffffff;font-weight:700;\
         text-decoration:none'>{}</a></td></tr></table>\n\
         <p class='soft' style='margin:20px 0 0;font-size:13px;color:#52606d'>{}</p>\n</td></tr>\n",
        escaped(asked.greeting),
        escaped(asks),
        escaped(url.as_str()),
        escaped(asked.button),
        escaped(asked.otherwise),
    );
    page(locale, subject, asks, &rows)
}
