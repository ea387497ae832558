//! What is said to `vigie celery`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum CeleryCommand {
    /// The brokers that Vigie listens to, and how each is reached
    Brokers,
    /// The workers, as they last said of themselves
    Workers,
    /// The tasks, the newest first
    Tasks(CeleryTasksArgs),
    /// One task: its arguments, result or error, and the tasks that belong to it
    Task {
        /// The ID of the task
        task: String,
        /// Name the broker, where tasks of several have this ID
        #[arg(long)]
        broker: Option<String>,
    },
    /// The queues, with what waits in each
    Queues,
}

/// Which tasks.
#[derive(Debug, Args)]
pub(crate) struct CeleryTasksArgs {
    /// Part of the name, the ID or the arguments
    pub(crate) text: Option<String>,
    /// Tasks of that name: shop.tasks.bill
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// Tasks in that state: SUCCESS, FAILURE, STARTED
    #[arg(long)]
    pub(crate) state: Option<String>,
    /// Tasks of that worker: celery@shop-1
    #[arg(long)]
    pub(crate) worker: Option<String>,
    /// Tasks of that broker
    #[arg(long)]
    pub(crate) broker: Option<String>,
    /// How many tasks at most
    #[arg(long, default_value_t = 50)]
    pub(crate) limit: u32,
}
