//! `cargo xtask bench`: each claim measured beside its peer in one run, and given as a ratio.
//!
//! A bench is an entry of [`BENCHES`]: a name, what it shows, and a function from a [`Context`] to a [`Table`]. It
//! runs each side several times, alternating, and lets the table reduce the samples to medians. Results go to
//! standard output as Markdown, everything else to standard error.

mod build;
mod celery;
mod child;
mod crash;
mod demo;
mod diagnosis;
mod engine;
mod errors;
mod http;
mod idle;
mod import;
mod instant;
mod issues;
mod log_growth;
mod logs;
mod mail;
mod mailing;
mod module;
mod pages;
mod peers;
mod progress;
mod raw;
mod report;
mod samples;
mod scale;
mod server;
mod sink;
mod submission;
mod sync;
mod table;
mod varied;
mod victorialogs;
mod watch;

use crate::run::{self, TempDir, say};
use anyhow::{Result, bail};
use std::{cell::OnceCell, path::PathBuf, process::ExitCode, time::Duration};

pub(crate) use child::Child;
pub(crate) use samples::Samples;
pub(crate) use table::Table;

/// Names a `vigie` to measure instead of one that is built first. Example programs are taken from `examples` beside it, where
/// they are.
const BINARY: &str = "VIGIE_BENCH_BINARY";

/// One claim and the way to check it.
pub(crate) struct Bench {
    pub(crate) name: &'static str,
    /// One line: what is measured, in which unit, against what.
    pub(crate) what: &'static str,
    pub(crate) run: fn(&Context) -> Result<Table>,
}

/// Every bench, in the order in which they run.
const BENCHES: &[Bench] = &[
    build::BENCH,
    demo::BENCH,
    idle::BENCH,
    watch::BENCH,
    mail::BENCH,
    submission::BENCH,
    celery::BENCH,
    module::BENCH,
    engine::BENCH,
    progress::BENCH,
    pages::BENCH,
    logs::BENCH,
    logs::BENCH_VARIED,
    log_growth::BENCH,
    import::BENCH,
    raw::BENCH,
    scale::BENCH,
    errors::BENCH,
    issues::BENCH,
    crash::BENCH,
    diagnosis::BENCH,
    sync::BENCH,
];

/// `[--list] [--install] [--quick] [--write] [NAME…]`: all of them when none is named. `logs --set varied` is `logs-varied`.
pub(crate) fn bench(args: &[String]) -> Result<ExitCode> {
    let args = &with_set(args)[..];
    let (flags, names): (Vec<&String>, Vec<&String>) = args.iter().partition(|arg| arg.starts_with('-'));
    let mut context = Context::default();
    let mut writes = false;
    for flag in flags {
        match flag.as_str() {
            "--list" => {
                print(&list());
                return Ok(ExitCode::SUCCESS);
            }
            "--install" => peers::install()?,
            "--quick" => context.size = Size::Quick,
            "--write" => writes = true,
            other => {
                bail!("unknown argument {other:?}: cargo xtask bench [--list] [--install] [--quick] [--write] [NAME…]")
            }
        }
    }
    if writes && context.size == Size::Quick {
        bail!("--write keeps results, and those of --quick are none");
    }
    if names.is_empty() && args.iter().any(|arg| arg == "--install") {
        return Ok(ExitCode::SUCCESS);
    }
    let mut failed = false;
    for bench in choose(&names)? {
        let machine = report::machine();
        match run::phase(bench.name, || (bench.run)(&context)) {
            Ok(table) => {
                let section = section(bench, &context, &table, &machine);
                print(&format!("### {}\n\n{section}", bench.name));
                if writes {
                    report::write(bench.name, &section)?;
                }
            }
            // The others are still worth running.
            Err(error) => {
                say(&format!("xtask: bench {}: {error:#}", bench.name));
                failed = true;
            }
        }
    }
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `NAME --set SET` as the name of the bench that it is.
fn with_set(args: &[String]) -> Vec<String> {
    let Some(at) = args.iter().position(|arg| arg == "--set").filter(|at| *at + 1 < args.len()) else {
        return args.to_vec();
    };
    let others = args[..at].iter().chain(&args[at + 2..]);
    others.map(|arg| if arg.starts_with('-') { arg.clone() } else { format!("{arg}-{}", args[at + 1]) }).collect()
}

fn section(bench: &Bench, context: &Context, table: &Table, machine: &str) -> String {
    let quick = context.size(" ", " --quick ");
    format!("{}\n\n{}\n{machine} Again: `cargo xtask bench{quick}{}`", bench.what, table.to_markdown(), bench.name)
}

/// How much is measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Size {
    /// What the claims are about.
    #[default]
    Full,
    /// Whether the benches work.
    Quick,
}

/// What benches share: the release binary, built at most once, and folders that go away.
#[derive(Default)]
pub(crate) struct Context {
    release: OnceCell<PathBuf>,
    size: Size,
}

impl Context {
    /// The one of the two that is wanted.
    pub(crate) fn size<T>(&self, full: T, quick: T) -> T {
        match self.size {
            Size::Full => full,
            Size::Quick => quick,
        }
    }

    /// The path of an example program, built with the release profile.
    pub(crate) fn example(&self, package: &str, name: &str) -> Result<PathBuf> {
        let beside = std::env::var_os(BINARY).map(|binary| PathBuf::from(binary).with_file_name("examples").join(name));
        if let Some(path) = beside.filter(|path| path.exists()) {
            return Ok(path);
        }
        let mut build = run::cargo(&["build", "--release", "--locked", "--package", package, "--example", name]);
        let status = run::phase(name, || run::status(&mut build))?;
        if !status.success() {
            bail!("{name} could not be built ({status})");
        }
        Ok(run::target().join("release/examples").join(name))
    }

    /// The path of `vigie`, built with the release profile at the first call, unless `VIGIE_BENCH_BINARY` names one.
    pub(crate) fn release_binary(&self) -> Result<&PathBuf> {
        if let Some(path) = self.release.get() {
            return Ok(path);
        }
        if let Some(path) = std::env::var_os(BINARY) {
            return Ok(self.release.get_or_init(|| path.into()));
        }
        let mut build = run::cargo(&["build", "--release", "--locked", "--package", "vigie"]);
        let status = run::phase("release build", || run::status(&mut build))?;
        if !status.success() {
            bail!("the release build failed ({status})");
        }
        Ok(self.release.get_or_init(|| run::target().join("release/vigie")))
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

fn choose(names: &[&String]) -> Result<Vec<&'static Bench>> {
    if names.is_empty() {
        return Ok(BENCHES.iter().collect());
    }
    let find = |name: &&String| match BENCHES.iter().find(|bench| bench.name == *name) {
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
        let error = choose(&[&"nothing".to_owned()]).err().unwrap().to_string();
        assert!(error.contains(BENCHES[0].name), "{error}");
        assert_eq!(choose(&[]).unwrap().len(), BENCHES.len());
        let args = ["logs", "--set", "varied", "--quick"].map(str::to_owned);
        assert_eq!(with_set(&args), ["logs-varied", "--quick"]);
        assert!(choose(&[&with_set(&args)[0]]).is_ok());
        assert_eq!(with_set(&args[..1]), ["logs"]);
    }
}
