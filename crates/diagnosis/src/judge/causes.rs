//! What makes a run stop, as rows: what proves a cause, what speaks for it and against it, what it brings about.

use crate::{
    collect::SettingName,
    evidence::{Family, Sign},
};
use serde::Serialize;
use std::time::Duration;

/// A cause, by its word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CauseId {
    WorkerTimeout,
    GatewayTimeout,
    ClientGone,
    BodyTooLarge,
    RequestsLimited,
    SmtpRate,
    SmtpQuota,
    SmtpBusy,
    SmtpAuth,
    SmtpCertificate,
    SmtpRefused,
    SmtpTimeout,
    SmtpDisconnected,
    RecipientRefused,
    Dns,
    Network,
    OutOfMemory,
    MemoryLimit,
    Exception,
    Misconfigured,
    DbConnections,
    DbLocks,
    DbStatementTimeout,
    DbTerminated,
    DbRestart,
    DbCrash,
    DbUnreachable,
    DiskFull,
    DiskQuota,
    ReadOnly,
    Restart,
    Reload,
    StopTimeout,
    Killed,
    Crashed,
    Reboot,
    PowerLoss,
    FileDescriptors,
    Ports,
    Clock,
    TaskTimeLimit,
    TaskSoftTimeLimit,
    BrokerLost,
    JobStoppedByPerson,
    JobDailyLimit,
    JobWorkerLost,
    JobDefect,
    JobAccount,
    JobUnprepared,
    JobSettings,
    JobReported,
    TargetFailed,
    CommandFailed,
    JobTimeLimit,
}

impl CauseId {
    /// Its word in JSON and in the identifiers of texts.
    pub fn word(self) -> String {
        serde_json::to_value(self).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// With what a proof has to be connected, so that it is about the run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tie {
    /// The request, by its path.
    Request,
    /// The application, by its unit or its processes.
    Application,
    /// The database, by its unit or its processes.
    Database,
    /// The log in which the run tells of its messages, or the program.
    Run,
    /// It concerns everything on the machine.
    Machine,
    /// The job itself recorded it.
    Job,
}

/// What proves a cause, and how much by itself.
pub(super) struct Proof {
    pub(super) sign: Sign,
    pub(super) points: i32,
    pub(super) tie: Tie,
}

const fn proof(sign: Sign, points: i32, tie: Tie) -> Proof {
    Proof { sign, points, tie }
}

pub(super) struct Cause {
    pub(super) id: CauseId,
    /// Any one of them.
    pub(super) proofs: &'static [Proof],
    pub(super) supports: &'static [(Sign, i32)],
    pub(super) contradicts: &'static [(Sign, i32)],
    /// The configured limit that it is about.
    pub(super) limit: Option<SettingName>,
    /// What it brings about.
    pub(super) explains: &'static [CauseId],
    /// It may have begun before the run.
    pub(super) is_lasting: bool,
    /// The program may go on sending afterwards.
    pub(super) leaves_running: bool,
    /// How much later than the end of the run it may be written.
    pub(super) written_within: Duration,
    /// What has to be read to be sure.
    pub(super) decided_by: &'static [Family],
}

const USUAL: Duration = Duration::from_secs(3);
/// Who waits for an answer says so when it gives up, long after the last message.
const WAITED: Duration = Duration::from_secs(600);

const PLAIN: Cause = Cause {
    id: CauseId::Exception,
    proofs: &[],
    supports: &[],
    contradicts: &[],
    limit: None,
    explains: &[],
    is_lasting: false,
    leaves_running: false,
    written_within: USUAL,
    decided_by: &[],
};

use CauseId as C;
use Sign as S;
use Tie::{Application, Database, Job, Machine, Request, Run};

const BROKEN_PROGRAM: &[CauseId] = &[
    C::Exception,
    C::DbUnreachable,
    C::DbCrash,
    C::DbTerminated,
    C::WorkerTimeout,
    C::GatewayTimeout,
    C::SmtpBusy,
    C::SmtpDisconnected,
    C::Crashed,
    C::Killed,
    C::JobWorkerLost,
    C::JobDefect,
    C::CommandFailed,
    C::BrokerLost,
    C::TargetFailed,
];

/// Every cause that is known.
#[rustfmt::skip]
pub(super) const CAUSES: &[Cause] = &[
    Cause {
        id: C::WorkerTimeout,
        proofs: &[proof(S::WorkerTimeout, 6, Application)],
        supports: &[(S::UpstreamClosed, 1), (S::WorkerKilled, 1), (S::WorkerBooted, 1)],
        contradicts: &[(S::OomKill, 4), (S::ClockStep, 4)],
        limit: Some(SettingName::WorkerTimeout),
        explains: &[C::Killed, C::Crashed, C::Exception, C::SmtpDisconnected, C::DbUnreachable, C::ClientGone],
        decided_by: &[Family::AppServer],
        ..PLAIN
    },
    Cause {
        id: C::GatewayTimeout,
        proofs: &[proof(S::UpstreamTimeout, 6, Request), proof(S::UpstreamConnectTimeout, 5, Request)],
        contradicts: &[(S::WorkerTimeout, 2)],
        limit: Some(SettingName::ProxyReadTimeout),
        leaves_running: true,
        decided_by: &[Family::WebError],
        ..PLAIN
    },
    Cause {
        id: C::ClientGone,
        proofs: &[proof(S::ClientGone, 5, Request)],
        contradicts: &[(S::UpstreamTimeout, 4), (S::WorkerTimeout, 4)],
        leaves_running: true,
        decided_by: &[Family::WebAccess],
        ..PLAIN
    },
    Cause { id: C::BodyTooLarge, proofs: &[proof(S::BodyTooLarge, 6, Request)], explains: &[C::TargetFailed, C::Exception], limit: Some(SettingName::ClientMaxBodySize), decided_by: &[Family::WebError], ..PLAIN },
    Cause { id: C::RequestsLimited, proofs: &[proof(S::RequestsLimited, 5, Request), proof(S::PoolExhausted, 6, Machine)], explains: &[C::TargetFailed, C::Exception], decided_by: &[Family::WebError], ..PLAIN },
    Cause { id: C::SmtpRate, proofs: &[proof(S::SmtpRate, 6, Machine)], explains: &[C::SmtpBusy, C::SmtpDisconnected, C::Exception], decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpQuota, proofs: &[proof(S::SmtpQuota, 6, Machine)], explains: &[C::RecipientRefused, C::SmtpBusy, C::Exception, C::SmtpRefused], decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpBusy, proofs: &[proof(S::SmtpBusy, 5, Machine)], explains: &[C::SmtpDisconnected, C::Exception], decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpAuth, proofs: &[proof(S::SmtpAuth, 6, Machine)], explains: &[C::Exception, C::SmtpDisconnected], is_lasting: true, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpCertificate, proofs: &[proof(S::SmtpCertificate, 6, Machine)], contradicts: &[(S::ClockStep, 3)], explains: &[C::Exception], is_lasting: true, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpRefused, proofs: &[proof(S::SmtpRefused, 6, Machine)], explains: &[C::Exception, C::WorkerTimeout, C::GatewayTimeout], is_lasting: true, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpTimeout, proofs: &[proof(S::SmtpTimeout, 6, Machine)], explains: &[C::Exception, C::WorkerTimeout, C::GatewayTimeout, C::SmtpDisconnected], is_lasting: true, written_within: WAITED, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::SmtpDisconnected, proofs: &[proof(S::SmtpDisconnected, 5, Machine), proof(S::SmtpLostAfterData, 5, Machine)], explains: &[C::Exception], written_within: WAITED, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::RecipientRefused, proofs: &[proof(S::RecipientRefused, 4, Machine)], explains: &[C::Exception], decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause { id: C::Dns, proofs: &[proof(S::DnsFailure, 6, Machine), proof(S::DnsUnknownName, 5, Machine)], explains: &[C::SmtpRefused, C::SmtpTimeout, C::Exception, C::DbUnreachable, C::BrokerLost, C::TargetFailed], is_lasting: true, written_within: WAITED, decided_by: &[Family::App, Family::Mail], ..PLAIN },
    Cause {
        id: C::Network,
        proofs: &[proof(S::LinkDown, 6, Machine), proof(S::NetworkUnreachable, 5, Machine)],
        explains: &[C::Dns, C::SmtpTimeout, C::SmtpRefused, C::SmtpDisconnected, C::Exception, C::DbUnreachable, C::BrokerLost, C::WorkerTimeout, C::GatewayTimeout, C::ClientGone, C::TargetFailed],
        is_lasting: true,
        decided_by: &[Family::Kernel],
        ..PLAIN
    },
    Cause {
        id: C::OutOfMemory,
        proofs: &[proof(S::OomKill, 6, Application), proof(S::OomUnit, 6, Application), proof(S::OomKill, 5, Database)],
        supports: &[(S::WorkerKilled, 1), (S::TaskWorkerLost, 1), (S::UpstreamClosed, 1), (S::UnitKilled, 1)],
        limit: Some(SettingName::MemoryMax),
        explains: &[C::Killed, C::Crashed, C::MemoryLimit, C::DbCrash, C::Exception, C::DbUnreachable, C::Restart, C::WorkerTimeout, C::BrokerLost, C::JobWorkerLost, C::CommandFailed],
        decided_by: &[Family::Kernel],
        ..PLAIN
    },
    Cause { id: C::MemoryLimit, proofs: &[proof(S::MemoryError, 6, Application)], limit: Some(SettingName::AddressSpaceMax), explains: &[C::Exception, C::Crashed, C::TargetFailed], decided_by: &[Family::App, Family::AppServer], ..PLAIN },
    Cause { id: C::Exception, proofs: &[proof(S::Exception, 5, Request), proof(S::Complaint, 3, Run)], supports: &[(S::ServerError, 1)], decided_by: &[Family::App, Family::AppServer], ..PLAIN },
    Cause {
        id: C::Misconfigured,
        proofs: &[proof(S::Misconfigured, 6, Application)],
        supports: &[(S::ServerReloading, 1), (S::UnitFailed, 1), (S::ServerStopping, 1)],
        explains: &[C::Exception, C::Crashed, C::Restart, C::Reload, C::StopTimeout],
        is_lasting: true,
        decided_by: &[Family::App, Family::AppServer],
        ..PLAIN
    },
    Cause { id: C::DbConnections, proofs: &[proof(S::DbConnections, 6, Machine)], explains: &[C::Exception, C::DbUnreachable], is_lasting: true, written_within: WAITED, decided_by: &[Family::Database], ..PLAIN },
    Cause {
        id: C::DbLocks,
        written_within: WAITED,
        proofs: &[proof(S::DbLockTimeout, 6, Machine), proof(S::DbDeadlock, 5, Machine), proof(S::DbLockWait, 5, Machine)],
        explains: &[C::Exception, C::WorkerTimeout, C::GatewayTimeout, C::DbStatementTimeout],
        decided_by: &[Family::Database],
        ..PLAIN
    },
    Cause { id: C::DbStatementTimeout, proofs: &[proof(S::DbStatementTimeout, 6, Machine)], explains: &[C::Exception], written_within: WAITED, decided_by: &[Family::Database], ..PLAIN },
    Cause { id: C::DbTerminated, proofs: &[proof(S::DbTerminated, 5, Machine)], explains: &[C::Exception, C::DbUnreachable], decided_by: &[Family::Database], ..PLAIN },
    Cause { id: C::DbRestart, proofs: &[proof(S::DbShutdown, 6, Machine), proof(S::UnitStopping, 5, Database)], supports: &[(S::DbTerminated, 1), (S::DbStarted, 1)], explains: &[C::DbTerminated, C::DbUnreachable, C::DbCrash, C::Exception], is_lasting: true, decided_by: &[Family::Database], ..PLAIN },
    Cause { id: C::DbCrash, proofs: &[proof(S::DbCrash, 6, Machine), proof(S::DbPanic, 6, Machine), proof(S::UnitKilled, 5, Database), proof(S::ProcessCrashed, 5, Database), proof(S::UnitFailed, 5, Database)], explains: &[C::DbTerminated, C::DbUnreachable, C::Crashed, C::Exception], is_lasting: true, decided_by: &[Family::Database], ..PLAIN },
    Cause { id: C::DbUnreachable, proofs: &[proof(S::DbUnreachable, 5, Machine)], explains: &[C::Exception], is_lasting: true, written_within: WAITED, decided_by: &[Family::Database], ..PLAIN },
    Cause { id: C::DiskFull, proofs: &[proof(S::NoSpace, 6, Machine), proof(S::SmtpNoSpace, 5, Machine)], explains: BROKEN_PROGRAM, is_lasting: true, decided_by: &[Family::Kernel, Family::App], ..PLAIN },
    Cause { id: C::DiskQuota, proofs: &[proof(S::QuotaExceeded, 6, Machine)], explains: BROKEN_PROGRAM, is_lasting: true, decided_by: &[Family::App], ..PLAIN },
    Cause { id: C::ReadOnly, proofs: &[proof(S::ReadOnly, 6, Machine)], supports: &[(S::IoError, 2)], explains: BROKEN_PROGRAM, is_lasting: true, decided_by: &[Family::Kernel], ..PLAIN },
    Cause {
        id: C::Restart,
        proofs: &[proof(S::UnitStopping, 6, Application), proof(S::ServerStopping, 5, Application)],
        supports: &[(S::UnitStarted, 1), (S::ServerStarted, 1), (S::PackageUpgrade, 1)],
        contradicts: &[(S::OomUnit, 3), (S::Misconfigured, 4)],
        limit: Some(SettingName::StopTimeout),
        explains: &[C::StopTimeout, C::Killed, C::Crashed, C::Exception, C::WorkerTimeout, C::Reload, C::SmtpDisconnected, C::JobWorkerLost, C::CommandFailed, C::DbRestart],
        written_within: Duration::from_secs(4),
        decided_by: &[Family::System, Family::AppServer],
        ..PLAIN
    },
    Cause { id: C::Reload, proofs: &[proof(S::ServerReloading, 6, Application)], contradicts: &[(S::Misconfigured, 4)], explains: &[C::Killed, C::Exception, C::StopTimeout], decided_by: &[Family::AppServer], ..PLAIN },
    Cause { id: C::StopTimeout, proofs: &[proof(S::StopTimeout, 5, Application)], limit: Some(SettingName::StopTimeout), explains: &[C::Killed, C::Crashed, C::JobWorkerLost], decided_by: &[Family::System], ..PLAIN },
    Cause { id: C::Killed, proofs: &[proof(S::UnitKilled, 5, Application), proof(S::WorkerKilled, 4, Application), proof(S::TaskWorkerLost, 4, Application)], contradicts: &[(S::OomKill, 4), (S::OomUnit, 4), (S::WorkerTimeout, 4), (S::TaskHardLimit, 4)], explains: &[C::JobWorkerLost], decided_by: &[Family::Kernel, Family::System], ..PLAIN },
    Cause { id: C::Crashed, proofs: &[proof(S::ProcessCrashed, 5, Application), proof(S::UnitFailed, 2, Application)], supports: &[(S::UpstreamClosed, 1), (S::WorkerBooted, 1)], contradicts: &[(S::OomKill, 4), (S::WorkerTimeout, 4)], explains: &[C::Killed, C::JobWorkerLost], decided_by: &[Family::System, Family::AppServer], ..PLAIN },
    Cause { id: C::Reboot, proofs: &[proof(S::ShutdownBegan, 6, Machine)], supports: &[(S::BootBegan, 1)], explains: &[C::Restart, C::StopTimeout, C::Killed, C::DbRestart, C::DbTerminated, C::Network, C::Exception, C::BrokerLost, C::JobWorkerLost, C::CommandFailed], decided_by: &[Family::System], ..PLAIN },
    Cause { id: C::PowerLoss, proofs: &[proof(S::BootBegan, 5, Machine), proof(S::PowerFailed, 5, Machine)], supports: &[(S::UncleanEnd, 3), (S::DbCrash, 1)], contradicts: &[(S::ShutdownBegan, 8), (S::PowerBack, 8)], explains: &[C::Reboot, C::DbCrash, C::Network, C::JobWorkerLost], written_within: Duration::from_secs(900), decided_by: &[Family::System, Family::Kernel], ..PLAIN },
    Cause { id: C::FileDescriptors, proofs: &[proof(S::TooManyFiles, 6, Machine)], limit: Some(SettingName::FilesMax), explains: &[C::Exception, C::SmtpDisconnected, C::DbUnreachable, C::Dns, C::Ports], is_lasting: true, decided_by: &[Family::App, Family::AppServer], ..PLAIN },
    Cause { id: C::Ports, proofs: &[proof(S::PortsExhausted, 6, Machine)], explains: &[C::Exception, C::DbUnreachable, C::SmtpDisconnected], is_lasting: true, decided_by: &[Family::App, Family::WebError], ..PLAIN },
    Cause { id: C::Clock, proofs: &[proof(S::ClockStep, 6, Machine)], explains: &[C::WorkerTimeout, C::SmtpCertificate, C::TaskTimeLimit, C::SmtpAuth], written_within: Duration::from_secs(900), decided_by: &[Family::System], ..PLAIN },
    Cause { id: C::TaskTimeLimit, proofs: &[proof(S::TaskHardLimit, 6, Application)], limit: Some(SettingName::TaskTimeLimit), explains: &[C::Killed, C::Exception], written_within: WAITED, decided_by: &[Family::Tasks], ..PLAIN },
    Cause { id: C::TaskSoftTimeLimit, proofs: &[proof(S::TaskSoftLimit, 6, Application)], limit: Some(SettingName::TaskSoftTimeLimit), contradicts: &[(S::TaskHardLimit, 1)], explains: &[C::Exception], written_within: WAITED, decided_by: &[Family::Tasks], ..PLAIN },
    Cause { id: C::BrokerLost, proofs: &[proof(S::BrokerLost, 6, Machine)], explains: &[C::Exception], is_lasting: true, written_within: WAITED, decided_by: &[Family::Tasks], ..PLAIN },
    Cause { id: C::JobStoppedByPerson, proofs: &[proof(S::JobStoppedByPerson, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobDailyLimit, proofs: &[proof(S::JobDailyLimit, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobWorkerLost, proofs: &[proof(S::JobWorkerLost, 5, Job)], explains: &[C::JobDefect], decided_by: &[Family::Kernel, Family::System], ..PLAIN },
    Cause { id: C::JobDefect, proofs: &[proof(S::JobDefect, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobAccount, proofs: &[proof(S::JobAccount, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobUnprepared, proofs: &[proof(S::JobUnprepared, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobSettings, proofs: &[proof(S::JobSettings, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobReported, proofs: &[proof(S::JobReported, 4, Job)], decided_by: &[Family::App], ..PLAIN },
    Cause { id: C::TargetFailed, proofs: &[proof(S::JobTargetFailed, 5, Job), proof(S::TargetFailed, 5, Request)], explains: &[C::Exception, C::CommandFailed, C::Crashed], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::CommandFailed, proofs: &[proof(S::JobCommandFailed, 5, Job), proof(S::CommandStatus, 4, Run)], decided_by: &[Family::Job], ..PLAIN },
    Cause { id: C::JobTimeLimit, proofs: &[proof(S::JobTimeLimit, 6, Job)], decided_by: &[Family::Job], ..PLAIN },
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn each_cause_is_a_row_with_a_proof_and_what_would_decide() {
        let ids: BTreeSet<_> = CAUSES.iter().map(|cause| cause.id).collect();
        assert_eq!(ids.len(), CAUSES.len());
        for cause in CAUSES {
            assert!(!cause.proofs.is_empty() && !cause.decided_by.is_empty(), "{:?}", cause.id);
            assert!(!cause.explains.contains(&cause.id), "{:?}", cause.id);
        }
    }
}
