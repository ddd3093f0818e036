//! Who speaks: the authors of each source, joined by what the source itself says of them, and how much
//! they write, how much they are heard and how often they help.
//!
//! What it deliberately does not do: join authors of different sources, guess who somebody is, or keep
//! anything that is not in the posts it was given. People without a name are never joined.

mod anonymous;

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};

use model::{SourceId, Timestamp};
use query::analysis;

pub use anonymous::is_anonymous;

/// Of more posts the newest are read.
pub const POSTS_MAX: usize = 200_000;

/// A name is compared so far, in bytes.
const NAME_BYTES_MAX: usize = 120;

/// An address that stands beside more names within a source is the page of all, not a person's.
pub const NAMES_OF_PROFILE_MAX: usize = 5;

/// What a post brings its author, at most: no count that a site states makes one person outweigh all.
const REACH_OF_POST_MAX: f64 = 12.0;

/// One post of a source.
#[derive(Debug, Clone, Copy)]
pub struct Post<'a> {
    pub source: &'a SourceId,
    /// What the source calls it: what others answer to.
    pub guid: Option<&'a str>,
    pub author: Option<&'a str>,
    /// The address of the author's profile, canonical.
    pub profile: Option<&'a str>,
    pub thread: Option<&'a str>,
    /// What it answers: a guid.
    pub answers: Option<&'a str>,
    /// Whether it asks something.
    pub is_question: bool,
    pub time: Timestamp,
    /// Of the thread or the post, as the source tells.
    pub views: Option<u64>,
    /// Other items of its story.
    pub copies: u32,
    /// Items of its source in thirty days.
    pub source_volume: u32,
}

/// Whom a source means: by the address of the profile, else by the name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonKey {
    pub source: SourceId,
    pub who: Who,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Who {
    Profile(String),
    /// The name, folded: `Zoé  B.` and `ZOE B` are one.
    Name(String),
}

/// What one author of one source did.
#[derive(Debug, Clone, PartialEq)]
pub struct Person {
    pub key: PersonKey,
    /// The name as last written.
    pub name: String,
    pub posts: u32,
    pub threads: u32,
    /// Posts of others that answer theirs.
    pub replies_received: u32,
    /// Questions of others that they answered, each once.
    pub answers_given: u32,
    /// How far their posts were heard, in doublings: see [`reach`].
    pub reach: f64,
    pub first: Timestamp,
    pub last: Timestamp,
}

/// What a list of people is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// Posts, then threads.
    Activity,
    /// Reach, then replies received.
    Reach,
    /// Questions of others answered, then replies received. People who answered none are left out.
    Help,
}

/// Returns how far a post was heard: log2(1 + views) + log2(1 + copies) + log2(1 + volume) / 2, at most 12.
///
/// A post that is seen twice as often, or copied twice as often, is worth one more; so is one in a source
/// four times as busy, which stands in for readers where views are not told. Four thousand views are 12.
pub fn reach(post: &Post<'_>) -> f64 {
    let doublings = |count: f64| (1.0 + count).log2();
    let reach = doublings(float(post.views.unwrap_or(0)))
        + doublings(f64::from(post.copies))
        + doublings(f64::from(post.source_volume)) / 2.0;
    reach.min(REACH_OF_POST_MAX)
}

/// Joins posts into people, ordered by their keys. Posts whose author has no name are nobody's, but
/// they count as answers to others.
///
/// The reach of a person is log2(1 + Σ (2^reach(post) − 1)): ten posts that are hardly heard are not
/// louder than one that is.
pub fn people(posts: &[Post<'_>]) -> Vec<Person> {
    let newest = newest(posts);
    let names = Names::of(&newest);
    let mut people: HashMap<PersonKey, Tally<'_>> = HashMap::new();
    let keys: Vec<Option<PersonKey>> = newest.iter().map(|post| names.key(post)).collect();
    for (post, key) in newest.iter().zip(&keys) {
        if let Some(key) = key {
            people.entry(key.clone()).or_default().saw(post);
        }
    }
    count_answers(&newest, &keys, &mut people);
    let mut people: Vec<Person> =
        people.into_iter().filter_map(|(key, tally)| tally.person(key)).collect();
    people.sort_by(|a, b| a.key.cmp(&b.key));
    people
}

/// Returns of each post whom its source means by its author, as [`people`] of the same posts has it; `None`
/// where that is nobody.
pub fn authors(posts: &[Post<'_>]) -> Vec<Option<PersonKey>> {
    let names = Names::of(&newest(posts));
    posts.iter().map(|post| names.key(post)).collect()
}

/// Returns at most `most` people in an order; of equals the one who was there first, then by key.
pub fn ranked(people: &[Person], by: By, most: usize) -> Vec<&Person> {
    let mut ranked: Vec<&Person> =
        people.iter().filter(|person| by != By::Help || person.answers_given > 0).collect();
    ranked.sort_by(|a, b| {
        let order = match by {
            By::Activity => (b.posts, b.threads).cmp(&(a.posts, a.threads)),
            By::Reach => {
                b.reach.total_cmp(&a.reach).then(b.replies_received.cmp(&a.replies_received))
            }
            By::Help => {
                (b.answers_given, b.replies_received).cmp(&(a.answers_given, a.replies_received))
            }
        };
        order.then_with(|| a.first.cmp(&b.first)).then_with(|| a.key.cmp(&b.key))
    });
    ranked.truncate(most);
    ranked
}

/// Returns the newest posts, in the order of time.
fn newest<'p, 'a>(posts: &'p [Post<'a>]) -> Vec<&'p Post<'a>> {
    let mut newest: Vec<&Post<'a>> = posts.iter().collect();
    newest.sort_by_key(|post| (Reverse(post.time), post.source, post.guid));
    newest.truncate(POSTS_MAX);
    newest.reverse();
    newest
}

/// Which profile a name stands for, where a source shows profiles on some posts only.
struct Names<'a> {
    profiles: HashMap<(&'a SourceId, String), BTreeSet<&'a str>>,
    /// Addresses that are nobody's: every author of the source is said to be there.
    of_all: HashSet<(&'a SourceId, &'a str)>,
}

impl<'a> Names<'a> {
    fn of(posts: &[&Post<'a>]) -> Self {
        let mut names: HashMap<_, BTreeSet<String>> = HashMap::new();
        for post in posts {
            if let (Some(name), Some(profile)) = (name_of(post), profile_of(post)) {
                let names = names.entry((post.source, profile)).or_default();
                if names.len() <= NAMES_OF_PROFILE_MAX {
                    names.insert(name);
                }
            }
        }
        let (mut profiles, mut of_all) = (HashMap::<_, BTreeSet<&str>>::new(), HashSet::new());
        for ((source, profile), names) in names {
            if names.len() > NAMES_OF_PROFILE_MAX {
                of_all.insert((source, profile));
                continue;
            }
            for name in names {
                profiles.entry((source, name)).or_default().insert(profile);
            }
        }
        Self { profiles, of_all }
    }

    /// Two people may have one name: where a name has several profiles it stands for none of them.
    fn key(&self, post: &Post<'a>) -> Option<PersonKey> {
        let name = name_of(post)?;
        let source = post.source.clone();
        let known = self.profiles.get(&(post.source, name.clone()));
        let only = known.filter(|known| known.len() == 1).and_then(|known| known.first().copied());
        let own = profile_of(post).filter(|own| !self.of_all.contains(&(post.source, *own)));
        let who = match own.or(only) {
            Some(profile) => Who::Profile(profile.to_owned()),
            None => Who::Name(name),
        };
        Some(PersonKey { source, who })
    }
}

/// Returns the folded name of an author who has one.
fn name_of(post: &Post<'_>) -> Option<String> {
    let author = post.author?.trim();
    let author = &author[..author.floor_char_boundary(NAME_BYTES_MAX)];
    if is_anonymous(author) {
        return None;
    }
    let words: Vec<String> = analysis::words(author).map(|word| word.text).collect();
    // A name of signs alone, such as a picture, is a name too.
    let name = if words.is_empty() { author.to_owned() } else { words.join(" ") };
    (!name.is_empty()).then_some(name)
}

fn profile_of<'a>(post: &Post<'a>) -> Option<&'a str> {
    post.profile.map(str::trim).filter(|profile| !profile.is_empty())
}

/// Counts who answered whom. A thread without "answers" is read as a forum's: the posts after a question
/// answer it.
fn count_answers<'a>(
    posts: &[&Post<'a>],
    keys: &[Option<PersonKey>],
    people: &mut HashMap<PersonKey, Tally<'a>>,
) {
    let mut by_guid: HashMap<(&SourceId, &str), usize> = HashMap::new();
    let mut openers: HashMap<(&SourceId, &str), usize> = HashMap::new();
    for (at, post) in posts.iter().enumerate() {
        if let Some(guid) = post.guid {
            by_guid.entry((post.source, guid)).or_insert(at);
        }
        if let Some(thread) = post.thread {
            openers.entry((post.source, thread)).or_insert(at);
        }
    }
    let mut answered: HashSet<(usize, &PersonKey)> = HashSet::new();
    for (at, post) in posts.iter().enumerate() {
        let named = post.answers.and_then(|guid| by_guid.get(&(post.source, guid)));
        let opener = || post.thread.and_then(|thread| openers.get(&(post.source, thread)));
        let target = if post.answers.is_some() { named } else { opener() };
        let Some(&target) = target.filter(|target| **target != at) else { continue };
        // A post without a name may be the asker's own.
        let is_own = keys[at].is_some() && keys[at] == keys[target];
        if is_own {
            continue;
        }
        if let Some(heard) = keys[target].as_ref().and_then(|key| people.get_mut(key)) {
            heard.replies_received += 1;
        }
        if posts[target].is_question
            && let Some(key) = &keys[at]
            && answered.insert((target, key))
            && let Some(helper) = people.get_mut(key)
        {
            helper.answers_given += 1;
        }
    }
}

#[derive(Default)]
struct Tally<'a> {
    name: &'a str,
    posts: u32,
    threads: HashSet<&'a str>,
    /// Posts that belong to no thread are each their own.
    alone: u32,
    replies_received: u32,
    answers_given: u32,
    heard: f64,
    span: Option<(Timestamp, Timestamp)>,
}

impl<'a> Tally<'a> {
    /// Takes the next post in the order of time.
    fn saw(&mut self, post: &Post<'a>) {
        self.name = post.author.unwrap_or_default().trim();
        self.posts += 1;
        match post.thread {
            Some(thread) => {
                self.threads.insert(thread);
            }
            None => self.alone += 1,
        }
        self.heard += reach(post).exp2() - 1.0;
        let first = self.span.map_or(post.time, |(first, _)| first);
        self.span = Some((first, post.time));
    }

    fn person(self, key: PersonKey) -> Option<Person> {
        let (first, last) = self.span?;
        let threads = u32::try_from(self.threads.len()).unwrap_or(u32::MAX);
        Some(Person {
            key,
            name: self.name[..self.name.floor_char_boundary(NAME_BYTES_MAX)].to_owned(),
            posts: self.posts,
            threads: threads.saturating_add(self.alone),
            replies_received: self.replies_received,
            answers_given: self.answers_given,
            reach: (1.0 + self.heard).log2(),
            first,
            last,
        })
    }
}

#[expect(clippy::cast_precision_loss, reason = "a logarithm of it is taken")]
fn float(count: u64) -> f64 {
    count as f64
}
