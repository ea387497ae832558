//! `cargo xtask fuzz`: each fuzz target for a while, where cargo-fuzz exists.
//!
//! A nightly toolchain is taken where there is one. Without it the installed compiler is told to allow what the sanitizer
//! needs of a nightly: good enough for a search that ships nothing.

use crate::run::{self, phase, say};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::Path,
    process::{Command, ExitCode},
};

const SECONDS_SHORT: u32 = 30;
const SECONDS_LONG: u32 = 600;

/// Targets with files that they start from, beside what earlier runs have found.
const SEEDS: [(&str, &str); 3] = [
    ("log_parsers", "crates/sources/tests/fixtures"),
    ("error_envelope", "crates/errors/tests/fixtures/real"),
    ("error_event", "crates/errors/tests/fixtures/grouping"),
];

/// `[--long] [TARGET…]`: 30 s per target, or 10 min with `--long`. Goes on after a finding, and fails at the end.
pub(crate) fn fuzz(args: &[String]) -> Result<ExitCode> {
    let seconds = if args.iter().any(|arg| arg == "--long") { SECONDS_LONG } else { SECONDS_SHORT };
    let wanted: Vec<&String> = args.iter().filter(|arg| *arg != "--long").collect();
    let folder = run::root().join("fuzz");
    if !folder.join("Cargo.toml").exists() {
        say("xtask: there is no fuzz/ yet");
        return Ok(ExitCode::SUCCESS);
    }
    let Some(mut tool) = tool() else {
        say("xtask: fuzzing needs cargo-fuzz: cargo install --locked cargo-fuzz");
        return Ok(ExitCode::SUCCESS);
    };
    let mut targets = targets(&folder.join("fuzz_targets"))?;
    if let Some(unknown) = wanted.iter().find(|name| !targets.contains(name)) {
        bail!("no fuzz target {unknown:?}; there are: {}", targets.join(", "));
    }
    targets.retain(|target| wanted.is_empty() || wanted.contains(&target));
    let mut code = ExitCode::SUCCESS;
    for target in &targets {
        let found = format!("fuzz/corpus/{target}");
        fs::create_dir_all(run::root().join(&found)).with_context(|| format!("cannot create {found}"))?;
        let seeds = SEEDS.iter().filter(|(name, _)| name == target).map(|(_, folder)| *folder);
        let limit = format!("-max_total_time={seconds}");
        let mut command = tool();
        command.args(["run", target, &found]).args(seeds).args(["--", &limit]);
        let status = phase(target, || run::status(&mut command))?;
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

/// Makes `cargo fuzz` commands, if it is installed: by a nightly toolchain through rustup's proxy, or by the one at hand.
fn tool() -> Option<impl FnMut() -> Command> {
    let nightly = works(cargo_fuzz(Toolchain::Nightly));
    let toolchain = if nightly { Toolchain::Nightly } else { Toolchain::AtHand };
    (nightly || works(cargo_fuzz(Toolchain::AtHand))).then_some(move || cargo_fuzz(toolchain))
}

#[derive(Clone, Copy)]
enum Toolchain {
    Nightly,
    AtHand,
}

fn cargo_fuzz(toolchain: Toolchain) -> Command {
    // $CARGO is one toolchain's own binary, which does not understand +nightly.
    let mut command = Command::new("cargo");
    command.env_remove("CARGO").current_dir(run::root());
    match toolchain {
        Toolchain::Nightly => command.env_remove("RUSTUP_TOOLCHAIN").args(["+nightly", "fuzz"]),
        Toolchain::AtHand => command.env("RUSTC_BOOTSTRAP", "1").arg("fuzz"),
    };
    command
}

fn works(mut command: Command) -> bool {
    command.arg("--version").output().is_ok_and(|output| output.status.success())
}
