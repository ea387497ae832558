//! How long a newcomer waits for the program: a clean release build, dependencies included.

use super::{Bench, Child, Context, Samples, Table};
use crate::run;
use anyhow::{Result, bail};
use std::time::Duration;

pub(crate) const BENCH: Bench = Bench {
    name: "build",
    what: "Clean `cargo build --release` of the program in an empty target folder, sources already fetched; \
           seconds against the budget of 6 minutes on 2 cores.",
    run: build,
};

const BUDGET: Duration = Duration::from_secs(360);
const AT_MOST: Duration = Duration::from_secs(1_800);

fn build(context: &Context) -> Result<Table> {
    let fetched = run::status(&mut run::cargo(&["fetch", "--locked"]))?;
    if !fetched.success() {
        bail!("cargo fetch failed ({fetched})");
    }
    let target = context.folder()?;
    let mut command = run::cargo(&["build", "--release", "--locked", "--offline", "--package", "vigie"]);
    command.env("CARGO_TARGET_DIR", target.path());
    let usage = Child::spawn(&mut command)?.wait(AT_MOST)?;
    if !usage.status.success() {
        bail!("the build failed ({})", usage.status);
    }
    let mut table = Table::new(&["what", "unit"]);
    let wall = Samples::from([usage.wall.as_secs_f64()]);
    let budget = Samples::from([BUDGET.as_secs_f64()]);
    table.ratio(&["wall clock", "s"], &wall, "budget", &budget);
    table.value(&["CPU, all processes", "s"], &Samples::from([usage.cpu.as_secs_f64()]));
    Ok(table)
}
