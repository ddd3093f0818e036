//! The `[syslogs.*]` tables: loggers that are told of each event.

use alert::{Facility, LogPlace};
use model::{EndpointId, EventKind};
use settings::Section;
use url::{Host, Url};

use super::endpoint::{Around, Common, Endpoint, Form, LogTarget, Way, allowed};

const HINT: &str = "write \"/dev/log\" for this machine's, or \"udp://logs.example:514\" or \"tcp://logs.example:514\"";
/// RFC 5426, section 3.3; RFC 6587 names none, and loggers listen here.
const PORT: u16 = 514;

pub(super) fn syslog(
    id: EndpointId,
    section: &Section<'_, '_>,
    around: &Around<'_>,
) -> Option<Endpoint> {
    let common = Common::read(section, around.known, &EventKind::ALL);
    let to = section.required_text("to", HINT);
    let facility = section.one_of("facility", &Facility::ALL);
    let facility = facility.map_or(Facility::DAEMON, |word| word.value);
    let allowed = allowed(section);
    let to = to?;
    let place = match place(&to.value) {
        Ok(place) => place,
        Err(message) => {
            section.problem_with(&to, format!("\"{}\" {message}", to.value), HINT);
            return None;
        }
    };
    if let LogPlace::Udp { host, .. } | LogPlace::Tcp { host, .. } = &place
        && !is_here(host)
    {
        let hint = "send it to a logger on this machine that passes it on by TLS";
        section.warn(&to, "travels in the clear", hint);
    }
    let form = Form::Log { facility, host: own_name() };
    Some(common.endpoint(id, form, Way::Log(LogTarget { place, allowed })))
}

fn place(text: &str) -> Result<LogPlace, &'static str> {
    if text.starts_with('/') {
        return Ok(LogPlace::Socket(text.into()));
    }
    let url = Url::parse(text).map_err(|_| "is no address of a logger")?;
    let host = match url.host() {
        Some(Host::Domain(name)) if !name.is_empty() => name.to_owned(),
        Some(Host::Ipv4(address)) => address.to_string(),
        Some(Host::Ipv6(address)) => address.to_string(),
        Some(Host::Domain(_)) | None => return Err("is no address of a logger"),
    };
    let has_more = !matches!(url.path(), "" | "/")
        || url.query().or(url.fragment()).is_some()
        || !url.username().is_empty();
    if has_more {
        return Err("has more than a host and a port");
    }
    let port = url.port().unwrap_or(PORT);
    match url.scheme() {
        "udp" => Ok(LogPlace::Udp { host, port }),
        "tcp" => Ok(LogPlace::Tcp { host, port }),
        _ => Err("is no address of a logger"),
    }
}

fn is_here(host: &str) -> bool {
    let address = host.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

/// Returns this machine's name; nothing where it has none.
fn own_name() -> String {
    std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logger_is_a_socket_or_an_address_of_udp_or_tcp() {
        let (host, v6) = ("logs.example".to_owned(), "2001:db8::1".to_owned());
        assert_eq!(place("/dev/log"), Ok(LogPlace::Socket("/dev/log".into())));
        assert_eq!(
            place("udp://logs.example"),
            Ok(LogPlace::Udp { host: host.clone(), port: 514 })
        );
        assert_eq!(place("tcp://logs.example:601/"), Ok(LogPlace::Tcp { host, port: 601 }));
        assert_eq!(place("tcp://[2001:db8::1]:6514"), Ok(LogPlace::Tcp { host: v6, port: 6514 }));
        for wrong in ["dev/log", "logs.example:514", "http://logs.example", "udp://", "udp:logs"] {
            assert_eq!(place(wrong), Err("is no address of a logger"), "{wrong}");
        }
        for more in ["tcp://logs.example/x", "tcp://a@logs.example", "tcp://logs.example?a"] {
            assert_eq!(place(more), Err("has more than a host and a port"), "{more}");
        }
    }
}
