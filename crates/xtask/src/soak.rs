//! `cargo xtask soak`: what every test run does with one seed, with another one and for longer. Property tests are given a seed
//! that nobody chose, the log store's answers are held against its records, over logs of one's own as well, DHIS2
//! instances are kept equal through many more edits and ends of the process, and power is cut at other moments.
//!
//! The seed is said first, and with what fails the command that repeats it.

use crate::{
    postgres::{Postgres, find_binaries},
    run::{self, phase, say},
    test::with_servers,
};
use anyhow::{Context, Result, bail};
use std::{
    fs,
    path::PathBuf,
    process::{Command, ExitCode},
};

const USAGE: &str = "cargo xtask soak [--seed NUMBER] [--seconds NUMBER] [--corpora FOLDER] [--release]";
const SECONDS: u64 = 60;

/// What is asked for.
#[derive(Debug, PartialEq)]
struct Soak {
    seed: u64,
    /// For each corpus.
    seconds: u64,
    /// A folder of logs, or of folders with the logs of a corpus each.
    corpora: Option<PathBuf>,
    profile: Option<&'static str>,
}

pub(crate) fn soak(args: &[String]) -> Result<ExitCode> {
    // Short enough to be typed.
    let seed = u64::from_str_radix(&run::random_hex(4)?, 16)?;
    let soak = Soak::parse(args, seed)?;
    let again = format!("repeat with: {}", soak.command());
    say(&format!("xtask: seed {}; {again}", soak.seed));
    let mut code = ExitCode::SUCCESS;
    let postgres = find_binaries().map(|_| phase("PostgreSQL", Postgres::start)).transpose()?;
    let url = postgres.as_ref().map(|server| server.url.as_str());
    let phases = [
        ("properties", soak.properties()?),
        ("log store", soak.log_store()),
        ("races", soak.races(url)),
        ("dhis2", soak.dhis2()),
    ];
    let cuts = (0..POWER_CUTS).map(|n| ("power cuts", soak.power_cuts(n)));
    for (name, mut command) in phases.into_iter().chain(cuts) {
        let status = phase(name, || run::status(&mut command))?;
        if !status.success() {
            say(&format!("xtask: {name}: failed; {again}"));
            code = ExitCode::FAILURE;
        }
    }
    Ok(code)
}

impl Soak {
    fn parse(args: &[String], seed: u64) -> Result<Self> {
        let mut soak = Self { seed, seconds: SECONDS, corpora: None, profile: None };
        let mut args = args.iter();
        while let Some(flag) = args.next() {
            let mut value = || args.next().with_context(|| format!("{flag} needs a value: {USAGE}"));
            match flag.as_str() {
                "--seed" => soak.seed = value()?.parse().context("--seed is no number")?,
                "--seconds" => soak.seconds = value()?.parse().context("--seconds is no number")?,
                "--corpora" => {
                    let folder = PathBuf::from(value()?);
                    soak.corpora =
                        Some(folder.canonicalize().with_context(|| format!("{} cannot be read", folder.display()))?);
                }
                "--release" => soak.profile = Some("--release"),
                other => bail!("unknown argument {other:?}: {USAGE}"),
            }
        }
        Ok(soak)
    }

    /// What does the same again.
    fn command(&self) -> String {
        let mut command = format!("cargo xtask soak --seed {} --seconds {}", self.seed, self.seconds);
        if let Some(corpora) = &self.corpora {
            command += &format!(" --corpora '{}'", corpora.display());
        }
        if let Some(profile) = self.profile {
            command += &format!(" {profile}");
        }
        command
    }

    /// The tests of all crates that have property tests.
    fn properties(&self) -> Result<Command> {
        let mut command = run::cargo(&["test", "--all-targets", "--no-fail-fast"]);
        command.args(self.profile);
        for name in crates_with_properties()? {
            command.args(["-p", &name]);
        }
        command.env("PROPTEST_RNG_SEED", self.seed.to_string()).env("PATH", run::search_path());
        Ok(command)
    }

    /// The same mailing asked for several times at once, by the real program on both databases.
    fn races(&self, postgres: Option<&str>) -> Command {
        let mut command = run::cargo(&["test", "-p", "it", "--test", "main"]);
        command.args(self.profile).args(["races::", "--", "--nocapture"]).env("VIGIE_RACES", RACES.to_string());
        with_servers(&mut command, postgres);
        command
    }

    /// Two DHIS2 instances: 10,000 edits around changes of clocks, 500 on each side, every pair of versions, a process that ends
    /// fifty times.
    fn dhis2(&self) -> Command {
        let mut command = run::cargo(&["test", "-p", "dhis2", "--tests"]);
        command.args(self.profile).args(["--", "--nocapture"]).env("VIGIE_DHIS2_SEED", self.seed.to_string());
        command.env("VIGIE_DHIS2_EDITS", "10000").env("VIGIE_DHIS2_TWO_WAY", "500").env("VIGIE_DHIS2_PAIRS", "1");
        command.env("VIGIE_DHIS2_ENDS", "50");
        command
    }

    /// The real program behind a file system that loses what was not forced to disk.
    fn power_cuts(&self, round: u64) -> Command {
        let mut command = run::cargo(&["test", "-p", "it", "--test", "main"]);
        command.args(self.profile).args(["power::", "--", "--nocapture", "--test-threads", "1"]);
        command.env("VIGIE_CRASH_SEED", self.seed.wrapping_add(round).to_string());
        command
    }

    fn log_store(&self) -> Command {
        let mut command = run::cargo(&["test", "-p", "logs", "--test", "truth"]);
        command.args(self.profile).args(["--", "--ignored", "--exact", "soak", "--nocapture"]);
        command.env("VIGIE_SOAK_SEED", self.seed.to_string()).env("VIGIE_SOAK_SECONDS", self.seconds.to_string());
        match &self.corpora {
            Some(corpora) => command.env("VIGIE_SOAK_CORPORA", corpora),
            None => command.env_remove("VIGIE_SOAK_CORPORA"),
        };
        command
    }
}

/// How often the same mailing is asked for at once, in each of the ways that the tests know.
const RACES: u32 = 100;
/// With how many seeds power is cut.
const POWER_CUTS: u64 = 10;

fn crates_with_properties() -> Result<Vec<String>> {
    let folder = run::root().join("crates");
    let entries = fs::read_dir(&folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| {
            fs::read_to_string(entry.path().join("Cargo.toml")).is_ok_and(|toml| toml.contains("\nproptest"))
        })
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_can_be_repeated() {
        let parse = |text: &str| Soak::parse(&text.split_whitespace().map(String::from).collect::<Vec<_>>(), 7);
        assert_eq!(parse("").unwrap().command(), "cargo xtask soak --seed 7 --seconds 60");
        let given = parse("--seconds 5 --corpora / --seed 12 --release").unwrap();
        let again: Vec<String> = given.command().replace('\'', "").split(' ').skip(3).map(String::from).collect();
        assert_eq!(Soak::parse(&again, 0).unwrap(), given);
        assert!(parse("--seed").is_err() && parse("--seed x").is_err() && parse("--corpora /absent").is_err());
    }

    #[test]
    fn crates_with_properties_are_found() {
        let names = crates_with_properties().unwrap();
        assert!(names.contains(&"telemetry".to_owned()) && !names.contains(&"xtask".to_owned()), "{names:?}");
    }
}
