//! Planned work and the public page: kept, ended, forgotten.

use crate::bed::*;
use store::{Db, MAINTENANCES_MAX, StoredMaintenance};
use uuid::Uuid;

on_both![a_maintenance_ends_once_and_is_forgotten_later, the_public_page_is_one_row, the_disk_is_noted];

pub(crate) fn maintenance(n: u128) -> StoredMaintenance {
    StoredMaintenance {
        id: Uuid::from_u128(n),
        spec: "é\0".into(),
        ends_at: None,
        created_by: "ana".into(),
        created_at: NOW,
    }
}

async fn a_maintenance_ends_once_and_is_forgotten_later(db: Db) {
    let once = StoredMaintenance { ends_at: Some(later(60)), created_at: later(1), ..maintenance(2) };
    assert!(db.create_maintenance(maintenance(1)).await.unwrap());
    assert!(db.create_maintenance(once).await.unwrap());
    let ids = |all: Vec<StoredMaintenance>| all.iter().map(|one| one.id.as_u128()).collect::<Vec<_>>();
    assert_eq!(ids(db.maintenances(NOW).await.unwrap()), [1, 2]);
    assert_eq!(ids(db.maintenances(later(60)).await.unwrap()), [1]);
    let first = Uuid::from_u128(1);
    assert!(db.end_maintenance(first, "ended".into(), later(30)).await.unwrap());
    assert!(!db.end_maintenance(first, "again".into(), later(31)).await.unwrap());
    let kept = db.maintenance(first).await.unwrap().unwrap();
    assert_eq!((kept.spec.as_str(), kept.ends_at), ("ended", Some(later(30))));
    assert_eq!(db.forget_maintenances(later(31)).await.unwrap(), 1);
    assert!(db.maintenance(first).await.unwrap().is_none());
    assert!(db.delete_maintenance(Uuid::from_u128(2)).await.unwrap());
    assert!(!db.delete_maintenance(Uuid::from_u128(2)).await.unwrap());
    for n in 0..u128::from(MAINTENANCES_MAX) {
        assert!(db.create_maintenance(maintenance(100 + n)).await.unwrap());
    }
    assert!(!db.create_maintenance(maintenance(9_999)).await.unwrap());
}

async fn the_public_page_is_one_row(db: Db) {
    assert_eq!(db.status_page().await.unwrap(), None);
    for settings in ["{}", "{\"title\":\"é\"}"] {
        db.save_status_page(settings.into(), NOW).await.unwrap();
        assert_eq!(db.status_page().await.unwrap().as_deref(), Some(settings));
    }
}

async fn the_disk_is_noted(db: Db) {
    for (seconds, free) in [(0, 5_000), (60, 4_000), (60, 4_100), (120, 900)] {
        db.note_disk(free, later(seconds), later(30)).await.unwrap();
    }
    assert_eq!(db.disk_samples(NOW).await.unwrap(), [(later(60), 4_100), (later(120), 900)]);
}
