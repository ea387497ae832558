-- What is watched: jobs that are to be heard of in time, addresses that are to answer.

-- `spec` and `facts` are a check of the crate `checks` and what was heard of it (JSON).
CREATE TABLE checks (
    id         UUID PRIMARY KEY NOT NULL,
    -- Whoever knows it may call.
    key        UUID NOT NULL UNIQUE,
    slug       TEXT NOT NULL UNIQUE,
    spec       TEXT NOT NULL,
    facts      TEXT NOT NULL,
    state      BIGINT NOT NULL,
    since      BIGINT NOT NULL,
    -- When it changes by itself, or is asked.
    look_at    BIGINT,
    -- So many were heard of it: the number of the last.
    pings      BIGINT NOT NULL DEFAULT 0,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX checks_to_look_at ON checks (look_at) WHERE look_at IS NOT NULL;
CREATE INDEX checks_in_trouble ON checks (state, id) WHERE state IN (2, 3);

-- The last that was heard of each.
CREATE TABLE check_pings (
    check_id UUID NOT NULL,
    no       BIGINT NOT NULL,
    at       BIGINT NOT NULL,
    kind     TEXT NOT NULL,
    run      UUID,
    took_ms  BIGINT,
    source   TEXT NOT NULL,
    -- What it said; gone before the rest of it.
    body     TEXT NOT NULL,
    PRIMARY KEY (check_id, no)
);

-- Times in which a check was down or paused; `why` is JSON.
CREATE TABLE check_outages (
    check_id UUID NOT NULL,
    began_at BIGINT NOT NULL,
    state    BIGINT NOT NULL,
    ended_at BIGINT,
    why      TEXT NOT NULL,
    PRIMARY KEY (check_id, began_at, state)
);
CREATE INDEX check_outages_open ON check_outages (check_id) WHERE ended_at IS NULL;
