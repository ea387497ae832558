//! Segments: immutable files of one UTC day, or of several that hold little, made of blocks of at most [`ROWS_MAX`] records
//! sorted by time.
//!
//! A reader opens a [`Block`] by its head, which tells what the block holds: its times, its columns with their ranges, its
//! dictionaries, its message templates. From there it decodes only the columns that it needs.

mod back_references;
mod bits;
mod block;
mod build;
mod bytes;
mod clock;
mod column;
mod compress;
mod digest;
mod fields;
mod file;
mod filter;
pub(crate) mod forged;
mod head;
mod integers;
mod levels;
mod message_codec;
mod numbers;
mod outline;
mod pairs;
mod rebuild;
mod summary;
mod template;
mod template_miner;
mod template_rows;
mod templates;
mod texts;
mod tokens;
mod walk;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

pub use block::{Block, FieldInfo, Range};
pub(crate) use block::{OfTemplate, TemplateWords};
pub use build::{Chosen, encode_block};
pub use bytes::Bytes;
pub(crate) use column::BitColumn;
pub use column::{Column, Encoding, FieldKind, Hex, Presence, Texts, Values};
pub(crate) use digest::{Digest, QUARTER, levels as digested_levels};
pub(crate) use fields::LooseValues;
pub(crate) use file::SegmentWriter;
pub use file::{BlockInfo, Segment};
pub(crate) use head::{level_code, level_of_code};
pub(crate) use levels::Levels;
pub(crate) use outline::{ByteSet, Outline, Piece};
pub(crate) use summary::{SegmentField, SharedOutlines, Summary};
pub use template::{Messages, Slot, Template, TemplatePart};
pub(crate) use template_rows::rows_of;
pub(crate) use tokens::{Token, tokens};

/// Records in a block, at most.
pub const ROWS_MAX: usize = 32 * 1024;
