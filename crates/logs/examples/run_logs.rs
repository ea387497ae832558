//! `cargo run --release -p logs --example run_logs -- [JOBS] [LINES]`: how long a page of a job's log takes, and its last
//! lines, among those of many jobs, sealed and not.

use jiff::tz::TimeZone;
use logs::{
    Config, Logs,
    job_log::{JobLog, LineCursor},
};
use model::{Clock, JobId, JobLine, Level, ManualClock, Rng, Timestamp};
use std::time::{Duration, Instant};

const PAGES: usize = 500;
const PAGE: usize = 100;

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|arg| arg.parse().ok()).collect();
    let (count, lines) = (numbers.first().copied().unwrap_or(10_000), numbers.get(1).copied().unwrap_or(100));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let folder = tempfile::tempdir().expect("a folder");
    let clock = ManualClock::at(Timestamp::from_micros(1_735_689_600_000_000));
    let shared = Clock::Manual(clock.clone());
    let logs = Logs::new(folder.path(), Config::default(), shared.clone(), TimeZone::UTC).expect("a store");
    let log = JobLog::new(logs.clone(), folder.path());
    let rng = Rng::seeded(7);
    let began = Instant::now();
    let jobs: Vec<JobId> = (0..count)
        .map(|_| {
            // A job every quarter of an hour, of lines a second apart.
            clock.advance(Duration::from_secs(900));
            let job = JobId::new(&shared, &rng);
            let said = |n: usize| line(clock.now() + Duration::from_secs(n as u64), n, &rng);
            log.append_blocking(job, (0..lines).map(said).collect());
            job
        })
        .collect();
    let outbox = folder.path().join("outbox");
    while std::fs::read_dir(&outbox).is_ok_and(|mut files| files.next().is_some()) {
        std::thread::sleep(Duration::from_millis(10));
    }
    println!("{count} jobs of {lines} lines kept in {:.1} s", began.elapsed().as_secs_f64());
    for state in ["before it is sealed", "sealed, opened anew"] {
        measure(&runtime, &log, &jobs, &rng, state);
        runtime.block_on(logs.close());
    }
}

fn line(at: Timestamp, n: usize, rng: &Rng) -> JobLine {
    let recipient = format!("client{}@exemple.fr", rng.below(100_000));
    let fields = [("item", n.into()), ("recipient", recipient.into()), ("attempt", 1.into())];
    let fields = fields.map(|(name, value): (&str, serde_json::Value)| (name.to_owned(), value)).into_iter().collect();
    let message = format!("[{n}/100] Email envoyé : facture-{}.pdf", rng.below(1_000_000));
    JobLine { at, level: Level::Info, event: "item".into(), message, fields }
}

#[expect(clippy::print_stdout, reason = "a program for the terminal")]
fn measure(runtime: &tokio::runtime::Runtime, log: &JobLog, jobs: &[JobId], rng: &Rng, state: &str) {
    let mut times: [Vec<Duration>; 3] = Default::default();
    for _ in 0..PAGES {
        let job = jobs[rng.below(jobs.len() as u64) as usize];
        runtime.block_on(async {
            let mut after = LineCursor::default();
            for (place, times) in times.iter_mut().enumerate() {
                let began = Instant::now();
                let page = match place {
                    0 => log.tail(job, PAGE).await,
                    1 => log.page(job, after, PAGE / 2).await,
                    _ => log.page(job, after, PAGE).await,
                };
                times.push(began.elapsed());
                let page = page.expect("a page");
                assert!(!page.lines.is_empty());
                if place == 1 {
                    after = page.next;
                }
            }
        });
    }
    println!("{state}:");
    for (what, times) in ["last 100 lines", "first 50 lines", "the next 50"].iter().zip(&mut times) {
        times.sort_unstable();
        let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
        println!("  {what:16} p50 {:6.2} ms  p99 {:6.2} ms", at(50), at(99));
    }
}
