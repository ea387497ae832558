//! Which key the database was set up with.

use store::Db;

on_both![the_first_key_is_kept, another_takes_its_place_only_when_told];

async fn the_first_key_is_kept(db: Db) {
    assert_eq!(db.key_fingerprint().await.unwrap(), None);
    assert_eq!(db.keep_key_fingerprint("first".into()).await.unwrap(), "first");
    assert_eq!(db.keep_key_fingerprint("second".into()).await.unwrap(), "first");
    assert_eq!(db.key_fingerprint().await.unwrap().as_deref(), Some("first"));
}

async fn another_takes_its_place_only_when_told(db: Db) {
    db.keep_key_fingerprint("first".into()).await.unwrap();
    db.replace_key_fingerprint("second".into()).await.unwrap();
    assert_eq!(db.keep_key_fingerprint("third".into()).await.unwrap(), "second");
}
