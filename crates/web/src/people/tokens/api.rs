//! API tokens: made, listed, revoked. The token itself is shown once.

use crate::{
    Ctx,
    auth::{Access, CreatedName, check_new_name},
    extract::{Json, NAME_MAX, Path, text},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::{
    self,
    tokens::{CreatedToken, NewToken, Tokens},
};
use axum::{Extension, extract::State, http::StatusCode};
use secrecy::ExposeSecret as _;
use store::{Scope, Token};

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/api/v1/tokens", Access::Admin, list, About::new("Tokens, by name").gives::<Tokens>(200, "All of them"))
        .post(
            "/api/v1/tokens",
            Access::Admin,
            create,
            About::new("Make a token").takes::<NewToken>().gives::<CreatedToken>(201, "The token, shown this once"),
        )
        .delete(
            "/api/v1/tokens/{name}",
            Access::Admin,
            revoke,
            About::new("Revoke a token").gives_text(204, None, "It is no more"),
        )
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Tokens>> {
    let shown = |token: Token| api::tokens::Token {
        name: token.name,
        scope: token.scope.to_string(),
        created_at: token.created_at,
        expires_at: token.expires_at,
        used_at: token.used_at,
    };
    let rows = ctx.app.db.tokens().await?.into_iter().map(shown).collect();
    Ok(axum::Json(Tokens { rows, next: None }))
}

async fn create(
    State(ctx): State<Ctx>,
    Json(new): Json<NewToken>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<CreatedToken>)> {
    let name = new.name;
    if name.trim().is_empty() {
        return Err(Problem::invalid(worded("problem-name-empty", &[])).remedy(worded("problem-token-name-help", &[])));
    }
    let scope: Scope =
        new.scope.as_deref().unwrap_or("read").parse().map_err(|what| Problem::invalid(format!("scope: {what}")))?;
    let now = ctx.app.clock.now();
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(Problem::invalid("expires_at: has passed"));
    }
    check_new_name(&ctx, &name, NAME_MAX).await?;
    let (secret, hash) = ctx.app.vault.new_token();
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let token =
        Token { id, name: name.clone(), hash, scope, created_at: now, expires_at: new.expires_at, used_at: None };
    ctx.app.db.create_token(token).await?;
    let token = secret.expose_secret().to_owned();
    let created = CreatedToken { name, scope: scope.to_string(), token, expires_at: new.expires_at };
    Ok((StatusCode::CREATED, Extension(CreatedName(created.name.clone())), axum::Json(created)))
}

async fn revoke(State(ctx): State<Ctx>, Path(name): Path<String>) -> Result<StatusCode> {
    let name = text("name", name, NAME_MAX)?;
    let was_there = ctx.app.db.revoke_token(name.clone()).await?;
    ctx.tokens.forget();
    if was_there {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::missing(worded("problem-no-token", &[("name", &name)])))
    }
}
