-- Jobs that come again: when, and what is done then. `schedules` is what the house does for itself.
CREATE TABLE job_schedules (
    id         UUID PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    kind       TEXT NOT NULL,
    -- When, as it was written; in which zone; not on which days, as a JSON list.
    expression TEXT NOT NULL,
    zone       TEXT NOT NULL,
    days_off   TEXT NOT NULL,
    -- Seconds over which schedules that are due together are spread.
    jitter     BIGINT NOT NULL,
    missed     TEXT NOT NULL,
    overlap    TEXT NOT NULL,
    -- What is done, as the kind has it.
    spec       TEXT NOT NULL,
    authority  BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version    BIGINT NOT NULL DEFAULT 1,
    paused_at  BIGINT,
    -- When it is due next, and when that begins, jitter included; none where it is paused, or never due again.
    next_due   BIGINT,
    next_at    BIGINT
);
CREATE INDEX job_schedules_by_next ON job_schedules (next_at) WHERE next_at IS NOT NULL;

-- Each time that a schedule was due, once.
CREATE TABLE schedule_runs (
    schedule_id UUID NOT NULL,
    due_at      BIGINT NOT NULL,
    -- 0 waiting, 1 started, 2 failed to start, 3 missed, 4 left out as the one before was not over.
    state       BIGINT NOT NULL,
    by_hand     BIGINT NOT NULL DEFAULT 0,
    job_id      UUID,
    -- How many times it stands for.
    times       BIGINT NOT NULL DEFAULT 1,
    detail      TEXT NOT NULL DEFAULT '',
    noted_at    BIGINT NOT NULL,
    PRIMARY KEY (schedule_id, due_at)
);
CREATE INDEX schedule_runs_waiting ON schedule_runs (schedule_id, due_at) WHERE state = 0;
CREATE INDEX schedule_runs_by_job ON schedule_runs (job_id) WHERE job_id IS NOT NULL;
