//! `vigie query lint`: what is wrong with a query, and what is probably not meant. Exit code 2 where one
//! cannot be run; warnings alone are no failure.

use std::io::{self, Write};
use std::path::Path;

use model::Problem;
use query::{Lint as Remark, Severity};

use super::known;
use crate::asked::Linted;
use crate::cli::{Failure, configuration};
use crate::command::{closed_pipe_is_fine, printable};

#[derive(Debug, clap::Args)]
#[command(override_usage = "vigie query lint [OPTIONS] <QUERY-or-NAME | --all>")]
pub(crate) struct Lint {
    /// A query, or the name of a saved one
    #[arg(
        value_name = "QUERY-or-NAME",
        allow_hyphen_values = true,
        required_unless_present = "all",
        conflicts_with = "all"
    )]
    query: Option<String>,
    /// Look at all saved queries
    #[arg(long)]
    all: bool,
    /// Write one JSON object for each query
    #[arg(long)]
    json: bool,
}

pub(super) fn lint(lint: &Lint, file: &Path) -> Result<(), Failure> {
    let linted = match &lint.query {
        Some(text) => vec![one(text, file)?],
        None => all(file)?,
    };
    let mut out = io::stdout().lock();
    closed_pipe_is_fine(if lint.json {
        write_json(&mut out, &linted)
    } else {
        write_human(&mut out, &linted)
    })?;
    let is_error = |remark: &Remark| remark.severity == Severity::Error;
    if linted.iter().flat_map(|linted| &linted.lints).any(is_error) {
        // All has been said.
        return Err(Failure::Usage(Vec::new()));
    }
    Ok(())
}

fn one(text: &str, file: &Path) -> Result<Linted, Failure> {
    Ok(Linted::of(text, known(file)?.as_ref()))
}

fn all(file: &Path) -> Result<Vec<Linted>, Failure> {
    let config = configuration(file)?;
    if config.queries.is_empty() {
        let problem = Problem::new(file.display().to_string(), "there are no saved queries");
        return Err(Failure::Usage(vec![problem.hint("write them into [queries]")]));
    }
    let queries = config.queries.iter();
    Ok(queries.map(|(name, query)| Linted::new(Some(name), query.text(), &config.parts)).collect())
}

fn write_json(out: &mut impl Write, linted: &[Linted]) -> io::Result<()> {
    for linted in linted {
        serde_json::to_writer(&mut *out, linted)?;
        writeln!(out)?;
    }
    Ok(())
}

fn write_human(out: &mut impl Write, linted: &[Linted]) -> io::Result<()> {
    for Linted { name, query, lints } in linted {
        let name = match name {
            Some(name) => format!("saved query {}", printable(name)),
            None => "query".to_owned(),
        };
        match lints.len() {
            0 => writeln!(out, "{name}: nothing to say")?,
            1 => writeln!(out, "{name}: 1 remark")?,
            more => writeln!(out, "{name}: {more} remarks")?,
        }
        for lint in lints {
            let severity = match lint.severity {
                Severity::Error => "error",
                Severity::Warning => "warning",
            };
            writeln!(out, "{severity}: {} [{}]", printable(&lint.message), lint.code)?;
            for line in lint.render(query).lines() {
                writeln!(out, "  {}", printable(line))?;
            }
            if let Some(fix) = &lint.fix {
                writeln!(out, "  hint: {}", printable(&fix.message))?;
            }
        }
    }
    Ok(())
}
