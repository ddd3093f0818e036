//! What each platform answers: its own way to page, its own names for things.

use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::site::{Page, Request};

/// One platform.
pub(crate) struct Shape {
    pub(crate) platform: &'static str,
    pub(crate) names: &'static [&'static str],
    /// `None` where it wants no account, else its user, where it wants one.
    pub(crate) account: Option<&'static str>,
    /// Where tokens are got, if they are.
    pub(crate) token_at: &'static str,
    /// How many posts there are in all.
    pub(crate) posts: usize,
    /// How it asks for patience: status, body, headers.
    pub(crate) busy: (u16, &'static str, &'static [(&'static str, &'static str)]),
    pub(crate) answer: fn(&Asked) -> Page,
}

/// A request as a platform reads it.
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) query: HashMap<String, String>,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: String,
}

impl Asked {
    pub(crate) fn of(request: &Request) -> Self {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        Self {
            path: path.to_owned(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers: request.headers.clone(),
            body: request.body.clone(),
        }
    }

    fn get(&self, name: &str) -> &str {
        self.query.get(name).map(String::as_str).unwrap_or_default()
    }

    fn number(&self, name: &str) -> usize {
        self.get(name).parse().unwrap_or(0)
    }

    fn host(&self) -> String {
        format!("http://{}", self.headers["host"])
    }
}

/// Gives the n-th token.
pub(crate) fn token(asked: &Asked, nth: usize) -> Page {
    if asked.path.ends_with("createSession") {
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        assert_eq!(body, json!({ "identifier": "user", "password": "s3cr3t-t0k3n" }));
        return Page::json(
            &json!({ "accessJwt": format!("got-{nth}"), "refreshJwt": "x", "handle": "user" }),
        );
    }
    // `user:s3cr3t-t0k3n` in Base64, or in the form.
    let is_basic = asked
        .headers
        .get("authorization")
        .is_some_and(|said| said == "Basic dXNlcjpzM2NyM3QtdDBrM24=");
    let is_form = asked.body.contains("client_key=user&client_secret=s3cr3t-t0k3n");
    assert!(asked.body.contains("grant_type=client_credentials") && (is_basic || is_form));
    Page::json(
        &json!({ "access_token": format!("got-{nth}"), "token_type": "bearer", "expires_in": 3600 }),
    )
}

/// Whether a request shows the owner's token as the platform wants it.
pub(crate) fn shows(asked: &Asked, platform: &str, token: &str) -> bool {
    let header = |name: &str| asked.headers.get(name).cloned().unwrap_or_default();
    match platform {
        "reddit-feeds" => asked.get("feed") == token && asked.get("user") == "user",
        "youtube" => header("x-goog-api-key") == token,
        "instagram-hashtags" => {
            asked.get("user_id") == "user" && header("authorization") == format!("Bearer {token}")
        }
        _ => header("authorization") == format!("Bearer {token}"),
    }
}

const POSTS: usize = 120;
/// Later than any of them.
const LATEST: i64 = 1_772_400_000;

const LATER: (u16, &str, &[(&str, &str)]) = (429, "{}", &[("Retry-After", "1")]);

const FREE: Shape = Shape {
    platform: "",
    names: &[],
    account: None,
    token_at: "",
    posts: POSTS,
    busy: LATER,
    answer: |_| Page::missing(),
};

/// Posts by their number, the newest first.
fn posts(from: usize, many: usize) -> impl Iterator<Item = (usize, String, i64)> {
    (from..(from + many).min(POSTS)).map(|number| {
        (number, format!("Ozalée boisson {number}"), LATEST - i64::try_from(number).unwrap() * 60)
    })
}

fn iso(at: i64) -> String {
    chrono::DateTime::from_timestamp(at, 0).unwrap().to_rfc3339()
}

pub(crate) const SHAPES: [Shape; 17] = [
    Shape { platform: "hackernews", answer: hackernews, ..FREE },
    Shape {
        platform: "bluesky",
        answer: bluesky,
        account: Some("user"),
        token_at: "/xrpc/com.atproto.server.createSession",
        busy: (429, "{}", &[("ratelimit-remaining", "0"), ("ratelimit-reset", "1")]),
        ..FREE
    },
    Shape { platform: "mastodon", answer: mastodon, account: Some(""), ..FREE },
    Shape {
        platform: "stackexchange",
        answer: stackexchange,
        names: &["cooking"],
        busy: (
            400,
            "{\"error_id\": 502, \"error_name\": \"throttled\", \"backoff\": 1}",
            &[("Retry-After", "1")],
        ),
        ..FREE
    },
    Shape { platform: "dailymotion", answer: dailymotion, ..FREE },
    Shape { platform: "lemmy", answer: lemmy, posts: POSTS * 2, ..FREE },
    Shape {
        platform: "reddit",
        answer: reddit,
        account: Some("user"),
        token_at: "/api/v1/access_token",
        busy: (429, "{}", &[("x-ratelimit-remaining", "0.0"), ("x-ratelimit-reset", "1")]),
        ..FREE
    },
    Shape {
        platform: "reddit-feeds",
        answer: reddit_feeds,
        account: Some("user"),
        posts: 25,
        ..FREE
    },
    Shape { platform: "googlenews", answer: google_news, posts: 25, ..FREE },
    Shape { platform: "youtube", answer: youtube, account: Some(""), ..FREE },
    Shape { platform: "telegram", answer: telegram, names: &["ozalee"], ..FREE },
    Shape {
        platform: "x",
        answer: x,
        account: Some(""),
        busy: (429, "{\"title\": \"Too Many Requests\"}", &[("x-rate-limit-reset", "1")]),
        ..FREE
    },
    Shape {
        platform: "facebook",
        answer: facebook,
        account: Some(""),
        names: &["1000"],
        posts: POSTS * 2,
        ..FREE
    },
    Shape {
        platform: "instagram-hashtags",
        answer: instagram,
        account: Some("user"),
        names: &["1784"],
        ..FREE
    },
    Shape {
        platform: "linkedin",
        answer: linkedin,
        account: Some(""),
        names: &["55"],
        posts: POSTS + 1,
        ..FREE
    },
    Shape { platform: "googleplay", names: &["example.ozalee"], answer: googleplay, ..FREE },
    Shape {
        platform: "tiktok",
        answer: tiktok,
        account: Some("user"),
        token_at: "/v2/oauth/token/",
        ..FREE
    },
];

fn hackernews(asked: &Asked) -> Page {
    let (page, size) = (asked.number("page"), 50);
    let hits = posts(page * size, size).map(|(id, text, at)| {
        json!({ "objectID": id.to_string(), "author": "zoe", "created_at_i": at, "comment_text": text,
                "story_id": 1, "story_title": "Tea", "_tags": ["comment"] })
    });
    let hits: Vec<Value> = hits.collect();
    Page::json(
        &json!({ "hits": hits, "page": page, "nbPages": POSTS.div_ceil(size), "hitsPerPage": size }),
    )
}

fn bluesky(asked: &Asked) -> Page {
    let from = asked.number("cursor");
    let found: Vec<Value> = posts(from, 50).map(|(id, text, at)| {
        json!({ "uri": format!("at://did:plc:zoe/app.bsky.feed.post/{id}"), "author": { "handle": "zoe.example" },
                "record": { "text": text, "createdAt": iso(at), "langs": ["fr"] }, "indexedAt": iso(at) })
    }).collect();
    let mut answer = json!({ "posts": found });
    if from + 50 < POSTS {
        answer["cursor"] = (from + 50).to_string().into();
    }
    Page::json(&answer)
}

fn mastodon(asked: &Asked) -> Page {
    let from = asked.number("max_id");
    let found: Vec<Value> = posts(from, 40).map(|(id, text, at)| {
        json!({ "id": id.to_string(), "created_at": iso(at), "content": format!("<p>{text}</p>"),
                "url": format!("https://social.example/@zoe/{id}"), "account": { "acct": "zoe" }, "reblog": null })
    }).collect();
    // Hashtags find half of it, and the search of texts, which knows no order, all of it at once.
    if asked.path.starts_with("/api/v2/search") {
        let all: Vec<Value> = posts(0, POSTS).map(|(id, text, at)| {
            json!({ "id": id.to_string(), "created_at": iso(at), "content": format!("<p>{text}</p>"),
                    "url": format!("https://social.example/@zoe/{id}"), "account": { "acct": "zoe" } })
        }).collect();
        return Page::json(&json!({ "accounts": [], "statuses": all, "hashtags": [] }));
    }
    let page = Page::json(&found.into());
    if from + 40 >= POSTS {
        return page;
    }
    let next =
        format!("<{}{}?limit=40&max_id={}>; rel=\"next\"", asked.host(), asked.path, from + 40);
    page.header("Link", &next)
}

fn stackexchange(asked: &Asked) -> Page {
    assert_eq!((asked.get("site"), asked.get("filter")), ("cooking", "withbody"));
    let page = asked.number("page").max(1);
    let found: Vec<Value> = posts((page - 1) * 100, 100).map(|(id, text, at)| {
        json!({ "question_id": id, "owner": { "display_name": "zoe" }, "creation_date": at, "title": "Tea?",
                "body": format!("<p>{text}</p>"), "link": format!("https://cooking.example/q/{id}") })
    }).collect();
    let mut answer = json!({ "items": found, "has_more": page * 100 < POSTS, "quota_max": 300, "quota_remaining": 250 });
    if page == 1 {
        answer["backoff"] = 1.into();
    }
    Page::json(&answer)
}

fn dailymotion(asked: &Asked) -> Page {
    let page = asked.number("page").max(1);
    let found: Vec<Value> = posts((page - 1) * 100, 100).map(|(id, text, at)| {
        json!({ "id": format!("x{id}"), "title": text, "description": "", "created_time": at,
                "owner.screenname": "zoe", "url": format!("https://www.dailymotion.com/video/x{id}"), "tags": [] })
    }).collect();
    Page::json(
        &json!({ "page": page, "limit": 100, "explicit": false, "has_more": page * 100 < POSTS, "list": found }),
    )
}

fn lemmy(asked: &Asked) -> Page {
    let (page, size) = (asked.number("page").max(1), asked.number("limit"));
    let found = posts((page - 1) * size, size);
    let community = json!({ "name": "tea" });
    let creator = json!({ "name": "zoe" });
    if asked.get("type_") == "Posts" {
        let found: Vec<Value> = found.map(|(id, text, at)| {
            json!({ "post": { "id": id, "ap_id": format!("https://lemmy.example/post/{id}"), "name": "Tea", "body": text,
                              "published": iso(at) },
                    "creator": creator, "community": community, "counts": { "upvotes": 1, "comments": 0 } })
        }).collect();
        return Page::json(
            &json!({ "type_": "Posts", "posts": found, "comments": [], "communities": [], "users": [] }),
        );
    }
    let found: Vec<Value> = found.map(|(id, text, at)| {
        json!({ "comment": { "id": id, "ap_id": format!("https://lemmy.example/comment/{id}"), "content": text,
                             "published": iso(at) },
                "post": { "id": 1, "ap_id": "https://lemmy.example/post/1", "name": "Tea" },
                "creator": creator, "community": community, "counts": { "upvotes": 1, "child_count": 0 } })
    }).collect();
    Page::json(
        &json!({ "type_": "Comments", "comments": found, "posts": [], "communities": [], "users": [] }),
    )
}

fn reddit(asked: &Asked) -> Page {
    let from = asked.get("after").trim_start_matches("t3_").parse().unwrap_or(0);
    let found: Vec<Value> = posts(from, 100).map(|(id, text, at)| {
        json!({ "kind": "t3", "data": { "name": format!("t3_{id}"), "subreddit": "tea", "author": "zoe", "created_utc": at,
                "title": "Tea", "selftext": text, "permalink": format!("/r/tea/comments/{id}/x/"), "num_comments": 0,
                "is_self": true, "edited": false } })
    }).collect();
    let after = (from + 100 < POSTS).then(|| format!("t3_{}", from + 100));
    Page::json(&json!({ "kind": "Listing", "data": { "after": after, "children": found } }))
        .header("x-ratelimit-remaining", "598.0")
        .header("x-ratelimit-reset", "30")
}

fn reddit_feeds(_: &Asked) -> Page {
    let mut feed =
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>search</title>"
            .to_owned();
    for (id, text, at) in posts(0, 25) {
        write!(
            feed,
            "<entry><author><name>/u/zoe</name></author><content type='html'>{text}</content><id>t3_{id}</id>\
             <link href='https://www.reddit.com/r/tea/comments/{id}/x/'/><updated>{}</updated><title>Tea {id}</title></entry>",
            iso(at)
        ).unwrap();
    }
    Page::feed(feed + "</feed>")
}

fn google_news(_: &Asked) -> Page {
    let mut feed = "<rss version='2.0'><channel><title>Ozalée - Google News</title>".to_owned();
    for (id, text, at) in posts(0, 25) {
        let date = chrono::DateTime::from_timestamp(at, 0).unwrap().to_rfc2822();
        write!(
            feed,
            "<item><title>{text} - Le Courrier</title><link>https://news.google.com/rss/articles/CBMi{id}?oc=5</link>\
             <guid isPermaLink='false'>CBMi{id}</guid><pubDate>{date}</pubDate>\
             <source url='https://courrier.example'>Le Courrier</source></item>"
        ).unwrap();
    }
    Page::feed(feed + "</channel></rss>")
}

fn youtube(asked: &Asked) -> Page {
    let from = asked.number("pageToken");
    let found: Vec<Value> = posts(from, 50).map(|(id, text, at)| {
        json!({ "kind": "youtube#searchResult", "id": { "kind": "youtube#video", "videoId": format!("v{id}") },
                "snippet": { "publishedAt": iso(at), "title": text, "description": "", "channelTitle": "Zoé" } })
    }).collect();
    let mut answer = json!({ "kind": "youtube#searchListResponse", "pageInfo": { "totalResults": POSTS }, "items": found });
    if from + 50 < POSTS {
        answer["nextPageToken"] = (from + 50).to_string().into();
    }
    Page::json(&answer)
}

fn telegram(asked: &Asked) -> Page {
    // The newest last; numbers grow with time.
    let before = if asked.get("before").is_empty() { POSTS + 1 } else { asked.number("before") };
    let from = before.saturating_sub(20).max(1);
    let mut page = format!(
        "<!DOCTYPE html><html><head><title>Ozalée</title></head><body><div class='tgme_channel_info_header_title'>\
         Ozalée</div><section class='tgme_channel_history'>{}",
        if from > 1 {
            format!(
                "<a href='/s/ozalee?before={from}' class='tme_messages_more' data-before='{from}'></a>"
            )
        } else {
            String::new()
        }
    );
    for number in from..before {
        let (_, text, at) = posts(POSTS - number, 1).next().unwrap();
        write!(
            page,
            "<div class='tgme_widget_message' data-post='ozalee/{number}'><a class='tgme_widget_message_owner_name'>Ozalée</a>\
             <div class='tgme_widget_message_text js-message_text'>{text}</div><a class='tgme_widget_message_date' \
             href='https://t.me/ozalee/{number}'><time datetime='{}'>x</time></a></div>",
            iso(at)
        ).unwrap();
    }
    Page::html(&(page + "</section></body></html>"))
}

fn x(asked: &Asked) -> Page {
    assert!(asked.get("query").ends_with(") -is:retweet"), "{}", asked.get("query"));
    let from = asked.number("next_token");
    let found: Vec<Value> = posts(from, 100).map(|(id, text, at)| {
        json!({ "id": (5000 - id).to_string(), "text": text, "author_id": "42", "created_at": iso(at), "lang": "fr",
                "public_metrics": { "like_count": 1, "retweet_count": 0, "reply_count": 0 } })
    }).collect();
    let mut meta = json!({ "result_count": found.len() });
    if from + 100 < POSTS {
        meta["next_token"] = (from + 100).to_string().into();
    }
    Page::json(&json!({ "data": found, "includes": { "users": [{ "id": "42", "username": "zoe" }] }, "meta": meta }))
        .header("x-rate-limit-remaining", "40")
        .header("x-rate-limit-reset", "1772400000")
}

/// What Meta's platforms say of the next page. Its whole address, which they also give, shows the token.
fn paging(asked: &Asked, from: usize, size: usize) -> Value {
    if from + size >= POSTS {
        return json!({ "cursors": { "after": (from + size).to_string() } });
    }
    let next =
        format!("{}{}?access_token=s3cr3t-t0k3n&after={}", asked.host(), asked.path, from + size);
    json!({ "cursors": { "after": (from + size).to_string() }, "next": next })
}

fn facebook(asked: &Asked) -> Page {
    if asked.path.ends_with("/tagged") {
        return Page::json(&json!({ "data": [] }));
    }
    let from = asked.number("after");
    let found: Vec<Value> = posts(from, 50).map(|(id, text, at)| {
        json!({ "id": format!("1000_{id}"), "message": text, "created_time": iso(at), "from": { "name": "Ozalée" },
                "permalink_url": format!("https://www.facebook.com/1000/posts/{id}"),
                "comments": { "data": [{ "id": format!("{id}_1"), "message": format!("Ozalée boisson, moi aussi {id}"),
                    "created_time": iso(at), "permalink_url": format!("https://www.facebook.com/1000/posts/{id}?comment_id=1") }] } })
    }).collect();
    Page::json(&json!({ "data": found, "paging": paging(asked, from, 50) }))
}

fn instagram(asked: &Asked) -> Page {
    let from = asked.number("after");
    let found: Vec<Value> = posts(from, 50).map(|(id, text, at)| {
        json!({ "id": format!("179{id}"), "caption": text, "timestamp": iso(at), "media_type": "IMAGE",
                "permalink": format!("https://www.instagram.com/p/{id}/") })
    }).collect();
    Page::json(&json!({ "data": found, "paging": paging(asked, from, 50) }))
}

fn linkedin(asked: &Asked) -> Page {
    assert_eq!(asked.headers["x-restli-protocol-version"], "2.0.0");
    if asked.path.contains("/socialActions/") {
        // One of the posts has a comment.
        let comments = if asked.path.contains("share:7000/") {
            json!([{ "actor": "urn:li:person:zoe", "id": "c1", "commentUrn": "urn:li:comment:1", "message": { "text": "Ozalée boisson, bravo" },
                     "created": { "time": LATEST * 1000 }, "object": "urn:li:share:7000" }])
        } else {
            json!([])
        };
        return Page::json(
            &json!({ "elements": comments, "paging": { "start": 0, "count": 10, "total": 1 } }),
        );
    }
    let from = asked.number("start");
    let found: Vec<Value> = posts(from, asked.number("count")).map(|(id, text, at)| {
        json!({ "id": format!("urn:li:share:{}", 7000 + id), "author": "urn:li:organization:55", "commentary": text,
                "createdAt": at * 1000, "publishedAt": at * 1000, "lastModifiedAt": at * 1000, "lifecycleState": "PUBLISHED" })
    }).collect();
    Page::json(
        &json!({ "elements": found, "paging": { "start": from, "count": 100, "links": [] } }),
    )
}

fn tiktok(asked: &Asked) -> Page {
    let body: Value = serde_json::from_str(&asked.body).unwrap();
    assert!(asked.query.contains_key("fields") && !asked.query.contains_key("keyword"));
    assert_eq!(body["query"]["and"][0]["field_name"], "keyword");
    assert_eq!(body["end_date"].as_str().map(str::len), Some(8));
    let from = usize::try_from(body["cursor"].as_u64().unwrap_or(0)).unwrap();
    let found: Vec<Value> = posts(from, 100).map(|(id, text, at)| {
        json!({ "id": id.to_string(), "username": "zoe", "create_time": at, "video_description": text, "hashtag_names": [] })
    }).collect();
    Page::json(
        &json!({ "data": { "videos": found, "cursor": from + 100, "has_more": from + 100 < POSTS },
                        "error": { "code": "ok", "message": "" } }),
    )
}

fn googleplay(asked: &Asked) -> Page {
    let form: HashMap<String, String> =
        url::form_urlencoded::parse(asked.body.as_bytes()).into_owned().collect();
    let request: Value = serde_json::from_str(&form["f.req"]).unwrap();
    assert!(asked.get("rpcids") == "UsvDTd" && request[0][0][0] == "UsvDTd");
    let wanted: Value = serde_json::from_str(request[0][0][1].as_str().unwrap()).unwrap();
    assert_eq!(wanted[3][0], "example.ozalee");
    let token = wanted[2][2][2].as_str().unwrap_or("0");
    let from: usize = token.parse().unwrap();
    let found: Vec<Value> = posts(from, 50)
        .map(|(id, text, at)| json!([format!("gp:{id}"), ["zoe"], 4, null, text, [at, 0], 0]))
        .collect();
    let next = (from + 50 < POSTS).then(|| (from + 50).to_string());
    let reviews = json!([found, [null, next]]).to_string();
    Page::html(&format!(")]}}'\n\n{}", json!([["wrb.fr", "UsvDTd", reviews, null, "generic"]])))
}
