-- What Celery's workers and tasks do, as their events told it, broker by broker.

-- `standing` is how the broker is reached (JSON), `about` what a worker says of itself (JSON).
CREATE TABLE celery_brokers (
    name       TEXT PRIMARY KEY NOT NULL,
    standing   TEXT NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE celery_workers (
    broker       TEXT NOT NULL,
    name         TEXT NOT NULL,
    is_offline   INTEGER NOT NULL,
    heartbeat_at INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    about        TEXT NOT NULL,
    PRIMARY KEY (broker, name)
) WITHOUT ROWID;
CREATE INDEX celery_workers_by_age ON celery_workers (heartbeat_at);

CREATE TABLE celery_queues (
    broker      TEXT NOT NULL,
    name        TEXT NOT NULL,
    messages    INTEGER NOT NULL,
    unacked     INTEGER,
    consumers   INTEGER,
    measured_at INTEGER NOT NULL,
    PRIMARY KEY (broker, name)
) WITHOUT ROWID;

-- `created_at` is when we first heard of it; `detail` is what nobody looks tasks up by (JSON).
CREATE TABLE celery_tasks (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    broker     TEXT NOT NULL,
    id         TEXT NOT NULL,
    name       TEXT NOT NULL,
    state      INTEGER NOT NULL,
    worker     TEXT NOT NULL,
    queue      TEXT NOT NULL,
    args       TEXT NOT NULL,
    kwargs     TEXT NOT NULL,
    root_id    TEXT,
    parent_id  TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    detail     TEXT NOT NULL
);
CREATE UNIQUE INDEX celery_tasks_by_id ON celery_tasks (id, broker);
CREATE INDEX celery_tasks_by_age ON celery_tasks (created_at, no);
CREATE INDEX celery_tasks_by_state ON celery_tasks (state, created_at, no);
CREATE INDEX celery_tasks_by_name ON celery_tasks (name, created_at, no);
CREATE INDEX celery_tasks_by_worker ON celery_tasks (worker, created_at, no);
CREATE INDEX celery_tasks_by_root ON celery_tasks (root_id, created_at, no) WHERE root_id IS NOT NULL;
CREATE INDEX celery_tasks_by_parent ON celery_tasks (parent_id) WHERE parent_id IS NOT NULL;

-- Orders to workers, until whoever listens to the broker carries them out; `command` and `outcome` are JSON.
CREATE TABLE celery_orders (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    broker     TEXT NOT NULL,
    command    TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    taken_at   INTEGER,
    ended_at   INTEGER,
    outcome    TEXT
);
CREATE INDEX celery_orders_waiting ON celery_orders (broker, no) WHERE taken_at IS NULL;
