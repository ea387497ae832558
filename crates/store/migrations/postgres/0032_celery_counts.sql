-- Counters of what Celery's tasks did, for metrics: `what` is the type of an event, the class of a running time, or the last
-- time that a task waited in a worker. `micros` is the sum, or for the last the value.
CREATE TABLE celery_counts (
    broker     TEXT NOT NULL,
    worker     TEXT NOT NULL,
    task       TEXT NOT NULL,
    what       TEXT NOT NULL,
    n          BIGINT NOT NULL,
    micros     BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (broker, worker, task, what)
);
CREATE INDEX celery_counts_by_age ON celery_counts (updated_at);
