//! Scores what is read of the pages of boards against what their posts are known to be. Shared by the
//! tests and by the example `page_bench`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use crawl::{PageContext, Presets};
use model::{Item, Kind, Source, Timestamp};
use regex::Regex;
use serde::Deserialize;
use url::Url;

/// How far from its time a post may be dated: some pages show minutes only.
const SECONDS_OFF_MAX: i64 = 60;
/// Zones lie apart by quarters of an hour. A page that shows no zone may be off by one of them.
const ZONE_SECONDS: i64 = 15 * 60;
/// Characters by which a post is recognised whose text was not read exactly.
const TELLING_CHARS: usize = 30;

/// A page with what is to be found on it.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) file: PathBuf,
    /// The software that made it: scores are told by it.
    pub(crate) engine: String,
    pub(crate) name: String,
    pub(crate) url: Url,
    pub(crate) content_type: String,
    posts: Vec<Post>,
    /// Texts that are on the page besides, such as the article above the comments: to find them is no
    /// invention.
    besides: Vec<String>,
    /// Drawn letters that the page nowhere shows: its board kept none.
    unshown: Vec<char>,
}

#[derive(Debug, Clone, Deserialize)]
struct Post {
    author: String,
    ts: i64,
    text: String,
    /// How its own address ends or what it contains, any of these; empty where the page has none.
    #[serde(skip)]
    addresses: Vec<String>,
}

#[derive(Deserialize)]
struct Line {
    page: String,
    software: String,
    posts: Vec<Post>,
}

/// How many posts there are, how many were found, and what is right of those.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Score {
    pub(crate) pages: usize,
    pub(crate) posts: usize,
    pub(crate) found: usize,
    pub(crate) invented: usize,
    pub(crate) author: usize,
    pub(crate) time: usize,
    /// Times that are right if all of the page may be off by one zone.
    pub(crate) time_as_shown: usize,
    pub(crate) text: usize,
    pub(crate) links: usize,
    pub(crate) link: usize,
}

impl Score {
    fn add(&mut self, other: Self) {
        self.pages += other.pages;
        self.posts += other.posts;
        self.found += other.found;
        self.invented += other.invented;
        self.author += other.author;
        self.time += other.time;
        self.time_as_shown += other.time_as_shown;
        self.text += other.text;
        self.links += other.links;
        self.link += other.link;
    }

    /// Posts found, and of those author, time as shown, text, permalink right: in thousandths.
    pub(crate) fn thousandths(&self) -> [usize; 5] {
        let of = |right: usize, all: usize| (right * 1000).checked_div(all).unwrap_or(1000);
        [
            of(self.found, self.posts),
            of(self.author, self.found),
            of(self.time_as_shown, self.found),
            of(self.text, self.found),
            of(self.link, self.links),
        ]
    }
}

/// Returns the pages of `pages/dev` whose posts are known.
pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    let lines = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    let lines: Vec<Line> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let mut cases: Vec<Case> =
        lines.iter().map(|line| case(folder, &line.page, &line.software, &line.posts)).collect();
    for case in &mut cases {
        let page = std::fs::read_to_string(&case.file).unwrap();
        give_addresses(&mut case.posts, &page);
    }
    let again: Vec<(&str, &str)> = vec![
        ("nodebb/topic.html", "nodebb/topic.json"),
        ("nodebb/topic_p2.html", "nodebb/topic_p2.json"),
        ("fluxbb/topic.html", "fluxbb/topic_by_post.html"),
        ("phpbb/topic.html", "phpbb/topic_print.html"),
    ];
    for (known, other) in again {
        let Some(known) = cases.iter().find(|case| case.name == known) else { continue };
        if folder.join(other).exists() {
            let engine = match other.rsplit_once('.') {
                Some((_, "json")) => format!("{} json", known.engine),
                _ if other.contains("print") => format!("{} print", known.engine),
                _ => known.engine.clone(),
            };
            let mut posts = known.posts.clone();
            if engine.ends_with("print") {
                for post in &mut posts {
                    post.addresses.clear();
                }
            }
            cases.push(case(folder, other, &engine, &posts));
        }
    }
    let thread: Vec<Post> = lines
        .iter()
        .filter(|line| line.software == "phpbb")
        .flat_map(|l| l.posts.clone())
        .collect();
    for page in ["wordpress/post.html", "wordpress/post_c2.html"] {
        cases.extend(comments(folder, page, &thread));
    }
    for page in ["reviews.html", "reviews_p2.html", "reviews_p8.html", "reviews_recent.html"] {
        cases.extend(reviews(folder, &format!("oscar/{page}")));
    }
    cases
}

/// Names what the addresses of a board's posts must contain, by the page's own marks.
fn give_addresses(posts: &mut [Post], page: &str) {
    let marks = [
        (r#"<div id="p(\d+)" class="post "#, vec!["p=ID#pID", "p=ID", "#pID"]),
        (r#"<div id="p(\d+)" class="blockpost"#, vec!["pid=ID#pID", "#pID"]),
        (r#"<li component="post"[^>]* data-pid="(\d+)""#, vec!["/post/ID"]),
    ];
    for (mark, addresses) in marks {
        let ids: Vec<String> = Regex::new(mark)
            .unwrap()
            .captures_iter(page)
            .map(|found| found[1].to_owned())
            .collect();
        if ids.len() == posts.len() {
            for (post, id) in posts.iter_mut().zip(ids) {
                post.addresses = addresses.iter().map(|form| form.replace("ID", &id)).collect();
            }
        }
    }
}

/// The comments of the article that was filled with the posts of `thread` from the second one on.
fn comments(folder: &Path, page: &str, thread: &[Post]) -> Option<Case> {
    let body = std::fs::read_to_string(folder.join(page)).ok()?;
    let ids = Regex::new(r#"<li id="comment-(\d+)""#).unwrap();
    let ids: Vec<usize> = ids.captures_iter(&body).map(|id| id[1].parse().unwrap()).collect();
    let posts = ids.iter().filter_map(|id| {
        let mut post = thread.get(id.checked_sub(50)?)?.clone();
        post.addresses = vec![format!("#comment-{id}")];
        Some(post)
    });
    let mut case = case(folder, page, "wordpress", &posts.collect::<Vec<_>>());
    case.besides.extend(thread.first().map(|post| plain(&post.text)));
    Some(case)
}

/// The reviews of a shop, read as its own template writes them.
fn reviews(folder: &Path, page: &str) -> Option<Case> {
    let body = std::fs::read_to_string(folder.join(page)).ok()?;
    let form = Regex::new(
        r#"(?s)<article class="review">.*?<a href="([^"]+)">.*?</header>\s*(.*?)\s*<p>\s*<small>.*?<strong>(.*?)</strong>\s*le (\d+) (\S+) (\d+) (\d+):(\d+)"#,
    )
    .unwrap();
    let months =
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre";
    let posts = form.captures_iter(&body).filter_map(|found| {
        let month = months.split(' ').position(|month| *month == found[5])? + 1;
        let at =
            format!("{}-{month:02}-{:0>2}T{}:{}:00Z", &found[6], &found[4], &found[7], &found[8]);
        Some(Post {
            author: unescaped(&found[3]),
            ts: at.parse::<Timestamp>().ok()?.timestamp(),
            text: unescaped(&Regex::new("<[^>]*>").unwrap().replace_all(&found[2], " ")),
            addresses: vec![found[1].to_owned()],
        })
    });
    Some(case(folder, page, "oscar", &posts.collect::<Vec<_>>()))
}

fn unescaped(text: &str) -> String {
    [
        ("&#x27;", "'"),
        ("&quot;", "\""),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (from, to)| text.replace(from, to))
}

fn case(folder: &Path, page: &str, engine: &str, posts: &[Post]) -> Case {
    let (engine_folder, file) = page.split_once('/').unwrap();
    let index =
        std::fs::read_to_string(folder.join(engine_folder).join("index.tsv")).unwrap_or_default();
    let line: Vec<&str> = index
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>())
        .find(|columns| columns.first() == Some(&file))
        .unwrap_or_default();
    let url = line.last().unwrap_or(&"http://127.0.0.1/page");
    let body = std::fs::read_to_string(folder.join(page)).unwrap_or_default();
    let drawn = posts.iter().flat_map(|post| post.text.chars());
    let unshown = drawn.filter(|c| u32::from(*c) > 0xffff && !body.contains(*c)).collect();
    Case {
        file: folder.join(page),
        engine: engine.to_owned(),
        name: page.to_owned(),
        url: Url::parse(url).unwrap(),
        content_type: line.get(2).unwrap_or(&"text/html").to_string(),
        posts: posts.to_vec(),
        besides: Vec::new(),
        unshown,
    }
}

/// Hands a case to a reader as if it had been fetched from where it was saved.
pub(crate) fn read(
    case: &Case,
    presets: &Presets,
    reader: impl Fn(&[u8], &PageContext) -> Vec<Item>,
) -> Vec<Item> {
    let body = std::fs::read(&case.file).unwrap();
    let source = Source {
        id: "source".into(),
        url: case.url.clone(),
        name: "source".to_owned(),
        kind: Kind::Forum,
        lang: None,
        every: None,
        since: None,
        preset: None,
        full_text: false,
        zone: None,
    };
    let page = PageContext {
        url: &case.url,
        content_type: Some(case.content_type.as_str()),
        fetched_at: "2026-11-21T20:45:00Z".parse().unwrap(),
        source: &source,
        presets,
        link: None,
        dates: crawl::dates::DateHabits::default(),
    };
    reader(&body, &page)
}

/// Scores what was read of a page; `missed` is told what is wrong.
pub(crate) fn score(case: &Case, items: &[Item], missed: &mut impl FnMut(String)) -> Score {
    let mut score = Score { pages: 1, posts: case.posts.len(), ..Score::default() };
    let mut free: Vec<&Item> = items.iter().filter(|item| !item.text.is_empty()).collect();
    let shift = shift(&case.posts, &free);
    for post in &case.posts {
        let best =
            (0..free.len()).max_by_key(|&n| (likeness(post, free[n], shift), free.len() - n));
        let Some(best) = best.filter(|&n| likeness(post, free[n], shift) >= 2) else {
            missed(format!("{}: not found: {} {:?}", case.name, post.author, post.text));
            continue;
        };
        let item = free.remove(best);
        score.found += 1;
        let mut right = |is_right: bool, what: &str, found: String, expect: String| {
            if !is_right {
                missed(format!("{}: {what}: {found} instead of {expect}", case.name));
            }
            usize::from(is_right)
        };
        let author = item.author.as_deref().map(plain);
        score.author += right(
            author.as_deref() == Some(&*plain(&post.author)),
            "author",
            format!("{author:?}"),
            post.author.clone(),
        );
        let at = item.published.map(|at| at.timestamp());
        let is_at =
            |shift: i64| at.is_some_and(|at| (at - post.ts - shift).abs() <= SECONDS_OFF_MAX);
        score.time += usize::from(is_at(0));
        score.time_as_shown +=
            right(is_at(shift), "time", format!("{:?}", item.published), post.ts.to_string());
        score.text += right(
            plain(&item.text) == plain(&post.text.replace(&case.unshown[..], "")),
            "text",
            format!("{:?}", item.text),
            format!("{:?}", post.text),
        );
        if !post.addresses.is_empty() {
            score.links += 1;
            let url = item.url.as_ref().map(ToString::to_string).unwrap_or_default();
            let is_right = post.addresses.iter().any(|address| url.ends_with(address.as_str()));
            score.link += right(is_right, "link", url.clone(), post.addresses.join(" or "));
        }
    }
    for item in free {
        let text = plain(&item.text);
        if !case.besides.iter().any(|known| !known.is_empty() && text.contains(known.as_str())) {
            score.invented += 1;
            missed(format!("{}: invented: {:?} {text:?}", case.name, item.author));
        }
    }
    score
}

/// Scores all cases by engine, and the sum of all.
pub(crate) fn scores(
    cases: &[Case],
    presets: &Presets,
    reader: impl Fn(&[u8], &PageContext) -> Vec<Item>,
    missed: &mut impl FnMut(String),
) -> BTreeMap<String, Score> {
    let mut engines: BTreeMap<String, Score> = BTreeMap::new();
    for case in cases {
        let score = score(case, &read(case, presets, &reader), missed);
        engines.entry(case.engine.clone()).or_default().add(score);
        engines.entry("~ all".to_owned()).or_default().add(score);
    }
    engines
}

/// Writes scores as a table.
pub(crate) fn shown(engines: &BTreeMap<String, Score>) -> String {
    let mut out = format!(
        "{:<14} {:>5} {:>5} {:>5} {:>8}  {:>6} {:>6} {:>6} {:>6} {:>6} {:>9}\n",
        "engine",
        "pages",
        "posts",
        "found",
        "invented",
        "found",
        "author",
        "time",
        "text",
        "link",
        "time/zone"
    );
    for (engine, score) in engines {
        let [found, author, time, text, link] =
            score.thousandths().map(|share| format!("{}.{:03}", share / 1000, share % 1000));
        let strict = (score.time * 1000).checked_div(score.found).unwrap_or(1000);
        writeln!(
            out,
            "{engine:<14} {:>5} {:>5} {:>5} {:>8}  {found:>6} {author:>6} {time:>6} {text:>6} {link:>6} {:>9}",
            score.pages,
            score.posts,
            score.found,
            score.invented,
            format!("{}.{:03}", strict / 1000, strict % 1000),
        )
        .unwrap();
    }
    out
}

/// The zone's distance by which most of the page's times are off.
fn shift(posts: &[Post], items: &[&Item]) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for post in posts {
        let text = plain(&post.text);
        for item in items.iter().filter(|item| plain(&item.text) == text) {
            let Some(off) = item.published.map(|at| at.timestamp() - post.ts) else { continue };
            let zones = (off + ZONE_SECONDS / 2).div_euclid(ZONE_SECONDS);
            if zones.abs() <= 14 * 4 && (off - zones * ZONE_SECONDS).abs() <= SECONDS_OFF_MAX {
                *counts.entry(zones * ZONE_SECONDS).or_default() += 1;
            }
        }
    }
    counts
        .into_iter()
        .max_by_key(|(shift, count)| (*count, -shift.abs()))
        .map_or(0, |(shift, _)| shift)
}

/// How much speaks for an item being this post; from 2 on it is.
fn likeness(post: &Post, item: &Item, shift: i64) -> u8 {
    let [wanted, text] = [plain(&post.text), plain(&item.text)];
    let telling: String = wanted.chars().take(TELLING_CHARS).collect();
    let is_author =
        item.author.as_deref().is_some_and(|author| plain(author) == plain(&post.author));
    let is_time = item
        .published
        .is_some_and(|at| (at.timestamp() - post.ts - shift).abs() <= SECONDS_OFF_MAX);
    let text = if text == wanted { 2 } else { u8::from(text.contains(&telling)) };
    // The same words by another author at another time are another post.
    if text == 2 && !is_author && !is_time && item.author.is_some() && item.published.is_some() {
        return 1;
    }
    text + 2 * u8::from(is_author && is_time) + u8::from(is_author) + u8::from(is_time)
}

/// White space is layout.
fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
