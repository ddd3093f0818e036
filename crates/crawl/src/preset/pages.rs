//! Pages as the built-in presets read them: our own fixtures, each with a snapshot, and the pages of
//! real engines where they are at hand (`VIGIE_DATA`).

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::*;
use crate::extract::draft::{Dated, DraftEntry};

/// Reads a fixture, which begins with a comment that says its address.
pub(super) fn fixture(file: &Path) -> (String, Url) {
    let text = std::fs::read_to_string(file).unwrap();
    let (_, rest) = text.split_once("<!-- ").unwrap();
    let (address, _) = rest.split_once(" -->").unwrap();
    let url = address.parse().unwrap_or_else(|_| panic!("{}: {address:?}", file.display()));
    (text, url)
}

pub(super) fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages");
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| {
        let name = file.file_name().unwrap().to_str().unwrap();
        let is_for_others =
            ["schema_", "structure_", "article_"].iter().any(|of| name.starts_with(of));
        (name.ends_with("_thread.html") || name.ends_with("_listing.html")) && !is_for_others
    });
    files.sort();
    files
}

#[test]
fn every_fixture_is_read_as_its_snapshot_says() {
    let presets = Presets::embedded();
    let files = fixtures();
    assert!(files.len() > 30, "{} fixtures", files.len());
    for file in files {
        let (text, url) = fixture(&file);
        let dom = Dom::parse(&text, &url).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        let shown = match presets.read(&dom, &url, None) {
            Some((preset, draft)) => shown(preset, &draft),
            None => "not recognised\n".to_owned(),
        };
        insta::with_settings!({
            snapshot_path => "snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(name, shown);
        });
    }
}

fn shown_date(date: &Dated) -> Option<String> {
    match date {
        Dated::At(at) => Some(at.to_rfc3339()),
        Dated::Written(text) => Some(format!("written {text:?}")),
        Dated::Unreadable(text) => Some(format!("unreadable {text:?}")),
        Dated::Unsaid => None,
    }
}

/// Shows a draft with only what is there.
fn shown(preset: &Preset, draft: &PageDraft) -> String {
    let mut out = format!("{} ({})\n", preset.name, draft.confidence);
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{name}: {}", value.replace('\n', "\n    | ")).unwrap();
        }
    };
    line("title", draft.title.clone());
    line("next", draft.next.as_ref().map(ToString::to_string));
    line("last", draft.last.as_ref().map(ToString::to_string));
    if let Some(average) = &draft.average {
        let value = average.rating.value_milli();
        line("average", Some(format!("{value} of {:?} for {:?}", average.count, average.product)));
    }
    for topic in &draft.topics {
        line("\ntopic", Some(topic.title.clone()));
        line("  url", Some(topic.url.to_string()));
        line("  replies", topic.replies.map(|count| count.to_string()));
        line("  active", topic.active.map(|at| at.to_rfc3339()));
        line("  active, as written", topic.active_written.clone());
    }
    for entry in &draft.entries {
        line("\nentry", Some(entry.title.clone().unwrap_or_else(|| "(no title)".to_owned())));
        line("  guid", entry.guid.clone());
        line("  link", entry.link.as_ref().map(ToString::to_string));
        line("  author", entry.author.clone());
        line("  shown at", entry.details.author_url.as_ref().map(ToString::to_string));
        line("  published", shown_date(&entry.published));
        line("  updated", shown_date(&entry.updated));
        line("  text", entry.text.clone());
        let details = &entry.details;
        line("  quote", Some(details.quote.clone()));
        line("  number", details.number.map(|number| number.to_string()));
        line("  reply", details.reply.map(|reply| reply.to_string()));
        line("  answers", details.answers.clone());
        line("  thread", details.thread_url.as_ref().map(ToString::to_string));
        line(
            "  rating",
            details.rating.map(|rating| {
                let [value, worst, best] =
                    [rating.value_milli(), rating.worst_milli(), rating.best_milli()];
                format!("{value} between {worst} and {best}")
            }),
        );
        line("  product", details.product.clone());
        line("  verified", details.verified.map(|verified| verified.to_string()));
        line("  owner's reply", Some(details.owner_reply.clone()));
        line("  likes", details.engagement.likes.map(|count| count.to_string()));
        line("  views", details.engagement.views.map(|count| count.to_string()));
        line("  tags", Some(details.tags.join(" | ")));
        details.links.iter().for_each(|link| line("  leads to", Some(link.to_string())));
        line("  image", details.image.then(|| "yes".to_owned()));
    }
    out
}

/// The folder of the pages of real engines, with the address of each page.
fn engines() -> Option<(PathBuf, HashMap<String, Url>)> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let folder = data.join("pages/dev");
    if !folder.is_dir() {
        println!("not run: the pages of engines: {} is not here (VIGIE_DATA)", folder.display());
        return None;
    }
    let mut urls = HashMap::new();
    for engine in folder.read_dir().unwrap().map(|entry| entry.unwrap()) {
        let Ok(index) = std::fs::read_to_string(engine.path().join("index.tsv")) else { continue };
        for line in index.lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let page = format!("{}/{}", engine.file_name().to_str().unwrap(), fields[0]);
            urls.insert(page, fields[fields.len() - 1].parse().unwrap());
        }
    }
    Some((folder, urls))
}

/// The words of a text, without the emojis that some engines cannot keep.
fn words(text: &str) -> String {
    let text: String = text.chars().filter(|c| u32::from(*c) < 0x1f000).collect();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A page's posts as its truth has them: found, and of those with author, time, text, permalink.
fn score(entries: &[DraftEntry], posts: &[Value]) -> [usize; 5] {
    let mut scores = [0; 5];
    for post in posts {
        let text = words(post["text"].as_str().unwrap());
        let author = post["author"].as_str().unwrap();
        let at = |entry: &DraftEntry| matches!(entry.published, Dated::At(at) if at.timestamp() == post["ts"].as_i64().unwrap());
        let says =
            |entry: &DraftEntry| entry.text.as_deref().is_some_and(|found| words(found) == text);
        let by = |entry: &DraftEntry| entry.author.as_deref() == Some(author);
        let Some(entry) = entries.iter().find(|entry| {
            by(entry) && says(entry) && (at(entry) || !matches!(entry.published, Dated::At(_)))
        }) else {
            println!("not found: {author}: {text}");
            continue;
        };
        let is_dated = at(entry) || matches!(entry.published, Dated::Written(_));
        for (score, right) in
            scores.iter_mut().zip([true, by(entry), is_dated, says(entry), entry.link.is_some()])
        {
            *score += usize::from(right);
        }
    }
    scores
}

#[test]
fn the_posts_of_real_engines_are_found() {
    let Some((folder, urls)) = engines() else { return };
    let presets = Presets::embedded();
    let truth = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    for line in truth.lines() {
        let page: Value = serde_json::from_str(line).unwrap();
        let (name, engine) = (page["page"].as_str().unwrap(), page["software"].as_str().unwrap());
        let url = &urls[name];
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let dom = Dom::parse(&text, url).unwrap();
        let (preset, draft) = presets.read(&dom, url, None).unwrap();
        assert_eq!(preset.name, engine, "{name}");
        let posts = page["posts"].as_array().unwrap();
        let scores = score(&draft.entries, posts);
        println!("{name}: {scores:?} of {}, {} read", posts.len(), draft.entries.len());
        assert_eq!(draft.title.as_deref(), page["title"].as_str(), "{name}");
        assert_eq!(draft.entries.len(), posts.len(), "{name}");
        for score in scores {
            assert!(score * 100 >= posts.len() * 98, "{name}: {scores:?} of {}", posts.len());
        }
    }
}

#[test]
fn every_review_of_a_saved_page_is_read() {
    let Some((folder, _)) = engines() else { return };
    let file = folder.join("../../reviews/trustpilot_saved.html");
    let text = std::fs::read_to_string(&file).unwrap();
    let url: Url = "https://www.trustpilot.com/review/site.example".parse().unwrap();
    let dom = Dom::parse(&text, &url).unwrap();
    let (preset, draft) = Presets::embedded()
        .read(&dom, &url, None)
        .map(|(preset, draft)| (preset.name.clone(), draft))
        .unwrap();
    if std::env::var_os("VIGIE_SHOW").is_some() {
        println!("{}", shown(Presets::embedded().get(&preset).unwrap(), &draft));
    }
    assert_eq!(preset, "trustpilot");
    assert_eq!(draft.entries.len(), 20);
    // What the page says to machines is another view of the same reviews.
    let told = crate::schema::read(&dom).unwrap();
    let seen = |draft: &PageDraft| -> BTreeSet<_> {
        let gist = |entry: &DraftEntry| {
            let Dated::At(at) = entry.published else { panic!("{:?} has no date", entry.guid) };
            let words: String =
                entry.text.iter().flat_map(|text| text.split_whitespace()).collect();
            let stars = entry.details.rating.unwrap().stars_milli();
            (entry.author.clone().unwrap(), entry.title.clone().unwrap(), words, stars, at)
        };
        draft.entries.iter().map(gist).collect()
    };
    assert_eq!(seen(&draft), seen(&told));
    let addresses: BTreeSet<_> =
        draft.entries.iter().map(|entry| entry.link.clone().unwrap()).collect();
    assert_eq!(addresses.len(), 20);
    let average = |draft: &PageDraft| draft.average.as_ref().map(|all| (all.rating, all.count));
    assert_eq!(average(&draft).unwrap(), average(&told).unwrap());
}

/// Shows every page of an engine: `VIGIE_SHOW=oscar cargo test -p crawl show -- --nocapture`.
#[test]
fn the_pages_of_one_engine_are_shown_on_demand() {
    let (Ok(wanted), Some((folder, urls))) = (std::env::var("VIGIE_SHOW"), engines()) else {
        return;
    };
    let presets = Presets::embedded();
    let mut pages: Vec<_> = urls.iter().filter(|(page, _)| page.starts_with(&wanted)).collect();
    pages.sort();
    for (page, url) in pages.into_iter().filter(|(page, _)| page.contains(".html")) {
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        let dom = Dom::parse(&text, url).unwrap();
        match presets.read(&dom, url, None) {
            Some((preset, draft)) => println!("=== {page} {url}\n{}", shown(preset, &draft)),
            None => println!("=== {page} {url}\nnot recognised"),
        }
    }
}
