//! How often `vigie diagnose` names the right cause, and a false one, over simulated incidents.

use super::{Bench, Context, Table};
use crate::run;
use anyhow::{Result, bail};

pub(super) const BENCH: Bench = Bench {
    name: "diagnosis",
    what: "Incidents of simulated machines and of real programs: how often the right cause is named, and a false one. Shares of all in %.",
    run: measure,
};

/// What the test writes before each row.
const ROW: &str = "figure: ";

fn measure(_: &Context) -> Result<Table> {
    let arguments = ["test", "--release", "--locked", "--package", "diagnosis", "--test", "incident"];
    let mut command = run::cargo(&arguments);
    let output = command.args(["--", "--ignored", "--nocapture", "--test-threads=1"]).output()?;
    if !output.status.success() {
        bail!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    }
    let mut table = Table::facts(&["texts", "what", "share", "of"]);
    for row in String::from_utf8_lossy(&output.stdout).lines().filter_map(|line| line.strip_prefix(ROW)) {
        table.fact(&row.split('\t').collect::<Vec<_>>());
    }
    table.note(
        "*Tried on*, *other set-ups* and *decoys* are simulated: trees of logs that a test writes, with seeds; the rules were tried on \
         five, and measured on five others. *Real programs*: nginx, gunicorn and an application that were made to fail, counted where the \
         mail server's ledger shows that the mailing stopped. *Speed*: logs of one day, on warm files.",
    );
    Ok(table)
}
