//! A mail server on loopback that says what a test tells it to.

use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// How the server behaves, for each connection in turn; the last for all that follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Script {
    Accept,
    /// Greets with this line and closes.
    Greet(&'static str),
    /// Answers one command with this line, and the others as usual.
    Answer(&'static str, &'static str),
    /// Closes in the middle of the answer to the data.
    DropMidReply,
    /// Takes the data and never answers.
    Silence,
    /// Says nothing more when it hears this command, or "" before it has greeted.
    Hang(&'static str),
    /// Says what it says a byte at a time, and never comes to an end.
    Trickle,
    /// Closes after the first mail without a word.
    CloseAfterMail,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    heard: Arc<Mutex<Heard>>,
}

#[derive(Debug, Default, Clone)]
pub(crate) struct Heard {
    pub(crate) connections: usize,
    pub(crate) commands: Vec<String>,
    pub(crate) mails: Vec<String>,
}

impl Server {
    pub(crate) async fn start(scripts: &[Script]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (scripts, shared) = (scripts.to_vec(), Arc::clone(&heard));
        tokio::spawn(async move {
            for nth in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                shared.lock().unwrap().connections += 1;
                let script = *scripts.get(nth).or(scripts.last()).unwrap();
                tokio::spawn(serve(stream, script, Arc::clone(&shared)));
            }
        });
        Self { port, heard }
    }

    pub(crate) fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

/// Ends when the peer is gone, which is what `None` says.
async fn serve(stream: TcpStream, script: Script, heard: Arc<Mutex<Heard>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    if let Script::Greet(line) = script {
        return say(&mut stream, line).await;
    }
    if script == Script::Hang("") {
        return std::future::pending().await;
    }
    if script == Script::Trickle {
        loop {
            stream.get_mut().write_all(b"2").await.ok()?;
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }
    say(&mut stream, "220 mail.ozalee.example ready").await?;
    loop {
        let command = line(&mut stream).await?;
        heard.lock().unwrap().commands.push(command.clone());
        let verb = command.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
        if matches!(script, Script::Hang(at) if at == verb) {
            return std::future::pending().await;
        }
        let usual = match verb.as_str() {
            "EHLO" => "250-mail.ozalee.example\r\n250-AUTH PLAIN\r\n250 8BITMIME",
            "AUTH" => "235 welcome",
            "DATA" => "354 go on",
            "QUIT" => "221 bye",
            _ => "250 fine",
        };
        say(&mut stream, answer(script, &verb).unwrap_or(usual)).await?;
        if verb == "DATA" {
            let mut mail = String::new();
            loop {
                let text = line(&mut stream).await?;
                if text == "." {
                    break;
                }
                mail.push_str(text.strip_prefix('.').unwrap_or(&text));
                mail.push_str("\r\n");
            }
            heard.lock().unwrap().mails.push(mail);
            match script {
                Script::Accept
                | Script::Greet(_)
                | Script::Answer(..)
                | Script::Hang(_)
                | Script::Trickle => {
                    say(&mut stream, answer(script, "end of data").unwrap_or("250 taken")).await?;
                }
                Script::CloseAfterMail => return say(&mut stream, "250 taken").await,
                Script::DropMidReply => return stream.get_mut().write_all(b"25").await.ok(),
                Script::Silence => std::future::pending().await,
            }
        }
        if verb == "QUIT" {
            return Some(());
        }
    }
}

fn answer(script: Script, command: &str) -> Option<&'static str> {
    let Script::Answer(to, answer) = script else { return None };
    (to == command).then_some(answer)
}

async fn say(stream: &mut BufReader<TcpStream>, line: &str) -> Option<()> {
    stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await.ok()
}

async fn line(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    let bytes = stream.read_line(&mut line).await.ok()?;
    (bytes > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned())
}
