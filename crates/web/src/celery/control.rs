//! Orders to Celery's workers, and the emptying of queues: written down here, carried out by whoever listens to the broker.

use crate::{
    Ctx,
    auth::{Access, CreatedName, OnlyShown},
    extract::{Json, Path},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::celery::{CeleryOrderDone, CeleryPurge, CeleryShutdown, NewCeleryOrder};
use ::celery::control::Command;
use axum::{
    extract::State,
    response::{IntoResponse as _, Response},
};
use serde_json::Value;
use std::time::Duration;

/// How long an order is waited for, and how often it is looked for.
const WAIT: Duration = Duration::from_secs(8);
const LOOK_EVERY: Duration = Duration::from_millis(100);

pub(crate) fn declare(routes: Routes) -> Routes {
    let done = |summary| About::new(summary).gives::<CeleryOrderDone>(200, "What the workers have answered");
    routes
        .post(
            "/api/v1/celery/orders",
            Access::Write,
            order,
            done("Tell Celery's workers something: revoke a task, change a pool, take from a queue, limit a rate or a time")
                .takes::<NewCeleryOrder>(),
        )
        .post(
            "/api/v1/celery/workers/{name}/shutdown",
            Access::Admin,
            shut_down,
            done("Stop one of Celery's workers").takes::<CeleryShutdown>(),
        )
        .post(
            "/api/v1/celery/queues/{name}/purge",
            Access::Admin,
            purge,
            done("Empty a queue that holds just so many messages").takes::<CeleryPurge>(),
        )
}

async fn order(State(ctx): State<Ctx>, Json(new): Json<NewCeleryOrder>) -> Result<Response> {
    let command: Command = serde_json::from_value(new.order).map_err(|error| {
        Problem::invalid(format!("order: {error}")).remedy(worded("problem-celery-order-help", &[]))
    })?;
    if matches!(command, Command::Shutdown { .. } | Command::Purge { .. }) {
        return Err(Problem::invalid(worded("problem-celery-order-own", &[])));
    }
    done(&ctx, new.broker, command).await
}

async fn shut_down(
    State(ctx): State<Ctx>,
    Path(worker): Path<String>,
    Json(new): Json<CeleryShutdown>,
) -> Result<Response> {
    done(&ctx, new.broker, Command::Shutdown { worker }).await
}

async fn purge(State(ctx): State<Ctx>, Path(queue): Path<String>, Json(new): Json<CeleryPurge>) -> Result<Response> {
    done(&ctx, new.broker, Command::Purge { queue, messages: new.messages }).await
}

async fn done(ctx: &Ctx, broker: Option<String>, command: Command) -> Result<Response> {
    let told = told(&command);
    let done = give(ctx, broker, command).await?;
    let answers = done.answers.clone();
    Ok(written_down(axum::Json(done).into_response(), told, &answers))
}

/// With the command, for the audit log; not where all was refused.
pub(super) fn written_down(mut response: Response, told: String, answers: &Value) -> Response {
    match ["error", "holds"].iter().any(|name| answers.get(name).is_some_and(|told| !told.is_object())) {
        true => drop(response.extensions_mut().insert(OnlyShown)),
        false => drop(response.extensions_mut().insert(CreatedName(told))),
    }
    response
}

/// A command in a line: `revoke task=5a3f terminate=SIGTERM`.
pub(super) fn told(command: &Command) -> String {
    let Ok(Value::Object(mut all)) = serde_json::from_str(&command.to_json()) else { return String::new() };
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let name = all.remove("command").as_ref().map(word);
    let told = all.iter().filter(|(_, value)| !value.is_null()).map(|(name, value)| format!("{name}={}", word(value)));
    name.into_iter().chain(told).collect::<Vec<_>>().join(" ")
}

/// Writes an order down, and waits until it is carried out.
///
/// # Errors
/// 422 where it is not clear which broker is meant, 503 where nobody listens to it.
pub(super) async fn give(ctx: &Ctx, broker: Option<String>, command: Command) -> Result<CeleryOrderDone> {
    let (db, clock) = (&ctx.app.db, &ctx.app.clock);
    let brokers: Vec<String> = db.celery_brokers().await?.into_iter().map(|broker| broker.name).collect();
    let broker = match (broker, brokers.as_slice()) {
        (Some(named), known) if known.contains(&named) => named,
        (None, [only]) => only.clone(),
        _ => return Err(Problem::invalid(worded("problem-celery-broker", &[("brokers", &brokers.join(", "))]))),
    };
    let no = db.give_celery_order(broker.clone(), command.to_json(), clock.now()).await?;
    for _ in 0..WAIT.as_millis() / LOOK_EVERY.as_millis() {
        tokio::time::sleep(LOOK_EVERY).await;
        let outcome = db.celery_order(no).await?.and_then(|order| order.outcome);
        if let Some(outcome) = outcome {
            let answers: Value = serde_json::from_str(&outcome).unwrap_or_default();
            return Ok(CeleryOrderDone { no, broker, answers });
        }
    }
    Err(Problem::busy("celery-away", worded("problem-celery-away", &[("broker", &broker)]), 60))
}
