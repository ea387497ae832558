//! How long lists of issues, their pages and the figures of endpoints take when there is much of everything.

use super::{
    Bench, Context, Samples, Table,
    http::Http,
    server::{Server, quantile},
};
use crate::run;
use anyhow::{Context as _, Result, ensure};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "issues",
    what: "`vigie serve` on SQLite with 50,000 issues, their 5,000,000 events and 10,000,000 transactions of a day: lists of issues \
           (to be under 50 ms), an issue with its last event (100 ms), p95 by endpoint over all transactions (500 ms).",
    run: issues,
};

const LIST_MS: f64 = 50.0;
const ISSUE_MS: f64 = 100.0;
const ENDPOINTS_MS: f64 = 500.0;
/// What takes so long is over its budget however often it is asked for.
const ASKED_FOR: Duration = Duration::from_secs(10);

/// An address, and what it may take. `SHOP-7` is one of the hundred issues that have half of the events, `SHOP-40007` one of the
/// others. The first of two like it is what an answer takes that nobody has asked for before.
const ASKED: &[(&str, f64)] = &[
    ("/issues", LIST_MS),
    ("/issues?project=shop&order=events", LIST_MS),
    ("/issues?project=shop&order=last_day", LIST_MS),
    ("/issues?project=shop&level=critical&order=users", LIST_MS),
    ("/issues?project=shop&environment=staging", LIST_MS),
    ("/issues?project=shop&tag=customer:7", LIST_MS),
    ("/issues?project=shop&text=basket+4711", LIST_MS),
    ("/api/v1/issues?project=shop&limit=100", LIST_MS),
    ("/issues/SHOP-7", ISSUE_MS),
    ("/issues/SHOP-40007", ISSUE_MS),
    ("/api/v1/issues/SHOP-7/events/latest", ISSUE_MS),
    ("/api/v1/logs/search?q=kind:span+segment:true+since:1d+%7C+stats+p95(duration_us)+by+transaction", ENDPOINTS_MS),
    ("/performance?period=24h", ENDPOINTS_MS),
    ("/performance?period=1h", ENDPOINTS_MS),
];

/// A folder that is full already, so that what takes an hour need not be done twice.
const FULL: &str = "VIGIE_BENCH_FULL";

fn issues(context: &Context) -> Result<Table> {
    let folder = context.folder()?;
    let data = match std::env::var_os(FULL) {
        Some(full) => PathBuf::from(full),
        None => filled(context, folder.path().join("data"))?,
    };
    let mut server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let mut table = Table::new(&["what", "unit"]);
    for (path, budget) in ASKED {
        // Of fewer issues there is none of that number.
        let path = context.size((*path).to_owned(), path.replace("40007", "407"));
        let (first, median, p99) = asked(&mut server.http(), &path, context)?;
        let budget = Samples::from([*budget]);
        table.ratio(&[&format!("`{path}`, the first time"), "ms"], &Samples::from([first]), "budget", &budget);
        table.ratio(&[&format!("`{path}`, median"), "ms"], &Samples::from([median]), "budget", &budget);
        table.value(&[&format!("`{path}`, p99"), "ms"], &Samples::from([p99]));
    }
    let (_, peak) = server.child.so_far()?;
    table.value(&["peak memory", "MB"], &Samples::from([peak as f64 / 1e6]));
    server.stop()?;
    table.note(
        "From the sending of the request to the last byte of the answer, gzip, one connection on loopback, a token of scope `admin`; \
         100 times each, or for 10 s.",
    );
    Ok(table)
}

fn filled(context: &Context, data: PathBuf) -> Result<PathBuf> {
    let fill = context.example("reports", "fill_issues")?;
    // The server makes the folder as it wants it.
    Server::start(context, &data, None)?.stop()?;
    let sizes = context.size(["50000", "5000000", "10000000"], ["500", "20000", "50000"]);
    let filled =
        run::phase("fill", || Ok(Command::new(&fill).arg(&data).args(sizes).stdin(Stdio::null()).status()?))?;
    ensure!(filled.success(), "the folder could not be filled ({filled})");
    Ok(data)
}

/// The first time, the median and p99 of all times, in milliseconds.
fn asked(http: &mut Http, path: &str, context: &Context) -> Result<(f64, f64, f64)> {
    let (mut times, begun) = (Vec::new(), Instant::now());
    while times.len() < context.size(100, 10) && (times.is_empty() || begun.elapsed() < ASKED_FOR) {
        let start = Instant::now();
        http.compressed(path)?;
        times.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let first = times[0];
    let of = |times: &mut [f64], share| quantile(times, share).context("nothing was asked");
    Ok((first, of(&mut times, 0.5)?, of(&mut times, 0.99)?))
}
