//! The command line as it is typed. The texts here are what `vigie help`, the man page and completions show; in French,
//! those of `locales/help.fr.ftl` ([`french`]).

mod alerts;
mod backup;
mod celery;
mod checks;
mod diagnose;
mod french;
mod issues;
mod logs;
mod maintenance;
mod releases;
mod schedule;
mod send;
mod submission;
mod sync;

pub(crate) use self::logs::{
    LogsArgs, LogsCommand, LogsDeleteArgs, LogsExportArgs, LogsFormat, LogsHistogramArgs, LogsImportArgs,
    LogsLabelArgs, LogsPatternAddArgs, LogsPatternCommand, LogsPatternTryArgs, LogsPipeArgs, LogsQueryArgs,
    LogsSearchArgs, LogsTailArgs,
};
pub(crate) use alerts::{AlertCommand, ChannelArgs, ChannelCommand};
pub(crate) use backup::{BackupArgs, RestoreArgs};
pub(crate) use celery::{CeleryBeatArgs, CeleryBrokerArg, CeleryCommand, CeleryPoolArgs, CeleryTasksArgs};
pub(crate) use checks::{CheckAddArgs, CheckArgs, CheckCommand, StatusPageArgs};
pub(crate) use diagnose::{DiagnoseArgs, ReportFormat};
pub(crate) use issues::{IssuesArgs, IssuesCommand, ProjectCommand};
pub(crate) use maintenance::{MaintenanceAddArgs, MaintenanceArgs, MaintenanceCommand};
pub(crate) use releases::{ReleasesArgs, ReleasesCommand, ReleasesFilter};
pub(crate) use schedule::{RunArgs, ScheduleAddArgs, ScheduleArgs, ScheduleCommand};
pub(crate) use send::SendArgs;
pub(crate) use submission::SubmissionCommand;
pub(crate) use sync::{SyncAddArgs, SyncArgs, SyncCommand};

use crate::words::{self, t};
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum, error::ErrorKind};
use language::Language;
use mail::rate::Rate;
use std::{fmt, net::SocketAddr, ops::RangeInclusive, path::PathBuf, process::ExitCode, time::Duration};

const AFTER_HELP: &str = "\
Examples:
  vigie demo                                  see it all work, with 500 invented clients
  vigie send mailing.toml --check             what is wrong, and how long it would take
  vigie send mailing.toml                     send, and show the progress
  vigie jobs watch                            follow what runs now
  vigie traces --errors --since today         what went wrong today
  vigie logs search 'level>=error since:1h'   what went wrong, in the words of the logs
  vigie serve                                 run jobs and answer on http://127.0.0.1:8787

Settings come from vigie.toml, then VIGIE_* variables, then these options; `vigie config check` shows the outcome.
Exit codes: 0 done, 1 failed, 2 refused before anything began, 3 some were not sent, 4 paused, 5 incomplete answer.";

const MIGRATE_HELP: &str = "\
Examples:
  vigie migrate --to postgres://vigie@localhost/vigie                      from the data directory to PostgreSQL
  vigie migrate --database postgres://vigie@localhost/vigie --to ./data    and back

Stop `vigie serve` and every worker first. The source stays as it is; the copy is kept only when the counts and hashes
of every table agree. Take secret.key along: accounts' passwords are sealed under it.";

/// Runs your mailings and jobs, and remembers everything that happened to them.
#[derive(Debug, Parser)]
#[command(name = "vigie", version, after_help = AFTER_HELP, max_term_width = 110, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) global: Global,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Everywhere")]
pub(crate) struct Global {
    /// Where everything is kept [default: ./vigie-data]
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Keep the state in PostgreSQL: postgres://user@host/name
    #[arg(long, global = true, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// The settings [default: ./vigie.toml, where there is one]
    #[arg(long, global = true, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// Print JSON, for programs
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// The language of what is shown [default: the system's]
    #[arg(long, global = true, value_enum, value_name = "LANGUAGE")]
    pub(crate) lang: Option<Lang>,
}

/// Says why a command line was not understood, or the help that it asks for.
pub(crate) fn explain(error: &clap::Error) -> ExitCode {
    let code = ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
    // The texts are put together only where they are shown.
    let shown = match words::language() {
        // A version has no language.
        _ if error.kind() == ErrorKind::DisplayVersion => None,
        Language::English => None,
        Language::French => french::command(Cli::command()).try_get_matches().err(),
    };
    // Where that fails there is nobody left to tell.
    let _ = match &shown {
        Some(error) if french::is_to_explain(error) => french::say(error),
        Some(error) => error.print(),
        None => error.print(),
    };
    code
}

/// Why a value cannot be taken, in the language of whoever typed it.
#[derive(Debug)]
struct BadValue(String);

impl fmt::Display for BadValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BadValue {}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Send a mailing: one message per row of a file
    Send(Box<SendArgs>),
    /// List jobs, follow them, pause, resume, settle
    #[command(args_conflicts_with_subcommands = true)]
    Jobs(JobsArgs),
    /// What happened to whom: one line per attempt
    Traces(TracesArgs),
    /// Search logs, follow them, take them in
    Logs(LogsArgs),
    /// Find out why a mailing or a job stopped, from the logs of this machine
    Diagnose(Box<DiagnoseArgs>),
    /// Let an assistant read jobs, logs, errors and diagnoses (Model Context Protocol)
    #[command(after_help = "\
Speaks the Model Context Protocol on standard input and output: give `vigie mcp` to your assistant as the command of a \
server. Its tools only read, and what they answer is masked and bounded. Nothing is called by itself.")]
    Mcp,
    /// A day or another time in figures, on the terminal or by e-mail: sent, errors, new issues, slow endpoints, checks
    Report(ReportArgs),
    /// See it all work, with invented clients and a mail server that delivers nothing
    Demo(DemoArgs),
    /// Jobs that come again: mailings, commands, HTTP calls
    #[command(visible_alias = "schedules")]
    Schedule(ScheduleArgs),
    /// Keep two DHIS2 instances equal, and prove that they are
    Sync(SyncArgs),
    /// Run a command as it is, and report its run: for lines of cron
    Run(RunArgs),
    /// Run jobs, and answer over HTTP
    Serve(ServeArgs),
    /// Run jobs beside other machines, without HTTP (PostgreSQL only)
    Worker,
    /// Where mail leaves from, and how fast it may
    Accounts {
        #[command(subcommand)]
        command: Option<AccountsCommand>,
    },
    /// Mail that other programs hand over by SMTP: try the port, look at a message, send it again
    Submission {
        #[command(subcommand)]
        command: SubmissionCommand,
    },
    /// Programs whose errors and requests are reported by Sentry's SDKs
    Project {
        #[command(subcommand)]
        command: ProjectCommand,
    },
    /// Errors of your programs: list, show, resolve, ignore
    #[command(args_conflicts_with_subcommands = true)]
    Issues(IssuesArgs),
    /// The releases of a project: how stable each is, and what went into it
    #[command(args_conflicts_with_subcommands = true)]
    Releases(ReleasesArgs),
    /// Celery applications beside Vigie: their workers, tasks and queues
    Celery {
        #[command(subcommand)]
        command: CeleryCommand,
    },
    /// What must report in time, and what must answer: backups, sites, servers
    #[command(visible_alias = "checks")]
    Check(CheckArgs),
    /// Planned work, during which no alert is sent and uptime is not affected
    Maintenance(MaintenanceArgs),
    /// What is wrong now: list, acknowledge, silence; rules
    Alert {
        #[command(subcommand)]
        command: Option<AlertCommand>,
    },
    /// Where alerts are sent: e-mail, Slack, webhooks
    Channel {
        #[command(subcommand)]
        command: Option<ChannelCommand>,
    },
    /// Tokens for programs that use the HTTP API
    Token {
        #[command(subcommand)]
        command: TokenCommand,
    },
    /// People who log in to the pages
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Copy everything to a folder while Vigie runs, and verify the copy
    Backup(BackupArgs),
    /// Put a backup back; nothing is sent by itself afterwards
    Restore(RestoreArgs),
    /// Copy everything into another database, either way, and prove that nothing is lost
    #[command(after_help = MIGRATE_HELP)]
    Migrate {
        /// postgres://user@host/name, or a directory for SQLite; it must be empty
        #[arg(long, value_name = "URL|DIR")]
        to: String,
    },
    /// The settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Look for what is wrong with this installation
    Doctor {
        /// Set damaged files of the log store aside, and keep of them every block that is whole
        #[arg(long)]
        repair: bool,
        /// Take this machine's secret key for the database's, when the one it was set up with is lost for good: the
        /// accounts' passwords then have to be entered again
        #[arg(long, conflicts_with = "repair")]
        accept_key: bool,
    },
    /// Print the completions for a shell
    #[command(after_help = "Example:\n  vigie completions bash > /etc/bash_completion.d/vigie")]
    Completions { shell: clap_complete::Shell },
    /// Print the man page, or write one page per command into a folder
    #[command(after_help = "Example:\n  vigie man | man -l -")]
    Man {
        /// Write vigie.1, vigie-send.1 … here
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
    },
}

/// An address and a port; a name would have to be looked up, and may have several.
fn listen_address(text: &str) -> Result<SocketAddr, BadValue> {
    text.parse().map_err(|_| {
        let port = text.rsplit(':').next().filter(|port| port.parse::<u16>().is_ok()).unwrap_or("8787");
        BadValue(t!("value-listen", port))
    })
}

fn rate(text: &str) -> Result<Rate, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-rate")))
}

fn duration(text: &str) -> Result<Duration, BadValue> {
    mail::rate::parse_duration(text).map_err(|_| BadValue(t!("value-duration")))
}

/// As a mailing file holds it.
fn rate_text(text: &str) -> Result<String, BadValue> {
    rate(text).map(|_| text.to_owned())
}

fn duration_text(text: &str) -> Result<String, BadValue> {
    duration(text).map(|_| text.to_owned())
}

fn job_state(text: &str) -> Result<model::JobState, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-job-state")))
}

fn item_state(text: &str) -> Result<model::ItemState, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-item-state")))
}

fn date(text: &str) -> Result<jiff::civil::Date, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-date")))
}

#[derive(Debug, Args)]
pub(crate) struct ListenArgs {
    /// Where to answer HTTP [default: 127.0.0.1:8787]
    #[arg(long, value_name = "ADDR:PORT", value_parser = listen_address)]
    pub(crate) listen: Option<SocketAddr>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Listens on this machine only, unless told otherwise; from elsewhere, use `--listen 0.0.0.0:8787` behind a proxy that \
speaks TLS, with tokens from `vigie token create`. SIGTERM finishes what is being sent, within 10 seconds. SIGHUP \
reopens the log files.")]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie demo                     500 clients, a PDF each; then keeps serving until Ctrl-C
  vigie demo --count 50 --exit   stop when everything is sent")]
pub(crate) struct DemoArgs {
    /// How many clients to invent
    #[arg(long, value_name = "N", default_value_t = 500, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub(crate) count: u32,
    /// Stop when everything is sent
    #[arg(long)]
    pub(crate) exit: bool,
    #[command(flatten)]
    pub(crate) listen: ListenArgs,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie jobs                                 the newest jobs
  vigie jobs watch                           follow what runs now
  vigie jobs items 0197 --trouble            who did not get theirs, and why
  vigie jobs settle 0197 --sent 17 18        rows 17 and 18 did arrive: a person says so

A job is named by its id, by the beginning of its id when no other begins so, by a mailing's name, or as `last`.")]
pub(crate) struct JobsArgs {
    #[command(subcommand)]
    pub(crate) command: Option<JobsCommand>,
    #[command(flatten)]
    pub(crate) list: JobsListArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum JobsCommand {
    /// List jobs, the newest first
    List(JobsListArgs),
    /// Everything about a job
    Show(JobArg),
    /// Follow a job until it ends; without an id, the newest that is not over
    Watch {
        #[arg(value_name = "JOB")]
        job: Option<String>,
    },
    /// Claim nothing more; what is being sent is finished
    Pause(JobArg),
    /// Go on
    Resume(JobArg),
    /// Give up what is not sent yet
    Cancel(JobArg),
    /// Try again what failed
    RetryFailed(JobArg),
    /// Who got theirs, and who did not
    Items(ItemsArgs),
    /// Say what became of items whose outcome is unknown
    Settle(SettleArgs),
    /// The log of a job
    Log {
        #[command(flatten)]
        job: JobArg,
        /// Keep showing what is added, until the job ends
        #[arg(long, short)]
        follow: bool,
    },
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("outcome").required(true)))]
#[command(after_help = "\
Examples:
  vigie jobs settle last --sent 17 175-190      rows 17 and 175 to 190 did arrive
  vigie jobs settle last --not-sent --all       none of the unknown ones did: they are sent again")]
pub(crate) struct SettleArgs {
    #[command(flatten)]
    pub(crate) job: JobArg,
    /// These arrived: 17, 175-190
    #[arg(long, value_name = "ROWS", num_args = 0.., value_parser = row_range, group = "outcome")]
    pub(crate) sent: Option<Vec<RangeInclusive<i64>>>,
    /// These did not: they are sent again
    #[arg(long, value_name = "ROWS", num_args = 0.., value_parser = row_range, group = "outcome")]
    pub(crate) not_sent: Option<Vec<RangeInclusive<i64>>>,
    /// Every unknown row, instead of naming them
    #[arg(long)]
    pub(crate) all: bool,
}

/// `17`, or `175-190`.
fn row_range(text: &str) -> Result<RangeInclusive<i64>, BadValue> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let row = |text: &str| text.trim().parse::<i64>().ok().filter(|row| *row > 0);
    match (row(first), row(last)) {
        (Some(first), Some(last)) if first <= last => Ok(first..=last),
        _ => Err(BadValue(t!("value-rows"))),
    }
}

#[derive(Debug, Args)]
pub(crate) struct JobArg {
    /// An id or its beginning, a mailing's name, or `last`
    #[arg(value_name = "JOB")]
    pub(crate) job: String,
}

#[derive(Debug, Default, Args)]
pub(crate) struct JobsListArgs {
    /// preparing, pending, running, paused, completed, failed, cancelled; several may be given
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = job_state)]
    pub(crate) state: Vec<model::JobState>,
    /// Only one kind: mail, command, http …
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Part of the name
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) query: Option<String>,
    /// From then on: today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
pub(crate) struct ItemsArgs {
    #[command(flatten)]
    pub(crate) job: JobArg,
    /// queued, running, succeeded, failed, unknown, skipped; several may be given
    #[arg(long, value_name = "STATE", value_delimiter = ',', value_parser = item_state)]
    pub(crate) state: Vec<model::ItemState>,
    /// Only those that did not go as they should
    #[arg(long, conflicts_with = "state")]
    pub(crate) trouble: bool,
    /// Part of the address
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) query: Option<String>,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) limit: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie traces --errors --since today
  vigie traces --application compta --since 2025-01-01 --until 2025-02-01 --csv > january.csv")]
pub(crate) struct TracesArgs {
    #[arg(long, value_name = "NAME")]
    pub(crate) application: Option<String>,
    #[arg(long, value_name = "NAME")]
    pub(crate) flow: Option<String>,
    /// Of this job only
    #[arg(long, value_name = "JOB")]
    pub(crate) job: Option<String>,
    /// Only what went wrong
    #[arg(long)]
    pub(crate) errors: bool,
    /// Part of the comment, the file or the name
    #[arg(long, short, value_name = "TEXT")]
    pub(crate) query: Option<String>,
    /// From then on: today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Before then
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
    /// At most so many; with --csv, everything
    #[arg(long, value_name = "N", default_value_t = 50)]
    pub(crate) limit: u32,
    /// Print CSV: every trace that matches
    #[arg(long, conflicts_with = "json")]
    pub(crate) csv: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie report
  vigie report --date 2025-01-31 --format html > report.html
  vigie report --since 7d --send boss@example.org
  vigie schedule add Daily --when '0 7 * * *' --report boss@example.org

Sent by --send, it is a job like others: tried again where that helps, with a trace for each address.")]
pub(crate) struct ReportArgs {
    /// Which day [default: today]
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = date)]
    pub(crate) date: Option<jiff::civil::Date>,
    /// In place of a day: from then on, today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    #[arg(long, value_name = "WHEN", conflicts_with = "date")]
    pub(crate) since: Option<String>,
    /// Before then [default: now]
    #[arg(long, value_name = "WHEN", requires = "since")]
    pub(crate) until: Option<String>,
    /// Send it by e-mail to that address; may be given several times
    #[arg(long, value_name = "ADDRESS", conflicts_with = "format")]
    pub(crate) send: Vec<String>,
    /// The sending account [default: the only one]
    #[arg(long, value_name = "NAME", requires = "send")]
    pub(crate) account: Option<String>,
    /// The sender [default: the account's own address]
    #[arg(long, value_name = "ADDRESS", requires = "send")]
    pub(crate) from: Option<String>,
    /// The form of the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: ReportFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Lang {
    En,
    Fr,
}

#[derive(Debug, Subcommand)]
pub(crate) enum AccountsCommand {
    /// The accounts there are, their limits, and their sending attempts in the last 24 hours
    List,
    /// Change what an account may send; what is not named stays as it is
    Limits(AccountLimitsArgs),
    /// End an account's pause
    Resume { name: String },
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie accounts limits compta@mail.exemple.fr:587 --rate 30/min --daily 1000
  vigie accounts limits compta@mail.exemple.fr:587 --batch 10 --pause 3s
  vigie accounts limits compta@mail.exemple.fr:587 --none            nothing holds it any more

They hold for everything that leaves by the account. A run may be slower (`vigie send --rate`), never faster.")]
pub(crate) struct AccountLimitsArgs {
    pub(crate) name: String,
    /// 60/min, 10/s, 500/h; several may be given
    #[arg(long, value_name = "RATE", value_parser = rate)]
    pub(crate) rate: Vec<Rate>,
    /// Messages in any 24 hours
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) daily: Option<u32>,
    /// Recipients in any 24 hours
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) daily_recipients: Option<u32>,
    /// Messages at once, before --pause
    #[arg(long, value_name = "N", requires = "pause", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) batch: Option<u32>,
    /// Between batches: 3s, 1m30s
    #[arg(long, value_name = "TIME", requires = "batch", value_parser = duration)]
    pub(crate) pause: Option<Duration>,
    /// Forget every limit there was, then set those that are named here
    #[arg(long)]
    pub(crate) none: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TokenCommand {
    /// Make a token; it is shown once and never kept
    Create {
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = Scope::Read)]
        scope: Scope,
        /// When it ends: 90d, or 2026-12-31
        #[arg(long, value_name = "WHEN")]
        expires: Option<String>,
    },
    /// The tokens there are, and when each was last used
    List,
    /// It is refused from now on
    Revoke { name: String },
}

#[derive(Debug, Subcommand)]
pub(crate) enum UserCommand {
    /// Make a user, and a link to choose a password by
    Create {
        name: String,
        #[arg(long, value_enum, default_value_t = Role::Operator)]
        role: Role,
    },
    /// The users there are, and what each may do
    List,
    /// A new link to choose a password by; the one before works no more
    Link { name: String },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Sees everything but users, tokens and the audit log
    Viewer,
    /// Sends mailings, and acts on jobs
    Operator,
    /// Looks after accounts, users and tokens
    Admin,
}

impl Role {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Scope {
    /// Send logs, and nothing else
    Ingest,
    /// Announce releases and upload source maps, and nothing else
    Releases,
    /// The progress of a job whose id one knows
    Progress,
    /// Everything
    Read,
    /// Everything, act on jobs, and send logs
    Write,
    /// Accounts, users and tokens too
    Admin,
}

impl Scope {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ingest => "ingest",
            Self::Releases => "releases",
            Self::Progress => "progress",
            Self::Read => "read",
            Self::Write => "write",
            Self::Admin => "admin",
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Check the settings; show each with where it comes from, without secrets
    Check,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Command;

    #[test]
    fn every_command_says_what_it_does() {
        fn mute(command: &Command) -> Vec<String> {
            let own = command.get_about().is_none().then(|| command.get_name().to_owned());
            own.into_iter().chain(command.get_subcommands().flat_map(mute)).collect()
        }
        assert_eq!(mute(&Cli::command()), Vec::<String>::new());
    }
}
