//! A database as it is after a month: `fill_jobs FILE JOBS TRACES`. Its jobs and traces lie evenly over the last 30 days; one
//! of the jobs is a mailing of 20,000 recipients, whose id is printed.
//!
//! Used by `cargo xtask bench pages`.
#![allow(clippy::print_stdout, reason = "the id is what the caller waits for")]

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use model::{Fault, ItemState, JobId, JobKind, JobState, OnUnknown, Retry, Timestamp, TraceId, Verdict};
use std::{path::Path, time::Duration};
use store::{Advance, Db, NewItem, NewJob, Reason, Result, Trace};
use uuid::Uuid;

const SPAN: Duration = Duration::from_secs(30 * 86_400);
const BATCH: u64 = 5_000;
/// Callers at the same time: they share commits.
const AT_ONCE: usize = 64;
const RECIPIENTS: i64 = 20_000;
/// The last jobs are still running.
const RUNNING: u64 = 20;
const PEOPLE: [&str; 4] = ["alice", "bruno", "chloé", "import"];
const APPLICATIONS: [&str; 5] = ["billing", "crm", "payroll", "shop", "stock"];
const FLOWS: [&str; 4] = ["export", "import", "invoices", "reminders"];

#[derive(Clone, Copy)]
struct Size {
    begin: Timestamp,
    jobs: u64,
    traces: u64,
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [file, jobs, traces] = args.as_slice() else { return Err("usage: fill_jobs FILE JOBS TRACES".into()) };
    let file = Path::new(file);
    let db = Db::open_sqlite(file, file.parent().unwrap_or(file)).await?;
    let now = model::Clock::System.now();
    let size = Size { begin: now - SPAN, jobs: jobs.parse()?, traces: traces.parse()? };
    let jobs = stream::iter((1..=size.jobs).map(|n| job(&db, size, n)));
    jobs.buffer_unordered(AT_ONCE).try_collect::<Vec<()>>().await?;
    mailing(&db, size).await?;
    for first in (0..size.traces).step_by(BATCH as usize) {
        let last = size.traces.min(first + BATCH);
        db.insert_traces((first..last).map(|n| trace(size, n)).collect()).await?;
    }
    db.close().await;
    println!("{}", job_id(0));
    Ok(())
}

/// Number 0 is the mailing.
fn job_id(n: u64) -> JobId {
    Uuid::from_u128(0x7f3b_0c52_0000_4000_8000_0000_0000_0000 + u128::from(n)).into()
}

fn moment(size: Size, n: u64, of: u64) -> Timestamp {
    Timestamp::from_micros(size.begin.as_micros() + (SPAN.as_micros() as u64 / of.max(1) * n) as i64)
}

fn pick<T: Copy, const N: usize>(from: [T; N], n: u64) -> T {
    from[(n.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize % N]
}

fn new_job(n: u64, kind: JobKind, state: JobState) -> NewJob {
    NewJob {
        id: job_id(n),
        kind,
        name: format!("{} {n}", pick(["Factures", "Relances", "Export", "Bulletins"], n)),
        on_unknown: OnUnknown::Hold,
        account: None,
        application_name: pick(APPLICATIONS, n).to_owned(),
        flow_name: pick(FLOWS, n / 7).to_owned(),
        created_by: pick(PEOPLE, n).to_owned(),
        task_type: String::new(),
        task_id: format!("task-{n}"),
        spec: "{}".to_owned(),
        limits: model::pace::Limits::default(),
        state,
        total: if kind.runs_here() { 0 } else { 100 },
        ledger: store::LedgerMatch::None,
        authority: model::Authority::Owner,
    }
}

async fn job(db: &Db, size: Size, n: u64) -> Result<()> {
    let at = moment(size, n, size.jobs);
    db.create_job(new_job(n, JobKind::External, JobState::Pending), at).await?;
    let message = Some(format!("Facture {n}"));
    let step = Advance { processed: 60, failed: n % 5, message, ..Advance::default() };
    db.advance_job(job_id(n), step, at + Duration::from_secs(5)).await?;
    let end = at + Duration::from_secs(60);
    match n {
        _ if n + RUNNING > size.jobs => {}
        _ if n.is_multiple_of(50) => {
            drop(db.fail_job(job_id(n), Reason::new("reported", "the disk is full"), end).await?);
        }
        _ if n.is_multiple_of(70) => drop(db.cancel_job(job_id(n), Reason::new("by_hand", "alice"), end).await?),
        _ => {
            let rest = Advance { processed: 40, ..Advance::default() };
            db.advance_job(job_id(n), rest, end).await?;
            db.complete_job(job_id(n), None, end).await?;
        }
    }
    Ok(())
}

async fn mailing(db: &Db, size: Size) -> Result<()> {
    let at = moment(size, 1, 2);
    db.create_job(new_job(0, JobKind::Mail, JobState::Preparing), at).await?;
    let items = (1..=RECIPIENTS).map(|seq| NewItem {
        seq,
        message_no: seq,
        ledger_key: None,

        content: String::new(),
        label: format!("client{seq}@example.org"),
        payload: "{}".to_owned(),
        verdict: (seq % 20 == 0).then(refused),
    });
    db.enqueue(job_id(0), items.collect(), None, at).await?;
    db.cancel_job(job_id(0), Reason::new("by_hand", "alice"), at + Duration::from_secs(60)).await.map(drop)
}

fn refused() -> Verdict {
    Verdict::new("no_such_mailbox", Fault::Recipient, Retry::Never).with_reply("550 5.1.1 no such mailbox")
}

/// The mailing has 20,000 of them in a row, the others are those of the jobs of their time.
fn trace(size: Size, n: u64) -> Trace {
    let of_mailing = n.checked_sub(size.traces / 2).filter(|seq| *seq < RECIPIENTS as u64);
    let job = of_mailing.map_or((n * size.jobs / size.traces.max(1)).max(1), |_| 0);
    let errors = n.is_multiple_of(50);
    Trace {
        no: 0,
        id: TraceId(Uuid::from_u128(u128::from(n.wrapping_mul(0x9E37_79B9_7F4A_7C15)) << 64 | u128::from(n))),
        job: Some(job_id(job)),
        seq: of_mailing.map(|seq| seq as i64 + 1),
        attempt: i64::from(of_mailing.is_some()),
        outcome: of_mailing.map(|_| if errors { ItemState::Failed } else { ItemState::Succeeded }),
        trace_name: "invoice".to_owned(),
        file_name: format!("invoice-{n}.pdf"),
        application_name: pick(APPLICATIONS, n).to_owned(),
        flow_name: pick(FLOWS, n / 7).to_owned(),
        comment: format!("client{n}@example.org: invoice {n} of the month, as asked for"),
        created_by: pick(PEOPLE, n).to_owned(),
        time_to_process: 0.012,
        errors,
        verdict: errors.then(refused),
        created_at: moment(size, n, size.traces),
    }
}
