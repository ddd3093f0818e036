//! Letters leave, or say why not.

use std::time::Duration;

use alert::chart::{Bucket, Chart};
use alert::{
    BadServer, Credentials, Directory, Image, Letter, ListLinks, Mailer, Secret, Security,
    SendError, Smtp, SmtpServer,
};

use crate::press;
use crate::server::{Script, Server};

fn settings(port: u16) -> SmtpServer {
    SmtpServer {
        host: "127.0.0.1".to_owned(),
        port,
        security: Security::None,
        credentials: None,
        deadline: Duration::from_secs(20),
    }
}

fn mailer(server: SmtpServer) -> Mailer {
    Mailer::Smtp(Smtp::new(server).unwrap())
}

/// Sends one letter to a server that follows the script; returns what came of it.
async fn sent(script: Script) -> (Result<(), SendError>, Server) {
    let server = Server::start(&[script]).await;
    let result = mailer(settings(server.port)).send(&press::english()).await;
    (result, server)
}

#[tokio::test]
async fn an_accepted_letter_has_its_headers_and_both_parts() {
    let (result, server) = sent(Script::Accept).await;
    assert_eq!(result, Ok(()));
    let heard = server.heard();
    let mail = &heard.mails[0];
    let letter = press::english();
    assert!(heard.commands.contains(&"MAIL FROM:<vigie@ozalee.example>".to_owned()));
    assert!(heard.commands.contains(&"RCPT TO:<anne@ozalee.example>".to_owned()));
    for header in [
        &format!("Message-ID: {}", letter.message_id),
        "Date: Sat, 08 Nov 2025 09:20:00 +0000",
        "From: Vigie <vigie@ozalee.example>",
        "To: \"Anne Martin\" <anne@ozalee.example>",
        "List-ID: <press-office.vigie.ozalee.example>",
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "List-Post: NO",
        "MIME-Version: 1.0",
    ] {
        assert!(mail.contains(&format!("{header}\r\n")), "{header}\n{mail}");
    }
    assert!(mail.contains("Subject: Vigie =?utf-8?"), "{mail}");
    assert!(mail.contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"), "{mail}");
    assert!(!mail.contains("mailto:") && !mail.contains("Precedence"), "{mail}");
    let plain = mail.find("Content-Type: text/plain; charset=utf-8").unwrap();
    let html = mail.find("Content-Type: text/html; charset=utf-8").unwrap();
    assert!(plain < html, "programs show the last part that they know");
    assert!(mail.is_ascii());
}

#[tokio::test]
async fn an_owner_is_asked_to_unsubscribe_by_mail() {
    let server = Server::start(&[Script::Accept]).await;
    mailer(settings(server.port)).send(&press::french()).await.unwrap();
    let mail = &server.heard().mails[0];
    assert!(mail.contains("Reply-To: communication@ozalee.example\r\n"));
    let unfolded = mail.replace("\r\n ", " ");
    assert!(!mail.contains("One-Click"), "{mail}");
    let unsubscribe = "List-Unsubscribe: <mailto:communication@ozalee.example?subject=unsubscribe%20press-office>";
    assert!(unfolded.replace(":  <", ": <").contains(unsubscribe), "{mail}");
}

#[tokio::test]
async fn a_letter_with_links_can_be_unsubscribed_with_one_click() {
    let server = Server::start(&[Script::Accept]).await;
    let link = |path: &str| Some(format!("https://vigie.ozalee.example/{path}").parse().unwrap());
    let links = ListLinks { unsubscribe: link("l/u"), help: link("l/h"), archive: link("l/a") };
    let letter = Letter { links, ..press::french() };
    mailer(settings(server.port)).send(&letter).await.unwrap();
    let mail = server.heard().mails[0].replace("\r\n ", " ").replace(":  <", ": <");
    for header in [
        "List-Unsubscribe: <https://vigie.ozalee.example/l/u>, \
         <mailto:communication@ozalee.example?subject=unsubscribe%20press-office>",
        "List-Unsubscribe-Post: List-Unsubscribe=One-Click",
        "List-Help: <https://vigie.ozalee.example/l/h>",
        "List-Archive: <https://vigie.ozalee.example/l/a>",
        "List-Owner: <mailto:communication@ozalee.example>",
    ] {
        assert!(mail.contains(&format!("{header}\r\n")), "{header}\n{mail}");
    }

    // A click is not told in the clear.
    let links = ListLinks {
        unsubscribe: Some("http://vigie.ozalee.example/l/u".parse().unwrap()),
        ..ListLinks::default()
    };
    mailer(settings(server.port)).send(&Letter { links, ..press::english() }).await.unwrap();
    let mail = &server.heard().mails[1];
    assert!(mail.contains("<http://vigie.ozalee.example/l/u>"), "{mail}");
    assert!(!mail.contains("One-Click"), "{mail}");
}

#[tokio::test]
async fn a_letter_that_follows_others_says_which() {
    let server = Server::start(&[Script::Accept]).await;
    let follows = vec!["<1@ozalee.example>".to_owned(), "<2@ozalee.example>".to_owned()];
    mailer(settings(server.port)).send(&Letter { follows, ..press::english() }).await.unwrap();
    let mail = &server.heard().mails[0];
    assert!(mail.contains("In-Reply-To: <2@ozalee.example>\r\n"), "{mail}");
    assert!(mail.contains("References: <1@ozalee.example> <2@ozalee.example>\r\n"), "{mail}");
}

#[tokio::test]
async fn images_stand_beside_the_html_that_shows_them() {
    let server = Server::start(&[Script::Accept]).await;
    let plain = press::english();
    let bucket = Bucket { count: 3.0, whole: 3.0, expected: None };
    let image = Image::new("volume", &plain.message_id, Chart::new(vec![bucket]).png());
    let html = plain.html.replace("</body>", &format!("<img src='{}'></body>", image.uri()));
    let letter = Letter { html, images: vec![image.clone()], ..plain };
    let mut mailer = mailer(settings(server.port));
    for _ in 0..2 {
        mailer.send(&letter).await.unwrap();
    }
    let mails = server.heard().mails;
    assert_eq!(mails[0], mails[1], "the same letter gives the same bytes");
    let mail = mails[0].replace("\r\n ", " ");
    let place = |text: &str| mail.find(text).unwrap_or_else(|| panic!("{text}\n{mail}"));
    let alternative = place("Content-Type: multipart/alternative;");
    let plain = place("Content-Type: text/plain; charset=utf-8");
    let related = place("Content-Type: multipart/related; type=\"text/html\"; boundary=");
    let html = place("Content-Type: text/html; charset=utf-8");
    let png = place("Content-Type: image/png");
    assert!(alternative < plain && plain < related && related < html && html < png);
    assert!(mail.contains(&format!("Content-ID: <{}>\r\n", image.cid)), "{mail}");
    assert!(mail.contains("Content-Disposition: inline\r\n"), "{mail}");
    assert!(image.cid.starts_with("volume.") && image.cid.ends_with("@ozalee.example"));
}

#[tokio::test]
async fn what_passes_is_temporary_and_what_stays_is_permanent() {
    async fn check(script: Script, expect: Result<(), SendError>) {
        let (result, server) = sent(script).await;
        let address = format!("127.0.0.1:{}", server.port);
        let masked = result.map_err(|error| match error {
            SendError::Temporary { reason } => {
                SendError::Temporary { reason: reason.replace(&address, "server") }
            }
            SendError::Unreachable { reason } => {
                SendError::Unreachable { reason: reason.replace(&address, "server") }
            }
            SendError::Permanent { reason } => {
                SendError::Permanent { reason: reason.replace(&address, "server") }
            }
            SendError::NoRecipient { reason } => {
                SendError::NoRecipient { reason: reason.replace(&address, "server") }
            }
        });
        assert_eq!(masked, expect, "{script:?}");
    }
    let temporary = |reason: &str| Err(SendError::Temporary { reason: reason.to_owned() });
    let unreachable = |reason: &str| Err(SendError::Unreachable { reason: reason.to_owned() });
    let nobody = |reason: &str| Err(SendError::NoRecipient { reason: reason.to_owned() });
    let permanent = |reason: &str| Err(SendError::Permanent { reason: reason.to_owned() });

    check(
        Script::Greet("421 too busy"),
        unreachable("server: the connection failed: 421 too busy"),
    )
    .await;
    check(Script::Greet("554 go away"), unreachable("server: the connection failed: 554 go away"))
        .await;
    check(
        Script::Answer("RCPT", "451 greylisted, come back"),
        temporary("server: the mail was refused: 451 greylisted, come back"),
    )
    .await;
    check(
        Script::Answer("RCPT", "550 5.1.1 no such user"),
        nobody("server: the mail was refused: 550 5.1.1 no such user"),
    )
    .await;
    // What is refused of us, or of the letter, is nothing that its recipient could mend by leaving.
    check(
        Script::Answer("RCPT", "554 5.7.1 relay access denied"),
        permanent("server: the mail was refused: 554 5.7.1 relay access denied"),
    )
    .await;
    check(
        Script::Answer("MAIL", "550 5.1.8 sender unknown"),
        permanent("server: the mail was refused: 550 5.1.8 sender unknown"),
    )
    .await;
    check(
        Script::Answer("MAIL", "530 authentication required"),
        unreachable("server: the mail was refused: 530 authentication required"),
    )
    .await;
    check(
        Script::Answer("end of data", "554 looks like spam"),
        permanent("server: the mail was refused: 554 looks like spam"),
    )
    .await;
    check(Script::DropMidReply, temporary("server: the mail was refused: incomplete response"))
        .await;
}

#[tokio::test]
async fn a_server_that_is_not_there_or_says_nothing_is_unreachable() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let error = mailer(settings(port)).send(&press::english()).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Unreachable { reason } if reason.contains("refused")),
        "{error}"
    );

    let server = Server::start(&[Script::Silence]).await;
    let patient = SmtpServer { deadline: Duration::from_millis(300), ..settings(server.port) };
    let error = mailer(patient).send(&press::english()).await.unwrap_err();
    let reason = format!("127.0.0.1:{}: did not answer within 0.3 s", server.port);
    assert_eq!(error, SendError::Unreachable { reason });
}

/// Long enough for a machine that has much else to do.
const HUNG_DEADLINE: Duration = Duration::from_secs(4);

/// Five letters to a server that hangs, and then no more. Says how often each arrived.
async fn arrived_after(script: Script) -> Vec<usize> {
    let server = Server::start(&[script, Script::Accept]).await;
    let patient = SmtpServer { deadline: HUNG_DEADLINE, ..settings(server.port) };
    let mut mailer = mailer(patient);
    let letters: Vec<Letter> = (1..=5)
        .map(|nth| Letter { message_id: format!("<{nth}@ozalee.example>"), ..press::french() })
        .collect();
    let mut waiting: Vec<&Letter> = letters.iter().collect();
    for _ in 0..2 {
        let mut left = Vec::new();
        for letter in waiting {
            if let Err(error) = mailer.send(letter).await {
                let reason = "did not answer within 4 s";
                assert!(
                    matches!(&error, SendError::Unreachable { reason: said } if said.contains(reason)
                        || said.contains("timed out")),
                    "{script:?}: {error}"
                );
                left.push(letter);
            }
        }
        waiting = left;
    }
    assert!(waiting.is_empty(), "{script:?}");
    let mails = server.heard().mails;
    let arrived = |letter: &Letter| {
        let id = format!("Message-ID: {}\r\n", letter.message_id);
        let copies: Vec<&String> = mails.iter().filter(|mail| mail.contains(&id)).collect();
        assert!(copies.windows(2).all(|pair| pair[0] == pair[1]), "the same bytes each time");
        copies.len()
    };
    letters.iter().map(arrived).collect()
}

#[tokio::test]
async fn a_server_that_hangs_loses_no_letter_wherever_it_does() {
    let stages = ["", "EHLO", "MAIL", "RCPT", "DATA", "QUIT"];
    let stages: Vec<_> =
        stages.into_iter().map(|at| (at, tokio::spawn(arrived_after(Script::Hang(at))))).collect();
    let trickled = tokio::spawn(arrived_after(Script::Trickle));
    // What it took without saying so, it gets again, under the same name.
    assert_eq!(arrived_after(Script::Silence).await, [2, 1, 1, 1, 1]);
    assert_eq!(trickled.await.unwrap(), [1; 5]);
    for (at, arrived) in stages {
        assert_eq!(arrived.await.unwrap(), [1; 5], "at {at:?}");
    }
}

#[tokio::test]
async fn a_batch_shares_one_connection_and_says_goodbye() {
    let server = Server::start(&[Script::Accept]).await;
    let mut mailer = mailer(settings(server.port));
    for letter in [press::english(), press::french()] {
        mailer.send(&letter).await.unwrap();
    }
    mailer.close().await;
    let heard = server.heard();
    assert_eq!((heard.connections, heard.mails.len()), (1, 2));
    assert_eq!(heard.commands.last().unwrap(), "QUIT");
}

#[tokio::test]
async fn a_connection_that_the_server_closed_is_opened_anew() {
    let server = Server::start(&[Script::CloseAfterMail, Script::Accept]).await;
    let mut mailer = mailer(settings(server.port));
    for letter in [press::english(), press::french()] {
        mailer.send(&letter).await.unwrap();
    }
    let heard = server.heard();
    assert_eq!((heard.connections, heard.mails.len()), (2, 2));
}

#[tokio::test]
async fn a_refused_letter_does_not_spoil_the_next() {
    let server = Server::start(&[Script::Answer("RCPT", "550 no such user"), Script::Accept]).await;
    let mut mailer = mailer(settings(server.port));
    mailer.send(&press::english()).await.unwrap_err();
    mailer.send(&press::french()).await.unwrap();
    assert_eq!(server.heard().mails.len(), 1);
}

#[tokio::test]
async fn an_address_with_accents_needs_a_server_that_takes_them() {
    let server = Server::start(&[Script::Accept]).await;
    let letter = Letter { to: "andré@ozalee.example".parse().unwrap(), ..press::english() };
    let error = mailer(settings(server.port)).send(&letter).await.unwrap_err();
    let reason =
        format!("127.0.0.1:{}: does not take addresses with accents (SMTPUTF8)", server.port);
    assert_eq!(error, SendError::Permanent { reason });
}

#[tokio::test]
async fn a_wrong_password_is_temporary_and_stays_secret() {
    let with_password = |port| {
        let password = Secret::new("s3same");
        SmtpServer {
            credentials: Some(Credentials { user: "vigie".to_owned(), password }),
            ..settings(port)
        }
    };
    let server = Server::start(&[Script::Accept]).await;
    mailer(with_password(server.port)).send(&press::english()).await.unwrap();
    // "\0vigie\0s3same" in base 64.
    assert!(server.heard().commands.contains(&"AUTH PLAIN AHZpZ2llAHMzc2FtZQ==".to_owned()));

    let server = Server::start(&[Script::Answer("AUTH", "535 5.7.8 no")]).await;
    let mut refused = mailer(with_password(server.port));
    let error = refused.send(&press::english()).await.unwrap_err();
    let reason = format!("127.0.0.1:{}: authentication failed: 535 5.7.8 no", server.port);
    assert_eq!(error, SendError::Unreachable { reason });
    let shown = format!("{refused:?}");
    assert!(shown.contains("***") && !shown.contains("s3same"), "{shown}");
}

#[tokio::test]
async fn mail_does_not_go_in_the_clear_unasked() {
    let server = Server::start(&[Script::Accept]).await;
    let strict = SmtpServer { security: Security::StartTls, ..settings(server.port) };
    let error = mailer(strict).send(&press::english()).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Unreachable { reason } if reason.contains("STARTTLS")),
        "{error}"
    );
    assert!(server.heard().mails.is_empty());

    // The greeting of a server without TLS is no handshake.
    let wrapped = SmtpServer { security: Security::Tls, ..settings(server.port) };
    let error = mailer(wrapped).send(&press::english()).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Unreachable { reason } if reason.contains("(TLS) failed")),
        "{error}"
    );
    assert!(server.heard().mails.is_empty());
}

#[test]
fn a_server_that_cannot_be_meant_is_refused_at_once() {
    let check = |host: &str, security, expect: Option<BadServer>| {
        let server = SmtpServer { host: host.to_owned(), security, ..settings(25) };
        assert_eq!(Smtp::new(server).err(), expect, "{host}");
    };
    let host = || "mail.ozalee.example".to_owned();
    check("localhost", Security::None, None);
    check("::1", Security::None, None);
    check("mail.ozalee.example", Security::StartTls, None);
    check("mail.ozalee.example", Security::None, Some(BadServer::Unencrypted { host: host() }));
    check("", Security::Tls, Some(BadServer::Host { host: String::new() }));
    check("mail ozalee", Security::Tls, Some(BadServer::Host { host: "mail ozalee".to_owned() }));
}

#[tokio::test]
async fn a_directory_holds_each_letter_once() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mails");
    let mut mailer = Mailer::Directory(Directory::new(&path));
    for letter in [press::english(), press::french(), press::english()] {
        mailer.send(&letter).await.unwrap();
    }
    let mut names: Vec<String> = std::fs::read_dir(&path)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    let name = |letter: Letter| {
        let (day, start) = (letter.date.format("%Y-%m-%dT%H%M%S"), &letter.message_id[1..9]);
        format!("{day}-{}-{start}.eml", letter.subscription)
    };
    let mut expect = [name(press::english()), name(press::french())];
    expect.sort_unstable();
    assert_eq!(names, expect);

    // The same letter is the same file, byte for byte.
    let file = path.join(name(press::english()));
    let before = std::fs::read(&file).unwrap();
    mailer.send(&press::english()).await.unwrap();
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert!(String::from_utf8(before).unwrap().starts_with("Message-ID: <"));
}

#[tokio::test]
async fn a_directory_that_cannot_be_written_is_unreachable() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut mailer = Mailer::Directory(Directory::new(file.path().join("mails")));
    let error = mailer.send(&press::english()).await.unwrap_err();
    assert!(
        matches!(&error, SendError::Unreachable { reason } if reason.starts_with("cannot write ")),
        "{error}"
    );
}
