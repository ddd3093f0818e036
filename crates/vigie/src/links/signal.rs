//! What the links of signals' letters do: acknowledge one, and mute its query for a day. Both are for all who
//! follow the subscription, and say who it was.

use chrono::TimeDelta;
use store::{Muted, Raised, Turned};
use tracing::info;
use web::{Block, Page, Refused};

use super::{Followed, button, none};
use crate::command::printable;
use crate::served::refused;
use model::{QueryName, SignalId, Timestamp};

/// How long a link mutes.
const MUTED_FOR: TimeDelta = TimeDelta::hours(24);
/// A mute that ends so little before another would is the same.
const SAME_WITHIN: TimeDelta = TimeDelta::minutes(10);

impl Followed<'_> {
    pub(super) fn ask_acknowledge(&self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let mut blocks = vec![self.matter(&signal)];
        match (signal.ended, &signal.acknowledged) {
            (Some(_), _) => blocks.push(Block::Text(words.acknowledge_over.to_owned())),
            (None, Some((_, by))) => blocks.push(self.seen_by(by)),
            (None, None) => {
                blocks.push(Block::Text(words.acknowledge_ask.to_owned()));
                blocks.push(button(words.acknowledge_button, ("do", "acknowledge")));
            }
        }
        Ok(self.page(words.acknowledge_title, blocks))
    }

    pub(super) fn acknowledge(self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let person = self.recipient.address.clone();
        let turned = self.ledger.acknowledge_signal(id, &person, self.now).map_err(refused)?;
        let said = match turned {
            Turned::Acknowledged => {
                info!(signal = %id, recipient = self.recipient.number, "acknowledged");
                Block::Text(words.acknowledged.to_owned())
            }
            Turned::Before(_, by) => self.seen_by(&by),
            Turned::Over(_) => Block::Text(words.acknowledge_over.to_owned()),
            Turned::Unknown => return Err(none()),
        };
        let blocks = vec![self.matter(&signal), said];
        Ok(self.page(words.acknowledge_title, blocks))
    }

    fn seen_by(&self, person: &str) -> Block {
        Block::Text(self.words().acknowledged_by.replace("{}", &printable(person)))
    }

    pub(super) fn ask_mute(&self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let ask = words.mute_ask.replace("{}", &printable(signal.query.as_str()));
        let blocks =
            vec![self.matter(&signal), Block::Text(ask), button(words.mute_button, ("do", "mute"))];
        Ok(self.page(words.mute_title, blocks))
    }

    pub(super) fn mute(mut self, id: SignalId) -> Result<Page, Refused> {
        let words = self.words();
        let signal = self.signal(id)?;
        let until = self.mute_query(&signal.query)?;
        let said = words.muted.replace("{}", &self.local(until, "%Y-%m-%d %H:%M"));
        let blocks = vec![self.matter(&signal), Block::Text(said)];
        Ok(self.page(words.mute_title, blocks))
    }

    /// Mutes a query for the subscription, where it is not muted for as long; returns until when.
    pub(super) fn mute_query(&mut self, query: &QueryName) -> Result<Timestamp, Refused> {
        let what = Muted {
            query: Some(query.clone()),
            subscription: Some(self.recipient.subscription.clone()),
            endpoint: None,
        };
        let until = self.now + MUTED_FOR;
        let mutes = self.ledger.mutes(self.now).map_err(refused)?;
        let same = mutes.iter().find(|mute| mute.what == what && mute.until >= until - SAME_WITHIN);
        if let Some(same) = same {
            return Ok(same.until);
        }
        let person = self.recipient.address.clone();
        let number = self.ledger.mute(&what, until, (&person, ""), self.now).map_err(refused)?;
        info!(mute = number, recipient = self.recipient.number, %query, "muted");
        Ok(until)
    }

    /// Returns a signal of a query that the subscription follows.
    fn signal(&self, id: SignalId) -> Result<Raised, Refused> {
        let signal = self.ledger.signal(id).map_err(refused)?.ok_or_else(none)?;
        let follows = self.subscription().is_some_and(|one| one.queries.contains(&signal.query));
        if follows { Ok(signal) } else { Err(none()) }
    }

    /// Says which signal it is about.
    fn matter(&self, signal: &Raised) -> Block {
        let zone = self.subscription().map_or(chrono_tz::UTC, |subscription| subscription.zone);
        let evidence = serde_json::from_str(&signal.evidence).ok();
        let said = evidence.map_or_else(
            || signal.query.as_str().to_owned(),
            |evidence| {
                alert::sentences(&evidence, signal.turn(), self.locale(), zone)[..2].join("\n")
            },
        );
        Block::Text(said.lines().map(printable).collect::<Vec<_>>().join("\n"))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use alert::{Action, LinkKey, Links};
    use model::{SignalKind, SignalTurn};
    use store::{Ledger, NewSignalEvent};
    use tokio::sync::watch;
    use web::Deed;

    use super::*;
    use crate::clock;
    use crate::stage;

    const CONFIGURATION: &str = r#"
data = "."
[crawl]
contact = "webmaster@ozalee.example"
[queries]
brand = "ozalee"
secret = "fusion"
[sources.courrier]
url = "https://courrier.example/feed"
[subscriptions.press]
queries = ["brand"]
to = ["anne@ozalee.example"]
[mail]
from = "vigie@ozalee.example"
directory = "mails"
[web]
public_url = "https://vigie.example/"
token_file = "token"
"#;

    fn raise(ledger: &mut Ledger, query: &str, now: Timestamp) {
        let event = NewSignalEvent {
            kind: SignalKind::Rise,
            turn: SignalTurn::Opened,
            onset: now,
            opened: now,
            last: now,
            peak_days: 50.0,
            is_news: true,
            evidence: None,
            severity: model::Severity::Warning,
        };
        stage::turn(ledger, query, event, now);
    }

    #[test]
    fn looking_does_nothing_and_pressing_acknowledges_or_mutes_for_the_subscription() {
        let now = clock::now();
        let (dir, config, mut ledger) = stage::begin(CONFIGURATION, now);
        let press = "press".into();
        let anne = ledger.recipients(&press, &["anne@ozalee.example"], now).unwrap().remove(0);
        let key = LinkKey::new(ledger.link_key([7; 32]).unwrap());
        raise(&mut ledger, "brand", now);
        raise(&mut ledger, "secret", now);
        let base = "https://vigie.example/".parse().unwrap();
        let links = Links { base: &base, key: &key, recipient: anne.number, epoch: anne.epoch };
        let shown = |page: Result<web::Page, Refused>| {
            let texts = page.unwrap_or_else(|_| panic!("no page")).blocks;
            let text = |block: &Block| match block {
                Block::Text(text) => text.clone(),
                Block::Found { .. } | Block::Link { .. } | Block::Button(_) | Block::Day { .. } => {
                    String::new()
                }
            };
            texts.iter().map(text).collect::<Vec<_>>().join("\n")
        };
        let token =
            |action| links.url(action).path_segments().unwrap().next_back().unwrap().to_owned();
        let own = Ledger::open(dir.path(), now).unwrap();
        let (_sender, settings) = watch::channel(Arc::new(config));
        let pages = super::super::pages(own, settings).unwrap().unwrap();
        let act = |token: &str, does: &str| {
            let form = vec![("do".to_owned(), does.to_owned())];
            (pages.act)(Deed { token: token.to_owned(), form })
        };

        let acknowledge = token(Action::Acknowledge(SignalId(1)));
        assert!((pages.show)(acknowledge.clone()).is_ok());
        assert_eq!(ledger.signal(SignalId(1)).unwrap().unwrap().acknowledged, None);
        assert!(act(&acknowledge, "mute").is_err(), "it does what it says, and nothing else");
        assert!(act(&acknowledge, "acknowledge").is_ok());
        let seen = ledger.signal(SignalId(1)).unwrap().unwrap().acknowledged.unwrap();
        assert_eq!(seen.1, "anne@ozalee.example");

        let by_anne = "anne@ozalee.example sees to it already";
        assert!(shown(act(&acknowledge, "acknowledge")).contains(by_anne));
        assert!(shown((pages.show)(acknowledge.clone())).contains(by_anne));

        let mute = token(Action::Mute(SignalId(1)));
        assert!((pages.show)(mute.clone()).is_ok());
        assert_eq!(ledger.mutes(now).unwrap(), []);
        assert!(act(&mute, "mute").is_ok());
        assert!(act(&mute, "mute").is_ok(), "pressed twice it is one mute");
        let mutes = ledger.mutes(clock::now()).unwrap();
        assert_eq!(mutes.len(), 1);
        assert_eq!(
            (mutes[0].what.query.clone(), mutes[0].what.subscription.clone()),
            (Some("brand".into()), Some(press))
        );
        assert!(mutes[0].until - now >= TimeDelta::hours(24));

        // A signal of a query that the subscription does not follow is nobody's business.
        for action in
            [Action::Acknowledge(SignalId(2)), Action::Mute(SignalId(2)), Action::Mute(SignalId(9))]
        {
            assert!((pages.show)(token(action)).is_err(), "{action:?}");
        }
        ledger.unsubscribe(anne.number, clock::now()).unwrap();
        assert!(act(&acknowledge, "acknowledge").is_err(), "who has left has no say");
    }
}
