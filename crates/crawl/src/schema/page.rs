//! From the things of a page to its entries: what belongs to what, and what the page is about.

use std::collections::HashMap;

use url::Url;

use super::entry::{Entry, Role};
use super::found::{Found, is_same_page, moment};
use super::head::Head;
use super::thing::{Thing, Value};
use super::words::Reader;
use super::{ENTRIES_MAX, TOPICS_MAX};
use crate::extract::draft::Dated;
use crate::page::{Average, Topic};

/// Properties that lead away from what the page says: to who wrote it, to what it is part of, to
/// other pages.
const AWAY: [&str; 41] = [
    "author",
    "creator",
    "publisher",
    "editor",
    "provider",
    "sponsor",
    "copyrightHolder",
    "isPartOf",
    "mainEntityOfPage",
    "parentItem",
    "in-reply-to",
    "sharedContent",
    "citation",
    "isBasedOn",
    "isRelatedTo",
    "isSimilarTo",
    "about",
    "mentions",
    "relatedLink",
    "subjectOf",
    "breadcrumb",
    "video",
    "image",
    "logo",
    "audio",
    "associatedMedia",
    "offers",
    "seller",
    "brand",
    "manufacturer",
    "location",
    "address",
    "potentialAction",
    "significantLink",
    "exampleOfWork",
    "translationOfWork",
    "nutrition",
    "trailer",
    "recipeInstructions",
    "step",
    "reviewRating",
];

#[derive(Debug, Clone, Copy)]
struct Visit<'a> {
    at: usize,
    /// What the thing that holds it calls it.
    via: &'a str,
    product: Option<usize>,
    parent: Option<usize>,
    thread: Option<usize>,
}

struct Rated {
    average: Average,
    product: Option<usize>,
    is_main: bool,
    is_firm: bool,
}

struct Walk<'a> {
    reader: &'a Reader<'a>,
    found: Found,
    rated: Vec<Rated>,
    main: Vec<usize>,
    threads: Vec<(usize, Option<usize>)>,
    videos: Vec<Entry>,
}

/// Reads what the things of one syntax tell.
pub(super) fn read<'a>(reader: &'a Reader<'a>, head: &Head) -> Found {
    let things = reader.things;
    let mut walk = Walk {
        reader,
        found: Found::default(),
        rated: Vec::new(),
        main: Vec::new(),
        threads: Vec::new(),
        videos: Vec::new(),
    };
    let mut visited = vec![false; things.all.len()];
    let mut is_held = vec![false; things.all.len()];
    for (name, value) in things.all.iter().flat_map(Thing::properties) {
        if let Value::Thing(at) = value
            && leads_on(name)
            && name != "itemReviewed"
        {
            is_held[*at] = true;
        }
    }
    // What nothing holds comes first; the others are reached from there, or hold one another.
    let (parts, free): (Vec<usize>, Vec<usize>) = things.tops.iter().partition(|at| is_held[**at]);
    for top in free.into_iter().chain(parts) {
        let mut next = vec![Visit { at: top, via: "", product: None, parent: None, thread: None }];
        while let Some(visit) = next.pop() {
            if !std::mem::replace(&mut visited[visit.at], true) {
                let from = next.len();
                walk.visit(visit, &mut next);
                next[from..].reverse();
            }
        }
    }
    walk.finish(head)
}

fn leads_on(name: &str) -> bool {
    !AWAY.iter().any(|away| name.eq_ignore_ascii_case(away))
}

impl<'a> Walk<'a> {
    fn visit(&mut self, visit: Visit<'a>, next: &mut Vec<Visit<'a>>) {
        let thing = self.reader.thing(visit.at);
        if thing.is(&["BreadcrumbList", "FAQPage", "SiteNavigationElement", "ClaimReview"]) {
            return;
        }
        if thing.is(&["ItemList"]) {
            return self.list(visit, next);
        }
        if thing.types.iter().any(|name| is_aggregate(name)) {
            return self.aggregate(visit);
        }
        let reviewed = visit.via.eq_ignore_ascii_case("itemReviewed");
        let role = Role::of(thing, visit.via).filter(|_| !reviewed);
        let mut on = visit;
        match role {
            Some(Role::Video) if visit.via.is_empty() => {
                let video = self.reader.entry(visit.at, Role::Video, None);
                self.videos.extend(video);
            }
            Some(Role::Video) => return,
            Some(role) => {
                self.entry(visit, role);
                on.parent = Some(visit.at);
                if matches!(role, Role::Post | Role::Question | Role::Article) {
                    on.thread = Some(visit.at);
                }
                if role == Role::Review {
                    return self.review(visit, next);
                }
            }
            None if thing.has(&["review", "reviews", "aggregateRating"]) => {
                on.product = Some(visit.at);
                self.found.types.push("Product".to_owned());
            }
            None => {}
        }
        self.children(on, thing, next);
    }

    fn children(&mut self, on: Visit<'a>, thing: &'a Thing, next: &mut Vec<Visit<'a>>) {
        for (name, value) in thing.properties() {
            if let Value::Thing(at) = value
                && leads_on(name)
            {
                if name.eq_ignore_ascii_case("mainEntity") {
                    self.main.push(*at);
                }
                next.push(Visit { at: *at, via: name, ..on });
            }
        }
    }

    fn entry(&mut self, visit: Visit<'a>, role: Role) {
        if self.found.entries.len() >= ENTRIES_MAX {
            return;
        }
        let thing = self.reader.thing(visit.at);
        let Some(mut entry) = self.reader.entry(visit.at, role, visit.product) else { return };
        self.found.types.extend(thing.types.iter().cloned());
        let answered = thing.first(&["parentItem"]).and_then(Value::thing);
        entry.parent = visit.parent.or(answered);
        self.threads.push((visit.at, visit.thread));
        self.found.entries.push(entry);
    }

    /// Reads what stands under a review: the owner's answer, and what others say of it.
    fn review(&mut self, visit: Visit<'a>, next: &mut Vec<Visit<'a>>) {
        let reader = self.reader;
        let thing = reader.thing(visit.at);
        let product = thing.values("itemReviewed").find_map(Value::thing);
        let publishers = thing.values("publisher").filter_map(|value| reader.line(value));
        let mut owners: Vec<String> = publishers.map(|name| name.to_lowercase()).collect();
        owners
            .extend([visit.product, product].into_iter().flatten().flat_map(|at| self.owners(at)));
        let on = Visit { parent: Some(visit.at), ..visit };
        let mut replies = Vec::new();
        for (name, value) in thing.properties() {
            let Value::Thing(at) = value else { continue };
            let comment = reader.thing(*at);
            let is_comment = matches!(Role::of(comment, name), Some(Role::Comment | Role::Answer));
            if is_comment && reader.is_owner(comment, &owners) {
                replies.push(*at);
            } else if leads_on(name) {
                next.push(Visit { at: *at, via: name, ..on });
            }
        }
        let entry = self.found.entries.last_mut().filter(|entry| entry.at == visit.at);
        if let Some(entry) = entry
            && entry.draft.details.owner_reply.is_empty()
        {
            let texts = ["text", "commentText", "content", "description"];
            let said = replies.iter().map(|at| reader.words(reader.thing(*at), &texts, false).text);
            entry.draft.details.owner_reply =
                said.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("\n");
        }
    }

    /// Returns the names of those who may answer for a product: its own and its firms'.
    fn owners(&self, at: usize) -> Vec<String> {
        let product = self.reader.thing(at);
        let firms = ["brand", "manufacturer", "seller", "publisher", "provider"];
        let firms = firms.iter().filter_map(|name| product.values(name).next());
        let names = firms.filter_map(|firm| self.reader.line(firm));
        let names = names.chain(self.reader.line(&Value::Thing(at)));
        names.map(|name| name.to_lowercase()).collect()
    }

    fn list(&mut self, visit: Visit<'a>, next: &mut Vec<Visit<'a>>) {
        let reader = self.reader;
        for value in reader.thing(visit.at).values("itemListElement") {
            let Value::Thing(at) = value else { continue };
            let element = reader.thing(*at);
            let item = element.values("item").find_map(Value::thing);
            let at = item.unwrap_or(*at);
            let listed = reader.thing(at);
            if matches!(Role::of(listed, ""), Some(Role::Review | Role::Comment | Role::Answer)) {
                next.push(Visit { at, via: "itemListElement", ..visit });
            } else {
                self.topic(listed, element);
            }
        }
    }

    fn topic(&mut self, listed: &Thing, element: &Thing) {
        let reader = self.reader;
        let names = ["name", "headline", "title"];
        let title =
            reader.first_line(listed, &names).or_else(|| reader.first_line(element, &names));
        let url = ["url", "item"].iter().find_map(|name| {
            let said = listed.values(name).next().or_else(|| element.values(name).next())?;
            reader.url(said)
        });
        let url = url.or_else(|| reader.dom.join(listed.id.as_deref()?));
        let (Some(title), Some(url)) = (title, url) else { return };
        let is_new = self.found.topics.len() < TOPICS_MAX
            && self.found.topics.iter().all(|topic| topic.url != url);
        if is_new {
            let active = moment(&reader.dated(listed, &["dateModified", "datePublished"]));
            let replies = reader.number(listed, &["commentCount", "answerCount"]);
            self.found.topics.push(Topic { url, title, replies, active, active_written: None });
        }
    }

    fn aggregate(&mut self, visit: Visit<'a>) {
        let reader = self.reader;
        let thing = reader.thing(visit.at);
        let names = ["ratingValue", "average", "rating"];
        // A rating within the rating: `rating: { average: 4 }`.
        let inner = thing.values("rating").find_map(|value| {
            reader.rating(reader.thing(value.thing()?), &["average", "ratingValue", "value"])
        });
        let Some(rating) = inner.or_else(|| reader.rating(thing, &names)) else { return };
        let number = |names: &[&str]| {
            names
                .iter()
                .find_map(|name| super::number::count(&reader.word(thing.values(name).next()?)?))
        };
        let count = number(&["ratingCount", "votes", "reviewCount", "count"]);
        if count == Some(0) {
            return;
        }
        let reviewed = thing.first(&["itemReviewed", "item", "itemreviewed"]);
        let product = match reviewed {
            Some(Value::Thing(at)) => Some(*at),
            Some(_) => None,
            None => visit.product.or(visit.parent),
        };
        let name = match reviewed {
            Some(value) => reader.line(value),
            None => product.and_then(|at| reader.line(&Value::Thing(at))),
        };
        let firms = ["Organization", "OnlineStore", "OnlineBusiness", "WebSite", "Brand"];
        self.rated.push(Rated {
            average: Average { product: name, rating, count },
            is_main: product.is_some_and(|at| self.main.contains(&at)),
            is_firm: product.is_some_and(|at| reader.thing(at).is(&firms)),
            product,
        });
    }

    fn finish(mut self, head: &Head) -> Found {
        let reader = self.reader;
        let page = head.address(reader.dom);
        if self.found.entries.iter().all(|entry| entry.role == Role::Comment)
            && let [_] = self.videos.as_slice()
        {
            let video = self.videos.remove(0);
            self.found.types.insert(0, "VideoObject".to_owned());
            self.found.entries.insert(0, Entry { is_main: true, ..video });
        }
        let mut found = self.found;
        sort_articles(&mut found, page.as_ref(), head.title.as_deref());
        // Who holds whom, in the order of the things.
        let threads: HashMap<usize, Option<usize>> = self.threads.into_iter().collect();
        let place: HashMap<usize, usize> =
            found.entries.iter().enumerate().map(|(index, entry)| (entry.at, index)).collect();
        let answered: Vec<Option<(Role, Option<String>)>> = found
            .entries
            .iter()
            .map(|entry| {
                let parent = &found.entries[*place.get(&entry.parent?)?];
                let link = parent.draft.link.as_ref().map(ToString::to_string);
                Some((parent.role, parent.draft.guid.clone().or(link)))
            })
            .collect();
        let addresses: Vec<Option<Url>> = found
            .entries
            .iter()
            .map(|entry| {
                let thread = threads.get(&entry.at).copied().flatten();
                let thread =
                    thread.and_then(|at| place.get(&at)).map(|index| &found.entries[*index]);
                thread.and_then(|thread| thread.draft.link.clone())
            })
            .collect();
        for ((entry, answered), address) in found.entries.iter_mut().zip(answered).zip(addresses) {
            if entry.role == Role::Comment || entry.role == Role::Answer {
                let details = &mut entry.draft.details;
                details.reply = Some(true);
                details.thread_url = address.or_else(|| {
                    let parent = reader.thing(entry.parent?);
                    let url = parent.first(&["url"]).and_then(|value| reader.url(value));
                    url.or_else(|| reader.dom.join(parent.id.as_deref()?))
                });
                if let Some((role, name)) = answered
                    && role != Role::Post
                {
                    details.answers = name;
                }
            }
        }
        fill_main(&mut found, head);
        found.average = pick(self.rated, &found.entries);
        found.without_repeats();
        found.settle(page.as_ref());
        found
    }
}

fn is_aggregate(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.ends_with("aggregaterating") || name == "review-aggregate"
}

/// Tells the article that the page is about from those that it lists.
fn sort_articles(found: &mut Found, page: Option<&Url>, title: Option<&str>) {
    let is_page = |entry: &Entry| match &entry.draft.link {
        None => true,
        Some(link) => page.is_some_and(|page| is_same_page(link, page)),
    };
    let is_called = |entry: &Entry| title.is_some() && entry.headline.as_deref() == title;
    let articles = || found.entries.iter().filter(|entry| entry.role == Role::Article);
    let is_known = articles().any(is_page);
    for entry in found.entries.iter_mut().filter(|entry| entry.role == Role::Article) {
        entry.is_main = if is_known { is_page(entry) } else { is_called(entry) };
    }
    let articles = found.entries.iter().filter(|entry| entry.role == Role::Article);
    let (articles, mains) =
        articles.fold((0, 0), |(all, mains), entry| (all + 1, mains + usize::from(entry.is_main)));
    // An article alone is what the page is about, whatever it calls itself.
    if articles == 1 {
        found.entries.iter_mut().for_each(|entry| entry.is_main |= entry.role == Role::Article);
        return;
    }
    let is_of_others = mains > 0
        || found.entries.iter().any(|entry| !matches!(entry.role, Role::Article | Role::Comment));
    if is_of_others {
        let mut kept = Vec::with_capacity(found.entries.len());
        for entry in found.entries.drain(..) {
            match (entry.role, entry.is_main, entry.draft.link.clone(), entry.headline.clone()) {
                (Role::Article, false, Some(url), Some(title)) => {
                    if found.topics.len() < TOPICS_MAX {
                        found.topics.push(Topic {
                            url,
                            title,
                            replies: None,
                            active: None,
                            active_written: None,
                        });
                    }
                }
                _ => kept.push(entry),
            }
        }
        found.entries = kept;
    }
    for entry in &mut found.entries {
        // In a list, what is said in short is all that is said.
        if entry.role == Role::Article && !entry.is_main && entry.draft.text.is_none() {
            entry.draft.text = entry.teaser.take();
        }
    }
}

/// Gives the article that the page is about what the page says of itself.
fn fill_main(found: &mut Found, head: &Head) {
    let mut mains = found.entries.iter_mut().filter(|entry| entry.is_main);
    let (Some(main), None) = (mains.next(), mains.next()) else { return };
    let draft = &mut main.draft;
    draft.link = head.canonical.clone().or_else(|| draft.link.take());
    if draft.author.is_none() || draft.author == head.author {
        draft.author.clone_from(&head.author);
        let url = draft.details.author_url.take();
        draft.details.author_url = url.or_else(|| head.author_url.clone());
    }
    if let (Dated::Unsaid, Some(at)) = (&draft.published, moment(&head.published)) {
        draft.published = Dated::At(at);
    }
}

/// Chooses the average that the page is about; none where it lists several.
fn pick(rated: Vec<Rated>, entries: &[Entry]) -> Option<Average> {
    let mut best: Option<(u32, Rated)> = None;
    let mut is_tie = false;
    for rated in rated {
        let is_reviewed = rated.product.is_some()
            && entries.iter().take(50).any(|entry| entry.product == rated.product);
        let score =
            u32::from(rated.is_main) * 8 + u32::from(is_reviewed) * 4 + u32::from(!rated.is_firm);
        match &best {
            Some((known, kept)) if *known > score || kept.average == rated.average => {}
            Some((known, _)) if *known == score => is_tie = true,
            Some(_) | None => {
                best = Some((score, rated));
                is_tie = false;
            }
        }
    }
    best.filter(|_| !is_tie).map(|(_, rated)| rated.average)
}
