//! Rules about the shape of the project that no compiler checks.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SPOKES: [&str; 7] = ["crawl", "enrich", "store", "index", "signal", "alert", "web"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The names of the workspace's crates, each with those that it depends on.
fn edges() -> Vec<(String, BTreeSet<String>)> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let used = package["dependencies"].as_array().unwrap().iter();
            let used = used
                .filter(|used| used["path"].is_string())
                .map(|used| used["name"].as_str().unwrap().to_owned());
            (package["name"].as_str().unwrap().to_owned(), used.collect())
        })
        .collect()
}

fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found
}

#[test]
fn spokes_know_model_and_query_but_never_each_other() {
    let edges = edges();
    assert!(edges.len() >= 7, "{edges:?}");
    for (name, used) in edges.iter().filter(|(name, _)| SPOKES.contains(&name.as_str())) {
        let stray: Vec<_> = used.iter().filter(|used| SPOKES.contains(&used.as_str())).collect();
        assert!(stray.is_empty(), "{name} knows {stray:?}");
        assert!(!used.contains("vigie"), "{name} knows the binary");
    }
    let hub = |name: &str| &edges.iter().find(|(found, _)| found == name).unwrap().1;
    assert!(hub("model").is_empty(), "model knows another crate");
    for name in ["query", "settings"] {
        assert_eq!(hub(name), &BTreeSet::from(["model".to_owned()]), "{name}");
    }
}

#[test]
fn what_is_pure_imports_no_network() {
    let pure = ["crates/crawl/src/extract", "crates/alert/src/compose", "crates/alert/src/render"];
    for folder in pure {
        let sources = files(folder, "rs");
        assert!(!sources.is_empty(), "{folder} has moved");
        for file in sources {
            let text = fs::read_to_string(&file).unwrap();
            for network in ["reqwest", "tokio", "lettre", "std::net"] {
                assert!(!text.contains(network), "{} uses {network}", file.display());
            }
        }
    }
}

#[test]
fn only_one_file_reads_the_clock() {
    let reads = ["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
    for file in files("crates", "rs") {
        let text = fs::read_to_string(&file).unwrap();
        let name = file.to_string_lossy();
        let allowed = name.ends_with("vigie/src/clock.rs")
            || name.contains("/tests/")
            || name.contains("/examples/");
        assert!(allowed || !reads.iter().any(|read| text.contains(read)), "{name} reads the clock");
    }
}

#[test]
fn every_configuration_key_is_explained_in_the_example_and_read() {
    let example = fs::read_to_string(root().join("config/vigie.toml")).unwrap();
    let read: BTreeSet<String> = files("crates/vigie/src/config", "rs")
        .iter()
        .filter(|file| !file.ends_with("tests.rs"))
        .flat_map(|file| keys_read(&fs::read_to_string(file).unwrap()))
        .collect();
    assert!(read.len() > 30, "{read:?}");
    for key in &read {
        let explained = example.lines().any(|line| {
            let line = line.trim_start_matches("# ");
            line.starts_with(&format!("{key} = "))
                || line.starts_with(&format!("[{key}"))
                || line.starts_with(&format!("[mail.{key}]"))
                || line.contains(&format!(" {key} = "))
        });
        assert!(explained, "config/vigie.toml does not explain `{key}`");
    }
    let tables = ["queries", "parts"];
    let mut table = String::new();
    for line in example.lines() {
        if let Some(name) = line.strip_prefix('[') {
            table = name.trim_end_matches(']').to_owned();
        } else if let Some((key, _)) = line.split_once(" = ")
            && !line.starts_with('#')
            && !tables.contains(&table.as_str())
        {
            assert!(read.contains(key), "nobody reads `{key}` of config/vigie.toml");
        }
    }
}

/// The keys that a part of the configuration's code asks a section for.
fn keys_read(code: &str) -> BTreeSet<String> {
    let asks = [
        "text(\"",
        "required_text(\"",
        "integer(\"",
        "duration(\"",
        "texts(\"",
        "one_of(\"",
        "truth(\"",
        "parsed::<Tz>(\"",
        "section(\"",
        "named_sections(\"",
        "named_texts(\"",
        "pause(\"",
        "number(\"",
        "thousandths(\"",
    ];
    let flat = code.replace(['\n', ' '], "");
    asks.iter()
        .flat_map(|ask| flat.split(ask).skip(1).filter_map(|rest| rest.split('"').next()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_query_of_the_readme_is_one_that_nothing_is_wrong_with() {
    let readme = fs::read_to_string(root().join("README.md")).unwrap();
    let (_, section) = readme.split_once("\n## Queries\n").unwrap();
    let (section, _) = section.split_once("\n## ").unwrap();
    let mut parts = query::Parts::default();
    parts.insert("rivals", "Bruinelle").unwrap();
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `"));
    let examples = rows.flat_map(|row| {
        let (queries, _) = row.split_once("` |").unwrap();
        queries.split("`, `").map(str::to_owned).collect::<Vec<_>>()
    });
    let mut checked = 0;
    for example in examples {
        // A filter is shown alone, and stands beside words in life.
        let lints = query::lint(&example, &parts);
        let said = lints.iter().filter(|lint| lint.code != query::LintCode::NoRequiredWord);
        assert_eq!(said.collect::<Vec<_>>(), Vec::<&query::Lint>::new(), "{example}");
        checked += 1;
    }
    assert!(checked > 50, "{checked}");
}

#[test]
fn every_fixture_of_a_feed_has_a_snapshot_and_the_other_way_round() {
    let stems = |folder: &str, cut: fn(&str) -> &str| -> BTreeSet<String> {
        let files = ["xml", "json", "html", "snap"].map(|extension| files(folder, extension));
        let names = files.iter().flatten().map(|f| f.file_name().unwrap().to_str().unwrap());
        names.map(|name| cut(name).to_owned()).collect()
    };
    let fixtures = stems("fixtures/feeds", |name| name);
    let snapshots = stems("crates/crawl/tests", |name| {
        let name = name.trim_end_matches(".snap");
        name.rsplit_once("__").map_or(name, |(_, name)| name)
    });
    assert!(!fixtures.is_empty());
    for fixture in &fixtures {
        assert!(snapshots.iter().any(|snapshot| snapshot.contains(fixture.as_str())), "{fixture}");
    }
}
