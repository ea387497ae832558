//! A log file is emptied, once somebody has said that they mean it.

use super::{find, row, wants_json};
use crate::{
    Ctx,
    auth::{Access, Granted, write_down},
    extract::Path,
    layout::{
        Reader,
        foreign::plain,
        notice,
        parts::{ConfirmPage, Mood, Notice},
        see, shown,
        view::View,
    },
    logs::pages::files::part,
    problem::Result,
    routes::{Routes, form_about, page_about},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, Uri},
    response::{IntoResponse, Response},
};
use serde_json::json;
use store::Scope;

const ADMINS: Access = Access::Page(Scope::Admin);
const PATHS: [&str; 2] = ["/logs/clear/{name}/", "/logs/clear/{name}"];

pub(crate) fn declare(routes: Routes) -> Routes {
    PATHS.into_iter().fold(routes, |routes, path| {
        routes.get(path, ADMINS, ask, page_about("Asks whether a log file is to be emptied")).post(
            path,
            ADMINS,
            clear,
            // Written down here, with what was kept, whoever does it.
            form_about("Empty a log file; what stood in it is kept beside it once").unaudited(),
        )
    })
}

pub(super) fn notice(v: &View, name: &str, is_kept: bool) -> Notice {
    let id = if is_kept { "files-cleared" } else { "files-cleared-empty" };
    Notice { mood: Mood::Ok, text: v.with(id, "name", plain(name)) }
}

async fn ask(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>) -> Result<Response> {
    let file = row(&find(&ctx, name).await?);
    Ok(shown(&ConfirmPage {
        title: v.with("files-clear-title", "name", file.plain()),
        text: v.t("files-clear-text"),
        action: format!("/logs/clear/{}/", part(&file.name)),
        button: v.t("files-clear-sure"),
        back: "/logs/".to_owned(),
        v: &v,
    }))
}

async fn clear(
    State(ctx): State<Ctx>,
    Extension(granted): Extension<Granted>,
    Reader(v): Reader,
    headers: HeaderMap,
    uri: Uri,
    Path(name): Path<String>,
) -> Result<Response> {
    let file = find(&ctx, name).await?;
    let (name, now) = (file.name.clone(), ctx.app.clock.now());
    let kept = super::beside(move || file.clear(now)).await??;
    let detail = kept.as_deref().unwrap_or_default();
    write_down(&ctx, granted.name(), &format!("POST {}", PATHS[0]), uri.path(), detail).await;
    tracing::info!(file = plain(&name), kept = detail, "a log file was cleared");
    if wants_json(&headers) {
        return Ok(axum::Json(json!({"cleared": name, "kept": kept})).into_response());
    }
    let told = notice::query(&v, "/logs/", &[("cleared", &name), ("kept", detail)]);
    Ok(see(&format!("/logs/?{told}")))
}
