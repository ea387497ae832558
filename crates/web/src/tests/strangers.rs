//! What strangers can hold up: connections on which nothing comes, requests that are never finished, streams, logins.

use crate::{
    Limits, Origin, serve,
    testing::{Site, send},
};
use axum::{Router, http::StatusCode, routing::get, serve::Listener};
use std::{
    io,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use store::{Role, Scope};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream},
    sync::mpsc,
    task::JoinHandle,
};

/// Connections that no socket is needed for.
struct Pipes(mpsc::UnboundedReceiver<(DuplexStream, SocketAddr)>);

impl Listener for Pipes {
    type Io = DuplexStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        match self.0.recv().await {
            Some(connection) => connection,
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }
}

struct Server {
    connect: mpsc::UnboundedSender<(DuplexStream, SocketAddr)>,
    task: JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Server {
    fn run(router: Router, limits: Limits) -> Self {
        let (connect, connections) = mpsc::unbounded_channel();
        let task = tokio::spawn(serve(Pipes(connections), router, limits, std::future::pending()));
        Self { connect, task }
    }

    /// From the address 198.51.100.`from`.
    fn open(&self, from: u8) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(64 << 10);
        let origin = SocketAddr::from(([198, 51, 100, from], 1));
        assert_eq!(Origin::address(&origin), Some(IpAddr::from([198, 51, 100, from])));
        self.connect.send((theirs, origin)).unwrap();
        ours
    }

    async fn open_with(&self, from: u8, sent: &str) -> DuplexStream {
        let mut connection = self.open(from);
        connection.write_all(sent.as_bytes()).await.unwrap();
        connection
    }

    /// The answer to one request, its body included.
    async fn ask(&self, from: u8, request: &str) -> String {
        let request = request.replacen("\r\n", "\r\nhost: localhost\r\nconnection: close\r\n", 1);
        rest(self.open_with(from, &request).await).await
    }
}

async fn rest(mut connection: DuplexStream) -> String {
    let mut text = String::new();
    let _ = connection.read_to_string(&mut text).await;
    text
}

fn alive() -> Router {
    Router::new().route("/", get(async || "alive"))
}

const UNFINISHED: &str = "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                          content-length: 40\r\n\r\nname=";

/// It would be read for ever otherwise.
#[tokio::test]
async fn a_connection_on_which_nothing_comes_is_closed() {
    let short = Duration::from_millis(20);
    let server = Server::run(alive(), Limits { header_timeout: short, ..Limits::default() });
    for sent in ["", "GET / HTTP/1.1\r\nhost: a\r\n", "PRI * HTTP/2", "GET / HTTP/1.1\r\nhost: a\r\n\r\n"] {
        let answer = rest(server.open_with(1, sent).await).await;
        assert_eq!(answer.ends_with("alive"), sent.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn silence_keeps_nobody_out() {
    let limits = Limits { connections_max: 50, connections_each_max: 40, ..Limits::default() };
    let server = Server::run(alive(), limits);
    let silent: Vec<_> = (0..200).map(|n| server.open(n)).collect();
    assert!(server.ask(201, "GET / HTTP/1.1\r\n\r\n").await.ends_with("alive"));
    let one: Vec<_> = (0..200).map(|_| server.open(1)).collect();
    assert!(server.ask(201, "GET / HTTP/1.1\r\n\r\n").await.ends_with("alive"));
    assert!(server.ask(1, "GET / HTTP/1.1\r\n\r\n").await.ends_with("alive"), "the same address too");
    drop((silent, one));
}

#[tokio::test]
async fn requests_that_are_never_finished_keep_nobody_out() {
    let site = Site::new().await;
    let server = Server::run(site.router.clone(), Limits::default());
    let mut unfinished = Vec::new();
    for _ in 0..1_100 {
        unfinished.push(server.open_with(1, UNFINISHED).await);
    }
    let token = site.token(Scope::Read).await;
    let jobs = format!("GET /api/v1/jobs HTTP/1.1\r\nauthorization: Bearer {token}\r\n\r\n");
    let login = "POST /login HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 28\r\n\r\n\
                 name=ana&password=never-know";
    for (from, request, status) in [
        (2, "GET /healthz HTTP/1.1\r\n\r\n", "200"),
        (1, "GET /healthz HTTP/1.1\r\n\r\n", "200"),
        (1, "GET /readyz HTTP/1.1\r\n\r\n", "200"),
        (1, "GET /login HTTP/1.1\r\n\r\n", "200"),
        (1, login, "401"),
        (1, &jobs, "200"),
    ] {
        let answer = server.ask(from, request).await;
        assert_eq!(answer.split(' ').nth(1), Some(status), "{request}: {answer}");
    }
}

#[tokio::test]
async fn a_form_that_does_not_come_is_told() {
    let limits = Limits { stranger_body_timeout: Duration::from_millis(20), ..Limits::default() };
    let site = Site::with(limits).await;
    let server = Server::run(site.router.clone(), limits);
    let mut answer = [0; 12];
    server.open_with(1, UNFINISHED).await.read_exact(&mut answer).await.unwrap();
    assert_eq!(answer, *b"HTTP/1.1 408");
    let long = format!("POST /login HTTP/1.1\r\ncontent-length: 20000\r\n\r\n{}", "a".repeat(20_000));
    assert!(server.ask(1, &long).await.starts_with("HTTP/1.1 413"));
}

#[tokio::test]
async fn no_token_of_a_job_takes_all_streams() {
    let limits = Limits { streams_max: 8, tails_max: 4, ..Limits::default() };
    let site = Site::with(limits).await;
    let server = Server::run(site.router.clone(), limits);
    let id = model::JobId(uuid::Uuid::from_u128(1));
    let path = format!("/api/v1/jobs/{id}/events");
    let shown = format!("GET {path}?token={} HTTP/1.1\r\nhost: localhost\r\n\r\n", site.app.vault.job_token(id));
    let read = site.token(Scope::Read).await;
    let with = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {read}\r\n\r\n");
    let status = async |request: &str| {
        let mut connection = server.open_with(1, request).await;
        let mut head = [0; 12];
        connection.read_exact(&mut head).await.unwrap();
        (String::from_utf8_lossy(&head[9..]).into_owned(), connection)
    };
    let mut open = Vec::new();
    let mut statuses = Vec::new();
    for _ in 0..6 {
        let (said, connection) = status(&shown).await;
        statuses.push(said);
        open.push(connection);
    }
    assert_eq!(statuses, ["200", "200", "200", "200", "429", "429"]);
    assert_eq!(status(&with(&path)).await.0, "200", "there is room for others");
    let (tail, _open) = status(&with("/api/v1/logs/tail?q=")).await;
    assert_eq!((tail, status(&with("/api/v1/logs/tail?q=")).await.0), ("200".into(), "429".into()));
}

#[tokio::test]
async fn a_stranger_locks_nobody_out() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    let kept = vault::hash_password(&"a long password".into(), &site.app.rng);
    let user = site.app.db.user_named("ana").await.unwrap().unwrap();
    site.app.db.set_password(user.id, kept).await.unwrap();
    drop(ana);
    let form = |password: &str| format!("name=ana&password={}", password.replace(' ', "+"));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    let entered = async |cookie: &str, password: &str| {
        let headers = [kind, ("host", "localhost"), ("cookie", cookie)];
        send(&site.router, "POST", "/login", &headers, form(password)).await
    };
    let first = entered("", "a long password").await;
    assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
    let cookies: Vec<_> = first.headers.get_all("set-cookie").iter().filter_map(|value| value.to_str().ok()).collect();
    let browser = cookies.iter().find(|cookie| cookie.starts_with("vigie_browser=")).unwrap();
    let browser = browser.split(';').next().unwrap();
    for _ in 0..8 {
        entered("", "guessed").await;
    }
    assert_eq!(entered("", "a long password").await.status, StatusCode::TOO_MANY_REQUESTS, "where the stranger is");
    assert_eq!(entered(browser, "a long password").await.status, StatusCode::SEE_OTHER, "where she was before");
    assert_eq!(entered("vigie_browser=AAAA", "a long password").await.status, StatusCode::TOO_MANY_REQUESTS);
}

/// Who has logged in with a browser before does so again, whatever strangers hold.
#[tokio::test]
async fn a_browser_that_is_known_has_a_place_of_its_own() {
    let site = Site::with(Limits { strangers_max: 0, ..Limits::default() }).await;
    let login = async |mark: &str| {
        let cookie = format!("vigie_browser={mark}");
        let headers = [("content-type", "application/x-www-form-urlencoded"), ("cookie", &cookie)];
        send(&site.router, "POST", "/login", &headers, "name=ana&password=never-know").await.status
    };
    assert_eq!(login("AAAA").await, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(login(&site.app.vault.browser_mark("bob")).await, StatusCode::UNAUTHORIZED, "the password is wrong");
}

#[tokio::test]
async fn what_a_token_holder_sends_arrives_however_many_are_silent() {
    let limits = Limits { connections_max: 5, connections_each_max: 4, ..Limits::default() };
    let site = Site::with(limits).await;
    let server = Server::run(site.router.clone(), limits);
    let token = site.token(Scope::Ingest).await;
    let line = "{\"message\":\"it arrives\"}";
    let head = format!(
        "POST /api/v1/logs HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\nconnection: close\r\nexpect: 100-continue\r\ncontent-length: {}\r\n\r\n",
        line.len()
    );
    let mut upload = server.open_with(1, &head).await;
    let mut proceed = [0; 25];
    upload.read_exact(&mut proceed).await.unwrap();
    assert!(proceed.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&proceed));
    let silent: Vec<_> = (0..50).map(|n| server.open(n)).collect();
    assert_eq!(server.ask(200, "GET /healthz HTTP/1.1\r\n\r\n").await.split(' ').nth(1), Some("200"));
    upload.write_all(line.as_bytes()).await.unwrap();
    let answer = rest(upload).await;
    assert!(answer.starts_with("HTTP/1.1 2"), "{answer}");
    drop(silent);
}

/// The token of a job that is over is anybody's to have: it keeps no connection from making room.
#[tokio::test]
async fn who_has_followed_a_job_to_its_end_makes_room() {
    let limits = Limits { connections_max: 2, connections_each_max: 2, ..Limits::default() };
    let site = Site::with(limits).await;
    let id = model::JobId(uuid::Uuid::from_u128(1));
    site.preparing(id, "over").await;
    site.app.db.cancel_job(id, store::Reason::new("by_hand", ""), site.app.clock.now()).await.unwrap();
    let server = Server::run(site.router.clone(), limits);
    let token = site.app.vault.job_token(id);
    let follow = format!("GET /api/v1/jobs/{id}/events?token={token} HTTP/1.1\r\nhost: localhost\r\n\r\n");
    let mut kept = Vec::new();
    for n in 0..2 {
        let mut connection = server.open_with(n, &follow).await;
        let mut seen = Vec::new();
        while !seen.ends_with(b"0\r\n\r\n") {
            assert!(connection.read_buf(&mut seen).await.unwrap() > 0, "{}", String::from_utf8_lossy(&seen));
        }
        kept.push(connection);
    }
    assert!(server.ask(9, "GET /healthz HTTP/1.1\r\n\r\n").await.starts_with("HTTP/1.1 200"));
}
