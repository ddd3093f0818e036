//! Bodies of real engines, where they are at hand (`VIGIE_DATA`).

use std::path::{Path, PathBuf};

use super::super::*;
use super::{read_text, shown};

/// What became of the posts that a page is known to have.
#[derive(Debug, Default, PartialEq, Eq)]
struct Score {
    posts: usize,
    found: usize,
    author: usize,
    time: usize,
    text: usize,
    link: usize,
}

/// Returns the folder of pages of real engines, or `None`, saying so, where it is absent.
fn data(folder: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let folder = data.join(folder);
    if folder.exists() {
        return Some(folder);
    }
    println!("not run: JSON of real engines: {} is not here (VIGIE_DATA)", folder.display());
    None
}

/// The text of a page, and the address it was fetched from.
fn page(folder: &Path, file: &str) -> (String, String) {
    let (engine, name) = file.split_once('/').unwrap();
    let index = std::fs::read_to_string(folder.join(engine).join("index.tsv")).unwrap();
    // Of a file that was fetched twice the last is kept.
    let row = index.lines().rfind(|line| line.starts_with(&format!("{name}\t"))).unwrap();
    (
        std::fs::read_to_string(folder.join(file)).unwrap(),
        row.rsplit('\t').next().unwrap().to_owned(),
    )
}

/// A post as it is known to be.
struct Known {
    author: String,
    at: i64,
    text: String,
    link: String,
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn score(known: &[Known], draft: &PageDraft) -> Score {
    let mut score = Score { posts: known.len(), ..Score::default() };
    for (post, entry) in known.iter().zip(&draft.entries) {
        score.found += 1;
        score.author += usize::from(entry.author.as_ref() == Some(&post.author));
        let Dated::At(at) = entry.published else { continue };
        score.time += usize::from((at.timestamp() - post.at).abs() <= 60);
        score.text += usize::from(flat(entry.text.as_deref().unwrap_or("")) == flat(&post.text));
        score.link += usize::from(entry.link.as_ref().is_some_and(|url| url.as_str() == post.link));
    }
    assert_eq!(known.len(), draft.entries.len());
    score
}

fn all_right(posts: usize) -> Score {
    Score { posts, found: posts, author: posts, time: posts, text: posts, link: posts }
}

/// What markup says, read in the plainest way: without tags, references resolved.
fn plain(html: &str) -> String {
    let cut = regex::Regex::new("(?s)<blockquote.*?</blockquote>|<[^>]+>").unwrap();
    crate::extract::markup::unescape(&cut.replace_all(html, ""), |_| None).into_owned()
}

#[test]
fn the_posts_of_nodebb_are_those_that_were_written() {
    let Some(folder) = data("pages/dev") else { return };
    let expect = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    let presets = Presets::embedded();
    for file in ["nodebb/topic.json", "nodebb/topic_p2.json"] {
        let (text, url) = page(&folder, file);
        let json = parse(&text).unwrap();
        let html = file.replace(".json", ".html");
        let known = expect.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let known = known.into_iter().find(|known| known["page"] == html.as_str()).unwrap();
        let posts = known["posts"].as_array().unwrap().iter();
        let known: Vec<Known> = posts
            .zip(json["posts"].as_array().unwrap())
            .map(|(post, own)| Known {
                author: post["author"].as_str().unwrap().to_owned(),
                at: post["ts"].as_i64().unwrap(),
                text: post["text"].as_str().unwrap().to_owned(),
                link: format!("http://127.0.0.1:4567/post/{}", own["pid"]),
            })
            .collect();
        let (preset, draft) = read_text(&presets, file, &text, &url).unwrap();
        assert_eq!(preset.name, "nodebb");
        let score = score(&known, &draft);
        println!("{file}: {score:?}");
        assert_eq!(score, all_right(known.len()), "{file}");
        assert!(draft.next.unwrap().as_str().contains("page="));
    }
    for (file, topics) in [("recent", 20), ("category", 11), ("categories", 8)] {
        let file = format!("nodebb/{file}.json");
        let (text, url) = page(&folder, &file);
        let (_, draft) = read_text(&presets, &file, &text, &url).unwrap();
        println!(
            "{file}: {} topics, next {:?}",
            draft.topics.len(),
            draft.next.as_ref().map(Url::as_str)
        );
        assert!(draft.topics.len() >= topics.min(1) && draft.entries.is_empty(), "{file}");
    }
}

#[test]
fn the_comments_of_isso_and_wordpress_are_those_that_were_written() {
    let Some(folder) = data("pages/dev") else { return };
    let presets = Presets::embedded();
    let unescaped = |value: &Value| plain(value.as_str().unwrap_or_default());
    let name = |value: &Value| {
        crate::extract::markup::unescape(value.as_str().unwrap_or_default(), |_| None).into_owned()
    };

    let (text, url) = page(&folder, "isso/thread.json");
    let json = parse(&text).unwrap();
    let mut known = Vec::new();
    for comment in json["replies"].as_array().unwrap() {
        let answers = comment["replies"].as_array().unwrap();
        known.extend(std::iter::once(comment).chain(answers).map(|comment| Known {
            author: name(&comment["author"]),
            at: comment["created"].to_string().trim_end_matches(".0").parse().unwrap(),
            text: unescaped(&comment["text"]),
            link: format!("http://127.0.0.1:8080/billet/7/#isso-{}", comment["id"]),
        }));
    }
    let url = format!("{url}&site=http://127.0.0.1:8080");
    let (_, draft) = read_text(&presets, "isso", &text, &url).unwrap();
    let found = score(&known, &draft);
    println!("isso/thread.json: {found:?}");
    assert_eq!(found, all_right(46));
    // The same conversation was written to phpBB, of which there is a list made by others.
    let expect = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    let listed: Vec<Value> =
        expect.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let listed = listed.iter().filter(|page| page["software"] == "phpbb");
    let listed: Vec<_> = listed
        .flat_map(|page| page["posts"].as_array().unwrap())
        .map(|post| (post["author"].as_str().unwrap(), flat(post["text"].as_str().unwrap())))
        .collect();
    for entry in &draft.entries {
        let own = (entry.author.as_deref().unwrap(), flat(entry.text.as_deref().unwrap()));
        assert!(listed.contains(&own), "{own:?}");
    }

    let (text, url) = page(&folder, "wordpress/rest_comments.json");
    let json = parse(&text).unwrap();
    let known: Vec<Known> = json
        .as_array()
        .unwrap()
        .iter()
        .map(|comment| Known {
            author: name(&comment["author_name"]),
            at: format!("{}Z", comment["date_gmt"].as_str().unwrap())
                .parse::<model::Timestamp>()
                .unwrap()
                .timestamp(),
            text: unescaped(&comment["content"]["rendered"]),
            link: comment["link"].as_str().unwrap().to_owned(),
        })
        .collect();
    let (_, draft) = read_text(&presets, "wordpress", &text, &url).unwrap();
    let found = score(&known, &draft);
    println!("wordpress/rest_comments.json: {found:?}");
    assert_eq!(found, all_right(50));

    let (text, url) = page(&folder, "wordpress/rest_posts.json");
    let (_, draft) = read_text(&presets, "wordpress", &text, &url).unwrap();
    let whole = draft.entries.iter().filter(|entry| {
        entry.title.is_some()
            && entry.text.is_some()
            && entry.link.is_some()
            && matches!(entry.published, Dated::At(_))
    });
    println!("wordpress/rest_posts.json: {} of {}", whole.clone().count(), draft.entries.len());
    assert_eq!((whole.count(), draft.entries.len()), (20, 20));
}

#[test]
fn the_lists_of_hyperkitty_are_read_and_the_replies_that_come_by_script() {
    let Some(folder) = data("pages/dev") else { return };
    let presets = Presets::embedded();
    for file in ["hyperkitty/api_threads.json", "hyperkitty/api_emails.json"] {
        let (text, url) = page(&folder, file);
        let (_, draft) = read_text(&presets, file, &text, &url).unwrap();
        let whole =
            draft.topics.iter().filter(|topic| topic.active.is_some() && !topic.title.is_empty());
        println!("{file}: {} of {}", whole.clone().count(), draft.topics.len());
        assert_eq!((whole.count(), draft.topics.len()), (10, 10), "{file}");
        let (url, next): (Url, Url) = (url.parse().unwrap(), draft.next.unwrap());
        assert_eq!((next.path(), next.query() == url.query()), (url.path(), false), "{file}");
    }
    let (text, url) = page(&folder, "hyperkitty/thread_replies.json");
    let (_, draft) = read_text(&presets, "hyperkitty", &text, &url).unwrap();
    println!("hyperkitty/thread_replies.json: {} entries\n{}", draft.entries.len(), shown(&draft));
    assert!(draft.entries.len() > 4);
    assert_eq!(draft.next.unwrap().query_pairs().last().unwrap().1, "6");
}

#[test]
fn the_views_of_trustpilot_agree() {
    let Some(file) = data("reviews/trustpilot_saved.html") else { return };
    let text = std::fs::read_to_string(file).unwrap();
    let url: Url = "https://www.trustpilot.com/review/a.example".parse().unwrap();
    let dom = Dom::parse(&text, &url).unwrap();
    let presets = Presets::embedded();
    let (preset, draft) = presets.read(&dom, &url, None).unwrap();
    assert_eq!(preset.name, "trustpilot");
    // The page's own JSON-LD, looked up by hand.
    let mut known: Vec<Value> = Vec::new();
    let mut average = None;
    for script in dom.html.select(&Selector::parse("script[type='application/ld+json']").unwrap()) {
        let json: Value = serde_json::from_str(&script.text().collect::<String>()).unwrap();
        let graph = json["@graph"].as_array().cloned().unwrap_or_default();
        average = average.or(graph.iter().find_map(|node| node.get("aggregateRating").cloned()));
        known.extend(graph.into_iter().filter(|node| node["@type"] == "Review"));
    }
    // It runs lines together.
    let dense = |text: Option<&str>| text.unwrap_or_default().replace(char::is_whitespace, "");
    let mut right = 0;
    for review in &known {
        let id = review["@id"].as_str().unwrap().rsplit('/').next().unwrap();
        let entry = draft.entries.iter().find(|entry| entry.guid.as_deref() == Some(id)).unwrap();
        let Dated::At(at) = entry.published else { panic!("{id} has no date") };
        let at = at.to_rfc3339();
        let stars: i64 = review["reviewRating"]["ratingValue"].as_str().unwrap().parse().unwrap();
        let is_right = entry.author.as_deref() == review["author"]["name"].as_str()
            && entry.title.as_deref().map(flat) == review["headline"].as_str().map(flat)
            && dense(entry.text.as_deref()) == dense(review["reviewBody"].as_str())
            && at[..19] == review["datePublished"].as_str().unwrap()[..19]
            && entry.details.rating.map(model::Rating::value_milli) == Some(stars * 1000)
            && entry.link.is_some();
        right += usize::from(is_right);
    }
    let (own, told) = (draft.average.unwrap(), average.unwrap());
    println!("trustpilot: {right} of {} reviews, {own:?} {told}", known.len());
    assert_eq!((right, draft.entries.len()), (20, 20));
    assert_eq!(Some(own.rating.value_milli()), milli(told["ratingValue"].as_str().unwrap()));
    assert_eq!(own.count.map(|count| count.to_string()).as_deref(), told["reviewCount"].as_str());
}
