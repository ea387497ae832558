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
    /// Keep a task from running, or stop it while it runs
    Revoke {
        /// The ID of the task
        task: String,
        /// Stop it where it runs
        #[arg(long)]
        terminate: bool,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
    /// Change the pool of a worker
    Pool(CeleryPoolArgs),
    /// Have a worker take tasks from a queue, or no longer
    Consume {
        /// The worker: celery@shop-1
        worker: String,
        /// The queue
        queue: String,
        /// Take no more tasks from it
        #[arg(long)]
        stop: bool,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
    /// Limit how often tasks of a name are begun
    RateLimit {
        /// The name of the tasks: shop.tasks.bill
        task: String,
        /// 10/s, 10/m, 10/h; 0 for no limit
        rate: String,
        /// On this worker only
        #[arg(long)]
        worker: Option<String>,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
    /// Limit how long tasks of a name may run
    TimeLimit {
        /// The name of the tasks: shop.tasks.bill
        task: String,
        /// Seconds after which the task is told
        #[arg(long)]
        soft: Option<f64>,
        /// Seconds after which it is ended
        #[arg(long)]
        hard: Option<f64>,
        /// On this worker only
        #[arg(long)]
        worker: Option<String>,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
    /// Stop a worker, once it has finished its tasks
    Shutdown {
        /// The worker: celery@shop-1
        worker: String,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
    /// Delete all messages of a queue, where it holds just as many as you say
    Purge {
        /// The queue
        queue: String,
        /// How many messages it holds
        #[arg(long, value_name = "N")]
        messages: u64,
        #[command(flatten)]
        at: CeleryBrokerArg,
    },
}

/// Whose.
#[derive(Debug, Args)]
pub(crate) struct CeleryBrokerArg {
    /// Name the broker, where there are several
    #[arg(long)]
    pub(crate) broker: Option<String>,
}

/// How a pool changes.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(crate) struct CeleryPoolChange {
    /// Add so many processes
    #[arg(long, value_name = "N")]
    pub(crate) grow: Option<u32>,
    /// Remove so many processes
    #[arg(long, value_name = "N")]
    pub(crate) shrink: Option<u32>,
    /// Keep between MIN and MAX processes, as needed
    #[arg(long, num_args = 2, value_names = ["MIN", "MAX"])]
    pub(crate) autoscale: Option<Vec<u32>>,
    /// Restart its processes
    #[arg(long)]
    pub(crate) restart: bool,
}

#[derive(Debug, Args)]
pub(crate) struct CeleryPoolArgs {
    /// The worker: celery@shop-1
    pub(crate) worker: String,
    #[command(flatten)]
    pub(crate) change: CeleryPoolChange,
    #[command(flatten)]
    pub(crate) at: CeleryBrokerArg,
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
