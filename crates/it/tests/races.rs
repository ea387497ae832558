//! The same mailing asked for several times at once: whoever comes second is told, nobody is written to twice and nobody is
//! missed. `VIGIE_RACES` says how often it is tried; `cargo xtask soak` tries it a hundred times.

use crate::harness::{PATIENCE, Setting, Stage, address, wait_for};
use serde_json::json;
use std::{
    collections::BTreeMap,
    env, fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
};

/// Recipients of each mailing.
const RECIPIENTS: u64 = 5;
/// Requests at the same time.
const REQUESTS: usize = 6;

fn rounds() -> u64 {
    env::var("VIGIE_RACES").ok().and_then(|count| count.parse().ok()).unwrap_or(8)
}

fn addresses(round: u64) -> impl Iterator<Item = String> {
    (1..=RECIPIENTS).map(move |number| address(round * RECIPIENTS + number))
}

fn list(round: u64) -> String {
    addresses(round).fold("email\n".to_owned(), |list, address| list + address.as_str() + "\n")
}

/// Everybody of all rounds has one message.
fn assert_once(stage: &Stage) {
    stage.sink.settled();
    let wanted: BTreeMap<String, u64> = (0..rounds()).flat_map(addresses).map(|address| (address, 1)).collect();
    let received = stage.sink.received();
    let wrong: Vec<_> = received.iter().filter(|(address, times)| wanted.get(*address) != Some(times)).collect();
    let missed: Vec<_> = wanted.keys().filter(|address| !received.contains_key(*address)).collect();
    assert!(wrong.is_empty() && missed.is_empty(), "more than once: {wrong:?}; never: {missed:?}");
}

/// `vigie send` twice, with the same list and name.
fn commands(stage: &Stage) {
    for round in 0..rounds() {
        let file = stage.folder.path().join("liste.csv");
        fs::write(&file, list(round)).expect("the folder is writable");
        let both = [(); 2].map(|()| stage.send_list(&file, &format!("Course {round}")));
        let codes = both.map(|mut running| running.wait().code());
        let sent = codes.iter().filter(|code| **code == Some(0)).count();
        assert!(sent >= 1, "round {round}: neither was sent: {codes:?}");
    }
    assert_once(stage);
}

/// Six `POST` of one mailing, over HTTP.
fn requests(stage: &Stage) {
    let running = stage.serve();
    let server = wait_for("the server", PATIENCE, || stage.serving());
    let token = stage.read(&["token", "create", "integration", "--scope", "admin"]).trim().to_owned();
    let account = json!({"url": format!("smtp://{}", stage.sink.address())}).to_string();
    let (status, said) = ask(&server, &token, "PUT", "/api/v1/accounts/compta", "application/json", &account);
    assert_eq!(status, 200, "{said}");
    for round in 0..rounds() {
        let body = form(round);
        let answers = thread::scope(|scope| {
            let post = || ask(&server, &token, "POST", "/api/v1/mailings", "multipart/form-data; boundary=x", &body);
            let threads: Vec<_> = (0..REQUESTS).map(|_| scope.spawn(post)).collect();
            threads.into_iter().map(|thread| thread.join().expect("an answer")).collect::<Vec<_>>()
        });
        let count = |wanted: u16| answers.iter().filter(|(status, _)| *status == wanted).count();
        assert_eq!((count(202), count(409)), (1, REQUESTS - 1), "round {round}: {answers:?}");
        let all = (round + 1) * RECIPIENTS;
        wait_for("all to be sent", PATIENCE, || (stage.sink.count() >= all).then_some(()));
    }
    assert_once(stage);
    running.kill();
}

fn form(round: u64) -> String {
    let settings = json!({
        "name": format!("Course {round}"), "from": "Compta <compta@exemple.fr>", "to": "{{ email }}",
        "subject": "Avis", "text": "Bonjour {{ email }}",
    });
    let part = |name: &str, more: &str, value: &str| {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"{more}\r\n\r\n{value}\r\n")
    };
    [
        part("settings", "", &settings.to_string()),
        part("account", "", "compta"),
        part("recipients", "; filename=\"liste.csv\"", &list(round)),
        "--x--\r\n".to_owned(),
    ]
    .concat()
}

/// Status and body of the answer.
fn ask(server: &str, token: &str, method: &str, path: &str, kind: &str, body: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(server).expect("the server answers");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes it");
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.0\r\nHost: {server}\r\nAuthorization: Bearer {token}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all((head + body).as_bytes()).expect("the server listens");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the answer ends");
    let status = answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, answer)
}

fn stage() -> Stage {
    Stage::new(Setting::default())
}

#[test]
fn the_same_command_twice_at_once_sends_once() {
    commands(&stage());
}

#[test]
fn the_same_request_six_times_at_once_sends_once() {
    requests(&stage());
}

#[test]
fn on_postgres_the_same_command_twice_at_once_sends_once() {
    let Some(stage) = Stage::on_postgres(Setting::default()) else { return };
    commands(&stage);
}

#[test]
fn on_postgres_the_same_request_six_times_at_once_sends_once() {
    let Some(stage) = Stage::on_postgres(Setting::default()) else { return };
    requests(&stage);
}
