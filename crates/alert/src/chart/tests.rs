use std::io::Read as _;

use flate2::read::ZlibDecoder;

use super::*;

const WIDE: usize = 2 * Chart::WIDTH;
const HIGH: usize = 2 * Chart::HEIGHT;

/// Reads a PNG of ours back, checking all that a reader would.
fn dots(png: &[u8]) -> Vec<Vec<u8>> {
    assert_eq!(png[..8], [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]);
    let mut rest = &png[8..];
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        let length = u32::from_be_bytes(rest[..4].try_into().unwrap()) as usize;
        let mut crc = flate2::Crc::new();
        crc.update(&rest[4..8 + length]);
        assert_eq!(crc.sum().to_be_bytes(), rest[8 + length..12 + length]);
        chunks.push((rest[4..8].to_vec(), rest[8..8 + length].to_vec()));
        rest = &rest[12 + length..];
    }
    let names: Vec<&[u8]> = chunks.iter().map(|(name, _)| name.as_slice()).collect();
    assert_eq!(names, [b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"]);
    assert_eq!(chunks[0].1, [0, 0, 4, 176, 0, 0, 0, 240, 4, 3, 0, 0, 0]);
    let mut raw = Vec::new();
    ZlibDecoder::new(chunks[3].1.as_slice()).read_to_end(&mut raw).unwrap();
    assert_eq!(raw.len(), HIGH * (1 + WIDE / 2));
    let mut above = vec![0_u8; WIDE / 2];
    raw.chunks(1 + WIDE / 2)
        .map(|line| {
            assert_eq!(line[0], 2);
            for (byte, above) in line[1..].iter().zip(&mut above) {
                *above = above.wrapping_add(*byte);
            }
            above.iter().flat_map(|byte| [byte >> 4, byte & 15]).collect()
        })
        .collect()
}

fn chart(counts: &[f64], expected: Option<Expected>) -> Chart {
    Chart::new(
        counts.iter().map(|count| Bucket { count: *count, whole: *count, expected }).collect(),
    )
}

/// How many dots of a colour a column has.
fn height(dots: &[Vec<u8>], column: usize, colour: Colour) -> usize {
    dots.iter().filter(|row| row[column] == colour as u8).count()
}

const RANGE: Expected = Expected { low: 10.0, usual: 20.0, high: 30.0 };

#[test]
fn bars_are_as_high_as_their_counts_and_those_above_the_range_stand_out() {
    let dots = dots(&chart(&[5.0, 10.0, 40.0], None).png());
    let plot = HIGH - HEAD - FOOT;
    assert_eq!(height(&dots, 200, Colour::Bar), plot / 8);
    assert_eq!(height(&dots, 600, Colour::Bar), plot / 4);
    assert_eq!(height(&dots, 1000, Colour::Bar), plot);

    let dots = self::dots(&chart(&[5.0, 30.0, 40.0], Some(RANGE)).png());
    // What is usual crosses the bars with its seam.
    assert_eq!(height(&dots, 1000, Colour::Above), plot - 2 * LINE + MARK - 1);
    assert_eq!(height(&dots, 600, Colour::Above), 0);
    assert_eq!(height(&dots, 600, Colour::Bar), plot * 3 / 4 - 2 * LINE);
}

#[test]
fn what_was_not_seen_is_hollow_and_looks_like_no_fall() {
    let half = Bucket { count: 20.0, whole: 40.0, expected: Some(RANGE) };
    let whole = Bucket { count: 40.0, whole: 40.0, expected: Some(RANGE) };
    let gap = Bucket { count: 20.0, whole: 20.0, expected: None };
    let dots = dots(&Chart::new(vec![half, whole, gap]).png());
    let plot = HIGH - HEAD - FOOT;
    let top = |column: usize| {
        let is_bar = |row: &usize| dots[*row][column] == Colour::Above as u8;
        (HEAD..HIGH).find(is_bar).unwrap()
    };
    let (edge, middle) = (400 / 6, 200);
    assert_eq!((top(edge), top(middle), top(600)), (HEAD, HEAD, HEAD), "all are as high");
    let bars = |column| height(&dots, column, Colour::Above);
    assert_eq!(bars(middle), plot / 2 + HOLLOW - LINE, "with half the seam of the usual");
    assert_eq!(bars(edge), plot - 2 * LINE, "but for its edges");
    assert_eq!(
        height(&dots, 1000, Colour::Bar),
        plot / 2,
        "where nothing is usual nothing is above"
    );
    assert_eq!(height(&dots, 1000, Colour::Range), 0);
    assert!(half.is_above() && !gap.is_above() && !gap.is_below());
    let calm = Bucket { count: 5.0, whole: 10.0, ..half };
    assert!(calm.is_hollow() && !calm.is_below());
    for whole in [0.0, -1.0, f64::NAN, f64::INFINITY, 4.0] {
        let odd = Bucket { whole, ..calm };
        assert!(!odd.is_hollow() && odd.is_below(), "{whole}");
    }
}

#[test]
fn the_range_reaches_from_low_to_high_and_the_usual_is_within() {
    let dots = dots(&chart(&[0.0, 40.0], Some(RANGE)).png());
    let column = |colour| -> Vec<usize> {
        (0..HIGH).filter(|row| dots[*row][300] == colour as u8).collect()
    };
    let y = |count: usize| HIGH - FOOT - (HIGH - HEAD - FOOT) * count / 40;
    let range = column(Colour::Range);
    assert_eq!((range[0], range[range.len() - 1]), (y(30), y(10) - 1));
    assert_eq!(column(Colour::Line)[..LINE], [y(20) - 2, y(20) - 1, y(20), y(20) + 1]);
}

#[test]
fn the_newest_of_the_highest_has_the_mark_and_the_last_the_line_below() {
    let dots = dots(&chart(&[7.0, 7.0, 1.0], None).png());
    let marked: Vec<usize> = (0..WIDE).filter(|x| height(&dots, *x, Colour::Above) > 0).collect();
    assert!(marked.iter().all(|x| (400..800).contains(x)), "{marked:?}");
    assert!(marked.contains(&600));
    let below = HIGH - FOOT + LINE;
    let lined: Vec<usize> = (0..WIDE).filter(|x| dots[below][*x] == Colour::Line as u8).collect();
    assert_eq!((lined[0], lined.len()), (800, 400));
}

#[test]
fn no_count_breaks_it_and_it_stays_small() {
    let odd = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -3.0, 0.0, 1e300, f64::MIN_POSITIVE];
    let expected = Some(Expected { low: f64::NAN, usual: -1.0, high: f64::INFINITY });
    for counts in [&[][..], &odd, &[0.0], &[1.0]] {
        for expected in [None, expected, Some(RANGE)] {
            dots(&chart(counts, expected).png());
        }
    }
    // The dearest: no two neighbours alike, and more buckets than are drawn.
    let mut seed = 7_u64;
    let mut draw = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        f64::from(u32::try_from(seed >> 40).unwrap())
    };
    let buckets = (0..1_000).map(|_| {
        let (low, count) = (draw(), draw());
        let high = low + draw();
        let whole = count + draw();
        let expected = Some(Expected { low, usual: f64::midpoint(low, high), high });
        Bucket { count, whole, expected }
    });
    let chart = Chart::new(buckets.collect());
    assert_eq!(chart.buckets.len(), Chart::BUCKETS_MAX);
    let png = chart.png();
    dots(&png);
    assert!(png.len() < Chart::BYTES_MAX, "{} bytes", png.len());
    assert_eq!(png, chart.png());
}

#[test]
fn of_more_buckets_the_newest_are_drawn() {
    let counts: Vec<f64> = (0..300).map(f64::from).collect();
    let chart = chart(&counts, None);
    assert!((chart.buckets[0].count - 100.0).abs() < f64::EPSILON);
}

/// The contrast of two colours (WCAG 2.2, "contrast ratio").
fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let luminance = |colour: [u8; 3]| {
        let linear = colour.map(|part| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2] + 0.05
    };
    let (one, other) = (luminance(one), luminance(other));
    one.max(other) / one.min(other)
}

#[test]
fn every_colour_is_seen_on_white_and_on_dark() {
    for colour in [Colour::Bar, Colour::Above, Colour::Line] {
        let [red, green, blue, cover] = colour.rgba();
        assert_eq!(cover, 255);
        for ground in [[0xff, 0xff, 0xff], [0x1b, 0x22, 0x2a]] {
            let contrast = contrast([red, green, blue], ground);
            assert!(contrast >= 3.0, "{colour:?} on {ground:?}: {contrast}");
        }
    }
}

#[test]
fn buckets_together_have_a_range_if_all_have() {
    let range = |usual| Some(Expected { low: usual - 3.0, usual, high: usual + 3.0 });
    let bucket = |count, whole, expected| Bucket { count, whole, expected };
    let two = [bucket(4.0, 4.0, range(5.0)), bucket(6.0, 8.0, range(5.0))];
    let one = Bucket::together(&two[..1]).unwrap();
    assert_eq!(one, two[0]);
    let both = Bucket::together(&[two[0], two[1], bucket(0.0, 0.0, range(0.0))]).unwrap();
    assert_eq!((both.count, both.whole), (10.0, 12.0));
    let expected = both.expected.unwrap();
    assert!((expected.usual - 10.0).abs() < 1e-9 && (expected.high - 15.196).abs() < 1e-3);
    assert!((expected.low - 4.804).abs() < 1e-3 && !both.is_above() && both.is_hollow());
    let gap = bucket(1.0, 1.0, None);
    assert_eq!(Bucket::together(&[two[0], gap]).unwrap(), bucket(5.0, 5.0, None));
    assert_eq!(Bucket::together(&[]), None);
}
