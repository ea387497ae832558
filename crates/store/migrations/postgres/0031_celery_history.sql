-- What rules about Celery look at, as it was: for their previews.

-- The most messages that waited in a queue within five minutes, which began at `at`.
CREATE TABLE celery_queue_samples (
    broker   TEXT NOT NULL,
    name     TEXT NOT NULL,
    at       BIGINT NOT NULL,
    messages BIGINT NOT NULL,
    PRIMARY KEY (broker, name, at)
);
CREATE INDEX celery_queue_samples_by_age ON celery_queue_samples (at);

-- Times in which nothing was heard of a worker that had not said that it ends; still so at `noted_at`.
CREATE TABLE celery_silences (
    broker   TEXT NOT NULL,
    name     TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (broker, name, began_at)
);
CREATE INDEX celery_silences_by_age ON celery_silences (noted_at);
