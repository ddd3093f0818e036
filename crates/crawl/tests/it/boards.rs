//! Pages of boards that were installed and filled with known posts, where they are at hand
//! (`VIGIE_DATA`).

pub(crate) mod score;

use std::path::{Path, PathBuf};

use crawl::{PageContext, Presets};

/// Returns the folder of the pages, or `None`, saying so, where it is absent.
fn folder(test: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let folder = data.join("pages/dev");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: {test}: {} is not here (VIGIE_DATA)", folder.display());
    None
}

/// What must be right without any preset, in thousandths.
const STRUCTURE_MIN: usize = 950;

#[test]
fn posts_are_found_by_structure_alone() {
    let Some(folder) = folder("posts_are_found_by_structure_alone") else { return };
    let cases = score::cases(&folder);
    let pages: Vec<_> = cases.into_iter().filter(|case| !case.engine.ends_with("json")).collect();
    let read = |body: &[u8], page: &PageContext| crawl::read_by_structure(body, page).items;
    let engines = score::scores(&pages, &Presets::default(), read, &mut drop);
    println!("by structure alone\n{}", score::shown(&engines));
    for (engine, score) in engines {
        assert!(
            score.thousandths().iter().all(|share| *share >= STRUCTURE_MIN),
            "{engine}: {score:?}"
        );
        assert_eq!(score.invented, 0, "{engine}");
    }
}

#[test]
fn posts_are_found_with_and_without_presets() {
    let Some(folder) = folder("posts_are_found_with_and_without_presets") else { return };
    let cases = score::cases(&folder);
    let read = |body: &[u8], page: &PageContext| crawl::read(body, page).items;
    for (name, presets) in
        [("with the presets", Presets::embedded()), ("without", Presets::default())]
    {
        let engines = score::scores(&cases, &presets, read, &mut drop);
        println!("{name}\n{}", score::shown(&engines));
    }
}
