//! Foreign bytes for every decoder of files: what fuzz targets and property tests call.
//!
//! Checksums guard against decay, not against who writes files on purpose. So here they are made right first, and what lies
//! behind them must cope with anything: an error is fine, a panic is not.

use crate::{positions::PositionsFile, segment, wal};

pub use segment::forged::{block, nested, summary, unsealed};

/// The file that says where sources stand.
pub fn positions(bytes: &[u8]) {
    let _ = PositionsFile::read(bytes);
}

/// A payload of the write-ahead log.
pub fn payload(bytes: &[u8]) {
    let _ = wal::decode_payload(bytes);
}
