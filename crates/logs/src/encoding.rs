//! Text that is no UTF-8: files in UTF-16, as tools of Windows write them, and lines in Windows-1252 (or ISO 8859-1, of which it is a
//! superset but for control characters).

use encoding_rs::{CoderResult, Decoder, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::{
    borrow::Cow,
    io::{self, Read},
    ops::Range,
};

/// Bytes by which the encoding of a file is known.
const HEAD_BYTES: usize = 512;
/// Below so many, a file without a byte order mark is not taken for UTF-16.
const TELLING_BYTES: usize = 16;
const BUFFER_BYTES: usize = 32 << 10;

/// In what a file is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Or one that agrees with it in ASCII.
    #[default]
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// Its registered name; none of the usual one.
    pub fn name(self) -> Option<&'static str> {
        match self {
            Self::Utf8 => None,
            Self::Utf16Le => Some("UTF-16LE"),
            Self::Utf16Be => Some("UTF-16BE"),
        }
    }

    /// Of what begins so: by the byte order mark, or little-endian where nearly every second byte is zero and what stands between is
    /// text.
    fn of(head: &[u8]) -> Self {
        match head {
            [0xFF, 0xFE, ..] => Self::Utf16Le,
            [0xFE, 0xFF, ..] => Self::Utf16Be,
            _ if is_plainly_little_endian(head) => Self::Utf16Le,
            _ => Self::Utf8,
        }
    }
}

fn is_plainly_little_endian(head: &[u8]) -> bool {
    let is_text = |unit: &&[u8; 2]| unit[1] == 0 && matches!(unit[0], b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..);
    let (units, _) = head.as_chunks::<2>();
    head.len() >= TELLING_BYTES && units.iter().filter(is_text).count() * 10 >= units.len() * 9
}

/// Gives what `from` holds as UTF-8, without a mark of UTF-16; with the encoding that it had. What cannot be read fails when it is reached.
pub(crate) fn decode(mut from: Box<dyn Read + Send>) -> (Box<dyn Read + Send>, Encoding) {
    let mut head = Vec::with_capacity(HEAD_BYTES);
    let broken = Read::by_ref(&mut from).take(HEAD_BYTES as u64).read_to_end(&mut head).err();
    let encoding = Encoding::of(&head);
    let whole = Begun { head: io::Cursor::new(head), broken, from };
    let decoder = match encoding {
        Encoding::Utf8 => return (Box::new(whole), encoding),
        Encoding::Utf16Le => UTF_16LE.new_decoder_with_bom_removal(),
        Encoding::Utf16Be => UTF_16BE.new_decoder_with_bom_removal(),
    };
    // A unit of two bytes is three at most; half of one may be left from before.
    let (read, text) = (vec![0; BUFFER_BYTES], vec![0; BUFFER_BYTES * 2]);
    (Box::new(Utf16 { from: whole, decoder, read, text, given: 0..0, ended: false }), encoding)
}

/// What was looked at, then how that ended if it broke off, then the rest.
struct Begun {
    head: io::Cursor<Vec<u8>>,
    broken: Option<io::Error>,
    from: Box<dyn Read + Send>,
}

impl Read for Begun {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.head.read(buffer)? {
            0 => self.broken.take().map_or_else(|| self.from.read(buffer), Err),
            read => Ok(read),
        }
    }
}

/// UTF-16 as UTF-8, within two buffers. What is no character becomes U+FFFD.
struct Utf16 {
    from: Begun,
    decoder: Decoder,
    read: Vec<u8>,
    text: Vec<u8>,
    /// Of the text, what is to be given yet.
    given: Range<usize>,
    ended: bool,
}

impl Read for Utf16 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.given.is_empty() {
            if self.ended {
                return Ok(0);
            }
            let read = self.from.read(&mut self.read)?;
            self.ended = read == 0;
            let decoded = self.decoder.decode_to_utf8(&self.read[..read], &mut self.text, self.ended);
            let (result, _, written, _) = decoded;
            debug_assert_eq!(result, CoderResult::InputEmpty);
            self.given = 0..written;
        }
        let length = buffer.len().min(self.given.len());
        buffer[..length].copy_from_slice(&self.text[self.given.start..self.given.start + length]);
        self.given.start += length;
        Ok(length)
    }
}

/// Bytes by which it is seen whether a text is in UTF-8, and of a line that is read as one.
const TOLD_BY: usize = 64 << 10;
const LINE_BYTES_MAX: usize = 4 << 20;

/// Gives the lines of `from` as [`line_as_utf8`] reads them, where its beginning is not in UTF-8.
pub(crate) fn lines_as_utf8(mut from: Box<dyn Read + Send>) -> Box<dyn Read + Send> {
    let mut head = Vec::with_capacity(TOLD_BY);
    let broken = Read::by_ref(&mut from).take(TOLD_BY as u64).read_to_end(&mut head).err();
    // One that is cut at the end is none of another encoding, and what has control characters is no text.
    let is_utf8 = std::str::from_utf8(&head).map_or_else(|error| error.error_len().is_none(), |_| true)
        || head.iter().any(is_no_text);
    let whole = Begun { head: io::Cursor::new(head), broken, from };
    if is_utf8 {
        return Box::new(whole);
    }
    Box::new(Windows1252 { from: whole, begun: Vec::new(), given: io::Cursor::new(Vec::new()), is_over: false })
}

/// Lines of which some are in Windows-1252.
struct Windows1252 {
    from: Begun,
    /// Of the line that has no end yet.
    begun: Vec<u8>,
    given: io::Cursor<Vec<u8>>,
    is_over: bool,
}

impl Read for Windows1252 {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let read = self.given.read(buffer)?;
            if read > 0 || self.is_over {
                return Ok(read);
            }
            let before = self.begun.len();
            self.is_over = Read::by_ref(&mut self.from).take(BUFFER_BYTES as u64).read_to_end(&mut self.begun)? == 0;
            let end = memchr::memrchr(b'\n', &self.begun[before..]).map(|at| before + at + 1);
            let is_whole = self.is_over || self.begun.len() > LINE_BYTES_MAX;
            let Some(end) = end.or_else(|| is_whole.then_some(self.begun.len())) else { continue };
            let mut text = Vec::with_capacity(end + end / 8);
            for line in self.begun[..end].split_inclusive(|byte| *byte == b'\n') {
                text.extend_from_slice(&line_as_utf8(line));
            }
            self.begun.drain(..end);
            self.given = io::Cursor::new(text);
        }
    }
}

/// What follows the zeros at the beginning of a line: a loss of power leaves some where the end of a file was not yet written.
pub fn without_zeros(line: &[u8]) -> &[u8] {
    &line[line.iter().position(|byte| *byte != 0).unwrap_or(line.len())..]
}

/// A line as UTF-8: the bytes in it that are none are read as Windows-1252. One that holds what no text in that encoding does stays as
/// it is, to the byte.
pub fn line_as_utf8(line: &[u8]) -> Cow<'_, [u8]> {
    if std::str::from_utf8(line).is_ok() || line.iter().any(is_no_text) {
        return Cow::Borrowed(line);
    }
    let mut text = Vec::with_capacity(line.len() + line.len() / 8);
    for chunk in line.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        let (invalid, _) = WINDOWS_1252.decode_without_bom_handling(chunk.invalid());
        text.extend_from_slice(invalid.as_bytes());
    }
    Cow::Owned(text)
}

/// Control characters but those of terminals and pages.
fn is_no_text(byte: &u8) -> bool {
    matches!(byte, 0..=8 | 14..=26 | 28..=31 | 127)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_converted_wherever_they_are_cut() {
        for (given, expected) in [
            (b"Gravit\xe9;Soci\xe9t\xe9\nplain\n\xe9t\xe9".as_slice(), "Gravité;Société\nplain\nété"),
            ("déjà\nen UTF-8\n".as_bytes(), "déjà\nen UTF-8\n"),
            (b"\xe9\n\n".as_slice(), "é\n\n"),
        ] {
            let mut text = String::new();
            lines_as_utf8(Box::new(Slow(given.to_vec(), 0))).read_to_string(&mut text).unwrap();
            assert_eq!(text, expected);
        }
        let long = [b"\xe9".repeat(LINE_BYTES_MAX + 5), b"\n\xe9".to_vec()].concat();
        let mut text = String::new();
        lines_as_utf8(Box::new(io::Cursor::new(long.clone()))).read_to_string(&mut text).unwrap();
        assert_eq!(text.chars().count(), long.len());
    }

    /// Gives a few bytes at a time.
    struct Slow(Vec<u8>, usize);

    impl Read for Slow {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(7).min(self.0.len() - self.1);
            buffer[..length].copy_from_slice(&self.0[self.1..self.1 + length]);
            self.1 += length;
            Ok(length)
        }
    }

    fn decoded(bytes: Vec<u8>) -> (String, Encoding) {
        let (mut from, encoding) = decode(Box::new(Slow(bytes, 0)));
        let mut text = String::new();
        from.read_to_string(&mut text).unwrap();
        (text, encoding)
    }

    #[test]
    fn utf_16_is_known_and_decoded_wherever_it_is_cut() {
        let text = "2026-11-20 10:00:00 ERROR délai dépassé 😀 €\r\n".repeat(1_000);
        let little: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, expected) in [
            ([&b"\xFF\xFE"[..], &little].concat(), Encoding::Utf16Le),
            ([&b"\xFE\xFF"[..], &big].concat(), Encoding::Utf16Be),
            (little.clone(), Encoding::Utf16Le),
            (text.clone().into_bytes(), Encoding::Utf8),
        ] {
            let (read, encoding) = decoded(bytes);
            assert_eq!(encoding, expected);
            assert!(read == text, "{expected:?}");
        }
        // Half a character at its end.
        let (read, _) = decoded([b"\xFF\xFE", &little[..9]].concat());
        assert_eq!(read, "2026\u{fffd}");
        assert_eq!(decoded(b"\x7fELF\x02\0\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0".to_vec()).1, Encoding::Utf8);
        assert_eq!(decoded(Vec::new()), (String::new(), Encoding::Utf8));
    }

    #[test]
    fn what_is_no_utf_8_in_a_line_is_read_as_windows_1252() {
        for (line, expected) in [
            (&b"d\xE9lai d\xE9pass\xE9 \x80"[..], "délai dépassé €".as_bytes()),
            (b"\xE9t\xE9 \xC3\xA9", "été é".as_bytes()),
            ("été".as_bytes(), "été".as_bytes()),
            (b"\x01\xE9", b"\x01\xE9"),
        ] {
            assert_eq!(line_as_utf8(line), expected, "{}", line.escape_ascii());
        }
        assert!(matches!(line_as_utf8(b"plain"), Cow::Borrowed(_)));
    }
}
