//! Deleting records by query. What is not understood of it, or not looked through, deletes nothing.

use super::{jobs::StoredJobs, rows::left_out};
use crate::{
    Ctx,
    auth::{Access, Granted, write_down},
    extract::{Json, Path, Query, moment},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use api::logs::{Deleted, SeqRanges, StoredCount};
use axum::{Extension, extract::State, http::Uri};
use logs::search::{ResolvedSearch, Search};
use serde::Deserialize;
use telemetry::{
    Kind,
    query::{Partial, language::Filter},
};
use utoipa::IntoParams;

/// As it stands in the audit.
const ACTION: &str = "DELETE /api/v1/logs";

pub(super) fn declare(routes: Routes) -> Routes {
    routes
        .delete(
            "/api/v1/logs",
            Access::Admin,
            delete,
            // Written down there, with the query and the number of records.
            About::new("Delete the records that match: all of them, or none where something is unclear")
                .unaudited()
                .query::<DeleteQuery>()
                .gives::<Deleted>(200, "How many match, and how many are gone"),
        )
        .delete(
            "/api/v1/logs/{seq}",
            Access::Admin,
            delete_numbered,
            About::new("Delete the record of that number").unaudited().gives::<Deleted>(200, "Whether there was one"),
        )
        .post(
            "/api/v1/logs/stored",
            Access::Read,
            stored,
            About::new("How many records with those numbers are stored")
                .unaudited()
                .takes::<SeqRanges>()
                .gives::<StoredCount>(200, "As many"),
        )
}

#[derive(Deserialize, Default, IntoParams)]
#[serde(default, deny_unknown_fields)]
struct DeleteQuery {
    /// Which records, in the language of docs/search.md without steps; all of it has to be understood. `*` means all.
    q: String,
    /// From then on: a moment, a day, or so long ago (`15m`, `7d`).
    since: Option<String>,
    /// Before it.
    until: Option<String>,
    /// Whose days and hours are meant where none is written, as `Europe/Paris`; the server's unless it is given.
    zone: Option<String>,
    /// Tells how many match, and deletes none.
    dry_run: bool,
    /// Deletes none if more than so many match: what was counted before.
    at_most: Option<u64>,
    /// The moment from which `1h` and `today` are counted: that of the dry run before, so that they mean the same.
    now: Option<String>,
}

async fn delete(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    uri: Uri,
    Query(query): Query<DeleteQuery>,
) -> Result<axum::Json<Deleted>> {
    let DeleteQuery { q, since, until, zone, dry_run, at_most, now } = query;
    let search = Search { q, since, until, zone };
    let zone = search.zone_or(ctx.app.logs.zone())?;
    let given = now.as_deref().map(|text| moment("now", text, &zone)).transpose()?;
    let now = given.unwrap_or_else(|| ctx.app.logs.clock().now());
    let resolved = search.resolve(now, &zone, &StoredJobs(&ctx.app.db)).await?;
    refuse_unclear(&resolved, &search.q)?;
    let at_most = if dry_run { None } else { Some(at_most.unwrap_or(u64::MAX)) };
    let deletion = ctx.app.logs.delete(resolved.question().clone(), at_most, resolved.time_max).await?;
    if !deletion.partial.is_empty() {
        let why = left_out(&deletion.partial).join("; ");
        let of_damage = |partial: &Partial| matches!(partial, Partial::Damaged { .. } | Partial::Undeleted { .. });
        let is_damaged = deletion.partial.iter().any(of_damage);
        let remedy = match is_damaged {
            true => "stop the server, run `vigie doctor --repair`, and delete then",
            false => "bound the time by `since` and `until`, and delete in parts",
        };
        let what = format!("nothing was deleted, as not everything was looked through: {why}");
        return Err(Problem::conflict(what).remedy(remedy));
    }
    if !dry_run && !deletion.is_done {
        let what = format!("nothing was deleted: {} records match by now", deletion.matching);
        return Err(Problem::conflict(what)
            .remedy("count them again, or bound the time by `until`")
            .with("matching", deletion.matching));
    }
    let deleted = if deletion.is_done { deletion.matching } else { 0 };
    if deleted > 0 {
        let bounds = [("since", &search.since), ("until", &search.until)];
        let bounds = bounds.iter().filter_map(|(name, text)| Some(format!(" {name} {}", text.as_ref()?)));
        let what = format!("{}{}: {deleted}", search.q, bounds.collect::<String>());
        write_down(&ctx, granted.name(), ACTION, uri.path(), &what).await;
        tracing::info!(deleted, "records of the log store were deleted by query");
    }
    Ok(axum::Json(Deleted { matching: deletion.matching, deleted, now }))
}

/// Deletes one record, if there is such a one.
async fn delete_numbered(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    uri: Uri,
    Path(seq): Path<u64>,
) -> Result<axum::Json<Deleted>> {
    let deleted = u64::from(ctx.app.logs.delete_numbered(seq).await?);
    if deleted > 0 {
        write_down(&ctx, granted.name(), ACTION, uri.path(), &seq.to_string()).await;
        tracing::info!(seq, "a record of the log store was deleted");
    }
    Ok(axum::Json(Deleted { matching: deleted, deleted, now: ctx.app.logs.clock().now() }))
}

/// Ranges of one question.
const RANGES_MAX: usize = 10_000;

/// How many of the records with those numbers are stored.
async fn stored(State(ctx): State<Ctx>, Json(SeqRanges { seqs }): Json<SeqRanges>) -> Result<axum::Json<StoredCount>> {
    let is_right = seqs.iter().all(|(first, last)| first <= last) && seqs.is_sorted_by(|one, next| one.1 < next.0);
    if seqs.len() > RANGES_MAX || !is_right {
        return Err(Problem::invalid(format!("seqs: write at most {RANGES_MAX} ranges, in rising order")));
    }
    Ok(axum::Json(StoredCount { stored: ctx.app.logs.count_numbered(seqs).await? }))
}

/// A search takes what it does not understand for words; a deletion must not.
fn refuse_unclear(search: &ResolvedSearch, q: &str) -> Result<()> {
    if let Some(problem) = search.problems.first() {
        let at = problem.at.start;
        return Err(Problem::invalid(format!("q: nothing was deleted: from byte {at} on, {problem}"))
            .remedy("correct it: only a query that is understood as a whole deletes"));
    }
    if search.kind != Kind::Log {
        let kind = search.kind.as_str();
        return Err(Problem::invalid(worded("problem-kind-delete", &[("kind", &kind)]))
            .remedy(worded("problem-kind-help", &[])));
    }
    if !search.query.pipes.is_empty() {
        return Err(Problem::invalid("q: steps behind `|` make a table, and play no part in a deletion")
            .remedy("leave them out"));
    }
    if search.query.filter == Filter::Everything && q.trim() != "*" {
        return Err(Problem::invalid("q: it says of no record which one, and so would mean every record")
            .remedy("say which records; if you mean all of them, write `*`"));
    }
    Ok(())
}
