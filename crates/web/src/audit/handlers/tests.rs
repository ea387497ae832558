use crate::testing::Site;
use axum::http::StatusCode;
use model::JobId;
use store::Role;
use uuid::Uuid;

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
