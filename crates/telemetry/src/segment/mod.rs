//! Segments: immutable files of one UTC day, made of blocks of at most [`ROWS_MAX`] records sorted by time.
//!
//! A reader opens a [`Block`] by its head, which tells what the block holds: its times, its columns with their ranges, its
//! dictionaries, its message templates. From there it decodes only the columns that it needs.

mod block;
mod column;
mod template;

pub use block::{Block, FieldInfo, Range};
pub use column::{Column, Encoding, FieldKind, Hex, Presence, Texts, Values};
pub use template::{Messages, Part, Slot, Template};

/// Records in a block, at most.
pub const ROWS_MAX: usize = 32 * 1024;
