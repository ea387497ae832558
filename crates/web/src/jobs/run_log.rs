//! The run log of a job: from its file, or from the log store once that is gone or was emptied.

use crate::{App, Ctx};
use jobs::run_log::{Cursor, Entry, PAGE_RECORDS_MAX, Page, Record};
use logs::{TIME_MAX, search::ResolvedSearch};
use model::{JobId, Level};
use serde_json::{Map, Value as Json};
use std::{io, ops::ControlFlow};
use store::Job;
use telemetry::{
    RecordRef, Value,
    query::{self, ROWS_MAX, language::Order},
};

/// Up to `limit` records behind `after`. A place in the file is its byte; where the store answers, it is how many
/// records stand before it.
pub(crate) async fn page(ctx: &Ctx, job: &Job, after: Cursor, limit: usize) -> io::Result<Page> {
    if is_in_file(&ctx.app, job).await {
        return ctx.app.run_log.page(job.id, after, limit).await;
    }
    let before = usize::try_from(after.0).unwrap_or(usize::MAX);
    let records = kept(&ctx.app, job.id, Order::Ascending, (before, limit.min(PAGE_RECORDS_MAX))).await;
    let places = after.0.saturating_add(1)..;
    let entries: Vec<Entry> = places.zip(records).map(|(next, record)| Entry { next: Cursor(next), record }).collect();
    let next = entries.last().map_or(after, |entry| entry.next);
    Ok(Page { entries, next, unreadable: 0 })
}

/// The last `limit` records.
pub(crate) async fn tail(ctx: &Ctx, job: &Job, limit: usize) -> io::Result<Page> {
    if is_in_file(&ctx.app, job).await {
        return ctx.app.run_log.tail(job.id, limit).await;
    }
    let mut records = kept(&ctx.app, job.id, Order::Descending, (0, limit.min(PAGE_RECORDS_MAX))).await;
    records.reverse();
    // Where they stand among all is not counted: nothing is added to them any more.
    let entries = records.into_iter().map(|record| Entry { next: Cursor(0), record }).collect();
    Ok(Page { entries, next: Cursor(0), unreadable: 0 })
}

/// Of a job that goes on the file is all there is: it is about to be made.
async fn is_in_file(app: &App, job: &Job) -> bool {
    if !job.state.is_final() || !app.logs.exists() {
        return true;
    }
    match tokio::fs::metadata(app.run_log.path(job.id)).await {
        Ok(found) => found.len() > 0,
        Err(error) => error.kind() != io::ErrorKind::NotFound,
    }
}

/// What the store has of it, so many behind the first so many; nothing where it cannot be asked.
async fn kept(app: &App, job: JobId, order: Order, (before, limit): (usize, usize)) -> Vec<Record> {
    let (asked, _) = query::parse(&format!("job_id:\"{job}\" source:run"));
    let Ok(search) = ResolvedSearch::of_query(asked, app.clock.now(), &app.zone) else { return Vec::new() };
    let found = app.logs.ask(TIME_MAX, move |snapshot, bounds| {
        let (mut records, mut passed, mut after) = (Vec::new(), 0, None);
        while records.len() < limit {
            let page = query::Page { order, after, limit: ROWS_MAX };
            let mut last = None;
            query::search(snapshot, search.question(), page, bounds, |hit| {
                last = Some(hit.cursor);
                if passed < before {
                    passed += 1;
                } else {
                    records.push(record_of(hit.record));
                }
                if records.len() < limit { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            // The end of what there is, or of the time for it.
            let Some(last) = last else { break };
            after = Some(last);
        }
        records
    });
    found.await.unwrap_or_else(|error| {
        tracing::warn!(job = %job, %error, "the file of a run log is gone, and the log store cannot be asked for it");
        Vec::new()
    })
}

/// The line as it was written, but for lists and objects among its fields, which are text by now.
fn record_of(kept: RecordRef<'_>) -> Record {
    let mut event = String::new();
    let mut fields = Map::new();
    for (name, value) in kept.fields() {
        let value: Json = match value {
            Value::Str(text) => String::from_utf8_lossy(text).into(),
            Value::Int(number) => number.into(),
            Value::Float(number) => number.into(),
            Value::Bool(truth) => truth.into(),
        };
        match name {
            "event" => event = value.as_str().unwrap_or_default().to_owned(),
            "job_id" | "format" => {}
            "app" if value == "vigie" => {}
            name => {
                let name = name
                    .strip_suffix("_id")
                    .filter(|name| matches!(*name, "item" | "trace" | "request"))
                    .unwrap_or(name);
                fields.insert(name.to_owned(), value);
            }
        }
    }
    let message = String::from_utf8_lossy(kept.message()).into_owned();
    Record { at: kept.time(), level: kept.level().unwrap_or(Level::Info), event, message, fields }
}
