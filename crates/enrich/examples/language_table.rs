//! Makes `src/language/table.bin` of lingua's models (Apache-2.0):
//! `cargo run --release -p enrich --example language_table -- FOLDER OUT`, where FOLDER holds the unpacked
//! crates `lingua-NAME-language-model-VERSION`, as `cargo fetch` leaves them for a crate that depends on
//! lingua. The layout is told in `src/language/table.rs`.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use fst::Streamer;

/// The languages whose script does not tell them, by the names of the crates.
const LANGUAGES: &str = "afrikaans:af albanian:sq arabic:ar azerbaijani:az basque:eu belarusian:be bokmal:nb \
    bosnian:bs bulgarian:bg catalan:ca croatian:hr czech:cs danish:da dutch:nl english:en estonian:et \
    finnish:fi french:fr german:de hindi:hi hungarian:hu icelandic:is indonesian:id irish:ga italian:it \
    kazakh:kk latvian:lv lithuanian:lt macedonian:mk malay:ms marathi:mr mongolian:mn persian:fa polish:pl \
    portuguese:pt romanian:ro russian:ru serbian:sr slovak:sk slovene:sl somali:so spanish:es swahili:sw \
    swedish:sv tagalog:tl turkish:tr ukrainian:uk urdu:ur vietnamese:vi welsh:cy";

/// How many runs of one to five letters are kept of a language, the most frequent ones.
const RUNS: [usize; 5] = [usize::MAX, usize::MAX, 8_000, 16_000, 24_000];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [folder, out] = &arguments[..] else { return Err("FOLDER OUT".into()) };
    let mut table: BTreeMap<u32, Vec<(u8, u8)>> = BTreeMap::new();
    let mut codes = Vec::new();
    for (language, (name, code)) in
        LANGUAGES.split_whitespace().filter_map(|pair| pair.split_once(':')).enumerate()
    {
        codes.extend_from_slice(code.as_bytes());
        let language = u8::try_from(language)?;
        for (run, probability) in frequent(&runs_of(Path::new(folder), name)?) {
            let entries = table.entry(hash(&run)).or_default();
            // Of two runs with one hash the first counts; it happens a few dozen times.
            if entries.last().is_none_or(|(last, _)| *last != language) {
                entries.push((language, in_sixteenths(probability)));
            }
        }
    }
    std::fs::write(out, written(&codes, &table)?)?;
    Ok(())
}

/// Reads the runs of a language with the logarithm of how likely the last letter is after the others.
fn runs_of(folder: &Path, name: &str) -> Result<HashMap<String, f64>, Box<dyn std::error::Error>> {
    let begin = format!("lingua-{name}-language-model-");
    let mut folders = std::fs::read_dir(folder)?.filter_map(Result::ok).map(|entry| entry.path());
    let is_it =
        |path: &Path| path.file_name().is_some_and(|it| it.to_string_lossy().starts_with(&begin));
    let path = folders.find(|path| is_it(path)).ok_or(begin.clone())?;
    let map = fst::Map::new(std::fs::read(path.join("models/ngrams.fst"))?)?;
    let mut runs = HashMap::new();
    let mut stream = map.stream();
    while let Some((run, bits)) = stream.next() {
        runs.insert(String::from_utf8(run.to_vec())?, f64::from_bits(bits));
    }
    Ok(runs)
}

/// Returns the runs to keep: those that are most likely as a whole, among those of their length.
fn frequent(runs: &HashMap<String, f64>) -> Vec<(String, f64)> {
    let mut by_length: Vec<Vec<(f64, &str, f64)>> = vec![Vec::new(); RUNS.len()];
    for (run, last) in runs {
        let ends = run.char_indices().map(|(at, _)| at).skip(1).chain([run.len()]);
        let parts: Vec<Option<&f64>> = ends.map(|end| runs.get(&run[..end])).collect();
        let Some(of_length) = by_length.get_mut(parts.len() - 1) else { continue };
        if let Some(whole) = parts.into_iter().sum::<Option<f64>>() {
            of_length.push((whole, run, *last));
        }
    }
    let mut kept = Vec::new();
    for (mut of_length, most) in by_length.into_iter().zip(RUNS) {
        of_length.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
        of_length.truncate(most);
        kept.extend(of_length.into_iter().map(|(_, run, last)| (run.to_owned(), last)));
    }
    kept
}

fn written(
    codes: &[u8],
    table: &BTreeMap<u32, Vec<(u8, u8)>>,
) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut bytes = b"VGL1".to_vec();
    bytes.push(u8::try_from(codes.len() / 2)?);
    bytes.extend_from_slice(codes);
    bytes.extend_from_slice(&u32::try_from(table.len())?.to_le_bytes());
    let (mut runs, mut entries) = (0_u32, 0_u32);
    let mut in_order = table.iter().peekable();
    for bucket in 0..=0x1_0000_u64 {
        bytes.extend_from_slice(&runs.to_le_bytes());
        bytes.extend_from_slice(&entries.to_le_bytes());
        while let Some((_, of_run)) =
            in_order.next_if(|(hash, _)| u64::from(**hash >> 16) == bucket)
        {
            runs += 1;
            entries += u32::try_from(of_run.len())?;
        }
    }
    for hash in table.keys() {
        bytes.extend_from_slice(&hash.to_le_bytes()[..2]);
    }
    for of_run in table.values() {
        bytes.push(u8::try_from(of_run.len())?);
    }
    bytes.extend(
        table.values().flatten().flat_map(|(language, probability)| [*language, *probability]),
    );
    Ok(bytes)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it is between 0 and 255"
)]
fn in_sixteenths(logarithm: f64) -> u8 {
    (-logarithm * 16.0).round().clamp(0.0, 255.0) as u8
}

fn hash(run: &str) -> u32 {
    let step = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
    let mut hash = run.bytes().fold(0x811c_9dc5, step);
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ hash >> 16
}
