//! Whether rows were sent before, asked before a job is made: by the command line, or by a program that looks first.

use crate::{
    Ctx,
    auth::Access,
    extract::{NAME_MAX, Query, optional_text, text},
    lines::Lines,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use api::{items::NewItem, jobs::LedgerRule, mailings::Compared};
use axum::{body::Body, extract::State};
use language::Language;
use mail::{
    enqueue::BATCH,
    mailing::{Comparison, Earlier, EarlierChoice, ReceivedRow, Undecided},
    spec::Changed,
};
use serde::Deserialize;
use store::LedgerMatch;
use utoipa::IntoParams;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes.post(
        "/api/v1/mailings/compare",
        Access::Read,
        compare,
        About::new("Whether rows of a mailing were sent before, under its name or another")
            .unaudited()
            .query::<CompareQuery>()
            .takes_text("application/x-ndjson", "One object per line, as items are added to a job")
            .gives::<Compared>(200, "What was found, and what has to be said before it is sent"),
    )
}

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
struct CompareQuery {
    /// The name that was chosen for it, or of the mailing that it completes; left out, one is made up.
    name: Option<String>,
    /// Whether it is the rest of the mailing of that name.
    complete: Option<bool>,
    /// What becomes of rows that were sent with other contents: `send` or `skip`.
    #[param(value_type = Option<String>)]
    changed: Option<Changed>,
    /// The file of recipients, for a name that is made up, and its SHA-256.
    list: Option<String>,
    sha256: Option<String>,
    /// Of the mailing: `fr` or `en`, for the name.
    language: Option<String>,
}

async fn compare(
    State(ctx): State<Ctx>,
    Query(query): Query<CompareQuery>,
    body: Body,
) -> Result<axum::Json<Compared>> {
    let chosen = optional_text("name", query.name, NAME_MAX)?;
    let list = text("list", query.list.unwrap_or_default(), NAME_MAX)?;
    let language = if query.language.as_deref() == Some("fr") { Language::French } else { Language::English };
    let completes = query.complete.unwrap_or(false);
    if completes && chosen.is_none() {
        return Err(
            Problem::invalid("complete: the name is missing").remedy("say which mailing is completed, as `name`")
        );
    }
    let unused_name = ctx.mailings().unused_name(&list, language).await?;
    let asked = EarlierChoice {
        is_new: chosen.is_some() && !completes,
        name: chosen.unwrap_or_else(|| unused_name.clone()),
        completes,
        changed: query.changed,
    };
    let comparison = read(&ctx, &asked.name, body).await?;
    let decided = comparison.decide(&asked);
    let ledger = *decided.as_ref().unwrap_or(&LedgerMatch::KeyAndContent);
    let being_sent = match query.sha256.filter(|_| !asked.is_new && !completes) {
        Some(sha256) => ctx.mailings().being_sent(&sha256).await?.map(|job| job.name),
        None => None,
    };
    Ok(axum::Json(Compared {
        needs: decided.as_ref().err().map(|why| why.code().to_owned()),
        to_send: comparison.to_send(ledger),
        messages: comparison.messages_to_send(ledger),
        ledger: if ledger == LedgerMatch::Key { LedgerRule::Key } else { LedgerRule::KeyAndContent },
        earlier: match decided {
            Err(Undecided::NewOrRest(earlier) | Undecided::NameUsed(earlier)) => Some(told_earlier(earlier)),
            _ => None,
        },
        unused_name,
        being_sent,
        comparison: told(comparison),
    }))
}

/// As it goes over HTTP.
pub(crate) fn told(found: Comparison) -> api::mailings::Comparison {
    let row = |row: ReceivedRow| api::mailings::ReceivedRow {
        line: row.line,
        label: row.label,
        same: row.same,
        uncertain: row.uncertain,
        sent_at: row.sent_at,
    };
    let Comparison { name, is_used, rows, received, changed, listed, earlier, .. } = found;
    let (listed, earlier) = (listed.into_iter().map(row).collect(), earlier.into_iter().map(told_earlier).collect());
    api::mailings::Comparison { name, is_used, rows, received, changed, listed, earlier }
}

fn told_earlier(Earlier { name, same, changed, sent_at }: Earlier) -> api::mailings::Earlier {
    api::mailings::Earlier { name, same, changed, sent_at }
}

async fn read(ctx: &Ctx, name: &str, body: Body) -> Result<Comparison> {
    let limits = ctx.app.limits;
    let mut lines = Lines::new(body, limits.line_bytes_max, limits.upload_bytes_max);
    let mailings = ctx.mailings();
    let mut comparer = mailings.comparer(name).await?;
    let mut batch = Vec::with_capacity(BATCH);
    while let Some(line) = lines.next().await? {
        let line: NewItem = serde_json::from_slice(&line)
            .map_err(|error| Problem::invalid(format!("line {}: {error}", lines.number)))?;
        batch.push(identified(line));
        if batch.len() >= BATCH {
            comparer.add(&std::mem::take(&mut batch)).await?;
        }
    }
    comparer.add(&batch).await?;
    Ok(comparer.finish())
}

/// What the line is known by; nothing is kept of it.
fn identified(line: NewItem) -> store::NewItem {
    store::NewItem {
        seq: line.seq,
        message_no: line.message_no,
        ledger_key: line.ledger_key,
        content: line.content,
        label: line.label,
        payload: match serde_json::from_str::<String>(line.payload.get()) {
            Ok(text) => text,
            Err(_) => line.payload.get().to_owned(),
        },
        verdict: line.verdict,
    }
}
