//! The database as a file: migrations, upgrades and readers beside the owner.

use crate::bed::*;
use sqlx::{Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions};
use std::path::Path;
use store::{Db, Error};

async fn beside(file: &Path, sql: &'static str) {
    let mut conn = SqliteConnection::connect_with(&SqliteConnectOptions::new().filename(file)).await.unwrap();
    conn.execute(sql).await.unwrap();
    conn.close().await.unwrap();
}

#[tokio::test]
async fn a_newer_schema_is_refused_with_both_versions() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    Db::open_sqlite(&file, dir.path()).await.unwrap().close().await;
    beside(&file, "INSERT INTO schema_version VALUES (9001, 'from the future')").await;
    for opened in [Db::open_sqlite(&file, dir.path()).await, Db::open_sqlite_read_only(&file).await] {
        let error = opened.err().expect("refused");
        assert!(matches!(error, Error::NewerSchema { found: 9001, .. }));
        let text = error.to_string();
        assert!(text.contains("9001") && text.contains("up to "), "{text}");
    }
}

#[tokio::test]
async fn a_newer_schema_is_refused_on_postgresql_too() {
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    Db::open_postgres(&database.url).await.unwrap().close().await;
    // Opening twice is opening once.
    let (a, b) = tokio::join!(Db::open_postgres(&database.url), Db::open_postgres(&database.url));
    a.unwrap().close().await;
    b.unwrap().close().await;
    let mut conn = sqlx::PgConnection::connect(&database.url).await.unwrap();
    conn.execute("INSERT INTO schema_version VALUES (9001, 'from the future')").await.unwrap();
    let error = Db::open_postgres(&database.url).await.err().expect("refused");
    database.remove().await;
    assert!(matches!(error, Error::NewerSchema { found: 9001, .. }));
}

#[tokio::test]
async fn several_processes_create_one_schema() {
    let Some(server) = server() else { return };
    let database = Database::create(&server).await;
    let url = &database.url;
    let opened = tokio::join!(Db::open_postgres(url), Db::open_postgres(url), Db::open_postgres(url));
    let dbs = [opened.0, opened.1, opened.2].map(|db| db.map_err(|error| error.to_string()));
    for db in dbs.iter().flatten() {
        db.close().await;
    }
    database.remove().await;
    for db in dbs {
        assert!(db.is_ok(), "{:?}", db.err());
    }
}

#[tokio::test]
async fn a_reader_reads_beside_the_owner_and_changes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let owner = Db::open_sqlite(&file, dir.path()).await.unwrap();
    let reader = Db::open_sqlite_read_only(&file).await.unwrap();
    let id = running(&owner, new_job(job_id(1)), items(2)).await;
    assert_eq!(job(&reader, id).await, job(&owner, id).await);
    let error = reader.start_job(id, NOW).await.unwrap_err();
    assert_eq!(error.to_string(), "the data directory was opened for reading only: nothing can be changed through it");
    assert!(!error.is_passing());
    owner.close().await;
    drop(owner);
    assert_eq!(job(&reader, id).await.counters.total, 2);
}

#[tokio::test]
async fn a_reader_without_a_file_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let text = Db::open_sqlite_read_only(&file).await.err().expect("nothing there").to_string();
    assert!(text.contains(&file.display().to_string()), "{text}");
    assert!(!file.exists());
}

#[tokio::test]
async fn what_was_written_is_there_after_opening_again() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let before = job(&db, id).await;
    db.close().await;
    drop(db);
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    assert_eq!(job(&db, id).await, before);
}

#[tokio::test]
async fn nobody_else_reads_the_database_nor_the_files_beside_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    running(&db, new_job(job_id(1)), items(2)).await;
    for name in ["vigie.db", "vigie.db-wal", "vigie.db-shm"] {
        let mode = std::fs::metadata(dir.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
    db.close().await;
}

#[tokio::test]
async fn the_file_alone_is_whole_once_its_owner_has_closed_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("vigie.db");
    let db = Db::open_sqlite(&file, dir.path()).await.unwrap();
    let id = running(&db, new_job(job_id(1)), items(2)).await;
    let before = job(&db, id).await;
    db.close().await;
    let elsewhere = dir.path().join("copy.db");
    std::fs::copy(&file, &elsewhere).unwrap();
    let copy = Db::open_sqlite(&elsewhere, dir.path()).await.unwrap();
    assert_eq!(job(&copy, id).await, before);
    copy.close().await;
}
