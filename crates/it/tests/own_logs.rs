//! Vigie's own story in its log store: what a job did is a search by its id, each line once whatever is killed; what was
//! traced is searched beside it; and none of it where that is switched off.

use crate::harness::{PATIENCE, Running, Setting, Stage, wait_for};
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{Read as _, Write as _},
    net::TcpStream,
    path::{Path, PathBuf},
};

/// What a job has said that a process did not bring to the store.
const LEFT: &str = "01944f00-0000-7000-8000-00000000000a";
const LEFT_LINES: &str = r#"{"at":"2025-01-10T13:32:15.000000Z","level":"info","event":"started","message":"Début de l'envoi","fields":{"total":2}}
{"at":"2025-01-10T13:32:16.500000Z","level":"error","event":"item","message":"Erreur email 1/2","fields":{"item":1}}
{"at":"2025-01-10T13:32:17.000000Z","level":"info","event":"ended","message":"Fin"}
"#;

/// A stage whose server is asked over HTTP.
struct Site {
    stage: Stage,
    token: String,
    starts: usize,
}

impl Site {
    fn new(setting: Setting, settings: &str) -> Self {
        let mut stage = Stage::new(setting);
        let file = stage.folder.path().join("vigie.toml");
        fs::write(&file, settings).expect("the folder is writable");
        stage.environment.push(("VIGIE_CONFIG".to_owned(), file.display().to_string()));
        Self { stage, token: String::new(), starts: 0 }
    }

    /// `vigie serve`, once it answers.
    fn serve(&mut self) -> Running {
        let running = self.stage.resume();
        self.starts += 1;
        wait_for("the server", PATIENCE, || self.addresses().nth(self.starts - 1));
        if self.token.is_empty() {
            let token = self.stage.read(&["token", "create", "reader", "--scope", "read"]);
            self.token = token.trim().to_owned();
        }
        running
    }

    /// Where each start has answered.
    fn addresses(&self) -> impl Iterator<Item = String> {
        let said = fs::read_to_string(self.stage.folder.path().join("said")).unwrap_or_default();
        let addresses: Vec<String> = said
            .split("serving http://")
            .skip(1)
            .filter_map(|rest| rest.split_once(' ').map(|(address, _)| address.to_owned()))
            .collect();
        addresses.into_iter()
    }

    fn get(&self, path: &str) -> Value {
        let address = self.addresses().last().expect("it was started");
        let mut stream = TcpStream::connect(&address).expect("the server answers");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes it");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\r\n", self.token)
            .expect("the server listens");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("the answer ends");
        let (head, body) = answer.split_once("\r\n\r\n").expect("an answer has a head");
        assert!(head.contains(" 200 "), "{path}: {answer}");
        serde_json::from_str(body).expect("it is JSON")
    }

    /// Records in the order of their time.
    fn search(&self, query: &str) -> Vec<Value> {
        let query = query.replace(' ', "%20");
        let answer = self.get(&format!("/api/v1/logs/search?order=oldest&limit=5000&q={query}"));
        answer["rows"].as_array().expect("there are rows").clone()
    }

    /// The same, once there are as many.
    fn found(&self, query: &str, count: usize) -> Vec<Value> {
        wait_for(query, PATIENCE, || {
            let rows = self.search(query);
            (rows.len() >= count).then_some(rows)
        })
    }

    /// Every line of a job's run log, as the API gives it.
    fn log(&self, job: &str) -> Vec<Value> {
        let mut lines = Vec::new();
        let mut after = 0;
        loop {
            let page = self.get(&format!("/api/v1/jobs/{job}/log?limit=100&after={after}"));
            let rows = page["rows"].as_array().expect("there are rows");
            if rows.is_empty() {
                return lines;
            }
            lines.extend(rows.iter().cloned());
            after = page["next"].as_u64().expect("it says where to go on");
        }
    }

    fn outbox(&self) -> PathBuf {
        self.stage.data.join("outbox")
    }

    /// Every line that was traced for the store.
    fn traced(&self) -> Vec<Value> {
        let folder = self.stage.data.join("telemetry/own");
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).expect("it is there").map(|entry| entry.expect("it is readable").path()).collect();
        files.sort();
        let text: String = files.iter().map(|file| fs::read_to_string(file).expect("it is text")).collect();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }
}

/// When, and what: by which lines of the log and records of the store are the same.
fn told(lines: &[Value], time: &str) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("it is text").to_owned();
    let mut told: Vec<_> = lines.iter().map(|line| (text(&line[time]), text(&line["message"]))).collect();
    told.sort();
    told
}

#[test]
fn a_job_is_a_search_by_its_id_and_no_line_is_missing_or_twice_however_often_it_is_killed() {
    let setting = Setting { recipients: 260, rate: Some("130/s"), ..Setting::default() };
    let mut site = Site::new(setting, "");
    let running = site.stage.send();
    wait_for("the first messages", PATIENCE, || (site.stage.sink.count() > 20).then_some(()));
    running.kill();
    for reached in [60, 110, 170] {
        let running = site.serve();
        wait_for("more messages", PATIENCE, || (site.stage.sink.count() > reached).then_some(()));
        running.kill();
    }
    let mut running = site.serve();
    let job = site.stage.finished(&mut running).id.to_string();

    let log = site.log(&job);
    assert!(log.len() > 260, "{}", log.len());
    let rows = site.found(&format!("job:{job} source:run"), log.len());
    assert_eq!(told(&rows, "time"), told(&log, "at"));
    assert!(rows.iter().all(|row| row["fields"]["app"] == "vigie" && row["fields"]["job_id"] == *job));

    // What was traced, each line once too; the lines of the run log are not among them.
    let rows = wait_for("what was traced", PATIENCE, || {
        let rows = site.search("source:vigie app:vigie");
        (rows.len() >= site.traced().len()).then_some(rows)
    });
    assert_eq!(told(&rows, "time"), told(&site.traced(), "at"));
    assert!(rows.iter().filter(|row| row["message"] == "answering HTTP").count() >= site.starts - 1);
    running.kill();
}

#[test]
fn what_killed_processes_could_not_bring_to_the_store_arrives_once() {
    let setting = Setting { recipients: 260, rate: Some("130/s"), ..Setting::default() };
    let mut site = Site::new(setting, "");
    let away = hold(&site.stage.data.join("telemetry"));
    let running = site.stage.send();
    wait_for("the first messages", PATIENCE, || (site.stage.sink.count() > 60).then_some(()));
    running.kill();
    let running = site.serve();
    wait_for("more messages", PATIENCE, || (site.stage.sink.count() > 150).then_some(()));
    let job = site.stage.job().expect("there is a job").id.to_string();
    let waiting = told(&site.log(&job), "at");
    assert!(waiting.len() > 120, "lines are read where they wait: {}", waiting.len());
    running.kill();
    drop(away);
    let mut running = site.serve();
    site.stage.finished(&mut running);

    let log = told(&site.log(&job), "at");
    assert!(log.len() > 260, "{}", log.len());
    let mut once = log.clone();
    once.dedup();
    assert_eq!(once, log);
    assert!(waiting.iter().all(|line| log.binary_search(line).is_ok()), "what was said before the kill is there");
    assert_eq!(told(&site.found(&format!("job:{job} source:run"), log.len()), "time"), log);
    wait_for("the outbox to be empty", PATIENCE, || {
        fs::read_dir(site.outbox()).expect("it is there").next().is_none().then_some(())
    });
}

/// Has the store, as another process would.
fn hold(folder: &Path) -> File {
    fs::create_dir_all(folder).expect("the folder is writable");
    let file = File::create(folder.join("lock")).expect("the folder is writable");
    file.lock().expect("nobody else has it");
    file
}

#[test]
fn keeping_what_it_traces_comes_to_rest_even_where_it_traces_everything() {
    let everything =
        "[logs]\nlevel = \"trace\"\ndefaults = false\nfiles = [{ path = \"all.log\", level = \"trace\" }]\n";
    let mut site = Site::new(Setting::default(), everything);
    let _running = site.serve();
    site.found("source:vigie answering", 1);
    let before = site.traced().len();
    fs::create_dir_all(site.outbox()).expect("the folder is writable");
    for (number, line) in LEFT_LINES.lines().enumerate() {
        // As a process leaves it that ended before it had brought it to the store.
        let rest = line.strip_prefix('{').expect("it is an object");
        let part = site.outbox().join("left.part");
        fs::write(&part, format!("{{\"job\":\"{LEFT}\",{rest}\n")).expect("the folder is writable");
        fs::rename(&part, site.outbox().join(format!("{number}.jsonl"))).expect("the folder is writable");
        // Each is a batch of its own, which is acknowledged.
        site.found(&format!("job:{LEFT}"), number + 1);
    }
    assert_eq!(site.traced().len(), before, "three batches were kept, and nothing was said of it: {:?}", site.traced());
    assert_eq!(site.search("source:vigie").len(), before);
}

#[test]
fn switched_off_nothing_is_kept_and_no_store_is_made() {
    let setting = Setting { recipients: 5, ..Setting::default() };
    let mut site = Site::new(setting, "[log-store]\nown-logs = false\n");
    let mut sending = site.stage.send();
    assert!(sending.wait().success(), "{}", sending.said());
    let running = site.serve();
    let job = site.stage.job().expect("there is a job").id.to_string();
    assert!(!site.log(&job).is_empty());
    let (ended, _) = running.terminate();
    assert!(ended.success());
    assert!(!site.stage.data.join("telemetry").exists());
}
