//! The way in.

pub(crate) mod form;
