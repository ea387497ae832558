//! Zip archives as people send them: stored and deflated entries, found by the central directory (APPNOTE.TXT 4.3).
//!
//! Everything in an archive is from outside: the number of its entries, their names, and how much they grow to are
//! bounded before and while they are read. Encrypted entries, other methods and archives of 64 bits are refused.

#[cfg(test)]
pub(crate) mod tests;

use flate2::{Crc, read::DeflateDecoder};
use std::{
    fs::File,
    io::{self, BufReader, Read, Seek as _, SeekFrom, Take},
};

/// Bytes of the central directory: a hundred thousand entries with long names.
const DIRECTORY_MAX: u64 = 32 << 20;
/// How much an entry may grow, beyond its first mebibyte: what is drawn on a page grows less.
const RATIO_MAX: u64 = 200;
const FREE_BYTES: u64 = 1 << 20;

/// What an archive may hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) entries: usize,
    /// Of all entries, unpacked.
    pub(crate) bytes: u64,
}

/// A file in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The last part of its path; folders are forgotten.
    pub(crate) name: String,
    pub(crate) size: u64,
    packed: u64,
    crc: u32,
    method: u16,
    at: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("it is no zip archive, or it is cut off")]
    Broken,
    #[error("it is written for archives beyond 4 GB or 65,535 files: make several smaller ones")]
    TooNew,
    #[error("it holds more files than are taken at once ({0})")]
    Entries(usize),
    #[error("unpacked it is longer than what is taken")]
    Bytes,
    #[error("`{0}` grows more than {RATIO_MAX} times when unpacked, which no document does")]
    Bomb(String),
    #[error("`{0}` leads out of its folder")]
    Path(String),
    #[error("two files in it are called `{0}`")]
    Twice(String),
    #[error("`{0}` is encrypted: make the archive without a password")]
    Encrypted(String),
    #[error("`{0}` is packed in a way that is not known here: choose \"deflate\"")]
    Method(String),
    #[error("it cannot be read ({0})")]
    Read(String),
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Broken,
            _ => Self::Read(error.to_string()),
        }
    }
}

/// The files of an archive; folders and what macOS adds are left out.
pub(crate) fn entries(file: &mut File, bounds: Bounds) -> Result<Vec<Entry>, Error> {
    let length = file.seek(SeekFrom::End(0))?;
    let (count, size, at) = end(file, length)?;
    if size > DIRECTORY_MAX || count > bounds.entries.saturating_mul(2).saturating_add(64) {
        return Err(Error::Entries(bounds.entries));
    }
    file.seek(SeekFrom::Start(at))?;
    let mut directory = vec![0; usize::try_from(size).unwrap_or(usize::MAX)];
    file.read_exact(&mut directory)?;
    let (mut entries, mut rest, mut bytes) = (Vec::new(), directory.as_slice(), 0u64);
    let mut names = std::collections::HashSet::new();
    for _ in 0..count {
        let (entry, after) = entry(rest)?;
        rest = after;
        let Some(entry) = entry else { continue };
        bytes = bytes.saturating_add(entry.size);
        if entries.len() >= bounds.entries {
            return Err(Error::Entries(bounds.entries));
        }
        if bytes > bounds.bytes {
            return Err(Error::Bytes);
        }
        if !names.insert(entry.name.clone()) {
            return Err(Error::Twice(entry.name));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// Number of entries, bytes of the directory, and where it begins.
fn end(file: &mut File, length: u64) -> Result<(usize, u64, u64), Error> {
    // The record has 22 bytes and a comment of up to 65,535.
    let tail_bytes = length.min(22 + 65_535);
    file.seek(SeekFrom::Start(length - tail_bytes))?;
    let mut tail = vec![0; usize::try_from(tail_bytes).unwrap_or(usize::MAX)];
    file.read_exact(&mut tail)?;
    let found = tail.windows(22).rposition(|window| {
        // A comment that ends where the file does: the bytes of the mark alone may stand in it.
        window.starts_with(b"PK\x05\x06")
    });
    let record = &tail[found.ok_or(Error::Broken)?..];
    let (count, size, at) = (short(record, 10)?, long(record, 12)?, long(record, 16)?);
    if count == u16::MAX || size == u32::MAX || at == u32::MAX {
        return Err(Error::TooNew);
    }
    if u64::from(at) + u64::from(size) > length {
        return Err(Error::Broken);
    }
    Ok((count.into(), size.into(), at.into()))
}

/// The first entry of what is left of the directory, `None` for one that is no file of its own, and what is behind it.
fn entry(bytes: &[u8]) -> Result<(Option<Entry>, &[u8]), Error> {
    if !bytes.starts_with(b"PK\x01\x02") {
        return Err(Error::Broken);
    }
    let [name_bytes, extra, comment] = [28, 30, 32].map(|at| short(bytes, at).map(usize::from));
    let (name_bytes, behind) = (name_bytes?, extra? + comment?);
    let name = bytes.get(46..46 + name_bytes).ok_or(Error::Broken)?;
    let rest = bytes.get(46 + name_bytes + behind..).ok_or(Error::Broken)?;
    let path = decoded(name);
    if path.ends_with('/') || path.starts_with("__MACOSX/") {
        return Ok((None, rest));
    }
    let name = plain(&path)?;
    if name == ".DS_Store" || name == "Thumbs.db" || name == "desktop.ini" {
        return Ok((None, rest));
    }
    let flags = short(bytes, 8)?;
    let method = short(bytes, 10)?;
    if flags & 1 != 0 {
        return Err(Error::Encrypted(name));
    }
    if !matches!(method, 0 | 8) {
        return Err(Error::Method(name));
    }
    let (crc, packed, size, at) = (long(bytes, 16)?, long(bytes, 20)?, long(bytes, 24)?, long(bytes, 42)?);
    if [packed, size, at].contains(&u32::MAX) {
        return Err(Error::TooNew);
    }
    let (packed, size) = (u64::from(packed), u64::from(size));
    if size > FREE_BYTES.max(packed.saturating_mul(RATIO_MAX)) {
        return Err(Error::Bomb(name));
    }
    Ok((Some(Entry { name, size, packed, crc, method, at: at.into() }), rest))
}

/// The file's name without its folders. A path that climbs or begins at a root is refused, whole.
fn plain(path: &str) -> Result<String, Error> {
    let shown = || path.chars().filter(|c| !model::steers_display(*c)).take(100).collect::<String>();
    let parts: Vec<&str> = path.split(['/', '\\']).collect();
    let climbs = parts.iter().any(|part| part.is_empty() || *part == "." || *part == "..");
    let name = parts.last().copied().unwrap_or_default();
    let is_plain = crate::lines::is_plain_name(name) && !name.contains(model::steers_display) && !name.contains(':');
    if climbs || !is_plain || parts[0].ends_with(':') { Err(Error::Path(shown())) } else { Ok(name.to_owned()) }
}

/// UTF-8 where it is, whatever the flag says; otherwise the code page of old archivers.
fn decoded(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => name
            .iter()
            .map(|byte| match byte {
                0..0x80 => char::from(*byte),
                _ => OEM.chars().nth(usize::from(byte - 0x80)).unwrap_or('\u{fffd}'),
            })
            .collect(),
    }
}

/// Code page 437 from 128; its letters are those of 850.
const OEM: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u{a0}";

/// Reads one entry, to its last byte and no further: what is longer, shorter or other than its directory says is an
/// error.
pub(crate) fn open(file: &File, entry: &Entry) -> Result<impl Read + use<>, Error> {
    let mut file = file.try_clone()?;
    file.seek(SeekFrom::Start(entry.at))?;
    let mut header = [0; 30];
    file.read_exact(&mut header)?;
    if !header.starts_with(b"PK\x03\x04") {
        return Err(Error::Broken);
    }
    let skipped = u64::from(short(&header, 26)?) + u64::from(short(&header, 28)?);
    file.seek(SeekFrom::Start(entry.at + 30 + skipped))?;
    let packed = BufReader::new(file.take(entry.packed));
    let bytes = match entry.method {
        8 => Bytes::Deflated(DeflateDecoder::new(packed)),
        _ => Bytes::Stored(packed),
    };
    Ok(Checked { bytes, left: entry.size, crc: Crc::new(), expected: entry.crc, name: entry.name.clone() })
}

enum Bytes {
    Stored(BufReader<Take<File>>),
    Deflated(DeflateDecoder<BufReader<Take<File>>>),
}

struct Checked {
    bytes: Bytes,
    left: u64,
    crc: Crc,
    expected: u32,
    name: String,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let bad = || io::Error::new(io::ErrorKind::InvalidData, format!("`{}` in the archive is damaged", self.name));
        let count = match &mut self.bytes {
            Bytes::Stored(bytes) => bytes.read(buffer),
            Bytes::Deflated(bytes) => bytes.read(buffer),
        };
        let count = count.map_err(|_| bad())?;
        self.left = self.left.checked_sub(count as u64).ok_or_else(bad)?;
        self.crc.update(&buffer[..count]);
        if count == 0 && !buffer.is_empty() && (self.left > 0 || self.crc.sum() != self.expected) {
            return Err(bad());
        }
        Ok(count)
    }
}

fn short(bytes: &[u8], at: usize) -> Result<u16, Error> {
    let found = bytes.get(at..at + 2).and_then(|bytes| bytes.try_into().ok());
    found.map(u16::from_le_bytes).ok_or(Error::Broken)
}

fn long(bytes: &[u8], at: usize) -> Result<u32, Error> {
    let found = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    found.map(u32::from_le_bytes).ok_or(Error::Broken)
}
