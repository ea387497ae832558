//! The log files of the process that owns a data directory: `tracing` and the run logs of mailings go into them.

use crate::{
    config::Config,
    failure::{Failure, Result},
    words::t,
};
use jiff::tz::TimeZone;
use jobs::Tell;
use logfiles::{ByteSize, FileConfig, Format, Handle, Journal, LogFiles, Rotate};
use mail::{
    run_log::{Event, Style},
    spec::Mailing,
};
use model::{Clock, JobId, JobKind, JobLine, Level};
use serde_json::Value;
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError},
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
    let is_missing = |files: &[FileConfig], name: &str| files.iter().all(|file| file.path != Path::new(name));
    for file in SYNC_FILES {
        if logs.defaults && is_missing(&logs.files, file.0) {
            logs.files.push(sync_file(file));
        }
    }
    let journal = config.log_store.value.own_logs.then(|| journal(config.journal_file()));
    let opened = LogFiles::open_with(&logs, &config.log_dir(), clock, journal);
    let (layer, handle) = opened.map_err(|error| Failure::refused(t!("at-place", place = config.logs.from, error)))?;
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

/// The files that the application before wrote of its syncs, with their size in MB and how many are kept. They are opened
/// like others, and filled by name.
const SYNC_FILES: [(&str, u64, u32); 4] =
    [("auto_sync.log", 10, 10), ("changes_detected.log", 5, 5), ("sync_jobs.log", 10, 10), ("dhis2_sync.log", 10, 5)];

fn sync_file((path, megabytes, keep): (&str, u64, u32)) -> FileConfig {
    FileConfig {
        path: path.into(),
        format: Format::Text,
        max_size: ByteSize(megabytes << 20),
        rotate: Rotate::None,
        keep,
        max_age_days: None,
        compress: true,
        level: Level::Debug,
        // What is traced does not go there.
        loggers: vec![format!("dhis2.{path}")],
    }
}

/// Where the lines of syncs go, once `handle` is there.
pub(crate) fn sync_log(handle: Arc<OnceLock<Handle>>, zone: TimeZone) -> dhis2::SyncLog {
    let write = move |file: &'static str, level, line: &str| {
        if let Some(handle) = handle.get() {
            handle.write_line(file, level, line);
        }
    };
    dhis2::SyncLog::new(write, zone)
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
    Arc::new(move |job: &Job, records: &[JobLine]| {
        if job.kind != JobKind::Mail {
            for record in records {
                let fields: Vec<_> =
                    fields(job, record).into_iter().filter(|(name, _)| IN_TEXT.contains(name)).collect();
                handle.tell("jobs", record.level, &record.message, &fields);
            }
            return;
        }
        let style = style_of(&styles, job, &zone);
        for record in records {
            let lines = match Event::from_fields(&record.event, &record.fields) {
                Ok(event) => mail::run_log::render(&event, record.at, &style),
                Err(_) => vec![record.message.clone()],
            };
            handle.tell_lines("mail", record.level, &lines, &record.message, &fields(job, record));
        }
    })
}

/// What lines of text say of a job that is no mailing.
const IN_TEXT: [&str; 2] = ["job", "item"];

/// The job, and of what its record says what a reader of JSON files asks for.
fn fields(job: &Job, record: &JobLine) -> Vec<(&'static str, Value)> {
    const SAID: [&str; 16] = [
        "item",
        "n",
        "total",
        "outcome",
        "file",
        "recipients",
        "fields",
        "reference",
        "refused",
        "error",
        "reason",
        "duration_ms",
        "attempt",
        "wait_s",
        "ending",
        "elapsed_ms",
    ];
    let mut fields = vec![("job", job.id.to_string().into()), ("job_name", job.name.clone().into())];
    fields.push(("event", record.event.clone().into()));
    if !job.created_by.is_empty() {
        fields.push(("user", job.created_by.clone().into()));
    }
    // Kinds other than a mailing call an item by its place.
    let item = record.fields.get("seq").filter(|_| !record.fields.contains_key("item"));
    fields.extend(item.map(|item| ("item", item.clone())));
    fields.extend(SAID.iter().filter_map(|name| Some((*name, record.fields.get(*name)?.clone()))));
    fields
}

/// How the mailing wants to be told of; read from its settings once.
fn style_of(styles: &Mutex<HashMap<JobId, Arc<Style>>>, job: &Job, zone: &TimeZone) -> Arc<Style> {
    let mut styles = styles.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(style) = styles.get(&job.id) {
        return Arc::clone(style);
    }
    let (log, language) = serde_json::from_str::<Mailing>(&job.spec)
        .map_or_else(|_| Default::default(), |mailing| (mailing.log, mailing.language));
    let style = Style { form: log.form, emojis: log.emojis, language, zone: zone.clone() };
    if styles.len() >= REMEMBERED {
        styles.clear();
    }
    let style = Arc::new(style);
    styles.insert(job.id, Arc::clone(&style));
    style
}

#[cfg(test)]
mod tests {
    use super::*;
    use indexmap::IndexMap;
    use mail::{
        run_log::{Ending, Finished, Item, LogFilter, Noun, Outcome, Route, Run, Started, message},
        spec::MailingFile,
    };
    use model::{Counters, ManualClock, OnUnknown};
    use store::{Db, NewJob};

    /// What the seed's task tells of its mailing of fifty.
    fn events() -> Vec<(Event, Option<i64>)> {
        let run = || Run { task_id: None, job_id: "xyz-789".to_owned() };
        let item = |n: u64, cct: &str, file: &str, outcome| {
            Event::Item(Item {
                n,
                total: 50,
                outcome,
                file: Some(file.to_owned()),
                recipients: vec!["client@example.com".to_owned()],
                fields: IndexMap::from([("CCT".to_owned(), cct.to_owned())]),
                duration_ms: 800,
            })
        };
        let started = Started {
            run: run(),
            total: 50,
            noun: Noun::Invoice,
            route: Route::GmailApi,
            user: Some("1".to_owned()),
            selection: Vec::new(),
            filter: LogFilter::Unsent,
            subject: "Vos factures".to_owned(),
        };
        let counters = Counters { total: 50, succeeded: 48, failed: 2, ..Counters::default() };
        let sent = Outcome::Sent { reference: "18d2abc123def456".to_owned(), refused: Vec::new() };
        vec![
            (Event::Started(started), None),
            (item(1, "CCT123", "FACTURE.pdf", sent), Some(1)),
            (item(2, "CCT456", "FACTURE2.pdf", Outcome::Failed { error: "Invalid email".to_owned() }), Some(2)),
            (Event::Finished(Finished { run: run(), ending: Ending::Completed, counters, elapsed_ms: 40_000 }), None),
        ]
    }

    async fn job(log: &str) -> Job {
        let text = "from = \"a@b.fr\"\nto = \"c@d.fr\"\nsubject = \"Factures\"\ntext = \"Bonjour\\n\"\n[log]\n";
        let file = MailingFile::parse(&format!("{text}{log}"), "m.toml").unwrap();
        let mailing = file.mailing(std::path::Path::new("/"), &[]).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.unwrap();
        let new = NewJob {
            authority: model::Authority::Write,
            ledger: store::LedgerMatch::None,
            limits: model::pace::Limits::default(),
            id: "0192f3a1-0000-7000-8000-000000000001".parse().unwrap(),
            kind: JobKind::Mail,
            name: "Factures".to_owned(),
            on_unknown: OnUnknown::Hold,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: "1".to_owned(),
            task_type: String::new(),
            task_id: String::new(),
            spec: serde_json::to_string(&mailing).unwrap(),
            state: model::JobState::Preparing,
            total: 0,
        };
        match db.create_job(new, at()).await.unwrap() {
            store::Created::New(job) | store::Created::Existing(job) | store::Created::NameTaken(job) => job,
        }
    }

    fn at() -> model::Timestamp {
        "2025-01-10T13:32:15Z".parse().unwrap()
    }

    /// What the files hold after the mailing was told.
    async fn told(log: &str) -> (String, String) {
        let job = job(log).await;
        let folder = tempfile::tempdir().unwrap();
        let config: logfiles::Config =
            toml::from_str("files = [{ path = \"mailing.json\", format = \"json\", loggers = [\"mail\"] }]").unwrap();
        let clock = Clock::Manual(ManualClock::at(at()));
        let (_, handle) = LogFiles::open::<tracing_subscriber::Registry>(&config, folder.path(), clock).unwrap();
        let tell = tell(handle.clone(), TimeZone::get("Europe/Paris").unwrap());
        let records: Vec<JobLine> = events()
            .into_iter()
            .map(|(event, item)| {
                let (code, mut fields) = event.to_fields();
                fields.extend(item.map(|item| ("item".to_owned(), item.into())));
                let message = message(&event, language::Language::French);
                JobLine { at: at(), level: event.level(), event: code, message, fields }
            })
            .collect();
        tell(&job, &records);
        handle.flush();
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        (read("mailing.log"), read("mailing.json"))
    }

    #[tokio::test]
    async fn a_compact_log_is_the_older_one_to_the_letter() {
        let (text, json) = told("form = \"compact\"").await;
        insta::assert_snapshot!("compact", text);
        // Programs read the same record whatever form people chose.
        insta::assert_snapshot!("json", json);
        let (short, same) = told("").await;
        insta::assert_snapshot!("short", short);
        assert_eq!(same, json);
        let (plain, _) = told("form = \"compact\"\nemojis = \"off\"").await;
        assert!(plain.starts_with("Début de l'envoi...\n[1/50] Email envoyé : "), "{plain}");
    }
}
