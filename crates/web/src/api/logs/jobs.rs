//! Jobs as people call them, in a query: by the beginning of an id, by a name, or `last`.

use crate::{Ctx, problem::Result};
use model::{JobId, JobState};
use std::collections::HashMap;
use store::JobFilter;
use telemetry::query::{
    Query,
    language::{FieldTest, Filter},
};

/// Jobs that one query may name so, and that one of these names may mean.
const NAMED_MAX: usize = 20;
const MEANT_MAX: u32 = 10;
/// Jobs among which one of that very name is looked for.
const NAMESAKES_MAX: u32 = 100;

/// The query as it is asked: `job:last` and its like find the records of the jobs that are meant, besides those that say
/// just this. `None` where it names no job so.
pub(super) async fn resolved(ctx: &Ctx, query: &Query) -> Result<Option<Query>> {
    let mut called = Vec::new();
    each_called(&query.filter, &mut called);
    let mut meant = HashMap::new();
    for text in called {
        if !meant.contains_key(text) {
            meant.insert(text.to_owned(), jobs_called(ctx, text).await?);
        }
    }
    let is_any = meant.values().any(|jobs| !jobs.is_empty());
    Ok(is_any.then(|| Query { filter: with(&query.filter, &meant), pipes: query.pipes.clone() }))
}

/// What a condition on a job calls it, where that is no id.
fn called(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::Field { name, test: FieldTest::Equals(text) } if name == "job_id" => {
            Some(text.as_str()).filter(|text| !text.is_empty() && text.parse::<JobId>().is_err())
        }
        _ => None,
    }
}

fn each_called<'a>(filter: &'a Filter, found: &mut Vec<&'a str>) {
    match filter {
        Filter::And(parts) | Filter::Or(parts) => parts.iter().for_each(|part| each_called(part, found)),
        Filter::Not(part) => each_called(part, found),
        other => found.extend(called(other).filter(|_| found.len() < NAMED_MAX)),
    }
}

fn with(filter: &Filter, meant: &HashMap<String, Vec<JobId>>) -> Filter {
    let each = |parts: &[Filter]| parts.iter().map(|part| with(part, meant)).collect();
    match filter {
        Filter::And(parts) => Filter::all(each(parts)),
        Filter::Or(parts) => Filter::any(each(parts)),
        Filter::Not(part) => Filter::Not(Box::new(with(part, meant))),
        other => {
            let jobs = called(other).and_then(|text| meant.get(text)).into_iter().flatten();
            let of = |id: &JobId| Filter::Field { name: "job_id".into(), test: FieldTest::Equals(id.to_string()) };
            Filter::any(std::iter::once(other.clone()).chain(jobs.map(of)).collect())
        }
    }
}

/// As the command line has it: the beginning of an id comes before a name, of namesakes the newest is meant unless several
/// are open.
async fn jobs_called(ctx: &Ctx, text: &str) -> Result<Vec<JobId>> {
    let db = &ctx.app.db;
    if text == "last" {
        let newest = db.jobs(&JobFilter { limit: 1, ..JobFilter::default() }).await?;
        return Ok(newest.rows.into_iter().map(|job| job.id).collect());
    }
    let beginning = db.jobs_beginning(text, MEANT_MAX).await?;
    if !beginning.is_empty() {
        return Ok(beginning);
    }
    let named = JobFilter { text: Some(text.to_owned()), limit: NAMESAKES_MAX, ..JobFilter::default() };
    let mut named = db.jobs(&named).await?.rows;
    named.retain(|job| job.name == text);
    let is_over = |state| matches!(state, JobState::Completed | JobState::Failed | JobState::Cancelled);
    match named.iter().filter(|job| !is_over(job.state)).count() {
        0 | 1 => named.truncate(1),
        _ => named.retain(|job| !is_over(job.state)),
    }
    named.truncate(MEANT_MAX as usize);
    Ok(named.into_iter().map(|job| job.id).collect())
}
