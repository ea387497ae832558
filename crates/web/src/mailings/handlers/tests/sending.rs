//! A mailing whose preparation was cut off, and what refuses to be a page.

use super::{ROWS, message};
use crate::testing::{Person, Site, send};
use axum::http::StatusCode;
use model::{JobId, JobState};
use store::{Reason, Role};

async fn ready(site: &Site, person: &Person) -> (String, JobId) {
    site.account("smtp://mail.exemple.fr:25").await;
    let draft = site.begun(person, ROWS).await;
    site.act(person, &format!("{draft}/message"), &message(&[("attach", "")])).await;
    let id = draft.rsplit('/').next().unwrap().parse().unwrap();
    (draft, id)
}

/// The job of a draft, as a kill leaves it: `state` may be what it was then, or what the next start makes of it.
async fn cut_off(site: &Site, id: JobId, state: JobState) {
    let now = site.app.clock.now();
    site.preparing(id, "Factures").await;
    if state == JobState::Failed {
        site.app.db.fail_job(id, Reason::new("not_started", "cut off"), now).await.unwrap();
    }
}

#[tokio::test]
async fn a_mailing_cut_off_while_prepared_is_sent_by_another_job() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    let (draft, id) = ready(&site, &ana).await;
    cut_off(&site, id, JobState::Failed).await;
    let (path, now) = (format!("{draft}/send"), [("when", "now")]);
    let (sent, twice) = tokio::join!(site.act(&ana, &path, &now), site.act(&ana, &path, &now));
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
    assert_eq!(sent.header("location"), twice.header("location"), "two at once are one job");
    let other = sent.header("location").strip_prefix("/jobs/").unwrap().parse::<JobId>().unwrap();
    assert_ne!(other, id);
    let job = site.app.db.job(other).await.unwrap().unwrap();
    assert_eq!((job.state, job.counters.queued), (JobState::Pending, 2));
    let late = site.act(&ana, &path, &now).await;
    assert_eq!(late.header("location"), sent.header("location"), "and a third, with the draft gone");
}

#[tokio::test]
async fn a_second_click_keeps_the_draft_until_the_first_has_prepared() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    let (draft, id) = ready(&site, &ana).await;
    cut_off(&site, id, JobState::Preparing).await;
    let second = site.act(&ana, &format!("{draft}/send"), &[("when", "now")]).await;
    assert_eq!(second.header("location"), format!("/jobs/{id}"));
    assert_eq!(site.look(&ana, &format!("{draft}/check")).await.status, StatusCode::OK, "it may still be cut off");
}

#[tokio::test]
async fn a_browser_is_shown_a_page_where_nothing_answers() {
    let site = Site::new().await;
    let ana = site.person("ana", Role::Operator).await;
    let (draft, _) = ready(&site, &ana).await;
    let bad = [("when", "later"), ("date", "x")];
    let refused = site.act(&ana, &format!("{draft}/send"), &bad).await.text;
    assert!(refused.contains(&format!("name=\"back\" value=\"{draft}/check\"")), "{refused}");
    let headers = [("cookie", ana.cookie.as_str()), ("accept", "text/html")];
    let shown = send(&site.router, "GET", &format!("{draft}/test"), &headers, "").await;
    assert_eq!(shown.status, StatusCode::METHOD_NOT_ALLOWED);
    assert!(shown.text.contains("<html") && shown.text.contains("Page not found"), "{}", shown.text);
    let program = send(&site.router, "DELETE", "/api/v1/jobs", &headers, "").await;
    assert_eq!(program.header("content-type"), "application/problem+json");
}
