//! How the dialects differ in grammar: which operators each of them has. Their fields are in a file
//! of each dialect.

use super::field::Field;
use super::{Dialect, brandwatch, google, meltwater, syften, talkwalker};

/// Which wildcards a dialect has inside words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wildcards {
    /// A `*` or `?` in a word is punctuation.
    None,
    /// `*` stands for letters, `?` is punctuation.
    Star,
    StarAndQuestion,
}

impl Wildcards {
    pub(super) fn has(self, c: char) -> bool {
        match self {
            Self::None => false,
            Self::Star => c == '*',
            Self::StarAndQuestion => matches!(c, '*' | '?'),
        }
    }
}

/// What `name:` means where the dialect has no field of this name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UnknownField {
    /// A word followed by a colon.
    Word,
    /// A field that we do not know.
    Field,
}

impl Dialect {
    pub(super) fn fields(self) -> &'static [(&'static str, Field)] {
        match self {
            Self::Brandwatch => brandwatch::FIELDS,
            Self::Meltwater => meltwater::FIELDS,
            Self::Talkwalker => talkwalker::FIELDS,
            Self::GoogleAlerts => google::FIELDS,
            Self::Syften => syften::FIELDS,
        }
    }

    /// Finds a field by its name, in any case, as the dialects do.
    pub(super) fn field(self, name: &str) -> Option<Field> {
        let known = self.fields().iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(_, field)| *field)
    }

    pub(super) fn unknown_field(self) -> UnknownField {
        match self {
            Self::Brandwatch | Self::Meltwater | Self::Talkwalker => UnknownField::Field,
            Self::GoogleAlerts | Self::Syften => UnknownField::Word,
        }
    }

    pub(super) fn wildcards(self) -> Wildcards {
        match self {
            Self::Brandwatch | Self::Meltwater | Self::Talkwalker => Wildcards::StarAndQuestion,
            Self::GoogleAlerts => Wildcards::None,
            Self::Syften => Wildcards::Star,
        }
    }

    /// Tells whether `and`, `or`, `not` and `near` are operators in small letters, too.
    pub(super) fn reads_small_operators(self) -> bool {
        self == Self::Meltwater
    }

    /// Tells whether `a b OR c` is `a (b OR c)`, as nowhere else.
    pub(super) fn binds_or_first(self) -> bool {
        self == Self::GoogleAlerts
    }

    /// Tells whether the order in which AND and OR bind is not known: Brandwatch refuses to mix
    /// them, and the others do not say.
    pub(super) fn leaves_mixing_open(self) -> bool {
        matches!(self, Self::Brandwatch | Self::Talkwalker | Self::Syften)
    }

    pub(super) fn documents_minus(self) -> bool {
        matches!(self, Self::Talkwalker | Self::GoogleAlerts)
    }

    pub(super) fn documents_not(self) -> bool {
        self != Self::GoogleAlerts
    }

    /// Tells whether it has NEAR, and a distance after a phrase.
    pub(super) fn has_distances(self) -> bool {
        matches!(self, Self::Brandwatch | Self::Meltwater | Self::Talkwalker)
    }

    /// Returns the distance that NEAR means without a number.
    pub(super) fn distance_unsaid(self) -> Option<u32> {
        (self == Self::Meltwater).then_some(4)
    }

    pub(super) fn has_around(self) -> bool {
        self == Self::GoogleAlerts
    }

    pub(super) fn has_at_least(self) -> bool {
        self == Self::Meltwater
    }

    /// Tells whether `^9` after a clause ranks it higher.
    pub(super) fn has_boosts(self) -> bool {
        self == Self::Meltwater
    }

    pub(super) fn has_exact_words(self) -> bool {
        self == Self::Brandwatch
    }

    pub(super) fn has_comments(self) -> bool {
        self == Self::Brandwatch
    }

    pub(super) fn has_verbatim(self) -> bool {
        self == Self::Syften
    }

    pub(super) fn has_pipe(self) -> bool {
        self == Self::GoogleAlerts
    }

    /// Tells whether a `*` that stands alone in a phrase stands for words.
    pub(super) fn has_gaps(self) -> bool {
        self == Self::GoogleAlerts
    }

    /// Returns the fields of which several side by side are alternatives: nothing could satisfy
    /// them all.
    pub(super) fn alternatives(self) -> &'static [&'static str] {
        match self {
            Self::Talkwalker => &["site"],
            Self::Syften => &["site", "author"],
            Self::Brandwatch | Self::Meltwater | Self::GoogleAlerts => &[],
        }
    }

    /// Returns the signs beside letters that the dialect looks for and Vigie does not.
    pub(super) fn signs(self) -> &'static str {
        match self {
            // Brandwatch ignores + as we do, unless the word stands after raw:.
            Self::Brandwatch => "#%=€£¥$",
            Self::Meltwater | Self::Talkwalker | Self::GoogleAlerts | Self::Syften => "+#%=€£¥$",
        }
    }
}
