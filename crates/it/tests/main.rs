//! End to end, and the house's own rules: one binary, so that it links once.

mod crash;
mod floods;
mod harness;
mod hostile;
mod house;
mod modes;
mod modules;
mod own_logs;
mod power;
mod proxy;
mod races;
mod scheduled;
mod strangers;
mod submission;
