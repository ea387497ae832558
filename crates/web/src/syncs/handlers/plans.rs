//! A plan, property by property, as both sides are now.

use super::{READS, address, count_rows, line, named, settings_of};
use crate::{
    Ctx,
    extract::{Path, Query},
    layout::{Reader, foreign::plain, parts::Pager, shown, view::View},
    problem::Result,
    routes::{Routes, page_about},
    syncs::{
        api::{CHANGES_PAGE, problem},
        page::{SyncAction, SyncChangeRow, SyncPlanPage, SyncValuesRow, SyncWhy},
        said,
    },
};
use axum::{extract::State, response::Response};
use dhis2::{PlanChange, Refused, Why, plan::Entry};
use serde::Deserialize;
use std::time::Duration;
use store::Sync;
use utoipa::IntoParams;
use uuid::Uuid;

pub(super) fn declare(routes: Routes) -> Routes {
    let about = page_about("What a run would write").query::<SyncPlanAsked>();
    routes.get("/auto-sync/{number}/plans/{id}", READS, show, about)
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct SyncPlanAsked {
    /// Where to begin.
    after: u64,
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path((number, id)): Path<(i64, Uuid)>,
    Query(asked): Query<SyncPlanAsked>,
) -> Result<Response> {
    let sync = named(&ctx, number).await?;
    let (plan, created_at) = ctx.app.syncs.kept_plan(&sync, id).await.map_err(problem)?;
    let begin = usize::try_from(asked.after).unwrap_or(usize::MAX).min(plan.entries.len());
    let end = (begin + CHANGES_PAGE).min(plan.entries.len());
    let (changes, why) = changes(&ctx, &v, &sync, &plan.entries[begin..end]).await?;
    let path = format!("{}/plans/{id}", address(&sync));
    let pager = Pager {
        first: (begin > 0).then(|| path.clone()),
        next: (end < plan.entries.len()).then(|| format!("{path}?after={end}")),
        shown: changes.len() as u64,
        total: Some(plan.entries.len() as u64),
        reach: None,
    };
    let values = plan.values.iter().filter(|set| set.write + set.delete + set.conflict > 0);
    let values = values.map(|set| SyncValuesRow {
        kind: plain(&set.kind),
        source: set.source.count,
        target: set.target.count,
        write: set.write,
        delete: set.delete,
        conflict: set.conflict,
    });
    let types: Vec<String> = plan.held.keys().map(|kind| plain(kind)).collect();
    let percent = v.percent(&(settings_of(&sync)?.max_delete_percent as f64));
    Ok(shown(&SyncPlanPage {
        v: &v,
        number,
        name: line(&sync.name),
        id: id.to_string(),
        created_at,
        counts: count_rows(&plan.counts),
        values: values.collect(),
        blocked: plan.blocked.iter().map(|one| (plain(&one.kind), plain(&one.uid), plain(&one.code))).collect(),
        is_validated: plan.validated,
        unasked: plan.unasked,
        held: (!types.is_empty()).then(|| (percent, types.join(", "))),
        requests: plan.requests,
        time: Duration::from_secs(plan.seconds.max(1)),
        changes,
        why,
        pager,
    }))
}

/// With names and properties, where both sides can be read; the plan alone where not.
async fn changes(ctx: &Ctx, v: &View, sync: &Sync, entries: &[Entry]) -> Result<(Vec<SyncChangeRow>, Option<SyncWhy>)> {
    if entries.is_empty() {
        return Ok((Vec::new(), None));
    }
    let why = match ctx.app.syncs.show(sync, entries).await {
        Ok(found) => return Ok((found.iter().map(row).collect(), None)),
        Err(Refused::Instance(error)) => Why::from(&error),
        Err(Refused::Invalid(why)) => why,
        Err(refused) => return Err(problem(refused)),
    };
    let bare = entries.iter().map(|entry| SyncChangeRow {
        kind: plain(&entry.kind),
        uid: plain(&entry.uid),
        name: line(""),
        action: SyncAction(entry.action),
        has_moved: false,
        properties: Vec::new(),
    });
    Ok((bare.collect(), Some(said::why(v, &why))))
}

fn row(change: &PlanChange) -> SyncChangeRow {
    let property = |one: &dhis2::Change| (line(&one.property), line(&one.before), line(&one.after));
    SyncChangeRow {
        kind: plain(&change.kind),
        uid: plain(&change.uid),
        name: line(&change.name),
        action: SyncAction(change.action),
        has_moved: change.has_moved,
        properties: change.changes.iter().map(property).collect(),
    }
}
