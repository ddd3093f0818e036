//! A picture of a few colours, made of rectangles.

use std::ops::Range;

/// What a dot can be. The numbers are places in the palette.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Colour {
    Clear = 0,
    Range = 1,
    Bar = 2,
    Above = 3,
    Line = 4,
}

impl Colour {
    pub(super) const ALL: [Self; 5] =
        [Self::Clear, Self::Range, Self::Bar, Self::Above, Self::Line];

    /// Red, green, blue and how much it covers.
    pub(super) fn rgba(self) -> [u8; 4] {
        match self {
            Self::Clear => [0, 0, 0, 0],
            Self::Range => [0x7d, 0x88, 0x94, 0x50],
            Self::Bar => [0x1a, 0x8f, 0xa3, 0xff],
            Self::Above => [0xe0, 0x50, 0x2a, 0xff],
            Self::Line => [0x7d, 0x88, 0x94, 0xff],
        }
    }
}

/// Rows of dots, the upper one first.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    dots: Vec<u8>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self { width, height, dots: vec![Colour::Clear as u8; width * height] }
    }

    /// Paints a rectangle, as far as it is on the canvas.
    pub(super) fn fill(&mut self, columns: Range<usize>, rows: Range<usize>, colour: Colour) {
        let columns = columns.start.min(self.width)..columns.end.min(self.width);
        if columns.is_empty() {
            return;
        }
        for row in rows.start..rows.end.min(self.height) {
            let start = row * self.width;
            self.dots[start + columns.start..start + columns.end].fill(colour as u8);
        }
    }

    /// Paints the edges of a rectangle but the lower one, inside of it.
    pub(super) fn frame(
        &mut self,
        columns: Range<usize>,
        rows: Range<usize>,
        edge: usize,
        colour: Colour,
    ) {
        let (left, right) = (columns.start + edge, columns.end.saturating_sub(edge));
        self.fill(columns.start..left.min(columns.end), rows.clone(), colour);
        self.fill(right.max(columns.start)..columns.end, rows.clone(), colour);
        self.fill(columns, rows.start..rows.end.min(rows.start + edge), colour);
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &[u8]> {
        self.dots.chunks_exact(self.width)
    }
}
