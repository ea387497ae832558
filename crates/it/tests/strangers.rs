//! Strangers who hold on to all they can get, and the program that answers everybody else meanwhile.

use crate::harness::{PATIENCE, Setting, Stage, wait_for};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

const UNFINISHED: &str = "POST /login HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/x-www-form-urlencoded\r\n\
                          content-length: 40\r\n\r\nname=";
/// More than the program keeps open.
const SILENT: u64 = 16_500;
/// Files of this process that are no connections.
const OTHER_FILES: u64 = 100;

/// How many connections this process may hold, once that is as many as it is allowed.
fn connections_max() -> u64 {
    let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
    setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }).expect("up to the hard limit");
    maximum.map_or(SILENT, |most| (most - OTHER_FILES).min(SILENT))
}

fn ask(address: &str, request: &str) -> (String, Duration) {
    let begun = Instant::now();
    let mut connection = TcpStream::connect(address).expect("it listens");
    connection.set_read_timeout(Some(PATIENCE)).expect("a socket");
    let request = request.replacen("\r\n", "\r\nhost: localhost\r\nconnection: close\r\n", 1);
    connection.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).expect("it answers");
    (answer, begun.elapsed())
}

#[test]
fn strangers_keep_nobody_out() {
    let stage = Stage::new(Setting { recipients: 1, ..Setting::default() });
    let _running = stage.serve();
    let address = wait_for("the server", PATIENCE, || stage.serving());
    let token = stage.read(&["token", "create", "reader", "--scope", "read"]);
    let jobs = format!("GET /api/v1/jobs HTTP/1.1\r\nauthorization: Bearer {}\r\n\r\n", token.trim());
    let all_are_answered = |meanwhile: &str| {
        for request in ["GET /healthz HTTP/1.1\r\n\r\n", "GET /login HTTP/1.1\r\n\r\n", &jobs] {
            let (answer, took) = ask(&address, request);
            assert!(answer.starts_with("HTTP/1.1 200"), "{meanwhile}: {request}: {answer}");
            assert!(took < Duration::from_secs(5), "{meanwhile}: {request}: {took:?}");
        }
    };
    let most = connections_max();
    let open = |sent: &str| {
        let mut connection = TcpStream::connect(&address).expect("it listens");
        connection.write_all(sent.as_bytes()).expect("a new connection is read");
        connection
    };
    let unfinished: Vec<_> = (0..1_100.min(most)).map(|_| open(UNFINISHED)).collect();
    all_are_answered("1,100 unfinished logins");
    drop(unfinished);
    let silent: Vec<_> = (0..most).map(|_| open("")).collect();
    all_are_answered("silent connections");
    drop(silent);
}
