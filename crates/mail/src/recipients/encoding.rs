//! Bytes to text: UTF-8, Windows-1252 or UTF-16, found out from the first bytes and, while those are plain ASCII,
//! from the first row that is not.

use super::{SAMPLE_BYTES, record::Record};
use crate::{problem::Problem, sentence::Sentence};
use encoding_rs::{DecoderResult, UTF_16BE, UTF_16LE, WINDOWS_1252};
use std::{
    borrow::Cow,
    io::{self, Chain, Cursor, Read},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Nothing but ASCII so far; the first row with more decides.
    Ascii,
    Utf8,
    Windows1252,
    Utf16Le,
    Utf16Be,
}

/// Something else than text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Junk {
    OldSpreadsheet,
    Pdf,
    Gzip,
    Binary,
}

impl Junk {
    pub(super) fn problem(self, name: &str, sample: &[u8]) -> Problem {
        // One NUL in a file of text is a slip with a place; a program or an image is full of them.
        let nul =
            sample.iter().position(|byte| *byte == 0).filter(|_| self == Self::Binary && has_few_controls(sample));
        if let Some(at) = nul {
            let line = sample[..at].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            return Problem::error(name, Sentence::new("nul"), Sentence::new("delete_or_save_utf8")).at(line);
        }
        let (what, remedy) = match self {
            Self::OldSpreadsheet => (Sentence::new("old_workbook"), Sentence::new("save_without_password")),
            Self::Pdf => (Sentence::new("pdf"), Sentence::new("name_recipients")),
            Self::Gzip => (Sentence::new("compressed"), Sentence::new("decompress")),
            Self::Binary => (Sentence::new("binary"), Sentence::new("name_text")),
        };
        Problem::error(name, what, remedy)
    }
}

/// Whether it is an archive, as workbooks are.
pub(super) const fn is_zip(sample: &[u8]) -> bool {
    matches!(sample, [b'P', b'K', 3 | 5, 4 | 6, ..])
}

/// Up to [`SAMPLE_BYTES`] from the front.
pub(super) fn sample(input: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut sample = Vec::new();
    input.take(SAMPLE_BYTES as u64).read_to_end(&mut sample)?;
    Ok(sample)
}

pub(super) fn detect(sample: &[u8]) -> Result<Encoding, Junk> {
    match sample {
        [0xef, 0xbb, 0xbf, ..] => return text_or_junk(sample, Encoding::Utf8),
        [0xff, 0xfe, ..] => return Ok(Encoding::Utf16Le),
        [0xfe, 0xff, ..] => return Ok(Encoding::Utf16Be),
        [0xd0, 0xcf, 0x11, 0xe0, ..] => return Err(Junk::OldSpreadsheet),
        [b'%', b'P', b'D', b'F', b'-', ..] => return Err(Junk::Pdf),
        [0x1f, 0x8b, ..] => return Err(Junk::Gzip),
        _ => {}
    }
    let encoding = if sample.is_ascii() {
        Encoding::Ascii
    } else {
        let (sequences, errors) = count_utf8(sample);
        // One bad byte in a text that is otherwise UTF-8 is a broken row, not another encoding: read as Windows-1252,
        // every accent would come out wrong.
        if errors == 0 || sequences > 4 * errors { Encoding::Utf8 } else { Encoding::Windows1252 }
    };
    text_or_junk(sample, encoding)
}

fn text_or_junk(sample: &[u8], encoding: Encoding) -> Result<Encoding, Junk> {
    // A stray control character is reported with its row.
    if sample.contains(&0) || !has_few_controls(sample) { Err(Junk::Binary) } else { Ok(encoding) }
}

fn has_few_controls(sample: &[u8]) -> bool {
    let controls = sample.iter().filter(|b| b.is_ascii_control() && !matches!(b, b'\t' | b'\n' | b'\r')).count();
    controls * 50 <= sample.len()
}

/// How many multi-byte sequences are valid, and how many bytes or sequences are not. A sequence cut at the end of
/// the sample is neither.
fn count_utf8(sample: &[u8]) -> (usize, usize) {
    let (mut sequences, mut errors) = (0, 0);
    for chunk in sample.utf8_chunks() {
        sequences += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        errors += usize::from(!chunk.invalid().is_empty());
    }
    let cut =
        std::str::from_utf8(&sample[sample.len().saturating_sub(3)..]).is_err_and(|error| error.error_len().is_none());
    let whole_is_cut = std::str::from_utf8(sample).is_err_and(|error| error.error_len().is_none());
    (sequences, errors - usize::from(errors > 0 && sample.len() == SAMPLE_BYTES && (cut || whole_is_cut)))
}

/// The sample as ASCII-compatible bytes, for finding out the separator.
pub(super) fn preview(sample: &[u8], encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Utf16Le => UTF_16LE.decode(sample).0.into_owned().into_bytes(),
        Encoding::Utf16Be => UTF_16BE.decode(sample).0.into_owned().into_bytes(),
        _ => sample.strip_prefix(b"\xef\xbb\xbf").unwrap_or(sample).to_vec(),
    }
}

/// The input from its beginning, without its byte order mark; UTF-16 comes out as UTF-8, anything else as it is.
pub(super) struct Decoded<R> {
    input: Chain<Cursor<Vec<u8>>, R>,
    utf16: Option<Utf16>,
}

struct Utf16 {
    decoder: encoding_rs::Decoder,
    raw: Vec<u8>,
    text: Vec<u8>,
    text_at: usize,
    ended: bool,
    malformed: bool,
}

impl<R: Read> Decoded<R> {
    pub(super) fn new(sample: Vec<u8>, rest: R, encoding: Encoding) -> Self {
        let utf16 = match encoding {
            Encoding::Utf16Le => Some(UTF_16LE),
            Encoding::Utf16Be => Some(UTF_16BE),
            _ => None,
        }
        .map(|encoding| Utf16 {
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            text: Vec::new(),
            text_at: 0,
            ended: false,
            malformed: false,
        });
        let mut start = Cursor::new(sample);
        if start.get_ref().starts_with(b"\xef\xbb\xbf") {
            start.set_position(3);
        }
        Self { input: start.chain(rest), utf16 }
    }

    /// Passes over `count` bytes.
    pub(super) fn skip(&mut self, count: usize) -> io::Result<()> {
        io::copy(&mut self.take(count as u64), &mut io::sink()).map(drop)
    }
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let Some(utf16) = &mut self.utf16 else { return self.input.read(out) };
        while utf16.text_at == utf16.text.len() && !utf16.ended {
            utf16.fill(&mut self.input)?;
        }
        let ready = &utf16.text[utf16.text_at..];
        let count = ready.len().min(out.len());
        out[..count].copy_from_slice(&ready[..count]);
        utf16.text_at += count;
        Ok(count)
    }
}

impl Utf16 {
    fn fill(&mut self, input: &mut impl Read) -> io::Result<()> {
        const CHUNK: usize = 16 * 1024;
        if self.malformed {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "it is not valid UTF-16"));
        }
        self.raw.resize(CHUNK, 0);
        let count = input.read(&mut self.raw)?;
        self.ended = count == 0;
        // Two bytes make at most three, and what the decoder holds back is a few more.
        self.text.resize(CHUNK * 2 + 64, 0);
        let (result, _, written) =
            self.decoder.decode_to_utf8_without_replacement(&self.raw[..count], &mut self.text, self.ended);
        self.text.truncate(written);
        self.text_at = 0;
        // What came before the fault is still read, so that it is told with its line.
        self.malformed = result != DecoderResult::InputEmpty;
        Ok(())
    }
}

/// Decodes cells, and settles the encoding at the first that is not ASCII.
#[derive(Debug)]
pub(super) struct Text(Encoding);

/// The row is not in the encoding of those before it.
#[derive(Debug)]
pub(super) struct NotText;

impl Text {
    pub(super) fn new(encoding: Encoding) -> Self {
        // UTF-16 has become UTF-8 on the way.
        Self(encoding)
    }

    pub(super) fn encoding(&self) -> Encoding {
        if self.0 == Encoding::Ascii { Encoding::Utf8 } else { self.0 }
    }

    /// One cell of `record`, whose other cells help to decide.
    pub(super) fn decode<'a>(&mut self, record: &Record, cell: &'a [u8]) -> Result<Cow<'a, str>, NotText> {
        if self.0 == Encoding::Ascii && !record.bytes().is_ascii() {
            let is_utf8 = record.fields().all(|field| std::str::from_utf8(field).is_ok());
            self.0 = if is_utf8 { Encoding::Utf8 } else { Encoding::Windows1252 };
        }
        match self.0 {
            Encoding::Windows1252 => Ok(WINDOWS_1252.decode_without_bom_handling(cell).0),
            _ => std::str::from_utf8(cell).map(Cow::Borrowed).map_err(|_| NotText),
        }
    }
}
