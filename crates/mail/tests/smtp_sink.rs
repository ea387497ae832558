//! The same dialogue with a server that is not ours: `smtp-sink` of Postfix.

#![expect(clippy::unwrap_used, reason = "a test may end where it is wrong")]
#![expect(clippy::print_stdout, reason = "a test that is skipped says so")]

mod support;

use mail::{
    delivery::Delivery,
    smtp::{Account, Connection},
};
use std::{
    os::unix::fs::MetadataExt as _,
    process::{Child, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use support::{brief, letter};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    net::TcpStream,
};

const SINK: &str = "/usr/sbin/smtp-sink";
static STARTED: AtomicU64 = AtomicU64::new(0);

struct Sink {
    child: Child,
    port: u16,
}

impl Sink {
    /// `None`, with a printed line, where it is not installed.
    async fn start(flags: &[&str]) -> Option<Self> {
        if !std::path::Path::new(SINK).exists() {
            println!("skipped: {SINK} is not installed (Debian: apt install postfix)");
            return None;
        }
        // Between finding a port free and smtp-sink taking it, another may come first. The name in the greeting tells
        // whose it is.
        for _ in 0..5 {
            let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let name = format!("sink-{}-{}", std::process::id(), STARTED.fetch_add(1, Ordering::Relaxed));
            let mut command = Command::new(SINK);
            if std::fs::metadata("/proc/self").unwrap().uid() == 0 {
                command.args(["-u", "nobody"]);
            }
            command.args(["-h", &name]).args(flags).args([&format!("127.0.0.1:{port}"), "100"]);
            let mut sink = Self { child: command.stderr(Stdio::null()).spawn().unwrap(), port };
            for _ in 0..500 {
                if sink.child.try_wait().unwrap().is_some() {
                    break;
                }
                if greeting(port).await.is_some_and(|greeting| greeting.contains(&name)) {
                    return Some(sink);
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        panic!("{SINK} does not start");
    }

    fn connection(&self) -> Connection {
        let account = Account::from_url(&format!("smtp://127.0.0.1:{}", self.port), None).unwrap();
        Connection::new(Arc::new(account), None)
    }
}

async fn greeting(port: u16) -> Option<String> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).await.ok()?;
    Some(line)
}

impl Drop for Sink {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn many_letters_on_one_connection() {
    for flags in [&[][..], &["-a"], &["-8"], &["-p"], &["-e"]] {
        let Some(sink) = Sink::start(flags).await else { return };
        let mut connection = sink.connection();
        for _ in 0..20 {
            let delivery = connection.deliver(&letter(&["a@exemple.fr", "b@exemple.fr"])).await;
            assert!(matches!(delivery, Delivery::Accepted { .. }), "{flags:?}: {delivery:?}");
        }
        connection.close(Duration::from_secs(1)).await;
    }
}

/// Each fault of `smtp-sink`, the delivery it makes of the first letter, and that of the second.
#[tokio::test]
async fn faults() {
    for (flags, expected) in [
        (["-f", "MAIL"], "not sent: server_refused (Server, 900 s)"),
        (["-f", "RCPT"], "not sent: recipient_refused (Recipient, Never); a@exemple.fr: recipient_refused"),
        (["-f", "DATA"], "not sent: content_refused (Content, Never)"),
        (["-f", "."], "not sent: content_refused (Content, Never)"),
        (["-r", "MAIL"], "not sent: temporary (Server, 300 s)"),
        (["-r", "RCPT"], "not sent: temporary (Server, 300 s); a@exemple.fr: temporary"),
        (["-r", "DATA"], "not sent: temporary (Server, 300 s)"),
        (["-r", "."], "not sent: temporary (Server, 300 s)"),
        (["-Q", "MAIL"], "not sent: server_busy (Server, 30 s)"),
        (["-Q", "RCPT"], "not sent: server_busy (Server, 30 s)"),
        (["-Q", "DATA"], "not sent: server_busy (Server, 30 s)"),
        (["-Q", "."], "not sent: server_busy (Server, 30 s)"),
        (["-q", "EHLO"], "not sent: connection_lost (Server, 10 s)"),
        (["-q", "MAIL"], "not sent: connection_lost (Server, 10 s)"),
        (["-q", "RCPT"], "not sent: connection_lost (Server, 10 s)"),
        (["-q", "DATA"], "not sent: connection_lost (Server, 10 s)"),
        (["-q", "."], "unknown: outcome_unknown"),
    ] {
        let Some(sink) = Sink::start(&flags).await else { return };
        let mut connection = sink.connection();
        for _ in 0..2 {
            assert_eq!(brief(&connection.deliver(&letter(&["a@exemple.fr"])).await), expected, "{flags:?}");
        }
    }
}

#[tokio::test]
async fn a_slow_answer_to_the_final_dot_is_awaited() {
    let Some(sink) = Sink::start(&["-w", "1"]).await else { return };
    let mut connection = sink.connection();
    let delivery = connection.deliver(&letter(&["a@exemple.fr"])).await;
    assert!(matches!(delivery, Delivery::Accepted { .. }), "{delivery:?}");
}
