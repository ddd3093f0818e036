//! How boards are read: every post once, whatever the board does meanwhile.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use model::{Kind, Seq, StoredItem};

use crate::process::Place;
use crate::settings::{FOLDER, source, watching};
use crate::site::{Page, Request, Site};

const POSTS_A_PAGE: usize = 3;
const TOPICS_A_PAGE: usize = 4;

/// A post: its number on the board, its author and text, and its minute of the first of March 2026.
#[derive(Clone)]
struct Post {
    id: u32,
    author: &'static str,
    text: String,
    minute: u32,
}

#[derive(Clone)]
struct Topic {
    id: u32,
    title: &'static str,
    posts: Vec<Post>,
}

/// A board in the manner of phpBB, which a test changes while it is read.
#[derive(Clone, Default)]
struct Board {
    topics: Arc<Mutex<Vec<Topic>>>,
}

impl Board {
    fn change(&self, change: impl FnOnce(&mut Vec<Topic>)) {
        change(&mut self.topics.lock().unwrap());
    }

    fn site(&self) -> Site {
        let board = self.clone();
        Site::start(move |request| board.answer(request))
    }

    fn answer(&self, request: &Request) -> Page {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let number = |name: &str| -> usize {
            let value =
                query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
            value.and_then(|value| value.parse().ok()).unwrap_or(0)
        };
        let topics = self.topics.lock().unwrap();
        match path {
            "/viewforum.php" => Page::html(&forum(&topics, number("start"))),
            "/viewtopic.php" => {
                let topic = topics.iter().find(|topic| topic.id as usize == number("t"));
                topic.map_or_else(no_topic, |topic| Page::html(&thread(topic, number("start"))))
            }
            _ => Page::missing(),
        }
    }
}

/// The board says with the status of success that it has no such thing.
fn no_topic() -> Page {
    Page::html(
        "<!DOCTYPE html><html><head><title>Forum - Information</title></head><body id='phpbb'>\
         <div class='panel' id='message'><h2 class='message-title'>Information</h2>\
         <p>Le sujet demandé n’existe pas.</p></div></body></html>",
    )
}

fn time(minute: u32) -> String {
    format!("2026-03-01T{:02}:{:02}:00+00:00", 8 + minute / 60, minute % 60)
}

fn pagination(base: &str, start: usize, step: usize, count: usize) -> String {
    if start + step >= count {
        return String::new();
    }
    format!(
        "<div class='pagination'><ul><li class='next arrow'><a rel='next' \
         href='{base}start={}'>Suivante</a></li></ul></div>",
        start + step
    )
}

/// The topics, the last that was answered first.
fn forum(topics: &[Topic], start: usize) -> String {
    let mut topics: Vec<&Topic> = topics.iter().collect();
    topics.sort_by_key(|topic| std::cmp::Reverse(topic.posts.iter().map(|post| post.minute).max()));
    let mut rows = String::new();
    for topic in topics.iter().skip(start).take(TOPICS_A_PAGE) {
        let last = topic.posts.last().unwrap();
        write!(
            rows,
            "<li class='row'><dl><dt><a class='topictitle' href='./viewtopic.php?t={}&amp;sid=\
             0123456789abcdef0123456789abcdef'>{}</a></dt><dd class='posts'>{} <dfn>Réponses</dfn></dd>\
             <dd class='lastpost'><span><time datetime='{}'>x</time></span></dd></dl></li>",
            topic.id,
            topic.title,
            topic.posts.len() - 1,
            time(last.minute),
        )
        .unwrap();
    }
    format!(
        "<!DOCTYPE html><html lang='fr'><head><title>Thés</title></head>\
         <body id='phpbb' class='section-viewforum'><h2 class='forum-title'>Thés</h2>\
         <ul class='topiclist topics'>{rows}</ul>{}</body></html>",
        pagination("./viewforum.php?f=1&amp;", start, TOPICS_A_PAGE, topics.len())
    )
}

/// A page of a topic. Where it has no such page, it shows its first one, as phpBB does.
fn thread(topic: &Topic, start: usize) -> String {
    let start = if start < topic.posts.len() { start } else { 0 };
    let mut posts = String::new();
    for post in topic.posts.iter().skip(start).take(POSTS_A_PAGE) {
        write!(
            posts,
            "<div id='p{id}' class='post'><div class='postprofile'><a class='username'>{author}</a>\
             </div><div class='postbody'><h3><a href='./viewtopic.php?p={id}#p{id}'>Re: {title}</a></h3>\
             <p class='author'>par <a class='username'>{author}</a> » <time datetime='{time}'>x</time></p>\
             <div class='content'>{text}</div><div class='signature'>Ozalée pour toujours</div>\
             </div></div>",
            id = post.id,
            author = post.author,
            title = topic.title,
            time = time(post.minute),
            text = post.text,
        )
        .unwrap();
    }
    format!(
        "<!DOCTYPE html><html lang='fr'><head><title>{title}</title></head>\
         <body id='phpbb' class='section-viewtopic'><h2 class='topic-title'>\
         <a href='./viewtopic.php?t={id}'>{title}</a></h2>{posts}{next}</body></html>",
        title = topic.title,
        id = topic.id,
        next = pagination(
            &format!("./viewtopic.php?t={}&amp;", topic.id),
            start,
            POSTS_A_PAGE,
            topic.posts.len()
        ),
    )
}

fn post(id: u32, author: &'static str, text: &str, minute: u32) -> Post {
    Post { id, author, text: text.to_owned(), minute }
}

/// Six topics; the first has seven posts.
fn board() -> Board {
    let board = Board::default();
    board.change(|topics| {
        for topic in 1..=6 {
            let count = if topic == 1 { 7 } else { topic % 3 + 1 };
            let posts = (0..count).map(|nth| {
                let (id, author) = (topic * 100 + nth, if nth == 0 { "Zoé" } else { "Marc" });
                post(id, author, &format!("Message {nth} du sujet {topic}."), topic * 10 + nth)
            });
            let title = ["", "Ozalée", "Thé vert", "Bouteilles", "Prix", "Avis", "Divers"];
            topics.push(Topic { id: topic, title: title[topic as usize], posts: posts.collect() });
        }
    });
    board
}

fn configuration(site: &Site) -> String {
    format!("{}{}", watching(&[], FOLDER), source("forum", &site.url("/viewforum.php?f=1")))
}

fn items(place: &Place) -> Vec<StoredItem> {
    place.ledger().items_after(Seq(0), 1000).unwrap()
}

fn texts(place: &Place) -> Vec<String> {
    let mut texts: Vec<String> = items(place).into_iter().map(|item| item.item.text).collect();
    texts.sort();
    texts
}

/// How often a page of which nothing new is said is asked for: once, and in every fourth round at most.
fn times_in_turn(rounds: usize) -> usize {
    1 + rounds / 4
}

#[test]
fn every_post_of_a_board_is_read_once_with_all_that_it_says() {
    let board = board();
    let site = board.site();
    let place = Place::new(&configuration(&site));
    let daemon = place.start();
    let count = board.topics.lock().unwrap().iter().map(|topic| topic.posts.len()).sum::<usize>();
    daemon.wait_until("all posts", || items(&place).len() >= count);
    let rounds = site.times_asked("/viewforum.php?f=1");
    daemon.wait_until("two rounds more", || site.times_asked("/viewforum.php?f=1") > rounds + 1);
    assert!(daemon.stop().success());

    let items = items(&place);
    assert_eq!(items.len(), count);
    let find = |text: &str| items.iter().find(|item| item.item.text == text).unwrap();
    let first = &find("Message 0 du sujet 1.").item;
    assert_eq!((first.title.as_str(), first.kind), ("Ozalée", Kind::Forum));
    let last = &find("Message 6 du sujet 1.").item;
    assert_eq!(last.title, "");
    assert_eq!(last.heading(), "Re: Ozalée");
    assert_eq!(last.author.as_deref(), Some("Marc"));
    assert_eq!(last.published, Some("2026-03-01T08:16:00Z".parse().unwrap()));
    assert_eq!(last.url.as_ref().unwrap().as_str(), site.url("/viewtopic.php?p=106#p106"));
    assert_eq!(last.details.thread_url.as_ref().unwrap().as_str(), site.url("/viewtopic.php?t=1"));
    // A topic whose list says nothing new is not asked for again, but in turn.
    let rounds = site.times_asked("/viewforum.php?f=1");
    assert!(site.times_asked("/viewtopic.php?t=3") <= times_in_turn(rounds));
    // The title of the topic has the brand, its answers do not; nor do signatures speak.
    assert_eq!(place.search(&["Ozalée"]).len(), 1);
    assert_eq!(place.search(&["kind:forum"]).len(), count);
}

#[test]
fn answers_edits_removals_and_lost_topics_are_noticed_on_the_next_visit() {
    let board = board();
    let site = board.site();
    let place = Place::new(&configuration(&site));
    let daemon = place.start();
    let count = board.topics.lock().unwrap().iter().map(|topic| topic.posts.len()).sum::<usize>();
    daemon.wait_until("all posts", || items(&place).len() >= count);

    board.change(|topics| {
        // Two answers to the old first topic, one of them on a page that was not there.
        topics[0].posts.push(post(107, "Zoé", "Ozalée est revenue.", 200));
        topics[0].posts.push(post(108, "Marc", "Enfin !", 201));
        topics[0].posts.push(post(109, "Zoé", "Oui.", 202));
        // In another, an answer, an edit and a removal.
        topics[2].posts.push(post(309, "Zoé", "Et le prix ?", 210));
        topics[2].posts[0].text = "Message 0 du sujet 3, corrigé.".to_owned();
        topics[4].posts.push(post(509, "Zoé", "Plus là demain.", 211));
        topics[4].posts.remove(1);
    });
    daemon.wait_until("the answers", || {
        let texts = texts(&place);
        ["Oui.", "Et le prix ?", "Plus là demain.", "Message 0 du sujet 3, corrigé."]
            .iter()
            .all(|text| texts.iter().any(|known| known == text))
    });
    let all = items(&place);
    let edited = all.iter().find(|item| item.item.text.contains("corrigé")).unwrap();
    assert_eq!(edited.version, 2);
    let gone = |items: &[StoredItem]| -> Vec<String> {
        let gone = items.iter().filter(|item| item.removed.is_some());
        gone.map(|item| item.item.text.clone()).collect()
    };
    daemon.wait_until("the removal", || gone(&items(&place)) == ["Message 1 du sujet 5."]);
    assert_eq!(all.len(), count + 5);

    // A whole topic goes; the list still shows it for a while with another count.
    board.change(|topics| topics.retain(|topic| topic.id != 5));
    assert!(daemon.stop().success());
    let told = place.print(&["search", "\"sujet 5\""]);
    assert!(told.contains("removed since"), "{told}");
}

#[test]
fn a_board_can_be_judged_before_it_is_added() {
    let board = board();
    let site = board.site();
    let place = Place::new(&watching(&[], FOLDER));
    let topic = site.url("/viewtopic.php?t=1");
    let told = place.print(&["add", &topic, "--explain"]);
    assert!(told.contains("read by preset phpbb"), "{told}");
    assert!(
        told.contains(&format!("goes on at {}", site.url("/viewtopic.php?t=1&start=3"))),
        "{told}"
    );
    let row = told.lines().find(|line| line.contains("Message 1 du sujet 1")).unwrap();
    assert!(row.contains("Marc") && row.contains("Re: Ozalée"), "{row}");
    assert_eq!(place.ledger().sources().unwrap(), [], "nothing is added");

    let told = place.print(&["extract", &topic, "--json"]);
    let page: serde_json::Value = serde_json::from_str(told.lines().next().unwrap()).unwrap();
    assert_eq!(page["page"]["reader"], "preset phpbb");
    assert!(page["page"]["confidence"].as_u64() > Some(800), "{page}");
    let errors = place.refuse(2, &["extract", &topic, "--preset", "phpbbb"]);
    assert!(
        errors.contains("there is no preset \"phpbbb\"") && errors.contains("phpbb2"),
        "{errors}"
    );

    let told = place.print(&["add", &site.url("/viewforum.php?f=1"), "--id", "thes", "--best"]);
    assert!(told.contains("Added source \"thes\""), "{told}");
    let sources = place.ledger().sources().unwrap();
    assert_eq!((sources[0].kind, sources[0].preset.as_deref()), (Kind::Forum, Some("phpbb")));

    let errors = place.refuse(1, &["add", &site.url("/viewtopic.php?t=99")]);
    assert!(errors.contains("the site says that there is no such page"), "{errors}");
}

#[test]
fn a_feed_of_beginnings_is_read_from_the_pages_of_its_articles() {
    const ARTICLE: &str = "Ozalée rappelle trois lots de bouteilles, a annoncé la marque mardi. Les clients \
                           peuvent rapporter les bouteilles en magasin, sans ticket, jusqu’à la fin du mois. ";
    let article = |title: &str| {
        Page::html(&format!(
            "<!DOCTYPE html><html lang='fr'><head><meta charset='utf-8'><title>{title} - Gazette</title>\
             <meta property='og:type' content='article'></head><body><nav>Accueil</nav><article>\
             <h1>{title}</h1>{}</article><footer>Mentions légales</footer></body></html>",
            format!("<p>{title} : {ARTICLE}</p>").repeat(5)
        ))
    };
    // Where the feed leads to is another site, which sends on to where the article is by now.
    let elsewhere = Site::start(move |request| match request.path.as_str() {
        "/lancement" => Page::redirect(302, "/2026/lancement"),
        "/2026/lancement" => article("Un lancement"),
        _ => Page::missing(),
    });
    let launch = elsewhere.url("/lancement");
    let site = Site::start(move |request| match request.path.as_str() {
        "/feed" => Page::feed(format!(
            "<rss version='2.0'><channel><title>Gazette</title><item><title>Un rappel</title>\
             <guid>g1</guid><link>/rappel</link><description>Une marque de thé…</description>\
             </item><item><title>Un lancement</title><link>{launch}</link>\
             <description>Une marque de thé…</description></item></channel></rss>"
        )),
        "/rappel" => article("Un rappel"),
        _ => Page::missing(),
    });
    let mut configuration = watching(&[], FOLDER) + &source("gazette", &site.url("/feed"));
    configuration += "full_text = true\n";
    let place = Place::new(&configuration);
    let daemon = place.start();
    daemon.wait_until("the whole articles", || {
        items(&place).iter().filter(|item| item.item.text.contains("sans ticket")).count() == 2
    });
    daemon.wait_until("another visit", || site.times_asked("/feed") > 3);
    assert!(daemon.stop().success());
    let items = items(&place);
    assert_eq!(items.len(), 2, "each is one item, whatever it is read from");
    assert!(items.iter().all(|item| item.version == 2));
    assert_eq!(items.iter().filter(|item| item.item.guid.as_deref() == Some("g1")).count(), 1);
    assert!(site.times_asked("/rappel") <= times_in_turn(site.times_asked("/feed")));
    assert_eq!(place.search(&["Ozalée"]).len(), 2);
}

/// A page of reviews whose site gives none of them an address.
fn reviews(names: &[&str]) -> String {
    let today = crate::process::now().format("%Y-%m-%d");
    let reviews = names.iter().fold(String::new(), |mut all, name| {
        let _ = write!(
            all,
            "<div class='avis' itemprop='review' itemscope itemtype='https://schema.org/Review'>\
             <b itemprop='author'>{name}</b> <time itemprop='datePublished' datetime='{today}'>\
             aujourd’hui</time> <span itemprop='reviewRating' itemscope \
             itemtype='https://schema.org/Rating'><meta itemprop='ratingValue' content='2'>2/5</span>\
             <p itemprop='reviewBody'>La bouteille Ozalée de {name} a fui dans le sac.</p></div>"
        );
        all
    });
    format!(
        "<!DOCTYPE html><html lang='fr'><body><div itemscope itemtype='https://schema.org/Product'>\
         <h1 itemprop='name'>Bouteille</h1>{reviews}</div></body></html>"
    )
}

#[test]
fn reviews_without_addresses_are_told_with_that_of_their_page() {
    const ALL: [&str; 4] = ["Anne", "Marc", "Zoé", "Louis"];
    let shown = Arc::new(Mutex::new(ALL.len()));
    let count = Arc::clone(&shown);
    let site = Site::start(move |request| match request.path.as_str() {
        "/avis" => Page::html(&reviews(&ALL[..*count.lock().unwrap()])),
        _ => Page::missing(),
    });
    let configuration = watching(&[], FOLDER) + &source("avis", &site.url("/avis"));
    let place = Place::new(&configuration);
    let daemon = place.start();
    daemon.wait_until("all reviews", || items(&place).len() == ALL.len());
    let mails = || std::fs::read_dir(place.path("mails")).map_or(0, Iterator::count);
    daemon.wait_until("a mail", || mails() > 0);
    // What no preset vouches for may be missed by its look: it is not said to be removed.
    *shown.lock().unwrap() = 2;
    let visits = site.times_asked("/avis");
    daemon.wait_until("two visits more", || site.times_asked("/avis") > visits + 2);
    assert!(daemon.stop().success());

    let items = items(&place);
    assert_eq!(items.len(), ALL.len());
    assert!(items.iter().all(|item| item.removed.is_none()));
    for found in place.search(&["fui"]) {
        assert_eq!(found["url"], site.url("/avis"), "{found}");
    }
    let letters: String = std::fs::read_dir(place.path("mails"))
        .unwrap()
        .map(|mail| std::fs::read_to_string(mail.unwrap().path()).unwrap())
        .collect();
    let letters = letters.replace("=C3=A9", "é");
    for name in ALL {
        let headed = format!("\r\nLa bouteille Ozalée de {name} a fui dans le sac.\r\n");
        assert_eq!(letters.matches(&headed).count(), 1, "{name}");
    }
    assert_eq!(letters.matches(&format!("\r\n{}", site.url("/avis"))).count(), ALL.len());
}
