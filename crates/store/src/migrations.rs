//! Brings the schema from any older version to this program's, and refuses a newer one.
//!
//! To add one: a file in `migrations/sqlite/` and one in `migrations/postgres/` under the next number, and a line in
//! [`MIGRATIONS`]. A migration that has been released is never edited.

use crate::{
    Db, Error, Result,
    postgres::UNHURRIED,
    sql::{Conn, params},
};
use std::{os::unix::fs::DirBuilderExt as _, path::Path};

#[derive(Clone, Copy)]
struct Migration {
    version: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        name: "initial",
        sqlite: include_str!("../migrations/sqlite/0001_initial.sql"),
        postgres: include_str!("../migrations/postgres/0001_initial.sql"),
    },
    Migration {
        version: 2,
        name: "people",
        sqlite: include_str!("../migrations/sqlite/0002_people.sql"),
        postgres: include_str!("../migrations/postgres/0002_people.sql"),
    },
    Migration {
        version: 3,
        name: "uploads",
        sqlite: include_str!("../migrations/sqlite/0003_uploads.sql"),
        postgres: include_str!("../migrations/postgres/0003_uploads.sql"),
    },
    Migration {
        version: 4,
        name: "searches",
        sqlite: include_str!("../migrations/sqlite/0004_searches.sql"),
        postgres: include_str!("../migrations/postgres/0004_searches.sql"),
    },
    Migration {
        version: 5,
        name: "failures",
        sqlite: include_str!("../migrations/sqlite/0005_failures.sql"),
        postgres: include_str!("../migrations/postgres/0005_failures.sql"),
    },
    Migration {
        version: 6,
        name: "served_rows",
        sqlite: include_str!("../migrations/sqlite/0006_served_rows.sql"),
        postgres: include_str!("../migrations/postgres/0006_served_rows.sql"),
    },
    Migration {
        version: 7,
        name: "run limits",
        sqlite: include_str!("../migrations/sqlite/0007_run_limits.sql"),
        postgres: include_str!("../migrations/postgres/0007_run_limits.sql"),
    },
    Migration {
        version: 8,
        name: "outcomes",
        sqlite: include_str!("../migrations/sqlite/0008_outcomes.sql"),
        postgres: include_str!("../migrations/postgres/0008_outcomes.sql"),
    },
    Migration {
        version: 9,
        name: "authority",
        sqlite: include_str!("../migrations/sqlite/0009_authority.sql"),
        postgres: include_str!("../migrations/postgres/0009_authority.sql"),
    },
    Migration {
        version: 10,
        name: "intents",
        sqlite: include_str!("../migrations/sqlite/0010_intents.sql"),
        postgres: include_str!("../migrations/postgres/0010_intents.sql"),
    },
    Migration {
        version: 11,
        name: "key",
        sqlite: include_str!("../migrations/sqlite/0011_key.sql"),
        postgres: include_str!("../migrations/postgres/0011_key.sql"),
    },
    Migration {
        version: 12,
        name: "schedules",
        sqlite: include_str!("../migrations/sqlite/0012_schedules.sql"),
        postgres: include_str!("../migrations/postgres/0012_schedules.sql"),
    },
    Migration {
        version: 13,
        name: "replaced",
        sqlite: include_str!("../migrations/sqlite/0013_replaced.sql"),
        postgres: include_str!("../migrations/postgres/0013_replaced.sql"),
    },
    Migration {
        version: 14,
        name: "issues",
        sqlite: include_str!("../migrations/sqlite/0014_issues.sql"),
        postgres: include_str!("../migrations/postgres/0014_issues.sql"),
    },
    Migration {
        version: 15,
        name: "reports",
        sqlite: include_str!("../migrations/sqlite/0015_reports.sql"),
        postgres: include_str!("../migrations/postgres/0015_reports.sql"),
    },
    Migration {
        version: 16,
        name: "job_schedules",
        sqlite: include_str!("../migrations/sqlite/0016_job_schedules.sql"),
        postgres: include_str!("../migrations/postgres/0016_job_schedules.sql"),
    },
    Migration {
        version: 17,
        name: "alerts",
        sqlite: include_str!("../migrations/sqlite/0017_alerts.sql"),
        postgres: include_str!("../migrations/postgres/0017_alerts.sql"),
    },
    Migration {
        version: 18,
        name: "checks",
        sqlite: include_str!("../migrations/sqlite/0018_checks.sql"),
        postgres: include_str!("../migrations/postgres/0018_checks.sql"),
    },
    Migration {
        version: 19,
        name: "submission",
        sqlite: include_str!("../migrations/sqlite/0019_submission.sql"),
        postgres: include_str!("../migrations/postgres/0019_submission.sql"),
    },
    Migration {
        version: 20,
        name: "dhis2",
        sqlite: include_str!("../migrations/sqlite/0020_dhis2.sql"),
        postgres: include_str!("../migrations/postgres/0020_dhis2.sql"),
    },
    Migration {
        version: 21,
        name: "celery",
        sqlite: include_str!("../migrations/sqlite/0021_celery.sql"),
        postgres: include_str!("../migrations/postgres/0021_celery.sql"),
    },
    Migration {
        version: 23,
        name: "diagnoses",
        sqlite: include_str!("../migrations/sqlite/0023_diagnoses.sql"),
        postgres: include_str!("../migrations/postgres/0023_diagnoses.sql"),
    },
    Migration {
        version: 24,
        name: "active_time",
        sqlite: include_str!("../migrations/sqlite/0024_active_time.sql"),
        postgres: include_str!("../migrations/postgres/0024_active_time.sql"),
    },
    Migration {
        version: 25,
        name: "status_page",
        sqlite: include_str!("../migrations/sqlite/0025_status_page.sql"),
        postgres: include_str!("../migrations/postgres/0025_status_page.sql"),
    },
    Migration {
        version: 26,
        name: "missed_runs",
        sqlite: include_str!("../migrations/sqlite/0026_missed_runs.sql"),
        postgres: include_str!("../migrations/postgres/0026_missed_runs.sql"),
    },
    Migration {
        version: 27,
        name: "submitted_kept",
        sqlite: include_str!("../migrations/sqlite/0027_submitted_kept.sql"),
        postgres: include_str!("../migrations/postgres/0027_submitted_kept.sql"),
    },
    Migration {
        version: 29,
        name: "dhis2_values",
        sqlite: include_str!("../migrations/sqlite/0029_dhis2_values.sql"),
        postgres: include_str!("../migrations/postgres/0029_dhis2_values.sql"),
    },
    Migration {
        version: 30,
        name: "automatic_diagnoses",
        sqlite: include_str!("../migrations/sqlite/0030_automatic_diagnoses.sql"),
        postgres: include_str!("../migrations/postgres/0030_automatic_diagnoses.sql"),
    },
    Migration {
        version: 31,
        name: "celery_history",
        sqlite: include_str!("../migrations/sqlite/0031_celery_history.sql"),
        postgres: include_str!("../migrations/postgres/0031_celery_history.sql"),
    },
    Migration {
        version: 32,
        name: "celery_counts",
        sqlite: include_str!("../migrations/sqlite/0032_celery_counts.sql"),
        postgres: include_str!("../migrations/postgres/0032_celery_counts.sql"),
    },
];

/// The schema version that this program writes.
fn known() -> i64 {
    newest(MIGRATIONS)
}

fn newest(migrations: &[Migration]) -> i64 {
    migrations.last().map_or(0, |migration| migration.version)
}

pub(crate) async fn run(db: &Db, snapshots: Option<&Path>) -> Result<()> {
    upgrade(db, snapshots, MIGRATIONS).await?;
    after_restore(db).await
}

async fn upgrade(db: &Db, snapshots: Option<&Path>, migrations: &'static [Migration]) -> Result<()> {
    let (found, known) = (version(db).await?, newest(migrations));
    if found > known {
        return Err(Error::NewerSchema { found, known });
    }
    if found == known {
        return Ok(());
    }
    let snapshot = match snapshots {
        Some(folder) if found > 0 => snapshot(db, folder, found, known).await?,
        _ => String::new(),
    };
    for migration in migrations.iter().filter(|migration| migration.version > found) {
        apply(db, migration).await.map_err(|source| Error::Migration {
            version: migration.version,
            name: migration.name,
            snapshot: snapshot.clone(),
            source: Box::new(source),
        })?;
    }
    refresh(db).await
}

/// Readers of a SQLite file that were opened before an upgrade go by the schema of then until a statement of theirs has run,
/// and `SELECT *` of a table with one column more is not what was prepared: the next look at the schema is theirs.
async fn refresh(db: &Db) -> Result<()> {
    let Db::Sqlite(sqlite) = db else { return Ok(()) };
    let readers = &sqlite.0.readers;
    let mut held = Vec::new();
    for _ in 0..readers.size() {
        held.push(readers.acquire().await?);
    }
    for reader in &mut held {
        Conn::Sqlite(&mut *reader).rows("SELECT count(*) AS n FROM sqlite_master", &[]).await?;
    }
    Ok(())
}

/// For those who only read: the schema must be exactly the one this program knows.
pub(crate) async fn check(db: &Db) -> Result<()> {
    let (found, known) = (version(db).await?, known());
    match found {
        _ if found > known => Err(Error::NewerSchema { found, known }),
        _ if found < known => Err(Error::Conflict(format!(
            "the database has schema version {found} and waits for an upgrade to {known}: start `vigie serve` once"
        ))),
        _ => Ok(()),
    }
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
                    conn.script(UNHURRIED).await?;
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
            crashpoint::reach("migration");
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
async fn snapshot(db: &Db, folder: &Path, found: i64, known: i64) -> Result<String> {
    let Db::Sqlite(sqlite) = db else { return Ok(String::new()) };
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(|source| Error::Io { context: format!("creating {}", folder.display()), source })?;
    // Named after both versions and taken anew: one of an earlier attempt may be older than the data.
    let copy = folder.join(format!("schema-{found}-before-{known}.db"));
    sqlite.0.copy_into(&copy).await?;
    tracing::info!(version = found, copy = %copy.display(), "took a snapshot before the upgrade");
    Ok(format!(" and also kept in {}", copy.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a later program knows: one migration more.
    fn with_next(script: &'static str) -> &'static [Migration] {
        let next = Migration { version: known() + 1, name: "next", sqlite: script, postgres: script };
        [MIGRATIONS, &[next]].concat().leak()
    }

    fn with_good_next() -> &'static [Migration] {
        with_next("ALTER TABLE ledger ADD COLUMN note TEXT NOT NULL DEFAULT 'x'; DELETE FROM tokens;")
    }

    fn with_broken_next() -> &'static [Migration] {
        with_next("DELETE FROM ledger; SELECT * FROM there_is_no_such_table;")
    }

    /// Uploads that items named before the third version stay named.
    #[tokio::test]
    async fn the_third_version_knows_the_uploads_of_the_second() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::Sqlite(crate::SqliteDb(crate::sqlite::Sqlite::open(&dir.path().join("vigie.db")).await.unwrap()));
        upgrade(&db, None, &MIGRATIONS[..2]).await.unwrap();
        db.write(|conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                       task_type, task_id, spec, total, queued, created_at, updated_at)
                     VALUES (x'00000000000000000000000000000001', 'mail', 'm', 1, 0, '', '', '', '', '', '{}', 3, 3, 0, 0);
                     INSERT INTO items (job_id, seq, message_no, state, label, payload)
                     SELECT x'00000000000000000000000000000001', value->>0, value->>0, 0, '', value->>1
                     FROM json_each('[[1, \"{\\\"attachments\\\":[{\\\"sha256\\\":\\\"aa\\\"},{\\\"sha256\\\":null}]}\"],
                                      [2, \"{\\\"line\\\":2}\"], [3, \"not json, \\\"sha256\\\"\"]]')",
                )
                .await
            })
        })
        .await
        .unwrap();
        upgrade(&db, None, MIGRATIONS).await.unwrap();
        let used = db.uploads_in_use(&["aa".to_owned(), "bb".to_owned()]).await.unwrap();
        assert_eq!(used.into_iter().collect::<Vec<_>>(), ["aa"]);
    }

    /// Mailings go on as they were begun; a command is not run on the word of whoever may have added to it.
    #[tokio::test]
    async fn jobs_from_before_authority_was_kept_have_no_more_than_they_need() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::Sqlite(crate::SqliteDb(crate::sqlite::Sqlite::open(&dir.path().join("vigie.db")).await.unwrap()));
        let before = MIGRATIONS.iter().position(|migration| migration.name == "authority").unwrap();
        upgrade(&db, None, &MIGRATIONS[..before]).await.unwrap();
        db.write(|conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                       task_type, task_id, spec, created_at, updated_at)
                     SELECT randomblob(16), value->>0, value->>0 || (value->>1), value->>1, 0, '', '', '', '', '', '{}', 0, 0
                     FROM json_each('[[\"mail\", 2], [\"mail\", 0], [\"command\", 1], [\"http\", 3]]')",
                )
                .await
            })
        })
        .await
        .unwrap();
        upgrade(&db, None, MIGRATIONS).await.unwrap();
        let mut found: Vec<_> =
            db.open_jobs().await.unwrap().into_iter().map(|job| (job.name, job.authority)).collect();
        found.sort();
        let (write, owner) = (model::Authority::Write, model::Authority::Owner);
        let expected = [("command1", write), ("http3", write), ("mail0", write), ("mail2", owner)];
        assert_eq!(found, expected.map(|(name, authority)| (name.to_owned(), authority)));
    }

    /// Of a job whose states were kept, the time in which it ran; of an older one, from its start to its end.
    #[tokio::test]
    async fn the_time_that_jobs_ran_is_counted_from_the_states_that_were_kept() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::Sqlite(crate::SqliteDb(crate::sqlite::Sqlite::open(&dir.path().join("vigie.db")).await.unwrap()));
        let before = MIGRATIONS.iter().position(|migration| migration.name == "active_time").unwrap();
        upgrade(&db, None, &MIGRATIONS[..before]).await.unwrap();
        db.write(|conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                       task_type, task_id, spec, created_at, updated_at, started_at, finished_at)
                     SELECT unhex(printf('%032d', value->>0)), 'mail', 'm' || (value->>0), value->>1, 0, '', '', '', '',
                            '', '{}', 0, value->>2, value->>3, value->>4
                     FROM json_each('[[1, 4, 900, 100, 900], [2, 4, 900, 100, 900], [3, 2, 900, 100, null],
                                      [4, 1, 900, null, null]]');
                     DELETE FROM job_states WHERE job_id IN (SELECT id FROM jobs WHERE name IN ('m1', 'm3'));
                     INSERT INTO job_states (job_id, state, at)
                     SELECT jobs.id, value->>1, value->>2 FROM json_each('[[\"m1\", 1, 0], [\"m1\", 2, 100],
                         [\"m1\", 4, 150], [\"m1\", 1, 890], [\"m1\", 2, 895], [\"m1\", 4, 900],
                         [\"m3\", 2, 100], [\"m3\", 3, 110], [\"m3\", 2, 700]]') JOIN jobs ON name = value->>0
                     ORDER BY value->>2",
                )
                .await
            })
        })
        .await
        .unwrap();
        upgrade(&db, None, MIGRATIONS).await.unwrap();
        let mut found = Vec::new();
        for n in 1..5 {
            let job = db.job(uuid::Uuid::from_u128(n).into()).await.unwrap().unwrap();
            found.push((job.active.as_micros(), job.active_since.map(model::Timestamp::as_micros)));
        }
        assert_eq!(found, [(55, None), (800, None), (10, Some(700)), (0, None)]);
    }

    /// What happened before the second version is counted by it.
    #[tokio::test]
    async fn the_second_version_counts_the_traces_of_the_first() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::Sqlite(crate::SqliteDb(crate::sqlite::Sqlite::open(&dir.path().join("vigie.db")).await.unwrap()));
        upgrade(&db, None, &MIGRATIONS[..1]).await.unwrap();
        db.write(|conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO traces (id, trace_name, file_name, application_name, flow_name, comment, created_by,
                                         time_to_process, errors, created_at)
                     SELECT randomblob(16), '', '', '', '', '', '', 0.0, value % 3 = 0, value * 60000000
                     FROM json_each('[10,11,12,14,15,16,29]')",
                )
                .await
            })
        })
        .await
        .unwrap();
        upgrade(&db, None, MIGRATIONS).await.unwrap();
        let counted = counts(&db).await;
        let counted: Vec<_> = counted.iter().map(|(at, n)| (*at, n.traces.total, n.traces.errors)).collect();
        assert_eq!(counted, [(10, 4, 1), (15, 2, 1), (25, 1, 0)]);
    }

    /// By minutes.
    async fn counts(db: &Db) -> Vec<(i64, crate::Activity)> {
        let until = model::Timestamp::from_micros(i64::MAX);
        let counted = db.activity(model::Timestamp::EPOCH, until, None).await.unwrap();
        counted.into_iter().map(|(at, n)| (at.as_micros() / 60_000_000, n)).collect()
    }

    /// The script makes its table anew, so that it can be tried on what a test has put there.
    #[tokio::test]
    async fn the_eighth_version_counts_on_postgresql_as_well() {
        use sqlx::{Connection as _, Executor as _};
        let Some(server) = std::env::var("VIGIE_TEST_POSTGRES").ok().filter(|url| !url.is_empty()) else { return };
        let name = format!("outcomes_{}", std::process::id());
        let mut admin = sqlx::PgConnection::connect(&server).await.unwrap();
        admin.execute(sqlx::AssertSqlSafe(format!("CREATE DATABASE {name} TEMPLATE template0"))).await.unwrap();
        let url = format!("{}/{name}", server.rsplit_once('/').unwrap().0);
        let db = Db::open_postgres(&url).await.unwrap();
        let script = MIGRATIONS.iter().find(|migration| migration.name == "outcomes").unwrap().postgres;
        let done = db.write(move |conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                       task_type, task_id, spec, succeeded, failed, created_at, updated_at)
                     SELECT lpad(n::text, 32, '0')::uuid, kind, 'm', 4, 0, 'app', '', '', '', '', '{}', 2, 1, 600000000,
                            900000000 FROM (VALUES (1, 'mail'), (2, 'noop'), (3, 'external')) AS made (n, kind);
                     INSERT INTO items (job_id, seq, message_no, state, finished_at, verdict, label, payload)
                     SELECT jobs.id, seq, seq, made.state, at * 60000000::bigint,
                            CASE made.state WHEN 2 THEN NULL ELSE '{}' END, '', '{}'
                     FROM (VALUES (1, 2, 11), (2, 2, 16), (3, 3, 16), (4, 3, null), (5, 4, 17), (6, 5, 17), (7, 0, null))
                          AS made (seq, state, at), jobs WHERE kind <> 'external'",
                )
                .await?;
                conn.script(script).await
            })
        });
        done.await.unwrap();
        let figures = |tally: crate::Tally| [tally.succeeded, tally.failed, tally.unknown];
        let counted = counts(&db).await;
        let counted: Vec<_> = counted.iter().map(|(at, n)| (*at, figures(n.recipients), figures(n.others))).collect();
        assert_eq!(counted, [(10, [1, 1, 0], [1, 1, 0]), (15, [1, 1, 1], [3, 2, 1])]);
        db.close().await;
        admin.execute(sqlx::AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)"))).await.unwrap();
    }

    /// What became of everybody before the eighth version is counted by it: once each, attempts aside.
    #[tokio::test]
    async fn the_eighth_version_counts_the_items_of_the_seventh() {
        let dir = tempfile::tempdir().unwrap();
        let db = Db::Sqlite(crate::SqliteDb(crate::sqlite::Sqlite::open(&dir.path().join("vigie.db")).await.unwrap()));
        let before: Vec<Migration> = MIGRATIONS.iter().filter(|migration| migration.version < 8).copied().collect();
        upgrade(&db, None, before.leak()).await.unwrap();
        db.write(|conn| {
            Box::pin(async move {
                conn.script(
                    "INSERT INTO jobs (id, kind, name, state, on_unknown, application_name, flow_name, created_by,
                                       task_type, task_id, spec, succeeded, failed, created_at, updated_at)
                     SELECT unhex(printf('%032d', value->>0)), value->>1, 'm', 4, 0, 'app', '', '', '', '', '{}', 2, 1,
                            600000000, 900000000
                     FROM json_each('[[1, \"mail\"], [2, \"noop\"], [3, \"external\"]]');
                     INSERT INTO items (job_id, seq, message_no, state, finished_at, verdict, label, payload)
                     SELECT jobs.id, value->>0, value->>0, value->>1, (value->>2) * 60000000,
                            CASE WHEN value->>1 = 2 THEN NULL ELSE '{}' END, '', '{}'
                     FROM json_each('[[1, 2, 11], [2, 2, 16], [3, 3, 16], [4, 3, null], [5, 4, 17], [6, 5, 17],
                                      [7, 0, null]]'), jobs WHERE kind <> 'external';
                     INSERT INTO traces (id, job_id, seq, outcome, trace_name, file_name, application_name, flow_name,
                                         comment, created_by, time_to_process, errors, created_at)
                     SELECT randomblob(16), jobs.id, 1, value, '', '', 'app', '', '', '', 0.0, 1, 660000000
                     FROM json_each('[0, 3, null]'), jobs WHERE kind = 'mail'",
                )
                .await
            })
        })
        .await
        .unwrap();
        upgrade(&db, None, MIGRATIONS).await.unwrap();
        let counted = counts(&db).await;
        let figures = |tally: crate::Tally| [tally.succeeded, tally.failed, tally.unknown];
        let counted: Vec<_> =
            counted.iter().map(|(at, n)| (*at, figures(n.recipients), figures(n.others), n.traces.total)).collect();
        assert_eq!(counted, [(10, [1, 1, 0], [1, 1, 0], 1), (15, [1, 1, 1], [3, 2, 1], 0)]);
        let item = db.item(uuid::Uuid::from_u128(1).into(), 4).await.unwrap().unwrap();
        assert_eq!(item.finished_at.map(model::Timestamp::as_micros), Some(600_000_000));
    }

    /// An upgrade of a store that holds something keeps a copy of what it was, whether it succeeds or not.
    #[tokio::test]
    async fn an_upgrade_keeps_the_data_and_a_snapshot() {
        let dir = tempfile::tempdir().unwrap();
        let (file, kept) = (dir.path().join("vigie.db"), dir.path().join("snapshots"));
        let now = model::Timestamp::EPOCH;
        let db = Db::open_sqlite(&file, &kept).await.unwrap();
        db.import_ledger("m".into(), vec!["a".into()], now).await.unwrap();
        assert!(!kept.exists(), "a new file holds nothing to keep");
        let error = upgrade(&db, Some(&kept), with_broken_next()).await.unwrap_err().to_string();
        let (now_is, next) = (known(), known() + 1);
        let copy = kept.join(format!("schema-{now_is}-before-{next}.db"));
        assert!(
            error.contains(&format!("migration {next} (next) failed")) && error.contains(&copy.display().to_string()),
            "{error}"
        );
        assert_eq!((version(&db).await.unwrap(), db.ledger_size("m").await.unwrap()), (now_is, 1));
        // The next attempt keeps what there is by then.
        db.import_ledger("m".into(), vec!["b".into()], now).await.unwrap();
        upgrade(&db, Some(&kept), with_good_next()).await.unwrap();
        assert_eq!((version(&db).await.unwrap(), db.ledger_size("m").await.unwrap()), (next, 2));
        let old = Db::open_sqlite_read_only(&copy).await.unwrap();
        assert_eq!((version(&old).await.unwrap(), old.ledger_size("m").await.unwrap()), (now_is, 2));
        upgrade(&db, Some(&kept), with_good_next()).await.unwrap();
        let error = Db::open_sqlite(&file, &kept).await.err().map(|error| error.to_string()).unwrap_or_default();
        let said = (format!("schema version {next}"), format!("up to {now_is}"));
        assert!(error.contains(&said.0) && error.contains(&said.1), "{error}");
        drop(kept);
    }
}
