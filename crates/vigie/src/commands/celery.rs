//! `vigie celery …`

mod beat;

use crate::{
    app::{self, Engines},
    cli::{CeleryBrokerArg, CeleryCommand, CeleryPoolArgs, CeleryTasksArgs},
    client::{escaped, query},
    config::Config,
    failure::{Exit, Failure, Result},
    render::{self, Align, Table},
    words::t,
};
use api::celery::{
    CeleryBrokers, CeleryOrderDone, CeleryQueues, CeleryTask, CeleryTaskDetail, CeleryTasks, CeleryWorkers,
};
use serde_json::{Value, json};
use std::time::Duration;

/// Columns of a name and of arguments before they are cut.
const NAME_WIDTH: usize = 60;
const ARGS_WIDTH: usize = 40;

pub(super) async fn run(config: &Config, command: CeleryCommand) -> Result<Exit> {
    match command {
        CeleryCommand::Brokers => brokers(config).await,
        CeleryCommand::Workers => workers(config).await,
        CeleryCommand::Tasks(args) => tasks(config, args).await,
        CeleryCommand::Task { task: id, broker } => task(config, &id, broker).await,
        CeleryCommand::Queues => queues(config).await,
        CeleryCommand::Revoke { task, terminate, at } => {
            let terminate = terminate.then_some("SIGTERM");
            order(config, at, json!({"command": "revoke", "task": task, "terminate": terminate})).await
        }
        CeleryCommand::Pool(CeleryPoolArgs { worker, change, at }) => {
            let order_of = match (change.grow, change.shrink, change.autoscale.as_deref()) {
                (Some(by), ..) => json!({"command": "pool_grow", "worker": worker, "by": by}),
                (_, Some(by), _) => json!({"command": "pool_shrink", "worker": worker, "by": by}),
                (.., Some([min, max])) => {
                    json!({"command": "autoscale", "worker": worker, "min": min, "max": max})
                }
                _ => json!({"command": "pool_restart", "worker": worker}),
            };
            order(config, at, order_of).await
        }
        CeleryCommand::Consume { worker, queue, stop, at } => {
            let command = if stop { "cancel_consumer" } else { "add_consumer" };
            order(config, at, json!({"command": command, "worker": worker, "queue": queue})).await
        }
        CeleryCommand::RateLimit { task, rate, worker, at } => {
            order(config, at, json!({"command": "rate_limit", "task": task, "rate": rate, "worker": worker})).await
        }
        CeleryCommand::TimeLimit { task, soft, hard, worker, at } => {
            let limit =
                json!({"command": "time_limit", "task": task, "soft_s": soft, "hard_s": hard, "worker": worker});
            order(config, at, limit).await
        }
        CeleryCommand::ImportBeat(args) => beat::import(config, args).await,
        CeleryCommand::Shutdown { worker, at } => {
            let path = format!("/api/v1/celery/workers/{}/shutdown", escaped(&worker));
            give(config, &path, json!({"broker": at.broker})).await
        }
        CeleryCommand::Purge { queue, messages, at } => {
            let path = format!("/api/v1/celery/queues/{}/purge", escaped(&queue));
            give(config, &path, json!({"broker": at.broker, "messages": messages})).await
        }
    }
}

/// The answer to `path`: printed as it came where JSON is asked for, and otherwise as a table.
async fn listed<T: serde::de::DeserializeOwned>(
    config: &Config,
    path: &str,
    none: &str,
    table: impl FnOnce(T) -> Table,
) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let answer = connected.client().get::<T>(path).await?;
    if config.json {
        render::json(&answer.json)?;
        return Ok(Exit::Done);
    }
    let table = table(answer.into_inner());
    match table.is_empty() {
        true => render::say(none),
        false => render::out(&table.to_string())?,
    }
    Ok(Exit::Done)
}

async fn order(config: &Config, at: CeleryBrokerArg, order: Value) -> Result<Exit> {
    give(config, "/api/v1/celery/orders", json!({"broker": at.broker, "order": order})).await
}

/// Gives an order, and says what was answered. Whoever answers with an error has it fail.
async fn give(config: &Config, path: &str, body: Value) -> Result<Exit> {
    let connected = app::changing(config, "celery", Engines::Rest).await?;
    let done = connected.client().post::<CeleryOrderDone>(path, &body).await;
    connected.close().await;
    let done = done?;
    if config.json {
        render::json(&done.json)?;
        return Ok(Exit::Done);
    }
    let answers = done.into_inner().answers;
    let plain = |text: &str| render::plain(text, NAME_WIDTH);
    if let Some(messages) = answers["purged"].as_u64() {
        render::say(&t!("celery-purged"; n = messages));
        return Ok(Exit::Done);
    }
    if let Some(messages) = answers["holds"].as_u64() {
        let help = if messages == 0 { t!("celery-holds-none-help") } else { t!("celery-holds-help", n = messages) };
        return Err(Failure::new(t!("celery-holds"; n = messages)).help(help));
    }
    if let Some(error) = answers["error"].as_str() {
        return Err(Failure::new(t!("celery-order-failed", error = plain(error))));
    }
    let answers = answers.as_object().cloned().unwrap_or_default();
    let mut is_refused = false;
    for (worker, answer) in &answers {
        let (said, text) = match (&answer["error"], &answer["ok"]) {
            (Value::Null, Value::String(ok)) => ("celery-answered", ok.clone()),
            (Value::Null, ok) => ("celery-answered", if ok.is_null() { String::new() } else { ok.to_string() }),
            (error, _) => ("celery-refused", error.as_str().map_or_else(|| error.to_string(), str::to_owned)),
        };
        is_refused |= said == "celery-refused";
        let (worker, text) = (plain(worker), plain(&text));
        render::say(&match said {
            "celery-refused" => t!("celery-refused", worker, text),
            _ => t!("celery-answered", worker, text),
        });
    }
    if answers.is_empty() {
        render::say(&t!("celery-told"));
    }
    Ok(if is_refused { Exit::Failed } else { Exit::Done })
}

fn count(n: Option<u64>) -> String {
    n.map_or_else(|| "–".to_owned(), render::count)
}

async fn brokers(config: &Config) -> Result<Exit> {
    listed(config, "/api/v1/celery/brokers", &t!("celery-no-broker"), |found: CeleryBrokers| {
        let mut table = Table::new(&[
            ("broker", Align::Left),
            ("state", Align::Left),
            ("events", Align::Right),
            ("last event", Align::Left),
            ("address", Align::Left),
            ("error", Align::Left),
        ]);
        for row in found.rows {
            let last = render::moment(row.last_event_at, &config.zone.value);
            let error = render::plain(row.error.as_deref().unwrap_or_default(), NAME_WIDTH);
            let state = reach(&row.reach);
            table.row([row.name, state, render::count(row.events), last, render::plain(&row.url, NAME_WIDTH), error]);
        }
        table
    })
    .await
}

fn reach(word: &str) -> String {
    match word {
        "connected" => t!("celery-connected"),
        "connecting" => t!("celery-connecting"),
        _ => t!("celery-away"),
    }
}

async fn workers(config: &Config) -> Result<Exit> {
    listed(config, "/api/v1/celery/workers", &t!("celery-no-worker"), |found: CeleryWorkers| {
        let mut table = Table::new(&[
            ("worker", Align::Left),
            ("state", Align::Left),
            ("pool", Align::Left),
            ("active", Align::Right),
            ("processed", Align::Right),
            ("load", Align::Right),
            ("queues", Align::Left),
            ("last sign", Align::Left),
        ]);
        for row in found.rows {
            let pool = match (row.pool, row.concurrency) {
                (Some(pool), Some(most)) => format!("{} × {most}", render::plain(&pool, NAME_WIDTH)),
                (Some(pool), None) => render::plain(&pool, NAME_WIDTH),
                (None, _) => "–".to_owned(),
            };
            let load = row.load.first().map_or_else(|| "–".to_owned(), |load| format!("{load:.2}"));
            let sign = render::moment(Some(row.heartbeat_at), &config.zone.value);
            let (name, queues) =
                (render::plain(&row.name, NAME_WIDTH), render::plain(&row.queues.join(", "), NAME_WIDTH));
            let state = life(&row.state);
            table.row([name, state, pool, count(row.active), count(row.processed), load, queues, sign]);
        }
        table
    })
    .await
}

fn life(word: &str) -> String {
    match word {
        "online" => t!("celery-online"),
        "offline" => t!("celery-offline"),
        _ => t!("celery-lost"),
    }
}

async fn queues(config: &Config) -> Result<Exit> {
    listed(config, "/api/v1/celery/queues", &t!("celery-no-queue"), |found: CeleryQueues| {
        let mut table = Table::new(&[
            ("queue", Align::Left),
            ("broker", Align::Left),
            ("waiting", Align::Right),
            ("fetched", Align::Right),
            ("workers", Align::Right),
        ]);
        for row in found.rows {
            let name = render::plain(&row.name, NAME_WIDTH);
            table.row([name, row.broker, render::count(row.messages), count(row.unacked), count(row.consumers)]);
        }
        table
    })
    .await
}

async fn tasks(config: &Config, args: CeleryTasksArgs) -> Result<Exit> {
    let limit = Some(args.limit.to_string());
    let pairs = [
        ("q", args.text),
        ("name", args.name),
        ("state", args.state),
        ("worker", args.worker),
        ("broker", args.broker),
        ("limit", limit),
    ];
    let path = format!("/api/v1/celery/tasks{}", query(pairs));
    listed(config, &path, &t!("celery-no-task"), |found: CeleryTasks| task_table(config, &found.rows)).await
}

fn task_table(config: &Config, rows: &[CeleryTask]) -> Table {
    let mut table = Table::new(&[
        ("task", Align::Left),
        ("state", Align::Left),
        ("received", Align::Left),
        ("time", Align::Right),
        ("worker", Align::Left),
        ("arguments", Align::Left),
        ("id", Align::Left),
    ]);
    for row in rows {
        let [name, worker, id] = [&row.name, &row.worker, &row.id].map(|text| render::plain(text, NAME_WIDTH));
        let (at, args) =
            (render::moment(Some(row.first_seen), &config.zone.value), render::plain(&row.args, ARGS_WIDTH));
        table.row([name, row.state.clone(), at, runtime(row), worker, args, id]);
    }
    table
}

fn runtime(task: &CeleryTask) -> String {
    let time = task.runtime.and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    time.map_or_else(|| "–".to_owned(), |time| format!("{:.3} s", time.as_secs_f64()))
}

async fn task(config: &Config, id: &str, broker: Option<String>) -> Result<Exit> {
    let connected = app::reading(config).await?;
    let path = format!("/api/v1/celery/tasks/{}{}", escaped(id), query([("broker", broker)]));
    let found = connected.client().get::<CeleryTaskDetail>(&path).await?;
    if config.json {
        render::json(&found.json)?;
        return Ok(Exit::Done);
    }
    let CeleryTaskDetail { task, family } = found.into_inner();
    render::out(&described(config, &task).join("\n"))?;
    if family.len() > 1 {
        render::out(&format!("\n{}\n{}", t!("celery-family"), task_table(config, &family)))?;
    }
    Ok(Exit::Done)
}

fn described(config: &Config, task: &CeleryTask) -> Vec<String> {
    let plain = |text: &str| render::plain(text, usize::MAX);
    let seen = render::moment(Some(task.first_seen), &config.zone.value);
    let mut lines = vec![
        t!("celery-task-of", name = plain(&task.name), state = task.state),
        t!("celery-task-id", id = plain(&task.id), broker = task.broker),
        t!("celery-task-seen", at = seen, worker = plain(&task.worker), time = runtime(task)),
        t!("celery-task-args", args = plain(&task.args), kwargs = plain(&task.kwargs)),
    ];
    lines.extend(task.result.iter().map(|result| t!("celery-task-result", result = plain(result))));
    lines.extend(task.exception.iter().map(|error| t!("celery-task-error", error = plain(error))));
    lines.extend(task.traceback.iter().flat_map(|text| text.lines()).map(|line| format!("  {}", plain(line))));
    lines
}
