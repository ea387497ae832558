//! Vigie beside Flower on one live cluster, with Redis and with RabbitMQ: `peers/flower_beside.py` compares what both tell.
//! Celery and Flower are pinned, from PyPI, in `target/flower`.

use crate::run::{self, say};
use anyhow::{Context as _, Result, bail};
use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

const PYTHON: [&str; 5] = ["celery==5.7.0", "kombu==5.7.0", "flower==2.2.0", "redis==8.1.0", "packaging"];
const BINARY: &str = "VIGIE_BENCH_BINARY";

/// `[redis] [rabbitmq]`: both, where their servers are installed, when none is named.
pub(crate) fn flower(args: &[String]) -> Result<ExitCode> {
    let python = provide()?;
    let vigie = binary()?;
    let all = [("redis", "redis-server"), ("rabbitmq", "rabbitmq-server")];
    let wanted: Vec<_> =
        all.into_iter().filter(|(name, _)| args.is_empty() || args.iter().any(|arg| arg == name)).collect();
    if wanted.is_empty() {
        bail!("there are redis and rabbitmq");
    }
    let mut is_good = true;
    for (broker, program) in wanted {
        if run::find_program(program).is_none() {
            say(&format!("xtask: {program} is not installed: {broker} is left out"));
            continue;
        }
        let mut beside = Command::new(&python);
        beside.arg(run::root().join("crates/xtask/peers/flower_beside.py"));
        beside.arg("--vigie").arg(&vigie).args(["--broker", broker]);
        is_good &= run::phase(broker, || run::status(&mut beside))?.success();
    }
    Ok(if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn binary() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os(BINARY) {
        return Ok(path.into());
    }
    let status = run::status(&mut run::cargo(&["build", "--quiet", "--locked", "--package", "vigie"]))?;
    if !status.success() {
        bail!("vigie could not be built ({status})");
    }
    Ok(run::target().join("debug/vigie"))
}

/// A Python that has Celery and Flower.
pub(crate) fn provide() -> Result<PathBuf> {
    let folder = run::target().join("flower");
    let (python, mark, wanted) = (folder.join("bin/python"), folder.join("installed"), PYTHON.join("\n"));
    if fs::read_to_string(&mark).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    let system = run::find_program("python3").context("no python3")?;
    let made = run::status(Command::new(system).args(["-m", "venv", "--clear"]).arg(&folder))?;
    let mut pip = Command::new(&python);
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]).args(PYTHON);
    if !made.success() || !run::status(&mut pip)?.success() {
        bail!("Celery and Flower could not be installed into {}", folder.display());
    }
    fs::write(mark, wanted)?;
    Ok(python)
}
