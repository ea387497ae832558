//! What is said to `vigie diagnose`.

use super::{BadValue, duration};
use crate::words::t;
use clap::{Args, ValueEnum};
use jiff::tz::TimeZone;
use std::{path::PathBuf, time::Duration};

const AFTER_HELP: &str = "\
Examples:
  vigie diagnose \"the mailing stopped at 22:20\"
  vigie diagnose \"the mailing stopped yesterday around 22:20\" --path /send --recipients clients.csv
  vigie diagnose --at 22:20 --window 30m --format html > report.html
  vigie diagnose --job last
  vigie diagnose \"it stopped at 22:20\" --root /mnt/disk --tz nginx=Europe/Paris

Reads the journal, nginx, gunicorn, Django, Celery, Postfix, PostgreSQL and the kernel, and changes nothing. A time of day is
the last before the newest line. What belongs to root is read where sudo or the groups adm and systemd-journal allow it.
Exit codes: 0 a cause is named, 2 the question was not understood, 6 not enough evidence, 7 nothing unusual.";

/// The form of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    #[default]
    Text,
    Md,
    Html,
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct DiagnoseArgs {
    /// What happened and when, in English or French
    #[arg(value_name = "QUESTION")]
    pub(crate) phrase: Option<String>,
    /// When: 22:20, or a date and time
    #[arg(long, value_name = "MOMENT")]
    pub(crate) at: Option<String>,
    /// How far before and after is looked [default: 15m]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) window: Option<Duration>,
    /// From when
    #[arg(long, value_name = "MOMENT")]
    pub(crate) since: Option<String>,
    /// Until when
    #[arg(long, value_name = "MOMENT")]
    pub(crate) until: Option<String>,
    /// A job of Vigie: its id, the beginning of it, its name, or `last`
    #[arg(long, value_name = "JOB", conflicts_with_all = ["root", "recipients", "tz", "not_sent"])]
    pub(crate) job: Option<String>,
    /// A part of the path of the request that sends
    #[arg(long, value_name = "PART")]
    pub(crate) path: Option<String>,
    /// The folder of the application
    #[arg(long, value_name = "DIR")]
    pub(crate) app_root: Option<String>,
    /// The systemd unit of the application
    #[arg(long, value_name = "NAME")]
    pub(crate) unit: Option<String>,
    /// Further log files
    #[arg(long, value_name = "GLOB")]
    pub(crate) logs: Vec<String>,
    /// The time zone of logs that do not name it, and of the question: Europe/Paris; of one log: nginx=Europe/Paris
    #[arg(long, value_name = "SOURCE=ZONE", value_parser = source_zone)]
    pub(crate) tz: Vec<(String, TimeZone)>,
    /// Who was to get the message: a CSV file
    #[arg(long, value_name = "FILE")]
    pub(crate) recipients: Option<PathBuf>,
    /// Write the rows of those who did not get it, and are safe to send to, into this file
    #[arg(long, value_name = "FILE", requires = "recipients")]
    pub(crate) not_sent: Option<PathBuf>,
    /// Read this folder as /: a mounted disk, a copy of another machine; or a bundle
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// Write what was found into this file, to take along: `--root FILE` gives the same report elsewhere
    #[arg(long, value_name = "FILE", conflicts_with = "job")]
    pub(crate) bundle: Option<PathBuf>,
    /// The form of the report
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    pub(crate) format: ReportFormat,
}

fn source_zone(text: &str) -> Result<(String, TimeZone), BadValue> {
    let (source, zone) = text.split_once('=').unwrap_or(("", text));
    let zone = TimeZone::get(zone).map_err(|_| BadValue(t!("value-source-zone")))?;
    Ok((source.to_owned(), zone))
}
