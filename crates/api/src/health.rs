//! Whether Vigie lives, and whether it can work.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    pub status: String,
    pub version: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Readiness {
    pub ready: bool,
    /// `owner`: an engine runs here; `reader`: this process only reads.
    pub role: String,
    pub problems: Vec<String>,
    /// What Vigie is made of, and how each part stands. A part that only warns does not keep it from working.
    #[serde(default)]
    pub parts: Vec<ReadyPart>,
}

/// A part, without a word that a stranger may not know: no names, no addresses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ReadyPart {
    /// `database`, `log_store`, `run_logs`, `disk`, `accounts`, `workers`, `sources`, `backup`.
    pub name: String,
    /// `ok`, `warn` or `fail`.
    pub state: String,
    /// What is wrong, in the language that is asked for; empty where nothing is.
    pub detail: String,
}

/// What watches over programs here, and whether it works. In the words of a monitoring module that many applications have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct MonitoringHealth {
    /// `ok`, or `degraded` where something that is configured does not work.
    pub status: String,
    pub monitoring: Monitoring,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Monitoring {
    pub sentry: ErrorMonitoring,
    pub logging: LogMonitoring,
}

/// Errors and transactions, as the SDKs of Sentry report them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ErrorMonitoring {
    /// Whether what clients send is taken and kept.
    pub enabled: bool,
    /// Where the newest report of a day comes from: `production`, `staging`… and `other` for a name that is not usual; none
    /// where nothing was reported.
    pub environment: Option<String>,
    /// Whether a project has a key that is not disabled.
    pub dsn_configured: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogMonitoring {
    /// From which level on Vigie logs what it does: `INFO`.
    pub level: String,
    /// Whether lines are kept with their fields.
    pub structured: bool,
}
