//! A file, unpacked as it is read if it is packed, and decoded if it is in UTF-16. Which it is, its first bytes tell, not its name.

use crate::{
    encoding::{self, Encoding},
    gzip,
};
use model::Timestamp;
use std::{
    fs::File,
    io::{self, Cursor, Read},
    path::Path,
};

/// 2^27 bytes, as much as `zstd` itself allows unless it is told otherwise.
const WINDOW_LOG_MAX: u32 = 27;

/// Why a file cannot be read, where the system has no word for it: the inner error of an [`io::Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileTrouble {
    #[error("it is a folder: name the files in it")]
    Folder,
    #[error("it is a pipe or a device, not a file")]
    NoFile,
    #[error("it is packed by {name}, which is not read here: unpack it with {tool} first")]
    Foreign { name: &'static str, tool: &'static str },
    #[error("damaged compressed file, unpacked up to byte {at}")]
    Damaged { at: u64 },
    #[error("compressed file that ends too early, unpacked up to byte {at}")]
    CutOff { at: u64 },
}

impl FileTrouble {
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).copied()
    }

    fn error(self) -> io::Error {
        let kind = match self {
            Self::Folder => io::ErrorKind::IsADirectory,
            Self::NoFile => io::ErrorKind::InvalidInput,
            Self::Foreign { .. } | Self::Damaged { .. } => io::ErrorKind::InvalidData,
            Self::CutOff { .. } => io::ErrorKind::UnexpectedEof,
        };
        io::Error::new(kind, self)
    }
}

/// What a library unpacks. What it says of damage is for programmers.
struct Unpacking<R> {
    from: R,
    at: u64,
}

impl<R: Read> Read for Unpacking<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self.from.read(buffer) {
            Ok(read) => {
                self.at += read as u64;
                Ok(read)
            }
            // What the disk says has a number.
            Err(error) if error.raw_os_error().is_some() || error.kind() == io::ErrorKind::Interrupted => Err(error),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(FileTrouble::CutOff { at: self.at }.error())
            }
            Err(_) => Err(FileTrouble::Damaged { at: self.at }.error()),
        }
    }
}

/// Opens a file for reading what is in it, unpacked; with when it was last written.
///
/// # Errors
/// Where it cannot be opened, or is none: a folder, a pipe, a device.
pub fn open(path: &Path) -> io::Result<(Box<dyn Read + Send>, Timestamp)> {
    let (file, modified) = open_packed(path)?;
    Ok((unpack(file)?, modified))
}

/// The same, left as it is.
///
/// # Errors
/// As [`open`].
pub fn open_packed(path: &Path) -> io::Result<(File, Timestamp)> {
    // Asked before it is opened: to open a pipe is to wait for whoever writes into it.
    let found = std::fs::metadata(path)?;
    if found.is_dir() {
        return Err(FileTrouble::Folder.error());
    }
    if !found.is_file() {
        return Err(FileTrouble::NoFile.error());
    }
    let since_1970 = found.modified().ok().and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
    let modified = since_1970.and_then(|since| i64::try_from(since.as_micros()).ok()).unwrap_or(0);
    Ok((File::open(path)?, Timestamp::from_micros(modified)))
}

/// Unpacks a file that is packed once to its end, and keeps nothing: what is damaged within unpacks to lines that nobody wrote, and only its
/// sum at the end tells.
///
/// # Errors
/// Where it is damaged. One that only ends too early is right up to there.
pub fn check_packed(path: &Path) -> io::Result<()> {
    let (mut file, _) = open_packed(path)?;
    let mut magic = Vec::with_capacity(MAGIC_BYTES);
    Read::by_ref(&mut file).take(MAGIC_BYTES as u64).read_to_end(&mut magic)?;
    if !is_gzip(&magic) && !is_zstd(&magic) {
        return Ok(());
    }
    let whole = Cursor::new(magic).chain(file);
    match io::copy(&mut unpack_bytes(whole)?, &mut io::sink()) {
        Err(error) if matches!(FileTrouble::of(&error), Some(FileTrouble::Damaged { .. })) => Err(error),
        _ => Ok(()),
    }
}

const MAGIC_BYTES: usize = 10;

fn is_gzip(magic: &[u8]) -> bool {
    magic.starts_with(&[0x1F, 0x8B, 8])
}

fn is_zstd(magic: &[u8]) -> bool {
    magic.starts_with(&[0x28, 0xB5, 0x2F, 0xFD])
}

/// The name of what packed it and of what unpacks it, where that is none of ours.
fn foreign_packing(magic: &[u8]) -> Option<(&'static str, &'static str)> {
    let is_bzip2 = magic.starts_with(b"BZh") && magic.get(4..10) == Some(&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59]);
    if is_bzip2 {
        return Some(("bzip2", "bunzip2"));
    }
    match magic {
        [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(("xz", "unxz")),
        [b'P', b'K', 3, 4, ..] => Some(("zip", "unzip")),
        [b'7', b'z', 0xBC, 0xAF, 0x27, 0x1C, ..] => Some(("7-Zip", "7z x")),
        _ => None,
    }
}

/// What is in a file, unpacked if its first bytes say that it is packed, and as UTF-8 if what they unpack to is UTF-16.
///
/// # Errors
/// Where these cannot be read.
pub fn unpack(from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    unpack_text(from).map(|(text, _)| text)
}

/// The same with the encoding that it had.
///
/// # Errors
/// As [`unpack`].
pub fn unpack_text(from: impl Read + Send + 'static) -> io::Result<(Box<dyn Read + Send>, Encoding)> {
    Ok(encoding::decode(unpack_bytes(from)?))
}

fn unpack_bytes(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    let mut magic = Vec::with_capacity(MAGIC_BYTES);
    Read::by_ref(&mut from).take(MAGIC_BYTES as u64).read_to_end(&mut magic)?;
    let (is_gzip, is_zstd) = (is_gzip(&magic), is_zstd(&magic));
    if let Some((name, tool)) = foreign_packing(&magic) {
        return Err(FileTrouble::Foreign { name, tool }.error());
    }
    let whole = Cursor::new(magic).chain(from);
    if is_gzip {
        let from = gzip::Members::new(io::BufReader::with_capacity(64 << 10, whole));
        return refuse_archive(Unpacking { from, at: 0 });
    }
    if is_zstd {
        let mut decoder = zstd::Decoder::new(whole)?;
        decoder.window_log_max(WINDOW_LOG_MAX)?;
        return refuse_archive(Unpacking { from: decoder, at: 0 });
    }
    refuse_archive(whole)
}

/// An archive of tar has a header before each file: read as text, the files in it would run into each other.
fn refuse_archive(mut from: impl Read + Send + 'static) -> io::Result<Box<dyn Read + Send>> {
    const SIGN: &[u8] = b"ustar";
    const SIGN_AT: usize = 257;
    let mut head = Vec::with_capacity(SIGN_AT + SIGN.len());
    let read = Read::by_ref(&mut from).take((SIGN_AT + SIGN.len()) as u64).read_to_end(&mut head);
    if head.get(SIGN_AT..) == Some(SIGN) {
        return Err(FileTrouble::Foreign { name: "tar", tool: "tar -xf" }.error());
    }
    // What was unpacked before a fault is read, and then the fault is met.
    let broken = Broken(read.err());
    Ok(Box::new(Cursor::new(head).chain(broken).chain(from)))
}

/// A fault that was met ahead, told once.
struct Broken(Option<io::Error>);

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        self.0.take().map_or(Ok(0), Err)
    }
}
