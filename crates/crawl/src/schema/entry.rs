//! One thing to one entry: a review, a post, a comment, an article.

use model::{Details, Engagement, Rating};
use scraper::ElementRef;
use url::Url;

use super::number::{count, score};
use super::thing::{Thing, Value};
use super::words::{Reader, Words};
use crate::extract::details::{add_link, add_tag};
use crate::extract::draft::{Dated, DraftEntry};

/// The longest name of a post, in bytes.
const GUID_BYTES_MAX: usize = 500;
/// Digits that are more than a place in a page's list.
const NAME_DIGITS_MIN: usize = 3;
/// Elements of a post that are searched for what no property says.
const OWN_ELEMENTS_MAX: usize = 400;

/// What a thing is among what people say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Role {
    Review,
    /// The first post of a thread, or one that stands alone.
    Post,
    Question,
    Answer,
    Comment,
    Article,
    Video,
}

const REVIEWS: [&str; 5] =
    ["Review", "UserReview", "CriticReview", "EmployerReview", "Recommendation"];
const POSTS: [&str; 2] = ["DiscussionForumPosting", "SocialMediaPosting"];
const COMMENTS: [&str; 3] = ["Comment", "UserComments", "CorrectionComment"];
const ARTICLES: [&str; 17] = [
    "Article",
    "NewsArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "TechArticle",
    "Report",
    "ScholarlyArticle",
    "MedicalScholarlyArticle",
    "SatiricalArticle",
    "AdvertiserContentArticle",
    "AnalysisNewsArticle",
    "AskPublicNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "ReportageNewsArticle",
    "ReviewNewsArticle",
    "APIReference",
];

/// Who answers reviews without being a person.
const FIRMS: [&str; 12] = [
    "Organization",
    "Corporation",
    "LocalBusiness",
    "Store",
    "OnlineStore",
    "OnlineBusiness",
    "Restaurant",
    "Hotel",
    "Brand",
    "NGO",
    "GovernmentOrganization",
    "NewsMediaOrganization",
];

pub(super) const PUBLISHED: [&str; 9] = [
    "datePublished",
    "published",
    "dateCreated",
    "uploadDate",
    "commentTime",
    "dtreviewed",
    "reviewed",
    "dateSubmitted",
    "date",
];
const UPDATED: [&str; 3] = ["dateModified", "updated", "dateUpdated"];

/// What is not schema.org's and says all the same that somebody bought what he reviews.
const VERIFIED: [&str; 8] = [
    "isVerified",
    "verified",
    "verifiedPurchase",
    "isVerifiedPurchase",
    "verifiedBuyer",
    "isVerifiedBuyer",
    "verifiedReview",
    "isVerifiedReview",
];
const OWNER_REPLIES: [&str; 6] =
    ["ownerReply", "ownerResponse", "merchantReply", "businessResponse", "reviewResponse", "reply"];

/// An entry with what its place in the page says of it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) role: Role,
    pub(super) draft: DraftEntry,
    /// The thing that it was read from, and the one that it answers.
    pub(super) at: usize,
    pub(super) parent: Option<usize>,
    /// What is reviewed.
    pub(super) product: Option<usize>,
    /// What it is called, be it its own title or that of its thread.
    pub(super) headline: Option<String>,
    /// What it says in short, for pages that list articles.
    pub(super) teaser: Option<String>,
    /// Its text was shown, not only told to machines: what it quotes could be taken out.
    pub(super) is_shown: bool,
    /// The page is about it.
    pub(super) is_main: bool,
    /// The comments that it says it has.
    pub(super) announced: u64,
    pub(super) position: Option<u32>,
}

impl Role {
    /// Returns what a thing is, by its type, or by what the thing that holds it calls it.
    pub(super) fn of(thing: &Thing, via: &str) -> Option<Self> {
        let via = |names: &[&str]| names.iter().any(|name| via.eq_ignore_ascii_case(name));
        if thing.is(&COMMENTS) {
            Some(Self::Comment)
        } else if thing.is(&REVIEWS) {
            Some(Self::Review)
        } else if thing.is(&POSTS) {
            Some(Self::Post)
        } else if thing.is(&["Question"]) {
            Some(Self::Question)
        } else if thing.is(&["Answer"]) {
            Some(Self::Answer)
        } else if thing.is(&ARTICLES) {
            Some(if thing.has(&["in-reply-to"]) { Self::Comment } else { Self::Article })
        } else if thing.is(&["VideoObject"]) {
            Some(Self::Video)
        } else if !thing.types.is_empty() && !thing.is(&["CreativeWork", "h-cite", "Thing"])
            || thing.properties().is_empty()
        {
            None
        } else if via(&["review", "reviews"]) {
            Some(Self::Review)
        } else if via(&["comment", "comments"]) {
            Some(Self::Comment)
        } else if via(&["suggestedAnswer", "acceptedAnswer"]) {
            Some(Self::Answer)
        } else {
            None
        }
    }

    /// Whether people talk there with one another, and quote.
    fn is_talk(self) -> bool {
        matches!(self, Self::Post | Self::Question | Self::Answer | Self::Comment)
    }

    fn texts(self) -> &'static [&'static str] {
        match self {
            Self::Review => {
                &["reviewBody", "text", "content", "articleBody", "description", "summary"]
            }
            Self::Article => &["articleBody", "text", "content"],
            Self::Video => &["description"],
            Self::Post | Self::Question | Self::Answer | Self::Comment => {
                &["text", "commentText", "articleBody", "content", "reviewBody", "description"]
            }
        }
    }
}

impl Reader<'_> {
    /// Reads an entry; `None` for a thing that says nothing.
    pub(super) fn entry(&self, at: usize, role: Role, product: Option<usize>) -> Option<Entry> {
        let thing = self.thing(at);
        let names = match role {
            Role::Review | Role::Article => {
                &["headline", "name", "title", "alternativeHeadline"][..]
            }
            Role::Post | Role::Question | Role::Answer | Role::Comment | Role::Video => {
                &["headline", "name", "title"][..]
            }
        };
        let headline = self.first_line(thing, names);
        let words = self.words(thing, role.texts(), role.is_talk());
        let is_shown = role.texts().iter().find_map(|name| thing.values(name).next());
        let is_shown = matches!(is_shown, Some(Value::Element(_)));
        let teaser = matches!(role, Role::Article)
            .then(|| self.words(thing, &["description", "summary", "abstract"], false).text)
            .filter(|teaser| !teaser.is_empty());
        let published = self.dated(thing, &PUBLISHED);
        let updated = match (&published, self.dated(thing, &UPDATED)) {
            (Dated::At(published), Dated::At(updated)) if *published == updated => Dated::Unsaid,
            (_, updated) => updated,
        };
        let (author, author_url) = self.author(thing);
        let mut details = Details { author_url, ..self.details(thing, role, &words) };
        if role == Role::Review {
            let reviewed = thing.first(&["itemReviewed", "item", "itemreviewed"]);
            details.product = reviewed
                .and_then(|value| self.line(value))
                .or_else(|| self.line(&Value::Thing(product?)));
        }
        let link = self.permalink(thing, role, &published);
        let draft = DraftEntry {
            guid: self.guid(thing),
            link,
            title: None,
            text: Some(words.text).filter(|text| !text.is_empty()),
            author,
            lang: words
                .lang
                .or_else(|| thing.first(&["inLanguage"]).and_then(|lang| self.word(lang))),
            published,
            updated,
            details,
        };
        let says_something = draft.text.is_some()
            || headline.is_some()
            || draft.details.rating.is_some()
                && (draft.author.is_some() || !matches!(draft.published, Dated::Unsaid));
        let position = thing.first(&["position"]).and_then(|position| self.word(position));
        let answers = self.number(thing, &["commentCount", "answerCount"]);
        let announced = answers.or(draft.details.engagement.comments).unwrap_or(0);
        says_something.then_some(Entry {
            role,
            draft,
            at,
            parent: None,
            product,
            headline,
            teaser,
            is_shown,
            is_main: false,
            announced,
            position: position.and_then(|position| position.parse().ok()).filter(|n| *n > 0),
        })
    }

    fn details(&self, thing: &Thing, role: Role, words: &Words) -> Details {
        let mut details =
            Details { quote: words.quote.clone(), image: words.image, ..Details::default() };
        for href in &words.hrefs {
            add_link(&mut details.links, href, &self.dom.base);
        }
        details.image |= thing.has(&["image", "photo", "thumbnailUrl", "associatedMedia"])
            && !matches!(role, Role::Comment | Role::Answer | Role::Question);
        for name in ["keywords", "articleSection", "category"] {
            for value in thing.values(name) {
                let tags = self.line(value).unwrap_or_default();
                tags.split([',', ';']).for_each(|tag| add_tag(&mut details.tags, tag));
            }
        }
        if role == Role::Review {
            details.rating = self.review_rating(thing);
            details.verified = self.verified(thing);
            details.owner_reply = self.words(thing, &OWNER_REPLIES, false).text;
        }
        details.engagement = self.engagement(thing);
        details
    }

    /// Returns how a review rates; none where the value lies beyond its scale.
    fn review_rating(&self, thing: &Thing) -> Option<Rating> {
        let names = ["reviewRating", "rating"];
        let given = names.iter().flat_map(|name| thing.values(name));
        let mut rated = given.filter_map(|value| match value.thing() {
            Some(at) => self.rating(self.thing(at), &["ratingValue", "value", "rating"]),
            None => self.rating_of(&self.word(value)?, thing),
        });
        rated.next().or_else(|| self.rating(thing, &["ratingValue"]))
    }

    /// Reads a rating with its scale: 1 to 5 where it says no other.
    pub(super) fn rating(&self, thing: &Thing, names: &[&str]) -> Option<Rating> {
        self.rating_of(&self.word(thing.first(names)?)?, thing)
    }

    fn rating_of(&self, text: &str, scale: &Thing) -> Option<Rating> {
        let score = score(text)?;
        let end = |names: &[&str]| {
            let text = self.word(scale.first(names)?)?;
            Some(super::number::score(&text)?.value_milli)
        };
        let best = end(&["bestRating", "best"]).or(score.best_milli);
        let worst = end(&["worstRating", "worst"]);
        let value = score.value_milli;
        // A scale that names its best alone may begin at nothing; the standard's begins at 1.
        let from_nothing = best.is_some() && (0..1000).contains(&value);
        let unsaid = if from_nothing || score.best_milli == Some(100_000) { 0 } else { 1000 };
        Rating::new(value, worst.unwrap_or(unsaid), best.unwrap_or(5000))
    }

    fn verified(&self, thing: &Thing) -> Option<bool> {
        let own = thing.first(&VERIFIED).and_then(|value| self.word(value));
        let told = own.or_else(|| {
            thing.values("additionalProperty").find_map(|value| {
                let Value::Thing(at) = value else { return None };
                let property = self.thing(*at);
                let name = self.first_line(property, &["name", "propertyID"])?.to_lowercase();
                let is_flag = name.contains("verified") || name.contains("vérifié");
                self.word(property.first(&["value"])?).filter(|_| is_flag)
            })
        });
        match told.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some("true" | "1" | "yes" | "oui" | "verified") => Some(true),
            Some("false" | "0" | "no" | "non") => Some(false),
            _ => self.shows_verified(thing).then_some(true),
        }
    }

    /// Whether a review bears the mark that shops put on those of their customers.
    fn shows_verified(&self, thing: &Thing) -> bool {
        let Some(element) = thing.element.and_then(|id| self.element(id)) else { return false };
        let marks =
            ["verified", "verified-purchase", "verified-buyer", "verified-owner", "verified-badge"];
        let is_mark = |class: &str| {
            marks.contains(&class) || class.ends_with("__verified") || class.ends_with("--verified")
        };
        element.descendent_elements().take(OWN_ELEMENTS_MAX).any(|inner| {
            inner.attr("class").is_some_and(|classes| classes.split_ascii_whitespace().any(is_mark))
        })
    }

    pub(super) fn number(&self, thing: &Thing, names: &[&str]) -> Option<u64> {
        thing.first(names).and_then(|value| count(&self.word(value)?))
    }

    fn engagement(&self, thing: &Thing) -> Engagement {
        let mut all = Engagement {
            likes: self.number(thing, &["upvoteCount", "likeCount"]),
            comments: self.number(thing, &["commentCount", "answerCount"]),
            views: self.number(thing, &["viewCount"]),
            shares: None,
            followers: None,
        };
        let counters = ["interactionStatistic", "interactionCount"];
        for value in counters.iter().flat_map(|name| thing.values(name)).take(20) {
            self.interaction(value, &mut all);
        }
        if let Some(Value::Thing(author)) = thing.first(&["author"]) {
            for value in self.thing(*author).values("interactionStatistic").take(20) {
                let mut own = Engagement::default();
                self.interaction(value, &mut own);
                all.followers = all.followers.or(own.followers);
            }
        }
        all
    }

    /// Reads an `InteractionCounter`, or `UserLikes:5` as it was before there were any.
    fn interaction(&self, value: &Value, all: &mut Engagement) {
        let (action, number) = if let Some(at) = value.thing() {
            let counter = self.thing(at);
            let action = counter.first(&["interactionType"]).and_then(|value| self.word(value));
            (action, self.number(counter, &["userInteractionCount", "interactionCount"]))
        } else {
            let text = self.word(value).unwrap_or_default();
            match text.split_once(':') {
                Some((action, number)) => (Some(action.to_owned()), count(number)),
                None => (Some("ViewAction".to_owned()), count(&text)),
            }
        };
        let action = action.unwrap_or_default();
        let action = super::thing::local_name(&action).to_ascii_lowercase();
        let own = match action.as_str() {
            "likeaction" | "userlikes" | "agreeaction" | "voteaction" | "userplusones" => {
                &mut all.likes
            }
            "commentaction" | "comment" | "usercomments" | "replyaction" => &mut all.comments,
            "shareaction" | "usertweets" => &mut all.shares,
            "viewaction" | "watchaction" | "readaction" | "userpagevisits" | "userplays"
            | "listenaction" => &mut all.views,
            "followaction" | "subscribeaction" => &mut all.followers,
            _ => return,
        };
        *own = own.or(number);
    }

    /// Returns the site's own name of a post: what it is called in the page if that is no mere
    /// place in it, such as `review-1`, which the next page has as well.
    fn guid(&self, thing: &Thing) -> Option<String> {
        let identifier = thing.first(&["identifier"]).and_then(|value| match value.thing() {
            Some(at) => self.word(self.thing(at).first(&["value"])?),
            None => self.word(value),
        });
        let element = thing.element.and_then(|id| self.element(id));
        let marked = element.and_then(|element| {
            let names =
                ["id", "data-pid", "data-post-id", "data-comment-id", "data-review-id", "data-id"];
            names.into_iter().filter_map(|name| element.attr(name)).find(|name| is_name(name))
        });
        let of_id = thing.id.as_deref().filter(|id| !id.starts_with("_:")).and_then(|id| {
            let fragment = id.rsplit_once('#').map(|(_, fragment)| fragment);
            match fragment.filter(|fragment| is_name(fragment) && !fragment.contains('/')) {
                Some(fragment) => Some(fragment.to_owned()),
                None => self.dom.join(id).map(Url::into),
            }
        });
        let guid = identifier.or_else(|| marked.map(str::to_owned)).or(of_id);
        guid.filter(|guid| !guid.is_empty() && guid.len() <= GUID_BYTES_MAX)
    }

    /// Returns a thing's own address.
    fn permalink(&self, thing: &Thing, role: Role, published: &Dated) -> Option<Url> {
        let named = ["url", "permalink", "uid", "discussionUrl"];
        if let Some(url) = named.iter().find_map(|name| self.url(thing.values(name).next()?)) {
            return Some(url);
        }
        let element = thing.element.and_then(|id| self.element(id));
        let of_id = thing.id.as_deref().filter(|id| !id.starts_with("_:")).and_then(|id| {
            let url = self.dom.join(id)?;
            // A name in a graph looks like an address, and leads nowhere.
            let is_place =
                |fragment: &str| element.is_some_and(|own| own.attr("id") == Some(fragment));
            let leads = url.fragment().is_none_or(is_place);
            leads.then_some(url)
        });
        of_id.or_else(|| {
            let page_url = thing.first(&["mainEntityOfPage"]).and_then(|value| self.url(value));
            page_url.or_else(|| self.shown_permalink(element?, published)).or_else(|| {
                let id =
                    element?.attr("id").filter(|id| id.contains(|c: char| c.is_ascii_digit()))?;
                let is_part = !matches!(role, Role::Article | Role::Video | Role::Question);
                self.dom.join(&format!("#{id}")).filter(|_| is_part && !self.has_base)
            })
        })
    }

    /// Finds the link by which a post is quoted: at its own date before others that it shows, or
    /// called so.
    fn shown_permalink(&self, element: ElementRef, published: &Dated) -> Option<Url> {
        let mut found = None;
        for link in element.descendent_elements().take(OWN_ELEMENTS_MAX) {
            let Some(href) = link.attr("href").filter(|_| link.value().name() == "a") else {
                continue;
            };
            let date = link.attr("title").map(super::words::dated);
            match (date, published) {
                (Some(Dated::At(date)), Dated::At(published)) if date == *published => {
                    return self.dom.join(href);
                }
                _ => {}
            }
            let rel = link.attr("rel").unwrap_or_default();
            let is_its = rel.split_ascii_whitespace().any(|rel| rel == "bookmark")
                || link.attr("class").is_some_and(|class| class.contains("permalink"))
                || link.child_elements().any(|inner| inner.value().name() == "time");
            if is_its && found.is_none() {
                found = self.dom.join(href);
            }
        }
        found
    }

    /// Whether a comment on a review is by who sells what is reviewed.
    pub(super) fn is_owner(&self, comment: &Thing, names: &[String]) -> bool {
        let Some(author) = comment.first(&["author", "creator"]) else { return true };
        if let Value::Thing(at) = author
            && self.thing(*at).is(&FIRMS)
        {
            return true;
        }
        let name = self.line(author).map(|name| name.to_lowercase());
        name.is_none_or(|name| names.contains(&name))
    }
}

/// Whether a name is one that a site gives once, not a place in a list: a long number, a hash.
fn is_name(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    digits >= NAME_DIGITS_MIN && !name.contains(char::is_whitespace)
}
