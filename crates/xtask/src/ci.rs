//! `cargo xtask ci` and `cargo xtask deny`: what stands between a change and the main branch.

use crate::{
    run::{self, phase, say},
    test,
};
use anyhow::Result;
use std::process::ExitCode;

/// Format, lints, tests, in this order; stops at the first that fails.
pub(crate) fn ci(args: &[String]) -> Result<ExitCode> {
    let checks: [(&str, &[&str]); 2] = [
        ("format", &["fmt", "--all", "--check"]),
        ("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ];
    for (name, command) in checks {
        let status = phase(name, || run::status(&mut run::cargo(command)))?;
        if !status.success() {
            return Ok(run::exit_code(status));
        }
    }
    test::test(args)
}

/// Licences, bans and sources as `deny.toml` allows them. Not having cargo-deny is no failure.
pub(crate) fn deny() -> Result<ExitCode> {
    if !run::has_cargo_command("deny") {
        say("xtask: cargo-deny is not installed, so licences, bans and sources were not checked.");
        say("       cargo install --locked cargo-deny");
        return Ok(ExitCode::SUCCESS);
    }
    let check = ["deny", "--all-features", "check", "licenses", "bans", "sources"];
    Ok(run::exit_code(phase("cargo-deny", || run::status(&mut run::cargo(&check)))?))
}
