//! People who log in, for the command line: made, listed, given links.

use crate::{
    Ctx,
    auth::{Access, CreatedName, alike, check_new_name},
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
pub(crate) const NAME_MAX: usize = alike::USER_NAME_CHARS_MAX;

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
    let user = make(&ctx, new.name, role).await?;
    let (status, link) = invite(&ctx, &user, Purpose::Password).await?;
    Ok((status, Extension(CreatedName(user.name)), link))
}

/// A user without a password.
pub(crate) async fn make(ctx: &Ctx, name: String, role: Role) -> Result<User> {
    check_new_name(ctx, &name, NAME_MAX).await?;
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

#[cfg(test)]
mod tests {
    use crate::testing::Site;
    use axum::http::StatusCode;
    use serde_json::json;

    #[tokio::test]
    async fn names_that_hide_something_or_pass_for_another_are_refused() {
        let site = Site::new().await;
        let user = async |name: &str| site.post("/api/v1/users", json!({"name": name, "role": "viewer"})).await;
        let token = async |name: &str| site.post("/api/v1/tokens", json!({"name": name, "scope": "read"})).await;
        assert_eq!(user("Marie").await.status, StatusCode::CREATED);
        assert_eq!(token("ci-bot").await.status, StatusCode::CREATED);
        for name in ["evil\u{202e}nimda", "ci\u{200b}-bot", "ci\u{a0}bot", " ci", "a/b"] {
            for refused in [user(name).await, token(name).await] {
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}: {}", refused.text);
                assert!(refused.text.contains("invisible characters"), "{}", refused.text);
            }
        }
        for (name, other) in
            [("M\u{430}rie", "Marie"), ("MARIE", "MARIE"), ("\u{441}i-bot", "ci-bot"), ("ci–bot", "ci-bot")]
        {
            for refused in [user(name).await, token(name).await] {
                assert_eq!(refused.status, StatusCode::CONFLICT, "{name:?}: {}", refused.text);
                assert!(refused.text.contains(&format!("`{other}`")), "{}", refused.text);
            }
        }
        let names: Vec<_> = site.app.db.users().await.unwrap().into_iter().map(|user| user.name).collect();
        assert_eq!(names, ["Marie"]);
    }
}
