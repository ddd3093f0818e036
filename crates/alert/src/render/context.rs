//! What templates are written from. Every field is explained in `docs/templates.md`; they are only ever
//! added to. All texts are plain, on one line and bounded; the templates' engine escapes them.

use minijinja::Value;
use model::Locale;
use serde::Serialize;

use super::{escaped, words};
use crate::compose::Marked;

/// What every mail has.
#[derive(Debug, Serialize)]
pub(crate) struct Common {
    pub(crate) lang: &'static str,
    pub(crate) subject: String,
    /// What mail programs show beside the subject.
    pub(crate) preview: String,
    pub(crate) words: Phrases,
}

/// The words of the templates, in the reader's language.
#[derive(Debug, Serialize)]
pub(crate) struct Phrases {
    colon: &'static str,
    results_for: &'static str,
    see_more: &'static str,
    since: &'static str,
    trending: &'static str,
    to_stop: &'static str,
    greeting: &'static str,
    button: &'static str,
    otherwise: &'static str,
}

#[derive(Debug, Serialize)]
pub(crate) struct DigestPage<'a> {
    #[serde(flatten)]
    pub(crate) common: &'a Common,
    /// The queries' names, the first ten of them.
    pub(crate) names: &'a str,
    pub(crate) short_names: String,
    pub(crate) edition: String,
    /// How much was found; or that there is nothing new, and then there are no sections.
    pub(crate) results: String,
    pub(crate) nothing_new: Option<&'static str>,
    /// What was held back and why, that it is the last mail of the day, which queries waited, and who sees to
    /// a signal.
    pub(crate) notes: Vec<String>,
    pub(crate) total: usize,
    /// RFC 3339.
    pub(crate) since: String,
    pub(crate) until: String,
    pub(crate) volume: Option<Volume>,
    pub(crate) trends: Vec<String>,
    pub(crate) sections: Vec<Section>,
    /// Where what did not fit can be seen; absent where there are no pages, and then there are `commands`.
    pub(crate) more: Option<String>,
    pub(crate) commands: Vec<String>,
    pub(crate) troubles: Option<Troubles>,
    pub(crate) closing: Closing,
}

#[derive(Debug, Serialize)]
pub(crate) struct Volume {
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) chart: Option<Picture>,
}

/// A chart. `uri` is what the image's `src` must be.
#[derive(Debug, Serialize)]
pub(crate) struct Picture {
    pub(crate) uri: String,
    pub(crate) width: usize,
    pub(crate) height: usize,
    pub(crate) caption: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Section {
    /// `news`, `blog`, `forum`, `review`, `social`, `video` or `web`.
    pub(crate) kind: &'static str,
    pub(crate) name: &'static str,
    pub(crate) total: usize,
    pub(crate) results: String,
    /// Each an [`Entry`].
    pub(crate) entries: Vec<Value>,
    pub(crate) untold: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) title: Runs,
    pub(crate) snippet: Runs,
    pub(crate) url: Option<String>,
    pub(crate) source: String,
    pub(crate) author: Option<String>,
    /// RFC 3339; how people write it stands in `byline`.
    pub(crate) date: String,
    pub(crate) stars: Option<String>,
    pub(crate) byline: Vec<String>,
    pub(crate) tone: Option<Tone>,
    pub(crate) copies: Option<String>,
    /// Where they are listed.
    pub(crate) copies_url: Option<String>,
    pub(crate) doubt: Option<String>,
    pub(crate) found_by: Vec<String>,
    pub(crate) provenance: Vec<String>,
    /// "With Anne".
    pub(crate) assigned: Option<String>,
    pub(crate) deeds: Vec<Way>,
}

/// A text, whole, and in runs of which some were asked for by a query.
#[derive(Debug, Serialize)]
pub(crate) struct Runs {
    text: String,
    runs: Vec<Run>,
}

#[derive(Debug, Serialize)]
struct Run {
    text: String,
    is_found: bool,
}

#[derive(Debug, Serialize)]
pub(crate) struct Tone {
    /// `negative`, `neutral` or `positive`.
    pub(crate) name: &'static str,
    pub(crate) text: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct Troubles {
    pub(crate) text: String,
    pub(crate) told: Vec<Trouble>,
    pub(crate) untold: Option<String>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Trouble {
    pub(crate) name: String,
    /// What ails it, since when, and the reason.
    pub(crate) text: String,
    pub(crate) reason: String,
    pub(crate) since: String,
}

/// A link: what it says and where it leads.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Way {
    pub(crate) text: String,
    pub(crate) url: String,
}

/// How a mail ends: why somebody gets it, and how to change or stop it.
#[derive(Debug, Serialize)]
pub(crate) struct Closing {
    pub(crate) why: String,
    /// To edit, pause and unsubscribe; empty where there are no pages, and then `ask` is to be shown.
    pub(crate) ways: Vec<Way>,
    pub(crate) ask: String,
    pub(crate) times: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct SignalPage<'a> {
    #[serde(flatten)]
    pub(crate) common: &'a Common,
    /// One at least.
    pub(crate) signals: Vec<Signal>,
    /// The headlines of those for which there was no room.
    pub(crate) others: Vec<String>,
    pub(crate) closing: Closing,
}

#[derive(Debug, Serialize)]
pub(crate) struct Signal {
    /// What happened to it, in a word or two.
    pub(crate) badge: &'static str,
    /// `info`, `warning` or `crisis`.
    pub(crate) severity: &'static str,
    /// What kind of signal it is, as in `vigie signals`.
    pub(crate) kind: &'static str,
    pub(crate) headline: String,
    pub(crate) sentences: Vec<String>,
    pub(crate) chart: Picture,
    pub(crate) stories: Vec<Story>,
    /// What a reader can do about it, and where.
    pub(crate) deeds: Vec<Way>,
}

#[derive(Debug, Serialize)]
pub(crate) struct Story {
    pub(crate) title: String,
    pub(crate) url: Option<String>,
    pub(crate) byline: String,
}

#[derive(Debug, Serialize)]
pub(crate) struct ConfirmationPage<'a> {
    #[serde(flatten)]
    pub(crate) common: &'a Common,
    pub(crate) asks: &'a str,
    pub(crate) url: &'a str,
}

#[derive(Debug, Serialize)]
pub(crate) struct NoticePage<'a> {
    #[serde(flatten)]
    pub(crate) common: &'a Common,
    pub(crate) paragraphs: [&'a str; 2],
}

impl Common {
    pub(crate) fn new(locale: Locale, subject: &str, preview: &str) -> Self {
        let words = words::of(locale);
        Self {
            lang: words.lang,
            subject: subject.to_owned(),
            preview: preview.to_owned(),
            words: Phrases {
                colon: words.colon,
                results_for: words.results_for,
                see_more: words.see_more,
                since: words.since,
                trending: words.trending,
                to_stop: words.to_stop,
                greeting: words.confirmation.greeting,
                button: words.confirmation.button,
                otherwise: words.confirmation.otherwise,
            },
        }
    }
}

impl Runs {
    /// Returns it escaped, with the words in bold that were asked for.
    pub(super) fn html(&self) -> String {
        let run = |Run { text, is_found }: &Run| {
            let text = escaped(text);
            if *is_found { format!("<b>{text}</b>") } else { text }
        };
        self.runs.iter().map(run).collect()
    }

    pub(crate) fn of(marked: &Marked) -> Self {
        let text = &marked.text;
        let mut runs = Vec::new();
        let mut run = |text: Option<&str>, is_found| {
            let text = text.unwrap_or_default().to_owned();
            if !text.is_empty() {
                runs.push(Run { text, is_found });
            }
        };
        let mut done = 0;
        for mark in &marked.marks {
            if text.get(done..mark.start).is_some() && text.get(mark.clone()).is_some() {
                run(text.get(done..mark.start), false);
                run(text.get(mark.clone()), true);
                done = mark.end;
            }
        }
        run(text.get(done..), false);
        Self { text: text.clone(), runs }
    }
}
