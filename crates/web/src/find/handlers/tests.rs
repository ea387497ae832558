use crate::testing::Site;
use axum::http::StatusCode;
use model::JobId;
use store::{NewItem, Role};
use uuid::Uuid;

#[tokio::test]
async fn a_recipient_a_mailing_and_a_page_are_found() {
    let site = Site::new().await;
    let (admin, viewer) = (site.person("admin", Role::Admin).await, site.person("ana", Role::Viewer).await);
    let job = JobId(Uuid::from_u128(7));
    site.preparing(job, "Factures d’été").await;
    let item = |seq, label: &str| NewItem {
        content: String::new(),
        seq,
        message_no: seq,
        ledger_key: None,
        label: label.to_owned(),
        payload: "{}".into(),
        verdict: None,
    };
    let items = vec![item(1, "zoe@exemple.fr"), item(2, "50%_off@exemple.fr")];
    site.app.db.enqueue(job, items, None, site.app.clock.now()).await.unwrap();
    let found = async |q: &str| {
        let page = site.look(&admin, &format!("/search?q={q}")).await;
        assert_eq!(page.status, StatusCode::OK);
        page.text.split("id=\"found\"").nth(1).unwrap().to_owned()
    };
    let zoe = found("ZOE%40exemple").await;
    assert!(zoe.contains(&format!("/jobs/{job}/items?q=zoe%40exemple.fr")) && !zoe.contains("50%_off"), "{zoe}");
    assert!(found("factures").await.contains(&format!("href=\"/jobs/{job}\"")));
    assert!(found("00000000-0000").await.contains("Factures d’été"), "by its id");
    assert!(found("audit").await.contains("href=\"/audit\""));
    assert!(found("proxy").await.contains("href=\"/help/embedding#"));
    let nothing = found("0%25_on").await;
    assert!(!nothing.contains("/items?") && nothing.contains("Nothing found"), "{nothing}");
    assert!(found("ANA").await.contains("href=\"/users\""));
    assert!(found("job+failed").await.contains("/alerts/rules/00000000-0000-0000-0000-000000000001"));
    assert!(found("alert+channels").await.contains("href=\"/alerts/channels\""));
    assert!(
        !site.look(&viewer, "/search?q=admin").await.text.contains("href=\"/users\""),
        "users are for administrators"
    );
    let page = site.look(&viewer, "/search?q=audit").await.text;
    assert!(!page.contains("href=\"/audit\""), "nobody is led to what is not theirs");
}
