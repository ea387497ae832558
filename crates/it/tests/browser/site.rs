//! The other site: pages of another origin under a strict Content-Security-Policy, and a proxy to Vigie that can be
//! told to misbehave and asked what it saw.

use crate::server::Vigie;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Response, StatusCode, header, request::Parts},
    response::IntoResponse,
};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// What becomes of streams of events that go through the proxy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Events {
    #[default]
    Pass,
    /// 503.
    Refuse,
    /// They open and say nothing: a proxy that holds back what it is given.
    HoldBack,
}

#[derive(Default)]
struct Seen {
    pages: BTreeMap<String, String>,
    events: Events,
    /// Paths without queries, with the status that was answered.
    requests: Vec<(String, u16)>,
}

#[derive(Clone)]
struct Inner {
    seen: Arc<Mutex<Seen>>,
    client: reqwest::Client,
    upstream: String,
    bearer: String,
    policy: String,
}

pub(crate) struct Site {
    inner: Inner,
    pub(crate) port: u16,
    task: tokio::task::JoinHandle<()>,
}

impl Site {
    /// It has Vigie's name from the start, and of its secrets only the token that reads progress.
    pub(crate) async fn beside(vigie: &Vigie) -> Self {
        let origin = vigie.origin();
        let policy = format!(
            "default-src 'none'; script-src 'self' {origin}; connect-src 'self' {origin}; base-uri 'none'; \
             form-action 'none'; require-trusted-types-for 'script'"
        );
        let inner = Inner {
            seen: Arc::default(),
            client: vigie.client.clone(),
            upstream: origin,
            bearer: vigie.progress_token.clone(),
            policy,
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let router = Router::new().fallback(answer).with_state(inner.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        Self { inner, port, task }
    }

    /// Under another name than the program's, hence of another site.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// A page with that body, whose script is a file of its own, as the policy asks.
    pub(crate) fn page(&self, path: &str, lang: &str, body: &str, script: &str) {
        let html = format!(
            "<!doctype html><html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>Other site</title>\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
             <meta name=\"color-scheme\" content=\"light dark\"><script src=\"{path}.js\"></script></head>\
             <body><main><h1>Other site</h1>{body}</main></body></html>"
        );
        let script = format!(
            "window.seen = [];\nwindow.violations = [];\n\
             addEventListener('securitypolicyviolation', (event) => {{\n\
               if (!event.blockedURI.endsWith('/favicon.ico')) violations.push(`${{event.violatedDirective}} ${{event.blockedURI}}`);\n\
             }});\n{script}"
        );
        let mut seen = self.seen();
        seen.pages.insert(path.to_owned(), html);
        seen.pages.insert(format!("{path}.js"), script);
    }

    pub(crate) fn events(&self, events: Events) {
        self.seen().events = events;
    }

    /// How often that path was asked for and answered so.
    pub(crate) fn count(&self, path: &str, status: u16) -> usize {
        self.seen().requests.iter().filter(|(asked, with)| asked == path && *with == status).count()
    }

    fn seen(&self) -> std::sync::MutexGuard<'_, Seen> {
        self.inner.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(site): State<Inner>, request: Request) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let (page, events) = {
        let seen = site.seen.lock().unwrap_or_else(PoisonError::into_inner);
        (seen.pages.get(&path).cloned(), seen.events)
    };
    let response = match page {
        Some(page) => {
            let media = if path.ends_with(".js") { "text/javascript" } else { "text/html" };
            let headers = [
                (header::CONTENT_TYPE, format!("{media}; charset=utf-8")),
                (header::CONTENT_SECURITY_POLICY, site.policy.clone()),
            ];
            (headers, page).into_response()
        }
        None if path.ends_with("/events") && events == Events::Refuse => {
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        None if path.ends_with("/events") && events == Events::HoldBack => {
            let nothing = futures_util::stream::pending::<Result<axum::body::Bytes, std::io::Error>>();
            ([(header::CONTENT_TYPE, "text/event-stream")], Body::from_stream(nothing)).into_response()
        }
        None if path.starts_with("/core/") || path.starts_with("/vigie/") => {
            forward(&site, request.into_parts().0).await
        }
        None => StatusCode::NOT_FOUND.into_response(),
    };
    let mut seen = site.seen.lock().unwrap_or_else(PoisonError::into_inner);
    seen.requests.push((path, response.status().as_u16()));
    response
}

/// As a site's proxy does: with the site's own token, and none of the visitor's cookies.
async fn forward(site: &Inner, request: Parts) -> Response<Body> {
    let path = request.uri.path_and_query().map_or("/", |path| path.as_str());
    let path = path.strip_prefix("/vigie").unwrap_or(path);
    let mut asked = site.client.get(format!("{}{path}", site.upstream)).bearer_auth(&site.bearer);
    if let Some(tag) = request.headers.get(header::IF_NONE_MATCH) {
        asked = asked.header(header::IF_NONE_MATCH, tag);
    }
    let Ok(answer) = asked.send().await else { return StatusCode::BAD_GATEWAY.into_response() };
    let mut headers = HeaderMap::new();
    for name in [header::CONTENT_TYPE, header::ETAG, header::CACHE_CONTROL] {
        if let Some(value) = answer.headers().get(&name) {
            headers.insert(name, value.clone());
        }
    }
    (answer.status(), headers, Body::from_stream(answer.bytes_stream())).into_response()
}
