//! How every letter ends: why somebody gets it, and how to change or stop it.

use chrono_tz::Tz;
use model::{Locale, SubscriptionId};

use super::context::{self, Way};
use super::words;
use super::{Action, Links, Mailbox, Sender};
use crate::clean::one_line;

pub(crate) struct Closing<'a> {
    pub(crate) subscription: &'a SubscriptionId,
    /// The names of the queries that it is about, as they are told.
    pub(crate) queries: String,
    pub(crate) sender: &'a Sender,
    pub(crate) to: &'a Mailbox,
    pub(crate) links: Option<&'a Links<'a>>,
    pub(crate) locale: Locale,
    pub(crate) zone: Tz,
}

impl Closing<'_> {
    pub(crate) fn context(&self) -> context::Closing {
        context::Closing {
            why: self.why(),
            ways: self.ways(),
            ask: self.sender.ask().address().to_owned(),
            times: words::of(self.locale).zone.replace("{}", &self.zone.name().replace('_', " ")),
        }
    }

    /// Without which a letter must not leave: the way to leave, by a link or else by mail.
    pub(crate) fn must_hold(&self) -> Vec<String> {
        let by_mail = || self.sender.ask().address().to_owned();
        vec![self.links.map_or_else(by_mail, |links| links.url(Action::Unsubscribe).into())]
    }

    fn why(&self) -> String {
        let subscription = one_line(self.subscription.as_str(), 80);
        let named = [
            ("{subscription}", subscription.as_str()),
            ("{queries}", self.queries.as_str()),
            ("{to}", self.to.address()),
        ];
        words::filled(words::of(self.locale).why, &named)
    }

    /// What a reader can do with the subscription, and where.
    fn ways(&self) -> Vec<Way> {
        let Some(links) = self.links else { return Vec::new() };
        let words = words::of(self.locale);
        let way = |text: &str, action| Way { text: text.to_owned(), url: links.url(action).into() };
        vec![
            way(words.edit, Action::Manage),
            way(words.pause, Action::Manage),
            way(words.unsubscribe, Action::Unsubscribe),
        ]
    }
}
