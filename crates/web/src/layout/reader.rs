//! Who reads a page, and how: taken from the request before the handler runs.

use crate::{
    Ctx,
    auth::{Granted, Through, Who, session::cookie},
    layout::view::{Logout, Theme, View, Viewer},
    words::{LANGUAGE_COOKIE, Words, preferred},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Uri, request::Parts},
};
use jiff::tz::TimeZone;
use language::Language;
use std::convert::Infallible;
use store::{Role, Scope};

pub(crate) const THEME_COOKIE: &str = "vigie_theme";
/// Set by a script to the reader's own time zone.
const ZONE_COOKIE: &str = "vigie_zone";

/// The reader's [`View`], for handlers.
pub(crate) struct Reader(pub(crate) View);

impl FromRequestParts<Ctx> for Reader {
    type Rejection = Infallible;
    async fn from_request_parts(parts: &mut Parts, ctx: &Ctx) -> Result<Self, Infallible> {
        Ok(Self(reader(ctx, &parts.headers, &parts.uri, parts.extensions.get::<Granted>())))
    }
}

pub(crate) fn reader(ctx: &Ctx, headers: &HeaderMap, uri: &Uri, granted: Option<&Granted>) -> View {
    let language = match cookie(headers, LANGUAGE_COOKIE) {
        Some("fr") => Language::French,
        Some("en") => Language::English,
        _ => preferred(headers),
    };
    let zone = cookie(headers, ZONE_COOKIE).and_then(zone).unwrap_or_else(|| ctx.app.zone.clone());
    let session = match granted.map(|granted| &granted.who) {
        Some(Who::Person { session, .. }) => Some(session),
        _ => None,
    };
    View {
        words: Words { language, zone },
        viewer: granted.map(viewer),
        logout: logout(ctx, headers, granted),
        csrf: session.map(|session| ctx.app.vault.form_token(session)).unwrap_or_default(),
        notice_key: session.map(|session| ctx.app.vault.notice_key(session)),
        here: uri.path_and_query().map_or_else(|| "/".to_owned(), |here| here.as_str().to_owned()),
        part_of: None,
        theme: cookie(headers, THEME_COOKIE).and_then(Theme::parse).unwrap_or_default(),
        now: ctx.app.clock.now(),
    }
}

fn logout(ctx: &Ctx, headers: &HeaderMap, granted: Option<&Granted>) -> Logout {
    match granted.map(|granted| &granted.who) {
        Some(Who::Person { through: Through::Proxy { .. }, .. }) => {
            ctx.app.proxy_login.as_ref().and_then(|login| login.logout(headers)).map_or(Logout::Elsewhere, Logout::At)
        }
        _ => Logout::Here,
    }
}

/// A name of the time zone database, such as `Europe/Paris`, with `%2F` for the slash as scripts write it.
fn zone(name: &str) -> Option<TimeZone> {
    let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
    let is_plain = name.len() <= 60 && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte));
    TimeZone::get(&name).ok().filter(|_| is_plain)
}

fn viewer(granted: &Granted) -> Viewer {
    let role = match (&granted.who, granted.scope) {
        (Who::Person { role, .. }, _) => *role,
        (_, Scope::Admin) => Role::Admin,
        (_, Scope::Write) => Role::Operator,
        _ => Role::Viewer,
    };
    Viewer { name: granted.name().to_owned(), role }
}
