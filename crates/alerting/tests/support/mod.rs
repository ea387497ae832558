//! A data directory with a clock that the test moves, and a receiver that misbehaves on demand.

use alerting::{AlertParts, Alerts, Channel, ChannelKind, ChannelSecret, ChannelSettings, Place, Reach};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse as _, Response},
};
use jiff::tz::TimeZone;
use language::Language;
use logs::Logs;
use model::{
    Authority, Clock, JobId, JobKind, JobState, ManualClock, MissedPolicy, OnUnknown, OverlapPolicy, Rng, Timestamp,
    pace::Limits,
};
use reports::Reports;
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use store::{
    AlertChannel, ChannelHealth, Db, EventBatch, IssueKind, LedgerMatch, NewItem, NewJob, NewJobSchedule, NewProject,
    NextDue, NotedDues, Observation, ProjectId, Reason, RunState, SchedulePlan, ScheduleRun,
};
use uuid::Uuid;
use vault::Vault;

pub(crate) const NOW: Timestamp = Timestamp::from_micros(1_736_519_535_000_000);

pub(crate) struct Site {
    pub(crate) db: Db,
    pub(crate) clock: ManualClock,
    pub(crate) alerts: Alerts,
    vault: Vault,
    events: Mutex<i64>,
    _folder: tempfile::TempDir,
}

impl Site {
    pub(crate) async fn new(reach: Reach) -> Self {
        let (folder, clock, rng) = (tempfile::tempdir().unwrap(), ManualClock::at(NOW), Rng::seeded(7));
        let db = Db::open_sqlite(&folder.path().join("vigie.db"), folder.path()).await.unwrap();
        let shared = Clock::Manual(clock.clone());
        let logs = Logs::new(folder.path(), logs::Config::default(), shared.clone(), TimeZone::UTC).unwrap();
        let blobs = blobs::Blobs::new(folder.path(), rng.clone()).unwrap();
        let vault = Vault::from_key(&[7; 32], &rng);
        let alerts = Alerts::new(AlertParts {
            db: db.clone(),
            vault: vault.clone(),
            clock: shared.clone(),
            rng: rng.clone(),
            logs: logs.clone(),
            reports: Reports::new(db.clone(), logs, blobs, shared, rng),
            data: folder.path().to_owned(),
            place: Place { origin: "https://vigie.exemple.fr".to_owned(), zone: TimeZone::UTC },
            reach,
        });
        let mut rules = alerts::Rule::built_in();
        // How full the disk of this machine is, is not what is tried.
        rules.retain(|rule| rule.kind.word() != alerts::RuleWord::DiskNearlyFull);
        let spec = |rule: &alerts::Rule| (rule.id, serde_json::to_string(rule).unwrap());
        db.add_alert_rules(rules.iter().map(spec).collect(), NOW).await.unwrap();
        Self { db, clock, alerts, vault, events: Mutex::new(0), _folder: folder }
    }

    pub(crate) async fn channel(&self, name: &str, kind: ChannelKind, url: &str, fallback: Option<Uuid>) -> Uuid {
        let id = Uuid::from_u128(name.bytes().fold(7, |sum, byte| sum * 31 + u128::from(byte)));
        let token = if kind == ChannelKind::Webhook { KEY.to_owned() } else { String::new() };
        let settings = ChannelSettings { kind, language: Language::English, takes_all: name != "fallback", fallback };
        let channel =
            Channel { id, name: name.to_owned(), settings, secret: ChannelSecret { url: url.to_owned(), token } };
        channel.check().unwrap();
        let kept = AlertChannel {
            id,
            name: name.to_owned(),
            settings: channel.settings.write(),
            secret: Some(channel.secret.seal(&self.vault, id)),
            created_at: NOW,
            health: ChannelHealth::default(),
        };
        assert!(self.db.save_alert_channel(kept, NOW).await.unwrap());
        id
    }

    /// A mailing that has begun.
    pub(crate) async fn job(&self, n: u128, name: &str) -> JobId {
        let job = Self::new_job(n, name);
        let id = job.id;
        self.db.create_job(job, self.clock.now()).await.unwrap();
        self.db.start_job(id, self.clock.now()).await.unwrap();
        id
    }

    fn new_job(n: u128, name: &str) -> NewJob {
        NewJob {
            id: JobId(Uuid::from_u128(n)),
            kind: JobKind::Noop,
            name: name.to_owned(),
            on_unknown: OnUnknown::Hold,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: "ana".to_owned(),
            task_type: String::new(),
            task_id: String::new(),
            spec: "{}".to_owned(),
            limits: Limits::default(),
            state: JobState::Pending,
            total: 0,
            ledger: LedgerMatch::None,
            authority: Authority::Write,
        }
    }

    /// A run of the schedule `Backup`, as if it were due now.
    pub(crate) async fn scheduled_job(&self, n: u128) -> JobId {
        let (run, now) = (self.due().await, self.clock.now());
        let job = NewJob { kind: JobKind::External, ..Self::new_job(n, "Backup") };
        let item = NewItem {
            seq: 1,
            message_no: 1,
            ledger_key: None,
            content: String::new(),
            label: "it".to_owned(),
            payload: "{}".to_owned(),
            verdict: None,
        };
        let job = self.db.start_run(&run, job, item, now).await.unwrap().unwrap();
        self.db.start_job(job.id, now).await.unwrap();
        job.id
    }

    /// The same, of which no job can be made.
    pub(crate) async fn not_started(&self, why: &str) {
        let run = self.due().await;
        assert!(self.db.end_waiting_run(&run, RunState::Failed, None, why.to_owned()).await.unwrap());
    }

    async fn due(&self) -> ScheduleRun {
        let (id, now) = (Uuid::from_u128(0x5c), self.clock.now());
        let next = |at| Some(NextDue { due: at, begins: at });
        if self.db.job_schedule(id).await.unwrap().is_none() {
            let plan = SchedulePlan {
                expression: "every 1 day".to_owned(),
                zone: "UTC".to_owned(),
                days_off: Vec::new(),
                jitter: Duration::ZERO,
                missed: MissedPolicy::Skip,
                overlap: OverlapPolicy::Skip,
            };
            let schedule = NewJobSchedule {
                id,
                name: "Backup".to_owned(),
                kind: JobKind::Noop,
                plan,
                spec: "{}".to_owned(),
                authority: Authority::Write,
                created_by: "ana".to_owned(),
                next: next(now),
            };
            self.db.create_job_schedule(schedule, now).await.unwrap();
        }
        let dues = NotedDues { waiting: vec![now], missed: None, next: next(now + Duration::from_secs(86_400)) };
        let seen = self.db.job_schedule(id).await.unwrap().unwrap().next.unwrap().due;
        assert!(self.db.note_dues(id, seen, dues, now).await.unwrap());
        self.db.waiting_runs(1).await.unwrap().remove(0).1
    }

    pub(crate) async fn fail(&self, job: JobId) {
        self.db.fail_job(job, Reason::new("reported", "the disk is full"), self.clock.now()).await.unwrap();
    }

    pub(crate) async fn project(&self) -> ProjectId {
        let new =
            NewProject { name: "Boutique".into(), platform: "python".into(), settings: "{}".into(), key: [1; 16] };
        self.db.create_project(new, self.clock.now()).await.unwrap().0.id
    }

    /// So many issues, each with its first event.
    pub(crate) async fn issues(&self, project: ProjectId, count: i64) {
        let first = {
            let mut events = self.events.lock().unwrap();
            let first = *events + 1;
            *events += count;
            first
        };
        let at = self.clock.now();
        let observation = |no: i64| Observation {
            no,
            event: Uuid::from_u128(no as u128),
            project,
            at,
            hashes: vec![format!("h{no}")],
            kind: IssueKind::Error,
            title: format!("KeyError: <{no}>"),
            culprit: "shop.views".into(),
            level: model::Level::Error,
            platform: "python".into(),
            environment: String::new(),
            release: None,
            user: None,
            tags: Vec::new(),
        };
        let observations: Vec<_> = (first..first + count).map(observation).collect();
        let batch = EventBatch { log: "here".into(), observations, through: first + count - 1 };
        self.db.apply_events(batch).await.unwrap();
    }

    /// One look at everything, then all that is due is told.
    pub(crate) async fn round(&self) {
        self.alerts.evaluate().await.unwrap();
        self.deliver().await;
    }

    pub(crate) async fn deliver(&self) {
        for task in self.alerts.begin_due().await.unwrap() {
            task.await.unwrap();
        }
    }

    pub(crate) fn passes(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// With which webhooks of tests are signed.
pub(crate) const KEY: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

/// What was received.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

/// Answers with what it is told to, then with 200.
#[derive(Clone, Default)]
pub(crate) struct Receiver {
    calls: Arc<Mutex<Vec<Call>>>,
    answers: Arc<Mutex<VecDeque<Response>>>,
    url: String,
}

impl Receiver {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let receiver = Self { url, ..Self::default() };
        let router = Router::new().fallback(received).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        receiver
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    pub(crate) fn answers(&self, status: u16, headers: &[(&'static str, &str)], body: &str) {
        let mut answer = (StatusCode::from_u16(status).unwrap(), body.to_owned()).into_response();
        for (name, value) in headers {
            answer.headers_mut().insert(*name, value.parse().unwrap());
        }
        self.answers.lock().unwrap().push_back(answer);
    }

    /// From now on it answers with 200.
    pub(crate) fn comes_back(&self) {
        self.answers.lock().unwrap().clear();
    }

    /// Of a path, in order.
    pub(crate) fn calls(&self, path: &str) -> Vec<Call> {
        self.calls.lock().unwrap().iter().filter(|call| call.path.starts_with(path)).cloned().collect()
    }

    /// The texts of Slack's messages.
    pub(crate) fn texts(&self, path: &str) -> Vec<String> {
        self.calls(path).iter().map(|call| call.body["text"].as_str().unwrap_or_default().to_owned()).collect()
    }
}

async fn received(State(receiver): State<Receiver>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let body = serde_json::from_slice(&body).unwrap_or_default();
    receiver.calls.lock().unwrap().push(Call { path: uri.to_string(), headers, body });
    let answer = receiver.answers.lock().unwrap().pop_front();
    answer.unwrap_or_else(|| (StatusCode::OK, "ok").into_response())
}
