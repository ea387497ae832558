//! Rotated log files for `tracing`.
//!
//! A [`Config`] lists files, each with the loggers and the least level it takes; [`LogFiles::open`] gives the layer to
//! install and a [`Handle`] to flush, reopen and write pre-rendered lines. Loggers are hierarchical, as in Python's
//! logging: `mail` speaks for `mail::smtp` (or `mail.smtp`) unless that has a level of its own.
//!
//! The one who logs formats the line, masks what is secret in it ([`scrub::scrub`]) and puts it in a bounded queue; one thread
//! writes, another compresses and deletes. A full queue drops lines, counts them and says so in the file. A file that
//! cannot be written does not stop the program: its lost lines are counted, told of once on standard error and, when
//! it can be written again, in the file. Rotation by an outside logrotate is noticed, whether it renames or truncates.

mod config;
mod file;
mod file_lock;
mod layer;
mod line;
mod rotated;
mod routes;
mod writer;

#[cfg(test)]
mod tests;

pub use config::{ByteSize, Config, ConfigError, Console, FileConfig, Format, Journal, Rotate};
pub use writer::FileStats;

use line::{Dress, Line};
use model::{Clock, Level};
use routes::{Routes, Sinks};
use std::{path::Path, sync::Arc};
use tracing_subscriber::{Layer, registry::LookupSpan};
use writer::Writer;

/// The entry point.
#[derive(Debug)]
pub struct LogFiles;

impl LogFiles {
    /// Opens the files of `config` under `dir`, which is created. Only a wrong configuration is an error: a file that
    /// cannot be opened now is tried again with each write.
    pub fn open<S>(
        config: &Config,
        dir: &Path,
        clock: Clock,
    ) -> Result<(impl Layer<S> + Send + Sync + use<S>, Handle), ConfigError>
    where
        S: tracing::Subscriber + for<'lookup> LookupSpan<'lookup>,
    {
        Self::open_with(config, dir, clock, None)
    }

    /// The same, with a journal.
    pub fn open_with<S>(
        config: &Config,
        dir: &Path,
        clock: Clock,
        journal: Option<Journal>,
    ) -> Result<(impl Layer<S> + Send + Sync + use<S>, Handle), ConfigError>
    where
        S: tracing::Subscriber + for<'lookup> LookupSpan<'lookup>,
    {
        let mut plan = config.validate()?;
        if let Some(journal) = journal {
            plan = plan.with_journal(journal);
        }
        let routes = Arc::new(Routes::new(&plan));
        let writer = Arc::new(Writer::start(&plan, dir, clock.clone()));
        let shared = Arc::new(Shared { routes, writer, clock, zone: plan.zone });
        let handle = Handle(Arc::clone(&shared));
        Ok((layer::layer(shared), handle))
    }
}

/// What the layer and the handles share.
#[derive(Debug)]
struct Shared {
    routes: Arc<Routes>,
    writer: Arc<Writer>,
    clock: Clock,
    zone: jiff::tz::TimeZone,
}

impl Shared {
    /// Finishes the line once for each format that is wanted and queues it.
    fn send(&self, sinks: Sinks, line: &Line<'_>, dress: Dress) {
        let json = self.routes.json();
        for (sinks, format) in [(sinks & !json, Format::Text), (sinks & json, Format::Json)] {
            if sinks != 0 {
                self.writer.send(line.at, sinks, line.finish(format, dress, &self.zone));
            }
        }
    }
}

/// Reaches the open files. Clones reach the same ones.
#[derive(Clone, Debug)]
pub struct Handle(Arc<Shared>);

impl Handle {
    /// Closes and reopens every file by its name: for SIGHUP. Returns once it is done. It blocks.
    pub fn reopen(&self) {
        self.0.writer.reopen();
    }

    /// Returns once all that was logged before has been handed to the operating system and rotated files have been
    /// compressed. It blocks; call it before the program ends.
    pub fn flush(&self) {
        self.0.writer.flush();
    }

    /// Writes `line` as it is, but for secrets and line breaks within, to the file of that name or else to whatever
    /// takes that logger at that level. In JSON files it becomes a record's message.
    pub fn write_line(&self, file_or_logger: &str, level: Level, line: &str) {
        let sinks = self.0.routes.by_file_or_logger(file_or_logger, level);
        let at = self.0.clock.now();
        let line = Line { at, level, logger: file_or_logger, message: line, fields: &[] };
        self.0.send(sinks, &line, Dress::Bare);
    }

    /// Writes a line to whatever takes that logger at that level but the journal, with its fields: what it says is kept
    /// elsewhere.
    pub fn tell(&self, logger: &str, level: Level, message: &str, fields: &[(&'static str, serde_json::Value)]) {
        let sinks = self.0.routes.told(logger, level);
        if sinks != 0 {
            let line = Line { at: self.0.clock.now(), level, logger, message, fields };
            self.0.send(sinks, &line, Dress::Full);
        }
    }

    /// Writes what happened to whatever takes that logger at that level: to text files `lines` as they are, to JSON files
    /// one record, `message` with `fields`. Kept elsewhere, it is none of the journal's.
    pub fn tell_lines(
        &self,
        logger: &str,
        level: Level,
        lines: &[String],
        message: &str,
        fields: &[(&'static str, serde_json::Value)],
    ) {
        let (sinks, json) = (self.0.routes.told(logger, level), self.0.routes.json());
        let at = self.0.clock.now();
        if sinks & !json != 0 {
            for line in lines {
                let line = Line { at, level, logger, message: line, fields: &[] };
                self.0.send(sinks & !json, &line, Dress::Bare);
            }
        }
        if sinks & json != 0 {
            self.0.send(sinks & json, &Line { at, level, logger, message, fields }, Dress::Full);
        }
    }

    /// What each file has taken and lost, in the order of the configuration; the journal last.
    pub fn stats(&self) -> Vec<FileStats> {
        self.0.writer.stats()
    }
}
