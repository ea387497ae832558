//! The way from the outbox to the store: a thread, from the first line on until the log is closed.

use super::{Inner, line, outbox::each_line, store::Known};
use crate::{Error, Opened};
use model::{JobId, JobLine};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What is said within so long makes one batch.
pub(super) const GATHER_FOR: Duration = Duration::from_millis(250);
/// How long a store that cannot be written to is left alone.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How often what other processes have left is looked for.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What the thread waits for.
#[derive(Default)]
pub(super) struct Bell {
    rung: Mutex<Rung>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default)]
struct Rung {
    is_written: bool,
    is_closing: bool,
    has_ended: bool,
}

impl Bell {
    fn lock(&self) -> MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Something was written.
    pub(super) fn ring(&self) {
        self.lock().is_written = true;
        self.changed.notify_all();
    }

    pub(super) fn close(&self) {
        self.lock().is_closing = true;
        self.changed.notify_all();
    }

    fn is_closing(&self) -> bool {
        self.lock().is_closing
    }

    /// Waits until something was written, at most `time`.
    fn wait_for_lines(&self, time: Duration) {
        let quiet = |rung: &mut Rung| !rung.is_written && !rung.is_closing;
        let waited = self.changed.wait_timeout_while(self.lock(), time, quiet);
        waited.unwrap_or_else(PoisonError::into_inner).0.is_written = false;
    }

    /// Waits `time`, unless the log is closed.
    fn wait(&self, time: Duration) {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |rung| !rung.is_closing);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }

    fn end(&self) {
        self.lock().has_ended = true;
        self.changed.notify_all();
    }

    /// Waits for the thread to end, at most `time`.
    pub(super) fn wait_for_end(&self, time: Duration) {
        let waited = self.changed.wait_timeout_while(self.lock(), time, |rung| !rung.has_ended);
        drop(waited.unwrap_or_else(PoisonError::into_inner));
    }
}

/// Until the log is closed.
pub(super) fn run(log: &Inner) {
    let mut told = false;
    loop {
        // What is written after this is the business of the next round.
        let is_closing = log.bell.is_closing();
        let outcome = drain(log);
        match &outcome {
            Ok(()) if std::mem::take(&mut told) => tracing::info!("run logs are kept in the log store again"),
            Err(error) if !is_closing && !std::mem::replace(&mut told, true) => {
                tracing::warn!(%error, "run logs wait in the outbox: the log store cannot take them for now");
            }
            _ => {}
        }
        if is_closing {
            break;
        }
        match outcome {
            Ok(()) => {
                log.bell.wait_for_lines(LOOK_EVERY);
                log.bell.wait(GATHER_FOR);
            }
            Err(_) => log.bell.wait(RETRY_AFTER),
        }
    }
    log.bell.end();
}

/// Hands what stands in the outbox to the store, in order.
pub(super) fn drain(log: &Inner) -> Result<(), Error> {
    let failed = |error| Error::io(log.outbox.folder(), error);
    if log.outbox.files().map_err(failed)?.is_empty() {
        return Ok(());
    }
    let opened = match log.logs.opened_at_once() {
        Ok(opened) => opened,
        Err(error) => {
            // Whoever has the store takes what we have closed. Else it may stay here for long.
            match error {
                Error::InUse { .. } => drop(log.outbox.seal()),
                _ => log.outbox.sync().map_err(failed)?,
            }
            return Err(error);
        }
    };
    let mut fresh: HashMap<PathBuf, Vec<(JobId, JobLine)>> = log.outbox.seal().into_iter().collect();
    for sealed in log.outbox.sealed().map_err(failed)? {
        match fresh.remove(&sealed.path) {
            Some(lines) => append(log, &opened, &lines, Known::default())?,
            None => {
                let lines = read(&sealed.path)?;
                // Its process may have ended between their acknowledgement and the end of the file.
                let known = Known::of(&opened.store.snapshot(telemetry::Kind::Log), &lines)?;
                append(log, &opened, &lines, known)?;
            }
        }
        fs::remove_file(&sealed.path).map_err(|error| Error::io(&sealed.path, error))?;
    }
    Ok(())
}

fn append(log: &Inner, opened: &Arc<Opened>, lines: &[(JobId, JobLine)], mut known: Known) -> Result<(), Error> {
    let mut intake = crate::Intake::new(log.logs.clone(), Arc::clone(opened));
    for (job, line) in lines {
        if !known.take(*job, line) {
            intake.keep(|draft| line::write(draft, *job, line))?;
        }
    }
    intake.finish()
}

/// The lines of a file.
fn read(path: &Path) -> Result<Vec<(JobId, JobLine)>, Error> {
    let (mut lines, mut unread) = (Vec::new(), 0_u64);
    let read = each_line(path, |bytes| match line::decode(bytes) {
        Some(line) => lines.push(line),
        None => unread += u64::from(!bytes.trim_ascii().is_empty()),
    });
    read.map_err(|error| Error::io(path, error))?;
    if unread > 0 {
        tracing::warn!(path = %path.display(), unread, "lines of a run log are torn, and left out");
    }
    Ok(lines)
}
