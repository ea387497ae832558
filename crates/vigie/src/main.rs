//! Vigie's command line. Every command is a client of the HTTP API: it is parsed ([`cli`]), given its settings
//! ([`config`]), connected ([`app`]) to the process that owns the data directory or to a router of its own, and its
//! answer is shown ([`render`]). No SQL and no rule of the business lives here.

mod app;
mod cli;
mod client;
mod commands;
mod config;
mod failure;
mod logging;
mod memory;
mod open_files;
mod owner;
mod render;
mod signals;
mod words;

use clap::Parser as _;
use language::Language;
use std::process::ExitCode;
use words::{Cause as _, t};

fn main() -> ExitCode {
    memory::bound();
    open_files::raise();
    words::speak(words::asked_for(std::env::args_os().skip(1), |name| std::env::var(name).ok()));
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return cli::explain(&error),
    };
    if cli.global.json {
        words::speak(Language::English);
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            render::say(&t!("cannot-start", error = error.say()));
            return failure::Exit::Failed.into();
        }
    };
    let ended = runtime.block_on(commands::run(cli));
    // A blocking read of a terminal must not keep the process.
    runtime.shutdown_background();
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            render::say(&failure.to_string());
            failure.exit.into()
        }
    }
}
