//! Labelled sets that nothing was learnt from, where they are at hand (`VIGIE_DATA`).

use std::path::{Path, PathBuf};

use enrich::tone::{Reading, Said, Tones};
use model::Lang;

use super::score;

/// Returns the folder of the labelled sets, or `None`, saying so, where it is absent.
fn folder(test: &str) -> Option<PathBuf> {
    let default = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let data = std::env::var_os("VIGIE_DATA").map_or(default, PathBuf::from);
    let folder = data.join("tone");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("not run: {test}: {} is not here (VIGIE_DATA)", folder.display());
    None
}

/// Reads a labelled set as it stands.
fn judged(path: &Path, tag: &str) -> Vec<score::Judged> {
    let lang = Lang::from_tag(tag);
    let judge = |labelled: &score::Labelled| {
        let said = Said { lang: lang.as_ref(), text: &labelled.text, ..Said::default() };
        let Reading { tone, score, confidence, .. } = Tones::built_in().read(&said);
        score::Judged { expected: labelled.tone, tone, score, confidence }
    };
    score::read(path).unwrap().iter().map(judge).collect()
}

#[test]
fn sets_that_nothing_was_learnt_from_are_read_well() {
    let Some(folder) = folder("sets_that_nothing_was_learnt_from_are_read_well") else { return };
    let check = |name: &str, tag, f1_min: f64, auc_min: f64| {
        let judged = judged(&folder.join(name), tag);
        println!("{}", score::line(name, &judged));
        assert!(score::macro_f1(&judged) >= f1_min, "{name}: {}", score::macro_f1(&judged));
        assert!(score::auc(&judged) >= auc_min, "{name}: {}", score::auc(&judged));
    };
    check("airline_en.jsonl", "en", 0.61, 0.93);
    check("tweets_en_tweeteval_test.jsonl", "en", 0.59, 0.89);
    check("reviews_fr_allocine_short_6k.jsonl", "fr", 0.45, 0.95);
}
