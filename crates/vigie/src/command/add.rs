//! `vigie add URL`: adds a source to the ledger. The address may be a feed's, or that of a page whose
//! feeds are then offered.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use chrono::Local;
use crawl::{FeedHead, Fetched, Fetcher, Page, Reading, charset, discover};
use model::{Item, Kind, Lang, Problem, Source, SourceId, Timestamp, Validators};
use store::Ledger;
use url::Url;

use super::{open_ledger, printable, read_page};
use crate::cli::{Failure, configuration};
use crate::{crawler, daemon};

/// How many of the offered addresses are tried.
const OFFERS_TRIED_MAX: usize = 12;
/// How many of a feed's items are shown as a sample.
const SAMPLE: usize = 3;

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// A feed, or a page that offers feeds
    url: Url,
    /// What to call the source [default: made from its address]
    #[arg(long)]
    id: Option<String>,
    /// news, blog, forum, review, social, video or web
    #[arg(long, default_value = "news", value_parser = kind)]
    kind: Kind,
    /// The language to assume where an item does not say its own
    #[arg(long)]
    lang: Option<String>,
    /// Of several feeds that a page offers, the number of the one to add
    #[arg(long, value_name = "N")]
    pick: Option<usize>,
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

/// An address that turned out to be a feed.
struct Feed {
    url: Url,
    head: FeedHead,
    items: Vec<Item>,
}

impl Feed {
    fn read(page: &Page, url: &Url, now: Timestamp) -> Option<Self> {
        let Reading { feed, items, .. } =
            read_page(&page.body, &page.url, page.content_type.as_deref(), now);
        Some(Self { url: page.moved_to.as_ref().unwrap_or(url).clone(), head: feed?, items })
    }

    fn title(&self) -> Option<&str> {
        Some(self.head.title.as_str()).filter(|title| !title.is_empty())
    }
}

pub(crate) fn add(add: &Add, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    let fetcher = crawler::fetcher(&config.crawl)?;
    let mut feeds = daemon::runtime()?.block_on(find(&fetcher, &add.url, now))?;
    let chosen = choose(&feeds, add.pick)?;
    let feed = feeds.swap_remove(chosen);

    let mut ledger = Ledger::open(&config.data, now)?;
    let sources = ledger.sources()?;
    if let Some(known) = sources.iter().find(|source| source.url == feed.url) {
        return Err(anyhow!("{} is read already, as source \"{}\"", feed.url, known.id).into());
    }
    let taken = sources.iter().map(|source| source.id.as_str()).collect();
    let source = source(add, &feed, &taken)?;
    ledger.add_source(&source, now)?;
    println!("Added source \"{}\": {}", source.id, source.url);
    println!("A running vigie reads it within seconds; `vigie status` shows how it does.");
    Ok(())
}

fn kind(word: &str) -> Result<Kind, String> {
    let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::as_str).collect();
    word.parse().map_err(|_| format!("write one of: {}", known.join(", ")))
}

/// Finds the feeds at an address: itself, or those that the page there offers.
async fn find(fetcher: &Fetcher, url: &Url, now: Timestamp) -> Result<Vec<Feed>> {
    let page = get(fetcher, url, now).await?;
    if let Some(feed) = Feed::read(&page, url, now) {
        return Ok(vec![feed]);
    }
    let html = charset::decode(&page.body, page.content_type.as_deref()).text;
    let mut feeds = Vec::new();
    for offer in discover::feeds(&html, &page.url).into_iter().take(OFFERS_TRIED_MAX) {
        // What is offered, or only guessed, may not be there.
        let Ok(page) = get(fetcher, &offer.url, now).await else { continue };
        feeds.extend(Feed::read(&page, &offer.url, now));
    }
    if feeds.is_empty() {
        bail!("{url} is no feed, and offers none that can be read");
    }
    Ok(feeds)
}

async fn get(fetcher: &Fetcher, url: &Url, now: Timestamp) -> Result<Page> {
    match fetcher.fetch(url, &Validators::default(), now).await {
        Ok(Fetched::Page(page)) => Ok(page),
        Ok(Fetched::Unchanged { .. }) => bail!("{url} sent nothing though nothing was known"),
        Err(error) => Err(error).with_context(|| format!("failed to read {url}")),
    }
}

/// Lets the person choose where there is a choice. Returns the place in the list.
fn choose(feeds: &[Feed], pick: Option<usize>) -> Result<usize> {
    for (number, feed) in (1..).zip(feeds) {
        let title = printable(feed.title().unwrap_or("(no title)"));
        println!("{number}. {title}\n   {} ({} items)", feed.url, feed.items.len());
        for item in feed.items.iter().take(SAMPLE) {
            let date = item.published.map_or_else(
                || "          ".to_owned(),
                |date| date.with_timezone(&Local).format("%Y-%m-%d").to_string(),
            );
            println!("     {date}  {}", printable(&item.title));
        }
    }
    let number = match pick {
        Some(number) => number,
        None if feeds.len() == 1 => 1,
        None if io::stdin().is_terminal() => ask(feeds.len())?,
        None => bail!("several feeds are offered; say which with --pick N"),
    };
    if !(1..=feeds.len()).contains(&number) {
        bail!("there is no number {number}; pick one from 1 to {}", feeds.len());
    }
    Ok(number - 1)
}

fn ask(last: usize) -> Result<usize> {
    print!("Which one? [1-{last}] ");
    io::stdout().flush()?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    line.trim().parse().map_err(|_| anyhow!("\"{}\" is not a number", line.trim()))
}

fn source(add: &Add, feed: &Feed, taken: &BTreeSet<&str>) -> Result<Source> {
    let id = match &add.id {
        Some(id) if taken.contains(id.as_str()) => bail!("there is a source \"{id}\" already"),
        Some(id) => id.clone(),
        None => free_id(&feed.url, taken),
    };
    let lang = match &add.lang {
        Some(tag) => Some(Lang::from_tag(tag).ok_or_else(|| anyhow!("\"{tag}\" is no language"))?),
        None => feed.head.lang.clone(),
    };
    Ok(Source {
        name: feed.title().unwrap_or(&id).to_owned(),
        id: SourceId::new(id),
        url: feed.url.clone(),
        kind: add.kind,
        lang,
        preset: None,
        every: None,
    })
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
