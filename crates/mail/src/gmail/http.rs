//! One HTTP exchange, and what is known when it breaks off.
//!
//! The question that matters is whether the other side can have acted on the request. It cannot before it holds the
//! whole body, whose length it knows; so the body is counted as it leaves, and a break before its last byte is
//! harmless, while one after it leaves the outcome unknown.

use super::{Timeouts, auth::Bearer, classify};
use crate::mask::Mask;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream::BoxStream};
use model::{Fault, PauseScope, Retry, Verdict};
use reqwest::{Method, header};
use secrecy::{ExposeSecret as _, SecretString};
use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};
use tokio::{sync::Notify, time};
use url::Url;

/// Any wait that the other side did not state.
const RETRY_WAIT: Duration = Duration::from_secs(30);

/// What no reply may repeat.
const SECRET_FIELDS: [&str; 3] = ["client_secret", "refresh_token", "assertion"];

/// The way to the API and to the token endpoint. Neither follows redirects nor repeats anything by itself.
#[derive(Clone)]
pub(super) struct Client {
    http: outbound::Client,
    timeouts: Timeouts,
}

pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<String>,
    /// At most [`classify::BODY_BYTES_MAX`].
    pub(super) body: Vec<u8>,
}

impl Reply {
    /// Takes out what the other side repeats of what it was sent.
    fn mask(&mut self, mask: &Mask) {
        let body = String::from_utf8_lossy(&self.body).into_owned();
        self.body = mask.apply(body).into_bytes();
    }
}

/// Why no reply came.
pub(super) enum Broken {
    /// The other side cannot have acted.
    NotTaken(Verdict),
    /// It may have.
    MaybeTaken(Verdict),
}

/// The letter could not be read to its end: a verdict on its content.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.code)]
pub(super) struct Unreadable(pub(super) Box<Verdict>);

/// A request body whose length is known beforehand.
pub(super) struct Payload {
    pub(super) content_type: &'static str,
    /// Bytes.
    pub(super) length: u64,
    pub(super) stream: BoxStream<'static, Result<Bytes, Unreadable>>,
}

impl Client {
    /// `urls` are all that will be asked. On this machine no proxy is used, and without https no certificates are read.
    pub(super) fn new(urls: &[&Url], timeouts: Timeouts) -> Result<Self, String> {
        let settings = outbound::Settings {
            connect_timeout: timeouts.connect,
            // Gmail closes idle connections after minutes; one that it has just closed would make an outcome unknown.
            idle_timeout: Some(Duration::from_secs(50)),
            proxy: !urls.iter().all(|url| is_loopback(url)),
            tls: urls.iter().any(|url| url.scheme() == "https"),
            ..outbound::Settings::default()
        };
        Ok(Self { http: outbound::Client::new(settings)?, timeouts })
    }

    pub(super) async fn post_form(&self, url: &Url, form: &[(&str, SecretString)]) -> Result<Reply, Verdict> {
        let payload = whole("application/x-www-form-urlencoded", encoded(form));
        // Asking for a token twice does no harm.
        let mut reply = self.exchange(Method::POST, url, None, Some(payload)).await.map_err(Broken::into_verdict)?;
        if reply.status != 200 {
            let secrets = form.iter().filter(|(name, _)| SECRET_FIELDS.contains(name)).map(|(_, value)| value);
            reply.mask(&Mask::of(secrets));
        }
        Ok(reply)
    }

    pub(super) async fn exchange(
        &self,
        method: Method,
        url: &Url,
        bearer: Option<&Bearer>,
        payload: Option<Payload>,
    ) -> Result<Reply, Broken> {
        let progress = Arc::new(Progress::default());
        let cannot_connect = |problem: String| server_trouble("cannot_connect").with_arg("problem", problem);
        let request = self.http.request(method, url.clone());
        let mut request = request.map_err(|refused| Broken::NotTaken(cannot_connect(refused.to_string())))?;
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer.token.expose_secret());
        }
        match payload {
            Some(Payload { content_type, length, stream }) => {
                request = request
                    .header(header::CONTENT_TYPE, content_type)
                    .header(header::CONTENT_LENGTH, length)
                    .body(reqwest::Body::wrap_stream(counted(stream, length, Arc::clone(&progress))));
            }
            None => progress.has_left.store(true, Ordering::Release),
        }
        tokio::select! {
            reply = receive(request) => {
                let mut reply = reply.map_err(|problem| progress.broken(problem))?;
                reply.mask(&Mask::of(bearer.map(|bearer| &bearer.token)));
                Ok(reply)
            }
            () = self.patience(&progress) => Err(progress.timed_out()),
        }
    }

    /// Ends when the body has stood still, or its reply has been awaited, for longer than the limits allow.
    async fn patience(&self, progress: &Progress) {
        loop {
            let has_left = progress.has_left.load(Ordering::Acquire);
            let limit = if has_left { self.timeouts.reply } else { self.timeouts.stall };
            if time::timeout(limit, progress.moved.notified()).await.is_err() {
                return;
            }
        }
    }
}

impl Broken {
    pub(super) fn into_verdict(self) -> Verdict {
        match self {
            Self::NotTaken(verdict) | Self::MaybeTaken(verdict) => verdict,
        }
    }
}

/// A body that is already in memory.
pub(super) fn whole(content_type: &'static str, body: String) -> Payload {
    let length = body.len() as u64;
    Payload { content_type, length, stream: futures_util::stream::iter([Ok(Bytes::from(body))]).boxed() }
}

fn encoded(form: &[(&str, SecretString)]) -> String {
    let pairs = form.iter().map(|(name, value)| (name, value.expose_secret()));
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

/// `https`, or `http` on this machine, without user, query and fragment.
pub(super) fn safe_url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let is_safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
    let is_plain = url.username().is_empty() && url.password().is_none() && url.query().is_none();
    (is_safe && is_plain && url.fragment().is_none() && url.has_host()).then_some(url)
}

/// Trouble that goes away by itself and is nobody's fault but the other side's.
pub(super) fn server_trouble(code: &str) -> Verdict {
    Verdict::new(code, Fault::Server, Retry::After { wait: RETRY_WAIT })
}

/// Trouble that lasts until a person has seen to it. Meanwhile the account waits and no recipient fails.
pub(super) fn until_a_person(code: &str, fault: Fault) -> Verdict {
    Verdict::new(code, fault, Retry::After { wait: Duration::ZERO }).with_pause(PauseScope::Account, None)
}

/// How far a body has come on its way out.
#[derive(Default)]
struct Progress {
    /// The last byte was handed to the connection.
    has_left: AtomicBool,
    moved: Notify,
    /// Why the body itself could not be read.
    unreadable: Mutex<Option<Verdict>>,
}

impl Progress {
    fn broken(&self, problem: reqwest::Error) -> Broken {
        if let Some(verdict) = self.unreadable.lock().unwrap_or_else(PoisonError::into_inner).take() {
            return Broken::NotTaken(verdict);
        }
        let problem = problem.without_url();
        if problem.is_connect() {
            return Broken::NotTaken(server_trouble("cannot_connect").with_arg("problem", outbound::why(&problem)));
        }
        self.broken_off(server_trouble("connection_lost").with_arg("problem", outbound::why(&problem)))
    }

    fn timed_out(&self) -> Broken {
        self.broken_off(server_trouble("timeout"))
    }

    fn broken_off(&self, verdict: Verdict) -> Broken {
        if self.has_left.load(Ordering::Acquire) { Broken::MaybeTaken(verdict) } else { Broken::NotTaken(verdict) }
    }
}

/// Watches a body leave, and makes sure that it has the length that was announced.
fn counted(
    stream: BoxStream<'static, Result<Bytes, Unreadable>>,
    length: u64,
    progress: Arc<Progress>,
) -> BoxStream<'static, Result<Bytes, Unreadable>> {
    let mut left = length;
    let stream = stream.map(move |piece| {
        let piece = piece.and_then(|bytes| {
            left = left
                .checked_sub(bytes.len() as u64)
                .ok_or_else(|| Unreadable(Box::new(Verdict::permanent("attachment_changed", Fault::Content))))?;
            Ok(bytes)
        });
        match &piece {
            Ok(_) if left == 0 => progress.has_left.store(true, Ordering::Release),
            Ok(_) => {}
            Err(problem) => {
                *progress.unreadable.lock().unwrap_or_else(PoisonError::into_inner) = Some((*problem.0).clone());
            }
        }
        progress.moved.notify_one();
        piece
    });
    stream.boxed()
}

async fn receive(request: reqwest::RequestBuilder) -> reqwest::Result<Reply> {
    let mut response = request.send().await?;
    let status = response.status().as_u16();
    let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
    let mut reply = Reply { status, retry_after: retry_after.map(str::to_owned), body: Vec::new() };
    while reply.body.len() < classify::BODY_BYTES_MAX {
        match response.chunk().await {
            Ok(Some(chunk)) => {
                let room = classify::BODY_BYTES_MAX - reply.body.len();
                reply.body.extend_from_slice(&chunk[..chunk.len().min(room)]);
            }
            Ok(None) => break,
            // A refusal stands as soon as its status is here; a success needs its body.
            Err(_) if status >= 300 => break,
            Err(problem) => return Err(problem),
        }
    }
    Ok(reply)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
