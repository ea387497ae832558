-- Work that comes again: when it is due, and how it went. `place` is empty where one process does it for all, or names the
-- one that does it for itself.
CREATE TABLE schedules (
    name       TEXT NOT NULL,
    place      TEXT NOT NULL,
    next_at    INTEGER NOT NULL,
    started_at INTEGER,
    ended_at   INTEGER,
    failures   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    PRIMARY KEY (name, place)
);
