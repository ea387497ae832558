-- Pairs of DHIS2 instances that are kept equal. Uids, hashes and codes; never a value.

CREATE TABLE dhis2_syncs (
    number        BIGINT PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    -- As the crate `dhis2` has them (JSON).
    settings      TEXT NOT NULL,
    source_secret BYTEA,
    target_secret BYTEA,
    state         TEXT NOT NULL,
    started_at    BIGINT,
    created_at    BIGINT NOT NULL,
    updated_at    BIGINT NOT NULL
);

CREATE TABLE dhis2_runs (
    id          UUID PRIMARY KEY NOT NULL,
    sync        BIGINT NOT NULL,
    phase       TEXT NOT NULL,
    data        TEXT NOT NULL,
    job_id      UUID,
    created_at  BIGINT NOT NULL,
    updated_at  BIGINT NOT NULL,
    finished_at BIGINT
);

CREATE INDEX dhis2_runs_of ON dhis2_runs (sync, created_at);
-- One at a time.
CREATE UNIQUE INDEX dhis2_runs_open ON dhis2_runs (sync) WHERE finished_at IS NULL;

CREATE TABLE dhis2_plans (
    id         UUID PRIMARY KEY NOT NULL,
    sync       BIGINT NOT NULL,
    content    TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

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
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (pair, kind, uid)
);
