//! What is not carried over, and what that does to the query.

use std::ops::Range;

use super::super::out::Out;
use super::super::{NotCarried, excerpt};
use super::Lowering;

/// Something that is not carried over.
pub(super) struct Lost {
    pub(super) span: Range<usize>,
    pub(super) reason: String,
    /// Not known before it is known what is left around it.
    pub(super) effect: Option<Effect>,
}

/// What the loss of a clause does to the query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    More,
    Less,
    None,
    NothingLeft,
}

impl Lost {
    pub(super) fn told(self, text: &str) -> NotCarried {
        let effect = match self.effect {
            Some(Effect::More) => "so the query finds more than the original",
            Some(Effect::Less) => "so the query finds less than the original",
            Some(Effect::None) => "which changes nothing in what is found",
            Some(Effect::NothingLeft) | None => "and nothing of the query is left",
        };
        let what = excerpt(&text[self.span.clone()]);
        NotCarried { span: self.span, what, why: format!("{}, {effect}", self.reason) }
    }
}

/// Whether more matches of a clause make the query find more, or less.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Wanted,
    Excluded,
}

impl Sign {
    pub(super) fn flipped(self) -> Self {
        match self {
            Self::Wanted => Self::Excluded,
            Self::Excluded => Self::Wanted,
        }
    }
}

impl Lowering<'_> {
    /// Notes that a part is lost, with what that does still to be said.
    pub(super) fn lose(&mut self, span: &Range<usize>, reason: String) -> Option<Out> {
        self.losses.push(Lost { span: span.clone(), reason, effect: None });
        None
    }

    pub(super) fn lose_empty(&mut self, span: &Range<usize>) -> Option<Out> {
        self.lose(span, "there is no letter or digit in it to look for".to_owned())
    }

    /// Gives up an exclusion of which a part is lost.
    pub(super) fn lose_exclusion(&mut self, span: &Range<usize>) -> Option<Out> {
        let reason = "a part of it is not carried over and the rest would exclude too much";
        self.lose(span, reason.to_owned())
    }

    /// Uses something that matches more, unless that would exclude more.
    pub(super) fn wider(
        &mut self,
        span: &Range<usize>,
        reason: String,
        out: Out,
        sign: Sign,
    ) -> Option<Out> {
        let (effect, out) = match sign {
            Sign::Wanted => (Some(Effect::More), Some(out)),
            Sign::Excluded => (None, None),
        };
        let reason = match sign {
            Sign::Wanted => reason,
            Sign::Excluded => format!("{reason}; to exclude that would exclude too much"),
        };
        self.losses.push(Lost { span: span.clone(), reason, effect });
        out
    }

    /// Notes that something matches less.
    pub(super) fn narrower(&mut self, span: &Range<usize>, reason: String, sign: Sign) {
        let effect = if sign == Sign::Wanted { Effect::Less } else { Effect::More };
        self.losses.push(Lost { span: span.clone(), reason, effect: Some(effect) });
    }

    /// Says of the losses since then what they do.
    pub(super) fn settle(&mut self, since: usize, effect: Effect) {
        for lost in &mut self.losses[since..] {
            lost.effect.get_or_insert(effect);
        }
    }
}
