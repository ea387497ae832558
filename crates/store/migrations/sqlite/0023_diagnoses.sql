-- What was asked about runs that stopped, and what was found out; the newest are kept.
CREATE TABLE diagnoses (
    id          BLOB PRIMARY KEY NOT NULL,
    asked_by    TEXT NOT NULL,
    -- As the crate `api` has it (JSON).
    question    TEXT NOT NULL,
    job         BLOB,
    created_at  INTEGER NOT NULL,
    finished_at INTEGER,
    verdict     TEXT,
    cause       TEXT,
    -- For programs, and for people in each language, as the crate `diagnosis` writes them (JSON).
    report      TEXT,
    english     TEXT,
    french      TEXT,
    -- The rows of those who may be sent theirs.
    not_sent    BLOB,
    error       TEXT
);
CREATE INDEX diagnoses_by_time ON diagnoses (created_at DESC, id);
