//! Figures in the text format of Prometheus (exposition format 0.0.4).

use std::fmt::Write as _;

use axum::http::header;
use axum::response::{IntoResponse, Response};

/// What a figure does over time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Goes up and down.
    Gauge,
    /// Only grows.
    Counter,
}

/// One figure, for each of its kinds.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    pub name: &'static str,
    pub help: &'static str,
    pub unit: Unit,
    pub samples: Vec<Sample>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub label: Option<(&'static str, String)>,
    pub value: f64,
}

impl Family {
    /// A figure without kinds; none at all where there is nothing to tell.
    pub fn plain(
        name: &'static str,
        help: &'static str,
        unit: Unit,
        value: impl Into<Option<f64>>,
    ) -> Self {
        let samples = value.into().map(|value| Sample { label: None, value });
        Self { name, help, unit, samples: samples.into_iter().collect() }
    }

    /// A figure for each kind.
    pub fn by(
        label: &'static str,
        name: &'static str,
        help: &'static str,
        unit: Unit,
        values: impl IntoIterator<Item = (&'static str, f64)>,
    ) -> Self {
        let sample = |(kind, value): (&str, f64)| {
            let label = Some((label, kind.to_owned()));
            Sample { label, value }
        };
        Self { name, help, unit, samples: values.into_iter().map(sample).collect() }
    }
}

pub(crate) fn render(families: &[Family]) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, text(families)).into_response()
}

fn text(families: &[Family]) -> String {
    let mut text = String::new();
    for Family { name, help, unit, samples } in families {
        if samples.is_empty() {
            continue;
        }
        let unit = match unit {
            Unit::Gauge => "gauge",
            Unit::Counter => "counter",
        };
        // Writing to a string can't fail.
        let _ = writeln!(text, "# HELP {name} {}\n# TYPE {name} {unit}", escaped(help));
        for Sample { label, value } in samples {
            let _ = match label {
                Some((label, kind)) => {
                    writeln!(text, "{name}{{{label}=\"{}\"}} {value}", escaped(kind))
                }
                None => writeln!(text, "{name} {value}"),
            };
        }
    }
    text
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_as_prometheus_reads_them() {
        let families = [
            Family::by(
                "health",
                "sources",
                "How they are.",
                Unit::Gauge,
                [("well", 2.0), ("a\"b\n", 0.5)],
            ),
            Family::plain("items_total", "Items.", Unit::Counter, 12_345_678.0),
            Family::plain("age_seconds", "Not told.", Unit::Gauge, None),
        ];
        let expect = "# HELP sources How they are.\n# TYPE sources gauge\n\
                      sources{health=\"well\"} 2\nsources{health=\"a\\\"b\\n\"} 0.5\n\
                      # HELP items_total Items.\n# TYPE items_total counter\nitems_total 12345678\n";
        assert_eq!(text(&families), expect);
    }
}
