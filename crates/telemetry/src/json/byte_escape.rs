//! Bytes that are no UTF-8, taken through a JSON reader that wants UTF-8.
//!
//! Each is escaped as one of the last 128 code points of the private plane 16 (byte `0x80 + n` as `U+10FF80 + n`), and unescaped
//! again out of every text that was read. Where one of these stands in such a line by itself, its own four bytes are
//! escaped as well, so that what comes out is what went in. Lines that are UTF-8, which nearly all are, pass as they are.

use std::borrow::Cow;

const FIRST: u32 = 0x10_FF80;

/// Two meanings cannot be told apart: the line has such bytes, and escapes one of the code points they are escaped as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no UTF-8, and escapes characters beyond U+10FC00 besides: send it as UTF-8")]
pub(super) struct Ambiguous;

/// Whether anything of a line is escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ByteEscape {
    Used,
    Unused,
}

/// `line` as UTF-8, and whether anything of it is escaped.
pub(super) fn escaped(line: &[u8]) -> Result<(Cow<'_, str>, ByteEscape), Ambiguous> {
    if let Ok(text) = std::str::from_utf8(line) {
        return Ok((Cow::Borrowed(text), ByteEscape::Unused));
    }
    // The first half of the escape of such a code point: `\udbff`.
    if line.windows(6).any(|six| six.eq_ignore_ascii_case(b"\\udbff")) {
        return Err(Ambiguous);
    }
    let mut text = String::with_capacity(line.len() + 64);
    for chunk in line.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match is_escape(letter) {
                true => letter.encode_utf8(&mut [0; 4]).bytes().for_each(|byte| text.push(escape(byte))),
                false => text.push(letter),
            }
        }
        chunk.invalid().iter().for_each(|byte| text.push(escape(*byte)));
    }
    Ok((Cow::Owned(text), ByteEscape::Used))
}

impl ByteEscape {
    /// The bytes of a text that was read.
    pub(super) fn unescaped(self, text: &str) -> Cow<'_, [u8]> {
        if self == Self::Unused || !text.contains(is_escape) {
            return Cow::Borrowed(text.as_bytes());
        }
        let mut bytes = Vec::with_capacity(text.len());
        for letter in text.chars() {
            match is_escape(letter) {
                true => bytes.push((u32::from(letter) - FIRST) as u8 | 0x80),
                false => bytes.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        Cow::Owned(bytes)
    }

    /// A name, which has to be UTF-8.
    pub(super) fn shown(self, name: Cow<'_, str>) -> Cow<'_, str> {
        match self.unescaped(&name) {
            Cow::Borrowed(_) => name,
            Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
        }
    }
}

fn is_escape(letter: char) -> bool {
    u32::from(letter) >= FIRST
}

/// Of a byte from 0x80 on; bytes below are never anything but themselves.
fn escape(byte: u8) -> char {
    char::from_u32(FIRST + u32::from(byte & 0x7F)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_out_as_it_went_in() {
        let mut all: Vec<u8> = (0..=255).collect();
        all.extend("é€😀\u{10FF80}\u{10FFFF}\u{10FFFD}\u{FFFD}".as_bytes());
        all.extend([0xF4, 0x8F, 0xBE, b'x', 0xC3]);
        let (text, escape) = escaped(&all).unwrap();
        assert_eq!(*escape.unescaped(&text), *all);
        let utf8 = "é\u{10FF80}".as_bytes();
        let (text, escape) = escaped(utf8).unwrap();
        assert_eq!((escape, &*text), (ByteEscape::Unused, "é\u{10FF80}"));
        assert_eq!(*escape.unescaped(&text), *utf8);
    }

    #[test]
    fn what_could_mean_two_things_is_refused() {
        assert_eq!(escaped(b"\xFF \\uDBFF\\uDF80"), Err(Ambiguous));
        assert!(escaped(b"\xC3\xA9 \\uDBFF\\uDF80").is_ok());
        assert!(escaped(b"\xFF \\ud83d\\ude00").is_ok());
    }
}
