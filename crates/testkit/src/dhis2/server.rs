//! The HTTP side: who is let in, which answers break off, where what is asked leads.

use super::{Fault, Seen, State, TOKEN, files, import, lock, read, tracker};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State as Shared},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
    service::TowerToHyperService,
};
use serde_json::{Value, json};
use std::{
    io,
    sync::{Arc, Mutex},
};
use tower::ServiceExt as _;

type App = Arc<Mutex<State>>;

/// An answer that never comes.
#[derive(Clone, Copy)]
struct HangUp;

pub(super) async fn run(listener: tokio::net::TcpListener, state: App) {
    let router = Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(state);
    // Connections end with the server.
    let mut connections = tokio::task::JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let _ = stream.set_nodelay(true);
        let router = router.clone();
        let service = tower::service_fn(move |request: axum::http::Request<_>| {
            let router = router.clone();
            async move {
                let response = router.oneshot(Request::map(request, Body::new)).await.map_err(io::Error::other)?;
                match response.extensions().get::<HangUp>() {
                    Some(HangUp) => Err(io::Error::other("hung up, as the test wanted")),
                    None => Ok(response),
                }
            }
        });
        connections.spawn(async move {
            let server = auto::Builder::new(TokioExecutor::new());
            let _ = server.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)).await;
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn answer(Shared(app): Shared<App>, method: Method, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let delay = lock(&app).faults.delay;
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    let mut state = lock(&app);
    let response = routed(&mut state, &method, &uri, &headers, &body);
    let (path, query) = (uri.path().to_owned(), uri.query().unwrap_or_default().to_owned());
    let status = response.status().as_u16();
    state.requests.push(Seen { method: method.to_string(), path, query, status });
    response
}

fn routed(state: &mut State, method: &Method, uri: &Uri, headers: &HeaderMap, body: &Bytes) -> Response {
    if state.faults.starting {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.faults.locked_out || given != Some(&format!("ApiToken {TOKEN}")) {
        return refusal(StatusCode::UNAUTHORIZED, "E0000");
    }
    let query = Query::of(uri);
    let path = uri.path().strip_prefix("/api/").unwrap_or_default();
    if path == "fileResources" && method == Method::POST {
        return files::take(state, body);
    }
    if let Some(content) = files::content(state, path, &query) {
        return content.map_or_else(|| refusal(StatusCode::NOT_FOUND, "E1005"), IntoResponse::into_response);
    }
    if method == Method::POST {
        return imported(state, path, &query, body);
    }
    if path == "dataValueSets" {
        return answered(state, read::values(state, &query));
    }
    let answer = match path.split_once('/') {
        None if path == "me" => read::me(state),
        Some(("system", "info")) => read::info(state),
        None if path == "metadata" => read::metadata(state, &query),
        None if path == "completeDataSetRegistrations" => read::registrations(state, &query),
        None if path == "deletedObjects" => read::deleted(state, &query),
        Some(("fileResources", uid)) => files::one(state, uid),
        Some(("tracker", path)) => tracker::get(state, path, &query),
        None => read::list(state, path, &query),
        Some((kind, uid)) => read::one(state, kind, uid),
    };
    answered(state, answer.map(|body| body.to_string()))
}

fn answered(state: &State, answer: Result<String, (StatusCode, &str)>) -> Response {
    match answer {
        Ok(mut text) => {
            if state.faults.truncated {
                let half = text.floor_char_boundary(text.len() / 2);
                text.truncate(half);
            }
            ([(header::CONTENT_TYPE, "application/json")], text).into_response()
        }
        Err((status, code)) => refusal(status, code),
    }
}

fn imported(state: &mut State, path: &str, query: &Query, body: &Bytes) -> Response {
    let fault = state.faults.imports.pop_front().unwrap_or(Fault::None);
    match fault {
        Fault::Status(status) => return StatusCode::from_u16(status).unwrap_or_default().into_response(),
        Fault::CutBefore => return hang_up(),
        Fault::None | Fault::GatewayTimeout | Fault::CutAfter => {}
    }
    if state.faults.body_max.is_some_and(|max| body.len() > max) {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return refusal(StatusCode::BAD_REQUEST, "E0001") };
    let (status, answer) = match path {
        "metadata" => import::metadata(state, query, &body),
        "tracker" => tracker::import(state, query, &body),
        "dataValueSets" => import::values(state, &body),
        "completeDataSetRegistrations" => import::registrations(state, &body),
        _ => return refusal(StatusCode::NOT_FOUND, "E1005"),
    };
    match fault {
        Fault::GatewayTimeout => StatusCode::GATEWAY_TIMEOUT.into_response(),
        Fault::CutAfter => hang_up(),
        _ => (status, axum::Json(answer)).into_response(),
    }
}

fn hang_up() -> Response {
    let mut response = StatusCode::OK.into_response();
    response.extensions_mut().insert(HangUp);
    response
}

fn refusal(status: StatusCode, code: &str) -> Response {
    let body = json!({"httpStatusCode": status.as_u16(), "status": "ERROR", "errorCode": code, "message": "refused"});
    (status, axum::Json(body)).into_response()
}

/// The parameters of a request, in their order.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    fn of(uri: &Uri) -> Self {
        let text = uri.query().unwrap_or_default();
        Self(url::form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
