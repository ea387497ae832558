//! Bodies as they are packed on the wire, unpacked within a bound.

use super::Refusal;
use axum::http::{HeaderMap, header};
use std::io::{self, Read};

/// How a body is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    /// zlib, as `deflate` means (RFC 9110 §8.4.1.2).
    Deflate,
    Brotli,
    Zstd,
}

/// A window beyond 8 MiB is refused: it would be held for as long as the body is read.
const WINDOW_LOG_MAX: u32 = 23;

impl Packing {
    pub(super) fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        match headers.get(header::CONTENT_ENCODING).map(|name| name.as_bytes().to_ascii_lowercase()).as_deref() {
            None | Some(b"" | b"identity") => Ok(Self::Plain),
            Some(b"gzip" | b"x-gzip") => Ok(Self::Gzip),
            Some(b"deflate") => Ok(Self::Deflate),
            Some(b"br") => Ok(Self::Brotli),
            Some(b"zstd") => Ok(Self::Zstd),
            Some(_) => Err(Refusal::Packing),
        }
    }

    /// Blocks for as long as unpacking takes.
    pub(super) fn unpack(self, body: &[u8], bytes_max: usize) -> Result<Vec<u8>, Refusal> {
        let read = match self {
            Self::Plain => bounded(body, bytes_max),
            Self::Gzip => bounded(flate2::read::MultiGzDecoder::new(body), bytes_max),
            Self::Deflate => bounded(flate2::read::ZlibDecoder::new(body), bytes_max),
            Self::Brotli => bounded(brotli_decompressor::Decompressor::new(body, 4096), bytes_max),
            Self::Zstd => zstd::Decoder::new(body).and_then(|mut decoder| {
                decoder.window_log_max(WINDOW_LOG_MAX)?;
                bounded(decoder, bytes_max)
            }),
        };
        match read {
            Ok(unpacked) if unpacked.len() <= bytes_max => Ok(unpacked),
            Ok(_) => Err(Refusal::TooLargeUnpacked(bytes_max)),
            Err(_) => Err(Refusal::Unpackable),
        }
    }
}

/// Up to one byte more than may be.
fn bounded(from: impl Read, bytes_max: usize) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    from.take(bytes_max as u64 + 1).read_to_end(&mut read)?;
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    fn packed(packing: Packing, text: &[u8]) -> Vec<u8> {
        let level = flate2::Compression::fast();
        match packing {
            Packing::Gzip => {
                let mut encoder = flate2::write::GzEncoder::new(Vec::new(), level);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Packing::Deflate => {
                let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(text).unwrap();
                encoder.finish().unwrap()
            }
            Packing::Zstd => zstd::encode_all(text, 1).unwrap(),
            // `hello` as Python's brotli packs it.
            Packing::Brotli => vec![0x0b, 0x02, 0x80, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x03],
            Packing::Plain => text.to_vec(),
        }
    }

    #[test]
    fn what_is_packed_is_unpacked_and_a_bomb_is_not() {
        for packing in [Packing::Plain, Packing::Gzip, Packing::Deflate, Packing::Brotli, Packing::Zstd] {
            let hello = packed(packing, b"hello");
            assert_eq!(packing.unpack(&hello, 5).unwrap(), b"hello", "{packing:?}");
            assert!(matches!(packing.unpack(&hello, 4), Err(Refusal::TooLargeUnpacked(4))), "{packing:?}");
            if packing != Packing::Plain {
                assert!(matches!(packing.unpack(b"\xff\xffnothing", 99), Err(Refusal::Unpackable)), "{packing:?}");
            }
        }
        let bomb = packed(Packing::Gzip, &vec![0; 8 << 20]);
        assert!(matches!(Packing::Gzip.unpack(&bomb, 1 << 20), Err(Refusal::TooLargeUnpacked(_))));
    }
}
