//! The one HTTP client. It speaks to the owner of the data directory over its Unix socket, or to a router in this
//! process; a command cannot tell which.

use crate::{
    failure::{Exit, Failure, Result},
    words::{self, t},
};
use api::{
    health::Readiness,
    logs::{KeptAllTheSame, Taken},
    problem::Problem,
};
use axum::{
    Router,
    body::{Body, BodyDataStream, Bytes},
    http::{Method, Request, Response, StatusCode, header},
};
use futures_util::{Stream, StreamExt as _};
use hyper_util::rt::TokioIo;
use language::Language;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{ops::Deref, path::PathBuf, time::Duration};
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

/// An answer: read, and as it came, for `--json`, which passes on what this program does not know.
#[derive(Clone, Debug)]
pub(crate) struct Answer<T> {
    pub(crate) json: Value,
    read: T,
}

impl<T: DeserializeOwned> Answer<T> {
    /// Reads what came.
    pub(crate) fn read(json: Value) -> Result<Self> {
        match T::deserialize(&json) {
            Ok(read) => Ok(Self { json, read }),
            Err(error) => Err(unknown_form(&error)),
        }
    }
}

impl<T> Answer<T> {
    pub(crate) fn into_inner(self) -> T {
        self.read
    }
}

impl<T> Deref for Answer<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.read
    }
}

/// What is missing, or is not what it should be, is named.
fn unknown_form(error: &serde_json::Error) -> Failure {
    Failure::new(t!("unknown-form", error)).help(t!("unknown-form-help"))
}

impl Client {
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>> {
        self.json(request(Method::GET, path, Body::empty(), None)?).await
    }

    /// An answer that is a text.
    pub(crate) async fn text(&self, path: &str) -> Result<String> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        Ok(String::from_utf8_lossy(&whole(accepted(response).await?).await?).into_owned())
    }

    /// The same, where what the server says against it is of interest.
    pub(crate) async fn get_or_problem<T: DeserializeOwned>(&self, path: &str) -> Result<Result<Answer<T>, Problem>> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        if response.status().is_success() {
            return value(response).await.map(Ok);
        }
        Ok(Err(problem(response.status(), &whole(response).await?)))
    }

    /// `None` when there is no such thing.
    pub(crate) async fn find<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Answer<T>>> {
        self.get_unless(path, StatusCode::NOT_FOUND).await
    }

    /// `None` when the state cannot be read for the moment (503): its database is away, and may come back.
    pub(crate) async fn get_if_ready<T: DeserializeOwned>(&self, path: &str) -> Result<Option<Answer<T>>> {
        self.get_unless(path, StatusCode::SERVICE_UNAVAILABLE).await
    }

    async fn get_unless<T: DeserializeOwned>(&self, path: &str, none: StatusCode) -> Result<Option<Answer<T>>> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        if response.status() == none {
            return Ok(None);
        }
        value(response).await.map(Some)
    }

    /// What keeps whoever answers from working.
    pub(crate) async fn problems(&self) -> Result<Vec<String>> {
        let response = self.ask(request(Method::GET, "/readyz", Body::empty(), None)?).await?;
        let readiness = serde_json::from_slice::<Readiness>(&whole(response).await?);
        Ok(readiness.map(|readiness| readiness.problems).unwrap_or_default())
    }

    pub(crate) async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<Answer<T>> {
        self.change(Method::POST, path, body).await
    }

    /// As [`Self::post`], where nothing has begun yet: what the server refuses then is refused before anything leaves.
    pub(crate) async fn begin<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<Answer<T>> {
        let response = self.ask(request(Method::POST, path, encoded(body)?, Some("application/json"))?).await?;
        let is_refused = response.status().is_client_error();
        value(response).await.map_err(|failure| match is_refused {
            true => Failure { exit: Exit::Refused, ..failure },
            false => failure,
        })
    }

    /// Says that something is to be done, and nothing more.
    pub(crate) async fn post_empty<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>> {
        self.json(request(Method::POST, path, Body::empty(), None)?).await
    }

    pub(crate) async fn put<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<Answer<T>> {
        self.change(Method::PUT, path, body).await
    }

    pub(crate) async fn delete<T: DeserializeOwned>(&self, path: &str) -> Result<Answer<T>> {
        self.json(request(Method::DELETE, path, Body::empty(), None)?).await
    }

    /// Streams lines of JSON, each ending with a line break.
    pub(crate) async fn upload<T, S>(&self, path: &str, lines: S) -> Result<Answer<T>>
    where
        T: DeserializeOwned,
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        self.json(request(Method::POST, path, Body::from_stream(lines), Some("application/x-ndjson"))?).await
    }

    /// Streams log records as lines of JSON, and tells what became of them. That none of them was taken is an answer too.
    pub(crate) async fn take_in<S>(&self, lines: S) -> Result<Taken, NotTaken>
    where
        S: Stream<Item = std::io::Result<Bytes>> + Send + 'static,
    {
        self.take_in_at("/api/v1/logs?exact_names=true", Body::from_stream(lines)).await
    }

    /// The same at another path.
    pub(crate) async fn take_in_at(&self, path: &str, lines: impl Into<Body>) -> Result<Taken, NotTaken> {
        let request =
            request(Method::POST, path, lines.into(), Some("application/x-ndjson")).map_err(NotTaken::for_good)?;
        let response = self.ask(request).await.map_err(NotTaken::for_now)?;
        let (status, retry_after) = (response.status(), retry_after(&response));
        let bytes = whole(response).await.map_err(NotTaken::for_now)?;
        let taken = serde_json::from_slice::<Taken>(&bytes);
        match taken {
            Ok(taken) if status.is_success() || status == StatusCode::BAD_REQUEST => return Ok(taken),
            // Sent again it would be kept twice.
            Err(error) if status.is_success() => return Err(NotTaken::for_good(unknown_form(&error))),
            _ => {}
        }
        let problem = problem(status, &bytes);
        let kept = problem.besides::<KeptAllTheSame>().unwrap_or_default().accepted;
        Err(NotTaken { failure: refusal(&problem), kept, then: Then::after(status, retry_after) })
    }

    /// The answer as it comes.
    pub(crate) async fn stream(&self, path: &str) -> Result<BodyDataStream> {
        let response = self.ask(request(Method::GET, path, Body::empty(), None)?).await?;
        let response = accepted(response).await?;
        Ok(response.into_body().into_data_stream())
    }

    async fn change<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &impl Serialize,
    ) -> Result<Answer<T>> {
        self.json(request(method, path, encoded(body)?, Some("application/json"))?).await
    }

    async fn json<T: DeserializeOwned>(&self, request: Request<Body>) -> Result<Answer<T>> {
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
    if words::language() == Language::French {
        request = request.header(header::ACCEPT_LANGUAGE, "fr");
    }
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body).map_err(|error| Failure::new(t!("bad-path", path, error)))
}

fn encoded(body: &impl Serialize) -> Result<Body> {
    let body = serde_json::to_vec(body).map_err(|error| Failure::new(t!("asked-no-json", error)))?;
    Ok(Body::from(body))
}

async fn over_socket(socket: &PathBuf, request: Request<Body>) -> Result<Response<Body>> {
    let gone = |error: &dyn std::fmt::Display| {
        Failure::owner_ended(t!("owner-away", socket = socket.display(), error)).help(t!("owner-away-help"))
    };
    let stream = UnixStream::connect(socket).await.map_err(|error| gone(&error))?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| gone(&error))?;
    // It ends with the answer's body.
    tokio::spawn(connection);
    let response = sender.send_request(request).await.map_err(|error| gone(&error))?;
    Ok(response.map(Body::new))
}

/// An empty answer is read as nothing, `()`.
async fn value<T: DeserializeOwned>(response: Response<Body>) -> Result<Answer<T>> {
    let bytes = whole(accepted(response).await?).await?;
    if bytes.is_empty() {
        return Answer::read(Value::Null);
    }
    let json = serde_json::from_slice(&bytes).map_err(|error| Failure::new(t!("answer-no-json", error)))?;
    Answer::read(json)
}

async fn accepted(response: Response<Body>) -> Result<Response<Body>> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    Err(refusal(&problem(status, &whole(response).await?)))
}

/// What the server says against a request. Another one on the way may say it in another form.
fn problem(status: StatusCode, body: &[u8]) -> Problem {
    let problem = serde_json::from_slice::<Problem>(body).unwrap_or_default();
    match problem.detail.is_empty() && problem.title.is_empty() {
        true => Problem { detail: t!("server-status", status), ..problem },
        false => problem,
    }
}

/// A problem as a person at a terminal is told it.
pub(crate) fn refusal(problem: &Problem) -> Failure {
    let failure = Failure::new(if problem.detail.is_empty() { &problem.title } else { &problem.detail });
    match problem.remedy.as_deref().filter(|remedy| !remedy.is_empty()) {
        Some(remedy) => failure.help(in_our_words(remedy)),
        None => failure,
    }
}

/// A remedy that names a route, as the command that goes there.
fn in_our_words(remedy: &str) -> String {
    const SAID: [(&str, &str); 12] = [
        ("`GET /api/v1/issues` lists the issues", "`vigie issues` lists them"),
        ("GET /api/v1/issues\u{a0}» affiche les problèmes", "vigie issues\u{a0}» les affiche"),
        ("`GET /api/v1/projects` lists the projects", "`vigie project list` lists them"),
        ("GET /api/v1/projects\u{a0}» affiche les projets", "vigie project list\u{a0}» les affiche"),
        ("`GET /api/v1/jobs` lists the jobs", "`vigie jobs` lists them"),
        ("`/readyz` says", "`vigie doctor` says"),
        ("GET /api/v1/jobs\u{a0}» affiche les tâches", "vigie jobs\u{a0}» les affiche"),
        ("; `PUT /api/v1/accounts/{name}` creates another", ""),
        ("\u{202f}; «\u{a0}PUT /api/v1/accounts/{name}\u{a0}» en crée un autre", ""),
        ("`PUT /api/v1/accounts/{name}` creates one", "`vigie accounts list` lists the accounts"),
        ("PUT /api/v1/accounts/{name}\u{a0}» en crée un", "vigie accounts list\u{a0}» affiche les comptes existants"),
        ("/readyz\u{a0}»", "vigie doctor\u{a0}»"),
    ];
    SAID.iter().fold(remedy.to_owned(), |text, (route, command)| text.replace(route, command))
}

async fn whole(response: Response<Body>) -> Result<Vec<u8>> {
    let mut stream = response.into_body().into_data_stream();
    let mut bytes = Vec::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(|error| Failure::owner_ended(t!("answer-broke-off", error)))?;
        if bytes.len() + piece.len() > ANSWER_BYTES_MAX {
            return Err(Failure::new(t!("answer-too-long")).help(t!("answer-too-long-help")));
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[derive(Debug, serde::Deserialize)]
    struct Echo {
        a: u64,
    }

    #[test]
    fn what_is_added_is_passed_on_and_what_is_missing_is_named() {
        let answer = Answer::<Echo>::read(json!({"a": 1, "added": true})).unwrap();
        assert_eq!((answer.a, &answer.json["added"]), (1, &json!(true)));
        let unknown = Answer::<Echo>::read(json!({"added": true})).unwrap_err();
        assert_eq!(
            unknown.to_string(),
            "error: the server answered in a form this program does not know: missing field `a`\n\
             help: update the older of the two, and restart `vigie serve`"
        );
    }

    #[tokio::test]
    async fn the_same_answers_over_a_socket_and_in_process() {
        let router = Router::new().route("/echo", axum::routing::post(|body: String| async move { body })).route(
            "/no",
            axum::routing::any(|| async {
                (StatusCode::CONFLICT, r#"{"title":"No","detail":"it is not so","remedy":"make it so"}"#)
            }),
        );
        let router = router.route("/away", axum::routing::post(|| async { StatusCode::SERVICE_UNAVAILABLE }));
        let dir = tempfile::tempdir().unwrap();
        let socket = dir.path().join("s");
        let listener = tokio::net::UnixListener::bind(&socket).unwrap();
        tokio::spawn(axum::serve(listener, router.clone()).into_future());
        for client in [Client::Here(router), Client::Socket(socket)] {
            let lines = futures_util::stream::iter([Ok(Bytes::from("{\"a\":")), Ok(Bytes::from("1}\n"))]);
            assert_eq!(client.upload::<Echo, _>("/echo", lines).await.unwrap().a, 1);
            let refused = client.get::<()>("/no").await.unwrap_err();
            assert_eq!(refused.to_string(), "error: it is not so\nhelp: make it so");
            assert_eq!(refused.exit, Exit::Failed);
            for (path, exit) in [("/no", Exit::Refused), ("/away", Exit::Failed)] {
                assert_eq!(client.begin::<()>(path, &()).await.unwrap_err().exit, exit, "{path}");
            }
            assert!(client.find::<()>("/nothing").await.unwrap().is_none());
        }
    }

    #[test]
    fn queries_are_escaped() {
        assert_eq!(query([("q", Some("é &".into())), ("no", None)]), "?q=%C3%A9%20%26");
        assert_eq!(query([("no", None)]), "");
    }
}
