//! `cargo run -p diagnosis --example ask -- ROOT "2026-10-14 22:20"`: the report of a tree of logs as JSON, without the rest of the
//! program, for labs with many trees.

use diagnosis::{Question, report};
use language::Language;
use model::Clock;
use std::path::Path;

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [root, at] = arguments.as_slice() else { panic!("usage: ask ROOT AT") };
    let question = Question { at: Some(at.clone()), ..Question::default() };
    let found = diagnosis::diagnose(Path::new(root), &question, None, &Clock::System).expect("an answer");
    println!("{}", report::json(&found, Language::English));
}
