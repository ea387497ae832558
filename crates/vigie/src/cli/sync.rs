//! What is said to `vigie sync`.

use super::duration;
use clap::{Args, Subcommand};
use std::{path::PathBuf, time::Duration};
use uuid::Uuid;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie sync add country --source https://a.example --target https://b.example --values
  vigie sync check country
  vigie sync plan country                    what a run would write
  vigie sync run country --plan ID           that, or nothing where a side has changed
  vigie sync reconcile country               exit status 3 where the sides differ

A configuration is named by its name or its number.")]
pub(crate) struct SyncArgs {
    #[command(subcommand)]
    pub(crate) command: SyncCommand,
}

#[derive(Debug, Subcommand)]
pub(crate) enum SyncCommand {
    /// Make a configuration, or change it
    Add(Box<SyncAddArgs>),
    /// The configurations there are
    List,
    /// Ask both instances what stands in the way of a run
    Check { name: String },
    /// Read both sides, and show what a run would write
    Plan {
        name: String,
        /// Ask the target what it would refuse; nothing is written
        #[arg(long)]
        validate: bool,
        /// Show what becomes of each property
        #[arg(long)]
        changes: bool,
    },
    /// Write what differs to the target, and read it again
    Run {
        name: String,
        /// A plan: nothing but what it says is written
        #[arg(long, value_name = "ID")]
        plan: Option<Uuid>,
        /// Do not wait for the end
        #[arg(long)]
        detach: bool,
    },
    /// Let it run by itself
    Start { name: String },
    /// Let it no longer run by itself
    Stop { name: String },
    /// How it stands, with its last runs
    Status { name: String },
    /// Read both sides, and prove them equal
    Reconcile { name: String },
    /// Which objects were equal when, and which could not be written
    Ledger {
        name: String,
        /// Only what could not be written
        #[arg(long)]
        failed: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SyncAddArgs {
    pub(crate) name: String,
    /// The instance that is read [default: that of [sync.NAME] in vigie.toml]
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) source: Option<String>,
    /// The instance that is written
    #[arg(long, value_name = "URL", requires = "source")]
    pub(crate) target: Option<String>,
    /// A file with the source's token, or name:password [default: VIGIE_SYNC_SOURCE_SECRET]
    #[arg(long, value_name = "FILE")]
    pub(crate) source_secret_file: Option<PathBuf>,
    /// A file with the target's [default: VIGIE_SYNC_TARGET_SECRET]
    #[arg(long, value_name = "FILE")]
    pub(crate) target_secret_file: Option<PathBuf>,
    /// Types of metadata, as dataElements [default: all that Vigie knows]
    #[arg(long, value_name = "TYPE", value_delimiter = ',', requires = "source")]
    pub(crate) metadata: Vec<String>,
    /// Data values, too
    #[arg(long, requires = "source")]
    pub(crate) values: bool,
    /// That data sets are complete, too
    #[arg(long, requires = "source")]
    pub(crate) completeness: bool,
    /// Tracked entities and events, too
    #[arg(long, requires = "source")]
    pub(crate) tracker: bool,
    /// Files and images that values refer to, too
    #[arg(long, requires = "source")]
    pub(crate) files: bool,
    /// Below which organisation unit values are read
    #[arg(long, value_name = "UID", requires = "source")]
    pub(crate) org_unit: Option<String>,
    /// Look at the source again and again, once it is started
    #[arg(long, requires = "source", conflicts_with = "schedule")]
    pub(crate) automatic: bool,
    /// When it runs, once it is started: cron, or an interval as "every 6 h"
    #[arg(long, value_name = "WHEN", requires = "source")]
    pub(crate) schedule: Option<String>,
    /// The time zone of the schedule
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub(crate) zone: String,
    /// How often
    #[arg(long, value_name = "TIME", default_value = "60s", value_parser = duration)]
    pub(crate) check_every: Duration,
    /// How long it rests after a failure
    #[arg(long, value_name = "TIME", default_value = "30m", value_parser = duration)]
    pub(crate) cooldown: Duration,
    /// What is done where both sides have changed: source, target, stop
    #[arg(long, value_name = "SIDE", default_value = "source", value_parser = ["source", "target", "stop"])]
    pub(crate) conflict: String,
    /// Copy sharing settings
    #[arg(long, requires = "source")]
    pub(crate) copy_sharing: bool,
    /// Delete on the target what the source has deleted
    #[arg(long, requires = "source")]
    pub(crate) delete: bool,
    /// Above so many of a hundred objects of a type, ask a person first
    #[arg(long, value_name = "PERCENT", default_value = "2", value_parser = clap::value_parser!(u64).range(0..=100))]
    pub(crate) max_delete: u64,
    /// A CSV file of objects with another uid on the target: type, uid or code, uid
    #[arg(long, value_name = "FILE", requires = "source")]
    pub(crate) map: Option<PathBuf>,
}
