//! How every letter ends: why somebody gets it, and how to change or stop it.

use chrono_tz::Tz;
use model::{Locale, SubscriptionId};
use url::Url;

use super::html::escaped;
use super::text::Page;
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
    pub(crate) fn html(&self) -> String {
        format!(
            "<tr><td class='pad soft' style='padding:24px 32px 28px;font-size:12px;\
             line-height:1.5;color:#52606d'>\n<p style='margin:0'>{}</p>\n\
             <p style='margin:6px 0 0'>{}</p>\n<p style='margin:6px 0 0'>{}</p>\n</td></tr>\n",
            escaped(&self.why()),
            self.ways_html(),
            escaped(&self.times()),
        )
    }

    pub(crate) fn text(&self, page: &mut Page) {
        let words = words::of(self.locale);
        page.blank();
        page.wrapped(&self.why());
        let ways = self.ways();
        if ways.is_empty() {
            page.wrapped(&format!("{} {}", words.to_stop, self.sender.ask().address()));
        }
        for (way, url) in ways {
            page.line(&format!("{way}{}{url}", words.colon));
        }
        page.wrapped(&self.times());
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

    fn times(&self) -> String {
        words::of(self.locale).zone.replace("{}", &self.zone.name().replace('_', " "))
    }

    /// What a reader can do with the subscription, and where.
    fn ways(&self) -> Vec<(&'static str, Url)> {
        let Some(links) = self.links else { return Vec::new() };
        let words = words::of(self.locale);
        let manage = links.url(Action::Manage);
        vec![
            (words.edit, manage.clone()),
            (words.pause, manage),
            (words.unsubscribe, links.url(Action::Unsubscribe)),
        ]
    }

    /// By links, or else by mail.
    fn ways_html(&self) -> String {
        let link = |name: &str, address: &str| {
            format!(
                "<a class='link' href='{}' style='color:#0b57a4'>{}</a>",
                escaped(address),
                escaped(name),
            )
        };
        let ways: Vec<String> =
            self.ways().into_iter().map(|(way, url)| link(way, url.as_str())).collect();
        if !ways.is_empty() {
            return ways.join(" · ");
        }
        let ask = self.sender.ask().address();
        let to_stop = words::of(self.locale).to_stop;
        format!("{} {}.", escaped(to_stop), link(ask, &format!("mailto:{ask}")))
    }
}
