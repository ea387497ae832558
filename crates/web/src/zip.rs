//! Zip archives as people send them: stored and deflated entries.
//!
//! Everything in an archive is from outside: the number of its entries, their names, and how much they grow to are
//! bounded before and while they are read. Encrypted entries and other methods are refused.

#[cfg(test)]
pub(crate) mod tests;

use std::{
    collections::HashSet,
    fs::File,
    io::{self, BufReader, Read},
};
use zip::{
    CompressionMethod, ZipReadOptions,
    read::{OwnedZipFileEntry, ZipFileEntry},
    result::ZipError,
    unstable::read::ZipIterable,
};

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
pub(crate) struct Entry {
    /// The last part of its path; folders are forgotten.
    pub(crate) name: String,
    inner: OwnedZipFileEntry,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Error {
    #[error("it is no zip archive, or it is cut off")]
    Broken,
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

impl From<ZipError> for Error {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Io(error) => error.into(),
            _ => Self::Broken,
        }
    }
}

/// The files of an archive; folders and what macOS adds are left out.
pub(crate) fn entries(file: &File, bounds: Bounds) -> Result<Vec<Entry>, Error> {
    let mut archive = ZipIterable::try_new(BufReader::new(file), zip::read::Config::default())?;
    if archive.len() > bounds.entries.saturating_mul(2).saturating_add(64) {
        return Err(Error::Entries(bounds.entries));
    }
    let (mut entries, mut bytes, mut names) = (Vec::new(), 0u64, HashSet::new());
    for found in archive.files()? {
        let Some(entry) = entry(found?)? else { continue };
        bytes = bytes.saturating_add(entry.inner.size());
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

/// `None` for what is no file of its own.
fn entry(found: ZipFileEntry<'_>) -> Result<Option<Entry>, Error> {
    let path = found.name()?;
    if path.ends_with('/') || path.starts_with("__MACOSX/") {
        return Ok(None);
    }
    let name = plain(&path)?;
    if name == ".DS_Store" || name == "Thumbs.db" || name == "desktop.ini" {
        return Ok(None);
    }
    if found.encrypted() {
        return Err(Error::Encrypted(name));
    }
    if !matches!(found.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(Error::Method(name));
    }
    if found.size() > FREE_BYTES.max(found.compressed_size().saturating_mul(RATIO_MAX)) {
        return Err(Error::Bomb(name));
    }
    Ok(Some(Entry { name, inner: found.into() }))
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

/// Reads one entry, to its last byte and no further: what is longer, shorter or other than its directory says is an
/// error.
pub(crate) fn open<'a>(file: &'a mut BufReader<File>, entry: &'a Entry) -> Result<impl Read + use<'a>, Error> {
    let bytes = entry.inner.as_ref().with_reader(file, ZipReadOptions::new())?;
    Ok(Whole { bytes, left: entry.inner.size() })
}

/// The library refuses what is longer than it says or has another checksum, and takes what is shorter.
struct Whole<R> {
    bytes: R,
    left: u64,
}

impl<R: Read> Read for Whole<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        self.left = self.left.saturating_sub(count as u64);
        if count == 0 && !buffer.is_empty() && self.left > 0 {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a file is shorter than its archive says"));
        }
        Ok(count)
    }
}
