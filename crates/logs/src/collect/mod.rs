//! Collectors: what brings logs in that nobody sends. Files that grow, the journal, syslog, and what Vigie itself traces.
//!
//! Each has a thread that reads, puts records together and waits for their acknowledgement before it reads on: a store that
//! is busy or full makes collectors wait. Where a source can be read again, its position is kept with what was read, and
//! nothing is missed or kept twice across restarts and crashes.

mod checkpointed_writer;
mod config;
mod files;
mod journal;
pub(crate) mod stored;
mod syslog;
#[cfg(test)]
mod tests;

pub use config::{Collect, ConfigError, SourceEntry, names_nothing};

use crate::{Labels, Logs};
use files::FileCollector;
use journal::Journal;
use std::{
    io,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread::JoinHandle,
    time::Duration,
};
use syslog::Syslog;

/// How often sources that tell nothing by themselves are looked at.
pub(crate) const POLL_EVERY: Duration = Duration::from_millis(250);

/// Collectors at work, until they are stopped.
pub struct Collectors {
    stop: Stop,
    threads: Vec<JoinHandle<()>>,
}

impl Collectors {
    /// Starts what `config` asks for. Addresses that cannot be listened on are errors; everything else is waited for.
    ///
    /// # Errors
    /// The address that cannot be listened on, and why.
    pub async fn start(logs: &Logs, config: &Config) -> Result<Self, (SocketAddr, io::Error)> {
        let mut syslogs = Vec::new();
        for address in &config.syslog {
            let (syslog, at) = Syslog::listen(*address).await.map_err(|error| (*address, error))?;
            tracing::info!(address = %at, "taking syslog over UDP and TCP");
            syslogs.push(syslog);
        }
        let mut collectors = Self { stop: Stop::default(), threads: Vec::new() };
        for syslog in syslogs {
            collectors.spawn("collect-syslog", logs, |logs, stop| syslog.run(logs, &stop));
        }
        if !config.files.is_empty() || config.traced.is_some() {
            let (watched, traced) = (config.files.clone(), config.traced.clone());
            collectors.spawn("collect-files", logs, |logs, stop| {
                if let Ok(mut files) = FileCollector::open(logs, stop, watched, traced) {
                    files.run();
                }
            });
        }
        if config.journald {
            collectors.spawn("collect-journal", logs, |logs, stop| {
                if let Ok(mut journal) = Journal::open(logs, stop, "journalctl") {
                    journal.run();
                }
            });
        }
        logs.set_collected(config);
        Ok(collectors)
    }

    fn spawn(&mut self, name: &'static str, logs: &Logs, work: impl FnOnce(Logs, Stop) + Send + 'static) {
        let (logs, stop) = (logs.clone(), self.stop.clone());
        match std::thread::Builder::new().name(name.to_owned()).spawn(move || work(logs, stop)) {
            Ok(thread) => self.threads.push(thread),
            Err(error) => tracing::error!(name, %error, "a collector of logs cannot be started"),
        }
    }

    /// Stops them: what they have read is kept, and where they stand is written down.
    pub async fn stop(mut self) {
        let _ = tokio::task::spawn_blocking(move || self.end()).await;
    }

    fn end(&mut self) {
        self.stop.ask();
        for thread in self.threads.drain(..) {
            if thread.join().is_err() {
                tracing::error!("a collector of logs has panicked");
            }
        }
    }
}

/// What is collected.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Config {
    /// Patterns of files; a file has the labels of the first that names it.
    pub files: Vec<Watched>,
    /// Addresses on which syslog is taken, over UDP and TCP.
    pub syslog: Vec<SocketAddr>,
    /// Whether the machine's journal is.
    pub journald: bool,
    /// What Vigie itself traces, an object a line; rotated files have this path and more behind it.
    pub traced: Option<PathBuf>,
}

/// A pattern of files, and what all their records have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    pub pattern: String,
    pub labels: Labels,
}

/// The name under which a field of Vigie's own is asked for: searches take `job:` for short.
fn asked_for(name: &str) -> &str {
    match name {
        "job" => "job_id",
        "item" => "item_id",
        "trace" => "trace_id",
        "request" => "request_id",
        name => name,
    }
}

/// Whether to stop, and a way to wait until then.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stop(Arc<(Mutex<bool>, Condvar)>);

impl Stop {
    pub(crate) fn ask(&self) {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.0.1.notify_all();
    }

    pub(crate) fn is_asked(&self) -> bool {
        *self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits so long; whether it was asked to stop.
    pub(crate) fn wait(&self, time: Duration) -> bool {
        let asked = self.0.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (asked, _) =
            self.0.1.wait_timeout_while(asked, time, |asked| !*asked).unwrap_or_else(PoisonError::into_inner);
        *asked
    }
}
