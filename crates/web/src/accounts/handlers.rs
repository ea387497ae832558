//! Accounts: where mail leaves from.

mod typed;

use crate::{
    Ctx,
    accounts::{
        api::{check_url, named, wake},
        page::{AccountKind, AccountPage, AccountsPage, NewAccountPage, TestResult},
    },
    auth::{Access, CreatedName, Granted},
    extract::{Path, Query},
    layout::{
        parts::{Faults, Mood, Notice},
        view::View,
    },
    problem::Result,
    routes::Routes,
};
use crate::{
    layout::{Form, Reader, notice, page, rows, see, shown},
    routes::{form_about, page_about},
};
use axum::{Extension, extract::State, http::StatusCode, response::Response};
use mail::smtp;
use model::AccountId;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use std::time::{Duration, Instant};
use store::{Account, AccountPause, Reason, Scope};
use utoipa::IntoParams;

/// A test of the connection is given up after so long.
const TEST_MAX: Duration = Duration::from_secs(15);
const NAME_MAX: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/accounts", READS, list, page_about("Where mail leaves from"))
        .post("/accounts", ADMINS, create, form_about("Make an account"))
        .get("/accounts/new", ADMINS, new, page_about("A new account"))
        .get(
            "/accounts/{name}",
            READS,
            show,
            page_about("An account, and what is left of its limits").query::<AccountsQuery>(),
        )
        .post("/accounts/{name}", ADMINS, save, form_about("Change an account"))
        .post("/accounts/{name}/test", ADMINS, test, form_about("Try to log in at an account's server"))
        .post("/accounts/{name}/pause", ACTS, pause, form_about("Let nothing leave by an account"))
        .post("/accounts/{name}/resume", ACTS, resume, form_about("End an account's pause"))
}

const READS: Access = Access::Page(Scope::Read);
const ACTS: Access = Access::Page(Scope::Write);
const ADMINS: Access = Access::Page(Scope::Admin);

#[derive(Deserialize, Default, IntoParams)]
#[serde(default)]
struct AccountsQuery {
    /// `created` or `saved`, after the form.
    said: String,
    /// That this session has sent the form.
    seal: String,
}

fn address(name: &str) -> String {
    format!("/accounts/{}", percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC))
}

/// To the account's page, which says what was done.
fn saying(v: &View, name: &str, said: &str) -> Response {
    let path = address(name);
    see(&format!("{path}?{}", notice::query(v, &path, &[("said", said)])))
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    let mut rows = Vec::new();
    for account in ctx.app.db.accounts().await? {
        rows.push(rows::account(&ctx, &v, &account).await?);
    }
    Ok(shown(&AccountsPage { v: &v, rows, notice: None }))
}

async fn new(Reader(v): Reader) -> Response {
    shown(&NewAccountPage { v: &v, form: typed::suggested(), faults: Faults::default() })
}

async fn show(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    Query(said): Query<AccountsQuery>,
) -> Result<Response> {
    let account = named(&ctx, name).await?;
    let is_ours = notice::is_ours(&v, &[("said", &said.said)], &said.seal);
    let word = match said.said.as_str() {
        "saved" => Some("said-saved"),
        "created" => Some("account-said-created"),
        _ => None,
    };
    let notice = word.filter(|_| is_ours).map(|word| Notice { mood: Mood::Ok, text: v.t(word) });
    answer(&ctx, &v, &account, notice, None).await
}

async fn answer(
    ctx: &Ctx,
    v: &View,
    account: &Account,
    notice: Option<Notice>,
    test: Option<TestResult>,
) -> Result<Response> {
    let row = rows::account(ctx, v, account).await?;
    let form = typed::of(account);
    Ok(shown(&AccountPage { v, row, form, faults: Faults::default(), notice, test }))
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let (typed, mut faults) = typed::read(&v, &form);
    let name = typed.name.clone();
    if name.is_empty() || name.chars().count() > NAME_MAX || name.contains('/') || name.contains(model::steers_display)
    {
        faults.add("name", v.with("users-name-bad", "n", NAME_MAX));
    } else if ctx.app.db.account_named(&name).await?.is_some() {
        faults.add("name", v.t("account-name-taken"));
    }
    let account = checked(&ctx, &v, &typed, &form, &mut faults);
    let Some(account) = account.filter(|_| faults.is_empty()) else {
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &NewAccountPage { v: &v, form: typed, faults }));
    };
    let account = ctx.app.db.save_account(account, v.now).await?;
    wake(&ctx);
    let mut response = match form.text("test") {
        "" => saying(&v, &name, "created"),
        _ => tested(&ctx, &v, &account).await?,
    };
    response.extensions_mut().insert(CreatedName(name));
    Ok(response)
}

async fn save(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>, form: Form) -> Result<Response> {
    let before = named(&ctx, name).await?;
    let (mut typed, mut faults) = typed::read(&v, &form);
    (typed.name, typed.has_secret) = (before.name.clone(), before.secret.is_some());
    let account = checked(&ctx, &v, &typed, &form, &mut faults);
    let Some(account) = account.filter(|_| faults.is_empty()) else {
        let row = rows::account(&ctx, &v, &before).await?;
        let shown = AccountPage { v: &v, row, form: typed, faults, notice: None, test: None };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &shown));
    };
    ctx.app.db.save_account(account, v.now).await?;
    wake(&ctx);
    Ok(saying(&v, &before.name, "saved"))
}

/// The account that was typed; what is wrong with it goes to `faults`.
fn checked(
    ctx: &Ctx,
    v: &View,
    typed: &crate::accounts::page::AccountForm,
    form: &Form,
    faults: &mut Faults,
) -> Option<Account> {
    let url = typed::url(typed)?;
    let secret: SecretString = form.secret(if typed.kind == AccountKind::Gmail { "key" } else { "password" });
    let secret = Some(secret).filter(|secret| !secret.expose_secret().trim().is_empty());
    if let Err(what) = check_url(&url, secret.clone()) {
        tracing::info!(account = typed.name, "the settings of an account cannot be used: {what}");
        faults.add(if url.starts_with("gmail") { "address" } else { "host" }, v.t("account-bad"));
        return None;
    }
    Some(Account {
        id: AccountId::new(&ctx.app.clock, &ctx.app.rng),
        secret: secret.map(|secret| ctx.app.vault.seal(&secret, &typed.name)),
        name: typed.name.clone(),
        url,
        limits: typed::limits(typed),
        pause: None,
    })
}

async fn test(State(ctx): State<Ctx>, Reader(v): Reader, Path(name): Path<String>) -> Result<Response> {
    let account = named(&ctx, name).await?;
    tested(&ctx, &v, &account).await
}

async fn tested(ctx: &Ctx, v: &View, account: &Account) -> Result<Response> {
    let fails = |reason: String, reply: String| TestResult::Fails { reason, reply };
    let secret = account.secret.as_deref().map(|sealed| ctx.app.vault.unseal(sealed, &account.name)).transpose();
    let result = match (secret, account.url.starts_with("gmail://")) {
        (Err(error), _) => {
            tracing::warn!(account = account.name, "the secret of an account cannot be unsealed: {error}");
            fails(v.t("reason-secret"), String::new())
        }
        (_, true) => fails(v.t("account-test-gmail"), String::new()),
        (Ok(secret), false) => match smtp::Account::from_url(&account.url, secret) {
            Err(error) => {
                tracing::warn!(account = account.name, "the settings of an account cannot be used: {error}");
                fails(v.t("account-bad"), String::new())
            }
            Ok(server) => {
                let begun = Instant::now();
                match tokio::time::timeout(TEST_MAX, smtp::check(&server)).await {
                    Ok(Ok(report)) => TestResult::Works { took: begun.elapsed(), server: report.greeting },
                    Ok(Err(verdict)) => fails(v.verdict(&verdict), verdict.reply),
                    Err(_) => fails(v.with("account-test-slow", "time", v.duration(&TEST_MAX)), String::new()),
                }
            }
        },
    };
    answer(ctx, v, account, None, Some(result)).await
}

async fn pause(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let account = named(&ctx, name).await?;
    let pause = AccountPause { until: None, reason: Reason::new("paused_by", granted.name()) };
    ctx.app.db.pause_account(account.id, pause, ctx.app.clock.now()).await?;
    wake(&ctx);
    Ok(see(&address(&account.name)))
}

async fn resume(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    let account = named(&ctx, name).await?;
    ctx.app.db.resume_account(account.id, ctx.app.clock.now()).await?;
    wake(&ctx);
    Ok(see(&address(&account.name)))
}
