//! Which language a text is written in: one of some seventy, or none where nothing in it tells.
//!
//! What a script alone decides is told by the script. The rest is told by the letters, weighed with what
//! its source usually writes. It translates nothing and does not look for several languages in a text.

mod prior;
mod sample;
mod script;
mod table;

use std::collections::HashSet;

use model::Lang;
use table::Table;

pub use prior::Usual;
use sample::Sample;
use script::Script;

/// Below this the most likely language is no more than a guess.
const LIKELY_MIN: f64 = 0.2;

/// A name alone tells little of the language around it: `Ozalée`, `Société Générale`.
const LIKELY_MIN_OF_NAME: f64 = 0.6;

/// What words with a capital say beside so many without one, most of all where they are names from
/// elsewhere: `Ozalée is terrible and late`.
const NAMES_WEIGHTS: [(usize, f32); 3] = [(4, 0.05), (2, 0.2), (0, 1.0)];

/// A second language this near to the first is told with it.
const RIVAL_SHARE_MIN: f64 = 1.0 / 3.0;

/// No word is read further, and no more letters of a text: what they say by then is beyond doubt.
const WORD_LETTERS_MAX: usize = 40;
const LETTERS_MAX: usize = 600;

/// What was found out about one text.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detected {
    /// `None` is the undetermined `und`.
    pub lang: Option<Lang>,
    /// How likely the language is, from 0 to 1; 0 where there is none.
    pub confidence: f32,
    /// Another language that is at least a third as likely, such as Danish for a short Norwegian text.
    pub rival: Option<Lang>,
}

/// Reads languages. Making one costs nothing: its table is part of the program.
#[derive(Debug, Clone, Copy)]
pub struct Languages {
    table: Table,
}

impl Default for Languages {
    fn default() -> Self {
        Self { table: Table::get() }
    }
}

impl Languages {
    /// Tells the language of a text, of which it reads about two kilobytes: its beginning, middle and
    /// end, without addresses, `@names`, `#tags`, code and pictures.
    ///
    /// `declared` is what the source says of this text and `usual` what its texts were before. Both only
    /// weigh what the text itself shows: with its likelihood c, a language has the probability
    /// c(l)·π(l) / Σ c·π, where π is [`Usual`]'s.
    pub fn read(&self, text: &str, declared: Option<&Lang>, usual: &Usual) -> Detected {
        let sample = Sample::of(text);
        match script::of(&sample.text) {
            None => Detected::default(),
            Some(Script::Of(likelihoods)) => {
                let likelihoods =
                    likelihoods.iter().map(|(code, likely)| ((*code).to_owned(), *likely));
                judge(likelihoods, declared, usual, LIKELY_MIN)
            }
            Some(Script::Shared(_)) if sample.is_too_short() => Detected::default(),
            Some(Script::Shared(languages)) => {
                let likely_min = if sample.is_name() { LIKELY_MIN_OF_NAME } else { LIKELY_MIN };
                judge(self.likelihoods(&sample.text, languages), declared, usual, likely_min)
            }
        }
    }

    /// Returns how likely the text is in each of the languages, the likeliest as 1.
    fn likelihoods(&self, text: &str, languages: &[&str]) -> impl Iterator<Item = (String, f64)> {
        let mut scores = vec![0.0; self.table.languages()];
        let mut of_names = scores.clone();
        let mut others = 0;
        let mut seen = HashSet::new();
        let mut left = LETTERS_MAX;
        for word in text.split(|c: char| !c.is_alphabetic() && !sample::is_mark(c)) {
            // A word that is said again says nothing new.
            if word.is_empty() || !seen.insert(word) {
                continue;
            }
            let letters =
                word.chars().flat_map(char::to_lowercase).take(WORD_LETTERS_MAX.min(left));
            let letters: Vec<char> = letters.collect();
            left -= letters.len();
            let is_name = word.starts_with(char::is_uppercase);
            others += usize::from(!is_name);
            self.table.read_word(&letters, if is_name { &mut of_names } else { &mut scores });
        }
        let weight = NAMES_WEIGHTS.iter().find(|(words, _)| others >= *words);
        let weight = weight.map_or(1.0, |(_, weight)| *weight);
        for (score, of_names) in scores.iter_mut().zip(of_names) {
            *score += weight * of_names;
        }
        let codes =
            self.table.codes.chunks_exact(2).map(|code| String::from_utf8_lossy(code).into_owned());
        let of_script: Vec<(String, f32)> =
            codes.zip(scores).filter(|(code, _)| languages.contains(&code.as_str())).collect();
        let best = of_script.iter().map(|(_, score)| *score).fold(f32::NEG_INFINITY, f32::max);
        of_script.into_iter().map(move |(code, score)| (code, f64::from(score - best).exp()))
    }
}

/// Weighs likelihoods with what the source usually writes.
fn judge(
    likelihoods: impl Iterator<Item = (String, f64)>,
    declared: Option<&Lang>,
    usual: &Usual,
    likely_min: f64,
) -> Detected {
    let mut weighed: Vec<(Lang, f64)> = likelihoods
        .filter_map(|(code, likely)| Some((Lang::from_tag(&code)?, likely)))
        .map(|(lang, likely)| {
            let weight = likely * usual.weight(&lang, declared);
            (lang, weight)
        })
        .collect();
    let all: f64 = weighed.iter().map(|(_, weight)| weight).sum();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let mut weighed = weighed.into_iter();
    let Some((lang, best)) = weighed.next().filter(|(_, best)| best / all >= likely_min) else {
        return Detected::default();
    };
    let rival = weighed.next().filter(|(_, weight)| *weight >= best * RIVAL_SHARE_MIN);
    Detected {
        lang: Some(lang),
        confidence: narrow(best / all),
        rival: rival.map(|(lang, _)| lang),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a share needs no more digits")]
fn narrow(share: f64) -> f32 {
    share as f32
}
