//! End to end, and the house's own rules: one binary, so that it links once.

mod house;
