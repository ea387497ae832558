//! A worker of Celery and a queue, with what may be done to them, for people.

use super::{
    api,
    control::{self, give},
    handlers::{line, worker_row},
    page::{QueuePage, WorkerPage},
};
use crate::{
    Ctx,
    auth::Access,
    extract::{Path, Query},
    layout::{
        Form, Reader,
        foreign::{Foreign, plain},
        notice,
        parts::{Mood, Notice},
        rows, see, shown,
        view::View,
    },
    problem::{Problem, Result, worded},
    routes::{Routes, form_about, page_about},
};
use ::celery::{
    control::{Command, Signal},
    worker::About,
};
use axum::{extract::State, response::Response};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};
use store::Scope;
use utoipa::IntoParams;

/// Kinds of tasks of a worker that are listed.
const KINDS_MAX: usize = 200;
/// Processes that a pool grows or shrinks by, or has, at the most.
const PROCESSES_MAX: u32 = 1_000;
/// Characters of what a worker answers on a page.
const ANSWER_CHARS: usize = 200;

pub(super) fn declare(routes: Routes) -> Routes {
    let [reads, acts, administers] = [Scope::Read, Scope::Write, Scope::Admin].map(Access::Page);
    routes
        .get(
            "/celery/workers/{code}",
            reads,
            worker,
            page_about("A worker of Celery, and what it may be told").query::<SteerSaid>(),
        )
        .post("/celery/workers/{code}/order", acts, order, form_about("Tell a worker of Celery something"))
        .post("/celery/workers/{code}/shutdown", administers, shut_down, form_about("Stop a worker of Celery"))
        .post("/celery/tasks/{code}/revoke", acts, revoke, form_about("Revoke a task of Celery"))
        .get(
            "/celery/queues/{code}",
            administers,
            queue,
            page_about("A queue of Celery that is to be emptied").query::<SteerSaid>(),
        )
        .post("/celery/queues/{code}/purge", administers, purge, form_about("Empty a queue of Celery"))
}

#[derive(Clone, Deserialize, Default, IntoParams)]
#[serde(default)]
pub(super) struct SteerSaid {
    broker: String,
    /// After a form: `done`, `nobody`, `refused`, `purged` or `holds`.
    said: String,
    /// What was answered, or how many messages.
    why: String,
    /// That this session has sent the form.
    seal: String,
}

/// What came of an order.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Came {
    Done,
    Nobody,
    Refused(String),
    Purged(u64),
    Holds(u64),
}

/// `is_answered`: whether silence means that nobody has heard it.
pub(super) fn came_of(answers: &Value, is_answered: bool) -> Came {
    let Some(answers) = answers.as_object() else { return Came::Nobody };
    if let Some(error) = answers.get("error").and_then(Value::as_str) {
        return Came::Refused(error.to_owned());
    }
    let count = |name: &str| answers.get(name).and_then(Value::as_u64);
    if let Some(messages) = count("purged") {
        return Came::Purged(messages);
    }
    if let Some(messages) = count("holds") {
        return Came::Holds(messages);
    }
    let refused = answers.values().find_map(|answer| answer.get("error"));
    match refused {
        Some(Value::String(error)) => Came::Refused(error.clone()),
        Some(error) => Came::Refused(error.to_string()),
        None if answers.is_empty() && is_answered => Came::Nobody,
        None => Came::Done,
    }
}

impl SteerSaid {
    pub(super) fn broker(&self) -> &str {
        &self.broker
    }

    pub(super) fn notice(&self, v: &View) -> Option<Notice> {
        let words = [("broker", self.broker.as_str()), ("said", &self.said), ("why", &self.why)];
        if !notice::is_ours(v, &words, &self.seal) {
            return None;
        }
        let (mood, text) = match self.said.as_str() {
            "done" => (Mood::Ok, v.t("celery-said-done")),
            "purged" => (Mood::Ok, v.count("celery-said-purged", &self.why.parse().unwrap_or(0))),
            "holds" => (Mood::Warn, v.count("celery-said-holds", &self.why.parse().unwrap_or(0))),
            "nobody" => (Mood::Warn, v.t("celery-said-nobody")),
            "refused" => (Mood::Warn, v.with("celery-said-refused", "why", plain(&self.why))),
            _ => return None,
        };
        Some(Notice { mood, text })
    }
}

/// To the page at `path`, which says what came of it.
fn told(v: &View, path: &str, broker: &str, came: &Came) -> Response {
    let (said, why) = match came {
        Came::Done => ("done", String::new()),
        Came::Nobody => ("nobody", String::new()),
        Came::Refused(error) => ("refused", error.chars().take(ANSWER_CHARS).collect()),
        Came::Purged(messages) => ("purged", messages.to_string()),
        Came::Holds(messages) => ("holds", messages.to_string()),
    };
    see(&format!("{path}?{}", notice::query(v, path, &[("broker", broker), ("said", said), ("why", &why)])))
}

fn path(kind: &str, name: &str) -> String {
    format!("/celery/{kind}/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}

pub(super) fn worker_address(broker: &str, name: &str) -> String {
    rows::address(&path("workers", name), &[("broker", broker)])
}

pub(super) fn queue_address(broker: &str, name: &str) -> String {
    rows::address(&path("queues", name), &[("broker", broker)])
}

/// The broker that is meant where only one has what `found` has.
fn broker_of(form: &Form) -> Option<String> {
    Some(form.text("broker").to_owned()).filter(|broker| !broker.is_empty())
}

async fn worker(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(asked): Query<SteerSaid>,
) -> Result<Response> {
    let is_it = |worker: &store::CeleryWorker| {
        worker.name == name && (asked.broker.is_empty() || worker.broker == asked.broker)
    };
    let found = ctx.app.db.celery_workers().await?.into_iter().find(is_it);
    let found = found.ok_or_else(|| Problem::missing(worded("problem-celery-no-worker", &[("worker", &name)])))?;
    let about = About::of(&found);
    Ok(shown(&WorkerPage {
        v: &v,
        row: worker_row(&v, &found),
        label: plain(&found.name),
        path: path("workers", &found.name),
        tasks: rows::address("/celery/tasks", &[("worker", &found.name)]),
        facts: facts(&v, &about),
        kinds: kinds(&about),
        notice: asked.notice(&v),
    }))
}

/// What a worker has said of itself.
fn facts(v: &View, about: &About) -> Vec<(&'static str, Foreign)> {
    let number = |path: &str| about.stats.pointer(path).and_then(Value::as_u64).map(|n| v.number(&n));
    let text = |path: &str| about.stats.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let uptime = about.stats.pointer("/uptime").and_then(Value::as_u64);
    let limits = about.stats.pointer("/pool/timeouts").and_then(Value::as_array).map(|limits| {
        let limits = limits.iter().map(|limit| limit.as_f64().filter(|limit| *limit > 0.0));
        limits
            .map(|limit| limit.map_or_else(|| "–".to_owned(), |limit| format!("{limit} s")))
            .collect::<Vec<_>>()
            .join(" / ")
    });
    let facts = [
        ("celery-pid", Some(about.pid).filter(|pid| *pid > 0).map(|pid| pid.to_string())),
        ("celery-uptime", uptime.map(|seconds| v.duration(&Duration::from_secs(seconds)))),
        ("celery-prefetch", number("/prefetch_count")),
        ("celery-max-tasks", number("/pool/max-tasks-per-child")),
        ("celery-limits", limits),
        ("celery-transport", text("/broker/transport")),
    ];
    facts.into_iter().filter_map(|(word, text)| Some((word, line(&text?)))).collect()
}

/// How often it has run each kind of task, the most frequent first.
fn kinds(about: &About) -> Vec<(Foreign, u64, String)> {
    let total = about.stats.pointer("/total").and_then(Value::as_object);
    let mut kinds: BTreeMap<&str, u64> =
        total.into_iter().flatten().filter_map(|(name, n)| Some((name.as_str(), n.as_u64()?))).collect();
    for name in about.inspects.get("registered").and_then(Value::as_array).into_iter().flatten() {
        if let Some(name) = name.as_str() {
            // `shop.bill [rate_limit=10/m]`
            kinds.entry(name.split(' ').next().unwrap_or_default()).or_default();
        }
    }
    let mut kinds: Vec<_> = kinds
        .into_iter()
        .map(|(name, count)| (line(name), count, rows::address("/celery/tasks", &[("name", name)])))
        .collect();
    kinds.sort_by_key(|(_, count, _)| std::cmp::Reverse(*count));
    kinds.truncate(KINDS_MAX);
    kinds
}

/// What a form asks of a worker; none where what was typed is no such thing.
fn command(form: &Form, worker: String) -> Option<Command> {
    let number = |name: &str| form.text(name).trim().parse::<u32>().ok().filter(|n| *n <= PROCESSES_MAX);
    let text = |name: &str| Some(form.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    let seconds = |name: &str| match form.text(name).trim() {
        "" => Some(None),
        typed => typed.replace(',', ".").parse::<f64>().ok().filter(|s| s.is_finite() && *s >= 0.0).map(Some),
    };
    Some(match form.text("what") {
        "grow" => Command::PoolGrow { worker, by: number("by").filter(|by| *by > 0)? },
        "shrink" => Command::PoolShrink { worker, by: number("by").filter(|by| *by > 0)? },
        "restart" => Command::PoolRestart { worker },
        "autoscale" => {
            let (min, max) = (number("min")?, number("max")?);
            Command::Autoscale { worker, min, max: Some(max).filter(|max| *max >= min.max(1))? }
        }
        "consume" => Command::AddConsumer { worker, queue: text("queue")? },
        "leave" => Command::CancelConsumer { worker, queue: text("queue")? },
        "rate" => Command::RateLimit { task: text("task")?, rate: text("rate")?, worker: Some(worker) },
        "time" => Command::TimeLimit {
            task: text("task")?,
            soft_s: seconds("soft")?,
            hard_s: seconds("hard")?,
            worker: Some(worker),
        },
        _ => return None,
    })
}

/// Gives a command, and leads to the page that says what came of it.
async fn commanded(ctx: &Ctx, v: &View, path: String, broker: Option<String>, command: Command) -> Result<Response> {
    // One that ends a worker is not answered by it.
    let is_answered = !matches!(command, Command::Shutdown { .. });
    let said = control::told(&command);
    let done = give(ctx, broker, command).await?;
    let response = told(v, &path, &done.broker, &came_of(&done.answers, is_answered));
    Ok(control::written_down(response, said, &done.answers))
}

async fn order(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>, form: Form) -> Result<Response> {
    let command = command(&form, name.clone()).ok_or_else(|| Problem::invalid(worded("problem-celery-form", &[])))?;
    commanded(&ctx, &v, path("workers", &name), broker_of(&form), command).await
}

async fn shut_down(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    form: Form,
) -> Result<Response> {
    let path = path("workers", &name);
    commanded(&ctx, &v, path, broker_of(&form), Command::Shutdown { worker: name }).await
}

async fn revoke(State(ctx): State<Ctx>, Reader(v): Reader, Path(id): Path<String>, form: Form) -> Result<Response> {
    let task = api::existing(&ctx, &id, Some(form.text("broker"))).await?;
    let terminate = match form.text("how") {
        "end" => Some(Signal::Term),
        "kill" => Some(Signal::Kill),
        _ => None,
    };
    let path = path("tasks", &task.id);
    commanded(&ctx, &v, path, Some(task.broker), Command::Revoke { task: task.id, terminate }).await
}

async fn queue(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(asked): Query<SteerSaid>,
) -> Result<Response> {
    let is_it =
        |queue: &store::CeleryQueue| queue.name == name && (asked.broker.is_empty() || queue.broker == asked.broker);
    let found = ctx.app.db.celery_queues().await?.into_iter().find(is_it);
    let found = found.ok_or_else(|| Problem::missing(worded("problem-celery-no-queue", &[("queue", &name)])))?;
    Ok(shown(&QueuePage {
        v: &v,
        label: plain(&found.name),
        name: line(&found.name),
        path: path("queues", &found.name),
        broker: found.broker,
        messages: found.messages,
        measured_at: found.measured_at,
        notice: asked.notice(&v),
    }))
}

/// The count that was confirmed goes along: where the queue holds another number by then, nothing is thrown away.
async fn purge(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>, form: Form) -> Result<Response> {
    let messages = form.text("messages").trim().parse();
    let messages = messages.map_err(|_| Problem::invalid(worded("problem-celery-form", &[])))?;
    let path = path("queues", &name);
    commanded(&ctx, &v, path, broker_of(&form), Command::Purge { queue: name, messages }).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_workers_answer_is_understood() {
        for (answers, is_answered, expected) in [
            (json!({"w1@h": {"ok": "pool will grow"}}), true, Came::Done),
            (json!({}), true, Came::Nobody),
            (json!({}), false, Came::Done),
            (json!({"w1@h": {"error": "Invalid"}}), true, Came::Refused("Invalid".into())),
            (json!({"w1@h": {"error": {"a": 1}}}), true, Came::Refused("{\"a\":1}".into())),
            (json!({"error": "connection lost"}), true, Came::Refused("connection lost".into())),
            (json!({"purged": 3}), true, Came::Purged(3)),
            (json!({"holds": 4}), true, Came::Holds(4)),
            (json!("?"), true, Came::Nobody),
        ] {
            assert_eq!(came_of(&answers, is_answered), expected, "{answers}");
        }
    }
}
