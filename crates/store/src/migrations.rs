//! Brings the schema from any older version to this program's, and refuses a newer one.
//!
//! To add one: a file in `migrations/sqlite/` and one in `migrations/postgres/` under the next number, and a line in
//! [`MIGRATIONS`]. A migration that has been released is never edited.

use crate::{
    Db, Error, Result,
    sql::{Conn, params},
};
use std::path::Path;

struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[Migration {
    version: 1,
    name: "initial",
    sqlite: include_str!("../migrations/sqlite/0001_initial.sql"),
    postgres: include_str!("../migrations/postgres/0001_initial.sql"),
}];

/// The schema version that this program writes.
pub(crate) fn known() -> i64 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

pub(crate) async fn run(db: &Db, snapshots: Option<&Path>) -> Result<()> {
    let found = version(db).await?;
    refuse_newer(found)?;
    if found == known() {
        return after_restore(db).await;
    }
    let snapshot = match snapshots {
        Some(folder) if found > 0 => snapshot(db, folder, found).await?,
        _ => String::new(),
    };
    for migration in MIGRATIONS.iter().filter(|migration| migration.version > found) {
        apply(db, migration).await.map_err(|source| Error::Migration {
            version: migration.version,
            name: migration.name,
            snapshot: snapshot.clone(),
            source: Box::new(source),
        })?;
    }
    Ok(())
}

/// For those who only read: the schema must be exactly the one this program knows.
pub(crate) async fn check(db: &Db) -> Result<()> {
    let found = version(db).await?;
    refuse_newer(found)?;
    if found < known() {
        return Err(Error::Conflict(format!(
            "the database has schema version {found} and waits for an upgrade to {}: start `vigie serve` once",
            known()
        )));
    }
    Ok(())
}

fn refuse_newer(found: i64) -> Result<()> {
    if found > known() { Err(Error::NewerSchema { found, known: known() }) } else { Ok(()) }
}

async fn version(db: &Db) -> Result<i64> {
    let there = match db {
        Db::Sqlite(_) => "SELECT count(*) AS n FROM sqlite_master WHERE name = 'schema_version'",
        Db::Postgres(_) => {
            "SELECT count(*) AS n FROM pg_tables WHERE tablename = 'schema_version' AND schemaname = current_schema()"
        }
    };
    let exists = match db.row(there, &[]).await {
        Ok(row) => row.is_some_and(|row| row.int("n").unwrap_or(0) > 0),
        // A reader cannot open a file that is not there yet.
        Err(error) => return Err(error),
    };
    if !exists {
        return Ok(0);
    }
    let row = db.row("SELECT coalesce(max(version), 0) AS version FROM schema_version", &[]).await?;
    row.map_or(Ok(0), |row| row.int("version"))
}

/// A restored PostgreSQL database counts its transactions anew: traces from before would wait for numbers to come by.
async fn after_restore(db: &Db) -> Result<()> {
    let Db::Postgres(_) = db else { return Ok(()) };
    let ahead = "SELECT no FROM traces WHERE no = (SELECT max(no) FROM traces)
                 AND written_in >= pg_snapshot_xmax(pg_current_snapshot())";
    if db.row(ahead, &[]).await?.is_none() {
        return Ok(());
    }
    db.write(move |conn| {
        Box::pin(async move {
            let sql = "UPDATE traces SET written_in = '3' WHERE written_in >= pg_snapshot_xmax(pg_current_snapshot())";
            conn.execute(sql, &[]).await.map(drop)
        })
    })
    .await
}

async fn apply(db: &Db, migration: &'static Migration) -> Result<()> {
    db.write(move |conn| {
        Box::pin(async move {
            let script = match conn {
                Conn::Sqlite(_) => migration.sqlite,
                Conn::Postgres(_) => {
                    // One process migrates, the others wait and then find it done. The number is this program's own.
                    conn.execute("SELECT pg_advisory_xact_lock(7453010)", &[]).await?;
                    migration.postgres
                }
            };
            conn.script("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT PRIMARY KEY, name TEXT NOT NULL)")
                .await?;
            let done = "SELECT 1 AS one FROM schema_version WHERE version = $1";
            if conn.row(done, params![migration.version]).await?.is_some() {
                return Ok(());
            }
            conn.script(script).await?;
            conn.execute(
                "INSERT INTO schema_version (version, name) VALUES ($1, $2)",
                params![migration.version, migration.name],
            )
            .await?;
            Ok(())
        })
    })
    .await
}

/// A consistent copy of the file as it was, kept beside it.
async fn snapshot(db: &Db, folder: &Path, found: i64) -> Result<String> {
    let Db::Sqlite(sqlite) = db else { return Ok(String::new()) };
    std::fs::create_dir_all(folder)
        .map_err(|source| Error::Io { context: format!("creating {}", folder.display()), source })?;
    // Named after both versions and taken anew: one of an earlier attempt may be older than the data.
    let copy = folder.join(format!("schema-{found}-before-{}.db", known()));
    sqlite.0.copy_into(&copy).await?;
    tracing::info!(version = found, copy = %copy.display(), "took a snapshot before the upgrade");
    Ok(format!(" and also kept in {}", copy.display()))
}
