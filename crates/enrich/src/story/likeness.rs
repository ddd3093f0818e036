//! Whether two texts are versions of one another.
//!
//! What both have in common is weighed part by part, with what many stories have counting little. Shared
//! words alone prove nothing: two bulletins by one template share most of theirs. So every rule also asks
//! that names, numbers and the words of the beginning agree.

use super::fingerprint::{Fingerprint, Part};
use super::rules::{Grounds, RULES};

/// Shares of less than so many hashes are chance.
const MASS_MIN: f32 = 4.0;
/// A title of fewer long words, such as "Les titres du jour", may stand above any text.
const TITLE_TERMS_MIN: u8 = 6;
/// A name or number that only one text has counts at least so much.
const APART_MIN: f32 = 0.4;
/// Texts of which neither has more of the other's beginning are no copies.
const LEAD_MIN: f32 = 0.2;
/// A new item must have so much in common with the first of a story, if not as a copy of it.
const KIN_SALIENT_MIN: f32 = 0.25;
const KIN_WORDS_MIN: f32 = 0.4;
const KIN_NAMES_MAX: f32 = 0.5;

/// How two texts compare. All figures lie between 0 and 1, but for `facts`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Likeness {
    /// Of the shingles of one text's beginning, how many the other has; of the two texts the higher figure.
    pub lead: f32,
    /// The same, the lower figure: what is put above a copy lowers it, while templates lower both.
    pub lead_other: f32,
    /// Of runs of six words, how many the other text has; of the two texts the higher figure.
    pub runs: f32,
    /// The same of shingles with a name or a number in them.
    pub salient: f32,
    /// The same of other shingles.
    pub plain: f32,
    /// The same of words.
    pub words: f32,
    /// How many names and numbers both have, where common ones count little.
    pub facts: f32,
    /// Of the names of the text that has fewer of its own, how many the other lacks.
    pub names_apart: f32,
    /// The same of numbers and dates.
    pub numbers_apart: f32,
    /// The same of words.
    pub words_apart: f32,
    /// Of all names and numbers, how many only one has.
    pub facts_apart: f32,
    /// How rare the title is that both have, 0 where they differ.
    pub title: f32,
}

impl Likeness {
    pub(super) fn of(a: &Fingerprint, b: &Fingerprint, weight: &impl Fn(u32) -> f32) -> Self {
        let shingles = |part| Sides::of(part, Part::AllShingles, a, b, weight);
        // A common name or word still says more than a common run of words.
        let terms = |part, weight_min: f32| {
            let weight = |hash| weight(hash).sqrt().max(weight_min);
            Sides::of(part, Part::AllTerms, a, b, &weight)
        };
        let lead = shingles(Part::Lead).contained(MASS_MIN, 0.5);
        let facts = terms(Part::Names, 0.0).both() + terms(Part::Numbers, 0.0).both();
        // Also names and numbers that many have tell texts apart.
        let (names, numbers) = (terms(Part::Names, APART_MIN), terms(Part::Numbers, APART_MIN));
        let words = terms(Part::Words, 0.0);
        let strangers = names.alone() + numbers.alone();
        let is_telling = a.title_terms() >= TITLE_TERMS_MIN && a.title() == b.title();
        Self {
            lead: lead.0.max(lead.1),
            lead_other: lead.0.min(lead.1),
            runs: Sides::of_runs(a, b, weight).higher(),
            salient: shingles(Part::Salient).higher(),
            plain: shingles(Part::Plain).higher(),
            words: words.higher(),
            facts,
            names_apart: names.apart(),
            numbers_apart: numbers.apart(),
            words_apart: words.apart(),
            facts_apart: strangers / (facts + strangers + 1.0),
            title: if is_telling { weight(a.title()) } else { 0.0 },
        }
    }

    /// Tells whether a closer look is worth its time.
    pub(super) fn is_possible(a: &Fingerprint, b: &Fingerprint) -> bool {
        let (left, right) =
            Sides::of(Part::Lead, Part::AllShingles, a, b, &|_| 1.0).contained(1.0, 0.0);
        left.max(right) >= LEAD_MIN || (a.title() == b.title() && a.title() != 0)
    }

    /// Returns why one text is a copy or a version of the other, if it is.
    pub fn grounds(&self) -> Option<Grounds> {
        RULES.iter().find(|rule| rule.holds(self)).map(|rule| rule.grounds)
    }

    /// Tells whether two texts may belong to one story if a third resembles both.
    pub fn is_kin(&self) -> bool {
        (self.salient >= KIN_SALIENT_MIN || self.words >= KIN_WORDS_MIN)
            && self.names_apart <= KIN_NAMES_MAX
    }

    /// Returns how much of one text the other has, over all its parts.
    pub fn value(&self) -> f32 {
        (self.runs + self.salient + self.words) / 3.0
    }

    /// Returns how much of the longer text the other has.
    pub(super) fn overlap(a: &Fingerprint, b: &Fingerprint) -> f32 {
        let (left, right) = Sides::of_runs(a, b, &|_| 1.0).contained(1.0, 0.0);
        left.min(right)
    }
}

/// Of what was sampled of two texts: how much the other has and has not, by weight.
struct Sides {
    left: Side,
    right: Side,
}

#[derive(Default)]
struct Side {
    both: f32,
    alone: f32,
    count: f32,
}

impl Sides {
    /// Compares a part of each text with a set of all that is in the other: a name at the beginning of a
    /// sentence, which is read as a word, is there all the same.
    fn of(
        part: Part,
        set: Part,
        a: &Fingerprint,
        b: &Fingerprint,
        weight: &impl Fn(u32) -> f32,
    ) -> Self {
        let side = |a: &Fingerprint, b: &Fingerprint| {
            Side::of(a.each(part).map(|hash| (b.has(set, hash), weight(hash))))
        };
        Self { left: side(a, b), right: side(b, a) }
    }

    /// Compares samples of runs, as far as both can tell.
    fn of_runs(a: &Fingerprint, b: &Fingerprint, weight: &impl Fn(u32) -> f32) -> Self {
        let side = |a: &Fingerprint, b: &Fingerprint| {
            let other = b.sample(Part::Runs);
            let known = a.part(Part::Runs).iter().filter(|hash| other.knows(**hash));
            Side::of(known.map(|hash| (other.has(*hash), weight(*hash))))
        };
        Self { left: side(a, b), right: side(b, a) }
    }

    /// Returns how much of each the other has. What is less than a mass, or than a share of what there
    /// is because the rest is boilerplate, is measured by that.
    fn contained(&self, mass_min: f32, share_min: f32) -> (f32, f32) {
        let part = |side: &Side| {
            side.both / (side.both + side.alone).max(mass_min).max(side.count * share_min)
        };
        (part(&self.left), part(&self.right))
    }

    fn higher(&self) -> f32 {
        let (left, right) = self.contained(MASS_MIN, 0.0);
        left.max(right)
    }

    fn both(&self) -> f32 {
        self.left.both.max(self.right.both)
    }

    fn alone(&self) -> f32 {
        self.left.alone + self.right.alone
    }

    /// Returns a share of what contradicts: an excerpt lacks much but adds nothing.
    fn apart(&self) -> f32 {
        let apart = self.left.alone.min(self.right.alone);
        apart / (self.both() + apart + 1.0)
    }
}

impl Side {
    fn of(hashes: impl Iterator<Item = (bool, f32)>) -> Self {
        hashes.fold(Self::default(), |mut side, (is_shared, weight)| {
            let sum = if is_shared { &mut side.both } else { &mut side.alone };
            *sum += weight;
            side.count += 1.0;
            side
        })
    }
}
