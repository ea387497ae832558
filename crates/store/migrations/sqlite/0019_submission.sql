-- What programs hand over by SMTP.

-- The job that messages of a key join, while more may come.
CREATE TABLE intakes (
    key        TEXT PRIMARY KEY NOT NULL,
    job_id     BLOB NOT NULL,
    open_until INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX intakes_by_job ON intakes (job_id);

-- Each message as it was taken. Its content is here, or, where it is long, a blob; none once it was let go of.
CREATE TABLE submitted (
    id              BLOB PRIMARY KEY NOT NULL,
    job_id          BLOB NOT NULL,
    seq             INTEGER NOT NULL,
    idempotency_key TEXT,
    received_at     INTEGER NOT NULL,
    size            INTEGER NOT NULL,
    content         BLOB,
    sha256          TEXT
);
CREATE INDEX submitted_by_item ON submitted (job_id, seq);
CREATE UNIQUE INDEX submitted_once ON submitted (idempotency_key) WHERE idempotency_key IS NOT NULL;
