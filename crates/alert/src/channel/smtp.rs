//! SMTP, one letter at a time over a connection that a batch shares.
//!
//! lettre's own transport opens a connection for each message, has no deadline for answers and
//! does not say at which step it failed. Its connection does the protocol; this adds the rest.

use std::error::Error as StdError;
use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use lettre::transport::smtp::Error as ProtocolError;
use lettre::transport::smtp::authentication::{
    Credentials as LettreCredentials, DEFAULT_MECHANISMS,
};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};

use super::mime::{self, Outgoing};
use super::{Dkim, Secret, SendError, refusal};
use crate::Letter;
use crate::clean::one_line;

/// How to reach the mail server.
#[derive(Debug, Clone)]
pub struct SmtpServer {
    pub host: String,
    pub port: u16,
    pub security: Security,
    pub credentials: Option<Credentials>,
    /// How long one letter may take, connection and all.
    pub deadline: Duration,
}

/// How the connection is kept from being read or changed on its way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// TLS from the first byte; port 465.
    Tls,
    /// STARTTLS, or no mail; port 587.
    StartTls,
    /// In the clear, to a server on this machine.
    None,
}

#[derive(Debug, Clone)]
pub struct Credentials {
    pub user: String,
    pub password: Secret,
}

/// The server is not one to send to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadServer {
    #[error("mail to {host} would travel in the clear: without TLS, only to this machine")]
    Unencrypted { host: String },
    #[error("{host:?} is no host name")]
    Host { host: String },
    #[error("TLS cannot be set up: {reason}")]
    Tls { reason: String },
}

/// A mail server, and the connection to it while a batch lasts.
pub struct Smtp {
    server: SmtpServer,
    tls: Option<TlsParameters>,
    connection: Option<Box<AsyncSmtpConnection>>,
    signer: Option<Arc<Dkim>>,
}

impl Smtp {
    /// Checks the settings; connects to nothing yet.
    pub fn new(server: SmtpServer) -> Result<Self, BadServer> {
        let host = server.host.clone();
        if url::Host::parse(&host).is_err() && host.parse::<IpAddr>().is_err() {
            return Err(BadServer::Host { host });
        }
        let tls = match server.security {
            Security::None if is_loopback(&host) => None,
            Security::None => return Err(BadServer::Unencrypted { host }),
            Security::Tls | Security::StartTls => {
                let parameters = TlsParameters::new(host);
                Some(parameters.map_err(|error| BadServer::Tls { reason: error.to_string() })?)
            }
        };
        Ok(Self { server, tls, connection: None, signer: None })
    }

    /// Has letters signed.
    #[must_use]
    pub fn signed_by(self, signer: Option<Arc<Dkim>>) -> Self {
        Self { signer, ..self }
    }

    pub(super) async fn send(&mut self, letter: &Letter) -> Result<(), SendError> {
        let message = mime::outgoing(letter, self.signer.as_deref())?;
        // Taken out, so that a failure or a dropped future leaves no half-used connection behind.
        let kept = self.connection.take();
        let sending = async {
            let mut connection = self.connected(kept).await?;
            self.deliver(&mut connection, &message).await?;
            Ok(connection)
        };
        match tokio::time::timeout(self.server.deadline, sending).await {
            Ok(Ok(connection)) => {
                self.connection = Some(connection);
                Ok(())
            }
            Ok(Err(error)) => Err(error),
            Err(_) => Err(self.unreachable(&format!(
                "did not answer within {} s",
                self.server.deadline.as_secs_f32()
            ))),
        }
    }

    pub(super) async fn close(&mut self) {
        if let Some(mut connection) = self.connection.take() {
            // Good manners, not duty: the letters are delivered either way.
            let _ = tokio::time::timeout(Duration::from_secs(5), connection.quit()).await;
        }
    }

    /// Returns the kept connection if it still answers, or a new one, secured and authenticated.
    async fn connected(
        &self,
        kept: Option<Box<AsyncSmtpConnection>>,
    ) -> Result<Box<AsyncSmtpConnection>, SendError> {
        if let Some(mut connection) = kept {
            // Servers drop idle connections. Asking first keeps the doubt out of the delivery.
            if connection.test_connected().await {
                return Ok(connection);
            }
        }
        // Nothing in this part is about the letter: whatever the server says, it is worth a retry
        // once the server or its settings have been mended.
        let hello = ClientId::default();
        let address = (self.server.host.as_str(), self.server.port);
        let wrapper = self.tls.clone().filter(|_| self.server.security == Security::Tls);
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(self.server.deadline),
            &hello,
            wrapper,
            None,
        )
        .await
        .map_err(|error| self.unreachable(&in_words("the connection failed", &error)))?;
        self.secure(&mut connection, &hello).await?;
        self.authenticate(&mut connection).await?;
        Ok(Box::new(connection))
    }

    async fn secure(
        &self,
        connection: &mut AsyncSmtpConnection,
        hello: &ClientId,
    ) -> Result<(), SendError> {
        let wanted = match self.server.security {
            Security::Tls | Security::None => false,
            Security::StartTls => true,
        };
        let Some(parameters) = self.tls.clone().filter(|_| wanted) else { return Ok(()) };
        if !connection.can_starttls() {
            return Err(
                self.unreachable("does not offer STARTTLS, and mail must not go in the clear")
            );
        }
        let secured = connection.starttls(parameters, hello).await;
        secured.map_err(|error| self.unreachable(&in_words("STARTTLS failed", &error)))
    }

    async fn authenticate(&self, connection: &mut AsyncSmtpConnection) -> Result<(), SendError> {
        let Some(Credentials { user, password }) = &self.server.credentials else { return Ok(()) };
        if !connection.is_encrypted() && !is_loopback(&self.server.host) {
            return Err(
                self.unreachable("offers no encryption, and the password must not go in the clear")
            );
        }
        let credentials = LettreCredentials::new(user.clone(), password.reveal().to_owned());
        let authenticated = connection.auth(DEFAULT_MECHANISMS, &credentials).await;
        authenticated
            .map(drop)
            .map_err(|error| self.unreachable(&in_words("authentication failed", &error)))
    }

    async fn deliver(
        &self,
        connection: &mut AsyncSmtpConnection,
        message: &Outgoing,
    ) -> Result<(), SendError> {
        let international = connection.server_info().supports_feature(Extension::SmtpUtfEight);
        if message.envelope.to().iter().any(|to| !AsRef::<str>::as_ref(to).is_ascii())
            && !international
        {
            return Err(SendError::Permanent {
                reason: format!("{}: does not take addresses with accents (SMTPUTF8)", self.name()),
            });
        }
        let sent = hand_over(connection, message, international).await;
        if sent.is_err() {
            connection.abort().await;
        }
        sent.map_err(|(step, error)| {
            let words = in_words("the mail was refused", &error);
            let reason = || format!("{}: {words}", self.name());
            if about_the_session(&error) {
                self.unreachable(&words)
            } else if !error.is_permanent() {
                self.temporary(&words)
            } else if step == Step::Recipient && is_no_recipient(&error) {
                SendError::NoRecipient { reason: reason() }
            } else {
                SendError::Permanent { reason: reason() }
            }
        })
    }

    fn unreachable(&self, what: &str) -> SendError {
        SendError::Unreachable { reason: format!("{}: {what}", self.name()) }
    }

    fn temporary(&self, what: &str) -> SendError {
        SendError::Temporary { reason: format!("{}: {what}", self.name()) }
    }

    fn name(&self) -> String {
        format!("{}:{}", self.server.host, self.server.port)
    }
}

/// What a server can refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Sender,
    Recipient,
    Letter,
}

/// Says whose mail it is, for whom, and what it says. lettre does the same, and does not tell which of
/// them was refused.
async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    message: &Outgoing,
    international: bool,
) -> Result<(), (Step, ProtocolError)> {
    let Outgoing { envelope, bytes } = message;
    let mut options = Vec::new();
    if envelope.to().iter().any(|to| !AsRef::<str>::as_ref(to).is_ascii()) && international {
        options.push(MailParameter::SmtpUtfEight);
    }
    if !bytes.is_ascii() {
        options.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let at = |step| move |error| (step, error);
    connection
        .command(Mail::new(envelope.from().cloned(), options))
        .await
        .map_err(at(Step::Sender))?;
    for to in envelope.to() {
        connection.command(Rcpt::new(to.clone(), Vec::new())).await.map_err(at(Step::Recipient))?;
    }
    connection.command(Data).await.map_err(at(Step::Letter))?;
    match std::str::from_utf8(bytes) {
        Ok(text) => connection.command(Text(text)).await,
        Err(_) => connection.message(bytes).await,
    }
    .map_err(at(Step::Letter))?;
    Ok(())
}

/// A letter with its end (RFC 5321, section 4.5.2), in one piece. lettre writes the end by itself, which waits 40 ms
/// for the receiver to acknowledge what came before (RFC 896).
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (nth, part) in self.0.split("\r\n.").enumerate() {
            if nth > 0 {
                f.write_str("\r\n..")?;
            } else if part.starts_with('.') {
                f.write_str(".")?;
            }
            f.write_str(part)?;
        }
        f.write_str(if self.0.ends_with("\r\n") { ".\r\n" } else { "\r\n.\r\n" })
    }
}

impl fmt::Debug for Smtp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Smtp").field("server", &self.server).finish_non_exhaustive()
    }
}

fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Some 5xx replies are about us, not about the letter: authentication required, too weak,
/// refused, or encryption required (RFC 4954, section 6). They end when the settings are mended.
fn about_the_session(error: &ProtocolError) -> bool {
    error.status().is_some_and(|code| matches!(u16::from(code), 530 | 534 | 535 | 538))
}

fn is_no_recipient(error: &ProtocolError) -> bool {
    let Some(code) = error.status() else { return false };
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    refusal::is_no_recipient(u16::from(code), &said)
}

/// Says what happened, for a person: with the server's own words where it spoke.
fn in_words(what: &str, error: &ProtocolError) -> String {
    if let Some(tls) = tls_failure(error) {
        return format!("the encrypted connection (TLS) failed: {tls}");
    }
    let Some(code) = error.status() else {
        let cause = error.source().map_or_else(|| error.to_string(), ToString::to_string);
        return format!("{what}: {}", one_line(&cause, 300));
    };
    let said = error.source().map(ToString::to_string).unwrap_or_default();
    format!("{what}: {code} {}", one_line(&said, 300)).trim_end().to_owned()
}

/// lettre reports a failed handshake as a failed connection; the cause tells them apart.
fn tls_failure(error: &ProtocolError) -> Option<String> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls.to_string());
        }
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if let Some(tls) = inner.and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            return Some(tls.to_string());
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_are_doubled_where_a_line_begins_and_nowhere_else() {
        let check = |text: &str, expect: &str| assert_eq!(Text(text).to_string(), expect);
        check("a\r\nb\r\n", "a\r\nb\r\n.\r\n");
        check("a. b", "a. b\r\n.\r\n");
        check(".a\r\n.\r\n..b\r\nQUIT\r\n", "..a\r\n..\r\n...b\r\nQUIT\r\n.\r\n");
        check("", "\r\n.\r\n");
    }
}
