//! Incidents as trees of logs, in the words that the programs' documentation gives them, and what is concluded.

#![expect(clippy::unwrap_used, reason = "a test that fails says where")]

mod bundle;
mod decoys;
mod elsewhere;
mod faults;
mod figures;
mod held_out;
mod hostile;
mod job;
mod lab;
mod mailing;
mod named_recipients;
mod named_work;
mod of_others;
mod programs;
mod real;
mod refusals;
mod speed;
mod tree;
