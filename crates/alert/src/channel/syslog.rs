//! Messages to a logger: into the socket of this machine's, by UDP (RFC 5426), or by TCP with their octets counted
//! (RFC 6587). A name is looked up here, and each address that it has is judged: what was judged is what is connected
//! to.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpStream, UdpSocket, UnixDatagram, lookup_host};
use tokio::time::timeout;
use url::Url;

use super::{Judge, OutletError, Parcel};

const DEADLINE: Duration = Duration::from_secs(10);
/// A logger says nothing. Most close once they have read the end, which says that all of it was taken; who leaves
/// the connection open is believed.
const CLOSE_WAIT: Duration = Duration::from_millis(500);
const SAID_BYTES_MAX: u64 = 4_096;

/// Where a logger listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogPlace {
    /// A datagram socket of this machine, as `/dev/log`.
    Socket(PathBuf),
    Udp {
        host: String,
        port: u16,
    },
    Tcp {
        host: String,
        port: u16,
    },
}

/// A logger.
pub struct Logger {
    place: LogPlace,
    judge: Judge,
}

impl fmt::Debug for Logger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Logger").field(&self.place).finish_non_exhaustive()
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Socket(path) => write!(f, "{}", path.display()),
            Self::Udp { host, port } => write!(f, "udp://{host}:{port}"),
            Self::Tcp { host, port } => write!(f, "tcp://{host}:{port}"),
        }
    }
}

impl Logger {
    pub fn new(place: LogPlace, judge: Judge) -> Self {
        Self { place, judge }
    }

    /// Hands a message over. By TCP it has arrived when this returns, as far as that can be known; by UDP it is gone.
    pub(super) async fn send(&self, parcel: Parcel<'_>) -> Result<(), OutletError> {
        let sent = timeout(DEADLINE, self.write(parcel.payload)).await;
        let problem = match sent {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(problem)) => problem,
            Err(_) => io::Error::other(format!("takes nothing within {} s", DEADLINE.as_secs())),
        };
        Err(OutletError::away(format!("{}: {problem}", self.place)))
    }

    async fn write(&self, message: &str) -> io::Result<()> {
        match &self.place {
            LogPlace::Socket(path) => {
                UnixDatagram::unbound()?.send_to(message.as_bytes(), path).await?;
            }
            LogPlace::Udp { host, port } => {
                let to = self.judged(host, *port).await?;
                let from: SocketAddr = match to {
                    SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
                    SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
                };
                UdpSocket::bind(from).await?.send_to(message.as_bytes(), to).await?;
            }
            LogPlace::Tcp { host, port } => {
                let to = self.judged(host, *port).await?;
                let mut stream = TcpStream::connect(to).await?;
                let framed = format!("{} {message}", message.len());
                stream.write_all(framed.as_bytes()).await?;
                stream.shutdown().await?;
                let mut said = Vec::new();
                let mut answer = stream.take(SAID_BYTES_MAX);
                if let Ok(read) = timeout(CLOSE_WAIT, answer.read_to_end(&mut said)).await {
                    read?;
                }
            }
        }
        Ok(())
    }

    /// Returns the first address of a name that may be asked.
    async fn judged(&self, host: &str, port: u16) -> io::Result<SocketAddr> {
        let mut refused = None;
        for address in lookup_host((host, port)).await? {
            // The judge reads addresses of the web.
            let judged = Url::parse(&format!("http://{address}/"))
                .map_err(|error| error.to_string())
                .and_then(|url| (self.judge)(&url));
            match judged {
                Ok(()) => return Ok(address),
                Err(reason) => refused = Some(reason),
            }
        }
        let reason = refused.unwrap_or_else(|| "the name has no address".to_owned());
        Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixDatagram;
    use std::sync::Arc;

    use super::*;

    fn send(place: LogPlace, payload: &str) -> Result<(), OutletError> {
        let judge = |url: &Url| match url.host_str() {
            Some("127.0.0.1") => Ok(()),
            host => Err(format!("{host:?} is inside")),
        };
        let logger = Logger::new(place, Arc::new(judge));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(logger.send(Parcel { id: "1", payload }))
    }

    const MESSAGE: &str = "<30>1 - - vigie - - - Ozalée";

    #[test]
    fn each_datagram_is_one_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut bytes = [0; 4_096];
        assert!(send(LogPlace::Socket(path.clone()), MESSAGE).is_err(), "nobody listens");
        let socket = UnixDatagram::bind(&path).unwrap();
        send(LogPlace::Socket(path), MESSAGE).unwrap();
        let read = socket.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..read], MESSAGE.as_bytes());

        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        send(LogPlace::Udp { host: "127.0.0.1".to_owned(), port }, MESSAGE).unwrap();
        let read = socket.recv(&mut bytes).unwrap();
        assert_eq!(&bytes[..read], MESSAGE.as_bytes());
    }

    #[test]
    fn by_tcp_octets_are_counted_and_who_hangs_up_has_taken_nothing() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let place = LogPlace::Tcp { host: "127.0.0.1".to_owned(), port };
        let taken = std::thread::spawn(move || {
            let mut text = String::new();
            listener.accept().unwrap().0.read_to_string(&mut text).unwrap();
            // The next one is not read: closing with bytes unread resets the connection.
            let (stream, _) = listener.accept().unwrap();
            stream.peek(&mut [0]).unwrap();
            drop(stream);
            text
        });
        send(place.clone(), MESSAGE).unwrap();
        let error = send(place.clone(), MESSAGE).unwrap_err();
        assert!(matches!(error, OutletError::Away { .. }), "{error}");
        assert_eq!(taken.join().unwrap(), format!("{} {MESSAGE}", MESSAGE.len()));
        assert!(send(place, MESSAGE).is_err(), "nobody listens");
    }

    #[test]
    fn an_address_that_the_judge_refuses_is_not_asked() {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let host = "127.0.0.2".to_owned();
        let error = send(LogPlace::Tcp { host: host.clone(), port }, MESSAGE).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("tcp://127.0.0.2:{port}: Some(\"127.0.0.2\") is inside")
        );
        assert!(listener.accept().is_err());
        assert!(send(LogPlace::Udp { host, port }, MESSAGE).is_err());
    }
}
