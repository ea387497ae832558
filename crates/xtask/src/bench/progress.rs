//! How soon progress is seen, and what watching costs.

use super::{
    Bench, Context, Samples, Table,
    http::Events,
    instant::{now_micros, parse_micros},
    server::{Latency, Prepared, Server, pace, prepare_noops, traces},
};
use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use std::{
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

pub(crate) const BENCH: Bench = Bench {
    name: "progress",
    what: "A run paced at 200 items/s followed by server-sent events: item done → seen by the client (p99 to be under 50 \
           ms). A run paced at 500 items/s with 5,000 clients polling its progress every 500 ms, beside the same run \
           alone (to be slowed by less than 5 %).",
    run: progress,
};

const SEEN_PER_SECOND: u32 = 200;
const POLLED_PER_SECOND: u32 = 500;
const POLL_EVERY_MS: u32 = 500;
const AT_MOST: Duration = Duration::from_secs(180);

fn progress(context: &Context) -> Result<Table> {
    let pollers = context.example("testkit", "pollers")?;
    let folder = context.folder()?;
    let data = folder.path().join("data");
    let server = Server::start(context, &data, None)?.with_scope(context, &data, None, "admin")?;
    let mut http = server.http();
    pace(&mut http, "seen", SEEN_PER_SECOND)?;
    pace(&mut http, "polled", POLLED_PER_SECOND)?;
    let mut seen = Latency::default();
    for _ in 0..context.size(3, 1) {
        seen.push(&mut seen_after(&server, context.size(2_000, 400))?);
    }
    let mut polled = Polled::default();
    for _ in 0..context.size(3, 1) {
        let seconds = context.size(15, 4);
        polled.alone.push(paced_rate(&server, seconds, None)?);
        polled.run(&server, &pollers, context.size(5_000, 200), seconds)?;
    }
    let mut table = Table::new(&["what", "unit"]);
    table.ratio(&["item done → seen, p50", "ms"], &seen.p50, "budget for p99", &Samples::from([50.0]));
    table.ratio(&["item done → seen, p99", "ms"], &seen.p99, "budget for p99", &Samples::from([50.0]));
    table.ratio(&["items/s while polled", "/s"], &polled.watched, "the same alone", &polled.alone);
    table.value(&["polls answered", "/s"], &polled.answered);
    table.value(&["of them 304", "%"], &polled.unchanged);
    table.value(&["polls failed", ""], &polled.failed);
    table.value(&["poll due → answered, p99 below", "ms"], &polled.p99);
    table.note(
        "Seen: the k-th item's `created_at` (when its outcome was picked up, before it was recorded), to the arrival of \
         the first `progress` event with `processed` ≥ k at a client on another connection; one real-time clock. \
         Polled: items by `finished_at` less `started_at`; the 5,000 clients are one process on the same machine, each \
         with a connection of its own, sending the ETag it was last given.",
    );
    server.stop()?;
    Ok(table)
}

/// Milliseconds from each item's end to the event that showed it.
fn seen_after(server: &Server, count: u32) -> Result<Vec<f64>> {
    let mut http = server.http();
    let job = prepare_noops(&mut http, count, Some("seen"))?;
    let mut events = Events::open(&server.place, &format!("/api/v1/jobs/{}/events", job.id))?;
    let watcher = thread::spawn(move || -> Result<Vec<(i64, u64)>> {
        let mut arrivals = Vec::new();
        while let Some((name, data)) = events.next()? {
            let arrived = now_micros();
            if name == "end" {
                break;
            }
            let data: Value = serde_json::from_str(&data).unwrap_or_default();
            if let Some(processed) = data["processed"].as_u64() {
                arrivals.push((arrived, processed));
                if processed >= u64::from(count) {
                    break;
                }
            }
        }
        Ok(arrivals)
    });
    job.ready(&mut http)?;
    job.wait(&mut http, count, AT_MOST)?;
    let arrivals = watcher.join().map_err(|_| anyhow::anyhow!("the watcher panicked"))??;
    let ends = traces(&mut http, Some(&job.id))?;
    let mut ends = ends
        .iter()
        .map(|trace| parse_micros(trace["created_at"].as_str().unwrap_or_default()))
        .collect::<Result<Vec<i64>>>()?;
    ends.sort_unstable();
    ensure!(ends.len() == count as usize, "{} traces of {count} items", ends.len());
    let delays = delays(&ends, &arrivals);
    ensure!(delays.len() == ends.len(), "{} of {count} items were never shown as done", ends.len() - delays.len());
    Ok(delays)
}

/// For the k-th end, the first arrival that counts at least k. Both in the order of time.
fn delays(ends: &[i64], arrivals: &[(i64, u64)]) -> Vec<f64> {
    let mut arrivals = arrivals.iter().peekable();
    let mut delays = Vec::new();
    for (ended, k) in ends.iter().zip(1u64..) {
        while arrivals.next_if(|(_, processed)| *processed < k).is_some() {}
        let Some((arrived, _)) = arrivals.peek() else { break };
        delays.push((arrived - ended) as f64 / 1e3);
    }
    delays
}

#[derive(Default)]
struct Polled {
    alone: Samples,
    watched: Samples,
    answered: Samples,
    unchanged: Samples,
    failed: Samples,
    p99: Samples,
}

impl Polled {
    fn run(&mut self, server: &Server, pollers: &Path, clients: u32, seconds: u32) -> Result<()> {
        let mut answer = None;
        let rate = paced_rate(
            server,
            seconds,
            Some(&mut |job: &Prepared| {
                let mut command = Command::new(pollers);
                command.arg(format!("127.0.0.1:{}", server.port));
                command.arg(format!("/api/v1/jobs/{}/progress?token={}", job.id, job.token));
                command.args([clients, POLL_EVERY_MS, seconds].map(|number| number.to_string()));
                answer = Some(command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?);
                // Their connections are made before the run begins.
                thread::sleep(Duration::from_secs(2));
                Ok(())
            }),
        )?;
        self.watched.push(rate);
        let output = answer.context("the pollers were not started")?.wait_with_output()?;
        ensure!(output.status.success(), "the pollers failed ({})", output.status);
        let answer: Value = serde_json::from_slice(&output.stdout).context("the answer of the pollers")?;
        let number = |name: &str| answer[name].as_f64().unwrap_or(f64::NAN);
        self.answered.push(number("answered") / f64::from(seconds));
        self.unchanged.push(100.0 * number("unchanged") / number("answered"));
        self.failed.push(number("failed"));
        self.p99.push(number("p99_ms_below"));
        Ok(())
    }
}

type Before<'a> = &'a mut dyn FnMut(&Prepared) -> Result<()>;

/// Items per second of a run that would take so many seconds. `before` is called with the job before it is set going.
fn paced_rate(server: &Server, seconds: u32, before: Option<Before<'_>>) -> Result<f64> {
    let mut http = server.http();
    // The pollers, who start first, go on a little longer than the run.
    let count = POLLED_PER_SECOND * seconds.saturating_sub(3).max(1);
    let job = prepare_noops(&mut http, count, Some("polled"))?;
    if let Some(before) = before {
        before(&job)?;
    }
    job.ready(&mut http)?;
    // Our own polling must not weigh in.
    thread::sleep(Duration::from_secs(u64::from(count / POLLED_PER_SECOND)));
    let done = job.wait(&mut http, count, AT_MOST)?;
    let at = |name: &str| parse_micros(done[name].as_str().unwrap_or_default());
    Ok(f64::from(count) / ((at("finished_at")? - at("started_at")?) as f64 / 1e6))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_end_is_held_against_the_first_event_that_counts_it() {
        let ends = [1_000, 2_000, 3_000, 9_000];
        let arrivals = [(500, 0), (2_500, 2), (3_100, 2), (4_000, 3), (10_000, 4)];
        assert_eq!(delays(&ends, &arrivals), [1.5, 0.5, 1.0, 1.0]);
        assert_eq!(delays(&ends, &arrivals[..3]), [1.5, 0.5], "what was never shown has no delay");
    }
}
