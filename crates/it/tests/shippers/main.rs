//! What others run, sending to the real program. Logs: rsyslog, and the official clients for Python of OpenTelemetry, Loki and
//! Elasticsearch, with a token that sends and reads nothing; what each has sent is found, all of it, once. Errors and
//! transactions: the SDKs of Sentry. Releases: sentry-cli. An assistant: the official client of the Model Context Protocol.
//!
//! What Debian has not installed, or PyPI, npm and crates.io do not give, skips with one line that says so.

mod assistant;
mod python;
mod rsyslog;
mod sentry;
mod sentry_cli;

#[path = "../guide.rs"]
mod guide;
#[path = "../harness/mod.rs"]
#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
mod harness;

use harness::{Ended, PATIENCE, wait_for};
use std::{
    fs::{self, File},
    net::{TcpListener, UdpSocket},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};
use tempfile::TempDir;

/// Records that each shipper sends.
const RECORDS: usize = 300;

/// `vigie serve`, taking syslog besides.
struct Vigie {
    folder: TempDir,
    http: u16,
    syslog: u16,
    /// An API token of scope `ingest`.
    token: String,
    _serving: Ended,
}

impl Vigie {
    /// On ports that are free: another test may take one before they are listened on, and then others are tried.
    fn start() -> Self {
        (0..5).find_map(|_| Self::on_free_ports()).expect("ports are free")
    }

    fn on_free_ports() -> Option<Self> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (http, syslog) = (free_port(), free_port());
        let config = format!("listen = \"127.0.0.1:{http}\"\n[[collect]]\nsyslog = \"127.0.0.1:{syslog}\"\n");
        fs::write(folder.path().join("vigie.toml"), config).expect("the folder is writable");
        let token = run(program(folder.path()).args(["token", "create", "shipper", "--scope", "ingest"]));
        let said = folder.path().join("said");
        let mut command = program(folder.path());
        command.arg("serve").stdout(Stdio::null()).stderr(File::create(&said).expect("a file"));
        let serving = Ended::start(&mut command);
        let began = |said: &String| said.contains("serving ") || said.contains("help: ");
        let said = wait_for("the server", PATIENCE, || fs::read_to_string(&said).ok().filter(began));
        let token = token.trim().to_owned();
        said.contains("serving ").then_some(Self { folder, http, syslog, token, _serving: serving })
    }

    fn origin(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// The messages of what a query finds.
    fn found(&self, query: &str) -> Vec<String> {
        let text = run(program(self.folder.path()).args(["logs", "search", "--text", "--limit", "10000", "--", query]));
        text.lines().map(str::to_owned).collect()
    }

    /// Waits for all of a shipper's records, which end in their numbers; each came once.
    fn has_all(&self, query: &str) {
        wait_for(query, PATIENCE, || (self.found(query).len() >= RECORDS).then_some(()));
        self.has_only(query);
    }

    fn has_only(&self, query: &str) {
        let found = self.found(query);
        let number = |text: &String| text.trim_end().rsplit(' ').next().and_then(|word| word.parse().ok());
        let mut numbers: Vec<usize> = found.iter().filter_map(number).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (0..RECORDS).collect::<Vec<_>>(), "{query}: {:?}", &found[..found.len().min(3)]);
    }
}

fn program(folder: &Path) -> Command {
    let mut command = Command::new(harness::program());
    command.current_dir(folder).arg("--data").arg(folder.join("data")).stdin(Stdio::null());
    command
}

/// What a program prints, once it has gone well.
fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A port of the loopback that nothing listens on, over TCP or UDP.
fn free_port() -> u16 {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        if UdpSocket::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// `target`, whatever its name.
fn target() -> PathBuf {
    let here = std::env::current_exe().expect("a test has a path");
    here.ancestors().nth(3).expect("target/PROFILE/deps/shippers").to_owned()
}
