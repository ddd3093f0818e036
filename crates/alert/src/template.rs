//! How mails are laid out: the templates in `crates/alert/templates`, of which the owner's folder may
//! replace any. What they are written from is in `render` (documented in `docs/templates.md`); nothing
//! here reads a file or knows a mail's words.
//!
//! A template of the owner's is checked before it is used, with samples of every mail in every language.
//! Should it still fail later, the mail is written with the built-in one: none is lost by it. What it prints is
//! escaped by the engine's formatter, whatever it says; its steps and memory are bounded by the engine's fuel.

mod check;
mod engine;
mod sample;

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use minijinja::Value;
use tracing::{error, warn};

pub use check::TEMPLATE_BYTES_MAX;
pub(crate) use engine::{Fault, Set};

/// The built-in templates: their names, and what they say.
pub const BUILT_IN: [(&str, &str); 14] = [
    ("brand.html", include_str!("../templates/brand.html")),
    ("closing.html", include_str!("../templates/closing.html")),
    ("closing.txt", include_str!("../templates/closing.txt")),
    ("confirmation.html", include_str!("../templates/confirmation.html")),
    ("confirmation.txt", include_str!("../templates/confirmation.txt")),
    ("digest.html", include_str!("../templates/digest.html")),
    ("digest.txt", include_str!("../templates/digest.txt")),
    ("entry.html", include_str!("../templates/entry.html")),
    ("entry.txt", include_str!("../templates/entry.txt")),
    ("layout.html", include_str!("../templates/layout.html")),
    ("notice.html", include_str!("../templates/notice.html")),
    ("notice.txt", include_str!("../templates/notice.txt")),
    ("signal.html", include_str!("../templates/signal.html")),
    ("signal.txt", include_str!("../templates/signal.txt")),
];

static BUILT_IN_SET: LazyLock<Arc<Set>> = LazyLock::new(|| {
    let (set, faults) = Set::new(&BTreeMap::new());
    debug_assert!(faults.is_empty(), "{faults:?}");
    Arc::new(set)
});

/// The templates that mails are written with.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    /// `None` where all are built in.
    owners: Option<Arc<Set>>,
    /// Where faults are told while templates are checked; else they are logged.
    faults: Option<Arc<Mutex<Vec<Fault>>>>,
}

/// What is wrong with a template of the owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateProblem {
    /// `digest.html:12`, or the name alone where no line is to blame.
    pub place: String,
    pub message: String,
    pub hint: String,
}

/// A mail's two parts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Written {
    pub(crate) html: String,
    pub(crate) text: String,
}

impl Templates {
    /// Takes the owner's templates, by the names of their files. Returns everything that is wrong with them;
    /// then they are not to be used.
    pub fn new(files: &BTreeMap<String, String>) -> (Self, Vec<TemplateProblem>) {
        if files.is_empty() {
            return (Self::default(), Vec::new());
        }
        let (set, problems) = check::checked(files);
        (Self { owners: Some(set), faults: None }, problems)
    }

    /// Writes with the owner's templates, or else with the built-in ones.
    pub(crate) fn write(&self, write: impl Fn(&Set) -> Result<Written, Fault>) -> Written {
        if let Some(owners) = &self.owners {
            match write(owners) {
                Ok(written) => return written,
                Err(fault) => self.tell(fault),
            }
        }
        write(&BUILT_IN_SET).unwrap_or_else(|fault| {
            error!(template = %fault.place(), "a built-in template failed: {}", fault.message);
            Written::default()
        })
    }

    fn tell(&self, fault: Fault) {
        if let Some(faults) = &self.faults {
            faults.lock().unwrap_or_else(PoisonError::into_inner).push(fault);
            return;
        }
        warn!(
            template = %fault.place(),
            "a mail is written with the built-in template: {}", fault.message
        );
    }

    /// Writes a mail of two templates, both of which must hold each of `links`.
    pub(crate) fn write_both(&self, name: &str, context: &Value, links: &[String]) -> Written {
        self.write(|set| {
            let written = Written {
                html: set.written(&format!("{name}.html"), context)?,
                text: set.written(&format!("{name}.txt"), context)?,
            };
            written.holding(name, links)
        })
    }
}

impl Written {
    /// Returns the mail if both of its parts hold each of these links or addresses.
    pub(crate) fn holding(self, name: &str, links: &[String]) -> Result<Self, Fault> {
        let shown = without_comments(&self.html);
        for link in links {
            if !shown.contains(&crate::render::escaped(link)) {
                return Err(Fault::missing_link(&format!("{name}.html"), link));
            }
            if !self.text.contains(link) {
                return Err(Fault::missing_link(&format!("{name}.txt"), link));
            }
        }
        Ok(self)
    }
}

/// What stands in comments, nobody sees.
fn without_comments(html: &str) -> String {
    let mut shown = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once("<!--") {
        shown.push_str(before);
        rest = after.split_once("-->").map_or("", |(_, after)| after);
    }
    shown + rest
}

#[cfg(test)]
mod tests;
