//! How long a page takes when there is much to choose from, what a first visit loads, and what it costs that many have
//! one job's page open.

use super::{
    Bench, Context, Samples, Table,
    http::{Http, Place},
    instant::now_micros,
    server::{Server, quantile},
};
use crate::run;
use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use std::{
    io::{BufRead, BufReader, Lines},
    path::Path,
    process::{ChildStdout, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

pub(crate) const BENCH: Bench = Bench {
    name: "pages",
    what: "`vigie serve` on SQLite with 10,000 jobs and 1,000,000 traces of 30 days: each page asked for 300 times (p99 \
           to be under 20 ms), what a first visit loads (to be under 100 KB), and 1,000 streams of events on one job (to \
           cost under 100 MB, and the last of them to be told within 200 ms).",
    run: pages,
};

const BUDGET_MS: f64 = 20.0;
const FIRST_VISIT_KB: f64 = 100.0;
const STREAMS_MB: f64 = 100.0;
const TOLD_MS: f64 = 200.0;
const STEPS: u64 = 20;
/// For memory to settle, and between two steps of the watched job.
const SETTLE: Duration = Duration::from_secs(5);
/// A page that takes so long is over its budget however often it is asked for.
const RUN_AT_MOST: Duration = Duration::from_secs(2);
const BETWEEN: Duration = Duration::from_millis(300);
const WATCHED: &str = "7f3b0c52-2222-4000-8000-000000000001";

/// A page, and how it is shown in the table; `JOB` stands for a mailing of 20,000 recipients.
const PAGES: &[&str] = &[
    "/",
    "/jobs",
    "/jobs?state=completed",
    "/jobs?state=failed&sort=oldest",
    "/jobs?person=alice",
    "/jobs?kind=mail",
    "/jobs?q=relances",
    "/jobs?q=nothing-like-it",
    "/jobs/JOB",
    "/jobs/JOB/undelivered",
    "/jobs/JOB/items",
    "/jobs/JOB/items?state=skipped",
    "/jobs/JOB/items?q=nothing-like-it",
    "/jobs/JOB/traces",
    "/jobs/JOB/log",
    "/jobs/JOB/timeline",
    "/traces",
    "/traces?errors=1",
    "/traces?application=billing",
    "/traces?flow=invoices",
    "/traces?application=billing&flow=invoices",
    "/traces?application=billing&errors=1",
    "/traces?since=DAY&until=DAY",
    "/traces?q=invoice",
    "/traces?q=nothing-like-it",
    "/accounts",
    "/workers",
    "/users",
    "/audit",
];

fn pages(context: &Context) -> Result<Table> {
    let fill = context.example("store", "fill_jobs")?;
    let watchers = context.example("testkit", "watchers")?;
    let folder = context.folder()?;
    let data = folder.path().join("data");
    // The server makes the folder as it wants it.
    Server::start(context, &data, None)?.stop()?;
    let mailing = run::phase("fill", || filled(context, &fill, &data))?;
    let mut table = Table::new(&["what", "unit"]);
    let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let day = day_before(10)?;
    for page in PAGES {
        let (median, p99) = asked(&mut server.http(), &page.replace("JOB", &mailing).replace("DAY", &day), context)?;
        table.value(&[&format!("`{page}`, median"), "ms"], &median);
        table.ratio(&[&format!("`{page}`, p99"), "ms"], &p99, "budget", &Samples::from([BUDGET_MS]));
    }
    let (html, others) = first_visit(&mut server.http(), "/")?;
    table.value(&["the first page", "KB"], &Samples::from([html]));
    let all = Samples::from([html + others]);
    table.ratio(&["with what it loads", "KB"], &all, "budget", &Samples::from([FIRST_VISIT_KB]));
    server.stop()?;
    streams(context, &data, &watchers, &mut table)?;
    table.note(
        "A page: from the sending of the request to the last byte of the answer, gzip, one connection on loopback, a \
         token of scope `admin`; three runs of 100, or of 2 s. The job is a mailing of 20,000 recipients; `DAY` is ten days ago. \
         Streams: clients that may read everything, and so follow the run log too, in one process on the same machine; \
         from before the request that moves the job on to when the last of them has read the event.",
    );
    Ok(table)
}

/// Makes the database, and returns the id of the mailing in it.
fn filled(context: &Context, fill: &Path, data: &Path) -> Result<String> {
    let sizes = context.size(["10000", "1000000"], ["200", "20000"]);
    let output = Command::new(fill).arg(data.join("vigie.db")).args(sizes).stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "the database could not be filled ({})", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// Median and p99 in milliseconds, each of three runs.
fn asked(http: &mut Http, path: &str, context: &Context) -> Result<(Samples, Samples)> {
    let (mut medians, mut p99s) = (Samples::default(), Samples::default());
    for _ in 0..3 {
        let mut times = Vec::new();
        let begun = Instant::now();
        for _ in 0..context.size(100, 10) {
            if begun.elapsed() > RUN_AT_MOST {
                break;
            }
            let start = Instant::now();
            http.compressed(path)?;
            times.push(start.elapsed().as_secs_f64() * 1e3);
        }
        medians.push(quantile(&mut times, 0.5).unwrap_or(f64::NAN));
        p99s.push(quantile(&mut times, 0.99).unwrap_or(f64::NAN));
    }
    Ok((medians, p99s))
}

/// Kilobytes over the wire: the page, and all that it names.
fn first_visit(http: &mut Http, path: &str) -> Result<(f64, f64)> {
    let html = http.compressed(path)?.len();
    let mut others = 0;
    for name in loads(&http.plain(path)?) {
        others += http.compressed(&name)?.len();
    }
    Ok((html as f64 / 1e3, others as f64 / 1e3))
}

fn loads(html: &str) -> Vec<String> {
    let ends = |c| matches!(c, '"' | '#' | '?');
    let named = html.split("\"/static/").skip(1).filter_map(|rest| rest.split(ends).next());
    let mut names: Vec<String> = named.map(|name| format!("/static/{name}")).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn streams(context: &Context, data: &Path, watchers: &Path, table: &mut Table) -> Result<()> {
    let server = Server::start(context, data, None)?.with_token(context, data, None)?;
    let Place::Port(port, token) = &server.place else { bail!("the server listens on no port") };
    let mut http = server.http();
    http.post("/api/v1/jobs", &json!({"id": WATCHED, "name": "Factures", "total": 1000}))?;
    http.post(&format!("/api/v1/jobs/{WATCHED}/advance"), &json!({"processed": 1}))?;
    thread::sleep(SETTLE);
    let before = server.child.rss_bytes();
    let clients = context.size(1_000, 50);
    let mut command = Command::new(watchers);
    command.args([format!("127.0.0.1:{port}"), format!("/api/v1/jobs/{WATCHED}/events"), token.clone()]);
    command.arg(clients.to_string()).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output of the watchers")?).lines();
    ensure!(said(&mut lines)? == "open", "the watchers did not begin");
    thread::sleep(SETTLE);
    let mut told = Samples::default();
    for processed in 2..2 + STEPS {
        let start = now_micros();
        http.post(&format!("/api/v1/jobs/{WATCHED}/advance"), &json!({"processed": 1}))?;
        let line = said(&mut lines)?;
        let (number, at) = line.split_once(' ').context("the watchers said something else")?;
        ensure!(number.parse() == Ok(processed), "the watchers saw {number} in place of {processed}");
        told.push((at.parse::<i64>()? - start) as f64 / 1e3);
        thread::sleep(BETWEEN);
    }
    let more = server.child.rss_bytes().saturating_sub(before);
    drop(child.stdin.take());
    child.wait()?;
    let name = format!("{clients} streams on one job");
    let more = Samples::from([more as f64 / 1e6]);
    table.ratio(&[&format!("{name}, memory more"), "MB"], &more, "budget", &Samples::from([STREAMS_MB]));
    table.ratio(&[&format!("{name}, the last is told"), "ms"], &told, "budget", &Samples::from([TOLD_MS]));
    server.stop()
}

fn said(lines: &mut Lines<BufReader<ChildStdout>>) -> Result<String> {
    Ok(lines.next().context("the watchers ended")??)
}

/// `2025-01-31`, by the machine's own `date`.
fn day_before(days: u32) -> Result<String> {
    let output = Command::new("date").args(["--utc", "--date", &format!("{days} days ago"), "+%F"]).output()?;
    ensure!(output.status.success(), "date: {}", String::from_utf8_lossy(&output.stderr));
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_page_loads_is_counted_once() {
        let html =
            r##"<link href="/static/vigie.css"><use href="/static/icons.svg#a"/><use href="/static/icons.svg#b"/>"##;
        assert_eq!(loads(html), ["/static/icons.svg", "/static/vigie.css"]);
    }
}
