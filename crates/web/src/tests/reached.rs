//! What is reached through a call that is allowed. `routes.txt` has a line for each route that is declared: what it asks for,
//! and what it leads to. A route without its line fails; each kind of reach is tried by everybody there is. A page or a list that
//! names nobody's thing in its path is written down by the test (`INSTA_UPDATE=always`), to be read as any change; what all
//! others lead to is for a person to say.

use super::{ID, filled, method};
use crate::{
    auth::scope_of,
    declared,
    routes::Verb,
    testing::{Answer, Site, send},
};
use axum::http::StatusCode;
use model::{Authority, Fault, JobId, JobKind, JobState, OnUnknown, Verdict};
use serde_json::json;
use std::collections::BTreeSet;
use store::{Draft, Item, ItemFilter, Job, NewItem, NewJob, Reason, Role, SavedSearch, Scope};
use uuid::Uuid;

const ROUTES: &str = include_str!("routes.txt");

/// What lies behind a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// What its scope is for, and nothing that belongs to somebody or needs more.
    Itself,
    /// A job is made.
    Makes,
    /// A job is made of what is sent along.
    Uploads,
    /// Items of a job, or the word that they are all there.
    Writes,
    /// A job is set going.
    Acts,
    /// A job is stopped.
    Stops,
    /// A job that somebody else runs is moved on.
    External,
    /// A job is read.
    Shows,
    /// The progress of a job: with its own token too.
    Follows,
    /// Has no end.
    Stream,
    /// Somebody's mailing in preparation.
    Draft,
    /// Somebody's search.
    Search,
    /// One's own sessions.
    Session,
    /// Addresses that hold secrets.
    Webhooks,
}

struct Line {
    verb: &'static str,
    path: &'static str,
    asks: &'static str,
    reach: Reach,
}

impl Line {
    fn read(line: &'static str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        let [verb, path, asks, reach] = words[..] else { panic!("routes.txt: {line}") };
        let reach = match reach {
            "itself" => Reach::Itself,
            "makes" => Reach::Makes,
            "uploads" => Reach::Uploads,
            "writes" => Reach::Writes,
            "acts" => Reach::Acts,
            "stops" => Reach::Stops,
            "external" => Reach::External,
            "shows" => Reach::Shows,
            "follows" => Reach::Follows,
            "stream" => Reach::Stream,
            "draft" => Reach::Draft,
            "search" => Reach::Search,
            "session" => Reach::Session,
            "webhooks" => Reach::Webhooks,
            other => panic!("routes.txt: {line}: `{other}` is no reach"),
        };
        Self { verb, path, asks, reach }
    }

    fn scope(&self) -> Option<Scope> {
        (self.asks != "open").then(|| self.asks.parse().unwrap())
    }

    fn name(&self) -> String {
        format!("{} {}", self.verb, self.path)
    }
}

fn lines(reaches: &[Reach]) -> Vec<Line> {
    let found: Vec<Line> = ROUTES.lines().map(Line::read).filter(|line| reaches.contains(&line.reach)).collect();
    assert!(!found.is_empty(), "{reaches:?}");
    found
}

struct Caller {
    name: String,
    scope: Scope,
    headers: Vec<(&'static str, String)>,
}

impl Caller {
    /// Nobody who comes over the network is on the machine itself.
    fn authority(&self) -> Authority {
        if self.scope == Scope::Admin { Authority::Admin } else { Authority::Write }
    }

    async fn call(&self, site: &Site, verb: &str, path: &str, body: &str) -> Answer {
        let media = match (path.starts_with("/api/"), path.ends_with("/items")) {
            (true, true) => "application/x-ndjson",
            (true, false) => "application/json",
            (false, _) => "application/x-www-form-urlencoded",
        };
        let mut headers: Vec<(&str, &str)> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.push(("content-type", media));
        send(&site.router, verb, path, &headers, body.to_owned()).await
    }
}

async fn everybody(site: &Site) -> Vec<Caller> {
    let mut all = Vec::new();
    for scope in Scope::ALL {
        let headers = vec![("authorization", format!("Bearer {}", site.token(scope).await))];
        all.push(Caller { name: format!("token {scope}"), scope, headers });
    }
    for role in Role::ALL {
        let person = site.person(role.as_str(), role).await;
        let headers = vec![("cookie", person.cookie), ("x-csrf-token", person.csrf)];
        all.push(Caller { name: role.as_str().to_owned(), scope: scope_of(role), headers });
    }
    all
}

#[tokio::test]
async fn each_route_says_what_it_asks_for_and_what_it_leads_to() {
    let site = Site::new().await;
    let asks = |scope: Option<Scope>| scope.map_or_else(|| "open".to_owned(), |scope| scope.to_string());
    let found = declared(site.app).into_iter();
    let found: BTreeSet<String> =
        found.map(|route| format!("{} {} {}", method(route.verb), route.path, asks(route.access.scope()))).collect();
    let told: BTreeSet<String> =
        ROUTES.lines().map(Line::read).map(|line| format!("{} {}", line.name(), asks(line.scope()))).collect();
    let new: Vec<_> = found.difference(&told).collect();
    let gone: Vec<_> = told.difference(&found).collect();
    let is_plain = |route: &&String| route.starts_with("GET ") && !route.contains('{');
    if std::env::var("INSTA_UPDATE").is_ok_and(|update| update == "always") && new.iter().all(is_plain) {
        write_down(&new);
        return;
    }
    assert!(
        new.is_empty() && gone.is_empty(),
        "say in crates/web/src/tests/routes.txt what these lead to: {new:#?}\nthese are no more, or ask for something else: {gone:#?}"
    );
    // Whatever names a job is tried below as one.
    for line in ROUTES.lines().map(Line::read) {
        let names_job = line.path.contains("/jobs/{id}") || line.path.contains("/sse-progress/{id}");
        let is_tried = !matches!(line.reach, Reach::Itself);
        assert!(!(names_job || line.path.contains("{draft}")) || is_tried, "{}: it leads further", line.name());
    }
}

/// Adds routes that lead to nothing but what they ask for, each at its place.
fn write_down(new: &[&String]) {
    let mut lines: Vec<String> = ROUTES.lines().map(str::to_owned).collect();
    for route in new {
        let [verb, path, asks] = route.split(' ').collect::<Vec<_>>()[..] else { panic!("{route}") };
        let at = lines.partition_point(|line| {
            let mut words = line.split(' ');
            let there = (words.next().unwrap(), words.next().unwrap());
            (there.1, there.0) < (path, verb)
        });
        lines.insert(at, format!("{:<42}{asks:<9}itself", format!("{verb} {path}")));
    }
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/routes.txt");
    std::fs::write(file, lines.join("\n") + "\n").unwrap();
}

/// The kinds of job, and on whose word they were made: the least that each needs, and a mailing of the machine itself.
fn kinds() -> Vec<(JobKind, Authority)> {
    let least = JobKind::ALL.into_iter().map(|kind| (kind, tasks::needs(kind)));
    least.chain([(JobKind::Mail, Authority::Owner)]).collect()
}

fn spec(kind: JobKind) -> &'static str {
    match kind {
        JobKind::Command => r#"{"command": ["HIDDEN"]}"#,
        JobKind::Http => r#"{"url": "http://127.0.0.1:9/HIDDEN"}"#,
        _ => "{}",
    }
}

/// One of which a row has failed and another waits, being prepared or on its way.
async fn job(site: &Site, kind: JobKind, authority: Authority, state: JobState) -> JobId {
    let (db, now) = (&site.app.db, site.app.clock.now());
    let id = JobId(Uuid::from_bytes(site.app.rng.bytes()));
    let external = kind == JobKind::External;
    let job = NewJob {
        ledger: store::LedgerMatch::None,
        limits: model::pace::Limits::default(),
        id,
        kind,
        name: id.to_string(),
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: String::new(),
        flow_name: String::new(),
        created_by: String::new(),
        task_type: String::new(),
        task_id: String::new(),
        spec: spec(kind).into(),
        state: if external { JobState::Pending } else { JobState::Preparing },
        total: u64::from(external),
        authority,
    };
    db.create_job(job, now).await.unwrap();
    if !external {
        let item = |seq: i64| NewItem {
            content: String::new(),
            seq,
            message_no: seq,
            ledger_key: None,
            label: "a@x.fr".into(),
            payload: r#"{"env": {"K": "HIDDEN"}}"#.into(),
            verdict: (seq == 1).then(|| Verdict::permanent("exit_status", Fault::Content)),
        };
        db.enqueue(id, vec![item(1), item(2)], None, now).await.unwrap();
        if state != JobState::Preparing {
            db.finish_preparing(id, now).await.unwrap();
        }
    }
    if state == JobState::Paused {
        db.pause_job(id, Reason::new("by_hand", ""), None, now).await.unwrap();
    }
    id
}

async fn standing(site: &Site, id: JobId) -> (Job, Vec<Item>) {
    let filter = ItemFilter { limit: 100, ..ItemFilter::default() };
    let items = site.app.db.items(id, &filter).await.unwrap().rows;
    (site.app.db.job(id).await.unwrap().unwrap(), items)
}

fn body(path: &str, kind: JobKind) -> String {
    let row = r#"{"line":2,"values":[],"to":[{"address":"a@x.fr"}]}"#;
    let payload = if kind == JobKind::Mail { row } else { "{}" };
    match path.rsplit('/').next().unwrap() {
        "items" => format!("{{\"seq\":3,\"message_no\":3,\"label\":\"a@x.fr\",\"payload\":{payload}}}\n"),
        "settle" if path.starts_with("/api/") => json!({"seqs": [1], "as": "not_sent", "by": "x"}).to_string(),
        "settle" => "seq=1&as=not_sent".to_owned(),
        "retry" => "all=1".to_owned(),
        "advance" => json!({"processed": 1}).to_string(),
        _ => String::new(),
    }
}

/// Each kind of job, by each way that does something to one, for everybody.
#[tokio::test]
async fn a_job_is_written_and_set_going_on_the_word_that_its_kind_needs() {
    let site = Site::new().await;
    let everybody = everybody(&site).await;
    let (mut refused, mut done) = (0, 0);
    for line in lines(&[Reach::Writes, Reach::Acts, Reach::Stops, Reach::External]) {
        let state = match line.reach {
            Reach::Writes => JobState::Preparing,
            Reach::Acts => JobState::Paused,
            _ => JobState::Pending,
        };
        for ((kind, authority), caller) in
            kinds().into_iter().flat_map(|kind| everybody.iter().map(move |caller| (kind, caller)))
        {
            let id = job(&site, kind, authority, state).await;
            let before = standing(&site, id).await;
            let path = line.path.replace("{id}", &id.to_string());
            let answer = caller.call(&site, line.verb, &path, &body(&path, kind)).await;
            let what = format!(
                "{} of a {kind} of {authority} by {}: {} {}",
                line.name(),
                caller.name,
                answer.status,
                answer.text
            );
            let needed = match line.reach {
                Reach::Writes => authority.max(tasks::needs(kind)),
                Reach::Acts => tasks::needs(kind),
                _ => Authority::Write,
            };
            if !caller.scope.allows(line.scope().unwrap()) || caller.authority() < needed {
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{what}");
                assert_eq!(standing(&site, id).await, before, "{what}");
                refused += 1;
            } else if (line.reach == Reach::External) != (kind == JobKind::External) && line.reach != Reach::Stops {
                assert!(!answer.status.is_server_error() && answer.status != StatusCode::FORBIDDEN, "{what}");
                assert!(line.reach != Reach::External || answer.status == StatusCode::CONFLICT, "{what}");
            } else {
                // These jobs have no rows of a mailing whose address could be corrected.
                let of_mailings = ["/correct", "/reuse"].iter().any(|word| line.path.contains(word));
                let none = of_mailings && answer.status.is_client_error() && answer.status != StatusCode::FORBIDDEN;
                assert!(none || answer.status.is_success() || answer.status.is_redirection(), "{what}");
                done += 1;
            }
            if !before.0.state.is_final() {
                let _ = site.app.db.cancel_job(id, Reason::new("by_hand", ""), site.app.clock.now()).await;
            }
        }
    }
    assert!(refused > 300 && done > 150, "{refused} {done}");
}

#[tokio::test]
async fn a_job_is_made_by_who_may_and_keeps_on_whose_word() {
    let site = Site::with_account().await;
    let path = lines(&[Reach::Makes])[0].path;
    for caller in everybody(&site).await {
        for kind in [JobKind::Command, JobKind::Http, JobKind::Noop, JobKind::External] {
            let spec: serde_json::Value = serde_json::from_str(spec(kind)).unwrap();
            let new = json!({"name": "n", "kind": kind, "spec": spec, "prepare": kind != JobKind::External});
            let made = caller.call(&site, "POST", path, &new.to_string()).await;
            let may = caller.scope.allows(Scope::Write) && caller.authority() >= tasks::needs(kind);
            let expected = if may { StatusCode::CREATED } else { StatusCode::FORBIDDEN };
            assert_eq!(made.status, expected, "{kind} by {}: {}", caller.name, made.text);
            if may {
                let id: JobId = made.json()["id"].as_str().unwrap().parse().unwrap();
                assert_eq!(site.app.db.job(id).await.unwrap().unwrap().authority, caller.authority());
                // The same job is shown, another is named, and no more of either than by asking for it.
                let again = json!({"id": id.to_string(), "name": "n", "kind": "noop", "prepare": true});
                let writer = &everybody_of(&site, Scope::Write).await;
                let shown = writer.call(&site, "POST", path, &again.to_string()).await;
                let same = (kind, caller.authority()) == (JobKind::Noop, Authority::Write);
                let expected = if same { StatusCode::OK } else { StatusCode::CONFLICT };
                assert!(shown.status == expected && !shown.text.contains("HIDDEN"), "{}", shown.text);
            }
        }
    }
    // What is sent along is all that a mailing may hold, whoever sends it.
    let path = lines(&[Reach::Uploads])[0].path;
    let settings = r#"{"name":"n","subject":"s","text":"t","to":"{{ email }}","from":"a@x.fr"}"#;
    let parts = [
        ("settings", "", settings),
        ("account", "", "compta"),
        ("recipients", "; filename=\"r.csv\"", "email\na@x.fr\n"),
    ];
    let part = |(name, more, value): &(&str, &str, &str)| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    let body: String = parts.iter().map(part).chain(["--x--\r\n".to_owned()]).collect();
    let sent = send(&site.inside, "POST", path, &[("content-type", "multipart/form-data; boundary=x")], body).await;
    let id: JobId = sent.json()["job"]["id"].as_str().unwrap_or_else(|| panic!("{}", sent.text)).parse().unwrap();
    assert_eq!(site.app.db.job(id).await.unwrap().unwrap().authority, Authority::Write);
}

async fn everybody_of(site: &Site, scope: Scope) -> Caller {
    let headers = vec![("authorization", format!("Bearer {}", site.token(scope).await))];
    Caller { name: scope.to_string(), scope, headers }
}

/// Settings of commands and calls, and what items hold, are for who may write them.
#[tokio::test]
async fn a_job_shows_nobody_what_only_an_administrator_wrote() {
    let site = Site::new().await;
    let everybody = everybody(&site).await;
    for (kind, authority) in kinds() {
        let id = job(&site, kind, authority, JobState::Paused).await;
        for line in lines(&[Reach::Shows, Reach::Follows]) {
            for caller in everybody.iter().filter(|caller| caller.scope.allows(line.scope().unwrap())) {
                let shown = caller.call(&site, line.verb, &line.path.replace("{id}", &id.to_string()), "").await;
                let what = format!("{} of a {kind} by {}: {}", line.name(), caller.name, shown.text);
                assert!(shown.status.is_success(), "{} {what}", shown.status);
                assert!(caller.scope == Scope::Admin || !shown.text.contains("HIDDEN"), "{what}");
            }
        }
    }
}

/// The token of a job follows that job, and opens nothing else, whatever it is shown to.
#[tokio::test]
async fn a_jobs_token_opens_that_job_alone() {
    let site = Site::new().await;
    let mine = job(&site, JobKind::Noop, Authority::Write, JobState::Pending).await;
    let other = job(&site, JobKind::Noop, Authority::Write, JobState::Pending).await;
    let token = site.app.vault.job_token(mine);
    for line in ROUTES.lines().map(Line::read).filter(|line| line.asks != "open") {
        let follows = line.asks == "progress";
        for id in [mine, other] {
            if follows && id == mine && line.reach == Reach::Stream {
                continue;
            }
            let path = filled(&line.path.replace("{id}", &id.to_string()));
            let status = send(&site.router, line.verb, &format!("{path}?token={token}"), &[], "").await.status;
            let expected = if follows && id == mine { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
            assert_eq!(status, expected, "{} of {}", line.name(), if id == mine { "its job" } else { "another" });
        }
    }
}

/// What belongs to somebody: others are told that there is none, and change nothing of it.
#[tokio::test]
async fn what_is_somebodys_is_nobody_elses() {
    let site = Site::new().await;
    let now = site.app.clock.now();
    let ana = site.person("ana", Role::Operator).await;
    let draft: Uuid = ID.parse().unwrap();
    let kept =
        Draft { id: draft, owner: "ana".into(), content: "{}".into(), version: 1, created_at: now, updated_at: now };
    site.app.db.create_draft(kept).await.unwrap();
    let everybody = everybody(&site).await;
    for line in lines(&[Reach::Draft]) {
        for caller in everybody.iter().filter(|caller| caller.scope == Scope::Write) {
            let answer = caller.call(&site, line.verb, &filled(line.path), "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} by {}: {}", line.name(), caller.name, answer.text);
        }
        let left = site.app.db.draft(draft).await.unwrap().expect("it is still there");
        assert_eq!((left.version, left.content.as_str()), (1, "{}"), "{}", line.name());
    }
    let search =
        SavedSearch { id: draft, owner: "ana".into(), name: "s".into(), address: "/explore".into(), created_at: now };
    assert!(site.app.db.save_search(search).await.unwrap());
    for line in lines(&[Reach::Search]) {
        for caller in everybody.iter().filter(|caller| caller.scope.allows(Scope::Read)) {
            let answer = caller.call(&site, line.verb, &filled(line.path), "").await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{} by {}", line.name(), caller.name);
        }
    }
    assert_eq!(site.app.db.searches_of("ana").await.unwrap().len(), 1);
    for line in lines(&[Reach::Session]) {
        for caller in &everybody {
            caller.call(&site, line.verb, line.path, "").await;
        }
        let still = send(&site.router, "GET", "/me", &[("cookie", &ana.cookie)], "").await;
        assert_eq!(still.status, StatusCode::OK, "{} ended the session of another", line.name());
    }
}

/// The address of a webhook holds its key.
#[tokio::test]
async fn where_outcomes_are_reported_is_told_to_administrators() {
    let site = Site::new().await;
    let url = "https://hooks.exemple.fr/services/T0/B0/KEY?token=KEY";
    let made = site.post("/api/v1/webhooks", json!({"url": url, "mailing": "Factures"})).await;
    assert_eq!((made.status, &made.json()["url"]), (StatusCode::CREATED, &json!(url)));
    for line in lines(&[Reach::Webhooks]) {
        for caller in everybody(&site).await.iter().filter(|caller| caller.scope.allows(Scope::Read)) {
            let shown = caller.call(&site, line.verb, line.path, "").await;
            let expected = if caller.scope == Scope::Admin { url } else { "https://hooks.exemple.fr/***" };
            assert_eq!(shown.json()["rows"][0]["url"], expected, "{}: {}", caller.name, shown.text);
            assert!(caller.scope == Scope::Admin || !shown.text.contains("KEY"), "{}", shown.text);
        }
    }
}

#[test]
fn no_verb_is_left_out() {
    let verbs = [Verb::Get, Verb::Post, Verb::Put, Verb::Delete].map(method);
    assert!(ROUTES.lines().map(Line::read).all(|line| verbs.contains(&line.verb)));
}
