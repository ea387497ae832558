-- Counters of what Celery's tasks did, for metrics: `what` is the type of an event, the class of a running time, or the last
-- time that a task waited in a worker. `micros` is the sum, or for the last the value.
CREATE TABLE celery_counts (
    broker     TEXT NOT NULL,
    worker     TEXT NOT NULL,
    task       TEXT NOT NULL,
    what       TEXT NOT NULL,
    n          INTEGER NOT NULL,
    micros     INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    PRIMARY KEY (broker, worker, task, what)
) WITHOUT ROWID;
CREATE INDEX celery_counts_by_age ON celery_counts (updated_at);
