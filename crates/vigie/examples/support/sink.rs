//! A server on this machine that takes everything, and counts what it has taken.

use std::collections::HashSet;
use std::io::BufReader;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::Failure;
use super::daemon::Daemon;

pub(crate) struct Sink {
    pub(crate) address: SocketAddr,
    taken: Arc<Taken>,
}

#[derive(Default)]
pub(crate) struct Taken(Mutex<(HashSet<String>, usize)>);

impl Taken {
    /// Something came that is told from others by its name.
    pub(crate) fn take(&self, name: String) {
        if let Ok(mut taken) = self.0.lock() {
            taken.0.insert(name);
        }
    }

    /// Counts a request or a connection.
    pub(crate) fn count(&self) {
        if let Ok(mut taken) = self.0.lock() {
            taken.1 += 1;
        }
    }
}

impl Sink {
    /// `serve` speaks with who has connected, until they go.
    pub(crate) fn start(
        serve: fn(BufReader<TcpStream>, &TcpStream, &Taken) -> std::io::Result<()>,
    ) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let taken: Arc<Taken> = Arc::default();
        let shared = Arc::clone(&taken);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let taken = Arc::clone(&shared);
                std::thread::spawn(move || {
                    stream.set_nodelay(true)?;
                    serve(BufReader::new(stream.try_clone()?), &stream, &taken)
                });
            }
        });
        Ok(Self { address, taken })
    }

    /// How many things came.
    fn distinct(&self) -> usize {
        self.taken.0.lock().map_or(0, |taken| taken.0.len())
    }

    pub(crate) fn counted(&self) -> usize {
        self.taken.0.lock().map_or(0, |taken| taken.1)
    }

    /// Waits until so many things came, and says now and then how fast. Returns how many seconds it took.
    #[expect(clippy::cast_precision_loss, reason = "a rate is shown")]
    pub(crate) fn fill(&self, expected: usize, daemon: &mut Daemon) -> Result<f64, Failure> {
        let began = Instant::now();
        let (mut seen, mut last) = (0, began);
        while self.distinct() < expected {
            daemon.pass(Duration::from_millis(200))?;
            let (count, stretch) = (self.distinct(), last.elapsed().as_secs_f64());
            if stretch >= 5.0 {
                println!("  {count:7} taken, {:.0} a second", (count - seen) as f64 / stretch);
                (seen, last) = (count, Instant::now());
            }
        }
        Ok(began.elapsed().as_secs_f64())
    }
}
