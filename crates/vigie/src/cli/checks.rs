//! What is said to `vigie check`.

use super::duration;
use clap::{ArgGroup, Args, Subcommand};
use std::time::Duration;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie check add backup --every 24h --grace 1h
  vigie check add export --cron '0 2 * * *' --zone Europe/Paris --run-max 30m --at-least rows=100
  vigie check add site --http https://example.org/ --contains Welcome
  vigie check add mail --tcp mail.example.org:25 --public=E-mail
  vigie check status-page --on

A check that reports has an address: call it when the job has ended well, with /start when it begins, with /fail or /3 (its \
exit status) when it failed. Addresses and their answers are those of Healthchecks.")]
pub(crate) struct CheckArgs {
    #[command(subcommand)]
    pub(crate) command: Option<CheckCommand>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum CheckCommand {
    /// Watch something: a job that reports, a web address, a port, a name
    Add(Box<CheckAddArgs>),
    /// The checks there are, and how they stand
    List,
    /// One check, with the last that was heard of it
    Show { check: String },
    /// Expect nothing of it until it is resumed
    Pause { check: String },
    /// Expect it again, from now on
    Resume { check: String },
    /// Check an address, a port or a name now
    Test { check: String },
    /// Show a check on the public status page
    Publish {
        check: String,
        /// What visitors see in the place of its name
        #[arg(long = "as", value_name = "NAME")]
        public_name: Option<String>,
    },
    /// Take a check off the public status page
    Hide { check: String },
    /// The public status page: show its address, turn it on or off
    StatusPage(StatusPageArgs),
    /// Delete a check, and all that was heard of it
    Remove { check: String },
}

#[derive(Debug, Args)]
pub(crate) struct StatusPageArgs {
    /// Publish the page
    #[arg(long, conflicts_with = "off")]
    pub(crate) on: bool,
    /// Do not publish it any more
    #[arg(long)]
    pub(crate) off: bool,
    /// What stands above it
    #[arg(long)]
    pub(crate) title: Option<String>,
    /// At an address that cannot be guessed
    #[arg(long, conflicts_with = "plain")]
    pub(crate) secret: bool,
    /// At the address /status
    #[arg(long)]
    pub(crate) plain: bool,
    /// Make a new address that cannot be guessed; the one before stops working
    #[arg(long)]
    pub(crate) new_address: bool,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("watched").required(true).args(["every", "cron", "http", "tcp", "dns"]))]
pub(crate) struct CheckAddArgs {
    /// What it is called
    pub(crate) name: String,
    /// It reports at least so often: 24h, 15m
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) every: Option<Duration>,
    /// It reports at these times: five cron fields
    #[arg(long, value_name = "FIELDS")]
    pub(crate) cron: Option<String>,
    /// The time zone of the cron fields [default: the server's]
    #[arg(long, requires = "cron")]
    pub(crate) zone: Option<String>,
    /// How late it may be
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "1h")]
    pub(crate) grace: Duration,
    /// How long a run may take from its start [default: as long as it may be late]
    #[arg(long, value_name = "TIME", value_parser = duration)]
    pub(crate) run_max: Option<Duration>,
    /// A run that says less did too little: rows=100; several may be given
    #[arg(long, value_name = "NAME=N")]
    pub(crate) at_least: Vec<String>,
    /// A web address that has to answer
    #[arg(long, value_name = "URL")]
    pub(crate) http: Option<String>,
    /// What its answer has to contain
    #[arg(long, value_name = "TEXT", requires = "http", default_value = "")]
    pub(crate) contains: String,
    /// A port that has to take connections
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) tcp: Option<String>,
    /// A name that has to lead somewhere
    #[arg(long, value_name = "HOST")]
    pub(crate) dns: Option<String>,
    /// Ask over IPv4 alone
    #[arg(long, conflicts_with_all = ["ipv6", "every", "cron", "dns"])]
    pub(crate) ipv4: bool,
    /// Ask over IPv6 alone
    #[arg(long, conflicts_with_all = ["every", "cron", "dns"])]
    pub(crate) ipv6: bool,
    /// Show it on the public status page, under this name where one is given
    #[arg(long, value_name = "NAME", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    pub(crate) public: Option<String>,
    /// How often it is asked
    #[arg(long, value_name = "TIME", value_parser = duration, default_value = "60s")]
    pub(crate) interval: Duration,
    /// Failures in a row before it is down
    #[arg(long, value_name = "N", default_value_t = 1)]
    pub(crate) failures: u32,
}
