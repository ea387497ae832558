-- Jobs that come again: when, and what is done then. `schedules` is what the house does for itself.
CREATE TABLE job_schedules (
    id         BLOB PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    -- When, as it was written; in which zone; not on which days, as a JSON list.
    expression TEXT NOT NULL,
    zone       TEXT NOT NULL,
    days_off   TEXT NOT NULL,
    -- Seconds over which schedules that are due together are spread.
    jitter     INTEGER NOT NULL,
    missed     TEXT NOT NULL,
    overlap    TEXT NOT NULL,
    -- What is done, as the kind has it.
    spec       TEXT NOT NULL,
    authority  INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version    INTEGER NOT NULL DEFAULT 1,
    paused_at  INTEGER,
    -- When it is due next, and when that begins, jitter included; none where it is paused, or never due again.
    next_due   INTEGER,
    next_at    INTEGER
);
CREATE INDEX job_schedules_by_next ON job_schedules (next_at) WHERE next_at IS NOT NULL;

-- Each time that a schedule was due, once.
CREATE TABLE schedule_runs (
    schedule_id BLOB NOT NULL,
    due_at      INTEGER NOT NULL,
    -- 0 waiting, 1 started, 2 failed to start, 3 missed, 4 left out as the one before was not over.
    state       INTEGER NOT NULL,
    by_hand     INTEGER NOT NULL DEFAULT 0,
    job_id      BLOB,
    -- How many times it stands for.
    times       INTEGER NOT NULL DEFAULT 1,
    detail      TEXT NOT NULL DEFAULT '',
    noted_at    INTEGER NOT NULL,
    PRIMARY KEY (schedule_id, due_at)
) WITHOUT ROWID;
CREATE INDEX schedule_runs_waiting ON schedule_runs (schedule_id, due_at) WHERE state = 0;
CREATE INDEX schedule_runs_by_job ON schedule_runs (job_id) WHERE job_id IS NOT NULL;
