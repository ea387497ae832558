//! The ways of a person through the pages, without a browser.

use crate::testing::{Answer, Person, Site, send};
use axum::http::StatusCode;
use serde_json::json;
use std::time::Duration;
use store::Role;

const ID: &str = "7f3b0c52-0000-4000-8000-000000000001";

impl Site {
    pub(crate) async fn form(&self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let mut all = vec![("content-type", "application/x-www-form-urlencoded")];
        all.extend_from_slice(headers);
        send(&self.router, "POST", path, &all, body).await
    }

    /// As somebody who is logged in, through a form of a page.
    pub(crate) async fn act(&self, person: &Person, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut all = vec![("csrf", person.csrf.as_str())];
        all.extend_from_slice(fields);
        self.form(path, &[("cookie", &person.cookie)], &all).await
    }

    pub(crate) async fn look(&self, person: &Person, path: &str) -> Answer {
        send(&self.router, "GET", path, &[("cookie", &person.cookie)], "").await
    }
}

fn cookie(answer: &Answer) -> String {
    answer.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn the_first_admin_chooses_a_password_by_a_link_that_works_once() {
    let site = Site::new().await;
    let made = site.post("/api/v1/users", json!({"name": "admin", "role": "admin"})).await;
    assert_eq!(made.status, StatusCode::CREATED);
    let path = made.json()["path"].as_str().unwrap().to_owned();
    let open = || send(&site.router, "GET", &path, &[("accept-language", "fr")], "");
    for _ in 0..2 {
        let page = open().await;
        assert_eq!(page.status, StatusCode::OK, "looking does not use it up");
        assert!(page.text.contains("lang=\"fr\"") && page.text.contains("admin"));
        let hint = format!("{}\u{a0}caractères au moins", crate::auth::login::PASSWORD_CHARS_MIN);
        assert!(page.text.contains(&hint), "{}", page.text);
    }
    let short = site.form(&path, &[], &[("password", "court"), ("again", "autre")]).await;
    assert_eq!(short.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(short.text.contains("At least 10 characters") && short.text.contains("do not match"));
    let secret = [("password", "une longue phrase"), ("again", "une longue phrase")];
    let foreign = site.form(&path, &[("sec-fetch-site", "cross-site")], &secret).await;
    assert_eq!(foreign.status, StatusCode::FORBIDDEN);
    let entered = site.form(&path, &[], &secret).await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/"));
    let set = entered.header("set-cookie");
    assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && !set.contains("Secure"), "{set}");
    assert_eq!(open().await.status, StatusCode::GONE);
    assert_eq!(site.form(&path, &[], &secret).await.status, StatusCode::GONE);
    let page = send(&site.router, "GET", "/", &[("cookie", &cookie(&entered))], "").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(page.header("cache-control"), "no-store");
}

#[tokio::test]
async fn a_password_opens_and_guessing_is_slowed_down() {
    let site = Site::new().await;
    let path = site.post("/api/v1/users", json!({"name": "ana", "role": "operator"})).await.json();
    let secret = [("password", "une longue phrase"), ("again", "une longue phrase")];
    site.form(path["path"].as_str().unwrap(), &[], &secret).await;
    let login = async |name: &str, password: &str, back: &str| {
        let tls = [("x-forwarded-proto", "https")];
        site.form("/login", &tls, &[("name", name), ("password", password), ("back", back)]).await
    };
    let entered = login("ana", "une longue phrase", "/jobs?state=paused").await;
    assert_eq!((entered.status, entered.header("location")), (StatusCode::SEE_OTHER, "/jobs?state=paused"));
    assert!(entered.header("set-cookie").ends_with("; Secure"));
    for elsewhere in ["//evil.example", "/\u{b}/x"] {
        assert_eq!(login("ana", "une longue phrase", elsewhere).await.header("location"), "/", "{elsewhere:?}");
    }
    for name in ["ana", "nobody"] {
        for _ in 0..5 {
            let wrong = login(name, "faux", "/").await;
            assert_eq!((wrong.status, wrong.header("set-cookie")), (StatusCode::UNAUTHORIZED, ""));
        }
        let slowed = login(name, "une longue phrase", "/").await;
        assert_eq!((slowed.status, slowed.header("retry-after")), (StatusCode::TOO_MANY_REQUESTS, "1"), "{name}");
    }
    site.clock.advance(Duration::from_secs(2));
    assert_eq!(login("ana", "une longue phrase", "/").await.status, StatusCode::SEE_OTHER);
    let audit = site.app.db.audit(None, 10).await.unwrap().rows;
    assert!(audit.iter().any(|event| event.action == "login" && event.who == "ana"));
}

#[tokio::test]
async fn a_session_ends_and_is_asked_for_again() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Viewer).await;
    assert_eq!(site.look(&ana, "/jobs").await.status, StatusCode::OK);
    let foreign = [("cookie", ana.cookie.as_str()), ("sec-fetch-site", "cross-site")];
    assert_eq!(send(&site.router, "GET", "/jobs", &foreign, "").await.status, StatusCode::UNAUTHORIZED);
    let without = site.form("/logout", &[("cookie", &ana.cookie)], &[]).await;
    assert_eq!(without.status, StatusCode::FORBIDDEN, "another site cannot log her out");
    let left = site.act(&ana, "/logout", &[]).await;
    assert_eq!((left.status, left.header("location")), (StatusCode::SEE_OTHER, "/login?said=out"));
    assert!(left.header("set-cookie").contains("Max-Age=0"));
    let asked = site.look(&ana, "/jobs?q=a").await;
    assert_eq!(asked.status, StatusCode::UNAUTHORIZED);
    assert!(asked.text.contains("value=\"/jobs?q=a\""), "the login leads back");
    let bob = site.person("bob", Role::Viewer).await;
    site.clock.advance(Duration::from_secs(3601));
    assert_eq!(site.look(&bob, "/").await.status, StatusCode::UNAUTHORIZED, "its time is over");
}

#[tokio::test]
async fn an_admin_makes_users_and_changes_them() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let made = site.act(&admin, "/users", &[("name", "Zoé"), ("role", "operator")]).await;
    assert_eq!(made.status, StatusCode::OK);
    let link = made.text.split("/setup/").nth(1).and_then(|rest| rest.split(['"', '<', '&']).next()).unwrap();
    assert_eq!(send(&site.router, "GET", &format!("/setup/{link}"), &[], "").await.status, StatusCode::OK);
    for name in ["", "a/b", "Zoé", "x\u{202e}y"] {
        let refused = site.act(&admin, "/users", &[("name", name), ("role", "viewer")]).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{name:?}");
    }
    assert_eq!(site.act(&admin, "/users/Zo%C3%A9/role", &[("role", "viewer")]).await.status, StatusCode::SEE_OTHER);
    assert_eq!(site.app.db.user_named("Zoé").await.unwrap().unwrap().role, Role::Viewer);
    let own = site.act(&admin, "/users/admin/disable", &[]).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    site.act(&admin, "/users/Zo%C3%A9/disable", &[]).await;
    assert!(site.app.db.user_named("Zoé").await.unwrap().unwrap().disabled);
    let audit = site.look(&admin, "/audit").await;
    for word in ["Added a user", "Changed a role", "Disabled a user", ">Zoé<"] {
        assert!(audit.text.contains(word), "{word}");
    }
}

#[tokio::test]
async fn a_token_is_made_shown_once_and_revoked() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let made = site.act(&admin, "/tokens", &[("name", "ci"), ("scope", "read"), ("days", "30")]).await;
    let token = made.text.split("vigie_").nth(1).and_then(|rest| rest.split(['"', '<']).next()).unwrap();
    let bearer = format!("Bearer vigie_{token}");
    let headers = [("authorization", bearer.as_str())];
    let asked = || send(&site.router, "GET", "/api/v1/jobs", &headers, "");
    assert_eq!(asked().await.status, StatusCode::OK);
    assert!(!site.look(&admin, "/tokens").await.text.contains(token), "never again");
    site.act(&admin, "/tokens/ci/revoke", &[]).await;
    assert_eq!(asked().await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn an_operator_pauses_resumes_and_settles() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    site.post("/api/v1/jobs", json!({"id": ID, "name": "Factures <janvier>", "total": 4})).await;
    site.post(&format!("/api/v1/jobs/{ID}/start"), json!({})).await;
    site.post(&format!("/api/v1/jobs/{ID}/advance"), json!({"processed": 1, "failed": 1, "item": "a@x.fr"})).await;
    let page = site.look(&ana, &format!("/jobs/{ID}")).await;
    assert!(page.text.contains("Factures &#60;janvier&#62;") && page.text.contains("a@x.fr"), "{}", page.text);
    let paused = site.act(&ana, &format!("/jobs/{ID}/pause"), &[]).await;
    assert_eq!((paused.status, paused.header("location")), (StatusCode::SEE_OTHER, format!("/jobs/{ID}").as_str()));
    assert_eq!(site.get(&format!("/api/v1/jobs/{ID}")).await.json()["state"], "paused");
    let steps = site.look(&ana, &format!("/jobs/{ID}/timeline")).await;
    assert_eq!(steps.status, StatusCode::OK);
    for side in ["undelivered", "items?state=failed", "traces", "log"] {
        assert_eq!(site.look(&ana, &format!("/jobs/{ID}/{side}")).await.status, StatusCode::OK, "{side}");
    }
    site.act(&ana, &format!("/jobs/{ID}/resume"), &[]).await;
    site.act(&ana, &format!("/jobs/{ID}/cancel"), &[]).await;
    assert_eq!(site.get(&format!("/api/v1/jobs/{ID}")).await.json()["state"], "cancelled");
    let bare = site.act(&ana, &format!("/jobs/{ID}/settle"), &[("as", "sent")]).await;
    assert!(bare.header("location").contains("said=none"), "nothing was chosen");
}

#[tokio::test]
async fn language_and_theme_are_chosen_and_stay() {
    let site = Site::new().await;
    let answer = site.form("/me/language", &[], &[("language", "fr"), ("back", "/login")]).await;
    assert_eq!((answer.status, answer.header("location")), (StatusCode::SEE_OTHER, "/login"));
    let chosen = cookie(&answer);
    let page = send(&site.router, "GET", "/login", &[("cookie", &chosen), ("accept-language", "en")], "").await;
    assert!(page.text.contains("lang=\"fr\""));
    let dark = cookie(&site.form("/me/theme", &[], &[("theme", "dark"), ("back", "/login")]).await);
    let page = send(&site.router, "GET", "/login", &[("cookie", &dark)], "").await;
    assert!(page.text.contains("data-theme=\"dark\""));
    let wrong = site.form("/me/theme", &[], &[("theme", "<script>")]).await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (StatusCode::UNPROCESSABLE_ENTITY, ""));
}

/// A port that is known for the other way of encryption is told, and the usual one is proposed.
#[tokio::test]
async fn a_port_that_contradicts_its_encryption_is_told() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let save = async |security: &str, port: &str| {
        let fields =
            [("name", "compta"), ("kind", "smtp"), ("host", "mail.exemple.fr"), ("security", security), ("port", port)];
        site.act(&admin, "/accounts", &fields).await
    };
    for (security, port, proposed) in [("tls", "587", "465"), ("tls", "25", "465"), ("starttls", "465", "587")] {
        let told = save(security, port).await;
        assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY, "{security} {port}");
        let field = format!("name=\"port\" value=\"{proposed}\"");
        assert!(told.text.contains(&field) && told.text.contains("fault-port"), "{}", told.text);
    }
    assert_eq!(save("tls", "4465").await.status, StatusCode::SEE_OTHER, "any other port is the administrator's choice");
}

/// Who came in by a link has been here, and is not told to be still awaited.
#[tokio::test]
async fn who_has_been_here_is_not_shown_as_awaited() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let page = site.look(&admin, "/users").await.text;
    assert!(page.contains("No password") && !page.contains("Never logged in"), "{page}");
    site.act(&admin, "/users", &[("name", "luc"), ("role", "viewer")]).await;
    assert!(site.look(&admin, "/users").await.text.contains("Never logged in"));
}

#[tokio::test]
async fn an_account_is_made_by_its_form_and_never_shows_its_secret() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let fields = [
        ("name", "compta"),
        ("kind", "smtp"),
        ("host", "mail.exemple.fr"),
        ("port", "587"),
        ("security", "starttls"),
        ("user", "compta@exemple.fr"),
        ("password", "motdepasse-tres-secret"),
        ("per_minute", "60"),
        ("batch_size", "10"),
        ("batch_pause", "3"),
    ];
    let made = site.act(&admin, "/accounts", &fields).await;
    let leads = made.header("location");
    assert!(
        made.status == StatusCode::SEE_OTHER && leads.starts_with("/accounts/compta?said=created&seal="),
        "{leads}"
    );
    assert!(site.look(&admin, leads).await.text.contains("notice ok"));
    for forged in ["/accounts/compta?said=saved".to_owned(), leads.replace("&seal=", "&seal=0")] {
        assert!(!site.look(&admin, &forged).await.text.contains("notice ok"), "{forged}");
    }
    let page = site.look(&admin, "/accounts/compta").await;
    assert!(page.text.contains("compta@exemple.fr") && !page.text.contains("motdepasse"));
    assert_eq!(site.act(&admin, "/accounts", &fields).await.status, StatusCode::UNPROCESSABLE_ENTITY, "taken");
    let wrong = [("kind", "smtp"), ("host", ""), ("per_minute", "viel"), ("batch_size", "10")];
    let refused = site.act(&admin, "/accounts/compta", &wrong).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    site.act(&admin, "/accounts/compta/pause", &[]).await;
    assert!(site.app.db.account_named("compta").await.unwrap().unwrap().pause.is_some());
    site.act(&admin, "/accounts/compta/resume", &[]).await;
    assert!(site.app.db.account_named("compta").await.unwrap().unwrap().pause.is_none());
}

#[tokio::test]
async fn a_log_is_kept_as_a_text_to_its_end() {
    let site = Site::new().await;
    let viewer = site.person("ana", Role::Viewer).await;
    site.post("/api/v1/jobs", json!({"id": ID, "name": "Factures"})).await;
    let at = site.app.clock.now();
    let record = |n: u32| model::JobLine {
        at,
        level: model::Level::Info,
        event: "item".into(),
        message: format!("{n}/2500 envoyé"),
        fields: serde_json::Map::new(),
    };
    let job = ID.parse::<uuid::Uuid>().unwrap().into();
    site.app.job_log.append(job, (1..=2_500).map(record).collect()).await;
    let text = site.look(&viewer, &format!("/jobs/{ID}/log.txt")).await;
    assert!(text.header("content-type").starts_with("text/plain"));
    let lines: Vec<_> = text.text.lines().collect();
    assert_eq!(lines.len(), 2_500, "more than are read at a time");
    assert!(lines[0].ends_with(" [INFO] 1/2500 envoyé") && lines[2_499].ends_with("2500/2500 envoyé"), "{}", lines[0]);
    let page = site.look(&viewer, &format!("/jobs/{ID}/log")).await;
    assert!(page.text.contains(&format!("href=\"/jobs/{ID}/log.txt\"")));
    assert!(page.text.contains(&format!("href=\"/explore?q=job%3A{ID}\">")), "{}", page.text);
}

#[tokio::test]
async fn a_log_is_told_by_the_store_whoever_brought_it_there() {
    let site = Site::new().await;
    let viewer = site.person("ana", Role::Viewer).await;
    site.preparing(ID.parse::<uuid::Uuid>().unwrap().into(), "{}").await;
    let line = |n: u32| {
        let fields = json!({"time": "2025-01-10T14:00:00Z", "source": "run", "level": "warning", "message": format!("line {n}"),
            "job_id": ID, "app": "vigie", "event": "item", "item_id": n, "format": "vigie_run"});
        format!("{fields}\n")
    };
    let other = line(7).replace(ID, "7f3b0c52-0000-4000-8000-00000000ffff");
    let traced = line(8).replace("\"run\"", "\"vigie\"");
    let body: String = (1..=5).map(line).chain([other, traced]).collect();
    assert_eq!(site.post_text("/api/v1/logs", body).await.json()["accepted"], 7);
    let numbers = |page: &serde_json::Value| -> Vec<u64> {
        page["rows"].as_array().unwrap().iter().map(|row| row["fields"]["item"].as_u64().unwrap()).collect()
    };
    // Of one moment, which no page tears apart.
    let first = site.get(&format!("/api/v1/jobs/{ID}/log?limit=3")).await.json();
    assert_eq!(numbers(&first), [1, 2, 3, 4, 5]);
    let row = &first["rows"][0];
    assert_eq!((&row["at"], &row["event"]), (&json!("2025-01-10T14:00:00.000000Z"), &json!("item")));
    assert_eq!(
        (&row["level"], &row["message"], &row["fields"]),
        (&json!("warning"), &json!("line 1"), &json!({"item": 1}))
    );
    let next = first["next"].as_u64().unwrap();
    assert_eq!(numbers(&site.get(&format!("/api/v1/jobs/{ID}/log?after={next}")).await.json()), [] as [u64; 0]);
    assert_eq!(numbers(&site.get(&format!("/api/v1/jobs/{ID}/log?tail=2")).await.json()), [4, 5]);
    let page = site.look(&viewer, &format!("/jobs/{ID}/log")).await;
    assert!(page.text.contains("line 1") && page.text.contains("line 5") && !page.text.contains("line 7"));
    let text = site.look(&viewer, &format!("/jobs/{ID}/log.txt")).await;
    assert_eq!(text.text.lines().count(), 5);
}

/// The names of the jobs that a page lists, in its order.
fn listed(page: &str) -> Vec<&str> {
    let rows = page.split("<th scope=\"row\" class=\"cell-wide\">").skip(1);
    rows.map(|row| row.split_once("\">").unwrap().1.split('<').next().unwrap()).collect()
}

#[tokio::test]
async fn heads_of_columns_sort_and_turn_the_list_and_keep_its_filters() {
    let site = Site::new().await;
    for (n, name, failed) in [(1, "beta", 2), (2, "alpha", 0), (3, "gamma", 5)] {
        let id = format!("{}{n}", &ID[..ID.len() - 1]);
        site.post("/api/v1/jobs", json!({"id": id, "name": name, "total": 9})).await;
        site.post(&format!("/api/v1/jobs/{id}/advance"), json!({"processed": 5, "failed": failed})).await;
        site.clock.advance(Duration::from_secs(1));
    }
    let ana = site.person("ana", Role::Viewer).await;
    for (sort, names) in [
        ("", vec!["gamma", "alpha", "beta"]),
        ("oldest", vec!["beta", "alpha", "gamma"]),
        ("name", vec!["alpha", "beta", "gamma"]),
        ("name-back", vec!["gamma", "beta", "alpha"]),
        ("failed", vec!["gamma", "beta"]),
        ("failed-back", vec!["beta", "gamma"]),
        ("nonsense", vec!["gamma", "alpha", "beta"]),
    ] {
        let page = site.look(&ana, &format!("/jobs?q=a&sort={sort}")).await.text;
        assert_eq!(listed(&page), names, "{sort}");
    }
    let page = site.look(&ana, "/jobs?q=a&sort=name").await.text.replace("&#38;", "&");
    assert!(page.contains("aria-sort=\"ascending\"><a href=\"/jobs?q=a&sort=name-back\">"), "{page}");
    assert!(page.contains("aria-sort=\"none\"><a href=\"/jobs?q=a&sort=failed\">"), "{page}");
    assert!(page.contains("<input type=\"hidden\" name=\"sort\" value=\"name\">"), "{page}");
    let api = site.get("/api/v1/jobs?order=failed&limit=1").await.json();
    assert_eq!(api["rows"][0]["name"], "gamma");
    let next = api["next"].as_str().unwrap();
    let api = site.get(&format!("/api/v1/jobs?order=failed&limit=1&cursor={next}")).await.json();
    assert_eq!((&api["rows"][0]["name"], &api["next"]), (&json!("beta"), &json!(null)));
    assert_eq!(site.get("/api/v1/jobs?order=size").await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn whoever_may_not_see_a_page_keeps_the_menu() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Viewer).await;
    let headers = [("cookie", ana.cookie.as_str()), ("accept", "text/html")];
    let refused = send(&site.router, "GET", "/users", &headers, "").await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let menu = ["href=\"/mailings\"", "action=\"/logout\"", "<span>ana</span>"];
    assert!(menu.iter().all(|part| refused.text.contains(part)), "{}", refused.text);
    assert!(!refused.text.contains("href=\"/users\""), "nobody is led to what is not theirs");
}
