//! What is said to `vigie schedule` and `vigie run`.

use super::{BadValue, duration};
use crate::words::t;
use clap::{ArgGroup, Args, Subcommand};
use model::{MissedPolicy, OverlapPolicy};
use std::{path::PathBuf, time::Duration};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie schedule add Backup --when '30 2 * * *' --zone Europe/Paris -- /usr/local/bin/backup
  vigie schedule add Newsletter --when '0 8 * * MON' --mailing newsletter.toml --account news@mail.example.org:587
  vigie schedule add Daily --when '0 7 * * *' --report boss@example.org
  vigie schedule add Timeouts --when @daily --log-query 'level>=error timeout' --to dev@example.org --above 10
  vigie schedule add Ping --when 'every 5 min' --url https://example.org/ping
  vigie schedule next '0 8 1 * *'            when that would run
  vigie schedule export > schedules.toml     and import them elsewhere

When: five cron fields, six with seconds first, @hourly @daily @weekly @monthly @yearly, every 15 min, or 2026-12-24 08:00.")]
pub(crate) struct ScheduleArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ScheduleCommand>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example, in a crontab:
  30 2 * * * vigie run --name backup -- /usr/local/bin/backup

The command runs as it would alone: its output is passed through, and its exit status is that of this command. When it is \
over, its output, duration and exit status become a job with its log. While Vigie is away the report waits in the data \
directory.")]
pub(crate) struct RunArgs {
    /// The name of the job [default: the program's]
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// A program and its arguments
    #[arg(last = true, required = true)]
    pub(crate) command: Vec<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ScheduleCommand {
    /// Make a schedule: a mailing, a report, a search of the logs, an HTTP call or a command that comes again
    Add(Box<ScheduleAddArgs>),
    /// The schedules there are, what became of the last run of each, and when the next begins
    List,
    /// One schedule, with its last runs and its next
    Show { schedule: String },
    /// When a schedule, or an expression, would run next
    Next {
        /// A schedule's name, or an expression: '0 8 * * MON', 'every 15 min'
        #[arg(value_name = "WHEN")]
        when: String,
        /// Of an expression [default: the server's]
        #[arg(long)]
        zone: Option<String>,
    },
    /// Let no run begin until it is resumed
    Pause { schedule: String },
    /// Let runs begin again, from now on
    Resume { schedule: String },
    /// Run it now, beside its times
    Run { schedule: String },
    /// Remove it; its jobs stay
    Remove { schedule: String },
    /// Print all schedules as TOML
    Export,
    /// Make the schedules of a TOML file; those of the same name are replaced
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("what").required(true).multiple(false)))]
#[command(group(ArgGroup::new("mailed").multiple(true)))]
pub(crate) struct ScheduleAddArgs {
    pub(crate) name: String,
    /// When it runs: '0 8 * * MON', @daily, 'every 15 min', '2026-12-24 08:00'
    #[arg(long)]
    pub(crate) when: String,
    /// Whose clock [default: the server's]
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// A day on which nothing runs: 2026-12-24, 12-24 for each year, sun, holidays-fr; several may be given
    #[arg(long, value_name = "DAY", value_delimiter = ',')]
    pub(crate) day_off: Vec<String>,
    /// Begin up to so much later: always the same for one schedule
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) jitter: Option<Duration>,
    /// Runs that came due while nothing ran: skip, once, all
    #[arg(long, value_name = "POLICY", default_value_t, value_parser = missed)]
    pub(crate) missed: MissedPolicy,
    /// A run that is due while the one before is not over: skip, queue, replace
    #[arg(long, value_name = "POLICY", default_value_t, value_parser = overlap)]
    pub(crate) overlap: OverlapPolicy,
    /// Replace the schedule of that name
    #[arg(long)]
    pub(crate) replace: bool,
    /// A mailing file, read at each run, as is the list that it names
    #[arg(long, value_name = "FILE", group = "what", requires = "account")]
    pub(crate) mailing: Option<PathBuf>,
    /// The sending account of the mailing, the report or the result of the search
    #[arg(long, conflicts_with_all = ["url", "command"])]
    pub(crate) account: Option<String>,
    /// An address that gets a report since the one before; several may be given
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', groups = ["what", "mailed"])]
    pub(crate) report: Vec<String>,
    /// The sender of the report, or of the result of the search [default: the account's own address]
    #[arg(long, value_name = "ADDRESS", requires = "mailed")]
    pub(crate) from: Option<String>,
    /// Send the report only where something went wrong
    #[arg(long, requires = "report")]
    pub(crate) only_errors: bool,
    /// A search of the logs: its count and newest lines become the log of each run; '*' finds every line
    #[arg(long, value_name = "QUERY", group = "what")]
    pub(crate) log_query: Option<String>,
    /// Only lines of this application
    #[arg(long, value_name = "NAME", requires = "log_query")]
    pub(crate) application: Option<String>,
    /// The time before each run that is searched [default: 1d]
    #[arg(long, value_name = "TIME", value_parser = duration, requires = "log_query")]
    pub(crate) within: Option<Duration>,
    /// The newest lines that are kept [default: 20]
    #[arg(long, value_name = "N", requires = "log_query")]
    pub(crate) lines: Option<u32>,
    /// An address that gets the result of the search; several may be given
    #[arg(long, value_name = "ADDRESS", value_delimiter = ',', requires = "log_query", group = "mailed")]
    pub(crate) to: Vec<String>,
    /// Send it only where there are more lines than this
    #[arg(long, value_name = "N", requires = "to")]
    pub(crate) above: Option<u64>,
    /// Send it only where there are fewer lines than this
    #[arg(long, value_name = "N", requires = "to")]
    pub(crate) below: Option<u64>,
    /// A URL to call
    #[arg(long, value_name = "URL", group = "what")]
    pub(crate) url: Option<String>,
    /// How it is called
    #[arg(long, default_value = "GET", requires = "url")]
    pub(crate) method: String,
    /// A program and its arguments
    #[arg(last = true, group = "what")]
    pub(crate) command: Vec<String>,
}

fn missed(text: &str) -> Result<MissedPolicy, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-missed")))
}

fn overlap(text: &str) -> Result<OverlapPolicy, BadValue> {
    text.parse().map_err(|_| BadValue(t!("value-overlap")))
}
