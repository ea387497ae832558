//! Links that work once: to choose a password, and to come in without one.

use crate::{
    Ctx,
    auth::{
        self, Access, is_same_origin,
        login::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN},
    },
    extract::Path,
    layout::{parts::Faults, view::View},
    people::setup::page::{SetupOf, SetupPage},
    problem::Result,
    routes::Routes,
};
use crate::{
    layout::{Form, Reader, page, shown},
    people::login::handlers as login,
    routes::{form_about, page_about},
};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use secrecy::{ExposeSecret as _, SecretString};
use store::Purpose;

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/setup/{code}", Access::Open, ask, page_about("Choose a password: a link that works once"))
        .post("/setup/{code}", Access::Open, choose, form_about("Choose a password, from the form"))
        .get("/enter/{code}", Access::Open, ask_in, page_about("Come in: a link that works once"))
        .post("/enter/{code}", Access::Open, come_in, form_about("Come in, from the form"))
}

async fn ask(State(ctx): State<Ctx>, Reader(v): Reader, Path(code): Path<String>) -> Result<Response> {
    let user = ctx.app.db.invited(vault::hash_token(&code), Purpose::Password, v.now).await?;
    Ok(match user {
        Some(user) => {
            shown(&SetupPage { v: &v, code, what: SetupOf::Password { name: user.name }, faults: Faults::default() })
        }
        None => gone(&v),
    })
}

async fn choose(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(code): Path<String>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    if !is_same_origin(&headers) {
        return Err(login::foreign());
    }
    let hash = vault::hash_token(&code);
    let Some(user) = ctx.app.db.invited(hash, Purpose::Password, v.now).await? else { return Ok(gone(&v)) };
    let password = form.secret("password");
    let faults = faults(&v, &password, &form.secret("again"));
    if !faults.is_empty() {
        let page_of = SetupPage { v: &v, code, what: SetupOf::Password { name: user.name }, faults };
        return Ok(page(StatusCode::UNPROCESSABLE_ENTITY, &page_of));
    }
    let kept = auth::login::hash(&ctx, password).await?;
    let Some(user) = ctx.app.db.accept_invitation(hash, Purpose::Password, v.now).await? else { return Ok(gone(&v)) };
    ctx.app.db.set_password(user.id, kept).await?;
    auth::write_down(&ctx, &user.name, "password", &user.name, "").await;
    login::begin(&ctx, &user, &headers, "/").await
}

/// What is wrong with a new password.
pub(crate) fn faults(v: &View, password: &SecretString, again: &SecretString) -> Faults {
    let mut faults = Faults::default();
    let chars = password.expose_secret().chars().count();
    if chars < PASSWORD_CHARS_MIN {
        faults.add("password", v.with("password-short", "n", PASSWORD_CHARS_MIN));
    }
    if chars > PASSWORD_CHARS_MAX {
        faults.add("password", v.with("password-long", "n", PASSWORD_CHARS_MAX));
    }
    if password.expose_secret() != again.expose_secret() {
        faults.add("again", v.t("password-differs"));
    }
    faults
}

fn gone(v: &View) -> Response {
    let page_of = SetupPage { v, code: String::new(), what: SetupOf::Gone, faults: Faults::default() };
    page(StatusCode::GONE, &page_of)
}

/// A browser or a chat that looks links up must not use this one up: the button does.
async fn ask_in(State(ctx): State<Ctx>, Reader(v): Reader, Path(code): Path<String>) -> Result<Response> {
    let user = ctx.app.db.invited(vault::hash_token(&code), Purpose::Entry, v.now).await?;
    Ok(match user {
        Some(user) => {
            shown(&SetupPage { v: &v, code, what: SetupOf::Entry { name: user.name }, faults: Faults::default() })
        }
        None => gone(&v),
    })
}

async fn come_in(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    if !is_same_origin(&headers) {
        return Err(login::foreign());
    }
    match ctx.app.db.accept_invitation(vault::hash_token(&code), Purpose::Entry, v.now).await? {
        Some(user) => login::begin(&ctx, &user, &headers, "/").await,
        None => Ok(gone(&v)),
    }
}
