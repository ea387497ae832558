//! Nobody lost and nobody written to twice, however the process is killed: the crash tests at full size.

use super::{Bench, Context, Table};
use crate::{
    postgres::{self, Postgres},
    run,
};
use anyhow::{Result, bail};
use std::fs;

pub(crate) const BENCH: Bench = Bench {
    name: "crash",
    what: "10,000 recipients; the process killed 100 times at random moments and restarted; the sink is a process of its \
           own that survives. Who is accounted for, how many outcomes are unknown after a kill against the bound of what \
           is in flight, and how soon work goes on.",
    run: crash,
};

fn crash(context: &Context) -> Result<Table> {
    let folder = context.folder()?;
    let figures = folder.path().join("figures");
    let postgres = match postgres::find_binaries() {
        Some(_) => Some(Postgres::start()?),
        None => None,
    };
    let filter = context.size("full_", "random");
    let mut command = run::cargo(&["test", "--package", "it", "--test", "main", "--", "--test-threads=1"]);
    command.args(context.size(&["--ignored", filter][..], &[filter][..])).env("VIGIE_CRASH_TABLE", &figures);
    if let Some(server) = &postgres {
        command.env("VIGIE_TEST_POSTGRES", &server.url);
    }
    // The table alone goes to standard output.
    let status = run::status(command.stdout(std::process::Stdio::null()))?;
    if !status.success() {
        bail!("the crash tests failed ({status}); run: cargo test -p it --test main -- --ignored full_");
    }
    let mut table = Table::facts(&["what", "figure"]);
    for line in fs::read_to_string(&figures).unwrap_or_default().lines() {
        if let Some((what, figure)) = line.split_once('\t') {
            table.fact(&[what, figure]);
        }
    }
    Ok(table)
}
