//! `vigie serve` on a data directory and a port that outlive it, so that it can be killed and started again.

use crate::{harness, until};
use serde_json::{Value, json};
use std::{
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

pub(crate) struct Vigie {
    pub(crate) client: reqwest::Client,
    pub(crate) port: u16,
    /// An API token of scope `write`.
    pub(crate) token: String,
    /// An API token of scope `admin`.
    pub(crate) admin_token: String,
    /// An API token of scope `progress`: what a site's proxy holds.
    pub(crate) progress_token: String,
    folder: TempDir,
    child: Option<Child>,
}

impl Vigie {
    pub(crate) async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().expect("a temporary folder");
        let port = free_port();
        let mut server = Self {
            client: reqwest::Client::new(),
            port,
            token: String::new(),
            admin_token: String::new(),
            progress_token: String::new(),
            folder,
            child: None,
        };
        // Its pages show the logs that a test sends, and no others: it says nothing of itself.
        let settings = server.folder.path().join("vigie.toml");
        std::fs::write(settings, "[log-store]\nown-logs = false\n").expect("the folder is writable");
        server.token = server.new_token("site", "write");
        server.admin_token = server.new_token("house", "admin");
        server.progress_token = server.new_token("proxy", "progress");
        server.again().await;
        server
    }

    fn command(&self) -> Command {
        let mut command = Command::new(harness::program());
        command.current_dir(self.folder.path()).arg("--data").arg(self.data()).stdin(Stdio::null());
        command
    }

    /// What a command prints.
    pub(crate) fn run(&self, args: &[&str]) -> String {
        let output = self.command().args(args).output().expect("the program starts");
        assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("it prints UTF-8")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) fn new_token(&self, name: &str, scope: &str) -> String {
        let output = self.command().args(["token", "create", name, "--scope", scope]).output();
        let output = output.expect("the program starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("a token is text").trim().to_owned()
    }

    /// Starts it where it was.
    pub(crate) async fn again(&mut self) {
        let listen = format!("127.0.0.1:{}", self.port);
        let mut command = self.command();
        command.args(["serve", "--listen", &listen]).stdout(Stdio::null()).stderr(Stdio::null());
        self.child = Some(command.spawn().expect("the program starts"));
        let ready = self.url("/readyz");
        until("the server", async || {
            self.client.get(&ready).send().await.ok().filter(|answer| answer.status().is_success())
        })
        .await;
    }

    /// SIGKILL.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("{}{path}", self.origin())
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Value {
        let request = self.client.post(self.url(path)).bearer_auth(&self.token).json(&body);
        let answer = request.send().await.expect("the server answers");
        let status = answer.status();
        let text = answer.text().await.expect("text");
        assert!(status.is_success(), "{path}: {status} {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    pub(crate) async fn get(&self, path: &str) -> Value {
        let answer = self.client.get(self.url(path)).bearer_auth(&self.token).send().await.expect("it answers");
        answer.json().await.expect("JSON")
    }

    /// A job of somebody else, that this test moves on.
    pub(crate) async fn job(&self, id: &str, total: u64) -> Value {
        self.post("/api/v1/jobs", json!({"id": id, "name": "Factures de janvier", "total": total})).await
    }

    pub(crate) async fn advance(&self, id: &str, step: Value) {
        self.post(&format!("/api/v1/jobs/{id}/advance"), step).await;
    }

    pub(crate) async fn end(&self, id: &str, how: &str) {
        self.post(&format!("/api/v1/jobs/{id}/{how}"), json!({"message": "C'est fini"})).await;
    }

    /// The read-only token of a job, before or after it exists.
    pub(crate) async fn job_token(&self, id: &str) -> String {
        let token = self.get(&format!("/api/v1/jobs/{id}/token")).await;
        token["token"].as_str().expect("a token").to_owned()
    }
}

impl Drop for Vigie {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port of the loopback that nothing listens on.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}

/// An id as a caller chooses it. Each test has a server of its own, so one is enough for each part of a test.
pub(crate) fn id(number: u8) -> String {
    format!("7f3b0c52-1111-4000-8000-0000000000{number:02x}")
}
