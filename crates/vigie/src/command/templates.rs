//! `vigie templates`: the built-in templates of mails, to begin one's own from.

use std::fs;
use std::io::Write as _;
use std::path::PathBuf;

use alert::BUILT_IN;
use anyhow::{Context as _, Result};
use clap::Subcommand;
use model::Problem;

use crate::cli::Failure;

#[derive(Subcommand)]
pub(crate) enum Templates {
    /// Write the built-in templates into a folder; overwrites nothing
    Export {
        /// Where to; `[mail] templates` then names it
        folder: PathBuf,
    },
}

pub(crate) fn run(asked: &Templates) -> Result<(), Failure> {
    let Templates::Export { folder } = asked;
    let there: Vec<&str> =
        BUILT_IN.iter().map(|(name, _)| *name).filter(|name| folder.join(name).exists()).collect();
    if !there.is_empty() {
        let problem =
            Problem::new(folder.display().to_string(), format!("has {}", there.join(", ")));
        let hint = "nothing is overwritten: name another folder";
        return Err(Failure::Refused(problem.hint(hint)));
    }
    fs::create_dir_all(folder).with_context(|| format!("failed to make {}", folder.display()))?;
    for (name, text) in BUILT_IN {
        let file = folder.join(name);
        let written = fs::File::create_new(&file).and_then(|mut it| it.write_all(text.as_bytes()));
        written.with_context(|| format!("failed to write {}", file.display()))?;
    }
    println!(
        "Wrote {} templates into {}. Keep those that you change, remove the others: so later versions \
         of them reach you.",
        BUILT_IN.len(),
        folder.display()
    );
    Ok(())
}
