//! Webhooks: where outcomes are reported. The secret that signs them is never shown.

use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Json, NAME_MAX, Path, optional_text, text},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::{
    self,
    webhooks::{NewWebhook, Webhooks},
};
use axum::{Extension, extract::State, http::StatusCode};
use mail::webhooks::sealed_for;
use model::Timestamp;
use store::{Scope, Webhook};
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/webhooks",
            Access::Read,
            list,
            About::new("Where outcomes are reported").gives::<Webhooks>(200, "All of them"),
        )
        .post(
            "/api/v1/webhooks",
            Access::Admin,
            create,
            About::new("Report outcomes from now on to a URL")
                .takes::<NewWebhook>()
                .gives::<api::webhooks::Webhook>(201, "Made"),
        )
        .delete(
            "/api/v1/webhooks/{id}",
            Access::Admin,
            delete,
            About::new("Report there no more").gives_text(204, None, "It is no more"),
        )
}

fn shown(hook: Webhook) -> api::webhooks::Webhook {
    api::webhooks::Webhook {
        id: hook.id,
        url: hook.url,
        is_signed: hook.secret.is_some(),
        mailing: hook.mailing,
        cursor: hook.cursor,
        failures: hook.failures,
        next_at: (hook.next_at > Timestamp::EPOCH).then_some(hook.next_at),
        last_error: hook.last_error,
        created_at: hook.created_at,
    }
}

async fn list(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>) -> Result<axum::Json<Webhooks>> {
    let shown = |hook: Webhook| match granted.scope.allows(Scope::Admin) {
        true => shown(hook),
        false => api::webhooks::Webhook { url: without_key(&hook.url), ..shown(hook) },
    };
    let rows = ctx.app.db.webhooks().await?.into_iter().map(shown).collect();
    Ok(axum::Json(Webhooks { rows, next: None }))
}

/// The place of a URL: what stands behind it often is a key.
fn without_key(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| "***".to_owned(), |url| format!("{}/***", url.origin().ascii_serialization()))
}

async fn create(
    State(ctx): State<Ctx>,
    Json(new): Json<NewWebhook>,
) -> Result<(StatusCode, axum::Json<api::webhooks::Webhook>)> {
    let url = text("url", new.url, 2_000)?;
    let parsed = url::Url::parse(&url).ok();
    let is_plain = |url: &url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.password().is_none()
            && url.username().is_empty()
    };
    if !parsed.as_ref().is_some_and(is_plain) {
        return Err(
            Problem::invalid(worded("problem-webhook-url", &[])).remedy(worded("problem-webhook-url-help", &[]))
        );
    }
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let secret = new.secret.map(|secret| ctx.app.vault.seal(&secret, &sealed_for(id)));
    let mailing = optional_text("mailing", new.mailing, NAME_MAX)?;
    ctx.app.db.create_webhook(store::NewWebhook { id, url, secret, mailing }, ctx.app.clock.now()).await?;
    let made = ctx.app.db.webhooks().await?.into_iter().find(|hook| hook.id == id);
    let made = made.ok_or_else(|| no_webhook(id))?;
    Ok((StatusCode::CREATED, axum::Json(shown(made))))
}

async fn delete(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<StatusCode> {
    let was_there = ctx.app.db.delete_webhook(id).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(no_webhook(id)) }
}

fn no_webhook(id: Uuid) -> Problem {
    Problem::missing(worded("problem-no-webhook", &[("id", &id)])).remedy(worded("problem-no-webhook-help", &[]))
}
