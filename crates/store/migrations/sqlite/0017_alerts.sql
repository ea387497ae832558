-- What people are told of, where, and what they were told.

-- `spec` is the rule itself (JSON), as the crate `alerts` reads it.
CREATE TABLE alert_rules (
    id         BLOB PRIMARY KEY NOT NULL,
    spec       TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE alert_channels (
    id            BLOB PRIMARY KEY NOT NULL,
    name          TEXT NOT NULL UNIQUE,
    -- What is no secret (JSON).
    settings      TEXT NOT NULL,
    secret        BLOB,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    -- Since when nothing reaches it, and why.
    failing_since INTEGER,
    last_error    TEXT,
    last_sent_at  INTEGER
) WITHOUT ROWID;

-- What a rule has found, from its beginning to its end; `state` is an incident of the crate `alerts` (JSON).
CREATE TABLE alert_incidents (
    id        BLOB PRIMARY KEY NOT NULL,
    rule      BLOB NOT NULL,
    subject   TEXT NOT NULL,
    is_open   INTEGER NOT NULL,
    opened_at INTEGER NOT NULL,
    ended_at  INTEGER,
    version   INTEGER NOT NULL,
    state     TEXT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX alert_incidents_open ON alert_incidents (rule, subject) WHERE is_open = 1;
CREATE INDEX alert_incidents_by_age ON alert_incidents (opened_at, id);
CREATE INDEX alert_incidents_by_end ON alert_incidents (ended_at);

-- Of a rule, or of all; of one of its subjects, or of all.
CREATE TABLE alert_silences (
    id         BLOB PRIMARY KEY NOT NULL,
    rule       BLOB,
    subject    TEXT,
    starts_at  INTEGER NOT NULL,
    ends_at    INTEGER NOT NULL,
    reason     TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX alert_silences_by_end ON alert_silences (ends_at);

-- What is to be said, written with the change that it tells of; `notice` is one of the crate `alerts` (JSON).
CREATE TABLE alert_deliveries (
    no         INTEGER PRIMARY KEY AUTOINCREMENT,
    id         BLOB NOT NULL,
    channel    BLOB NOT NULL,
    incident   BLOB,
    notice     TEXT NOT NULL,
    state      INTEGER NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    -- Attempts of which nobody knows whether the message arrived.
    doubtful   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    next_at    INTEGER NOT NULL,
    ended_at   INTEGER,
    error      TEXT
);
CREATE INDEX alert_deliveries_waiting ON alert_deliveries (channel, no) WHERE state < 2;
CREATE INDEX alert_deliveries_by_incident ON alert_deliveries (incident, no);
CREATE INDEX alert_deliveries_by_age ON alert_deliveries (created_at);

-- What happened and no rule has looked at yet: written with the change itself, gone once it is looked at.
CREATE TABLE alert_events (
    no      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);
CREATE TRIGGER job_alerts AFTER UPDATE OF state ON jobs WHEN OLD.state <> NEW.state AND NEW.state >= 3 BEGIN
    INSERT INTO alert_events (at, kind, subject, detail) VALUES (NEW.updated_at, 'job', lower(hex(NEW.id)), '{}');
END;
