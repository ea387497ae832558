//! Files as they are, or packed.

use crate::gzip;
use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

/// How a file is packed, by the end of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zstd,
}

impl Packing {
    pub(super) fn of(path: &Path) -> Self {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("gz") => Self::Gzip,
            Some("zst") => Self::Zstd,
            _ => Self::Plain,
        }
    }

    /// What the file unpacks to, from its beginning.
    pub(super) fn open(self, file: File) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Plain => Box::new(file),
            Self::Gzip => Box::new(gzip::Members::new(io::BufReader::new(file))),
            Self::Zstd => {
                let mut decoder = zstd::Decoder::new(file)?;
                decoder.window_log_max(27)?;
                Box::new(decoder)
            }
        })
    }
}
