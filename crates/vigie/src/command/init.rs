//! `vigie init "Brand"`: writes a first configuration that works as it stands. It finds the brand on
//! the open web through the searches of platforms, reads its own site and its reviews where they answer, and keeps its
//! mails in a folder until a mail server is named. Without a network it writes the same, with what could
//! not be looked at as remarks.

mod own;

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context, Result, bail};
use model::{Problem, Timestamp};

use self::own::Own;
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
    /// The brand's own site, such as acme.com: it is looked at, unless --offline is said
    #[arg(long)]
    site: Option<String>,
    /// Ask no site for anything
    #[arg(long)]
    offline: bool,
    /// Where mails go
    #[arg(long, value_name = "ADDRESS", default_value = NOBODY)]
    to: String,
    /// Language of the mails and of the news that are searched: en or fr [default: from the environment]
    #[arg(long, value_parser = ["en", "fr"])]
    lang: Option<String>,
    /// Time zone of the mails, such as Europe/Paris [default: this machine's]
    #[arg(long)]
    zone: Option<String>,
}

/// A platform that is searched for the saved queries without asking for anything: the source's id, what it
/// is called in mails, and its name in docs/platforms.md.
struct Searched {
    id: &'static str,
    name: &'static str,
    platform: &'static str,
    /// Whether it has an edition for each language and country.
    has_editions: bool,
}

const SEARCHED: [Searched; 3] = [
    Searched { id: "google-news", name: "Google News", platform: "googlenews", has_editions: true },
    Searched { id: "bing-news", name: "Bing News", platform: "bingnews", has_editions: true },
    Searched {
        id: "hacker-news",
        name: "Hacker News",
        platform: "hackernews",
        has_editions: false,
    },
];

/// A platform that answers only to a token of its user.
struct WithToken {
    name: &'static str,
    platform: &'static str,
    needs: &'static str,
    /// Keys of the source besides the platform.
    keys: &'static [&'static str],
}

const WITH_TOKEN: [WithToken; 9] = [
    WithToken {
        name: "Bluesky",
        platform: "bluesky",
        needs: "an account to search it by words",
        keys: &[],
    },
    WithToken {
        name: "X (Twitter)",
        platform: "x",
        needs: "a paid or granted access to its search",
        keys: &[],
    },
    WithToken {
        name: "Facebook",
        platform: "facebook",
        needs: "a token of a page that you manage",
        keys: &["names = [\"your page\"]"],
    },
    WithToken {
        name: "Instagram",
        platform: "instagram",
        needs: "a token of your business or creator account",
        keys: &["names = [\"your account\"]"],
    },
    WithToken {
        name: "LinkedIn",
        platform: "linkedin",
        needs: "a token of an app of a company page that you administer",
        keys: &["names = [\"the page's number\"]"],
    },
    WithToken {
        name: "TikTok",
        platform: "tiktok",
        needs: "an approved research project",
        keys: &[],
    },
    WithToken {
        name: "YouTube",
        platform: "youtube",
        needs: "a free key to search videos and comments; a channel's own feed needs none",
        keys: &[],
    },
    WithToken {
        name: "Reddit",
        platform: "reddit",
        needs: "an application that Reddit has granted access",
        keys: &[],
    },
    WithToken {
        name: "Mastodon",
        platform: "mastodon",
        needs: "an account on a server to search it by words",
        keys: &["instance = \"https://mastodon.social\""],
    },
];

pub(crate) fn init(init: &Init, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let brand = init.brand.split_whitespace().collect::<Vec<_>>().join(" ");
    if query::analysis::tokens(&brand).next().is_none() {
        let message = format!("\"{}\" has no letter or digit to search for", init.brand);
        return Err(Failure::Usage(vec![Problem::new("brand", message)]));
    }
    let brand = brand.as_str();
    if file.exists() {
        return Err(exists_already(file).into());
    }
    let own = own::look(init, now)?;
    let folder = file.parent().unwrap_or(Path::new("."));
    let place = file.display().to_string();
    let valid = |searches| {
        let text = configuration(init, brand, &own, searches);
        let read = Config::parse(&text, &place, folder, Secrets::Leave, Care::Usual);
        read.map(|_| (text, searches))
    };
    // Platforms search for words, and a brand may have none. What was typed may not fit either: the
    // address, the zone, the site.
    let (text, searches) =
        valid(Searches::Watched).or_else(|_| valid(Searches::Remarked)).map_err(Failure::Usage)?;
    std::fs::create_dir_all(folder)
        .with_context(|| format!("failed to create {}", folder.display()))?;
    write_new(file, &text)?;
    let option = match place.as_str() {
        DEFAULT_FILE => String::new(),
        _ => format!(" --config {place}"),
    };
    println!("Wrote {place}. It watches:");
    let names: Vec<&str> = SEARCHED.iter().map(|searched| searched.name).collect();
    match searches {
        Searches::Watched => println!("  what is found on {}", names.join(", ")),
        Searches::Remarked => println!("  no search: no platform can search for {brand}"),
    }
    for own in &own {
        println!("  {}", own.told());
    }
    println!("Not watched yet, since each wants a token of yours (see the end of the file):");
    let names: Vec<&str> = WITH_TOKEN.iter().map(|platform| platform.name).collect();
    println!("  {}", names.join(", "));
    println!("Next:");
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
            bail!(exists_already(file))
        }
        Err(error) => Err(error).with_context(|| format!("failed to write {}", file.display())),
    }
}

fn exists_already(file: &Path) -> anyhow::Error {
    anyhow::anyhow!("{} exists already; `--config FILE` names another", file.display())
}

/// Whether platforms are searched.
#[derive(Clone, Copy)]
enum Searches {
    Watched,
    /// Their tables are remarks.
    Remarked,
}

fn configuration(init: &Init, brand: &str, own: &[Own], searches: Searches) -> String {
    let french = match &init.lang {
        Some(lang) => lang == "fr",
        None => std::env::var("LANG").is_ok_and(|lang| lang.starts_with("fr")),
    };
    let (lang, country) = if french { ("fr", "FR") } else { ("en", "US") };
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
    if let Some(at) = own::within(init) {
        line("# What is not on the public internet is visited only where it is named here.".into());
        line(format!("allow_addresses = [\"{at}\"]"));
    }
    line(String::new());
    line("# The brand as people write it. Capitals and accents make no difference.".into());
    line("[queries]".into());
    line(format!("{} = {}", key(brand), short_text(&query)));
    line(String::new());
    line("# Where to look on the open web. Add the media of your trade: `vigie add URL`.".into());
    line("# Each is asked for what the saved queries search for: docs/platforms.md.".into());
    let remark = match searches {
        Searches::Watched => "",
        Searches::Remarked => "# ",
    };
    for searched in &SEARCHED {
        line(format!("{remark}[sources.{}]", searched.id));
        line(format!("{remark}name = {}", short_text(searched.name)));
        line(format!("{remark}platform = {}", short_text(searched.platform)));
        if searched.has_editions {
            line(format!("{remark}lang = {}", short_text(lang)));
            line(format!("{remark}country = {}", short_text(country)));
        }
        line(String::new());
    }
    for own in own {
        line(own.written());
    }
    line("[subscriptions.me]".into());
    line(format!("queries = [{name}]"));
    line(format!("to = [{}]", short_text(&init.to)));
    line("# as-it-happens, hourly, daily, weekly or monthly".into());
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
    line(String::new());
    line("# What follows is read only with a token of yours; docs/platforms.md says how to get each.".into());
    for WithToken { name, platform, needs, keys } in &WITH_TOKEN {
        line(String::new());
        line(format!("# {name} needs {needs}."));
        line(format!("# [sources.{platform}]"));
        line(format!("# platform = {}", short_text(platform)));
        for key in *keys {
            line(format!("# {key}"));
        }
        line(format!("# [accounts.{platform}]"));
        line(format!("# platform = {}", short_text(platform)));
        line(format!("# token_file = {}", short_text(&format!("{platform}-token"))));
    }
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
