-- What is watched: jobs that are to be heard of in time, addresses that are to answer.

-- `spec` and `facts` are a check of the crate `checks` and what was heard of it (JSON).
CREATE TABLE checks (
    id         BLOB PRIMARY KEY NOT NULL,
    -- Whoever knows it may call.
    key        BLOB NOT NULL UNIQUE,
    slug       TEXT NOT NULL UNIQUE,
    spec       TEXT NOT NULL,
    facts      TEXT NOT NULL,
    state      INTEGER NOT NULL,
    since      INTEGER NOT NULL,
    -- When it changes by itself, or is asked.
    look_at    INTEGER,
    -- So many were heard of it: the number of the last.
    pings      INTEGER NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX checks_to_look_at ON checks (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX checks_in_trouble ON checks (state, id) WHERE state IN (2, 3);

-- The last that was heard of each.
CREATE TABLE check_pings (
    check_id BLOB NOT NULL,
    no       INTEGER NOT NULL,
    at       INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    run      BLOB,
    took_ms  INTEGER,
    source   TEXT NOT NULL,
    -- What it said; gone before the rest of it.
    body     TEXT NOT NULL,
    PRIMARY KEY (check_id, no)
) WITHOUT ROWID;

-- Times in which a check was down or paused; `why` is JSON.
CREATE TABLE check_outages (
    check_id BLOB NOT NULL,
    began_at INTEGER NOT NULL,
    state    INTEGER NOT NULL,
    ended_at INTEGER,
    why      TEXT NOT NULL,
    PRIMARY KEY (check_id, began_at, state)
) WITHOUT ROWID;
CREATE INDEX check_outages_open ON check_outages (check_id) WHERE ended_at IS NULL;
