//! What is said to `vigie celery`.

use super::BadValue;
use crate::words::t;
use clap::{Args, Subcommand};
use std::path::PathBuf;

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
    /// Make schedules of what Celery's beat sends again and again; without --apply, only show them
    ImportBeat(CeleryBeatArgs),
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

/// What beat sends, and how it is to be sent from now on.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  vigie celery import-beat --app shop                       what the workers say of beat_schedule
  python manage.py dumpdata django_celery_beat > beat.json
  vigie celery import-beat beat.json --app shop --folder /srv/shop --celery /srv/shop/venv/bin/celery
  vigie celery import-beat beat.json --app shop --folder /srv/shop --apply

Stop beat once the schedules are made: otherwise each task is sent twice.")]
pub(crate) struct CeleryBeatArgs {
    /// The tables of django-celery-beat, as dumpdata writes them, or beat_schedule as JSON [default: ask the workers]
    #[arg(value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// The application, as for `celery -A`
    #[arg(long, value_name = "APP")]
    pub(crate) app: String,
    /// The program that sends a task
    #[arg(long, value_name = "PROGRAM", default_value = "celery")]
    pub(crate) celery: String,
    /// Where it runs [default: here]
    #[arg(long, value_name = "FOLDER")]
    pub(crate) folder: Option<PathBuf>,
    /// A variable that the application needs; several may be given
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    pub(crate) env: Vec<(String, String)>,
    /// Ask this worker only: celery@shop-1
    #[arg(long, conflicts_with = "file")]
    pub(crate) worker: Option<String>,
    /// The clock of schedules that name none [default: the server's]
    #[arg(long)]
    pub(crate) zone: Option<String>,
    /// Make the schedules
    #[arg(long)]
    pub(crate) apply: bool,
    /// Replace schedules of the same names
    #[arg(long, requires = "apply")]
    pub(crate) replace: bool,
}

fn variable(text: &str) -> Result<(String, String), BadValue> {
    let pair = text.split_once('=').filter(|(name, _)| !name.is_empty());
    pair.map(|(name, value)| (name.to_owned(), value.to_owned())).ok_or_else(|| BadValue(t!("value-variable")))
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
