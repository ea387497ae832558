//! `vigie logs …` as it is typed.

use super::BadValue;
use crate::words::t;
use clap::{Args, Subcommand, ValueEnum};
use jiff::tz::TimeZone;
use std::path::PathBuf;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs search 'level>=error since:1h'              what went wrong within the hour
  vigie logs search 'format:access | stats count() by status'
  vigie logs search timeout --file /var/log/app.log*     files as they are, without a server
  vigie logs tail app:billing                            what arrives
  vigie logs import /var/log/nginx/*.gz                  into the store, whatever the format

The language of queries is written down in docs/search.md.")]
pub(crate) struct LogsArgs {
    #[command(subcommand)]
    pub(crate) command: LogsCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogsCommand {
    /// Records that match, or the table that `| stats` makes of them; or lines of files
    Search(LogsSearchArgs),
    /// Records as they arrive
    Tail(LogsTailArgs),
    /// How many records match, over time
    Histogram(LogsHistogramArgs),
    /// Take files into the store, plain or packed, whatever their format
    Import(LogsImportArgs),
    /// Write the records that match into a file
    Export(LogsExportArgs),
    /// Take what comes on standard input into the store, line by line
    Pipe(LogsPipeArgs),
    /// Delete the records that match, after showing them and asking
    Delete(LogsDeleteArgs),
    /// The log files that Vigie writes
    Files,
    /// Describe a format that is not recognised
    #[command(subcommand)]
    Format(LogsPatternCommand),
}

#[derive(Debug, Subcommand)]
pub(crate) enum LogsPatternCommand {
    /// Show how the lines of a file are read, and propose a pattern where nothing recognises them
    Try(LogsPatternTryArgs),
    /// Keep a pattern in vigie.toml, for that file
    Add(LogsPatternAddArgs),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs format try app.log
  vigie logs format try app.log --pattern '%{time} <%{level}> %{word:user} %{message}'

A pattern is the line as it stands there, with pieces where it varies: %{time}, %{level}, %{logger}, %{message}, %{skip}, and \
fields as %{word:user}, %{number:status}, %{ip:client}, %{quoted:agent}, %{text:reason}. The names of Logstash's patterns are \
understood too. A space stands for one or more.")]
pub(crate) struct LogsPatternTryArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// The pattern to try [default: one is proposed]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  vigie logs format add /var/log/shop.log --name shop --pattern '%{time} <%{level}> %{message}'"
)]
pub(crate) struct LogsPatternAddArgs {
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// What its records have as `format`
    #[arg(long, value_name = "NAME")]
    pub(crate) name: String,
    /// The pattern to keep [default: the one that is proposed]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) pattern: Option<String>,
}

/// What is asked, and of which time.
#[derive(Debug, Args)]
pub(crate) struct LogsQueryArgs {
    /// Words, "phrases", /regex/, field:value, level>=warning; `--` before one that begins with -
    #[arg(value_name = "QUERY")]
    query: Vec<String>,
    /// Refuse a query of which a part is not understood
    #[arg(long)]
    pub(crate) strict: bool,
    /// From then on: today, yesterday, 2025-01-31, 2025-01-31T14:00, 3h, 7d
    #[arg(long, value_name = "WHEN")]
    pub(crate) since: Option<String>,
    /// Up to then: all of that day, minute or second
    #[arg(long, value_name = "WHEN")]
    pub(crate) until: Option<String>,
}

impl LogsQueryArgs {
    pub(crate) fn text(&self) -> String {
        self.query.join(" ")
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs search 'connection refused' --since today
  vigie logs search 'level:error app:billing' -C 5    among the lines around each
  vigie logs search 'level>=error | stats count() as errors by app | sort by errors desc'
  vigie logs search '/took \\d{4,} ms/' --file app.log app.log.1.gz
  vigie logs search 'level:error' --file app.log      read in any known format

With --file, lines are shown as they stand in the files; a query that asks for levels, fields or times shows records.
Where nothing matches the exit code is 1, where the answer is incomplete 5.")]
pub(crate) struct LogsSearchArgs {
    #[command(flatten)]
    pub(crate) query: LogsQueryArgs,
    /// At most so many [default: 100; with -C, 20; with --csv, --text or --file, all]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// The oldest first
    #[arg(long, conflicts_with = "file")]
    pub(crate) oldest_first: bool,
    /// Show so many lines of the same source before and after each match
    #[arg(long, short = 'C', value_name = "LINES", value_parser = clap::value_parser!(u32).range(1..=500), conflicts_with_all = ["csv", "text"])]
    pub(crate) context: Option<u32>,
    /// Print CSV
    #[arg(long, conflicts_with_all = ["json", "text", "file"])]
    pub(crate) csv: bool,
    /// Print the messages alone, as they came
    #[arg(long, conflicts_with = "json")]
    pub(crate) text: bool,
    /// Search these files instead of the store: plain, gzip or Zstandard
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub(crate) file: Vec<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vigie logs tail 'level>=warning -healthz'\n\nWith --json, one object a line.")]
pub(crate) struct LogsTailArgs {
    /// Which records; all unless said otherwise
    #[arg(value_name = "QUERY")]
    pub(crate) query: Vec<String>,
    /// Show so many of those that came last, first
    #[arg(long, short = 'n', value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(0..=10_000))]
    pub(crate) last: u32,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  vigie logs histogram level:error --since 1d --step 1h")]
pub(crate) struct LogsHistogramArgs {
    #[command(flatten)]
    pub(crate) query: LogsQueryArgs,
    /// The length of a step, as 5m [default: about 40 steps]
    #[arg(long, value_name = "LENGTH")]
    pub(crate) step: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs import /var/log/nginx/access.log* --label app=nginx
  vigie logs import backup/app.log.zst --source app
  vigie logs import export.jsonl       what `vigie logs export` wrote, with the sources it had
  vigie logs import --again --tz Europe/Paris app.log    in another time zone, in place of what was imported of it

Formats are recognised by themselves; tracebacks stay whole. A file that was imported before is refused, whatever it is \
called by now; of one that has grown since, only what came since is taken. An import that was cut off goes on where it \
was when it is run again.")]
pub(crate) struct LogsImportArgs {
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The source of the records [default: the file's path]
    #[arg(long, value_name = "NAME")]
    pub(crate) source: Option<String>,
    #[command(flatten)]
    pub(crate) labels: LogsLabelArgs,
    /// Even what was imported before: in place of its records of the same source, after showing them and asking
    #[arg(long)]
    pub(crate) again: bool,
    /// Replace them without asking
    #[arg(long, short, requires = "again")]
    pub(crate) yes: bool,
    /// The time zone of lines that name none, as Europe/Paris [default: that of the settings]
    #[arg(long, value_name = "ZONE", value_parser = zone)]
    pub(crate) tz: Option<TimeZone>,
}

fn zone(text: &str) -> Result<TimeZone, BadValue> {
    TimeZone::get(text).map_err(|_| BadValue(t!("value-zone")))
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs export 'app:billing since:7d' --format jsonl -o billing.jsonl
  vigie logs export level:error --format csv > errors.csv

JSON lines can be taken back, with `vigie logs import` or `POST /api/v1/logs`; each keeps the source that it had.")]
pub(crate) struct LogsExportArgs {
    #[command(flatten)]
    pub(crate) query: LogsQueryArgs,
    #[arg(long, value_enum, default_value_t = LogsFormat::Jsonl)]
    pub(crate) format: LogsFormat,
    /// Where to; standard output unless said otherwise
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// At most so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) limit: Option<u32>,
    /// The newest first: a log has the oldest first, and so has an export
    #[arg(long)]
    pub(crate) newest_first: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogsFormat {
    /// One JSON object a line
    Jsonl,
    /// Columns: time, level, source, message, fields
    Csv,
    /// The messages as they came
    Text,
}

impl LogsFormat {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Text => "text",
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie logs delete source:/srv/import/wrong.log
  vigie logs delete 'user_id:4711' --until 2025-01-31 --dry-run
  vigie logs delete '*:zoe@example.org'                 in messages and in all fields

All records that match are deleted for good, or none where a part of the query is not understood. They are \
found no longer at once; their bytes leave the disk when their segments are merged next. Files that they came from stay \
as they are. Who deleted what is written down in the audit log.")]
pub(crate) struct LogsDeleteArgs {
    #[command(flatten)]
    pub(crate) query: LogsQueryArgs,
    /// Show how many match, and delete none
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Delete them without asking
    #[arg(long, short, conflicts_with = "dry_run")]
    pub(crate) yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct LogsLabelArgs {
    /// A field that each record gets, as app=shop; several times for several
    #[arg(long = "label", value_name = "NAME=VALUE")]
    pub(crate) label: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  ./sync.py 2>&1 | vigie logs pipe --source sync --tee")]
pub(crate) struct LogsPipeArgs {
    /// The source of the records
    #[arg(long, value_name = "NAME", default_value = "pipe")]
    pub(crate) source: String,
    #[command(flatten)]
    pub(crate) labels: LogsLabelArgs,
    /// Pass it on to standard output
    #[arg(long)]
    pub(crate) tee: bool,
}
