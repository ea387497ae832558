//! What the engine itself costs: items that do nothing, beside Celery and graphile-worker.

use super::{
    Bench, Context, Samples, Table,
    instant::{now_micros, parse_micros},
    peers::{self, CELERY, Celery, Flower, GRAPHILE, Graphile},
    server::{Latency, Prepared, Server, prepare_noops, traces},
};
use crate::{postgres::Postgres, run::TempDir};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    collections::HashMap,
    thread,
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "engine",
    what: "No-op items through `vigie serve`, each with an intent and a trace on disk, made over HTTP; beside Celery on \
           Redis (nothing on disk) and graphile-worker on the same PostgreSQL. To be at least 20,000/s on SQLite and \
           10,000/s on PostgreSQL, and enqueue → start p50 < 5 ms, p99 < 25 ms at 100/s.",
    run: engine,
};

const AT_MOST: Duration = Duration::from_secs(120);
/// Jobs of one item, one each 10 ms.
const EVERY: Duration = Duration::from_millis(10);

fn engine(context: &Context) -> Result<Table> {
    let mut table = Table::new(&["what", "unit"]);
    let postgres = match crate::postgres::find_binaries() {
        Some(_) => Some(Postgres::start()?),
        None => None,
    };
    let url = postgres.as_ref().map(|server| server.url.as_str());
    let graphile = url.map(Graphile::on).transpose()?.flatten();
    let celery = Celery::start(context, Flower::Without)?;
    let mut ours = [Ours::default(), Ours::default()];
    let mut celerys = Figures::default();
    let mut graphiles = [Figures::default(), Figures::default()];
    for _ in 0..context.size(3, 1) {
        ours[0].run(context, None)?;
        if let Some(url) = url {
            ours[1].run(context, Some(url))?;
        }
        if let Some(celery) = &celery {
            celerys.run(context.size(5_000, 500), context.size(500, 100), |what, count| celery.ask(what, count))?;
        }
        for (mode, figures) in ["default", "local-queue"].into_iter().zip(&mut graphiles) {
            if let Some(graphile) = &graphile {
                let counts = (context.size(20_000, 1_000), context.size(500, 100));
                figures.run(counts.0, counts.1, |what, count| graphile.ask(mode, what, count))?;
            }
        }
    }
    if let Some(celery) = celery {
        celery.stop()?;
    }
    let is_there = (celerys.rate.len() > 0, graphiles[0].rate.len() > 0);
    let peers = [
        (peers::shown(CELERY, is_there.0), &celerys),
        (peers::shown(&format!("{GRAPHILE} (10 jobs at once)"), is_there.1), &graphiles[0]),
        (peers::shown(&format!("{GRAPHILE} (localQueue)"), is_there.1), &graphiles[1]),
    ];
    for (engine, ours) in ["SQLite", "PostgreSQL"].iter().zip(&ours) {
        rows(&mut table, engine, ours, &peers);
    }
    table.note(METHOD);
    Ok(table)
}

const METHOD: &str = "\
Throughput: *end to end* runs from the first request that enqueues to the last record; Vigie takes 100,000 items in one \
request, graphile-worker 20,000 by `add_jobs` 1,000 at a time, Celery 5,000 by one `delay()` each, which is what it \
offers. *From ready* leaves the enqueueing out. Latency: every 10 ms Vigie is given a job of one item (made beforehand, \
set going by `POST …/ready`), the peers one task; from the moment before that call to the moment the handler began. \
Vigie's moment is the trace's `created_at` less its `time_to_process`, which is when the outcome was picked up, and so \
never too early; the peers' is taken by the task's own first line. One real-time clock.";

fn rows(table: &mut Table, engine: &str, ours: &Ours, peers: &[(String, &Figures)]) {
    let label = |text: &str| format!("{engine}: {text}");
    for (name, peer) in peers {
        table.ratio(&[&label("end to end"), "items/s"], &ours.figures.rate, name, &peer.rate);
    }
    table.value(&[&label("from ready"), "items/s"], &ours.from_ready);
    table.value(&[&label("CPU of `vigie serve`"), "µs each"], &ours.cpu);
    for (name, peer) in peers {
        table.ratio(&[&label("start p50"), "ms"], &ours.figures.latency.p50, name, &peer.latency.p50);
        table.ratio(&[&label("start p99"), "ms"], &ours.figures.latency.p99, name, &peer.latency.p99);
    }
}

/// One side's throughput and latency.
#[derive(Default)]
struct Figures {
    rate: Samples,
    latency: Latency,
}

impl Figures {
    /// A peer's script, asked for each.
    fn run(&mut self, items: u32, timed: u32, ask: impl Fn(&str, u32) -> Result<Value>) -> Result<()> {
        let seconds = ask("throughput", items)?["seconds"].as_f64().context("no seconds in the peer's answer")?;
        self.rate.push(f64::from(items) / seconds);
        let answer = ask("latency", timed)?;
        let values = answer["latencies"].as_array().context("no latencies in the peer's answer")?;
        ensure!(values.len() == timed as usize, "the peer measured {} of {timed}", values.len());
        self.latency
            .push(&mut values.iter().filter_map(Value::as_f64).map(|seconds| seconds * 1e3).collect::<Vec<_>>());
        Ok(())
    }
}

#[derive(Default)]
struct Ours {
    figures: Figures,
    from_ready: Samples,
    cpu: Samples,
    /// Of what runs on a database, whose key lies there: the database takes no other.
    home: Option<TempDir>,
}

impl Ours {
    fn run(&mut self, context: &Context, database: Option<&str>) -> Result<()> {
        let folder = match self.home.take() {
            Some(home) => home,
            None => context.folder()?,
        };
        let data = folder.path().join("data");
        let mut server = Server::start(context, &data, database)?.with_token(context, &data, database)?;
        let mut http = server.http();
        let count = context.size(100_000, 5_000);
        let (cpu, _) = server.child.so_far()?;
        let start = Instant::now();
        let job = prepare_noops(&mut http, count, None)?;
        let ready = Instant::now();
        job.ready(&mut http)?;
        job.wait(&mut http, count, AT_MOST)?;
        self.figures.rate.push(f64::from(count) / start.elapsed().as_secs_f64());
        self.from_ready.push(f64::from(count) / ready.elapsed().as_secs_f64());
        self.cpu.push((server.child.so_far()?.0 - cpu).as_secs_f64() * 1e6 / f64::from(count));
        self.figures.latency.push(&mut start_latencies(&server, context.size(500, 100))?);
        self.home = database.map(|_| folder);
        server.stop()
    }
}

/// Milliseconds from `ready` to the start of the one item of each job.
fn start_latencies(server: &Server, count: u32) -> Result<Vec<f64>> {
    let mut http = server.http();
    let jobs = (0..count).map(|_| prepare_noops(&mut http, 1, None)).collect::<Result<Vec<Prepared>>>()?;
    let mut asked_at = HashMap::new();
    let start = Instant::now();
    for (job, number) in jobs.iter().zip(0..) {
        thread::sleep((EVERY * number).saturating_sub(start.elapsed()));
        asked_at.insert(job.id.as_str(), now_micros());
        job.ready(&mut http)?;
    }
    let mut latencies = Vec::new();
    for job in &jobs {
        job.wait(&mut http, 1, AT_MOST)?;
        for trace in traces(&mut http, Some(&job.id))? {
            let took = trace["time_to_process"].as_f64().unwrap_or(0.0);
            let known_at = parse_micros(trace["created_at"].as_str().unwrap_or_default())?;
            latencies.push((known_at - asked_at[job.id.as_str()]) as f64 / 1e3 - took * 1e3);
        }
    }
    ensure!(latencies.len() == count as usize, "{} traces of {count} jobs", latencies.len());
    Ok(latencies)
}
