//! What a line proves: a [`Sign`], when, by whom, and the line itself.

use model::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What one line of a log says has happened, whichever program and language said it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sign {
    // The web server and the application server.
    Request,
    ClientGone,
    UpstreamTimeout,
    UpstreamConnectTimeout,
    UpstreamClosed,
    UpstreamRefused,
    BodyTooLarge,
    RequestsLimited,
    PoolExhausted,
    WorkerTimeout,
    WorkerKilled,
    WorkerBooted,
    WorkerRecycled,
    ServerStopping,
    ServerReloading,
    ServerStarted,
    // Mail.
    SmtpRate,
    SmtpQuota,
    SmtpBusy,
    SmtpRefused,
    SmtpTimeout,
    SmtpDisconnected,
    SmtpLostAfterData,
    SmtpAuth,
    SmtpCertificate,
    SmtpNoSpace,
    RecipientRefused,
    Submitted,
    Queued,
    Delivered,
    Deferred,
    Bounced,
    AppSent,
    /// A line that names one address, as programs write one for each message.
    AppNamed,
    /// A line that says that a piece of work, or all of it, is done.
    AppDone,
    /// A line that says that somebody stopped, paused or cancelled the work.
    AppStopped,
    /// A line that names as many as there were messages, right after them.
    AppTotal,
    /// A line that says nothing by itself; many of a kind tell of work.
    Repeated,
    // Memory.
    OomKill,
    OomUnit,
    MemoryError,
    ProcessCrashed,
    // The application.
    Exception,
    /// That something failed, in words that no row knows.
    Complaint,
    /// That a command which it runs ended with a status other than 0, in a program's own words.
    CommandStatus,
    /// That a service which the program calls over HTTP refused, failed or did not answer.
    TargetFailed,
    ServerError,
    Misconfigured,
    // The database.
    DbConnections,
    DbTerminated,
    DbShutdown,
    DbCrash,
    DbStarted,
    DbDeadlock,
    DbLockTimeout,
    DbLockWait,
    DbStatementTimeout,
    DbUnreachable,
    DbPanic,
    // The disk.
    NoSpace,
    QuotaExceeded,
    ReadOnly,
    IoError,
    // The service manager and the machine.
    UnitStopping,
    UnitStarted,
    UnitKilled,
    UnitFailed,
    StopTimeout,
    PackageUpgrade,
    ShutdownBegan,
    BootBegan,
    /// The machine runs on a battery, and on the mains again.
    PowerFailed,
    PowerBack,
    UncleanEnd,
    ClockStep,
    LinesLost,
    LogsRotated,
    // The network.
    DnsFailure,
    DnsUnknownName,
    NetworkUnreachable,
    LinkDown,
    LinkUp,
    PortsExhausted,
    TooManyFiles,
    // Tasks.
    TaskHardLimit,
    TaskSoftLimit,
    TaskWorkerLost,
    BrokerLost,
    BrokerRestored,
    TaskEnded,
    // A job of Vigie.
    JobNoted,
    JobStoppedByPerson,
    JobDailyLimit,
    JobWorkerLost,
    JobDefect,
    JobAccount,
    JobUnprepared,
    JobSettings,
    JobReported,
    JobTargetFailed,
    JobCommandFailed,
    JobTimeLimit,
}

impl Sign {
    /// Its word in JSON and in the identifiers of texts.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// The part of the machine that a line speaks of. A source may hold several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    WebAccess,
    WebError,
    AppServer,
    App,
    Tasks,
    Mail,
    Database,
    Kernel,
    System,
    /// What Vigie recorded of its own job.
    Job,
    Other,
}

/// Where a line stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Index of the source.
    pub source: usize,
    /// Counted from 1; 0 where the source was read from its middle, or is no file.
    pub line: u64,
}

/// Who wrote a line, and whom it speaks of, as far as it says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The process that is spoken of, else the one that speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pid: Option<u32>,
}

/// A request over HTTP as a log tells it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct HttpRequest {
    pub method: String,
    pub path: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<String>,
}

/// A message as a mail log tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    pub address: String,
    pub queue_id: String,
    /// The address that it was sent to, where the mail server has another for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub original: Option<String>,
    /// How many recipients the message has; 0 where that is not said.
    #[serde(default)]
    pub recipients: usize,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    pub sign: Sign,
    pub family: Family,
    /// The earliest moment; the latest is `precision` later.
    pub at: Timestamp,
    #[serde(rename = "precision_ms", with = "millis")]
    pub precision: Duration,
    /// Whether the line named its zone.
    pub is_zoned: bool,
    pub place: Place,
    pub actor: Actor,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<HttpRequest>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delivery: Option<Delivery>,
    /// To the letter, but for secrets, and shortened where it is long.
    pub line: String,
}

impl Evidence {
    /// The latest moment that it may mean.
    pub fn until(&self) -> Timestamp {
        self.at + self.precision
    }

    /// Seconds from `self` to `other`, negative where `other` is earlier.
    pub fn seconds_to(&self, other: Timestamp) -> f64 {
        (other.as_micros() - self.at.as_micros()) as f64 / 1e6
    }
}

mod millis {
    use serde::{Deserialize as _, Deserializer, Serializer};
    use std::time::Duration;

    pub(super) fn serialize<S: Serializer>(time: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(u64::try_from(time.as_millis()).unwrap_or(u64::MAX))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
        u64::deserialize(deserializer).map(Duration::from_millis)
    }
}
