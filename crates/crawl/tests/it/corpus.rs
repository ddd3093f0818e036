//! Feeds of other people's test suites, where they are at hand (`VIGIE_DATA`).

use std::path::{Path, PathBuf};

use crawl::{PageContext, Presets, Reading, read};
use model::{Kind, Source, Timestamp};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

/// A feed of the corpus with what its suite expects of it.
#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) file: String,
    #[serde(default)]
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) checks: Vec<Check>,
    #[serde(default)]
    http_headers: serde_json::Map<String, Value>,
}

#[derive(Deserialize)]
pub(crate) struct Check {
    pub(crate) path: String,
    pub(crate) op: String,
    #[serde(default)]
    pub(crate) value: Value,
}

/// Returns the folder of the corpus, or `None`, saying so, where it is absent.
pub(crate) fn folder(test: &str) -> Option<PathBuf> {
    folder_of(test, "feeds/dev")
}

/// Returns a folder of the data, or `None`, saying so, where it is absent.
pub(crate) fn folder_of(test: &str, name: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let folder = data.join(name);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: {test}: {} is not here (VIGIE_DATA)", folder.display());
    None
}

pub(crate) fn cases(folder: &Path) -> Vec<Case> {
    lines(&folder.join("expect.jsonl")).collect()
}

pub(crate) fn lines<T: for<'a> Deserialize<'a>>(file: &Path) -> impl Iterator<Item = T> {
    let text = std::fs::read_to_string(file).unwrap();
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.into_iter().map(|line| serde_json::from_str(&line).unwrap())
}

impl Case {
    fn header(&self, name: &str) -> Option<&str> {
        let (_, value) =
            self.http_headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name))?;
        value.as_str()
    }

    /// Reads the feed as if it had been fetched from where its suite serves it.
    pub(crate) fn read(&self, folder: &Path) -> Reading {
        let body = std::fs::read(folder.join(&self.file)).unwrap();
        let url = self.header("content-location").unwrap_or("http://127.0.0.1:8097/");
        read_body(&body, url, self.header("content-type"))
    }
}

pub(crate) fn read_body(body: &[u8], url: &str, content_type: Option<&str>) -> Reading {
    let url = Url::parse(url).unwrap();
    let source = Source {
        id: "source".into(),
        url: url.clone(),
        name: "source".to_owned(),
        kind: Kind::News,
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    };
    let fetched_at: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
    let presets = Presets::default();
    let page = PageContext {
        url: &url,
        content_type,
        fetched_at,
        source: &source,
        presets: &presets,
        link: None,
        dates: crawl::dates::DateHabits::default(),
    };
    read(body, &page)
}
