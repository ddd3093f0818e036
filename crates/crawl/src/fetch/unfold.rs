//! Unfolds compressed bodies. Counted on both sides: what comes over the wire, and what becomes of it.

use std::io;
use std::pin::Pin;

use async_compression::tokio::bufread::{BrotliDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder};
use async_compression::zstd::DParameter;
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncRead, AsyncReadExt};

/// What is asked for.
pub(super) const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// RFC 9659 bounds what a reader of zstd must remember: 8 MiB, of which this is the logarithm.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

impl Coding {
    /// Reads the header; `None` for a body that is not compressed. What is not known is taken as it comes:
    /// some servers name a charset there.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let said = headers.get(CONTENT_ENCODING)?.to_str().ok()?;
        match said.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            "deflate" => Some(Self::Deflate),
            _ => None,
        }
    }
}

/// Reads a body to its end, or to one byte more than `bytes_max` once unfolded. What was read until an
/// error stays in `body`.
pub(super) async fn read(
    mut wire: impl AsyncBufRead + Send + Unpin,
    coding: Coding,
    bytes_max: usize,
    body: &mut Vec<u8>,
) -> io::Result<()> {
    // Nothing is nothing, however it is said to be compressed.
    if wire.fill_buf().await?.is_empty() {
        return Ok(());
    }
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX).saturating_add(1);
    unfolded(wire, coding).take(limit).read_to_end(body).await?;
    Ok(())
}

fn unfolded<'a>(
    wire: impl AsyncBufRead + Send + Unpin + 'a,
    coding: Coding,
) -> Pin<Box<dyn AsyncRead + Send + 'a>> {
    match coding {
        Coding::Gzip => {
            let mut gzip = GzipDecoder::new(wire);
            gzip.multiple_members(true);
            Box::pin(gzip)
        }
        Coding::Brotli => Box::pin(BrotliDecoder::new(wire)),
        Coding::Zstd => {
            let window = DParameter::window_log_max(ZSTD_WINDOW_LOG_MAX);
            let mut zstd = ZstdDecoder::with_params(wire, &[window]);
            zstd.multiple_members(true);
            Box::pin(zstd)
        }
        Coding::Deflate => Box::pin(ZlibDecoder::new(wire)),
    }
}
