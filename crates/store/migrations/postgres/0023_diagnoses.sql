-- What was asked about runs that stopped, and what was found out; the newest are kept.
CREATE TABLE diagnoses (
    id          UUID PRIMARY KEY NOT NULL,
    asked_by    TEXT NOT NULL,
    -- As the crate `api` has it (JSON).
    question    TEXT NOT NULL,
    job         UUID,
    created_at  BIGINT NOT NULL,
    finished_at BIGINT,
    verdict     TEXT,
    cause       TEXT,
    -- For programs, and for people in each language, as the crate `diagnosis` writes them (JSON).
    report      TEXT,
    english     TEXT,
    french      TEXT,
    -- The rows of those who may be sent theirs.
    not_sent    BYTEA,
    error       TEXT
);
CREATE INDEX diagnoses_by_time ON diagnoses (created_at DESC, id);
