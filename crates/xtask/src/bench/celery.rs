//! A thousand events of tasks a second, and lists over the history that they leave.

use super::{Bench, Child, Context, Samples, Table, http::Http, server::Server};
use crate::run::{self, TempDir, say};
use anyhow::{Context as _, Result, bail};
use serde_json::json;
use std::{
    fmt::Write as _,
    fs,
    io::{Read as _, Write as _},
    net::{Ipv4Addr, TcpStream},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

pub(crate) const BENCH: Bench = Bench {
    name: "celery",
    what: "Events of Celery's tasks (sent, received, started, succeeded), as a cluster publishes them on Redis, into `vigie serve` (SQLite, \
           `synchronous=FULL`): 1,000 events/s for 10 min, to take less than 25 % of a core and 100 MB, and to lose none; then a history of \
           `VIGIE_BENCH_TASKS` tasks (1,000,000 unless said otherwise), of which any list is to take less than 200 ms.",
    run: celery,
};

const EVENTS_PER_SECOND: u32 = 1_000;
const TICK: Duration = Duration::from_millis(20);
/// Of the history, written as fast as it is taken.
const TASKS_PER_MESSAGE: u32 = 250;
const AHEAD_MAX: u64 = 10_000;
const SETTLES_WITHIN: Duration = Duration::from_secs(120);
const HISTORY: &str = "VIGIE_BENCH_TASKS";

fn celery(context: &Context) -> Result<Table> {
    let mut bed = Bed::start(context)?;
    let mut table = Table::new(&["what", "unit"]);
    bed.steady(context.size(600, 5), &mut table)?;
    let tasks = match std::env::var(HISTORY) {
        Ok(tasks) => tasks.parse().with_context(|| format!("{HISTORY}: a number"))?,
        Err(_) => context.size(1_000_000, 2_000),
    };
    bed.history(tasks, context.size(20, 3), &mut table)?;
    bed.server.stop()?;
    Ok(table)
}

struct Bed {
    _folder: TempDir,
    _redis: Child,
    publisher: Publisher,
    server: Server,
    /// Events of tasks that were published.
    published: u64,
    next_task: u64,
}

impl Bed {
    fn start(context: &Context) -> Result<Self> {
        let redis =
            run::find_program("redis-server").context("redis-server is missing: Debian's package redis-server")?;
        let (folder, port) = (context.folder()?, context.port()?);
        let mut command = Command::new(redis);
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"]);
        let redis = Child::spawn(command.arg(folder.path()).stdout(Stdio::null()))?;
        context.wait_for_port(port, Duration::from_secs(10))?;
        fs::write(
            folder.path().join("vigie.toml"),
            format!("[celery.bench]\nbroker = \"redis://127.0.0.1:{port}/0\"\n"),
        )?;
        let data = folder.path().join("data");
        let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "read")?;
        let publisher = Publisher::open(port)?;
        let bed = Self { _folder: folder, _redis: redis, publisher, server, published: 0, next_task: 0 };
        wait(Duration::from_secs(30), || {
            Ok(bed.server.http().get("/api/v1/celery/brokers")?["rows"][0]["reach"] == "connected")
        })?;
        Ok(bed)
    }

    /// Events as they come from workers, for so many seconds.
    fn steady(&mut self, seconds: u32, table: &mut Table) -> Result<()> {
        let per_tick = EVENTS_PER_SECOND / 1_000 * u32::try_from(TICK.as_millis())?;
        let (cpu_before, _) = self.server.child.so_far()?;
        let (start, mut rss) = (Instant::now(), 0);
        let ticks = seconds * 1_000 / u32::try_from(TICK.as_millis())?;
        for tick in 0..ticks {
            if tick % 100 == 0 {
                self.publisher.heartbeat()?;
                rss = rss.max(self.server.child.rss_bytes());
            }
            // Each tick has the four events of so many tasks, which is how workers send them: several in one message.
            let tasks = per_tick / 4;
            self.publisher.tasks(self.next_task, tasks, &KINDS)?;
            self.next_task += u64::from(tasks);
            self.published += u64::from(tasks) * 4;
            thread::sleep((TICK * (tick + 1)).saturating_sub(start.elapsed()));
        }
        let wall = start.elapsed();
        self.settle()?;
        let (cpu_after, _) = self.server.child.so_far()?;
        let cores = cpu_after.saturating_sub(cpu_before).as_secs_f64() / wall.as_secs_f64();
        let rate = self.published as f64 / wall.as_secs_f64();
        table.ratio(
            &["events published", "/s"],
            &Samples::from([rate]),
            "asked for",
            &Samples::from([f64::from(EVENTS_PER_SECOND)]),
        );
        table.value(&["events lost", "of all"], &Samples::from([self.lost()? as f64]));
        table.ratio(
            &["CPU of `vigie serve`", "% of a core"],
            &Samples::from([cores * 100.0]),
            "budget",
            &Samples::from([25.0]),
        );
        table.ratio(
            &["resident memory, at most", "MB"],
            &Samples::from([rss as f64 / 1e6]),
            "budget",
            &Samples::from([100.0]),
        );
        Ok(())
    }

    /// Tasks that have ended, as fast as they are taken; then lists.
    fn history(&mut self, tasks: u64, rounds: u32, table: &mut Table) -> Result<()> {
        let (start, first) = (Instant::now(), self.next_task);
        while self.next_task < tasks {
            for _ in 0..8 {
                self.publisher.tasks(self.next_task, TASKS_PER_MESSAGE, &KINDS[3..])?;
                self.next_task += u64::from(TASKS_PER_MESSAGE);
                self.published += u64::from(TASKS_PER_MESSAGE);
            }
            self.publisher.heartbeat()?;
            wait(SETTLES_WITHIN, || Ok(self.counted()? + AHEAD_MAX >= self.published))?;
            if self.next_task % 500_000 < u64::from(TASKS_PER_MESSAGE) * 8 {
                say(&format!("{} tasks after {} s", self.next_task, start.elapsed().as_secs()));
            }
        }
        self.settle()?;
        let rate = (self.next_task - first) as f64 / start.elapsed().as_secs_f64();
        table.value(&["history, written", "tasks/s"], &Samples::from([rate]));
        let known = self.next_task;
        for (what, path) in LISTS {
            let mut times = Samples::default();
            for _ in 0..rounds {
                let began = Instant::now();
                self.server.http().plain(path)?;
                times.push(began.elapsed().as_secs_f64() * 1e3);
            }
            table.ratio(&[&format!("{known} tasks: {what}"), "ms"], &times, "budget", &Samples::from([200.0]));
        }
        table.value(&["events lost, at the end", "of all"], &Samples::from([self.lost()? as f64]));
        Ok(())
    }

    /// Waits until everything that was published is written.
    fn settle(&self) -> Result<()> {
        // What was lost never comes: it is told then.
        let _ = wait(SETTLES_WITHIN / 4, || Ok(self.counted()? >= self.published));
        Ok(())
    }

    fn lost(&self) -> Result<u64> {
        Ok(self.published.saturating_sub(self.counted()?))
    }

    /// Events of tasks that are in the store: they are counted in the transaction that keeps the tasks.
    fn counted(&self) -> Result<u64> {
        let text = Http::new(self.server.place.clone()).plain("/metrics")?;
        let rows = text.lines().filter(|line| line.starts_with("flower_events_total{"));
        let counts = rows.filter_map(|line| line.rsplit(' ').next()?.parse::<u64>().ok());
        Ok(counts.sum())
    }
}

/// What people and programs look at.
const LISTS: [(&str, &str); 9] = [
    ("the page", "/celery/tasks"),
    ("failed", "/api/v1/celery/tasks?state=FAILURE&limit=50"),
    ("of a name", "/api/v1/celery/tasks?name=bench.task3&limit=50"),
    ("of a worker", "/api/v1/celery/tasks?worker=celery%40bench-1&limit=50"),
    ("of a name, failed", "/api/v1/celery/tasks?name=bench.task3&state=FAILURE&limit=50"),
    ("with a text", "/api/v1/celery/tasks?q=customer-77&limit=50"),
    ("with a text that is nowhere", "/api/v1/celery/tasks?q=nowhere&limit=50"),
    ("Flower's, 100", "/api/tasks?limit=100"),
    ("the cluster", "/celery"),
];

const KINDS: [&str; 4] = ["task-sent", "task-received", "task-started", "task-succeeded"];

/// Celery's workers, as far as Redis hears of them.
struct Publisher {
    stream: TcpStream,
    clock: u64,
    answer: Vec<u8>,
}

impl Publisher {
    fn open(port: u16) -> Result<Self> {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, clock: 0, answer: vec![0; 4096] })
    }

    fn heartbeat(&mut self) -> Result<()> {
        self.clock += 1;
        let event = json!({"type": "worker-heartbeat", "hostname": "celery@bench-0", "utcoffset": 0, "pid": 7, "clock": self.clock,
            "timestamp": now(), "freq": 2.0, "sw_ident": "py-celery", "sw_ver": "5.7.0", "sw_sys": "Linux", "active": 4, "processed": self.clock,
            "loadavg": [0.5, 0.4, 0.3]});
        self.publish("worker.heartbeat", &event.to_string())
    }

    /// Events of so many tasks in one message. One in fifty fails.
    fn tasks(&mut self, first: u64, count: u32, kinds: &[&str]) -> Result<()> {
        let mut events = Vec::new();
        for no in first..first + u64::from(count) {
            for kind in kinds {
                self.clock += 1;
                let fails = *kind == "task-succeeded" && no.is_multiple_of(50);
                let mut event = json!({"type": if fails { "task-failed" } else { kind }, "uuid": format!("{no:08x}-1c2d-4762-9ab3-f519c7553348"),
                    "hostname": format!("celery@bench-{}", no % 4), "utcoffset": 0, "pid": 7, "clock": self.clock, "timestamp": now()});
                if *kind == "task-sent" || *kind == "task-received" || kinds.len() == 1 {
                    event["name"] = json!(format!("bench.task{}", no % 20));
                    event["args"] = json!(format!("('customer-{}', {no})", no % 1_000));
                    event["kwargs"] = json!("{'dry_run': False}");
                    event["root_id"] = event["uuid"].clone();
                    event["retries"] = json!(0);
                }
                match fails {
                    true => event["exception"] = json!("ValueError('no stock')"),
                    false if *kind == "task-succeeded" => {
                        event["result"] = json!("'done'");
                        event["runtime"] = json!(0.012);
                    }
                    false => {}
                }
                events.push(event);
            }
        }
        self.publish("task.multi", &json!(events).to_string())
    }

    fn publish(&mut self, routing_key: &str, body: &str) -> Result<()> {
        let envelope = json!({"body": base64(body.as_bytes()), "content-encoding": "utf-8", "content-type": "application/json", "headers": {},
            "properties": {"body_encoding": "base64"}})
        .to_string();
        let mut message = String::new();
        let parts = ["PUBLISH", &format!("/0.celeryev/{routing_key}"), &envelope];
        let _ = write!(message, "*{}\r\n", parts.len());
        for part in parts {
            let _ = write!(message, "${}\r\n{part}\r\n", part.len());
        }
        self.stream.write_all(message.as_bytes())?;
        // `:1`, for one who has got it.
        let read = self.stream.read(&mut self.answer)?;
        match self.answer.get(..read) {
            Some([b':', b'1', ..]) => Ok(()),
            other => bail!("Redis answers {:?}", String::from_utf8_lossy(other.unwrap_or_default())),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a stand-in for machines with clocks of their own")]
fn now() -> f64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64()
}

/// RFC 4648.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len() / 3 * 4 + 4);
    for three in bytes.chunks(3) {
        let padded = [three[0], *three.get(1).unwrap_or(&0), *three.get(2).unwrap_or(&0)];
        let bits = u32::from_be_bytes([0, padded[0], padded[1], padded[2]]);
        for place in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * place) & 0x3f) as usize];
            text.push(if place > three.len() { '=' } else { char::from(letter) });
        }
    }
    text
}

/// Looks again and again until it is so.
fn wait(at_most: Duration, mut is_so: impl FnMut() -> Result<bool>) -> Result<()> {
    let start = Instant::now();
    while !is_so()? {
        if start.elapsed() > at_most {
            bail!("it did not come within {} s", at_most.as_secs());
        }
        thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_are_written_as_kombu_writes_them() {
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(base64(bytes.as_bytes()), text);
        }
    }
}
