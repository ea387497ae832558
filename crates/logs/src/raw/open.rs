//! A file, unpacked as it is read if it is packed. Which it is, its first bytes tell, not its name.

use model::Timestamp;
use std::{
    fs::File,
    io::{self, Chain, Cursor, Read},
    path::Path,
};

/// 2^27 bytes, as much as `zstd` itself allows unless it is told otherwise.
const WINDOW_LOG_MAX: u32 = 27;

/// Opens a file for reading what is in it, unpacked.
///
/// # Errors
/// Where it cannot be opened, or is none: a folder, a pipe, a device.
pub fn open(path: &Path) -> io::Result<Box<dyn Read + Send>> {
    opened(path).map(|(from, _)| from)
}

/// With when it was last written.
pub(super) fn opened(path: &Path) -> io::Result<(Box<dyn Read + Send>, Timestamp)> {
    // Asked before it is opened: to open a pipe is to wait for whoever writes into it.
    let found = std::fs::metadata(path)?;
    if found.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder: name the files in it"));
    }
    if !found.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a pipe or a device, not a file"));
    }
    let since_1970 = found.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since_1970.and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0);
    Ok((unpacked(File::open(path)?)?, Timestamp::from_micros(modified)))
}

/// What is in a file that is open already.
pub(crate) fn unpacked(mut file: File) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(4);
    Read::by_ref(&mut file).take(4).read_to_end(&mut magic)?;
    let is_gzip = magic.starts_with(&[0x1F, 0x8B, 8]);
    let is_zstd = magic == [0x28, 0xB5, 0x2F, 0xFD];
    let whole: Chain<Cursor<Vec<u8>>, File> = Cursor::new(magic).chain(file);
    if is_gzip {
        return Ok(Box::new(flate2::read::MultiGzDecoder::new(io::BufReader::with_capacity(64 << 10, whole))));
    }
    if is_zstd {
        let mut decoder = zstd::Decoder::new(whole)?;
        decoder.window_log_max(WINDOW_LOG_MAX)?;
        return Ok(Box::new(decoder));
    }
    Ok(Box::new(whole))
}
