//! How large a query may be. Together these bound what one query can cost for one item.

pub(super) const CHARS_MAX: usize = 20_000;
/// The same with what named parts stand for, each time that they do.
pub(super) const CHARS_WITH_PARTS_MAX: usize = 5 * CHARS_MAX;
/// The text itself, what its parts stand for, and the brackets around each.
pub(super) const CHARS_EXPANDED_MAX: usize = CHARS_MAX + CHARS_WITH_PARTS_MAX + 2 * CLAUSES_MAX;
pub(super) const DEPTH_MAX: usize = 50;
pub(super) const CLAUSES_MAX: usize = 1_000;
/// Words with wildcards.
pub(super) const GLOBS_MAX: usize = 50;
/// Words of which all forms are asked for.
pub(super) const FORMS_MAX: usize = 1_000;
/// `*` in one word.
pub(super) const STARS_MAX: usize = 4;
pub(super) const REGEXES_MAX: usize = 10;
/// The words between two words that are still near.
pub(super) const DISTANCE_MAX: usize = 100;
/// What NEAR alone means.
pub(super) const NEAR_USUAL: usize = 10;
pub(super) const NEAR_JOINS_MAX: usize = 8;
pub(super) const NEAR_DEPTH_MAX: usize = 8;
pub(super) const WITHIN_WORDS_MAX: usize = 8;
/// The words of one operand of NEAR or ATLEAST: their places are all looked at.
pub(super) const OPERAND_WORDS_MAX: usize = 300;
pub(super) const TIMES_MAX: usize = 1_000;
pub(super) const PARTS_DEPTH_MAX: usize = 8;

/// No more is said about one query. A person reads a few; a hostile text could make as many as it has
/// characters.
pub(super) const PROBLEMS_MAX: usize = 100;

/// What has been read so far of what is limited.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    pub(super) chars: usize,
    pub(super) depth: usize,
    pub(super) clauses: usize,
    pub(super) globs: usize,
    pub(super) forms: usize,
    pub(super) regexes: usize,
}
