//! `vigie init "Brand"`: writes a first configuration that works as it stands. It finds the brand on
//! the open web through search feeds, and keeps its mails in a folder until a mail server is named.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use model::Problem;

use super::toml::{key, short_text};
use crate::cli::Failure;
use crate::config::{Care, Config, DEFAULT_FILE, Secrets};

/// Stands where the user gave no address.
const NOBODY: &str = "you@example.org";

/// What the user said, as typed.
#[derive(Debug, clap::Args)]
pub(crate) struct Init {
    /// The brand to watch, as people write it
    brand: String,
    /// The brand's own site, such as acme.com
    #[arg(long)]
    site: Option<String>,
    /// Where mails go
    #[arg(long, value_name = "ADDRESS", default_value = NOBODY)]
    to: String,
    /// Language of the mails and of the search feeds: en or fr [default: from the environment]
    #[arg(long, value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// Time zone of the mails, such as Europe/Paris [default: this machine's]
    #[arg(long)]
    zone: Option<String>,
}

/// A search feed of the open web: what it is called, its kind, its address.
struct SearchFeed {
    id: &'static str,
    name: &'static str,
    kind: &'static str,
    url: &'static str,
}

const SEARCH_FEEDS_ENGLISH: [SearchFeed; 2] = [
    SearchFeed {
        id: "google-news",
        name: "Google News",
        kind: "news",
        url: "https://news.google.com/rss/search?q={query}&hl=en-US&gl=US&ceid=US:en",
    },
    SearchFeed {
        id: "bing-news",
        name: "Bing News",
        kind: "news",
        url: "https://www.bing.com/news/search?q={query}&format=rss&setlang=en",
    },
];
const SEARCH_FEEDS_FRENCH: [SearchFeed; 2] = [
    SearchFeed {
        id: "google-news",
        name: "Google Actualités",
        kind: "news",
        url: "https://news.google.com/rss/search?q={query}&hl=fr&gl=FR&ceid=FR:fr",
    },
    SearchFeed {
        id: "bing-news",
        name: "Bing Actualités",
        kind: "news",
        url: "https://www.bing.com/news/search?q={query}&format=rss&setlang=fr",
    },
];
const SEARCH_FEEDS_ANYWHERE: [SearchFeed; 2] = [
    SearchFeed {
        id: "reddit",
        name: "Reddit",
        kind: "forum",
        url: "https://www.reddit.com/search.rss?q={query}&sort=new",
    },
    SearchFeed {
        id: "hacker-news",
        name: "Hacker News",
        kind: "forum",
        url: "https://hnrss.org/newest?q={query}",
    },
];

pub(crate) fn init(init: &Init, file: &Path) -> Result<(), Failure> {
    let brand = init.brand.split_whitespace().collect::<Vec<_>>().join(" ");
    if query::analysis::tokens(&brand).next().is_none() {
        let message = format!("\"{}\" has no letter or digit to search for", init.brand);
        return Err(Failure::Usage(vec![Problem::new("brand", message)]));
    }
    let brand = brand.as_str();
    let text = configuration(init, brand);
    let folder = file.parent().unwrap_or(Path::new("."));
    let place = file.display().to_string();
    // What was typed may not fit: the address, the zone, the site.
    Config::parse(&text, &place, folder, Secrets::Leave, Care::Usual).map_err(Failure::Usage)?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("failed to create {}", folder.display()))?;
    write_new(file, &text)?;
    let option = match place.as_str() {
        DEFAULT_FILE => String::new(),
        _ => format!(" --config {place}"),
    };
    println!("Wrote {place}. Next:");
    println!("  vigie check{option}     say what is wrong in it, if anything");
    println!("  vigie run{option}       begin to watch; mails go into the folder `mails`");
    println!("  vigie status{option}    see what was read");
    if init.to == NOBODY {
        println!("Then write your own address into it, in place of {NOBODY}.");
    }
    Ok(())
}

/// Writes a file that must not exist yet.
fn write_new(file: &Path, text: &str) -> Result<()> {
    use std::io::{ErrorKind, Write as _};
    match std::fs::File::create_new(file) {
        Ok(mut created) => Ok(created.write_all(text.as_bytes())?),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("{} exists already; `--config FILE` names another", file.display())
        }
        Err(error) => Err(error).with_context(|| format!("failed to write {}", file.display())),
    }
}

fn configuration(init: &Init, brand: &str) -> String {
    let french = match &init.lang {
        Some(lang) => lang == "fr",
        None => std::env::var("LANG").is_ok_and(|lang| lang.starts_with("fr")),
    };
    let (lang, national) =
        if french { ("fr", SEARCH_FEEDS_FRENCH) } else { ("en", SEARCH_FEEDS_ENGLISH) };
    let zone = init.zone.clone().or_else(|| iana_time_zone::get_timezone().ok());
    let zone = zone.as_deref().unwrap_or("UTC");
    let name = short_text(brand);
    let query = variants(brand, init.site.as_deref()).join(" OR ");

    let mut text = String::new();
    let mut line = |line: String| {
        let _ = writeln!(text, "{line}");
    };
    line(format!("# Vigie's configuration for {}.", short_text(brand)));
    line(
        "# Every key there is stands, with an explanation, in config/vigie.toml of the project."
            .into(),
    );
    line(String::new());
    line("data = \"../data\"".into());
    line(String::new());
    line("[crawl]".into());
    line("# Who webmasters can write to; it stands in the user agent.".into());
    line(format!("contact = {}", short_text(&init.to)));
    line(String::new());
    line("# The brand as people write it. Capitals and accents make no difference.".into());
    line("[queries]".into());
    line(format!("{} = {}", key(brand), short_text(&query)));
    line(String::new());
    line("# Where to look on the open web. Add the media of your trade: `vigie add URL`.".into());
    for feed in national.iter().chain(&SEARCH_FEEDS_ANYWHERE) {
        line(format!("[sources.{}]", feed.id));
        line(format!("name = {}", short_text(feed.name)));
        line(format!("kind = {}", short_text(feed.kind)));
        line(format!("url = {}", short_text(feed.url)));
        line(format!("search = {}", short_text(&format!("\"{}\"", brand.replace('"', " ")))));
        line(String::new());
    }
    line("[subscriptions.me]".into());
    line(format!("queries = [{name}]"));
    line(format!("to = [{}]", short_text(&init.to)));
    line("# as-it-happens, hourly, daily or weekly".into());
    line("cadence = \"daily\"".into());
    line("at = \"08:00\"".into());
    line(format!("zone = {}", short_text(zone)));
    line(format!("lang = {}", short_text(lang)));
    line(String::new());
    line("[mail]".into());
    line(format!("from = {}", short_text(&format!("Vigie <{}>", bare_address(&init.to)))));
    line("# Mails are written here as .eml files. To send them, remove this line and use [mail.smtp].".into());
    line("directory = \"../mails\"".into());
    line(String::new());
    line("# [mail.smtp]".into());
    line("# host = \"smtp.example.org\"".into());
    line("# user = \"you\"".into());
    line("# password_env = \"VIGIE_SMTP_PASSWORD\"".into());
    text
}

/// Writes the brand as people do: its words, as a hashtag, as a domain. Capitals and accents make no
/// difference to any of them.
fn variants(brand: &str, site: Option<&str>) -> Vec<String> {
    let words = |text: &str| -> Vec<String> {
        query::analysis::words(text).map(|word| word.text).collect()
    };
    // What would be an operator within a phrase.
    let plain = brand.replace(['"', '*', '?', '{', '}'], " ");
    let brand_words = words(brand);
    let joined = brand_words.concat();
    let domain = match site {
        Some(site) => Some(host(site)),
        // Only a guess, but a name that is spoken of is written so.
        None => (joined.is_ascii() && !joined.is_empty()).then(|| format!("{joined}.com")),
    };
    let mut variants = vec![format!("\"{}\"", plain.trim())];
    // One word is found in its hashtag and its domain too.
    if brand_words.len() > 1 {
        variants.push(format!("#{joined}"));
    }
    let is_new = |domain: &String| {
        let words = words(domain);
        brand_words.is_empty() || !words.windows(brand_words.len()).any(|part| part == brand_words)
    };
    if let Some(domain) = domain.filter(is_new) {
        variants.push(format!("\"{domain}\""));
    }
    variants
}

fn host(site: &str) -> String {
    let bare = site.trim().trim_start_matches("https://").trim_start_matches("http://");
    let host = bare.split(['/', '?', '#']).next().unwrap_or(bare);
    host.trim_start_matches("www.").to_owned()
}

fn bare_address(to: &str) -> &str {
    to.rsplit_once('<').map_or(to, |(_, address)| address.trim_end_matches('>'))
}
