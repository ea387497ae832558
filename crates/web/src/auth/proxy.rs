//! Whom a proxy in front has logged in (Authelia, oauth2-proxy, authentik): it says so in a header, and in another of which groups
//! they are. Off unless it is configured, and believed on connections that the proxy itself has opened, by addresses that are
//! named: whoever else sends the header is nobody by it, and the audit log says from where it came.
//!
//! No session is begun: each request says whose it is, so that who logs out at the proxy is out here. What stands in for a session's
//! secret, for the token of forms, is made of the person's id. A session that somebody else has in the same browser ends there.
//!
//! An administrator is one by a group that is named: no header makes one otherwise.

use super::{Granted, Through, Who, alike, is_same_origin, name_alike, scope_of, session, write_down};
use crate::{
    Ctx,
    problem::{Problem, worded},
    serve::{connections::Connection, peer::site},
};
use axum::http::{HeaderMap, HeaderName, Method, StatusCode, request::Parts};
use ipnet::IpNet;
use serde::Deserialize;
use std::{net::IpAddr, time::Duration};
use store::{Role, User};

/// Headers that mean something else.
const OTHERS: [&str; 8] = [
    "authorization",
    "cookie",
    "host",
    "user-agent",
    "x-csrf-token",
    "x-forwarded-for",
    "x-forwarded-proto",
    "x-request-id",
];
const AUTHENTIK_GROUPS: &str = "x-authentik-groups";
/// What Apache httpd writes for a variable that is not set.
const APACHES_NOBODY: &str = "(null)";
/// Bytes of a header, by the groups of somebody who is in hundreds of them.
const HEADER_BYTES_MAX: usize = 16 << 10;
/// Bits by which a network is at least known, of IPv4 and of IPv6: everybody's address is nobody's in particular.
const PREFIX_MIN: (u8, u8) = (8, 7);
/// Under which the audit log has what a proxy's word did.
pub(super) const BY_PROXY: &str = "proxy login";
/// Who was not seen for so long logs in, for the audit log.
const AWAY: Duration = Duration::from_secs(12 * 3600);
/// After which a stream is asked for anew: only then the proxy says again whose it is.
const STREAM_MAX: Duration = Duration::from_secs(5 * 60);

/// The table `[proxy-login]` as it is written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ProxyLoginEntry {
    /// Addresses and networks of the proxy; `socket` stands for the second socket.
    from: Vec<String>,
    /// `Remote-User`, `X-Forwarded-User` …
    user_header: String,
    #[serde(default)]
    groups_header: Option<String>,
    /// One character between groups: a comma, or what authentik writes in its header.
    #[serde(default)]
    groups_separator: Option<char>,
    #[serde(default)]
    admin_groups: Vec<String>,
    #[serde(default)]
    operator_groups: Vec<String>,
    #[serde(default)]
    viewer_groups: Vec<String>,
    /// Of those whose groups give none.
    #[serde(default)]
    role: Option<String>,
    /// Whether the first login of somebody makes them a user.
    #[serde(default)]
    make_users: bool,
    /// Where one logs out at the proxy: a path of the site, or a whole address.
    #[serde(default)]
    logout: Option<String>,
}

/// What is wrong with the table, and with which word of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProxyLoginFault {
    /// No address is named.
    NoFrom,
    /// Neither an address nor a network; or one of everybody.
    From(String),
    /// No name of a header, or that of one which means something else.
    Header(String),
    /// Groups are named, and no header of groups; or the other way round.
    Groups,
    Role(String),
    /// Administrators are named by their groups.
    Admin,
    Logout(String),
}

/// A proxy that says who is logged in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProxyLogin {
    from: Vec<IpNet>,
    from_socket: bool,
    user: HeaderName,
    groups: Option<HeaderName>,
    separator: char,
    roles: Vec<(String, Role)>,
    role: Option<Role>,
    makes_users: bool,
    logout: Option<String>,
}

/// Marks requests on the second socket. Nobody can send it over a network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OnSocket;

impl ProxyLoginEntry {
    /// # Errors
    /// The first thing that cannot be meant.
    pub fn check(&self) -> Result<ProxyLogin, ProxyLoginFault> {
        let (sockets, addresses): (Vec<&str>, Vec<&str>) =
            self.from.iter().map(|entry| entry.trim()).partition(|entry| *entry == "socket");
        let from = addresses.into_iter().map(network).collect::<Result<Vec<_>, _>>()?;
        if from.is_empty() && sockets.is_empty() {
            return Err(ProxyLoginFault::NoFrom);
        }
        let roles = [
            (&self.admin_groups, Role::Admin),
            (&self.operator_groups, Role::Operator),
            (&self.viewer_groups, Role::Viewer),
        ];
        let named = roles
            .into_iter()
            .flat_map(|(groups, role)| groups.iter().map(move |group| (group.trim().to_owned(), role)));
        let roles: Vec<_> = named.filter(|(group, _)| !group.is_empty()).collect();
        if roles.is_empty() != self.groups_header.is_none() {
            return Err(ProxyLoginFault::Groups);
        }
        let role = match self.role.as_deref() {
            None => None,
            Some(role) => match Role::parse(role).ok_or_else(|| ProxyLoginFault::Role(role.to_owned()))? {
                Role::Admin => return Err(ProxyLoginFault::Admin),
                role => Some(role),
            },
        };
        let is_place = |to: &&str| {
            to.starts_with("https://") || to.starts_with("http://") || (to.starts_with('/') && !to.starts_with("//"))
        };
        if let Some(wrong) = self.logout.as_deref().filter(|to| !is_place(to)) {
            return Err(ProxyLoginFault::Logout(wrong.to_owned()));
        }
        let user = header_name(&self.user_header)?;
        let groups = self.groups_header.as_deref().map(header_name).transpose()?;
        // One value cannot say both.
        if groups.as_ref() == Some(&user) {
            return Err(ProxyLoginFault::Header(user.to_string()));
        }
        let usual = if groups.as_ref().is_some_and(|name| name == AUTHENTIK_GROUPS) { '|' } else { ',' };
        Ok(ProxyLogin {
            from,
            from_socket: !sockets.is_empty(),
            user,
            groups,
            separator: self.groups_separator.unwrap_or(usual),
            roles,
            role,
            makes_users: self.make_users,
            logout: self.logout.clone(),
        })
    }
}

fn network(entry: &str) -> Result<IpNet, ProxyLoginFault> {
    let wrong = || ProxyLoginFault::From(entry.to_owned());
    let net = entry
        .parse::<IpAddr>()
        .map(|address| IpNet::from(address.to_canonical()))
        .or_else(|_| entry.parse())
        .map_err(|_| wrong())?;
    let least = if net.addr().is_ipv4() { PREFIX_MIN.0 } else { PREFIX_MIN.1 };
    if net.prefix_len() < least { Err(wrong()) } else { Ok(net) }
}

fn header_name(name: &str) -> Result<HeaderName, ProxyLoginFault> {
    let wrong = || ProxyLoginFault::Header(name.to_owned());
    // `Remote_User` is what some programs make of `Remote-User`: a proxy that takes one out may leave the other.
    let read: HeaderName = name.trim().parse().map_err(|_| wrong())?;
    if OTHERS.contains(&read.as_str()) || read.as_str().contains(['_', '.']) { Err(wrong()) } else { Ok(read) }
}

impl ProxyLogin {
    /// The header that names the user, and who may send it: for `vigie config check`.
    #[must_use]
    pub fn shown(&self) -> String {
        let from = self.from.iter().map(ToString::to_string).chain(self.from_socket.then(|| "socket".to_owned()));
        format!("{} < {}", self.user, from.collect::<Vec<_>>().join(", "))
    }

    fn believes(&self, parts: &Parts) -> bool {
        if parts.extensions.get::<OnSocket>().is_some() {
            return self.from_socket;
        }
        let address =
            parts.extensions.get::<Connection>().and_then(Connection::address).map(|address| address.to_canonical());
        address.is_some_and(|address| self.from.iter().any(|net| net.contains(&address)))
    }

    /// What the groups give, or else what everybody has; `None`: nothing. Where no group is named, the role is Vigie's own affair,
    /// but for what only an administrator may: that takes a group.
    fn role_of(&self, groups: &str, known: Option<Role>) -> Option<Role> {
        if self.roles.is_empty() {
            return known.or(self.role).or(Some(Role::Viewer)).map(|role| role.min(Role::Operator));
        }
        let is_of = |wanted: &str| groups.split(self.separator).any(|group| group.trim() == wanted);
        let given = self.roles.iter().filter(|(group, _)| is_of(group)).map(|(_, role)| *role).max();
        given.or(self.role)
    }

    /// The role to keep of somebody who has that one now: the groups', where Vigie has no password that lets them in otherwise.
    fn kept(&self, user: &User, role: Role) -> Role {
        if self.roles.is_empty() || user.password.is_some() { user.role } else { role }
    }

    /// Where one logs out, as the browser is to ask for it.
    pub(crate) fn logout(&self, headers: &HeaderMap) -> Option<String> {
        let to = self.logout.as_deref()?;
        // A path is the site's own, not one below the sub-path that Vigie has there.
        if to.starts_with('/') { Some(format!("{}{to}", site(headers))) } else { Some(to.to_owned()) }
    }
}

/// The value of a header that comes once. Empty is absent; twice, or of bytes that are no text, is a proxy that lets through what
/// others send.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let text = std::str::from_utf8(value.as_bytes()).ok().filter(|text| text.len() <= HEADER_BYTES_MAX);
    match (text, values.next()) {
        (Some(text), None) => Ok(Some(text.trim()).filter(|text| !text.is_empty())),
        _ => Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "proxy-login",
            worded("problem-proxy-twice", &[("header", name)]),
        )
        .remedy(worded("problem-proxy-twice-help", &[]))),
    }
}

/// Whom a proxy names that is believed.
pub(super) struct Named<'a> {
    login: &'a ProxyLogin,
    name: &'a str,
    groups: &'a str,
}

/// Whom the proxy has logged in, if it is one that is believed; `None`: nobody.
pub(super) async fn named<'a>(ctx: &'a Ctx, parts: &'a Parts) -> Result<Option<Named<'a>>, Problem> {
    let Some(login) = ctx.app.proxy_login.as_ref().filter(|login| parts.headers.contains_key(&login.user)) else {
        return Ok(None);
    };
    if !login.believes(parts) {
        tell_foreign(ctx, login, parts).await;
        return Ok(None);
    }
    if !is_same_origin(&parts.headers) && !is_visit(parts) {
        return Ok(None);
    }
    let Some(name) = only(&parts.headers, &login.user)?.filter(|name| *name != APACHES_NOBODY) else { return Ok(None) };
    // Two headers that a proxy has made one of have a comma between them; braces are a name that Caddy had nothing to put in for.
    if !alike::is_plain(name, alike::USER_NAME_CHARS_MAX) || name.contains([',', '{', '}']) {
        let shown: String = name.chars().filter(|c| !model::steers_display(*c)).take(100).collect();
        return Err(refused("problem-proxy-name", &shown));
    }
    let groups = login.groups.as_ref().map_or(Ok(None), |groups| only(&parts.headers, groups))?.unwrap_or_default();
    Ok(Some(Named { login, name, groups }))
}

/// What that person may do: by a session that they have begun here with a password of their own, or by the word of the proxy. A
/// session of somebody else in this browser ends. An error is somebody who is known there, and may not come in here.
pub(super) async fn or_own_session(ctx: &Ctx, headers: &HeaderMap, named: &Named<'_>) -> Result<Granted, Problem> {
    if let Some(granted) = session::granted(ctx, headers).await? {
        match &granted.who {
            Who::Person { name, .. } if name == named.name => return Ok(granted),
            Who::Person { name, session, .. } => {
                ctx.app.db.end_session(*session).await?;
                write_down(ctx, name, "logout", name, &format!("proxy: {}", named.name)).await;
            }
            _ => {}
        }
    }
    granted(ctx, named).await
}

async fn granted(ctx: &Ctx, Named { login, name, groups }: &Named<'_>) -> Result<Granted, Problem> {
    let known = {
        let _turn = ctx.lookups.acquire().await;
        ctx.app.db.user_named(name).await?
    };
    let Some(role) = login.role_of(groups, known.as_ref().map(|user| user.role)) else {
        return Err(refused("problem-proxy-groups", name));
    };
    let user = match known {
        Some(user) => user,
        None if login.makes_users => made(ctx, name, role).await?,
        None => return Err(refused("problem-proxy-unknown", name)),
    };
    if user.disabled {
        return Err(refused("problem-proxy-disabled", name));
    }
    met(ctx, &user, login.kept(&user, role)).await?;
    let session = ctx.app.vault.proxied_session(user.id.into_bytes());
    let until = ctx.app.clock.now() + STREAM_MAX;
    let who = Who::Person { id: user.id, name: user.name, role, session, through: Through::Proxy { until } };
    Ok(Granted { scope: scope_of(role), who })
}

/// Somebody who follows a link, or comes back from the way in of the proxy: nothing but a page is shown by it.
fn is_visit(parts: &Parts) -> bool {
    let says = |name: &str, wanted: &str| parts.headers.get(name).is_some_and(|value| value == wanted);
    parts.method == Method::GET && says("sec-fetch-mode", "navigate") && says("sec-fetch-dest", "document")
}

/// Notes that a user is here, and the role that their groups give them now.
async fn met(ctx: &Ctx, user: &User, role: Role) -> Result<(), Problem> {
    let now = ctx.app.clock.now();
    let was_away = user.seen_at.is_none_or(|seen| seen + AWAY <= now);
    if role == user.role && !was_away {
        return Ok(());
    }
    ctx.app.db.meet_user(user.id, role, now).await?;
    if role != user.role {
        write_down(ctx, BY_PROXY, "role by proxy", &user.name, role.as_str()).await;
    }
    if was_away {
        write_down(ctx, &user.name, "login", &user.name, "proxy").await;
    }
    Ok(())
}

async fn made(ctx: &Ctx, name: &str, role: Role) -> Result<User, Problem> {
    if name_alike(ctx, name).await?.is_some() {
        // By another program or person; or by a second request of a browser that came for the first time.
        let other = ctx.app.db.user_named(name).await?;
        return other.ok_or_else(|| refused("problem-proxy-taken", name));
    }
    let id = uuid::Builder::from_random_bytes(ctx.app.rng.bytes()).into_uuid();
    let created_at = ctx.app.clock.now();
    let user = User { id, name: name.to_owned(), password: None, role, disabled: false, created_at, seen_at: None };
    match ctx.app.db.create_user(user.clone()).await {
        Ok(()) => {
            write_down(ctx, BY_PROXY, "user by proxy", name, role.as_str()).await;
            Ok(user)
        }
        Err(error) => ctx.app.db.user_named(name).await?.ok_or_else(|| error.into()),
    }
}

fn refused(what: &'static str, name: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "proxy-login", worded(what, &[("name", &name)]))
        .remedy(worded("problem-proxy-help", &[]))
}

/// The header from somewhere else: a mistake in the settings, or somebody who tries.
async fn tell_foreign(ctx: &Ctx, login: &ProxyLogin, parts: &Parts) {
    let Some(others) = ctx.counts.foreign_logins.is_to_be_told(std::time::Instant::now()) else { return };
    let connection = parts.extensions.get::<Connection>().and_then(Connection::address);
    let from = connection.map_or_else(|| "socket".to_owned(), |address| address.to_canonical().to_string());
    let header = login.user.as_str();
    tracing::warn!(header, from, others, "a header that only the proxy may send came from elsewhere, and was ignored");
    write_down(ctx, BY_PROXY, "login by proxy refused", &from, header).await;
}

/// Whether a session that the proxy stands for would still be granted to somebody who reads a stream.
pub(super) async fn still(ctx: &Ctx, id: uuid::Uuid) -> bool {
    let users = ctx.app.db.users().await;
    users.map_or(true, |users| users.iter().any(|user| user.id == id && !user.disabled))
}

#[cfg(test)]
mod tests;
