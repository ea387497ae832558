//! The reader's own page: password, language, theme and sessions.

use crate::{
    Ctx,
    auth::{self, Access, Attempt, Granted, Who, is_same_origin, login::Login, session, write_down},
    layout::{
        parts::Faults,
        view::{Theme, View},
    },
    people::me::page::{MePage, SessionRow},
    problem::{Problem, Result},
    routes::Routes,
    words::LANGUAGE_COOKIE,
};
use crate::{
    layout::{Form, Reader, page, reader::THEME_COOKIE, see},
    people::{login::handlers as login, setup::handlers as setup},
    routes::{form_about, page_about},
};
use axum::{
    Extension,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use store::{Scope, Session};

pub(crate) fn declare(routes: Routes) -> Routes {
    routes
        .get("/me", READS, show, page_about("Your password, language, theme and sessions"))
        .post("/me/password", READS, password, form_about("Choose another password").unaudited())
        .post("/me/sessions/end", READS, end, form_about("Log out elsewhere"))
        .post("/me/language", Access::Open, language, form_about("Choose a language"))
        .post("/me/theme", Access::Open, theme, form_about("Choose light or dark"))
}

const READS: Access = Access::Page(Scope::Read);

async fn show(State(ctx): State<Ctx>, Reader(v): Reader, Extension(granted): Extension<Granted>) -> Result<Response> {
    answer(&ctx, &v, &granted, Faults::default()).await
}

async fn answer(ctx: &Ctx, v: &View, granted: &Granted, faults: Faults) -> Result<Response> {
    let mut sessions = Vec::new();
    if let Who::Person { id, session: this, .. } = &granted.who {
        sessions = ctx.app.db.sessions_of(*id, v.now).await?.iter().map(|session| row(session, this)).collect();
        sessions.sort_by_key(|session: &SessionRow| !session.is_this);
    }
    let status = if faults.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    Ok(page(status, &MePage { v, sessions, faults, notice: None }))
}

fn row(session: &Session, this: &[u8; 32]) -> SessionRow {
    SessionRow {
        id: URL_SAFE_NO_PAD.encode(session.hash),
        browser: browser(&session.about),
        begun_at: session.created_at,
        is_this: session.hash == *this,
    }
}

/// `Firefox, Linux` of what a browser says of itself.
fn browser(agent: &str) -> String {
    let browsers =
        [("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari")];
    let systems = [
        ("Android", "Android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows", "Windows"),
        ("Mac OS", "macOS"),
        ("Linux", "Linux"),
    ];
    let named =
        |known: &[(&str, &'static str)]| known.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name);
    match (named(&browsers), named(&systems)) {
        (Some(browser), Some(system)) => format!("{browser}, {system}"),
        (Some(name), None) | (None, Some(name)) => name.to_owned(),
        (None, None) => agent.chars().take(40).collect(),
    }
}

async fn password(
    State(ctx): State<Ctx>,
    Reader(v): Reader,
    Extension(granted): Extension<Granted>,
    headers: HeaderMap,
    form: Form,
) -> Result<Response> {
    let Who::Person { name, .. } = &granted.who else {
        return Err(Problem::conflict("this is nobody's session").remedy("log in by name"));
    };
    let new = form.secret("password");
    let mut faults = setup::faults(&v, &new, &form.secret("again"));
    let attempt = Attempt { name, address: None, browser: Some("logged in") };
    let user = match auth::login::check(&ctx, &attempt, form.secret("current")).await? {
        Login::In(user) => Some(user),
        Login::Wrong => {
            faults.add("current", v.t("password-wrong"));
            None
        }
        Login::Wait(wait) => {
            faults.add("current", v.with("login-throttled", "time", v.duration(&wait)));
            None
        }
    };
    let Some(user) = user.filter(|_| faults.is_empty()) else { return answer(&ctx, &v, &granted, faults).await };
    let kept = auth::login::hash(&ctx, new).await?;
    ctx.app.db.set_password(user.id, kept).await?;
    write_down(&ctx, name, "password", name, "").await;
    // Every session has ended, this one too: it goes on under a new secret.
    login::begin(&ctx, &user, &headers, "/me").await
}

async fn end(State(ctx): State<Ctx>, Extension(granted): Extension<Granted>, form: Form) -> Result<Response> {
    let Who::Person { id, session, .. } = &granted.who else { return Ok(see("/me")) };
    match form.text("id") {
        "others" => drop(ctx.app.db.end_other_sessions(*id, *session).await?),
        code => {
            let hash: Option<[u8; 32]> = URL_SAFE_NO_PAD.decode(code).ok().and_then(|bytes| bytes.try_into().ok());
            let own = ctx.app.db.sessions_of(*id, ctx.app.clock.now()).await?;
            if let Some(hash) = hash.filter(|hash| own.iter().any(|session| session.hash == *hash)) {
                ctx.app.db.end_session(hash).await?;
            }
        }
    }
    Ok(see("/me"))
}

async fn language(headers: HeaderMap, form: Form) -> Result<Response> {
    let chosen = ["fr", "en"].into_iter().find(|code| *code == form.text("language"));
    chosen_to(&headers, LANGUAGE_COOKIE, chosen, form.back())
}

async fn theme(headers: HeaderMap, form: Form) -> Result<Response> {
    let chosen = Theme::parse(form.text("theme")).map(Theme::as_str);
    chosen_to(&headers, THEME_COOKIE, chosen, form.back())
}

fn chosen_to(headers: &HeaderMap, name: &str, chosen: Option<&str>, back: &str) -> Result<Response> {
    if !is_same_origin(headers) {
        return Err(login::foreign());
    }
    let Some(chosen) = chosen else { return Err(Problem::invalid("this is none of the choices")) };
    Ok(([(header::SET_COOKIE, session::choice(name, chosen, headers)?)], see(back)).into_response())
}

#[cfg(test)]
mod tests {
    use super::browser;

    #[test]
    fn browsers_are_called_by_their_names() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36";
        assert_eq!(browser(chrome), "Chrome, Linux");
        assert_eq!(
            browser("Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:120.0) Gecko/20100101 Firefox/120.0"),
            "Firefox, macOS"
        );
        assert_eq!(browser("curl/8.0"), "curl/8.0");
    }
}
