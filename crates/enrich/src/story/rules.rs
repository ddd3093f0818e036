//! What makes a copy: a few rules, each for one way in which copies come to differ. The figures were
//! chosen on one half of the texts in `fixtures/stories` and on half of the BBC's edited items, with
//! `story_bench`; each lies between what copies show and what twins show.

use super::likeness::Likeness;

/// Why an item is in a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Grounds {
    /// The same text, with another headline or end, or a few changes.
    Text,
    /// The smaller text stands in the other, which may have more.
    Excerpt,
    /// One text stands in the other below or between something else.
    Framed,
    /// The same facts in other words or in another order.
    Facts,
    /// Other words below the same unusual title.
    Title,
}

/// What a likeness must reach, and what it must not pass. What a rule does not name is free.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) grounds: Grounds,
    lead_min: f32,
    /// How much more of one text's beginning the other has than the other way round.
    lead_gap_min: f32,
    runs_min: f32,
    salient_min: f32,
    plain_min: f32,
    words_min: f32,
    facts_min: f32,
    title_min: f32,
    names_apart_max: f32,
    numbers_apart_max: f32,
    words_apart_max: f32,
    facts_apart_max: f32,
}

const FREE: Rule = Rule {
    grounds: Grounds::Text,
    lead_min: 0.0,
    lead_gap_min: 0.0,
    runs_min: 0.0,
    salient_min: 0.0,
    plain_min: 0.0,
    words_min: 0.0,
    facts_min: 0.0,
    title_min: 0.0,
    names_apart_max: 1.0,
    numbers_apart_max: 1.0,
    words_apart_max: 1.0,
    facts_apart_max: 1.0,
};

/// The first that holds tells.
pub(super) const RULES: [Rule; 6] = [
    Rule {
        lead_min: 0.6,
        salient_min: 0.58,
        plain_min: 0.5,
        names_apart_max: 0.15,
        numbers_apart_max: 0.55,
        words_apart_max: 0.15,
        ..FREE
    },
    Rule {
        grounds: Grounds::Excerpt,
        lead_min: 0.85,
        runs_min: 0.6,
        salient_min: 0.7,
        names_apart_max: 0.1,
        numbers_apart_max: 0.2,
        ..FREE
    },
    // Texts without names, such as many of the BBC's summaries, below another headline.
    Rule {
        grounds: Grounds::Excerpt,
        lead_min: 0.95,
        runs_min: 0.5,
        names_apart_max: 0.2,
        numbers_apart_max: 0.2,
        words_apart_max: 0.5,
        ..FREE
    },
    Rule {
        grounds: Grounds::Framed,
        lead_min: 0.7,
        lead_gap_min: 0.25,
        runs_min: 0.25,
        salient_min: 0.38,
        plain_min: 0.4,
        facts_min: 1.0,
        names_apart_max: 0.35,
        numbers_apart_max: 0.55,
        words_apart_max: 0.36,
        ..FREE
    },
    Rule {
        grounds: Grounds::Facts,
        lead_min: 0.25,
        salient_min: 0.3,
        words_min: 0.7,
        facts_min: 3.5,
        words_apart_max: 0.25,
        facts_apart_max: 0.12,
        ..FREE
    },
    Rule {
        grounds: Grounds::Title,
        title_min: 0.6,
        runs_min: 0.14,
        names_apart_max: 0.4,
        numbers_apart_max: 0.35,
        ..FREE
    },
];

impl Rule {
    pub(super) fn holds(&self, like: &Likeness) -> bool {
        like.lead >= self.lead_min
            && like.lead - like.lead_other >= self.lead_gap_min
            && like.runs >= self.runs_min
            && like.salient >= self.salient_min
            && like.plain >= self.plain_min
            && like.words >= self.words_min
            && like.facts >= self.facts_min
            && like.title >= self.title_min
            && like.names_apart <= self.names_apart_max
            && like.numbers_apart <= self.numbers_apart_max
            && like.words_apart <= self.words_apart_max
            && like.facts_apart <= self.facts_apart_max
    }
}
