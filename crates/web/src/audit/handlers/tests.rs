use crate::testing::Site;
use axum::http::StatusCode;
use model::JobId;
use store::{Role, Scope};
use uuid::Uuid;

/// Who is not told of an action in words is told of it as it was asked for, and that is no language.
#[tokio::test]
async fn whatever_is_written_down_has_words() {
    let written = |route: &crate::routes::Declared| {
        route.verb != crate::routes::Verb::Get
            && route.about.is_audited()
            && route.access.scope().is_some_and(|scope| !matches!(scope, Scope::Ingest | Scope::Progress))
    };
    let found: Vec<String> = crate::declared(Site::new().await.app)
        .iter()
        .filter(|route| written(route))
        .map(|route| format!("{} {}", crate::tests::method(route.verb), route.path))
        .collect();
    assert!(found.len() > 100, "{}", found.len());
    let nameless: Vec<&String> = found.iter().filter(|action| crate::audit::deeds::word(action).is_none()).collect();
    assert!(nameless.is_empty(), "give these a word in audit/deeds.rs, or leave them out of the log: {nameless:#?}");
}

#[tokio::test]
async fn an_event_is_found_by_person_deed_and_object() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    let job = JobId(Uuid::from_u128(7));
    site.preparing(job, "Factures d’été").await;
    site.app.db.finish_preparing(job, site.app.clock.now()).await.unwrap();
    site.act(&admin, "/users", &[("name", "zoé"), ("role", "viewer")]).await;
    site.act(&admin, "/tokens", &[("name", "tableur"), ("scope", "read"), ("days", "30")]).await;
    crate::auth::write_down(
        &crate::Ctx::new(site.app.clone()),
        "admin",
        "POST /jobs/{id}/pause",
        &format!("/jobs/{job}/pause"),
        "",
    )
    .await;
    let rows = async |query: &str| {
        let page = site.look(&admin, &format!("/audit?{query}")).await;
        assert_eq!(page.status, StatusCode::OK);
        page.text.split("<tbody>").nth(1).unwrap_or_default().split("</tbody>").next().unwrap().to_owned()
    };
    let all = rows("").await;
    assert!(all.contains("Factures d’été</a>") && all.contains(&format!("href=\"/jobs/{job}\"")), "{all}");
    assert!(!all.contains(&format!(">{job}")), "an id is shown in place of a name");
    let paused = rows("object=FACTURES").await;
    assert!(paused.contains("Factures d’été") && !paused.contains("tableur"), "{paused}");
    let made = rows("what=deed-user-new&who=admin").await;
    assert!(made.contains("zoé") && !made.contains("tableur") && !made.contains("Factures"), "{made}");
    assert_eq!(rows("who=nobody").await, "");
    let rule = "/alerts/rules/00000000-0000-0000-0000-000000000001/switch";
    site.act(&admin, rule, &[]).await;
    let switched = rows("what=deed-alert-rule-switch").await;
    assert!(switched.contains(">Job failed</a>"), "{switched}");
    let day = site.app.clock.now().in_zone(&jiff::tz::TimeZone::UTC).date();
    assert!(rows(&format!("since={day}")).await.contains("tableur"));
    let after = day.tomorrow().unwrap();
    assert_eq!(rows(&format!("since={after}")).await, "");
}

#[tokio::test]
async fn the_sheet_holds_what_the_page_shows() {
    let site = Site::new().await;
    let admin = site.person("admin", Role::Admin).await;
    site.act(&admin, "/users", &[("name", "=zoé"), ("role", "viewer")]).await;
    site.act(&admin, "/users", &[("name", "bruno"), ("role", "viewer")]).await;
    let sheet = site.look(&admin, "/audit.csv?object=zo%C3%A9").await;
    assert_eq!(sheet.status, StatusCode::OK);
    assert!(sheet.header("content-disposition").contains("audit.csv"));
    assert!(sheet.text.contains("Time,User,Action,") && sheet.text.contains("'=zoé"), "{}", sheet.text);
    assert!(!sheet.text.contains("bruno"), "{}", sheet.text);
    let viewer = site.person("ana", Role::Viewer).await;
    assert_eq!(site.look(&viewer, "/audit.csv").await.status, StatusCode::FORBIDDEN);
}
