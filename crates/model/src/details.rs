//! Details: what an item carries beside its words, as far as its source says so or a later step of
//! ours finds it out. Queries ask for them; nothing here decides what they mean.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::Tone;

/// What an item carries beside its words. Most items carry little of it; an empty one is `{}`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// Where its source shows its author, canonical: what tells two of one name apart. At most
    /// [`Details::AUTHOR_URL_BYTES_MAX`] long; `None` where several wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_url: Option<Url>,
    /// Where the text leads: canonical addresses, each once, none of them the item's own, at most
    /// [`Details::LINKS_MAX`].
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<Url>,
    /// Whether a picture belongs to it.
    #[serde(skip_serializing_if = "is_false")]
    pub image: bool,
    /// What its source files it under, as written there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rating: Option<Rating>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// The source's name for the conversation it belongs to, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread: Option<String>,
    /// What the conversation is called: the title of its first post.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub thread_title: String,
    /// Where the conversation begins.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thread_url: Option<Url>,
    /// Its place in the conversation as the site counts it; the first post is 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Whether it answers another one; `None` where the source does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply: Option<bool>,
    /// The one that it answers: its guid or address, as the source says it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answers: Option<String>,
    /// What a review is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Whether the site vouches that a reviewer bought what is reviewed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<bool>,
    /// What the owner of what is reviewed answered, plain like the text and never part of it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub owner_reply: String,
    /// What it quotes of others, plain like the text and never part of it: the words of others are
    /// no words of its author.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub quote: String,
    #[serde(skip_serializing_if = "Engagement::is_empty")]
    pub engagement: Engagement,
}

impl Details {
    pub const LINKS_MAX: usize = 200;
    pub const AUTHOR_URL_BYTES_MAX: usize = 1000;

    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// What readers have done with an item, as counted by its source when it was last read. `None` is
/// what the source does not tell; 0 is a count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Engagement {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub likes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shares: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comments: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub views: Option<u64>,
    /// Of its author.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub followers: Option<u64>,
}

impl Engagement {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A rating on its site's own scale, in thousandths: 3.5 of 5 is 3500 between 1000 and 5000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "UncheckedRating")]
#[expect(clippy::struct_field_names, reason = "a number is never without its unit")]
pub struct Rating {
    value_milli: i64,
    worst_milli: i64,
    best_milli: i64,
}

impl Rating {
    /// The largest number of a scale, so that no arithmetic on ratings can overflow.
    const MILLI_MAX: i64 = 1_000_000_000;

    /// Returns `None` for what is no rating: a scale without a length, a value beyond its ends.
    pub fn new(value_milli: i64, worst_milli: i64, best_milli: i64) -> Option<Self> {
        let scale = -Self::MILLI_MAX..=Self::MILLI_MAX;
        (scale.contains(&worst_milli)
            && scale.contains(&best_milli)
            && worst_milli < best_milli
            && (worst_milli..=best_milli).contains(&value_milli))
        .then_some(Self { value_milli, worst_milli, best_milli })
    }

    pub fn value_milli(self) -> i64 {
        self.value_milli
    }

    pub fn worst_milli(self) -> i64 {
        self.worst_milli
    }

    pub fn best_milli(self) -> i64 {
        self.best_milli
    }

    /// Returns the rating on the scale of 1 to 5 stars, in thousandths of a star, rounded: the worst
    /// of any scale is one star, its best five.
    pub fn stars_milli(self) -> i64 {
        let length = self.best_milli - self.worst_milli;
        1000 + ((self.value_milli - self.worst_milli) * 4000 + length / 2) / length
    }
}

/// Writes it on its site's own scale: `3.5/5`.
impl fmt::Display for Rating {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = |milli: i64| {
            let sign = if milli < 0 { "-" } else { "" };
            let text = format!("{sign}{}.{:03}", milli.abs() / 1000, milli.abs() % 1000);
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        };
        write!(f, "{}/{}", number(self.value_milli), number(self.best_milli))
    }
}

/// What a site reckons of all reviews of a thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Average {
    /// The thing, where the site names it.
    pub product: Option<String>,
    pub rating: Rating,
    /// How many ratings it is reckoned from.
    pub count: Option<u64>,
}

#[derive(Deserialize)]
#[expect(clippy::struct_field_names, reason = "a number is never without its unit")]
struct UncheckedRating {
    value_milli: i64,
    worst_milli: i64,
    best_milli: i64,
}

impl TryFrom<UncheckedRating> for Rating {
    type Error = &'static str;

    fn try_from(rating: UncheckedRating) -> Result<Self, Self::Error> {
        Self::new(rating.value_milli, rating.worst_milli, rating.best_milli)
            .ok_or("a rating beyond its scale")
    }
}

/// A country by its two letters (ISO 3166-1 alpha-2) in lower case, such as `fr`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Country(String);

impl Country {
    /// Reads a code in any case. `uk` and `el`, as the European Union writes, are `gb` and `gr`.
    /// Returns `None` for two letters that are no country's.
    pub fn from_code(code: &str) -> Option<Self> {
        let code = match code.trim().to_ascii_lowercase() {
            code if code == "uk" => "gb".to_owned(),
            code if code == "el" => "gr".to_owned(),
            code => code,
        };
        COUNTRIES.split_ascii_whitespace().any(|known| known == code).then_some(Self(code))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// ISO 3166-1, with `xk` for Kosovo, which everybody uses and the standard leaves free for it.
const COUNTRIES: &str = "\
    ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq br bs \
    bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee \
    eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm \
    hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw ky kz la lb lc \
    li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my mz na \
    nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw \
    sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf tg th tj tk tl tm tn to \
    tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws xk ye yt za zm zw";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_an_empty_object_and_what_is_there_comes_back() {
        assert_eq!(serde_json::to_string(&Details::default()).unwrap(), "{}");
        assert_eq!(serde_json::from_str::<Details>("{}").unwrap(), Details::default());
        assert!(Details::default().is_empty());
        let details = Details {
            author_url: Some("https://acme.example/u/anne".parse().unwrap()),
            links: vec!["https://acme.example/".parse().unwrap()],
            image: true,
            tags: vec!["Thé".to_owned()],
            country: Country::from_code("FR"),
            rating: Rating::new(3500, 1000, 5000),
            tone: Some(Tone::Positive),
            thread: Some("t3_1".to_owned()),
            thread_title: "Tea".to_owned(),
            thread_url: Some("https://acme.example/t/1".parse().unwrap()),
            number: Some(2),
            reply: Some(false),
            answers: Some("t1_1".to_owned()),
            product: Some("Acme tea".to_owned()),
            verified: Some(true),
            owner_reply: "Thank you.".to_owned(),
            quote: "So they say.".to_owned(),
            engagement: Engagement { likes: Some(0), ..Engagement::default() },
        };
        assert!(!details.is_empty());
        let json = serde_json::to_string(&details).unwrap();
        assert!(json.contains(r#""tone":"positive""#) && !json.contains("followers"), "{json}");
        assert_eq!(serde_json::from_str::<Details>(&json).unwrap(), details);
    }

    #[test]
    fn a_rating_beyond_its_scale_is_refused() {
        let check = |value, worst, best, expect| {
            assert_eq!(Rating::new(value, worst, best).is_some(), expect, "{value} {worst} {best}");
            let json =
                format!(r#"{{"value_milli":{value},"worst_milli":{worst},"best_milli":{best}}}"#);
            assert_eq!(serde_json::from_str::<Rating>(&json).is_ok(), expect, "{json}");
        };
        check(1000, 1000, 5000, true);
        check(5000, 1000, 5000, true);
        check(0, 1000, 5000, false);
        check(5001, 1000, 5000, false);
        check(3000, 3000, 3000, false);
        check(3000, 5000, 1000, false);
        check(0, i64::MIN, i64::MAX, false);
    }

    #[test]
    fn a_rating_is_written_on_its_own_scale() {
        let check = |value, worst, best, expect: &str| {
            assert_eq!(Rating::new(value, worst, best).unwrap().to_string(), expect);
        };
        check(3500, 1000, 5000, "3.5/5");
        check(10_000, 0, 10_000, "10/10");
        check(0, 0, 20_000, "0/20");
        check(-1250, -2000, 2000, "-1.25/2");
    }

    #[test]
    fn every_scale_becomes_one_to_five_stars() {
        let check = |value, worst, best, expect| {
            assert_eq!(Rating::new(value, worst, best).unwrap().stars_milli(), expect);
        };
        check(1000, 1000, 5000, 1000);
        check(3500, 1000, 5000, 3500);
        check(0, 0, 10_000, 1000);
        check(7500, 0, 10_000, 4000);
        check(10_000, 1000, 10_000, 5000);
        check(15_000, 0, 20_000, 4000);
        check(1000, 0, 3000, 2333);
        check(2000, 0, 3000, 3667);
        check(0, -Rating::MILLI_MAX, Rating::MILLI_MAX, 3000);
    }

    #[test]
    fn a_country_is_one_of_the_standard_s() {
        let check = |code, expect: Option<&str>| {
            assert_eq!(Country::from_code(code).as_ref().map(Country::as_str), expect, "{code}");
        };
        check("fr", Some("fr"));
        check(" GB ", Some("gb"));
        check("UK", Some("gb"));
        check("EL", Some("gr"));
        check("zz", None);
        check("fra", None);
        check("f", None);
        check("", None);
        check("fr be", None);
    }
}
