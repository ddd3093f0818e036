//! What mails lead to: who is asked, confirms, pauses, leaves, and who is no longer there.

use std::fmt::Write as _;
use std::net::SocketAddr;

use crate::process::{Daemon, Place, now};
use crate::settings::{server, watching};
use crate::site::{Publication, Site};
use crate::smtp::{Mail, Sink};
use crate::web::{Answer, ask, free_address};

const SENT: &[&str] = &["\"message\":\"sent\""];
const PRESS: &str = "press@ozalee.example";
const AGENCY: &str = "team@agency.example";

/// A daemon whose mails have links, and the site that it reads.
struct Desk {
    courrier: Publication,
    sink: Sink,
    place: Place,
    daemon: Daemon,
    address: SocketAddr,
    _site: Site,
}

impl Desk {
    /// Starts it with these recipients, and these options of the mail server.
    fn start(to: &[&str], options: &[&str]) -> Self {
        let courrier = Publication::default();
        let site = courrier.site();
        let sink = Sink::start(options);
        let address = free_address();
        let settings = watching(&[("courrier", &site)], &server(sink.port))
            .replace("to = [\"press@ozalee.example\"]", &format!("to = {to:?}"));
        let web = format!(
            "[web]\nlisten = \"{address}\"\npublic_url = \"https://vigie.example/brand\"\n\
             token_file = \"token\"\n"
        );
        let place = Place::empty();
        std::fs::write(place.path("token"), "0123456789abcdef0123456789abcdef").unwrap();
        place.configure(&(settings + &web));
        let daemon = place.start();
        daemon.wait_for_line(&["visited"]);
        Self { courrier, sink, place, daemon, address, _site: site }
    }

    /// Publishes something, and waits for so many mails in all.
    fn publish(&self, name: &str, mails: usize) -> Vec<Mail> {
        self.courrier.publish(name, &format!("Ozalée ouvre une boutique, {name}"), "Du thé.");
        self.daemon.wait_until("the mails to be there", || self.sink.log().len() >= mails);
        let told = self.sink.mails();
        assert_eq!(self.sink.log().len(), mails, "{:?}", self.sink.log());
        told
    }

    fn get(&self, link: &str) -> Answer {
        self.ask("GET", link, "", "")
    }

    fn post(&self, link: &str, form: &str) -> Answer {
        self.ask("POST", link, "application/x-www-form-urlencoded", form)
    }

    /// Asks as the proxy does that ends TLS before us.
    fn ask(&self, method: &str, link: &str, kind: &str, body: &str) -> Answer {
        let path = link
            .strip_prefix("https://vigie.example/brand")
            .unwrap_or_else(|| panic!("{link} is none of our links"));
        let mut request = format!("{method} {path} HTTP/1.1\r\nHost: vigie.example\r\n");
        if !kind.is_empty() {
            write!(request, "Content-Type: {kind}\r\nContent-Length: {}\r\n", body.len()).unwrap();
        }
        ask(self.address, &format!("{request}\r\n{body}"))
    }

    fn status(&self) -> String {
        self.place.print(&["status"])
    }
}

fn mails_to<'a>(mails: &'a [Mail], to: &str) -> Vec<&'a Mail> {
    mails.iter().filter(|mail| mail.headers["to"] == to).collect()
}

/// The address that follows a word in a mail's text.
fn link(mail: &Mail, word: &str) -> String {
    let line = mail.text.lines().find(|line| line.starts_with(word));
    let line = line.unwrap_or_else(|| panic!("no {word}: {}", mail.text));
    line[line.find("https://").unwrap()..].to_owned()
}

fn unsubscribe(mail: &Mail) -> String {
    let header = &mail.headers["list-unsubscribe"];
    header[1..header.find('>').unwrap()].to_owned()
}

#[test]
fn a_click_unsubscribes_for_good_and_a_look_does_not() {
    let desk = Desk::start(&[PRESS, "paul@ozalee.example"], &[]);
    let mails = desk.publish("1", 2);
    assert!(mails.iter().all(|mail| mail.defects.is_empty()), "{:?}", mails[0].defects);
    let mail = mails_to(&mails, PRESS)[0];
    assert_eq!(mail.headers["list-unsubscribe-post"], "List-Unsubscribe=One-Click");
    let link = unsubscribe(mail);
    assert_eq!(link, self::link(mail, "Unsubscribe"));

    let page = desk.get(&link);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("No more mails of the subscription “press”?"), "{}", page.body);
    for header in ["content-security-policy: default-src 'none'", "referrer-policy: no-referrer"] {
        assert!(page.head.contains(header), "{}", page.head);
    }
    // Programs that look through mails follow links, and some send empty forms.
    assert_eq!(desk.post(&link, "").status, 422);
    assert_eq!(desk.post(&link, "List-Unsubscribe=Maybe").status, 422);
    let mut forged = link.clone();
    let last = forged.pop().unwrap();
    forged.push(if last == 'A' { 'Q' } else { 'A' });
    assert_eq!(desk.post(&forged, "List-Unsubscribe=One-Click").status, 404);
    assert_eq!(mails_to(&desk.publish("2", 4), PRESS).len(), 2);

    // As mail programs do it: without cookies, in either form, and no redirect comes back.
    let body = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n\
                One-Click\r\n--b--\r\n";
    let answer = desk.ask("POST", &link, "multipart/form-data; boundary=b", body);
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.body.contains("no more mails of the subscription “press”"), "{}", answer.body);
    let mails = desk.publish("3", 5);
    assert_eq!(mails_to(&mails, PRESS).len(), 2);
    assert_eq!(mails_to(&mails, "paul@ozalee.example").len(), 3);
    let status = desk.status();
    assert!(status.contains("no mails of press to press@ozalee.example: unsubscribed"), "{status}");

    // The owner cannot bring them back, only ask.
    let refused = desk.place.refuse(1, &["recipients", "allow", "press", PRESS]);
    assert!(refused.contains("has unsubscribed from press"), "{refused}");
    assert!(refused.contains("vigie recipients ask press press@ozalee.example"), "{refused}");
    desk.place.print(&["recipients", "ask", "press", PRESS]);
    let again = desk.place.print(&["recipients", "ask", "press", PRESS]);
    assert!(again.contains("is to be asked by press already"), "{again}");
    let mails = desk.publish("4", 7);
    let asked = *mails_to(&mails, PRESS).last().unwrap();
    assert_eq!(asked.headers["subject"], "Do you want mails from Vigie about ozalee?");
    assert!(!asked.text.contains("boutique") && !asked.html.contains("boutique"));
    let answer = desk.post(&self::link(asked, "https://"), "do=confirm");
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(mails_to(&desk.publish("5", 9), PRESS).len(), 4);

    // Who said yes stays told, and names that are wrong are told apart.
    let refuse = |words: [&str; 3]| desk.place.refuse(1, &[&["recipients"], &words[..]].concat());
    let said = refuse(["ask", "press", PRESS]);
    assert!(said.contains("gets the mails of press: told, confirmed"), "{said}");
    let said = desk.place.print(&["recipients", "allow", "press", PRESS]);
    assert!(said.contains("gets the mails of press already: told, confirmed"), "{said}");
    let said = refuse(["allow", "pres", PRESS]);
    assert!(said.contains("there is no subscription \"pres\""), "{said}");
    assert!(said.contains("did you mean \"press\"?"), "{said}");
    let said = refuse(["ask", "press", "prss@ozalee.example"]);
    assert!(said.contains("is no recipient of press"), "{said}");
    assert!(said.contains("press@ozalee.example") && said.contains("`to`"), "{said}");
    assert!(desk.daemon.stop().success());
}

#[test]
fn who_is_not_of_the_house_is_asked_first_and_gets_nothing_else() {
    let desk = Desk::start(&[PRESS, AGENCY], &[]);
    // At once: a crisis may be the first thing that there is to tell.
    desk.daemon.wait_until("the question", || !desk.sink.log().is_empty());
    let mails = desk.publish("1", 2);
    let asked = mails_to(&mails, AGENCY)[0];
    assert_eq!(asked.defects, [""; 0]);
    assert!(!asked.text.contains("boutique") && !asked.html.contains("boutique"));
    assert!(!asked.headers.contains_key("list-unsubscribe"), "{:?}", asked.headers);
    assert!(mails_to(&mails, PRESS)[0].text.contains("boutique"));

    assert_eq!(mails_to(&desk.publish("2", 3), AGENCY).len(), 1, "asked once, and told nothing");
    assert!(desk.status().contains("no mails of press to team@agency.example: asked"));
    let link = link(asked, "https://");
    assert!(desk.get(&link).body.contains("Do you want the mails"));
    assert_eq!(mails_to(&desk.publish("3", 4), AGENCY).len(), 1, "a look is no answer");
    assert_eq!(desk.post(&link, "do=confirm").status, 200);
    let mails = desk.publish("4", 6);
    let told = mails_to(&mails, AGENCY)[1];
    assert!(told.text.contains("boutique, 4") && !told.text.contains("boutique, 3"));
    assert!(desk.daemon.stop().success());
}

#[test]
fn who_takes_something_on_is_named_in_the_mails_that_follow() {
    let desk = Desk::start(&["Anne Martin <anne@ozalee.example>", PRESS], &[]);
    // Long enough to be known again.
    let text = "La marque nantaise de thé pétillant Ozalée ouvre samedi sa première boutique, rue \
                Mercière, dans les murs d’une ancienne librairie que le quartier aimait beaucoup. \
                On y goûtera douze infusions froides, dont un jasmin cueilli à la main, et l’on \
                pourra rapporter ses bouteilles vides. Six personnes y travailleront dès l’été.";
    desk.courrier.publish("1", "Ozalée ouvre une boutique, 1", text);
    desk.daemon.wait_until("the mails", || desk.sink.log().len() >= 2);
    let mails = desk.sink.mails();
    let anne = mails_to(&mails, "Anne Martin <anne@ozalee.example>")[0];
    let (annes, press) =
        (link(anne, "Assign to me"), link(mails_to(&mails, PRESS)[0], "Assign to me"));
    let mentions = |options: &[&str]| {
        let asked = [&["mentions", "--query", "ozalee", "--json"], options].concat();
        desk.place.print(&asked)
    };
    assert!(desk.get(&annes).body.contains("Do you take this on?"));
    assert_eq!(desk.post(&annes, "").status, 422);
    assert_eq!(mentions(&["--assigned"]), "", "a look takes nothing on");

    let answer = desk.post(&annes, "do=assign");
    assert!(answer.body.contains("It is with you now."), "{}", answer.body);
    assert!(mentions(&["--assigned"]).contains("\"person\":\"anne@ozalee.example\""));
    assert_eq!(mentions(&["--assigned", "paul@ozalee.example"]), "");
    assert!(mentions(&["--assigned", "Anne@ozalee.example"]).contains("boutique, 1"));
    let page = desk.get(&press).body;
    assert!(page.contains("It is with Anne Martin."), "{page}");
    assert!(desk.post(&press, "do=unassign").body.contains("It is with Anne Martin."));
    // A copy of it comes: the same story is hers.
    desk.courrier.publish("copy", "Ozalée ouvre une boutique, 1", text);
    desk.daemon.wait_until("the copy's mails", || desk.sink.log().len() >= 4);
    let mails = desk.sink.mails();
    let told = *mails_to(&mails, PRESS).last().unwrap();
    assert!(told.text.contains("With Anne Martin"), "{}", told.text);
    assert!(told.html.contains("<bdi>With Anne Martin</bdi>"), "{}", told.html);
    let story = desk.get(&link(told, "Open in Vigie")).body;
    assert_eq!(story.matches("The same story elsewhere:").count(), 1, "{story}");
    assert_eq!(story.split("elsewhere:").nth(1).unwrap().matches("<a ").count(), 1, "{story}");

    assert!(desk.get(&annes).body.contains("Hand it back"));
    assert!(desk.post(&annes, "do=unassign").body.contains("It is with nobody now."));
    assert_eq!(mentions(&["--assigned"]), "");
    assert!(desk.post(&press, "do=assign").body.contains("It is with you now."));
    assert!(mentions(&["--assigned"]).contains("press@ozalee.example"));
    assert!(desk.daemon.stop().success());
}

#[test]
fn an_address_that_leads_to_nobody_is_written_to_once() {
    let gone = "gone@ozalee.example";
    let desk = Desk::start(&[gone, PRESS], &["--nobody", gone]);
    let settings = std::fs::read_to_string(desk.place.path("vigie.toml")).unwrap();
    let owned = "[mail]\nowner = \"webmaster@ozalee.example\"\nlang = \"fr\"\n";
    desk.place.configure(&settings.replace("[mail]\n", owned));
    desk.daemon.signal("HUP");
    desk.daemon.wait_for_line(&["read the configuration again"]);
    // One is refused, and who runs it is told.
    let mails = desk.publish("1", 3);
    let told = mails_to(&mails, "webmaster@ozalee.example")[0];
    assert_eq!(told.headers["subject"], "Vigie\u{a0}: gone@ozalee.example ne reçoit plus rien");
    assert!(
        told.text.contains("vigie recipients allow press gone@ozalee.example"),
        "{}",
        told.text
    );
    assert!(desk.status().contains("REFUSED"));
    let mails = desk.publish("2", 4);
    assert_eq!(mails_to(&mails, PRESS).len(), 2);
    let status = desk.status();
    assert!(status.contains("no mails of press to gone@ozalee.example: REFUSED"), "{status}");
    assert!(status.contains("550 5.1.1 no such user"), "{status}");
    assert_eq!(desk.place.print(&["retry"]), "Mails to be tried again: 0\n");
    desk.place.print(&["recipients", "allow", "press", gone]);
    assert!(!desk.status().contains("REFUSED"));
    assert!(desk.daemon.stop().success());
}

#[test]
fn a_mail_s_links_pause_judge_and_show_what_was_found() {
    let desk = Desk::start(&[PRESS], &[]);
    desk.courrier.publish(
        "evil",
        "Ozalée &lt;b&gt;&amp;lt;script&amp;gt;x",
        "&amp;lt;img src=x&amp;gt;",
    );
    desk.daemon.wait_for_line(SENT);
    let mails = desk.sink.mails();
    let mail = &mails[0];
    assert_eq!(mail.headers["list-help"], format!("<{}>", link(mail, "Pause")));

    let page = desk.get(&link(mail, "Open in Vigie"));
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Ozalée &lt;script&gt;x"), "{}", page.body);
    assert!(!page.body.contains("<script") && !page.body.contains("<img"), "{}", page.body);
    let more = mail.text.lines().skip_while(|line| !line.starts_with("See more")).nth(1).unwrap();
    assert_eq!(mail.headers["list-archive"], format!("<{more}>"));
    assert!(desk.get(more).body.contains("Ozalée &lt;script&gt;x"));

    let irrelevant = link(mail, "Not relevant");
    assert!(desk.get(&irrelevant).body.contains("Is this not what"));
    let marks = || desk.place.ledger().marks(&"ozalee".into(), 10).unwrap().len();
    assert_eq!(marks(), 0);
    assert_eq!(desk.post(&irrelevant, "do=irrelevant").status, 200);
    assert_eq!(marks(), 1);

    let manage = link(mail, "Pause");
    assert!(desk.get(&manage).body.contains("Pause for a week"));
    assert_eq!(desk.post(&manage, "do=century").status, 422);
    assert!(desk.post(&manage, "do=week").body.contains("Paused until"));
    desk.courrier.publish("2", "Ozalée ferme", "");
    let told = || desk.place.ledger().subscriptions().unwrap()[0].told;
    let head = || desk.place.ledger().head().unwrap();
    desk.daemon.wait_until("the pause to pass it by", || told() == head() && head().0 >= 2);
    assert_eq!(desk.sink.log().len(), 1);
    assert!(desk.post(&manage, "do=resume").body.contains("go on"));
    desk.publish("3", 2);

    desk.place.print(&["recipients", "revoke", "press", PRESS]);
    for link in [&irrelevant, &manage, &link(mail, "Unsubscribe")] {
        let answer = desk.get(link);
        assert_eq!(answer.status, 404);
        assert!(answer.body.contains("Ce lien n’est pas valable"), "{}", answer.body);
    }
    assert_eq!(desk.get("https://vigie.example/brand/l/nothing").status, 404);
    assert!(desk.daemon.stop().success());
}

#[test]
fn a_mail_has_the_chart_of_the_last_days_and_its_numbers_in_words() {
    let start = now();
    let site = Site::of_feed(move || {
        let mut feed = "<?xml version=\"1.0\"?><rss version=\"2.0\"><channel><title>Le Courrier\
                        </title><link>https://site.example/</link><description>d</description>"
            .to_owned();
        for hours in [0, 2, 3, 20] {
            let date = (start - chrono::TimeDelta::hours(hours)).to_rfc2822();
            write!(
                feed,
                "<item><guid>{hours}</guid><title>Ozalée, {hours}</title>\
                 <link>https://site.example/{hours}</link><pubDate>{date}</pubDate></item>"
            )
            .unwrap();
        }
        feed + "</channel></rss>"
    });
    let sink = Sink::start(&[]);
    let place = Place::new(&watching(&[("courrier", &site)], &server(sink.port)));
    let daemon = place.start();
    daemon.wait_for_line(SENT);
    assert!(daemon.stop().success());
    let mail = &sink.mails()[0];
    assert_eq!(mail.defects, [""; 0]);
    assert_eq!(mail.images.len(), 1);
    assert!(mail.images[0].starts_with(b"\x89PNG\r\n\x1a\n") && mail.images[0].len() < 8_000);
    let said =
        mail.text.lines().find(|line| line.starts_with("Mentions and copies over 48 hours: "));
    assert!(said.is_some_and(|said| said.contains(": 4 in the last 24 hours")), "{}", mail.text);
    assert!(mail.html.contains("alt='4 in the last 24 hours'"), "{}", mail.html);
}
