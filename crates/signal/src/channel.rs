//! What a series can be unusual in, and how the user's one setting of false alarms is shared between these.
//!
//! Each channel says its own time between false alarms. Who alerts on a channel at `days / share` has one false alarm of
//! it in that time, and one of any channel in `days`, for the rates add up: Σ share / days = 1 / days. Where two channels
//! hear the same false alarm it is one, so that the sum is rather less; where a series is too thin to fall quiet, that
//! channel's share is not used.

/// A way to be unusual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Channel {
    /// More than expected, within minutes to hours.
    Rise,
    /// More than expected, half a day or a day long: what grows too slowly to be a rise.
    Slow,
    /// Less than expected: a brand or a source falls quiet.
    Silence,
}

impl Channel {
    pub const ALL: [Self; 3] = [Self::Rise, Self::Slow, Self::Silence];

    /// The channel's part of the false alarms that the user allows. All parts make 1.
    pub fn share(self) -> f64 {
        match self {
            Self::Rise => 0.6,
            Self::Slow => 0.3,
            Self::Silence => 0.1,
        }
    }
}
