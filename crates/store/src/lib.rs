//! Durable state: what is true now. Jobs, items, traces, accounts, tokens.
//!
//! [`Db`] is SQLite in the data directory or PostgreSQL on a server; every method means the same on both and is
//! tested on both. This is the only crate that speaks SQL: one file per entity, the statements that both engines
//! share written once, those that differ in `sqlite.rs` and `postgres.rs`.
//!
//! Writing is done in transactions: on SQLite through one task that groups callers into one fsynced commit, on
//! PostgreSQL each in its own.

mod accounts;
mod activity;
mod alerts;
mod artifacts;
mod attachments;
mod audit;
mod celery;
mod checks;
mod claims;
mod copy;
mod dhis2;
mod diagnoses;
mod disk_samples;
mod drafts;
mod dropped;
mod error;
mod external;
mod feedback;
mod filter;
mod held;
mod intents;
mod issues;
mod items;
mod job_schedules;
mod jobs;
mod key;
mod ledger;
mod maintenances;
mod migrations;
mod news;
mod pacing;
#[cfg(test)]
mod plans;
mod postgres;
mod projects;
mod reach;
mod reason;
mod release_health;
mod releases;
mod replaced;
mod report_retention;
mod rescue;
mod schedules;
mod searches;
mod sql;
mod sqlite;
mod status_page;
mod submission;
mod tokens;
mod traces;
mod upkeep;
mod uploads;
mod users;
mod webhooks;
mod workers;

pub use accounts::{Account, AccountPause, DAILY_LIMIT};
pub use activity::{Activity, ApplicationActivity, Tally};
pub use alerts::{
    AlertChannel, AlertDelivery, AlertEvent, AlertRecord, AlertRule, AlertSilence, CHANNELS_MAX, ChannelHealth,
    DeliveryEnd, DeliveryState, IncidentCursor, NewDelivery, RULES_MAX, StoredIncident,
};
pub use artifacts::{ARTIFACT_BYTES_MAX, ARTIFACTS_MAX, Artifact, ArtifactKind, UploadChunk};
pub use attachments::{ATTACHMENT_BYTES_MAX, EventAttachment};
pub use audit::{AuditEvent, AuditFilter};
pub use celery::{
    CELERY_COUNTED_MAX, CeleryBroker, CeleryCount, CeleryDetail, CeleryFailureStep, CeleryMicros, CeleryOrder,
    CeleryQueue, CeleryQueueSample, CelerySilence, CeleryState, CeleryTask, CeleryTaskFilter, CeleryWorker, LastEvent,
    StateTimes,
};
pub use checks::{CHECKS_MAX, CheckChange, CheckName, NewPing, StoredCheck, StoredOutage, StoredPing};
pub use claims::{Claim, ClaimRefused, Claimed, ClaimedItem, Outcome, Recorded};
pub use copy::{CopiedTable, CopyProgress, CopyReport};
pub use dhis2::{SYNCS_MAX, Sync, SyncLedgerAsk, SyncLedgerRow, SyncPlan, SyncRun, SyncedObject, SyncedOnly};
pub use diagnoses::{DIAGNOSES_MAX, DiagnosisFindings, JobStop, NewStoredDiagnosis, StoredDiagnosis};
pub use drafts::Draft;
pub use dropped::{DropSide, DroppedItems};
pub use error::{Error, Result};
pub use external::{Advance, Advanced};
pub use feedback::UserFeedback;
pub use held::{Held, HeldJob, RESTORED};
pub use intents::{Intent, damaged_intents};
pub use issues::{
    AppliedObservation, BULK_MAX, EventBatch, HourSteps, IgnoreUntil, Issue, IssueActivity, IssueChange, IssueCursor,
    IssueFilter, IssueHash, IssueId, IssueKind, IssueOrder, IssuePage, IssueState, IssueStateKind, IssueTag,
    IssuesPurged, IssuesToLookAt, NEW_FOR, Observation, Resolution, TAG_VALUES_MAX, Transition, USERS_MAX,
};
pub use items::{Item, ItemFilter, NewItem};
pub use job_schedules::{
    JOB_SCHEDULES_MAX, JobSchedule, NewJobSchedule, NextDue, NotedDues, RunState, ScheduleKept, SchedulePlan,
    ScheduleRun,
};
pub use jobs::{Created, Job, JobCounts, JobFilter, JobStep, LedgerMatch, NewJob, Order, Page};
pub use ledger::{EarlierMailing, Received, RowIdentity};
pub use maintenances::{MAINTENANCES_MAX, StoredMaintenance};
pub use projects::{NewProject, Project, ProjectChange, ProjectId, ProjectKey, ProjectRemoval, slug};
pub use reach::{EXAMINED_MAX, SearchPage};
pub use reason::Reason;
pub use release_health::{HealthReport, ReleaseHealth, SessionTally};
pub use releases::{COMMITS_MAX, Commit, Deploy, Release};
pub use replaced::Replaced;
pub use report_retention::ReportsKeptSince;
pub use rescue::{Correction, Lost, Rescued, TraceOf};
pub use schedules::Schedule;
pub use searches::{SEARCHES_MAX, SavedSearch};
pub use submission::{Intake, NewSubmission, Submitted, SubmittedContent, SubmittedRow};
pub use tokens::{Scope, Token};
pub use traces::{Trace, TraceCounts, TraceFilter};
pub use upkeep::{Finding, Purged};
pub use users::{Purpose, Role, Session, User};
pub use webhooks::{NewWebhook, Webhook};
pub use workers::Worker;

use futures_util::future::BoxFuture;
use postgres::Postgres;
use sql::{Conn, Row, Value};
use sqlite::Sqlite;
use std::{path::Path, sync::Arc};

/// The database. Cheap to clone.
///
/// # Errors
/// Any method that asks the database fails with [`Error::Database`] where it does not answer or refuses a statement, with
/// [`Error::Shared`] where the commit failed that it was part of, with [`Error::Corrupt`] where a stored value has no meaning, and
/// with [`Error::Closed`] after [`Db::close`]. [`Error::is_passing`] tells which of them may pass. What else a method refuses stands
/// with it.
#[derive(Clone)]
pub enum Db {
    #[doc(hidden)]
    Sqlite(SqliteDb),
    #[doc(hidden)]
    Postgres(PostgresDb),
}

#[doc(hidden)]
#[derive(Clone)]
pub struct SqliteDb(Sqlite);
#[doc(hidden)]
#[derive(Clone)]
pub struct PostgresDb {
    postgres: Postgres,
    announced: Arc<news::Announced>,
}

impl Db {
    /// Opens the SQLite file of a data directory for its owner, brings its schema up to date (after a snapshot into
    /// `snapshots` when there is anything to lose) and refuses a schema newer than this program.
    ///
    /// # Errors
    /// [`Error::NewerSchema`], [`Error::Migration`], [`Error::Io`] where the file cannot be made private or read.
    pub async fn open_sqlite(file: &Path, snapshots: &Path) -> Result<Self> {
        let db = Self::Sqlite(SqliteDb(Sqlite::open(file).await?));
        migrations::run(&db, Some(snapshots)).await?;
        Ok(db)
    }

    /// Opens the SQLite file for reading, beside an owner or without one.
    ///
    /// # Errors
    /// [`Error::Conflict`] where there is no such file, or its schema is older; [`Error::NewerSchema`].
    pub async fn open_sqlite_read_only(file: &Path) -> Result<Self> {
        if !file.exists() {
            let text = format!("there is no database {}: nothing was ever run there", file.display());
            return Err(Error::Conflict(text));
        }
        let open = |medium| Self::Sqlite(SqliteDb(Sqlite::open_read_only(file, medium)));
        let db = open(sqlite::Medium::Writable);
        match migrations::check(&db).await {
            Ok(()) => Ok(db),
            // Readers, too, write beside the file of a database in WAL mode; where nobody can, nobody changes it either.
            Err(error) if sqlite::needs_writing(&error) => {
                db.close().await;
                sqlite::refuse_unread_log(file)?;
                let db = open(sqlite::Medium::ReadOnly);
                migrations::check(&db).await?;
                Ok(db)
            }
            Err(error) => Err(error),
        }
    }

    /// Connects to PostgreSQL and brings the schema up to date, one process at a time.
    pub async fn open_postgres(url: &str) -> Result<Self> {
        let db = Self::Postgres(PostgresDb { postgres: Postgres::open(url).await?, announced: Arc::default() });
        migrations::run(&db, None).await?;
        Ok(db)
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    /// Waits for what is being written, then closes every connection.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(db) => db.0.close().await,
            Self::Postgres(db) => db.postgres.pool.close().await,
        }
    }

    /// Runs `call` in a transaction that is on disk when this returns.
    pub(crate) async fn write<T, F>(&self, call: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> FnOnce(&'c mut Conn<'_>) -> BoxFuture<'c, Result<T>> + Send + 'static,
    {
        let written = match self {
            Self::Sqlite(db) => db.0.write(call).await,
            Self::Postgres(db) => db.postgres.write(call).await,
        };
        self.note_damage(written)
    }

    pub(crate) async fn rows(&self, sql: &str, params: &[Value]) -> Result<Vec<Row>> {
        #[cfg(test)]
        plans::note(sql);
        let read = match self {
            Self::Sqlite(db) => Conn::Sqlite(&mut *db.0.readers.acquire().await?).rows(sql, params).await,
            Self::Postgres(db) => Conn::Postgres(&mut *db.postgres.pool.acquire().await?).rows(sql, params).await,
        };
        self.note_damage(read)
    }

    pub(crate) async fn row(&self, sql: &str, params: &[Value]) -> Result<Option<Row>> {
        Ok(self.rows(sql, params).await?.into_iter().next())
    }

    pub(crate) fn dialect(&self) -> &'static sql::Dialect {
        match self {
            Self::Sqlite(_) => &sqlite::DIALECT,
            Self::Postgres(_) => &postgres::DIALECT,
        }
    }
}
