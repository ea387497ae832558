//! Fingerprints of a file: of its first bytes, by which it is known again, renamed, copied or packed; and of the last that were
//! read, as many files begin alike.

use crate::collect::stored::fnv;
use serde::{Deserialize, Serialize};
use std::{fs::File, io, io::Read as _, os::unix::fs::FileExt as _, path::Path};

use super::packing::Packing;

/// Bytes that are compared.
pub(super) const BYTES_MAX: usize = 512;

/// A fingerprint of the first bytes of a file, as far as they were read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PrefixFingerprint {
    pub(super) bytes: usize,
    hash: u64,
    /// Only while it may grow: afterwards the hash says it.
    #[serde(skip)]
    known: Vec<u8>,
}

impl PrefixFingerprint {
    /// Learns from `bytes`, which stand at `offset`.
    pub(super) fn extend(&mut self, offset: u64, bytes: &[u8]) {
        if offset != self.known.len() as u64 || self.bytes >= BYTES_MAX || self.known.len() < self.bytes {
            return;
        }
        let more = bytes.len().min(BYTES_MAX - self.known.len());
        self.known.extend_from_slice(&bytes[..more]);
        (self.bytes, self.hash) = (self.known.len(), fnv(&self.known));
        if self.bytes >= BYTES_MAX {
            self.known = Vec::new();
        }
    }

    /// Takes up its bytes again, so that it may grow.
    pub(super) fn recall(&mut self, beginning: &[u8]) {
        if self.bytes < BYTES_MAX {
            self.known = beginning.get(..self.bytes).unwrap_or_default().to_vec();
        }
    }

    /// Whether `file`, unpacked already, begins like this.
    pub(super) fn is_of(&self, file: &File) -> bool {
        let mut bytes = [0; BYTES_MAX];
        let bytes = &mut bytes[..self.bytes];
        bytes.is_empty() || file.read_exact_at(bytes, 0).is_ok() && fnv(bytes) == self.hash
    }

    /// The first bytes of the file at `path`, of what it unpacks to.
    pub(super) fn read(path: &Path) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        Packing::of(path).open(File::open(path)?)?.take(BYTES_MAX as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    /// Whether `bytes` begin like this. An unknown beginning is like nothing.
    pub(super) fn begins(&self, bytes: &[u8]) -> bool {
        self.bytes > 0 && bytes.get(..self.bytes).is_some_and(|bytes| fnv(bytes) == self.hash)
    }
}

/// A fingerprint of the last bytes that were read of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SuffixFingerprint {
    /// Where they end.
    at: u64,
    bytes: usize,
    hash: u64,
}

impl SuffixFingerprint {
    /// Learns from `bytes`, which stand at `from`; `last` holds those before them.
    pub(super) fn extend(&mut self, last: &mut Vec<u8>, from: u64, bytes: &[u8]) {
        if from != self.at {
            last.clear();
        }
        last.extend_from_slice(&bytes[bytes.len().saturating_sub(BYTES_MAX)..]);
        last.drain(..last.len().saturating_sub(BYTES_MAX));
        *self = Self { at: from + bytes.len() as u64, bytes: last.len(), hash: fnv(last) };
    }

    /// So little was read that another file may well begin like this and mean something else.
    pub(super) fn is_short(&self) -> bool {
        self.at <= BYTES_MAX as u64
    }

    /// Whether `file`, unpacked already, has these bytes where they were read.
    pub(super) fn is_of(&self, file: &File) -> bool {
        let mut bytes = [0; BYTES_MAX];
        let Some(bytes) = bytes.get_mut(..self.bytes) else { return false };
        let from = self.at.saturating_sub(self.bytes as u64);
        bytes.is_empty() || file.read_exact_at(bytes, from).is_ok() && fnv(bytes) == self.hash
    }

    /// The same of the file at `path`, which may be packed: it is unpacked that far.
    pub(super) fn is_in(&self, path: &Path) -> bool {
        let Ok(file) = File::open(path) else { return false };
        let packing = Packing::of(path);
        if packing == Packing::Plain || self.bytes == 0 {
            return self.is_of(&file);
        }
        let Ok(mut unpacked) = packing.open(file) else { return false };
        let before = self.at.saturating_sub(self.bytes as u64);
        let passed = io::copy(&mut (&mut unpacked).take(before), &mut io::sink());
        let mut bytes = Vec::new();
        let read = unpacked.take(self.bytes.min(BYTES_MAX) as u64).read_to_end(&mut bytes);
        passed.is_ok_and(|passed| passed == before)
            && read.is_ok()
            && bytes.len() == self.bytes
            && fnv(&bytes) == self.hash
    }
}
