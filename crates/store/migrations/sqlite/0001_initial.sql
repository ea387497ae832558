-- Times are microseconds since 1970 in UTC, ids are the 16 bytes of a UUID, states are the numbers of `model`.

CREATE TABLE accounts (
    id           BLOB PRIMARY KEY NOT NULL,
    name         TEXT NOT NULL UNIQUE,
    url          TEXT NOT NULL,
    secret       BLOB,
    limits       TEXT NOT NULL,
    pace         TEXT NOT NULL,
    paused_until INTEGER,
    pause        TEXT,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
);

CREATE TABLE account_usage (
    account_id   BLOB NOT NULL,
    window_start INTEGER NOT NULL,
    messages     INTEGER NOT NULL,
    recipients   INTEGER NOT NULL,
    PRIMARY KEY (account_id, window_start)
) WITHOUT ROWID;

CREATE TABLE jobs (
    id               BLOB PRIMARY KEY NOT NULL,
    kind             TEXT NOT NULL,
    name             TEXT NOT NULL,
    state            INTEGER NOT NULL,
    on_unknown       INTEGER NOT NULL,
    account_id       BLOB,
    application_name TEXT NOT NULL,
    flow_name        TEXT NOT NULL,
    created_by       TEXT NOT NULL,
    task_type        TEXT NOT NULL,
    task_id          TEXT NOT NULL,
    spec             TEXT NOT NULL,
    total            INTEGER NOT NULL DEFAULT 0,
    queued           INTEGER NOT NULL DEFAULT 0,
    running          INTEGER NOT NULL DEFAULT 0,
    succeeded        INTEGER NOT NULL DEFAULT 0,
    failed           INTEGER NOT NULL DEFAULT 0,
    unknown          INTEGER NOT NULL DEFAULT 0,
    skipped          INTEGER NOT NULL DEFAULT 0,
    message          TEXT NOT NULL DEFAULT '',
    reason           TEXT,
    resumes_at       INTEGER,
    version          INTEGER NOT NULL DEFAULT 1,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    started_at       INTEGER,
    finished_at      INTEGER
);
CREATE INDEX jobs_by_creation ON jobs (created_at);
CREATE INDEX jobs_by_name ON jobs (name, created_at);
CREATE INDEX jobs_by_kind ON jobs (kind, created_at);
CREATE INDEX jobs_by_task ON jobs (task_id) WHERE task_id <> '';
CREATE INDEX jobs_active ON jobs (state) WHERE state < 4;

CREATE TABLE items (
    job_id      BLOB NOT NULL,
    seq         INTEGER NOT NULL,
    message_no  INTEGER NOT NULL,
    state       INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    not_before  INTEGER NOT NULL DEFAULT 0,
    claimed_by  INTEGER NOT NULL DEFAULT 0,
    claimed_at  INTEGER NOT NULL DEFAULT 0,
    finished_at INTEGER,
    ledger_key  TEXT,
    label       TEXT NOT NULL,
    verdict     TEXT,
    detail      TEXT NOT NULL DEFAULT '',
    effect      TEXT,
    payload     TEXT NOT NULL,
    PRIMARY KEY (job_id, seq)
) WITHOUT ROWID;
-- What is open: to be claimed (fresh items have not_before = 0, others wait for their time), or in flight.
CREATE INDEX items_queued ON items (job_id, not_before, seq) WHERE state = 0;
CREATE INDEX items_running ON items (job_id, seq) WHERE state = 1;
-- What did not go as it should: the short lists that people ask for.
CREATE INDEX items_trouble ON items (job_id, seq) WHERE verdict IS NOT NULL;

CREATE TABLE traces (
    no               INTEGER PRIMARY KEY AUTOINCREMENT,
    id               BLOB NOT NULL UNIQUE,
    job_id           BLOB,
    seq              INTEGER,
    attempt          INTEGER NOT NULL DEFAULT 0,
    outcome          INTEGER,
    trace_name       TEXT NOT NULL,
    file_name        TEXT NOT NULL,
    application_name TEXT NOT NULL,
    flow_name        TEXT NOT NULL,
    comment          TEXT NOT NULL,
    created_by       TEXT NOT NULL,
    time_to_process  REAL NOT NULL,
    errors           INTEGER NOT NULL,
    verdict          TEXT,
    created_at       INTEGER NOT NULL
);
CREATE INDEX traces_by_time ON traces (created_at);
CREATE INDEX traces_by_application ON traces (application_name, flow_name, created_at);
CREATE INDEX traces_with_errors ON traces (created_at) WHERE errors = 1;
CREATE INDEX traces_by_item ON traces (job_id, seq) WHERE job_id IS NOT NULL;

-- What has been sent under a mailing's name (state 2), or perhaps (4), by the key that the user chose.
CREATE TABLE ledger (
    mailing TEXT NOT NULL,
    key     TEXT NOT NULL,
    job_id  BLOB,
    sent_at INTEGER NOT NULL,
    state   INTEGER NOT NULL,
    PRIMARY KEY (mailing, key)
) WITHOUT ROWID;

CREATE TABLE idempotency (
    job_id     BLOB NOT NULL,
    key        TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (job_id, key)
) WITHOUT ROWID;
CREATE INDEX idempotency_by_age ON idempotency (created_at);

CREATE TABLE tokens (
    id         BLOB PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    hash       BLOB NOT NULL UNIQUE,
    scope      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    used_at    INTEGER
);

-- One row per process that claims. The number is the fencing token of its claims.
CREATE TABLE workers (
    token        INTEGER PRIMARY KEY AUTOINCREMENT,
    name         TEXT NOT NULL,
    pid          INTEGER NOT NULL,
    started_at   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    lease_until  INTEGER NOT NULL,
    ended_at     INTEGER,
    status       TEXT NOT NULL
);

-- Where outcomes are reported: a URL, a sealed secret to sign with, and how far it has been told.
CREATE TABLE webhooks (
    id         BLOB PRIMARY KEY NOT NULL,
    url        TEXT NOT NULL,
    secret     BLOB,
    mailing    TEXT,
    cursor     INTEGER NOT NULL,
    failures   INTEGER NOT NULL DEFAULT 0,
    next_at    INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at INTEGER NOT NULL
);
