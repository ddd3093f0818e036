//! From an item on a site to a mail on a real server, and what becomes of a mail that the server
//! does not take.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use chrono::DateTime;
use serde_json::{Value, json};

use crate::process::{Place, now};
use crate::settings::{FOLDER, server, watching};
use crate::site::{Page, Publication, Site};
use crate::smtp::{Mail, Sink, read_mails};

const SENT: &[&str] = &["\"message\":\"sent\""];
const NOT_SENT: &[&str] = &["\"message\":\"failed to send\""];

/// A site with one item that is about the brand.
fn one_mention() -> Site {
    let courrier = Publication::default();
    courrier.publish("1", "Ozalée ouvre une boutique à Lyon", "Du thé pétillant, rue Mercière.");
    courrier.site()
}

/// What `vigie status` says of the outbox: the counts, then the mails in trouble.
fn outbox(place: &Place) -> String {
    let status = place.print(&["status"]);
    status[status.find("outbox:").unwrap()..].to_owned()
}

/// Makes a certificate for this machine that nobody has signed but itself.
fn make_certificate(folder: &Path) -> [String; 2] {
    let [certificate, key] = ["cert.pem", "key.pem"].map(|name| folder.join(name));
    let made = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
        .args(["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .arg("-out")
        .arg(&certificate)
        .arg("-keyout")
        .arg(&key)
        .stderr(Stdio::null())
        .status()
        .expect("openssl runs; tests/run.sh installs it");
    assert!(made.success());
    [certificate, key].map(|path| path.to_str().unwrap().to_owned())
}

fn with_password(port: u16, security: &str) -> String {
    format!(
        "smtp = {{ host = \"127.0.0.1\", port = {port}, security = \"{security}\", \
         user = \"vigie\", password_file = \"password\" }}"
    )
}

#[test]
fn an_item_reaches_the_mail_server_over_starttls_once_its_certificate_is_trusted() {
    let site = one_mention();
    let place = Place::empty();
    let [certificate, key] = make_certificate(&place.path(""));
    let sink = Sink::start(&["--tls", &certificate, &key, "--auth", "vigie", "s3cret"]);
    std::fs::write(place.path("password"), "s3cret\n").unwrap();
    place.configure(&watching(&[("courrier", &site)], &with_password(sink.port, "starttls")));

    let daemon = place.start();
    daemon.wait_for_line(NOT_SENT);
    assert!(daemon.stop().success());
    assert_eq!(sink.log(), [] as [Value; 0], "nothing was said before the server was known");
    let waiting = outbox(&place);
    assert!(
        waiting.starts_with("outbox: 1 waiting, 0 under way, 0 sent, 0 given up\n"),
        "{waiting}"
    );
    let reason = "the encrypted connection (TLS) failed: invalid peer certificate: UnknownIssuer";
    assert!(waiting.contains(&format!("127.0.0.1:{}: {reason}", sink.port)), "{waiting}");

    place.make_mails_due();
    let daemon = place.start_with(&[("SSL_CERT_FILE", Path::new(&certificate))]);
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    let log = sink.log();
    assert_eq!(log.len(), 1);
    assert_eq!((&log[0]["tls"], &log[0]["user"]), (&json!(true), &json!("vigie")));
    assert_eq!(sink.mails()[0].headers["to"], "press@ozalee.example");
}

#[test]
fn a_mail_waits_until_a_wrong_password_is_put_right() {
    let site = one_mention();
    let sink = Sink::start(&["--auth", "vigie", "s3cret"]);
    let place = Place::empty();
    std::fs::write(place.path("password"), "gu3ssed").unwrap();
    place.configure(&watching(&[("courrier", &site)], &with_password(sink.port, "none")));

    let daemon = place.start();
    daemon.wait_for_line(NOT_SENT);
    assert!(daemon.stop().success());
    let waiting = outbox(&place);
    assert!(
        waiting.starts_with("outbox: 1 waiting, 0 under way, 0 sent, 0 given up\n"),
        "{waiting}"
    );
    assert!(waiting.contains("authentication failed: 535"), "{waiting}");
    assert!(!waiting.contains("gu3ssed"), "{waiting}");

    std::fs::write(place.path("password"), "s3cret").unwrap();
    place.make_mails_due();
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    assert_eq!(sink.log()[0]["user"], "vigie");
    assert_eq!(outbox(&place), "outbox: 0 waiting, 0 under way, 1 sent, 0 given up\n");
}

/// Lets the daemon send one mail about what a site has, and returns it.
fn mailed(site: &Site) -> Mail {
    let sink = Sink::start(&[]);
    let place = Place::new(&watching(&[("courrier", site)], &server(sink.port)));
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    let mut mails = sink.mails();
    assert_eq!(mails.len(), 1);
    mails.remove(0)
}

#[test]
fn a_mail_says_what_it_is_to_programs_and_to_people() {
    let mail = mailed(&one_mention());
    assert_eq!(mail.defects, [""; 0]);
    assert_eq!(mail.content_type, "multipart/alternative");
    let check = |name: &str, expect: &str| assert_eq!(mail.headers[name], expect);
    check("from", "Vigie <vigie@ozalee.example>");
    check("to", "press@ozalee.example");
    check("subject", "Vigie – ozalee");
    check("list-id", "<press.vigie.ozalee.example>");
    check("auto-submitted", "auto-generated");
    let age = now() - DateTime::parse_from_rfc2822(&mail.headers["date"]).unwrap().to_utc();
    assert!(age < chrono::TimeDelta::minutes(2), "{age}");
    let id = &mail.headers["message-id"];
    let hexadecimal = id.strip_prefix('<').and_then(|id| id.strip_suffix("@ozalee.example>"));
    let hexadecimal = hexadecimal.unwrap_or_else(|| panic!("{id}"));
    assert!(hexadecimal.len() == 32 && hexadecimal.bytes().all(|b| b.is_ascii_hexdigit()), "{id}");

    for part in [&mail.text, &mail.html] {
        assert!(part.contains("ouvre une boutique à Lyon"), "{part}");
        assert!(part.contains("Du thé pétillant, rue Mercière."), "{part}");
        assert!(part.contains("https://site.example/1"), "{part}");
        assert!(part.contains("courrier"), "{part}");
    }
    assert!(mail.text.contains("Ozalée ouvre"), "{}", mail.text);
    assert!(mail.html.contains("<b>Ozalée</b> ouvre"), "{}", mail.html);
}

#[test]
fn what_strangers_write_neither_acts_nor_forges_anything_in_a_mail() {
    // Escaped once, it is markup, which goes; escaped twice, it is text, which stays.
    let title = "Ozalée &lt;script&gt;alert(0)&lt;/script&gt;\
                 &amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;\
                 &#13;&#10;Bcc: thief@evil.example&#13;&#10;&#13;&#10;\
                 &#x202e;drawkcab &amp;quot; onmouseover=&amp;quot;alert(3)";
    let text = "&lt;img src=x onerror=alert(4)&gt;&lt;script&gt;alert(5)&lt;/script&gt;Suite \
                &amp;lt;iframe src='//evil.example'&amp;gt; et fin.\u{2066}";
    let courrier = Publication::default();
    courrier.publish("1\" onclick=\"alert(6)'onfocus='alert(7)", title, text);
    let mail = mailed(&courrier.site());

    assert_eq!(mail.defects, [""; 0]);
    assert!(!mail.headers.contains_key("bcc"), "{:?}", mail.headers);
    assert_eq!(mail.headers["subject"], "Vigie – ozalee");
    let title = "Ozalée <script>alert(1)</script> Bcc: thief@evil.example drawkcab";
    assert!(mail.text.contains(title), "{}", mail.text);
    let title = "</b> &lt;script&gt;alert(1)&lt;/script&gt; Bcc: thief@evil.example drawkcab";
    assert!(mail.html.contains(title), "{}", mail.html);
    assert!(mail.text.contains("Suite <iframe src='//evil.example'> et fin."), "{}", mail.text);
    assert!(mail.html.contains("Suite &lt;iframe src=&#39;//evil"), "{}", mail.html);
    for acts in ["<script", "<img", "<iframe", "\" onmouseover", "\" onclick", "'onfocus"] {
        assert!(!mail.html.contains(acts), "{acts}: {}", mail.html);
    }
    for hidden in ['\u{202e}', '\u{2066}', '\r'] {
        assert!(!mail.html.contains(hidden) && !mail.text.contains(hidden), "{hidden:?}");
    }
}

#[test]
fn a_mail_refused_for_now_waits_and_goes_later_under_the_same_message_id() {
    let site = one_mention();
    let sink = Sink::start(&[]);
    sink.plan(&json!([451, "drop", "accept"]));
    let place = Place::new(&watching(&[("courrier", &site)], &server(sink.port)));

    for _ in 0..2 {
        let daemon = place.start();
        daemon.wait_for_line(NOT_SENT);
        let waiting = outbox(&place);
        assert!(waiting.starts_with("outbox: 1 waiting, 0 under way, 0 sent, 0 given up\n"));
        assert!(waiting.contains("to be tried again"), "{waiting}");
        assert!(daemon.stop().success());
        assert_eq!(place.make_mails_due().len(), 1);
    }
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    assert_eq!(outbox(&place), "outbox: 0 waiting, 0 under way, 1 sent, 0 given up\n");
    assert!(daemon.stop().success());

    let log = sink.log();
    let replies: Vec<_> = log.iter().map(|reply| &reply["reply"]).collect();
    assert_eq!(replies, [451, 250, 250]);
    let ids: BTreeSet<_> = log.iter().map(|reply| reply["message_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

#[test]
fn a_mail_refused_for_good_is_given_up_with_its_reason_and_the_others_go() {
    let site = one_mention();
    let sink = Sink::start(&[]);
    sink.plan(&json!([550]));
    let settings = watching(&[("courrier", &site)], &server(sink.port));
    let place = Place::new(&settings.replace("to = [", "to = [\"gone@agency.example\", "));

    let daemon = place.start();
    daemon.wait_for_line(&["\"ERROR\"", "gave up sending"]);
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    let outbox = outbox(&place);
    assert!(outbox.starts_with("outbox: 0 waiting, 0 under way, 1 sent, 1 given up\n"), "{outbox}");
    assert!(outbox.contains("press to gone@agency.example: "), "{outbox}");
    assert!(outbox.contains("the mail was refused: 550 as the plan says"), "{outbox}");
    assert_eq!(sink.mails()[0].headers["to"], "press@ozalee.example");

    assert_eq!(place.print(&["retry"]), "Mails to be tried again: 1\n");
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    assert_eq!(sink.mails()[1].headers["to"], "gone@agency.example");
}

/// Says how often a letter to each recipient was taken, by the log of the server, and under how many names.
fn taken(log: &[Value], to: &str) -> (usize, usize) {
    let of = |reply: &&Value| reply["to"][0] == to && reply["reply"] == 250;
    let names: BTreeSet<_> =
        log.iter().filter(of).map(|reply| &reply["message_id"]).map(Value::to_string).collect();
    (log.iter().filter(of).count(), names.len())
}

fn number_after(text: &str, before: &str) -> usize {
    let rest = text.split_once(before).unwrap().1;
    rest.split(|c: char| !c.is_ascii_digit()).next().unwrap().parse().unwrap()
}

#[test]
fn a_server_of_changing_moods_gets_every_letter_once_or_again_where_it_lied() {
    let site = one_mention();
    let sink = Sink::start(&[]);
    let moods = [json!(421), json!(451), json!("accept"), json!(452), json!("drop"), json!(550)];
    let plan: Vec<Value> = moods.iter().cycle().take(42).cloned().collect();
    sink.plan(&json!(plan));
    let people: Vec<String> = (0..24).map(|nth| format!("anne{nth:02}@ozalee.example")).collect();
    let settings = watching(&[("courrier", &site)], &server(sink.port));
    let place = Place::new(&settings.replace("[\"press@ozalee.example\"]", &format!("{people:?}")));
    let (mut due, mut rounds) = (people.len(), 0);
    while due > 0 {
        let tries = sink.log().len();
        let daemon = place.start();
        daemon.wait_until("all letters to be tried", || sink.log().len() >= tries + due);
        daemon.wait_until("the batch to end", || outbox(&place).contains(" 0 under way,"));
        assert!(daemon.stop().success());
        due = number_after(&outbox(&place), "outbox: ");
        if due > 0 {
            place.make_mails_due();
        } else {
            // What was refused for good is tried again on the owner's word.
            due = number_after(&place.print(&["retry"]), "tried again: ");
        }
        rounds += 1;
    }
    let log = sink.log();
    assert!(outbox(&place).starts_with("outbox: 0 waiting, 0 under way, 24 sent, 0 given up\n"));
    let lies = plan.iter().filter(|mood| **mood == json!("drop")).count();
    let counts: Vec<(usize, usize)> = people.iter().map(|to| taken(&log, to)).collect();
    println!("{rounds} rounds, {} tries, {lies} lies: taken {counts:?}", log.len());
    assert!(counts.iter().all(|(times, names)| *times >= 1 && *names == 1), "{counts:?}");
    let again: usize = counts.iter().map(|(times, _)| times - 1).sum();
    assert_eq!(again, lies, "a letter comes again only where the server lied");
    let refusals = |code: u64| log.iter().filter(|reply| reply["reply"] == code).count();
    assert!([421, 451, 452, 550].iter().all(|code| refusals(*code) == 7), "all moods were met");
}

#[test]
fn the_past_of_a_new_query_is_counted_but_never_mailed() {
    let courrier = Publication::default();
    for n in 0..3 {
        courrier.publish(&format!("{n}"), &format!("Bruinelle numéro {n}"), "Un concurrent.");
    }
    let site = courrier.site();
    let settings = watching(&[("courrier", &site)], FOLDER);
    let place = Place::new(&settings);
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "\"new\":3", "\"hits\":0"]);
    place.configure(
        &settings
            .replace("[queries]", "[queries]\nrival = 'Bruinelle'")
            .replace("queries = [", "queries = [\"rival\", "),
    );
    daemon.signal("HUP");
    daemon.wait_until("the past to be searched", || hits(&place, "rival") == 3);

    courrier.publish("9", "Bruinelle répond à Ozalée", "");
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    assert_eq!(hits(&place, "rival"), 4);
    let mails = read_mails(&place.path("mails"));
    assert_eq!(mails.len(), 1);
    assert!(mails[0].text.contains("Bruinelle répond à Ozalée"), "{}", mails[0].text);
    assert!(!mails[0].text.contains("numéro"), "{}", mails[0].text);
}

fn hits(place: &Place, query: &str) -> u64 {
    let status = place.ledger().status(now()).unwrap();
    status.queries.iter().find(|found| found.name.as_str() == query).map_or(0, |found| found.hits)
}

#[test]
fn a_failing_source_is_named_in_the_next_mail() {
    let courrier = Publication::default();
    let (well, broken) = (courrier.site(), Site::start(|_| Page::missing()));
    let sites = [("courrier", &well), ("gazette", &broken)];
    let settings = watching(&sites, FOLDER);
    let named = settings.replace("[sources.gazette]", "[sources.gazette]\nname = \"La Gazette\"");
    let place = Place::new(&named);
    let daemon = place.start();
    daemon.wait_until("the source to fail three times", || {
        !place.ledger().troubles().unwrap().is_empty()
    });
    courrier.publish("1", "Ozalée ouvre une boutique à Lyon", "");
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());

    let mails = read_mails(&place.path("mails"));
    let footer = mails[0].text.split("- - - -").last().unwrap();
    let footer = footer.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(footer.contains("La Gazette: is not there any more, since "), "{footer}");
    assert!(footer.contains("(127.0.0.1 answers 404 Not Found)"), "{footer}");
    assert!(mails[0].html.contains("<b>La Gazette</b>"), "{}", mails[0].html);
}
