//! What the links of mails show and do. Whether a link is one of ours, and still its recipient's, is told
//! here; what is wrong with it is told to nobody.

mod manage;
mod signal;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use alert::{Action, LinkKey, Pages, Unverified, page_words};
use anyhow::Result;
use chrono::TimeDelta;
use model::{ItemId, Locale, Problem, SourceId, Subscription, Timestamp};
use store::{Consent, CorrectError, Ledger, NewCorrection, Recipient, Relevance, Word};
use tokio::sync::watch;
use tracing::{error, info};
use web::{Block, Button, Deed, LinkPages, Page, Refused};

use crate::addressee;
use crate::assigned;
use crate::clock;
use crate::command::printable;
use crate::config::{Config, Subscribed};
use crate::pipeline::source_names;
use crate::served::refused;

/// How many findings one page shows, of each query.
/// How many texts of a story are listed.
const COPIES_MAX: usize = 100;
const FOUND_MAX: usize = 200;
/// How much of a text is shown, in characters: of one item, and of each of many.
const TEXT_CHARS_MAX: usize = 5_000;
const EXCERPT_CHARS_MAX: usize = 240;
/// What mail programs send, and our button (RFC 8058).
const ONE_CLICK: (&str, &str) = ("List-Unsubscribe", "One-Click");

type Settings = watch::Receiver<Arc<Config>>;

/// Answers links, over a connection to the ledger of its own. `None` where nobody can reach us.
pub(crate) fn pages(mut ledger: Ledger, settings: Settings) -> Result<Option<LinkPages>> {
    let config = settings.borrow().clone();
    let Some((_, key)) = addressee::pages(&mut ledger, &config)? else { return Ok(None) };
    let shared = Arc::new(Mutex::new(ledger));
    let (shown, shown_key, shown_settings) = (Arc::clone(&shared), key.clone(), settings.clone());
    Ok(Some(LinkPages {
        show: Box::new(move |token| {
            let config = shown_settings.borrow().clone();
            let mut ledger = locked(&shown);
            Followed::read(&mut ledger, &config, &shown_key, &token, clock::now())?.show()
        }),
        act: Box::new(move |deed| {
            let config = settings.borrow().clone();
            let mut ledger = locked(&shared);
            Followed::read(&mut ledger, &config, &key, &deed.token, clock::now())?.act(&deed)
        }),
    }))
}

fn locked(ledger: &Mutex<Ledger>) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A link of ours that somebody follows.
struct Followed<'a> {
    ledger: &'a mut Ledger,
    config: &'a Config,
    recipient: Recipient,
    action: Action,
    now: Timestamp,
}

impl<'a> Followed<'a> {
    fn read(
        ledger: &'a mut Ledger,
        config: &'a Config,
        key: &LinkKey,
        token: &str,
        now: Timestamp,
    ) -> Result<Self, Refused> {
        let link = Unverified::read(token).ok_or_else(none)?;
        let recipient = ledger.recipient(link.recipient()).map_err(refused)?.ok_or_else(none)?;
        let action = link.verified(key, recipient.epoch).ok_or_else(none)?;
        let followed = Self { ledger, config, recipient, action, now };
        followed.may()?;
        Ok(followed)
    }

    /// Everybody may leave. What was found is for those only who are told of it.
    fn may(&self) -> Result<(), Refused> {
        let is_named = self.subscription().is_some_and(|subscription| {
            subscription.to.iter().any(|to| {
                to.parse().is_ok_and(|to: alert::Mailbox| {
                    to.address().eq_ignore_ascii_case(&self.recipient.address)
                })
            })
        });
        let may = match self.action {
            Action::Unsubscribe => true,
            Action::Manage | Action::Confirm => is_named,
            Action::Irrelevant(_)
            | Action::Assign(_)
            | Action::Open(_)
            | Action::More { .. }
            | Action::Acknowledge(_)
            | Action::Mute(_) => is_named && self.is_reader(),
        };
        if may { Ok(()) } else { Err(none()) }
    }

    fn subscribed(&self) -> Option<&'a Subscribed> {
        let is_this = |one: &&Subscribed| one.subscription.id == self.recipient.subscription;
        self.config.subscriptions.iter().find(is_this)
    }

    fn subscription(&self) -> Option<&'a Subscription> {
        self.subscribed().map(|one| &one.subscription)
    }

    /// Whether they have not left, and need not be asked first.
    fn is_reader(&self) -> bool {
        matches!(self.recipient.consent, Consent::Entered | Consent::Confirmed | Consent::Allowed)
    }

    fn show(self) -> Result<Page, Refused> {
        let words = self.words();
        let unsubscribe = (ONE_CLICK.0, ONE_CLICK.1);
        match self.action {
            Action::Unsubscribe => Ok(self.page(
                words.unsubscribe_title,
                vec![
                    self.about(words.unsubscribe_ask),
                    button(words.unsubscribe_button, unsubscribe),
                ],
            )),
            Action::Confirm => Ok(self.page(
                words.confirm_title,
                vec![
                    self.about(words.confirm_ask),
                    button(words.confirm_button, ("do", "confirm")),
                ],
            )),
            Action::Manage => self.manage(None),
            Action::Irrelevant(item) => {
                let mut blocks = vec![self.found(item)?];
                blocks.push(Block::Text(words.irrelevant_ask.to_owned()));
                blocks.push(button(words.irrelevant_button, ("do", "irrelevant")));
                Ok(self.page(words.irrelevant_title, blocks))
            }
            Action::Assign(item) => self.show_assignment(item),
            Action::Open(item) => self.open(item),
            Action::More { since, until } => self.more(since, until),
            Action::Acknowledge(signal) => self.ask_acknowledge(signal),
            Action::Mute(signal) => self.ask_mute(signal),
        }
    }

    fn act(self, deed: &Deed) -> Result<Page, Refused> {
        let words = self.words();
        let number = self.recipient.number;
        let does = deed.field("do");
        let leaves = deed.field(ONE_CLICK.0) == Some(ONE_CLICK.1);
        match self.action {
            Action::Unsubscribe | Action::Manage if leaves => {
                self.ledger.unsubscribe(number, self.now).map_err(refused)?;
                info!(recipient = number, subscription = %self.recipient.subscription, "unsubscribed");
                Ok(self.page(words.unsubscribe_title, vec![self.about(words.unsubscribed)]))
            }
            Action::Confirm if does == Some("confirm") => {
                self.ledger.confirm(number, self.now).map_err(refused)?;
                info!(recipient = number, subscription = %self.recipient.subscription, "confirmed");
                Ok(self.page(words.confirm_title, vec![self.about(words.confirmed)]))
            }
            Action::Irrelevant(item) if does == Some("irrelevant") => self.judge(item),
            Action::Assign(item) => self.assign(item, does),
            Action::Acknowledge(signal) if does == Some("acknowledge") => self.acknowledge(signal),
            Action::Mute(signal) if does == Some("mute") => self.mute(signal),
            Action::Manage => self.change(deed),
            Action::Unsubscribe
            | Action::Confirm
            | Action::Irrelevant(_)
            | Action::Open(_)
            | Action::More { .. }
            | Action::Acknowledge(_)
            | Action::Mute(_) => Err(nothing_asked()),
        }
    }

    /// Notes that an item is not what any of the subscription's queries means that found it.
    fn judge(self, item: ItemId) -> Result<Page, Refused> {
        let Some(subscription) = self.subscription() else { return Err(none()) };
        let mut judged = false;
        for query in &subscription.queries {
            let correction = NewCorrection {
                person: &self.recipient.address,
                item,
                query: Some(query),
                word: Word::Relevance(Relevance::Irrelevant),
            };
            match self.ledger.correct(&correction, self.now) {
                Ok(_) => judged = true,
                Err(CorrectError::NoHit { .. } | CorrectError::NoItem(_)) => {}
                Err(CorrectError::NoQuery | CorrectError::Itself(_)) => {
                    return Err(Refused::Failed);
                }
                Err(CorrectError::Ledger(error)) => return Err(refused(error)),
            }
        }
        let words = self.words();
        let said = if judged { words.irrelevant_done } else { words.open_gone };
        Ok(self.page(words.irrelevant_title, vec![Block::Text(said.to_owned())]))
    }

    /// Asks whether its recipient takes an item on, or, where they have, whether they hand it back.
    fn show_assignment(&self, item: ItemId) -> Result<Page, Refused> {
        let words = self.words();
        let mut blocks = vec![self.found(item)?];
        match self.assignee(item)? {
            Some(person) if person == self.recipient.address => {
                blocks.push(Block::Text(words.unassign_ask.to_owned()));
                blocks.push(button(words.unassign_button, ("do", "unassign")));
            }
            other => {
                if let Some(person) = other {
                    let name = printable(&assigned::name_of(self.config, &person));
                    blocks.push(Block::Text(words.assigned_to.replace("{}", &name)));
                }
                blocks.push(Block::Text(words.assign_ask.to_owned()));
                blocks.push(button(words.assign_button, ("do", "assign")));
            }
        }
        Ok(self.page(words.assign_title, blocks))
    }

    fn assign(self, item: ItemId, does: Option<&str>) -> Result<Page, Refused> {
        let words = self.words();
        let me = self.recipient.address.clone();
        let (person, said) = match does {
            Some("assign") => (Some(me.as_str()), words.assign_done),
            Some("unassign") => (None, words.unassign_done),
            _ => return Err(nothing_asked()),
        };
        // Nobody can take away what another has taken on.
        if person.is_none() && self.assignee(item)?.is_some_and(|has| has != me) {
            return self.show_assignment(item);
        }
        // Only what a query of theirs has found is theirs to take.
        let is_ours = matches!(self.found(item)?, Block::Found { .. });
        let said = match is_ours.then(|| self.ledger.assign(item, person, &me, self.now)) {
            Some(Ok(())) => said,
            None | Some(Err(CorrectError::NoItem(_))) => words.open_gone,
            Some(Err(CorrectError::Ledger(error))) => return Err(refused(error)),
            Some(Err(
                CorrectError::Itself(_) | CorrectError::NoHit { .. } | CorrectError::NoQuery,
            )) => {
                return Err(Refused::Failed);
            }
        };
        Ok(self.page(words.assign_title, vec![Block::Text(said.to_owned())]))
    }

    /// Who has the story that an item tells.
    fn assignee(&self, item: ItemId) -> Result<Option<String>, Refused> {
        let Some(subscription) = self.subscription() else { return Err(none()) };
        for query in &subscription.queries {
            if let Some(mention) = self.ledger.mention(query, item).map_err(refused)? {
                let mut assigned = self.ledger.assigned([mention.story]).map_err(refused)?;
                return Ok(assigned.remove(&mention.story).map(|it| it.person));
            }
        }
        Ok(None)
    }

    fn open(&self, item: ItemId) -> Result<Page, Refused> {
        let words = self.words();
        let found = self.found(item)?;
        let url = match &found {
            Block::Found { url, .. } => url.clone(),
            Block::Text(_) | Block::Link { .. } | Block::Button(_) | Block::Day { .. } => None,
        };
        let mut blocks = vec![found];
        blocks.extend(url.map(|url| Block::Link { text: words.open_original.to_owned(), url }));
        blocks.extend(self.elsewhere(item)?);
        Ok(self.page("Vigie", blocks))
    }

    /// Lists the other texts of an item's story, the oldest first.
    fn elsewhere(&self, item: ItemId) -> Result<Vec<Block>, Refused> {
        let story = self.ledger.story(item, COPIES_MAX).map_err(refused)?;
        let Some(story) = story.filter(|story| story.items > 1) else { return Ok(Vec::new()) };
        let mut blocks = vec![Block::Text(self.words().open_story.to_owned())];
        for copy in story.oldest.iter().filter(|copy| copy.id != item) {
            let date = self.local(copy.published.unwrap_or(copy.first_seen), "%Y-%m-%d %H:%M");
            let text = format!("{} · {date}", printable(&copy.source_name));
            blocks.push(match copy.url.clone() {
                Some(url) => Block::Link { text, url },
                None => Block::Text(text),
            });
        }
        let listed = u64::try_from(story.oldest.len()).unwrap_or(u64::MAX);
        let more = story.items.checked_sub(listed).filter(|more| *more > 0);
        blocks.extend(more.map(|more| Block::Text(format!("+ {more}"))));
        Ok(blocks)
    }

    /// Shows an item that a query of the subscription has found.
    fn found(&self, item: ItemId) -> Result<Block, Refused> {
        let Some(subscription) = self.subscription() else { return Err(none()) };
        for query in &subscription.queries {
            if let Some(mention) = self.ledger.mention(query, item).map_err(refused)? {
                return Ok(self.block(&mention, &self.source_names()?, TEXT_CHARS_MAX));
            }
        }
        Ok(Block::Text(self.words().open_gone.to_owned()))
    }

    fn more(&self, since: Timestamp, until: Timestamp) -> Result<Page, Refused> {
        let words = self.words();
        let Some(subscription) = self.subscription() else { return Err(none()) };
        // The link has whole seconds, and its end is part of the digest.
        let until = until + TimeDelta::seconds(1);
        let mut mentions = Vec::new();
        for query in &subscription.queries {
            mentions.extend(self.ledger.mentions(query, since, until, FOUND_MAX).map_err(refused)?);
            mentions.retain(|mention| !mention.is_irrelevant());
            mentions.sort_by_key(|mention| {
                (std::cmp::Reverse(mention.item.date()), std::cmp::Reverse(mention.item.id))
            });
            mentions.dedup_by_key(|mention| mention.item.id);
            // One more says that there are others.
            mentions.truncate(FOUND_MAX + 1);
        }
        let is_cut = mentions.len() > FOUND_MAX;
        let names = self.source_names()?;
        let shown = mentions.iter().take(FOUND_MAX);
        let mut blocks: Vec<Block> =
            shown.map(|mention| self.block(mention, &names, EXCERPT_CHARS_MAX)).collect();
        if blocks.is_empty() {
            blocks.push(Block::Text(words.more_none.to_owned()));
        }
        if is_cut {
            blocks.push(Block::Text(words.more_cut.to_owned()));
        }
        Ok(self.page(words.more_title, blocks))
    }

    fn source_names(&self) -> Result<HashMap<SourceId, String>, Refused> {
        source_names(self.ledger).map_err(|error| {
            error!("the sources' names could not be read: {error:#}");
            Refused::Failed
        })
    }

    fn block(
        &self,
        mention: &store::Mention,
        names: &HashMap<SourceId, String>,
        chars_max: usize,
    ) -> Block {
        let item = &mention.item.item;
        let source = names.get(&item.source).map_or(item.source.as_str(), String::as_str);
        let author = item.author.clone().filter(|author| author != source);
        let date = self.local(mention.item.date(), "%Y-%m-%d %H:%M");
        let about: Vec<String> =
            [Some(source.to_owned()), author, Some(date)].into_iter().flatten().collect();
        let mut text: String = item.text.chars().take(chars_max).collect();
        if text.len() < item.text.len() {
            text.push('…');
        }
        Block::Found {
            title: printable(&item.heading()),
            url: item.address().cloned(),
            about: printable(&about.join(" · ")),
            text: text.lines().map(printable).collect::<Vec<_>>().join("\n"),
        }
    }

    /// Writes a time in the subscriber's zone.
    fn local(&self, at: Timestamp, form: &str) -> String {
        let zone = self.subscription().map_or(chrono_tz::UTC, |subscription| subscription.zone);
        at.with_timezone(&zone).format(form).to_string()
    }

    fn locale(&self) -> Locale {
        self.subscription().map_or(Locale::English, |subscription| subscription.locale)
    }

    fn words(&self) -> &'static Pages {
        page_words(self.locale())
    }

    /// A sentence about the subscription.
    fn about(&self, phrase: &str) -> Block {
        Block::Text(phrase.replace("{}", &printable(self.recipient.subscription.as_str())))
    }

    fn page(&self, title: &str, blocks: Vec<Block>) -> Page {
        let lang = match self.locale() {
            Locale::English => "en",
            Locale::French => "fr",
        };
        Page { lang: lang.to_owned(), title: title.to_owned(), blocks }
    }
}

fn button(text: &str, (name, value): (&str, &str)) -> Block {
    Block::Button(Button { text: text.to_owned(), name: name.to_owned(), value: value.to_owned() })
}

/// What everybody is told whose link is none.
fn none() -> Refused {
    Refused::Missing(Problem::new("link", "is not valid"))
}

fn nothing_asked() -> Refused {
    let hint = "send the form of the page, or List-Unsubscribe=One-Click";
    Refused::Invalid(vec![Problem::new("form", "does not say what to do").hint(hint)])
}
