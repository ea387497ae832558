//! Proxies that are believed, and all others.

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
    assert_eq!((user.role, user.password, user.seen_at), (Role::Admin, None, Some(model::Timestamp::from_micros(NOW))));
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
    for wrong in
        ["ana, root", "a\u{202e}b", "a/b", &long, "console", "Proxy Login", "{http.reverse_proxy.header.Remote-User}"]
    {
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
    assert_eq!(with("zoé", "vigie", &bob.cookie, "/jobs").await.status, StatusCode::FORBIDDEN, "who is unknown here");
    assert_eq!(ask(&router, "10.0.0.5", "/jobs", &[("cookie", &bob.cookie)]).await.status, StatusCode::UNAUTHORIZED);
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
