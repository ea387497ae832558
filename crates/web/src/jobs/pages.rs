//! Jobs: all of them, and the sides of one.

pub(crate) mod across;
pub(crate) mod correct;
pub(crate) mod list;
pub(crate) mod show;
