//! The fields of Brandwatch Consumer Research (its help article 360012098098, "Query Operators"),
//! with the two older ones that saved queries still hold, `raw:` and `at_mentions:`.

use super::field::{self, Field, Value};
use super::out::Out;

const TWITTER: &str = "what X knows of its authors is not known to Vigie";
const PLACE: &str = "Vigie knows no places but countries";
const POST: &str = "Vigie does not know posts by the numbers of their networks";
const PICTURE: &str = "Vigie does not look into pictures";
const REDDIT: &str = "what Reddit says of its boards and posts is not known to Vigie";

pub(super) const FIELDS: &[(&str, Field)] = &[
    ("title", Field::Words("title")),
    ("site", Field::Value(field::site)),
    ("url", Field::Words("url")),
    ("links", Field::Words("links")),
    ("topLevelDomain", Field::Value(field::site_or_suffix)),
    ("language", Field::Value(field::lang)),
    ("country", Field::Value(field::country)),
    ("region", Field::Value(field::place_in_country)),
    ("city", Field::Value(field::place_in_country)),
    ("continent", Field::None("Vigie knows no continents; name the countries")),
    ("latitude", Field::None(PLACE)),
    ("longitude", Field::None(PLACE)),
    ("tags", Field::Value(field::tag)),
    ("entityId", Field::None("Vigie does not recognise entities; write their names")),
    ("author", Field::Value(author)),
    ("authorGender", Field::None(TWITTER)),
    ("authorVerified", Field::None(TWITTER)),
    ("authorVerifiedType", Field::None(TWITTER)),
    ("authorFollowers", Field::Numbers { name: "followers", max: u32::MAX }),
    ("channelId", Field::None("Vigie does not know channels by their numbers")),
    ("blogName", Field::Value(blog)),
    ("parentBlogName", Field::None("Vigie does not follow what Tumblr blogs repeat")),
    ("rootBlogName", Field::None("Vigie does not follow what Tumblr blogs repeat")),
    ("parentPostId", Field::None(POST)),
    ("rootPostId", Field::None(POST)),
    ("weblogTitle", Field::Value(forum_author)),
    ("pubType", Field::None("Vigie has no uploaded content; give it a source of its own")),
    ("publisherSubType", Field::Value(instagram)),
    ("publication", Field::None("the names of publications are not known; name the site")),
    ("engagementType", Field::Value(engagement)),
    ("engagingWith", Field::None("Vigie does not know whom a post answers")),
    ("engagingWithGuid", Field::None(POST)),
    ("guid", Field::None(POST)),
    ("imageType", Field::Value(image)),
    ("brandIds", Field::None(PICTURE)),
    ("objects", Field::None(PICTURE)),
    ("itemReview", Field::None("what a review is about is not kept apart from its words")),
    ("rating", Field::Numbers { name: "rating", max: 5 }),
    ("minuteOfDay", Field::Numbers { name: "minute", max: 1_439 }),
    ("sensitiveContent", Field::None(TWITTER)),
    ("subreddit", Field::Value(field::subreddit)),
    ("subredditNSFW", Field::None(REDDIT)),
    ("subredditTopics", Field::None(REDDIT)),
    ("redditAuthorFlair", Field::None(REDDIT)),
    ("redditPostFlair", Field::None(REDDIT)),
    ("redditSpoiler", Field::None(REDDIT)),
    ("raw", Field::Verbatim),
    ("at_mentions", Field::Value(field::handle)),
];

/// Brandwatch writes the dots of names as spaces.
fn author(written: &str) -> Result<Value, String> {
    field::author(&written.replace('.', " ")).map(Value::Same)
}

fn forum_author(written: &str) -> Result<Value, String> {
    let out = field::author(written)?;
    let why = "an author of this name is found everywhere, not only on Reddit and in forums";
    Ok(Value::Wider(out, why.to_owned()))
}

/// A Tumblr blog has two addresses.
fn blog(written: &str) -> Result<Value, String> {
    let name = written.trim();
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    if !is_name {
        return Err("it is not the name of a Tumblr blog".to_owned());
    }
    Ok(Value::Same(Out::Any(vec![
        field::filter("site", &format!("{name}.tumblr.com")),
        field::filter("site", &format!("tumblr.com/{name}")),
    ])))
}

fn instagram(written: &str) -> Result<Value, String> {
    match written.trim() {
        "IMAGE" => Ok(Value::Same(Out::All(vec![
            field::filter("site", "instagram.com"),
            field::filter("has", "image"),
        ]))),
        _ => Err("only posts with pictures can be told apart, by has:image".to_owned()),
    }
}

fn engagement(written: &str) -> Result<Value, String> {
    match written.trim() {
        "COMMENT" | "REPLY" => {
            let message = "Vigie's replies are those of every site, comments and answers alike";
            Ok(Value::Noted(field::filter("reply", "true"), message.to_owned()))
        }
        _ => Err("Vigie does not tell repeated posts from others".to_owned()),
    }
}

fn image(written: &str) -> Result<Value, String> {
    match written.trim() {
        "image" => Ok(Value::Same(field::filter("has", "image"))),
        _ => Err("only has:image is known".to_owned()),
    }
}
