//! Records sent over HTTP while the server is killed: what was acknowledged is there once, whatever else is.

use crate::harness::{Ended, program, say, seeded};
use model::Rng;
use std::{
    collections::BTreeSet,
    env,
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Command, Stdio},
    sync::{
        atomic::{AtomicU64, Ordering},
        mpsc,
    },
    thread,
    time::Duration,
};

const KILLS: u64 = 8;
const SENDERS: u64 = 3;
/// Records of one request, at most: some fill more than a block of the log that is written ahead.
const RECORDS_MAX: u64 = 3_000;
/// Acknowledgements that are waited for before a kill, at most.
const ACKNOWLEDGED_MAX: u64 = 25;

/// How long a sender waits that is told that the store is busy.
const BUSY_WAIT: Duration = Duration::from_millis(100);

fn vigie(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(program());
    command.arg("--data").arg(data).args(args).stdin(Stdio::null());
    command
}

fn read(data: &Path, args: &[&str]) -> String {
    let output = vigie(data, args).output().expect("the program starts");
    assert!(output.status.success(), "vigie {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it prints UTF-8")
}

/// A server, and where it answers.
fn serve(data: &Path) -> (Ended, String) {
    let mut server = Ended::start(vigie(data, &["serve", "--listen", "127.0.0.1:0"]).stderr(Stdio::piped()));
    let said = BufReader::new(server.0.stderr.take().expect("it is piped"));
    let mut said = said.lines().map_while(Result::ok);
    let address = said.find_map(|line| line.strip_prefix("serving http://")?.split(' ').next().map(str::to_owned));
    // What it says further on must not make it wait.
    thread::spawn(move || said.for_each(drop));
    (server, address.expect("it serves"))
}

/// Sends records until nobody takes them any more; tells each range that was acknowledged.
fn send(address: &str, token: &str, rng: &Rng, next: &AtomicU64, acknowledged: &mpsc::Sender<(u64, u64)>) {
    loop {
        let count = 1 + rng.below(RECORDS_MAX);
        let first = next.fetch_add(count, Ordering::Relaxed);
        let body: String = (first..first + count)
            .map(|number| format!("{{\"source\":\"kill\",\"message\":\"record {number} of those that are sent\"}}\n"))
            .collect();
        let exchange = || {
            let mut stream = TcpStream::connect(address)?;
            write!(
                stream,
                "POST /api/v1/logs HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
                 Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            )?;
            let mut answer = String::new();
            stream.read_to_string(&mut answer).map(|_| answer)
        };
        let Ok(answer) = exchange() else { return };
        if !answer.ends_with('}') {
            return;
        }
        // After a start there is much to be written yet.
        if answer.contains(" 429 ") && answer.contains("\"accepted\":0,") {
            thread::sleep(BUSY_WAIT);
            continue;
        }
        assert!(answer.contains(" 200 ") && answer.contains(&format!("\"accepted\":{count},")), "{answer}");
        if acknowledged.send((first, count)).is_err() {
            return;
        }
    }
}

/// The numbers of all records that are there.
fn kept(data: &Path) -> BTreeSet<u64> {
    let text = read(data, &["logs", "export", "source:kill", "--format", "text"]);
    let mut kept = BTreeSet::new();
    for line in text.lines() {
        let number = line.strip_prefix("record ").and_then(|rest| rest.strip_suffix(" of those that are sent"));
        let number = number.and_then(|number| number.parse().ok()).unwrap_or_else(|| panic!("it came back as {line}"));
        assert!(kept.insert(number), "record {number} is there twice");
    }
    kept
}

/// Eight times, or as often as `VIGIE_KILLS` says.
#[test]
fn what_was_acknowledged_is_there_once() {
    let kills = env::var("VIGIE_KILLS").ok().and_then(|kills| kills.parse().ok()).unwrap_or(KILLS);
    let rng = seeded("records sent while the server is killed");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let data = folder.path().join("data");
    let token = read(&data, &["token", "create", "shipper", "--scope", "ingest"]).trim().to_owned();
    let next = AtomicU64::new(0);
    let mut expected = BTreeSet::new();
    for kill in 1..=kills {
        let (mut server, address) = serve(&data);
        let (tell, told) = mpsc::channel();
        thread::scope(|scope| {
            for _ in 0..SENDERS {
                let (tell, rng) = (tell.clone(), Rng::seeded(rng.below(u64::MAX)));
                let (address, token, next) = (&address, &token, &next);
                scope.spawn(move || send(address, token, &rng, next, &tell));
            }
            drop(tell);
            let wanted = 1 + rng.below(ACKNOWLEDGED_MAX);
            let mut take = |(first, count): (u64, u64)| expected.extend(first..first + count);
            told.iter().take(wanted as usize).for_each(&mut take);
            // In the middle of whatever the senders have just sent.
            server.0.kill().expect("it is there");
            told.iter().for_each(&mut take);
        });
        drop(server);
        if kill % 25 == 0 || kill == kills {
            let kept = kept(&data);
            let lost: Vec<&u64> = expected.difference(&kept).take(10).collect();
            assert!(lost.is_empty(), "after {kill} kills, among others: {lost:?}");
            say(&format!("{kill} kills: {} records acknowledged, {} kept", expected.len(), kept.len()));
        }
    }
    assert!(expected.len() as u64 > kills, "something was acknowledged");
}
