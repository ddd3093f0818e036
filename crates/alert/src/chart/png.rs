//! A canvas as a PNG file (ISO/IEC 15948): one palette with transparency, four bits a dot.

use std::io::Write as _;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::canvas::{Canvas, Colour};

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n'];
const BITS: u8 = 4;
const PALETTE: u8 = 3;
/// Each byte is told as what it differs by from the one above: our pictures are mostly columns.
const FILTER_UP: u8 = 2;

pub(super) fn encoded(canvas: &Canvas) -> Vec<u8> {
    let length = |dots: usize| u32::try_from(dots).unwrap_or(u32::MAX).to_be_bytes();
    let mut header = [length(canvas.width), length(canvas.height)].concat();
    header.extend([BITS, PALETTE, 0, 0, 0]);
    let colours = Colour::ALL.map(Colour::rgba);
    let palette: Vec<u8> =
        colours.iter().flat_map(|[red, green, blue, _]| [*red, *green, *blue]).collect();
    let covers: Vec<u8> = colours.iter().map(|[.., cover]| *cover).collect();

    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"PLTE", &palette);
    chunk(&mut png, *b"tRNS", &covers);
    chunk(&mut png, *b"IDAT", &packed(canvas));
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn packed(canvas: &Canvas) -> Vec<u8> {
    let mut above = vec![0; canvas.width.div_ceil(2)];
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::best());
    for dots in canvas.rows() {
        let row: Vec<u8> = dots
            .chunks(2)
            .map(|pair| pair[0] << BITS | pair.get(1).copied().unwrap_or(0))
            .collect();
        let differences = row.iter().zip(&above).map(|(byte, above)| byte.wrapping_sub(*above));
        let line: Vec<u8> = std::iter::once(FILTER_UP).chain(differences).collect();
        // Writing to memory can't fail.
        let _ = zlib.write_all(&line);
        above = row;
    }
    zlib.finish().unwrap_or_default()
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let length = u32::try_from(data.len()).unwrap_or(u32::MAX);
    let mut crc = Crc::new();
    crc.update(&kind);
    crc.update(data);
    png.extend(length.to_be_bytes());
    png.extend(kind);
    png.extend(data);
    png.extend(crc.sum().to_be_bytes());
}
