//! What is said to `vigie releases`.

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(crate) struct ReleasesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<ReleasesCommand>,
    #[command(flatten)]
    pub(crate) filter: ReleasesFilter,
}

#[derive(Debug, Subcommand)]
pub(crate) enum ReleasesCommand {
    /// The releases of a project, the newest first
    List(ReleasesFilter),
    /// One release: its sessions, deploys and commits
    Show {
        /// As the program names it: shop@1.2.0
        version: String,
        #[command(flatten)]
        filter: ReleasesFilter,
    },
}

/// Of which project, and of which time sessions are counted.
#[derive(Debug, Args)]
pub(crate) struct ReleasesFilter {
    /// The slug of the project; needed where there are several
    #[arg(long, value_name = "SLUG")]
    pub(crate) project: Option<String>,
    /// Count sessions of that environment alone
    #[arg(long)]
    pub(crate) environment: Option<String>,
}
