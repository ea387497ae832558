//! Flower's own HTTP API and addresses (Flower 2), so that dashboards and scripts that were written for it go on. What it knows
//! for as long as it runs is known here for as long as tasks are kept; a request without `limit` is answered with the newest
//! [`ROWS_MAX`].

use super::api::existing;
use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    layout::rows,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::celery::{
    literal,
    worker::{About as AboutWorker, Life, life},
};
use axum::{
    extract::State,
    response::{IntoResponse as _, Redirect, Response},
};
use jiff::{civil::DateTime, tz::TimeZone};
use model::Timestamp;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use store::{CeleryState, CeleryTask, CeleryTaskFilter};
use utoipa::IntoParams;

/// Tasks of one answer, and how far `offset` reaches.
const ROWS_MAX: u32 = 5_000;
const OFFSET_MAX: u32 = 20_000;
/// Pages of a search that one request looks through.
const PAGES_MAX: usize = 20;

pub(crate) fn declare(routes: Routes) -> Routes {
    let json = |summary| About::new(summary).gives_text(200, Some("application/json"), "As Flower answers");
    let there = |summary| About::new(summary).gives_text(308, None, "To the page that shows it here");
    routes
        .get("/api/workers", Access::Read, workers, json("Flower: workers").query::<WorkersAsked>())
        .get("/api/tasks", Access::Read, tasks, json("Flower: tasks").query::<TasksAsked>())
        .get("/api/task/types", Access::Read, types, json("Flower: names of tasks"))
        .get("/api/task/info/{code}", Access::Read, info, json("Flower: a task"))
        .get("/api/task/result/{code}", Access::Read, result, json("Flower: the result of a task"))
        .get("/api/queues/length", Access::Read, queues, json("Flower: what waits in queues"))
        .get("/flower", Access::Open, moved, there("Flower's pages"))
        .get("/flower/{name}", Access::Open, moved_page, there("Flower's pages"))
        .get("/flower/{name}/{code}", Access::Open, moved_to, there("Flower's pages"))
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct WorkersAsked {
    /// Not needed here: workers are asked every minute.
    refresh: String,
    workername: String,
    /// Whether each is online, and nothing else.
    status: String,
}

/// As Python's Tornado reads `bool`: whatever is there and not empty.
fn is_set(text: &str) -> bool {
    !text.is_empty()
}

async fn workers(State(ctx): State<Ctx>, Query(asked): Query<WorkersAsked>) -> Result<axum::Json<Value>> {
    let _ = asked.refresh;
    let now = ctx.app.clock.now();
    let mut found = Map::new();
    for worker in ctx.app.db.celery_workers().await? {
        let about = AboutWorker::of(&worker);
        let is_online = life(&worker, &about, now) == Life::Online;
        if is_set(&asked.status) {
            found.insert(worker.name, json!(is_online));
        } else if asked.workername.is_empty() || worker.name == asked.workername {
            let mut told = about.inspects.clone();
            told.insert("stats".to_owned(), about.stats.clone());
            told.insert("timestamp".to_owned(), json!(worker.heartbeat_at.as_micros() as f64 / 1e6));
            found.insert(worker.name, Value::Object(told));
        }
    }
    if !asked.workername.is_empty() && found.is_empty() {
        return Err(Problem::missing(format!("Unknown worker '{}'", asked.workername)));
    }
    Ok(axum::Json(Value::Object(found)))
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
struct TasksAsked {
    limit: Option<u32>,
    offset: u32,
    /// `name`, `state`, `received`, `started`; with `-` before it the other way round.
    sort_by: String,
    workername: String,
    taskname: String,
    state: String,
    /// `2026-11-21 22:20`, in the server's zone.
    received_start: String,
    received_end: String,
    search: String,
}

async fn tasks(State(ctx): State<Ctx>, Query(asked): Query<TasksAsked>) -> Result<axum::Json<Value>> {
    let any = |text: &String| Some(text.clone()).filter(|text| !text.is_empty() && text != "All");
    let state = match any(&asked.state) {
        None => None,
        Some(word) => match CeleryState::parse(&word) {
            Some(state) => Some(state),
            None => return Ok(axum::Json(json!({}))),
        },
    };
    let (sort, descending) = asked.sort_by.strip_prefix('-').map_or((asked.sort_by.as_str(), false), |key| (key, true));
    if !["", "name", "state", "received", "started"].contains(&sort) {
        return Err(Problem::malformed(format!(
            "Invalid sort_by '{}', expected one of name, received, started, state",
            asked.sort_by
        )));
    }
    let zone = &ctx.app.zone;
    let (limit, offset) = (asked.limit.unwrap_or(ROWS_MAX).min(ROWS_MAX), asked.offset.min(OFFSET_MAX));
    let filter = CeleryTaskFilter {
        broker: None,
        name: any(&asked.taskname),
        state,
        worker: any(&asked.workername),
        text: any(&asked.search),
        since: moment(&asked.received_start, zone)?,
        until: moment(&asked.received_end, zone)?,
        oldest_first: sort == "received" && !descending,
        before: None,
        limit: limit + offset,
    };
    let mut found = looked_through(&ctx, filter).await?;
    let started = |task: &CeleryTask| task.detail.times.0.get("started").copied().unwrap_or_default();
    match sort {
        "name" => found.sort_by(|a, b| a.name.cmp(&b.name)),
        "state" => found.sort_by_key(|task| task.state.as_str()),
        "started" => found.sort_by(|a, b| started(a).total_cmp(&started(b))),
        _ => {}
    }
    if descending && sort != "received" {
        found.reverse();
    }
    let found: Vec<CeleryTask> = found.into_iter().skip(offset as usize).collect();
    let children = children(&ctx, &found).await?;
    let rows = found.iter().map(|task| {
        let mut told = told(task, &children);
        // In a list, Flower leaves it out where nobody has the task yet.
        if let Some(fields) = told.as_object_mut().filter(|fields| fields["worker"].is_null()) {
            fields.shift_remove("worker");
        }
        (task.id.clone(), told)
    });
    Ok(axum::Json(Value::Object(rows.collect())))
}

/// The first that match, page after page: each looks at so many.
async fn looked_through(ctx: &Ctx, mut filter: CeleryTaskFilter) -> Result<Vec<CeleryTask>> {
    let (mut found, wanted) = (Vec::new(), filter.limit as usize);
    for _ in 0..PAGES_MAX {
        let page = ctx.app.db.celery_tasks(&filter).await?;
        found.extend(page.rows);
        filter.before = page.next;
        if page.next.is_none() || found.len() >= wanted {
            break;
        }
    }
    found.truncate(wanted);
    Ok(found)
}

/// `2026-11-21 22:20`; none where it is empty.
fn moment(text: &str, zone: &TimeZone) -> Result<Option<Timestamp>> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || Problem::malformed("Invalid received_start or received_end, expected format 'YYYY-MM-DD HH:MM'");
    let civil = DateTime::strptime("%Y-%m-%d %H:%M", text).map_err(|_| wrong())?;
    let at = zone.to_timestamp(civil).map_err(|_| wrong())?;
    Ok(Some(Timestamp::from(at)))
}

/// The tasks that each of these has made.
async fn children(ctx: &Ctx, tasks: &[CeleryTask]) -> Result<HashMap<String, Vec<String>>> {
    let ids = tasks.iter().map(|task| task.id.clone()).collect();
    let mut children: HashMap<String, Vec<String>> = HashMap::new();
    for (parent, child) in ctx.app.db.celery_children(ids).await? {
        children.entry(parent).or_default().push(child);
    }
    Ok(children)
}

/// A task with Flower's keys.
fn told(task: &CeleryTask, children: &HashMap<String, Vec<String>>) -> Value {
    let detail = &task.detail;
    let time = |kind: &str| detail.times.0.get(kind).copied();
    let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let last = detail.last.as_ref();
    json!({
        "uuid": task.id,
        "name": text(&task.name),
        "state": task.state.as_str(),
        "received": time("received"),
        "sent": time("sent"),
        "started": time("started"),
        "rejected": time("rejected"),
        "succeeded": time("succeeded"),
        "failed": time("failed"),
        "retried": time("retried"),
        "revoked": time("revoked"),
        "args": text(&task.args),
        "kwargs": text(&task.kwargs),
        "eta": detail.eta,
        "expires": detail.expires,
        "retries": detail.retries,
        "worker": text(&task.worker),
        "result": detail.result,
        "exception": detail.exception,
        "timestamp": last.map(|last| last.timestamp).or(time("sent")),
        "runtime": detail.runtime,
        "traceback": detail.traceback,
        "exchange": detail.exchange,
        "routing_key": detail.routing_key,
        "clock": last.map_or(0, |last| last.clock),
        "client": detail.client,
        "root": task.root_id,
        "root_id": task.root_id,
        "parent": task.parent_id,
        "parent_id": task.parent_id,
        "children": children.get(&task.id).cloned().unwrap_or_default(),
    })
}

async fn types(State(ctx): State<Ctx>) -> Result<axum::Json<Value>> {
    Ok(axum::Json(json!({"task-types": ctx.app.db.celery_task_names().await?})))
}

async fn info(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<axum::Json<Value>> {
    let task = existing(&ctx, &id, None).await?;
    let children = children(&ctx, std::slice::from_ref(&task)).await?;
    Ok(axum::Json(told(&task, &children)))
}

async fn result(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<axum::Json<Value>> {
    let task = existing(&ctx, &id, None).await?;
    let mut told = json!({"task-id": task.id, "state": task.state.as_str()});
    match task.state {
        CeleryState::Failure => {
            told["result"] = json!(task.detail.exception);
            told["traceback"] = json!(task.detail.traceback);
        }
        CeleryState::Revoked => {
            let why = match (&task.detail.signal, task.detail.has_expired) {
                (Some(_), _) => "terminated",
                (None, true) => "expired",
                (None, false) => "revoked",
            };
            told["result"] = json!(format!("TaskRevokedError('{why}')"));
        }
        // Flower asks the result backend, which has the value; what is kept here is how Python shows it.
        CeleryState::Success => told["result"] = task.detail.result.as_deref().map_or(Value::Null, literal::value),
        _ => {}
    }
    Ok(axum::Json(told))
}

async fn queues(State(ctx): State<Ctx>) -> Result<axum::Json<Value>> {
    let found = ctx.app.db.celery_queues().await?;
    let rows: Vec<Value> =
        found.into_iter().map(|queue| json!({"name": queue.name, "messages": queue.messages})).collect();
    Ok(axum::Json(json!({"active_queues": rows})))
}

async fn moved() -> Response {
    Redirect::permanent("/celery").into_response()
}

async fn moved_page(Path(page): Path<String>) -> Result<Response> {
    let to = match page.as_str() {
        "workers" | "dashboard" | "broker" | "monitor" => "/celery",
        "tasks" => "/celery/tasks",
        _ => return Err(Problem::missing(worded("problem-no-flower-page", &[("page", &page)]))),
    };
    Ok(Redirect::permanent(to).into_response())
}

async fn moved_to(Path((page, code)): Path<(String, String)>) -> Result<Response> {
    let to = match page.as_str() {
        "task" => format!("/celery/tasks/{}", utf8_percent_encode(&code, NON_ALPHANUMERIC)),
        "worker" => rows::address("/celery/tasks", &[("worker", &code)]),
        _ => return Err(Problem::missing(worded("problem-no-flower-page", &[("page", &page)]))),
    };
    Ok(Redirect::permanent(&to).into_response())
}
