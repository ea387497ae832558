//! Events reported while the server is killed: what was acknowledged is kept, and what is counted is what is kept.

use crate::harness::{
    PATIENCE, Running, Setting, Stage, http,
    reports::{Project, envelope, event},
    say, seeded, wait_for,
};
use model::Rng;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
};

const KILLS: u64 = 50;
const SENDERS: u64 = 3;
/// Acknowledgements that are waited for before a kill, at most; none at times, so that the server dies while it begins.
const ACKNOWLEDGED_MAX: u64 = 30;
/// Functions in which something goes wrong, each an issue, and people whom it happens to.
const FUNCTIONS: u64 = 7;
const USERS: u64 = 20;

/// A server that is killed and begun again.
struct Site {
    stage: Stage,
    project: Project,
    token: String,
    starts: usize,
}

impl Site {
    fn new(stage: Stage) -> Self {
        let project = Project::create(&stage, "Shop");
        let token = stage.read(&["token", "create", "reader", "--scope", "read"]).trim().to_owned();
        Self { stage, project, token, starts: 0 }
    }

    fn serve(&mut self) -> (Running, String) {
        let running = self.stage.serve();
        self.starts += 1;
        let starts = self.starts;
        let address = wait_for("the server", PATIENCE, || {
            let said = std::fs::read_to_string(self.stage.folder.path().join("said")).unwrap_or_default();
            let nth = said.split("serving http://").nth(starts)?;
            nth.split_once(' ').map(|(address, _)| address.to_owned())
        });
        (running, address)
    }

    fn get(&self, address: &str, path: &str) -> Value {
        let answer = http::get(address, path, &self.token);
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// Every row of a list that comes in pages.
    fn rows(&self, address: &str, path: &str) -> Vec<Value> {
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.get(address, &format!("{path}limit=100{cursor}"));
            rows.extend(page["rows"].as_array().expect("rows").iter().cloned());
            let Some(next) = page["next"].as_str() else { return rows };
            cursor = format!("&cursor={next}");
        }
    }
}

/// Reports events until nobody answers any more; tells the numbers of those that were acknowledged.
fn report(address: &str, project: &Project, rng: &Rng, next: &AtomicU64, acknowledged: &mpsc::Sender<u64>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let told = event(&format!("part_{}", rng.below(FUNCTIONS)), rng.below(USERS));
        let Ok(answer) = project.send(address, &envelope(number, &told)) else { return };
        match answer.status {
            200 => {
                if acknowledged.send(number).is_err() {
                    return;
                }
            }
            // Cut off, or told to wait.
            0 | 429 | 503 => {}
            _ => panic!("{answer:?}"),
        }
    }
}

/// What is kept, counted and listed of all that was reported.
fn agree(site: &Site, address: &str, acknowledged: &BTreeSet<u64>) {
    // Events are counted in their order: once the last is, all are.
    let last = site.project.send(address, &envelope(u64::MAX, &json!({"message": "the last"}))).expect("it answers");
    assert_eq!(last.status, 200, "{last:?}");
    let mut issues = wait_for("what is kept to be counted", PATIENCE, || {
        let issues = site.rows(address, "/api/v1/issues?project=shop&");
        issues.iter().any(|issue| issue["title"] == "the last").then_some(issues)
    });
    issues.retain(|issue| issue["title"] != "the last");
    let mut kept = BTreeSet::new();
    for issue in &issues {
        let name = issue["short_id"].as_str().expect("a name");
        let events = site.rows(address, &format!("/api/v1/issues/{name}/events?"));
        let detail = site.get(address, &format!("/api/v1/issues/{name}"));
        for event in &events {
            let id = event["event_id"].as_str().expect("an id").replace('-', "");
            let number = u64::from_str_radix(&id, 16).expect("a number of ours");
            assert!(kept.insert(number), "event {number} is there twice");
        }
        let sum =
            |rows: &Value| rows.as_array().expect("rows").iter().filter_map(|row| row["events"].as_u64()).sum::<u64>();
        let trend: u64 = issue["trend"].as_array().expect("a trend").iter().filter_map(Value::as_u64).sum();
        let tags: BTreeMap<_, _> =
            detail["tags"].as_array().expect("tags").iter().map(|tag| (tag["key"].as_str(), tag)).collect();
        let payment = tags.get(&Some("payment")).expect("it was sent");
        let counted = issue["events"].as_u64().expect("a count");
        let figures = [events.len() as u64, trend, sum(&detail["hashes"]), sum(&payment["values"])];
        assert_eq!(figures, [counted; 4], "{name}: raw events, trend, groups, tags: {issue}");
    }
    let lost: Vec<&u64> = acknowledged.difference(&kept).take(10).collect();
    assert!(lost.is_empty(), "acknowledged and lost, among others: {lost:?}");
    say(&format!(
        "{} events acknowledged, {} kept and counted, in {} issues",
        acknowledged.len(),
        kept.len(),
        issues.len()
    ));
}

fn killed(stage: Stage, name: &str, kills: u64) {
    let kills = env::var("VIGIE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(kills);
    let rng = seeded(name);
    let mut site = Site::new(stage);
    let (next, mut acknowledged) = (AtomicU64::new(1), BTreeSet::new());
    for _ in 0..kills {
        let (running, address) = site.serve();
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..SENDERS {
                let (tell, rng) = (tell.clone(), Rng::seeded(rng.below(u64::MAX)));
                let (address, project, next) = (&address, &site.project, &next);
                scope.spawn(move || report(address, project, &rng, next, &tell));
            }
            drop(tell);
            let wanted = rng.below(ACKNOWLEDGED_MAX) as usize;
            acknowledged.extend(told.iter().take(wanted));
            // In the middle of what the senders have just sent, and of what is being counted.
            running.kill();
            acknowledged.extend(told.iter());
        });
    }
    let (_running, address) = site.serve();
    agree(&site, &address, &acknowledged);
    assert!(acknowledged.len() as u64 > kills, "something was acknowledged");
}

/// Fifty times, or as often as `VIGIE_KILLS` says.
#[test]
fn events_that_were_acknowledged_are_kept_and_counted_once() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    killed(stage, "events reported while the server is killed", KILLS);
}

#[test]
fn events_counted_on_postgres_are_those_that_are_kept() {
    let Some(stage) = Stage::on_postgres(Setting { recipients: 1, ..Setting::default() }) else { return };
    killed(stage, "events reported while the server is killed, on PostgreSQL", 10);
}
