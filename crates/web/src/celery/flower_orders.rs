//! What Flower's HTTP API lets programs do to workers and tasks, in its words: parameters come in the query or as a form.

use super::{
    control::give,
    steer::{Came, came_of},
};
use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use ::celery::control::{Command, Signal};
use axum::{
    extract::{FromRequest, Request, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use serde_json::json;

pub(super) fn declare(routes: Routes) -> Routes {
    let json = |summary| {
        About::new(summary)
            .takes_text("application/x-www-form-urlencoded", "Flower's parameters, which may stand in the query, too")
            .gives_text(200, Some("application/json"), "As Flower answers")
    };
    let worker = "Flower: tell a worker something";
    let task = "Flower: tell the workers something about tasks";
    routes
        .post("/api/worker/shutdown/{name}", Access::Admin, shut_down, json("Flower: stop a worker"))
        .post("/api/worker/pool/restart/{name}", Access::Write, restart, json(worker))
        .post("/api/worker/pool/grow/{name}", Access::Write, grow, json(worker))
        .post("/api/worker/pool/shrink/{name}", Access::Write, shrink, json(worker))
        .post("/api/worker/pool/autoscale/{name}", Access::Write, autoscale, json(worker))
        .post("/api/worker/queue/add-consumer/{name}", Access::Write, consume, json(worker))
        .post("/api/worker/queue/cancel-consumer/{name}", Access::Write, leave, json(worker))
        .post("/api/task/revoke/{code}", Access::Write, revoke, json(task))
        .post("/api/task/timeout/{name}", Access::Write, time_limit, json(task))
        .post("/api/task/rate-limit/{name}", Access::Write, rate_limit, json(task))
}

/// The parameters of the query, then those of the form.
struct Parameters(Vec<(String, String)>);

impl FromRequest<Ctx> for Parameters {
    type Rejection = Problem;
    async fn from_request(request: Request, ctx: &Ctx) -> Result<Self> {
        let query = request.uri().query().unwrap_or_default().to_owned();
        let form =
            String::from_request(request, ctx).await.map_err(|refused| Problem::malformed(refused.body_text()))?;
        Ok(Self::of(&query, &form))
    }
}

impl Parameters {
    fn of(query: &str, form: &str) -> Self {
        let pairs = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
        Self([pairs(query), pairs(form)].concat())
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    fn number(&self, name: &str) -> Result<Option<u32>> {
        let bad = |text: &str| Problem::malformed(format!("{name}: {text:?} is no number"));
        self.text(name).map(|text| text.parse().map_err(|_| bad(text))).transpose()
    }

    fn needed(&self, name: &str) -> Result<String> {
        self.text(name).map(str::to_owned).ok_or_else(|| missing(name))
    }

    fn needed_number(&self, name: &str) -> Result<u32> {
        self.number(name)?.ok_or_else(|| missing(name))
    }

    fn seconds(&self, name: &str) -> Result<Option<f64>> {
        let read = |text: &str| text.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        let bad = |text: &str| Problem::malformed(format!("{name}: {text:?} is no number of seconds"));
        self.text(name).map(|text| read(text).ok_or_else(|| bad(text))).transpose()
    }
}

fn missing(name: &str) -> Problem {
    Problem::malformed(format!("Missing argument {name}"))
}

/// Gives an order, and answers with `message`, or with Flower's 403 where a worker refused.
async fn told(ctx: &Ctx, command: Command, message: String) -> Result<Response> {
    let is_answered = command.is_answered();
    let done = give(ctx, None, command).await?;
    Ok(match came_of(&done.answers, is_answered) {
        Came::Refused(reason) => (StatusCode::FORBIDDEN, axum::Json(json!({"message": reason}))).into_response(),
        Came::Nobody => {
            let nobody = json!({"message": "no worker answered"});
            (StatusCode::SERVICE_UNAVAILABLE, axum::Json(nobody)).into_response()
        }
        Came::Done | Came::Purged(_) | Came::Holds(_) => axum::Json(json!({"message": message})).into_response(),
    })
}

async fn shut_down(State(ctx): State<Ctx>, Path(worker): Path<String>) -> Result<Response> {
    told(&ctx, Command::Shutdown { worker }, "Shutting down!".to_owned()).await
}

async fn restart(State(ctx): State<Ctx>, Path(worker): Path<String>) -> Result<Response> {
    let message = format!("Restarting '{worker}' worker's pool");
    told(&ctx, Command::PoolRestart { worker }, message).await
}

async fn grow(State(ctx): State<Ctx>, Path(worker): Path<String>, given: Parameters) -> Result<Response> {
    let by = given.number("n")?.unwrap_or(1);
    let message = format!("Growing '{worker}' worker's pool by {by}");
    told(&ctx, Command::PoolGrow { worker, by }, message).await
}

async fn shrink(State(ctx): State<Ctx>, Path(worker): Path<String>, given: Parameters) -> Result<Response> {
    let by = given.number("n")?.unwrap_or(1);
    let message = format!("Shrinking '{worker}' worker's pool by {by}");
    told(&ctx, Command::PoolShrink { worker, by }, message).await
}

async fn autoscale(State(ctx): State<Ctx>, Path(worker): Path<String>, given: Parameters) -> Result<Response> {
    let (min, max) = (given.needed_number("min")?, given.needed_number("max")?);
    let message = format!("Autoscaling '{worker}' worker (min={min}, max={max})");
    told(&ctx, Command::Autoscale { worker, min, max }, message).await
}

async fn consume(State(ctx): State<Ctx>, Path(worker): Path<String>, given: Parameters) -> Result<Response> {
    let queue = given.needed("queue")?;
    let message = format!("add consumer {queue}");
    told(&ctx, Command::AddConsumer { worker, queue }, message).await
}

async fn leave(State(ctx): State<Ctx>, Path(worker): Path<String>, given: Parameters) -> Result<Response> {
    let queue = given.needed("queue")?;
    let message = format!("no longer consuming from {queue}");
    told(&ctx, Command::CancelConsumer { worker, queue }, message).await
}

async fn revoke(State(ctx): State<Ctx>, Path(task): Path<String>, given: Parameters) -> Result<Response> {
    // As Python's Tornado reads `bool`.
    let is_terminated = given.text("terminate").is_some_and(|word| !matches!(word, "false" | "False" | "0"));
    let signal = match given.text("signal").unwrap_or("SIGTERM") {
        "SIGTERM" => Signal::Term,
        "SIGKILL" => Signal::Kill,
        "SIGINT" => Signal::Int,
        other => return Err(Problem::malformed(format!("signal: {other:?} is none of SIGTERM, SIGKILL, SIGINT"))),
    };
    let message = format!("Revoked '{task}'");
    told(&ctx, Command::Revoke { task, terminate: is_terminated.then_some(signal) }, message).await
}

async fn time_limit(State(ctx): State<Ctx>, Path(task): Path<String>, given: Parameters) -> Result<Response> {
    let worker = given.text("workername").map(str::to_owned);
    let (soft_s, hard_s) = (given.seconds("soft")?, given.seconds("hard")?);
    told(&ctx, Command::TimeLimit { task, soft_s, hard_s, worker }, "time limits set successfully".to_owned()).await
}

async fn rate_limit(State(ctx): State<Ctx>, Path(task): Path<String>, given: Parameters) -> Result<Response> {
    let (worker, rate) = (given.text("workername").map(str::to_owned), given.needed("ratelimit")?);
    told(&ctx, Command::RateLimit { task, rate, worker }, "new rate limit set successfully".to_owned()).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_come_in_the_query_or_as_a_form() {
        let given = Parameters::of("n=3", "min=1&max=&soft=1.5&queue=a+b%2Fc");
        assert_eq!((given.number("n").ok(), given.number("min").ok()), (Some(Some(3)), Some(Some(1))));
        assert_eq!((given.number("max").ok(), given.seconds("soft").ok()), (Some(None), Some(Some(1.5))));
        assert_eq!(given.needed("queue").ok().as_deref(), Some("a b/c"));
        assert!(given.needed("other").is_err() && given.number("queue").is_err() && given.seconds("queue").is_err());
    }
}
