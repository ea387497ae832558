//! People who log in, for the command line: made, listed, given links.

use crate::{
    Ctx,
    auth::{Access, CreatedName, is_name_taken},
    extract::{Json, Optional, Path},
    problem::{Problem, Result, worded},
    routes::{About, Routes},
};
use ::api::{
    self,
    users::{NewLink, NewUser, UserLink, Users},
};
use axum::{Extension, extract::State, http::StatusCode};
use model::Timestamp;
use secrecy::ExposeSecret as _;
use std::time::Duration;
use store::{Purpose, Role, User};

/// How long a link works.
pub(crate) const LINK_LASTS: Duration = Duration::from_secs(3 * 86_400);
pub(crate) const NAME_MAX: usize = 60;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/api/v1/users", Access::Admin, list, About::new("Users, by name").gives::<Users>(200, "All of them"))
        .post(
            "/api/v1/users",
            Access::Admin,
            create,
            About::new("Make a user")
                .takes::<NewUser>()
                .gives::<UserLink>(201, "The path of a link to choose a password, which works once"),
        )
        .post(
            "/api/v1/users/{name}/link",
            Access::Admin,
            link,
            About::new("A new link for a user, which works once")
                .takes::<NewLink>()
                .gives::<UserLink>(201, "The path of the link"),
        )
}

async fn list(State(ctx): State<Ctx>) -> Result<axum::Json<Users>> {
    let rows = ctx.app.db.users().await?.into_iter().map(|user| api::users::User {
        has_password: user.password.is_some(),
        name: user.name,
        role: user.role.as_str().to_owned(),
        disabled: user.disabled,
        created_at: user.created_at,
        seen_at: user.seen_at,
    });
    Ok(axum::Json(Users { rows: rows.collect(), next: None }))
}

async fn create(
    State(ctx): State<Ctx>,
    Json(new): Json<NewUser>,
) -> Result<(StatusCode, Extension<CreatedName>, axum::Json<UserLink>)> {
    let role = Role::parse(&new.role).ok_or_else(|| {
        Problem::invalid(format!("role: `{}` is none", new.role)).remedy("use viewer, operator or admin")
    })?;
    if !is_name(&new.name) {
        return Err(Problem::invalid(worded("problem-name-wrong", &[]))
            .remedy(worded("problem-name-wrong-help", &[("most", &NAME_MAX)])));
    }
    let user = make(&ctx, new.name, role).await?;
    let (status, link) = invite(&ctx, &user, Purpose::Password).await?;
    Ok((status, Extension(CreatedName(user.name)), link))
}

pub(crate) fn is_name(name: &str) -> bool {
    let chars = name.chars().count();
    (1..=NAME_MAX).contains(&chars)
        && name.trim() == name
        && !name.contains('/')
        && !name.contains(model::steers_display)
}

/// A user without a password.
pub(crate) async fn make(ctx: &Ctx, name: String, role: Role) -> Result<User> {
    if is_name_taken(ctx, &name).await? {
        return Err(Problem::conflict(worded("problem-name-taken", &[("name", &name)]))
            .remedy(worded("problem-name-taken-help", &[])));
    }
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let created_at = ctx.app.clock.now();
    let user = User { id, name, password: None, role, disabled: false, created_at, seen_at: None };
    ctx.app.db.create_user(user.clone()).await?;
    Ok(user)
}

async fn link(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Optional(new): Optional<NewLink>,
) -> Result<(StatusCode, axum::Json<UserLink>)> {
    let user = ctx
        .app
        .db
        .user_named(&name)
        .await?
        .ok_or_else(|| Problem::missing(worded("problem-no-user", &[("name", &name)])))?;
    invite(&ctx, &user, if new.entry { Purpose::Entry } else { Purpose::Password }).await
}

async fn invite(ctx: &Ctx, user: &User, purpose: Purpose) -> Result<(StatusCode, axum::Json<UserLink>)> {
    let (path, expires_at) = invited(ctx, user, purpose).await?;
    let path = format!("{}{path}", ctx.app.base_path);
    Ok((StatusCode::CREATED, axum::Json(UserLink { name: user.name.clone(), path, expires_at })))
}

/// The path of a link that works once, and until when.
pub(crate) async fn invited(ctx: &Ctx, user: &User, purpose: Purpose) -> Result<(String, Timestamp)> {
    let (code, hash) = ctx.app.vault.new_code();
    let expires_at = ctx.app.clock.now() + LINK_LASTS;
    ctx.app.db.invite(user.id, hash, purpose, expires_at).await?;
    let place = match purpose {
        Purpose::Password => "setup",
        Purpose::Entry => "enter",
    };
    Ok((format!("/{place}/{}", code.expose_secret()), expires_at))
}
