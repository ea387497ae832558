//! How much is done at the same time, and how long a line may be.

/// Bytes of one line. A longer one is left out, and counted.
pub const LINE_BYTES_MAX: usize = 4 << 20;
/// Bodies that are read at the same time: a quarter of the threads that may block, so that others find one.
pub const BODIES_AT_ONCE_MAX: usize = 128;
/// Questions that are answered at the same time. Others wait for their turn, as long as they may take.
pub const ASKED_AT_ONCE_MAX: usize = 4;
/// Exports that go on at the same time: they take as long as whoever reads them, and so have places of their own.
pub const EXPORTED_AT_ONCE_MAX: usize = 4;
