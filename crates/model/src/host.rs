//! Hosts: what is remembered of them between visits, whichever of their sources was visited.

use chrono::NaiveDate;

use url::Url;

use crate::Timestamp;

/// What is remembered of a host.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Host {
    /// Visits in a row that brought no answer, or an error of the server.
    pub faults: u32,
    /// Answers in a row that asked for patience without saying for how long.
    pub pleas: u32,
    /// Whether its last answer came promptly. One that was never asked is not known to be prompt.
    pub is_prompt: bool,
    /// The day of the last visit, in UTC, and how many pages were asked for on it.
    pub day: NaiveDate,
    pub pages: u32,
    /// Why none of its sources is visited for a while. One that is over says nothing.
    pub rest: Option<Rest>,
}

impl Host {
    /// Returns what the host of an address is known by: its name and its port.
    pub fn name_of(url: &Url) -> String {
        let host = url.host_str().unwrap_or_default();
        url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    pub until: Timestamp,
    /// For people.
    pub reason: String,
}
