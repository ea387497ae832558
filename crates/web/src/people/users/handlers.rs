//! People who log in: made, given links, changed.

use crate::{
    Ctx,
    auth::{Access, CreatedName, Granted, Who, alike, name_alike},
    extract::Path,
    layout::{parts::Faults, view::View},
    people::users::{
        api as users,
        page::{PasswordLink, Standing, UserRow, UsersPage},
    },
    problem::{Problem, Result, worded},
    routes::Routes,
};
use crate::{
    layout::{Form, Reader, page, see},
    routes::{form_about, page_about},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use store::{Purpose, Role, Scope, User};

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/users", ADMINS, list, page_about("People who log in"))
        .post("/users", ADMINS, create, form_about("Make a user, and a link to choose a password"))
        .post("/users/{name}/link", ADMINS, link, form_about("A new link to choose a password"))
        .post("/users/{name}/role", ADMINS, role, form_about("Change what a user may do"))
        .post("/users/{name}/disable", ADMINS, disable, form_about("Keep a user out"))
        .post("/users/{name}/enable", ADMINS, enable, form_about("Let a user in again"))
}

const ADMINS: Access = Access::Page(Scope::Admin);

struct Filled {
    name: String,
    role: Role,
    faults: Faults,
    link: Option<PasswordLink>,
}

impl Default for Filled {
    fn default() -> Self {
        Self { name: String::new(), role: Role::Operator, faults: Faults::default(), link: None }
    }
}

async fn answer(ctx: &Ctx, v: &View, filled: Filled) -> Result<Response> {
    let status = if filled.faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let rows = ctx.app.db.users().await?.into_iter().map(row).collect();
    let Filled { name, role, faults, link } = filled;
    Ok(page(status, &UsersPage { v, rows, name, role, faults, notice: None, link }))
}

fn row(user: User) -> UserRow {
    let standing = match (user.disabled, &user.password) {
        (true, _) => Standing::Disabled,
        // Who came in by a link of theirs has been here, password or not.
        (false, None) if user.seen_at.is_none() => Standing::Invited,
        (false, None) => Standing::Passwordless,
        (false, Some(_)) => Standing::Active,
    };
    UserRow { name: user.name, role: user.role, standing, seen_at: user.seen_at }
}

async fn list(State(ctx): State<Ctx>, Reader(v): Reader) -> Result<Response> {
    answer(&ctx, &v, Filled::default()).await
}

async fn create(State(ctx): State<Ctx>, Reader(v): Reader, headers: HeaderMap, form: Form) -> Result<Response> {
    let name = form.text("name").to_owned();
    let role = Role::parse(form.text("role")).unwrap_or(Role::Viewer);
    let mut faults = Faults::default();
    if !alike::is_plain(&name, users::NAME_MAX) {
        faults.add("name", v.with("users-name-bad", "n", users::NAME_MAX));
    } else if let Some(other) = name_alike(&ctx, &name).await? {
        faults.add("name", v.with("users-name-taken", "name", other));
    }
    if !faults.is_empty() {
        return answer(&ctx, &v, Filled { name, role, faults, link: None }).await;
    }
    let user = users::make(&ctx, name, role).await?;
    let mut response = invited(&ctx, &v, &headers, &user).await?;
    response.extensions_mut().insert(CreatedName(user.name));
    Ok(response)
}

/// The list, with a link that is shown this once.
async fn invited(ctx: &Ctx, v: &View, headers: &HeaderMap, user: &User) -> Result<Response> {
    let (path, expires_at) = users::invited(ctx, user, Purpose::Password).await?;
    let url = format!("{}{path}", ctx.origin(headers));
    let link = PasswordLink { name: user.name.clone(), url, expires_at };
    answer(ctx, v, Filled { link: Some(link), ..Filled::default() }).await
}

async fn named(ctx: &Ctx, name: &str) -> Result<User> {
    ctx.app.db.user_named(name).await?.ok_or_else(|| Problem::missing(worded("problem-no-user", &[("name", &name)])))
}

async fn link(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Path(name): Path<String>,
    headers: HeaderMap,
) -> Result<Response> {
    let user = named(&ctx, &name).await?;
    invited(&ctx, &v, &headers, &user).await
}

async fn role(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
    form: Form,
) -> Result<Response> {
    let user = another(&ctx, &name, &granted).await?;
    let role = Role::parse(form.text("role")).ok_or_else(|| Problem::invalid("role: is none"))?;
    ctx.app.db.change_user(user.id, role, user.disabled).await?;
    Ok(see("/users"))
}

async fn disable(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let user = another(&ctx, &name, &granted).await?;
    ctx.app.db.change_user(user.id, user.role, true).await?;
    Ok(see("/users"))
}

async fn enable(
    State(ctx): State<Ctx>,
    Path(name): Path<String>,
    Extension(granted): Extension<Granted>,
) -> Result<Response> {
    let user = another(&ctx, &name, &granted).await?;
    ctx.app.db.change_user(user.id, user.role, false).await?;
    Ok(see("/users"))
}

/// Nobody takes their own rights away by mistake.
async fn another(ctx: &Ctx, name: &str, granted: &Granted) -> Result<User> {
    let user = named(ctx, name).await?;
    match &granted.who {
        Who::Person { id, .. } if *id == user.id => {
            Err(Problem::conflict("this is your own account").remedy("ask another admin to change it"))
        }
        _ => Ok(user),
    }
}
