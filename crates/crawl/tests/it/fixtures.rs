//! Every fixture in `fixtures/feeds`, as it is read.

use std::fmt::Write;
use std::path::Path;

use crawl::Reading;
use model::Rating;

use crate::corpus::read_body;

#[test]
fn every_fixture_is_read_as_its_snapshot_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/feeds");
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 20, "{} fixtures", files.len());
    for file in files {
        let body = std::fs::read(&file).unwrap();
        let reading = read_body(&body, "https://source.example/feed", None);
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({
            snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(name, shown(&reading));
        });
    }
}

fn shown_rating(rating: Rating) -> String {
    let [value, worst, best] = [rating.value_milli(), rating.worst_milli(), rating.best_milli()];
    format!("{value} between {worst} and {best}")
}

/// Shows a reading with only what is there.
fn shown(reading: &Reading) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{name}: {}", value.replace('\n', "\n    | ")).unwrap();
        }
    };
    let feed = reading.feed.clone().unwrap_or_default();
    line("feed", Some(feed.title.clone()));
    line("home", feed.home.as_ref().map(ToString::to_string));
    line("description", Some(feed.description.clone()));
    line("lang", feed.lang.as_ref().map(ToString::to_string));
    line("generator", feed.generator.clone());
    line("ttl", feed.ttl.map(|ttl| format!("{} min", ttl.as_secs() / 60)));
    line("older", feed.older.as_ref().map(ToString::to_string));
    for item in &reading.items {
        line(
            "\nitem",
            Some(if item.title.is_empty() { "(no title)".to_owned() } else { item.title.clone() }),
        );
        line("  guid", item.guid.clone());
        line("  url", item.url.as_ref().map(ToString::to_string));
        line("  author", item.author.clone());
        line("  shown at", item.details.author_url.as_ref().map(ToString::to_string));
        line("  lang", item.lang.as_ref().map(ToString::to_string));
        line("  published", item.published.map(|at| at.to_rfc3339()));
        line("  updated", item.updated.map(|at| at.to_rfc3339()));
        line("  text", Some(item.text.clone()));
        let details = &item.details;
        line("  tags", Some(details.tags.join(" | ")));
        details.links.iter().for_each(|link| line("  link", Some(link.to_string())));
        line("  image", details.image.then(|| "yes".to_owned()));
        line("  thread", details.thread.clone());
        line("  reply", details.reply.map(|reply| reply.to_string()));
        line("  rating", details.rating.map(shown_rating));
        line("  likes", details.engagement.likes.map(|count| count.to_string()));
        line("  comments", details.engagement.comments.map(|count| count.to_string()));
        line("  views", details.engagement.views.map(|count| count.to_string()));
    }
    for problem in &reading.problems {
        line("\nproblem", Some(problem.to_string()));
    }
    out
}
