//! `command`: runs a program for each item.
//!
//! An exit status of 0 is success, any other a failure of the item for good (`exit_status`), as is an end by a signal
//! (`killed`), the time running out (`time_limit`) and a program that cannot be started (`cannot_start`). A command that
//! was ended because Vigie stops is unknown (`stopped`): nobody can tell how much of it was done.
//!
//! The command is the leader of a process group. At its end whatever it left in that group is killed: what is meant to
//! outlive it has to leave the group (`setsid`).

mod output;
mod process;

use crate::{
    SLOTS_MAX,
    frame::{self, Task},
    item::{Subject, subject},
    joined_trace, read, story, unreadable,
};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Handler, Run, RunLog, Shape, Stop};
use model::{Authority, Clock, Fault, JobKind, Verdict};
use output::Output;
use process::{Finished, Program};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, path::PathBuf, time::Duration};
use store::{ClaimedItem, Job};
use tokio::sync::watch;

/// The settings of a `command` job, of which an item's payload may replace `command` and add to `env`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CommandSpec {
    pub command: Words,
    /// Whether `command` is a line that `sh -c` runs, and those of items may be. Without it, it is a list: a program and its
    /// arguments, which nothing reads as anything else.
    #[serde(default)]
    pub shell: bool,
    /// Added to the environment, which else holds `PATH`, `HOME`, `LANG` and the like, and `VIGIE_JOB_ID`,
    /// `VIGIE_JOB_NAME`, `VIGIE_ITEM`, `VIGIE_SEQ` and `VIGIE_ATTEMPT`; with `SENTRY_TRACE` and `TRACEPARENT` what the command
    /// reports belongs to its job.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    pub cwd: Option<PathBuf>,
    /// After which a command is ended: asked to (SIGTERM), and made to five seconds later (SIGKILL).
    #[serde(default = "an_hour", alias = "timeout")]
    pub timeout_seconds: f64,
    /// Of output that the run log keeps of one attempt, both streams together.
    #[serde(default = "a_mebibyte")]
    pub output_bytes_max: usize,
    /// Commands at the same time.
    #[serde(default = "one")]
    pub slots: usize,
}

/// A line for the shell, or a program and its arguments.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Words {
    Line(String),
    Args(Vec<String>),
}

fn an_hour() -> f64 {
    3600.0
}
fn a_mebibyte() -> usize {
    1 << 20
}
fn one() -> usize {
    1
}

/// Whatever is asked for, no more of one attempt's output is kept.
const OUTPUT_BYTES_MAX: usize = 64 << 20;

impl CommandSpec {
    pub(crate) fn check(&self) -> Result<(), String> {
        self.command.argv(self.shell)?;
        if self.shell && matches!(self.command, Words::Args(_)) {
            return Err("`shell` runs one line: give `command` as a text, or leave `shell` out".to_owned());
        }
        if !(self.timeout_seconds > 0.0 && self.timeout_seconds < 1e9) {
            return Err(format!("`timeout_seconds` is {}: give more than 0", self.timeout_seconds));
        }
        if self.output_bytes_max > OUTPUT_BYTES_MAX {
            return Err(format!("`output_bytes_max` is {}: at most {OUTPUT_BYTES_MAX}", self.output_bytes_max));
        }
        if !(1..=SLOTS_MAX).contains(&self.slots) {
            return Err(format!("`slots` is {}: give 1 to {SLOTS_MAX}", self.slots));
        }
        Ok(())
    }
}

impl Words {
    fn argv(&self, shell: bool) -> Result<Vec<String>, String> {
        match (self, shell) {
            (Self::Line(line), _) if line.trim().is_empty() => Err("`command` is empty".to_owned()),
            (Self::Args(words), _) if words.first().is_none_or(String::is_empty) => {
                Err("`command` is empty".to_owned())
            }
            (Self::Line(line), true) => Ok(vec!["sh".to_owned(), "-c".to_owned(), line.clone()]),
            (Self::Args(words), _) => Ok(words.clone()),
            (Self::Line(_), false) => {
                Err("`command` is one text: give a list, the program and its arguments; or, for a \
                                           line that `sh` is to run, say `\"shell\": true` beside it"
                    .to_owned())
            }
        }
    }
}

/// Runs jobs of kind `command`.
pub struct CommandHandler {
    clock: Clock,
    run_log: RunLog,
    stop: watch::Receiver<bool>,
}

impl CommandHandler {
    /// `stop` turns true when the program stops: running commands are asked to end, and made to five seconds later.
    /// Stopping the engine right away would kill them without a word.
    pub fn new(clock: Clock, run_log: RunLog, stop: watch::Receiver<bool>) -> Self {
        Self { clock, run_log, stop }
    }
}

impl Handler for CommandHandler {
    fn kind(&self) -> JobKind {
        JobKind::Command
    }

    fn needs(&self) -> Authority {
        crate::needs(self.kind())
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move {
            let spec = read::<CommandSpec>(JobKind::Command, &job.spec).map_err(unreadable)?;
            spec.check().map_err(unreadable)?;
            let (clock, run_log, stop) = (self.clock.clone(), self.run_log.clone(), self.stop.clone());
            let task = CommandTask { spec, job: job.clone(), clock, run_log, stop };
            Ok(frame::run(task))
        })
    }
}

struct CommandTask {
    spec: CommandSpec,
    job: Job,
    clock: Clock,
    run_log: RunLog,
    stop: watch::Receiver<bool>,
}

impl Task for CommandTask {
    fn job(&self) -> &Job {
        &self.job
    }

    fn shape(&self) -> Shape {
        Shape { slots: self.spec.slots, group: 1, ahead: 1, declares: Declares::First }
    }

    async fn attempt(&self, item: ClaimedItem) -> Attempted {
        let started_at = self.clock.now();
        let mut output = Output::new(&self.run_log, &self.clock, self.job.id, item.seq, self.spec.output_bytes_max);
        let finished = match self.program(&item) {
            Ok(program) => program.run(&mut output, self.stop.clone()).await,
            Err(problem) => Finished::NotStarted(problem),
        };
        let said = output.last_words().to_owned();
        let ended = ended(&finished, &said);
        let trace = story::trace(&self.job, format!("{}: {finished}", item.label));
        Attempted { item, ended, trace, started_at, took: self.clock.now().since(started_at) }
    }
}

impl CommandTask {
    fn program(&self, item: &ClaimedItem) -> Result<Program, String> {
        let Subject { text, mut fields } = subject(item);
        let words = match fields.remove("command") {
            None => self.spec.command.clone(),
            Some(own) => serde_json::from_value(own).map_err(|_| "`command` of the item is no command".to_owned())?,
        };
        let mut env = process::basic_environment();
        env.insert("SENTRY_TRACE".to_owned(), joined_trace::sentry(self.job.id, item.seq));
        env.insert("TRACEPARENT".to_owned(), joined_trace::w3c(self.job.id, item.seq));
        env.extend(self.spec.env.clone());
        if let Some(own) = fields.remove("env") {
            let own: BTreeMap<String, String> =
                serde_json::from_value(own).map_err(|_| "`env` of the item is no object of strings".to_owned())?;
            env.extend(own);
        }
        let ours = [
            ("VIGIE_JOB_ID", self.job.id.to_string()),
            ("VIGIE_JOB_NAME", self.job.name.clone()),
            ("VIGIE_ITEM", text),
            ("VIGIE_SEQ", item.seq.to_string()),
            ("VIGIE_ATTEMPT", item.attempt.to_string()),
        ];
        env.extend(ours.map(|(name, value)| (name.to_owned(), value)));
        let timeout = Duration::from_secs_f64(self.spec.timeout_seconds);
        Ok(Program { argv: words.argv(self.spec.shell)?, env, cwd: self.spec.cwd.clone(), timeout })
    }
}

fn ended(finished: &Finished, said: &str) -> Ended {
    let failed = |code| Verdict::permanent(code, Fault::Content).with_reply(said);
    match finished {
        Finished::Exited(0) => Ended::Succeeded,
        Finished::Exited(status) => Ended::Failed(failed("exit_status").with_arg("status", status.to_string())),
        Finished::Killed(signal) => Ended::Failed(failed("killed").with_arg("signal", signal.to_string())),
        Finished::TimedOut(limit) => {
            Ended::Failed(failed("time_limit").with_arg("seconds", limit.as_secs_f64().to_string()))
        }
        Finished::NotStarted(problem) => {
            Ended::Failed(Verdict::permanent("cannot_start", Fault::Content).with_reply(problem))
        }
        Finished::Stopped => Ended::Unknown(failed("stopped")),
        Finished::Lost(problem) => Ended::Unknown(Verdict::permanent("end_unknown", Fault::Server).with_reply(problem)),
    }
}
