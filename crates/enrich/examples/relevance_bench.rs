//! What a few marks teach, on names that mean several things (`tests/it/homonyms.txt`):
//! `cargo run --release -p enrich --example relevance_bench`. Each figure is the mean of two hundred draws
//! of marks; the rest of the items is judged.

use std::time::Instant;

use enrich::relevance::{Judgement, Mark, Mention, Relevance};
use model::{Kind, Lang};

struct Row<'a> {
    mark: Mark,
    lang: Option<Lang>,
    host: &'a str,
    text: &'a str,
}

const DRAWS: u64 = 200;

fn main() {
    let text = include_str!("../tests/it/homonyms.txt");
    for query in ["orange", "carrefour"] {
        let rows: Vec<Row<'_>> = text.lines().filter_map(|line| row(line, query)).collect();
        let against = rows.iter().filter(|row| row.mark == Mark::NotRelevant).count();
        print(&format!("{query}: {} items, {against} of them not relevant", rows.len()));
        for hosts in [true, false] {
            for marks in [3, 5, 10, 20] {
                measure(query, &rows, marks, hosts);
            }
        }
    }
}

fn row<'a>(line: &'a str, of: &str) -> Option<Row<'a>> {
    let mut parts = line.splitn(5, ' ');
    let is_of = parts.next()? == of;
    let mark = if parts.next()? == "+" { Mark::Relevant } else { Mark::NotRelevant };
    let row =
        Row { mark, lang: Lang::from_tag(parts.next()?), host: parts.next()?, text: parts.next()? };
    is_of.then_some(row)
}

fn measure(query: &str, rows: &[Row<'_>], marks: usize, hosts: bool) {
    let background: Vec<Mention<'_>> = rows.iter().map(|row| of(row, hosts)).collect();
    let (mut right, mut wrong, mut against, mut relevant) = (0_u32, 0_u32, 0_u32, 0_u32);
    let start = Instant::now();
    for draw in 0..DRAWS {
        let order = shuffled(rows.len(), draw);
        let (marked, rest) = order.split_at(marks);
        let marked: Vec<_> = marked.iter().map(|at| (background[*at], rows[*at].mark)).collect();
        let relevance = Relevance::learn(&[query.to_owned()], &background, &marked);
        for at in rest {
            let doubtful = relevance.judge(&background[*at]) != Judgement::Keep;
            let is_against = rows[*at].mark == Mark::NotRelevant;
            against += u32::from(is_against);
            relevant += u32::from(!is_against);
            right += u32::from(doubtful && is_against);
            wrong += u32::from(doubtful && !is_against);
        }
    }
    let share = |part: u32, whole: u32| f64::from(part) / f64::from(whole.max(1));
    let micros = start.elapsed().as_secs_f64() * 1e6 / f64::from(against + relevant);
    print(&format!(
        "  {marks:2} marks{}: precision {:.3}, recall {:.3}, relevant ones doubted {:.3}; {micros:.0} µs an item, learning included",
        if hosts { "" } else { ", hosts unknown" },
        share(right, right + wrong),
        share(right, against),
        share(wrong, relevant),
    ));
}

fn of<'a>(row: &'a Row<'a>, hosts: bool) -> Mention<'a> {
    Mention {
        title: "",
        text: row.text,
        lang: row.lang.as_ref(),
        host: hosts.then_some(row.host),
        author: None,
        source: if hosts { row.host } else { "one" },
        kind: Kind::Web,
    }
}

/// Returns the numbers below `len` in an order that hangs on the draw alone (Fisher and Yates, with a
/// linear congruential generator).
fn shuffled(len: usize, draw: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    let mut state = draw.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    for at in (1..len).rev() {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let pick = usize::try_from(state >> 33).unwrap_or(0) % (at + 1);
        order.swap(at, pick);
    }
    order
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}
