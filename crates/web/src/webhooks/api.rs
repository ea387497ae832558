//! Webhooks: where outcomes are reported. The secret that signs them is never shown.

use crate::{
    Ctx,
    auth::{Access, Granted},
    extract::{Json, NAME_MAX, Path, optional_text, text},
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::{Extension, extract::State, http::StatusCode};
use model::Timestamp;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::{NewWebhook, Scope, Webhook};
use utoipa::ToSchema;
use uuid::Uuid;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get(
            "/api/v1/webhooks",
            Access::Read,
            list,
            About::new("Where outcomes are reported").gives::<WebhooksJson>(200, "All of them"),
        )
        .post(
            "/api/v1/webhooks",
            Access::Admin,
            create,
            About::new("Report outcomes from now on to a URL")
                .takes::<NewWebhookJson>()
                .gives::<WebhookJson>(201, "Made"),
        )
        .delete(
            "/api/v1/webhooks/{id}",
            Access::Admin,
            delete,
            About::new("Report there no more").gives_text(204, None, "It is no more"),
        )
}

#[derive(Serialize, ToSchema)]
#[schema(as = Webhook)]
struct WebhookJson {
    id: Uuid,
    /// Whole for administrators alone: what stands behind the host often is a key.
    url: String,
    is_signed: bool,
    mailing: Option<String>,
    /// The last place in the feed of outcomes that was told.
    cursor: i64,
    failures: i64,
    /// After a failure: not called sooner.
    #[schema(value_type = Option<String>)]
    next_at: Option<Timestamp>,
    last_error: Option<String>,
    #[schema(value_type = String)]
    created_at: Timestamp,
}

impl From<Webhook> for WebhookJson {
    fn from(hook: Webhook) -> Self {
        Self {
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
}

#[derive(Serialize, ToSchema)]
#[schema(as = Webhooks)]
struct WebhooksJson {
    rows: Vec<WebhookJson>,
    next: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewWebhook)]
struct NewWebhookJson {
    /// `https://…`, or `http://…`.
    url: String,
    /// Signs what is sent: `X-Vigie-Signature: sha256=<HMAC of the body>`.
    #[schema(value_type = Option<String>)]
    secret: Option<SecretString>,
    /// Only the outcomes of the mailing of that name.
    mailing: Option<String>,
}

async fn list(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>) -> Result<axum::Json<WebhooksJson>> {
    let shown = |hook: Webhook| match granted.scope.allows(Scope::Admin) {
        true => WebhookJson::from(hook),
        false => WebhookJson { url: without_key(&hook.url), ..WebhookJson::from(hook) },
    };
    let rows = ctx.app.db.webhooks().await?.into_iter().map(shown).collect();
    Ok(axum::Json(WebhooksJson { rows, next: None }))
}

/// The place of a URL: what stands behind it often is a key.
fn without_key(url: &str) -> String {
    url::Url::parse(url).map_or_else(|_| "***".to_owned(), |url| format!("{}/***", url.origin().ascii_serialization()))
}

async fn create(
    State(ctx): State<Ctx>,
    Json(new): Json<NewWebhookJson>,
) -> Result<(StatusCode, axum::Json<WebhookJson>)> {
    let url = text("url", new.url, 2_000)?;
    let parsed = url::Url::parse(&url).ok();
    let is_plain = |url: &url::Url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.password().is_none()
            && url.username().is_empty()
    };
    if !parsed.as_ref().is_some_and(is_plain) {
        return Err(Problem::invalid("url: is no address to report to")
            .remedy("write https://host/path, without a user or a password; `secret` signs what is sent"));
    }
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let secret = new.secret.map(|secret| ctx.app.vault.seal(&secret, &sealed_for(id)));
    let mailing = optional_text("mailing", new.mailing, NAME_MAX)?;
    ctx.app.db.create_webhook(NewWebhook { id, url, secret, mailing }, ctx.app.clock.now()).await?;
    let made = ctx.app.db.webhooks().await?.into_iter().find(|hook| hook.id == id);
    let made = made.ok_or_else(|| Problem::not_found(format!("webhook {id}")))?;
    Ok((StatusCode::CREATED, axum::Json(made.into())))
}

async fn delete(State(ctx): State<Ctx>, Path(id): Path<Uuid>) -> Result<StatusCode> {
    let was_there = ctx.app.db.delete_webhook(id).await?;
    if was_there { Ok(StatusCode::NO_CONTENT) } else { Err(Problem::not_found(format!("webhook {id}"))) }
}

/// What a webhook's secret is sealed about.
pub(crate) fn sealed_for(id: Uuid) -> String {
    format!("webhook {id}")
}
