//! Traces, for programs.

use super::{FoundTrace, existing};
use crate::{
    Ctx,
    auth::Access,
    extract::Path,
    problem::Result,
    routes::{About, Routes},
};
use ::api::performance::{QueryFinding, SpanLine, TraceError, TraceTree};
use axum::extract::State;
use errors::transaction::{CostlyStatement, Span, WaterfallRow, costly, waterfall};
use std::time::Duration;

pub(super) fn declare(routes: Routes) -> Routes {
    routes.get(
        "/api/v1/performance/traces/{id}",
        Access::Read,
        show,
        About::new("The spans of a trace, each below the one that began it, with what is slow or wrong in it")
            .gives::<TraceTree>(200, "At most 2,000 spans"),
    )
}

async fn show(State(ctx): State<Ctx>, Path(id): Path<String>) -> Result<axum::Json<TraceTree>> {
    Ok(axum::Json(tree(&existing(&ctx, &id).await?)))
}

fn tree(found: &FoundTrace) -> TraceTree {
    let spans: Vec<&Span> = found.trace.spans.iter().map(|(_, span)| span).collect();
    let line = |row: WaterfallRow| {
        let (project, span) = &found.trace.spans[row.span];
        span_line(project, span, &row)
    };
    let errors = found.events.iter().map(|(event, issue)| TraceError {
        project: event.project.clone(),
        event_id: event.event_id,
        title: event.title.clone(),
        issue: issue.as_ref().map(|link| link.short_id.clone()),
        span_id: event.event.trace().span_id,
    });
    TraceTree {
        trace_id: found.id.clone(),
        spans: waterfall(&spans).into_iter().map(line).collect(),
        queries: costly(spans.iter().copied()).into_iter().map(finding).collect(),
        errors: errors.collect(),
        is_partial: found.trace.is_partial,
    }
}

fn span_line(project: &str, span: &Span, row: &WaterfallRow) -> SpanLine {
    SpanLine {
        project: project.to_owned(),
        span_id: span.span_id.clone(),
        parent_span_id: span.parent_span_id.clone(),
        depth: row.depth as u64,
        op: span.op.clone(),
        name: span.name.clone(),
        start: span.start,
        duration_ms: millis(span.duration()),
        own_ms: millis(row.own),
        failed: span.status.is_failure(),
    }
}

fn finding(found: CostlyStatement) -> QueryFinding {
    QueryFinding {
        lost_ms: millis(found.lost()),
        statement: found.statement,
        count: found.count as u64,
        duration_ms: millis(found.duration),
        asked_at: found.asked_at,
        first_span_id: found.first_span_id,
        parent_span_id: found.parent_span_id,
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
