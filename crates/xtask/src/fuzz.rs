//! `cargo xtask fuzz`: each fuzz target for a while, where cargo-fuzz and a nightly toolchain exist.

use crate::run::{self, phase, say};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

const SECONDS_SHORT: u32 = 30;
const SECONDS_LONG: u32 = 1_800;

/// `[--long] [TARGET…]`: 30 s per target, or 30 min with `--long`. Goes on after a finding, and fails at the end.
pub(crate) fn fuzz(args: &[String]) -> Result<ExitCode> {
    let seconds = if args.iter().any(|arg| arg == "--long") { SECONDS_LONG } else { SECONDS_SHORT };
    let wanted: Vec<&String> = args.iter().filter(|arg| *arg != "--long").collect();
    let folder = run::root().join("fuzz");
    if !folder.join("Cargo.toml").exists() {
        say("xtask: there is no fuzz/ yet");
        return Ok(ExitCode::SUCCESS);
    }
    let Some(mut tool) = tool() else {
        say("xtask: fuzzing needs cargo-fuzz and a nightly toolchain:");
        say("       rustup toolchain install nightly --profile minimal && cargo install --locked cargo-fuzz");
        return Ok(ExitCode::SUCCESS);
    };
    let mut targets = targets(&folder.join("fuzz_targets"))?;
    if let Some(unknown) = wanted.iter().find(|name| !targets.contains(name)) {
        bail!("no fuzz target {unknown:?}; there are: {}", targets.join(", "));
    }
    targets.retain(|target| wanted.is_empty() || wanted.contains(&target));
    let mut code = ExitCode::SUCCESS;
    for target in &targets {
        let limit = format!("-max_total_time={seconds}");
        let status = phase(target, || run::status(tool().args(["run", target, "--", &limit])))?;
        if !status.success() {
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

/// One per file of `fuzz/fuzz_targets`, named as the file.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .filter_map(|path| Some(path.file_stem()?.to_str()?.to_owned()))
        .collect();
    names.sort();
    Ok(names)
}

/// Makes `cargo +nightly fuzz` commands through rustup's proxy, if both are installed.
fn tool() -> Option<impl FnMut() -> Command> {
    // $CARGO is one toolchain's own binary, which does not understand +nightly.
    let command = || {
        let mut command = Command::new("cargo");
        command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN").args(["+nightly", "fuzz"]).current_dir(run::root());
        command
    };
    let works = command().arg("--version").output().is_ok_and(|output| output.status.success());
    works.then_some(command)
}
