//! Where logs come from, and what their lines mean. So far the latter: pure, without files or sockets.
//!
//! A [`Reader`] takes a source line by line and gives records: it finds out the format by itself ([`parsers`]), keeps
//! together what several lines tell ([`multiline`]) and turns what a log wrote for a time into a moment
//! ([`timestamps`]). A record keeps its raw bytes; what was read in it is a [`record::Parsed`], which borrows.

mod cursor;
pub mod custom;
pub mod level;
mod line;
pub mod multiline;
pub mod parsers;
mod reader;
pub mod record;
mod repeats;
pub mod timestamps;

pub use reader::{Options, Reader, Record};
pub use repeats::repeats;
