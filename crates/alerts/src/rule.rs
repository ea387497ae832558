//! What is worth an alert.

use serde::{Deserialize, Serialize};
use std::time::Duration;
use uuid::Uuid;

/// Characters of a name, and of a query.
const NAME_MAX: usize = 100;
const QUERY_MAX: usize = 4_000;
/// The longest time that a rule looks at, waits or keeps quiet for: a day.
const SECONDS_MAX: u64 = 86_400;

/// What is worth an alert, who is told, and how often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    pub id: Uuid,
    /// `None`: it is called after its kind.
    #[serde(default)]
    pub name: Option<String>,
    #[serde(flatten)]
    pub kind: RuleKind,
    pub severity: Severity,
    pub is_enabled: bool,
    /// Seconds for which the limit has to be broken before it fires.
    #[serde(default)]
    pub for_s: u64,
    /// Seconds between two messages about one subject; that it is over is told at once.
    pub throttle_s: u64,
    /// Whom it tells; empty: every channel that takes all alerts.
    #[serde(default)]
    pub channels: Vec<Uuid>,
    #[serde(default)]
    pub escalation: Option<Escalation>,
}

/// Who is told when nobody acknowledges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Escalation {
    pub after_s: u64,
    pub channel: Uuid,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    Info,
    Warning,
    Critical,
}

/// What is looked at, and the limit. To add one: a variant here, its word and limit below, what it measures in
/// `alerting::measure`, its words in both languages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum RuleKind {
    /// An issue that was never seen before; subject: its project.
    NewIssue,
    /// An issue that was resolved is seen again; subject: its project.
    Regression,
    /// More than so many events within so many seconds; subject: the project.
    ErrorRate { more_than: u64, within_s: u64 },
    /// An endpoint takes more than so many milliseconds, 95 times of 100; subject: project and endpoint.
    ResponseTime { more_than_ms: u64, within_s: u64 },
    /// A job failed, stopped until somebody acts, or ended with items that failed; subject: the job.
    FailedJob,
    /// Less than so many of 100 items of mailings and jobs succeeded; looked at from so many items on.
    SuccessRate { below_percent: u64, at_least: u64, within_s: u64 },
    /// At least so many log lines match within so many seconds.
    LogPattern { query: String, at_least: u64, within_s: u64 },
    /// No log line matches for so many seconds: what checks in by a line is missing.
    MissedCheckIn { query: String, within_s: u64 },
    /// A worker gives no sign of life, and did not say goodbye; subject: the worker.
    WorkerLost,
    /// A check failed, or was not heard of in time; subject: the check.
    CheckDown,
    /// A check was not heard of when it was due, and is still within its grace; subject: the check.
    CheckLate,
    /// A worker of Celery gives no sign of life, and did not say that it ends; subject: the worker.
    CeleryWorkerLost,
    /// More than so many messages wait in a queue of Celery; subject: the queue.
    CeleryQueue { more_than: u64 },
    /// More than so many tasks of a name failed within so many seconds; subject: the name.
    CeleryFailures { more_than: u64, within_s: u64 },
    /// A task of Celery has been running for longer than so many seconds; subject: the task.
    CeleryStuck { within_s: u64 },
    /// Less than so many of 100 bytes of the data directory's disk are left.
    DiskNearlyFull { below_percent: u64 },
}

/// A kind without its limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RuleWord {
    NewIssue,
    Regression,
    ErrorRate,
    ResponseTime,
    FailedJob,
    SuccessRate,
    LogPattern,
    MissedCheckIn,
    WorkerLost,
    CheckDown,
    CheckLate,
    CeleryWorkerLost,
    CeleryQueue,
    CeleryFailures,
    CeleryStuck,
    DiskNearlyFull,
}

/// What is wrong with a rule, by its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleFault(pub &'static str);

impl RuleWord {
    pub const ALL: [Self; 16] = [
        Self::FailedJob,
        Self::SuccessRate,
        Self::NewIssue,
        Self::Regression,
        Self::ErrorRate,
        Self::ResponseTime,
        Self::LogPattern,
        Self::MissedCheckIn,
        Self::WorkerLost,
        Self::CheckDown,
        Self::CheckLate,
        Self::CeleryWorkerLost,
        Self::CeleryQueue,
        Self::CeleryFailures,
        Self::CeleryStuck,
        Self::DiskNearlyFull,
    ];

    /// Its name in JSON, on the command line and in identifiers of texts. Never rename one.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NewIssue => "new_issue",
            Self::Regression => "regression",
            Self::ErrorRate => "error_rate",
            Self::ResponseTime => "response_time",
            Self::FailedJob => "failed_job",
            Self::SuccessRate => "success_rate",
            Self::LogPattern => "log_pattern",
            Self::MissedCheckIn => "missed_check_in",
            Self::WorkerLost => "worker_lost",
            Self::CheckDown => "check_down",
            Self::CheckLate => "check_late",
            Self::CeleryWorkerLost => "celery_worker_lost",
            Self::CeleryQueue => "celery_queue",
            Self::CeleryFailures => "celery_failures",
            Self::CeleryStuck => "celery_stuck",
            Self::DiskNearlyFull => "disk_nearly_full",
        }
    }

    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str() == word)
    }

    /// With these limits. Those that its kind has and that are not given are its usual ones.
    pub fn with(self, given: RuleLimits<'_>) -> RuleKind {
        let kind = self.usual();
        let usual = kind.limits();
        let limit = given.limit.or(usual.limit).unwrap_or_default();
        let least = given.at_least.or(usual.at_least).unwrap_or_default();
        let within_s = given.within_s.or(usual.within_s).unwrap_or_default();
        let query = given.query.or(usual.query).unwrap_or_default().to_owned();
        match self {
            Self::ErrorRate => RuleKind::ErrorRate { more_than: limit, within_s },
            Self::ResponseTime => RuleKind::ResponseTime { more_than_ms: limit, within_s },
            Self::SuccessRate => RuleKind::SuccessRate { below_percent: limit, at_least: least, within_s },
            Self::LogPattern => RuleKind::LogPattern { query, at_least: limit, within_s },
            Self::MissedCheckIn => RuleKind::MissedCheckIn { query, within_s },
            Self::CeleryQueue => RuleKind::CeleryQueue { more_than: limit },
            Self::CeleryFailures => RuleKind::CeleryFailures { more_than: limit, within_s },
            Self::CeleryStuck => RuleKind::CeleryStuck { within_s },
            Self::DiskNearlyFull => RuleKind::DiskNearlyFull { below_percent: limit },
            Self::NewIssue
            | Self::Regression
            | Self::FailedJob
            | Self::WorkerLost
            | Self::CheckDown
            | Self::CheckLate
            | Self::CeleryWorkerLost => kind,
        }
    }

    /// With the limits that a rule begins with.
    pub fn usual(self) -> RuleKind {
        match self {
            Self::NewIssue => RuleKind::NewIssue,
            Self::Regression => RuleKind::Regression,
            Self::ErrorRate => RuleKind::ErrorRate { more_than: 10, within_s: 60 },
            Self::ResponseTime => RuleKind::ResponseTime { more_than_ms: 1_000, within_s: 300 },
            Self::FailedJob => RuleKind::FailedJob,
            Self::SuccessRate => RuleKind::SuccessRate { below_percent: 95, at_least: 20, within_s: 3_600 },
            Self::LogPattern => RuleKind::LogPattern { query: String::new(), at_least: 1, within_s: 300 },
            Self::MissedCheckIn => RuleKind::MissedCheckIn { query: String::new(), within_s: 3_600 },
            Self::WorkerLost => RuleKind::WorkerLost,
            Self::CheckDown => RuleKind::CheckDown,
            Self::CheckLate => RuleKind::CheckLate,
            Self::CeleryWorkerLost => RuleKind::CeleryWorkerLost,
            Self::CeleryQueue => RuleKind::CeleryQueue { more_than: 1_000 },
            Self::CeleryFailures => RuleKind::CeleryFailures { more_than: 5, within_s: 600 },
            Self::CeleryStuck => RuleKind::CeleryStuck { within_s: 3_600 },
            Self::DiskNearlyFull => RuleKind::DiskNearlyFull { below_percent: 10 },
        }
    }
}

impl RuleKind {
    pub const fn word(&self) -> RuleWord {
        match self {
            Self::NewIssue => RuleWord::NewIssue,
            Self::Regression => RuleWord::Regression,
            Self::ErrorRate { .. } => RuleWord::ErrorRate,
            Self::ResponseTime { .. } => RuleWord::ResponseTime,
            Self::FailedJob => RuleWord::FailedJob,
            Self::SuccessRate { .. } => RuleWord::SuccessRate,
            Self::LogPattern { .. } => RuleWord::LogPattern,
            Self::MissedCheckIn { .. } => RuleWord::MissedCheckIn,
            Self::WorkerLost => RuleWord::WorkerLost,
            Self::CheckDown => RuleWord::CheckDown,
            Self::CheckLate => RuleWord::CheckLate,
            Self::CeleryWorkerLost => RuleWord::CeleryWorkerLost,
            Self::CeleryQueue { .. } => RuleWord::CeleryQueue,
            Self::CeleryFailures { .. } => RuleWord::CeleryFailures,
            Self::CeleryStuck { .. } => RuleWord::CeleryStuck,
            Self::DiskNearlyFull { .. } => RuleWord::DiskNearlyFull,
        }
    }

    /// Whether a figure breaks the limit. What happens, rather than is measured, has none.
    pub fn is_broken_by(&self, value: f64) -> bool {
        match *self {
            Self::NewIssue | Self::Regression | Self::FailedJob => false,
            Self::ErrorRate { more_than, .. } => value > more_than as f64,
            Self::ResponseTime { more_than_ms, .. } => value > more_than_ms as f64,
            Self::SuccessRate { below_percent, .. } | Self::DiskNearlyFull { below_percent } => {
                value < below_percent as f64
            }
            Self::LogPattern { at_least, .. } => value >= at_least as f64,
            Self::MissedCheckIn { .. } => value < 1.0,
            Self::CeleryQueue { more_than } | Self::CeleryFailures { more_than, .. } => value > more_than as f64,
            Self::WorkerLost
            | Self::CheckDown
            | Self::CheckLate
            | Self::CeleryWorkerLost
            | Self::CeleryStuck { .. } => value > 0.0,
        }
    }

    /// How long nothing may happen any more before an incident of what happens is over by itself, unacknowledged and
    /// acknowledged; `None` for what is measured. More than a week, for what runs once a week.
    pub fn quiet_after(&self) -> Option<[Duration; 2]> {
        const DAY: Duration = Duration::from_secs(86_400);
        matches!(self, Self::NewIssue | Self::Regression | Self::FailedJob).then_some([DAY.saturating_mul(8), DAY])
    }

    /// Its limits, whatever its kind calls them.
    pub fn limits(&self) -> RuleLimits<'_> {
        let limits = |limit, within_s| RuleLimits { limit, within_s, ..RuleLimits::default() };
        match self {
            Self::NewIssue
            | Self::Regression
            | Self::FailedJob
            | Self::WorkerLost
            | Self::CheckDown
            | Self::CheckLate
            | Self::CeleryWorkerLost => RuleLimits::default(),
            Self::ErrorRate { more_than: limit, within_s } | Self::ResponseTime { more_than_ms: limit, within_s } => {
                limits(Some(*limit), Some(*within_s))
            }
            Self::SuccessRate { below_percent, at_least, within_s } => {
                RuleLimits { at_least: Some(*at_least), ..limits(Some(*below_percent), Some(*within_s)) }
            }
            Self::LogPattern { query, at_least, within_s } => {
                RuleLimits { query: Some(query), ..limits(Some(*at_least), Some(*within_s)) }
            }
            Self::MissedCheckIn { query, within_s } => {
                RuleLimits { query: Some(query), ..limits(None, Some(*within_s)) }
            }
            Self::CeleryQueue { more_than } => limits(Some(*more_than), None),
            Self::CeleryFailures { more_than, within_s } => limits(Some(*more_than), Some(*within_s)),
            Self::CeleryStuck { within_s } => limits(None, Some(*within_s)),
            Self::DiskNearlyFull { below_percent } => limits(Some(*below_percent), None),
        }
    }

    /// The time that is looked at, where one is.
    pub fn within_s(&self) -> Option<u64> {
        self.limits().within_s
    }

    /// The search of the logs, where it is one.
    pub fn query(&self) -> Option<&str> {
        self.limits().query
    }
}

/// The limits of a rule by what they are, whatever its kind calls them; those that it has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RuleLimits<'a> {
    /// The figure that is the limit.
    pub limit: Option<u64>,
    /// How much must have happened before it is looked at.
    pub at_least: Option<u64>,
    pub within_s: Option<u64>,
    pub query: Option<&'a str>,
}

/// The rules that there are from the first start, by their ids: they can be changed and turned off, not deleted.
pub const BUILT_IN: [(RuleWord, Severity); 6] = [
    (RuleWord::FailedJob, Severity::Critical),
    (RuleWord::NewIssue, Severity::Warning),
    (RuleWord::Regression, Severity::Warning),
    (RuleWord::DiskNearlyFull, Severity::Critical),
    (RuleWord::WorkerLost, Severity::Critical),
    (RuleWord::CheckDown, Severity::Critical),
];

impl Rule {
    pub fn new(id: Uuid, kind: RuleKind) -> Self {
        let (severity, throttle_s) = (Severity::Warning, 300);
        Self {
            id,
            name: None,
            kind,
            severity,
            is_enabled: true,
            for_s: 0,
            throttle_s,
            channels: vec![],
            escalation: None,
        }
    }

    /// Those of [`BUILT_IN`].
    pub fn built_in() -> Vec<Self> {
        let rule = |(n, (word, severity)): (usize, (RuleWord, Severity))| Self {
            severity,
            ..Self::new(Uuid::from_u128(n as u128 + 1), word.usual())
        };
        BUILT_IN.into_iter().enumerate().map(rule).collect()
    }

    pub fn is_built_in(&self) -> bool {
        (1..=BUILT_IN.len() as u128).contains(&self.id.as_u128())
    }

    pub fn throttle(&self) -> Duration {
        Duration::from_secs(self.throttle_s)
    }

    /// # Errors
    /// The field that cannot be used.
    pub fn check(&self) -> Result<(), RuleFault> {
        let is_name =
            |name: &String| (1..=NAME_MAX).contains(&name.chars().count()) && !name.contains(model::steers_display);
        let of = |field, good: bool| if good { Ok(()) } else { Err(RuleFault(field)) };
        of("name", self.name.as_ref().is_none_or(is_name))?;
        of("for_s", self.for_s <= SECONDS_MAX)?;
        of("throttle_s", (10..=SECONDS_MAX).contains(&self.throttle_s))?;
        of("within_s", self.kind.within_s().is_none_or(|seconds| (10..=SECONDS_MAX).contains(&seconds)))?;
        of("query", self.kind.query().is_none_or(|query| query.chars().count() <= QUERY_MAX))?;
        let is_empty = |query: &str| query.trim().is_empty();
        let asks_nothing = match &self.kind {
            RuleKind::LogPattern { query, .. } | RuleKind::MissedCheckIn { query, .. } => is_empty(query),
            _ => false,
        };
        of("query", !asks_nothing)?;
        let limit = match self.kind {
            RuleKind::SuccessRate { below_percent, at_least, .. } => (1..=100).contains(&below_percent) && at_least > 0,
            RuleKind::DiskNearlyFull { below_percent } => (1..=99).contains(&below_percent),
            RuleKind::LogPattern { at_least, .. } => at_least > 0,
            RuleKind::ResponseTime { more_than_ms, .. } => more_than_ms > 0,
            _ => true,
        };
        of("limit", limit)?;
        of("escalation", self.escalation.is_none_or(|it| (60..=SECONDS_MAX).contains(&it.after_s)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_made_of_its_limits_again() {
        for word in RuleWord::ALL {
            let usual = word.usual();
            assert_eq!(usual.word().with(usual.limits()), usual);
            assert_eq!(word.with(RuleLimits::default()), usual);
            let (limit, within_s, query) = (Some(7), Some(11), Some("x"));
            let given = word.with(RuleLimits { limit, at_least: Some(13), within_s, query });
            let (of, kept) = (usual.limits(), given.limits());
            assert_eq!((kept.limit, kept.at_least), (of.limit.and(limit), of.at_least.and(Some(13))), "{word:?}");
            assert_eq!((kept.within_s, kept.query), (of.within_s.and(within_s), of.query.and(query)), "{word:?}");
        }
    }
}
