//! What the sides of a job say of those who did not get theirs.

use crate::testing::{Site, send};
use model::{Fault, JobId, Verdict};
use store::{NewItem, Reason, Role};

/// A mailing of three being prepared, of which the last row was left out.
async fn mailing(site: &Site, n: u128) -> JobId {
    let (db, now) = (&site.app.db, site.app.clock.now());
    let id = JobId(uuid::Uuid::from_u128(n));
    site.preparing(id, &format!("Factures {n}")).await;
    let wrong =
        || Verdict::permanent("invalid_row", Fault::Content).with_arg("line", "4").with_reply("clients.csv:4 no @");
    let item = |seq: i64| NewItem {
        seq,
        message_no: seq,
        ledger_key: None,
        content: String::new(),
        label: format!("c{seq}@x.fr"),
        payload: "{}".into(),
        verdict: (seq == 3).then(wrong),
    };
    db.enqueue(id, (1..=3).map(item).collect(), None, now).await.unwrap();
    id
}

#[tokio::test]
async fn nobody_is_missing_only_when_everybody_got_theirs() {
    let site = Site::new().await;
    let (ana, now) = (site.person("ana", Role::Operator).await, site.app.clock.now());
    let cut = Reason::new("not_started", "cut off");
    let job = mailing(&site, 1).await;
    site.app.db.fail_job(job, cut, now).await.unwrap();
    let page = site.look(&ana, &format!("/jobs/{job}/undelivered")).await.text;
    assert!(page.contains("2 messages were not sent") && page.contains("nothing was sent. Start again"), "{page}");
    let job = mailing(&site, 2).await;
    site.app.db.finish_preparing(job, now).await.unwrap();
    site.app.db.cancel_job(job, Reason::new("by_hand", "ana"), now).await.unwrap();
    let page = site.look(&ana, &format!("/jobs/{job}/undelivered")).await.text;
    for skipped in ["c1@x.fr", "c2@x.fr", "The job was cancelled before this item was processed"] {
        assert!(page.contains(skipped), "{skipped}: {page}");
    }
    for (state, said) in [("fail", "Nothing was sent"), ("complete", "The message was sent to every recipient")] {
        let id = JobId(uuid::Uuid::from_bytes(site.app.rng.bytes()));
        site.preparing(id, state).await;
        let open = site.look(&ana, &format!("/jobs/{id}")).await.text;
        assert!(
            open.contains("The mailing is not finished") && !open.contains("The message was sent to every recipient"),
            "{open}"
        );
        match state {
            "fail" => site.app.db.fail_job(id, Reason::new("not_prepared", ""), now).await.unwrap(),
            _ => site.app.db.finish_preparing(id, now).await.unwrap(),
        };
        for side in ["", "/undelivered"] {
            let page = site.look(&ana, &format!("/jobs/{id}{side}")).await.text;
            assert!(page.contains(said), "{said}: {page}");
            assert_eq!(page.contains("The message was sent to every recipient"), state == "complete", "{page}");
        }
    }
}

#[tokio::test]
async fn what_was_left_out_is_no_servers_reply_and_is_not_offered_again() {
    let site = Site::new().await;
    let (ana, now) = (site.person("ana", Role::Operator).await, site.app.clock.now());
    let job = mailing(&site, 3).await;
    site.app.db.finish_preparing(job, now).await.unwrap();
    let page = site.look(&ana, &format!("/jobs/{job}/undelivered")).await.text;
    assert!(page.contains("Problem: <code>clients.csv:4 no @") && !page.contains("Server response"), "{page}");
    for offer in ["Retry", "name=\"seq\""] {
        assert!(!page.contains(offer), "{offer}: {page}");
    }
    let path = format!("/jobs/{job}/retry");
    let chosen = site.act(&ana, &path, &[("seq", "3")]).await;
    let page = site.look(&ana, chosen.header("location")).await.text;
    assert!(page.contains("1 item cannot be retried: it was skipped before sending"), "{page}");
    let forged = format!("/jobs/{job}/undelivered?said=retried&n=999&left=0");
    let seal = chosen.header("location").split("&seal=").nth(1).unwrap();
    for address in
        [forged.clone(), format!("{forged}&seal={seal}"), chosen.header("location").replace("left=1", "left=9")]
    {
        let page = site.look(&ana, &address).await.text;
        assert!(!page.contains("999 will") && !page.contains("class=\"notice "), "{address}: {page}");
    }
    let none = site.act(&ana, &path, &[]).await;
    assert!(none.header("location").contains("said=none"), "{}", none.header("location"));
}

#[tokio::test]
async fn lists_are_taken_along_to_the_readers_spreadsheet() {
    let site = Site::new().await;
    let (ana, now) = (site.person("ana", Role::Viewer).await, site.app.clock.now());
    let job = mailing(&site, 4).await;
    site.app.db.finish_preparing(job, now).await.unwrap();
    for (path, rows) in
        [("undelivered.csv", 1), ("items.csv", 3), ("items.csv?q=c3@", 1), ("items.csv?state=queued", 2)]
    {
        let answer = site.look(&ana, &format!("/jobs/{job}/{path}")).await;
        assert!(answer.text.starts_with("\u{feff}Row,Recipient,Company or name,File,"), "{}", answer.text);
        assert_eq!(answer.text.lines().count(), rows + 1, "{path}: {}", answer.text);
        let what = if path.starts_with("items") { "Recipients" } else { "To%20review" };
        let file = format!("attachment; filename*=UTF-8''Factures%204%202025%2D01%2D10%20{what}%2Ecsv");
        assert_eq!(answer.header("content-disposition"), file);
    }
    let headers = [("cookie", ana.cookie.as_str()), ("accept-language", "fr")];
    let french = send(&site.router, "GET", &format!("/jobs/{job}/undelivered.csv"), &headers, "").await.text;
    assert!(french.starts_with("\u{feff}Ligne;Destinataire;"), "{french}");
    assert!(french.contains("clients.csv:4 no @"), "{french}");
}

/// What a running job's page shows below its figures has none of its own: they would stand still beside the others.
#[tokio::test]
async fn the_figures_of_a_running_job_are_those_that_move() {
    let site = Site::new().await;
    let (ana, now) = (site.person("ana", Role::Operator).await, site.app.clock.now());
    let job = JobId(uuid::Uuid::from_u128(5));
    site.preparing(job, "Factures").await;
    let item = |seq: i64| NewItem {
        seq,
        message_no: seq,
        ledger_key: None,
        content: String::new(),
        label: format!("c{seq}@x.fr"),
        payload: "{}".into(),
        verdict: None,
    };
    site.app.db.enqueue(job, (1..=777).map(item).collect(), None, now).await.unwrap();
    site.app.db.finish_preparing(job, now).await.unwrap();
    site.app.db.start_job(job, now).await.unwrap();
    let page = site.look(&ana, &format!("/jobs/{job}")).await.text;
    let below = page.split("id=\"job-tabs\"").nth(1).unwrap();
    assert!(page.contains("data-show=\"remaining\">777<") && !below.contains("777"), "{below}");
}
