//! People, their sessions, and links that work once.

use crate::bed::*;
use store::{AuditEvent, AuditFilter, Db, Draft, Purpose, Role, Session, User};
use uuid::Uuid;

on_both![
    a_user_is_made_once_and_logs_in,
    what_a_user_may_do_changes_and_ends_their_sessions,
    the_last_admin_stays,
    whom_a_proxy_knows_has_the_role_it_says,
    a_link_works_once,
    deeds_are_told_newest_first,
    deeds_are_found_by_who_what_when_and_object,
    a_draft_is_kept_and_given_up,
    a_draft_is_changed_only_as_it_was_seen,
];

fn user(n: u8, name: &str, role: Role) -> User {
    let (id, created_at) = (Uuid::from_u128(u128::from(n)), NOW);
    User { id, name: name.into(), password: None, role, disabled: false, created_at, seen_at: None }
}

fn session(n: u8, user: u8) -> Session {
    let (user, about) = (Uuid::from_u128(u128::from(user)), "Firefox".to_owned());
    Session { hash: [n; 32], user, about, created_at: NOW, expires_at: later(3600) }
}

async fn a_user_is_made_once_and_logs_in(db: Db) {
    db.create_user(user(1, "ana", Role::Operator)).await.unwrap();
    let text = db.create_user(user(2, "ana", Role::Admin)).await.unwrap_err().to_string();
    assert_eq!(text, "there is a user named `ana`: choose another name");
    assert_eq!(db.user_named("ana").await.unwrap(), Some(user(1, "ana", Role::Operator)));
    assert_eq!(db.user_named("Ana").await.unwrap(), None);
    db.create_session(session(1, 1)).await.unwrap();
    let (found, who) = db.session([1; 32], NOW).await.unwrap().unwrap();
    assert_eq!((found, who.name.as_str(), who.seen_at), (session(1, 1), "ana", Some(NOW)));
    assert!(db.session([2; 32], NOW).await.unwrap().is_none());
    assert!(db.session([1; 32], later(3600)).await.unwrap().is_none(), "it has ended");
    db.create_session(Session { created_at: later(10), expires_at: later(7200), ..session(2, 1) }).await.unwrap();
    let hashes: Vec<u8> = db.sessions_of(who.id, NOW).await.unwrap().iter().map(|session| session.hash[0]).collect();
    assert_eq!(hashes, [2, 1]);
    assert_eq!(db.end_other_sessions(who.id, [1; 32]).await.unwrap(), 1);
    db.end_session([1; 32]).await.unwrap();
    assert!(db.sessions_of(who.id, NOW).await.unwrap().is_empty());
    db.create_session(session(3, 1)).await.unwrap();
    db.create_session(Session { created_at: later(4000), expires_at: later(9000), ..session(4, 1) }).await.unwrap();
    assert_eq!(db.sessions_of(who.id, NOW).await.unwrap().len(), 1, "what has ended is forgotten");
    db.set_password(who.id, "$argon2id$…".into()).await.unwrap();
    assert!(db.sessions_of(who.id, NOW).await.unwrap().is_empty(), "a new password ends every session");
    assert_eq!(db.user_named("ana").await.unwrap().unwrap().password.as_deref(), Some("$argon2id$…"));
}

async fn what_a_user_may_do_changes_and_ends_their_sessions(db: Db) {
    db.create_user(user(1, "ana", Role::Admin)).await.unwrap();
    db.create_user(user(2, "bob", Role::Viewer)).await.unwrap();
    db.create_session(session(1, 2)).await.unwrap();
    let bob = Uuid::from_u128(2);
    db.change_user(bob, Role::Operator, false).await.unwrap();
    assert!(db.session([1; 32], NOW).await.unwrap().is_none());
    db.create_session(session(1, 2)).await.unwrap();
    assert_eq!(db.session([1; 32], NOW).await.unwrap().unwrap().1.role, Role::Operator);
    db.change_user(bob, Role::Operator, true).await.unwrap();
    db.create_session(session(1, 2)).await.unwrap();
    assert!(db.session([1; 32], NOW).await.unwrap().is_none(), "disabled");
    let names: Vec<_> = db.users().await.unwrap().into_iter().map(|user| (user.name, user.disabled)).collect();
    assert_eq!(names, [("ana".to_owned(), false), ("bob".to_owned(), true)]);
}

async fn whom_a_proxy_knows_has_the_role_it_says(db: Db) {
    db.create_user(user(1, "ana", Role::Admin)).await.unwrap();
    db.create_session(session(1, 1)).await.unwrap();
    db.meet_user(Uuid::from_u128(1), Role::Viewer, later(9)).await.unwrap();
    let (_, ana) = db.session([1; 32], NOW).await.unwrap().unwrap();
    assert_eq!((ana.role, ana.seen_at), (Role::Viewer, Some(later(9))), "sessions go on, with what the role allows");
    db.meet_user(Uuid::from_u128(2), Role::Admin, NOW).await.unwrap();
    assert_eq!(db.users().await.unwrap().len(), 1);
}

async fn the_last_admin_stays(db: Db) {
    db.create_user(user(1, "ana", Role::Admin)).await.unwrap();
    db.create_session(session(1, 1)).await.unwrap();
    let ana = Uuid::from_u128(1);
    for (role, disabled) in [(Role::Viewer, false), (Role::Admin, true)] {
        let text = db.change_user(ana, role, disabled).await.unwrap_err().to_string();
        assert!(text.contains("make somebody else an admin first"), "{text}");
    }
    assert_eq!(
        db.session([1; 32], NOW).await.unwrap().unwrap().1,
        User { seen_at: Some(NOW), ..user(1, "ana", Role::Admin) }
    );
    db.create_user(user(2, "bob", Role::Admin)).await.unwrap();
    db.change_user(ana, Role::Viewer, false).await.unwrap();
}

async fn a_link_works_once(db: Db) {
    db.create_user(user(1, "ana", Role::Admin)).await.unwrap();
    let ana = Uuid::from_u128(1);
    db.invite(ana, [1; 32], Purpose::Password, later(60)).await.unwrap();
    assert!(db.invited([1; 32], Purpose::Password, NOW).await.unwrap().is_some());
    assert!(db.invited([1; 32], Purpose::Entry, NOW).await.unwrap().is_none(), "for something else");
    assert!(db.invited([1; 32], Purpose::Password, later(60)).await.unwrap().is_none(), "its time is over");
    db.invite(ana, [2; 32], Purpose::Password, later(60)).await.unwrap();
    assert!(db.accept_invitation([1; 32], Purpose::Password, NOW).await.unwrap().is_none(), "replaced");
    assert_eq!(db.accept_invitation([2; 32], Purpose::Password, NOW).await.unwrap().unwrap().name, "ana");
    assert!(db.accept_invitation([2; 32], Purpose::Password, NOW).await.unwrap().is_none(), "used");
    db.invite(ana, [3; 32], Purpose::Entry, later(60)).await.unwrap();
    db.set_password(ana, "x".into()).await.unwrap();
    assert!(db.invited([3; 32], Purpose::Entry, NOW).await.unwrap().is_none());
}

async fn deeds_are_told_newest_first(db: Db) {
    let event = |n: u64| AuditEvent {
        no: 0,
        at: later(n),
        who: "ana".into(),
        action: "job.pause".into(),
        subject: format!("job {n}"),
        detail: String::new(),
    };
    for n in 0..5 {
        db.write_audit(event(n)).await.unwrap();
    }
    let page = db.audit(None, 3).await.unwrap();
    let subjects = |rows: &[AuditEvent]| rows.iter().map(|event| event.subject.clone()).collect::<Vec<_>>();
    assert_eq!(subjects(&page.rows), ["job 4", "job 3", "job 2"]);
    let rest = db.audit(page.next, 3).await.unwrap();
    assert_eq!((subjects(&rest.rows), rest.next), (vec!["job 1".to_owned(), "job 0".to_owned()], None));
}

async fn deeds_are_found_by_who_what_when_and_object(db: Db) {
    let deeds = [
        ("ana", "POST /jobs/{id}/pause", "/jobs/7", ""),
        ("ana", "POST /users", "/users", "Zoé"),
        ("bob", "POST /jobs/{id}/pause", "/jobs/8", ""),
        ("bob", "login", "bob", "100%"),
    ];
    for (n, (who, action, subject, detail)) in (0..).zip(deeds) {
        let (who, action) = (who.to_owned(), action.to_owned());
        let event = AuditEvent { no: 0, at: later(n), who, action, subject: subject.into(), detail: detail.into() };
        db.write_audit(event).await.unwrap();
    }
    let all = AuditFilter { limit: 10, ..AuditFilter::default() };
    let found = async |filter: AuditFilter| {
        let page = db.search_audit(&filter).await.unwrap();
        assert_eq!((page.next, page.searched_until), (None, None));
        page.rows.into_iter().map(|event| event.at.since(NOW).as_secs()).collect::<Vec<_>>()
    };
    let text = |text: &str| vec![text.to_owned()];
    assert_eq!(found(all.clone()).await, [3, 2, 1, 0]);
    assert_eq!(found(AuditFilter { who: Some("ana".into()), ..all.clone() }).await, [1, 0]);
    assert_eq!(found(AuditFilter { actions: text("POST /jobs/{id}/pause"), ..all.clone() }).await, [2, 0]);
    assert_eq!(found(AuditFilter { actions: vec!["login".into(), "POST /users".into()], ..all.clone() }).await, [3, 1]);
    assert_eq!(found(AuditFilter { about: text("Zoé"), ..all.clone() }).await, [1]);
    assert_eq!(found(AuditFilter { about: vec!["/JOBS/7".into(), "%".into()], ..all.clone() }).await, [3, 0]);
    assert_eq!(found(AuditFilter { since: Some(later(1)), until: Some(later(3)), ..all.clone() }).await, [2, 1]);
    let narrow = AuditFilter { who: Some("bob".into()), about: text("/jobs/"), ..all.clone() };
    assert_eq!(found(narrow).await, [2], "all that is asked holds");
    let first = db.search_audit(&AuditFilter { limit: 3, ..all.clone() }).await.unwrap();
    assert_eq!(found(AuditFilter { before: first.next, ..all }).await, [0]);
}

fn draft(n: u8, content: &str, version: i64, updated: u64) -> Draft {
    let (id, owner) = (Uuid::from_u128(n.into()), "ana".to_owned());
    Draft { id, owner, content: content.into(), version, created_at: NOW, updated_at: later(updated) }
}

async fn a_draft_is_kept_and_given_up(db: Db) {
    let id = Uuid::from_u128(1);
    db.create_draft(draft(1, "{}", 1, 0)).await.unwrap();
    db.create_draft(draft(2, "{}", 1, 1)).await.unwrap();
    assert!(db.create_draft(draft(2, "[]", 1, 1)).await.is_err(), "there is one of that id");
    assert!(db.update_draft(id, 1, "{\"a\":1}".into(), later(2)).await.unwrap());
    assert_eq!(db.draft(id).await.unwrap(), Some(draft(1, "{\"a\":1}", 2, 2)));
    let ids: Vec<_> = db.drafts_of("ana", 10).await.unwrap().into_iter().map(|draft| draft.id.as_u128()).collect();
    assert_eq!(ids, [1, 2]);
    assert!(db.drafts_of("bob", 10).await.unwrap().is_empty());
    assert!(db.delete_draft(id).await.unwrap());
    assert!(!db.delete_draft(id).await.unwrap());
}

async fn a_draft_is_changed_only_as_it_was_seen(db: Db) {
    let id = Uuid::from_u128(1);
    db.create_draft(draft(1, "{}", 1, 0)).await.unwrap();
    assert!(db.update_draft(id, 1, "first".into(), later(1)).await.unwrap());
    assert!(!db.update_draft(id, 1, "second".into(), later(2)).await.unwrap(), "another was faster");
    assert_eq!(db.draft(id).await.unwrap(), Some(draft(1, "first", 2, 1)));
    db.delete_draft(id).await.unwrap();
    assert!(!db.update_draft(id, 2, "late".into(), later(3)).await.unwrap());
    assert_eq!(db.draft(id).await.unwrap(), None, "what is gone stays gone");
}
