//! The real router on a real database, for the tests of this crate.

use crate::{App, Limits, router, trusted};
use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use jobs::Hub;
use logs::{Logs, job_log::JobLog};
use model::{Clock, JobId, JobKind, JobState, ManualClock, OnUnknown, Rng, Timestamp};
use serde_json::Value;
use std::sync::Arc;
use store::{Db, NewJob, Role, Scope, Session, Token, User};
use tower::ServiceExt as _;
use vault::Vault;

pub(crate) struct Site {
    pub(crate) app: App,
    pub(crate) clock: ManualClock,
    /// Tokens required.
    pub(crate) router: Router,
    /// Everything allowed.
    pub(crate) inside: Router,
    _dir: tempfile::TempDir,
}

/// What a browser of somebody's sends along.
pub(crate) struct Person {
    pub(crate) cookie: String,
    pub(crate) csrf: String,
}

#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}

pub(crate) const NOW: i64 = 1_736_519_535_000_000;

impl Site {
    /// A mailing of `ana`'s that is being enqueued.
    pub(crate) async fn preparing(&self, id: JobId, name: &str) {
        self.preparing_as(id, name, "{}").await;
    }

    /// The same, with those settings.
    pub(crate) async fn preparing_as(&self, id: JobId, name: &str, spec: &str) {
        self.preparing_of(JobKind::Mail, id, name, spec).await;
    }

    /// The same, of another kind.
    pub(crate) async fn preparing_of(&self, kind: JobKind, id: JobId, name: &str, spec: &str) {
        let job = NewJob {
            id,
            kind,
            name: name.into(),
            on_unknown: OnUnknown::Hold,
            account: None,
            application_name: String::new(),
            flow_name: String::new(),
            created_by: "ana".into(),
            task_type: String::new(),
            task_id: String::new(),
            spec: spec.into(),
            limits: model::pace::Limits::default(),
            state: JobState::Preparing,
            total: 0,
            ledger: store::LedgerMatch::None,
            authority: model::Authority::Write,
        };
        self.app.db.create_job(job, self.app.clock.now()).await.unwrap();
    }

    /// A sending account named `compta`.
    pub(crate) async fn with_account() -> Self {
        let site = Self::new().await;
        let account = serde_json::json!({
            "url": "smtp://compta@mail.exemple.fr:587", "secret": "s3cret", "limits": {"per_minute": 60}
        });
        let saved = site.put("/api/v1/accounts/compta", account).await;
        assert_eq!((saved.status, saved.text.contains("s3cret")), (StatusCode::OK, false), "{}", saved.text);
        site
    }

    pub(crate) async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        Self::on(db, dir, Limits::default())
    }

    pub(crate) async fn with(limits: Limits) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::open_sqlite(&dir.path().join("vigie.db"), dir.path()).await.unwrap();
        Self::on(db, dir, limits)
    }

    pub(crate) fn on(db: Db, dir: tempfile::TempDir, limits: Limits) -> Self {
        let clock = ManualClock::at(Timestamp::from_micros(NOW));
        let shared = Clock::Manual(clock.clone());
        let rng = Rng::seeded(7);
        let logs = Logs::new(dir.path(), logs::Config::default(), shared.clone(), jiff::tz::TimeZone::UTC).unwrap();
        let blobs = blobs::Blobs::new(dir.path(), Rng::seeded(8)).unwrap();
        let reports = reports::Reports::new(db.clone(), logs.clone(), blobs.clone(), shared.clone(), Rng::seeded(9));
        let vault = Vault::from_key(&[7; 32], &rng);
        let alerts = alerting::Alerts::new(alerting::AlertParts {
            db: db.clone(),
            vault: vault.clone(),
            clock: shared.clone(),
            rng: Rng::seeded(10),
            logs: logs.clone(),
            reports: reports.clone(),
            data: dir.path().to_owned(),
            place: alerting::Place { origin: "https://vigie.exemple.fr".to_owned(), zone: jiff::tz::TimeZone::UTC },
            reach: alerting::Reach::Network,
        });
        let silent = dhis2::SyncLog::new(|_, _, _| {}, jiff::tz::TimeZone::UTC);
        let syncs = dhis2::Syncs::new((db.clone(), vault.clone()), (shared.clone(), Rng::seeded(11)), silent);
        let app = App {
            syncs,
            reports,
            alerts,
            checking: checking::Checking::new(db.clone(), shared.clone(), alerting::Reach::Network),
            hub: Hub::new(db.clone(), shared.clone()),
            db,
            clock: shared,
            job_log: JobLog::new(logs.clone(), dir.path()),
            logs,
            vault,
            rng,
            wake: Some(Arc::new(|_| {})),
            keep_format: Arc::new(|entry| match entry.name.as_str() {
                "full" => Err("no space left on device".to_owned()),
                _ => Ok("vigie.toml".to_owned()),
            }),
            zone: jiff::tz::TimeZone::UTC,
            data: dir.path().to_owned(),
            machine: dir.path().join("machine"),
            blobs,
            limits,
            hosts: Vec::new(),
            proxy_login: None,
            base_path: crate::BasePath::default(),
            proxies: crate::Proxies::default(),
            version: "0.0.0",
        };
        let router = router(app.clone());
        Self { inside: trusted(router.clone()), router, clock, app, _dir: dir }
    }

    /// An API token of that scope.
    pub(crate) async fn token(&self, scope: Scope) -> String {
        use secrecy::ExposeSecret as _;
        let (secret, hash) = self.app.vault.new_token();
        let id = uuid::Uuid::from_bytes(self.app.rng.bytes());
        let token = Token {
            id,
            name: id.to_string(),
            hash,
            scope,
            created_at: self.app.clock.now(),
            expires_at: None,
            used_at: None,
        };
        self.app.db.create_token(token).await.unwrap();
        secret.expose_secret().to_owned()
    }

    /// Somebody who is logged in.
    pub(crate) async fn person(&self, name: &str, role: Role) -> Person {
        self.person_by(name, role, None).await
    }

    /// Somebody who is logged in, with the hash of a password.
    pub(crate) async fn person_by(&self, name: &str, role: Role, password: Option<String>) -> Person {
        use secrecy::ExposeSecret as _;
        let id = uuid::Uuid::from_bytes(self.app.rng.bytes());
        let created_at = self.app.clock.now();
        let user = User { id, name: name.into(), password, role, disabled: false, created_at, seen_at: None };
        self.app.db.create_user(user).await.unwrap();
        let (code, hash) = self.app.vault.new_code();
        let expires_at = created_at + std::time::Duration::from_secs(3600);
        let session = Session { hash, user: id, about: "test".into(), created_at, expires_at };
        self.app.db.create_session(session).await.unwrap();
        let cookie = format!("{}={}", crate::auth::SESSION_COOKIE, code.expose_secret());
        Person { cookie, csrf: self.app.vault.form_token(&hash) }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(&self.inside, "GET", path, &[], Body::empty()).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        send(&self.inside, "POST", path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        send(&self.inside, "PUT", path, &[("content-type", "application/json")], body.to_string()).await
    }

    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Body>) -> Answer {
        send(&self.inside, "POST", path, &[], body).await
    }
}

pub(crate) async fn send(
    router: &Router,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8787");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
}
