//! The feed of outcomes: each once, in the order in which they were stored, for those who keep their own books.

use crate::{item::MailItem, spec::Mailing};
use api::outcomes::{Outcome, Outcomes};
use model::{JobId, JobKind};
use std::collections::{HashMap, hash_map::Entry};
use store::{Db, Job, Trace};

/// Pages of the whole feed looked through for one page of one mailing.
const PAGES_MAX: usize = 10;

/// The outcomes behind `from`, at most `limit`, of the mailing of that name or of all.
///
/// # Errors
/// When the database does not answer.
pub async fn after(db: &Db, from: i64, limit: u32, mailing: Option<&str>) -> store::Result<Outcomes> {
    let mut runs: HashMap<JobId, Option<RunOf>> = HashMap::new();
    let mut page = Outcomes { outcomes: Vec::new(), next: from };
    for _ in 0..PAGES_MAX {
        let traces = db.outcomes_after(page.next, limit).await?.rows;
        let is_last = traces.len() < limit as usize;
        for trace in traces {
            let run = run_of(db, &mut runs, trace.job).await?;
            page.next = trace.no;
            if mailing.is_none_or(|name| run.is_some_and(|run| run.job.name == name)) {
                page.outcomes.push(outcome(db, trace, run).await?);
            }
            if page.outcomes.len() == limit as usize {
                return Ok(page);
            }
        }
        if is_last {
            break;
        }
    }
    Ok(page)
}

struct RunOf {
    job: Job,
    mailing: Option<Mailing>,
}

async fn run_of<'a>(
    db: &Db,
    runs: &'a mut HashMap<JobId, Option<RunOf>>,
    id: Option<JobId>,
) -> store::Result<Option<&'a RunOf>> {
    let Some(id) = id else { return Ok(None) };
    let run = match runs.entry(id) {
        Entry::Occupied(known) => known.into_mut(),
        Entry::Vacant(place) => place.insert(db.job(id).await?.map(|job| {
            let mailing = (job.kind == JobKind::Mail).then(|| serde_json::from_str(&job.spec).ok()).flatten();
            RunOf { job, mailing }
        })),
    };
    Ok(run.as_ref())
}

async fn outcome(db: &Db, trace: Trace, run: Option<&RunOf>) -> store::Result<Outcome> {
    let item = match (trace.job, trace.seq) {
        (Some(job), Some(seq)) => db.item(job, seq).await?,
        _ => None,
    };
    let row = item.as_ref().and_then(|item| serde_json::from_str::<MailItem>(&item.payload).ok());
    let key = match (run.and_then(|run| run.mailing.as_ref()), row) {
        (Some(mailing), Some(row)) if !mailing.key.is_empty() => {
            mailing.key.iter().map(|index| row.values.get(*index).cloned().unwrap_or_default()).collect()
        }
        (_, Some(row)) => row.values,
        _ => Vec::new(),
    };
    Ok(Outcome {
        no: trace.no,
        id: trace.id,
        job: trace.job,
        mailing: run.map(|run| run.job.name.clone()).unwrap_or_default(),
        seq: trace.seq,
        key,
        label: item.map(|item| item.label).unwrap_or_default(),
        outcome: trace.outcome,
        attempt: trace.attempt,
        file_name: trace.file_name,
        comment: trace.comment,
        verdict: trace.verdict,
        at: trace.created_at,
    })
}
