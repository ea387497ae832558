//! Searching files as they are, beside ripgrep.

use super::{Bench, Context, Samples, Table, logs::set};
use crate::run::{self, say};
use anyhow::{Context as _, Result, ensure};
use std::{
    path::Path,
    process::{Command, Stdio},
    time::Instant,
};

pub(crate) const BENCH: Bench = Bench {
    name: "raw",
    what: "`vigie logs search --file` beside ripgrep on the same file, which is in memory: lines that match, written to nowhere; the \
           one and the other by turns. At least 0.8 of ripgrep's speed is wanted where it is asked the same.",
    run: raw,
};

const RUNS: usize = 9;

/// Name, query, how ripgrep is asked the same. Words and texts are found in letters of either case, expressions as they
/// are written.
const QUESTIONS: [(&str, &str, &[&str]); 7] = [
    ("a word that is not there", "zzzabsentzzz", &["-i", "-w", "zzzabsentzzz"]),
    ("a rare word", "deferred", &["-i", "-w", "deferred"]),
    ("a phrase", "\"Quota exceeded\"", &["-i", "-w", "Quota exceeded"]),
    ("a text in one line of eight", "*succès*", &["-i", "-F", "succès"]),
    ("an expression", "/durée: [1-9]\\d*\\.[5-9]s/", &["-e", "durée: [1-9][0-9]*\\.[5-9]s"]),
    ("alternatives", "/status=(deferred|bounced)|WORKER TIMEOUT/", &["-e", "status=(deferred|bounced)|WORKER TIMEOUT"]),
    ("digits alone", "/[0-9]{5}\\.[0-9]/", &["-e", "[0-9]{5}\\.[0-9]"]),
];

fn raw(context: &Context) -> Result<Table> {
    let file = set()?;
    let megabytes = file.metadata().with_context(|| file.display().to_string())?.len() as f64 / 1e6;
    let rg = run::find_program("rg").context("ripgrep is not there: apt-get install ripgrep")?;
    let binary = context.release_binary()?;
    let mut table = Table::new(&["what", "unit"]);
    for (name, query, same) in QUESTIONS {
        let ours = || {
            let mut command = Command::new(binary);
            command.args(["logs", "search", query, "--file"]).arg(&file);
            command
        };
        let theirs = || {
            let mut command = Command::new(&rg);
            command.args(["--no-config", "-N", "-I"]).args(same).arg(&file);
            command
        };
        let (found, expected) = (lines(ours())?, lines(theirs())?);
        ensure!(found == expected, "{name}: {found} lines in place of {expected}");
        say(&format!("{name}: {found} lines"));
        let (mut own, mut peer) = (Samples::default(), Samples::default());
        for _ in 0..context.size(RUNS, 3) {
            own.push(megabytes / seconds(ours())?);
            peer.push(megabytes / seconds(theirs())?);
        }
        table.ratio(&[&format!("{name}, {found} lines"), "MB/s"], &own, "ripgrep", &peer);
    }
    table.note(format!("One file of {megabytes:.0} MB, whole commands from their start to their end."));
    Ok(table)
}

fn lines(mut command: Command) -> Result<usize> {
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output()?;
    Ok(output.stdout.iter().filter(|byte| **byte == b'\n').count())
}

fn seconds(mut command: Command) -> Result<f64> {
    let start = Instant::now();
    let status = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    let took = start.elapsed().as_secs_f64();
    // Both end with 1 where nothing matched.
    ensure!(matches!(status.code(), Some(0 | 1)), "{} ended with {status}", Path::new(command.get_program()).display());
    Ok(took)
}
