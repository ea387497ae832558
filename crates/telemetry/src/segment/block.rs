//! A block, opened for reading.

use super::{
    column::{Column, Encoding, FieldKind},
    template::{Messages, Template},
};
use crate::{Batch, Damage};
use model::{Level, Timestamp};

/// What a block says of a column without decoding it.
#[derive(Clone, Debug)]
pub struct FieldInfo {
    pub name: String,
    pub kind: FieldKind,
    /// Rows that have it.
    pub rows: u32,
    pub encoding: Encoding,
    /// Least and greatest, for kinds `Int` and `Float` (NaN left out).
    pub range: Option<Range>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Range {
    Int { min: i64, max: i64 },
    Float { min: f64, max: f64 },
}

/// An opened block: its head is decoded and checked, columns are read and checked when asked for. Cheap to share (`Arc`).
pub struct Block {
    _private: (),
}

#[expect(clippy::unimplemented, reason = "the signatures stand before their bodies")]
impl Block {
    pub fn rows(&self) -> usize {
        unimplemented!()
    }

    /// Times of the first and the last row.
    pub fn time_range(&self) -> (Timestamp, Timestamp) {
        unimplemented!()
    }

    /// Least and greatest sequence number.
    pub fn seq_range(&self) -> (u64, u64) {
        unimplemented!()
    }

    /// Microseconds since 1970 of each row, never falling.
    pub fn times(&self) -> Result<Vec<i64>, Damage> {
        unimplemented!()
    }

    /// The sequence number of each row. Rows of equal time are in rising order of it.
    pub fn seqs(&self) -> Result<Vec<u64>, Damage> {
        unimplemented!()
    }

    /// Levels and how often they occur, without decoding; `None` for records without one.
    pub fn levels(&self) -> &[(Option<Level>, u32)] {
        unimplemented!()
    }

    /// The level of each row.
    pub fn level_of_rows(&self) -> Result<Vec<Option<Level>>, Damage> {
        unimplemented!()
    }

    /// The column of sources; rows with an empty source are absent from it. `None` when no row has one.
    pub fn source(&self) -> Option<&FieldInfo> {
        unimplemented!()
    }

    /// The fields that rows have, without `source`.
    pub fn fields(&self) -> &[FieldInfo] {
        unimplemented!()
    }

    /// Reads and decodes one column: that of [`Self::source`] or one of [`Self::fields`].
    pub fn read(&self, field: &FieldInfo) -> Result<Column, Damage> {
        let _ = field;
        unimplemented!()
    }

    /// Whether some row may have this text in the column. Asks dictionary, shape (a hex column holds no other text) and
    /// membership filter; a false yes is rare, a false no never.
    pub fn may_hold(&self, field: &FieldInfo, text: &[u8]) -> Result<bool, Damage> {
        let _ = (field, text);
        unimplemented!()
    }

    /// The templates of messages, decoded with the head.
    pub fn templates(&self) -> &[Template] {
        unimplemented!()
    }

    pub fn messages(&self) -> Result<Messages, Damage> {
        unimplemented!()
    }

    /// Rebuilds whole records: row `rows[i]` becomes record `i` of the batch. Rows rise.
    pub fn records(&self, rows: &[u32]) -> Result<Batch, Damage> {
        let _ = rows;
        unimplemented!()
    }

    /// Bytes read from disk and decoded so far through this block: the answer to "what did the search read".
    pub fn bytes_read(&self) -> u64 {
        unimplemented!()
    }
}
