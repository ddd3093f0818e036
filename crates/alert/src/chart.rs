//! A small chart for a mail: how many were counted in each bucket of time, as bars, against the range
//! that was expected. Pure: the same chart gives the same bytes. It has no letters; what the figures
//! are stands beside it in words, for whoever sees no images.

mod canvas;
mod png;

use canvas::{Canvas, Colour};

/// What is drawn: buckets of equal length, the oldest first.
///
/// ```
/// use alert::chart::{Bucket, Chart, Expected};
///
/// let usual = Some(Expected { low: 4.0, usual: 9.0, high: 15.0 });
/// let counts = [8.0, 11.0, 7.0, 42.0];
/// let chart = Chart::new(counts.map(|count| Bucket { count, whole: count, expected: usual }).into());
/// let image = alert::Image::new("volume", "<1f2e3d@acme.example>", chart.png());
/// // In the letter: `images: vec![image]`, and in its HTML, where `uri` is "cid:volume.1f2e3d@acme.example":
/// let img = format!(
///     "<img src='{}' width='{}' height='{}' alt='42 today, usually 4 to 15' style='width:100%;height:auto'>",
///     image.uri(), Chart::WIDTH, Chart::HEIGHT,
/// );
/// assert!(img.contains("width='600'") && chart.png().len() < Chart::BYTES_MAX);
/// ```
///
/// The background is transparent and every colour has a contrast of 3 to 1 or more with white and with
/// the dark of our mails (WCAG 2.2, 1.4.11), so that one image serves both. Bars above their range have
/// another colour than those within; the highest bar has a mark above it, the last one (the present)
/// a line below it. Where not all was seen, what the rest would add is hollow; where nothing is known
/// to be usual, the range has a gap.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chart {
    buckets: Vec<Bucket>,
}

/// One bar.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    /// What is no finite number above zero is zero.
    pub count: f64,
    /// What would have been counted, had all been seen, of what is compared with the expectation; what was
    /// found besides is only in `count`.
    pub whole: f64,
    /// Of the whole bucket, however much of it was seen; `None` where nothing is known.
    pub expected: Option<Expected>,
}

/// What a whole count usually is: between `low` and `high`, around `usual`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Expected {
    pub low: f64,
    pub usual: f64,
    pub high: f64,
}

/// The height of the plot's parts, in dots: above the highest bar, and below the zero line.
const HEAD: usize = 26;
const FOOT: usize = 14;
/// How thick the lines are, in dots.
const LINE: usize = 4;
const MARK: usize = 9;
const HOLLOW: usize = 3;

impl Chart {
    /// How large it is shown, in CSS pixels; it has twice as many dots each way.
    pub const WIDTH: usize = 600;
    pub const HEIGHT: usize = 120;
    /// Of more buckets the newest are drawn.
    pub const BUCKETS_MAX: usize = 200;
    pub const BYTES_MAX: usize = 8_000;

    pub fn new(mut buckets: Vec<Bucket>) -> Self {
        buckets.drain(..buckets.len().saturating_sub(Self::BUCKETS_MAX));
        Self { buckets }
    }

    /// Draws the chart, as a PNG of fewer than [`Chart::BYTES_MAX`] bytes.
    pub fn png(&self) -> Vec<u8> {
        let mut canvas = Canvas::new(2 * Self::WIDTH, 2 * Self::HEIGHT);
        let floor = 2 * Self::HEIGHT - FOOT;
        let scale = Scale { top: self.top(), floor };
        for (nth, bucket) in self.buckets.iter().enumerate() {
            if let Some(expected) = bucket.expected {
                let (left, right) = self.slot(nth);
                let (high, low) = (scale.y(expected.high), scale.y(expected.low));
                canvas.fill(left..right, high.min(low)..low.max(high), Colour::Range);
            }
        }
        for (nth, bucket) in self.buckets.iter().enumerate() {
            let (left, right) = self.slot(nth);
            let gap = (right - left) / 6;
            let colour = if bucket.is_above() { Colour::Above } else { Colour::Bar };
            let columns = left + gap..right - gap;
            let (whole, counted) = (scale.y(bucket.height()), scale.y(bucket.count));
            if whole < counted {
                canvas.frame(columns.clone(), whole..counted, HOLLOW, colour);
            }
            canvas.fill(columns, counted..floor, colour);
        }
        self.draw_usual(&mut canvas, &scale);
        canvas.fill(0..2 * Self::WIDTH, floor..floor + 2, Colour::Line);
        self.draw_marks(&mut canvas, &scale);
        png::encoded(&canvas)
    }

    /// What is usual, as steps. A clear seam parts them from the bars behind.
    fn draw_usual(&self, canvas: &mut Canvas, scale: &Scale) {
        for (nth, bucket) in self.buckets.iter().enumerate() {
            let Some(expected) = bucket.expected else { continue };
            let (left, right) = self.slot(nth);
            let y = scale.y(expected.usual).max(LINE) - LINE / 2;
            canvas.fill(left..right, y - LINE / 2..y + LINE + LINE / 2, Colour::Clear);
            canvas.fill(left..right, y..y + LINE, Colour::Line);
        }
    }

    /// A mark above the highest bar, and a line below the last.
    fn draw_marks(&self, canvas: &mut Canvas, scale: &Scale) {
        let Some(last) = self.buckets.len().checked_sub(1) else { return };
        let (left, right) = self.slot(last);
        canvas.fill(left..right, scale.floor + LINE..scale.floor + 2 * LINE, Colour::Line);
        let Some((peak, bucket)) = self.peak() else { return };
        let (left, right) = self.slot(peak);
        let (middle, tip) = (usize::midpoint(left, right), scale.y(bucket.height()) - 4);
        for row in 0..MARK {
            let y = tip - row;
            canvas.fill(middle.saturating_sub(row)..middle + row, y - 1..y, Colour::Above);
        }
    }

    /// The highest bar, the newest of equal ones; `None` where all are empty.
    fn peak(&self) -> Option<(usize, &Bucket)> {
        let bars = self.buckets.iter().enumerate().filter(|(_, bucket)| bucket.height() > 0.0);
        bars.max_by(|(_, one), (_, other)| one.height().total_cmp(&other.height()))
    }

    /// The count at the upper end of the scale.
    fn top(&self) -> f64 {
        let highs = self.buckets.iter().flat_map(|bucket| {
            [bucket.height(), bucket.expected.map_or(0.0, |expected| expected.high)]
        });
        highs.map(sound).fold(1.0, f64::max)
    }

    /// Where a bucket begins and where the next one does.
    fn slot(&self, nth: usize) -> (usize, usize) {
        let at = |nth: usize| nth * 2 * Self::WIDTH / self.buckets.len().max(1);
        (at(nth), at(nth + 1))
    }
}

impl Bucket {
    /// Returns several as one, as if one told nothing of another; `None` for none at all. Where one has no range, all
    /// have none.
    pub fn together(buckets: &[Self]) -> Option<Self> {
        let sum = |of: fn(&Self) -> f64| buckets.iter().map(|bucket| sound(of(bucket))).sum();
        let ranges: Option<Vec<Expected>> = buckets.iter().map(|bucket| bucket.expected).collect();
        let expected = ranges.map(|ranges| {
            let usual: f64 = ranges.iter().map(|range| range.usual).sum();
            let width = |of: fn(&Expected) -> f64| {
                ranges.iter().map(|range| (of(range) - range.usual).powi(2)).sum::<f64>().sqrt()
            };
            let low = (usual - width(|range| range.low)).max(0.0);
            Expected { low, usual, high: usual + width(|range| range.high) }
        });
        let (count, whole) = (sum(|bucket| bucket.count), sum(|bucket| bucket.whole));
        (!buckets.is_empty()).then_some(Self { count, whole, expected })
    }

    /// Whether a part of it is estimated.
    pub fn is_hollow(&self) -> bool {
        self.height() > sound(self.count)
    }

    fn height(&self) -> f64 {
        sound(self.whole).max(sound(self.count))
    }

    /// Whether what is compared is above the range, whatever was found besides.
    pub fn is_above(&self) -> bool {
        self.expected.is_some_and(|expected| sound(self.whole) > sound(expected.high))
    }

    pub fn is_below(&self) -> bool {
        self.expected.is_some_and(|expected| self.height() < sound(expected.low))
    }
}

/// From counts to rows of dots.
struct Scale {
    top: f64,
    floor: usize,
}

impl Scale {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "a share of a few hundred dots"
    )]
    fn y(&self, count: f64) -> usize {
        let height = (self.floor - HEAD) as f64;
        let share = (sound(count) / self.top).min(1.0);
        let dots = (share * height).round() as usize;
        // What is not nothing is seen.
        self.floor - if dots == 0 && sound(count) > 0.0 { 1 } else { dots }
    }
}

fn sound(count: f64) -> f64 {
    if count.is_finite() { count.max(0.0) } else { 0.0 }
}

#[cfg(test)]
mod tests;
