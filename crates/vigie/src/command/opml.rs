//! `vigie import` and `vigie export`: lists of feeds as OPML 2.0, which every feed reader writes.

use std::collections::BTreeSet;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use crawl::opml::{self, OpmlFeed};
use model::{Kind, Source, SourceId, Timestamp};
use store::Ledger;

use super::add::free_id;
use super::{closed_pipe_is_fine, printable};
use crate::cli::{Failure, configuration};

#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// The OPML file
    file: PathBuf,
}

pub(crate) fn import(import: &Import, file: &Path, now: Timestamp) -> Result<(), Failure> {
    let data = configuration(file)?.data;
    let bytes = std::fs::read(&import.file)
        .with_context(|| format!("failed to read {}", import.file.display()))?;
    let (feeds, problems) = opml::read(&bytes);
    for problem in &problems {
        eprintln!("{}: {problem}", import.file.display());
    }

    let mut ledger = Ledger::open(&data, now)?;
    let sources = ledger.sources()?;
    let mut urls: BTreeSet<_> = sources.iter().map(|source| source.url.clone()).collect();
    let mut ids: BTreeSet<_> = sources.iter().map(|source| source.id.to_string()).collect();
    let mut added = 0;
    for feed in &feeds {
        if !urls.insert(feed.url.clone()) {
            continue;
        }
        let id = free_id(&feed.url, &ids.iter().map(String::as_str).collect());
        ids.insert(id.clone());
        ledger.add_source(&source(feed, id), now)?;
        added += 1;
    }
    println!("{added} sources added, {} known already", feeds.len() - added);
    if feeds.is_empty() {
        return Err(anyhow::anyhow!("{} lists no feed", import.file.display()).into());
    }
    Ok(())
}

fn source(feed: &OpmlFeed, id: String) -> Source {
    Source {
        name: feed.title.as_deref().map_or_else(|| id.clone(), printable),
        id: SourceId::new(id),
        url: feed.url.clone(),
        kind: kind(feed),
        lang: None,
        preset: None,
        full_text: false,
        zone: None,
        every: None,
        since: None,
    }
}

/// Takes a folder for a kind where it is called so, as `vigie export` does.
fn kind(feed: &OpmlFeed) -> Kind {
    feed.folder.as_deref().and_then(|folder| folder.parse().ok()).unwrap_or(Kind::News)
}

pub(crate) fn export(file: &Path, now: Timestamp) -> Result<(), Failure> {
    let ledger = Ledger::open(&configuration(file)?.data, now)?;
    let feeds: Vec<OpmlFeed> = ledger
        .sources()?
        .into_iter()
        .map(|source| OpmlFeed {
            url: source.url,
            title: Some(source.name),
            home: None,
            folder: Some(source.kind.to_string()),
        })
        .collect();
    let text = opml::write("Vigie", &feeds);
    closed_pipe_is_fine(io::stdout().write_all(text.as_bytes()))
}
