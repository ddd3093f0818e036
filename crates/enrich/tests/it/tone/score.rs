//! Labelled sets of texts, and how well what is read agrees with the labels.

use std::path::Path;

use model::Tone;

/// A text with the tone that people gave it.
#[derive(Debug, Clone)]
pub(crate) struct Labelled {
    pub(crate) text: String,
    pub(crate) tone: Tone,
    /// Who collected it, as its file says.
    pub(crate) source: String,
}

/// Reads a set: a JSON object a line with `text`, `label` (-1, 0, 1) or `stars` (0.5 to 5), perhaps `source`.
pub(crate) fn read(path: &Path) -> Result<Vec<Labelled>, String> {
    let lines =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut set = Vec::new();
    for (at, line) in lines.lines().enumerate() {
        let problem = |what: &str| format!("{}: line {}: {what}", path.display(), at + 1);
        let value: serde_json::Value =
            serde_json::from_str(line).map_err(|error| problem(&error.to_string()))?;
        let text = value["text"].as_str().ok_or_else(|| problem("no text"))?;
        let side = match (value["label"].as_f64(), value["stars"].as_f64()) {
            (Some(label), _) => label,
            (None, Some(stars)) => (stars - 3.0) / 2.0,
            (None, None) => return Err(problem("neither label nor stars")),
        };
        let tone = match side {
            side if side <= -0.5 => Tone::Negative,
            side if side >= 0.5 => Tone::Positive,
            _ => Tone::Neutral,
        };
        let source = value["source"].as_str().unwrap_or("unnamed").to_owned();
        set.push(Labelled { text: text.to_owned(), tone, source });
    }
    Ok(set)
}

/// What was read of a text whose tone is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged {
    pub(crate) expected: Tone,
    /// `None`: not sure. It counts as wrong.
    pub(crate) tone: Option<Tone>,
    pub(crate) score: f32,
    /// The probability of the tone that was read.
    pub(crate) confidence: f32,
}

/// Returns the mean F1 of the tones that the set has.
pub(crate) fn macro_f1(judged: &[Judged]) -> f64 {
    let f1s: Vec<f64> = Tone::ALL
        .iter()
        .filter(|tone| judged.iter().any(|judged| judged.expected == **tone))
        .map(|tone| {
            let count = |meets: &dyn Fn(&Judged) -> bool| {
                judged.iter().filter(|judged| meets(judged)).count() as f64
            };
            let hits = count(&|judged| judged.expected == *tone && judged.tone == Some(*tone));
            let named = count(&|judged| judged.tone == Some(*tone));
            let there = count(&|judged| judged.expected == *tone);
            if hits == 0.0 { 0.0 } else { 2.0 * hits / (named + there) }
        })
        .collect();
    f1s.iter().sum::<f64>() / f1s.len().max(1) as f64
}

/// Returns how often praise has the higher score of a praise and a blame (the area under the ROC curve).
pub(crate) fn auc(judged: &[Judged]) -> f64 {
    let mut scores: Vec<(f32, bool)> = judged
        .iter()
        .filter(|judged| judged.expected != Tone::Neutral)
        .map(|judged| (judged.score, judged.expected == Tone::Positive))
        .collect();
    scores.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut blamed, mut pairs) = (0.0, 0.0);
    let mut at = 0;
    while at < scores.len() {
        let ties = scores[at..]
            .iter()
            .take_while(|(score, _)| score.total_cmp(&scores[at].0).is_eq())
            .count();
        let praise = scores[at..at + ties].iter().filter(|(_, praise)| *praise).count() as f64;
        let blame = ties as f64 - praise;
        pairs += praise * (blamed + blame / 2.0);
        blamed += blame;
        at += ties;
    }
    let praised = scores.len() as f64 - blamed;
    if blamed * praised == 0.0 { f64::NAN } else { pairs / (blamed * praised) }
}

/// Returns how often two-sided texts are read on their side, by the sign of the score.
pub(crate) fn two_class(judged: &[Judged]) -> f64 {
    let sided: Vec<&Judged> =
        judged.iter().filter(|judged| judged.expected != Tone::Neutral).collect();
    let right = sided
        .iter()
        .filter(|judged| (judged.score > 0.0) == (judged.expected == Tone::Positive))
        .count();
    right as f64 / sided.len().max(1) as f64
}

/// Returns, for each tenth of the probability of what is called negative, how many there are and what
/// share is negative.
pub(crate) fn calibration(judged: &[Judged], tone: Tone) -> Vec<(f32, usize, f64)> {
    let bins: [(f32, f32); 6] =
        [(0.36, 0.5), (0.5, 0.6), (0.6, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 1.01)];
    bins.iter()
        .map(|(from, to)| {
            let named: Vec<&Judged> = judged
                .iter()
                .filter(|judged| {
                    judged.tone == Some(tone) && (*from..*to).contains(&judged.confidence)
                })
                .collect();
            let right = named.iter().filter(|judged| judged.expected == tone).count();
            (*from, named.len(), right as f64 / named.len().max(1) as f64)
        })
        .collect()
}

/// One line for a set.
pub(crate) fn line(name: &str, judged: &[Judged]) -> String {
    let unsure = judged.iter().filter(|judged| judged.tone.is_none()).count();
    let called: Vec<String> = calibration(judged, Tone::Negative)
        .iter()
        .map(|(from, count, share)| format!("{from:.2}+ {share:.2} of {count:4}"))
        .collect();
    format!(
        "{name:34} {:5} texts  macro-F1 {:.3}  two-class {:.3}  AUC {:.3}  unsure {unsure:3}\n    called negative: {}",
        judged.len(),
        macro_f1(judged),
        two_class(judged),
        auc(judged),
        called.join(" | ")
    )
}
