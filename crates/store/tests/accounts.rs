//! Accounts.

use crate::bed::*;
use model::pace::{Limit, Limits};
use store::{Account, AccountPause, ClaimRefused, Db, NewJob, Reason};
use uuid::Uuid;

on_both![
    saving_keeps_what_was_spent,
    the_longer_pause_stands,
    a_new_secret_ends_a_pause_without_an_end,
    a_job_resumed_by_hand_takes_its_account_along
];

fn account(n: u128, name: &str) -> Account {
    let limits = Limits { per_minute: Some(1), daily: Some(100), ..Limits::default() };
    let url = "smtps://user@relay.example:465".into();
    Account {
        id: Uuid::from_u128(n).into(),
        name: name.into(),
        url,
        secret: Some(vec![0, 255, 7]),
        limits,
        pause: None,
    }
}

async fn saving_keeps_what_was_spent(db: Db) {
    let first = db.save_account(account(1, "main"), NOW).await.unwrap();
    assert_eq!(first, account(1, "main"));
    let id = running(&db, NewJob { account: Some(first.id), ..new_job(job_id(1)) }, items(3)).await;
    let worker = worker(&db).await;
    assert_eq!(claim(&db, id, worker, 3, NOW).await.items.len(), 1);
    // The same name under a new id is the same account, and an absent secret leaves the old one.
    let changed = Account { url: "smtp://other".into(), secret: None, ..account(2, "main") };
    let saved = db.save_account(changed, later(1)).await.unwrap();
    assert_eq!((saved.id, saved.url.as_str(), saved.secret), (first.id, "smtp://other", Some(vec![0, 255, 7])));
    assert_eq!(claim(&db, id, worker, 3, later(1)).await.held, Some(ClaimRefused::Limit(later(60), Limit::Minute)));
    assert_eq!(db.used_in_a_day(first.id, later(1)).await.unwrap(), (1, 1));
    db.save_account(account(3, "back-up"), NOW).await.unwrap();
    let names: Vec<_> = db.accounts().await.unwrap().into_iter().map(|account| account.name).collect();
    assert_eq!(names, ["back-up", "main"]);
    assert_eq!(db.account(first.id).await.unwrap().unwrap().name, "main");
    assert_eq!(db.account_named("back-up").await.unwrap().unwrap().id, Uuid::from_u128(3).into());
    assert!(db.account_named("x").await.unwrap().is_none());
    assert!(db.account(Uuid::from_u128(9).into()).await.unwrap().is_none());
}

async fn the_longer_pause_stands(db: Db) {
    let id = db.save_account(account(1, "main"), NOW).await.unwrap().id;
    let pause = |until, code: &str| AccountPause { until, reason: Reason::new(code, "") };
    db.pause_account(id, pause(Some(later(60)), "a"), NOW).await.unwrap();
    db.pause_account(id, pause(Some(later(30)), "b"), NOW).await.unwrap();
    let found = db.account(id).await.unwrap().unwrap();
    assert_eq!(found.pause, Some(pause(Some(later(60)), "a")));
    assert!(!found.is_open(later(59)) && found.is_open(later(60)));
    db.pause_account(id, pause(None, "c"), NOW).await.unwrap();
    db.pause_account(id, pause(Some(later(90)), "d"), NOW).await.unwrap();
    let found = db.account(id).await.unwrap().unwrap();
    assert_eq!(found.pause, Some(pause(None, "c")));
    assert!(!found.is_open(later(9_999_999)));
    db.resume_account(id, NOW).await.unwrap();
    assert!(db.account(id).await.unwrap().unwrap().is_open(NOW));
}

/// A pause for want of credentials has no end of its own; one for want of quota has, and a password does not
/// shorten it.
async fn a_new_secret_ends_a_pause_without_an_end(db: Db) {
    let id = db.save_account(account(1, "main"), NOW).await.unwrap().id;
    let pause = |until| AccountPause { until, reason: Reason::new("held", "") };
    db.pause_account(id, pause(None), NOW).await.unwrap();
    db.save_account(Account { secret: None, ..account(1, "main") }, NOW).await.unwrap();
    assert_eq!(db.account(id).await.unwrap().unwrap().pause, Some(pause(None)));
    assert_eq!(db.save_account(account(1, "main"), NOW).await.unwrap().pause, None);
    db.pause_account(id, pause(Some(later(60))), NOW).await.unwrap();
    assert_eq!(db.save_account(account(1, "main"), NOW).await.unwrap().pause, Some(pause(Some(later(60)))));
}

async fn a_job_resumed_by_hand_takes_its_account_along(db: Db) {
    let account_id = db.save_account(account(1, "main"), NOW).await.unwrap().id;
    let id = running(&db, NewJob { account: Some(account_id), ..new_job(job_id(1)) }, items(3)).await;
    let pause = |until| AccountPause { until, reason: Reason::new("auth_failed", "535") };
    db.pause_account(account_id, pause(None), NOW).await.unwrap();
    db.pause_job(id, Reason::new("auth_failed", "535"), None, NOW).await.unwrap();
    // What goes on by itself does not speak for a person.
    db.resume_job(id, later(1)).await.unwrap();
    assert!(db.account(account_id).await.unwrap().unwrap().pause.is_some());
    db.pause_job(id, Reason::new("auth_failed", "535"), None, later(1)).await.unwrap();
    let (job, lifted) = db.resume_by_hand(id, later(2)).await.unwrap();
    assert_eq!((job.state, lifted.map(|account| account.name)), (model::JobState::Running, Some("main".to_owned())));
    assert!(db.account(account_id).await.unwrap().unwrap().pause.is_none());
    // A pause with an end, as for a spent quota, stands.
    db.pause_account(account_id, pause(Some(later(60))), later(2)).await.unwrap();
    assert!(db.resume_by_hand(id, later(3)).await.unwrap().1.is_none());
    assert!(db.account(account_id).await.unwrap().unwrap().pause.is_some());
}
