//! API tokens.

use crate::bed::*;
use store::{Db, Scope, Token};
use uuid::Uuid;

on_both![a_token_is_found_by_its_hash, a_name_is_given_once];

fn token(n: u8, name: &str) -> Token {
    let id = Uuid::from_u128(u128::from(n));
    let (created_at, expires_at) = (NOW, Some(later(3600)));
    Token { id, name: name.into(), hash: [n; 32], scope: Scope::Read, created_at, expires_at, used_at: None }
}

async fn a_token_is_found_by_its_hash(db: Db) {
    db.create_token(token(1, "ci")).await.unwrap();
    db.create_token(Token { scope: Scope::Write, expires_at: None, ..token(2, "admin") }).await.unwrap();
    let found = db.token_by_hash([1; 32]).await.unwrap().unwrap();
    assert_eq!((found.name.as_str(), found.scope, found.expires_at), ("ci", Scope::Read, Some(later(3600))));
    assert_eq!((found.id, found.hash, found.created_at, found.used_at), (Uuid::from_u128(1), [1; 32], NOW, None));
    assert!(db.token_by_hash([3; 32]).await.unwrap().is_none());
    // The latest use counts, in whatever order they are told.
    for at in [later(60), NOW] {
        db.use_token(Uuid::from_u128(1), at).await.unwrap();
    }
    db.use_token(Uuid::from_u128(9), NOW).await.unwrap();
    let used: Vec<_> = db.tokens().await.unwrap().into_iter().map(|token| token.used_at).collect();
    assert_eq!(used, [None, Some(later(60))]);
    let names: Vec<_> = db.tokens().await.unwrap().into_iter().map(|token| token.name).collect();
    assert_eq!(names, ["admin", "ci"]);
    assert!(db.revoke_token("ci".into()).await.unwrap());
    assert!(!db.revoke_token("ci".into()).await.unwrap());
    assert!(db.token_by_hash([1; 32]).await.unwrap().is_none());
}

async fn a_name_is_given_once(db: Db) {
    db.create_token(token(1, "ci")).await.unwrap();
    let text = db.create_token(token(2, "ci")).await.unwrap_err().to_string();
    assert_eq!(text, "there is a token named `ci`: choose another name, or revoke it first");
    assert_eq!(db.tokens().await.unwrap().len(), 1);
}

#[test]
fn scopes_are_read_as_they_are_written() {
    for scope in Scope::ALL {
        assert_eq!(scope.to_string().parse(), Ok(scope));
    }
    assert_eq!(
        "x".parse::<Scope>(),
        Err("`x` is not a scope: use ingest, releases, progress, read, write or admin".to_owned())
    );
}

#[test]
fn who_sends_logs_reads_nothing_and_who_reads_sends_none() {
    let allowed: Vec<String> = Scope::ALL
        .iter()
        .map(|has| {
            let may: Vec<_> = Scope::ALL.iter().filter(|needed| has.allows(**needed)).map(Scope::to_string).collect();
            format!("{has}: {}", may.join(" "))
        })
        .collect();
    let expected = [
        "ingest: ingest",
        "releases: releases",
        "progress: progress",
        "read: progress read",
        "write: ingest releases progress read write",
        "admin: ingest releases progress read write admin",
    ];
    assert_eq!(allowed, expected);
}
