//! Searches that people keep.

use crate::bed::*;
use store::{Db, SEARCHES_MAX, SavedSearch};
use uuid::Uuid;

on_both![a_search_is_kept_under_its_name, searches_are_bounded];

fn search(n: u128, owner: &str, name: &str, address: &str) -> SavedSearch {
    SavedSearch {
        id: Uuid::from_u128(n),
        owner: owner.into(),
        name: name.into(),
        address: address.into(),
        created_at: NOW,
    }
}

async fn a_search_is_kept_under_its_name(db: Db) {
    assert_eq!(db.searches_of("ana").await.unwrap(), []);
    assert!(db.save_search(search(1, "ana", "Pannes d’été", "/explore?q=error")).await.unwrap());
    assert!(db.save_search(search(2, "ana", "Lenteurs", "/explore?q=duration_ms%3E500")).await.unwrap());
    assert!(db.save_search(search(3, "bob", "Lenteurs", "/explore?q=slow")).await.unwrap());
    let found = db.searches_of("ana").await.unwrap();
    assert_eq!(found.iter().map(|found| found.name.as_str()).collect::<Vec<_>>(), ["Lenteurs", "Pannes d’été"]);
    assert_eq!(found[1], search(1, "ana", "Pannes d’été", "/explore?q=error"));

    assert!(db.save_search(search(4, "ana", "Lenteurs", "/explore?q=slower")).await.unwrap());
    let found = db.searches_of("ana").await.unwrap();
    assert_eq!((found.len(), found[0].id, found[0].address.as_str()), (2, Uuid::from_u128(2), "/explore?q=slower"));
    assert_eq!(db.searches_of("bob").await.unwrap()[0].address, "/explore?q=slow", "the same name of somebody else");

    assert!(!db.delete_search(Uuid::from_u128(2), "bob".into()).await.unwrap(), "it is not his");
    assert!(db.delete_search(Uuid::from_u128(2), "ana".into()).await.unwrap());
    assert!(!db.delete_search(Uuid::from_u128(2), "ana".into()).await.unwrap());
    assert_eq!(db.searches_of("ana").await.unwrap().len(), 1);
}

async fn searches_are_bounded(db: Db) {
    for n in 0..SEARCHES_MAX {
        assert!(db.save_search(search(u128::from(n), "ana", &format!("n{n}"), "/explore")).await.unwrap());
    }
    assert!(!db.save_search(search(1_000, "ana", "one more", "/explore")).await.unwrap());
    assert!(db.save_search(search(1_001, "ana", "n7", "/explore?q=a")).await.unwrap(), "one that is there may change");
    assert!(db.save_search(search(1_002, "bob", "one more", "/explore")).await.unwrap());
    assert_eq!(db.searches_of("ana").await.unwrap().len(), SEARCHES_MAX as usize);
}
