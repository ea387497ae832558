//! `cargo xtask test`: every test of the workspace, with the servers they need.

use crate::{
    debian::{self, Install},
    postgres::Postgres,
    recipes,
    run::{self, phase, say},
};
use anyhow::{Result, bail};
use std::{
    env,
    process::{Command, ExitCode},
};

/// Where the tests read the address of the PostgreSQL they may use.
const URL: &str = "VIGIE_TEST_POSTGRES";

/// Prints the runner's own output untouched and returns its exit code.
pub(crate) fn test(args: &[String]) -> Result<ExitCode> {
    let (install, filters) = parse(args)?;
    let missing = phase("servers", || Ok(debian::provide(install)))?;
    debian::report(&missing);
    if install == Install::WhereAllowed {
        phase("recipes", recipes::provide)?;
    }
    let runner = Runner::choose();
    let built = phase("build", || run::status(&mut runner.build(filters)))?;
    if !built.success() {
        return Ok(run::exit_code(built));
    }
    let programs = phase("programs under test", || run::status(&mut programs()))?;
    if !programs.success() {
        return Ok(run::exit_code(programs));
    }
    let postgres = start_postgres(&missing)?;
    let url = postgres.as_ref().map(|server| server.url.as_str());
    let tested = phase("tests", || run::status(with_servers(&mut runner.run(filters), url)))?;
    let mut code = run::exit_code(tested);
    if filters.is_empty() {
        let documented =
            phase("doc tests", || run::status(with_servers(&mut run::cargo(&["test", "--doc", "--workspace"]), url)))?;
        if tested.success() {
            code = run::exit_code(documented);
        }
    } else {
        say("== doc tests: left out, since a filter was given");
    }
    drop(postgres);
    // Said again at the end, where it is read.
    debian::report(&missing);
    Ok(code)
}

fn parse(args: &[String]) -> Result<(Install, &[String])> {
    let (flags, filters) = match args.iter().position(|arg| arg == "--") {
        Some(at) => (&args[..at], &args[at + 1..]),
        None => (args, &[][..]),
    };
    let mut install = Install::WhereAllowed;
    for flag in flags {
        match flag.as_str() {
            "--no-install" => install = Install::Never,
            other => bail!("unknown argument {other:?}: cargo xtask test [--no-install] [-- FILTER…]"),
        }
    }
    Ok((install, filters))
}

/// A server of our own, unless the caller named one or there is none to start.
fn start_postgres(missing: &[&debian::Need]) -> Result<Option<Postgres>> {
    if env::var_os(URL).is_some() {
        say(&format!("== PostgreSQL: the one that {URL} names"));
        return Ok(None);
    }
    if missing.iter().any(|need| need.package == "postgresql") {
        return Ok(None);
    }
    phase("PostgreSQL", Postgres::start).map(Some)
}

pub(crate) fn with_servers<'a>(command: &'a mut Command, url: Option<&str>) -> &'a mut Command {
    if let Some(url) = url {
        command.env(URL, url);
    }
    command.env("PATH", run::search_path())
}

/// Compiles what the end-to-end tests start, as `crates/it/tests/harness` does: a test that had to would meet its time limit.
fn programs() -> Command {
    run::cargo(&["build", "--quiet", "--locked", "--package", "vigie", "--package", "testkit", "--bins"])
}

#[derive(Clone, Copy)]
enum Runner {
    Nextest,
    CargoTest,
}

impl Runner {
    fn choose() -> Self {
        if run::has_cargo_command("nextest") { Self::Nextest } else { Self::CargoTest }
    }

    /// Compiles what [`Runner::run`] will run.
    fn build(self, filters: &[String]) -> Command {
        let mut command = self.command(filters);
        command.arg("--no-run").args(filters);
        command
    }

    fn run(self, filters: &[String]) -> Command {
        let mut command = self.command(filters);
        command.arg("--no-fail-fast").args(filters);
        command
    }

    fn command(self, filters: &[String]) -> Command {
        let mut command = match self {
            Self::Nextest => run::cargo(&["nextest", "run"]),
            Self::CargoTest => run::cargo(&["test", "--all-targets"]),
        };
        // Beside --workspace, a package named by the caller would select nothing.
        if !filters.iter().any(|filter| filter.starts_with("-p") || filter.starts_with("--package")) {
            command.arg("--workspace");
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strings(args: &[&str]) -> Vec<String> {
        args.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn what_follows_two_dashes_goes_to_the_runner() {
        let args = strings(&["--no-install", "--", "-p", "store", "--no-install"]);
        let (install, filters) = parse(&args).unwrap();
        assert!(install == Install::Never);
        assert_eq!(filters, strings(&["-p", "store", "--no-install"]));
    }

    #[test]
    fn an_unknown_flag_is_refused_with_the_usage() {
        let error = parse(&strings(&["store"])).unwrap_err().to_string();
        assert!(error.contains("\"store\"") && error.contains("[-- FILTER…]"), "{error}");
    }
}
