//! The log files of the process that owns a data directory: `tracing` and the run logs of mailings go into them.

use crate::{
    config::Config,
    failure::{Failure, Result},
};
use jiff::tz::TimeZone;
use jobs::{Tell, run_log::Record};
use logfiles::{ByteSize, FileConfig, Format, Handle, Journal, LogFiles, Rotate};
use mail::{
    run_log::{Event, Form, Style},
    spec::Mailing,
};
use model::{Clock, JobId, Level};
use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};
use store::Job;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::layer::SubscriberExt as _;

/// Bytes of the file from which the log store takes what is traced, and rotated ones beside it: for when nothing
/// collects them for long.
const JOURNAL_BYTES: u64 = 8 << 20;
const JOURNAL_KEPT: u32 = 3;
/// Who keeps what is read from it: what they say of their work each time would never come to an end.
const KEEPERS: [&str; 2] = ["telemetry", "logs"];
/// Jobs whose style of log is remembered.
const REMEMBERED: usize = 64;

/// Opens the log files, sends `tracing` there, and reopens them at SIGHUP.
pub(crate) fn start(config: &Config, clock: Clock) -> Result<Handle> {
    let mut logs = config.logs.value.clone();
    if logs.time_zone.is_none() {
        logs.time_zone = config.zone.value.iana_name().map(str::to_owned);
    }
    let journal = config.log_store.value.own_logs.then(|| journal(config.journal_file()));
    let opened = LogFiles::open_with(&logs, &config.log_dir(), clock, journal);
    let (layer, handle) = opened.map_err(|error| Failure::refused(format!("{}: {error}", config.logs.from)))?;
    // A second subscriber in the same process would be a defect of ours, and costs a log, not the run.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(layer));
    let reopened = handle.clone();
    if let Ok(mut hangup) = signal(SignalKind::hangup()) {
        tokio::spawn(async move {
            while hangup.recv().await.is_some() {
                let handle = reopened.clone();
                let _ = tokio::task::spawn_blocking(move || handle.reopen()).await;
                tracing::info!("log files reopened");
            }
        });
    }
    Ok(handle)
}

/// What is traced, to the microsecond and each field by itself, for the log store.
fn journal(path: PathBuf) -> Journal {
    let file = FileConfig {
        path,
        format: Format::Json,
        max_size: ByteSize(JOURNAL_BYTES),
        rotate: Rotate::None,
        keep: JOURNAL_KEPT,
        max_age_days: None,
        compress: false,
        level: Level::Info,
        loggers: Vec::new(),
    };
    Journal { file, grave_only: KEEPERS.map(str::to_owned).to_vec() }
}

/// Writes the records of run logs into the log files: a mailing's in the words that people and scripts know.
pub(crate) fn tell(handle: Handle, zone: TimeZone) -> Tell {
    let styles: Mutex<HashMap<JobId, Arc<Style>>> = Mutex::default();
    Arc::new(move |job: &Job, records: &[Record]| {
        if job.kind != "mail" {
            for record in records {
                handle.tell("jobs", Level::Info, &record.message, &[("job", job.id.to_string().into())]);
            }
            return;
        }
        let style = style_of(&styles, job, &zone);
        for record in records {
            match Event::from_fields(&record.event, &record.fields) {
                Ok(event) => {
                    for line in mail::run_log::render(&event, record.at, &style) {
                        handle.write_line("mail", event.level(), &line);
                    }
                }
                Err(_) => handle.write_line("mail", record.level, &record.message),
            }
        }
    })
}

/// How the mailing wants to be told of; read from its settings once.
fn style_of(styles: &Mutex<HashMap<JobId, Arc<Style>>>, job: &Job, zone: &TimeZone) -> Arc<Style> {
    let mut styles = styles.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(style) = styles.get(&job.id) {
        return Arc::clone(style);
    }
    let (log, language) = serde_json::from_str::<Mailing>(&job.spec)
        .map_or_else(|_| Default::default(), |mailing| (mailing.log, mailing.language));
    let style = Style {
        // A file holds one dated line per event unless blocks were asked for.
        form: if log.form == Form::Compact { Form::Short } else { log.form },
        emojis: log.emojis,
        language,
        zone: zone.clone(),
    };
    if styles.len() >= REMEMBERED {
        styles.clear();
    }
    let style = Arc::new(style);
    styles.insert(job.id, Arc::clone(&style));
    style
}
