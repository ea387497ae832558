//! An append-only store of timestamped records: logs, spans, error events.
//!
//! One [`Store`] owns all kinds of record: one write-ahead log, one thread that writes and one that compacts, one bound on memory,
//! one cache. A kind that nobody writes to costs nothing.
//!
//! An append is acknowledged once it is in the write-ahead log and synced; from then on it is searchable. In the background
//! acknowledged records become immutable segments: blocks of typed columns, with messages split into templates and
//! variables. `docs/telemetry-format.md` writes the files down byte by byte.
//!
//! The store knows nothing of HTTP, of SQL, or of what a record means. It reads no clock: times come in.

mod batch;
mod broadcast;
mod catalog;
mod compactor;
mod copy;
mod damage;
mod day;
mod deleted;
pub mod disk;
mod error;
mod fold;
#[doc(hidden)]
pub mod forged;
mod json;
mod kind;
mod memtable;
mod merge;
mod moment;
mod open;
mod options;
mod positions;
pub mod query;
mod record;
mod seal;
pub mod segment;
mod store;
mod verify;
mod view;
mod wal;
mod wire;
mod writer;

pub use batch::{
    BATCH_BYTES_MAX, Batch, Draft, FIELD_NAME_BYTES_MAX, FIELDS_MAX, MESSAGE_BYTES_MAX, Numbered, RecordRef, Refused,
};
pub use broadcast::Subscription;
pub use compactor::Tended;
pub use copy::{CopyTarget, copy_online};
pub use damage::Damage;
pub use error::Error;
pub use json::{JsonNames, JsonParts, JsonProblem};
pub use kind::{Kind, PerKind};
pub use moment::{from_epoch, parse_rfc3339};
pub use options::{Options, Retention};
pub use positions::{
    KeyedPosition, POSITION_BYTES_MAX, POSITION_KEY_BYTES_MAX, POSITIONS_BYTES_MAX, POSITIONS_MAX, PositionChange,
};
pub use record::{OwnedValue, Record, Value};
pub use roaring::RoaringTreemap;
pub use store::{Answer, Recovered, Store};
pub use verify::{Repaired, Verified};
pub use view::Snapshot;
pub use writer::Appended;
