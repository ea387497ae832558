//! What is said to `vigie maintenance`.

use super::duration;
use clap::{ArgGroup, Args, Subcommand};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie maintenance add 'Debian upgrade' --for 2h
  vigie maintenance add 'Move of the server' --from '2026-12-24 20:00' --for 4h --check site --check mail
  vigie maintenance add updates --weekly sun --at 02:00 --for 1h")]
pub(crate) struct MaintenanceArgs {
    #[command(subcommand)]
    pub(crate) command: Option<MaintenanceCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum MaintenanceCommand {
    /// What is planned, under way, or was over lately
    List,
    /// Plan work: no alert is sent during it, and uptime is not affected
    Add(MaintenanceAddArgs),
    /// End work that is under way, or delete what is planned
    End {
        /// What it is called, or its id
        name: String,
    },
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("length").required(true).args(["for", "until"]))]
pub(crate) struct MaintenanceAddArgs {
    /// What it is called
    pub(crate) name: String,
    /// How long it takes: 2h, 30m
    #[arg(long = "for", id = "for", value_name = "TIME", value_parser = duration)]
    pub(crate) length: Option<Duration>,
    /// When it begins: a date with a time, or 3h from now [default: now]
    #[arg(long, value_name = "MOMENT", conflicts_with = "weekly")]
    pub(crate) from: Option<String>,
    /// When it ends
    #[arg(long, value_name = "MOMENT", conflicts_with = "weekly")]
    pub(crate) until: Option<String>,
    /// Every week on these days: mon,sun; or daily
    #[arg(long, value_name = "DAYS", value_delimiter = ',', requires_all = ["at", "for"])]
    pub(crate) weekly: Vec<String>,
    /// The time of day at which it begins: 02:00
    #[arg(long, value_name = "HH:MM", requires = "weekly")]
    pub(crate) at: Option<String>,
    /// Its time zone [default: the server's]
    #[arg(long, requires = "weekly")]
    pub(crate) zone: Option<String>,
    /// Only this check; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) check: Vec<String>,
    /// Only this rule of alerts, by its name, kind or id; may be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) rule: Vec<String>,
}
