//! Whole pages: our fixtures with their snapshots, other people's pages where they are at hand
//! (`VIGIE_DATA`), and pages that mean harm.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use model::{Rating, Timestamp};
use serde_json::Value as Json;
use url::Url;

use super::thing::{Things, Value};
use super::*;
use crate::extract::draft::{Dated, DraftEntry};

fn dom(text: &str) -> Dom {
    Dom::parse(text, &Url::parse("https://page.example/page").unwrap()).unwrap()
}

#[test]
fn every_fixture_is_read_as_its_snapshot_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages");
    let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.file_name().unwrap().to_str().unwrap().starts_with("schema_"));
    files.sort();
    assert!(files.len() > 20, "{} fixtures", files.len());
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        insta::with_settings!({
            snapshot_path => "../../tests/snapshots", prepend_module_to_snapshot => false, omit_expression => true,
        }, {
            insta::assert_snapshot!(format!("schema__{name}"), shown(&dom(&text)));
        });
    }
}

fn shown_rating(rating: Rating) -> String {
    let [value, worst, best] = [rating.value_milli(), rating.worst_milli(), rating.best_milli()];
    format!("{value} between {worst} and {best}")
}

fn shown_date(date: &Dated) -> Option<String> {
    match date {
        Dated::Unsaid => None,
        Dated::At(at) => Some(at.to_rfc3339()),
        Dated::Written(text) => Some(format!("written {text:?}")),
        Dated::Unreadable(text) => Some(format!("unreadable {text:?}")),
    }
}

/// Shows what is read of a page, with only what is there.
fn shown(dom: &Dom) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            writeln!(out, "{name}: {}", value.replace('\n', "\n    | ")).unwrap();
        }
    };
    let url = |url: &Option<Url>| url.as_ref().map(ToString::to_string);
    let number = |number: Option<u64>| number.map(|number| number.to_string());
    let head = head(dom);
    line("canonical", url(&head.canonical));
    line("head title", head.title.clone());
    line("description", head.description.clone());
    line("head author", head.author.clone());
    line("head published", shown_date(&head.published));
    line("site", head.site_name.clone());
    line("lang", head.lang.clone());
    line("image", url(&head.image));
    line("generator", head.generator.clone());
    line("head tags", Some(head.tags.join(" | ")));
    let Some(draft) = read(dom) else {
        line("read", Some("nothing".to_owned()));
        return out;
    };
    line("\ntitle", draft.title.clone());
    line("kind", draft.kind.map(|kind| kind.as_str().to_owned()));
    line("confidence", Some(draft.confidence.to_string()));
    line("next", url(&draft.next));
    if let Some(average) = &draft.average {
        line("average", Some(shown_rating(average.rating)));
        line("  of", average.product.clone());
        line("  count", number(average.count));
    }
    for topic in &draft.topics {
        line("topic", Some(format!("{} {}", topic.title, topic.url)));
        line("  replies", number(topic.replies));
        line("  active", topic.active.map(|at| at.to_rfc3339()));
    }
    for entry in &draft.entries {
        line("\nentry", Some(entry.title.clone().unwrap_or_else(|| "(no title)".to_owned())));
        line("  guid", entry.guid.clone());
        line("  link", url(&entry.link));
        line("  author", entry.author.clone());
        line("  shown at", entry.details.author_url.as_ref().map(ToString::to_string));
        line("  lang", entry.lang.clone());
        line("  published", shown_date(&entry.published));
        line("  updated", shown_date(&entry.updated));
        line("  text", entry.text.clone());
        let details = &entry.details;
        line("  quote", Some(details.quote.clone()));
        line("  rating", details.rating.map(shown_rating));
        line("  product", details.product.clone());
        line("  verified", details.verified.map(|verified| verified.to_string()));
        line("  owner", Some(details.owner_reply.clone()));
        line("  thread", url(&details.thread_url));
        line("  number", number(details.number.map(u64::from)));
        line("  reply", details.reply.map(|reply| reply.to_string()));
        line("  answers", details.answers.clone());
        line("  tags", Some(details.tags.join(" | ")));
        details.links.iter().for_each(|link| line("  leads to", Some(link.to_string())));
        line("  image", details.image.then(|| "yes".to_owned()));
        let engagement = &details.engagement;
        line("  likes", number(engagement.likes));
        line("  shares", number(engagement.shares));
        line("  comments", number(engagement.comments));
        line("  views", number(engagement.views));
        line("  followers", number(engagement.followers));
    }
    out
}

/// Returns a folder of the data, or `None`, saying so, where it is absent.
fn data(folder: &str, test: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from).join(folder);
    if data.is_dir() {
        return Some(data);
    }
    println!("not run: {test}: {} is not here (VIGIE_DATA)", data.display());
    None
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a thing says, in the words of `expect.jsonl`: names, types and values without order.
fn told(things: &Things, dom: &Dom, at: usize, depth: usize) -> Vec<String> {
    let reader = Reader::new(dom, things);
    let thing = reader.thing(at);
    let mut told: Vec<String> = thing.types.iter().map(|name| format!("type={name}")).collect();
    for (name, value) in thing.properties() {
        match value {
            Value::Thing(at) if depth < 20 => {
                let inner = things.all[*at].element;
                let parts = super::tests::told(things, dom, *at, depth + 1);
                told.extend(parts.into_iter().map(|part| format!("{name}.{part}")));
                if let Some(id) = inner {
                    let text = reader.line(&Value::Element(id)).unwrap_or_default();
                    told.push(format!("{name}=={}", plain(&text)));
                }
            }
            Value::Thing(_) => {}
            Value::Text { text, .. } => told.push(format!("{name}={}", plain(text))),
            Value::Link { href, .. } => told.push(format!("{name}={}", plain(href))),
            Value::Element(id) => {
                let text = reader.element(*id).map(crate::page::dom::text).unwrap_or_default();
                told.push(format!("{name}={}", plain(&text)));
            }
        }
    }
    told
}

/// What `expect.jsonl` says of a thing, in either of extruct's forms.
fn expected(json: &Json, prefix: &str, out: &mut Vec<String>) {
    for (name, value) in json.as_object().unwrap() {
        match name.as_str() {
            "@context" | "@id" => {}
            "id" | "value" if json.get("type").is_some() => {}
            "@type" | "type" => {
                for name in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
                    let name = thing::local_name(name.as_str().unwrap());
                    out.push(format!("{prefix}type={name}"));
                }
            }
            "properties" => expected(value, prefix, out),
            _ => expected_value(value, prefix, name, out),
        }
    }
}

fn expected_value(value: &Json, prefix: &str, name: &str, out: &mut Vec<String>) {
    let name = thing::local_name(name);
    match value {
        Json::Array(all) => all.iter().for_each(|one| expected_value(one, prefix, name, out)),
        Json::Object(_) => expected(value, &format!("{prefix}{name}."), out),
        Json::Null => {}
        Json::String(text) => out.push(format!("{prefix}{name}={}", plain(text))),
        other @ (Json::Bool(_) | Json::Number(_)) => out.push(format!("{prefix}{name}={other}")),
    }
}

#[test]
fn other_people_s_samples_are_read_as_they_expect() {
    let Some(folder) = data("structured", "samples of structured data") else { return };
    let lines = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    let (mut met, mut all, mut missed) = (0, 0, Vec::new());
    for line in lines.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let file = case["file"].as_str().unwrap();
        let Some(expect) = case.get("structured") else { continue };
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let dom = dom(&text);
        let mut told_all = Vec::new();
        for things in thing::of_every_syntax(&dom) {
            for at in &things.tops {
                told_all.extend(told(&things, &dom, *at, 0));
            }
        }
        let mut nodes: Vec<&Json> = Vec::new();
        let syntaxes = ["microdata", "json-ld", "items"];
        let lists: Vec<&Json> = match expect.as_object() {
            Some(object) => syntaxes.iter().filter_map(|name| object.get(*name)).collect(),
            None => vec![expect],
        };
        for list in lists {
            for node in list.as_array().unwrap() {
                nodes.extend(node.as_array().map_or(vec![node], |inner| inner.iter().collect()));
            }
        }
        for node in nodes {
            // OpenGraph is no graph here: the head is asked for it.
            if node.get("namespace").is_some()
                || node.as_object().unwrap().keys().any(|key| key.contains("ogp.me"))
            {
                let told = head(&dom);
                assert!(
                    told.title.is_some() && told.image.is_some() && told.is_described,
                    "{file}"
                );
                continue;
            }
            let mut lines = Vec::new();
            expected(node, "", &mut lines);
            for line in lines {
                all += 1;
                if told_all.contains(&line) {
                    met += 1;
                } else {
                    missed.push(format!("{file}: {line}"));
                }
            }
        }
    }
    println!("structured data: {met} of {all} expected values of the samples of extruct");
    missed.iter().take(40).for_each(|missed| println!("missed: {missed}"));
    assert!(met * 100 >= all * 97, "{met} of {all}");
}

/// What the mapping gives for a page, without what only one syntax can say.
fn gist(draft: Option<PageDraft>) -> String {
    let Some(draft) = draft else { return "nothing".to_owned() };
    let entries: Vec<_> = draft
        .entries
        .iter()
        .map(|entry| {
            (
                entry.title.clone(),
                entry.text.clone(),
                entry.author.clone(),
                shown_date(&entry.published),
                entry.details.rating,
            )
        })
        .collect();
    format!("{:?} {:?} {:?} {entries:?}", draft.title, draft.kind, draft.average)
}

#[test]
fn one_example_says_the_same_in_every_syntax() {
    let Some(folder) = data("structured/schemaorg", "examples of schema.org") else { return };
    let names = ["4660", "eg-0004", "eg-0011", "eg-0013", "eg-0017", "eg-0175", "eg-0358"];
    let mut agreed = 0;
    for name in names {
        let [json_ld, microdata, rdfa] = ["jsonld", "microdata", "rdfa"].map(|syntax| {
            let text =
                std::fs::read_to_string(folder.join(format!("{name}.{syntax}.html"))).unwrap();
            gist(read(&dom(&text)))
        });
        assert_eq!(microdata, json_ld, "{name}: microdata");
        assert_eq!(rdfa, json_ld, "{name}: RDFa");
        agreed += 1;
        println!("{name}: {json_ld}");
    }
    println!("schema.org: {agreed} of {} examples say the same in three syntaxes", names.len());
    let wine = std::fs::read_to_string(folder.join("eg-4505.jsonld.html")).unwrap();
    let wine = read(&dom(&wine)).unwrap();
    assert_eq!(wine.average.as_ref().unwrap().count, Some(33));
    assert_eq!(wine.entries[0].details.product, wine.title);
    assert_eq!(wine.entries[0].lang.as_deref(), Some("fr"));
}

fn at(entry: &DraftEntry) -> Option<Timestamp> {
    if let Dated::At(at) = entry.published { Some(at) } else { None }
}

#[test]
fn the_views_of_a_saved_page_of_reviews_agree() {
    let Some(folder) = data("reviews", "a saved page of reviews") else { return };
    let text = std::fs::read_to_string(folder.join("trustpilot_saved.html")).unwrap();
    let draft = read(&dom(&text)).unwrap();
    let (_, rest) = text.split_once("<script id=\"__NEXT_DATA__\"").unwrap();
    let (_, rest) = rest.split_once('>').unwrap();
    let (json, _) = rest.split_once("</script>").unwrap();
    let json: Json = serde_json::from_str(json).unwrap();
    let page = &json["props"]["pageProps"];
    let reviews = page["reviews"].as_array().unwrap();
    assert_eq!(draft.entries.len(), reviews.len());
    let cards: Vec<&str> = text.split("data-service-review-card-paper").skip(1).collect();
    assert_eq!(draft.entries.len(), cards.len());
    for ((entry, review), card) in draft.entries.iter().zip(reviews).zip(cards) {
        let said = |value: &Json| plain(value.as_str().unwrap());
        assert!(entry.guid.as_deref().unwrap().ends_with(review["id"].as_str().unwrap()));
        assert_eq!(entry.title.as_deref(), Some(said(&review["title"]).as_str()));
        // JSON-LD leaves the line feeds out.
        let letters = |text: &str| text.split_whitespace().collect::<String>();
        let [own, other] =
            [entry.text.as_deref().unwrap(), review["text"].as_str().unwrap()].map(letters);
        assert_eq!(own, other);
        assert_eq!(
            entry.author.as_deref(),
            Some(said(&review["consumer"]["displayName"]).as_str())
        );
        let published: Timestamp = said(&review["dates"]["publishedDate"]).parse().unwrap();
        assert_eq!(at(entry), Some(published));
        let stars = review["rating"].as_i64().unwrap() * 1000;
        assert_eq!(entry.details.rating, Rating::new(stars, 1000, 5000));
        assert!(card.contains(&format!("data-service-review-rating=\"{}\"", stars / 1000)));
        // An edited one shows when it was edited.
        let dates = ["publishedDate", "updatedDate"].map(|name| review["dates"][name].as_str());
        assert!(dates.iter().flatten().any(|date| card.contains(&format!("dateTime=\"{date}\""))));
        assert_eq!(entry.details.product.as_deref(), page["businessUnit"]["displayName"].as_str());
    }
    let average = draft.average.unwrap();
    assert_eq!(average.rating.value_milli(), 1500);
    assert_eq!(average.count, page["businessUnit"]["numberOfReviews"].as_u64());
    println!(
        "trustpilot: {} of {} reviews agree in three views",
        draft.entries.len(),
        reviews.len()
    );
}

#[test]
fn posts_of_real_boards_that_say_so_are_read() {
    let Some(folder) = data("pages/dev", "pages of real boards") else { return };
    let expect = std::fs::read_to_string(folder.join("expect.jsonl")).unwrap();
    let (mut found, mut all, mut right) = (0, 0, [0; 4]);
    for line in expect.lines() {
        let case: Json = serde_json::from_str(line).unwrap();
        let page = case["page"].as_str().unwrap();
        if !page.starts_with("nodebb")
            || Path::new(page).extension().is_none_or(|end| end != "html")
        {
            continue;
        }
        let text = std::fs::read_to_string(folder.join(page)).unwrap();
        let draft = read(&dom(&text)).unwrap();
        assert_eq!(draft.title.as_deref(), case["title"].as_str());
        assert!(draft.confidence >= 800, "{page}: {}", draft.confidence);
        let posts = case["posts"].as_array().unwrap();
        all += posts.len();
        assert_eq!(draft.entries.len(), posts.len(), "{page}");
        for (entry, post) in draft.entries.iter().zip(posts) {
            found += 1;
            right[0] += usize::from(entry.author.as_deref() == post["author"].as_str());
            right[1] += usize::from(at(entry).map(|at| at.timestamp()) == post["ts"].as_i64());
            // Smileys are pictures there.
            let words =
                |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
            let [own, other] =
                [entry.text.as_deref().unwrap(), post["text"].as_str().unwrap()].map(words);
            right[2] += usize::from(own == other);
            right[3] += usize::from(entry.link.is_some());
        }
    }
    println!(
        "nodebb by microdata: {found} of {all} posts; author, time, text, permalink: {right:?}"
    );
    assert!(right.iter().all(|right| right * 100 >= all * 98), "{right:?} of {all}");
}

#[test]
fn a_blog_s_first_page_lists_its_articles() {
    let Some(folder) = data("pages/dev/wordpress", "pages of a blog") else { return };
    let text = std::fs::read_to_string(folder.join("home.html")).unwrap();
    let draft = read(&dom(&text)).unwrap();
    assert_eq!(draft.entries.len(), text.matches(" hentry ").count());
    let headings: std::collections::BTreeSet<_> =
        draft.entries.iter().map(|entry| (entry.link.clone().unwrap(), &entry.title)).collect();
    assert_eq!(headings.len(), draft.entries.len(), "each has an address of its own");
    let text = std::fs::read_to_string(folder.join("post.html")).unwrap();
    let draft = read(&dom(&text)).unwrap();
    assert_eq!((draft.entries.len(), draft.next), (1, None));
    let article = &draft.entries[0];
    let stated = text.split("datetime=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(at(article), crate::dates::parse(stated.unwrap()));
    let content = text.split("entry-content\">").nth(1).unwrap().split("</div>").next().unwrap();
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let written = crate::page::dom::text(dom(content).root());
    assert_eq!(words(article.text.as_deref().unwrap()), words(&written));
}

#[test]
fn shops_that_say_nothing_to_machines_are_not_read() {
    let Some(folder) = data("pages/dev/oscar", "pages of a shop") else { return };
    for name in ["reviews.html", "product.html", "review.html", "catalogue.html", "notfound.html"] {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        let draft = read(&dom(&text));
        let confidence = draft.as_ref().map_or(0, |draft| draft.confidence);
        assert!(confidence < 300 && draft.is_none_or(|draft| draft.entries.is_empty()), "{name}");
    }
}

#[test]
fn pages_that_mean_harm_are_read_to_the_end() {
    let script = |json: &str| format!("<script type='application/ld+json'>{json}</script>");
    let many = |part: &str, times: usize| part.repeat(times);
    let nested = |open: &str, close: &str, depth: usize| many(open, depth) + &many(close, depth);
    let item = "<div itemscope itemtype='https://schema.org/Review' id=a itemref='a b c'><p itemprop=reviewBody>x";
    let borrowed =
        many("<div itemscope itemtype='https://schema.org/Review' itemref=all></div>", 1500)
            + "<div id=all>"
            + &many("<p itemprop=reviewBody>tea</p>", 1500)
            + "</div>";
    let texts = nested("<div itemprop=text>long words ", "</div>", 380);
    let pages = [
        many(&script(r#"{"@type": "Review", "reviewBody": "x"}"#), 20_000),
        script(&nested(r#"{"@type":"Comment","text":"x","comment":"#, "}", 100_000)),
        script(&nested("[", "]", 200_000)),
        script(
            r#"{"@id": "a", "@type": "Comment", "text": "x", "comment": {"@id": "b", "@type": "Comment", "text": "y", "comment": {"@id": "a"}}}"#,
        ),
        script(&format!(
            "[{}]",
            many(r#"{"@id": "a", "@type": "Review", "p": {"x": "y"}},"#, 6_000)
        )),
        script(&format!(
            "[{}]",
            many(r#"{"@type": "Review", "author": "a", "reviewBody": "same"},"#, 6_000)
        )),
        script(&format!(
            r#"{{"@type": "Product", "review": [{}]}}"#,
            many(r#"{"reviewBody": "same", "author": {"@id": "p"}},"#, 6_000)
        )),
        script(&format!(
            r#"{{"@type":"Review","reviewBody":"{}"}}"#,
            many("\\\"<b>&amp;", 200_000)
        )),
        format!("{item}<div id=b>{item}<div id=c>{item}</div></div>"),
        borrowed,
        format!("<div itemscope itemtype='https://schema.org/Review'>{texts}</div>"),
        many(
            "<div itemscope itemtype='https://schema.org/Comment'><p itemprop=text>x</p></div>",
            6_000,
        ),
        many(
            "<div vocab='http://schema.org/' typeof=Review><p property=reviewBody>x</p></div>",
            6_000,
        ),
        many("<div class=hentry><p class=entry-content>x</p>", 300),
        many("<div class='h-entry'><p class='e-content'>x</p></div>", 6_000),
        many(
            "<meta property='og:title' content='x'><a rel=author href=x>x</a><time datetime=2026-01-01>",
            3_000,
        ),
    ];
    let mut read_pages = 0;
    for page in pages {
        let Ok(dom) = Dom::parse(&page, &Url::parse("https://page.example/").unwrap()) else {
            continue;
        };
        let entries = read(&dom).map_or(0, |draft| draft.entries.len());
        assert!(entries <= ENTRIES_MAX * 4);
        head(&dom);
        read_pages += 1;
    }
    assert!(read_pages > 10, "{read_pages}");
}

#[test]
fn reviews_of_one_text_under_two_headlines_are_two() {
    let review = |name: &str, id: &str| {
        format!(
            "{{\"@type\":\"Review\",\"@id\":\"#{id}\",\"name\":\"{name}\",\"reviewBody\":\"Du thé.\",
               \"author\":\"Léa\",\"datePublished\":\"2026-03-01\"}}"
        )
    };
    let check = |second: &str, id: &str, expect: usize| {
        let page = format!(
            "<script type='application/ld+json'>{{\"@context\":\"https://schema.org\",
             \"@type\":\"Product\",\"name\":\"Thé\",\"review\":[{},{}]}}</script>",
            review("Bien", "a"),
            review(second, id)
        );
        assert_eq!(read(&dom(&page)).unwrap().entries.len(), expect, "{second} {id}");
    };
    check("Mal", "b", 2);
    check("Bien", "a", 1);
}

#[test]
fn a_circle_of_ids_gives_each_entry_once() {
    let page = r#"<script type="application/ld+json">[
        {"@id": "/a", "@type": "Comment", "text": "one", "author": "x", "comment": {"@id": "/b"}, "parentItem": {"@id": "/b"}},
        {"@id": "/b", "@type": "Comment", "text": "two", "author": "y", "comment": {"@id": "/a"}}]</script>"#;
    let draft = read(&dom(page)).unwrap();
    let texts: Vec<_> = draft.entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert_eq!(texts, ["one", "two"]);
}

#[test]
fn an_answer_that_is_only_called_as_its_thread_says_nothing() {
    let page = r#"<script type="application/ld+json">{"@type": "Question", "name": "How long?", "text": "It does not say.",
        "suggestedAnswer": [{"@type": "Answer", "name": "How long?"}, {"@type": "Answer", "text": "Three days."}]}</script>"#;
    let draft = read(&dom(page)).unwrap();
    let texts: Vec<_> = draft.entries.iter().filter_map(|entry| entry.text.as_deref()).collect();
    assert_eq!((draft.entries.len(), texts), (2, vec!["It does not say.", "Three days."]));
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn no_mutation_of_a_fixture_breaks_the_reader(
        which in 0_usize..100,
        cuts in proptest::collection::vec((0_usize..10_000, 0_usize..40, "[<>\"'{}\\[\\],:=/a @é]{0,6}"), 0..8),
    ) {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pages");
        let mut files: Vec<_> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.file_name().unwrap().to_str().unwrap().starts_with("schema_"));
        files.sort();
        let mut text: Vec<char> = std::fs::read_to_string(&files[which % files.len()]).unwrap().chars().collect();
        for (at, length, put) in cuts {
            let at = at % text.len().max(1);
            let end = (at + length).min(text.len());
            text.splice(at..end, put.chars());
        }
        let text: String = text.into_iter().collect();
        if let Ok(dom) = Dom::parse(&text, &Url::parse("https://page.example/").unwrap()) {
            head(&dom);
            if let Some(draft) = read(&dom) {
                proptest::prop_assert!(draft.confidence > 0 && draft.confidence <= 1000);
                for entry in draft.entries {
                    proptest::prop_assert!(!entry.says_nothing() || entry.details.rating.is_some());
                }
            }
        }
    }
}
