-- People who log in, what they did, what they are preparing, and what happened by five minutes.

CREATE TABLE users (
    id         BLOB PRIMARY KEY NOT NULL,
    name       TEXT NOT NULL UNIQUE,
    password   TEXT,
    role       TEXT NOT NULL,
    disabled   INTEGER NOT NULL DEFAULT 0,
    created_at INTEGER NOT NULL,
    seen_at    INTEGER
);

-- By the SHA-256 of what the cookie holds.
CREATE TABLE sessions (
    hash       BLOB PRIMARY KEY NOT NULL,
    user_id    BLOB NOT NULL,
    about      TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Links that work once: to choose a password, or to come in.
CREATE TABLE invitations (
    hash       BLOB PRIMARY KEY NOT NULL,
    user_id    BLOB NOT NULL,
    purpose    TEXT NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE audit (
    no      INTEGER PRIMARY KEY AUTOINCREMENT,
    at      INTEGER NOT NULL,
    who     TEXT NOT NULL,
    action  TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail  TEXT NOT NULL
);

-- A mailing that somebody is preparing, as JSON. Each change makes a version of it.
CREATE TABLE drafts (
    id         BLOB PRIMARY KEY NOT NULL,
    owner      TEXT NOT NULL,
    content    TEXT NOT NULL,
    version    INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
);
CREATE INDEX drafts_by_owner ON drafts (owner, updated_at);

-- Attempts by five minutes: what a dashboard adds up without reading every trace. The shard keeps jobs that run at
-- the same time out of each other's way.
CREATE TABLE activity (
    window_start INTEGER NOT NULL,
    shard        INTEGER NOT NULL,
    sent         INTEGER NOT NULL,
    errors       INTEGER NOT NULL,
    PRIMARY KEY (window_start, shard)
) WITHOUT ROWID;
INSERT INTO activity (window_start, shard, sent, errors)
    SELECT created_at - created_at % 300000000, 0, sum(1 - errors), sum(errors) FROM traces GROUP BY 1;

-- Traces are listed by their time, whatever they are filtered by.
CREATE INDEX traces_of_application ON traces (application_name, created_at);
CREATE INDEX traces_of_flow ON traces (flow_name, created_at);
CREATE INDEX traces_of_job ON traces (job_id, created_at) WHERE job_id IS NOT NULL;

CREATE INDEX jobs_by_state ON jobs (state, created_at);
CREATE INDEX jobs_by_creator ON jobs (created_by, created_at);
CREATE INDEX jobs_by_end ON jobs (finished_at) WHERE finished_at IS NOT NULL;

-- The states that a job came into: written by the database itself, so that no statement can forget it.
CREATE TABLE job_states (
    no     INTEGER PRIMARY KEY AUTOINCREMENT,
    job_id BLOB NOT NULL,
    state  INTEGER NOT NULL,
    at     INTEGER NOT NULL,
    reason TEXT
);
CREATE INDEX job_states_by_job ON job_states (job_id, no);
INSERT INTO job_states (job_id, state, at, reason)
    SELECT id, state, coalesce(finished_at, updated_at), reason FROM jobs;
CREATE TRIGGER job_made AFTER INSERT ON jobs BEGIN
    INSERT INTO job_states (job_id, state, at, reason) SELECT NEW.id, NEW.state, NEW.created_at, NEW.reason
    WHERE NOT EXISTS (SELECT 1 FROM job_states WHERE job_id = NEW.id);
END;
CREATE TRIGGER job_changed AFTER UPDATE OF state ON jobs WHEN OLD.state <> NEW.state BEGIN
    INSERT INTO job_states (job_id, state, at, reason) VALUES (NEW.id, NEW.state, NEW.updated_at, NEW.reason);
END;
CREATE TRIGGER job_deleted AFTER DELETE ON jobs BEGIN
    DELETE FROM job_states WHERE job_id = OLD.id;
END;
