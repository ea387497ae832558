//! Webhooks.

use crate::bed::*;
use store::{Db, NewWebhook};
use uuid::Uuid;

on_both![a_webhook_is_told_from_its_making_on, failures_hold_a_webhook_back];

fn hook(n: u128) -> NewWebhook {
    NewWebhook { id: Uuid::from_u128(n), url: "https://x.example/é".into(), secret: Some(vec![0, 9]), mailing: None }
}

async fn a_webhook_is_told_from_its_making_on(db: Db) {
    db.insert_traces(vec![new_trace(None, None), new_trace(None, None)]).await.unwrap();
    let last = db.traces(&store::TraceFilter { limit: 1, ..Default::default() }).await.unwrap().rows[0].no;
    db.create_webhook(hook(2), NOW).await.unwrap();
    db.create_webhook(NewWebhook { secret: None, mailing: Some("spring".into()), ..hook(1) }, later(1)).await.unwrap();
    let found = db.webhooks().await.unwrap();
    assert_eq!((found[0].id, found[0].cursor, found[0].secret.clone()), (Uuid::from_u128(2), last, Some(vec![0, 9])));
    assert_eq!((found[1].mailing.as_deref(), found[1].secret.clone()), (Some("spring"), None));
    assert!(db.advance_webhook(found[0].id, last, last + 7).await.unwrap());
    assert!(!db.advance_webhook(found[0].id, last, last + 9).await.unwrap(), "told by somebody else");
    assert_eq!(db.webhooks().await.unwrap()[0].cursor, last + 7);
    assert!(db.delete_webhook(found[0].id).await.unwrap());
    assert!(!db.delete_webhook(found[0].id).await.unwrap());
    assert_eq!(db.webhooks().await.unwrap().len(), 1);
}

async fn failures_hold_a_webhook_back(db: Db) {
    db.create_webhook(hook(1), NOW).await.unwrap();
    let id = Uuid::from_u128(1);
    assert_eq!(db.due_webhooks(NOW).await.unwrap().len(), 1);
    for wait in [10, 20, 40] {
        let next = db.note_webhook_failure(id, "500\0".repeat(900), NOW).await.unwrap();
        assert_eq!(next, Some(later(wait)));
        assert!(db.due_webhooks(later(wait - 1)).await.unwrap().is_empty());
        assert_eq!(db.due_webhooks(later(wait)).await.unwrap().len(), 1);
    }
    for _ in 0..80 {
        db.note_webhook_failure(id, String::new(), NOW).await.unwrap();
    }
    let found = &db.webhooks().await.unwrap()[0];
    assert_eq!((found.failures, found.next_at), (83, later(6 * 3600)));
    assert!(db.advance_webhook(id, found.cursor, found.cursor + 1).await.unwrap());
    let found = &db.due_webhooks(NOW).await.unwrap()[0];
    assert_eq!((found.failures, found.last_error.clone()), (0, None));
    assert_eq!(db.note_webhook_failure(Uuid::from_u128(9), String::new(), NOW).await.unwrap(), None);
}
