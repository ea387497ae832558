//! Sending accounts: made, changed, shown without their secrets, and set going after a pause.

use crate::{
    Ctx,
    auth::Access,
    extract::{Json, NAME_MAX, Path, text},
    jobs::api::shown_reason,
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::{
    self,
    accounts::{AccountPause, Accounts, NewAccount},
};
use axum::extract::State;
use mail::{gmail, provider, smtp};
use model::AccountId;
use secrecy::SecretString;
use store::Account;

pub(crate) fn declare(routes: Routes) -> Routes {
    let gives = |summary| About::new(summary).gives::<api::accounts::Account>(200, "The account");
    routes
        .get(
            "/api/v1/accounts",
            Access::Read,
            list,
            About::new("Accounts, by name").gives::<Accounts>(200, "All of them"),
        )
        .get("/api/v1/accounts/{name}", Access::Read, show, gives("An account, and what it has used today"))
        .put("/api/v1/accounts/{name}", Access::Admin, save, gives("Make or change an account").takes::<NewAccount>())
        .post("/api/v1/accounts/{name}/resume", Access::Write, resume, gives("End an account's pause"))
}

async fn shown(ctx: &Ctx, account: Account) -> Result<api::accounts::Account> {
    let (used_messages, used_recipients) = ctx.app.db.used_in_a_day(account.id, ctx.app.clock.now()).await?;
    Ok(api::accounts::Account {
        id: account.id,
        name: account.name,
        url: account.url,
        has_secret: account.secret.is_some(),
        limits: account.limits,
        pause: account.pause.map(|pause| AccountPause { until: pause.until, reason: shown_reason(pause.reason) }),
        used_messages,
        used_recipients,
    })
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Accounts>> {
    let mut rows = Vec::new();
    for account in ctx.app.db.accounts().await? {
        rows.push(shown(&ctx, account).await?);
    }
    Ok(axum::Json(Accounts { rows, next: None }))
}

pub(crate) async fn named(ctx: &Ctx, name: String) -> Result<Account> {
    let name = text("account", name, NAME_MAX)?;
    let missing = || {
        Problem::missing(worded("problem-no-account", &[("name", &name)]))
            .remedy(worded("problem-no-account-help", &[]))
    };
    ctx.app.db.account_named(&name).await?.ok_or_else(missing)
}

async fn show(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<api::accounts::Account>> {
    let account = named(&ctx, name).await?;
    Ok(axum::Json(shown(&ctx, account).await?))
}

async fn save(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Json(new): Json<NewAccount>,
) -> Result<axum::Json<api::accounts::Account>> {
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

async fn resume(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<axum::Json<api::accounts::Account>> {
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
