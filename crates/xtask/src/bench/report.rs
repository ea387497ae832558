//! Results in `docs/benchmarks.md`: each bench has a place there between two comments, which a new run fills anew.

use crate::run;
use anyhow::{Context, Result, bail};
use std::{fs, process::Command};

/// Relative to the workspace.
const FILE: &str = "docs/benchmarks.md";

/// Puts `section` in the place of the bench of that name.
pub(crate) fn write(name: &str, section: &str) -> Result<()> {
    let path = run::root().join(FILE);
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let text = replaced(&text, name, section)?;
    fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}

fn replaced(text: &str, name: &str, section: &str) -> Result<String> {
    let (begin, end) = (format!("<!-- bench {name} -->\n"), format!("<!-- end of {name} -->"));
    let Some((before, rest)) = text.split_once(&begin) else {
        bail!("{FILE}: {begin:?} is missing; put it, and {end:?}, where the results of {name} shall stand");
    };
    let Some((_, after)) = rest.split_once(&end) else { bail!("{FILE}: {end:?} is missing after {begin:?}") };
    Ok(format!("{before}{begin}\n{}\n\n{end}{after}", section.trim()))
}

/// One line on what was measured, and on what: the commit, the processor, the memory, the kernel, the load.
pub(crate) fn machine() -> String {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = read("/proc/cpuinfo");
    let field = |text: &str, name: &str| {
        let line = text.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_once(':')).map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let kib: f64 = field(&read("/proc/meminfo"), "MemTotal").trim_end_matches(" kB").parse().unwrap_or(0.0);
    let load = read("/proc/loadavg").split(' ').next().unwrap_or_default().to_owned();
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(run::root()).output();
        output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
    };
    // But for what the bench before this one has written.
    let others = format!(":!{FILE}");
    let changed = git(&["status", "--porcelain", "--untracked-files=no", "--", ".", &others]);
    let changed = if changed.is_empty() { "" } else { ", changed" };
    format!(
        "Commit {}{changed}, {cores} cores of {}, {:.0} GB, Linux {}, load {load} at the start.",
        git(&["rev-parse", "--short", "HEAD"]),
        field(&cpu, "model name"),
        kib / 1e6,
        read("/proc/sys/kernel/osrelease").split('-').next().unwrap_or_default().trim(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_replaced_and_nothing_else() {
        let text = "a\n<!-- bench x -->\nold\n<!-- end of x -->\nb\n<!-- bench y -->\n<!-- end of y -->\n";
        let expected = "a\n<!-- bench x -->\n\nnew\n\n<!-- end of x -->\nb\n<!-- bench y -->\n<!-- end of y -->\n";
        assert_eq!(replaced(text, "x", "new\n").unwrap(), expected);
        assert_eq!(replaced(expected, "x", "new").unwrap(), expected);
        assert!(replaced(text, "z", "new").unwrap_err().to_string().contains("<!-- bench z -->"));
    }

    #[test]
    fn every_bench_has_its_place() {
        let text = fs::read_to_string(run::root().join(FILE)).unwrap();
        for bench in super::super::BENCHES {
            assert!(replaced(&text, bench.name, "").is_ok(), "{}", bench.name);
        }
    }
}
