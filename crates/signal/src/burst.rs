//! What kind of rise a signal is: many people, one loud source, or one story copied.

/// What came in the signal's window, counted several ways, and what was expected of those that are series of their own.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Burst {
    pub mentions: f64,
    pub mentions_expected: f64,
    /// Distinct authors, and how many were expected. An expectation of 0 means that authors are not known.
    pub authors: f64,
    pub authors_expected: f64,
    /// Distinct sources and stories.
    pub sources: f64,
    pub stories: f64,
    /// Mentions in the loudest source, by the busiest author, and of the story that is told most.
    pub top_source: f64,
    pub top_author: f64,
    pub top_story: f64,
}

/// What a rise needs to be told.
#[derive(Debug, Clone, PartialEq)]
pub struct Guards {
    pub mentions_min: f64,
    pub ratio_min: f64,
    pub sources_min: f64,
    pub authors_min: f64,
    /// One source, author or story that makes up this share of what came beyond the expected is its cause.
    pub share_max: f64,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            mentions_min: 3.0,
            ratio_min: 1.3,
            sources_min: 1.0,
            authors_min: 1.0,
            share_max: 0.8,
        }
    }
}

/// What kind of rise it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rise {
    /// Below a guard: not to be told.
    Slight,
    Organic,
    OneAuthor,
    OneSource,
    /// Many sources repeat one text.
    OneStory,
}

impl Burst {
    /// Tells what kind of rise it is. Without its author, source or story the rest is no rise: then that is the cause, and
    /// an author explains more than a source, a source more than a story.
    pub fn kind(&self, guards: &Guards) -> Rise {
        let ratio = (self.mentions + 1.0) / (self.mentions_expected + 1.0);
        let authors_known = self.authors_expected > 0.0;
        let slight = self.mentions < guards.mentions_min
            || ratio < guards.ratio_min
            || self.sources < guards.sources_min
            || (authors_known && self.authors < guards.authors_min);
        if slight {
            return Rise::Slight;
        }
        let beyond = (self.mentions - self.mentions_expected).max(1.0);
        let causes = |count: f64| count > 1.0 && count >= guards.share_max * beyond;
        if authors_known && causes(self.top_author) {
            Rise::OneAuthor
        } else if self.sources > 1.0 && causes(self.top_source) && !self.authors_rise(guards) {
            Rise::OneSource
        } else if causes(self.top_story) {
            Rise::OneStory
        } else {
            Rise::Organic
        }
    }

    /// Whether as many more people speak, wherever they do.
    fn authors_rise(&self, guards: &Guards) -> bool {
        self.authors_expected > 0.0
            && (self.authors + 1.0) / (self.authors_expected + 1.0) >= guards.ratio_min
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Twelve mentions where two were expected, by twelve people in six places, each in their own words.
    const BUSY: Burst = Burst {
        mentions: 12.0,
        mentions_expected: 2.0,
        authors: 12.0,
        authors_expected: 2.0,
        sources: 6.0,
        stories: 12.0,
        top_source: 4.0,
        top_author: 1.0,
        top_story: 1.0,
    };

    #[track_caller]
    fn check(burst: Burst, expect: Rise) {
        assert_eq!(burst.kind(&Guards::default()), expect);
    }

    #[test]
    fn many_people_in_many_places_are_organic() {
        check(BUSY, Rise::Organic);
    }

    #[test]
    fn few_mentions_or_little_more_than_usual_are_slight() {
        check(Burst { mentions: 2.0, mentions_expected: 0.1, ..BUSY }, Rise::Slight);
        check(Burst { mentions: 12.0, mentions_expected: 10.0, ..BUSY }, Rise::Slight);
    }

    #[test]
    fn too_few_sources_or_authors_are_slight() {
        let guards = Guards { sources_min: 7.0, ..Guards::default() };
        assert_eq!(BUSY.kind(&guards), Rise::Slight);
        let guards = Guards { authors_min: 13.0, ..Guards::default() };
        assert_eq!(BUSY.kind(&guards), Rise::Slight);
        let unknown = Burst { authors: 0.0, authors_expected: 0.0, ..BUSY };
        assert_eq!(unknown.kind(&guards), Rise::Organic);
    }

    #[test]
    fn one_who_writes_it_all_is_one_author() {
        check(
            Burst { authors: 3.0, top_author: 10.0, top_source: 10.0, top_story: 10.0, ..BUSY },
            Rise::OneAuthor,
        );
    }

    #[test]
    fn one_loud_source_without_more_people_is_one_source() {
        check(Burst { authors: 2.0, top_source: 9.0, ..BUSY }, Rise::OneSource);
    }

    #[test]
    fn one_source_in_which_many_people_speak_is_organic() {
        check(Burst { top_source: 11.0, ..BUSY }, Rise::Organic);
    }

    #[test]
    fn one_text_in_many_places_is_one_story() {
        check(Burst { stories: 3.0, top_story: 10.0, ..BUSY }, Rise::OneStory);
    }
}
