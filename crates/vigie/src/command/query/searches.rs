//! `vigie query searches`: what each platform is asked for the saved queries, and which source each search
//! became.

use std::io::{self, Write};
use std::path::Path;

use model::{Problem, QueryName};

use crate::cli::{Failure, configuration};
use crate::command::{closed_pipe_is_fine, printable};
use crate::config::{Asked, Config};

#[derive(Debug, clap::Args)]
pub(crate) struct Searches {
    /// A saved query; all of them if none is named
    query: Option<String>,
}

pub(super) fn searches(searches: &Searches, file: &Path) -> Result<(), Failure> {
    let config = configuration(file)?;
    let wanted = searches.query.as_deref().map(QueryName::new);
    if let Some(name) = wanted.as_ref().filter(|name| !config.queries.contains_key(name)) {
        let message = format!("there is no query \"{name}\"");
        return Err(Failure::Usage(vec![Problem::new("query", message)]));
    }
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(write(&mut out, &config, wanted.as_ref()))
}

fn write(out: &mut impl Write, config: &Config, wanted: Option<&QueryName>) -> io::Result<()> {
    let names = config.queries.keys().filter(|name| wanted.is_none_or(|wanted| wanted == *name));
    for name in names {
        writeln!(out, "{}", printable(name.as_str()))?;
        let asked: Vec<&Asked> =
            config.asked.iter().filter(|asked| asked.queries.contains(name)).collect();
        for asked in &asked {
            let source = config.sources.iter().find(|source| source.id == asked.source);
            let url = source.map(|source| source.url.as_str()).unwrap_or_default();
            writeln!(out, "  {}: {}", asked.source, printable(&asked.words))?;
            writeln!(out, "    {url}")?;
        }
        if asked.is_empty() {
            writeln!(out, "  no platform is asked for it")?;
        }
    }
    for warning in config.warnings.iter().filter(|_| wanted.is_none()) {
        writeln!(out, "warning: {warning}")?;
    }
    Ok(())
}
