//! The real series with their labelled windows.

use std::error::Error;
use std::path::Path;

use chrono::NaiveDateTime;

pub(crate) struct Real {
    pub(crate) name: String,
    pub(crate) start: NaiveDateTime,
    /// Mentions in each five minutes.
    pub(crate) counts: Vec<f64>,
    /// First and last bucket of each labelled window.
    pub(crate) windows: Vec<(usize, usize)>,
}

impl Real {
    pub(crate) fn mean(&self) -> f64 {
        self.counts.iter().sum::<f64>() / self.counts.len() as f64
    }
}

/// Reads DATA/realTweets; of `labels.json` the times within `windows`, which stand before `labels` in each file's part.
pub(crate) fn read(data: &str) -> Result<Vec<Real>, Box<dyn Error>> {
    let folder = Path::new(data).join("realTweets");
    let labels = std::fs::read_to_string(folder.join("labels.json"))?;
    let mut files: Vec<_> = std::fs::read_dir(&folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<_, std::io::Error>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let mut series = Vec::new();
    for path in files {
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .ok_or("a file without a name")?
            .to_owned();
        let text = std::fs::read_to_string(&path)?;
        let rows: Vec<(&str, &str)> =
            text.lines().skip(1).filter_map(|line| line.split_once(',')).collect();
        let part = labels
            .split(&name)
            .nth(1)
            .and_then(|part| part.split("\"labels\"").next())
            .unwrap_or_default();
        let index = |time: &str| rows.iter().position(|(at, _)| time.starts_with(at));
        let times: Vec<usize> =
            part.split('"').filter(|text| text.starts_with("20")).filter_map(index).collect();
        let (first, _) = rows.first().ok_or("a series without rows")?;
        series.push(Real {
            name,
            start: NaiveDateTime::parse_from_str(first, "%Y-%m-%d %H:%M:%S")?,
            counts: rows.iter().map(|(_, count)| count.parse()).collect::<Result<_, _>>()?,
            windows: times.chunks_exact(2).map(|window| (window[0], window[1])).collect(),
        });
    }
    Ok(series)
}
