//! Which addresses may be asked: those of the public internet, and those that the owner allows.
//! An address is judged after its name was resolved, and what was judged is what is connected to:
//! a name that leads elsewhere at the second look (DNS rebinding) is judged again there.
//!
//! Whoever sends requests to addresses that others chose builds its client by [`Guard::client`] and
//! asks [`Guard::judge`] before each request and each redirect.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use ipnet::{IpNet, Ipv4Net, Ipv6Net};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Client, ClientBuilder, redirect};
use url::{Host, Url};

/// Which addresses may be asked. The default allows those of the public internet alone.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    allowed: Vec<IpNet>,
}

/// An address that may not be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{host} is at {address}, {what}; such are asked only where allow_addresses has them, of [crawl] or of the endpoint"
)]
pub struct Forbidden {
    pub host: String,
    pub address: IpAddr,
    /// What is there instead of a site: "a private address".
    pub what: &'static str,
}

/// RFC 6890 and IANA's registry of special-purpose addresses that follows it.
const SPECIAL_V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "an unspecified address"),
    (v4(10, 0, 0, 0, 8), "a private address"),
    (v4(100, 64, 0, 0, 10), "a private address of a provider's network"),
    (v4(127, 0, 0, 0, 8), "this machine's own address"),
    (v4(169, 254, 0, 0, 16), "a link-local address, where clouds keep their secrets"),
    (v4(172, 16, 0, 0, 12), "a private address"),
    (v4(192, 0, 0, 0, 24), "an address reserved for protocols"),
    (v4(192, 0, 2, 0, 24), "an address for documentation"),
    (v4(192, 88, 99, 0, 24), "a relay's address (6to4)"),
    (v4(192, 168, 0, 0, 16), "a private address"),
    (v4(198, 18, 0, 0, 15), "an address for benchmarks"),
    (v4(198, 51, 100, 0, 24), "an address for documentation"),
    (v4(203, 0, 113, 0, 24), "an address for documentation"),
    (v4(224, 0, 0, 0, 4), "a multicast address"),
    (v4(240, 0, 0, 0, 4), "a reserved address"),
    // Azure answers its machines there, though the address is no special one.
    (v4(168, 63, 129, 16, 32), "a cloud's own address"),
];

/// What is not global unicast is refused as a whole; these lie within it.
const SPECIAL_V6: &[(Ipv6Net, &str)] = &[
    // With Teredo's tunnels, benchmarks and ORCHIDs.
    (v6(0x2001, 0, 0, 23), "an address reserved for protocols"),
    (v6(0x2001, 0xdb8, 0, 32), "an address for documentation"),
    (v6(0x2002, 0, 0, 16), "a tunnel's address (6to4)"),
    (v6(0x3fff, 0, 0, 20), "an address for documentation"),
];

/// RFC 4291, section 2.4.
const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);
/// RFC 6052: an IPv4 address for networks that have only IPv6.
const TRANSLATED: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

impl Guard {
    /// Allows these networks besides the public internet.
    pub fn allowing(allowed: Vec<IpNet>) -> Self {
        Self { allowed }
    }

    /// Allows further networks besides its own.
    #[must_use]
    pub fn also(&self, further: &[IpNet]) -> Self {
        Self { allowed: [&self.allowed, further].concat() }
    }

    /// Judges an address that is written as numbers, in whatever form: `url` has made one of them.
    /// A name is judged when it is resolved.
    pub fn judge(&self, url: &Url) -> Result<(), Forbidden> {
        let address = match url.host() {
            Some(Host::Ipv4(address)) => IpAddr::V4(address),
            Some(Host::Ipv6(address)) => IpAddr::V6(address),
            Some(Host::Domain(_)) | None => return Ok(()),
        };
        self.refusal(address)
            .map_or(Ok(()), |what| Err(Forbidden { host: address.to_string(), address, what }))
    }

    /// Returns the beginnings of a client that connects to nothing else, through no proxy (which
    /// would resolve names by itself) and follows no redirect.
    pub fn client(&self) -> ClientBuilder {
        Client::builder()
            .no_proxy()
            .redirect(redirect::Policy::none())
            .dns_resolver(Names { guard: self.clone(), look_up: Arc::new(system) })
    }

    /// Says what an address is that may not be asked.
    fn refusal(&self, address: IpAddr) -> Option<&'static str> {
        let what = special(address)?;
        let embedded = embedded(address);
        let is_allowed =
            |network: &IpNet| network.contains(&address) || network.contains(&embedded);
        (!self.allowed.iter().any(is_allowed)).then_some(what)
    }
}

/// Whether an address belongs to the public internet.
pub fn is_public(address: IpAddr) -> bool {
    special(address).is_none()
}

fn special(address: IpAddr) -> Option<&'static str> {
    match embedded(address) {
        IpAddr::V4(address) => {
            SPECIAL_V4.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
        }
        IpAddr::V6(address) if GLOBAL_UNICAST.contains(&address) => {
            SPECIAL_V6.iter().find(|(network, _)| network.contains(&address)).map(|(_, what)| *what)
        }
        IpAddr::V6(address) if address.is_loopback() => Some("this machine's own address"),
        IpAddr::V6(address) if address.is_unicast_link_local() => Some("a link-local address"),
        IpAddr::V6(address) if address.is_multicast() => Some("a multicast address"),
        IpAddr::V6(address) if address.is_unique_local() => Some("a private address"),
        IpAddr::V6(_) => Some("a reserved address"),
    }
}

/// Returns the IPv4 address that another one stands for, or the address itself.
fn embedded(address: IpAddr) -> IpAddr {
    let address = address.to_canonical();
    if let IpAddr::V6(translated) = address
        && TRANSLATED.contains(&translated)
    {
        let [.., a, b, c, d] = translated.octets();
        return IpAddr::V4(Ipv4Addr::new(a, b, c, d));
    }
    address
}

type Answered = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;

/// Resolves names to addresses that may be asked.
#[derive(Clone)]
struct Names {
    guard: Guard,
    look_up: Arc<dyn Fn(String) -> Answered + Send + Sync>,
}

/// Asks the system's resolver.
fn system(name: String) -> Answered {
    Box::pin(async move { Ok(tokio::net::lookup_host((name.as_str(), 0)).await?.collect()) })
}

impl Names {
    async fn resolve(self, name: String) -> Result<Addrs, Box<dyn Error + Send + Sync>> {
        let found = (self.look_up)(name.clone()).await?;
        let refusal = |at: &SocketAddr| self.guard.refusal(at.ip());
        let first = found.iter().find_map(|at| Some((at.ip(), refusal(at)?)));
        let admitted: Vec<_> =
            found.iter().copied().filter(|address| refusal(address).is_none()).collect();
        match first {
            Some((address, what)) if admitted.is_empty() => {
                Err(Forbidden { host: name, address, what }.into())
            }
            _ => Ok(Box::new(admitted.into_iter())),
        }
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(self.clone().resolve(name.as_str().to_owned()))
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Names").field("guard", &self.guard).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
