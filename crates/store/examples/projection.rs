//! How fast events are counted into issues, and how fast lists of them answer.
//!
//! `cargo run --release -p store --example projection [--issues N] [--events N] [--postgres URL | --file FILE]`. The first part counts events
//! of few issues in batches of several sizes, each event with fifteen tags; the second fills a database and asks for pages. A file that
//! is there is filled on.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use model::{Level, Rng, Timestamp};
use std::time::{Duration, Instant};
use store::{
    Db, EventBatch, HourSteps, IssueFilter, IssueKind, IssueOrder, IssueStateKind, NewProject, Observation, ProjectId,
};
use uuid::Uuid;

const BEGIN: Timestamp = Timestamp::from_micros(1_700_000_000_000_000);
const DAYS: u64 = 30;

#[tokio::main]
async fn main() {
    let (issues, events) = (argument("--issues", 50_000), argument("--events", 5_000_000));
    let dir = tempfile::tempdir_in(".").unwrap();
    let file = text_argument("--file").map_or_else(|| dir.path().join("issues.db"), Into::into);
    let db = match text_argument("--postgres") {
        Some(url) => Db::open_postgres(&url).await.unwrap(),
        None => Db::open_sqlite(&file, dir.path()).await.unwrap(),
    };
    let there = db.projects().await.unwrap();
    let project = match there.first() {
        Some(project) => project.id,
        None => begin(&db).await,
    };
    fill(&db, project, issues, events).await;
    lists(&db, project).await;
    db.close().await;
}

/// A project, and how fast its events are counted while there are few of them.
async fn begin(db: &Db) -> ProjectId {
    let new = NewProject { name: "Shop".into(), platform: "python".into(), settings: "{}".into(), key: [7; 16] };
    let project = db.create_project(new, BEGIN).await.unwrap().0.id;
    for size in [64, 128, 512] {
        rate(db, project, size).await;
    }
    project
}

fn text_argument(name: &str) -> Option<String> {
    std::env::args().skip_while(|argument| argument != name).nth(1)
}

fn argument(name: &str, otherwise: u64) -> u64 {
    text_argument(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Of twenty issues, as in an incident.
async fn rate(db: &Db, project: ProjectId, size: u64) {
    let rng = Rng::seeded(size);
    let events = 20_000 / size * size;
    let log = format!("rate of {size}");
    let mut batches = Vec::new();
    for first in (1..=events).step_by(size as usize) {
        let one = |no| event(no, project, rng.below(20), BEGIN + Duration::from_millis(no), &rng);
        batches.push((first..first + size).map(one).collect::<Vec<_>>());
    }
    let begun = Instant::now();
    let mut longest = Duration::ZERO;
    for observations in batches {
        let through = observations.last().unwrap().no;
        let sent = Instant::now();
        db.apply_events(EventBatch { log: log.clone(), observations, through }).await.unwrap();
        longest = longest.max(sent.elapsed());
    }
    let rate = events as f64 / begun.elapsed().as_secs_f64();
    println!("counted {rate:>7.0} events/s in batches of {size:>4}; the longest took {longest:?}");
}

/// Half of the events are of the hundred busiest issues; they are spread over thirty days, if all of them are counted.
async fn fill(db: &Db, project: ProjectId, issues: u64, events: u64) {
    let rng = Rng::seeded(1);
    let begun = Instant::now();
    let done = db.applied_through("fill").await.unwrap() as u64;
    for first in (done + 1..=events).step_by(4096) {
        let one = |no| {
            let which = if no <= issues {
                no
            } else if rng.below(2) == 0 {
                rng.below(100)
            } else {
                rng.below(issues)
            };
            let at = BEGIN + Duration::from_secs(DAYS * 86_400 * no / events);
            event(no, project, 100 + which, at, &rng)
        };
        let observations: Vec<_> = (first..=events.min(first + 4095)).map(one).collect();
        let through = observations.last().unwrap().no;
        db.apply_events(EventBatch { log: "fill".into(), observations, through }).await.unwrap();
    }
    println!("counted {} more events of {issues} issues in {:?}", events.saturating_sub(done), begun.elapsed());
}

fn event(no: u64, project: ProjectId, issue: u64, at: Timestamp, rng: &Rng) -> Observation {
    let mut tags: Vec<(String, String)> =
        (0..10).map(|n| (format!("tag{n}"), format!("value {}", rng.below(n * n + 1)))).collect();
    for key in ["url", "transaction", "server_name"] {
        tags.push((key.into(), format!("https://shop.example.org/{key}/{}", rng.below(50))));
    }
    Observation {
        no: no as i64,
        event: Uuid::from_bytes(rng.bytes()),
        project,
        at,
        hashes: vec![format!("{issue:032x}")],
        kind: IssueKind::Error,
        title: format!("ValueError: basket {issue} holds nothing that can be paid for"),
        culprit: format!("shop.views.module{} in pay", issue % 500),
        level: if issue.is_multiple_of(50) { Level::Critical } else { Level::Error },
        platform: "python".into(),
        environment: if rng.below(10) == 0 { "staging" } else { "production" }.into(),
        release: Some(format!("shop@{}", at.since(BEGIN).as_secs() / 86_400)),
        user: Some(rng.below(20_000) as i64),
        tags,
    }
}

async fn lists(db: &Db, project: ProjectId) {
    let all = IssueFilter { project: Some(project), limit: 50, ..IssueFilter::default() };
    let newest = db.issues(&all).await.unwrap().rows;
    let now = newest.first().map_or(BEGIN, |issue| issue.last_seen);
    let text = |text: &str| Some(text.to_owned());
    let tag = |key: &str, value: &str| vec![(key.to_owned(), value.to_owned())];
    let states = IssueStateKind::OPEN.to_vec();
    let cases = [
        ("last seen", all.clone()),
        ("open, by events", IssueFilter { states, order: IssueOrder::Events, ..all.clone() }),
        ("resolved: none", IssueFilter { states: vec![IssueStateKind::Resolved], ..all.clone() }),
        ("critical, by users", IssueFilter { levels: vec![Level::Critical], order: IssueOrder::Users, ..all.clone() }),
        ("last day", IssueFilter { order: IssueOrder::LastDay(now), ..all.clone() }),
        ("environment", IssueFilter { environment: text("staging"), ..all.clone() }),
        ("release", IssueFilter { release: text("shop@12"), ..all.clone() }),
        ("tag of many", IssueFilter { tags: tag("tag3", "value 2"), order: IssueOrder::Events, ..all.clone() }),
        ("tag of few", IssueFilter { tags: tag("tag9", "value 81"), ..all.clone() }),
        ("tag of none", IssueFilter { tags: tag("tag9", "x"), ..all.clone() }),
        ("text", IssueFilter { text: text("basket 4711 "), ..all.clone() }),
        ("text of none", IssueFilter { text: text("no such words"), order: IssueOrder::Events, ..all.clone() }),
        ("first seen before", IssueFilter { first_until: Some(BEGIN), ..all }),
    ];
    for (name, filter) in cases {
        let took = median(async || db.issues(&filter).await.map(|page| page.rows.len())).await;
        println!("{name:<20} {took:?}");
    }
    let ids: Vec<i64> = (1..=50).collect();
    let steps = |hours, count| HourSteps { since: now - Duration::from_secs(hours * count * 3600), hours, count };
    for (name, steps) in [("24 h of 50 issues", steps(1, 24)), ("14 d of 50 issues", steps(24, 14))] {
        let took = median(async || db.issue_trends(&ids, steps, None).await.map(|trends| trends.len())).await;
        println!("{name:<20} {took:?}");
    }
    println!(
        "{:<20} {:?}",
        "counts by state",
        median(async || db.count_issues(Some(project)).await.map(|n| n.len())).await
    );
    println!("{:<20} {:?}", "tags of an issue", median(async || db.issue_tags(21, 10).await.map(|n| n.len())).await);
}

/// Of nine times.
async fn median(call: impl AsyncFn() -> store::Result<usize>) -> Duration {
    let mut took = Vec::new();
    for _ in 0..9 {
        let begun = Instant::now();
        call().await.unwrap();
        took.push(begun.elapsed());
    }
    took.sort_unstable();
    took[4]
}
