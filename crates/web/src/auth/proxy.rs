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
    people::users::api::NAME_MAX,
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
    if !alike::is_plain(name, NAME_MAX) || name.contains([',', '{', '}']) {
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
mod tests {
    use super::*;
    use crate::{
        App,
        serve::connections::Connections,
        testing::{Answer, NOW, Site},
    };
    use axum::{
        Router,
        body::{Body, to_bytes},
        http::Request,
    };
    use tower::ServiceExt as _;

    fn entry(more: &str) -> ProxyLoginEntry {
        toml::from_str(&format!("user-header = \"Remote-User\"\n{more}")).unwrap()
    }

    fn checked(more: &str) -> Result<ProxyLogin, ProxyLoginFault> {
        entry(more).check()
    }

    const GROUPS: &str = "from = [\"10.0.0.5\"]\ngroups-header = \"Remote-Groups\"\nadmin-groups = [\"vigie\"]\n\
                          operator-groups = [\"compta\", \"rh\"]\nlogout = \"/oauth2/sign_out\"\n";

    #[test]
    fn who_is_believed_must_be_said() {
        use ProxyLoginFault as Fault;
        assert_eq!(checked("from = []"), Err(Fault::NoFrom));
        for wrong in ["*", "0.0.0.0/0", "128.0.0.0/1", "::/0", "2000::/3", "proxy.local", ""] {
            assert_eq!(checked(&format!("from = [\"{wrong}\"]")), Err(Fault::From(wrong.into())), "{wrong}");
        }
        for wrong in ["Cookie", "Authorization", "Remote_User", "", "é", "X-Forwarded-For"] {
            let entry = ProxyLoginEntry { user_header: wrong.into(), ..entry("from = [\"::1\"]") };
            assert_eq!(entry.check(), Err(Fault::Header(wrong.into())), "{wrong}");
        }
        assert_eq!(checked("from = [\"::1\"]\nadmin-groups = [\"a\"]"), Err(Fault::Groups));
        assert_eq!(checked("from = [\"::1\"]\ngroups-header = \"G\""), Err(Fault::Groups));
        assert_eq!(checked("from = [\"::1\"]\nrole = \"root\""), Err(Fault::Role("root".into())));
        assert_eq!(checked(&format!("{GROUPS}role = \"admin\"")), Err(Fault::Admin));
        let same = "from = [\"::1\"]\ngroups-header = \"remote-USER\"\nadmin-groups = [\"a\"]";
        assert_eq!(checked(same), Err(Fault::Header("remote-user".into())));
        for (more, shown) in
            [("from = [\"10.0.0.0/8\"]", "10.0.0.0/8"), ("from = [\"fc00::/7\", \"socket\"]", "fc00::/7, socket")]
        {
            assert_eq!(checked(more).unwrap().shown(), format!("remote-user < {shown}"));
        }
        assert_eq!(checked("from = [\"::1\"]\nlogout = \"//evil\""), Err(Fault::Logout("//evil".into())));
        assert!(toml::from_str::<ProxyLoginEntry>("user-header = \"Remote-User\"").is_err(), "from is required");
        assert_eq!(checked(GROUPS).unwrap().shown(), "remote-user < 10.0.0.5/32");
    }

    #[test]
    fn groups_give_the_highest_role() {
        let login = checked(GROUPS).unwrap();
        let of = |groups| login.role_of(groups, Some(Role::Admin));
        assert_eq!(
            (of("vigie"), of("x, compta"), of("rh,vigie")),
            (Some(Role::Admin), Some(Role::Operator), Some(Role::Admin))
        );
        assert_eq!((of(""), of("vigie2,Vigie")), (None, None));
        // What somebody calls a group of their own takes nothing apart.
        assert_eq!((of("x|vigie"), of("x;vigie"), of("x vigie")), (None, None, None));
        let piped = checked(&GROUPS.replace("Remote-Groups", "X-Authentik-Groups")).unwrap();
        assert_eq!((piped.role_of("rh|vigie", None), piped.role_of("rh,vigie", None)), (Some(Role::Admin), None));
        let chosen = checked(&format!("{GROUPS}groups-separator = \";\"")).unwrap();
        assert_eq!((chosen.role_of("rh;vigie", None), chosen.role_of("rh,vigie", None)), (Some(Role::Admin), None));
        let login = checked(&format!("{GROUPS}role = \"viewer\"")).unwrap();
        assert_eq!(login.role_of("x", Some(Role::Admin)), Some(Role::Viewer), "who has left the group");
        let login = checked("from = [\"::1\"]").unwrap();
        assert_eq!(
            (login.role_of("", Some(Role::Admin)), login.role_of("", Some(Role::Viewer)), login.role_of("", None)),
            (Some(Role::Operator), Some(Role::Viewer), Some(Role::Viewer)),
            "no header makes an administrator where no group is named"
        );
    }

    async fn behind(more: &str) -> (Site, Router) {
        let site = Site::new().await;
        let app = App { proxy_login: Some(checked(more).unwrap()), ..site.app.clone() };
        (site, crate::router(app))
    }

    async fn ask(router: &Router, from: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
        send(router, ("GET", from), path, headers, String::new()).await
    }

    async fn send(
        router: &Router,
        (method, from): (&str, &str),
        path: &str,
        headers: &[(&str, &str)],
        body: String,
    ) -> Answer {
        let mut request =
            Request::builder().method(method).uri(path).header("host", "localhost").header("accept", "text/html");
        for (name, value) in headers {
            request = request.header(*name, value.as_bytes());
        }
        let mut request = request.body(Body::from(body)).unwrap();
        let admitted = Connections::new(10, 10).admit(Some(from.parse().unwrap()));
        request.extensions_mut().insert(admitted.connection.clone());
        let response = router.clone().oneshot(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let text = String::from_utf8(to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer { status, headers, text }
    }

    const ADMIN: [(&str, &str); 2] = [("remote-user", "zoé"), ("remote-groups", "a,vigie")];

    #[tokio::test]
    async fn the_first_login_makes_a_user_with_the_role_of_their_groups() {
        let (site, router) = behind(&format!("{GROUPS}make-users = true")).await;
        for from in ["10.0.0.5", "::ffff:10.0.0.5"] {
            let page = ask(&router, from, "/users", &ADMIN).await;
            assert_eq!(page.status, StatusCode::OK, "{from}: {}", page.text);
            assert!(
                page.text.contains("href=\"http://localhost/oauth2/sign_out\"")
                    && !page.text.contains("action=\"/logout\"")
            );
            assert_eq!(page.header("set-cookie"), "", "no session is begun");
        }
        let user = site.app.db.user_named("zoé").await.unwrap().unwrap();
        assert_eq!(
            (user.role, user.password, user.seen_at),
            (Role::Admin, None, Some(model::Timestamp::from_micros(NOW)))
        );
        let fallen = [("remote-user", "zoé"), ("remote-groups", "compta")];
        assert_eq!(ask(&router, "10.0.0.5", "/users", &fallen).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(&router, "10.0.0.5", "/jobs", &fallen).await.status, StatusCode::OK);
        assert_eq!(site.app.db.user_named("zoé").await.unwrap().unwrap().role, Role::Operator);
        let audit = site.app.db.audit(None, 10).await.unwrap().rows;
        let told: Vec<_> = audit
            .iter()
            .rev()
            .map(|event| format!("{} {} {} {}", event.who, event.action, event.subject, event.detail))
            .collect();
        assert_eq!(
            told,
            ["proxy login user by proxy zoé admin", "zoé login zoé proxy", "proxy login role by proxy zoé operator"]
        );
        let gone = [("remote-user", "zoé"), ("remote-groups", "")];
        let refused = ask(&router, "10.0.0.5", "/jobs", &gone).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
    }

    #[tokio::test]
    async fn forms_need_their_token_here_too() {
        let (_site, router) = behind(&format!("{GROUPS}make-users = true")).await;
        let page = ask(&router, "10.0.0.5", "/users", &ADMIN).await;
        let (_, rest) = page.text.split_once("name=\"csrf\" value=\"").unwrap();
        let token = rest.split('"').next().unwrap().to_owned();
        let post = async |token: &str| {
            let mut headers = ADMIN.to_vec();
            headers.push(("content-type", "application/x-www-form-urlencoded"));
            let body = format!("csrf={token}&name=ana&role=viewer");
            send(&router, ("POST", "10.0.0.5"), "/users", &headers, body).await.status
        };
        assert_eq!(post("").await, StatusCode::FORBIDDEN);
        let made = post(&token).await;
        assert!(made.is_success() || made.is_redirection(), "{made}");
    }

    #[tokio::test]
    async fn whoever_else_sends_the_header_is_nobody() {
        let (site, router) = behind(&format!("{GROUPS}make-users = true")).await;
        for from in ["10.0.0.6", "127.0.0.1", "::1", "::ffff:10.0.0.6"] {
            let claims = [ADMIN[0], ADMIN[1], ("x-forwarded-for", "10.0.0.5")];
            assert_eq!(ask(&router, from, "/jobs", &claims).await.status, StatusCode::UNAUTHORIZED, "{from}");
        }
        assert!(site.app.db.users().await.unwrap().is_empty());
        let audit = site.app.db.audit(None, 10).await.unwrap().rows;
        assert_eq!(audit.len(), 1, "told once a minute: {audit:?}");
        assert_eq!((audit[0].action.as_str(), audit[0].subject.as_str()), ("login by proxy refused", "10.0.0.6"));
        let off = Site::new().await;
        assert_eq!(
            ask(&off.router, "10.0.0.5", "/jobs", &ADMIN).await.status,
            StatusCode::UNAUTHORIZED,
            "off unless configured"
        );
    }

    #[tokio::test]
    async fn a_header_comes_once_under_its_own_name_and_names_somebody() {
        let (site, router) = behind(&format!("{GROUPS}make-users = true")).await;
        let status = async |headers: &[(&str, &str)]| ask(&router, "10.0.0.5", "/jobs", headers).await.status;
        let groups = ("remote-groups", "vigie");
        assert_eq!(status(&[("remote-user", "ana"), ("remote-user", "root"), groups]).await, StatusCode::BAD_REQUEST);
        assert_eq!(status(&[("remote-user", "ana"), groups, groups]).await, StatusCode::BAD_REQUEST);
        for absent in ["", "  ", "(null)"] {
            assert_eq!(status(&[("remote-user", absent), groups]).await, StatusCode::UNAUTHORIZED, "{absent:?}");
        }
        assert_eq!(status(&[("remote_user", "ana"), groups]).await, StatusCode::UNAUTHORIZED);
        assert_eq!(status(&[groups]).await, StatusCode::UNAUTHORIZED);
        let long = "a".repeat(61);
        for wrong in [
            "ana, root",
            "a\u{202e}b",
            "a/b",
            &long,
            "console",
            "Proxy Login",
            "{http.reverse_proxy.header.Remote-User}",
        ] {
            assert_eq!(status(&[("remote-user", wrong), groups]).await, StatusCode::FORBIDDEN, "{wrong}");
        }
        let wide = format!("{},vigie", "g".repeat(HEADER_BYTES_MAX));
        assert_eq!(status(&[("remote-user", "ana"), ("remote-groups", &wide)]).await, StatusCode::BAD_REQUEST);
        let foreign = [("remote-user", "ana"), groups, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")];
        assert_eq!(status(&foreign).await, StatusCode::UNAUTHORIZED, "what another site's page asks for");
        assert!(site.app.db.users().await.unwrap().is_empty());
        let visit = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
        assert_eq!(
            status(&[&[("remote-user", "ana"), groups][..], &visit[..]].concat()).await,
            StatusCode::OK,
            "back from the way in"
        );
    }

    #[tokio::test]
    async fn who_is_unknown_or_disabled_stays_outside() {
        let (site, router) = behind(GROUPS).await;
        let refused = ask(&router, "10.0.0.5", "/jobs", &ADMIN).await;
        assert!(refused.status == StatusCode::FORBIDDEN && refused.text.contains("zoé"), "{}", refused.text);
        site.person("bob", Role::Viewer).await;
        let known = [("remote-user", "bob"), ("remote-groups", "rh"), ("authorization", "Bearer of-the-proxy")];
        let page = ask(&router, "10.0.0.5", "/jobs", &known).await;
        assert_eq!(page.status, StatusCode::OK, "who was made here is met: {}", page.text);
        site.person("eve", Role::Admin).await;
        let user = site.app.db.user_named("bob").await.unwrap().unwrap();
        site.app.db.change_user(user.id, Role::Viewer, true).await.unwrap();
        assert_eq!(ask(&router, "10.0.0.5", "/jobs", &known[..2]).await.status, StatusCode::FORBIDDEN);
        let granted = Granted {
            scope: store::Scope::Read,
            who: Who::Person {
                id: user.id,
                name: "bob".to_owned(),
                role: Role::Viewer,
                session: [0; 32],
                through: Through::Proxy { until: site.app.clock.now() + STREAM_MAX },
            },
        };
        assert!(!crate::auth::still(&crate::Ctx::new(site.app.clone()), &granted).await, "nor does a stream go on");
    }

    #[tokio::test]
    async fn a_session_is_that_of_whom_the_proxy_names_or_ends() {
        let (site, router) = behind(GROUPS).await;
        let (ana, bob) =
            (site.person_by("ana", Role::Admin, Some("hash".to_owned())).await, site.person("bob", Role::Viewer).await);
        let with = async |name: &str, groups: &str, cookie: &str, path: &str| {
            let headers = [("remote-user", name), ("remote-groups", groups), ("cookie", cookie)];
            ask(&router, "10.0.0.5", path, &headers).await
        };
        // By a password of their own people have the role of Vigie's own; by the proxy's word, that of their groups.
        let page = with("ana", "rh", &ana.cookie, "/users").await;
        assert!(page.status == StatusCode::OK && page.text.contains("action=\"/logout\""), "{}", page.text);
        assert_eq!(with("ana", "rh", "", "/users").await.status, StatusCode::FORBIDDEN);
        let kept = site.app.db.user_named("ana").await.unwrap().unwrap();
        assert_eq!(kept.role, Role::Admin, "who has a password keeps the role that was given here");
        // Nobody named: the session alone counts.
        assert_eq!(ask(&router, "10.0.0.5", "/users", &[("cookie", &ana.cookie)]).await.status, StatusCode::OK);
        // Somebody else is logged in at the proxy, in the same browser.
        let page = with("bob", "rh", &ana.cookie, "/users").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(
            ask(&router, "10.0.0.5", "/users", &[("cookie", &ana.cookie)]).await.status,
            StatusCode::UNAUTHORIZED,
            "that session has ended"
        );
        assert_eq!(
            with("zoé", "vigie", &bob.cookie, "/jobs").await.status,
            StatusCode::FORBIDDEN,
            "who is unknown here"
        );
        assert_eq!(
            ask(&router, "10.0.0.5", "/jobs", &[("cookie", &bob.cookie)]).await.status,
            StatusCode::UNAUTHORIZED
        );
        let audit = site.app.db.audit(None, 20).await.unwrap().rows;
        let ended: Vec<_> = audit
            .iter()
            .filter(|event| event.action == "logout")
            .map(|event| format!("{} {}", event.who, event.detail))
            .collect();
        assert_eq!(ended, ["bob proxy: zoé", "ana proxy: bob"]);
        // From elsewhere the header ends nothing.
        let eve = site.person("eve", Role::Viewer).await;
        let claims = [ADMIN[0], ADMIN[1], ("cookie", eve.cookie.as_str())];
        for _ in 0..2 {
            assert_eq!(ask(&router, "10.0.0.6", "/jobs", &claims).await.status, StatusCode::OK);
        }
    }

    #[tokio::test]
    async fn without_groups_roles_are_vigies_own_but_for_administrators() {
        let (site, router) = behind("from = [\"10.0.0.5\"]\nmake-users = true").await;
        site.person("ana", Role::Admin).await;
        let headers = [("remote-user", "ana"), ("remote-groups", "vigie")];
        assert_eq!(ask(&router, "10.0.0.5", "/users", &headers).await.status, StatusCode::FORBIDDEN);
        assert_eq!(ask(&router, "10.0.0.5", "/jobs", &headers).await.status, StatusCode::OK);
        assert_eq!(ask(&router, "10.0.0.5", "/jobs", &[("remote-user", "zoé")]).await.status, StatusCode::OK);
        let role = async |name| site.app.db.user_named(name).await.unwrap().unwrap().role;
        assert_eq!((role("ana").await, role("zoé").await), (Role::Admin, Role::Viewer));
    }

    #[tokio::test]
    async fn a_token_says_who_asks_whoever_is_named() {
        let (site, router) = behind(&format!("{GROUPS}make-users = true")).await;
        let token = format!("Bearer {}", site.token(store::Scope::Read).await);
        let headers = [ADMIN[0], ADMIN[1], ("authorization", token.as_str())];
        assert_eq!(ask(&router, "10.0.0.5", "/api/v1/jobs", &headers).await.status, StatusCode::OK);
        assert_eq!(ask(&router, "10.0.0.5", "/api/v1/users", &headers).await.status, StatusCode::FORBIDDEN);
        assert!(site.app.db.user_named("zoé").await.unwrap().is_none());
        let wrong = [ADMIN[0], ADMIN[1], ("authorization", "Bearer vigie_none")];
        assert_eq!(ask(&router, "10.0.0.5", "/api/v1/jobs", &wrong).await.status, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn on_the_second_socket_only_where_it_is_named() {
        for (from, status) in [("socket", StatusCode::OK), ("127.0.0.1", StatusCode::UNAUTHORIZED)] {
            let (_site, router) = behind(&format!("{GROUPS}make-users = true").replace("10.0.0.5", from)).await;
            let mut request = Request::builder().uri("/jobs").header("host", "localhost");
            for (name, value) in ADMIN {
                request = request.header(name, value.as_bytes());
            }
            let mut request = request.body(Body::empty()).unwrap();
            request.extensions_mut().insert(Connections::new(10, 10).admit(None).connection.clone());
            let answer = crate::on_socket(router).oneshot(request).await.unwrap();
            assert_eq!(answer.status(), status, "{from}");
        }
    }
}
