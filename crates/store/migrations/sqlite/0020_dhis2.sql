-- Pairs of DHIS2 instances that are kept equal. Uids, hashes and codes; never a value.

CREATE TABLE dhis2_syncs (
    number        INTEGER PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    -- As the crate `dhis2` has them (JSON).
    settings      TEXT NOT NULL,
    source_secret BLOB,
    target_secret BLOB,
    state         TEXT NOT NULL,
    started_at    INTEGER,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL
);

CREATE TABLE dhis2_runs (
    id          BLOB PRIMARY KEY NOT NULL,
    sync        INTEGER NOT NULL,
    phase       TEXT NOT NULL,
    data        TEXT NOT NULL,
    job_id      BLOB,
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    finished_at INTEGER
) WITHOUT ROWID;

CREATE INDEX dhis2_runs_of ON dhis2_runs (sync, created_at);
-- One at a time.
CREATE UNIQUE INDEX dhis2_runs_open ON dhis2_runs (sync) WHERE finished_at IS NULL;

CREATE TABLE dhis2_plans (
    id         BLOB PRIMARY KEY NOT NULL,
    sync       INTEGER NOT NULL,
    content    TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE INDEX dhis2_plans_of ON dhis2_plans (sync, created_at);

-- `pair` is both instances, whichever the direction: two configurations between them share it.
CREATE TABLE dhis2_ledger (
    pair     TEXT NOT NULL,
    kind     TEXT NOT NULL,
    uid      TEXT NOT NULL,
    -- Of both sides when they were last equal; empty where they never were.
    hash     TEXT NOT NULL,
    -- Why it could not be written.
    problem  TEXT,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (pair, kind, uid)
) WITHOUT ROWID;
