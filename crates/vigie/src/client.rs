//! The one HTTP client. It speaks to the owner of the data directory over its Unix socket, or to a router in this
//! process; a command cannot tell which.

use crate::failure::{Failure, Result};
use axum::{
    Router,
    body::{Body, BodyDataStream, Bytes},
    http::{Method, Request, Response, StatusCode, header},
};
use futures_util::{Stream, StreamExt as _};
use hyper_util::rt::TokioIo;
use serde_json::Value;
use std::{path::PathBuf, time::Duration};
use tokio::net::UnixStream;
use tower::ServiceExt as _;

/// Bytes of an answer that is read as a whole.
const ANSWER_BYTES_MAX: usize = 64 << 20;

/// Speaks to the API. Cheap to clone.
#[derive(Clone, Debug)]
pub(crate) enum Client {
    /// A router in this process.
    Here(Router),
    /// The owner's socket.
    Socket(PathBuf),
}

impl Client {
    pub(crate) async fn get(&self, path: &str) -> Result<Value> {
        self.json(request(Method::GET, path, Body::empty(), None)?).await
    }

    /// `None` when there is no such thing.
    pub(crate) async fn find(&self, path: &str) -> Result<Option<Value>> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        if response.status() == StatusCode::NOT_FOUND {
            return Ok(None);
        }
        value(response).await.map(Some)
    }

    /// `None` when the state cannot be read for the moment (503): its database is away, and may come back.
    pub(crate) async fn get_if_ready(&self, path: &str) -> Result<Option<Value>> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        if response.status() == StatusCode::SERVICE_UNAVAILABLE {
            return Ok(None);
        }
        value(response).await.map(Some)
    }

    /// What keeps whoever answers from working.
    pub(crate) async fn problems(&self) -> Result<Vec<String>> {
        let response = self.ask(request(Method::GET, "/readyz", Body::empty(), None)?).await?;
        let answer = serde_json::from_slice::<Value>(&whole(response).await?).unwrap_or_default();
        let problems = answer["problems"].as_array().into_iter().flatten();
        Ok(problems.filter_map(Value::as_str).map(str::to_owned).collect())
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        self.change(Method::POST, path, body).await
    }

    pub(crate) async fn put(&self, path: &str, body: &Value) -> Result<Value> {
        self.change(Method::PUT, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Result<Value> {
        self.json(request(Method::DELETE, path, Body::empty(), None)?).await
    }

    /// Streams lines of JSON, each ending with a line break.
    pub(crate) async fn upload<S>(&self, path: &str, lines: S) -> Result<Value>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        self.json(request(Method::POST, path, Body::from_stream(lines), Some("application/x-ndjson"))?).await
    }

    /// The same, with an answer of a known shape.
    pub(crate) async fn upload_for<T, S>(&self, path: &str, lines: S) -> Result<T>
    where
        T: serde::de::DeserializeOwned,
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        typed(self.upload(path, lines).await?)
    }

    /// Streams log records as lines of JSON, and tells what became of them. That none of them was taken is an answer too.
    pub(crate) async fn take_in<S>(&self, lines: S) -> Result<Value, NotTaken>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        self.take_in_at("/api/v1/logs?exact_names=true", Body::from_stream(lines)).await
    }

    /// The same at another path.
    pub(crate) async fn take_in_at(&self, path: &str, lines: impl Into<Body>) -> Result<Value, NotTaken> {
        let request =
            request(Method::POST, path, lines.into(), Some("application/x-ndjson")).map_err(NotTaken::for_good)?;
        let response = self.ask(request).await.map_err(NotTaken::for_now)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let bytes = whole(response).await.map_err(NotTaken::for_now)?;
        let answer = serde_json::from_slice::<Value>(&bytes).unwrap_or_default();
        if answer["problems"].is_array() && (status.is_success() || status == StatusCode::BAD_REQUEST) {
            return Ok(answer);
        }
        let kept = answer["accepted"].as_u64().unwrap_or(0);
        Err(NotTaken { failure: refusal(status, &answer), kept, then: Then::after(status, retry_after) })
    }

    /// The answer as it comes.
    pub(crate) async fn stream(&self, path: &str) -> Result<BodyDataStream> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        let response = accepted(response).await?;
        Ok(response.into_body().into_data_stream())
    }

    async fn change(&self, method: Method, path: &str, body: &Value) -> Result<Value> {
        self.json(request(method, path, Body::from(body.to_string()), Some("application/json"))?).await
    }

    async fn json(&self, request: Request<Body>) -> Result<Value> {
        value(self.ask(request).await?).await
    }

    async fn ask(&self, request: Request<Body>) -> Result<Response<Body>> {
        match self {
            Self::Here(router) => match router.clone().oneshot(request).await {
                Ok(response) => Ok(response),
                Err(never) => match never {},
            },
            Self::Socket(socket) => over_socket(socket, request).await,
        }
    }
}

/// Both sides of the API are of one version, but where a newer program speaks to the owner that was started before.
fn typed<T: serde::de::DeserializeOwned>(answer: Value) -> Result<T> {
    serde_json::from_value(answer).map_err(|error| {
        Failure::new(format!("the answer is not as this version knows it: {error}")).help("restart `vigie serve`")
    })
}

/// Why records that were sent were not taken, or not all of them.
#[derive(Debug)]
pub(crate) struct NotTaken {
    pub(crate) failure: Failure,
    /// How many of them are kept all the same: the first ones.
    pub(crate) kept: u64,
    pub(crate) then: Then,
}

/// What whoever sent them may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// They would be refused again.
    GiveUp,
    /// They do not go on from where things stand by now.
    LookAgain,
    /// Send them again, and when, if that was said.
    SendAgain(Option<Duration>),
}

impl NotTaken {
    fn for_good(failure: Failure) -> Self {
        Self { failure, kept: 0, then: Then::GiveUp }
    }

    /// Nobody answered.
    fn for_now(failure: Failure) -> Self {
        Self { failure, kept: 0, then: Then::SendAgain(None) }
    }
}

impl Then {
    /// Faults of the server, a full disk among them, pass or are mended; what it says of the request stays true.
    fn after(status: StatusCode, retry_after: Option<Duration>) -> Self {
        let passes = matches!(status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
        match status {
            StatusCode::CONFLICT => Self::LookAgain,
            _ if passes || !status.is_client_error() => Self::SendAgain(retry_after),
            _ => Self::GiveUp,
        }
    }
}

fn retry_after(response: &Response<Body>) -> Option<Duration> {
    let seconds = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// Writes `text` so that it can stand between the slashes of a path, or in a query.
pub(crate) fn escaped(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// `?a=1&b=2` of those that have a value.
pub(crate) fn query<'a>(pairs: impl IntoIterator<Item = (&'a str, Option<String>)>) -> String {
    let pairs = pairs.into_iter().filter_map(|(name, value)| value.map(|value| format!("{name}={}", escaped(&value))));
    let text = pairs.collect::<Vec<_>>().join("&");
    if text.is_empty() { text } else { format!("?{text}") }
}

fn request(method: Method, path: &str, body: Body, kind: Option<&str>) -> Result<Request<Body>> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body).map_err(|error| Failure::new(format!("`{path}` is no address: {error}")))
}

async fn over_socket(socket: &PathBuf, request: Request<Body>) -> Result<Response<Body>> {
    let gone = |error: &dyn std::fmt::Display| {
        Failure::owner_ended(format!(
            "the process that owns the data directory does not answer on {}: {error}",
            socket.display()
        ))
        .help("it may have just stopped: try again")
    };
    let stream = UnixStream::connect(socket).await.map_err(|error| gone(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(&error))?;
    // It ends with the answer's body.
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| gone(&error))?;
    Ok(response.map(Body::new))
}

async fn value(response: Response<Body>) -> Result<Value> {
    let bytes = whole(accepted(response).await?).await?;
    if bytes.is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_slice(&bytes).map_err(|error| Failure::new(format!("the answer is no JSON: {error}")))
}

async fn accepted(response: Response<Body>) -> Result<Response<Body>> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let bytes = whole(response).await?;
    Err(refusal(status, &serde_json::from_slice(&bytes).unwrap_or_default()))
}

fn refusal(status: StatusCode, problem: &Value) -> Failure {
    let text = |name: &str| problem[name].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let what = text("detail").or_else(|| text("title")).unwrap_or_else(|| format!("the server answered {status}"));
    let failure = Failure::new(what);
    match text("remedy") {
        Some(remedy) => failure.help(in_our_words(&remedy)),
        None => failure,
    }
}

/// A remedy that names a route, as the command that goes there.
fn in_our_words(remedy: &str) -> String {
    [("`GET /api/v1/jobs` lists the jobs", "`vigie jobs` lists them"), ("`/readyz` says", "`vigie doctor` says")]
        .iter()
        .fold(remedy.to_owned(), |text, (route, command)| text.replace(route, command))
}

async fn whole(response: Response<Body>) -> Result<Vec<u8>> {
    let mut stream = response.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| Failure::owner_ended(format!("the answer broke off: {error}")))?;
        if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(Failure::new("the answer is too long").help("ask for less with --limit"));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_same_answers_over_a_socket_and_in_process() {
        let router = Router::new().route("/echo", axum::routing::post(|body: String| async move { body })).route(
            "/no",
            axum::routing::get(|| async {
                (StatusCode::CONFLICT, r#"{"title":"No","detail":"it is not so","remedy":"make it so"}"#)
            }),
        );
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        tokio::spawn(axum::serve(listener, router.clone()).into_future());
        for client in [Client::Here(router), Client::Socket(socket)] {
            let lines = futures_util::stream::iter([Ok(Bytes::from("{\"a\":")), Ok(Bytes::from("1}\n"))]);
            assert_eq!(client.upload("/echo", lines).await.unwrap()["a"], 1);
            let refused = client.get("/no").await.unwrap_err();
            assert_eq!(refused.to_string(), "error: it is not so\nhelp: make it so");
            assert!(client.find("/nothing").await.unwrap().is_none());
        }
    }

    #[test]
    fn queries_are_escaped() {
        assert_eq!(query([("q", Some("é &".into())), ("no", None)]), "?q=%C3%A9%20%26");
        assert_eq!(query([("no", None)]), "");
    }
}
