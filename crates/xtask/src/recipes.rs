//! A Python with Celery and Django in `target/recipes`, for the tests that run `docs/recipes`, and with clients that send
//! logs, for those of `it/tests/shippers`. Pinned, from PyPI by pip.
//!
//! Without it those tests are skipped, so that failing here is said and no more.

use crate::run::{self, say};
use anyhow::{Result, bail};
use std::{
    fs,
    process::{Command, Stdio},
};

const PACKAGES: [&str; 6] = [
    "celery==5.7.0",
    "Django==5.2.19",
    "elasticsearch==8.19.3",
    "opentelemetry-exporter-otlp-proto-http==1.45.2",
    "opentelemetry-sdk==1.45.2",
    "python-logging-loki==0.3.1",
];

/// Installs what is not there yet.
pub(crate) fn provide() -> Result<()> {
    if let Err(error) = install() {
        say(&format!("xtask: {error:#}. The recipes for Celery and Django, and the shippers in Python, are not run."));
    }
    Ok(())
}

fn install() -> Result<()> {
    let folder = run::target().join("recipes");
    let python = folder.join("python/bin/python");
    // What was installed stands in a file that is written last: an installation that was cut off is made anew.
    let (mark, wanted) = (folder.join("installed"), PACKAGES.join("\n"));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) && run::is_executable(&python) {
        return Ok(());
    }
    fs::create_dir_all(&folder)?;
    let Some(system) = run::find_program("python3") else { bail!("no python3") };
    finish("python3 -m venv", Command::new(system).args(["-m", "venv", "--clear"]).arg(folder.join("python")))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PACKAGES);
    finish("pip install", &mut pip)?;
    Ok(fs::write(mark, wanted)?)
}

fn finish(what: &str, command: &mut Command) -> Result<()> {
    let status = run::status(command.stdin(Stdio::null()))?;
    if status.success() { Ok(()) } else { bail!("{what} failed ({status})") }
}
