//! What a series can be unusual in, and how the user's one setting of false alarms is shared between these.
//!
//! Each channel says its own time between false alarms, so that alerting on it at `days / share` gives one false alarm of
//! it in that time. Rates add up, and the parts of the channels make the whole, but for one correction: about a quarter of
//! the slow channel's false alarms are heard as a rise too and would be counted twice. Where a series is too thin to fall
//! quiet, that channel's part is not used.

/// A way to be unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// More than expected, within minutes to hours.
    Rise,
    /// More than expected, half a day long: what grows too slowly to be a rise.
    Slow,
    /// Less than expected: a brand or a source falls quiet.
    Silence,
}

/// The part of the slow channel's false alarms that are its own.
const SLOW_ALONE: f64 = 0.75;

impl Channel {
    pub const ALL: [Self; 3] = [Self::Rise, Self::Slow, Self::Silence];

    /// The channel's part of the false alarms that the user allows, where all channels are listened to.
    pub fn share(self) -> f64 {
        self.share_among(&Self::ALL)
    }

    /// Its part where the user listens to `channels` only: theirs is the whole. 0 for a channel that is not among them.
    pub fn share_among(self, channels: &[Self]) -> f64 {
        if !channels.contains(&self) {
            return 0.0;
        }
        let own = self.part() / channels.iter().map(|channel| channel.part()).sum::<f64>();
        match self {
            Self::Slow if channels.contains(&Self::Rise) => own / SLOW_ALONE,
            Self::Rise | Self::Slow | Self::Silence => own,
        }
    }

    fn part(self) -> f64 {
        match self {
            Self::Rise | Self::Slow => 0.45,
            Self::Silence => 0.1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(channels: &[Channel], expect: [f64; 3]) {
        for (channel, expect) in Channel::ALL.into_iter().zip(expect) {
            let share = channel.share_among(channels);
            assert!((share - expect).abs() < 1e-9, "{channel:?}: {share}");
        }
    }

    #[test]
    fn the_parts_make_the_whole_and_what_two_channels_hear_counts_once() {
        check(&Channel::ALL, [0.45, 0.6, 0.1]);
        check(&[Channel::Rise, Channel::Slow], [0.5, 0.5 / 0.75, 0.0]);
        check(&[Channel::Slow, Channel::Silence], [0.0, 9.0 / 11.0, 2.0 / 11.0]);
    }

    #[test]
    fn a_channel_alone_has_all() {
        check(&[Channel::Rise], [1.0, 0.0, 0.0]);
        check(&[Channel::Slow], [0.0, 1.0, 0.0]);
        check(&[Channel::Silence], [0.0, 0.0, 1.0]);
    }

    #[test]
    fn nobody_who_listens_to_nothing_is_told_anything() {
        check(&[], [0.0; 3]);
    }
}
