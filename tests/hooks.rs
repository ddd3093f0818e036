//! Events to endpoints: a receiver in another language, which verifies them by the library of Standard Webhooks,
//! and accepts, refuses, hangs or drops as a test wants.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::process::{Daemon, Place, tests_folder};
use crate::site::{Publication, Site};

pub(crate) const SECRETS: [&str; 2] = [
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDC2FVsBQIhrs=",
];

/// The receiver, in a process that ends with the test.
pub(crate) struct Receiver {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Receiver {
    /// Returns `None` where the library is not installed, which is then told.
    pub(crate) fn start() -> Option<Self> {
        let python =
            std::env::var_os("VIGIE_TEST_PYTHON").expect("tests/run.sh sets VIGIE_TEST_PYTHON");
        let folder = tempfile::tempdir().unwrap();
        let mut child = Command::new(python)
            .arg(tests_folder().join("hooks/receiver.py"))
            .arg(folder.path())
            .args(SECRETS)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let Ok(port) = line.trim().parse() else {
            eprintln!(
                "NOT RUN: standardwebhooks is not installed in VIGIE_TEST_PYTHON; tests/run.sh does"
            );
            child.wait().unwrap();
            return None;
        };
        Some(Self { child, folder, port })
    }

    fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// Decides on the answers by path; see `hooks/receiver.py`.
    pub(crate) fn plan(&self, plan: &Value) {
        let new = self.folder.path().join("plan.json.test");
        std::fs::write(&new, plan.to_string()).unwrap();
        std::fs::rename(new, self.folder.path().join("plan.json")).unwrap();
    }

    /// Returns the requests so far, in the order in which they came.
    fn log(&self) -> Vec<Value> {
        let log = std::fs::read_to_string(self.folder.path().join("log.jsonl")).unwrap_or_default();
        log.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Returns the requests beyond so many bytes of the log, and counts these.
    pub(crate) fn log_after(&self, bytes: &mut usize) -> Vec<Value> {
        crate::process::lines_after(&self.folder.path().join("log.jsonl"), bytes)
    }

    /// Returns what came to a path.
    fn at(&self, path: &str) -> Vec<Value> {
        self.log().into_iter().filter(|line| line["path"] == path).collect()
    }

    /// The ids that a path has taken.
    fn taken(&self, path: &str) -> BTreeSet<String> {
        let taken = self.at(path).into_iter().filter(|line| line["how"] == "accept");
        taken.map(|line| line["id"].as_str().unwrap().to_owned()).collect()
    }

    pub(crate) fn webhook(&self, name: &str) -> String {
        let url = self.url(&format!("/{name}"));
        format!("[webhooks.{name}]\nurl = \"{url}\"\nsecret_file = \"secrets\"\n")
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A place with a source and some endpoints.
fn place(site: &Site, endpoints: &str) -> Place {
    let place = Place::new(&format!(
        "data = \"data\"\n\
         [crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nhost_pause = \"0 s\"\n\
         allow_addresses = [\"127.0.0.1\"]\n\
         [queries]\nozalee = 'Ozalée'\nrecall = 'rappel'\n\
         [mail]\nfrom = \"vigie@ozalee.example\"\nowner = \"web@ozalee.example\"\ndirectory = \"mails\"\n\
         [sources.courrier]\nurl = \"{}\"\nname = \"Le Courrier\"\nevery = \"1 s\"\n{endpoints}",
        site.url("/feed")
    ));
    std::fs::write(place.path("secrets"), SECRETS.join("\n")).unwrap();
    place
}

/// The endpoint as `vigie deliveries endpoints` shows it.
fn endpoint(place: &Place, name: &str) -> Value {
    let shown = place.print(&["deliveries", "endpoints", "--json"]);
    let endpoints = shown.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    endpoints.into_iter().find(|endpoint| endpoint["endpoint"] == name).unwrap()
}

fn listed(place: &Place, arguments: &[&str]) -> Vec<Value> {
    let shown = place.print(&[&["deliveries", "list", "--json"], arguments].concat());
    shown.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Publishes what only the first visit would take for its past.
fn publish(publication: &Publication, names: impl IntoIterator<Item = usize>) {
    for n in names {
        let title = format!("Ozalée : article {n:03}");
        publication.publish(&format!("a{n}"), &title, "Un rappel de bouteilles.");
    }
}

fn assert_schema(body: &Value) {
    let kind = body["type"].as_str().unwrap();
    let folder = tests_folder().join("../docs/webhooks");
    let text = std::fs::read_to_string(folder.join(format!("{kind}.schema.json"))).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&text).unwrap()).unwrap();
    let problems: Vec<String> = schema.iter_errors(body).map(|error| error.to_string()).collect();
    assert_eq!(problems, [""; 0], "{body:#}");
}

fn mails(place: &Place) -> Vec<crate::smtp::Mail> {
    crate::smtp::read_mails(&place.path("mails"))
}

#[test]
fn each_mention_is_told_once_to_all_that_take_it_and_none_waits_for_a_dead_one() {
    const ITEMS: usize = 20;
    let Some(receiver) = Receiver::start() else { return };
    receiver.plan(&json!({
        "/broken": 500, "/busy": [429, {"Retry-After": "1"}], "/gone": 410, "/hangs": "hang",
        "/drops": "drop", "/moved": [302, {"Location": receiver.url("/good")}],
    }));
    let names = ["good", "broken", "busy", "gone", "hangs", "drops", "moved"];
    let endpoints: String = names.iter().map(|name| receiver.webhook(name)).collect();
    let publication = Publication::default();
    let place = place(&publication.site(), &endpoints);
    let daemon = place.start();
    publish(&publication, 0..ITEMS);
    daemon.wait_until("all to be told to who takes it", || receiver.taken("/good").len() == ITEMS);

    // The dead ones were asked before that, and nothing was done with their time.
    let hung = receiver.at("/hangs");
    assert!(!hung.is_empty() && hung.len() <= 8, "{}", hung.len());
    assert_eq!(endpoint(&place, "hangs")["health"]["state"], "well", "it has still to answer");
    for line in receiver.log() {
        assert_eq!(line["verified"], true, "{line}");
        assert_eq!(line["body"]["id"], line["id"]);
        assert_schema(&line["body"]);
    }
    let good = receiver.at("/good");
    assert_eq!(good.len(), ITEMS, "each once, and nothing that was to be handed on there");
    let told = &good[0]["body"]["data"];
    assert_eq!(told["mention"]["source"]["name"], "Le Courrier");
    let by: Vec<_> = told["queries"].as_array().unwrap().iter().map(|by| &by["name"]).collect();
    assert_eq!(by, ["ozalee", "recall"]);
    assert_eq!(told["queries"][1]["words"], json!(["rappel"]));
    assert!(told["queries"][0]["tone"].is_object(), "{told}");
    assert!(good[0]["agent"].as_str().unwrap().starts_with("Vigie/"));

    // Gone means gone, and its owner is told by mail.
    daemon.wait_until("the owner to be told", || !mails(&place).is_empty());
    let mail = mails(&place).remove(0);
    assert!(mail.headers["to"].contains("web@ozalee.example"));
    assert_eq!(mail.headers["subject"], "Vigie: gone was switched off");
    let words: Vec<&str> = mail.text.split_whitespace().collect();
    let text = words.join(" ");
    assert!(text.contains("127.0.0.1 answers 410 Gone: as planned"), "{text}");
    assert!(receiver.at("/gone").len() <= 8);
    assert_eq!(endpoint(&place, "gone")["health"]["state"], "off");
    let status = place.print(&["status"]);
    assert!(status.contains("gone") && status.contains("OFF since"), "{status}");
    let dead = listed(&place, &["--endpoint", "gone", "--state", "dead"]);
    assert_eq!(dead.len(), receiver.at("/gone").len());

    // Once they are well again each gets all of it.
    receiver.plan(&json!({}));
    place.print(&["deliveries", "resume", "gone"]);
    let retried = place.print(&["deliveries", "retry"]);
    assert_eq!(retried, format!("Deliveries to be tried again: {}\n", dead.len()));
    for name in ["broken", "busy", "drops", "moved"] {
        place.print(&["deliveries", "resume", name]);
    }
    for name in ["gone", "broken", "busy", "drops", "moved"] {
        let path = format!("/{name}");
        daemon.wait_until(name, || receiver.taken(&path).len() == ITEMS);
        let mut taken = BTreeMap::<String, usize>::new();
        for line in receiver.at(&path).iter().filter(|line| line["how"] == "accept") {
            *taken.entry(line["id"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert!(taken.values().all(|times| *times == 1), "{name} {taken:?}");
        daemon.wait_until("it to be noted", || endpoint(&place, name)["sent"] == ITEMS);
    }
    let ids: BTreeSet<String> =
        names.iter().flat_map(|name| receiver.taken(&format!("/{name}"))).collect();
    assert_eq!(ids.len(), 6 * ITEMS, "each endpoint has ids of its own");
    assert!(daemon.stop().success());
}

#[test]
fn killed_at_any_moment_the_daemon_tells_every_event_under_one_id() {
    const ITEMS: usize = 120;
    const KILLS: usize = 25;
    let Some(receiver) = Receiver::start() else { return };
    let publication = Publication::default();
    let place = place(&publication.site(), &receiver.webhook("good"));
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "courrier"]);
    daemon.kill();
    let mut published = 0;
    for kill in 0..KILLS {
        publish(&publication, published..=published + ITEMS / KILLS);
        published += ITEMS / KILLS + 1;
        let daemon = place.start();
        daemon.leave_for(Duration::from_millis(200 + 70 * (kill as u64 % 13)));
        daemon.kill();
    }
    let daemon = place.start();
    let left = || endpoint(&place, "good");
    daemon.wait_until("all of it", || {
        receiver.taken("/good").len() >= published && left()["due"] == 0 && left()["leased"] == 0
    });
    assert!(daemon.stop().success());
    let log = receiver.at("/good");
    let mut ids = BTreeMap::<&str, BTreeSet<&str>>::new();
    for line in &log {
        assert_eq!(line["verified"], true);
        let title = line["body"]["data"]["mention"]["title"].as_str().unwrap();
        ids.entry(title).or_default().insert(line["id"].as_str().unwrap());
    }
    assert_eq!(ids.len(), published, "each mention was told");
    assert!(ids.values().all(|ids| ids.len() == 1), "{ids:?}");
    println!("{KILLS} kills, {published} mentions, {} requests", log.len());
}

#[test]
fn an_event_is_told_again_where_its_receiver_asks_for_it() {
    let Some(receiver) = Receiver::start() else { return };
    let publication = Publication::default();
    let place = place(&publication.site(), &receiver.webhook("good"));
    let daemon = place.start();
    publish(&publication, 0..3);
    daemon.wait_until("the first time", || receiver.at("/good").len() == 3);
    daemon.wait_until("it to be noted", || endpoint(&place, "good")["sent"] == 3);
    let replayed = place.print(&["deliveries", "replay", "--since", "1h", "--endpoint", "good"]);
    assert!(replayed.starts_with("good is told again"), "{replayed}");
    daemon.wait_until("the second time", || receiver.at("/good").len() == 6);
    assert_eq!(receiver.taken("/good").len(), 3, "under the same ids");
    let refused = place.refuse(1, &["deliveries", "replay", "--since", "1h", "--endpoint", "god"]);
    assert!(refused.contains("there is no endpoint") && refused.contains("did you mean \"good\"?"));
    let refused = place.refuse(2, &["deliveries", "retry", "7"]);
    assert!(refused.contains("write m and a number"), "{refused}");
    assert!(place.refuse(1, &["deliveries", "retry", "e1"]).contains("given up"));
    assert!(daemon.stop().success());
}

#[test]
fn an_endpoint_that_is_new_or_leads_elsewhere_is_told_from_then_on() {
    let Some(receiver) = Receiver::start() else { return };
    receiver.plan(&json!({"/gone": 410}));
    let publication = Publication::default();
    let site = publication.site();
    let place = place(&site, &receiver.webhook("gone"));
    let before = std::fs::read_to_string(place.path("vigie.toml")).unwrap();
    let daemon = place.start();
    daemon.wait_for_line(&["visited", "courrier"]);
    publish(&publication, 0..2);
    daemon.wait_until("it to go", || endpoint(&place, "gone")["health"]["state"] == "off");
    publish(&publication, 2..3);
    daemon.wait_until("what waits", || endpoint(&place, "gone")["due"].as_u64() >= Some(1));

    let moved = before.replace("/gone\"", "/moved\"");
    place.configure(&format!("{moved}{}", receiver.webhook("new")));
    daemon.signal("HUP");
    daemon.wait_until("what had waited", || !receiver.taken("/moved").is_empty());
    publish(&publication, 3..4);
    daemon.wait_until("the new one", || receiver.taken("/new").len() == 1);
    let told = receiver.at("/new").remove(0);
    assert_eq!(told["body"]["data"]["mention"]["title"], "Ozalée : article 003");
    place.configure(&moved);
    daemon.signal("HUP");
    daemon.wait_until("it to be retired", || {
        !place.print(&["deliveries", "endpoints"]).contains("new")
    });
    publish(&publication, 4..5);
    let titles = || {
        let log = receiver.at("/moved");
        log.iter().filter(|line| line["body"].to_string().contains("article 004")).count()
    };
    daemon.wait_until("the other one", || titles() == 1);
    assert_eq!(receiver.at("/new").len(), 1, "it is told nothing any more");
    assert!(daemon.stop().success());
}

#[test]
fn rooms_files_and_programs_are_told_in_their_own_way() {
    let Some(receiver) = Receiver::start() else { return };
    let publication = Publication::default();
    let endpoints = format!(
        "[chats.room]\nkind = \"slack\"\nurl_file = \"room-url\"\ngroup_wait = \"2 s\"\n\
         [chats.phone]\nkind = \"ntfy\"\nurl = \"{}\"\ntoken_file = \"token\"\nqueries = [\"recall\"]\n\
         group_wait = \"0 s\"\nlang = \"fr\"\n\
         [chats.quiet]\nkind = \"discord\"\nurl = \"{}\"\ntones = [\"positive\"]\ngroup_wait = \"0 s\"\n\
         [files.archive]\npath = \"out/events.jsonl\"\nevents = [\"mention.created\"]\n\
         [commands.ticket]\nrun = [\"./ticket.sh\", \"a b\"]\nevents = [\"mention.created\"]\n",
        receiver.url("/ntfy/ozalee"),
        receiver.url("/quiet"),
    );
    let place = place(&publication.site(), &endpoints);
    std::fs::write(place.path("room-url"), receiver.url("/room/s3cret\n")).unwrap();
    std::fs::write(place.path("token"), "t0ken").unwrap();
    let script = "#!/bin/sh\necho \"$1|$(env | wc -l)|$(cat)\" >> \"$(dirname \"$0\")/tickets\"\n";
    std::fs::write(place.path("ticket.sh"), script).unwrap();
    make_executable(&place.path("ticket.sh"));
    let daemon = place.start();
    publish(&publication, 0..3);

    let lines = || std::fs::read_to_string(place.path("out/events.jsonl")).unwrap_or_default();
    daemon.wait_until("the file", || lines().lines().count() == 3);
    for line in lines().lines() {
        assert_schema(&serde_json::from_str(line).unwrap());
    }
    let tickets = || std::fs::read_to_string(place.path("tickets")).unwrap_or_default();
    daemon.wait_until("the program", || tickets().lines().count() == 3);
    for ticket in tickets().lines() {
        let mut parts = ticket.splitn(3, '|');
        assert_eq!(parts.next(), Some("a b"), "no shell has read the arguments");
        // PATH, VIGIE_EVENT_ID, and what a shell sets for itself.
        let variables: usize = parts.next().unwrap().trim().parse().unwrap();
        assert!(variables <= 6, "{variables}");
        assert_schema(&serde_json::from_str(parts.next().unwrap()).unwrap());
    }
    daemon.wait_until("the room", || !receiver.at("/room/s3cret").is_empty());
    let room = receiver.at("/room/s3cret").remove(0);
    assert_eq!(room["body"]["text"], "ozalee, recall: 3 new mentions", "one message for all");
    assert_eq!(room["id"], Value::Null, "it is not signed");
    daemon.wait_until("the phone", || !receiver.at("/ntfy/").is_empty());
    let phone = receiver.at("/ntfy/").remove(0);
    assert_eq!(
        (&phone["body"]["topic"], &phone["authorization"]),
        (&json!("ozalee"), &json!("Bearer t0ken"))
    );
    assert!(phone["body"]["title"].as_str().unwrap().starts_with("recall\u{a0}: "), "{phone}");
    assert!(receiver.at("/quiet").is_empty(), "nothing was positive");
    assert!(daemon.stop().success());
    let shown = place.print(&["deliveries", "list"]);
    assert!(shown.contains("ozalee, recall: 3 new mentions") && !shown.contains("s3cret"));
}

#[test]
fn no_event_goes_inside_but_where_its_owner_allows_it_and_sources_in_trouble_are_told() {
    let Some(receiver) = Receiver::start() else { return };
    let (inside, allowed) = (receiver.webhook("inside"), receiver.webhook("allowed"));
    let named = inside.replace("127.0.0.1", "localhost").replace(".inside", ".named");
    let place = Place::new(&format!(
        "data = \"data\"\n[crawl]\ncontact = \"test@ozalee.example\"\nevery_min = \"1 s\"\nhost_pause = \"0 s\"\n\
         [queries]\nozalee = 'Ozalée'\n\
         [mail]\nfrom = \"vigie@ozalee.example\"\ndirectory = \"mails\"\n\
         [sources.courrier]\nurl = \"http://127.0.0.1:9/feed\"\nname = \"Le Courrier\"\nevery = \"1 s\"\n\
         {inside}{named}{allowed}allow_addresses = [\"127.0.0.1\"]\n"
    ));
    std::fs::write(place.path("secrets"), SECRETS.join("\n")).unwrap();
    let daemon: Daemon = place.start();
    daemon.wait_until("the trouble", || !receiver.at("/allowed").is_empty());
    let told = receiver.at("/allowed").remove(0)["body"].take();
    assert_schema(&told);
    assert_eq!(told["type"], "source.troubled");
    assert_eq!(told["data"]["source"], json!({"id": "courrier", "name": "Le Courrier"}));
    for name in ["inside", "named"] {
        daemon.wait_until(name, || endpoint(&place, name)["health"]["state"] == "failing");
        let reason = endpoint(&place, name)["health"]["reason"].clone();
        assert!(reason.as_str().unwrap().contains("this machine's own address"), "{reason}");
    }
    assert!(receiver.at("/inside").is_empty());
    assert!(daemon.stop().success());
}

#[test]
fn loggers_are_told_by_socket_and_tcp_and_only_where_their_owner_allows_it() {
    use std::io::Read as _;
    let publication = Publication::default();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    socket.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
    let listener = std::net::TcpListener::bind("127.0.0.3:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let inside = std::net::UdpSocket::bind("127.0.0.2:0").unwrap();
    inside.set_nonblocking(true).unwrap();
    let endpoints = format!(
        "[syslogs.here]\nto = {:?}\nfacility = \"local3\"\nevents = [\"mention.created\"]\n\
         [syslogs.there]\nto = \"tcp://127.0.0.3:{port}\"\nevents = [\"mention.created\"]\n\
         allow_addresses = [\"127.0.0.3\"]\n\
         [syslogs.inside]\nto = \"udp://127.0.0.2:{}\"\n",
        path.display().to_string(),
        inside.local_addr().unwrap().port(),
    );
    let place = place(&publication.site(), &endpoints);
    let daemon = place.start();
    publish(&publication, 0..1);
    let mut bytes = [0; 4_096];
    let read = socket.recv(&mut bytes).unwrap();
    let message = std::str::from_utf8(&bytes[..read]).unwrap();
    assert!(message.starts_with("<158>1 "), "local3, informational: {message}");
    assert!(message.contains("[vigie@32473 kind=\"mention.created\" severity=\"info\" id=\"msg_"));
    assert!(message.contains("] \u{feff}mention.created: Ozalée : article 000"), "{message}");
    let mut framed = String::new();
    listener.accept().unwrap().0.read_to_string(&mut framed).unwrap();
    let (length, message) = framed.split_once(' ').unwrap();
    assert_eq!(length.parse(), Ok(message.len()));
    assert!(message.starts_with("<30>1 ") && message.contains("article 000"), "{message}");
    let health = || endpoint(&place, "inside")["health"].clone();
    daemon.wait_until("the refusal", || health()["state"] == "failing");
    let reason = health()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("this machine's own address"), "{reason}");
    assert!(inside.recv(&mut bytes).is_err(), "nothing was sent there");
    assert!(daemon.stop().success());
    let shown = place.print(&["deliveries", "list", "--endpoint", "here"]);
    assert!(shown.contains("mention.created Ozalée : article 000"), "{shown}");
}

fn make_executable(file: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755)).unwrap();
}
