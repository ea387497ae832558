//! Tokens: what programs show in place of a password.

use crate::{
    Ctx,
    auth::{Access, CreatedName, alike, name_alike},
    extract::Path,
    layout::{
        parts::{Choice, Faults},
        view::View,
    },
    people::tokens::page::{EXPIRIES, TokenRow, TokensPage, scope_word},
    problem::{Problem, Result},
    routes::Routes,
};
use crate::{
    layout::{Form, Reader, page, see},
    routes::{form_about, page_about},
};
use axum::{extract::State, http::StatusCode, response::Response};
use secrecy::ExposeSecret as _;
use std::time::Duration;
use store::{Scope, Token};

const NAME_MAX: usize = 100;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/tokens", ADMINS, list, page_about("Tokens of programs"))
        .post("/tokens", ADMINS, create, form_about("Make a token, shown once"))
        .post("/tokens/{name}/revoke", ADMINS, revoke, form_about("Revoke a token"))
}

const ADMINS: Access = Access::Page(Scope::Admin);

#[derive(Default)]
struct Filled {
    name: String,
    scope: String,
    days: String,
    faults: Faults,
    made: Option<(String, String)>,
}

async fn answer(ctx: &Ctx, v: &View, filled: Filled) -> Result<Response> {
    let status = if filled.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = ctx.app.db.tokens().await?.into_iter().map(|token| TokenRow {
        scope: v.t(scope_word(&token.scope.to_string())),
        name: token.name,
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
    });
    let scopes = Scope::ALL.map(|scope| (scope.to_string(), v.t(scope_word(&scope.to_string()))));
    let expiries = EXPIRIES.map(|(days, word)| (days.to_owned(), v.t(word)));
    let shown = TokensPage {
        v,
        rows: rows.collect(),
        name: filled.name,
        scopes: Choice::of(scopes, &filled.scope),
        expiries: Choice::of(expiries, &filled.days),
        faults: filled.faults,
        notice: None,
        made: filled.made,
    };
    Ok(page(status, &shown))
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    answer(&ctx, &v, Filled { scope: "read".into(), days: "90".into(), ..Filled::default() }).await
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, form: Form) -> Result<Response> {
    let [name, scope, days] = ["name", "scope", "days"].map(|field| form.text(field).to_owned());
    let mut faults = Faults::default();
    if !alike::is_plain(&name, NAME_MAX) {
        faults.add("name", v.with("users-name-bad", "n", NAME_MAX));
    } else if let Some(other) = name_alike(&ctx, &name).await? {
        faults.add("name", v.with("users-name-taken", "name", other));
    }
    if !faults.is_empty() {
        return answer(&ctx, &v, Filled { name, scope, days, faults, made: None }).await;
    }
    let allows: Scope = scope.parse().map_err(|what| Problem::invalid(format!("scope: {what}")))?;
    let lasts = days.parse::<u32>().ok().map(|days| Duration::from_secs(u64::from(days) * 86_400));
    let (secret, hash) = ctx.app.vault.new_token();
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let expires_at = lasts.map(|lasts| v.now + lasts);
    let token = Token { id, name: name.clone(), hash, scope: allows, created_at: v.now, expires_at, used_at: None };
    ctx.app.db.create_token(token).await?;
    let made = Some((name.clone(), secret.expose_secret().to_owned()));
    let mut response = answer(&ctx, &v, Filled { scope, days, made, ..Filled::default() }).await?;
    response.extensions_mut().insert(CreatedName(name));
    Ok(response)
}

async fn revoke(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<Response> {
    ctx.app.db.revoke_token(name).await?;
    ctx.tokens.forget();
    Ok(see("/tokens"))
}
