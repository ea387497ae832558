//! `http`: makes a call for each item.
//!
//! An expected status is success. 408, 429 and 5xx are tried again, not before what `Retry-After` asks for. Any other
//! status is a failure of the item for good (`http_status`). A connection that cannot be made is tried again
//! (`no_connection`). One that breaks, or whose reply does not come in time (`no_answer`), is tried again where the
//! method may be repeated without harm (RFC 9110 §9.2.2: GET, HEAD, OPTIONS, PUT, DELETE), and unknown elsewhere.
//! Redirections are not followed.

mod classify;

use crate::{
    SLOTS_MAX,
    frame::{self, Task},
    item::{head, subject},
    joined_trace, read, story, unreadable,
};
use classify::{Reply, ended_by_reply, not_answered, not_connected};
use futures_util::future::BoxFuture;
use jobs::{Attempted, Declares, Ended, Handler, Run, RunLog, Shape, Stop};
use model::{Authority, Clock, Fault, JobId, JobKind, Level, Verdict};
use outbound::{Client, Settings};
use reqwest::{
    Method, Url,
    header::{HeaderMap, HeaderName, HeaderValue, RETRY_AFTER},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};
use store::{ClaimedItem, Job};

/// The settings of an `http` job, of which an item's payload may replace `method`, `url` and `body` and add to
/// `headers`. They are kept as they are: put no secret in them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HttpSpec {
    #[serde(default = "get")]
    pub method: String,
    /// `http` or `https`.
    pub url: String,
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// A string is sent as it is, anything else as JSON.
    pub body: Option<Value>,
    /// For the whole call.
    #[serde(default = "half_a_minute", alias = "timeout")]
    pub timeout_seconds: f64,
    /// Statuses that are success; without any, 200 to 299.
    #[serde(default)]
    pub expect: Vec<u16>,
    /// Of a reply's body that is read and kept in the run log.
    #[serde(default = "kibibytes_16")]
    pub response_bytes_max: usize,
    /// Calls at the same time.
    #[serde(default = "four")]
    pub slots: usize,
}

fn get() -> String {
    "GET".to_owned()
}
fn half_a_minute() -> f64 {
    30.0
}
fn kibibytes_16() -> usize {
    16 << 10
}
fn four() -> usize {
    4
}

const RESPONSE_BYTES_MAX: usize = 48 << 10;
const CONNECT: Duration = Duration::from_secs(10);
/// For a connection that waits for its next call.
const IDLE: Duration = Duration::from_secs(20);

impl HttpSpec {
    pub(crate) fn check(&self) -> Result<(), String> {
        self.call()?;
        if !(self.timeout_seconds > 0.0 && self.timeout_seconds <= 86_400.0) {
            return Err(format!("`timeout_seconds` is {}: give more than 0 and at most a day", self.timeout_seconds));
        }
        if self.response_bytes_max > RESPONSE_BYTES_MAX {
            return Err(format!("`response_bytes_max` is {}: at most {RESPONSE_BYTES_MAX}", self.response_bytes_max));
        }
        if !(1..=SLOTS_MAX).contains(&self.slots) {
            return Err(format!("`slots` is {}: give 1 to {SLOTS_MAX}", self.slots));
        }
        Ok(())
    }

    fn call(&self) -> Result<Call, String> {
        let method = self.method.to_ascii_uppercase().parse().map_err(|_| format!("`method` is {}", self.method))?;
        let url: Url = self.url.parse().map_err(|error| format!("`url` is {}: {error}", self.url))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(format!("`url` is {}: give http:// or https://", self.url));
        }
        let mut headers = HeaderMap::new();
        for (name, value) in &self.headers {
            let wrong = || format!("`headers`: {name} is no header that can be sent");
            let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
            headers.insert(name.parse::<HeaderName>().map_err(|_| wrong())?, value);
        }
        let body = match &self.body {
            None | Some(Value::Null) => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(json) => {
                headers.entry("content-type").or_insert(HeaderValue::from_static("application/json"));
                Some(json.to_string())
            }
        };
        Ok(Call { method, url, headers, body })
    }

    /// The call that `item` stands for.
    fn call_for(&self, job: JobId, item: &ClaimedItem) -> Result<Call, String> {
        let mut spec = self.clone();
        let text = |name: &str, value: Value| match value {
            Value::String(text) => Ok(text),
            _ => Err(format!("`{name}` of the item is no text")),
        };
        for (name, value) in subject(item).fields {
            match name.as_str() {
                "method" => spec.method = text("method", value)?,
                "url" => spec.url = text("url", value)?,
                "body" => spec.body = Some(value),
                "headers" => {
                    let own: BTreeMap<String, String> = serde_json::from_value(value)
                        .map_err(|_| "`headers` of the item is no object of strings".to_owned())?;
                    spec.headers.extend(own);
                }
                _ => {}
            }
        }
        let mut call = spec.call()?;
        let joined =
            [("sentry-trace", joined_trace::sentry(job, item.seq)), ("traceparent", joined_trace::w3c(job, item.seq))];
        for (name, value) in joined {
            let value = HeaderValue::from_str(&value).map_err(|error| error.to_string())?;
            call.headers.entry(name).or_insert(value);
        }
        Ok(call)
    }
}

struct Call {
    method: Method,
    url: Url,
    headers: HeaderMap,
    body: Option<String>,
}

/// Runs jobs of kind `http`.
pub struct HttpHandler {
    clock: Clock,
    run_log: RunLog,
    client: Client,
    /// For methods that may not be repeated: never a connection that the other side may just be closing.
    fresh: Client,
}

impl HttpHandler {
    /// Calls go straight to their URL, past any proxy of the environment. `Err`: why TLS cannot be set up.
    pub fn new(clock: Clock, run_log: RunLog) -> Result<Self, String> {
        Ok(Self { clock, run_log, client: client(Some(IDLE))?, fresh: client(None)? })
    }
}

fn client(idle_timeout: Option<Duration>) -> Result<Client, String> {
    Client::new(Settings { connect_timeout: CONNECT, idle_timeout, ..Settings::default() })
}

impl Handler for HttpHandler {
    fn kind(&self) -> JobKind {
        JobKind::Http
    }

    fn needs(&self) -> Authority {
        crate::needs(self.kind())
    }

    fn open<'a>(&'a self, job: &'a Job) -> BoxFuture<'a, Result<Box<dyn Run>, Stop>> {
        Box::pin(async move {
            let spec = read::<HttpSpec>(JobKind::Http, &job.spec).map_err(unreadable)?;
            spec.check().map_err(unreadable)?;
            let task = HttpTask {
                spec,
                job: job.clone(),
                clock: self.clock.clone(),
                run_log: self.run_log.clone(),
                client: self.client.clone(),
                fresh: self.fresh.clone(),
            };
            Ok(frame::run(task))
        })
    }
}

struct HttpTask {
    spec: HttpSpec,
    job: Job,
    clock: Clock,
    run_log: RunLog,
    client: Client,
    fresh: Client,
}

impl Task for HttpTask {
    fn job(&self) -> &Job {
        &self.job
    }

    fn shape(&self) -> Shape {
        Shape { slots: self.spec.slots, group: 1, ahead: 4, declares: Declares::First }
    }

    async fn attempt(&self, item: ClaimedItem) -> Attempted {
        let started_at = self.clock.now();
        let (ended, said) = match self.spec.call_for(self.job.id, &item) {
            Ok(call) => self.make(call, item.seq).await,
            Err(problem) => bad_request(&problem),
        };
        let trace = story::trace(&self.job, format!("{}: {said}", item.label));
        Attempted { item, ended, trace, started_at, took: self.clock.now().since(started_at) }
    }
}

fn bad_request(said: &str) -> (Ended, String) {
    (Ended::Failed(Verdict::permanent("bad_request", Fault::Content).with_reply(said)), said.to_owned())
}

impl HttpTask {
    async fn make(&self, call: Call, seq: i64) -> (Ended, String) {
        let repeatable = call.method.is_idempotent();
        let client = if repeatable { &self.client } else { &self.fresh };
        let request = match client.request(call.method.clone(), call.url) {
            Ok(request) => request,
            Err(refused) => return bad_request(&refused.to_string()),
        };
        let mut request = request.headers(call.headers).timeout(Duration::from_secs_f64(self.spec.timeout_seconds));
        if let Some(body) = call.body {
            request = request.body(body);
        }
        match request.send().await {
            Ok(response) => {
                let reply = self.receive(response).await;
                self.keep(seq, &reply).await;
                let said = format!("{} {}", call.method, reply.status);
                (ended_by_reply(&reply, &self.spec.expect, self.clock.now()), said)
            }
            Err(problem) => {
                let said = outbound::why(&problem);
                let ended = match problem {
                    problem if problem.is_builder() || outbound::is_refused(&problem) => return bad_request(&said),
                    problem if problem.is_connect() => not_connected(&said),
                    _ => not_answered(&said, repeatable),
                };
                (ended, said)
            }
        }
    }

    /// The status decides: a body that breaks off is kept as far as it came.
    async fn receive(&self, mut response: reqwest::Response) -> Reply {
        let status = response.status().as_u16();
        let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (mut bytes, mut more) = (Vec::new(), false);
        while let Ok(Some(chunk)) = response.chunk().await {
            let room = self.spec.response_bytes_max - bytes.len();
            bytes.extend_from_slice(&chunk[..chunk.len().min(room)]);
            if chunk.len() > room {
                more = true;
                break;
            }
        }
        Reply { status, retry_after, body: String::from_utf8_lossy(&bytes).into_owned(), more }
    }

    async fn keep(&self, seq: i64, reply: &Reply) {
        let more = if reply.more { " … (longer than may be kept)" } else { "" };
        let first = reply.body.lines().next().unwrap_or("");
        let message = format!("{} {}{more}", reply.status, head(first, 200));
        let fields = json!({"seq": seq, "status": reply.status, "body": reply.body, "cut": reply.more});
        let record = story::record(self.clock.now(), Level::Info, "response", message, fields);
        self.run_log.append(self.job.id, vec![record]).await;
    }
}
