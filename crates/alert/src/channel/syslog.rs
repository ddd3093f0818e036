//! Messages to a logger: into the socket of this machine's, by UDP (RFC 5426), or by TCP with their octets counted
//! (RFC 6587). A name is looked up here, and each address that it has is judged: what was judged is what is connected
//! to, one after the other until one takes the message.

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
/// For all addresses of a name together, each of which gets as much of it: one that swallows what is sent keeps no
/// other from its turn.
const CONNECT_DEADLINE: Duration = Duration::from_secs(8);
/// Of one name.
const ADDRESSES_MAX: usize = 8;
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
                cast(&self.judged(host, *port).await?, message).await?;
            }
            LogPlace::Tcp { host, port } => {
                let mut stream =
                    connect(&self.judged(host, *port).await?, CONNECT_DEADLINE).await?;
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

    /// Returns the addresses of a name that may be asked; one at least.
    async fn judged(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        self.admitted(lookup_host((host, port)).await?)
    }

    fn admitted(&self, found: impl Iterator<Item = SocketAddr>) -> io::Result<Vec<SocketAddr>> {
        let (mut admitted, mut refused) = (Vec::new(), None);
        for address in found {
            // One judge says of all endpoints where they may lead, and most of them are addresses of the web.
            let judged = Url::parse(&format!("http://{address}/"))
                .map_err(|error| error.to_string())
                .and_then(|url| (self.judge)(&url));
            match judged {
                Ok(()) => admitted.push(address),
                Err(reason) => refused = Some(reason),
            }
        }
        if admitted.is_empty() {
            let reason = refused.unwrap_or_else(|| "the name has no address".to_owned());
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, reason));
        }
        admitted.truncate(ADDRESSES_MAX);
        Ok(admitted)
    }
}

/// Sends to the first address that there is a way to; whether it arrives nobody says.
async fn cast(addresses: &[SocketAddr], message: &str) -> io::Result<()> {
    let mut problems = Vec::new();
    for to in addresses {
        let from: SocketAddr = match to {
            SocketAddr::V4(_) => (Ipv4Addr::UNSPECIFIED, 0).into(),
            SocketAddr::V6(_) => (Ipv6Addr::UNSPECIFIED, 0).into(),
        };
        let sent = async { UdpSocket::bind(from).await?.send_to(message.as_bytes(), to).await };
        match sent.await {
            Ok(_) => return Ok(()),
            Err(problem) => problems.push(format!("{to}: {problem}")),
        }
    }
    Err(io::Error::other(problems.join("; ")))
}

/// Connects to the first address that answers; `patience` is for all of them.
async fn connect(addresses: &[SocketAddr], patience: Duration) -> io::Result<TcpStream> {
    let each = patience / u32::try_from(addresses.len()).unwrap_or(u32::MAX).max(1);
    let mut problems = Vec::new();
    for to in addresses {
        let problem = match timeout(each, TcpStream::connect(to)).await {
            Ok(Ok(stream)) => return Ok(stream),
            Ok(Err(problem)) => problem.to_string(),
            Err(_) => format!("does not answer within {} ms", each.as_millis()),
        };
        problems.push(format!("{to}: {problem}"));
    }
    Err(io::Error::other(problems.join("; ")))
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;
    use std::net::{TcpListener, UdpSocket};
    use std::os::unix::net::UnixDatagram;
    use std::sync::Arc;

    use super::*;

    /// One that may lead to 127.0.0.1 alone.
    fn logger(place: LogPlace) -> Logger {
        let judge = |url: &Url| match url.host_str() {
            Some("127.0.0.1") => Ok(()),
            host => Err(format!("{} is inside", host.unwrap_or_default())),
        };
        Logger::new(place, Arc::new(judge))
    }

    fn waited_for<T>(future: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(future)
    }

    fn send(place: LogPlace, payload: &str) -> Result<(), OutletError> {
        waited_for(logger(place).send(Parcel { id: "1", payload }))
    }

    fn refusal(place: LogPlace) -> String {
        send(place, MESSAGE).unwrap_err().to_string()
    }

    /// An address of this machine at which nobody listens.
    fn closed() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    const MESSAGE: &str = "<30>1 - - vigie - - - Ozalée";

    #[test]
    fn each_datagram_is_one_message() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let mut bytes = [0; 4_096];
        let nobody = refusal(LogPlace::Socket(path.clone()));
        assert_eq!(nobody, format!("{}: No such file or directory (os error 2)", path.display()));
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
        let refused = "Connection refused (os error 111)";
        assert_eq!(refusal(place), format!("tcp://127.0.0.1:{port}: 127.0.0.1:{port}: {refused}"));
    }

    #[test]
    fn each_address_of_a_name_is_tried_in_turn_and_none_takes_all_the_time() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let open = listener.local_addr().unwrap();
        let connected = |addresses: &[SocketAddr]| {
            let patience = Duration::from_secs(2);
            let stream =
                waited_for(async { timeout(patience, connect(addresses, patience)).await });
            let stream = stream.expect("none takes all the time");
            stream.map(|stream| stream.peer_addr().unwrap()).map_err(|error| error.to_string())
        };
        assert_eq!(connected(&[closed(), open, closed()]), Ok(open));
        let (one, other) = (closed(), closed());
        let refused = "Connection refused (os error 111)";
        assert_eq!(connected(&[one, other]), Err(format!("{one}: {refused}; {other}: {refused}")));
        // Whose queue is full takes no connection and refuses none.
        let full = waited_for(async {
            let socket = tokio::net::TcpSocket::new_v4().unwrap();
            socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
            socket.listen(0).unwrap().into_std().unwrap()
        });
        let mute = full.local_addr().unwrap();
        let queued = std::net::TcpStream::connect(mute).unwrap();
        assert_eq!(connected(&[mute, open]), Ok(open));
        let told = "does not answer within 1000 ms";
        assert_eq!(connected(&[mute, one]), Err(format!("{mute}: {told}; {one}: {refused}")));
        drop(queued);
    }

    #[test]
    fn a_datagram_goes_to_the_first_address_that_there_is_a_way_to() {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        let open = socket.local_addr().unwrap();
        // Nothing is sent to port 0.
        let nowhere: SocketAddr = "127.0.0.1:0".parse().unwrap();
        waited_for(cast(&[nowhere, open], MESSAGE)).unwrap();
        let mut bytes = [0; 4_096];
        assert_eq!(socket.recv(&mut bytes).unwrap(), MESSAGE.len());
        let told = waited_for(cast(&[nowhere], MESSAGE)).unwrap_err().to_string();
        assert_eq!(told, "127.0.0.1:0: Invalid argument (os error 22)");
    }

    #[test]
    fn of_the_addresses_of_a_name_those_are_tried_that_the_judge_admits() {
        let logger = logger(LogPlace::Socket(PathBuf::new()));
        let check = |found: &[&str], expect: Result<&[&str], &str>| {
            let found = found.iter().map(|address| address.parse().unwrap());
            let told = match logger.admitted(found) {
                Ok(admitted) => Ok(admitted.iter().map(ToString::to_string).collect()),
                Err(error) => Err(error.to_string()),
            };
            let expect = expect.map(|all| all.iter().map(ToString::to_string).collect::<Vec<_>>());
            assert_eq!(told, expect.map_err(str::to_owned));
        };
        check(&["[::1]:514", "127.0.0.1:514", "10.0.0.1:514"], Ok(&["127.0.0.1:514"]));
        check(&["[fd00::1]:514", "10.0.0.1:514"], Err("10.0.0.1 is inside"));
        check(&[], Err("the name has no address"));
        check(&["127.0.0.1:514"; 9], Ok(&["127.0.0.1:514"; 8]));
    }

    #[test]
    fn an_address_that_the_judge_refuses_is_not_asked() {
        let listener = TcpListener::bind("127.0.0.2:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let port = listener.local_addr().unwrap().port();
        let host = "127.0.0.2".to_owned();
        let inside = format!("127.0.0.2:{port}: 127.0.0.2 is inside");
        assert_eq!(refusal(LogPlace::Tcp { host: host.clone(), port }), format!("tcp://{inside}"));
        assert_eq!(listener.accept().unwrap_err().kind(), io::ErrorKind::WouldBlock);
        assert_eq!(refusal(LogPlace::Udp { host, port }), format!("udp://{inside}"));
    }
}
