//! Sending accounts: made, changed, shown without their secrets, and set going after a pause.

use crate::{
    Ctx,
    auth::Access,
    extract::{Json, NAME_MAX, Path, text},
    jobs::api::ReasonJson,
    problem::{Problem, Result},
    routes::{About, Routes},
};
use axum::extract::State;
use mail::{gmail, provider, smtp};
use model::{AccountId, Timestamp, pace::Limits};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use store::Account;
use utoipa::ToSchema;

pub(crate) fn declare(routes: Routes) -> Routes {
    let gives = |summary| About::new(summary).gives::<AccountJson>(200, "The account");
    routes
        .get(
            "/api/v1/accounts",
            Access::Read,
            list,
            About::new("Accounts, by name").gives::<AccountsJson>(200, "All of them"),
        )
        .get("/api/v1/accounts/{name}", Access::Read, show, gives("An account, and what it has used today"))
        .put("/api/v1/accounts/{name}", Access::Admin, save, gives("Make or change an account").takes::<NewAccount>())
        .post("/api/v1/accounts/{name}/resume", Access::Write, resume, gives("End an account's pause"))
}

/// Where mail leaves from. The secret is never shown.
#[derive(Serialize, ToSchema)]
#[schema(as = Account)]
struct AccountJson {
    #[schema(value_type = Uuid)]
    id: AccountId,
    name: String,
    url: String,
    has_secret: bool,
    /// per_second, per_minute, per_hour, daily, daily_recipients, batch.
    #[schema(value_type = Object)]
    limits: Limits,
    pause: Option<PauseJson>,
    /// Messages and recipients of the last 24 hours, as they count against the limits.
    used_messages: u64,
    used_recipients: u64,
}

#[derive(Serialize, ToSchema)]
#[schema(as = AccountPause)]
struct PauseJson {
    /// `null`: until somebody resumes it.
    #[schema(value_type = Option<String>)]
    until: Option<Timestamp>,
    reason: ReasonJson,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Accounts)]
struct AccountsJson {
    rows: Vec<AccountJson>,
    next: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct NewAccount {
    /// `smtp://…`, `smtps://…` or `gmail://…`, without any password.
    url: String,
    /// A password, or a service account's key; the one before is kept when it is left out.
    #[schema(value_type = Option<String>)]
    secret: Option<SecretString>,
    /// Left out: those of an account that is there stay, and a new one gets what its provider is known to allow.
    #[schema(value_type = Option<Object>)]
    limits: Option<Limits>,
}

async fn shown(ctx: &Ctx, account: Account) -> Result<AccountJson> {
    let (used_messages, used_recipients) = ctx.app.db.used_in_a_day(account.id, ctx.app.clock.now()).await?;
    Ok(AccountJson {
        id: account.id,
        name: account.name,
        url: account.url,
        has_secret: account.secret.is_some(),
        limits: account.limits,
        pause: account.pause.map(|pause| PauseJson { until: pause.until, reason: pause.reason.into() }),
        used_messages,
        used_recipients,
    })
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<AccountsJson>> {
    let mut rows = Vec::new();
    for account in ctx.app.db.accounts().await? {
        rows.push(shown(&ctx, account).await?);
    }
    Ok(axum::Json(AccountsJson { rows, next: None }))
}

pub(crate) async fn named(ctx: &Ctx, name: String) -> Result<Account> {
    let name = text("account", name, NAME_MAX)?;
    let missing = || Problem::not_found(format!("account `{name}`")).remedy("`PUT /api/v1/accounts/{name}` makes one");
    ctx.app.db.account_named(&name).await?.ok_or_else(missing)
}

async fn show(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<AccountJson>> {
    let account = named(&ctx, name).await?;
    Ok(axum::Json(shown(&ctx, account).await?))
}

async fn save(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Json(new): Json<NewAccount>,
) -> Result<axum::Json<AccountJson>> {
    let name = text("name", name, NAME_MAX)?;
    check_url(&new.url, new.secret.clone()).map_err(|what| Problem::invalid(format!("url: {what}")))?;
    let secret = new.secret.filter(|secret| !secrecy::ExposeSecret::expose_secret(secret).is_empty());
    let account = Account {
        id: AccountId::new(&ctx.app.clock, &ctx.app.rng),
        secret: secret.map(|secret| ctx.app.vault.seal(&secret, &name)),
        name,
        limits: new.limits.clone().unwrap_or_else(|| provider::limits_of(&new.url)),
        url: new.url,
        pause: None,
    };
    let now = ctx.app.clock.now();
    let account = match new.limits {
        Some(_) => ctx.app.db.save_account(account, now).await?,
        None => ctx.app.db.use_account(account, now).await?,
    };
    wake(&ctx);
    Ok(axum::Json(shown(&ctx, account).await?))
}

/// Whether the URL is one that mail can leave by. A missing password is no fault of the URL.
pub(crate) fn check_url(url: &str, secret: Option<SecretString>) -> Result<(), String> {
    if url.len() > 2_000 || url.contains('\0') {
        return Err("is no address of an account".into());
    }
    if url.starts_with("gmail://") {
        return gmail::Settings::from_url(url).map(drop).map_err(|error| error.to_string());
    }
    match smtp::Account::from_url(url, secret) {
        Ok(_) | Err(smtp::AccountError::PasswordMissing(_) | smtp::AccountError::UserMissing(_)) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

async fn resume(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<AccountJson>> {
    let account = named(&ctx, name).await?;
    ctx.app.db.resume_account(account.id, ctx.app.clock.now()).await?;
    wake(&ctx);
    let account = Account { pause: None, ..account };
    Ok(axum::Json(shown(&ctx, account).await?))
}

pub(crate) fn wake(ctx: &Ctx) {
    if let Some(wake) = &ctx.app.wake {
        wake(None);
    }
}
