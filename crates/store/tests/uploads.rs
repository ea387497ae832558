//! Which uploads are in use.

use crate::{bed::*, issues::shop, reports::attachment};
use std::collections::HashSet;
use store::{Db, Draft};
use uuid::Uuid;

on_both![an_upload_is_in_use_while_a_job_or_a_draft_names_it, a_project_names_its_attachments];

fn hash(n: u8) -> String {
    format!("{n:02x}").repeat(32)
}

async fn an_upload_is_in_use_while_a_job_or_a_draft_names_it(db: Db) {
    let all: Vec<String> = (0..5).map(hash).collect();
    let used = async || db.uploads_in_use(&all).await.unwrap();
    assert!(used().await.is_empty());
    let (one, two) = (create(&db, new_job(job_id(1))).await.id, create(&db, new_job(job_id(2))).await.id);
    let many = (0..2_500_u32).map(|n| format!("{n:064x}")).chain([hash(1), hash(2)]);
    db.keep_uploads(one, many.collect()).await.unwrap();
    db.keep_uploads(two, vec![hash(1), hash(1)]).await.unwrap();
    db.keep_uploads(two, vec![hash(1)]).await.unwrap();
    for n in 0..30 {
        let content = format!("{{\"files\":[{{\"sha256\":\"{}\"}}]}}", if n == 29 { hash(3) } else { "ab".into() });
        let draft = Draft {
            id: Uuid::from_u128(n + 1),
            owner: "ana".into(),
            content,
            version: 1,
            created_at: NOW,
            updated_at: NOW,
        };
        db.create_draft(draft).await.unwrap();
    }
    assert_eq!(used().await, HashSet::from([hash(0), hash(1), hash(2), hash(3)]), "{:064x} is hash(0)", 0);
    db.delete_draft(Uuid::from_u128(30)).await.unwrap();
    assert_eq!(used().await, HashSet::from([hash(0), hash(1), hash(2)]));
    assert!(db.uploads_in_use(&[]).await.unwrap().is_empty());
}

async fn a_project_names_its_attachments(db: Db) {
    let project = shop(&db).await;
    for (event, n) in [(1, 2), (2, 1), (2, 2)] {
        db.add_attachment(store::EventAttachment { sha256: hash(n), ..attachment(project, event, 5) }).await.unwrap();
    }
    db.add_attachment(store::EventAttachment { sha256: hash(3), ..attachment(project + 1, 1, 5) }).await.unwrap();
    assert_eq!(db.uploads_of_project(project, 10).await.unwrap(), [hash(1), hash(2)]);
    assert_eq!(db.uploads_of_project(project, 1).await.unwrap(), [hash(1)]);
}
