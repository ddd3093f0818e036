//! Presets: how one kind of site is recognised and read, as data (`config/presets/README.md` explains
//! every key). A preset reads what its selectors name, and guesses nothing.

mod find;
mod html;
pub(crate) mod json;
mod load;
mod mail;
mod number;
mod offered;
mod recognise;
mod site;

use std::path::Path;
use std::sync::{Arc, LazyLock, OnceLock};

use chrono_tz::Tz;
use model::{Kind, Problem};
use url::Url;

use crate::dates::DateOrder;
use crate::page::PageDraft;
use crate::page::dom::Dom;
use crate::platform::Platform;

pub use self::offered::{Offered, OfferedAt, Seen};

/// In the place of a preset's name: a feed, and nothing else.
pub const FEED: &str = "feed";

/// Presets that a user's folder may have.
const FILES_MAX: usize = 1000;

/// How one kind of site is recognised and read.
#[derive(Debug, Clone)]
pub struct Preset {
    pub name: String,
    /// What people call this kind of site.
    pub title: String,
    pub kind: Kind,
    /// Where its written times are at home, if all sites of this kind agree.
    pub zone: Option<Tz>,
    /// How its written dates go, if all sites of this kind agree.
    pub order: Option<DateOrder>,
    /// Query parameters of addresses that say who reads, not what.
    strip: Vec<String>,
    /// Query parameters that say which page of a thread it is.
    pages: Vec<String>,
    recognise: load::Recognise,
    threads: Vec<load::Thread>,
    listings: Vec<load::Listing>,
    json: Vec<json::Shape>,
    api: Option<json::Api>,
    /// What it can be asked, where it is a platform.
    pub platform: Option<Platform>,
}

/// The presets that are built in, and those of the user's folder, which go before.
#[derive(Debug, Clone, Default)]
pub struct Presets {
    own: Vec<Arc<Preset>>,
    has_built_in: bool,
    /// All of them, once the first page wants one: to read the built-in ones takes time, and feeds need
    /// none.
    list: OnceLock<Vec<Arc<Preset>>>,
}

macro_rules! built_in {
    ($($name:literal),* $(,)?) => {
        [$(($name, include_str!(concat!("../../../../config/presets/", $name, ".toml")))),*]
    };
}

/// Every file of `config/presets`, by its name.
const BUILT_IN: [(&str, &str); 53] = built_in![
    "amazon",
    "appstore",
    "avis-verifies",
    "bingnews",
    "bluesky",
    "dailymotion",
    "discourse",
    "dotclear",
    "drupal",
    "facebook",
    "flarum",
    "fluxbb",
    "forumactif",
    "googlealerts",
    "googlenews",
    "googleplay",
    "hackernews",
    "hardwarefr",
    "hyperkitty",
    "instagram",
    "instagram-hashtags",
    "invision",
    "isso",
    "jeuxvideo",
    "lemmy",
    "linkedin",
    "mastodon",
    "mybb",
    "nodebb",
    "oscar",
    "phpbb",
    "phpbb2",
    "pipermail",
    "question2answer",
    "reddit",
    "reddit-feeds",
    "redmine",
    "smf",
    "spip",
    "stackexchange",
    "telegram",
    "tiktok",
    "tripadvisor",
    "trustpilot",
    "vanilla",
    "vbulletin",
    "woltlab",
    "wordpress",
    "wordpress-com",
    "x",
    "xenforo",
    "yelp",
    "youtube",
];

static BUILT_IN_READ: LazyLock<(Vec<Arc<Preset>>, Vec<Problem>)> = LazyLock::new(|| {
    let mut presets = Presets::default();
    let mut problems = Vec::new();
    for (name, text) in BUILT_IN {
        presets.add(&format!("config/presets/{name}.toml"), name, text, &mut problems);
    }
    (presets.own, problems)
});

impl Presets {
    /// Returns the presets that are built in.
    pub fn embedded() -> Self {
        Self { has_built_in: true, ..Self::default() }
    }

    /// Returns the presets that are built in with those of a folder, which replace those of the same
    /// name. A file with mistakes is left out, and every mistake of every file is told.
    pub fn with_folder(folder: &Path) -> (Self, Vec<Problem>) {
        let mut presets = Self::embedded();
        let mut problems = Vec::new();
        let files = match folder.read_dir() {
            Ok(entries) => entries,
            Err(error) => {
                let message = format!("the folder of presets cannot be read: {error}");
                let problem = Problem::new(folder.display().to_string(), message);
                return (presets, vec![problem.hint("make it, or leave `presets` out")]);
            }
        };
        let mut files: Vec<_> = files.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "toml"));
        files.sort();
        if files.len() > FILES_MAX {
            let message = format!("has more than {FILES_MAX} presets; the rest is left out");
            problems.push(Problem::new(folder.display().to_string(), message));
        }
        for file in files.iter().take(FILES_MAX) {
            let place = file.display().to_string();
            let stem = file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let bytes = std::fs::read(file)
                .map_err(|error| Problem::new(&place, format!("cannot be read: {error}")));
            match bytes.and_then(|bytes| settings::decoded(&place, bytes)) {
                Ok(text) => presets.add(&place, &stem, &text, &mut problems),
                Err(problem) => problems.push(problem),
            }
        }
        (presets, problems)
    }

    /// Returns the names of all presets.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let built_in = BUILT_IN.iter().filter(|_| self.has_built_in).map(|(name, _)| *name);
        let own = self.own.iter().map(|preset| preset.name.as_str());
        own.chain(built_in.filter(|name| self.own.iter().all(|preset| preset.name != *name)))
    }

    /// Tells whether a source can be read so: by a preset of this name, or as a [`FEED`]. If not, what to
    /// write.
    pub fn knows(&self, name: &str) -> Result<(), String> {
        if name == FEED || self.names().any(|known| known == name) {
            return Ok(());
        }
        let known: Vec<&str> = self.names().collect();
        Err(format!("leave it out, or write {FEED} or one of {}", known.join(", ")))
    }

    /// Returns the presets of platforms, by name.
    pub fn platforms(&self) -> impl Iterator<Item = &Preset> {
        let mut all: Vec<&Preset> = self.list().iter().map(AsRef::as_ref).collect();
        all.sort_by(|one, other| one.name.cmp(&other.name));
        all.into_iter().filter(|preset| preset.platform.is_some())
    }

    /// Returns the preset of this name, where it is a platform's.
    pub(crate) fn platform(&self, name: Option<&str>) -> Option<&Preset> {
        self.get(name?).filter(|preset| preset.platform.is_some())
    }

    pub fn get(&self, name: &str) -> Option<&Preset> {
        self.list().iter().find(|preset| preset.name == name).map(AsRef::as_ref)
    }

    /// Reads a page with the preset of this name, or with the one that recognises it best. A page of a
    /// kind of site that is recognised, but of no layout that its preset reads, gives an empty draft.
    pub(crate) fn read(
        &self,
        dom: &Dom,
        url: &Url,
        name: Option<&str>,
    ) -> Option<(&Preset, PageDraft)> {
        // What a page has for its own scripts says more than what it shows.
        let embedded = json::read_page(self, dom, url, name);
        embedded.or_else(|| html::read(self, dom, url, name))
    }

    fn list(&self) -> &[Arc<Preset>] {
        self.list.get_or_init(|| {
            let built_in = BUILT_IN_READ.0.iter().filter(|known| {
                self.has_built_in && self.own.iter().all(|own| own.name != known.name)
            });
            self.own.iter().chain(built_in).cloned().collect()
        })
    }

    fn add(&mut self, file: &str, stem: &str, text: &str, problems: &mut Vec<Problem>) {
        match load::preset(file, stem, text) {
            Ok(preset) => {
                self.own.retain(|known| known.name != preset.name);
                // The user's go before the built-in ones.
                self.own.insert(0, Arc::new(preset));
            }
            Err(found) => problems.extend(found),
        }
    }
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod tests;
