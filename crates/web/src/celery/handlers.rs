//! Celery clusters for people.

use super::{
    api,
    page::{BrokerRow, CeleryWorkerRow, ClusterPage, QueueRow, TaskPage, TaskRow, TasksFilter, TasksPage},
    steer::{self, SteerSaid},
};
use crate::{
    Ctx,
    auth::Access,
    cursor,
    extract::{Path, Query},
    issues::links,
    layout::{
        Reader,
        foreign::{Foreign, plain},
        parts::{Choice, IssueLink, Pager, SortLink, Sorted},
        rows, shown,
        states::Shown as _,
        view::View,
    },
    logs::excerpt,
    problem::Result,
    routes::{Routes, page_about},
};
use ::celery::{
    Standing,
    worker::{About, Life, life},
};
use axum::{extract::State, response::Response};
use model::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};
use store::{CeleryState, CeleryTask, CeleryTaskFilter, Scope};
use utoipa::IntoParams;

const ROWS: u32 = 50;
const DAY: Duration = Duration::from_secs(86_400);
/// Bytes of a result and of a traceback on a page.
const TEXT_BYTES: usize = 20_000;
/// Events of a task that are looked up, and how deep its family is drawn.
const EVENTS_MAX: usize = 20;
const DEPTH_MAX: usize = 8;
/// How far a search looked.
const SAID: rows::ReachWords =
    rows::ReachWords { some: "celery-reach", none: "celery-reach-none", none_more: "celery-reach-more" };

pub(crate) fn declare(routes: Routes) -> Routes {
    let reads = Access::Page(Scope::Read);
    routes
        .get("/celery", reads, cluster, page_about("Celery's brokers, workers and queues"))
        .get("/celery/tasks", reads, list, page_about("Celery's tasks, to look through").query::<TasksAsked>())
        .get("/celery/tasks/{code}", reads, show, page_about("A task of Celery").query::<SteerSaid>())
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct TasksAsked {
    /// Part of the name, the id or the arguments.
    q: String,
    name: String,
    /// `SUCCESS`, `FAILURE` …
    state: String,
    worker: String,
    since: String,
    until: String,
    /// `oldest`, or newest first.
    sort: String,
    cursor: String,
}

pub(super) fn line(text: &str) -> Foreign {
    Foreign::line(text.as_bytes())
}

async fn cluster(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let db = &ctx.app.db;
    let brokers = db.celery_brokers().await?;
    let mut workers: Vec<CeleryWorkerRow> =
        db.celery_workers().await?.iter().map(|worker| worker_row(&v, worker)).collect();
    // The living first.
    workers.sort_by_key(|worker| (worker.life != Life::Online, worker.life == Life::Offline));
    let queues = db.celery_queues().await?.into_iter().map(|queue| QueueRow {
        address: steer::queue_address(&queue.broker, &queue.name),
        broker: queue.broker,
        name: line(&queue.name),
        messages: queue.messages,
        unacked: queue.unacked,
        consumers: queue.consumers,
        measured_at: queue.measured_at,
    });
    let counted = db.count_celery_tasks(v.now - DAY).await?;
    let counts = CeleryState::ALL.into_iter().filter_map(|state| {
        let count = counted.get(&state.code())?;
        Some((state, *count, rows::address("/celery/tasks", &[("state", state.as_str())])))
    });
    Ok(shown(&ClusterPage {
        v: &v,
        brokers: brokers.iter().filter_map(broker_row).collect(),
        workers,
        queues: queues.collect(),
        counts: counts.collect(),
    }))
}

fn broker_row(broker: &store::CeleryBroker) -> Option<BrokerRow> {
    let standing = Standing::of(&broker.standing)?;
    Some(BrokerRow {
        name: broker.name.clone(),
        url: line(&standing.url),
        reach: standing.reach,
        since: standing.since,
        error: standing.error.as_deref().map(line),
        last_event_at: standing.last_event_at,
        events: standing.events,
        unread: standing.unread,
        problem: standing.problem.as_deref().map(line),
        dropped: standing.dropped,
    })
}

pub(super) fn worker_row(v: &View, worker: &store::CeleryWorker) -> CeleryWorkerRow {
    let about = About::of(worker);
    let pool = about.pool();
    CeleryWorkerRow {
        broker: worker.broker.clone(),
        name: line(&worker.name),
        address: steer::worker_address(&worker.broker, &worker.name),
        life: life(worker, &about, v.now),
        heartbeat_at: worker.heartbeat_at,
        concurrency: pool.as_ref().and_then(|(_, most)| *most),
        pool: pool.map(|(pool, _)| line(&pool)),
        active: about.active,
        processed: about.processed,
        load: about.load.first().copied(),
        software: about.software.as_deref().map(line),
        queues: about.queues.iter().map(|queue| line(queue)).collect(),
    }
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader, Query(asked): Query<TasksAsked>) -> Result<Response> {
    let before = (!asked.cursor.is_empty()).then(|| cursor::number(&asked.cursor)).transpose()?;
    let text = |text: &String| (!text.is_empty()).then(|| text.chars().take(200).collect::<String>());
    let filter = CeleryTaskFilter {
        broker: None,
        name: text(&asked.name),
        state: CeleryState::parse(&asked.state),
        worker: text(&asked.worker),
        text: text(&asked.q),
        since: rows::day(&asked.since, &v.zone),
        until: rows::day_end(&asked.until, &v.zone),
        oldest_first: asked.sort == "oldest",
        before,
        limit: ROWS,
    };
    let page = ctx.app.db.celery_tasks(&filter).await?;
    let names = ctx.app.db.celery_task_names().await?.iter().map(|name| plain(name)).collect();
    let workers = ctx.app.db.celery_workers().await?.iter().map(|worker| plain(&worker.name)).collect();
    let pager = Pager {
        first: before.map(|_| asked.address("", &asked.sort)),
        next: page.next.map(|next| asked.address(&cursor::of_number(next), &asked.sort)),
        shown: page.rows.len() as u64,
        total: None,
        reach: page.searched_until.map(|at| rows::reach(&v, &SAID, &v.moment(&at), page.rows.len(), before)),
    };
    let states = CeleryState::ALL.iter().map(|state| (state.as_str().to_owned(), v.t(state.word())));
    let states = [(String::new(), v.t("any-state"))].into_iter().chain(states);
    let TasksAsked { q, name, state, worker, since, until, sort, .. } = asked.clone();
    Ok(shown(&TasksPage {
        v: &v,
        states: Choice::of(states, &state),
        filter: TasksFilter { q, name, state, worker, since, until, sort },
        names,
        workers,
        rows: page.rows.iter().map(|task| task_row(task, 0)).collect(),
        when: SortLink::new(&asked.sort, "", "oldest", Sorted::Descending, |sort| asked.address("", sort)),
        pager,
    }))
}

impl TasksAsked {
    fn address(&self, cursor: &str, sort: &str) -> String {
        let pairs = [
            ("q", self.q.as_str()),
            ("name", &self.name),
            ("state", &self.state),
            ("worker", &self.worker),
            ("since", &self.since),
            ("until", &self.until),
            ("sort", sort),
            ("cursor", cursor),
        ];
        rows::address("/celery/tasks", &pairs)
    }
}

/// Of the page of a task.
fn address(task: &CeleryTask) -> String {
    let path = format!("/celery/tasks/{}", utf8_percent_encode(&task.id, NON_ALPHANUMERIC));
    rows::address(&path, &[("broker", &task.broker)])
}

fn task_row(task: &CeleryTask, depth: usize) -> TaskRow {
    let [args, kwargs] = [&task.args, &task.kwargs].map(|text| text.as_str());
    let no_kwargs = kwargs.is_empty() || kwargs == "{}";
    let runtime = task.detail.runtime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    TaskRow {
        address: address(task),
        name: line(if task.name.is_empty() { &task.id } else { &task.name }),
        state: task.state,
        args: if no_kwargs { line(args) } else { line(&format!("{args} {kwargs}")) },
        worker: line(&task.worker),
        at: task.created_at,
        runtime,
        depth,
    }
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(id): Path<String>,
    Query(asked): Query<SteerSaid>,
) -> Result<Response> {
    let task = api::existing(&ctx, &id, Some(asked.broker())).await?;
    let family = api::family(&ctx, &task).await?;
    let lines = excerpt::of_task(&ctx, &v, &task.id, (task.created_at, task.updated_at)).await?;
    let detail = &task.detail;
    let text = |text: &String| Foreign::text(text.as_bytes(), TEXT_BYTES);
    Ok(shown(&TaskPage {
        v: &v,
        row: task_row(&task, 0),
        path: format!("/celery/tasks/{}", utf8_percent_encode(&task.id, NON_ALPHANUMERIC)),
        broker: task.broker.clone(),
        is_open: !task.state.is_ended(),
        notice: asked.notice(&v),
        label: plain(if task.name.is_empty() { &task.id } else { &task.name }),
        id: line(&task.id),
        facts: facts(&v, &task, life_of_worker(&ctx, &task).await?),
        moments: moments(&task),
        result: detail.result.as_ref().map(text),
        exception: detail.exception.as_ref().map(text),
        traceback: detail.traceback.as_ref().map(text),
        family: if family.len() > 1 { in_order(&family) } else { Vec::new() },
        issues: issues(&ctx, &task.id).await?,
        lines: Some(lines).filter(|excerpt| !excerpt.lines.is_empty()),
    }))
}

/// The issues that Sentry's SDK has reported for this task: it names the task in a tag.
async fn issues(ctx: &Ctx, id: &str) -> Result<Vec<IssueLink>> {
    let events = ctx.app.reports.events_with("tags.celery_task_id", id, EVENTS_MAX).await?.events;
    let mut found: Vec<IssueLink> = links::of_events(ctx, &events).await?.into_iter().flatten().collect();
    found.sort_by(|a, b| a.short_id.cmp(&b.short_id));
    found.dedup_by(|a, b| a.short_id == b.short_id);
    Ok(found)
}

/// How the worker stands that has a task which is not over: of one that is lost, it will not end by itself.
async fn life_of_worker(ctx: &Ctx, task: &CeleryTask) -> Result<Option<Life>> {
    if task.state.is_ended() || task.worker.is_empty() {
        return Ok(None);
    }
    let workers = ctx.app.db.celery_workers().await?;
    let own = workers.iter().find(|worker| (&worker.broker, &worker.name) == (&task.broker, &task.worker));
    Ok(own.map(|worker| life(worker, &About::of(worker), ctx.app.clock.now())).filter(|life| *life != Life::Online))
}

fn facts(v: &View, task: &CeleryTask, gone: Option<Life>) -> Vec<(&'static str, Foreign)> {
    let detail = &task.detail;
    let retries = (detail.retries > 0).then(|| v.number(&detail.retries));
    let runtime = detail.runtime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    let expired = detail.has_expired.then(|| v.t("celery-has-expired"));
    let some = |text: &String| (!text.is_empty()).then(|| text.clone());
    // A moment that a program has written otherwise is shown as it is.
    let at = |text: &str| match text.parse::<Timestamp>() {
        Ok(at) => format!("{} {}", v.day(&at), v.time(&at)),
        Err(_) => text.to_owned(),
    };
    let worker = some(&task.worker).map(|name| match &gone {
        Some(life) => format!("{name} · {}", v.word(life)),
        None => name,
    });
    let facts = [
        ("celery-broker", some(&task.broker)),
        ("celery-worker", worker),
        ("celery-queue", some(&task.queue)),
        ("celery-args", some(&task.args)),
        ("celery-kwargs", some(&task.kwargs)),
        ("celery-runtime", runtime.map(|time| v.duration(&time))),
        ("celery-retries", retries),
        ("celery-eta", detail.eta.as_deref().map(at)),
        ("celery-expires", detail.expires.as_deref().map(at)),
        ("celery-signal", detail.signal.clone()),
        ("celery-why-revoked", expired),
        ("celery-client", detail.client.clone()),
    ];
    facts.into_iter().filter_map(|(word, text)| Some((word, line(&text?)))).collect()
}

/// When it came into each state, in that order.
fn moments(task: &CeleryTask) -> Vec<(&'static str, Timestamp)> {
    let word = |kind: &str| {
        Some(match kind {
            "sent" => "celery-at-sent",
            "received" => "celery-at-received",
            "started" => "celery-at-started",
            "succeeded" => "celery-at-succeeded",
            "failed" => "celery-at-failed",
            "retried" => "celery-at-retried",
            "revoked" => "celery-at-revoked",
            "rejected" => "celery-at-rejected",
            _ => return None,
        })
    };
    let times = task.detail.times.0.iter();
    let mut moments: Vec<_> = times
        .filter_map(|(kind, seconds)| Some((word(kind)?, Timestamp::from_micros((seconds * 1e6) as i64))))
        .collect();
    moments.sort_by_key(|(_, at)| *at);
    moments
}

/// A family as a tree is read: each task below the one that made it, in the order of their coming.
fn in_order(family: &[CeleryTask]) -> Vec<TaskRow> {
    let known: HashSet<&str> = family.iter().map(|task| task.id.as_str()).collect();
    let mut children: HashMap<Option<&str>, Vec<&CeleryTask>> = HashMap::new();
    for task in family {
        let parent = task.parent_id.as_deref().filter(|parent| known.contains(parent) && *parent != task.id);
        children.entry(parent).or_default().push(task);
    }
    let mut rows = Vec::with_capacity(family.len());
    let mut seen = HashSet::new();
    let mut open: Vec<(&CeleryTask, usize)> =
        children.get(&None).into_iter().flatten().rev().map(|task| (*task, 0)).collect();
    while let Some((task, depth)) = open.pop() {
        if seen.insert(task.id.as_str()) {
            rows.push(task_row(task, depth.min(DEPTH_MAX)));
            let below = children.get(&Some(task.id.as_str()));
            open.extend(below.into_iter().flatten().rev().map(|task| (*task, depth + 1)));
        }
    }
    // What goes round in a circle has no beginning.
    rows.extend(family.iter().filter(|task| !seen.contains(task.id.as_str())).map(|task| task_row(task, 0)));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_is_drawn_as_a_tree_and_circles_end() {
        let task = |id: &str, parent: Option<&str>| CeleryTask {
            id: id.to_owned(),
            parent_id: parent.map(str::to_owned),
            ..CeleryTask::default()
        };
        let family = [
            task("a", None),
            task("b", Some("a")),
            task("c", Some("gone")),
            task("d", Some("b")),
            task("e", Some("a")),
        ];
        let rows: Vec<_> = in_order(&family).iter().map(|row| (row.name.html.clone(), row.depth)).collect();
        let expected = [("a", 0), ("b", 1), ("d", 2), ("e", 1), ("c", 0)];
        assert_eq!(rows, expected.map(|(name, depth)| (name.to_owned(), depth)));
        assert_eq!(in_order(&[task("x", Some("y")), task("y", Some("x"))]).len(), 2);
    }
}
