//! What was sent under a mailing's name: its size, and keys sent before Vigie was asked to.

use crate::{
    Ctx,
    auth::Access,
    extract::{NAME_MAX, Path, text},
    lines::Lines,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use api::ledger::{Imported, LedgerSize};
use axum::{body::Body, extract::State};

const BATCH: usize = 1_000;
/// Characters of a key.
const KEY_MAX: usize = 2_000;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/ledger/{mailing}",
            Access::Read,
            size,
            About::new("How many were sent under a mailing's name").gives::<LedgerSize>(200, "The size"),
        )
        .post(
            "/api/v1/ledger/{mailing}",
            Access::Write,
            import,
            About::new("Add keys that were sent before")
                .takes_text("application/x-ndjson", "One text per line, in JSON")
                .gives::<Imported>(200, "How many were new"),
        )
}

async fn size(State(ctx): State<Ctx>, Path(mailing): Path<String>) -> Result<axum::Json<LedgerSize>> {
    let mailing = text("mailing", mailing, NAME_MAX)?;
    Ok(axum::Json(LedgerSize { size: ctx.app.db.ledger_size(&mailing).await? }))
}

async fn import(State(ctx): State<Ctx>, Path(mailing): Path<String>, body: Body) -> Result<axum::Json<Imported>> {
    let mailing = text("mailing", mailing, NAME_MAX)?;
    let limits = ctx.app.limits;
    let mut lines = Lines::new(body, limits.line_bytes_max, limits.upload_bytes_max);
    let (mut keys, mut new) = (Vec::new(), 0);
    while let Some(line) = lines.next().await? {
        let key: String = serde_json::from_slice(&line).map_err(|error| {
            Problem::invalid(format!("line {}: {error}", lines.number))
                .remedy("write one text per line, as in \"C001\"")
        })?;
        keys.push(text("key", key, KEY_MAX)?);
        if keys.len() == BATCH {
            new += ctx.app.db.import_ledger(mailing.clone(), std::mem::take(&mut keys), ctx.app.clock.now()).await?;
        }
    }
    if !keys.is_empty() {
        new += ctx.app.db.import_ledger(mailing, keys, ctx.app.clock.now()).await?;
    }
    Ok(axum::Json(Imported { new }))
}
