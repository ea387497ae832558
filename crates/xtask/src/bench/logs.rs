//! What logs cost to take, to keep and to find, over HTTP, on one deterministic set of a million records.

use super::{
    Bench, Context, Samples, Table,
    http::{Events, Http},
    server::{Server, quantile},
    varied::{set as varied, values::Values},
    victorialogs::{self, VictoriaLogs},
};
use crate::run::say;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;
use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "logs",
    what: "A set of JSON lines sent to `vigie serve` over one HTTP connection, acknowledged once synced; what it takes on \
           disk; each kind of question, the median of seven with other values each time, over HTTP; how soon a record is found and heard. Beside \
           VictoriaLogs: in the same run and by turns where it is at hand; `1.26`: as measured on two idle cores of another machine. It syncs nothing.",
    run: logs,
};

/// `--set varied` asks for it.
pub(crate) const BENCH_VARIED: Bench = Bench {
    name: "logs-varied",
    what: "The same of lines of sixteen systems whose numbers, ids, addresses and paths are random: what nobody tuned for.",
    run: logs_varied,
};

/// Names the set: by default the one that the figures of VictoriaLogs are of.
const SET: &str = "VIGIE_BENCH_LOGS";
const PEER: &str = "VictoriaLogs 1.26";
const RUNS: usize = 7;
/// For seals and merges to come to rest.
pub(super) const TENDED: Duration = Duration::from_secs(25);
const SINGLE_RECORDS: u32 = 200;

/// Megabytes a second, processor seconds, megabytes on disk, megabytes of memory at the peak.
const PEER_INGEST: [f64; 4] = [52.0, 7.75, 37.3, 278.0];

#[derive(Clone, Copy)]
enum Asked {
    Rows(u32),
    Table,
    Histogram,
    Facets,
}

/// One question, and milliseconds of the peer, where they are known.
pub(super) struct Question {
    pub(super) name: &'static str,
    pub(super) query: &'static str,
    kind: Asked,
    peer: Option<f64>,
    /// The same question to the peer itself.
    there: Option<victorialogs::Asked>,
}

impl Question {
    pub(super) fn all() -> Result<Vec<Self>> {
        Self::read(include_str!("../../../telemetry/examples/questions.tsv"), false)
    }

    pub(super) fn varied() -> Result<Vec<Self>> {
        Self::read(include_str!("../../../telemetry/examples/varied.tsv"), true)
    }

    fn read(list: &'static str, is_varied: bool) -> Result<Vec<Self>> {
        list.lines().filter(|line| !line.starts_with(['#', '+'])).map(|line| Self::parse(line, is_varied)).collect()
    }

    fn parse(line: &'static str, is_varied: bool) -> Result<Self> {
        let [name, kind, peer, query] = line.splitn(4, '\t').collect::<Vec<_>>()[..] else {
            bail!("no question: {line}");
        };
        let kind = match kind.split_once(' ') {
            Some(("rows", limit)) => Asked::Rows(limit.parse()?),
            _ if kind == "table" => Asked::Table,
            _ if kind == "histogram" => Asked::Histogram,
            _ if kind == "facets" => Asked::Facets,
            _ => bail!("{name}: nothing is asked so: {kind}"),
        };
        let peer = if peer == "-" { None } else { Some(peer.parse()?) };
        Ok(Self { name, query, kind, peer, there: victorialogs::asked(name, is_varied) })
    }
}

fn logs(context: &Context) -> Result<Table> {
    let set = set()?;
    let text = fs::read_to_string(&set).with_context(|| set.display().to_string())?;
    say(&set.display().to_string());
    measured(context, &text, Question::all()?, true)
}

fn logs_varied(context: &Context) -> Result<Table> {
    let mut text = Vec::new();
    varied::write(context.size(varied::LINES, varied::LINES / 10), varied::SEED, &mut text)?;
    measured(context, &String::from_utf8(text)?, Question::varied()?, false)
}

/// `is_known`: whether the peer was measured with this set on another machine, for where it is not at hand.
fn measured(context: &Context, text: &str, questions: Vec<Question>, is_known: bool) -> Result<Table> {
    let (lines, megabytes) = (text.lines().count(), text.len() as f64 / 1e6);
    say(&format!("{lines} lines, {megabytes:.1} MB"));
    let mut values = Values::new(some_traces(text)?);
    let (mut taken, mut theirs) = (Taken::default(), Taken::default());
    let mut table = Table::new(&["what", "unit"]);
    let mut kept = None;
    for _ in 0..context.size(3, 1) {
        let folder = context.folder()?;
        let (data, peer) = (folder.path().join("data"), folder.path().join("peer"));
        taken.run(context, &data, text, lines)?;
        theirs.run_peer(context, &peer, text)?;
        kept = Some((folder, data, peer));
    }
    for (name, ours, theirs, stated) in [
        (["taken, synced", "MB/s"], &taken.rate, &theirs.rate, PEER_INGEST[0]),
        (["processors", "s"], &taken.cpu, &theirs.cpu, PEER_INGEST[1]),
        (["on disk", "MB"], &taken.disk, &theirs.disk, PEER_INGEST[2]),
        (["peak memory", "MB"], &taken.peak, &theirs.peak, PEER_INGEST[3]),
    ] {
        beside(&mut table, &name, ours, theirs, is_known.then_some(stated));
    }
    let Some((_folder, data, peer)) = kept else { bail!("nothing was sent") };
    let mut server = Server::start(context, &data, None)?;
    let mut ready = Samples::default();
    ready.push(server.ready_after.as_secs_f64() * 1e3);
    server = server.with_scope(context, &data, None, "write")?;
    let mut http = server.http();
    let mut first = Samples::default();
    let start = Instant::now();
    http.get("/api/v1/logs/search?q=zzzabsentzzz")?;
    first.push(start.elapsed().as_secs_f64() * 1e3);
    table.ratio(&["restart to ready", "ms"], &ready, "budget", &Samples::from([1_000.0]));
    table.value(&["first question after it", "ms"], &first);
    let mut peer = VictoriaLogs::start(context, &peer)?;
    for question in questions {
        let (ours, theirs) = question.ask(&mut http, &mut values, peer.as_mut())?;
        beside(&mut table, &[question.name, "ms"], &ours, &theirs, question.peer);
    }
    drop(peer);
    soon(&mut table, &server, &mut http)?;
    server.stop()?;
    table.note(format!(
        "{lines} records of {megabytes:.1} MB. *Taken* from the first byte sent to the answer, which comes when all is synced; \
         *processors* and *peak memory* are those of `vigie serve` meanwhile; *on disk* is all of `telemetry/` after {} s and a stop.",
        TENDED.as_secs()
    ));
    Ok(table)
}

/// Beside what the peer took in this run; otherwise beside what is stated of it.
fn beside(table: &mut Table, name: &[&str], ours: &Samples, theirs: &Samples, stated: Option<f64>) {
    match stated {
        _ if theirs.len() > 0 => table.ratio(name, ours, victorialogs::NAME, theirs),
        Some(stated) => table.ratio(name, ours, PEER, &Samples::from([stated])),
        None => table.value(name, ours),
    }
}

pub(super) fn set() -> Result<PathBuf> {
    match std::env::var_os(SET) {
        Some(path) => Ok(path.into()),
        None => bail!(
            "{SET} names no set: JSON lines with time, level, app, logger, message, trace_id, duration_ms and status, \
             as `gen_logs.py 1000000` writes them"
        ),
    }
}

/// Trace ids of the set, of all times.
pub(super) fn some_traces(text: &str) -> Result<Vec<String>> {
    const WANTED: usize = 500;
    let with_trace = |start: usize| {
        let lines = text.as_bytes()[start..].split(|byte| *byte == b'\n').skip(1);
        let line = lines.into_iter().find(|line| line.windows(10).any(|window| window == b"\"trace_id\""));
        let record: Value = serde_json::from_slice(line.context("the set has no trace_id")?)?;
        record["trace_id"].as_str().map(str::to_owned).context("a trace_id is no text")
    };
    (0..WANTED).map(|place| with_trace(text.len() / (WANTED + 1) * place)).collect()
}

#[derive(Default)]
struct Taken {
    rate: Samples,
    cpu: Samples,
    disk: Samples,
    peak: Samples,
}

impl Taken {
    fn run(&mut self, context: &Context, data: &Path, text: &str, lines: usize) -> Result<()> {
        let mut server = Server::start(context, data, None)?.with_scope(context, data, None, "write")?;
        let mut http = server.http();
        let (before, _) = server.child.so_far()?;
        let (done, ended) = mpsc::channel();
        let start = Instant::now();
        let answer = thread::scope(|scope| {
            let sending = scope.spawn(|| {
                let answer = http.post_lines("/api/v1/logs", text);
                let _ = done.send(());
                answer
            });
            // Looked at often, so that the peak is one.
            while matches!(ended.recv_timeout(Duration::from_millis(5)), Err(mpsc::RecvTimeoutError::Timeout)) {
                server.child.so_far()?;
            }
            sending.join().map_err(|_| anyhow::anyhow!("the sender panicked"))?
        })?;
        let wall = start.elapsed().as_secs_f64();
        ensure!(answer["accepted"].as_u64() == Some(lines as u64), "not all was taken: {answer}");
        thread::sleep(TENDED);
        let (cpu, peak) = server.child.so_far()?;
        server.stop()?;
        self.rate.push(text.len() as f64 / 1e6 / wall);
        self.cpu.push((cpu - before).as_secs_f64());
        self.peak.push(peak as f64 / 1e6);
        self.disk.push(size(&data.join("telemetry"))? as f64 / 1e6);
        Ok(())
    }

    /// The same of the peer, where it is at hand.
    fn run_peer(&mut self, context: &Context, data: &Path, text: &str) -> Result<()> {
        let Some(mut peer) = VictoriaLogs::start(context, data)? else { return Ok(()) };
        let (before, _) = peer.child.so_far()?;
        let start = Instant::now();
        peer.take(text)?;
        self.rate.push(text.len() as f64 / 1e6 / start.elapsed().as_secs_f64());
        thread::sleep(TENDED);
        let (cpu, peak) = peer.child.so_far()?;
        self.cpu.push((cpu - before).as_secs_f64());
        self.peak.push(peak as f64 / 1e6);
        self.disk.push(peer.stop()? as f64 / 1e6);
        Ok(())
    }
}

pub(super) fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        bytes += if entry.file_type()?.is_dir() { size(&entry.path())? } else { entry.metadata()?.len() };
    }
    Ok(bytes)
}

impl Question {
    /// Milliseconds of some runs, each with other values, ours and the peer's by turns.
    pub(super) fn ask(
        &self,
        http: &mut Http,
        values: &mut Values,
        mut peer: Option<&mut VictoriaLogs>,
    ) -> Result<(Samples, Samples)> {
        let (mut ours, mut theirs) = (Samples::default(), Samples::default());
        for run in 0..RUNS {
            let same = &mut values.clone();
            let mut ask_peer = |theirs: &mut Samples| -> Result<()> {
                let (Some(peer), Some(there)) = (peer.as_deref_mut(), self.there) else { return Ok(()) };
                theirs.push(peer.ask(there, &same.fill(there.query()))?.as_secs_f64() * 1e3);
                Ok(())
            };
            if run % 2 == 1 {
                ask_peer(&mut theirs)?;
            }
            ours.push(self.ask_once(http, values)?.as_secs_f64() * 1e3);
            if run % 2 == 0 {
                ask_peer(&mut theirs)?;
            }
        }
        Ok((ours, theirs))
    }

    fn ask_once(&self, http: &mut Http, values: &mut Values) -> Result<Duration> {
        let query = url_encoded(&values.fill(self.query));
        let path = match self.kind {
            Asked::Rows(limit) => format!("/api/v1/logs/search?q={query}&limit={limit}"),
            Asked::Table => format!("/api/v1/logs/search?q={query}&limit=1000"),
            Asked::Histogram => format!("/api/v1/logs/histogram?q={query}&step_ms=3600000"),
            Asked::Facets => format!("/api/v1/logs/facets?q={query}"),
        };
        let (took, answer) = http.get_timed(&path)?;
        ensure!(answer["problems"].as_array().is_none_or(Vec::is_empty), "{path}: {answer}");
        // A table may have more rows than are told at once; all of them were counted.
        let left_out: Vec<&str> =
            answer["left_out"].as_array().into_iter().flatten().filter_map(|why| why.as_str()).collect();
        let is_whole =
            left_out.iter().all(|why| matches!(self.kind, Asked::Table) && why.starts_with("only the first"));
        ensure!(is_whole, "{path}: {left_out:?}");
        Ok(took)
    }
}

pub(super) fn url_encoded(text: &str) -> String {
    let keep = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    text.bytes().map(|byte| if keep(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// From sending a record to finding it, and to hearing of it.
fn soon(table: &mut Table, server: &Server, http: &mut Http) -> Result<()> {
    let mut events = Events::open(&server.place, "/api/v1/logs/tail?q=app:vigie-bench")?;
    let (hear, heard) = mpsc::channel();
    thread::spawn(move || {
        while let Ok(Some((_, data))) = events.next() {
            let rows: Value = serde_json::from_str(&data).unwrap_or_default();
            let now = Instant::now();
            for row in rows["rows"].as_array().into_iter().flatten() {
                if hear.send((row["fields"]["n"].as_u64(), now)).is_err() {
                    return;
                }
            }
        }
    });
    let (mut found, mut told) = (Vec::new(), Vec::new());
    for n in 0..SINGLE_RECORDS {
        let line = format!("{{\"message\":\"single {n}\",\"app\":\"vigie-bench\",\"n\":{n}}}\n");
        let start = Instant::now();
        http.post_lines("/api/v1/logs", &line)?;
        let answer = http.get(&format!("/api/v1/logs/search?q=app%3Avigie-bench%20n%3A{n}&limit=1"))?;
        ensure!(answer["rows"].as_array().is_some_and(|rows| rows.len() == 1), "record {n} was not found: {answer}");
        found.push(start.elapsed().as_secs_f64() * 1e3);
        let (which, when) = heard.recv_timeout(Duration::from_secs(5)).context("a record was not heard of")?;
        ensure!(which == Some(u64::from(n)), "heard of {which:?} instead of {n}");
        told.push((when - start).as_secs_f64() * 1e3);
        thread::sleep(Duration::from_millis(10));
    }
    for (what, mut values, peer, budget) in
        [("sent → found, p99", found, 1_070.0, 20.0), ("sent → heard, p99", told, 2_000.0, 100.0)]
    {
        let p99 = Samples::from([quantile(&mut values, 0.99).unwrap_or(f64::NAN)]);
        table.ratio(&[what, "ms"], &p99, &format!("{PEER} (budget {budget})"), &Samples::from([peer]));
    }
    Ok(())
}
