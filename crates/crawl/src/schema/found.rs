//! What a page says altogether: whose title is whose, what it is about, how sure that is.

use std::collections::HashMap;

use model::{Kind, Timestamp};
use url::Url;

use super::entry::{Entry, Role};
use super::head::Head;
use crate::canonical::canonical_url;
use crate::extract::draft::Dated;
use crate::page::{Average, PageDraft, Topic};

/// What one syntax says of the page, or several together.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Of the thread or the product that the page is about.
    pub(super) title: Option<String>,
    pub(super) thread_url: Option<Url>,
    pub(super) entries: Vec<Entry>,
    pub(super) topics: Vec<Topic>,
    pub(super) average: Option<Average>,
    /// Comments that are said to be there, and are not.
    pub(super) missing: u64,
    pub(super) types: Vec<String>,
}

impl Found {
    /// Gives titles to those to whom they belong, and numbers to the posts that say theirs.
    pub(super) fn settle(&mut self, page: Option<&Url>) {
        let is_thread = |entry: &Entry| matches!(entry.role, Role::Post | Role::Question);
        let threads = self.entries.iter().filter(|entry| is_thread(entry)).count();
        if threads == 1
            && let Some(index) = self.entries.iter().position(is_thread)
        {
            self.settle_thread(index);
        }
        let mut shared: HashMap<String, usize> = HashMap::new();
        for entry in &self.entries {
            if let Some(headline) = &entry.headline {
                *shared.entry(headline.clone()).or_default() += 1;
            }
        }
        for entry in &mut self.entries {
            let Some(headline) = entry.headline.clone() else { continue };
            let begins = entry.draft.text.as_ref().is_some_and(|text| {
                text.len() >= headline.len() && text.starts_with(headline.trim_end_matches('…'))
            });
            let is_own = match entry.role {
                Role::Article | Role::Video | Role::Question => true,
                Role::Post => !begins,
                Role::Review => entry.draft.details.product.as_ref() != Some(&headline),
                Role::Comment | Role::Answer => {
                    shared.get(&headline).is_none_or(|times| *times == 1)
                        && self.title.as_ref() != Some(&headline)
                        && !is_reply_title(&headline)
                        && !begins
                }
            };
            entry.draft.title = entry.draft.title.take().or(Some(headline).filter(|_| is_own));
        }
        for entry in &mut self.entries {
            // A review's address that is the product's is no permalink.
            let is_pages = |link: &Url| {
                link.fragment().is_none() && page.is_some_and(|page| is_same_page(link, page))
            };
            if matches!(entry.role, Role::Review | Role::Comment | Role::Answer)
                && entry.draft.link.as_ref().is_some_and(is_pages)
            {
                entry.draft.link = None;
            }
        }
        // Of one whose headline was another's nothing may be left.
        self.entries
            .retain(|entry| !entry.draft.says_nothing() || entry.draft.details.rating.is_some());
        let main = self.entries.iter().find(|entry| entry.is_main);
        let product = self.average.as_ref().and_then(|average| average.product.clone());
        let reviewed = self.entries.iter().find_map(|entry| entry.draft.details.product.clone());
        self.title = self
            .title
            .take()
            .or_else(|| main.and_then(|entry| entry.headline.clone()))
            .or(product)
            .or(reviewed);
    }

    /// A thread is a post as well, unless all its posts are comments on it.
    fn settle_thread(&mut self, index: usize) {
        let thread = &self.entries[index];
        let at = thread.at;
        self.title.clone_from(&thread.headline);
        self.thread_url.clone_from(&thread.draft.link);
        let has_words = thread.draft.text.is_some() && thread.draft.text != thread.headline;
        let has_answers = self.entries.len() > 1;
        self.missing = if has_answers { 0 } else { thread.announced };
        if has_words || !has_answers || thread.role == Role::Question {
            let is_first = thread.position.is_none_or(|position| position == 1);
            let details = &mut self.entries[index].draft.details;
            details.number = Some(1).filter(|_| is_first);
            details.reply = Some(false);
        } else {
            let thread = self.entries.remove(index);
            self.settle_first(thread);
        }
        let mut comments = self
            .entries
            .iter_mut()
            .filter(|entry| entry.role == Role::Comment && entry.parent == Some(at));
        // Counted from the first answer, they are no places in the thread.
        if has_words && comments.by_ref().all(|entry| entry.position != Some(1)) {
            for entry in &mut self.entries {
                if entry.role == Role::Comment && entry.parent == Some(at) {
                    entry.draft.details.number = entry.position;
                }
            }
        }
    }

    /// Finds the first post of a thread that is no post itself: it has its author and its date.
    fn settle_first(&mut self, thread: Entry) {
        let Dated::At(begun) = thread.draft.published else { return };
        let first = self.entries.iter_mut().find(|entry| {
            entry.role == Role::Comment
                && matches!(entry.draft.published, Dated::At(at) if at == begun)
                && entry.draft.author == thread.draft.author
        });
        if let Some(first) = first {
            first.draft.title = thread.headline;
            first.draft.details.number = Some(1);
            first.draft.details.reply = Some(false);
        }
    }

    /// Takes away the names that several entries share: templates give one to all.
    fn leave_shared_names(&mut self) {
        let mut guids: HashMap<String, usize> = HashMap::new();
        let mut links: HashMap<Url, usize> = HashMap::new();
        for entry in &self.entries {
            if let Some(guid) = &entry.draft.guid {
                *guids.entry(guid.clone()).or_default() += 1;
            }
            if let Some(link) = &entry.draft.link {
                *links.entry(link.clone()).or_default() += 1;
            }
        }
        for entry in &mut self.entries {
            let draft = &mut entry.draft;
            draft.guid = draft.guid.take().filter(|guid| guids.get(guid) == Some(&1));
            draft.link = draft.link.take().filter(|link| links.get(link) == Some(&1));
        }
    }

    pub(super) fn finish(mut self, head: Head) -> Option<PageDraft> {
        self.leave_shared_names();
        let title = self.title.clone().or_else(|| head.title.clone());
        let confidence = self.confidence(&head);
        if confidence == 0 {
            return None;
        }
        let kind = self.kind();
        Some(PageDraft {
            title,
            kind,
            lang: head.lang,
            entries: self.entries.into_iter().map(|entry| entry.draft).collect(),
            topics: self.topics,
            next: head.next,
            last: head.last,
            average: self.average,
            confidence,
        })
    }

    /// How much of what a reader wants to know is said.
    fn confidence(&self, head: &Head) -> u16 {
        let all = self.entries.len();
        if all == 0 {
            return match () {
                () if !self.topics.is_empty() => 400,
                () if self.average.is_some() => 300,
                () if head.is_article => 150,
                () if head.is_described => 100,
                () => 0,
            };
        }
        let share = |has: fn(&Entry) -> bool, of_thousand: usize| {
            self.entries.iter().filter(|entry| has(entry)).count() * of_thousand / all
        };
        let texts = share(|entry| entry.draft.text.is_some() || entry.role == Role::Question, 1000);
        let sum = 450
            + texts / 4
            + share(|entry| entry.draft.author.is_some(), 125)
            + share(|entry| !matches!(entry.draft.published, Dated::Unsaid), 125);
        // A headline without its text says that there is an article, not what it says.
        let bound = match self.entries.as_slice() {
            _ if texts < 100 && self.average.is_none() => 250,
            [only] if only.role == Role::Post && self.missing > 0 => 400,
            [only] if only.role == Role::Review => 650,
            [only] if only.role == Role::Article && !only.is_shown => 850,
            _ => 1000,
        };
        u16::try_from(sum.min(bound)).unwrap_or(0)
    }

    fn kind(&self) -> Option<Kind> {
        let has = |names: &[&str]| {
            self.types.iter().any(|own| names.iter().any(|name| own.eq_ignore_ascii_case(name)))
        };
        let count = |role: Role| self.entries.iter().filter(|entry| entry.role == role).count();
        let is_news = |name: &String| name.to_ascii_lowercase().ends_with("newsarticle");
        if count(Role::Review) > 0 || self.average.is_some() && self.entries.is_empty() {
            Some(Kind::Review)
        } else if has(&["DiscussionForumPosting", "Question"]) {
            Some(Kind::Forum)
        } else if has(&["SocialMediaPosting"]) {
            Some(Kind::Social)
        } else if has(&["VideoObject"]) && count(Role::Video) > 0 {
            Some(Kind::Video)
        } else if self.types.iter().any(is_news) {
            Some(Kind::News)
        } else if has(&["BlogPosting", "LiveBlogPosting"]) {
            Some(Kind::Blog)
        } else if count(Role::Article) > 0 {
            Some(Kind::Web)
        } else {
            None
        }
    }
}

pub(super) fn moment(dated: &Dated) -> Option<Timestamp> {
    if let Dated::At(at) = dated { Some(*at) } else { None }
}

/// Whether a subject only says what it answers.
fn is_reply_title(title: &str) -> bool {
    let start: String = title.chars().take(5).collect::<String>().to_lowercase();
    ["re:", "re :", "aw:", "sv:", "rép:", "re["].iter().any(|prefix| start.starts_with(prefix))
}

/// Whether two addresses are of one page, whatever place in it they name.
pub(super) fn is_same_page(one: &Url, other: &Url) -> bool {
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    let host =
        |url: &Url| url.host_str().map(|host| host.strip_prefix("www.").unwrap_or(host).to_owned());
    let [one, other] =
        [one, other].map(|url| canonical_url(url.as_str(), None).unwrap_or_else(|| url.clone()));
    host(&one) == host(&other) && path(&one) == path(&other) && one.query() == other.query()
}
