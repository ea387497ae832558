//! `cargo xtask bench`: each claim measured beside its peer in one run, and given as a ratio.
//!
//! A bench is an entry of [`BENCHES`]: a name, what it shows, and a function from a [`Context`] to a [`Table`]. It
//! runs each side several times, alternating, and lets the table reduce the samples to medians. Results go to
//! standard output as Markdown, everything else to standard error.

mod build;
mod child;
mod samples;
mod table;

use crate::run::{self, TempDir, say};
use anyhow::{Context as _, Result, bail};
use std::{cell::OnceCell, path::PathBuf, process::ExitCode, time::Duration};

pub(crate) use child::Child;
pub(crate) use samples::Samples;
pub(crate) use table::Table;

/// One claim and the way to check it.
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    /// One line: what is measured, in which unit, against what.
    pub(crate) what: &'static str,
    pub(crate) run: fn(&Context) -> Result<Table>,
}

/// Every bench, in the order in which they run.
const BENCHES: &[Bench] = &[build::BENCH];

/// `[--list] [NAME…]`: all of them when none is named.
pub(crate) fn bench(args: &[String]) -> Result<ExitCode> {
    if args.iter().any(|arg| arg == "--list") {
        print(&list());
        return Ok(ExitCode::SUCCESS);
    }
    let chosen = choose(args)?;
    let context = Context::default();
    for bench in chosen {
        let table = run::phase(bench.name, || (bench.run)(&context).with_context(|| format!("bench {}", bench.name)))?;
        print(&format!("### {}\n\n{}\n\n{}", bench.name, bench.what, table.to_markdown()));
    }
    Ok(ExitCode::SUCCESS)
}

/// What benches share: the release binary, built at most once, and folders that go away.
#[derive(Default)]
pub(crate) struct Context {
    release: OnceCell<PathBuf>,
}

impl Context {
    /// The path of `vigie`, built with the release profile at the first call.
    pub(crate) fn release_binary(&self) -> Result<&PathBuf> {
        if let Some(path) = self.release.get() {
            return Ok(path);
        }
        let mut build = run::cargo(&["build", "--release", "--locked", "--package", "vigie"]);
        let status = run::phase("release build", || run::status(&mut build))?;
        if !status.success() {
            bail!("the release build failed ({status})");
        }
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| run::root().join("target"), PathBuf::from);
        Ok(self.release.get_or_init(|| target.join("release/vigie")))
    }

    /// A private folder for one side of one run.
    pub(crate) fn folder(&self) -> Result<TempDir> {
        TempDir::new("bench")
    }

    /// A port of 127.0.0.1 that nothing listens on.
    pub(crate) fn port(&self) -> Result<u16> {
        run::free_port()
    }

    /// Polls until something accepts connections on that port of 127.0.0.1, and returns how long that took.
    pub(crate) fn wait_for_port(&self, port: u16, at_most: Duration) -> Result<Duration> {
        let start = std::time::Instant::now();
        while start.elapsed() < at_most {
            if std::net::TcpStream::connect((std::net::Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(start.elapsed());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        bail!("nothing listens on 127.0.0.1:{port} after {} s", at_most.as_secs())
    }
}

fn choose(names: &[String]) -> Result<Vec<&'static Bench>> {
    if names.is_empty() {
        return Ok(BENCHES.iter().collect());
    }
    let find = |name: &String| match BENCHES.iter().find(|bench| bench.name == name) {
        Some(bench) => Ok(bench),
        None => bail!("no bench {name:?}; there are:\n{}", list()),
    };
    names.iter().map(find).collect()
}

fn list() -> String {
    BENCHES.iter().map(|bench| format!("{:12} {}\n", bench.name, bench.what)).collect()
}

#[expect(clippy::print_stdout, reason = "the tables are what this command is for")]
fn print(text: &str) {
    println!("{}", text.trim_end());
    say("");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_an_unknown_one_lists_the_others() {
        let mut names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), BENCHES.len());
        let error = choose(&["nothing".to_owned()]).err().unwrap().to_string();
        assert!(error.contains(BENCHES[0].name), "{error}");
        assert_eq!(choose(&[]).unwrap().len(), BENCHES.len());
    }
}
