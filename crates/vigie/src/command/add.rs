//! `vigie add URL`: adds a source to the ledger. The address may be that of a feed, of a page that can
//! be read itself, or of one whose feeds are then offered.

use std::collections::BTreeSet;
use std::io::{self, BufRead, IsTerminal, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use chrono::Local;
use crawl::{Fetched, Fetcher, Page, PageReader, Reading, charset, discover};
use model::{Item, Kind, Lang, Problem, Source, SourceId, Timestamp, Validators};
use store::Ledger;
use url::Url;

use super::extract::write_head;
use super::status::table;
use super::{ToRead, closed_pipe_is_fine, known_preset, open_ledger, printable, read_page};
use crate::cli::{Failure, configuration};
use crate::config::Crawl;
use crate::{crawler, daemon};

/// How many of the offered addresses are tried.
const OFFERS_TRIED_MAX: usize = 12;
/// How many of its items are shown as a sample.
const SAMPLE: usize = 3;
/// How many are shown where a person wants to judge.
const EXPLAINED: usize = 20;

#[derive(Debug, clap::Args)]
pub(crate) struct Add {
    /// A feed, a board, a page of reviews, or a page that offers feeds
    url: Url,
    /// What to call the source [default: made from its address]
    #[arg(long)]
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
    /// Show what would be read, and how, and add nothing
    #[arg(long)]
    explain: bool,
    /// The language to assume where an item does not say its own
    #[arg(long)]
    lang: Option<String>,
    /// Of several feeds and pages that are offered, the number of the one to add
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

/// An address that can be read.
struct Offer {
    url: Url,
    reading: Reading,
}

impl Offer {
    /// Reads a page, or says why it cannot be read.
    fn read(
        page: &Page,
        url: &Url,
        add: &Add,
        crawl: &Crawl,
        now: Timestamp,
    ) -> Result<Self, String> {
        let read = ToRead {
            url: &page.url,
            content_type: page.content_type.as_deref(),
            link: page.link.as_deref(),
            preset: add.preset.clone(),
            presets: &crawl.presets,
        };
        let reading = read_page(&page.body, read, now);
        let url = page.moved_to.as_ref().unwrap_or(url).clone();
        if reading.feed.is_none() && reading.page.is_none() {
            let last = reading.problems.last();
            return Err(last.map_or_else(String::new, |problem| problem.message.clone()));
        }
        Ok(Self { url, reading })
    }

    fn title(&self) -> Option<&str> {
        let Reading { feed, page, .. } = &self.reading;
        let title = match (feed, page) {
            (Some(feed), _) => feed.title.as_str(),
            (None, Some(page)) => page.title.as_str(),
            (None, None) => "",
        };
        Some(title).filter(|title| !title.is_empty())
    }

    /// Whether it is worth a choice where feeds are offered too: a feed has the newest articles of a
    /// site, but seldom all posts of a board.
    fn is_place(&self) -> bool {
        self.reading
            .page
            .as_ref()
            .is_some_and(|page| matches!(page.kind, Some(Kind::Forum | Kind::Review)))
    }

    fn preset(&self) -> Option<&str> {
        match &self.reading.page.as_ref()?.reader {
            PageReader::Preset(name) => Some(name),
            PageReader::Standards | PageReader::Structure | PageReader::Article => None,
        }
    }
}

pub(crate) fn add(add: &Add, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let config = configuration(file)?;
    known_preset(&config.crawl, add.preset.as_deref())?;
    let fetcher = crawler::fetcher(&config.crawl)?;
    let mut offers = daemon::runtime()?.block_on(find(&fetcher, add, &config.crawl, now))?;
    if add.explain {
        return closed_pipe_is_fine(explain(&mut io::stdout().lock(), &offers));
    }
    let chosen = choose(&offers, add.pick)?;
    let offer = offers.swap_remove(chosen);

    let mut ledger = Ledger::open(&config.data, now)?;
    let sources = ledger.sources()?;
    if let Some(known) = sources.iter().find(|source| source.url == offer.url) {
        return Err(anyhow!("{} is read already, as source \"{}\"", offer.url, known.id).into());
    }
    let taken = sources.iter().map(|source| source.id.as_str()).collect();
    let source = source(add, &offer, &taken)?;
    ledger.add_source(&source, now)?;
    println!("Added source \"{}\": {}", source.id, source.url);
    println!("A running vigie reads it within seconds; `vigie status` shows how it does.");
    Ok(())
}

/// Shows each offer as a table that a person can judge.
fn explain(out: &mut impl Write, offers: &[Offer]) -> io::Result<()> {
    for offer in offers {
        writeln!(out, "{}", offer.url)?;
        match (&offer.reading.feed, &offer.reading.page) {
            (Some(feed), _) => writeln!(out, "{}\nread as a feed\n", printable(&feed.title))?,
            (None, Some(head)) => write_head(out, head)?,
            (None, None) => {}
        }
        let rows = offer.reading.items.iter().take(EXPLAINED).map(explained);
        writeln!(out, "{}", table(&["DATE", "AUTHOR", "STARS", "TITLE", "TEXT"], rows))?;
        let untold = offer.reading.items.len().saturating_sub(EXPLAINED);
        if untold > 0 {
            writeln!(out, "and {untold} more")?;
        }
        for problem in &offer.reading.problems {
            writeln!(out, "{}: {}", printable(&problem.place), printable(&problem.message))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Returns the cells of one item.
fn explained(item: &Item) -> Vec<String> {
    let cell = |text: &str, chars_max: usize| {
        let text = printable(text);
        let cut: String = text.chars().take(chars_max).collect();
        if cut.len() < text.len() { format!("{cut}…") } else { cut }
    };
    let date = item.published.or(item.updated).map_or_else(String::new, |date| {
        date.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string()
    });
    vec![
        date,
        cell(item.author.as_deref().unwrap_or_default(), 18),
        item.details.rating.map(|rating| rating.to_string()).unwrap_or_default(),
        cell(&item.heading(), 28),
        cell(&item.text, 44),
    ]
}

fn kind(word: &str) -> Result<Kind, String> {
    let known: Vec<&str> = Kind::ALL.into_iter().map(Kind::as_str).collect();
    word.parse().map_err(|_| format!("write one of: {}", known.join(", ")))
}

/// Finds what can be read at an address: itself, or the feeds that the page there offers.
async fn find(fetcher: &Fetcher, add: &Add, crawl: &Crawl, now: Timestamp) -> Result<Vec<Offer>> {
    let url = &add.url;
    let page = get(fetcher, url, now).await?;
    let itself = Offer::read(&page, url, add, crawl, now);
    let itself = match itself {
        Ok(itself) if itself.reading.feed.is_some() => {
            return Ok(vec![itself]);
        }
        itself => itself,
    };
    let html = charset::decode(&page.body, page.content_type.as_deref()).text;
    let mut offers = Vec::new();
    let name = add.preset.as_deref();
    for url in crawl.presets.interfaces(&html, &page.url, name).into_iter().take(OFFERS_TRIED_MAX) {
        let Ok(page) = get(fetcher, &url, now).await else { continue };
        let offer = Offer::read(&page, &url, add, crawl, now);
        offers.extend(offer.ok().filter(|offer| offer.preset().is_some()));
    }
    // It has all that the page has, and more.
    let has_interface = !offers.is_empty();
    for offer in discover::feeds(&html, &page.url).into_iter().take(OFFERS_TRIED_MAX) {
        // What is offered, or only guessed, may not be there.
        let Ok(page) = get(fetcher, &offer.url, now).await else { continue };
        let offer = Offer::read(&page, &offer.url, add, crawl, now);
        offers.extend(offer.ok().filter(|offer| offer.reading.feed.is_some()));
    }
    match itself {
        Ok(itself) if offers.is_empty() || itself.is_place() && !has_interface => {
            offers.push(itself);
        }
        Err(reason) if offers.is_empty() => {
            bail!("{url} is no feed, and offers none that can be read: {reason}");
        }
        Ok(_) | Err(_) => {}
    }
    Ok(offers)
}

async fn get(fetcher: &Fetcher, url: &Url, now: Timestamp) -> Result<Page> {
    match fetcher.fetch(url, &Validators::default(), now).await {
        Ok(Fetched::Page(page)) => Ok(page),
        Ok(Fetched::Unchanged { .. }) => bail!("{url} sent nothing though nothing was known"),
        Err(error) => Err(error).with_context(|| format!("failed to read {url}")),
    }
}

/// Lets the person choose where there is a choice. Returns the place in the list.
fn choose(offers: &[Offer], pick: Option<usize>) -> Result<usize> {
    for (number, offer) in (1..).zip(offers) {
        let title = printable(offer.title().unwrap_or("(no title)"));
        let how = match &offer.reading.page {
            Some(page) => format!("the page itself, {}", page.reader.told()),
            None => "feed".to_owned(),
        };
        let items = &offer.reading.items;
        println!("{number}. {title}\n   {} ({how}, {} items)", offer.url, items.len());
        for item in items.iter().take(SAMPLE) {
            let date = item.published.map_or_else(
                || "          ".to_owned(),
                |date| date.with_timezone(&Local).format("%Y-%m-%d").to_string(),
            );
            println!("     {date}  {}", printable(&item.heading()));
        }
    }
    let number = match pick {
        Some(number) => number,
        None if offers.len() == 1 => 1,
        None if io::stdin().is_terminal() => ask(offers.len())?,
        None => bail!("several are offered; say which with --pick N"),
    };
    if !(1..=offers.len()).contains(&number) {
        bail!("there is no number {number}; pick one from 1 to {}", offers.len());
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
    let shown = offer.reading.page.as_ref().and_then(|page| page.kind);
    Ok(Source {
        name: offer.title().unwrap_or(&id).to_owned(),
        id: SourceId::new(id),
        url: offer.url.clone(),
        kind: add.kind.or(shown).unwrap_or(Kind::News),
        lang,
        full_text: add.full_text,
        zone: add.zone,
        preset: add.preset.clone().or_else(|| offer.preset().map(str::to_owned)),
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
