//! `vigie add URL`: finds what a site offers to read, shows it, and adds to the ledger what its owner
//! chooses.

mod shown;

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, anyhow, bail};
use model::{Kind, Lang, Problem, Source, SourceId, Timestamp, acts};
use store::Ledger;
use url::Url;

use super::{closed_pipe_is_fine, known_preset, open_ledger, printable};
use crate::cli::{Failure, configuration};
use crate::config::HISTORY_MAX;
use crate::discovery::{Found, Offer, Visits, Way, discover};
use crate::{crawler, daemon};

#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "the switches as typed")]
pub(crate) struct Add {
    /// A site, a feed, a board or a page of reviews: example.org is enough
    #[arg(value_parser = address)]
    url: Url,
    /// What to call the source [default: made from its address]
    #[arg(long, value_parser = id)]
    id: Option<String>,
    /// news, blog, forum, review, social, video or web [default: as the page shows, else news]
    #[arg(long, value_parser = kind)]
    kind: Option<Kind>,
    /// Read it with this preset, or as a feed only; without it the page is recognised
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,
    /// Read the articles of a feed from their own pages, where the feed has only their beginnings
    #[arg(long)]
    full_text: bool,
    /// By which clocks its pages tell the time, as in Europe/Paris, where they do not say so themselves
    #[arg(long, value_name = "ZONE")]
    zone: Option<chrono_tz::Tz>,
    /// Go back so far into its past, as in 90d, over as many rounds as that takes; nothing of it is mailed
    #[arg(long, value_name = "SPAN", value_parser = span)]
    since: Option<Duration>,
    /// The language to assume where an item does not say its own
    #[arg(long)]
    lang: Option<String>,
    /// Of several sources that are offered, the numbers of those to add: 1,3
    #[arg(long, value_name = "N,…", value_delimiter = ',', group = "choice")]
    pick: Vec<usize>,
    /// Add the best of several
    #[arg(long, group = "choice")]
    best: bool,
    /// Add all that bring something of their own
    #[arg(long, group = "choice")]
    all: bool,
    /// Show what would be read, item by item, and add nothing
    #[arg(long, group = "choice")]
    explain: bool,
    /// Write what was found as JSON; adds only what --best, --all or --pick says
    #[arg(long)]
    json: bool,
}

/// Which of the offers are to be added.
enum Choice<'a> {
    Best,
    All,
    Numbers(&'a [usize]),
    /// Whoever sits there is asked.
    Unsaid,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Remove {
    /// The source's id, as `vigie status` shows it
    id: String,
}

pub(crate) fn remove(remove: &Remove, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let mut ledger = open_ledger(&configuration(file)?.data, now)?;
    if ledger.remove_source(&SourceId::new(&remove.id), now)? {
        println!("Removed source \"{}\"; its items stay.", remove.id);
        return Ok(());
    }
    let declared = ledger.sources()?.iter().any(|source| source.id.as_str() == remove.id);
    let problem = if declared {
        Problem::new(&remove.id, "stands in the configuration").hint("remove it there")
    } else {
        Problem::new(&remove.id, "is no source").hint("`vigie status` lists them")
    };
    Err(Failure::Usage(vec![problem]))
}

pub(crate) fn add(add: &Add, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    known_preset(&config.crawl, add.preset.as_deref())?;
    let fetcher = crawler::fetcher(&config.crawl)?;
    let visits = Visits::new(&fetcher, &config.crawl, now, tell);
    let looking = discover(visits, &add.url, add.preset.as_deref(), now);
    let found = daemon::runtime()?.block_on(looking).map_err(Failure::Refused)?;
    if add.explain {
        return closed_pipe_is_fine(shown::explain(&mut io::stdout().lock(), &found.offers));
    }
    let choice = match add {
        Add { best: true, .. } => Choice::Best,
        Add { all: true, .. } => Choice::All,
        Add { pick, .. } if !pick.is_empty() => Choice::Numbers(pick),
        Add { .. } => Choice::Unsaid,
    };
    let mut out = io::stdout().lock();
    if add.json {
        closed_pipe_is_fine(shown::json(&mut out, &add.url, &found))?;
        if matches!(choice, Choice::Unsaid) {
            return Ok(());
        }
    } else {
        closed_pipe_is_fine(shown::table(&mut out, &add.url, &found, now))?;
    }
    let chosen = choose(&found, &choice)?;
    if let (Some(_), [_, _, ..]) = (&add.id, chosen.as_slice()) {
        return Err(anyhow!("--id names one source, and {} are to be added", chosen.len()).into());
    }
    let mut ledger = Ledger::open(&config.data, now)?;
    let mut added = 0;
    for offer in chosen.iter().map(|at| &found.offers[*at]) {
        let sources = ledger.sources()?;
        if let Some(known) = sources.iter().find(|source| source.url == offer.url) {
            let known = anyhow!("{} is read already, as source \"{}\"", offer.url, known.id);
            if chosen.len() == 1 {
                return Err(known.into());
            }
            eprintln!("{known}");
            continue;
        }
        let taken = sources.iter().map(|source| source.id.as_str()).collect();
        let source = source(add, offer, &taken)?;
        ledger.add_source(&source, now)?;
        added += 1;
        if !add.json {
            say_added(&source, offer, add);
        }
    }
    if added == 0 {
        return Err(anyhow!("nothing was added: all of it is read already").into());
    }
    if !add.json {
        println!("A running vigie reads it within seconds; `vigie status` shows how it does.");
    }
    Ok(())
}

/// Says what is asked for while it takes time.
fn tell(url: &Url, outcome: &str) {
    eprintln!("  {url}: {outcome}");
}

fn say_added(source: &Source, offer: &Offer, add: &Add) {
    println!("Added source \"{}\": {}", source.id, source.url);
    if source.full_text && !add.full_text {
        println!("  It has only titles: the articles are read from their own pages.");
    }
    if add.since.is_some() && !offer.leads_on() {
        println!("  It shows only its newest items, so there is no past of it to go back to.");
    }
}

/// Returns the places in the list of the offers to add.
fn choose(found: &Found, choice: &Choice<'_>) -> Result<Vec<usize>> {
    let count = found.offers.len();
    let own = || (0..count).filter(|at| found.offers[*at].same_as.is_none()).collect::<Vec<_>>();
    let numbers = match choice {
        Choice::Best => vec![1],
        Choice::All => return Ok(own()),
        Choice::Numbers(numbers) => numbers.to_vec(),
        Choice::Unsaid if count == 1 => vec![1],
        Choice::Unsaid if io::stdin().is_terminal() => match ask()?.as_str() {
            "" => vec![1],
            "all" => return Ok(own()),
            typed => numbers(typed)?,
        },
        Choice::Unsaid => bail!(
            "{count} sources are offered; say which: --best adds number 1, --all the {} that bring \
             something of their own, --pick 1,2 those numbers",
            own().len()
        ),
    };
    let mut chosen = BTreeSet::new();
    for number in numbers {
        if !(1..=count).contains(&number) {
            bail!("there is no number {number}; pick from 1 to {count}");
        }
        chosen.insert(number - 1);
    }
    Ok(chosen.into_iter().collect())
}

fn numbers(typed: &str) -> Result<Vec<usize>> {
    let number = |text: &str| text.parse().map_err(|_| anyhow!("\"{text}\" is not a number"));
    typed.split([',', ' ']).filter(|text| !text.is_empty()).map(number).collect()
}

fn ask() -> Result<String> {
    print!("Which to add? A number, several (1,3), or all [1]: ");
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_lowercase())
}

fn source(add: &Add, offer: &Offer, taken: &BTreeSet<&str>) -> Result<Source> {
    let id = match &add.id {
        Some(id) if taken.contains(id.as_str()) => bail!("there is a source \"{id}\" already"),
        Some(id) => id.clone(),
        None => free_id(&offer.url, taken),
    };
    let lang = match &add.lang {
        Some(tag) => Some(Lang::from_tag(tag).ok_or_else(|| anyhow!("\"{tag}\" is no language"))?),
        None => offer.reading.feed.as_ref().and_then(|feed| feed.lang.clone()),
    };
    Ok(Source {
        name: offer.title.as_deref().map_or_else(|| id.clone(), printable),
        id: SourceId::new(id),
        url: offer.url.clone(),
        kind: add.kind.or(offer.kind).unwrap_or(Kind::News),
        lang,
        // Most words of an article are not in its title.
        full_text: add.full_text || offer.way == Way::Sitemap,
        zone: add.zone,
        preset: add.preset.clone().or_else(|| offer.preset().map(str::to_owned)),
        every: None,
        since: add.since,
    })
}

fn id(text: &str) -> Result<String, String> {
    if text.chars().any(acts) {
        return Err(
            "write it on one line, without control characters and invisible ones".to_owned()
        );
    }
    Ok(text.to_owned())
}

fn kind(word: &str) -> Result<Kind, String> {
    let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::as_str).collect();
    word.parse().map_err(|_| format!("write one of: {}", known.join(", ")))
}

fn span(text: &str) -> Result<Duration, String> {
    let hint = "write how long ago, as in 90d or 6months, at most 10 years";
    let span = humantime::parse_duration(text).map_err(|_| hint)?;
    if span > HISTORY_MAX { Err(hint.to_owned()) } else { Ok(span) }
}

/// Reads an address as people write it: with `https://` or without.
pub(super) fn address(text: &str) -> Result<Url, String> {
    let hint = "write the whole address, as in https://example.org";
    let text = text.trim();
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => return Ok(url),
        // The name of a host with a port is read as one with a scheme.
        Ok(url) if text.starts_with(&format!("{}://", url.scheme())) => {
            return Err(format!("only http and https are read, not {}", url.scheme()));
        }
        Ok(_) | Err(_) => {}
    }
    let host = text.split(['/', '?', '#', ':']).next().unwrap_or_default();
    let is_name = host.contains('.') && !host.starts_with('.') && !host.contains('@');
    if !is_name || text.contains(char::is_whitespace) {
        return Err(hint.to_owned());
    }
    Url::parse(&format!("https://{text}")).map_err(|_| hint.to_owned())
}

/// Makes an id from the host, with a number where it is taken.
pub(super) fn free_id(url: &Url, taken: &BTreeSet<&str>) -> String {
    let host = url.host_str().unwrap_or("source");
    let host = host.strip_prefix("www.").unwrap_or(host).replace('.', "-");
    let mut id = host.clone();
    let mut number = 2;
    while taken.contains(id.as_str()) {
        id = format!("{host}-{number}");
        number += 1;
    }
    id
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_one_line_of_what_shows() {
        assert_eq!(id("thé-vert"), Ok("thé-vert".to_owned()));
        for wrong in ["a\nb", "a\u{202e}b", "a\u{200b}", "\u{1b}[2J"] {
            assert!(id(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_address_may_be_typed_as_people_write_it() {
        let check = |text: &str, expect: &str| {
            assert_eq!(address(text).map(String::from).as_deref(), Ok(expect), "{text}");
        };
        check("https://ozalee.example/a", "https://ozalee.example/a");
        check(" ozalee.example ", "https://ozalee.example/");
        check("www.ozalee.example/forum?x=1", "https://www.ozalee.example/forum?x=1");
        check("ozalee.example:8080/a", "https://ozalee.example:8080/a");
        for wrong in
            ["", "nowhere", "l'Oréal", "two words.example", "a@b.example", "ftp://x.example", ".a"]
        {
            assert!(address(wrong).is_err(), "{wrong}");
        }
        assert!(address("ftp://x.example/").unwrap_err().contains("not ftp"));
    }

    #[test]
    fn a_span_is_at_most_ten_years() {
        assert_eq!(span("90d"), Ok(Duration::from_hours(90 * 24)));
        assert!(span("11y").is_err() && span("yesterday").is_err());
    }
}
