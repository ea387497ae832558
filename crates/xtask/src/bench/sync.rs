//! A country of 20,000 objects and a million values into an empty DHIS2 instance, and what comes after that: a run of
//! nothing, a look at nothing, and a few changes. Both instances are stand-ins that answer after 20 ms.

use super::{Bench, Child, Context, Table, http::Http, server::Server};
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(super) const BENCH: Bench = Bench {
    name: "sync",
    what: "Two DHIS2 instances kept equal, both stand-ins that answer after 20 ms: 20,000 objects and 1,000,000 values into an empty target, the run after it, a look at a source that has not changed, and one that has.",
    run: measure,
};

const ENDS_WITHIN: Duration = Duration::from_secs(1_200);
const POLL: Duration = Duration::from_millis(50);
/// Of a request, on either side.
const ANSWERS_AFTER_MS: u64 = 20;

fn measure(context: &Context) -> Result<Table> {
    let folder = context.folder()?;
    let (units, elements) = context.size((2_000, 18_000), (60, 2_000));
    let values = context.size(1_000_000, 10_000);
    let pair = Pair::start(context, folder.path(), (units, elements, values))?;
    let data = folder.path().join("data");
    let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let mut http = server.http();
    let settings = json!({"source": pair.source, "target": pair.target, "values": "yes", "delete": "on", "max_delete_percent": 100,
        "mode": "automatic", "check_every_s": 10, "max_per_hour": 100});
    let new = json!({"settings": settings, "source_secret": pair.token, "target_secret": pair.token});
    http.put("/api/v1/syncs/bench", &new)?;
    let mut table = Table::facts(&["what", "requests", "written", "seconds", "peak memory, MB"]);
    let mut row = |what: &str, told: &Told, server: &mut Server| -> Result<()> {
        let memory = server.child.so_far()?.1 / 1_000_000;
        let (requests, written) = (told.requests.to_string(), told.written.to_string());
        table.fact(&[what, &requests, &written, &format!("{:.1}", told.took.as_secs_f64()), &memory.to_string()]);
        Ok(())
    };
    let first = pair.during(|| run(&mut http))?;
    row("into an empty target", &first, &mut server)?;
    let second = pair.during(|| run(&mut http))?;
    row("again", &second, &mut server)?;
    if second.written != 0 {
        bail!("a second run wrote {}", second.written);
    }
    // What has just been written is not old enough to be told from a change.
    pair.ask("age")?;
    let look = pair.during(|| looked(&mut http))?;
    row("a look: nothing changed", &look, &mut server)?;
    pair.ask("change")?;
    let changed = pair.during(|| looked(&mut http))?;
    row("a look: 200 objects and 5,000 values changed, 20 objects deleted", &changed, &mut server)?;
    if changed.written != 5_220 {
        bail!("5,220 changes were made, and {} written", changed.written);
    }
    let equal = http.post("/api/v1/syncs/bench/reconcile", &json!({}))?;
    if equal["equal"] != true {
        bail!("the sides differ at the end");
    }
    table.note("At the end, both sides are read and compared once more: equal. Peak memory is that of `vigie serve`, from its start.");
    server.stop()?;
    drop(pair);
    let (kills, killed, twice) = killed(context)?;
    let (requests, written) = (killed.requests.to_string(), killed.written.to_string());
    let what = format!("a smaller country, `kill -9` {kills} times on the way");
    table.fact(&[&what, &requests, &written, &format!("{:.1}", killed.took.as_secs_f64()), "–"]);
    table.note(format!("After the kills both sides are equal, too; {twice} objects and values were written twice."));
    Ok(table)
}

/// The server is killed again and again while it fills an empty target; at the end both sides are equal.
fn killed(context: &Context) -> Result<(u32, Told, u64)> {
    let folder = context.folder()?;
    let (kills, (units, elements, values)) = context.size((50, (400, 3_600, 120_000)), (3, (60, 540, 6_000)));
    let pair = Pair::start(context, folder.path(), (units, elements, values))?;
    let data = folder.path().join("data");
    let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let mut http = server.http();
    let settings = json!({"source": pair.source, "target": pair.target, "values": "yes"});
    let new = json!({"settings": settings, "source_secret": pair.token, "target_secret": pair.token});
    http.put("/api/v1/syncs/bench", &new)?;
    http.post("/api/v1/syncs/bench/run", &json!({}))?;
    let mut living = Some(server);
    let told = pair.during(|| {
        for n in 0..kills {
            // Now sooner, now later, the same in every run.
            thread::sleep(Duration::from_millis(50 + u64::from(n * 7_919 % 23) * 40));
            drop(living.take());
            let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
            http = server.http();
            living = Some(server);
        }
        ended(&mut http, |_| true)
    })?;
    let equal = http.post("/api/v1/syncs/bench/reconcile", &json!({}))?;
    if equal["equal"] != true {
        bail!("the sides differ after the server was killed");
    }
    drop(living);
    let objects = units + elements + elements.div_ceil(50);
    let twice = told.written.saturating_sub(objects + values);
    // What was on its way is written again: a message of objects, or a slice of values, for each time.
    if twice > u64::from(kills) * 1_000 {
        bail!("{twice} objects and values were written twice after {kills} kills");
    }
    Ok((kills, told, twice))
}

struct Told {
    requests: u64,
    written: u64,
    took: Duration,
}

/// Begins a run, and waits for its end.
fn run(http: &mut Http) -> Result<()> {
    let begun = http.post("/api/v1/syncs/bench/run", &json!({}))?;
    ended(http, |run| run["id"] == begun["id"])
}

/// Lets it look by itself once, and waits for the run that comes of it.
fn looked(http: &mut Http) -> Result<()> {
    let checked =
        |http: &mut Http| -> Result<Value> { Ok(http.get("/api/v1/syncs/bench")?["state"]["checked_at"].clone()) };
    let before = checked(http)?;
    http.post("/api/v1/syncs/bench/start", &json!({}))?;
    let since = Instant::now();
    while checked(http)? == before {
        if since.elapsed() > Duration::from_secs(60) {
            bail!("the source was not looked at");
        }
        thread::sleep(POLL);
    }
    http.post("/api/v1/syncs/bench/stop", &json!({}))?;
    ended(http, |_| true)
}

fn ended(http: &mut Http, is_it: impl Fn(&Value) -> bool) -> Result<()> {
    let since = Instant::now();
    loop {
        let sync = http.get("/api/v1/syncs/bench")?;
        let last = sync["runs"].as_array().and_then(|runs| runs.iter().find(|run| is_it(run)).cloned());
        if let Some(run) = last.filter(|run| !run["finished_at"].is_null()) {
            if run["phase"] != "succeeded" {
                bail!("the run ended as {}: {}", run["phase"], run["problem"]);
            }
            return Ok(());
        }
        if since.elapsed() > ENDS_WITHIN {
            bail!("the run did not end");
        }
        thread::sleep(POLL);
    }
}

/// Both stand-ins, in a process of their own.
struct Pair {
    _child: Child,
    source: String,
    target: String,
    token: String,
    control: std::path::PathBuf,
}

impl Pair {
    fn start(context: &Context, folder: &Path, (units, elements, values): (u64, u64, u64)) -> Result<Self> {
        let control = folder.join("control");
        fs::create_dir(&control)?;
        let program = context.example("testkit", "dhis2_pair")?;
        let mut command = Command::new(program);
        command.args([units, elements, values, ANSWERS_AFTER_MS].map(|number| number.to_string()));
        command.arg(&control).stdout(Stdio::null());
        let child = Child::spawn(&mut command)?;
        let place = control.join("ready.json");
        let since = Instant::now();
        let told: Value = loop {
            if let Some(told) = fs::read(&place).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                break told;
            }
            if since.elapsed() > Duration::from_secs(120) {
                bail!("the stand-ins did not start");
            }
            thread::sleep(POLL);
        };
        let text = |name: &str| told[name].as_str().map(str::to_owned).context("ready.json");
        Ok(Self { _child: child, source: text("source")?, target: text("target")?, token: text("token")?, control })
    }

    /// Has the stand-ins do something, and waits until it is done.
    fn ask(&self, what: &str) -> Result<Value> {
        let (asked, done) = (self.control.join(what), self.control.join(format!("{what}.json")));
        let _ = fs::remove_file(&done);
        fs::write(&asked, "")?;
        let since = Instant::now();
        loop {
            if let Some(told) = fs::read(&done).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()) {
                return Ok(told);
            }
            if since.elapsed() > Duration::from_secs(60) {
                bail!("the stand-ins did not {what}");
            }
            thread::sleep(POLL);
        }
    }

    /// What both were asked meanwhile.
    fn during(&self, act: impl FnOnce() -> Result<()>) -> Result<Told> {
        let number = |told: &Value, name: &str| told[name].as_u64().unwrap_or_default();
        let before = self.ask("count")?;
        let began = Instant::now();
        act()?;
        let took = began.elapsed();
        let after = self.ask("count")?;
        let grown = |name: &str| number(&after, name) - number(&before, name);
        Ok(Told { requests: grown("requests"), written: grown("written"), took })
    }
}
