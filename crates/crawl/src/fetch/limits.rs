//! How long, how much and how far a fetch may go.

use std::time::Duration;

/// The limits of one fetch. Every one ends in a [`crate::FetchError`], none in a truncated page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchLimits {
    /// From the first packet to an open connection, TLS included.
    pub connect: Duration,
    /// From the request (a new connection included) to the end of the answer's headers.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub stall: Duration,
    /// From the first request to the last byte: robots.txt, redirects and body together.
    pub whole: Duration,
    /// Bytes of a body once decompressed; reading stops there.
    pub body_bytes: usize,
    /// Redirects followed from one address.
    pub redirects: usize,
    /// Between two requests to a host that redirects lead to. The pause of the host that a visit sets out
    /// for is its caller's.
    pub host_pause: Duration,
    /// Bytes of a robots.txt that are read; RFC 9309 asks for at least 500 KiB.
    pub robots_bytes: usize,
    /// How long a robots.txt is believed; RFC 9309 advises at most a day.
    pub robots_age: Duration,
    /// Hosts whose robots.txt is remembered.
    pub robots_hosts: usize,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_byte: Duration::from_secs(20),
            stall: Duration::from_secs(15),
            whole: Duration::from_mins(1),
            body_bytes: 10 * 1024 * 1024,
            redirects: 10,
            host_pause: Duration::from_secs(2),
            robots_bytes: 512 * 1024,
            robots_age: Duration::from_hours(24),
            robots_hosts: 4096,
        }
    }
}
